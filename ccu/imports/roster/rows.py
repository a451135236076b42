"""Rows of a roster to entries: who the client is, who works with them, whether the case is open.

An unusable row is rejected. A value that cannot be read does not reject the row: it is left out,
and reported by its line and field.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache, partial
from hashlib import blake2b
from typing import Any

from ccu.errors import InvalidInput
from ccu.identity import Known, Name
from ccu.imports.layout import YES_NO, Words
from ccu.imports.roster.layout import Layout
from ccu.imports.rows import Broken, Cells, Chunk, Table
from ccu.people.finding import of_said
from ccu.people.store import Said

LONGEST = 200  # characters of a text about a person
MADE = "~"  # begins the number that ccu makes for a row of an office without client numbers
TEXTS = ("phone", "email", "home", "postcode", "language")
CODED = ("housing", "race_ethnicity")  # fields of a code list
TELLING = {"given_name", "family_name", "birth_date", "phone", "email"}
SEXES = {"male": "M", "female": "F", "other": "X"}
DATES = ("birth_date", "since", "closed")
OLDEST = 130  # years
PLAIN = ("%Y-%m-%d", "%Y%m%d")  # formats of a layout that names none
ISO = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S")  # one meaning: read in every file; what a workbook gives
_SSN = re.compile("[0-9]{3}-[0-9]{2}-[0-9]{4}")


@dataclass
class Entry:
    """One row of the roster, read."""

    line: int
    number: str  # the office's, or one that ccu made from the row (`MADE`)
    values: dict[str, Any]  # column of person -> value; without what the row lacks
    aliases: tuple[Name, ...]
    worker: str
    since: str | None
    closed: bool | None  # None: in words that the layout does not know
    closed_on: str | None
    cells: list[str] = field(repr=False)  # unchanged, of the layout's columns

    @property
    def known(self) -> Known:
        """The row in the form that ccu.identity compares."""
        return of_said(Said(fields=self.values, aliases=[*self.aliases]))

    @property
    def nobody(self) -> bool:
        """Return whether the row has nothing to identify a person."""
        return not (self.aliases or self.values.keys() & TELLING)

    @property
    def shown_number(self) -> str | None:
        """The office's own number; None when it gives none."""
        return None if self.number.startswith(MADE) else self.number


@dataclass
class Notes:
    """Values left out: (field, why) -> the lines; and how many of each field were read."""

    lines: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    read: Counter[str] = field(default_factory=Counter)

    def add(self, name: str, why: str, line: int) -> None:
        """Note a value that was left out."""
        self.lines.setdefault((name, why), []).append(line)

    def refuse_if_most(self) -> None:
        """Raise InvalidInput when most dates of a field cannot be read: the layout is wrong."""
        for (name, _why), lines in self.lines.items():
            if name in DATES and len(lines) > self.read[name]:
                raise InvalidInput(
                    f"{name} cannot be read in most rows, the first on line {lines[0]}: add the"
                    " form of the dates to formats in the layout"
                )


class Unusable(Exception):
    """Why a row cannot be used."""


class EntryReader:
    """Made once for a layout and a header; then called for every chunk."""

    def __init__(
        self, layout: Layout, table: Table, lists: Mapping[str, Mapping[str, str]], today: date
    ) -> None:
        """`lists` are the code lists of CODED. Raises InvalidInput for a header of others."""
        wanted = layout.wanted
        places = table.places(wanted, layout.name)
        self._places = {
            name: [places[column] for column in layout.columns.get(name, ())]
            for name in layout.columns
        }
        blank = {places[column]: texts for column, texts in layout.blank.items()}
        self._cells = Cells(
            table.names, [places[column] for column in wanted], blank, layout.guarded
        )
        self._order = [places[column] for column in wanted]
        self._layout, self._lists, self._today = layout, lists, today
        formats = (*(layout.formats or PLAIN), *ISO)
        self._reading = lru_cache(20_000)(partial(_reading, formats, today))
        self.notes = Notes()
        for name in CODED:
            layout.refuse_unknown(getattr(layout, name).used, lists[name], name)

    def read(self, chunk: Chunk) -> tuple[list[Entry], list[Broken]]:
        """Return the entries and the broken rows, with cells of the layout's columns only."""
        broken = [Broken(each.line, each.reason, []) for each in chunk.broken]
        if not chunk.rows:
            return [], broken
        bad: dict[int, str] = {}
        columns = self._cells.tidy(chunk.rows, bad)
        entries = []
        for index, (line, row) in enumerate(zip(chunk.numbers, chunk.rows, strict=True)):
            cells = [row[place] for place in self._order]
            try:
                if index in bad:
                    raise Unusable(bad[index])
                said = {
                    name: " ".join(filter(None, (columns[place][index] for place in places)))
                    for name, places in self._places.items()
                }
                if any(said.values()):  # a spreadsheet leaves rows of nothing at the end
                    entries.append(self._entry(line, said, cells))
            except Unusable as error:
                broken.append(Broken(line, str(error), cells))
        return entries, broken

    def _entry(self, line: int, said: Mapping[str, str], cells: list[str]) -> Entry:
        say = said.get
        values: dict[str, Any] = dict(self._name(said))
        values |= self._person(line, said)
        aliases = tuple(
            self._whole(each) for each in say("aliases", "").split(";") if _has_letter(each)
        )
        closed = self._closed(line, say("status", ""))
        closed_on = self._day("closed", said, line)
        if "status" not in self._layout.columns:
            closed = closed_on is not None
        return Entry(
            line=line,
            number=self._number(say("number", ""), values, aliases),
            values=values,
            aliases=aliases,
            worker=say("worker", ""),
            since=self._day("since", said, line),
            closed=closed,
            closed_on=closed_on,
            cells=cells,
        )

    def _name(self, said: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        given, family = said.get("given", ""), said.get("family", "")
        if "name" in said:
            given, family = self._whole(said["name"])
        if max(len(given), len(family)) > LONGEST:
            raise Unusable(f"a name of more than {LONGEST} characters")
        if _has_letter(given):
            yield "given_name", given
        if _has_letter(family):
            yield "family_name", family

    def _whole(self, text: str) -> Name:
        """Read FAMILY, GIVEN, or without a comma the layout's order. One word is a given name."""
        family, comma, given = (part.strip() for part in text.strip().partition(","))
        if comma:
            return Name(" ".join(given.replace(",", " ").split()), family)
        words = text.split()
        if len(words) < 2:
            return Name(text.strip(), "")
        if self._layout.order == "family given":
            return Name(" ".join(words[1:]), words[0])
        return Name(" ".join(words[:-1]), words[-1])

    def _person(self, line: int, said: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
        layout = self._layout
        born = self._day("birth_date", said, line)
        if born is not None:
            yield "birth_date", born
        elif age := said.get("age", ""):
            if age.isascii() and age.isdigit() and int(age[:9]) <= 120:
                yield "age_estimate", int(age)
                yield "age_estimated_on", self._today.isoformat()
            else:
                self.notes.add("age", "not a number from 0 to 120", line)
        for name in TEXTS:
            if len(text := said.get(name, "")) > LONGEST:
                self.notes.add(name, f"longer than {LONGEST} characters", line)
            elif text:
                yield name, text
        for name in ("veteran", "minor"):
            if text := said.get(name, ""):
                if text.casefold() in YES_NO:
                    yield name, YES_NO[text.casefold()]
                else:
                    self.notes.add(name, "neither yes nor no", line)
        yield from self._word("sex", said.get("sex", ""), layout.sexes, SEXES, line)
        for name in CODED:
            words, codes = getattr(layout, name), self._lists[name]
            yield from self._word(name, said.get(name, ""), words, codes, line)

    def _day(self, name: str, said: Mapping[str, str], line: int) -> str | None:
        """Return a day as YYYY-MM-DD; None, and a note, for one that cannot be read."""
        text = said.get(name, "")
        if not text:
            return None
        day, why = self._reading(text)
        if why:
            self.notes.add(name, why, line)
            return None
        self.notes.read[name] += 1
        return day

    def _word(
        self, name: str, text: str, words: Words, codes: Mapping[str, str], line: int
    ) -> Iterator[tuple[str, str]]:
        """Yield the code of a text by the layout's table, or the code itself, or its label."""
        if not text:
            return
        plain = text.casefold()
        found = words.code(text)
        if found is None:
            found = next((c for c, label in codes.items() if plain in (c, label.casefold())), None)
        if found is not None:
            yield name, found
        else:
            self.notes.add(name, "not a text that the layout knows", line)

    def _number(self, text: str, values: Mapping[str, Any], aliases: Sequence[Name]) -> str:
        """Return the client number; without one, a digest, so that the same row is recognized."""
        if _SSN.fullmatch(text):
            raise Unusable("number looks like a social security number; none is kept")
        if len(text) > 60 or text.startswith(MADE):
            raise Unusable("number is longer than 60 characters or begins with ~")
        if text:
            return text
        told = {key: said for key, said in values.items() if not key.startswith("age_")}
        content = json.dumps([told, aliases], sort_keys=True, ensure_ascii=True)
        return MADE + blake2b(content.encode(), digest_size=12).hexdigest()

    def _closed(self, line: int, text: str) -> bool | None:
        if not text:
            return False
        code = self._layout.statuses.code(text)
        if code is None:
            self.notes.add("status", "not a text that the layout knows", line)
        return None if code is None else code == "closed"


def _has_letter(text: str) -> bool:
    return any(letter.isalpha() for letter in text)


def _reading(formats: Sequence[str], today: date, text: str) -> tuple[str, str]:
    """Return (the day, "") or ("", what is wrong); two formats that differ are not chosen from."""
    days = set()
    for form in formats:
        try:
            day = datetime.strptime(text[:40], form).date()
        except ValueError:
            continue
        if "%y" in form and day > today:  # 24 is 1924 in a birth date
            day = day.replace(year=day.year - 100)
        days.add(day)
    if not days:
        return "", "no format fits"
    if len(days) > 1:
        return "", "two formats read it differently"
    day = days.pop()
    if day > today:
        return "", "in the future"
    if today.year - day.year > OLDEST:
        return "", f"more than {OLDEST} years ago"
    return day.isoformat(), ""
