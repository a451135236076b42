"""The call on file that a new one may be: the same place, nature and hour, or its incident number.

Such a call is completed: what is empty is filled in, and what a person or the import wrote stays.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from ccu.calls import store as calls
from ccu.calls.store import CODE_SETS, OWN_SYSTEM, TIMES, Responder
from ccu.errors import InvalidInput
from ccu.people.store import Met
from ccu.places.store import MEMBERS
from ccu.work import Work

# Two numbers are two calls, whatever else they share.
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
_KEPT = ("source_system", "occurred_at", "address", "nature")  # each has a rule of its own


def alike(
    connection: sqlite3.Connection, place_id: int | None, new: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return id, occurred_at, nature (label), logged_by of calls within an hour, nearest first."""
    asked = {"place": place_id, "at": new["occurred_at"], "nature": new["nature"]}
    asked |= {"cleared": new.get("nature_cleared"), "incident": new.get("incident")}
    return [dict(row) for row in connection.execute(_ALIKE, asked)]


def imported(connection: sqlite3.Connection, new: Mapping[str, Any]) -> sqlite3.Row | None:
    """Return id, occurred_at and building_key of the imported call with a new one's number.

    Where the setting cad_system is empty, the number may be that of any source.
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
    """Return both lists as one; `none` gives way to a hazard."""
    both = list(dict.fromkeys((*recorded, *given)))
    return [code for code in both if code != "none"] or both


def _responders(recorded: Sequence[Mapping[str, Any]], given: Sequence[Responder]) -> list[Any]:
    there = {(each["agency"], each["clinician"]) for each in recorded}
    more = [each for each in given if (each.agency, each.clinician) not in there]
    return [*(Responder(**each) for each in recorded), *more]


def _people(recorded: Sequence[Mapping[str, Any]], given: Sequence[Met]) -> list[Met]:
    """Return both; somebody unknown is not added beside another person of that role."""
    roles = {each["role"] for each in recorded}
    more = [each for each in given if each != Met(each.role) or each.role not in roles]
    return [*(Met(each["role"], each["id"]) for each in recorded), *more]


def _leave_misfits(old: Mapping[str, Any], new: dict[str, Any]) -> None:
    """Leave out the times that do not fit those of the record, where it began at another time."""
    try:
        calls.check_times({field: new.get(field, old[field]) for field in TIMES})
    except InvalidInput:
        for field in TIMES:
            new.pop(field, None)
