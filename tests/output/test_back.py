"""`<` at a terminal goes back to the question before, in every command; it is never an answer."""

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest

from .. import steps, typed
from ..conftest import Ccu

FIRST = "This is the first question; Ctrl-C cancels."


@pytest.fixture
def ccu(ccu: Ccu) -> Ccu:
    """A call of one person, and a provider."""
    line = ("log-call", "--when", "22:30", "--address", "12 Main St", "--nature", "crisis")
    assert ccu(*line, "--no-input", "--person-file", "-", stdin="Ana Reyes\n").code == 0
    steps.provider(ccu, "Homes with Hope", need="housing")
    return ccu


@pytest.mark.parametrize(
    ("command", "question"),
    [
        (("call", "void", "1"), "Why it was an error; kept with the record: "),
        (("call", "decide", "1"), "Why (number, code, or how it begins): "),
        (("place", "flag", "12 Main St"), "Source of the note: "),
        (("staff", "add"), "Login, the account's name on this machine: "),
        (("provider", "add"), "Name of the provider: "),
        (("consult", "add"), "Who was asked (login): "),
        (("worker", "assign"), "(or part of the name): "),
        (("refer",), "refer --person P): "),
    ],
)
def test_nothing_is_before_the_first_question(
    command: Sequence[str], question: str, ccu: Ccu, db_path: Path
) -> None:
    terminal = typed.start(db_path, *command)
    for _ in range(2):
        terminal.expect_exact(question)
        terminal.sendline("<")
        terminal.expect_exact(FIRST)
    terminal.expect_exact(question)
    terminal.close(force=True)
    shown = json.loads(ccu("call", "show", "1", "-f", "json").out)
    assert "<" not in json.dumps(shown)
    assert "<" not in ccu("staff", "list").out + ccu("provider", "find", "x").out


@pytest.mark.parametrize(
    ("command", "first", "second"),
    [
        ("staff add", ("on this machine", "jdoe"), "Role (number"),
        ("provider add", ("Name of the provider", "Hope House"), "What it helps with"),
        ("consult add", ("Who was asked (login)", "root"), "Minutes it took"),
        ("worker assign", ("(or part of the name)", "reyes"), "Who, by login"),
        ("place flag", ("Address", "12 Main St"), "Source of the note"),
        ("household add", ("or new", "new"), "The people, by number"),
        ("person merge", ("A person's number (or part of the name)", "1"), "Another person's"),
        ("codes add", ("The list", "need"), "the code is made from it"),
        ("refer", ("refer --person P)", "1"), "Need (number"),
        ("needs record", ("(or part of the name)", "Reyes"), "Housing (number or word)"),
    ],
)
def test_it_goes_back_with_the_answer_in_brackets(
    command: str, first: tuple[str, str], second: str, ccu: Ccu, db_path: Path
) -> None:
    question, answer = first
    terminal = typed.start(db_path, *command.split())
    terminal.expect_exact(f"{question}: ")
    terminal.sendline(answer)
    for again in ("", answer):  # Enter keeps it; so does typing it again
        terminal.expect_exact(second)
        terminal.sendline("<")
        terminal.expect_exact(f"{question} [{answer}]: ")
        terminal.sendline(again)
    terminal.expect_exact(second)
    terminal.close(force=True)


def test_what_was_answered_before_is_neither_asked_nor_printed_again(
    ccu: Ccu, db_path: Path
) -> None:
    seen = typed.answer(
        db_path,
        ["refer"],
        ("refer --person P): ", "1"),
        ("Need (number", "food"),
        ("Provider (number", "<"),
        ("Need (number", "<"),  # out of the form
        ("P) [1]: ", ""),
        ("Need (number", "housing"),
        ("Provider (number", ""),
        ("Handoff (number", ""),
        ("Who follows up", ""),
        ("Save?", "y"),
    )
    assert "Referral 1" in seen
    assert json.loads(ccu("referral", "show", "1", "-f", "json").out)["need"] == "housing"


def test_a_refused_answer_is_not_gone_back_to(ccu: Ccu, db_path: Path) -> None:
    seen = typed.answer(
        db_path,
        ["consult", "add"],
        ("(login): ", "nobody at all"),
        ("(login): ", "root"),
        ("Minutes it took: ", "x"),
        ("Minutes it took: ", "<"),
        ("(login) [root]: ", "<"),
        (FIRST, None),
        ("(login) [root]: ", ""),
        ("Minutes it took: ", "5"),
        code=2,  # an account does not consult itself
    )
    assert "no such" not in seen.rpartition(FIRST)[2]


def test_a_note_that_was_gone_back_to_is_kept(ccu: Ccu, db_path: Path) -> None:
    assert ccu("follow-up", "add", "--call", "1", "--kind", "call", "--due", "today").code == 0
    typed.answer(
        db_path,
        ["follow-up", "done", "1"],
        ("Result (number", "left_message"),
        ("> ", "Rang twice."),
        ("> ", ""),
        ("When to try again", "<"),
        ("Enter keeps the one before", ""),
        ("When to try again", ""),
        ("Save?", "y"),
    )
    with sqlite3.connect(db_path) as hand:
        assert hand.execute("SELECT note FROM attempt").fetchall() == [("Rang twice.",)]


@pytest.mark.parametrize(
    ("command", "after"),
    [
        ("needs show", "no needs assessment of person 1"),
        ("household show", "person 1 is in no household"),
        ("follow-up add", "What to do"),
        ("plan write", "A plan for person 1."),
    ],
)
def test_whoever_is_missing_is_asked_for_by_a_part_of_the_name(
    command: str, after: str, ccu: Ccu, db_path: Path
) -> None:
    terminal = typed.start(db_path, *command.split())
    terminal.expect_exact("The person's number (or part of the name): ")
    terminal.sendline("rey")
    terminal.expect_exact("1  Ana Reyes")
    terminal.expect_exact(after)
    terminal.close(force=True)
    assert "--person" in ccu(*command.split()).err  # nobody to ask


def test_several_people_are_named_with_commas(ccu: Ccu, db_path: Path) -> None:
    assert ccu("person", "add", "--file", "-", stdin="given: Bea\nfamily: Noe").code == 0
    seen = typed.answer(
        db_path,
        ["household", "add", "new"],
        ("The people, by number (or part of the name): ", "reyes, 2"),
    )
    assert "Person 1 and person 2 are in new household 1." in seen


def test_find_lists_a_name_that_begins_so(ccu: Ccu) -> None:
    found = json.loads(ccu("person", "find", "-", "-f", "json", stdin="rey\n").out)
    assert [(each["person"], each["why"]) for each in found] == [(1, "name begins so")]
    assert json.loads(ccu("person", "find", "-", "-f", "json", stdin="Zed rey\n").out) == []
