-- reduction
-- title: Fewer calls after than before
-- unit: share
-- interval: reduction
-- known from: Stamford (20% fewer repeat-type calls); the Camden trial, where both arms fell about 40%
-- numerator: care calls of these people in the w days after
-- denominator: care calls of these people in the w days before
-- The value is 1 - after / before: 20% means a fifth fewer, a negative value means more.
-- Engaged: people known by name whose first engagement ever, t0, lies in the period: an accepted
-- referral or an attempt that reached them (result: reached). The care calls about them, as its
-- subject, in the w days after t0 are set against those in the w days before it; w is repeat_days or
-- --window. The call from which the engagement came is in neither; where none is recorded, their
-- calls on t0's local day are in neither. Not engaged: people known by name with a care call in
-- the period and no engagement until w days after it; t0 is their first care call in the period,
-- which is in neither. Counted only with complete windows on both sides: not yet, when the days
-- after are not over; missing, when the file does not reach back over the days before. With
-- --all-calls read call for care call throughout. The 95% interval is by the delta method on log(after /
-- before), people varying and not calls: the variance is n/(n-1) x (sum a*a / A*A + sum b*b /
-- B*B - 2 sum a*b / A*B), with a and b a person's calls after and before, A and B their sums, n
-- the people. Fewer than ten people, or no call on one side, have no interval and no value: only their
-- calls. It cannot show that the help caused it: people are engaged when things are at their worst, and calls fall
-- afterward without help too (regression to the mean). The people not engaged show how much, as
-- far as they are like those engaged; they were not chosen at random.

-- people_compared
-- title: People compared
-- unit: count
-- numerator: people with complete windows on both sides, in the figure above
-- Not yet and missing are people too.

WITH seen AS MATERIALIZED (  -- the first care call in the period of each known person
  SELECT canonical_id, at, occurred_at, call_id
  FROM (SELECT known_person.canonical_id, unixepoch(call.occurred_at) AS at, call.occurred_at,
               call.id AS call_id,
               row_number() OVER (PARTITION BY known_person.canonical_id
                                  ORDER BY unixepoch(call.occurred_at), call.id) AS place
        FROM call JOIN call_person
          ON call_person.call_id = call.id AND call_person.role = 'subject'
        JOIN known_person ON known_person.id = call_person.person_id
        WHERE occurred_at >= :start AND occurred_at < :end AND voided_at IS NULL
          AND (occurred_at < :today OR unixepoch(occurred_at) <= :as_of_unix)
          AND (care OR :all_calls) AND known)
  WHERE place = 1),
moved AS (  -- records that something happened to in the period which may be an engagement
  SELECT coalesce(follow_up.person_id, referral.person_id) AS person_id
  FROM attempt JOIN follow_up ON follow_up.id = attempt.follow_up_id
  LEFT JOIN referral ON referral.id = follow_up.referral_id
  WHERE attempt.occurred_at >= :start AND attempt.occurred_at < :end AND attempt.result = 'reached'
  UNION
  SELECT referral.person_id
  FROM referral JOIN acceptance ON acceptance.referral_id = referral.id
  WHERE accepted_at >= :start AND accepted_at < :end),
record AS MATERIALIZED (  -- all records of these people and of those seen; CROSS: in this order
  SELECT id, canonical_id FROM known_person
  WHERE known AND canonical_id IN (
    SELECT canonical_id FROM seen
    UNION SELECT known_person.canonical_id FROM moved JOIN known_person ON known_person.id = person_id)),
step AS (  -- what engages: the first acceptance of a referral, an attempt that reached
  SELECT record.canonical_id, referral.call_id, accepted_at AS occurred_at,
         unixepoch(accepted_at) AS at
  FROM record CROSS JOIN referral ON referral.person_id = record.id
  JOIN acceptance ON acceptance.referral_id = referral.id
  WHERE unixepoch(accepted_at) <= :as_of_unix
    AND 'entered_in_error' <> (
      SELECT status FROM referral_event AS last
      WHERE last.referral_id = referral.id AND unixepoch(last.occurred_at) <= :as_of_unix
      ORDER BY last.id DESC LIMIT 1)
  UNION ALL
  SELECT record.canonical_id, coalesce(follow_up.call_id, referral.call_id), attempt.occurred_at,
         unixepoch(attempt.occurred_at)
  FROM record CROSS JOIN follow_up ON follow_up.person_id = record.id
  CROSS JOIN attempt ON attempt.follow_up_id = follow_up.id
  LEFT JOIN referral ON referral.id = follow_up.referral_id
  WHERE attempt.result = 'reached' AND unixepoch(attempt.occurred_at) <= :as_of_unix
  UNION ALL
  SELECT record.canonical_id, coalesce(follow_up.call_id, referral.call_id), attempt.occurred_at,
         unixepoch(attempt.occurred_at)
  FROM record CROSS JOIN referral ON referral.person_id = record.id
  CROSS JOIN follow_up ON follow_up.referral_id = referral.id AND follow_up.person_id IS NULL
  CROSS JOIN attempt ON attempt.follow_up_id = follow_up.id
  WHERE attempt.result = 'reached' AND unixepoch(attempt.occurred_at) <= :as_of_unix),
engagement AS MATERIALIZED (  -- the first of each person
  SELECT canonical_id, at, occurred_at, call_id
  FROM (SELECT step.*, row_number() OVER (PARTITION BY canonical_id
                                          ORDER BY at, call_id IS NULL, call_id) AS place
        FROM step)
  WHERE place = 1),
subject AS MATERIALIZED (
  SELECT 'engaged' AS grp, canonical_id, at, occurred_at, call_id FROM engagement
  WHERE occurred_at >= :start AND occurred_at < :end
  UNION ALL
  SELECT 'not engaged', seen.canonical_id, seen.at, seen.occurred_at, seen.call_id
  FROM seen LEFT JOIN engagement ON engagement.canonical_id = seen.canonical_id
  WHERE engagement.at IS NULL OR engagement.at >= seen.at + 86400 * :window),
whole AS MATERIALIZED (
  SELECT subject.*, at + 86400 * :window > :as_of_unix AS not_yet,
         date(substr(occurred_at, 1, 10), '-' || :window || ' days')
           < coalesce(:first_day, '9999') AS no_before
  FROM subject),
near AS (  -- the calls on both sides
  SELECT DISTINCT whole.grp, whole.canonical_id, call.id,
         unixepoch(call.occurred_at) > whole.at AS later
  FROM whole CROSS JOIN record ON record.canonical_id = whole.canonical_id
  CROSS JOIN call_person ON call_person.person_id = record.id AND call_person.role = 'subject'
  CROSS JOIN call ON call.id = call_person.call_id
  WHERE NOT not_yet AND NOT no_before AND call.voided_at IS NULL AND (call.care OR :all_calls)
    AND unixepoch(call.occurred_at) <> whole.at
    AND unixepoch(call.occurred_at) > whole.at - 86400 * :window
    AND unixepoch(call.occurred_at) < whole.at + 86400 * :window
    AND call.id IS NOT whole.call_id
    AND (whole.call_id IS NOT NULL
         OR substr(call.occurred_at, 1, 10) <> substr(whole.occurred_at, 1, 10))),
each AS MATERIALIZED (
  SELECT whole.grp, count(near.id) FILTER (WHERE later) AS after,
         count(near.id) FILTER (WHERE NOT later) AS before
  FROM whole LEFT JOIN near ON near.grp = whole.grp AND near.canonical_id = whole.canonical_id
  WHERE NOT not_yet AND NOT no_before GROUP BY whole.grp, whole.canonical_id),
arm (grp) AS (VALUES ('engaged'), ('not engaged')),
told AS MATERIALIZED (
  SELECT arm.grp, count(each.grp) AS n, coalesce(sum(after), 0) AS after,
         coalesce(sum(before), 0) AS before, coalesce(sum(after * after), 0) AS aa,
         coalesce(sum(before * before), 0) AS bb, coalesce(sum(after * before), 0) AS ab,
         (SELECT count(*) FROM whole WHERE whole.grp = arm.grp AND not_yet) AS not_yet,
         (SELECT count(*) FROM whole WHERE whole.grp = arm.grp AND no_before AND NOT not_yet)
           AS missing
  FROM arm LEFT JOIN each ON each.grp = arm.grp GROUP BY arm.grp)
SELECT 'reduction' AS figure, grp, after AS numerator, before AS denominator, missing, not_yet,
       iif(n < 10 OR after = 0, NULL, 1 - 1.0 * after / nullif(before, 0)) AS value, n, aa, bb, ab,
       iif(n < 10 OR before = 0 OR after = 0, 'too few for an interval: no claim', '') AS note
FROM told
UNION ALL
SELECT 'people_compared', grp, n, NULL, missing, not_yet, n, n, 0, 0, 0, '' FROM told;
