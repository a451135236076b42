"""`ccu report`: the days that are asked for, and the periods they are compared with."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccu.report.period import Period

from ..conftest import Ccu
from ..steps import at
from .reporting import Hand, figures, report

DAY = timedelta(days=1)
MOMENT = "2026-05-15T12:00"
STARTS = st.dates(date(1950, 1, 1), date(2150, 1, 1))


@pytest.fixture
def hand(ccu: Ccu, db_path: Path) -> Hand:
    return Hand(db_path)


def asked(*args: str, moment: str = MOMENT) -> dict[str, Any]:
    """The period of a report as JSON has it."""
    done = at(moment, "report", *args, "--section", "referrals", "-f", "json")
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)["period"]
    return found


# --- what is asked for ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "kind", "first", "last"),
    [
        ("--fiscal-year 2026", "fiscal year", "2025-07-01", "2026-06-30"),
        ("--fiscal-year 2024", "fiscal year", "2023-07-01", "2024-06-30"),
        ("--week 2026-05-15", "week", "2026-05-11", "2026-05-17"),
        ("--week 2026-05-11", "week", "2026-05-11", "2026-05-17"),
        ("--week 2026-01-01", "week", "2025-12-29", "2026-01-04"),
        ("--week 2026-W05", "week", "2026-01-26", "2026-02-01"),
        ("--week 2020-W53", "week", "2020-12-28", "2021-01-03"),
        ("--last 30d", "days", "2026-04-16", "2026-05-15"),
        ("--last 1d", "days", "2026-05-15", "2026-05-15"),
        ("--last 4w", "days", "2026-04-18", "2026-05-15"),
        ("--last 6m", "days", "2025-11-16", "2026-05-15"),
        ("--last 1y", "days", "2025-05-16", "2026-05-15"),
    ],
)
def test_the_days_of_each_period(ccu: Ccu, args: str, kind: str, first: str, last: str) -> None:
    found = asked(*args.split())
    after = date.fromisoformat(last) + DAY
    assert (found["kind"], found["start"], found["end"]) == (kind, first, str(after))


@pytest.mark.parametrize("month", range(1, 13))
def test_a_fiscal_year_is_named_by_the_year_it_ends_in(ccu: Ccu, month: int) -> None:
    assert ccu("settings", "fiscal_year_start", str(month)).code == 0
    found = asked("--fiscal-year", "2025")
    start, end = date.fromisoformat(found["start"]), date.fromisoformat(found["end"])
    assert (start.month, start.day) == (end.month, end.day) == (month, 1)
    assert (end - DAY).year == 2025 and end.year == start.year + 1


@pytest.mark.parametrize("value", ["0", "13", "July", ""])
def test_only_a_month_can_start_the_fiscal_year(ccu: Ccu, value: str) -> None:
    done = ccu("settings", "fiscal_year_start", value)
    assert done.code == 2 and "from 1 to 12" in done.err


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        ("--fiscal-year 26", '--fiscal-year "26" cannot be read; write it as 2026'),
        ("--fiscal-year 2027", "Fiscal year 2027 (Jul 1, 2026 to Jun 30, 2027) has not begun"),
        ("--week 2026-W54", "--week is not a week of that year"),
        ("--last 30", "--last cannot be read; write it as 30d, 4w, 6m or 1y"),
        ("--last 0d", "--last cannot be read"),
        ("--last 9999y", "--last reaches back too far"),
        ("--week 2026-01-01 --last 3d", "--week and --last contradict each other"),
    ],
)
def test_an_invalid_period_is_refused(ccu: Ccu, args: str, sentence: str) -> None:
    done = at(MOMENT, "report", *args.split())
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"ccu: error: {sentence}") and done.err.count("\n") == 1


def test_for_publication_the_last_days_are_over(ccu: Ccu) -> None:
    shown = at(MOMENT, "report", "--last", "30d", "--public", "-f", "json")
    period = json.loads(shown.out)["period"]
    assert (period["start"], period["end"]) == ("2026-04-15", "2026-05-15")
    for args in ("--week 2026-05-04", "--fiscal-year 2025", "--from 2026-01-02 --to 2026-01-09"):
        assert at(MOMENT, "report", *args.split(), "--public").code == 0


def test_the_last_days_are_those_of_every_list(ccu: Ccu, hand: Hand) -> None:
    """90 days back there is a call, in each of four places; 91 days back in none."""
    person, place = hand.person("Ann"), hand.place("12")
    hand.one("UPDATE setting SET value = '1' WHERE name = 'repeat_calls'")
    for days, is_in in ((89, True), (90, False)):
        day = date(2026, 1, 31) - days * DAY
        hand.one("DELETE FROM call_person")
        hand.one("DELETE FROM call")
        hand.call(f"{day}T00:00:01", person, place=place)
        assert figures(ccu, "summary", "--last", "90d")["calls"]["value"] == (is_in or None)
        assert figures(ccu, "summary", "--month", "2026-01")["repeat_people"]["value"] == (
            is_in or None
        )
        frequent = json.loads(ccu("frequent", "places", "-f", "json").out)
        assert len(frequent["places"]) == is_in, (days, frequent)


# --- what it is compared with ---------------------------------------------------------------


@given(STARTS, st.integers(1, 28), st.integers(1, 40))
def test_months_from_a_day_to_the_same_day(start: date, day: int, count: int) -> None:
    """Counted by hand: the months before begin on the same day, and so do those of last year."""

    def later(months: int) -> date:
        year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
        return date(year, month + 1, day)

    for kind in ("days", "month", "quarter", "year", "fiscal year"):
        period = Period(kind, later(0), later(count))
        before, year_before = period.previous(), period.year_before()
        assert (before.start, before.end) == (later(-count), later(0))
        assert (year_before.start, year_before.end) == (later(-12), later(count - 12))
        assert {before.kind, year_before.kind} == {kind}


@given(STARTS, st.integers(1, 800))
def test_other_days_are_compared_with_as_many(start: date, days: int) -> None:
    end = start + days * DAY
    before, year_before = (
        getattr(Period("days", start, end), name)() for name in ("previous", "year_before")
    )
    assert before.end == start
    if start.day != end.day or start.day > 28:
        assert before.days == days
        leap = (start, end - DAY)
        moved = [each.replace(year=each.year - 1) if (each.month, each.day) != (2, 29)
                 else date(each.year - 1, 2, 28) for each in leap]  # fmt: skip
        assert [year_before.start, year_before.last] == moved


@given(STARTS)
def test_a_week_is_compared_with_the_same_weekdays(start: date) -> None:
    period = Period("week", start, start + 7 * DAY)
    assert period.previous() == Period("week", start - 7 * DAY, start)
    assert period.year_before() == Period("week", start - 364 * DAY, start - 357 * DAY)


@pytest.mark.parametrize(
    ("args", "before", "year_before"),
    [
        ("--from 2023-07-01 --to 2024-06-30", "2022-07-01 2023-06-30", "2022-07-01 2023-06-30"),
        ("--fiscal-year 2024", "2022-07-01 2023-06-30", "2022-07-01 2023-06-30"),
        ("--from 2026-03-01 --to 2026-03-31", "2026-02-01 2026-02-28", "2025-03-01 2025-03-31"),
        ("--from 2024-02-15 --to 2025-02-14", "2023-02-15 2024-02-14", "2023-02-15 2024-02-14"),
        ("--from 2026-01-15 --to 2026-02-14", "2025-12-15 2026-01-14", "2025-01-15 2025-02-14"),
    ],
)
def test_a_call_on_the_first_and_last_day_is_compared_with(
    ccu: Ccu, hand: Hand, args: str, before: str, year_before: str
) -> None:
    """One call on the day before, on the first, on the last and on the day after."""
    hand.call("2020-01-01T10:00:00")
    days = {date.fromisoformat(day) for text in (before, year_before) for day in text.split()}
    hand.calls(f"{day + step * DAY}T12:00:00" for day in days for step in (-1, 0, 1))
    done = at(MOMENT, "report", *args.split(), "--section", "summary", "-f", "json")
    row = json.loads(done.out)["sections"][0]["rows"][0]
    assert (row["previous"], row["year_before"]) == (4, 4)


def test_the_settings_have_the_fiscal_year(ccu: Ccu) -> None:
    (row,) = json.loads(ccu("settings", "fiscal_year_start", "-f", "json").out)
    assert row["value"] == "7"
    assert report(ccu, "--fiscal-year", "2025")["period"]["label"].startswith("Fiscal year 2025")
