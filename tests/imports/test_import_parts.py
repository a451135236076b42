"""`ccu import` of a long file goes in by parts: others write between them, and none is lost."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ccu.imports.dispatch import merge_store
from tests.conftest import Ccu
from tests.dispatch_rows import Desk, row, text

EXPORT = text([row(Number=f"26-{n}", Where=f"{n % 3 + 1} Main St") for n in range(5)])
CALLS = "SELECT incident FROM call WHERE incident IS NOT NULL ORDER BY id"
AUDITED = "SELECT detail ->> '$.new' FROM audit WHERE action = 'import' ORDER BY id"
SAVED = "Saved before the error: import 1 (import).\n"
REST = "rows are imported; import the file again for the rest\n"

Between = Callable[[Callable[[], object]], None]


@pytest.fixture
def desk(ccu: Ccu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(merge_store, "PART", 2)
    monkeypatch.setattr(merge_store, "LEAST", 2)
    monkeypatch.setattr(merge_store, "MOST", 2)
    return Desk(ccu, tmp_path)


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> Between:
    """What happens once, after the first part."""

    def set_up(happens: Callable[[], object]) -> None:
        events = [happens]
        monkeypatch.setattr(time, "sleep", lambda _: events and events.pop()())

    return set_up


def test_every_part_is_counted_and_in_the_audit(desk: Desk) -> None:
    assert desk.counts(EXPORT) == (5, 5, 0, 0, 0)
    assert [each for (each,) in desk.ask(CALLS)] == [f"26-{n}" for n in range(5)]
    assert [each for (each,) in desk.ask(AUDITED)] == [2, 2, 1]
    assert desk.ask("SELECT read_rows, new_rows FROM import_batch") == [(5, 5)]
    assert desk.counts(EXPORT) == (5, 0, 0, 5, 0)
    assert desk.ccu("check", "--quiet").code == 0


def test_what_others_do_between_two_parts_counts(desk: Desk, between: Between) -> None:
    """A call is logged, and places that later rows are at are merged."""
    log = [
        *("log-call", "--when", "2026-01-18 21:00", "--address", "3 Main St", "--nature", "crisis"),
        *("--danger", "none", "--responder", "police", "--person", "unknown"),
    ]

    def others() -> None:
        assert (done := desk.ccu(*log)).code == 0, done.err
        assert (done := desk.ccu("place", "merge", "2", "1")).code == 0, done.err

    between(others)
    assert desk.counts(EXPORT) == (5, 5, 0, 0, 0)
    numbers = [each for (each,) in desk.ask("SELECT incident FROM call ORDER BY id")]
    assert numbers == ["26-0", "26-1", None, "26-2", "26-3", "26-4"]
    at = "SELECT call.place_id FROM call JOIN address ON address_id = address.id WHERE raw = ?"
    one, two = ({*desk.ask(at, raw)} for raw in ("1 Main St", "2 Main St"))
    assert one == two
    assert len(one) == 1
    assert desk.ccu("check", "--quiet").code == 0


def test_ctrl_c_between_two_parts_is_told_and_the_rest_comes_later(
    desk: Desk, between: Between
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    between(interrupt)
    result = desk.bring(EXPORT)
    assert (result.code, result.out) == (130, "")
    assert result.err == f"{SAVED}ccu: error: cancelled; 2 of 5 {REST}"
    told = desk.ccu("check", "--quiet")
    assert told.code == 0 and "import 1 ended early or is running" in " ".join(told.out.split())
    assert desk.counts(None) == (5, 3, 0, 2, 0)
    assert "import 1" not in desk.ccu("check").out
    assert desk.ccu("check", "--quiet").code == 0


def test_a_busy_file_between_two_parts_tells_what_was_saved(
    desk: Desk, between: Between, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ccu.database.opening.BUSY_SECONDS", 0.1)
    other = sqlite3.connect(desk.db, isolation_level=None)
    between(lambda: other.execute("BEGIN IMMEDIATE"))
    result = desk.bring(EXPORT)
    other.close()
    assert (result.code, result.out) == (8, "")
    assert result.err.startswith(SAVED)
    assert result.err.endswith(f" is in use by another program; 2 of 5 {REST}")
    assert desk.counts(None) == (5, 3, 0, 2, 0)


def test_a_part_has_fewer_rows_where_they_change(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merge_store, "PART", 4)
    monkeypatch.setattr(merge_store, "MOST", 4)
    monkeypatch.setattr(merge_store, "PART_CHANGED", 1)
    assert desk.counts(EXPORT) == (5, 5, 0, 0, 0)
    changed = "SELECT detail ->> '$.changed' FROM audit WHERE action = 'import' ORDER BY id"
    assert desk.counts(EXPORT.replace(",4,", ",7,")) == (5, 0, 5, 0, 0)
    assert [each for (each,) in desk.ask(changed)] == [0, 0, 1, 1, 1, 1, 1]
    assert desk.ask("SELECT DISTINCT beat FROM call") == [("7",)]
    assert desk.ccu("check", "--quiet").code == 0
