"""What the texts of a file's columns mean, for a first layout: date formats, and codes.

Day and month, and the century, are decided by all texts together. If two formats read them
differently, both are returned for the caller to ask.
"""

import contextlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import chain, product

from ccu import dates
from ccu.dates import clocks
from ccu.dates.cad import WORDS, cad_reader
from ccu.errors import InvalidInput
from ccu.imports.layout import divided

TEXTS_READ = 500  # different texts that are tried
FIRST_YEAR = 1995  # formats with a guessed century or unit
MOST_LEFT = 0.02  # of the texts, that no format needs to read; of MANY, one in any case
FEW_LEFT = 0.1  # of MANY texts written alike, where no format reads all
MANY = 10
DAYS = (
    *("%Y-%m-%d", "%m/%d/%Y", "%d/%m/%Y", "%m/%d/%y", "%d/%m/%y", "%Y/%m/%d", "%m-%d-%Y"),
    *("%d-%m-%Y", "%m-%d-%y", "%d-%m-%y", "%m.%d.%Y", "%d.%m.%Y", "%m.%d.%y", "%d.%m.%y"),
    *("%Y.%m.%d", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %B %Y", "%d %b %y", "%b %d %Y"),
    *("%Y-%b-%d", "%Y %b %d", "%b %d, %Y", "%B %d, %Y", "%B %d %Y", "%b-%d-%Y", "%d%b%Y", "%d%b%y"),
    *("%Y%m%d", "%m%d%Y", "%d%m%Y", "%y%m%d", "%m%d%y", "%d%m%y", "%Y%j", "%y%j"),
)
# Tried only where none of DAYS reads the month first: 26/01/04.
YEAR_FIRST = ("%y/%m/%d", "%y-%m-%d", "%y.%m.%d")
WEEKDAYS = ("", "%a ", "%a, ", "%A ", "%A, ")  # of days alone; a moment is read without them
CLOCKS = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p", "%H:%M:%S.%f")
RUN_TOGETHER = ("%Y%m%d%H%M", "%Y%m%d%H%M%S", "%m%d%Y%H%M", "%y%m%d%H%M")
MIDNIGHT = re.compile(
    r"(?P<day>.*?[0-9])(?P<midnight>[T ](?:0?0:00(?::00(?:\.0+)?)?|12:00(?::00)? ?AM)Z?)", re.I
)
DATED = re.compile(  # a text that begins with a date or a clock time
    r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{2,4}|[0-9]{1,2}:[0-9]{2}"
    r"|[0-9]{1,2}[- ]?[a-z]{3}[- ]?[0-9]{2}|[0-9]{4}[- ][a-z]{3}[- ][0-9]"
    r"|(?:19|20)[0-9]{10}(?:[0-9]{2})?$"
    r"|[a-z]{3,9},? [a-z]* ?[0-9]{1,2},? [0-9:]*[0-9]{4}",
    re.IGNORECASE,
)
_RUN = re.compile("(?<= )[0-9]{1,6}$")  # a clock time without a colon, after a day
_BASE_DAY = re.compile(r"(?P<base>.*(?:18|19)[0-9]{2}[-/0-9]*[T ]+)(?P<clock>[0-9]{1,2}:.*)")

Reading = Callable[[str, str], object]  # format, text; raises ValueError or InvalidInput


@dataclass(frozen=True)
class Found:
    """Lists of formats that read the texts, each differently; none: no format reads them."""

    choices: list[list[str]]
    left: int = 0  # texts, few among many, that they do not read


@cache
def _reader(form: str) -> Callable[[str], str]:
    return cad_reader([form], dates.zone("UTC"))


def moment(form: str, text: str) -> datetime:
    """Read a time as an export's layout does. Raises ValueError, InvalidInput."""
    return datetime.fromisoformat(_reader(form)(text))


def day(form: str, text: str) -> datetime:
    """Read a day without a clock time. Raises ValueError."""
    return datetime.strptime(text, form)


def find(
    texts: Iterable[str], today: str, *, reading: Reading = moment, share: float = 1 - MOST_LEFT
) -> Found:
    """Return the formats that read this share of the different texts.

    `today` is an ISO date, after which no call is; empty where the century may be any.
    """
    distinct = list(dict.fromkeys(filter(None, texts)))[:TEXTS_READ]
    runs = (_RUN.search(clocks.arranged(text)) for text in distinct)
    digits = max((len(match[0]) for match in runs if match), default=0)
    groups: dict[str, list[str]] = {}
    for text in distinct:
        groups.setdefault(_shape(text), []).append(text)
    settled: list[str] = []
    open_: list[dict[str, str]] = []  # of each group that is read in two ways: day -> format
    left = 0
    for group in groups.values():
        fits, unread = _fitting(group, digits, today, reading)
        if len(fits) > 1:
            open_.append({_day_of(form): form for form in fits})
        settled += fits if len(fits) == 1 else []
        left += unread
    most = max((1 - share) * len(distinct), len(distinct) >= MANY)
    if not distinct or left > most or not (settled or open_):
        return Found([], len(distinct))
    known = {_day_of(form) for form in settled}
    for each in [*open_]:
        if len(agreeing := known & each.keys()) == 1:
            settled.append(each[agreeing.pop()])
            open_.remove(each)
    choices = []
    for day_form in open_[0] if open_ else [""]:
        chosen = [each.get(day_form, next(iter(each.values()))) for each in open_]
        choices.append(list(dict.fromkeys(settled + chosen)))
    agree = all(_agree(each, distinct, reading) for each in choices)
    return Found(choices, left) if agree else Found([], len(distinct))


def _agree(formats: Sequence[str], texts: Iterable[str], reading: Reading) -> bool:
    """Return whether the formats read every text the same way."""
    for text in texts if len(formats) > 1 else ():
        found = set()
        for form in formats:
            with contextlib.suppress(ValueError, InvalidInput):
                found.add(reading(form, text))
        if len(found) > 1:
            return False
    return True


def readings(formats: Sequence[str], texts: Iterable[str]) -> list[str]:
    """Return how the texts are read, in words; a text that no format reads is `not read`."""

    def reading(text: str) -> str:
        try:
            read = first_reading(formats, text)
        except ValueError:
            return "not read"
        return dates.say_moment(read, read)

    return [*map(reading, texts)]


def first_reading(formats: Sequence[str], text: str) -> datetime:
    """Return a text as read by the first format that fits. Raises ValueError."""
    for form in formats:
        with contextlib.suppress(ValueError, InvalidInput):
            return moment(form, text)
    raise ValueError(text)


def never_after(ones: Sequence[str], others: Sequence[str], today: str) -> bool:
    """Return whether no time of a column is after that of another column in its row."""
    formats = find([*ones, *others], today).choices
    if not formats:
        return False
    both = [pair for pair in zip(ones, others, strict=True) if all(pair)][:200]
    for one, other in both:
        with contextlib.suppress(ValueError):  # of a line that repeats the header
            if first_reading(formats[0], one) > first_reading(formats[0], other):
                return False
    return True


def kind(cells: Iterable[str], today: str) -> str:
    """Return what a column's cells are: moment, day (or midnight throughout), clock, or empty."""
    texts = list(dict.fromkeys(filter(None, cells)))[:60]
    if not texts:
        return ""
    six = len(texts) > 2 and all(len(each) == 6 and each.isdigit() for each in texts)
    if six and find(texts, today, reading=day).choices:
        return "day"  # 080126, 081526: clock times are not all days, too
    read = sum(map(is_clock, texts))
    few_bad = read > 0.9 * len(texts) and all(":" in each for each in texts)  # 27:15 PM
    if read == len(texts) or few_bad or len(_bases(texts)) == 1:
        return "clock"
    plain = map(clocks.arranged, texts)
    if all(map(MIDNIGHT.fullmatch, texts)) or find(plain, today, reading=day, share=0.9).choices:
        return "day"
    found = find(texts, today, share=0.9).choices
    if found == [["excel"]] and all(map(str.isdigit, texts)):
        return "day"
    return "moment" if found else ""


def is_clock(text: str) -> bool:
    """Return whether a text is a clock time: 22:37, 2237, 10:37 PM, or Excel's part of a day."""
    if text.isdigit():
        padded = text.zfill(4 if len(text) <= 4 else 6)
        return len(padded) in (4, 6) and padded[:2] < "24" and padded[2:4] < "60"
    return clocks.read(text) is not None or bool(re.fullmatch(r"0?\.[0-9]{3,}", text))


def around(days: Sequence[str], times: Sequence[str]) -> tuple[str, str]:
    """Return the constant text after every day and before every clock time, such as T00:00:00."""
    ends = {match["midnight"] if (match := MIDNIGHT.fullmatch(each)) else "" for each in days}
    bases = _bases(times)
    return (ends.pop() if len(ends) == 1 else "", bases.pop() if len(bases) == 1 else "")


def joined(texts: Sequence[str], end: str, base: str, today: str) -> Found:
    """Return the formats of days and clock times joined by a space, with `around` between."""
    if not end and not base:
        return find(texts, today)
    middle = f"{end} {base}"
    plain = [text.replace(middle, " ", 1) for text in texts]
    found = find(plain, today)
    literal = middle.replace("%", "%%")
    choices = [[_put_in(form, literal) for form in each] for each in found.choices]
    return Found(choices, found.left) if all(all(each) for each in choices) else Found([])


def dated(columns: Sequence[Sequence[str]], today: str) -> Found:
    """Return the formats of columns of days and times; a column at midnight throughout has days.

    Such a midnight is a part of the format, so that an import keeps the day alone.
    """
    ends = {around(texts, ())[0] for texts in columns} - {""}
    texts = [text for each in columns for text in each]
    if len(ends) != 1:
        return find(texts, today)
    (end,) = ends
    at_midnight = [each for each in columns if around(each, ())[0]]
    others = [text for each in columns if each not in at_midnight for text in each]
    days = [text.removesuffix(end) for each in at_midnight for text in each]
    found = find([*days, *others], today)
    literal = end.replace("%", "%%")
    plain = any(kind([text], today) == "day" for text in others[:1])

    def with_midnight(form: str) -> list[str]:
        if re.search("%[HI]|clock$", form) or form in WORDS:
            return [form]
        return [f"{form}{literal}", form] if plain else [f"{form}{literal}"]

    return Found([[one for form in each for one in with_midnight(form)] for each in found.choices],
                 found.left)  # fmt: skip


def _put_in(form: str, literal: str) -> str:
    """Return a format with a literal between its day and its clock; empty where it has no two."""
    match = re.fullmatch(r"(.*%[A-Za-z]) ((?:%[HI].*)|clock)", form)
    return f"{match[1]}{literal}{match[2]}" if match else ""


def _bases(texts: Iterable[str]) -> set[str]:
    """Return what is before the clock times of a column that has the day of a system's zero."""
    found = {match["base"] if (match := _BASE_DAY.fullmatch(text)) else "" for text in texts}
    return found if "" not in found else set()


def _shape(text: str) -> str:
    """Return a text with its letters and digits alike: two of one shape are read by one format."""
    plain = re.sub("[A-Za-z]+", "a", text)
    return re.sub("[0-9]+", lambda run: "9" if len(run[0]) < 3 else f"9{len(run[0])}", plain)


def _day_of(form: str) -> str:
    """Return the directives of a format that are of the day, in their order."""
    return "".join(re.findall("%[YymbBdj]", form)) or form


def _fitting(
    texts: Sequence[str], digits: int, today: str, reading: Reading
) -> tuple[list[str], int]:
    """Return the formats that read the texts, the first of each different reading; how many not.

    If no format reads all of MANY, return those that leave the fewest. `digits` is how many the
    longest clock time without a colon has in all the file's texts.
    """
    by_reading: dict[tuple[object, ...], str] = {}
    most = int(FEW_LEFT * len(texts)) if len(texts) >= MANY and DATED.match(texts[0]) else 0
    for one in [texts[0], texts[-1]][: 1 + bool(most)]:  # the first may be what no format reads
        for form in _candidates(one, digits, reading):
            read = _read_most(form, texts, most, reading)
            if read and _plausible(form, [each for each in read if each], today):
                by_reading.setdefault(tuple(read), form)
        if by_reading:
            break
    fewest = min((read.count("") for read in by_reading), default=len(texts))
    fits = {form: read for read, form in by_reading.items() if read.count("") == fewest}
    if any("%m/%d/%y" in form or "%m-%d-%y" in form or "%m.%d.%y" in form for form in fits):
        fits = {form: fits[form] for form in fits if not any(y in form for y in YEAR_FIRST)}
    past = [form for form, read in fits.items() if max(map(str, read))[:10] <= today]
    return past or list(fits), fewest


def _read_most(form: str, texts: Iterable[str], most: int, reading: Reading) -> list[object]:
    """Return what a format makes of the texts, "" for up to `most`; empty where it reads fewer."""
    read: list[object] = []
    for text in texts:
        try:
            read.append(reading(form, text))
        except (ValueError, InvalidInput):
            read.append("")
            if read.count("") > most:
                return []
    return read


def _plausible(form: str, read: Sequence[object], today: str) -> bool:
    """Return whether the years are plausible for calls, if the format has to guess them."""
    if not today or form == "iso" or ("%Y" in form and not re.search("%Y%|%[dm]%Y", form)):
        return True
    last = int(today[:4]) + 1
    odd = sum(not FIRST_YEAR <= int(str(each)[:4]) <= last for each in read)
    return odd <= max(MOST_LEFT * len(read), len(read) >= MANY)  # one row may be of 2062


def _candidates(text: str, digits: int, reading: Reading) -> Iterator[str]:
    """Yield the formats that may read a text, the usual and quick ones first."""
    days = (*DAYS, *YEAR_FIRST)
    if reading is not moment:
        yield from (f"{weekday}{each}" for weekday, each in product(WEEKDAYS, days))
        return
    with_clock = [each for each in days if _reads(f"{each} clock", text)]
    for each in with_clock:
        yield from (f"{each}{space}{clock}" for space, clock in product(" T", CLOCKS))
    yield "iso"
    yield from (f"{each} clock" for each in with_clock)
    if digits > 2 and _RUN.search(clocks.arranged(text)):
        yield from (f"{each} {'%H%M' if digits < 5 else '%H%M%S'}" for each in days)
    yield from RUN_TOGETHER
    yield from days
    yield from WORDS


def _reads(form: str, text: str) -> bool:
    try:
        return bool(_reader(form)(text))
    except (ValueError, InvalidInput):
        return False


_PARTLY = "  # a part of it counts as {}, until all of it has a code"
UNTOLD = "#   "  # begins the line of a text that has no code yet


def code_lines(
    table: str,
    cells: Iterable[str],
    keywords: Mapping[str, str],  # code -> pattern, as `codes_in` has them
    *,
    most: int = 400,
    longest: int = 80,
    too_many: str,
    unknown: str,
    several: bool = False,
) -> Iterator[str]:
    """Lines that map a column's texts to the codes of `keywords`; the others as comments.

    A column of more than `most` different texts, or of one longer than `longest` characters, holds
    more than codes: it gets the comment `too_many` instead. Where a cell may hold `several` texts,
    each is listed alone, under all its codes.
    """
    yield ""
    yield f"[{table}]"
    parts = chain.from_iterable(  # as an import divides them; complete where a word denies one
        [cell] if not several or codes_in(cell, {"denied": keywords[""]}) else divided(cell)
        for cell in cells
    )
    texts = Counter(filter(None, parts))
    if len(texts) > most or max(map(len, texts), default=0) > longest:
        yield f"# The column holds more than codes; {too_many}"
        return
    by_code: dict[str, list[str]] = {}
    for text, _count in texts.most_common():
        found = _every_code(text, keywords) if several else codes_in(text, keywords)[:1]
        for each in found or [""]:
            by_code.setdefault(each, []).append(text)
    others = by_code.pop("", [])
    for each, known in by_code.items():
        yield f"{each} = {json.dumps(known, ensure_ascii=False)}"
    if others:
        yield f"# could not tell; {unknown}:"
        for text in others:
            alone = {part.casefold() for part in divided(text) if several}
            told = [code for code, known in by_code.items() if alone & {*map(str.casefold, known)}]
            yield f"{UNTOLD}{quoted(text)},{_PARTLY.format(', '.join(told)) if told else ''}"


def codes_in(text: str, keywords: Mapping[str, str]) -> list[str]:
    """Return the codes whose patterns are in the words of a text, in lower case, in their order.

    The pattern of the code "" is of words that leave a text without one.
    """
    plain = " ".join(re.sub("[^a-z0-9']+", " ", text.lower()).split())
    fits = [each for each, pattern in keywords.items() if re.search(pattern, plain)]
    return [] if "" in fits else fits


def quoted(text: str) -> str:
    """Return a text as TOML."""
    return json.dumps(text, ensure_ascii=False)


def _every_code(text: str, keywords: Mapping[str, str]) -> list[str]:
    """Return the codes of a text; none where a part that an import does not divide has none."""
    parts = [part for part in re.split(r"[/&+]|\band\b", text, flags=re.I) if part.strip()]
    each = [codes_in(part, keywords) for part in parts]
    return list(dict.fromkeys(chain.from_iterable(each))) if all(each) else []
