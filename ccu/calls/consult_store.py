"""Consults: an officer's question to a clinician, by phone or in person."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ccu.errors import InvalidInput
from ccu.people import store as people
from ccu.records import person_ids, staff_list, table, visibility, writes
from ccu.work import Work

_ROWS = """
SELECT consult.id, consult.occurred_at, asker.login AS asked_by, clinician.login AS clinician,
       consult.minutes, consult.call_id AS call, consult.note,
       (SELECT canonical_id FROM human WHERE id = consult.person_id) AS person,
       consult.recorded_at, recorder.login AS recorded_by, consult.voided
FROM consult
JOIN staff AS asker ON asker.id = consult.asked_by
JOIN staff AS clinician ON clinician.id = consult.clinician_id
JOIN staff AS recorder ON recorder.id = consult.recorded_by
WHERE {where}
ORDER BY unixepoch(consult.occurred_at), consult.id
"""

CLEARABLE = {"call": "call_id", "person": "person_id", "note": "note"}


@dataclass(frozen=True, kw_only=True)
class NewConsult:
    """A question and the minutes it took; about a call, a person, both or neither."""

    asked_by: int
    clinician_id: int
    occurred_at: str
    minutes: int
    call_id: int | None = None
    person_id: int | None = None
    note: str | None = None


def add_consult(work: Work, new: NewConsult) -> int:
    """Add a consult; return its id. Raises NotFound; InvalidInput for a void call or time."""
    _check(work.connection, vars(new), vars(new))
    consult_id = writes.insert(work, "consult", new)
    detail: dict[str, Any] = {"call": new.call_id, "person": new.person_id, "minutes": new.minutes}
    work.audit("consult-add", "consult", consult_id, **detail)
    return consult_id


def _check(connection: sqlite3.Connection, now: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Check the new columns of a consult against `now`, the complete row as it will be."""
    if now["asked_by"] == now["clinician_id"]:
        raise InvalidInput("--clinician: choose a different person; --asked-by is who asked")
    if new.get("call_id") is not None:
        table.require_call(connection, new["call_id"])
    if new.get("person_id") is not None:
        people.must_exist(connection, new["person_id"])
    if new.keys() & {"call_id", "occurred_at"}:
        writes.refuse_before_call(connection, now["call_id"], now["occurred_at"], "--when")


def cleared(fields: Iterable[str], given: Mapping[str, object]) -> dict[str, object]:
    """Return the columns of `--clear` as empty. Raises InvalidInput for one that is also given."""
    new: dict[str, object] = {}
    for name in fields:
        column = CLEARABLE.get(name.strip().lower(), "")
        if not column or column in given:
            raise InvalidInput(
                "--clear takes call, person or note, but not with a new value for it"
            )
        new[column] = None
    return new


def edit_consult(
    work: Work, consult_id: int, new: Mapping[str, object], reason: str | None
) -> list[str]:
    """Give a consult new values, keep the old ones in its history; return the columns that changed.

    Raises as `add_consult`, and NotAllowed for one that the account may not see.
    """
    if not new:
        raise InvalidInput("nothing to edit; to see the options: ccu consult edit --help")
    row = table.require(work.connection, "consult", consult_id)
    visibility.refuse("consult", work.view.consults([consult_id]))
    if row["voided"]:
        raise InvalidInput(f"consult {consult_id} is void")
    _check(work.connection, {**dict(row), **new}, new)
    changed = writes.change(work, "consult", row, new, reason)
    if changed:
        work.audit("consult-edit", "consult", consult_id, fields=changed)
    return changed


def void(work: Work, consult_id: int, reason: str) -> None:
    """Void a consult recorded in error: it is kept, and in no list or figure.

    Raises NotFound, NotAllowed for a hidden one and for an intern, InvalidInput for a void one.
    """
    row = table.require(work.connection, "consult", consult_id)
    visibility.refuse("consult", work.view.consults([consult_id]))
    staff_list.refuse_others(work.connection, work.staff_id, row["recorded_by"])
    if not writes.change(work, "consult", row, {"voided": 1}, reason):
        raise InvalidInput(f"consult {consult_id} is already void")
    work.audit("consult-edit", "consult", consult_id, fields=["voided"])


def list_consults(
    work: Work,
    clinician_id: int | None,
    call_id: int | None,
    person_id: int | None,
    since: str | None,
) -> list[dict[str, Any]]:
    """Return consults, oldest first, and record that they were listed.

    Those of a person are found under any of their records. `note` is its number of characters, or
    None for one that the account is not shown.
    """
    same = None if person_id is None else person_ids.same(work.connection, [person_id])
    conditions = {
        "consult.voided = ?": 0,
        "consult.clinician_id = ?": clinician_id,
        "consult.call_id = ?": call_id,
        "consult.person_id IN ?": same,
        "unixepoch(consult.occurred_at) >= unixepoch(?)": since,
    }
    found = table.select(work.connection, _ROWS, conditions)
    work.audit("consult-list", "consult", rows=len(found))
    hidden = work.view.consults(row["id"] for row in found)
    listed = [dict(row) for row in found]
    for row in listed:
        row["note"] = len(row["note"]) if row["note"] and row["id"] not in hidden else None
    return listed


def consult_data(work: Work, consult_id: int, reason: str | None) -> dict[str, Any]:
    """Return one consult and record that it was shown; its note only with a `reason`.

    `note_characters` is the length of a note that the account may see. Raises NotFound.
    """
    data = dict(table.require(work.connection, "consult", consult_id, _ROWS))
    full = reason is not None
    detail = {"person": data["person"], "full": full}
    work.audit("consult-show", "consult", consult_id, reason=reason, **detail)
    data["changes"] = writes.changes_of(work.connection, "consult", consult_id)
    hidden = bool(work.view.consults([consult_id]))
    for each in data["changes"]:
        if each["field"] == "note" and (hidden or not full):
            each["old"] = each["new"] = None
        if hidden:
            each["reason"] = None
    if hidden:
        data["note"] = None
    if full:
        work.view.keep()
    data["note_characters"] = len(data["note"] or "")
    if not full:
        data["note"] = None
    data["voided"] = bool(data.pop("voided"))  # new keys of the JSON go last
    return data
