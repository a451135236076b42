"""The short road for what most lines are: NUMBER STREET, or STREET & STREET, and a city code.

It gives up (None) at the first thing that could mean something else, and the long road in
`line` reads the line. Both give the same reading; a test holds them to it.
"""

from functools import lru_cache
from typing import NamedTuple

from ccu.address.route import settled_way
from ccu.address.street import Way
from ccu.address.text import Lazy
from ccu.address.words import (
    BESIDE,
    BUSINESSES,
    CARDINALS,
    CITIES,
    CITY_CODES,
    DIRECTIONS,
    EXTENTS,
    FEATURES,
    NO_WORDS,
    NOT_A_WAY,
    NOWHERE,
    PLACE_WORDS,
    PLURALS,
    REMARKS,
    ROADS,
    SIDE_ROADS,
    STATES,
    TRAVEL,
    UNITS,
    UNITS_ALONE,
)


class Plain(NamedTuple):
    """What a plain line holds."""

    number: str
    block: bool
    street: Way
    cross: Way | None
    city: str


_LINE = Lazy(
    r"(?:([0-9]{1,6})(?:-?([A-WYZ])|([- ]BL(?:OC)?K))? )?"
    r"([A-Z0-9 ]+)(?:([/&])([A-Z0-9 ]+))?(?:, ?([A-Z]+))?$"
)
_ORDINAL = Lazy(r"[0-9]{1,3}(?:ST|ND|RD|TH)$")
# A word from here says that the line is not plain.
_TELLING = (
    frozenset(FEATURES) | frozenset(TRAVEL) | SIDE_ROADS | EXTENTS | BESIDE | frozenset(UNITS)
    | frozenset(UNITS_ALONE) | frozenset(CARDINALS) | NO_WORDS
    | frozenset("AND AT X XX XXX BLK BLOCK OF JUST BOUND CORNER SIDE PRIOR".split())
    | frozenset(remark.split()[0] for remark in REMARKS) - frozenset(DIRECTIONS)
)  # fmt: skip
_CITY_ENDS = frozenset(name.split()[-1] for name in CITIES) | frozenset(CITY_CODES)
# Suffixes that are state codes too are for the long road; CT is too common for that.
_ENDS = frozenset(road for road in ROADS if road not in STATES) | {"CT"}


def read_plain(line: str, town: str) -> Plain | None:
    """Read a line in upper case if it is a plain one."""
    found = _LINE.match(line)
    if found is None or (town and line.endswith(town.strip().upper())):
        return None
    digits, letter, block, first, sign, second, code = found.groups()
    number = digits.lstrip("0") if digits else ""
    if sign and number:
        return None  # behind a house number the second side may be a place or a unit
    street = _street_if_plain(first.rstrip() if sign else first, bool(sign or number), bool(sign))
    if street is None:
        return None
    cross = None
    if sign:
        cross = _street_if_plain(second.strip(), True, True)
        if cross is None or line.strip() in NOWHERE:
            return None
    city = ""
    if code:
        city = CITY_CODES.get(code) or (code if code in CITIES else "")
        if not city:
            return None
    if not digits:
        return Plain("", False, street, cross, city)
    if block and not number:
        return None
    return Plain(number + letter if letter else number, bool(block), street, cross, city)


@lru_cache(maxsize=16384)
def _street_if_plain(text: str, sure: bool, side: bool) -> Way | None:
    """The way if its words can mean nothing else.

    `sure`: behind a house number or beside another way it is one; `side`: the latter.
    """
    words = text.split(" ")
    if len(words) > 6:
        return None
    lettered = len(words) == 2 and words[1] in _ENDS  # B ST, but not B MYRTLE ST
    if len(words[0]) < 2 and words[0] not in DIRECTIONS and not lettered:
        return None
    for word in words:
        if not (word.isalpha() or _ORDINAL.match(word)):
            return None
    last = words[-1]
    if last in _ENDS and len(words) > 1:
        if last == "CT" and words[-2] in _CITY_ENDS:
            return None
        if not _TELLING.isdisjoint(words[:-1]):
            return None
        if not sure and not ROADS.keys().isdisjoint(words[:-1]):
            return None
    elif not sure or not _TELLING.isdisjoint(words) or not _can_lack_suffix(words, text, side):
        return None
    return settled_way(text)


def _can_lack_suffix(words: list[str], text: str, side: bool) -> bool:
    last = words[-1]
    if not ROADS.keys().isdisjoint(words) or (len(words) == 1 and not side):
        return False
    if last in STATES or last in PLURALS or last in PLACE_WORDS:
        return False
    if len(words) > 1 and last in _CITY_ENDS:
        return False
    return text not in BUSINESSES and text not in NOT_A_WAY and text not in NOWHERE
