"""The days that a report counts, and the periods they are compared with."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
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

    def months(self) -> Iterator["Period"]:
        """Yield the twelve months that end with the one of the last day, earliest first."""
        first = self.last.replace(day=1)
        for back in range(SERIES - 1, -1, -1):
            yield Period("month", shift(first, months=-back), shift(first, months=1 - back))


def read(asked: "ReportOptions", session: "Session") -> Period:
    """Return the period asked for. Raise InvalidInput for none, two, or one that is not valid."""
    given = {option: text for option, text in _texts(asked).items() if text is not None}
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


def _texts(asked: "ReportOptions") -> dict[str, str | None]:
    return {
        "--month": asked.month,
        "--quarter": asked.quarter,
        "--year": asked.year,
        "--fiscal-year": asked.fiscal_year,
        "--week": asked.week,
        "--last": asked.last,
        "--from": asked.since if asked.since is not None else asked.to,
    }


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
