"""Rules that every file must meet and that the constraints of a row cannot express."""

import sqlite3

from ccu.records import settings

# name -> a query that finds the rows that break the rule, as (record, id)
RULES = {
    "calls that end before they begin": """
        SELECT 'call', id FROM call
        WHERE unixepoch(cleared_at)
              < unixepoch(coalesce(arrived_at, dispatched_at, occurred_at))
           OR unixepoch(cleared_at) < unixepoch(occurred_at)
           OR unixepoch(occurred_at) - 43200
              > min(ifnull(unixepoch(dispatched_at), 1e99), ifnull(unixepoch(arrived_at), 1e99))""",
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
    "merged people whose merge is not recorded": """
        SELECT 'person', id FROM person
        WHERE merged_into IS NOT NULL AND id NOT IN (SELECT merged_id FROM person_merge)
        UNION ALL
        SELECT 'person', merged_id FROM person_merge
        JOIN person ON person.id = merged_id WHERE merged_into IS NULL""",
    "people who show another's value without one merged into them": """
        SELECT DISTINCT 'person', person_id FROM person_own
        WHERE person_id NOT IN (SELECT merged_into FROM person WHERE merged_into IS NOT NULL)""",
    "people with two current workers": """
        SELECT 'person', canonical_id FROM worker
        JOIN human ON human.id = worker.person_id
        WHERE owner = 1 AND until IS NULL GROUP BY canonical_id HAVING count(*) > 1""",
    "open follow-ups without an active owner": """
        SELECT 'follow_up', follow_up.id FROM follow_up
        LEFT JOIN staff ON staff.id = follow_up.owner_id AND staff.active = 1
        WHERE closed_at IS NULL AND staff.id IS NULL""",
    "open referrals without an active owner": """
        SELECT 'referral', referral.id FROM referral
        JOIN referral_status ON referral_status.code = status AND open
        LEFT JOIN staff ON staff.id = owner_id AND staff.active = 1
        WHERE staff.id IS NULL""",
    "approved plans without an approver or a day to review": """
        SELECT 'plan', id FROM plan
        WHERE status = 'approved' AND (approver_id IS NULL OR approved_on IS NULL
              OR review_on IS NULL OR expires_on IS NULL)""",
    "open referrals with nothing due": """
        SELECT 'referral', referral.id FROM referral
        JOIN referral_status ON referral_status.code = status AND open
        WHERE NOT EXISTS (SELECT 1 FROM follow_up WHERE referral_id = referral.id
                          AND closed_at IS NULL AND closing_at IS NULL)""",
    "referrals whose status is not that of their last event": """
        SELECT 'referral', referral.id FROM referral
        WHERE status IS NOT (SELECT status FROM referral_event
                             WHERE referral_id = referral.id ORDER BY id DESC LIMIT 1)""",
}


# People with a name or a contact, and without a key: some have nothing to be found by, such as
# "Unknown Male", which only ccu.identity can tell.
_WITHOUT_KEYS = """
SELECT id FROM person
WHERE (trim(given_name || family_name) <> '' OR coalesce(birth_date, phone, email) IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM person_key WHERE person_id = person.id)
  AND id NOT IN (SELECT person_id FROM deidentified)
"""
SETTINGS = "settings that cannot be used"
FINDABLE = "people who cannot be found by what is on file for them"


def broken_rules(connection: sqlite3.Connection) -> list[tuple[str, list[str]]]:
    """Return every rule with the records that break it ("call 12"), at most 20 each."""
    found = [
        (name, [f"{record} {number}" for record, number in connection.execute(sql).fetchmany(20)])
        for name, sql in RULES.items()
    ]
    unusable = [f"setting {name}" for name in settings.unusable(connection)]
    return [*found, (SETTINGS, unusable), (FINDABLE, _not_findable(connection))]


_UNFINISHED = """
WITH batch AS (
  SELECT id, sha256, read_rows > new_rows + changed_rows + same_rows + rejected_rows AS stopped
  FROM import_batch)
SELECT id FROM batch WHERE stopped AND NOT EXISTS (
  SELECT 1 FROM batch AS again
  WHERE again.id > batch.id AND again.sha256 = batch.sha256 AND NOT again.stopped)
"""


def unfinished_imports(connection: sqlite3.Connection) -> list[int]:
    """Return the numbers of imports that were stopped or still run, and not made again since."""
    return [row[0] for row in connection.execute(_UNFINISHED)]


def archived(connection: sqlite3.Connection) -> str:
    """Return a sentence that counts the values of removed features; empty for none."""
    found = connection.execute(
        "SELECT feature, count(*) FROM archived GROUP BY feature ORDER BY feature"
    ).fetchall()
    if not found:
        return ""
    count = sum(number for _feature, number in found)
    values = (
        "1 value of a removed feature is"
        if count == 1
        else f"{count} values of removed features are"
    )
    named = ", ".join(f"{feature} ({number})" for feature, number in found)
    return f"{values} kept in the archived table: {named}"


def _not_findable(connection: sqlite3.Connection) -> list[str]:
    without = [row[0] for row in connection.execute(_WITHOUT_KEYS)]
    if not without:
        return []
    from ccu.identity import keys
    from ccu.people import match_store

    known = match_store.known(connection, without)
    return [f"person {number}" for number, each in known.items() if keys(each)][:20]
