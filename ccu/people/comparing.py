"""Two people side by side: how alike their records are, field by field, and what speaks against."""

import sqlite3
from collections.abc import Callable
from typing import Any

from ccu.errors import InvalidInput
from ccu.identity import LIKELY, Known
from ccu.output import Document, Section, Table
from ccu.people import differences, match_scores
from ccu.people import merge_store as merges
from ccu.people.match_scores import Pair
from ccu.records import audit
from ccu.session import Session

COLUMNS = ("field", "agreement", "weight", "a", "b")
MISSING = "missing"
# Below this a field does not merely fail to agree: it says that they are two.
CONTRADICTS = -3.0

# Field of ccu.identity -> what a record says of it.
VALUES: dict[str, Callable[[Known], str | None]] = {
    "given name": lambda known: _parts(each.given for each in known.names),
    "family name": lambda known: _parts(each.family for each in known.names),
    "birth date": lambda known: known.birth_date or _years(known),
    "phone": lambda known: known.phone,
    "email": lambda known: known.email,
    "home": lambda known: known.home,
    "postcode": lambda known: known.postcode,
    "sex": lambda known: known.sex,
}


def read(session: Session, a: int, b: int) -> dict[str, Any]:
    """The comparison in its documented JSON shape, recorded as a read of both. Raises NotFound,
    and InvalidInput for a record and itself."""
    staff_id = session.staff_id
    if a == b:
        raise InvalidInput("a record can not be compared with itself")
    with session.writing() as connection:
        for number in (a, b):
            merges.canonical(connection, number)
        found = match_scores.of_two(connection, a, b)
        data = {"asked": [a, b], **_data(connection, found)}
        for number in sorted({found.a, found.b}):
            audit.record(connection, staff_id, "person-compare", "person", number, asked=[a, b])
    return data


def _data(connection: sqlite3.Connection, found: Pair) -> dict[str, Any]:
    a, b = found.known
    fields = [
        {
            "field": each.name,
            "agreement": each.agreement,
            "weight": each.weight,
            "a": VALUES[each.name](a) if each.name in VALUES else None,
            "b": VALUES[each.name](b) if each.name in VALUES else None,
        }
        for each in found.likeness.fields
    ]
    if a.description or b.description:
        described = (a.description or None, b.description or None)
        fields.append(
            dict(zip(COLUMNS, ("description", "never counted", 0.0, *described), strict=True))
        )
    return {
        "a": found.a,
        "b": found.b,
        "records": list(found.records),
        "score": found.likeness.score,
        "likely_from": LIKELY,
        "likely": found.likeness.score >= LIKELY,
        "merged": found.a == found.b,
        "agree": agreeing(found),
        "differ": [
            each.name for each in found.likeness.fields if _differs(each.agreement, each.weight)
        ],
        "against": against(connection, found),
        "fields": fields,
    }


def agreeing(found: Pair) -> list[str]:
    """The fields that speak for one human being, the heaviest first."""
    fields = sorted(found.likeness.fields, key=lambda each: -each.weight)
    return [each.name for each in fields if each.weight > 0]


def _differs(agreement: str, weight: float) -> bool:
    return agreement != MISSING and weight < 0


def against(connection: sqlite3.Connection, found: Pair) -> list[str]:
    """What says that they are two, beyond a field that is only unlike; numbers and fields only."""
    if found.a == found.b:
        return []
    said = [
        f"the {each.name} differs"
        for each in found.likeness.fields
        if each.weight <= CONTRADICTS and each.name != "household"
    ]
    if calls := merges.both_on(connection, found.a, found.b):
        more = f" and {len(calls) - 3} more" if len(calls) > 3 else ""
        said.append(f"both were on call {', '.join(map(str, calls[:3]))}{more}")
    if merges.are_linked(connection, found.a, found.b):
        said.append("one is recorded as a relation of the other")
    if differences.of(connection, found.a, found.b):
        said.append("somebody looked and recorded that they are two")
    return said


def verdict(data: dict[str, Any]) -> str:
    """`score 93 of 100: likely one person (from 50)`."""
    word = "likely one person" if data["likely"] else "not likely one person"
    return f"{data['score']} of 100: {word} (likely from {data['likely_from']})"


def document(data: dict[str, Any]) -> Document:
    """The comparison as a page."""
    pairs = [("score", verdict(data))]
    if data["agree"]:
        pairs.append(("agree", ", ".join(data["agree"])))
    if data["differ"]:
        pairs.append(("different", ", ".join(data["differ"])))
    if data["merged"]:
        pairs.insert(0, ("merged", f"these are records of one person already, {data['a']}"))
    elif data["records"] != [data["a"], data["b"]]:
        pairs.append(("compared", f"records {data['records'][0]} and {data['records'][1]}"))
    sections = [
        Section(pairs=pairs),
        Section("They may be two", lines=[sentence(each) for each in data["against"]], alert=True),
        Section(table=Table(COLUMNS, data["fields"]), main=True),
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
