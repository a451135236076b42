"""All tables of a file as plain rows, and the few things every calculation over them asks.

Nothing here knows SQL but `SELECT * FROM table`.
"""

import sqlite3
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

Row = dict[str, Any]
Key = TypeVar("Key")

FACE_TO_FACE = {"subject", "family", "victim"}
CIVILIAN = {"human_services", "mobile_crisis", "provider"}
ACCEPTED = {"accepted", "in_progress", "service_received"}
ENGAGED = {"in_progress", "service_received"}


def instant(text: str) -> int:
    """Seconds since 1970 of a stored time."""
    return int(datetime.fromisoformat(text).timestamp())


def add_days(day: str, days: int) -> str:
    """The local day so many days later."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def is_civilian(responder: Row) -> bool:
    """A clinician of any agency, or one of an agency that is not police, fire or EMS."""
    return bool(responder["clinician"] or responder["agency"] in CIVILIAN)


def group(rows: Iterable[Row], by: Callable[[Row], Key]) -> dict[Key, list[Row]]:
    """Rows by the key that `by` returns for them."""
    found: dict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        found[by(row)].append(row)
    return found


def export(path: Path) -> dict[str, list[Row]]:
    """Every table with its rows."""
    with sqlite3.connect(path) as connection:
        connection.row_factory = sqlite3.Row
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        found = {
            name: [dict(row) for row in connection.execute(f"SELECT * FROM {name}")]
            for (name,) in tables.fetchall()
            if not name.startswith("sqlite_")
        }
    connection.close()
    return found


@dataclass(eq=False)
class File:
    """A file's rows, and what belongs to what."""

    tables: dict[str, list[Row]]

    def __post_init__(self) -> None:
        for table, column in (
            *(("call", "occurred_at"), ("attempt", "occurred_at"), ("consult", "occurred_at")),
            *(("referral", "made_at"), ("referral_event", "occurred_at"), ("follow_up", "due_at")),
        ):
            for row in self.tables[table]:
                row["at"] = instant(row[column])
                row["day"] = row[column][:10]

    @cached_property
    def settings(self) -> dict[str, str]:
        return {row["name"]: row["value"] for row in self.tables["setting"]}

    def labels(self, table: str) -> dict[str, str]:
        """code -> label, in the list's order."""
        return {row["code"]: row["label"] for row in sorted(self.tables[table], key=_sort)}

    @cached_property
    def first_day(self) -> str | None:
        """The day of the first call that is not void."""
        return min((call["day"] for call in self.calls), default=None)

    @cached_property
    def last_day(self) -> str | None:
        """The day of the last call that is not void."""
        return max((call["day"] for call in self.calls), default=None)

    def has_calls_around(self, start: str, end: str) -> bool:
        """Some of the days [start, end) are neither before the first nor after the last call."""
        return any(call["day"] < end for call in self.calls) and (self.last_day or "") >= start

    @cached_property
    def place(self) -> dict[int, Row]:
        return {row["id"]: row for row in self.tables["place"]}

    @cached_property
    def calls(self) -> list[Row]:
        """Calls that are not void, in order of time."""
        found = [call for call in self.tables["call"] if call["voided_at"] is None]
        return sorted(found, key=lambda call: (call["at"], call["id"]))

    def between(self, first: str, last: str) -> list[Row]:
        """Calls of these local days, both counted."""
        return self.calls[bisect_left(self._days, first) : bisect_right(self._days, last)]

    @cached_property
    def _days(self) -> list[str]:
        return [call["day"] for call in self.calls]

    def parts(self, table: str) -> dict[int, list[Row]]:
        """Rows of a call's part by call."""
        return group(self.tables[table], lambda row: int(row["call_id"]))

    @cached_property
    def responders(self) -> dict[int, list[Row]]:
        return self.parts("call_responder")

    @cached_property
    def codes(self) -> dict[str, dict[int, set[str]]]:
        """`danger`, disposition, intervention -> call -> its codes."""
        return {
            name: {
                call: {row[name] for row in rows}
                for call, rows in self.parts(f"call_{name}").items()
            }
            for name in ("danger", "disposition", "intervention")
        }

    @property
    def every_call(self) -> list[Row]:
        """All calls of the file, whatever part of it is asked about."""
        return self.tables.get("every_call", self.tables["call"])

    def sources(self, first: str, after: str, tells: Callable[[int], bool]) -> set[int]:
        """Sources of which any call of these days tells, by its number; our own always."""
        return {1} | {
            int(call["source_system_id"])
            for call in self.every_call
            if first <= call["day"] < after and tells(call["id"])
        }

    @cached_property
    def nothing_read(self) -> set[int | None]:
        """Places that are no address, and none at all."""
        return {None, *(row["id"] for row in self.tables["place"] if row["kind"] == "none")}

    # ------------------------------------------------------------ people

    @cached_property
    def person(self) -> dict[int, Row]:
        return {row["id"]: row for row in self.tables["person"]}

    @cached_property
    def missing(self) -> dict[int, dict[str, str]]:
        """record -> field -> why it is empty."""
        found: dict[int, dict[str, str]] = defaultdict(dict)
        for row in self.tables["person_missing"]:
            found[row["person_id"]][row["field"]] = row["missing"]
        return found

    @cached_property
    def canonical(self) -> dict[int, int]:
        """Every record -> the canonical record of that person."""
        into = {row["id"]: row["merged_into"] for row in self.tables["person"]}
        found = {}
        for number in into:
            stands = number
            while into[stands] is not None:
                stands = into[stands]
            found[number] = stands
        return found

    @cached_property
    def known(self) -> set[int]:
        """The people with a name on some record."""
        return {
            self.canonical[row["id"]]
            for row in self.tables["person"]
            if row["given_name"] or row["family_name"]
        }

    @cached_property
    def on_call(self) -> dict[int, list[tuple[int, str]]]:
        """call -> (who, role)."""
        return {
            call: [(self.canonical[row["person_id"]], row["role"]) for row in rows]
            for call, rows in self.parts("call_person").items()
        }

    def people_of(self, call: Row, roles: set[str] | None = None) -> set[int]:
        """Who had a part in a call, each once; known or not."""
        return {who for who, role in self.on_call.get(call["id"], []) if not roles or role in roles}

    def about(self, call: Row) -> set[int]:
        """Whose call it is: its subjects. Who calls for somebody, or sees it, is none."""
        return self.people_of(call, {"subject"})

    def known_about(self, call: Row) -> set[int]:
        return self.about(call) & self.known

    # ------------------------------------------------------------ the care loop

    @cached_property
    def referral(self) -> dict[int, Row]:
        return {row["id"]: row for row in self.tables["referral"]}

    @cached_property
    def events(self) -> dict[int, list[Row]]:
        """referral -> its events, oldest number first."""
        ordered = sorted(self.tables["referral_event"], key=lambda row: int(row["id"]))
        return group(ordered, lambda row: int(row["referral_id"]))

    @cached_property
    def follow_up(self) -> dict[int, Row]:
        return {row["id"]: row for row in self.tables["follow_up"]}

    @cached_property
    def follow_ups_of(self) -> dict[int | None, list[Row]]:
        """referral -> its follow-ups."""
        return group(self.tables["follow_up"], lambda row: row["referral_id"])

    @cached_property
    def attempts(self) -> dict[int, list[Row]]:
        """follow-up -> tries at it."""
        return group(self.tables["attempt"], lambda row: int(row["follow_up_id"]))

    @cached_property
    def reaching(self) -> set[str]:
        """Results that reached the person."""
        return {row["code"] for row in self.tables["follow_up_result"] if row["reached"]}

    @cached_property
    def open_statuses(self) -> set[str]:
        return {row["code"] for row in self.tables["referral_status"] if row["open"]}

    def whose(self, row: Row) -> int | None:
        """The person of a referral or a follow-up, which may be its referral's."""
        if row["person_id"] is None and row.get("due_at") and row["referral_id"]:
            return self.whose(self.referral[row["referral_id"]])
        return None if row["person_id"] is None else self.canonical[row["person_id"]]

    @cached_property
    def planned(self) -> list[Row]:
        """The follow-ups that were not cancelled."""
        return [row for row in self.tables["follow_up"] if not row["cancelled"]]

    def steps(self, referral: Row) -> list[Row]:
        """The events of a referral that nobody took back."""
        return [event for event in self.events[referral["id"]] if not event["undone"]]

    @cached_property
    def staff(self) -> dict[int, Row]:
        return {row["id"]: row for row in self.tables["staff"]}


def without_part2(tables: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """The tables without referrals to 42 CFR Part 2 programs and what was done for them."""
    part2 = {row["id"] for row in tables["provider"] if row["part2"]}
    gone = {row["id"] for row in tables["referral"] if row["provider_id"] in part2}
    due = {row["id"] for row in tables["follow_up"] if row["referral_id"] in gone}
    left_out = {
        "referral": ("id", gone),
        "referral_event": ("referral_id", gone),
        "follow_up": ("id", due),
        "attempt": ("follow_up_id", due),
    }
    kept = {
        table: [row for row in tables[table] if row[column] not in numbers]
        for table, (column, numbers) in left_out.items()
    }
    return {**tables, **kept}


def _sort(row: Row) -> int:
    return int(row["sort"])
