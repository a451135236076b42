"""Chance with a seed, and the town's clock, for tests/figures/town.py."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
MINUTE, HOUR, DAY = 60, 3600, 86_400
Thing = TypeVar("Thing")


def unix(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    """The instant of a local time of the town."""
    return int(datetime(year, month, day, hour, minute, tzinfo=NEW_YORK).timestamp())


def stamp(instant: int) -> str:
    """An instant as the file keeps it: local time and the offset of that time."""
    return datetime.fromtimestamp(instant, NEW_YORK).isoformat()


def day(instant: int) -> str:
    """The local day of an instant."""
    return stamp(instant)[:10]


BEGAN, ENDED = unix(2023, 2, 1), unix(2026, 2, 1)  # three years
QUIET = unix(2024, 9, 1), unix(2024, 10, 1)  # a month without calls
LAST_TYPED = ENDED - 4 * HOUR  # nothing is recorded after this


class Chance(Random):
    """A few more ways to draw."""

    def often(self, share: float) -> bool:
        """True in this share of draws."""
        return self.random() < share

    def skewed(self, among: Sequence[Thing], power: float = 2.0) -> Thing:
        """One of the sequence, the first ones far more often."""
        return among[int(len(among) * self.random() ** power)]

    def some(self, among: Sequence[Thing], *weights: int) -> list[Thing]:
        """So many different ones: weights of none, one, two, ..."""
        (count,) = self.choices(range(len(weights)), weights)
        return self.sample(list(among), count)

    def perhaps(self, value: Thing, missing: float = 0.3) -> Thing | None:
        """The value, or None in this share of draws."""
        return None if self.often(missing) else value

    def answer(self, yes: float, missing: float) -> int | None:
        """1, 0, or nobody said."""
        return self.perhaps(int(self.often(yes)), missing)

    def typed(self, happened: int) -> int:
        """When it was recorded: mostly within the hour, at times days or months later."""
        late = self.choices(
            (self.randrange(HOUR), self.randrange(3 * DAY), self.randrange(120 * DAY)), (90, 7, 3)
        )[0]
        return min(happened + 60 + late, max(happened, LAST_TYPED))


def before(instant: int, **back: float) -> int:
    """An instant so much earlier."""
    return instant - int(timedelta(**back).total_seconds())
