"""Every command line of the told town as each role, in each state of the care file; for test_roles.

Run as a program, by an account that has laid down root's right to read everybody's files, so that a
closed care file is closed: `python -m tests.access.role_runs FOLDER ROLES`, where ROLES is JSON:
role -> row -> its states, and the rows that the role may not run. The result is JSON on stdout.

A command that is refused leaves nothing but its denial, so those share one copy of the town, which
must hold at the end what it held at the start; each of the others has a fresh one.
"""

import json
import os
import shlex
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import chdir, closing, contextmanager
from pathlib import Path
from typing import Any

from .. import told_town as town
from ..conftest import Result

STATES = ("none", "closed", "open")


Rows = dict[str, list[str]]
Found = dict[str, dict[str, Any]]


def main(made: Path, roles: dict[str, tuple[Rows, list[str]]]) -> None:
    """Print {role: {row: {state: {code, out, err, events}}}} of these command lines."""
    print(json.dumps({role: run(made, role, *rows) for role, rows in roles.items()}))


def run(made: Path, role: str, rows: Rows, refused: list[str]) -> Found:
    """The command lines as one role."""
    os.environ |= {"COLUMNS": "100", "TERM": "dumb"}
    os.environ.pop("CCU_AUDIT_KEY", None)
    found: Found = {row: {} for row in rows}
    runs = [(row, state) for row, states in rows.items() for state in states]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "here"
        with _copied(made, folder), closing(sqlite3.connect(folder / "town.db")) as hand:
            before = _records(hand)
            seen = start = len(_events(hand))
            for row, state in (each for each in runs if each[0] in refused):
                done = _ran(made, folder, role, row, state)
                events = _events(hand)
                found[row][state] = {**done._asdict(), "events": events[seen:]}
                seen = len(events)
            assert _records(hand) == before, "what was refused changed a record"
        for row, state in (each for each in runs if each[0] not in refused):
            with _copied(made, folder):
                done = _ran(made, folder, role, row, state)
                with closing(sqlite3.connect(folder / "town.db")) as hand:
                    found[row][state] = {**done._asdict(), "events": _events(hand)[start:]}
    return found


@contextmanager
def _copied(made: Path, folder: Path) -> Iterator[None]:
    """Run the block in a copy of the town, always at the same path, so that screens agree."""
    shutil.copytree(made / "town", folder)
    try:
        with chdir(folder):
            yield
    finally:
        shutil.rmtree(folder)


def _ran(made: Path, folder: Path, role: str, row: str, state: str) -> Result:
    """One command line in a state of the care file."""
    care = {"none": folder / "nowhere.db", "closed": made / "closed" / "care.db"}
    os.environ["CCU_CARE_DB"] = str(care.get(state, folder / "care" / "care.db"))
    os.environ["CCU_WELLNESS_DB"] = str(folder / "wellness" / "wellness.db")
    path = row.split(" --")[0]
    words, stdin = (town.LINES | town.TRUST_LINES)[row]
    db = folder / ("new.db" if path in town.NEW_FILE else "town.db")
    return town.run(db, role, *path.split(), *shlex.split(words), stdin=stdin)


def _events(hand: sqlite3.Connection) -> list[str]:
    return [row[0] for row in hand.execute("SELECT action FROM audit ORDER BY id")]


def _records(hand: sqlite3.Connection) -> list[str]:
    """Every row of the file but those of the audit, and its last number."""
    audit = ('INSERT INTO "audit', "INSERT INTO \"sqlite_sequence\" VALUES('audit'")
    return [line for line in hand.iterdump() if not line.startswith(audit)]


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(sys.argv[2]))
