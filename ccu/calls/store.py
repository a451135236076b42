"""Calls: logging, reading, amending and voiding one. Each write is the caller's one transaction,

with its audit event inside it. Nothing is overwritten without a `change` row, nothing is deleted.
A field has the same name everywhere here: in NewCall, in `record`, in the changes.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from typing import Any

from ccu import dates
from ccu.address import Address
from ccu.calls import record as call_record
from ccu.calls.record import CODE_SETS, TIMES
from ccu.errors import InvalidInput
from ccu.people import store as people
from ccu.people.store import Met
from ccu.places import store as places
from ccu.records import audit, settings
from ccu.records import history as changes

OWN_SYSTEM = "ccu"


@dataclass(frozen=True)
class Responder:
    """An agency's or clinician's part in a call; `unit` is a car, badge or team as written."""

    agency: str
    state: str = "arrived"
    clinician: bool = False
    unit: str = ""
    reason: str | None = None
    minutes: int | None = None


@dataclass(frozen=True, kw_only=True)
class NewCall:
    """What is known of a call. Times in stored form, codes already checked, texts already clean."""

    occurred_at: str
    recorded_at: str
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


# Fields that are a column of their own in `call`.
PLAIN = tuple(
    field.name
    for field in fields(NewCall)
    if field.name
    not in {*CODE_SETS, "recorded_at", "address", "source_system", "responders", "people"}
)

INSERT_CALL = """
INSERT INTO call (
  source_system_id, incident, occurred_at, dispatched_at, arrived_at, cleared_at, recorded_at,
  recorded_by, address_id, place_id, nature, nature_cleared, care, source, crisis_kind, priority,
  beat, lead_agency, backup_asked, backup_arrived, force_used, injury, minutes, narrative)
VALUES (
  :source_system_id, :incident, :occurred_at, :dispatched_at, :arrived_at, :cleared_at,
  :recorded_at, :recorded_by, :address_id, :place_id, :nature, :nature_cleared, :care, :source,
  :crisis_kind, :priority, :beat, :lead_agency, :backup_asked, :backup_arrived, :force_used,
  :injury, :minutes, :narrative)
"""


def log(connection: sqlite3.Connection, staff_id: int, call: NewCall) -> int:
    """Add a call and all that hangs on it inside the caller's transaction; returns its id.

    Raises InvalidInput for times out of order or an incident number that another call has, NotFound
    for a person's number that does not exist.
    """
    check_times({field: getattr(call, field) for field in TIMES})
    _refuse_taken(connection, call.source_system, call.incident)
    address_id, place_id = _place(connection, call.address)
    cursor = connection.execute(
        INSERT_CALL,
        {field: getattr(call, field) for field in PLAIN}
        | {
            "source_system_id": _source_system(connection, call.source_system),
            "recorded_at": call.recorded_at,
            "recorded_by": staff_id,
            "address_id": address_id,
            "place_id": place_id,
            "care": _on_care_list(connection, call.nature_cleared or call.nature),
        },
    )
    call_id = int(cursor.lastrowid or 0)
    for field in CODE_SETS:
        _put_codes(connection, call_id, field, getattr(call, field))
    _put_responders(connection, call_id, call.responders)
    _put_people(connection, staff_id, call_id, call.people, call.recorded_at)
    audit.record(connection, staff_id, "log-call", "call", call_id, people=len(call.people))
    return call_id


def check_times(times: Mapping[str, str | None]) -> None:
    """Raises InvalidInput when a call would be arrived at, or cleared, before it began."""
    said = [(name, dates.from_iso(at)) for field, name in TIMES.items() if (at := times[field])]
    for (earlier, before), (later, after) in pairwise(said):
        if dates.is_after(before, after):
            raise InvalidInput(f"{later} is before {earlier}")


# ---------------------------------------------------------------- amending and voiding


def amend(
    connection: sqlite3.Connection,
    staff_id: int,
    call_id: int,
    new: Mapping[str, Any],
    *,
    at: str,
    reason: str | None,
) -> list[str]:
    """Give a call new values, keep the old ones; returns the fields that did change.

    `new` has NewCall's names; a many-valued field is its whole new list. Inside the caller's
    transaction. Raises InvalidInput for a void call and as `log` does.
    """
    old = call_record.read(connection, call_id)
    if old["voided_at"]:
        raise InvalidInput(f"call {call_id} is void; what it said is kept as it was")
    new = {field: value for field, value in new.items() if not _says(old, field, value)}
    if new.keys() & TIMES.keys():
        check_times({field: new.get(field, old[field]) for field in TIMES})
    if new.keys() & {"incident", "source_system"}:
        _refuse_imported(connection, call_id)
        system, incident = (new.get(field, old[field]) for field in ("source_system", "incident"))
        _refuse_taken(connection, system, incident)
    _update_columns(connection, call_id, old, new)
    for field in CODE_SETS:
        if field in new:
            _put_codes(connection, call_id, field, new[field])
    if "responders" in new:
        _put_responders(connection, call_id, new["responders"])
    if "people" in new:
        _put_people(connection, staff_id, call_id, new["people"], at)
    return _keep_changes(connection, staff_id, "amend", old, at=at, reason=reason)


def _says(old: Mapping[str, Any], field: str, value: Any) -> bool:
    """Whether the record already holds this value of a field."""
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
    connection: sqlite3.Connection, call_id: int, old: Mapping[str, Any], new: Mapping[str, Any]
) -> None:
    values = {field: new[field] for field in PLAIN if field in new}
    if values.keys() & {"nature", "nature_cleared"}:
        natures = {field: new.get(field, old[field]) for field in ("nature", "nature_cleared")}
        in_force = natures["nature_cleared"] or natures["nature"]
        values["care"] = _on_care_list(connection, in_force)
    if "source_system" in new:
        values["source_system_id"] = _source_system(connection, new["source_system"])
    if "address" in new:
        values["address_id"], values["place_id"] = _place(connection, new["address"])
    if values:
        sets = ", ".join(f"{column} = :{column}" for column in values)  # names from our own source
        connection.execute(
            f"UPDATE call SET {sets} WHERE id = :call_id",  # noqa: S608
            {**values, "call_id": call_id},
        )


def void(
    connection: sqlite3.Connection, staff_id: int, call_id: int, *, at: str, reason: str
) -> None:
    """Hide a call made in error from counts and cards, inside the caller's transaction.

    A call logged by hand gives its incident number free (the change keeps it), because the usual
    next step is to log it again, rightly; an imported one keeps it, or the next import would bring
    it back. Raises NotFound, and InvalidInput when it is void already.
    """
    old = call_record.read(connection, call_id)
    if old["voided_at"]:
        raise InvalidInput(f"call {call_id} is void already")
    connection.execute(
        "UPDATE call SET voided_at = :at, voided_by = :by, void_reason = :reason,"
        " incident = iif(import_batch_id IS NULL, NULL, incident) WHERE id = :call_id",
        {"at": at, "by": staff_id, "reason": reason, "call_id": call_id},
    )
    _keep_changes(connection, staff_id, "void", old, at=at, reason=reason)


def _keep_changes(
    connection: sqlite3.Connection,
    staff_id: int,
    action: str,
    old: Mapping[str, Any],
    *,
    at: str,
    reason: str | None,
) -> list[str]:
    """Compare the record as it was with what it is now: the only judge of what changed."""
    call_id = old["id"]
    now = call_record.read(connection, call_id)
    changed = {
        field: (old[field], now[field])
        for field in old
        if old[field] != now[field] and field not in ("voided_by", "void_reason")
    }  # those two are the change's own by and reason
    if changed:
        changes.record(connection, staff_id, "call", call_id, changed, at=at, reason=reason)
        audit.record(connection, staff_id, action, "call", call_id, fields=sorted(changed))
    return list(changed)


# ---------------------------------------------------------------- the parts of a call


def _place(
    connection: sqlite3.Connection, address: Address | None
) -> tuple[int | None, int | None]:
    if address is None:
        return None, None
    return places.remember(connection, address, settings.load(connection).town)


def _on_care_list(connection: sqlite3.Connection, nature: str) -> int:
    row = connection.execute(
        "SELECT care FROM nature WHERE code = :code", {"code": nature}
    ).fetchone()
    return int(row["care"])


def _source_system(connection: sqlite3.Connection, name: str) -> int:
    connection.execute(
        "INSERT INTO source_system (name) VALUES (:name) ON CONFLICT (name) DO NOTHING",
        {"name": name},
    )
    row = connection.execute(
        "SELECT id FROM source_system WHERE name = :name", {"name": name}
    ).fetchone()
    return int(row["id"])


def _refuse_taken(connection: sqlite3.Connection, system: str, incident: str | None) -> None:
    row = connection.execute(
        "SELECT call.id FROM call JOIN source_system ON source_system.id = call.source_system_id"
        " WHERE source_system.name = :system AND incident = :incident",
        {"system": system, "incident": incident},
    ).fetchone()
    if row:
        raise InvalidInput(f"--incident: call {row['id']} has that number already")


def _refuse_imported(connection: sqlite3.Connection, call_id: int) -> None:
    row = connection.execute(
        "SELECT import_batch_id FROM call WHERE id = :call_id", {"call_id": call_id}
    ).fetchone()
    if row["import_batch_id"] is not None:
        raise InvalidInput(f"--incident: call {call_id} was imported; the number is its source's")


def _put_codes(
    connection: sqlite3.Connection, call_id: int, field: str, codes: Sequence[str]
) -> None:
    table, column = CODE_SETS[field]  # names from our own source
    connection.execute(f"DELETE FROM {table} WHERE call_id = :call_id", {"call_id": call_id})  # noqa: S608
    connection.executemany(
        f"INSERT INTO {table} (call_id, {column}) VALUES (:call_id, :code)",  # noqa: S608
        [{"call_id": call_id, "code": code} for code in dict.fromkeys(codes)],
    )


def _put_responders(
    connection: sqlite3.Connection, call_id: int, responders: Sequence[Responder]
) -> None:
    connection.execute("DELETE FROM call_responder WHERE call_id = :call_id", {"call_id": call_id})
    connection.executemany(
        "INSERT INTO call_responder (call_id, agency, clinician, unit, state, reason, minutes)"
        " VALUES (:call_id, :agency, :clinician, :unit, :state, :reason, :minutes)",
        [{"call_id": call_id, **asdict(responder)} for responder in responders],
    )


def _put_people(
    connection: sqlite3.Connection, staff_id: int, call_id: int, met: Sequence[Met], at: str
) -> None:
    """The people of a call; those without a record get one. A record is never removed."""
    on_call = []
    before = connection.execute(
        "SELECT person_id FROM call_person WHERE call_id = :call_id", {"call_id": call_id}
    )
    there = {row["person_id"] for row in before}  # a record merged since stays as it was met
    for each in met:
        if each.person_id is None:
            person_id = people.add(connection, staff_id, each, at)
        else:
            if each.person_id not in there:
                people.must_exist(connection, each.person_id)
            person_id = each.person_id
        on_call.append({"call_id": call_id, "person_id": person_id, "role": each.role})
    connection.execute("DELETE FROM call_person WHERE call_id = :call_id", {"call_id": call_id})
    connection.executemany(
        "INSERT INTO call_person (call_id, person_id, role) VALUES (:call_id, :person_id, :role)"
        " ON CONFLICT DO NOTHING",
        on_call,
    )
