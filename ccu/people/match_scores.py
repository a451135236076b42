"""How alike people are: two of them, or every likely pair of the file.

Of people with several records every one counts: the score of two people is that of the two records
that are most alike, each with all the names that its person is known by. Showing anything of what
is read here must be audited.
"""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ccu.identity import Known, Likeness, compare, pairs
from ccu.people import differences
from ccu.people import keys as person_keys
from ccu.records import person_ids


@dataclass(frozen=True)
class Pair:
    """Two people, by number, the records of theirs that were compared, and how alike those are."""

    a: int
    b: int
    records: tuple[int, int]
    known: tuple[Known, Known]
    likeness: Likeness


def of_two(connection: sqlite3.Connection, a: int, b: int) -> Pair:
    """Two people who are there. Of records of one human being, what each says itself."""
    human = person_ids.canonical(connection, [a, b])
    if human[a] == human[b]:
        sides = ([a], [b])
        known = person_keys.known(connection, [a, b])
    else:
        sides = (person_ids.same(connection, [a]), person_ids.same(connection, [b]))
        known = person_keys.known(connection, [*sides[0], *sides[1]])
        known = _with_all_names(known, person_ids.canonical(connection, known))
    likeness, ours, theirs = max(
        ((compare(known[one], known[other]), one, other) for one in sides[0] for other in sides[1]),
        key=lambda each: (each[0].score, each[0].total, -each[1], -each[2]),
    )
    return Pair(human[a], human[b], (ours, theirs), (known[ours], known[theirs]), likeness)


def likely(
    connection: sqlite3.Connection, least: int, advance: Callable[[int], None] = lambda count: None
) -> tuple[list[Pair], int, int]:
    """The pairs of people that score `least` or more and are not known to be two, best first.

    With them how many records were compared, and how many pairs were left out because somebody
    found them to be two. `advance` is told of each record read.
    """
    human = dict(connection.execute("SELECT id, canonical_id FROM human").fetchall())
    known = _with_all_names(person_keys.known(connection), human)
    two = differences.every(connection)
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
    """Each record with the names of every record of its person, its own first."""
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
    """Person -> the numbers that other offices' lists know them by, as `SOURCE NUMBER`."""
    found: dict[int, list[str]] = {}
    for row in connection.execute(
        "SELECT canonical_id, source, number FROM person_source"
        " JOIN human ON human.id = person_id ORDER BY source, number"
    ):
        found.setdefault(row["canonical_id"], []).append(f"{row['source']} {row['number']}")
    return {number: "; ".join(each) for number, each in found.items()}
