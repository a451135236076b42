"""Read the times of an export's rows, and check them against the others of their row."""

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ccu import dates
from ccu.dates import clocks
from ccu.dates.cad import cad_reader
from ccu.imports import forms
from ccu.imports.dispatch.layout import TIMES, Layout
from ccu.imports.rows import Column

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

When = Callable[[str], str]  # a text of the export -> the stored form; raises ValueError

HOURS_KEPT = 10_000  # more than a year of them
FUTURE = "in the future"
AHEAD = timedelta(minutes=15)  # the most that a dispatch system's clock may be ahead of ours
NEXT_DAY = timedelta(hours=6)  # a clock time this far before the preceding time is on the next day
DISORDER = timedelta(hours=12)  # more than clocks of cars and of the dispatch room can differ
_TAILS = frozenset(f"{minute:02}:{second:02}" for minute in range(60) for second in range(60))
_HOURS = frozenset(f"{hour:02}:" for hour in range(24))
_MIDNIGHT = re.compile(r"(?<![\d:])24(:?00)(:00)?(\.0+)?$")  # the end of the day
_CLOCK = re.compile(r"\d{1,2}:\d\d.*|\d{3,4}")
_SERIAL_DAY = re.compile(r"\d{5}(\.0+)?")  # as Excel counts days
ISO_DAY = "%Y-%m-%d"  # ISO 8601 has one meaning: read in every file, and what a workbook gives
_HALVES = ("%I:%M:%S %p", "%I:%M %p", "%I:%M:%S%p", "%I:%M%p")
_WHOLE = ("%H:%M:%S", "%H:%M", "%H:%M:%S.%f")
_OFFSETS = {"UTC", "UCT", "GMT", "ZULU", "UNIVERSAL", "GREENWICH"}  # zones that no town has


class Times:
    """Made once for a layout; then called for every chunk."""

    def __init__(self, layout: Layout, town: "ZoneInfo", now: datetime) -> None:
        """`town` is the zone of the town's clocks. Raises InvalidInput for a zone or a format."""
        source = dates.zone(layout.timezone) if layout.timezone else town
        name = layout.timezone.upper()
        self.zone = town if name in _OFFSETS or name.startswith("ETC/") else source

        def reader(formats: Sequence[str], rule: str = layout.ambiguous) -> When:
            return _in_zone(cad_reader(formats, source, rule), source, self.zone)

        self._when = reader((*layout.formats, "iso"))
        self._every = by_the_hour(self._when)
        self._later = reader((*layout.formats, "iso"), "later")
        self._wall = reader(["iso"])
        days = list(_days(layout.formats))
        self._days = cad_reader([*days, ISO_DAY], self.zone)
        iso = _other(["iso"], [ISO_DAY])
        timed = [form for form in layout.formats if re.search("%[HI]| clock$", form)] or ["iso"]
        self._other = reader([*timed, *_other(layout.formats, days), "iso", *iso])
        self._source = source
        self._latest = dates.to_iso((now + AHEAD).astimezone(self.zone))
        began = set(layout.columns["occurred"])
        self._names = {field: " and ".join(layout.columns.get(field, ())) for field in TIMES}
        # Of each field: which of its columns are its own, where it shares the day of the call.
        self._own = {
            field: [column not in began for column in columns]
            for field, columns in layout.columns.items()
            if field in TIMES[1:] and 0 < len(began.intersection(columns)) < len(columns)
        }

    def read(
        self, columns: Callable[[str], list[Column]], count: int, bad: dict[int, str]
    ) -> tuple[list[Column], set[int]]:
        """Return the four times of every row, in stored form or empty; `bad` gets unusable rows.

        `columns` gives those of a field. Also returns the rows of which only the day is known.
        """
        cells = {field: columns(field) for field in TIMES}
        texts = [self._texts(field, cells[field], count) for field in TIMES]
        clocks: set[tuple[str, int]] = set()  # times that were only a clock
        times = [
            self._read(field, said, cells[field], texts[0], bad, clocks)
            for field, said in zip(TIMES, texts, strict=True)
        ]
        dateless = {index for field, index in clocks if field == TIMES[0]}
        for index, time in enumerate(times[0]):
            if time[13:19] == ":00:00" and self._is_day(texts[0][index]):
                dateless.add(index)
                times[0][index] = self._day_of(texts[0][index])
        if any(self._names[field] for field in TIMES[1:]):
            self._put_in_order(texts, times, bad, clocks)
        self._refuse_future(times, bad)
        return list(times), dateless

    def plain(self, texts: Column) -> list[str]:
        """Return times in stored form, empty where they cannot be read."""
        return [self._or_nothing(text) for text in texts]

    def _or_nothing(self, text: str) -> str:
        try:
            return self._any_form(text, (), "")[0] if text else ""
        except ValueError:
            return ""

    def _texts(self, field: str, columns: list[Column], count: int) -> Column:
        """Join the columns of a field; a shared day without the field's own clock is no time."""
        texts = joined(columns, count)
        if own := self._own.get(field):
            clocks = joined([c for c, mine in zip(columns, own, strict=True) if mine], count)
            texts = [text if clock else "" for text, clock in zip(texts, clocks, strict=True)]
        return texts

    def _read(
        self,
        field: str,
        texts: Column,
        columns: list[Column],
        began: Column,
        bad: dict[int, str],
        clocks: set[tuple[str, int]],
    ) -> list[str]:
        needed = field == TIMES[0]
        try:
            if not needed or all(texts):
                return self._every(texts)
        except ValueError:
            pass  # one of them: find out which
        found = []
        for index, text in enumerate(texts):
            time = ""
            try:
                if text:
                    cells = [column[index] for column in columns]
                    day = "" if needed else _day_in(began[index])
                    time, alone = self._any_form(text, cells, day)
                    if alone:
                        clocks.add((field, index))
                elif needed:
                    bad.setdefault(index, f"no time in {self._names[field]}")
            except ValueError as error:
                bad.setdefault(index, f"{self._names[field]}: {error}")
            found.append(time)
        return found

    def _any_form(self, text: str, cells: Sequence[str], day: str) -> tuple[str, bool]:
        """Read a time, even if a cell has another form than its column.

        The cell may have the day too, or be a clock alone on the day of the call; `day` is that
        day's text, empty for the beginning itself. Also returns whether it is a clock alone, or for
        the beginning a day alone. Raises ValueError with the reason of the plain reading.
        """
        for each in (text, *reversed(cells)):
            with contextlib.suppress(ValueError):
                return self._midnight(each), False
        if not day and self._is_day(text):
            return self._day_of(text), True
        if day and _CLOCK.fullmatch(text):
            with contextlib.suppress(ValueError):
                return self._midnight(f"{day} {text}"), True
        return self._when(text), False

    def _midnight(self, text: str) -> str:
        """Read a day and a clock in any form; 24:00 is 00:00 of the next day."""
        if found := _MIDNIGHT.search(text):
            return self._next_day(self._other(f"{text[: found.start()]}00{text[found.start(1) :]}"))
        return self._other(text)

    def _next_day(self, time: str) -> str:
        wall = datetime.fromisoformat(time).astimezone(self._source).replace(tzinfo=None)
        return self._wall((wall + timedelta(days=1)).isoformat())

    def _second(self, text: str, time: str) -> str:
        """Read a time as the second one, in the hour that comes twice."""
        try:
            return self._later(text)
        except ValueError:
            return time  # read in another form: not in that hour

    def _day_of(self, text: str) -> str:
        """Read a day as its first moment in the town, whatever the zone of the file."""
        return self._when(text) if _SERIAL_DAY.fullmatch(text) else self._days(text)

    def _is_day(self, text: str) -> bool:
        try:
            return bool(self._day_of(text))
        except ValueError:
            return False

    def _put_in_order(
        self,
        texts: list[Column],
        times: list[list[str]],
        bad: dict[int, str],
        clocks: set[tuple[str, int]],
    ) -> None:
        """Handle the rows whose times are out of order.

        In the repeated hour, a time before the one that it should follow is the second reading. A
        clock on the day of the call that is hours before the call is on the next day. A call that
        is cleared before it begins is rejected, and one with a time half a day before it; other
        disorder is left as it is, for the clocks of cars and of the dispatch room differ.
        """
        for index, (occurred, dispatched, arrived, cleared) in enumerate(zip(*times, strict=True)):
            sent = dispatched or occurred
            there = arrived or sent
            if occurred <= sent <= there <= (cleared or there) or index in bad:
                continue
            last = ""
            for field, text, column in zip(TIMES, texts, times, strict=True):
                if column[index] and last and _before(column[index], last):
                    column[index] = self._second(text[index], column[index])
                    shared = field in self._own or (field, index) in clocks
                    if shared and _before(column[index], last, NEXT_DAY):
                        column[index] = self._next_day(column[index])
                last = column[index] or last
            occurred, dispatched, arrived, cleared = (column[index] for column in times)
            if cleared and (
                _before(cleared, arrived or dispatched or occurred) or _before(cleared, occurred)
            ):
                bad[index] = "the call is cleared before it begins"
            elif any(_before(time, occurred, DISORDER) for time in (dispatched, arrived) if time):
                bad[index] = "a time is more than 12 hours before the call begins"

    def _refuse_future(self, times: list[list[str]], bad: dict[int, str]) -> None:
        for field, column in zip(TIMES, times, strict=True):
            if column and max(column) > self._latest:
                for index, time in enumerate(column):
                    if time > self._latest and _before(self._latest, time):
                        bad.setdefault(index, f"{self._names[field]}: {FUTURE}")


def _day_in(began: str) -> str:
    """Return the text of the day in the text of a day and a clock, in whatever order they are."""
    first = began.partition(" ")[0].partition("T")[0]
    if len(first) > 5 and first[:1].isdigit() and ":" not in first:
        return first
    words = clocks.arranged(began).split()
    ends = (at for at in range(1, len(words)) if forms.is_clock(" ".join(words[at:])))
    return " ".join(words[: next(ends, 1)])


def _days(formats: Iterable[str]) -> Iterator[str]:
    """Yield the formats of the days in a layout's formats."""
    for form in formats:
        words = ("%Y-%m-%d" if form == "iso" else re.sub("T(?=%[HI])", " ", form)).split()
        day = " ".join(word for word in words if not re.search("%[HIMSfpz]|^clock$", word))
        if re.search("%[Yy]", day) and re.search("%[dj]", day):
            yield day


def _other(formats: Iterable[str], days: Iterable[str]) -> Iterator[str]:
    """Yield formats of the same days with other clocks, none of them a guess.

    A clock without AM or PM is read only where the layout has clocks of 24 hours.
    """
    whole = any(form == "iso" or re.search("%H| clock$", form) for form in formats)
    for day in days:
        for clock in (*_HALVES, *(_WHOLE if whole else ())):
            yield f"{day} {clock}"
            if "%y" in day:
                yield f"{day.replace('%y', '%Y')} {clock}"


def _in_zone(when: When, source: "ZoneInfo", zone: "ZoneInfo") -> When:
    """Return the reader with its times in another zone than they are written in."""
    if source is zone:
        return when
    return lambda text: dates.to_iso(dates.from_iso(when(text)).astimezone(zone))


def joined(columns: Sequence[Column], count: int) -> Column:
    """Return columns joined by a space, without the cells that are empty."""
    if not columns:
        return [""] * count
    if len(columns) == 1:
        return columns[0]
    return [" ".join(filter(None, texts)) for texts in zip(*columns, strict=True)]


def _before(one: str, other: str, by: timedelta = timedelta()) -> bool:
    if not by and one[19:] == other[19:]:
        return one < other
    return datetime.fromisoformat(other) - datetime.fromisoformat(one) > by


def by_the_hour(when: When) -> Callable[[Column], list[str]]:
    """Return a faster reader of columns for times that end in :MM:SS; empty texts stay empty.

    The part before that is an hour, which recurs. Once `when` has read both ends of a day (on a day
    of a clock change, of an hour) the same way, it need not read times in between.
    """
    days: dict[str, tuple[str, str]] = {}
    hours: dict[str, tuple[str, str]] = {}

    def keep(spans: dict[str, tuple[str, str]], text: str, before: str, after: str) -> None:
        if len(spans) >= HOURS_KEPT:
            spans.clear()
        spans[text] = before, after

    def learn(text: str, found: str) -> None:
        for spans, first, last in ((days, "00:00:00", "23:59:59"), (hours, "00:00", "59:59")):
            span, before, after = text[: -len(first)], found[: 19 - len(first)], found[19:]
            with contextlib.suppress(ValueError):  # no moment of that zone
                if f"{before}{text[-len(first) :]}{after}" == found:
                    ends = when(f"{span}{first}"), when(f"{span}{last}")
                    if ends == (f"{before}{first}{after}", f"{before}{last}{after}"):
                        return keep(spans, span, before, after)

    def read(text: str) -> str:
        day, hour, rest = days.get(text[:-8]), text[-8:-5], text[-5:]
        if day and hour in _HOURS and rest in _TAILS:
            keep(hours, text[:-5], day[0] + hour, day[1])
            return f"{day[0]}{hour}{rest}{day[1]}"
        found = when(text)
        if text[-6:-5] == ":":
            learn(text, found)
        return found

    def read_all(texts: Column) -> list[str]:
        known = hours.get
        return [
            (f"{hour[0]}{rest}{hour[1]}" if hour and rest in _TAILS else read(text)) if text else ""
            for text in texts
            for rest in (text[-5:],)
            for hour in (known(text[:-5]),)
        ]

    return read_all
