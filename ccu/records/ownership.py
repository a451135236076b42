"""What belongs to a person or a call: which rows of which tables, and which columns hold words.

Sealing, de-identification, purge and the report on sealed rows read this. A test that reads the
schema fails for a new text column that is neither in owned_words.txt nor in the test's own list.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ccu.records import audit, text_table
from ccu.records import table as records

_PURGED_AT_ONCE = 1000  # numbers in the detail of one event
DEIDENTIFIED = "De-identified"  # the name of a person without an identity

# table -> its columns that can identify a person or hold free text, by owned_words.txt.
WORDS = {table: tuple(columns.split()) for table, columns in text_table("owned_words.txt")["words"]}

# Columns of a call about its people; the rest of its WORDS tell where and which call it was.
SAID_ON_CALL = ("narrative", "void_reason")

# Changes of these fields have text or identity; for other fields only the reason does.
WORDY_FIELDS = frozenset(
    {column for table in ("person", "call", "plan", "follow_up") for column in WORDS[table]}
    | {"aliases", "missing", "people", "responders", "address", "name", "household", "relations"}
    | {"attempt", "members", "cad_nature", "cad_cleared", "cad_disposition"}
)


# ---------------------------------------------------------------- records and their parts


# Records with a number, in the order in which a purge deletes them: referring ones first. Any other
# table is a list of parts: its rows go with the records that they must reference (NOT NULL
# REFERENCES). So a new table is covered by its foreign keys.
RECORDS = (
    *("follow_up", "need_assessment", "referral", "consult", "plan", "place_flag"),
    *("frequent_override", "disclosure", "consent", "sealed", "call", "worker", "household"),
    *("person", "import_batch", "place"),
)
Records = dict[str, set[int]]  # table -> ids
Row = dict[str, Any]
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Reference:
    """A foreign key column; `may_be_null`: the row can exist without the reference."""

    table: str
    column: str
    parent: str
    parent_column: str
    may_be_null: bool


def references(connection: sqlite3.Connection) -> list[Reference]:
    """Return every foreign key of the file."""
    tables = connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")
    found = []
    for (table,) in tables.fetchall():
        columns = {
            row["name"]: row for row in connection.execute(f"PRAGMA main.table_info({table})")
        }
        for row in connection.execute(f"PRAGMA main.foreign_key_list({table})").fetchall():
            to = row["to"] or key_of(connection, row["table"])[0]
            column = columns[row["from"]]
            free = not column["notnull"] and not column["pk"]
            found.append(Reference(table, row["from"], row["table"], to, free))
    return found


def ids_of(
    connection: sqlite3.Connection,
    wanted: str,
    rows: str,
    column: str,
    values: Iterable[Any],
    also: str = "",
) -> set[int]:
    """Return one column of the rows whose `column` is one of these values, NULL left out."""
    sql = (
        f"SELECT {wanted} FROM {rows}"  # noqa: S608 - our own names
        f" WHERE {column} IN (SELECT value FROM json_each(:values)) AND {wanted} IS NOT NULL{also}"
    )
    return {*records.column(connection, sql, values=set(values))}


# ---------------------------------------------------------------- what belongs to a person or call


# A record belongs to its person and its referral; to a household or call only when it names none.
_OWNERS = ("person", "referral", "household", "call")
# Rows that name their record by table and number: (table, its id, rows, the name, the number).
_BY_NUMBER = (
    ("change", "change.id", "main.change"),
    ("audit_reason", "audit_id", "main.audit JOIN main.audit_reason ON audit_id = audit.id"),
)
# Columns that may be about a person, of rows that stay without the person; else all WORDS.
_SAID = {"call": SAID_ON_CALL, "call_responder": ("reason",)}
# Words of columns that may not be NULL and must be JSON.
_EMPTY = {"plan": "{}", "change": "null", "person_own": "null", "sealed": "{}", "archived": "{}"}


@dataclass(frozen=True)
class Part:
    """Rows of one table by their key, and their columns that can hold words or identity.

    `own`: the rows exist because of the person or call and are removed with it. Otherwise they stay
    (a call with other people on it, a household), and only their text may be about the person.
    """

    table: str
    key: tuple[str, ...]
    rows: tuple[Key, ...]
    columns: tuple[str, ...]
    own: bool = True


def of_person(connection: sqlite3.Connection, ids: Iterable[int]) -> list[Part]:
    """Return what belongs to these records of people; give every record of a person.

    Calls are not their own: only the text of those counts. Work without a person, for a call or
    household without anybody else, is theirs.
    """
    people = set(ids)
    households = ids_of(connection, "household_id", "main.household_member", "person_id", people)
    calls = ids_of(connection, "call_id", "main.call_person", "person_id", people)
    alone = {
        "household": _without_others(connection, "household_member", households, people),
        "call": _without_others(connection, "call_person", calls, people),
    }
    owned = _with_work(connection, {"person": people, **alone})
    del owned["call"]
    around = _with_work(connection, {"household": households, "call": calls})
    for record in around:
        around[record] -= owned.get(record, set())
    theirs = _parts(connection, owned)
    own = {part.table: set(part.rows) for part in theirs}
    for part in _parts(connection, around):
        left = tuple(row for row in part.rows if row not in own.get(part.table, ()))
        theirs += _mentions(connection, replace(part, rows=left, own=False))
    return theirs


def of_call(connection: sqlite3.Connection, ids: Iterable[int]) -> list[Part]:
    """Return what belongs to these calls, and not to a person on them."""
    return _parts(connection, _with_work(connection, {"call": set(ids)}))


def _without_others(
    connection: sqlite3.Connection, members: str, ids: set[int], people: set[int]
) -> set[int]:
    """Return the calls or households, of these, with none but these people."""
    column = "call_id" if members == "call_person" else "household_id"
    sql = f"SELECT {column}, person_id FROM main.{members} WHERE {{where}}"  # noqa: S608
    rows = records.select(connection, sql, {f"{column} IN ?": ids})
    return ids - {row[0] for row in rows if row[1] not in people}


def _with_work(connection: sqlite3.Connection, roots: Records) -> Records:
    """Return these records and those that belong to them."""
    columns: dict[str, dict[str, str]] = {"referral": {}}  # first: other records belong to it
    for each in references(connection):
        if each.table in RECORDS and each.parent in _OWNERS and each.table != each.parent:
            columns.setdefault(each.table, {})[each.parent] = each.column
    found = {record: set(ids) for record, ids in roots.items()}
    for record, owners in columns.items():
        names_none = ""
        for owner in (each for each in _OWNERS if each in owners):
            also = "" if owner == "referral" and "person" in roots else names_none
            ids = ids_of(
                connection, "id", f"main.{record}", owners[owner], found.get(owner, ()), also
            )
            found.setdefault(record, set()).update(ids)
            names_none += f" AND {owners[owner]} IS NULL"
    return found


def _parts(connection: sqlite3.Connection, owned: Records) -> list[Part]:
    """Return the rows of these records and of their parts, as their own."""
    keys: dict[str, set[Key]] = {}
    for record, ids in owned.items():
        keys.setdefault(record, set()).update((each,) for each in ids)
        for table, wanted, rows in _BY_NUMBER:
            also = f" AND record = '{record}'"
            found = ids_of(connection, wanted, rows, "record_id", ids, also)
            keys.setdefault(table, set()).update((each,) for each in found)
    archived = ids_of(
        connection, "id", "main.archived", "record_id", owned.get("person", ()),
        " AND record = 'deidentified'",
    )  # fmt: skip
    keys["archived"] = {(each,) for each in archived}
    for each in references(connection):
        if each.table not in RECORDS and each.parent in owned and not each.may_be_null:
            pointing = pointing_to(connection, each, owned[each.parent])
            keys.setdefault(each.table, set()).update(pointing)
    return [
        Part(table, key_of(connection, table), tuple(sorted(found)), WORDS.get(table, ()))
        for table, found in keys.items()
        if found
    ]


def _mentions(connection: sqlite3.Connection, part: Part) -> list[Part]:
    """Return rows that stay, with the columns whose text may be about a person."""
    part = replace(part, columns=_SAID.get(part.table, part.columns))
    if part.table != "change":
        return [part] if part.rows and part.columns else []
    fields = ", ".join(f"'{name}'" for name in sorted(WORDY_FIELDS))
    wordy = ids_of(
        connection, "id", "main.change", "id", [key[0] for key in part.rows],
        f" AND field IN ({fields})",
    )  # fmt: skip
    values = tuple(key for key in part.rows if key[0] in wordy)
    reasons = tuple(key for key in part.rows if key[0] not in wordy)
    both = (replace(part, rows=values), replace(part, rows=reasons, columns=("reason",)))
    return [each for each in both if each.rows]


# ---------------------------------------------------------------- keys, empty values, pointers


def key_of(connection: sqlite3.Connection, table: str) -> tuple[str, ...]:
    """Return the columns of a table's primary key, in order. `table` is one of ours."""
    columns = connection.execute(f"PRAGMA main.table_info({table})").fetchall()
    keys = sorted((row["pk"], row["name"]) for row in columns if row["pk"])
    return tuple(name for _, name in keys)


def blanks(connection: sqlite3.Connection, table: str, columns: Iterable[str]) -> Mapping[str, Any]:
    """Return the blank value of each column: NULL if allowed, else an empty value."""
    info = connection.execute(f"PRAGMA main.table_info({table})").fetchall()
    must = {row["name"] for row in info if row["notnull"]}
    must.add("void_reason")  # a void call has one
    return {column: _EMPTY.get(table, "") if column in must else None for column in columns}


def pointing_to(
    connection: sqlite3.Connection, reference: Reference, values: Iterable[Any]
) -> list[Key]:
    """Return the keys of the rows that point to one of these values."""
    key = ", ".join(key_of(connection, reference.table))
    sql = f"SELECT {key} FROM main.{reference.table} WHERE {{where}}"  # noqa: S608 - our own names
    found = records.select(connection, sql, {f"{reference.column} IN ?": set(values)})
    return [tuple(row) for row in found]


def row_of(connection: sqlite3.Connection, table: str, key: Key) -> Row | None:
    """Return a row with all of its columns; None when it is not in the file."""
    row = connection.execute(
        f"SELECT * FROM main.{table} WHERE {_has_key(connection, table)}",  # noqa: S608
        key,
    ).fetchone()
    return dict(row) if row else None


def update_row(
    connection: sqlite3.Connection, table: str, key: Key, values: Mapping[str, Any]
) -> None:
    """Set columns of one row."""
    sets = ", ".join(f"{name} = ?" for name in values)
    connection.execute(
        f"UPDATE main.{table} SET {sets} WHERE {_has_key(connection, table)}",  # noqa: S608
        (*values.values(), *key),
    )


def delete_rows(connection: sqlite3.Connection, table: str, keys: Iterable[Key]) -> None:
    """Delete the rows of these keys."""
    which = _has_key(connection, table)
    connection.executemany(f"DELETE FROM main.{table} WHERE {which}", keys)  # noqa: S608


def _has_key(connection: sqlite3.Connection, table: str) -> str:
    return " AND ".join(f"{name} = ?" for name in key_of(connection, table))


def purge_reasons(connection: sqlite3.Connection, staff_id: int, rows: Sequence[int]) -> int:
    """Delete reasons from audit_reason, inside the caller's transaction; return how many.

    The events themselves stay, and so does the chain; the deletion is an event.
    """
    sql = (
        "DELETE FROM audit_reason WHERE audit_id IN (SELECT value FROM json_each(:rows))"
        " RETURNING audit_id"
    )
    gone = records.column(connection, sql, rows=[*rows])
    for start in range(0, len(gone), _PURGED_AT_ONCE):
        part = sorted(gone[start : start + _PURGED_AT_ONCE])
        audit.record(connection, staff_id, audit.PURGED, "audit", None, reasons=part)
    return len(gone)
