-- overdue
-- title: Overdue and stalled
-- section: overdue
-- of: moment
-- What is late at the as-of moment, whatever the period: the same as ccu follow-up overdue and
-- ccu referral list --stalled show. A follow-up is overdue when it is open and was due before
-- that moment; one that waits for a signature is still open. A referral is stalled when it is
-- open and for stalled_days (a setting) had no event and no attempt at one of its follow-ups; it
-- is due when those days were over. days_late counts local days. What is sealed is not in this
-- list.

WITH late AS (
  SELECT due.id, due.due_at, due.due_unix, due.referral_id, due.owner_id,
         coalesce(due.call_id, referral.call_id) AS call_id,
         coalesce(due.person_id, referral.person_id) AS person_id, due.kind
  FROM open_follow_up AS due LEFT JOIN referral ON referral.id = due.referral_id
  WHERE due.due_unix < :as_of_unix),
work AS (  -- an open referral, and when anything was last done about it
  SELECT referral.id, referral.call_id, referral.person_id, referral.owner_id, referral.need,
         (SELECT occurred_at FROM referral_event WHERE referral_id = referral.id
          ORDER BY id DESC LIMIT 1) AS event_at,
         (SELECT attempt.occurred_at FROM follow_up
          JOIN attempt ON attempt.follow_up_id = follow_up.id
          WHERE follow_up.referral_id = referral.id
          ORDER BY unixepoch(attempt.occurred_at) DESC LIMIT 1) AS attempt_at
  FROM referral JOIN referral_status ON referral_status.code = referral.status
  WHERE referral_status.open),
last AS (
  SELECT work.*, iif(coalesce(unixepoch(attempt_at), 0) > unixepoch(event_at), attempt_at, event_at)
           AS last_at FROM work),
told AS (
  SELECT 1 AS sort, 'follow-up overdue' AS what, late.id, referral_id AS referral,
         call_id AS call, late.person_id, follow_up_kind.label AS kind, owner_id, due_unix AS at,
         substr(due_at, 1, 10) AS due
  FROM late JOIN follow_up_kind ON follow_up_kind.code = late.kind
  UNION ALL
  SELECT 2, 'referral stalled', last.id, last.id, call_id, person_id, need.label, owner_id,
         unixepoch(last_at), date(substr(last_at, 1, 10), '+' || :stalled_days || ' days')
  FROM last JOIN need ON need.code = last.need
  WHERE unixepoch(last_at) <= :as_of_unix - 86400 * :stalled_days)
SELECT what, told.id, referral, (SELECT id FROM main.call WHERE id = told.call) AS call,
       coalesce(person_canonical.canonical_id, person_id) AS person, kind, staff.login AS owner, due,
       cast(julianday(:today) - julianday(due) AS INTEGER) AS days_late
FROM told JOIN staff ON staff.id = told.owner_id
LEFT JOIN person_canonical ON person_canonical.id = told.person_id
WHERE iif(sort = 1, told.id IN (SELECT id FROM main.follow_up),
          told.id IN (SELECT id FROM main.referral))
ORDER BY sort, at, told.id;
