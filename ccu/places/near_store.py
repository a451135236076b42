"""Places near an address: the units of a building, and what one typing error makes of it."""

import sqlite3

from ccu.address import Address
from ccu.address import match as matching
from ccu.address.route import settled_way
from ccu.places.store import MOST_NEAR, OTHER_UNIT, Near, as_address, near

_TYPING_ERROR = 9  # after every near match of ccu.address.match
OTHER_STREET = "other suffix or direction"
# Two places may be called so: never taken by Enter.
TWO_PLACES = (OTHER_STREET, "house number written otherwise")
ZIP_DIGITS = 5
SHORT_STREET = 5  # letters; two that short and alike are two streets
CANDIDATES = 3_000  # places scored for a typo; one house number has fewer in any town seen


def near_places(
    connection: sqlite3.Connection,
    reading: Address,
    besides: int | None = None,
    neighbors: bool = True,
) -> list[Near]:
    """Return the town's own places that may be meant, nearest first, then those with most calls.

    Without `neighbors`, only those that may be the same one because one of both was mistyped:
    another house number or unit is a neighbor. `besides` is a place to leave out.
    """
    scored = []
    for row in _candidates(connection, reading):
        if row["id"] == besides:
            continue
        other = as_address(row)
        distance = matching.nearness(reading, other)
        if distance is not None:
            scored.append((distance, row, _why(reading, other)))
        elif (why := _typing_error(reading, other)) is not None:
            scored.append((_TYPING_ERROR, row, why))
    if not neighbors:
        scored = [each for each in scored if each[2] not in _NEIGHBOR]
    scored.sort(key=lambda found: found[0])
    counted: dict[int, tuple[int, Near]] = {}  # by place: two that were merged are one
    for distance, row, why in scored[:50]:
        each = near(connection, row, why, same_unit=why not in OTHER_UNIT)
        if each.place != besides:
            counted.setdefault(each.place, (distance, each))
    nearest = sorted(counted.values(), key=lambda each: (each[0], -each[1].calls, each[1].text))
    return [each for _distance, each in nearest[:MOST_NEAR]]


def _candidates(connection: sqlite3.Connection, reading: Address) -> list[sqlite3.Row]:
    """Return places alike enough to be scored, each found by an index."""
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
    "": "read otherwise before",  # by an older version: the same address
    "other house number": "house number one digit off",
    "no suffix given": "street's suffix missing",
    "no directional given": "street's direction missing",
}


_NEIGHBOR = (
    *OTHER_UNIT,
    _WHY["other house number"],
    "house number with another letter or fraction",
)


def _typing_error(asked: Address, other: Address) -> str | None:
    """Return why another address by the rules may still be meant, by a typing error; or None."""
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
    if _road_or_zip(asked, other) or _road_or_zip(other, asked):
        return "road number or ZIP"
    if matching.digits(asked.street) != matching.digits(other.street):
        return None  # two numbered roads
    if same_name or asked.street.rpartition(" ")[0] == other.street.rpartition(" ")[0] != "":
        return OTHER_STREET
    alike = len(asked.street) > SHORT_STREET
    if alike and matching.edit_distance(asked.street, other.street, 2) is not None:
        return "spelled otherwise"
    return None


def _road_or_zip(a: Address, b: Address) -> bool:
    """Whether the last number of a road may be a ZIP: OLD COUNTY ROAD 45300, OLD COUNTY RD."""
    road, _, number = a.street.rpartition(" ")
    if not (road and number.isdigit() and len(number) == ZIP_DIGITS and b.zip in ("", number)):
        return False
    return settled_way(road).key == settled_way(b.street).key


def _why(asked: Address, other: Address) -> str:
    reason = matching.compare(asked, other).reason
    if reason == "building, no unit given":
        return "the building" if asked.unit else "a unit of it"
    return _WHY.get(reason, reason)
