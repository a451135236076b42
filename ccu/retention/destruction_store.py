"""The destruction log: what was destroyed, when, and by which schedule. No names."""

import sqlite3
from dataclasses import dataclass
from typing import Any

from ccu.records import audit, table

COLUMNS = (
    *("id", "at", "by", "class", "count", "oldest", "newest", "years", "source", "scrubbed_at"),
)


@dataclass(frozen=True)
class Destroyed:
    """How many records of a class, and the days of the oldest and the newest of them."""

    name: str
    count: int
    oldest: str | None
    newest: str | None
    source: str
    years: int | None


def log(
    connection: sqlite3.Connection, staff_id: int, destroyed: list[Destroyed], *, at: str
) -> list[int]:
    """Add to the log and the audit inside a write; return the numbers in the log.

    The text is in the file's bytes until `wiping.finish` has run after the commit.
    """
    numbers = []
    for each in destroyed:
        row = {**vars(each), "class": each.name, "at": at, "staff_id": staff_id}
        del row["name"]
        number = table.insert_row(connection, "destruction", row)
        audit.record(
            connection, staff_id, "destroy", "destruction", number,
            what=each.name, rows=each.count,
        )  # fmt: skip
        numbers.append(number)
    return numbers


def rows(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Return the log, oldest first."""
    found = connection.execute(
        "SELECT destruction.id, at, staff.login AS by, class, count, oldest, newest, years, source,"
        " scrubbed_at FROM destruction JOIN staff ON staff.id = staff_id ORDER BY destruction.id"
    )
    return [dict(row) for row in found]


def of_days(connection: sqlite3.Connection, start: str, end: str) -> bool:
    """Tell whether records of days from `start` until before `end` were destroyed.

    A row of the log covers all days from its oldest record to its newest.
    """
    found = connection.execute(
        "SELECT 1 FROM destruction WHERE oldest < :end AND newest >= :start AND class IN"
        " ('calls', 'people', 'referrals', 'needs', 'consults', 'plans') LIMIT 1",
        {"start": start, "end": end},
    )
    return found.fetchone() is not None
