"""Calls: logging, reading, amending and voiding one, each with its audit event.

Nothing is overwritten without a `change` row, nothing is deleted.
A field has the same name in NewCall, in `call_record` and in the changes.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from typing import Any

from ccu import dates
from ccu.address import Address
from ccu.errors import InvalidInput
from ccu.options import typed_text
from ccu.people import store as people
from ccu.people.store import Met
from ccu.places import filing_store
from ccu.records import staff, table, writes
from ccu.work import Work

OWN_SYSTEM = "ccu"

# Times of a call with their options' names, in the order in which they must happen.
TIMES = {
    "occurred_at": "--when",
    "dispatched_at": "--dispatched",
    "arrived_at": "--arrived",
    "cleared_at": "--cleared",
}
# Fields that are a set of codes -> their table and column.
CODE_SETS = {
    "dangers": ("call_danger", "danger"),
    "interventions": ("call_intervention", "intervention"),
    "dispositions": ("call_disposition", "disposition"),
}
ANSWERS = ("care", "backup_asked", "backup_arrived", "force_used", "injury")  # 0, 1 or not stated

_RECORD = """
SELECT call.*, source_system.name AS source_system,
       address.raw, address.raw_unit, address.raw_city, address.raw_state,
       address.raw_zip,
       recorder.login AS recorded_login, voider.login AS voided_login,
       dispatched.text AS cad_nature, cleared.text AS cad_cleared, ended.text AS cad_disposition
FROM call
JOIN source_system ON source_system.id = call.source_system_id
JOIN staff AS recorder ON recorder.id = call.recorded_by
LEFT JOIN staff AS voider ON voider.id = call.voided_by
LEFT JOIN address ON address.id = call.address_id
LEFT JOIN cad_text AS dispatched ON dispatched.id = call.cad_nature_id
LEFT JOIN cad_text AS cleared ON cleared.id = call.cad_cleared_id
LEFT JOIN cad_text AS ended ON ended.id = call.cad_disposition_id
WHERE {where}
"""

_COLUMNS_AS_THEY_ARE = (
    *("place_id", "source", "nature", "nature_cleared", "care", "cad_nature", "cad_cleared"),
    *("cad_disposition", "crisis_kind", "priority", "beat", "lead_agency"),
)


@dataclass(frozen=True, eq=False, repr=False)
class Responder:
    """An agency's or clinician's part in a call; `unit` is a car, badge or team as written."""

    agency: str
    state: str = "arrived"
    clinician: bool = False
    unit: str = ""
    reason: str | None = None
    minutes: int | None = None


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class NewCall:
    """The values of a new call: times in stored form, codes checked, texts cleaned."""

    occurred_at: str
    address: Address | None
    nature: str
    nature_cleared: str | None = None
    source_system: str = OWN_SYSTEM
    incident: str | None = None
    dispatched_at: str | None = None
    arrived_at: str | None = None
    cleared_at: str | None = None
    source: str | None = None
    crisis_kind: str | None = None
    priority: str | None = None
    beat: str | None = None
    lead_agency: str | None = None
    backup_asked: bool | None = None
    backup_arrived: bool | None = None
    force_used: bool | None = None
    injury: bool | None = None
    minutes: int | None = None
    narrative: str | None = None
    dangers: Sequence[str] = ()
    interventions: Sequence[str] = ()
    dispositions: Sequence[str] = ()
    responders: Sequence[Responder] = ()
    people: Sequence[Met] = ()


# Fields that are a column of `call`.
PLAIN = tuple(
    field.name
    for field in fields(NewCall)
    if field.name not in {*CODE_SETS, "address", "source_system", "responders", "people"}
)


# ---------------------------------------------------------------- reading


def call_record(connection: sqlite3.Connection, call_id: int) -> dict[str, Any]:
    """Return one call without its people's names, in the order of its JSON. Raises NotFound.

    `people` are ids and roles; `narrative` is the text, which the caller may leave out.
    """
    row = table.require(connection, "call", call_id, _RECORD)
    typed = [row[key] for key in ("raw", "raw_unit", "raw_city", "raw_state", "raw_zip")]
    return {
        "id": call_id,
        **{key: row[key] for key in ("source_system", "incident", *TIMES, "recorded_at")},
        "clock_known": bool(row["clock_known"]),
        "recorded_by": row["recorded_login"],
        "address": ", ".join(filter(None, typed)) or None,
        **{key: row[key] for key in _COLUMNS_AS_THEY_ARE},
        **{key: None if row[key] is None else bool(row[key]) for key in ANSWERS},
        "minutes": row["minutes"],
        **{field: _codes_of(connection, call_id, field) for field in CODE_SETS},
        "responders": _responders_of(connection, call_id),
        "people": _people_of(connection, call_id),
        "narrative": row["narrative"],
        "voided_at": row["voided_at"],
        "voided_by": row["voided_login"],
        "void_reason": row["void_reason"],
    }


def _responders_of(connection: sqlite3.Connection, call_id: int) -> list[dict[str, Any]]:
    """Return responders in the order of entry, with the keys of `Responder`."""
    sql = "SELECT agency, state, clinician, unit, reason, minutes FROM call_responder WHERE {where}"
    found = table.select(connection, sql + " ORDER BY id", {"call_id = ?": call_id})
    return [{**dict(row), "clinician": bool(row["clinician"])} for row in found]


def _codes_of(connection: sqlite3.Connection, call_id: int, field: str) -> list[str]:
    name, column = CODE_SETS[field]  # names from our own source
    return table.column(
        connection,
        f"SELECT {column} FROM {name} JOIN {column} ON {column}.code = {name}.{column}"  # noqa: S608
        f" WHERE call_id = :call ORDER BY {column}.sort",
        call=call_id,
    )


def _people_of(connection: sqlite3.Connection, call_id: int) -> list[dict[str, Any]]:
    sql = "SELECT person_id AS id, role FROM call_person WHERE {where} ORDER BY person_id, role"
    return [dict(row) for row in table.select(connection, sql, {"call_id = ?": call_id})]


# ---------------------------------------------------------------- logging


def log(work: Work, call: NewCall) -> int:
    """Add a call with its lists and people; return its id.

    Raises InvalidInput for times out of order or an incident number that another call has, NotFound
    for a person's number that does not exist.
    """
    check_times({field: getattr(call, field) for field in TIMES})
    _refuse_taken(work.connection, call.source_system, call.incident)
    address_id, place_id = _place(work, call.address)
    call_id = writes.insert(
        work,
        "call",
        {field: getattr(call, field) for field in PLAIN},
        source_system_id=source_system(work.connection, call.source_system),
        address_id=address_id,
        place_id=place_id,
        care=_on_care_list(work.connection, call.nature_cleared or call.nature),
    )
    set_lists(work.connection, call_id, {field: getattr(call, field) for field in _LISTS})
    set_people(work, call_id, call.people)
    work.audit("log-call", "call", call_id, people=len(call.people))
    return call_id


def check_times(times: Mapping[str, str | None]) -> None:
    """Raise InvalidInput if the times of a call are out of order."""
    said = [(name, dates.from_iso(at)) for field, name in TIMES.items() if (at := times[field])]
    for (earlier, before), (later, after) in pairwise(said):
        if dates.is_after(before, after):
            raise InvalidInput(f"{later} is before {earlier}")


# ---------------------------------------------------------------- amending and voiding


def amend(work: Work, call_id: int, new: Mapping[str, Any], reason: str | None) -> list[str]:
    """Give a call new values, keep the old ones in its history; return the fields that changed.

    `new` has NewCall's names; the value of a list field is the complete list. Raises InvalidInput
    for a void call and as `log` does.
    """
    old = call_record(work.connection, call_id)
    if old["voided_at"]:
        raise InvalidInput(
            f"call {call_id} is void and cannot be edited;"
            f" to bring it back: ccu call unvoid {call_id}"
        )
    new = {field: value for field, value in new.items() if not _says(old, field, value)}
    if new.keys() & TIMES.keys():
        check_times({field: new.get(field, old[field]) for field in TIMES})
    if new.keys() & {"incident", "source_system"}:
        if _is_imported(work.connection, call_id):
            raise InvalidInput(
                f"--incident: call {call_id} was imported; its incident number cannot be changed"
            )
        system, incident = (new.get(field, old[field]) for field in ("source_system", "incident"))
        _refuse_taken(work.connection, system, incident)
    _update_columns(work, call_id, old, new)
    set_lists(work.connection, call_id, new)
    if "people" in new:
        set_people(work, call_id, new["people"])
    return record_changes(work, "amend", old, reason)


def _says(old: Mapping[str, Any], field: str, value: Any) -> bool:
    """Return whether a field of the record already has this value."""
    if field == "address":
        value = value.raw
    if field in CODE_SETS:
        return set(value) == set(old[field])  # a set has no order
    if field == "responders":
        value = [asdict(each) for each in value]
    if field == "people":
        value = [{"id": each.person_id, "role": each.role} for each in value]
    return bool(value == old[field])


def _update_columns(
    work: Work, call_id: int, old: Mapping[str, Any], new: Mapping[str, Any]
) -> None:
    values = {field: new[field] for field in PLAIN if field in new}
    if values.keys() & {"nature", "nature_cleared"}:
        natures = {field: new.get(field, old[field]) for field in ("nature", "nature_cleared")}
        in_force = natures["nature_cleared"] or natures["nature"]
        values["care"] = _on_care_list(work.connection, in_force)
    if "occurred_at" in new:
        values["clock_known"] = 1
    if "source_system" in new:
        values["source_system_id"] = source_system(work.connection, new["source_system"])
    if "address" in new:
        values["address_id"], values["place_id"] = _place(work, new["address"])
    writes.update(work.connection, "call", call_id, values)


def void(work: Work, call_id: int, reason: str, was: Mapping[str, object] | None = None) -> None:
    """Hide a call made in error from counts and cards; `was`: the columns as it was void before.

    A call logged by hand loses its incident number (the change keeps it), because it is usually
    logged again, corrected; an imported call keeps it, or the next import would add it again.
    Raises NotFound, and InvalidInput when it is void already.
    """
    old = call_record(work.connection, call_id)
    if old["voided_at"]:
        raise InvalidInput(f"call {call_id} is already void")
    by = work.staff_id
    new: dict[str, object] = {"voided_at": work.at, "voided_by": by, "void_reason": reason}
    new |= was or {}
    if not _is_imported(work.connection, call_id):
        new["incident"] = None
    writes.update(work.connection, "call", call_id, new)
    record_changes(work, "void", old, reason)


def record_changes(
    work: Work, action: str, old: Mapping[str, Any], reason: str | None
) -> list[str]:
    """Record and return the fields in which the record differs from `old`."""
    call_id = old["id"]
    now = call_record(work.connection, call_id)
    changed = {
        field: (old[field], now[field])
        for field in old
        if old[field] != now[field] and field not in ("voided_by", "void_reason")
    }  # the change itself has these two, as by and reason
    if changed:
        writes.record_changes(work, "call", call_id, changed, reason)
        own = old["recorded_by"] == staff.login_of(work.connection, work.staff_id)
        detail: dict[str, Any] = {} if own else {"logged_by_another": True}
        work.audit(action, "call", call_id, fields=sorted(changed), **detail)
    return list(changed)


# ---------------------------------------------------------------- the parts of a call


def _place(work: Work, address: Address | None) -> tuple[int | None, int | None]:
    if address is None:
        return None, None
    return filing_store.remember(work.connection, address, work.settings.town)


def _on_care_list(connection: sqlite3.Connection, nature: str) -> int:
    return int(table.value(connection, "SELECT care FROM nature WHERE code = :code", code=nature))


def source_system(connection: sqlite3.Connection, name: str) -> int:
    """Return the number of a source system, added if it is new."""
    writes.insert_missing(connection, "source_system", [{"name": name}])
    return int(
        table.value(connection, "SELECT id FROM source_system WHERE name = :name", name=name)
    )


def with_incident(connection: sqlite3.Connection, system: str, incident: str | None) -> int | None:
    """Return the number of the call that has an incident number of a system; None without one."""
    sql = (
        "SELECT call.id FROM call JOIN source_system ON source_system.id = call.source_system_id"
        " WHERE source_system.name = :system AND incident = :incident"
    )
    found: int | None = table.value(connection, sql, system=system, incident=incident)
    return found


def _refuse_taken(connection: sqlite3.Connection, system: str, incident: str | None) -> None:
    if (other := with_incident(connection, system, incident)) is not None:
        raise InvalidInput(
            f"--incident: call {other} already has that number; to add to it: ccu call edit {other}"
        )


def supplemented(work: Work, narrative: str | None, text: str) -> str:
    """Return a narrative with text added below, headed by who and when. Raises InvalidInput."""
    by = staff.login_of(work.connection, work.staff_id)
    heading = f"[Added {dates.say_moment(work.now, work.now)} by {by}]"
    whole = "\n\n".join(part for part in (narrative, f"{heading}\n{text}") if part)
    return typed_text.note(whole, "the narrative with the note") or ""


def _is_imported(connection: sqlite3.Connection, call_id: int) -> bool:
    return table.require(connection, "call", call_id)["import_batch_id"] is not None


_LISTS = (*CODE_SETS, "responders")


def set_lists(connection: sqlite3.Connection, call_id: int, new: Mapping[str, Any]) -> None:
    """Replace the lists of a call that are in `new`; `set_people` is for its people."""
    call = {"call_id": call_id}
    for field, (name, column) in CODE_SETS.items():
        if field in new:
            rows = [{column: code} for code in dict.fromkeys(new[field])]
            writes.replace(connection, name, call, rows)
    if "responders" in new:
        writes.replace(connection, "call_responder", call, map(asdict, new["responders"]))


def set_people(work: Work, call_id: int, met: Sequence[Met]) -> None:
    """Set the people of a call, adding records for new ones. No person's record is removed."""
    on_call = []
    there = {each["id"] for each in _people_of(work.connection, call_id)}  # as on the call
    for each in met:
        if each.person_id is None:
            person_id = people.add(work, each)
        else:
            if each.person_id not in there:
                people.must_exist(work.connection, each.person_id)
            person_id = each.person_id
        on_call.append((person_id, each.role))
    rows = [{"person_id": number, "role": role} for number, role in dict.fromkeys(on_call)]
    writes.replace(work.connection, "call_person", {"call_id": call_id}, rows)
