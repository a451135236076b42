-- overdue
-- title: Overdue and stalled
-- of: moment
-- What is late at the as-of moment, whatever the period: the same as ccu follow-up overdue and
-- ccu referral list --stalled show. A follow-up is overdue when it is open and was due before
-- that moment; one that waits for a signature is still open. A referral is stalled when it is
-- open and for stalled_days (a setting) had no event and no attempt at one of its follow-ups; it
-- is due when those days were over. days_late counts local days. What is sealed is not in this
-- list.

WITH told AS (
  SELECT iif(record = 'referral', 'referral stalled', 'follow-up overdue') AS what, id, call_id,
         iif(record = 'referral', id, referral_id) AS referral, person_id, code, owner_id,
         iif(record = 'referral', unixepoch(worked_at), due_unix) AS at,
         iif(record = 'referral',
             date(substr(worked_at, 1, 10), '+' || :stalled_days || ' days'),
             substr(due_at, 1, 10)) AS due
  FROM open_work
  WHERE iif(record = 'referral',
            stalls_unix <= :as_of_unix AND id IN (SELECT id FROM main.referral),
            due_unix < :as_of_unix AND id IN (SELECT id FROM main.follow_up)))
SELECT what, told.id, referral, (SELECT id FROM main.call WHERE id = told.call_id) AS call,
       coalesce(human.canonical_id, person_id) AS person,
       iif(what = 'referral stalled', need.label, follow_up_kind.label) AS kind,
       staff.login AS owner, due, cast(julianday(:today) - julianday(due) AS INTEGER) AS days_late
FROM told JOIN staff ON staff.id = told.owner_id
LEFT JOIN need ON need.code = told.code LEFT JOIN follow_up_kind ON follow_up_kind.code = told.code
LEFT JOIN human ON human.id = told.person_id
ORDER BY what, at, told.id;
