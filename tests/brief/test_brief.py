"""`ccu brief`: the shift handover on one page, by numbers, recorded."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from .. import steps
from ..conftest import Ccu
from ..steps import at

NOW = "2026-01-31T14:00"
KEYS = [
    *("since", "until", "undecided", "undecided_overdue", "overdue", "due_today", "waiting"),
    *("care_calls", "seen_often", "in_hospital", "flags_to_verify", "flags_expiring"),
    *("overrides_due", "plans"),
]


@pytest.fixture
def ccu(ccu: Ccu, monkeypatch: pytest.MonkeyPatch) -> Ccu:
    monkeypatch.setenv("CCU_TODAY", NOW)
    steps.start(ccu)
    return ccu


def brief(ccu: Ccu, *more: str) -> dict[str, Any]:
    done = ccu("brief", "-f", "json", *more)
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def add(ccu: Ccu, due: str, *about: str) -> None:
    done = ccu("follow-up", "add", *(about or ("--call", "1")), "--kind", "visit", "--due", due)
    assert done.code == 0, done.err


def test_a_quiet_day_is_reported_on_the_page(ccu: Ccu) -> None:
    assert at("2026-06-01T08:00", "brief").out == (
        "Shift brief\n\n"
        "From   Sun May 31, 2026 08:00\nUntil  Mon Jun 1, 2026 08:00\n\n"
        "Overdue\n  none\n\n"
        "Undecided  none since Jan 31, 2026; earlier care calls need no decision\n\n"
        "Due today\n  none\n\nAwaiting acceptance\n  none\n\n"
        "Care calls\n  none\n\n3+ contacts in the last 7 days\n  none\n\n"
        "Hospitalized (last report)\n  none\n"
    )


def test_the_page_has_what_is_new_due_late_and_waiting(ccu: Ccu) -> None:
    me = json.loads(ccu("staff", "list", "-f", "json").out)[0]["login"]
    add(ccu, "18:00")
    add(ccu, "tomorrow")
    assert at("2026-01-31T13:00", "follow-up", "add", "--call", "1", "--kind", "letter",
              "--due", "13:30").code == 0  # fmt: skip
    steps.refer(ccu)
    found = brief(ccu)
    assert list(found) == KEYS
    about = "call 1, person 1, 12 MAIN ST # 3"
    late = {"id": 3, "days_late": 0, "due": "2026-01-31 13:30", "owner": me, "what": "Letter"}
    assert found["overdue"] == [{**late, "for": about, "person": 1}]
    assert [row["id"] for row in found["due_today"]] == [1, 4]  # 4: of the referral, at 22:30
    assert found["waiting"] == [
        {"id": 1, "made": "2026-01-31 14:00", "owner": me, "person": 1, "place": "12 MAIN ST # 3"}
    ]
    assert found["care_calls"] == [
        {
            "id": 1,
            "occurred": "2026-01-30 22:30",
            "place": "12 MAIN ST # 3",
            "nature": "Person in crisis",
            "outcome": "",
            "answer": "Not tried yet; due Jan 31",
        }
    ]
    markdown = ccu("brief", "--format", "markdown").out
    assert markdown.startswith("# Shift brief\n\n- **From:** Fri Jan 30, 2026 14:00\n")
    assert "\n## Overdue (1)\n" in markdown
    assert ccu("referral", "update", "1", "--status", "accepted").code == 0
    assert brief(ccu)["waiting"] == []


def test_the_span_is_hours_days_or_a_time(ccu: Ccu) -> None:
    """The call was at 22:30 the evening before; a care call alone counts, and no void one."""

    def calls(since: str) -> list[int]:
        return [row["id"] for row in brief(ccu, "--since", since)["care_calls"]]

    assert calls("15h") == []
    assert calls("16h") == [1]
    assert calls("yesterday 22:30") == [1]
    assert calls("yesterday 22:31") == []
    steps.call(ccu, when="2026-01-29 10:00")
    assert calls("3d") == [1, 2]
    assert ccu("call", "edit", "1", "--nature-cleared", "domestic").code == 0
    assert ccu("call", "void", "2", "--reason", "twice").code == 0
    assert calls("3d") == []
    for wrong in ("0h", "9999d", "tomorrow 10:00", "Rowan"):
        done = ccu("brief", "--since", wrong)
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
        assert done.err.startswith("ccu: error: --since")
        assert "Rowan" not in done.err


def test_a_span_is_exact_over_a_change_of_clocks(ccu: Ccu) -> None:
    """1 November 2026: 01:30 comes twice; 2 hours before 02:00 -05:00 is 01:00 -04:00."""
    for when in ("2026-11-01 00:59", "2026-11-01 01:00-04:00", "2026-11-01 01:00-05:00"):
        done = at("2026-11-01T03:00", "log-call", "--when", when, "--address", "1 Elm St",
                  "--nature", "crisis")  # fmt: skip
        assert done.code == 0, done.err
    found = json.loads(at("2026-11-01T02:00", "brief", "--since", "2h", "-f", "json").out)
    assert [row["id"] for row in found["care_calls"]] == [4, 3]


def test_people_seen_often_this_week_by_every_record(ccu: Ccu, db_path: Path) -> None:
    steps.call(ccu, "1", when="2026-01-29 10:00")
    assert brief(ccu)["seen_often"] == []
    steps.call(ccu, "unknown", when="2026-01-27 10:00")
    steps.merge(db_path, 2, 1)
    assert brief(ccu)["seen_often"] == [
        {"person": 1, "calls": 3, "last": "2026-01-30 22:30", "places": "12 MAIN ST # 3"}
    ]
    later = json.loads(at("2026-02-03T10:01", "brief", "-f", "json").out)
    assert later["seen_often"] == []


def test_the_latest_report_decides_who_is_in_hospital(ccu: Ccu) -> None:
    add(ccu, "18:00")
    tried = ("follow-up", "done", "1", "--next", "in 3 days", "--result")
    assert ccu(*tried, "hospital").code == 0
    assert brief(ccu)["in_hospital"] == [{"person": 1, "heard": "2026-01-31 14:00", "who": ""}]
    assert ccu(*tried, "left_message").code == 0
    assert brief(ccu)["in_hospital"] == []


def test_several_subjects_do_not_tell_who_is_in_hospital(ccu: Ccu) -> None:
    line = ("log-call", "--when", "2026-01-31 09:00", "--address", "9 Elm St", "--nature", "crisis")
    people = [word for _ in range(5) for word in ("--person", "unknown")]
    assert ccu(*line, "--disposition", "police_exam", *people).code == 0
    (listed,) = brief(ccu)["in_hospital"]
    call = json.loads(ccu("call", "list", "--today", "--format", "json").out)[0]["id"]
    who = f"someone on call {call}"
    assert listed == {"person": None, "heard": "2026-01-31 09:00", "who": who}
    assert who in ccu("brief").out


def test_a_call_that_names_nobody_and_ended_in_hospital_is_listed(ccu: Ccu) -> None:
    line = ("log-call", "--when", "2026-01-31 09:00", "--address", "9 Elm St", "--nature", "crisis")
    assert ccu(*line, "--disposition", "police_exam").code == 0
    number = json.loads(ccu("call", "list", "--today", "--format", "json").out)[0]["id"]
    who = f"no one is named on call {number}"
    here = [{"person": None, "heard": "2026-01-31 09:00", "who": who}]
    assert brief(ccu)["in_hospital"] == here
    assert who in ccu("brief", "--names").out
    assert ccu("call", "void", str(number), "--reason", "twice").code == 0
    assert brief(ccu)["in_hospital"] == []


def test_a_hospital_call_counts_until_a_later_report(ccu: Ccu) -> None:
    line = ("log-call", "--when", "2026-01-31 09:00", "--address", "9 Elm St", "--nature", "crisis")
    for disposition in ("police_exam", "physician_certificate", "voluntary_transport"):
        done = ccu(*line, "--disposition", disposition, "--person", "unknown")
        assert done.code == 0, done.err
    assert ccu(*line, "--disposition", "shelter", "--person", "unknown").code == 0
    here = [{"person": number, "heard": "2026-01-31 09:00", "who": ""} for number in (2, 3, 4)]
    assert sorted(brief(ccu)["in_hospital"], key=lambda row: row["person"]) == here
    assert ccu("call", "void", "4", "--reason", "twice").code == 0
    steps.call(ccu, "3", when="2026-01-31 12:00")  # at home again
    add(ccu, "18:00", "--person", "2")
    assert brief(ccu)["in_hospital"] == here[:1]
    later = json.loads(at("2026-02-20T08:00", "brief", "-f", "json").out)
    assert later["in_hospital"] == here[:1]  # nothing more was heard, and something is due
    done = ccu("follow-up", "done", "1", "--result", "left_message", "--next", "in 3 days")
    assert done.code == 0, done.err
    assert brief(ccu)["in_hospital"] == []


def test_a_call_alone_keeps_somebody_on_the_list_for_two_weeks(ccu: Ccu) -> None:
    line = ("log-call", "--when", "2026-01-31 09:00", "--address", "9 Elm St", "--nature", "crisis")
    assert ccu(*line, "--disposition", "police_exam", "--person", "unknown").code == 0

    def listed(moment: str) -> list[int]:
        found = json.loads(at(moment, "brief", "-f", "json").out)["in_hospital"]
        return [row["person"] for row in found]

    assert listed("2026-02-14T08:00") == [2]
    assert listed("2026-02-14T10:00") == []


def test_an_expiring_flag_is_listed_before_and_after(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = ("place", "flag", "--place", "1", "--source", "officer", "--file", "-")
    assert ccu(*line, "--until", "2026-05-01", stdin="Loose step").code == 0

    def told(moment: str) -> list[tuple[int, str]]:
        found = json.loads(at(moment, "brief", "-f", "json").out)["flags_expiring"]
        return [(row["id"], row["state"]) for row in found]

    assert told("2026-03-31T09:00") == []
    assert told("2026-04-01T09:00") == told("2026-05-01T23:00") == [(1, "active")]
    assert told("2026-05-02T09:00") == told("2026-05-15T09:00") == [(1, "expired")]
    assert told("2026-05-16T09:00") == []
    assert "Safety notes expiring soon (1)\n" in at("2026-05-02T09:00", "brief").out
    steps.become(monkeypatch, "dlee")
    done = at("2026-05-02T09:00", "place", "verify", "1")
    assert (done.code, done.err) == (
        2,
        "ccu: error: flag 1 expired on May 1, 2026, the day its writer set; write a new one\n",
    )
    assert at("2026-05-02T09:00", "place", "unflag", "1", "--why", "outdated").code == 0
    assert told("2026-05-02T10:00") == []


def test_long_lists_are_cut_on_the_page_and_complete_in_json(ccu: Ccu) -> None:
    for _ in range(12):
        add(ccu, "18:00")
    assert "Due today (12)" in ccu("brief").out
    assert "and 2 more\n" in ccu("brief").out
    assert len(brief(ccu)["due_today"]) == 12


def test_names_only_when_asked_for_and_all_of_it_is_recorded(ccu: Ccu, db_path: Path) -> None:
    steps.name(db_path, 1, "Rowan", "Sample")
    add(ccu, "18:00")
    assert "Rowan" not in ccu("brief").out + ccu("brief", "-f", "json").out
    assert steps.audited(db_path, "brief") == [("", None)] * 2
    assert "Rowan Sample" in ccu("brief", "--names").out
    assert steps.audited(db_path, "brief")[2:] == [("", None), ("person", 1)]
    with sqlite3.connect(db_path) as hand:
        assert "Rowan" not in str(hand.execute("SELECT * FROM audit").fetchall())


def test_the_order_of_what_is_overdue_is_told(ccu: Ccu, monkeypatch: pytest.MonkeyPatch) -> None:
    """A suicide call comes before what is late for longer."""
    for number, nature, due in (("1", "crisis", "2026-02-02"), ("3", "suicide", "2026-02-05")):
        line = ("log-call", "--when", "2026-01-30 10:00", "--address", "12 Main St")
        assert ccu(*line, "--nature", nature).code == 0
        more = ("follow-up", "add", "--call", number, "--kind", "visit", "--due", due)
        assert ccu(*more).code == 0
    monkeypatch.setenv("CCU_TODAY", "2026-02-10")
    told = ccu("brief", "--format", "markdown").out
    assert "\n## Overdue (2), highest risk first\n" in told
    assert [row["days_late"] for row in brief(ccu)["overdue"]] == [5, 8]
