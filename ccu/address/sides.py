"""Two ways or more, joined by a sign or a word; a side may turn out a place or a unit."""

from ccu.address.gather import Reading
from ccu.address.number import take_number
from ccu.address.place import CONNECTORS, ends_as_street, is_named_beside, is_not_a_way, is_place
from ccu.address.route import settled_way
from ccu.address.single import cut_way, read_left, read_single
from ccu.address.text import Lazy
from ccu.address.unit import column_unit, is_bare_unit, take_units
from ccu.address.words import DIRECTIONS, FEATURES, PLURAL_HEADS, PLURALS, ROADS, TRAVEL

_EXIT_SIGN = Lazy(r"X ?[0-9]{1,3}[A-Z]?$")


def split_sides(words: list[str]) -> list[list[str]]:
    """The words cut at their connectors: signs first, words only when there is no sign."""
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
    """Is this AND, AT or X between two ways (and not in `AT AND T PKWY`, `MALCOLM X BLVD`)?"""
    if at == 0 or at == len(words) - 1 or words[at - 1] in CONNECTORS:
        return False
    if words[at] == "X":
        if words[at - 1] in TRAVEL and words[at + 1].isdigit():
            return False  # I95 SB X 15, an exit
        return words[at - 1] != "MALCOLM" and words[at + 1] not in ROADS
    return words[at + 1] not in CONNECTORS


def is_one_name(sides: list[list[str]]) -> bool:
    """`12 WIND AND FIRE DR`: behind a house number, only the second half has a road word."""
    return sides[1][-1] in ROADS and not any(word in ROADS for word in sides[0])


def read_sides(reading: Reading, sides: list[list[str]]) -> None:
    """Two ways or more: features go to the way before them, places apart."""
    if len(sides) > 1:
        sides = _place_at_number(reading, sides)
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
    """`BIG Y @ 12 MAIN ST`, and the number of a second side, which says nothing more."""
    first, second = sides[0], sides[1]
    number = take_number(" ".join(second))
    if not number.number or number.block or not number.rest or number.rest in DIRECTIONS:
        return sides
    if not reading.numbered:
        if not (is_not_a_way(first) or is_place(first)):
            return sides
        reading.places.append(" ".join(first))
        reading.number, reading.numbered = number.number, True
        return [number.rest.split(), *sides[2:]]
    return [first, number.rest.split(), *sides[2:]]


def _take_side_apart(reading: Reading, ways: list[list[str]], side: list[str]) -> bool:
    """A side that is no way: a unit or a place."""
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
    """`MAIN & ELM STS` is Main Street and Elm Street, `RTS 1 & 9` are Routes 1 and 9."""
    head = PLURAL_HEADS.get(ways[0][0])
    if head and len(ways) == 2 and ways[1][0].isdigit():
        ways[0][0] = head
        ways[1].insert(0, head)
    suffix = PLURALS.get(ways[-1][-1])
    if suffix and len(ways[-1]) > 1 and len(ways) == 2:
        ways[-1][-1] = suffix
        if ways[0][-1] not in ROADS:
            ways[0].append(suffix)


def is_feature(side: list[str]) -> bool:
    """`EXIT 17`, `MM 21`, `ON RAMP` standing alone."""
    if side[0] in ("ON", "OFF"):
        return len(side) > 1 and side[1] in ("RAMP", "RP", "RMP")
    if _EXIT_SIGN.match(" ".join(side)):
        return True
    return side[0] in FEATURES and (len(side) == 1 or side[1][0].isdigit())
