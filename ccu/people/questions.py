"""The questions of `ccu person add` and `change` at a terminal, one field a line.

An answer is read by the same form as a line of a file, so it is refused in the same words.
"""

import sqlite3
from collections.abc import Mapping
from typing import Any

from ccu.options.terminal import ask_until_valid
from ccu.output import say
from ccu.output.text import cell
from ccu.people.form import NAMES, PersonForm
from ccu.records import codes

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
    "postcode": "Postcode",
    "language": "Language",
    "housing": "Housing",
    "veteran": "Veteran, yes or no",
}
EMPTY_IT = "-"
_BY_BIRTH = ("age_estimate", "minor")  # what a birth date says better


def ask_new(connection: sqlite3.Connection, form: PersonForm) -> None:
    """Every question that was not answered by an option; Enter skips one."""
    say("What is known; Enter to skip. An answer may be: does not know, prefers not to answer.")
    form.choose = codes.chosen
    for field in QUESTIONS:
        if not (form.has(field) or _idle(form, field)):
            _ask(connection, form, field, " (Enter for no more)" if field == "alias" else "")


def ask_changes(connection: sqlite3.Connection, form: PersonForm, old: Mapping[str, Any]) -> None:
    """Every field with what it holds; Enter keeps it, a hyphen empties it."""
    say(f"Enter keeps what stands in [ ], {EMPTY_IT} empties it.")
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
        labels = codes.choices(connection, "housing").values()
        say("  " + "   ".join(f"{number} {label}" for number, label in enumerate(labels, 1)))

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
