"""The card: what an officer needs at a door, put together from the store.

The minimum, in the order it is needed: what was matched, warnings, who is already working with
people here, how often we were called, what is open, the last calls, the rest of the building.
"""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ccu import typed
from ccu.address import read as read_address
from ccu.errors import InvalidInput
from ccu.output import Document, Format, Section, Table, emit_document
from ccu.session import Session
from ccu.store import audit, cards, places
from ccu.store.places import Match

LAST_CALLS = 8  # with the rest of the card, a usual place fits a screen of 24 lines
CALL_COLUMNS = ("id", "occurred", "care", "nature", "outcome")
COUNT_COLUMNS = ("calls", "30 days", "90 days", "365 days", "ever")


def show(
    session: Session,
    *,
    address: str | None = None,
    call_id: str | None = None,
    every: bool = False,
    reason: str | None = None,
    format: Format | None = None,
    output: Path | None = None,
) -> None:
    """Print the card of an address or of a call's place, and record that it was shown.

    `reason` opens the narratives. The audit event is committed before anything is printed: a card
    that can not be recorded is not shown. Raises InvalidInput, NotFound.
    """
    query, match = _asked(session, address, call_id)
    staff_id = session.staff_id
    with session.writing() as connection:
        card = read(session, query, match, every, narratives=reason is not None)
        place_id = card["place"]["id"] if card["place"] else None
        audit.record(
            connection,
            staff_id,
            "history-full" if reason is not None else "history",
            "place",
            place_id,
            reason=reason,
            calls=len(card["calls"]),
        )
    emit_document(document(card), format, output)


def _asked(session: Session, address: str | None, call_id: str | None) -> tuple[str, Match]:
    if call_id is not None:
        number = typed.record_id(call_id, "call")
        return f"call {number}", places.of_call(session.db, number)
    text = (address or "").strip()
    reading = read_address(text, town=session.settings.town)
    if reading.kind == "none":
        raise InvalidInput(
            "--address can not be read as an address; ccu address shows how it is read"
        )
    return text, places.find(session.db, reading, session.settings.town)


def read(
    session: Session, query: str, match: Match, every: bool, narratives: bool
) -> dict[str, Any]:
    """The card as data, in its documented JSON shape.

    Keys: query, match, place, counts, warnings, workers, open, calls, building, near.
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
        "calls": [],
        "building": _building(connection, window),
        "near": [_near(near) for near in match.near],
    }
    if place is None:
        return card
    card["counts"] = _counts(connection, session, window)
    card["warnings"] = cards.warnings(connection, window)
    limit = -1 if every else LAST_CALLS
    card["calls"] = [_call(row, narratives) for row in cards.calls(connection, window, limit)]
    return card


def document(card: dict[str, Any]) -> Document:
    """The card as a page: the same facts in the same order in every format."""
    if card["place"] is None:
        return Document(f"No calls recorded at {card['match']['text']}", _elsewhere(card), card)
    counts = card["counts"]
    total = counts["all"]["ever"]
    shown = len(card["calls"])
    older = (
        f"the last {shown} of {total}; --all lists every one" if shown < total else "all of them"
    )
    standing = [("working here", "nobody recorded"), ("open items", "none")]
    if not card["warnings"]:
        standing.insert(0, ("warnings", "none in force"))
    sections = [
        Section(pairs=[("matched", card["match"]["certainty"])]),
        Section("Warnings", lines=[_warning(item) for item in card["warnings"]], alert=True),
        Section(pairs=standing),
        Section(table=Table(COUNT_COLUMNS, _count_rows(counts)), lines=_repeat(counts)),
        Section(
            f"Calls ({older})" if total else "Calls",
            table=Table(CALL_COLUMNS, card["calls"]),
            empty="no calls recorded",
            main=True,
        ),
    ]
    sections += _narratives(card["calls"])
    return Document(card["match"]["text"], [*sections, *_elsewhere(card)], card)


def headline(card: dict[str, Any]) -> str:
    """What an officer who just logged a call is told first: "4th care call here in 90 days"."""
    repeat = card["counts"]["repeat"]
    count, days = repeat["care_calls"], repeat["days"]
    if not count:
        return f"No care call here in {days} days."
    return f"{_ordinal(count)} care call here in {days} days."


# ---------------------------------------------------------------- as data


def _window(session: Session, match: Match) -> dict[str, object]:
    """The parameters of every statement of the card: which place, which days, until when."""
    return {
        "place_id": match.place["id"] if match.place else None,
        "building_id": match.building_id,
        "building_key": match.building_key,
        "unit_key": match.unit_key,
        "city": match.city,
        "today": session.today.isoformat(),
        "now": session.now.isoformat()[:19],
        "day_repeat": session.days_ago(session.settings.number("repeat_days")),
        **{f"day_{days}": session.days_ago(days) for days in cards.WINDOWS},
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


def _counts(
    connection: sqlite3.Connection, session: Session, window: dict[str, object]
) -> dict[str, Any]:
    row = cards.counts(connection, window)
    spans = [str(days) for days in cards.WINDOWS] + ["ever"]
    return {
        "care": {span: row[f"care_{span}"] for span in spans},
        "all": {span: row[f"all_{span}"] for span in spans},
        "repeat": {
            "care_calls": row["care_repeat"],
            "threshold": session.settings.number("repeat_calls"),
            "days": session.settings.number("repeat_days"),
        },
        "first_call": row["first_day"],
    }


def _call(row: sqlite3.Row, narratives: bool) -> dict[str, Any]:
    call = {**{key: row[key] for key in CALL_COLUMNS}, "care": bool(row["care"])}
    return {**call, "narrative": row["narrative"]} if narratives else call


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


# ---------------------------------------------------------------- as a page


def _count_rows(counts: dict[str, Any]) -> list[tuple[object, ...]]:
    return [
        ("care calls", *counts["care"].values()),
        ("all calls", *counts["all"].values()),
    ]


def _repeat(counts: dict[str, Any]) -> list[str]:
    repeat = counts["repeat"]
    if repeat["care_calls"] < repeat["threshold"]:
        return []
    return [
        f"Repeat address: {repeat['care_calls']} care calls in {repeat['days']} days"
        f" (the town's threshold is {repeat['threshold']})."
    ]


def _warning(item: dict[str, Any]) -> str:
    if "day" in item:
        return f"{item['text']}: {item['day']}, {item['source']}"
    return f"{item['text']} (from {item['source']}; until {item['until']})"


def _narratives(calls: Sequence[dict[str, Any]]) -> list[Section]:
    """What was written of each call, where --full asked for it."""
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
