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
-- A care call is one whose final nature (as cleared, else as dispatched) was on the town's
-- care list when the call was recorded or last changed.

-- share_of_all_calls
-- title: Share of all calls
-- unit: share
-- known from: CAHOOTS, Eugene (17% in 2017; 16,479 of 109,855 = 15.0% in 2021)
-- numerator: care calls in the period
-- denominator: all calls in the period
-- Care calls over all calls in the file. It is a share of what was imported: where only some
-- calls are brought into the file, or only care calls are logged, it cannot be compared
-- with another town's. It is about the subject of calls, not about who answered them.

WITH counted AS (
  SELECT count(*) AS calls, coalesce(sum(care), 0) AS care
  FROM call
  WHERE occurred_at >= :start AND occurred_at < :end AND voided_at IS NULL
    -- a local day before the as-of moment's is before it; only that last day needs the instant
    AND (occurred_at < :today OR unixepoch(occurred_at) <= :as_of_unix))
SELECT 'calls' AS figure, calls AS numerator, NULL AS denominator FROM counted
UNION ALL SELECT 'care_calls', care, NULL FROM counted
UNION ALL SELECT 'share_of_all_calls', care, calls FROM counted;
