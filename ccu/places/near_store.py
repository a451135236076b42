"""Places near an address: one typing error away, in its building, on its street.

An address without a house number, or whose number may be misread, may mean any place on its street:
`imperial ave`, `imperial 27`, `twenty seven imperial ave`, `O27 imperial ave`, `27 imprl ave`.
"""

import re
import sqlite3
from collections.abc import Iterator
from itertools import groupby, takewhile

from ccu.address import Address
from ccu.address import match as matching
from ccu.address.street import in_digits
from ccu.address.way import settled_way
from ccu.address.words import (
    DIRECTIONS,
    LONG_SUFFIX,
    NUMBERS_IN_NAMES,
    SPANISH,
    SPANISH_NUMBERS,
    SUFFIXES,
    ZIP_DIGITS,
    long_city,
)
from ccu.output.text import counted
from ccu.places.store import MOST_NEAR, OTHER_CITY, OTHER_UNIT, Near, as_address, near
from ccu.records import table

_TYPING_ERROR = 9  # after every near match of ccu.address.match
OTHER_STREET = "other suffix or direction"
# Two places may be called so: never taken by Enter.
TWO_PLACES = (OTHER_STREET, "spelled otherwise", "house number written otherwise")
SHORT_STREET = 5  # letters; two that short and alike are two streets
CANDIDATES = 3_000  # places scored for a typo; one house number has fewer in any town seen


def near_places(
    connection: sqlite3.Connection,
    reading: Address,
    besides: int | None = None,
    neighbors: bool = True,
) -> list[Near]:
    """Return the town's own places that may be meant, nearest first, then by number of calls.

    Without `neighbors`, only those that may be the same one because one of both was mistyped:
    another house number or unit is a neighbor. `besides` is a place to leave out.
    """
    scored = []
    for row in _candidates(connection, reading):
        if row["id"] == besides:
            continue
        other = as_address(row)
        match = matching.compare(reading, other)
        distance = matching.nearness(match, reading, other)
        if distance is not None:
            scored.append((distance, row, _why(match, reading)))
        elif (why := _typing_error(match, reading, other)) is not None:
            scored.append((_TYPING_ERROR, row, why))
    if not neighbors:
        scored = [each for each in scored if each[2] not in _NEIGHBOR]
    scored.sort(key=lambda found: found[0])
    counted: dict[int, tuple[int, Near]] = {}  # by place, because two merged places are one
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
        "SELECT * FROM place WHERE id IN (SELECT id FROM place WHERE building_key = :building_key"
        " UNION SELECT * FROM (SELECT id FROM place WHERE loose_key = :loose_key LIMIT :most)"
        " UNION SELECT * FROM"
        " (SELECT id FROM place WHERE number = :number AND number <> '' LIMIT :most)"
        " UNION SELECT * FROM (SELECT id FROM place"
        "  WHERE loose_key >= :first AND loose_key < :last AND number = '' LIMIT :most))"
        " ORDER BY id",
        {
            "building_key": reading.building_key,
            "loose_key": (loose := matching.loose_key(reading)),
            "number": reading.number,
            "first": "" if reading.number else loose[:3],
            "last": "" if reading.number else loose[:3] + "\U0010ffff",
            "most": CANDIDATES,
        },
    ).fetchall()


_WHY = {
    "": "read otherwise before",  # filed by an older version: the same address
    "other house number": "house number one digit off",
    "no suffix given": "street's suffix missing",
    "no directional given": "street's direction missing",
}

_NEIGHBOR = (
    *OTHER_UNIT,
    _WHY["other house number"],
    "house number with another letter or fraction",
)


def _typing_error(match: matching.Match, asked: Address, other: Address) -> str | None:
    """Return why a different address may still be meant, by which typing error; or None."""
    if match.reason == matching.OTHER_TOWN or not asked.number:
        return None
    number, other_number = (each.number.split(" ")[0] for each in (asked, other))
    if matching.digits(number) != matching.digits(other_number):
        return None
    same_name = matching.loose_key(asked) == matching.loose_key(other)
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
    same_name = same_name or match.reason == matching.OTHER_SUFFIX
    if same_name or asked.street.rpartition(" ")[0] == other.street.rpartition(" ")[0] != "":
        return OTHER_STREET
    alike = len(asked.street) > SHORT_STREET
    if alike and matching.edit_distance(asked.street, other.street, 2) is not None:
        return "spelled otherwise"
    return None


def _road_or_zip(a: Address, b: Address) -> bool:
    """Return whether a road's last number may be a ZIP: OLD COUNTY ROAD 45300, OLD COUNTY RD."""
    road, _, number = a.street.rpartition(" ")
    if not (road and number.isdigit() and len(number) == ZIP_DIGITS and b.zip in ("", number)):
        return False
    return settled_way(road).key == settled_way(b.street).key


def _why(match: matching.Match, asked: Address) -> str:
    if match.reason == "building, no unit given":
        return "the building" if asked.unit else "a unit of it"
    return _WHY.get(match.reason, match.reason)


# ---------------------------------------------------------------- on the street


# Why a place is near. Several may be meant, so Enter takes none.
NUMBER_THERE = "house number read another way"
THIS_STREET = "on this street"
LIKE_STREET = "on a street with a similar name"
WITHOUT_NUMBER = ("street", "highway", "place")  # types of address that may lack a house number

_MOST = 500  # places of one street
_FILLER = frozenset("THE OF AT ON NEAR BY CORNER HOUSE NUMBER NUMERO NUM NO APT UNIT".split())
_LETTERS_FOR_DIGITS = str.maketrans("OLI", "011")
_TYPING_ERRORS = ((9, 3), (7, 2), (4, 1))  # letters of a name, and how many of them may differ
_SHORTENED = 3  # letters of a name that is cut short, at least
_STREETS = "SELECT DISTINCT loose_key FROM place WHERE loose_key <> ''"
_PLACES = """
SELECT place.* FROM json_each(:streets) AS streets CROSS JOIN place
ON place.loose_key = streets.value LIMIT :most
"""


def with_street(
    connection: sqlite3.Connection, reading: Address, meant: list[Near], besides: int | None = None
) -> tuple[list[Near], str]:
    """Return the places that may be meant with those on the street, and the certainty in words.

    With a house number, only places that may have that number are added, not neighbors. `besides`
    is a place to leave out.
    """
    listed = {each.place for each in meant} | {besides}
    found = [each for each in _on_street(connection, reading) if each.place not in listed]
    if not found or reading.number:
        return [*meant, *found], "none"
    clear = all(each.why != NUMBER_THERE for each in found)
    count = counted(len(found), "address", "addresses")
    where = LIKE_STREET if all(each.why == LIKE_STREET for each in found) else THIS_STREET
    where += " in another city" if found[0].why == OTHER_CITY else ""
    number = "no house number" if clear else "house number not clear"
    return [*meant, *found], f"{number}; {count} on file {where}"


def _on_street(connection: sqlite3.Connection, reading: Address) -> list[Near]:
    """Return the places on the street: first those with the number, then those with most calls.

    If the given city has none, return those on the street of that name in other cities.
    """
    numbers = _numbers(reading)
    own, name = matching.loose_key(reading), _name(reading)
    found: dict[int, tuple[int, Near]] = {}
    elsewhere: dict[int, tuple[int, Near]] = {}
    for row in _rows(connection, {name, own} - {""}, name):
        number = row["number"].partition(" ")[0]
        there = number != "" and number in numbers
        if not (there or reading.kind in WITHOUT_NUMBER):
            continue
        here = _same_city(reading, row)
        if here and row["loose_key"] == own and number == reading.number.partition(" ")[0] != "":
            continue  # other differences are for near_places
        exact = row["loose_key"] in (name, own) and _suffixes_agree(reading, row)
        if not here:
            if exact:
                each = near(connection, row, OTHER_CITY, same_unit=True)
                elsewhere.setdefault(each.place, (not there, each))
            continue
        why = THIS_STREET if exact else LIKE_STREET
        if exact and there:
            why = LIKE_STREET if number == reading.number else NUMBER_THERE
        each = near(connection, row, why, same_unit=True)
        found.setdefault(each.place, (2 * (not there) + (not exact), each))
    ordered = sorted(
        (found or elsewhere).values(), key=lambda each: (each[0], -each[1].calls, each[1].text)
    )
    return [each for _rank, each in ordered]


def _rows(connection: sqlite3.Connection, wanted: set[str], name: str) -> list[sqlite3.Row]:
    """Return the places of the street itself, else those of streets with a similar name."""
    if not wanted:
        return []
    with_type = {f"{name}{word}" for word in LONG_SUFFIX.values()} if name else set()
    with_type |= {f"{word}{name}" for word in SPANISH} if name else set()
    rows = _of_streets(connection, wanted | with_type)
    if rows or not name:
        return rows
    streets = [row[0] for row in connection.execute(_STREETS)]
    return _of_streets(connection, {street for street in streets if _similar(name, street)})


def _of_streets(connection: sqlite3.Connection, streets: set[str]) -> list[sqlite3.Row]:
    return table.select(connection, _PLACES, {}, streets=streets, most=_MOST)


def _similar(name: str, street: str) -> bool:
    """Return whether a name may be the street misspelled, cut short, or joined with its type."""
    if matching.digits(name) != matching.digits(street):
        return False
    if name.startswith(street) and name.removeprefix(street) in SUFFIXES:
        return True
    if len(name) >= _SHORTENED and name[0] == street[0] and len(name) < len(street):
        letters = iter(street)
        inside = all(letter in letters for letter in name)  # in this order
        if street.startswith(name) or (inside and len(name) * 2 >= len(street)):
            return True
    shorter = min(len(name), len(street))
    most = next((errors for letters, errors in _TYPING_ERRORS if shorter >= letters), 0)
    return most > 0 and matching.edit_distance(name, street, most) is not None


def _same_city(reading: Address, row: sqlite3.Row) -> bool:
    if all(map(_is_number, reading.city.split())):  # TWENTY SEVEN after the street is no city
        return True
    return long_city(reading.city) == long_city(row["city"])


def _suffixes_agree(reading: Address, row: sqlite3.Row) -> bool:
    """Return whether the suffixes are the same, or one is missing."""
    if not (reading.street and row["street"]):
        return True
    given, filed = settled_way(reading.street).suffix, settled_way(row["street"]).suffix
    return not given or not filed or given == filed


# ---------------------------------------------------------------- what the text may mean


def _name(reading: Address) -> str:
    """Return the street's name as in a loose key, without numbers and filler at either end."""
    text = reading.street or reading.place
    return _bare(_words(text)) or _bare(_words(text, in_spanish=False))  # CALLE QUINCE


def _bare(words: list[str]) -> str:
    while words and (words[0] in _FILLER or _is_number(words[0])):
        del words[0]
    del words[: len(words) > 1 and words[0] in SPANISH and not _is_number(words[1])]
    ends = (SUFFIXES.keys() | DIRECTIONS.keys() | _FILLER) if len(words) > 1 else _FILLER
    while words and (words[-1] in ends or _is_number(words[-1])):
        del words[-1]
        ends = ends if len(words) > 1 else _FILLER
    return "".join(words)


def _numbers(reading: Address) -> set[str]:
    """Return the house numbers that the text may mean: digits apart, in words, O for 0.

    If the address has a number, only the text before its street is read, and the number counts too,
    because the street may be misspelled.
    """
    filed = (reading.number, reading.street, reading.unit, reading.place)
    words = _words(reading.raw or " ".join(filed))
    if reading.number:
        before = takewhile(lambda word: word in _FILLER or _is_number(word), words)
        units = reading.unit.split()
        words = [word for word in before if word not in units]
    found = {reading.number.partition(" ")[0]} if reading.number else set()
    for together in _runs(words):
        found |= {*together, "".join(together)}
        found |= {number.rstrip("ABCDEFGHJKMNPQRSTUVWXYZ") for number in together}
    return found - {""}


def _runs(words: list[str]) -> Iterator[list[str]]:
    """Yield the consecutive numbers, each in digits."""
    for are_numbers, run in groupby(in_digits(words), _is_number):
        if are_numbers:
            yield [*map(_digits, run)]


def _is_number(word: str) -> bool:
    """Return whether a word is a number in words, or has a digit and at most two letters."""
    if word in NUMBERS_IN_NAMES or word == "HUNDRED":
        return True
    return bool(re.fullmatch(r"[A-Z]?[0-9OLI]*[0-9][0-9OLI]*(?:ST|ND|RD|TH|[A-Z])?", word))


def _digits(word: str) -> str:
    word = re.sub("(?<=[0-9])(?:ST|ND|RD|TH)$", "", word)
    head = word[:-1].translate(_LETTERS_FOR_DIGITS) + word[-1:]
    return head.lstrip("0") or "0"


def _words(text: str, in_spanish: bool = True) -> list[str]:
    """Return the words in capitals, `12MAIN` as two: `12` and `MAIN`."""
    parted = re.sub(r"(?<=[0-9])(?=[A-Z]{3})", " ", text.upper().replace("'", ""))
    if in_spanish:
        parted = re.sub("[A-Z]+", lambda word: SPANISH_NUMBERS.get(word[0], word[0]), parted)
        parted = re.sub(r"\b([3-9])0 Y ([1-9])\b", r"\1\2", parted)
    return re.findall(r"[A-Z0-9]+", parted)
