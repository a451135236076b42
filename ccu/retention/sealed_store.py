"""What a seal holds: the rows that were moved out, and the words of rows that stay.

As JSON (`sealed.content`): records (the ids), rows (table -> rows), blanked ([table, key, column ->
what it held]). A value of bytes is {"hex": "..."}.
"""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ccu.people import store as people
from ccu.records import ownership, person_ids
from ccu.records import table as records
from ccu.records.ownership import Key, Row

_ACTIVE = (
    "SELECT id, content, sealed_at, sealed_by FROM sealed WHERE content IS NOT NULL ORDER BY id"
)


@dataclass
class Content:
    """The rows that were moved, and the words of rows that stay."""

    records: list[int]
    rows: dict[str, dict[Key, Row]] = field(default_factory=dict)
    blanked: dict[tuple[str, Key], Row] = field(default_factory=dict)

    def count(self) -> int:
        """Return how many rows were moved."""
        return sum(map(len, self.rows.values()))


def gather(connection: sqlite3.Connection, record: str, record_id: int) -> Content:
    """Return what a seal of this person (with merged records) or call would hold.

    Raises NotFound; InvalidInput for a record merged into another.
    """
    if record == "person":
        people.must_exist(connection, record_id)
        content = Content(person_ids.same(connection, [record_id]))
        parts = ownership.of_person(connection, content.records)
    else:
        records.require(connection, "call", record_id)
        content = Content([record_id])
        parts = ownership.of_call(connection, [record_id])
    for part in parts:
        if part.own or part.table == "audit_reason":  # append-only: deleted or kept
            for key in part.rows:
                row = ownership.row_of(connection, part.table, key) or {}
                content.rows.setdefault(part.table, {})[key] = row
    for part in parts:
        if not part.own:
            for key in part.rows:
                _blank(connection, content, part.table, key, part.columns)
    _cut_loose(connection, content)
    return content


def _blank(
    connection: sqlite3.Connection, content: Content, table: str, key: Key, columns: Iterable[str]
) -> None:
    """Record what these columns of a row that stays hold, if anything."""
    if key in content.rows.get(table, {}):
        return
    row = ownership.row_of(connection, table, key) or {}
    empty = ownership.blanks(connection, table, columns)
    was = {name: row[name] for name in columns if row[name] not in (None, empty[name])}
    if was:
        content.blanked.setdefault((table, key), {}).update(was)


def _cut_loose(connection: sqlite3.Connection, content: Content) -> None:
    """Clear the pointers of rows that stay to rows that go; a row that must point goes too."""
    references = ownership.references(connection)
    todo = list(content.rows)
    while todo:
        parent = todo.pop()
        for each in (each for each in references if each.parent == parent):
            keys = [row[each.parent_column] for row in content.rows[parent].values()]
            for key in ownership.pointing_to(connection, each, keys):
                if key in content.rows.get(each.table, {}):
                    continue
                if each.may_be_null:
                    _blank(connection, content, each.table, key, [each.column])
                    continue
                row = ownership.row_of(connection, each.table, key) or {}
                content.rows.setdefault(each.table, {})[key] = row
                content.blanked.pop((each.table, key), None)
                todo.append(each.table)


def dump(content: Content) -> str:
    """Return the JSON of `sealed.content`."""
    return json.dumps(
        {
            "records": content.records,
            "rows": {table: list(found.values()) for table, found in content.rows.items()},
            "blanked": [[table, key, was] for (table, key), was in content.blanked.items()],
        },
        ensure_ascii=False,
        default=lambda value: {"hex": bytes(value).hex()},
    )


def load(connection: sqlite3.Connection, text: str) -> Content:
    """Return what `dump` wrote."""
    found = json.loads(text, object_hook=_bytes)
    content = Content(found["records"])
    for table, moved in found["rows"].items():
        names = ownership.key_of(connection, table)
        content.rows[table] = {tuple(row[name] for name in names): row for row in moved}
    for table, key, was in found["blanked"]:
        content.blanked[table, tuple(key)] = was
    return content


def _bytes(value: dict[str, Any]) -> Any:
    return bytes.fromhex(value["hex"]) if value.keys() == {"hex"} else value


def every(connection: sqlite3.Connection) -> list[tuple[Row, Content]]:
    """Return the active seals, oldest first: id, sealed_at, sealed_by; and what each holds."""
    return [
        (dict(row), load(connection, row["content"]))
        for row in connection.execute(_ACTIVE).fetchall()
    ]
