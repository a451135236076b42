"""The written form of a plan: headings, and under each one item a line that begins with `-`.

    What helps:
    - speak slowly; one person talks
    Safety concerns:
    - 2026-01-04, officer report: keeps a kitchen knife by the door
    Contacts:
    - June Sample, sister: 203-555-0199

An item may continue on an indented line. Blank lines, and those that begin with #, are skipped.
An error gives the number of the line and never its text.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ccu import dates
from ccu.errors import InvalidInput
from ccu.options import typed_text
from ccu.places import store as places
from ccu.plans.store import FIELDS, Body, Whose
from ccu.records import person_ids, stigmatizing_terms
from ccu.session import Session
from ccu.work import Work

HINTS = {
    "baseline": "how they are on a good day; never on the card",
    "early_signs": "what you see before a crisis",
    "triggers": "what starts a crisis",
    "helps": "what calms them, what they like, who can talk to them",
    "avoid": "what makes it worse",
    "steps": "what to do, in order",
    "safety": "each as: 1/4/2026, officer report: what was seen",
    "contacts": "each as: name, relation or agency: phone",
}
_ALSO = {"helps": "helps", "avoid": "avoid", "safety": "safety", "who to call": "contacts"}
_BY_HEADING = {said.lower(): field for field, said in FIELDS.items()} | _ALSO

LONGEST_ITEM = 500
LONGEST_NAME = 80
MOST_ITEMS = 30  # in a field

_ITEM = re.compile(r"\s*(?:[-*\u2022]|[0-9]{1,2}[.)](?=\s))\s*(.*)")
_FIRST_LINES = """\
# A plan for {whose}. Lines that begin with # are skipped.
# One item a line, beginning with -. Use plain, respectful words: what you see and what helps.
# No diagnosis.
"""


def read(text: str, option: str, session: Session) -> dict[str, list[Any]]:
    """Return the body of a plan from its written form. Raises InvalidInput naming the line."""
    plain = typed_text.note(text, option) or ""
    body: dict[str, list[Any]] = {field: [] for field in FIELDS}
    for number, field, said in _items(plain, option):
        where = f"{option}, line {number}"
        if len(body[field]) == MOST_ITEMS:
            raise InvalidInput(f"{where}: {FIELDS[field]} has more than {MOST_ITEMS} items")
        body[field].append(item(field, said, where, session))
    return body


def _items(text: str, option: str) -> Iterator[tuple[int, str, str]]:
    """Yield (line, field, text) of each item, continued lines joined."""
    field: str | None = None
    held: tuple[int, str, str] | None = None
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        marked = _ITEM.fullmatch(line)
        heading, colon, rest = line.partition(":")
        named = _BY_HEADING.get(" ".join(heading.lower().split())) if colon else None
        if marked is None and named is None and held is not None and line[0].isspace():
            if len(held[2]) <= LONGEST_ITEM:  # longer is refused anyway: no need to gather it
                held = (held[0], held[1], f"{held[2]} {line.strip()}")
            continue
        if held is not None:
            yield held
            held = None
        if marked is None and named is not None:
            field = named
            held = (number, named, rest) if rest.strip() else None
        elif marked is None:
            raise InvalidInput(f"{option}, line {number}: {_unknown(line)}")
        elif field is None:
            raise InvalidInput(f"{option}, line {number}: an item before any heading; {_known()}")
        elif marked[1].strip():
            held = (number, field, marked[1])
    if held is not None:
        yield held


def _unknown(line: str) -> str:
    if line.rstrip().endswith(":"):
        return f"no such heading; {_known()}"
    return f"neither a heading nor an item, which begins with -; {_known()}"


def _known() -> str:
    return "the headings are " + ", ".join(f"{said}:" for said in FIELDS.values())


def item(field: str, text: str, where: str, session: Session) -> Any:
    """Return one item as it is stored: text, safety concern or contact. Raises InvalidInput."""
    said = " ".join(text.split())
    if len(said) > LONGEST_ITEM:
        raise InvalidInput(f"{where}: an item is longer than {LONGEST_ITEM} characters")
    if field == "safety":
        return _concern(said, where, session)
    if field == "contacts":
        return _contact(said, where)
    return said


def _concern(said: str, where: str, session: Session) -> dict[str, str]:
    known, colon, text = said.partition(":")
    day, comma, source = known.partition(",")
    if not (colon and comma and text.strip() and source.strip()):
        raise InvalidInput(
            f"{where}: write a safety concern as: 1/4/2026, officer report: what was seen"
        )
    on = typed_text.day(session, day, f"{where}: the day of the concern", future=False)
    return {"on": on.isoformat(), "source": source.strip(), "text": text.strip()}


def _contact(said: str, where: str) -> dict[str, str]:
    known, _, phone = said.rpartition(":")
    name, _, who = known.rpartition(",")
    contact = {"name": name.strip(), "who": who.strip(), "phone": phone.strip()}
    if not all(contact.values()) or len(re.findall("[0-9]", phone)) < 3:
        raise InvalidInput(f"{where}: write a contact as: name, relation or agency: phone")
    if max(map(len, contact.values())) > LONGEST_NAME:
        raise InvalidInput(f"{where}: a contact has a part longer than {LONGEST_NAME} characters")
    return contact


def said(field: str, value: Any) -> str:
    """Return an item as it is written: the inverse of `item`."""
    if field == "safety":
        return f"{value['on']}, {value['source']}: {value['text']}"
    if field == "contacts":
        return f"{value['name']}, {value['who']}: {value['phone']}"
    return str(value)


def shown(field: str, value: Any) -> str:
    """Return an item as a screen has it: `said`, with the day as `Jan 4, 2026`."""
    if field == "safety":
        return f"{dates.said(value['on'])}, {value['source']}: {value['text']}"
    return said(field, value)


def written(body: Body) -> str:
    """Return the written form of a body: the inverse of `read`."""
    parts = [
        [f"{heading}:\n", *(f"- {said(field, each)}\n" for each in body.get(field, []))]
        for field, heading in FIELDS.items()
    ]
    return "\n".join(map("".join, parts))


def to_edit(body: Body, whose: str) -> str:
    """Return the written form with hints above it, for an editor."""
    hints = "".join(f"# {FIELDS[field]}: {hint}\n" for field, hint in HINTS.items())
    return f"{_FIRST_LINES.format(whose=whose)}{hints}\n{written(body)}"


# ---------------------------------------------------------------- words that do not belong
# By field and item. A supervisor may approve a plan that has them.


_UNNAMED = "write they, or this person: a card is read aloud"


@dataclass(frozen=True)
class Finding:
    """One word found: in which field and item, and what to write instead."""

    field: str
    number: int
    word: str  # of our own list, or whose name it is, which is not repeated
    instead: str

    def __str__(self) -> str:
        return f"{FIELDS[self.field]}, item {self.number}: {self.word}"


def words_found(
    body: Body, names: stigmatizing_terms.Names, whose_name: str, fields: Iterable[str] = FIELDS
) -> list[Finding]:
    """Find the words to replace in these fields; a name is reported as `whose_name`."""
    return [
        finding
        for field in fields
        for number, each in enumerate(body.get(field, []), 1)
        for finding in _in_item(field, number, said(field, each), names, whose_name)
    ]


def _in_item(
    field: str, number: int, text: str, names: stigmatizing_terms.Names, whose_name: str
) -> Iterator[Finding]:
    for word, instead in stigmatizing_terms.words(text):
        yield Finding(field, number, f'"{word}"', instead)
    if field != "contacts" and names.in_text(text):  # a sister has the same name
        yield Finding(field, number, whose_name, _UNNAMED)


# ---------------------------------------------------------------- for a person or a place


def said_for(connection: sqlite3.Connection, whose: Whose) -> str:
    """Return `person 12`, by the record merged into, or the place in one line."""
    if whose.person_id is not None:
        return f"person {person_ids.canonical(connection, [whose.person_id])[whose.person_id]}"
    return places.place_line(connection, whose.place_id or 0) or f"place {whose.place_id}"


def names(connection: sqlite3.Connection, whose: Whose) -> tuple[stigmatizing_terms.Names, str]:
    """Return the names that a plan must not have, and how a message refers to one."""
    if whose.person_id is not None:
        return stigmatizing_terms.names_of(connection, [whose.person_id]), "the person's name"
    met = stigmatizing_terms.names_met_at(connection, whose.place_id or 0)
    return met, "the name of somebody met there"


def record_shown(work: Work, plan: sqlite3.Row) -> None:
    """Record in the audit that a plan was shown, and whose."""
    work.audit("plan-show", "plan", plan["id"])
    table, number = "place", plan["place_id"]
    if plan["person"] is not None:
        table, number = "person", plan["person"]
    work.audit("plan-show", table, number, plan=plan["id"])
