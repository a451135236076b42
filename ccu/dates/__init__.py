"""Dates and times: what people type, and the stored form, ISO 8601 with its UTC offset.

    instants      the stored form, zones, clock changes, and how a moment is shown
    days          the day in what people type
    moments       the moment in what people type; months, quarters, years
    cad           the dates of a dispatch export, 700,000 at a time
    office_hours  when the office is open

Other packages import from here. An ambiguous text is refused in one sentence that offers both
readings; nothing is guessed.
"""

from ccu.dates.cad import cad_reader
from ccu.dates.days import Direction
from ccu.dates.instants import (
    add_elapsed,
    day_bounds,
    day_start,
    from_iso,
    is_after,
    minute,
    say_moment,
    to_iso,
    zone,
)
from ccu.dates.moments import parse_day, parse_moment, parse_month, parse_quarter, parse_year

__all__ = [
    "Direction",
    "add_elapsed",
    "cad_reader",
    "day_bounds",
    "day_start",
    "from_iso",
    "is_after",
    "minute",
    "parse_day",
    "parse_moment",
    "parse_month",
    "parse_quarter",
    "parse_year",
    "say_moment",
    "to_iso",
    "zone",
]
