"""Take the house number or block off the front of a line."""

import re
from typing import NamedTuple

from ccu.address.text import Lazy
from ccu.address.unit import column_unit
from ccu.address.words import CARDINALS, DIRECTIONS, NUMBER_NAMES, ROADS, TRAVEL


class Number(NamedTuple):
    """A house number or block taken off the front; `number` is empty when there was none."""

    number: str
    block: bool
    rest: str


_PLAIN = Lazy(r"([0-9]{1,6})(?:-?([A-WYZ]))? ([A-Z0-9]+)")
_BLOCK_WORD = r"(?:BLKS?|BLOCKS?|BKL|BLCK)"
_MASK = Lazy(
    rf"([0-9]{{1,4}})(X{{1,4}})(?: ?(?:-|TO) ?[0-9]*X*)?[- ]*{_BLOCK_WORD}?(?: OF)? (?=[A-Z0-9])"
)
_ALL_MASKED = Lazy(
    rf"X{{1,4}}[- ](?:{_BLOCK_WORD} (?:OF )?|(?=[NSEW] ))(?=[A-Z0-9])|XXX? (?=[A-Z0-9])"
)
_BLOCK = Lazy(
    r"([0-9]+)(?:TH)?(?: ?(?:-|TO|/) ?[0-9]+)?[- ]*(HUNDRED|HUND)?(?:[- ]*"
    rf"{_BLOCK_WORD}\b(?! (?:ISLAND|IS)\b)-?|-[A-Z]LK(?= ))(?: OF)? ?"
)
_BLOCK_FIRST = Lazy(r"(?:THE )?(?:BLK|BLOCK) (?:OF )?([0-9]+) (?:OF )?(?=[A-Z0-9])")
_BLOCK_LAST = Lazy(r"(.*[A-Z0-9])[ ,]+([0-9]+)(X{0,2})[- ]*(?:BLK|BLOCK)$")
_BLOCK_APART = Lazy(r"([0-9]+) (.*[A-Z0-9]) (?:BLK|BLOCK)$")
_UNIT_BLOCK = Lazy(r"(?:THE )?(?:UNIT )?(?:BLK|BLOCK) OF (?=[A-Z0-9])|UNIT (?:BLK|BLOCK) ")
_RANGE = Lazy(r"([0-9]+[A-Z]?) ?(?:-|TO) ?([0-9]+[A-Z]?)(?: 1/2)?[ /]+(?=[A-Z0-9])")
# Two houses in one: `12/14 MAIN ST`, `12 & 14 MAIN ST`, `12 14 MAIN ST`, but the crossing
# `12 & 14 ST`.
_PAIR = Lazy(r"([0-9]{1,5})(?: ?[/&,] ?| AND | )([0-9]{1,5}) (?=[A-Z0-9]+ [A-Z0-9])")
_FRACTION = Lazy(r"([0-9]+[A-Z]?) ([1-7]/[2-8]) (?=[A-Z0-9])")
_GRID = Lazy(
    r"([NSEW][0-9]+)[ -]?([NSEW][0-9]+) (?=[A-Z0-9])|([NSEW][0-9]{3,}|[0-9]{1,2}[NSEW][0-9]{2,4}) "
    r"(?=[A-Z]{2})"
)
_LETTERED = Lazy(r"([0-9]+)(?:-?| )([A-Z]) (?=[A-Z0-9])")
_ANY = Lazy(r"([0-9]{1,6})(?:,? (?=[A-Z0-9#])|-(?=[A-Z]{2})|(?=#[A-Z0-9]))")
_UNIT_FIRST = Lazy(
    r"((?:APT|APARTMENT|UNIT|STE|SUITE|RM|LOT|LT|#) ?#?(?:[0-9]+[A-Z]?|[A-Z][0-9]*)|"
    r"[0-9]{1,2}(?:ST|ND|RD|TH) (?:FL|FLR|FLOOR)|REAR|BSMT|BASEMENT),? (?=[0-9]+ )"
)
_ORDINAL_ENDS = {"TH", "ND", "RD", "ST"}
_JOINTS = ("/", "&", "@", "AND", "AT")
_NO_NAMES = frozenset(ROADS) | _ORDINAL_ENDS | {"MILE"}
# A number before one of these needs a closer look.
_SPECIAL = frozenset("BLK BLOCK BKL BLCK BLKS BLOCKS HUNDRED HUND TO TH ND RD ST BY NB SB EB WB "
                     "ELEVEN HOUR MILE MILES AND".split()) | frozenset(ROADS)  # fmt: skip
# `95 N EXIT 17`: a number before one of these and a direction is a route.
_ON_ROUTE = ("EXIT ", "MM ", "RAMP", "ON RAMP", "OFF RAMP", "ONRAMP", "OFFRAMP", "OFR", "ONR",
             "/", "& ", "@ ")  # fmt: skip


def take_number(line: str) -> Number:
    """Take a house number or block off the front of a clean line."""
    plain = _PLAIN.match(line)
    if plain and not line.endswith((" BLOCK", " BLK")):
        digits, letter, following = plain.groups()
        direction = following in DIRECTIONS
        if direction and not letter and line.startswith(_ON_ROUTE, plain.end() + 1):
            return Number("", False, line)
        named = not following.isdigit() and (len(following) > 1 or direction)
        if named and following not in _SPECIAL:
            number = digits.lstrip("0") + (letter or "")
            return Number(number, False, line[plain.start(3) :])
    if not line:
        return Number("", False, line)
    if line[0].isdigit():
        return _odd_number(line)
    return _number_in_words(line)


def take_unit_front(line: str) -> tuple[str, str]:
    """Take off a unit before the house number: APT 3 of `APT 3, 12 MAIN ST`."""
    found = _UNIT_FIRST.match(line)
    if found:
        return column_unit(found[1].replace("#", " # ").split()), line[found.end() :]
    return "", line


def _odd_number(line: str) -> Number:
    """Take off a block, masked digits, a range, fraction or letter; or nothing of a street."""
    found = _BLOCK.match(line)
    if found:
        number = found[1].lstrip("0") or "0"
        if found[2] and len(number) < 3:
            number += "00"  # 13 HUNDRED
        return Number(number, True, line[found.end() :])
    found = _MASK.match(line)
    if found:
        number = (found[1] + "0" * len(found[2])).lstrip("0")
        return Number(number or "0", True, line[found.end() :])
    found = _FRACTION.match(line)
    if found:
        return Number(f"{found[1]} {found[2]}", False, line[found.end() :])
    found = _RANGE.match(line) or _houses(line)
    if found and line[found.end() :].split(" ", 1)[0] not in _NO_NAMES:
        low, high = found[1].lstrip("0"), found[2].lstrip("0")
        return Number(f"{low}-{high}", False, line[found.end() :])
    found = _BLOCK_APART.match(line)
    if found:
        return Number(found[1].lstrip("0") or "0", True, found[2])
    found = _LETTERED.match(line)
    if found and _letter_is_of_number(line, found):
        return Number(found[1] + found[2], False, line[found.end() :])
    found = _ANY.match(line)
    if found:
        return _plain_or_street(found[1], line[found.end() :], line)
    found = _GRID.match(line)
    if found:
        return Number(found[3], False, line[found.end() :])
    found = _BLOCK_LAST.match(line)
    if found:
        return Number(found[2] + "0" * len(found[3]), True, found[1])
    return Number("", False, line)


def _houses(line: str) -> re.Match[str] | None:
    """Match two house numbers; with only a space between, they must look like a range."""
    found = _PAIR.match(line)
    if found and found[0].count(" ") == 2 and not found[0].strip("0123456789 "):
        rising = len(found[1]) == len(found[2]) and found[1] < found[2]
        return found if rising and len(found[1]) > 1 else None
    return found


def _letter_is_of_number(line: str, found: re.Match[str]) -> bool:
    """Whether it is 27B of `27 B MYRTLE ST`, not `27 B ST`, `27 E MAIN ST` or `27 I 95`."""
    words = line[found.end() :].replace(",", " ").split()
    if " " not in found[0].strip():
        return words[0] not in TRAVEL  # 395S SB is a route
    if words[0] in ("AND", "&") or (found[2] == "U" and words[0] == "S"):
        return False  # C AND N MILL RD, U S 1
    if found[2] in "NSEWI" or (len(words[0]) == 1 and words[0] not in DIRECTIONS):
        return False  # a directional, an interstate, initials (`M L KING`), a connector
    return words[0] not in ROADS


def _plain_or_street(digits: str, rest: str, line: str) -> Number:
    """Take off the number, unless it is the street: `22 ND ST`, `3 AV W`."""
    words = rest.replace(",", " ").replace("/", " / ").split()
    first = words[0]
    if first in _ORDINAL_ENDS and len(words) > 1 and _is_split_ordinal(first, words):
        return Number("", False, f"{digits}{rest}")
    behind = words[1:2] if len(words) > 2 else words[1:]
    only_suffix = (
        not behind
        or behind[0] in _JOINTS
        or (behind[0] in DIRECTIONS and (len(words) == 2 or words[2] in _JOINTS))
    )
    if only_suffix and first in ROADS and len(digits) < 4 and len(first) <= 6:
        return Number("", False, line)
    road_or_name = ("NB", "SB", "EB", "WB", "MILE", "MILES", "HOUR", "ELEVEN", "&")
    if first in road_or_name and digits != "0":
        return Number("", False, line)
    return Number(digits.lstrip("0"), False, rest)


def _is_split_ordinal(ending: str, words: list[str]) -> bool:
    """Whether it is an ordinal: `1 ST AVE`, but not `12 ST JOHNS PL` or `12 ST RD 7`."""
    if ending != "ST":
        return True
    return words[1] in ROADS and not (len(words) > 2 and words[2][0].isdigit())


def _number_in_words(line: str) -> Number:
    """Take off W123 S4567 (a grid), `BLOCK 100 OF`, `ONE` and other numbers of letters first."""
    if line.startswith("THE ") and line[4:5].isdigit():
        return take_number(line[4:])
    found = _GRID.match(line)
    if found:
        return Number((found[1] or found[3]) + (found[2] or ""), False, line[found.end() :])
    found = _ALL_MASKED.match(line)
    if found:
        return Number("0", True, line[found.end() :])
    if "BL" in line:
        found = _BLOCK_FIRST.match(line)
        if found:
            return Number(found[1], True, line[found.end() :])
        found = _UNIT_BLOCK.match(line)
        if found:
            return Number("0", True, line[found.end() :])
        found = _BLOCK_LAST.match(line)
        if found:
            return Number(found[2] + "0" * len(found[3]), True, found[1])
    first, _, rest = line.partition(" ")
    if first in CARDINALS and rest and not _number_is_name(first, rest):
        return Number(str(CARDINALS[first]), False, rest)
    return Number("", False, line)


def _number_is_name(number: str, rest: str) -> bool:
    """Whether it is of a name (`THREE MILE RD`) or of a crossing, not a house number."""
    words = rest.replace(",", " ").split()
    following = words[0]
    if len(words) < 2 or following in ROADS or following in ("&", "/", "AND"):
        return True
    plural = following.endswith("S") and following not in DIRECTIONS
    if following in NUMBER_NAMES or (plural and len(following) > 2):
        return True
    return number != "ONE" and any(sign in rest for sign in ("/", "&", " AND ", " AT "))
