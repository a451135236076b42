"""For tests of retention and purge: a filled-in table, a records custodian, a look at raw bytes."""

import contextlib
import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from ccu.records import audit

from .. import steps
from ..conftest import Ccu, Result

CLASSES = (
    *("calls", "people", "referrals", "needs", "consults", "plans", "consents", "disclosures"),
    *("reasons", "sealed", "imports"),
)


def fill_in(ccu: Ccu, years: int | str = 7, **other: int | str) -> None:
    """Set how long every class is kept."""
    for name in CLASSES:
        done = ccu("retention", "set", name, str(other.get(name, years)), "--source", "M7")
        assert done.code == 0, done.err


def become_keeper(ccu: Ccu, monkeypatch: pytest.MonkeyPatch) -> None:
    """Add the records custodian, and be them from here on."""
    assert ccu("staff", "add", "keeper", "--role", "records").code == 0
    steps.become(monkeypatch, "keeper")


def clock(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """Set the machine's own clock, which neither the audit nor a purge takes from --today."""
    from datetime import UTC, datetime

    fixed = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    monkeypatch.setattr(audit, "clock", lambda: fixed)


def purge(ccu: Ccu) -> dict[str, int]:
    """Purge without asking: class -> how many were destroyed."""
    return counts(ccu("purge", "--yes", "-f", "json"))


def due(ccu: Ccu) -> list[dict[str, Any]]:
    """The rows of a dry run."""
    done = ccu("purge", "--dry-run", "-f", "json")
    assert done.code == 0, done.err
    found: list[dict[str, Any]] = json.loads(done.out)
    return found


def counts(done: Result) -> dict[str, int]:
    assert done.code == 0, done.err
    found: dict[str, int] = {}
    for row in json.loads(done.out):
        found[row["class"]] = found.get(row["class"], 0) + row["destroy"]
    return {name: count for name, count in found.items() if count}


def ids(db_path: Path, table: str) -> set[int]:
    with contextlib.closing(sqlite3.connect(db_path)) as hand:
        return {row[0] for row in hand.execute(f"SELECT id FROM {table}")}


def in_bytes(db_path: Path, words: Iterable[str]) -> set[str]:
    """Return which of these words are in the bytes of the file, its -wal or its -shm.

    As UTF-8, as both forms of UTF-16, and as JSON writes them. No connection may be open.
    """
    files = [db_path, *(db_path.with_name(db_path.name + end) for end in ("-wal", "-shm"))]
    content = b"\n".join(file.read_bytes() for file in files if file.exists())
    found = set()
    for word in words:
        forms = [word.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be")]
        forms.append(json.dumps(word)[1:-1].encode())
        if any(form in content for form in forms):
            found.add(word)
    return found
