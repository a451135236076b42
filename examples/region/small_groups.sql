-- List groups of fewer than five people; there must be none. A group is the rows that are equal in every
-- column but the pseudonym. Rows without a person do not make a group of people larger; alone they must
-- be five. Rows with only the columns that totals count (care; accepted, received) are one group.
SELECT name, town, month, people FROM (
  SELECT 'calls' AS name, town, month, count(DISTINCT person) AS people, count(*) AS alone
  FROM calls
  GROUP BY town, month, nature, age_band, sex, arrived, clinician,
    CASE WHEN month <> 'other' OR clinician IS NOT NULL
           OR coalesce(nature, age_band, sex, arrived) IS NOT NULL THEN care END
  UNION ALL
  SELECT 'referrals', town, month, count(DISTINCT person), count(*)
  FROM (SELECT *, month <> 'other' OR days_to_accepted IS NOT NULL
                  OR coalesce(need, age_band, sex, handoff, status) IS NOT NULL AS more
        FROM referrals) AS told
  GROUP BY town, month, need, age_band, sex, handoff, status, days_to_accepted,
    CASE WHEN more THEN accepted END, CASE WHEN more THEN received END
  UNION ALL
  SELECT 'follow_ups', town, month, count(DISTINCT person), count(*)
  FROM follow_ups GROUP BY town, month, kind, age_band, sex, attempts, reached, closed, days_late
) AS counted
WHERE people < 5 AND (people > 0 OR alone < 5)
ORDER BY name, town, month
