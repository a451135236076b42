"""What the README's generated blocks are made of. Run from the repository's root by cogapp.

The same on every machine: 80 columns, a fixed day, no path, no time, no size.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from typing import Any

import typer

from ccu import cli
from ccu.errors import EXIT_CODE_MEANING
from tests.conftest import TODAY, Result, run_ccu

FIXED = {"COLUMNS": "80", "CCU_TODAY": TODAY, "TERM": "dumb"}
AT = f"{TODAY}T18:30"  # of the tour: something is due later that day
UNWANTED = ("CCU_DB", "SUDO_UID", "LINES")


def ccu(*words: str) -> Result:
    """Run a command line with the environment of the README. Raises when it fails."""
    saved = dict(os.environ)
    try:
        os.environ.update(FIXED)
        for name in UNWANTED:
            os.environ.pop(name, None)
        result = run_ccu(*words)
    finally:
        os.environ.clear()
        os.environ.update(saved)
    if result.code:
        raise RuntimeError(f"ccu {' '.join(words)}: {result.err or result.code}")
    return result


def command_paths() -> Iterator[tuple[str, ...]]:
    """Every command and subcommand, in the order of the map: ("history",), ("call", "show"), ..."""
    root: Any = typer.main.get_command(cli.app)
    for name in cli.COMMANDS:
        command = root.get_command(None, name)
        below = getattr(command, "commands", {})
        yield (name,)
        yield from ((name, each) for each in below)


def commands() -> str:
    """The map, as a table."""
    rows = [f"| [`ccu {name}`](#ccu-{name}) | {text} |" for name, (_, text) in cli.COMMANDS.items()]
    return "\n".join(["| command | what it does |", "|---|---|", *rows])


def help_blocks() -> str:
    """--help of the program and of every command, each under its own heading."""
    blocks = ["### ccu", _fenced("ccu --help", ccu("--help").out)]
    for path in command_paths():
        words = " ".join(path)
        blocks += [f"### ccu {words}", _fenced(f"ccu {words} --help", ccu(*path, "--help").out)]
    return "\n\n".join(blocks)


def exit_codes() -> str:
    """The table of exit codes."""
    rows = [f"| {int(code)} | {meaning} |" for code, meaning in EXIT_CODE_MEANING.items()]
    return "\n".join(["| code | meaning |", "|---:|---|", *rows])


def settings() -> str:
    """The settings of a new file and what each is for."""
    with _folder():
        made = ("init", "--town", "Westport", "--state", "CT", "--timezone", "America/New_York")
        ccu("--db", "town.db", *made)
        shown = ccu("--db", "town.db", "settings", "--format", "markdown").out
    return "\n".join(line for line in shown.splitlines() if line.startswith("|"))


def tour() -> str:
    """What `ccu demo` prints in a pipe."""
    with _folder():
        line = ("--db", "demo.db", "--today", AT, "demo")
        return _fenced("ccu " + " ".join(line), ccu(*line).out)


def _fenced(line: str, out: str) -> str:
    return f"```console\n$ {line}\n{out.rstrip()}\n```"


@contextmanager
def _folder() -> Iterator[None]:
    """A folder of its own to work in, so that no path shows."""
    with tempfile.TemporaryDirectory(prefix="ccu-readme-") as folder, chdir(folder):
        yield
