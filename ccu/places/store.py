"""Places: keep an address as typed, and find the place that a person asks for.

Keys hold no city. A text without a city is taken to be in the town (`city_assumed`), so places are
unique by (unit_key, city) and every count can group by place_id alone.
"""

import sqlite3
from collections.abc import Sequence
from typing import Any, NamedTuple

from ccu.address import Address, normal
from ccu.address.words import long_city
from ccu.errors import InvalidInput
from ccu.records import table

MOST_NEAR = 6  # near places shown
OTHER_CITY = "another city"  # why one is near
ANOTHER_TOWN = "another town"  # how the certainty of such a match begins
OTHER_UNIT = ("other unit", "the building", "a unit of it")  # why one is near: no typing error

_UNITS = """
SELECT place.id AS place, place.unit, count(call.id) AS calls, coalesce(sum(call.care), 0) AS care
FROM place LEFT JOIN call ON call.place_id = place.id
  AND call.voided_at IS NULL AND substr(call.occurred_at, 1, 19) <= :now
WHERE place.building_key = :building_key AND place.city = :city AND place.id IS NOT :id
  AND place.id NOT IN (SELECT merged_id FROM place_merge)
GROUP BY place.id ORDER BY calls DESC, place.unit
"""
_CITIES = """
SELECT place.city, max(city_assumed) AS assumed FROM place LEFT JOIN call
  ON call.place_id = place.id AND call.voided_at IS NULL
WHERE building_key = :building_key AND building_key <> ''
GROUP BY place.city ORDER BY count(call.id) DESC, place.city
"""
# A place and those merged into it.
MEMBERS = """
WITH RECURSIVE member (id) AS (
  SELECT :place UNION SELECT merged_id FROM member JOIN place_merge ON kept_id = member.id)
SELECT id FROM member
"""
# The parts of an address as columns, in the order of Address after `raw`.
PARTS = ("kind", "number", "street", "unit", "cross_street", "name", "city", "state", "zip")


class Near(NamedTuple):
    """A place that may be the one meant, with how many calls it had and why it is listed.

    `same_unit`: one typing error or omission away, so that it may be offered instead; False for
    another unit, the building, or another city.
    """

    place: int
    text: str
    calls: int
    why: str
    same_unit: bool = False


class Match(NamedTuple):
    """What is on file for an address; `place` is None if nothing is on file exactly there."""

    place: sqlite3.Row | None
    certainty: str  # in words, for the card
    text: str  # the normal form of what was matched, or of what was asked
    building_key: str
    unit_key: str
    city: str
    building_id: int | None = None  # the building itself, of the unit asked for
    near: Sequence[Near] = ()


def own_city(town: str) -> str:
    """Return the town's name as the address reader writes a city."""
    return " ".join(town.upper().replace(".", "").replace("'", "").replace("-", " ").split())


def file_id(connection: sqlite3.Connection, place_id: int) -> int:
    """Return the place that is kept for this one: itself, or the one it was merged into."""
    sql = "SELECT canonical_id FROM place_file WHERE id = :id"
    return int(table.value(connection, sql, id=place_id) or place_id)


def filed_building_key(connection: sqlite3.Connection, building_key: str, city: str) -> str:
    """Return the key under which the units of a building are on file: merged, that of the other."""
    building = building_id(connection, building_key, city)
    if building is None:
        return building_key
    row = table.require(connection, "place", building)
    return str(row["building_key"]) if row["city"] == city else building_key


# ---------------------------------------------------------------- finding


def by_id(connection: sqlite3.Connection, place_id: int, certainty: str) -> Match:
    """Return the place of a record as a match. Raises NotFound."""
    return _matched(connection, table.require(connection, "place", place_id), certainty)


def of_call(connection: sqlite3.Connection, call_id: int) -> Match:
    """Return the place of a call. Raises NotFound, and InvalidInput for a call without a place."""
    row = table.require(connection, "call", call_id)
    if row["place_id"] is None:
        raise InvalidInput(f"call {call_id} has no address that can be found again")
    return by_id(connection, row["place_id"], "the place of the call")


def find(connection: sqlite3.Connection, reading: Address, town: str) -> Match:
    """Return the place of an address, how certain it is, and near ones.

    A city that was not given is the town's own. Two different cities never agree. What may be in
    another town than the one asked for is returned as `another town`, which the card prints first:
    the place of another city when none was given and the town has no such place, or a record
    without a city when a city was given.
    """
    city = reading.city or own_city(town)
    rows = connection.execute(
        "SELECT * FROM place WHERE unit_key = :unit_key AND :unit_key <> ''",
        {"unit_key": reading.unit_key},
    ).fetchall()
    here = [row for row in rows if long_city(row["city"]) == long_city(city)]
    others = [row for row in rows if row not in here]
    elsewhere = _in_other_cities(connection, others)
    if here:
        return _matched(connection, here[0], _exactly(reading), [] if reading.city else elsewhere)
    assumed = [row for row in rows if row["city"] == own_city(town) and row["city_assumed"]]
    if reading.city and assumed:
        said = f"{ANOTHER_TOWN}: recorded without a city, you asked for {city}"
        return _matched(connection, assumed[0], said)
    if not reading.city and elsewhere:
        return _in_another_city(connection, elsewhere)
    from ccu.places.near_store import near_places, with_street

    meant, certainty = (elsewhere + near_places(connection, reading))[:MOST_NEAR], "none"
    if not (reading.number and any(each.same_unit for each in meant)):
        meant, certainty = with_street(connection, reading, meant)
    said = ""
    if not elsewhere:  # the same unit in another town is shown as that
        city, said = _city_of_building(connection, reading, city, own_city(town))
    text = normal(reading._replace(city=city) if said else reading)
    building = building_id(connection, reading.building_key, city)
    building_key = filed_building_key(connection, reading.building_key, city)
    if reading.unit and building is not None:
        certainty = f"{said}only the building is on file, not this unit"
    elif not reading.unit and building_units(connection, building_key, city, None, ""):
        certainty = f"{said}the building; each call on file names a unit"
    elif said:
        certainty = f"{said}only other units are on file"
    return Match(None, certainty, text, building_key, reading.unit_key, city, building, meant)


def _city_of_building(
    connection: sqlite3.Connection, reading: Address, city: str, own: str
) -> tuple[str, str]:
    """Return the city where the building or a unit of it is on file, and how to say so.

    The city asked for, and nothing to say, where it is on file there, or nowhere else that `find`
    would return.
    """
    rows = connection.execute(_CITIES, {"building_key": reading.building_key}).fetchall()
    others = [row["city"] for row in rows if row["city"] == own and row["assumed"]]
    if not reading.city:
        others = [row["city"] for row in rows]
    if not others or any(long_city(row["city"]) == long_city(city) for row in rows):
        return city, ""
    said = f"recorded without a city, you asked for {city}" if reading.city else others[0]
    return others[0], f"{ANOTHER_TOWN}: {said}; "


def _exactly(reading: Address) -> str:
    if reading.kind == "address":
        return "exact: this unit" if reading.unit else "exact: this address"
    return {
        "block": "exact: this block (not its houses)",
        "intersection": "exact: this intersection",
        "place": "exact: this place name",
    }.get(reading.kind, "exact")


def _matched(
    connection: sqlite3.Connection, row: sqlite3.Row, certainty: str, near: Sequence[Near] = ()
) -> Match:
    """Return the place of a row as a match; that of a merged one is the place that is kept."""
    row = table.require(connection, "place", file_id(connection, row["id"]))
    return Match(
        row,
        certainty,
        place_text(row),
        row["building_key"],
        row["unit_key"],
        row["city"],
        building_id(connection, row["building_key"], row["city"]),
        [each for each in near if each.place != row["id"]][:MOST_NEAR],
    )


def _in_other_cities(connection: sqlite3.Connection, rows: list[sqlite3.Row]) -> list[Near]:
    """Return the same address in other cities, the one with most calls first."""
    found = [near(connection, row, OTHER_CITY) for row in rows]
    return sorted(found, key=lambda each: -each.calls)


def in_city_like(connection: sqlite3.Connection, reading: Address, own: str) -> list[Near]:
    """Return the same address in `own` and in cities of which the given may be a misspelling."""
    from ccu.address.match import edit_distance

    rows = connection.execute(
        "SELECT * FROM place WHERE unit_key = :unit_key AND city <> :city",
        {"unit_key": reading.unit_key, "city": reading.city},
    ).fetchall()
    alike = [
        row
        for row in rows
        if row["city"] == own or edit_distance(row["city"], reading.city, 2) is not None
    ]
    return _in_other_cities(connection, alike)


def _in_another_city(connection: sqlite3.Connection, elsewhere: list[Near]) -> Match:
    """Return the place with most calls: no city was given, and the town has no such place."""
    first, *others = elsewhere
    row = table.require(connection, "place", first.place)
    said = f"{ANOTHER_TOWN}: {row['city']}"
    if others:
        said += f"; {len(others)} more cities have this address: add the city"
    return _matched(connection, row, said, others)


def near(
    connection: sqlite3.Connection, row: sqlite3.Row, why: str, same_unit: bool = False
) -> Near:
    """Return a place that may be the one meant, or the one it was merged into; counts its calls."""
    row = table.require(connection, "place", file_id(connection, row["id"]))
    return Near(row["id"], place_text(row), calls_at(connection, row["id"]), why, same_unit)


def building_id(connection: sqlite3.Connection, building_key: str, city: str) -> int | None:
    """Return the place of a building itself, not of its units; None if nothing is on file."""
    sql = "SELECT id FROM place WHERE unit_key = :key AND city = :city AND :key <> ''"
    found = table.value(connection, sql, key=building_key, city=city)
    return None if found is None else file_id(connection, found)


def as_address(row: sqlite3.Row) -> Address:
    """Return the row of a place as the address reader would give it, merged or not."""
    key = row["unit_key"]
    return Address._make(("", *(row[part] for part in PARTS), key.partition("; ")[0], key))


def place_text(row: sqlite3.Row) -> str:
    """Return the normal form of a place, with its city."""
    return normal(as_address(row))


def filed_as(connection: sqlite3.Connection, place_id: int) -> str:
    """Return a text that is read as this place; its city only where one was given. Raises NotFound.

    A city that was assumed must not become one that was given.
    """
    row = table.require(connection, "place", place_id)
    place = as_address(row)
    return normal(place._replace(city="") if row["city_assumed"] else place)


def calls_at(connection: sqlite3.Connection, place_id: int) -> int:
    """Return how many calls a place had, void ones aside."""
    sql = "SELECT count(*) FROM call WHERE place_id = :place AND voided_at IS NULL"
    return int(table.value(connection, sql, place=place_id))


# ---------------------------------------------------------------- one place


def place_record(connection: sqlite3.Connection, place_id: int) -> dict[str, Any]:
    """Return parts, category, exempt (its own reason or its building's), building; or NotFound."""
    row = table.require(
        connection,
        "place",
        place_id,
        "SELECT place.*, building.id AS building,"
        " coalesce(place.exempt_reason, building.exempt_reason) AS exempt"
        " FROM place LEFT JOIN place AS building"
        " ON building.unit_key = place.building_key AND building.city = place.city WHERE {where}",
    )
    keys = ("building_key", "unit_key", "category", "exempt", "exempt_reason", "building")
    return {key: row[key] for key in ("id", *PARTS, *keys)}


def place_line(connection: sqlite3.Connection, place_id: int) -> str:
    """Return the place in one line, as lists name it. Raises NotFound."""
    row = table.require(
        connection, "place", place_id, "SELECT line FROM place_plain AS place WHERE {where}"
    )
    return str(row["line"])


def building_units(
    connection: sqlite3.Connection, building_key: str, city: str, place_id: int | None, now: str
) -> list[dict[str, Any]]:
    """Return place, unit, calls, care of the building's other places, most calls first."""
    asked = {"building_key": building_key, "city": city, "id": place_id, "now": now}
    return [dict(row) for row in connection.execute(_UNITS, asked)]
