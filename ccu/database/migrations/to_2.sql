-- Schema 2, people: merges that leave nothing behind when undone, keys to find a person by, homes,
-- rosters, suggestions to plans, overrides of the frequent lists. No released command made a merge
-- before, so a record that is merged already keeps its values as they stand.

INSERT INTO setting (name, value, help, sort) VALUES
  ('plan_expiry_months', '12', 'Months after its approval or last review after which a plan leaves the card', 16),
  ('override_review_days', '180', 'Days after which an override of the frequent lists is looked at again', 17),
  ('civilian_natures', 'welfare_check,crisis,unsheltered,substance,elder_concern,youth_crisis,hoarding', 'Natures that a civilian team may take when no danger is seen, comma-separated codes', 18),
  ('rate_scene', '', 'What an hour on scene costs, in dollars; empty: no cost is printed', 19),
  ('rate_follow_up', '', 'What an hour of follow-up costs, in dollars; empty: no cost is printed', 20);
INSERT INTO plan_status (code, label, sort) VALUES ('replaced', 'Replaced by a later plan', 5);
ALTER TABLE place_flag ADD COLUMN verified_at TEXT CHECK (substr(verified_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(verified_at, 1, 19), '+0 days') AND substr(verified_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]');
ALTER TABLE place_flag ADD COLUMN ended_by INTEGER REFERENCES staff (id);
ALTER TABLE place_flag ADD COLUMN ended_why TEXT;
ALTER TABLE person ADD COLUMN email TEXT;
ALTER TABLE person ADD COLUMN home TEXT;
ALTER TABLE person ADD COLUMN postcode TEXT;
ALTER TABLE worker ADD COLUMN import_batch_id INTEGER REFERENCES import_batch (id);
ALTER TABLE import_batch ADD COLUMN source TEXT;
CREATE INDEX referral_household ON referral (household_id) WHERE household_id IS NOT NULL;
CREATE INDEX attempt_occurred ON attempt (occurred_at);
CREATE INDEX person_relation_other ON person_relation (other_id);
DROP TABLE person_merge;
CREATE TABLE person_merge (
  id        INTEGER PRIMARY KEY,           -- the order of the merges: of two that give a field, the later
  merged_id INTEGER NOT NULL UNIQUE REFERENCES person (id),
  taken     TEXT NOT NULL CHECK (json_valid(taken)),
  worker_id INTEGER REFERENCES worker (id),  -- the turn that this merge ended: one person, one worker
  merged_at TEXT NOT NULL CHECK (substr(merged_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(merged_at, 1, 19), '+0 days')
         AND substr(merged_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  merged_by INTEGER NOT NULL REFERENCES staff (id),
  stays_id  INTEGER REFERENCES worker (id)
) STRICT;
CREATE TABLE person_own (
  person_id INTEGER NOT NULL REFERENCES person (id),
  field     TEXT NOT NULL,
  value     TEXT NOT NULL CHECK (json_valid(value)),
  PRIMARY KEY (person_id, field)
) STRICT, WITHOUT ROWID;
CREATE TABLE person_different (
  person_id   INTEGER NOT NULL REFERENCES person (id),
  other_id    INTEGER NOT NULL REFERENCES person (id),
  reason      TEXT NOT NULL,
  recorded_at TEXT NOT NULL CHECK (substr(recorded_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(recorded_at, 1, 19), '+0 days')
         AND substr(recorded_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  recorded_by INTEGER NOT NULL REFERENCES staff (id),
  PRIMARY KEY (person_id, other_id),
  CHECK (person_id < other_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_different_other ON person_different (other_id);
CREATE TABLE person_key (
  key       TEXT NOT NULL,
  person_id INTEGER NOT NULL REFERENCES person (id),
  PRIMARY KEY (key, person_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_key_person ON person_key (person_id);
CREATE TABLE person_source (
  source    TEXT NOT NULL,                 -- the roster layout's name for the office
  number    TEXT NOT NULL,
  person_id INTEGER NOT NULL REFERENCES person (id),
  PRIMARY KEY (source, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_source_person ON person_source (person_id);
CREATE TABLE plan_suggestion (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  plan_id      INTEGER NOT NULL REFERENCES plan (id),
  text         TEXT NOT NULL,
  suggested_at TEXT NOT NULL CHECK (substr(suggested_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(suggested_at, 1, 19), '+0 days')
         AND substr(suggested_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  suggested_by INTEGER NOT NULL REFERENCES staff (id),
  accepted     INTEGER CHECK (accepted IN (0, 1)),  -- NULL: not answered yet
  answer       TEXT,
  answered_at TEXT CHECK (substr(answered_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(answered_at, 1, 19), '+0 days')
         AND substr(answered_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  answered_by  INTEGER REFERENCES staff (id),
  CHECK ((accepted IS NULL) = (answered_at IS NULL))
) STRICT;
CREATE INDEX plan_suggestion_plan ON plan_suggestion (plan_id);
CREATE TABLE frequent_override (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  person_id   INTEGER REFERENCES person (id),
  place_id    INTEGER REFERENCES place (id),
  frequent    INTEGER NOT NULL CHECK (frequent IN (0, 1)),
  reason      TEXT NOT NULL,
  review_on   TEXT NOT NULL CHECK (review_on IS date(review_on, '+0 days')),
  recorded_at TEXT NOT NULL CHECK (substr(recorded_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(recorded_at, 1, 19), '+0 days')
         AND substr(recorded_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  recorded_by INTEGER NOT NULL REFERENCES staff (id),
  ended_at TEXT CHECK (substr(ended_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(ended_at, 1, 19), '+0 days')
         AND substr(ended_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  ended_by    INTEGER REFERENCES staff (id),
  CHECK ((person_id IS NULL) <> (place_id IS NULL))
) STRICT;
CREATE INDEX frequent_override_person ON frequent_override (person_id);
CREATE INDEX frequent_override_place ON frequent_override (place_id);
CREATE VIEW person_canonical AS
WITH RECURSIVE tree (id, canonical_id) AS (
  SELECT id, id FROM person WHERE merged_into IS NULL
  UNION ALL
  SELECT person.id, tree.canonical_id FROM tree JOIN person ON person.merged_into = tree.id)
SELECT id, canonical_id FROM tree;
INSERT INTO person_merge (merged_id, taken, merged_at, merged_by)
SELECT id, '[]', recorded_at, recorded_by FROM person WHERE merged_into IS NOT NULL ORDER BY id;
