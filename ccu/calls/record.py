"""One call as it stands: each field by its name in `calls.NewCall` and in the changes."""

import sqlite3
from typing import Any

from ccu.errors import InvalidInput
from ccu.records import table as records

# In the order in which they happen: none may be before an earlier one. With their options' names.
TIMES = {
    "occurred_at": "--when",
    "dispatched_at": "--dispatched",
    "arrived_at": "--arrived",
    "cleared_at": "--cleared",
}
# Many-valued fields that are a set of codes -> their table and column.
CODE_SETS = {
    "dangers": ("call_danger", "danger"),
    "interventions": ("call_intervention", "intervention"),
    "dispositions": ("call_disposition", "disposition"),
}
ANSWERS = ("care", "backup_asked", "backup_arrived", "force_used", "injury")  # 0, 1 or not said

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


def read(connection: sqlite3.Connection, call_id: int) -> dict[str, Any]:
    """Everything of one call but its people's names, in the order of its JSON. Raises NotFound.

    `people` are ids and roles; `narrative` is the text itself, for the caller to show or leave out.
    """
    row = records.require(connection, "call", call_id, _RECORD)
    found: dict[str, Any] = {"id": call_id}
    for key in ("source_system", "incident", *TIMES, "recorded_at"):
        found[key] = row[key]
    found["recorded_by"] = row["recorded_login"]
    typed = [row[key] for key in ("raw", "raw_unit", "raw_city", "raw_state", "raw_zip")]
    found["address"] = ", ".join(text for text in typed if text) or None
    for key in _COLUMNS_AS_THEY_ARE:
        found[key] = row[key]
    for key in ANSWERS:
        found[key] = None if row[key] is None else bool(row[key])
    found["minutes"] = row["minutes"]
    for field in CODE_SETS:
        found[field] = _codes_of(connection, call_id, field)
    found["responders"] = _responders_of(connection, call_id)
    found["people"] = _people_of(connection, call_id)
    found["narrative"] = row["narrative"]
    found["voided_at"], found["voided_by"] = row["voided_at"], row["voided_login"]
    found["void_reason"] = row["void_reason"]
    return found


def _responders_of(connection: sqlite3.Connection, call_id: int) -> list[dict[str, Any]]:
    """In the order in which they were written down; the keys are those of `calls.Responder`."""
    found = connection.execute(
        "SELECT agency, state, clinician, unit, reason, minutes FROM call_responder"
        " WHERE call_id = :call_id ORDER BY id",
        {"call_id": call_id},
    )
    return [{**dict(row), "clinician": bool(row["clinician"])} for row in found]


def _codes_of(connection: sqlite3.Connection, call_id: int, field: str) -> list[str]:
    table, column = CODE_SETS[field]  # names from our own source
    found = connection.execute(
        f"SELECT {column} FROM {table} JOIN {column} ON {column}.code = {table}.{column}"  # noqa: S608
        f" WHERE call_id = :call_id ORDER BY {column}.sort",
        {"call_id": call_id},
    )
    return [row[0] for row in found]


def _people_of(connection: sqlite3.Connection, call_id: int) -> list[dict[str, Any]]:
    found = connection.execute(
        "SELECT person_id AS id, role FROM call_person"
        " WHERE call_id = :call_id ORDER BY person_id, role",
        {"call_id": call_id},
    )
    return [dict(row) for row in found]


def require_not_void(connection: sqlite3.Connection, call_id: int) -> sqlite3.Row:
    """Return the row of a call that counts. Raises NotFound, and InvalidInput for a void one."""
    row = records.require(connection, "call", call_id)
    if row["voided_at"]:
        raise InvalidInput(f"call {call_id} is void")
    return row


def subjects(connection: sqlite3.Connection, call_id: int) -> list[int]:
    """Return the people a call was about, each by the record merged into. Raises NotFound."""
    records.require(connection, "call", call_id)
    found = connection.execute(
        "SELECT DISTINCT canonical_id FROM call_person JOIN human ON human.id = person_id"
        " WHERE call_id = :id AND role = 'subject' ORDER BY canonical_id",
        {"id": call_id},
    )
    return [row["canonical_id"] for row in found]
