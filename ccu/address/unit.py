"""Units: apartment, floor, building and similar, anywhere in a line."""

from ccu.address.text import Lazy
from ccu.address.words import DIRECTIONS, NO_UNIT, ORDINALS, SUFFIXES, UNITS, UNITS_ALONE

_UNIT_ID = Lazy(r"[0-9]+[A-Z]{0,2}$|[A-Z]{1,2}[0-9]+[A-Z]?$|[A-Z]$|[0-9]+[A-Z]?-[0-9]+[A-Z]?$|PH$")
_BARE_ID = Lazy(r"[0-9]{1,5}[A-Z]?$|[A-Z][0-9]{1,4}[A-Z]?$|[A-Z]$|[0-9]+-[0-9]+$")
ORDINAL_WORD = Lazy(r"([0-9]+)(?:ST|ND|RD|TH)$")
_NUMBER_SIGNS = ("#", "NO", "NUMBER")
FLOORS = ("FL", "FLR", "FLOOR", "FLOORS", "FLRS")


def is_unit_id(word: str) -> bool:
    """Whether the word can be an identifier after APT or UNIT."""
    return _UNIT_ID.match(word) is not None


def is_bare_unit(words: list[str]) -> bool:
    """Whether words after a complete street can only be a unit (`3`, `3B`, `B`)."""
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
    if following == "LEVEL" and word in ("LOWER", "UPPER"):
        return UNITS_ALONE[word], at + 2
    if word == "LOT" and at and words[at - 1] == "PARKING":
        return "", at
    numbered = word in ("NO", "NUMBER") and (at == 0 or words[at - 1] in SUFFIXES)
    if numbered and following[:1].isdigit() and is_unit_id(following):
        return f"# {following}", at + 2
    if word in UNITS_ALONE and following not in SUFFIXES:
        return _unit_alone(word, following, at)
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
    if following in FLOORS and _floor_number(unit_id):
        return f"FL {_floor_number(unit_id)}", after + 2
    if word in FLOORS and _is_zip_like(unit_id):
        return "", at  # Florida
    if is_unit_id(unit_id) or (word == "#" and after == at + 1):
        if following and _is_split_id(unit_id, following):
            return f"{UNITS[word]} {unit_id}{following}", after + 2
        return f"{UNITS[word]} {unit_id}", after + 1
    if UNITS[word] == "#" and not following and unit_id in UNITS_ALONE:
        return UNITS_ALONE[unit_id], after + 1
    if word in FLOORS and _floor_number(unit_id):
        return f"FL {_floor_number(unit_id)}", after + 1
    return "", at


def _unit_alone(word: str, following: str, at: int) -> tuple[str, int]:
    """Read `REAR`, `BSMT`, `PH 2`; the more common words only at the end or before a unit."""
    if word in ("PH", "PENTHOUSE") and following and is_unit_id(following):
        return f"PH {following}", at + 2
    certain = word in ("BSMT", "BASEMENT", "REAR", "PH", "PENTHOUSE")
    if certain or not following or following in UNITS or following in UNITS_ALONE:
        return UNITS_ALONE[word], at + 1
    return "", at


def _is_zip_like(word: str) -> bool:
    return len(word) >= 5 and word[:5].isdigit()


def _is_split_id(first: str, second: str) -> bool:
    """Whether it is one identifier in two words: `3 B`, `B 3`."""
    if first.isdigit():
        return len(second) == 1 and second.isalpha()
    return len(first) == 1 and first.isalpha() and second.isdigit()


def _floor_number(word: str) -> str:
    found = ORDINAL_WORD.match(word)
    if found:
        return found[1]
    if word == "GROUND":
        return "GROUND"
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
