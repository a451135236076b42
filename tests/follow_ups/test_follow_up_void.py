"""`ccu follow-up void` and `reopen`: what was recorded in error is taken back, and kept."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from .. import steps, typed
from ..conftest import Ccu, run_ccu
from ..steps import become

NOW = "2026-01-31T14:00"
WHY = ("--reason", "meant another one")


@pytest.fixture
def ccu(ccu: Ccu, monkeypatch: pytest.MonkeyPatch) -> Ccu:
    monkeypatch.setenv("CCU_TODAY", NOW)
    steps.start(ccu)
    return ccu


def read(ccu: Ccu, *line: str) -> Any:
    done = ccu(*line, "-f", "json")
    assert done.code == 0, done.err
    return json.loads(done.out)


def screens(ccu: Ccu) -> list[Any]:
    """What people work from: the lists, the card and the figures."""
    report = read(ccu, "report", "--month", "2026-01")
    return [
        read(ccu, "follow-up", "list"),
        read(ccu, "follow-up", "overdue"),
        read(ccu, "call", "list", "--undecided"),
        read(ccu, "history", "--call", "1")["open"],
        report["sections"],
    ]


def add(ccu: Ccu, *about: str) -> None:
    done = ccu("follow-up", "add", *about, "--kind", "visit", "--due", "tomorrow 10:00")
    assert done.code == 0, done.err


def test_a_cancelled_follow_up_is_on_no_list_and_decides_no_call(ccu: Ccu) -> None:
    before = screens(ccu)
    add(ccu, "--call", "1")
    assert screens(ccu) != before
    done = ccu("follow-up", "void", "1", *WHY)
    assert done == (0, "Cancelled follow-up 1; it is kept, but counts nowhere.\n", "")
    assert screens(ccu) == before
    (kept,) = read(ccu, "follow-up", "list", "--all")
    assert kept["state"] == "cancelled"
    changes = read(ccu, "follow-up", "show", "1")["changes"]
    assert {each["reason"] for each in changes} == {"meant another one"}
    assert ccu("follow-up", "void", "1", *WHY).code == 2


def test_a_voided_attempt_leaves_the_follow_up_as_it_was(ccu: Ccu, tmp_path: Path) -> None:
    add(ccu, "--call", "1")
    before = screens(ccu)
    note = tmp_path / "note.txt"
    note.write_text("secretword")
    tried = ("follow-up", "done", "1", "--result", "left_message", "--next", "monday 09:00")
    assert ccu(*tried, "--note-file", str(note)).code == 0
    assert screens(ccu) != before
    done = ccu("follow-up", "void", "1", "--attempt", *WHY)
    assert done.out == (
        "Voided the last attempt at follow-up 1: left message."
        " It is open, due Sun Feb 1, 2026 10:00.\n"
    )
    assert screens(ccu) == before
    shown = ccu("follow-up", "show", "1")
    assert "left message" in shown.out
    assert "secretword" not in shown.out
    full = ccu("follow-up", "show", "1", "--full", "--reason", "review")
    assert "secretword" in full.out


@pytest.mark.parametrize(
    "second", [("reached",), ("refused",), ("left_message", "--next", "tomorrow 10:00")]
)
def test_an_attempt_that_moved_nothing_moves_nothing_back(
    second: tuple[str, ...], ccu: Ccu
) -> None:
    """After an attempt that moved it was taken back, in the same second."""
    add(ccu, "--call", "1")
    before = screens(ccu)
    for result in (("left_message", "--next", "monday 09:00"), second):
        assert ccu("follow-up", "done", "1", "--result", *result).code == 0
        assert ccu("follow-up", "void", "1", "--attempt", *WHY).code == 0
        assert screens(ccu) == before


def test_the_next_one_that_an_attempt_added_goes_with_it(ccu: Ccu) -> None:
    steps.refer(ccu)
    for _ in range(2):  # both of the schedule
        (first, *_more) = read(ccu, "follow-up", "list")
        before = screens(ccu)
        done = ccu("follow-up", "done", str(first["id"]), "--result", "reached")
        assert done.code == 0
    assert "Next is follow-up 3" in done.out
    add(ccu, "--call", "1")  # of its own, and later
    done = ccu("follow-up", "void", str(first["id"]), "--attempt", *WHY)
    assert done.out.endswith(" Cancelled follow-up 3.\n")
    assert ccu("follow-up", "void", "4", *WHY).code == 0
    assert screens(ccu) == before


def test_the_only_follow_up_of_an_open_referral_is_not_cancelled(ccu: Ccu) -> None:
    steps.refer(ccu)
    assert ccu("follow-up", "void", "1", *WHY).code == 0
    done = ccu("follow-up", "void", "2", *WHY)
    assert (done.code, done.err) == (
        2,
        "ccu: error: follow-up 2 is the only one due for referral 1; add another first:"
        " ccu follow-up add --referral 1\n",
    )


def test_a_closed_one_is_reopened_with_its_attempts(ccu: Ccu) -> None:
    add(ccu, "--call", "1")
    assert ccu("follow-up", "done", "1", "--result", "refused").code == 0
    done = ccu("follow-up", "reopen", "1", "--due", "monday 09:00", *WHY)
    assert done.out == "Reopened follow-up 1, due Mon Feb 2, 2026 09:00.\n"
    shown = read(ccu, "follow-up", "show", "1")
    assert (shown["state"], len(shown["attempts"])) == ("open", 1)
    assert ccu("follow-up", "reopen", "1").err == "ccu: error: follow-up 1 is open\n"


def test_a_follow_up_of_an_ended_referral_stays_closed(ccu: Ccu) -> None:
    steps.refer(ccu)
    assert ccu("referral", "update", "1", "--status", "declined").code == 0
    assert ccu("follow-up", "reopen", "1").err == (
        "ccu: error: referral 1 has ended; to reopen it: ccu referral reopen 1\n"
    )


def test_an_intern_voids_only_their_own(ccu: Ccu, monkeypatch: pytest.MonkeyPatch) -> None:
    add(ccu, "--call", "1")
    assert ccu("staff", "add", "ivy", "--role", "intern").code == 0
    become(monkeypatch, "ivy")
    done = ccu("follow-up", "void", "1", *WHY)
    assert (done.code, done.err) == (
        7,
        "ccu: error: an intern voids only what they recorded; ask your supervisor\n",
    )
    add(ccu, "--call", "1")
    assert ccu("follow-up", "void", "2", *WHY).code == 0


def test_at_a_terminal_the_reason_is_asked(ccu: Ccu, db_path: Path) -> None:
    add(ccu, "--call", "1")
    typed.answer(
        db_path,
        ("follow-up", "void", "1"),
        ("Why was it an error: ", ""),
        ("Reason is empty", None),
        ("Why was it an error: ", "entered twice"),
        ("Cancelled follow-up 1; it is kept, but counts nowhere.", None),
    )
    gone = run_ccu("follow-up", "void", "9", tty=True)
    assert (gone.code, gone.err) == (3, "ccu: error: no follow-up 9\n")


def test_what_cannot_be_voided_is_refused_before_the_reason_is_asked(ccu: Ccu) -> None:
    add = ("follow-up", "add", "--call", "1", "--kind", "visit", "--due", "tomorrow")
    assert ccu(*add).code == 0
    done = ccu("follow-up", "void", "1", "--attempt", tty=True, stdin="twice\n")
    assert (done.code, "no attempt to void" in done.err) == (2, True)
    assert "Why was it" not in done.out + done.err
    tried = ("follow-up", "done", "1", "--result", "left_message", "--next", "in 3 days")
    assert ccu(*tried).code == 0
    done = ccu("follow-up", "void", tty=True, stdin="1\ntwice\n")
    assert "was tried" in done.err
    assert "Why was it" not in done.out + done.err
    done = ccu("follow-up", "void", "--attempt", tty=True, stdin="1\ntwice\n")
    assert done.code == 0, done.err
    steps.refer(ccu)
    assert ccu("follow-up", "void", "2", *WHY).code == 0
    done = ccu("follow-up", "void", "3", tty=True, stdin="twice\n")
    assert "is the only one due for referral 1" in done.err
    assert "Why was it" not in done.out + done.err


def test_at_a_terminal_a_missing_number_is_asked_for(ccu: Ccu) -> None:
    add = ("follow-up", "add", "--call", "1", "--kind", "visit", "--due", "tomorrow")
    assert ccu(*add).code == 0
    for command in ("done", "void", "reopen", "sign", "show"):
        done = ccu("follow-up", command, tty=True, stdin="99\n")
        assert (done.code, "follow-up's number" in done.err + done.out) == (130, True), command
        assert "  no follow-up 99\n" in done.err
        assert (
            f"number is missing; type ccu follow-up {command} F\n" in ccu("follow-up", command).err
        )
    done = ccu("refer", tty=True, stdin="99\n")
    assert (done.code, done.err.count("Call, by number")) == (130, 2)  # asked again
    done = ccu("worker", "assign", "--person", "99", tty=True, stdin="dlee\n")
    assert done.code == 3
    assert "by login" not in done.err + done.out
    done = ccu("worker", "assign", tty=True, stdin="99\ndlee\n")
    assert (done.code, "person's number" in done.err + done.out) == (130, True)


def test_where_a_number_is_asked_what_is_open_is_listed_ones_own_first(
    ccu: Ccu, db_path: Path
) -> None:
    steps.call(ccu, "unknown", when="2026-01-31 13:00")
    undecided = ccu("call", "decide", tty=True, stdin="\n")
    assert "  2  01/31/2026 13:00, 12 MAIN ST # 3, Person in crisis\n" in undecided.err
    steps.name(db_path, 1, "Ana", "Reyes")
    for _number in range(11):
        add(ccu, "--person", "1", "--owner", "dlee")
    add(ccu, "--call", "2")
    first, _asked, more = ccu("follow-up", "done", tty=True, stdin="?\n").err.partition("number: ")
    lines = first.splitlines()
    assert lines[0] == "  12  call 2, person 2, 12 MAIN ST # 3, visit, due 02/01/2026 10:00"
    assert lines[1] == "  1  Ana Reyes, visit, due 02/01/2026 10:00, dlee"
    assert (len(lines), lines[10]) == (12, "  ? lists more")
    assert more.count(", visit, due ") == 12
    assert "follow-up-list" in [action for action, _of in audited(db_path)]
    steps.refer(ccu)
    done = ccu("referral", "update", tty=True, stdin="\n")
    assert "  1  Ana Reyes, Housing" in done.err


def test_a_number_within_a_line_is_taken_for_the_line_once_that_is_confirmed(
    ccu: Ccu, db_path: Path
) -> None:
    for address in ("451 Oak Ln", "12 Elm St"):
        call = ("--when", "2026-01-31 13:00", "--nature", "crisis", "--address", address)
        assert ccu("log-call", *call).code == 0
    decide = ("call", "decide", "--no-action", "in_care")
    shown = typed.answer(
        db_path,
        decide,
        ("The call's number: ", "451"),
        ("451 OAK LN", None),
        ("Only this line has 451. Take it? y or n: ", "n"),
        ("  no call 451\r\n", None),
        ("The call's number: ", "77"),
        ("  no call 77\r\n", None),
        ("The call's number: ", "451"),
        ("Take it? y or n: ", "y"),
    )
    assert "Call 2: no further action: " in shown
    add(ccu, "--call", "2")
    add(ccu, "--call", "3")
    done = ("follow-up", "done", "--result", "reached")
    shown = typed.answer(db_path, done, ("number: ", "451"), ("y or n: ", "y"), ("", None))
    assert "Closed follow-up 1: reached." in shown


def test_a_number_of_no_step_that_is_shown_is_asked_again(ccu: Ccu) -> None:
    steps.refer(ccu)
    done = ccu("referral", "update", "1", tty=True, stdin="11\n")
    assert "type the number or name of one of the steps shown" in done.err


def test_a_missing_argument_of_any_command_is_asked_for_at_a_terminal(
    ccu: Ccu, db_path: Path
) -> None:
    steps.name(db_path, 1, "Ana", "Reyes")
    shown = ccu("call", "show", tty=True, stdin="1\n")
    assert (shown.code, "Call 1" in shown.out, "The call's number: " in shown.err) == (
        0,
        True,
        True,
    )
    added = ccu("household", "add", tty=True, stdin="new\nreyes\n")
    assert added.out == "Person 1 is in new household 1.\n", added.err
    add(ccu, "--person", "1")
    moved = ccu("follow-up", "move", tty=True, stdin="ana\nmonday\n")
    assert moved.out.startswith("Follow-up 1 is due Mon Feb 2, 2026 23:59"), moved.err
    refused = ccu("call", "show")
    assert (refused.code, refused.err) == (
        2,
        "ccu: error: the call's number is missing; type ccu call show CALL\n",
    )
    assert "CALL  The call's number.  [required]" in ccu("call", "show", "--help").out


def audited(db_path: Path) -> list[tuple[str, int]]:
    """Return the events about person 1."""
    with sqlite3.connect(db_path) as hand:
        sql = "SELECT action, record_id FROM audit WHERE record = 'person' AND record_id = 1"
        return [tuple(row) for row in hand.execute(sql)]
