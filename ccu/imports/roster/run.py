"""`ccu person import`: an office's list of its clients, taken whole or not at all.

  roster_layout   how a list is to be read           roster_suggest  a first layout for a new list
  roster_rows     rows to entries                    roster_dates    their dates
  roster_match    who of the people known each is    roster_ask      what only somebody can decide
  roster_effects  what it would do, row by row       roster_fields   of what is known of a person
                                                     roster_workers  of who works with them

Read and matched first, outside any transaction; what it does is reckoned again inside the one that
writes it, because others work meanwhile.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccu import dates
from ccu.errors import DatabaseBusy, InvalidInput
from ccu.imports.dispatch import identifiers
from ccu.imports.dispatch import rejects as rejected
from ccu.imports.dispatch.rows import Broken, Rows, header
from ccu.imports.dispatch.source import opened
from ccu.imports.roster import layout as roster_layout
from ccu.imports.roster.effects import Choices, Effect, effects
from ccu.imports.roster.matching import Decision, Rule, What, decide, number_repeats, repeats
from ccu.imports.roster.notes import Notes
from ccu.imports.roster.rows import Entry, EntryReader
from ccu.imports.roster.workers import Staff
from ccu.session import Session

if TYPE_CHECKING:
    import sqlite3

    from ccu.imports.roster.layout import Layout
    from ccu.imports.roster.store import Batch

COUNTS = (
    *("read", "new", "matched", "changed", "same", "closed", "undecided", "rejected"),
    *("assigned", "ended"),
)

FEW = 4  # people missing from a list are no reason to doubt that it is whole


@dataclass
class Plan:
    """A roster that was read and matched, and what was said about it."""

    layout: "Layout"
    batch: "Batch"
    decisions: list[Decision]
    refused: list[rejected.Reject]
    same: int  # rows that repeat an earlier row of the file; of people who are sealed, too
    notes: Notes
    choices: Choices
    allowed: list[str]  # kinds of column that --allow-column let pass

    def counts(self, found: Sequence[Effect]) -> dict[str, int]:
        """COUNTS -> how many; read is the sum of those up to rejected."""
        rows = Counter(each.what for each in found if each.decision is not None)
        counts = {name: rows[name] for name in COUNTS}
        counts["same"] += self.same
        counts["rejected"] = len(self.refused)
        counts["read"] = sum(rows.values()) + self.same + len(self.refused)
        counts["assigned"] = sum(each.assign is not None for each in found)
        counts["ended"] = sum(each.ended and bool(each.until) for each in found)
        return counts


def prepare(
    session: Session, path: Path, named: str, rule: Rule, choices: Choices, allow: Sequence[str]
) -> Plan:
    """Read the roster and match it; nothing is written. Raises InvalidInput.

    `allow` are the columns that pass whatever they look like.
    """
    from ccu.imports.roster.store import Batch
    from ccu.records import codes

    layout = roster_layout.load(named)
    with opened(path, layout.encoding, session.path.absolute().parent) as export:
        allowed = identifiers.check(export, layout.delimiter, allow)
        lines = export.lines()
        names, before = header(lines, layout.delimiter)
        housing = codes.choices(session.db, "housing")
        reader = EntryReader(layout, names, housing, session.today)
        entries: list[Entry] = []
        broken: list[Broken] = []
        for chunk in Rows(lines, layout.delimiter, len(names), before).chunks():
            read, bad = reader.read(chunk)
            entries += read
            broken += bad
        batch = Batch(layout.source, export.name, export.sha256, layout.name)
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
    """The rows but those of people who are sealed, and how many these are: told as no more."""
    from ccu.retention import seals

    sealed = seals.sealed_numbers(session.db)
    if not sealed:
        return list(entries), 0
    kept = [each for each in entries if seals.digest("person", source, each.number) not in sealed]
    return kept, len(entries) - len(kept)


def _check_whole(entries: Sequence[Entry], refused: Sequence[rejected.Reject]) -> None:
    """A list that was not read whole must not end anybody's worker."""
    if not entries:
        raise InvalidInput("--whole: the file has no rows, and would close every case")
    if refused:
        raise InvalidInput(
            f"--whole: {len(refused)} rows cannot be used, the first on line {refused[0][0]}"
            f" ({refused[0][1]}); whoever stands there would count as no longer on the list"
        )


def reckon(session: Session, plan: Plan, connection: "sqlite3.Connection") -> list[Effect]:
    """What the import does, by what the file holds at this moment."""
    from ccu.imports.roster import store as rosters

    staff = Staff(rosters.staff(connection), plan.layout.workers)
    return effects(
        connection, plan.layout.source, plan.decisions, staff, session.today, plan.choices
    )


def write_refused(plan: Plan, target: Path) -> int:
    """Write the rows that were not taken, with the reason; how many. No file when there are none.

    Only the columns that the layout names: what it does not name is not kept anywhere.
    """
    rows = list(plan.refused)
    rows += [
        (each.entry.line, each.why, each.entry.cells)
        for each in plan.decisions
        if each.what is What.undecided
    ]
    if rows:
        rejected.write(target, plan.layout.wanted, sorted(rows, key=lambda row: row[0]))
    return len(rows)


def commit(session: Session, plan: Plan) -> tuple[int, list[Effect]]:
    """Write all of it in one transaction: the batch's number, and what was done."""
    from ccu.imports.roster import store as rosters
    from ccu.records import audit

    by, at = session.staff_id, dates.to_iso(session.now)
    with session.writing() as connection:
        _nobody_was_faster(connection, plan)
        found = reckon(session, plan, connection)
        counts = plan.counts(found)
        gone = sum(each.decision is None for each in found)
        batch_id = rosters.add_batch(connection, by, plan.batch, _of_batch(counts, gone), at)
        new = [each for each in found if each.what == What.new]
        ids = rosters.add_people(connection, by, [each.said for each in new], at)
        for effect, person_id in zip(new, ids, strict=True):
            effect.person_id = person_id
        rosters.add_numbers(connection, plan.layout.source, _numbers(found))
        for effect in found:
            _write(connection, by, effect, batch_id, at)
        told: dict[str, Any] = {**counts, "whole": plan.choices.whole, "allowed": plan.allowed}
        audit.record(connection, by, "person-import", "import_batch", batch_id, **told)
    return batch_id, found


def _of_batch(counts: dict[str, int], gone: int) -> dict[str, int]:
    """The counts by the columns of import_batch; `gone` are those ended without a row."""
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


def _nobody_was_faster(connection: "sqlite3.Connection", plan: Plan) -> None:
    """Raises DatabaseBusy when what was decided is no longer so."""
    from ccu.imports.roster import store as rosters
    from ccu.records import person_ids

    known = rosters.numbers(connection, plan.layout.source)
    wanted = {each.person_id for each in plan.decisions if each.person_id is not None}
    moved = any(one != now for one, now in person_ids.canonical(connection, wanted).items())
    told = any(
        known.get(each.entry.number) != (each.person_id if each.what is What.known else None)
        for each in plan.decisions
    )
    if moved or told:
        raise DatabaseBusy(
            "somebody merged people or imported this office's list meanwhile; nothing was"
            " written, so do it again"
        )


def _write(
    connection: "sqlite3.Connection", by: int, effect: Effect, batch_id: int, at: str
) -> None:
    from ccu.imports.roster import store as rosters
    from ccu.people import store as people
    from ccu.people import workers

    if effect.person_id is None:
        return
    if effect.what != What.new and effect.said:
        people.change(connection, by, effect.person_id, effect.said, at)
    whom = workers.Whom(person_id=effect.person_id)
    if effect.until:
        workers.end(connection, by, whom, effect.until)
    if effect.assign is not None:
        workers.assign(connection, by, whom, effect.assign, effect.since)
        rosters.mark_turn(connection, effect.person_id, batch_id)


def follow_ups(session: Session, found: Sequence[Effect]) -> dict[int, list[int]]:
    """The open follow-ups of people whose case is closed, by numbers."""
    from ccu.imports.roster import store as rosters

    closed = [each.person_id for each in found if each.ended and each.person_id]
    return rosters.open_follow_ups(session.db, closed) if closed else {}


def check_losses(session: Session, plan: Plan, found: Sequence[Effect]) -> None:
    """For where nobody is asked: a list cut short must not end most of an office's work.

    Raises InvalidInput.
    """
    from ccu.imports.roster import store as rosters

    gone = sum(each.decision is None for each in found)
    turns = rosters.turns(session.db).values()
    links = sum(turn.source == plan.layout.source for turn in turns)
    if gone >= FEW and gone * 2 > links:
        raise InvalidInput(
            f"--whole: {gone} of {links} people with a worker of this office are not on the list;"
            " add --yes if it is whole indeed"
        )
