"""What an import would do, row by row: the same reckoning for the preview and for the write."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from ccu.imports.roster.fields import merged, of_new
from ccu.imports.roster.matching import Decision, What
from ccu.imports.roster.rows import Entry
from ccu.imports.roster.workers import Staff
from ccu.people.store import Said

if TYPE_CHECKING:
    import sqlite3

    from ccu.imports.roster.store import Turn

COLUMNS = ("line", "number", "what", "person", "score", "worker", "adds", "differs", "why")


@dataclass(frozen=True)
class Choices:
    """What was said beforehand about an import."""

    prefer: bool = False  # the roster's value where one differs
    whole: bool = False  # whoever is not on the list is a client no more
    by_hand: frozenset[int] = (
        frozenset()
    )  # people whose hand-made link may be changed: somebody said so


@dataclass
class Effect:
    """One person, and what is written of them. `rows` are what the preview says."""

    decision: Decision | None  # None: --whole found that they are on the list no more
    person_id: int | None
    what: str
    number: str | None
    said: Said = field(default_factory=Said)
    differs: list[str] = field(default_factory=list)
    assign: int | None = None  # the staff who works with them from `since` on
    since: str = ""
    until: str = ""  # the day on which the current turn ends
    ended: bool = False  # the case is closed
    worker: str = ""  # in words
    by_hand: bool = False  # a link made by hand, or another office's, says otherwise and is kept
    unknown_worker: str = ""  # why the roster's worker cannot be taken

    def row(self) -> tuple[object, ...]:
        """The cells under COLUMNS."""
        decision = self.decision
        added = [*self.said.fields, *(["aliases"] if self.said.aliases else [])]
        added = [each for each in added if each not in self.differs]
        why = decision.why if decision else "not on the list"
        if decision and decision.like is not None:
            why = f"like line {decision.like}"
        return (
            decision.entry.line if decision else None,
            self.number,
            self.what,
            self.person_id,
            decision.score if decision else None,
            self.worker,
            "" if self.what == What.new else _words(added),
            _words(self.differs),
            why,
        )


def _words(names: Iterable[str]) -> str:
    return ", ".join(
        name.removesuffix("_estimate").replace("_", " ")
        for name in names
        if name != "age_estimated_on"
    )


def effects(
    connection: "sqlite3.Connection",
    source: str,
    decisions: Sequence[Decision],
    staff: Staff,
    today: date,
    choices: Choices,
) -> list[Effect]:
    """What becomes of every row; for several rows of one person the first open one has the word."""
    from ccu.imports.roster import store as rosters

    turns = rosters.turns(connection)
    shown = rosters.shown(connection, (each.person_id for each in decisions if each.person_id))
    done: set[int] = set()  # people whose worker is settled
    found = {}
    for each in sorted(decisions, key=lambda each: bool(each.entry.closed)):
        found[each.entry.line] = _effect(each, shown, today, choices)
        if each.person_id is None or each.person_id not in done:
            turn = turns.get(each.person_id) if each.person_id else None
            _worker(found[each.entry.line], each.entry, turn, source, staff, today, choices)
            if each.person_id is not None and each.entry.closed is not None:
                done.add(each.person_id)
    ordered = [found[each.entry.line] for each in decisions]
    for effect in ordered:
        if effect.what == What.known:
            effect.what = _what(effect)
    if choices.whole:
        ordered += _gone(connection, source, decisions, turns, today)
    return ordered


def _effect(
    decision: Decision, shown: Mapping[int, dict[str, Any]], today: date, choices: Choices
) -> Effect:
    entry = decision.entry
    effect = Effect(decision, decision.person_id, decision.what.value, entry.shown_number)
    if decision.what is What.new:
        effect.said = of_new(entry, today)
    elif decision.person_id is not None:
        effect.said, effect.differs = merged(
            entry, shown[decision.person_id], today, prefer=choices.prefer
        )
    return effect


def _what(effect: Effect) -> str:
    if effect.ended and effect.until:
        return "closed"
    return "changed" if effect.said or effect.assign or effect.until else "same"


def _worker(
    effect: Effect,
    entry: Entry,
    turn: "Turn | None",
    source: str,
    staff: Staff,
    today: date,
    choices: Choices,
) -> None:
    """Whose turn begins or ends by this row."""
    if effect.what not in (What.new, What.known, What.matched) or entry.closed is None:
        return
    day = today.isoformat()
    free = turn is None or turn.source == source or effect.person_id in choices.by_hand
    if entry.closed:
        effect.ended = True
        if turn is not None and free:
            effect.until = max(turn.since, entry.closed_on or day)
            effect.worker = f"{turn.login} until {effect.until}"
        elif turn is not None:
            effect.by_hand, effect.worker = True, f"{turn.login} kept"
        return
    if not entry.worker:
        return
    staff_id, login, effect.unknown_worker = staff.find(entry.worker)
    if staff_id is None:
        effect.worker = effect.unknown_worker
    elif turn is not None and turn.staff_id == staff_id:
        return
    elif not free and turn is not None:
        effect.by_hand, effect.worker = True, f"{turn.login} kept"
    else:
        since = entry.since or day
        effect.assign, effect.since = staff_id, max(since, turn.since) if turn else since
        effect.worker = f"{turn.login} -> {login}" if turn else login


def _gone(
    connection: "sqlite3.Connection",
    source: str,
    decisions: Sequence[Decision],
    turns: Mapping[int, "Turn"],
    today: date,
) -> list[Effect]:
    """People whom this office's roster gave a worker, and who are on its list no more."""
    from ccu.imports.roster import store as rosters

    here = {each.person_id for each in decisions}
    here |= {one.person_id for each in decisions for one in each.candidates}
    numbers = {person: number for number, person in rosters.numbers(connection, source).items()}
    found = []
    for person_id, turn in sorted(turns.items()):
        if turn.source == source and person_id not in here and person_id in numbers:
            until = max(turn.since, today.isoformat())
            number = numbers[person_id]
            found.append(
                Effect(
                    None,
                    person_id,
                    "closed",
                    None if number.startswith("~") else number,
                    until=until,
                    ended=True,
                    worker=f"{turn.login} until {until}",
                )
            )
    return found
