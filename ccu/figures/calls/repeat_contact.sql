-- repeat_contact_30
-- title: Repeat contact within 30 days
-- unit: share
-- known from: HEDIS FUM, its mechanics
-- numerator: index contacts followed by another contact of the same person within 30 days
-- denominator: index contacts in the period whose 30 days are over
-- A contact is a known person's part in a care call as its subject, as family or as victim. A
-- person's first contact in the period is an index; the next index is the first contact more
-- than 30 days after it, so that one bad week is one index. Another contact is a later call on a
-- local day at most 30 days after, also after the period's end. Not yet: indexes whose 30 days
-- are not over. Fewer repeats may mean better help, or that people no longer call.

-- repeat_contact_90
-- title: Repeat contact within 90 days
-- unit: share
-- numerator: index contacts followed by another contact of the same person within 90 days
-- denominator: index contacts in the period whose 90 days are over
-- As repeat_contact_30, with 90 days.

WITH RECURSIVE here AS MATERIALIZED (  -- who had a contact in the period
  SELECT DISTINCT known_person.canonical_id, substr(call.occurred_at, 1, 10) AS day
  FROM call JOIN call_person ON call_person.call_id = call.id
  JOIN known_person ON known_person.id = call_person.person_id
  WHERE occurred_at >= :start AND occurred_at < :end AND voided_at IS NULL
    AND (occurred_at < :today OR unixepoch(occurred_at) <= :as_of_unix)
    AND care AND known AND role IN ('subject', 'family', 'victim')),
contact AS MATERIALIZED (  -- every contact of theirs from the period's start on
  SELECT DISTINCT known_person.canonical_id, call.id AS call_id,
         substr(call.occurred_at, 1, 10) AS day, unixepoch(call.occurred_at) AS at
  FROM known_person JOIN call_person ON call_person.person_id = known_person.id
  JOIN call ON call.id = call_person.call_id
  WHERE known_person.canonical_id IN (SELECT canonical_id FROM here)
    AND call.occurred_at >= :start AND voided_at IS NULL
    AND (occurred_at < :today OR unixepoch(occurred_at) <= :as_of_unix)
    AND care AND role IN ('subject', 'family', 'victim')),
span (days) AS (VALUES (30), (90)),
first (canonical_id, day) AS (SELECT canonical_id, min(day) FROM here GROUP BY canonical_id),
idx (days, canonical_id, day) AS (
  SELECT span.days, first.canonical_id, first.day FROM span, first
  UNION ALL
  SELECT idx.days, idx.canonical_id,
         (SELECT min(here.day) FROM here
          WHERE here.canonical_id = idx.canonical_id
            AND here.day > date(idx.day, '+' || idx.days || ' days'))
  FROM idx WHERE idx.day IS NOT NULL),
judged AS (
  SELECT days, date(day, '+' || days || ' days') < :today AS over,
         EXISTS (
           SELECT 1 FROM contact
           WHERE contact.canonical_id = idx.canonical_id
             AND contact.day BETWEEN idx.day AND date(idx.day, '+' || idx.days || ' days')
             AND contact.at > (SELECT min(at) FROM contact AS same
                               WHERE same.canonical_id = idx.canonical_id AND same.day = idx.day))
           AS again
  FROM idx WHERE day IS NOT NULL)
SELECT 'repeat_contact_' || span.days AS figure, coalesce(sum(over AND again), 0) AS numerator,
       coalesce(sum(over), 0) AS denominator, coalesce(sum(NOT over), 0) AS not_yet
FROM span LEFT JOIN judged ON judged.days = span.days GROUP BY span.days ORDER BY span.days;
