"""One call as a page: its fields, who was there, and its history of changes."""

import sqlite3
from typing import Any

from ccu import dates
from ccu.calls import call_answer
from ccu.calls import store as calls
from ccu.calls.store import OWN_SYSTEM
from ccu.output import Document, Section, Table
from ccu.people import store as people
from ccu.people.open_work import AsOf
from ccu.records import codes
from ccu.records.table import changes_of
from ccu.work import Work

# field -> (label, code list or ""), in the order of the page; what is empty is left out
LABELS = {
    "occurred_at": ("began", ""),
    "dispatched_at": ("dispatched", ""),
    "arrived_at": ("arrived", ""),
    "cleared_at": ("cleared", ""),
    "address": ("address", ""),
    "nature": ("nature", "nature"),
    "nature_cleared": ("nature as cleared", "nature"),
    "care": ("care call", ""),
    "source": ("source", "call_source"),
    "source_system": ("source system", ""),
    "incident": ("incident", ""),
    "cad_nature": ("dispatch said", ""),
    "cad_cleared": ("dispatch cleared it as", ""),
    "cad_disposition": ("dispatch closed it with", ""),
    "priority": ("priority", ""),
    "beat": ("beat", ""),
    "lead_agency": ("lead agency", "agency"),
    "crisis_kind": ("type of crisis", "crisis_kind"),
    "dangers": ("dangers", "danger"),
    "backup_asked": ("back-up asked", ""),
    "backup_arrived": ("back-up arrived", ""),
    "force_used": ("force used", ""),
    "injury": ("injury", ""),
    "interventions": ("interventions", "intervention"),
    "dispositions": ("dispositions", "disposition"),
    "minutes": ("minutes", ""),
}
CHANGED_LABELS = {"place_id": "place", "voided_at": "void"}
RESPONDER_COLUMNS = ("agency", "clinician", "state", "unit", "minutes", "reason")
PERSON_COLUMNS = ("person", "role", "name", "description", "born")
CHANGE_COLUMNS = ("when", "by", "field", "old", "new", "reason")


def call_data(work: Work, call_id: int, reason: str | None) -> dict[str, Any]:
    """Return a call in its documented JSON shape and record that it was shown. Raises NotFound.

    That of store.call_record, with names in `people`, `narrative_characters`, `changes`, and
    `answer`: the outcome in one line, empty without referral or follow-up. The narrative is there
    only with a `reason`. The audit has an event for the call and for each person on it.
    """
    data = _data(work.connection, call_id, full=reason is not None)
    answers = call_answer.of_calls(work.connection, [call_id], AsOf.of(work.now), work.view)
    data["answer"] = answers.get(call_id, "")
    work.view.keep()
    met = sorted({each["id"] for each in data["people"]})
    work.audit("call-show", "call", call_id, people=len(met), reason=reason)
    for person_id in met:
        work.audit("call-show", "person", person_id, call=call_id)
    return data


def _data(connection: sqlite3.Connection, call_id: int, full: bool) -> dict[str, Any]:
    data = calls.call_record(connection, call_id)
    data["people"] = people.on_call(connection, call_id)
    data["narrative_characters"] = len(data["narrative"] or "")
    data["changes"] = changes_of(connection, "call", call_id)
    if not full:
        data["narrative"] = None
        for change in data["changes"]:
            if change["field"] == "narrative":
                change |= {key: _characters(change[key]) for key in ("old", "new")}
    return data


def document(connection: sqlite3.Connection, data: dict[str, Any]) -> Document:
    """The same as a page."""
    sections = []
    if data["voided_at"]:
        heading = f"VOID since {dates.minute(data['voided_at'])}, by {data['voided_by']}"
        sections.append(Section(heading, lines=[data["void_reason"]], alert=True))
    sections += [
        Section(pairs=_pairs(connection, data), main=True),
        Section("Responders", table=_responders(connection, data)),
        Section("People", table=_people(connection, data)),
        Section("Changes", table=_changes(connection, data)),
        Section("Narrative", lines=[data["narrative"]] if data["narrative"] else []),
    ]
    kept = [each for each in sections if each.table is None or list(each.table.rows)]
    return Document(f"Call {data['id']}", kept, data)


def _pairs(connection: sqlite3.Connection, data: dict[str, Any]) -> list[tuple[str, Any]]:
    pairs = []
    for field, (label, table) in LABELS.items():
        value = data[field]
        if value not in (None, []) and (field, value) != ("source_system", OWN_SYSTEM):
            pairs.append((label, _shown(connection, field, value, table)))
    length = data["narrative_characters"]
    if length and not data["narrative"]:
        pairs.append(("narrative", f"{length} characters; --full --reason TEXT shows it"))
    if data["answer"]:
        pairs.append(("what became of it", data["answer"]))
    return [*pairs, ("recorded", f"{dates.minute(data['recorded_at'])} by {data['recorded_by']}")]


def _shown(connection: sqlite3.Connection, field: str, value: Any, table: str) -> Any:
    if field.endswith("_at"):
        return dates.minute(value)
    if not table:
        return value
    labels = codes.labels(connection, table)
    chosen = value if isinstance(value, list) else [value]
    return ", ".join(labels[code] for code in chosen)


def _responders(connection: sqlite3.Connection, data: dict[str, Any]) -> Table:
    agencies = codes.labels(connection, "agency")
    states = codes.labels(connection, "responder_state")
    rows = [
        {**each, "agency": agencies[each["agency"]], "state": states[each["state"]]}
        for each in data["responders"]
    ]
    return Table(RESPONDER_COLUMNS, rows)


def _people(connection: sqlite3.Connection, data: dict[str, Any]) -> Table:
    roles = codes.labels(connection, "call_role")
    rows = []
    for each in data["people"]:
        name = f"{each['given_name']} {each['family_name']}".strip()
        name = name or ("not identified" if each["description"] else "unknown")
        now = each["merged_into"]
        number = each["id"] if now is None else f"{each['id']}, now {now}"
        rows.append((number, roles[each["role"]], name, each["description"], each["birth_date"]))
    return Table(PERSON_COLUMNS, rows)


def _changes(connection: sqlite3.Connection, data: dict[str, Any]) -> Table:
    rows = [
        (
            dates.minute(each["at"]),
            each["by"],
            _label(each["field"]),
            _words(connection, each["field"], each["old"]),
            _words(connection, each["field"], each["new"]),
            each["reason"],
        )
        for each in data["changes"]
    ]
    return Table(CHANGE_COLUMNS, rows)


def _label(field: str) -> str:
    return LABELS[field][0] if field in LABELS else CHANGED_LABELS.get(field, field)


def _words(connection: sqlite3.Connection, field: str, value: Any) -> Any:
    """A kept value for a table's cell: labels for codes, a responder or a person in words."""
    if isinstance(value, dict):
        return _part(value)
    if isinstance(value, list) and not (value and isinstance(value[0], str)):
        return ", ".join(_part(each) for each in value)
    if field in LABELS and value is not None:
        return _shown(connection, field, value, LABELS[field][1])
    return value


def _part(value: dict[str, Any]) -> str:
    if "characters" in value:
        return f"{value['characters']} characters"
    if "agency" in value:
        clinician = " clinician" if value["clinician"] else ""
        return f"{value['agency']}{clinician} {value['state']}"
    return f"person {value['id']} ({value['role']})"


def _characters(text: str | None) -> dict[str, int] | None:
    return None if text is None else {"characters": len(text)}
