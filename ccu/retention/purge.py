"""Destroy what is older than its class is kept for: found and counted, shown, then deleted.

`find` lists what is due, what of it stays and why; `destroy` deletes the rest, in one transaction
of the caller's; `purge` does both, then removes the text from the file's bytes. Deleting checks no
reference row by row (db.trusting): all are checked at the end, and one that dangles undoes
everything.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ccu.database import wiping as erasing
from ccu.errors import InvalidInput, VerificationFailed
from ccu.records import audit, ownership
from ccu.records.ownership import RECORDS
from ccu.retention import destruction_store, due_store, kept_store
from ccu.retention import schedule_store as retention
from ccu.retention.destruction_store import Destroyed
from ccu.session import Session

COLUMNS = ("class", "year", "due", "held", "open", "linked", "destroy")
COPIES = "Backups and copies made before keep what was destroyed: destroy them too."
CARE = "Notes in a care file (ccu care destroy) and a dispatch system's records are not touched."

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


_GOING = "SELECT id FROM temp.going WHERE record = '{}'"
# What goes when no row points to it any more, with a condition of its own: an address's text, a
# place without a description, the dispatch system's words.
_ORPHANS = {
    "address": "",
    "place": "coalesce(category, 'residence') = 'residence' AND exempt_reason IS NULL"
    " AND id NOT IN (SELECT id FROM temp.held WHERE record = 'place') AND ",
    "cad_text": "",
}


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

    It is in temporary tables until `forget`.
    """
    forget(connection)
    for statement in due_store.TABLES.split(";"):
        connection.execute(statement)
    due_store.find(connection, cutoffs)
    kept_store.mark(connection)
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


def deletes(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Return table and condition of the rows that go: what belongs to a record before the record.

    A row that must point to a record is a part of it, and goes with it.
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
    """Delete what `find` found, in the same transaction; how many address texts and places went.

    Raises VerificationFailed, and everything is to be rolled back, when a reference would dangle.
    """
    ended = _GOING.format("worker")
    connection.execute(
        f"UPDATE person_merge SET worker_id = NULL, stays_id = NULL"  # noqa: S608
        f" WHERE worker_id IN ({ended}) OR stays_id IN ({ended})"
    )
    for table, which in deletes(connection):
        connection.execute(f"DELETE FROM main.{table} WHERE {which}")  # noqa: S608
    reasons = connection.execute(_GOING.format("audit_reason") + " ORDER BY id")
    audit.purge_reasons(connection, staff_id, [row["id"] for row in reasons])
    gone = _delete_orphans(connection)
    due_store.contacts(connection, "contact_left")
    connection.execute(_LAST_CONTACT)
    dangling = connection.execute("PRAGMA main.foreign_key_check").fetchone()
    if dangling is not None:
        raise VerificationFailed(
            f"{dangling['table']} would point to missing rows of {dangling['parent']};"
            " nothing was destroyed"
        )
    return gone


def _delete_orphans(connection: sqlite3.Connection) -> int:
    """Delete what no record names any more; returns how many rows."""
    gone = 0
    for table, condition in _ORPHANS.items():
        named = [
            f"SELECT {each.column} FROM main.{each.table} WHERE {each.column} IS NOT NULL"  # noqa: S608
            for each in ownership.references(connection)
            if each.parent == table
        ]
        named.append(f"SELECT id FROM temp.needed WHERE record = '{table}'")  # noqa: S608
        gone += connection.execute(
            f"DELETE FROM main.{table} WHERE {condition}"  # noqa: S608
            f"id NOT IN ({' UNION ALL '.join(named)})"
        ).rowcount
        if table == "place":
            _forget_places(connection)
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
    connection.execute("DROP VIEW IF EXISTS temp.going")
    for table in ("due", "held", "needed", "contact", "contact_left", "human"):
        connection.execute(f"DROP TABLE IF EXISTS temp.{table}")


# ---------------------------------------------------------------- the command


def dry_run(session: Session) -> Found:
    """What a purge would do today, recorded; nothing else is written. Raises InvalidInput."""
    found = _seen(session)
    with session.writing() as connection:
        audit.record(connection, session.staff_id, "purge-dry-run", rows=found.total)
    return found


def purge(session: Session, confirm: Callable[[Found], None]) -> Found:
    """Destroy what is due, all or nothing, once `confirm` agreed; then scrub the file.

    What `confirm` saw is what is destroyed: when the counts changed meanwhile, nothing is.
    Raises InvalidInput, VerificationFailed.
    """
    from ccu.database import opening as db

    seen = _seen(session)
    if not seen.total:
        with session.writing() as connection:
            audit.record(connection, session.staff_id, "purge", counts={}, destructions=[])
        remove_parts(session)
        finish(session)  # what an earlier purge could not
        return seen
    confirm(seen)
    at = audit.clock().isoformat(timespec="seconds")
    with db.trusting(session.db), session.writing() as connection:
        found = _found(session)
        if found != seen:
            raise InvalidInput("the records changed meanwhile; nothing was destroyed, look again")
        orphans = destroy(connection, session.staff_id)
        forget(connection)
        done = [each for each in found.destroyed if each.count]
        if orphans:
            why = "no record names them any more"
            done.append(Destroyed("places", orphans, None, None, why, None))
        numbers = destruction_store.log(connection, session.staff_id, done, at=at)
        counts = {each.name: each.count for each in done}
        audit.record(connection, session.staff_id, "purge", counts=counts, destructions=numbers)
    remove_parts(session)
    finish(session)
    return found


def finish(session: Session) -> list[int]:
    """Scrub the file of what was destroyed and is not gone from its bytes yet; the log's numbers.

    Raises VerificationFailed when somebody still reads the file as it was.
    """
    at = audit.clock().isoformat(timespec="seconds")
    return erasing.finish(session.db, at)


def remove_parts(session: Session) -> None:
    """Overwrite and remove the copies beside the file that a killed process left."""
    from ccu.database import copies

    copies.remove_leftovers(session.path.absolute().parent)


def copies(session: Session) -> list[str]:
    """The copies beside the file that a migration made: they hold what was destroyed."""
    start = f"{session.path.name}.schema-"
    try:
        return sorted(
            each.name for each in session.path.parent.iterdir() if each.name.startswith(start)
        )
    except OSError:
        return [f"perhaps {start}*.bak, for the folder cannot be listed"]


def cutoff(today: date, years: int | None) -> str | None:
    """The first day that is kept; what lies before it is due. None: all is kept."""
    if years is None:
        return None
    with contextlib.suppress(ValueError):
        return today.replace(year=today.year - years).isoformat()
    return today.replace(year=today.year - years, day=28).isoformat()  # 29 February


def _seen(session: Session) -> Found:
    """What is due, read at one moment and without holding up who writes."""
    _must_be_filled_in(session)
    session.db.execute("BEGIN")
    try:
        return _found(session)
    finally:
        session.db.execute("ROLLBACK")  # the temporary tables go with it


def _found(session: Session) -> Found:
    decided = retention.decided(session.db)
    days = {name: cutoff(session.today, row["years"]) for name, row in decided.items()}
    return find(session.db, days, decided)


def _must_be_filled_in(session: Session) -> None:
    empty = retention.not_filled_in(session.db)
    if empty:
        raise InvalidInput(
            "the retention table is not filled in; nothing is destroyed until the department sets"
            f" how long to keep {', '.join(empty)}: ccu retention set CLASS YEARS --source TEXT"
        )
