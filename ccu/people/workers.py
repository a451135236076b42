"""Who is active with a person or a household, since when: one at a time, and those before are kept.

A turn runs from `since` to `until`; the one without `until` is the current one. A person's turns
are those of all their records, and are told by the number that stands for them.
"""

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from ccu.errors import InvalidInput, NotFound
from ccu.people import merge_assignments as merge_turns
from ccu.people import store as people
from ccu.people.open_work import IN_FORCE
from ccu.records import person_ids, table
from ccu.work import Work

_ROWS = f"""
SELECT worker.id, (SELECT canonical_id FROM human WHERE id = worker.person_id) AS person,
       worker.household_id AS household,
       staff.login AS staff, staff.agency, worker.since, worker.until
FROM assignment AS worker JOIN staff ON staff.id = worker.staff_id
WHERE (:every OR {IN_FORCE.format("worker")}) AND (:staff_id IS NULL OR worker.staff_id = :staff_id)
  AND (:people IS NULL OR worker.person_id IN (SELECT value FROM json_each(:people))
       OR worker.household_id IN (
         SELECT household_id FROM membership AS member
         WHERE person_id IN (SELECT value FROM json_each(:people))
           AND (:every OR {IN_FORCE.format("member")})))
  AND (:household_id IS NULL OR worker.household_id = :household_id)
ORDER BY worker.until IS NOT NULL, worker.since DESC, worker.id DESC
"""  # noqa: S608 - no user's text in it


@dataclass(frozen=True, kw_only=True)
class Whom:
    """A person or a household: one of the two is set."""

    person_id: int | None = None
    household_id: int | None = None

    @property
    def record(self) -> tuple[str, int]:
        """Its table and number."""
        if self.person_id is not None:
            return "person", self.person_id
        return "household", self.household_id or 0

    def __str__(self) -> str:
        return "{} {}".format(*self.record)


def check(connection: sqlite3.Connection, whom: Whom) -> None:
    """Raises NotFound, and InvalidInput for a person who was merged into another record."""
    if whom.person_id is not None:
        people.must_exist(connection, whom.person_id)
    else:
        table.require(connection, "household", whom.household_id)


def current(connection: sqlite3.Connection, whom: Whom) -> sqlite3.Row | None:
    """The current turn with its login, or None; a person's under whichever record of theirs."""
    if whom.person_id is not None:
        return merge_turns.current(connection, whom.person_id)
    row: sqlite3.Row | None = connection.execute(
        "SELECT worker.*, staff.login FROM worker JOIN staff ON staff.id = worker.staff_id"
        " WHERE worker.household_id = :id AND worker.owner = 1 AND worker.until IS NULL",
        {"id": whom.household_id},
    ).fetchone()
    return row


def assign(work: Work, whom: Whom, worker_id: int, since: str) -> str | None:
    """Begin somebody's turn; returns the login of who had it until that day, if anyone.

    Raises NotFound; InvalidInput when they have it already, or the one before began later.
    """
    check(work.connection, whom)
    before = current(work.connection, whom)
    if before is not None:
        if before["staff_id"] == worker_id:
            raise InvalidInput(
                f"{before['login']} is working with {whom} already, since {before['since']}"
            )
        _end(work, before, since, "--since")
    turn = {**vars(whom), "staff_id": worker_id, "since": since}
    table.insert_row(work.connection, "worker", turn)
    if whom.person_id is not None:
        merge_turns.forget(work.connection, whom.person_id)
    work.audit("worker-assign", *whom.record, worker=worker_id)
    return str(before["login"]) if before is not None else None


def end(work: Work, whom: Whom, until: str) -> str:
    """End the current turn on a day; returns the login of whose it was.

    Raises NotFound when nobody is working with them; InvalidInput for a day before it began.
    """
    check(work.connection, whom)
    row = current(work.connection, whom)
    if row is None:
        raise NotFound(f"nobody is working with {whom}")
    _end(work, row, until, "--on")
    work.audit("worker-end", *whom.record, worker=row["staff_id"])
    return str(row["login"])


def hand_over(connection: sqlite3.Connection, old_id: int, new_id: int | None, on: str) -> None:
    """Give all of somebody's current turns to another, from a day on; inside a write."""
    turns = connection.execute(
        "UPDATE worker SET until = :on WHERE staff_id = :old_id AND until IS NULL"
        " RETURNING person_id, household_id, owner",
        {"on": on, "old_id": old_id},
    ).fetchall()
    for turn in turns:
        table.insert_row(connection, "worker", {**dict(turn), "staff_id": new_id, "since": on})
    merge_turns.hand_over(connection, old_id, new_id, on)


def _end(work: Work, row: sqlite3.Row, until: str, option: str) -> None:
    if until < row["since"]:
        raise InvalidInput(f"{option} is before {row['login']} began, on {row['since']}")
    table.update(work.connection, "worker", row["id"], {"until": until})


def rows(work: Work, whom: Whom | None, staff_id: int | None, every: bool) -> list[dict[str, Any]]:
    """id, person, household, staff, agency, since, until; the current ones first.

    A person's are also those of the households that they are in, or with `every` ever were.
    Of a hidden turn the agency; it is left out where somebody's turns were asked for.
    """
    of_person = whom.person_id if whom else None
    connection = work.connection
    same = None if of_person is None else json.dumps(person_ids.same(connection, [of_person]))
    found = connection.execute(
        _ROWS,
        {
            "every": every,
            "today": work.today.isoformat(),
            "staff_id": staff_id,
            "people": same,
            "household_id": whom.household_id if whom else None,
        },
    )
    listed = [dict(row) for row in found]
    hidden = work.view.turns(row["id"] for row in listed)
    if staff_id is not None:
        listed = [row for row in listed if row["id"] not in hidden]
    for row in listed:
        if row["id"] in hidden:
            row |= {"staff": None, "since": None, "until": None}
    return listed
