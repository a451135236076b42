"""What the tests of `ccu report` share: a report as data, and rows put in by hand in bulk."""

import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..conftest import Ccu

OFFSET = "-05:00"


def report(ccu: Ccu, *args: str) -> dict[str, Any]:
    """The report's JSON."""
    done = ccu("report", *args, "-f", "json")
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def figures(ccu: Ccu, section: str, *args: str) -> dict[str, dict[str, Any]]:
    """`name` or `name: group` -> the figure's row, of one section."""
    (found,) = report(ccu, "--section", section, *args)["sections"]
    return {
        row["figure"] + (f": {row['group']}" if row["group"] else ""): row for row in found["rows"]
    }


def rows(ccu: Ccu, section: str, *args: str) -> list[dict[str, Any]]:
    """The rows of a list."""
    (found,) = report(ccu, "--section", section, *args)["sections"]
    listed: list[dict[str, Any]] = found["rows"]
    return listed


class Hand:
    """Rows written straight into the file, by the thousand; `staff` 1 recorded them."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)

    def close(self) -> None:
        self.connection.close()

    def many(self, sql: str, values: Iterable[tuple[Any, ...]]) -> None:
        self.connection.execute("BEGIN")
        self.connection.executemany(sql, values)
        self.connection.execute("COMMIT")

    def one(self, sql: str, *values: Any) -> int:
        return int(self.connection.execute(sql, values).lastrowid or 0)

    def calls(self, moments: Iterable[str], *, care: int = 1, arrived: bool = False) -> None:
        """Calls at these local times, recorded an hour later."""
        self.many(
            "INSERT INTO call (occurred_at, recorded_at, recorded_by, nature, care, arrived_at)"
            " VALUES (?, ?, 1, ?, ?, ?)",
            (
                (at, at, "crisis" if care else "other", care, at if arrived else None)
                for at in (moment + OFFSET for moment in moments)
            ),
        )

    def call(self, moment: str, *people: int, care: int = 1, place: int | None = None) -> int:
        """One call with these people as its subjects."""
        at = moment + OFFSET
        call_id = self.one(
            "INSERT INTO call (occurred_at, recorded_at, recorded_by, nature, care, place_id,"
            " arrived_at) VALUES (?, ?, 1, 'crisis', ?, ?, ?)",
            *(at, at, care, place, at),
        )
        for person in people:
            self.one("INSERT INTO call_person (call_id, person_id) VALUES (?, ?)", call_id, person)
        return call_id

    def person(self, name: str = "") -> int:
        """A person, known when there is a name."""
        return self.one(
            "INSERT INTO person (given_name, recorded_at, recorded_by) VALUES (?, ?, 1)",
            *(name, "2020-01-01T00:00:00-05:00"),
        )

    def place(self, number: str, unit: str = "", exempt: str | None = None) -> int:
        """A place on Elm St."""
        return self.one(
            "INSERT INTO place (kind, number, street, unit, building_key, unit_key, exempt_reason)"
            " VALUES ('address', ?, 'ELM ST', ?, ?, ?, ?)",
            *(number, unit, f"{number} ELM ST", f"{number} ELM ST {unit}".strip(), exempt),
        )

    def provider(self) -> int:
        """Somebody to refer to."""
        return self.one("INSERT INTO provider (name) VALUES ('Harbor House')")

    def referral(
        self,
        made: str,
        *events: tuple[str, str],
        person: int | None = None,
        call: int | None = None,
        handoff: str = "none",
    ) -> int:
        """A referral made at a moment, with its later (status, moment) events."""
        status = events[-1][0] if events else "requested"
        referral_id = self.one(
            "INSERT INTO referral (call_id, person_id, need, provider_id, handoff, owner_id,"
            " status, made_at, recorded_at, recorded_by)"
            " VALUES (?, ?, 'housing', 1, ?, 1, ?, ?, ?, 1)",
            *(call, person, handoff, status, made + OFFSET, made + OFFSET),
        )
        for step, at in (("requested", made), *events):
            self.one(
                "INSERT INTO referral_event (referral_id, status, occurred_at, recorded_at,"
                " recorded_by) VALUES (?, ?, ?, ?, 1)",
                *(referral_id, step, at + OFFSET, at + OFFSET),
            )
        return referral_id

    def follow_up(self, due: str, *, made: str | None = None, **about: int) -> int:
        """A follow-up about call_id, referral_id or person_id."""
        at = (made or due) + OFFSET
        names = ", ".join(about)
        marks = ", ".join("?" * len(about))
        return self.one(
            f"INSERT INTO follow_up (kind, owner_id, due_at, recorded_at, recorded_by, {names})"
            f" VALUES ('call', 1, ?, ?, 1, {marks})",
            *(due + OFFSET, at, *about.values()),
        )

    def attempt(self, follow_up_id: int, at: str, result: str = "reached") -> None:
        """One try."""
        self.one(
            "INSERT INTO attempt (follow_up_id, occurred_at, result, recorded_at, recorded_by)"
            " VALUES (?, ?, ?, ?, 1)",
            *(follow_up_id, at + OFFSET, result, at + OFFSET),
        )
