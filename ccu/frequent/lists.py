"""The frequent lists: the count, and what overrides and exemptions make of it."""

import sqlite3
from collections.abc import Sequence
from datetime import date
from typing import Any

from ccu import dates
from ccu.frequent import store as frequent
from ccu.output import Document, Section, Table
from ccu.people import open_work, screen_parts
from ccu.people.open_work import AsOf
from ccu.records import person_ids
from ccu.session import Session

PLACE_COLUMNS = (
    *("place", "address", "care_calls", "calls", "people", "unknown", "last"),
    *("worker", "override"),
)
PERSON_COLUMNS = ("person", "care_calls", "places", "last", "worker", "open", "override")
EXEMPT_COLUMNS = (*PLACE_COLUMNS[:-1], "exempt")

Row = dict[str, Any]


class Count:
    """What is counted as often: `k` care calls within `days` days, today being the last of them."""

    def __init__(self, session: Session, k: int | None, days: int | None) -> None:
        self.k = k or session.settings.number("repeat_calls")
        self.days = days or session.settings.number("repeat_days")
        self.start = session.days_ago(self.days)
        self.window = {**screen_parts.window(session), "day": self.start}

    def said(self, who: str, today: date) -> str:
        """The heading: what is listed, by which threshold, over which days."""
        days = "1 day" if self.days == 1 else f"{self.days} days"
        return f"Frequent {who}: {self.k} or more care calls in {days} ({self.start} to {today})"


def places(session: Session, k: int | None, days: int | None, *, every: bool) -> Document:
    """Return the list of places as a page, recorded as a read; `every`: also what is left out."""
    count = Count(session, k, days)
    data = _read_places(session, count)
    return _page_of_places(session, count, data, every)


def people(
    session: Session, k: int | None, days: int | None, *, names: bool, every: bool
) -> Document:
    """Return the list of people as a page, recorded as a read; `every`: also who is left out."""
    count = Count(session, k, days)
    data = _read_people(session, count, names)
    return _page_of_people(session, count, data, names, every)


def _read_places(session: Session, count: Count) -> Row:
    """Return the list of places, recorded as a read.

    Keys: k, days, from, as_of, places, left_out (by override), exempt. Rows have the keys of
    store.places, worker and override (id, since, review_on, or None).
    """
    with session.work() as work:
        connection, today = work.connection, work.today.isoformat()
        overrides = _overrides(connection, "place")
        rows = frequent.places(connection, count.window, count.k, _marked(overrides))
        worked = open_work.with_worker(connection, today)
        for row in rows:
            here = open_work.people_here(connection, {**count.window, "place_id": row["place"]})
            row["worker"] = not worked.isdisjoint(here)
        exempt = [row for row in rows if row["exempt"] and row["care_calls"] >= count.k]
        rows = [row for row in rows if not row["exempt"]]
        data = _split(session, count, "places", rows, overrides)
        data["exempt"] = exempt
        work.audit("frequent-places", rows=len(rows), k=count.k, days=count.days)
    return data


def _read_people(session: Session, count: Count, names: bool) -> Row:
    """Return the list of people, recorded as a read; with `names`, of each person named, too.

    Keys: k, days, from, as_of, people, left_out. Rows have the keys of store.people, worker, open
    (items), override and, with `names`, name.
    """
    with session.work() as work:
        connection, today = work.connection, work.today.isoformat()
        overrides = _overrides(connection, "person")
        rows = frequent.people(connection, count.window, count.k, _marked(overrides))
        listed = [row["person"] for row in rows]
        worked = open_work.with_worker(connection, today)
        worked = set(person_ids.canonical(connection, worked).values())
        items = open_work.open_counts(connection, listed, AsOf.of(work.now), work.view)
        for row in rows:
            row["worker"] = row["person"] in worked
            row["open"] = items.get(row["person"], 0)
        work.audit("frequent-people", rows=len(rows), k=count.k, days=count.days)
        work.view.keep()
        if names:
            called = person_ids.names(connection, listed)
            person_ids.shown(connection, work.staff_id, "frequent-people", listed)
            for row in rows:
                row["name"] = called[row["person"]]
    return _split(session, count, "people", rows, overrides)


def _overrides(connection: sqlite3.Connection, subject: str) -> dict[int, Row]:
    """Person or place -> its override: the later one, where a merge left two."""
    found = frequent.active_overrides(connection)
    return {row[subject]: row for row in found if row[subject] is not None}


def _marked(overrides: dict[int, Row]) -> list[int]:
    return [number for number, row in overrides.items() if row["listed"]]


def _split(
    session: Session, count: Count, subject: str, rows: Sequence[Row], overrides: dict[int, Row]
) -> Row:
    """Those on the list, and those above the threshold that an override leaves out."""
    key = {"places": "place", "people": "person"}[subject]
    listed: list[Row] = []
    left_out: list[Row] = []
    for row in rows:
        override = overrides.get(row[key])
        row["override"] = override and {
            name: override[name] for name in ("id", "since", "review_on")
        }
        (left_out if override and not override["listed"] else listed).append(row)
    return {
        "k": count.k,
        "days": count.days,
        "from": count.start,
        "as_of": dates.to_iso(session.now),
        subject: listed,
        "left_out": left_out,
    }


# ---------------------------------------------------------------- as a page


def _page_of_places(session: Session, count: Count, data: Row, every: bool) -> Document:
    counted = [("left out by override", data["left_out"]), ("exempt", data["exempt"])]
    sections = [
        Section(
            table=Table(PLACE_COLUMNS, _cells(data["places"], session)), main=True, empty="none"
        )
    ]
    if every:
        sections += [
            _apart("Left out by override", PLACE_COLUMNS, _cells(data["left_out"], session)),
            _apart("Exempt", EXEMPT_COLUMNS, data["exempt"]),
        ]
    sections.append(Section(lines=_counts(counted, every)))
    return Document(count.said("places", session.today), sections, data)


def _page_of_people(
    session: Session, count: Count, data: Row, names: bool, every: bool
) -> Document:
    columns = (*PERSON_COLUMNS, "name") if names else PERSON_COLUMNS
    sections = [
        Section(table=Table(columns, _cells(data["people"], session)), main=True, empty="nobody")
    ]
    if every:
        left_out = _cells(data["left_out"], session)
        sections.append(_apart("Left out by override", columns, left_out))
    sections.append(Section(lines=_counts([("left out by override", data["left_out"])], every)))
    return Document(count.said("people", session.today), sections, data)


def _apart(title: str, columns: tuple[str, ...], rows: Sequence[Row]) -> Section:
    return Section(f"{title} ({len(rows)})", table=Table(columns, rows)) if rows else Section()


def _cells(rows: Sequence[Row], session: Session) -> list[Row]:
    return [{**row, "override": _said(row["override"], session)} for row in rows]


def _said(override: Row | None, session: Session) -> str | None:
    if override is None:
        return None
    due = " (due)" if override["review_on"] <= session.today.isoformat() else ""
    return f"since {override['since']}, review {override['review_on']}{due}"


def _counts(counted: Sequence[tuple[str, Sequence[Row]]], every: bool) -> list[str]:
    parts = [f"{len(rows)} {what}" for what, rows in counted if rows]
    if not parts:
        return []
    return [", ".join(parts) + ("." if every else "; --all lists them.")]
