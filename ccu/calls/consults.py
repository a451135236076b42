"""Consults: an officer's question to a clinician, by phone or in the corridor."""

import json
import sqlite3
from dataclasses import asdict, dataclass
from typing import Any

from ccu.errors import InvalidInput, NotFound
from ccu.people import store as people
from ccu.records import audit, person_ids
from ccu.referrals import events as referral_events

_INSERT = """
INSERT INTO consult (
  call_id, person_id, asked_by, clinician_id, occurred_at, minutes, note, recorded_at, recorded_by)
VALUES (
  :call_id, :person_id, :asked_by, :clinician_id, :occurred_at, :minutes, :note, :at, :by)
"""
_ROWS = """
SELECT consult.id, consult.occurred_at, asker.login AS asked_by, clinician.login AS clinician,
       consult.minutes, consult.call_id AS call, consult.note,
       (SELECT canonical_id FROM human WHERE id = consult.person_id) AS person,
       consult.recorded_at, recorder.login AS recorded_by
FROM consult
JOIN staff AS asker ON asker.id = consult.asked_by
JOIN staff AS clinician ON clinician.id = consult.clinician_id
JOIN staff AS recorder ON recorder.id = consult.recorded_by
WHERE (:id IS NULL OR consult.id = :id)
  AND (:clinician_id IS NULL OR consult.clinician_id = :clinician_id)
  AND (:call_id IS NULL OR consult.call_id = :call_id)
  AND (:people IS NULL OR consult.person_id IN (SELECT value FROM json_each(:people)))
  AND (:since IS NULL OR unixepoch(consult.occurred_at) >= unixepoch(:since))
ORDER BY unixepoch(consult.occurred_at), consult.id
"""


@dataclass(frozen=True, kw_only=True)
class NewConsult:
    """A question and the time it took; about a call, a person, both, or nobody in particular."""

    asked_by: int
    clinician_id: int
    occurred_at: str
    minutes: int
    call_id: int | None = None
    person_id: int | None = None
    note: str | None = None


def add(connection: sqlite3.Connection, staff_id: int, new: NewConsult, *, at: str) -> int:
    """Add a consult inside the caller's transaction; returns its id.

    Raises NotFound, and InvalidInput for a void call, a merged person, somebody asking themselves.
    """
    if new.asked_by == new.clinician_id:
        raise InvalidInput("--clinician: nobody consults themselves; --asked-by says who asked")
    if new.call_id is not None and referral_events.call(connection, new.call_id)["voided_at"]:
        raise InvalidInput(f"call {new.call_id} is void")
    if new.person_id is not None:
        people.must_exist(connection, new.person_id)
    cursor = connection.execute(_INSERT, {**asdict(new), "at": at, "by": staff_id})
    consult_id = int(cursor.lastrowid or 0)
    audit.record(
        connection,
        staff_id,
        "consult-add",
        "consult",
        consult_id,
        call=new.call_id,
        person=new.person_id,
        minutes=new.minutes,
    )
    return consult_id


def rows(
    connection: sqlite3.Connection,
    *,
    consult_id: int | None = None,
    clinician_id: int | None = None,
    call_id: int | None = None,
    person_id: int | None = None,
    since: str | None = None,
) -> list[dict[str, Any]]:
    """Consults, oldest first, of a person under any record of theirs; notes and all."""
    same = None if person_id is None else json.dumps(person_ids.same(connection, [person_id]))
    found = connection.execute(
        _ROWS,
        {
            "id": consult_id,
            "clinician_id": clinician_id,
            "call_id": call_id,
            "people": same,
            "since": since,
        },
    )
    return [dict(row) for row in found]


def read(connection: sqlite3.Connection, consult_id: int) -> dict[str, Any]:
    """One consult. Raises NotFound."""
    found = rows(connection, consult_id=consult_id)
    if not found:
        raise NotFound(f"no consult {consult_id}")
    return found[0]
