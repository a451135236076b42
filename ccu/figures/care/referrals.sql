-- referrals_made
-- title: Referrals made
-- section: referrals
-- unit: count
-- interval: counts
-- numerator: referrals made in the period
-- By the day made. Not drafts, and not those entered in error. Each status is as of the
-- as-of moment, so the later a report is made, the more is known of the same referrals.

-- referral_acceptance
-- title: Referrals made and accepted
-- unit: share
-- known from: Lincoln (85%)
-- numerator: referrals made in the period that have been accepted
-- denominator: referrals made in the period
-- Accepted: it ever had a status of accepted, in progress or service received. Referrals
-- without an answer are in the denominator: they are not accepted.

-- referral_success
-- title: Service received
-- unit: share
-- numerator: referrals made in the period with the status service received
-- denominator: referrals made in the period
-- Young referrals have had less time, so the share of a recent period is low at first. Outcomes
-- after the service are not measured here.

-- referral_open
-- title: Still open
-- unit: share
-- numerator: referrals made in the period that are still open
-- denominator: referrals made in the period

-- days_to_acceptance
-- title: Median days to acceptance
-- unit: days
-- denominator: referrals made in the period that have been accepted
-- From the moment the referral was made to its first acceptance; the middle one of those
-- accepted (of an even number, the mean of the two). Not yet: open ones not yet
-- accepted; their days would be longer than those counted.

-- referral_outcome
-- title: Outcome
-- unit: count
-- groups: used
-- numerator: referrals made in the period that have this status
-- The groups add up to the referrals made.

-- referrals_by_need
-- title: Need
-- unit: share
-- groups: used
-- numerator: referrals made in the period for this need
-- denominator: referrals made in the period

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
  SELECT referral.id, need, handoff, unixepoch(made_at) AS at,
         coalesce((SELECT event.status FROM referral_event AS event
                   WHERE event.referral_id = referral.id
                     AND unixepoch(event.occurred_at) <= :as_of_unix
                   ORDER BY event.id DESC LIMIT 1), referral.status) AS status,
         (SELECT unixepoch(accepted_at) FROM acceptance
          WHERE referral_id = referral.id AND unixepoch(accepted_at) <= :as_of_unix) AS accepted_at
  FROM referral
  WHERE made_at >= :start AND made_at < :end AND unixepoch(made_at) <= :as_of_unix),
offered AS MATERIALIZED (
  SELECT made.*, referral_status.open,
         row_number() OVER (PARTITION BY accepted_at IS NULL ORDER BY accepted_at - at) AS place,
         accepted_at - at AS wait
  FROM made JOIN referral_status ON referral_status.code = made.status
  WHERE made.status NOT IN ('draft', 'entered_in_error')),
total AS (
  SELECT count(*) AS offered, count(accepted_at) AS accepted,
         coalesce(sum(status = 'service_received'), 0) AS received, coalesce(sum(open), 0) AS open,
         count(*) FILTER (WHERE open AND accepted_at IS NULL) AS waiting
  FROM offered),
judged AS MATERIALIZED (
  SELECT handoff, iif(handoff IN ('warm_in_person', 'warm_by_phone'), 'warm', 'other') AS warmth,
         at + 86400 * :handoff_days <= :as_of_unix AS over,
         EXISTS (
           SELECT 1 FROM engagement
           WHERE referral_id = offered.id
             AND unixepoch(occurred_at) BETWEEN at AND at + 86400 * :handoff_days
             AND unixepoch(occurred_at) <= :as_of_unix) AS engaged
  FROM offered),
line (figure, code, label, sort) AS (  -- the label without what it explains in parentheses
  SELECT 'follow_through', code, substr(label, 1, instr(label || ' (', ' (') - 1), sort FROM handoff
  UNION ALL VALUES ('follow_through', NULL, 'all', 1000000),
                   ('connected', 'warm', 'warm handoff', 1000001),
                   ('connected', 'other', 'other handoff', 1000002))
SELECT 'referrals_made' AS figure, '' AS grp, offered AS numerator, NULL AS denominator,
       0 AS not_yet, offered AS value FROM total
UNION ALL
SELECT 'referral_acceptance', '', accepted, offered, 0, 1.0 * accepted / nullif(offered, 0)
FROM total
UNION ALL
SELECT 'referral_success', '', received, offered, 0, 1.0 * received / nullif(offered, 0) FROM total
UNION ALL
SELECT 'referral_open', '', open, offered, 0, 1.0 * open / nullif(offered, 0) FROM total
UNION ALL
SELECT 'days_to_acceptance', '', NULL, accepted, waiting,
       (SELECT avg(wait) / 86400.0 FROM offered
        WHERE accepted_at IS NOT NULL AND place IN ((accepted + 1) / 2, (accepted + 2) / 2)) FROM total
UNION ALL
SELECT 'referral_outcome', label, count(offered.id), NULL, 0, count(offered.id)
FROM (SELECT * FROM referral_status ORDER BY sort) AS status
LEFT JOIN offered ON offered.status = status.code
WHERE status.code NOT IN ('draft', 'entered_in_error') GROUP BY status.sort, status.code
UNION ALL
SELECT 'referrals_by_need', label, count(offered.id), (SELECT offered FROM total), 0,
       1.0 * count(offered.id) / nullif((SELECT offered FROM total), 0)
FROM (SELECT * FROM need ORDER BY sort) AS need
LEFT JOIN offered ON offered.need = need.code GROUP BY need.sort, need.code
UNION ALL
SELECT * FROM (
  SELECT figure, line.label, coalesce(sum(over AND engaged), 0), coalesce(sum(over), 0),
         coalesce(sum(NOT over), 0), 1.0 * sum(over AND engaged) / nullif(sum(over), 0)
  FROM line LEFT JOIN judged ON line.code IS NULL OR line.code IN (judged.handoff, judged.warmth)
  GROUP BY line.sort, line.code ORDER BY line.sort)
UNION ALL
SELECT 'warm_handoffs', '', coalesce(sum(warmth = 'warm'), 0), count(*), 0, avg(warmth = 'warm')
FROM judged;
