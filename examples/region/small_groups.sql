-- Groups of fewer than five people, of which there must be none: rows that are equal in every column but
-- the pseudonym. Rows without a person do not make a group of people larger; alone they must be five.
SELECT name, town, month, people FROM (
  SELECT 'calls' AS name, town, month, count(DISTINCT person) AS people, count(*) AS alone
  FROM calls GROUP BY town, month, care, nature, age_band, sex, arrived, clinician
  UNION ALL
  SELECT 'referrals', town, month, count(DISTINCT person), count(*)
  FROM referrals GROUP BY town, month, need, age_band, sex, handoff, status, days_to_accepted,
                          accepted, received
  UNION ALL
  SELECT 'follow_ups', town, month, count(DISTINCT person), count(*)
  FROM follow_ups GROUP BY town, month, kind, age_band, sex, attempts, reached, closed, days_late
) AS counted
WHERE people < 5 AND (people > 0 OR alone < 5)
ORDER BY name, town, month
