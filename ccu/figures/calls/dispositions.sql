-- disposition_mix
-- title: All calls ended
-- unit: share
-- known from: Seattle
-- groups: used
-- numerator: calls with this disposition
-- denominator: calls with any disposition recorded
-- A call may end in several ways, so the shares add up to more than 100%. Other dispatch words: imported
-- calls whose disposition the layout does not map to one of ours. missing: calls without any.

-- unmapped_dispositions
-- title: Ended in words without a code
-- unit: count
-- numerator: calls whose disposition no layout maps to one of ours
-- The calls of disposition_mix under Other dispatch words: any outcome, such as an arrest, may be among
-- them, and is then not counted. Map the words in the layout and import the file again.

-- intervention_mix
-- title: All calls, done
-- unit: share
-- groups: used
-- numerator: calls on which this was done
-- denominator: calls on which any intervention is recorded
-- Several may be done on one call. missing: calls on which none is recorded, because none was given
-- or because none was recorded.

-- emergency_examination
-- title: Emergency examination, of care calls
-- unit: share
-- known from: Toronto (23.3%)
-- numerator: care calls that ended in a police request or a physician's certificate for one
-- denominator: care calls with a disposition, from a source that records this one
-- A call logged by hand may record any. A dispatch system does when a call of it in the period, or in
-- the year to the period's end, has this disposition: else its layout may not map it, and 0 would only
-- mean that. missing: all other care calls; where they are more than those counted, there is no rate.
-- The note has how many of those counted ended in words that no layout maps.

-- hospital_transport
-- title: Voluntary transport to hospital, of care calls
-- unit: share
-- numerator: care calls that ended in one
-- denominator: care calls with a disposition, from a source that records this one
-- As emergency_examination.

-- arrest
-- title: Arrest, of care calls
-- unit: share
-- numerator: care calls that ended in an arrest
-- denominator: care calls with a disposition, from a source that records this one
-- As emergency_examination.

-- citation
-- title: Citation, of care calls
-- unit: share
-- numerator: care calls that ended in a citation
-- denominator: care calls with a disposition, from a source that records this one
-- As emergency_examination.

-- arrest_diverted
-- title: Arrest diverted, of care calls
-- unit: share
-- numerator: care calls where an officer could have arrested and chose help instead
-- denominator: care calls with a disposition, from a source that records this one
-- As emergency_examination.

-- force
-- title: Force used, of care calls
-- unit: share
-- numerator: care calls on which force was used
-- denominator: care calls that record whether it was
-- missing: care calls that do not record it. No rate where they are more than those that do.

-- injury
-- title: Injury, of care calls
-- unit: share
-- numerator: care calls on which anyone was injured
-- denominator: care calls that record whether anyone was
-- missing: care calls that do not record it. No rate where they are more than those that do.

WITH flag (at, figure, code) AS (
  VALUES (1, 'emergency_examination', 'police_exam'),
         (1, 'emergency_examination', 'physician_certificate'),
         (2, 'hospital_transport', 'voluntary_transport'),
         (3, 'arrest', 'arrest'), (4, 'citation', 'citation'),
         (5, 'arrest_diverted', 'arrest_diverted')),
recorded AS MATERIALIZED (  -- the sources that record it; main.call: also calls left out of this view
  SELECT flag.figure, call.source_system_id AS source
  FROM rated_disposition CROSS JOIN flag ON flag.code = disposition
  CROSS JOIN main.call ON call.id = call_id
  WHERE occurred_at >= min(:start, date(:end, '-1 year')) AND occurred_at < :end
  UNION
  SELECT flag.figure, call.source_system_id
  FROM rated_disposition CROSS JOIN flag ON flag.code = disposition CROSS JOIN call ON call.id = call_id
  WHERE occurred_at >= min(:start, date(:end, '-1 year')) AND occurred_at < :end
  UNION
  SELECT flag.figure, source_system.id FROM flag CROSS JOIN source_system WHERE name = 'ccu'),
counted AS MATERIALIZED (  -- worded: in words that are not mapped, or in none
  SELECT id, care, force_used, injury, source_system_id AS source,
         cad_disposition_id IS NOT NULL AS worded,
         EXISTS (SELECT 1 FROM call_disposition WHERE call_id = call.id) AS coded
  FROM call
  WHERE occurred_at >= :start AND occurred_at < :end AND voided_at IS NULL
    AND (occurred_at < :today OR unixepoch(occurred_at) <= :as_of_unix)),
mix AS MATERIALIZED (
  SELECT disposition, count(*) AS calls
  FROM counted CROSS JOIN call_disposition ON call_disposition.call_id = counted.id
  WHERE coded GROUP BY disposition
  UNION ALL SELECT NULL, count(*) FROM counted WHERE worded AND NOT coded),
done AS MATERIALIZED (
  SELECT counted.id, call_intervention.intervention
  FROM counted CROSS JOIN call_intervention ON call_intervention.call_id = counted.id),
known AS MATERIALIZED (
  SELECT source, count(*) AS calls, sum(NOT coded) AS unmapped
  FROM counted WHERE care AND (coded OR worded) GROUP BY source),
hit AS MATERIALIZED (
  SELECT figure, source, count(DISTINCT counted.id) AS calls
  FROM counted CROSS JOIN call_disposition ON call_disposition.call_id = counted.id
  JOIN flag ON flag.code = call_disposition.disposition
  WHERE care AND coded GROUP BY figure, source),
total AS MATERIALIZED (
  SELECT count(*) AS calls, coalesce(sum(care), 0) AS care,
         coalesce(sum(coded OR worded), 0) AS ended,
         (SELECT count(DISTINCT id) FROM done) AS done,
         count(force_used) FILTER (WHERE care) AS force_known,
         count(*) FILTER (WHERE care AND force_used) AS force_used,
         count(injury) FILTER (WHERE care) AS injury_known,
         count(*) FILTER (WHERE care AND injury) AS injured
  FROM counted)
SELECT * FROM (
  SELECT 'disposition_mix' AS figure, kind.label AS grp, coalesce(mix.calls, 0) AS numerator,
         total.ended AS denominator, total.calls - total.ended AS missing, '' AS note
  FROM (SELECT code, label, sort FROM disposition
        UNION ALL VALUES (NULL, 'Other dispatch words', 1e9)) AS kind
  CROSS JOIN total LEFT JOIN mix ON mix.disposition IS kind.code ORDER BY kind.sort)
UNION ALL
SELECT 'unmapped_dispositions', '', coalesce(sum(worded AND NOT coded), 0), NULL, 0, '' FROM counted
UNION ALL
SELECT * FROM (
  SELECT 'intervention_mix', intervention.label,
         (SELECT count(*) FROM done WHERE done.intervention = intervention.code),
         total.done, total.calls - total.done, ''
  FROM intervention CROSS JOIN total ORDER BY intervention.sort)
UNION ALL
SELECT figure, '', iif(missing > known, NULL, hits), known, missing,
       CASE WHEN missing > known THEN 'most calls do not record it'
            WHEN unmapped > 0 THEN printf('%,d ended in words without a code', unmapped)
            ELSE '' END
FROM (
  SELECT * FROM (
    SELECT each.figure, coalesce(sum(hit.calls), 0) AS hits, coalesce(sum(known.calls), 0) AS known,
           total.care - coalesce(sum(known.calls), 0) AS missing, sum(known.unmapped) AS unmapped
    FROM (SELECT figure, min(at) AS at FROM flag GROUP BY figure) AS each CROSS JOIN total
    LEFT JOIN recorded ON recorded.figure = each.figure
    LEFT JOIN known ON known.source = recorded.source
    LEFT JOIN hit ON hit.figure = each.figure AND hit.source = recorded.source
    GROUP BY each.figure ORDER BY each.at)
  UNION ALL SELECT 'force', force_used, force_known, care - force_known, 0 FROM total
  UNION ALL SELECT 'injury', injured, injury_known, care - injury_known, 0 FROM total);
