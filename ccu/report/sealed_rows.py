"""Sealed records in a report: counted without identifying anyone.

Sealed rows are in no table (retention/seals.py). While a report is made, they are put before the
tables, without their text: a published figure does not change, so nobody can learn of a sealed
record by subtracting a later report from an earlier one. Work that was open ended with the seal.
The lists of people and of addresses leave sealed rows out.
"""

import sqlite3
from typing import Any

from ccu.records import ownership, withheld
from ccu.records.ownership import WORDS
from ccu.retention import sealed_content
from ccu.retention.sealed_content import Content, Key, Row

# Tables that figures are made of.
_COUNTED = (
    *("person", "person_missing", "call_person", "household", "household_member"),
    *("call", "call_responder", "call_danger", "call_disposition", "call_intervention", "worker"),
    *("referral", "referral_event", "follow_up", "attempt", "overdue_event", "consult"),
    *("need_assessment", "need_answer"),
)
# Words that are needed as they are: where and when a call was is counted, and shown by no figure.
_KEPT = (
    "address_id",
    "place_id",
    "cad_nature_id",
    "cad_cleared_id",
    "cad_disposition_id",
    "digest",
)
_FIRST_EVENT = 2**61  # numbers of the steps that a seal stands for: above every other


def show(connection: sqlite3.Connection) -> None:
    """Put the sealed rows before the file's tables, inside a transaction.

    A rollback takes them away.
    """
    rows: dict[str, dict[Key, Row]] = {table: {} for table in _COUNTED}
    for seal, content in reversed(sealed_content.every(connection)):  # the last one sealed the rest
        _put_back(connection, rows, content)
        _end(connection, rows, content, seal)
    for table, found in rows.items():
        if found:
            _cover(connection, table, _whole(connection, table, found))
    withheld.cover_views(connection, [table for table, found in rows.items() if found])


def _put_back(
    connection: sqlite3.Connection, rows: dict[str, dict[Key, Row]], content: Content
) -> None:
    for table in _COUNTED:
        for key, moved in content.rows.get(table, {}).items():
            rows[table][key] = _without_words(table, moved)
    for (table, key), was in content.blanked.items():
        back = {name: value for name, value in was.items() if name not in _words(table)}
        if table in rows and back:
            row: Row | None = rows[table].get(key) or sealed_content.find(connection, table, key)
            if row is not None:
                rows[table][key] = {**row, **back}


def _words(table: str) -> frozenset[str]:
    """Columns of which it is counted that something was said, and not what."""
    return frozenset(WORDS.get(table, ())).difference(_KEPT)


def _without_words(table: str, row: Row) -> Row:
    hidden = [name for name in _words(table) if row.get(name) not in (None, "")]
    return {**row, **dict.fromkeys(hidden, "sealed")}


def _end(
    connection: sqlite3.Connection,
    rows: dict[str, dict[Key, Row]],
    content: Content,
    seal: dict[str, Any],
) -> None:
    """What was open when it was sealed ended then."""
    still = {row[0] for row in connection.execute("SELECT code FROM referral_status WHERE open")}
    for key in content.rows.get("follow_up", ()):
        row = rows["follow_up"][key]
        if row["closed_at"] is None:
            row |= {"closed_at": seal["sealed_at"], "closed_by": seal["sealed_by"]}
    for key in content.rows.get("worker", ()):
        row = rows["worker"][key]
        row["until"] = row["until"] or max(row["since"], seal["sealed_at"][:10])
    for key in content.rows.get("referral", ()):
        row = rows["referral"][key]
        if row["status"] in still:
            row["status"] = "cancelled"
            event = dict.fromkeys(("reason", "note", "owner_id", "again_id"))
            event |= {"referral_id": row["id"], "status": "cancelled"}
            event |= {"id": _FIRST_EVENT + row["id"], "recorded_by": seal["sealed_by"]}
            event |= dict.fromkeys(("occurred_at", "recorded_at"), seal["sealed_at"])
            rows["referral_event"][(event["id"],)] = event


def _whole(connection: sqlite3.Connection, table: str, rows: dict[Key, Row]) -> str:
    """Make temp.sealed_<table> with the rows; the query of those and of the file's table."""
    connection.execute(
        f"CREATE TEMP TABLE sealed_{table} AS SELECT * FROM main.{table} LIMIT 0"  # noqa: S608
    )
    names = [row["name"] for row in connection.execute(f"PRAGMA main.table_info({table})")]
    columns, marks = ", ".join(names), ", ".join("?" * len(names))
    connection.executemany(
        f"INSERT INTO temp.sealed_{table} ({columns}) VALUES ({marks})",  # noqa: S608
        [tuple(row.get(name) for name in names) for row in rows.values()],
    )
    file = f"SELECT * FROM main.{table}"  # noqa: S608
    if any(sealed_content.find(connection, table, key) for key in rows):  # in both: set back
        key = ", ".join(ownership.key_of(connection, table))
        file += f" WHERE ({key}) NOT IN (SELECT {key} FROM temp.sealed_{table})"  # noqa: S608
    return f"{file} UNION ALL SELECT * FROM temp.sealed_{table}"  # noqa: S608


def _cover(connection: sqlite3.Connection, table: str, rows: str) -> None:
    """Put a TEMP table or view of that name, with the rows of a query, before a table.

    Figures read it by the table's own name and need not know. No index serves a view of two halves,
    so tables that are looked up row by row are copied with their indexes. Calls are many, and read
    by period, so they are a view.
    """
    run = connection.execute
    if table == "call":
        run(f"CREATE TEMP VIEW {table} AS {rows}")
        return
    run(f"CREATE TEMP TABLE {table} AS {rows}")
    key = ", ".join(ownership.key_of(connection, table))
    run(f"CREATE UNIQUE INDEX temp.{table}_key ON {table} ({key})")
    for name, sql in run(
        "SELECT name, sql FROM main.sqlite_master"
        " WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = ?",
        (table,),
    ).fetchall():
        run(sql.replace(f"INDEX {name}", f"INDEX temp.{name}", 1))
