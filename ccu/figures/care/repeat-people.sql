-- repeat-people
-- title: Repeat people
-- known from: Greensboro
-- The people known by name who were the subject of at least k care calls in the last w days of
-- the period, most calls first; by the number of their canonical record, never by name.
-- places, first and last are of those calls; all_calls has the other natures too. has_worker:
-- a worker is assigned to them, or with their household, at the as-of moment. open_items: their open
-- referrals and follow-ups. What is sealed is not in this list.

WITH counted AS MATERIALIZED (
  SELECT call.id, call.place_id, call.care, substr(call.occurred_at, 1, 10) AS day FROM call
  WHERE occurred_at >= :window_start AND occurred_at < :window_end AND voided_at IS NULL
    AND (occurred_at < :today OR unixepoch(occurred_at) <= :as_of_unix)
    AND +call.id IN (SELECT id FROM main.call)),
person_of AS NOT MATERIALIZED (
  SELECT * FROM known_person WHERE canonical_id IN (SELECT id FROM main.person)),
part AS (
  SELECT DISTINCT canonical_id, counted.id, counted.care, counted.day,
         (SELECT id FROM place WHERE id = counted.place_id AND kind <> 'none') AS place_id
  FROM counted JOIN call_person ON call_person.call_id = counted.id AND call_person.role = 'subject'
  JOIN person_of ON person_of.id = call_person.person_id WHERE known),
often AS MATERIALIZED (
  SELECT canonical_id AS person, sum(care) AS care_calls, count(*) AS all_calls,
         count(*) FILTER (WHERE care OR :all_calls) AS calls,
         count(DISTINCT place_id) FILTER (WHERE care OR :all_calls) AS places,
         min(day) FILTER (WHERE care OR :all_calls) AS first,
         max(day) FILTER (WHERE care OR :all_calls) AS last
  FROM part GROUP BY canonical_id HAVING sum(care OR :all_calls) >= :k),
record AS MATERIALIZED (  -- all records of these people
  SELECT id, canonical_id FROM person_of WHERE canonical_id IN (SELECT person FROM often)),
item AS MATERIALIZED (
  SELECT canonical_id, count(*) AS number
  FROM (SELECT DISTINCT theirs.canonical_id, work.record, work.id
        FROM record AS theirs JOIN open_work_for AS work ON work.person_id = theirs.id
        WHERE begins <= :today AND :today < ends)
  GROUP BY canonical_id)
SELECT person, care_calls, all_calls, places, first, last,
       iif(person IN (SELECT canonical_id FROM record
                      JOIN current_worker ON current_worker.person_id = record.id
                      WHERE begins <= :today AND :today < ends), 'yes', 'no') AS has_worker,
       coalesce(item.number, 0) AS open_items
FROM often LEFT JOIN item ON item.canonical_id = often.person
ORDER BY calls DESC, last DESC, person;
