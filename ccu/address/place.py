"""Tell the name of a place from a street, and from text without an address."""

from ccu.address.route import find_route
from ccu.address.town import road_end
from ccu.address.unit import ORDINAL_WORD
from ccu.address.words import (
    BESIDE,
    BUSINESSES,
    CITIES,
    DIRECTIONS,
    FEATURES,
    KNOWN_STREETS,
    NO_WORDS,
    NOT_A_WAY,
    NOWHERE,
    PLACE_ENDS,
    PLACE_WORDS,
    REMARKS,
    ROADS,
    SAYING_NOTHING,
    SIDE_PLACES,
    STREET_STARTS,
    SUFFIXES,
    TRAVEL,
    UNITS,
)

CONNECTORS = ("AND", "AT", "X")
_SHY_REMARKS = ("AT", "BY", "AREA", "ACROSS", "ON")
_REMARKS_BY_HEAD: dict[str, list[list[str]]] = {}
for _remark in REMARKS:
    _REMARKS_BY_HEAD.setdefault(_remark.split()[0], []).append(_remark.split())
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


def is_nowhere(words: list[str]) -> bool:
    """Whether the words mean that there is no address."""
    if " ".join(words) in NOWHERE:
        return True
    return len(words) > 1 and SAYING_NOTHING.issuperset(words) and not NO_WORDS.isdisjoint(words)


def is_not_a_way(side: list[str]) -> bool:
    """Whether the last word or the name of a side of a crossing shows that it is no way."""
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
    if (words[0] in STREET_STARTS and len(words) > 1) or find_route(words):
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
    """Whether the words end in a road word, or in one and its directional."""
    if words[-1] in DIRECTIONS and len(words) > 2:
        words = words[:-1]
    return words[-1] in ROADS and len(words) > 1


def _single_is_place(word: str) -> bool:
    """Whether one word is a place: a code (`D5`), a city, or four letters (`MATC`)."""
    if any(char.isdigit() for char in word):
        return not _is_bare_number(word)
    if word in KNOWN_STREETS:
        return False
    return word in CITIES or len(word) == 4


def _is_bare_number(word: str) -> bool:
    """Whether it is a house number and no street: `600`, `12A`, `5XX`."""
    number = word.rstrip("X")
    return number.isdigit() or number[:-1].isdigit()


def is_fragment(words: list[str]) -> bool:
    """Whether it is cut-off words or a bare number: `MAI ELM`, `CON`, `1234`."""
    if len(words) == 1 and _is_bare_number(words[0]):
        return True
    if words[0] in DIRECTIONS or any(
        word in SUFFIXES and SUFFIXES[word] not in PLACE_ENDS for word in words[1:]
    ):
        return False
    return not find_route(words) and all(len(word) <= 3 and word.isalpha() for word in words)


def can_be_city(words: list[str]) -> bool:
    """Whether words after a street or a comma can be a city that is in no table."""
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
