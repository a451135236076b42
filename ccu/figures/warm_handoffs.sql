-- warm_handoffs
-- title: Warm handoffs
-- unit: share
-- numerator: referrals made in the period with a warm handoff, in person or by phone
-- denominator: referrals made in the period
-- Drafts and referrals entered in error are left out.

WITH made AS (
  SELECT handoff
  FROM referral
  WHERE made_at >= :start AND made_at < :end AND unixepoch(made_at) <= :as_of_unix
    AND coalesce((SELECT event.status FROM referral_event AS event
                  WHERE event.referral_id = referral.id
                    AND unixepoch(event.occurred_at) <= :as_of_unix
                  ORDER BY event.id DESC LIMIT 1), referral.status)
      NOT IN ('draft', 'entered_in_error'))
SELECT coalesce(sum(handoff IN ('warm_in_person', 'warm_by_phone')), 0) AS numerator,
       count(*) AS denominator
FROM made;
