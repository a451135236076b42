"""The display boundary: turn data into text that is safe to show.

`safe` makes control characters visible for a terminal; encoded.py keeps markup and formulas from
being interpreted.
"""

import os
import re
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

# C0 but tab and newline, DEL, C1; lone surrogates, which cannot be encoded.
CONTROL = r"\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff"
# Characters that are invisible or change the direction of text: soft hyphen, joiners, zero-width
# spaces, fillers, line and paragraph separators, bidirectional controls, annotations, tags.
INVISIBLE = (
    r"\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e"
    r"\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e007f"
)
# Patterns are text, compiled by `re` when first needed: most runs need none and start faster.
_UNSAFE = f"[{CONTROL}{INVISIBLE}]"


def safe(text: str) -> str:
    r"""Escape everything that could act on a terminal or is invisible, as \x1b or \u202e.

    Tab and newline stay. Text without such characters comes back as it is.
    """
    if text.isascii() and text.isprintable():
        return text
    return re.sub(_UNSAFE, visible, text)


def visible(match: re.Match[str]) -> str:
    """Return a character that was found as its escape."""
    code = ord(match[0])
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def lines(text: str) -> list[str]:
    """Split the text into lines, each safe, with tabs as spaces."""
    if text.isascii() and text.isprintable():
        return [text]
    split = text.replace("\r\n", "\n").replace("\t", "    ").rstrip("\n").split("\n")
    return [safe(line) for line in split]


# Keys whose title is not the key in words.
_TITLES = {
    "a": "A",
    "answer": "Outcome",
    "b": "B",
    "building_key": "Building matched as",
    "cross": "Cross street",
    "for": "About",
    "id": "Number",
    "k": "Calls",
    "kind": "Type",
    "old": "Old",
    "on": "Date",
    "outcome": "Disposition",
    "part2": "Part 2",
    "raw": "As written",
    "unit_key": "Unit matched as",
    "was": "Was",
    "zip": "ZIP",
}


def heading(key: str) -> str:
    """Return the title of a column or a label for a person: `days_late` is `Days late`.

    JSON and CSV keep the keys, which are a contract. A key with a capital is a title already.
    """
    if key != key.lower():
        return key
    words = _TITLES.get(key) or key.replace("_", " ")
    words = words.replace("cad ", "CAD ").replace("zip", "ZIP").replace("follow up", "follow-up")
    return words[:1].upper() + words[1:]


def shortened(text: str, most: int) -> str:
    """Shorten a text to columns, with an ellipsis."""
    if width(text) <= most:
        return text
    cut = text[:most]
    while cut and width(cut) > most - 3:
        cut = cut[:-1]
    return f"{cut.rstrip()}..."


def one_line(text: str) -> str:
    """Return the text, safe, on one line: newlines become a visible ` / `, tabs a space."""
    if text.isascii() and text.isprintable():
        return text
    text = safe(text.replace("\r\n", "\n")).replace("\t", " ")
    return " / ".join(text.strip("\n").split("\n"))


def plain_text(value: Any) -> str:
    """Return a value as text, the same in every format except JSON; not yet safe to show."""
    if type(value) is str:
        return value
    if value is None:
        return ""
    if isinstance(value, Enum):
        return plain_text(value.value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


# A day; a minute, also before words; a time as it is stored, with seconds and offset.
_CLOCK = r"(?: (\d\d:\d\d)(?=$| )|T(\d\d:\d\d):\d\d[+-]\d\d:\d\d$)"
_DAY = rf"([12]\d{{3}})-(\d\d)-(\d\d)(?:{_CLOCK}|(?=$| by ))"


def for_person(value: Any) -> str:
    """Return a value as text for a person: a stored day or time as `11/24/2026 14:20`.

    Only if the cell is one or begins with one: other text was written by somebody. JSON, CSV and
    files keep ISO 8601.
    """
    text = plain_text(value)
    if text[:1] not in ("1", "2"):  # most cells, without the pattern
        return text
    day = re.match(_DAY, text)
    if day is None:
        return text
    clock = day[4] or day[5]
    return f"{day[2]}/{day[3]}/{day[1]}{' ' + clock if clock else ''}{text[day.end() :]}"


def labeled(value: Any, labels: Mapping[str, str]) -> Any:
    """Return the label of a code, or those of several with commas between; else the value."""
    if not isinstance(value, str):
        return value
    parts = value.split(", ")
    return "; ".join(labels[part] for part in parts) if labels.keys() >= {*parts} else value


def cell(value: Any) -> str:
    """Return a value as one safe line, for tables that a person reads."""
    return one_line(for_person(value))


def is_number(value: Any) -> bool:
    """Return whether the cell is a number, which is aligned right and not guarded in CSV."""
    return isinstance(value, int | float) and not isinstance(value, bool | Enum)


def width(text: str) -> int:
    """Return how many columns the text takes on a terminal."""
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width

    return sum(
        0 if category(char) in ("Mn", "Me") else 2 if east_asian_width(char) in "WF" else 1
        for char in text
    )


def fitted(text: str, stream: Any) -> str:
    """Return a line folded between words for a terminal; in a pipe it stays one line."""
    try:
        columns = os.get_terminal_size(stream.fileno()).columns if stream.isatty() else 0
    except (OSError, ValueError, AttributeError):
        columns = 0
    if not columns or width(text) <= columns:
        return text
    indent = " " * (len(text) - len(text.lstrip(" ")))
    first, *words = text.strip(" ").split(" ")
    lines = [indent + first]
    for word in words:
        if width(f"{lines[-1]} {word}") <= columns:
            lines[-1] += f" {word}"
        else:
            lines.append(indent + word)
    return "\n".join(lines)


def counted(number: float, one: str, many: str = "", digits: str = "") -> str:
    """Return `1 call`, `2 calls`, `1204 addresses`; with `,` for the digits `1,204 addresses`."""
    return f"{number:{digits}} {one if number == 1 else many or one + 's'}"


def listed(parts: Sequence[object], word: str = "") -> str:
    """Return `3`, `3 and 5`, `3, 5 and 8`; with a word before each: `person 3 and person 5`."""
    *most, last = (f"{word} {part}".strip() for part in parts)
    return f"{', '.join(most)} and {last}" if most else last
