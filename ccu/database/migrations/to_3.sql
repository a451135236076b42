-- Schema 3, trust: who may be told what, the chained audit, what was sealed and let go.

-- ---------------------------------------------------------------- letting go

-- How long each class of record is kept: the department's own decision, and the authority it rests
-- on. There is no default: while a class has neither years nor never, ccu purge destroys nothing.
CREATE TABLE retention (
  class  TEXT PRIMARY KEY,
  sort   INTEGER NOT NULL,
  years  INTEGER CHECK (years BETWEEN 1 AND 150),
  never  INTEGER NOT NULL DEFAULT 0 CHECK (never IN (0, 1)),
  source TEXT NOT NULL DEFAULT '',         -- such as the number of a records schedule
  set_at TEXT CHECK (substr(set_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(set_at, 1, 19), '+0 days')
         AND substr(set_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  set_by INTEGER REFERENCES staff (id),
  CHECK (years IS NULL OR never = 0),
  -- the accounting of disclosures, and what they rested on, reaches six years back
  CHECK (class NOT IN ('consents', 'disclosures') OR years >= 6 OR years IS NULL)
) STRICT, WITHOUT ROWID;
INSERT INTO retention (class, sort) VALUES
  ('calls', 1), ('people', 2), ('referrals', 3), ('needs', 4), ('consults', 5), ('plans', 6),
  ('consents', 7), ('disclosures', 8), ('reasons', 9), ('sealed', 10), ('imports', 11);

-- What a court or an inquiry may ask for is not let go while the hold lasts, whatever its age. By
-- number and not by reference: the row goes with its record.
CREATE TABLE legal_hold (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  record      TEXT NOT NULL CHECK (record IN ('person', 'call', 'place')),
  record_id   INTEGER NOT NULL,
  authority   TEXT NOT NULL,
  placed_at   TEXT NOT NULL CHECK (substr(placed_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(placed_at, 1, 19), '+0 days')
         AND substr(placed_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  placed_by   INTEGER NOT NULL REFERENCES staff (id),
  released_at TEXT CHECK (substr(released_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(released_at, 1, 19), '+0 days')
         AND substr(released_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  released_by INTEGER REFERENCES staff (id),
  CHECK ((released_at IS NULL) = (released_by IS NULL))
) STRICT;
CREATE INDEX legal_hold_record ON legal_hold (record, record_id);

-- The last day that somebody was in the records, where what showed it has been destroyed: the years
-- of the class people still count from it.
CREATE TABLE last_contact (
  person_id INTEGER PRIMARY KEY REFERENCES person (id),
  day       TEXT NOT NULL CHECK (day IS date(day, '+0 days'))
) STRICT;

-- What was destroyed, by whose decision: numbers and days, nobody's name. scrubbed_at is empty until
-- the text is gone from the file's bytes too.
CREATE TABLE destruction (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  at       TEXT NOT NULL CHECK (substr(at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(at, 1, 19), '+0 days')
         AND substr(at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  staff_id INTEGER NOT NULL REFERENCES staff (id),
  class    TEXT NOT NULL,
  count    INTEGER NOT NULL CHECK (count >= 0),
  oldest   TEXT CHECK (oldest IS date(oldest, '+0 days')),
  newest   TEXT CHECK (newest IS date(newest, '+0 days')),
  source   TEXT NOT NULL,
  years    INTEGER,
  scrubbed_at TEXT CHECK (substr(scrubbed_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(scrubbed_at, 1, 19), '+0 days')
         AND substr(scrubbed_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]')
) STRICT;

-- The log only grows; scrubbed_at is filled in once.
CREATE TRIGGER destruction_is_never_changed BEFORE UPDATE ON destruction
WHEN OLD.scrubbed_at IS NOT NULL OR NEW.scrubbed_at IS NULL
  OR (OLD.id, OLD.at, OLD.staff_id, OLD.class, OLD.count, OLD.source)
     IS NOT (NEW.id, NEW.at, NEW.staff_id, NEW.class, NEW.count, NEW.source)
  OR (OLD.oldest, OLD.newest, OLD.years) IS NOT (NEW.oldest, NEW.newest, NEW.years)
BEGIN SELECT raise(ABORT, 'the destruction log is append-only'); END;
CREATE TRIGGER destruction_is_never_deleted BEFORE DELETE ON destruction
BEGIN SELECT raise(ABORT, 'the destruction log is append-only'); END;

-- ---------------------------------------------------------------- consent and disclosure

-- What may be told of a person. connected: the provider's name and no more. referrals: what was asked
-- of whom, where it stands, when somebody tries next. all_but_part2 is every one but part2; what
-- comes from a 42 CFR Part 2 programme is opened by part2 alone.
CREATE TABLE consent_scope (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO consent_scope (code, label, sort) VALUES
  ('worker', 'Who works with them, and how to reach that worker', 1),
  ('plan', 'Plans of what helps', 2),
  ('connected', 'Which provider they are connected to', 3),
  ('referrals', 'Referrals, and what came of them', 4),
  ('follow_ups', 'Follow-ups, and each attempt', 5),
  ('needs', 'What they have and lack', 6),
  ('care_notes', 'Care notes', 7),
  ('all_but_part2', 'Everything but what is under 42 CFR Part 2', 8),
  ('part2', 'What is under 42 CFR Part 2', 9);

-- What a person's information is shared for; other is said in words beside it.
CREATE TABLE consent_purpose (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO consent_purpose (code, label, sort) VALUES
  ('coordination', 'Coordination of care', 1),
  ('treatment', 'Treatment', 2),
  ('safety', 'Safety on calls', 3),
  ('benefits', 'Housing and benefits', 4),
  ('legal', 'Legal matters', 5),
  ('request', 'At the person''s own request', 6),
  ('other', 'Other', 7);

-- Why something was disclosed though no paper was signed. part2 marks those that 42 CFR Part 2 knows
-- too (2.51 emergency, 2.61 order, 2.12(c)(6) report of child abuse, 2.12(c)(5) crime, 2.53 audit).
CREATE TABLE disclosure_ground (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1)),
  part2 INTEGER NOT NULL DEFAULT 0 CHECK (part2 IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO disclosure_ground (code, label, sort, part2) VALUES
  ('medical_emergency', 'Medical emergency', 1, 1),
  ('court_order', 'Court order', 2, 1),
  ('mandated_report', 'Mandated report of abuse or neglect', 3, 1),
  ('programme_crime', 'Crime at a programme or against its staff', 4, 1),
  ('audit', 'Audit or evaluation', 5, 1),
  ('serious_threat', 'Serious and imminent threat', 6, 0),
  ('required_by_law', 'Otherwise required by law', 7, 0);

INSERT INTO setting (name, value, help, sort) VALUES
  ('police_sees', 'worker,plan', 'What police are shown of Human Services'' work on a person without their consent, comma-separated scopes; the rest is "in hand"', 26);

ALTER TABLE provider ADD COLUMN part2 INTEGER NOT NULL DEFAULT 0 CHECK (part2 IN (0, 1));
ALTER TABLE consent ADD COLUMN purpose_words TEXT;
ALTER TABLE consent ADD COLUMN provider_id INTEGER REFERENCES provider (id);
ALTER TABLE consent ADD COLUMN revoked_by INTEGER REFERENCES staff (id);
ALTER TABLE disclosure ADD COLUMN shown_to INTEGER REFERENCES staff (id);
ALTER TABLE disclosure ADD COLUMN provider_id INTEGER REFERENCES provider (id);
ALTER TABLE disclosure ADD COLUMN ground TEXT REFERENCES disclosure_ground (code);
CREATE UNIQUE INDEX disclosure_daily
  ON disclosure (shown_to, person_id, what, substr(disclosed_at, 1, 10), coalesce(consent_id, 0))
  WHERE shown_to IS NOT NULL;

-- The audit's chain; the rows there are already are chained by the step, with a key it makes.
ALTER TABLE audit ADD COLUMN previous BLOB;
ALTER TABLE audit ADD COLUMN hash BLOB;
CREATE TRIGGER audit_is_a_chain AFTER INSERT ON audit
WHEN new.id <> (SELECT max(id) FROM audit) OR length(new.hash) IS NOT 32 OR new.previous IS NOT
  coalesce((SELECT hash FROM audit WHERE id < new.id ORDER BY id DESC LIMIT 1), zeroblob(32))
BEGIN SELECT raise(ABORT, 'the audit is append-only: this row does not follow the last'); END;

-- By whose word a record is sealed, and why a seal is lifted again.
CREATE TABLE seal_authority (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO seal_authority (code, label, sort) VALUES
  ('court', 'Order of a court', 1),
  ('statute', 'Erasure by statute', 2),
  ('pardon', 'Pardon', 3),
  ('policy', 'Policy of the department', 4);

CREATE TABLE lift_reason (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO lift_reason (code, label, sort) VALUES
  ('set_aside', 'The order was set aside', 1),
  ('in_error', 'Sealed in error', 2),
  ('court', 'A court asks for it', 3);

-- A person or a call sealed by an erasure order. The rows themselves are moved in here (content, JSON:
-- ccu/retention/seals.py) and stand nowhere else: no list, search or card can show what is not there.
-- Reports alone read from here what they count, if the town's setting sealed_totals says so. A lifted
-- seal has no content: the rows are back.
CREATE TABLE sealed (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  record     TEXT NOT NULL CHECK (record IN ('person', 'call')),
  record_id  INTEGER NOT NULL,
  authority  TEXT NOT NULL REFERENCES seal_authority (code),
  ordered_on TEXT NOT NULL CHECK (ordered_on IS date(ordered_on, '+0 days')),
  sealed_at  TEXT NOT NULL CHECK (substr(sealed_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(sealed_at, 1, 19), '+0 days')
         AND substr(sealed_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  sealed_by  INTEGER NOT NULL REFERENCES staff (id),
  content    TEXT CHECK (content IS NULL OR json_valid(content)),
  lifted_at  TEXT CHECK (substr(lifted_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(lifted_at, 1, 19), '+0 days')
         AND substr(lifted_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  lifted_by  INTEGER REFERENCES staff (id),
  lift_reason TEXT REFERENCES lift_reason (code),
  CHECK ((content IS NULL) = (lifted_at IS NOT NULL))
) STRICT;

-- Numbers under which another system would bring a sealed record back: a dispatch system's incident,
-- an office's client. As digests, so that a look at this table finds nobody.
CREATE TABLE sealed_number (
  digest    TEXT PRIMARY KEY,
  sealed_id INTEGER NOT NULL REFERENCES sealed (id)
) STRICT, WITHOUT ROWID;

-- People whose identity was taken out of their records. digest is a keyed hash of name and birth
-- date, kept only if the town's setting recognise_returning says so; the key is beside the file.
CREATE TABLE deidentified (
  person_id INTEGER PRIMARY KEY REFERENCES person (id),
  at        TEXT NOT NULL CHECK (substr(at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(at, 1, 19), '+0 days')
         AND substr(at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  by        INTEGER NOT NULL REFERENCES staff (id),
  digest    TEXT
) STRICT;
CREATE INDEX deidentified_digest ON deidentified (digest) WHERE digest IS NOT NULL;

INSERT INTO setting (name, value, help, sort) VALUES
  ('sealed_totals', 'count', 'Sealed records in totals: count (as numbers that name nobody), or leave_out', 21),
  ('recognise_returning', 'no', 'Recognise a de-identified person who comes back, by a keyed hash: yes or no', 22);
