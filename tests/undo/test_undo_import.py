"""`ccu undo` after the import of a dispatch export: the file is as it was before the import."""

import sqlite3
from pathlib import Path

import pytest

from ccu.undo import import_store
from tests.conftest import Ccu
from tests.dispatch_rows import LAYOUT, Desk, row, text

from ..steps import become

# What an import may leave: its events in the audit and their digests, sums and sequences.
LEFT_OUT = ("audit", "audit_written", "table_digest", "sqlite_sequence")
KEPT = {"call": {"digest", "cells_digest"}, "call_responder": {"id"}, "source_system": {"id"}}


@pytest.fixture
def desk(ccu: Ccu, tmp_path: Path) -> Desk:
    return Desk(ccu, tmp_path)


def records(desk: Desk) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table but those that only grow."""
    with sqlite3.connect(desk.db) as connection:
        tables = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if name not in (*LEFT_OUT, "source_system")
        ]
        found = {}
        for table in tables:
            columns = [each[1] for each in connection.execute(f"PRAGMA table_info({table})")]
            kept = ", ".join(each for each in columns if each not in KEPT.get(table, ()))
            rows = connection.execute(f"SELECT {kept} FROM {table}")
            found[table] = sorted(rows, key=repr)
    return found


def undo(desk: Desk) -> str:
    done = desk.ccu("undo", "--yes")
    assert done.code == 0, done.err
    assert desk.ccu("check").code == 0
    return done.out


def test_an_import_is_taken_back_exactly_and_a_corrected_layout_doubles_nothing(desk: Desk) -> None:
    times = [f"2026-01-18 22:{n}:00" for n in range(10, 30)]
    rows = [row(Number="", Received=time, Apt="", Where=f"{time[14:16]} Elm St") for time in times]
    before = records(desk)
    desk.layout.write_text(LAYOUT.replace('address = "Where"', 'address = "Beat"'))
    assert desk.counts(text(rows))[:2] == (20, 20)
    shown = desk.ccu("undo", "--yes").err
    assert "Import 1, imported just now by you. calls.csv: 20 calls added, 0 changed." in shown
    assert records(desk) == before
    desk.layout.write_text(LAYOUT)
    assert "read this file before" not in (done := desk.bring(None)).err
    assert done.code == 0
    assert desk.one("SELECT count(*) FROM call") == 20
    desk.layout.write_text(LAYOUT.replace('address = "Where"', 'address = "Beat"'))
    again = desk.bring(None).err
    assert (
        "import 2 read this file before: rows without an incident number may be on file twice"
        in again
    )
    for number in (3, 2):
        assert undo(desk) == f"Took back import {number} of calls.csv.\n"
    assert records(desk) == before
    assert "your change (setting" in desk.ccu("undo", "--yes").err, "no import is left"


def test_calls_that_an_import_changed_have_their_earlier_values(desk: Desk) -> None:
    first = [row(), row(Number="26-2", Nature="TRAFFIC STOP", End="ADVISED")]
    desk.counts(text(first))
    before = records(desk)
    other = {"Nature": "SUICIDE THREAT", "End": "REFERRED TO HSD", "Where": "9 Oak Ave", "Apt": "",
             "Sent": "", "Cleared": "2026-01-18 23:40:00", "P": "1", "Beat": "7"}  # fmt: skip
    assert desk.counts(text([row(**other), row(Number="26-2"), row(Number="26-3")]))[1:3] == (1, 2)
    assert records(desk) != before
    assert undo(desk) == "Took back import 2 of calls.csv.\n"
    assert records(desk) == before
    assert desk.counts(text(first)) == (2, 0, 0, 2, 0)


def test_what_people_did_on_a_call_since_stays_and_is_named(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CCU_TODAY", "2026-01-31T14:00")
    assert desk.ccu("staff", "add", "second", "--role", "supervisor").code == 0
    desk.counts(text([row()]))
    rows = [row(P="9", Beat="8"), *(row(Number=f"26-{n}") for n in range(2, 8))]
    desk.counts(text(rows))
    with monkeypatch.context() as other:
        become(other, "second")
        for line in (
            "call edit 1 --beat 3",
            "call edit 2 --beat 5",
            "call void 3 --reason wrong",
            "follow-up add --call 4 --kind visit --due 2026-02-02",
            "call decide 5 --no-action resolved",
        ):
            done = desk.ccu(*line.split())
            assert done.code == 0, (line, done.err)
    done = desk.ccu("undo", "--yes")
    named = "ccu call void: call 2, call 3, call 4 and call 5."
    assert "calls.csv: 6 calls added, 1 changed. Not taken back, because" in done.err
    assert named in done.err and named in done.out
    assert done.out.startswith("Took back import 2 of calls.csv. Not taken back, because somebody")
    assert desk.ask("SELECT id, priority, beat FROM call ORDER BY id")[:2] == [
        (1, "2", "3"),  # the beat is a person's
        (2, "2", "5"),
    ]
    assert desk.ask("SELECT count(*), count(voided_at) FROM call") == [(5, 1)]
    assert desk.ccu("check").code == 0
    assert desk.ccu("audit", "verify").code == 0
    assert desk.counts(None)[:2] == (7, 2)
    assert desk.ask("SELECT beat, priority FROM call WHERE id <= 2") == [("3", "9"), ("5", "2")]


def test_an_import_in_parts_is_one_undo(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from ccu.imports.dispatch import merge_store

    for name in ("PART", "LEAST", "MOST"):
        monkeypatch.setattr(merge_store, name, 2)
    for name in ("PART", "PART_CHANGED"):
        monkeypatch.setattr(import_store, name, 2)
    before = records(desk)
    desk.counts(text(row(Number=f"26-{n}", Where=f"{n} Elm St") for n in range(1, 8)))
    assert desk.one("SELECT count(*) FROM audit WHERE action = 'import'") > 2
    assert undo(desk) == "Took back import 1 of calls.csv.\n"
    assert records(desk) == before
    assert "your change (setting" in desk.ccu("undo", "--yes").err, "no part is left"


def test_an_undo_that_was_stopped_is_named_and_can_be_completed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = records(desk)
    desk.counts(text(row(Number=f"26-{n}", Where=f"{n} Elm St") for n in range(1, 8)))
    with monkeypatch.context() as stopped:
        stopped.setattr(import_store, "PART", 2)
        stopped.setattr("time.sleep", interrupt)
        done = desk.ccu("undo", "--yes")
    assert done.code == 130
    assert "Saved before the error: import 1 (import undo).\nCancelled. Nothing else" in done.err
    assert "import 1" in desk.ccu("check").out
    assert "calls.csv: 5 calls added" in desk.ccu("undo", "--yes").err
    assert records(desk) == before
    assert desk.ccu("check").code == 0


def interrupt(seconds: float) -> None:
    raise KeyboardInterrupt
