"""`ccu follow-up list --output mine.ics`: a calendar, read back by the library that others use."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from ..conftest import Ccu, run_ccu


@pytest.fixture
def unit(ccu: Ccu) -> Ccu:
    ccu("staff", "add", "dlee", "--name", "Dana Lee", "--role", "clinician")
    done = ccu("log-call", "--address", "12 Elm St", "--nature", "crisis", "--when",
               "2026-01-18 14:05", "--person-file", "-", stdin="Wilhelmina Zorn\n")  # fmt: skip
    assert done.code == 0, done.err
    for due in ("2026-02-03", "2026-02-04 10:00"):
        done = ccu("follow-up", "add", "--person", "1", "--kind", "visit", "--due", due)
        assert done.code == 0, done.err
    return ccu


def events(ccu: Ccu, folder: Path, *more: str) -> dict[str, Any]:
    """UID -> entry."""
    path = folder / "mine.ics"
    done = ccu("follow-up", "list", "--mine", *more, "-o", str(path))
    assert (done.code, done.out) == (0, ""), done.err
    text = path.read_bytes()
    path.unlink()
    assert b"Zorn" not in text and b"ELM" not in text.upper()
    assert text.startswith(b"BEGIN:VCALENDAR\r\n") and b"METHOD:PUBLISH" in text
    return {str(each["uid"]): each for each in Calendar.from_ical(text).walk("VEVENT")}


def test_a_day_is_all_day_and_a_clock_is_a_time(unit: Ccu, tmp_path: Path) -> None:
    day, clock = events(unit, tmp_path).values()
    assert day.decoded("dtstart") == date(2026, 2, 3)
    assert clock.decoded("dtstart") == datetime(2026, 2, 4, 15, 0, tzinfo=UTC)
    assert str(day["summary"]) == "Visit: follow-up 1"
    assert "person 1" in str(day["description"]) and str(day["status"]) == "CONFIRMED"


def test_the_same_follow_up_keeps_its_uid_when_it_is_moved(unit: Ccu, tmp_path: Path) -> None:
    before = events(unit, tmp_path)
    moved = unit("follow-up", "move", "1", "--due", "2026-02-09", "--reason", "asked")
    assert moved.code == 0, moved.err
    after = events(unit, tmp_path)
    assert before.keys() == after.keys()
    (uid,) = (uid for uid, each in after.items() if "follow-up 1" in str(each["summary"]))
    assert after[uid].decoded("dtstart") == date(2026, 2, 9)
    assert int(after[uid]["sequence"]) > int(before[uid]["sequence"])


def test_what_is_closed_cancelled_or_given_away_is_removed(unit: Ccu, tmp_path: Path) -> None:
    unit("follow-up", "add", "--person", "1", "--kind", "call", "--due", "2026-02-05")
    done = unit("follow-up", "done", "1", "--result", "resolved")
    if done.code:
        done = unit("follow-up", "void", "1", "--reason", "error")
    assert done.code == 0, done.err
    assert unit("follow-up", "void", "2", "--reason", "twice").code == 0
    given = unit("follow-up", "move", "3", "--owner", "dlee", "--reason", "leave")
    assert given.code == 0, given.err
    states = {str(each["summary"]): str(each["status"]) for each in events(unit, tmp_path).values()}
    assert len(states) == 3 and set(states.values()) == {"CANCELLED"}


def test_past_follow_ups_are_in_no_calendar(
    unit: Ccu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first calendar is not full of entries to be removed; what is open and late is in it."""
    assert unit("follow-up", "void", "1", "--reason", "error").code == 0
    monkeypatch.setenv("CCU_TODAY", "2026-03-02")
    assert [str(each["summary"]) for each in events(unit, tmp_path).values()] == [
        "Visit: follow-up 2"
    ]


def test_names_are_refused_and_a_terminal_too(unit: Ccu, tmp_path: Path) -> None:
    path = tmp_path / "mine.ics"
    done = unit("follow-up", "list", "--names", "-o", str(path))
    assert (done.code, path.exists()) == (2, False)
    assert done.err == "ccu: error: a calendar has no names; leave out --names\n"
    done = run_ccu("follow-up", "list", "-f", "ics", tty=True)
    assert done.code == 2 and "name a file, as --output mine.ics" in done.err


def test_an_empty_calendar_is_told(unit: Ccu, tmp_path: Path) -> None:
    path = tmp_path / "dlee.ics"
    told = "The calendar is empty: no follow-up fits these options."
    done = unit("follow-up", "list", "--owner", "dlee", "-o", str(path))
    assert (done.code, told in done.err, path.exists()) == (0, True, True)
    assert told not in unit("follow-up", "list", "--mine", "-o", str(path)).err


def test_other_lists_are_no_calendar(unit: Ccu, tmp_path: Path) -> None:
    path = tmp_path / "calls.ics"
    done = unit("call", "list", "-o", str(path))
    assert done.code == 2 and "ccu does not write .ics here" in done.err and not path.exists()


def test_it_is_in_the_audit(unit: Ccu, tmp_path: Path) -> None:
    events(unit, tmp_path)
    shown = json.dumps(json.loads(unit("audit", "review", "-f", "json").out))
    assert "export" in shown
