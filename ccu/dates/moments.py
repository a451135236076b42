"""The moment in what people type; months, quarters and years. Others use `ccu.dates`."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone

from ccu.dates.days import (
    Direction,
    OutOfRange,
    Refused,
    TwoReadings,
    TwoYears,
    Unknown,
    check_year,
    explained,
    is_number,
    month_first,
    offer,
    read_day,
    read_spelled,
    shift,
    tidy,
)
from ccu.dates.instants import (
    add_span,
    is_after,
    local_readings,
    offset_of,
    offset_zone,
    say_date,
    to_iso,
)
from ccu.dates.spoken import of_month, plain, zone_of

# Texts, not compiled patterns: `re` compiles and keeps each one when it is first needed.
_CLOCK = (
    r"(?:noon|midnight|(?=\d{1,2}(?::| ?[ap]m))(?P<hour>\d{1,2})(?::(?P<minute>\d\d)"
    r"(?::(?P<second>\d\d))?)?(?: ?(?P<half>[ap])m)?(?: ?(?P<offset>z|[+-]\d\d:?\d\d))?)"
)
_DAY_CLOCK = rf"(?:(?P<day>.+?)(?: at | |(?<=\d)t))?(?P<clock>{_CLOCK})"
_CLOCK_DAY = rf"(?P<clock>{_CLOCK})(?: on)? (?P<day>.+)"
_ELAPSED = (
    r"(?P<ahead>in )?(?:(?P<hours>\d{1,4}|an) ?(?:h|hrs?|hours?))?(?: ?(?:and )?"
    r"(?P<minutes>\d{1,4}|a) ?(?:m|mins?|minutes?))?(?(ahead)| ago)"
)
_HHMM = r"(?P<hour>[01]?\d|2[0-3])(?P<minute>[0-5]\d)(?P<hours> ?(?:h|hrs?|hours?))?"
_HHMM_LAST = rf"(?:(?P<day>.+?)(?: at)? )?{_HHMM}"
_HHMM_FIRST = rf"{_HHMM}(?: on)? (?P<day>.+)"
_PART_OF_DAY = r"(?:(?P<day>.+) )?(?P<part>morning|afternoon|evening|night|tonight)"
_HOUR_ALONE = r"(?P<day>.*[a-z]) (?P<hour>[1-9]|1[0-2])"
_LIKE = {  # an example time for each part of a day
    "morning": "08:30",
    "afternoon": "14:30",
    "evening": "19:30",
    "night": "22:30",
    "tonight": "22:30",
}
_UNKNOWN = "cannot be read as a time; write it as 22:30, yesterday 22:30 or Jan 18, 2026 22:30"


def parse_moment(
    text: str, now: datetime, *, field: str = "time", future: bool = False, us_order: bool = False
) -> datetime:
    """Return the moment that a person typed, in the zone of `now` (the town's, not the machine's).

    Reads `now`, `22:30`, `2230`, `930 hrs`, `10 pm`, `noon`, `20 minutes ago`, `1h 20min ago`, or
    any day that `parse_day` reads with a time of day after or before it (`yesterday 22:30`,
    `11/24 2230`, `Jan 18 10:30 pm`); a date with its year may carry an offset or Z, and the instant
    is kept. A weekday or a date without a year is the latest one past, or with `future` the next
    one. `us_order` is that of `parse_day`.
    Raises InvalidInput, one sentence with the readings, for a text that is not one moment, and for
    one after `now` unless `future`. Raises ValueError if `now` is naive: a bug.
    """
    offset_of(now)
    with explained(field, text):
        return read_spelled(text, lambda said: _read_moment(said, now, future, us_order))


def parse_due(
    text: str, now: datetime, *, field: str = "time", us_order: bool = False
) -> datetime | date:
    """Return the day of a text such as `friday`, else the moment; both in the future.

    Raises as `parse_moment`.
    """
    with explained(field, text):
        return read_spelled(text, lambda said: _read_due(said, now, us_order))


def _read_due(said: str, now: datetime, us_order: bool) -> datetime | date:
    try:
        return _read_day(said, now.date(), True, "future", us_order)
    except Refused as no_day:
        try:
            return _read_moment(said, now, True, us_order)
        except Unknown:
            raise no_day from None
        except Refused:
            if isinstance(no_day, Unknown):
                raise
            raise no_day from None


def _read_moment(said: str, now: datetime, future: bool, us_order: bool) -> datetime:
    said, zone = zone_of(said)
    said = plain(said, now, future)
    said = _with_colon(said, now, future)  # before the order: 11/3 1930 has no year
    moment = _moment(month_first(said, now.date()) if us_order else said, now, future)
    check_year(moment.year)
    here = str(moment.tzname()).lower()
    if zone not in ("", here, f"{here[:-2]}t"):
        raise Refused(f"is not in the town's time zone; write it in {here.upper()}")
    return moment.replace(microsecond=0)


def _moment(said: str, now: datetime, future: bool) -> datetime:
    if said == "now":
        return now
    if (elapsed := re.fullmatch(_ELAPSED, said)) and (elapsed["hours"] or elapsed["minutes"]):
        return _elapsed(elapsed, now, future)
    parts = re.fullmatch(_DAY_CLOCK, said) or re.fullmatch(_CLOCK_DAY, said)
    if parts is None:
        raise _no_clock(said, now, future)
    if parts["clock"] in ("midnight", "24:00", "24:00:00"):
        return _midnight(parts, now, future)
    clock = _clock(parts)
    if parts["offset"]:
        return _with_offset(parts, clock, now, future)
    wall = datetime.combine(_day_of_moment(parts["day"], clock, now, future), clock)
    return _the_one_reading(wall, parts["day"], now, future)


def _with_colon(said: str, now: datetime, future: bool) -> str:
    """Write police time, 2230 or 2230 hrs, as 22:30; keep a text that is a day, Jan 18 2026.

    Nov 24 1930 means 19:30, because no call was in 1930. 930 with a day or hrs is 09:30; alone it
    may be in the evening, and is not changed.
    """
    if ":" in said:
        return said
    said = re.sub(r"(?<!\S)2400(?: ?(?:h|hrs?|hours?))?$", "24:00", said)
    found = re.fullmatch(_HHMM_LAST, said) or re.fullmatch(_HHMM_FIRST, said)
    if found is None or (found["hour"] == said[:1] and len(said) == len("930")):
        return said
    day, clock = found["day"], f"{int(found['hour']):02}:{found['minute']}"
    if day is None:
        return clock
    try:
        if not found["hours"] and clock >= "20:00" and _is_day(said, now, future):
            return said
    except OutOfRange:
        pass  # Jan 18 2230 has no year
    except Refused:
        return said
    try:
        return f"{day} {clock}" if _is_day(day, now, future) else said
    except Refused:
        return f"{day} {clock}"  # refused with its time, or settled by the order


def _elapsed(said: re.Match[str], now: datetime, future: bool) -> datetime:
    hours, minutes = (
        1 if said[unit] in ("a", "an") else int(said[unit] or 0) for unit in ("hours", "minutes")
    )
    if said["ahead"] and not future:
        raise Refused("is in the future")
    span = timedelta(hours=hours, minutes=minutes)
    return add_span(now, span if said["ahead"] else -span)


def _clock(parts: re.Match[str]) -> time:
    if parts["clock"] == "noon":
        return time(12)
    hour, minute, second = (int(parts[part] or 0) for part in ("hour", "minute", "second"))
    if parts["half"]:
        if not 1 <= hour <= 12:
            raise Refused("has am or pm after an hour that is not 1 to 12")
        hour = hour % 12 + (12 if parts["half"] == "p" else 0)
    if hour > 23 or minute > 59 or second > 59:
        raise Refused("is not a time of day; the last one is 23:59:59")
    return time(hour, minute, second)


def _day_of_moment(said: str | None, clock: time, now: datetime, future: bool) -> date:
    today = now.date()
    if not said:
        return today
    # "friday 22:30" on a Friday is today after 22:30, and last Friday before that.
    readings = local_readings(datetime.combine(today, clock), now.tzinfo or offset_zone(now))
    come = not is_after(readings[0], now) if readings else clock <= now.time()
    weekday_from = today if come != future else shift(today, days=1 if future else -1)
    try:
        return read_day(said, today, "future" if future else "past", weekday_from)
    except TwoReadings as two:
        if not future and (only := _only_past(two, today)):
            return only
        texts = [f"{say_date(day)} {_say_clock(clock)}" for day in two.readings]
        raise Refused(offer(*texts), *texts) from None
    except Unknown:
        raise Unknown(_UNKNOWN) from None


def _only_past(two: TwoReadings, today: date) -> date | None:
    """Return the only one of two days that is not in the future.

    Raises Refused for tomorrow's date without a year, which is a mistake rather than last year's.
    """
    past = [day for day in two.readings if day <= today]
    if len(past) != 1:
        return None
    if isinstance(two, TwoYears):
        raise Refused(f"is in the future; for an earlier year write {say_date(past[0])}")
    return past[0]


def _with_offset(parts: re.Match[str], clock: time, now: datetime, future: bool) -> datetime:
    if not re.search(r"\d{4}", parts["day"] or ""):
        raise Refused("has a UTC offset and no full date; write it as 2026-01-18 22:30-05:00")
    day = _day_of_moment(parts["day"], clock, now, future)
    fixed = _fixed_zone(parts["offset"])
    moment = datetime.combine(day, clock, tzinfo=fixed).astimezone(now.tzinfo)
    return _not_ahead(moment, now, future)


def _fixed_zone(text: str) -> timezone:
    if text == "z":
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    if minutes > 59 or hours * 60 + minutes > 14 * 60:
        raise Refused("has a UTC offset that no place uses")
    span = timedelta(hours=hours, minutes=minutes)
    return timezone(-span if text[0] == "-" else span)


def _the_one_reading(wall: datetime, day: str | None, now: datetime, future: bool) -> datetime:
    """Return the one instant that `wall` can mean in the zone of `now`; raises Refused."""
    zone = now.tzinfo or offset_zone(now)
    readings = local_readings(wall, zone)
    if not readings:
        early, late = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
        gap = offset_of(late) - offset_of(early)
        offered = f"{_say_wall(wall - gap)} or {_say_wall(wall + gap)}"
        raise Refused(f"does not exist (daylight saving); write {offered}")
    possible = [one for one in readings if future or not is_after(one, now)]
    if len(possible) == 2:
        texts = [_say_wall(one) + to_iso(one)[-6:] for one in possible]
        raise Refused(offer(*texts), *texts)
    if not possible and not day:
        meant = f"yesterday {_say_clock(wall.time())}"
        raise Refused(f"is in the future; did you mean {meant}?", meant)
    return _not_ahead((possible or readings)[0], now, future)


def _not_ahead(moment: datetime, now: datetime, future: bool) -> datetime:
    if not future and is_after(moment, now):
        raise Refused(f"is in the future; it is now {_say_wall(now)}")
    return moment


def _midnight(parts: re.Match[str], now: datetime, future: bool) -> datetime:
    """Return the start of today, whose end is in the future; of another day raise Refused."""
    day = _day_of_moment(parts["day"], time(), now, future)
    start, end = (f"{say_date(each)} 00:00" for each in (day, shift(day, days=1)))
    if parts["day"] and parts["clock"] != "midnight":
        raise Refused(f"is the start of the next day; write {end}")
    if future or day < now.date():
        raise Refused(offer(start, end), start, end)
    return _the_one_reading(datetime.combine(day, time()), "today", now, future)


def _no_clock(said: str, now: datetime, future: bool) -> Refused:
    """Return the best advice for a text without a time of day."""
    if re.fullmatch(r"[1-9][0-5]\d", said):
        hour, minute = int(said[0]), said[1:]
        texts = f"{hour:02}:{minute}", f"{hour + 12}:{minute}"
        return Refused(f"is only a number; did you mean {' or '.join(texts)}?", *texts)
    if (bare := re.fullmatch(_HOUR_ALONE, said)) and _is_day(bare["day"], now, future):
        first = int(bare["hour"]) % 12
        texts = f"{bare['day']} {first:02}:00", f"{bare['day']} {first + 12}:00"
        return Refused(offer(*texts), *texts)
    if re.fullmatch(_ELAPSED, f"{said} ago"):
        way = f"in {said}" if future else f"{said} ago"
        return Refused(f"needs a direction; did you mean {way}?", way)
    if is_number(said):
        return Refused("is only a number; write a time of day as 22:30")
    if part := re.fullmatch(_PART_OF_DAY, said):
        return _only_part_of_day(part["day"], part["part"])
    try:
        if _is_day(said, now, future):
            added = f"has no time of day; add one, as in {said} 22:30"
            return Refused(added, begun=f"{said} ")
    except TwoReadings as two:
        return Refused(offer(*(f"{say_date(each)} 22:30" for each in two.readings)))
    return Unknown(_UNKNOWN)


def _only_part_of_day(day: str | None, part: str) -> Refused:
    """Return the refusal of `last night` and similar, with an example time."""
    named = {None: "today", "this": "today", "last": "yesterday"}.get(day, day)
    offered = f"{named} {_LIKE[part]}"
    if (day, part) == ("last", "night"):
        offered += " or today 01:30"
    return Refused(f"needs a time of day; write it as {offered}", begun=f"{named} ")


def _is_day(said: str, now: datetime, future: bool) -> bool:
    """Return whether it has the form of a day. Raises Refused if it is invalid or ambiguous."""
    try:
        read_day(said, now.date(), "future" if future else "past", now.date())
    except Unknown:
        return False
    return True


def parse_day(
    text: str,
    today: date,
    *,
    field: str = "date",
    future: bool = True,
    prefer: Direction | None = None,
    us_order: bool = False,
) -> date:
    """Return the day that a person typed.

    Reads `today`, `yesterday`, `tomorrow`, `friday`, `last friday`, `in 3 days`, `+7d`,
    `2 weeks ago`, `2026-01-18`, `18 Jan 2026`, `Jan. 18`, `Sun 18 Jan 2026`, `1/18/2026`, `1/18`.
    Numbers have the month first with `us_order`; without it they are read where one order fits. A
    weekday or a date without a year is the next one, or the last one past, by `prefer` (the future
    where it is allowed). With `future=False` a day after `today` is refused. Raises InvalidInput,
    one sentence with the readings, for a text that is not one day.
    """
    way = prefer or ("future" if future else "past")
    with explained(field, text):
        return read_spelled(text, lambda said: _read_day(said, today, future, way, us_order))


def _read_day(said: str, today: date, future: bool, prefer: Direction, us_order: bool) -> date:
    said = of_month(said, today, prefer == "future")
    day = _settled_day(month_first(said, today) if us_order else said, today, future, prefer)
    check_year(day.year)
    if day > today and not future:
        raise Refused(f"is in the future; today is {say_date(today)}")
    return day


def _settled_day(said: str, today: date, future: bool, prefer: Direction) -> date:
    """Return the day; of two, the only one that is not in the future. Raises Refused."""
    try:
        return read_day(said, today, prefer)
    except TwoReadings as two:
        if not future and (only := _only_past(two, today)):
            return only
        raise


def parse_month(text: str, *, field: str = "month") -> tuple[date, date]:
    """Read `2026-01` as its first day and the first day after it; raises InvalidInput."""
    match = _period(text, field, r"(?P<year>\d{4})-(?P<part>0[1-9]|1[0-2])", "2026-01")
    return _months_from(match, int(match["part"]), 1)


def parse_quarter(text: str, *, field: str = "quarter") -> tuple[date, date]:
    """Read `2026-Q1` as its first day and the first day after it; raises InvalidInput."""
    match = _period(text, field, r"(?P<year>\d{4})-q(?P<part>[1-4])", "2026-Q1")
    return _months_from(match, 3 * int(match["part"]) - 2, 3)


def parse_year(text: str, *, field: str = "year") -> tuple[date, date]:
    """Read `2026` as its first day and the first day after it; raises InvalidInput."""
    return _months_from(_period(text, field, r"(?P<year>\d{4})", "2026"), 1, 12)


def _period(text: str, field: str, form: str, example: str) -> re.Match[str]:
    with explained(field, text):
        match = re.fullmatch(form, tidy(text))
        if match is None:
            raise Unknown(f"cannot be read; write it as {example}")
        check_year(int(match["year"]))
        return match


def _months_from(match: re.Match[str], month: int, count: int) -> tuple[date, date]:
    year, after = int(match["year"]), month + count
    return date(year, month, 1), date(year + (after > 12), after - 12 * (after > 12), 1)


def _say_clock(clock: time) -> str:
    return clock.isoformat(timespec="seconds" if clock.second else "minutes")


def _say_wall(moment: datetime) -> str:
    return f"{say_date(moment.date())} {_say_clock(moment.time())}"
