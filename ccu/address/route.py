"""Ways with a route number, a direction of travel, a ramp, an exit or a mile marker.

Highway words follow USPS Publication 28, Appendix F, and the marks of the MUTCD (exits, mile
markers). `way.py` tells which ways are read here.
"""

from ccu.address.street import Way, in_digits, plain_way
from ccu.address.words import (
    BOUND,
    DIRECTIONS,
    EXIT_SIGN,
    FEATURES,
    HIGHWAY_FEATURES,
    HIGHWAY_WORDS,
    NUMBERS_IN_NAMES,
    ROADS,
    ROUTE_CLASSES,
    ROUTE_HEADS,
    ROUTE_OWNERS,
    SHY_DIRECTIONS,
    SIDE_ROADS,
    STATE_CODES,
    SUFFIXES,
    TRAVEL,
    Lazy,
)

# After the number: `US 70 BUS`, which is not US 70.
_QUALIFIERS_BEHIND = {"BUS": "BUS", "BUSINESS": "BUS", "ALT": "ALT", "ALTERNATE": "ALT",
                      "BYP": "BYP", "BYPASS": "BYP"}  # fmt: skip
_BEFORE_ROUTE = _QUALIFIERS_BEHIND.keys() | DIRECTIONS.keys() | {"OLD", "NEW", ""}
_NUMBER_SIGNS = ("NO", "#")
# Rural roads have numbers as long as a ZIP; one of Connecticut, with its zero, is always a ZIP.
_ROUTE_NUMBER = Lazy(r"(?:[0-9]{1,4}|[1-9][0-9]{4})[A-Z]?$|A1A$")
# County roads of Wisconsin: N, CW, QQQ, but not NE.
_ROUTE_LETTER = Lazy(r"(?![NS][EW]$)(?:[A-Z]{1,2}|([A-Z])\1\1)$")
_WITH_ROAD = ("FM", "RM")  # FM ROAD 1960, FM 1960 RD
# FOREST RD is a street of many towns, where a short number is the unit.
_ALSO_STREETS = ("FOREST", "INDIAN")
_SERVICE_ROAD = (["SERVICE", "RD"], ["SERVICE", "ROAD"])
# Owners whose roads have numbers of their own.
_OWN_NUMBERS = frozenset(
    "COUNTY TOWNSHIP FOREST PRIVATE PARISH BIA NAVAJO INDIAN TOLL BELTWAY RECREATIONAL"
    " BLM FIRE LOGGING SECONDARY TOWN TRIBAL".split()
)
_LONG_NUMBER = 4  # digits
_NORTH_SOUTH = Lazy(
    r"^(?:INTERSTATE|ROUTE) [0-9]+ [NS]$|^(?!INTERSTATE (?:35|69) )INTERSTATE [0-9]+ [EW]$"
)
# Words before a route number that after a name are its suffix, or the room in RM 210.
_ALSO_SUFFIX = frozenset(
    "HWY HIGHWAY HY ST CO RM LOOP SPUR CR SR SH FM TR TWP SP PR FS RR FR NF".split()
)
_BEFORE_NUMBER = frozenset("HWY HIGHWAY ROUTE RTE RT INTERSTATE BELTWAY".split())


def number_behind(words: list[str]) -> list[str]:
    """Write 24 HWY and HIGHWAY TWENTY FOUR as HIGHWAY 24, the number behind its class."""
    *before, number, last = ["", *words]
    if last in ("HWY", "HIGHWAY") and number.isdigit() and _BEFORE_ROUTE.issuperset(before):
        return [*before[1:], "HIGHWAY", number]
    for at, word in enumerate(words[:-1], 1):
        if word in _BEFORE_NUMBER and words[at] in NUMBERS_IN_NAMES:
            return [*words[:at], *in_digits(words[at:])]
    return words


def match_route(words: list[str], at: int) -> tuple[str, str, int]:
    """Return (`US HIGHWAY`, `1`, index after it) if a numbered route starts at `at`."""
    kind, number, after = _route_at(words, at)
    if kind and after < len(words) and "/" in words[after][1:]:
        return kind, f"{number} {words[after]}", after + 1  # COUNTY ROAD 12 1/2
    return kind, number, after


def _route_at(words: list[str], at: int) -> tuple[str, str, int]:
    head = words[at]
    after = at + 1
    if head == "A1A":  # of Florida, often without its class
        return "HIGHWAY", head, after
    left = len(words) - after
    if left < 1:
        return "", "", at
    owner = ROUTE_OWNERS.get(head) or (head if head in STATE_CODES else "")
    if owner and left > 1 and words[after] in ROUTE_CLASSES:
        return _owned_route(owner, words, at)
    if head == "FOREST" and words[after : after + 2] in _SERVICE_ROAD and left > 2:
        number = words[after + 2]
        return ("FOREST SERVICE ROAD", number, after + 3) if number.isdigit() else ("", "", at)
    if head in ROUTE_HEADS:
        number_at = after + (words[after] in _NUMBER_SIGNS and left > 1)
        number_at += head in _WITH_ROAD and left > 1 and words[after] in ("RD", "ROAD")
        lettered = (
            head in ("CTH", "COUNTY", "CR", "SR", "HWY", "HIGHWAY", "ROUTE", "RTE", "RT")
            and at == 0
            and len(words) == number_at + 1
        )
        if _is_route_number(words[number_at], lettered):
            kind, number_at = ROUTE_HEADS[head], number_at + 1
            if kind == "FOREST ROAD" and len(words[number_at - 1]) < _LONG_NUMBER:
                kind = "FOREST SERVICE ROAD"
            return kind, words[number_at - 1], _behind_class(words, number_at, kind)
    elif (at == 0 or (at == 1 and words[0] in DIRECTIONS)) and _is_state_number(words[at:]):
        return f"{head} HIGHWAY", words[after], _behind_class(words, after + 1, "HIGHWAY")
    return "", "", at


def _owned_route(owner: str, words: list[str], at: int) -> tuple[str, str, int]:
    """Return the same of a route whose class is after its owner: COUNTY ROAD 12, STATE LOOP 323."""
    kind, number_at = ROUTE_CLASSES[words[at + 1]], at + 2
    number_at += words[number_at] in _NUMBER_SIGNS and len(words) > number_at + 1
    number, last = words[number_at], len(words) == number_at + 1
    lettered = owner in ("COUNTY", "STATE") and kind != "ROUTE" and last
    if not _is_route_number(number, lettered) or (kind == "LANE" and owner != "FIRE"):
        return "", "", at
    if owner in _ALSO_STREETS and kind == "ROAD" and len(number) < _LONG_NUMBER:
        if words[at] in _ALSO_STREETS:
            return "", "", at
        owner = "FOREST SERVICE"  # FS RD 10, which can be no street
    if kind in ("LOOP", "SPUR"):
        stated = owner == "STATE" or (owner in STATE_CODES and owner not in DIRECTIONS)
        return (kind, number, number_at + 1) if stated else ("", "", at)
    return "INTERSTATE" if owner == "INTERSTATE" else f"{owner} {kind}", number, number_at + 1


def _is_state_number(words: list[str]) -> bool:
    """Return whether it is a state route: `NC 150 W`, but not `NE 8 ST`."""
    if words[0] not in STATE_CODES or words[0] in DIRECTIONS or len(words) < 2:
        return False
    ends_road = len(words) > 2 and words[2] in ROADS and words[2] not in ROUTE_CLASSES
    return _is_route_number(words[1], False) and not ends_road


def _behind_class(words: list[str], at: int, kind: str) -> int:
    """Return the index after a class that follows the number: `US 70 HWY`, `FM 1960 RD`."""
    again = at < len(words) and ROUTE_CLASSES.get(words[at])
    return at + bool(
        (again == "HIGHWAY" and kind.endswith("HIGHWAY"))
        or (again == "ROAD" and kind in _WITH_ROAD)
    )


def _is_route_number(word: str, lettered: bool) -> bool:
    if _ROUTE_NUMBER.match(word):
        return True
    return lettered and word not in ROADS and _ROUTE_LETTER.match(word) is not None


def find_route(words: list[str]) -> int:
    """Return the index after a numbered route near the front of the words, or 0."""
    for at in range(min(len(words) - 1, 4)):
        if match_route(words, at)[0] and not _is_suffix_here(words[:at], words[at]):
            end = match_route(words, at)[2]
            return end + (end < len(words) and words[end] in _QUALIFIERS_BEHIND)
    return 0


def route_key(kind: str, number: str) -> str:
    """Return the key of a route; state and federal routes share one class, as numbers suffice."""
    if kind in ("INTERSTATE", "FM", "RM", "LOOP", "SPUR", "RANCH ROAD", "FIRE LANE"):
        return f"{kind} {number}"
    owner = kind.split()[0]
    if owner in _OWN_NUMBERS:
        return f"{owner} ROAD {number}"
    if owner in ("CARR", "PR"):
        return f"PR {number}"
    return f"ROUTE {number} BUS" if kind == "BUS" else f"ROUTE {number}"


class _LongWay:
    """The words of a way with routes and features in it, collected left to right."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.keyed: list[str] = []
        self.name: list[str] = []  # plain words not yet in normal form
        self.waiting = ""  # a direction of travel written before its road
        self.held = ""  # an exit or mile marker written before its road
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
    """Read words between features; after a route number `FWY`, `BYP N` only qualify the route."""
    named = len(name) > 1 and name[-1] in ROADS  # SUMMIT RD
    if behind_route and not named and all(w in SUFFIXES or w in DIRECTIONS for w in name):
        text = " ".join(SUFFIXES.get(w) or DIRECTIONS[w] for w in name)
        return Way(text, text)
    return plain_way(name)


def long_way(words: list[str]) -> Way:
    """Read the words of a way with a route or a feature in it."""
    road = _LongWay()
    words = _suffix_before_ramp(words)
    at = 0
    while at < len(words):
        at = _step(road, words, at)
    road.end_road()
    for left in (road.waiting, road.held):
        if left:
            road.add(left, left)
    text = " ".join(road.shown)
    road.keyed = _in_key_order(road.keyed)
    if len(road.shown) == 1 and not (road.route or road.travel or road.highway):
        return plain_way(words)
    return Way(text, " ".join(road.keyed), core=" ".join(road.keyed), route=road.route,
               travel=road.travel, highway=road.highway)  # fmt: skip


def _in_key_order(keyed: list[str]) -> list[str]:
    """Put the direction of travel before exit and marker: I 90 EXIT 61 WB is I 90 WB EXIT 61.

    NORTH of `I 95 N EXIT 17` is its direction of travel, but not WEST of I 35: I 35W is a road.
    """
    marked = next((i for i, part in enumerate(keyed) if part.startswith(("EXIT ", "MM "))), 0)
    if not marked:
        return keyed
    behind = [part for part in keyed[marked:] if part in BOUND.values()]
    road, *others = keyed
    if _NORTH_SOUTH.search(road):
        road += "B"
    return [road, *behind, *(part for part in others if part not in behind)]


def _suffix_before_ramp(words: list[str]) -> list[str]:
    """Reorder `HARBOR OFF RAMP DR`, where a column of suffixes came last."""
    if len(words) < 3 or words[-2] not in ("RAMP", "RP") or words[-1] not in ROADS:
        return words
    at = len(words) - 2 - (words[-3] in ("ON", "OFF"))
    if at < 1 or words[at - 1] in ROADS or words[at - 1][-1].isdigit():
        return words
    return [*words[:at], words[-1], *words[at:-1]]


def _step(road: _LongWay, words: list[str], at: int) -> int:
    """Read one part at `at` and return where the next one starts."""
    word = words[at]
    if at and word[0] in "EX" and EXIT_SIGN.match(word) and (road.route or road.travel):
        words[at : at + 1] = ["EXIT", word.lstrip("EX")]
        word = "EXIT"
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
    if road.name and (feature in ("CONNECTOR", "SERVICE RD", "FRONTAGE RD")):
        feature = ""  # FOREST CONNECTOR, LINDA VISTA FRONTAGE RD: names
    named = following in ROADS and all(w in DIRECTIONS for w in words[:at])  # UPAS ST, EXIT RD
    if feature and not named and (at or after < len(words) or feature == "RAMP"):
        return _take_feature(road, words, feature, after)
    if word == "ON" and road.held and not road.shown:
        return at + 1  # EXIT 12 ON I 70
    if word == "TO":
        road.end_road()
        road.add(word, word)
        road.on_road = False
        return at + 1
    kind, number, after = match_route(words, at)
    if kind and not _is_suffix_here(road.name, word):
        return _take_route(road, words, kind, number, after)
    road.name.append(word)
    return at + 1


def _take_feature(road: _LongWay, words: list[str], feature: str, after: int) -> int:
    road.highway |= feature in HIGHWAY_FEATURES
    if feature in ("EXIT", "MM", "KM") and words[after : after + 1] and words[after][0].isdigit():
        feature = f"{feature} {words[after]}"
        after += 1
        if not road.shown and not road.name and after < len(words):
            road.held = feature  # MM 21 I-95: the marker goes after its road
            return after
    road.end_road()
    road.add(feature, feature)
    road.on_road = False
    return after


def _is_suffix_here(before: list[str], word: str) -> bool:
    """Return whether a highway word after a name is its suffix: `KINGS HWY 3`."""
    if word not in _ALSO_SUFFIX:
        return False
    return not _BEFORE_ROUTE.issuperset(before)


def _take_route(road: _LongWay, words: list[str], kind: str, number: str, after: int) -> int:
    if road.on_road and not road.name:
        road.end_road()
    pre = [DIRECTIONS.get(w, w) for w in road.name]
    road.name = []
    behind: list[str] = []
    if after < len(words) and words[after] in _QUALIFIERS_BEHIND:
        behind.append(_QUALIFIERS_BEHIND[words[after]])
        after += 1
    shown = [*pre, kind, number, *behind]
    keyed = [_QUALIFIERS_BEHIND.get(w, w) for w in pre]
    behind += [w for w in keyed if w in _QUALIFIERS_BEHIND]
    keyed = [w for w in keyed if w not in _QUALIFIERS_BEHIND]
    keyed += [route_key(kind, number), *behind]
    if after < len(words) and words[after] in DIRECTIONS and words[after] not in SHY_DIRECTIONS:
        following = words[after + 1] if after + 1 < len(words) else ""
        ended = not following or following in HIGHWAY_WORDS or following in SUFFIXES
        if ended and following != "BOUND":
            shown.append(DIRECTIONS[words[after]])
            keyed.append(DIRECTIONS[words[after]])
            after += 1
    road.add(" ".join(shown), " ".join(keyed))
    road.route = road.on_road = True
    return after


def _feature(words: list[str], at: int, following: str) -> tuple[str, int]:
    """Return (`ON RAMP`, index after it) if a part of a road is at `at`, else ("", at)."""
    word = words[at]
    if word in ("ON", "OFF") and following in ("RAMP", "RP", "RMP"):
        return f"{word} RAMP", at + 2
    if word in ("ON", "OFF") and not following and at and words[at - 1] in TRAVEL:
        return f"{word} RAMP", at + 1
    if word in SIDE_ROADS and following in ("RD", "ROAD") and at:
        return f"{word} RD", at + 2
    before = words[at - 1] if at else ""
    behind = before in TRAVEL or (word == "EX" and (before in DIRECTIONS or before.isdigit()))
    if word in ("X", "EX") and following[:1].isdigit() and behind:
        return "EXIT", at + 1
    if FEATURES.get(word) in ("MM", "KM") and not following[:1].isdigit():
        return "", at
    return (FEATURES[word], at + 1) if word in FEATURES else ("", at)
