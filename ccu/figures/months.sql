-- calls_by_month
-- title: Calls by month
-- unit: count
-- of: months
-- numerator: calls in the month
-- The twelve months that end with the one in which the period ends. A month before the file's
-- first call has no figure; one that is not over is counted to the as-of moment and says so.

-- care_calls_by_month
-- title: Care calls by month
-- unit: count
-- of: months
-- numerator: care calls in the month
-- As calls_by_month.

WITH RECURSIVE month (first, after) AS (
  SELECT :months_start, date(:months_start, '+1 month')
  UNION ALL
  SELECT after, date(after, '+1 month') FROM month WHERE after < :months_end),
counted AS MATERIALIZED (  -- a month at a time: grouping a year's calls would sort them all first
  SELECT first, after,
         (SELECT json_array(count(*), coalesce(sum(care), 0)) FROM call
          WHERE occurred_at >= first AND occurred_at < after AND voided_at IS NULL
            AND (occurred_at < :today OR unixepoch(occurred_at) <= :as_of_unix)) AS found,
         after <= coalesce(:first_day, '9999') OR first > :today AS none
  FROM month),
told AS (
  SELECT substr(first, 1, 7) AS grp, iif(none, NULL, json_extract(found, '$[0]')) AS calls,
         iif(none, NULL, json_extract(found, '$[1]')) AS care,
         CASE WHEN first > :today THEN 'not begun'
              WHEN strftime('%Y-%m-%dT%H:%M:%S', after, '-1 second') > substr(:as_of, 1, 19)
                THEN 'not over'
              WHEN none THEN 'before the first call'
              ELSE '' END AS note
  FROM counted)
SELECT 'calls_by_month' AS figure, grp, calls AS numerator, note FROM told
UNION ALL SELECT 'care_calls_by_month', grp, care, note FROM told;
