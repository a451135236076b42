"""How alike two people are, field by field; likely pairs of the file; pairs marked different."""

import sqlite3
from collections.abc import Callable
from typing import Any

from ccu.errors import InvalidInput
from ccu.identity import LIKELY, Known
from ccu.output import Document, Section, Table, say
from ccu.output.screen import progress
from ccu.people import match_store
from ccu.people import store as people
from ccu.records import person_ids
from ccu.session import Session

# ---------------------------------------------------------------- two people side by side


FIELD_COLUMNS = ("field", "agreement", "weight", "a", "b")
MISSING = "missing"
TWO_PEOPLE = "Evidence of two people"
# From this weight down a field is evidence of two people, not only a lack of agreement.
CONTRADICTS = -3.0

# Field of ccu.identity -> a record's value of it, as text.
VALUES: dict[str, Callable[[Known], str | None]] = {
    "given name": lambda known: _parts(each.given for each in known.names),
    "family name": lambda known: _parts(each.family for each in known.names),
    "birth date": lambda known: known.birth_date or _years(known),
    "phone": lambda known: known.phone,
    "email": lambda known: known.email,
    "home": lambda known: known.home,
    "postcode": lambda known: known.postcode,
    "sex": lambda known: known.sex,
    "household": lambda known: None,
}


def read_pair(session: Session, a: int, b: int) -> dict[str, Any]:
    """Return the comparison in its documented JSON shape, recorded as a read of both.

    Raises NotFound, and InvalidInput for a record and itself.
    """
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
    return data


def likeness(connection: sqlite3.Connection, found: match_store.Pair) -> dict[str, Any]:
    """Return score, likely_from, likely, against: what a merge shows of two people, too."""
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
    if a.description or b.description:
        described = (a.description or None, b.description or None)
        rows.append(("description", "never counted", 0.0, *described))
    return [dict(zip(FIELD_COLUMNS, row, strict=True)) for row in rows]


def agreeing(found: match_store.Pair) -> list[str]:
    """Return the fields that suggest one person, the heaviest first."""
    fields = sorted(found.likeness.fields, key=lambda each: -each.weight)
    return [each.name for each in fields if each.weight > 0]


def against(connection: sqlite3.Connection, found: match_store.Pair) -> list[str]:
    """Return the evidence of two people, as clauses with numbers and fields only."""
    if found.a == found.b:
        return []
    said = [
        f"the {each.name} differs"
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


def document(data: dict[str, Any]) -> Document:
    """The comparison as a page."""
    pairs = [("score", verdict(data))]
    if data["agree"]:
        pairs.append(("agree", ", ".join(data["agree"])))
    if data["differ"]:
        pairs.append(("different", ", ".join(data["differ"])))
    if data["merged"]:
        pairs.insert(0, ("merged", f"both are records of person {data['a']}"))
    elif data["records"] != [data["a"], data["b"]]:
        pairs.append(("compared", f"records {data['records'][0]} and {data['records'][1]}"))
    sections = [
        Section(pairs=pairs),
        Section(TWO_PEOPLE, lines=[sentence(each) for each in data["against"]], alert=True),
        Section(table=Table(FIELD_COLUMNS, data["fields"]), main=True),
    ]
    first, second = data["asked"]
    return Document(f"Person {first} and person {second}", sections, data)


def sentence(text: str) -> str:
    """A clause as a sentence."""
    return f"{text[:1].upper()}{text[1:]}."


def _parts(parts: Any) -> str | None:
    return " / ".join(dict.fromkeys(part for part in parts if part)) or None


def _years(known: Known) -> str | None:
    return "born {} to {}".format(*known.birth_years) if known.birth_years else None


# ---------------------------------------------------------------- the likely pairs of the file


DUPLICATE_COLUMNS = ("a", "b", "score", "why", "a_source", "b_source")
NAME_COLUMNS = ("a_name", "b_name")


def read_duplicates(
    session: Session, least: int, limit: int | None, names: bool
) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """Return the rows and their columns, recorded as a read; with `names`, of everybody named."""
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
    return rows, (*DUPLICATE_COLUMNS, *NAME_COLUMNS) if names else DUPLICATE_COLUMNS


def _tell(compared: int, pairs: int, left_out: int, shown: int) -> None:
    text = f"{compared} records compared; {pairs} likely {'pair' if pairs == 1 else 'pairs'}"
    if shown < pairs:
        text += f", the best {shown} of them shown"
    if left_out:
        text += f"; {left_out} left out that are marked as different people"
    say(f"{text}.")
