-- hours
-- title: When calls come
-- Calls in the period by the local day of the week and hour at which they happened, all 168 of them,
-- Monday first, without calls of which only the day is known. The hour that a clock change leaves out has none; the one that comes twice has both.

WITH RECURSIVE each_hour (hour) AS (
  SELECT 0 UNION ALL SELECT hour + 1 FROM each_hour WHERE hour < 23),
each_day (at, code, name) AS (
  VALUES (1, '1', 'Monday'), (2, '2', 'Tuesday'), (3, '3', 'Wednesday'), (4, '4', 'Thursday'),
         (5, '5', 'Friday'), (6, '6', 'Saturday'), (7, '0', 'Sunday')),
counted AS MATERIALIZED (
  SELECT strftime('%w', substr(occurred_at, 1, 10)) AS code,
         CAST(substr(occurred_at, 12, 2) AS INTEGER) AS hour, count(*) AS calls, sum(care) AS care
  FROM call
  WHERE occurred_at >= :start AND occurred_at < :end AND voided_at IS NULL AND clock_known
    AND (occurred_at < :today OR unixepoch(occurred_at) <= :as_of_unix)
  GROUP BY 1, 2)
SELECT each_day.name AS weekday, each_hour.hour, coalesce(counted.care, 0) AS care_calls,
       coalesce(counted.calls, 0) AS calls
FROM each_day CROSS JOIN each_hour
LEFT JOIN counted ON counted.code = each_day.code AND counted.hour = each_hour.hour
ORDER BY each_day.at, each_hour.hour;
