-- caseload
-- title: Caseload
-- known from: Denton (four clinicians under one supervisor)
-- At the as-of moment, for each worker: the people they are working with (a household's members are
-- counted one by one, nobody twice), the open referrals and follow-ups they own, how many of these
-- follow-ups are overdue, and how many full days the oldest open item has been open. Workers with
-- nothing are left out. A caseload shows how much work, not how difficult.

WITH with_whom AS (
  SELECT DISTINCT staff_id, canonical_id
  FROM current_worker JOIN human ON human.id = current_worker.person_id
  WHERE begins <= :today AND :today < ends),
owned AS (
  SELECT owner_id, sum(record = 'referral') AS open_referrals,
         sum(record = 'follow-up') AS open_follow_ups,
         sum(record = 'follow-up' AND due_unix < :as_of_unix) AS overdue,
         max(0, max((:as_of_unix - unixepoch(since)) / 86400)) AS oldest_days
  FROM open_work GROUP BY owner_id)
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
