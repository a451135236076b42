"""The wellness log: sums by month and type, in a file without order or leftovers.

journal_mode is DELETE: a write-ahead log beside the file would show what was written last.
SQLite puts new cells before older ones within a page, so after each contact the file is rewritten
(VACUUM): its bytes then show the sums but not their order.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from ccu import dates
from ccu.database import opening as db
from ccu.database import side_file
from ccu.errors import CcuError, InvalidInput

KIND = side_file.Kind(
    name="wellness file",
    variable="CCU_WELLNESS_DB",
    application_id=0x43435557,  # 'CCUW', as in wellness.sql
    version=1,
    script=Path(__file__).with_name("wellness.sql"),
    journal="DELETE",
)
FEWEST = 11  # contacts in a year before its total is shown
QUARTER = 15  # minutes; an exact duration could identify a contact
LONGEST = 1_440

_ADD = """
INSERT INTO wellness (month, kind, contacts, minutes) VALUES (:month, :kind, 1, :minutes)
ON CONFLICT (month, kind) DO UPDATE
SET contacts = contacts + 1, minutes = minutes + excluded.minutes
"""
_TOTAL = """
SELECT sum(contacts) AS contacts, sum(minutes) AS minutes FROM wellness
WHERE substr(month, 1, 4) = :year
"""


@contextlib.contextmanager
def opened() -> Iterator[sqlite3.Connection]:
    """Open the wellness file. Raises DatabaseUnusable, the same if missing or not permitted."""
    connection = side_file.opened(KIND)
    if connection is None:
        raise KIND.none()
    with contextlib.closing(connection), side_file.explained(KIND, KIND.path()):
        yield connection


def add(connection: sqlite3.Connection, kind: str, month: str, minutes: int) -> None:
    """Add one contact to the sums of its month; `minutes` as `quarters` returns them."""
    with db.write(connection):
        connection.execute(_ADD, {"month": month, "kind": kind, "minutes": minutes})
    with contextlib.suppress(sqlite3.OperationalError):  # busy: the next contact does it
        connection.execute("VACUUM")


def total(year: int) -> tuple[int, int] | None:
    """Return contacts and hours (rounded) of a year; None for fewer than FEWEST, and for any fault.

    No file, a file closed to this account, a damaged one and few contacts give the same result.
    """
    with contextlib.suppress(CcuError):
        with opened() as connection:
            row = connection.execute(_TOTAL, {"year": f"{year:04}"}).fetchone()
            if (row["contacts"] or 0) >= FEWEST:
                return int(row["contacts"]), round((row["minutes"] or 0) / 60)
    return None


def kinds(connection: sqlite3.Connection) -> dict[str, str]:
    """Return code -> label of the types in use, in their order."""
    sql = "SELECT code, label FROM wellness_kind WHERE retired = 0 ORDER BY sort"
    return dict(map(tuple, connection.execute(sql)))


def kind_of(connection: sqlite3.Connection, text: str) -> str:
    """Return the type for its number, its code, or the start of one. Raises InvalidInput."""
    known = kinds(connection)
    wanted = "_".join(text.lower().replace("-", " ").replace("_", " ").split())
    if wanted.isascii() and wanted.isdigit() and 1 <= int(wanted[:9]) <= len(known):
        return list(known)[int(wanted[:9]) - 1]
    begins = [code for code in known if wanted and code.startswith(wanted)]
    if wanted in known or len(begins) == 1:
        return wanted if wanted in known else begins[0]
    raise InvalidInput(f"--kind: not a valid choice; choose from {', '.join(known)}")


def quarters(minutes: int) -> int:
    """Round minutes to the nearest quarter of an hour, at least one quarter."""
    return max(QUARTER, (minutes + QUARTER // 2) // QUARTER * QUARTER)


def month_of(text: str, today: date) -> str:
    """Return `2026-01`, not after the month of `today`. Raises InvalidInput."""
    first, _after = dates.parse_month(text, field="--month")
    if first > today:
        raise InvalidInput("--month is in the future")
    return f"{first:%Y-%m}"


def machine_day(said: str | None) -> date:
    """Return the day of --today or CCU_TODAY, otherwise the machine's, without the town's zone."""
    with contextlib.suppress(ValueError):
        return datetime.fromisoformat(said or "").date()
    return datetime.now().astimezone().date()
