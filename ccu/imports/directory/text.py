"""Cells as directories write them: HTML, NULL, telephone numbers, ages, dates."""

import html
import re
from datetime import date

LONGEST = 4_000  # characters of a description
_NOTHING = frozenset("null none n/a na nil nan undefined - -- \\n tbd".split()) | {""}
_TAG = re.compile(r"<(script|style)\b.*?</\1>|<[^<>]{0,2000}>", re.IGNORECASE | re.DOTALL)
_ODD = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u200b-\u200f\u2028-\u202e\ufeff]")
_NUMBER = re.compile(r"\d+(\.0*)?")


def clean(text: str, longest: int = LONGEST) -> str:
    """Return a cell as one line of plain text; empty for what means nothing."""
    if "&" in text:
        text = html.unescape(html.unescape(text))
    if "<" in text:
        text = _TAG.sub(" ", text)
    plain = " ".join(_ODD.sub(" ", text).split())
    if plain.casefold().strip("()[]\"'") in _NOTHING:
        return ""
    if len(plain) > longest:
        plain = plain[: longest - 3].rsplit(" ", 1)[0] + "..."
    return plain


def phone(text: str) -> str:
    """Return a telephone number as it is read out: 203-555-0110, 988; empty if it is none."""
    plain = clean(text, 60).strip("\"'")
    digits = "".join(re.findall(r"\d", re.split(r"(?i)\bx|ext", plain)[0]))
    extension = re.search(r"(?i)(?:\bx|ext)\.?\D{0,5}(\d{1,6})", plain)
    more = f" ext. {extension[1]}" if extension else ""
    letters = re.fullmatch(r"(?i)1?[- (]*(\d{3})[-). ]*([a-z0-9]{3})-?([a-z0-9]{4})", plain)
    if len(digits) == 11 and digits[0] == "1":
        digits = digits[1:]
    if len(digits) == 10 and digits[0] not in "01" and len(set(digits)) > 1:
        return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}{more}"
    if letters and re.search("[a-zA-Z]", letters[2] + letters[3]):
        return f"{letters[1]}-{letters[2]}-{letters[3]}".upper()
    if digits in ("211", "311", "911", "988") or (plain.startswith("+") and len(digits) > 7):
        number = re.split(r"(?i) *\"? *(?:\bx|ext)", plain)[0]
        return number + more if plain.startswith("+") else digits
    return ""


def age(text: str) -> int | None:
    """Return an age in years; None for none, and for what is no age."""
    plain = clean(text, 40).casefold()
    if re.search(r"\bmonths?\b", plain) and (found := _NUMBER.search(plain)):
        return int(float(found[0])) // 12
    found = _NUMBER.search(plain)
    years = int(float(found[0])) if found and not plain.startswith("-") else None
    return years if years is not None and years <= 120 else None


def day(text: str) -> str | None:
    """Return the day of a date or time in ISO form; None for none."""
    try:
        return date.fromisoformat(clean(text, 40)[:10]).isoformat()
    except ValueError:
        return None
