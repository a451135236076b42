-- areas
-- title: Areas
-- known from: Dallas RIGHT Care (10% fewer citations in its districts)
-- Care calls, and all calls that ended in an arrest or a citation, by beat or district as recorded on
-- the call: in the period, in the period before, and in the same period a year before. Calls without
-- a beat come last as `not recorded`. A period before the file's first call or after its last one
-- is blank, which is not 0. arrests and citations are n/a where most of the area's
-- calls are from sources that do not record them: a dispatch system does when a call of it in the
-- period, or in the year to its end, has one; and for a period without calls in the area, where
-- another one shown is n/a. Areas differ in size and in how many people pass
-- through: compare an area with itself.

-- beats
-- title: Areas by nature
-- section: beats
-- known from: Dallas RIGHT Care (arrests and citations for low-level offenses in its districts)
-- Calls by beat or district and by nature: in the period, in the period before, and in the same period
-- a year before. arrests and citations are those of calls of this nature in this area, care or not, so
-- that an offense can be followed area by area. The nature is that as cleared, else as dispatched; calls
-- without a beat come last as `not recorded`. A period before the file's first call or after its last
-- one is blank, which is not 0. Where no number of arrests is printed, as in areas.

WITH span (name, first, after) AS (
  VALUES ('now', :start, :end), ('previous', :previous_start, :previous_end),
         ('year', :year_before_start, :year_before_end)),
days AS MATERIALIZED (SELECT DISTINCT first, after FROM span),
recorded AS MATERIALIZED (  -- the sources that record it
  SELECT DISTINCT days.first, days.after, disposition, call.source_system_id AS source
  FROM rated_disposition CROSS JOIN call ON call.id = call_id
  CROSS JOIN days ON occurred_at >= min(days.first, date(days.after, '-1 year'))
    AND occurred_at < days.after
  WHERE disposition IN ('arrest', 'citation')),
ended AS MATERIALIZED (
  SELECT call_id, max(disposition = 'arrest') AS arrested, max(disposition = 'citation') AS cited
  FROM rated_disposition WHERE disposition IN ('arrest', 'citation') GROUP BY call_id),
counted AS MATERIALIZED (
  SELECT days.first, days.after, coalesce(trim(beat), '') AS beat,
         coalesce(nature_cleared, nature) AS nature, source_system_id AS source,
         count(*) AS calls, sum(care) AS care, coalesce(sum(arrested), 0) AS arrests,
         coalesce(sum(cited), 0) AS citations, sum(care OR ended.call_id IS NOT NULL) AS told
  FROM days CROSS JOIN call ON occurred_at >= days.first AND occurred_at < days.after
  LEFT JOIN ended ON ended.call_id = call.id
  WHERE voided_at IS NULL AND (occurred_at < :today OR unixepoch(occurred_at) <= :as_of_unix)
  GROUP BY 1, 2, 3, 4, 5),
judged AS MATERIALIZED (  -- silent: from a source that does not record it
  SELECT counted.*, span.name AS span,
         calls * ((first, after, 'arrest', source) NOT IN (SELECT * FROM recorded)
                  AND source NOT IN (SELECT id FROM source_system WHERE name = 'ccu'))
           AS arrest_silent,
         calls * ((first, after, 'citation', source) NOT IN (SELECT * FROM recorded)
                  AND source NOT IN (SELECT id FROM source_system WHERE name = 'ccu'))
           AS citation_silent
  FROM span CROSS JOIN counted USING (first, after)),
part AS (
  SELECT 'areas' AS figure, '' AS code, judged.* FROM judged
  UNION ALL SELECT 'beats', nature, judged.* FROM judged),
line AS MATERIALIZED (
  SELECT figure, beat, code, span, sum(calls) AS calls, sum(care) AS care, sum(told) AS told,
         iif(2 * sum(arrest_silent) > sum(calls), NULL, sum(arrests)) AS arrests,
         iif(2 * sum(citation_silent) > sum(calls), NULL, sum(citations)) AS citations
  FROM part GROUP BY figure, beat, code, span),
known AS (  -- the periods with a day between the first and the last call on file
  SELECT :end > :first_day AND :start <= :last_day AS now_known,
         :previous_end > :first_day AND :previous_start <= :last_day AS previous_known,
         :year_before_end > :first_day AND :year_before_start <= :last_day AS year_known)
SELECT figure, iif(beat = '', 'not recorded', beat) AS beat, nature.label AS nature,
       iif(now_known, sum(line.care * (span = 'now')), NULL) AS care_calls,
       iif(previous_known, sum(line.care * (span = 'previous')), NULL) AS care_previous,
       iif(year_known, sum(line.care * (span = 'year')), NULL) AS care_year_before,
       iif(now_known, sum(calls * (span = 'now')), NULL) AS calls,
       iif(previous_known, sum(calls * (span = 'previous')), NULL) AS calls_previous,
       iif(year_known, sum(calls * (span = 'year')), NULL) AS calls_year_before,
       iif(now_known, coalesce(max(arrests) FILTER (WHERE span = 'now'),
                          iif(max(span = 'now' OR arrests IS NULL), NULL, 0)), NULL) AS arrests,
       iif(previous_known, coalesce(max(arrests) FILTER (WHERE span = 'previous'),
                          iif(max(span = 'previous' OR arrests IS NULL), NULL, 0)), NULL) AS arrests_previous,
       iif(year_known, coalesce(max(arrests) FILTER (WHERE span = 'year'),
                          iif(max(span = 'year' OR arrests IS NULL), NULL, 0)), NULL) AS arrests_year_before,
       iif(now_known, coalesce(max(citations) FILTER (WHERE span = 'now'),
                          iif(max(span = 'now' OR citations IS NULL), NULL, 0)), NULL) AS citations,
       iif(previous_known, coalesce(max(citations) FILTER (WHERE span = 'previous'),
                          iif(max(span = 'previous' OR citations IS NULL), NULL, 0)), NULL) AS citations_previous,
       iif(year_known, coalesce(max(citations) FILTER (WHERE span = 'year'),
                          iif(max(span = 'year' OR citations IS NULL), NULL, 0)), NULL) AS citations_year_before
-- A line has one row of each span with calls. Without one nothing ended so, unless another is n/a.
FROM line CROSS JOIN known LEFT JOIN nature ON nature.code = line.code
GROUP BY figure, beat, line.code HAVING figure = 'beats' OR sum(told) > 0
ORDER BY figure, line.beat = '', line.beat, sum(calls * (span = 'now')) DESC, nature.sort;
