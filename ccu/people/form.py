"""Add a person and change one, by options, a file or answers.

Every error names the field, and the line of a file, never the value.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any

from ccu.errors import InvalidInput
from ccu.options import typed_text
from ccu.options.questions import Question, fill_in
from ccu.options.terminal import ask_until_valid, yes_or_no
from ccu.output import say
from ccu.output.text import cell
from ccu.people import finding as person_finding
from ccu.people import store as people
from ccu.people import who
from ccu.people.options import (
    FIELDS,
    FULL_AGE,
    NAMES,
    ChangeOptions,
    Missing,
    PersonOptions,
    birth_fields,
    birth_year,
    field_named,
    read_field,
    say_birth,
    split_name,
    years,
)
from ccu.people.store import EMPTY, IDENTIFYING, Said, replace_year, settle
from ccu.records import codes
from ccu.session import Session

# A new record must have one of these to identify the person.
_WHO = ("given_name", "family_name", "description", "phone", "email")
_OPTIONS = ("age_estimate", "sex", "language", "race_ethnicity", "housing", "veteran", "minor")
_AGE = ("age_estimate", "age_estimated_on", "minor")


def hidden_fields(session: Session) -> frozenset[str]:
    """Return the fields that this account may not see: race and ethnicity are only for figures.

    Police accounts may record what a person told them, but see the answer in no record.
    """
    return frozenset({"race_ethnicity"} if session.view.police else ())


class PersonForm:
    """Collects the values given for a person in `said`."""

    def __init__(self, session: Session) -> None:
        self.said = Said()
        self._session = session
        self._questions: dict[str, Question] = {}
        self._is_new = False

    def read_options(self, given: PersonOptions) -> None:
        """Take all options, and read the file they name. Raises InvalidInput."""
        for field in _OPTIONS:
            value = getattr(given, NAMES[field])
            if value is not None:
                self._set(field, value)
        self.said.missing |= dict(given.missing or ())
        if given.file is not None:
            self.read_lines(typed_text.file_text(given.file, "--file"), "--file")
        if isinstance(given, ChangeOptions):
            for field in given.clear or ():
                if field in self.said.fields:
                    raise InvalidInput(f"--clear {NAMES[field]} and a new value contradict")
                if field != "alias":
                    self.clear(field)
            self.said.drop_aliases += given.drop_alias or ()

    def read_lines(self, text: str, source: str) -> None:
        """Read lines `field: value`; a line without a value is skipped. Raises InvalidInput."""
        for number, line in enumerate(text.split("\n"), 1):
            if not line.strip():
                continue
            where = f"{source} line {number}"
            word, colon, text = line.partition(":")
            if not colon:
                raise InvalidInput(f"{where}: write it as FIELD: VALUE")
            field = field_named(word, where)
            if text.strip():
                if field in self.said.fields:
                    raise InvalidInput(f"{where}: {NAMES[field]} is given twice")
                option = f"{where}: {NAMES[field]}"
                self._set(field, read_field(self._session, field, text, option))

    def _set(self, field: str, value: Any) -> None:
        if isinstance(value, Missing):
            self.said.missing[field] = value
        elif field == "alias":
            self.said.aliases.append(value)
        elif field == "age_estimate" and self._year() is not None:
            raise InvalidInput("age: a birth year is given too; leave the age out")
        elif field == "birth_date":
            self.said.fields |= birth_fields(value)
        else:
            self.said.fields[field] = value
            if field == "age_estimate":
                self.said.fields["age_estimated_on"] = self._session.today.isoformat()

    def clear(self, field: str) -> None:
        """Empty a field."""
        self.said.fields[field] = EMPTY[field]
        if field == "age_estimate":
            self.said.fields["age_estimated_on"] = None

    # ------------------------------------------------------------ the questions

    def ask_new(self) -> None:
        """Ask every question that no option answered; Enter skips one."""
        say("Enter what is known; press Enter to skip a question. You can also answer:")
        say('"does not know" or "prefers not to answer".')
        self._is_new = True
        given = {*self.said.fields, *self.said.missing}
        self._make_questions(self._ask, self._words, given, lambda field: not self._idle(field))
        fill_in(self._session, [*self._questions.values()], self.check_new)

    def _make_questions(
        self,
        ask: Callable[[str], None],
        words: Callable[[str], str],
        given: Collection[str],
        wanted: Callable[[str], bool],
    ) -> None:
        """Make the question of each field that this account is shown."""
        self._questions = {
            field: Question(
                re.split("[,:]", FIELDS[field].question)[0],  # the question without its examples
                partial(ask, field),
                partial(words, field),
                field in given,
                partial(wanted, field),
            )
            for field in FIELDS
            if field not in hidden_fields(self._session)
        }

    def check_new(self) -> None:
        """Raise InvalidInput if nothing identifies the person, or answers contradict each other."""
        settle(self.said, self._session.today)
        if not self.said.aliases and not any(self.said.fields.get(field) for field in _WHO):
            raise InvalidInput(
                "nothing identifies the person: give a name, a description, a phone or an email"
            )

    def ask_changes(self, old: Mapping[str, Any]) -> None:
        """Ask every field with its value; Enter keeps it, a hyphen empties it."""
        say("Press Enter to keep what is in [ ], or type - to clear it.")

        labels = codes.labels(self._session.db, "missing_value")
        year = birth_year(old["age_estimate"], old["age_estimated_on"])

        def is_open(field: str) -> bool:
            new = self.said.fields
            born = new.get("birth_date", old["birth_date"] or year) or self._year()
            return not (born and field in _AGE)

        def present(field: str) -> str:
            if field == "alias":
                return ""
            value: Any = old[field]
            if year and field in ("birth_date", "age_estimate"):
                value = year if field == "birth_date" else None
            if value in (None, ""):
                value = labels.get(old["missing"].get(field, ""))
            return "" if value is None else f" [{cell(value)}]"

        def words(field: str) -> str:
            return self._words(field) or (
                "" if field in self.said.fields else present(field).strip(" []")
            )

        def check() -> None:
            settle(self.said, self._session.today, old)
            replace_year(self.said, old)

        self._make_questions(lambda field: self._ask(field, present(field)), words, (), is_open)
        fill_in(self._session, [*self._questions.values()], check)

    def _words(self, field: str) -> str:
        """Return an answer in words; empty when there is none."""
        if field == "alias":
            return "; ".join(" ".join(filter(None, each)) for each in self.said.aliases)
        if field in self.said.missing:
            return codes.labels(self._session.db, "missing_value")[self.said.missing[field]]
        value = self.said.fields.get(field)
        if field == "birth_date" and not value and (year := self._year()) is not None:
            return str(year)
        if value in (None, ""):
            return ""
        type = FIELDS[field].type
        return type.words(self._session, value) if type.words else cell(value)

    def _idle(self, field: str) -> bool:
        """Return whether earlier answers make a question unnecessary, as a name a description."""
        said = self.said.fields
        if field == "description":
            return bool(said.get("given_name") or said.get("family_name"))
        return field in _AGE and (bool(said.get("birth_date")) or self._year() is not None)

    def _year(self) -> int | None:
        said = self.said.fields
        return birth_year(said.get("age_estimate"), said.get("age_estimated_on"))

    def _forget_year(self, field: str) -> None:
        """Drop an earlier birth year, stored as an age, because a new birth date replaces it."""
        if field == "birth_date" and self._year() is not None:
            for each in ("age_estimate", "age_estimated_on"):
                self.said.fields.pop(each)

    def _ask(self, field: str, shown: str = "") -> None:
        type = FIELDS[field].type
        if field == "alias":
            self.said.aliases.clear()
            shown = " (Enter for no more)"
        elif words := self._words(field):
            shown = f" [{words}] (- clears)"

        def read(answer: str) -> bool:
            given = self.said.fields.get("given_name") or None
            before = {"given_name": "", "family_name": given}.get(field)
            if answer == "-" and field != "alias":
                self.said.missing.pop(field, None)
                self._forget_year(field)
                self.clear(field)
            elif before is not None and who.holds_more(answer):
                self._take(who.read(self._session, f"{before} {answer}", NAMES[field]))
            elif answer:
                value = read_field(self._session, field, answer, NAMES[field], answered=True)
                if field in ("given_name", "family_name"):
                    who.confirm_name(value, "")
                self.said.missing.pop(field, None)
                self.said.fields.pop(field, None)
                self._forget_year(field)
                self._set(field, value)
            if self.said.fields.get("birth_date"):  # it decides: do not ask for an age
                for each in _AGE:
                    self.said.fields.pop(each, None)
            return bool(answer)

        offer = partial(type.offer, self._session) if type.offer else None
        if offer:
            offer()
        while ask_until_valid(FIELDS[field].question + shown, read, offer) and field == "alias":
            pass
        if field == "family_name" and self._is_new:
            self._divide()
        if field == "birth_date" and (born := say_birth(self.said.fields, self._session.today)):
            say(f"  {born}")
        elif type.words and self.said.fields.get(field):
            say(f"  {type.words(self._session, self.said.fields[field])}")

    def _divide(self) -> None:
        """Offer to split a given name of several words if no family name was typed."""
        said = self.said.fields
        typed = said.get("given_name", "")
        if said.get("family_name") or "family_name" in self.said.missing or " " not in typed:
            return
        given, family = split_name(typed, NAMES["given_name"])
        if yes_or_no(f'Given name "{given}", family name "{family}"? y or n'):
            said |= {"given_name": given, "family_name": family}

    def _take(self, read: who.Who) -> None:
        """Take a name with a birth date or an age, and print how it was understood."""
        named = {"given_name": read.given, "family_name": read.family}
        told = {column: text for column, text in named.items() if text} | read.fields
        self.said.fields |= told
        for field in told.keys() & self._questions.keys():
            self._questions[field].known = True
        words = [f"{read.given} {read.family}".strip(), say_birth(read.fields, self._session.today)]
        words += [read.fields.get("sex", ""), read.fields.get("phone", "")]
        say(f"  {', '.join(filter(None, words))}")


# ---------------------------------------------------------------- add and change


def add(session: Session, given: PersonOptions, asking: bool) -> str:
    """Add a person, or complete the record on file that was chosen; return what was done."""
    form = PersonForm(session)
    form.read_options(given)
    if asking and given.file is None:
        form.ask_new()
    form.check_new()
    said = form.said
    chosen = person_finding.existing(session, person_finding.of_said(said)) if asking else None
    if chosen is not None:
        return _fill(session, chosen, said)
    with session.work() as work:
        person_id = people.create(work, said)
        alike = [] if asking else person_finding.messages(work.connection, [person_id])
    for line in alike:
        say(line)
    return f"Person {person_id} is added{_minor(session, said.fields)}."


def change(session: Session, person_id: int, given: ChangeOptions, asking: bool) -> str:
    """Change the record of a person; return what was done. Raises NotFound, InvalidInput."""
    people.must_exist(session.db, person_id)
    form = PersonForm(session)
    form.read_options(given)
    if "alias" in (given.clear or ()):
        form.said.drop_aliases += people.alias_ids(session.db, person_id)
    if asking and not form.said and given.file is None:
        with session.work() as work:
            old = people.read(work.connection, person_id)
            work.audit("person-show", "person", person_id)
        form.ask_changes(old)
    if not form.said and not asking:
        raise InvalidInput("nothing to change; to see the options, type ccu person edit --help")
    alike = []
    with session.work() as work:
        old = people.read(work.connection, person_id)
        settle(form.said, session.today, old)
        replace_year(form.said, old)
        changed = people.change(work, person_id, form.said)
        if not set(changed).isdisjoint(IDENTIFYING):
            alike = person_finding.messages(work.connection, [person_id], every=True)
    for line in alike:
        say(line)
    if not changed:
        return f"Person {person_id} already has these values; nothing was changed."
    return f"Edited person {person_id}: {_listed(changed)}{_minor(session, form.said.fields)}."


def _listed(changed: Iterable[str]) -> str:
    """Return the fields that changed by their names on screens."""
    names = {**NAMES, "age_estimated_on": NAMES["age_estimate"]}
    return ", ".join(dict.fromkeys(names.get(field, field) for field in changed))


def _minor(session: Session, fields: Mapping[str, Any]) -> str:
    """Return what follows from a birth date that was given, in words."""
    born = fields.get("birth_date")
    if not born:
        return ""
    age = years(born, session.today)
    return f" ({'a minor, ' if age < FULL_AGE else ''}age {age})"


# ---------------------------------------------------------------- somebody on file


def _fill(session: Session, person_id: int, said: Said) -> str:
    """Fill in empty fields of a record and keep the others. Return what was done."""
    with session.work() as work:
        old = people.read(work.connection, person_id)
        new = _not_in(old, said)
        settle(new, session.today, old)
        changed = people.change(work, person_id, new)
        now = people.read(work.connection, person_id)
    done = f"It is person {person_id}; no one was added."
    if changed:
        words = [NAMES[field] for field in NAMES if field in changed]
        words += ["other names"] if "aliases" in changed else []
        done += f" New in the record: {', '.join(words)}."
    differs = [NAMES[field] for field in NAMES if _differs(field, said, now)]
    if differs:
        done += f" Not changed: {', '.join(differs)}. To change that: ccu person edit {person_id}"
    return done


def _not_in(old: Mapping[str, Any], said: Said) -> Said:
    """Return the values that a record lacks. A name that differs from its own becomes an alias."""
    known = {field for field in EMPTY if old[field] not in (None, "")}
    fields = {
        field: value
        for field, value in said.fields.items()
        if field not in known and value not in (None, "")
    }
    aliases = list(said.aliases)
    if known & {"given_name", "family_name"}:
        typed = (said.fields.get("given_name", ""), said.fields.get("family_name", ""))
        fields = {name: value for name, value in fields.items() if not name.endswith("_name")}
        if any(typed) and typed != (old["given_name"], old["family_name"]):
            aliases.insert(0, typed)
    if known & {"birth_date", "age_estimate"}:  # a guess does not replace what is known
        fields = {name: value for name, value in fields.items() if name not in _AGE}
    still_empty = EMPTY.keys() - known - fields.keys()
    missing = {field: why for field, why in said.missing.items() if field in still_empty}
    return Said(fields=fields, aliases=aliases, missing=missing)


def _differs(field: str, said: Said, now: Mapping[str, Any]) -> bool:
    """Return whether a value differs from the record's, except names, which became an alias."""
    value = None if field.endswith("_name") else said.fields.get(field)
    return value not in (None, "") and _bare(value) != _bare(now[field])


def _bare(value: Any) -> str:
    """Return only letters and digits: 2035550142 for 203-555-0142."""
    return "".join(each for each in str(value).casefold() if each.isalnum())
