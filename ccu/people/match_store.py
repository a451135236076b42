"""The values of people that ccu.identity compares, and the keys they are found by."""

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from ccu.identity import Known, Name, keys
from ccu.records.ownership import DEIDENTIFIED

_KNOWN = """
SELECT id, given_name, family_name, description, birth_date, age_estimate, age_estimated_on, sex,
       phone, email, home, postcode
FROM person{some_id}
"""
_OWN = """
SELECT person_id, field, value FROM person_own{some_person_id}
"""
_ALIASES = """
SELECT person_id, given_name, family_name FROM person_alias{some_person_id} ORDER BY id
"""
# Not `:every OR id IN ...`, for which SQLite reads the entire table to find one.
_SOME = " WHERE {column} IN (SELECT value FROM json_each(:ids))"

# An estimated age is a guess at a door: this many years either way.
GUESS = 5


def _named(row: dict[str, Any]) -> tuple[Name, ...]:
    """Return the name; none of a de-identified person: that name is the same for all."""
    if row["given_name"] == DEIDENTIFIED:
        return ()
    return (Name(row["given_name"], row["family_name"]),)


def known(connection: sqlite3.Connection, ids: Iterable[int] | None = None) -> dict[int, Known]:
    """Return the own values of each record (all records without `ids`), merged ones too.

    Own values, not those that a merge made it show: reading them for somebody must be audited.
    """
    asked = {"ids": json.dumps(sorted(set(ids or ())))}
    some = {
        f"some_{column}": "" if ids is None else _SOME.format(column=column)
        for column in ("id", "person_id")
    }
    aliases: dict[int, list[Name]] = {}
    for row in connection.execute(_ALIASES.format(**some), asked):
        aliases.setdefault(row["person_id"], []).append(Name(row["given_name"], row["family_name"]))
    records = {row["id"]: dict(row) for row in connection.execute(_KNOWN.format(**some), asked)}
    for row in connection.execute(_OWN.format(**some), asked):
        records[row["person_id"]][row["field"]] = json.loads(row["value"])
    return {
        person_id: Known(
            names=(*_named(row), *aliases.get(person_id, ())),
            birth_date=row["birth_date"],
            birth_years=birth_years(row["age_estimate"], row["age_estimated_on"]),
            sex=row["sex"],
            phone=row["phone"],
            email=row["email"],
            home=row["home"],
            postcode=row["postcode"],
            description=row["description"],
        )
        for person_id, row in records.items()
    }


def birth_years(age: int | None, on: str | None) -> tuple[int, int] | None:
    """Return the earliest and latest year of birth that an age guessed on a day allows."""
    if age is None or on is None:
        return None
    born = int(on[:4]) - age
    return born - 1 - GUESS, born + GUESS


def refresh(connection: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Replace the keys of these records, inside the write that changed what they hold."""
    for person_id, each in known(connection, ids).items():
        connection.execute("DELETE FROM person_key WHERE person_id = :id", {"id": person_id})
        connection.executemany(
            "INSERT INTO person_key (key, person_id) VALUES (:key, :id)",
            [{"key": key, "id": person_id} for key in sorted(keys(each))],
        )


def having(connection: sqlite3.Connection, wanted: Iterable[str]) -> list[int]:
    """Return the records that have any of these keys, those with most of them first."""
    found = connection.execute(
        "SELECT person_id FROM json_each(:keys) AS wanted"
        " CROSS JOIN person_key ON person_key.key = wanted.value"
        " GROUP BY person_id ORDER BY count(*) DESC, person_id",
        {"keys": json.dumps(sorted(set(wanted)))},
    )
    return [row[0] for row in found]
