"""The invented town of Marshport, Connecticut: its streets, its addresses as typed, and chance.

town.toml has its names and words, and how often each comes up. What is drawn is the same on every
machine and every Python: Python promises that for `random()` and a text seed alone.
"""

import tomllib
from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Generic, TypeVar

TOWN, STATE, ZONE, ZIP = "Marshport", "CT", "America/New_York", "06899"


def text(name: str) -> str:
    """Return the content of a file of this folder."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


TABLES = tomllib.loads(text("town.toml"))
_NAMES = TABLES["streets"].split()
_SUFFIXES = tuple(TABLES["suffixes"].items())

T = TypeVar("T")
Street = tuple[str, str, str]  # name, suffix, suffix in full


def streets_for(calls: int) -> int:
    """Return how many streets a town with so many calls has."""
    return max(len(_NAMES), min(len(_NAMES) * len(_SUFFIXES), calls // 500))


@lru_cache(4096)
def street(number: int) -> Street:
    """Return the street of that number; names repeat with another suffix in a large town."""
    name = _NAMES[number % len(_NAMES)]
    abbreviated, full = _SUFFIXES[(number // len(_NAMES) + number) % len(_SUFFIXES)]
    return name, abbreviated, full


def beat(street_number: int) -> str:
    """Return the police beat of a street."""
    return str(TABLES["beats"][street_number % len(TABLES["beats"])])


def premise(rank: int, streets: int) -> tuple[int, int, int]:
    """Return (street, house number, units) of the building with that rank of repeat callers.

    It is computed, not listed: a town of a million calls needs no memory.
    """
    mixed = (rank + 1) * 2654435761 % 4294967296
    units = (0, 0, 0, 0, 0, 4, 12, 40)[mixed >> 8 & 7]
    return mixed % streets, 1 + (mixed >> 12) % 480, units


def typed(random: Random, rank: int, streets: int) -> tuple[str, str, str]:
    """Return (beat, address, unit) of a building as a dispatcher typed it, in one of many ways."""
    number, house, units = premise(rank, streets)
    name, short, full = street(number)
    way = random.random()
    if way < 0.85:
        text = f"{house} {name} {short}".upper()
    elif way < 0.92:
        text = f"{house} {name} {full}"
    elif way < 0.96:
        text = f"{house} {name} {short}, {TOWN}".upper()
    elif way < 0.985:
        text = f"{house} {name.lower()} {short.lower()}."
    else:
        text = f"{house} {name} {full}, {TOWN} {STATE} {ZIP}"
    unit = ""
    if units and random.random() < 0.8:
        unit = f"{1 + below(random, units)}"
        form = pick(random, ("APT {}", "APT {}", "APT {}", "#{}", "Unit {}", "Apartment {}"))
        if way < 0.85 and random.random() < 0.5:
            text, unit = f"{text} {form.format(unit)}", ""
        else:
            unit = form.format(unit)
    return beat(number), text, unit


def way(random: Random, streets: int) -> tuple[str, str, str]:
    """Return (beat, address, "") of a place on the road: a crossing, a block, the highway."""
    number = below(random, streets)
    name, short, _full = street(number)
    kind = random.random()
    if kind < 0.45:
        other, other_short, _ = street((number * 7 + below(random, 5) + 1) % streets)
        sides = [f"{name} {short}", f"{other} {other_short}"]
        if random.random() < 0.5:
            sides.reverse()
        text = pick(random, (" & ", " / ", " @ ")).join(sides).upper()
    elif kind < 0.75:
        text = f"{(1 + below(random, 5)) * 100} BLOCK OF {name} {short}".upper()
    else:
        text = pick(random, TABLES["highways"])
    return beat(number), text, ""


# ---------------------------------------------------------------- chance


def source(seed: int, what: str) -> Random:
    """Return a separate stream for `what`, so that drawing more for one thing changes no other."""
    return Random(f"{seed} {what}")


def below(random: Random, count: int) -> int:
    """Return an integer from 0 to count - 1."""
    return int(random.random() * count)


def pick(random: Random, choices: Sequence[T]) -> T:
    """Return one of the choices, all equally likely."""
    return choices[int(random.random() * len(choices))]


_FLAT = 8  # ranks over which the top is flattened: real towns have several busiest addresses


def zipf(random: Random, count: int) -> int:
    """Return a rank from 0 to count - 1, low ranks most often: few addresses have most calls."""
    return min(int(_FLAT * (1 + count / _FLAT) ** random.random()) - _FLAT, count - 1)


class Weighted(Generic[T]):
    """Choices with weights."""

    def __init__(self, weights: Mapping[T, float] | Iterable[tuple[T, float]]) -> None:
        pairs = list(weights.items() if isinstance(weights, Mapping) else weights)
        self._choices = [choice for choice, _weight in pairs]
        self._sums = list(accumulate(weight for _choice, weight in pairs))

    def draw(self, random: Random) -> T:
        """Return one of the choices, by its weight."""
        chosen: T = self._choices[bisect(self._sums, random.random() * self._sums[-1])]
        return chosen
