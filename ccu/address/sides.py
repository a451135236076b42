"""The sides of a crossing, or the one side of any other line, and what follows each.

A side is a way, possibly followed by a unit or a city; or it is a unit or a place.
Each step writes what it finds into `Reading`.
"""

from ccu.address.names import Names
from ccu.address.number import column_unit, find_unit, is_bare_unit, take_number, take_units
from ccu.address.route import find_route
from ccu.address.street import Way
from ccu.address.town import (
    CONNECTORS,
    WHOLE_WAY,
    can_be_city,
    ends_as_street,
    is_fragment,
    is_named_beside,
    is_not_a_way,
    is_nowhere,
    is_place,
    is_saint,
    road_end,
    take_state,
    take_town,
)
from ccu.address.way import settled_way
from ccu.address.words import (
    BUSINESSES,
    DIRECTIONS,
    EXIT_SIGN,
    FEATURES,
    PLURAL_HEADS,
    PLURALS,
    ROADS,
    SHY_DIRECTIONS,
    SHY_STATES,
    SIDE_ROADS,
    STATE_CODES,
    STATES,
    STREET_STARTS,
    SUFFIXES,
    TRAVEL,
    UNITS,
    Lazy,
)

_URBANIZATION = Lazy(
    r"(?:^|, ?| )URB(?:ANIZACION)? ([A-Z][A-Z0-9 ]*?)"
    r"(?:,? (?=[0-9]+,? [A-Z]|[A-Z]{1,2}-?[0-9]{1,3} CALLE )|(?=,)|$)"
)
_RURAL_BOX = Lazy(
    r"(R ?R|RFD|RURAL (?:ROUTE|RTE?)|RD|RTE?|ROUTE|STAR (?:ROUTE|RTE?)|HC|HIGHWAY CONTRACT)"
    r"[ -]?(?:# ?)?([0-9]+[A-Z]?)?,? BOX (?:# ?)?([0-9]+-?[A-Z]?)(?![^ ,])"
)
_AMPERSAND_NAMES = tuple(name for name in BUSINESSES if "&" in name)
_ROOMS = {*"RM ROOM APT APTO UNIT APARTMENT BLDG BUILDING EDIF EDIFICIO BLOQUE FL BED DORM".split()}


class Reading:
    """The parts of one line as they are found; a house number before the line is not in it."""

    __slots__ = (
        "block", "city", "city_behind", "names", "number", "numbered", "places", "state",
        "stretch", "units", "ways", "zip",
    )  # fmt: skip

    def __init__(self, names: Names, numbered: bool) -> None:
        self.names = names
        self.numbered = numbered  # a house number was taken off the front
        self.number = ""
        self.block = False
        self.ways: list[Way] = []
        self.stretch = False  # TO, BETWEEN, NORTH OF: a stretch of the way
        self.units: list[str] = []
        self.places: list[str] = []
        self.city = self.state = self.zip = ""
        self.city_behind = False  # a piece behind the street has the city

    @property
    def unit(self) -> str:
        """All units in one text."""
        return " ".join(unit for unit in self.units if unit)

    @property
    def place(self) -> str:
        """The names of places in one text."""
        return " ".join(" ".join(self.places).replace("-", " ").replace("@", " ").split())


# ---- several sides ----


def split_sides(words: list[str]) -> list[list[str]]:
    """Split the words at their connectors: at signs, or at words if there is no sign."""
    signs: tuple[str, ...] = ("/", "&", "@")
    if not any(word in signs for word in words):
        if not any(word in CONNECTORS for word in words):
            return [words] if words else []
        signs = CONNECTORS
    sides: list[list[str]] = [[]]
    for i, word in enumerate(words):
        if word in signs and ((len(word) == 1 and word != "X") or _word_connects(words, i)):
            sides.append([])
        else:
            sides[-1].append(word)
    return [side for side in sides if side]


def _word_connects(words: list[str], at: int) -> bool:
    """Return whether AND, AT or X is between two ways, not in `AT AND T PKWY`, `MALCOLM X BLVD`."""
    if at == 0 or at == len(words) - 1 or words[at - 1] in CONNECTORS:
        return False
    if words[at] == "X":
        if words[at - 1] in TRAVEL and words[at + 1].isdigit():
            return False  # I95 SB X 15, an exit
        return words[at - 1] != "MALCOLM" and words[at + 1] not in ROADS
    return words[at + 1] not in CONNECTORS


def is_one_name(sides: list[list[str]]) -> bool:
    """Return whether only the second half has a road word: `12 WIND AND FIRE DR`."""
    return sides[1][-1] in ROADS and not any(word in ROADS for word in sides[0])


def read_sides(reading: Reading, sides: list[list[str]]) -> None:
    """Read two ways or more; a feature belongs to the way before it, a place is separate."""
    if len(sides) > 1:
        sides = _place_at_number(reading, sides)
        at = sides[0].index("AT") if "AT" in sides[0] else 0
        if at > 1 and not reading.numbered and is_place(sides[0][:at]):
            reading.places.append(" ".join(sides[0][:at]))  # BUS STOP AT 9TH & OLIVE
            sides = [sides[0][at + 1 :], *sides[1:]]
    ways: list[list[str]] = []
    for side in sides:
        if ways and is_feature(side):
            ways[-1] = ways[-1] + side
        elif not _take_side_apart(reading, ways, side):
            ways.append(side)
    if len(ways) < 2:
        if ways:
            read_single(reading, ways[0], len(sides) > 1)
        return
    _share_plural(ways)
    for words in ways[:2]:
        way, left = cut_way(reading, words)
        reading.ways.append(settled_way(" ".join(way)))
        if left:
            read_left(reading, left)


def _place_at_number(reading: Reading, sides: list[list[str]]) -> list[list[str]]:
    """Read `BIG Y @ 12 MAIN ST`, `SUNRISE / 12 MAIN ST`, or drop the number of a second side."""
    first, second = sides[0], sides[1]
    number = take_number(" ".join(second))
    if not number.number or number.block or not number.rest or number.rest in DIRECTIONS:
        return sides
    between, street = take_units(number.rest.split())
    if not street or street[0] in ROADS:
        between, street = "", number.rest.split()
    if reading.numbered:
        return [first, street, *sides[2:]]
    ended = street[: find_unit(street, 1)]
    name = len(first) == 1 and first[0].isalpha() and ends_as_street(ended)
    units, rest = take_units(first)
    if not (is_not_a_way(first) or is_place(first) or name or not rest):
        return sides
    if rest:
        reading.places.append(" ".join(first))
    reading.units += [units if not rest else "", between]
    reading.number, reading.numbered = number.number, True
    return [street, *sides[2:]]


def _take_side_apart(reading: Reading, ways: list[list[str]], side: list[str]) -> bool:
    """Read a side that is a unit or a place; return False for a way."""
    if not ways and reading.numbered:
        return False
    units, rest = take_units(side) if ways else ("", side)
    if " " in units and not rest:  # not FRONT alone, which is a street too
        reading.units.append(units)
        return True
    if ways and reading.numbered:
        if not ends_as_street(ways[0]):
            return False
        if is_bare_unit(side) and any(c.isdigit() for c in side[0]):
            reading.units.append(column_unit(side))
            return True
        if is_named_beside(side):
            reading.places.append(" ".join(side))
            return True
    if is_not_a_way(side):
        reading.places.append(" ".join(side))
        return True
    return False


def _share_plural(ways: list[list[str]]) -> None:
    """Give both sides the suffix of `MAIN & ELM STS`, the class of `RTS 1 & 9`."""
    if (head := PLURAL_HEADS.get(ways[0][0])) and len(ways) == 2 and ways[1][0].isdigit():
        ways[0][0] = head
        ways[1].insert(0, head)
    if (suffix := PLURALS.get(ways[-1][-1])) and len(ways[-1]) > 1 and len(ways) == 2:
        ways[-1][-1] = suffix
        if ways[0][-1] not in ROADS:
            ways[0].append(suffix)


def is_feature(side: list[str]) -> bool:
    """Return whether it is `EXIT 17`, `MM 21` or `ON RAMP` alone."""
    if side[0] in ("ON", "OFF"):
        return len(side) > 1 and side[1] in ("RAMP", "RP", "RMP")
    if EXIT_SIGN.match(" ".join(side)):
        return True
    return side[0] in FEATURES and (len(side) == 1 or side[1][0].isdigit())


def cut_businesses(reading: Reading, words: list[str]) -> list[str]:
    """Take off businesses with `&` in their name, which are not intersections."""
    if "&" not in words:
        return words
    line = " ".join(words)
    for name in _AMPERSAND_NAMES:
        if f" {line} ".find(f" {name} ") >= 0:
            reading.places.append(name)
            return line.replace(name, " ", 1).split()
    return words


# ---- one side ----


def take_rural_box(reading: Reading, line: str) -> str:
    """Take off a box of a rural route, which is no road; in one spelling, for it is the place."""
    found = _RURAL_BOX.match(line)
    if not found:
        return line
    route = "HC" if found[1].startswith("H") else "RR"
    number = f" {found[2].lstrip('0')}" if found[2] else ""
    reading.places.append(f"{route}{number} BOX {found[3].replace('-', '')}")
    return line[found.end() :]


def take_room(reading: Reading, words: list[str]) -> list[str]:
    """Take the rooms off the end of the name of a place: `RUSK HALL RM 212`, not `WALMART #55`."""
    at = find_unit(words, 1)
    units, rest = take_units(words[at:])
    if at == len(words) or rest or words[at] not in _ROOMS:
        return words
    reading.units.append(units)
    return words[:at]


def take_urbanization(reading: Reading, line: str) -> tuple[str, str]:
    """Take off the urbanization of Puerto Rico, without which streets there are not told apart."""
    found = _URBANIZATION.search(line)
    if not found:
        return line, ""
    town = take_town(take_room(reading, found[1].split()), reading.names)
    reading.city, reading.state, reading.zip = town.city, town.state, town.zip
    return line[: found.start()] + line[found.end() :], " ".join(town.words)


def read_single(reading: Reading, words: list[str], beside: bool = False) -> None:
    """Read one way, or a place, or two ways without a connector."""
    if not reading.numbered and words[0] in UNITS:
        units, rest = take_units(words)
        if units and not rest:
            reading.units.append(units)
            return
    if not reading.numbered and not reading.stretch:
        if is_nowhere(words) or _is_only_town(reading, words):
            return
        known = reading.names.has_town(" ".join(words))
        if (known or is_place(words)) and not (beside and words[-1] in SUFFIXES):
            reading.places.insert(0, " ".join(take_room(reading, words)))
            return
        if is_fragment(words) and not beside:
            return
    way, left = cut_way(reading, words)
    second = None if reading.numbered else _second_way(way, left, reading.stretch)
    if second:
        way, left = way[: len(way) - second[0]], second[1]
        if not reading.stretch and left:
            reading.ways.append(settled_way(" ".join(left)))
        left = []
    reading.ways.insert(0, settled_way(" ".join(way)))
    if left:
        read_left(reading, left)


def _is_only_town(reading: Reading, words: list[str]) -> bool:
    """Return whether it is only a city and a state: ` Springfield TX`."""
    shorter, state = take_state(words)
    name = " ".join(shorter)
    coded = words[-1] in STATE_CODES and words[-1] not in SHY_STATES
    sure = state and (coded or name == reading.names.own)
    if not (sure and shorter and len(shorter) <= 3 and name.replace(" ", "").isalpha()):
        return False
    reading.city, reading.state = name, state
    return True


def _second_way(way: list[str], left: list[str], stretch: bool) -> tuple[int, list[str]] | None:
    """Return (words to take off `way`, the second way) of two ways without a connector."""
    route = find_route(way + left)
    if left and route and route <= len(way) and not is_bare_unit(left):
        return (0, left)
    for i in range(1, len(way) - 2):
        if road_end(way, i + 1) == i + 1 and way[i + 1] not in SIDE_ROADS:
            after = i + 1 + (way[i + 1] in DIRECTIONS)
            rest = way[after:]
            if way[0] not in SUFFIXES and len(rest) > 1 and (rest[-1] in ROADS or stretch):
                return (len(way) - after if after == i + 1 else len(way) - i - 1, way[i + 1 :])
    return None


def cut_way(reading: Reading, words: list[str]) -> tuple[list[str], list[str]]:
    """Return the words of the way and those after it; units between go to `reading`."""
    if not WHOLE_WAY.isdisjoint(words) or words[-2:-1] == ["ACCESS"]:
        return words, []
    end = _way_end(words)
    if end < len(words) and find_route(words) and is_feature(words[end:]):
        return words, []  # I 84 E X25
    start = find_unit(words, end if end < len(words) else max(1, find_route(words)))
    if start == len(words) and end == len(words):
        routed = not reading.numbered or find_route(words)
        return (words, []) if routed else _cut_bare_unit(words)
    if start < len(words) and (start >= end or end == len(words)):
        end = min(start, end) if end < len(words) else start
        left = words[end:start]
        units, behind = take_units(words[start:])
        reading.units.append(units)
        return words[:end], left + behind
    return words[:end], words[end:]


def _cut_bare_unit(words: list[str]) -> tuple[list[str], list[str]]:
    """Take off a number after a name without suffix, unless it is a route: `N COMPO 608`."""
    before = words[-2] if len(words) > 1 else ""
    named = before.isalpha() and len(before) > 2 and before not in DIRECTIONS
    if (
        named
        and before not in ROADS
        and before not in STREET_STARTS
        and words[-1][0].isdigit()
        and is_bare_unit(words[-1:])
    ):
        return words[:-1], words[-1:]
    return words, []


def _way_end(words: list[str]) -> int:
    """Return the index after the last word of the street."""
    limit = find_unit(words, 1)
    end = find_route(words)
    if not end:
        end = road_end(words, limit)
    if not end:
        return len(words)
    routed = find_route(words) > 0
    while end < len(words) and words[end] not in SHY_DIRECTIONS:
        word = words[end]
        if not routed and (_starts_city(words[end:]) or is_saint(words, end)):
            break  # FOO DR WEST NYACK, FOO ST ST ANNES CHURCH
        if routed and word in SIDE_ROADS and words[end + 1 : end + 2] in (["RD"], ["ROAD"]):
            end += 2
            continue
        last = end + 1 == len(words)
        qualifies = last or routed or word in ROADS or word in ("EXT", "BYP")
        if word not in DIRECTIONS and not (word in SUFFIXES and qualifies):
            break
        end += 1
    return end


def _starts_city(words: list[str]) -> bool:
    """Return whether a direction in full and a name follow, but not COMPO RD SOUTH EXT."""
    if len(words) < 2 or words[0] not in DIRECTIONS or len(words[0]) not in (4, 5):
        return False
    return words[1] not in SUFFIXES and words[1] not in DIRECTIONS and can_be_city(words)


def read_left(reading: Reading, left: list[str]) -> None:
    """Read the words after a street: a unit, a place, or a city that is in no table."""
    if is_bare_unit(left):
        reading.units.append(column_unit(left))
        return
    if len(left) > 1 and is_bare_unit(left[:1]) and left[0][0].isdigit() and can_be_city(left[1:]):
        reading.units.append(column_unit(left[:1]))  # 12 MAIN ST 8 SMALLVILLE
        left = left[1:]
    line = " ".join(left)
    if all(word in UNITS for word in left):
        return  # `12 MAIN ST APT`
    if line in STATES and not reading.state:
        reading.state = STATES[line]  # 12 MAIN ST APT 3 CT
    elif not (reading.city or reading.city_behind) and can_be_city(left):
        reading.city = reading.names.town(line)
    else:
        reading.places.append(line)
