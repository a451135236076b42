-- median_minutes_to_arrival
-- title: Median response
-- section: response
-- unit: minutes
-- denominator: calls in the period with a dispatched and an arrived time
-- From dispatch to the first arrival, for all calls and for care calls: the middle call when they are put
-- in order (nearest rank: of an even number, the earlier of the two). missing: calls without either
-- time, or with an arrival before the dispatch; they are left out.

-- p90_minutes_to_arrival
-- title: 90th percentile of response
-- section: response
-- unit: minutes
-- denominator: calls in the period with a dispatched and an arrived time
-- As median_minutes_to_arrival, for the minutes within which 9 in 10 were there.

WITH counted AS MATERIALIZED (
  SELECT care, unixepoch(arrived_at) - unixepoch(dispatched_at) AS seconds
  FROM call
  WHERE occurred_at >= :start AND occurred_at < :end AND voided_at IS NULL
    AND (occurred_at < :today OR unixepoch(occurred_at) <= :as_of_unix)),
told (sort, grp, seconds) AS (
  SELECT 1, 'all calls', iif(seconds >= 0, seconds, NULL) FROM counted
  UNION ALL
  SELECT 2, 'care calls', iif(seconds >= 0, seconds, NULL) FROM counted WHERE care),
placed AS MATERIALIZED (
  SELECT grp, seconds, row_number() OVER (PARTITION BY grp ORDER BY seconds) AS place,
         count(*) OVER (PARTITION BY grp) AS every
  FROM told WHERE seconds IS NOT NULL),
arm (sort, grp) AS (VALUES (1, 'all calls'), (2, 'care calls')),
rank (at, figure, part) AS (
  VALUES (1, 'median_minutes_to_arrival', 50), (2, 'p90_minutes_to_arrival', 90))
SELECT figure, arm.grp AS grp, NULL AS numerator,
       (SELECT count(seconds) FROM told WHERE told.grp = arm.grp) AS denominator,
       (SELECT count(*) - count(seconds) FROM told WHERE told.grp = arm.grp) AS missing,
       (SELECT seconds / 60.0 FROM placed
        WHERE placed.grp = arm.grp AND place = (every * part + 99) / 100) AS value
FROM rank CROSS JOIN arm ORDER BY at, sort;
