"""Checks of what people type: a line, a note, a number, a day or time, a text file.

Control characters are refused here, because SQLite and JSON would keep them and a terminal would
obey them. Emoji, right-to-left text, quotes and brackets are kept exactly as typed.
Every error names the option and never the value, which may be somebody's name.
"""

import re
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccu import dates, files
from ccu.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from ccu.dates.days import Direction
    from ccu.session import Session

LONGEST_NOTE = 2_000_000  # characters; far longer than any report, short enough for memory
LARGEST_ID = 2**63 - 1

# NUL, escape and the rest of C0 and C1, DEL, and the lone surrogates that replace bytes that are
# not UTF-8. A note may also have tabs and newlines.
_NOT_IN_A_LINE = "[\x00-\x1f\x7f-\x9f\ud800-\udfff]"
# A date that is valid with either number as the month.
_TWO_ORDERS = r"(?<![\d/-])(?:0?[1-9]|1[0-2])([/-])(?:0?[1-9]|1[0-2])(?:\1\d{2,4})?(?![\d/-])"
_MINUTES = (
    r"(?:(?P<h>[0-9]{1,4}(?:\.[0-9]{1,2})?) ?(?:h|hrs?|hours?|:(?=[0-5][0-9]$))"
    r"(?: and)? ?)?(?:(?P<m>[0-9]{1,6}) ?(?:m|mins?|minutes?)?)?"
)
_NOT_IN_A_NOTE = "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]"


def line(text: str, option: str, longest: int = 200) -> str | None:
    """Return one line of plain text without surrounding space; None when nothing is left.

    A --reason of - is read from standard input, so that it is not in the process list.
    """
    if (option, text) == ("--reason", "-"):
        text = _stdin_line(option)
    text = text.strip(" \t\r\n")
    if re.search(_NOT_IN_A_LINE, text):
        raise InvalidInput(f"{option} must be one line of text without control characters")
    if len(text) > longest:
        raise InvalidInput(f"{option} is longer than {longest} characters")
    return text.strip() or None


def _stdin_line(option: str) -> str:
    """Read the next line of standard input; what follows it is for another option."""
    _tell_to_type(option, "one line")
    try:
        return sys.stdin.buffer.readline(LONGEST_NOTE).decode("utf-8-sig")
    except (AttributeError, OSError, ValueError):  # no standard input; not UTF-8
        raise InvalidInput(f"cannot read {option}: it is not one line of UTF-8 text") from None


def note(text: str, option: str) -> str | None:
    """Return a text of many lines, with only its line ends changed; None if it is blank."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
    if len(text) > LONGEST_NOTE:
        raise InvalidInput(f"{option} is longer than {LONGEST_NOTE:,} characters")
    if re.search(_NOT_IN_A_NOTE, text):
        raise InvalidInput(f"{option} holds control characters or bytes that are not UTF-8 text")
    return text if text.strip() else None


def whole_number(text: str, option: str, largest: int) -> int | None:
    """Return a number from 0 to `largest`; None when empty. Minutes may be `45 min` or `1 h 20`.

    Plain digits only: Python's int() also takes 1_000 and the digits of other scripts.
    """
    text = text.strip()
    if not text:
        return None
    such_as = ""
    if "minutes" in option:
        from ccu.dates import spoken

        such_as = ", or 1 h 20"
        text = re.sub(r"\s+", " ", text.lower())
        for words, minutes in (*spoken.SPANS, (r"\ban hour\b", "1 h")):
            text = re.sub(words, minutes, text)
        if (found := re.fullmatch(_MINUTES, text)) and any(found.groups()):
            hours, rest = (float(found[each] or 0) for each in "hm")
            text = f"{hours * 60 + rest:g}"  # of 1.25 h 75; of 1.01 h no whole number
    if not re.fullmatch("[0-9]{1,9}", text) or int(text) > largest:
        raise InvalidInput(f"{option} must be a whole number from 0 to {largest}{such_as}")
    return int(text)


def record_id(text: str, record: str) -> int:
    """Return the number of a record; `record` is its name in messages, such as call.

    Raises NotFound for a number too large for any record of the file.
    """
    text = text.strip()
    if not re.fullmatch("[1-9][0-9]*", text):
        raise InvalidInput(f"a {record} is named by its number, such as 12")
    if len(text) > 19 or int(text) > LARGEST_ID:
        raise NotFound(f"no {record} of that number")
    return int(text)


def day(
    session: "Session",
    text: str,
    option: str,
    *,
    future: bool = True,
    prefer: "Direction | None" = None,
    tell: bool = True,
) -> date:
    """Return a day as `dates.parse_day` reads it, numbers in the order of the town.

    With `tell`, print a day that the order decided on standard error: 5/6/2026 is May 6, 2026.
    """
    us_order = _us_order(session)
    found = dates.parse_day(
        text, session.today, field=option, future=future, prefer=prefer, us_order=us_order
    )
    if tell:
        _tell_order(session, text, option, found)
    return found


def days(session: "Session", text: str, option: str, prefer: "Direction") -> str:
    """Return comma-separated days as ISO days, each read as `day` reads it."""
    parts = [part for part in text.split(",") if part.strip()]
    return ",".join(day(session, part, option, prefer=prefer).isoformat() for part in parts)


def moment(
    session: "Session", text: str, option: str, *, future: bool = False, tell: bool = True
) -> datetime:
    """Return a moment as `dates.parse_moment` reads it; else as `day`."""
    us_order = _us_order(session)
    found = dates.parse_moment(text, session.now, field=option, future=future, us_order=us_order)
    if tell:
        _tell_order(session, text, option, found)
    return found


def due(session: "Session", text: str, option: str, *, tell: bool = True) -> "date | datetime":
    """Return a day as `day` does, or the moment of a text with a time of day."""
    found = dates.parse_due(text, session.now, field=option, us_order=_us_order(session))
    if tell:
        _tell_order(session, text, option, found)
    return found


_HOURS = {"h": 1, "d": 24, "w": 7 * 24}


def ago(session: "Session", text: str, option: str, units: str) -> datetime | None:
    """Return the moment a span before now, such as `24h`, `3d`, `2w`; `units` are letters of units.

    None for other text. Raises InvalidInput for a span of zero, or of more than a year.
    """
    span = re.fullmatch(rf"(\d{{1,4}}) ?([{units}])", text.strip(), re.ASCII | re.IGNORECASE)
    if span is None:
        return None
    hours = int(span[1]) * _HOURS[span[2].lower()]
    if not 0 < hours <= 366 * 24:
        raise InvalidInput(f"{option} must be more than nothing and at most a year")
    return dates.add_elapsed(session.now, hours=-hours)


def _us_order(session: "Session") -> bool:
    """Return whether the town writes the month first: if `state` is a US state or empty."""
    return bool(session.settings["state"])


def _tell_order(session: "Session", text: str, option: str, found: date) -> None:
    """Print the day or moment that was read, if the order of the town decided it."""
    from ccu.output import say

    if _us_order(session) and re.search(_TWO_ORDERS, text):
        at = dates.say_moment(found, session.now) if isinstance(found, datetime) else ""
        say(f"{option} is {at or dates.say_date(found)}")


def file_text(path: Path, option: str) -> str:
    """Return the UTF-8 text of a file, or of standard input for `-`, up to a note's length."""
    most = LONGEST_NOTE * 4 + 1  # UTF-8 takes up to four bytes a character
    content = _stdin(most, option) if str(path) == "-" else _file(path, most, option)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        if len(content) == most:
            raise InvalidInput(f"{option} is longer than {LONGEST_NOTE:,} characters") from None
        raise InvalidInput(f"{option} is not UTF-8 text") from None


def _file(path: Path, most: int, option: str) -> bytes:
    from ccu.files import named

    return named.content(path, option, most, f"{option} - < FILE")


def _stdin(most: int, option: str) -> bytes:
    _tell_to_type(option, "the text; Ctrl-D on a line of its own ends it")
    try:
        content: bytes = sys.stdin.buffer.read(most)
    except (AttributeError, OSError, ValueError) as error:  # no standard input
        why = files.reason(error) if isinstance(error, OSError) else "standard input is closed"
        raise InvalidInput(f"cannot read {option}: {why}") from None
    if files.is_key(content):
        raise InvalidInput(f"cannot read {option}: it is a key")
    return content


def _tell_to_type(option: str, what: str) -> None:
    """Print at a terminal that ccu is waiting for standard input."""
    from ccu.output import say

    if sys.stdin is not None and not sys.stdin.closed and sys.stdin.isatty():
        say(f"{option} is read from the keyboard: type {what}.")


def missing(ctx: Any, argument: Any) -> str:
    """Return the error for a missing argument: what it is and what to type."""
    arguments = [each for each in ctx.command.params if each.param_type_name == "argument"]
    needed = [
        str(each.metavar or each.name).rstrip(".").upper()
        for each in arguments
        if not str(each.metavar).startswith("[")
    ]
    return f"{_plainly(argument.help)} is missing; type {' '.join([ctx.command_path, *needed])}"


def _plainly(words: str) -> str:
    """Return the first clause of a help or question, to begin a sentence."""
    clause = words.replace(";", ",").replace(".", ",").partition(",")[0]
    return clause[:1].lower() + clause[1:]


def missing_answer(question: str, argument: str) -> str:
    """Return the error for a missing argument that would be asked for at a terminal."""
    words = _plainly(question)
    the = "" if words.startswith("the ") else "the "
    return f"{the}{words} is missing; type it as {argument}"
