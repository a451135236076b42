"""The effects of a roster import, row by row, for both the preview and the write.

A row fills in empty fields of a person and erases nothing; a person's worker changes only if this
office's roster named the one before.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ccu.identity import plain
from ccu.imports.layout import Words
from ccu.imports.roster import store as rosters
from ccu.imports.roster.rows import MADE, TEXTS, Entry
from ccu.imports.roster.store import Assignment, Decision, What
from ccu.people import store as people
from ccu.people.options import years
from ccu.people.store import Said

COLUMNS = ("line", "number", "what", "person", "score", "worker", "adds", "differs", "why")
NAMES = ("given_name", "family_name")
SIMPLE = ("sex", *TEXTS, "race_ethnicity", "housing", "veteran")
AGE = ("age_estimate", "age_estimated_on")
NEAR = 1  # years between an estimated age and a stated one that still agree


@dataclass(frozen=True)
class Choices:
    """The options of an import."""

    prefer: bool = False  # the roster's value where one differs
    whole: bool = False  # people not on the list are no longer clients
    by_hand: frozenset[int] = frozenset()  # people whose worker, set by hand, may be changed


@dataclass
class Effect:
    """One person, and the changes to write."""

    decision: Decision | None  # None: --whole found that they are no longer on the list
    person_id: int | None
    what: str
    number: str | None
    said: Said = field(default_factory=Said)
    differs: list[str] = field(default_factory=list)
    assign: int | None = None  # the staff who works with them from `since` on
    since: str = ""
    until: str = ""  # the day on which the current assignment ends
    ended: bool = False  # the case is closed
    worker: str = ""  # in words
    by_hand: bool = False  # a link made by hand, or another office's, differs and is kept
    unknown_worker: str = ""  # why the roster's worker cannot be taken

    def row(self) -> tuple[object, ...]:
        """Return the cells under COLUMNS."""
        decision = self.decision
        added = [name for name, value in self.said.fields.items() if value is not None]
        added += ["aliases"] if self.said.aliases else []
        added = [name for name in added if name not in self.differs]
        why = decision.why if decision else "not on the list"
        if decision and decision.like is not None:
            why = f"like line {decision.like}"
        return (
            decision.entry.line if decision else None,
            self.number,
            self.what,
            self.person_id,
            decision.score if decision else None,
            self.worker,
            "" if self.what == What.new else _words(added),
            _words(self.differs),
            why,
        )


def _words(names: Iterable[str]) -> str:
    return ", ".join(
        name.removesuffix("_estimate").replace("_", " ")
        for name in names
        if name != "age_estimated_on"
    )


class Reckoner:
    """Computes the effects of a roster from the current state of the file."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        source: str,
        workers: Words,
        today: date,
        choices: Choices,
    ) -> None:
        """`workers` is the layout's map from logins to what the office writes."""
        self._connection = connection
        self._source, self._today, self._choices = source, today, choices
        self._staff = Staff(rosters.staff(connection), workers)
        self._assignments = rosters.assignments(connection)

    def effects(self, decisions: Sequence[Decision]) -> list[Effect]:
        """Return the effect of every row; of several rows of a person the first open one counts."""
        settled: set[int] = set()  # people whose worker is
        by_line = {}
        for decision in sorted(decisions, key=lambda each: bool(each.entry.closed)):
            entry, person_id = decision.entry, decision.person_id
            effect = by_line[entry.line] = self._effect(decision)
            if person_id is None or person_id not in settled:
                self._worker(effect, entry, self._assignments.get(person_id) if person_id else None)
                if person_id is not None and entry.closed is not None:
                    settled.add(person_id)
        effects = [by_line[each.entry.line] for each in decisions]
        for effect in effects:
            if effect.what == What.known:
                effect.what = _what(effect)
        return [*effects, *self._gone(decisions)] if self._choices.whole else effects

    def _effect(self, decision: Decision) -> Effect:
        entry, person_id = decision.entry, decision.person_id
        effect = Effect(decision, person_id, decision.what.value, entry.shown_number)
        if decision.what is What.new:
            effect.said = _Merge(entry, {"aliases": []}, self._today, prefer=False).said
        elif person_id is not None:
            known = people.read(self._connection, person_id)  # only the names of fields are shown
            merge = _Merge(entry, known, self._today, self._choices.prefer)
            effect.said, effect.differs = merge.said, merge.differs
        return effect

    def _worker(self, effect: Effect, entry: Entry, current: Assignment | None) -> None:
        """Decide which assignment this row begins or ends; `current` is the one before."""
        if effect.what not in (What.new, What.known, What.matched) or entry.closed is None:
            return
        day = self._today.isoformat()
        kept = current is not None and not (
            current.source == self._source or effect.person_id in self._choices.by_hand
        )
        if entry.closed:
            effect.ended = True
            if current is not None and kept:
                effect.by_hand, effect.worker = True, f"{current.login} kept"
            elif current is not None:
                effect.until = max(current.since, entry.closed_on or day)
                effect.worker = f"{current.login} until {effect.until}"
            return
        if not entry.worker:
            return
        staff_id, login, effect.unknown_worker = self._staff.find(entry.worker)
        if staff_id is None:
            effect.worker = effect.unknown_worker
        elif current is not None and current.staff_id == staff_id:
            return
        elif current is not None and kept:
            effect.by_hand, effect.worker = True, f"{current.login} kept"
        else:
            since = entry.since or day
            effect.assign, effect.since = staff_id, max(since, current.since) if current else since
            effect.worker = f"{current.login} -> {login}" if current else login

    def _gone(self, decisions: Sequence[Decision]) -> list[Effect]:
        """Return people with a worker from this office's roster who are no longer on it."""
        here = {each.person_id for each in decisions}
        here |= {one.person_id for each in decisions for one in each.candidates}
        known = rosters.numbers(self._connection, self._source)
        numbers = {person_id: number for number, person_id in known.items()}
        effects = []
        for person_id, current in sorted(self._assignments.items()):
            if current.source == self._source and person_id not in here and person_id in numbers:
                number = None if numbers[person_id].startswith(MADE) else numbers[person_id]
                effect = Effect(None, person_id, "closed", number, ended=True)
                effect.until = max(current.since, self._today.isoformat())
                effect.worker = f"{current.login} until {effect.until}"
                effects.append(effect)
        return effects


def _what(effect: Effect) -> str:
    if effect.ended and effect.until:
        return "closed"
    return "changed" if effect.said or effect.assign or effect.until else "same"


class _Merge:
    """The values to write from a row for a person with the values `shown`, and differing fields.

    With `prefer` a differing value is written, and a name that was replaced is kept as an alias.
    """

    def __init__(self, entry: Entry, shown: Mapping[str, Any], today: date, prefer: bool) -> None:
        self._entry, self._shown, self._today, self._prefer = entry, shown, today, prefer
        self.said, self.differs = Said(), list[str]()
        self._simple()
        self._age()
        self._minor()
        self._aliases()

    def _differ(self, name: str, values: Mapping[str, Any]) -> None:
        self.differs.append(name)
        if self._prefer:
            self.said.fields |= values

    def _simple(self) -> None:
        values = self._entry.values
        is_alias = _plain_name(tuple(values.get(name, "") for name in NAMES)) in {
            _plain_name(alias) for alias in self._shown["aliases"]
        }
        for name in (*NAMES, "birth_date", *SIMPLE):
            if name not in values or (name in NAMES and is_alias):
                continue
            value = bool(values[name]) if name == "veteran" else values[name]
            known = self._shown.get(name)
            if known in (None, ""):
                self.said.fields[name] = value
            elif not _agree(name, known, value):
                self._differ(name, {name: value})

    def _age(self) -> None:
        """Take an age only if no birth date is known."""
        stated = {name: self._entry.values[name] for name in AGE if name in self._entry.values}
        if not stated:
            return
        born, estimate = self._shown.get("birth_date"), self._shown.get("age_estimate")
        if born is None and estimate is None:
            self.said.fields |= stated
            return
        now = years(born or self._shown["age_estimated_on"], self._today)
        now += 0 if born else estimate or 0
        if abs(now - stated["age_estimate"]) > NEAR:
            self._differ("age_estimate", stated if born is None else {})

    def _minor(self) -> None:
        """Take whether they are a minor only if no birth date is known, which decides that."""
        stated, known = self._entry.values.get("minor"), self._shown.get("minor")
        if "birth_date" in self.said.fields:
            if known is not None:
                self.said.fields["minor"] = None
        elif self._shown.get("birth_date") is None and stated is not None:
            if known is None:
                self.said.fields["minor"] = bool(stated)
            elif bool(known) != bool(stated):
                self._differ("minor", {"minor": bool(stated)})

    def _aliases(self) -> None:
        name = (self._shown.get("given_name", ""), self._shown.get("family_name", ""))
        had = {_plain_name(each) for each in [name, *self._shown["aliases"]]}
        aliases = [(given, family) for given, family in self._entry.aliases]
        if self._prefer and {*NAMES} & {*self.differs}:
            aliases.append(name)
            had.discard(_plain_name(name))
        self.said.aliases = [
            each for each in dict.fromkeys(aliases) if _plain_name(each) not in had
        ]


def _plain_name(name: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(plain(part) for part in name)


def _agree(name: str, known: Any, value: Any) -> bool:
    if name == "phone":
        return _digits(known) == _digits(value)
    if isinstance(value, str):
        return plain(str(known)) == plain(value)
    return bool(known) == bool(value)


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text)).removeprefix("1") or text


class Staff:
    """The staff list, looked up by login, by name, or by the layout's own map."""

    def __init__(self, accounts: Sequence[Mapping[str, Any]], words: Words) -> None:
        self._words = words
        self._accounts: dict[str, list[Mapping[str, Any]]] = {}
        for account in accounts:
            texts = {_plain_text(account["login"] or ""), *_name_texts(account["name"])}
            for text in texts - {""}:
                self._accounts.setdefault(text, []).append(account)

    def find(self, text: str) -> tuple[int | None, str, str]:
        """Return (id, login, "") of an active account, or (None, "", why not)."""
        accounts = self._accounts.get(_plain_text(self._words.code(text) or text), [])
        active = [account for account in accounts if account["active"]]
        if len(active) == 1:
            return int(active[0]["id"]), str(active[0]["login"]), ""
        if active:
            return None, "", "several of that name on the staff list"
        return None, "", "retired" if accounts else "not on the staff list"


def _plain_text(text: str) -> str:
    return " ".join(text.replace(",", " , ").split()).casefold()


def _name_texts(name: str) -> set[str]:
    """Return a name as the staff list has it, and with the family name first."""
    given, _, family = name.strip().rpartition(" ")
    return {_plain_text(name), _plain_text(f"{family}, {given}")} if given else {_plain_text(name)}
