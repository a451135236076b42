-- A file for analysts with the rows of the views alone, so that nobody opens the town's own file:
--     sqlite3 analyst.db < copy.sql
-- Run it as the records custodian in a private folder beside ccu.db, into a new file, and note who gets it.
ATTACH 'file:ccu.db?mode=ro' AS town;
BEGIN;
CREATE TABLE v_calls AS SELECT * FROM town.v_calls;
CREATE TABLE v_call_people AS SELECT * FROM town.v_call_people;
CREATE TABLE v_referrals AS SELECT * FROM town.v_referrals;
CREATE TABLE v_follow_ups AS SELECT * FROM town.v_follow_ups;
CREATE TABLE v_repeat_addresses AS SELECT * FROM town.v_repeat_addresses;
COMMIT;
