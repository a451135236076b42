"""Merging two places that are one house, and undoing it exactly.

The text of an address stays with the place it was read as (address.place_id); what is at the place
goes to the place that is kept, so that cards, lists and figures need not know of merges. A call
goes back by its address, anything else by the numbers in place_merge.moved. The view place_file
tells which place is kept, over any number of merges. The tables are named with `main`: an account
for which a view hides some rows moves them all the same.
"""

import json
import sqlite3
from typing import Any

from ccu.errors import InvalidInput
from ccu.places import store as places
from ccu.records import table
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


def merge(work: Work, kept_id: int, merged_id: int) -> dict[str, int]:
    """Merge one place into another; return how many rows of each table moved.

    Raises NotFound; InvalidInput for one place, one that is merged already, and a building of
    another city that has units.
    """
    connection = work.connection
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
    members = _members(connection, merged_id)
    moved = {name: _at(connection, name, merged_id) for name in MOVED if name != "call"}
    asked = {"place": merged_id, "members": json.dumps(members)}
    moved["call"] = [row[0] for row in connection.execute(_WITHOUT_ADDRESS, asked)]
    new = {"merged_id": merged_id, "kept_id": kept_id, "moved": json.dumps(moved)}
    at = {"merged_at": work.at, "merged_by": work.staff_id}
    table.insert_row(connection, "place_merge", {**new, **at})
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
        "DELETE FROM place_merge WHERE merged_id = :place RETURNING moved",
        {"place": merged_id},
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
    return [row[0] for row in connection.execute(places.MEMBERS, {"place": place_id})]


def _at(connection: sqlite3.Connection, name: str, place_id: int) -> list[int]:
    found = connection.execute(
        f"SELECT id FROM main.{name} WHERE place_id = :place ORDER BY id",  # noqa: S608
        {"place": place_id},
    )
    return [row[0] for row in found]


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
