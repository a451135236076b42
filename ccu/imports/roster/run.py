"""`ccu person import`: an office's list of its clients, all of it or none.

  layout    what a roster's layout has beside what every layout has; a first layout for a list
  rows      rows to entries
  effects   what the import does, row by row
  store     what is known of a roster, which person each entry is, what is written
  terminal  questions and messages

It is read and matched outside any transaction; its effects are computed again inside the one that
writes them, because others work meanwhile.
"""

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ccu.errors import DatabaseBusy, InvalidInput
from ccu.imports import identifiers
from ccu.imports import store as imports
from ccu.imports.roster import store as rosters
from ccu.imports.roster.effects import Choices, Effect, Reckoner
from ccu.imports.roster.layout import Layout
from ccu.imports.roster.rows import CODED, Entry, EntryReader, Notes
from ccu.imports.roster.store import Decision, Rule, What, decide, number_repeats, repeats
from ccu.imports.rows import Broken, tell_short
from ccu.imports.store import Batch
from ccu.people import store as people
from ccu.people import worker_store as workers
from ccu.records import audit, codes, person_ids
from ccu.retention import seal_store
from ccu.session import Session
from ccu.work import Work

COUNTS = (
    *("read", "new", "matched", "changed", "same", "closed", "undecided", "rejected"),
    *("assigned", "ended"),
)

FEW = 4  # people missing from a list are no reason to doubt that it is complete


@dataclass
class Plan:
    """A roster that was read and matched, and what was chosen for it."""

    layout: Layout
    batch: Batch
    decisions: list[Decision]
    refused: list[imports.Reject]
    same: int  # rows that repeat an earlier row of the file; of people who are sealed, too
    notes: Notes
    choices: Choices
    allowed: list[str]  # types of column that --allow-column let pass

    def counts(self, found: Sequence[Effect]) -> dict[str, int]:
        """Return COUNTS -> how many; read is the sum of those up to rejected."""
        rows = Counter(each.what for each in found if each.decision is not None)
        counts = {name: rows[name] for name in COUNTS}
        counts["same"] += self.same
        counts["rejected"] = len(self.refused)
        counts["read"] = sum(rows.values()) + self.same + len(self.refused)
        counts["assigned"] = sum(each.assign is not None for each in found)
        counts["ended"] = sum(each.ended and bool(each.until) for each in found)
        return counts


def prepare(
    session: Session,
    path: Path,
    layout: Layout,
    rule: Rule,
    choices: Choices,
    rejects: Path | None,
    allow: Sequence[str],
) -> Plan:
    """Read the roster by its layout and match it; nothing is written.

    `rejects` is the file for rows that are not taken, checked before anything is read; `allow` are
    the columns that pass whatever they look like. Raises InvalidInput.
    """
    imports.check_rejects(rejects, path, session.path)
    with layout.opened(path, session.path.absolute().parent) as (export, table):
        allowed = identifiers.check(table, allow)
        lists = {name: codes.choices(session.db, name) for name in CODED}
        reader = EntryReader(layout, table, lists, session.today)
        entries: list[Entry] = []
        broken: list[Broken] = []
        short = 0
        for chunk in table.chunks():
            short += chunk.short
            read, bad = reader.read(chunk)
            entries += read
            broken += bad
        batch = Batch(layout.source, export.name, export.sha256, layout.name)
    tell_short(short)
    reader.notes.refuse_if_most()
    if not rule.look:
        number_repeats(entries)
    kept, same, again = repeats(entries)
    kept, sealed = _without_sealed(session, layout.source, kept)
    refused = [(each.line, each.reason, each.cells) for each in broken]
    refused += [(each.line, why, each.cells) for each, why in again]
    decisions = decide(session.db, layout.source, kept, rule)
    empty = [each for each in decisions if each.what is What.new and each.entry.nobody]
    refused += [(each.entry.line, "no name", each.entry.cells) for each in empty]
    refused.sort(key=lambda each: each[0])
    if choices.whole:
        _check_whole(kept, refused)
    decisions = [each for each in decisions if not (each.what is What.new and each.entry.nobody)]
    return Plan(layout, batch, decisions, refused, same + sealed, reader.notes, choices, allowed)


def _without_sealed(
    session: Session, source: str, entries: Sequence[Entry]
) -> tuple[list[Entry], int]:
    """Return the rows without those of sealed people, and how many these are, all that is shown."""
    sealed = seal_store.sealed_numbers(session.db)
    kept = [
        each for each in entries if seal_store.digest("person", source, each.number) not in sealed
    ]
    return kept, len(entries) - len(kept)


def _check_whole(entries: Sequence[Entry], refused: Sequence[imports.Reject]) -> None:
    """Refuse --whole for a list that was not read completely: it would end valid assignments."""
    if not entries:
        raise InvalidInput("--whole: the file has no rows, and would close every case")
    if refused:
        raise InvalidInput(
            f"--whole: {len(refused)} rows cannot be used, the first on line {refused[0][0]}"
            f" ({refused[0][1]}); a client there would count as no longer on the list"
        )


def reckon(session: Session, plan: Plan, connection: sqlite3.Connection) -> list[Effect]:
    """Return the effects of the import on the current database."""
    layout = plan.layout
    reckoner = Reckoner(connection, layout.source, layout.workers, session.today, plan.choices)
    return reckoner.effects(plan.decisions)


def write_refused(plan: Plan, target: Path | None) -> None:
    """Write the rows that were not taken, with the reason, if a file is named.

    Only the columns that the layout names: what it does not name is not kept anywhere.
    """
    rows = list(plan.refused)
    rows += [
        (each.entry.line, each.why, each.entry.cells)
        for each in plan.decisions
        if each.what is What.undecided
    ]
    imports.write_rejects(target, plan.layout.wanted, sorted(rows, key=lambda row: row[0]))
    imports.tell_rejects(target, len(rows))


def commit(session: Session, plan: Plan) -> tuple[int, list[Effect]]:
    """Write all of it in one transaction; return the batch's number and what was done."""
    with session.work() as work:
        connection, by, at = work.connection, work.staff_id, work.at
        _check_unchanged(connection, plan)
        found = reckon(session, plan, connection)
        counts = plan.counts(found)
        gone = sum(each.decision is None for each in found)
        batch_id = imports.add(connection, by, plan.batch, at)
        imports.finish(connection, batch_id, _of_batch(counts, gone))
        for effect in found:
            if effect.what == What.new:
                effect.person_id = people.create(work, effect.said)
        rosters.add_numbers(connection, plan.layout.source, _numbers(found))
        for effect in found:
            _write(work, effect, batch_id)
        told: dict[str, Any] = {**counts, "whole": plan.choices.whole, "allowed": plan.allowed}
        audit.record(connection, by, "person-import", "import_batch", batch_id, **told)
    return batch_id, found


def _of_batch(counts: dict[str, int], gone: int) -> dict[str, int]:
    """Return the counts by the columns of import_batch; `gone` are those ended without a row."""
    told = {
        "read": counts["read"],
        "new": counts["new"],
        "changed": counts["matched"] + counts["changed"] + counts["ended"] - gone,
        "rejected": counts["undecided"] + counts["rejected"],
    }
    return {**told, "same": told["read"] - told["new"] - told["changed"] - told["rejected"]}


def _numbers(found: Sequence[Effect]) -> list[tuple[str, int]]:
    return [
        (each.decision.entry.number, each.person_id)
        for each in found
        if each.decision and each.person_id and each.what in (What.new, What.matched)
    ]


def _check_unchanged(connection: sqlite3.Connection, plan: Plan) -> None:
    """Raise DatabaseBusy if another user changed data that the decisions depend on."""
    known = rosters.numbers(connection, plan.layout.source)
    wanted = {each.person_id for each in plan.decisions if each.person_id is not None}
    moved = any(one != now for one, now in person_ids.canonical(connection, wanted).items())
    told = any(
        known.get(each.entry.number) != (each.person_id if each.what is What.known else None)
        for each in plan.decisions
    )
    if moved or told:
        raise DatabaseBusy(
            "another user merged people or imported this office's list meanwhile; nothing"
            " was written, so do it again"
        )


def _write(work: Work, effect: Effect, batch_id: int) -> None:
    if effect.person_id is None:
        return
    if effect.what != What.new and effect.said:
        people.change(work, effect.person_id, effect.said)
    client = workers.Client(person_id=effect.person_id)
    if effect.until:
        workers.end(work, client, effect.until)
    if effect.assign is not None:
        workers.assign(work, client, effect.assign, effect.since)
        rosters.mark_turn(work.connection, effect.person_id, batch_id)


def check_losses(session: Session, plan: Plan, found: Sequence[Effect]) -> None:
    """Refuse, if no user can be asked, a list that would end most of an office's assignments.

    Raises InvalidInput.
    """
    gone = sum(each.decision is None for each in found)
    assignments = rosters.assignments(session.db).values()
    links = sum(assignment.source == plan.layout.source for assignment in assignments)
    if gone >= FEW and gone * 2 > links:
        raise InvalidInput(
            f"--whole: {gone} of {links} people with a worker of this office are not on the list;"
            " add --yes if the list is complete"
        )
