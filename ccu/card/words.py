"""Workers and open items of a card, as short lines."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from ccu.dates.instants import MONTH_NAMES

MOST_WORKERS = 2
MOST_PLACES = 3
MOST_OPEN = 3  # lines of open items; all of them are in the JSON and with --all


def standing(
    workers: Sequence[dict[str, Any]],
    items: Sequence[dict[str, Any]],
    every: bool = False,
    of_person: bool = False,
) -> list[tuple[str, str]]:
    """Return the lines `working here` (for a person `working with`) and `open items`."""
    who = [worker(each) for each in workers] or ["None assigned"]
    what = [item(each) for each in lines(items)] or ["none"]
    return [
        (
            "working with" if of_person else "working here",
            "\n".join(_first(who, len(who) if every else MOST_WORKERS)),
        ),
        ("open items", "\n".join(_first(what, len(what) if every else MOST_OPEN))),
    ]


def worker(each: dict[str, Any]) -> str:
    """Return `Human Services client. Call NAME, PHONE, since DATE; ...`, or less if hidden."""
    if each["name"] is None:
        return f"{each['agency']} is handling this"
    reach = each["phone"] or "no phone recorded"
    whose = (
        "CCU" if each["agency"] == "Police" else each["agency"]
    )  # the police workers are the unit's
    text = f"{whose} client. Call {each['name']}, {reach}"
    text += f", since {day(each['since'])}"
    if each["connected_to"]:
        text += f"; connected to: {', '.join(each['connected_to'])}"
    if each["next_contact"]:
        was = "was due" if each["overdue"] else "next contact"
        text += f"; {'next contact ' if each['overdue'] else ''}{was} {day(each['next_contact'])}"
    return text


def item(each: dict[str, Any]) -> str:
    """Return `referral 3, requested: next 2026-02-01 10:00, dlee`, or less if hidden."""
    if each["id"] is None:
        return f"{each['owner']} is handling this"
    word = "next" if each["record"] == "referral" else "due"
    due = f"{word} {each['due']}" if each["due"] else "nothing due"
    late = " (overdue)" if each["overdue"] else ""
    return f"{each['record']} {each['id']}, {each['what'].lower()}: {due}{late}, {each['owner']}"


def lines(items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out follow-ups of a listed referral, whose line shows what is next."""
    told = {each["id"] for each in items if each["record"] == "referral"}
    return [each for each in items if each["referral"] not in told]


def _first(lines: list[str], most: int) -> list[str]:
    if len(lines) <= most:
        return lines
    return [*lines[:most], f"and {len(lines) - most} more; --all lists every one"]


def day(iso: str) -> str:
    """Return a day as `12 Jan 2026`."""
    of = date.fromisoformat(iso)
    return f"{of.day} {MONTH_NAMES[of.month - 1][:3]} {of.year}"
