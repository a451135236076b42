"""The day in what people type: a small strict grammar. Other packages use `ccu.dates`.

A general parser guesses: dateutil takes `2` for the second of this month and `1.5` for a time. So
it is used only for a month written by name, after the forms below. `5/6/1971` is read in the order
of the town. A text that can still mean two days is refused, and the reason offers both.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Literal, TypeVar

from ccu.dates.instants import DAY_NAMES, FIRST_YEAR, LAST_YEAR, MONTH_NAMES, say_date
from ccu.errors import InvalidInput

Direction = Literal["past", "future"]
Read = TypeVar("Read")

LONGEST_TEXT = 80  # no form of a moment is longer, and a megabyte is refused at once
LONGEST_ECHO = 40
SHORTEST_MISSPELLED = 5
NEARBY = timedelta(days=30)  # "Jan 18" typed on Jan 17 may just as well mean last year

_MONTHS = {n: i for i, name in enumerate(MONTH_NAMES, 1) for n in (name.lower(), name[:3].lower())}
_MONTHS["sept"] = 9
_WEEKDAYS = {n: i for i, name in enumerate(DAY_NAMES) for n in (name.lower(), name[:3].lower())}
_WEEKDAYS |= {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}
_NEAR_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_OTHER_WORDS = (
    "now noon midnight am pm a p m t z st nd rd th of at on in last next this ago and an q d w h hr"
    " hrs morning afternoon evening night tonight"
    " hour hours min mins minute minutes day days week weeks month months year years"
)
_DATE_WORDS = {"st", "nd", "rd", "th", "of", "on"}  # in a written date beside its month
_WORDS = {*_MONTHS, *_WEEKDAYS, *_NEAR_DAYS, *_OTHER_WORDS.split()}

# Texts, not compiled patterns: `re` compiles and keeps each one when it is first needed.
_NAMED = r"(?:(?P<which>last|next|on) )?(?P<name>[a-z]+)"
_COUNTED = (
    r"(?P<ahead>\+|in )?(?P<span>(?P<count>\d{1,4}|an?) ?(?P<unit>d|w|days?|weeks?|months?|years?))"
    r"(?P<ago> ago)?"
)
_YEAR_FIRST = r"(?P<year>\d{4})(?P<mark>[-/])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})"
_YEAR_LAST = r"(?P<one>\d{1,2})(?P<mark>[-/.])(?P<two>\d{1,2})(?P=mark)(?P<year>\d{4}|\d\d)"
_NO_YEAR = r"(?P<one>\d{1,2})(?P<mark>[-/])(?P<two>\d{1,2})"
# Both anywhere in a text, where the month is written first; nobody does so with periods.
_MONTH_FIRST = (
    r"(?<![^ ])(?P<month>\d{1,2})(?P<mark>[-/])(?P<day>\d{1,2})(?:(?P=mark)(?P<year>\d{4}|\d\d))?"
    r"(?= |t\d|$)"
)
_WORDED = (
    r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[ -]?(?P<month>[a-z]{3,9})(?:[ -]?(?P<year>\d{4}))?",
    r"(?P<month>[a-z]{3,9}) ?(?P<day>\d{1,2})(?:st|nd|rd|th)?(?: (?P<year>\d{4}))?",
    r"(?P<year>\d{4})[ -](?P<month>[a-z]{3,9})[ -](?P<day>\d{1,2})",
)
_OUT_OF_RANGE = f"has a year outside {FIRST_YEAR} to {LAST_YEAR}"
_NO_SUCH_DAY = "is not a day in the calendar"


class Refused(Exception):
    """The reason to refuse a text, without the field and the text, which `sentence` adds.

    `meant` and `begun` are as in InvalidInput.
    """

    def __init__(self, reason: str, *meant: str, begun: str = "") -> None:
        super().__init__(reason)
        self.meant = meant
        self.begun = begun


class Unknown(Refused):
    """The text has none of the accepted forms."""


class OutOfRange(Refused):
    """A year that no record can have."""

    def __init__(self) -> None:
        super().__init__(_OUT_OF_RANGE)


class TwoReadings(Refused):
    """A text that can mean either of two days."""

    def __init__(self, *readings: date) -> None:
        self.readings = sorted(readings)
        texts = [say_date(day) for day in self.readings]
        super().__init__(offer(*texts), *texts)


class TwoYears(TwoReadings):
    """The same for two years: a day without a year, close to today in another year."""


def is_number(said: str) -> bool:
    """Return whether it is only a number, which could be a day, a month, a year or an hour."""
    return bool(re.fullmatch(r"[+-]?\d+(?:\.\d+)?", said))


def offer(*readings: str) -> str:
    """Return the reason for refusing a text that can mean each of these."""
    return f"is ambiguous: {' or '.join(readings)}?"


def tidy(text: str) -> str:
    """Return the text in lower case with single spaces; raises Refused if not printable ASCII."""
    if len(text) > LONGEST_TEXT:
        raise Refused("is too long to be a date or time")
    said = re.sub("[ \t\r\n\u00a0\u202f,]+", " ", text).strip(" ").lower()
    if not said:
        raise Refused("is empty")
    if not said.isascii() or not said.isprintable():
        raise Refused("has characters that do not belong in a date or time")
    return re.sub(r"\b([ap])\.m\.", r"\1m", said)


def month_first(said: str, today: date) -> str:
    """Replace numeric dates with the month first in a tidied text by the month's name.

    A date that is valid only in another order, 18/1/2026, is left as it is.
    """

    def by_name(found: re.Match[str]) -> str:
        month, day = int(found["month"]), int(found["day"])
        if not (1 <= month <= 12 and 1 <= day <= 31):
            return found[0]
        written = f"{MONTH_NAMES[month - 1][:3].lower()} {day}"
        return f"{written} {_full_year(found['year'], today)}" if found["year"] else written

    return re.sub(_MONTH_FIRST, by_name, said)


@contextlib.contextmanager
def explained(field: str, text: str) -> Iterator[None]:
    """Raise InvalidInput for a refused text: one sentence, with its readings."""
    try:
        yield
    except Refused as reason:
        said = sentence(field, text, str(reason))
        raise InvalidInput(said, *reason.meant, begun=reason.begun) from None
    except OverflowError:
        raise InvalidInput(sentence(field, text, _OUT_OF_RANGE)) from None


def read_spelled(text: str, read: Callable[[str], Read]) -> Read:
    """Return what `read` returns for the text. Raises Refused, with spelling corrections."""
    said = tidy(text)
    try:
        return read(said)
    except Unknown as unknown:
        corrected = _spelled(said)
        if corrected == said:
            raise
        try:
            read(corrected)
        except Unknown:
            raise unknown from None
        meant = f"cannot be read; did you mean {corrected}?"
        raise Refused(meant, corrected) from None


def sentence(field: str, text: str, reason: str) -> str:
    """Join field, text and reason; leave out a text with a word that no date has, maybe a name."""
    said = text[: LONGEST_TEXT + 1].strip()
    harmless = said.isascii() and said.isprintable() and 0 < len(said) <= LONGEST_TEXT
    if not harmless or not _WORDS.issuperset(re.findall("[a-z]+", said.lower())):
        return f"{field} {reason}"
    shown = said if len(said) <= LONGEST_ECHO else said[: LONGEST_ECHO - 3] + "..."
    return f'{field} "{shown}" {reason}'.removeprefix("That ")


def _spelled(said: str) -> str:
    """Return a text with the misspelled words of a date or time corrected: `tomorow`."""
    from difflib import get_close_matches

    known = sorted(word for word in _WORDS if len(word) > SHORTEST_MISSPELLED)

    def corrected(found: re.Match[str]) -> str:
        near = get_close_matches(found[0], known, 1, 0.8)
        return found[0] if found[0] in _WORDS or not near else near[0]

    return re.sub(rf"[a-z]{{{SHORTEST_MISSPELLED},}}", corrected, said)


def read_day(said: str, today: date, prefer: Direction, weekday_from: date | None = None) -> date:
    """Return the day of a tidied text; raises Refused. `parse_day` lists the forms.

    `weekday_from` is the first day that a bare weekday may mean; without it today's weekday is
    ambiguous.
    """
    if said in _NEAR_DAYS:
        return shift(today, days=_NEAR_DAYS[said])
    if (named := re.fullmatch(_NAMED, said)) and named["name"] in _WEEKDAYS:
        return _named_day(named, today, prefer, weekday_from)
    if counted := re.fullmatch(_COUNTED, said):
        return _counted_day(counted, today)
    name, _, rest = said.partition(" ")
    weekday = _WEEKDAYS.get(name.removesuffix("."))
    if weekday is None:
        return _written_day(said, today, prefer)
    day = _written_day(rest, today, prefer)
    if day.weekday() != weekday:
        raise Refused(f"has the wrong weekday; {say_date(day)} is a {DAY_NAMES[day.weekday()]}")
    return day


def _named_day(
    said: re.Match[str], today: date, prefer: Direction, weekday_from: date | None
) -> date:
    weekday, which = _WEEKDAYS[said["name"]], said["which"]
    since = (today.weekday() - weekday) % 7
    if which == "last":
        return shift(today, days=-(since or 7))
    if which == "next":
        if since:  # some mean the coming one, others that of next week
            raise TwoReadings(shift(today, days=7 - since), shift(today, days=14 - since))
        return shift(today, days=7)
    if weekday_from is None and not since:
        raise TwoReadings(today, shift(today, days=7 if prefer == "future" else -7))
    start = weekday_from or today
    if prefer == "past":
        return shift(start, days=-((start.weekday() - weekday) % 7))
    return shift(start, days=(weekday - start.weekday()) % 7)


def _counted_day(said: re.Match[str], today: date) -> date:
    if not said["ahead"] and not said["ago"]:
        raise Refused(f"needs a direction; write in {said['span']} or {said['span']} ago")
    if said["ahead"] and said["ago"]:
        raise Unknown("has both a future and a past direction")
    count = 1 if said["count"].startswith("a") else int(said["count"])
    if said["ago"]:
        count = -count
    match said["unit"][0]:
        case "d":
            return shift(today, days=count)
        case "w":
            return shift(today, days=7 * count)
        case "m":
            return shift(today, months=count)
        case _:
            return shift(today, months=12 * count)


def _written_day(said: str, today: date, prefer: Direction) -> date:
    if match := re.fullmatch(_YEAR_FIRST, said):
        return _date(int(match["year"]), int(match["month"]), int(match["day"]))
    if match := re.fullmatch(_YEAR_LAST, said):
        return _year_last(match, today)
    if match := re.fullmatch(_NO_YEAR, said):
        return _no_year(int(match["one"]), int(match["two"]), today, prefer)
    for form in _WORDED:
        match = re.fullmatch(form, said)
        if match and match["month"] in _MONTHS:
            return _worded_day(match["year"], match["month"], match["day"], today, prefer)
    if found := _other_form(said):
        return _worded_day(*found, today, prefer)
    what = "is only a number" if is_number(said) else "cannot be read as a date"
    raise Unknown(f"{what}; write it as Jan 18, 2026 or 2026-01-18")


def _worded_day(year: str | None, month: str, day: str, today: date, prefer: Direction) -> date:
    if year:
        return _date(int(year), _MONTHS[month], int(day))
    return _without_year(_MONTHS[month], int(day), today, prefer)


def _other_form(said: str) -> tuple[str | None, str, str] | None:
    """(year, month, day) of a written month in a form that dateutil reads: `jan. 18 2026`.

    dateutil guesses missing parts and which number is the day. So it is used only for a text with
    one month by name, one day, at most one year of four digits, and no other word or number; and it
    must read exactly these.
    """
    names = [word for word in re.findall("[a-z]+", said) if word not in _DATE_WORDS]
    numbers = re.findall(r"\d+", said)
    years = [number for number in numbers if len(number) == 4]
    days = [number for number in numbers if len(number) <= 2]
    if len(names) != 1 or names[0] not in _MONTHS or len(days) != 1 or len(years) > 1:
        return None
    if len(numbers) > len(days) + len(years):
        return None
    from dateutil import parser

    leap_year = datetime(2000, 1, 1)
    try:
        found = parser.parse(said, default=leap_year)
    except (ValueError, OverflowError):
        return None
    year = int(years[0]) if years else leap_year.year
    if found != datetime(year, _MONTHS[names[0]], int(days[0])):
        return None
    return (years[0] if years else None), names[0], days[0]


def _year_last(said: re.Match[str], today: date) -> date:
    """Read 1/18/2026 only if just one order of day and month is valid."""
    one, two, year = int(said["one"]), int(said["two"]), _full_year(said["year"], today)
    readings = {_exists(year, one, two), _exists(year, two, one)}
    if len(said["year"]) == 2 and one > 12:  # 18/1/26 may also have its year first
        readings.add(_exists(_full_year(said["one"], today), two, int(said["year"])))
    found = [day for day in readings if day]
    if len(found) > 1:
        raise TwoReadings(*found)
    return _date(found[0].year, found[0].month, found[0].day) if found else _date(year, one, two)


def _no_year(one: int, two: int, today: date, prefer: Direction) -> date:
    """Read 11/24 as `_year_last` does, in the year that `prefer` gives."""
    orders = {order for order in ((one, two), (two, one)) if _exists(2000, *order)}
    if len(orders) > 1:
        raise TwoReadings(*(_without_year(*order, today, prefer) for order in orders))
    return _without_year(*(orders or {(one, two)}).pop(), today, prefer)


def _full_year(digits: str, today: date) -> int:
    """Read 26 as 2026 within twenty years of today; a birth year needs all four digits."""
    if len(digits) == 4:
        return int(digits)
    centuries = (int(digits) + 100 * (today.year // 100 + step) for step in (-1, 0, 1))
    near = [year for year in centuries if abs(year - today.year) <= 20]
    if not near:
        raise Refused("has a year of two digits; write all four")
    return near[0]


def _without_year(month: int, day: int, today: date, prefer: Direction) -> date:
    years = (today.year - 1, today.year, today.year + 1)
    found = [each for year in years if (each := _exists(year, month, day))]
    if not found and not _exists(2000, month, day):
        raise Refused(_NO_SUCH_DAY)
    if today in found:
        return today
    past, ahead = [d for d in found if d < today][-1:], [d for d in found if d > today][:1]
    wanted, other = (past, ahead) if prefer == "past" else (ahead, past)
    if not wanted:
        raise Refused("needs a year, because not every year has that day")
    if other and abs(other[0] - today) <= NEARBY:
        raise TwoYears(wanted[0], other[0])
    return wanted[0]


def _exists(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _date(year: int, month: int, day: int) -> date:
    check_year(year)
    found = _exists(year, month, day)
    if found is None:
        raise Refused(_NO_SUCH_DAY)
    return found


def check_year(year: int) -> None:
    """Raise OutOfRange for a year that no record can have."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise OutOfRange


def shift(day: date, *, days: int = 0, months: int = 0) -> date:
    """Add days or months; a month after the 31st is the last day of a shorter month."""
    try:
        if not months:
            return day + timedelta(days=days)
        from dateutil.relativedelta import relativedelta

        return day + relativedelta(months=months)
    except (OverflowError, ValueError):
        raise OutOfRange from None
