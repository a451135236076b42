"""What officers, cron and the care team run all day reads calls by an index, never all of them."""

import contextlib
import re
import shlex
import sqlite3
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest

from .. import told_town as town
from ..audit.test_audit_complete import here, made

__all__ = ["here", "made"]  # fixtures

HOT = {
    f"history --address '{town.PLACE}'": "",
    "history --address '14 Main St'": "",  # not on file: near places
    "history --person 1": "",
    "follow-up overdue": "",
    "brief": "",
    "call list --undecided": "",
    "person find -": town.FAMILY,
    "log-call --no-input --nature crisis --when '2026-01-30 22:40' --address"
    f" '{town.PLACE}'": "",  # beside a call ten minutes before
}
# The card of a place or a person reads of these what belongs to its calls alone.
OF_CALLS = ("referral_event", "attempt", "call_person", "subject")
OF_CALL = re.compile(r"\b(?:FROM|JOIN|,)\s+(?:main\.)?call(?:\s+AS\s+(\w+))?\b", re.IGNORECASE)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement that SQLite runs from now on, with its values."""
    texts: list[str] = []
    connect = sqlite3.connect

    def listening(*args: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **options)
        connection.set_trace_callback(texts.append)
        return connection

    monkeypatch.setattr(sqlite3, "connect", listening)
    return texts


def scans_of_call(
    hand: sqlite3.Connection, sql: str, besides: Collection[str] = ()
) -> Iterator[str]:
    """The steps that read each call, or row of `besides`, or each entry of an index of them."""
    views = hand.execute("SELECT sql FROM sqlite_master WHERE type = 'view'").fetchall()
    named = OF_CALL.findall("\n".join([sql, *(view for (view,) in views)]))
    names = {"call", *filter(None, named), *besides}
    some = {row[1] for row in hand.execute("PRAGMA index_list(call)") if row[4]}  # partial ones
    for *_, step in hand.execute(f"EXPLAIN QUERY PLAN {sql}"):
        found = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", step)
        if found and found[1] in names and found[2] not in some:
            yield step


@pytest.mark.parametrize("line", HOT)
def test_everyday_statements_read_no_needless_calls(
    line: str, here: Path, asked: list[str]
) -> None:
    done = town.run(here / "town.db", "admin", *shlex.split(line), stdin=HOT[line])
    assert done.code == 0, done.err
    read = {text for text in asked if text.lstrip().upper().startswith(("SELECT", "WITH"))}
    assert len(read) > 3
    with contextlib.closing(sqlite3.connect(here / "town.db")) as hand:
        besides = OF_CALLS if line.startswith("history") else ()
        found = {text: [*scans_of_call(hand, text, besides)] for text in read}
    assert {text: steps for text, steps in found.items() if steps} == {}


def test_a_scan_is_found(here: Path) -> None:
    with contextlib.closing(sqlite3.connect(here / "town.db")) as hand:
        for sql in ("SELECT * FROM call WHERE care", "SELECT one.id FROM call AS one"):
            assert [*scans_of_call(hand, sql)] != []
        assert [*scans_of_call(hand, "SELECT * FROM call WHERE place_id = 1")] == []


def test_a_report_reads_the_calls_of_its_period_alone(here: Path, asked: list[str]) -> None:
    done = town.run(here / "town.db", "admin", "report", "--month", "2026-01", "--full")
    assert done.code == 0, done.err
    every = re.compile(r"SCAN call$|SEARCH call USING INDEX \w+ \(source_system_id=\?\)")
    ends = "AS first_day"  # the first and last call, found at either end of an index
    read = {text for text in asked if re.search("FROM call\n", text) and ends not in text}
    assert len(read) > 3
    with contextlib.closing(sqlite3.connect(here / "town.db")) as hand:
        steps = {step for text in read for *_, step in hand.execute(f"EXPLAIN QUERY PLAN {text}")}
    assert [step for step in steps if every.match(step)] == []
