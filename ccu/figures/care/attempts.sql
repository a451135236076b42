-- attempts_made
-- title: Attempts at follow-ups
-- unit: count
-- numerator: attempts made in the period
-- Every try at any follow-up, by the day on which it was made, whoever made it.

-- contact_rate
-- title: Attempts that reached the person
-- unit: share
-- numerator: attempts in the period with a result that reached the person
-- denominator: attempts in the period
-- The list of results defines which of them reached the person: reached, refused, safe but
-- declined, escalated. It counts attempts: a person tried ten times is in it ten times.

WITH made AS (
  SELECT count(*) AS attempts, coalesce(sum(reached), 0) AS reached
  FROM attempt JOIN follow_up_result ON follow_up_result.code = attempt.result
  WHERE occurred_at >= :start AND occurred_at < :end
    AND (occurred_at < :today OR unixepoch(occurred_at) <= :as_of_unix))
SELECT 'attempts_made' AS figure, attempts AS numerator, NULL AS denominator FROM made
UNION ALL SELECT 'contact_rate', reached, attempts FROM made;
