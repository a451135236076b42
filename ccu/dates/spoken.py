"""Times as they are spoken or noted, in the form that `parse_moment` reads.

`last night 11:30`, `half past 7 tonight`, `yesterday evening at 6`, `a couple of hours ago`,
`9 o'clock`, `26NOV26 1615`, `the 26th at 4 pm`, `Thanksgiving 3 pm`, `4:15 pm EST`. A missing AM or
PM is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from ccu.dates.days import Refused, offer, read_day
from ccu.dates.instants import say_date

_WORDS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen twenty".split()
    )
} | {"thirty": 30, "forty": 40, "fifty": 50}
_NUMBER_WORD = rf"\b(?:(twenty|thirty|forty|fifty)[ -](?=[a-z]))?({'|'.join(_WORDS)})\b"
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
# The forms of a text without letters.
_TOGETHER = (
    r"\b(20\d\d)(0[1-9]|1[0-2])([0-3]\d) ?([0-2]\d)([0-5]\d)(?:[0-5]\d)?$", r"\1-\2-\3 \4:\5"
)  # fmt: skip
_TABLES = Path(__file__).with_name("spoken.txt").read_text(encoding="utf-8")


def _rules(table: str) -> Iterator[tuple[str, str]]:
    """Yield the pattern and the form of each rule of a table of spoken.txt."""
    for rule in _TABLES.partition(f"[{table}]\n")[2].partition("\n\n")[0].splitlines():
        pattern, sign, form = rule.replace("MONTHS", _MONTHS).partition(" =>")
        if sign:
            yield pattern, form.strip().replace("_", " ")
        elif rule == "SPANS":
            yield from _rules("spans")


def _numbers(table: str) -> dict[str, tuple[int, ...]]:
    return {name: tuple(map(int, numbers.split())) for name, numbers in _rules(table)}


SPANS = (*_rules("spans"),)
_FORMS = (*_rules("forms"), _TOGETHER)
_HOURS, _HOLIDAYS = _numbers("hours"), _numbers("holidays")
_HALF = (
    r"(?<![\d:/.-])(?P<hour>\d{1,2}):?(?P<minute>[0-5]\d)? ?(?P<half>[ap])m?\b"  # 1130pm, 11:30p
)
_PAST = (
    r"(?P<part>half|(?:a )?quarter|\d{1,2})(?: min(?:utes)?)? "
    r"(?P<way>past|after|to|before|of|till?) (?P<hour>\d{1,2})\b(?P<more>(?: ?[ap]m\b)?)"
)
_O_CLOCK = (
    r"(?:\bat )?\b(?P<hour>1[0-2]|[1-9])"
    r"(?: ?o'? ?clock(?P<more>(?: ?[ap]m\b)?)|(?<=at \d)$|(?<=at \d\d)$)"
)
_PART = "morning|afternoon|evening|night"
_CLOCK = r"(?P<hour>\d{1,2}):?(?P<minute>[0-5]\d)?(?P<half> ?[ap]m)?(?: hrs?)?"
_DAY_PART = rf"(?P<day>(?!last |this )[a-z0-9/ -]+?) (?:in the )?(?P<part>{_PART})(?: at)? {_CLOCK}"
_IN_THE_PART = rf"(?P<day>[a-z0-9/ -]+? )?(?:at )?{_CLOCK} in the (?P<part>{_PART})"
_IN_THE_PART_DAY = rf"(?:at )?{_CLOCK} in the (?P<part>{_PART})(?P<day> [a-z0-9/ -]+)"
_SPOKEN = r"(?P<part>last night|this morning|this afternoon|this evening|tonight)"
_SPOKEN_CLOCK = r"(?:at )?(?P<hour>\d{1,2}):?(?P<minute>[0-5]\d)?(?P<half> ?[ap]m)?(?: hrs?)?"
_ZONE = r"(.*[\dm]) ?\b((?:ak|[ecmph])[sd]?t|eastern|central|mountain|pacific)(?: time)?$"
_OF_MONTH = (
    rf"(?P<month>\b(?:{_MONTHS})[a-z]*\.? )?(?:\bon )?(?:\bthe )?"
    rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)\b(?! ?-?(?:of |{_MONTHS}))"
)


def plain(said: str, now: datetime, future: bool) -> str:
    """Return a tidied text in a form that is read. Raises Refused for a time without AM or PM."""
    if not re.search("[a-z~@]", said):  # most texts from scripts
        return re.sub(*_TOGETHER, said).replace("?", "")
    said = re.sub(_NUMBER_WORD, _in_digits, said)
    for pattern, form in _FORMS:
        said = re.sub(pattern, form, said)
    said = of_month(said, now.date(), future)
    said = _with_half(re.sub(_PAST, _past, said))
    said = _with_half(re.sub(_O_CLOCK, r"\g<hour>:00?\g<more>", said))
    said = re.sub(_HALF, _half_of_day, said)
    return _by_part(said.replace("?", ""), now.date(), future)


def _in_digits(found: re.Match[str]) -> str:
    return str(_WORDS.get(found[1] or "", 0) + _WORDS[found[2]])


def of_month(said: str, today: date, future: bool) -> str:
    """Write `the 26th` as the latest one, today included, or with `future` as the next one.

    So a holiday, which may have its year: `thanksgiving 2025`.
    """
    for name, rule in _HOLIDAYS.items():
        if found := re.search(rf"\b(?:{name})\b(?:,? (20\d\d)\b)?", said):
            days = [_holiday(rule, today.year + each) for each in (-1, 0, 1)]
            meant = [each for each in days if (each >= today if future else each <= today)]
            day = _holiday(rule, int(found[1])) if found[1] else meant[0 if future else -1]
            return f"{said[: found.start()]}{day.isoformat()}{said[found.end() :]}"

    def day_of(found: re.Match[str]) -> str:
        if found["month"]:  # Nov 26th
            return found[0]
        days = (today + timedelta(days=each if future else -each) for each in range(62))
        meant = (day.isoformat() for day in days if day.day == int(found["day"]))
        return next(meant, found[0])

    return re.sub(_OF_MONTH, day_of, said)


def _holiday(rule: tuple[int, ...], year: int) -> date:
    month, which, *weekday = rule
    if not weekday:
        return date(year, month, which)
    first = date(year, month, 1)
    days = [first + timedelta(days=(weekday[0] - first.weekday()) % 7 + 7 * n) for n in range(5)]
    days = [each for each in days if each.month == month]
    return days[which - 1 if which > 0 else which]


def zone_of(said: str) -> tuple[str, str]:
    """Return the text without its time zone, and the zone's letters: `4:15 pm`, `est`."""
    if not (found := re.fullmatch(_ZONE, said)):
        return said, ""
    zone = found[2]
    return found[1], zone if len(zone) < len("central") else f"{zone[0]}t"


def _past(found: re.Match[str]) -> str:
    """Return 7:30? of `half past 7`; the sign asks for the half of the day."""
    part = found["part"].removeprefix("a ")
    minutes = {"half": 30, "quarter": 15}.get(part) or int(part)
    hour = int(found["hour"])
    before = found["way"] not in ("past", "after")
    hours = before and part.isdigit() and minutes <= 12 and "min" not in found[0]
    if hours or minutes > 59 or not 1 <= hour <= 12:
        return found[0]  # 2 to 3 pm is not 2:58
    if before:
        hour, minutes = (hour - 2) % 12 + 1, 60 - minutes
    return f"{hour}:{minutes:02}?{found['more']}"


def _with_half(said: str) -> str:
    """Refuse a spoken time without AM or PM, unless something else in the text tells it."""
    found = re.search(r"(\d{1,2}):(\d\d)\?(?! ?[ap]m)", said)
    if not found or re.search(rf"\b(?:{_PART}|tonight)\b", said):
        return said
    hour = int(found[1]) % 12
    before, after = said[: found.start()], said[found.end() :]
    texts = [f"{before}{each:02}:{found[2]}{after}" for each in (hour, hour + 12)]
    raise Refused(offer(*texts), *texts)


def _half_of_day(found: re.Match[str]) -> str:
    """Return `11:30 pm` for `1130pm`, `11:30 p` and their like; other hours are left as typed."""
    if not 1 <= int(found["hour"]) <= 12:
        return found[0]
    minute = f":{found['minute']}" if found["minute"] else ""
    return f"{found['hour']}{minute} {found['half']}m"


def _by_part(said: str, today: date, future: bool) -> str:
    """Write `last night 11:30` as `yesterday 23:30`; keep a time that is not in that part.

    Raises Refused for `wed night 12:30`, which may be on either day.
    """
    found = re.fullmatch(f"{_SPOKEN} {_SPOKEN_CLOCK}", said)
    found = found or re.fullmatch(f"{_SPOKEN_CLOCK} {_SPOKEN}", said)
    if found:
        half, night = found["half"], found["part"] == "last night"
        fits = _fitting(found, half)
        if len(fits) != 1:
            return said
        day = "yesterday" if night and fits[0] >= _HOURS["last night"][0] else "today"
        return f"{day} {fits[0]:02}:{found['minute'] or '00'}"
    found = next(
        filter(None, (re.fullmatch(each, said) for each in
                      (_DAY_PART, _IN_THE_PART, _IN_THE_PART_DAY))), None)  # fmt: skip
    fits = _fitting(found, found["half"]) if found else []
    if found and found["part"] == "night" and found["day"] and "p" not in (found["half"] or ""):
        hour = int(found["hour"]) % 12
        if not fits and hour < 6:
            night = read_day(found["day"].strip(), today, "future" if future else "past")
            days = (say_date(each) for each in (night, night + timedelta(days=1)))
            texts = [f"{each} {hour:02}:{found['minute'] or '00'}" for each in days]
            raise Refused(offer(*texts), *texts)
    if not found or len(fits) != 1:
        return said
    return f"{(found['day'] or 'today').strip()} {fits[0]:02}:{found['minute'] or '00'}"


def _fitting(found: re.Match[str], half: str | None) -> list[int]:
    """Return the hours that a clock in a part of the day can mean."""
    hour, (first, end) = int(found["hour"]), _HOURS[found["part"]]
    if half:
        hour = hour % 12 + (12 if "p" in half else 0)
    readings = {hour} if half else {hour, (hour + 12) % 24} if 0 < hour <= 12 else {hour}
    night = found["part"] == "last night"
    return [each for each in sorted(readings) if first <= each < end or (night and each + 24 < end)]
