"""Read the dates of a dispatch export: make a reader once per layout, call it for every row.

`datetime.strptime` decides what a text means, and is slow. Its results are cached in pieces: days
(with their UTC offset), hours, and minutes with seconds recur, so that most rows take three
look-ups. Days on which clocks change are never cached. Other packages use `ccu.dates`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from ccu.dates import clocks
from ccu.dates.instants import FIRST_YEAR, LAST_YEAR, local_readings, offset_of, to_iso
from ccu.errors import InvalidInput

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

KEPT = 20_000  # cached pieces of each sort; 54 years of days, so that memory is limited
RULES = ("earlier", "later", "reject")

NO_FORMAT = "no format fits"
NO_SUCH_TIME = "no such local time"
TWO_TIMES = "ambiguous local time"
BAD_YEAR = "year out of range"

# Matches at least what strptime accepts for each directive; other texts are not read.
_SHAPES = {
    "Y": "[0-9]{4}",
    "y": "[0-9]{2}",
    **dict.fromkeys("md", " ?[0-9]{1,2}"),
    **dict.fromkeys("HIMS", " ?[0-9]{1,2}"),
    "j": " ?[0-9]{1,3}",
    "f": "[0-9]{1,6}",
    "p": "[AaPp][Mm]",
    **dict.fromkeys("aAbB", "[^ 0-9]+"),
    "z": "[^ ]+",
}
# A number next to another one must have all its digits: 2026114 is no day.
_RUN_TOGETHER = {"Y": 4, "j": 3, **dict.fromkeys("ymdHIMS", 2)}
_CLOCKS = r"%[HI]:%M(?::%S(?:\.%f)?)?(?: ?%p)?"
_ISO = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}.*|[0-9]{8}T[0-9]{4}.*"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SERIAL_ZERO = datetime(1899, 12, 30)  # day 0 of Excel and Lotus, which give February 1900 29 days
_NOT_ZERO_FILLED = re.compile(r"(?P<before>.+ )(?P<clock>[0-9]{1,5})", re.ASCII).fullmatch
WORDS = ("iso", "epoch", "epoch-ms", "epoch-us", "excel")  # words that are not strptime formats

Settle = Callable[[datetime], str]
OffsetOf = Callable[[date], str | None]
Reader = Callable[[str], str | None]  # None: the format does not fit


def cad_reader(
    formats: Sequence[str], zone: ZoneInfo, ambiguous: str = "earlier"
) -> Callable[[str], str]:
    """Make a fast function from the text of an export to the stored form, in the town's zone.

    `formats` are tried in order and the first that fits decides; nothing is guessed. A format is a
    strptime format of digits and names with a day and a year, or one of WORDS: `iso` (a date and a
    time, with or without an offset), `epoch` (seconds), `epoch-ms`, `epoch-us`, `excel` (a serial
    number). The word `clock` behind a day, as in `%m/%d/%Y clock`, reads any way to write a clock
    time that has one meaning (ccu/dates/clocks.py). %H%M behind a space takes 937 for 09:37.
    Offsets are converted to `zone`. Times with fractions of a second are faster by `iso` than by
    %f.
    `ambiguous` is the layout's rule for the hour that occurs twice when clocks go back: `earlier`,
    `later` or `reject`. A time skipped when clocks went forward comes from a clock that was not
    changed yet: 02:30 is stored as 03:30, by the old offset, unless the rule is `reject`.

    The function raises ValueError with a short reason: "no format fits", "no such local time",
    "ambiguous local time", "year out of range". `cad_reader` itself raises InvalidInput for formats
    or a rule that cannot be used.
    """
    if ambiguous not in RULES:
        raise InvalidInput(f"the layout's rule for ambiguous times must be {', '.join(RULES)}")
    if not formats:
        raise InvalidInput("the layout has no date format")

    @lru_cache(KEPT)
    def offset(day: date) -> str | None:
        return _offset_all_day(day, zone)

    settle = _settler(zone, ambiguous, offset)
    readers = [_reader(each, settle, offset) for each in formats]

    def read(text: str) -> str:
        text = text.strip()
        for reader in readers:
            found = reader(text)
            if found is not None:
                return found
        if (tidy := clocks.arranged(text)) != text:
            return read(tidy)
        raise ValueError(NO_FORMAT)

    return read


def _settler(zone: ZoneInfo, rule: str, offset: OffsetOf) -> Settle:
    """Make a function from a parsed time to the stored form in the zone; raises ValueError."""

    def settle(parsed: datetime) -> str:
        if not FIRST_YEAR <= parsed.year <= LAST_YEAR:
            raise ValueError(BAD_YEAR)
        if parsed.tzinfo is None:
            if all_day := offset(parsed.date()):
                return parsed.isoformat(timespec="seconds") + all_day
            return to_iso(_by_rule(parsed, zone, rule))
        moment = parsed.astimezone(zone)
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise ValueError(BAD_YEAR)
        return to_iso(moment)

    return settle


def _by_rule(wall: datetime, zone: ZoneInfo, rule: str) -> datetime:
    readings = local_readings(wall, zone)
    if len(readings) == 1:
        return readings[0]
    if rule == "reject":
        raise ValueError(TWO_TIMES if readings else NO_SUCH_TIME)
    if readings:
        return readings[0 if rule == "earlier" else 1]
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC).astimezone(zone)


def _reader(form: str, settle: Settle, offset: OffsetOf) -> Reader:
    if form == "iso":
        return _parser(re.compile(_ISO).fullmatch, datetime.fromisoformat, settle)
    if form == "excel":
        return _excel_reader(settle)
    if form in WORDS:
        return _epoch_reader({"epoch": 1, "epoch-ms": 1000}.get(form, 1_000_000), settle)
    before, _, last = form.rpartition(" ")
    if last == "clock":
        return _clock_reader(before, settle)
    directives = _check(form)
    if last in ("%H%M", "%H%M%S"):
        return _zero_filled(_slow_reader(form, settle), 2 * len(directives & set("HMS")))
    day, space, clock = form.partition(" ")
    if not space:
        day, space, clock = form.partition("T")
    if re.fullmatch(_CLOCKS, clock):
        return _in_pieces(day, space, clock, settle, offset)
    slow = _slow_reader(form, settle)
    return slow if directives & set("HI") else lru_cache(KEPT)(slow)


def _check(form: str) -> set[str]:
    """Return the directives of a format; raises InvalidInput if a date would be a guess."""
    directives = re.findall("%(.?)", form, re.DOTALL)
    used = set(directives)
    wrong = ""
    if used - set(_SHAPES):
        wrong = "has a part that ccu does not read"
    elif len(directives) > len(used):
        wrong = "has a part twice"
    elif not (used & set("Yy") and (used & set("j") or (used & set("mbB") and used & set("d")))):
        wrong = "needs a year, a month and a day"
    elif ("I" in used) != ("p" in used):
        wrong = "must have %I and %p together"
    elif used & set("MSfz") and not used & set("HI"):
        wrong = "has minutes without an hour"
    if wrong:
        raise InvalidInput(f"date format {form[:40]!a} of the layout {wrong}")
    return used


def _shape(form: str) -> str:
    """Return the format as a regular expression that matches at least what strptime reads by it."""
    pieces = re.findall(r"%(.)|(\s+)|([^%\s]+)", form)
    numbers = ["", *(directive for directive, _, _ in pieces), ""]
    shapes = []
    for place, (directive, space, literal) in enumerate(pieces, 1):
        shape = _SHAPES[directive] if directive else r"\s+" if space else re.escape(literal)
        digits = _RUN_TOGETHER.get(directive)
        if digits and {numbers[place - 1], numbers[place + 1]} & _RUN_TOGETHER.keys():
            shape = f"[0-9]{{{digits}}}"
        shapes.append(shape)
    return "".join(shapes)


def _slow_reader(form: str, settle: Settle) -> Reader:
    # The shape is tried first: strptime is slow even when it refuses, and accepts other digits.
    fits = re.compile(_shape(form), re.IGNORECASE | re.ASCII).fullmatch
    return _parser(fits, lambda text: datetime.strptime(text, form), settle)


def _parser(
    fits: Callable[[str], object], parse: Callable[[str], datetime], settle: Settle
) -> Reader:
    def read(text: str) -> str | None:
        try:
            parsed = parse(text) if fits(text) else None
        except ValueError:
            return None
        return settle(parsed) if parsed else None

    return read


def _epoch_reader(parts: int, settle: Settle) -> Reader:
    """Read a count of seconds or of their parts; milliseconds also as JSON dates, /Date(...)/."""
    json = r"|\\?/Date\((?P<json>-?[0-9]{1,14})(?:[+-][0-9]{4})?\)\\?/" if parts == 1000 else ""
    number = re.compile(rf"(?P<count>-?[0-9]{{1,17}})(?:\.[0-9]*)?{json}").fullmatch

    def read(text: str) -> str | None:
        match = number(text)
        if not match:
            return None
        try:
            count = int(match["count"] or match["json"])
            moment = _EPOCH + timedelta(seconds=count // parts)
        except OverflowError:
            raise ValueError(BAD_YEAR) from None
        return settle(moment)

    return read


def _excel_reader(settle: Settle) -> Reader:
    """Read days since 1899-12-30 on the town's clock; the time may be a separate number."""
    serial = re.compile(r"(?P<day>[0-9]{1,6}(?:\.[0-9]*)?)(?: (?P<part>0?\.[0-9]+))?").fullmatch

    def read(text: str) -> str | None:
        match = serial(text)
        if not match:
            return None
        days = float(match["day"]) + float(match["part"] or 0)
        return settle(_SERIAL_ZERO + timedelta(seconds=round(days * 86_400)))

    return read


def _clock_reader(day: str, settle: Settle) -> Reader:
    """Read a day by a strptime format and behind it a clock time in any form."""
    if _check(day) & set("HIMSfpz"):
        raise InvalidInput(f"date format {f'{day} clock'[:40]!a} of the layout has a part twice")
    between = r"(?:,? at |[ T,:@-]+|(?<=[0-9]{8})(?=[0-9]{6}[A-Z]{2}$))"  # 20260104223700ES
    parts = re.compile(
        rf"(?P<day>{_shape(day)}){between}(?P<clock>[0-9n].*)", re.IGNORECASE | re.ASCII
    ).fullmatch
    midnight = lru_cache(KEPT)(lambda text: datetime.strptime(text, day))

    def read(text: str) -> str | None:
        match = parts(text)
        clock = clocks.read(match["clock"]) if match else None
        if match is None or clock is None:
            return None
        try:
            moment = clock.on(midnight(match["day"]))
        except (ValueError, OverflowError):
            return None
        return settle(moment)

    return read


def _zero_filled(read: Reader, digits: int) -> Reader:
    """Make a reader that takes a clock without its leading zeros: 937 is 09:37."""

    def filled(text: str) -> str | None:
        short = _NOT_ZERO_FILLED(text)
        return read(short["before"] + short["clock"].zfill(digits) if short else text)

    return filled


def _in_pieces(day: str, space: str, clock: str, settle: Settle, offset: OffsetOf) -> Reader:
    """Make a reader for `DAY HOUR:REST` that looks up known pieces and calls strptime for others.

    Only pieces of a text that strptime has read are cached, and only if the first space (or T) and
    the first colon after it are those of the format, which `parts` checks. Then each piece fits its
    part of the format independently, and any three cached pieces are a text that it reads.
    """
    slow = _slow_reader(day + space + clock, settle)
    hour_form, rest_form = clock.split(":", 1)
    parts = re.compile(
        rf"(?P<day>{_shape(day)}){space}(?P<hour>{_shape(hour_form)}):(?P<rest>{_shape(rest_form)})",
        re.ASCII,
    ).fullmatch
    half = -2 if clock.endswith("%p") else 99  # where AM or PM begins in the rest
    days: dict[str, tuple[str, str]] = {}
    hours: dict[str, str] = {}
    rests: dict[str, str] = {}

    def keep(text: str, pieces: tuple[str, str, str], iso: str) -> None:
        match = parts(text)
        if not match or match.group("day", "hour", "rest") != pieces:
            return
        if len(days) + len(rests) > KEPT:
            days.clear()
            rests.clear()
        if pieces[0] not in days:
            local_day = datetime.strptime(pieces[0], day).date()
            all_day = offset(local_day)
            if all_day is None:
                return
            days[pieces[0]] = f"{local_day}T", all_day
        hours[pieces[1] + pieces[2][half:]] = iso[11:14]
        rests[pieces[2]] = iso[14:19]

    def read(text: str) -> str | None:
        day_text, _, clock_text = text.partition(space)
        hour, _, rest = clock_text.partition(":")
        known_day = days.get(day_text)
        known_rest = rests.get(rest)
        known_hour = hours.get(hour + rest[half:])
        if known_day and known_hour and known_rest:
            return f"{known_day[0]}{known_hour}{known_rest}{known_day[1]}"
        found = slow(text)
        if found is not None:
            keep(text, (day_text, hour, rest), found)
        return found

    return read


def _offset_all_day(day: date, zone: ZoneInfo) -> str | None:
    """Return the one offset of a local day, as `-05:00`; None if clocks change on it.

    Comparing its two ends is enough: no zone ever changed its clocks twice in a day (checked).
    """
    ends = datetime.combine(day, time(), zone), datetime.combine(day, time.max, zone)
    offsets = {offset_of(end.replace(fold=fold)) for end in ends for fold in (0, 1)}
    offset = offsets.pop()
    return None if offsets or offset.seconds % 60 else to_iso(ends[0])[-6:]
