"""Places on file that may be one house, written in two ways: for `ccu check`.

Two houses of one number in one town whose streets differ by a missing type (27 IMPERIAL and 27
IMPERIAL AVE) or by one letter. Names are compared by street and not by house, so that the time
grows with the places and not with their pairs.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator

from ccu.address import match as matching
from ccu.places import store as places

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
    """Return the numbers of places that look alike, of each pair the one with more calls first.

    At most MOST_PAIRS pairs are looked at.
    """
    found = []
    for one, other in _candidates(connection):
        rows = [
            connection.execute("SELECT * FROM place WHERE id = ?", (number,)).fetchone()
            for number in (one, other)
        ]
        match = matching.compare(*(places.as_address(row) for row in rows))
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
