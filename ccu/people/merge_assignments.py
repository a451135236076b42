"""Who works with somebody of whom there were two records: one human being has one worker.

Where both had one, the turn that does not go on ends with the merge, and the merge's row keeps it
(`worker_id`) beside the one that does (`stays_id`). It begins again, as if it had not ended, when
the records of the two turns are no longer one human being.
"""

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from ccu.records import person_ids

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


def current(connection: sqlite3.Connection, person_id: int) -> sqlite3.Row | None:
    """The current turn with a human being, under whichever record of theirs, with its login."""
    ids = json.dumps(person_ids.same(connection, [person_id]))
    row: sqlite3.Row | None = connection.execute(_CURRENT, {"ids": ids}).fetchone()
    return row


def end_one(
    connection: sqlite3.Connection, kept_id: int, merged_id: int, take: bool, today: str
) -> tuple[int | None, int | None]:
    """End the turn that does not go on, before the two are merged: it and the one that does."""
    stays, ends = current(connection, kept_id), current(connection, merged_id)
    if stays is None or ends is None:
        return None, None
    if take:
        stays, ends = ends, stays
    connection.execute(
        "UPDATE worker SET until = max(since, :today) WHERE id = :id",
        {"today": today, "id": ends["id"]},
    )
    return int(ends["id"]), int(stays["id"])


def begin_again(
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
            _keep(connection, row["merge_id"], None, None)
            waiting.append((row["worker_id"], row["stays_id"]))
    begun = []
    for turn_id, _ in sorted(waiting):
        turn = connection.execute(
            "SELECT worker.*, staff.login FROM worker JOIN staff ON staff.id = worker.staff_id"
            " WHERE worker.id = :id",
            {"id": turn_id},
        ).fetchone()
        other = current(connection, turn["person_id"])
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
        _keep(connection, free, turn_id, stays["id"])


def _keep(
    connection: sqlite3.Connection, merge_id: int, turn_id: int | None, stays_id: int | None
) -> None:
    connection.execute(
        "UPDATE person_merge SET worker_id = :turn, stays_id = :stays WHERE id = :id",
        {"turn": turn_id, "stays": stays_id, "id": merge_id},
    )


def none_now(
    connection: sqlite3.Connection, ids: Iterable[int], since: str
) -> list[dict[str, Any]]:
    """Of these people those with whom nobody works now, though somebody did on that day or later.

    person, worker (the last one's login), until.
    """
    found = []
    for person_id in ids:
        asked = {"ids": json.dumps(person_ids.same(connection, [person_id])), "since": since}
        last = connection.execute(_LAST, asked).fetchone()
        if last is not None and current(connection, person_id) is None:
            found.append({"person": person_id, "worker": last["login"], "until": last["until"]})
    return found


def forget(connection: sqlite3.Connection, person_id: int) -> None:
    """The record has a new worker: the turn of its own that a merge ended is over for good."""
    connection.execute(
        "UPDATE person_merge SET worker_id = NULL, stays_id = NULL"
        " WHERE worker_id IN (SELECT id FROM worker WHERE person_id = :id)",
        {"id": person_id},
    )


def hand_over(connection: sqlite3.Connection, old_id: int, new_id: int | None, on: str) -> None:
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
