-- people_served
-- title: People served
-- unit: count
-- known from: Stamford, Recovery Network of Programs (300 unduplicated people)
-- numerator: distinct known people met, reached or accepted in the period
-- Each person once, however often and under however many records: people whose record has a
-- given or family name (or had one merged into it) and who in the period were met face to face
-- (on a call as its subject, as family or as victim, where a responder arrived), or were reached by
-- an attempt at a follow-up (result: reached), or had a referral accepted (its first event that
-- is accepted, in progress or service received). The groups overlap: one person may be in all
-- three, so the groups add up to more than the people. Missing: calls with such a person for
-- which it is not recorded whether anybody arrived. Referrals entered in error do not count. When there
-- are calls, of none it is recorded that somebody came or did not come to a person named, and nobody
-- is reached or accepted, there is no count: it is not 0.

-- unknown_people
-- title: Unknown people
-- unit: count
-- numerator: records without any name that were met, reached or accepted in the period
-- As people_served, for people not known by name. They are separate and never added to
-- people served: two of them may be one person, or one of the people known by name.

-- interventions
-- title: Interventions
-- unit: count
-- numerator: interventions recorded on calls in the period
-- Every intervention on every call counts: a call with two has two. No count when there are calls
-- and none has an intervention, nor people_served a count: it is not 0.

-- referrals_accepted
-- title: Referrals accepted
-- unit: count
-- numerator: referrals accepted in the period
-- By the day on which the referral was accepted, whenever it was made. Accepted: its first event
-- that is accepted, in progress or service received. Not those entered in error.

-- connections
-- title: Connections
-- unit: count
-- known from: Stamford, Recovery Network of Programs (800 interventions and connections)
-- numerator: interventions on calls in the period, and referrals accepted in it
-- Work done, not people helped: one person may have many. No count where interventions have none and
-- no referral was accepted.

-- connections_per_person
-- title: Connections per person
-- unit: number
-- known from: Stamford (800 / 300 = 2.7)
-- numerator: connections of people known by name
-- denominator: people served
-- Interventions on calls where somebody known by name was met, and accepted referrals of people known
-- by name: those of the people below the line. missing: connections of nobody known by name.

-- new_people
-- title: New people
-- unit: count
-- numerator: people served in the period and never before it
-- Never before: no face-to-face contact, no reached follow-up and no accepted referral in this
-- file before the period. In the first months of a file nearly everybody is new.

WITH span AS NOT MATERIALIZED (
  SELECT id FROM call
  WHERE occurred_at >= :start AND occurred_at < :end AND voided_at IS NULL
    AND (occurred_at < :today OR unixepoch(occurred_at) <= :as_of_unix)),
met AS MATERIALIZED (
  SELECT call_id, person_id, arrived, recorded FROM met_person
  WHERE occurred_at >= :start AND occurred_at < :end
    AND (occurred_at < :today OR unixepoch(occurred_at) <= :as_of_unix)),
ever_accepted AS NOT MATERIALIZED (  -- a referral's person, and its first acceptance
  SELECT referral.person_id, accepted_at AS day
  FROM referral JOIN acceptance ON acceptance.referral_id = referral.id
  WHERE unixepoch(accepted_at) <= :as_of_unix
    AND 'entered_in_error' <> (
      SELECT status FROM referral_event AS last
      WHERE last.referral_id = referral.id AND unixepoch(last.occurred_at) <= :as_of_unix
      ORDER BY last.id DESC LIMIT 1)),
accepted AS MATERIALIZED (
  SELECT person_id FROM ever_accepted WHERE day >= :start AND day < :end),
reached AS (
  SELECT coalesce(follow_up.person_id, referral.person_id) AS person_id
  FROM attempt JOIN follow_up ON follow_up.id = attempt.follow_up_id
  LEFT JOIN referral ON referral.id = follow_up.referral_id
  WHERE attempt.occurred_at >= :start AND attempt.occurred_at < :end
    AND attempt.result = 'reached' AND unixepoch(attempt.occurred_at) <= :as_of_unix),
served AS MATERIALIZED (
  SELECT 'met on a call' AS way, person_id FROM met WHERE arrived
  UNION SELECT 'reached by a follow-up', person_id FROM reached
  UNION SELECT 'referral accepted', person_id FROM accepted),
counted_person AS MATERIALIZED (
  SELECT DISTINCT way, canonical_id, known
  FROM served JOIN known_person ON known_person.id = served.person_id),
earlier AS (  -- of those served now, who had been served before the period
  SELECT DISTINCT known_person.canonical_id
  FROM known_person
  WHERE known_person.canonical_id IN (SELECT canonical_id FROM counted_person WHERE known)
    AND (EXISTS (
           SELECT 1 FROM call_person JOIN call ON call.id = call_person.call_id
           WHERE call_person.person_id = known_person.id AND call.voided_at IS NULL
             AND call.occurred_at < :start AND role IN ('subject', 'family', 'victim')
             AND (call.arrived_at IS NOT NULL OR EXISTS (
               SELECT 1 FROM call_responder WHERE call_id = call.id AND state = 'arrived')))
      OR EXISTS (
           SELECT 1 FROM follow_up JOIN attempt ON attempt.follow_up_id = follow_up.id
           WHERE follow_up.person_id = known_person.id
             AND attempt.result = 'reached' AND attempt.occurred_at < :start)
      OR EXISTS (
           SELECT 1 FROM referral CROSS JOIN follow_up ON follow_up.referral_id = referral.id
           JOIN attempt ON attempt.follow_up_id = follow_up.id
           WHERE referral.person_id = known_person.id AND follow_up.person_id IS NULL
             AND attempt.result = 'reached' AND attempt.occurred_at < :start)
      OR EXISTS (
           SELECT 1 FROM ever_accepted WHERE person_id = known_person.id AND day < :start))),
total AS (
  SELECT NOT EXISTS (SELECT 1 FROM met WHERE recorded) AND NOT EXISTS (SELECT 1 FROM counted_person)
           AND (EXISTS (SELECT 1 FROM span)
             OR NOT (EXISTS (SELECT 1 FROM call_person) OR EXISTS (SELECT 1 FROM follow_up)
                     OR EXISTS (SELECT 1 FROM referral))) AS bare,
         (SELECT count(DISTINCT canonical_id) FROM counted_person WHERE known) AS people,
         (SELECT count(DISTINCT canonical_id) FROM counted_person WHERE NOT known) AS unknown,
         (SELECT count(DISTINCT call_id) FROM met JOIN known_person ON known_person.id = met.person_id
          WHERE known AND NOT recorded) AS unrecorded,
         (SELECT count(DISTINCT call_id) FROM met JOIN known_person ON known_person.id = met.person_id
          WHERE NOT known AND NOT recorded) AS unrecorded_unknown,
         (SELECT count(*) FROM span CROSS JOIN call_intervention ON call_id = span.id) AS interventions,
         (SELECT count(*) FROM accepted) AS accepted,
         (SELECT count(*) FROM call_intervention WHERE call_id IN (
            SELECT call_id FROM met JOIN known_person ON known_person.id = met.person_id
            WHERE arrived AND known))
         + (SELECT count(*) FROM accepted JOIN known_person ON known_person.id = accepted.person_id
            WHERE known) AS theirs,
         (SELECT count(*) FROM earlier) AS earlier)
SELECT 'people_served' AS figure, '' AS grp, iif(bare, NULL, people) AS numerator, NULL AS denominator,
       unrecorded AS missing FROM total
UNION ALL
SELECT 'people_served', way.value,
       iif((SELECT bare FROM total), NULL, count(DISTINCT canonical_id)), NULL,
       iif(way.value = 'met on a call', (SELECT unrecorded FROM total), 0)
FROM json_each('["met on a call", "reached by a follow-up", "referral accepted"]') AS way
LEFT JOIN counted_person ON counted_person.way = way.value AND counted_person.known GROUP BY way.key
UNION ALL SELECT 'unknown_people', '', iif(bare, NULL, unknown), NULL, unrecorded_unknown FROM total
UNION ALL SELECT 'interventions', '', iif(bare, nullif(interventions, 0), interventions), NULL, 0
FROM total
UNION ALL SELECT 'referrals_accepted', '', accepted, NULL, 0 FROM total
UNION ALL
SELECT 'connections', '', iif(bare, nullif(interventions + accepted, 0), interventions + accepted),
       NULL, 0 FROM total
UNION ALL
SELECT 'connections_per_person', '', theirs, people, interventions + accepted - theirs FROM total
UNION ALL SELECT 'new_people', '', iif(bare, NULL, people - earlier), NULL, 0 FROM total;
