"""A place as data and as a page: how its address was read, what is there, flags, counts."""

from typing import Any

from ccu import dates
from ccu.card import page as card_page
from ccu.card import store as cards
from ccu.frequent import store as frequent
from ccu.output import Document, Section, Table
from ccu.output.text import for_person
from ccu.people import open_work_store as open_work
from ccu.places import flag_store, merge_store
from ccu.places import store as places
from ccu.records import codes, field_words
from ccu.session import Session

FLAG_COLUMNS = ("id", "place", "state", "note", "source", "written", "verified", "until")
UNIT_COLUMNS = ("place", "unit", "calls", "care")
MERGED_COLUMNS = ("place", "address", "since")
CHANGE_COLUMNS = ("what", "when", "by", "field", "was", "now", "reason")
MOST_UNITS = 10
MOST_TEXTS = 3


def show(session: Session, place_id: int, every: bool = False) -> Document:
    """Return the page of a place and record the read; `every`: no list is cut. Raises NotFound."""
    with session.work() as work:
        connection = work.connection
        place = places.place_record(connection, place_id)
        building = place.pop("building")
        by_building = place.pop("exempt_reason") is None and place["exempt"] is not None
        on = flag_store.of_places(connection, {place_id, building}, session.today.isoformat())
        window = {**open_work.window(session), "place_id": place_id}
        override = frequent.override_of(connection, ("place", place_id))
        counted = cards.counts(connection, window)
        counts = card_page.counts_data(counted, session, override, place["exempt"])
        data = {
            "place": {
                **place,
                "exempt_by_building": building if by_building else None,
                "address": places.place_line(connection, place_id),
            },
            "typed_as": merge_store.typed_as(connection, place_id),
            "merged": merge_store.merged_into(connection, place_id),
            "flags": on,
            "counts": counts,
            "building": places.building_units(
                connection, place["building_key"], place["city"], place_id, str(window["now"])
            ),
            "changes": flag_store.place_history(connection, place_id, [each["id"] for each in on]),
        }
        work.audit("place-show", "place", place_id, flags=len(on))
    return _document(session, data, every)


def _document(session: Session, data: dict[str, Any], every: bool) -> Document:
    place, units = data["place"], data["building"]
    title = f"Place {place['id']}: {place['address']}"
    shown = [
        {**each, "unit": each["unit"] or "no unit"}
        for each in (units if every else units[:MOST_UNITS])
    ]
    changes = [
        (each["what"], *row)
        for each in data["changes"]
        for row in field_words.changes(session.db, each["what"].partition(" ")[0], [each])
    ]
    sections = [
        Section(pairs=_pairs(session, data, every)),
        Section(
            f"Flags ({len(data['flags'])})" if data["flags"] else "Flags",
            table=Table(FLAG_COLUMNS, [_flag(each) for each in data["flags"]])
            if data["flags"]
            else None,
            empty="none",
            main=True,
        ),
        card_page.count_section(data["counts"], "address"),
    ]
    if units:
        more = [f"and {len(units) - len(shown)} more; --all lists every one"]
        sections.append(
            Section(
                f"Same building ({len(units)})",
                table=Table(UNIT_COLUMNS, shown),
                lines=more if len(shown) < len(units) else [],
            )
        )
    if data["merged"]:
        merged = [{**each, "since": each["merged_at"][:10]} for each in data["merged"]]
        sections.append(Section("Merged into this place", table=Table(MERGED_COLUMNS, merged)))
    if changes:
        sections.append(Section("Changes", table=Table(CHANGE_COLUMNS, changes)))
    return Document(title, sections, data)


def _pairs(session: Session, data: dict[str, Any], every: bool) -> list[tuple[str, str]]:
    place, texts = data["place"], data["typed_as"]
    parts = [(part.replace("_", " "), place[part]) for part in places.PARTS[1:] if place[part]]
    read_as = "; ".join(f"{part} {text}" for part, text in parts)
    listed = texts if every else texts[:MOST_TEXTS]
    more = [f"and {len(texts) - len(listed)} more; --all lists every one"]
    labels = codes.labels(session.db, "place_category")
    exempt = place["exempt"]
    counted = f"no, exempt: {exempt}" if exempt is not None else "yes"
    if place["exempt_by_building"]:
        counted += f" (its building, place {place['exempt_by_building']})"
    return [
        ("read as", f"{place['kind']}: {read_as}"),
        (
            "typed as",
            "\n".join([*listed, *(more if len(listed) < len(texts) else [])]) or "not yet",
        ),
        ("category", labels.get(place["category"] or "", "not recorded")),
        ("counted", counted),
    ]


def _flag(each: dict[str, Any]) -> dict[str, Any]:
    verified = "no"
    if each["verified_at"]:
        verified = f"{dates.said(each['verified_at'][:10])} by {each['verified_by']}"
    state = each["state"]
    if each["ended_at"]:
        ended, why = for_person(each["ended_at"][:10]), each["ended_why"] or "no reason recorded"
        state = f"ended {ended}, {why}"
    return {
        **each,
        "state": state,
        "written": f"{dates.said(each['recorded_at'][:10])} by {each['recorded_by']}",
        "verified": verified,
        "until": each["expires_on"],
    }
