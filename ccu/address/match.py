"""Compare two addresses: the same place, a near match to show, or another place.

A caller stores and indexes for each place:

    number       house number or block, as in the address
    loose_key    the core of the name: no directional, no suffix, no spaces

and finds near places for an address without an exact match by:

    number = ? and loose_key = ?     suffix, directional or unit missing, spaces missing
    number = ?                       one or two letters apart (house numbers are selective)
    loose_key = ?                    intersections, and house numbers one digit off

Each row found is compared and scored with `nearness`; None: not worth showing; smaller is nearer.
"""

from functools import lru_cache
from typing import NamedTuple

from ccu.address.reader import Address, unit_pairs
from ccu.address.street import Way, in_digits
from ccu.address.way import settled_way
from ccu.address.words import (
    BOUND,
    DIRECTIONS,
    LONG_SUFFIX,
    ROADS,
    SHORT_NAMES,
    SPANISH,
    SUFFIXES,
    Lazy,
    long_city,
)


class Match(NamedTuple):
    verdict: str  # same | near | different
    reason: str  # for people; empty when the same


_ORDINAL = Lazy(r"^([0-9]+)(?:ST|ND|RD|TH)$")
# Roads whose numbers are of one series: FM 620 and RM 620; private roads of Texas, PR 4732.
_LETTERED = Lazy(r"\b[KMT]([0-9]+)$")  # M 59 and HWY 59 may be one road of Michigan
_KING = Lazy(r"\bMARTIN LUTHER KING\b")
_LONG_DIRECTIONS = {short: word for word, short in DIRECTIONS.items() if len(word) > len("NO")}
_CLASSES = {"RM": "FM", "PRIVATE": "PR"}
_NUMBERED = ("address", "block")
_STREETS = frozenset(ROADS.values())
OTHER_TOWN, OTHER_SUFFIX = "other town", "other suffix"


def loose_key(address: Address) -> str:
    """Return the core of the name of the street or place, to look up near ones."""
    if not address.street:
        return _close(address.place)
    street = _loose(settled_way(address.street))
    if address.kind in _NUMBERED or not address.cross:
        return street
    cross = _loose(settled_way(address.cross))
    return f"{street}&{cross}" if street <= cross else f"{cross}&{street}"


def _ways(address: Address) -> list[Way]:
    if not address.street:
        return []
    if address.kind in _NUMBERED or not address.cross:
        return [settled_way(address.street)]
    return [settled_way(address.street), settled_way(address.cross)]


def _close(text: str) -> str:
    return text.replace(" 1/2", "5").replace(" ", "").replace("&", "AND")


@lru_cache(maxsize=8192)
def _loose(way: Way) -> str:
    """Return the core of the name: SPRINGVALLEY of `W SPRING VALLEY DR` and `SPRINGVALLEY`."""
    if way.route or way.travel or way.highway:
        return _close(" ".join(w for w in way.key.split() if w not in DIRECTIONS)) or _close(
            way.key
        )
    if way.suffix and way.suffix not in _STREETS:
        return _close(f"{way.core} {LONG_SUFFIX[way.suffix]}")
    return _close(way.core)


def compare(a: Address, b: Address) -> Match:
    """Compare two addresses. Cities are compared separately; a missing one matches any."""
    if a.kind == "none" or b.kind == "none":
        return Match("different", "no address")
    if a.city and b.city and long_city(a.city) != long_city(b.city):
        return Match("different", OTHER_TOWN)
    if a.building_key == b.building_key:
        return _compare_units(a.unit_key == b.unit_key, a.unit, b.unit)
    if a.kind != b.kind:
        return _compare_kinds(a, b)
    if a.kind == "place":
        if _long_names(a.place.split()) == _long_names(b.place.split()):
            return Match("near", "a word of the name abbreviated")
        return _typo_match(_close(a.place), _close(b.place)) or Match("different", "other place")
    streets = _compare_ways(_ways(a), _ways(b))
    if a.number != b.number:
        same_street = streets.verdict != "different"
        if (same_street and _alike_numbers(a.number, b.number)) or (
            a.number[:1] == b.number[:1]
            and digits(a.number) == digits(b.number)
            and ((same_street and _lettered(a) == _lettered(b)) or _glued(a) == _glued(b))
        ):
            return Match("near", "house number written otherwise")
        if streets.verdict == "same" and (
            a.number in b.number.split("-") or b.number in a.number.split("-")
        ):  # 16 and 16-18 are often one house
            return Match("near", "one house of the range")
        return Match("different", "other house number" if a.kind == "address" else "other block")
    if streets.verdict == "same" and a.place != b.place:
        return Match("near", "same street, other place on it")
    if streets.verdict == "different" and a.unit != b.unit and _glued(a) == _glued(b):
        return Match("near", "written apart or together")  # HWY 69A and HWY 69 # A
    if streets.verdict == "near" and a.unit and b.unit:
        same = sorted(unit_pairs(a.unit)) == sorted(unit_pairs(b.unit))
        units = _compare_units(same, a.unit, b.unit)
        return units if units.verdict == "different" else streets
    return streets


def _alike_numbers(a: str, b: str) -> bool:
    """Return whether only zeros or the dash differ: 63-08, 63-8 and 6308 are often one house."""
    first, second = a.split("-"), b.split("-")
    if len(first) != len(second):
        return "".join(first) == "".join(second)
    return [part.lstrip("0") for part in first] == [part.lstrip("0") for part in second]


def _lettered(address: Address) -> str:
    """Return 22B of `22B ELM ST` and of `22 ELM ST # B`, 60R of `60 VALE ST REAR`."""
    unit = address.unit.removeprefix("# ")
    return address.number + ("R" if unit == "REAR" else unit if len(unit) == 1 else "")


def _glued(address: Address) -> str:
    """Return what `419E 5TH ST` and `419 E 5TH ST` have in common."""
    return _close(f"{address.number}{address.street}{address.unit.removeprefix('# ')}")


def _compare_units(same: bool, a: str, b: str) -> Match:
    if same:
        return Match("same", "")
    if not a or not b:
        return Match("near", "building, no unit given")
    first, second = set(unit_pairs(a)), set(unit_pairs(b))
    if first < second or second < first or _identifiers(a) == _identifiers(b):
        return Match("near", "unit given in part")
    return Match("different", "other unit")


def _identifiers(unit: str) -> list[str]:
    """Return 2 and 14 of `BLDG 2 # 14`, of `# 2-14` and of `# 02-14`."""
    words = unit.replace("-", " ").split()
    return [word.lstrip("0") for word in words if word not in ("#", "BLDG", "DORM")]


def _compare_kinds(a: Address, b: Address) -> Match:
    """Compare two types: only a place with its street can be the place named alone."""
    if "place" in (a.kind, b.kind) and a.place and _close(a.place) == _close(b.place):
        return Match("near", "same place name, street not given")
    given, bare = (a, b) if a.number else (b, a)
    if bare.kind == "street" and bare.unit == f"# {given.number}" and given.street == bare.street:
        return Match("near", "house number written otherwise")  # CALLE 4 #12
    return Match("different", "another type of address")


def _compare_ways(a: list[Way], b: list[Way]) -> Match:
    """Compare streets; those of an intersection in their best order."""
    if len(a) != len(b):  # ELM ST ON RAMP TO I 94 EB
        one, other = (sorted(word for way in ways for word in _travels(way)) for ways in (a, b))
        if one == other:
            return Match("near", "directional in another place")
        return Match("different", "other street")
    straight = [_compare_way(x, y) for x, y in zip(a, b, strict=True)]
    crossed = [_compare_way(x, y) for x, y in zip(a, reversed(b), strict=True)]
    for found in (straight, crossed):
        if all(match.verdict != "different" for match in found):
            reasons = [match.reason for match in found if match.reason]
            return Match("near", reasons[0]) if reasons else Match("same", "")
    return next(match for match in straight if match.verdict == "different")


@lru_cache(maxsize=4096)
def _compare_way(a: Way, b: Way) -> Match:
    if a.key == b.key:
        return Match("same", "")
    if in_digits(a.key.split()) == in_digits(b.key.split()):
        return Match("near", "number in words")  # SEVEN HILLS DR and 7 HILLS DR
    together = _close(a.key) == _close(b.key)
    roads = (a.route and b.route) or (a.highway and b.highway)
    if roads and _travels(a) == _travels(b):
        return Match("near", "directional in another place")
    if together and roads:
        return Match("near", "written apart or together")  # RT 9W and RT 9 W
    if _directions_clash(a, b):
        return Match("different", "other directional")
    if together:
        return Match("near", "written apart or together")  # MAINST
    if a.core == b.core and bool(a.suffix) != bool(b.suffix):
        return Match("near", "no suffix given")
    if roads and _without_travel(a) == _without_travel(b):
        return Match("near", "no directional given")
    if a.suffix and b.suffix and a.suffix != b.suffix:
        if _loose(a) != _loose(b):
            return Match("different", "other street")
        one_name = {a.suffix, b.suffix} - _STREETS  # STONY ISLAND AVE and STONY ISLAND
        return Match("near", "no suffix given") if one_name else Match("different", OTHER_SUFFIX)
    if _loose(a) == _loose(b):
        return Match("near", _what_is_missing(a, b))
    same_direction = DIRECTIONS.get(a.core, "a") == DIRECTIONS.get(b.core, "b")
    if a.suffix == b.suffix and same_direction:
        return Match("near", "directional or name")  # WEST AVE and W AVE
    if _spelled(a) == _spelled(b):
        return Match("near", "a word of the name abbreviated")
    name, other = _in_english(a), _in_english(b)
    if name == other:
        return Match("near", "street's type in Spanish")
    if [*name, "AVE"] == other or [*other, "AVE"] == name:
        return Match("near", "no suffix given")  # AVENIDA PONCE DE LEON
    (street, *urb), (other_street, *other_urb) = a.key.split(" URB "), b.key.split(" URB ")
    if street == other_street and bool(urb) != bool(other_urb):
        return Match("near", "no urbanization given")
    if _in_full(a) == _in_full(b):
        return Match("near", "written apart or together")  # NORTHPARK, THE ESPLANADE
    if _untyped(name) == _untyped(other):
        return Match("different", OTHER_SUFFIX)  # AVENIDA MAIN and MAIN ST
    if a.route or b.route or (a.suffix and b.suffix and a.suffix != b.suffix):
        return Match("different", "other street")
    typo = _typo_match(_loose(a), _loose(b))
    if bool(a.suffix) != bool(b.suffix) and not typo:
        suffixed = _typo_match(_with_suffix(a), _with_suffix(b))
        typo = suffixed and Match("near", "suffix misspelled")  # ELM STRRET
    return typo if typo and _letters(a) == _letters(b) else Match("different", "other street")


def _in_full(way: Way) -> str:
    """Return NORTHPARKAVE of `N PARK AVE` and `NORTHPARK AVE`, ESPLANADE of `THE ESPLANADE`."""
    first, *rest = way.key.removeprefix("THE ").split()
    return "".join([_LONG_DIRECTIONS.get(first, first), *rest])


def _with_suffix(way: Way) -> str:
    return _close(f"{way.core} {LONG_SUFFIX.get(way.suffix, '')}")


def _letters(way: Way) -> list[str]:
    """Return the names of one letter, which are no typing mistake: CALLE B and CALLE D."""
    return [word for word in way.key.split() if len(word) == 1 and word not in DIRECTIONS]


def _spelled(way: Way) -> list[str]:
    """Return the words with each short form written out: MTN VIEW is MOUNTAIN VIEW, RR is FM."""
    key = _KING.sub("KING", _LETTERED.sub(r"ROUTE \1", way.key.replace("RANCH ROAD", "FM")))
    words = [_CLASSES.get(word, word) for word in key.split() if word != "ROAD"]
    return words if way.route else _long_names(words)


def _long_names(words: list[str]) -> list[str]:
    return [SHORT_NAMES.get(word, LONG_SUFFIX.get(SUFFIXES.get(word, ""), word)) for word in words]


def _in_english(way: Way) -> list[str]:
    """Return CALLE 8 as 8 ST, AVENIDA PONCE as PONCE AVE, and 8TH as 8."""
    name = [_ORDINAL.sub(r"\1", word) for word in in_digits(way.key.split())]
    at = bool(name[0] in DIRECTIONS)
    kind = SPANISH.get(name[at]) if len(name) > at + 1 else None
    if kind is None:
        return name
    end = len(name) - (name[-1] in DIRECTIONS)
    return [*name[:at], *name[at + 1 : end], kind, *name[end:]]


def _untyped(name: list[str]) -> list[str]:
    """Return a name in English without the type of street at its end."""
    return name[: len(name) - (len(name) > 1 and (name[-1] in SUFFIXES or name[-1] in SPANISH))]


def _travels(way: Way) -> list[str]:
    """Return the words of a highway in any order, N and NB the same."""
    return sorted(BOUND.get(word, word) for word in way.key.split() if word not in ("TO", "FROM"))


def _without_travel(way: Way) -> list[str]:
    return [word for word in way.key.split() if word not in BOUND.values()]


def _directions_clash(a: Way, b: Way) -> bool:
    """Whether both have a directional and not the same one; one of them may lack one of two."""
    first, second = _directions(a), _directions(b)
    if set(first) == set(second):
        return first != second and len(first) > 1  # 350 S 400 E and 350 E 400 S
    return not (set(first) <= set(second) or set(second) <= set(first))


def _directions(way: Way) -> list[str]:
    if way.route or way.travel or way.highway:
        return [BOUND.get(w, w) for w in way.key.split() if w in DIRECTIONS or w in BOUND.values()]
    return [part for part in (way.pre, way.post) if part]


def _what_is_missing(a: Way, b: Way) -> str:
    if bool(a.suffix) != bool(b.suffix):
        return "no suffix given"
    if len(_directions(a)) != len(_directions(b)):
        return "no directional given"
    return "directional in another place" if _directions(a) else "written apart or together"


def _typo_match(a: str, b: str) -> Match | None:
    allowed = 2 if min(len(a), len(b)) > 9 else 1
    if digits(a) != digits(b) or (min(len(a), len(b)) < 4 and sorted(a) != sorted(b)):
        return None  # ELM and ELK are two streets, but LEM is a typo
    distance = edit_distance(a, b, allowed)
    if distance is None:
        return None
    return Match("near", "one letter apart" if distance == 1 else "two letters apart")


def digits(text: str) -> str:
    """Return only the digits of a text, which are never a typing mistake between two streets."""
    return "".join(char for char in text if char.isdigit())


def edit_distance(a: str, b: str, most: int) -> int | None:
    """Count letters changed, added, left out or swapped with the next; None above `most`."""
    if abs(len(a) - len(b)) > most or len(set(a) ^ set(b)) > 2 * most:
        return None  # a letter changed is two that only one of both has
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        older, before, row = before, row, [i]
        for j, other in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return None
    return row[-1] if row[-1] <= most else None


_NEARNESS = {
    "building, no unit given": 1,
    "unit given in part": 1,
    "no suffix given": 2,
    "number in words": 2,
    "house number written otherwise": 2,
    "a word of the name abbreviated": 2,
    "written apart or together": 2,
    "one letter apart": 4,
    "two letters apart": 5,
    "one house of the range": 2,
}


def nearness(match: Match, a: Address, b: Address) -> int | None:
    """Return 0 for the same, 1-5 near, 6 another unit of the building, 7-8 a number one digit off.

    `match` is what `compare` found, to which 6 to 8 are `different`. None: not worth showing.
    """
    if match.verdict == "same":
        return 0
    if match.verdict == "near":
        return _NEARNESS.get(match.reason, 3)
    if match.reason == "other unit":
        return 6
    if match.reason == "other house number" and a.street and _street_keys(a) == _street_keys(b):
        return _numbers_near(a.number, b.number)
    return None


def _street_keys(address: Address) -> list[str]:
    return sorted(way.key for way in _ways(address))


def _numbers_near(a: str, b: str) -> int | None:
    """Return 7 if one digit differs or two are swapped, 8 if one digit is too many, else None.

    A number of one digit is near none of the same length: each of them differs by one digit.
    """
    if max(len(a), len(b)) < 2 or edit_distance(a, b, 1) != 1:
        return None
    if len(a) == len(b):
        return 7
    return 8 if a.isdigit() and b.isdigit() else None  # 27A is another letter
