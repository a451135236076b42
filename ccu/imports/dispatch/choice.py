"""The choice of a column for each field of a first layout: by its name, then by its cells."""

import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from itertools import chain, islice

from ccu.address.words import STATE_CODES, STATES, SUFFIXES
from ccu.imports import forms, suggest
from ccu.imports.dispatch.layout import TIMES
from ccu.imports.forms import Found
from ccu.imports.layout import call_signs, divided
from ccu.imports.suggest import Chosen, Hints, Questions, Sample
from ccu.output import say

TOGETHER = 0.9  # the share of a column's cells that must fit the choice
FEW = 0.3
ASKED = 8  # texts of a table without a code
SEVERAL = 0.05  # the least share of distinct incident numbers; codes of calls recur more
NUMBERS = ("number", "num", "no", "nbr", "#")  # names that tell nothing else
STATE = re.compile(  # whether a call is open or closed: no outcome
    "(re)?open(ed)?|closed?|clsd|clea?re?d?|clr|(in)?active|pending|completed?|cmp|done|finished"
    "|assigned|dispatched|in progress|new|archived|final(ized)?|[oc]",
    re.IGNORECASE,
)
AGENCIES = 30  # the most distinct ones in a column
STATE_NAMES = STATE_CODES | STATES.keys()

DAY = re.compile(f"{forms.DATED.pattern}|([0-9]{{2}}){{3,4}}$", re.IGNORECASE)  # without a header
DAY_AND_CLOCK = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}[ T]+\d").match
# Of a grid: 572 S 500 E, E 1250 N 300, N12W3456 MAIN, N1234 COUNTY ROAD A.
GRID = re.compile(
    r"\d+ ?[NSEW](orth|outh|ast|est)?\.? \d+\b|[NSEW](orth|outh|ast|est)?[. -]{0,2}\d{2,}[ ,/-]*"
    r"([NSEW](orth|outh|ast|est)?[. -]{0,2}\d{2,}|"
    r"(?!(st|street|nd|rd|road|th|ave?|avenue)\b)[A-Z]{2})",
    re.IGNORECASE,
)
SIGN = re.compile(
    "[A-Z]{1,7}[- ]?[0-9]{1,4}[A-Z]?|[0-9][A-Z]{1,3}[0-9]{1,3}|[0-9]{3,4}", re.IGNORECASE
)
CROSSING = re.compile(r"[a-z] ?[&/@] ?[a-z]", re.IGNORECASE)
PRIMARY = re.compile(r"\b(prim(e|ary)?|lead|first)( ?units?)?\b")  # of the units of a call
EVERY_UNIT, ONE_UNIT = "all units of the call", "one unit of each call"  # what a question offers
MODIFIED = re.compile(
    r"\b(upd(ated?)?|modified|mod|edit(ed)?|revised|changed|rev|last (edit|change)\w*)\b"
)
DIRECTION = re.compile(r"[NSEW]{1,2}\.?|north|south|east|west", re.IGNORECASE)

Test = Callable[[str], object]


class Choice:
    """The columns chosen for each field so far, the columns left, and messages."""

    def __init__(self, sample: Sample, hints: Hints, questions: Questions) -> None:
        self._sample, self._hints, self._questions = sample, hints, questions
        self._kinds: dict[str, str] = {}
        self._spoken = {name: suggest.spoken(label) for name, label in sample.labels.items()}
        self.chosen: Chosen = {}
        never = self._named(sample.names, hints["skip"]["never"])
        self._left = [name for name in sample.names if name not in never and sample.filled(name)]
        self._blank = [name for name in sample.names if not sample.filled(name)]
        self._cars: list[str] = []  # columns of cars, and of hazards, that are only offered
        self._hazards: list[str] = []
        self._notes: list[str] = []

    def _named(self, columns: Iterable[str], patterns: str | Sequence[str]) -> list[str]:
        """Return the columns whose names match, best first."""
        return [name for _, name in suggest.ranked(self._sample, columns, patterns)]

    def _all_filled(self, columns: Iterable[str]) -> dict[str, list[str]]:
        """Return the columns with their cells that are not blank, to be asked about."""
        return {each: self._sample.filled(each) for each in columns}

    def _take(self, name: str, columns: Iterable[str]) -> None:
        self.chosen[name] = [*columns]
        self._left = [each for each in self._left if each not in self.chosen[name]]

    def _settled(self, name: str) -> bool:
        """Return whether a field has its columns, or an open question."""
        return name in self.chosen or name in self._questions.left_open

    def _apart(self, skipped: str, but: Container[str] = ()) -> list[str]:
        """Remove columns that no field may use; they are offered as comments."""
        found = self._named(self._left, self._hints["skip"][skipped])
        names = sorted(name for name in found if name not in but)
        self._left = [name for name in self._left if name not in names]
        return names

    def _ranked(self, name: str, patterns: Sequence[str]) -> list[tuple[int, str]]:
        """Return the columns whose names match and whose cells can be the field's, best first."""
        found = suggest.ranked(self._sample, self._left, patterns)
        return [(rank, column) for rank, column in found if self._fits(name, column)]

    def _choose(self, name: str) -> None:
        found = self._ranked(name, self._hints["columns"][name])
        if not found and name not in ("nature", "nature_cleared"):  # one that is filled in later
            found = suggest.ranked(self._sample, self._blank, self._hints["columns"][name])[:1]
        if name == "incident" and found:
            found = self._filled_most(found)
        if name == "disposition":
            found = self._outcomes_alone(found)
        best = [column for rank, column in found if rank == found[0][0]]
        if name == "nature" and len(best) > 1:  # a description before its code
            words = [
                each for each in best if self._sample.share(each, suggest.has_words) > TOGETHER
            ]
            best = words or best
        if chosen := self._one_of(name, best):
            self._take(name, [chosen])

    def _outcomes_alone(self, found: list[tuple[int, str]]) -> list[tuple[int, str]]:
        """Return the columns of outcomes without those for whether a call is open or closed.

        Those left besides the best one are named in a message.
        """
        states = [each for _, each in found if self._sample.share(each, STATE.fullmatch) > TOGETHER]
        kept = [each for each in found if each[1] not in states]
        if not kept:
            self._notes += [
                f"disposition: {each} tells no outcome, only a state" for each in states
            ]
            return found
        self._notes += [f"disposition: not {each}: open or closed is no outcome" for each in states]
        outcomes = self._hints["dispositions"]
        for rank, each in kept:
            told = rank > kept[0][0] and self._sample.share(
                each, lambda c: forms.codes_in(c, outcomes)
            )
            if told and told > FEW:
                self._notes.append(f"disposition: {each} has outcomes, too; to join both: [.., ..]")
        return kept

    def _filled_most(self, found: list[tuple[int, str]]) -> list[tuple[int, str]]:
        """Return the columns of numbers that most rows have: a report may have one, or none.

        Leave out one that differs in rows of one number: it numbers rows, not calls.
        """
        named = [column for rank, column in found if rank == found[0][0]]
        first = max(named, key=lambda each: len(self._sample.filled(each)))
        numbers = self._sample.columns[first]

        def numbers_rows(column: str) -> bool:
            pairs = zip(numbers, self._sample.columns[column], strict=True)
            calls = {pair for pair in pairs if pair[0]}
            return len(calls) > len({number for number, _ in calls})

        fits = [each for each in found if each[1] in named or not numbers_rows(each[1])]
        most = max(len(self._sample.filled(each)) for _, each in fits)
        return [each for each in fits if len(self._sample.filled(each[1])) == most]

    def _one_of(
        self, name: str, columns: Sequence[str], key: str = "", sure: bool = True
    ) -> str | None:
        """Return the column to take; ask if several have different cells, or none is `sure`.

        Fields that the layout can do without take the first of those with names of their own.
        """
        cells, labels = self._sample.columns, {self._sample.labels[each] for each in columns}
        if not columns or (sure and all(cells[each] == cells[columns[0]] for each in columns)):
            return columns[0] if columns else None
        needed = bool(key) or name in ("incident", "occurred", "nature")
        if not needed and len(labels) == len(columns):
            return columns[0]
        question = f"Which column is the {self._hints['called'].get(name, name)}?"
        made = self._questions.choose(key or name, question, self._all_filled(columns), needed)
        if made is None:
            self._notes.append(f"{name}: one of {', '.join(columns)}; choose one")
        if made is None or name == "occurred":  # the others are offered for nothing else
            self._left = [each for each in self._left if each == made or each not in columns]
        return made

    def _ask_for(self, name: str) -> None:
        """Ask at a terminal for the column of a field that neither names nor cells have shown."""
        shown = self._all_filled(each for each in self._left if self._fits(name, each))
        if asked := self._hints["asked"].get(name.removeprefix("second ")):
            shown = {each: shown[each] for each in self._named(shown, asked)}
        if name in TIMES:
            timed = ("moment", "clock") if len(self.chosen.get("occurred", ())) > 1 else ("moment",)
            shown = {each: cells for each, cells in shown.items() if self._kind(each) in timed}
        if name == "incident":
            shown = {each: cells for each, cells in shown.items() if self._may_identify(each)}
        shown = {each: cells for each, cells in shown.items() if len({*cells}) > 1}
        if name not in self.chosen and shown and self._questions.asking:
            question = f"Which column is the {self._hints['called'].get(name, name)}?"
            if made := self._questions.choose(name, question, shown, needed=False):
                self._take(name, [made])

    def _units(self) -> None:
        """Take the columns of call signs; ask for one where no column's cells show them."""
        signs = [each for each in self._cars if self._has_signs(each)]
        if self._cars and not signs:
            shown = self._all_filled(self._cars)
            made = self._questions.choose("responder", "Which are the units sent?", shown, False)
            signs = [made] if made else []
        if signs and all(PRIMARY.search(self._spoken[each]) for each in signs):
            shown = dict.fromkeys((EVERY_UNIT, ONE_UNIT), self._sample.filled(signs[0]))
            made = self._questions.choose("responder", f"What is in {signs[0]}?", shown, False)
            if made != EVERY_UNIT:
                self._notes.append(
                    f"responder: not {suggest.listed(signs)}, one unit of each call: who else came"
                    " is not known, and Handled by the team would be too high"
                )
                signs = []
        if signs:
            self._take("responder", signs)
        self._cars = [each for each in self._cars if each not in signs]

    def _changed(self) -> None:
        """Take the column, or the day and the clock, that tell when a row was last changed."""
        found = [name for name in self._sample.names if MODIFIED.search(self._spoken[name])]
        for kinds in (["moment"], ["day", "clock"]):
            fits = [[each for each in found if self._kind(each) == kind][:1] for kind in kinds]
            if "incident" in self.chosen and "updated" not in self.chosen and all(fits):
                self._take("updated", chain(*fits))

    def _with_changed(self, found: Found) -> Found:
        """Return the formats of times with that of `updated` behind them, if it is another."""
        if columns := self.chosen.get("updated"):
            others = forms.find(self._sample.complete(columns), self._questions.today).choices
            known = any({*other} <= {*each} for other in others for each in found.choices)
            if len(others) == 1 and not known:
                both = [list(dict.fromkeys(each + others[0])) for each in found.choices]
                return Found(both, found.left)
            if not known:
                del self.chosen["updated"]  # read in more than one way: named as not used
        return found

    def _has_signs(self, column: str) -> bool:
        """Return whether a column clearly has call signs; a sparse column called Unit may not."""
        filled, rows = self._sample.filled(column), self._sample.rows
        if self._spoken[column] == "unit" and len(filled) < 0.7 * rows:
            return False
        again = len({*filled}) < 0.8 * rows or rows < 20
        signs = self._sample.share(column, lambda cell: all(map(SIGN.fullmatch, call_signs(cell))))
        return again and signs > TOGETHER

    def _texts(self, field: str) -> list[str]:
        """Return the texts of a field that get codes: each outcome, each group of call signs."""
        columns = self.chosen.get(field, [])
        if field == "agency":
            return self._sample.texts(columns)
        if field == "nature":  # also of the nature as cleared
            columns = columns + self.chosen.get("nature_cleared", [])
        cells = [cell for name in columns for cell in self._sample.columns[name]]
        if field != "responder":
            return cells
        return [sign_group(part) for cell in cells for part in call_signs(cell)]

    def _keywords(self, table: str, field: str) -> dict[str, str]:
        """Return the patterns of a table; at a terminal also of the texts that were asked about.

        A text with a word that denies it is not asked about.
        """
        keywords = dict(self._hints[table])
        meanings = self._hints["meanings"].get(table)
        if not self._questions.asking or not meanings:
            return keywords
        denied = re.compile(keywords.get("", "(?!)"))
        texts = Counter(part for each in self._texts(field) for part in divided(each))
        words = {text: " ".join(re.findall("[a-z0-9']+", text.lower())) for text in texts}
        known = {
            each for each in texts if denied.search(words[each]) or forms.codes_in(each, keywords)
        }
        for text, count in [each for each in texts.most_common() if each[0] not in known][:ASKED]:
            if made := self._meaning(table, field, text, count):
                both = filter(None, (keywords.get(made), f"^{re.escape(words[text])}$"))
                keywords[made] = "|".join(both)
        return keywords

    def _meaning(self, table: str, field: str, text: str, count: int) -> str | None:
        """Ask for the code of a text, showing its first rows; return None if it is left open."""
        about = self.chosen.get("nature", []) + self.chosen.get("address", [])
        own = self.chosen[field]
        rows = zip(self._sample.texts(own), self._sample.texts([*own, *about]), strict=True)
        parts = (
            (lambda cell: map(sign_group, call_signs(cell))) if field == "responder" else divided
        )
        shown = (row for cell, row in rows if text in parts(cell))
        for row in islice(shown, suggest.SHOWN):
            say(f"   {row[:76]}")
        question = f"What does {text} mean? {count} in the first {self._sample.rows} rows"
        choices = {code: [meaning] for code, meaning in self._hints["meanings"][table].items()}
        return self._questions.choose(table, question, choices, needed=False)

    def _by_cells(self, name: str) -> None:
        """Take the column in which most rows have a text that natures or outcomes tend to have."""
        hints = self._hints[f"{name}s"]
        called = self._hints["asked"].get(name, "") if self._sample.header else ""
        shares = {
            each: self._sample.share(each, lambda cell: forms.codes_in(cell, hints))
            for each in self._named(self._left, called)
            if self._sample.share(each, suggest.has_words) > TOGETHER
        }
        best = max(shares, key=lambda each: shares[each], default="")
        if name not in self.chosen and best and shares[best] > (0 if called else 0.1):
            self._take(name, [best])

    def _second_outcomes(self) -> None:
        """Take the columns named like that of the outcome but for a number; ask for another."""
        for one in self.chosen.get("disposition", [])[:1]:
            label = self._spoken[one].rstrip("0123456789 ")
            named = re.compile(f"{re.escape(label)} ?[0-9]")
            alike = [each for each in self._left if named.fullmatch(self._spoken[each])]
            self._take("disposition", [one, *alike])
            if not alike:
                self._ask_for("second disposition")
            if other := self.chosen.pop("second disposition", []):
                self._take("disposition", [one, *other])

    def _may_identify(self, column: str) -> bool:
        """Return whether the cells of a column can be incident numbers, whatever its name."""
        return (
            self._sample.share(column, suggest.is_identifier) > TOGETHER
            and len({*self._sample.filled(column)}) > 0.5 * self._sample.rows
            and self._kind(column) != "clock"
            and not (self._kind(column) == "day" and self._sample.share(column, DAY.match) == 1)
        )

    def _fits(self, name: str, column: str) -> bool:
        share = self._sample.share
        if name == "beat" and share(column, re.compile(r"\(?-?\d+\.\d{3}").match) > FEW:
            return False  # a point on the map
        if name in TIMES:
            return bool(self._kind(column))
        if name == "incident":
            filled = self._sample.filled(column)
            digits = [*filter(str.isdigit, filled)]
            counted = [str(number) for number in range(1, len(digits) + 1)]
            if digits and digits == counted and self._spoken[column] in (*NUMBERS, "id"):
                return False
            several = len({*filled}) > SEVERAL * len(filled)
            return several and share(column, suggest.is_number) > TOGETHER
        if name == "agency":
            return len({*self._sample.filled(column)}) <= AGENCIES
        if name == "state":
            return share(column, lambda cell: cell.upper() in STATE_NAMES) > TOGETHER
        if name == "zip":
            return share(column, re.compile(r"\d{5}(-?\d{4})?(\.0)?").fullmatch) > FEW
        if name == "address":
            return share(column, lambda cell: suggest.has_words(cell) or has_place(cell)) > FEW
        if name in ("city", "nature_cleared"):
            return share(column, suggest.has_words) > FEW
        return share(column, forms.DATED.match) < FEW

    def _kind(self, column: str) -> str:
        """Return whether a column holds moments, days or clock times."""
        if column not in self._kinds:
            found = forms.kind(self._sample.columns[column], self._questions.today)
            if not found and self._sample.share(column, DAY_AND_CLOCK) > 0.5:
                found = "moment"  # that no format reads: not another column in its place
            self._kinds[column] = found
        return self._kinds[column]

    def _part(self, patterns: Sequence[str], test: Test, taken: str = "", but: Test = len) -> str:
        """Return the best column of those names whose cells pass the test, or a blank one.

        `but` is a test that few of the cells may pass. Empty if there is no such column.
        """
        share, columns = self._sample.share, [*self._left, *self._blank]
        fits = [
            each
            for each in self._named((each for each in columns if each != taken), patterns)
            if each in self._blank
            or (share(each, test) > 0.5 and (but is len or share(each, but) < FEW))
        ]
        return next((each for each in fits if each not in self._blank), "".join(fits[:1]))


def sign_group(sign: str) -> str:
    """Return the wildcard of call signs like this one: A* of A12, 2?? of 214."""
    letters = re.match("[A-Za-z]+", sign)
    return f"{letters[0].upper()}*" if letters else sign[0] + re.sub("[0-9A-Za-z]", "?", sign[1:])


def has_street(cell: str) -> bool:
    """Return whether a cell has a street, a crossing or a point of a grid."""
    typed = any(map(is_street_type, cell.split()))
    return typed or bool(CROSSING.search(cell) or GRID.match(cell))


def has_place(cell: str) -> bool:
    """Return whether a cell may be where a call was."""
    return has_street(cell) or (suggest.has_words(cell) and bool(re.search(r"\d", cell)))


def is_complete(cell: str) -> bool:
    """Return whether a cell has a house number with its street, or an intersection.

    A street's own number is no house number: 5TH AVE, 42 ST, 9 MILE RD.
    """
    whole = re.match(r"\d+(?!(?:st|nd|rd|th|\s+mile)\b)[-\w]*\s+(?=[a-z0-9])(.+)", cell, re.I)
    words = whole[1].split() if whole else []
    named = any(not is_street_type(each) and not DIRECTION.fullmatch(each) for each in words)
    return bool(named or CROSSING.search(cell) or GRID.match(cell))


def is_street_type(cell: str) -> bool:
    """Return whether a word is the type of a street."""
    return cell.strip("., ").upper() in SUFFIXES
