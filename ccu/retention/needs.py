"""What must be kept for the sake of something else that is kept.

A legal hold and a purge follow the same needs: a call is kept for its referrals, a person for the
calls they were on. Needs come from the foreign keys of the schema, so that a new table is covered.
"""

import sqlite3
from dataclasses import dataclass

from ccu.records.ownership import RECORDS, Records, ids_of, references


@dataclass(frozen=True)
class Need:
    """A record that cannot be understood without another: while `child` is kept, so is `parent`.

    `rows` has both ids in its columns. `with_parent`: whoever keeps the parent for an inquiry keeps
    the child too.
    """

    child: str
    child_id: str
    parent: str
    parent_id: str
    rows: str
    with_parent: bool = True

    def reversed(self) -> "Need":
        """Return the same rows read the other way."""
        return Need(self.parent, self.parent_id, self.child, self.child_id, self.rows)


# Needs that are rows of a table of their own; the others are the foreign keys of RECORDS.
_LINKS = (
    Need("call", "call_id", "person", "person_id", "main.call_person"),
    Need("person", "person_id", "household", "household_id", "main.household_member"),
    Need("referral", "referral.id", "person", "household_member.person_id",
         "main.referral JOIN main.household_member USING (household_id)"),
    Need("referral", "referral_id", "referral", "again_id", "main.referral_event"),
    Need("need_assessment", "assessment_id", "referral", "referral_id", "main.need_answer",
         with_parent=False),
)  # fmt: skip


def needs(connection: sqlite3.Connection) -> list[Need]:
    """Return what records need; records of one table that name one another need it both ways.

    These are the merged records of a person, and a referral with the one made after it.
    """
    found = [
        Need(each.table, f"{each.table}.id", each.parent, f"{each.table}.{each.column}",
             f"main.{each.table}")
        for each in references(connection)
        if each.table in RECORDS and each.parent in RECORDS
    ]  # fmt: skip
    found += _LINKS
    return found + [each.reversed() for each in found if each.child == each.parent]


def follow(connection: sqlite3.Connection, start: Records, steps: list[Need]) -> Records:
    """Return these records, and the parents of each that is a child, over any number of steps."""
    found: Records = {}
    new = start
    while new:
        for record, ids in new.items():
            found.setdefault(record, set()).update(ids)
        reached: Records = {}
        for step in steps:
            if children := new.get(step.child):
                parents = ids_of(connection, step.parent_id, step.rows, step.child_id, children)
                reached.setdefault(step.parent, set()).update(parents)
        unseen = {record: ids - found.get(record, set()) for record, ids in reached.items()}
        new = {record: ids for record, ids in unseen.items() if ids}
    return found
