-- top5_people_share
-- title: Care calls of the top 5% of people
-- unit: share
-- known from: Lincoln (5% of people, 25% of calls)
-- numerator: care calls in the period about one of the 5% of people who had most
-- denominator: care calls in the period about a person known by name
-- People known by name, each person once, by the number of care calls in the period that
-- were about them (as its subject, not as caller or family); the top 5% is rounded up to full
-- people, and among equals the lower number comes first. A call about two of them counts once.
-- Missing: care calls about no one known by name. In a short period most people have one call, and
-- the figure is small in any town.

-- top5_address_share
-- title: Care calls from the top 5% of addresses
-- unit: share
-- numerator: care calls in the period from the 5% of addresses that had most
-- denominator: care calls in the period with an address that could be read
-- As top5_people_share, by place, unit by unit; shelters, hospitals and other exempt places are
-- in it. Missing: care calls without an address that could be read.

WITH counted AS MATERIALIZED (
  SELECT call.id, call.place_id FROM call
  WHERE occurred_at >= :start AND occurred_at < :end AND voided_at IS NULL
    AND (occurred_at < :today OR unixepoch(occurred_at) <= :as_of_unix) AND care),
part AS MATERIALIZED (
  SELECT DISTINCT counted.id, known_person.canonical_id
  FROM counted JOIN call_person ON call_person.call_id = counted.id AND call_person.role = 'subject'
  JOIN known_person ON known_person.id = call_person.person_id WHERE known),
person_rank AS (
  SELECT canonical_id, row_number() OVER (ORDER BY count(*) DESC, canonical_id) AS place,
         count(*) OVER () AS every
  FROM part GROUP BY canonical_id),
located AS MATERIALIZED (
  SELECT counted.id, counted.place_id FROM counted JOIN place ON place.id = counted.place_id
  WHERE place.kind <> 'none'),
place_rank AS (
  SELECT place_id, count(*) AS calls,
         row_number() OVER (ORDER BY count(*) DESC, place_id) AS place, count(*) OVER () AS every
  FROM located GROUP BY place_id)
SELECT 'top5_people_share' AS figure,
       (SELECT count(DISTINCT part.id) FROM part JOIN person_rank USING (canonical_id)
        WHERE place <= (every + 19) / 20) AS numerator,
       (SELECT count(DISTINCT id) FROM part) AS denominator,
       (SELECT count(*) FROM counted) - (SELECT count(DISTINCT id) FROM part) AS missing
UNION ALL
SELECT 'top5_address_share',
       (SELECT coalesce(sum(calls), 0) FROM place_rank WHERE place <= (every + 19) / 20),
       (SELECT count(*) FROM located),
       (SELECT count(*) FROM counted) - (SELECT count(*) FROM located);
