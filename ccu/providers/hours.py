"""Read hours that people and directories write, such as `Mon-Fri 9am-5pm; Sat 10-2`.

Text that is not understood, or is ambiguous, is None: unknown, which is neither open nor closed.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from functools import cache

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 24 * 60  # minutes
Spell = tuple[
    int, int, int
]  # weekday (Monday is 0), opens and closes in minutes; over 1440: next day

_EACH = r"(,? ?/? ?(every day|daily|(7|seven) days( a week)?|all week|365( days( a year)?)?))?"
_ALWAYS = re.compile(
    rf"(open )?((24 ?/ ?7( ?/ ?365)?|24 ?-? ?(hours?|hrs?)( (a|per) day)?|always|any ?time"
    rf"|a?round[ -]the[ -]clock|(all )?day (and|or|&) (all )?night|all hours){_EACH}"
    rf"|(every day|daily|(7|seven) days( a week)?),? (24 ?(hours|hrs?)|day and night))"
)
_LETTERS = {"m": "mon", "w": "wed", "f": "fri"} | {day[:2]: day for day in DAYS}
_LETTER = re.compile(rf"(?<![\w.])(?:{'|'.join(_LETTERS)})(?![\w.])")
_APPOINTMENT = re.compile(r"\bby (appointment|appt)\b|\bappointments? only\b")
_GROUPS = {"daily": range(7), "every day": range(7), "everyday": range(7), "7 days": range(7)}
_GROUPS |= {"weekdays": range(5), "weekday": range(5), "weekends": range(5, 7)}
_DAY = r"(?:mon|tues?|wed(?:nes|s)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:days?)?(?![a-z])\.?"
_CLOCK = r"(\d{1,2})(?:[:.]?(\d\d))?(?::\d\d)? ?([ap]\.?m?\.?)?|(noon|midnight)"
_SPAN = re.compile(rf"(?:{_CLOCK}) ?(?:-|to|until) ?(?:{_CLOCK})")
_DAYS = re.compile(rf"{_DAY}(?: ?(?:-|to|through|thru) ?{_DAY})?")
_BETWEEN = re.compile(r"[\s,;&/.:()|-]+|and|from|open|hours")
_CLOSED = re.compile(rf"closed:?(?: on)? ((?:(?: ?[,&] ?| and )?{_DAYS.pattern})+)")


@cache
def read(text: str) -> list[Spell] | None:
    """Return when it is open in a week; None if any part of the text is not understood."""
    plain = re.sub("[\u2010-\u2015]", "-", " ".join(text.lower().split()))
    plain = _LETTER.sub(lambda found: _LETTERS[found[0]], plain)
    if not plain:
        return None
    if _ALWAYS.fullmatch(plain.strip(" .;")):
        return [(day, 0, DAY) for day in range(7)]
    found: list[Spell] = []
    days: list[int] = []
    shut: set[int] = set()  # days that it names as closed
    at, fresh, used = 0, True, False  # fresh: the next day begins a new group of days
    while at < len(plain):
        group = next((name for name in _GROUPS if plain.startswith(name, at)), "")
        match = _DAYS.match(plain, at)
        if group or match:
            days = [] if fresh else days
            days += (named := _range(match[0]) if match else _GROUPS[group])
            if len(named) == 1 and named[0] in shut:
                return None  # it was closed on that day
            at += len(match[0]) if match else len(group)
            fresh, used = False, False
        elif closed := _CLOSED.match(plain, at):
            shut.update(day for each in _DAYS.findall(closed[1]) for day in _range(each))
            at, days, fresh = closed.end(), [], True
        elif plain.startswith("closed", at) and days and not used:
            shut.update(days)
            at, days, fresh, used = at + 6, [], True, True
        elif (span := _SPAN.match(plain, at)) and days:
            times = _times(span)
            if times is None or any(_overlap(times, each) for each in found if each[0] in days):
                return None  # the second may be an exception to the first
            found += [(day, *times) for day in days]
            at, fresh, used = span.end(), True, True
        elif between := _BETWEEN.match(plain, at):
            at = between.end()
        else:
            return None
    open_days = [each for each in found if each[0] not in shut]
    return sorted(set(open_days)) if open_days and used else None


def by_appointment(text: str) -> bool:
    """Return whether the hours are by appointment."""
    return bool(_APPOINTMENT.search(text.lower()))


def is_open(spells: Iterable[Spell], moment: datetime, minutes: int = 1) -> bool:
    """Return whether it is open at a moment of the town's clock or within `minutes` after it."""
    start = moment.weekday() * DAY + moment.hour * 60 + moment.minute
    return any(
        weekday * DAY + opens < start + minutes + week and start + week < weekday * DAY + closes
        for weekday, opens, closes in spells
        for week in (0, 7 * DAY)
    )


def write(spells: Iterable[Spell]) -> str:
    """Return hours in words that `read` understands: `Mon-Fri 9am-5pm; Sat 10am-2pm`."""
    by_times: dict[tuple[int, int], list[int]] = {}
    for day, opens, closes in _joined(spells):
        by_times.setdefault((opens, closes), []).append(day)
    if by_times.keys() == {(0, DAY)} and by_times[0, DAY] == [*range(7)]:
        return "24/7"
    return "; ".join(
        f"{_days(days)} {_clock(opens)}-{_clock(closes)}"
        for (opens, closes), days in by_times.items()
    )


def clock(text: str) -> int | None:
    """Return the minute of the day of a directory's time: 09:00:00, 9am, 17:00Z; None if none."""
    plain = re.sub(r"(?<=\d)(\.\d+)?(z|[+-]\d\d:?\d\d)$", "", text.strip().lower())
    match = re.fullmatch(_CLOCK, plain)
    minute = None if match is None else _minute(match.groups())
    return None if minute is None or minute > DAY else minute


def weekdays(text: str) -> list[int]:
    """Return the weekdays of `MO,TU`, `Monday`, `Mon-Fri`, 1 to 7; none of `1MO`, of the month."""
    if re.fullmatch(r"[1-7]([\s,;]+[1-7])*", text.strip()):
        return [int(day) - 1 for day in re.findall(r"\d", text)]  # ISO 8601: Monday is 1
    found: list[int] = []
    for part in filter(None, re.split(r"[\s,;]+", text.lower())):
        begins = [day for day, name in enumerate(DAYS) if name.startswith(part[:3])]
        if len(begins) != 1 or not part.isalpha() or len(part) < 2:
            return [day for match in _DAYS.findall(text.lower()) for day in _range(match)]
        found += begins
    return found


def _overlap(times: tuple[int, int], spell: Spell) -> bool:
    return times[0] < spell[2] and spell[1] < times[1]


def _joined(spells: Iterable[Spell]) -> list[Spell]:
    """Return spells in order; those of one day that overlap are one, of a day at most."""
    found: list[Spell] = []
    for day, opens, closes in sorted(set(spells)):
        if found and found[-1][0] == day and _overlap((opens, closes), found[-1]):
            _day, opens, before = found.pop()
            closes = max(closes, before)
        found.append((day, opens, closes))
    if all(closes - opens <= DAY for _day, opens, closes in found):
        return found
    parts = [(day, opens, min(closes, DAY)) for day, opens, closes in found]
    return _joined(parts + [((day + 1) % 7, 0, end - DAY) for day, _at, end in found if end > DAY])


def _range(text: str) -> list[int]:
    names = [DAYS.index(name[:3]) for name in re.findall(_DAY, text)]
    return [(names[0] + n) % 7 for n in range((names[-1] - names[0]) % 7 + 1)]


def _times(span: re.Match[str]) -> tuple[int, int] | None:
    """Return opening and closing; `9-5` and `9-5pm` are 9 to 17, `10pm-6am` ends the next day.

    None for what could be morning or evening (`5-9`, `7-7`), and for two equal times.
    """
    first, last = span.groups()[:4], span.groups()[4:]
    half, other = (first[2] or "")[:1] or first[3], (last[2] or "")[:1] or last[3]
    opens, closes = _minute(first), _minute(last)
    if opens is None or closes is None:
        return None
    noon = 12 * 60
    if other and not half and opens <= noon:  # AM or PM as of closing, if possible
        opens = opens % noon + noon * (other not in ("a", "midnight"))
        if opens >= closes and closes != DAY:
            opens = opens - noon if opens >= noon else opens + noon
    elif half and not other and closes <= noon:  # the next time of that name
        closes += next(more for more in range(0, 4 * noon, noon) if closes + more > opens)
    elif not (half or other) and closes <= noon and opens <= noon and first[0][:1] != "0":
        if opens < 5 * 60 and opens < closes:
            opens, closes = opens + noon, closes + noon  # 1-5 is the afternoon
        elif (
            opens < 7 * 60
            or opens == closes in (7 * 60, noon)
            or (opens < 9 * 60 and 0 < closes - opens <= 3 * 60)
        ):
            return None
        elif closes <= opens:
            closes += noon
    if opens >= DAY or (closes == opens and opens):
        return None
    return opens, closes + DAY * (closes <= opens)


def _minute(parts: tuple[str | None, ...]) -> int | None:
    hour_text, minute_text, half, word = parts
    if word:
        return 12 * 60 if word == "noon" else DAY
    hour, minute = int(hour_text or 0), int(minute_text or 0)
    if hour > (12 if half else 24) or minute > 59:
        return None
    if half:
        hour = hour % 12 + 12 * half.startswith("p")
    return hour * 60 + minute


def _days(days: list[int]) -> str:
    if len(days) > 2 and days == [*range(days[0], days[-1] + 1)]:
        return f"{DAYS[days[0]]}-{DAYS[days[-1]]}".title()
    return ",".join(DAYS[day] for day in days).title()


def _clock(minute: int) -> str:
    hour, minute = divmod(minute % DAY, 60)
    minutes = f":{minute:02}" if minute else ""
    return f"{(hour + 11) % 12 + 1}{minutes}{'pm' if hour >= 12 else 'am'}"
