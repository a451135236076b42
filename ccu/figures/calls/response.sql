-- median_minutes_to_arrival
-- title: Median response
-- unit: minutes
-- denominator: calls in the period with a dispatched and an arrived time
-- From dispatch to the first arrival, for all calls and for care calls: the middle call when they are put
-- in order (of an even number, the mean of the two). missing: calls without either time, or with an
-- arrival before the dispatch; they are left out. So are self-initiated calls, which self_initiated
-- counts: nobody waited for an officer who was there.

-- p90_minutes_to_arrival
-- title: 90th percentile of response
-- unit: minutes
-- denominator: calls in the period with a dispatched and an arrived time
-- As median_minutes_to_arrival, for the minutes within which 9 in 10 were there (nearest rank).

-- self_initiated
-- title: Self-initiated, left out of these
-- unit: count
-- numerator: calls in the period with an arrival and no wait
-- Calls reported as officer-initiated, and those whose time of arrival is that of dispatch, to the second,
-- or without a time of dispatch that of the call: so systems write a call that an officer came upon.

WITH counted AS (
  SELECT care, unixepoch(arrived_at) - unixepoch(dispatched_at) AS seconds,
         arrived_at IS NOT NULL AND (source = 'officer' OR unixepoch(arrived_at) =
           unixepoch(coalesce(dispatched_at, iif(clock_known, occurred_at, NULL)))) IS TRUE AS on_view
  FROM call
  WHERE occurred_at >= :start AND occurred_at < :end AND voided_at IS NULL
    AND (occurred_at < :today OR unixepoch(occurred_at) <= :as_of_unix)),
spent AS MATERIALIZED (  -- many calls have the same seconds
  SELECT iif(on_view, NULL, seconds) AS seconds, on_view, count(*) AS calls, sum(care) AS care
  FROM counted GROUP BY 1, 2),
told (sort, seconds, on_view, calls) AS (
  SELECT 1, seconds, on_view, calls FROM spent
  UNION ALL SELECT 2, seconds, on_view, care FROM spent WHERE care > 0),
placed AS MATERIALIZED (
  SELECT sort, seconds, sum(calls) OVER (PARTITION BY sort ORDER BY seconds) AS until
  FROM told WHERE seconds >= 0),
arm AS MATERIALIZED (
  SELECT column1 AS sort, column2 AS grp, coalesce(sum(calls), 0) AS calls,
         coalesce(sum(calls) FILTER (WHERE seconds >= 0), 0) AS timed,
         coalesce(sum(calls * on_view), 0) AS on_view
  FROM (VALUES (1, 'all calls'), (2, 'care calls')) LEFT JOIN told ON told.sort = column1
  GROUP BY 1),
middle (at, figure, low, high, sort, grp, timed, missing) AS (
  SELECT 1, 'median_minutes_to_arrival', (timed + 1) / 2, (timed + 2) / 2, sort, grp, timed,
         calls - timed - on_view FROM arm
  UNION ALL
  SELECT 2, 'p90_minutes_to_arrival', (timed * 9 + 9) / 10, (timed * 9 + 9) / 10, sort, grp, timed,
         calls - timed - on_view FROM arm)
SELECT * FROM (
  SELECT figure, grp, NULL AS numerator, timed AS denominator, missing,
         (SELECT (min(seconds) FILTER (WHERE until >= low)
                  + min(seconds) FILTER (WHERE until >= high)) / 120.0
          FROM placed WHERE placed.sort = middle.sort) AS value
  FROM middle ORDER BY at, sort)
UNION ALL SELECT 'self_initiated', grp, on_view, NULL, 0, on_view FROM arm;
