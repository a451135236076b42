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
