"""Dates as an American types them, at the front door: --when, --due, --from and --to, questions."""

import json

import pytest

from ..conftest import Ccu

CALL = ("--address", "12 Main St", "--nature", "crisis")


def when(ccu: Ccu, typed: str) -> str:
    done = ccu("log-call", "--when", typed, *CALL)
    assert done.code == 0, done.err
    shown = ccu("call", "show", "1", "--format", "json")
    return str(json.loads(shown.out)["occurred_at"])


@pytest.mark.parametrize(
    ("typed", "began"),
    [
        ("2230", "2026-01-31T22:30:00-05:00"),
        ("yesterday 1130pm", "2026-01-30T23:30:00-05:00"),
        ("1/30 11:30p", "2026-01-30T23:30:00-05:00"),
        ("last night 11:30", "2026-01-30T23:30:00-05:00"),
        ("2230 last night", "2026-01-30T22:30:00-05:00"),
        ("last night 1am", "2026-01-31T01:00:00-05:00"),
        ("this morning 9:15", "2026-01-31T09:15:00-05:00"),
        ("930 hrs", "2026-01-31T09:30:00-05:00"),
        ("half past 7 last night", "2026-01-30T19:30:00-05:00"),
        ("yesterday evening at 6", "2026-01-30T18:00:00-05:00"),
        ("Wed night 10:30", "2026-01-28T22:30:00-05:00"),
        ("yesterday at 6:15 in the evening", "2026-01-30T18:15:00-05:00"),
        ("quarter to 9 pm yesterday", "2026-01-30T20:45:00-05:00"),
        ("9 o'clock last night", "2026-01-30T21:00:00-05:00"),
        ("around nine thirty pm yesterday", "2026-01-30T21:30:00-05:00"),
        ("9:30p.m. yesterday", "2026-01-30T21:30:00-05:00"),
        ("the day before yesterday at 21h30", "2026-01-29T21:30:00-05:00"),
        ("26JAN26 1615", "2026-01-26T16:15:00-05:00"),
        ("20260126 1615", "2026-01-26T16:15:00-05:00"),
        ("the 26th at 4:15 pm", "2026-01-26T16:15:00-05:00"),
        ("1/30/2026 930", "2026-01-30T09:30:00-05:00"),
        ("12:30 last night", "2026-01-31T00:30:00-05:00"),
        ("last night at midnight", "2026-01-31T00:00:00-05:00"),
        ("early this morning around 3", "2026-01-31T03:00:00-05:00"),
        ("26th 4pm", "2026-01-26T16:00:00-05:00"),
        ("Jan 26th 4pm", "2026-01-26T16:00:00-05:00"),
        ("2230 hrs", "2026-01-31T22:30:00-05:00"),
        ("yesterday 2230", "2026-01-30T22:30:00-05:00"),
        ("1/24 19:30", "2026-01-24T19:30:00-05:00"),
        ("11/24 1930", "2025-11-24T19:30:00-05:00"),
        ("1/2/2026 7:30 pm", "2026-01-02T19:30:00-05:00"),
        ("Jan 24 1930", "2026-01-24T19:30:00-05:00"),
        ("24 Jan 26 1930", "2026-01-24T19:30:00-05:00"),
        ("1/24/2026 @ 1930", "2026-01-24T19:30:00-05:00"),
        ("@2230", "2026-01-31T22:30:00-05:00"),
        ("20:30h", "2026-01-31T20:30:00-05:00"),
        ("midnight", "2026-01-31T00:00:00-05:00"),  # its end is in the future
        ("2400", "2026-01-31T00:00:00-05:00"),
        ("Thanksgiving 3 pm", "2025-11-27T15:00:00-05:00"),
        ("Christmas 2024 3 pm", "2024-12-25T15:00:00-05:00"),
        ("New Year's Eve 11:30 pm", "2025-12-31T23:30:00-05:00"),
        ("MLK Day noon", "2026-01-19T12:00:00-05:00"),
        ("9 pm on the 4th of July", "2025-07-04T21:00:00-04:00"),
        ("4:15 PM EST", "2026-01-31T16:15:00-05:00"),
        ("yesterday 1430 Eastern", "2026-01-30T14:30:00-05:00"),
        ("Tuesday night 11 pm", "2026-01-27T23:00:00-05:00"),
    ],
)
def test_a_call_began_when_an_officer_types_it(typed: str, began: str, ccu: Ccu) -> None:
    assert when(ccu, typed) == began


HOUR_AND_A_HALF = ("an hour and half", "hour and a half", "1.5 hours", "1 1/2 hrs", "1 hr 30")


@pytest.mark.parametrize("typed", HOUR_AND_A_HALF)
def test_an_hour_and_a_half_ago(typed: str, ccu: Ccu, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCU_TODAY", "2026-01-31T14:00")
    assert when(ccu, f"{typed} ago") == "2026-01-31T12:30:00-05:00"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (("log-call", *CALL, "--when", "yesteday 2230"), "did you mean yesterday 2230?"),
        (("log-call", *CALL, "--when", "tusday at 3 pm"), "did you mean tuesday at 3 pm?"),
        (("follow-up", "add", "--call", "1", "--due", "tomorow"), "did you mean tomorrow?"),
        (("follow-up", "add", "--call", "1", "--due", "tommorow 10 am"), "mean tomorrow 10 am?"),
        (("follow-up", "add", "--call", "1", "--due", "tomorrow morning"), "as tomorrow 08:30"),
        (("log-call", *CALL, "--when", "early this morning"), "write it as today 08:30"),
    ],
)
def test_a_misspelled_day_is_offered(line: tuple[str, ...], told: str, ccu: Ccu) -> None:
    done = ccu(*line)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("9 o'clock", "09:00 or 21:00?"),
        ("today 9", "today 09:00 or today 21:00?"),
        ("half past 7", "07:30 or 19:30?"),
        ("quarter to 9 yesterday", "08:45 yesterday or 20:45 yesterday?"),
        ("yesterday at 9", "yesterday 09:00 or yesterday 21:00?"),
        ("2 to 3 pm yesterday", "cannot be read as a time"),
    ],
)
def test_a_missing_am_pm_and_a_span_are_asked_for(typed: str, told: str, ccu: Ccu) -> None:
    done = ccu("log-call", "--when", typed, *CALL)
    assert done.code == 2
    assert told in done.err


def test_what_the_order_of_the_state_decided_is_printed(ccu: Ccu) -> None:
    done = ccu("log-call", "--when", "1/2/2026 19:30", *CALL)
    assert "--when is Fri Jan 2, 2026 19:30" in done.err
    clear = ccu("log-call", "--when", "1/24/2026 19:30", *CALL)
    assert "--when is" not in clear.err


def test_last_night_offers_a_day_with_a_time_to_replace(ccu: Ccu) -> None:
    done = ccu("log-call", "--when", "last night", *CALL)
    assert (done.code, done.err) == (
        2,
        'ccu: error: --when "last night" needs a time of day; write it as yesterday 22:30 or'
        " today 01:30\n",
    )


def test_times_of_a_call_may_be_police_time(ccu: Ccu) -> None:
    done = ccu("log-call", "--when", "2230", "--arrived", "1041pm", "--cleared", "2315", *CALL)
    assert done.code == 0, done.err
    call = json.loads(ccu("call", "show", "1", "--format", "json").out)
    assert call["arrived_at"] == "2026-01-31T22:41:00-05:00"
    assert call["cleared_at"] == "2026-01-31T23:15:00-05:00"


@pytest.mark.parametrize(
    ("typed", "due"),
    [
        ("2/3", "2026-02-03 23:59"),
        ("2/3/2026", "2026-02-03 23:59"),
        ("2/3 0930", "2026-02-03 09:30"),
        ("tomorrow 0930", "2026-02-01 09:30"),
        ("tomorrow morning at 9", "2026-02-01 09:00"),
        ("Monday afternoon at 2", "2026-02-02 14:00"),
        ("quarter to 9 am tomorrow", "2026-02-01 08:45"),
        ("Dec 1 2026", "2026-12-01 23:59"),
        ("Memorial Day", "2026-05-25 23:59"),
        ("Thanksgiving 9 am", "2026-11-26 09:00"),
    ],
)
def test_a_follow_up_is_due_when_it_is_typed(typed: str, due: str, ccu: Ccu) -> None:
    when(ccu, "2200")
    done = ccu("follow-up", "add", "--call", "1", "--kind", "visit", "--due", typed)
    assert done.code == 0, done.err
    listed = json.loads(ccu("follow-up", "list", "--format", "json").out)
    assert [each["due"] for each in listed] == [due]


def test_a_time_of_today_that_is_past_offers_tomorrow(ccu: Ccu) -> None:
    when(ccu, "2200")
    done = ccu("follow-up", "add", "--call", "1", "--kind", "visit", "--due", "0930")
    assert (done.code, "--due is in the past; did you mean tomorrow 09:30?" in done.err) == (
        2,
        True,
    )


def test_a_report_takes_days_with_the_month_first(ccu: Ccu) -> None:
    done = ccu("report", "--from", "1/2/2026", "--to", "1/3/2026", "--format", "json")
    assert (done.code, "Jan 2, 2026 to Jan 3, 2026" in done.out) == (0, True), done.err
    assert "--from is Jan 2, 2026" in done.err
