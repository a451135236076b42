"""Make the generated blocks of README.md and docs/. Run from the repository's root by cogapp.

The same on every machine: 80 columns, a fixed day, no path, no time, no size.
"""

import os
import shlex
import tempfile
from collections.abc import Iterator
from contextlib import chdir, closing, contextmanager
from pathlib import Path
from typing import Any

import typer

from ccu import access, cli
from ccu.database import schema
from ccu.demo import story as demo_story
from ccu.errors import ExitCode
from tests.conftest import TODAY, Result, run_ccu

FIXED = {"COLUMNS": "80", "CCU_TODAY": TODAY, "TERM": "dumb"}
AT = f"{TODAY}T18:30"  # of the tour: something is due later that day
UNWANTED = ("CCU_DB", "SUDO_UID", "LINES")
TOWN = ("init", "--town", "Westport", "--state", "CT", "--timezone", "America/New_York")

EXIT_CODE_MEANING: dict[ExitCode, str] = {
    ExitCode.OK: "done",
    ExitCode.BUG: "unexpected: a bug (the message names a private file with details)",
    ExitCode.INVALID: "wrong usage or invalid data; nothing was written",
    ExitCode.NOT_FOUND: "no such record",
    ExitCode.DATABASE: "database unusable: missing, not ours, newer, damaged, read-only, disk full,"
    " wrong key",
    ExitCode.BUSY: "database busy; nothing was written, safe to try again",
    ExitCode.VERIFICATION: "verification failed (check, backup)",
    ExitCode.NOT_ALLOWED: "not allowed",
    ExitCode.NOT_PRINTED: "standard output could not be written, or something was saved before an"
    " error; the message names what was saved",
    ExitCode.OVERDUE: "something is overdue (only with --exit-code)",
    ExitCode.UNFINISHED: "a first layout was written, with questions left to settle (--suggest)",
    ExitCode.INTERRUPTED: "interrupted",
    ExitCode.READER_GONE: "the program reading the output went away",
}
FILES = {
    "kate.txt": (
        "given: Katherine\nfamily: O'Brien\nalias: Kate Walsh\nborn: 4 Mar 1980\n"
        "phone: 203-555-0142\nemail: prefers not to answer\n"
    ),
    "kathy.txt": "given: Kathy\nfamily: OBrien\nborn: 3 Apr 1980\n",
    "nell.txt": "given: Nell\nfamily: Baker\nborn: 6 May 2012\n",
    "plan.txt": """What helps:
- speak slowly, one person talks; sit down if asked to
What to avoid:
- touching the gray bag
Steps:
1. knock and say your first name and why you came
Safety concerns:
- 2026-01-04, family: threw a cup when crowded by four people
Contacts:
- June Sample, sister: 203-555-0199
""",
}
# One story in one file, shown in parts: what is typed, as in a shell.
STORY = {
    "add": (
        "cat kate.txt",
        "ccu person add --file kate.txt --housing unstable",
        "ccu person show 1",
    ),
    "find": ('echo "katie obrien 3 Apr 1980" | ccu person find -',),
    "described": (
        'echo "description: male, 40s, red jacket" | ccu person add --file - --age 40',
        "printf 'given: Tom\\nfamily: Baker\\n' | ccu person edit 2 --file -",
    ),
    "alike": ("ccu person add --file kathy.txt",),
    "compare": ("ccu person compare 1 3",),
    "merge": (
        "ccu person merge 1 3 --prefer kept --take birth_date --dry-run",
        "ccu person merge 1 3 --prefer kept --take birth_date",
    ),
    "unmerge": ("ccu person unmerge 3",),
    "nell": ("ccu person add --file nell.txt",),
    "link": ("ccu person link 2 4 --relation parent",),
    "plan": ("cat plan.txt", "ccu plan write --person 2 --file plan.txt"),
    "define": ("ccu report --define share_of_all_calls",),
}


def ccu(*words: str, stdin: str = "", tty: bool = False) -> Result:
    """Run a command line with the environment of the README. Raises when it fails."""
    saved = dict(os.environ)
    try:
        os.environ.update(FIXED)
        for name in UNWANTED:
            os.environ.pop(name, None)
        result = run_ccu(*words, stdin=stdin, tty=tty)
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
        yield from _paths((name,), root.get_command(None, name))


def _paths(path: tuple[str, ...], command: Any) -> Iterator[tuple[str, ...]]:
    yield path
    for name in getattr(command, "commands", {}):
        yield from _paths((*path, name), command.get_command(None, name))


def role_table() -> str:
    """ccu/rights.txt as a table: who may run what."""
    names = list(access.ROLES.values())
    rows = [
        f"| `{what}` | " + " | ".join("yes" if name in may else "" for name in names) + " |"
        for what, may in access.MAY.items()
    ]
    head = f"| ccu | {' | '.join(names)} |"
    return "\n".join([head, "|---|" + ":-:|" * len(names), *rows])


def commands() -> str:
    """The map, as a table."""
    helps = {name: cli._load(name).help.splitlines()[0] for name in cli.COMMANDS}
    rows = [f"| [`ccu {name}`](#ccu-{name}) | {text} |" for name, text in helps.items()]
    return "\n".join(["| command | what it does |", "|---|---|", *rows])


def man_page() -> str:
    """The body of docs/ccu.1: the commands by who uses them, and the exit codes, in roff."""
    lines = [".SH COMMANDS", "ccu COMMAND \\-\\-help explains each; ccu help WORD finds one."]
    groups = {"Everyday": " ".join(cli.EVERYDAY), **cli.OTHERS}
    for title, names in groups.items():
        lines.append(f".SS {title}")
        for name in names.split():
            text = cli._load(name).help.splitlines()[0]
            lines += [".TP", f".B {_roff(name)}", _roff(text)]
    lines.append(".SH EXIT STATUS")
    for code, meaning in EXIT_CODE_MEANING.items():
        lines += [".TP", f".B {int(code)}", _roff(meaning)]
    return "\n".join(lines)


def _roff(text: str) -> str:
    return text.replace("\\", "\\e").replace("-", "\\-")


def help_blocks() -> str:
    """--help of the program and of every command, each under its own heading."""
    blocks = ["### ccu", _fenced("ccu --help", ccu("--help").out)]
    for path in command_paths():
        words = " ".join(path)
        blocks += [f"### ccu {words}", _fenced(f"ccu {words} --help", ccu(*path, "--help").out)]
    return "\n\n".join(blocks)


def layout_codes() -> str:
    """Return the codes that a layout of calls may use, as a table."""
    lists = {
        "[natures]": "nature",
        "[dispositions]": "disposition",
        "[agencies], [responders], lead_agency": "agency",
        "[states]": "responder_state",
        "[hazards]": "danger",
        "source in [defaults]": "call_source",
    }
    with closing(schema.in_memory()) as connection:
        rows = []
        for where, table in lists.items():
            found = connection.execute(f"SELECT code FROM {table} ORDER BY sort")
            rows.append(f"| `{where}` | {', '.join(f'`{code}`' for (code,) in found)} |")
    return "\n".join(["| in | codes |", "|---|---|", *rows])


def views() -> str:
    """The views for other programs, with their columns."""
    lines = ["| view | columns |", "|---|---|"]
    with closing(schema.in_memory()) as connection:
        found = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'view' AND name GLOB 'v_*' ORDER BY rowid"
        )
        for (name,) in found.fetchall():
            columns = connection.execute(f"SELECT * FROM {name}").description
            lines.append(f"| `{name}` | {', '.join(f'`{each[0]}`' for each in columns)} |")
    return "\n".join(lines)


def exit_codes() -> str:
    """The table of exit codes."""
    rows = [f"| {int(code)} | {meaning} |" for code, meaning in EXIT_CODE_MEANING.items()]
    return "\n".join(["| code | meaning |", "|---:|---|", *rows])


def settings() -> str:
    """The settings of a new file and what each is for."""
    with _folder():
        ccu("--db", "town.db", *TOWN)
        shown = ccu("--db", "town.db", "settings", "--format", "markdown").out
    return "\n".join(line for line in shown.splitlines() if line.startswith("|"))


def card() -> str:
    """Return an address card of the demo town, as a terminal of 80 x 24 shows it."""
    with _folder():
        ccu("--db", "demo.db", "--today", AT, "demo", "--no-tour", "--calls", "600")
        line = ("history", *demo_story.UNIT.lower().split())
        shown = ccu("--db", "demo.db", "--today", AT, *line, tty=True).out
    return _fenced(f"ccu {' '.join(line)}", shown)


def story(part: str) -> str:
    """A part of the STORY and what it prints; the parts before it are run, too."""
    with _folder():
        ccu("--db", "ccu.db", *TOWN)
        for name, text in FILES.items():
            Path(name).write_text(text, encoding="utf-8")
        for each, lines in STORY.items():
            shown = "\n".join(f"$ {line}\n{_typed(line).rstrip()}" for line in lines)
            if each == part:
                return f"```console\n{shown}\n```"
    raise KeyError(part)


def _typed(line: str) -> str:
    """What a line of the STORY prints, talk before data; the reader's login is dlee."""
    before, _, command = line.rpartition(" | ")
    if command.startswith("cat "):
        return FILES[command.removeprefix("cat ")]
    fed = shlex.split(before)[1].replace("\\n", "\n") if before else ""
    result = ccu("--db", "ccu.db", *shlex.split(command)[1:], stdin=fed)
    return (result.err + result.out).replace(f"by {access.login()}", "by dlee")


def _fenced(line: str, out: str) -> str:
    return f"```console\n$ {line}\n{out.rstrip()}\n```"


@contextmanager
def _folder() -> Iterator[None]:
    """A folder of its own to work in, so that no path shows."""
    with tempfile.TemporaryDirectory(prefix="ccu-readme-") as folder, chdir(folder):
        yield
