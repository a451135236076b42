"""Nobody is dropped: what comes after a follow-up that closes.

When its referral is still open, or its person still has a worker, and nothing else is due for them,
the next follow-up is made then and there.
"""

import json
import sqlite3
from collections.abc import Sequence
from datetime import date

from ccu.follow_ups import store as follow_ups
from ccu.follow_ups.store import OPEN_STATUS, About
from ccu.people import open_work
from ccu.records import person_ids
from ccu.work import Work

RETRY, CHECK_AGAIN = 0, -1  # steps of the schedule: after a try that failed, after one that did not


def needed(connection: sqlite3.Connection, row: sqlite3.Row, today: date) -> bool:
    """Whether closing this one leaves an open referral, or a person with a worker, with nothing.

    What waits for a signature is done: it is no next action with the person.
    """
    if row["referral_id"] is not None and _is_open(connection, row["referral_id"]):
        return not _other(connection, row, "referral_id", [row["referral_id"]])
    person_id = row["person_id"]
    if person_id is None or not open_work.worker_of(connection, person_id, today.isoformat()):
        return False
    same = person_ids.same(connection, [person_id])
    return not _other(connection, row, "person_id", same)


def _is_open(connection: sqlite3.Connection, referral_id: int | None) -> bool:
    found = connection.execute(
        f"SELECT 1 FROM referral WHERE id = :id AND status IN {OPEN_STATUS}",  # noqa: S608
        {"id": referral_id},
    ).fetchone()
    return found is not None


def _other(
    connection: sqlite3.Connection, row: sqlite3.Row, column: str, about: Sequence[int]
) -> bool:
    found = connection.execute(
        "SELECT 1 FROM follow_up WHERE id <> :id AND closed_at IS NULL AND closing_at IS NULL"  # noqa: S608
        f" AND {column} IN (SELECT value FROM json_each(:about))",  # our names
        {"about": json.dumps(about), "id": row["id"]},
    ).fetchone()
    return found is not None


def make(
    work: Work, row: sqlite3.Row, due_at: str | None = None, kind: str | None = None
) -> tuple[int | None, str | None]:
    """The follow-up after one that closed, as said or where it is needed: its id and due."""
    if due_at is None:
        if not needed(work.connection, row, work.today):
            return None, None
        due_at = follow_ups.step_after(work.now, work.settings, CHECK_AGAIN)
    is_open = _is_open(work.connection, row["referral_id"])
    about = About(
        owner_id=row["owner_id"],
        referral_id=row["referral_id"] if is_open else None,
        call_id=row["call_id"],
        person_id=row["person_id"],
    )
    return follow_ups.add(work, kind or row["kind"], about, due_at), due_at
