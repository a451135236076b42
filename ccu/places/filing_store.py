"""File a place under the address as it was typed."""

import sqlite3

from ccu.address import Address
from ccu.places import store
from ccu.records import table, writes

_COLUMNS = (*store.PARTS, "city_assumed", "building_key", "unit_key", "loose_key")
_INSERT = f"""
INSERT INTO place ({", ".join(_COLUMNS)}) VALUES ({", ".join(f":{each}" for each in _COLUMNS)})
ON CONFLICT (unit_key, city) DO UPDATE SET
  city_assumed = min(city_assumed, excluded.city_assumed),
  state = CASE WHEN place.state = '' THEN excluded.state ELSE place.state END,
  zip = CASE WHEN place.zip = '' THEN excluded.zip ELSE place.zip END
RETURNING id
"""  # noqa: S608 - our names


def columns(reading: Address, town: str) -> dict[str, object] | None:
    """Return the place's columns for an address read; None for a text without an address."""
    if not reading.unit_key:
        return None
    from ccu.address import match

    return {
        **dict(zip(store.PARTS, reading[1:], strict=False)),
        "city": reading.city or store.own_city(town),
        "city_assumed": 0 if reading.city else 1,
        "building_key": reading.building_key,
        "unit_key": reading.unit_key,
        "loose_key": match.loose_key(reading),
    }


def remember(connection: sqlite3.Connection, reading: Address, town: str) -> tuple[int, int | None]:
    """Return address id and place id or None of a text read, adding what is new, in a write."""
    known = connection.execute(
        "SELECT id, place_id FROM address WHERE raw = :raw AND raw_unit = '' AND raw_city = ''"
        " AND raw_state = '' AND raw_zip = ''",
        {"raw": reading.raw},
    ).fetchone()
    if known:
        at = known["place_id"]
        return int(known["id"]), at if at is None else store.file_id(connection, at)
    place_id = None
    values = columns(reading, town)
    if values is not None:
        key, city = reading.building_key, str(values["city"])
        values["building_key"] = store.filed_building_key(connection, key, city)
        place_id = int(connection.execute(_INSERT, values).fetchone()["id"])
    typed = {"raw": reading.raw, "place_id": place_id}
    address_id = writes.insert_row(connection, "address", typed)
    return address_id, place_id if place_id is None else store.file_id(connection, place_id)


# What makes a place one that is known: a call that is not void, or something written of it.
_KNOWN = """
SELECT EXISTS (SELECT 1 FROM call WHERE place_id = :place AND voided_at IS NULL)
    OR EXISTS (SELECT 1 FROM place_flag WHERE place_id = :place)
    OR EXISTS (SELECT 1 FROM plan WHERE place_id = :place)
    OR EXISTS (SELECT 1 FROM frequent_override WHERE place_id = :place)
    OR (SELECT category IS NOT NULL FROM place WHERE id = :place)
"""


def is_empty(connection: sqlite3.Connection, place_id: int) -> bool:
    """Return whether a place is on file by an address that was typed in error and taken back."""
    return not table.value(connection, _KNOWN, place=place_id)


def has_street(connection: sqlite3.Connection, reading: Address) -> bool:
    """Whether the street itself is on file: then it is not another one that was misspelled."""
    same = "SELECT 1 FROM place WHERE loose_key = :loose_key AND street = :street"
    return connection.execute(same, columns(reading, "") or {}).fetchone() is not None
