"""`ccu import --suggest`: a first layout for a dispatch system's export.

Column names decide first, then the cells: a time must hold times, an address words, and a column of
cars is no apartment. A date and a clock in two columns are joined.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ccu.address.words import SUFFIXES
from ccu.imports import forms, suggest
from ccu.imports.dispatch.choice import FEW, TOGETHER, Choice
from ccu.imports.dispatch.layout import FIELDS, TIMES
from ccu.imports.suggest import Questions

if TYPE_CHECKING:
    from ccu.session import Session

DIRECTION = re.compile(r"[NSEW]{1,2}\.?|north|south|east|west", re.IGNORECASE)
Test = Callable[[str], object]
WANTED = ("incident", "occurred", "address", "nature", "disposition", "priority", "beat")
CROSSING = re.compile(r"[a-z] ?[&/@] ?[a-z]", re.IGNORECASE)


def write(session: "Session", path: Path, target: Path | None) -> None:
    """Write a first layout for the file to standard output, or to `target`.

    Raises InvalidInput, and Unfinished when the layout is written with questions left in it.
    """
    questions = Questions.of(session)
    first = First(suggest.read(path), suggest.hints(Path(__file__).parent), questions)
    first.choose()
    suggest.write(target, [*first.lines()])
    questions.finish()


class First(Choice):
    """A first layout: which column is what, and the lines."""

    # ------------------------------------------------------------ columns

    def choose(self) -> None:
        """Choose the columns of every field."""
        for name in ("dispatched", "arrived", "cleared"):
            self._choose_time(name)
        self._incident()
        self._choose_time("occurred")
        if "occurred" not in self.chosen:
            self._time_by_cells()
        if "occurred" not in self.chosen and "dispatched" in self.chosen:
            self._take("occurred", self.chosen.pop("dispatched"))
            self._notes.append("occurred: the file has no other time of the call than of dispatch")
        for name in ("occurred", *TIMES):
            self._join_day(name)
        cars = suggest.ranked(self._sample, self._left, self._hints["skip"]["cars"])
        apartments = self._ranked("unit", self._hints["columns"]["unit"])
        self._cars = {name for _, name in cars} - {name for _, name in apartments}
        self._left = [name for name in self._left if name not in self._cars]
        for name in ("zip", "state", "city", "unit", "priority", "nature_cleared"):
            self._choose(name)
        self._address()
        for name in ("disposition", "nature", "beat"):
            self._choose(name)
        if "nature" not in self.chosen:
            self._nature_by_cells()
        for name in ("incident", "address", "nature"):
            self._ask_for(name)

    def _incident(self) -> None:
        """Choose the incident number; without a header, by its cells."""
        self._choose("incident")
        if "incident" not in self.chosen and not self._sample.header:
            alike = [
                each
                for each in self._left
                if self._sample.share(each, suggest.is_identifier) > TOGETHER
                and len({*self._sample.filled(each)}) > 0.5 * self._sample.rows
                and self._kind(each) != "clock"
            ]
            if chosen := self._one_of("incident", alike):
                self._take("incident", [chosen])

    # ------------------------------------------------------------ times

    def _choose_time(self, name: str) -> None:
        found = self._ranked(name, self._hints["times"][name])
        moments = [(rank, column) for rank, column in found if self._kind(column) == "moment"]
        best = [column for rank, column in found if rank == found[0][0]]
        if moments and {*map(self._kind, best)} != {"day", "clock"}:
            best = [column for rank, column in moments if rank == moments[0][0]]
        for order in (["moment"], ["day", "clock"], ["day"], ["clock"]):
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
        starts = re.compile("[0-9]+:").match
        began = self._sample.texts(occurred)
        return self._sample.share(column, starts) == 1 and not any(map(starts, began))

    def _of_kind(self, kind: str) -> list[str]:
        """Return the columns left that show by separators that they hold days, or moments."""
        dated = (e for e in self._left if self._sample.share(e, forms.DATED.match) > TOGETHER)
        return [each for each in dated if self._kind(each) == kind]

    def _clocks(self, day: str) -> list[str]:
        """Return the columns that may have the clock time of a day: those named alike, or Time.

        Where there is no other, the time of dispatch, arrival or clearing may be asked for.
        """
        labels = {each: suggest.spoken(self._sample.labels[each]) for each in self._sample.names}
        found = [
            each
            for each in self._left
            if self._kind(each) == "clock"
            and (self._sample.share(each, str.isdigit) < FEW or "time" in labels[each])
        ]
        words = {*labels[day].split()} - {"date", "time", "day"}
        alike = [each for each in found if words & {*labels[each].split()}]
        others = [column for name in TIMES[1:] for column in self.chosen.get(name, [])]
        if not found and (clocks := [each for each in others if self._kind(each) == "clock"]):
            return [*clocks, day]  # two at least, so that one is asked for
        return alike or [each for each in found if labels[each] == "time"] or found

    # ------------------------------------------------------------ the address

    def _address(self) -> None:
        hints = self._hints["address"]
        columns = (*self._left, *self._blank)  # a part that is blank so far may come later
        crossing = [name for _, name in suggest.ranked(self._sample, columns, hints["cross"])]
        self._left = [name for name in self._left if name not in crossing]
        number = self._part(hints["number"], re.compile("[0-9]").match, but=_has_street)
        whole = [name for _, name in self._ranked("address", hints["complete"])]
        whole = [name for name in whole if name != number]
        complete = [each for each in whole if self._sample.share(each, _is_complete) > FEW]
        street = self._part(hints["street"], suggest.has_words, taken=number)
        if complete:
            self._take("address", complete[:1])
        elif number not in ("", *self._blank) and (street or whole):
            parts = [
                number,
                self._part(hints["before"], DIRECTION.fullmatch, number),
                street or whole[0],
                self._part(hints["type"], _is_street_type, number),
                self._part(hints["after"], DIRECTION.fullmatch, number),
            ]
            self._take("address", dict.fromkeys(filter(None, parts)))
        elif whole or street:
            self._take("address", [whole[0] if whole else street or ""])
        else:
            self._address_by_cells()
        if crossing and "address" in self.chosen:
            self._crossing(crossing)

    def _part(self, patterns: Sequence[str], test: Test, taken: str = "", but: Test = len) -> str:
        """Return the best column of those names whose cells pass the test, or a blank one.

        `but` is what few of the cells may pass. Empty where there is no such column.
        """
        columns = [each for each in (*self._left, *self._blank) if each != taken]
        found = suggest.ranked(self._sample, columns, patterns)
        fits = [
            column
            for _, column in found
            if column in self._blank
            or (
                self._sample.share(column, test) > 0.5
                and (but is len or self._sample.share(column, but) < FEW)
            )
        ]
        return next((each for each in fits if each not in self._blank), "".join(fits[:1]))

    def _address_by_cells(self) -> None:
        others = {*self._hints["columns"]["nature"], *self._hints["columns"]["disposition"]}
        taken = {column for _, column in suggest.ranked(self._sample, self._left, [*others])}
        left = [each for each in self._left if each not in taken]
        shares = {each: self._sample.share(each, _has_street) for each in left}
        best = max(shares, key=lambda each: shares[each], default="")
        if best and shares[best] > 0.6:
            self._take("address", [best])

    def _crossing(self, crossing: list[str]) -> None:
        """Take the columns of the crossing street, where rows have it instead of a house number."""
        addresses, crosses = (
            self._sample.texts(self.chosen["address"]),
            self._sample.texts(crossing),
        )
        pairs = [(a, c) for a, c in zip(addresses, crosses, strict=True) if c]
        numbered = sum(bool(re.match("[1-9]", address)) for address, _ in pairs)
        if pairs and numbered < FEW * len(pairs):
            self._take("cross", [each for each in self._sample.names if each in crossing])

    # ------------------------------------------------------------ natures

    def _nature_by_cells(self) -> None:
        """Take the column in which most rows have one of the texts that natures tend to have."""
        shares = {
            each: self._sample.share(each, lambda cell: suggest.code(cell, self._hints["natures"]))
            for each in self._left
            if self._sample.share(each, suggest.has_words) > TOGETHER
        }
        best = max(shares, key=lambda each: shares[each], default="")
        if best and shares[best] > 0.1:
            self._take("nature", [best])

    # ------------------------------------------------------------ lines

    def lines(self) -> Iterator[str]:
        """Yield the lines of the layout."""
        sample, chosen, hints = self._sample, self.chosen, self._hints
        yield from suggest.head(
            sample,
            "docs/imports.md",
            'source = "our-cad"  # name the dispatch system: incident numbers are unique within it',
        )
        yield from self._zone()
        yield 'ambiguous = "earlier"  # 01:30 when clocks go back: earlier, later or reject'
        yield self._formats()
        if "incident" not in chosen:
            yield from self._identity()
        yield from suggest.columns(sample, chosen, FIELDS, WANTED)
        for name in sorted(self._cars):
            yield f"# responder = {suggest.listed([name])}  # units sent; map them in [responders]"
        yield from (f"# ? {note}" for note in self._notes)
        yield from ("", "[defaults]", 'lead_agency = "police"')
        for table, field in (("natures", "nature"), ("dispositions", "disposition")):
            yield from suggest.words(
                table,
                sample.texts(chosen[field]) if field in chosen else (),
                hints[table],
                most=400,
                longest=80,
                too_many='try wildcards: welfare_check = ["*WELF*"]',
                unknown="put each under its code, or under other if none fits",
            )

    def _zone(self) -> Iterator[str]:
        occurred = self.chosen.get("occurred", [])
        if suggest.ranked(self._sample, occurred, self._hints["skip"]["clocks"]):
            yield 'timezone = "UTC"  # by the names of the columns'
        else:
            yield '# timezone = "America/New_York"  # left out: the town\'s'

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
        found = forms.joined([text for each in texts for text in each], end, base, today)
        note = ""
        if self._kind(chosen["occurred"][0]) == "day" and len(chosen["occurred"]) == 1:
            note = "\n# The file gives no clock time: its calls count at no hour."
        return suggest.formats(found, texts[0][: suggest.SHOWN], self._questions) + note

    def _identity(self) -> Iterator[str]:
        fields = ("occurred", "address", "nature")
        identity = [column for name in fields for column in self.chosen.get(name, [])]
        yield "# No column looks like an incident number: rows are told apart by these. They must"
        yield "# not change later, or a corrected row becomes a second call."
        yield f"identity = {suggest.listed(identity)}"


def _has_street(cell: str) -> bool:
    return any(map(_is_street_type, cell.split())) or bool(CROSSING.search(cell))


def _is_complete(cell: str) -> bool:
    return bool(re.match(r"\d+[-\w]*\s+[A-Za-z0-9]", cell) or CROSSING.search(cell))


def _is_street_type(cell: str) -> bool:
    return cell.strip("., ").upper() in SUFFIXES
