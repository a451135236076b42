"""Possible matches of people: compared values, search keys, pairs marked as different.

Only records that share a key are read, and for a common name only the nearest, so that the time
does not grow with the file. Everybody shown must be audited.
"""

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from ccu.errors import InvalidInput, NotFound
from ccu.identity import LIKELY, Field, Known, Likeness, Name, compare, pairs
from ccu.identity.lookup import keys, query_keys, rank, without_particles
from ccu.people import store as people
from ccu.people.options import birth_year
from ccu.records import person_ids, table, writes
from ccu.records.ownership import DEIDENTIFIED
from ccu.work import Work

# ---------------------------------------------------------------- what is compared, and the keys


_KNOWN = """
SELECT id, given_name, family_name, description, birth_date, age_estimate, age_estimated_on, sex,
       phone, email, home, postcode
FROM person WHERE {where}
"""
_OWN = "SELECT person_id, field, value FROM person_own WHERE {where}"
_ALIASES = """
SELECT person_id, given_name, family_name FROM person_alias WHERE {where} ORDER BY id
"""

_COMPARED = ("birth_date", "sex", "phone", "email", "home", "postcode")

# An estimated age is a guess made at a door, off by up to this many years.
GUESS = 5


def known(connection: sqlite3.Connection, ids: Iterable[int] | None = None) -> dict[int, Known]:
    """Return the own values of each record (all records without `ids`), merged ones too.

    These are its own values, not those that a merge made it show. Reading them must be audited.
    """
    some = None if ids is None else set(ids)
    aliases: dict[int, list[Name]] = {}
    for row in table.select(connection, _ALIASES, {"person_id IN ?": some}):
        aliases.setdefault(row["person_id"], []).append(Name(row["given_name"], row["family_name"]))
    records = {row["id"]: dict(row) for row in table.select(connection, _KNOWN, {"id IN ?": some})}
    for row in table.select(connection, _OWN, {"person_id IN ?": some}):
        records[row["person_id"]][row["field"]] = json.loads(row["value"])
    return {
        person_id: as_known(row, aliases.get(person_id, ())) for person_id, row in records.items()
    }


def as_known(row: Mapping[str, Any], aliases: Iterable[Name] = ()) -> Known:
    """Return what is known of a person, by column, in the form that is compared."""
    main = Name(row.get("given_name", ""), row.get("family_name", ""))
    return Known(
        # All de-identified people have the same name.
        names=(*([] if main.given == DEIDENTIFIED else [main]), *aliases),
        birth_years=birth_years(row),
        description=row.get("description", ""),
        **{column: row.get(column) for column in _COMPARED},
    )


def birth_years(row: Mapping[str, Any]) -> tuple[int, int] | None:
    """Return the earliest and latest birth year for an age that was estimated on a day."""
    age, on = row.get("age_estimate"), row.get("age_estimated_on")
    if age is None or on is None:
        return None
    if year := birth_year(age, on):
        return year, year
    born = int(on[:4]) - age
    return born - 1 - GUESS, born + GUESS


def refresh(connection: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Replace the keys of these records, inside the write that changed them."""
    for person_id, each in known(connection, ids).items():
        rows = [{"key": key} for key in sorted(keys(each))]
        writes.replace(connection, "person_key", {"person_id": person_id}, rows)


def having(connection: sqlite3.Connection, wanted: Iterable[str]) -> list[int]:
    """Return the records with any of these keys, those with the most keys first."""
    sql = (
        "SELECT person_id FROM json_each(:keys) AS wanted"
        " CROSS JOIN person_key ON person_key.key = wanted.value"
        " GROUP BY person_id ORDER BY count(*) DESC, person_id"
    )
    return table.column(connection, sql, keys=set(wanted))


# ---------------------------------------------------------------- possible matches


MOST_COMPARED = 200
CHUNK = 50
COMPLETE = 95  # a score of rank from which a match is complete
SAME_NAME = 60  # of rank, both ways: the same name in other spellings

_SHOWN = """
SELECT id, given_name, family_name, description, birth_date, phone, age_estimate, age_estimated_on
FROM person WHERE {where}
"""


class Alike(NamedTuple):
    """A possible match: the score out of 100, and how each field compares.

    `known` is the record of theirs that was compared, `row` the canonical one: id, given_name,
    family_name, description, birth_date, phone.
    """

    person_id: int
    score: int
    fields: tuple[Field, ...]
    known: Known
    row: sqlite3.Row


def likely_same(
    connection: sqlite3.Connection, asked: Known, but: Collection[int] = ()
) -> list[Alike]:
    """Return the possible matches of a person, the most likely first, except those in `but`.

    They have a likely score, or the same name and no field that differs: a common name alone scores
    too low, but two people of one name must be asked about.
    """
    found = []
    for person_id, other in known(connection, _near(connection, asked)).items():
        likeness = compare(asked, other)
        if likeness.score >= LIKELY or (
            all(field.weight >= 0 for field in likeness.fields) and _same_name(asked, other)
        ):
            found.append((person_id, likeness.score, other))
    return _of_people(connection, found, [asked], but)


def alike(connection: sqlite3.Connection, ids: Iterable[int], score: int) -> list[Alike]:
    """Return people who were found by something else than a comparison, with a score for it."""
    rows = table.select(connection, "SELECT * FROM person WHERE {where}", {"id IN ?": [*ids]})
    return [Alike(row["id"], score, (), Known(), row) for row in rows]


def best_matches(
    connection: sqlite3.Connection, asked: Known, least: int, most: int
) -> list[Alike]:
    """Return the matches of a question, best first; fields not asked about do not count."""
    found = []
    near = _near(connection, asked)
    for start in range(0, len(near), CHUNK):
        for person_id, other in known(connection, near[start : start + CHUNK]).items():
            score = rank(asked, other)
            if score >= max(1, least):
                found.append((person_id, score, other))
        if sum(score >= COMPLETE for _, score, _ in found) >= most:
            break  # the rest share fewer keys, and are no better
    return _of_people(connection, found, _readings(asked), (), most)


def _readings(asked: Known) -> list[Known]:
    """Return a name without a given or family part, split at every word, as rank does."""
    ways = []
    for given, family in asked.names:
        words = f"{given} {family}".split()
        cuts = [(given, family)]
        if not (given and family):
            cuts += [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words))]
        ways += [replace(asked, names=(Name(*cut),)) for cut in cuts]
    return ways or [asked]


def _near(connection: sqlite3.Connection, asked: Known) -> list[int]:
    """Return the records that share a key with this, those that share most first."""
    wanted = query_keys(asked)
    return having(connection, wanted)[:MOST_COMPARED] if wanted else []


def _same_name(one: Known, other: Known) -> bool:
    for mine in one.names:
        for theirs in other.names:
            both_ways = min(
                rank(Known(names=(mine,)), replace(other, names=(theirs,))),
                rank(Known(names=(theirs,)), replace(one, names=(mine,))),
            )
            if any(mine) and any(theirs) and both_ways >= SAME_NAME:
                return True
    return False


def _of_people(
    connection: sqlite3.Connection,
    found: list[tuple[int, int, Known]],
    read_as: list[Known],
    but: Collection[int],
    most: int = MOST_COMPARED,
) -> list[Alike]:
    """Return each person once, by their best record and the best reading of the name."""
    canonical = person_ids.canonical(connection, {each[0] for each in found} | set(but))
    left_out = {canonical[person_id] for person_id in but}
    best: dict[int, tuple[int, Known]] = {}
    for person_id, score, record in sorted(found, key=lambda each: (-each[1], each[0])):
        who = canonical[person_id]
        if who not in left_out and len(best) < most:
            best.setdefault(who, (score, record))
    rows = {row["id"]: row for row in table.select(connection, _SHOWN, {"id IN ?": set(best)})}
    return [
        Alike(who, score, _fields(read_as, record), record, rows[who])
        for who, (score, record) in best.items()
    ]


def _fields(read_as: list[Known], record: Known) -> tuple[Field, ...]:
    records = (record, without_particles(record))
    found = (compare(each, other) for each in read_as for other in records)
    return max(found, key=lambda like: like.total).fields


# ---------------------------------------------------------------- pairs


_CALLS = """
SELECT call_id FROM call_person JOIN call ON call.id = call_id
WHERE voided_at IS NULL AND person_id IN (SELECT value FROM json_each(:people))
"""


@dataclass(frozen=True)
class Pair:
    """Two people by number, the records that were compared, and how similar these are."""

    a: int
    b: int
    records: tuple[int, int]
    known: tuple[Known, Known]
    likeness: Likeness


def compare_two(connection: sqlite3.Connection, a: int, b: int) -> Pair:
    """Compare two people on file, or the own values of two records of one person."""
    human = person_ids.canonical(connection, [a, b])
    if human[a] == human[b]:
        sides = ([a], [b])
        values = known(connection, [a, b])
    else:
        sides = (person_ids.same(connection, [a]), person_ids.same(connection, [b]))
        values = known(connection, [*sides[0], *sides[1]])
        values = _with_all_names(values, person_ids.canonical(connection, values))
    likeness, ours, theirs = max(
        (
            (compare(values[one], values[other]), one, other)
            for one in sides[0]
            for other in sides[1]
        ),
        key=lambda each: (each[0].score, each[0].total, -each[1], -each[2]),
    )
    return Pair(human[a], human[b], (ours, theirs), (values[ours], values[theirs]), likeness)


def likely_pairs(
    connection: sqlite3.Connection, least: int, advance: Callable[[int], None]
) -> tuple[list[Pair], int, int]:
    """Return the pairs that score `least` or more and are not marked as different, best first.

    Also return how many records were compared and how many pairs marked as different left out.
    `advance` is called for each record read.
    """
    human = dict(connection.execute("SELECT id, canonical_id FROM human").fetchall())
    values = _with_all_names(known(connection), human)
    different = all_marked_different(connection)
    best: dict[tuple[int, int], Pair] = {}
    left_out = set()
    for one, other, likeness in pairs(_counted(values, advance), least):
        a, b = sorted((human[one], human[other]))
        if (a, b) in different:
            left_out.add((a, b))
        elif a != b and (a, b) not in best:  # the best comes first
            ours, theirs = (one, other) if human[one] == a else (other, one)
            best[a, b] = Pair(a, b, (ours, theirs), (values[ours], values[theirs]), likeness)
    order = sorted(best.values(), key=lambda pair: (-pair.likeness.score, -pair.likeness.total))
    return order, len(values), len(left_out)


def _counted(
    values: dict[int, Known], advance: Callable[[int], None]
) -> Iterator[tuple[int, Known]]:
    for record in values.items():
        advance(1)
        yield record


def _with_all_names(values: dict[int, Known], human: dict[int, int]) -> dict[int, Known]:
    """Return each record with the names of all records of its person, its own first."""
    names: dict[int, list[Name]] = {}
    for number, record in values.items():
        names.setdefault(human[number], []).extend(record.names)
    return {
        number: replace(record, names=tuple(dict.fromkeys((*record.names, *names[human[number]]))))
        for number, record in values.items()
    }


def office_numbers(connection: sqlite3.Connection) -> dict[int, str]:
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
    """Record that two records are of two people. Raises NotFound, InvalidInput."""
    if a == b:
        raise InvalidInput("enter two different people; both numbers are the same")
    ours, theirs = (people.canonical(work.connection, number) for number in (a, b))
    if ours == theirs:
        raise InvalidInput(
            f"person {a} and person {b} are one, person {ours}; ccu person unmerge undoes it"
        )
    if found := rows_between(work.connection, "person_different", ours, theirs):
        one, other = found[0]
        raise InvalidInput(f"person {one} and person {other} are already marked as different")
    low, high = sorted((a, b))
    writes.insert(work, "person_different", {"person_id": low, "other_id": high, "reason": reason})
    work.audit("person-distinct", "person", a, other=b)


def unmark_different(work: Work, a: int, b: int) -> None:
    """Remove the mark that two records are of different people. Raises NotFound."""
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
    sql = f"SELECT person_id, other_id FROM {table_name} WHERE {{where}}"  # noqa: S608 - our names
    ours, theirs = (person_ids.same(connection, [number]) for number in (a, b))
    return [
        (row["person_id"], row["other_id"])
        for one, other in ((ours, theirs), (theirs, ours))
        for row in table.select(connection, sql, {"person_id IN ?": one, "other_id IN ?": other})
    ]


def all_marked_different(connection: sqlite3.Connection) -> set[tuple[int, int]]:
    """Return all such pairs by canonical record, the lower number first."""
    found = connection.execute(
        "SELECT one.canonical_id, other.canonical_id FROM person_different"
        " JOIN human AS one ON one.id = person_id JOIN human AS other ON other.id = other_id"
    )
    return {(min(pair), max(pair)) for pair in map(tuple, found)}


def both_on(connection: sqlite3.Connection, a: int, b: int) -> list[int]:
    """Return the calls that both people were on."""
    ours, theirs = (
        table.column(connection, _CALLS, people=person_ids.same(connection, [number]))
        for number in (a, b)
    )
    return sorted({*ours} & {*theirs})
