"""The page of `ccu audit review`, in every format."""

import re
from datetime import datetime
from typing import Any

from ccu import dates
from ccu.audit import review, store
from ccu.errors import InvalidInput
from ccu.options import typed_text
from ccu.output import Document, Section, Table
from ccu.records import audit, codes, table
from ccu.session import Session

MOST_ROWS = 20  # of each list on the page; the JSON has all
_HOURS = {"h": 1, "d": 24, "w": 7 * 24}
_EVENT = ("when", "staff", "action", "record", "id")

# key -> heading, columns; in the order of the page
PARTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "staff_changes": (
        "New admins, roles and accounts changed",
        ("when", "staff", "account", "change"),
    ),
    "accounts": (
        "By account",
        ("staff", "role", "people", "places", "other", "lists", "writes", "denied", "exports",
         "night"),
    ),
    "unusual": (
        "Looked at unusually much",
        ("day", "staff", "role", "looked_at", "own_usual", "role_usual"),
    ),
    "untied": (
        "Looked at without a tie",
        ("staff", "record", "id", "times", "first", "last"),
    ),
    "night": ("At night, outside of a call", _EVENT),
    "denials": ("Denied", _EVENT),
    "exports": ("Taken out", (*_EVENT, "detail")),
    "overrides": ("Overrides, and reasons given", (*_EVENT, "reason")),
}  # fmt: skip
OWN = "Your own reads are in these lists like anybody's."


def read(session: Session, since: str) -> Document:
    """The page, recorded as a read. Its JSON: since, until, rules, and a list for each of PARTS."""
    staff_id, now = session.staff_id, session.now
    start = begin(since, session)
    span = int(start.timestamp()), int(now.timestamp()) + 1
    with session.writing() as connection:
        rows = store.events(connection, span[0] - review.BASELINE, span[1])
        every = review.events(rows, session.settings.zone)
        before = [event for event in every if event.unix < span[0]]
        found = [event for event in every if event.unix >= span[0]]
        ties = store.ties(connection, {event.look for event in found if event.look})
        audit.record(connection, staff_id, "audit-review", "audit", None, rows=len(found))
    data: dict[str, Any] = {
        "since": dates.to_iso(start),
        "until": dates.to_iso(now),
        "rules": review.RULES,
        "staff_changes": review.staff_changes(found),
        "accounts": review.accounts(found),
        "unusual": review.unusual(found, before),
        "untied": review.untied(found, ties),
        "night": review.night(found, ties),
        "denials": review.denials(found),
        "exports": review.exports(found),
        "overrides": review.overrides(found),
    }
    return _document(session, data)


def begin(since: str, session: Session) -> datetime:
    """The start of the span: `7d`, `24h` and `2w` before now, or a day. Raises InvalidInput."""
    span = re.fullmatch(r"(\d{1,4}) ?(h|d|w)", since.strip(), re.ASCII | re.IGNORECASE)
    if span is None:
        day = typed_text.day(session, since, "--since", future=False)
        return dates.day_start(day, session.settings.zone)
    hours = int(span[1]) * _HOURS[span[2].lower()]
    if not 0 < hours <= 366 * 24:
        raise InvalidInput("--since must be more than nothing and at most a year")
    return dates.add_elapsed(session.now, hours=-hours)


def _document(session: Session, data: dict[str, Any]) -> Document:
    span = [("from", dates.from_iso(data["since"])), ("until", dates.from_iso(data["until"]))]
    pairs = [(word, dates.say_moment(at, session.now)) for word, at in span]
    sections = [Section(pairs=pairs, lines=[OWN])]
    labels = {**codes.of_columns(session.db, role="staff_role"), "record": table.NAMES}
    for key, (heading, columns) in PARTS.items():
        rows = [{name: _cell(row[name]) for name in row} for row in data[key]]
        data[key] = [{name: _json(row[name]) for name in row} for row in data[key]]
        shown = rows if key == "accounts" else rows[:MOST_ROWS]
        more = len(rows) - len(shown)
        said = [review.RULES[key]] if key in review.RULES else []
        section_table = Table(columns, shown, labels=labels)
        sections.append(
            Section(
                f"{heading} ({len(rows)})" if rows else heading,
                table=section_table if rows else None,
                lines=[
                    *([] if rows else ["none"]),
                    *([f"and {more} more; --format json has all"] if more > 0 else []),
                    *said,
                ],
                main=key == "accounts",
            )
        )
    return Document("Audit review", sections, data)


def _cell(value: Any) -> Any:
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else value


def _json(value: Any) -> Any:
    return dates.to_iso(value) if isinstance(value, datetime) else value
