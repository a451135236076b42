"""What the tests of bad input share: the told town, its rows, and how a refusal looks."""

import contextlib
import shlex
import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .. import told_town as town
from ..access.test_gate import command
from ..audit.test_audit_complete import LINES, who_may
from ..conftest import Result

# A refusal is in the audit, and looking at a record too: neither is data that was half-written. The
# digests of a disclosure's row are in the last two.
_MAY_GROW = ("audit", "sqlite_sequence", "disclosure", "audit_written", "table_digest")


def rows(db: Path) -> dict[str, list[Any]]:
    """Every row of every table but the audit."""
    with contextlib.closing(sqlite3.connect(db)) as hand:
        hand.text_factory = bytes
        tables = "SELECT name FROM sqlite_master WHERE type = 'table'"
        names = [name.decode() for (name,) in hand.execute(tables)]
        return {
            name: hand.execute(f'SELECT * FROM "{name}"').fetchall()
            for name in names
            if name not in _MAY_GROW and not name.startswith(("sqlite_", "row_"))
        }


def params(path: str) -> list[tuple[str | None, Any]]:
    """The parameters of a command that take a value, each with its option; None: an argument."""
    return [
        (next((name for name in each.opts if name.startswith("--")), None), each)
        for each in command(path).params
        if not getattr(each, "is_flag", False) and each.name != "help"
    ]


def line_of(path: str) -> tuple[list[str], str, str]:
    """The words that the command takes in the told town, its standard input, and who may."""
    row = next(row for row in LINES if row.split(" --")[0] == path)
    words, stdin = LINES[row]
    return shlex.split(words), stdin, who_may(row)


def with_value(words: Sequence[str], option: str, value: str) -> list[str]:
    """The words with the option's value replaced, or added."""
    found = list(words)
    if option in found:
        found[found.index(option) + 1] = value
        return found
    return [*found, option, value]


def is_refused(done: Result, *codes: int) -> None:
    """One sentence on standard error, no data, one of the codes."""
    assert done.code in codes, done
    assert done.out == ""
    *understood, error = done.err.splitlines()  # how an earlier option was read may come first
    assert error.startswith("ccu: error: ") and error == error.strip(), done.err
    assert all(each.startswith("--") for each in understood), done.err
    assert "a bug in ccu" not in error and "Traceback" not in error


def copied(made: Path, folder: Path) -> Path:
    """A copy of the told town's folder; returns its database."""
    shutil.copytree(made, folder, dirs_exist_ok=True)
    return folder / "town.db"


__all__ = ["Result", "copied", "is_refused", "line_of", "params", "rows", "town", "with_value"]
