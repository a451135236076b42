"""What people type <-> ISO 8601 with its UTC offset. Everybody imports from here.

    instants   the stored form, zones, clock changes, and how a moment is shown
    days       the day in what people type
    moments    the moment in what people type; months, quarters, years
    cad        the dates of a dispatch export, 700,000 at a time

What has two readings is refused in one sentence that offers both; nothing is guessed.
"""

from ccu.dates.cad import cad_reader
from ccu.dates.days import Direction
from ccu.dates.instants import (
    add_elapsed,
    day_start,
    from_iso,
    is_after,
    say_age,
    say_moment,
    to_iso,
    zone,
)
from ccu.dates.moments import parse_day, parse_moment, parse_month, parse_quarter, parse_year

__all__ = [
    "Direction",
    "add_elapsed",
    "cad_reader",
    "day_start",
    "from_iso",
    "is_after",
    "parse_day",
    "parse_moment",
    "parse_month",
    "parse_quarter",
    "parse_year",
    "say_age",
    "say_moment",
    "to_iso",
    "zone",
]
