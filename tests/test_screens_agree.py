"""Whose worker, and what is open, overdue, stalled and accepted, are the same on every screen.

A town's rows are put in by hand, so that memberships and turns begin and end on yesterday, today
and tomorrow, and are read back through the commands.
"""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from . import steps
from .conftest import examples, run_ccu
from .frequent.test_frequent import put

NOW = "2026-01-31T14:00"
PEOPLE, HOUSEHOLDS, STAFF = range(1, 5), (1, 2), (1, 2, 3)
CALLS = 5  # the last one is void; one is about each person
STATES = ("due", "due now", "late", "late today", "sign", "closed")
# Fourteen days (stalled_days) before NOW, a second later, and well before and after.
MOMENTS = tuple(
    f"2026-01-{each}-05:00" for each in ("10T12:00:00", "17T14:00:00", "17T14:00:01", "30T12:00:00")
)
DAYS = (None, "2026-01-30", "2026-01-31", "2026-02-01")
BY = {"recorded_at": "2026-01-01T00:00:00-05:00", "recorded_by": 1}

# A care call after the rule began, by nature, and what was done about it.
DONE_ABOUT = ("nothing", "referral", "in error", "follow-up", "no action", "void")

WHAT = ("follow-up overdue", "referral stalled")
ACCEPTED = ("accepted", "in_progress", "service_received")
ENGAGED = ("in_progress", "service_received")

days = st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS))
whom = st.one_of(
    st.tuples(st.just("person_id"), st.sampled_from(PEOPLE)),
    st.tuples(st.just("household_id"), st.sampled_from(HOUSEHOLDS)),
)
call = st.tuples(st.just("call_id"), st.integers(1, CALLS))
worlds = st.fixed_dictionaries(
    {
        "merges": st.dictionaries(st.sampled_from((1, 2)), st.sampled_from((3, 4)), max_size=1),
        "members": st.dictionaries(
            st.tuples(st.sampled_from(HOUSEHOLDS), st.sampled_from(PEOPLE)), days, max_size=5
        ),
        "workers": st.lists(st.tuples(st.sampled_from(STAFF), whom, days), max_size=4),
        "referrals": st.lists(
            st.tuples(
                st.sampled_from(("draft", "requested", "in_progress", "on_hold", "declined")),
                whom | call,
                # its follow-ups: named for its person or not, still to do, to sign or closed
                st.lists(st.tuples(st.booleans(), st.sampled_from(STATES)), max_size=2),
            ),
            max_size=4,
        ),
        "follow_ups": st.lists(
            st.tuples(
                st.tuples(st.just("person_id"), st.sampled_from(PEOPLE)) | call,
                st.sampled_from(STATES),
            ),
            max_size=3,
        ),
        # what was done about a referral, by its place in the list above
        "done": st.lists(
            st.tuples(
                st.integers(0, 3),
                st.sampled_from(("note", "attempt", "accepted")),
                st.sampled_from(MOMENTS),
            ),
            max_size=4,
        ),
    }
)
NOTHING: dict[str, Any] = {
    "merges": {}, "members": {}, "workers": [], "referrals": [], "follow_ups": [], "done": []
}  # fmt: skip


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("agree") / "ccu.db"
    made = ("init", "--town", "Westport", "--state", "CT", "--timezone", "America/New_York")
    for words in (made, *(("staff", "add", each, "--role", "clinician") for each in ("ana", "bo"))):
        assert run_ccu("--db", str(path), *words).code == 0
    return path


def build(path: Path, world: dict[str, Any]) -> None:
    with sqlite3.connect(path) as hand:
        put(hand, "provider", id=1, name="P")
        put(hand, "place", id=1, kind="address", number="1", street="ELM ST", city="WESTPORT",
            building_key="1 ELM ST", unit_key="1 ELM ST")  # fmt: skip
        for number in PEOPLE:
            put(hand, "person", id=number, family_name=f"Q{number}", **BY)
        for merged, into in world["merges"].items():
            hand.execute("UPDATE person SET merged_into = ? WHERE id = ?", (into, merged))
        for number in HOUSEHOLDS:
            put(hand, "household", id=number, **BY)
        for number in range(1, CALLS + 1):
            void = {"voided_at": BY["recorded_at"], "voided_by": 1, "void_reason": "x"}
            put(hand, "call", id=number, occurred_at="2026-01-30T12:00:00-05:00", place_id=1,
                care=1, **(void if number == CALLS else {}), **BY)  # fmt: skip
            person = min(number, len(PEOPLE))
            put(hand, "call_person", call_id=number, person_id=person, role="subject")
        for (household, person), (since, until) in world["members"].items():
            if not (since and until and until < since):
                put(hand, "household_member", household_id=household, person_id=person,
                    since=since, until=until)  # fmt: skip
        open_turns = set()
        for staff, (column, number), (since, until) in world["workers"]:
            since = since or "2026-01-01"
            if (until and until < since) or (not until and (column, number) in open_turns):
                continue
            if not until:
                open_turns.add((column, number))
            put(hand, "worker", staff_id=staff, since=since, until=until, **{column: number})
        for status, (column, number), its in world["referrals"]:
            put(hand, "referral", need="housing", provider_id=1, owner_id=1, status=status,
                made_at=BY["recorded_at"], **{column: number}, **BY)  # fmt: skip
            (referral,) = hand.execute("SELECT max(id) FROM referral").fetchone()
            put(hand, "referral_event", referral_id=referral, occurred_at=BY["recorded_at"],
                status=status, **BY)  # fmt: skip
            for named, state in its:
                about = {column: number} if named and column != "household_id" else {}
                put_follow_up(hand, state, referral_id=referral, **about)
        for (column, number), state in world["follow_ups"]:
            put_follow_up(hand, state, **{column: number})
        for place, what, at in sorted(world["done"], key=lambda each: each[2]):
            if place < len(world["referrals"]):
                put_done(hand, place + 1, what, at)


def put_done(hand: sqlite3.Connection, referral: int, what: str, at: str) -> None:
    """An attempt at a follow-up of a referral, a note on it, or its acceptance, if it was sent."""
    (status,) = hand.execute("SELECT status FROM referral WHERE id = ?", (referral,)).fetchone()
    if what == "attempt":
        asked = "SELECT min(id) FROM follow_up WHERE referral_id = ?"
        (follow_up,) = hand.execute(asked, (referral,)).fetchone()
        if follow_up is not None:
            put(hand, "attempt", follow_up_id=follow_up, occurred_at=at, result="not_reached", **BY)
        return
    if what == "accepted" and status != "draft":
        put(hand, "referral_event", referral_id=referral, occurred_at=at, status=what, **BY)
    put(hand, "referral_event", referral_id=referral, occurred_at=at, status=status, **BY)


def put_follow_up(hand: sqlite3.Connection, state: str, **about: int) -> None:
    dues = {
        "late": "2026-01-29T12:00:00-05:00",
        "late today": "2026-01-31T13:59:59-05:00",
        "due now": "2026-01-31T14:00:00-05:00",
    }
    due = dues.get(state, "2026-02-09T12:00:00-05:00")
    done: dict[str, dict[str, Any]] = {
        "sign": {"closing_at": due, "closed_by": 2},
        "closed": {"closed_at": due},
    }
    put(hand, "follow_up", kind="visit", owner_id=1, due_at=due, **done.get(state, {}),
        **about, **BY)  # fmt: skip


class Screens:
    """What each screen shows of the people of a file, by the number of the canonical record."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, *line: str) -> Any:
        done = run_ccu("--db", str(self._path), "--today", NOW, *line, "-f", "json")
        assert done.code == 0, (line, done.err)
        return json.loads(done.out)

    def report(self, section: str, *more: str) -> list[dict[str, Any]]:
        found = self.read("report", "--month", "2026-01", "--section", section, *more)
        rows: list[dict[str, Any]] = found["sections"][0]["rows"]
        return rows


def items(found: list[dict[str, Any]]) -> set[tuple[str, int]]:
    listed = [(each["record"], each["id"]) for each in found]
    assert len(listed) == len(set(listed))  # each once
    return set(listed)


def agree(path: Path) -> dict[int, tuple[set[str], int]]:
    """Person -> their workers and how much is open, the same on every screen; else it fails."""
    screens = Screens(path)
    frequent = {
        row["person"]: row for row in screens.read("frequent", "people", "--k", "1")["people"]
    }
    report = {row["person"]: row for row in screens.report("repeat-people", "--k", "1")}
    caseload = {row["worker"]: row["people"] for row in screens.report("caseload")}
    late = {row["id"] for row in screens.read("follow-up", "overdue")}
    cards = {person: screens.read("history", "--person", str(person)) for person in frequent}
    assert report.keys() == frequent.keys()
    found = {}
    for person, card in cards.items():
        workers = {each["name"] for each in card["workers"]}
        shown = screens.read("person", "show", str(person))
        assert shown["workers"] == card["workers"]
        listed = screens.read("worker", "list", "--person", str(person))
        assert {row["staff"] for row in listed} == workers
        assert frequent[person]["worker"] == bool(workers)
        assert report[person]["has_worker"] == ("yes" if workers else "no")
        assert frequent[person]["open"] == report[person]["open_items"] == len(items(card["open"]))
        for each in card["open"]:
            if each["record"] == "follow-up":
                assert each["overdue"] == (each["id"] in late)
        found[person] = workers, len(card["open"])
        for household in shown["households"]:
            assert person in {
                m["person"] for m in screens.read("household", "show", str(household))["members"]
            }
    for login, people in caseload.items():
        assert people == sum(login in workers for workers, _open in found.values())
    assert {name for workers, _open in found.values() for name in workers} <= caseload.keys()
    listed = {row["id"]: row for row in screens.read("household", "list", "--all")}
    for household in HOUSEHOLDS:
        family(screens.read("household", "show", str(household)), cards, listed[household])
    place = screens.read("frequent", "places", "--k", "1")["places"][0]
    door = screens.read("history", "--call", "1")
    assert place["worker"] == bool(door["workers"])
    for card in cards.values():
        assert items(card["open"]) <= items(door["open"])
        assert {each["name"] for each in card["workers"]} <= {e["name"] for e in door["workers"]}
    return found


def agree_on_work(path: Path) -> tuple[set[int], set[int], set[int]]:
    """The overdue follow-ups, the stalled and the accepted referrals, the same on every screen."""
    screens = Screens(path)
    late = {row["id"] for row in screens.read("follow-up", "overdue")}
    every = screens.read("follow-up", "list", "--all")
    assert {row["id"] for row in every if row["state"].startswith("overdue")} == late
    assert {row["id"] for row in screens.read("brief")["overdue"]} == late
    listed = screens.report("overdue")
    told = {what: {row["id"] for row in listed if row["what"] == what} for what in WHAT}
    assert told["follow-up overdue"] == late
    stalled = {row["id"] for row in screens.read("referral", "list", "--stalled")}
    assert told["referral stalled"] == stalled
    figures = {row["figure"]: row["numerator"] for row in screens.report("summary")}
    assert (figures["overdue_now"], figures["stalled_now"]) == (len(late), len(stalled))
    caseload = screens.report("caseload")
    assert sum(row["overdue"] for row in caseload) == len(late)
    open_now = {row["id"]: row for row in screens.read("referral", "list")}
    assert sum(row["open_referrals"] for row in caseload) == len(open_now)
    expire = ("referral", "expire", "--stalled", "--reason", "provider_silent", "--dry-run")
    held = {number for number, row in open_now.items() if row["status"] == "on_hold"}
    assert {row["id"] for row in screens.read(*expire)} == stalled - held
    door = screens.read("history", "--call", "1", "--all")
    houses = [screens.read("household", "show", str(each))["open"] for each in HOUSEHOLDS]
    for item in [*door["open"], *(item for items in houses for item in items)]:
        if item["record"] == "follow-up":
            assert item["overdue"] == (item["id"] in late)
    accepted = set()
    for row in screens.read("referral", "list", "--all"):
        if row["status"] == "draft":
            continue
        shown = screens.read("referral", "show", str(row["id"]))
        days = [each["at"][8:10] for each in shown["events"] if each["status"] in ACCEPTED]
        if days:
            accepted.add(row["id"])
        if row["status"] == "in_progress":
            tried = [attempt for each in shown["follow_ups"] for attempt in each["attempts"]]
            engaged = [each["at"] for each in shown["events"] if each["status"] in ENGAGED]
            engaged += [each["at"] for each in tried if each["result"] == "reached"]
            first = min(at for at in engaged if at >= shown["made_at"])
            assert shown["outcome"] == f"Connected Jan {int(first[8:10])}"
    acceptance = {row["figure"]: row["numerator"] or 0 for row in screens.report("referrals")}
    assert acceptance["referral_acceptance"] == len(accepted)
    served = {row["figure"]: row["numerator"] or 0 for row in screens.report("people")}
    assert served["referrals_accepted"] == len(accepted)
    return late, stalled, accepted


def family(house: dict[str, Any], cards: dict[int, Any], row: dict[str, Any]) -> None:
    """A household's card has what the cards of its members have, and its own."""
    members = [each["person"] for each in house["members"]]
    own = [each for each in house["open"] if each["household"] == house["household"]]
    assert items(house["open"]) == items(own).union(*(items(cards[m]["open"]) for m in members))
    for each in house["workers"]:
        for person in members if each["person"] is None else [each["person"]]:
            assert each["name"] in {worker["name"] for worker in cards[person]["workers"]}
    assert (row["members"], row["open"]) == (len(members), len(house["open"]))
    names = {each["login"] for each in house["workers"]}
    assert set(filter(None, row["workers"].split(", "))) == names


def town(template: Path, folder: Path, **world: Any) -> Path:
    path = folder / "ccu.db"
    steps.copy_file(template, path)
    build(path, NOTHING | world)
    return path


@settings(max_examples=examples(7, 60), deadline=None, suppress_health_check=list(HealthCheck))
@given(world=worlds)
@example(
    world=NOTHING
    | {
        "members": {(1, 1): (None, "2026-02-01")},
        "workers": [(2, ("household_id", 1), (None, None))],
    }
)
def test_every_screen_shows_the_same(
    world: dict[str, Any], template: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = town(template, tmp_path_factory.mktemp("world"), **world)
    agree(path)
    agree_on_work(path)


def test_what_is_overdue_stalled_and_accepted(template: Path, tmp_path: Path) -> None:
    """To the second, and an attempt at a follow-up is work on its referral."""
    whom = ("person_id", 1)
    path = town(
        template,
        tmp_path,
        referrals=[
            ("requested", whom, [(True, "late today")]),
            ("on_hold", whom, [(False, "due now")]),
            ("requested", whom, [(False, "sign")]),
            ("in_progress", ("call_id", 1), [(True, "late")]),
            ("draft", ("household_id", 1), []),
        ],
        done=[
            (0, "note", MOMENTS[1]),
            (1, "attempt", MOMENTS[2]),
            (2, "accepted", MOMENTS[1]),
            (3, "accepted", MOMENTS[0]),
            (3, "attempt", MOMENTS[3]),
        ],
    )
    late, stalled, accepted = agree_on_work(path)
    assert (late, stalled, accepted) == ({1, 4}, {1, 3, 5}, {3, 4})
    shown = Screens(path).read("call", "show", "1")
    assert shown["answer"] == "Connected Jan 1"


@pytest.mark.parametrize(
    ("since", "until", "is_in"),
    [
        (None, None, True),
        (None, "2026-01-31", False),  # left today
        (None, "2026-02-01", True),  # will leave tomorrow
        ("2026-01-31", None, True),  # came today
        ("2026-02-01", None, False),  # will come tomorrow
        ("2026-01-31", "2026-01-31", False),
    ],
)
def test_who_leaves_a_household_today_has_its_worker_no_more(
    since: str | None, until: str | None, is_in: bool, template: Path, tmp_path: Path
) -> None:
    path = town(
        template,
        tmp_path,
        members={(1, 1): (since, until)},
        workers=[(2, ("household_id", 1), (None, None))],
        referrals=[("requested", ("household_id", 1), [(False, "due")])],
    )
    assert agree(path)[1] == (({"ana"}, 2) if is_in else (set(), 0))
    # what is due for them is this worker's, and something goes on being due
    new = ("--person", "1", "--kind", "visit", "--due", "2026-02-09 10:00")
    line = ("--db", str(path), "--today", NOW, "follow-up")
    assert run_ccu(*line, "add", *new).code == 0
    assert run_ccu(*line, "done", "2", "--result", "reached", "--no-input").code == 0
    made = {row["id"]: row["owner"] for row in Screens(path).read("follow-up", "list", "--all")}
    assert [made[2] == "ana", 3 in made] == [is_in, is_in]


# Every nature on every day with nothing done, and each of the rest with a third of them; the others
# are slow.
@pytest.mark.parametrize(
    ("days", "nature", "done"),
    [
        pytest.param(
            days,
            nature,
            done,
            marks=[pytest.mark.slow] if done != "nothing" and (place - turn - number) % 3 else [],
        )
        for turn, days in enumerate((1, 2, 3, 5))
        for number, nature in enumerate(("suicide", "crisis", "disturbance"))
        for place, done in enumerate(DONE_ABOUT)
    ],
)
def test_every_screen_has_the_same_calls_undecided(
    days: int, nature: str, done: str, template: Path, tmp_path: Path
) -> None:
    """The card, the list, the overdue list, brief and report; five days is before the rule."""
    path = town(template, tmp_path)
    at = f"2026-01-{31 - days}T13:00:00-05:00"
    with sqlite3.connect(path) as hand:
        since = "UPDATE setting SET value = '2026-01-27' WHERE name = 'decide_since'"
        hand.execute(since)
        hand.execute("UPDATE call SET occurred_at = '2026-01-02T12:00:00-05:00'")
        put(hand, "call", id=9, occurred_at=at, place_id=1, nature=nature,
            care=int(nature != "disturbance"), **BY)  # fmt: skip
        about = {"need": "housing", "provider_id": 1, "owner_id": 1, "made_at": at, "call_id": 9}
        if done in ("referral", "in error"):
            status = "requested" if done == "referral" else "entered_in_error"
            put(hand, "referral", id=1, status=status, **about, **BY)
            put(hand, "referral_event", referral_id=1, occurred_at=at, status=status, **BY)
        if done == "follow-up":
            put_follow_up(hand, "due", call_id=9)
        if done == "no action":
            put(hand, "call_decision", call_id=9, reason="in_care", **BY)
        if done == "void":
            hand.execute(
                "UPDATE call SET voided_at = ?, voided_by = 1, void_reason = 'x' WHERE id = 9",
                (BY["recorded_at"],),
            )
    open_case = nature != "disturbance" and done in ("nothing", "in error") and days < 5
    late = open_case and days >= (2 if nature == "suicide" else 3)
    screens = Screens(path)
    assert [row["id"] for row in screens.read("call", "list", "--undecided")] == [9] * open_case
    overdue = [row["for"] for row in screens.read("follow-up", "overdue")]
    assert overdue == ["call 9, 1 ELM ST"] * late
    brief = screens.read("brief")
    assert (brief["undecided"], brief["undecided_overdue"]) == (int(open_case), int(late))
    assert [row["for"] for row in brief["overdue"]] == overdue
    report = screens.read("report", "--month", "2026-01")
    assert (report["undecided"], report["undecided_overdue"]) == (int(open_case), int(late))
    card = screens.read("history", "--call", "1")["calls"]
    told = {row["id"] for row in card if row["answer"] == "No decision yet"}
    assert told == ({9} if open_case else set())
    decided = screens.read("call", "show", "9")["decision"] == "undecided"
    assert decided == (open_case or False)


def test_a_turn_that_was_handed_over_today_is_the_next_workers(
    template: Path, tmp_path: Path
) -> None:
    whom = ("person_id", 1)
    turns = [(2, whom, (None, "2026-01-31")), (3, whom, ("2026-01-31", None))]
    path = town(template, tmp_path, workers=turns)
    assert agree(path)[1] == ({"bo"}, 0)


def test_a_referral_and_each_follow_up_is_one_open_item(template: Path, tmp_path: Path) -> None:
    its = [(True, "due"), (True, "sign"), (True, "closed")]
    path = town(
        template,
        tmp_path,
        merges={1: 3},
        referrals=[("draft", ("person_id", 1), its), ("declined", ("person_id", 3), its[:1])],
    )
    assert agree(path)[3] == (set(), 4)


def test_a_follow_up_of_a_call_is_for_its_subject_alone(template: Path, tmp_path: Path) -> None:
    path = town(template, tmp_path, follow_ups=[(("call_id", 1), "due")])
    found = agree(path)
    assert [found[person] for person in (1, 2)] == [(set(), 1), (set(), 0)]
