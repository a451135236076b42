-- The wellness log: contacts of officers with peer support and the like, without names.
--
-- There is no row for a single contact: each adds to the sum of its type and month, so that nothing
-- here has an order, a time, an account or a number. WITHOUT ROWID, because a rowid would show the
-- order in which types were first used.

PRAGMA application_id = 1128486231;  -- 'CCUW': how database/side_file.py knows the file
PRAGMA user_version = 1;

-- A town can add its own types here.
CREATE TABLE wellness_kind (
  code    TEXT PRIMARY KEY,
  label   TEXT NOT NULL,
  sort    INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO wellness_kind (code, label, sort) VALUES
  ('peer_support', 'Peer support', 1),
  ('clinician', 'Clinician', 2),
  ('chaplain', 'Chaplain', 3),
  ('debriefing', 'Debriefing', 4),
  ('referral_out', 'Referral out', 5),
  ('other', 'Other', 6);

CREATE TABLE wellness (
  month    TEXT NOT NULL CHECK (month || '-01' IS date(month || '-01', '+0 days')),
  kind     TEXT NOT NULL REFERENCES wellness_kind (code),
  contacts INTEGER NOT NULL CHECK (contacts > 0),
  minutes  INTEGER NOT NULL CHECK (minutes >= 15 * contacts AND minutes % 15 = 0),
  PRIMARY KEY (month, kind)
) STRICT, WITHOUT ROWID;
