"""Text typed in a form that is interrupted is kept for the same person, and offered again."""

from pathlib import Path

import pytest

from .. import steps, typed
from ..conftest import Ccu


@pytest.fixture
def ccu(ccu: Ccu) -> Ccu:
    steps.start(ccu)
    steps.refer(ccu)
    return ccu


def drafts(home: Path) -> list[Path]:
    return list(home.glob("**/draft-*"))


def interrupt(db_path: Path, *args: str, answers: tuple[tuple[str, str], ...]) -> str:
    """Answer, then press Ctrl-C once the terminal reads; return what was printed after it."""
    terminal = typed.start(db_path, *args)
    for question, text in answers:
        terminal.expect_exact(question)
        terminal.sendline(text)
    terminal.expect_exact(": " if answers[-1][1] == "" else "> ")
    typed.interrupt(terminal)
    left = str(terminal.read())
    terminal.close()
    return left


def test_a_note_is_offered_where_the_same_follow_up_is_done(
    ccu: Ccu, db_path: Path, tmp_path: Path
) -> None:
    done = ("follow-up", "done", "1")
    result = ("(number, code, or how it begins): ", "1")
    left = interrupt(
        db_path, *done, answers=(result, ("> ", "Long talk."), ("> ", "Has a bed."), ("> ", ""))
    )
    kept_where = "Your note is kept as a draft, for you alone: ccu follow-up done 1 offers it."
    assert "\nCancelled. No record was changed." in left
    assert kept_where in " ".join(left.split())
    assert left.count("Cancelled") == 1
    (kept,) = drafts(tmp_path)
    assert kept.stat().st_mode & 0o777 == 0o600
    typed.answer(
        db_path,
        done,
        result,
        ("Continue it? y, n to delete it, or k to keep it and start another: ", "y"),
        ("> Has a bed.", None),
        ("> ", ""),
        ("Save? y, n, or a number to change: ", "y"),
        ("Closed follow-up 1", None),
    )
    shown = ccu("follow-up", "show", "1", "--full", "--reason", "test").out
    assert "Long talk." in shown and "Has a bed." in shown
    assert drafts(tmp_path) == []


def test_a_plan_is_offered_to_who_writes_it_again(ccu: Ccu, db_path: Path, tmp_path: Path) -> None:
    write = ("plan", "write", "--person", "1")
    left = interrupt(
        db_path,
        *write,
        answers=(("> ", "up at six"), ("> ", ""), ("> ", "pacing"), ("> ", "no sleep")),
    )
    assert "ccu plan write --person 1 offers it" in left
    seen = typed.answer(
        db_path,
        write,
        ("Continue it? y, n to delete it, or k to keep it and start another: ", "y"),
        ("- up at six", None),
        ("> ", ""),
        ("- no sleep", None),
        *[("> ", "")] * 7,
        ("Save? y, n, or a number to change: ", "y"),
    )
    assert "Wrote plan 1" in seen
    assert drafts(tmp_path) == []


def test_a_form_that_is_declined_keeps_nothing(ccu: Ccu, db_path: Path, tmp_path: Path) -> None:
    typed.answer(
        db_path,
        ("follow-up", "done", "1"),
        ("(number, code, or how it begins): ", "1"),
        ("> ", "wrong client"),
        ("> ", ""),
        ("Save? y, n, or a number to change: ", "n"),
        code=130,
    )
    assert drafts(tmp_path) == []
