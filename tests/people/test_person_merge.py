"""Merges: meanwhile one person and one count; and once undone they leave nothing behind.

A machine makes people, calls, follow-ups, workers and changes, merges and undoes merges in any
order on a real file, beside a model in plain Python that knows only each record's own doings and
the list of active merges.
"""

import contextlib
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ccu.calls import store as calls
from ccu.calls.store import NewCall
from ccu.card import store as cards
from ccu.check import store
from ccu.database import opening as db
from ccu.database import schema
from ccu.errors import InvalidInput
from ccu.follow_ups import store as follow_ups
from ccu.identity import Known, Name
from ccu.people import match_store
from ccu.people import merge_store as merges
from ccu.people import open_work_store as open_work
from ccu.people import store as people
from ccu.people import worker_store as workers
from ccu.people.open_work_store import AsOf
from ccu.people.store import Met, Said
from ccu.people.worker_store import Client
from ccu.records import audit, person_ids
from ccu.records import settings as town
from ccu.records.visibility import View
from ccu.work import Work

from .. import steps
from ..conftest import TODAY, Ccu, examples

AT = "2026-01-31T14:00:00-05:00"
NOW = datetime.fromisoformat(AT)
NAMES = [("Ana", "Reyes"), ("Walter", "Quill"), ("Rowan", "Sample"), ("Imogen", "Thrush")]
PHONES = [None, "203-555-0110", "203-555-0111", "203-555-0112"]
FIELDS = ("name", "phone", "age", "veteran", "worker")
WINDOW = {
    **{f"day_{span}": "2000-01-01" for span in (30, 90, 365, "repeat")},
    "now": "2026-12-31T00:00:00",
}


def dump(connection: sqlite3.Connection) -> list[str]:
    """All tables as text, without the audit."""
    return [line for line in connection.iterdump() if "audit" not in line]


class Merged:
    """An active merge: which record, into which, and the fields chosen from it."""

    def __init__(self, merged: int, kept: int, taken: list[str]) -> None:
        self.merged, self.kept, self.taken = merged, kept, set(taken)
        self.never: set[str] = set()


class Machine(RuleBasedStateMachine):
    """The file on one side, on the other each record's own doings and the active merges."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "ccu.db"
        with schema.creating(path) as made:
            made.execute("UPDATE setting SET value = 'America/New_York' WHERE name = 'timezone'")
            made.executemany(
                "INSERT INTO staff (login, role) VALUES (?, 'clinician')",
                [("me",), ("dlee",), ("boss",)],
            )
            audit.record(made, 1, "staff-add")
        self.db = db.open_database(path)
        self.settings = town.load(self.db)
        self.work = Work(self.db, 1, NOW, self.settings, lambda: View(self.db, 1, NOW, ""))
        self.own: dict[int, dict[str, Any]] = {}
        self.calls: dict[int, set[int]] = {}
        self.due: dict[int, int] = {}  # follow-up -> record
        self.turn: dict[int, int | None] = {}  # record -> who works with it, but for merges
        self.merges: list[Merged] = []

    def teardown(self) -> None:
        if not hasattr(self, "db"):
            return
        while self.merges:  # in an order that is not the one they were made in
            self.undo(self.merges[(len(self.merges) * 7) % 3 % len(self.merges)])
            self.counts_are_as_the_model_says()
        self.nothing_is_left_of_any_merge()
        self.db.close()
        self.folder.cleanup()

    # -------------------------------------------------------- the model

    def root(self, record: int) -> int:
        into = {each.merged: each.kept for each in self.merges}
        while record in into:
            record = into[record]
        return record

    def human_beings(self) -> dict[int, set[int]]:
        found: dict[int, set[int]] = {}
        for record in self.own:
            found.setdefault(self.root(record), set()).add(record)
        return found

    def shown(self, record: int, field: str) -> Any:
        inner = [each for each in self.merges if each.kept == record][::-1]
        chosen = [self.shown(each.merged, field) for each in inner if field in each.taken]
        left = [self.shown(each.merged, field) for each in inner if field not in each.never]
        values = [*chosen, self.own[record][field], *left]
        return next((value for value in values if value not in (None, ("", ""))), values[-1])

    def pick(self, data: Any, what: str = "person") -> int:
        return int(data.draw(st.sampled_from(sorted(self.human_beings())), label=what))

    # -------------------------------------------------------- what people do

    @rule(
        name=st.sampled_from([*NAMES, ("", "")]),
        phone=st.sampled_from(PHONES),
        age=st.sampled_from([None, 40]),
        veteran=st.sampled_from([None, True, False]),
    )
    def add(self, name: tuple[str, str], phone: str | None, age: int | None, veteran: Any) -> None:
        values: dict[str, Any] = {"given_name": name[0], "family_name": name[1], "phone": phone}
        if age:
            values |= {"age_estimate": age, "age_estimated_on": TODAY}
        values["veteran"] = veteran
        with db.write(self.db):
            record = people.create(self.work, Said(fields=values))
        self.own[record] = {"name": name, "phone": phone, "age": age, "veteran": veteran}
        self.turn[record] = None

    @precondition(lambda self: self.own)
    @rule(data=st.data())
    def log_call(self, data: Any) -> None:
        met = {self.pick(data), self.pick(data)}
        with db.write(self.db):
            call = NewCall(
                occurred_at=AT,
                address=None,
                nature="crisis",
                people=[Met(person_id=each) for each in sorted(met)],
            )
            self.calls[calls.log(self.work, call)] = met

    @precondition(lambda self: self.own)
    @rule(data=st.data())
    def plan_a_follow_up(self, data: Any) -> None:
        person = self.pick(data)
        with db.write(self.db):
            about = follow_ups.about_person(self.work, person, None)
            number = follow_ups.add(self.work, "call", about, AT)
        self.due[number] = person

    @precondition(lambda self: self.own)
    @rule(data=st.data(), phone=st.sampled_from(PHONES), name=st.sampled_from(NAMES))
    def change(self, data: Any, phone: str | None, name: tuple[str, str]) -> None:
        person = self.pick(data)
        new = {"phone": phone, "given_name": name[0], "family_name": name[1]}
        before = {field: self.shown(person, field) for field in ("phone", "name")}
        with db.write(self.db):
            people.change(self.work, person, Said(fields=new))
        for field, value in (("phone", phone), ("name", name)):
            if before[field] != value:
                self.own[person][field] = value
                for each in self.merges:
                    if each.kept == person:
                        each.taken.discard(field)
                        each.never.add(field)

    @precondition(lambda self: self.own)
    @rule(data=st.data(), worker=st.sampled_from([2, 3]))
    def assign(self, data: Any, worker: int) -> None:
        person = self.pick(data)
        before = workers.of_person(self.db, person)
        if before is not None and before["staff_id"] == worker:
            return
        with db.write(self.db):
            workers.assign(self.work, Client(person_id=person), worker, TODAY)
        if before is not None:
            self.turn[before["person_id"]] = None
        self.turn[person] = worker

    @precondition(lambda self: any(self.turn.values()))
    @rule(data=st.data())
    def end_turn(self, data: Any) -> None:
        person = self.pick(data)
        before = workers.of_person(self.db, person)
        if before is not None:
            with db.write(self.db):
                workers.end(self.work, Client(person_id=person), TODAY)
            self.turn[before["person_id"]] = None

    @precondition(lambda self: len(self.human_beings()) > 1)
    @rule(data=st.data(), taken=st.lists(st.sampled_from(FIELDS), unique=True))
    def merge(self, data: Any, taken: list[str]) -> None:
        kept = self.pick(data, "kept")
        merged = self.pick(data, "merged")
        if kept != merged:
            with db.write(self.db):
                merges.merge(self.work, kept, merged, taken)
            self.merges.append(Merged(merged, kept, taken))

    @precondition(lambda self: len(self.human_beings()) > 1)
    @rule(data=st.data(), taken=st.lists(st.sampled_from(FIELDS), unique=True))
    def merge_and_undo_at_once(self, data: Any, taken: list[str]) -> None:
        kept, merged = self.pick(data, "kept"), self.pick(data, "merged")
        if kept == merged:
            with pytest.raises(InvalidInput), db.write(self.db):
                merges.merge(self.work, kept, merged, taken)
            return
        before = dump(self.db)
        with db.write(self.db):
            merges.merge(self.work, kept, merged, taken)
        with db.write(self.db):
            merges.unmerge(self.work, merged)
        assert dump(self.db) == before

    @precondition(lambda self: self.merges)
    @rule(data=st.data())
    def unmerge(self, data: Any) -> None:
        self.undo(data.draw(st.sampled_from(self.merges)))

    def undo(self, each: Merged) -> None:
        with db.write(self.db):
            undone = merges.unmerge(self.work, each.merged)
        assert undone["was_part_of"] == self.root(each.merged)
        self.merges.remove(each)

    # -------------------------------------------------------- what must hold

    @invariant()
    def counts_are_as_the_model_says(self) -> None:
        if not hasattr(self, "db"):
            return
        human = self.human_beings()
        (count,) = self.db.execute("SELECT count(DISTINCT canonical_id) FROM human").fetchone()
        assert count == len(human)
        for person, records in human.items():
            same = person_ids.same(self.db, [person])
            assert same == sorted(records)
            met = cards.counts(self.db, {**WINDOW, "people": json.dumps(same)})
            assert met["all_ever"] == sum(bool(records & who) for who in self.calls.values())
            view = View(self.db, 1, NOW, "")  # an admin's: nothing is hidden
            items = open_work.open_items(self.db, None, same, AsOf.of(NOW), view)
            expected = {number for number, record in self.due.items() if record in records}
            assert {each["id"] for each in items} == expected
            self.shows_what_it_should(person)
        assert not [name for name, broken in store.broken_rules(self.db) if broken]

    def shows_what_it_should(self, person: int) -> None:
        row = self.db.execute("SELECT * FROM person WHERE id = ?", (person,)).fetchone()
        assert (row["given_name"], row["family_name"]) == self.shown(person, "name")
        assert row["phone"] == self.shown(person, "phone")
        assert row["age_estimate"] == self.shown(person, "age")
        assert row["veteran"] == self.shown(person, "veteran")

    @invariant()
    def they_are_found_by_every_name(self) -> None:
        if not hasattr(self, "db"):
            return
        for given, family in NAMES:
            found = match_store.best_matches(self.db, Known(names=(Name(given, family),)), 0, 100)
            has = [number for number, own in self.own.items() if own["name"] == (given, family)]
            assert sorted(each.person_id for each in found) == sorted({self.root(n) for n in has})

    def nothing_is_left_of_any_merge(self) -> None:
        for table in ("person_merge", "person_own"):
            assert not self.db.execute(f"SELECT * FROM {table}").fetchall()
        now = {record: workers.of_person(self.db, record) for record in self.own}
        assert {record: turn and turn["staff_id"] for record, turn in now.items()} == self.turn
        for call, met in self.calls.items():
            found = self.db.execute("SELECT person_id FROM call_person WHERE call_id = ?", (call,))
            assert {row[0] for row in found} == met


def run_machine(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_any_sequence_of_merges_counts_as_the_records_say_and_leaves_nothing() -> None:
    run_machine(examples(6, 50), 25)


@pytest.mark.slow
def test_any_sequence_of_merges_for_long() -> None:
    run_machine(150, 50)


# ---------------------------------------------------------------- faults

# Merges and undoes the merge, over and over, telling of each.
WORKER = """
import sys
from ccu.cli import main
for _ in range(int(sys.argv[1])):
    for line in (["merge", "1", "2", "--prefer", "merged"], ["unmerge", "2"]):
        code = main(["person", *line])
        sys.stdout.flush()
        if code:
            sys.exit(code)
"""
posix = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


def two_people(ccu: Ccu) -> None:
    """Records 1 and 2, unlike in every field, each with a call and a worker."""
    steps.start(ccu)
    steps.call(ccu, "unknown")
    said = "given: {}\nfamily: Quill\nborn: 1950-02-0{}\nphone: 203-555-011{}\nhome: {} Elm St\n"
    for number, given in ((1, "Walter"), (2, "Wally")):
        text = said.format(given, number, number, number)
        done = ccu("person", "edit", str(number), "--file", "-", "--no-input", stdin=text)
        assert done.code == 0, done.err
        worker = ("--person", str(number), "--staff", ("dlee", "boss")[number - 1])
        assert ccu("worker", "assign", *worker).code == 0


def start(db_path: Path, *args: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, *args],
        env={**os.environ, "CCU_DB": str(db_path), "CCU_TODAY": TODAY},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def state(db_path: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(db_path)) as hand:  # not left to the collector
        return dump(hand)


@posix
def test_killed_in_the_middle_a_merge_is_done_or_not_begun(ccu: Ccu, db_path: Path) -> None:
    two_people(ccu)
    apart = state(db_path)
    assert ccu("person", "merge", "1", "2", "--prefer", "merged", "--no-input").code == 0
    merged = [re.sub(r"2026-01-31T[0-9:]*", "", line) for line in state(db_path)]
    assert ccu("person", "unmerge", "2").code == 0
    assert state(db_path) == apart
    chance = random.Random(11)
    for _ in range(12):
        worker = start(db_path, "-c", WORKER, "100000")
        assert worker.stdout is not None
        worker.stdout.readline()
        threading.Timer(chance.uniform(0, 0.1), worker.kill).start()
        worker.communicate()
        assert worker.returncode == -signal.SIGKILL
        assert ccu("check", "--quiet").code == 0
        found = state(db_path)
        if found != apart:
            assert [re.sub(r"2026-01-31T[0-9:]*", "", line) for line in found] == merged
            assert ccu("person", "unmerge", "2").code == 0
        assert state(db_path) == apart


def test_two_who_merge_the_same_at_once_merge_it_once(ccu: Ccu, db_path: Path) -> None:
    two_people(ccu)
    line = "import sys; from ccu.cli import main; sys.exit(main(sys.argv[1:]))"
    merge = ("person", "merge", "1", "2", "--prefer", "kept")
    other = ("person", "merge", "2", "1", "--prefer", "kept")
    racing = [start(db_path, "-c", line, *each) for each in (merge, other, merge, other)]
    ends = [(each.communicate(), each.returncode) for each in racing]
    assert sorted(code for _, code in ends) == [0, 2, 2, 2]
    said = {err for (_, err), code in ends if code == 2}
    assert len(said) <= 2
    assert all(b"are already merged, as person" in err and err.count(b"\n") == 1 for err in said)
    with sqlite3.connect(db_path) as hand:
        assert hand.execute("SELECT count(*) FROM person_merge").fetchone() == (1,)
    assert ccu("check", "--quiet").code == 0
