"""Take city, state and ZIP off the end of a line, with or without commas before them.

Also tells the name of a place from a street, and from text without an address.
"""

from typing import NamedTuple

from ccu.address.names import Names
from ccu.address.number import FLOORS, ORDINAL_WORD, find_unit, is_unit_id, take_units
from ccu.address.route import find_route
from ccu.address.words import (
    BEFORE_LETTER,
    BESIDE,
    BUSINESSES,
    CITY_STARTS,
    DIRECTIONS,
    FEATURES,
    KNOWN_STREETS,
    NO_WORDS,
    NOT_A_WAY,
    NOWHERE,
    ORDINALS,
    PLACE_ENDS,
    PLACE_WORDS,
    REMARKS,
    REMARKS_BEHIND,
    ROADS,
    SAINTS,
    SAYING_NOTHING,
    SHY_STATES,
    SIDE_PLACES,
    STATE_CODES,
    STATES,
    STREET_STARTS,
    SUFFIXES,
    TRAVEL,
    UNITS,
    UNITS_ALONE,
    Lazy,
)

# Short forms too short to end a street when something follows (`LA`, `AL` open names).
_ONLY_LAST = frozenset("LA AL CI CR TE TR TL WA WY PK PW PY HW HY BD EXP EXPRESS LANES".split())
_GOES_ON = frozenset("OF DE DEL DU ON THE".split())
_LOOSE = DIRECTIONS.keys() | {"OLD", "NEW", "THE", "OF", "AND", "&", "/", "AT", "@"}
_SHORT_CODE = 2  # letters; a code as short is one only after a comma
_ZIP = Lazy(r"([0-9]{5})(?:-?[0-9]{4})?$")
_SHORT_ZIP = Lazy(r"[0-9]{4}$")  # a spreadsheet dropped the zero


class Town(NamedTuple):
    """City, state and ZIP, and the words before them."""

    words: list[str]
    city: str = ""
    state: str = ""
    zip: str = ""


def take_zip(words: list[str]) -> tuple[list[str], str]:
    """Take a ZIP off the end of the words, and a country after it."""
    if len(words) > 1 and words[-1] in ("USA", "US"):
        words = words[:-1]
    elif len(words) > 2 and words[-2:] == ["UNITED", "STATES"]:
        words = words[:-2]
    if not words:
        return words, ""
    if found := _ZIP.match(words[-1]):
        return words[:-1], found[1]
    if len(words) > 1 and _SHORT_ZIP.match(words[-1]) and words[-2] in STATES:
        return words[:-1], "0" + words[-1]
    return words, ""


def zip_name(zip_code: str) -> str:
    """Return a ZIP as five digits, with the zero that a spreadsheet dropped."""
    if found := _ZIP.match(zip_code):
        return found[1]
    return "0" + zip_code if _SHORT_ZIP.match(zip_code) else zip_code


def take_state(words: list[str]) -> tuple[list[str], str]:
    """Take a state, as code or name, off the end of the words."""
    for count in (2, 1):
        if len(words) >= count and " ".join(words[-count:]) in STATES:
            return words[:-count], STATES[" ".join(words[-count:])]
    return words, ""


def take_town(words: list[str], names: Names) -> Town:
    """Take off city, state and ZIP at the end of a line without a comma before them."""
    line, zip_code = take_zip(words) if len(words) > 2 else (words, "")
    if zip_code and find_route(words) == len(words):
        line, zip_code = words, ""  # COUNTY ROAD 45300: the number of the road
    if zip_code and line[-1] in UNITS and line[-1] not in STATE_CODES:
        line, zip_code = words, ""  # APT 12345
    if zip_code:
        _, state = take_state(line)
        if not (state or road_end(line, len(line)) or _known_city(line, names, True)):
            line, zip_code = words, ""
    shorter, state = take_state(line) if len(line) > 1 else (line, "")
    if state and shorter:
        code = line[-1]
        sure = bool(zip_code) or (code in STATE_CODES and code not in SHY_STATES) or code == "CONN"
        street = road_end(shorter, len(shorter)) or find_route(shorter)
        behind = shorter[street:] if street else []
        likely = sure or (street > 0 and (code not in SUFFIXES or _is_town_name(behind)))
        count = _known_city(shorter, names, sure)
        count = count or (_town_of_road_words(shorter) if sure else 0)
        if count := count or (_unknown_city(shorter, bool(zip_code)) if likely else 0):
            return Town(shorter[:-count], " ".join(shorter[-count:]), state, zip_code)
        if zip_code or (sure and road_end(shorter, len(shorter)) == len(shorter)):
            return Town(shorter, "", state, zip_code)
    if count := _known_city(line, names, bool(zip_code)):
        return Town(line[:-count], names.town(" ".join(line[-count:])), "", zip_code)
    return Town(line, "", "", zip_code)


def _known_city(words: list[str], names: Names, sure: bool) -> int:
    """Count the words at the end that are a known city after a complete street."""
    for count in (3, 2, 1):
        if len(words) <= count:
            continue
        name = " ".join(words[-count:])
        if not names.has_town(name) or (len(name) <= _SHORT_CODE and names.is_code(name)):
            continue
        before = words[:-count]
        named = (name == names.own or count > 1) and before[-1] not in _LOOSE
        if sure or named or _ends_street(before):
            return count
    return 0


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
            named = at == 1 and len(words[0]) > 2 and len(words[2]) > 1
            if all(w in DIRECTIONS for w in words[:at]) and not named:
                continue  # W AVE K, but not NORTH ST OLD BRIDGE
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
    route = find_route(words)
    if end := route or road_end(words, len(words)):
        left = words[end:]
        if route and left and left[0] in ROADS:
            left = left[1:]  # I 30 FWY GARLAND
        if left and left[0] in DIRECTIONS and (route or not _starts_city(left)):
            left = left[1:]
        _, left = take_units(left)
        if len(left) > 1 and left[0][0].isdigit():
            left = left[1:]
        named = all(word.isalpha() and word not in ORDINALS for word in left)
        return len(left) if named and len(left) <= 4 else 0
    if len(words) < 2 or (words[-1] in SUFFIXES and not sure):
        return 0
    return 2 if len(words) > 2 and words[-2] in CITY_STARTS else 1


def _town_of_road_words(words: list[str]) -> int:
    """Count the words of LAKE VIEW TERRACE in `ELM ST LAKE VIEW TERRACE`, before a state."""
    street = road_end(words, len(words) - 1) if words[-1] in ROADS else 0
    left = words[street:]
    named = len(left) > 2 and left[0] not in DIRECTIONS and all(word.isalpha() for word in left)
    return len(left) if street > 1 and named else 0


def _is_town_name(words: list[str]) -> bool:
    """Return whether words between a complete street and CT are a town: 9 MONROE ST NORWALK CT."""
    if not 0 < len(words) < 3 or not {*words}.isdisjoint(PLACE_WORDS):
        return False
    if len(words) == 1 and words[0] in SUFFIXES:
        return False
    named = words[1:] if _starts_city(words) else words  # 5 MAIN ST SOUTH WINDSOR CT
    return all(len(word) > 2 and word.isalpha() and word not in DIRECTIONS for word in named)


def _starts_city(left: list[str]) -> bool:
    """Return whether a direction written in full is of the city: `ELM DR WEST PALM BEACH FL`."""
    return len(left) > 1 and len(left[0]) in (4, 5) and left[1] != "ST"


CONNECTORS = ("AND", "AT", "X")
_SHY_REMARKS = ("AT", "BY", "AREA", "ACROSS", "ON")
_REMARKS_BY_HEAD: dict[str, list[list[str]]] = {}
for _remark in REMARKS:
    _REMARKS_BY_HEAD.setdefault(_remark.split()[0], []).append(_remark.split())
_BEHIND_BY_HEAD: dict[str, list[tuple[str, ...]]] = {}
for _phrase in REMARKS_BEHIND:
    _BEHIND_BY_HEAD.setdefault(_phrase[0], []).append(_phrase)
_SHORT_REMARK = 4  # letters; as short, and alone, it is a code of a city
_NO_HOME = ("FRNT", "SIDE", "LEFT", "RIGHT")  # IN FRONT is outside
WHOLE_WAY = frozenset(FEATURES) | frozenset(TRAVEL)


def drop_remarks(words: list[str]) -> list[str]:
    """Drop remarks at the front (`ACROSS FROM ...`), unless there is nothing else."""
    if not words or words[0] not in _REMARKS_BY_HEAD:
        return words
    for remark in _REMARKS_BY_HEAD[words[0]]:
        count = len(remark)
        if words[:count] == remark and len(words) > count:
            following = words[count]
            if (
                remark[0] in _SHY_REMARKS
                and count == 1
                and (following in ROADS or following in CONNECTORS or following == "RAMP")
            ):
                return words  # AREA RD, AT AND T, ON RAMP
            return words[count:]
    return words


def is_remark(words: list[str]) -> int:
    """Return how many words begin a remark behind an address (`BACK DOOR`, `RING`), or 0."""
    for phrase in _BEHIND_BY_HEAD.get(words[0], ()):
        if tuple(words[: len(phrase)]) == phrase and words[1:2] not in (["RAMP"], ["RP"]):
            return len(phrase) if len(words) > 1 or len(words[0]) > _SHORT_REMARK else 0
    return 0


def unit_of_remark(words: list[str]) -> list[str]:
    """Return the words of the unit of a remark (`IN THE BASEMENT`), without those before it."""
    if words[0] in ("C", "CARE"):  # C/O ANN ROE APT 3
        return words[find_unit(words, 3) :]
    if words[0] not in ("IN", "ON", "AT", "THE"):
        return []
    rest = words[1 + (words[1:2] == ["THE"]) :]
    units, left = take_units(rest)
    return rest[: len(rest) - len(left)] if units and units not in _NO_HOME else []


def cut_remark(words: list[str]) -> list[str]:
    """Drop what people write behind a house number and its street, except for a unit."""
    if _BEHIND_BY_HEAD.keys().isdisjoint(words):
        return words
    for at in range(1, len(words)):
        count = is_remark(words[at:])
        if count and (
            ends_as_street(words[:at])
            or (not ends_as_street(words) and (count > 1 or _ends_street(words[:at])))
        ):
            return words[:at] + unit_of_remark(words[at:])
    return words


def is_nowhere(words: list[str]) -> bool:
    """Return whether the words mean that there is no address."""
    if " ".join(words) in NOWHERE:
        return True
    return len(words) > 1 and SAYING_NOTHING.issuperset(words) and not NO_WORDS.isdisjoint(words)


def is_not_a_way(side: list[str]) -> bool:
    """Return whether the last word or the name of a side of a crossing shows that it is no way."""
    line = " ".join(side)
    if line in NOT_A_WAY or line in BUSINESSES or is_nowhere(side):
        return True
    if len(side) == 1 or side[-1] in ROADS:
        return False
    if side[-1] in ("STATION", "HOUSE") and side[-2] not in PLACE_WORDS:
        return False  # OLD STATION may be a street, FIRE STATION is none
    return side[-1] in SIDE_PLACES or side[0] == "COMPOUND"


def is_named_beside(side: list[str]) -> bool:
    """Whether a side after an address is a name of two words or more without a sign of a way."""
    if len(side) < 2 or ends_as_street(side) or find_route(side):
        return False
    if side[0] in DIRECTIONS or side[0] in STREET_STARTS or not WHOLE_WAY.isdisjoint(side):
        return False
    return not any(word in SUFFIXES or ORDINAL_WORD.match(word) for word in side)


def is_place(words: list[str]) -> bool:
    """Whether words without a house number are likelier the name of a place than a street."""
    line = " ".join(words)
    if line in BUSINESSES:
        return True
    last = words[-1]
    if len(words) > 1 and ends_as_street(words):
        return False
    if (words[words[0] == "EL" and len(words) > 2] in STREET_STARTS and len(words) > 1) or (
        find_route(words)
    ):
        return False
    if not WHOLE_WAY.isdisjoint(words):
        return False
    if any(word in PLACE_WORDS for word in words):
        return len(words) > 1 or SUFFIXES.get(last) is None
    if words[0] in DIRECTIONS or ORDINAL_WORD.match(words[0]):
        return False
    if len(words) == 1:
        return not last.isdigit() and _single_is_place(last)
    if road_end(words, len(words)):
        return False
    if last in SUFFIXES:
        return SUFFIXES[last] in PLACE_ENDS and not all(len(word) < 4 for word in words)
    return " ".join(words[:2]) in BUSINESSES or not is_fragment(words)


def ends_as_street(words: list[str]) -> bool:
    """Return whether the words end in a road word, or in one and its directional."""
    if words[-1] in DIRECTIONS and len(words) > 2:
        words = words[:-1]
    return words[-1] in ROADS and len(words) > 1


def _single_is_place(word: str) -> bool:
    """Return whether one word is a place: a code (`D5`), a city, or four letters (`MATC`)."""
    if any(char.isdigit() for char in word):
        return not _is_bare_number(word)
    if word in KNOWN_STREETS:
        return False
    return len(word) == 4


def _is_bare_number(word: str) -> bool:
    """Return whether it is a house number and no street: `600`, `12A`, `5XX`."""
    number = word.rstrip("X")
    return number.isdigit() or number[:-1].isdigit()


def is_fragment(words: list[str]) -> bool:
    """Return whether it is cut-off words or a bare number: `MAI ELM`, `CON`, `1234`."""
    if len(words) == 1 and _is_bare_number(words[0]):
        return True
    if words[0] in DIRECTIONS or any(
        word in SUFFIXES and SUFFIXES[word] not in PLACE_ENDS for word in words[1:]
    ):
        return False
    return not find_route(words) and all(len(word) <= 3 and word.isalpha() for word in words)


def can_be_city(words: list[str]) -> bool:
    """Return whether words after a street or a comma can be a city that is in no table."""
    if len(words) > 4 or not all(word.isalpha() for word in words) or ends_as_street(words):
        return False
    if words[-1] in BESIDE or words[-1] in UNITS or words[0] == "RR":
        return False
    if len(words) > 1 and SUFFIXES.get(words[-1]) in ("CTR", "PLZ", "SQ"):
        return False
    line = " ".join(words)
    if line in BUSINESSES or line in NOT_A_WAY:
        return False
    return not any(word in PLACE_WORDS for word in words)
