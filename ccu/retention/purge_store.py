"""Find and delete the records of a purge, and scrub deleted text from the file's bytes.

Finding and deleting are inside the caller's transaction, scrubbing is outside any.

Deleting checks no reference row by row (database/opening.py, `trusting`): all are checked at the
end, and one that dangles undoes everything.
"""

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import Any

from ccu import database
from ccu.dates.days import shift
from ccu.errors import VerificationFailed
from ccu.records import ownership
from ccu.records.ownership import RECORDS
from ccu.retention import due_store
from ccu.retention.kept_store import Destroyed

_CLASSES = "SELECT class, years, never FROM retention ORDER BY sort"
_COUNTS = """
SELECT due.class, substr(day, 1, 4) AS year, count(*) AS due,
       count(*) FILTER (WHERE why = 'held') AS held,
       count(*) FILTER (WHERE why = 'open') AS open,
       count(*) FILTER (WHERE why = 'linked') AS linked,
       count(*) FILTER (WHERE why IS NULL) AS destroy
FROM temp.due JOIN retention ON retention.class = due.class
WHERE record <> 'household'
GROUP BY retention.sort, year ORDER BY retention.sort, year
"""
_DESTROYED = """
SELECT due.class AS name, count(*) FILTER (WHERE record <> 'household') AS count,
       min(day) AS oldest, max(day) AS newest, source, years
FROM temp.due JOIN retention ON retention.class = due.class
WHERE why IS NULL GROUP BY due.class ORDER BY retention.sort
"""
# The last known day of people who stay, for when the records that showed it are deleted.
_LAST_CONTACT = """
INSERT INTO last_contact (person_id, day)
SELECT contact.person_id, contact.day
FROM temp.contact JOIN person ON person.id = contact.person_id
LEFT JOIN temp.contact_left ON contact_left.person_id = contact.person_id
WHERE contact.day > coalesce(contact_left.day, '')
ON CONFLICT (person_id) DO UPDATE SET day = excluded.day
"""


_GOING = "SELECT id FROM temp.going WHERE record = '{}'"
# Rows to delete once nothing refers to them, each with its condition: an address's text, a place
# without a description, the dispatch system's words.
_ORPHANS = {
    "address": "",
    "place": "coalesce(category, 'residence') = 'residence' AND exempt_reason IS NULL"
    " AND id NOT IN (SELECT id FROM temp.held WHERE record = 'place') AND ",
    "cad_text": "",
}


@dataclass(frozen=True)
class Found:
    """Records due, by class and year; records to destroy; classes without a period."""

    rows: list[dict[str, Any]]
    destroyed: list[Destroyed]
    not_set: list[str]

    @property
    def total(self) -> int:
        """Return how many records are to be destroyed."""
        return sum(each.count for each in self.destroyed)


def find(connection: sqlite3.Connection, today: date) -> Found:
    """Return what is due on a day, and which of it stays. Classes without a period stay.

    It is in temporary tables until `forget`.
    """
    begin(connection)
    classes = connection.execute(_CLASSES).fetchall()
    due_store.find(connection, {row["class"]: first_kept(today, row["years"]) for row in classes})
    due_store.mark(connection)
    return Found(
        [dict(row) for row in connection.execute(_COUNTS)],
        [Destroyed(**dict(row)) for row in connection.execute(_DESTROYED)],
        [row["class"] for row in classes if row["years"] is None and not row["never"]],
    )


def first_kept(today: date, years: int | None) -> str | None:
    """Return the first day to keep, before which records are due. None: everything is kept."""
    return None if years is None else shift(today, months=-12 * years).isoformat()


def deletes(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Return table and condition of the rows to delete, parts before their records.

    A row that must point to a record is part of it, and is deleted with it.
    """
    by_number = "(record, record_id) IN (SELECT record, id FROM temp.going)"
    parts: dict[str, list[str]] = {}
    for each in ownership.references(connection):
        if each.table not in RECORDS and each.parent in RECORDS and not each.may_be_null:
            going = f"{each.column} IN ({_GOING.format(each.parent)})"
            parts.setdefault(each.table, []).append(going)
    return [
        ("change", by_number),
        ("legal_hold", by_number),
        ("archived", f"record = 'deidentified' AND record_id IN ({_GOING.format('person')})"),
        *((table, " OR ".join(conditions)) for table, conditions in parts.items()),
        *((record, f"id IN ({_GOING.format(record)})") for record in RECORDS),
    ]


def destroy(connection: sqlite3.Connection, staff_id: int) -> int:
    """Delete what `find` found, in the same transaction; return how many places were deleted too.

    Raises VerificationFailed if a reference would dangle; the caller must then roll back.
    """
    ended = _GOING.format("worker")
    connection.execute(
        f"UPDATE person_merge SET worker_id = NULL, stays_id = NULL"  # noqa: S608
        f" WHERE worker_id IN ({ended}) OR stays_id IN ({ended})"
    )
    delete_going(connection)
    reasons = connection.execute(_GOING.format("audit_reason") + " ORDER BY id")
    ownership.purge_reasons(connection, staff_id, [row["id"] for row in reasons])
    gone = delete_orphans(connection)
    due_store.contacts(connection, "contact_left")
    connection.execute(_LAST_CONTACT)
    connection.execute("DELETE FROM main.audit_written")  # of no event yet; kept again at the end
    dangling = connection.execute("PRAGMA main.foreign_key_check").fetchone()
    if dangling is not None:
        raise VerificationFailed(
            f"{dangling['table']} would point to missing rows of {dangling['parent']};"
            " nothing was destroyed"
        )
    return gone


def delete_going(connection: sqlite3.Connection) -> None:
    """Delete the records in the temporary view `going`, with what belongs to them."""
    for table, which in deletes(connection):
        connection.execute(f"DELETE FROM main.{table} WHERE {which}")  # noqa: S608


def delete_orphans(connection: sqlite3.Connection) -> int:
    """Delete rows to which no record, hold or seal refers; return how many places."""
    gone = 0
    for table, condition in _ORPHANS.items():
        named = [
            f"SELECT {each.column} FROM main.{each.table} WHERE {each.column} IS NOT NULL"  # noqa: S608
            for each in ownership.references(connection)
            if each.parent == table and each.table != "place_merge"
        ]
        named.append(f"SELECT id FROM temp.needed WHERE record = '{table}'")  # noqa: S608
        orphan = f"{condition} id NOT IN ({' UNION ALL '.join(named)})"
        if table == "place":  # a merge keeps neither of its places
            going = f"(SELECT id FROM main.place WHERE {orphan})"  # noqa: S608
            connection.execute(
                f"DELETE FROM main.place_merge WHERE merged_id IN {going} OR kept_id IN {going}"  # noqa: S608
            )
        count = connection.execute(f"DELETE FROM main.{table} WHERE {orphan}").rowcount  # noqa: S608
        if table == "place":
            gone = count
            _forget_places(connection)
    return gone


def _forget_places(connection: sqlite3.Connection) -> None:
    """Delete changes and released holds of deleted places."""
    for table in ("change", "legal_hold"):
        connection.execute(
            f"DELETE FROM main.{table} WHERE record = 'place'"  # noqa: S608
            " AND record_id NOT IN (SELECT id FROM place)"
        )


def begin(connection: sqlite3.Connection) -> None:
    """Make the temporary tables of what is due, empty."""
    forget(connection)
    for statement in due_store.TABLES.split(";"):
        connection.execute(statement)


def forget(connection: sqlite3.Connection) -> None:
    """Drop the temporary tables of `find`."""
    connection.execute("DROP VIEW IF EXISTS temp.going")
    for table in ("due", "held", "needed", "contact", "contact_left", "human"):
        connection.execute(f"DROP TABLE IF EXISTS temp.{table}")


Writing = Callable[[], AbstractContextManager[sqlite3.Connection]]


# ---------------------------------------------------------------- the bytes of the file
# Deleting a row leaves its text in the write-ahead log, in pages that older moments are still read
# from, and (without secure_delete) in the file. `scrub` folds the log into the file, rewrites it
# without what was deleted, and folds again. What was destroyed before a scrub ended is marked in
# the destruction log (scrubbed_at empty), so that an interrupted one is found and finished later.


_LEFT = "the records are destroyed, but their text is still in the file: {}, then run ccu check"
STILL_READ = _LEFT.format("another program still has the file open; end it")
NOT_WRITTEN = _LEFT.format(
    "the file could not be rewritten; free space on its disk and end what else uses the file"
)


def scrub(connection: sqlite3.Connection) -> None:
    """Remove deleted text from the file's bytes; outside any transaction, after the commit.

    Waits for readers as long as for a writer. Raises VerificationFailed if one stays, or if the
    file cannot be rewritten (it needs space for a second copy): then the text is still there, and
    the scrub must be run again.
    """
    from ccu.database import reasons

    try:
        _fold(connection)
        connection.execute("VACUUM")
        _fold(connection)
    except database.errors() as error:
        if reasons.explain(error, None) is None:
            raise
        raise VerificationFailed(NOT_WRITTEN) from None


def unfinished(connection: sqlite3.Connection) -> list[int]:
    """Return the numbers in the destruction log whose text may still be in the file's bytes."""
    found = connection.execute("SELECT id FROM destruction WHERE scrubbed_at IS NULL ORDER BY id")
    return [row[0] for row in found]


def finish(connection: sqlite3.Connection, at: str, writing: Writing) -> list[int]:
    """Scrub, mark everything destroyed so far as scrubbed, return its numbers. Raises as `scrub`.

    `writing` is the session's, whose writes are in the audit. Outside any transaction. Does nothing
    when nothing is unfinished.
    """
    numbers = unfinished(connection)
    if numbers:
        scrub(connection)
        mark(writing, numbers, at)
    return numbers


def mark(writing: Writing, numbers: list[int], at: str) -> None:
    """Note that the text of these is gone from the file's bytes; another process may have."""
    with writing() as connection:
        connection.executemany(
            "UPDATE destruction SET scrubbed_at = :at WHERE id = :id AND scrubbed_at IS NULL",
            [{"at": at, "id": number} for number in numbers],
        )


def _fold(connection: sqlite3.Connection) -> None:
    """Checkpoint the entire write-ahead log into the file and truncate it."""
    busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if busy:
        raise VerificationFailed(STILL_READ)
