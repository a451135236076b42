"""The days that a report counts, and the periods they are compared with."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from ccu import dates
from ccu.dates.days import shift
from ccu.dates.instants import MONTH_NAMES
from ccu.errors import InvalidInput
from ccu.options import typed_text

if TYPE_CHECKING:
    from ccu.report.options import ReportOptions
    from ccu.session import Session

SERIES = 12  # months in the summary's row of bars


def month_words(name: str) -> str:
    """Return `Jan 2026` for 2026-01."""
    return f"{MONTH_NAMES[int(name[5:]) - 1][:3]} {name[:4]}"


def moment_words(moment: datetime) -> str:
    """Return `Jan 31, 2026, 2:20 PM`."""
    return f"{dates.say_date(moment.date())}, {moment.hour % 12 or 12}:{moment:%M %p}"


@dataclass(frozen=True)
class Period:
    """Local days from `start` until before `end`; `kind`: month, quarter, year or days."""

    kind: str
    start: date
    end: date

    @property
    def last(self) -> date:
        """Return the last day that is counted."""
        return self.end - timedelta(days=1)

    @property
    def _is_months(self) -> bool:
        return self.start.day == self.end.day == 1

    @property
    def label(self) -> str:
        """Return `January 2026`, `2026 Q1`, `2026`, `Jan 10, 2026 to Jan 20, 2026`."""
        if self.kind == "month":
            return f"{MONTH_NAMES[self.start.month - 1]} {self.start.year}"
        if self.kind == "quarter":
            return f"{self.start.year} Q{(self.start.month + 2) // 3}"
        if self.kind == "year":
            return str(self.start.year)
        first, last = dates.say_date(self.start), dates.say_date(self.last)
        return first if first == last else f"{first} to {last}"

    @property
    def short(self) -> str:
        """Return the label as a column title: `Jan 2026`."""
        if self.kind == "month":
            return f"{MONTH_NAMES[self.start.month - 1][:3]} {self.start.year}"
        return self.label

    def previous(self) -> "Period":
        """Return the month, quarter or year before; of other days the months or days before."""
        if self._is_months:
            months = 12 * (self.end.year - self.start.year) + self.end.month - self.start.month
            return Period(self.kind, shift(self.start, months=-months), self.start)
        return Period("days", self.start - (self.end - self.start), self.start)

    def year_before(self) -> "Period":
        """Return the same days a year before; for Feb 29 as the last day, Feb 28."""
        if self._is_months:
            return Period(self.kind, shift(self.start, months=-12), shift(self.end, months=-12))
        last = shift(self.last, months=-12)
        return Period("days", shift(self.start, months=-12), last + timedelta(days=1))

    def months(self) -> Iterator["Period"]:
        """Yield the twelve months that end with the one of the last day, earliest first."""
        first = self.last.replace(day=1)
        for back in range(SERIES - 1, -1, -1):
            yield Period("month", shift(first, months=-back), shift(first, months=1 - back))


def read(asked: "ReportOptions", session: "Session") -> Period:
    """Return the period asked for. Raise InvalidInput for none, two, or one that is not valid."""
    given = [
        option
        for option, text in (
            ("--month", asked.month),
            ("--quarter", asked.quarter),
            ("--year", asked.year),
            ("--from", asked.since if asked.since is not None else asked.to),
        )
        if text is not None
    ]
    if len(given) > 1:
        raise InvalidInput(f"{' and '.join(given)} contradict each other; give one of them")
    if not given:
        raise InvalidInput(
            "give the days to report: --month 2026-01, --quarter, --year, or --from and --to"
        )
    period = _read(asked, session)
    if period.start > session.today:
        raise InvalidInput(f"{period.label} has not begun")
    return period


def _read(asked: "ReportOptions", session: "Session") -> Period:
    if asked.month is not None:
        return Period("month", *dates.parse_month(asked.month, field="--month"))
    if asked.quarter is not None:
        return Period("quarter", *dates.parse_quarter(asked.quarter, field="--quarter"))
    if asked.year is not None:
        return Period("year", *dates.parse_year(asked.year, field="--year"))
    if asked.since is None or asked.to is None:
        raise InvalidInput("--from and --to go together; --to is the last day that is counted")
    start = typed_text.day(session, asked.since, "--from", prefer="past")
    last = typed_text.day(session, asked.to, "--to", prefer="past")
    if last < start:
        raise InvalidInput("--to is before --from; swap the two dates")
    return Period("days", start, last + timedelta(days=1))
