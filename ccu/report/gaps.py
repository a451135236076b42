"""Days without calls that are not there by chance: the period is not complete.

A small town has days without calls. So a stretch is judged by what is expected in it: the sum over
its days of the mean number of calls on that weekday (a team may not work on weekends), in the year
until the end of the period and between the first and the last call on file. By chance a stretch
in which N calls are expected is empty once in e^N: 12 are needed inside the records (1 in 160,000),
7 for an entire period or calendar month (1 in 1,100), 7 after the last call, whenever that was, 1
before the first one, where records are known to begin; there a week is told whatever is expected.

The calls of each source are judged too, because a dispatch export may end while calls are still
logged by hand; but only where all sources together have less than half of what is expected.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from ccu import dates
from ccu.dates.days import shift
from ccu.report.period import Period

DAY, YEAR = timedelta(days=1), timedelta(days=365)
INSIDE, WHOLE, AFTER, BEFORE = 12, 7, 7, 1  # expected calls that make an empty stretch a gap
WEEKS = 4  # with fewer on file, all weekdays have one mean
MOST = 3  # stretches named in a sentence

Calls = Mapping[date, int]  # day -> calls on it, days without any left out


@dataclass(frozen=True)
class Stretch:
    """Days without calls in a period, from `first` to `last`.

    before: the first call on file, where none is earlier. after: the last, where none is later.
    """

    first: date
    last: date
    before: date | None = None
    after: date | None = None

    @property
    def days(self) -> int:
        """Return how many days it has."""
        return (self.last - self.first).days + 1

    @property
    def has_a_month(self) -> bool:
        """Return whether all days of a calendar month are in it."""
        start = self.first if self.first.day == 1 else shift(self.first.replace(day=1), months=1)
        return shift(start, months=1) <= self.last + DAY

    @property
    def words(self) -> str:
        """Return `none after Mar 15, 2026`, `none from Mar 5, 2026 to Mar 8, 2026`."""
        if self.before:
            return f"none before {dates.say_date(self.before)}"
        if self.after:
            return f"none after {dates.say_date(self.after)}"
        if self.first == self.last:
            return f"none on {dates.say_date(self.first)}"
        return f"none from {dates.say_date(self.first)} to {dates.say_date(self.last)}"


class Expected:
    """How many calls a day has, by the weekday, before a period ends."""

    def __init__(self, calls: Calls, period: Period, stop: date) -> None:
        end = min(max(calls) + DAY, stop)
        start = max(min(calls), min(period.start, end - YEAR))
        days = [start + step * DAY for step in range((end - start).days)]
        by_weekday: list[list[int]] = [[] for _ in range(7)]
        for day in days:
            same = day.weekday() if len(days) >= 7 * WEEKS else 0
            by_weekday[same].append(calls.get(day, 0))
        means = [sum(each) / len(each) if each else 0.0 for each in by_weekday]
        self._means = means if len(days) >= 7 * WEEKS else means[:1] * 7

    def calls(self, first: date, last: date) -> float:
        """Return how many are expected from `first` to `last`."""
        days = ((first + step * DAY).weekday() for step in range((last - first).days + 1))
        return sum(self._means[day] for day in days)


class Records:
    """The calls of each source by day, before the first day that is not over."""

    def __init__(self, sources: Mapping[str, Calls], end: date) -> None:
        self._sources, self._end = sources, end

    @cached_property
    def _all(self) -> Calls:
        found: dict[date, int] = {}
        for calls in self._sources.values():
            for day, count in calls.items():
                found[day] = found.get(day, 0) + count
        return found

    def sentence(self, period: Period) -> str:
        """Return why the period is not complete, or nothing.

        `calls on 15 of 31 days; none after Mar 15, 2026`
        """
        if stretches := self._gaps(self._all, period):
            return self._words(self._all, period, stretches)
        for source, calls in self._sources.items() if len(self._sources) > 1 else ():
            stretches = [each for each in self._gaps(calls, period) if self._fewer(period, each)]
            if stretches:
                return f"{source} has {self._words(calls, period, stretches)}"
        return ""

    def _stop(self, period: Period) -> date:
        return min(period.end, self._end)

    def _gaps(self, calls: Calls, period: Period) -> list[Stretch]:
        """Return the stretches that are not there by chance."""
        stop = self._stop(period)
        if not calls or stop <= period.start or min(calls) >= stop:
            return []
        expected = Expected(calls, period, stop)

        def is_gap(each: Stretch) -> bool:
            if each.before:
                return each.days >= 7 or expected.calls(each.first, each.last) >= BEFORE
            if each.after:  # all days since the last call count, those before the period too
                return expected.calls(each.after + DAY, each.last) >= AFTER
            is_whole = each.days == (stop - period.start).days or each.has_a_month
            return expected.calls(each.first, each.last) >= (WHOLE if is_whole else INSIDE)

        return [each for each in _stretches(calls, period.start, stop) if is_gap(each)]

    def _fewer(self, period: Period, gap: Stretch) -> bool:
        """Return whether all sources together have less than half of what is expected."""
        days = [gap.first + step * DAY for step in range(gap.days)]
        expected = Expected(self._all, period, self._stop(period)).calls(gap.first, gap.last)
        return 2 * sum(self._all.get(day, 0) for day in days) < expected

    def _words(self, calls: Calls, period: Period, stretches: list[Stretch]) -> str:
        days = (self._stop(period) - period.start).days
        some = sum(period.start <= day < self._stop(period) for day in calls)
        longest = sorted(stretches, key=lambda each: each.days)[-MOST:]
        named = [each.words for each in sorted(longest, key=lambda each: each.first)]
        more = [f"{len(stretches) - MOST} more stretches"] if len(stretches) > MOST else []
        return f"calls on {some:,} of {days:,} days; {'; '.join(named + more)}"


def _stretches(calls: Calls, start: date, stop: date) -> Iterator[Stretch]:
    """Yield the days without calls from `start` until before `stop`, joined where they adjoin."""
    first, last = min(calls), max(calls)
    begun: date | None = None
    for step in range((stop - start).days + 1):
        day = start + step * DAY
        empty = day < stop and day not in calls
        if empty and begun is None:
            begun = day
        elif not empty and begun is not None:
            yield Stretch(
                begun,
                day - DAY,
                before=first if begun < first else None,
                after=last if begun > last else None,
            )
            begun = None
