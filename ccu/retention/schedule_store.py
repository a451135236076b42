"""The retention table: how long the department keeps each class of record; what was destroyed."""

import sqlite3
import tomllib
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccu import dates
from ccu.errors import InvalidInput
from ccu.output.text import counted
from ccu.records import audit, table

if TYPE_CHECKING:
    from ccu.work import Work

COLUMNS = ("class", "keep", "source", "set_on", "set_by", "what")

_TEXTS = tomllib.loads(Path(__file__).with_name("classes.toml").read_text(encoding="utf-8"))
CLASSES: dict[str, str] = _TEXTS["classes"]
FIXED = [(name, kept, what) for name, (kept, what) in _TEXTS["fixed"].items()]
AT_LEAST_SIX = ("consents", "disclosures")


def rows(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Return COLUMNS of every class; `keep` is empty until the department sets it."""
    found = connection.execute(
        "SELECT class, years, never, source, substr(set_at, 1, 10) AS set_on, staff.login AS set_by"
        " FROM retention LEFT JOIN staff ON staff.id = set_by ORDER BY retention.sort"
    )
    listed = [
        (row["class"], period(row["years"], row["never"]), row["source"], row["set_on"],
         row["set_by"], CLASSES[row["class"]])
        for row in found
    ]  # fmt: skip
    listed += [(name, kept, "", None, None, what) for name, kept, what in FIXED]
    return [dict(zip(COLUMNS, each, strict=True)) for each in listed]


def period(years: int | None, never: int) -> str:
    """Return `7 years`, `never destroyed`, or an empty text while no period is set."""
    if never:
        return "never destroyed"
    return counted(years, "year") if years else ""


def set_period(work: "Work", name: str, years: int | None, source: str) -> str:
    """Set how long a class is kept (None: never destroyed); return what it was before.

    Raises InvalidInput for an unknown class, and for fewer years than the law requires.
    """
    if name not in CLASSES:
        fixed = [each[0] for each in FIXED]
        why = "; ".join(f"{each[0]} is {each[1]}" for each in FIXED if each[0] == name)
        known = f"choose from {', '.join(CLASSES)}"
        raise InvalidInput(why if name in fixed else f"Not a class of retention; {known}")
    if years is not None and name in AT_LEAST_SIX and years < 6:
        raise InvalidInput(
            f"{name} are kept at least 6 years: a person may ask for an accounting of six years of"
            " disclosures (45 CFR 164.528), and a disclosure depends on its consent"
        )
    before = work.connection.execute(
        "SELECT years, never FROM retention WHERE class = :name", {"name": name}
    ).fetchone()
    work.connection.execute(
        "UPDATE retention SET years = :years, never = :never, source = :source, set_at = :at,"
        " set_by = :by WHERE class = :name",
        {"years": years, "never": int(years is None), "source": source, "name": name}
        | {"at": work.at, "by": work.staff_id},
    )
    work.audit(
        "retention-set",
        what=name, years=years, was=before["years"], was_never=bool(before["never"]),
    )  # fmt: skip
    return period(before["years"], before["never"])


# ---------------------------------------------------------------- the destruction log


DESTROYED_COLUMNS = (
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


def log_destroyed(
    connection: sqlite3.Connection, staff_id: int, classes: list[Destroyed], *, at: str
) -> list[int]:
    """Add to the log and the audit inside a write; return the numbers in the log.

    The text is in the file's bytes until `purge_store.finish` has run after the commit.
    """
    numbers = []
    for each in classes:
        row = {**vars(each), "class": each.name, "at": at, "staff_id": staff_id}
        del row["name"]
        number = table.insert_row(connection, "destruction", row)
        audit.record(
            connection, staff_id, "destroy", "destruction", number,
            what=each.name, rows=each.count,
        )  # fmt: skip
        numbers.append(number)
    return numbers


def destroyed(connection: sqlite3.Connection, zone: tzinfo) -> list[dict[str, Any]]:
    """Return the log, oldest first, its times as the town's clock showed them."""
    found = connection.execute(
        "SELECT destruction.id, at, staff.login AS by, class, count, oldest, newest, years, source,"
        " scrubbed_at FROM destruction JOIN staff ON staff.id = staff_id ORDER BY destruction.id"
    )
    log = [dict(row) for row in found]
    for row in log:
        for key in ("at", "scrubbed_at"):  # by the machine's clock, in UTC
            if row[key]:
                row[key] = dates.to_iso(dates.from_iso(row[key]).astimezone(zone))
    return log


def destroyed_between(connection: sqlite3.Connection, start: str, end: str) -> bool:
    """Tell whether records of days from `start` until before `end` were destroyed.

    A row of the log covers all days from its oldest record to its newest.
    """
    found = connection.execute(
        "SELECT 1 FROM destruction WHERE oldest < :end AND newest >= :start AND class IN"
        " ('calls', 'people', 'referrals', 'needs', 'consults', 'plans') LIMIT 1",
        {"start": start, "end": end},
    )
    return found.fetchone() is not None
