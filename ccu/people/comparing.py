"""How alike two people are, field by field; likely pairs of the file; pairs marked different."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from ccu.errors import InvalidInput, NotFound
from ccu.identity import LIKELY, Known, Likeness, compare, pairs
from ccu.output import Document, Section, Table, say
from ccu.output.screen import progress
from ccu.people import match_store
from ccu.people import store as people
from ccu.records import person_ids, table
from ccu.session import Session
from ccu.work import Work

# ---------------------------------------------------------------- how alike


@dataclass(frozen=True)
class Pair:
    """Two people, by number, the records of theirs that were compared, and how alike those are."""

    a: int
    b: int
    records: tuple[int, int]
    known: tuple[Known, Known]
    likeness: Likeness


def of_two(connection: sqlite3.Connection, a: int, b: int) -> Pair:
    """Compare two people on file; of two records of one person, their own values."""
    human = person_ids.canonical(connection, [a, b])
    if human[a] == human[b]:
        sides = ([a], [b])
        known = match_store.known(connection, [a, b])
    else:
        sides = (person_ids.same(connection, [a]), person_ids.same(connection, [b]))
        known = match_store.known(connection, [*sides[0], *sides[1]])
        known = _with_all_names(known, person_ids.canonical(connection, known))
    likeness, ours, theirs = max(
        ((compare(known[one], known[other]), one, other) for one in sides[0] for other in sides[1]),
        key=lambda each: (each[0].score, each[0].total, -each[1], -each[2]),
    )
    return Pair(human[a], human[b], (ours, theirs), (known[ours], known[theirs]), likeness)


def likely(
    connection: sqlite3.Connection, least: int, advance: Callable[[int], None] = lambda count: None
) -> tuple[list[Pair], int, int]:
    """Return the pairs that score `least` or more and are not marked as different, best first.

    With them how many records were compared, and how many pairs were left out as marked different.
    `advance` is called for each record read.
    """
    human = dict(connection.execute("SELECT id, canonical_id FROM human").fetchall())
    known = _with_all_names(match_store.known(connection), human)
    two = all_marked_different(connection)
    best: dict[tuple[int, int], Pair] = {}
    left_out = set()
    for one, other, likeness in pairs(_each(known, advance), least):
        a, b = sorted((human[one], human[other]))
        if (a, b) in two:
            left_out.add((a, b))
        elif a != b and (a, b) not in best:  # the best comes first
            ours, theirs = (one, other) if human[one] == a else (other, one)
            best[a, b] = Pair(a, b, (ours, theirs), (known[ours], known[theirs]), likeness)
    order = sorted(best.values(), key=lambda pair: (-pair.likeness.score, -pair.likeness.total))
    return order, len(known), len(left_out)


def _each(known: dict[int, Known], advance: Callable[[int], None]) -> Iterator[tuple[int, Known]]:
    for record in known.items():
        advance(1)
        yield record


def _with_all_names(known: dict[int, Known], human: dict[int, int]) -> dict[int, Known]:
    """Return each record with the names of all records of its person, its own first."""
    records: dict[int, list[int]] = {}
    for number in known:
        records.setdefault(human[number], []).append(number)
    found = dict(known)
    for same in records.values():
        if len(same) > 1:
            every = [name for number in same for name in known[number].names]
            for number in same:
                names = tuple(dict.fromkeys((*known[number].names, *every)))
                found[number] = replace(known[number], names=names)
    return found


def sources(connection: sqlite3.Connection) -> dict[int, str]:
    """Return person -> their numbers on other offices' lists, as `SOURCE NUMBER`."""
    found: dict[int, list[str]] = {}
    for row in connection.execute(
        "SELECT canonical_id, source, number FROM person_source"
        " JOIN human ON human.id = person_id ORDER BY source, number"
    ):
        found.setdefault(row["canonical_id"], []).append(f"{row['source']} {row['number']}")
    return {number: "; ".join(each) for number, each in found.items()}


# ---------------------------------------------------------------- marked as different


def mark_different(work: Work, a: int, b: int, reason: str) -> None:
    """Record that two records are of different people.

    Raises NotFound; InvalidInput when they are merged, or marked as different already.
    """
    if a == b:
        raise InvalidInput("a record cannot be distinct from itself")
    ours, theirs = (people.canonical(work.connection, number) for number in (a, b))
    if ours == theirs:
        raise InvalidInput(
            f"person {a} and person {b} are one, person {ours}; ccu person unmerge undoes it"
        )
    if found := rows_between(work.connection, "person_different", ours, theirs):
        one, other = found[0]
        raise InvalidInput(f"person {one} and person {other} are marked as different already")
    low, high = sorted((a, b))
    table.insert(work, "person_different", {"person_id": low, "other_id": high, "reason": reason})
    work.audit("person-distinct", "person", a, other=b)


def unmark_different(work: Work, a: int, b: int) -> None:
    """Take back that two records are of different people. Raises NotFound."""
    for number in (a, b):
        people.canonical(work.connection, number)
    found = rows_between(work.connection, "person_different", a, b)
    if not found:
        raise NotFound(f"person {a} and person {b} are not marked as different")
    work.connection.executemany(
        "DELETE FROM person_different WHERE person_id = ? AND other_id = ?", found
    )
    work.audit("person-distinct-undo", "person", a, other=b)


def rows_between(
    connection: sqlite3.Connection, table_name: str, a: int, b: int
) -> list[tuple[int, int]]:
    """Return (person_id, other_id) of the rows of a table that join two people, in either order.

    The table is person_different or person_relation; any record of the two people counts.
    """
    ours, theirs = (json.dumps(person_ids.same(connection, [number])) for number in (a, b))
    found = connection.execute(
        "WITH ours AS (SELECT value AS id FROM json_each(:ours)),"  # noqa: S608 - one of the two
        " theirs AS (SELECT value AS id FROM json_each(:theirs))"
        f" SELECT person_id, other_id FROM {table_name}"
        " WHERE (person_id IN (SELECT id FROM ours) AND other_id IN (SELECT id FROM theirs))"
        " OR (person_id IN (SELECT id FROM theirs) AND other_id IN (SELECT id FROM ours))",
        {"ours": ours, "theirs": theirs},
    )
    return [(row["person_id"], row["other_id"]) for row in found]


def all_marked_different(connection: sqlite3.Connection) -> set[tuple[int, int]]:
    """Return all such pairs by canonical record, the lower number first."""
    pairs = connection.execute(
        "SELECT one.canonical_id, other.canonical_id FROM person_different"
        " JOIN human AS one ON one.id = person_id JOIN human AS other ON other.id = other_id"
    )
    return {(min(pair), max(pair)) for pair in map(tuple, pairs)}


# ---------------------------------------------------------------- two people side by side


FIELD_COLUMNS = ("field", "agreement", "weight", "a", "b")
MISSING = "missing"
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
}


def read_pair(session: Session, a: int, b: int) -> dict[str, Any]:
    """Return the comparison in its documented JSON shape, recorded as a read of both.

    Raises NotFound, and InvalidInput for a record and itself.
    """
    _ = session.staff_id
    if a == b:
        raise InvalidInput("a record cannot be compared with itself")
    with session.work() as work:
        for number in (a, b):
            people.canonical(work.connection, number)
        found = of_two(work.connection, a, b)
        data = {"asked": [a, b], **_data(work.connection, found)}
        for number in sorted({found.a, found.b}):
            work.audit("person-compare", "person", number, asked=[a, b])
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
            dict(zip(FIELD_COLUMNS, ("description", "never counted", 0.0, *described), strict=True))
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
    """Return the fields that suggest one person, the heaviest first."""
    fields = sorted(found.likeness.fields, key=lambda each: -each.weight)
    return [each.name for each in fields if each.weight > 0]


def _differs(agreement: str, weight: float) -> bool:
    return agreement != MISSING and weight < 0


def against(connection: sqlite3.Connection, found: Pair) -> list[str]:
    """Return the evidence of two people, as clauses with numbers and fields only."""
    if found.a == found.b:
        return []
    said = [
        f"the {each.name} differs"
        for each in found.likeness.fields
        if each.weight <= CONTRADICTS and each.name != "household"
    ]
    if calls := both_on(connection, found.a, found.b):
        more = f" and {len(calls) - 3} more" if len(calls) > 3 else ""
        said.append(f"both were on call {', '.join(map(str, calls[:3]))}{more}")
    if rows_between(connection, "person_relation", found.a, found.b):
        said.append("one is recorded as a relation of the other")
    if rows_between(connection, "person_different", found.a, found.b):
        said.append("somebody marked them as different people")
    return said


def verdict(data: dict[str, Any]) -> str:
    """Return `93 of 100: likely one person (likely from 50)`."""
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


def both_on(connection: sqlite3.Connection, a: int, b: int) -> list[int]:
    """Return the calls that both people were on."""
    ours, theirs = (json.dumps(person_ids.same(connection, [number])) for number in (a, b))
    found = connection.execute(
        "SELECT DISTINCT call_id FROM call_person JOIN call ON call.id = call_id"
        " WHERE voided_at IS NULL AND person_id IN (SELECT value FROM json_each(:ours))"
        " AND call_id IN (SELECT call_id FROM call_person"
        "                 WHERE person_id IN (SELECT value FROM json_each(:theirs)))"
        " ORDER BY call_id",
        {"ours": ours, "theirs": theirs},
    )
    return [row["call_id"] for row in found]


# ---------------------------------------------------------------- the likely pairs of the file


DUPLICATE_COLUMNS = ("a", "b", "score", "why", "a_source", "b_source")
NAME_COLUMNS = ("a_name", "b_name")


def read_duplicates(
    session: Session, least: int, limit: int | None, names: bool
) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """Return the rows and their columns, recorded as a read; with `names`, of everybody named."""
    connection = session.reading.connection
    with progress("Comparing records") as advance:
        found, compared, left_out = likely(connection, least, advance)
    source = sources(connection)
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
