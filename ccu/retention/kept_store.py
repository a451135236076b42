"""Retention: legal holds, the periods of the retention table, the destruction log.

Records that a court or an inquiry may ask for are not destroyed during a hold. A hold is on a
person, a call or a place, and covers what is needed to understand it: a person's records, the calls
they were on and everybody on those; a call's people and what followed from it; a place's calls,
plans and flags, and of a building its units. A purge keeps what is needed by the same rules
(`needs`), which are read from the foreign keys of the schema.
"""

import sqlite3
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccu import dates
from ccu.errors import InvalidInput
from ccu.options import OptionType, typed_text
from ccu.output.text import counted
from ccu.records import audit, person_ids, table, writes
from ccu.records.ownership import RECORDS, Records, ids_of, references

if TYPE_CHECKING:
    from ccu.session import Session
    from ccu.work import Work


HOLD_COLUMNS = ("id", "holds", "authority", "since", "by", "released", "released_by")


# ---------------------------------------------------------------- what a record needs


@dataclass(frozen=True)
class Need:
    """A record that cannot be understood without another: while `child` is kept, so is `parent`.

    `rows` has both ids in its columns. `with_parent`: a hold on the parent covers the child too.
    """

    child: str
    child_id: str
    parent: str
    parent_id: str
    rows: str
    with_parent: bool = True

    def reversed(self) -> "Need":
        """Return the need in the other direction."""
        return Need(self.parent, self.parent_id, self.child, self.child_id, self.rows)


# Needs that are rows of a table of their own; the others are the foreign keys of RECORDS.
_LINKS = (
    Need("call", "call_id", "person", "person_id", "main.call_person"),
    Need("person", "person_id", "household", "household_id", "main.household_member"),
    Need("referral", "referral.id", "person", "household_member.person_id",
         "main.referral JOIN main.household_member USING (household_id)"),
    Need("referral", "referral_id", "referral", "again_id", "main.referral_event"),
    Need("need_assessment", "assessment_id", "referral", "referral_id", "main.need_answer",
         with_parent=False),
)  # fmt: skip


def needs(connection: sqlite3.Connection) -> list[Need]:
    """Return what records need; records of one table that name one another need it both ways.

    These are the merged records of a person, and a referral with the one made after it.
    """
    found = [
        Need(each.table, f"{each.table}.id", each.parent, f"{each.table}.{each.column}",
             f"main.{each.table}")
        for each in references(connection)
        if each.table in RECORDS and each.parent in RECORDS
    ]  # fmt: skip
    found += _LINKS
    return found + [each.reversed() for each in found if each.child == each.parent]


def follow(connection: sqlite3.Connection, start: Records, steps: list[Need]) -> Records:
    """Return these records, and the parents of each that is a child, over any number of steps."""
    found: Records = {}
    new = start
    while new:
        for record, ids in new.items():
            found.setdefault(record, set()).update(ids)
        reached: Records = {}
        for step in steps:
            if children := new.get(step.child):
                parents = ids_of(connection, step.parent_id, step.rows, step.child_id, children)
                reached.setdefault(step.parent, set()).update(parents)
        unseen = {record: ids - found.get(record, set()) for record, ids in reached.items()}
        new = {record: ids for record, ids in unseen.items() if ids}
    return found


# ---------------------------------------------------------------- what is held


_ACTIVE = "SELECT id, record, record_id FROM legal_hold WHERE released_at IS NULL"
# These places, those they were merged into, and the units of those that are a building.
_UNITS = """
WITH asked (id) AS (
  SELECT value FROM json_each(:ids)
  UNION SELECT canonical_id FROM place_file WHERE id IN (SELECT value FROM json_each(:ids)))
SELECT id FROM place WHERE id IN asked
UNION
SELECT unit.id FROM place AS building
CROSS JOIN place AS unit ON unit.building_key = building.building_key AND unit.city = building.city
WHERE building.id IN asked AND building.unit_key = building.building_key
"""
# Who is related to these people or shares a household with them.
_NEAR = """
SELECT other_id FROM person_relation WHERE person_id IN (SELECT value FROM json_each(:ids))
UNION
SELECT person_id FROM person_relation WHERE other_id IN (SELECT value FROM json_each(:ids))
UNION
SELECT member.person_id FROM household_member AS own
JOIN household_member AS member ON member.household_id = own.household_id
WHERE own.person_id IN (SELECT value FROM json_each(:ids))
"""
_SEALED = """
SELECT id FROM sealed
WHERE record = :record AND record_id IN (SELECT value FROM json_each(:ids))
"""


def all_held(connection: sqlite3.Connection) -> Records:
    """Return everything that the active holds cover: table -> ids.

    Dependents of the records on hold come first: a person's calls, the work from a call, the calls
    of a place. Then everything that these refer to: calls, everybody on them, places.
    """
    asked: Records = {}
    for row in connection.execute(_ACTIVE):
        asked.setdefault(row["record"], set()).add(row["record_id"])
    if not asked:
        return {}
    asked["place"] = {*table.column(connection, _UNITS, ids=asked.get("place", set()))}
    keeps = needs(connection)
    known = follow(connection, asked, [each.reversed() for each in keeps if each.with_parent])
    people = person_ids.same(connection, asked.get("person", ()))
    known.setdefault("person", set()).update(table.column(connection, _NEAR, ids=people))
    found = follow(connection, known, keeps)
    found["sealed"] = {
        number
        for record in ("person", "call")
        for number in table.column(connection, _SEALED, ids=found.get(record, set()), record=record)
    }
    return found


def held(connection: sqlite3.Connection, record: str, ids: Iterable[int]) -> set[int]:
    """Return which of these records a hold covers, directly or for another. `record` is a table."""
    return set(ids) & all_held(connection).get(record, set())


def place_hold(work: "Work", record: str, record_id: int, authority: str) -> int:
    """Place a hold on a person, a call or a place; return the hold's number.

    Raises NotFound, and InvalidInput when the same authority holds the record already.
    """
    table.require(work.connection, record, record_id)
    hold = {"record": record, "record_id": record_id, "authority": authority}
    same = {f"{column} = ?": value for column, value in hold.items()}
    for row in table.select(work.connection, f"{_ACTIVE} AND {{where}}", same):
        raise InvalidInput(f"hold {row['id']} already has that authority")
    placed = {"placed_at": work.at, "placed_by": work.staff_id}
    hold_id = writes.insert_row(work.connection, "legal_hold", {**hold, **placed})
    work.audit("hold", record, record_id, hold=hold_id)
    return hold_id


def release_hold(work: "Work", hold_id: int) -> str:
    """End a hold; return what it was on: `person 12`. Raises NotFound, InvalidInput."""
    row = table.require(work.connection, "legal_hold", hold_id)
    if row["released_at"] is not None:
        raise InvalidInput(f"hold {hold_id} was released on {dates.said(row['released_at'][:10])}")
    ended = {"released_at": work.at, "released_by": work.staff_id}
    writes.update(work.connection, "legal_hold", hold_id, ended)
    work.audit("release", row["record"], row["record_id"], hold=hold_id)
    return f"{row['record']} {row['record_id']}"


def hold_rows(connection: sqlite3.Connection, every: bool) -> list[dict[str, Any]]:
    """Return the active holds, with `every` the released ones too, oldest first.

    The caller audits the read.
    """
    found = connection.execute(
        "SELECT legal_hold.id, record || ' ' || record_id AS holds, authority,"
        " substr(placed_at, 1, 10) AS since, placer.login AS by,"
        " substr(released_at, 1, 10) AS released, releaser.login AS released_by"
        " FROM legal_hold JOIN staff AS placer ON placer.id = placed_by"
        " LEFT JOIN staff AS releaser ON releaser.id = legal_hold.released_by"
        " WHERE released_at IS NULL OR :every ORDER BY legal_hold.id",
        {"every": every},
    )
    return [dict(row) for row in found]


# ---------------------------------------------------------------- periods


PERIOD_COLUMNS = ("class", "keep", "source", "set_on", "set_by", "what")

_TEXTS = tomllib.loads(Path(__file__).with_name("classes.toml").read_text(encoding="utf-8"))
CLASSES: dict[str, str] = _TEXTS["classes"]
FIXED = [(name, kept, what) for name, (kept, what) in _TEXTS["fixed"].items()]
AT_LEAST_SIX = ("consents", "disclosures")


def period_rows(connection: sqlite3.Connection) -> list[dict[str, Any]]:
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
    return [dict(zip(PERIOD_COLUMNS, each, strict=True)) for each in listed]


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
        number = writes.insert_row(connection, "destruction", row)
        audit.record(
            connection, staff_id, "destroy", "destruction", number,
            what=each.name, rows=each.count,
        )  # fmt: skip
        numbers.append(number)
    return numbers


def destroyed_rows(connection: sqlite3.Connection, zone: tzinfo) -> list[dict[str, Any]]:
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
    """Return whether records of days from `start` until before `end` were destroyed.

    A row of the log covers all days from its oldest record to its newest.
    """
    sql = (
        "SELECT 1 FROM destruction WHERE oldest < :end AND newest >= :start AND class IN"
        " ('calls', 'people', 'referrals', 'needs', 'consults', 'plans') LIMIT 1"
    )
    return table.value(connection, sql, start=start, end=end) is not None


# ---------------------------------------------------------------- what is typed

HELD_RECORDS = ("person", "call", "place")
LONGEST_AUTHORITY = 200
LONGEST_YEARS = 150


def _years(session: "Session", text: str, option: str) -> int:
    """Read a number of years; 0 for never."""
    if text.strip().lower() == "never":
        return 0
    years = typed_text.whole_number(text, option, LONGEST_YEARS)
    if not years:
        raise InvalidInput(f"{option} must be a whole number from 1, or never")
    return years


def _held_record(session: "Session", text: str, option: str) -> str:
    record = text.strip().lower()
    if record not in HELD_RECORDS:
        raise InvalidInput("a hold is on a person, a call or a place")
    return record


def _authority(session: "Session", text: str, option: str) -> str:
    """Read an authority short and bare enough for a command line that other accounts can read."""
    code = text.strip()
    if not (0 < len(code) <= 60 and all(each.isalnum() or each in ".-/_" for each in code)):
        raise InvalidInput(
            f"{option} is one word of letters, digits and .-/_; give words by --file or prompt"
        )
    return code


CLASS = OptionType(read=lambda session, text, option: text.strip().lower(), metavar="CLASS")
YEARS = OptionType(read=_years, metavar="YEARS")  # 0: never destroyed
RECORD = OptionType(read=_held_record, metavar="RECORD")
AUTHORITY = OptionType(read=_authority, metavar="NUMBER")
