"""Every command line of the told town as one role, in each state of the care file; for test_roles.

Run as a program, by an account that has laid down root's right to read everybody's files, so that a
closed care file is closed: `python -m tests.access.role_runs FOLDER ROLE ROWS`, where ROWS is
JSON: row -> its states. The result is JSON on stdout.
"""

import json
import os
import shlex
import shutil
import sqlite3
import sys
import tempfile
from contextlib import chdir, closing
from pathlib import Path
from typing import Any

from .. import told_town as town

STATES = ("none", "closed", "open")


def main(made: Path, role: str, rows: dict[str, list[str]]) -> None:
    """Print {row: {state: {code, out, err, events}}} of these command lines."""
    os.environ |= {"COLUMNS": "100", "TERM": "dumb"}
    os.environ.pop("CCU_AUDIT_KEY", None)
    found: dict[str, dict[str, Any]] = {}
    before = len(_events(made / "town"))
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "here"
        for row, states in rows.items():
            found[row] = {state: _ran(made, folder, role, row, state) for state in states}
            for done in found[row].values():
                del done["events"][:before]
    print(json.dumps(found))


def _ran(made: Path, folder: Path, role: str, row: str, state: str) -> dict[str, Any]:
    """One command line in a fresh copy of the town; always the same path, so that screens agree."""
    shutil.copytree(made / "town", folder)
    care = {"none": folder / "nowhere.db", "closed": made / "closed" / "care.db"}
    os.environ["CCU_CARE_DB"] = str(care.get(state, folder / "care" / "care.db"))
    os.environ["CCU_WELLNESS_DB"] = str(folder / "wellness" / "wellness.db")
    path = row.split(" --")[0]
    words, stdin = (town.LINES | town.TRUST_LINES)[row]
    db = folder / ("new.db" if path in town.NEW_FILE else "town.db")
    try:
        with chdir(folder):
            done = town.run(db, role, *path.split(), *shlex.split(words), stdin=stdin)
            events = _events(folder)
    finally:
        shutil.rmtree(folder)
    return {**done._asdict(), "events": events}


def _events(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "town.db")) as hand:
        return [row[0] for row in hand.execute("SELECT action FROM audit ORDER BY id")]


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3]))
