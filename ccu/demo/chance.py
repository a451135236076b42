"""Random numbers that are the same on every machine and every Python.

Python promises that for `random()` and a text seed alone; what is drawn here is made of those.
"""

from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


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
