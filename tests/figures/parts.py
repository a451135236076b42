"""What is asked of an oracle, and the parts of what it answers."""

from dataclasses import dataclass

from .rows import Row, add_days


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A period [start, end) of local days, as of a moment; k and w of the repeats."""

    start: str
    end: str
    as_of: int
    today: str
    k: int = 3
    window: int = 90
    all_calls: bool = False

    @property
    def last(self) -> str:
        """The last day counted: the period's, or today while it is not over."""
        return min(add_days(self.end, -1), self.today)

    @property
    def begun(self) -> str:
        """The start, or a year before the end where that is earlier."""
        year = f"{int(self.end[:4]) - 1}{self.end[4:]}"
        return min(self.start, year.replace("-02-29", "-03-01"))

    def holds(self, row: Row) -> bool:
        """It happened in the period, and by the as-of moment."""
        return bool(self.start <= row["day"] < self.end and row["at"] <= self.as_of)

    def counts(self, call: Row) -> bool:
        """A call that repeat counts count."""
        return bool(self.all_calls or call["care"])


@dataclass
class Part:
    """One line of figures. "Few" goes by `n` too."""

    unit: str
    numerator: float | None = None
    denominator: float | None = None
    missing: int = 0
    not_yet: int = 0
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: float | None = None

    @property
    def few(self) -> bool:
        n = self.denominator if self.n is None else self.n
        return self.unit != "count" and 0 < min(n or 0, self.denominator or 0) < 10


Figures = dict[tuple[str, str], Part]


def count(number: int, of: int | None = None, *, missing: int = 0, not_yet: int = 0) -> Part:
    """So many."""
    return Part("count", number, of, missing, not_yet, number)


def share(some: int, of: int, *, missing: int = 0, not_yet: int = 0) -> Part:
    """So many of so many; of none there is no share."""
    return Part("share", some, of, missing, not_yet, some / of if of else None)
