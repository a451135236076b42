"""One way alone: where it ends, and whether what stands behind is unit, city or second way."""

from ccu.address.gather import Reading
from ccu.address.place import WHOLE_WAY, can_be_city, is_fragment, is_nowhere, is_place
from ccu.address.route import find_route, settled_way
from ccu.address.town import city_name, road_end, take_state
from ccu.address.unit import column_unit, find_unit, is_bare_unit, take_units
from ccu.address.words import (
    DIRECTIONS,
    ROADS,
    SHY_DIRECTIONS,
    SHY_STATES,
    SIDE_ROADS,
    STATE_CODES,
    SUFFIXES,
    UNITS,
)


def read_single(reading: Reading, words: list[str], beside: bool = False) -> None:
    """One way, or a place, or two ways without a connector, or nothing that can be resolved."""
    if not reading.numbered and words[0] in UNITS:
        units, rest = take_units(words)
        if units and not rest:
            reading.units.append(units)
            return
    if not reading.numbered and not reading.stretch:
        if is_nowhere(words) or _is_only_town(reading, words):
            return
        if is_place(words) and not (beside and words[-1] in SUFFIXES):
            reading.places.insert(0, " ".join(words))
            return
        if is_fragment(words) and not beside:
            return
    way, left = cut_way(reading, words)
    if not reading.numbered:
        second = _second_way(way, left, reading.stretch)
        if second:
            way, left = way[: len(way) - second[0]], second[1]
            if not reading.stretch and left:
                reading.ways.append(settled_way(" ".join(left)))
            left = []
    reading.ways.insert(0, settled_way(" ".join(way)))
    if left:
        read_left(reading, left)


def _is_only_town(reading: Reading, words: list[str]) -> bool:
    """A line with nothing but city and state (` Springfield TX`) is a blank one."""
    shorter, state = take_state(words)
    name = " ".join(shorter)
    coded = words[-1] in STATE_CODES and words[-1] not in SHY_STATES
    sure = state and (coded or name == reading.town)
    if not (sure and shorter and len(shorter) <= 3 and name.replace(" ", "").isalpha()):
        return False
    reading.city, reading.state = name, state
    return True


def _second_way(way: list[str], left: list[str], stretch: bool) -> tuple[int, list[str]] | None:
    """(words to take off `way`, the second way): two ways written without a connector."""
    route = find_route(way + left)
    if left and route and route <= len(way) and not is_bare_unit(left):
        return (0, left)
    for i in range(1, len(way) - 2):
        if road_end(way, i + 1) == i + 1 and way[i + 1] not in SIDE_ROADS:
            after = i + 1 + (way[i + 1] in DIRECTIONS)
            rest = way[after:]
            if way[0] not in SUFFIXES and len(rest) > 1 and (rest[-1] in ROADS or stretch):
                return (len(way) - after if after == i + 1 else len(way) - i - 1, way[i + 1 :])
    return None


def cut_way(reading: Reading, words: list[str]) -> tuple[list[str], list[str]]:
    """The words of the way itself, and those left behind it; units between go to `reading`."""
    if not WHOLE_WAY.isdisjoint(words) or words[-2:-1] == ["ACCESS"]:
        return words, []
    end = _way_end(words)
    start = find_unit(words, end if end < len(words) else max(1, find_route(words)))
    if start == len(words) and end == len(words):
        routed = not reading.numbered or find_route(words)
        return (words, []) if routed else _cut_bare_unit(words)
    if start < len(words) and (start >= end or end == len(words)):
        end = min(start, end) if end < len(words) else start
        left = words[end:start]
        units, behind = take_units(words[start:])
        reading.units.append(units)
        return words[:end], left + behind
    return words[:end], words[end:]


def _cut_bare_unit(words: list[str]) -> tuple[list[str], list[str]]:
    """`N COMPO 608`: behind a name without suffix a number is a unit, unless it is a route."""
    before = words[-2] if len(words) > 1 else ""
    named = before.isalpha() and len(before) > 2 and before not in DIRECTIONS
    if named and before not in ROADS and words[-1][0].isdigit() and is_bare_unit(words[-1:]):
        return words[:-1], words[-1:]
    return words, []


def _way_end(words: list[str]) -> int:
    """Index behind the last word that belongs to the street."""
    limit = find_unit(words, 1)
    end = find_route(words)
    if not end:
        end = road_end(words, limit)
    if not end:
        return len(words)
    routed = find_route(words) > 0
    while end < len(words) and words[end] not in SHY_DIRECTIONS:
        word = words[end]
        if routed and word in SIDE_ROADS and words[end + 1 : end + 2] in (["RD"], ["ROAD"]):
            end += 2
            continue
        last = end + 1 == len(words)
        qualifies = last or routed or word in ROADS or word in ("EXT", "BYP")
        if word not in DIRECTIONS and not (word in SUFFIXES and qualifies):
            break
        end += 1
    return end


def read_left(reading: Reading, left: list[str]) -> None:
    """Words behind a finished street: a unit, a place, or a city nobody has listed."""
    if is_bare_unit(left):
        reading.units.append(column_unit(left))
        return
    if len(left) > 1 and is_bare_unit(left[:1]) and left[0][0].isdigit() and can_be_city(left[1:]):
        reading.units.append(column_unit(left[:1]))  # 12 MAIN ST 8 SMALLVILLE
        left = left[1:]
    line = " ".join(left)
    if all(word in UNITS for word in left):
        return  # `12 MAIN ST APT` and nothing more
    if not reading.city and can_be_city(left):
        reading.city = city_name(line)
    else:
        reading.places.append(line)
