"""When something is due, as people type it."""

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, cast

from ccu import dates
from ccu.errors import InvalidInput

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

# Any of these, and the text has a time of day; else it is a day.
_CLOCK = re.compile(r"\d:\d|\d ?[ap]\.?m|noon|midnight|\d ?h|hour|min|\bnow\b", re.IGNORECASE)


def parse_due(text: str, now: datetime, option: str) -> datetime:
    """The moment: a day alone is due by its end, in the town's time.

    Raises InvalidInput for a text that is not one moment, and for one that is past: nothing new
    can have been due already.
    """
    if _CLOCK.search(text):
        due = dates.parse_moment(text, now, field=option, future=True)
    else:
        due = day_end(dates.parse_day(text, now.date(), field=option), now)
    if dates.is_after(now, due):
        raise InvalidInput(f"{option} is in the past")
    return due


def day_bounds(day: date, now: datetime) -> tuple[datetime, datetime]:
    """The first instant of a day in the zone of `now`, and the first of the day after it."""
    zone = cast("ZoneInfo", now.tzinfo)
    return dates.day_start(day, zone), dates.day_start(day + timedelta(days=1), zone)


def day_end(day: date, now: datetime) -> datetime:
    """The last second of a day: 23:59:59, as a rule."""
    return dates.add_elapsed(day_bounds(day, now)[1], hours=-1 / 3600)
