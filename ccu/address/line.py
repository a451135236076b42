"""A line: which piece is the street, the unit, the city, the name of a place.

The line is cut at commas and similar signs. The first piece that looks like a way is the street;
pieces before it name a place, pieces after it are unit, city or place.
"""

import re
from functools import lru_cache

from ccu.address.extent import cut_dash_extent, cut_extent, keep_point, main_road_first
from ccu.address.names import Names
from ccu.address.number import (
    BESIDE_HOUSE,
    Number,
    column_unit,
    find_unit,
    is_bare_unit,
    take_number,
    take_units,
)
from ccu.address.route import find_route
from ccu.address.sides import (
    Reading,
    cut_businesses,
    is_feature,
    is_one_name,
    read_sides,
    read_single,
    split_sides,
    take_room,
    take_rural_box,
    take_urbanization,
)
from ccu.address.town import (
    can_be_city,
    cut_remark,
    drop_remarks,
    ends_as_street,
    is_nowhere,
    is_place,
    is_remark,
    road_end,
    take_state,
    take_town,
    take_zip,
    unit_of_remark,
)
from ccu.address.way import settled_way
from ccu.address.words import (
    BUSINESSES,
    DIRECTIONS,
    EXTENTS,
    FEATURES,
    REMARKS,
    ROAD_FORMS,
    ROADS,
    TRAVEL,
    UNITS,
    ZIP_DIGITS,
    Lazy,
    split_words,
)

_SEPARATOR = Lazy(r" ?([,;:()]|--+| -|- ) ?")
_HAS_SEPARATOR = Lazy(r"[,;:()]|--| -|- ")
_BRACKETED = Lazy(r"\(([NSEW]B)\)(?: ([A-Z]{2,4})(?= ?[/&@,]|$))?")
_RAMP_APART = Lazy(r" ?[-(] ?(ON |OFF |ON-|OFF-)?RAMP\b")

_NUMBER_INSIDE = Lazy(
    # MOTEL 6 1501 ELM ST, SUPER 8 MOTEL 20 ELM ST
    rf"([A-Z][A-Z ]*[A-Z](?: [0-9]{{1,3}}(?= [1-9][0-9]{{2,4}} [A-Z])"
    rf"| [0-9]{{1,3}} (?:MOTEL|HOTEL|INN))?|7[- ]ELEVEN) ([0-9]{{1,5}} (?!MILE)[A-Z0-9][A-Z0-9 ]*? "
    rf"(?:{ROAD_FORMS})(?: .*)?|[0-9]{{1,5}} (?:CALLE|AVENIDA) .*)$"
)
_QUALIFIED = Lazy(  # US ALT 27 is US 27 ALT
    r"\b((?:US|STATE|[NS]C|GA|TX) ?(?:HWY|HIGHWAY|ROUTE|RTE?)?|HWY|HIGHWAY|ROUTE|RTE?)"
    r" (ALT|ALTERNATE|BUS|BUSINESS|BYP|BYPASS) ([0-9]{1,3})(?![0-9A-Z])"
)
# The house number behind its street, as in Spanish: CALLE LUNA 12, AVE PONCE DE LEON 1250.
_NUMBER_BEHIND = Lazy(
    r"((?:CALLE|CALLEJON|CAMINO|PASEO|VEREDA|SENDA|AVENIDA|AVDA|AVE|VIA)"
    r" (?:(?:DE|DEL|EL|LA|LAS|LOS) [A-Z ]+|[A-Z]{3,}[A-Z ]*|[0-9]+)) ([0-9]{1,5}[A-Z]?)"
    r"(| (?:APT|APARTAMENTO|UNIT|STE|PISO|FL|EDIF|BLDG) .*| ?#.*)$"
)


@lru_cache(maxsize=8192)
def read_line(line: str, numbered: bool, names: Names) -> Reading:
    """Read a clean line; `numbered` if a house number was taken off its front.

    The reading is cached: callers must not change it.
    """
    reading = Reading(names, numbered)
    urbanization = ""
    if "URB " in line or "URBANIZACION " in line:
        line, urbanization = take_urbanization(reading, line)
    if "(" in line:
        line = _BRACKETED.sub(_bracketed_travel, line).strip()
    line = keep_point(_QUALIFIED.sub(r"\1 \3 \2", line), numbered)
    if "RAMP" in line:
        line = _RAMP_APART.sub(r" \1RAMP", line)
    if " BOX " in line and not numbered and (behind := take_rural_box(reading, line)) != line:
        pieces = _pieces(behind)
        for i, (_, text) in enumerate(pieces):
            _read_behind(reading, ",", text, _is_state(pieces[i + 1 : i + 2]))
        return reading
    pieces = _pieces(line)
    if len(pieces) == 2 and not numbered and _is_blank_with_town(reading, pieces):
        pieces = []
    main = 0 if numbered else _main_piece(pieces, names)
    if main > 0 and is_feature(split_words(pieces[main - 1][1])):
        _, marker = pieces.pop(main - 1)  # MM 68 - SR 1
        main -= 1
        pieces[main] = ("", f"{pieces[main][1]} {marker}")
    for i, (sign, text) in enumerate(pieces):
        if i == main:
            reading.city_behind = any(_has_city(behind, names) for _, behind in pieces[i + 1 :])
            tail = split_words(pieces[i + 1][1]) if _is_state(pieces[i + 1 : i + 2]) else []
            _read_main(reading, text, tail)
        elif i == main + 1 and reading.ways and reading.state and _is_state(pieces[i : i + 1]):
            continue  # read with the street before it
        elif i < main or main < 0:
            _read_before(reading, text, main >= 0, i > 0)
        else:
            _read_behind(reading, sign, text, _is_state(pieces[i + 1 : i + 2]))
    if reading.ways and not reading.city and reading.places and names.has_town(reading.places[0]):
        reading.city = reading.places.pop(0)  # WESTPORT: 12 MAIN ST
    if urbanization and reading.ways:
        reading.ways[0] = settled_way(f"{reading.ways[0].text} URB {urbanization}")
    elif urbanization:
        reading.places.append(f"URB {urbanization}")
    return reading


def _bracketed_travel(found: re.Match[str]) -> str:
    """Move the direction of `I-95 (NB)`, `PALM (SB) AVE` after the way."""
    travel, word = found[1], found[2] or ""
    return f"{word} {travel} " if word in ROADS else f" {travel} {word}"


def _is_blank_with_town(reading: Reading, pieces: list[tuple[str, str]]) -> bool:
    """Return whether it is `WESTPORT, CT` and nothing before it."""
    line, zip_code = take_zip(pieces[1][1].split())
    left, state = take_state(line)
    words = pieces[0][1].split()
    if left or not state or not (words and (reading.names.has_town(pieces[0][1]) or zip_code)):
        return False
    if zip_code and not (can_be_city(words) and len(words) < 4):
        return False
    reading.city, reading.state, reading.zip = pieces[0][1], state, zip_code
    return True


def _pieces(line: str) -> list[tuple[str, str]]:
    """Cut the line at its separators: (sign before it, text), without empty pieces."""
    if _HAS_SEPARATOR.search(line) is None:
        return [("", line)] if line else []
    parts = _SEPARATOR.split(line)
    pieces = [("", parts[0].strip(" -/&"))]
    for i in range(1, len(parts), 2):
        pieces.append((parts[i].strip()[:1], parts[i + 1].strip(" -/&")))
    return [(sign, text) for sign, text in pieces if text]


def _main_piece(pieces: list[tuple[str, str]], names: Names) -> int:
    """Return the index of the piece with the street, or -1."""
    if len(pieces) == 1:
        return 0
    for i, (_, text) in enumerate(pieces):
        if _looks_like_way(text) and not (i and _is_town_piece(pieces, i, names)):
            return i
    return 0 if pieces and not is_place(split_words(pieces[0][1])) else -1


def _is_town_piece(pieces: list[tuple[str, str]], at: int, names: Names) -> bool:
    """Whether what looks like a way is a city or state: `WEST ALLIS`, `DERBY CT`, `NE 68769`."""
    words = split_words(pieces[at][1])
    left, state = take_state(take_zip(words)[0])
    if names.has_town(" ".join(words)):
        return True
    if state and (not left or names.has_town(" ".join(left))):
        return True
    return _is_state(pieces[at + 1 : at + 2]) and words[0].isalpha() and not ends_as_street(words)


def _looks_like_way(text: str) -> bool:
    number = take_number(text)
    if number.number:
        return not is_bare_unit(text.split())
    if (inside := _NUMBER_INSIDE.match(text)) and _is_place_before_number(inside[1].split()):
        return True
    words = split_words(text)
    if any(word in ("/", "&", "@", "AND") for word in words[1:-1]):
        return len(split_sides(words)) > 1 and " ".join(words) not in BUSINESSES
    if len(words) > 1 and (words[-1] in ROADS or words[-1] in TRAVEL):
        return True
    if len(words) > 2 and words[-1] in DIRECTIONS and words[-2] in ROADS:
        return True
    return find_route(words) > 0 or (len(words) > 1 and words[0] in DIRECTIONS
                                     and not is_place(words))  # fmt: skip


def _read_before(reading: Reading, text: str, has_main: bool, later: bool) -> None:
    """Read a piece before the street, or any piece of a line without one: place, unit or city."""
    words = drop_remarks(split_words(text))
    units, rest = take_units(words)
    if units and not rest:
        reading.units.append(units)
        return
    if not words or is_nowhere(words):
        return
    if not has_main and later and _read_town_piece(reading, words):
        return
    common = reading.names.has_place(reading.place) and not reading.city
    if not has_main and common and can_be_city(words):
        reading.city = " ".join(words)  # COMPO BEACH, WESTPORT
        return
    reading.places.append(" ".join(take_room(reading, words)))


def _is_state(pieces: list[tuple[str, str]]) -> bool:
    """Return whether the next piece is only state and ZIP, so that this one is the city."""
    if not pieces:
        return False
    left, state = take_state(take_zip(split_words(pieces[0][1]))[0])
    return bool(state) and not left


def _has_city(text: str, names: Names) -> bool:
    """Whether a piece is a known town, or a name with a state: the city cannot be before it."""
    line, _zip = take_zip(split_words(text))
    left, state = take_state(line)
    if not left or left[-1] in ("COUNTY", "CO", "PARISH"):
        return False
    return names.has_town(" ".join(left)) or (bool(state) and can_be_city(left))


def _is_direction_behind(reading: Reading, words: list[str]) -> bool:
    """Whether it is NE of `GRAND ST, NE` or `GRAND ST, NE ATLANTA`, but not of `20, NE 68001`."""
    if words[0] not in DIRECTIONS or not reading.ways or reading.city or reading.ways[-1].post:
        return False
    return len(words) == 1 or (len(words[0]) == 2 and words[1].isalpha())


def _read_behind(reading: Reading, sign: str, text: str, before_state: bool) -> None:
    """Read a piece after the street."""
    words = split_words(text)
    if _is_direction_behind(reading, words) and "CORNER" not in words:
        reading.ways[-1] = settled_way(f"{reading.ways[-1].text} {words.pop(0)}")
    if not words:
        return
    if reading.ways and (is_feature(words) or (len(words) == 1 and words[0] in TRAVEL)):
        reading.ways[-1] = settled_way(f"{reading.ways[-1].text} {' '.join(words)}")
        return
    told = not before_state and not _is_state([(sign, text)])
    if reading.numbered and told and is_remark(words):
        words = unit_of_remark(words)
    units, rest = take_units(words)
    if units:
        reading.units.append(units)
        words = rest
    elif is_bare_unit(words) and (len(words[0]) < ZIP_DIGITS or not take_zip(words)[1]):
        reading.units.append(column_unit(words))
        return
    if not words or is_nowhere(words) or words[0] in EXTENTS or "CORNER" in words[:2]:
        return
    if words[0] == "@":
        reading.places.append(" ".join(words[1:]))
        return
    if _read_town_piece(reading, words):
        return
    if before_state and not reading.city and len(words) <= 4:
        reading.city = " ".join(words)
        return
    words = drop_remarks(words)
    if all(word in UNITS for word in words):
        return  # `12 MAIN ST, APT`
    if _is_second_way(reading, words):
        reading.ways.append(settled_way(" ".join(split_sides(words)[0])))
    elif sign == "," and not reading.city and can_be_city(words):
        reading.city = " ".join(words)
    else:
        reading.places.append(" ".join(words))


def _is_second_way(reading: Reading, words: list[str]) -> bool:
    one = len(reading.ways) == 1 and not reading.numbered
    return one and len(words) > 1 and ends_as_street(words)


def _read_town_piece(reading: Reading, words: list[str]) -> bool:
    """Read city, state and ZIP in any combination; return False if it is something else."""
    line, zip_code = take_zip(words)
    name = " ".join(line)
    if reading.names.has_town(name) and not reading.city:
        reading.city, reading.zip = reading.names.town(name), zip_code
        return True
    line, state = take_state(line)
    if not (state or zip_code):
        return False
    name = " ".join(line)
    reading.state = state or reading.state
    reading.zip = zip_code or reading.zip
    if name and reading.city:
        reading.places.append(name)
    elif name:
        reading.city = reading.names.town(name)
    return True


# ---- the piece with the street ----


def _read_main(reading: Reading, text: str, tail: list[str]) -> None:
    """Read the piece with the street into `reading`: front, town, extent, sides.

    `tail` is a state after a comma, so that the town may be before it: 10 NORTH ST OLD BRIDGE, NJ.
    """
    if not reading.numbered:
        text = _take_front(reading, main_road_first(text))
    if "-" in text:
        main_way = cut_dash_extent(text, reading.numbered)
        reading.stretch = len(main_way) < len(text)
        text = main_way
    words = split_words(text)
    if not reading.numbered:
        words = drop_remarks(words)
    if not words:
        return
    words = _take_unit_between(reading, words)
    if len(words) > 1:
        end = (find_route(words) or road_end(words, len(words))) if tail else len(words)
        words = _take_town_into(reading, words, tail if 0 < end < len(words) else [])
    if reading.numbered and len(words) > 1:
        words = cut_remark(words)
    if len(words) > 2:
        words = cut_extent(reading, words)
    words = cut_businesses(reading, words)
    named = not reading.numbered and " ".join(words) in BUSINESSES
    sides = [words] if named else split_sides(words)
    if len(sides) == 2 and reading.numbered and "AND" in words and is_one_name(sides):
        sides = [words]
    if len(sides) == 1:
        read_single(reading, sides[0])
    else:
        read_sides(reading, sides)


def _take_front(reading: Reading, text: str) -> str:
    """Take a house number off the front of a piece that was not at the front of the line."""
    if text.startswith(REMARKS):
        text = " ".join(drop_remarks(text.split()))
    number = take_number(text)
    if not (number.number or number.block) and (behind := _NUMBER_BEHIND.match(text)):
        street = behind[1].split()
        if _is_place_before_number(street) and find_unit(street, 1) == len(street):
            number = Number(behind[2], False, behind[1] + behind[3])
    found = None if number.number or number.block else _NUMBER_INSIDE.match(text)
    if found and _is_place_before_number(found[1].split()):
        reading.places.append(found[1])
        number = take_number(found[2])
    if number.number or number.block:
        reading.number, reading.block, reading.numbered = number.number, number.block, True
    return number.rest


def _take_unit_between(reading: Reading, words: list[str]) -> list[str]:
    """Take off a unit between house number and street: `12 REAR MAIN ST`, `12 APT 3 MAIN ST`."""
    units, rest = take_units(words)
    if not units or not rest or rest[0] in ROADS or words[0] in BESIDE_HOUSE:
        return words  # 12 REAR RD, 12 GUEST HOUSE HILL RD
    reading.units.append(units)
    return rest


def _is_place_before_number(words: list[str]) -> bool:
    """Whether words before a number are no street, route or unit: `ACME TECH 12 W ELM ST`."""
    last = next((word for word in reversed(words) if not word.isdigit()), "")
    if words[0] in UNITS and any(map(str.isdigit, words)):
        return False  # ROOM 12 MOTEL 52 GROVE ST
    if words[-2:] == ["PARKING", "LOT"]:
        return True
    if (
        last in ROADS
        or (last in UNITS and last != "APTS")
        or last in DIRECTIONS
        or last in FEATURES
    ):
        return False
    return not find_route([*words, "1"]) and len(" ".join(words)) > 2


def _take_town_into(reading: Reading, words: list[str], tail: list[str]) -> list[str]:
    found = take_town(words + tail, reading.names)
    if tail and not (found.state and found.city):
        found = take_town(words, reading.names)
    reading.city, reading.state, reading.zip = found.city, found.state, found.zip
    return found.words
