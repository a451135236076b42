"""Which reports are compared: the words, and which days they mean, written out by hand."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .chance import NEW_YORK
from .parts import Asked

TODAY = "2026-01-31"


@dataclass(frozen=True)
class Case:
    """What is asked for, and which days that is: [start, end), before it, a year before it."""

    args: str
    days: tuple[str, str]
    previous: tuple[str, str]
    year_before: tuple[str, str]
    file: str = "town"
    today: str = TODAY
    how: dict[str, Any] = field(default_factory=dict, hash=False)

    def periods(self) -> list[Asked]:
        """The period and the two beside it, as of this case's moment."""
        moment = datetime.fromisoformat(self.today).replace(tzinfo=NEW_YORK)
        if "T" not in self.today:
            moment = moment.replace(hour=23, minute=59, second=59)
        as_of = {"as_of": int(moment.timestamp()), "today": self.today[:10], **self.how}
        return [
            Asked(start=start, end=end, **as_of)
            for start, end in (self.days, self.previous, self.year_before)
        ]


def month(name: str, **more: Any) -> Case:
    """A month, the one before and the one a year before."""
    return Case(f"--month {name}", _days(name), _days(name, -1), _days(name, -12), **more)


def _days(name: str, later: int = 0) -> tuple[str, str]:
    year, number = divmod(int(name[:4]) * 12 + int(name[5:]) - 1 + later, 12)
    after = divmod(year * 12 + number + 1, 12)
    return f"{year}-{number + 1:02}-01", f"{after[0]}-{after[1] + 1:02}-01"


CASES = {
    "June 2025": month("2025-06"),
    "leap February": month("2024-02"),
    "March, the clock goes forward": month("2024-03"),
    "November, the clock goes back": month("2025-11"),
    "a month without calls": month("2024-09"),
    "the first month": month("2023-02"),
    "the last month": month("2026-01"),
    "not over": month("2025-03", file="then", today="2025-03-15T12:00"),
    "an earlier day's clock": month("2025-03", today="2025-03-15T12:00"),
    "a year": Case(
        "--year 2024",
        *(("2024-01-01", "2025-01-01"), ("2023-01-01", "2024-01-01"), ("2023-01-01", "2024-01-01")),
    ),
    "ten days": Case(
        "--from 2025-10-28 --to 2025-11-06",
        *(("2025-10-28", "2025-11-07"), ("2025-10-18", "2025-10-28"), ("2024-10-28", "2024-11-07")),
    ),
    "all calls": Case(
        "--quarter 2025-Q2 --all-calls --k 2 --window 200",
        *(("2025-04-01", "2025-07-01"), ("2025-01-01", "2025-04-01"), ("2024-04-01", "2024-07-01")),
        how={"all_calls": True, "k": 2, "window": 200},
    ),
    "no call at all": month("2025-06", file="empty"),
    "one call": month("2025-06", file="one"),
    "all people unknown": month("2025-06", file="unknown"),
}
MORE = {
    "before the first call": month("2022-11"),
    "a quarter": Case(
        "--quarter 2025-Q2",
        *(("2025-04-01", "2025-07-01"), ("2025-01-01", "2025-04-01"), ("2024-04-01", "2024-07-01")),
    ),
    "a leap day": Case(
        "--from 2024-02-29 --to 2024-02-29",
        *(("2024-02-29", "2024-03-01"), ("2024-02-28", "2024-02-29"), ("2023-02-28", "2023-03-01")),
    ),
    "another k and window": Case(
        "--month 2024-12 --k 1 --window 30",
        *(("2024-12-01", "2025-01-01"), ("2024-11-01", "2024-12-01"), ("2023-12-01", "2024-01-01")),
        how={"k": 1, "window": 30},
    ),
    **{
        name: month(name)
        for name in (f"{year}-{number:02}" for year in range(2023, 2027) for number in range(1, 13))
        if "2023-03" <= name <= "2025-12"
    },
}
