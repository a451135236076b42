"""Two places that are one house: finding them, merging them, and undoing that exactly.

The text of an address stays with the place it was read as (address.place_id); what is at the place
goes to the place that is kept, so that cards, lists and figures need not know of merges. A call
goes back by its address, anything else by the numbers in place_merge.moved. The view place_file
tells which place is kept, over any number of merges. The tables are named with `main`: an account
for which a view hides some rows moves them all the same.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from ccu.address import match as matching
from ccu.errors import InvalidInput
from ccu.places import store as places
from ccu.records import table, writes
from ccu.work import Work

MOVED = ("place_flag", "plan", "frequent_override", "call")  # tables with a place_id of their own

# Calls at a place that cannot go back by the text of their address.
_WITHOUT_ADDRESS = """
SELECT call.id FROM main.call LEFT JOIN address ON address.id = call.address_id
WHERE call.place_id = :place
  AND coalesce(address.place_id, 0) NOT IN (SELECT value FROM json_each(:members))
"""
_CALLS_BACK = """
UPDATE main.call SET place_id = :place WHERE place_id = :kept AND address_id IN (
  SELECT id FROM address WHERE place_id IN (SELECT value FROM json_each(:members)))
"""
# The units of these buildings: their own key is the building's and the unit.
_JOIN_UNITS = """
UPDATE place SET building_key = :building_key
WHERE id IN (
  SELECT unit.id FROM place AS building
  CROSS JOIN place AS unit ON unit.city = building.city
    AND unit.unit_key > building.unit_key || '; ' AND unit.unit_key < building.unit_key || ';!'
  WHERE building.id IN (SELECT value FROM json_each(:members)) AND building.unit = '')
"""


def require_mergeable(connection: sqlite3.Connection, kept_id: int, merged_id: int) -> None:
    """Raise NotFound for an unknown place, InvalidInput for two that cannot be merged.

    These are one place, one that is merged already, and a building of another city with units.
    """
    if kept_id == merged_id:
        raise InvalidInput("enter two different places; both numbers are the same")
    rows = [table.require(connection, "place", number) for number in (kept_id, merged_id)]
    for row in rows:
        file_id = places.file_id(connection, row["id"])
        if file_id != row["id"]:
            raise InvalidInput(
                f"place {row['id']} was merged into place {file_id}; merge place {file_id}"
            )
    kept, merged = rows
    if kept["city"] != merged["city"] and _has_units(connection, merged):
        raise InvalidInput(
            f"place {merged_id} has units and is in another city; merge each unit first"
        )


def merge(work: Work, kept_id: int, merged_id: int) -> dict[str, int]:
    """Merge one place into another; return how many rows of each table moved.

    Raises as `require_mergeable`.
    """
    connection = work.connection
    require_mergeable(connection, kept_id, merged_id)
    members = _members(connection, merged_id)
    there = "SELECT id FROM main.{} WHERE place_id = :place ORDER BY id"
    moved = {
        name: table.column(connection, there.format(name), place=merged_id)
        for name in MOVED
        if name != "call"
    }
    moved["call"] = table.column(connection, _WITHOUT_ADDRESS, place=merged_id, members=members)
    new = {"merged_id": merged_id, "kept_id": kept_id, "moved": json.dumps(moved)}
    at = {"merged_at": work.at, "merged_by": work.staff_id}
    writes.insert_row(connection, "place_merge", {**new, **at})
    counts = {name: _move(connection, name, merged_id, kept_id) for name in MOVED}
    _join_units(connection, members, kept_id)
    work.audit("place-merge", "place", merged_id, into=kept_id, moved=counts)
    return counts


def unmerge(work: Work, merged_id: int) -> int:
    """Separate a merged place again, with those merged into it; return the place it was part of.

    What was added since by an address of the merged place goes with it. Raises NotFound;
    InvalidInput for a place that is not merged.
    """
    connection = work.connection
    table.require(connection, "place", merged_id)
    kept_id = places.file_id(connection, merged_id)
    row = connection.execute(
        "DELETE FROM place_merge WHERE merged_id = :place RETURNING moved", {"place": merged_id}
    ).fetchone()
    if row is None:
        raise InvalidInput(f"place {merged_id} is not merged into another place")
    members = _members(connection, merged_id)
    back = {"place": merged_id, "kept": kept_id, "members": json.dumps(members)}
    connection.execute(_CALLS_BACK, back)
    for name, ids in json.loads(row["moved"]).items():
        connection.execute(
            f"UPDATE main.{name} SET place_id = :place WHERE place_id = :kept"  # noqa: S608
            " AND id IN (SELECT value FROM json_each(:ids))",
            {"place": merged_id, "kept": kept_id, "ids": json.dumps(ids)},
        )
    _join_units(connection, members, merged_id)
    work.audit("place-unmerge", "place", merged_id, out_of=kept_id)
    return kept_id


def settle(connection: sqlite3.Connection) -> None:
    """Bring calls and units that were added at merged places to the places that are kept.

    For a write that adds calls by the place of their address: an import, the lift of a seal.
    """
    for (merged_id,) in connection.execute("SELECT merged_id FROM place_merge").fetchall():
        kept_id = places.file_id(connection, merged_id)
        _move(connection, "call", merged_id, kept_id)
        _join_units(connection, [merged_id], kept_id)


def merged_into(connection: sqlite3.Connection, place_id: int) -> list[dict[str, Any]]:
    """Return place, address, merged_at of the places that were merged into this one."""
    found = connection.execute(
        "SELECT merged_id AS place, line AS address, merged_at FROM place_merge"
        " JOIN place_plain ON place_plain.id = merged_id WHERE kept_id = :place ORDER BY merged_id",
        {"place": place_id},
    )
    return [dict(row) for row in found]


def _members(connection: sqlite3.Connection, place_id: int) -> list[int]:
    return table.column(connection, places.MEMBERS, place=place_id)


def _move(connection: sqlite3.Connection, name: str, from_id: int, to_id: int) -> int:
    """Return how many rows were moved."""
    return connection.execute(
        f"UPDATE main.{name} SET place_id = :to WHERE place_id = :place",  # noqa: S608 - our names
        {"to": to_id, "place": from_id},
    ).rowcount


def _has_units(connection: sqlite3.Connection, place: sqlite3.Row) -> bool:
    asked = (place["building_key"], place["city"], None, "")
    return place["unit"] == "" and any(
        unit["place"] != place["id"] for unit in places.building_units(connection, *asked)
    )


def _join_units(connection: sqlite3.Connection, members: list[int], kept_id: int) -> None:
    """Put the units of merged buildings into the building that is kept."""
    kept = table.require(connection, "place", kept_id)
    asked = {"members": json.dumps(members), "building_key": kept["building_key"]}
    connection.execute(_JOIN_UNITS, asked)


# ---------------------------------------------------------------- places that look like one house
# Two houses of one number in one town whose streets differ by a missing type (27 IMPERIAL and 27
# IMPERIAL AVE) or by one letter. Names are compared by street and not by house, so that the time
# grows with the places and not with their pairs.


Street = tuple[str, str]  # city, name without type and direction

# A misspelled street has few houses. Two streets with more than this many are two streets
# (HILL RD, MILL RD), although they are one letter apart.
FEW_HOUSES = 2
SHORT_NAME = 4  # letters; two shorter names, one letter apart, are two streets
REASONS = ("no suffix given", "written apart or together", "one letter apart")
MOST_PAIRS = 10_000

# The view `house` has the houses that are not merged into another place.
_HOUSES = """
WITH house AS NOT MATERIALIZED (
  SELECT * FROM place
  WHERE kind = 'address' AND id NOT IN (SELECT merged_id FROM place_merge))
"""
_STREETS = """
SELECT city, loose_key, count(DISTINCT number) AS houses FROM house GROUP BY city, loose_key
"""
_SAME_NAME = """
SELECT one.id AS one, other.id AS other
FROM house AS one CROSS JOIN house AS other
  ON other.loose_key = one.loose_key AND other.number = one.number
WHERE other.id <> one.id AND other.city = one.city AND other.unit = one.unit
  AND (substr(other.street, 1, length(one.street) + 1) = one.street || ' '
       OR (other.id > one.id AND replace(other.street, ' ', '') = replace(one.street, ' ', '')))
LIMIT :most
"""
_SAME_NUMBER = """
SELECT one.id AS one, other.id AS other
FROM house AS one CROSS JOIN house AS other
  ON other.loose_key = :other AND other.number = one.number
WHERE one.loose_key = :one AND one.city = :city AND other.city = :city AND other.unit = one.unit
LIMIT :most
"""


def pairs(connection: sqlite3.Connection) -> list[tuple[int, int]]:
    """Return places that look alike, of MOST_PAIRS pairs; of each the one with more calls first."""
    found = []
    for one, other in _candidates(connection):
        rows = (table.require(connection, "place", number) for number in (one, other))
        match = matching.compare(*map(places.as_address, rows))
        if match.reason in REASONS:
            calls = [places.calls_at(connection, number) for number in (one, other)]
            found.append((one, other) if calls[0] >= calls[1] else (other, one))
    return found


def _candidates(connection: sqlite3.Connection) -> Iterator[tuple[int, int]]:
    left = MOST_PAIRS
    for row in connection.execute(_HOUSES + _SAME_NAME, {"most": left}).fetchall():
        left -= 1
        yield row["one"], row["other"]
    for (city, one), (_city, other) in _alike(connection):
        if left <= 0:
            return
        asked = {"city": city, "one": one, "other": other, "most": left}
        for row in connection.execute(_HOUSES + _SAME_NUMBER, asked).fetchall():
            left -= 1
            yield row["one"], row["other"]


def _alike(connection: sqlite3.Connection) -> list[tuple[Street, Street]]:
    """Return pairs of streets whose names are one letter apart, one of them with few houses.

    Two such names become the same one when at most one letter is left out of each.
    """
    houses: Counter[Street] = Counter()
    by_part: dict[Street, list[Street]] = {}
    for row in connection.execute(_HOUSES + _STREETS):
        street = (row["city"], row["loose_key"])
        houses[street] = row["houses"]
        for part in _parts(row["loose_key"]):
            by_part.setdefault((row["city"], part), []).append(street)
    found = {
        (one, other)
        for streets in by_part.values()
        for one in streets
        if houses[one] <= FEW_HOUSES
        for other in streets
        if one != other and (houses[other] > FEW_HOUSES or one < other)
    }
    return sorted(found)


def _parts(name: str) -> Iterable[str]:
    """Return the name, and it with each letter left out; nothing for a short name."""
    if len(name) < SHORT_NAME:
        return ()
    return {name, *(name[:at] + name[at + 1 :] for at in range(len(name)))}


def typed_as(connection: sqlite3.Connection, place_id: int) -> list[str]:
    """Return the texts read as this place or one merged into it, dispatch systems' too, once."""
    return table.column(
        connection,
        "SELECT DISTINCT trim(raw || ' ' || raw_unit) FROM address"  # noqa: S608 - our text
        f" WHERE place_id IN ({places.MEMBERS}) ORDER BY id",
        place=place_id,
    )
