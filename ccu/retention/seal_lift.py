"""Lifting a seal: every row and every word goes back to where it was."""

import sqlite3

from ccu.errors import InvalidInput
from ccu.records import audit, ownership
from ccu.records.references import References
from ccu.retention import sealed_content, seals
from ccu.retention.sealed_content import Content, Key, Row


def lift(
    connection: sqlite3.Connection, staff_id: int, seal_id: int, *, reason: str, at: str
) -> tuple[Row, int]:
    """Put all of it back, inside the caller's transaction: the seal, and how many words were left.

    A word that somebody wrote anew meanwhile is left. Raises NotFound; InvalidInput for a seal
    lifted before, one that needs another lifted first, an incident number that is taken.
    """
    told = seals.rows(connection, seal_id)[0]
    content = seals.read(connection, seal_id)
    if content is None:
        raise InvalidInput(f"seal {seal_id} was lifted already")
    _fit(connection, seal_id, content)
    connection.execute("PRAGMA defer_foreign_keys = ON")
    for table, found in content.rows.items():
        for row in found.values():
            _insert(connection, table, row)
    left = sum(
        _restore(connection, seal_id, table, key, was)
        for (table, key), was in content.blanked.items()
    )
    connection.execute("DELETE FROM sealed_number WHERE sealed_id = ?", (seal_id,))
    connection.execute(
        "UPDATE sealed SET content = NULL, lifted_at = :at, lifted_by = :by, lift_reason = :reason"
        " WHERE id = :id",
        {"at": at, "by": staff_id, "reason": reason, "id": seal_id},
    )
    audit.record(
        connection, staff_id, "seal-lift", told["record"], told["number"],
        seal=seal_id, rows=content.count(), left=left, code=reason,
    )  # fmt: skip
    return told, left


def _fit(connection: sqlite3.Connection, seal_id: int, content: Content) -> None:
    """What its rows belong to is there; a pointer to what was destroyed meanwhile is taken off."""
    for each, value in References(connection).missing(content.rows):
        for other, held in sealed_content.every(connection):
            if other["id"] != seal_id and (value,) in held.rows.get(each.parent, {}):
                raise InvalidInput(f"seal {other['id']} holds what belongs with it: lift it first")
        if not each.may_be_null:
            what = each.parent.replace("_", " ")
            raise InvalidInput(f"it belongs to {what} {value}, which was destroyed")
        for row in content.rows[each.table].values():
            if row[each.column] == value:
                row[each.column] = None


def _insert(connection: sqlite3.Connection, table: str, row: Row) -> None:
    """A row as it was; a number that is nobody's business and was given again is given anew."""
    key = ownership.key_of(connection, table)
    taken = sealed_content.find(connection, table, tuple(row[name] for name in key))
    values = {**row, key[0]: None} if taken and key == ("id",) else row
    if table == "call" and row["incident"] is not None:
        _refuse_taken(connection, row)
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    connection.execute(f"INSERT INTO main.{table} ({names}) VALUES ({marks})", values)  # noqa: S608


def _refuse_taken(connection: sqlite3.Connection, row: Row) -> None:
    other = connection.execute(
        "SELECT id FROM call WHERE source_system_id = :source_system_id AND incident = :incident",
        row,
    ).fetchone()
    if other:
        raise InvalidInput(f"call {other['id']} has its incident number now; amend that one first")


def _restore(connection: sqlite3.Connection, seal_id: int, table: str, key: Key, was: Row) -> int:
    """Put words back into a row that stayed; returns how many were not, being written anew."""
    now = sealed_content.find(connection, table, key)
    if now is None:
        return _restore_in_seal(connection, seal_id, table, key, was)
    empty = ownership.blanks(connection, table, was)
    back = {name: value for name, value in was.items() if now[name] == empty[name]}
    if back:
        sealed_content.update(connection, table, key, back)
    return len(was) - len(back)


def _restore_in_seal(
    connection: sqlite3.Connection, seal_id: int, table: str, key: Key, was: Row
) -> int:
    """The row was sealed later, without these words: they go where it is now."""
    for other, held in sealed_content.every(connection):
        row = held.rows.get(table, {}).get(key)
        if row is not None and other["id"] != seal_id:
            row.update(was)
            connection.execute(
                "UPDATE sealed SET content = ? WHERE id = ?",
                (sealed_content.dump(held), other["id"]),
            )
            return 0
    return len(was)
