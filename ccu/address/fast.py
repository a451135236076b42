"""The short road for what most lines are: NUMBER STREET, or STREET & STREET, and a city code.

It gives up (None) at the first thing that could mean something else, and the long road in
`line` reads the line. Both give the same reading; a test holds them to it.
"""

from functools import lru_cache
from typing import NamedTuple

from ccu.address.regex import Lazy
from ccu.address.route import HIGHWAY_WORDS, settled_way
from ccu.address.street import Way
from ccu.address.words import (
    BESIDE,
    BUSINESSES,
    CARDINALS,
    CITIES,
    CITY_CODES,
    DIRECTIONS,
    EXTENTS,
    NOT_A_WAY,
    NOWHERE,
    PLACE_WORDS,
    PLURALS,
    REMARKS,
    ROADS,
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
    HIGHWAY_WORDS | EXTENTS | BESIDE | {"AND", "AT", "X", "XX", "BLK", "BLOCK", "OF", "JUST", "EXIT"}
    | frozenset(ROADS) | frozenset(UNITS) | frozenset(UNITS_ALONE) | frozenset(TRAVEL)
    | frozenset(CARDINALS) | frozenset(remark.split()[0] for remark in REMARKS)
)  # fmt: skip
_CITY_ENDS = frozenset(name.split()[-1] for name in CITIES) | frozenset(CITY_CODES)
# Suffixes that are state codes too are for the long road; CT is too common for that.
_ENDS = frozenset(road for road in ROADS if road not in STATES) | {"CT"}


def read_plain(line: str, town: str) -> Plain | None:
    """Read a line in upper case if it is a plain one."""
    found = _LINE.match(line)
    if found is None:
        return None
    digits, letter, block, first, sign, second, code = found.groups()
    street = _street_if_plain(first.rstrip() if sign else first, bool(sign))
    if street is None:
        return None
    cross = None
    if sign and digits and digits.strip("0"):
        return None  # behind a house number the second side may be a place or a unit
    if sign:
        cross = _street_if_plain(second.strip(), True)
        if cross is None or (town and line.endswith(town)) or line.strip() in NOWHERE:
            return None
    city = ""
    if code:
        city = CITY_CODES.get(code) or (code if code in CITIES else "")
        if not city:
            return None
    if not digits:
        return Plain("", False, street, cross, city)
    number = digits.lstrip("0")
    if block and not number:
        return None
    return Plain(number + letter if letter else number, bool(block), street, cross, city)


@lru_cache(maxsize=16384)
def _street_if_plain(text: str, side: bool) -> Way | None:
    """The way if its words can mean nothing else; a side of a crossing may lack its suffix."""
    words = text.split(" ")
    if len(words) > 5 or (len(words[0]) < 2 and words[0] not in DIRECTIONS):
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
    elif not side or not _TELLING.isdisjoint(words) or not _can_lack_suffix(words, text):
        return None
    return settled_way(text)


def _can_lack_suffix(words: list[str], text: str) -> bool:
    last = words[-1]
    if last in STATES or last in PLURALS or last in PLACE_WORDS:
        return False
    if len(words) > 1 and last in _CITY_ENDS:
        return False
    return text not in BUSINESSES and text not in NOT_A_WAY and text not in NOWHERE
