"""Read what is given of a person, by option, file or answer, into the fields of the record.

Nothing is written here. Every refusal names the field, and the line of a file, never the value.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from ccu import dates
from ccu.errors import InvalidInput
from ccu.options import typed_text
from ccu.options.terminal import ask_until_valid, show_choices
from ccu.output import say
from ccu.output.text import cell
from ccu.people import options as person_options
from ccu.people.options import ChangeOptions, PersonOptions
from ccu.people.store import EMPTY, Said
from ccu.records import codes

OLDEST = 130  # years
OLDEST_GUESS = 120
FULL_AGE = 18
SEXES = {"m": "male", "f": "female", "o": "other", "x": "other"}
YES, NO = ("yes", "y", "true", "1"), ("no", "n", "false", "0")

# What a field is called in files and on screens, in the order of the questions.
NAMES = {
    "given_name": "given",
    "family_name": "family",
    "description": "description",
    "alias": "alias",
    "birth_date": "born",
    "age_estimate": "age",
    "minor": "minor",
    "sex": "sex",
    "phone": "phone",
    "email": "email",
    "home": "home",
    "postcode": "postcode",
    "language": "language",
    "housing": "housing",
    "veteran": "veteran",
}
_ALSO = {
    **{"first_name": "given_name", "last_name": "family_name", "surname": "family_name"},
    **{"date_of_birth": "birth_date", "dob": "birth_date", "address": "home", "zip": "postcode"},
}
FIELDS = {name: field for field, name in NAMES.items()} | {each: each for each in NAMES} | _ALSO
# Somebody without a known name may still be described, and has no alias: these need no reason.
_NEVER_MISSING = ("description", "alias")
_LONGEST = {"description": 1_000, "home": 300, "phone": 60, "postcode": 20, "language": 60}


def field_of(text: str, option: str) -> str:
    """Return the field that is meant. Raises InvalidInput, without what was typed."""
    field = FIELDS.get("_".join(text.lower().replace("-", " ").replace("_", " ").split()))
    if field is None:
        raise InvalidInput(
            f"{option}: no field of that name; there are {', '.join(NAMES.values())}"
        )
    return field


@contextlib.contextmanager
def hidden(text: str) -> Iterator[None]:
    """Take the text typed out of the error that refuses it: it is a birth date."""
    try:
        yield
    except InvalidInput as error:
        raise InvalidInput(str(error).replace(f'"{text.strip()}" ', "", 1)) from None


def minor_on(birth_date: str | None, stated: bool | None, today: date) -> bool | None:
    """Whether somebody is a minor: by the birth date where it is known, else as stated."""
    return stated if birth_date is None else years(birth_date, today) < FULL_AGE


def years(birth_date: str, today: date) -> int:
    """Return the age on a day, in full years."""
    born = date.fromisoformat(birth_date)
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


class PersonForm:
    """Reads fields one by one into `said`; `choose` finds a code."""

    choose = staticmethod(codes.code)

    def __init__(self, connection: sqlite3.Connection, today: date) -> None:
        self.said = Said()
        self._connection = connection
        self._today = today
        self._reading: dict[str, Callable[[str, str], Any]] = {
            "given_name": _name,
            "family_name": _name,
            "birth_date": self._birth_date,
            "age_estimate": _age,
            "sex": _sex,
            "phone": _phone,
            "email": _email,
            "housing": lambda text, name: self.choose(self._connection, "housing", text, name),
            "veteran": yes_or_no,
            "minor": yes_or_no,
        }

    def read_options(self, given: PersonOptions) -> None:
        """Read all options, and the file they name. Raises InvalidInput."""
        for option in ("age", "sex", "language", "housing"):
            text = getattr(given, option)
            if text is not None:
                self.read(FIELDS[option], text, f"--{option}")
        for field in ("veteran", "minor"):
            if getattr(given, field) is not None:
                self.said.fields[field] = getattr(given, field)
        for text in given.missing or ():
            self._missing(text)
        if given.file is not None:
            self.read_file(given.file)
        if isinstance(given, ChangeOptions):
            self._clear(given)

    def read_file(self, path: Path) -> None:
        """Read lines `field: value`; a line without a value is skipped. Raises InvalidInput."""
        for number, line in enumerate(typed_text.file_text(path, "--file").split("\n"), 1):
            if not line.strip():
                continue
            where = f"--file line {number}"
            word, colon, text = line.partition(":")
            if not colon:
                raise InvalidInput(f"{where}: write it as FIELD: VALUE")
            field = field_of(word, where)
            if text.strip():
                if field in self.said.fields:
                    raise InvalidInput(f"{where}: {NAMES[field]} is given twice")
                self.read(field, text, f"{where}: {NAMES[field]}")

    def read(self, field: str, text: str, name: str) -> None:
        """One field, or why it is empty; `name` is what a refusal calls it."""
        if field == "alias":
            self.said.aliases.append(
                person_options.split_name(typed_text.line(text, name) or "", name)
            )
            return
        why = None if field in _NEVER_MISSING else self._why(text)
        if why:
            self.said.missing[field] = why
            return
        reading = self._reading.get(field)
        value = (
            reading(text, name)
            if reading
            else typed_text.line(text, name, _LONGEST.get(field, 200))
        )
        if value is None:
            raise InvalidInput(f"{name} is empty")
        self.said.fields[field] = value
        if field == "age_estimate":
            self.said.fields["age_estimated_on"] = self._today.isoformat()

    def has(self, field: str) -> bool:
        """Whether the field was given already, or why it is empty."""
        return field in self.said.fields or field in self.said.missing

    def settle(self, old: dict[str, Any] | None = None) -> None:
        """Check that age, birth date and minor fit together; the birth date decides.

        `old` is the record that is changed. Raises InvalidInput.
        """
        new = self.said.fields
        for field in self.said.missing:
            if new.get(field, EMPTY[field]) != EMPTY[field]:
                raise InvalidInput(f"{NAMES[field]}: a value and a reason for none contradict")
        if new.get("birth_date") and new.get("age_estimate") is not None:
            raise InvalidInput("age: a birth date is given too; leave the age out")
        born = new["birth_date"] if "birth_date" in new else (old or EMPTY)["birth_date"]
        if born is None:
            return
        minor = years(born, self._today) < FULL_AGE
        if new.get("minor") not in (None, minor):
            raise InvalidInput(f"minor: by the birth date it is {'yes' if minor else 'no'}")
        new["minor"] = None  # it follows from the birth date from now on

    # ------------------------------------------------------------ the parts

    def _why(self, text: str) -> str | None:
        """The reason for an empty field, where the text is one: prefers_not, prefers not to ..."""
        said = "_".join(text.lower().replace("_", " ").split())
        for code, label in codes.choices(self._connection, "missing_value").items():
            if said in (code, "_".join(label.lower().split())):
                return code
        return None

    def _missing(self, text: str) -> None:
        word, equals, why = text.partition("=")
        if not equals:
            raise InvalidInput("--missing is written FIELD=WHY, such as birth_date=prefers_not")
        field = field_of(word, "--missing")
        if field in _NEVER_MISSING:
            raise InvalidInput(f"--missing: {NAMES[field]} needs no reason for being empty")
        self.said.missing[field] = codes.code(
            self._connection, "missing_value", why, f"--missing {NAMES[field]}"
        )

    def _clear(self, given: ChangeOptions) -> None:
        for text in given.clear or ():
            field = field_of(text, "--clear")
            if field in self.said.fields:
                raise InvalidInput(f"--clear {NAMES[field]} and a new value contradict")
            if field != "alias":
                self.clear(field)
        self.said.drop_aliases += given.drop_alias or ()

    def clear(self, field: str) -> None:
        """Empty a field."""
        self.said.fields[field] = EMPTY[field]
        if field == "age_estimate":
            self.said.fields["age_estimated_on"] = None

    def _birth_date(self, text: str, name: str) -> str:
        with hidden(text):
            born = dates.parse_day(text, self._today, field=name, future=False)
        if self._today.year - born.year > OLDEST:
            raise InvalidInput(f"{name} is more than {OLDEST} years ago")
        return born.isoformat()


def _name(text: str, name: str) -> str | None:
    line = typed_text.line(text, name)
    if line and not person_options.has_letter(line):
        raise InvalidInput(f"{name}: a name needs a letter")
    return line


def _age(text: str, name: str) -> int | None:
    return typed_text.whole_number(text, name, OLDEST_GUESS)


def _sex(text: str, name: str) -> str:
    word = text.strip().lower()
    word = SEXES.get(word, word)
    if word not in SEXES.values():
        raise InvalidInput(f"{name} is male, female or other")
    return word


def _phone(text: str, name: str) -> str | None:
    line = typed_text.line(text, name, _LONGEST["phone"])
    if line and sum(each.isdigit() and each.isascii() for each in line) < 7:
        raise InvalidInput(f"{name} must have at least 7 digits")
    return line


def _email(text: str, name: str) -> str | None:
    line = typed_text.line(text, name)
    before, at, behind = (line or "").partition("@")
    if line and not (before.strip() and at and behind.strip() and " " not in line):
        raise InvalidInput(f"{name} must be written as somebody@somewhere")
    return line


def yes_or_no(text: str, name: str) -> bool:
    """Read a yes or no, in full or its first letter. Raises InvalidInput."""
    word = text.strip().lower()
    if word not in (*YES, *NO):
        raise InvalidInput(f"{name} is yes or no")
    return word in YES


# ---------------------------------------------------------------- the questions


QUESTIONS = {
    "given_name": "Given name",
    "family_name": "Family name",
    "description": "Description, such as male, 40s, red jacket",
    "alias": "Another name they go by",
    "birth_date": "Born, such as 31 Jan 1980",
    "age_estimate": "About how old",
    "minor": "Under 18, yes or no",
    "sex": "Sex: male, female, other",
    "phone": "Phone",
    "email": "Email",
    "home": "Home address",
    "postcode": "ZIP",
    "language": "Language",
    "housing": "Housing",
    "veteran": "Veteran, yes or no",
}
EMPTY_IT = "-"
_BY_BIRTH = ("age_estimate", "minor")  # what follows from a birth date


def ask_new(connection: sqlite3.Connection, form: PersonForm) -> None:
    """Ask every question that no option answered; Enter skips one."""
    say("What is known; Enter to skip. An answer may be: does not know, prefers not to answer.")
    form.choose = codes.chosen
    for field in QUESTIONS:
        if not (form.has(field) or _idle(form, field)):
            _ask(connection, form, field, " (Enter for no more)" if field == "alias" else "")


def ask_changes(connection: sqlite3.Connection, form: PersonForm, old: Mapping[str, Any]) -> None:
    """Ask every field with its value; Enter keeps it, a hyphen empties it."""
    say(f"Enter keeps what is in [ ], {EMPTY_IT} empties it.")
    form.choose = codes.chosen
    for field in QUESTIONS:
        born = form.said.fields.get("birth_date", old["birth_date"])
        if field == "alias":
            _ask(connection, form, field, " (Enter for no more)")
        elif not (born and field in _BY_BIRTH):
            _ask(connection, form, field, _present(old, field))


def _idle(form: PersonForm, field: str) -> bool:
    """Whether the answers so far leave nothing to ask: a name needs no description, and so on."""
    said = form.said.fields
    if field == "description":
        return bool(said.get("given_name") or said.get("family_name"))
    return field in _BY_BIRTH and bool(said.get("birth_date"))


def _present(old: Mapping[str, Any], field: str) -> str:
    value = old["missing"].get(field) if old[field] in (None, "") else old[field]
    return f" [{cell(value)}]" if value is not None else ""


def _ask(connection: sqlite3.Connection, form: PersonForm, field: str, shown: str) -> None:
    if field == "housing":
        show_choices(codes.choices(connection, "housing").values())

    def read(answer: str) -> bool:
        if answer == EMPTY_IT and field != "alias":
            form.clear(field)
        elif answer:
            form.read(field, answer, NAMES[field])
        return bool(answer)

    while ask_until_valid(QUESTIONS[field] + shown, read) and field == "alias":
        pass
    if field in ("birth_date", "housing") and form.said.fields.get(field):
        say(f"  {_understood(connection, field, form.said.fields[field])}")


def _understood(connection: sqlite3.Connection, field: str, value: str) -> str:
    if field == "housing":
        return codes.labels(connection, "housing")[value]
    from ccu.dates.instants import MONTH_NAMES

    year, month, day = value.split("-")
    return f"{int(day)} {MONTH_NAMES[int(month) - 1]} {year}"
