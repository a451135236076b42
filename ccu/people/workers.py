"""Who is active with a person or a household, since when: one at a time, and those before are kept.

A turn runs from `since` to `until`; the one without `until` is the current one. A person's turns
are those of all their records, and are told by the number that stands for them.
"""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ccu.errors import InvalidInput, NotFound
from ccu.people import store as people
from ccu.people.open_work import NOW
from ccu.records import person_ids, table
from ccu.work import Work

_ROWS = f"""
SELECT worker.id, worker.person_id AS person, worker.household_id AS household,
       staff.login AS staff, staff.agency, worker.since, worker.until
FROM worker JOIN staff ON staff.id = worker.staff_id
WHERE (:every OR {NOW.format("worker")}) AND (:staff_id IS NULL OR worker.staff_id = :staff_id)
  AND (:people IS NULL OR worker.person_id IN (SELECT value FROM json_each(:people))
       OR worker.household_id IN (
         SELECT household_id FROM household_member AS member
         WHERE person_id IN (SELECT value FROM json_each(:people))
           AND (:every OR {NOW.format("member")})))
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
        return of_person(connection, whom.person_id)
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
        forget_ended_by_merge(work.connection, whom.person_id)
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
    _hand_over_ended(connection, old_id, new_id, on)


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
    with_person = [row["person"] for row in listed if row["person"] is not None]
    stands_for = person_ids.canonical(connection, with_person)
    return [{**row, "person": stands_for.get(row["person"])} for row in listed]


# ---------------------------------------------------------------- merged people


_CURRENT = """
SELECT worker.*, staff.login FROM worker JOIN staff ON staff.id = worker.staff_id
WHERE worker.person_id IN (SELECT value FROM json_each(:ids))
  AND worker.owner = 1 AND worker.until IS NULL
ORDER BY worker.id
"""
_LAST = """
SELECT staff.login, worker.until FROM worker JOIN staff ON staff.id = worker.staff_id
WHERE worker.person_id IN (SELECT value FROM json_each(:ids))
  AND worker.owner = 1 AND worker.until >= :since
ORDER BY worker.until DESC, worker.id DESC
"""
_WAITING = """
SELECT person_merge.id AS merge_id, person_merge.worker_id, person_merge.stays_id,
       worker.person_id, other.person_id AS other_id
FROM person_merge JOIN worker ON worker.id = person_merge.worker_id
JOIN worker AS other ON other.id = person_merge.stays_id
WHERE worker.person_id IN (SELECT value FROM json_each(:ids))
ORDER BY person_merge.id
"""


def of_person(connection: sqlite3.Connection, person_id: int) -> sqlite3.Row | None:
    """The current turn with a human being, under whichever record of theirs, with its login."""
    ids = json.dumps(person_ids.same(connection, [person_id]))
    row: sqlite3.Row | None = connection.execute(_CURRENT, {"ids": ids}).fetchone()
    return row


def end_for_merge(
    connection: sqlite3.Connection, kept_id: int, merged_id: int, take: bool, today: str
) -> tuple[int | None, int | None]:
    """End the turn that does not go on, before the two are merged: it and the one that does."""
    stays, ends = of_person(connection, kept_id), of_person(connection, merged_id)
    if stays is None or ends is None:
        return None, None
    if take:
        stays, ends = ends, stays
    connection.execute(
        "UPDATE worker SET until = max(since, :today) WHERE id = :id",
        {"today": today, "id": ends["id"]},
    )
    return int(ends["id"]), int(stays["id"])


def resume_after_unmerge(
    connection: sqlite3.Connection, ids: Iterable[int], undone: tuple[int | None, int | None]
) -> list[str]:
    """After a merge is undone, let go on what it ended; the logins whose turns go on.

    `ids` are the two people's, `undone` the turns that the undone merge's row held.
    """
    records = person_ids.same(connection, ids)
    human = person_ids.canonical(connection, records)
    waiting = [undone] if undone[0] is not None else []
    for row in connection.execute(_WAITING, {"ids": json.dumps(records)}).fetchall():
        if human[row["person_id"]] != human.get(row["other_id"]):
            _keep_with_merge(connection, row["merge_id"], None, None)
            waiting.append((row["worker_id"], row["stays_id"]))
    begun = []
    for turn_id, _ in sorted(waiting):
        turn = connection.execute(
            "SELECT worker.*, staff.login FROM worker JOIN staff ON staff.id = worker.staff_id"
            " WHERE worker.id = :id",
            {"id": turn_id},
        ).fetchone()
        other = of_person(connection, turn["person_id"])
        if other is None:
            connection.execute("UPDATE worker SET until = NULL WHERE id = :id", {"id": turn_id})
            begun.append(str(turn["login"]))
        elif other["person_id"] != turn["person_id"]:  # it goes on waiting, for another's sake
            _wait_on(connection, turn["id"], other)
    return begun


def _wait_on(connection: sqlite3.Connection, turn_id: int, stays: sqlite3.Row) -> None:
    """Keep a turn with a merge of the same human being whose row holds none."""
    ids = person_ids.same(connection, [stays["person_id"]])
    free = connection.execute(
        "SELECT max(id) AS id FROM person_merge WHERE worker_id IS NULL"
        " AND merged_id IN (SELECT value FROM json_each(:ids))",
        {"ids": json.dumps(ids)},
    ).fetchone()["id"]
    if free is not None:
        _keep_with_merge(connection, free, turn_id, stays["id"])


def _keep_with_merge(
    connection: sqlite3.Connection, merge_id: int, turn_id: int | None, stays_id: int | None
) -> None:
    connection.execute(
        "UPDATE person_merge SET worker_id = :turn, stays_id = :stays WHERE id = :id",
        {"turn": turn_id, "stays": stays_id, "id": merge_id},
    )


def unassigned_since(
    connection: sqlite3.Connection, ids: Iterable[int], since: str
) -> list[dict[str, Any]]:
    """Of these people those with whom nobody works now, though somebody did on that day or later.

    person, worker (the last one's login), until.
    """
    found = []
    for person_id in ids:
        asked = {"ids": json.dumps(person_ids.same(connection, [person_id])), "since": since}
        last = connection.execute(_LAST, asked).fetchone()
        if last is not None and of_person(connection, person_id) is None:
            found.append({"person": person_id, "worker": last["login"], "until": last["until"]})
    return found


def forget_ended_by_merge(connection: sqlite3.Connection, person_id: int) -> None:
    """The record has a new worker: the turn of its own that a merge ended is over for good."""
    connection.execute(
        "UPDATE person_merge SET worker_id = NULL, stays_id = NULL"
        " WHERE worker_id IN (SELECT id FROM worker WHERE person_id = :id)",
        {"id": person_id},
    )


def _hand_over_ended(
    connection: sqlite3.Connection, old_id: int, new_id: int | None, on: str
) -> None:
    """Turns of somebody that a merge ended: should they go on, they go on with the successor."""
    turns = connection.execute(
        "SELECT worker.person_id, worker.id FROM person_merge"
        " JOIN worker ON worker.id = person_merge.worker_id WHERE worker.staff_id = :old_id",
        {"old_id": old_id},
    ).fetchall()
    for turn in turns:
        new_turn = None
        if new_id is not None:
            new_turn = connection.execute(
                "INSERT INTO worker (staff_id, person_id, since, until)"
                " VALUES (:new_id, :person_id, :on, :on)",
                {"new_id": new_id, "person_id": turn["person_id"], "on": on},
            ).lastrowid
        connection.execute(
            "UPDATE person_merge SET worker_id = :new_turn,"
            " stays_id = iif(:new_turn IS NULL, NULL, stays_id) WHERE worker_id = :turn",
            {"new_turn": new_turn, "turn": turn["id"]},
        )
