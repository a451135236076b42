-- Groups of fewer than five people, of which there must be none; a row without a person counts as one.
SELECT name, town, month, people FROM (
  SELECT 'calls' AS name, town, month, care AS part, nature AS type, age_band, sex,
         count(DISTINCT person) + sum(CASE WHEN person IS NULL THEN 1 ELSE 0 END) AS people
  FROM calls GROUP BY town, month, care, nature, age_band, sex
  UNION ALL
  SELECT 'referrals', town, month, NULL, need, age_band, sex,
         count(DISTINCT person) + sum(CASE WHEN person IS NULL THEN 1 ELSE 0 END)
  FROM referrals GROUP BY town, month, need, age_band, sex
  UNION ALL
  SELECT 'follow_ups', town, month, NULL, kind, age_band, sex,
         count(DISTINCT person) + sum(CASE WHEN person IS NULL THEN 1 ELSE 0 END)
  FROM follow_ups GROUP BY town, month, kind, age_band, sex
) AS counted
WHERE people < 5
ORDER BY name, town, month
