"""`ccu import --suggest`: a first layout for a dispatch system's export.

Column names decide first, then the cells: a time must hold times, an address words, and a column of
cars is no apartment. A date and a clock in two columns are joined.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ccu.address.words import UNITS
from ccu.imports import forms, suggest
from ccu.imports.dispatch.choice import (
    DAY,
    DIRECTION,
    FEW,
    NUMBERS,
    STATE_NAMES,
    TOGETHER,
    Choice,
    has_place,
    has_street,
    is_complete,
    is_street_type,
)
from ccu.imports.dispatch.layout import FIELDS, SHORTENED, TIMES
from ccu.imports.layout import call_signs
from ccu.imports.suggest import Questions

if TYPE_CHECKING:
    from ccu.session import Session

WANTED = ("incident", "occurred", "address", "nature", "disposition", "priority", "beat")
PLAIN_TIMES = ("date time", "datetime", "date and time", "date", "time")
CLOCK_NAME = re.compile("time|start|began|rcvd|rece?i?ved?|hhmm|clock")  # of clocks such as 2237
HOUSE = re.compile(r"[1-9][0-9]{0,4}[A-Z]?(\.0)?")
CITY_CODE = re.compile(r", *([A-Z]{2,4}) *$")
CITY_ROWS = 3  # that have a code, before it is taken for a city's


def write(session: "Session", path: Path, target: Path | None) -> None:
    """Write a first layout for the file to standard output, or to `target`.

    Raises InvalidInput, and Unfinished when the layout is written with questions left in it.
    """
    questions = Questions.of(session)
    first = First(suggest.read(path), suggest.hints(Path(__file__).parent), questions)
    first.choose()
    suggest.write(target, [*first.lines()], questions, "ccu import", path)


class First(Choice):
    """A first layout: which column is what, and the lines."""

    def choose(self) -> None:
        """Choose the columns of every field."""
        for name in ("dispatched", "arrived", "cleared"):
            self._choose_time(name)
        self._incident()
        self._choose_time("occurred")
        if not self._settled("occurred"):
            self._time_by_cells()
        if not self._settled("occurred") and "dispatched" in self.chosen:
            self._take("occurred", self.chosen.pop("dispatched"))
            self._notes.append("occurred: the file has no other time of the call than of dispatch")
        for name in ("occurred", *TIMES):
            self._join_day(name)
        apartments = self._ranked("unit", self._hints["columns"]["unit"])
        self._cars = self._apart("cars", {name for _, name in apartments})
        self._hazards = self._apart("hazards")
        self._units()
        self._tell_one_unit()
        self._changed()
        for name in ("agency", "zip", "state", "city", "unit", "priority", "nature_cleared"):
            self._choose(name)
        self._address()
        for name in ("disposition", "nature", "beat"):
            self._choose(name)
        for name in ("disposition", "nature") if self._sample.header else ("nature", "disposition"):
            self._by_cells(name)
        if "nature" not in self.chosen and "nature_cleared" in self.chosen:
            self.chosen["nature"] = self.chosen.pop("nature_cleared")
        for name in ("incident", "address", "nature", *self._hints["asked"]):
            if not self._settled(name):
                self._ask_for(name)
                if name in TIMES:
                    self._join_day(name)
        self._second_outcomes()

    def _tell_one_unit(self) -> None:
        """Tell that no call has a second unit, in a cell, a column or another row of it."""
        incidents, columns = self.chosen.get("incident", []), self.chosen.get("responder", [])
        numbers = [*filter(None, self._sample.texts(incidents))] if incidents else []
        cells = self._sample.filled(columns[0]) if len(columns) == 1 else []
        if cells and len({*numbers}) == len(numbers) and all(len(call_signs(c)) < 2 for c in cells):
            who = "no call here has a second unit: who else came is not recorded"
            self._notes.append(f"responder: {suggest.listed(columns)}, {who}")

    def _incident(self) -> None:
        """Choose the incident number; without a header, by its cells."""
        self._choose("incident")
        self._house_or_incident()
        if not self._settled("incident") and not self._sample.header:
            alike = [each for each in self._left if self._may_identify(each)]
            if chosen := self._one_of("incident", alike):
                self._take("incident", [chosen])

    def _house_or_incident(self) -> None:
        """Ask what a column is that is only called Number, beside a street without its number."""
        (column,) = self.chosen.get("incident", [""])
        name = self._spoken.get(column)
        if name not in NUMBERS or self._sample.share(column, HOUSE.fullmatch) < TOGETHER:
            return
        hints = self._hints["address"]
        streets = self._named(self._left, [*hints["street"], *hints["complete"]])
        if not any(self._sample.share(each, is_complete) < FEW for each in streets):
            return
        shown = dict.fromkeys(("incident number", "house number"), self._sample.filled(column))
        made = self._questions.choose("incident", f"What is in the column {column}?", shown)
        if made != "incident number":
            del self.chosen["incident"]
            self._left += [column] if made else []
        if made is None:
            self._notes.append(f"{column} may be the incident number or the house number")

    def _choose_time(self, name: str) -> None:
        found = self._ranked(name, self._hints["times"][name])
        moments = [(rank, column) for rank, column in found if self._kind(column) == "moment"]
        best = [column for rank, column in found if rank == found[0][0]]
        if moments and {*map(self._kind, best)} != {"day", "clock"}:
            best = [column for rank, column in moments if rank == moments[0][0]]
            if name == "occurred":  # one of a name that tells nothing may be earlier: ask
                plain = [each for _, each in moments if self._spoken[each] in PLAIN_TIMES]
                best += [each for each in plain if each not in best]
        alone = [["day"]] if name == "occurred" else []  # no call was cleared at midnight by it
        for order in (["moment"], ["day", "clock"], *alone, ["clock"]):
            fits = [[each for each in best if self._kind(each) == kind] for kind in order]
            if all(fits):
                taken = [self._one_of(name, each) for each in fits]
                if None not in taken:
                    self._take(name, filter(None, taken))
                return

    def _time_by_cells(self) -> None:
        """Take the column whose times are never after those of another."""
        cells, today = self._sample.columns, self._questions.today
        moments = self._of_kind("moment")
        first = [
            each
            for each in moments
            if all(forms.never_after(cells[each], cells[other], today) for other in moments)
        ]
        if first or (first := self._of_kind("day")):
            self._take("occurred", first[:1])

    def _join_day(self, name: str) -> None:
        """Join a day and a clock time where a field has only one of them."""
        columns = self.chosen.get(name, [])
        if len(columns) != 1 or self._kind(columns[0]) == "moment":
            return
        own = self.chosen.get("occurred", [])
        if self._kind(columns[0]) == "day":
            if name == "occurred" and (clocks := self._clocks(columns[0])):
                if clock := self._one_of("time of the call", clocks, key=name):
                    self._take(name, [*columns, clock])
                else:
                    del self.chosen[name]
        elif name == "occurred" and (days := self._of_kind("day")):
            self._take(name, [days[0], *columns])
        elif name != "occurred" and own and self._kind(own[0]) == "day":
            self._take(name, [own[0], *columns])
        elif name == "occurred" or not self._clock_alone(own, columns[0]):
            del self.chosen[name]
            self._notes.append(f"{name}: {suggest.listed(columns)} has clock times without a day")

    def _clock_alone(self, occurred: Sequence[str], column: str) -> bool:
        """Whether an import knows the cells alone: as clocks of the day that `occurred` begins."""
        starts, run = re.compile("[0-9]+:").match, re.compile(" [0-9]{3,4}$").search
        began = self._sample.texts(occurred)
        if self._sample.share(column, re.compile("[0-9]{3,4}").fullmatch) == 1:
            return all(map(run, filter(None, began)))
        return self._sample.share(column, starts) == 1

    def _of_kind(self, kind: str) -> list[str]:
        """Return the columns left that show by separators, or Date, that they hold such times."""

        def dated(column: str) -> bool:
            called = "date" in self._sample.labels[column].lower()
            form = forms.DATED if self._sample.header else DAY
            return called or self._sample.share(column, form.match) > TOGETHER

        return [each for each in self._left if dated(each) and self._kind(each) == kind]

    def _clocks(self, day: str) -> list[str]:
        """Return the columns that may have the clock time of a day: those named alike, or Time.

        Where there is no other, the time of dispatch, arrival or clearing may be asked for.
        """
        labels = self._spoken
        found = [
            each
            for each in self._left
            if self._kind(each) == "clock"
            and (
                self._sample.share(each, str.isdigit) < FEW
                or CLOCK_NAME.search(labels[each])
                or not self._sample.header
            )
        ] or self._hours()
        words = {*labels[day].split()} - {"date", "time", "day"}
        alike = [each for each in found if words & {*labels[each].split()}]
        others = [column for name in TIMES[1:] for column in self.chosen.get(name, [])]
        if not found and (clocks := [each for each in others if self._kind(each) == "clock"]):
            return [*clocks, day]  # two at least, so that one is asked for
        return alike or [each for each in found if labels[each] == "time"] or found

    def _hours(self) -> list[str]:
        """Return the columns called Hour that are clock times; one of hours alone is told."""
        found = self._named(self._sample.names, self._hints["skip"]["hours"])
        hours = [column for column in found if self._kind(column) == "clock"]
        whole = {
            each
            for each in hours
            if self._sample.share(each, lambda cell: not cell.isdigit() or int(cell) < 24) == 1
            and self._sample.share(each, str.isdigit) > 0
        }
        self._notes += [f"{each} has hours without minutes: not used" for each in sorted(whole)]
        return [each for each in hours if each not in whole]

    def _address(self) -> None:
        hints = self._hints["address"]
        columns = (*self._left, *self._blank)  # a part that is blank so far may come later
        crossing, callers = (self._named(columns, hints[part]) for part in ("cross", "caller"))
        self._left = [name for name in self._left if name not in (*crossing, *callers)]
        number = self._part(hints["number"], re.compile("[0-9]").match, but=has_street)
        whole = [each for _, each in self._ranked("address", hints["complete"]) if each != number]
        complete = [each for each in whole if self._sample.share(each, is_complete) > FEW]
        street = self._part(
            hints["street"], re.compile("(?=.*[a-z]{2}|[0-9]+$)", re.I).match, number
        )
        if complete:
            self._take("address", complete[:1])
        elif number not in ("", *self._blank) and (street or whole):
            parts = [
                number,
                self._part(hints["before"], DIRECTION.fullmatch, number),
                street or whole[0],
                self._part(hints["type"], is_street_type, number),
                self._part(hints["after"], DIRECTION.fullmatch, number),
            ]
            self._take("address", dict.fromkeys(filter(None, parts)))
        elif whole or street:
            self._street_alone(whole[0] if whole else street)
        else:
            self._address_by_cells()
        if callers and not self._settled("address"):  # not the callers' alone
            places = [each for each in self._left if self._sample.share(each, has_place) > FEW]
            if made := self._one_of("address", [*places, *callers], "address", sure=False):
                self._take("address", [made])
        if crossing and "address" in self.chosen:
            self._crossing(crossing)

    def _street_alone(self, street: str) -> None:
        """Take a street for the address; ask whether another column has its house numbers."""
        others = [p for each in self._hints["columns"].values() for p in each]
        named = self._named(self._left, others)
        shown = {
            each: filled
            for each in self._left
            if each not in named
            and self._sample.share(each, HOUSE.fullmatch) > TOGETHER
            and len({*(filled := self._sample.filled(each))}) > FEW * len(filled)
        }
        if not shown:
            self._take("address", [street])
            return
        made = self._questions.choose("address", "Which column is the house number?", shown)
        if made:
            self._take("address", [made, street])
        else:
            self._notes.append(f"address: {street} has no house number; join it to its column")
            self._left.remove(street)

    def _address_by_cells(self) -> None:
        others = {*self._hints["columns"]["nature"], *self._hints["columns"]["disposition"]}
        taken = self._named(self._left, [*others])
        left = [each for each in self._left if each not in taken]
        shares = {each: self._sample.share(each, has_street) for each in left}
        best = max(shares, key=lambda each: shares[each], default="")
        if best and shares[best] > 0.6:
            complete = self._sample.share(best, is_complete) > FEW
            self._take("address", [best]) if complete else self._street_alone(best)

    def _crossing(self, crossing: list[str]) -> None:
        """Take the columns of the crossing street, where rows have it instead of a house number."""
        addresses, crosses = map(self._sample.texts, (self.chosen["address"], crossing))
        pairs = [(a, c) for a, c in zip(addresses, crosses, strict=True) if c]
        numbered = sum(bool(re.match("[1-9]", address)) for address, _ in pairs)
        if pairs and numbered < FEW * len(pairs):
            self._take("cross", [each for each in self._sample.names if each in crossing])

    def lines(self) -> Iterator[str]:
        """Yield the lines of the layout."""
        sample, chosen = self._sample, self.chosen
        yield from suggest.head(
            sample,
            "docs/imports.md",
            'source = "our-cad"  # name the dispatch system: incident numbers are unique within it',
        )
        yield from self._zone()
        yield 'ambiguous = "earlier"  # 01:30 when clocks go back: earlier, later or reject'
        yield self._formats()
        yield from self._unnumbered()
        left_open = self._questions.left_open
        yield from suggest.columns(sample, chosen, FIELDS, WANTED, open_=left_open)
        for name in self._cars:
            yield f"# responder = {suggest.listed([name])}  # units sent?"
        if self._hazards:
            yield f"# hazards = {suggest.listed(self._hazards)}  # map their texts in [hazards]"
        yield from (f"# ? {note}" for note in dict.fromkeys(self._notes))
        yield from self._cities()
        tables = [("natures", "nature"), ("dispositions", "disposition")]
        if "agency" in chosen:
            tables.insert(0, ("agencies", "agency"))
        else:
            yield from ("", "[defaults]")
            yield '# lead_agency = "police"  # if it leads all calls of the file'
        if "responder" in chosen:
            tables.append(("responders", "responder"))
        for table, field in tables:
            yield from forms.code_lines(
                table,
                self._texts(field),
                self._keywords(table, field),
                several=field == "disposition",
                too_many='try wildcards: welfare_check = ["*WELF*"]',
                unknown="put each under its code, or leave it if none fits",
            )

    def _cities(self) -> Iterator[str]:
        """Lines for the codes of cities, in their column or at the end of addresses."""
        chosen = self.chosen
        cells = [
            *(f",{cell}" for cell in self._sample.texts(chosen.get("city", []))),
            *self._sample.texts(chosen.get("address", [])),
        ]
        found = [match[1] for cell in cells if (match := CITY_CODE.search(cell))]
        known = {
            code
            for code, count in Counter(found).items()
            if count >= CITY_ROWS and code not in STATE_NAMES and code not in UNITS
        }
        if known:
            yield from ("", "# Codes of cities? Remove the # and write their names:", "# [cities]")
            yield from (f'# {code} = "?"' for code in sorted(known))

    def _zone(self) -> Iterator[str]:
        occurred = self.chosen.get("occurred", [])
        if self._named(occurred, self._hints["skip"]["clocks"]):
            yield 'timezone = "UTC"  # by the names of the columns'
        else:
            zone = self._questions.zone or "America/New_York"
            yield f'# timezone = "{zone}"  # left out: the town\'s'

    def _formats(self) -> str:
        chosen, today = self.chosen, self._questions.today
        if "occurred" not in chosen:
            self._questions.left_open.append("occurred")
            return "formats = []  # no column looks like a time; name one, and its strptime format"
        alone = [name for name in TIMES if [*map(self._kind, chosen.get(name, ()))] == ["clock"]]
        fields = [name for name in TIMES if name in chosen and name not in alone]
        end, base = "", ""
        joined = [chosen[name] for name in fields if len(chosen[name]) == 2]
        if joined:
            end, base = forms.around(*(self._sample.filled(each) for each in joined[0]))
        texts = [self._sample.complete(chosen[name]) for name in fields]
        every = [text for each in texts for text in each]
        found = forms.joined(every, end, base, today) if joined else forms.dated(texts, today)
        found = self._with_changed(found)
        note = ""
        if self._kind(chosen["occurred"][0]) == "day" and len(chosen["occurred"]) == 1:
            note = "\n# The file gives no clock time: its calls count at no hour."
        return suggest.formats(found, texts[0][: suggest.SHOWN], self._questions) + note

    def _unnumbered(self) -> Iterator[str]:
        """Lines for the rows that have no incident number."""
        if not self._settled("incident"):
            yield "# No column looks like an incident number: rows are told apart by when they"
            yield "# began and their address. A row in which these change becomes a second call."
        elif columns := self.chosen.get("incident"):
            texts = self._sample.texts(columns)
            if shortened := sum(map(bool, map(SHORTENED.fullmatch, texts))):
                yield f"# A spreadsheet shortened {shortened} numbers, as 2.61E+08; export text."
            blank = texts.count("")
            if blank:
                yield f"# {blank} of {self._sample.rows} rows have no incident number: they are"
                yield "# told apart by when they began and their address."
