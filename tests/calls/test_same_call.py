"""A call that is on file already: typed twice, or brought by the import before it was typed."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.calls.test_terminal_log_call import start
from tests.conftest import Ccu
from tests.dispatch_rows import Desk, row, text

HERE = ("--address", "12 Main St Apt 3", "--nature", "crisis")
IMPORTED = ("--address", "12 main street apt 3", "--when", "1/18/2026 22:35")


def shown(ccu: Ccu, call: int) -> dict[str, Any]:
    done = ccu("call", "show", str(call), "--full", "--reason", "test", "-f", "json")
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


# ---------------------------------------------------------------- typed twice


@pytest.mark.parametrize(
    ("more", "alike"),
    [
        (("--when", "21:31", *HERE), [1]),
        (("--when", "23:30", *HERE), [1]),
        (("--when", "21:29", *HERE), []),  # more than an hour before
        (("--when", "22:30", *HERE[:2], "--nature", "trespass"), []),
        (("--when", "22:30", "--address", "12 Main St Apt 4", *HERE[2:]), []),
        (("--when", "22:30", *HERE, "--incident", "26-9"), []),  # two numbers are two calls
        (("--when", "22:30", *HERE[:2], "--nature", "trespass", "--nature-cleared", "crisis"), [1]),
    ],
)
def test_without_a_terminal_the_same_call_is_saved_with_a_warning(
    more: tuple[str, ...], alike: list[int], ccu: Ccu
) -> None:
    first = ccu("log-call", "--when", "22:30", *HERE, "--incident", "26-1", "-f", "json")
    assert json.loads(first.out)["alike"] == []
    if "--incident" not in more:
        assert ccu("call", "amend", "1", "--clear", "incident").code == 0
    done = ccu("log-call", *more, "-f", "json")
    assert done.code == 0, done.err
    data = json.loads(done.out)
    assert (data["id"], data["alike"], data["completed"]) == (2, alike, None)
    warning = "This may be call 1: Sat Jan 31, 2026 22:30, Person in crisis, logged by "
    assert (warning in done.err) is bool(alike)
    assert ('ccu call void 2 --reason "same as call 1"' in done.err) is bool(alike)


def test_of_many_such_calls_the_nearest_are_named(ccu: Ccu) -> None:
    for minute in range(10, 16):
        done = ccu("log-call", "--when", f"22:{minute}", *HERE, "-f", "json")
    assert json.loads(done.out)["alike"] == [5, 4, 3, 2, 1]
    assert re.findall(r"may be call (\d)", done.err) == ["5", "4", "3"]


def test_a_void_call_is_not_the_same_call(ccu: Ccu) -> None:
    assert ccu("log-call", "--when", "22:30", *HERE).code == 0
    assert ccu("call", "void", "1", "--reason", "wrong address").code == 0
    done = ccu("log-call", "--when", "22:30", *HERE, "-f", "json")
    assert (json.loads(done.out)["alike"], done.err) == ([], "")


def test_at_a_terminal_the_same_call_is_asked_about_and_added_to(ccu: Ccu, db_path: Path) -> None:
    assert ccu("log-call", "--when", "22:30", *HERE, "--danger", "none").code == 0
    again = ("--when", "22:40", *HERE, "--danger", "weapon", "--minutes", "20")
    terminal = start(db_path, *again, "--person", "unknown")
    terminal.expect_exact("This call may already be on file:")
    terminal.expect_exact("  call 1: Sat Jan 31, 2026 22:30, Person in crisis, logged by ")
    terminal.expect_exact("Same call? Enter its number to add to it, or n for a new one: ")
    terminal.sendline("7")
    terminal.expect_exact("enter one of the numbers shown, or n")
    terminal.expect_exact("or n for a new one: ")
    terminal.sendline("1")
    terminal.expect_exact("Added to it: minutes, hazards, people.")
    terminal.expect_exact("Completed call 1.")
    terminal.wait()
    call = shown(ccu, 1)
    assert (call["dangers"], call["minutes"], len(call["people"])) == (["weapon"], 20, 1)
    assert call["occurred_at"] == "2026-01-31T22:30:00-05:00"
    terminal = start(db_path, *again)
    terminal.expect_exact("or n for a new one: ")
    terminal.sendline("n")
    terminal.expect_exact("Logged call 2.")
    terminal.wait()


# ---------------------------------------------------------------- brought by the import


@pytest.fixture
def desk(ccu: Ccu, tmp_path: Path) -> Desk:
    return Desk(ccu, tmp_path)


@pytest.mark.parametrize("system", ["our-cad", ""])
def test_an_imported_call_is_completed_by_its_incident_number(
    system: str, desk: Desk, tmp_path: Path
) -> None:
    desk.counts(text([row(Nature="TRAFFIC STOP")]))
    if system:
        assert desk.ccu("settings", "cad_system", system).code == 0
    note = tmp_path / "note.txt"
    note.write_text("Calm by 23:00.", encoding="utf-8")
    done = desk.ccu(
        *("log-call", *IMPORTED, "--nature", "crisis", "--incident", "26-1", "--danger", "weapon"),
        *("--disposition", "voluntary_transport", "--arrived", "22:36", "--cleared", "23:10"),
        *("--person", "unknown", "--note-file", str(note), "-f", "json"),
    )
    assert done.code == 0, done.err
    data = json.loads(done.out)
    assert (data["id"], data["alike"]) == (1, [])
    assert {"narrative", "dangers", "people", "nature_cleared"} <= {*data["completed"]}
    assert "Call 1 was already on file. Added to it: " in done.err
    assert "Not changed: began, cleared. To change that: ccu call edit 1" in done.err
    call = shown(desk.ccu, 1)
    assert (call["nature"], call["nature_cleared"], call["care"]) == ("other", "crisis", True)
    assert call["occurred_at"] == "2026-01-18T22:30:00-05:00"
    assert call["arrived_at"] == "2026-01-18T22:36:00-05:00"
    assert call["dispositions"] == ["resources_given", "voluntary_transport"]
    assert (call["narrative"], len(call["people"])) == ("Calm by 23:00.", 1)
    changed = row(Nature="SUICIDE THREAT", End="REFERRED TO HSD", Cleared="2026-01-18 23:06:00")
    desk.bring(text([changed]))
    after = shown(desk.ccu, 1)
    assert (after["nature_cleared"], after["dispositions"]) == ("crisis", call["dispositions"])
    assert desk.one("SELECT count(*) FROM call") == 1


@pytest.mark.parametrize(
    ("where", "what"),
    [
        (("--address", "9 Elm St", "--when", "1/18/2026 22:35"), "address"),
        (("--address", "12 Main St Apt 3", "--when", "1/20/2026 22:35"), "time"),
    ],
)
def test_a_number_of_another_call_is_refused(where: tuple[str, ...], what: str, desk: Desk) -> None:
    desk.counts(text([row()]))
    assert desk.ccu("settings", "cad_system", "our-cad").code == 0
    done = desk.ccu("log-call", *where, "--nature", "crisis", "--incident", "26-1")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(
        f"ccu: error: --incident: call 1 was imported with that number and a different {what};"
    )
    assert desk.one("SELECT count(*) FROM call") == 1
    assert desk.ask("SELECT * FROM change") == []


def test_equal_values_are_not_written_again(desk: Desk) -> None:
    desk.counts(text([row()]))
    line = ("log-call", *IMPORTED[:2], "--when", "1/18/2026 22:30", "--nature", "welfare_check")
    done = desk.ccu(*line, "--incident", "26-1", "--beat", "4")
    assert "Call 1 was already on file. Nothing was added." in done.err
    assert desk.ask("SELECT * FROM change") == []
