-- repeat-addresses
-- title: Repeat addresses
-- known from: Westport
-- The addresses with at least k care calls in the last w days of the period, most calls first;
-- what repeat_addresses counts. people: distinct people known by name who are the subjects of
-- these calls; none where no one is. unknown: such calls about no one known by name. same_person: `same` when one
-- person is the subject of every one of the calls and no one else is of any; `different` when
-- two or more are; `not known` otherwise. last: the local day of the last of them. What is sealed is
-- not in this list.

WITH counted AS MATERIALIZED (
  SELECT call.id, call.place_id, call.care, call.occurred_at FROM call
  WHERE occurred_at >= :window_start AND occurred_at < :window_end AND voided_at IS NULL
    AND (occurred_at < :today OR unixepoch(occurred_at) <= :as_of_unix)
    AND +call.id IN (SELECT id FROM main.call)),
often AS MATERIALIZED (
  SELECT each.* FROM (
    SELECT place_id AS id, sum(care) AS care_calls, count(*) AS all_calls,
           sum(care OR :all_calls) AS calls,
           substr(max(iif(care OR :all_calls, occurred_at, '')), 1, 10) AS last
    FROM counted WHERE place_id IS NOT NULL GROUP BY place_id) AS each
  CROSS JOIN place ON place.id = each.id
  WHERE each.calls >= :k AND place.kind <> 'none' AND place.exempt_reason IS NULL
    AND NOT EXISTS (  -- an exempt building's units are exempt too
      SELECT 1 FROM place AS building
      WHERE building.unit_key = place.building_key AND building.city = place.city
        AND building.exempt_reason IS NOT NULL)),
person_of AS NOT MATERIALIZED (
  SELECT * FROM known_person WHERE canonical_id IN (SELECT id FROM main.person)),
part AS MATERIALIZED (
  SELECT DISTINCT counted.place_id, counted.id, canonical_id
  FROM counted JOIN often ON often.id = counted.place_id
  JOIN call_person ON call_person.call_id = counted.id AND call_person.role = 'subject'
  JOIN person_of ON person_of.id = call_person.person_id
  WHERE (care OR :all_calls) AND known),
told AS MATERIALIZED (
  SELECT often.*, count(DISTINCT part.canonical_id) AS people, count(DISTINCT part.id) AS named
  FROM often LEFT JOIN part ON part.place_id = often.id GROUP BY often.id)
SELECT told.id AS place, place_plain.line AS address,
       coalesce(place_category.label, '') AS category, care_calls, all_calls, nullif(people, 0) AS people,
       calls - named AS unknown,
       CASE WHEN people > 1 THEN 'different' WHEN people = 1 AND named = calls THEN 'same'
            ELSE 'not known' END AS same_person, last
FROM told JOIN place_plain ON place_plain.id = told.id
LEFT JOIN place_category ON place_category.code = place_plain.category
ORDER BY calls DESC, last DESC, told.id;
