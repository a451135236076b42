"""No data is not zero: what no record has is n/a; and one clock for "within 24 hours"."""

import json
import re
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ..conftest import Ccu, examples, run_ccu
from ..steps import call, copy_file, provider
from .reporting import OFFSET, Hand, figures

JANUARY = ("--month", "2026-01")
LAYOUT = """source = "bare-cad"
formats = ["%Y-%m-%d %H:%M"]

[columns]
incident = "Number"
occurred = "Time"
address = "Where"
"""


@pytest.fixture
def bare(ccu: Ccu, tmp_path: Path) -> Ccu:
    """1,000 imported calls with a number, a time and an address, and nothing else."""
    (tmp_path / "bare.toml").write_text(LAYOUT)
    rows = [
        f"{number},2026-01-{number % 28 + 1:02} {number % 24:02}:00,{number % 400 + 1} Elm St"
        for number in range(1000)
    ]
    (tmp_path / "calls.csv").write_text("\n".join(["Number,Time,Where", *rows]) + "\n")
    layout = ("--layout", str(tmp_path / "bare.toml"))
    done = ccu("import", str(tmp_path / "calls.csv"), *layout)
    assert done.code == 0, done.err
    return ccu


def every_figure(ccu: Ccu) -> list[dict[str, Any]]:
    """The rows of every section of figures."""
    done = ccu("report", *JANUARY, "--full", "-f", "json")
    assert done.code == 0, done.err
    sections = json.loads(done.out)["sections"]
    return [row for each in sections if each["kind"] == "figures" for row in each["rows"]]


def test_a_file_of_bare_calls_has_no_rate_of_zero(bare: Ccu) -> None:
    rates = [row for row in every_figure(bare) if row["unit"] != "count"]
    assert len(rates) > 50
    zero = [row["figure"] for row in rates if row["value"] == 0 and row["unit"] == "share"]
    assert not zero
    care = [row for row in every_figure(bare) if row["figure"] == "care_calls"]
    assert [(row["value"], row["missing"]) for row in care] == [(None, 1000)] * len(care)
    page = " ".join(bare("report", *JANUARY).out.split())
    assert (
        "No call of January 2026 has a known nature: care calls and repeats are not known." in page
    )
    assert "No care calls" not in page
    for line in ((), ("--full",), ("--public",)):
        assert "0.0%" not in bare("report", *JANUARY, *line).out


def test_words_that_no_layout_gives_a_nature_are_no_care_calls_of_zero(
    ccu: Ccu, tmp_path: Path
) -> None:
    (tmp_path / "words.toml").write_text(f'{LAYOUT}nature = "Type"\n')
    rows = [f"{n},2026-01-{n % 28 + 1:02} 10:00,{n} Elm St,459A" for n in range(1, 41)]
    (tmp_path / "words.csv").write_text("\n".join(["Number,Time,Where,Type", *rows]) + "\n")
    done = ccu("import", str(tmp_path / "words.csv"), "--layout", str(tmp_path / "words.toml"))
    assert done.code == 0, done.err
    care = figures(ccu, "summary", *JANUARY)["care_calls"]
    assert (care["value"], care["missing"]) == (None, 40)
    assert "Not known: no call has a nature." in ccu("report", *JANUARY).out
    assert "<10" not in ccu("report", *JANUARY, "--public").out.partition("Repeats:")[0]
    with (tmp_path / "words.toml").open("a") as layout:
        layout.write('[natures]\nwelfare_check = ["WELF"]\n')
    rows = ["Number,Time,Where,Type", "41,2026-01-30 10:00,41 Elm St,WELF"]
    (tmp_path / "words.csv").write_text("\n".join(rows) + "\n")
    done = ccu("import", str(tmp_path / "words.csv"), "--layout", str(tmp_path / "words.toml"))
    assert done.code == 0, done.err
    care = figures(ccu, "summary", *JANUARY)["care_calls"]
    assert (care["value"], care["note"]) == (1, "40 of 41 calls have the nature Other")
    assert f"{care['note']}: care calls among them are not" in ccu("report", *JANUARY).out


def test_a_part_without_data_is_stated_beside_the_figure(bare: Ccu, db_path: Path) -> None:
    with closing(sqlite3.connect(db_path)) as hand:
        hand.execute("UPDATE call SET nature = 'crisis', care = 1 WHERE id <= 250")
        hand.commit()
    row = figures(bare, "summary", *JANUARY)["share_of_all_calls"]
    parts = (row["value"], row["numerator"], row["denominator"], row["missing"])
    assert (parts, row["note"]) == ((None, None, 250, 750), "most calls have no nature")
    page = " ".join(bare("report", *JANUARY).out.split())
    assert "Care calls 250 750 missing" in page
    assert "750 calls of January 2026 without a nature: there may be more care calls" in page
    with closing(sqlite3.connect(db_path)) as hand:
        hand.execute("UPDATE call SET nature = 'crisis', care = 1 WHERE id <= 500")
        hand.commit()
    row = figures(bare, "summary", *JANUARY)["share_of_all_calls"]
    parts = (row["value"], row["numerator"], row["denominator"], row["missing"])
    assert parts == (1.0, 500, 500, 500)
    shown = bare("report", *JANUARY, "--section", "summary").out
    assert "500 of 500 500 missing" in " ".join(shown.split())


@pytest.mark.parametrize("column", ["backup_asked", "backup_arrived", "force_used", "injury"])
def test_what_is_written_down_only_when_it_happens_has_no_rate(
    ccu: Ccu, db_path: Path, column: str
) -> None:
    """Backup 100% of 1, 15 missing: nobody asked about the other fifteen."""
    hand = Hand(db_path)
    hand.calls([f"2026-01-{day:02}T10:00:00" for day in range(1, 17)], arrived=True)
    hand.one("UPDATE call SET lead_agency = 'mobile_crisis'")
    hand.one(f"UPDATE call SET {column} = 1 WHERE id = 1")
    figure = {"backup_asked": "backup_rate", "force_used": "force"}.get(column, column)
    section = "responders" if column.startswith("backup") else "dispositions"
    row = figures(ccu, section, *JANUARY)[figure]
    assert (row["value"], row["denominator"], row["missing"]) == (None, 1, 15)
    hand.one(f"UPDATE call SET {column} = 0 WHERE id BETWEEN 2 AND 8")
    row = figures(ccu, section, *JANUARY)[figure]
    assert (row["value"], row["denominator"], row["missing"]) == (1 / 8, 8, 8)


def cad_calls(hand: Hand, count: int, *, words: bool = True) -> None:
    """Care calls from a dispatch system in January 2026, ids from 1 in an empty file."""
    source = hand.one("INSERT INTO source_system (name) VALUES ('county-cad')")
    text = hand.one("INSERT INTO cad_text (text) VALUES ('ARR')") if words else None
    hand.calls([f"2026-01-{number % 28 + 1:02}T10:00:00" for number in range(count)])
    hand.one("UPDATE call SET source_system_id = ?, cad_disposition_id = ?", source, text)


def test_a_disposition_in_words_that_are_not_mapped_is_a_disposition(
    ccu: Ccu, db_path: Path
) -> None:
    """15 arrests of 60 calls that all record how they ended: 25%, not 100% of 15."""
    hand = Hand(db_path)
    cad_calls(hand, 60)
    hand.one("INSERT INTO call_disposition SELECT id, 'arrest' FROM call WHERE id <= 15")
    found = figures(ccu, "dispositions", *JANUARY)
    for name, number in (("Arrest", 15), ("Other dispatch words", 45)):
        row = found[f"disposition_mix: {name}"]
        parts = (row["numerator"], row["denominator"], row["missing"], row["value"])
        assert parts == (number, 60, 0, number / 60)
    row = found["arrest"]
    assert (row["numerator"], row["denominator"], row["missing"]) == (15, 60, 0)
    row = figures(ccu, "data-quality", *JANUARY)["care_calls_without: disposition"]
    assert (row["value"], row["denominator"]) == (0, 60)


def test_an_outcome_that_no_call_of_the_source_has_is_no_rate_of_zero(
    ccu: Ccu, db_path: Path
) -> None:
    hand = Hand(db_path)
    cad_calls(hand, 60)
    hand.one("INSERT INTO call_disposition SELECT id, 'arrest' FROM call WHERE id = 1")
    row = figures(ccu, "dispositions", *JANUARY)["emergency_examination"]
    parts = (row["value"], row["numerator"], row["denominator"], row["missing"])
    assert parts == (None, None, 0, 60)
    assert row["note"] == "most calls do not record it"
    assert figures(ccu, "dispositions", *JANUARY)["arrest"]["value"] == round(1 / 60, 6)
    hand.calls(["2025-06-01T10:00:00"])  # of another period: the source has the word for it
    hand.one("UPDATE call SET source_system_id = 2 WHERE id = 61")
    hand.one("INSERT INTO call_disposition VALUES (61, 'police_exam')")
    row = figures(ccu, "dispositions", *JANUARY)["emergency_examination"]
    assert (row["value"], row["denominator"], row["missing"]) == (0, 60, 0)


def responder(hand: Hand, call_ids: range, agency: str) -> None:
    """A responder who arrived at each of these calls."""
    hand.many(
        "INSERT INTO call_responder (call_id, agency, state) VALUES (?, ?, 'arrived')",
        ((call_id, agency) for call_id in call_ids),
    )


def test_units_that_are_not_known_to_be_police_are_no_rate_of_zero(ccu: Ccu, db_path: Path) -> None:
    """CIT1 is police by default where the layout names no responders."""
    hand = Hand(db_path)
    cad_calls(hand, 60)
    responder(hand, range(1, 61), "police")
    row = figures(ccu, "responders", *JANUARY)["arrived_alone_of_calls"]
    parts = (row["value"], row["denominator"], row["missing"])
    assert parts == (None, 0, 60)
    hand.one("UPDATE call_responder SET agency = 'mobile_crisis' WHERE call_id <= 6")
    row = figures(ccu, "responders", *JANUARY)["arrived_alone_of_calls"]
    assert (row["value"], row["denominator"], row["missing"]) == (0.1, 60, 0)


def test_a_rate_of_all_calls_is_not_that_of_the_few_with_a_responder(
    ccu: Ccu, db_path: Path
) -> None:
    """19 of 32 calls with a responder, of 181."""
    hand = Hand(db_path)
    cad_calls(hand, 181)
    responder(hand, range(1, 20), "mobile_crisis")
    responder(hand, range(20, 33), "police")
    row = figures(ccu, "responders", *JANUARY)["arrived_of_calls"]
    parts = (row["value"], row["numerator"], row["denominator"], row["missing"])
    assert parts == (None, None, 32, 149)
    assert row["note"] == "most calls do not record it"
    responder(hand, range(33, 92), "police")
    row = figures(ccu, "responders", *JANUARY)["arrived_of_calls"]
    assert (row["value"], row["denominator"], row["missing"]) == (round(19 / 91, 6), 91, 90)


def test_who_arrived_of_several_units_is_missing_and_not_nobody(ccu: Ccu, db_path: Path) -> None:
    """`CR1;12A` in one cell with a time of arrival."""
    hand = Hand(db_path)
    cad_calls(hand, 60)
    hand.one("UPDATE call SET arrived_at = occurred_at")
    responder(hand, range(1, 26), "mobile_crisis")
    responder(hand, range(26, 61), "police")
    hand.one("UPDATE call_responder SET state = 'dispatched' WHERE call_id BETWEEN 6 AND 45")
    found = figures(ccu, "responders", *JANUARY)
    for name, parts in (
        ("arrived_of_calls", (5, 40, 20)),
        ("arrived_alone_of_calls", (5, 40, 20)),
        ("dispatched_of_calls", (25, 60, 0)),
    ):
        row = found[name]
        assert (row["numerator"], row["denominator"], row["missing"]) == parts


UNITS = (
    LAYOUT
    + """responder = "Unit"
{arrived}

[responders]
mobile_crisis = ["C*"]
police = ["P*"]
"""
)
THERE = 'arrived = "There"'


def came(ccu: Ccu, folder: Path, *rows: str, arrived: str = THERE) -> dict[str, Any]:
    """Import a row for each text of units, `|` between rows of one call; who responded."""
    lines = [
        f"{number},2026-01-05 10:00,{number} Elm St,2026-01-05 10:09,{unit}"
        for number, units in enumerate(rows, start=1)
        for unit in units.split("|")
    ]
    (folder / "units.toml").write_text(UNITS.format(arrived=arrived))
    (folder / "units.csv").write_text("\n".join(["Number,Time,Where,There,Unit", *lines]) + "\n")
    done = ccu("import", str(folder / "units.csv"), "--layout", str(folder / "units.toml"))
    assert done.code == 0, done.err
    return figures(ccu, "responders", *JANUARY)


def parts_of(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["value"], row["numerator"], row["denominator"], row["missing"]


def test_units_of_no_agency_beside_the_team_may_be_police(ccu: Ccu, tmp_path: Path) -> None:
    """30 with the team alone, 10 with K9 too, 60 of police or K9: between 30% and 40%."""
    found = came(ccu, tmp_path, *["C1"] * 30, *["C1|K9"] * 10, *["P1|K9"] * 30, *["K9"] * 30)
    assert parts_of(found["arrived_of_calls"]) == (0.4, 40, 100, 0)
    assert parts_of(found["arrived_alone_of_calls"]) == (round(30 / 90, 6), 30, 90, 10)
    assert found["arrived_alone_of_calls"]["note"] == ""


def test_a_team_that_always_has_such_a_unit_is_no_rate_of_zero(ccu: Ccu, tmp_path: Path) -> None:
    found = came(ccu, tmp_path, *["C1|K9"] * 20, *["P1"] * 80)
    assert parts_of(found["arrived_of_calls"]) == (0.2, 20, 100, 0)
    assert parts_of(found["arrived_alone_of_calls"]) == (None, None, 80, 20)


def test_units_without_any_arrival_are_no_rate_of_zero(ccu: Ccu, tmp_path: Path) -> None:
    """Who was sent is known; a file without a time of arrival does not tell that nobody came."""
    found = came(ccu, tmp_path, *["C1"] * 20, *["P1|P2"] * 80, arrived="")
    assert parts_of(found["dispatched_of_calls"]) == (0.2, 20, 100, 0)
    for name in ("arrived_of_calls", "arrived_alone_of_calls"):
        assert parts_of(found[name]) == (None, None, 80, 20)


def test_one_unit_of_each_call_is_named_beside_the_rates(ccu: Ccu, tmp_path: Path) -> None:
    told = "who else came to 50 calls is not recorded"
    found = came(ccu, tmp_path, *["C1"] * 10, *["P1"] * 40)
    assert parts_of(found["arrived_alone_of_calls"]) == (0.2, 10, 50, 0)
    assert {found[name]["note"] for name in found if name.endswith("of_calls")} == {told}
    assert told in ccu("report", *JANUARY, "--section", "summary").out
    found = came(ccu, tmp_path, *["C1"] * 10, *["P1"] * 39, "P1|P2")
    assert {found[name]["note"] for name in found if name.endswith("of_calls")} == {""}


def test_call_signs_with_a_space_between_them_are_several(ccu: Ccu, tmp_path: Path) -> None:
    """`C1 P12` begins as the team's signs do, and has an officer; `C 12` is one sign."""
    found = came(ccu, tmp_path, *["C1 P12"] * 10, *["C 12"] * 30, *["P1"] * 60)
    assert parts_of(found["associated_of_calls"]) == (0.4, 40, 100, 0)
    assert parts_of(found["arrived_alone_of_calls"]) == (round(30 / 90, 6), 30, 90, 10)


def test_an_arrival_before_the_dispatch_is_missing(ccu: Ccu, db_path: Path) -> None:
    hand = Hand(db_path)
    hand.calls([f"2026-01-0{day}T10:00:00" for day in range(1, 6)], arrived=True)
    for call_id, minute in ((1, "09:59"), (2, "09:56"), (3, "09:50"), (4, "10:01")):
        at = f"2026-01-0{call_id}T{minute}:00{OFFSET}"
        hand.one("UPDATE call SET dispatched_at = ? WHERE id = ?", at, call_id)
    found = figures(ccu, "response", *JANUARY)
    row = found["median_minutes_to_arrival: care calls"]
    assert (row["value"], row["denominator"], row["missing"]) == (4, 3, 1)
    assert found["self_initiated: care calls"]["value"] == 1
    assert found["p90_minutes_to_arrival: all calls"]["value"] == 10
    assert "4.0 min*" in ccu("report", *JANUARY, "--section", "response").out


def test_a_reduction_of_few_is_no_percentage(ccu: Ccu, db_path: Path) -> None:
    """One person, 1 call before and 4 after: -300% of nobody in particular."""
    hand = Hand(db_path)
    hand.call("2025-01-01T00:00:00")
    person = hand.person("Ana")
    hand.call("2025-10-20T10:00:00", person)
    hand.provider()
    hand.referral("2025-11-01T10:00:00", ("accepted", "2025-11-01T11:00:00"), person=person)
    for day in range(10, 14):
        hand.call(f"2025-11-{day}T10:00:00", person)
    line = ("--month", "2025-12", "--window", "60")
    row = figures(ccu, "before-after", *line)["reduction: engaged"]
    assert (row["value"], row["numerator"], row["denominator"]) == (None, 4, 1)
    shown = ccu("report", *line, "--section", "before-after").out
    assert "%*" not in shown and "n/a: too few" in " ".join(shown.split())


def test_people_are_not_known_where_no_call_names_one(ccu: Ccu, db_path: Path) -> None:
    hand = Hand(db_path)
    cad_calls(hand, 60)
    found = figures(ccu, "people", *JANUARY)
    for name in ("people_served", "unknown_people", "interventions", "connections", "new_people"):
        assert found[name]["value"] is None, name
    page = ccu("report", *JANUARY).out
    assert "Not known: no such call has a named person." in page
    assert "Not known: no such call has a readable address." in page
    assert re.search(r"People served +n/a", page) and re.search(r"Connections +n/a", page)
    public = ccu("report", *JANUARY, "--public").out
    assert re.search(r"People served +n/a", public) and re.search(r"Connections +n/a", public)
    unsure = hand.call("2026-01-20T09:00:00", hand.person("Eve"))
    hand.one("UPDATE call SET arrived_at = NULL WHERE id = ?", unsure)  # did anybody come?
    served = figures(ccu, "people", *JANUARY)["people_served"]
    assert (served["value"], served["missing"]) == (None, 1)
    hand.call("2026-01-20T10:00:00", hand.person("Ana"))
    found = figures(ccu, "people", *JANUARY)
    assert (found["people_served"]["value"], found["connections"]["value"]) == (1, 0)
    shown = ccu("report", *JANUARY, "--section", "repeat-people").out
    assert "None in the days on file: calls on 28 of 90 days; none before Jan" in shown


# --- addresses, from dispatch records alone -------------------------------------------------


def test_before_and_after_by_address_needs_no_person(ccu: Ccu, db_path: Path) -> None:
    """Twelve addresses with 3 calls before; the team comes to eleven, which have 1 or 2 after."""
    hand = Hand(db_path)
    hand.call("2025-01-01T00:00:00")
    for number in range(12):
        place = hand.place(str(number + 1))
        for day in ("05-10", "05-20", "05-30"):
            hand.call(f"2025-{day}T10:00:00", place=place)
        index = hand.call("2025-06-10T10:00:00", place=place)
        if number < 11:
            hand.one("UPDATE call SET lead_agency = 'mobile_crisis' WHERE id = ?", index)
        for day in ("06-20", "07-01")[: 1 + number % 2]:
            hand.call(f"2025-{day}T10:00:00", place=place)
    shelter = hand.place("99", exempt="shelter")
    hand.call("2025-06-12T10:00:00", place=shelter)
    found = figures(ccu, "before-after", "--month", "2025-09")
    row = found["address_reduction: engaged"]
    assert (row["numerator"], row["denominator"]) == (16, 33)
    assert row["low"] < row["value"] < row["high"]
    other = found["address_reduction: not engaged"]
    assert other["numerator"] + other["denominator"] == 5 and other["low"] is None
    assert found["addresses_compared: not engaged"]["value"] == 1
    shown = " ".join(ccu("report", "--month", "2025-09", "--section", "before-after").out.split())
    assert "regression to the mean" in shown


# --- one clock ------------------------------------------------------------------------------


@pytest.fixture
def file_with_a_call(ccu: Ccu, db_path: Path) -> Path:
    provider(ccu, "Harbor House")
    assert call(ccu, "unknown", when="2026-01-05 10:00") == 1
    return db_path


NUMBERS = count()


@given(
    minutes=st.one_of(st.none(), st.integers(1, 600)),
    made=st.integers(1, 1439),
    late=st.sampled_from((0, 1)),
)
@settings(
    max_examples=examples(8, 60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_what_is_done_by_its_due_is_within_24_hours(
    file_with_a_call: Path, minutes: int | None, made: int, late: int
) -> None:
    """The list's first due and the figure count from the same moment: the end of the contact."""
    ended = datetime(2026, 1, 5, 10) + timedelta(minutes=minutes or 0)
    path = file_with_a_call.with_name(f"{next(NUMBERS)}.db")
    copy_file(file_with_a_call, path)
    with closing(sqlite3.connect(path)) as hand:
        cleared = ended.isoformat() + OFFSET if minutes else None
        hand.execute("UPDATE call SET cleared_at = ?", (cleared,))
        hand.commit()
    moment = (ended + timedelta(minutes=made)).isoformat(timespec="minutes")
    line = ("refer", "1", "--to", "1", "--need", "housing")
    assert run_ccu("--db", str(path), "--today", moment, *line).code == 0
    with closing(sqlite3.connect(path)) as hand:
        (due,) = hand.execute("SELECT min(due_at) FROM follow_up").fetchone()
        assert due == (ended + timedelta(hours=24)).isoformat() + OFFSET
        tried = (datetime.fromisoformat(due) + timedelta(seconds=late)).isoformat()
        hand.execute(
            "INSERT INTO attempt (follow_up_id, occurred_at, result, recorded_at, recorded_by)"
            " VALUES (1, ?, 'reached', ?, 1)",
            (tried, tried),
        )
        hand.commit()
    report = ("report", *JANUARY, "--section", "first-follow-up", "-f", "json")
    done = run_ccu("--db", str(path), "--today", "2026-01-31", *report)
    found = {row["figure"]: row for row in json.loads(done.out)["sections"][0]["rows"]}
    row = found["first_attempt_within_24h"]
    assert (row["numerator"], row["denominator"]) == (1 - late, 1)


# --- before the first call, after the last one ------------------------------------------------


@pytest.mark.parametrize("month", ["2025-09", "2026-01"])
@pytest.mark.parametrize("is_empty", [True, False])
def test_nothing_is_counted_outside_the_calls_on_file(
    ccu: Ccu, db_path: Path, month: str, is_empty: bool
) -> None:
    if not is_empty:
        Hand(db_path).call("2025-10-01T10:00:00")
    line = ("--month", month, "--window", "30")
    for section in ("summary", "referrals", "people", "data-quality", "natures", "responders"):
        for name, row in figures(ccu, section, *line).items():
            is_of_month = name.startswith(("overdue_now", "stalled_now")) or "by_month" in name
            assert is_of_month or row["value"] is None, name
    page = " ".join(ccu("report", *line).out.split())
    assert "None." not in page.partition("Overdue")[0] and "No care calls" not in page
    assert page.count("Not known: no calls are recorded in these days.") == 2
    assert "Not known: no referrals are recorded by the end of this period." in page
    assert re.search(r"Calls n/a - -", page)
    hours = ccu("report", *line, "--section", "hours").out
    assert "Not known: no calls are recorded in this period." in " ".join(hours.split())
