"""The figures of `ccu report`: published arithmetic, cohorts, windows, the SQL itself."""

import json
import re
import shutil
import sqlite3
import subprocess
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccu.report import build, definitions
from ccu.report.figures import reduction, wilson
from ccu.report.period import Period
from ccu.session import Session

from ..conftest import Ccu
from ..steps import at, merge
from .reporting import OFFSET, Hand, figures, report, rows
from .test_report import a_month

JANUARY = ("--month", "2026-01")


@pytest.fixture
def hand(ccu: Ccu, db_path: Path) -> Hand:
    return Hand(db_path)


def moments(count: int, start: str = "2026-01-01T00:00:00", step: int = 20) -> list[str]:
    """So many local times, `step` seconds apart."""
    begin = datetime.fromisoformat(start)
    return [(begin + timedelta(seconds=step * each)).isoformat() for each in range(count)]


# --- the programs' published arithmetic, by the code that makes the figures -----------------


def test_cahoots_16_479_of_109_855_is_15_percent(ccu: Ccu, hand: Hand) -> None:
    hand.calls(moments(16_479), care=1)
    hand.calls(moments(109_855 - 16_479), care=0)
    row = figures(ccu, "summary", *JANUARY)["share_of_all_calls"]
    assert (row["numerator"], row["denominator"]) == (16_479, 109_855)
    assert row["value"] == 0.150007
    shown = ccu("report", *JANUARY, "--section", "summary").out
    assert re.search(r"Share of care natures +15\.0% +16,479 of 109,855", shown)


def test_cahoots_150_back_ups_of_24_000_is_0_6_percent(ccu: Ccu, hand: Hand) -> None:
    hand.calls(moments(24_000, step=60), arrived=True)
    hand.one("UPDATE call SET lead_agency = 'provider', backup_asked = id <= 150")
    shown = ccu("report", *JANUARY, "--section", "responders").out
    assert re.search(r" 0\.6% +150 of 24,000", shown)


def test_stamford_800_connections_for_300_people_is_2_7(ccu: Ccu, hand: Hand) -> None:
    hand.provider()
    hand.calls(moments(300, step=3600), arrived=True)
    given_names = [(f"P{number}", f"2026-01-01T00:00:00{OFFSET}") for number in range(300)]
    hand.many(
        "INSERT INTO person (given_name, recorded_at, recorded_by) VALUES (?, ?, 1)", given_names
    )
    hand.one("INSERT INTO call_person SELECT id, id, 'subject' FROM call")
    for code in ("de_escalation", "safety_plan"):
        hand.one("INSERT INTO call_intervention SELECT id, ? FROM call", code)
    hand.one("INSERT INTO call_intervention SELECT id, 'transport' FROM call WHERE id <= 190")
    for person in range(1, 11):
        hand.referral(
            "2026-01-20T10:00:00", ("accepted", "2026-01-21T10:00:00"), person=person, call=person
        )
    found = figures(ccu, "people", *JANUARY)
    assert found["people_served"]["value"] == 300
    assert found["connections"]["value"] == 800
    assert found["connections_per_person"]["value"] == 2.666667
    shown = ccu("report", *JANUARY, "--section", "people").out
    assert re.search(r"Connections per person +2\.7 +800 of 300", shown)


# --- people ---------------------------------------------------------------------------------


def test_unknown_people_are_never_added_to_people_served(ccu: Ccu, hand: Hand) -> None:
    people = [hand.person() for _ in range(4)]
    for person in people:
        hand.call("2026-01-10T10:00:00", person)
    found = figures(ccu, "people", *JANUARY)
    assert found["people_served"]["value"] == 0
    assert found["unknown_people"]["value"] == 4
    assert found["connections_per_person"]["value"] is None
    assert rows(ccu, "repeat-people", *JANUARY, "--k", "1") == []


def test_records_of_one_person_count_once(ccu: Ccu, hand: Hand, db_path: Path) -> None:
    kept, merged = hand.person("Ann"), hand.person()
    hand.call("2026-01-10T10:00:00", kept)
    hand.call("2026-01-11T10:00:00", merged)
    hand.call("2026-01-12T10:00:00", merged)
    assert figures(ccu, "people", *JANUARY)["unknown_people"]["value"] == 1
    merge(db_path, merged, into=kept)
    found = figures(ccu, "people", *JANUARY)
    assert (found["people_served"]["value"], found["unknown_people"]["value"]) == (1, 0)
    (row,) = rows(ccu, "repeat-people", *JANUARY)
    assert (row["person"], row["care_calls"]) == (kept, 3)


def test_a_call_without_arrival_recorded_is_missing(ccu: Ccu, hand: Hand) -> None:
    ann = hand.person("Ann")
    call_id = hand.call("2026-01-10T10:00:00", ann)
    hand.one("UPDATE call SET arrived_at = NULL")
    row = figures(ccu, "people", *JANUARY)["people_served"]
    assert (row["value"], row["missing"]) == (None, 1)
    respond = "INSERT INTO call_responder (call_id, agency, state) VALUES (?, 'police', ?)"
    hand.one(respond, call_id, "cancelled")
    row = figures(ccu, "people", *JANUARY)["people_served"]
    assert (row["value"], row["missing"]) == (0, 0)
    hand.one(respond, call_id, "arrived")
    assert figures(ccu, "people", *JANUARY)["people_served"]["value"] == 1


def test_who_was_served_before_is_not_new(ccu: Ccu, hand: Hand) -> None:
    ann, bob = hand.person("Ann"), hand.person("Bob")
    hand.call("2025-06-10T10:00:00", ann)
    hand.call("2026-01-10T10:00:00", ann, bob)
    assert figures(ccu, "people", *JANUARY)["new_people"]["value"] == 1
    due = hand.follow_up("2025-07-01T10:00:00", person_id=bob)
    hand.attempt(due, "2025-07-01T10:00:00")
    assert figures(ccu, "people", *JANUARY)["new_people"]["value"] == 0


def test_an_index_contact_has_no_second_within_its_days(ccu: Ccu, hand: Hand) -> None:
    ann, bob = hand.person("Ann"), hand.person("Bob")
    for day in ("01-02", "01-05", "02-01", "02-02", "06-01"):
        hand.call(f"2025-{day}T10:00:00", ann)
    hand.call("2025-03-01T10:00:00", bob)
    hand.call("2025-03-31T09:00:00", bob)  # 30 local days later: within
    row = figures(ccu, "people", "--year", "2025")["repeat_contact_30"]
    # Ann: 2 Jan (again on the 5th), 2 Feb (31 days after; none within 30), 1 Jun; Bob: 1 March
    assert (row["numerator"], row["denominator"], row["not_yet"]) == (2, 4, 0)


# --- places ---------------------------------------------------------------------------------


def test_repeat_addresses_are_units_within_the_window(ccu: Ccu, hand: Hand) -> None:
    flat, other = hand.place("12", "1"), hand.place("12", "2")
    exempt = hand.place("40", exempt="shelter")
    under = hand.place("40", "9")
    hand.one("UPDATE place SET unit = '', unit_key = building_key WHERE id = ?", exempt)
    for place in (flat, exempt, under):
        for day in ("11-03", "12-01"):
            hand.call(f"2025-{day}T10:00:00", place=place)
        hand.call("2026-01-31T10:00:00", place=place)
    hand.call("2025-11-02T23:59:59", place=other)  # the 91st day back
    hand.call("2026-01-01T10:00:00", place=other)
    hand.call("2026-01-02T10:00:00", place=other, care=0)
    assert [row["place"] for row in rows(ccu, "repeat-addresses", *JANUARY)] == [flat]
    with_all = rows(ccu, "repeat-addresses", *JANUARY, "--all-calls", "--window", "91")
    assert [row["place"] for row in with_all] == [flat, other]
    (section,) = report(ccu, *JANUARY, "--section", "repeat-addresses")["sections"]
    assert "Left out: 2 exempt addresses." in section["says"]  # and an exempt building's apartment
    assert "3+ care calls in the 90 days to Jan 31, 2026." in section["says"]
    assert figures(ccu, "summary", *JANUARY)["repeat_addresses"]["value"] == 1


@pytest.mark.parametrize(
    ("met", "same"),
    [
        (((1,), (1,), (1,)), "same"),
        (((1,), (2,), (1,)), "different"),
        (((1,), (), (1,)), "not known"),
        (((3,), (3,), (3,)), "not known"),  # a record without a name
    ],
)
def test_same_person_or_different_people(
    ccu: Ccu, hand: Hand, met: tuple[tuple[int, ...], ...], same: str
) -> None:
    for name in ("Ann", "Bob", ""):
        hand.person(name)
    place = hand.place("12")
    for day, people in enumerate(met, 1):
        hand.call(f"2026-01-{day:02}T10:00:00", *people, place=place)
    (row,) = rows(ccu, "repeat-addresses", *JANUARY)
    assert row["same_person"] == same


# --- cohorts --------------------------------------------------------------------------------


def test_first_follow_up_never_tried_is_a_failure(ccu: Ccu, hand: Hand) -> None:
    def followed(began: str, cleared: str | None, *tries: tuple[str, str]) -> None:
        call_id = hand.call(began)
        if cleared:
            hand.one("UPDATE call SET cleared_at = ? WHERE id = ?", cleared + OFFSET, call_id)
        due = hand.follow_up(began, call_id=call_id)
        for when, result in tries:
            hand.attempt(due, when, result)

    followed("2026-01-05T10:00:00", "2026-01-05T11:00:00", ("2026-01-06T11:00:00", "reached"))
    followed("2026-01-05T10:00:00", None, ("2026-01-06T10:00:01", "left_message"))
    followed(
        *("2026-01-05T10:00:00", "2026-01-05T12:00:00"),
        ("2026-01-05T11:00:00", "not_reached"),  # before the end: at 0 hours
        ("2026-01-12T11:00:00", "refused"),
    )
    followed("2026-01-05T10:00:00", "2026-01-05T11:00:00")
    followed("2026-01-31T10:00:00", "2026-01-31T11:00:00")
    hand.call("2026-01-09T10:00:00")  # no follow-up planned: not in it
    found = figures(ccu, "first-follow-up", *JANUARY)
    parts = {
        name: (row["numerator"], row["denominator"], row["not_yet"]) for name, row in found.items()
    }
    assert parts["first_attempt_within_24h"] == (2, 4, 1)
    assert parts["first_attempt_within_72h"] == (3, 4, 1)
    assert parts["first_reached_within_7d"] == (2, 4, 1)
    assert parts["greensboro_24h_and_7d"] == (1, 4, 1)
    assert parts["never_attempted"] == (2, 5, 0)
    assert parts["end_not_recorded"] == (1, 5, 0)
    assert found["median_hours_to_first_attempt"]["value"] == pytest.approx(24 + 1 / 3600, abs=1e-6)
    late = found["p90_hours_to_first_attempt"]
    assert (late["value"], late["note"]) == (None, "fewer than 9 in 10 tried")
    assert found["contact_rate"]["numerator"] == 2 and found["contact_rate"]["denominator"] == 4


def test_what_no_call_records_is_not_zero(ccu: Ccu, hand: Hand) -> None:
    """Imported calls without a responder or minutes: no rate, no hours, no cost is 0."""
    hand.calls([f"2026-01-{day:02}T10:00:00" for day in range(1, 21)])
    found = figures(ccu, "responders", *JANUARY) | figures(ccu, "effort", *JANUARY)
    rates = [name for name in found if name.endswith(("_of_calls", "_of_care_calls"))]
    assert len(rates) == 8
    for name in (*rates, "backup_rate", "civilian_eligible", "scene_hours", "hours_per_contact"):
        assert found[name]["value"] is None, name
    assert found["arrived_of_calls"]["missing"] == found["scene_hours"]["missing"] == 20
    assert found["follow_up_hours"]["value"] is None  # no attempt is on file
    assert "0.0%" not in ccu("report", *JANUARY, "--section", "responders").out
    call = hand.call("2026-01-21T10:00:00")
    hand.one(
        "INSERT INTO call_responder (call_id, agency, state) VALUES (?, 'police', 'arrived')", call
    )
    row = figures(ccu, "responders", *JANUARY)["arrived_of_calls"]
    assert (row["numerator"], row["denominator"], row["missing"]) == (None, 1, 20)


def test_an_hour_is_divided_by_the_contacts_it_was_spent_on(ccu: Ccu, hand: Hand) -> None:
    """Two calls of an hour with minutes and ten without, one person each, at $60 an hour."""
    ccu("settings", "rate_scene", "60")
    ccu("settings", "rate_follow_up", "60")
    for day in range(1, 13):
        call = hand.call(f"2026-01-{day:02}T10:00:00", hand.person("Ann"))
        if day < 3:
            hand.one("UPDATE call SET minutes = 60 WHERE id = ?", call)
    found = figures(ccu, "effort", *JANUARY)
    assert (found["cost_per_contact"]["value"], found["cost_per_contact"]["denominator"]) == (60, 2)
    assert (found["hours_per_contact"]["value"], found["hours_per_contact"]["missing"]) == (1, 10)


def test_an_hour_with_nobody_on_record_is_no_hour_of_the_contacts(ccu: Ccu, hand: Hand) -> None:
    """A person's call and nine of dispatch without a person, an hour each: 1 hour a contact."""
    ccu("settings", "rate_scene", "60")
    ccu("settings", "rate_follow_up", "60")
    hand.call("2026-01-10T10:00:00", hand.person("Ann"))
    hand.calls([f"2026-01-{day:02}T10:00:00" for day in range(11, 20)])
    hand.one("UPDATE call SET minutes = 60")
    found = figures(ccu, "effort", *JANUARY)
    assert (found["scene_hours"]["value"], found["cost_scene"]["value"]) == (10, 600)
    for name, value in (("hours_per_contact", 1), ("cost_per_contact", 60)):
        row = found[name]
        assert (row["value"], row["denominator"], row["missing"]) == (value, 1, 9)


def test_hand_offs_only_when_their_days_are_over(ccu: Ccu, hand: Hand) -> None:
    hand.provider()
    done = ("in_progress", "2026-01-10T10:00:00")
    hand.referral("2026-01-02T10:00:00", done, handoff="written")
    hand.referral("2026-01-02T10:00:00", ("in_progress", "2026-01-16T10:00:01"), handoff="written")
    hand.referral("2026-01-25T10:00:00", ("in_progress", "2026-01-26T10:00:00"), handoff="written")
    hand.referral("2026-01-02T10:00:00", ("entered_in_error", "2026-01-03T10:00:00"))
    reached = hand.referral("2026-01-03T10:00:00", handoff="warm_by_phone")
    hand.attempt(hand.follow_up("2026-01-04T10:00:00", referral_id=reached), "2026-01-05T10:00:00")
    found = figures(ccu, "hand-offs", *JANUARY)
    written = found["follow_through: Written"]
    assert (written["numerator"], written["denominator"], written["not_yet"]) == (1, 2, 1)
    assert found["follow_through: Warm, by phone"]["value"] == 1.0
    assert found["follow_through: None"]["denominator"] == 0
    assert (found["follow_through: all"]["numerator"], written["few"]) == (2, True)
    assert written["low"] < written["value"] < written["high"]


def test_referrals_add_up(ccu: Ccu, hand: Hand) -> None:
    hand.provider()
    hand.referral("2026-01-02T10:00:00")
    hand.referral("2026-01-02T10:00:00", ("accepted", "2026-01-04T10:00:00"))
    hand.referral(
        *("2026-01-02T10:00:00", ("accepted", "2026-01-03T10:00:00")),
        ("service_received", "2026-01-20T10:00:00"),
    )
    hand.referral("2026-01-02T10:00:00", ("rejected", "2026-01-03T10:00:00"))
    hand.referral("2026-01-02T10:00:00", ("entered_in_error", "2026-01-03T10:00:00"))
    hand.referral("2025-12-02T10:00:00", ("accepted", "2026-01-03T10:00:00"))
    found = figures(ccu, "referrals", *JANUARY)
    assert found["referrals_made"]["value"] == 4
    outcomes = [row["value"] for name, row in found.items() if name.startswith("referral_outcome")]
    assert sum(outcomes) == 4
    assert found["referral_acceptance"]["value"] == 0.5
    assert found["referral_success"]["numerator"] == 1
    assert found["referral_open"]["numerator"] == 2
    assert found["days_to_acceptance"]["value"] == 1.5  # the mean of two in the middle
    assert figures(ccu, "people", *JANUARY)["referrals_accepted"]["value"] == 3
    # on the 3rd, less was known of the same referrals
    line = ("report", *JANUARY, "--section", "referrals", "-f", "json")
    early = json.loads(at("2026-01-03T23:59:59", *line).out)["sections"][0]["rows"]
    accepted = [row["numerator"] for row in early if row["figure"] == "referral_acceptance"]
    assert accepted == [1]


def test_before_and_after(ccu: Ccu, hand: Hand) -> None:
    hand.provider()
    hand.call("2025-01-01T00:00:00")
    for number in range(12):
        person = hand.person(f"P{number}")
        for day in ("05-10", "05-20", "05-30"):
            hand.call(f"2025-{day}T10:00:00", person)
        index = hand.call("2025-06-10T10:00:00", person)
        if number < 11:
            hand.referral(
                *("2025-06-10T11:00:00", ("accepted", "2025-06-11T10:00:00")),
                person=person,
                call=index,
            )
        for day in ("06-20", "07-01")[: 1 + number % 2]:
            hand.call(f"2025-{day}T10:00:00", person)
    found = figures(ccu, "before-after", "--month", "2025-09")
    row = found["reduction: engaged"]
    # 11 people: 3 before each; after 1 for the 6 even ones, 2 for the 5 odd ones
    assert (row["numerator"], row["denominator"]) == (16, 33)
    assert row["value"] == round(1 - 16 / 33, 6)
    assert row["low"] < row["value"] < row["high"]
    assert found["people_compared: engaged"]["value"] == 11
    other = found["reduction: not engaged"]
    assert other["numerator"] + other["denominator"] == 5 and other["few"]
    assert other["low"] is None and other["note"] == "too few for an interval: no claim"
    (section,) = report(ccu, "--month", "2025-09", "--section", "before-after")["sections"]
    assert any("regression to the mean" in sentence for sentence in section["says"])
    early = at("2025-09-01", "report", "--month", "2025-09", "--section", "before-after")
    assert re.search(r"People compared: engaged +0 +11 not yet", early.out)
    short = figures(ccu, "before-after", "--month", "2025-12", "--window", "200")
    assert short["people_compared: engaged"]["missing"] == 11


def test_the_window_of_before_and_after_is_days_to_the_second(ccu: Ccu, hand: Hand) -> None:
    hand.provider()
    hand.call("2024-12-01T00:00:00")
    person = hand.person("Ann")
    hand.referral("2025-06-01T10:00:00", ("accepted", "2025-06-10T10:00:00"), person=person)
    for just_in, just_out in (
        ("2025-03-12T10:00:01", "2025-03-12T10:00:00"),
        ("2025-09-08T09:59:59", "2025-09-08T10:00:00"),
    ):
        for moment in (just_in, just_out):
            hand.call(moment, person)
    row = figures(ccu, "before-after", "--month", "2025-09")["reduction: engaged"]
    assert (row["numerator"], row["denominator"]) == (1, 1)


def test_neither_an_exempt_building_nor_its_units_are_compared(ccu: Ccu, hand: Hand) -> None:
    hand.call("2025-01-01T00:00:00")
    building, unit = hand.place("40", exempt="shelter"), hand.place("40", "9")
    house, flat = hand.place("12"), hand.place("12", "1")
    for place in (building, unit, house, flat):
        hand.call("2025-06-10T10:00:00", place=place)
    found = figures(ccu, "before-after", "--month", "2025-09")
    assert found["addresses_compared: not engaged"]["value"] == 2


def test_backup_is_told_to_be_unknown_where_no_call_has_a_lead_agency(ccu: Ccu, hand: Hand) -> None:
    hand.calls(moments(12, step=3600), arrived=True)
    for lead, note in (("NULL", "no call has a lead agency"), ("'provider'", "")):
        hand.one(f"UPDATE call SET lead_agency = {lead}, backup_asked = 0, backup_arrived = 0")
        found = figures(ccu, "responders", *JANUARY)
        notes = {row["note"] for name, row in found.items() if name.startswith("backup")}
        assert notes == {note}


# --- intervals ------------------------------------------------------------------------------


def test_wilson_s_interval_as_published() -> None:
    """Newcombe 1998, table I: 81 of 263 is 0.2553 to 0.3662; 0 of 20 is 0 to 0.1611."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0, 0.1611), abs=5e-5)
    assert wilson(0, 0) == (None, None)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_share(parts: tuple[int, int]) -> None:
    low, high = wilson(*parts)
    assert low is not None and high is not None
    assert 0 <= low <= parts[0] / parts[1] + 1e-12
    assert parts[0] / parts[1] - 1e-12 <= high <= 1


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=60))
def test_the_interval_of_a_reduction_holds_it(people: list[tuple[int, int]]) -> None:
    after, before = (sum(each) for each in zip(*people, strict=True))
    squares = (
        sum(a * a for a, _ in people),
        sum(b * b for _, b in people),
        sum(a * b for a, b in people),
    )
    low, high = reduction(after, before, len(people), squares)
    if len(people) < 10 or not after or not before:
        assert (low, high) == (None, None)
    else:
        assert low is not None and high is not None
        assert low - 1e-9 <= 1 - after / before <= high + 1e-9


# --- the SQL itself -------------------------------------------------------------------------


def parameters(db_path: Path) -> tuple[Session, dict[str, Any]]:
    """What the report of January 2026 binds."""
    session = Session(db_path, "2026-01-31")
    options = build.Options(period=Period("month", date(2026, 1, 1), date(2026, 2, 1)))
    return session, dict(build.period_parameters(build.begun(session, options), options).now)


@pytest.mark.parametrize("file", sorted(path.stem for path in definitions.FOLDER.rglob("*.sql")))
def test_no_file_scans_all_calls(file: str, ccu: Ccu, hand: Hand, db_path: Path) -> None:
    session, bound = parameters(db_path)
    plan = session.db.execute(f"EXPLAIN QUERY PLAN {definitions.source(file).sql}", bound)
    found = [row["detail"] for row in plan]
    session.close()
    assert found
    assert not [line for line in found if re.match(r"SCAN (call|call_\w+)\b(?!.*INDEX)", line)]


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="the sqlite3 program is not there")
@pytest.mark.parametrize("file", sorted(path.stem for path in definitions.FOLDER.rglob("*.sql")))
def test_each_file_runs_in_the_sqlite3_program(
    file: str, ccu: Ccu, hand: Hand, db_path: Path
) -> None:
    a_month(hand)
    session, bound = parameters(db_path)
    ours = [list(row) for row in session.db.execute(definitions.source(file).sql, bound)]
    session.close()
    script = [".mode json", ".parameter init"]
    for name, value in bound.items():
        quoted = "NULL" if value is None else f"'{value}'" if isinstance(value, str) else value
        script.append(f'.parameter set :{name} "{quoted}"')
    script.append(definitions.source(file).sql + ";")
    done = subprocess.run(
        ["sqlite3", str(db_path)], input="\n".join(script), text=True, capture_output=True
    )
    assert done.returncode == 0 and not done.stderr, done.stderr
    theirs = [list(row.values()) for row in json.loads(done.stdout or "[]")]
    assert len(theirs) == len(ours)
    for one, other in zip(theirs, ours, strict=True):
        assert one == [pytest.approx(cell) if isinstance(cell, float) else cell for cell in other]


def test_the_file_is_read_at_one_moment(ccu: Ccu, hand: Hand, db_path: Path) -> None:
    """A report leaves no lock and nothing of its own behind in the file."""
    hand.call("2026-01-05T10:00:00")
    tables = "SELECT name FROM sqlite_master ORDER BY name"
    with sqlite3.connect(db_path) as check:
        before = check.execute(tables).fetchall()
        assert ccu("report", *JANUARY).code == 0
        assert check.execute(tables).fetchall() == before
