"""Relations: what two people are to each other.

Relations stay with the records that they were made for; reads here are by person, across all
records of the person. A pair that can be written two ways (parent and child) is stored in one of
them, so that they cannot contradict. A relation that a merge made one to oneself is not shown.
"""

import sqlite3
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ccu.errors import InvalidInput, NotFound
from ccu.people import store as people
from ccu.records import person_ids, table, writes
from ccu.work import Work

INVERSE = {"child": "parent", "grandchild": "grandparent"}  # kept as the second of each
READ_BACK = {kept: said for said, kept in INVERSE.items()}
SYMMETRIC = ("spouse", "sibling", "other_family", "housemate", "other")
# Two people have at most one of these; any other relation may be recorded in addition.
FAMILY = ("parent", "grandparent", "spouse", "sibling", "other_family")
ONE_WAY = ("guardian",)  # two people may be each other's caregivers, never each other's guardians
ELDER = ("parent", "grandparent")
_WORDS = {"other_family": "family of", "other": "connected with"}

_ROWS = """
SELECT person_id, other_id, relation, person.canonical_id AS person, other.canonical_id AS other
FROM (SELECT * FROM person_relation WHERE person_id IN (SELECT value FROM json_each(:ids))
      UNION
      SELECT * FROM person_relation WHERE other_id IN (SELECT value FROM json_each(:ids)))
JOIN human AS person ON person.id = person_id JOIN human AS other ON other.id = other_id
"""


@dataclass(frozen=True, order=True)
class Relation:
    """`who` is the `relation` of `of`, as stored: never child, and the lower number first."""

    who: int
    relation: str
    of: int

    def seen_by(self, person: int) -> tuple[int, str | None, str | None]:
        """Return the other person and what `person` is to them, or else what they are."""
        if person == self.who:
            return self.of, self.relation, None
        if self.relation in SYMMETRIC:
            return self.who, self.relation, None
        back = READ_BACK.get(self.relation)
        return self.who, back, None if back else self.relation


def stored_form(who: int, relation: str, of: int) -> Relation:
    """Return the stored form of `who is the relation of of`."""
    if relation in INVERSE:
        return Relation(of, INVERSE[relation], who)
    if relation in SYMMETRIC:
        return Relation(min(who, of), relation, max(who, of))
    return Relation(who, relation, of)


def phrases(connection: sqlite3.Connection) -> dict[str, str]:
    """Return code -> `parent of`, `family of`; retired ones too, which old records use."""
    found = connection.execute("SELECT code, label FROM relation")
    return {row["code"]: _WORDS.get(row["code"], f"{row['label'].lower()} of") for row in found}


def sentence(connection: sqlite3.Connection, who: int, relation: str, of: int) -> str:
    """Return `person 12 is the parent of person 15`."""
    the = "" if relation in _WORDS else "the "
    return f"person {who} is {the}{phrases(connection)[relation]} person {of}"


def relations_of(connection: sqlite3.Connection, people_ids: Iterable[int]) -> list[Relation]:
    """Return every relation of these people, each once."""
    found = {relation for relation, _ in _with_rows(connection, people_ids)}
    return sorted(each for each in found if each.who != each.of)


def _with_rows(
    connection: sqlite3.Connection, people_ids: Iterable[int]
) -> list[tuple[Relation, sqlite3.Row]]:
    """Return the rows of these people, by any record of theirs, each with its relation."""
    rows = table.select(connection, _ROWS, {}, ids=person_ids.same(connection, people_ids))
    return [(stored_form(row["other"], row["relation"], row["person"]), row) for row in rows]


def relations_between(connection: sqlite3.Connection, one: int, other: int) -> list[Relation]:
    """Return what two people are to each other."""
    found = relations_of(connection, [one])
    return [each for each in found if {each.who, each.of} == {one, other}]


def not_born_before(connection: sqlite3.Connection, relation: Relation) -> bool:
    """Return whether a parent or grandparent is known to be born no earlier than the child."""
    if relation.relation not in ELDER:
        return False
    sql = (
        "SELECT elder.birth_date >= child.birth_date FROM person AS elder, person AS child"
        " WHERE elder.id = :who AND child.id = :of"
    )
    return bool(table.value(connection, sql, who=relation.who, of=relation.of))


def check_link(connection: sqlite3.Connection, who: int, relation: str, of: int) -> None:
    """Raise NotFound; InvalidInput for a merged record or a contradiction to existing relations."""
    for person_id in (who, of):
        people.must_exist(connection, person_id)
    if who == of:
        raise InvalidInput("enter two different people; both numbers are the same")
    new = stored_form(who, relation, of)
    for each in relations_between(connection, who, of):
        said = sentence(connection, each.who, each.relation, each.of)
        if each == new:
            raise InvalidInput(f"{sentence(connection, who, relation, of)} already")
        both_family = each.relation in FAMILY and new.relation in FAMILY
        if both_family or (each.relation == new.relation and new.relation in ONE_WAY):
            raise InvalidInput(f"{said}; if that is wrong, remove it with ccu person unlink")
    if new.relation in ELDER and new.of in ancestors(connection, [new.who]):
        raise InvalidInput(
            f"person {new.of} is already an ancestor of person {new.who}, through other people"
        )


def link(
    work: Work, who: int, relation: str, of: int, anyway: bool, joined: Mapping[str, Any]
) -> None:
    """Record a relation; `anyway`: even if an elder was born no earlier. Raises as check_link.

    `joined`: the household that it put them in, for the audit, as `households.store.join` has it.
    """
    check_link(work.connection, who, relation, of)
    new = stored_form(who, relation, of)
    if not anyway and not_born_before(work.connection, new):
        raise InvalidInput(
            f"person {new.who} was not born before person {new.of}, by their birth dates;"
            " add --anyway to link them"
        )
    columns = {"person_id": new.of, "other_id": new.who, "relation": new.relation}
    writes.insert_row(work.connection, "person_relation", columns)
    work.audit("person-link", "person", who, other=of, relation=relation, **joined)


def unlink(work: Work, who: int, relation: str | None, of: int) -> Relation:
    """Remove a relation, the only one unless named; return it. Raises NotFound."""
    for person_id in (who, of):
        people.must_exist(work.connection, person_id)
    there = relations_between(work.connection, who, of)
    if not there:
        raise NotFound(f"person {who} and person {of} are not linked")
    if relation is None and len(there) > 1:
        several = ", ".join(sorted(each.relation for each in there))
        raise InvalidInput(f"--relation is missing: they are linked by {several}")
    gone = stored_form(who, relation, of) if relation else there[0]
    if gone not in there:
        said = [sentence(work.connection, each.who, each.relation, each.of) for each in there]
        raise NotFound(f"no such link; on file: {', and '.join(said)}")
    for each, row in _with_rows(work.connection, [gone.who, gone.of]):
        if each == gone:
            work.connection.execute(
                "DELETE FROM person_relation WHERE person_id = :person_id AND other_id = :other_id"
                " AND relation = :relation",
                {name: row[name] for name in ("person_id", "other_id", "relation")},
            )
            field = {f"relation of person {row['other_id']}": (row["relation"], None)}
            writes.record_changes(work, "person", row["person_id"], field)
    work.audit("person-unlink", "person", gone.who, other=gone.of, relation=gone.relation)
    return gone


def ancestors(
    connection: sqlite3.Connection, people_ids: Collection[int], but_among: Collection[int] = ()
) -> set[int]:
    """Return everybody recorded as an ancestor of one of these people, over all generations.

    Relations of two people who are both in `but_among` do not count.
    """
    found: set[int] = set()
    new = set(people_ids)
    while new:
        above = {
            each.who
            for each in relations_of(connection, new)
            if each.relation in ELDER
            and each.of in new
            and not {each.who, each.of} <= set(but_among)
        }
        new = above - found
        found |= new
    return found
