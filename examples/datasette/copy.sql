-- Make a file for analysts with only the rows of the views, so that they never open the town's file:
--     sqlite3 analyst.db < copy.sql
-- The records custodian runs it in a private folder beside ccu.db, into a new file, and notes who gets
-- it.
ATTACH 'file:ccu.db?mode=ro' AS town;
BEGIN;
CREATE TABLE v_calls AS SELECT * FROM town.v_calls;
CREATE TABLE v_call_people AS SELECT * FROM town.v_call_people;
CREATE TABLE v_referrals AS SELECT * FROM town.v_referrals;
CREATE TABLE v_follow_ups AS SELECT * FROM town.v_follow_ups;
CREATE TABLE v_repeat_addresses AS SELECT * FROM town.v_repeat_addresses;
COMMIT;
