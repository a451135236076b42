"""A seeded town of 10,000 calls over three years, and the same town as it was on an earlier day.

Everything the figures read is in it, in all its states. Rows are made once; `write` puts them into
a file made by `ccu init`. A row's later changes are known one by one, so `write(path, moment)`
gives the file as it truly was at a moment: rows recorded by then, fields as they were then.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .chance import Chance, day, stamp

Row = dict[str, Any]

# The parts of a call that have tables of their own.
PARTS = {
    "dangers": "call_danger",
    "dispositions": "call_disposition",
    "interventions": "call_intervention",
    "responders": "call_responder",
    "people": "call_person",
}
# Parents first. Those with recorded_at are left out of a file of an earlier moment.
TABLES = (
    *("staff", "source_system", "import_batch", "cad_text", "place", "person", "person_key"),
    *("person_missing", "household", "household_member", "worker", "provider", "call"),
    *("referral", "referral_event", "follow_up", "attempt", "consult"),
)


@dataclass
class Town:
    """Rows by table, each with an id where its table has one; `changes` oldest first of a record.

    A call holds its parts under the names that the program's own changes use.
    """

    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in TABLES})
    merges: list[Row] = field(default_factory=list)
    changes: list[Row] = field(default_factory=list)
    chance: Chance = field(default_factory=lambda: Chance(20_000))

    def add(self, table: str, **values: Any) -> Row:
        """A row with the next id."""
        row = {"id": len(self.rows[table]) + 1, **values}
        self.rows[table].append(row)
        return row

    def change(self, record: str, row: Row, at: int, **new: Any) -> None:
        """Give a row new values, and keep what it held."""
        for name, value in new.items():
            if row[name] != value:
                kept = {"record": record, "record_id": row["id"], "field": name}
                self.changes.append({**kept, "old": row[name], "new": value, "at": at})
                row[name] = value

    def write(self, path: Path, moment: int | None = None) -> None:
        """Fill the new file at `path`, with what had been recorded by `moment` (None: all)."""
        then = self if moment is None else self._then(moment)
        with sqlite3.connect(path, isolation_level=None) as connection:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("BEGIN")
            connection.execute("PRAGMA defer_foreign_keys = ON")  # merged and supervised rows
            for table in TABLES:
                _insert(connection, table, _without_parts(then.rows[table]))
            for part, table in PARTS.items():
                _insert(connection, table, _children(then.rows["call"], part))
            _insert(connection, "person_merge", then.merges)
            _insert(connection, "change", map(_as_kept, then.changes))
            # Rows written here have no event of the audit: without this they are refused.
            connection.execute(
                "DELETE FROM audit_written WHERE audit_id > (SELECT max(id) FROM audit)"
            )
            connection.execute("COMMIT")
        connection.close()

    def _then(self, moment: int) -> "Town":
        """The town as it was: later changes taken back, later rows left out."""
        at, today = stamp(moment), day(moment)
        copies = {name: {row.get("id", i): dict(row) for i, row in enumerate(rows)}
                  for name, rows in self.rows.items()}  # fmt: skip
        for each in sorted(self.changes, key=lambda each: -each["at"]):
            if each["at"] > moment:
                copies[each["record"]][each["record_id"]][each["field"]] = each["old"]
        found = Town(changes=[each for each in self.changes if each["at"] <= moment])
        found.merges = [row for row in self.merges if _by(row["merged_at"], moment)]
        merged = {row["merged_id"] for row in found.merges}
        for name, rows in copies.items():
            found.rows[name] = [row for row in rows.values() if _is_there(row, moment, today)]
        for row in found.rows["person"]:
            row["merged_into"] = row["merged_into"] if row["id"] in merged else None
        people = {row["id"] for row in found.rows["person"]}
        for name in ("person_key", "person_missing", "household_member", "worker"):
            found.rows[name] = [
                row for row in found.rows[name] if row.get("person_id") in {None, *people}
            ]
        _take_back(found, at, moment)
        return found


def _by(text: str, moment: int) -> bool:
    """Recorded by the moment; both clocks are the town's, and no row is within an hour of it."""
    return text <= stamp(moment)


def _is_there(row: Row, moment: int, today: str) -> bool:
    if "recorded_at" in row and not _by(row["recorded_at"], moment):
        return False
    return "since" not in row or row["since"] is None or row["since"] <= today


def _take_back(town: Town, at: str, moment: int) -> None:
    """What is changed without a row of its own in `change`: closings, steps, turns."""
    for call in town.rows["call"]:
        if not call["voided_at"]:
            call |= {"voided_by": None, "void_reason": None}
    for due in town.rows["follow_up"]:
        if due["closed_at"] and due["closed_at"] > at:
            due |= {"closed_at": None, "signed_by": None}
        if due["closing_at"] and due["closing_at"] > at:
            due["closing_at"] = None
        if not due["closed_at"] and not due["closing_at"]:
            due["closed_by"] = None
    steps: dict[int, list[Row]] = {}
    for event in town.rows["referral_event"]:
        steps.setdefault(event["referral_id"], []).append(event)
    for referral in town.rows["referral"]:
        referral["status"] = steps[referral["id"]][-1]["status"]
        owners = [each["owner_id"] for each in steps[referral["id"]] if each["owner_id"]]
        referral["owner_id"] = owners[-1]
    for name in ("worker", "household_member"):
        for row in town.rows[name]:
            if row["until"] and row["until"] > day(moment):
                row["until"] = None


def _without_parts(rows: Iterable[Row]) -> Iterator[Row]:
    for row in rows:
        yield {name: value for name, value in row.items() if name not in PARTS}


def _children(calls: Iterable[Row], part: str) -> Iterator[Row]:
    one = {"dangers": "danger", "dispositions": "disposition", "interventions": "intervention"}
    for call in calls:
        for value in call[part]:
            if part == "people":
                yield {"call_id": call["id"], "person_id": value["id"], "role": value["role"]}
            elif part == "responders":
                yield {"call_id": call["id"], **value}
            else:
                yield {"call_id": call["id"], one[part]: value}


def _as_kept(change: Row) -> Row:
    kept = {name: change[name] for name in ("record", "record_id", "field")}
    old, new = (json.dumps(change[name]) for name in ("old", "new"))
    said = {"old_value": old, "new_value": new, "reason": "learnt later"}
    return {**kept, **said, "recorded_at": stamp(change["at"]), "recorded_by": 2}


def _insert(connection: sqlite3.Connection, table: str, rows: Iterable[Row]) -> None:
    """All rows of one shape; the names are those of schema.sql."""
    found = list(rows)
    if found:
        names = list(found[0])
        marks = ", ".join(f":{name}" for name in names)
        sql = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"
        connection.executemany(sql, found)


def build(calls: int = 10_000, *, named: bool = True) -> Town:
    """The complete town, the same rows every time; `named`: whether anybody is known by name."""
    from . import town_calls, town_care, town_people

    town = Town()
    town_people.staff(town)
    town_people.places(town)
    town_people.people(town)
    town_calls.calls(town, calls)
    town_care.referrals(town)
    town_care.follow_ups(town)
    town_care.consults(town)
    town_care.in_order(town)
    town_calls.changes(town)
    town_people.place_changes(town)
    town_people.person_details(town)
    town_people.merges(town)
    town_people.households(town)
    if not named:
        for person in town.rows["person"]:
            person |= {"given_name": "", "family_name": ""}
    return town


def of_one_call() -> Town:
    """One care call, with one person known by name, and nothing else."""
    from . import town_people

    town = Town()
    town_people.staff(town)
    town_people.places(town)
    town_people.people(town)
    for name in ("place", "person"):
        town.rows[name] = town.rows[name][:1]
    person = town.rows["person"][0]
    at = "2025-06-10T10:00:00-04:00"
    person |= {"given_name": "Ada", "recorded_at": at}
    town.rows["person_key"] = [{"key": "test", "person_id": person["id"]}]
    empty: Row = {part: [] for part in PARTS}
    empty["people"] = [{"id": person["id"], "role": "subject"}]
    town.add("call", occurred_at=at, recorded_at=at, recorded_by=2, nature="crisis", care=1,
             place_id=1, voided_at=None, **empty)  # fmt: skip
    return town
