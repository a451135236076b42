-- beats
-- title: Areas by nature
-- known from: Dallas RIGHT Care (arrests and citations for low-level offenses in its districts)
-- Calls by beat or district and by nature: in the period, in the period before, and in the same period
-- a year before. arrests and citations are those of calls of this nature in this area, care or not, so
-- that an offense can be followed area by area. The nature is that as cleared, else as dispatched; calls
-- without a beat come last as `not recorded`. A period that ended before the file's first call is blank,
-- which is not 0.

WITH span (name, first, after) AS (
  VALUES ('now', :start, :end), ('before', :previous_start, :previous_end),
         ('year', :year_before_start, :year_before_end)),
counted AS MATERIALIZED (
  SELECT span.name AS span, coalesce(trim(call.beat), '') AS beat, call.care,
         coalesce(call.nature_cleared, call.nature) AS nature,
         EXISTS (SELECT 1 FROM call_disposition
                 WHERE call_id = call.id AND disposition = 'arrest') AS arrested,
         EXISTS (SELECT 1 FROM call_disposition
                 WHERE call_id = call.id AND disposition = 'citation') AS cited
  FROM span CROSS JOIN call ON call.occurred_at >= span.first AND call.occurred_at < span.after
  WHERE call.voided_at IS NULL
    AND (call.occurred_at < :today OR unixepoch(call.occurred_at) <= :as_of_unix))
SELECT iif(beat = '', 'not recorded', beat) AS beat, nature.label AS nature,
       sum(found.care AND span = 'now') AS care_calls,
       sum(span = 'now') AS calls,
       iif(:previous_end > :first_day, sum(span = 'before'), NULL) AS calls_previous,
       iif(:year_before_end > :first_day, sum(span = 'year'), NULL) AS calls_year_before,
       sum(arrested AND span = 'now') AS arrests,
       iif(:previous_end > :first_day, sum(arrested AND span = 'before'), NULL) AS arrests_previous,
       iif(:year_before_end > :first_day, sum(arrested AND span = 'year'), NULL)
         AS arrests_year_before,
       sum(cited AND span = 'now') AS citations,
       iif(:previous_end > :first_day, sum(cited AND span = 'before'), NULL) AS citations_previous,
       iif(:year_before_end > :first_day, sum(cited AND span = 'year'), NULL)
         AS citations_year_before
FROM counted AS found JOIN nature ON nature.code = found.nature
GROUP BY found.beat, found.nature
ORDER BY found.beat = '', found.beat, calls DESC, nature.sort;
