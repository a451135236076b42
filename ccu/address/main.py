"""The piece of a line that holds the street: its front, its extent, its town, its sides."""

from ccu.address.gather import Reading
from ccu.address.number import take_number
from ccu.address.place import drop_remarks, is_place
from ccu.address.route import find_route
from ccu.address.sides import is_one_name, read_sides, split_sides
from ccu.address.single import read_single
from ccu.address.text import Lazy, split_words
from ccu.address.town import take_town
from ccu.address.unit import is_bare_unit, take_units
from ccu.address.words import (
    BESIDE,
    BUSINESSES,
    DIRECTIONS,
    EXTENTS,
    FEATURES,
    REMARKS,
    ROADS,
    UNITS,
)

_ROAD_FORMS = "ST|STREET|AV|AVE|AVENUE|RD|ROAD|DR|DRIVE|BL|BLV|BLVD|LN|LANE|PKWY|HWY|PIKE"
_EXTENT_DASH = Lazy(rf"(?<= )(?:{_ROAD_FORMS})(-)(?=[A-Z0-9])|[A-Z](-)[0-9]+(?:ST|ND|RD|TH)\b")
_NUMBER_INSIDE = Lazy(
    rf"([A-Z][A-Z ]*[A-Z]) ([0-9]{{1,5}} (?!MILE)[A-Z0-9][A-Z0-9 ]*? "
    rf"(?:{_ROAD_FORMS}|CT|PL|WAY|TER|CIR|LOOP)(?: .*)?)$"
)
_LENGTHS = ("FT", "FEET", "YDS", "YARDS", "MI", "MILE", "MILES")
_AMPERSAND_NAMES = tuple(name for name in BUSINESSES if "&" in name)


def read_main(reading: Reading, text: str) -> None:
    """Read the piece with the street into `reading`: front, town, extent, sides."""
    if not reading.numbered:
        text = _take_front(reading, text)
    if "-" in text:
        main_way = _cut_dash_extent(text, reading.numbered)
        reading.stretch = len(main_way) < len(text)
        text = main_way
    words = split_words(text)
    if not reading.numbered:
        words = drop_remarks(words)
    if not words:
        return
    else:
        words = _take_unit_between(reading, words)
    if len(words) > 1:
        words = _take_town_into(reading, words)
    if len(words) > 2:
        words = _cut_extent(reading, words)
    words = _cut_businesses(reading, words)
    named = not reading.numbered and " ".join(words) in BUSINESSES
    sides = [words] if named else split_sides(words)
    if len(sides) == 2 and reading.numbered and "AND" in words and is_one_name(sides):
        sides = [words]
    if len(sides) == 1:
        read_single(reading, sides[0])
    else:
        read_sides(reading, sides)


def _take_front(reading: Reading, text: str) -> str:
    """A unit, then a house number, at the front of a piece that was not at the line's front."""
    if text.startswith(REMARKS):
        text = " ".join(drop_remarks(text.split()))
    number = take_number(text)
    if not number.number and not number.block:
        found = _NUMBER_INSIDE.match(text)
        if found and _is_place_before_number(found[1].split()):
            reading.places.append(found[1])
            number = take_number(found[2])
    if number.number or number.block:
        reading.number, reading.block, reading.numbered = number.number, number.block, True
    return number.rest


def _take_unit_between(reading: Reading, words: list[str]) -> list[str]:
    """`12 REAR MAIN ST`, `12 APT 3 MAIN ST`: a unit between the house number and the street."""
    units, rest = take_units(words)
    if not units or not rest or rest[0] in ROADS:
        return words
    reading.units.append(units)
    return rest


def _is_place_before_number(words: list[str]) -> bool:
    """`ACME TECH 12 W ELM ST`: words that are no street, no route and no unit."""
    last = words[-1]
    if words[-2:] == ["PARKING", "LOT"]:
        return True
    if last in ROADS or last in UNITS or last in DIRECTIONS or last in FEATURES:
        return False
    return not find_route([*words, "1"]) and len(" ".join(words)) > 2


def _cut_dash_extent(text: str, numbered: bool) -> str:
    """`A ST-B ST` is A Street from B; `X/A-9TH` is X from A to 9th. Only the main way stays."""
    found = _EXTENT_DASH.search(text)
    if not found:
        return text
    at = found.start(1) if found[1] else found.start(2)
    if numbered and is_bare_unit([text[at + 1 :]]):
        return f"{text[:at]} {text[at + 1 :]}"  # 12 MAIN ST-3B
    slash = text.rfind("/", 0, at)
    return text[: slash if slash > 0 else at].strip()


def _take_town_into(reading: Reading, words: list[str]) -> list[str]:
    found = take_town(words, reading.town)
    reading.city, reading.state, reading.zip = found.city, found.state, found.zip
    return found.words


def _cut_businesses(reading: Reading, words: list[str]) -> list[str]:
    """Businesses with `&` in their name are not intersections."""
    if "&" not in words:
        return words
    line = " ".join(words)
    for name in _AMPERSAND_NAMES:
        if f" {line} ".find(f" {name} ") >= 0:
            reading.places.append(name)
            return line.replace(name, " ", 1).split()
    return words


def _cut_extent(reading: Reading, words: list[str]) -> list[str]:
    """`A ST BETWEEN B AND C`, `A ST NORTH OF B`, `A ST NEAR BIG Y`: the main way only."""
    for i in range(1, len(words) - 1):
        word = words[i]
        if word in ("RAMP", "ONRP", "OFRP"):
            return words  # RAMP I-95 NB TO POST RD
        far = words[i + 1] == "OF" and word in DIRECTIONS
        if far or word in BESIDE or word in EXTENTS or words[i : i + 2] == ["PRIOR", "TO"]:
            if word in BESIDE:
                behind = drop_remarks(words[i:])
                if is_place(behind):
                    reading.places.append(" ".join(behind))
            if words[0] == "RAMP" or (i == 1 and words[0] not in ROADS and word == "FROM"):
                return words
            reading.stretch = True
            return _without_distance(words[:i])
    return words


def _without_distance(words: list[str]) -> list[str]:
    """`MAIN ST JUST`, `MAIN ST 500 FT`, before `NORTH OF ELM ST`."""
    if words[-1] in ("JUST", "J") and len(words) > 1:
        return words[:-1]
    if len(words) > 2 and words[-1] in _LENGTHS and words[-2][0].isdigit():
        return words[:-2]
    return words
