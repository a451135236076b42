"""Taking back what was done to a call: a void, an edit, and whether the call itself may go."""

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from ccu.calls import store as calls
from ccu.calls.store import Responder
from ccu.errors import InvalidInput
from ccu.people.store import Met
from ccu.records import table
from ccu.work import Work

# The incident number that the void of a call took from it; the change was recorded with the void.
_FREED = """
SELECT old_value FROM change JOIN call ON call.id = record_id AND voided_by = change.recorded_by
WHERE record = 'call' AND record_id = :id AND field = 'incident' AND new_value = 'null'
  AND change.recorded_at = voided_at
ORDER BY change.id DESC LIMIT 1
"""
_ADDRESS = """
SELECT id FROM address
WHERE raw || iif(raw_unit = '', '', ', ' || raw_unit) || iif(raw_city = '', '', ', ' || raw_city)
      || iif(raw_state = '', '', ', ' || raw_state) || iif(raw_zip = '', '', ', ' || raw_zip)
      = :text
ORDER BY place_id IS NOT :place_id, id LIMIT 1
"""
_ADDED = """
SELECT person_id FROM main.call_person
JOIN main.person ON person.id = person_id JOIN main.call ON call.id = call_id
WHERE call_id = :id AND person.recorded_at = call.recorded_at
  AND person.recorded_by = call.recorded_by
  AND NOT EXISTS (SELECT 1 FROM main.call_person AS other
                  WHERE other.person_id = person.id AND other.call_id <> call.id)
ORDER BY person_id
"""
# What was made from a call, where it was not itself taken back.
_FROM = """
SELECT 'referral', id FROM main.referral WHERE call_id = :id AND status <> 'entered_in_error'
UNION ALL
SELECT 'follow-up', id FROM main.follow_up
WHERE call_id = :id AND NOT cancelled AND NOT EXISTS (
  SELECT 1 FROM main.referral WHERE id = referral_id AND status = 'entered_in_error')
UNION ALL SELECT 'consult', id FROM main.consult WHERE call_id = :id AND NOT voided
UNION ALL SELECT 'needs assessment', id FROM main.need_assessment
WHERE call_id = :id AND NOT voided
"""


def unvoid(work: Work, call_id: int, reason: str | None) -> None:
    """Bring back a call that was voided in error, with the incident number that it had.

    Raises NotFound; InvalidInput for a call that is not void, or whose number another has now.
    """
    old = calls.call_record(work.connection, call_id)
    if not old["voided_at"]:
        raise InvalidInput(f"call {call_id} is not void")
    new: dict[str, object] = dict.fromkeys(("voided_at", "voided_by", "void_reason"))
    freed = table.value(work.connection, _FREED, id=call_id)
    if freed is not None and old["incident"] is None:
        new["incident"] = json.loads(freed)
        other = calls.with_incident(work.connection, old["source_system"], str(new["incident"]))
        if other is not None:
            raise InvalidInput(
                f"call {other} has its incident number now; to free it:"
                f" ccu call edit {other} --clear incident"
            )
    table.update(work.connection, "call", call_id, new)
    calls.record_changes(work, "unvoid", old, reason)


def restore(work: Work, call_id: int, before: dict[str, Any], reason: str | None) -> list[str]:
    """Give fields of a call the values `before` an edit, as its changes have them.

    Returns the fields that did change. Raises InvalidInput where a person of then was merged.
    """
    connection = work.connection
    old = calls.call_record(connection, call_id)
    columns = {
        field: value
        for field, value in before.items()
        if field in calls.PLAIN or field in ("care", "place_id")
    }
    if "source_system" in before:
        columns["source_system_id"] = calls.source_system(connection, before["source_system"])
    if "address" in before:
        place_id = before.get("place_id", old["place_id"])
        asked = {"text": before["address"], "place_id": place_id}
        columns["address_id"] = table.value(connection, _ADDRESS, **asked)
    table.update(connection, "call", call_id, columns)
    lists = {field: before[field] for field in (*calls.CODE_SETS, "responders") if field in before}
    if "responders" in lists:
        lists["responders"] = [Responder(**each) for each in lists["responders"]]
    calls.set_lists(connection, call_id, lists)
    if "people" in before:
        met = [Met(role=each["role"], person_id=each["id"]) for each in before["people"]]
        calls.set_people(work, call_id, met)
    return calls.record_changes(work, "amend", old, reason)


def people_added(connection: sqlite3.Connection, call_id: int) -> list[int]:
    """Return the people whose records were made with a call, where no other call names them."""
    return table.column(connection, _ADDED, id=call_id)


def made_from(connection: sqlite3.Connection, call_id: int) -> list[str]:
    """Return what was made from a call and counts, such as `referral 7`."""
    found: Iterable[Any] = connection.execute(_FROM, {"id": call_id})
    return [f"{record} {number}" for record, number in found]
