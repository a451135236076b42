"""One plain street in normal form: directional, name, suffix, directional.

A `Way` is a street, a numbered route or a stretch of highway. Its text mostly follows USPS
Publication 28; its other fields are for keys and comparison.
"""

from typing import NamedTuple

from ccu.address.words import (
    BEFORE_LETTER,
    DIRECTIONS,
    KEY_INSIDE,
    LONG_SUFFIX,
    NAME_SHORT,
    NUMBERS_IN_NAMES,
    ORDINALS,
    ROADS,
    SHORT_INSIDE,
    SHY_DIRECTIONS,
    SUFFIXES,
    Lazy,
)


class Way(NamedTuple):
    """One way: `text` as shown, and the parts that keys and comparison use."""

    text: str
    key: str  # all of it, in the one form that all spellings share
    pre: str = ""  # directional before the name
    core: str = ""  # the name itself; a last word that may be a suffix is spelled out
    suffix: str = ""
    post: str = ""  # directional after the name
    route: bool = False  # a numbered route
    travel: bool = False  # has a direction of travel
    highway: bool = False  # names a ramp, an exit or a mile marker


_AVENIDA = ("AVE", "AV", "AVDA")
_NOT_SPANISH = DIRECTIONS.keys() | SUFFIXES.keys() | {"THE"}
_NUMBER_WORDS = ORDINALS.keys() | NUMBERS_IN_NAMES.keys()
_LETTERED = Lazy(r"[KMT][0-9]{1,3}$")
_ORDINAL = Lazy(r"0*([0-9]{1,3}(?:ST|ND|RD|TH))$")
_DIGITS = Lazy(r"0*([0-9]{1,3})$")


def ordinal(number: int) -> str:
    """Write 1 as 1ST, 22 as 22ND, 113 as 113TH."""
    ending = {1: "ST", 2: "ND", 3: "RD"}.get(number % 10, "TH")
    return f"{number}{'TH' if number % 100 in (11, 12, 13) else ending}"


def plain_way(words: list[str]) -> Way:
    """Read the words of a street that has no highway words."""
    pre, name, suffix, post = _parts(words)
    before = f"{pre} " if pre else ""
    behind = f" {post}" if post else ""
    after = f" {suffix}{behind}" if suffix else behind
    text = f"{before}{' '.join(name)}{after}"
    if "KING" in name:
        name = _bare_king(name)
    if "MILE" in name:
        at = name.index("MILE")
        name = [*in_digits(name[:at]), *name[at:]]
    inside = [KEY_INSIDE.get(word, word) for word in name]  # one spelling for one street
    last = name[-1]
    long = LONG_SUFFIX[SUFFIXES[last]] if len(last) > 2 and last in SUFFIXES else last
    core = " ".join([*inside[:-1], long]) if len(inside) > 1 else long
    if suffix == "HWY" and _LETTERED.match(core):
        suffix, after = "", behind  # K-10 HWY is K-10
    if len(inside) > 1 and suffix and inside[-1] in ORDINALS:
        inside[-1] = ordinal(ORDINALS[inside[-1]])  # OLD THIRD ST is OLD 3RD ST
    key = f"{before}{' '.join(inside)}{after}"
    return Way(text, key, pre, core, suffix, post)


def spelled_number(words: list[str], at: int = 0) -> tuple[int, int]:
    """Read `ONE HUNDRED TENTH` at `at`: (110, index after it); (0, at) if it is no number."""
    value, start = 0, at
    while at < len(words):
        word = words[at]
        more = NUMBERS_IN_NAMES.get(word) or ORDINALS.get(word, 0)
        if word in ("HUNDRED", "HUNDREDTH") and 0 < value < 10:
            value *= 100
        elif more and (value % 100 == 0 or (value % 100 >= 20 and value % 10 == 0 and more < 10)):
            value += more
        else:
            break
        at += 1
        if word in ORDINALS:
            break
    return value, (at if value else start)


def in_digits(words: list[str]) -> list[str]:
    """Write each number in words in digits: NINE MILE is 9 MILE, TWENTY FIRST is 21ST."""
    if _NUMBER_WORDS.isdisjoint(words):
        return words
    written: list[str] = []
    at = 0
    while at < len(words):
        value, after = spelled_number(words, at)
        if not value:
            written.append(words[at])
        else:
            written.append(ordinal(value) if words[after - 1] in ORDINALS else str(value))
        at = max(after, at + 1)
    return written


def _parts(words: list[str]) -> tuple[str, list[str], str, str]:
    """Split a plain street into directional, name words, suffix, directional."""
    end = len(words)
    post = ""
    if end > 1 and words[-1] in DIRECTIONS and _can_lose_last(words):
        post = DIRECTIONS[words[-1]]
        end -= 1
    start = 0
    pre = ""
    if end > 1 and words[0] in DIRECTIONS:
        pre, start = _leading_direction(words, end)
    suffix = ""
    last = words[end - 1]
    if end - start > 1 and last in SUFFIXES:
        suffix = SUFFIXES[last]
        end -= 1
    name = words[start:end]
    return pre, _name_words(name, pre, suffix, post), suffix, post


def _can_lose_last(words: list[str]) -> bool:
    """Return whether the last word is a directional, not the name (`AVENUE E`, `N E`, `WEST`)."""
    if words[-1] in SHY_DIRECTIONS:
        return False
    before = words[:-1]
    while before and before[0] in DIRECTIONS and len(before) > 1:
        before = before[1:]
    name = before[0]
    is_name = name not in BEFORE_LETTER and (name not in DIRECTIONS or len(name) > 2)
    return len(before) > 1 or is_name


def _leading_direction(words: list[str], end: int) -> tuple[str, int]:
    """Return the directional at the front and where the name starts; ("", 0) if it is the name."""
    first, second = words[0], words[1]
    two = DIRECTIONS[first] + DIRECTIONS.get(second, "?")
    lettered = end == 3 and words[2] in ROADS  # S E ST is E Street, south
    if two in DIRECTIONS and end > 2 and len(first) == len(second) == 1 and not lettered:
        return two, 2  # N W 12TH ST is northwest
    if end == 2 and second in ROADS and len(first) != 2:
        return "", 0  # NORTH AVE, NORTHWEST HWY; N ST, a lettered street
    if first in SHY_DIRECTIONS and end == 2 == len(words) and second[0].isdigit():
        return "", 0  # NO 85: north of 85
    return DIRECTIONS[first], 1


def _name_words(name: list[str], pre: str, suffix: str, post: str) -> list[str]:
    """Spell the name: numbered streets, saints, short forms inside."""
    if len(name) > 1:
        whole = (
            not suffix and len(name[1]) > 2 and name[1].isalpha() and name[1] not in _NOT_SPANISH
        )
        if name[0] in _AVENIDA and (name[1] == "DEL" or "DE" in name[1:3] or whole):
            name = ["AVENIDA", *name[1:]]  # AVE PONCE DE LEON, AVE ASHFORD
        name = [SHORT_INSIDE.get(word, word) for word in name]
        for i, word in enumerate(name[:-1]):
            if word in NAME_SHORT:
                name[i] = NAME_SHORT[word]
    number, after = _street_number(name, pre, suffix, post)
    return [number, *name[after:]] if number else name


def _street_number(name: list[str], pre: str, suffix: str, post: str) -> tuple[str, int]:
    """Read `05TH`, `FIFTH`, `TWENTY SECOND`, and a bare number of a street (`3 AVE`, `N 60`).

    Return it (`22ND`) and the index of the word after it; ("", 0) if there is none.
    """
    first = name[0]
    if first[0].isdigit():
        if found := _ORDINAL.match(first):
            return found[1], 1
        bare = _DIGITS.match(first)
        alone = all(word in ROADS for word in name[1:])  # 8 STREET RD is 8TH ST RD
        if bare and alone and (suffix or (pre and not post)) and int(bare[1]):
            return ordinal(int(bare[1])), 1
        return "", 0
    if first not in _NUMBER_WORDS:
        return "", 0
    value, after = spelled_number(name)
    rest = name[after:]
    if value and name[after - 1] in ORDINALS and all(w in SUFFIXES for w in rest):
        return (ordinal(value), after) if suffix or not rest else ("", 0)
    return "", 0


def _bare_king(name: list[str]) -> list[str]:
    """Drop titles before MARTIN and JR after KING, which are not in the key."""
    if "MARTIN" not in name:
        return name
    dropped = ("DR", "REV", "REVEREND", "DOCTOR", "JR", "JUNIOR")
    return [word for word in name if word not in dropped] or name
