"""Purging a random town: what is younger, held, open or needed stays, and nothing else does.

What must go is worked out here in plain Python from the rows of the file, apart from the SQL.
"""

import contextlib
import os
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ..conftest import Ccu, examples, run_ccu
from . import retention_steps
from .retention_steps import ids

TODAY = "2026-01-31"
YEARS = (6, 8)
# Around the edges of six and eight years, and well to either side of both.
DAYS = (
    *("2012-05-05", "2018-01-30", "2018-01-31", "2018-02-01", "2019-07-01"),
    *("2020-01-30", "2020-01-31", "2020-02-01", "2023-03-03", "2025-12-12"),
)
OLD = 2  # of them are older than all of the years
Row = dict[str, Any]
Rows = dict[str, list[Row]]
KINDS = {
    "call": "calls",
    "referral": "referrals",
    "follow_up": "referrals",
    "need_assessment": "needs",
    "consult": "consults",
    "plan": "plans",
    "place_flag": "plans",
    "frequent_override": "plans",
    "consent": "consents",
    "disclosure": "disclosures",
    "person": "people",
}


@pytest.fixture
def town(ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file with a records custodian at the keyboard, to be copied for each example."""
    assert ccu("provider", "add", "Homes", "--need", "housing", "--capacity", "open").code == 0
    retention_steps.become_keeper(ccu, monkeypatch)
    master = db_path.with_name("master.db")
    shutil.copy(db_path, master)
    yield master


def at(day: str) -> str:
    return f"{day}T12:00:00-05:00"


class Maker:
    """Puts random rows into a file; `draw` is the only source of chance."""

    def __init__(self, hand: sqlite3.Connection, draw: random.Random) -> None:
        self.hand, self.draw = hand, draw
        self.old = draw.choice([0.6, 0.93, 1])

    def put(self, table: str, **values: Any) -> int:
        names = ", ".join(values)
        marks = ", ".join(f":{name}" for name in values)
        cursor = self.hand.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)
        return int(cursor.lastrowid or 0)

    def day(self, *, since: str = "") -> str:
        """A day, in most towns of long ago: a person goes only when all of theirs is old."""
        days = DAYS[:OLD] if self.draw.random() < self.old else DAYS
        return self.draw.choice([each for each in days if each >= since] or DAYS[-1:])

    def maybe(self, some: list[int]) -> int | None:
        return self.draw.choice([*some, None])

    def many(self, most: int, make: Callable[[], int]) -> list[int]:
        return [make() for _ in range(self.draw.randint(0, most))]

    def make(self) -> None:
        self.people = self.many(5, self.person)
        self.houses = self.many(2, self.household)
        self.calls = self.many(5, self.call)
        self.needs = self.many(2, self.assessment) if self.people else []
        self.referrals: list[int] = []
        for _ in range(self.draw.randint(0, 4)):
            self.referrals.append(self.referral())
        for make in (self.follow_up, self.consult, self.plan, self.override, self.consents):
            self.many(2, make)
        merged = {r[0] for r in self.hand.execute("SELECT merged_id FROM person_merge")}
        for person in self.people:
            if self.draw.random() < 0.2:
                until = self.draw.choice([None, self.day()]) if person not in merged else self.day()
                self.put(
                    "worker", staff_id=1, person_id=person, since=until or DAYS[0], until=until
                )
        for record, some in (("person", self.people), ("call", self.calls)):
            if some and self.draw.random() < 0.25:
                ended = self.draw.random() < 0.3
                self.put(
                    "legal_hold", record=record, record_id=self.draw.choice(some), authority="x",
                    placed_at=at(DAYS[0]), placed_by=1, released_at=at(DAYS[-1]) if ended else None,
                    released_by=1 if ended else None,
                )  # fmt: skip

    def person(self) -> int:
        before = list(ids_of(self.hand, "person"))
        into = self.maybe(before) if self.draw.random() < 0.3 else None
        stamp = {"recorded_at": at(self.day()), "recorded_by": 1}
        number = self.put("person", given_name="", merged_into=into, **stamp)
        if into is not None:
            merged = {"merged_at": at(DAYS[-1]), "merged_by": 1}
            self.put("person_merge", merged_id=number, taken="[]", **merged)
        elif before and self.draw.random() < 0.3:
            other = self.draw.choice(before)
            self.put("person_relation", person_id=number, other_id=other, relation="child")
        return number

    def household(self) -> int:
        number = self.put("household", recorded_at=at(DAYS[0]), recorded_by=1)
        for person in self.draw.sample(self.people, self.draw.randint(0, min(3, len(self.people)))):
            self.put("household_member", household_id=number, person_id=person)
        return number

    def call(self) -> int:
        day = self.day()
        place = self.put(
            "place", kind="address", building_key=f"b{day}", unit_key=os.urandom(4).hex()
        )
        typed = self.put("address", raw=os.urandom(6).hex(), place_id=place)
        number = self.put(
            "call", occurred_at=at(day), recorded_at=at(day), recorded_by=1, place_id=place,
            address_id=typed,
        )  # fmt: skip
        for person in self.draw.sample(self.people, self.draw.randint(0, min(2, len(self.people)))):
            self.put("call_person", call_id=number, person_id=person)
        self.put(
            "change", record="call", record_id=number, field="nature", old_value='"a"',
            new_value='"b"', recorded_at=at(day), recorded_by=1,
        )  # fmt: skip
        return number

    def assessment(self) -> int:
        when = {"occurred_at": at(self.day()), "recorded_at": at(DAYS[-1]), "recorded_by": 1}
        whom = {"person_id": self.draw.choice(self.people), "call_id": self.maybe(self.calls)}
        return self.put("need_assessment", **whom, **when)

    def referral(self) -> int:
        made = self.day()
        closed = self.day(since=made) if self.draw.random() < 0.9 else None
        house = self.maybe(self.houses) if self.draw.random() < 0.3 else None
        number = self.put(
            "referral", call_id=self.maybe(self.calls), household_id=house,
            person_id=None if house else self.maybe(self.people), need="housing", provider_id=1,
            owner_id=1, status="declined" if closed else "requested", made_at=at(made),
            again_of=self.maybe(self.referrals), recorded_at=at(made), recorded_by=1,
        )  # fmt: skip
        self.put(
            "referral_event", referral_id=number, status="declined" if closed else "requested",
            occurred_at=at(closed or made), recorded_at=at(made), recorded_by=1,
        )  # fmt: skip
        due = self.put(
            "follow_up", kind="call", referral_id=number, owner_id=1, due_at=at(made),
            closed_at=closed and at(closed), recorded_at=at(made), recorded_by=1,
        )  # fmt: skip
        if closed:
            self.put(
                "attempt", follow_up_id=due, occurred_at=at(closed), result="reached",
                recorded_at=at(closed), recorded_by=1,
            )  # fmt: skip
        if self.needs and self.draw.random() < 0.4:
            self.hand.execute(
                "INSERT OR IGNORE INTO need_answer VALUES (?, 'housing', 'lacks', ?)",
                (self.draw.choice(self.needs), number),
            )
        return number

    def follow_up(self) -> int:
        made = self.day()
        closed = self.day(since=made) if self.draw.random() < 0.85 else None
        call = self.maybe(self.calls)
        person = self.maybe(self.people)
        if call is None and person is None:
            return 0
        return self.put(
            "follow_up", kind="call", call_id=call, person_id=person, owner_id=1, due_at=at(made),
            closed_at=closed and at(closed), recorded_at=at(made), recorded_by=1,
        )  # fmt: skip

    def consult(self) -> int:
        when = {"occurred_at": at(self.day()), "recorded_at": at(DAYS[-1]), "recorded_by": 1}
        about = {"call_id": self.maybe(self.calls), "person_id": self.maybe(self.people)}
        return self.put("consult", asked_by=1, clinician_id=1, **about, **when)

    def plan(self) -> int:
        if not self.people:
            return 0
        day = self.day()
        status = self.draw.choice(["draft", "approved", "withdrawn", "withdrawn"])
        ends = self.day(since=day) if status == "approved" else None
        return self.put(
            "plan", person_id=self.draw.choice(self.people), status=status, body="{}", author_id=1,
            approver_id=1, approved_on=day, review_on=day, expires_on=ends, recorded_at=at(day),
        )  # fmt: skip

    def override(self) -> int:
        if not self.people:
            return 0
        day = self.day()
        ended = self.day(since=day) if self.draw.random() < 0.85 else None
        return self.put(
            "frequent_override", person_id=self.draw.choice(self.people), frequent=1, reason="r",
            review_on=day, recorded_at=at(day), recorded_by=1, ended_at=ended and at(ended),
        )  # fmt: skip

    def consents(self) -> int:
        if not self.people:
            return 0
        person, day = self.draw.choice(self.people), self.day()
        number = self.put(
            "consent", person_id=person, recipient="r", scope="s", purpose="p", signed_on=day,
            signed_by="x", expires_on=self.draw.choice([None, *[self.day(since=day)] * 3]),
            recorded_at=at(day), recorded_by=1,
        )  # fmt: skip
        if self.draw.random() < 0.6:
            self.put(
                "disclosure", person_id=person, recipient="r", what="w", purpose="p",
                consent_id=number, disclosed_at=at(self.day(since=day)), disclosed_by=1,
            )  # fmt: skip
        return number


# ---------------------------------------------------------------- the same, in plain Python


class Oracle:
    """What must be destroyed, from the rows of the file."""

    def __init__(self, rows: Rows, keep: dict[str, int | None]) -> None:
        self.rows, self.keep = rows, keep
        self.by = {name: {row["id"]: row for row in rows[name] if "id" in row} for name in rows}
        self.into = {row["id"]: row["merged_into"] for row in rows["person"]}

    def human(self, person: int) -> int:
        while self.into[person] is not None:
            person = self.into[person]
        return person

    def same(self, people: set[int]) -> set[int]:
        wanted = {self.human(person) for person in people}
        return {person for person in self.into if self.human(person) in wanted}

    def day(self, table: str, row: Row) -> tuple[str, bool]:
        """The last day of a record, and whether it is still worked on or active."""
        events = {
            "referral": [e for e in self.rows["referral_event"] if e["referral_id"] == row["id"]],
            "follow_up": [e for e in self.rows["attempt"] if e["follow_up_id"] == row["id"]],
        }
        if table == "referral":
            own = [f for f in self.rows["follow_up"] if f["referral_id"] == row["id"]]
            days = [row["made_at"], *(e["occurred_at"] for e in events["referral"])]
            days += [self.day("follow_up", each)[0] for each in own]
            ended = row["status"] == "declined" and all(each["closed_at"] for each in own)
            return max(days)[:10], not ended
        if table == "follow_up":
            days = [row["recorded_at"], *(e["occurred_at"] for e in events["follow_up"])]
            return max([*days, row["closed_at"] or ""])[:10], not row["closed_at"]
        if table == "plan":
            ends = row["expires_on"] if row["status"] == "approved" else ""
            return max(row["recorded_at"][:10], ends), row["status"] == "draft"
        if table == "frequent_override":
            return max(row["recorded_at"], row["ended_at"] or "")[:10], not row["ended_at"]
        if table == "consent":
            return max(row["signed_on"], row["expires_on"] or ""), not row["expires_on"]
        if table == "disclosure":
            return row["disclosed_at"][:10], False
        return row["occurred_at"][:10], False

    def is_old(self, name: str, day: str) -> bool:
        years = self.keep[name]
        return years is not None and day < f"{int(TODAY[:4]) - years}{TODAY[4:]}"

    def held(self) -> dict[str, set[int]]:
        rows = self.rows
        asked = [hold for hold in rows["legal_hold"] if hold["released_at"] is None]
        one = self.same({h["record_id"] for h in asked if h["record"] == "person"})
        met = {h["record_id"] for h in asked if h["record"] == "call"}
        met |= {each["call_id"] for each in rows["call_person"] if each["person_id"] in one}
        of = rows["household_member"]
        houses = {each["household_id"] for each in of if each["person_id"] in one}
        held = {table: set[int]() for table in KINDS}
        for table in KINDS:
            for row in rows[table]:
                if row.get("person_id") in one or (row.get("call_id") or 0) in met:
                    held[table].add(row["id"])
                if (row.get("household_id") or 0) in houses:
                    held[table].add(row["id"])
        chain = -1
        while chain != len(held["referral"]):
            chain = len(held["referral"])
            for row in rows["referral"]:
                pair = {row["id"], row["again_of"] or row["id"]}
                if pair & held["referral"]:
                    held["referral"] |= pair
        held["call"] |= met
        somebody = set(one)
        for table in ("referral", "follow_up", "need_assessment", "consult"):
            for number in held[table]:
                row = self.by[table][number]
                held["call"] |= {row["call_id"]} - {None}
                somebody |= {row["person_id"]} - {None}
        somebody |= {r["person_id"] for r in rows["call_person"] if r["call_id"] in held["call"]}
        somebody |= {each["person_id"] for each in of if each["household_id"] in houses}
        for row in rows["person_relation"]:
            if {row["person_id"], row["other_id"]} & one:
                somebody |= {row["person_id"], row["other_id"]}
        held["person"] = self.same(somebody)
        return held

    def gone(self) -> dict[str, set[int]]:
        """table -> the ids that must be destroyed."""
        held = self.held()
        gone: dict[str, set[int]] = {}
        for table, name in KINDS.items():
            if table == "person":
                continue
            gone[table] = set()
            for row in self.rows[table]:
                day, open_ = self.day(table, row)
                if self.is_old(name, day) and not open_ and row["id"] not in held[table]:
                    gone[table].add(row["id"])
        own = {f["id"] for f in self.rows["follow_up"] if f["referral_id"] is not None}
        gone["follow_up"] -= own
        self.keep_linked(gone)
        gone["follow_up"] |= {
            f["id"] for f in self.rows["follow_up"] if f["referral_id"] in gone["referral"]
        }
        gone["call"] -= {
            row["call_id"]
            for table in ("referral", "follow_up", "need_assessment", "consult")
            for row in self.rows[table]
            if row["id"] not in gone[table]
        }
        gone["person"] = self.people(gone, held["person"])
        return gone

    def keep_linked(self, gone: dict[str, set[int]]) -> None:
        gone["consent"] -= {
            row["consent_id"]
            for row in self.rows["disclosure"]
            if row["id"] not in gone["disclosure"]
        }
        gone["referral"] -= {
            row["referral_id"]
            for row in self.rows["need_answer"]
            if row["assessment_id"] not in gone["need_assessment"]
        }
        before = -1
        while before != len(gone["referral"]):
            before = len(gone["referral"])
            for row in self.rows["referral"]:
                pair = {row["id"], row["again_of"] or row["id"]}
                if not pair <= gone["referral"]:
                    gone["referral"] -= pair

    def people(self, gone: dict[str, set[int]], held: set[int]) -> set[int]:
        stays, last = set(held), {row["id"]: row["recorded_at"][:10] for row in self.rows["person"]}
        members: dict[int, set[int]] = {}
        for row in self.rows["household_member"]:
            members.setdefault(row["household_id"], set()).add(row["person_id"])
        for row in self.rows["worker"]:
            last[row["person_id"]] = max(last[row["person_id"]], row["until"] or row["since"])
            if row["until"] is None:
                stays.add(row["person_id"])
        met: list[tuple[int, str, bool]] = [
            (row["person_id"], self.by["call"][row["call_id"]]["occurred_at"][:10],
             row["call_id"] not in gone["call"])
            for row in self.rows["call_person"]
        ]  # fmt: skip
        for table in KINDS:
            for row in self.rows[table]:
                about = {row.get("person_id")} | members.get(row.get("household_id") or 0, set())
                if table == "follow_up" and row["referral_id"] is not None:
                    above = self.by["referral"][row["referral_id"]]
                    about.add(above["person_id"])
                for person in (each for each in about if each is not None):
                    met.append((person, self.contact(table, row), row["id"] not in gone[table]))
        for person, day, kept in met:
            last[person] = max(last[person], day)
            if kept:
                stays.add(person)
        stays = self.same(stays)
        latest: dict[int, str] = {}
        for person, day in last.items():
            latest[self.human(person)] = max(latest.get(self.human(person), ""), day)
        return {
            person
            for person in self.into
            if person not in stays and self.is_old("people", latest[self.human(person)])
        }

    def contact(self, table: str, row: Row) -> str:
        """The last day that a record shows of somebody: what is to come is no contact."""
        if table == "consent":
            return str(row["signed_on"])
        if table in ("plan", "frequent_override"):
            return str(row["recorded_at"][:10])
        return self.day(table, row)[0]


# ---------------------------------------------------------------- the test


def ids_of(hand: sqlite3.Connection, table: str) -> set[int]:
    return {row[0] for row in hand.execute(f"SELECT id FROM {table}")}


def load(path: Path) -> Rows:
    more = ("referral_event", "attempt", "need_answer", "call_person", "household_member")
    with contextlib.closing(sqlite3.connect(path)) as hand:
        hand.row_factory = sqlite3.Row
        return {
            table: [dict(row) for row in hand.execute(f"SELECT * FROM {table}")]
            for table in (*KINDS, *more, "worker", "legal_hold", "person_relation")
        }


COPIED = [HealthCheck.function_scoped_fixture]  # the town is: each example has a copy
SEEDS = st.integers(0, 2**32)  # not st.randoms: its towns are mostly empty


@settings(max_examples=examples(6, 30), deadline=None, suppress_health_check=COPIED)
@given(seed=SEEDS)
def test_what_is_younger_held_open_or_needed_stays_and_nothing_else(
    seed: int, town: Path, db_path: Path
) -> None:
    purge_random_town(seed, town, db_path)


@pytest.mark.slow
@settings(max_examples=300, deadline=None, suppress_health_check=COPIED)
@given(seed=SEEDS)
def test_what_is_younger_held_open_or_needed_stays_and_nothing_else_for_long(
    seed: int, town: Path, db_path: Path
) -> None:
    purge_random_town(seed, town, db_path)


def purge_random_town(seed: int, town: Path, db_path: Path) -> None:
    draw = random.Random(seed)
    shutil.copy(town, db_path)
    keep = {name: draw.choice([*YEARS * 4, None]) for name in retention_steps.CLASSES}
    with contextlib.closing(sqlite3.connect(db_path)) as hand, hand:
        Maker(hand, draw).make()
        for name, years in keep.items():
            said = {"years": years, "never": int(years is None), "name": name}
            hand.execute(
                "UPDATE retention SET years = :years, never = :never WHERE class = :name", said
            )
    before = load(db_path)
    expected = Oracle(before, keep).gone()
    done = run_ccu("purge", "--yes", "-f", "json")
    assert done.code == 0, done.err
    for table, gone in expected.items():
        was = {row["id"] for row in before[table]}
        assert was - ids(db_path, table) == gone, table
    with contextlib.closing(sqlite3.connect(db_path)) as hand:
        assert hand.execute("PRAGMA foreign_key_check").fetchall() == []
        left = hand.execute("SELECT count(*) FROM change WHERE record = 'call'").fetchone()[0]
        assert left == len(before["call"]) - len(expected["call"])
        texts = hand.execute("SELECT count(*) FROM address").fetchone()[0]
        assert texts in (len(before["call"]) - len(expected["call"]), len(before["call"]))
    checked = run_ccu("check")
    assert checked.code == 0, checked.out
    assert retention_steps.counts(run_ccu("purge", "--yes", "-f", "json")) == {}
