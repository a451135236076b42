"""Which known person a row of a roster is: sure by number, else a candidate by match score.

A number that an earlier list gave is accepted. A candidate is only offered: a user accepts it at a
terminal, or sets a score from which it is accepted. A row that is neither matched nor marked
as new is left out, because two people in one record harm both.
"""

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from ccu.identity import Known, Name, compare
from ccu.identity import pairs as alike_pairs
from ccu.imports.roster import store as rosters
from ccu.imports.roster.rows import Entry
from ccu.people.match_store import Alike, likely_same

CLEAR = 15  # points that the best is before the next, to be the one meant
MOST_OFFERED = 5


class What(StrEnum):
    """What becomes of a row."""

    new = "new"
    known = "known"  # by the office's number
    matched = "matched"  # by likeness
    undecided = "undecided"
    closed = "closed"  # the case is closed, and no known person has the number


@dataclass
class Decision:
    """One row, and who it is taken to be."""

    entry: Entry
    what: What
    person_id: int | None = None  # canonical
    score: int | None = None
    candidates: list[Alike] = field(default_factory=list)
    why: str = ""  # of an undecided one
    like: int | None = None  # a line of the same file that looks alike


@dataclass(frozen=True)
class Rule:
    """What was chosen beforehand: match from the score `accept` on (None: never)."""

    accept: int | None = None
    all_new: bool = False  # --match none: a row without a known number is a new person
    look: bool = True  # False: --as-new, no candidates are looked for


def decide(
    connection: sqlite3.Connection, source: str, entries: Sequence[Entry], rule: Rule
) -> list[Decision]:
    """Return what becomes of each row, in the file's order."""
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
        for decision in unknown:
            found = likely_same(connection, decision.entry.known)[:MOST_OFFERED]
            _settle(decision, found, taken, rule)
        _refuse_sharing(unknown)
        _tell_alike(unknown)
    return decisions


def _settle(decision: Decision, found: list[Alike], taken: set[int], rule: Rule) -> None:
    """Settle who a row without a known number is, as far as the rule goes."""
    decision.candidates = found
    if not found:
        return
    best = found[0]
    decision.score = best.score
    if rule.all_new:
        return
    decision.what, decision.why = What.undecided, f"may be {_people(found)}"
    if best.person_id in taken:
        decision.why += " who is on this office's list under another number"
    elif rule.accept is not None and best.score >= rule.accept:
        if len(found) > 1 and best.score - found[1].score < CLEAR:
            decision.why += ": no match is clearly better than the others"
        else:
            decision.what, decision.person_id, decision.why = What.matched, best.person_id, ""


def _people(found: Sequence[Alike]) -> str:
    if len(found) == 1:
        return f"person {found[0].person_id}"
    return "people " + ", ".join(f"{each.person_id} ({each.score})" for each in found)


def _refuse_sharing(decisions: Sequence[Decision]) -> None:
    """Leave rows that match the same person undecided."""
    wanted = Counter(each.person_id for each in decisions if each.what is What.matched)
    for each in decisions:
        if each.what is What.matched and wanted[each.person_id] > 1:
            each.why = f"may be person {each.person_id}, and so may another row of the file"
            each.what, each.person_id = What.undecided, None


def _tell_alike(decisions: Sequence[Decision]) -> None:
    """Note for each new row the most similar earlier row of the same file."""
    new = {each.entry.line: each for each in decisions if each.what is What.new}
    for first, second, _likeness in alike_pairs((line, new[line].entry.known) for line in new):
        if new[second].like is None:
            new[second].like = first


# ---------------------------------------------------------------- within the file


def number_repeats(entries: Sequence[Entry]) -> None:
    """Number identical rows without a client number, so that each becomes its own record."""
    seen: Counter[str] = Counter()
    for entry in entries:
        if entry.shown_number is None:
            seen[entry.number] += 1
            if seen[entry.number] > 1:
                entry.number += f"-{seen[entry.number]}"


def repeats(entries: Sequence[Entry]) -> tuple[list[Entry], int, list[tuple[Entry, str]]]:
    """Return the entries to go on with, how many are repeats, and those refused with the reason."""
    by_number: dict[str, list[Entry]] = {}
    for entry in entries:
        by_number.setdefault(entry.number, []).append(entry)
    kept, same = [], 0
    refused: list[tuple[Entry, str]] = []
    for first, *others in by_number.values():
        stranger = next((each for each in others if not _same_name(first, each)), None)
        if stranger is not None:
            why = f"the number has two different names, on lines {first.line} and"
            refused += [(each, f"{why} {stranger.line}") for each in (first, *others)]
            continue
        kept.append(first)
        for each in others:
            if _content(each) == _content(first):
                same += 1
            else:
                refused.append(
                    (each, f"the client of line {first.line} again, with different values")
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
