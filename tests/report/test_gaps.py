"""`ccu report`: a period that is not complete is named and marked, and a quiet town is not."""

import csv
import random
import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from ccu.report.period import Period, Records

from ..conftest import Ccu
from ..steps import at
from .reporting import Hand, figures, report

DAY = timedelta(days=1)
START = date(2023, 1, 1)


@pytest.fixture
def hand(ccu: Ccu, db_path: Path) -> Hand:
    return Hand(db_path)


def days(first: str, last: str) -> list[date]:
    start = date.fromisoformat(first)
    return [start + step * DAY for step in range((date.fromisoformat(last) - start).days + 1)]


def two_a_day(hand: Hand, first: str, last: str) -> None:
    hand.calls(f"{day}T{hour}:00:00" for day in days(first, last) for hour in ("09", "15"))


def month(number: int, year: int = 2025) -> Period:
    after = divmod(year * 12 + number, 12)
    return Period("month", date(year, number, 1), date(after[0], after[1] + 1, 1))


# --- what is told ---------------------------------------------------------------------------


def test_a_file_that_ends_in_mid_month(ccu: Ccu, hand: Hand) -> None:
    two_a_day(hand, "2025-01-01", "2026-03-15")
    shown = at("2026-04-20", "report", "--month", "2026-03").out
    assert (
        "March 2026 is not complete: calls on 15 of 31 days; none after Mar 15, 2026."
        " The compared periods are complete: a smaller number so far is not a decrease.\n"
    ) in shown
    assert re.search(r"Calls +30 +56 +62 +[▁▂▃▄▅▆▇█]{11}~\n", shown)
    assert "~ Mar 2026 is partial." in shown
    later = at("2026-04-20T12:00", "report", "--month", "2026-04").out
    assert "April 2026 is not over: counted to Apr 20, 2026, 12:00 PM." in later
    assert "April 2026 is not complete: calls on 0 of 19 days; none after Mar 15, 2026." in later
    assert "Periods that are not complete are compared: a difference is not a change." in later
    assert "Mar 2026~" in later


@pytest.mark.parametrize("year", [2019, 2020, 2025])
def test_records_that_ended_long_ago_are_told_of_every_later_year(year: int) -> None:
    """100 calls a day for a week of May 2018, and none since."""
    records = Records(
        {"cad": dict.fromkeys(days("2018-05-01", "2018-05-07"), 100)}, date(2026, 2, 1)
    )
    told = records.sentence(Period("year", date(year, 1, 1), date(year + 1, 1, 1)))
    assert told.endswith("; none after May 7, 2018")
    last_30_days = Period("days", date(2026, 1, 2), date(2026, 2, 1))
    assert records.sentence(last_30_days) == "calls on 0 of 30 days; none after May 7, 2018"
    quiet = Records({"ccu": {date(2025, 3, day): 1 for day in (1, 11, 21)}}, date(2026, 2, 1))
    assert quiet.sentence(month(1, 2026)).endswith("; none after Mar 21, 2025")


def test_an_empty_month_of_a_small_town_is_told() -> None:
    """8 calls in each of 23 other months; in a report of the month, the quarter and the year."""
    calls = {
        date(year, number, 3 * step + 1): 1
        for year in (2024, 2025)
        for number in range(1, 13)
        for step in range(8)
        if (year, number) != (2025, 6)
    }
    records = Records({"cad": calls}, date(2026, 2, 1))
    assert records.sentence(month(6)).startswith("calls on 0 of 30 days; none from Jun 1, 2025")
    for period in (
        Period("quarter", date(2025, 4, 1), date(2025, 7, 1)),
        Period("year", date(2025, 1, 1), date(2026, 1, 1)),
    ):
        assert "none from May 23, 2025 to Jun 30, 2025" in records.sentence(period)
    assert not any(records.sentence(month(number)) for number in (5, 7, 12))


def test_nothing_is_published_of_days_that_the_records_do_not_reach(ccu: Ccu, hand: Hand) -> None:
    """There <10 would be read as few calls."""
    two_a_day(hand, "2023-01-01", "2023-03-15")
    shown = " ".join(at("2026-04-20", "report", "--month", "2023-03", "--public").out.split())
    assert "The records of this period are not complete" in shown
    for name in ("2023-04", "2023-12", "2025-12"):
        done = at("2026-04-20", "report", "--month", name, "--public")
        assert (done.code, done.out) == (2, "")
        assert "no calls are on file after Mar 15, 2023: there is nothing to publish" in done.err


def test_periods_before_the_first_call_are_not_called_complete(ccu: Ccu, hand: Hand) -> None:
    two_a_day(hand, "2025-05-01", "2025-05-20")
    done = at("2026-04-20", "report", "--month", "2025-05", "--section", "summary")
    assert "May 2025 is not complete" in done.out and "complete: a smaller" not in done.out
    assert "Apr 2025~" not in done.out
    found = report(ccu, "--month", "2025-05")
    assert found["partial"] == {"period": True, "previous": True, "year_before": True}
    two_a_day(hand, "2025-04-01", "2025-04-30")
    notes = " ".join(report(ccu, "--month", "2025-05")["notes"])
    assert "April 2025 is complete: a smaller number so far is not a decrease." in notes


def test_each_row_of_csv_names_which_period_is_partial(ccu: Ccu, hand: Hand) -> None:
    two_a_day(hand, "2025-05-01", "2026-01-15")
    for section in ("summary", "repeat-addresses", "hours", "natures"):
        for name, partial in (
            ("2025-12", "year_before"),
            ("2026-01", "period year_before"),
            ("2025-05", "previous year_before"),
        ):
            line = ("report", "--month", name, "--section", section, "-f", "csv")
            rows = list(csv.DictReader(ccu(*line).out.splitlines()))
            found = {row["partial"] for row in rows if not row.get("group", "").startswith("202")}
            assert found <= {partial} and (rows or section == "repeat-addresses"), section
    line = ("report", "--month", "2026-01", "--section", "summary", "-f", "csv")
    rows = list(csv.DictReader(ccu(*line).out.splitlines()))
    months = {row["group"]: row["partial"] for row in rows if row["figure"] == "calls_by_month"}
    assert (months["2025-12"], months["2026-01"]) == ("", "period")


def test_data_has_a_flag(ccu: Ccu, hand: Hand) -> None:
    two_a_day(hand, "2025-01-10", "2025-12-20")
    found = report(ccu, "--month", "2026-01")
    assert found["partial"] == {"period": True, "previous": True, "year_before": True}
    found = report(ccu, "--month", "2025-11")
    # November 2024 ended before the first call: no data is not complete
    assert found["partial"] == {"period": False, "previous": False, "year_before": True}
    months = figures(ccu, "summary", "--month", "2026-01")
    notes = [
        months[f"calls_by_month: {name}"]["note"] for name in ("2025-02", "2025-12", "2026-01")
    ]
    assert notes == ["", "partial", "after the last call"]
    listed = ccu("report", "--month", "2026-01", "--section", "summary").out
    assert "Dec 2025, partial" in listed and "Nov 2025, partial" not in listed


def test_the_beginning_the_inside_and_the_end(ccu: Ccu, hand: Hand) -> None:
    two_a_day(hand, "2025-03-10", "2025-03-19")
    two_a_day(hand, "2025-03-27", "2025-12-12")
    notes = report(ccu, "--year", "2025")["notes"]
    assert notes[0].startswith(
        "2025 is not complete: calls on 271 of 365 days; none before Mar 10, 2025; none from Mar"
        " 20, 2025 to Mar 26, 2025; none after Dec 12, 2025."
    )


def test_a_dispatch_export_that_ends_while_calls_are_logged_by_hand(ccu: Ccu, hand: Hand) -> None:
    source = hand.one("INSERT INTO source_system (name) VALUES ('county-cad')")
    for _ in range(4):
        two_a_day(hand, "2025-06-01", "2025-11-15")
    hand.one("UPDATE call SET source_system_id = ?", source)
    two_a_day(hand, "2025-06-01", "2026-01-31")
    notes = report(ccu, "--month", "2025-11", "--compare", "none")["notes"]
    assert notes == [
        "November 2025 is not complete: county-cad has calls on 15 of 30 days; none after Nov 15,"
        " 2025."
    ]


def test_a_new_dispatch_system_is_no_gap(ccu: Ccu, hand: Hand) -> None:
    source = hand.one("INSERT INTO source_system (name) VALUES ('old-cad')")
    two_a_day(hand, "2025-01-01", "2025-11-15")
    hand.one("UPDATE call SET source_system_id = ?", source)
    two_a_day(hand, "2025-11-16", "2026-01-31")
    for name in ("2025-11", "2025-12"):
        assert report(ccu, "--month", name, "--compare", "none")["notes"] == []


def test_a_second_export_that_begins_is_no_increase(ccu: Ccu, hand: Hand) -> None:
    source = hand.one("INSERT INTO source_system (name) VALUES ('county-fire')")
    two_a_day(hand, "2025-02-15", "2025-03-31")
    two_a_day(hand, "2025-02-15", "2025-03-31")
    hand.one("UPDATE call SET source_system_id = ?", source)
    for _ in range(3):
        two_a_day(hand, "2024-01-01", "2025-03-31")
    found = report(ccu, "--month", "2025-02")
    assert found["notes"][:2] == [
        "February 2025 is not complete: county-fire has calls on 14 of 28 days; none before Feb 15,"
        " 2025.",
        "January 2025 is not complete: county-fire has calls on 0 of 31 days; none before Feb 15,"
        " 2025.",
    ]
    assert figures(ccu, "summary", "--month", "2025-02")["calls"]["previous_change"] is None
    assert report(ccu, "--month", "2025-03")["partial"] == {
        "period": False,
        "previous": True,
        "year_before": True,
    }
    assert not any(report(ccu, "--month", "2025-01")["partial"].values())


def test_one_of_two_exports_that_ends_is_no_decrease(ccu: Ccu, hand: Hand) -> None:
    source = hand.one("INSERT INTO source_system (name) VALUES ('old-cad')")
    for _ in range(5):
        two_a_day(hand, "2024-10-01", "2025-01-31")
    hand.one("UPDATE call SET source_system_id = ?", source)
    for _ in range(5):
        two_a_day(hand, "2023-10-01", "2025-03-31")
    for name, days_of in (("2025-02", "0 of 28 days"), ("2025-03", "0 of 31 days")):
        told = report(ccu, "--month", name, "--compare", "none")["notes"]
        assert f"old-cad has calls on {days_of}; none after Jan 31, 2025" in told[0]
    assert figures(ccu, "summary", "--month", "2025-02")["calls"]["previous_change"] is None


# --- what is not ----------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.3, 1, 3, 10, 40])
def test_a_quiet_town_is_not_told_that_its_months_lack_calls(rate: float) -> None:
    """Ten towns, three years each, with as many calls a day as chance gives: no month is marked."""
    for seed in range(10):
        chance = random.Random(f"{rate} {seed}")
        calls: dict[date, int] = {}
        moment = chance.expovariate(rate)
        while moment < 1095:
            day = START + int(moment) * DAY
            calls[day] = calls.get(day, 0) + 1
            moment += chance.expovariate(rate)
        records = Records({"ccu": calls}, START + 1095 * DAY)
        for year in (2023, 2024, 2025):
            told = [
                records.sentence(each)
                for each in (month(number, year) for number in range(1, 13))
                if min(calls, default=each.end) <= each.start
            ]
            assert not any(told), (rate, seed, told)


def test_a_team_that_works_from_monday_to_friday() -> None:
    calls = {day: 15 for day in days("2024-01-01", "2025-12-31") if day.weekday() < 5}
    records = Records({"ccu": calls}, date(2026, 1, 1))
    assert not any(records.sentence(month(number)) for number in range(1, 13))
    for day in days("2025-06-09", "2025-06-13"):
        del calls[day]
    again = Records({"ccu": calls}, date(2026, 1, 1)).sentence(month(6))
    assert again.endswith("none from Jun 7, 2025 to Jun 15, 2025")


@pytest.mark.parametrize("rate", [1, 3, 10])
def test_half_a_missing_month_is_always_reported(rate: int) -> None:
    calls = dict.fromkeys(days("2024-01-01", "2025-08-15"), rate)
    records = Records({"ccu": calls}, date(2025, 9, 1))
    assert records.sentence(month(8)) == "calls on 15 of 31 days; none after Aug 15, 2025"
    assert not records.sentence(month(7))


@pytest.mark.parametrize("format", ["table", "plain", "markdown", "json", "html"])
@pytest.mark.parametrize("what", [(), ("--full",), ("--section", "repeat-callers")])
def test_no_repeats_in_days_that_are_not_on_file_is_not_none(
    hand: Hand, format: str, what: tuple[str, ...]
) -> None:
    hand.call("2026-01-30T09:00:00", hand.person("Ana"), place=hand.place("12"))
    for period in (("--month", "2026-01"), ("--last", "30d"), ("--week", "2026-01-31")):
        done = at("2026-02-01T12:00", "report", *period, *what, "-f", format)
        text = " ".join(re.sub("<[^>]*>", " ", done.out).split())
        assert done.code == 0, done.err
        assert re.search(
            r"The 90 days of repeats are not complete: calls on 1 of [89]\d days", text
        )
        told = re.findall(r"None in the days on file: calls on 1 of [89]\d days; none before", text)
        assert len(told) >= 2, text[:800]


def test_a_zero_before_the_first_call_is_not_compared(ccu: Ccu, hand: Hand) -> None:
    two_a_day(hand, "2025-12-30", "2026-01-31")
    found = figures(ccu, "summary", "--month", "2026-01")["repeat_addresses"]
    assert (found["previous"], found["note"]) == (None, "the days of repeats are not complete")
