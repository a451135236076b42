"""`ccu person void`: a record added in error goes, where nothing refers to it."""

import sqlite3
from pathlib import Path

import pytest

from ccu.records import ownership

from .. import steps
from ..conftest import Ccu
from ..steps import become

FILE = """given: Zebulonna
family: Quillfeather
alias: Zeb Quill
phone: 203-555-0177
born: 1971-03-09
"""


@pytest.fixture
def ccu(ccu: Ccu) -> Ccu:
    steps.start(ccu)
    assert ccu("person", "add", "--file", "-", stdin=FILE).code == 0
    assert ccu("person", "edit", "2", "--housing", "shelter").code == 0
    return ccu


def test_nothing_is_left_of_the_record_and_the_audit_keeps_that_it_was(
    ccu: Ccu, db_path: Path
) -> None:
    assert ccu("person", "void", "2", "--yes") == (0, "Removed person 2.\n", "")
    assert ccu("person", "show", "2").code == 3
    with sqlite3.connect(db_path) as file:
        file.row_factory = sqlite3.Row
        for each in ownership.references(file):
            if each.parent == "person":
                assert not ownership.pointing_to(file, each, [2]), each
        assert not file.execute(
            "SELECT 1 FROM change WHERE record = 'person' AND record_id = 2"
        ).fetchall()
        actions = file.execute("SELECT action FROM audit WHERE record = 'person' AND record_id = 2")
        assert [row[0] for row in actions][-1] == "person-void"
    assert ccu("check").code == 0
    assert ccu("audit", "verify").code == 0
    again = ccu("person", "add", "--file", "-", stdin="given: Ana")
    assert "Person 3" in again.out  # the number is not given out again


@pytest.mark.parametrize(
    ("line", "named"),
    [
        (
            ("follow-up", "add", "--person", "2", "--kind", "call", "--due", "tomorrow"),
            "a follow-up",
        ),
        (("worker", "assign", "--person", "2", "--staff", "dlee"), "a worker"),
        (("consult", "add", "--person", "2", "--clinician", "dlee", "--minutes", "5"), "a consult"),
        (("person", "merge", "2", "1", "--prefer", "kept"), "a merge"),
    ],
)
def test_a_record_that_something_names_stays(line: tuple[str, ...], named: str, ccu: Ccu) -> None:
    assert ccu(*line).code == 0
    done = ccu("person", "void", "2", "--yes")
    assert done.code == 2
    assert done.err == (
        f"ccu: error: person 2 is named by {named}; to correct the record: ccu person edit 2\n"
    )


def test_a_held_record_and_one_of_somebody_else_stay(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ccu("retention", "hold", "person", "2", "--authority", "D-1").code == 0
    assert "under a legal hold" in ccu("person", "void", "2", "--yes").err
    become(monkeypatch, "dlee")
    assert ccu("person", "void", "2", "--yes").code == 7


def test_a_terminal_asks_for_the_number(ccu: Ccu) -> None:
    assert ccu("person", "void", "2").err == (
        "ccu: error: --yes is missing: nobody is at a terminal to confirm it\n"
    )
    assert ccu("person", "void", "2", stdin="1\n", tty=True).code == 2
    assert ccu("person", "void", "2", stdin="2\n", tty=True).code == 0
