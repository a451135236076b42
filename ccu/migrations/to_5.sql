-- Schema 5: views that define who is one person, whose worker, what is open and for whom. The settings
-- sealed_totals and recognise_returning and the column deidentified.digest are removed; what a town
-- had in them is kept in the new table archived.

CREATE TABLE archived (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  feature     TEXT NOT NULL,               -- such as recognise_returning
  record      TEXT NOT NULL,
  record_id   INTEGER,                     -- NULL: of no one record, such as a setting
  content     TEXT NOT NULL CHECK (json_valid(content)),  -- column -> value
  archived_at TEXT NOT NULL CHECK (substr(archived_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(archived_at, 1, 19), '+0 days')
         AND substr(archived_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]')
) STRICT;

INSERT INTO archived (feature, record, content, archived_at)
SELECT name, 'setting', json_object('value', value), strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')
FROM setting
WHERE (name = 'sealed_totals' AND value <> 'count')
   OR (name = 'recognise_returning' AND value <> 'no') ORDER BY sort;
DELETE FROM setting WHERE name IN ('sealed_totals', 'recognise_returning');

INSERT INTO archived (feature, record, record_id, content, archived_at)
SELECT 'recognise_returning', 'deidentified', person_id, json_object('digest', digest),
       strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')
FROM deidentified WHERE digest IS NOT NULL ORDER BY person_id;
DROP INDEX deidentified_digest;
ALTER TABLE deidentified DROP COLUMN digest;

UPDATE disclosure_ground SET label = 'Crime at a program or against its staff'
WHERE code = 'programme_crime' AND label = 'Crime at a programme or against its staff';

DROP VIEW person_canonical;
DROP VIEW open_follow_up;

CREATE VIEW human AS
SELECT id, iif(merged_into IS NULL, id, coalesce(
    (WITH RECURSIVE up (at) AS (
       SELECT person.merged_into
       UNION
       SELECT above.merged_into FROM up JOIN person AS above ON above.id = up.at
       WHERE above.merged_into IS NOT NULL)
     SELECT above.id FROM up JOIN person AS above ON above.id = up.at
     WHERE above.merged_into IS NULL), id)) AS canonical_id
FROM person;

CREATE VIEW membership AS
SELECT household_id, person_id, since, until, coalesce(since, '') AS begins,
       coalesce(until, '9999-99-99') AS ends
FROM household_member;

CREATE VIEW assignment AS
SELECT id, staff_id, person_id, household_id, owner, since, until, since AS begins,
       coalesce(until, '9999-99-99') AS ends
FROM worker;

CREATE VIEW current_worker AS
SELECT id, staff_id, person_id, NULL AS household_id, since, begins, ends
FROM assignment WHERE person_id IS NOT NULL
UNION ALL
SELECT assignment.id, assignment.staff_id, membership.person_id, membership.household_id,
       assignment.since, max(assignment.begins, membership.begins),
       min(assignment.ends, membership.ends)
FROM assignment JOIN membership ON membership.household_id = assignment.household_id;

CREATE VIEW acceptance AS
SELECT id AS referral_id,
       (SELECT occurred_at FROM referral_event
        WHERE referral_id = referral.id AND status IN ('accepted', 'in_progress', 'service_received')
        ORDER BY unixepoch(occurred_at), id LIMIT 1) AS accepted_at
FROM referral;

CREATE VIEW open_follow_up AS
SELECT id, kind, referral_id, call_id, person_id, owner_id, due_at, unixepoch(due_at) AS due_unix,
       note, closing_at, closed_at, closed_by, signed_by, recorded_at
FROM follow_up WHERE closed_at IS NULL;

CREATE VIEW next_due AS
SELECT id AS referral_id,
       (SELECT due_at FROM open_follow_up
        WHERE open_follow_up.referral_id = referral.id AND closing_at IS NULL
        ORDER BY due_unix, open_follow_up.id LIMIT 1) AS due_at
FROM referral;

CREATE VIEW open_referral AS
SELECT referral.id, need, provider_id, call_id, person_id, household_id, owner_id, status, made_at,
       (SELECT due_at FROM next_due WHERE referral_id = referral.id) AS due_at,
       (SELECT occurred_at FROM (
          SELECT occurred_at FROM (
            SELECT occurred_at FROM referral_event WHERE referral_id = referral.id
            ORDER BY id DESC LIMIT 1)
          UNION ALL
          SELECT attempt.occurred_at
          FROM follow_up CROSS JOIN attempt ON attempt.follow_up_id = follow_up.id
          WHERE follow_up.referral_id = referral.id)
        ORDER BY unixepoch(occurred_at) DESC LIMIT 1) AS worked_at
FROM referral_status CROSS JOIN referral ON referral.status = referral_status.code
WHERE referral_status.open = 1;

CREATE VIEW open_work AS
SELECT 'referral' AS record, id, NULL AS referral_id, call_id, person_id, household_id, owner_id,
       need AS code, provider_id, status, made_at AS since, due_at, unixepoch(due_at) AS due_unix,
       worked_at
FROM open_referral
UNION ALL
SELECT 'follow-up', due.id, due.referral_id, coalesce(due.call_id, referral.call_id),
       coalesce(due.person_id, referral.person_id), referral.household_id, due.owner_id,
       due.kind, referral.provider_id, iif(due.closing_at IS NULL, 'open', 'to sign'),
       due.recorded_at, due.due_at, due.due_unix, NULL
FROM open_follow_up AS due LEFT JOIN referral ON referral.id = due.referral_id;

CREATE VIEW referral_for AS
SELECT id AS referral_id, person_id, '' AS begins, '9999-99-99' AS ends
FROM referral WHERE person_id IS NOT NULL
UNION ALL
SELECT referral.id, membership.person_id, begins, ends
FROM referral JOIN membership ON membership.household_id = referral.household_id
WHERE +referral.person_id IS NULL
UNION ALL
SELECT DISTINCT referral.id, call_person.person_id, '', '9999-99-99'
FROM referral JOIN call_person ON call_person.call_id = referral.call_id
JOIN call ON call.id = referral.call_id AND call.voided_at IS NULL
WHERE +referral.person_id IS NULL AND +referral.household_id IS NULL;

CREATE VIEW open_work_for AS
SELECT 'referral' AS record, open_referral.id, referral_for.person_id, begins, ends
FROM referral_for JOIN open_referral ON open_referral.id = referral_for.referral_id
UNION ALL
SELECT 'follow-up', id, person_id, '', '9999-99-99' FROM open_follow_up WHERE person_id IS NOT NULL
UNION ALL
SELECT 'follow-up', due.id, referral_for.person_id, begins, ends
FROM referral_for JOIN open_follow_up AS due ON due.referral_id = referral_for.referral_id
WHERE +due.person_id IS NULL
UNION ALL
SELECT DISTINCT 'follow-up', due.id, call_person.person_id, '', '9999-99-99'
FROM open_follow_up AS due JOIN call_person ON call_person.call_id = due.call_id
JOIN call ON call.id = due.call_id AND call.voided_at IS NULL
WHERE +due.person_id IS NULL AND +due.referral_id IS NULL;
