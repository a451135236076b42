"""Fields and their values in words, for the history on a record's page and for messages.

JSON and CSV keep the names of fields, the codes and the numbers of accounts.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from ccu.output.text import for_person, labeled
from ccu.records import codes, settings, table, text_table

_TEXTS = text_table("field_words.txt")
_NAMES = dict(_TEXTS["names"])
_ENDINGS = ("_id", "_on", "_at")
# record -> field -> the list of its codes.
_LISTS = {
    record: dict(each.split("=") for each in fields.split()) for record, fields in _TEXTS["lists"]
}


def name(field: str) -> str:
    """Return a field's name in words: `due` for due_at, `owner` for owner_id."""
    if field in _NAMES:
        return _NAMES[field]
    for ending in _ENDINGS:
        field = field.removesuffix(ending)
    return field.replace("_", " ")


def names(fields: Iterable[str]) -> str:
    """Return the names of several fields, each once, with commas."""
    return ", ".join(dict.fromkeys(map(name, fields)))


def value(connection: sqlite3.Connection, record: str, field: str, value: Any) -> Any:
    """Return a field's value in words: labels of codes, the login of an account."""
    kept_in = _LISTS.get(record, {}).get(field)
    known: Mapping[str, str] = codes.labels(connection, kept_in) if kept_in else {}
    if isinstance(value, list):
        return "; ".join(str(labeled(each, known)) for each in value)
    if field.endswith(("owner_id", "clinician_id", "_by")) and isinstance(value, int):
        row = connection.execute("SELECT login FROM staff WHERE id = ?", (value,)).fetchone()
        return row["login"] if row else value
    return labeled(value, known)


def setting(connection: sqlite3.Connection, name: str, stored: str) -> str:
    """Return the value of a setting for a person: labels for codes, days as they are written."""
    declared = settings.DECLARED[name]
    known = codes.labels(connection, declared.codes) if declared.codes else {}
    if not (known or declared.days):
        return stored
    return ", ".join(known.get(each) or for_person(each) for each in stored.split(","))


def labels(
    connection: sqlite3.Connection, fields: Iterable[tuple[str, str]]
) -> dict[str, dict[str, str]]:
    """Return labels of the columns table, field and value, for a table of any records' fields."""
    pairs = set(fields)
    lists = {_LISTS.get(record, {}).get(field) for record, field in pairs} - {None}
    return {
        "table": {record: table.NAMES.get(record, record.replace("_", " ")) for record, _ in pairs},
        "field": {field: name(field) for _, field in pairs},
        "value": {
            code: label
            for each in sorted(filter(None, lists))
            for code, label in codes.labels(connection, each).items()
            if "_" in code  # not a word that somebody may have written
        },
    }


def changes(
    connection: sqlite3.Connection, record: str, found: Iterable[Mapping[str, Any]]
) -> list[tuple[Any, ...]]:
    """Return rows of when, by, field, old, new and reason, of changes as `writes.changes_of`."""
    return [
        (
            *(each["at"], each["by"], name(each["field"])),
            *(value(connection, record, each["field"], each[when]) for when in ("old", "new")),
            each["reason"],
        )
        for each in found
    ]
