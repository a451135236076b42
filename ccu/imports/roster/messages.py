"""What there is to say of an import beside its counts, on standard error; never a value."""

from collections import Counter
from collections.abc import Iterable, Sequence

from ccu.imports.roster.effects import Effect
from ccu.imports.roster.run import COUNTS, Plan
from ccu.output import say

MOST = 10  # numbers told of one thing


def summary(plan: Plan, found: Sequence[Effect]) -> None:
    """The counts as one line, then what needs somebody's eye."""
    counts = plan.counts(found)
    told = ", ".join(f"{counts[name]} {name}" for name in COUNTS if name == "read" or counts[name])
    say(f"{told}.")


def details(plan: Plan, found: Sequence[Effect], follow_ups: dict[int, list[int]]) -> None:
    """What was left out, left as it was, or waits for somebody."""
    reasons: dict[str, list[int]] = {}
    for line, reason, _cells in plan.refused:
        reasons.setdefault(reason, []).append(line)
    for reason, lines in reasons.items():
        say(f"rejected {len(lines)}: {reason} ({_lines(lines)})")
    for (name, why), lines in plan.notes.lines.items():
        say(f"{name.replace('_', ' ')} left out of {_rows(len(lines))}: {why} ({_lines(lines)})")
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
    for person_id, numbers in follow_ups.items():
        say(
            f"person {person_id}: the case is closed, and follow-up"
            f" {_some(map(str, numbers))} {'is' if len(numbers) == 1 else 'are'} open"
        )


def _undecided(found: Sequence[Effect]) -> None:
    left = [each.decision for each in found if each.what == "undecided" and each.decision]
    if left:
        say(
            f"left out {_rows(len(left))} that may be somebody known"
            f" ({_lines(each.entry.line for each in left)}): decide at a terminal, or say"
            " --match likely or --match none"
        )


def _workers(found: Sequence[Effect]) -> None:
    unknown: dict[str, list[int]] = {}
    for each in found:
        if each.unknown_worker and each.decision:
            unknown.setdefault(each.unknown_worker, []).append(each.decision.entry.line)
    for why, lines in unknown.items():
        say(f"worker left out of {_rows(len(lines))}: {why} ({_lines(lines)})")
    kept = [str(each.person_id) for each in found if each.by_hand]
    if kept:
        say(
            "the worker was set by hand or by another office, and stays, of people"
            f" {_some(kept)}; ccu worker assign or end changes it"
        )


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"


def _lines(lines: Iterable[int]) -> str:
    told = [str(line) for line in sorted(lines)]
    return f"line {told[0]}" if len(told) == 1 else f"lines {_some(told)}"


def _some(texts: Iterable[str]) -> str:
    told = list(texts)
    more = f" and {len(told) - MOST} more" if len(told) > MOST else ""
    return ", ".join(told[:MOST]) + more
