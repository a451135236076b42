"""Consults: an officer's question to a clinician, by phone or in person."""

from dataclasses import dataclass
from typing import Any

from ccu.errors import InvalidInput
from ccu.people import store as people
from ccu.records import person_ids, table
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
    """A question and the minutes it took; about a call, a person, both or neither."""

    asked_by: int
    clinician_id: int
    occurred_at: str
    minutes: int
    call_id: int | None = None
    person_id: int | None = None
    note: str | None = None


def add_consult(work: Work, new: NewConsult) -> int:
    """Add a consult; return its id.

    Raises NotFound, and InvalidInput for a void call, a merged person, or a clinician who asks.
    """
    if new.asked_by == new.clinician_id:
        raise InvalidInput("--clinician: choose a different person; --asked-by is who asked")
    if new.call_id is not None:
        table.require_call(work.connection, new.call_id)
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


def list_consults(
    work: Work,
    *,
    clinician_id: int | None,
    call_id: int | None,
    person_id: int | None,
    since: str | None,
) -> list[dict[str, Any]]:
    """Return consults, oldest first, and record that they were listed.

    Those of a person are found under any of their records. `note` is its number of characters, or
    None for one that the account is not shown.
    """
    connection = work.connection
    same = None if person_id is None else person_ids.same(connection, [person_id])
    found = table.select(
        connection,
        _ROWS,
        {
            "consult.clinician_id = ?": clinician_id,
            "consult.call_id = ?": call_id,
            "consult.person_id IN ?": same,
            "unixepoch(consult.occurred_at) >= unixepoch(?)": since,
        },
    )
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
    if work.view.consults([consult_id]):
        data["note"] = None
    if full:
        work.view.keep()
    data["note_characters"] = len(data["note"] or "")
    if not full:
        data["note"] = None
    return data
