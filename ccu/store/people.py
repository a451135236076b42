"""People: adding one who was met.

An unknown person is a record without a name and without a description: when it is learnt who it
was, the record gains a name and nothing is lost. Figures show people without a name apart.
"""

import sqlite3
from dataclasses import dataclass
from typing import Any

from ccu.errors import InvalidInput, NotFound
from ccu.store import audit


@dataclass(frozen=True)
class Met:
    """Somebody on a call: a record that is there (`person_id`), or what is known for a new one."""

    role: str = "subject"
    person_id: int | None = None
    given_name: str = ""
    family_name: str = ""
    description: str = ""
    birth_date: str | None = None


def add(connection: sqlite3.Connection, staff_id: int, met: Met, at: str) -> int:
    """Add a person inside the caller's transaction and return the id."""
    cursor = connection.execute(
        "INSERT INTO person"
        " (given_name, family_name, description, birth_date, recorded_at, recorded_by)"
        " VALUES (:given_name, :family_name, :description, :birth_date, :at, :by)",
        {
            "given_name": met.given_name,
            "family_name": met.family_name,
            "description": met.description,
            "birth_date": met.birth_date,
            "at": at,
            "by": staff_id,
        },
    )
    person_id = int(cursor.lastrowid or 0)
    audit.record(connection, staff_id, "person-add", "person", person_id)
    return person_id


def on_call(connection: sqlite3.Connection, call_id: int) -> list[dict[str, Any]]:
    """Who was met on a call, with what the record says of them: reading it must be audited."""
    found = connection.execute(
        "SELECT person.id, role, given_name, family_name, description, birth_date, merged_into"
        " FROM call_person JOIN person ON person.id = person_id"
        " WHERE call_id = :call_id ORDER BY person.id, role",
        {"call_id": call_id},
    )
    return [dict(row) for row in found]


def must_exist(connection: sqlite3.Connection, person_id: int) -> None:
    """Raises NotFound for an unknown number, InvalidInput for a record merged into another."""
    row = connection.execute(
        "SELECT merged_into FROM person WHERE id = :id", {"id": person_id}
    ).fetchone()
    if row is None:
        raise NotFound(f"no person {person_id}")
    if row["merged_into"] is not None:
        raise InvalidInput(f"person {person_id} was merged into person {row['merged_into']}")
