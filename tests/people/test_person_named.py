"""A name typed in one answer is divided, and a number typed for somebody is shown with the name."""

import contextlib
import json
import sqlite3
from pathlib import Path

import pytest

from tests import typed
from tests.conftest import Ccu


@pytest.mark.parametrize(
    ("answer", "given", "family"),
    [("y", "Walter", "Pennington"), ("n", "Walter Pennington", "")],
)
def test_a_name_in_one_answer_is_divided_when_confirmed(
    answer: str, given: str, family: str, ccu: Ccu
) -> None:
    stdin = f"Walter Pennington\n\n{answer}\n" + "\n" * 20 + "y\n"
    done = ccu("person", "add", stdin=stdin, tty=True)
    assert 'Given name "Walter", family name "Pennington"? y or n: ' in done.err
    found = json.loads(ccu("person", "show", "1", "-f", "json").out)
    assert (found["given_name"], found["family_name"]) == (given, family)


def test_a_number_at_log_call_is_shown_with_the_name(ccu: Ccu, db_path: Path) -> None:
    lines = "given: Walter\nfamily: Pennington"
    assert ccu("person", "add", "--file", "-", "--no-input", stdin=lines).code == 0
    terminal = typed.start(db_path, "log-call", "--when", "22:30", "--nature", "crisis")
    terminal.expect_exact("Address: ")
    terminal.sendline("12 Main St")
    while terminal.expect([r"Person 1 \(Enter when done\): ", r"\(Enter to skip\): "]) == 1:
        terminal.sendline("")
    terminal.sendline("1")
    terminal.expect_exact("  Walter Pennington, person 1, Subject")
    terminal.expect_exact("Person 2 (Enter when done): ")
    terminal.sendline("")
    terminal.sendline("")
    terminal.expect_exact("Walter Pennington, person 1 (subject)")
    terminal.close(force=True)
    with contextlib.closing(sqlite3.connect(db_path)) as file:
        sql = "SELECT count(*) FROM audit WHERE action = 'person-find' AND record_id = 1"
        assert file.execute(sql).fetchone() == (1,)


def test_a_number_of_somebody_is_answered_with_the_name_before_anything_is_saved(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for given in ("Walter", "Bea"):
        lines = f"given: {given}\nfamily: Pennington"
        assert ccu("person", "add", "--file", "-", "--no-input", stdin=lines).code == 0
    link = ("person", "link", "1", "2", "--relation", "sibling")
    shown = typed.answer(db_path, link)
    assert shown.startswith("Person 1: Walter Pennington\nPerson 2: Bea Pennington\n"), shown
    assert "Person 2: Bea Pennington\n" in typed.answer(db_path, ("household", "add", "new", "2"))
    piped = ccu(*link[:-1], "spouse")
    assert "Pennington" not in piped.out + piped.err
    with contextlib.closing(sqlite3.connect(db_path)) as file:
        sql = "SELECT count(*) FROM audit WHERE action = 'person-find' AND record_id = 2"
        assert file.execute(sql).fetchone() == (2,)


def test_the_review_of_a_call_offers_what_an_option_gave(ccu: Ccu, db_path: Path) -> None:
    line = ("--address", "12 Main St", "--nature", "crisis")
    shown = typed.answer(
        db_path,
        ("log-call", *line),
        ("When did it begin [now]: ", "12:10"),
        *[(": ", "")] * 7,
        ("> ", ""),
        ("to change: ", "2"),
        ("Address [12 MAIN ST]: ", ""),
        ("to change: ", "3"),
        ("Nature (number, code, or how it begins) [Person in crisis]: ", ""),
        ("to change: ", "y"),
    )
    assert "Logged call 1." in shown
