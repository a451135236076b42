"""Small words for the sentences of a report."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from ccu.report.figures import Figure

if TYPE_CHECKING:
    from ccu.report.build import Report, ReportSection

# A section and the report around it -> sentences that may hold numbers of the town.
Says = Callable[["ReportSection", "Report"], list[str]]


def count(number: float | int | None, one: str, many: str = "") -> str:
    """`1 call`, `2 calls`, `1,204 addresses`."""
    return f"{number or 0:,} {one if number == 1 else many or one + 's'}"


def by_name(figures: Iterable[Figure]) -> dict[str, Figure]:
    """The figures without a group, by name."""
    return {each.figure: each for each in figures if not each.group}
