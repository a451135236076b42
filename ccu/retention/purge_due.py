"""What is older than its class is kept for, and the last day that each person is in any record.

A record is due when the day its years count from lies before the class's cutoff; `open` marks what
is still worked on or in force. Into temporary tables, which hold ids and days alone.
"""

import sqlite3
from collections.abc import Mapping

# due: why is empty for what is to be destroyed. held: all that a legal hold keeps; needed: that a
# seal in force does. human: a copy of the view, to be joined often.
TABLES = """
CREATE TEMP TABLE due (
  record TEXT NOT NULL, id INTEGER NOT NULL, class TEXT NOT NULL, day TEXT NOT NULL,
  why TEXT CHECK (why IN ('held', 'open', 'linked')), PRIMARY KEY (record, id)) WITHOUT ROWID;
CREATE TEMP TABLE held (
  record TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (record, id)) WITHOUT ROWID;
CREATE TEMP TABLE needed (
  record TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (record, id)) WITHOUT ROWID;
CREATE TEMP TABLE contact (person_id INTEGER PRIMARY KEY, day TEXT NOT NULL);
CREATE TEMP TABLE contact_left (person_id INTEGER PRIMARY KEY, day TEXT NOT NULL);
CREATE TEMP TABLE human (
  id INTEGER PRIMARY KEY, canonical_id INTEGER NOT NULL);
CREATE INDEX temp.human_canonical ON human (canonical_id);
"""

# class -> queries of record, id, day, open; :cutoff is the first day that is kept.
_DUE: tuple[tuple[str, str], ...] = (
    (
        "calls",
        """
        SELECT 'call', id, substr(occurred_at, 1, 10), EXISTS (
                 SELECT 1 FROM referral JOIN referral_status ON referral_status.code = status
                 WHERE call_id = call.id AND open)
               OR EXISTS (SELECT 1 FROM follow_up WHERE call_id = call.id AND closed_at IS NULL)
        FROM call WHERE occurred_at < :cutoff""",
    ),
    (
        "referrals",
        """
        SELECT 'referral', referral.id, max(
                 substr(made_at, 1, 10),
                 coalesce((SELECT max(substr(occurred_at, 1, 10)) FROM referral_event
                           WHERE referral_id = referral.id), ''),
                 coalesce((SELECT max(max(substr(recorded_at, 1, 10),
                                          coalesce(substr(closed_at, 1, 10), '')))
                           FROM follow_up WHERE referral_id = referral.id), ''),
                 coalesce((SELECT max(substr(occurred_at, 1, 10)) FROM attempt
                           JOIN follow_up ON follow_up.id = follow_up_id
                           WHERE referral_id = referral.id), '')),
               open OR EXISTS (SELECT 1 FROM follow_up
                               WHERE referral_id = referral.id AND closed_at IS NULL)
        FROM referral JOIN referral_status ON referral_status.code = status
        WHERE made_at < :cutoff""",
    ),
    (
        "referrals",
        """
        SELECT 'follow_up', id, max(
                 substr(recorded_at, 1, 10), coalesce(substr(closed_at, 1, 10), ''),
                 coalesce((SELECT max(substr(occurred_at, 1, 10)) FROM attempt
                           WHERE follow_up_id = follow_up.id), '')), closed_at IS NULL
        FROM follow_up WHERE referral_id IS NULL AND recorded_at < :cutoff""",
    ),
    (
        "needs",
        """
        SELECT 'need_assessment', id, substr(occurred_at, 1, 10), 0
        FROM need_assessment WHERE occurred_at < :cutoff""",
    ),
    (
        "consults",
        """
        SELECT 'consult', id, substr(occurred_at, 1, 10), 0
        FROM consult WHERE occurred_at < :cutoff""",
    ),
    (
        "plans",
        """
        SELECT 'plan', id, max(
                 substr(recorded_at, 1, 10), iif(status = 'approved', expires_on, ''),
                 coalesce((SELECT max(substr(recorded_at, 1, 10)) FROM change
                           WHERE record = 'plan' AND record_id = plan.id), ''),
                 coalesce((SELECT max(max(substr(suggested_at, 1, 10),
                                          coalesce(substr(answered_at, 1, 10), '')))
                           FROM plan_suggestion WHERE plan_id = plan.id), '')), status = 'draft'
        FROM plan WHERE recorded_at < :cutoff""",
    ),
    (
        "plans",
        """
        SELECT 'place_flag', id, max(substr(recorded_at, 1, 10),
                                     coalesce(substr(verified_at, 1, 10), ''),
                                     coalesce(substr(ended_at, 1, 10), expires_on)), 0
        FROM place_flag WHERE recorded_at < :cutoff""",
    ),
    (
        "plans",
        """
        SELECT 'frequent_override', id,
               max(substr(recorded_at, 1, 10), coalesce(substr(ended_at, 1, 10), '')),
               ended_at IS NULL
        FROM frequent_override WHERE recorded_at < :cutoff""",
    ),
    (
        "consents",
        """
        SELECT 'consent', id, max(signed_on, substr(recorded_at, 1, 10), coalesce(
                 min(substr(revoked_at, 1, 10), expires_on),
                 substr(revoked_at, 1, 10), expires_on, '')),
               revoked_at IS NULL AND expires_on IS NULL
        FROM consent WHERE recorded_at < :cutoff""",
    ),
    (
        "disclosures",
        """
        SELECT 'disclosure', id, substr(disclosed_at, 1, 10), 0
        FROM disclosure WHERE disclosed_at < :cutoff""",
    ),
    (
        "reasons",
        """
        SELECT 'audit_reason', audit_id, substr(at, 1, 10), 0
        FROM audit_reason JOIN audit ON audit.id = audit_id WHERE at < :cutoff""",
    ),
    (
        "sealed",
        """
        SELECT 'sealed', id, substr(coalesce(lifted_at, sealed_at), 1, 10), 0
        FROM sealed WHERE sealed_at < :cutoff""",
    ),
    (
        "imports",
        """
        SELECT 'import_batch', id, substr(recorded_at, 1, 10), 0
        FROM import_batch WHERE recorded_at < :cutoff""",
    ),
)
# Every day that a record of a person is from, whoever wrote it: no later one is known.
_CONTACT = """
INSERT INTO temp.{table} (person_id, day)
SELECT person_id, max(day) FROM (
  SELECT id AS person_id, substr(recorded_at, 1, 10) AS day FROM person
  UNION ALL SELECT record_id, substr(recorded_at, 1, 10) FROM change WHERE record = 'person'
  UNION ALL SELECT person_id, day FROM last_contact
  UNION ALL
  SELECT person_id, substr(occurred_at, 1, 10)
  FROM call_person CROSS JOIN call ON call.id = call_id
  UNION ALL
  SELECT person_id, max(substr(referral.made_at, 1, 10),
                        coalesce(substr(referral_event.occurred_at, 1, 10), ''))
  FROM referral LEFT JOIN referral_event ON referral_id = referral.id
  UNION ALL
  SELECT household_member.person_id, max(substr(referral.made_at, 1, 10),
                        coalesce(substr(referral_event.occurred_at, 1, 10), ''))
  FROM referral JOIN household_member ON household_member.household_id = referral.household_id
  LEFT JOIN referral_event ON referral_id = referral.id
  UNION ALL
  SELECT coalesce(follow_up.person_id, referral.person_id), max(
           substr(follow_up.recorded_at, 1, 10), coalesce(substr(closed_at, 1, 10), ''),
           coalesce(substr(attempt.occurred_at, 1, 10), ''))
  FROM follow_up LEFT JOIN attempt ON follow_up_id = follow_up.id
  LEFT JOIN referral ON referral.id = referral_id
  UNION ALL SELECT person_id, substr(occurred_at, 1, 10) FROM need_assessment
  UNION ALL SELECT person_id, substr(occurred_at, 1, 10) FROM consult
  UNION ALL SELECT person_id, substr(recorded_at, 1, 10) FROM plan
  UNION ALL SELECT person_id, substr(recorded_at, 1, 10) FROM frequent_override
  UNION ALL SELECT person_id, signed_on FROM consent
  UNION ALL SELECT person_id, substr(disclosed_at, 1, 10) FROM disclosure
  UNION ALL SELECT person_id, coalesce(until, since) FROM worker
  UNION ALL SELECT person_id, coalesce(until, since) FROM household_member)
WHERE person_id IS NOT NULL AND day IS NOT NULL GROUP BY person_id
"""
# Records of one human being go together, by the last day of any of them.
_PEOPLE = """
INSERT INTO temp.due (record, id, class, day, why)
SELECT 'person', human.id, 'people', last.day, NULL
FROM (SELECT canonical_id, max(day) AS day FROM temp.human
      JOIN temp.contact ON contact.person_id = human.id GROUP BY canonical_id) AS last
JOIN temp.human ON human.canonical_id = last.canonical_id
WHERE last.day < :cutoff
"""


def find(connection: sqlite3.Connection, cutoffs: Mapping[str, str | None]) -> None:
    """Fill the temporary tables; class -> the first day that is kept, None: all of it is."""
    connection.execute(
        "INSERT INTO temp.human (id, canonical_id) SELECT id, canonical_id FROM main.human"
    )
    for name, query in _DUE:
        if cutoffs[name] is not None:
            connection.execute(
                "INSERT INTO temp.due (record, id, class, day, why)"  # noqa: S608 - our own text
                " SELECT record, id, :name, day, iif(open, 'open', NULL) FROM"
                f" (SELECT NULL AS record, NULL AS id, NULL AS day, NULL AS open WHERE 0"
                f"  UNION ALL {query}) WHERE day < :cutoff",
                {"name": name, "cutoff": cutoffs[name]},
            )
    contacts(connection, "contact")
    if cutoffs["people"] is not None:
        connection.execute(_PEOPLE, {"cutoff": cutoffs["people"]})


def contacts(connection: sqlite3.Connection, table: str) -> None:
    """Fill `contact` with the last day of each person as the file is now; after, `contact_left`."""
    connection.execute(_CONTACT.format(table=table))
