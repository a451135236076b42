-- The figures of a region, by town: those of the towns' own reports, by the same names. DuckDB and Spark
-- run this text as it is, over the tables of `ccu export --deidentified`.
SELECT figure, town, value FROM (
  SELECT 'calls' AS figure, town, count(*) AS value FROM calls GROUP BY town
  UNION ALL
  SELECT 'care_calls', town, sum(CASE WHEN care THEN 1 ELSE 0 END) FROM calls GROUP BY town
  UNION ALL
  SELECT 'referrals_made', town, count(*) FROM referrals WHERE status <> 'draft' GROUP BY town
  UNION ALL
  SELECT 'referral_acceptance', town, count(days_to_accepted) FROM referrals
  WHERE status <> 'draft' GROUP BY town
  UNION ALL
  SELECT 'referral_success', town, sum(CASE WHEN status = 'service_received' THEN 1 ELSE 0 END)
  FROM referrals WHERE status <> 'draft' GROUP BY town
  UNION ALL
  SELECT 'follow_ups_due', town, count(*) FROM follow_ups GROUP BY town
  UNION ALL
  SELECT 'follow_ups_reached', town, sum(CASE WHEN reached THEN 1 ELSE 0 END)
  FROM follow_ups GROUP BY town
) AS found
ORDER BY figure, town
