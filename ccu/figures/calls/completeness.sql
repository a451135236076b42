-- completeness
-- title: Completeness
-- numerator: required fields with a real value
-- denominator: required fields
-- By who recorded it and by field. Of each call logged by hand in the period: place, hazard screen,
-- disposition, who responded, when it was cleared, minutes, and a person met (only people without a
-- name met, described or not, is `does not know`). An unreadable address is no place. Of
-- each known person first recorded in the period, under whichever record: birth date or age, phone,
-- language, housing, as their canonical record shows it. Why a field is empty has three
-- answers that are never mixed: does not know, prefers not to answer, not collected; `empty` is a
-- field without any answer. Imported calls have no one to complete them and are left out.

WITH counted AS MATERIALIZED (
  SELECT * FROM call
  WHERE occurred_at >= :start AND occurred_at < :end AND voided_at IS NULL
    AND (occurred_at < :today OR unixepoch(occurred_at) <= :as_of_unix)
    AND +source_system_id = (SELECT id FROM source_system WHERE name = 'ccu')),
looked_at (id) AS (  -- records of people met on these calls, or first written down in the period
  SELECT person_id FROM call_person WHERE call_id IN (SELECT id FROM counted)
  UNION
  SELECT id FROM person WHERE recorded_at >= :start AND recorded_at < :end
    AND unixepoch(recorded_at) <= :as_of_unix),
canonical AS MATERIALIZED (
  SELECT id, canonical_id FROM human WHERE id IN (SELECT id FROM looked_at)),
whole AS MATERIALIZED (  -- all records of these people
  SELECT canonical_id, id FROM human
  WHERE canonical_id IN (SELECT canonical_id FROM canonical)),
known AS MATERIALIZED (
  SELECT DISTINCT canonical_id FROM whole JOIN person USING (id)
  WHERE given_name <> '' OR family_name <> ''),
met AS (
  SELECT call_person.call_id AS id, max(known.canonical_id IS NOT NULL) AS known
  FROM counted JOIN call_person ON call_person.call_id = counted.id
  JOIN canonical ON canonical.id = call_person.person_id
  LEFT JOIN known ON known.canonical_id = canonical.canonical_id GROUP BY counted.id),
first AS (  -- the first record of each: recorded_by and recorded_at are those of the minimum
  SELECT canonical_id, recorded_by, recorded_at, min(unixepoch(recorded_at)) AS at
  FROM known JOIN whole USING (canonical_id) JOIN person USING (id) GROUP BY canonical_id),
somebody AS MATERIALIZED (
  SELECT person.id, birth_date, age_estimate, phone, language, housing, first.recorded_by
  FROM first JOIN person ON person.id = first.canonical_id
  WHERE first.recorded_at >= :start AND first.recorded_at < :end AND first.at <= :as_of_unix),
said (officer_id, at, field, value, missing) AS (
  SELECT recorded_by, 1, 'place',
    EXISTS (SELECT 1 FROM place WHERE id = counted.place_id AND kind <> 'none'), NULL FROM counted
  UNION ALL SELECT recorded_by, 2, 'danger',
    EXISTS (SELECT 1 FROM call_danger WHERE call_id = counted.id), NULL FROM counted
  UNION ALL SELECT recorded_by, 3, 'disposition',
    EXISTS (SELECT 1 FROM call_disposition WHERE call_id = counted.id), NULL FROM counted
  UNION ALL SELECT recorded_by, 4, 'responder', lead_agency IS NOT NULL
    OR EXISTS (SELECT 1 FROM call_responder WHERE call_id = counted.id), NULL FROM counted
  UNION ALL SELECT recorded_by, 5, 'cleared', cleared_at IS NOT NULL, NULL FROM counted
  UNION ALL SELECT recorded_by, 6, 'minutes', minutes IS NOT NULL
    OR EXISTS (SELECT 1 FROM call_responder WHERE call_id = counted.id AND minutes IS NOT NULL),
    NULL FROM counted
  UNION ALL SELECT recorded_by, 7, 'person', coalesce(met.known, 0),
    iif(met.known = 0, 'does_not_know', NULL)
    FROM counted LEFT JOIN met ON met.id = counted.id
  UNION ALL SELECT recorded_by, 8, 'birth date or age',
    birth_date IS NOT NULL OR age_estimate IS NOT NULL,
    (SELECT missing FROM person_missing  -- of the two, why the birth date is not known
     WHERE person_id = somebody.id AND field IN ('birth_date', 'age_estimate')
     ORDER BY field DESC LIMIT 1)
    FROM somebody
  UNION ALL SELECT recorded_by, 9, 'phone', coalesce(phone, '') <> '',
    (SELECT missing FROM person_missing WHERE person_id = somebody.id AND field = 'phone')
    FROM somebody
  UNION ALL SELECT recorded_by, 10, 'language', coalesce(language, '') <> '',
    (SELECT missing FROM person_missing WHERE person_id = somebody.id AND field = 'language')
    FROM somebody
  UNION ALL SELECT recorded_by, 11, 'housing', housing IS NOT NULL,
    (SELECT missing FROM person_missing WHERE person_id = somebody.id AND field = 'housing')
    FROM somebody),
line AS (
  SELECT 0 AS everybody, staff.login AS officer, said.* FROM said
  JOIN staff ON staff.id = said.officer_id
  UNION ALL SELECT 1, 'all', said.* FROM said)
SELECT officer, field, sum(value) AS with_value,
       count(*) FILTER (WHERE NOT value AND missing = 'does_not_know') AS does_not_know,
       count(*) FILTER (WHERE NOT value AND missing = 'prefers_not') AS prefers_not,
       count(*) FILTER (WHERE NOT value AND missing = 'not_collected') AS not_collected,
       count(*) FILTER (WHERE NOT value AND missing IS NULL) AS empty,
       count(*) AS required,
       round(1.0 * sum(value) / count(*), 6) AS share
FROM line GROUP BY everybody, officer, at ORDER BY everybody DESC, officer, at;
