"""Dates and times: what people type, and the stored form, ISO 8601 with its UTC offset.

    instants      the stored form, zones, clock changes, and how a moment is shown
    days          the day in what people type
    moments       the moment in what people type; months, quarters, years
    cad           the dates of a dispatch export, 700,000 at a time; imported from there
    clocks        a clock time in any form, for `cad`
    office_hours  when the office is open

Other packages import from here. What reads typed text is loaded when it is used: most commands
only show dates. An ambiguous text is refused in one sentence that offers both
readings; nothing is guessed.
"""

from typing import TYPE_CHECKING, Any

from ccu.dates.instants import (
    add_elapsed,
    day_bounds,
    day_start,
    first_of_last,
    from_iso,
    is_after,
    minute,
    near_day,
    said,
    say_date,
    say_moment,
    to_iso,
    town_zone,
    zone,
)

if TYPE_CHECKING:
    from ccu.dates.moments import parse_day, parse_moment, parse_month, parse_quarter, parse_year

__all__ = [
    "add_elapsed",
    "day_bounds",
    "day_start",
    "first_of_last",
    "from_iso",
    "is_after",
    "minute",
    "near_day",
    "parse_day",
    "parse_moment",
    "parse_month",
    "parse_quarter",
    "parse_year",
    "said",
    "say_date",
    "say_moment",
    "to_iso",
    "town_zone",
    "zone",
]

if not TYPE_CHECKING:  # a type checker must still see a misspelled name

    def __getattr__(name: str) -> Any:
        """Load the parsers with the first of them that is used."""
        if not name.startswith("parse_"):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from ccu.dates import moments

        return getattr(moments, name)
