"""Which person that is known already a row of a roster may be: sure by number, else by likeness.

A number that an earlier list gave is believed. A likeness is only ever an offer: somebody says yes
to it at a terminal, or said beforehand from which score on it counts. Whoever is neither joined nor
told to be new is left out, because two people in one record harm both.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING

from ccu.identity import LIKELY, Known, Likeness, Name, compare, query_keys
from ccu.identity import pairs as alike_pairs
from ccu.imports.roster.rows import Entry

if TYPE_CHECKING:
    import sqlite3

CLEAR = 15  # points that the best is before the next, to be the one meant
AT_ONCE = 500  # rows whose candidates are read together
MOST_OFFERED = 5
MOST_COMPARED = 200  # records that one row is compared with
# Keys that tell somebody from most others; the rest are for what is typed at `person find`.
TELLING = ("n:", "b:", "p:", "e:")


class What(StrEnum):
    """What becomes of a row."""

    new = "new"
    known = "known"  # by the office's number
    matched = "matched"  # by likeness
    undecided = "undecided"
    closed = "closed"  # the case is closed and nobody here is known to be the one


@dataclass(frozen=True)
class Candidate:
    """Somebody known who may be the one."""

    person_id: int  # canonical
    likeness: Likeness


@dataclass
class Decision:
    """One row, and who it is held to be."""

    entry: Entry
    what: What
    person_id: int | None = None  # canonical
    score: int | None = None
    candidates: list[Candidate] = field(default_factory=list)
    why: str = ""  # of an undecided one
    like: int | None = None  # a line of the same file that looks alike


@dataclass(frozen=True)
class Rule:
    """What was said beforehand: join from `accept` on (None: never), or all lookalikes are new."""

    accept: int | None = None
    all_new: bool = False  # --match none: whoever has no number known is new, lookalikes told
    look: bool = True  # False: --as-new, nobody is looked for at all


def decide(
    connection: "sqlite3.Connection", source: str, entries: Sequence[Entry], rule: Rule
) -> list[Decision]:
    """What becomes of each row, in the file's order."""
    from ccu.imports.roster import store as rosters

    numbers = rosters.numbers(connection, source)
    decisions = []
    unknown: list[Decision] = []
    for entry in entries:
        person_id = numbers.get(entry.number)
        if person_id is not None:
            decisions.append(Decision(entry, What.known, person_id))
        elif entry.closed and rule.look:
            decisions.append(Decision(entry, What.closed))
        else:
            decisions.append(Decision(entry, What.new))
            unknown.append(decisions[-1])
    if rule.look:
        taken = {*numbers.values()}
        for decision, found in zip(unknown, _candidates(connection, unknown), strict=True):
            _settle(decision, found, taken, rule)
        _refuse_sharing(unknown)
        _tell_alike(unknown)
    return decisions


def _candidates(
    connection: "sqlite3.Connection", decisions: Sequence[Decision]
) -> Iterator[list[Candidate]]:
    """Who may be the one, for each row, best first; the records of many rows are read at once."""
    from ccu.people import keys as person_keys
    from ccu.records import person_ids

    rows = iter(decisions)
    while some := list(islice(rows, AT_ONCE)):
        near = [_near(connection, each.entry.known) for each in some]
        ids = {person_id for each in near for person_id in each}
        known = person_keys.known(connection, ids) if ids else {}
        human = person_ids.canonical(connection, ids)
        for decision, found in zip(some, near, strict=True):
            best: dict[int, Likeness] = {}
            for person_id in found:
                likeness = compare(decision.entry.known, known[person_id])
                before = best.get(human[person_id])
                if looks_alike(likeness) and (before is None or likeness.score > before.score):
                    best[human[person_id]] = likeness
            ordered = sorted(best.items(), key=lambda each: (-each[1].score, each[0]))
            yield [Candidate(*each) for each in ordered[:MOST_OFFERED]]


def _near(connection: "sqlite3.Connection", known: Known) -> list[int]:
    from ccu.people import keys as person_keys

    wanted = query_keys(known)
    telling = [key for key in wanted if key.startswith(TELLING)]
    return person_keys.having(connection, telling or wanted)[:MOST_COMPARED]


def looks_alike(likeness: Likeness) -> bool:
    """Whether somebody must decide: a likely score, or both names alike and nothing against it."""
    if likeness.score >= LIKELY:
        return True
    weights = {each.name: each.weight for each in likeness.fields}
    names = weights.get("given name", 0) > 0 and weights.get("family name", 0) > 0
    return names and all(weight >= 0 for weight in weights.values())


def _settle(decision: Decision, found: list[Candidate], taken: set[int], rule: Rule) -> None:
    """Say of a row that has no known number who it is, as far as the rule says it."""
    decision.candidates = found
    if not found:
        return
    best = found[0]
    decision.score = best.likeness.score
    if rule.all_new:
        return
    decision.what, decision.why = What.undecided, f"may be {_people(found)}"
    if best.person_id in taken:
        decision.why += ", whom this office has under another number"
    elif rule.accept is not None and best.likeness.score >= rule.accept:
        if len(found) > 1 and best.likeness.score - found[1].likeness.score < CLEAR:
            decision.why += ": none of them clearly more than the others"
        else:
            decision.what, decision.person_id, decision.why = What.matched, best.person_id, ""


def _people(found: Sequence[Candidate]) -> str:
    if len(found) == 1:
        return f"person {found[0].person_id}"
    return "people " + ", ".join(f"{each.person_id} ({each.likeness.score})" for each in found)


def _refuse_sharing(decisions: Sequence[Decision]) -> None:
    """Two rows that would both be one person are left to somebody to decide."""
    wanted = Counter(each.person_id for each in decisions if each.what is What.matched)
    for each in decisions:
        if each.what is What.matched and wanted[each.person_id] > 1:
            each.why = f"may be person {each.person_id}, as another row of the file may"
            each.what, each.person_id = What.undecided, None


def _tell_alike(decisions: Sequence[Decision]) -> None:
    """Tell each new row of the best likeness to an earlier row of the same file."""
    new = {each.entry.line: each for each in decisions if each.what is What.new}
    for first, second, _likeness in alike_pairs((line, new[line].entry.known) for line in new):
        if new[second].like is None:
            new[second].like = first


# ---------------------------------------------------------------- within the file


def number_repeats(entries: Sequence[Entry]) -> None:
    """Rows without a client number that say the very same: each is to be a record of its own."""
    seen: Counter[str] = Counter()
    for entry in entries:
        if entry.shown_number is None:
            seen[entry.number] += 1
            if seen[entry.number] > 1:
                entry.number += f"-{seen[entry.number]}"


def repeats(entries: Sequence[Entry]) -> tuple[list[Entry], int, list[tuple[Entry, str]]]:
    """The entries to go on with, how many say the same again, and those refused with the reason."""
    by_number: dict[str, list[Entry]] = {}
    for entry in entries:
        by_number.setdefault(entry.number, []).append(entry)
    kept, same = [], 0
    refused: list[tuple[Entry, str]] = []
    for first, *others in by_number.values():
        stranger = next((each for each in others if not _same_name(first, each)), None)
        if stranger is not None:
            why = f"the number stands for two different names, on lines {first.line} and"
            refused += [(each, f"{why} {stranger.line}") for each in (first, *others)]
            continue
        kept.append(first)
        for each in others:
            if _content(each) == _content(first):
                same += 1
            else:
                refused.append(
                    (each, f"the client of line {first.line} again, with another content")
                )
    return sorted(kept, key=lambda each: each.line), same, refused


def _content(entry: Entry) -> list[object]:
    return [each for name, each in vars(entry).items() if name not in ("line", "cells")]


def _same_name(one: Entry, other: Entry) -> bool:
    """Whether it may be one person; a family name changes more often than a given one."""

    def name(entry: Entry) -> Known:
        say = entry.values.get
        return Known((Name(say("given_name", ""), say("family_name", "")),))

    given, family = compare(name(one), name(other)).fields[:2]
    return given.weight > 0 or (given.weight == 0 and family.weight >= 0)
