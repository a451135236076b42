"""The second step of reading an address: the words of one way, in normal form.

A way is a street, a numbered route or a stretch of motorway. `read_way` gives the words as they
are shown (USPS Publication 28 in spirit) and, apart, what keys are made of: the directional
before, the core of the name, the suffix, the directional behind.
"""

import re
from typing import NamedTuple

from ccu.address_words import (
    BEFORE_LETTER,
    BOUND,
    CARDINALS,
    DIRECTIONS,
    FEATURES,
    HIGHWAY_FEATURES,
    KEY_INSIDE,
    NAME_SHORT,
    ORDINALS,
    ROADS,
    SHORT_INSIDE,
    SHY_DIRECTIONS,
    STATE_CODES,
    SUFFIXES,
    TENS,
    TRAVEL,
)


class Way(NamedTuple):
    """One way: `text` as shown, and the parts that keys and comparison use."""

    text: str
    key: str  # the whole, in the one form that all spellings share
    pre: str = ""  # directional before the name
    core: str = ""  # the name itself
    suffix: str = ""
    post: str = ""  # directional behind
    route: bool = False  # a numbered route
    travel: bool = False  # carries a direction of travel
    highway: bool = False  # names a ramp, an exit or a mile marker


_ROUTE_CLASS = {"HWY": "HIGHWAY", "HIGHWAY": "HIGHWAY", "HIWAY": "HIGHWAY", "RT": "ROUTE"}
_ROUTE_CLASS |= {"RTE": "ROUTE", "ROUTE": "ROUTE", "RD": "ROAD", "ROAD": "ROAD"}
_ROUTE_SHORT = {
    "I": "INTERSTATE", "IH": "INTERSTATE", "INTERSTATE": "INTERSTATE", "RT": "ROUTE",
    "RTE": "ROUTE", "ROUTE": "ROUTE", "HWY": "HIGHWAY", "HIGHWAY": "HIGHWAY", "HIWAY": "HIGHWAY",
    "HY": "HIGHWAY", "SR": "STATE ROAD", "SH": "STATE HIGHWAY", "STH": "STATE HIGHWAY",
    "CTH": "COUNTY HIGHWAY", "CR": "COUNTY ROAD", "US": "US HIGHWAY", "FM": "FM", "RM": "RM",
    "LOOP": "LOOP", "SPUR": "SPUR",
}  # fmt: skip
_ROUTE_OWNERS = {"US": "US", "STATE": "STATE", "ST": "STATE", "COUNTY": "COUNTY", "CO": "COUNTY"}
_ROUTE_OWNERS |= {"TOWNSHIP": "TOWNSHIP", "TWP": "TOWNSHIP", "INTERSTATE": "INTERSTATE"}
_ROUTE_NUMBER = re.compile(r"[0-9]{1,4}[A-Z]?$")
_ROUTE_LETTER = re.compile(r"[A-DF-MO-RT-VX-Z]{1,2}$")
_ORDINAL = re.compile(r"0*([0-9]{1,3}(?:ST|ND|RD|TH))$")
_DIGITS = re.compile(r"0*([0-9]{1,3})$")

# Words whose presence sends a way down the longer road through the rules.
_HIGHWAY_WORDS = frozenset(_ROUTE_SHORT) | frozenset(FEATURES) | frozenset(TRAVEL)
_HIGHWAY_WORDS |= {"STATE", "COUNTY", "BOUND", "ACCESS", "ON", "OFF", "MILE", "CO", "TWP"}
_HIGHWAY_WORDS |= {"TOWNSHIP"}
_KING_WORDS = frozenset(("KING", "MLK"))


def ordinal(number: int) -> str:
    """1 to 1ST, 22 to 22ND, 113 to 113TH."""
    ending = "TH" if number % 100 in (11, 12, 13) else {1: "ST", 2: "ND", 3: "RD"}.get(
        number % 10, "TH"
    )
    return f"{number}{ending}"


def read_way(words: list[str]) -> Way:
    """Read the words of one way, whatever stands in them."""
    if not _KING_WORDS.isdisjoint(words):
        words = _spell_king(words)
    if _HIGHWAY_WORDS.isdisjoint(words) and not words[0][0].isdigit():
        return _plain_way(words)
    return _long_way(words)


def _plain_way(words: list[str]) -> Way:
    pre, name, suffix, post = _parts(words)
    shown = [part for part in (pre, *name, suffix, post) if part]
    return Way(" ".join(shown), _plain_key(pre, name, suffix, post), pre,
               _core(name), suffix, post)  # fmt: skip


def _plain_key(pre: str, name: list[str], suffix: str, post: str) -> str:
    parts = [pre, _core(name), suffix, post]
    return " ".join(part for part in parts if part)


def _core(name: list[str]) -> str:
    """The name as keys hold it: one spelling for what is one street."""
    if "KING" in name:
        name = _bare_king(name)
    if len(name) == 1:
        return SUFFIXES.get(name[0], name[0]) if name[0] not in DIRECTIONS else name[0]
    words = [KEY_INSIDE.get(word, word) for word in name[:-1]]
    last = name[-1]
    words.append(SUFFIXES.get(last, last) if len(last) > 2 else last)
    return " ".join(words)


def _parts(words: list[str]) -> tuple[str, list[str], str, str]:
    """Directional, name words, suffix, directional of a plain street."""
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
    """Is the directional at the end one, and not the name (`AVENUE E`, `N E`, `WEST`)?"""
    if words[-1] in SHY_DIRECTIONS:
        return False
    before = words[:-1]
    while before and before[0] in DIRECTIONS and len(before) > 1:
        before = before[1:]
    if len(before) == 1:
        return before[0] not in BEFORE_LETTER and (
            before[0] not in DIRECTIONS or len(before[0]) > 2
        )
    return True


def _leading_direction(words: list[str], end: int) -> tuple[str, int]:
    """The directional at the front and where the name starts; ("", 0) when it is the name."""
    first, second = words[0], words[1]
    two = DIRECTIONS[first] + DIRECTIONS.get(second, "?")
    if two in DIRECTIONS and end > 2 and len(first) == len(second) == 1:
        # N W 12TH ST is north-west; S E ST is E Street, south.
        if not (end == 3 and words[2] in ROADS):
            return two, 2
    if end == 2 and second in ROADS and len(first) > 2:
        return "", 0  # NORTH AVE, NORTHWEST HWY
    if end == 2 and second in ROADS and second not in BEFORE_LETTER and len(first) == 1:
        return "", 0  # N ST, E RD: a lettered street
    if first in SHY_DIRECTIONS and end == 2 and second[0].isdigit():
        return "", 0  # NO 85: north of 85
    if end == 2 and second in BEFORE_LETTER and len(first) == 1:
        return "", 0
    return DIRECTIONS[first], 1


def _name_words(name: list[str], pre: str, suffix: str, post: str) -> list[str]:
    """Spell the name: numbered streets, saints, short forms inside."""
    first = name[0]
    if len(name) > 1:
        name = [SHORT_INSIDE.get(word, word) for word in name]
        for i, word in enumerate(name[:-1]):
            if word in NAME_SHORT:
                name[i] = NAME_SHORT[word]
        if suffix == "MT" or name[-1] not in NAME_SHORT:
            pass
    elif first in NAME_SHORT and suffix and suffix not in ROADS.values():
        name = [NAME_SHORT[first]]
    number = _street_number(name, pre, suffix, post)
    if number:
        return [number, *name[1 + (name[0] in TENS) :]]
    return name


def _street_number(name: list[str], pre: str, suffix: str, post: str) -> str:
    """`05TH`, `FIFTH`, `TWENTY SECOND`, and a bare number that must be one (`3 AVE`, `N 60`)."""
    first = name[0]
    if first[0].isdigit():
        found = _ORDINAL.match(first)
        if found:
            return found[1]
        bare = _DIGITS.match(first)
        if bare and len(name) == 1 and (suffix or (pre and not post)) and int(bare[1]):
            return ordinal(int(bare[1]))
        return ""
    value = ORDINALS.get(first, 0)
    rest = name[1:]
    if first in TENS and rest and 0 < ORDINALS.get(rest[0], 0) < 10:
        value = TENS[first] + ORDINALS[rest[0]]
        rest = rest[1:]
    if value and all(word in SUFFIXES for word in rest) and (len(name) == 1 or not rest or suffix):
        return ordinal(value)
    return ""


def _spell_king(words: list[str]) -> list[str]:
    """M L KING, MARTIN L KING, ML KING and MLK to MARTIN LUTHER KING."""
    king = ["MARTIN", "LUTHER", "KING"]
    text = " " + " ".join(words) + " "
    for short in (" MLK ", " M L KING ", " ML KING ", " MARTIN L KING ", " MARTIN LUTHER KG "):
        if short in text:
            return text.replace(short, f" {' '.join(king)} ", 1).split()
    return words


def _bare_king(name: list[str]) -> list[str]:
    """Titles before MARTIN and JR behind KING are not in the key."""
    if "MARTIN" not in name:
        return name
    dropped = ("DR", "REV", "REVEREND", "DOCTOR", "JR", "JUNIOR")
    return [word for word in name if word not in dropped] or name


# ---- ways with a route number, a direction of travel, a ramp, an exit, a mile marker ----


def match_route(words: list[str], at: int) -> tuple[str, str, int]:
    """(`US HIGHWAY`, `1`, index behind it) if a numbered route starts at `at`, else ("", "", at)."""
    head = words[at]
    after = at + 1
    left = len(words) - after
    if head == "U" and left > 1 and words[after] == "S":
        head, after, left = "US", after + 1, left - 1
    if left < 1:
        return "", "", at
    owner = _ROUTE_OWNERS.get(head) or (head if head in STATE_CODES else "")
    if owner and left > 1 and words[after] in _ROUTE_CLASS:
        number_at = after + 1 + (words[after + 1] == "NO" and left > 2)
        kind = _ROUTE_CLASS[words[after]]
        lettered = owner == "COUNTY" and kind != "ROUTE" and len(words) == number_at + 1
        if _is_route_number(words[number_at], lettered):
            whole = "INTERSTATE" if owner == "INTERSTATE" else f"{owner} {kind}"
            return whole, words[number_at], number_at + 1
        return "", "", at
    if head in _ROUTE_SHORT:
        number_at = after + (words[after] in ("NO", "#") and left > 1)
        lettered = head in ("CTH", "HWY", "HIGHWAY") and at == 0 and len(words) == number_at + 1
        if _is_route_number(words[number_at], lettered):
            return _ROUTE_SHORT[head], words[number_at], number_at + 1
    elif owner and at == 0 and head in STATE_CODES and _is_route_number(words[after], False):
        return head, words[after], after + 1
    return "", "", at


def _is_route_number(word: str, lettered: bool) -> bool:
    found = _ROUTE_NUMBER.match(word) or (lettered and _ROUTE_LETTER.match(word))
    return found is not None and found is not False


def route_key(kind: str, number: str) -> str:
    """All classes of state and federal route are one: the number tells them apart in a town."""
    if kind in ("INTERSTATE", "FM", "RM", "LOOP", "SPUR"):
        return f"{kind} {number}"
    if kind.startswith(("COUNTY", "TOWNSHIP")):
        return f"{kind.split()[0]} ROAD {number}"
    return f"ROUTE {number}"


class _LongWay:
    """Gathers the words of a way with routes and features in it, left to right."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.keyed: list[str] = []
        self.name: list[str] = []  # plain words not yet put into form
        self.waiting = ""  # a direction of travel written before its road
        self.on_road = False  # a road has been read since the last feature
        self.route = self.travel = self.highway = False

    def add(self, shown: str, keyed: str) -> None:
        self.shown.append(shown)
        self.keyed.append(keyed)

    def end_name(self) -> None:
        if self.name:
            way = _name_in_long_way(self.name, self.route and self.on_road)
            self.add(way.text, way.key)
            self.on_road = True
            self.name = []

    def end_road(self) -> None:
        self.end_name()
        if self.waiting and self.on_road:
            self.add(self.waiting, self.waiting)
            self.waiting = ""


def _name_in_long_way(name: list[str], behind_route: bool) -> Way:
    """Words between features; behind a route number `FWY`, `BYP N` only qualify the route."""
    if behind_route and all(word in SUFFIXES or word in DIRECTIONS for word in name):
        text = " ".join(SUFFIXES.get(w) or DIRECTIONS[w] for w in name)
        return Way(text, text)
    return _plain_way(name)


def _long_way(words: list[str]) -> Way:
    road = _LongWay()
    at = 0
    while at < len(words):
        at = _step(road, words, at)
    road.end_road()
    if road.waiting:
        road.add(road.waiting, road.waiting)
    text = " ".join(road.shown)
    if len(road.shown) == 1 and not (road.route or road.travel or road.highway):
        return _plain_way(words)
    return Way(text, " ".join(road.keyed), core=" ".join(road.keyed), route=road.route,
               travel=road.travel, highway=road.highway)  # fmt: skip


def _step(road: _LongWay, words: list[str], at: int) -> int:
    """Read one thing at `at` and return where the next one starts."""
    word = words[at]
    following = words[at + 1] if at + 1 < len(words) else ""
    if word in TRAVEL or (word in BOUND and following == "BOUND"):
        road.end_name()
        travel = TRAVEL.get(word) or BOUND[word]
        if road.on_road:
            road.add(travel, travel)
        else:
            road.waiting = travel
        road.travel = True
        return at + (1 if word in TRAVEL else 2)
    feature, after = _feature(words, at, following)
    if feature and (at or after < len(words) or feature == "RAMP"):
        road.end_road()
        road.add(feature, feature)
        road.on_road = False
        road.highway |= feature in HIGHWAY_FEATURES
        if feature in ("EXIT", "MM") and following[:1].isdigit():
            road.add(following, following)
            return after + 1
        return after
    if word == "TO":
        road.end_road()
        road.add(word, word)
        road.on_road = False
        return at + 1
    kind, number, after = match_route(words, at)
    if kind and not _is_suffix_here(road, words, at):
        return _take_route(road, words, kind, number, after)
    road.name.append(word)
    return at + 1


def _is_suffix_here(road: _LongWay, words: list[str], at: int) -> bool:
    """`KINGS HWY 3`: a highway word behind a real name is its suffix."""
    plain = [w for w in road.name if w not in DIRECTIONS and w not in ("OLD", "NEW", "BUSINESS",
             "BUS", "ALT", "ALTERNATE")]  # fmt: skip
    return bool(plain) and words[at] in ("HWY", "HIGHWAY", "HY", "ST", "CO")


def _take_route(road: _LongWay, words: list[str], kind: str, number: str, after: int) -> int:
    if road.on_road and not road.name:
        road.end_road()
    pre = [DIRECTIONS.get(w, w) for w in road.name]
    road.name = []
    shown = [*pre, kind, number]
    keyed = [*pre, route_key(kind, number)]
    if after < len(words) and words[after] in DIRECTIONS and words[after] not in SHY_DIRECTIONS:
        following = words[after + 1] if after + 1 < len(words) else ""
        if following != "BOUND" and _ends_route(following):
            shown.append(DIRECTIONS[words[after]])
            keyed.append(DIRECTIONS[words[after]])
            after += 1
    road.add(" ".join(shown), " ".join(keyed))
    road.route = road.on_road = True
    return after


def _ends_route(word: str) -> bool:
    return not word or word in _HIGHWAY_WORDS or word in SUFFIXES


def _feature(words: list[str], at: int, following: str) -> tuple[str, int]:
    """(`ON RAMP`, index behind it) if a part of a road stands at `at`, else ("", at)."""
    word = words[at]
    if word in ("ON", "OFF") and following in ("RAMP", "RP", "RMP"):
        return f"{word} RAMP", at + 2
    if word == "ACCESS" and following in ("RD", "ROAD") and at:
        return "ACCESS RD", at + 2
    if word in ("MILE", "MI") and following in ("MARKER", "MARK", "POST", "MRK", "MKR"):
        return "MM", at + 2
    if word in ("MM", "MP", "MILEMARKER", "MILEPOST") and not following[:1].isdigit():
        return "", at
    return (FEATURES[word], at + 1) if word in FEATURES else ("", at)


def number_word(words: list[str]) -> int:
    """The value of a spelled house number at the front (`ONE ELM ST`), 0 when it is a name."""
    return CARDINALS.get(words[0], 0)
