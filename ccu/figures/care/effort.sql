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
-- numerator: hours of the four lines above, without calls of which no person is recorded
-- denominator: contacts in the period
-- A contact is a person met on a care call (subject, family or victim; once a call, unknown people
-- too) or an attempt that reached the person. Only calls with a person and minutes, and attempts with
-- minutes, are counted, so that the contacts are those the hours were spent on. missing: the others.

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
-- numerator: both costs together, without calls of which no person is recorded
-- denominator: contacts in the period
-- As hours_per_contact. The cost of being there and of calling back, not of the help itself.

WITH counted AS MATERIALIZED (
  SELECT id, coalesce(minutes, (SELECT sum(minutes) FROM call_responder WHERE call_id = call.id))
           AS minutes,
         EXISTS (SELECT 1 FROM call_person
                 WHERE call_id = call.id AND role IN ('subject', 'family', 'victim')) AS met
  FROM call
  WHERE occurred_at >= :start AND occurred_at < :end AND voided_at IS NULL AND care
    AND (occurred_at < :today OR unixepoch(occurred_at) <= :as_of_unix)),
tried AS MATERIALIZED (
  SELECT attempt.minutes, follow_up_result.reached
  FROM attempt JOIN follow_up_result ON follow_up_result.code = attempt.result
  WHERE occurred_at >= :start AND occurred_at < :end AND unixepoch(occurred_at) <= :as_of_unix),
asked AS (
  SELECT minutes FROM consult
  WHERE occurred_at >= :start AND occurred_at < :end AND unixepoch(occurred_at) <= :as_of_unix
    AND NOT voided),
handed AS (
  SELECT handoff_minutes AS minutes FROM referral
  WHERE made_at >= :start AND made_at < :end AND unixepoch(made_at) <= :as_of_unix
    AND (SELECT event.status FROM referral_event AS event
         WHERE event.referral_id = referral.id AND unixepoch(event.occurred_at) <= :as_of_unix
         ORDER BY event.id DESC LIMIT 1) NOT IN ('draft', 'entered_in_error')),
contact AS (  -- of the calls and attempts whose minutes are above the line
  SELECT (SELECT count(*) FROM (
            SELECT DISTINCT counted.id, tree.canonical_id
            FROM counted JOIN call_person ON call_person.call_id = counted.id
              AND call_person.role IN ('subject', 'family', 'victim')
            JOIN human AS tree ON tree.id = call_person.person_id
            WHERE counted.minutes IS NOT NULL))
         + (SELECT count(*) FROM tried WHERE reached AND minutes IS NOT NULL) AS contacts),
recorded (at, minutes, kept) AS (  -- kept: of which the contacts are counted
  SELECT 1, minutes, iif(met, minutes, NULL) FROM counted
  UNION ALL SELECT 2, minutes, minutes FROM tried
  UNION ALL SELECT 3, minutes, minutes FROM asked
  UNION ALL SELECT 4, minutes, minutes FROM handed),
line (at, figure) AS (
  VALUES (1, 'scene_hours'), (2, 'follow_up_hours'), (3, 'consult_hours'), (4, 'hand_off_hours')),
spent AS (  -- NULL: there is work, and no minutes of any of it
  SELECT line.at, line.figure, count(recorded.at) - count(minutes) AS missing,
         iif(count(recorded.at) > 0 AND count(minutes) = 0, NULL, coalesce(sum(minutes), 0)) AS minutes,
         count(recorded.at) - count(kept) AS lost, coalesce(sum(kept), 0) AS kept
  FROM line LEFT JOIN recorded ON recorded.at = line.at GROUP BY line.at),
total AS (
  SELECT sum(kept) FILTER (WHERE at = 1) / 60.0 AS scene,
         iif(sum(missing) FILTER (WHERE at > 1) > 0 AND NOT sum(kept) FILTER (WHERE at > 1), NULL,
             sum(kept) FILTER (WHERE at > 1) / 60.0) AS later,
         iif(sum(lost) > 0 AND NOT sum(kept), NULL, sum(kept) / 60.0) AS hours,
         sum(lost) AS missing, sum(missing) FILTER (WHERE at > 1) AS later_missing
  FROM spent)
SELECT figure, minutes AS numerator, NULL AS denominator, missing, minutes / 60.0 AS value, '' AS note
FROM (SELECT * FROM spent ORDER BY at)
UNION ALL
SELECT 'hours_per_contact', hours, contacts, missing, hours / nullif(contacts, 0), ''
FROM total CROSS JOIN contact
UNION ALL
SELECT 'cost_scene', minutes / 60.0, NULL, missing, minutes / 60.0 * :rate_scene,
       iif(:rate_scene IS NULL, 'no rate is set', '') FROM spent WHERE at = 1
UNION ALL
SELECT 'cost_follow_up', later, NULL, later_missing, later * :rate_follow_up,
       iif(:rate_follow_up IS NULL, 'no rate is set', '') FROM total
UNION ALL
SELECT 'cost_per_contact', cost, contacts, missing, cost / nullif(contacts, 0),
       iif(:rate_scene IS NULL OR :rate_follow_up IS NULL, 'no rate is set', '')
FROM (SELECT *, iif(hours IS NULL, NULL, scene * :rate_scene
                                         + coalesce(later, 0) * :rate_follow_up) AS cost FROM total)
CROSS JOIN contact;
