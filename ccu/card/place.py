"""The card of a place, for an officer at the door."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ccu.address import read as read_address
from ccu.card import page
from ccu.card import store as cards
from ccu.errors import InvalidInput
from ccu.frequent import store as frequent
from ccu.output import Format, emit_document
from ccu.people import open_work, screen_parts
from ccu.people.open_work import AsOf
from ccu.places import store as places
from ccu.places.store import Match
from ccu.session import Session


def show(
    session: Session,
    *,
    address: str | None = None,
    call_id: int | None = None,
    every: bool = False,
    reason: str | None = None,
    format: Format | None = None,
    output: Path | None = None,
) -> None:
    """Print the card of an address or of a call's place, and record that it was shown.

    `reason` opens the narratives. The audit event is committed before anything is printed: a card
    that cannot be recorded is not shown. Raises InvalidInput, NotFound.
    """
    query, match = _asked(session, address, call_id)
    with session.work() as work:
        card = place_card(session, query, match, every, narratives=reason is not None)
        work.audit(
            "history-full" if reason is not None else "history",
            "place",
            card["place"]["id"] if card["place"] else None,
            reason=reason,
            calls=len(card["calls"]),
            plans=[plan["id"] for plan in card["plans"]],
        )
    told = screen_parts.with_notice(page.document(card, every), session.view)
    document = page.with_care_notes(session, told, _people_of(session, match), every)
    emit_document(document, format, output)


def _people_of(session: Session, match: Match) -> Callable[[], list[int]]:
    """Return a function that reads the people of the place, for the care notes below the card."""
    return lambda: open_work.people_here(session.db, _window(session, match)) if match.place else []


def _asked(session: Session, address: str | None, call_id: int | None) -> tuple[str, Match]:
    if call_id is not None:
        return f"call {call_id}", places.of_call(session.db, call_id)
    text = (address or "").strip()
    reading = read_address(text, town=session.settings.town)
    if reading.kind == "none":
        raise InvalidInput(
            "--address cannot be read as an address; ccu address shows how it is read"
        )
    return text, places.find(session.db, reading, session.settings.town)


def place_card(
    session: Session, query: str, match: Match, every: bool, narratives: bool
) -> dict[str, Any]:
    """Return the card as data, in its documented JSON shape.

    Keys: query, match, place, counts, warnings, workers, open, plans, calls, building, near. Those
    of workers and open are in people/open_work.py, of counts and calls in card/page.py, of plans in
    card/plans.py.
    """
    place = match.place
    connection = session.db
    window = _window(session, match)
    card: dict[str, Any] = {
        "query": query,
        "match": {"certainty": match.certainty, "text": match.text},
        "place": _place(place) if place else None,
        "counts": None,
        "warnings": [],
        "workers": [],
        "open": [],
        "plans": [],
        "calls": [],
        "building": _building(connection, window),
        "near": [_near(near) for near in match.near],
    }
    if place is None:
        return card
    card["counts"] = page.counts_data(
        cards.counts(connection, window),
        session,
        frequent.override_of_place(connection, place["id"]),
        places.place_record(connection, place["id"])["exempt"],
    )
    card["warnings"] = cards.warnings(connection, window)
    people, as_of = open_work.people_here(connection, window), AsOf.of(session.now)
    view = session.view
    card["workers"] = open_work.workers(connection, people, window, as_of, view)
    card["open"] = open_work.open_items(connection, place["id"], people, as_of, view)
    card["plans"] = page.plans_data(cards.plans(connection, window, people), session.today, view)
    found = cards.calls(connection, window, -1 if every else page.LAST_CALLS)
    card["calls"] = page.calls_data(connection, found, as_of, narratives, view)
    view.keep()
    return card


# ---------------------------------------------------------------- as data


def _window(session: Session, match: Match) -> dict[str, object]:
    """Return the parameters of every statement of the card: place, days, and until when."""
    return {
        "place_id": match.place["id"] if match.place else None,
        "building_id": match.building_id,
        "building_key": match.building_key,
        "unit_key": match.unit_key,
        "city": match.city,
        **screen_parts.window(session),
    }


def _place(row: sqlite3.Row) -> dict[str, Any]:
    keys = (
        "id",
        "kind",
        "number",
        "street",
        "unit",
        "cross_street",
        "name",
        "city",
        "state",
        "zip",
    )
    place = {key: row[key] for key in keys}
    place["category"], place["exempt"] = row["category"], row["exempt_reason"]
    return place


def _building(connection: sqlite3.Connection, window: dict[str, object]) -> dict[str, Any]:
    rows = cards.units(connection, window) if window["building_key"] else []
    return {
        "units": len(rows),
        "calls": sum(row["calls"] for row in rows),
        "care": sum(row["care"] for row in rows),
        "by_unit": [dict(row) for row in rows],
    }


def _near(near: places.Near) -> dict[str, Any]:
    return {"address": near.text, "why": near.why, "calls": near.calls}
