"""The card of a person: calls at any place, workers, open items."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from ccu import dates
from ccu.card import page
from ccu.card import store as cards
from ccu.frequent import store as frequent
from ccu.output import Document, Format, Section, Table, fits_terminal
from ccu.people import open_work_store as open_work
from ccu.people.open_work_store import AsOf
from ccu.records import person_ids
from ccu.session import Session

PLACE_COLUMNS = ("place", "calls", "last")


def show(
    session: Session,
    asked: int,
    *,
    every: bool = False,
    reason: str | None = None,
    format: Format | None = None,
    output: Path | None = None,
) -> None:
    """Print a person's card and record that; `reason` opens the narratives. Raises NotFound."""
    one_screen = fits_terminal(format, output) and not every and reason is None
    with session.work() as work:
        card = person_card(session, asked, narratives=reason is not None)
        action = "history-full" if reason is not None else "history"
        on_it = {"calls": len(card["calls"]), "plans": [plan["id"] for plan in card["plans"]]}
        work.audit(action, "person", card["person"]["id"], reason=reason, asked=asked, **on_it)
    shown = document(card)
    if one_screen:
        from ccu.card import screen

        shown = replace(shown, screen=partial(screen.lines, session.today, ""))
    page.emit(session, shown, lambda: card["person"]["records"], every, format, output)


def person_card(session: Session, person_id: int, narratives: bool) -> dict[str, Any]:
    """Return the card as data, with every call; for a merged record, of the record it belongs to.

    Keys: person (id, records, given_name, family_name, description, birth_date), counts, warnings,
    workers, open, plans, calls (as a place's, with place and role), places (place, calls, last).
    """
    connection = session.db
    person = cards.person(connection, person_ids.canonical(connection, [person_id])[person_id])
    records = person_ids.same(connection, [person_id])
    window = {**open_work.window(session), "people": json.dumps(records)}
    as_of = AsOf.of(session.now)
    found = cards.calls(connection, window)
    view = session.view
    calls = page.calls_data(connection, found, as_of, narratives, view, records)
    plans = page.plans_data(cards.plans(connection, window, records), session.today, view)
    card = {
        "person": {"id": person["id"], "records": records, **dict(person)},
        "counts": page.counts_data(
            cards.counts(connection, window),
            session,
            frequent.override_of(connection, ("person", person["id"])),
        ),
        "warnings": page.with_concerns(cards.warnings_about(connection, window), plans),
        "workers": open_work.workers(connection, records, window, as_of, view),
        "open": open_work.open_items(connection, None, records, as_of, view),
        "plans": plans,
        "calls": calls,
        "places": _places(calls),
    }
    view.keep()
    return card


def _places(calls: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the places of the calls, the one with the most first."""
    found: dict[str, dict[str, Any]] = {}
    for call in calls:  # newest first
        if call["place"]:
            place = found.setdefault(
                call["place"], {"place": call["place"], "calls": 0, "last": call["occurred"][:10]}
            )
            place["calls"] += 1
    return sorted(found.values(), key=lambda place: -place["calls"])


def document(card: dict[str, Any]) -> Document:
    """Return the card as a page."""
    person, counts = card["person"], card["counts"]
    about = {
        "name": person_ids.name(person),
        "description": person["description"],
        "born": person["birth_date"] and dates.said(person["birth_date"]),
        "records": ", ".join(map(str, person["records"])) if len(person["records"]) > 1 else "",
    }
    places = Table(PLACE_COLUMNS, card["places"])
    sections = [
        Section(pairs=[(label, value) for label, value in about.items() if value]),
        page.warning_section(card),
        Section(pairs=page.people_and_work(card, of_person=True)),
        *page.plan_sections(card["plans"], of_person=True),
        page.count_section(counts, "person"),
        Section("Places", table=places) if card["places"] else Section(),
        page.calls_section(card["calls"], "place"),
        *page.narratives(card["calls"]),
    ]
    return Document(f"Person {person['id']}", sections, card)
