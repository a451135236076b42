"""Hours in words, read as the times of a week; what is not understood stays unknown."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccu.providers import hours


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("24/7", "24/7"),
        ("Open 24 hours a day, 7 days a week", "24/7"),
        ("Day and night", "24/7"),
        ("around the clock", "24/7"),
        ("Open round-the-clock, 7 days a week", "24/7"),
        ("24 hours/7 days", "24/7"),
        ("24/7/365", "24/7"),
        ("Daily, 24 hours", "24/7"),
        ("M-Th 9am-8pm; F 9-5", "Mon-Thu 9am-8pm; Fri 9am-5pm"),
        ("M, W, F 9:00 a.m. to 5:00 p.m.", "Mon,Wed,Fri 9am-5pm"),
        ("Tu-Sa 10-6", "Tue-Sat 10am-6pm"),
        ("MO,WE 10:00-13:00", "Mon,Wed 10am-1pm"),
        ("MO,TU,WE,TH,FR 08:00-16:00", "Mon-Fri 8am-4pm"),
        ("Mo-Fr 09:00-17:00; Su 06:00-09:00", "Mon-Fri 9am-5pm; Sun 6am-9am"),
        ("mon-fri 9-17", "Mon-Fri 9am-5pm"),
        ("M-F 9-5", "Mon-Fri 9am-5pm"),
        ("Mon-Fri 9am-5pm; Sat 10-2", "Mon-Fri 9am-5pm; Sat 10am-2pm"),
        ("Monday \u2013 Friday: 9:00 AM \u2013 5:00 PM", "Mon-Fri 9am-5pm"),
        ("Mon-Fri 9-5, closed Sat and Sun", "Mon-Fri 9am-5pm"),
        ("mon-fri 9-12, 1-5", "Mon-Fri 9am-12pm; Mon-Fri 1pm-5pm"),
        ("Monday 0900-1700", "Mon 9am-5pm"),
        ("mon & wed 9-noon", "Mon,Wed 9am-12pm"),
        ("daily 18:00-08:00", "Mon-Sun 6pm-8am"),
        ("wed 7-8:30pm", "Wed 7pm-8:30pm"),
        ("mon-sat 05:30-11:00", "Mon-Sat 5:30am-11am"),
        ("daily 9am-9pm, closed Saturday", "Mon,Tue,Wed,Thu,Fri,Sun 9am-9pm"),
        ("Sun: closed; Mon-Sat 8am-8pm", "Mon-Sat 8am-8pm"),
        ("mon 9am-5", "Mon 9am-5pm"),
        ("fri 10-6am", "Fri 10pm-6am"),
        ("mon-fri 8-12", "Mon-Fri 8am-12pm"),
    ],
)
def test_hours_are_read(text: str, written: str) -> None:
    spells = hours.read(text)
    assert spells is not None
    assert hours.write(spells) == written


@pytest.mark.parametrize(
    "text",
    ["", "by appointment", "9am-5pm", "first tuesday 10-12", "mon-fri 9-5 except holidays", "fri",
     "mon-fri 9-45", "Mon 25:00-26:00", "call", "closed", "closed Sunday", "tue-thu 5-9",
     "sat 7-7", "mon 12-12", "Mon-Sat 9am-9pm; closed 12-1", "mon-fri closed 12-1", "mon 9am-9am",
     "Mon-Fri 9-5; closed Mon 12-1", "daily 9-5; Sat 10-2", "mon-fri 9am-5pm UTC",
     "mon-fri 9am-5pm; closed wed; wed 6pm-8pm", "mon midnight-6am", "Closed until March"],
)  # fmt: skip
def test_what_is_not_understood_is_unknown(text: str) -> None:
    assert hours.read(text) is None


@pytest.mark.parametrize(
    ("text", "moment", "is_open"),
    [
        ("mon-fri 9-17", "2026-01-30 09:00", True),
        ("mon-fri 9-17", "2026-01-30 17:00", False),
        ("mon-fri 9-17", "2026-01-31 12:00", False),
        ("sat 22:00-06:00", "2026-02-01 05:59", True),
        ("sat 22:00-06:00", "2026-02-01 06:00", False),
        ("sun 22:00-06:00", "2026-02-02 01:00", True),
        ("24/7", "2026-02-01 00:00", True),
    ],
)
def test_it_is_open_between_its_times(text: str, moment: str, is_open: bool) -> None:
    spells = hours.read(text)
    assert spells is not None
    assert hours.is_open(spells, datetime.fromisoformat(moment)) is is_open


def test_it_is_open_at_any_time_of_a_night() -> None:
    spells = hours.read("sat 9pm-7am")
    assert spells is not None
    for moment, minutes, is_open in (
        ("2026-01-31 18:15", 1, False),
        ("2026-01-31 18:15", 165, False),
        ("2026-01-31 18:15", 166, True),
        ("2026-01-31 02:00", 240, False),
        ("2026-02-01 02:00", 1, True),
        ("2026-02-01 18:00", 720, False),
    ):
        found = hours.is_open(spells, datetime.fromisoformat(moment), minutes)
        assert found is is_open, (moment, minutes)


SPELL = st.tuples(st.integers(0, 6), st.integers(0, 287), st.integers(1, 287)).map(
    lambda each: (each[0], each[1] * 5, each[1] * 5 + each[2] * 5)
)


@given(st.lists(SPELL, min_size=1, max_size=5))
def test_what_is_written_is_read_as_the_same_times(spells: list[hours.Spell]) -> None:
    text = hours.write(spells)
    again = hours.read(text)
    assert again is not None
    for day in range(1, 8):
        for minute in range(0, 1440, 35):
            moment = datetime(2026, 2, day, minute // 60, minute % 60)
            assert hours.is_open(again, moment) == hours.is_open(spells, moment), text


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    found = hours.read(text)
    assert found is None or all(opens < closes for _day, opens, closes in found)
