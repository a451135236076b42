"""What must be true of a whole file, beyond what each row's constraints can say."""

import sqlite3

# name -> a query that finds the rows that break the rule, as (record, id)
RULES = {
    "calls that end before they begin": """
        SELECT 'call', id FROM call
        WHERE unixepoch(cleared_at)
              < unixepoch(coalesce(arrived_at, dispatched_at, occurred_at))""",
    "changed fields that point to no record": """
        SELECT 'change', change.id FROM change
        WHERE record = 'call' AND record_id NOT IN (SELECT id FROM call)""",
    "merged people in a circle": """
        WITH RECURSIVE step (start, id, depth) AS (
          SELECT id, merged_into, 1 FROM person WHERE merged_into IS NOT NULL
          UNION ALL
          SELECT step.start, person.merged_into, depth + 1 FROM step
          JOIN person ON person.id = step.id
          WHERE person.merged_into IS NOT NULL AND depth < 100)
        SELECT DISTINCT 'person', start FROM step WHERE id = start""",
    "open follow-ups without an active owner": """
        SELECT 'follow_up', follow_up.id FROM follow_up
        LEFT JOIN staff ON staff.id = follow_up.owner_id AND staff.active = 1
        WHERE closed_at IS NULL AND staff.id IS NULL""",
    "open referrals without an active owner": """
        SELECT 'referral', referral.id FROM referral
        JOIN referral_status ON referral_status.code = status AND open
        LEFT JOIN staff ON staff.id = owner_id AND staff.active = 1
        WHERE staff.id IS NULL""",
    "open referrals with nothing due": """
        SELECT 'referral', referral.id FROM referral
        JOIN referral_status ON referral_status.code = status AND open
        WHERE NOT EXISTS (SELECT 1 FROM follow_up WHERE referral_id = referral.id
                          AND closed_at IS NULL AND closing_at IS NULL)""",
    "referrals that are not what their last event says": """
        SELECT 'referral', referral.id FROM referral
        WHERE status IS NOT (SELECT status FROM referral_event
                             WHERE referral_id = referral.id ORDER BY id DESC LIMIT 1)""",
    "gaps in the audit": """
        SELECT 'audit', audit.id FROM audit
        LEFT JOIN audit AS before ON before.id = audit.id - 1
        WHERE audit.id > 1 AND before.id IS NULL""",
}


def broken_rules(connection: sqlite3.Connection) -> list[tuple[str, list[str]]]:
    """Every rule with the records that break it ("call 12"), at most 20 each."""
    return [
        (name, [f"{record} {number}" for record, number in connection.execute(sql).fetchmany(20)])
        for name, sql in RULES.items()
    ]
