"""Take city, state and ZIP off the end of a line, with or without commas before them."""

from typing import NamedTuple

from ccu.address.route import find_route
from ccu.address.text import Lazy
from ccu.address.unit import FLOORS, is_unit_id, take_units
from ccu.address.words import (
    BEFORE_LETTER,
    CITIES,
    CITY_CODES,
    CITY_STARTS,
    DIRECTIONS,
    ORDINALS,
    ROADS,
    SAINTS,
    SHY_CITY_CODES,
    SHY_STATES,
    STATE_CODES,
    STATES,
    SUFFIXES,
    UNITS,
    UNITS_ALONE,
)

# Short forms too short to end a street when something follows (`LA`, `AL` open names).
_ONLY_LAST = frozenset("LA AL CI CR TE TR TL WA WY PK PW PY HW HY BD EXP EXPRESS LANES".split())
_GOES_ON = frozenset("OF DE DEL DU ON THE".split())
_LONG_DIRECTIONS = {"N": "NORTH", "S": "SOUTH", "E": "EAST", "W": "WEST", "SO": "SOUTH"}
_ZIP = Lazy(r"([0-9]{5})(?:-?[0-9]{4})?$")
_SHORT_ZIP = Lazy(r"[0-9]{4}$")  # a spreadsheet dropped the zero


class Town(NamedTuple):
    """City, state and ZIP, and the words before them."""

    words: list[str]
    city: str = ""
    state: str = ""
    zip: str = ""


def is_city(name: str, town: str) -> bool:
    """Whether it is a known city, or the name of the town."""
    if name == town or name in CITIES:
        return bool(name)
    written_out = long_city(name)
    return written_out != name and (written_out in CITIES or written_out == town)


def long_city(name: str) -> str:
    """Return a city with its direction written out: SOUTH NORWALK of `S NORWALK`."""
    first, _, rest = name.partition(" ")
    return f"{_LONG_DIRECTIONS[first]} {rest}" if rest and first in _LONG_DIRECTIONS else name


def take_zip(words: list[str]) -> tuple[list[str], str]:
    """Take a ZIP off the end of the words, and a country after it."""
    if len(words) > 1 and words[-1] in ("USA", "US"):
        words = words[:-1]
    elif len(words) > 2 and words[-2:] == ["UNITED", "STATES"]:
        words = words[:-2]
    if not words:
        return words, ""
    found = _ZIP.match(words[-1])
    if found:
        return words[:-1], found[1]
    if len(words) > 1 and _SHORT_ZIP.match(words[-1]) and words[-2] in STATES:
        return words[:-1], "0" + words[-1]
    return words, ""


def zip_name(zip_code: str) -> str:
    """Return a ZIP as five digits, with the zero that a spreadsheet dropped."""
    found = _ZIP.match(zip_code)
    if found:
        return found[1]
    return "0" + zip_code if _SHORT_ZIP.match(zip_code) else zip_code


def take_state(words: list[str]) -> tuple[list[str], str]:
    """Take a state, as code or name, off the end of the words."""
    for count in (2, 1):
        if len(words) >= count and " ".join(words[-count:]) in STATES:
            return words[:-count], STATES[" ".join(words[-count:])]
    return words, ""


def take_town(words: list[str], town: str) -> Town:
    """Take off city, state and ZIP at the end of a line without a comma before them."""
    line, zip_code = take_zip(words) if len(words) > 2 else (words, "")
    if zip_code and line[-1] in UNITS and line[-1] not in STATE_CODES:
        line, zip_code = words, ""  # APT 12345
    if zip_code:
        _, state = take_state(line)
        if not (state or road_end(line, len(line)) or _known_city(line, town, True)):
            line, zip_code = words, ""
    shorter, state = take_state(line) if len(line) > 1 else (line, "")
    if state and shorter:
        code = line[-1]
        sure = bool(zip_code) or (code in STATE_CODES and code not in SHY_STATES) or code == "CONN"
        street = road_end(shorter, len(shorter)) or find_route(shorter)
        likely = sure or (code not in SUFFIXES and street > 0)
        count = _known_city(shorter, town, sure)
        count = count or (_unknown_city(shorter, bool(zip_code)) if likely else 0)
        if count:
            return Town(shorter[:-count], " ".join(shorter[-count:]), state, zip_code)
        if zip_code or (sure and road_end(shorter, len(shorter)) == len(shorter)):
            return Town(shorter, "", state, zip_code)
    count = _known_city(line, town, bool(zip_code))
    if count:
        return Town(line[:-count], city_name(" ".join(line[-count:])), "", zip_code)
    return Town(line, "", "", zip_code)


def _known_city(words: list[str], town: str, sure: bool) -> int:
    """Count the words at the end that are a known city after a complete street."""
    for count in (3, 2, 1):
        if len(words) <= count:
            continue
        name = " ".join(words[-count:])
        coded = name in CITY_CODES and name not in SHY_CITY_CODES and len(name) > 2
        if not (coded or is_city(name, town)):
            continue
        before = words[:-count]
        named = name == town or count > 1
        if sure or _ends_street(before) or (named and _has_name(before)):
            return count
    return 0


def _has_name(words: list[str]) -> bool:
    loose = ("OLD", "NEW", "THE", "OF", "AND", "&", "/", "AT", "@")
    return words[-1] not in loose and words[-1] not in DIRECTIONS


def _ends_street(words: list[str]) -> bool:
    """Whether the words end as a street does: in a suffix, its directional, a unit or a number."""
    if words[-1] in DIRECTIONS and len(words) > 2:
        words = words[:-1]
    last = words[-1]
    if last in SUFFIXES:
        return len(words) > 1 and not (words[-2] in DIRECTIONS and last not in ROADS)
    if last[0].isdigit() or is_unit_id(last):
        return len(words) > 1 and (
            words[-2] in UNITS or road_end(words, len(words)) > 0 or find_route(words) > 0
        )
    return last in UNITS_ALONE or last in FLOORS


def road_end(words: list[str], limit: int) -> int:
    """Return the index after the last road word before `limit` that has a name before it, or 0."""
    for at in range(limit - 1, 0, -1):
        word = words[at]
        if word not in ROADS or (at < len(words) - 1 and word in _ONLY_LAST):
            continue
        if len(words) > at + 1:
            if words[at + 1] in _GOES_ON or is_saint(words, at):
                continue
            if all(w in DIRECTIONS for w in words[:at]):
                continue  # W AVE K
        return at + 1
    return 0


def is_saint(words: list[str], at: int) -> bool:
    """Whether the ST at `at` is that of ST PAUL; after a complete street it can be no other."""
    if words[at] != "ST" or at + 1 >= len(words):
        return False
    following = words[at + 1]
    if following in SAINTS:
        return True
    if at == 1 and words[0] in BEFORE_LETTER:
        return following.isalpha()  # AVENUE ST ALBERT
    before = at - 1 - (words[at - 1] in DIRECTIONS)
    named = following.isalpha() and len(following) > 2 and following not in UNITS
    return named and before > 0 and words[before] in ROADS and following not in DIRECTIONS


def _unknown_city(words: list[str], sure: bool) -> int:
    """Count the words of a city that is in no table, before a state."""
    end = find_route(words) or road_end(words, len(words))
    if end:
        left = words[end:]
        if left and left[0] in DIRECTIONS and not _starts_city(left):
            left = left[1:]
        _, left = take_units(left)
        if len(left) > 1 and left[0][0].isdigit():
            left = left[1:]
        named = all(word.isalpha() and word not in ORDINALS for word in left)
        return len(left) if named and len(left) <= 4 else 0
    if len(words) < 2 or (words[-1] in SUFFIXES and not sure):
        return 0
    return 2 if len(words) > 2 and words[-2] in CITY_STARTS else 1


def _starts_city(left: list[str]) -> bool:
    """Whether a direction written in full is of the city: `ELM DR WEST PALM BEACH FL`."""
    return len(left) > 1 and len(left[0]) in (4, 5) and left[1] != "ST"


def city_name(name: str) -> str:
    """Return a city with its code written out."""
    return CITY_CODES.get(name, name)
