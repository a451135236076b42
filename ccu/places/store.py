"""Places: remembering an address as typed, and finding the place that a person asks for.

Keys hold no city. A text without a city is taken to be in the town (`city_assumed`), so places are
unique by (unit_key, city) and every count can group by place_id alone.
"""

import sqlite3
from dataclasses import dataclass, field

from ccu.address import Address, normal
from ccu.address import match as matching
from ccu.errors import InvalidInput
from ccu.records import table

MOST_NEAR = 6  # near places shown
_SLIP = 8  # after every near match of ccu.address.match
CANDIDATES = 3_000  # places scored for a typo; one house number has fewer in any town seen

INSERT_PLACE = """
INSERT INTO place (kind, number, street, unit, cross_street, name, city, city_assumed, state, zip,
                   building_key, unit_key, loose_key)
VALUES (:kind, :number, :street, :unit, :cross_street, :name, :city, :city_assumed, :state, :zip,
        :building_key, :unit_key, :loose_key)
ON CONFLICT (unit_key, city) DO UPDATE SET
  city_assumed = min(city_assumed, excluded.city_assumed),
  state = CASE WHEN place.state = '' THEN excluded.state ELSE place.state END,
  zip = CASE WHEN place.zip = '' THEN excluded.zip ELSE place.zip END
RETURNING id
"""


@dataclass(frozen=True)
class Near:
    """A place that may be the one meant, with how many calls it had and why it is offered."""

    text: str
    calls: int
    why: str


@dataclass(frozen=True)
class Match:
    """What was found for an address asked for. `place` is None when nothing was."""

    place: sqlite3.Row | None
    certainty: str  # in words, for the card
    text: str  # the normal form of what was matched, or of what was asked
    building_key: str
    unit_key: str
    city: str
    building_id: int | None = None  # the building itself, when a unit was asked for
    near: list[Near] = field(default_factory=list)


# ---------------------------------------------------------------- remembering


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
        "loose_key": matching.columns(reading).loose_key,
    }


def own_city(town: str) -> str:
    """The town's name as the address reader writes a city."""
    return " ".join(town.upper().replace(".", "").replace("'", "").replace("-", " ").split())


def remember(connection: sqlite3.Connection, reading: Address, town: str) -> tuple[int, int | None]:
    """(address id, place id or None) of a text read, made when new; inside a write."""
    known = connection.execute(
        "SELECT id, place_id FROM address WHERE raw = :raw AND raw_unit = '' AND raw_city = ''"
        " AND raw_state = '' AND raw_zip = ''",
        {"raw": reading.raw},
    ).fetchone()
    if known:
        return int(known["id"]), known["place_id"]
    place_id = None
    values = columns(reading, town)
    if values is not None:
        place_id = int(connection.execute(INSERT_PLACE, values).fetchone()["id"])
    typed = {"raw": reading.raw, "place_id": place_id}
    return table.insert_row(connection, "address", typed), place_id


# ---------------------------------------------------------------- finding


def by_id(connection: sqlite3.Connection, place_id: int) -> Match:
    """The place of a record, as a match."""
    row = table.require(connection, "place", place_id)
    return _matched(connection, row, "the place of the call")


def of_call(connection: sqlite3.Connection, call_id: int) -> Match:
    """The place of a call. Raises NotFound, and InvalidInput for a call whose address is none."""
    row = table.require(connection, "call", call_id)
    if row["place_id"] is None:
        raise InvalidInput(f"call {call_id} has no address that can be found again")
    return by_id(connection, row["place_id"])


def find(connection: sqlite3.Connection, reading: Address, town: str) -> Match:
    """The place an address means, how sure that is, and near ones.

    A city that was not given is the town's own, and agrees with any when the town has no such
    place; two different cities never agree. A record without a city agrees with the city asked for.
    """
    city = reading.city or own_city(town)
    rows = connection.execute(
        "SELECT * FROM place WHERE unit_key = :unit_key AND :unit_key <> ''",
        {"unit_key": reading.unit_key},
    ).fetchall()
    here = [row for row in rows if row["city"] == city]
    if here:
        return _matched(connection, here[0], _exactly(reading), reading)
    assumed = [row for row in rows if row["city"] == own_city(town) and row["city_assumed"]]
    if reading.city and assumed:
        return _matched(connection, assumed[0], "exact, but recorded without a city", reading)
    if not reading.city and rows:
        return _in_another_city(connection, rows, reading)
    building = _building_only(connection, reading, city)
    near = [Near(_text(row), _calls_at(connection, row["id"]), "another city") for row in rows]
    near = (near + _near(connection, reading))[:MOST_NEAR]
    return building or Match(
        None, "none", normal(reading), reading.building_key, reading.unit_key, city, None, near
    )


def _exactly(reading: Address) -> str:
    if reading.kind == "address":
        return "exact: this unit" if reading.unit else "exact: this address"
    return {
        "block": "exact: this block (not its houses)",
        "intersection": "exact: this intersection",
        "place": "exact: this place name",
    }.get(reading.kind, "exact")


def _matched(
    connection: sqlite3.Connection,
    row: sqlite3.Row,
    certainty: str,
    reading: Address | None = None,
    near: list[Near] | None = None,
) -> Match:
    building = connection.execute(
        "SELECT id FROM place WHERE unit_key = :building_key AND city = :city",
        {"building_key": row["building_key"], "city": row["city"]},
    ).fetchone()
    return Match(
        row,
        certainty,
        _text(row),
        row["building_key"],
        row["unit_key"],
        row["city"],
        building["id"] if building else None,
        near or [],
    )


def _in_another_city(
    connection: sqlite3.Connection, rows: list[sqlite3.Row], reading: Address
) -> Match:
    """No city was given and the town has no such place: the one with most calls, others as near."""
    counted = sorted(rows, key=lambda row: -_calls_at(connection, row["id"]))
    first, others = counted[0], counted[1:]
    said = f"exact, in {first['city']}"
    if others:
        said += f"; {len(others)} more cities have this address: add the city"
    near = [Near(_text(row), _calls_at(connection, row["id"]), "another city") for row in others]
    return _matched(connection, first, said, reading, near[:MOST_NEAR])


def _building_only(connection: sqlite3.Connection, reading: Address, city: str) -> Match | None:
    """An address asked for without a unit, where every call so far named one."""
    if reading.unit or not reading.building_key:
        return None
    row = connection.execute(
        "SELECT * FROM place WHERE building_key = :building_key AND city = :city LIMIT 1",
        {"building_key": reading.building_key, "city": city},
    ).fetchone()
    if row is None:
        return None
    return Match(
        None,
        "the building; every call so far names a unit",
        normal(reading),
        reading.building_key,
        reading.unit_key,
        city,
    )


def _near(connection: sqlite3.Connection, reading: Address) -> list[Near]:
    """The town's own places that may be meant, nearest first, then those with most calls."""
    scored = []
    for row in _candidates(connection, reading):
        other = _as_address(row)
        distance = matching.nearness(reading, other)
        if distance is not None:
            scored.append((distance, row, _why(reading, other)))
        elif (why := _slip(reading, other)) is not None:
            scored.append((_SLIP, row, why))
    scored.sort(key=lambda found: found[0])
    counted = [
        (distance, -_calls_at(connection, row["id"]), _text(row), why)
        for distance, row, why in scored[:50]
    ]
    return [Near(text, -calls, why) for _, calls, text, why in sorted(counted)[:MOST_NEAR]]


def _candidates(connection: sqlite3.Connection, reading: Address) -> list[sqlite3.Row]:
    """Places alike enough to be scored, each found by an index."""
    if not reading.unit_key:
        return []
    return connection.execute(
        "SELECT * FROM place WHERE building_key = :building_key"
        " UNION SELECT * FROM (SELECT * FROM place WHERE loose_key = :loose_key LIMIT :most)"
        " UNION SELECT * FROM"
        " (SELECT * FROM place WHERE number = :number AND number <> '' LIMIT :most)"
        " UNION SELECT * FROM (SELECT * FROM place"
        "  WHERE loose_key >= :first AND loose_key < :last AND number = '' LIMIT :most)",
        {
            "building_key": reading.building_key,
            "loose_key": (loose := matching.columns(reading).loose_key),
            "number": reading.number,
            "first": "" if reading.number else loose[:3],
            "last": "" if reading.number else loose[:3] + "\U0010ffff",
            "most": CANDIDATES,
        },
    ).fetchall()


_WHY = {
    "other house number": "house number one digit off",
    "no suffix given": "street's suffix missing",
    "no directional given": "street's direction missing",
}


def _slip(asked: Address, other: Address) -> str | None:
    """Another address by the rules, but one that a person in a hurry may well have meant."""
    if matching.compare(asked, other).reason == "other town":
        return None
    if not asked.number or matching.digits(asked.number.split(" ")[0]) != matching.digits(
        other.number.split(" ")[0]
    ):
        return None
    same_name = matching.columns(asked).loose_key == matching.columns(other).loose_key
    if asked.kind != other.kind:
        kinds = {asked.kind, other.kind} == {"address", "block"}
        what = "the block" if other.kind == "block" else "a house number, not the block"
        return what if kinds and same_name else None
    if asked.number != other.number:
        return "house number with another letter or fraction" if same_name else None
    if same_name or asked.street.rpartition(" ")[0] == other.street.rpartition(" ")[0] != "":
        return "other suffix or direction"
    alike = matching.digits(asked.street) == matching.digits(other.street) and len(asked.street) > 5
    if alike and matching.edit_distance(asked.street, other.street, 2) is not None:
        return "spelled otherwise"
    return None


def _why(asked: Address, other: Address) -> str:
    reason = matching.compare(asked, other).reason
    if reason == "building, no unit given":
        return "the building" if asked.unit else "a unit of it"
    return _WHY.get(reason, reason)


def _as_address(row: sqlite3.Row) -> Address:
    return Address(
        raw="",
        kind=row["kind"],
        number=row["number"],
        street=row["street"],
        unit=row["unit"],
        cross=row["cross_street"],
        place=row["name"],
        city=row["city"],
        state=row["state"],
        zip=row["zip"],
        building_key=row["building_key"],
        unit_key=row["unit_key"],
    )


def _text(row: sqlite3.Row) -> str:
    return normal(_as_address(row))


def _calls_at(connection: sqlite3.Connection, place_id: int) -> int:
    found = connection.execute(
        "SELECT count(*) FROM call WHERE place_id = :place_id AND voided_at IS NULL",
        {"place_id": place_id},
    ).fetchone()
    return int(found[0])
