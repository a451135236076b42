"""The page of a person: what is known, what is not and why, and by which numbers."""

import json
from typing import Any

from ccu import dates
from ccu.output import Document, Section, Table
from ccu.people import open_work_store as open_work
from ccu.people import screen_parts
from ccu.people import store as people
from ccu.people.form import hidden_fields
from ccu.people.open_work_store import AsOf
from ccu.people.options import NAMES, birth_year, latest_birth, minor_on, years
from ccu.records import codes, field_words, person_ids
from ccu.records.table import changes_of
from ccu.session import Session
from ccu.work import Work

NAME_COLUMNS = ("Name", "From")
CHANGE_COLUMNS = ("When", "By", "Field", "Old value", "New value")
PLAIN = ("phone", "email", "home", "postcode", "sex", "language", "veteran")


def show(session: Session, asked: int, with_changes: bool) -> Document:
    """Return the page of a person, by any record of theirs, recorded as a read. Raises NotFound."""
    with session.work() as work:
        data = _read(session, work, asked, with_changes)
    return _document(session, data)


def _read(session: Session, work: Work, asked: int, with_changes: bool) -> dict[str, Any]:
    connection, today = work.connection, work.today
    person_id = person_ids.canonical(connection, [asked])[asked]
    found = people.merged_record(connection, person_id, today.isoformat())
    born, records = found["birth_date"], found["records"]
    window = {**screen_parts.window(session), "people": json.dumps(records)}
    hidden = hidden_fields(session)
    changes = changes_of(connection, "person", person_id) if with_changes else None
    if changes is not None:
        changes = [each for each in changes if each["field"] not in hidden]
    found |= dict.fromkeys(hidden)
    found["missing"] = {name: why for name, why in found["missing"].items() if name not in hidden}
    workers = open_work.workers(connection, records, window, AsOf.of(work.now), work.view)
    work.view.keep()
    work.audit("person-show", "person", person_id, asked=asked)
    return {
        "asked": asked,
        "identified": bool(found["given_name"] or found["family_name"]),
        **found,
        "age": years(born, today) if born else None,
        "minor": minor_on(latest_birth(found), found["minor"], today),
        "workers": workers,
        "changes": changes,
    }


def _document(session: Session, data: dict[str, Any]) -> Document:
    pairs = [*_who(data), *_about(session, data), *_kept(data)]
    lines = []
    if data["asked"] != data["id"]:
        lines = [f"Person {data['asked']} was merged into person {data['id']}."]
    sections = [
        Section(lines=lines),
        Section(pairs=[pair for pair in pairs if pair[1] not in (None, "")], main=True),
    ]
    names = [
        (f"{each['given_name']} {each['family_name']}".strip(), _from(each))
        for each in data["names"]
    ]
    if names:
        sections.append(Section("Other names", table=Table(NAME_COLUMNS, names)))
    if data["changes"] is not None:
        changed = [
            (
                *(dates.minute(each["at"]), each["by"], _name(each["field"])),
                *(_value(session, each["field"], each[when]) for when in ("old", "new")),
            )
            for each in data["changes"]
        ]
        table = Table(CHANGE_COLUMNS, changed)
        sections.append(Section("Changes", table=table, empty="No changes since it was recorded"))
    return Document(f"Person {data['id']}", sections, data)


def _who(data: dict[str, Any]) -> list[tuple[str, Any]]:
    return [
        ("name", person_ids.name(data)),
        ("description", data["description"]),
        ("born", _born(data)),
        ("age", _estimate(data)),
        ("minor", data["minor"]),
    ]


def _about(session: Session, data: dict[str, Any]) -> list[tuple[str, Any]]:
    coded = [
        (NAMES[name].replace("_", " "), data[name] and codes.labels(session.db, name)[data[name]])
        for name in ("race_ethnicity", "housing")
    ]
    whys = codes.labels(session.db, "missing_value")
    why = [f"{NAMES[each]}: {whys[code].lower()}" for each, code in data["missing"].items()]
    return [
        *((NAMES[field], data[field]) for field in PLAIN),
        *coded,
        ("not on file", "\n".join(why)),
    ]


def _kept(data: dict[str, Any]) -> list[tuple[str, Any]]:
    records = [str(each) for each in data["records"] if each != data["id"]]
    working = [screen_parts.worker_line(each) for each in data["workers"]]
    return [
        ("merged records", ", ".join(records)),
        ("households", ", ".join(map(str, data["households"]))),
        ("office numbers", ", ".join(map("{source} {number}".format_map, data["sources"]))),
        ("working with", "\n".join(working) or "None assigned"),
        ("recorded", f"{dates.minute(data['recorded_at'])} by {data['recorded_by']}"),
    ]


def _born(data: dict[str, Any]) -> str | None:
    if year := birth_year(data["age_estimate"], data["age_estimated_on"]):
        return str(year)
    if not data["birth_date"]:
        return None
    return f"{dates.said(data['birth_date'])} (age {data['age']})"


def _estimate(data: dict[str, Any]) -> str | None:
    age, on = data["age_estimate"], data["age_estimated_on"]
    if age is None or birth_year(age, on):
        return None
    when = dates.said(on) if on else "a day not recorded"
    return f"about {age}, estimated on {when}"


def _from(each: dict[str, Any]) -> str:
    of = f"person {each['person']}"
    return of if each["alias"] is None else f"alias {each['alias']} of {of}"


def _name(field: str) -> str:
    return NAMES.get(field) or field_words.name(field)


def _value(session: Session, field: str, value: Any) -> Any:
    """A kept value for a table's cell: names in a row, reasons by their field."""
    if isinstance(value, list):
        return ", ".join(" ".join(filter(None, each)) for each in value)
    if isinstance(value, dict):
        whys = codes.labels(session.db, "missing_value")
        return ", ".join(f"{_name(name)}: {whys[why].lower()}" for name, why in value.items())
    return field_words.value(session.db, "person", field, value)
