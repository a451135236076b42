"""What belongs to a person or a call: no column that can hold words may be forgotten."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ccu.database import schema as made
from ccu.records import ownership
from ccu.records.ownership import PLAIN, WORDS

from .. import told_town as town


@pytest.fixture
def schema() -> Iterator[sqlite3.Connection]:
    """schema.sql in memory."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.row_factory = sqlite3.Row
        connection.executescript(made.sql())
        yield connection


def texts(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Table and column of every text that is no code, no day and no time by its own rules."""
    found = []
    tables = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*'"
    ).fetchall()
    for table in tables:
        columns = connection.execute(f"PRAGMA table_info({table['name']})").fetchall()
        names = {row["name"] for row in columns}
        if {"code", "label", "sort", "retired"} <= names:
            continue  # a code list
        codes = {
            row["from"] for row in connection.execute(f"PRAGMA foreign_key_list({table['name']})")
        }
        for row in columns:
            name = row["name"]
            dated = re.search(rf"date\({name}, |substr\({name}, 1, 19\)", table["sql"])
            if row["type"] == "TEXT" and name not in codes and not dated:
                found.append((table["name"], name))
    return found


def test_every_text_is_listed(schema: sqlite3.Connection) -> None:
    """A new column of text is in WORDS or, with a reason, in PLAIN."""
    plain = {
        (table, column)
        for tables in PLAIN.values()
        for table, columns in tables.items()
        for column in columns
    }
    words = {(table, column) for table, columns in WORDS.items() for column in columns}
    assert not [each for each in texts(schema) if each not in plain | words]
    assert not plain & words


def test_the_lists_name_only_what_there_is(schema: sqlite3.Connection) -> None:
    """A column that was taken away is taken out of the lists."""
    listed = [WORDS, *PLAIN.values()]
    for tables in listed:
        for table, columns in tables.items():
            there = {row["name"] for row in schema.execute(f"PRAGMA table_info({table})")}
            assert set(columns) <= there, table


def test_every_table_that_points_to_a_person_or_call_is_known(schema: sqlite3.Connection) -> None:
    """Whose rows they are is said of each table that names a person or a call."""
    people = set(ownership._PERSONS)
    calls = set(ownership._OF_CALLS)
    tables = [row[0] for row in schema.execute("SELECT name FROM sqlite_master WHERE type='table'")]
    for table in tables:
        for row in schema.execute(f"PRAGMA foreign_key_list({table})"):
            if row["table"] == "person":
                assert table in people, table
            if row["table"] == "call" and table not in people:
                assert table in calls, table


def test_of_a_person(tmp_path: Path) -> None:
    """Their own rows, over merged records; of a call on which they were met the words alone."""
    with closing(sqlite3.connect(town.make(tmp_path))) as connection:
        connection.row_factory = sqlite3.Row
        theirs = ownership.of_person(connection, [3, 4])
        own = {part.table: part.rows for part in theirs if part.own}
        assert own["person"] == ((3,), (4,))
        assert own["person_merge"] and own["frequent_override"]
        first = ownership.of_person(connection, [1])
        assert not any(part.own for part in first if part.table == "call")
        (call,) = (part for part in first if part.table == "call")
        assert call.columns == ("narrative", "void_reason")
        (whole,) = (p for p in ownership.of_call(connection, [1]) if p.table == "call")
        assert whole.own and "incident" in whole.columns
