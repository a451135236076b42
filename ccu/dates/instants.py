"""Instants, their stored form, and their time on a town's clock.

Stored form: RFC 3339 with seconds and offset, `2026-01-18T22:30:00-05:00`. Clock changes: PEP 495.
Compare two moments of one zone with `is_after`: Python's own `<` compares their wall clocks, which
is wrong in the hour that occurs twice. Other packages use `ccu.dates`.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING

from ccu.errors import InvalidInput

if TYPE_CHECKING:  # loading zoneinfo costs 7 ms; only `zone` needs it
    from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 1900, 2200
MONTH_NAMES = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NOT_PLACES = ("localtime", "posixrules", "Factory", "posix/", "right/")  # the machine's, or leaps
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def to_iso(moment: datetime) -> str:
    """Return an aware datetime in stored form; fractions of a second are dropped.

    A local-mean-time offset with seconds (until about 1912) is rounded to minutes.
    Raises ValueError for a naive datetime, which is a bug in the caller.
    """
    offset = offset_of(moment)
    if offset.seconds % 60:
        moment = moment.astimezone(timezone(MINUTE * round(offset / MINUTE)))
    return moment.isoformat(timespec="seconds")


def from_iso(text: str) -> datetime:
    """Read a stored time as an aware datetime of fixed offset; raises ValueError."""
    moment = datetime.fromisoformat(text)
    offset_of(moment)
    return moment


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first instant of a day in a zone, and the first of the day after it."""
    return day_start(day, zone), day_start(day + timedelta(days=1), zone)


def minute(stored: str) -> str:
    """Return a stored time to the minute, as the town's clock showed it: `2026-01-31 14:02`."""
    return stored[:16].replace("T", " ")


def offset_of(moment: datetime) -> timedelta:
    """Return the UTC offset of an aware datetime; raises ValueError for a naive one."""
    offset = moment.utcoffset()
    if offset is None:
        raise ValueError("a time without its UTC offset")
    return offset


# Common name of a time zone -> the zone of most of the towns in it.
_USUAL_ZONES = {
    **dict.fromkeys(("eastern", "et", "est", "edt"), "America/New_York"),
    **dict.fromkeys(("central", "ct", "cst", "cdt"), "America/Chicago"),
    **dict.fromkeys(("mountain", "mt", "mst", "mdt"), "America/Denver"),
    **dict.fromkeys(("pacific", "pt", "pst", "pdt"), "America/Los_Angeles"),
    **dict.fromkeys(("alaska", "akst", "akdt"), "America/Anchorage"),
    **dict.fromkeys(("hawaii", "hst"), "Pacific/Honolulu"),
}


def zone(name: str) -> ZoneInfo:
    """Return the time zone of an IANA name such as America/New_York; raises InvalidInput.

    `localtime` and similar names are refused, because nothing may depend on the machine's zone.
    """
    from zoneinfo import ZoneInfo

    if re.fullmatch(r"[A-Za-z][A-Za-z0-9_+/-]{1,63}", name) and not name.startswith(NOT_PLACES):
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):  # unknown; not a zone file; a folder ("America")
            pass
    advice, meant = _zone_advice(name)
    raise InvalidInput(f"the time zone is not a known name; {advice}", *meant)


def town_zone(name: str) -> ZoneInfo:
    """Return the zone of a town. Raises InvalidInput, also for a fixed offset all year (EST)."""
    found = zone(name)
    if found.key in ("EST", "MST"):
        where = "America/New_York" if found.key == "EST" else "America/Denver, or America/Phoenix"
        raise InvalidInput(f"{found.key} has no daylight saving time; write {where}")
    return found


def _zone_advice(name: str) -> tuple[str, list[str]]:
    """Return what to type instead in a sentence, and the zones that it offers."""
    from difflib import get_close_matches
    from zoneinfo import available_timezones

    usual = _USUAL_ZONES.get(" ".join(name.lower().split()[:1]))
    known = {n.lower(): n for n in available_timezones() if not n.startswith(NOT_PLACES)}
    if not (usual or known):
        install = "this computer has no table of time zones, so install the Python package tzdata"
        return install, []
    close = get_close_matches(name[:64].lower().replace(" ", "_"), known, n=1, cutoff=0.8)
    meant = [usual] if usual else [known[each] for each in close]
    return f"did you mean {meant[0]}?" if meant else "write one such as America/New_York", meant


def is_after(one: datetime, other: datetime) -> bool:
    """Return whether `one` is later than `other`, also in the hour that occurs twice."""
    return one.astimezone(UTC) > other.astimezone(UTC)


def add_elapsed(moment: datetime, *, hours: float = 0, days: float = 0) -> datetime:
    """Add elapsed time, in the same zone: a day is 24 hours also when clocks change.

    Raises ValueError for a naive datetime, OverflowError after the year 9999: bugs in the caller.
    """
    return add_span(moment, timedelta(hours=hours, days=days))


def add_span(moment: datetime, span: timedelta) -> datetime:
    """`add_elapsed` for a timedelta."""
    offset_of(moment)
    return (moment.astimezone(UTC) + span).astimezone(moment.tzinfo)


def local_readings(wall: datetime, zone: tzinfo) -> list[datetime]:
    """Return the instants at which clocks in the zone showed this naive time, earliest first.

    Usually one; two when clocks went back over it; none when they went forward over it (PEP 495).
    """
    early, late = wall.replace(tzinfo=zone, fold=0), wall.replace(tzinfo=zone, fold=1)
    before, after = offset_of(early), offset_of(late)
    if before == after:
        return [early]
    return [early, late] if before > after else []


def first_of_last(days: int, last: date) -> date:
    """Return the first of the `days` local days that end with `last`, which is one of them.

    Every "last 30 days" of a card, a list, a brief or a report begins here.
    """
    return last - timedelta(days=days - 1)


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of the local day; not always 00:00: some zones change at midnight.

    A day that a zone skipped (Samoa, 30 December 2011) starts with the day after it.
    """
    wall = datetime.combine(day, time())
    readings = local_readings(wall, zone)
    return readings[0] if readings else _end_of_gap(wall, zone)


def _end_of_gap(wall: datetime, zone: tzinfo) -> datetime:
    """Return the instant at which clocks went forward over `wall`, by bisection."""
    by_old_offset = wall.replace(tzinfo=zone, fold=0)
    low, high = wall.replace(tzinfo=zone, fold=1).astimezone(UTC), by_old_offset.astimezone(UTC)
    while high - low > SECOND:
        middle = low + (high - low) // (2 * SECOND) * SECOND
        if middle.astimezone(zone).utcoffset() == by_old_offset.utcoffset():
            low = middle
        else:
            high = middle
    return high.astimezone(zone)


def say_date(day: date) -> str:
    """Return `Jan 18, 2026`, which `parse_day` reads back."""
    return f"{MONTH_NAMES[day.month - 1][:3]} {day.day}, {day.year}"


HALF_A_YEAR = 180  # days


def near_day(stored: str, today: date, *, weekday: bool = True) -> str:
    """Write the day of a stored day or time as `Thu Nov 26`; far from today as `Nov 26, 2024`.

    Far is more than half a year; without `weekday` a near one is `Nov 26`.
    """
    day = date.fromisoformat(stored[:10])
    if abs((day - today).days) > HALF_A_YEAR:
        return say_date(day)
    name = f"{DAY_NAMES[day.weekday()][:3]} " if weekday else ""
    return f"{name}{MONTH_NAMES[day.month - 1][:3]} {day.day}"


def say_moment(moment: datetime, now: datetime) -> str:
    """Write `Sun Jan 18, 2026 22:30` in the zone of `now`; with its offset if clocks show it twice.

    `parse_moment` reads it back.
    """
    zone = now.tzinfo or offset_zone(now)
    local = moment.astimezone(zone)
    month = MONTH_NAMES[local.month - 1][:3]
    text = f"{DAY_NAMES[local.weekday()][:3]} {month} {local.day}, {local.year} {local:%H:%M}"
    twice = len(local_readings(local.replace(tzinfo=None), zone)) == 2
    return text + to_iso(local)[-6:] if twice else text


def said(stored: str) -> str:
    """Write a stored day as `Jan 18, 2026`, a stored time as `Sun Jan 18, 2026 22:30`.

    The time is that of the town's clock when it was stored. Use it in sentences; in cells
    `output.text.for_person` writes it in digits.
    """
    if len(stored) == len("2026-01-18"):
        return say_date(date.fromisoformat(stored))
    moment = from_iso(stored)
    return say_moment(moment, moment)


def offset_zone(moment: datetime) -> timezone:
    """Return the fixed zone of an aware datetime's offset; raises ValueError for a naive one."""
    return timezone(offset_of(moment))
