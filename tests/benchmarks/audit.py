"""The audit's chain: what it adds to a write, and how long all of it takes to verify.

The peer is the row as it was before it was chained: the same columns, checks and index.
"""

import contextlib
import json
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from ccu.audit import verify_store
from ccu.database import opening as db
from ccu.database import schema
from ccu.records import audit
from tests.benchmarks.common import Bench, Line

BULK, ROWS = 5_000, 200_000
PLAIN = """
CREATE TABLE plain (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at TEXT NOT NULL CHECK (substr(at, 1, 19) IS strftime('%Y-%m-%dT%H:%M:%S', substr(at, 1, 19), '+0 days')
     AND substr(at, 20) GLOB '[-+][01][0-9]:[0-5][0-9]'),
  staff_id INTEGER REFERENCES staff (id), action TEXT NOT NULL, record TEXT NOT NULL,
  record_id INTEGER, detail TEXT NOT NULL CHECK (json_valid(detail))) STRICT;
"""  # noqa: E501
INSERT = """
INSERT INTO plain (at, staff_id, action, record, record_id, detail)
VALUES (:at, 1, 'history', 'place', :id, :detail)
"""


def measure(bench: Bench) -> Iterator[Line]:
    """A commit of one row, a row among many, and verifying beside reading the same rows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "town.db")
        with schema.creating(path) as connection:
            connection.execute("INSERT INTO staff (id, login, role) VALUES (1, 'x', 'admin')")
            connection.execute(PLAIN)
            connection.execute("CREATE INDEX plain_record ON plain (record, record_id)")
            _chained(connection, 1)
        with contextlib.closing(db.open_database(path)) as connection:
            for what, rows, budget in (
                ("one row, committed", 1, 2.0),
                ("a row among many", BULK, 4.0),
            ):
                yield bench.line(
                    f"audit: {what}", "the row without its chain",
                    _writing(connection, _chained, rows), _writing(connection, _plain, rows),
                    budget, 1.5,
                )  # fmt: skip
            with db.write(connection):
                _chained(connection, ROWS - _count(connection))
            yield bench.line(
                f"audit verify, {ROWS:,} rows", "reading the same rows",
                lambda: _verified(connection),
                lambda: connection.execute("SELECT * FROM audit ORDER BY id").fetchall(),
                12, 8,
            )  # fmt: skip


def _writing(
    connection: sqlite3.Connection, write: Callable[[sqlite3.Connection, int], None], rows: int
) -> Callable[[], None]:
    def run() -> None:
        with db.write(connection):
            write(connection, rows)

    return run


def _chained(connection: sqlite3.Connection, rows: int) -> None:
    for number in range(rows):
        audit.record(connection, 1, "history", "place", number, calls=3)


def _plain(connection: sqlite3.Connection, rows: int) -> None:
    for number in range(rows):
        at = audit.clock().isoformat(timespec="seconds")
        detail = json.dumps({"calls": 3}, sort_keys=True)
        connection.execute(INSERT, {"at": at, "id": number, "detail": detail})


def _count(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM audit").fetchone()[0])


def _verified(connection: sqlite3.Connection) -> None:
    verdict = verify_store.verified(connection)
    if verdict.wrong or verdict.rows != ROWS:
        raise RuntimeError(f"the audit of the benchmark is broken: {verdict.wrong}")
