-- The wellness log: that somebody was there for an officer, and never for whom.
--
-- There is no row for one contact: each adds to the sum of its kind and month, so nothing here has
-- an order, a time, an account or a number. Rows are keyed by what they say (WITHOUT ROWID), for a
-- rowid would tell the order in which kinds came up.

PRAGMA application_id = 1128486231;  -- 'CCUW': how ccu/side_file knows the file
PRAGMA user_version = 1;

-- A town can add kinds of its own here.
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
