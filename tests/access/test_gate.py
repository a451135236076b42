"""The gate: no option or pair of options allows a command that is refused without them."""

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from ccu import access, cli

from .. import told_town as town
from ..conftest import Result
from .test_roles import ALL, MAY_NOT, every_leaf

# The only options that make a command less than it is alone, by hand and apart from
# ccu/access.py: what may be given with each, and who may then; None: anybody.
READS: dict[str, tuple[set[str], set[str] | None]] = {
    "purge --dry-run": ({"--format", "--output"}, {"supervisor", "records", "admin"}),
    "report --list": ({"--format"}, None),
    "report --define": ({"--format"}, None),
    "import --suggest": (set(), None),
    "person import --suggest": (set(), None),
}
ARGUMENTS = {"import": ["export.csv"], "person import": ["export.csv"], "staff add": ["newbie"]}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The told town in the current folder; `only` is the one call that purge may not touch."""
    folder = tmp_path_factory.mktemp("gate")
    town.make_with_trust(folder)
    (folder / "export.csv").write_text("Incident,Address\n1,12 Main St\n")
    with contextlib.chdir(folder):
        yield folder


@pytest.fixture(scope="module")
def hand(here: Path) -> Iterator[sqlite3.Connection]:
    """One connection: to read the tables' definitions takes half as long as a refused command."""
    with contextlib.closing(sqlite3.connect(here / "town.db")) as hand:
        last_event(hand)  # the log beside the file is there from now on
        yield hand


def ran(folder: Path, login: str, path: str, *words: str) -> Result:
    return town.run(folder / "town.db", login, *path.split(), *ARGUMENTS.get(path, []), *words)


def command(path: str) -> Any:
    first, *rest = path.split()
    found = cli._load(first)
    for name in rest:
        found = found.commands[name]
    return found


def options(path: str) -> dict[str, list[str]]:
    """Each option of a command, as it would be typed with a value that it reads."""
    typed = {}
    for each in command(path).params:
        name = next((name for name in each.opts if name.startswith("--")), None)
        if name is not None:
            choices = getattr(each.type, "choices", None)
            value = str(next(iter(choices))) if choices else "1"
            value = getattr(next(iter(choices)), "value", value) if choices else value
            typed[name] = [name] if each.is_flag else [name, value]
    return typed


def arguments(path: str) -> list[str]:
    """A word for each argument that must be there."""
    needed = [each for each in command(path).params if not each.opts[0].startswith("-")]
    return ["1"] * sum(each.required for each in needed) if path not in ARGUMENTS else []


def with_a_row(path: str) -> set[str]:
    rows = {*access.MAY, *READS}
    return {option for option in options(path) if f"{path} {option}" in rows}


def is_harmless(path: str, given: tuple[str, ...], role: str) -> bool:
    for option in given:
        companions, who = READS.get(f"{path} {option}", (set(), set()))
        if {*given} - {option} <= companions and (who is None or role in who):
            return f"{path} {option}" in READS
    return False


def last_event(hand: sqlite3.Connection) -> tuple[int, str, str]:
    """Its number, action and detail."""
    last = "SELECT id, action, detail FROM audit ORDER BY id DESC LIMIT 1"
    number, action, detail = hand.execute(last).fetchone()
    return number, action, detail


def refused_to(path: str) -> list[str]:
    """Return the accounts that may not run the command: roles, and one not on the staff list."""
    everything = set(access.MAY) | {"purge"}
    return [role for role in (*ALL, "stranger") if path in MAY_NOT.get(role, everything)]


def given_of(path: str) -> list[tuple[str, ...]]:
    """Each option of a command, and each pair with one that has a row of its own."""
    typed, rows = options(path), with_a_row(path)
    pairs = [pair for pair in combinations(typed, 2) if rows & {*pair}]
    return [*((each,) for each in typed), *pairs]


def is_refused(
    here: Path, hand: sqlite3.Connection, role: str, path: str, given: tuple[str, ...]
) -> None:
    typed = options(path)
    words = [word for option in given for word in typed[option]]
    before, *_ = last_event(hand)
    done = ran(here, role, path, *arguments(path), *words)
    assert (done.code, done.out) == (7, ""), (path, given, done.err)
    number, action, _ = last_event(hand)
    assert number > before and action == "denied", path


@pytest.mark.parametrize("first", sorted({path.split()[0] for path in every_leaf()}))
def test_no_option_allows_a_refused_command(
    here: Path, hand: sqlite3.Connection, first: str
) -> None:
    """Each option and pair of each command once, by one role of those that may not run it."""
    before = {each.name for each in here.iterdir()}
    for path in sorted(each for each in every_leaf() if each.split()[0] == first):
        whose = refused_to(path)
        for number, given in enumerate(given_of(path) if whose else []):
            asks = [role for role in whose if not is_harmless(path, given, role)]
            if asks:
                is_refused(here, hand, asks[number % len(asks)], path, given)
    assert {each.name for each in here.iterdir()} == before


@pytest.mark.slow
@pytest.mark.parametrize("role", [*ALL, "stranger"])
def test_no_option_allows_a_refused_command_for_any_role(
    here: Path, hand: sqlite3.Connection, role: str
) -> None:
    before, seen = {each.name for each in here.iterdir()}, 0
    for path in sorted(every_leaf()):
        for given in given_of(path) if role in refused_to(path) else []:
            if not is_harmless(path, given, role):
                is_refused(here, hand, role, path, given)
                seen += 1
    assert seen > 10
    assert {each.name for each in here.iterdir()} == before


@pytest.mark.parametrize("role", [each for each in ALL if each != "admin"])
def test_nobody_but_an_admin_adds_an_account(
    here: Path, hand: sqlite3.Connection, role: str
) -> None:
    add = ("friend", "--role", "admin", "--supervisor", "supervisor")
    done = town.run(here / "town.db", role, "staff", "add", *add)
    assert (done.code, done.out) == (7, "")
    assert done.err.startswith("ccu: error: ccu staff add needs the role admin")
    _, action, detail = last_event(hand)
    assert (action, json.loads(detail)) == ("denied", {"what": "staff add"})
    found = hand.execute("SELECT count(*) FROM staff WHERE login = 'friend'")
    assert found.fetchone() == (0,)


def test_a_harmless_read_is_open_to_the_same_roles(here: Path) -> None:
    for login in ("stranger", "officer"):
        assert ran(here, login, "report", "--list", "--format", "json").code == 0
        assert ran(here, login, "report", "--define", "share_of_all_calls").code == 0
        assert ran(here, login, "import", "--suggest").code == 11  # done, with a question left open
        assert ran(here, login, "person", "import", "export.csv", "--suggest").code == 0
    assert ran(here, "supervisor", "purge", "--dry-run", "--format", "json").code == 0
    assert ran(here, "officer", "purge", "--dry-run").code == 7


@pytest.mark.parametrize(
    "line",
    [
        ("report", "--list"),
        ("report", "--define", "share_of_all_calls"),
        ("report", "--list", "--format", "csv"),
        ("import", "export.csv", "--suggest"),
        ("person", "import", "export.csv", "--suggest"),
    ],
)
def test_an_unknown_account_writes_no_file(here: Path, line: tuple[str, ...]) -> None:
    for login in ("stranger", "officer"):
        done = town.run(here / "town.db", login, *line, "--output", "taken")
        assert (done.code, done.out) == (7, "")
        assert not (here / "taken").exists()
