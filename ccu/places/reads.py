"""One place as a record: how it was read, its building's units, what was changed."""

import sqlite3
from typing import Any

from ccu.errors import NotFound
from ccu.records.table import changes_of

_UNITS = """
SELECT place.id AS place, place.unit, count(call.id) AS calls, coalesce(sum(call.care), 0) AS care
FROM place LEFT JOIN call ON call.place_id = place.id
  AND call.voided_at IS NULL AND substr(call.occurred_at, 1, 19) <= :now
WHERE place.building_key = :building_key AND place.city = :city AND place.id IS NOT :id
GROUP BY place.id ORDER BY calls DESC, place.unit
"""
_PARTS = (
    *("id", "kind", "number", "street", "unit", "cross_street", "name", "city", "state", "zip"),
    *("building_key", "unit_key", "category"),
)


def record(connection: sqlite3.Connection, place_id: int) -> dict[str, Any]:
    """Its parts, category, exempt (why, its own or its building's), building (id). NotFound."""
    row = connection.execute(
        "SELECT place.*, building.id AS building,"
        " coalesce(place.exempt_reason, building.exempt_reason) AS exempt"
        " FROM place LEFT JOIN place AS building"
        " ON building.unit_key = place.building_key AND building.city = place.city"
        " WHERE place.id = :id",
        {"id": place_id},
    ).fetchone()
    if row is None:
        raise NotFound(f"no place {place_id}")
    keys = (*_PARTS, "exempt", "exempt_reason", "building")
    return {key: row[key] for key in keys}


def text(connection: sqlite3.Connection, place_id: int) -> str:
    """The place in one line, as lists name it. Raises NotFound."""
    row = connection.execute(
        "SELECT line FROM place_plain WHERE id = :id", {"id": place_id}
    ).fetchone()
    if row is None:
        raise NotFound(f"no place {place_id}")
    return str(row["line"])


def typed_as(connection: sqlite3.Connection, place_id: int) -> list[str]:
    """The texts that were read as this place, those of dispatch too, each once."""
    found = connection.execute(
        "SELECT DISTINCT trim(raw || ' ' || raw_unit) AS raw FROM address"
        " WHERE place_id = :id ORDER BY id",
        {"id": place_id},
    )
    return [row["raw"] for row in found]


def units(
    connection: sqlite3.Connection, building_key: str, city: str, place_id: int | None, now: str
) -> list[dict[str, Any]]:
    """place, unit, calls, care of the building's other places, most calls first."""
    found = connection.execute(
        _UNITS, {"building_key": building_key, "city": city, "id": place_id, "now": now}
    )
    return [dict(row) for row in found]


def history(
    connection: sqlite3.Connection, place_id: int, flag_ids: list[int]
) -> list[dict[str, Any]]:
    """What was changed of a place and of its flags, oldest first: what, and as table.changes_of."""
    found = [
        {"what": what, **each}
        for what, table, number in (
            ("place", "place", place_id),
            *((f"flag {flag_id}", "place_flag", flag_id) for flag_id in flag_ids),
        )
        for each in changes_of(connection, table, number)
    ]
    logins = dict(connection.execute("SELECT id, login FROM staff").fetchall()) if found else {}
    for each in found:
        if each["field"] == "verified_by":
            each["old"], each["new"] = logins.get(each["old"]), logins.get(each["new"])
    return sorted(found, key=lambda each: str(each["at"]))
