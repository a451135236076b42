"""The card of a place as a page, with the same facts in the same order in every format."""

from collections.abc import Sequence
from typing import Any

from ccu.card import words
from ccu.card.rows import CALL_COLUMNS
from ccu.output import Document, Section, Table

COUNT_COLUMNS = ("calls", "30 days", "90 days", "365 days", "ever")


def document(card: dict[str, Any], every: bool = False) -> Document:
    """Return the card, in the order of need at the door; with `every`, all of each list."""
    if card["place"] is None:
        return Document(f"No calls recorded at {card['match']['text']}", _elsewhere(card), card)
    counts = card["counts"]
    total = counts["all"]["ever"]
    standing = words.standing(card["workers"], card["open"], every)
    if not card["warnings"]:
        standing.insert(0, ("warnings", "No active warnings"))
    sections = [
        Section(pairs=[("matched", card["match"]["certainty"])]),
        Section("Warnings", lines=[_warning(item) for item in card["warnings"]], alert=True),
        Section(pairs=standing),
        *plan_sections(card["plans"]),
        count_section(counts, "address"),
        calls_section(card["calls"], total),
    ]
    sections += narratives(card["calls"])
    return Document(card["match"]["text"], [*sections, *_elsewhere(card)], card)


def headline(card: dict[str, Any]) -> str:
    """Return the first line after a call is logged: "4th care call here in 90 days."."""
    repeat = card["counts"]["repeat"]
    count, days = repeat["care_calls"], repeat["days"]
    if not count:
        return f"No care call here in {days} days."
    return f"{_ordinal(count)} care call here in {days} days."


def count_section(counts: dict[str, Any], what: str) -> Section:
    """Return the counts by span of days, and a line if it is a repeat address or person."""
    return Section(table=Table(COUNT_COLUMNS, _count_rows(counts)), lines=_repeat(counts, what))


def calls_section(calls: Sequence[dict[str, Any]], total: int, *more: str) -> Section:
    """Return the calls, newest first; `more` are columns before the outcome."""
    older = "all of them"
    if len(calls) < total:
        older = f"the last {len(calls)} of {total}; --all lists every one"
    columns = (*CALL_COLUMNS[:4], *more, *CALL_COLUMNS[4:])
    return Section(
        f"Calls ({older})" if total else "Calls",
        table=Table(columns, calls),
        empty="no calls recorded",
        main=True,
    )


def _count_rows(counts: dict[str, Any]) -> list[tuple[object, ...]]:
    return [
        ("care calls", *counts["care"].values()),
        ("all calls", *counts["all"].values()),
    ]


def _repeat(counts: dict[str, Any], what: str) -> list[str]:
    """Decide by the count, unless the place is exempt or an override exists."""
    repeat, override = counts["repeat"], counts["repeat"]["override"]
    if repeat["exempt"] is not None:
        return [f"Not counted as a repeat {what}: {repeat['exempt']}."]
    calls = "care call" if repeat["care_calls"] == 1 else "care calls"
    about = " about them" if what == "person" else ""
    count = f"{repeat['care_calls']} {calls}{about} in {repeat['days']} days"
    threshold = f"the town's threshold is {repeat['threshold']}"
    threshold += "; the review is due" if repeat["review_due"] else ""
    if override and override["listed"]:
        until = f"until review {override['review_on']}"
        return [f"Marked frequent by override {until} ({count}; {threshold})."]
    if repeat["care_calls"] < repeat["threshold"]:
        return []
    if override:
        see = "Not listed as frequent by override, see ccu frequent review"
        return [f"{see} ({count}; {threshold})."]
    return [f"Repeat {what}: {count} ({threshold})."]


def plan_sections(plans: Sequence[dict[str, Any]], of_person: bool = False) -> list[Section]:
    """Return the plans; their module is loaded only if there are any."""
    if not plans:
        return []
    from ccu.card import plans as lines

    return lines.sections(plans, of_person)


def _warning(item: dict[str, Any]) -> str:
    if "day" in item:
        return f"{item['text']}: {item['day']}, {item['source']}"
    checked = "" if item["verified"] else "not verified yet; "
    return f"{item['text']} (from {item['source']}; {checked}until {item['until']})"


def narratives(calls: Sequence[dict[str, Any]]) -> list[Section]:
    """Return the narrative of each call, if --full asked for it."""
    return [
        Section(f"Narrative of call {call['id']}", lines=[call["narrative"]])
        for call in calls
        if call.get("narrative")
    ]


def _elsewhere(card: dict[str, Any]) -> list[Section]:
    building = card["building"]
    lines = []
    if building["units"]:
        most = ", ".join(
            f"{row['unit'] or 'no unit'}: {row['calls']}" for row in building["by_unit"][:4]
        )
        more = ", ..." if building["units"] > 4 else ""
        units = "other unit" if building["units"] == 1 else "other units"
        calls = "call" if building["calls"] == 1 else "calls"
        lines.append(
            f"{building['units']} {units} with {building['calls']} {calls}"
            f" ({building['care']} care) [{most}{more}]"
        )
    near = Table(("address", "calls", "why"), card["near"])
    return [
        Section("Same building", lines=lines),
        *([Section("Did you mean", table=near)] if card["near"] else []),
    ]


def _ordinal(number: int) -> str:
    ending = (
        "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    )
    return f"{number}{ending}"
