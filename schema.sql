-- A complete ccu database, to be read from top to bottom. This file makes new databases;
-- the steps in ccu/database/migrations/ bring older ones to the same shape.
--
-- Habits. Every table is STRICT and named by the record's singular word. A time is ISO 8601 text
-- with seconds and the town's offset at that time (2026-01-18T22:30:00-05:00), so the local day is
-- its first ten characters and unixepoch() still gives true durations over a clock change. SQLite's
-- strftime() cannot read all of such a text, hence the two-part CHECK: the first 19 characters
-- are a real date and time, the rest has the form of an offset. IS, not =, so that a wrong date is
-- false and not NULL. occurred_at is when it happened, recorded_at is when it was typed in; they are
-- never mixed. Ids that people see on paper are AUTOINCREMENT: a number is never given out twice.
-- A table of numbers without people (code lists, links) is WITHOUT ROWID where its key identifies the row.

PRAGMA application_id = 1128486193;  -- 'CCU1': how ccu/database/opening.py knows the file is ours
PRAGMA user_version = 5;

-- ---------------------------------------------------------------- settings

-- What the town decides. Reports print the ones they use.
CREATE TABLE setting (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL,
  help  TEXT NOT NULL,
  sort  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO setting (name, value, help, sort) VALUES
  ('town', '', 'The town''s name; an address without a city is taken to be here', 1),
  ('state', '', 'Two-letter postal code of the state', 2),
  ('timezone', '', 'IANA time zone of the town, such as America/New_York', 3),
  ('repeat_calls', '3', 'Care calls that make an address or a person a repeat one', 4),
  ('repeat_days', '90', 'The days within which they are counted', 5),
  ('follow_up_hours', '24,168', 'When follow-ups of a new referral are due, in hours, comma-separated', 6),
  ('office_hours', '', 'When routine follow-ups may fall due, such as mon-fri 08:30-16:30; empty: any time', 7),
  ('holidays', '', 'Days the office is closed, comma-separated, such as 7/3/2026, 12/25/2026', 8),
  ('stalled_days', '14', 'Days without an event after which an open referral is stalled', 9),
  ('handoff_days', '14', 'Days within which a handoff should lead to a first engagement', 10),
  ('verified_days', '180', 'Days after which what is known of a provider counts as old', 11),
  ('plan_review_months', '6', 'Months after which a plan is due for review', 12),
  ('flag_years', '2', 'Years after which a place flag expires', 13),
  ('cad_system', '', 'Source system that log-call --incident numbers belong to (the layout''s source)', 14),
  ('service_account', '', 'Account that owns this file and runs ccu by sudo; SUDO_UID then identifies the account that asks', 15),
  ('plan_expiry_months', '12', 'Months after its approval or last review after which a plan leaves the card', 16),
  ('override_review_days', '180', 'Days after which an override of the frequent lists is looked at again', 17),
  ('civilian_natures', 'welfare_check,crisis,unsheltered,substance,elder_concern,youth_crisis,hoarding', 'Natures that a civilian team may take when no hazard is seen, comma-separated codes', 18),
  ('rate_scene', '', 'What an hour on scene costs, in dollars; empty: no cost is printed', 19),
  ('rate_follow_up', '', 'What an hour of follow-up costs, in dollars; empty: no cost is printed', 20),
  ('police_sees', 'worker,plan', 'What police are shown of Human Services'' work on a person without their consent, comma-separated scopes; of the rest only that it is being handled', 26),
  ('decide_days', '3', 'Days within which a care call needs a decision: a referral, a follow-up or no further action', 27),
  ('decide_urgent_days', '2', 'The same for calls of the urgent natures', 28),
  ('urgent_natures', 'suicide,overdose', 'Natures that are decided sooner and come first in lists, comma-separated codes', 29),
  ('decide_since', '', 'Day from which care calls need a decision, such as 1/31/2026; earlier ones do not', 30),
  ('default_owner', '', 'Login that owns the follow-ups of referrals that patrol officers make; empty: they are asked', 31),
  ('fiscal_year_start', '7', 'Month in which the fiscal year begins, 1 to 12; a fiscal year is named by the year it ends in', 32);

-- ---------------------------------------------------------------- code lists
--
-- Same shape for all: the code is stored, the label is shown, sort orders the choices, and a code is
-- retired, never deleted, so that old records keep their meaning. A town may add its own.

-- What a call was about. care marks the care list: natures that make a call a care call.
CREATE TABLE nature (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1)),
  care INTEGER NOT NULL DEFAULT 0 CHECK (care IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO nature (code, label, sort, care) VALUES
  ('suicide', 'Suicide attempt or threat', 1, 1),
  ('overdose', 'Overdose', 2, 1),
  ('crisis', 'Person in crisis', 3, 1),
  ('welfare_check', 'Welfare check', 4, 1),
  ('substance', 'Substance use', 5, 1),
  ('domestic', 'Domestic or family', 6, 0),
  ('disturbance', 'Disturbance', 7, 0),
  ('trespass', 'Trespass or unwanted', 8, 0),
  ('missing', 'Missing or elopement', 9, 1),
  ('unsheltered', 'Unsheltered', 10, 1),
  ('medical_assist', 'Medical assist', 11, 0),
  ('dementia', 'Dementia wandering', 12, 1),
  ('youth_crisis', 'Child or youth in crisis', 13, 1),
  ('elder_concern', 'Elder concern', 14, 1),
  ('hoarding', 'Hoarding or self-neglect', 15, 1),
  ('criminal_mh', 'Criminal incident, behavioral health factor', 16, 1),
  ('follow_up_visit', 'Follow-up visit', 17, 0),
  ('transport', 'Transport', 18, 0),
  ('other', 'Other', 19, 0);

-- The type of crisis as it appeared to those present; never a diagnosis.
CREATE TABLE crisis_kind (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO crisis_kind (code, label, sort) VALUES
  ('acute_stress', 'Acute stress', 1),
  ('mood', 'Mood', 2),
  ('psychotic', 'Psychotic', 3),
  ('other_mh', 'Other mental health', 4),
  ('substance', 'Substance', 5),
  ('co_occurring', 'Co-occurring', 6),
  ('cognitive', 'Cognitive', 7),
  ('developmental', 'Developmental', 8),
  ('medical', 'Medical', 9),
  ('off_medication', 'Off medication', 10),
  ('unknown', 'Unknown', 11);

-- How a call ended; a call may have several. init adds a state's statutes to the labels.
CREATE TABLE disposition (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO disposition (code, label, sort) VALUES
  ('resolved', 'Resolved on scene', 1),
  ('resources_given', 'Resources given', 2),
  ('resources_declined', 'Resources declined', 3),
  ('referred', 'Referred', 4),
  ('current_provider', 'Connected to current provider', 5),
  ('voluntary_transport', 'Voluntary transport to hospital', 6),
  ('police_exam', 'Police emergency examination request', 7),
  ('physician_certificate', 'Physician emergency certificate', 8),
  ('crisis_team', 'Crisis team called', 9),
  ('shelter', 'Shelter', 10),
  ('detox', 'Detox', 11),
  ('courtesy_transport', 'Courtesy transport', 12),
  ('safety_plan', 'Safety plan', 13),
  ('arrest', 'Arrest', 14),
  ('citation', 'Citation', 15),
  ('arrest_diverted', 'Arrest diverted', 16),
  ('unable_to_locate', 'Unable to locate', 17),
  ('no_action', 'No action needed', 18),
  ('deceased', 'Deceased', 19);

-- What was done for the person on a call; a call may have several.
CREATE TABLE intervention (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO intervention (code, label, sort) VALUES
  ('de_escalation', 'De-escalation', 1),
  ('risk_assessment', 'Risk assessment', 2),
  ('safety_plan', 'Safety plan', 3),
  ('clinician_phone', 'Clinician consult by phone', 4),
  ('clinician_scene', 'Clinician on scene', 5),
  ('peer_support', 'Peer support', 6),
  ('family_support', 'Family support', 7),
  ('naloxone', 'Naloxone', 8),
  ('basic_needs', 'Basic needs (food, clothes, shelter)', 9),
  ('transport', 'Transport', 10),
  ('mediation', 'Mediation', 11),
  ('victim_help', 'Victim help', 12),
  ('notification', 'Notification', 13);

-- The hazard screen. none means: screened, and none found; no row means: not collected.
CREATE TABLE danger (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO danger (code, label, sort) VALUES
  ('weapon', 'Weapon', 1),
  ('violence', 'Violence', 2),
  ('threat', 'Threat', 3),
  ('injury', 'Injury', 4),
  ('fire', 'Fire', 5),
  ('dog', 'Dog', 6),
  ('biohazard', 'Needles or biohazard', 7),
  ('barricade', 'Barricade', 8),
  ('other', 'Other hazard', 9),
  ('none', 'None', 10);

-- How a call reached us.
CREATE TABLE call_source (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO call_source (code, label, sort) VALUES
  ('911', '911', 1),
  ('988', '988', 2),
  ('non_emergency', 'Non-emergency line', 3),
  ('walk_in', 'Walk-in', 4),
  ('officer', 'Officer-initiated', 5),
  ('other_agency', 'Other agency', 6),
  ('other', 'Other', 7);

-- Who responds, refers or receives.
CREATE TABLE agency (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO agency (code, label, sort) VALUES
  ('police', 'Police', 1),
  ('fire', 'Fire', 2),
  ('ems', 'EMS', 3),
  ('human_services', 'Human Services', 4),
  ('hospital', 'Hospital', 5),
  ('school', 'School', 6),
  ('mobile_crisis', 'Mobile crisis', 7),
  ('provider', 'Contracted provider', 8),
  ('state', 'State agency', 9),
  ('court', 'Court', 10),
  ('other', 'Other', 11);

-- What a responder's part in a call came to.
CREATE TABLE responder_state (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO responder_state (code, label, sort) VALUES
  ('associated', 'Associated', 1),
  ('dispatched', 'Dispatched', 2),
  ('arrived', 'Arrived', 3),
  ('cancelled', 'Cancelled', 4),
  ('unavailable', 'Unavailable', 5);

-- A person's part in a call.
CREATE TABLE call_role (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO call_role (code, label, sort) VALUES
  ('subject', 'Subject', 1),
  ('caller', 'Caller', 2),
  ('family', 'Family', 3),
  ('victim', 'Victim', 4),
  ('witness', 'Witness', 5);

-- What the address reader took a text to be.
CREATE TABLE address_kind (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO address_kind (code, label, sort) VALUES
  ('address', 'Address', 1),
  ('block', 'Block', 2),
  ('intersection', 'Intersection', 3),
  ('street', 'Street', 4),
  ('highway', 'Highway', 5),
  ('place', 'Place', 6),
  ('none', 'None', 7);

-- What is at a place.
CREATE TABLE place_category (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO place_category (code, label, sort) VALUES
  ('residence', 'Residence', 1),
  ('shelter', 'Shelter', 2),
  ('hospital', 'Hospital', 3),
  ('school', 'School', 4),
  ('group_home', 'Group home', 5),
  ('station', 'Station', 6),
  ('public', 'Public', 7),
  ('other', 'Other', 8);

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
-- The town's own words for needs: the code is the word, the label the need codes it means.
CREATE TABLE need_word (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1))
) STRICT, WITHOUT ROWID;

-- Where a person lives.
CREATE TABLE housing (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO housing (code, label, sort) VALUES
  ('housed', 'Housed', 1),
  ('unstable', 'Unstably housed', 2),
  ('shelter', 'Shelter', 3),
  ('unsheltered', 'Unsheltered', 4),
  ('institution', 'Institution', 5),
  ('other', 'Other', 6);

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

-- Why a field is empty: three answers that must not be mixed.
CREATE TABLE missing_value (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO missing_value (code, label, sort) VALUES
  ('does_not_know', 'Does not know', 1),
  ('prefers_not', 'Prefers not to answer', 2),
  ('not_collected', 'Not collected', 3);

-- How two people of a household belong together.
CREATE TABLE relation (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO relation (code, label, sort) VALUES
  ('parent', 'Parent', 1),
  ('child', 'Child', 2),
  ('spouse', 'Spouse or partner', 3),
  ('sibling', 'Sibling', 4),
  ('grandparent', 'Grandparent', 5),
  ('grandchild', 'Grandchild', 6),
  ('other_family', 'Other family', 7),
  ('guardian', 'Guardian', 8),
  ('caregiver', 'Caregiver', 9),
  ('housemate', 'Housemate', 10),
  ('other', 'Other', 11);

-- What help is sought.
CREATE TABLE need (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO need (code, label, sort) VALUES
  ('mh_crisis', 'Mental health: crisis', 1),
  ('mh_outpatient', 'Mental health: outpatient', 2),
  ('mh_medication', 'Mental health: medication', 3),
  ('detox', 'Addiction: detox', 4),
  ('addiction_outpatient', 'Addiction: outpatient', 5),
  ('addiction_residential', 'Addiction: residential', 6),
  ('recovery_support', 'Addiction: recovery support', 7),
  ('housing', 'Housing', 8),
  ('shelter', 'Shelter', 9),
  ('food', 'Food', 10),
  ('benefits', 'Money and benefits', 11),
  ('primary_care', 'Primary care', 12),
  ('transport', 'Transport', 13),
  ('legal', 'Legal', 14),
  ('elder_services', 'Elder services', 15),
  ('protective_services', 'Protective services', 16),
  ('domestic_violence', 'Domestic violence', 17),
  ('youth_family', 'Youth and family', 18),
  ('veteran', 'Veteran', 19),
  ('disability', 'Disability', 20),
  ('work_education', 'Work and education', 21),
  ('care_navigation', 'Care navigation', 22),
  ('social_connection', 'Social connection', 23);

-- The status of a referral; ccu decides which may follow which.
CREATE TABLE referral_status (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1)),
  open INTEGER NOT NULL DEFAULT 0 CHECK (open IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO referral_status (code, label, sort, open) VALUES
  ('draft', 'Draft', 1, 1),
  ('requested', 'Requested', 2, 1),
  ('accepted', 'Accepted', 3, 1),
  ('in_progress', 'In progress', 4, 1),
  ('on_hold', 'On hold', 5, 1),
  ('service_received', 'Service received', 6, 0),
  ('contact_only', 'Contact only', 7, 0),
  ('declined', 'Declined by person', 8, 0),
  ('rejected', 'Rejected by provider', 9, 0),
  ('unable_to_contact', 'Unable to contact', 10, 0),
  ('expired', 'Expired', 11, 0),
  ('cancelled', 'Cancelled', 12, 0),
  ('entered_in_error', 'Entered in error', 13, 0);

-- Why a referral or follow-up did not go on.
CREATE TABLE reason (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO reason (code, label, sort) VALUES
  ('declined', 'Declined', 1),
  ('no_contact', 'No contact', 2),
  ('not_eligible', 'Not eligible', 3),
  ('no_capacity', 'No capacity', 4),
  ('waitlisted', 'Waitlisted', 5),
  ('moved', 'Moved', 6),
  ('deceased', 'Deceased', 7),
  ('hospital', 'Hospital', 8),
  ('jail', 'Jail', 9),
  ('duplicate', 'Duplicate', 10),
  ('provider_silent', 'Provider silent', 11),
  ('other', 'Other', 12);

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

-- How the person was handed off, warmest first.
CREATE TABLE handoff (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO handoff (code, label, sort) VALUES
  ('warm_in_person', 'Warm, in person (the worker met the person with the officer there)', 1),
  ('warm_by_phone', 'Warm, by phone (three-way)', 2),
  ('direct_notice', 'Direct notification (the officer told the worker)', 3),
  ('written', 'Written', 4),
  ('information_only', 'Information only', 5),
  ('none', 'None', 6);

-- What is due.
CREATE TABLE follow_up_kind (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO follow_up_kind (code, label, sort) VALUES
  ('call', 'Call', 1),
  ('visit', 'Visit', 2),
  ('letter', 'Letter', 3),
  ('case_conference', 'Case conference', 4),
  ('co_response', 'Co-response', 5),
  ('safety_check', 'Safety check', 6),
  ('provider_check_in', 'Provider check-in', 7);

-- What one attempt came to. reached marks the results that reached the person; ends those after which
-- this follow-up is over. After any other it stays open and has a new due.
CREATE TABLE follow_up_result (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1)),
  reached INTEGER NOT NULL DEFAULT 0 CHECK (reached IN (0, 1)),
  ends    INTEGER NOT NULL DEFAULT 0 CHECK (ends IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO follow_up_result (code, label, sort, reached, ends) VALUES
  ('reached', 'Reached', 1, 1, 1),
  ('left_message', 'Left message', 2, 0, 0),
  ('not_reached', 'Not reached', 3, 0, 0),
  ('refused', 'Refused', 4, 1, 1),
  ('wrong_contact', 'Wrong number', 5, 0, 0),
  ('third_party', 'Third party reached', 6, 0, 0),
  ('safe_declined', 'Safe but declined', 7, 1, 1),
  ('escalated', 'Escalated to crisis', 8, 1, 1),
  ('hospital', 'Hospital', 9, 0, 0),
  ('jail', 'Jail', 10, 0, 0),
  ('moved', 'Moved', 11, 0, 0),
  ('no_response', 'Closed: no response', 12, 0, 1);

-- Whether a provider takes people now.
CREATE TABLE capacity (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO capacity (code, label, sort) VALUES
  ('open', 'Open', 1),
  ('waitlist', 'Waitlist', 2),
  ('full', 'Full', 3),
  ('ask_first', 'Ask first', 4);

-- What an account may do.
CREATE TABLE staff_role (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO staff_role (code, label, sort) VALUES
  ('officer', 'Officer', 1),
  ('ccu', 'CCU', 2),
  ('clinician', 'Clinician', 3),
  ('intern', 'Intern', 4),
  ('supervisor', 'Supervisor', 5),
  ('analyst', 'Analyst', 6),
  ('records', 'Records', 7),
  ('admin', 'Admin', 8);

-- What a needs assessment found of one need.
CREATE TABLE need_state (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO need_state (code, label, sort) VALUES
  ('no_need', 'No need', 1),
  ('has', 'Need met', 2),
  ('lacks', 'Need unmet', 3),
  ('declined', 'Declined to say or to be helped', 4),
  ('unknown', 'Unknown', 5);

-- A plan counts only when approved.
CREATE TABLE plan_status (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO plan_status (code, label, sort) VALUES
  ('draft', 'Draft', 1),
  ('approved', 'Approved', 2),
  ('expired', 'Expired', 3),
  ('withdrawn', 'Withdrawn', 4),
  ('replaced', 'Replaced by a later plan', 5);

-- What may be told of a person. connected: the provider's name and no more. referrals: what was asked
-- of which provider, its status, the next attempt. all_but_part2 is every one but part2; what
-- comes from a 42 CFR Part 2 program is opened by part2 alone.
CREATE TABLE consent_scope (
  code TEXT PRIMARY KEY, label TEXT NOT NULL, sort INTEGER NOT NULL,
  retired INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO consent_scope (code, label, sort) VALUES
  ('worker', 'Who works with them, and how to reach that worker', 1),
  ('plan', 'Plans of what helps', 2),
  ('connected', 'Which provider they are connected to', 3),
  ('referrals', 'Referrals and their outcomes', 4),
  ('follow_ups', 'Follow-ups, and each attempt', 5),
  ('needs', 'Needs assessments', 6),
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
  ('programme_crime', 'Crime at a program or against its staff', 4, 1),
  ('audit', 'Audit or evaluation', 5, 1),
  ('serious_threat', 'Serious and imminent threat', 6, 0),
  ('required_by_law', 'Otherwise required by law', 7, 0);

-- ---------------------------------------------------------------- who works here

-- The person at the keyboard is found by the operating system's login, never by a flag.
CREATE TABLE staff (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  login         TEXT UNIQUE,
  name          TEXT NOT NULL DEFAULT '',
  role          TEXT NOT NULL REFERENCES staff_role (code),
  agency        TEXT NOT NULL DEFAULT 'police' REFERENCES agency (code),
  phone         TEXT NOT NULL DEFAULT '',
  supervisor_id INTEGER REFERENCES staff (id),
  active        INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1))
) STRICT;

-- ---------------------------------------------------------------- where

-- One row per distinct place: an address with its unit in one city. Keys are made by ccu/address,
-- hold no city, and are the same for ever for the same text. A text without a city is taken to be in
-- the town; city_assumed stays 1 until some text names the city. number and loose_key (the street's
-- name without directional, suffix and spaces) find near places: a part left out, a typo.
CREATE TABLE place (
  id            INTEGER PRIMARY KEY,
  kind          TEXT NOT NULL REFERENCES address_kind (code),
  number        TEXT NOT NULL DEFAULT '',
  street        TEXT NOT NULL DEFAULT '',
  unit          TEXT NOT NULL DEFAULT '',
  cross_street  TEXT NOT NULL DEFAULT '',  -- "cross" is a word of SQL
  name          TEXT NOT NULL DEFAULT '',  -- a place or business name
  city          TEXT NOT NULL DEFAULT '',
  city_assumed  INTEGER NOT NULL DEFAULT 0 CHECK (city_assumed IN (0, 1)),
  state         TEXT NOT NULL DEFAULT '',
  zip           TEXT NOT NULL DEFAULT '',
  building_key  TEXT NOT NULL,
  unit_key      TEXT NOT NULL,
  loose_key     TEXT NOT NULL DEFAULT '',
  category      TEXT REFERENCES place_category (code),
  exempt_reason TEXT,                      -- set: left out of repeat counts, and why
  UNIQUE (unit_key, city)
) STRICT;
CREATE INDEX place_building ON place (building_key);   -- the other units of a building
CREATE INDEX place_loose ON place (loose_key, number); -- near: a part left out; number mistyped
CREATE INDEX place_number ON place (number) WHERE number <> '';  -- near: street mistyped

-- Every text of an address that was ever typed or imported, once, and the place it was read as
-- (none when nobody can tell). A record keeps its text by this id, so a better reading later is one
-- update here and not a rewrite of records.
CREATE TABLE address (
  id       INTEGER PRIMARY KEY,
  raw      TEXT NOT NULL,
  raw_unit TEXT NOT NULL DEFAULT '',       -- columns that came apart from the text
  raw_city TEXT NOT NULL DEFAULT '',
  raw_state TEXT NOT NULL DEFAULT '',
  raw_zip  TEXT NOT NULL DEFAULT '',
  place_id INTEGER REFERENCES place (id),
  UNIQUE (raw, raw_unit, raw_city, raw_state, raw_zip)
) STRICT;
CREATE INDEX address_place ON address (place_id);

-- A short safety note on a place: where it comes from, who verified it, when it lapses.
CREATE TABLE place_flag (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  place_id    INTEGER NOT NULL REFERENCES place (id),
  note        TEXT NOT NULL,
  source      TEXT NOT NULL,
  recorded_at TEXT NOT NULL CHECK (substr(recorded_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(recorded_at, 1, 19), '+0 days')
         AND substr(recorded_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  recorded_by INTEGER NOT NULL REFERENCES staff (id),
  verified_by INTEGER REFERENCES staff (id),
  expires_on  TEXT NOT NULL CHECK (expires_on IS date(expires_on, '+0 days')),
  ended_at    TEXT CHECK (substr(ended_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(ended_at, 1, 19), '+0 days')
         AND substr(ended_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  verified_at TEXT CHECK (substr(verified_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(verified_at, 1, 19), '+0 days')
         AND substr(verified_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  ended_by    INTEGER REFERENCES staff (id),
  ended_why   TEXT
) STRICT;
CREATE INDEX place_flag_place ON place_flag (place_id);

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

-- ---------------------------------------------------------------- calls

-- Where calls come from: 'ccu' for those logged by hand, else the layout's source.
CREATE TABLE source_system (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
INSERT INTO source_system (id, name) VALUES (1, 'ccu');

-- One imported file: counts as printed. sha256 identifies a file that was imported before.
CREATE TABLE import_batch (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  file_name   TEXT NOT NULL,
  sha256      TEXT NOT NULL,
  layout      TEXT NOT NULL,
  recorded_at TEXT NOT NULL CHECK (substr(recorded_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(recorded_at, 1, 19), '+0 days')
         AND substr(recorded_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  recorded_by INTEGER NOT NULL REFERENCES staff (id),
  read_rows   INTEGER NOT NULL,
  new_rows    INTEGER NOT NULL,
  changed_rows INTEGER NOT NULL,
  same_rows   INTEGER NOT NULL,
  rejected_rows INTEGER NOT NULL,
  source      TEXT                         -- the office whose roster it was; NULL: a dispatch export
) STRICT;

-- Words of a dispatch system (its natures, dispositions), kept once: a call points here, so the
-- source's own words are never lost and a million calls stay small.
CREATE TABLE cad_text (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;

-- One incident, wherever it came from. Two natures: as dispatched, and as cleared when that was
-- learnt; the second wins. care: the current nature is on the care list, the town's or the layout's;
-- `ccu codes add nature CODE --care` changes it for the calls on file, too.
CREATE TABLE call (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  source_system_id INTEGER NOT NULL DEFAULT 1 REFERENCES source_system (id),
  incident        TEXT CHECK (incident <> ''),
  occurred_at     TEXT NOT NULL CHECK (substr(occurred_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(occurred_at, 1, 19), '+0 days')
         AND substr(occurred_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  recorded_at     TEXT NOT NULL CHECK (substr(recorded_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(recorded_at, 1, 19), '+0 days')
         AND substr(recorded_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  recorded_by     INTEGER NOT NULL REFERENCES staff (id),
  import_batch_id INTEGER REFERENCES import_batch (id),
  digest          BLOB,                    -- of the imported row, to see whether it changed
  address_id      INTEGER REFERENCES address (id),
  place_id        INTEGER REFERENCES place (id),
  nature          TEXT NOT NULL DEFAULT 'other' REFERENCES nature (code),
  nature_cleared  TEXT REFERENCES nature (code),
  care            INTEGER NOT NULL DEFAULT 0 CHECK (care IN (0, 1)),
  cad_nature_id   INTEGER REFERENCES cad_text (id),
  cad_cleared_id  INTEGER REFERENCES cad_text (id),
  cad_disposition_id INTEGER REFERENCES cad_text (id),
  priority        TEXT,
  beat            TEXT,
  lead_agency     TEXT REFERENCES agency (code),
  source          TEXT REFERENCES call_source (code),
  dispatched_at   TEXT CHECK (substr(dispatched_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(dispatched_at, 1, 19), '+0 days')
         AND substr(dispatched_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  arrived_at      TEXT CHECK (substr(arrived_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(arrived_at, 1, 19), '+0 days')
         AND substr(arrived_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  cleared_at      TEXT CHECK (substr(cleared_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(cleared_at, 1, 19), '+0 days')
         AND substr(cleared_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  crisis_kind     TEXT REFERENCES crisis_kind (code),
  backup_asked    INTEGER CHECK (backup_asked IN (0, 1)),
  backup_arrived  INTEGER CHECK (backup_arrived IN (0, 1)),
  force_used      INTEGER CHECK (force_used IN (0, 1)),
  injury          INTEGER CHECK (injury IN (0, 1)),
  minutes         INTEGER CHECK (minutes >= 0),  -- on scene, all responders together
  narrative       TEXT,
  voided_at       TEXT CHECK (substr(voided_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(voided_at, 1, 19), '+0 days')
         AND substr(voided_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  voided_by       INTEGER REFERENCES staff (id),
  void_reason     TEXT,
  clock_known     INTEGER NOT NULL DEFAULT 1 CHECK (clock_known IN (0, 1)),  -- 0: occurred_at is a day, at 00:00
  cells_digest    INTEGER,                 -- of the imported row's cells as they are written
  UNIQUE (source_system_id, incident),     -- a repeated import finds its rows here
  CHECK ((voided_at IS NULL) = (voided_by IS NULL) AND (voided_at IS NULL) = (void_reason IS NULL))
) STRICT;
CREATE INDEX call_place ON call (place_id, occurred_at);  -- the card: a place's calls, newest first
-- A report's period. The other columns let days and months be counted without reading the calls.
CREATE INDEX call_occurred ON call (occurred_at, source_system_id, care, voided_at);

-- Each agency's or clinician's part in a call. unit is a car, badge or team as written.
CREATE TABLE call_responder (
  id       INTEGER PRIMARY KEY,
  call_id  INTEGER NOT NULL REFERENCES call (id),
  agency   TEXT NOT NULL REFERENCES agency (code),
  clinician INTEGER NOT NULL DEFAULT 0 CHECK (clinician IN (0, 1)),
  staff_id INTEGER REFERENCES staff (id),
  unit     TEXT NOT NULL DEFAULT '',
  state    TEXT NOT NULL REFERENCES responder_state (code),
  reason   TEXT,                           -- why unavailable or cancelled
  minutes  INTEGER CHECK (minutes >= 0)
) STRICT;
CREATE INDEX call_responder_call ON call_responder (call_id);
-- Which sources name a civilian team, and which record the dispositions that have a rate of their own.
CREATE INDEX call_responder_civilian ON call_responder (call_id)
WHERE clinician OR agency IN ('human_services', 'mobile_crisis', 'provider');

CREATE TABLE call_danger (
  call_id INTEGER NOT NULL REFERENCES call (id),
  danger  TEXT NOT NULL REFERENCES danger (code),
  PRIMARY KEY (call_id, danger)
) STRICT, WITHOUT ROWID;

CREATE TABLE call_disposition (
  call_id     INTEGER NOT NULL REFERENCES call (id),
  disposition TEXT NOT NULL REFERENCES disposition (code),
  PRIMARY KEY (call_id, disposition)
) STRICT, WITHOUT ROWID;
CREATE INDEX call_disposition_rated ON call_disposition (disposition, call_id)
WHERE disposition IN ('police_exam', 'physician_certificate', 'voluntary_transport', 'arrest',
                      'citation', 'arrest_diverted');

CREATE TABLE call_intervention (
  call_id      INTEGER NOT NULL REFERENCES call (id),
  intervention TEXT NOT NULL REFERENCES intervention (code),
  PRIMARY KEY (call_id, intervention)
) STRICT, WITHOUT ROWID;

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

-- ---------------------------------------------------------------- people

-- One record of a person, named or only described. Records of one person are merged by
-- pointing to the one that stays (merged_into); the rows themselves are kept, so a merge can be undone.
CREATE TABLE person (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  given_name   TEXT NOT NULL DEFAULT '',
  family_name  TEXT NOT NULL DEFAULT '',
  description  TEXT NOT NULL DEFAULT '',   -- of somebody not identified
  birth_date   TEXT CHECK (birth_date IS date(birth_date, '+0 days')),
  age_estimate INTEGER CHECK (age_estimate BETWEEN 0 AND 120),
  age_estimated_on TEXT CHECK (age_estimated_on IS date(age_estimated_on, '+0 days')),
  sex          TEXT,
  phone        TEXT,
  language     TEXT,
  veteran      INTEGER CHECK (veteran IN (0, 1)),
  minor        INTEGER CHECK (minor IN (0, 1)),
  housing      TEXT REFERENCES housing (code),
  merged_into  INTEGER REFERENCES person (id) CHECK (merged_into <> id),
  recorded_at  TEXT NOT NULL CHECK (substr(recorded_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(recorded_at, 1, 19), '+0 days')
         AND substr(recorded_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  recorded_by  INTEGER NOT NULL REFERENCES staff (id),
  email        TEXT,
  home         TEXT,                       -- where they live, as given; it is no household
  postcode     TEXT,
  race_ethnicity TEXT REFERENCES race_ethnicity (code)  -- as they describe it
) STRICT;
CREATE INDEX person_merged ON person (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE person_alias (
  id          INTEGER PRIMARY KEY,
  person_id   INTEGER NOT NULL REFERENCES person (id),
  given_name  TEXT NOT NULL DEFAULT '',
  family_name TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX person_alias_person ON person_alias (person_id);

-- Why a field of a person is empty, where that was asked.
CREATE TABLE person_missing (
  person_id INTEGER NOT NULL REFERENCES person (id),
  field     TEXT NOT NULL,
  missing   TEXT NOT NULL REFERENCES missing_value (code),
  PRIMARY KEY (person_id, field)
) STRICT, WITHOUT ROWID;

-- How person.merged_into came about, one row for each record that is merged now. No row of a merged
-- record is moved or changed: its calls, referrals and notes stay its own, and reads go by the
-- canonical person. taken names the fields whose surviving value the merged record gives; the row of
-- the record that is kept holds them, and person_own what it held itself. So an undone merge leaves
-- nothing behind: its row goes (the audit keeps that it was), and every value is as if it had not been.
CREATE TABLE person_merge (
  id        INTEGER PRIMARY KEY,           -- the order of the merges: of two that give a field, the later
  merged_id INTEGER NOT NULL UNIQUE REFERENCES person (id),
  taken     TEXT NOT NULL CHECK (json_valid(taken)),
  worker_id INTEGER REFERENCES worker (id),  -- the turn that this merge ended: one person, one worker
  merged_at TEXT NOT NULL CHECK (substr(merged_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(merged_at, 1, 19), '+0 days')
         AND substr(merged_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  merged_by INTEGER NOT NULL REFERENCES staff (id),
  stays_id  INTEGER REFERENCES worker (id)   -- the turn that went on instead
) STRICT;

-- A record's own value (JSON) of a field for which it shows another's.
CREATE TABLE person_own (
  person_id INTEGER NOT NULL REFERENCES person (id),
  field     TEXT NOT NULL,
  value     TEXT NOT NULL CHECK (json_valid(value)),
  PRIMARY KEY (person_id, field)
) STRICT, WITHOUT ROWID;

-- Two records that somebody compared and found to be two people: person duplicates no longer lists
-- them. The lower number comes first.
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

-- What a record can be found by: names as they sound, phone, birth date, made by ccu/identity from
-- the record's own values. person find and person duplicates read this instead of everybody.
CREATE TABLE person_key (
  key       TEXT NOT NULL,
  person_id INTEGER NOT NULL REFERENCES person (id),
  PRIMARY KEY (key, person_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_key_person ON person_key (person_id);

-- Under which number another office's list knows somebody, so that the list can be read again. Never
-- a national or an insurance number.
CREATE TABLE person_source (
  source    TEXT NOT NULL,                 -- the roster layout's name for the office
  number    TEXT NOT NULL,
  person_id INTEGER NOT NULL REFERENCES person (id),
  PRIMARY KEY (source, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_source_person ON person_source (person_id);

-- Who was on a call, and as what. The record met is kept even if it is merged later.
CREATE TABLE call_person (
  call_id   INTEGER NOT NULL REFERENCES call (id),
  person_id INTEGER NOT NULL REFERENCES person (id),
  role      TEXT NOT NULL DEFAULT 'subject' REFERENCES call_role (code),
  PRIMARY KEY (call_id, person_id, role)
) STRICT, WITHOUT ROWID;
CREATE INDEX call_person_person ON call_person (person_id);  -- a person's calls

-- People who live or belong together. An address is not a household.
CREATE TABLE household (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  name        TEXT NOT NULL DEFAULT '',
  recorded_at TEXT NOT NULL CHECK (substr(recorded_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(recorded_at, 1, 19), '+0 days')
         AND substr(recorded_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  recorded_by INTEGER NOT NULL REFERENCES staff (id)
) STRICT;

CREATE TABLE household_member (
  household_id INTEGER NOT NULL REFERENCES household (id),
  person_id    INTEGER NOT NULL REFERENCES person (id),
  since        TEXT CHECK (since IS date(since, '+0 days')),
  until        TEXT CHECK (until IS date(until, '+0 days')),
  PRIMARY KEY (household_id, person_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX household_member_person ON household_member (person_id);

CREATE TABLE person_relation (
  person_id  INTEGER NOT NULL REFERENCES person (id),
  other_id   INTEGER NOT NULL REFERENCES person (id) CHECK (other_id <> person_id),
  relation   TEXT NOT NULL REFERENCES relation (code),  -- what other is to person
  PRIMARY KEY (person_id, other_id, relation)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_relation_other ON person_relation (other_id);

-- Who is active with a person or household. At most one current owner each.
CREATE TABLE worker (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  staff_id     INTEGER NOT NULL REFERENCES staff (id),
  person_id    INTEGER REFERENCES person (id),
  household_id INTEGER REFERENCES household (id),
  owner        INTEGER NOT NULL DEFAULT 1 CHECK (owner IN (0, 1)),
  since        TEXT NOT NULL CHECK (since IS date(since, '+0 days')),
  until        TEXT CHECK (until IS date(until, '+0 days')),
  import_batch_id INTEGER REFERENCES import_batch (id),  -- the roster that said so
  CHECK ((person_id IS NULL) <> (household_id IS NULL))
) STRICT;
CREATE UNIQUE INDEX worker_owner_of_person ON worker (person_id)
  WHERE owner = 1 AND until IS NULL AND person_id IS NOT NULL;
CREATE UNIQUE INDEX worker_owner_of_household ON worker (household_id)
  WHERE owner = 1 AND until IS NULL AND household_id IS NOT NULL;

-- ---------------------------------------------------------------- the care loop

-- Who can help. Names of Open Referral HSDS where it has one.
CREATE TABLE provider (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  name        TEXT NOT NULL,
  agency      TEXT NOT NULL DEFAULT 'provider' REFERENCES agency (code),
  phone       TEXT NOT NULL DEFAULT '',
  hours       TEXT NOT NULL DEFAULT '',    -- in words
  eligibility TEXT NOT NULL DEFAULT '',    -- in words
  capacity    TEXT NOT NULL DEFAULT 'ask_first' REFERENCES capacity (code),
  verified_on TEXT CHECK (verified_on IS date(verified_on, '+0 days')),
  active      INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  part2       INTEGER NOT NULL DEFAULT 0 CHECK (part2 IN (0, 1)),  -- a 42 CFR Part 2 program
  organization TEXT NOT NULL DEFAULT '',   -- who runs it
  description TEXT NOT NULL DEFAULT '',
  address     TEXT NOT NULL DEFAULT '',    -- every site with its ZIP, a semicolon between
  areas       TEXT NOT NULL DEFAULT '',    -- towns and ZIPs served
  languages   TEXT NOT NULL DEFAULT '',
  min_age     INTEGER CHECK (min_age BETWEEN 0 AND 130),
  max_age     INTEGER CHECK (max_age BETWEEN 0 AND 130),
  accepts     TEXT NOT NULL DEFAULT '',    -- fees, insurance, walk-ins
  alert       TEXT NOT NULL DEFAULT '',    -- shown wherever it is offered
  note        TEXT NOT NULL DEFAULT '',    -- the town's own; no import writes it
  source      TEXT,                        -- the directory it was imported from
  source_id   TEXT CHECK ((source IS NULL) = (source_id IS NULL)),  -- its service there
  imported    TEXT CHECK (imported IS NULL OR json_valid(imported))  -- what the directory last had, by column
) STRICT;
CREATE UNIQUE INDEX provider_source ON provider (source, source_id) WHERE source IS NOT NULL;

CREATE TABLE provider_need (
  provider_id INTEGER NOT NULL REFERENCES provider (id),
  need        TEXT NOT NULL REFERENCES need (code),
  PRIMARY KEY (provider_id, need)
) STRICT, WITHOUT ROWID;

-- A request that a provider help. status is the last event's; owner is never empty.
CREATE TABLE referral (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  call_id      INTEGER REFERENCES call (id),
  person_id    INTEGER REFERENCES person (id),
  household_id INTEGER REFERENCES household (id),
  need         TEXT NOT NULL REFERENCES need (code),
  provider_id  INTEGER NOT NULL REFERENCES provider (id),
  handoff      TEXT NOT NULL DEFAULT 'none' REFERENCES handoff (code),
  handoff_parties TEXT NOT NULL DEFAULT '',
  handoff_minutes INTEGER CHECK (handoff_minutes >= 0),
  owner_id     INTEGER NOT NULL REFERENCES staff (id),
  status       TEXT NOT NULL DEFAULT 'requested' REFERENCES referral_status (code),
  again_of     INTEGER REFERENCES referral (id),  -- a re-referral names the one before
  made_at      TEXT NOT NULL CHECK (substr(made_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(made_at, 1, 19), '+0 days')
         AND substr(made_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  recorded_at  TEXT NOT NULL CHECK (substr(recorded_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(recorded_at, 1, 19), '+0 days')
         AND substr(recorded_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  recorded_by  INTEGER NOT NULL REFERENCES staff (id)
) STRICT;
CREATE INDEX referral_call ON referral (call_id);
CREATE INDEX referral_person ON referral (person_id);
CREATE INDEX referral_household ON referral (household_id) WHERE household_id IS NOT NULL;
CREATE INDEX referral_provider ON referral (provider_id, status);
CREATE INDEX referral_open ON referral (status, owner_id);  -- the inbox, caseload, stalled

-- Every step of a referral: who, when, why. Events only grow. One that is no change of status (a note,
-- a new owner, the person referred again) repeats the status, so that the last event's is always the
-- referral's own. A step that was taken back stays, and so does the event that takes it back: both are
-- undone, and neither counts.
CREATE TABLE referral_event (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  referral_id INTEGER NOT NULL REFERENCES referral (id),
  status      TEXT NOT NULL REFERENCES referral_status (code),
  reason      TEXT REFERENCES reason (code),
  note        TEXT,
  owner_id    INTEGER REFERENCES staff (id),     -- set: handed over to
  again_id    INTEGER REFERENCES referral (id),  -- set: the person was referred again, as this one
  occurred_at TEXT NOT NULL CHECK (substr(occurred_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(occurred_at, 1, 19), '+0 days')
         AND substr(occurred_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  recorded_at TEXT NOT NULL CHECK (substr(recorded_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(recorded_at, 1, 19), '+0 days')
         AND substr(recorded_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  recorded_by INTEGER NOT NULL REFERENCES staff (id),
  undone      INTEGER NOT NULL DEFAULT 0 CHECK (undone IN (0, 1, 2))  -- 1: taken back; 2: takes back
) STRICT;
CREATE INDEX referral_event_referral ON referral_event (referral_id);

-- Something due. Open while closed_at is empty; overdue is open and due before the as-of moment.
-- A cancelled one is closed too, and counts nowhere: nobody planned it. Why is in `change`.
CREATE TABLE follow_up (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  kind        TEXT NOT NULL REFERENCES follow_up_kind (code),
  referral_id INTEGER REFERENCES referral (id),
  call_id     INTEGER REFERENCES call (id),
  person_id   INTEGER REFERENCES person (id),
  owner_id    INTEGER NOT NULL REFERENCES staff (id),
  due_at      TEXT NOT NULL CHECK (substr(due_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(due_at, 1, 19), '+0 days')
         AND substr(due_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  note        TEXT NOT NULL DEFAULT '',
  closing_at  TEXT CHECK (substr(closing_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(closing_at, 1, 19), '+0 days')
         AND substr(closing_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),      -- an intern said it is done; open until it is signed
  closed_at   TEXT CHECK (substr(closed_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(closed_at, 1, 19), '+0 days')
         AND substr(closed_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  closed_by   INTEGER REFERENCES staff (id),
  signed_by   INTEGER REFERENCES staff (id),  -- the supervisor, for an intern's closing
  recorded_at TEXT NOT NULL CHECK (substr(recorded_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(recorded_at, 1, 19), '+0 days')
         AND substr(recorded_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  recorded_by INTEGER NOT NULL REFERENCES staff (id),
  cancelled   INTEGER NOT NULL DEFAULT 0 CHECK (cancelled IN (0, 1)),  -- scheduled in error
  CHECK (referral_id IS NOT NULL OR call_id IS NOT NULL OR person_id IS NOT NULL)
) STRICT;
CREATE INDEX follow_up_open ON follow_up (due_at) WHERE closed_at IS NULL;  -- few among many
CREATE INDEX follow_up_referral ON follow_up (referral_id);
CREATE INDEX follow_up_call ON follow_up (call_id);
CREATE INDEX follow_up_person ON follow_up (person_id);

-- One try at a follow-up. One that was logged in error is moved into `change`, as field attempt.
CREATE TABLE attempt (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  follow_up_id INTEGER NOT NULL REFERENCES follow_up (id),
  occurred_at  TEXT NOT NULL CHECK (substr(occurred_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(occurred_at, 1, 19), '+0 days')
         AND substr(occurred_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  result       TEXT NOT NULL REFERENCES follow_up_result (code),
  minutes      INTEGER CHECK (minutes >= 0),
  note         TEXT,
  recorded_at  TEXT NOT NULL CHECK (substr(recorded_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(recorded_at, 1, 19), '+0 days')
         AND substr(recorded_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  recorded_by  INTEGER NOT NULL REFERENCES staff (id)
) STRICT;
CREATE INDEX attempt_follow_up ON attempt (follow_up_id);
CREATE INDEX attempt_occurred ON attempt (occurred_at);    -- a report's period

-- The first time the nightly run found a follow-up late, once for each time it was due. due_at is
-- kept, because a follow-up may be moved and be late again.
CREATE TABLE overdue_event (
  follow_up_id INTEGER NOT NULL REFERENCES follow_up (id),
  due_at       TEXT NOT NULL CHECK (substr(due_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(due_at, 1, 19), '+0 days')
         AND substr(due_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  seen_at      TEXT NOT NULL CHECK (substr(seen_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(seen_at, 1, 19), '+0 days')
         AND substr(seen_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  PRIMARY KEY (follow_up_id, due_at)
) STRICT, WITHOUT ROWID;

-- An officer's question to a clinician, by phone or in the corridor: work that leaves no call.
CREATE TABLE consult (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  call_id      INTEGER REFERENCES call (id),
  person_id    INTEGER REFERENCES person (id),
  asked_by     INTEGER NOT NULL REFERENCES staff (id),
  clinician_id INTEGER NOT NULL REFERENCES staff (id),
  occurred_at  TEXT NOT NULL CHECK (substr(occurred_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(occurred_at, 1, 19), '+0 days')
         AND substr(occurred_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  minutes      INTEGER CHECK (minutes >= 0),
  note         TEXT,
  recorded_at  TEXT NOT NULL CHECK (substr(recorded_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(recorded_at, 1, 19), '+0 days')
         AND substr(recorded_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  recorded_by  INTEGER NOT NULL REFERENCES staff (id),
  voided       INTEGER NOT NULL DEFAULT 0 CHECK (voided IN (0, 1))  -- recorded in error; why is in `change`
) STRICT;
CREATE INDEX consult_call ON consult (call_id);
CREATE INDEX consult_person ON consult (person_id);

-- What a person has and lacks, need by need; a lack can become a referral.
CREATE TABLE need_assessment (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  person_id   INTEGER NOT NULL REFERENCES person (id),
  call_id     INTEGER REFERENCES call (id),
  occurred_at TEXT NOT NULL CHECK (substr(occurred_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(occurred_at, 1, 19), '+0 days')
         AND substr(occurred_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  recorded_at TEXT NOT NULL CHECK (substr(recorded_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(recorded_at, 1, 19), '+0 days')
         AND substr(recorded_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  recorded_by INTEGER NOT NULL REFERENCES staff (id),
  voided      INTEGER NOT NULL DEFAULT 0 CHECK (voided IN (0, 1))  -- as of a consult
) STRICT;
CREATE INDEX need_assessment_person ON need_assessment (person_id);

CREATE TABLE need_answer (
  assessment_id INTEGER NOT NULL REFERENCES need_assessment (id),
  need          TEXT NOT NULL REFERENCES need (code),
  state         TEXT NOT NULL REFERENCES need_state (code),
  referral_id   INTEGER REFERENCES referral (id),  -- what the lack was turned into
  PRIMARY KEY (assessment_id, need)
) STRICT, WITHOUT ROWID;

-- ---------------------------------------------------------------- what helps

-- A plan for a person or a place, in plain words. body is JSON: baseline, early signs, triggers,
-- what helps, what to avoid, steps, safety concerns with date and source, contacts.
CREATE TABLE plan (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  person_id   INTEGER REFERENCES person (id),
  place_id    INTEGER REFERENCES place (id),
  status      TEXT NOT NULL DEFAULT 'draft' REFERENCES plan_status (code),
  body        TEXT NOT NULL CHECK (json_valid(body)),
  author_id   INTEGER NOT NULL REFERENCES staff (id),
  approver_id INTEGER REFERENCES staff (id),
  approved_on TEXT CHECK (approved_on IS date(approved_on, '+0 days')),
  review_on   TEXT CHECK (review_on IS date(review_on, '+0 days')),
  expires_on  TEXT CHECK (expires_on IS date(expires_on, '+0 days')),
  recorded_at TEXT NOT NULL CHECK (substr(recorded_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(recorded_at, 1, 19), '+0 days')
         AND substr(recorded_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  CHECK ((person_id IS NULL) <> (place_id IS NULL))
) STRICT;
CREATE INDEX plan_person ON plan (person_id);
CREATE INDEX plan_place ON plan (place_id);

-- What somebody on patrol would change in a plan; the unit accepts or declines it with a word.
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

-- ---------------------------------------------------------------- who is met often

-- Where the unit decides otherwise than the count: on the list below the town's threshold, or off it
-- above; with a reason, and looked at again on a day.
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

-- ---------------------------------------------------------------- consent and disclosure

-- A signed paper. It counts from the day it was signed through the day it expires, until revoked.
CREATE TABLE consent (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  person_id  INTEGER NOT NULL REFERENCES person (id),
  recipient  TEXT NOT NULL,                -- code of an agency
  scope      TEXT NOT NULL,                -- codes of consent_scope, comma-separated
  purpose    TEXT NOT NULL,                -- code of consent_purpose
  signed_on  TEXT NOT NULL CHECK (signed_on IS date(signed_on, '+0 days')),
  signed_by  TEXT NOT NULL,                -- person, parent, guardian, other
  expires_on TEXT CHECK (expires_on IS date(expires_on, '+0 days')),
  revoked_at TEXT CHECK (substr(revoked_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(revoked_at, 1, 19), '+0 days')
         AND substr(revoked_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  recorded_at TEXT NOT NULL CHECK (substr(recorded_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(recorded_at, 1, 19), '+0 days')
         AND substr(recorded_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  recorded_by INTEGER NOT NULL REFERENCES staff (id),
  purpose_words TEXT,
  provider_id INTEGER REFERENCES provider (id),  -- the recipient, where it is one provider
  revoked_by  INTEGER REFERENCES staff (id)
) STRICT;
CREATE INDEX consent_person ON consent (person_id);

-- What was told of a person: by a screen, one row for each person, account, scope and day; or by hand.
-- purpose is a code of consent_purpose, or 'policy': the setting police_sees, without a consent.
CREATE TABLE disclosure (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  person_id    INTEGER NOT NULL REFERENCES person (id),
  recipient    TEXT NOT NULL,
  what         TEXT NOT NULL,
  purpose      TEXT NOT NULL,
  consent_id   INTEGER REFERENCES consent (id),
  disclosed_at TEXT NOT NULL CHECK (substr(disclosed_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(disclosed_at, 1, 19), '+0 days')
         AND substr(disclosed_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  disclosed_by INTEGER NOT NULL REFERENCES staff (id),
  shown_to     INTEGER REFERENCES staff (id),     -- set: on a screen, to this account
  provider_id  INTEGER REFERENCES provider (id),  -- the recipient, where it is one provider
  ground       TEXT REFERENCES disclosure_ground (code)  -- set: without consent, and why
) STRICT;
CREATE INDEX disclosure_person ON disclosure (person_id);
CREATE UNIQUE INDEX disclosure_daily
  ON disclosure (shown_to, person_id, what, substr(disclosed_at, 1, 10), coalesce(consent_id, 0))
  WHERE shown_to IS NOT NULL;

-- ---------------------------------------------------------------- what was before, and who looked

-- The value a field had before it was amended, by hand or by a later import: nothing is overwritten
-- without a trace, and last spring's report can be made again. Values are JSON (a list for a
-- many-valued field). Part of the record: it is sealed and purged with it.
CREATE TABLE change (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  record      TEXT NOT NULL,               -- the table's name
  record_id   INTEGER NOT NULL,
  field       TEXT NOT NULL,
  old_value   TEXT NOT NULL CHECK (json_valid(old_value)),
  new_value   TEXT NOT NULL CHECK (json_valid(new_value)),
  reason      TEXT,
  recorded_at TEXT NOT NULL CHECK (substr(recorded_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(recorded_at, 1, 19), '+0 days')
         AND substr(recorded_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  recorded_by INTEGER NOT NULL REFERENCES staff (id),
  import_batch_id INTEGER REFERENCES import_batch (id)
) STRICT;
CREATE INDEX change_record ON change (record, record_id);

-- Who read or wrote what, and when by the machine's own clock. Ids only: never a name, never a note.
-- detail holds counts and field names as JSON. Written in the same transaction as what it tells of.
-- Rows are numbered without gaps. hash is keyed (ccu/database/key_chain.py) and binds the row to the one before
-- it, whose hash it repeats as previous: `ccu audit verify` finds what was changed, cut or put in.
CREATE TABLE audit (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  at        TEXT NOT NULL CHECK (substr(at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(at, 1, 19), '+0 days')
         AND substr(at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  staff_id  INTEGER REFERENCES staff (id),
  action    TEXT NOT NULL,                 -- log-call, amend, void, history, import, export, ...
  record    TEXT NOT NULL DEFAULT '',
  record_id INTEGER,
  detail    TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(detail)),
  previous  BLOB,                          -- 32 bytes, zeros for the first row
  hash      BLOB                           -- 32 bytes
) STRICT;
CREATE INDEX audit_record ON audit (record, record_id);

-- The audit only grows. (recursive_triggers is on, so REPLACE fires the delete trigger too.)
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
BEGIN SELECT raise(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
BEGIN SELECT raise(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_is_a_chain AFTER INSERT ON audit
WHEN new.id <> (SELECT max(id) FROM audit) OR length(new.hash) IS NOT 32 OR new.previous IS NOT
  coalesce((SELECT hash FROM audit WHERE id < new.id ORDER BY id DESC LIMIT 1), zeroblob(32))
BEGIN SELECT raise(ABORT, 'the audit is append-only: this row does not follow the last'); END;

-- Why somebody opened a narrative. Apart from the audit, because people write names into reasons: a
-- purge takes the words and leaves the chain unbroken. The row's detail keeps a keyed digest of them.
CREATE TABLE audit_reason (
  audit_id INTEGER PRIMARY KEY REFERENCES audit (id),
  reason   TEXT NOT NULL
) STRICT;

-- What each event of the audit wrote: by record (a table's name) and number, from `first` on, the sum of
-- the keyed digests of its new rows less that of its old ones, 8 bytes each (ccu/database/written.py). The
-- event's detail has an HMAC of its rows here: `ccu audit verify` finds a record that another program
-- changed. A row without an event is refused at the end of the transaction.
CREATE TABLE audit_written (
  audit_id INTEGER NOT NULL REFERENCES audit (id) DEFERRABLE INITIALLY DEFERRED,
  part     INTEGER NOT NULL,
  record   TEXT NOT NULL,
  first    INTEGER NOT NULL,
  sums     BLOB NOT NULL,
  PRIMARY KEY (audit_id, part)
) STRICT, WITHOUT ROWID;

-- ---------------------------------------------------------------- sealing, retention, purge

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

-- A person or a call sealed by an order. The rows themselves are moved in here (content, JSON:
-- ccu/retention/seal_store.py) and are in no other table: no list, search or card can show them. Reports
-- alone read them, to count them as numbers that name nobody. A lifted seal has no content: the rows
-- are back in their tables.
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

-- People whose identity was taken out of their records, and when.
CREATE TABLE deidentified (
  person_id INTEGER PRIMARY KEY REFERENCES person (id),
  at        TEXT NOT NULL CHECK (substr(at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(at, 1, 19), '+0 days')
         AND substr(at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  by        INTEGER NOT NULL REFERENCES staff (id)
) STRICT;

-- Values of removed features, as they were when a migration removed their column or setting; `ccu
-- check` names them. record is the table; a row of a person's record is sealed and purged with them.
CREATE TABLE archived (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  feature     TEXT NOT NULL,               -- such as recognise_returning
  record      TEXT NOT NULL,
  record_id   INTEGER,                     -- NULL: of no one record, such as a setting
  content     TEXT NOT NULL CHECK (json_valid(content)),  -- column -> value
  archived_at TEXT NOT NULL CHECK (substr(archived_at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(archived_at, 1, 19), '+0 days')
         AND substr(archived_at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]')
) STRICT;

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

-- How many rows each table has, and the sum of their digests: `ccu check` finds what was changed or
-- lost, by a fault of the disk or by another program. Kept by triggers that ccu/database/digests.py makes; the
-- row sqlite_master is for the definitions of the tables, indexes, views and triggers.
CREATE TABLE table_digest (
  name      TEXT PRIMARY KEY,
  row_count INTEGER NOT NULL,
  total     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- ---------------------------------------------------------------- views

-- Where the triggers of every table write a row as it was and as it is; one trigger (digests.py) sums up
-- both. It has no rows.
CREATE VIEW row_change AS
SELECT NULL AS name, NULL AS number, NULL AS before, NULL AS after WHERE 0;

-- A call as an analyst reads it: labels for codes, the current nature, the address as typed.
CREATE VIEW call_plain AS
SELECT call.id, source_system.name AS source_system, call.incident, call.occurred_at, call.recorded_at,
       substr(call.occurred_at, 1, 10) AS day,
       coalesce(call.nature_cleared, call.nature) AS nature,
       coalesce(cleared.text, dispatched.text, '') AS cad_nature,
       coalesce(ended.text, '') AS cad_disposition,
       call.care, call.priority, call.beat, call.lead_agency, call.place_id,
       coalesce(address.raw, '') AS address, call.voided_at IS NOT NULL AS voided
FROM call
JOIN source_system ON source_system.id = call.source_system_id
LEFT JOIN address ON address.id = call.address_id
LEFT JOIN cad_text AS dispatched ON dispatched.id = call.cad_nature_id
LEFT JOIN cad_text AS cleared ON cleared.id = call.cad_cleared_id
LEFT JOIN cad_text AS ended ON ended.id = call.cad_disposition_id;

-- A place in one line, as lists name it; the city is left out where it is the town's own.
CREATE VIEW place_plain AS
SELECT id, category, trim(
    number || iif(kind = 'block', ' BLOCK', '') || ' ' || street
    || iif(cross_street = '', '', ' & ' || cross_street) || iif(unit = '', '', ' ' || unit)
    || iif(name = '', '', iif(street = '', '', '; ') || name)
    || iif(city IN ('', (SELECT replace(replace(replace(upper(value), '.', ''), '''', ''), '-', ' ')
                         FROM setting WHERE setting.name = 'town')), '', ', ' || city)) AS line
FROM place;

-- Which places are one house: each place, and the one that is kept, over any number of merges.
CREATE VIEW place_file AS
SELECT id, coalesce(
    (WITH RECURSIVE up (at) AS (
       SELECT kept_id FROM place_merge WHERE merged_id = place.id
       UNION
       SELECT kept_id FROM up JOIN place_merge ON merged_id = up.at)
     SELECT at FROM up WHERE at NOT IN (SELECT merged_id FROM place_merge)), id) AS canonical_id
FROM place;

-- Which records are one person: each record, and the record it was merged into, over any number of
-- merges. Counts go by canonical_id. Records merged in a circle (`ccu check` reports them) are counted one by one.
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

-- The same, and whether the person is known by name under any record.
CREATE VIEW known_person AS
SELECT human.id, human.canonical_id,
       max(given_name <> '' OR family_name <> '') OVER (PARTITION BY human.canonical_id) AS known
FROM human JOIN person ON person.id = human.id;

-- Memberships of a household and assignments of a worker are active on a day from `begins` through
-- the day before `ends`: begins <= :today AND :today < ends. Who left today is not there today.
CREATE VIEW membership AS
SELECT household_id, person_id, since, until, coalesce(since, '') AS begins,
       coalesce(until, '9999-99-99') AS ends
FROM household_member;

CREATE VIEW assignment AS
SELECT id, staff_id, person_id, household_id, owner, since, until, since AS begins,
       coalesce(until, '9999-99-99') AS ends
FROM worker;

-- Each assignment and each record it is with: its own person, or a member of its household while
-- both are active.
CREATE VIEW current_worker AS
SELECT id, staff_id, person_id, NULL AS household_id, since, begins, ends
FROM assignment WHERE person_id IS NOT NULL
UNION ALL
SELECT assignment.id, assignment.staff_id, membership.person_id, membership.household_id,
       assignment.since, max(assignment.begins, membership.begins),
       min(assignment.ends, membership.ends)
FROM assignment JOIN membership ON membership.household_id = assignment.household_id;

-- When the provider of a referral first accepted it, whatever its status became later; NULL: never.
CREATE VIEW acceptance AS
SELECT id AS referral_id,
       (SELECT occurred_at FROM referral_event
        WHERE referral_id = referral.id AND status IN ('accepted', 'in_progress', 'service_received')
          AND undone = 0
        ORDER BY unixepoch(occurred_at), id LIMIT 1) AS accepted_at
FROM referral;

-- When the person of a referral was engaged: a status of in progress or service received, or an attempt
-- that reached the person. The first one from when it was made on is the day they were connected.
CREATE VIEW engagement AS
SELECT referral_id, occurred_at FROM referral_event
WHERE status IN ('in_progress', 'service_received') AND undone = 0
UNION ALL
SELECT follow_up.referral_id, attempt.occurred_at
FROM follow_up JOIN attempt ON attempt.follow_up_id = follow_up.id
WHERE follow_up.referral_id IS NOT NULL AND attempt.result = 'reached';

-- The follow-ups planned for a call: its own, and those of referrals made from it.
CREATE VIEW planned_follow_up AS
SELECT call_id, follow_up_id, occurred_at FROM (
  SELECT call_id, id AS follow_up_id FROM follow_up WHERE cancelled IS NOT 1
  UNION
  SELECT referral.call_id, follow_up.id
  FROM referral JOIN follow_up ON follow_up.referral_id = referral.id WHERE cancelled IS NOT 1)
CROSS JOIN call ON call.id = call_id;

-- Who was met on a call, its subject, family or victim: whether a responder arrived, and whether it is
-- recorded if one did.
CREATE VIEW met_person AS
SELECT call_id, occurred_at, person_id,
       arrived_at IS NOT NULL
         OR EXISTS (SELECT 1 FROM call_responder WHERE call_id = call.id AND state = 'arrived')
         AS arrived,
       arrived_at IS NOT NULL OR EXISTS (SELECT 1 FROM call_responder WHERE call_id = call.id)
         AS recorded
FROM call_person CROSS JOIN call ON call.id = call_id
WHERE role IN ('subject', 'family', 'victim') AND voided_at IS NULL;

-- Dispositions that have a rate of their own in reports.
CREATE VIEW rated_disposition AS
SELECT call_id, disposition FROM call_disposition
WHERE disposition IN ('police_exam', 'physician_certificate', 'voluntary_transport', 'arrest',
                      'citation', 'arrest_diverted');

-- Calls that ended in an emergency examination (exam = 1) or in a transport to hospital.
CREATE VIEW hospital_call AS
SELECT call_id, disposition, disposition <> 'voluntary_transport' AS exam
FROM call_disposition
WHERE disposition IN ('police_exam', 'physician_certificate', 'voluntary_transport');

-- What is open. A follow-up that waits for a signature (closing_at) is open, and so is a draft.
--
-- Overdue: due_unix < the as-of moment. due_unix is the instant, because the texts of two times cannot
-- be compared across a change of the town's offset.
CREATE VIEW open_follow_up AS
SELECT id, kind, referral_id, call_id, person_id, owner_id, due_at, unixepoch(due_at) AS due_unix,
       note, closing_at, closed_at, closed_by, signed_by, recorded_at, cancelled
FROM follow_up WHERE closed_at IS NULL;

-- When somebody next tries, by referral, open or not: its first open follow-up that does not wait for a
-- signature. NULL: nothing is due.
CREATE VIEW next_due AS
SELECT id AS referral_id,
       (SELECT due_at FROM open_follow_up
        WHERE open_follow_up.referral_id = referral.id AND closing_at IS NULL
        ORDER BY due_unix, open_follow_up.id LIMIT 1) AS due_at
FROM referral;

-- Stalled: stalls_unix <= the as-of moment, stalled_days (a setting) after worked_at. That is the last
-- event or the last attempt at a follow-up, whichever came later: an attempt is work on the referral.
CREATE VIEW open_referral AS
SELECT *, unixepoch(worked_at)
            + 86400 * (SELECT value FROM setting WHERE name = 'stalled_days') AS stalls_unix
FROM (
  SELECT referral.id, need, provider_id, call_id, person_id, household_id, owner_id, status, made_at,
         (SELECT due_at FROM next_due WHERE referral_id = referral.id) AS due_at,
         (SELECT occurred_at FROM (
            SELECT occurred_at FROM (
              SELECT occurred_at FROM referral_event
              WHERE referral_id = referral.id AND undone = 0 ORDER BY id DESC LIMIT 1)
            UNION ALL
            SELECT attempt.occurred_at
            FROM follow_up CROSS JOIN attempt ON attempt.follow_up_id = follow_up.id
            WHERE follow_up.referral_id = referral.id)
          ORDER BY unixepoch(occurred_at) DESC LIMIT 1) AS worked_at
  FROM referral_status CROSS JOIN referral ON referral.status = referral_status.code
  WHERE referral_status.open = 1);

-- Both in one list: its owner, its person, since when, when it is due. code is the need or the type of
-- follow-up; a follow-up for a referral is for its person, household and call.
CREATE VIEW open_work AS
SELECT 'referral' AS record, id, NULL AS referral_id, call_id, person_id, household_id, owner_id,
       need AS code, provider_id, status, made_at AS since, due_at, unixepoch(due_at) AS due_unix,
       worked_at, stalls_unix
FROM open_referral
UNION ALL
SELECT 'follow-up', due.id, due.referral_id, coalesce(due.call_id, referral.call_id),
       coalesce(due.person_id, referral.person_id), referral.household_id, due.owner_id,
       due.kind, referral.provider_id, iif(due.closing_at IS NULL, 'open', 'to sign'),
       due.recorded_at, due.due_at, due.due_unix, NULL, NULL
FROM open_follow_up AS due LEFT JOIN referral ON referral.id = due.referral_id;

-- The subject of each call that has one subject: of several records of one person the first.
CREATE VIEW only_subject AS
SELECT call_id, person_id FROM call_person AS subject
WHERE role = 'subject' AND NOT EXISTS (
  SELECT 1 FROM call_person AS other
  WHERE other.call_id = subject.call_id AND other.role = 'subject'
    AND other.person_id <> subject.person_id
    AND (other.person_id < subject.person_id
         OR (SELECT canonical_id FROM human WHERE id = other.person_id)
            <> (SELECT canonical_id FROM human WHERE id = subject.person_id)));

-- The people a referral is for, open or not: the person on it; without one, the members of its household
-- while they are in it (as in membership); without either, the only subject of its call, unless that is void:
-- of several nobody knows which. The plus sign keeps SQLite from the index on a column that is mostly empty.
CREATE VIEW referral_for AS
SELECT id AS referral_id, person_id, '' AS begins, '9999-99-99' AS ends
FROM referral WHERE person_id IS NOT NULL
UNION ALL
SELECT referral.id, membership.person_id, begins, ends
FROM referral JOIN membership ON membership.household_id = referral.household_id
WHERE +referral.person_id IS NULL
UNION ALL
SELECT referral.id, only_subject.person_id, '', '9999-99-99'
FROM referral JOIN only_subject ON only_subject.call_id = referral.call_id
JOIN call ON call.id = referral.call_id AND call.voided_at IS NULL
WHERE +referral.person_id IS NULL AND +referral.household_id IS NULL;

-- The people each row of open_work is for. A follow-up without a person is for those of its referral;
-- without either, for the only subject of its call.
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
SELECT 'follow-up', due.id, only_subject.person_id, '', '9999-99-99'
FROM open_follow_up AS due JOIN only_subject ON only_subject.call_id = due.call_id
JOIN call ON call.id = due.call_id AND call.voided_at IS NULL
WHERE +due.person_id IS NULL AND +due.referral_id IS NULL;

-- ---------------------------------------------------------------- for analysts

-- The views v_... are for other programs (docs/analyst.md): their columns stay, new ones come last. They
-- hold numbers, codes, days and places, and no name of a person, birth date, note, incident number or
-- staff. Left out: void calls, referrals entered in error, cancelled follow-ups, and referrals to 42 CFR
-- Part 2 programs with their follow-ups. Sealed rows are in no table. What Human Services owns or recorded
-- names neither person nor call here: the police side, analysts included, is not shown whose it is.
CREATE VIEW v_calls AS
SELECT call.id AS call, source_system.name AS source_system, occurred_at,
       substr(occurred_at, 1, 10) AS day, substr(occurred_at, 1, 7) AS month,
       iif(clock_known, CAST(substr(occurred_at, 12, 2) AS INTEGER), NULL) AS hour,
       coalesce(nature_cleared, nature) AS nature, care, source, crisis_kind, lead_agency, beat,
       place_id AS place, dispatched_at, arrived_at, cleared_at, minutes,
       (SELECT count(DISTINCT canonical_id) FROM call_person JOIN human ON human.id = person_id
        WHERE call_id = call.id AND role = 'subject') AS subjects,
       (SELECT group_concat(danger, ' ') FROM
         (SELECT danger FROM call_danger WHERE call_id = call.id ORDER BY danger)) AS hazards,
       (SELECT group_concat(intervention, ' ') FROM
         (SELECT intervention FROM call_intervention WHERE call_id = call.id ORDER BY intervention))
         AS interventions,
       (SELECT group_concat(disposition, ' ') FROM
         (SELECT disposition FROM call_disposition WHERE call_id = call.id ORDER BY disposition))
         AS dispositions,
       (SELECT group_concat(agency, ' ') FROM
         (SELECT DISTINCT agency FROM call_responder
          WHERE call_id = call.id AND state = 'arrived' ORDER BY agency)) AS agencies_arrived,
       (SELECT max(clinician AND state = 'arrived') FROM call_responder WHERE call_id = call.id)
         AS clinician_arrived,
       backup_asked AS backup_requested, backup_arrived, force_used, injury
FROM call JOIN source_system ON source_system.id = source_system_id
WHERE voided_at IS NULL;

-- The number is that of the record a person was merged into, as in every list.
CREATE VIEW v_call_people AS
SELECT DISTINCT call_id AS call, canonical_id AS person, role
FROM call_person JOIN human ON human.id = person_id JOIN call ON call.id = call_id
WHERE voided_at IS NULL;

CREATE VIEW v_referrals AS
SELECT referral.id AS referral, substr(made_at, 1, 10) AS day, substr(made_at, 1, 7) AS month,
       need, provider.name AS provider, handoff, handoff_minutes, referral.status,
       referral_status.open, again_of IS NOT NULL AS referred_again,
       substr(accepted_at, 1, 10) AS accepted_on,
       (unixepoch(accepted_at) - unixepoch(made_at)) / 86400 AS days_to_accepted,
       (SELECT substr(due_at, 1, 10) FROM next_due WHERE referral_id = referral.id) AS next_due,
       owner.agency AS owner_agency,
       iif('human_services' IN (owner.agency, author.agency), NULL,
           (SELECT canonical_id FROM human WHERE id = person_id)) AS person,
       iif('human_services' IN (owner.agency, author.agency), NULL, call_id) AS call
FROM referral JOIN provider ON provider.id = provider_id AND part2 = 0
JOIN referral_status ON referral_status.code = referral.status
JOIN acceptance ON acceptance.referral_id = referral.id
JOIN staff AS owner ON owner.id = owner_id JOIN staff AS author ON author.id = recorded_by
WHERE referral.status <> 'entered_in_error';

CREATE VIEW v_follow_ups AS
SELECT follow_up.id AS follow_up, kind AS type, due_at, substr(due_at, 1, 10) AS day,
       substr(due_at, 1, 7) AS month, closed_at IS NOT NULL AS closed,
       substr(closed_at, 1, 10) AS closed_on,
       closed_at IS NULL AND closing_at IS NOT NULL AS waits_for_signature,
       (unixepoch(closed_at) - unixepoch(due_at)) / 86400 AS days_late,
       (SELECT count(*) FROM attempt WHERE follow_up_id = follow_up.id) AS attempts,
       (SELECT result FROM attempt WHERE follow_up_id = follow_up.id ORDER BY id DESC LIMIT 1)
         AS last_result,
       EXISTS (SELECT 1 FROM attempt JOIN follow_up_result ON code = result AND reached = 1
               WHERE follow_up_id = follow_up.id) AS reached,
       owner.agency AS owner_agency,
       iif('human_services' IN (owner.agency, author.agency), NULL, follow_up.referral_id) AS referral,
       iif('human_services' IN (owner.agency, author.agency), NULL,
           (SELECT canonical_id FROM human
            WHERE id = coalesce(follow_up.person_id, referral.person_id))) AS person,
       iif('human_services' IN (owner.agency, author.agency), NULL,
           coalesce(follow_up.call_id, referral.call_id)) AS call
FROM follow_up LEFT JOIN referral ON referral.id = follow_up.referral_id
LEFT JOIN provider ON provider.id = referral.provider_id
JOIN staff AS owner ON owner.id = follow_up.owner_id
JOIN staff AS author ON author.id = follow_up.recorded_by
WHERE cancelled = 0 AND coalesce(part2, 0) = 0 AND coalesce(referral.status, '') <> 'entered_in_error';

-- By the settings repeat_calls and repeat_days, today being the last of the days (as this machine's clock
-- has it). Exempt places and the units of an exempt building are left out.
CREATE VIEW v_repeat_addresses AS
SELECT place.id AS place, place_plain.line AS address, place.category,
       sum(care) AS care_calls, count(*) AS all_calls,
       substr(max(iif(care, occurred_at, '')), 1, 10) AS last_care_call
FROM call JOIN place ON place.id = place_id JOIN place_plain ON place_plain.id = place.id
WHERE voided_at IS NULL AND place.kind <> 'none' AND unixepoch(occurred_at) <= unixepoch('now')
  AND occurred_at >= date('now', 'localtime',
                          (SELECT (1 - value) || ' days' FROM setting WHERE name = 'repeat_days'))
  AND exempt_reason IS NULL
  AND NOT EXISTS (SELECT 1 FROM place AS building
                  WHERE building.unit_key = place.building_key AND building.city = place.city
                    AND building.exempt_reason IS NOT NULL)
GROUP BY place.id
HAVING sum(care) >= (SELECT CAST(value AS INTEGER) FROM setting WHERE name = 'repeat_calls');
