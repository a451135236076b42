"""`ccu frequent`: the lists against a recount in plain Python; overrides and their review."""

import json
import sqlite3
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .. import steps
from ..conftest import Ccu, Result, examples, run_ccu
from ..steps import at

ZONE = ZoneInfo("America/New_York")
NOW = "2026-01-31T14:00"


@pytest.fixture
def ccu(ccu: Ccu, monkeypatch: pytest.MonkeyPatch) -> Ccu:
    monkeypatch.setenv("CCU_TODAY", NOW)
    return ccu


def listed(*more: str, today: str = NOW) -> dict[str, Any]:
    done = at(today, "frequent", *more, "-f", "json")
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def numbers(rows: list[dict[str, Any]]) -> list[int]:
    return [row.get("person") or row["place"] for row in rows]


def override(ccu: Ccu, *args: str, reason: str = "the unit knows them") -> Result:
    return ccu("frequent", "override", *args, "--file", "-", stdin=reason)


def calls(ccu: Ccu, count: int, *people: str) -> None:
    for day in range(count):
        steps.call(ccu, *people, when=f"2026-01-{day + 10} 10:00")


# ---------------------------------------------------------------- against a plain recount

MOMENTS = ("2026-01-31T14:00", "2026-03-08T03:30", "2026-03-10T23:59", "2026-11-01T01:30")
CLOCKS = ("00:00:00", "01:30:00", "03:00:00", "14:00:00", "14:00:01", "23:59:59")
PEOPLE, PLACES = 5, 5  # place 1 is a building, 2 and 3 its units, 4 elsewhere, 5 in another city

person = st.integers(1, PEOPLE)
place = st.integers(1, PLACES)
worlds = st.fixed_dictionaries(
    {
        "now": st.sampled_from(MOMENTS),
        "k": st.sampled_from((1, 1, 2, 3)),
        "days": st.integers(1, 3),
        "merges": st.dictionaries(st.integers(1, PEOPLE - 1), st.integers(1, PEOPLE), max_size=4),
        "named": st.sets(person),
        "exempt": st.sets(place, max_size=2),
        "calls": st.lists(
            st.fixed_dictionaries(
                {
                    "back": st.sampled_from((0, 0, 1, 1, 2, 3, -1)),
                    "clock": st.sampled_from(CLOCKS),
                    "fold": st.integers(0, 1),
                    "place": st.none() | place,
                    "care": st.sampled_from((1, 1, 1, 0)),
                    "void": st.sampled_from((False, False, False, True)),
                    "met": st.sets(
                        st.tuples(person, st.sampled_from(("subject", "subject", "caller"))),
                        max_size=3,
                    ),
                }
            ),
            max_size=14,
        ),
        "overrides": st.lists(
            st.tuples(st.sampled_from(("person", "place")), person, st.booleans(), st.booleans()),
            max_size=4,
        ),
        "workers": st.sets(person, max_size=2),
        "together": st.sets(person, max_size=3),  # household 1
        "household_worker": st.booleans(),
        "open": st.lists(
            st.tuples(
                st.sampled_from(("referral", "closed", "its", "call", "person")), person, person
            ),
            max_size=5,
        ),
    }
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("frequent") / "ccu.db"
    line = ("init", "--town", "Westport", "--state", "CT", "--timezone", str(ZONE))
    assert run_ccu("--db", str(path), *line).code == 0
    return path


def put(hand: sqlite3.Connection, table: str, **values: Any) -> None:
    names = ", ".join(values)
    hand.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(values))})",
                 tuple(values.values()))  # fmt: skip


def build(path: Path, world: dict[str, Any]) -> None:
    """The world as rows, by hand."""
    by = {"recorded_at": "2026-01-01T00:00:00-05:00", "recorded_by": 1}
    now = datetime.fromisoformat(world["now"]).replace(tzinfo=ZONE)
    with sqlite3.connect(path) as hand:
        hand.execute("UPDATE setting SET value = ? WHERE name = 'repeat_calls'", (world["k"],))
        hand.execute("UPDATE setting SET value = ? WHERE name = 'repeat_days'", (world["days"],))
        for number in range(1, PEOPLE + 1):
            put(hand, "person", id=number, family_name="Q" * (number in world["named"]), **by)
        for merged, into in world["merges"].items():
            if into > merged:  # so that there is no circle
                hand.execute("UPDATE person SET merged_into = ? WHERE id = ?", (into, merged))
        for number, unit in ((1, ""), (2, "# 1"), (3, "# 2"), (4, ""), (5, "")):
            street = "ELM ST" if number < 4 else "OAK ST"
            put(hand, "place", id=number, kind="address", number="1", street=street, unit=unit,
                city="WESTPORT" if number < 5 else "WESTON", building_key=street,
                unit_key=f"{street} {unit}".strip(),
                exempt_reason="many" if number in world["exempt"] else None)  # fmt: skip
        put(hand, "household", id=1, **by)
        for number, call in enumerate(world["calls"], 1):
            day = (now - timedelta(days=call["back"])).date()
            when = datetime.fromisoformat(f"{day}T{call['clock']}")
            iso = when.replace(tzinfo=ZONE, fold=call["fold"]).isoformat()
            void = {"voided_at": by["recorded_at"], "voided_by": 1, "void_reason": "x"}
            put(hand, "call", id=number, occurred_at=iso, place_id=call["place"],
                care=call["care"], **(void if call["void"] else {}), **by)  # fmt: skip
            for each, role in call["met"]:
                put(hand, "call_person", call_id=number, person_id=each, role=role)
        for kind, number, on, ended in world["overrides"]:
            put(hand, "frequent_override", **{f"{kind}_id": number}, frequent=on, reason="x",
                review_on="2026-06-01", ended_at=by["recorded_at"] if ended else None,
                **by)  # fmt: skip
        for number in world["workers"]:
            put(hand, "worker", staff_id=1, person_id=number, since="2026-01-01")
        for number in world["together"]:
            put(hand, "household_member", household_id=1, person_id=number)
        if world["household_worker"]:
            put(hand, "worker", staff_id=1, household_id=1, since="2026-01-01")
        put(hand, "provider", id=1, name="P")
        for kind, number, other in world["open"]:
            put_open(hand, kind, number, min(other, len(world["calls"])) or None, by)


def put_open(
    hand: sqlite3.Connection, kind: str, number: int, call: int | None, by: dict[str, Any]
) -> None:
    due = {"kind": "visit", "owner_id": 1, "due_at": "2026-12-01T00:00:00-05:00", **by}
    if kind in ("referral", "closed", "its"):
        # of the person, or of nobody by name: then of everybody who was on the call
        about = {"person_id": number} if kind != "referral" or call is None else {"call_id": call}
        status = "cancelled" if kind == "closed" else "requested"
        put(hand, "referral", need="housing", provider_id=1, owner_id=1, status=status,
            made_at=by["recorded_at"], **about, **by)  # fmt: skip
        referral = hand.execute("SELECT max(id) FROM referral").fetchone()[0]
        if kind != "referral":
            put(hand, "follow_up", referral_id=referral, person_id=number, **due)
    elif kind == "call" and call is not None:
        put(hand, "follow_up", call_id=call, **due)
    else:
        put(hand, "follow_up", person_id=number, **due)


class Recount:
    """The lists as a person with the exported rows and a pencil would make them."""

    def __init__(self, world: dict[str, Any], path: Path) -> None:
        with sqlite3.connect(path) as hand:
            hand.row_factory = sqlite3.Row
            self.rows = {
                table: [dict(row) for row in hand.execute(f"SELECT * FROM {table}")]
                for table in ("call", "call_person", "person", "place", "frequent_override")
            }
        self.world = world
        self.now = datetime.fromisoformat(world["now"])
        self.merged = {row["id"]: row["merged_into"] for row in self.rows["person"]}

    def human(self, number: int) -> int:
        while self.merged[number]:
            number = self.merged[number]
        return number

    def in_window(self, call: dict[str, Any]) -> bool:
        wall = datetime.fromisoformat(call["occurred_at"]).replace(tzinfo=None)
        days = (self.now.date() - wall.date()).days
        return not call["voided_at"] and wall <= self.now and days < self.world["days"]

    def subjects(self, call: dict[str, Any]) -> set[int]:
        return {
            self.human(row["person_id"])
            for row in self.rows["call_person"]
            if row["call_id"] == call["id"] and row["role"] == "subject"
        }

    def exempt(self, number: int) -> bool:
        building = 1 if number < 4 else number
        return bool({number, building} & self.world["exempt"])

    def decided(self, kind: str) -> dict[int, bool]:
        found = {}
        for row in self.rows["frequent_override"]:  # the last one counts
            number = row[f"{kind}_id"]
            if number and not row["ended_at"]:
                found[self.human(number) if kind == "person" else number] = bool(row["frequent"])
        return found

    def split(self, counts: dict[int, int], kind: str) -> tuple[set[int], set[int], set[int]]:
        """Those listed, those left out by override, those exempt."""
        over = {number for number, count in counts.items() if count >= self.world["k"]}
        exempt = {n for n in over if kind == "place" and self.exempt(n)}
        decided = self.decided(kind)
        never = {n for n in decided if kind == "place" and self.exempt(n)}
        on = {n for n, frequent in decided.items() if frequent} - never
        off = {n for n, frequent in decided.items() if not frequent} - never
        return ((over - exempt) | on) - off, (over - exempt) & off, exempt

    def count(self) -> tuple[dict[int, int], dict[int, int], dict[int, tuple[int, int, int]]]:
        """Care calls by person and by place; of a place also all calls, named, unknown."""
        named = {row["id"] for row in self.rows["person"] if row["family_name"]}
        people: dict[int, int] = defaultdict(int)
        places: dict[int, int] = defaultdict(int)
        every: dict[int, int] = defaultdict(int)
        there: dict[int, set[int]] = defaultdict(set)
        unknown: dict[int, int] = defaultdict(int)
        for call in filter(self.in_window, self.rows["call"]):
            every[call["place_id"]] += 1
            if call["care"]:
                for number in self.subjects(call):
                    people[number] += 1
                places[call["place_id"]] += 1
                there[call["place_id"]] |= self.subjects(call)
                unknown[call["place_id"]] += not self.subjects(call) & named
        places.pop(None, 0)  # type: ignore[call-overload]
        more = {
            number: (every[number], len(there[number] & named), unknown[number])
            for number in range(1, PLACES + 1)
        }
        return people, places, more


@settings(max_examples=examples(10, 120), deadline=None, suppress_health_check=list(HealthCheck))
@given(world=worlds)
def test_the_lists_are_what_a_plain_recount_returns(
    world: dict[str, Any], template: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("world") / "ccu.db"
    steps.copy_file(template, path)
    build(path, world)

    def read(*line: str) -> Any:
        done = run_ccu("--db", str(path), "--today", world["now"], *line, "-f", "json")
        assert done.code == 0, done.err
        return json.loads(done.out)

    told = Recount(world, path)
    people, places, more = told.count()
    found = read("frequent", "people")
    on, off, _none = told.split(people, "person")
    assert (set(numbers(found["people"])), set(numbers(found["left_out"]))) == (on, off)
    for row in found["people"] + found["left_out"]:
        assert row["care_calls"] == people[row["person"]]
        card = read("history", "--person", str(row["person"]))
        assert card["counts"]["repeat"]["care_calls"] == row["care_calls"]
        assert row["worker"] == bool(card["workers"])
        assert row["open"] == len(card["open"])

    found = read("frequent", "places")
    on, off, exempt = told.split(places, "place")
    assert [set(numbers(found[key])) for key in ("places", "left_out", "exempt")] == [
        on,
        off,
        exempt,
    ]
    for row in found["places"] + found["left_out"] + found["exempt"]:
        number = row["place"]
        assert row["care_calls"] == places[number]
        assert (row["calls"], row["people"], row["unknown"]) == more[number]
        shown = read("place", "show", "--place", str(number))
        assert shown["counts"]["repeat"]["care_calls"] == row["care_calls"]
        assert bool(shown["counts"]["repeat"]["exempt"]) == told.exempt(number)
    assert (found["k"], found["days"]) == (world["k"], world["days"])


@pytest.mark.parametrize(
    ("now", "iso", "counted"),
    [
        ("2026-01-31T14:00", "2026-01-31T14:00:00-05:00", True),  # this very second
        ("2026-01-31T14:00", "2026-01-31T14:00:01-05:00", False),
        ("2026-01-31T14:00", "2026-01-30T00:00:00-05:00", True),  # the first of two days
        ("2026-01-31T14:00", "2026-01-29T23:59:59-05:00", False),
        ("2026-03-09T12:00", "2026-03-08T00:00:00-05:00", True),  # 23 hours long
        ("2026-03-09T12:00", "2026-03-07T23:59:59-05:00", False),
        ("2026-11-02T12:00", "2026-11-01T00:00:00-04:00", True),  # 25 hours long
        ("2026-11-02T12:00", "2026-10-31T23:59:59-04:00", False),
    ],
)
def test_the_edges_of_the_window(
    now: str, iso: str, counted: bool, ccu: Ccu, db_path: Path
) -> None:
    calls(ccu, 1, "unknown")
    with sqlite3.connect(db_path) as hand:
        hand.execute("UPDATE call SET occurred_at = ?", (iso,))
    for who in ("people", "places"):
        found = listed(who, "--k", "1", "--days", "2", today=now)
        assert numbers(found[who]) == [1] * counted


# ---------------------------------------------------------------- the page


def test_the_threshold_is_in_the_title_and_in_the_json(ccu: Ccu) -> None:
    calls(ccu, 3, "unknown")
    page = ccu("frequent", "places").out.splitlines()
    days = "Nov 3, 2025 to Jan 31, 2026"
    assert page[0] == f"Frequent places: 3 or more care calls in 90 days ({days})"
    titles = ("Place", "Address", "Care", "calls", "Calls", "People", "Unknown", "Last", "Worker")
    assert page[2].split() == [*titles, "Override"]
    assert page[3].split() == "1 12 MAIN ST # 3 3 3 0 3 01/12/2026 no".split()
    found = listed("places", "--k", "4", "--days", "30")
    assert (found["k"], found["days"], found["from"]) == (4, 30, "2026-01-02")
    assert found["as_of"] == "2026-01-31T14:00:00-05:00"
    assert (found["places"], found["exempt"]) == ([], [])
    title = ccu("frequent", "people", "--k", "1", "--days", "1").out.splitlines()[0]
    assert title == "Frequent people: 1 or more care calls in 1 day (Jan 31, 2026 to Jan 31, 2026)"


def test_every_format_has_the_same_rows(ccu: Ccu) -> None:
    calls(ccu, 3, "unknown")
    assert ccu("frequent", "places", "-f", "csv").out == (
        '"place","address","care_calls","calls","people","unknown","last","worker","override"\r\n'
        '"1","12 MAIN ST # 3","3","3","0","3","2026-01-12","no",""\r\n'
    ).replace("\r\n", "\n")
    assert ccu("frequent", "people", "-f", "csv").out.splitlines() == [
        '"person","care_calls","places","last","worker","open","override"'
    ]
    assert "| 12 MAIN ST # 3 |" in ccu("frequent", "places", "-f", "markdown").out


def test_names_only_when_asked_and_it_is_recorded_whose(ccu: Ccu, db_path: Path) -> None:
    calls(ccu, 1, "unknown")
    steps.name(db_path, 1, "Rowan", "Sample")
    calls(ccu, 3, "1")
    quiet = ccu("frequent", "people")
    assert "Sample" not in quiet.out
    assert steps.audited(db_path, "frequent-people") == [("", None)]
    assert "Rowan Sample" in ccu("frequent", "people", "--names").out
    assert steps.audited(db_path, "frequent-people")[1:] == [("", None), ("person", 1)]
    assert listed("people")["people"][0]["care_calls"] == 4
    assert listed("places")["places"][0]["people"] == 1


def test_callers_are_not_counted_as_subjects(ccu: Ccu, db_path: Path) -> None:
    calls(ccu, 3, "unknown")
    with sqlite3.connect(db_path) as hand:
        hand.execute("UPDATE call_person SET role = 'caller', person_id = 1")
    assert listed("people")["people"] == []
    assert "Repeat person" not in ccu("history", "--person", "1").out


# ---------------------------------------------------------------- overrides


def test_an_override_lists_below_and_leaves_out_above(ccu: Ccu) -> None:
    calls(ccu, 3, "unknown")
    assert override(ccu, "--person", "1", "--on").out == (
        "Override 1: person 1 is on the list regardless of the count, until review Jul 30, 2026.\n"
    )
    assert override(ccu, "--address", "12 main street #3", "--off").code == 0
    (row,) = listed("people")["people"]
    assert (row["care_calls"], row["override"]) == (
        1,
        {"id": 1, "since": "2026-01-31", "review_on": "2026-07-30"},
    )
    assert listed("places")["places"] == []
    page = ccu("frequent", "places")
    assert page.out.endswith("\n1 left out by override; --all lists them.\n")
    assert "Left out by override (1)" in ccu("frequent", "places", "--all").out
    assert "since 01/31/2026, review 07/30/2026" in ccu("frequent", "people").out
    assert (
        "Marked frequent by override until review Jul 30, 2026"
        " (1 care call about them in 90 days; the town's threshold is 3).\n"
    ) in ccu("history", "--person", "1").out
    assert (
        "Not listed as frequent by override, see ccu frequent review"
        " (3 care calls in 90 days; the town's threshold is 3).\n"
    ) in ccu("history", "-a", "12 Main St Apt 3").out


def test_a_new_override_ends_the_one_before_and_both_are_kept(ccu: Ccu, db_path: Path) -> None:
    calls(ccu, 1, "unknown", "unknown")
    assert override(ccu, "--person", "1", "--on").code == 0
    assert override(ccu, "--person", "2", "--on").code == 0
    steps.merge(db_path, 2, 1)
    assert numbers(listed("people")["people"]) == [1]  # the later of the two, as one
    done = override(ccu, "--person", "1", "--off")
    assert done.out.endswith(" Ended override 1, 2.\n")
    assert listed("people")["people"] == []
    with sqlite3.connect(db_path) as hand:
        kept = hand.execute("SELECT person_id, frequent, ended_at IS NULL FROM frequent_override")
        assert kept.fetchall() == [(1, 1, 0), (2, 1, 0), (1, 0, 1)]
    assert override(ccu, "--person", "2", "--on").err == (
        "ccu: error: person 2 was merged into person 1\n"
    )


def test_a_review_is_due_told_in_the_brief_and_keeps_or_ends(ccu: Ccu, db_path: Path) -> None:
    calls(ccu, 1, "unknown")
    assert override(ccu, "--person", "1", "--on").code == 0
    assert json.loads(ccu("frequent", "review", "-f", "json").out) == []
    assert "Overrides" not in ccu("brief").out
    late = "2026-08-02T09:00"
    (row,) = json.loads(at(late, "frequent", "review", "-f", "json").out)
    assert (row["id"], row["listed"], row["days_late"]) == (1, "on", 3)
    assert row["reason"] == "the unit knows them"
    assert steps.audited(db_path, "frequent-review") == [("person", 1)]
    (told,) = json.loads(at(late, "brief", "-f", "json").out)["overrides_due"]
    assert told == {
        "id": 1,
        "person": 1,
        "place": "",
        "listed": "on",
        "review_on": "2026-07-30",
        "days_late": 3,
    }
    assert "; the review is due)" in at(late, "history", "--person", "1").out
    assert numbers(listed("people", today=late)["people"]) == [1]  # it is active until it is ended

    def review(*args: str) -> Result:
        return run_ccu("--today", late, "frequent", "review", *args, stdin="still so")

    assert review("1", "--keep", "--file", "-").out == (
        "Override 1 is kept until review Jan 29, 2027.\n"
    )
    assert at(late, "brief", "-f", "json").out.count('"overrides_due": []') == 1
    assert review("1", "--end", "--file", "-").out == (
        "Override 1 has ended; the count decides again.\n"
    )
    assert listed("people", today=late)["people"] == []
    assert review("1", "--end", "--file", "-").code == 2
    with sqlite3.connect(db_path) as hand:
        kept = hand.execute("SELECT field, reason FROM change WHERE record = 'frequent_override'")
        assert kept.fetchall() == [("review_on", "still so"), ("ended_at", "still so")]


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["people", "--k", "0"], 2, "--k must be a whole number from 1 to"),
        (["people", "--days", ""], 2, "--days must be a whole number from 1 to"),
        (["places", "--days", "1_0"], 2, "--days must be a whole number from 1 to"),
        (["places", "--days", "999999"], 2, "--days must be a whole number from 1 to"),
        (["override", "--person", "1"], 2, "give either --on or --off"),
        (["override", "--on"], 2, "give one of --person, --place and --address"),
        (["override", "--on", "--person", "1", "--place", "1"], 2, "give one of"),
        (["override", "--on", "--person", "9"], 3, "no person 9"),
        (["override", "--on", "--place", "9"], 3, "no place 9"),
        (["override", "--on", "--address", "9 Elm St"], 3, "no place is recorded"),
        (["override", "--on", "--address", "???"], 2, "the address cannot be read"),
        (["override", "--on", "--person", "1"], 2, "--file is missing"),
        (["review", "9", "--keep"], 3, "no override 9"),
        (["review", "1"], 2, "give --keep or --end with the number"),
        (["review", "--keep"], 2, "--keep and --end need a number"),
        (["review", "x", "--keep"], 2, "a frequent override is named by its"),
    ],
)
def test_bad_input_is_one_sentence(args: list[str], code: int, says: str, ccu: Ccu) -> None:
    calls(ccu, 1, "unknown")
    done = ccu("frequent", *args)
    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1)
    assert done.err.startswith(f"ccu: error: {says}")


@pytest.mark.parametrize(
    "reason", ["", " \n", "a\x1b[2Jb", "two\nlines", "x" * 301, b"\xff\xfe\xfa"]
)
def test_a_reason_is_one_plain_line(reason: str | bytes, ccu: Ccu) -> None:
    calls(ccu, 1, "unknown")
    done = ccu("frequent", "override", "--person", "1", "--on", "--file", "-", stdin=reason)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert json.loads(ccu("frequent", "review", "--all", "-f", "json").out) == []


def test_at_a_terminal_the_reason_is_asked_for(ccu: Ccu) -> None:
    calls(ccu, 1, "unknown")
    done = ccu("frequent", "override", "--person", "1", "--on", tty=True, stdin="\nher wish\n")
    assert done.code == 0, done.err
    (row,) = json.loads(ccu("frequent", "review", "--all", "-f", "json").out)
    assert row["reason"] == "her wish"


def test_an_account_that_is_not_on_the_list_sees_and_does_nothing(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls(ccu, 3, "unknown")
    steps.become(monkeypatch, "stranger")
    for line in (["people"], ["places"], ["review"], ["review", "1", "--keep", "--file", "-"]):
        assert ccu("frequent", *line).code == 7
    assert override(ccu, "--person", "1", "--on").code == 7
