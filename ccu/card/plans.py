"""The approved plans on a card: approach, early signs, triggers, first steps, safety, contacts.

A card never shows the baseline or the name of the person a plan is about.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from ccu import dates
from ccu.output import Section

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
_PLACES = {"place": "this place", "building": "the building"}


def shown(found: Sequence[sqlite3.Row], today: date) -> list[dict[str, Any]]:
    """Return id, for, lines, left_out, review_on, review_due and body of each plan.

    for: person, place, or building on the card of a unit. lines: every filled field with its label.
    body: the fields themselves, without the baseline.
    """
    bodies = {row["id"]: json.loads(row["body"]) for row in found}
    return [
        {
            "id": row["id"],
            "for": _for(row),
            "lines": [
                f"{label}: {'; '.join(texts)}"
                for field, label in LABELS.items()
                if (texts := items(bodies[row["id"]], field))
            ],
            "left_out": 0,
            "review_on": row["review_on"],
            "review_due": row["review_on"] <= today.isoformat(),
            "body": {field: bodies[row["id"]].get(field, []) for field in LABELS},
        }
        for row in found
    ]


def concerns(plans: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the safety concerns of these plans as warnings: text, source, type, day, plan."""
    return [
        {
            "text": each["text"],
            "source": each["source"],
            "type": "safety_concern",
            "day": each["on"],
            "plan": plan["id"],
        }
        for plan in plans
        for each in plan["body"]["safety"]
    ]


def _for(row: sqlite3.Row) -> str:
    if row["person_id"] is not None:
        return "person"
    return "building" if row["of_building"] else "place"


def items(body: Mapping[str, Sequence[Any]], field: str) -> list[str]:
    """Return the items of a field in words: steps numbered, the newest safety concern first."""
    found = body.get(field) or []
    if field == "steps":
        return [f"{number}. {text}" for number, text in enumerate(found, 1)]
    if field == "safety":
        newest = sorted(found, key=lambda each: str(each["on"]), reverse=True)
        return [f"{dates.said(each['on'])}, {each['source']}: {each['text']}" for each in newest]
    if field == "contacts":
        return [f"{each['phone']}, {each['name']}, {each['who']}" for each in found]
    return [str(each) for each in found]


def section(plan: Mapping[str, Any], of_person: bool) -> Section:
    """Return the section of a plan."""
    about = "" if of_person else f", for {_PLACES.get(plan['for'], 'a person here')}"
    due = "; its review is due" if plan["review_due"] else ""
    title = f"Approach (plan {plan['id']}{about}{due}; ccu plan show {plan['id']})"
    return Section(title, lines=plan["lines"])
