-- address_reduction
-- title: Fewer calls after than before, addresses
-- section: before-after
-- unit: share
-- interval: reduction
-- known from: Stamford (20% fewer repeat-type calls); the Camden trial, where both arms fell about 40%
-- numerator: care calls at these addresses in the w days after
-- denominator: care calls at these addresses in the w days before
-- The value is 1 - after / before, from dispatch records alone: no person need be known. Engaged: addresses
-- whose first contact ever with the team, t0, lies in the period: a care call that a civilian responder led
-- or where one arrived. Not engaged: addresses with a care call in the period and no such contact until w
-- days after it; t0 is their first care call in the period. Windows are of equal length on both sides, w
-- is repeat_days or --window, and the call at t0 is in neither. Unit by unit; exempt places (a
-- shelter, a hospital, the station) and texts that could not be read as an address are left out. Not yet:
-- the days after are not over; missing: the file does not reach back over the days before. With --all-calls
-- read call for care call throughout. The 95% interval is by the delta method, addresses varying and
-- not calls, as for reduction, and so is when there is no value. It cannot show that the team
-- caused it: a team comes when calls are at their worst, and calls fall afterward without it too (regression to the mean). The addresses not
-- engaged show how much, as far as they are like those engaged; they were not chosen at random. People
-- move: calls at an address need not be about one person.

-- addresses_compared
-- title: Addresses compared
-- section: before-after
-- unit: count
-- numerator: addresses with complete windows on both sides, in the figure above
-- Not yet and missing are addresses too.

WITH seen AS MATERIALIZED (  -- the first care call in the period at each address
  SELECT place_id, at, occurred_at, call_id
  FROM (SELECT call.place_id, unixepoch(call.occurred_at) AS at, call.occurred_at,
               call.id AS call_id,
               row_number() OVER (PARTITION BY call.place_id
                                  ORDER BY unixepoch(call.occurred_at), call.id) AS turn
        FROM call
        WHERE occurred_at >= :start AND occurred_at < :end AND voided_at IS NULL
          AND (occurred_at < :today OR unixepoch(occurred_at) <= :as_of_unix)
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
        FROM seen CROSS JOIN call ON call.place_id = seen.place_id
        WHERE (call.care OR :all_calls) AND call.voided_at IS NULL
          AND (call.lead_agency IN ('human_services', 'mobile_crisis', 'provider')
            OR EXISTS (SELECT 1 FROM call_responder
                       WHERE call_id = call.id AND state = 'arrived'
                         AND (clinician OR agency IN ('human_services', 'mobile_crisis', 'provider'))))
          AND unixepoch(call.occurred_at) <= :as_of_unix)
  WHERE turn = 1),
subject AS MATERIALIZED (
  SELECT 'engaged' AS grp, place_id, at, occurred_at, call_id FROM contact
  WHERE occurred_at >= :start AND occurred_at < :end
  UNION ALL
  SELECT 'not engaged', seen.place_id, seen.at, seen.occurred_at, seen.call_id
  FROM seen LEFT JOIN contact ON contact.place_id = seen.place_id
  WHERE contact.at IS NULL OR contact.at >= seen.at + 86400 * :window),
whole AS MATERIALIZED (
  SELECT subject.*, at + 86400 * :window > :as_of_unix AS not_yet,
         date(substr(occurred_at, 1, 10), '-' || :window || ' days')
           < coalesce(:first_day, '9999') AS no_before
  FROM subject),
near AS (  -- the calls on both sides
  SELECT whole.grp, whole.place_id, call.id, unixepoch(call.occurred_at) > whole.at AS later
  FROM whole CROSS JOIN call ON call.place_id = whole.place_id
  WHERE NOT not_yet AND NOT no_before AND call.voided_at IS NULL AND (call.care OR :all_calls)
    -- by the index, with a day for offsets that differ
    AND call.occurred_at >= date(substr(whole.occurred_at, 1, 10), '-' || (:window + 1) || ' days')
    AND call.occurred_at < date(substr(whole.occurred_at, 1, 10), '+' || (:window + 2) || ' days')
    AND unixepoch(call.occurred_at) <> whole.at
    AND unixepoch(call.occurred_at) > whole.at - 86400 * :window
    AND unixepoch(call.occurred_at) < whole.at + 86400 * :window
    AND call.id <> whole.call_id),
each AS MATERIALIZED (
  SELECT whole.grp, count(near.id) FILTER (WHERE later) AS after,
         count(near.id) FILTER (WHERE NOT later) AS before
  FROM whole LEFT JOIN near ON near.grp = whole.grp AND near.place_id = whole.place_id
  WHERE NOT not_yet AND NOT no_before GROUP BY whole.grp, whole.place_id),
arm (grp) AS (VALUES ('engaged'), ('not engaged')),
told AS MATERIALIZED (
  SELECT arm.grp, count(each.grp) AS n, coalesce(sum(after), 0) AS after,
         coalesce(sum(before), 0) AS before, coalesce(sum(after * after), 0) AS aa,
         coalesce(sum(before * before), 0) AS bb, coalesce(sum(after * before), 0) AS ab,
         (SELECT count(*) FROM whole WHERE whole.grp = arm.grp AND not_yet) AS not_yet,
         (SELECT count(*) FROM whole WHERE whole.grp = arm.grp AND no_before AND NOT not_yet)
           AS missing
  FROM arm LEFT JOIN each ON each.grp = arm.grp GROUP BY arm.grp)
SELECT 'address_reduction' AS figure, grp, after AS numerator, before AS denominator, missing,
       not_yet, iif(n < 10 OR after = 0, NULL, 1 - 1.0 * after / nullif(before, 0)) AS value, n, aa, bb, ab,
       iif(n < 10 OR before = 0 OR after = 0, 'too few for an interval: no claim', '') AS note
FROM told
UNION ALL
SELECT 'addresses_compared', grp, n, NULL, missing, not_yet, n, n, 0, 0, 0, '' FROM told;
