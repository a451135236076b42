-- caseload
-- title: Caseload
-- section: caseload
-- known from: Denton (four clinicians under one supervisor)
-- At the as-of moment, for each worker: the people they are working with (a household's members are
-- counted one by one, nobody twice), the open referrals and follow-ups they own, how many of these
-- follow-ups are overdue, and how many whole days the oldest open item has been open. Workers with
-- nothing are left out. A caseload says how much, not how hard.

WITH with_whom AS (
  SELECT DISTINCT turn.staff_id, tree.canonical_id
  FROM ({CURRENT_WORKER}) AS turn JOIN person_canonical AS tree ON tree.id = turn.person_id),
item AS (
  SELECT owner_id, 1 AS referral, 0 AS late, unixepoch(made_at) AS since
  FROM referral JOIN referral_status ON referral_status.code = referral.status
  WHERE referral_status.open
  UNION ALL
  SELECT owner_id, 0, due_unix < :as_of_unix, unixepoch(recorded_at) FROM open_follow_up),
owned AS (
  SELECT owner_id, sum(referral) AS open_referrals, sum(NOT referral) AS open_follow_ups,
         sum(late) AS overdue, max((:as_of_unix - since) / 86400) AS oldest_days
  FROM item GROUP BY owner_id)
SELECT staff.login AS worker, staff_role.label AS role, agency.label AS agency,
       boss.login AS supervisor,
       (SELECT count(*) FROM with_whom WHERE staff_id = staff.id) AS people,
       coalesce(owned.open_referrals, 0) AS open_referrals,
       coalesce(owned.open_follow_ups, 0) AS open_follow_ups,
       coalesce(owned.overdue, 0) AS overdue,
       owned.oldest_days
FROM staff JOIN staff_role ON staff_role.code = staff.role JOIN agency ON agency.code = staff.agency
LEFT JOIN staff AS boss ON boss.id = staff.supervisor_id
LEFT JOIN owned ON owned.owner_id = staff.id
WHERE owned.owner_id IS NOT NULL OR EXISTS (SELECT 1 FROM with_whom WHERE staff_id = staff.id)
ORDER BY boss.login IS NULL, boss.login, staff.login;
