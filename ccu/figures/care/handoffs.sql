-- follow_through
-- title: Followed through
-- unit: share
-- interval: wilson
-- known from: the NASW/CT white paper, which estimates 50% of plain referrals
-- numerator: referrals with a first engagement within handoff_days of being made
-- denominator: referrals made in the period whose handoff_days are over
-- By how the person was handed off, warmest first, and all together. Engagement: a status of in
-- progress or service received, or an attempt at one of the referral's follow-ups that reached
-- the person (result: reached), whichever came first, not before the referral was made.
-- handoff_days is a setting. Not yet: referrals whose days are not over, engaged or not. Drafts
-- and referrals entered in error are left out. Low and high are Wilson's 95% interval.

-- connected
-- title: Connected
-- unit: share
-- interval: wilson
-- numerator: referrals with a first engagement within handoff_days of being made
-- denominator: referrals made in the period whose handoff_days are over
-- As follow_through, in two groups: after a warm handoff, in person or by phone, and after any other.

-- warm_handoffs
-- title: Warm handoffs
-- unit: share
-- numerator: referrals made in the period with a warm handoff, in person or by phone
-- denominator: referrals made in the period
-- Drafts and referrals entered in error are left out.

WITH made AS (
  SELECT referral.id, handoff, unixepoch(made_at) AS at
  FROM referral
  WHERE made_at >= :start AND made_at < :end AND unixepoch(made_at) <= :as_of_unix
    AND coalesce((SELECT event.status FROM referral_event AS event
                  WHERE event.referral_id = referral.id
                    AND unixepoch(event.occurred_at) <= :as_of_unix
                  ORDER BY event.id DESC LIMIT 1), referral.status)
      NOT IN ('draft', 'entered_in_error')),
judged AS MATERIALIZED (
  SELECT made.id, handoff, at + 86400 * :handoff_days <= :as_of_unix AS over,
         EXISTS (
           SELECT 1 FROM engagement
           WHERE referral_id = made.id
             AND unixepoch(occurred_at) BETWEEN at AND at + 86400 * :handoff_days
             AND unixepoch(occurred_at) <= :as_of_unix) AS engaged
  FROM made),
line (figure, code, label, sort) AS (  -- the label without what it explains in parentheses
  SELECT 'follow_through', code, substr(label, 1, instr(label || ' (', ' (') - 1), sort FROM handoff
  UNION ALL VALUES ('follow_through', NULL, 'all', 1000000),
                   ('connected', 'warm', 'warm handoff', 1000001),
                   ('connected', 'other', 'other handoff', 1000002)),
told AS (
  SELECT judged.*, iif(handoff IN ('warm_in_person', 'warm_by_phone'), 'warm', 'other') AS warmth
  FROM judged)
SELECT * FROM (
  SELECT figure, line.label AS grp, coalesce(sum(over AND engaged), 0) AS numerator,
         coalesce(sum(over), 0) AS denominator, coalesce(sum(NOT over), 0) AS not_yet
  FROM line LEFT JOIN told ON line.code IS NULL OR line.code IN (told.handoff, told.warmth)
  GROUP BY line.sort, line.code ORDER BY line.sort)
UNION ALL
SELECT 'warm_handoffs', '', coalesce(sum(warmth = 'warm'), 0), count(*), 0 FROM told;
