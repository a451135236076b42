-- care_calls_by_nature
-- title: Care calls
-- unit: count
-- groups: used
-- numerator: care calls in the period of this nature
-- denominator: care calls in the period
-- The nature as cleared, else as dispatched, in the town's words (ccu codes nature lists them, and which
-- of them are care calls).

-- calls_by_nature
-- title: All calls
-- unit: count
-- groups: used
-- numerator: calls in the period of this nature
-- denominator: calls in the period with a nature
-- As care_calls_by_nature, for all calls. missing: imported calls without a nature.

-- care_calls_by_words
-- title: Care calls, dispatch words
-- unit: count
-- groups: used
-- numerator: care calls in the period with these words of the dispatch system
-- denominator: care calls in the period with any
-- The dispatch system's own nature, as cleared, else as dispatched; most calls first. Words that differ in
-- capitals or spaces alone are one, spelled as first on file. missing: care calls without, such as those
-- logged by hand.

-- calls_by_words
-- title: All calls, dispatch words
-- unit: count
-- groups: used
-- numerator: calls in the period with these words of the dispatch system
-- denominator: calls in the period with any
-- As care_calls_by_words, for all calls.

WITH counted AS MATERIALIZED (
  SELECT care, coalesce(nature_cleared, nature) AS nature,
         coalesce(cad_cleared_id, cad_nature_id) AS words,
         nature <> 'other' OR nature_cleared IS NOT NULL
           OR (:natures_given AND coalesce(cad_nature_id, cad_cleared_id) IS NOT NULL)
           OR source_system_id = (SELECT id FROM source_system WHERE name = 'ccu') AS known,
         count(*) AS calls
  FROM call
  WHERE occurred_at >= :start AND occurred_at < :end AND voided_at IS NULL
    AND (occurred_at < :today OR unixepoch(occurred_at) <= :as_of_unix)
  GROUP BY 3, 2, 1, 4),
by_nature AS MATERIALIZED (
  SELECT nature, sum(calls * known) AS calls, sum(calls * care) AS care
  FROM counted GROUP BY nature),
by_words AS MATERIALIZED (
  SELECT words, sum(calls) AS calls, sum(calls * care) AS care
  FROM counted WHERE words IS NOT NULL GROUP BY words),
spelled AS MATERIALIZED (  -- lower case, and runs of spaces as one
  SELECT id, first_value(text) OVER (
    PARTITION BY lower(replace(replace(replace(trim(text), ' ', char(1, 2)), char(2, 1), ''),
                               char(1, 2), ' ')) ORDER BY id) AS text
  FROM cad_text),
total AS MATERIALIZED (
  SELECT coalesce(sum(calls), 0) AS calls, coalesce(sum(calls * care), 0) AS care,
         coalesce(sum(calls * known), 0) AS known,
         coalesce(sum(calls) FILTER (WHERE words IS NOT NULL), 0) AS worded,
         coalesce(sum(calls * care) FILTER (WHERE words IS NOT NULL), 0) AS care_worded
  FROM counted),
nature_line AS (
  SELECT nature.label, nature.sort, coalesce(by_nature.calls, 0) AS calls,
         coalesce(by_nature.care, 0) AS care
  FROM nature LEFT JOIN by_nature ON by_nature.nature = nature.code),
words_line AS (  -- a text of another period is in it too, with 0
  SELECT text, coalesce(sum(by_words.calls), 0) AS calls, coalesce(sum(by_words.care), 0) AS care
  FROM spelled LEFT JOIN by_words ON by_words.words = spelled.id GROUP BY text)
SELECT * FROM (
  SELECT 'care_calls_by_nature' AS figure, label AS grp, nature_line.care AS numerator,
         total.care AS denominator, 0 AS missing
  FROM nature_line CROSS JOIN total ORDER BY sort)
UNION ALL
SELECT * FROM (
  SELECT 'calls_by_nature', label, nature_line.calls, total.known, total.calls - total.known
  FROM nature_line CROSS JOIN total ORDER BY sort)
UNION ALL
SELECT * FROM (
  SELECT 'care_calls_by_words', text, words_line.care, total.care_worded,
         total.care - total.care_worded
  FROM words_line CROSS JOIN total ORDER BY words_line.care DESC, text)
UNION ALL
SELECT * FROM (
  SELECT 'calls_by_words', text, words_line.calls, total.worded, total.calls - total.worded
  FROM words_line CROSS JOIN total ORDER BY words_line.calls DESC, text);
