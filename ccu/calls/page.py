"""One call as a page: its fields, responders, people involved, and changes; and one consult."""

import sqlite3
from collections.abc import Collection
from typing import Any

from ccu import dates
from ccu.calls import answer_store, triage_store
from ccu.calls import store as calls
from ccu.calls.store import OWN_SYSTEM
from ccu.options import terminal
from ccu.output import Document, Section, Table
from ccu.output.text import for_person
from ccu.people import store as people
from ccu.people import who
from ccu.people.open_work_store import AsOf
from ccu.people.options import say_birth
from ccu.records import codes, field_words, person_ids
from ccu.records.writes import changes_of
from ccu.session import Session
from ccu.work import Work

# The fields of the page in order; empty ones are left out.
FIELDS = (
    *("occurred_at", "dispatched_at", "arrived_at", "cleared_at", "address", "nature"),
    *("nature_cleared", "care", "source", "source_system", "incident", "cad_nature", "cad_cleared"),
    *("cad_disposition", "priority", "beat", "lead_agency", "crisis_kind", "dangers"),
    *("backup_asked", "backup_arrived", "force_used", "injury", "interventions", "dispositions"),
    "minutes",
)
_RESULT = ("answer", "decision")
RESPONDER_COLUMNS = ("Agency", "Clinician", "Status", "Unit", "Minutes", "Reason")
PERSON_COLUMNS = ("Person", "Role", "Name", "Description", "Born")
CHANGE_COLUMNS = ("When", "By", "Field", "Old", "New", "Reason")


def call_data(work: Work, call_id: int, reason: str | None) -> dict[str, Any]:
    """Return a call in its documented JSON shape, and record the read. Raises NotFound.

    It is store.call_record plus names in `people`, `narrative_characters`, `changes`, `decision` in
    words, and `answer`: the outcome in one line, empty without referral, follow-up or decision. The
    narrative is included only with a `reason`. The audit has an event for the call and for each
    person on it.
    """
    data = _data(work.connection, call_id, full=reason is not None)
    answers = answer_store.of_calls(work.connection, [call_id], AsOf.of(work.now), work.view)
    data["answer"] = answers.get(call_id, "")
    triage = triage_store.of_calls(work.connection, [call_id], AsOf.of(work.now), work.view)
    data["decision"] = triage[call_id]["decision"] if call_id in triage else ""
    work.view.keep()
    met = sorted({each["id"] for each in data["people"]})
    work.audit("call-show", "call", call_id, people=len(met), reason=reason)
    for person_id in met:
        work.audit("call-show", "person", person_id, call=call_id)
    return data


def _data(connection: sqlite3.Connection, call_id: int, full: bool) -> dict[str, Any]:
    data = calls.call_record(connection, call_id)
    if (data["incident"] or "").startswith("~"):  # made by an import
        data["incident"] = None
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
    """Return the call as a page."""
    sections = []
    if data["voided_at"]:
        heading = f"VOID since {dates.said(data['voided_at'])}, by {data['voided_by']}"
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
    for field in FIELDS:
        value = data[field]
        if value not in (None, []) and (field, value) != ("source_system", OWN_SYSTEM):
            pairs.append((label(field), _shown(connection, field, value)))
    if not data["clock_known"]:
        pairs[:1] = [("began", data["occurred_at"][:10]), ("time", "not known")]
    length = data["narrative_characters"]
    if length and not data["narrative"]:
        pairs.append(("narrative", f"{length} characters; to read it: --full --reason TEXT"))
    pairs += [(key, data[key]) for key in _RESULT if data[key]]
    return [*pairs, ("recorded", f"{dates.minute(data['recorded_at'])} by {data['recorded_by']}")]


def _shown(connection: sqlite3.Connection, field: str, value: Any) -> Any:
    if field.endswith("_at"):
        return dates.minute(value)
    if isinstance(value, list):
        return ", ".join(field_words.value(connection, "call", field, each) for each in value)
    return field_words.value(connection, "call", field, value)


def _responders(connection: sqlite3.Connection, data: dict[str, Any]) -> Table:
    agencies = codes.labels(connection, "agency")
    states = codes.labels(connection, "responder_state")
    rows = [
        (
            agencies[each["agency"]],
            each["clinician"],
            states[each["state"]],
            *(each[key] for key in ("unit", "minutes", "reason")),
        )
        for each in data["responders"]
    ]
    return Table(RESPONDER_COLUMNS, rows)


def _people(connection: sqlite3.Connection, data: dict[str, Any]) -> Table:
    roles = codes.labels(connection, "call_role")
    rows = []
    for each in data["people"]:
        name = person_ids.name(each)
        now = each["merged_into"]
        number = each["id"] if now is None else f"{each['id']}, now {now}"
        role, description = roles[each["role"]], each["description"]
        if who.is_relation(description):  # written after the name
            role, description = f"{role}, {description}", ""
        born = each["birth_date"] or say_birth(each, dates.from_iso(data["recorded_at"]).date())
        rows.append((number, role, name, description, born))
    return Table(PERSON_COLUMNS, rows)


def _changes(connection: sqlite3.Connection, data: dict[str, Any]) -> Table:
    rows = [
        (
            dates.minute(each["at"]),
            each["by"],
            label(each["field"]),
            _words(connection, each["field"], each["old"]),
            _words(connection, each["field"], each["new"]),
            each["reason"],
        )
        for each in data["changes"]
    ]
    return Table(CHANGE_COLUMNS, rows)


def undecided(session: Session, more: bool, number: int | None) -> tuple[dict[int, str], int]:
    """Return care calls to decide, the most urgent first, for `lookups.of_list`; recorded."""
    if not session.may("call list"):
        return {}, 0
    with session.work() as work:
        asked = {triage_store.NUMBER: [number]} if number else {triage_store.UNDECIDED: 1}
        found = triage_store.rows(work.connection, AsOf.of(work.now), asked, work.view)
        rows = terminal.some_of(found, more)
        work.view.keep()
        work.audit("call-list", rows=len(rows))
    lines = {
        row["id"]: ", ".join(
            filter(None, (for_person(row["occurred"]), row["place"], row["nature"]))
        )
        for row in rows
    }
    return lines, len(found)


def label(field: str) -> str:
    """Return the label of a call's field on screens."""
    return "began" if field == "occurred_at" else field_words.name(field)


def _words(connection: sqlite3.Connection, field: str, value: Any) -> Any:
    """Return a value of a change for a cell: labels for codes, words for a responder or person."""
    if isinstance(value, dict):
        return _part(connection, value)
    if isinstance(value, list) and not (value and isinstance(value[0], str)):
        return ", ".join(_part(connection, each) for each in value)
    return value if value is None else _shown(connection, field, value)


def _part(connection: sqlite3.Connection, value: dict[str, Any]) -> str:
    if "characters" in value:
        return f"{value['characters']} characters"
    if "agency" in value:
        clinician = " clinician" if value["clinician"] else ""
        agency = codes.labels(connection, "agency")[value["agency"]]
        state = codes.labels(connection, "responder_state")[value["state"]]
        return f"{agency}{clinician}: {state.lower()}"
    role = codes.labels(connection, "call_role")[value["role"]]
    return f"person {value['id']} ({role.lower()})"


def _characters(text: str | None) -> dict[str, int] | None:
    return None if text is None else {"characters": len(text)}


def names_of_fields(changed: Collection[str]) -> str:
    """Return the changed fields in words; the place only if its address did not change."""
    fields = [each for each in changed if each != "place_id" or "address" not in changed]
    return ", ".join(map(label, fields))


def consult(connection: sqlite3.Connection, data: dict[str, Any]) -> Document:
    """Return a consult, as `consult_store.consult_data` has it, as a page."""
    note = [data["note"]] if data["note"] else []
    pairs = [
        ("when", dates.minute(data["occurred_at"])),
        *((key.replace("_", " "), data[key]) for key in ("asked_by", "clinician", "minutes")),
        *((key, data[key]) for key in ("call", "person") if data[key] is not None),
        ("note", f"{data['note_characters']} characters" if data["note_characters"] else "none"),
        *([("status", "void: not in lists or figures")] if data["voided"] else []),
        ("recorded", f"{dates.minute(data['recorded_at'])} by {data['recorded_by']}"),
    ]
    sections = [Section(pairs=pairs, main=True), Section("Note", lines=note)]
    if changes := field_words.changes(connection, "consult", data["changes"]):
        sections.append(Section("Changes", table=Table(CHANGE_COLUMNS, changes)))
    return Document(f"Consult {data['id']}", sections, data)
