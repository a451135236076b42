"""Take the house number or block off the front of a line, and a unit from anywhere in it.

A unit is an apartment, a floor, a building and similar.
"""

import re
from typing import NamedTuple

from ccu.address.street import spelled_number
from ccu.address.words import (
    CARDINALS,
    DIRECTIONS,
    NO_UNIT,
    NUMBER_NAMES,
    NUMBERS_IN_NAMES,
    ORDINALS,
    ROAD_FORMS,
    ROADS,
    SUFFIXES,
    TRAVEL,
    UNITS,
    UNITS_ALONE,
    ZIP_DIGITS,
    Lazy,
)

_UNIT_ID = Lazy(r"[0-9]+[A-Z]{0,2}$|[A-Z]{1,2}[0-9]+[A-Z]?$|[A-Z]$|[0-9]+[A-Z]?-[0-9]+[A-Z]?$|PH$")
_BARE_ID = Lazy(r"[0-9]{1,5}[A-Z]?$|[A-Z][0-9]{1,4}[A-Z]?$|[A-Z]$|[0-9]+-[0-9]+$")
ORDINAL_WORD = Lazy(r"([0-9]+)(?:ST|ND|RD|TH)$")
_NUMBER_SIGNS = ("#", "NO", "NUMBER")
FLOORS = ("FL", "FLR", "FLOOR", "FLOORS", "FLRS")
# Words after UPPER or BASEMENT that add nothing.
_HOMES = frozenset("UNIT APT APARTMENT FLAT SUITE HOUSE".split())
BESIDE_HOUSE = ("CARRIAGE", "COACH", "GARAGE", "GUEST", "POOL")


def is_unit_id(word: str) -> bool:
    """Return whether the word can be an identifier after APT or UNIT."""
    return _UNIT_ID.match(word) is not None


def is_bare_unit(words: list[str]) -> bool:
    """Return whether words after a complete street can only be a unit (`3`, `3B`, `B`)."""
    if len(words) == 2 and words[0].isdigit() and len(words[1]) == 1:
        return words[1].isalpha()
    return len(words) == 1 and _BARE_ID.match(words[0]) is not None and words[0] not in DIRECTIONS


def find_unit(words: list[str], start: int) -> int:
    """Return the index of the first unit at or after `start`, or the number of words."""
    for at in range(start, len(words)):
        if _unit_at(words, at)[0]:
            return at
    return len(words)


def _unit_at(words: list[str], at: int) -> tuple[str, int]:
    """Return (`# 3B`, index after it) if a unit starts at `at`, else ("", at)."""
    word = words[at]
    following = words[at + 1] if at + 1 < len(words) else ""
    if word in UNITS:
        unit, after = _worded_unit(words, at)
        if unit:
            return unit, after
    if following in FLOORS and _floor_number(word):
        return f"FL {_floor_number(word)}", at + 2
    if following in FLOORS and word.isdigit() and len(word) < 3 and len(words) <= at + 3:
        return f"FL {word}", at + 2  # 2 FL, but not 2 FL 33401: there FL is Florida
    if following == "LEVEL" and word in ("LOWER", "UPPER", "GROUND", "GARDEN"):
        return UNITS_ALONE.get(word, f"FL {word}"), at + 2
    if word in BESIDE_HOUSE and following in _HOMES:
        return f"# {word}", at + 2  # 12 MAIN ST GUEST HOUSE
    if word == "LOT" and at and words[at - 1] == "PARKING":
        return "", at
    numbered = word in ("NO", "NUMBER") and (at == 0 or words[at - 1] in SUFFIXES)
    if numbered and (following[:1].isdigit() or following in CARDINALS):
        unit_id = str(CARDINALS.get(following, following))
        if is_unit_id(unit_id):
            return f"# {unit_id}", at + 2
    if word in UNITS_ALONE and following not in SUFFIXES:
        return _unit_alone(word, following, at, len(words))
    return "", at


def _worded_unit(words: list[str], at: int) -> tuple[str, int]:
    """Read a unit word and its identifier: `APT 3`, `APT # 3 B`, `FL 2`, `# 2ND FL`, `APT REAR`."""
    word, after, last = words[at], at + 1, len(words) - 1
    while after < last and (words[after] in _NUMBER_SIGNS or UNITS.get(words[after]) == "#"):
        after += 1
    if after > last:
        return "", at
    if UNITS[word] == "#" and words[after] in UNITS:
        return _worded_unit(words, after)  # #BLDG 3, APT FL 2
    unit_id = words[after]
    following = words[after + 1] if after < last else ""
    spelled, behind = _spelled_id(words, after)
    if spelled and (behind > last or _unit_at(words, behind)[0]):
        return f"{UNITS[word]} {spelled}", behind  # APARTMENT TWO
    if (floor := _floor_number(unit_id)) and (word in FLOORS or following in FLOORS):
        return f"FL {floor}", after + 1 + (following in FLOORS)
    if word in FLOORS and len(unit_id) >= ZIP_DIGITS and unit_id[:ZIP_DIGITS].isdigit():
        return "", at  # Florida
    if is_unit_id(unit_id) or (word == "#" and after == at + 1):
        if following and _is_split_id(unit_id, following):
            return f"{UNITS[word]} {unit_id}{following}", after + 2
        return f"{UNITS[word]} {unit_id}", after + 1
    if UNITS[word] == "#" and not following and unit_id in UNITS_ALONE:
        return UNITS_ALONE[unit_id], after + 1
    return "", at


def _spelled_id(words: list[str], at: int) -> tuple[str, int]:
    """Read `TWO`, `ONE TWELVE` and `TWO OH FOUR` as 2, 112 and 204, and the index after it."""
    digits = ""
    while at < len(words):
        value, after = spelled_number(words, at)
        if digits and words[at] in ("OH", "ZERO"):
            after = at + 1
        elif not value or words[after - 1] in ORDINALS:
            break
        digits, at = f"{digits}{value}", after
    return digits, at


def _unit_alone(word: str, following: str, at: int, count: int) -> tuple[str, int]:
    """Read `REAR`, `BSMT`, `PH 2`; the more common words only at the end or before a unit."""
    if word in ("PH", "PENTHOUSE") and following and is_unit_id(following):
        return f"PH {following}", at + 2
    certain = word in ("BSMT", "BASEMENT", "REAR", "PH", "PENTHOUSE")
    if following in _HOMES and (at + 2 == count or word not in ("LEFT", "RIGHT", "SIDE")):
        return UNITS_ALONE[word], at + 2  # UPPER UNIT, BASEMENT APARTMENT
    if certain or not following or following in UNITS or following in UNITS_ALONE:
        return UNITS_ALONE[word], at + 1
    return "", at


def _is_split_id(first: str, second: str) -> bool:
    """Return whether it is one identifier in two words: `3 B`, `B 3`."""
    if first.isdigit():
        return len(second) == 1 and second.isalpha()
    return len(first) == 1 and first.isalpha() and second.isdigit()


def _floor_number(word: str) -> str:
    if found := ORDINAL_WORD.match(word):
        return found[1]
    if word in ("GROUND", "GARDEN", "TOP", "MIDDLE", "BOTTOM"):
        return word
    return str(ORDINALS[word]) if word in ORDINALS else ""


def take_units(words: list[str]) -> tuple[str, list[str]]:
    """Take all units off the front of the words; return them in normal form, and the rest."""
    units: list[str] = []
    at = 0
    while at < len(words):
        unit, after = _unit_at(words, at)
        if not unit:
            break
        units.append(unit)
        at = after
    return " ".join(units), words[at:]


def column_unit(words: list[str]) -> str:
    """Read the value of a unit column: `3B`, `APT 3-B`, `FL 2`; empty for `COMPLEX` and `NONE`."""
    if not words or " ".join(words) in NO_UNIT:
        return ""
    unit, rest = take_units(words)
    if not rest:
        return unit
    if unit:
        return f"{unit} {' '.join(w for w in rest if w != '#')}".strip()
    if len(rest) == 2 and _is_split_id(rest[0], rest[1]):
        return "# " + "".join(rest)
    named = " ".join(w for w in rest if w not in UNITS or UNITS[w] != "#")
    return f"# {named}" if named else ""


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
# XX MAIN ST, BLOCK OF MAIN ST
_NO_DIGITS = Lazy(
    rf"X{{1,4}}[- ](?:{_BLOCK_WORD} (?:OF )?|(?=[NSEW] ))(?=[A-Z0-9])|XXX? (?=[A-Z0-9])|"
    r"(?:THE )?(?:UNIT )?(?:BLK|BLOCK) OF (?=[A-Z0-9])|UNIT (?:BLK|BLOCK) "
)
_BLOCK = Lazy(
    r"([0-9]+)(?:TH)?(?: ?(?:-|TO|/) ?[0-9]+)?[- ]*(HUNDRED|HUND)?(?:[- ]*"
    rf"{_BLOCK_WORD}\b(?! (?:ISLAND|IS)\b)-?|-[A-Z]LK(?= ))(?: OF)? ?"
)
_BLOCK_FIRST = Lazy(r"(?:THE )?(?:BLK|BLOCK) (?:OF )?([0-9]+) (?:OF )?(?=[A-Z0-9])")
_BLOCK_LAST = Lazy(r"(.*[A-Z0-9])[ ,]+([0-9]+)(X{0,2})[- ]*(?:BLK|BLOCK)$")
_BLOCK_APART = Lazy(r"([0-9]+) (.*[A-Z0-9]) (?:BLK|BLOCK)$")
_RANGE = Lazy(r"([0-9]+[A-Z]?) ?(?:-|TO) ?([0-9]+[A-Z]?)(?: 1/2)?[ /]+(?=[A-Z0-9])")
# Two houses in one: `12/14 MAIN ST`, `12 & 14 MAIN ST`, `12 14 MAIN ST`, but the crossing
# `12 & 14 ST`.
_PAIR = Lazy(r"([0-9]{1,5})(?: ?[/&,] ?| AND | )([0-9]{1,5}) (?=[A-Z0-9]+ [A-Z0-9])")
_FRACTION = Lazy(r"([0-9]+[A-Z]?) ([1-7]/[2-8]) (?=[A-Z0-9])")
_GRID = Lazy(
    r"([NSEW][0-9]+)[ -]?([NSEW][0-9]+) (?=[A-Z0-9])|([NSEW][0-9]{3,}|[0-9]{1,2}[NSEW][0-9]{2,4}|"
    r"[A-Z]{1,2}-?[0-9]{1,3}(?= CALLE )) (?=[A-Z]{2})"
)
_LETTERED = Lazy(r"([0-9]+)(?:-?| )([A-Z]) (?=[A-Z0-9])")
# 12N MAIN ST, but not 12-N MAIN ST or 35W AT MAIN ST.
_GLUED_DIRECTION = Lazy(
    r"[0-9]{1,5}[NSW] (?!(?:AT|AND|TO|EXIT|[NS][EW]|[NSEW]B) )[A-Z0-9]{2,} "
    rf"(?:[^,]* )?(?:{ROAD_FORMS})\b"
)
_GLUED = Lazy(r"([0-9]{1,5})([A-Z]{3,}) (?=[A-Z0-9])")  # 286VALE ST
_ANY = Lazy(r"([0-9]{1,6})(?:,? (?=[A-Z0-9#])|-(?=[A-Z]{2})|(?=#[A-Z0-9]))")
_UNIT_FIRST = Lazy(
    r"((?:APT|APARTMENT|UNIT|STE|SUITE|RM|LOT|LT|BLDG|BUILDING|TRLR|SPC|SPACE|#) ?#?"
    r"(?:[0-9]+[A-Z]?|[A-Z][0-9]*)|[0-9]{1,2}(?:ST|ND|RD|TH) (?:FL|FLR|FLOOR)|REAR|BSMT|BASEMENT)"
    r"(?: ?[,/@-])? ?(?<=[ ,/@-])(?=[0-9]+ )"
)
_PORTLAND = Lazy(r"0[1-9][0-9]{2}$")
_ORDINAL_ENDS = {"TH", "ND", "RD", "ST"}
_JOINTS = ("/", "&", "@", "AND", "AT")
_NO_NAMES = frozenset(ROADS) | _ORDINAL_ENDS | {"MILE"}
# A number before one of these needs a closer look.
_SPECIAL = frozenset("BLK BLOCK BKL BLCK BLKS BLOCKS HUNDRED HUND TO TH ND RD ST BY NB SB EB WB "
                     "ELEVEN HOUR MILE MILES AND".split()) | frozenset(ROADS)  # fmt: skip
# `95 N EXIT 17`: a number before one of these and a direction is a route.
_ON_ROUTE = ("EXIT ", "PAST EXIT ", "MM ", "RAMP", "ON RAMP", "OFF RAMP", "ONRAMP", "OFFRAMP",
             "OFR", "ONR", "/", "& ", "@ ", "AT ", *(f"AND {n}" for n in "123456789"))  # fmt: skip


def house_number(digits: str, street: str) -> str:
    """Drop the zeros that pad a number, not the zero of southwest Portland: 0246 SW is not 246."""
    if digits[0] == "0" and _PORTLAND.match(digits) and street.startswith(("SW ", "SOUTHWEST ")):
        return digits
    return digits.lstrip("0")


def take_number(line: str) -> Number:
    """Take a house number or block off the front of a clean line."""
    if (plain := _PLAIN.match(line)) and not line.endswith((" BLOCK", " BLK")):
        digits, letter, following = plain.groups()
        direction = following in DIRECTIONS
        if direction and not letter and line.startswith(_ON_ROUTE, plain.end() + 1):
            return Number("", False, line)
        if letter and letter in "NSW" and _GLUED_DIRECTION.match(line):
            return Number(house_number(digits, ""), False, f"{letter} {line[plain.start(3) :]}")
        named = not following.isdigit() and (len(following) > 1 or direction)
        if named and following not in _SPECIAL:
            rest = line[plain.start(3) :]
            return Number(house_number(digits, rest) + (letter or ""), False, rest)
    if not line:
        return Number("", False, line)
    if line[0].isdigit():
        return _odd_number(line)
    return _number_in_words(line)


def take_unit_front(line: str) -> tuple[str, str]:
    """Take off a unit before the house number: APT 3 of `APT 3, 12 MAIN ST`."""
    if found := _UNIT_FIRST.match(line):
        return column_unit(found[1].replace("#", " # ").split()), line[found.end() :]
    return "", line


def _odd_number(line: str) -> Number:
    """Take off a block, masked digits, a range, fraction or letter; or nothing of a street."""
    if found := _BLOCK.match(line):
        number = found[1].lstrip("0") or "0"
        if found[2] and len(number) < 3:
            number += "00"  # 13 HUNDRED
        return Number(number, True, line[found.end() :])
    if found := _MASK.match(line):
        number = (found[1] + "0" * len(found[2])).lstrip("0")
        return Number(number or "0", True, line[found.end() :])
    if found := _FRACTION.match(line):
        if not _plain_or_street(found[1], line[found.end() :], line).number:
            return Number("", False, line)  # 29 1/2 RD
        return Number(f"{found[1]} {found[2]}", False, line[found.end() :])
    found = _RANGE.match(line) or _houses(line)
    if found and line[found.end() :].split(" ", 1)[0] not in _NO_NAMES:
        low, high = found[1].lstrip("0"), found[2]
        if found[1][0] == "0":
            high = high.lstrip("0")  # 00165-00199, but not 85-080
        return Number(f"{low}-{high}", False, line[found.end() :])
    if found := _BLOCK_APART.match(line):
        return Number(found[1].lstrip("0") or "0", True, found[2])
    if (found := _LETTERED.match(line)) and _letter_is_of_number(line, found):
        return Number(found[1] + found[2], False, line[found.end() :])
    if found := _ANY.match(line):
        return _plain_or_street(found[1], line[found.end() :], line)
    if found := _GRID.match(line):
        return Number(found[3], False, line[found.end() :])
    if found := _BLOCK_LAST.match(line):
        return Number(found[2] + "0" * len(found[3]), True, found[1])
    if (found := _GLUED.match(line)) and found[2] not in ROADS and found[2] not in _SPECIAL:
        return Number(found[1].lstrip("0") or "0", False, line[found.start(2) :])
    return Number("", False, line)


def _houses(line: str) -> re.Match[str] | None:
    """Match two house numbers; with only a space between, they must look like a range."""
    found = _PAIR.match(line)
    if found and found[0].count(" ") == 2 and not found[0].strip("0123456789 "):
        if found[2][0] == "0" != found[1][0]:
            return found  # 64 05 of Queens, with its dash lost
        rising = 1 < len(found[1]) == len(found[2]) and found[1] < found[2]
        return found if rising or _lost_dash(found, line[found.end() :]) else None
    return found


def _lost_dash(found: re.Match[str], rest: str) -> bool:
    """Return whether it is 64-15 of Queens or 87-1003 of Hawaii, not the 12 of `700 12 OAKS DR`."""
    following = rest.replace("#", " # ").split()
    name = following[0]
    named = name.isalpha() or ORDINAL_WORD.match(name)
    if name in NUMBER_NAMES or (name.endswith("S") and len(name) > 3) or not named:
        return False
    lengths = len(found[1]), len(found[2])
    ended = following[find_unit(following, 1) - 1] in ROADS
    return ended and lengths in ((2, 2), (3, 2), (2, 3), (2, 4))


def _letter_is_of_number(line: str, found: re.Match[str]) -> bool:
    """Return whether it is 27B of `27 B MYRTLE ST`, not `27 B ST`, `27 E MAIN ST` or `27 I 95`."""
    words = line[found.end() :].replace(",", " ").split()
    if " " not in found[0].strip():
        return words[0] not in TRAVEL  # 395S SB is a route
    if words[0] in ("AND", "&") or (found[2] == "U" and words[0] == "S") or "/" in words[0]:
        return False  # C AND N MILL RD, U S 1, F 1/2 RD
    if found[2] in "NSEWI" or (len(words[0]) == 1 and words[0] not in DIRECTIONS):
        return False  # a directional, an interstate, initials (`M L KING`), a connector
    return words[0] not in ROADS


def _plain_or_street(digits: str, rest: str, line: str) -> Number:
    """Take off the number, unless it is the street: `22 ND ST`, `3 AV W`."""
    words = rest.replace(",", " ").replace("/", " / ").split()
    first = words[0]
    behind = words[1:2] if len(words) > 2 else words[1:]
    only_suffix = (
        not behind
        or behind[0] in _JOINTS
        or (behind[0] in DIRECTIONS and (len(words) == 2 or words[2] in _JOINTS))
    )
    if only_suffix and first in ROADS and len(digits) < 4 and len(first) <= 6:
        return Number("", False, line)
    road_or_name = ("NB", "SB", "EB", "WB", "MILE", "MILES", "HOUR", "&")
    if (first in road_or_name and digits != "0") or f"{digits} {first}" == "7 ELEVEN":
        return Number("", False, line)
    return Number(digits.lstrip("0"), False, rest)


def _number_in_words(line: str) -> Number:
    """Take off W123 S4567 (a grid), `BLOCK 100 OF`, `ONE` and other numbers of letters first."""
    if line.startswith("THE ") and line[4:5].isdigit():
        return take_number(line[4:])
    if found := _GRID.match(line):
        number = "".join(part for part in found.groups() if part).replace("-", "")
        return Number(number, False, line[found.end() :])
    if found := _NO_DIGITS.match(line):
        return Number("0", True, line[found.end() :])
    if "BL" in line and (found := _BLOCK_FIRST.match(line)):
        return Number(found[1], True, line[found.end() :])
    if "BL" in line and (found := _BLOCK_LAST.match(line)):
        return Number(found[2] + "0" * len(found[3]), True, found[1])
    first, dash, second = line.partition(" ")[0].partition("-")
    if dash and first in NUMBERS_IN_NAMES and second in NUMBERS_IN_NAMES:
        line = line.replace("-", " ", 1)  # TWENTY-TWO
    words = line.split(" ")
    value, after = spelled_number(words) if words[0] in NUMBERS_IN_NAMES else (0, 0)
    rest = " ".join(words[after:])
    ordinal = after and words[after - 1] in ORDINALS  # ONE HUNDRED TENTH ST
    if value and rest and not ordinal and not _number_is_name(words[0], rest):
        return Number(str(value), False, rest)
    return Number("", False, line)


def _number_is_name(number: str, rest: str) -> bool:
    """Return whether it is of a name (`THREE MILE RD`) or of a crossing, not a house number."""
    words = rest.replace(",", " ").split()
    following = words[0]
    if len(words) < 2 or following in ROADS or following in ("&", "/", "AND"):
        return True
    plural = following.endswith("S") and following not in DIRECTIONS
    if following in NUMBER_NAMES or (plural and len(following) > 2):
        return True
    return number != "ONE" and any(sign in rest for sign in ("/", "&", " AND ", " AT "))
