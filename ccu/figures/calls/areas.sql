-- areas
-- title: Areas
-- known from: Dallas RIGHT Care (10% fewer citations in its districts)
-- Care calls, and all calls that ended in an arrest or a citation, by beat or district as recorded on
-- the call: in the period, in the period before, and in the same period a year before. Calls without
-- a beat come last as `not recorded`. A period that ended before the file's first call is blank,
-- which is not 0. Areas differ in size and in how many people pass through:
-- compare an area with itself.

WITH span (name, first, after) AS (
  VALUES ('now', :start, :end), ('before', :previous_start, :previous_end),
         ('year', :year_before_start, :year_before_end)),
counted AS MATERIALIZED (
  SELECT span.name AS span, coalesce(trim(call.beat), '') AS beat, call.care,
         EXISTS (SELECT 1 FROM call_disposition
                 WHERE call_id = call.id AND disposition = 'arrest') AS arrested,
         EXISTS (SELECT 1 FROM call_disposition
                 WHERE call_id = call.id AND disposition = 'citation') AS cited
  FROM span CROSS JOIN call ON call.occurred_at >= span.first AND call.occurred_at < span.after
  WHERE call.voided_at IS NULL
    AND (call.occurred_at < :today OR unixepoch(call.occurred_at) <= :as_of_unix))
SELECT iif(beat = '', 'not recorded', beat) AS beat,
       sum(care AND span = 'now') AS care_calls,
       iif(:previous_end > :first_day, sum(care AND span = 'before'), NULL) AS care_previous,
       iif(:year_before_end > :first_day, sum(care AND span = 'year'), NULL) AS care_year_before,
       sum(arrested AND span = 'now') AS arrests,
       iif(:previous_end > :first_day, sum(arrested AND span = 'before'), NULL) AS arrests_previous,
       iif(:year_before_end > :first_day, sum(arrested AND span = 'year'), NULL) AS arrests_year_before,
       sum(cited AND span = 'now') AS citations,
       iif(:previous_end > :first_day, sum(cited AND span = 'before'), NULL) AS citations_previous,
       iif(:year_before_end > :first_day, sum(cited AND span = 'year'), NULL) AS citations_year_before
FROM counted AS found GROUP BY found.beat
HAVING sum(care OR arrested OR cited) > 0
ORDER BY found.beat = '', found.beat;
