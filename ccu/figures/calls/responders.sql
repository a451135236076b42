-- associated_of_calls
-- title: Civilian responder on it, of all calls
-- unit: share
-- known from: Eugene
-- numerator: calls to which a civilian responder was assigned, sent or came
-- denominator: calls in the period with a responder recorded
-- A civilian responder is a clinician of any agency, or human services, mobile crisis or a contracted
-- provider. The widest of four readings of the same calls: one that was called off on the way counts,
-- one that was not available does not. Eugene's police found 2% to 20% by such readings of one year,
-- so none of them is printed without its name. missing: calls without any responder recorded, because
-- no record does not mean that nobody was sent, and imported calls from a source of which no call in
-- the period, or in the year to its end, has a civilian responder: its units are not known to be police.
-- They are left out on both sides; where they are more than the calls counted, there is no rate. Calls of a
-- source that names no second responder of any call in that time are counted and named beside the rate.

-- dispatched_of_calls
-- title: Civilian responder sent, of all calls
-- unit: share
-- known from: Eugene
-- numerator: calls to which a civilian responder was sent, whether or not they came
-- denominator: calls in the period with a responder recorded
-- As associated_of_calls, without those that were only assigned.

-- arrived_of_calls
-- title: Civilian responder there, of all calls
-- unit: share
-- known from: Eugene
-- numerator: calls at which a civilian responder arrived, with police or without
-- denominator: calls in the period with a responder recorded
-- As associated_of_calls, only those who arrived. missing: also calls to which a civilian was sent and of
-- which it is not recorded who arrived: several units in one cell of an import, or a source that has no
-- arrivals at all. No rate of zero where these are most of the calls to which a civilian was sent.

-- arrived_alone_of_calls
-- title: Handled by the team
-- unit: share
-- known from: CAHOOTS, Eugene (17% in 2017); Albuquerque
-- numerator: calls at which a civilian responder arrived and no police officer did
-- denominator: calls in the period with a responder recorded
-- missing: as arrived_of_calls, and imported calls at which a civilian arrived with a unit that may be
-- police: no agency is known of it. The narrowest reading: the calls that a civilian team handled itself,
-- whatever their nature; the share of care natures is share_of_all_calls. A clinician who came with an
-- officer is not alone. Who would have come without the team is not known, so it is no count of police
-- visits saved.

-- associated_of_care_calls
-- title: Civilian responder on it, of care calls
-- unit: share
-- known from: Eugene
-- numerator: care calls to which a civilian responder was assigned, sent or came
-- denominator: care calls in the period with a responder recorded
-- As associated_of_calls, of care calls only.

-- dispatched_of_care_calls
-- title: Civilian responder sent, of care calls
-- unit: share
-- known from: Eugene
-- numerator: care calls to which a civilian responder was sent, whether or not they came
-- denominator: care calls in the period with a responder recorded
-- As dispatched_of_calls, of care calls only.

-- arrived_of_care_calls
-- title: Civilian responder there, of care calls
-- unit: share
-- known from: Eugene, Dallas RIGHT Care, New Haven
-- numerator: care calls at which a civilian responder arrived, with police or without
-- denominator: care calls in the period with a responder recorded
-- As arrived_of_calls, of care calls only.

-- arrived_alone_of_care_calls
-- title: Civilian responder there without police, of care calls
-- unit: share
-- known from: Eugene
-- numerator: care calls at which a civilian responder arrived and no police officer did
-- denominator: care calls in the period with a responder recorded
-- As arrived_alone_of_calls, of care calls only.

-- backup_rate
-- title: Backup requested
-- unit: share
-- known from: CAHOOTS, Eugene (150 of 24,000 = 0.6% in 2019); Denver STAR (0 of 748)
-- numerator: calls led without police that requested police backup
-- denominator: calls led without police where anyone arrived
-- Led without police: the lead agency is recorded and is not police. missing: such calls without a
-- record of whether backup was requested; they are left out of the denominator. Where more calls lack
-- the answer than have it there is no rate: it is then written down mostly when there was backup.

-- backup_arrived
-- title: Backup arrived
-- unit: share
-- numerator: calls led without police where police backup came
-- denominator: calls led without police where anyone arrived
-- missing: such calls without a record of whether backup came; they are left out. No rate where more
-- lack the answer than have it.

-- civilian_eligible
-- title: Fit for a civilian team
-- unit: share
-- known from: Hartford (half of 11,000 distress calls a year)
-- numerator: care calls of a nature on the list civilian_natures, screened, with no hazard found
-- denominator: care calls with a hazard screen
-- The list is the town's own setting, printed below. missing: care calls whose hazards were not
-- screened, or not recorded: unknown is not safe, so they are left out on both sides. No rate where
-- they are more than those screened.

-- civilian_covered
-- title: Of these, met by a civilian team
-- unit: share
-- known from: Hartford; Denver (44% to 46%)
-- numerator: calls fit for a civilian team that one led, or where one arrived without police
-- denominator: calls fit for a civilian team with a lead agency or a responder recorded
-- Led: the lead agency is human services, mobile crisis or a contracted provider. missing: calls fit
-- for a civilian team without either recorded. No rate where they are more than the others.

-- lead_agency
-- title: Led by
-- unit: share
-- known from: Albuquerque
-- groups: used
-- numerator: calls that the agency led
-- denominator: calls with a lead agency recorded
-- missing: calls without a lead agency recorded.

WITH responder AS NOT MATERIALIZED (
  SELECT call_id, agency, clinician, state,
         clinician OR agency IN ('human_services', 'mobile_crisis', 'provider') AS civilian,
         agency = 'police' AND NOT clinician AND state = 'arrived' AS police,
         agency = 'other' AND NOT clinician AND state = 'arrived' AS nobodys
  FROM call_responder),  -- nobodys: in an import, a call sign without an agency
telling AS MATERIALIZED (  -- sources that name a team; main.call: also calls left out of this view
  SELECT call.source_system_id AS source
  FROM responder CROSS JOIN main.call ON call.id = responder.call_id
  WHERE civilian AND occurred_at >= min(:start, date(:end, '-1 year')) AND occurred_at < :end
  UNION
  SELECT call.source_system_id
  FROM responder CROSS JOIN call ON call.id = responder.call_id
  WHERE civilian AND occurred_at >= min(:start, date(:end, '-1 year')) AND occurred_at < :end
  UNION SELECT id FROM source_system WHERE name = 'ccu'),
told AS MATERIALIZED (  -- single: no call names a second responder; timed: some has an arrival
  SELECT source,
         name <> 'ccu' AND NOT EXISTS (
           SELECT 1 FROM main.call CROSS JOIN call_responder AS one ON one.call_id = call.id
           CROSS JOIN call_responder AS other ON other.call_id = call.id AND other.id > one.id
           WHERE source_system_id = telling.source
             AND occurred_at >= min(:start, date(:end, '-1 year')) AND occurred_at < :end) AS single,
         EXISTS (
           SELECT 1 FROM main.call
           WHERE source_system_id = telling.source
             AND occurred_at >= min(:start, date(:end, '-1 year')) AND occurred_at < :end
             AND (arrived_at IS NOT NULL OR EXISTS (
               SELECT 1 FROM call_responder WHERE call_id = call.id AND state = 'arrived'))) AS timed
  FROM telling JOIN source_system ON id = source),
counted AS NOT MATERIALIZED (
  SELECT * FROM call
  WHERE occurred_at >= :start AND occurred_at < :end AND voided_at IS NULL
    AND (occurred_at < :today OR unixepoch(occurred_at) <= :as_of_unix)),
took_part AS MATERIALIZED (  -- one row a call; without a responder, what they did is unknown
  SELECT counted.id,
         max(responder.state = 'arrived') AS somebody,
         max(civilian AND state IN ('associated', 'dispatched', 'cancelled', 'arrived'))
           AS associated,
         max(civilian AND state IN ('dispatched', 'cancelled', 'arrived')) AS dispatched,
         max(civilian AND state = 'arrived') AS arrived,
         max(civilian AND state = 'arrived')
           AND NOT max(police) AND NOT (max(nobodys) AND import_batch_id IS NOT NULL) AS alone,
         max(civilian AND state = 'arrived') AND NOT max(police)
           AND max(nobodys) AND import_batch_id IS NOT NULL AS doubtful,
         (counted.arrived_at IS NOT NULL OR NOT timed) AND NOT max(responder.state = 'arrived')
           AND max(civilian AND state IN ('associated', 'dispatched')) AS unsure,
         single
  FROM counted CROSS JOIN responder ON responder.call_id = counted.id
  CROSS JOIN told ON told.source = +counted.source_system_id  -- +: read by the period alone
  GROUP BY +counted.id),
every AS MATERIALIZED (
  SELECT count(*) AS calls, count(*) - count(took_part.id) AS without,
         sum(associated) AS associated, sum(dispatched) AS dispatched,
         sum(took_part.arrived) AS arrived, sum(alone) AS alone, coalesce(sum(unsure), 0) AS unsure,
         coalesce(sum(unsure OR doubtful), 0) AS open, coalesce(sum(single), 0) AS single
  FROM counted LEFT JOIN took_part ON took_part.id = counted.id),
judged AS MATERIALIZED (  -- the care calls
  SELECT took_part.id IS NOT NULL AS responders, associated, dispatched, arrived, alone, unsure,
         unsure OR doubtful AS open, single, lead_agency, danger,
         danger = 0 AND instr(',' || :civilian_natures || ',', ',' || nature || ',') > 0 AS eligible
  FROM (SELECT id, lead_agency, coalesce(nature_cleared, nature) AS nature,
               (SELECT max(danger <> 'none') FROM call_danger WHERE call_id = counted.id) AS danger
        FROM counted WHERE care) AS counted
  LEFT JOIN took_part ON took_part.id = counted.id),
care AS MATERIALIZED (
  SELECT count(*) AS calls, coalesce(sum(NOT responders), 0) AS without,
         sum(associated) AS associated, sum(dispatched) AS dispatched,
         sum(arrived) AS arrived, sum(alone) AS alone, coalesce(sum(unsure), 0) AS unsure,
         coalesce(sum(open), 0) AS open, coalesce(sum(single), 0) AS single,
         count(*) FILTER (WHERE eligible AND (responders OR lead_agency IS NOT NULL)
           AND (coalesce(open, 0) = 0
             OR lead_agency IN ('human_services', 'mobile_crisis', 'provider'))) AS answered,
         count(danger) AS screened, coalesce(sum(danger IS NULL), 0) AS unscreened,
         coalesce(sum(eligible), 0) AS eligible,
         coalesce(sum(eligible AND (alone OR
           coalesce(lead_agency IN ('human_services', 'mobile_crisis', 'provider'), 0))), 0) AS covered
  FROM judged),
tally AS NOT MATERIALIZED (
  SELECT 'calls' AS scope, * FROM every
  UNION ALL
  SELECT 'care_calls', calls, without, associated, dispatched, arrived, alone, unsure, open, single
  FROM care),
led AS MATERIALIZED (  -- without police, and anyone came
  SELECT backup_asked, counted.backup_arrived
  FROM counted LEFT JOIN took_part ON took_part.id = counted.id
  WHERE lead_agency <> 'police' AND (arrived_at IS NOT NULL OR somebody)),
leading AS MATERIALIZED (
  SELECT lead_agency, count(*) AS calls FROM counted WHERE lead_agency IS NOT NULL GROUP BY 1),
line AS (
  SELECT * FROM (SELECT * FROM (
    SELECT 'associated_of_' || scope AS figure, '' AS grp, associated AS numerator,
           calls - without AS denominator, without AS missing, 0 AS unknown, single FROM tally
    UNION ALL
    SELECT 'dispatched_of_' || scope, '', dispatched, calls - without, without, 0, single FROM tally
    UNION ALL
    SELECT 'arrived_of_' || scope, '', arrived, calls - without - unsure, without + unsure,
           arrived = 0 AND unsure > associated - unsure, single FROM tally
    UNION ALL
    SELECT 'arrived_alone_of_' || scope, '', alone, calls - without - open, without + open,
           alone = 0 AND open > associated - open, single FROM tally)
    ORDER BY figure LIKE '%care_calls')
  UNION ALL SELECT 'backup_rate', '', coalesce(sum(backup_asked), 0), count(backup_asked),
                   coalesce(sum(backup_asked IS NULL), 0), 0, 0 FROM led
  UNION ALL SELECT 'backup_arrived', '', coalesce(sum(backup_arrived), 0), count(backup_arrived),
                   coalesce(sum(backup_arrived IS NULL), 0), 0, 0 FROM led
  UNION ALL SELECT 'civilian_eligible', '', eligible, screened, unscreened, 0, 0 FROM care
  UNION ALL SELECT 'civilian_covered', '', covered, answered, eligible - answered, 0, single FROM care
  UNION ALL
  SELECT * FROM (
    SELECT 'lead_agency', agency.label, coalesce(leading.calls, 0), total.calls,
           every.calls - total.calls, 0, 0
    FROM every CROSS JOIN (SELECT coalesce(sum(calls), 0) AS calls FROM leading) AS total
    CROSS JOIN agency LEFT JOIN leading ON leading.lead_agency = agency.code
    ORDER BY agency.sort))
SELECT figure, grp, iif(thin, NULL, numerator) AS numerator, denominator, missing,
       CASE WHEN thin THEN 'most calls do not record it'
            WHEN figure LIKE 'backup%' AND EXISTS (SELECT 1 FROM counted)
              AND NOT EXISTS (SELECT 1 FROM leading) THEN 'no call has a lead agency'
            WHEN single THEN printf('who else came to %,d calls is not recorded', single)
            ELSE '' END AS note
FROM (SELECT *, unknown OR (figure <> 'lead_agency' AND missing > denominator) AS thin FROM line);
