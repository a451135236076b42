"""Change a call on file: complete it from a new entry of the same call, undo a void or an edit.

A new entry may be the same call: same place, nature and hour, or same incident number. The call on
file is then completed: empty fields are filled in, and existing values stay.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from ccu.calls import store as calls
from ccu.calls.store import CODE_SETS, OWN_SYSTEM, TIMES, Responder
from ccu.errors import InvalidInput
from ccu.people.store import Met
from ccu.places.store import MEMBERS
from ccu.records import table, writes
from ccu.work import Work

# Calls with different incident numbers are different calls, even if all else agrees.
_ALIKE = f"""
SELECT call.id, call.occurred_at, nature.label AS nature, staff.login AS logged_by
FROM call
JOIN nature ON nature.code = coalesce(call.nature_cleared, call.nature)
JOIN staff ON staff.id = call.recorded_by
WHERE call.place_id IN ({MEMBERS}) AND call.voided_at IS NULL
  AND (call.nature IN (:nature, :cleared) OR call.nature_cleared IN (:nature, :cleared))
  AND abs(unixepoch(call.occurred_at) - unixepoch(:at)) <= 3600
  AND (call.incident IS NULL OR :incident IS NULL)
ORDER BY abs(unixepoch(call.occurred_at) - unixepoch(:at)), call.id LIMIT 9
"""  # noqa: S608 - our text
_IMPORTED = """
SELECT call.id, call.occurred_at, place.building_key
FROM call JOIN source_system ON source_system.id = call.source_system_id
LEFT JOIN place ON place.id = call.place_id
WHERE :system IN (source_system.name, :own) AND incident = :incident
  AND import_batch_id IS NOT NULL AND voided_at IS NULL
"""
_KEPT = ("source_system", "occurred_at", "address", "nature")  # each of these has its own rule


def alike(
    connection: sqlite3.Connection, place_id: int | None, new: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return id, occurred_at, nature (label), logged_by of calls within an hour, nearest first."""
    asked = {"place": place_id, "at": new["occurred_at"], "nature": new["nature"]}
    asked |= {"cleared": new.get("nature_cleared"), "incident": new.get("incident")}
    return [dict(row) for row in connection.execute(_ALIKE, asked)]


def imported(connection: sqlite3.Connection, new: Mapping[str, Any]) -> sqlite3.Row | None:
    """Return id, occurred_at and building_key of the imported call with a new call's number.

    If the setting cad_system is empty, the number may be from any source.
    """
    if not new.get("incident"):
        return None
    asked = {"system": new["source_system"], "incident": new["incident"], "own": OWN_SYSTEM}
    found: sqlite3.Row | None = connection.execute(_IMPORTED, asked).fetchone()
    return found


def complete(work: Work, call_id: int, given: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Fill in what a call is missing; return the fields that changed, and those that stayed.

    `given` has NewCall's names. Lists grow, a note goes below the narrative, and another nature
    becomes the nature as cleared, where there is none. Raises NotFound, InvalidInput.
    """
    old = calls.call_record(work.connection, call_id)
    new: dict[str, Any] = {}
    for field, value in given.items():
        if value in (None, [], ()) or field in _KEPT:
            continue
        if field in CODE_SETS:
            new[field] = _codes(old[field], value)
        elif field == "responders":
            new[field] = _responders(old[field], value)
        elif field == "people":
            new[field] = _people(old[field], value)
        elif field == "narrative" and old[field] and value not in old[field]:
            new[field] = calls.supplemented(work, old[field], value)
        elif old[field] is None:
            new[field] = value
    if "incident" in new:
        new["source_system"] = given["source_system"]
    if old["address"] is None and given.get("address"):
        new["address"] = given["address"]
    if given["nature"] not in (old["nature"], old["nature_cleared"]) and not old["nature_cleared"]:
        new.setdefault("nature_cleared", given["nature"])
    _leave_misfits(old, new)
    changed = calls.amend(work, call_id, new, None)
    now = calls.call_record(work.connection, call_id)
    left = [
        field
        for field in (*TIMES, "nature", *calls.PLAIN)
        if given.get(field) is not None and given[field] != now[field]
    ]
    if given["nature"] == now["nature_cleared"]:
        left = [field for field in left if field != "nature"]
    return changed, [each for each in dict.fromkeys(left) if each != "narrative"]


def _codes(recorded: Sequence[str], given: Sequence[str]) -> list[str]:
    """Return both lists as one; a hazard replaces `none`."""
    both = list(dict.fromkeys((*recorded, *given)))
    return [code for code in both if code != "none"] or both


def _responders(recorded: Sequence[Mapping[str, Any]], given: Sequence[Responder]) -> list[Any]:
    there = {(each["agency"], each["clinician"]) for each in recorded}
    more = [each for each in given if (each.agency, each.clinician) not in there]
    return [*(Responder(**each) for each in recorded), *more]


def _people(recorded: Sequence[Mapping[str, Any]], given: Sequence[Met]) -> list[Met]:
    """Return both lists; an unknown person is not added if the role has another person."""
    roles = {each["role"] for each in recorded}
    more = [each for each in given if each != Met(each.role) or each.role not in roles]
    return [*(Met(each["role"], each["id"]) for each in recorded), *more]


def _leave_misfits(old: Mapping[str, Any], new: dict[str, Any]) -> None:
    """Remove the new times that do not fit the record's, if the record began at another time."""
    try:
        calls.check_times({field: new.get(field, old[field]) for field in TIMES})
    except InvalidInput:
        for field in TIMES:
            new.pop(field, None)


# ---------------------------------------------------------------- taking back a void or an edit


# The incident number that voiding a call removed; the change was recorded with the void.
_FREED = """
SELECT old_value FROM change JOIN call ON call.id = record_id AND voided_by = change.recorded_by
WHERE record = 'call' AND record_id = :id AND field = 'incident' AND new_value = 'null'
  AND change.recorded_at = voided_at
ORDER BY change.id DESC LIMIT 1
"""
# How a call was voided at a time: the first such change, because `void_again` adds others.
_VOID = """
SELECT json_extract(new_value, '$') AS voided_at, recorded_by AS voided_by, reason AS void_reason
FROM change
WHERE record = 'call' AND record_id = :id AND field = 'voided_at' AND new_value = :at
ORDER BY id LIMIT 1
"""
# An address by its text in a change; the changes of an import leave out the state.
_ADDRESS = """
SELECT id FROM address
WHERE :text IN (
  raw || iif(raw_unit = '', '', ', ' || raw_unit) || iif(raw_city = '', '', ', ' || raw_city)
      || iif(raw_state = '', '', ', ' || raw_state) || iif(raw_zip = '', '', ', ' || raw_zip),
  raw || iif(raw_unit = '', '', ', ' || raw_unit) || iif(raw_city = '', '', ', ' || raw_city)
      || iif(raw_zip = '', '', ', ' || raw_zip))
ORDER BY place_id IS NOT :place_id, id LIMIT 1
"""
_WORDS = "SELECT id FROM cad_text WHERE text = :text"
_ADDED = """
SELECT person_id FROM main.call_person
JOIN main.person ON person.id = person_id JOIN main.call ON call.id = call_id
WHERE call_id = :id AND (person.recorded_at, person.recorded_by) IN (
    SELECT call.recorded_at, call.recorded_by
    UNION SELECT change.recorded_at, change.recorded_by FROM main.change
    WHERE record = 'call' AND record_id = :id AND field = 'people')
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
    """Restore a call that was voided in error, with the incident number that it had.

    Raises NotFound; InvalidInput if the call is not void, or another call has its number now.
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
                f"call {other} now has its incident number; to free it:"
                f" ccu call edit {other} --clear incident"
            )
    writes.update(work.connection, "call", call_id, new)
    calls.record_changes(work, "unvoid", old, reason)


def void_again(work: Work, call_id: int, at: str, reason: str) -> None:
    """Void a restored call again as it was void since `at`, with the same reason and account."""
    (was,) = table.select(work.connection, _VOID, {}, id=call_id, at=json.dumps(at))
    calls.void(work, call_id, reason, dict(was))


def restore(work: Work, call_id: int, before: dict[str, Any], reason: str | None) -> list[str]:
    """Give fields of a call the values `before` an edit, as its changes have them.

    Returns the fields that changed. Raises InvalidInput if a person of that time was merged.
    """
    old = calls.call_record(work.connection, call_id)
    set_values(work, old, before)
    return calls.record_changes(work, "amend", old, reason)


def set_values(work: Work, old: Mapping[str, Any] | sqlite3.Row, before: Mapping[str, Any]) -> None:
    """Set fields of the call `old` to the values in its changes; record no change."""
    connection, call_id = work.connection, old["id"]
    columns = {
        field: value
        for field, value in before.items()
        if field in calls.PLAIN or field in ("care", "place_id", "clock_known")
    }
    for field in [each for each in before if each.startswith("cad_")]:
        columns[f"{field}_id"] = table.value(connection, _WORDS, text=before[field])
    if "source_system" in before:
        columns["source_system_id"] = calls.source_system(connection, before["source_system"])
    if "address" in before:
        place_id = before.get("place_id", old["place_id"])
        asked = {"text": before["address"], "place_id": place_id}
        columns["address_id"] = table.value(connection, _ADDRESS, **asked)
    writes.update(connection, "call", call_id, columns)
    lists = {field: before[field] for field in (*calls.CODE_SETS, "responders") if field in before}
    if "responders" in lists:
        lists["responders"] = [Responder(**each) for each in lists["responders"]]
    calls.set_lists(connection, call_id, lists)
    if "people" in before:
        met = [Met(role=each["role"], person_id=each["id"]) for each in before["people"]]
        calls.set_people(work, call_id, met)


def people_added(connection: sqlite3.Connection, call_id: int) -> list[int]:
    """Return its people whose records were added with a call or an edit and who are on no other."""
    return table.column(connection, _ADDED, id=call_id)


def made_from(connection: sqlite3.Connection, call_id: int) -> list[str]:
    """Return the records made from a call that still count, such as `referral 7`."""
    found = connection.execute(_FROM, {"id": call_id})
    return [f"{record} {number}" for record, number in found]
