"""Undo what was recorded about a person: a change, or a record that was added in error.

A record is removed with its history, and only if nothing refers to it; the audit keeps who added
and removed it. Its number is never reused.
"""

import sqlite3
from pathlib import Path
from typing import Any

from ccu.errors import InvalidInput, NotAllowed
from ccu.people import match_store, merge_store
from ccu.people import store as people
from ccu.records import ownership, staff, table, text_table, writes
from ccu.work import Work

# Tables whose rows are part of the record and are removed with it.
_PARTS = ("person_alias", "person_key", "person_missing")
# Other tables that refer to a person -> their names in messages.
_NAMES = dict(text_table(Path(__file__).with_name("words.txt"))["referring"])
MOST_NAMED = 5  # calls in one message
_ANY_MAY = ("supervisor", "records", "admin")
_HELD = """
SELECT id FROM legal_hold
WHERE record = 'person' AND record_id = :id AND released_at IS NULL LIMIT 1
"""


def require_voidable(work: Work, person_id: int) -> sqlite3.Row:
    """Return the row of a record that may be removed.

    Raises NotFound; NotAllowed if somebody else added it, unless the role may do so; InvalidInput
    if something refers to it.
    """
    connection = work.connection
    row = table.require(connection, "person", person_id)
    role = staff.role_of(connection, work.staff_id)
    if row["recorded_by"] != work.staff_id and role not in _ANY_MAY:
        raise NotAllowed(
            f"person {person_id} was added by someone else; only a supervisor, records or an admin"
            " can remove it"
        )
    if row["merged_into"] is not None:
        raise InvalidInput(
            f"person {person_id} is merged into another; first: ccu person unmerge {person_id}"
        )
    if connection.execute(_HELD, {"id": person_id}).fetchone():
        raise InvalidInput(f"person {person_id} is under a legal hold; nothing was removed")
    if named := _referring(connection, person_id):
        off = _off_the_call(connection, person_id) if len(named) == 1 else ""
        raise InvalidInput(
            f"person {person_id} is named by {', '.join(named)}; to correct the record:"
            f" ccu person edit {person_id}{off}"
        )
    return row


def _referring(connection: sqlite3.Connection, person_id: int) -> list[str]:
    """Return what refers to a person, in words, each once."""
    found = {
        _NAMES.get(each.table, "another record")
        for each in ownership.references(connection)
        if each.parent == "person"
        and each.table not in (*_PARTS, "call_person")
        and ownership.pointing_to(connection, each, [person_id])
    }
    return [*_calls(connection, person_id), *sorted(found)]


def _calls(connection: sqlite3.Connection, person_id: int) -> list[str]:
    """Return the calls that name a person, void ones too, because they can be unvoided."""
    sql = (
        "SELECT DISTINCT call.id, voided_at FROM main.call_person"
        " JOIN main.call ON call.id = call_id WHERE person_id = :id ORDER BY call.id"
    )
    calls = [
        f"call {row['id']}{' (void)' if row['voided_at'] else ''}"
        for row in connection.execute(sql, {"id": person_id})
    ]
    more = [f"{len(calls) - MOST_NAMED} more calls"] if len(calls) > MOST_NAMED else []
    return calls[:MOST_NAMED] + more


def _off_the_call(connection: sqlite3.Connection, person_id: int) -> str:
    """Return the commands that remove a person from the only call that names them, as a clause."""
    sql = (
        "SELECT call.id, voided_at, other.person_id, other.role"
        " FROM main.call_person AS own JOIN main.call ON call.id = own.call_id"
        " JOIN main.call_person AS other ON other.call_id = call.id WHERE own.person_id = :id"
    )
    rows = table.select(connection, sql, {}, id=person_id)
    if not rows:
        return ""
    call = rows[0]["id"]
    others = {(row["role"], row["person_id"]) for row in rows if row["person_id"] != person_id}
    kept = "".join(f" --person {role}:{other}" for role, other in sorted(others))
    edit = f"ccu call edit {call} --clear person{kept}"
    if rows[0]["voided_at"]:
        edit = f"ccu call unvoid {call}, {edit}, ccu call void {call}"
    return f"; to take the person off the call: {edit}"


def void(work: Work, person_id: int) -> None:
    """Remove the record, its history and reasons of reads. Raises as `require_voidable`."""
    row = require_voidable(work, person_id)
    connection = work.connection
    for part in reversed(ownership.of_person(connection, [person_id])):
        if part.table == "audit_reason":
            ownership.purge_reasons(connection, work.staff_id, [key[0] for key in part.rows])
        else:
            ownership.delete_rows(connection, part.table, part.rows)
    added = {"added_by": row["recorded_by"], "added_at": row["recorded_at"]}
    work.audit("person-void", "person", person_id, **added)


def was_removed(connection: sqlite3.Connection, person_id: int) -> bool:
    """Return whether the record was removed as added in error, not by a seal or purge."""
    sql = (
        "SELECT 1 FROM audit WHERE record = 'person' AND record_id = :id"
        " AND action = 'person-void' LIMIT 1"
    )
    return connection.execute(sql, {"id": person_id}).fetchone() is not None


def restore(work: Work, person_id: int, before: dict[str, Any], reason: str | None) -> list[str]:
    """Set fields of a person to the values `before` a change, from the history.

    Returns the fields that changed. Raises NotFound; InvalidInput for a merged record.
    """
    connection = work.connection
    people.must_exist(connection, person_id)
    old = people.read(connection, person_id)
    if fields := {name: value for name, value in before.items() if name in people.EMPTY}:
        merge_store.set_values(connection, person_id, fields)
    person = {"person_id": person_id}
    if "aliases" in before:
        rows = [{"given_name": given, "family_name": family} for given, family in before["aliases"]]
        writes.replace(connection, "person_alias", person, rows)
    if "missing" in before:
        why = [{"field": name, "missing": code} for name, code in before["missing"].items()]
        writes.replace(connection, "person_missing", person, why)
    now = people.read(connection, person_id)
    changed = {name: (old[name], now[name]) for name in old if old[name] != now[name]}
    match_store.refresh(connection, [person_id])
    writes.record_changes(work, "person", person_id, changed, reason)
    return sorted(changed)
