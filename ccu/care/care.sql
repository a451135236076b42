-- The care file: HSD's notes and whatever comes from a 42 CFR Part 2 program.
--
-- A file of its own, because whoever can open a SQLite file can read it. People, calls and accounts
-- are the main file's: only their numbers and logins are here, which no REFERENCES can check.

PRAGMA application_id = 1128486211;  -- 'CCUC': how database/side_file.py knows the file
PRAGMA user_version = 1;

-- One note. Its words are never edited; a later note corrects it. Written about the wrong person, it
-- can be moved. There is no trigger against DELETE: what an order destroys must be able to go.
CREATE TABLE care_note (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  person_id   INTEGER NOT NULL,            -- the record that was named; merges are read in the main file
  call_id     INTEGER,
  occurred_at TEXT NOT NULL CHECK (substr(occurred_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(occurred_at, 1, 19), '+0 days')
         AND substr(occurred_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  recorded_at TEXT NOT NULL CHECK (substr(recorded_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(recorded_at, 1, 19), '+0 days')
         AND substr(recorded_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  login       TEXT NOT NULL CHECK (login <> ''),
  part2       INTEGER NOT NULL CHECK (part2 IN (0, 1)),
  text        TEXT NOT NULL CHECK (text <> ''),
  corrects    INTEGER REFERENCES care_note (id) ON DELETE SET NULL CHECK (corrects < id)
) STRICT;
CREATE INDEX care_note_person ON care_note (person_id);
CREATE INDEX care_note_corrects ON care_note (corrects);

CREATE TRIGGER care_note_is_never_edited BEFORE UPDATE ON care_note
WHEN new.id IS NOT old.id OR new.call_id IS NOT old.call_id OR new.occurred_at IS NOT old.occurred_at
  OR new.recorded_at IS NOT old.recorded_at OR new.login IS NOT old.login
  OR new.part2 IS NOT old.part2 OR new.text IS NOT old.text
  OR coalesce(new.corrects, old.corrects) IS NOT old.corrects
BEGIN SELECT raise(ABORT, 'a care note is never edited'); END;

-- Who read or wrote which notes, by the machine's own clock. Here and not in the main file's audit,
-- whose readers must not learn that there are notes, or how many. Ids only; chained as that one is.
CREATE TABLE care_audit (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  at        TEXT NOT NULL CHECK (substr(at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(at, 1, 19), '+0 days')
         AND substr(at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  login     TEXT NOT NULL,
  action    TEXT NOT NULL,                 -- add, list, history, move, destroy, backup
  person_id INTEGER,
  detail    TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(detail)),
  previous  BLOB NOT NULL,                 -- 32 bytes, zeros for the first row
  hash      BLOB NOT NULL                  -- 32 bytes, keyed: ccu/database/key_chain.py
) STRICT;
CREATE INDEX care_audit_person ON care_audit (person_id);

CREATE TRIGGER care_audit_is_never_changed BEFORE UPDATE ON care_audit
BEGIN SELECT raise(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER care_audit_is_never_deleted BEFORE DELETE ON care_audit
BEGIN SELECT raise(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER care_audit_is_a_chain AFTER INSERT ON care_audit
WHEN new.id <> (SELECT max(id) FROM care_audit) OR length(new.hash) <> 32 OR new.previous IS NOT
  coalesce((SELECT hash FROM care_audit WHERE id < new.id ORDER BY id DESC LIMIT 1), zeroblob(32))
BEGIN SELECT raise(ABORT, 'the audit is append-only: this row does not follow the last'); END;
