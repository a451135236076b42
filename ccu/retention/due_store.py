"""Find records older than the period of their class, and mark those that stay.

A record is due if the day from which its years count is before the first day that its class keeps.
It stays if a legal hold covers it, if it is still worked on, or if a record that stays needs it,
over any number of steps. The result is in temporary tables of ids and days.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ccu.records import ownership
from ccu.retention import kept_store, seal_store
from ccu.retention.kept_store import Need, needs

# due: why is empty for what is to be destroyed. going: that, and what goes with it. held: all that
# a legal hold keeps; needed: all that an active seal does. human: a copy of the view, joined often.
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
CREATE TEMP VIEW going AS
SELECT record, id FROM temp.due WHERE why IS NULL
UNION ALL
SELECT 'follow_up', id FROM main.follow_up
WHERE referral_id IN (SELECT id FROM temp.due WHERE record = 'referral' AND why IS NULL)
UNION ALL
SELECT 'worker', id FROM main.worker
WHERE person_id IN (SELECT id FROM temp.due WHERE record = 'person' AND why IS NULL)
   OR household_id IN (SELECT id FROM temp.due WHERE record = 'household' AND why IS NULL);
"""


@dataclass(frozen=True)
class Due:
    """When a record of a retention class is due: its years count from the latest of `last`.

    `started` is a column that is no later, which an index may serve. `last` are days or times, NULL
    if there is none. `open` is whether it is still worked on or active.
    """

    retention_class: str
    record: str
    started: str
    last: tuple[str, ...]
    open: str = "0"
    rows: str = ""  # the table itself
    id: str = "id"

    @property
    def query(self) -> str:
        """The INSERT into `due`; :cutoff is the first day that is kept."""
        days = ", ".join(f"coalesce(substr({each}, 1, 10), '')" for each in self.last)
        return (
            "INSERT INTO temp.due (record, id, class, day, why)"  # noqa: S608 - our own text
            f" SELECT '{self.record}', id, '{self.retention_class}', day, iif(open, 'open', NULL)"
            f" FROM (SELECT {self.id} AS id, max('', {days}) AS day, {self.open} AS open"
            f"       FROM {self.rows or self.record} WHERE {self.started} < :cutoff)"
            " WHERE day < :cutoff"
        )


DUE = (
    Due(
        *("calls", "call", "occurred_at", ("occurred_at",)),
        open="""id IN (SELECT call_id FROM open_referral)
        OR id IN (SELECT call_id FROM open_follow_up)""",
    ),
    Due(
        *("referrals", "referral", "made_at"),
        (
            "made_at",
            "(SELECT max(occurred_at) FROM referral_event WHERE referral_id = referral.id)",
            "(SELECT max(max(recorded_at, coalesce(closed_at, ''))) FROM follow_up"
            " WHERE referral_id = referral.id)",
            "(SELECT max(occurred_at) FROM attempt JOIN follow_up ON follow_up.id = follow_up_id"
            " WHERE referral_id = referral.id)",
        ),
        open="""id IN (SELECT id FROM open_referral)
        OR id IN (SELECT referral_id FROM open_follow_up)""",
    ),
    Due(
        *("referrals", "follow_up", "recorded_at"),
        (
            *("recorded_at", "closed_at"),
            "(SELECT max(occurred_at) FROM attempt WHERE follow_up_id = follow_up.id)",
        ),
        open="id IN (SELECT id FROM open_follow_up)",
        rows="(SELECT * FROM follow_up WHERE referral_id IS NULL) AS follow_up",
    ),
    Due("needs", "need_assessment", "occurred_at", ("occurred_at",)),
    Due("consults", "consult", "occurred_at", ("occurred_at",)),
    Due(
        *("plans", "plan", "recorded_at"),
        (
            *("recorded_at", "iif(status = 'approved', expires_on, '')"),
            "(SELECT max(recorded_at) FROM change WHERE record = 'plan' AND record_id = plan.id)",
            "(SELECT max(max(suggested_at, coalesce(answered_at, ''))) FROM plan_suggestion"
            " WHERE plan_id = plan.id)",
        ),
        open="status = 'draft'",
    ),
    Due(
        *("plans", "place_flag", "recorded_at"),
        ("recorded_at", "verified_at", "coalesce(ended_at, expires_on)"),
    ),
    Due(
        *("plans", "frequent_override", "recorded_at", ("recorded_at", "ended_at")),
        open="ended_at IS NULL",
    ),
    Due(
        *("consents", "consent", "recorded_at"),
        (
            *("signed_on", "recorded_at"),
            "coalesce(min(substr(revoked_at, 1, 10), expires_on), revoked_at, expires_on)",
        ),
        open="revoked_at IS NULL AND expires_on IS NULL",
    ),
    Due("disclosures", "disclosure", "disclosed_at", ("disclosed_at",)),
    Due(
        *("reasons", "audit_reason", "at", ("at",)),
        rows="audit_reason JOIN audit ON audit.id = audit_id",
        id="audit_id",
    ),
    Due("sealed", "sealed", "sealed_at", ("coalesce(lifted_at, sealed_at)",)),
    Due("imports", "import_batch", "recorded_at", ("recorded_at",)),
)
# The last day of any record of a person.
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
# Merged records of a person go together, by the last day of any of them.
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
    for each in DUE:
        if cutoffs[each.retention_class] is not None:
            connection.execute(each.query, {"cutoff": cutoffs[each.retention_class]})
    contacts(connection, "contact")
    if cutoffs["people"] is not None:
        connection.execute(_PEOPLE, {"cutoff": cutoffs["people"]})


def contacts(connection: sqlite3.Connection, table: str) -> None:
    """Fill `contact` with the last day of each person as the file is now; after, `contact_left`."""
    connection.execute(_CONTACT.format(table=table))


# ---------------------------------------------------------------- what stays


_HELD = """
UPDATE temp.due SET why = 'held'
WHERE EXISTS (SELECT 1 FROM temp.held WHERE held.record = due.record AND held.id = due.id)
   OR record = 'audit_reason' AND EXISTS (
      SELECT 1 FROM audit JOIN temp.held ON held.record = audit.record AND held.id = record_id
      WHERE audit.id = due.id)
"""
# They or their household have a worker, or something is still to be done.
_OPEN = """
UPDATE temp.due SET why = 'open'
WHERE record = 'person' AND why IS NULL AND id IN (
  SELECT other.id FROM (
    SELECT coalesce(worker.person_id, member.person_id) AS person_id FROM worker
    LEFT JOIN household_member AS member ON member.household_id = worker.household_id
    WHERE worker.until IS NULL
    UNION ALL SELECT person_id FROM open_work_for) AS found  -- former members too, as of workers
  JOIN temp.human ON human.id = found.person_id
  JOIN temp.human AS other ON other.canonical_id = human.canonical_id)
"""
# A household is destroyed with the last of its people.
_HOUSEHOLDS = """
INSERT INTO temp.due (record, id, class, day, why)
SELECT 'household', household.id, 'people', max(due.day), NULL
FROM household JOIN household_member ON household_id = household.id
LEFT JOIN temp.due ON due.record = 'person' AND due.id = person_id AND due.why IS NULL
GROUP BY household.id HAVING count(due.id) = count(*)
"""
_SEALED = """
UPDATE temp.due SET why = 'linked' WHERE why IS NULL AND EXISTS (
  SELECT 1 FROM temp.needed WHERE needed.record = due.record AND needed.id = due.id)
"""
_LINKED = """
UPDATE temp.due SET why = 'linked'
WHERE record = '{need.parent}' AND why IS NULL AND id IN (
  SELECT {need.parent_id} FROM {need.rows}
  WHERE {need.child_id} NOT IN (SELECT id FROM temp.going WHERE record = '{need.child}'))
"""
_GOING_SEALS = "SELECT id FROM temp.due WHERE record = 'sealed' AND why IS NULL"
# An imported file is also kept for the changes that it made.
_CHANGED = """
UPDATE temp.due SET why = 'linked'
WHERE record = 'import_batch' AND why IS NULL AND id IN (
  SELECT import_batch_id FROM change
  WHERE import_batch_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM temp.due AS gone WHERE gone.record = change.record
      AND gone.id = change.record_id AND gone.why IS NULL))
"""


def mark(connection: sqlite3.Connection) -> None:
    """Mark all records in `due` that stay; add the households to destroy with their people."""
    find_kept(connection)
    connection.execute(_HELD)
    for statement in (_OPEN, _HOUSEHOLDS, _SEALED):
        connection.execute(statement)
    steps = needs(connection)
    while _mark_linked(connection, steps):
        pass
    connection.execute(_CHANGED)


def find_kept(connection: sqlite3.Connection) -> None:
    """Fill the temporary tables `held`, of legal holds, and `needed`, of seals that stay."""
    connection.executemany(
        "INSERT INTO temp.held (record, id) VALUES (?, ?)",
        [(record, each) for record, ids in kept_store.all_held(connection).items() for each in ids],
    )
    _find_needed(connection)


def _mark_linked(connection: sqlite3.Connection, steps: Iterable[Need]) -> int:
    """Mark the records that a record that stays needs; return how many were marked."""
    due = {row[0] for row in connection.execute("SELECT DISTINCT record FROM temp.going")}
    return sum(
        connection.execute(_LINKED.format(need=step)).rowcount
        for step in steps
        if step.parent in due
    )


# ---------------------------------------------------------------- what a seal needs


_OF_FOLLOW_UPS = """
INSERT OR IGNORE INTO temp.needed (record, id)
SELECT 'referral', referral_id FROM follow_up
WHERE referral_id IS NOT NULL
  AND id IN (SELECT needed.id FROM temp.needed WHERE record = 'follow_up')
"""
_NEEDED = "INSERT OR IGNORE INTO temp.needed (record, id) VALUES (?, ?)"


def _find_needed(connection: sqlite3.Connection) -> None:
    """Fill the temporary table `needed` from the seals that are not to be destroyed themselves.

    Needed are the rows without their words, and what the sealed rows and those point to.
    """
    going = {row[0] for row in connection.execute(_GOING_SEALS)}
    pointers = [each for each in ownership.references(connection) if each.parent_column == "id"]
    for seal, content in seal_store.every(connection):
        if seal["id"] in going:
            continue
        rows = [(table, row) for table, moved in content.rows.items() for row in moved.values()]
        for table, key in content.blanked:
            if len(key) == 1:
                connection.execute(_NEEDED, (table, key[0]))
            rows.append((table, ownership.row_of(connection, table, key) or {}))
        for table, row in rows:
            connection.executemany(
                _NEEDED,
                [
                    (each.parent, row[each.column])
                    for each in pointers
                    if each.table == table and row.get(each.column) is not None
                ],
            )
            if table == "change" and row:  # which names its record by number
                connection.execute(_NEEDED, (row["record"], row["record_id"]))
    connection.execute(_OF_FOLLOW_UPS)
