"""A care file for tests: made, written to, listed, and looked into by hand."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ..conftest import Ccu
from ..steps import become, start

TEXT = "Wants help with housing first; asked us not to ring before noon."
ROLES_WITHOUT = ("officer", "analyst", "records", "admin")


def make(ccu: Ccu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *how: str) -> Path:
    """A care file made by the clinician dlee, who is at the keyboard; person 1 on call 1."""
    start(ccu)
    for role in ROLES_WITHOUT:
        assert ccu("staff", "add", f"the-{role}", "--role", role).code == 0
    folder = tmp_path / "hsd"
    folder.mkdir(mode=0o700)
    path = folder / "care.db"
    monkeypatch.setenv("CCU_CARE_DB", str(path))
    become(monkeypatch, "dlee")
    made = ccu("care", "init", *how)
    assert made.code == 0, made.err
    return path


def add(ccu: Ccu, *more: str, text: str = TEXT, person: int = 1) -> int:
    """Add a note about a person; its number."""
    done = ccu("care", "note", "add", "--person", str(person), *more, "--file", "-", stdin=text)
    assert done.code == 0, done.err
    return int(done.out.split()[-1].rstrip("."))


def listed(ccu: Ccu, person: int = 1) -> list[dict[str, Any]]:
    """The notes of a person as `list` gives them."""
    done = ccu("care", "note", "list", "--person", str(person), "-f", "json")
    assert done.code == 0, done.err
    found: list[dict[str, Any]] = json.loads(done.out)["care_notes"]
    return found


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    """Rows of a plain file, read by hand."""
    with closing(sqlite3.connect(path)) as hand:
        return hand.execute(sql).fetchall()


def recorded(path: Path) -> list[tuple[str, int | None, dict[str, Any]]]:
    """action, person and detail of each event in the care file, oldest first."""
    found = rows(path, "SELECT action, person_id, detail FROM care_audit ORDER BY id")
    return [(action, person, json.loads(detail)) for action, person, detail in found]
