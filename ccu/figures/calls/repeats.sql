-- repeat_addresses
-- title: Repeat addresses
-- unit: count
-- known from: Westport; RideAlong used 7 in 365 days, OpenLattice 6 in 6 months
-- numerator: addresses with at least k care calls in the last w days of the period
-- k and w are the settings repeat_calls and repeat_days, or --k and --window, and are printed
-- with the report. The w local days end with the period's last day, or with the as-of day when
-- the period is not over. Unit by unit: two apartments of one building are two addresses. Exempt places
-- (a shelter, a hospital, the station) are left out. With --all-calls every call counts.
-- Missing: care calls in the window without an address that could be read. When all lack one, or no call
-- has a nature, there is no count: it is not 0.

-- repeat_people
-- title: Repeat people
-- unit: count
-- known from: Greensboro
-- numerator: people known by name with at least k care calls about them in the last w days
-- As repeat_addresses, by the subject of the call: a mother who calls for her son is no repeat
-- person. Missing: care calls in the window about no one known by name; when all are, or no call has
-- a nature, there is no count.

-- exempt_addresses
-- title: Exempt addresses
-- unit: count
-- numerator: addresses left out as exempt that had at least k care calls
-- They are left out of repeat_addresses, each with a reason that ccu place show tells.

-- unknown_repeat_people
-- title: Repeat unknown people
-- section: repeat-people
-- unit: count
-- numerator: records without any name that had at least k care calls
-- They are left out of repeat_people: one record may be of several people.

WITH span AS NOT MATERIALIZED (
  SELECT * FROM call
  WHERE occurred_at >= :window_start AND occurred_at < :window_end AND voided_at IS NULL
    AND (occurred_at < :today OR unixepoch(occurred_at) <= :as_of_unix)),
counted AS MATERIALIZED (SELECT id, place_id FROM span WHERE care OR :all_calls),
often AS MATERIALIZED (
  SELECT place.exempt_reason IS NOT NULL OR EXISTS (  -- its own, or its building's
           SELECT 1 FROM place AS building
           WHERE building.unit_key = place.building_key AND building.city = place.city
             AND building.exempt_reason IS NOT NULL) AS exempt
  FROM (SELECT place_id, count(*) AS calls FROM counted GROUP BY place_id) AS each
  CROSS JOIN place ON place.id = each.place_id WHERE calls >= :k AND place.kind <> 'none'),
part AS MATERIALIZED (
  SELECT DISTINCT counted.id, canonical_id, known
  FROM counted JOIN call_person ON call_person.call_id = counted.id AND call_person.role = 'subject'
  JOIN known_person ON known_person.id = call_person.person_id),
met AS MATERIALIZED (
  SELECT known FROM part GROUP BY canonical_id HAVING count(*) >= :k),
total AS (
  SELECT (SELECT count(*) FROM counted) AS calls,
         (SELECT count(*) FROM counted JOIN place ON place.id = place_id
          WHERE place.kind <> 'none') AS located,
         (SELECT count(DISTINCT id) FROM part WHERE known) AS named,
         NOT :all_calls AND EXISTS (SELECT 1 FROM span) AND NOT EXISTS (
           SELECT 1 FROM span
           WHERE care OR nature <> 'other' OR nature_cleared IS NOT NULL
             OR (:natures_given AND coalesce(cad_nature_id, cad_cleared_id) IS NOT NULL)
             OR source_system_id = (SELECT id FROM source_system WHERE name = 'ccu')) AS untold)
SELECT 'repeat_addresses' AS figure,
       iif(untold OR (calls > 0 AND located = 0), NULL,
           (SELECT count(*) FROM often WHERE NOT exempt)) AS numerator,
       calls - located AS missing FROM total
UNION ALL
SELECT 'repeat_people',
       iif(untold OR (calls > 0 AND named = 0), NULL, (SELECT count(*) FROM met WHERE known)),
       calls - named FROM total
UNION ALL SELECT 'exempt_addresses', (SELECT count(*) FROM often WHERE exempt), 0
UNION ALL SELECT 'unknown_repeat_people', (SELECT count(*) FROM met WHERE NOT known), 0;
