"""What people type <-> ISO 8601 with its UTC offset.

Every form is read by a small strict grammar, because a general parser guesses: dateutil takes `2` for
the second of this month and `Sat` for some Saturday. What has two readings is refused and both are
offered; what is accepted means one thing only. Two values of one zone must be compared with `is_after`:
Python compares their wall clocks, which is wrong in the hour that clocks go back.

Stored form: RFC 3339 with seconds (`2026-01-18T22:30:00-05:00`). Folds and gaps: PEP 495.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING, Literal

from ccu.errors import InvalidInput

if TYPE_CHECKING:  # loading zoneinfo costs 7 ms; only `zone` needs it
    from zoneinfo import ZoneInfo

Direction = Literal["past", "future"]

FIRST_YEAR, LAST_YEAR = 1900, 2200
LONGEST_TEXT = 80  # no way of writing a moment is longer, and a megabyte is refused at once
LONGEST_ECHO = 40
NEARBY = timedelta(days=30)  # "18 Jan" typed on 17 Jan is as likely a slip as last year's
SECOND = timedelta(seconds=1)

_MONTH_NAMES = "january february march april may june july august september october november december"
_DAY_NAMES = "monday tuesday wednesday thursday friday saturday sunday"
_MONTHS = {n: i for i, name in enumerate(_MONTH_NAMES.split(), 1) for n in (name, name[:3])}
_MONTHS["sept"] = 9
_WEEKDAYS = {n: i for i, name in enumerate(_DAY_NAMES.split()) for n in (name, name[:3])}
_WEEKDAYS |= {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}
_NEAR_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_OTHER_WORDS = (
    "now noon midnight am pm a p m t z st nd rd th at on in last next ago and an d w h hr hrs hour hours"
    " min mins minute minutes day days week weeks month months year years"
)
_WORDS = {*_MONTHS, *_WEEKDAYS, *_NEAR_DAYS, *_OTHER_WORDS.split()}

# Texts, not compiled patterns: `re` compiles and keeps each one when it is first needed.
_CLOCK = (
    r"(?:noon|midnight|(?=\d{1,2}(?::| ?[ap]m))(?P<hour>\d{1,2})(?::(?P<minute>\d\d)"
    r"(?::(?P<second>\d\d))?)?(?: ?(?P<half>[ap]m))?(?: ?(?P<offset>z|[+-]\d\d:?\d\d))?)"
)
_DAY_CLOCK = rf"(?:(?P<day>.+?)(?: at | |(?<=\d)t))?(?P<clock>{_CLOCK})"
_CLOCK_DAY = rf"(?P<clock>{_CLOCK})(?: on)? (?P<day>.+)"
_ELAPSED = (
    r"(?P<ahead>in )?(?:(?P<hours>\d{1,4}|an) ?(?:h|hrs?|hours?))?(?: ?(?:and )?"
    r"(?P<minutes>\d{1,4}|a) ?(?:min|mins|minutes?))?(?(ahead)| ago)"
)
_RELATIVE_DAY = (
    r"(?:\+|(?P<ahead>in )?)(?P<count>\d{1,4}|an?) ?(?P<unit>d|w|days?|weeks?|months?|years?)"
    r"(?P<ago> ago)?"
)
_NAMED_DAY = r"(?:(?P<which>last|next|on) )?(?P<name>[a-z]+)"
_YEAR_FIRST = r"(?P<year>\d{4})(?P<mark>[-/])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})"
_YEAR_LAST = r"(?P<one>\d{1,2})(?P<mark>[-/.])(?P<two>\d{1,2})(?P=mark)(?P<year>\d{4}|\d\d)"
_WORDED = (
    r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[ -]?(?P<month>[a-z]{3,9})(?:[ -]?(?P<year>\d{4}))?",
    r"(?P<month>[a-z]{3,9}) ?(?P<day>\d{1,2})(?:st|nd|rd|th)?(?: (?P<year>\d{4}))?",
    r"(?P<year>\d{4})[ -](?P<month>[a-z]{3,9})[ -](?P<day>\d{1,2})",
)
_NUMBER = r"[+-]?\d+(?:[.]\d+)?"
_HHMM = r"(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)"


class _Refused(Exception):
    """Why a text is refused, without its field and without the text: `parse_*` put those before it."""


class _Unknown(_Refused):
    """The text has none of the forms we read."""


class _TwoReadings(_Refused):
    """A text that can mean either of two days; the time of day is still to be added to both."""

    def __init__(self, *readings: date) -> None:
        super().__init__(_offer(*(f"{day}" for day in sorted(readings))))
        self.readings = sorted(readings)


def _offer(*readings: str) -> str:
    return f"has two readings; write {' or '.join(readings)}"


# ---- stored form


def to_iso(moment: datetime) -> str:
    """An aware datetime in stored form, `2026-01-18T22:30:00-05:00`; fractions of a second are dropped.

    A local-mean-time offset with seconds (before about 1912) is rounded to minutes and the instant kept.
    Raises ValueError for a naive datetime: that is a bug in the caller.
    """
    offset = _offset(moment)
    if offset.seconds % 60:
        moment = moment.astimezone(timezone(timedelta(minutes=round(offset / timedelta(minutes=1)))))
    return moment.isoformat(timespec="seconds")


def from_iso(text: str) -> datetime:
    """A stored time as an aware datetime with a fixed offset. Raises ValueError if it has no offset."""
    moment = datetime.fromisoformat(text)
    _offset(moment)
    return moment


def _offset(moment: datetime) -> timedelta:
    offset = moment.utcoffset()
    if offset is None:
        raise ValueError("a time without its UTC offset")
    return offset


# ---- zones and instants


def zone(name: str) -> ZoneInfo:
    """The time zone of that IANA name, such as America/New_York. Raises InvalidInput for any other text.

    `localtime` and its like are refused: nothing may depend on the machine's own zone.
    """
    from zoneinfo import ZoneInfo

    machine_made = ("localtime", "posixrules", "Factory", "posix/", "right/")
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9_+/-]{1,63}", name) and not name.startswith(machine_made):
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):  # not there; not a zone file; a folder ("America")
            pass
    raise InvalidInput(f"the time zone is not a known name; {_zone_advice(name)}") from None


def _zone_advice(name: str) -> str:
    from difflib import get_close_matches
    from zoneinfo import available_timezones

    known = {each.lower(): each for each in available_timezones()}
    if not known:
        return "this computer has no time zone table, so install the Python package tzdata"
    close = get_close_matches(name[:64].lower().replace(" ", "_"), known, n=1, cutoff=0.8)
    return f"did you mean {known[close[0]]}?" if close else "write one such as America/New_York"


def is_after(one: datetime, other: datetime) -> bool:
    """Is the instant `one` later than the instant `other`? Right also in the hour that comes twice."""
    return one.astimezone(UTC) > other.astimezone(UTC)


def local_readings(wall: datetime, zone: tzinfo) -> list[datetime]:
    """The instants at which a clock in that zone showed this naive time, earliest first.

    One as a rule; two when clocks went back over it; none when they went forward over it (PEP 495).
    """
    early, late = wall.replace(tzinfo=zone, fold=0), wall.replace(tzinfo=zone, fold=1)
    before, after = _offset(early), _offset(late)
    if before == after:
        return [early]
    return [early, late] if before > after else []


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of the local day; not always 00:00, for some zones change clocks at midnight.

    A day that a zone skipped altogether (Samoa, 30 December 2011) starts with the day after it.
    """
    wall = datetime.combine(day, time())
    readings = local_readings(wall, zone)
    return readings[0] if readings else _end_of_gap(wall, zone)


def _end_of_gap(wall: datetime, zone: tzinfo) -> datetime:
    """The instant at which clocks went forward over `wall`, found by halving."""
    by_old_offset = wall.replace(tzinfo=zone, fold=0)
    low, high = wall.replace(tzinfo=zone, fold=1).astimezone(UTC), by_old_offset.astimezone(UTC)
    while high - low > SECOND:
        middle = low + (high - low) // (2 * SECOND) * SECOND
        if middle.astimezone(zone).utcoffset() == by_old_offset.utcoffset():
            low = middle
        else:
            high = middle
    return high.astimezone(zone)


def add_elapsed(moment: datetime, *, hours: float = 0, days: float = 0) -> datetime:
    """So much real time later, in the same zone: a day is 24 hours also when clocks change."""
    _offset(moment)
    return (moment.astimezone(UTC) + timedelta(hours=hours, days=days)).astimezone(moment.tzinfo)


# ---- moments


def parse_moment(text: str, now: datetime, *, field: str = "time", future: bool = False) -> datetime:
    """The moment that a person typed, in the zone of `now` (the town's, never the machine's).

    Reads `now`, `22:30`, `10 pm`, `noon`, `20 minutes ago`, `1h 20min ago`, or any day that `parse_day`
    reads with a time before or after it; a full date may carry an offset or Z, and the instant is kept.
    A weekday or a date without a year is the latest one gone by, or with `future` the next to come.
    Raises InvalidInput, one sentence with the readings, for a text that is not one moment, and for
    one after `now` unless `future`. Raises ValueError if `now` is naive: a bug.
    """
    _offset(now)
    try:
        moment = _moment(_tidy(text), now, future)
        _in_range(moment.date())
    except _Refused as reason:
        raise InvalidInput(_sentence(field, text, str(reason))) from None
    except OverflowError:
        raise InvalidInput(_sentence(field, text, _OUT_OF_RANGE)) from None
    return moment.replace(microsecond=0)


def _moment(said: str, now: datetime, future: bool) -> datetime:
    if said == "now":
        return now
    if elapsed := re.fullmatch(_ELAPSED, said):
        if elapsed["hours"] or elapsed["minutes"]:
            return _elapsed(elapsed, now, future)
    parts = re.fullmatch(_DAY_CLOCK, said) or re.fullmatch(_CLOCK_DAY, said)
    if parts is None:
        raise _no_clock(said, now, future)
    if parts["clock"] in ("midnight", "24:00", "24:00:00"):
        raise _midnight(parts, now, future)
    clock = _clock(parts)
    day = _day_of_moment(parts["day"], clock, now, future)
    wall = datetime.combine(day, clock)
    if parts["offset"]:
        return _with_offset(wall, parts, now, future)
    return _the_one_reading(wall, parts["day"], now, future)


def _elapsed(said: re.Match[str], now: datetime, future: bool) -> datetime:
    hours, minutes = (
        1 if said[part] in ("a", "an") else int(said[part] or 0) for part in ("hours", "minutes")
    )
    if said["ahead"] and not future:
        raise _Refused("is in the future")
    span = hours + minutes / 60
    return add_elapsed(now, hours=span if said["ahead"] else -span)


def _clock(parts: re.Match[str]) -> time:
    if parts["clock"] == "noon":
        return time(12)
    hour, minute, second = (int(parts[part] or 0) for part in ("hour", "minute", "second"))
    if parts["half"]:
        if not 1 <= hour <= 12:
            raise _Refused("has am or pm after an hour that is not 1 to 12")
        hour = hour % 12 + (12 if parts["half"] == "pm" else 0)
    if hour > 23 or minute > 59 or second > 59:
        raise _Refused("has no such time of day; the last one is 23:59:59")
    return time(hour, minute, second)


def _day_of_moment(said: str | None, clock: time, now: datetime, future: bool) -> date:
    today = now.date()
    if not said:
        return today
    prefer: Direction = "future" if future else "past"
    # "friday 22:30" on a Friday is today's once 22:30 has come, and until then last week's.
    passed = clock <= now.time()
    weekday_from = today if passed != future else _shift(today, days=1 if future else -1)
    try:
        return _day(said, today, prefer, weekday_from)
    except _TwoReadings as two:
        raise _Refused(_offer(*(f"{day} {_say_clock(clock)}" for day in two.readings))) from None


def _with_offset(wall: datetime, parts: re.Match[str], now: datetime, future: bool) -> datetime:
    if not parts["day"] or parts["day"] in _NEAR_DAYS:
        raise _Refused("has a UTC offset and no date; write the date as well, as 2026-01-18 22:30Z")
    moment = wall.replace(tzinfo=_fixed_zone(parts["offset"])).astimezone(now.tzinfo)
    if not future and is_after(moment, now):
        raise _Refused(f"is in the future, for it is now {_say_wall(now)}")
    return moment


def _fixed_zone(text: str) -> timezone:
    if text == "z":
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    if minutes > 59 or hours * 60 + minutes > 14 * 60:
        raise _Refused("has a UTC offset that no place keeps")
    span = timedelta(hours=hours, minutes=minutes)
    return timezone(-span if text[0] == "-" else span)


def _the_one_reading(wall: datetime, day: str | None, now: datetime, future: bool) -> datetime:
    """The instant that `wall` names in the zone of `now`, if it names exactly one that may be meant."""
    assert now.tzinfo is not None
    readings = local_readings(wall, now.tzinfo)
    if not readings:
        early, late = (wall.replace(tzinfo=now.tzinfo, fold=fold) for fold in (0, 1))
        gap = _offset(late) - _offset(early)
        offered = f"{_say_wall(wall - gap)} or {_say_wall(wall + gap)}"
        raise _Refused(f"never was, for clocks went forward over it; write {offered}")
    possible = [one for one in readings if future or not is_after(one, now)]
    if len(possible) == 2:
        raise _Refused(_offer(*(_say_wall(one) + to_iso(one)[-6:] for one in possible)))
    if not possible and not day:
        raise _Refused(f"is in the future; did you mean yesterday {_say_clock(wall.time())}?")
    if not possible:
        raise _Refused(f"is in the future, for it is now {_say_wall(now)}")
    return possible[0]


def _midnight(parts: re.Match[str], now: datetime, future: bool) -> _Refused:
    """`midnight` is the start of a day to some and its end to others; 24:00 is another day's 00:00."""
    day = _day_of_moment(parts["day"], time(), now, future)
    start, end = f"{day} 00:00", f"{_shift(day, days=1)} 00:00"
    if parts["day"] and parts["clock"] != "midnight":
        return _Refused(f"is the start of the next day; write {end}")
    if future or day < now.date():
        return _Refused(_offer(start, end))
    return _Refused(f"may be the start of a day or its end; write {start}")


def _no_clock(said: str, now: datetime, future: bool) -> _Refused:
    """The best advice for a text in which no time of day was found."""
    if number := _only_a_number(said):
        hint = "write a time as 22:30 or a day and time as 2026-01-18 22:30"
        return _Refused(f"{number}; {hint}")
    prefer: Direction = "future" if future else "past"
    day, _, last = said.rpartition(" ")
    hhmm = re.fullmatch(_HHMM, last)
    try:
        _day(said, now.date(), prefer, now.date())
        return _Refused(f"has no time of day; add one, as in {said} 22:30")
    except _Unknown:
        if not hhmm:
            hint = "write it as 22:30, yesterday 22:30 or 2026-01-18 22:30"
            return _Unknown(f"is not a time that can be read; {hint}")
    try:
        _day(day, now.date(), prefer, now.date())
    except _Unknown:
        return _Unknown("is not a time that can be read; write it as 2026-01-18 22:30")
    return _Refused(f"has a time without its colon; write {day} {hhmm['hour']}:{hhmm['minute']}")


def _only_a_number(said: str) -> str | None:
    if not re.fullmatch(_NUMBER, said):
        return None
    if hhmm := re.fullmatch(_HHMM, said):
        return f"is only a number, and if it is {hhmm['hour']}:{hhmm['minute']} it needs the colon"
    return "is only a number"


# ---- days


def parse_day(
    text: str,
    today: date,
    *,
    field: str = "date",
    future: bool = True,
    prefer: Direction | None = None,
) -> date:
    """The day that a person typed.

    Reads `today`, `yesterday`, `tomorrow`, `friday`, `last friday`, `in 3 days`, `+7d`, `2 weeks ago`,
    `2026-01-18`, `18 Jan 2026`, `Jan 18`, `Sun 18 Jan 2026`, and `1/18/2026` where it has one reading.
    A weekday or a date without a year is the next to come, or the last gone by: `prefer` says which
    (by default the future where it is allowed). With `future=False` a day after `today` is refused.
    Raises InvalidInput, one sentence with the readings, for a text that is not one day.
    """
    try:
        day = _day(_tidy(text), today, prefer or ("future" if future else "past"))
        _in_range(day)
        if day > today and not future:
            raise _Refused(f"is in the future, for today is {today}")
    except _Refused as reason:
        raise InvalidInput(_sentence(field, text, str(reason))) from None
    return day


def _day(said: str, today: date, prefer: Direction, weekday_from: date | None = None) -> date:
    """`weekday_from`: the day that a bare weekday is counted from; without it today's own is refused."""
    if said in _NEAR_DAYS:
        return _shift(today, days=_NEAR_DAYS[said])
    if (match := re.fullmatch(_NAMED_DAY, said)) and match["name"] in _WEEKDAYS:
        return _named_day(match, today, prefer, weekday_from)
    if match := re.fullmatch(_RELATIVE_DAY, said):
        return _relative_day(match, today)
    name, _, rest = said.partition(" ")
    if name not in _WEEKDAYS:
        return _written_day(said, today, prefer)
    day = _written_day(rest, today, prefer)
    if day.weekday() != _WEEKDAYS[name]:
        raise _Refused(f"does not agree with itself, for {day} is a {_day_name(day)}")
    return day


def _named_day(
    said: re.Match[str], today: date, prefer: Direction, weekday_from: date | None
) -> date:
    weekday, which = _WEEKDAYS[said["name"]], said["which"]
    since = (today.weekday() - weekday) % 7
    if which == "last":
        return _shift(today, days=-(since or 7))
    if which == "next":
        if since:  # to some the coming one, to others the one of next week
            raise _TwoReadings(_shift(today, days=7 - since), _shift(today, days=14 - since))
        return _shift(today, days=7)
    if weekday_from is None and not since:
        raise _TwoReadings(today, _shift(today, days=7 if prefer == "future" else -7))
    start = weekday_from or today
    if prefer == "past":
        return _shift(start, days=-((start.weekday() - weekday) % 7))
    return _shift(start, days=(weekday - start.weekday()) % 7)


def _relative_day(said: re.Match[str], today: date) -> date:
    unit = said["unit"][0]
    if bool(said["ago"]) == said[0].startswith(("+", "in ")):
        raise _Unknown(f"does not say which way to count; write in {said[0]} or {said[0]} ago")
    count = 1 if said["count"].startswith("a") else int(said["count"])
    if said["ago"]:
        count = -count
    if unit in "dw":
        return _shift(today, days=count * (7 if unit == "w" else 1))
    return _shift(today, months=count * (12 if unit == "y" else 1))


def _written_day(said: str, today: date, prefer: Direction) -> date:
    if match := re.fullmatch(_YEAR_FIRST, said):
        return _date(int(match["year"]), int(match["month"]), int(match["day"]))
    if match := re.fullmatch(_YEAR_LAST, said):
        return _year_last(match, today)
    for form in _WORDED:
        match = re.fullmatch(form, said)
        if match and match["month"] in _MONTHS:
            month, day = _MONTHS[match["month"]], int(match["day"])
            if match["year"]:
                return _date(int(match["year"]), month, day)
            return _without_year(month, day, today, prefer)
    what = _only_a_number(said) or "is not a date that can be read"
    raise _Unknown(f"{what}; write it as 2026-01-18 or 18 Jan 2026")


def _year_last(said: re.Match[str], today: date) -> date:
    """1/18/2026: accepted when only one order of day and month is in the calendar."""
    one, two, year = int(said["one"]), int(said["two"]), _full_year(said["year"], today)
    readings = {_exists(year, one, two), _exists(year, two, one)}
    if len(said["year"]) == 2 and one > 12:  # 18/1/26 may also have its year first
        readings.add(_exists(_full_year(said["one"], today), two, int(said["year"])))
    found = [day for day in readings if day]
    if len(found) > 1:
        raise _TwoReadings(*found)
    return found[0] if found else _date(year, one, two)


def _full_year(digits: str, today: date) -> int:
    """26 is 2026 as long as that is within twenty years of today; a birth year needs all four digits."""
    if len(digits) == 4:
        return int(digits)
    centuries = (int(digits) + 100 * (today.year // 100 + step) for step in (-1, 0, 1))
    near = [year for year in centuries if abs(year - today.year) <= 20]
    if not near:
        raise _Refused("has a year of two digits; write all four")
    return near[0]


def _without_year(month: int, day: int, today: date, prefer: Direction) -> date:
    years = (today.year - 1, today.year, today.year + 1)
    found = [each for year in years if (each := _exists(year, month, day))]
    if not found and not _exists(2000, month, day):
        raise _Refused(_NO_SUCH_DAY)
    if today in found:
        return today
    past, ahead = [d for d in found if d < today][-1:], [d for d in found if d > today][:1]
    wanted, other = (past, ahead) if prefer == "past" else (ahead, past)
    if not wanted:
        raise _Refused("needs its year, for that day is not in every year")
    if other and abs(other[0] - today) <= NEARBY:
        raise _TwoReadings(wanted[0], other[0])
    return wanted[0]


def _exists(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_OUT_OF_RANGE = f"has a year outside {FIRST_YEAR} to {LAST_YEAR}"
_NO_SUCH_DAY = "is not a day in the calendar"


def _date(year: int, month: int, day: int) -> date:
    found = _exists(year, month, day)
    if found is None:
        raise _Refused(_NO_SUCH_DAY if FIRST_YEAR <= year <= LAST_YEAR else _OUT_OF_RANGE)
    _in_range(found)
    return found


def _in_range(day: date) -> None:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise _Refused(_OUT_OF_RANGE)


def _shift(day: date, *, days: int = 0, months: int = 0) -> date:
    try:
        if not months:
            return day + timedelta(days=days)
        from dateutil.relativedelta import relativedelta

        return day + relativedelta(months=months)  # 31 January and a month is 28 February
    except (OverflowError, ValueError):
        raise _Refused(_OUT_OF_RANGE) from None


# ---- periods


def parse_month(text: str, *, field: str = "month") -> tuple[date, date]:
    """`2026-01` as its first day and the first day after it. Raises InvalidInput for any other text."""
    match = _period(text, field, r"(?P<year>\d{4})-(?P<part>0[1-9]|1[0-2])", "2026-01")
    return _months_from(match, int(match["part"]), 1)


def parse_quarter(text: str, *, field: str = "quarter") -> tuple[date, date]:
    """`2026-Q1` as its first day and the first day after it. Raises InvalidInput for any other text."""
    match = _period(text, field, r"(?P<year>\d{4})-q(?P<part>[1-4])", "2026-Q1")
    return _months_from(match, 3 * int(match["part"]) - 2, 3)


def parse_year(text: str, *, field: str = "year") -> tuple[date, date]:
    """`2026` as its first day and the first day after it. Raises InvalidInput for any other text."""
    return _months_from(_period(text, field, r"(?P<year>\d{4})", "2026"), 1, 12)


def _period(text: str, field: str, form: str, example: str) -> re.Match[str]:
    try:
        match = re.fullmatch(form, _tidy(text))
        if match is None:
            raise _Refused(f"is not a {field}; write it as {example}")
        _in_range(_date(int(match["year"]), 1, 1))
    except _Refused as reason:
        raise InvalidInput(_sentence(field, text, str(reason))) from None
    return match


def _months_from(match: re.Match[str], month: int, count: int) -> tuple[date, date]:
    year, last = int(match["year"]), month + count
    return date(year, month, 1), date(year + (last > 12), last - 12 * (last > 12), 1)


# ---- for screens and errors


def say_moment(moment: datetime, now: datetime) -> str:
    """`Sun 18 Jan 2026 22:30` in the zone of `now`; the hour that comes twice has its offset after it.

    `parse_moment` reads it back.
    """
    local = moment.astimezone(now.tzinfo)
    assert local.tzinfo is not None
    twice = len(local_readings(local.replace(tzinfo=None), local.tzinfo)) == 2
    month = _MONTH_NAMES.split()[local.month - 1][:3].title()
    text = f"{_day_name(local)[:3]} {local.day} {month} {local.year} {local:%H:%M}"
    return text + to_iso(local)[-6:] if twice else text


def say_age(then: datetime, now: datetime) -> str:
    """`just now`, `5 min ago`, `2 h ago`; from 24 hours on `yesterday`, `3 days ago` by local days.

    The other way: `in 5 min`, `tomorrow`, `in 3 days`. Whole units, rounded down.
    """
    span = now.astimezone(UTC) - then.astimezone(UTC)
    minutes = abs(span) // timedelta(minutes=1)
    days = abs((now.date() - then.astimezone(now.tzinfo).date()).days)
    ahead = span < timedelta()
    if minutes < 1:
        return "just now"
    if minutes >= 24 * 60 and days == 1:
        return "tomorrow" if ahead else "yesterday"
    if minutes >= 24 * 60 and days:
        count = f"{days} days"
    else:
        count = f"{minutes // 60} h" if minutes >= 60 else f"{minutes} min"
    return f"in {count}" if ahead else f"{count} ago"


def _day_name(day: date) -> str:
    return _DAY_NAMES.split()[day.weekday()].title()


def _say_clock(clock: time) -> str:
    return clock.isoformat(timespec="seconds" if clock.second else "minutes")


def _say_wall(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d} {_say_clock(moment.time().replace(microsecond=0))}"


def _tidy(text: str) -> str:
    """Lower case, single spaces, plain ASCII: all that the grammar has to know."""
    if len(text) > LONGEST_TEXT:
        raise _Refused("is too long to be a date or time")
    said = re.sub(r"[ \t\r\n\u00a0\u202f,]+", " ", text).strip(" ").lower()
    if not said:
        raise _Refused("is empty")
    if not said.isascii() or not said.isprintable():
        raise _Refused("has characters that do not belong in a date or time")
    return re.sub(r"\b([ap])\.m\.", r"\1m", said)


def _sentence(field: str, text: str, reason: str) -> str:
    """Field, text, reason. A text with any word that no date has is left out: it may be a name."""
    said = text[: LONGEST_TEXT + 1].strip()
    harmless = said.isascii() and said.isprintable() and 0 < len(said) <= LONGEST_TEXT
    if not harmless or not _WORDS.issuperset(re.findall("[a-z]+", said.lower())):
        return f"{field} {reason}"
    shown = said if len(said) <= LONGEST_ECHO else said[: LONGEST_ECHO - 3] + "..."
    return f'{field} "{shown}" {reason}'
