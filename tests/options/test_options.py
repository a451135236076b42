"""Options by type: denial comes first, a missing one is named, a question repeats until valid."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from ccu import cli

from .. import steps
from ..access.test_roles import every_leaf
from ..conftest import Ccu, run_ccu


@pytest.fixture
def ccu(ccu: Ccu) -> Ccu:
    steps.start(ccu)
    return ccu


@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("consult add", "--minutes 5 --clinician nobody"),
        ("consult add", "--minutes 5 --clinician dlee"),
        ("consult add", "--minutes many"),
        ("consult add", ""),
        ("worker assign", "--person 1 --staff nobody"),
        ("refer", "1 --to nowhere --need housing"),
        ("follow-up done", "1 --result nonsense"),
        ("consent disclose", "1 --to 99 --scope worker"),
    ],
)
def test_a_refused_account_is_told_nothing_of_what_it_named(
    path: str, options: str, ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ccu("staff", "add", "ana", "--role", "analyst").code == 0
    steps.become(monkeypatch, "ana")
    done = ccu(*path.split(), *options.split())
    assert (done.code, done.out, done.err.count("\n")) == (7, "", 1)
    assert done.err.startswith(f"ccu: error: ccu {path} needs the role")
    with sqlite3.connect(db_path) as hand:
        action, detail = hand.execute("SELECT action, detail FROM audit ORDER BY id").fetchall()[-1]
    assert (action, json.loads(detail)["what"]) == ("denied", path)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("consult add", "--clinician is missing"),
        ("consult add --clinician dlee --minutes ''", "--minutes is missing"),
        ("referral expire 1", "--reason is missing, such as provider_silent"),
        ("staff add newbie", "--role is missing"),
        ("consent grant 1 --to police --purpose safety --signed today", "--scope is missing"),
        (
            "provider list --need",
            "option '--need' requires an argument; see ccu provider list --help",
        ),
        ("frequent people --k 0", "--k must be a whole number from 1 to"),
        ("referral list --status ,", "--status is empty"),
        ("call show twelve", "a call is named by its number, such as 12"),
    ],
)
def test_a_missing_or_wrong_option_is_named(line: str, says: str, ccu: Ccu) -> None:
    done = ccu(*(word.strip("'") for word in line.split()))
    assert (done.code, done.out) == (2, "")
    assert done.err.lower().startswith(f"ccu: error: {says}".lower())


def test_a_question_is_repeated_until_its_answer_is_valid(ccu: Ccu) -> None:
    assert ccu("follow-up", "add", "--call", "1", "--kind", "call", "--due", "friday").code == 0
    answers = "nonsense\nleft\n\nnever\n2/3/2026 9am\ny\n"  # the result, no note, when to try again
    done = run_ccu("follow-up", "done", "1", stdin=answers, tty=True)
    assert done.code == 0, done.err
    assert done.err.count("Result (number, code, or how it begins): ") == 2
    assert done.err.count("When to try again") == 2
    assert "Attempt 1 at follow-up 1: left message" in done.out


def options_of(path: str) -> list[Any]:
    command: Any = cli._load(path.split()[0])
    for name in path.split()[1:]:
        command = command.commands[name]
    return [each for each in command.params if each.opts[0].startswith("-")]


def test_what_a_type_completes_is_offered_for_each_option_that_has_it() -> None:
    """Logins and codes are completed wherever they are asked for."""
    for path in sorted(every_leaf()):
        for each in options_of(path):
            if each.metavar in ("LOGIN", "CODE", "PROVIDER") and each.type.name == each.metavar:
                assert each._custom_shell_complete is not None, (path, each.opts)
