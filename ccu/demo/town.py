"""The invented town of Marshport, Connecticut: its streets, its addresses as typed, and chance.

town.toml has its names and words, and how often each comes up. What is drawn is the same on every
machine and every Python: Python promises that for `random()` and a text seed alone. Last comes the
dispatch export: any number of rows, in order of time, as a stream.
"""

import csv
import tomllib
from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from heapq import merge
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


# ---------------------------------------------------------------- the dispatch export


COLUMNS = (
    "Incident", "Received", "Dispatched", "Arrived", "Cleared", "Call Type", "Disposition",
    "Priority", "Beat", "Address", "Apt", "City", "Unit", "Agency", "Backup Asked",
    "Backup Arrived",
)  # fmt: skip
DAYS = 3 * 365 + 1
CARE_SHARE = 0.18  # of all calls, as the towns that publish it report 15 to 20%

_NATURES: Mapping[str, Mapping[str, float]] = TABLES["dispatch"]["natures"]
_GROUP_OF = {nature: group for group, natures in _NATURES.items() for nature in natures}
_TEAM: Mapping[str, float] = TABLES["dispatch"]["team"]
_URGENT = {"SUICIDE THREAT", "OVERDOSE", "PERSON IN CRISIS", "DOMESTIC", "MEDICAL ASSIST"}
_BY_HOUR = [int(weight) for weight in "322111245555666788877764"]  # midnight first
_BY_WEEKDAY = (0.95, 0.95, 0.97, 1.0, 1.12, 1.08, 0.93)  # Monday first

Row = tuple[str, ...]

# What is known of a call before its row is drawn: when, and for the story's own calls also what
# dispatch called it, how it ended, and where (beat, address, unit).
Known = tuple[datetime, str, str, tuple[str, str, str]]


def export_rows(
    calls: int, now: datetime, seed: int, known: Sequence[Known] = (), care_elsewhere: int = 0
) -> Iterator[Row]:
    """Yield `calls` rows, the known ones among them, of the three years before `now`.

    `care_elsewhere` is how many care calls come in by other doors: the town's care share holds
    over all of them together.
    """
    now = now.replace(tzinfo=None, microsecond=0)
    drawn = max(0, calls - len(known))
    care = care_elsewhere + sum(nature in _NATURES["CARE"] for _when, nature, _end, _where in known)
    wanted = (CARE_SHARE * (drawn + len(known) + care_elsewhere) - care) / max(drawn, 1)
    share = min(CARE_SHARE, max(0.02, wanted))
    draw = _Draw(drawn, source(seed, "export"), source(seed, "units"), care_share=share, now=now)
    times = ((when, "", "", ("", "", "")) for when in _times(drawn, now, source(seed, "times")))
    year, serial = 0, 0
    for call in merge(sorted(known), times):
        year, serial = (year, serial + 1) if call[0].year == year else (call[0].year, 1)
        yield draw.row(f"{year % 100:02}-{serial:06}", call)


def write_export(path: Path, lines: Iterable[Row]) -> None:
    """Write an export as a dispatch system would."""
    with path.open("x", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(lines)


def _times(calls: int, now: datetime, random: Random) -> Iterator[datetime]:
    """Yield exactly `calls` times: most on Fridays and at 6 PM, few before dawn."""
    first = (now - timedelta(days=DAYS - 1)).replace(hour=0, minute=0, second=0)
    days = [first + timedelta(days=each) for each in range(DAYS)]
    weights = [_BY_WEEKDAY[day.weekday()] * (1.06 if 5 <= day.month <= 9 else 1.0) for day in days]
    weights[-1] *= ((now - days[-1]).total_seconds() + 1) / 86400
    hours = Weighted(enumerate(_BY_HOUR))
    total, done, due = sum(weights), 0, 0.0
    for day, weight in zip(days, weights, strict=True):
        due += weight * calls / total
        today = (calls if day is days[-1] else int(due)) - done
        done += today
        length = min((now - day).total_seconds(), 86399)
        if _is_short(day):
            length = max(0, length - 3600)
        seconds = sorted(
            (hours.draw(random) * 3600 + below(random, 3600)) / 86399 * length for _ in range(today)
        )
        for second in seconds:
            yield _on_the_clock(day, day + timedelta(seconds=int(second)))


def _on_the_clock(before: datetime, moment: datetime) -> datetime:
    """Return what a wall clock shows at `moment`, which was counted from `before`."""
    if not _is_short(moment):
        return moment
    two = moment.replace(hour=2, minute=0, second=0)
    return moment + timedelta(hours=1) if before < two <= moment else moment


def _is_short(day: datetime) -> bool:
    """Return whether the day has no hour from 2 to 3 AM: the second Sunday in March."""
    return day.month == 3 and day.weekday() == 6 and 8 <= day.day <= 14


class _Draw:
    """Draw everything about one call but its time."""

    def __init__(
        self, calls: int, random: Random, units: Random, *, care_share: float, now: datetime
    ) -> None:
        self._random, self._units = random, units
        self._now = now
        self._streets = streets_for(calls)
        self._premises = max(150, calls // 20)
        rest = 1 - care_share
        self._groups = Weighted({"CARE": care_share, "ROAD": 0.38 * rest, "INDOORS": 0.62 * rest})
        self._natures = {group: Weighted(_NATURES[group]) for group in _NATURES}
        self._ends = {group: Weighted(ends) for group, ends in TABLES["dispatch"]["ends"].items()}

    def row(self, incident: str, call: Known) -> Row:
        """Return one line of the export."""
        received, nature, end, where = call
        group = _GROUP_OF[nature] if nature else self._groups.draw(self._random)
        nature = nature or self._natures[group].draw(self._random)
        beat, address, unit = where if where[1] else self._where(group)
        urgent = nature in _URGENT
        times = [*self._times(received, urgent, group == "CARE")]
        return (
            incident, *times, nature, end or self._ends[group].draw(self._random),
            "1" if urgent else "3" if group == "ROAD" else "2",
            beat, address, unit, TOWN.upper(), *self._sent(beat, nature, bool(times[1])),
        )  # fmt: skip

    def _sent(self, beat: str, nature: str, dispatched: bool) -> Row:
        """Return the unit, its agency, and of the care team whether backup was asked and came."""
        chance = self._units.random()
        if not dispatched:
            return "", "", "", ""
        if chance >= _TEAM.get(nature, 0):
            second = f";{beat}S1" if chance > 0.85 else ""  # a sergeant
            return f"{beat}A{1 + int(chance * 3)}{second}", "MPD", "", ""
        backup = "Y" if chance < _TEAM["backup"] else "N"
        return f"CR{1 + (int(chance * 1000) & 1)}", "HSD", backup, backup

    def _where(self, group: str) -> tuple[str, str, str]:
        if group == "ROAD":
            return way(self._random, self._streets)
        return typed(self._random, zipf(self._random, self._premises), self._streets)

    def _times(self, received: datetime, urgent: bool, long: bool) -> Iterator[str]:
        """Yield received, dispatched, arrived, cleared; empty for what has not happened yet."""
        moment = received
        yield str(moment)
        for least, spread in (
            (20, 60 if urgent else 900),
            (120, 600),
            (300, 5400 if long else 2400),
        ):
            later = moment + timedelta(seconds=least + below(self._random, spread))
            moment = _on_the_clock(moment, later)
            yield str(moment) if moment <= self._now else ""
