"""When the office is open: read `mon-fri 08:30-16:30` and holidays, find the next open moment.

A moment keeps its zone, and only its wall clock is compared with the hours, so a day on which
clocks change needs no special case.
"""

import re
from collections.abc import Set
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from ccu.errors import InvalidInput

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FORM = "must be days and hours, such as mon-fri 08:30-16:30, or empty for any time"
HOLIDAYS_FORM = "must be days such as 7/3/2026,12/25/2026"
_CLOCK = r"([01]?\d|2[0-3]):([0-5]\d)"
_PART = rf"([a-z]{{3}})(?:-([a-z]{{3}}))? +{_CLOCK} *- *{_CLOCK}"
_SPOKEN = r"(2[0-3]|[01]?\d)(?::?([0-5]\d))? ?(?:([ap])\.?m?\.?)?"  # 9, 8:30, 830 or 4:30 p.m.
_LONGEST = 2000  # characters of a setting: twenty years of holidays


@dataclass(frozen=True)
class OfficeHours:
    """Weekday (Monday is 0), opening and closing time of each open day; empty means always open."""

    hours: tuple[tuple[int, time, time], ...] = ()
    holidays: Set[date] = frozenset()

    def hours_on(self, day: date) -> tuple[time, time] | None:
        """Return when the office opens and closes on a day; None if it is closed."""
        if day in self.holidays:
            return None
        if not self.hours:
            return time(), time.max
        found = (each[1:] for each in self.hours if each[0] == day.weekday())
        return next(found, None)

    def next_open(self, moment: datetime) -> datetime:
        """Return the moment itself if the office is open then, else when it next opens.

        With holidays but no hours, it is the same time of day on the next working day.
        """
        local, day = moment, moment.date()
        while True:
            span = self.hours_on(day)
            if span is not None:
                opens, closes = span
                if day == local.date() and opens <= local.time() <= closes:
                    return moment
                if not self.hours:
                    return _at(day, local.time(), moment)
                if day > local.date() or local.time() < opens:
                    return _at(day, opens, moment)
            day += timedelta(days=1)


def _at(day: date, clock: time, like: datetime) -> datetime:
    """Return that wall clock in the zone of `like`, later if clocks skip it."""
    wall = datetime.combine(day, clock.replace(fold=0), tzinfo=like.tzinfo)
    return wall.astimezone(UTC).astimezone(like.tzinfo)


def read(hours: str, holidays: str = "") -> OfficeHours:
    """Read the two settings as they are stored; raises InvalidInput."""
    by_day: dict[int, tuple[time, time]] = {}
    for part in filter(None, re.split(r"\s*[,;]\s*", hours.strip().lower())):
        for day, opens, closes in _part(part):
            if day in by_day:
                raise InvalidInput(f"office_hours names {DAYS[day]} twice")
            by_day[day] = opens, closes
    found = tuple((day, *by_day[day]) for day in sorted(by_day))
    return OfficeHours(found, frozenset(_holidays(holidays)))


def checked_hours(name: str, value: str) -> str:
    """Return the setting office_hours as it is stored; raises InvalidInput.

    Hours in other forms, 9 to 5 or M-F 8:30am-4:30pm, are offered as they were understood.
    """
    if len(value) > _LONGEST:
        raise InvalidInput(f"{name} {FORM}")
    try:
        read(value)
    except InvalidInput as error:
        try:
            read(meant := ", ".join(_plain(each) for each in re.split("[,;]", value.lower())))
        except InvalidInput:
            raise error from None
        raise InvalidInput(f"{name}: did you mean {meant}?", meant) from None
    value = re.sub(r"\b(\d):", r"0\1:", value)  # 8:30 is kept as 08:30
    return ", ".join(" ".join(p.split()) for p in re.split("[,;]", value.lower()) if p.strip())


def checked_holidays(name: str, value: str) -> str:
    """Return the setting holidays as it is stored, sorted, each once; raises InvalidInput."""
    if len(value) > _LONGEST:
        raise InvalidInput(f"{name} is longer than {_LONGEST} characters")
    return ",".join(str(day) for day in sorted(_holidays(value)))


def _plain(part: str) -> str:
    """Return days and hours in the form that is stored; a text without hours as it is."""
    said = re.sub(r"\s*(?:-|\u2013|\bto\b|\bthrough\b|\bthru\b)\s*", "-", part.strip())
    said = re.sub(r"\b(?:weekdays|m-f)\b", "mon-fri", said)
    said = re.sub(
        rf"\b({'|'.join(DAYS)})[a-z]*", r"\1", re.sub("daily|every ?day", "mon-sun", said)
    )
    found = re.fullmatch(rf"(?P<days>[a-z-]*)[ :]*{_SPOKEN}-{_SPOKEN}", said)
    if found is None:
        return part
    opens, closes = (_hour(*found.groups()[at : at + 3]) for at in (1, 4))
    if closes <= opens and closes < time(12) and not found[7]:
        closes = closes.replace(hour=closes.hour + 12)
    return f"{found['days'] or 'mon-fri'} {opens:%H:%M}-{closes:%H:%M}"


def _hour(hour: str, minute: str | None, half: str | None) -> time:
    number = int(hour) % 24 if half is None else int(hour) % 12 + 12 * (half == "p")
    return time(number, int(minute or 0))


def _part(text: str) -> list[tuple[int, time, time]]:
    match = re.fullmatch(_PART, text)
    if match is None or match[1] not in DAYS or (match[2] or match[1]) not in DAYS:
        raise InvalidInput(f"office_hours {FORM}")
    first, last = DAYS.index(match[1]), DAYS.index(match[2] or match[1])
    opens, closes = time(int(match[3]), int(match[4])), time(int(match[5]), int(match[6]))
    if opens >= closes:
        raise InvalidInput("office_hours: the office closes before it opens")
    return [((first + n) % 7, opens, closes) for n in range((last - first) % 7 + 1)]


def _holidays(text: str) -> set[date]:
    found = set()
    for part in filter(None, re.split(r"[\s,;]+", text.strip())):
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", part, re.ASCII):
            raise InvalidInput(f"holidays {HOLIDAYS_FORM}")
        try:
            found.add(date.fromisoformat(part))
        except ValueError:
            raise InvalidInput(f"holidays {HOLIDAYS_FORM}; one is not in the calendar") from None
    return found
