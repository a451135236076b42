"""The card of a place, for an officer at the door."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from ccu.address import Address
from ccu.address import read as read_address
from ccu.card import page
from ccu.card import store as cards
from ccu.errors import InvalidInput
from ccu.output import Document, Format, fits_terminal, say
from ccu.people import open_work_store as open_work
from ccu.people.open_work_store import AsOf
from ccu.places import store as places
from ccu.places.store import Match, Near
from ccu.records import person_ids
from ccu.session import Session
from ccu.work import Work


def show(
    session: Session,
    *,
    address: str | None = None,
    call_id: int | None = None,
    every: bool = False,
    asking: bool = False,
    reason: str | None = None,
    format: Format | None = None,
    output: Path | None = None,
) -> None:
    """Print the card of an address or of a call's place, and record in the audit that it was shown.

    `reason` includes the narratives; with `asking` a near address may be offered. The audit event
    is committed before anything is printed: a card that cannot be recorded is not shown. Raises
    InvalidInput, NotFound.
    """
    at_terminal = fits_terminal(format, output)
    query, match = _asked(session, address, call_id)
    one_screen = at_terminal and not every and reason is None
    with session.work() as work:
        card = recorded_card(session, work, query, match, reason=reason)
    asking = asking and at_terminal and match.place is None
    if asking and any(each.same_unit for each in match.near):
        from ccu.places import finding

        warned = {each["address"]: page.in_short(each["warnings"]) for each in card["near"]}
        chosen = finding.offered(session, match, warned)
        if chosen is not None:
            match = chosen
            with session.work() as work:
                card = recorded_card(session, work, query, match, reason=reason)
    shown = document(session, card) if one_screen else page.document(card)
    window = {**_window(session, match), "place_id": _here(match)}
    people = partial(open_work.people_here, session.db, window) if _here(match) else list
    page.emit(session, shown, people, every, format, output)


def document(session: Session, card: dict[str, Any], first: str = "") -> Document:
    """Return the page, with its one screen for a terminal; `first` is a line above that screen."""

    def lines(*of_terminal: Any) -> Iterator[tuple[str, bool]]:
        from ccu.card import screen

        return screen.lines(session.today, first, *of_terminal)

    return replace(page.document(card), screen=lines)


def recorded_card(
    session: Session, work: Work, query: str, match: Match, reason: str | None = None
) -> dict[str, Any]:
    """Return the card, with narratives if a reason is given; record it and each person it names."""
    card = _place_card(session, work, query, match, narratives=reason is not None)
    action = "history-full" if reason is not None else "history"
    place_id = card["place"]["id"] if card["place"] else None
    on_it = {"calls": len(card["calls"]), "plans": [plan["id"] for plan in card["plans"]]}
    work.audit(action, "place", place_id, reason=reason, **on_it)
    named = [each["person"] for each in card["people"] if each["name"]]
    person_ids.shown(work.connection, work.staff_id, action, named)
    return card


def _here(match: Match) -> int | None:
    """Return the place on file; for a unit that is not, its building."""
    return match.place["id"] if match.place else match.building_id


def _asked(session: Session, address: str | None, call_id: int | None) -> tuple[str, Match]:
    if call_id is not None:
        return f"call {call_id}", places.of_call(session.db, call_id)
    text = (address or "").strip()
    reading = read_address(text, town=session.settings.names)
    if reading.kind == "none":
        from ccu.places import finding

        raise InvalidInput(finding.UNREADABLE)
    unit = None
    if reading.number and (reading.cross or reading.place or reading.city):
        from ccu.places import finding

        unit = finding.unit_meant(session, reading)
    match = places.find(session.db, unit or reading, session.settings.town)
    correction = f"{finding.behind_street(reading)} was read as {unit.unit}" if unit else ""
    if unit and match.certainty == "none":
        say(f"{correction}.")
    elif unit:
        certainty = "" if match.certainty.startswith("exact") else f"{match.certainty}; "
        match = match._replace(certainty=f"{certainty}{correction}")
    if match.place is None and not match.near and reading.kind == "place":
        from ccu.places import finding

        if finding.is_doubtful(session, reading):
            match = match._replace(certainty=finding.NO_ADDRESS)
    return text, match


def _place_card(
    session: Session, work: Work, query: str, match: Match, narratives: bool
) -> dict[str, Any]:
    """Return the card as data, in its documented JSON shape.

    Keys: query, match, place, counts, people, children, warnings, workers, open, plans, calls,
    building, near. Those of workers and open are in people/open_work_store.py, of warnings in
    card/store.py, of counts and calls in card/page.py, of plans in card/plans.py.

    For a unit that is not on file, place and counts are None, and the people, workers and plans are
    the building's. The warnings of the building are on the card of each unit.
    """
    place, here = match.place, _here(match)
    connection, view = work.connection, work.view
    window = _window(session, match)
    near, units = match.near, []
    if place is not None:
        from ccu.places.near_store import near_places

        address = places.as_address(place)
        alike = near_places(connection, address, besides=place["id"], neighbors=False)
        near = [*near, *alike][: places.MOST_NEAR]
        if not place["number"]:
            near = _with_street(connection, address, near, place["id"])
    if match.building_key:
        own, now = place["id"] if place else None, str(window["now"])
        units = places.building_units(connection, match.building_key, match.city, own, now)
    listed = [here, match.building_id, *(each["place"] for each in units)]
    warned = cards.warnings_at(connection, window, listed)
    at_near = cards.warnings_near(connection, window, [each.place for each in near]) if near else {}
    near = sorted(near, key=lambda each: page.is_on_street(each.why) and not at_near[each.place])
    card: dict[str, Any] = {
        "query": query,
        "match": {"certainty": match.certainty, "text": match.text},
        "place": None,
        "counts": None,
        "people": [],
        "children": False,
        "warnings": _warnings(match, warned),
        "workers": [],
        "open": [],
        "plans": [],
        "calls": [],
        "building": _building(units, warned),
        "near": [
            {
                "address": each.text,
                "why": each.why,
                "calls": each.calls,
                "warnings": at_near[each.place],
            }
            for each in near
        ],
    }
    if here is None:
        return card
    at_place = {**window, "place_id": here}
    met = open_work.met_here(connection, at_place)
    people, as_of = open_work.people_here(connection, at_place), AsOf.of(session.now)
    at_home = people if session.may("household show") else met
    card["people"] = _subjects(session, cards.subjects(connection, window, here))
    card["children"] = cards.has_child(connection, at_home, session.today)
    card["workers"] = open_work.workers(connection, people, at_place, as_of, view)
    card["open"] = open_work.open_items(connection, here, people, as_of, view)
    plans = cards.plans(connection, window, people, met)
    card["plans"] = page.plans_data(plans, session.today, view)
    card["warnings"] = page.with_concerns(card["warnings"], card["plans"])
    if place is not None:
        from ccu.frequent import store as frequent

        exempt = places.place_record(connection, place["id"])["exempt"]
        override = frequent.override_of(connection, ("place", place["id"]))
        counted = cards.counts(connection, window)
        card["place"] = {key: place[key] for key in ("id", *places.PARTS, "category")}
        card["place"]["exempt"] = place["exempt_reason"]
        card["counts"] = page.counts_data(counted, session, override, exempt)
        found = cards.calls(connection, window)
        card["calls"] = page.calls_data(connection, found, as_of, narratives, view)
    view.keep()
    return card


def _with_street(
    connection: sqlite3.Connection, address: Address, near: list[Near], besides: int
) -> list[Near]:
    """Return the near places and the street's; for a place name, only those with its number."""
    from ccu.places.near_store import NUMBER_THERE, with_street

    found, _certainty = with_street(connection, address, near, besides)
    named = address.kind == "place"
    return [each for each in found if each in near or not named or each.why == NUMBER_THERE]


# ---------------------------------------------------------------- as data


def _window(session: Session, match: Match) -> dict[str, object]:
    """Return the parameters of every statement of the card: place, days, and until when."""
    return {
        "place_id": match.place["id"] if match.place else None,
        "building_id": match.building_id,
        **open_work.window(session),
    }


def _warnings(match: Match, warned: dict[int, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return the warnings of the place and of its building; the latter have `at`."""
    place = match.place["id"] if match.place else None
    own = [] if place is None else warned[place]
    if match.building_id in (None, place):
        return own
    building = [{**each, "at": "building"} for each in warned[match.building_id]]
    return sorted([*own, *building], key=page.warned_on, reverse=True)


def _subjects(session: Session, found: list[sqlite3.Row]) -> list[dict[str, Any]]:
    """Return person, name, age, age_estimated, sex, calls; the name only for some roles."""
    named = session.may("person show")
    return [
        {
            "person": row["person"],
            "name": _name(row) if named else "",
            "age": row["age"],
            "age_estimated": bool(row["age_estimated"]),
            "sex": row["sex"],
            "calls": row["calls"],
        }
        for row in found
    ]


def _name(row: sqlite3.Row) -> str:
    """Return `T. Sample`, or the description of an unidentified person, or ""."""
    initial = f"{row['given_name'][:1]}." if row["given_name"] and row["family_name"] else ""
    name = f"{initial} {row['family_name']}" if initial else row["given_name"] + row["family_name"]
    return name.strip() or row["description"]


def _building(
    units: list[dict[str, Any]], warned: dict[int, list[dict[str, Any]]]
) -> dict[str, Any]:
    rows = [{**row, "warnings": warned[row["place"]]} for row in units]
    rows = [row for row in rows if row["calls"] or row["warnings"]]
    return {
        "units": len(rows),
        "calls": sum(row["calls"] for row in rows),
        "care": sum(row["care"] for row in rows),
        "by_unit": rows,
    }
