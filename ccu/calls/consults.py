"""Consults: an officer's question to a clinician, by phone or in the corridor."""

import sqlite3
from dataclasses import dataclass
from typing import Any

from ccu.errors import InvalidInput
from ccu.people import store as people
from ccu.records import person_ids, table
from ccu.referrals import events as referral_events
from ccu.work import Work

_ROWS = """
SELECT consult.id, consult.occurred_at, asker.login AS asked_by, clinician.login AS clinician,
       consult.minutes, consult.call_id AS call, consult.note,
       (SELECT canonical_id FROM human WHERE id = consult.person_id) AS person,
       consult.recorded_at, recorder.login AS recorded_by
FROM consult
JOIN staff AS asker ON asker.id = consult.asked_by
JOIN staff AS clinician ON clinician.id = consult.clinician_id
JOIN staff AS recorder ON recorder.id = consult.recorded_by
WHERE {where}
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


def add(work: Work, new: NewConsult) -> int:
    """Add a consult; returns its id.

    Raises NotFound, and InvalidInput for a void call, a merged person, somebody asking themselves.
    """
    if new.asked_by == new.clinician_id:
        raise InvalidInput("--clinician: nobody consults themselves; --asked-by says who asked")
    if new.call_id is not None:
        referral_events.call_not_void(work.connection, new.call_id)
    if new.person_id is not None:
        people.must_exist(work.connection, new.person_id)
    consult_id = table.insert(work, "consult", new)
    work.audit(
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
    same = None if person_id is None else person_ids.same(connection, [person_id])
    found = table.select(
        connection,
        _ROWS,
        {
            "consult.id = ?": consult_id,
            "consult.clinician_id = ?": clinician_id,
            "consult.call_id = ?": call_id,
            "consult.person_id IN ?": same,
            "unixepoch(consult.occurred_at) >= unixepoch(?)": since,
        },
    )
    return [dict(row) for row in found]


def read(connection: sqlite3.Connection, consult_id: int) -> dict[str, Any]:
    """One consult. Raises NotFound."""
    found = rows(connection, consult_id=consult_id)
    if not found:
        raise table.not_found("consult", consult_id)
    return found[0]
