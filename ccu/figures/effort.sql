-- scene_hours
-- title: Hours on scene
-- unit: hours
-- known from: Alexandria
-- numerator: minutes on scene at care calls in the period, all responders together
-- The call's own minutes, else the sum of its responders'. missing: care calls with neither.

-- follow_up_hours
-- title: Hours of follow-up
-- unit: hours
-- known from: Alexandria
-- numerator: minutes of attempts at follow-ups in the period
-- missing: attempts without minutes.

-- consult_hours
-- title: Hours of consults
-- unit: hours
-- known from: Norwalk
-- numerator: minutes of officers' consults with a clinician in the period
-- missing: consults without minutes.

-- hand_off_hours
-- title: Hours of handoffs
-- unit: hours
-- numerator: minutes until the handoff, of referrals made in the period
-- missing: referrals without minutes, those that were only given information or not handed over
-- among them.

-- hours_per_contact
-- title: Hours per contact
-- unit: hours
-- known from: Alexandria
-- numerator: hours of the four lines above
-- denominator: contacts in the period
-- A contact is a person met on a care call (subject, family or victim; once a call, unknown people
-- too) or an attempt that reached the person.

-- cost_scene
-- title: Cost on scene
-- unit: dollars
-- known from: Alexandria
-- numerator: hours on scene
-- Hours on scene by the setting rate_scene, dollars an hour. A stated rate, not the town's accounts.

-- cost_follow_up
-- title: Cost of follow-up
-- unit: dollars
-- known from: Alexandria
-- numerator: hours of follow-up, consults and handoffs
-- By the setting rate_follow_up, dollars an hour.

-- cost_per_contact
-- title: Cost per contact
-- unit: dollars
-- known from: Alexandria
-- numerator: both costs together
-- denominator: contacts in the period
-- The cost of being there and of calling back, not of the help itself.

WITH counted AS MATERIALIZED (
  SELECT id, coalesce(minutes, (SELECT sum(minutes) FROM call_responder WHERE call_id = call.id))
           AS minutes
  FROM call
  WHERE occurred_at >= :start AND occurred_at < :end AND voided_at IS NULL AND care
    AND (occurred_at < :today OR unixepoch(occurred_at) <= :as_of_unix)),
tried AS MATERIALIZED (
  SELECT attempt.minutes, follow_up_result.reached
  FROM attempt JOIN follow_up_result ON follow_up_result.code = attempt.result
  WHERE occurred_at >= :start AND occurred_at < :end AND unixepoch(occurred_at) <= :as_of_unix),
asked AS (
  SELECT minutes FROM consult
  WHERE occurred_at >= :start AND occurred_at < :end AND unixepoch(occurred_at) <= :as_of_unix),
handed AS (
  SELECT handoff_minutes AS minutes FROM referral
  WHERE made_at >= :start AND made_at < :end AND unixepoch(made_at) <= :as_of_unix
    AND (SELECT event.status FROM referral_event AS event
         WHERE event.referral_id = referral.id AND unixepoch(event.occurred_at) <= :as_of_unix
         ORDER BY event.id DESC LIMIT 1) NOT IN ('draft', 'entered_in_error')),
contact AS (
  SELECT (SELECT count(*) FROM (
            SELECT DISTINCT counted.id, tree.canonical_id
            FROM counted JOIN call_person ON call_person.call_id = counted.id
              AND call_person.role IN ('subject', 'family', 'victim')
            JOIN human AS tree ON tree.id = call_person.person_id))
         + (SELECT count(*) FROM tried WHERE reached) AS contacts),
spent (at, figure, minutes, missing) AS (
  SELECT 1, 'scene_hours', coalesce(sum(minutes), 0), count(*) - count(minutes) FROM counted
  UNION ALL
  SELECT 2, 'follow_up_hours', coalesce(sum(minutes), 0), count(*) - count(minutes) FROM tried
  UNION ALL
  SELECT 3, 'consult_hours', coalesce(sum(minutes), 0), count(*) - count(minutes) FROM asked
  UNION ALL
  SELECT 4, 'hand_off_hours', coalesce(sum(minutes), 0), count(*) - count(minutes) FROM handed),
total AS (
  SELECT sum(minutes) FILTER (WHERE at = 1) / 60.0 AS scene,
         sum(minutes) FILTER (WHERE at > 1) / 60.0 AS later,
         sum(minutes) AS minutes, sum(missing) AS missing,
         sum(missing) FILTER (WHERE at = 1) AS scene_missing,
         sum(missing) FILTER (WHERE at > 1) AS later_missing
  FROM spent)
SELECT figure, minutes AS numerator, NULL AS denominator, missing, minutes / 60.0 AS value,
       '' AS note
FROM (SELECT * FROM spent ORDER BY at)
UNION ALL
SELECT 'hours_per_contact', minutes / 60.0, contacts, missing,
       minutes / 60.0 / nullif(contacts, 0), ''
FROM total CROSS JOIN contact
UNION ALL
SELECT 'cost_scene', scene, NULL, scene_missing, scene * :rate_scene,
       iif(:rate_scene IS NULL, 'no rate is set', '') FROM total
UNION ALL
SELECT 'cost_follow_up', later, NULL, later_missing, later * :rate_follow_up,
       iif(:rate_follow_up IS NULL, 'no rate is set', '') FROM total
UNION ALL
SELECT 'cost_per_contact', scene * :rate_scene + later * :rate_follow_up, contacts, missing,
       (scene * :rate_scene + later * :rate_follow_up) / nullif(contacts, 0),
       iif(:rate_scene IS NULL OR :rate_follow_up IS NULL, 'no rate is set', '')
FROM total CROSS JOIN contact;
