"""Destroying what is older than its class is kept for: first found and counted, then deleted.

`find` says what is due, what of it stays and why, `destroy` deletes the rest, in one transaction of
the caller's. Deleting checks no reference row by row (db.trusting): all are checked at the end, and
one that dangles undoes everything.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ccu.errors import VerificationFailed
from ccu.records import audit
from ccu.retention import purge_due, purge_kept
from ccu.retention.destruction import Destroyed

_COUNTS = """
SELECT retention.class, substr(day, 1, 4) AS year, count(*) AS due,
       count(*) FILTER (WHERE why = 'held') AS held,
       count(*) FILTER (WHERE why = 'open') AS open,
       count(*) FILTER (WHERE why = 'linked') AS linked,
       count(*) FILTER (WHERE why IS NULL) AS destroy
FROM temp.due JOIN retention ON retention.class = due.class
WHERE record <> 'household'
GROUP BY retention.sort, year ORDER BY retention.sort, year
"""
_DESTROYED = """
SELECT class, count(*) FILTER (WHERE record <> 'household') AS count, min(day) AS oldest,
       max(day) AS newest
FROM temp.due WHERE why IS NULL GROUP BY class
"""
# Somebody who stays: the last day that is known of them, where what showed it is gone.
_LAST_CONTACT = """
INSERT INTO last_contact (person_id, day)
SELECT contact.person_id, contact.day
FROM temp.contact JOIN person ON person.id = contact.person_id
LEFT JOIN temp.contact_left ON contact_left.person_id = contact.person_id
WHERE contact.day > coalesce(contact_left.day, '')
ON CONFLICT (person_id) DO UPDATE SET day = excluded.day
"""


def _of(column: str, record: str) -> str:
    which = f"SELECT id FROM temp.due WHERE record = '{record}' AND why IS NULL"  # noqa: S608
    return f"{column} IN ({which})"


_REFERRED = _of("referral_id", "referral")
_FOLLOW_UPS = f"(SELECT id FROM follow_up WHERE {_of('id', 'follow_up')} OR {_REFERRED})"  # noqa: S608
_TURNS = (
    f"(SELECT id FROM worker WHERE {_of('person_id', 'person')}"  # noqa: S608
    f" OR {_of('household_id', 'household')})"
)
# table -> which of its rows go: what hangs on a record before the record.
_DELETES: tuple[tuple[str, str], ...] = (
    (
        "change",
        "EXISTS (SELECT 1 FROM temp.due WHERE due.record = change.record"
        " AND due.id = change.record_id AND why IS NULL)",
    ),
    ("change", f"record = 'follow_up' AND record_id IN {_FOLLOW_UPS}"),
    (
        "legal_hold",
        "EXISTS (SELECT 1 FROM temp.due WHERE due.record = legal_hold.record"
        " AND due.id = record_id AND why IS NULL)",
    ),
    *(
        (f"call_{part}", _of("call_id", "call"))
        for part in ("responder", "danger", "disposition", "intervention", "person")
    ),
    ("overdue_event", f"follow_up_id IN {_FOLLOW_UPS}"),
    ("attempt", f"follow_up_id IN {_FOLLOW_UPS}"),
    ("follow_up", f"id IN {_FOLLOW_UPS}"),
    ("need_answer", _of("assessment_id", "need_assessment")),
    ("need_assessment", _of("id", "need_assessment")),
    ("referral_event", _REFERRED),
    ("referral", _of("id", "referral")),
    ("consult", _of("id", "consult")),
    ("plan_suggestion", _of("plan_id", "plan")),
    ("plan", _of("id", "plan")),
    ("place_flag", _of("id", "place_flag")),
    ("frequent_override", _of("id", "frequent_override")),
    ("disclosure", _of("id", "disclosure")),
    ("consent", _of("id", "consent")),
    ("sealed_number", _of("sealed_id", "sealed")),
    ("sealed", _of("id", "sealed")),
    ("call", _of("id", "call")),
    ("person_merge", _of("merged_id", "person")),
    ("worker", f"id IN {_TURNS}"),
    *(
        (f"person_{part}", _of("person_id", "person"))
        for part in ("alias", "missing", "own", "key", "source")
    ),
    *(
        (f"person_{part}", f"{_of('person_id', 'person')} OR {_of('other_id', 'person')}")
        for part in ("different", "relation")
    ),
    ("household_member", f"{_of('person_id', 'person')} OR {_of('household_id', 'household')}"),
    ("household", _of("id", "household")),
    ("last_contact", _of("person_id", "person")),
    ("deidentified", _of("person_id", "person")),
    ("archived", f"record = 'deidentified' AND {_of('record_id', 'person')}"),
    ("person", _of("id", "person")),
    ("import_batch", _of("id", "import_batch")),
)
# What no record names any more: an address's text, a place that nobody described, dispatch's words.
_ORPHANS: tuple[tuple[str, str], ...] = (
    ("address", "id NOT IN (SELECT address_id FROM call WHERE address_id IS NOT NULL)"),
    (
        "place",
        "coalesce(category, 'residence') = 'residence' AND exempt_reason IS NULL"
        " AND id NOT IN (SELECT place_id FROM call WHERE place_id IS NOT NULL"
        "   UNION ALL SELECT place_id FROM address WHERE place_id IS NOT NULL"
        "   UNION ALL SELECT place_id FROM plan WHERE place_id IS NOT NULL"
        "   UNION ALL SELECT place_id FROM frequent_override WHERE place_id IS NOT NULL"
        "   UNION ALL SELECT place_id FROM place_flag"
        "   UNION ALL SELECT id FROM temp.held WHERE record = 'place')",
    ),
    (
        "cad_text",
        "id NOT IN (SELECT cad_nature_id FROM call WHERE cad_nature_id IS NOT NULL"
        "   UNION SELECT cad_cleared_id FROM call WHERE cad_cleared_id IS NOT NULL"
        "   UNION SELECT cad_disposition_id FROM call WHERE cad_disposition_id IS NOT NULL)",
    ),
)


@dataclass(frozen=True)
class Found:
    """What is due, by class and year; `total` is how many records are to be destroyed."""

    rows: list[dict[str, Any]]
    destroyed: list[Destroyed]

    @property
    def total(self) -> int:
        return sum(each.count for each in self.destroyed)


def find(
    connection: sqlite3.Connection,
    cutoffs: Mapping[str, str | None],
    decided: Mapping[str, sqlite3.Row],
) -> Found:
    """What is due and what of it stays, inside the caller's transaction; class -> first day kept.

    It stands in temporary tables until `forget`.
    """
    forget(connection)
    for statement in purge_due.TABLES.split(";"):
        connection.execute(statement)
    purge_due.find(connection, cutoffs)
    purge_kept.mark(connection)
    rows = [dict(row) for row in connection.execute(_COUNTS)]
    destroyed = [
        Destroyed(
            row["class"], row["count"], row["oldest"], row["newest"],
            decided[row["class"]]["source"], decided[row["class"]]["years"],
        )
        for row in connection.execute(_DESTROYED)
    ]  # fmt: skip
    order = list(decided)
    return Found(rows, sorted(destroyed, key=lambda each: order.index(each.name)))


def destroy(connection: sqlite3.Connection, staff_id: int) -> int:
    """Delete what `find` found, in the same transaction; how many address texts and places went.

    Raises VerificationFailed, and everything is to be rolled back, when a reference would dangle.
    """
    connection.execute(
        f"UPDATE person_merge SET worker_id = NULL, stays_id = NULL"  # noqa: S608
        f" WHERE worker_id IN {_TURNS} OR stays_id IN {_TURNS}"
    )
    for table, which in _DELETES:
        connection.execute(f"DELETE FROM main.{table} WHERE {which}")  # noqa: S608
    reasons = connection.execute(
        "SELECT id FROM temp.due WHERE record = 'audit_reason' AND why IS NULL ORDER BY id"
    )
    audit.purge_reasons(connection, staff_id, [row["id"] for row in reasons])
    gone = 0
    for table, which in _ORPHANS:
        needed = f"SELECT id FROM temp.needed WHERE record = '{table}'"  # noqa: S608
        gone += connection.execute(
            f"DELETE FROM main.{table} WHERE {which} AND id NOT IN ({needed})"  # noqa: S608
        ).rowcount
        if table == "place":
            _forget_places(connection)
    purge_due.contacts(connection, "contact_left")
    connection.execute(_LAST_CONTACT)
    dangling = connection.execute("PRAGMA main.foreign_key_check").fetchone()
    if dangling is not None:
        raise VerificationFailed(
            f"{dangling['table']} would point to missing rows of {dangling['parent']};"
            " nothing was destroyed"
        )
    return gone


def _forget_places(connection: sqlite3.Connection) -> None:
    """Changes and released holds of places that are gone."""
    for table in ("change", "legal_hold"):
        connection.execute(
            f"DELETE FROM main.{table} WHERE record = 'place'"  # noqa: S608
            " AND record_id NOT IN (SELECT id FROM place)"
        )


def forget(connection: sqlite3.Connection) -> None:
    """Drop what `find` noted."""
    for table in ("due", "held", "needed", "contact", "contact_left", "human"):
        connection.execute(f"DROP TABLE IF EXISTS temp.{table}")
