"""The page of a person: what is known, what is not and why, and by which numbers."""

import json
import sqlite3
from datetime import date
from typing import Any

from ccu.card import page as card_page
from ccu.follow_ups.rows import AsOf
from ccu.output import Document, Section, Table
from ccu.people import open_work
from ccu.people import store as people
from ccu.people.form import NAMES, minor_on, years
from ccu.people.open_work import IN_FORCE
from ccu.records import codes, person_ids
from ccu.records.table import changes_of
from ccu.session import Session
from ccu.work import Work

NAME_COLUMNS = ("name", "from")
CHANGE_COLUMNS = ("when", "by", "field", "old", "new")
PLAIN = ("phone", "email", "home", "postcode", "sex", "language", "veteran")


def show(session: Session, asked: int, with_changes: bool) -> Document:
    """Return the page of a person, recorded as a read; of a merged record the canonical one's.

    Raises NotFound.
    """
    with session.work() as work:
        data = _read(session, work, asked, with_changes)
    return _document(session, data)


def _read(session: Session, work: Work, asked: int, with_changes: bool) -> dict[str, Any]:
    connection, today = work.connection, work.today
    person_id = person_ids.canonical(connection, [asked])[asked]
    found = _recorded(connection, person_id, today.isoformat())
    born, records = found["birth_date"], found["records"]
    window = {**card_page.window(session), "people": json.dumps(records)}
    changes = changes_of(connection, "person", person_id) if with_changes else None
    workers = open_work.workers(connection, records, window, AsOf.of(work.now), work.view)
    work.view.keep()
    work.audit("person-show", "person", person_id, asked=asked)
    return {
        "asked": asked,
        "identified": bool(found["given_name"] or found["family_name"]),
        **found,
        "age": years(born, today) if born else None,
        "minor": minor_on(born, found["minor"], today),
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
    names = [(_full(each), _from(each)) for each in data["names"]]
    if names:
        sections.append(Section("Other names", table=Table(NAME_COLUMNS, names)))
    if data["changes"] is not None:
        table = Table(CHANGE_COLUMNS, [_changed(each) for each in data["changes"]])
        nothing = "nothing was changed"
        sections.append(Section("Changes", table=table, empty=nothing))
    return Document(f"Person {data['id']}", sections, data)


def _who(data: dict[str, Any]) -> list[tuple[str, Any]]:
    nameless = "not identified" if data["description"] else "unknown"
    return [
        ("name", _full(data) or nameless),
        ("description", data["description"]),
        ("born", _born(data)),
        ("age", _estimate(data)),
        ("minor", data["minor"]),
    ]


def _about(session: Session, data: dict[str, Any]) -> list[tuple[str, Any]]:
    housing = data["housing"] and codes.labels(session.db, "housing")[data["housing"]]
    whys = codes.labels(session.db, "missing_value")
    why = [f"{NAMES[each]}: {whys[code].lower()}" for each, code in data["missing"].items()]
    return [
        *((name, data[name]) for name in PLAIN),
        ("housing", housing),
        ("not known", "\n".join(why)),
    ]


def _kept(data: dict[str, Any]) -> list[tuple[str, Any]]:
    records = [str(each) for each in data["records"] if each != data["id"]]
    working = [card_page.worker_line(each) for each in data["workers"]]
    return [
        ("merged in", ", ".join(records)),
        ("households", ", ".join(map(str, data["households"]))),
        ("known as", ", ".join(f"{each['source']} {each['number']}" for each in data["sources"])),
        ("working with", "\n".join(working) or "None assigned"),
        ("recorded", f"{_minute(data['recorded_at'])} by {data['recorded_by']}"),
    ]


def _born(data: dict[str, Any]) -> str | None:
    return f"{data['birth_date']} (age {data['age']})" if data["birth_date"] else None


def _estimate(data: dict[str, Any]) -> str | None:
    if data["age_estimate"] is None:
        return None
    on = data["age_estimated_on"]
    day = f"{date.fromisoformat(on)}" if on else "a day not recorded"
    return f"about {data['age_estimate']}, guessed on {day}"


def _from(each: dict[str, Any]) -> str:
    of = f"person {each['person']}"
    return of if each["alias"] is None else f"alias {each['alias']} of {of}"


def _full(each: dict[str, Any]) -> str:
    return f"{each['given_name']} {each['family_name']}".strip()


def _changed(each: dict[str, Any]) -> tuple[Any, ...]:
    field = NAMES.get(each["field"], each["field"].replace("_", " "))
    old, new = _value(each["old"]), _value(each["new"])
    return _minute(each["at"]), each["by"], field, old, new


def _value(value: Any) -> Any:
    """A kept value for a table's cell: names in a row, reasons by their field."""
    if isinstance(value, list):
        return ", ".join(" ".join(filter(None, each)) for each in value)
    if isinstance(value, dict):
        return ", ".join(f"{NAMES.get(name, name)}: {why}" for name, why in value.items())
    return value


def _minute(stored: str) -> str:
    return stored[:16].replace("T", " ")


# ---------------------------------------------------------------- over all merged records


_NAMES = """
SELECT * FROM (
  SELECT id AS person, NULL AS alias, given_name, family_name FROM person
  WHERE id IN (SELECT value FROM json_each(:records)) AND id <> :id
  UNION ALL
  SELECT person_id, id, given_name, family_name FROM person_alias
  WHERE person_id IN (SELECT value FROM json_each(:records)))
ORDER BY person <> :id, person, alias
"""
_OWN_NAMES = """
SELECT person_id, field, value FROM person_own
WHERE person_id IN (SELECT value FROM json_each(:records))
  AND field IN ('given_name', 'family_name')
"""
_HOUSEHOLDS = f"""
SELECT DISTINCT household_id FROM membership AS member
WHERE person_id IN (SELECT value FROM json_each(:records)) AND {IN_FORCE.format("member")}
ORDER BY household_id
"""  # noqa: S608 - no user's text in it
_SOURCES = """
SELECT source, number FROM person_source
WHERE person_id IN (SELECT value FROM json_each(:records)) ORDER BY source, number
"""
_RECORDED = """
SELECT person.recorded_at, staff.login AS recorded_by
FROM person JOIN staff ON staff.id = person.recorded_by WHERE person.id = :id
"""


def _recorded(connection: sqlite3.Connection, person_id: int, today: str) -> dict[str, Any]:
    """Return the fields of people.read, then names, records, households, sources: an audited read.

    `person_id` is a canonical record. `names` are the other names: given_name, family_name, the
    record (person) and alias number (None: the name of a record merged in).
    """
    records = person_ids.same(connection, [person_id])
    asked = {"id": person_id, "records": json.dumps(records), "today": today}
    found = people.read(connection, person_id)
    del found["aliases"]
    # A merge may fill what the record itself has a reason not to say; the reason stays with it.
    why = {name: each for name, each in found["missing"].items() if found[name] in (None, "")}
    return {
        "id": person_id,
        "records": records,
        **found,
        "missing": why,
        "names": _names(connection, asked, (found["given_name"], found["family_name"])),
        "households": [row[0] for row in connection.execute(_HOUSEHOLDS, asked)],
        "sources": [dict(row) for row in connection.execute(_SOURCES, asked)],
        **dict(connection.execute(_RECORDED, asked).fetchone()),
    }


def _names(
    connection: sqlite3.Connection, asked: dict[str, Any], shown: tuple[str, str]
) -> list[dict[str, Any]]:
    """Other names than the one shown, each record's own; no name twice but for its aliases."""
    rows = [dict(row) for row in connection.execute(_NAMES, asked)]
    own: dict[int, dict[str, Any]] = {}
    for row in connection.execute(_OWN_NAMES, asked):
        own.setdefault(row["person_id"], {})[row["field"]] = json.loads(row["value"])
    if asked["id"] in own:  # it shows a merged record's name, and has one of its own
        given, family = shown
        mine = {"given_name": given, "family_name": family, **own.pop(asked["id"])}
        rows.insert(0, {"person": asked["id"], "alias": None, **mine})
    seen = {shown, ("", "")}
    kept = []
    for row in rows:
        if row["alias"] is None:
            row |= own.get(row["person"], {})
        name = (row["given_name"], row["family_name"])
        if row["alias"] is not None or name not in seen:
            kept.append(row)
        seen.add(name)
    return kept
