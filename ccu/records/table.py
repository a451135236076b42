"""Read rows of any record's table: select, column, value, require.

    rows = table.select(connection, _ROWS, {"call_id = ?": call_id, "person_id IN ?": person_ids})
    row = table.require(connection, "consult", consult_id)  # or NotFound

Table and column names come from our own source, never from what somebody typed; values are always
parameters. writes.py writes them.
"""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from ccu.errors import InvalidInput, NotFound

# What messages call a record, if not by its table's name.
NAMES = {
    "care_note": "care note",
    "follow_up": "follow-up",
    "frequent_override": "override",
    "import_batch": "import",
    "legal_hold": "hold",
    "need_assessment": "needs assessment",
    "place_flag": "flag",
    "plan_suggestion": "suggestion",
    "sealed": "seal",
}


def select(
    connection: sqlite3.Connection, sql: str, conditions: Mapping[str, object], **values: object
) -> list[sqlite3.Row]:
    """Return the rows of `sql` that meet every condition; it has `{where}` in place of them.

    A condition is text with one `?` for its value; it is left out when the value is None. A list or
    a set is for `column IN ?`. `values` are what the rest of `sql` names, a list for json_each.
    """
    asked = {text: value for text, value in conditions.items() if value is not None}
    where = []
    for number, (text, value) in enumerate(asked.items()):
        name = f":condition_{number}"
        values[name[1:]] = value
        if isinstance(value, list | set):
            name = f"(SELECT value FROM json_each({name}))"  # noqa: S608
        where.append(text.replace("?", name))
    for name, value in values.items():
        if isinstance(value, list | set):
            values[name] = json.dumps(sorted(value))
    return connection.execute(sql.replace("{where}", " AND ".join(where) or "1"), values).fetchall()


def column(connection: sqlite3.Connection, sql: str, **values: object) -> list[Any]:
    """Return the first column of the rows of `sql`; a list among `values` is for json_each."""
    return [row[0] for row in select(connection, sql, {}, **values)]


def value(connection: sqlite3.Connection, sql: str, **values: object) -> Any:
    """Return the first column of the first row of `sql`, as `column` reads it; None without one."""
    return next(iter(column(connection, sql, **values)), None)


def require(
    connection: sqlite3.Connection,
    table: str,
    record_id: int | None,
    sql: str = "SELECT * FROM {table} WHERE {where}",
    **values: object,
) -> sqlite3.Row:
    """Return the row of a number, as `select` reads `sql`. Raises NotFound."""
    number = {f"{table}.id = ?": record_id or 0}  # no row has 0
    rows = select(connection, sql.replace("{table}", table), number, **values)
    if not rows:
        raise not_found(table, record_id)
    return rows[0]


def require_call(connection: sqlite3.Connection, call_id: int) -> sqlite3.Row:
    """Return the row of a call. Raises NotFound, and InvalidInput for a void one."""
    row = require(connection, "call", call_id)
    if row["voided_at"]:
        raise InvalidInput(f"call {call_id} is void")
    return row


def not_found(table: str, record_id: int | None) -> NotFound:
    """Return the error for a number that no record has."""
    return NotFound(f"no {NAMES.get(table, table)} {record_id}")
