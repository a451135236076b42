"""What the plan commands share: whose a plan is in words, what is recorded, private text."""

import sqlite3
from pathlib import Path

from ccu.errors import InvalidInput
from ccu.options import terminal, typed_text
from ccu.places import names_in_text as called
from ccu.places import store as places
from ccu.plans.store import Whose
from ccu.records import audit, person_ids, stigmatizing_terms


def said_for(connection: sqlite3.Connection, whose: Whose) -> str:
    """`person 12`, by the record that stands for them, or the place in one line."""
    if whose.person_id is not None:
        return f"person {person_ids.canonical(connection, [whose.person_id])[whose.person_id]}"
    return places.place_line(connection, whose.place_id or 0) or f"place {whose.place_id}"


def names(connection: sqlite3.Connection, whose: Whose) -> tuple[stigmatizing_terms.Names, str]:
    """The names that a plan must not say, and how one of them is told of."""
    if whose.person_id is not None:
        return stigmatizing_terms.Names.of(
            called.person(connection, whose.person_id)
        ), "the person's name"
    met = called.met_at(connection, whose.place_id or 0)
    return stigmatizing_terms.Names.of(met), "the name of somebody met there"


def record_shown(connection: sqlite3.Connection, staff_id: int, plan: sqlite3.Row) -> None:
    """Record that a plan was shown, and of whom, inside a write."""
    audit.record(connection, staff_id, "plan-show", "plan", plan["id"])
    table, number = "place", plan["place_id"]
    if plan["person_id"] is not None:
        number = person_ids.canonical(connection, [plan["person_id"]])[plan["person_id"]]
        table = "person"
    audit.record(connection, staff_id, "plan-show", table, number, plan=plan["id"])


def private_text(question: str, file: Path | None, what: str, longest: int, asking: bool) -> str:
    """Words about somebody, from --file (- is standard input) or asked for. Raises InvalidInput."""

    def checked(text: str) -> str:
        found = (typed_text.note(text, what) or "").strip()
        if not found:
            raise InvalidInput(f"{what} is empty")
        if len(found) > longest:
            raise InvalidInput(f"{what} is longer than {longest} characters")
        return found

    if file is not None:
        return checked(typed_text.file_text(file, "--file"))
    if not asking:
        raise InvalidInput(f"--file is missing: {what} comes from a file, or from - for stdin")
    return checked(terminal.ask_lines(f"{question} (a line with only a full stop ends it)"))
