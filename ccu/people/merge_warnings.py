"""What a merge would bring about that cannot be, or that somebody has to know before it is done."""

import sqlite3
from collections.abc import Iterable

from ccu.frequent import store as frequent
from ccu.households import store as households
from ccu.households.store import ELDER, FAMILY, Relation
from ccu.records import person_ids


def of(connection: sqlite3.Connection, kept_id: int, merged_id: int) -> list[str]:
    """The warnings, as clauses with numbers only."""
    return [
        *_relations(connection, kept_id, merged_id),
        *_overrides(connection, kept_id, merged_id),
    ]


def _relations(connection: sqlite3.Connection, kept_id: int, merged_id: int) -> list[str]:
    one = {kept_id, merged_id}
    said: dict[int, set[str]] = {}
    for each in _but_between(households.relations_of(connection, one), one):
        if each.relation in FAMILY:
            other, ours, _ = each.seen_by(each.who if each.who in one else each.of)
            said.setdefault(other, set()).add(ours or each.relation)
    words = {
        code: phrase.removesuffix(" of") for code, phrase in households.phrases(connection).items()
    }
    found = [
        f"after it person {kept_id} would be"
        f" {' and '.join(sorted(words[code] for code in codes))} of person {other}"
        for other, codes in sorted(said.items())
        if len(codes - {"other_family"}) > 1  # which parents and cousins are too
    ]
    if not found and _are_own_forebear(connection, one):
        found.append(f"after it person {kept_id} would be among their own forebears")
    return found


def _but_between(found: Iterable[Relation], one: set[int]) -> list[Relation]:
    """Without those that the merge makes a relation to oneself, which are shown nowhere."""
    return [each for each in found if not {each.who, each.of} <= one]


def _are_own_forebear(connection: sqlite3.Connection, one: set[int]) -> bool:
    seen: set[int] = set()
    new = set(one)
    while new:
        above = {
            each.who
            for each in _but_between(households.relations_of(connection, new), one)
            if each.relation in ELDER and each.of in new
        }
        if above & one:
            return True
        new = above - seen
        seen |= new
    return False


def _overrides(connection: sqlite3.Connection, kept_id: int, merged_id: int) -> list[str]:
    """Both are on the frequent lists or off them because somebody said so, and not the same."""
    ours, theirs = (
        frequent.override_of_person(connection, person_ids.same(connection, [number]))
        for number in (kept_id, merged_id)
    )
    if ours is None or theirs is None or ours["listed"] == theirs["listed"]:
        return []
    kept, merged = ("on" if each["listed"] else "off" for each in (ours, theirs))
    return [
        f"person {kept_id} is {kept} the frequent list by override, person {merged_id} {merged} it;"
        " the later decision counts"
    ]
