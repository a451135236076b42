-- The figures of a region, by town, under the names of the towns' own reports (for a rate, its
-- numerator). DuckDB and Spark run this text unchanged on the tables of `ccu export --deidentified`.
SELECT figure, town, value FROM (
  SELECT 'calls' AS figure, town, count(*) AS value FROM calls GROUP BY town
  UNION ALL
  SELECT 'care_calls', town, sum(CASE WHEN care THEN 1 ELSE 0 END) FROM calls GROUP BY town
  UNION ALL
  SELECT 'referrals_made', town, count(*) FROM referrals GROUP BY town
  UNION ALL
  SELECT 'referral_acceptance', town, sum(CASE WHEN accepted THEN 1 ELSE 0 END)
  FROM referrals GROUP BY town
  UNION ALL
  SELECT 'referral_success', town, sum(CASE WHEN received THEN 1 ELSE 0 END)
  FROM referrals GROUP BY town
) AS found
ORDER BY figure, town
