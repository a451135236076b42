"""`ccu.dates`: what people type, the stored form, and clock changes."""

import re
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ccu.dates import (
    add_elapsed,
    day_start,
    from_iso,
    is_after,
    parse_day,
    parse_moment,
    parse_month,
    parse_quarter,
    parse_year,
    say_moment,
    to_iso,
    zone,
)
from ccu.errors import ExitCode, InvalidInput

TOWN = zone("America/New_York")
NOW = datetime(2026, 11, 22, 8, 0, 30, 999, tzinfo=TOWN)  # a Sunday
TODAY = NOW.date()

zones = st.sampled_from(
    ["America/New_York", "America/Los_Angeles", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]
).map(zone)
instants = st.datetimes(
    datetime(1901, 1, 1), datetime(2199, 12, 30), timezones=zones, allow_imaginary=False
)


def refusal(text: str, now: datetime = NOW, *, future: bool = False) -> str:
    with pytest.raises(InvalidInput) as refused:
        parse_moment(text, now, future=future)
    return str(refused.value)


def day_refusal(text: str, *, future: bool = True) -> str:
    with pytest.raises(InvalidInput) as refused:
        parse_day(text, TODAY, future=future)
    return str(refused.value)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("now", "2026-11-22T08:00:30-05:00"),
        ("07:30", "2026-11-22T07:30:00-05:00"),
        ("7:30", "2026-11-22T07:30:00-05:00"),
        ("07:30:15", "2026-11-22T07:30:15-05:00"),
        ("7 am", "2026-11-22T07:00:00-05:00"),
        ("7:15 a.m.", "2026-11-22T07:15:00-05:00"),
        ("12:10am", "2026-11-22T00:10:00-05:00"),
        ("yesterday noon", "2026-11-21T12:00:00-05:00"),
        ("today 07:30", "2026-11-22T07:30:00-05:00"),
        ("yesterday 22:30", "2026-11-21T22:30:00-05:00"),
        ("0730", "2026-11-22T07:30:00-05:00"),
        ("0730 hrs", "2026-11-22T07:30:00-05:00"),
        ("yesterday 2230", "2026-11-21T22:30:00-05:00"),
        ("2230 hrs yesterday", "2026-11-21T22:30:00-05:00"),
        ("fri 2230h", "2026-11-20T22:30:00-05:00"),
        ("11/20 1930", "2026-11-20T19:30:00-05:00"),
        ("Jan 18 2230", "2026-01-18T22:30:00-05:00"),
        ("Jan 18 2025 hrs", "2026-01-18T20:25:00-05:00"),
        ("2026-01-18 2230", "2026-01-18T22:30:00-05:00"),
        ("11/20 19:30", "2026-11-20T19:30:00-05:00"),
        ("12/3/2026 22:30", "2026-03-12T22:30:00-04:00"),
        ("  Yesterday  at 10:30 PM ", "2026-11-21T22:30:00-05:00"),
        ("22:30 yesterday", "2026-11-21T22:30:00-05:00"),
        ("10:30pm on friday", "2026-11-20T22:30:00-05:00"),
        ("2026-01-18 22:30", "2026-01-18T22:30:00-05:00"),
        ("2026-01-18T22:30", "2026-01-18T22:30:00-05:00"),
        ("2026-07-18 22:30:05", "2026-07-18T22:30:05-04:00"),
        ("2026-01-18T22:30:00-05:00", "2026-01-18T22:30:00-05:00"),
        ("2026-01-18 22:30-0800", "2026-01-19T01:30:00-05:00"),
        ("2026-01-18T22:30:00Z", "2026-01-18T17:30:00-05:00"),
        ("18 Jan 2026 22:30", "2026-01-18T22:30:00-05:00"),
        ("Jan 18 22:30", "2026-01-18T22:30:00-05:00"),
        ("Jan 18th, 2026, 10:30 pm", "2026-01-18T22:30:00-05:00"),
        ("Dec 31 22:30", "2025-12-31T22:30:00-05:00"),
        ("1/18/2026 22:30", "2026-01-18T22:30:00-05:00"),
        ("1/18/26 22:30", "2026-01-18T22:30:00-05:00"),
        ("18.1.2026 22:30", "2026-01-18T22:30:00-05:00"),
        ("4/4/2026 22:30", "2026-04-04T22:30:00-04:00"),
        ("friday 22:30", "2026-11-20T22:30:00-05:00"),
        ("last friday 22:30", "2026-11-20T22:30:00-05:00"),
        ("sunday 07:00", "2026-11-22T07:00:00-05:00"),
        ("sunday 09:00", "2026-11-15T09:00:00-05:00"),
        ("last sunday 07:00", "2026-11-15T07:00:00-05:00"),
        ("20 minutes ago", "2026-11-22T07:40:30-05:00"),
        ("2 hours ago", "2026-11-22T06:00:30-05:00"),
        ("2h ago", "2026-11-22T06:00:30-05:00"),
        ("an hour ago", "2026-11-22T07:00:30-05:00"),
        ("1h 20min ago", "2026-11-22T06:40:30-05:00"),
        ("3 days ago 22:30", "2026-11-19T22:30:00-05:00"),
        ("2026-11-01 01:30-04:00", "2026-11-01T01:30:00-04:00"),
        ("2026-11-01 01:30-05:00", "2026-11-01T01:30:00-05:00"),
    ],
)
def test_a_moment_that_people_type(typed: str, stored: str) -> None:
    assert to_iso(parse_moment(typed, NOW)) == stored


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "is empty"),
        (" \t", "is empty"),
        ("22:30", "is in the future; did you mean yesterday 22:30?"),
        ("noon", "is in the future; did you mean yesterday 12:00?"),
        ("tomorrow 22:30", "is in the future; it is now Nov 22, 2026 08:00:30"),
        ("2026-11-22T13:00:31Z", "is in the future; it is now Nov 22, 2026 08:00:30"),
        ("in 2 hours", "is in the future"),
        ("yesterday", "has no time of day; add one, as in yesterday 22:30"),
        ("Sat", "has no time of day; add one, as in sat 22:30"),
        ("03/04/2026 22:30", "is ambiguous: Mar 4, 2026 22:30 or Apr 3, 2026 22:30?"),
        ("03/04/2026", "is ambiguous: Mar 4, 2026 22:30 or Apr 3, 2026 22:30?"),
        ("3/4/2026 0815", "is ambiguous: Mar 4, 2026 08:15 or Apr 3, 2026 08:15?"),
        ("18/1/26 22:30", "is ambiguous: Jan 26, 2018 22:30 or Jan 18, 2026 22:30?"),
        ("Nov 23 22:30", "is in the future; for an earlier year write Nov 23, 2025"),
        ("11/23 22:30", "is in the future; for an earlier year write Nov 23, 2025"),
        ("2230", "is in the future; did you mean yesterday 22:30?"),
        ("2025 hrs", "is in the future; did you mean yesterday 20:25?"),
        ("2460", "is only a number; write a time of day as 22:30"),
        ("last night", "needs a time of day; write it as yesterday 22:30 or today 01:30"),
        ("This morning", "needs a time of day; write it as today 08:30"),
        ("yesterday evening", "needs a time of day; write it as yesterday 19:30"),
        ("tonight", "needs a time of day; write it as today 22:30"),
        ("Jan 18 2025", "has no time of day; add one, as in jan 18 2025 22:30"),
        ("930", "is only a number; did you mean 09:30 or 21:30?"),
        ("2", "is only a number; write a time of day as 22:30"),
        ("-1", "is only a number; write a time of day as 22:30"),
        ("1.5", "is only a number; write a time of day as 22:30"),
        ("13/13/2026", "is not a day in the calendar"),
        ("Jan 32 22:30", "is not a day in the calendar"),
        ("2026-02-29 22:30", "is not a day in the calendar"),
        ("Mon 18 Jan 2026 22:30", "has the wrong weekday; Jan 18, 2026 is a Sunday"),
        ("2026-01-18 24:00", "is the start of the next day; write Jan 19, 2026 00:00"),
        ("30 min", "needs a direction; did you mean 30 min ago?"),
        ("Fri night 12:30", "is ambiguous: Nov 20, 2026 00:30 or Nov 21, 2026 00:30?"),
        ("friday midnight", "is ambiguous: Nov 20, 2026 00:00 or Nov 21, 2026 00:00?"),
        ("25:00", "is not a time of day; the last one is 23:59:59"),
        ("13 pm", "has am or pm after an hour that is not 1 to 12"),
        ("9999-01-01 22:30", "has a year outside 1900 to 2200"),
        ("1899-12-31 22:30", "has a year outside 1900 to 2200"),
        ("1900-01-01 00:00+14:00", "has a year outside 1900 to 2200"),
        ("0026-01-18 22:30", "has a year outside 1900 to 2200"),
        ("1/18/85 22:30", "has a year of two digits; write all four"),
        ("07:30-05:00", "has a UTC offset and no full date; write it as 2026-01-18 22:30-05:00"),
        ("2026-01-18 22:30+15:00", "has a UTC offset that no place uses"),
        (
            "2026-03-08 02:30",
            "does not exist (daylight saving); write Mar 8, 2026 01:30 or Mar 8, 2026 03:30",
        ),
        (
            "2026-11-01 01:30",
            "is ambiguous: Nov 1, 2026 01:30-04:00 or Nov 1, 2026 01:30-05:00?",
        ),
    ],
)
def test_a_refused_moment_states_why_and_what_to_write(typed: str, reason: str) -> None:
    shown = f'"{typed.strip()}" ' if typed.strip() else ""
    assert refusal(typed) == f"time {shown}{reason}"


@pytest.mark.parametrize(("typed", "zone"), [("7:30 am CST", "EST"), ("6/6/2026 4 pm EST", "EDT")])
def test_a_time_in_another_time_zone_is_never_guessed(typed: str, zone: str) -> None:
    assert refusal(typed) == f"time is not in the town's time zone; write it in {zone}"


@pytest.mark.parametrize(
    "typed",
    [
        *("John Smith 22:30", "22:30 JST", "America/New_York", "12 Main Street", "Ann 2230"),
        *("\uff12\uff12:30", "22:30\0", "😀", "\x1b[31m22:30", "\ud800", "22:30\u202e"),
        *("1" * 1_000_000, "\0" * 1_000_000, "a" * 81, " " * 100),
    ],
)
def test_a_text_that_is_no_date_is_not_echoed(typed: str) -> None:
    message = refusal(typed)
    assert message.startswith(("time cannot be read", "time has characters", "time is too long"))
    assert message.isascii() and message.isprintable()


def test_a_repeated_text_is_short() -> None:
    assert f'"{"9" * 40}" is only a number' in refusal("9" * 40)
    assert f'"{"9" * 37}..." is only a number' in refusal("9" * 41)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("22:30", "2026-11-22T22:30:00-05:00"),
        ("tomorrow noon", "2026-11-23T12:00:00-05:00"),
        ("friday 10:00", "2026-11-27T10:00:00-05:00"),
        ("sunday 07:00", "2026-11-29T07:00:00-05:00"),
        ("sunday 09:00", "2026-11-22T09:00:00-05:00"),
        ("in 2 hours", "2026-11-22T10:00:30-05:00"),
        ("Jan 18 10:00", "2027-01-18T10:00:00-05:00"),
    ],
)
def test_with_future_a_moment_is_the_next_to_come(typed: str, stored: str) -> None:
    assert to_iso(parse_moment(typed, NOW, future=True)) == stored


def test_the_hour_that_comes_twice_is_clear_while_only_one_of_them_has_come() -> None:
    first = datetime(2026, 11, 1, 1, 45, tzinfo=TOWN)
    second = first.replace(fold=1)
    assert to_iso(parse_moment("01:30", first)) == "2026-11-01T01:30:00-04:00"
    assert "is in the future" in refusal("01:50", first)
    assert "is ambiguous" in refusal("01:30", second)
    assert to_iso(parse_moment("01:50", second)) == "2026-11-01T01:50:00-04:00"
    assert to_iso(parse_moment("sunday 01:50", second)) == "2026-11-01T01:50:00-04:00"
    assert to_iso(parse_moment("30 min ago", second)) == "2026-11-01T01:15:00-05:00"
    assert is_after(second, first) and not is_after(first, second)


def test_a_gap_of_half_an_hour_offers_half_an_hour() -> None:
    now = datetime(2027, 1, 1, tzinfo=zone("Australia/Lord_Howe"))
    offered = "write Oct 4, 2026 01:45 or Oct 4, 2026 02:45"
    assert refusal("2026-10-04 02:15", now).endswith(offered)


def test_a_naive_now_is_a_bug() -> None:
    with pytest.raises(ValueError, match="without its UTC offset"):
        parse_moment("22:30", datetime(2026, 1, 1))


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("today", "2026-11-22"),
        ("Yesterday", "2026-11-21"),
        ("tomorrow", "2026-11-23"),
        ("friday", "2026-11-27"),
        ("on Fri", "2026-11-27"),
        ("last friday", "2026-11-20"),
        ("next sunday", "2026-11-29"),
        ("in 3 days", "2026-11-25"),
        ("+7d", "2026-11-29"),
        ("+2w", "2026-12-06"),
        ("3 days ago", "2026-11-19"),
        ("in a week", "2026-11-29"),
        ("in 6 months", "2027-05-22"),
        ("2 years ago", "2024-11-22"),
        ("2026-01-18", "2026-01-18"),
        ("2026/1/18", "2026-01-18"),
        ("18 Jan 2026", "2026-01-18"),
        ("18jan2026", "2026-01-18"),
        ("January 18, 2026", "2026-01-18"),
        ("2026 Jan 18", "2026-01-18"),
        ("Sun 18 Jan 2026", "2026-01-18"),
        ("Jan 5", "2027-01-05"),
        ("1/18/2026", "2026-01-18"),
        ("18/1/2026", "2026-01-18"),
        ("Jan. 18, 2026", "2026-01-18"),
        ("Sun. Jan. 18, 2026", "2026-01-18"),
        ("Sun Jan. 18, 2026", "2026-01-18"),
        ("January 18th of 2026", "2026-01-18"),
        ("18/Jan/2026", "2026-01-18"),
        ("Jan. 5", "2027-01-05"),
    ],
)
def test_a_day_that_people_type(typed: str, day: str) -> None:
    assert str(parse_day(typed, TODAY)) == day


WRITE_IT = "write it as Jan 18, 2026 or 2026-01-18"
# dateutil would read each of these, by a guess or by leaving something out.
GUESSED = (
    *("18-Jan-26", "Jan. 18 26", "Jan. 18 '26", "Jan. 18, 2026 10:30", "Jan. 1.5", "Jan. 2026"),
    *("18 Jan 2026 Monday", "3 4 Jan. 2026", "Jan.", "2026-01", "Mon Tue"),
)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("sunday", "is ambiguous: Nov 22, 2026 or Nov 29, 2026?"),
        ("next friday", "is ambiguous: Nov 27, 2026 or Dec 4, 2026?"),
        ("3/4/2026", "is ambiguous: Mar 4, 2026 or Apr 3, 2026?"),
        ("Nov 20", "is ambiguous: Nov 20, 2026 or Nov 20, 2027?"),
        ("7d", "needs a direction; write in 7d or 7d ago"),
        ("feb 29", "needs a year, because not every year has that day"),
        ("feb 30", "is not a day in the calendar"),
        ("2026-02-29", "is not a day in the calendar"),
        ("40", "is only a number; write it as Jan 18, 2026 or 2026-01-18"),
        ("-1", "is only a number; write it as Jan 18, 2026 or 2026-01-18"),
        ("2026-01-18 22:30", "cannot be read as a date; write it as Jan 18, 2026 or 2026-01-18"),
        ("in 9999 years", "has a year outside 1900 to 2200"),
        *((text, f"cannot be read as a date; {WRITE_IT}") for text in GUESSED),
        ("Mon Jan. 18, 2026", "has the wrong weekday; Jan 18, 2026 is a Sunday"),
    ],
)
def test_a_refused_day_states_why_and_what_to_write(typed: str, reason: str) -> None:
    assert day_refusal(typed) == f'date "{typed}" {reason}'


def test_direction_and_future_of_a_day() -> None:
    assert parse_day("friday", TODAY, future=False) == date(2026, 11, 20)
    assert parse_day("friday", TODAY, prefer="past") == date(2026, 11, 20)
    assert parse_day("Nov 20", TODAY, future=False) == date(2026, 11, 20)
    assert parse_day("31 Jan", date(2026, 1, 31)) == date(2026, 1, 31)
    assert parse_day("in 1 month", date(2026, 1, 31)) == date(2026, 2, 28)
    assert parse_day("feb 29", date(2027, 12, 1)) == date(2028, 2, 29)
    assert day_refusal("tomorrow", future=False) == (
        'date "tomorrow" is in the future; today is Nov 22, 2026'
    )


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("5/6/1971", "1971-05-06"),
        ("05-06-1971", "1971-05-06"),
        ("02/03/1980", "1980-02-03"),
        ("12/1/2026", "2026-12-01"),
        ("12/1/26", "2026-12-01"),
        ("11/24", "2026-11-24"),
        ("12/1", "2026-12-01"),
        ("18/1/2026", "2026-01-18"),
        ("2026/1/5", "2026-01-05"),
        ("Tue 11/24", "2026-11-24"),
    ],
)
def test_the_month_comes_first_in_the_us(typed: str, day: str) -> None:
    assert str(parse_day(typed, TODAY, us_order=True)) == day


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("11/20 19:30", "2026-11-20T19:30:00-05:00"),
        ("11/3 1930", "2026-11-03T19:30:00-05:00"),
        ("11/3/2026, 7:30 pm", "2026-11-03T19:30:00-05:00"),
        ("11/3/26 1930 hrs", "2026-11-03T19:30:00-05:00"),
        ("0730 on 11/3", "2026-11-03T07:30:00-05:00"),
        ("11/3/2026T19:30-05:00", "2026-11-03T19:30:00-05:00"),
    ],
)
def test_the_month_comes_first_in_a_us_moment(typed: str, stored: str) -> None:
    assert to_iso(parse_moment(typed, NOW, us_order=True)) == stored


def test_the_month_first_is_never_exchanged_to_avoid_the_future() -> None:
    with pytest.raises(InvalidInput, match=re.escape("is in the future; today is Nov 22, 2026")):
        parse_day("12/1/2026", TODAY, future=False, us_order=True)
    with pytest.raises(InvalidInput, match=re.escape("is not a day in the calendar")):
        parse_day("2/30/2026", TODAY, us_order=True)
    with pytest.raises(InvalidInput, match="has a year of two digits; write all four"):
        parse_day("5/6/71", TODAY, us_order=True)


def test_the_future_decides_between_two_orders() -> None:
    assert parse_day("12/1/2026", TODAY, future=False) == date(2026, 1, 12)
    assert "is ambiguous: Jan 12, 2026 or Dec 1, 2026?" in day_refusal("12/1/2026")


@given(st.dates(date(1901, 1, 1), date(2199, 12, 31)), st.sampled_from("/-"))
def test_every_us_date_is_read_back(day: date, mark: str) -> None:
    typed = f"{day.month}{mark}{day.day}{mark}{day.year}"
    assert parse_day(typed, TODAY, us_order=True) == day


@given(st.times(), st.sampled_from(["", " hrs", "h", " hours"]), st.booleans())
def test_police_time_is_the_time_with_its_colon(clock: time, hours: str, first: bool) -> None:
    police = f"{clock:%H%M}{hours}"
    typed = f"{police} yesterday" if first else f"yesterday {police}"
    assert parse_moment(typed, NOW) == parse_moment(f"2026-11-21 {clock:%H:%M}", NOW)


OFFERED = re.compile(r"([A-Z][a-z]{2} \d{1,2}, \d{4}(?: \d\d:\d\d(?:[+-]\d\d:\d\d)?)?)")
numbers = st.integers(0, 32).map(str) | st.sampled_from(["2026", "26", "01", "09", "2230", "٣"])
SAID = (
    "jan feb mar friday sunday today yesterday midnight noon am pm ago in next last on at z t days"
    " hours h min 22:30 02:30 01:30 24:00 -05:00 2026-03-08 2026-11-01 11/1/2026 3/4/2026"
)
words = st.sampled_from(SAID.split())
glue = st.sampled_from([" ", " ", "/", "-", ":", "", ",", ".", "+"])
nearly_dates = st.lists(st.tuples(numbers | words, glue), max_size=6).map(
    lambda parts: "".join(word + mark for word, mark in parts)
)
typed_texts = st.text(max_size=90) | nearly_dates


@given(typed_texts, instants, st.booleans())
@example("9999 hours ago", datetime(1901, 1, 1, tzinfo=UTC), False)
@example("yesterday 00:00", datetime(1, 1, 1, tzinfo=UTC), False)
@example("in 1 min", datetime.max.replace(tzinfo=UTC), True)
def test_any_text_is_a_moment_or_is_refused(text: str, now: datetime, future: bool) -> None:
    try:
        moment = parse_moment(text, now, future=future, us_order=future)
    except InvalidInput as refused:
        message = str(refused)
        assert message.startswith("time ") and message.isascii() and message.isprintable()
        assert refused.exit_code is ExitCode.INVALID
    else:
        assert moment.tzinfo is now.tzinfo and moment.microsecond == 0
        assert future or not is_after(moment, now)
        assert from_iso(to_iso(moment)) == moment.astimezone(UTC)


@given(nearly_dates)
def test_every_reading_that_is_offered_is_accepted(text: str) -> None:
    try:
        parse_moment(text, NOW, future=True)
    except InvalidInput as refused:
        if "is ambiguous: " in str(refused) or "daylight saving" in str(refused):
            offers = OFFERED.findall(re.split("ambiguous: |; write", str(refused))[-1])
            assert len(offers) > 1
            for offered in offers:
                parse_moment(offered, NOW, future=True)


@given(typed_texts, st.dates(), st.booleans())
@example("tomorrow", date.max, True)
@example("last friday", date.min, True)
def test_any_text_is_a_day_or_is_refused(text: str, today: date, future: bool) -> None:
    try:
        day = parse_day(text, today, future=future, us_order=future)
    except InvalidInput as refused:
        assert str(refused).startswith("date ") and str(refused).isprintable()
    else:
        assert 1900 <= day.year <= 2200 and (future or day <= today)


@given(instants.filter(lambda moment: moment.year > 1912))
def test_what_the_screen_shows_can_be_typed(moment: datetime) -> None:
    to_the_minute = moment.replace(second=0, microsecond=0)
    shown = say_moment(to_the_minute, to_the_minute)
    assert to_iso(parse_moment(shown, to_the_minute)) == to_iso(to_the_minute)


def test_what_the_screen_shows() -> None:
    assert say_moment(datetime(2026, 1, 19, 3, 30, tzinfo=UTC), NOW) == "Sun Jan 18, 2026 22:30"
    twice = datetime(2026, 11, 1, 1, 30, tzinfo=TOWN, fold=1)
    assert say_moment(twice, NOW) == "Sun Nov 1, 2026 01:30-05:00"


@given(instants)
def test_stored_form_round_trips(moment: datetime) -> None:
    stored = to_iso(moment)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", stored)
    assert from_iso(stored) == moment.replace(microsecond=0).astimezone(UTC)
    assert to_iso(from_iso(stored)) == stored


def test_stored_form_rounds_an_offset_that_has_seconds() -> None:
    paris = datetime(1905, 1, 1, 12, 0, tzinfo=zone("Europe/Paris"))
    assert to_iso(paris) == "1905-01-01T11:59:39+00:09"
    assert to_iso(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01T00:00:00+00:00"


@pytest.mark.parametrize("text", ["", "2026-01-18T22:30:00", "yesterday", "2026-13-01T00:00:00Z"])
def test_a_stored_time_without_offset_is_a_bug(text: str) -> None:
    with pytest.raises(ValueError):
        from_iso(text)
    with pytest.raises(ValueError, match="without its UTC offset"):
        to_iso(datetime(2026, 1, 18))


@pytest.mark.parametrize(
    ("place", "day", "start"),
    [
        ("America/New_York", date(2026, 3, 8), "2026-03-08T00:00:00-05:00"),
        ("America/Sao_Paulo", date(2018, 11, 4), "2018-11-04T01:00:00-02:00"),
        ("America/Havana", date(2026, 11, 1), "2026-11-01T00:00:00-04:00"),
        ("America/Toronto", date(1919, 3, 31), "1919-03-31T00:30:00-04:00"),
        ("Pacific/Apia", date(2011, 12, 30), "2011-12-31T00:00:00+14:00"),
    ],
)
def test_first_instant_of_a_day(place: str, day: date, start: str) -> None:
    found = day_start(day, zone(place))
    assert to_iso(found) == start
    assert add_elapsed(found, hours=-1 / 3600).date() < day <= found.date()


@given(instants.filter(lambda moment: moment.year > 1912), st.integers(-400, 400))
def test_elapsed_time_is_real_time(moment: datetime, days: int) -> None:
    if not 1912 < (moment + timedelta(days=days)).year < 2200:
        return
    later = add_elapsed(moment, days=days, hours=1)
    passed = later.astimezone(UTC) - moment.astimezone(UTC)
    assert passed == timedelta(days=days, hours=1) and later.tzinfo is moment.tzinfo


def test_24_hours_over_a_clock_change() -> None:
    before = datetime(2026, 3, 7, 22, 0, tzinfo=TOWN)
    assert to_iso(add_elapsed(before, hours=24)) == "2026-03-08T23:00:00-04:00"
    fixed = before.astimezone(timezone(timedelta(hours=-5)))
    assert to_iso(add_elapsed(fixed, hours=24)) == "2026-03-08T22:00:00-05:00"


def test_months_quarters_years() -> None:
    assert parse_month("2026-01") == (date(2026, 1, 1), date(2026, 2, 1))
    assert parse_month("2026-12") == (date(2026, 12, 1), date(2027, 1, 1))
    assert parse_quarter("2026-Q1") == (date(2026, 1, 1), date(2026, 4, 1))
    assert parse_quarter("2026-q4") == (date(2026, 10, 1), date(2027, 1, 1))
    assert parse_year("2026") == (date(2026, 1, 1), date(2027, 1, 1))


@pytest.mark.parametrize(
    ("parse", "text", "message"),
    [
        (parse_month, "2026-13", 'month "2026-13" cannot be read; write it as 2026-01'),
        (parse_month, "2026-1", 'month "2026-1" cannot be read; write it as 2026-01'),
        (parse_month, "\uff12026-01", "month has characters that do not belong in a date or time"),
        (parse_quarter, "2026-Q5", 'quarter "2026-Q5" cannot be read; write it as 2026-Q1'),
        (parse_year, "26", 'year "26" cannot be read; write it as 2026'),
        (parse_year, "9999", 'year "9999" has a year outside 1900 to 2200'),
    ],
)
def test_refused_periods(parse, text: str, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InvalidInput) as refused:
        parse(text)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            " ",
            "EST5EDT5",
            "America",
            "America/Nowhere",
            "localtime",
            "posixrules",
            "right/UTC",
        ),
        *(
            "../etc/passwd",
            "/etc/localtime",
            "America/../UTC",
            "UTC\0",
            "\0",
            "😀",
            "x" * 1_000_000,
        ),
        "\ud800",
    ],
)
def test_unknown_zones_are_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="the time zone is not a known name; "):
        zone(name)


def test_a_zone_with_a_typo_is_offered() -> None:
    with pytest.raises(InvalidInput, match=re.escape("did you mean America/New_York?")):
        zone("america/new york")


def test_importing_dates_loads_nothing_heavy() -> None:
    code = "import sys, ccu.dates; print(*{'zoneinfo', 'dateutil', '_strptime'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
