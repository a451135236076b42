"""A roster import at the terminal: questions that a person must decide, and what needs attention.

Questions come before anything is written. Messages go to standard error and never hold a value.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from ccu.identity import Known
from ccu.imports.roster import store as rosters
from ccu.imports.roster.effects import Effect
from ccu.imports.roster.run import COUNTS, Plan
from ccu.imports.roster.store import Decision, What
from ccu.options.keyboard import read_line
from ccu.options.terminal import yes_or_no
from ccu.output import say
from ccu.output.text import counted
from ccu.people.page import VALUES
from ccu.records import person_ids
from ccu.session import Session

WIDTH = 24  # of a value shown
MOST = 10  # numbers listed in one message
COMPARED: dict[str, Callable[[Known], str | None]] = {
    **VALUES,
    "description": lambda known: known.description,
}


def people(session: Session, plan: Plan) -> None:
    """Ask who each undecided row is. Raises KeyboardInterrupt for q."""
    undecided = [each for each in plan.decisions if each.what is What.undecided]
    for place, decision in enumerate(undecided, 1):
        _show(session, decision, f"{place} of {len(undecided)}")
        _ask(decision)


def _show(session: Session, decision: Decision, place: str) -> None:
    """Show the row beside its candidates; the audit has them before they are shown."""
    with session.work() as work:
        ids = [each.person_id for each in decision.candidates]
        person_ids.shown(work.connection, work.staff_id, "person-import-show", ids)
    entry = decision.entry
    number = f", number {entry.shown_number}" if entry.shown_number else ""
    say(f"\nTo decide, {place}: line {entry.line}{number} {decision.why}".lstrip("\n"))
    for each in decision.candidates:
        say(f"  {'':12} {'roster':{WIDTH}} {f'person {each.person_id}':{WIDTH}} comparison")
        compared = {field.name: field.agreement for field in each.fields}
        for name, value in COMPARED.items():
            mine, theirs = value(entry.known) or "", value(each.known) or ""
            if mine or theirs:
                say(f"  {name:12} {_cut(mine)} {_cut(theirs)} {compared.get(name, '')}".rstrip())


def _cut(text: str) -> str:
    return f"{text if len(text) <= WIDTH else text[: WIDTH - 1] + '…':{WIDTH}}"


def _ask(decision: Decision) -> None:
    ids = [each.person_id for each in decision.candidates]
    same = "y same person" if len(ids) == 1 else "the person's number"
    while True:
        said = read_line(f"{same}, n new person, s skip the row, q stop: ").strip().lower()
        if said in ("y", "yes") and len(ids) == 1:
            said = str(ids[0])
        if said in map(str, ids):
            decision.what, decision.person_id = What.matched, int(said)
        elif said in ("n", "new"):
            decision.what = What.new
        elif said in ("q", "quit"):
            raise KeyboardInterrupt
        elif said not in ("s", "skip"):
            say("  enter one of these")
            continue
        else:
            decision.why += "; skipped"
            return
        decision.why = ""
        return


def links(plan: Plan, found: list[Effect]) -> None:
    """Ask whether the roster replaces each worker who was set by hand."""
    agreed = set()
    for each in found:
        if each.by_hand and each.person_id is not None:
            why = "the case is closed" if each.ended else "the roster names another worker"
            question = (
                f"Person {each.person_id}: {each.worker.removesuffix(' kept')} was set by hand or"
                f" by another office; {why}. Change it? y or n [n]"
            )
            if yes_or_no(question, enter=False):
                agreed.add(each.person_id)
    plan.choices = replace(plan.choices, by_hand=frozenset(agreed))


def go_on() -> None:
    """Ask whether to go on. Raises KeyboardInterrupt for no."""
    if not yes_or_no("Continue? y or n"):
        raise KeyboardInterrupt


def summary(plan: Plan, found: Sequence[Effect]) -> None:
    """Print the counts in one line."""
    counts = plan.counts(found)
    told = ", ".join(f"{counts[name]} {name}" for name in COUNTS if name == "read" or counts[name])
    say(f"{told}.")


def details(session: Session, plan: Plan, found: Sequence[Effect]) -> None:
    """Print what was left out, kept as it was, or needs a decision."""
    reasons: dict[str, list[int]] = {}
    for line, reason, _cells in plan.refused:
        reasons.setdefault(reason, []).append(line)
    for reason, lines in reasons.items():
        say(f"rejected {len(lines)}: {reason} ({_lines(lines)})")
    for (name, why), lines in plan.notes.lines.items():
        rows = counted(len(lines), "row")
        say(f"{name.replace('_', ' ')} left out of {rows}: {why} ({_lines(lines)})")
    _undecided(found)
    alike = [each.decision for each in found if each.decision and each.decision.like is not None]
    if alike:
        pairs = [f"{each.entry.line} like {each.like}" for each in alike]
        say(f"alike within the file, taken as different people: lines {_some(pairs)}")
    differ = Counter(name for each in found for name in each.differs)
    if differ:
        how = "now as the roster has them" if plan.choices.prefer else "kept as they were"
        names = ", ".join(f"{name.replace('_', ' ')} ({n})" for name, n in differ.items())
        say(f"fields where the roster differs, {how}: {names}")
    _workers(found)
    closed = [each.person_id for each in found if each.ended and each.person_id]
    for person_id, numbers in rosters.open_follow_ups(session.db, closed).items():
        say(
            f"person {person_id}: the case is closed, and follow-up"
            f" {_some(map(str, numbers))} {'is' if len(numbers) == 1 else 'are'} open"
        )


def _undecided(found: Sequence[Effect]) -> None:
    left = [each.decision for each in found if each.what == "undecided" and each.decision]
    if left:
        say(
            f"left out {counted(len(left), 'row')} that may be somebody on file"
            f" ({_lines(each.entry.line for each in left)}): decide at a terminal, or add"
            " --match likely or --match none"
        )


def _workers(found: Sequence[Effect]) -> None:
    unknown: dict[str, list[int]] = {}
    for each in found:
        if each.unknown_worker and each.decision:
            unknown.setdefault(each.unknown_worker, []).append(each.decision.entry.line)
    for why, lines in unknown.items():
        say(f"worker left out of {counted(len(lines), 'row')}: {why} ({_lines(lines)})")
    kept = [str(each.person_id) for each in found if each.by_hand]
    if kept:
        say(
            "the worker was set by hand or by another office, and is kept for people"
            f" {_some(kept)}; ccu worker assign or end changes it"
        )


def _lines(lines: Iterable[int]) -> str:
    told = [str(line) for line in sorted(lines)]
    return f"line {told[0]}" if len(told) == 1 else f"lines {_some(told)}"


def _some(texts: Iterable[str]) -> str:
    told = list(texts)
    more = f" and {len(told) - MOST} more" if len(told) > MOST else ""
    return ", ".join(told[:MOST]) + more
