-- disposition_mix
-- title: All calls ended
-- unit: share
-- known from: Seattle
-- groups: used
-- numerator: calls with this disposition
-- denominator: calls with any disposition recorded
-- A call may end in several ways, so the shares add up to more than 100%. missing: calls without a
-- disposition of ours; an imported call has its dispatch system's own words instead.

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
-- denominator: care calls with a disposition
-- missing: care calls without a disposition recorded.

-- hospital_transport
-- title: Voluntary transport to hospital, of care calls
-- unit: share
-- numerator: care calls that ended in one
-- denominator: care calls with a disposition

-- arrest
-- title: Arrest, of care calls
-- unit: share
-- numerator: care calls that ended in an arrest
-- denominator: care calls with a disposition

-- citation
-- title: Citation, of care calls
-- unit: share
-- numerator: care calls that ended in a citation
-- denominator: care calls with a disposition

-- arrest_diverted
-- title: Arrest diverted, of care calls
-- unit: share
-- numerator: care calls where an officer could have arrested and chose help instead
-- denominator: care calls with a disposition

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

WITH counted AS MATERIALIZED (
  SELECT id, care, force_used, injury FROM call
  WHERE occurred_at >= :start AND occurred_at < :end AND voided_at IS NULL
    AND (occurred_at < :today OR unixepoch(occurred_at) <= :as_of_unix)),
ended AS MATERIALIZED (
  SELECT counted.id, counted.care, call_disposition.disposition
  FROM counted JOIN call_disposition ON call_disposition.call_id = counted.id),
done AS MATERIALIZED (
  SELECT counted.id, call_intervention.intervention
  FROM counted JOIN call_intervention ON call_intervention.call_id = counted.id),
total AS (
  SELECT count(*) AS calls, coalesce(sum(care), 0) AS care,
         (SELECT count(DISTINCT id) FROM ended) AS ended,
         (SELECT count(DISTINCT id) FROM ended WHERE care) AS care_ended,
         (SELECT count(DISTINCT id) FROM done) AS done,
         count(force_used) FILTER (WHERE care) AS force_known,
         count(*) FILTER (WHERE care AND force_used) AS force_used,
         count(injury) FILTER (WHERE care) AS injury_known,
         count(*) FILTER (WHERE care AND injury) AS injured
  FROM counted),
flag (at, figure, code) AS (
  VALUES (1, 'emergency_examination', 'police_exam'),
         (1, 'emergency_examination', 'physician_certificate'),
         (2, 'hospital_transport', 'voluntary_transport'),
         (3, 'arrest', 'arrest'), (4, 'citation', 'citation'),
         (5, 'arrest_diverted', 'arrest_diverted'))
SELECT * FROM (
  SELECT 'disposition_mix' AS figure, disposition.label AS grp,
         (SELECT count(*) FROM ended WHERE ended.disposition = disposition.code) AS numerator,
         total.ended AS denominator, total.calls - total.ended AS missing, '' AS note
  FROM disposition CROSS JOIN total ORDER BY disposition.sort)
UNION ALL
SELECT * FROM (
  SELECT 'intervention_mix', intervention.label,
         (SELECT count(*) FROM done WHERE done.intervention = intervention.code),
         total.done, total.calls - total.done, ''
  FROM intervention CROSS JOIN total ORDER BY intervention.sort)
UNION ALL
SELECT * FROM (
  SELECT flag.figure, '', count(DISTINCT ended.id), total.care_ended, total.care - total.care_ended, ''
  FROM flag CROSS JOIN total LEFT JOIN ended ON ended.disposition = flag.code AND ended.care
  GROUP BY flag.figure ORDER BY min(flag.at))
UNION ALL
SELECT figure, '', iif(missing > known, NULL, hits), known, missing,
       iif(missing > known, 'most calls do not record it', '')
FROM (
  SELECT 'force' AS figure, force_used AS hits, force_known AS known, care - force_known AS missing
  FROM total
  UNION ALL SELECT 'injury', injured, injury_known, care - injury_known FROM total);
