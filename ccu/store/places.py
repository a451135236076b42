"""Places: remembering an address as typed, and finding the place that a person asks for.

Keys hold no city. A text without a city is taken to be in the town (`city_assumed`), so places are
unique by (unit_key, city) and every count can group by place_id alone.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from ccu import address_match
from ccu.address import Address

NEAR_CANDIDATES = 2_000  # places scored for a typo; one house number has fewer in any town seen


def columns(reading: Address, town: str) -> dict[str, object] | None:
    """The place's columns for an address read; None when nobody could find it again (kind none)."""
    if not reading.unit_key:
        return None
    return {
        "kind": reading.kind,
        "number": reading.number,
        "street": reading.street,
        "unit": reading.unit,
        "cross_street": reading.cross,
        "name": reading.place,
        "city": reading.city or own_city(town),
        "city_assumed": 0 if reading.city else 1,
        "state": reading.state,
        "zip": reading.zip,
        "building_key": reading.building_key,
        "unit_key": reading.unit_key,
        "street_key": address_match.street_key(reading),
        "loose_key": address_match.loose_key(reading),
    }


def own_city(town: str) -> str:
    """The town's name as the address reader writes a city."""
    return " ".join(town.upper().replace(".", "").replace("'", "").replace("-", " ").split())


INSERT_PLACE = """
INSERT INTO place (kind, number, street, unit, cross_street, name, city, city_assumed, state, zip,
                   building_key, unit_key, street_key, loose_key)
VALUES (:kind, :number, :street, :unit, :cross_street, :name, :city, :city_assumed, :state, :zip,
        :building_key, :unit_key, :street_key, :loose_key)
ON CONFLICT (unit_key, city) DO UPDATE SET
  city_assumed = min(city_assumed, excluded.city_assumed),
  state = CASE WHEN place.state = '' THEN excluded.state ELSE place.state END,
  zip = CASE WHEN place.zip = '' THEN excluded.zip ELSE place.zip END
RETURNING id
"""


def remember(connection: sqlite3.Connection, reading: Address, town: str) -> tuple[int, int | None]:
    """(address id, place id or None) of an address read, made when new; inside a write."""
    apart = {
        "raw": reading.raw,
        "raw_unit": "",
        "raw_city": "",
        "raw_state": "",
        "raw_zip": "",
    }
    known = connection.execute(
        "SELECT id, place_id FROM address WHERE raw = :raw AND raw_unit = :raw_unit"
        " AND raw_city = :raw_city AND raw_state = :raw_state AND raw_zip = :raw_zip",
        apart,
    ).fetchone()
    if known:
        return int(known["id"]), known["place_id"]
    place_id = None
    values = columns(reading, town)
    if values is not None:
        place_id = int(connection.execute(INSERT_PLACE, values).fetchone()["id"])
    cursor = connection.execute(
        "INSERT INTO address (raw, raw_unit, raw_city, raw_state, raw_zip, place_id)"
        " VALUES (:raw, :raw_unit, :raw_city, :raw_state, :raw_zip, :place_id)",
        {**apart, "place_id": place_id},
    )
    return int(cursor.lastrowid or 0), place_id
