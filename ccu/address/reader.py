"""Read an address, in one form and in keys; write its one-line normal form.

Most lines are plain: NUMBER STREET and a unit, or STREET & STREET, and a city code. `read_plain`
reads those quickly and returns None at the first word that could mean something else;
`_read_long` reads any line. Both give the same reading, which a test checks.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from ccu.address.names import Names, as_named, names_of
from ccu.address.street import Way
from ccu.address.way import settled_way
from ccu.address.words import (
    BESIDE,
    BUSINESSES,
    DIRECTIONS,
    EXTENTS,
    FEATURES,
    NO_WORDS,
    NOT_A_WAY,
    NOWHERE,
    NUMBERS_IN_NAMES,
    PLACE_WORDS,
    PLURALS,
    REMARKS,
    REMARKS_BEHIND,
    ROADS,
    ROUTE_CLASSES,
    SIDE_ROADS,
    STATES,
    TRAVEL,
    UNITS,
    UNITS_ALONE,
    Lazy,
    clean,
    has_coordinates,
    split_words,
)

if TYPE_CHECKING:
    from ccu.address.sides import Reading

KINDS = ("address", "block", "intersection", "street", "highway", "place", "none")


class Address(NamedTuple):
    """One address, read. A missing part is an empty string. Keys contain no city."""

    raw: str
    kind: str
    number: str
    street: str
    unit: str
    cross: str
    place: str
    city: str
    state: str
    zip: str
    building_key: str  # empty for type `none`
    unit_key: str  # the building key when there is no unit


class Plain(NamedTuple):
    """The parts of a plain line."""

    number: str
    block: bool
    street: Way
    cross: Way | None
    city: str
    unit: str


def read(
    text: str,
    *,
    town: str | Names = "",
    unit: str = "",
    city: str = "",
    state: str = "",
    zip: str = "",
) -> Address:
    """Read one address; never raises.

    `town` is the name of the town, which is then known after a street without a comma, or all the
    names that the town keeps. `unit`,
    `city`, `state`, `zip` are values of separate columns: they replace those in the text, except
    that a unit is added to another type of unit in the text (`BLDG 3` and `12`).
    """
    names = names_of(town)
    plain = read_plain(text.upper(), names)
    found = plain and _plain_address(text, plain)
    if not found:
        found = _read_long(text, names, unit, city, state, zip)
    elif unit or city or state or zip:
        found = _with_columns(found, names, unit, city, state, zip)
    return as_named(found, names) if names.streets or names.places else found


def _plain_address(text: str, plain: Plain) -> Address:
    number, block, street, cross, city, unit = plain
    if number:
        kind = "block" if block else "address"
        key = f"{kind} {number} {street.key}"
        return Address(text, kind, number, street.text, unit, cross.text if cross else "",
                       "", city, "", "", key, f"{key}; {unit}" if unit else key)  # fmt: skip
    if cross is None:
        key = f"street {street.key}"
        return Address(text, "street", "", street.text, "", "", "", city, "", "", key, key)
    if cross.text < street.text:
        street, cross = cross, street
    key = _crossing_key(street, cross)
    return Address(text, "intersection", "", street.text, "", cross.text, "", city, "", "",
                   key, key)  # fmt: skip


def _with_columns(
    found: Address, names: Names, unit: str, city: str, state: str, zip: str
) -> Address:
    """Return a plain address with the values of separate columns."""
    raw, kind, number, street, units, cross, place, *town, building, key = found
    if unit:
        units = _join_units(units, _unit_column(unit))
        key = f"{building}; {_unit_key(units)}" if units else building
    in_city, in_state, in_zip = _town_columns(city, state, zip, names)
    return Address(
        raw, kind, number, street, units, cross, place,
        in_city if city else town[0], in_state if state else town[1], in_zip if zip else town[2],
        building, key,
    )  # fmt: skip


def _read_long(text: str, names: Names, unit: str, city: str, state: str, zip: str) -> Address:
    """Read any line, plain or not."""
    # Imported here: most lines are plain and need none of these.
    from ccu.address.line import read_line
    from ccu.address.number import take_number, take_unit_front

    line = clean(text)
    if line.startswith("KIND: "):
        from ccu.address.normal import read_tagged

        return read_tagged(text, line)
    if line in NOWHERE or has_coordinates(text):
        line = ""
    front, line = take_unit_front(line)
    number, block, rest = take_number(line)
    found = read_line(rest, bool(number) or block, names)
    if found.number or found.block:
        number, block = found.number, found.block
    street, cross = _order(found, number)
    kind = _kind(found, number, block)
    if kind in ("none", "place"):
        number = ""
    units = " ".join(part for part in (front, found.unit) if part)
    if unit:
        units = _join_units(units, _unit_column(unit))
    in_city, in_state, in_zip = _town_columns(city, state, zip, names)
    return address_of(
        text, kind, number, street, units, cross, found.place,
        in_city if city else found.city, in_state if state else found.state,
        in_zip if zip else found.zip,
    )  # fmt: skip


@lru_cache(maxsize=2048)
def _unit_column(unit: str) -> str:
    from ccu.address.number import column_unit

    return column_unit(split_words(clean(unit)))


@lru_cache(maxsize=2048)
def _town_columns(city: str, state: str, zip: str, names: Names) -> tuple[str, str, str]:
    """Read the columns of city, state and ZIP, which are the same in many rows."""
    from ccu.address.town import zip_name

    in_state = clean(state)
    return names.town(clean(city)), STATES.get(in_state, in_state), zip_name(clean(zip))


def _order(found: "Reading", number: str) -> tuple[Way | None, Way | None]:
    """Return street and cross street in order, unless a house number marks the street."""
    ways = found.ways
    if len(ways) < 2:
        return (ways[0] if ways else None), None
    if number or ways[0].text <= ways[1].text:
        return ways[0], ways[1]
    return ways[1], ways[0]


def _kind(found: "Reading", number: str, block: bool) -> str:
    ways = found.ways
    if not ways:
        return "place" if found.place else "none"
    if block:
        return "block"
    if number:
        return "address"
    if any(way.highway for way in ways):
        return "highway"
    if len(ways) > 1:
        return "intersection"
    if ways[0].travel or (found.stretch and ways[0].route):
        return "highway"
    return "none" if ways[0].text.isdigit() else "street"


def _join_units(text_unit: str, column: str) -> str:
    """Replace the same type of unit in the text by the column; add it to another type."""
    if not text_unit or not column:
        return column or text_unit
    sorts = column.split()[0::2]
    kept = [pair for pair in unit_pairs(text_unit) if pair.split()[0] not in sorts]
    return " ".join([*kept, column])


def unit_pairs(unit: str) -> list[str]:
    """Split `BLDG 3 # 12 REAR` into [`BLDG 3`, `# 12`, `REAR`]."""
    pairs: list[str] = []
    for word in unit.split():
        if pairs and " " not in pairs[-1] and pairs[-1] in _TAKES_ID and word not in _TAKES_ID:
            pairs[-1] += " " + word
        else:
            pairs.append(word)
    return pairs


_TAKES_ID = frozenset(
    "# BLDG FL LOT BED TWR TRLR DEPT HNGR SLIP WING KEY STOP PIER PH BLQ DORM".split()
)


# ---- plain lines ----


_LINE = Lazy(
    r"(?:([0-9]{1,6})(?:-?([A-WYZ])|([- ]BL(?:OC)?K))? )?"
    r"([A-Z0-9 ]+)(?:([/&@])([A-Z0-9 ]+))?(?:, ?([A-Z]+))?$"
)
_WITH_UNIT = Lazy(r"([0-9].*[A-Z]) (?:(?:APT|UNIT) |# ?)([0-9]{1,5}[A-Z]?|[A-Z])(, ?[A-Z]+)?$")
_ORDINAL = Lazy(r"[0-9]{1,3}(?:ST|ND|RD|TH)$")
# A line with one of these words is not plain.
_TELLING = (
    frozenset(FEATURES) | frozenset(TRAVEL) | SIDE_ROADS | EXTENTS | BESIDE | frozenset(UNITS)
    | frozenset(UNITS_ALONE) | frozenset(NUMBERS_IN_NAMES) | NO_WORDS
    | frozenset("AND AT X XX XXX BLK BLOCK OF JUST BOUND CORNER SIDE PRIOR".split())
    | frozenset("O D L URB TRUNK TRK MLK ML KG CS CROSS INTERSECTING".split())
    | frozenset(remark.split()[0] for remark in REMARKS) - frozenset(DIRECTIONS)
)  # fmt: skip
# Words after a comma that are not, or may not be, the name of a town.
_NO_TOWN = (
    _TELLING | frozenset(STATES) | BUSINESSES | NOT_A_WAY | NOWHERE | PLACE_WORDS
    | frozenset(DIRECTIONS) | frozenset(phrase[0] for phrase in REMARKS_BEHIND)
    | frozenset("RR USA US PR".split())
)  # fmt: skip
# A suffix that is a state code too is not plain, except CT, which is too common.
_ENDS = frozenset(road for road in ROADS if road not in STATES) | {"CT"}


def read_plain(line: str, names: Names) -> Plain | None:
    """Read a line in upper case; None if it is not a plain one."""
    unit = ""
    if "#" in line or "APT " in line or "UNIT " in line:
        cut = _WITH_UNIT.match(line)
        end = cut[1].rpartition(" ")[2] if cut else ""
        if cut is None or end not in _ENDS or (end in ROUTE_CLASSES and "#" in line):
            return None  # not sure to be a unit: after NAVAJO RD # may begin the number of a route
        line, unit = cut[1] + (cut[3] or ""), f"# {cut[2]}"
    found = _LINE.match(line)
    if found is None or (names.own and line.endswith(names.own)):
        return None
    digits, letter, block, first, sign, second, code = found.groups()
    number = digits.lstrip("0") if digits else ""
    if digits and digits[0] == "0" and first.startswith(("SW ", "SOUTHWEST ")):
        return None  # 0246 SW of Portland is not 246
    if letter in ("N", "S", "W") and line[len(digits)] == letter:
        return None  # 12N MAIN ST is 12 N MAIN ST
    if sign and number:
        return None  # after a house number the second side may be a place or a unit
    if unit and (block or not number):
        return None
    joined = sign is not None and sign != "@"  # behind @ may be the name of a place
    street = _street_if_plain(
        first.rstrip() if sign else first, joined or bool(number), joined, names
    )
    if street is None:
        return None
    cross = None
    if sign:
        cross = _street_if_plain(second.strip(), joined, joined, names)
        if cross is None or line.strip() in NOWHERE:
            return None
    city = ""
    if code:
        city = names.town(code)
        if (code in _NO_TOWN or len(code) < 2) and not names.has_town(code):
            return None
    if not digits:
        return Plain("", False, street, cross, city, "")
    if block and not number:
        return None
    return Plain(number + letter if letter else number, bool(block), street, cross, city, unit)


@lru_cache(maxsize=16384)
def _street_if_plain(text: str, sure: bool, side: bool, names: Names) -> Way | None:
    """Return the way if its words can mean nothing else.

    `sure`: it is after a house number or beside another way; `side`: the latter.
    """
    words = text.split(" ")
    if len(words) > 6:
        return None
    lettered = len(words) == 2 and words[1] in _ENDS  # B ST, but not B MYRTLE ST
    if len(words[0]) < 2 and words[0] not in DIRECTIONS and not lettered:
        return None
    if lettered and words[0] in ("ST", "ND", "RD", "TH"):
        return None  # 3 RD AVE is 3RD AVE
    spelled = text.replace(" ", "").isalpha()
    if not spelled and not all(word.isalpha() or _ORDINAL.match(word) for word in words):
        return None
    last = words[-1]
    if last in _ENDS and len(words) > 1:
        if last == "CT" and (words[-2] in names.ends or not ROADS.keys().isdisjoint(words[1:-2])):
            return None  # ELM ST WESTPORT CT
        if not _TELLING.isdisjoint(words[:-1]):
            return None
        if not sure and not ROADS.keys().isdisjoint(words[:-1]):
            return None
    elif (
        not sure or not _TELLING.isdisjoint(words) or not _can_lack_suffix(words, text, side, names)
    ):
        return None
    return settled_way(text)


def _can_lack_suffix(words: list[str], text: str, side: bool, names: Names) -> bool:
    last = words[-1]
    if not ROADS.keys().isdisjoint(words) or (len(words) == 1 and not side):
        return False
    if last in STATES or last in PLURALS or last in PLACE_WORDS:
        return False
    if len(words) > 1 and last in names.ends:
        return False
    return text not in BUSINESSES and text not in NOT_A_WAY and text not in NOWHERE


# ---- keys ----


def address_of(
    raw: str, kind: str, number: str, street: Way | None, unit: str, cross: Way | None,
    place: str, city: str, state: str, zip_code: str,
) -> Address:  # fmt: skip
    """Return an address of its parts, with its keys."""
    if kind == "none":
        street = cross = None
    building = _building_key(kind, number, street, cross, place)
    whole = f"{building}; {_unit_key(unit)}" if unit and building else building
    return Address(
        raw, kind, number, street.text if street else "", unit, cross.text if cross else "",
        place, city, state, zip_code, building, whole,
    )  # fmt: skip


def _building_key(kind: str, number: str, street: Way | None, cross: Way | None, place: str) -> str:
    """Return the key without unit: type, number and the one spelling of the street. No city."""
    if kind == "none":
        return ""
    if street is None:
        return f"place {_place_key(place)}"
    if kind in ("address", "block"):
        return f"{kind} {number} {street.key}" if number else f"{kind} {street.key}"
    if cross is None:
        # Without a number only the place distinguishes two locations on one street.
        return f"{kind} {street.key} @ {_place_key(place)}" if place else f"{kind} {street.key}"
    return _crossing_key(street, cross, kind)


def _place_key(place: str) -> str:
    return place.replace(" & ", " AND ")


def _crossing_key(street: Way, cross: Way, kind: str = "intersection") -> str:
    first, second = street.key, cross.key
    return f"{kind} {first} & {second}" if first <= second else f"{kind} {second} & {first}"


def _unit_key(unit: str) -> str:
    """Sort units, `#` last, so that `APT 3 BLDG 2` is `BLDG 2 APT 3`."""
    if unit.count(" ") < 2:
        return unit
    return " ".join(sorted(unit_pairs(unit), key=lambda pair: (pair[0] == "#", pair)))
