"""An office's list of clients: what of it is known, which person each row is, what is written.

A number from an earlier list is accepted. A match by score is only offered: a user accepts it at a
terminal, or sets a score from which it is accepted. A row that is neither matched nor marked as new
is left out, because two people in one record harm both.

Workers are listed by canonical people: an assignment may belong to any record of a person.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ccu.identity import Known, Name, compare
from ccu.identity import pairs as alike_pairs
from ccu.imports.roster.rows import Entry
from ccu.imports.store import table
from ccu.people.match_store import Alike, likely_same

_NUMBERS = """
SELECT number, canonical_id FROM person_source JOIN human ON human.id = person_id
WHERE source = :source
"""
# Current assignments; a link without a batch was made by hand.
_TURNS = """
SELECT human.canonical_id AS person, worker.staff_id, staff.login, worker.since,
       import_batch.source
FROM worker JOIN staff ON staff.id = worker.staff_id JOIN human ON human.id = worker.person_id
LEFT JOIN import_batch ON import_batch.id = worker.import_batch_id
WHERE worker.owner = 1 AND worker.until IS NULL AND worker.person_id IS NOT NULL
"""
_FOLLOW_UPS = """
SELECT human.canonical_id AS person_id, open_work.id
FROM open_work JOIN human ON human.id = open_work.person_id
WHERE record = 'follow-up' AND human.canonical_id IN (SELECT value FROM json_each(:ids))
ORDER BY open_work.id
"""


@dataclass(frozen=True)
class Assignment:
    """A person's current worker; `source` is the roster that set it, None: a user did."""

    staff_id: int
    login: str
    since: str
    source: str | None


def numbers(connection: sqlite3.Connection, source: str) -> dict[str, int]:
    """Return the office's client numbers that are known -> the canonical person."""
    return dict(connection.execute(_NUMBERS, {"source": source}).fetchall())


def assignments(connection: sqlite3.Connection) -> dict[int, Assignment]:
    """Return canonical person -> the current assignment of their worker."""
    return {
        row["person"]: Assignment(row["staff_id"], row["login"], row["since"], row["source"])
        for row in connection.execute(_TURNS)
    }


def staff(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Return id, login, name, active of everyone who is or was on the staff list."""
    return [dict(row) for row in connection.execute("SELECT id, login, name, active FROM staff")]


def open_follow_ups(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, list[int]]:
    """Return canonical person -> the numbers of their open follow-ups."""
    found: dict[int, list[int]] = {}
    for row in connection.execute(_FOLLOW_UPS, {"ids": json.dumps(sorted(set(ids)))}):
        found.setdefault(row["person_id"], []).append(row["id"])
    return found


CLEAR = 15  # the lead in points that the best match needs over the next
MOST_OFFERED = 5


class What(StrEnum):
    """The outcome of a row."""

    new = "new"
    known = "known"  # by the office's number
    matched = "matched"  # by match score
    undecided = "undecided"
    closed = "closed"  # the case is closed, and no known person has the number


@dataclass
class Decision:
    """One row and the person that it is matched to."""

    entry: Entry
    what: What
    person_id: int | None = None  # canonical
    score: int | None = None
    candidates: list[Alike] = field(default_factory=list)
    why: str = ""  # of an undecided one
    like: int | None = None  # a line of the same file that looks alike


@dataclass(frozen=True)
class Rule:
    """The matching options: accept a match from the score `accept` on (None: never)."""

    accept: int | None = None
    all_new: bool = False  # --match none: a row without a known number is a new person
    look: bool = True  # False: --as-new, no candidates are looked for


def decide(
    connection: sqlite3.Connection, source: str, entries: Sequence[Entry], rule: Rule
) -> list[Decision]:
    """Return the decision about each row, in the file's order."""
    known = numbers(connection, source)
    decisions = []
    unknown: list[Decision] = []
    for entry in entries:
        person_id = known.get(entry.number)
        if person_id is not None:
            decisions.append(Decision(entry, What.known, person_id))
        elif entry.closed and rule.look:
            decisions.append(Decision(entry, What.closed))
        else:
            decisions.append(Decision(entry, What.new))
            unknown.append(decisions[-1])
    if rule.look:
        taken = {*known.values()}
        for decision in unknown:
            found = likely_same(connection, decision.entry.known)[:MOST_OFFERED]
            _settle(decision, found, taken, rule)
        _refuse_sharing(unknown)
        _tell_alike(unknown)
    return decisions


def _settle(decision: Decision, found: list[Alike], taken: set[int], rule: Rule) -> None:
    """Decide who a row without a known number is, as far as the rule allows."""
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
    """Return whether it may be one person; a family name changes more often than a given one."""

    def name(entry: Entry) -> Known:
        say = entry.values.get
        return Known((Name(say("given_name", ""), say("family_name", "")),))

    given, family = compare(name(one), name(other)).fields[:2]
    return given.weight > 0 or (given.weight == 0 and family.weight >= 0)


def add_numbers(
    connection: sqlite3.Connection, source: str, numbers: Iterable[tuple[str, int]]
) -> None:
    """Record the office's numbers of people inside the caller's transaction."""
    table(connection, "person_source").insert_all(
        {"source": source, "number": number, "person_id": person_id}
        for number, person_id in numbers
    )


def mark_turn(connection: sqlite3.Connection, person_id: int, batch_id: int) -> None:
    """Record that the person's current assignment comes from this roster."""
    connection.execute(
        "UPDATE worker SET import_batch_id = :batch_id"
        " WHERE person_id = :person_id AND owner = 1 AND until IS NULL",
        {"batch_id": batch_id, "person_id": person_id},
    )
