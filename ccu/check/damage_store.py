"""Damage: what in the file is not as ccu wrote it. `ccu check` reports it, `ccu backup` refuses it.

This finds broken pages, indexes and references, lost or altered tables and triggers, lost rows of
the code lists and settings, rows changed by other programs, and an audit whose chain is broken.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence

from ccu import database
from ccu.audit import verify_store
from ccu.audit.verify_store import Anchor
from ccu.database import copies, digests, schema, written
from ccu.database import opening as db
from ccu.database.key_chain import Key
from ccu.errors import DatabaseBusy, VerificationFailed

Row = tuple[str, str, str]  # check; ok, warning or bad; detail

INTEGRITY, SCHEMA, ROWS = "integrity", "schema", "rows"
_OK = {
    INTEGRITY: "every page, index and reference",
    SCHEMA: "every table, index, view and trigger",
    ROWS: "the rows of each table add up; ccu audit verify compares each record",
}


def checked(
    connection: sqlite3.Connection,
    anchors: Sequence[Anchor] = (),
    key: Key | None = None,
    broken: copies.Problems | None = None,
) -> list[Row]:
    """Return the problems, and "ok" for a check without any; inside `db.reading`.

    `key`: of the audit, where the file does not have it beside it. `broken`: the problems that
    SQLite finds, where it looks for them meanwhile.
    """
    with contextlib.closing(schema.in_memory()) as new:
        found = _tried(SCHEMA, lambda: schema.compare(connection, new))
        if not bad(found):  # else each lost table is an error of its own
            found += _tried(ROWS, lambda: _rows(connection, new))
    broken = broken or (lambda: copies.integrity_problems(connection))
    found = _tried(INTEGRITY, lambda: [("bad", text) for text in broken()]) + found
    known = {check for check, _result, _detail in found}
    found += [(check, "ok", text) for check, text in _OK.items() if check not in known]
    return found + verify_store.checked(connection, anchors, key)


def _tried(check: str, problems: Callable[[], Iterable[tuple[str, str]]]) -> list[Row]:
    """Return the problems that a check finds; that it cannot run is one, too."""
    try:
        return [(check, result, text) for result, text in problems()]
    except database.errors() + (UnicodeDecodeError,) as error:  # noqa: RUF005
        if isinstance(db.explain(error, None), DatabaseBusy):
            raise
        return [(check, "bad", "the file cannot be read: it is damaged")]


def refuse(rows: Sequence[Row]) -> None:
    """Raise VerificationFailed for a file that must not take the place of an earlier backup."""
    found = bad(rows)
    if not found:
        return
    why = found[0][2]
    if "anchor" in why:
        raise VerificationFailed(
            "not copied: the audit does not fit the anchor of an earlier backup; if the folder has"
            " the backups of another database, or you restored an older backup, use a new folder;"
            f" else keep this file and restore a backup: {why}"
        )
    raise VerificationFailed(
        f"the file is damaged ({why}), so it was not copied: keep the earlier backups and restore"
        " one; ccu check lists the damage; to keep the damaged file too, stop all work and use cp"
    )


def bad(rows: Sequence[Row]) -> list[Row]:
    """Return the rows with a problem."""
    return [row for row in rows if row[1] == "bad"]


# ---------------------------------------------------------------- rows


def _rows(connection: sqlite3.Connection, new: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Rows that every file has and this one lacks; tables whose sum is another.

    The code lists that nothing writes are compared too: whoever edits one may correct its sum.
    """
    complete, altered = set(), set()
    for table in _filled(new):
        keys = [row[1] for row in new.execute(f'PRAGMA table_info("{table}")') if row[5]]
        for row in sorted(_values(new, table, keys) - _values(connection, table, keys)):
            yield "bad", f"{table} has lost the row {row[0]}"
        if _values(new, table, ["*"]) <= _values(connection, table, ["*"]):
            complete.add(table)
        elif not written.is_written(new, table):
            altered.add(table)
    for table in sorted({*digests.changed(connection, schema.names(new)), *altered}):
        if table == digests.DEFINITIONS:
            yield "bad", "the definitions of the tables are not what ccu wrote"
        elif (
            table in complete
            and written.is_code_list(new, table)
            and digests.only_added_to(connection, table)
        ):
            yield "warning", f"rows were added to {table} by another program"
        else:
            yield "bad", f"the rows of {table} are not what ccu wrote"


def _filled(new: sqlite3.Connection) -> list[str]:
    """The tables that a new file has rows in."""
    return [
        row[0]
        for row in new.execute(
            "SELECT name FROM table_digest WHERE row_count > 0 AND name <> :definitions",
            {"definitions": digests.DEFINITIONS},
        )
    ]


def _values(
    connection: sqlite3.Connection, table: str, columns: Sequence[str]
) -> set[tuple[object, ...]]:
    """Rows of a small table; text that cannot be read is no row's."""
    wanted = ", ".join(columns)
    try:
        return {tuple(row) for row in connection.execute(f'SELECT {wanted} FROM "{table}"')}  # noqa: S608
    except database.errors():
        return set()
