-- overdue_now
-- title: Overdue follow-ups
-- section: summary
-- unit: count
-- of: moment
-- numerator: follow-ups open and due before the as-of moment
-- denominator: open follow-ups
-- At the as-of moment, whatever the period. One that waits for a signature is still open.

-- due_soon
-- title: Due within seven days
-- section: overdue
-- unit: count
-- of: moment
-- numerator: follow-ups open and due within seven days of the as-of moment
-- denominator: open follow-ups

-- stalled_now
-- title: Stalled referrals
-- section: summary
-- unit: count
-- of: moment
-- numerator: open referrals without an event or an attempt for stalled_days
-- denominator: open referrals
-- At the as-of moment, whatever the period. An attempt at a follow-up is work on its referral.

WITH open AS (SELECT due_unix FROM open_follow_up),
active AS MATERIALIZED (
  SELECT unixepoch((SELECT occurred_at FROM referral_event WHERE referral_id = referral.id
                    ORDER BY id DESC LIMIT 1)) <= :as_of_unix - 86400 * :stalled_days
         AND NOT EXISTS (
           SELECT 1 FROM follow_up JOIN attempt ON attempt.follow_up_id = follow_up.id
           WHERE follow_up.referral_id = referral.id
             AND unixepoch(attempt.occurred_at) > :as_of_unix - 86400 * :stalled_days) AS stalled
  FROM referral JOIN referral_status ON referral_status.code = referral.status
  WHERE referral_status.open)
SELECT 'overdue_now' AS figure, count(*) FILTER (WHERE due_unix < :as_of_unix) AS numerator,
       count(*) AS denominator FROM open
UNION ALL
SELECT 'due_soon',
       count(*) FILTER (WHERE due_unix >= :as_of_unix AND due_unix < :as_of_unix + 7 * 86400),
       count(*) FROM open
UNION ALL SELECT 'stalled_now', coalesce(sum(stalled), 0), count(*) FROM active;
