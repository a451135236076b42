"""A clock time as systems and people write it: 22:37, 2237 hrs, 10:37 p.m., 4.30p.

Digits alone are not read: 2237 may be 22:37 or, in a column that lost its zeros, 00:22:37.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import NamedTuple

KEPT = 20_000

_HALF = r"(?P<half>[ap])(?:\.? ?m\b\.?|\b\.?)"
_CLOCK = re.compile(
    r"(?:(?P<hour>[0-9]{1,2})[:.h](?P<minute>[0-9]{2})(?:[:.](?P<second>[0-9]{2})(?:[.:,][0-9]{1,9})?)?"
    r"|(?P<run>[0-9]{3,4})(?= ?(?:[ap]|h(?:ou)?rs?\b|h\b))"
    r"|(?P<six>[0-9]{6})(?=[ecmph][sd]$)"
    r"|(?P<alone>[0-9]{1,2})(?= ?[ap])"
    r"|(?P<noon>(?:12(?::00)? ?)?noon))"
    rf"(?: ?{_HALF})?(?: ?(?:h(?:ou)?rs?|h)\b\.?)?"
    r"(?: ?\(?"
    r"(?P<zone>z|utc|gmt|(?:ak|[ecmph])(?:[sd]?t|[sd])|[+-][0-9]{2}(?::?[0-9]{2})?)\)?)?",
    re.IGNORECASE | re.ASCII,
)
# Decorations of a time without meaning: pattern -> replacement.
_TIDIED = [
    (re.compile(pattern, re.IGNORECASE), left)
    for pattern, left in (
        (r"[\[\]|;\"]|^'|\(?\b(?:[a-z]+ )?(?:standard|daylight) time\)?", " "),
        (r"[(,]*\b(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b[.),]*", " "),
        (r"(?<=\d)(?:st|nd|rd|th)\b|(?<=[a-z]{3})\.|\b(?:gmt|utc)(?=[-+]\d)|\bat\b", ""),
        (r"\bsept\b", "Sep"),
        (r"((?<=[/.]\d\d)|(?<=[/.]\d{4})|(?<=\d{6})|(?<=-\d\d-\d\d))[-@_](?=\d{3,6}$)", " "),
        (r"\((\d{1,2}:[^)]*)\)", r"\1"),
        (r"([a-z]{3,9} +\d{1,2}) +(\d{1,2}:\d\d.*) ((?:19|20)\d\d)", r"\1 \3 \2"),  # of Unix
    )
]
_HOURS_BEHIND = {"e": 5, "c": 6, "m": 7, "p": 8, "ak": 9, "h": 10}
_DAY = timedelta(days=1)


class Clock(NamedTuple):
    """A time since the midnight that begins a day, and the zone written after it."""

    after: timedelta
    zone: timezone | None

    def on(self, midnight: datetime) -> datetime:
        """Return the time on a day; 24:00 is the beginning of the next."""
        return (midnight + self.after).replace(tzinfo=self.zone)


@lru_cache(KEPT)
def read(text: str) -> Clock | None:
    """Return the time in a text; None if there is none, or two that contradict each other."""
    match = _CLOCK.fullmatch(" ".join(text.split()))
    if not match:
        return None
    if match["noon"]:
        hour, minute, second, half = 12, 0, 0, ""
    else:
        six, digits = match["six"] or "", match["run"] or (match["six"] or "")[:4]
        hour = int(digits[:-2] if digits else match["hour"] or match["alone"])
        minute = int(digits[-2:] if digits else match["minute"] or 0)
        second, half = int(match["second"] or six[4:] or 0), (match["half"] or "").lower()
    if half == "a" and hour == 12:
        hour = 0
    elif half == "p" and 1 <= hour < 12:
        hour += 12
    elif (half == "a" and hour > 12) or (half == "p" and hour == 0):
        return None
    after = timedelta(hours=hour, minutes=minute, seconds=second)
    if after > _DAY or minute > 59 or second > 59:
        return None
    try:
        return Clock(after, _zone(match["zone"]))
    except ValueError:
        return None


@lru_cache(KEPT)
def arranged(text: str) -> str:
    """Return a time with its day before its clock, without a weekday, ordinals and brackets."""
    for pattern, left in _TIDIED:
        text = pattern.sub(left, text)
    words = text.split()
    for count in range(len(words) - 1, 0, -1):
        clock = " ".join(words[:count]).rstrip(" ,-")
        if read(clock):
            day = [word for word in words[count:] if word not in ("-", "on")]
            return " ".join([*day, clock])
    return " ".join(words)


def _zone(written: str | None) -> timezone | None:
    """Return a zone of fixed offset; None if none is written, or only `ET` without S or D."""
    name = (written or "").lower()
    if not name:
        return None
    if name in ("z", "utc", "gmt"):
        return UTC
    if name[0] in "+-":
        offset = timedelta(hours=int(name[1:3]), minutes=int(name[-2:]) if len(name) > 3 else 0)
        return timezone(-offset if name[0] == "-" else offset)
    area = "ak" if name.startswith("ak") else name[0]
    season = name.removeprefix(area).removesuffix("t")
    if not season:
        return None  # Eastern time, by the town's own clock
    return timezone(timedelta(hours=(season == "d") - _HOURS_BEHIND[area]))
