"""What the plan commands share: whose a plan is in words, what is recorded."""

import sqlite3

from ccu.places import names_in_text as called
from ccu.places import reads as place_reads
from ccu.plans.store import Whose
from ccu.records import audit, person_ids, stigmatizing_terms


def said_for(connection: sqlite3.Connection, whose: Whose) -> str:
    """`person 12`, by the record that stands for them, or the place in one line."""
    if whose.person_id is not None:
        return f"person {person_ids.canonical(connection, [whose.person_id])[whose.person_id]}"
    return place_reads.text(connection, whose.place_id or 0) or f"place {whose.place_id}"


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
    if plan["person"] is not None:
        table, number = "person", plan["person"]
    audit.record(connection, staff_id, "plan-show", table, number, plan=plan["id"])
