"""Pages about people: one record, two side by side, and the likely pairs of the file."""

import json
import sqlite3
from collections.abc import Callable
from typing import Any

from ccu import dates
from ccu.errors import InvalidInput
from ccu.identity import LIKELY, Known
from ccu.output import Document, Section, Table, say
from ccu.output.screen import progress
from ccu.output.text import counted
from ccu.people import match_store
from ccu.people import open_work_store as open_work
from ccu.people import store as people
from ccu.people.form import hidden_fields
from ccu.people.open_work_store import AsOf
from ccu.people.options import NAMES, birth_year, latest_birth, minor_on, years
from ccu.records import codes, field_words, person_ids
from ccu.records.writes import changes_of
from ccu.session import Session

NAME_COLUMNS = ("Name", "From")
CHANGE_COLUMNS = ("When", "By", "Field", "Old value", "New value")
PLAIN = ("phone", "email", "home", "postcode", "sex", "language", "veteran")


def show(session: Session, asked: int, with_changes: bool) -> Document:
    """Return the page of a person, by any of their records; record the read. Raises NotFound."""
    hidden = hidden_fields(session)
    with session.work() as work:
        connection, today = work.connection, work.today
        person_id = person_ids.canonical(connection, [asked])[asked]
        found = people.merged_record(connection, person_id, today.isoformat())
        born, records = found["birth_date"], found["records"]
        window = {**open_work.window(session), "people": json.dumps(records)}
        changes = changes_of(connection, "person", person_id) if with_changes else None
        workers = open_work.workers(connection, records, window, AsOf.of(work.now), work.view)
        work.view.keep()
        work.audit("person-show", "person", person_id, asked=asked)
    if changes is not None:
        changes = [each for each in changes if each["field"] not in hidden]
    found |= dict.fromkeys(hidden)
    found["missing"] = {name: why for name, why in found["missing"].items() if name not in hidden}
    data = {
        "asked": asked,
        "identified": bool(found["given_name"] or found["family_name"]),
        **found,
        "age": years(born, today) if born else None,
        "minor": minor_on(latest_birth(found), found["minor"], today),
        "workers": workers,
        "changes": changes,
    }
    return _document(session, data)


def _document(session: Session, data: dict[str, Any]) -> Document:
    pairs = _pairs(session, data)
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


def _pairs(session: Session, data: dict[str, Any]) -> list[tuple[str, Any]]:
    coded = [
        (NAMES[name].replace("_", " "), data[name] and codes.labels(session.db, name)[data[name]])
        for name in ("race_ethnicity", "housing")
    ]
    whys = codes.labels(session.db, "missing_value")
    why = [f"{NAMES[each]}: {whys[code].lower()}" for each, code in data["missing"].items()]
    records = [str(each) for each in data["records"] if each != data["id"]]
    working = [open_work.worker_line(each) for each in data["workers"]]
    return [
        ("name", person_ids.name(data)),
        ("description", data["description"]),
        ("born", _born(data)),
        ("age", _estimate(data)),
        ("minor", data["minor"]),
        *((NAMES[field], data[field]) for field in PLAIN),
        *coded,
        ("not on file", "\n".join(why)),
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
    """Return an earlier value for a table's cell: names in a row, reasons by their field."""
    if isinstance(value, list):
        return ", ".join(" ".join(filter(None, each)) for each in value)
    if isinstance(value, dict):
        whys = codes.labels(session.db, "missing_value")
        return ", ".join(f"{_name(name)}: {whys[why].lower()}" for name, why in value.items())
    return field_words.value(session.db, "person", field, value)


# ---------------------------------------------------------------- two people side by side


FIELD_COLUMNS = ("field", "agreement", "weight", "a", "b")
MISSING = "missing"
NAMED = ("given name", "family name")
FIELD_LABELS = {"field": {"postcode": "ZIP"}}
TWO_PEOPLE = "Evidence of different people"
# At this weight or less a field is evidence of two people, not just a lack of agreement.
CONTRADICTS = -3.0

# Field of ccu.identity -> a record's value of it, as text.
VALUES: dict[str, Callable[[Known], str | None]] = {
    "given name": lambda known: _parts(each.given for each in known.names),
    "family name": lambda known: _parts(each.family for each in known.names),
    "birth date": lambda known: (
        known.birth_date
        or ("born {} to {}".format(*known.birth_years) if known.birth_years else None)
    ),
    "phone": lambda known: known.phone,
    "email": lambda known: known.email,
    "home": lambda known: known.home,
    "postcode": lambda known: known.postcode,
    "sex": lambda known: known.sex,
    "household": lambda known: None,
}


def compare(session: Session, a: int, b: int) -> Document:
    """Return the comparison as a page; record a read of both. Raises NotFound."""
    _ = session.staff_id
    if a == b:
        raise InvalidInput("enter two different people; both numbers are the same")
    with session.work() as work:
        for number in (a, b):
            people.canonical(work.connection, number)
        found = match_store.compare_two(work.connection, a, b)
        data = {
            "asked": [a, b],
            "a": found.a,
            "b": found.b,
            "records": list(found.records),
            **likeness(work.connection, found),
            "merged": found.a == found.b,
            "agree": agreeing(found),
            "differ": [
                each.name
                for each in found.likeness.fields
                if each.agreement != MISSING and each.weight < 0
            ],
            "fields": _fields(found),
        }
        for number in sorted({found.a, found.b}):
            work.audit("person-compare", "person", number, asked=[a, b])
    return _comparison(data)


def likeness(connection: sqlite3.Connection, found: match_store.Pair) -> dict[str, Any]:
    """Return score, likely_from, likely, against, which a merge also shows."""
    return {
        "score": found.likeness.score,
        "likely_from": LIKELY,
        "likely": found.likeness.score >= LIKELY,
        "against": against(connection, found),
    }


def _fields(found: match_store.Pair) -> list[dict[str, Any]]:
    a, b = found.known
    rows = [
        (each.name, each.agreement, each.weight, *(VALUES[each.name](side) for side in (a, b)))
        for each in found.likeness.fields
    ]
    # "Unknown" or just John Doe
    rows = [
        (name, "placeholder", *rest) if how == MISSING and name in NAMED and all(rest[1:]) else row
        for row in rows
        for name, how, *rest in [row]
    ]
    if a.description or b.description:
        described = (a.description or None, b.description or None)
        rows.append(("description", "never counted", 0.0, *described))
    return [dict(zip(FIELD_COLUMNS, row, strict=True)) for row in rows]


def agreeing(found: match_store.Pair) -> list[str]:
    """Return the fields that suggest one person, by weight."""
    fields = sorted(found.likeness.fields, key=lambda each: -each.weight)
    return [each.name for each in fields if each.weight > 0]


def against(connection: sqlite3.Connection, found: match_store.Pair) -> list[str]:
    """Return the evidence of two people, as clauses with numbers and fields only."""
    if found.a == found.b:
        return []
    said = [
        f"the {each.word} differs"
        for each in found.likeness.fields
        if each.weight <= CONTRADICTS and each.name != "household"
    ]
    if calls := match_store.both_on(connection, found.a, found.b):
        more = f" and {len(calls) - 3} more" if len(calls) > 3 else ""
        said.append(f"both were on call {', '.join(map(str, calls[:3]))}{more}")
    if match_store.rows_between(connection, "person_relation", found.a, found.b):
        said.append("one is recorded as a relation of the other")
    if match_store.rows_between(connection, "person_different", found.a, found.b):
        said.append("they are marked as different people")
    return said


def verdict(data: dict[str, Any]) -> str:
    """Return `93 of 100: likely the same person (likely from 50)`."""
    word = "likely the same person" if data["likely"] else "not likely the same person"
    return f"{data['score']} of 100: {word} (likely from {data['likely_from']})"


def _comparison(data: dict[str, Any]) -> Document:
    pairs = [("score", verdict(data))]
    if data["agree"]:
        pairs.append(("agree", ", ".join(data["agree"]).replace("postcode", "ZIP")))
    if data["differ"]:
        pairs.append(("different", ", ".join(data["differ"]).replace("postcode", "ZIP")))
    if data["merged"]:
        pairs.insert(0, ("merged", f"both are records of person {data['a']}"))
    elif data["records"] != [data["a"], data["b"]]:
        pairs.append(("compared", f"records {data['records'][0]} and {data['records'][1]}"))
    sections = [
        Section(pairs=pairs),
        Section(TWO_PEOPLE, lines=[sentence(each) for each in data["against"]], alert=True),
        Section(table=Table(FIELD_COLUMNS, data["fields"], labels=FIELD_LABELS), main=True),
    ]
    first, second = data["asked"]
    return Document(f"Person {first} and person {second}", sections, data)


def sentence(text: str) -> str:
    """A clause as a sentence."""
    return f"{text[:1].upper()}{text[1:]}."


def _parts(parts: Any) -> str | None:
    return " / ".join(dict.fromkeys(part for part in parts if part)) or None


# ---------------------------------------------------------------- the likely pairs of the file


PAIR_COLUMNS = ("a", "b", "score", "why", "a_source", "b_source")
PAIR_NAME_COLUMNS = ("a_name", "b_name")


def read_duplicates(
    session: Session, least: int, limit: int | None, names: bool
) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """Return the rows and their columns; record the read, with `names` of everybody named."""
    connection = session.reading.connection
    with progress("Comparing records") as advance:
        found, compared, left_out = match_store.likely_pairs(connection, least, advance)
    source = match_store.office_numbers(connection)
    rows: list[dict[str, Any]] = [
        {
            "a": pair.a,
            "b": pair.b,
            "score": pair.likeness.score,
            "why": ", ".join(agreeing(pair)),
            "a_source": source.get(pair.a, ""),
            "b_source": source.get(pair.b, ""),
        }
        for pair in found[:limit]
    ]
    with session.work() as work:
        work.audit("person-duplicates", records=compared, pairs=len(rows))
        if names:
            shown = sorted({row[end] for row in rows for end in ("a", "b")})
            called = person_ids.names(work.connection, shown)
            person_ids.shown(work.connection, work.staff_id, "person-duplicates", shown)
            rows = [{**row, "a_name": called[row["a"]], "b_name": called[row["b"]]} for row in rows]
    if session.interactive:
        _tell(compared, len(found), left_out, len(rows))
    return rows, (*PAIR_COLUMNS, *PAIR_NAME_COLUMNS) if names else PAIR_COLUMNS


def _tell(compared: int, pairs: int, left_out: int, shown: int) -> None:
    text = f"{compared} records compared; {counted(pairs, 'likely pair')}"
    if shown < pairs:
        text += f", the best {shown} of them shown"
    if left_out:
        text += f"; {left_out} left out that are marked as different people"
    say(f"{text}.")
