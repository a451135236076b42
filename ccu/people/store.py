"""People: add and change their records, and read the people of a call.

An unknown person is a record without a name and description, which are added once they are known.
Figures count people without a name separately.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ccu.errors import InvalidInput, NotFound
from ccu.people.open_work_store import IN_FORCE
from ccu.records import person_ids, table, writes
from ccu.work import Work

# The fields of a record except aliases, with the values of a new one.
EMPTY: dict[str, Any] = {
    **dict.fromkeys(("given_name", "family_name", "description"), ""),
    **dict.fromkeys(("birth_date", "age_estimate", "age_estimated_on", "sex", "phone", "email")),
    **dict.fromkeys(("home", "postcode", "language", "race_ethnicity", "housing")),
    **dict.fromkeys(("veteran", "minor")),
}
# Fields from which ccu.identity computes its keys: refresh them after a change.
IDENTIFYING = (
    *("given_name", "family_name", "aliases", "birth_date", "age_estimate", "age_estimated_on"),
    *("phone", "email", "home", "postcode"),
)


@dataclass(frozen=True)
class Met:
    """A person on a call: an existing record (`person_id`), or the values for a new one."""

    role: str = "subject"
    person_id: int | None = None
    given_name: str = ""
    family_name: str = ""
    description: str = ""
    birth_date: str | None = None
    age_estimate: int | None = None
    age_estimated_on: str | None = None
    sex: str | None = None
    phone: str | None = None


@dataclass(kw_only=True, eq=False, repr=False)
class Said:
    """The values given for a person: checked fields of EMPTY, only those given.

    An alias is (given name, family name). `missing` is field -> why it is empty.
    """

    fields: dict[str, Any] = field(default_factory=dict)
    aliases: list[tuple[str, str]] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)
    drop_aliases: list[int] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.fields or self.aliases or self.missing or self.drop_aliases)


def settle(said: Said, today: date, old: Mapping[str, Any] = EMPTY) -> None:
    """Check that age, birth date (which decides) and minor fit, over the record `old`."""
    from ccu.people.options import FULL_AGE, NAMES, years  # most users need none

    new = said.fields
    for name in said.missing:
        if new.get(name, EMPTY[name]) != EMPTY[name]:
            raise InvalidInput(f"{NAMES[name]}: a value and a reason for none contradict")
    if new.get("birth_date") and new.get("age_estimate") is not None:
        raise InvalidInput("age: a birth date is given too; leave the age out")
    born = new.get("birth_date", old["birth_date"])
    if born is None:
        return
    minor = years(born, today) < FULL_AGE
    if new.get("minor") not in (None, minor):
        raise InvalidInput(f"minor: by the birth date it is {'yes' if minor else 'no'}")
    new["minor"] = None  # from now on computed from the birth date


def replace_year(said: Said, old: Mapping[str, Any]) -> None:
    """Drop the birth year on file, stored as an age, if `born` is answered again.

    Raises InvalidInput for a reason that it is missing, as for a date on file.
    """
    from ccu.people.options import birth_year

    if birth_year(old["age_estimate"], old["age_estimated_on"]) is None:
        return
    if "birth_date" in said.fields:
        said.fields = {"age_estimate": None, "age_estimated_on": None} | said.fields
    elif "birth_date" in said.missing:
        raise InvalidInput("birth date is known; clear it to give a reason for none")


def add(work: Work, met: Met) -> int:
    """Add a person met on a call and return the id."""
    said = {name: value for name, value in vars(met).items() if name in EMPTY}
    return create(work, Said(fields=said), part=True)


def create(work: Work, said: Said, *, part: bool = False) -> int:
    """Add a person with all values given; return the id."""
    person_id = writes.insert(work, "person", {**EMPTY, **said.fields})
    _add_aliases(work.connection, person_id, said.aliases)
    _set_missing(work.connection, person_id, said.missing)
    if said.aliases or any(said.fields.get(name) for name in IDENTIFYING):
        _refresh(work.connection, person_id)
    # A change made by another event has that event in its detail.
    detail: dict[str, Any] = {"part": True} if part else {}
    work.audit("person-add", "person", person_id, **detail)
    return person_id


def change(work: Work, person_id: int, said: Said) -> list[str]:
    """Give a person new values, keep the old ones in the history.

    Returns what changed: fields, `aliases`, `missing`. Raises NotFound; InvalidInput for a merged
    record, and for a reason that a field is empty if it is not.
    """
    # Only a change needs it; other users of this module do not.
    from ccu.people import merge_store as merges

    connection = work.connection
    must_exist(connection, person_id)
    old = read(connection, person_id)
    fields = {name: value for name, value in said.fields.items() if value != old[name]}
    if fields:
        merges.set_values(connection, person_id, fields)
    _drop_aliases(connection, person_id, said.drop_aliases)
    had = set(old["aliases"])
    _add_aliases(connection, person_id, [each for each in said.aliases if each not in had])
    for name in said.missing:
        if {**old, **fields}[name] not in (None, ""):
            raise InvalidInput(
                f"{name.replace('_', ' ')} is known; clear it to give a reason for none"
            )
    answered = [name for name, value in fields.items() if value not in (None, "")]
    _set_missing(connection, person_id, said.missing, answered)
    now = read(connection, person_id)
    changed = {name: (old[name], now[name]) for name in old if old[name] != now[name]}
    if changed:
        if not changed.keys().isdisjoint(IDENTIFYING):
            _refresh(connection, person_id)
        writes.record_changes(work, "person", person_id, changed)
        work.audit("person-change", "person", person_id, fields=sorted(changed))
    return list(changed)


def read(connection: sqlite3.Connection, person_id: int) -> dict[str, Any]:
    """Return the fields of EMPTY as the record shows them, `aliases` and `missing`; audited."""
    row = table.require(connection, "person", person_id)
    found = {name: row[name] for name in EMPTY}
    for name in ("veteran", "minor"):
        found[name] = None if row[name] is None else bool(row[name])
    own: dict[str, object] = {"person_id = ?": person_id}
    aliases = "SELECT given_name, family_name FROM person_alias WHERE {where} ORDER BY id"
    missing = "SELECT field, missing FROM person_missing WHERE {where}"
    return {
        **found,
        "aliases": [tuple(each) for each in table.select(connection, aliases, own)],
        "missing": dict(map(tuple, table.select(connection, missing, own))),
    }


def alias_ids(connection: sqlite3.Connection, person_id: int) -> list[int]:
    """Return the numbers of a record's own aliases."""
    sql = "SELECT id FROM person_alias WHERE person_id = :id ORDER BY id"
    return table.column(connection, sql, id=person_id)


def on_call(connection: sqlite3.Connection, call_id: int) -> list[dict[str, Any]]:
    """Return the people of a call with their descriptions; reading it must be audited.

    `id` is the record met, `merged_into` its canonical record where it was merged, or None.
    """
    found = connection.execute(
        "SELECT person.id, role, given_name, family_name, description, birth_date,"
        " age_estimate, age_estimated_on, nullif(canonical_id, person.id) AS merged_into"
        " FROM call_person JOIN person ON person.id = person_id JOIN human ON human.id = person_id"
        " WHERE call_id = :call_id ORDER BY person.id, role",
        {"call_id": call_id},
    )
    return [dict(row) for row in found]


def last(connection: sqlite3.Connection) -> int:
    """Return the highest number of a person; 0 without any."""
    return table.value(connection, "SELECT max(id) FROM person") or 0


def must_exist(connection: sqlite3.Connection, person_id: int) -> None:
    """Raise NotFound for an unknown number, InvalidInput for a merged record."""
    row = table.require(connection, "person", person_id)
    if row["merged_into"] is not None:
        now = person_ids.canonical(connection, [person_id])[person_id]
        raise InvalidInput(f"person {person_id} was merged into person {now}")


def canonical(connection: sqlite3.Connection, person_id: int) -> int:
    """Return the canonical record's number. Raises NotFound."""
    table.require(connection, "person", person_id)
    return person_ids.canonical(connection, [person_id])[person_id]


# ---------------------------------------------------------------- a person over merged records


_NAMES = """
SELECT * FROM (
  SELECT id AS person, NULL AS alias, given_name, family_name FROM person
  WHERE id IN (SELECT value FROM json_each(:records)) AND id <> :id
  UNION ALL
  SELECT person_id, id, given_name, family_name FROM person_alias
  WHERE person_id IN (SELECT value FROM json_each(:records)))
ORDER BY person <> :id, person, alias
"""
_OWN_NAMES = """
SELECT person_id, field, value FROM person_own
WHERE person_id IN (SELECT value FROM json_each(:records))
  AND field IN ('given_name', 'family_name')
"""
_HOUSEHOLDS = f"""
SELECT DISTINCT household_id FROM membership AS member
WHERE person_id IN (SELECT value FROM json_each(:records)) AND {IN_FORCE.format("member")}
ORDER BY household_id
"""  # noqa: S608 - no user's text in it
_SOURCES = """
SELECT source, number FROM person_source
WHERE person_id IN (SELECT value FROM json_each(:records)) ORDER BY source, number
"""
_RECORDED = """
SELECT person.recorded_at, staff.login AS recorded_by
FROM person JOIN staff ON staff.id = person.recorded_by WHERE {where}
"""


def merged_record(connection: sqlite3.Connection, person_id: int, today: str) -> dict[str, Any]:
    """Return the fields of `read`, then names, records, households, sources; audited.

    `person_id` is a canonical record. `names` are the other names: given_name, family_name, the
    record (person) and alias number (None: the name of a record merged in).
    """
    records = person_ids.same(connection, [person_id])
    asked = {"id": person_id, "records": records, "today": today}
    found = read(connection, person_id)
    del found["aliases"]
    # A merge may fill a field that the record itself left empty for a reason, which it keeps.
    why = {name: each for name, each in found["missing"].items() if found[name] in (None, "")}
    return {
        "id": person_id,
        "records": records,
        **found,
        "missing": why,
        "names": _other_names(connection, asked, (found["given_name"], found["family_name"])),
        "households": table.column(connection, _HOUSEHOLDS, **asked),
        "sources": [dict(row) for row in table.select(connection, _SOURCES, {}, **asked)],
        **dict(table.require(connection, "person", person_id, _RECORDED)),
    }


def _other_names(
    connection: sqlite3.Connection, asked: dict[str, Any], shown: tuple[str, str]
) -> list[dict[str, Any]]:
    """Return other names than the one shown, from all records; only aliases may repeat."""
    rows = [dict(row) for row in table.select(connection, _NAMES, {}, **asked)]
    own: dict[int, dict[str, Any]] = {}
    for each in table.select(connection, _OWN_NAMES, {}, **asked):
        own.setdefault(each["person_id"], {})[each["field"]] = json.loads(each["value"])
    if asked["id"] in own:  # it shows a merged record's name but also has its own
        given, family = shown
        mine = {"given_name": given, "family_name": family, **own.pop(asked["id"])}
        rows.insert(0, {"person": asked["id"], "alias": None, **mine})
    seen = {shown, ("", "")}
    kept = []
    for row in rows:
        if row["alias"] is None:
            row |= own.get(row["person"], {})
        name = (row["given_name"], row["family_name"])
        if row["alias"] is not None or name not in seen:
            kept.append(row)
        seen.add(name)
    return kept


# ---------------------------------------------------------------- the parts of a person


def _add_aliases(
    connection: sqlite3.Connection, person_id: int, aliases: Iterable[tuple[str, str]]
) -> None:
    for given, family in dict.fromkeys(aliases):
        alias = {"person_id": person_id, "given_name": given, "family_name": family}
        writes.insert_row(connection, "person_alias", alias)


def _drop_aliases(connection: sqlite3.Connection, person_id: int, aliases: Iterable[int]) -> None:
    for alias_id in aliases:
        gone = connection.execute(
            "DELETE FROM person_alias WHERE id = :id AND person_id = :person_id",
            {"id": alias_id, "person_id": person_id},
        )
        if not gone.rowcount:
            raise NotFound(f"person {person_id} has no alias {alias_id}")


def _set_missing(
    connection: sqlite3.Connection,
    person_id: int,
    missing: Mapping[str, str],
    answered: Iterable[str] = (),
) -> None:
    connection.execute(
        "DELETE FROM person_missing"
        " WHERE person_id = :id AND field IN (SELECT value FROM json_each(:fields))",
        {"id": person_id, "fields": json.dumps([*missing, *answered])},
    )
    for name, why in missing.items():
        reason = {"person_id": person_id, "field": name, "missing": why}
        writes.insert_row(connection, "person_missing", reason)


def _refresh(connection: sqlite3.Connection, person_id: int) -> None:
    # imported here, because most calls add no person
    from ccu.people import match_store

    match_store.refresh(connection, [person_id])
