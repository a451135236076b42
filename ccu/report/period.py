"""The period of a report, the periods for comparison, and whether they are complete.

A period is incomplete if it has a stretch without calls that is unlikely to be chance, because a
small town has days without calls. The expected calls of a stretch are the sum over its days of the
mean number of calls on that weekday (a team may not work on weekends), in the year until the end of
the period and between the first and the last call on file. A stretch with N expected calls is empty
by chance once in e^N. Needed are 12 inside the records (1 in 160,000), 7 for an entire period or
calendar month (1 in 1,100), 7 after the last call, whenever that was, and 1 before the first, where
records begin; there a week is always reported.

Each source is checked too, because a dispatch export may end, or begin, while other calls go on. A
gap of a source is reported only if all sources together lack at least half of its calls on the days
that it covers, and more than by chance, so not if another source replaces it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, cached_property
from math import sqrt
from typing import TYPE_CHECKING

from ccu import dates
from ccu.dates.days import OutOfRange, shift
from ccu.dates.instants import MONTH_NAMES
from ccu.errors import InvalidInput
from ccu.options import typed_text

if TYPE_CHECKING:
    from ccu.report.options import ReportOptions
    from ccu.session import Session

SERIES = 12  # months in the summary's row of bars
SECOND, WEEK = timedelta(seconds=1), timedelta(days=7)
EVERY_MONTH = 28  # the last day of a month that every month has
_SPAN = r"(?P<count>[1-9]\d{0,3}) ?(?P<unit>[dwmy]|day|week|month|year)s?"


def month_words(name: str) -> str:
    """Return `Jan 2026` for 2026-01."""
    return f"{MONTH_NAMES[int(name[5:]) - 1][:3]} {name[:4]}"


def moment_words(moment: datetime) -> str:
    """Return `Jan 31, 2026, 2:20 PM`."""
    return f"{dates.say_date(moment.date())}, {moment.hour % 12 or 12}:{moment:%M %p}"


@dataclass(frozen=True)
class Period:
    """Local days from `start` until before `end`.

    `kind`: month, quarter, year, fiscal year (named by the year it ends in), week or days.
    """

    kind: str
    start: date
    end: date

    @property
    def last(self) -> date:
        """Return the last day that is counted."""
        return self.end - timedelta(days=1)

    @property
    def days(self) -> int:
        """Return how many days there are."""
        return (self.end - self.start).days

    @property
    def _months(self) -> int:
        """Return how many months there are, from a day to the same day; 0 for other days."""
        if self.kind == "week" or not self.start.day == self.end.day <= EVERY_MONTH:
            return 0
        return 12 * (self.end.year - self.start.year) + self.end.month - self.start.month

    @property
    def label(self) -> str:
        """Return `January 2026`, `2026 Q1`, `2026`, `Jan 10, 2026 to Jan 20, 2026`."""
        first, last = dates.say_date(self.start), dates.say_date(self.last)
        match self.kind:
            case "month":
                return f"{MONTH_NAMES[self.start.month - 1]} {self.start.year}"
            case "quarter":
                return f"{self.start.year} Q{(self.start.month + 2) // 3}"
            case "year":
                return str(self.start.year)
            case "fiscal year":
                return f"Fiscal year {self.last.year} ({first} to {last})"
            case "week":
                return f"Week of {first}"
        return first if first == last else f"{first} to {last}"

    @property
    def short(self) -> str:
        """Return the label as a column title: `Jan 2026`, `FY 2026`, `1/5-1/11/26`."""
        match self.kind:
            case "month":
                return f"{MONTH_NAMES[self.start.month - 1][:3]} {self.start.year}"
            case "fiscal year":
                return f"FY {self.last.year}"
            case "quarter" | "year":
                return self.label
        start, last = (f"{day.month}/{day.day}/{day:%y}" for day in (self.start, self.last))
        if start != last and self.start.year == self.last.year:
            start = start[:-3]
        return "-".join(dict.fromkeys((start, last)))

    def previous(self) -> "Period":
        """Return the months before, from the same day to the same day; of other days as many."""
        if self._months:
            return Period(self.kind, shift(self.start, months=-self._months), self.start)
        return Period(self.kind, self.start - (self.end - self.start), self.start)

    def year_before(self) -> "Period":
        """Return the same days a year before; for Feb 29 as the last day, Feb 28.

        A week is compared with the one 52 weeks before, which has the same weekdays.
        """
        if self.kind == "week":
            return Period("week", self.start - 52 * WEEK, self.end - 52 * WEEK)
        if self._months:
            return Period(self.kind, shift(self.start, months=-12), shift(self.end, months=-12))
        last = shift(self.last, months=-12)
        return Period(self.kind, shift(self.start, months=-12), last + timedelta(days=1))

    def window(self, days: int, as_of: datetime) -> "Period":
        """Return the days that end with the last one, or with the as-of day before it."""
        last = min(self.last, as_of.date())
        return Period("days", dates.first_of_last(days, last), last + timedelta(days=1))

    def months(self) -> Iterator["Period"]:
        """Yield the twelve months that end with the one of the last day, earliest first."""
        first = self.last.replace(day=1)
        for back in range(SERIES - 1, -1, -1):
            yield Period("month", shift(first, months=-back), shift(first, months=1 - back))


@cache
def compared_with(period: Period, compare: str) -> Mapping[str, Period]:
    """Return `previous` and `year_before` -> period, those that --compare asks for."""
    beside = {"previous": period.previous(), "year_before": period.year_before()}
    chosen = {
        "both": ("previous", "year_before"),
        "previous": ("previous",),
        "year": ("year_before",),
    }
    return {name: beside[name] for name in chosen.get(compare, ())}


def read(asked: "ReportOptions", session: "Session") -> Period:
    """Return the period asked for. Raise InvalidInput for none, two, or one that is not valid."""
    texts = {each: getattr(asked, each[2:].replace("-", "_")) for each in _READ}
    texts["--from"] = asked.since if asked.since is not None else asked.to
    given = {option: text for option, text in texts.items() if text is not None}
    if len(given) > 1:
        raise InvalidInput(f"{' and '.join(given)} contradict each other; give one of them")
    if not given:
        raise InvalidInput(
            "give the days to report: --month 2026-01, --quarter, --year, --fiscal-year, --week,"
            " --last 30d, or --from and --to"
        )
    ((option, text),) = given.items()
    read_as = _READ.get(option)
    period = read_as(text, asked, session) if read_as else _days(asked, session)
    if period.start > session.today:
        raise InvalidInput(f"{period.label} has not begun")
    return period


def _fiscal_year(text: str, _: "ReportOptions", session: "Session") -> Period:
    """Read `2026` as the fiscal year that ends in 2026: July 2025 to June 2026 by default."""
    january, end = dates.parse_year(text, field="--fiscal-year")
    later = (session.settings.number("fiscal_year_start") - 1) % 12
    later -= 12 if later else 0
    return Period("fiscal year", shift(january, months=later), shift(end, months=later))


def _week(text: str, _: "ReportOptions", session: "Session") -> Period:
    """Read a day, or `2026-W05`, as the seven days from Monday to Sunday that hold it."""
    if numbered := re.fullmatch(r"(\d{4})-?w(\d\d)", text.strip().lower(), re.ASCII):
        try:
            monday = date.fromisocalendar(int(numbered[1]), int(numbered[2]), 1)
        except ValueError:
            raise InvalidInput("--week is not a week of that year; give a day in it") from None
    else:
        day = typed_text.day(session, text, "--week", prefer="past")
        monday = day - timedelta(days=day.weekday())
    return Period("week", monday, monday + WEEK)


def _last(text: str, asked: "ReportOptions", session: "Session") -> Period:
    """Read `30d`, `4w`, `6m` or `1y`: so many days, weeks, months or years, today included.

    For publication they end with the last day that is over.
    """
    span = re.fullmatch(_SPAN, text.strip().lower(), re.ASCII)
    if span is None:
        raise InvalidInput("--last cannot be read; write it as 30d, 4w, 6m or 1y")
    last, count = session.today, int(span["count"])
    after = last + timedelta(days=1)
    if asked.public and dates.day_start(after, session.settings.zone) > session.now + SECOND:
        last, after = last - timedelta(days=1), last
    unit = span["unit"][0]
    try:
        if unit in "dw":
            start = dates.first_of_last(count * (7 if unit == "w" else 1), last)
        else:
            start = shift(after, months=-count * (12 if unit == "y" else 1))
    except OutOfRange:
        raise InvalidInput("--last reaches back too far") from None
    return Period("days", start, after)


def _days(asked: "ReportOptions", session: "Session") -> Period:
    if asked.since is None or asked.to is None:
        raise InvalidInput("--from and --to go together; --to is the last day that is counted")
    start = typed_text.day(session, asked.since, "--from", prefer="past")
    last = typed_text.day(session, asked.to, "--to", prefer="past")
    if last < start:
        raise InvalidInput("--to is before --from; swap the two dates")
    return Period("days", start, last + timedelta(days=1))


_READ: dict[str, Callable[[str, "ReportOptions", "Session"], Period]] = {
    "--month": lambda text, *_: Period("month", *dates.parse_month(text, field="--month")),
    "--quarter": lambda text, *_: Period("quarter", *dates.parse_quarter(text, field="--quarter")),
    "--year": lambda text, *_: Period("year", *dates.parse_year(text, field="--year")),
    "--fiscal-year": _fiscal_year,
    "--week": _week,
    "--last": _last,
}


# ---------------------------------------------------------------- days without calls


DAY, YEAR = timedelta(days=1), timedelta(days=365)
INSIDE, WHOLE, AFTER, BEFORE = 12, 7, 7, 1  # expected calls that make an empty stretch a gap
WEEKS = 4  # with fewer on file, all weekdays have one mean
MOST = 3  # stretches named in a sentence
BY_CHANCE = 4  # standard deviations that a count may be short

Calls = Mapping[date, int]  # day -> calls on it, days without any left out


@dataclass(frozen=True)
class Stretch:
    """A stretch of days without calls in a period, from `first` to `last`.

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
    """The calls of each source by day, before the first day that is not over.

    They are complete until `shown`, the end of the period to report. A source that begins later is
    not missed.
    """

    def __init__(self, sources: Mapping[str, Calls], end: date, shown: date = date.max) -> None:
        self._sources, self._end, self._shown = sources, end, shown

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
        if not self._all or min(self._all) >= self._stop(period):
            return ""
        if stretches := self._gaps(self._all, period):
            return self._words(self._all, period, stretches)
        for source, calls in self._sources.items() if len(self._sources) > 1 else ():
            if min(calls) >= self._shown:
                continue
            stretches = [each for each in self._gaps(calls, period) if self._fewer(calls, each)]
            if stretches:
                return f"{source} has {self._words(calls, period, stretches)}"
        return ""

    def _stop(self, period: Period) -> date:
        return min(period.end, self._end)

    def _gaps(self, calls: Calls, period: Period) -> list[Stretch]:
        """Return the stretches that are unlikely to be chance."""
        stop = self._stop(period)
        if stop <= period.start:
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

    def _fewer(self, calls: Calls, gap: Stretch) -> bool:
        """Return whether the source is missing: all sources together lack its calls."""
        first = max(min(calls), gap.first - YEAR)
        end = min(max(calls) + DAY, gap.last + YEAR, self._end, self._shown)
        if end <= first:  # it ended long before
            return False
        part = gap.days / (end - first).days
        own = part * _between(calls, first, end)
        together = part * _between(self._all, first, end)
        found = _between(self._all, gap.first, gap.last + DAY)
        short = together - max(own / 2, BY_CHANCE * sqrt(together))
        return found < max(together / 2, short)

    def _words(self, calls: Calls, period: Period, stretches: list[Stretch]) -> str:
        days = (self._stop(period) - period.start).days
        some = sum(period.start <= day < self._stop(period) for day in calls)
        longest = sorted(stretches, key=lambda each: each.days)[-MOST:]
        named = [each.words for each in sorted(longest, key=lambda each: each.first)]
        more = [f"{len(stretches) - MOST} more stretches"] if len(stretches) > MOST else []
        return f"calls on {some:,} of {days:,} days; {'; '.join(named + more)}"


def _between(calls: Calls, start: date, end: date) -> int:
    return sum(count for day, count in calls.items() if start <= day < end)


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
