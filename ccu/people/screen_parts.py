"""What the screens about people and places share: the span of days, a worker's line, the notice."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from ccu import dates
from ccu.output import Document, Section
from ccu.records.visibility import View
from ccu.session import Session

WINDOWS = (30, 90, 365)  # days, beside "ever"


def window(session: Session) -> dict[str, object]:
    """Return the days and the moment that every statement of a card counts from."""
    return {
        "today": session.today.isoformat(),
        "now": session.now.isoformat()[:19],
        "day_repeat": session.days_ago(session.settings.number("repeat_days")),
        **{f"day_{days}": session.days_ago(days) for days in WINDOWS},
    }


def worker_line(each: Mapping[str, Any]) -> str:
    """Return `Human Services client. Call NAME, PHONE, since DATE; ...`, or less if hidden."""
    if each["name"] is None:
        return f"{each['agency']} is handling this"
    reach = each["phone"] or "no phone recorded"
    text = f"{agency(each)} client. Call {each['name']}, {reach}"
    text += f", since {day(each['since'])}"
    if each["connected_to"]:
        text += f"; connected to: {', '.join(each['connected_to'])}"
    if each["next_contact"]:
        was = "was due" if each["overdue"] else "next contact"
        text += f"; {'next contact ' if each['overdue'] else ''}{was} {day(each['next_contact'])}"
    return text


def agency(worker: Mapping[str, Any]) -> str:
    """Return the agency of a worker; the police workers are the unit's."""
    return "CCU" if worker["agency"] == "Police" else str(worker["agency"])


def listed_items(items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out follow-ups of a listed referral, whose line shows what is next."""
    told = {each["id"] for each in items if each["record"] == "referral"}
    return [each for each in items if each["referral"] not in told]


def day(iso: str) -> str:
    """Return a day as `Jan 12, 2026`."""
    return dates.say_date(date.fromisoformat(iso))


def with_notice(document: Document, view: View) -> Document:
    """Return the document, with the notice if the view showed something that needs it."""
    if view.notice is None:
        return document
    sections = [Section(lines=[view.notice], alert=True), *document.sections]
    data = {**document.data, "notice": view.notice}
    return replace(document, sections=sections, data=data)


def notice_column(
    rows: list[dict[str, Any]], columns: tuple[str, ...], record: str, view: View
) -> tuple[str, ...]:
    """Return the columns of a list, with one for the notice if a row needs it; fill it in."""
    if view.notice is None:
        return columns
    for row in rows:
        row["notice"] = view.notice if (record, row["id"]) in view.part2 else None
    return (*columns, "notice")
