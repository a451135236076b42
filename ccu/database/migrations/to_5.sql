-- Schema 5: the settings sealed_totals and recognise_returning and the column deidentified.digest are
-- removed; what a town had in them is kept in the new table archived. Views are not a step's: db.py
-- makes those of schema.sql after the last step.

DROP VIEW person_canonical;

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
-- Not ALTER TABLE: it fails where another program made a view of person_canonical.
CREATE TEMP TABLE kept AS SELECT person_id, at, by FROM deidentified;
DROP TABLE deidentified;
CREATE TABLE deidentified (
  person_id INTEGER PRIMARY KEY REFERENCES person (id),
  at        TEXT NOT NULL CHECK (substr(at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(at, 1, 19), '+0 days')
         AND substr(at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  by        INTEGER NOT NULL REFERENCES staff (id)
) STRICT;
INSERT INTO deidentified (person_id, at, by) SELECT person_id, at, by FROM temp.kept;
DROP TABLE temp.kept;

-- Places that are one house: merged_id is part of kept_id, which may be merged again. moved is JSON,
-- table -> ids of what went to the other place and not by its address, so that it goes back exactly.
CREATE TABLE place_merge (
  merged_id INTEGER PRIMARY KEY REFERENCES place (id),
  kept_id   INTEGER NOT NULL REFERENCES place (id) CHECK (kept_id <> merged_id),
  moved     TEXT NOT NULL CHECK (json_valid(moved)),
  merged_at TEXT NOT NULL CHECK (substr(merged_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(merged_at, 1, 19), '+0 days')
         AND substr(merged_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  merged_by INTEGER NOT NULL REFERENCES staff (id)
) STRICT;
CREATE INDEX place_merge_kept ON place_merge (kept_id);

-- Issued reports, for `ccu report --diff`: JSON without any person, place, call or worker. part2: made with
-- referrals to 42 CFR Part 2 programs, so only compared by who may read them.
CREATE TABLE saved_report (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  first_day TEXT NOT NULL CHECK (first_day IS date(first_day, '+0 days')),
  last_day  TEXT NOT NULL CHECK (last_day IS date(last_day, '+0 days') AND last_day >= first_day),
  public    INTEGER NOT NULL CHECK (public IN (0, 1)),
  part2     INTEGER NOT NULL CHECK (part2 IN (0, 1)),
  sha256    TEXT NOT NULL CHECK (length(sha256) = 64),
  content   TEXT NOT NULL CHECK (json_valid(content)),
  saved_at  TEXT NOT NULL CHECK (substr(saved_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(saved_at, 1, 19), '+0 days')
         AND substr(saved_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  saved_by  INTEGER NOT NULL REFERENCES staff (id)
) STRICT;

-- Labels in the terms of the field, where the town has not written its own.
UPDATE nature SET label = 'Criminal incident, behavioral health factor'
WHERE code = 'criminal_mh' AND label = 'Criminal with a mental-health factor';
UPDATE need_state SET label = 'Need met'
WHERE code = 'has' AND label = 'Has it';
UPDATE need_state SET label = 'Need unmet'
WHERE code = 'lacks' AND label = 'Lacks it';
UPDATE need_state SET sort = sort + 1;
INSERT INTO need_state (code, label, sort) VALUES ('no_need', 'No need', 1);
UPDATE follow_up_result SET label = 'Wrong number'
WHERE code = 'wrong_contact' AND label = 'Wrong contact';
UPDATE follow_up_result SET label = 'Closed: no response'
WHERE code = 'no_response' AND label = 'No response, closed';
UPDATE consent_scope SET label = 'Referrals and their outcomes'
WHERE code = 'referrals' AND label = 'Referrals, and what came of them';
UPDATE consent_scope SET label = 'Needs assessments'
WHERE code = 'needs' AND label = 'What they have and lack';
UPDATE disclosure_ground SET label = 'Crime at a program or against its staff'
WHERE code = 'programme_crime' AND label = 'Crime at a programme or against its staff';
UPDATE handoff SET label = 'Direct notification (the officer told the worker)'
WHERE code = 'direct_notice' AND label = 'Direct notice (the officer told the worker)';
UPDATE setting SET help = 'Days within which a handoff should lead to a first engagement'
WHERE name = 'handoff_days';
UPDATE setting SET help = 'Account that owns this file and runs ccu by sudo; SUDO_UID then identifies the account that asks'
WHERE name = 'service_account';
UPDATE setting SET help = 'Days the office is closed, comma-separated, such as 7/3/2026, 12/25/2026'
WHERE name = 'holidays';
UPDATE setting SET help = 'Natures that a civilian team may take when no hazard is seen, comma-separated codes'
WHERE name = 'civilian_natures';
UPDATE setting SET help = 'What police are shown of Human Services'' work on a person without their consent, comma-separated scopes; of the rest only that it is being handled'
WHERE name = 'police_sees';

-- New hazards and sources, in the order of schema.sql. What a town added itself stays after them.
UPDATE danger SET sort = 10 WHERE code = 'none';
INSERT INTO danger (code, label, sort) VALUES
  ('dog', 'Dog', 6),
  ('biohazard', 'Needles or biohazard', 7),
  ('barricade', 'Barricade', 8),
  ('other', 'Other hazard', 9)
ON CONFLICT (code) DO NOTHING;
UPDATE call_source SET sort = CASE code WHEN 'walk_in' THEN 4 WHEN 'officer' THEN 5 ELSE 7 END
WHERE code IN ('walk_in', 'officer', 'other');
INSERT INTO call_source (code, label, sort) VALUES
  ('non_emergency', 'Non-emergency line', 3),
  ('other_agency', 'Other agency', 6)
ON CONFLICT (code) DO NOTHING;

-- No statute of Connecticut in another state.
UPDATE disposition SET label = 'Police emergency examination request'
WHERE code = 'police_exam' AND label = 'Police emergency examination request (CGS 17a-503)'
  AND (SELECT value FROM setting WHERE name = 'state') NOT IN ('', 'CT');
UPDATE disposition SET label = 'Physician emergency certificate'
WHERE code = 'physician_certificate' AND label = 'Physician emergency certificate (CGS 17a-502)'
  AND (SELECT value FROM setting WHERE name = 'state') NOT IN ('', 'CT');

-- Decisions on care calls. The rule begins on the day of the migration, by a clock that is behind in
-- every US time zone: a day early shows a call too many, a day late would hide one.
-- Why a care call needs neither a referral nor a follow-up.
CREATE TABLE no_action_reason (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO no_action_reason (code, label, sort) VALUES
  ('resolved', 'Resolved on scene, no need left', 1),
  ('in_care', 'Already in care; provider informed', 2),
  ('declined', 'Help offered and declined', 3),
  ('not_behavioral', 'No behavioral health need', 4),
  ('not_identified', 'Person not identified or not located', 5),
  ('not_resident', 'Lives elsewhere; other agency informed', 6),
  ('deceased', 'Deceased', 7),
  ('duplicate', 'Duplicate of another call', 8),
  ('other', 'Other', 9);

-- A care call that needs no further action, and why. A referral or a follow-up of the call decides it
-- by itself and has no row here.
CREATE TABLE call_decision (
  call_id     INTEGER PRIMARY KEY REFERENCES call (id),
  reason      TEXT NOT NULL REFERENCES no_action_reason (code),
  recorded_at TEXT NOT NULL CHECK (substr(recorded_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(recorded_at, 1, 19), '+0 days')
         AND substr(recorded_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  recorded_by INTEGER NOT NULL REFERENCES staff (id)
) STRICT;

-- The first time the nightly run found that a call was undecided for too long.
CREATE TABLE undecided_event (
  call_id INTEGER PRIMARY KEY REFERENCES call (id),
  seen_at TEXT NOT NULL CHECK (substr(seen_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(seen_at, 1, 19), '+0 days')
         AND substr(seen_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]')
) STRICT;

INSERT INTO setting (name, value, help, sort) VALUES
  ('decide_days', '3', 'Days within which a care call needs a decision: a referral, a follow-up or no further action', 27),
  ('decide_urgent_days', '2', 'The same for calls of the urgent natures', 28),
  ('urgent_natures', 'suicide,overdose', 'Natures that are decided sooner and come first in lists, comma-separated codes', 29),
  ('decide_since', date('now', '-12 hours'), 'Day from which care calls need a decision, such as 1/31/2026; earlier ones do not', 30),
  ('default_owner', '', 'Login that owns the follow-ups of referrals that patrol officers make; empty: they are asked', 31),
  ('fiscal_year_start', '7', 'Month in which the fiscal year begins, 1 to 12; a fiscal year is named by the year it ends in', 32);

-- What was taken back: a step of a referral, a follow-up scheduled in error.
ALTER TABLE referral_event ADD COLUMN
  undone      INTEGER NOT NULL DEFAULT 0 CHECK (undone IN (0, 1, 2));  -- 1: taken back; 2: takes back
ALTER TABLE follow_up ADD COLUMN
  cancelled   INTEGER NOT NULL DEFAULT 0 CHECK (cancelled IN (0, 1));  -- scheduled in error

-- How people describe their own race and ethnicity: their answer, never an officer's guess. OMB's
-- categories of 2024; people of several are multiracial.
CREATE TABLE race_ethnicity (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO race_ethnicity (code, label, sort) VALUES
  ('american_indian', 'American Indian or Alaska Native', 1),
  ('asian', 'Asian', 2),
  ('black', 'Black or African American', 3),
  ('hispanic', 'Hispanic or Latino', 4),
  ('middle_eastern', 'Middle Eastern or North African', 5),
  ('pacific_islander', 'Native Hawaiian or Pacific Islander', 6),
  ('white', 'White', 7),
  ('multiracial', 'Multiracial', 8),
  ('other', 'Other', 9);

ALTER TABLE consult ADD COLUMN voided INTEGER NOT NULL DEFAULT 0 CHECK (voided IN (0, 1));
ALTER TABLE need_assessment ADD COLUMN voided INTEGER NOT NULL DEFAULT 0 CHECK (voided IN (0, 1));
ALTER TABLE person ADD COLUMN race_ethnicity TEXT REFERENCES race_ethnicity (code);

-- Calls of which the dispatch system gave only the day: occurred_at is that day at 00:00.
ALTER TABLE call ADD COLUMN clock_known INTEGER NOT NULL DEFAULT 1 CHECK (clock_known IN (0, 1));

-- By which a later import finds the rows that it need not read.
ALTER TABLE call ADD COLUMN cells_digest INTEGER;

-- What only the town knows of its addresses: a town or city code (brm: Burlingame), another name of a
-- street, a place that people name instead of its address. The code is the name, the label what it is.
CREATE TABLE town (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE TABLE street_alias (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE TABLE common_place (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1))
) STRICT, WITHOUT ROWID;
-- City codes that were part of the reader until then: a town keeps those of cities it has on file.
INSERT INTO town (code, label, sort)
SELECT column1, column2, row_number() OVER (ORDER BY column2, column1) FROM (VALUES
  ('mke', 'Milwaukee'), ('milw', 'Milwaukee'), ('wa', 'West Allis'), ('gfd', 'Greenfield'),
  ('grfd', 'Greenfield'), ('wmw', 'West Milwaukee'), ('wau', 'Wauwatosa'), ('tosa', 'Wauwatosa'),
  ('ocr', 'Oak Creek'), ('oakcreek', 'Oak Creek'), ('stf', 'St Francis'), ('bd', 'Brown Deer'),
  ('bdr', 'Brown Deer'), ('gld', 'Glendale'), ('meq', 'Mequon'), ('but', 'Butler'),
  ('bfd', 'Brookfield'), ('south_milw', 'South Milwaukee'), ('nyc', 'New York'),
  ('wpt', 'Westport'), ('wspt', 'Westport'), ('nwlk', 'Norwalk'), ('norw', 'Norwalk'),
  ('stfd', 'Stamford'), ('bpt', 'Bridgeport'), ('ffld', 'Fairfield'), ('dar', 'Darien'),
  ('ncan', 'New Canaan'), ('grnw', 'Greenwich'), ('wltn', 'Wilton')
) WHERE EXISTS (SELECT 1 FROM place WHERE city = upper(column2) AND NOT city_assumed);

-- What a directory of services has of each, and what the town adds to it.
ALTER TABLE provider ADD COLUMN organization TEXT NOT NULL DEFAULT '';
ALTER TABLE provider ADD COLUMN description TEXT NOT NULL DEFAULT '';
ALTER TABLE provider ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE provider ADD COLUMN areas TEXT NOT NULL DEFAULT '';
ALTER TABLE provider ADD COLUMN languages TEXT NOT NULL DEFAULT '';
ALTER TABLE provider ADD COLUMN min_age INTEGER CHECK (min_age BETWEEN 0 AND 130);
ALTER TABLE provider ADD COLUMN max_age INTEGER CHECK (max_age BETWEEN 0 AND 130);
ALTER TABLE provider ADD COLUMN accepts TEXT NOT NULL DEFAULT '';
ALTER TABLE provider ADD COLUMN alert TEXT NOT NULL DEFAULT '';
ALTER TABLE provider ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE provider ADD COLUMN source TEXT;
ALTER TABLE provider ADD COLUMN source_id TEXT CHECK ((source IS NULL) = (source_id IS NULL));
ALTER TABLE provider ADD COLUMN imported TEXT CHECK (imported IS NULL OR json_valid(imported));
CREATE UNIQUE INDEX provider_source ON provider (source, source_id) WHERE source IS NOT NULL;
CREATE INDEX referral_provider ON referral (provider_id, status);
CREATE TABLE need_word (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1))
) STRICT, WITHOUT ROWID;

-- What each event of the audit wrote (ccu/database/written.py).
CREATE TABLE audit_written (
  audit_id INTEGER NOT NULL REFERENCES audit (id) DEFERRABLE INITIALLY DEFERRED,
  part     INTEGER NOT NULL,
  record   TEXT NOT NULL,
  first    INTEGER NOT NULL,
  sums     BLOB NOT NULL,
  PRIMARY KEY (audit_id, part)
) STRICT, WITHOUT ROWID;

-- Days and months are counted without reading the calls.
DROP INDEX call_occurred;
CREATE INDEX call_occurred ON call (occurred_at, source_system_id, care, voided_at);
CREATE INDEX call_responder_civilian ON call_responder (call_id)
WHERE clinician OR agency IN ('human_services', 'mobile_crisis', 'provider');
CREATE INDEX call_disposition_rated ON call_disposition (disposition, call_id)
WHERE disposition IN ('police_exam', 'physician_certificate', 'voluntary_transport', 'arrest',
                      'citation', 'arrest_diverted');
