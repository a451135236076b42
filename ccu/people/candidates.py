"""Who may be the human being that is asked about: looked up by keys, then scored one by one.

Only those found by a key are read, and of a name that half the town has only the nearest: the
time taken does not grow with the file. Whoever is shown what is found here must be audited.
"""

import json
import sqlite3
from collections.abc import Collection
from dataclasses import replace
from typing import Any, NamedTuple

from ccu.identity import LIKELY, Field, Known, Name, compare, query_keys, rank
from ccu.people import keys as person_keys
from ccu.records import person_ids

MOST_COMPARED = 200
CHUNK = 50
WHOLLY = 95  # a score of rank that leaves nothing to be wished for
SAME_NAME = 60  # of rank, both ways: the same name in other spellings

_ROWS = """
SELECT id, given_name, family_name, description, birth_date, phone FROM person
WHERE id IN (SELECT value FROM json_each(:ids))
"""


class Alike(NamedTuple):
    """One human being who may be meant: the score out of 100, and what each field says.

    `known` is the record of theirs that was compared, `row` the canonical one: id, given_name,
    family_name, description, birth_date, phone.
    """

    person_id: int
    score: int
    fields: tuple[Field, ...]
    known: Known
    row: dict[str, Any]


def same(connection: sqlite3.Connection, known: Known, but: Collection[int] = ()) -> list[Alike]:
    """Who may be the same person as this, the likeliest first; none of the human beings in `but`.

    Those whose score says so, and those of the same name against whom nothing speaks: of a common
    name alone no score says enough, yet a name heard twice is what people are asked about.
    """
    found = []
    for person_id, other in person_keys.known(connection, _near(connection, known)).items():
        likeness = compare(known, other)
        if likeness.score >= LIKELY or (
            all(field.weight >= 0 for field in likeness.fields) and _same_name(known, other)
        ):
            found.append((person_id, likeness.score, other))
    return _of_human_beings(connection, found, [known], but)


def answering(connection: sqlite3.Connection, asked: Known, least: int, most: int) -> list[Alike]:
    """Who answers a question, best first: what was not asked does not count against anybody."""
    found = []
    near = _near(connection, asked)
    for start in range(0, len(near), CHUNK):
        for person_id, other in person_keys.known(connection, near[start : start + CHUNK]).items():
            score = rank(asked, other)
            if score >= max(1, least):
                found.append((person_id, score, other))
        if sum(score >= WHOLLY for _, score, _ in found) >= most:
            break  # the rest share fewer keys with what was asked, and are no better
    return _of_human_beings(connection, found, _readings(asked), (), most)


def _readings(asked: Known) -> list[Known]:
    """A name heard in one piece, cut in given and family name at every place, as rank does."""
    ways = []
    for given, family in asked.names:
        words = f"{given} {family}".split()
        cuts = [(given, family)]
        if not (given and family):
            cuts += [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words))]
        ways += [replace(asked, names=(Name(*cut),)) for cut in cuts]
    return ways or [asked]


def _near(connection: sqlite3.Connection, known: Known) -> list[int]:
    """The records that share a key with this, those that share most first."""
    wanted = query_keys(known)
    return person_keys.having(connection, wanted)[:MOST_COMPARED] if wanted else []


def _same_name(known: Known, other: Known) -> bool:
    for mine in known.names:
        for theirs in other.names:
            one, two = Known(names=(mine,)), Known(names=(theirs,))
            if any(mine) and any(theirs) and min(rank(one, two), rank(two, one)) >= SAME_NAME:
                return True
    return False


def _of_human_beings(
    connection: sqlite3.Connection,
    found: list[tuple[int, int, Known]],
    read_as: list[Known],
    but: Collection[int],
    most: int = MOST_COMPARED,
) -> list[Alike]:
    """Each human being once, by the best of their records; why, by the best reading of the name."""
    canonical = person_ids.canonical(connection, {each[0] for each in found} | set(but))
    left_out = {canonical[person_id] for person_id in but}
    best: dict[int, tuple[int, Known]] = {}
    for person_id, score, record in sorted(found, key=lambda each: (-each[1], each[0])):
        who = canonical[person_id]
        if who not in left_out and len(best) < most:
            best.setdefault(who, (score, record))
    ids = json.dumps(list(best))
    rows = {row["id"]: dict(row) for row in connection.execute(_ROWS, {"ids": ids})}
    return [
        Alike(who, score, _fields(read_as, record), record, rows[who])
        for who, (score, record) in best.items()
    ]


def _fields(read_as: list[Known], record: Known) -> tuple[Field, ...]:
    return max((compare(each, record) for each in read_as), key=lambda like: like.total).fields
