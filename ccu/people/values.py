"""What a record says of its person, and what it shows: where records are merged, another's value.

A value of a record is, field by field, that of the record merged into it last which was chosen to
give the field; else its own; else, where it has none, that of a record merged into it. So it goes
up a chain of merges. Nothing here is ever lost: a record's own value stays in its row, or in
person_own while the row shows another's.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ccu.records import person_ids

# What is chosen as one -> its columns in `person`.
FIELDS: dict[str, tuple[str, ...]] = {
    "name": ("given_name", "family_name"),
    "description": ("description",),
    "birth_date": ("birth_date",),
    "age": ("age_estimate", "age_estimated_on"),
    "sex": ("sex",),
    "phone": ("phone",),
    "email": ("email",),
    "home": ("home", "postcode"),
    "language": ("language",),
    "veteran": ("veteran",),
    "minor": ("minor",),
    "housing": ("housing",),
}
COLUMNS = tuple(column for columns in FIELDS.values() for column in columns)

Value = tuple[Any, ...]  # of a field's columns

_RECORDS = """
SELECT person.*, person_merge.id AS merge_id, person_merge.taken
FROM person LEFT JOIN person_merge ON person_merge.merged_id = person.id
WHERE person.id IN (SELECT value FROM json_each(:ids))
ORDER BY person_merge.id
"""
_OWN = """
SELECT person_id, field, value FROM person_own
WHERE person_id IN (SELECT value FROM json_each(:ids))
"""


@dataclass
class Record:
    """One record: its row as it stands, its own values, and those merged into it, oldest first.

    `taken` are the fields it gives to the record it is merged into; one with a `-` before it was
    changed there by hand since, and is never given.
    """

    row: Mapping[str, Any]
    kept_apart: dict[str, Any]
    taken: tuple[str, ...]
    children: list["Record"] = field(default_factory=list)

    @property
    def id(self) -> int:
        """Its number."""
        return int(self.row["id"])

    def own(self, name: str) -> Value:
        """Its own value of a field."""
        return tuple(self.kept_apart.get(col, self.row[col]) for col in FIELDS[name])

    def shown(self, name: str) -> tuple[int, Value]:
        """The record whose value of a field this one shows, and the value."""
        for child in reversed(self.children):
            if name in child.taken:
                source, value = child.shown(name)
                if not is_empty(value):
                    return source, value
        if not is_empty(self.own(name)):
            return self.id, self.own(name)
        for child in reversed(self.children):
            source, value = child.shown(name)
            if f"-{name}" not in child.taken and not is_empty(value):
                return source, value
        return self.id, self.own(name)


def is_empty(value: Value) -> bool:
    """Whether nothing is known."""
    return all(part is None or part == "" for part in value)


def load(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, Record]:
    """These records and all others of the same human beings, tied as they are merged now."""
    asked = {"ids": json.dumps(person_ids.same(connection, ids))}
    apart: dict[int, dict[str, Any]] = {}
    for person_id, column, value in connection.execute(_OWN, asked):
        apart.setdefault(person_id, {})[column] = json.loads(value)
    found = {
        row["id"]: Record(
            dict(row), apart.get(row["id"], {}), tuple(json.loads(row["taken"] or "[]"))
        )
        for row in connection.execute(_RECORDS, asked)
    }
    for record in found.values():  # in the order of the merges
        parent = found.get(record.row["merged_into"])
        if parent is not None:
            parent.children.append(record)
    return found


def settle(connection: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Let each record of these human beings show what it should, inside a write."""
    for record in load(connection, ids).values():
        shown: dict[str, Any] = {}
        apart: dict[str, Any] = {}
        for name, columns in FIELDS.items():
            source, value = record.shown(name)
            shown |= zip(columns, value, strict=True)
            if source != record.id:
                apart |= zip(columns, record.own(name), strict=True)
        _write(connection, record, shown, apart)


def put(
    connection: sqlite3.Connection, person_id: int, new: Mapping[str, Any]
) -> dict[str, tuple[Any, Any]]:
    """Give a record new values of its own, by column, inside the caller's transaction.

    They are shown at once, whatever was merged into it, and stay its own when that is undone.
    Returns column -> (own value before, new), of those that changed, for the change to be kept.
    The caller makes the keys again (person_keys.refresh) and records it (table.record_changes).
    """
    record = load(connection, [person_id])[person_id]
    touched = [name for name, columns in FIELDS.items() if set(columns) & new.keys()]
    values: dict[str, Any] = {}
    for name in touched:  # a part of a field is changed in what is shown of the whole
        values |= zip(FIELDS[name], record.shown(name)[1], strict=True)
    values |= new
    before = {column: record.kept_apart.get(column, record.row[column]) for column in values}
    for child in record.children:
        refused = [f"-{name}" for name in touched]
        taken = [each for each in child.taken if each not in (*touched, *refused)] + refused
        connection.execute(
            "UPDATE person_merge SET taken = :taken WHERE merged_id = :id",
            {"taken": json.dumps(taken), "id": child.id},
        )
    _write(
        connection, record, values, {k: v for k, v in record.kept_apart.items() if k not in values}
    )
    settle(connection, [person_id])
    return {col: (old, values[col]) for col, old in before.items() if old != values[col]}


def _write(
    connection: sqlite3.Connection,
    record: Record,
    shown: Mapping[str, Any],
    apart: Mapping[str, Any],
) -> None:
    changed = {column: value for column, value in shown.items() if value != record.row[column]}
    if changed:
        sets = ", ".join(f"{column} = :{column}" for column in changed)  # of COLUMNS
        connection.execute(
            f"UPDATE person SET {sets} WHERE id = :id",  # noqa: S608
            {**changed, "id": record.id},
        )
    if apart != record.kept_apart:
        connection.execute("DELETE FROM person_own WHERE person_id = :id", {"id": record.id})
        connection.executemany(
            "INSERT INTO person_own (person_id, field, value) VALUES (:id, :field, :value)",
            [
                {"id": record.id, "field": col, "value": json.dumps(value, ensure_ascii=False)}
                for col, value in apart.items()
            ],
        )


def last_written(connection: sqlite3.Connection, person_id: int, columns: Sequence[str]) -> int:
    """The instant at which a record got its own value of these columns: written, or changed."""
    row = connection.execute(
        "SELECT max(unixepoch(person.recorded_at),"
        " coalesce((SELECT max(unixepoch(recorded_at)) FROM change WHERE record = 'person'"
        "  AND record_id = person.id AND field IN (SELECT value FROM json_each(:columns))), 0))"
        " FROM person WHERE id = :id",
        {"id": person_id, "columns": json.dumps(columns)},
    ).fetchone()
    return int(row[0])
