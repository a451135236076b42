-- first_attempt_within_24h
-- title: Follow-up within 24 hours
-- section: first-follow-up
-- unit: share
-- known from: Greensboro (24 hours and again at 7 days)
-- numerator: calls first tried within 24 hours of the end of the contact
-- denominator: calls with a follow-up planned whose 24 hours are over
-- Calls in the period for which a follow-up was planned, for the call or for a referral made
-- from it. The clock starts at the end of the contact: when the call was cleared, or when it
-- began where that is not recorded (end_not_recorded tells how many). An attempt before the end
-- is at 0 hours. A call without any attempt counts as a failure. Not yet: calls
-- whose 24 hours are not over. Calls without a planned follow-up are not in it.

-- first_attempt_within_72h
-- title: Follow-up within 72 hours
-- unit: share
-- numerator: calls first tried within 72 hours of the end of the contact
-- denominator: calls with a follow-up planned whose 72 hours are over
-- As first_attempt_within_24h, with 72 hours.

-- first_attempt_within_7d
-- title: Follow-up within 7 days
-- section: first-follow-up
-- unit: share
-- numerator: calls first tried within 7 days of the end of the contact
-- denominator: calls with a follow-up planned whose 7 days are over
-- As first_attempt_within_24h, with 7 days.

-- first_reached_within_24h
-- title: Reached within 24 hours
-- unit: share
-- numerator: calls first reached within 24 hours of the end of the contact
-- denominator: calls with a follow-up planned whose 24 hours are over
-- As first_attempt_within_24h, for the first attempt that reached the person: one whose result
-- is marked so in the list of results (reached, refused, safe but declined, escalated).

-- first_reached_within_72h
-- title: Reached within 72 hours
-- unit: share
-- numerator: calls first reached within 72 hours of the end of the contact
-- denominator: calls with a follow-up planned whose 72 hours are over
-- As first_attempt_within_24h, for the first attempt that reached the person, within 72 hours.

-- first_reached_within_7d
-- title: Reached within 7 days
-- unit: share
-- numerator: calls first reached within 7 days of the end of the contact
-- denominator: calls with a follow-up planned whose 7 days are over
-- As first_attempt_within_24h, for the first attempt that reached the person, within 7 days.

-- median_hours_to_first_attempt
-- title: Median hours to first attempt
-- unit: hours
-- denominator: calls with a follow-up planned
-- The middle call when all calls with a follow-up planned are put in order, those never tried
-- last (of an even number, the mean of the two, or the one that was tried). No value when the
-- middle one was never tried. It has no window: calls of yesterday are in it, as not tried yet.

-- p90_hours_to_first_attempt
-- title: 90th percentile of hours to first attempt
-- unit: hours
-- denominator: calls with a follow-up planned
-- As median_hours_to_first_attempt, for the hours within which 9 in 10 were tried (nearest rank).

-- median_hours_to_first_reached
-- title: Median hours to first reached
-- unit: hours
-- denominator: calls with a follow-up planned
-- As median_hours_to_first_attempt, for the hours within which half were reached.

-- p90_hours_to_first_reached
-- title: 90th percentile of hours to first reached
-- unit: hours
-- denominator: calls with a follow-up planned
-- As median_hours_to_first_attempt, for the hours within which 9 in 10 were reached.

-- greensboro_24h_and_7d
-- title: Follow-up within 24 hours and again within 7 days
-- unit: share
-- known from: Greensboro
-- numerator: calls tried within 24 hours of the end of the contact and again on a later local day within 7 days
-- denominator: calls with a follow-up planned whose 7 days are over
-- Both attempts count, whatever their results.

-- never_attempted
-- title: Never tried
-- unit: count
-- numerator: calls with a follow-up planned and no attempt
-- denominator: calls with a follow-up planned
-- As of the as-of moment; those of the last days may still be in time.

-- end_not_recorded
-- title: End not recorded
-- unit: count
-- numerator: calls with a follow-up planned and no cleared time
-- denominator: calls with a follow-up planned
-- They are kept in the other figures, with the clock started when the call began.

-- attempts_made
-- title: Attempts at follow-ups
-- unit: count
-- numerator: attempts made in the period
-- Every try at any follow-up, by the day on which it was made, whoever made it.

-- contact_rate
-- title: Attempts that reached the person
-- unit: share
-- numerator: attempts in the period with a result that reached the person
-- denominator: attempts in the period
-- The list of results defines which of them reached the person: reached, refused, safe but
-- declined, escalated. It counts attempts: a person tried ten times is in it ten times.

WITH cohort AS MATERIALIZED (
  SELECT id, unixepoch(coalesce(cleared_at, occurred_at)) AS ended, cleared_at IS NULL AS no_end
  FROM call
  WHERE id IN (SELECT call_id FROM planned_follow_up
               WHERE occurred_at >= :start AND occurred_at < :end)
    AND voided_at IS NULL AND (occurred_at < :today OR unixepoch(occurred_at) <= :as_of_unix)),
try AS MATERIALIZED (  -- a row for every attempt, and one for a follow-up without any
  SELECT cohort.*, unixepoch(attempt.occurred_at) AS at,
         substr(attempt.occurred_at, 1, 10) AS day, follow_up_result.reached
  FROM cohort CROSS JOIN planned_follow_up AS planned ON planned.call_id = cohort.id
  LEFT JOIN attempt ON attempt.follow_up_id = planned.follow_up_id
    AND unixepoch(attempt.occurred_at) <= :as_of_unix
  LEFT JOIN follow_up_result ON follow_up_result.code = attempt.result),
clock AS MATERIALIZED (  -- a call, and its seconds to the first attempt and to the first reached
  SELECT id, ended, no_end, max(0, min(at) - ended) AS attempt,
         max(0, min(at) FILTER (WHERE reached) - ended) AS reached,
         coalesce(max(day) FILTER (WHERE at <= ended + 7 * 86400)
                  > min(day) FILTER (WHERE at <= ended + 86400), 0) AS twice
  FROM try GROUP BY id),
within (sort, word, seconds) AS (
  VALUES (1, '24h', 86400), (2, '72h', 3 * 86400), (3, '7d', 7 * 86400)),
share AS (
  SELECT 1 AS half, sort, 'first_attempt_within_' || word AS figure,
         coalesce(sum(attempt <= seconds), 0) AS numerator, count(id) AS denominator,
         (SELECT count(*) FROM cohort) - count(id) AS not_yet
  FROM within LEFT JOIN clock ON ended + seconds <= :as_of_unix GROUP BY sort
  UNION ALL
  SELECT 2, sort, 'first_reached_within_' || word, coalesce(sum(reached <= seconds), 0), count(id),
         (SELECT count(*) FROM cohort) - count(id)
  FROM within LEFT JOIN clock ON ended + seconds <= :as_of_unix GROUP BY sort),
placed AS MATERIALIZED (  -- those never tried come last
  SELECT attempt, reached, row_number() OVER (ORDER BY attempt IS NULL, attempt) AS by_attempt,
         row_number() OVER (ORDER BY reached IS NULL, reached) AS by_reached
  FROM clock),
rank (sort, word, few, low, high) AS (
  SELECT 1, 'median', 'half', (count(*) + 1) / 2, (count(*) + 2) / 2 FROM clock
  UNION ALL SELECT 2, 'p90', '9 in 10', (count(*) * 9 + 9) / 10, (count(*) * 9 + 9) / 10 FROM clock),
middle AS (
  SELECT 3 AS half, sort, word || '_hours_to_first_attempt' AS figure,
         (SELECT avg(attempt) / 3600.0 FROM placed WHERE by_attempt BETWEEN low AND high) AS value,
         'fewer than ' || few || ' tried' AS otherwise
  FROM rank
  UNION ALL
  SELECT 4, sort, word || '_hours_to_first_reached',
         (SELECT avg(reached) / 3600.0 FROM placed WHERE by_reached BETWEEN low AND high),
         'fewer than ' || few || ' reached'
  FROM rank),
total AS (SELECT count(*) AS every, coalesce(sum(attempt IS NULL), 0) AS never,
                 coalesce(sum(no_end), 0) AS no_end FROM clock),
made AS (
  SELECT count(*) AS attempts, coalesce(sum(reached), 0) AS reached
  FROM attempt JOIN follow_up_result ON follow_up_result.code = attempt.result
  WHERE occurred_at >= :start AND occurred_at < :end
    AND (occurred_at < :today OR unixepoch(occurred_at) <= :as_of_unix))
SELECT figure, numerator, denominator, not_yet,
       1.0 * numerator / nullif(denominator, 0) AS value, '' AS note
FROM share
UNION ALL
SELECT figure, NULL, every, 0, value, iif(value IS NULL AND every, otherwise, '') FROM middle, total
UNION ALL
SELECT 'greensboro_24h_and_7d', coalesce(sum(twice), 0), count(id),
       (SELECT count(*) FROM cohort) - count(id), avg(twice), ''
FROM (SELECT 1) LEFT JOIN clock ON ended + 7 * 86400 <= :as_of_unix
UNION ALL SELECT 'never_attempted', never, every, 0, never, '' FROM total
UNION ALL SELECT 'end_not_recorded', no_end, every, 0, no_end, '' FROM total
UNION ALL SELECT 'attempts_made', attempts, NULL, 0, attempts, '' FROM made
UNION ALL SELECT 'contact_rate', reached, attempts, 0, 1.0 * reached / nullif(attempts, 0), ''
FROM made;
