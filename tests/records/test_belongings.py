"""What belongs to a person or a call: no column that can hold words may be forgotten."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ccu.database import schema as made
from ccu.records import ownership
from ccu.records.ownership import WORDS
from ccu.retention import due_store

from .. import told_town as town

# Texts that are neither a code, a day, a time nor in WORDS, and why they name nobody.
PLAIN: dict[str, dict[str, tuple[str, ...]]] = {
    "of the program or the town, not of a person": {
        "setting": ("name", "value", "help"),
        "table_digest": ("name",),
        "source_system": ("name",),
        "import_batch": ("file_name", "sha256", "layout", "source"),
        "retention": ("class", "source"),
        "destruction": ("class", "source"),
        "call": ("beat",),
        "person_source": ("source",),
        "saved_report": ("sha256", "content"),
    },
    "of staff and providers, in their office": {
        "staff": ("login", "name", "phone"),
        "provider": (
            *("name", "phone", "hours", "eligibility", "organization", "description", "address"),
            *("areas", "languages", "accepts", "alert", "note", "source", "source_id", "imported"),
        ),
    },
    "names of tables and fields, ids and counts": {
        "audit": ("action", "record", "detail"),
        "audit_written": ("record",),
        "change": ("record", "field"),
        "legal_hold": ("record",),
        "sealed": ("record",),
        "archived": ("feature", "record"),
        "person_merge": ("taken",),
        "place_merge": ("moved",),
        "person_missing": ("field",),
        "person_own": ("field",),
    },
    "the order, not its subject": {"legal_hold": ("authority",)},
    "a dispatch system's types of calls, shared by many": {"cad_text": ("text",)},
}


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


# Columns that may be empty, in tables of parts: what they point to is no owner of theirs, and is
# kept for them (retention/kept_store.py) or taken off by a purge or seal.
POINTERS = {
    ("address", "place_id"),
    ("change", "import_batch_id"),
    ("need_answer", "referral_id"),
    ("person_merge", "stays_id"),
    ("person_merge", "worker_id"),
    ("referral_event", "again_id"),
}


def test_every_table_that_points_to_a_record_is_known(schema: sqlite3.Connection) -> None:
    """A new table is a record, or parts of the record that it must name."""
    pointing = [each for each in ownership.references(schema) if each.parent in ownership.RECORDS]
    loose = {
        (each.table, each.column)
        for each in pointing
        if each.may_be_null and each.table not in ownership.RECORDS
    }
    assert loose == POINTERS, "name a new one here, and in kept_store._LINKS if it keeps its record"
    owned = {each.table for each in pointing if not each.may_be_null}
    assert {table for table, _ in POINTERS} - owned <= {"address", "change"}


def test_every_record_has_a_class_of_retention_or_goes_with_one() -> None:
    """A record that no class destroys would be kept for ever, and unseen."""
    due = {each.record for each in due_store.DUE}
    assert set(ownership.RECORDS) - due == {"person", "household", "worker", "place"}


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
