"""When routine follow-ups may fall due: reading the settings, and the next open moment."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccu.dates import office_hours, zone
from ccu.errors import InvalidInput

from .. import steps
from ..conftest import Ccu

NEW_YORK = zone("America/New_York")
WEEK = "mon-fri 08:30-16:30"


def moved(moment: str, hours: str = WEEK, holidays: str = "") -> str:
    when = datetime.fromisoformat(moment).replace(tzinfo=NEW_YORK)
    return office_hours.read(hours, holidays).next_open(when).isoformat(timespec="minutes")


@pytest.mark.parametrize(
    ("moment", "then"),
    [
        ("2026-01-30T10:00", "2026-01-30T10:00-05:00"),  # a Friday, open
        ("2026-01-30T16:30", "2026-01-30T16:30-05:00"),  # the last moment
        ("2026-01-30T16:31", "2026-02-02T08:30-05:00"),  # over the weekend
        ("2026-01-31T10:00", "2026-02-02T08:30-05:00"),
        ("2026-02-02T03:00", "2026-02-02T08:30-05:00"),  # before it opens
        ("2026-03-06T17:00", "2026-03-09T08:30-04:00"),  # over the change of clocks
    ],
)
def test_a_moment_moves_on_to_the_next_opening(moment: str, then: str) -> None:
    assert moved(moment) == then


def test_holidays_are_closed() -> None:
    assert moved("2026-07-02T17:00", holidays="2026-07-03") == "2026-07-06T08:30-04:00"
    assert moved("2026-07-03T17:15", "", "2026-07-03,2026-07-04") == "2026-07-05T17:15-04:00"
    assert moved("2026-07-05T03:00", "", "2026-07-03") == "2026-07-05T03:00-04:00"


def test_a_skipped_opening_time_is_moved_by_the_gap() -> None:
    assert moved("2026-03-08T01:00", "sun 02:30-05:00") == "2026-03-08T03:30-04:00"


def test_days_may_differ_and_go_over_the_weekend() -> None:
    assert moved("2026-01-30T13:00", "mon-thu 08:30-16:30, fri 08:30-12:00")[:10] == "2026-02-02"
    assert moved("2026-02-03T13:00", "sat-mon 10:00-12:00") == "2026-02-07T10:00-05:00"


@given(st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1)), st.sampled_from([0, 1]))
def test_the_next_opening_is_open_and_the_first(wall: datetime, fold: int) -> None:
    when = wall.replace(tzinfo=NEW_YORK, fold=fold, microsecond=0)
    hours = office_hours.read(WEEK, "2026-12-25,2026-01-01")
    found = hours.next_open(when)
    assert found.timestamp() >= when.timestamp()
    assert hours.next_open(found) == found
    assert found.timestamp() - when.timestamp() <= 5 * 24 * 3600


@pytest.mark.parametrize(
    "text",
    ["9-5", "mon 8:3-16:30", "mon 16:30-08:30", "mon-fry 08:30-16:30", "mon 08:30-08:30",
     "mon 08:30-16:30, mon-tue 09:00-10:00", "mon 24:00-25:00", "tue", "x" * 3000],
)  # fmt: skip
def test_what_is_not_hours_is_refused_without_the_text(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        office_hours.checked_hours("office_hours", text)
    assert text not in str(refused.value)
    assert str(refused.value).startswith("office_hours")


@pytest.mark.parametrize("text", ["25 Dec", "2026-13-01", "2026-02-29", "20261225", "x" * 3000])
def test_what_is_not_a_holiday_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        office_hours.checked_holidays("holidays", text)


def test_the_settings_are_checked_and_tidied(ccu: Ccu) -> None:
    assert ccu("settings", "office_hours", "Mon-Fri 8:30 - 16:30;sat 09:00-12:00").out == (
        "office_hours is now mon-fri 08:30 - 16:30, sat 09:00-12:00\n"
    )
    assert ccu("settings", "holidays", "2026-12-25, 2026-07-03 2026-12-25").out == (
        "holidays is now 07/03/2026, 12/25/2026\n"
    )
    assert ccu("settings", "office_hours", "always").code == 2


def test_a_schedule_keeps_to_them_only_when_they_are_set(ccu: Ccu) -> None:
    """The call ended on Friday 30 January at 22:30; 24 hours later is a Saturday night."""
    steps.start(ccu)
    made = ("--made", "2026-01-30 22:45")
    free = steps.referral(ccu, steps.refer(ccu, *made))
    assert [each["due_at"] for each in free["follow_ups"]] == [
        "2026-01-31T22:30:00-05:00",
        "2026-02-06T22:30:00-05:00",
    ]
    assert ccu("settings", "office_hours", WEEK).code == 0
    assert ccu("settings", "holidays", "2026-02-02").code == 0
    kept = steps.referral(ccu, steps.refer(ccu, *made, "--need", "food"))
    assert [each["due_at"] for each in kept["follow_ups"]] == [
        "2026-02-03T08:30:00-05:00",
        "2026-02-09T08:30:00-05:00",
    ]


def test_a_schedule_is_counted_in_real_hours(ccu: Ccu) -> None:
    """Clocks went forward in the night of 8 March 2026: 24 hours later is an hour later."""
    steps.start(ccu)
    done = steps.at("2026-03-07T14:00", "refer", "1", "--to", "1", "--need", "housing")
    assert done.code == 0, done.err
    assert [each["due_at"] for each in steps.referral(ccu, 1)["follow_ups"]] == [
        "2026-03-08T15:00:00-04:00",
        "2026-03-14T15:00:00-04:00",
    ]


def test_two_that_fall_on_one_opening_are_one(ccu: Ccu) -> None:
    steps.start(ccu)
    for name, value in (("follow_up_hours", "12,24"), ("office_hours", WEEK)):
        assert ccu("settings", name, value).code == 0
    found = steps.referral(ccu, steps.refer(ccu, "--made", "2026-01-30 22:45"))
    assert [each["due_at"] for each in found["follow_ups"]] == ["2026-02-02T08:30:00-05:00"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("9 to 5", "mon-fri 09:00-17:00"),
        ("mon-fri 8:30-4:30", "mon-fri 08:30-16:30"),
        ("M-F 8:30am-4:30 p.m.", "mon-fri 08:30-16:30"),
        ("weekdays 0830-1630, Saturday 10-2", "mon-fri 08:30-16:30, sat 10:00-14:00"),
    ],
)
def test_hours_as_people_write_them_are_offered_as_read(typed: str, meant: str, ccu: Ccu) -> None:
    done = ccu("settings", "office_hours", typed)
    assert (done.code, f"office_hours: did you mean {meant}?" in done.err) == (2, True), done.err
    assert ccu("settings", "office_hours", meant).code == 0


def test_hours_that_nothing_explains_are_refused(ccu: Ccu) -> None:
    for typed in ("mon-fri 99-5", "mon-fri 22:00-6:00", "mornings"):
        done = ccu("settings", "office_hours", typed)
        assert (done.code, "did you mean" in done.err) == (2, False), done.err
