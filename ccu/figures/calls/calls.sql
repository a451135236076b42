-- calls
-- title: Calls
-- unit: count
-- interval: counts
-- numerator: calls in the period
-- All calls in the file that happened in the period, from every source: logged by hand or
-- imported. A void call never counts, and nothing that happened after the as-of moment.

-- care_calls
-- title: Care calls
-- unit: count
-- interval: counts
-- numerator: care calls in the period
-- A care call is one whose final nature (as cleared, else as dispatched) is on the town's care list
-- (ccu codes nature), or on that of its layout. missing: imported calls without a nature, ours
-- or the dispatch system's; the latter's is none as long as no call of the file has one of ours. When
-- no call has one there is no count: it is not 0. note: where more than three quarters of the calls are
-- imported ones of the nature Other, which a text has that no layout maps: care calls may be among them.

-- share_of_all_calls
-- title: Share of care natures
-- unit: share
-- known from: Eugene (16,479 of 109,855 = 15.0% in 2021)
-- numerator: care calls in the period
-- denominator: calls in the period with a nature
-- Care calls over all calls in the file that have a nature. It is a share of what was imported: where
-- only some calls are brought into the file, or only care calls are logged, it cannot be compared
-- with another town's. It is about the subject of calls, not about who answered them: that is
-- arrived_alone_of_calls. missing: imported calls without a nature; where they are more than those with
-- one, there is no share.

WITH counted AS (
  SELECT count(*) AS calls, coalesce(sum(care), 0) AS care, coalesce(sum(known), 0) AS known,
         coalesce(sum(care AND known), 0) AS care_known, coalesce(sum(other AND known), 0) AS others
  FROM (SELECT care, occurred_at, voided_at,
               nature = 'other' AND nature_cleared IS NULL AND NOT care
                 AND coalesce(cad_nature_id, cad_cleared_id) IS NOT NULL AS other,
               nature <> 'other' OR nature_cleared IS NOT NULL
                 OR (:natures_given AND coalesce(cad_nature_id, cad_cleared_id) IS NOT NULL)
                 OR source_system_id = (SELECT id FROM source_system WHERE name = 'ccu') AS known
        FROM call)
  WHERE occurred_at >= :start AND occurred_at < :end AND voided_at IS NULL
    -- a local day before the as-of moment's is before it; only that last day needs the instant
    AND (occurred_at < :today OR unixepoch(occurred_at) <= :as_of_unix))
SELECT 'calls' AS figure, calls AS numerator, NULL AS denominator, 0 AS missing, '' AS note
FROM counted
UNION ALL
SELECT 'care_calls', iif(calls > 0 AND known = 0, NULL, care), NULL, calls - known,
       iif(4 * others > 3 * calls, printf('%,d of %,d calls have the nature Other', others, calls), '')
FROM counted
UNION ALL
SELECT 'share_of_all_calls', iif(calls > 2 * known, NULL, care_known), known, calls - known,
       iif(calls > 2 * known, 'most calls have no nature', '')
FROM counted;
