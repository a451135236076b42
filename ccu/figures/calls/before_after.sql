-- reduction
-- title: Fewer calls after than before
-- unit: share
-- interval: reduction
-- known from: Stamford (20% fewer repeat-type calls); the Camden trial, where both arms fell about 40%
-- numerator: care calls of these people in the w days after
-- denominator: care calls of these people in the w days before
-- The value is 1 - after / before: 20% means a fifth fewer, a negative value means more.
-- Engaged: people known by name whose first engagement ever, t0, was so long ago that the w days after it
-- end in the year to the period's end, or in the period where it is longer: in a month few begin. It is an
-- accepted referral or an attempt that reached them (result: reached). The care calls about them, as its
-- subject, in the w days after t0 are set against those in the w days before it; w is repeat_days or
-- --window. The call from which the engagement came is in neither; where none is recorded, their
-- calls on t0's local day are in neither. Not engaged: people known by name with a care call in
-- those days and no engagement until w days after it; t0 is one care call in those days, drawn by its
-- number and not by its time, because before the first one there were fewer by itself. It is in neither.
-- Counted only with complete windows on both sides: not yet, when the days
-- after are not over; missing, when the file does not reach back over the days before. With
-- --all-calls read call for care call throughout. The 95% interval is by the delta method on log(after /
-- before), people varying and not calls: the variance is n/(n-1) x (sum a*a / A*A + sum b*b /
-- B*B - 2 sum a*b / A*B), with a and b a person's calls after and before, A and B their sums, n
-- the people. Fewer than ten people, or no call on one side, have no interval and no value: only their
-- calls. It cannot show that the help caused it: people are engaged when things are at their worst, and calls fall
-- afterward without help too (regression to the mean). The people not engaged show how much, as
-- far as they are like those engaged; they were not chosen at random. On the other side, of the calls
-- before the first engagement none led to one: where calls come at random and nothing helps, the value
-- is negative, about -20% where 15 of 100 calls lead to an engagement. Not engaged have no such loss.

-- people_compared
-- title: People compared
-- unit: count
-- numerator: people with complete windows on both sides, in the figure above
-- Not yet and missing are people too.

-- address_reduction
-- title: Fewer calls after than before, addresses
-- unit: share
-- interval: reduction
-- known from: Stamford (20% fewer repeat-type calls); the Camden trial, where both arms fell about 40%
-- numerator: care calls at these addresses in the w days after
-- denominator: care calls at these addresses in the w days before
-- The value is 1 - after / before, from dispatch records alone: no person need be known. Engaged: addresses
-- whose first contact ever with the team, t0, lies in the days of reduction: a care call that a civilian
-- responder led or where one arrived. Not engaged: addresses with a care call in those days and no such
-- contact until w days after it; t0 is one of these calls, drawn as in reduction. Windows are of equal length on both sides, w
-- is repeat_days or --window, and the call at t0 is in neither. Unit by unit; exempt places (a
-- shelter, a hospital, the station) and texts that could not be read as an address are left out. Not yet:
-- the days after are not over; missing: the file does not reach back over the days before. With --all-calls
-- read call for care call throughout. The 95% interval is by the delta method, addresses varying and
-- not calls, as for reduction, and so is when there is no value. It cannot show that the team
-- caused it: a team comes when calls are at their worst, and calls fall afterward without it too (regression to the mean). The addresses not
-- engaged show how much, as far as they are like those engaged; they were not chosen at random. As in
-- reduction, no call before t0 had the team, which alone makes fewer before than after. People
-- move: calls at an address need not be about one person.

-- addresses_compared
-- title: Addresses compared
-- unit: count
-- numerator: addresses with complete windows on both sides, in the figure above
-- Not yet and missing are addresses too.

WITH days (first, after) AS MATERIALIZED (  -- whose w days after end in the year to the end
  SELECT date(min(:start, date(:end, '-1 year')), '-' || :window || ' days'),
         date(:end, '-' || :window || ' days')),
seen_person AS MATERIALIZED (  -- one care call in these days of each known person
  SELECT canonical_id, at, occurred_at, call_id
  FROM (SELECT known_person.canonical_id, unixepoch(call.occurred_at) AS at, call.occurred_at,
               call.id AS call_id,
               row_number() OVER (PARTITION BY known_person.canonical_id
                                  ORDER BY call.id * 2654435761 % 4294967296) AS turn
        FROM call JOIN call_person
          ON call_person.call_id = call.id AND call_person.role = 'subject'
        JOIN known_person ON known_person.id = call_person.person_id
        WHERE occurred_at >= (SELECT first FROM days) AND occurred_at < (SELECT after FROM days)
          AND voided_at IS NULL AND (occurred_at < :today OR unixepoch(occurred_at) <= :as_of_unix)
          AND (care OR :all_calls) AND known)
  WHERE turn = 1),
moved AS (  -- records that something happened to in these days which may be an engagement
  SELECT coalesce(follow_up.person_id, referral.person_id) AS person_id
  FROM attempt JOIN follow_up ON follow_up.id = attempt.follow_up_id
  LEFT JOIN referral ON referral.id = follow_up.referral_id
  WHERE attempt.occurred_at >= (SELECT first FROM days)
    AND attempt.occurred_at < (SELECT after FROM days) AND attempt.result = 'reached'
  UNION
  SELECT referral.person_id
  FROM referral JOIN acceptance ON acceptance.referral_id = referral.id
  WHERE accepted_at >= (SELECT first FROM days) AND accepted_at < (SELECT after FROM days)),
record AS MATERIALIZED (  -- all records of these people and of those seen; CROSS: in this order
  SELECT id, canonical_id FROM known_person
  WHERE known AND canonical_id IN (
    SELECT canonical_id FROM seen_person
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
seen_place AS MATERIALIZED (  -- one care call in these days at each address
  SELECT place_id, at, occurred_at, call_id
  FROM (SELECT call.place_id, unixepoch(call.occurred_at) AS at, call.occurred_at,
               call.id AS call_id,
               row_number() OVER (PARTITION BY call.place_id
                                  ORDER BY call.id * 2654435761 % 4294967296) AS turn
        FROM call
        WHERE occurred_at >= (SELECT first FROM days) AND occurred_at < (SELECT after FROM days)
          AND voided_at IS NULL AND (occurred_at < :today OR unixepoch(occurred_at) <= :as_of_unix)
          AND (care OR :all_calls) AND place_id IS NOT NULL)
  CROSS JOIN place ON place.id = place_id
  WHERE turn = 1 AND place.kind <> 'none' AND place.exempt_reason IS NULL
    AND NOT EXISTS (SELECT 1 FROM place AS building
                    WHERE building.unit_key = place.building_key AND building.city = place.city
                      AND building.exempt_reason IS NOT NULL)),
contact AS MATERIALIZED (  -- the first with the team at each of these, ever
  SELECT place_id, at, occurred_at, call_id
  FROM (SELECT call.place_id, unixepoch(call.occurred_at) AS at, call.occurred_at,
               call.id AS call_id,
               row_number() OVER (PARTITION BY call.place_id
                                  ORDER BY unixepoch(call.occurred_at), call.id) AS turn
        FROM seen_place CROSS JOIN call ON call.place_id = seen_place.place_id
        WHERE (call.care OR :all_calls) AND call.voided_at IS NULL
          AND (call.lead_agency IN ('human_services', 'mobile_crisis', 'provider')
            OR EXISTS (SELECT 1 FROM call_responder
                       WHERE call_id = call.id AND state = 'arrived'
                         AND (clinician OR agency IN ('human_services', 'mobile_crisis', 'provider'))))
          AND unixepoch(call.occurred_at) <= :as_of_unix)
  WHERE turn = 1),
seen AS MATERIALIZED (  -- of people and addresses alike from here on
  SELECT 'people' AS what, canonical_id AS who, at, occurred_at, call_id FROM seen_person
  UNION ALL SELECT 'addresses', place_id, at, occurred_at, call_id FROM seen_place),
engagement AS MATERIALIZED (  -- the first of each person or address
  SELECT 'people' AS what, canonical_id AS who, at, occurred_at, call_id
  FROM (SELECT step.*, row_number() OVER (PARTITION BY canonical_id
                                          ORDER BY at, call_id IS NULL, call_id) AS turn
        FROM step)
  WHERE turn = 1
  UNION ALL SELECT 'addresses', place_id, at, occurred_at, call_id FROM contact),
subject AS MATERIALIZED (
  SELECT 'engaged' AS grp, engagement.* FROM engagement
  WHERE occurred_at >= (SELECT first FROM days) AND occurred_at < (SELECT after FROM days)
  UNION ALL
  SELECT 'not engaged', seen.* FROM seen LEFT JOIN engagement USING (what, who)
  WHERE engagement.at IS NULL OR engagement.at >= seen.at + 86400 * :window),
whole AS MATERIALIZED (
  SELECT subject.*, at + 86400 * :window > :as_of_unix AS not_yet,
         date(substr(occurred_at, 1, 10), '-' || :window || ' days')
           < coalesce(:first_day, '9999') AS no_before
  FROM subject),
complete AS MATERIALIZED (SELECT * FROM whole WHERE NOT not_yet AND NOT no_before),
theirs AS (  -- the calls of each; of an address by the index, with a day for offsets that differ
  SELECT DISTINCT complete.*, call_person.call_id AS other_id
  FROM complete CROSS JOIN record ON record.canonical_id = complete.who
  CROSS JOIN call_person ON call_person.person_id = record.id AND call_person.role = 'subject'
  WHERE complete.what = 'people'
  UNION ALL
  SELECT complete.*, call.id FROM complete CROSS JOIN call ON call.place_id = complete.who
    AND call.occurred_at >= date(substr(complete.occurred_at, 1, 10), '-' || (:window + 1) || ' days')
    AND call.occurred_at < date(substr(complete.occurred_at, 1, 10), '+' || (:window + 2) || ' days')
  WHERE complete.what = 'addresses'),
near AS (  -- those on both sides
  SELECT what, grp, who, call.id, unixepoch(call.occurred_at) > theirs.at AS later
  FROM theirs CROSS JOIN call ON call.id = theirs.other_id
  WHERE call.voided_at IS NULL AND (call.care OR :all_calls)
    AND unixepoch(call.occurred_at) <> theirs.at
    AND unixepoch(call.occurred_at) > theirs.at - 86400 * :window
    AND unixepoch(call.occurred_at) < theirs.at + 86400 * :window
    AND call.id IS NOT theirs.call_id
    AND (theirs.call_id IS NOT NULL
         OR substr(call.occurred_at, 1, 10) <> substr(theirs.occurred_at, 1, 10))),
each AS MATERIALIZED (
  SELECT what, grp, who, count(near.id) FILTER (WHERE later) AS after,
         count(near.id) FILTER (WHERE NOT later) AS before
  FROM complete LEFT JOIN near USING (what, grp, who) GROUP BY what, grp, who),
arm (what, grp) AS (
  VALUES ('people', 'engaged'), ('people', 'not engaged'),
         ('addresses', 'engaged'), ('addresses', 'not engaged')),
told AS MATERIALIZED (
  SELECT what, grp, count(who) AS n, coalesce(sum(after), 0) AS after,
         coalesce(sum(before), 0) AS before, coalesce(sum(after * after), 0) AS aa,
         coalesce(sum(before * before), 0) AS bb, coalesce(sum(after * before), 0) AS ab,
         (SELECT count(*) FROM whole
          WHERE whole.what = arm.what AND whole.grp = arm.grp AND not_yet) AS not_yet,
         (SELECT count(*) FROM whole
          WHERE whole.what = arm.what AND whole.grp = arm.grp AND no_before AND NOT not_yet)
           AS missing
  FROM arm LEFT JOIN each USING (what, grp) GROUP BY what, grp)
SELECT figure, grp, numerator, denominator, missing, not_yet, value, n, aa, bb, ab, note
FROM (
  SELECT what, 1 AS part, iif(what = 'people', 'reduction', 'address_reduction') AS figure, grp,
         after AS numerator, before AS denominator, missing, not_yet,
         iif(n < 10 OR after = 0, NULL, 1 - 1.0 * after / nullif(before, 0)) AS value, n, aa, bb, ab,
         iif(n < 10 OR before = 0 OR after = 0, 'too few for an interval: no claim', '') AS note
  FROM told
  UNION ALL
  SELECT what, 2, what || '_compared', grp, n, NULL, missing, not_yet, n, n, 0, 0, 0, '' FROM told)
ORDER BY what DESC, part, grp;
