"""What was typed is given back when a rule refuses the save: another person was faster."""

import re
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from .. import steps, typed
from ..conftest import Ccu
from ..typed import PROGRAM


@pytest.fixture
def ccu(ccu: Ccu) -> Ccu:
    steps.start(ccu)
    steps.refer(ccu)
    return ccu


def ask(terminal: Any, *answers: tuple[str, str]) -> None:
    for question, text in answers:
        terminal.expect_exact(question)
        terminal.sendline(text)


def end(terminal: Any, code: int = 2) -> str:
    """What a terminal shows after the last answer."""
    left = str(terminal.read()).replace("\r", "")
    terminal.close()
    assert terminal.exitstatus == code, left
    return re.sub(r"\x1b\[[?0-9;]*[A-Za-z]", "", left)


RESULT = ("Result (number, code, or how it begins): ", "reached")
NOTE = (("> ", "Long talk at the door."), ("> ", "Has a bed."), ("> ", ""))
SAVE = "Save? y, n, or a number to change: "


def test_a_note_is_kept_and_shown_when_another_closed_the_follow_up(
    ccu: Ccu, db_path: Path, tmp_path: Path
) -> None:
    terminal = typed.start(db_path, "follow-up", "done", "1")
    ask(terminal, RESULT, *NOTE)
    terminal.expect_exact(SAVE)
    assert ccu("follow-up", "done", "1", "--result", "refused").code == 0
    terminal.sendline("y")
    left = end(terminal)
    assert "Not saved. You typed:\n" in left
    assert "\nNote: Long talk at the door.\nHas a bed.\n" in left
    flat = " ".join(left.split())
    assert "kept as a draft, for you alone: ccu follow-up done 1 offers it." in flat
    assert flat.endswith("to reopen it: ccu follow-up reopen 1")
    assert ccu("follow-up", "reopen", "1").code == 0
    again = typed.start(db_path, "follow-up", "done", "1")
    ask(again, RESULT, ("start another: ", "y"), ("> Has a bed.\r\n> ", ""), (SAVE, "y"))
    assert "Closed follow-up 1" in end(again, 0)
    shown = ccu("follow-up", "show", "1", "--full", "--reason", "test").out
    assert "Has a bed." in shown
    assert list(tmp_path.glob("**/draft-*")) == []


def test_a_note_is_not_printed_where_errors_go_to_a_file(
    ccu: Ccu, db_path: Path, tmp_path: Path
) -> None:
    pexpect = pytest.importorskip("pexpect")
    log = tmp_path / "errors.log"
    line = f"exec '{sys.executable}' {PROGRAM[0]} '{PROGRAM[1]}' follow-up done 1 2>'{log}'"
    log.touch()
    terminal = pexpect.spawn("/bin/sh", ["-c", line], encoding="utf-8", timeout=30)
    for text in ("reached", "Long talk at the door.", ""):
        terminal.sendline(text)
    for _ in range(300):
        if "Save?" in log.read_text():
            break
        time.sleep(0.1)
    assert ccu("follow-up", "done", "1", "--result", "refused").code == 0
    terminal.sendline("y")
    end(terminal)
    assert "kept as a draft" in log.read_text()
    assert "Not saved" not in log.read_text()


def test_answers_of_a_form_without_a_draft_are_shown(ccu: Ccu, db_path: Path) -> None:
    terminal = typed.start(db_path, "refer", "1")
    ask(
        terminal,
        ("Need (", "housing"),
        ("Provider (", "1"),
        ("Handoff (", "warm_by_phone"),
        ("by role", "shelter intake"),
        ("Minutes it took", "15"),
        ("Who follows up", "root"),
        (SAVE, "y"),
    )
    terminal.expect_exact("Make another? y or n: ")
    assert ccu("call", "void", "1", "--reason", "test").code == 0
    terminal.sendline("y")
    left = end(terminal)
    assert "Not saved. You typed:\n" in left
    assert "shelter intake" in left


def test_answers_of_the_referral_after_a_call_are_shown(ccu: Ccu, db_path: Path) -> None:
    line = ("log-call", "--when", "08:00", "--address", "9 Elm St", "--nature", "crisis")
    terminal = typed.start(db_path, *line, "--disposition", "referred")
    ask(
        terminal,
        ("Make the referral now?", ""),
        ("Need (", "housing"),
        ("Provider (", "1"),
        ("Handoff (", ""),
        ("Who follows up", ""),
    )
    terminal.expect_exact(SAVE)
    assert ccu("call", "void", "2", "--reason", "test").code == 0
    terminal.sendline("y")
    left = end(terminal, 0)
    assert "Not saved. You typed:\nNeed: Housing" in left
    assert "The call is saved; the referral is not." in " ".join(left.split())


def test_a_suggestion_is_shown_when_the_plan_ended(ccu: Ccu, db_path: Path, tmp_path: Path) -> None:
    body = tmp_path / "plan.txt"
    body.write_text("Baseline:\n- up at six\n")
    assert ccu("plan", "write", "--person", "1", "--file", str(body)).code == 0
    terminal = typed.start(db_path, "plan", "suggest", "1")
    ask(terminal, ("> ", "He likes the blue chair."))
    assert ccu("plan", "expire", "1", "--reason", "test").code == 0
    ask(terminal, ("> ", ""))
    assert "Not saved. You typed:\nHe likes the blue chair.\n" in end(terminal)


def test_a_decision_made_meanwhile_is_not_replaced(ccu: Ccu, db_path: Path) -> None:
    assert steps.call(ccu, "unknown") == 2
    question = "Why (number, code, or how it begins): "
    terminal = typed.start(db_path, "call", "decide", "2")
    terminal.expect_exact(question)
    assert ccu("call", "decide", "2", "--no-action", "in_care").code == 0
    terminal.sendline("1")
    left = " ".join(end(terminal).split())
    assert "was just decided by someone else; now on file: " in left
    assert left.endswith("to change it: ccu call decide 2")
    again = typed.start(db_path, "call", "decide", "2")
    again.expect_exact("On file: ")
    ask(again, (question, "1"))
    end(again, 0)


def test_enter_at_save_and_at_a_draft_tells_what_each_answer_does(ccu: Ccu, db_path: Path) -> None:
    terminal = typed.start(db_path, "follow-up", "done", "1")
    ask(terminal, RESULT, *NOTE, (SAVE, ""))
    terminal.expect_exact(
        "y saves, n discards what you typed, a number from 1 to 2 changes an answer\r\n"
    )
    terminal.expect_exact(SAVE)
    typed.interrupt(terminal)
    end(terminal, 130)
    again = typed.start(db_path, "follow-up", "done", "1")
    ask(again, RESULT, ("start another: ", ""))
    again.expect_exact("y continues it, n deletes it, k keeps it and starts another\r\n")
    typed.interrupt(again)
    end(again, 130)
