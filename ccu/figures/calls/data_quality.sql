-- care_calls_without
-- title: Care calls without
-- unit: count
-- numerator: care calls in the period that lack it
-- denominator: care calls in the period
-- Why a rate is n/a, or is made of fewer calls than there are. Named person: nobody known by name is
-- the subject of the call. Readable address: it has none, or one that could not be read. Disposition:
-- neither one of ours nor the dispatch system's words. Responder: no responder is recorded, sent or
-- not. Cleared time: the end of the call is not recorded. Planned follow-up: none for the call, and
-- none for a referral made from it.

WITH counted AS MATERIALIZED (
  SELECT id, place_id, cleared_at, cad_disposition_id FROM call
  WHERE occurred_at >= :start AND occurred_at < :end AND voided_at IS NULL
    AND (occurred_at < :today OR unixepoch(occurred_at) <= :as_of_unix) AND care),
judged AS MATERIALIZED (
  SELECT EXISTS (SELECT 1 FROM call_person JOIN known_person ON known_person.id = call_person.person_id
                 WHERE call_id = counted.id AND role = 'subject' AND known) AS person,
         EXISTS (SELECT 1 FROM place WHERE id = counted.place_id AND kind <> 'none') AS address,
         cad_disposition_id IS NOT NULL
           OR EXISTS (SELECT 1 FROM call_disposition WHERE call_id = counted.id) AS disposition,
         EXISTS (SELECT 1 FROM call_responder WHERE call_id = counted.id) AS responder,
         cleared_at IS NOT NULL AS cleared,
         EXISTS (SELECT 1 FROM planned_follow_up WHERE call_id = counted.id) AS follow_up
  FROM counted),
present (at, grp, calls) AS (
  SELECT 1, 'named person', sum(person) FROM judged
  UNION ALL SELECT 2, 'readable address', sum(address) FROM judged
  UNION ALL SELECT 3, 'disposition', sum(disposition) FROM judged
  UNION ALL SELECT 4, 'responder', sum(responder) FROM judged
  UNION ALL SELECT 5, 'cleared time', sum(cleared) FROM judged
  UNION ALL SELECT 6, 'planned follow-up', sum(follow_up) FROM judged)
SELECT grp, every.calls - coalesce(present.calls, 0) AS numerator, every.calls AS denominator
FROM present CROSS JOIN (SELECT count(*) AS calls FROM counted) AS every ORDER BY at;
