-- overdue_now
-- title: Overdue follow-ups
-- unit: count
-- of: moment
-- numerator: follow-ups open and due before the as-of moment
-- denominator: open follow-ups
-- At the as-of moment, whatever the period. One that waits for a signature is still open.

-- due_soon
-- title: Due within seven days
-- unit: count
-- of: moment
-- numerator: follow-ups open and due within seven days of the as-of moment
-- denominator: open follow-ups

-- stalled_now
-- title: Stalled referrals
-- unit: count
-- of: moment
-- numerator: open referrals without an event or an attempt for stalled_days
-- denominator: open referrals
-- At the as-of moment, whatever the period. An attempt at a follow-up is work on its referral.

WITH work AS MATERIALIZED (
  SELECT record = 'referral' AS is_referral, due_unix - :as_of_unix AS until_due,
         stalls_unix <= :as_of_unix AS stalled
  FROM open_work)
SELECT 'overdue_now' AS figure, count(*) FILTER (WHERE until_due < 0) AS numerator,
       count(*) AS denominator FROM work WHERE NOT is_referral
UNION ALL
SELECT 'due_soon', count(*) FILTER (WHERE until_due >= 0 AND until_due < 7 * 86400), count(*)
FROM work WHERE NOT is_referral
UNION ALL SELECT 'stalled_now', coalesce(sum(stalled), 0), count(*) FROM work WHERE is_referral;
