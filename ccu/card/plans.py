"""The approved plans on a card: at most eight lines in total, in the order of use at the door.

What helps, what to avoid, early signs, triggers, first steps, safety concerns with their date, and
contacts. Never the baseline, and never the name of the person a plan is about.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from ccu.output import Section
from ccu.output.text import safe, width
from ccu.people.screen_parts import day

MOST_LINES = 8  # the heading of each plan is one of them
WIDEST = 76  # a line, so that a terminal of 80 columns folds none

# field -> its label on the card, in the order of use.
LABELS = {
    "helps": "helps",
    "avoid": "avoid",
    "early_signs": "early signs",
    "triggers": "triggers",
    "steps": "do first",
    "safety": "safety",
    "contacts": "call",
}
# The order in which lines are kept when plans share the card: one field of every plan at a time.
_FIRST_KEPT = ("safety", "avoid", "helps", "contacts", "steps", "early_signs", "triggers")
_PLACES = {"place": "this place", "building": "the building"}


def shared(found: Sequence[sqlite3.Row], today: date) -> list[dict[str, Any]]:
    """Return id, for, lines, left_out, review_on, review_due of each plan; they share the lines.

    for: person, place, or building on the card of a unit. left_out: the number of filled fields
    without a line. If there are too many plans, the last have no lines and share one with numbers.
    """
    most = MOST_LINES // 2
    shown = list(found) if len(found) <= most else found[: most - 1]
    room = MOST_LINES - len(shown) - (len(shown) < len(found))
    written = {row["id"]: _lines(json.loads(row["body"])) for row in found}
    kept: dict[int, list[str]] = {row["id"]: [] for row in shown}
    for field in _FIRST_KEPT:
        for plan, fields in kept.items():
            if room and field in written[plan]:
                fields.append(field)
                room -= 1
    return [
        {
            "id": row["id"],
            "for": _for(row),
            "lines": [written[row["id"]][f] for f in LABELS if f in kept.get(row["id"], ())],
            "left_out": len(written[row["id"]]) - len(kept.get(row["id"], ())),
            "review_on": row["review_on"],
            "review_due": row["review_on"] <= today.isoformat(),
        }
        for row in found
    ]


def _for(row: sqlite3.Row) -> str:
    if row["person_id"] is not None:
        return "person"
    return "building" if row["of_building"] else "place"


def sections(plans: Sequence[Mapping[str, Any]], of_person: bool = False) -> list[Section]:
    """Return a section for each plan with lines, and one with the numbers of the others."""
    shown = [
        Section(_title(plan, of_person), lines=plan["lines"]) for plan in plans if plan["lines"]
    ]
    rest = [str(plan["id"]) for plan in plans if not plan["lines"]]
    if rest:
        more = f"{', '.join(rest[:8])}{', ...' if len(rest) > 8 else ''}"
        shown.append(Section(lines=[f"More plans: ccu plan show {more}"]))
    return shown


def _title(plan: Mapping[str, Any], of_person: bool) -> str:
    about = "" if of_person else f", for {_PLACES.get(plan['for'], 'a person here')}"
    # a heading must fit the screen, so it is shorter if both parts are needed
    more, whose = ("more in ", "") if plan["left_out"] else ("", "its ")
    due = f"; {whose}review {'' if more else 'is '}due" if plan["review_due"] else ""
    return f"Approach (plan {plan['id']}{about}{due}; {more}ccu plan show {plan['id']})"


def _lines(body: Mapping[str, Sequence[Any]]) -> dict[str, str]:
    """Return field -> line for each filled field."""
    return {
        field: _line(label, _texts(field, body[field]))
        for field, label in LABELS.items()
        if body.get(field)
    }


def _texts(field: str, items: Sequence[Any]) -> list[str]:
    if field == "steps":
        return [f"{number}. {text}" for number, text in enumerate(items, 1)]
    if field == "safety":
        newest = sorted(items, key=lambda each: str(each["on"]), reverse=True)
        return [f"{day(each['on'])}, {each['source']}: {each['text']}" for each in newest]
    if field == "contacts":  # the number first, so that it is never cut off
        return [f"{each['phone']}, {each['name']}, {each['who']}" for each in items]
    return [str(each) for each in items]


def _line(label: str, items: Sequence[str]) -> str:
    """Return as many items as fit and the number left out; if none fits, part of the first."""
    for count in range(len(items), 0, -1):
        text = f"{label}: {'; '.join(items[:count])}{_more(len(items) - count)}"
        if _fits(text):
            return text
    return _cut(f"{label}: ", items[0], f" ...{_more(len(items) - 1)}")


def _more(count: int) -> str:
    return f" ({count} more)" if count else ""


def _cut(label: str, text: str, end: str) -> str:
    """Return as many words as fit before the ellipsis; a word of over half a line is cut too."""
    cut = text[: 2 * WIDEST]
    while not _fits(f"{label}{cut}{end}"):
        cut = cut[:-1]
    last = len(cut) if text[len(cut) :].startswith(" ") else cut.rfind(" ")
    return f"{label}{cut[:last].rstrip() if last > len(cut) // 2 else cut}{end}"


def _fits(text: str) -> bool:
    return width(safe(text)) <= WIDEST
