"""Assignments: which worker has a person or a household, one at a time, since when.

An assignment runs from `since` to `until`; the one without `until` is current. A person's
assignments are those of all their records, under the canonical record's number.

If two people with a worker each are merged, one assignment ends, and the merge's row keeps it
(`worker_id`) with the one that continues (`stays_id`). It resumes, as if it had not ended, when the
records of the two assignments are no longer one person.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ccu import dates
from ccu.errors import InvalidInput, NotFound
from ccu.people import store as people
from ccu.people.open_work_store import IN_FORCE
from ccu.records import person_ids, table, writes
from ccu.work import Work

_ROWS = f"""
SELECT worker.id, (SELECT canonical_id FROM human WHERE id = worker.person_id) AS person,
       worker.household_id AS household, staff.login, agency.code AS agency,
       agency.label AS agency_label, coalesce(nullif(staff.name, ''), staff.login) AS name,
       nullif(staff.phone, '') AS phone, worker.since, worker.until
FROM assignment AS worker
JOIN staff ON staff.id = worker.staff_id JOIN agency ON agency.code = staff.agency
WHERE (:every OR {IN_FORCE.format("worker")}) AND {{where}}
ORDER BY worker.until IS NOT NULL, worker.since DESC, worker.id DESC
"""  # noqa: S608 - no user's text in it
_WITH_PERSON = f"""worker.id IN (
  SELECT id FROM current_worker
  WHERE person_id IN ? AND (:every OR {IN_FORCE.format("current_worker")}))"""  # noqa: S608
_CURRENT = """
SELECT worker.*, staff.login, coalesce(nullif(staff.name, ''), staff.login) AS name
FROM worker JOIN staff ON staff.id = worker.staff_id
WHERE worker.owner = 1 AND worker.until IS NULL AND {where} ORDER BY worker.id
"""
_ASSIGNMENT = """
SELECT worker.*, staff.login, staff.active FROM worker JOIN staff ON staff.id = worker.staff_id
WHERE {where}
"""


@dataclass(frozen=True, kw_only=True)
class Client:
    """A person or a household: one of the two is set."""

    person_id: int | None = None
    household_id: int | None = None

    @property
    def record(self) -> tuple[str, int]:
        """Return its table and number."""
        if self.person_id is not None:
            return "person", self.person_id
        return "household", self.household_id or 0

    def __str__(self) -> str:
        return "{} {}".format(*self.record)


def check(connection: sqlite3.Connection, client: Client) -> None:
    """Raise NotFound; InvalidInput for a person who was merged into another record."""
    if client.person_id is not None:
        people.must_exist(connection, client.person_id)
    else:
        table.require(connection, "household", client.household_id)


def current(connection: sqlite3.Connection, client: Client) -> sqlite3.Row | None:
    """Return the current assignment with its login, or None; a person's by any of their records."""
    record, number = client.record
    conditions = {
        "worker.household_id = ?": number if record == "household" else None,
        "worker.person_id IN ?": (
            person_ids.same(connection, [number]) if record == "person" else None
        ),
    }
    return next(iter(table.select(connection, _CURRENT, conditions)), None)


def replaced_by(work: Work, client: Client, worker_id: int) -> str:
    """Return the worker that this one would replace: `Dana Lee since Jan 2, 2026`, or ""."""
    row = current(work.connection, client)
    if row is None or row["staff_id"] == worker_id:
        return ""
    if work.view.turns([row["id"]]):
        return "another worker"
    return f"{row['name']} since {dates.said(row['since'])}"


def assign(work: Work, client: Client, worker_id: int, since: str) -> None:
    """Assign a worker; the one before, if any, ends that day.

    Raises NotFound; InvalidInput if already assigned, or the one before began later.
    """
    check(work.connection, client)
    before = current(work.connection, client)
    if before is not None:
        if before["staff_id"] == worker_id:
            began = dates.said(before["since"])
            raise InvalidInput(f"{before['login']} already works with {client}, since {began}")
        _end(work, before, since, "--since")
    columns = {**vars(client), "staff_id": worker_id, "since": since}
    assignment = writes.insert_row(work.connection, "worker", columns)
    forgot = forget_ended_by_merge(work.connection, client.person_id)
    ended = before["id"] if before is not None else None
    detail: dict[str, Any] = {"worker": worker_id, "turn": assignment, "ended": ended}
    work.audit("worker-assign", *client.record, **detail, forgot=forgot)


def unassign(
    work: Work, assignment: int, ended: int | None, forgot: Mapping[str, list[int]]
) -> str | None:
    """Undo an assignment as `assign` recorded it; return the worker who has the client again.

    Raises InvalidInput if it has ended or a merge refers to it, and for a retired worker.
    """
    gone = work.connection.execute(
        "DELETE FROM main.worker WHERE id = :assignment AND until IS NULL AND NOT EXISTS"
        " (SELECT 1 FROM person_merge WHERE :assignment IN (worker_id, stays_id))",
        {"assignment": assignment},
    )
    if not gone.rowcount:
        raise InvalidInput("the assignment changed since")
    for merge, (worker_id, stays_id) in forgot.items():
        waited = {"worker_id": worker_id, "stays_id": stays_id}
        writes.update(work.connection, "person_merge", int(merge), waited)
    return None if ended is None else _go_on(work, ended)


def resume(work: Work, client: Client, assignment: int) -> str:
    """Undo the end of an assignment; return its worker's login.

    Raises InvalidInput if another one is current.
    """
    if current(work.connection, client) is not None:
        raise InvalidInput("another worker was assigned since")
    return _go_on(work, assignment)


def _go_on(work: Work, assignment: int) -> str:
    """Continue an ended assignment; return its worker's login.

    Raises InvalidInput if the worker is retired.
    """
    row = table.require(work.connection, "worker", assignment, _ASSIGNMENT)
    if not row["active"]:
        raise InvalidInput(f"the account {row['login']} was retired since")
    writes.update(work.connection, "worker", assignment, {"until": None})
    return str(row["login"])


def end(work: Work, client: Client, until: str) -> str:
    """End the current assignment on a day; return its worker's login. Raises NotFound."""
    check(work.connection, client)
    row = current(work.connection, client)
    if row is None:
        raise NotFound(f"no worker is assigned to {client}")
    _end(work, row, until, "--on")
    work.audit("worker-end", *client.record, worker=row["staff_id"], turn=row["id"])
    return str(row["login"])


def hand_over(connection: sqlite3.Connection, old_id: int, new_id: int | None, on: str) -> None:
    """Give all current assignments of a worker to another from a day on, inside a write."""
    ended = connection.execute(
        "UPDATE worker SET until = :on WHERE staff_id = :old_id AND until IS NULL"
        " RETURNING person_id, household_id, owner",
        {"on": on, "old_id": old_id},
    ).fetchall()
    for each in ended:
        writes.insert_row(connection, "worker", {**dict(each), "staff_id": new_id, "since": on})
    _hand_over_ended(connection, old_id, new_id, on)


def _end(work: Work, row: sqlite3.Row, until: str, option: str) -> None:
    if until < row["since"]:
        raise InvalidInput(
            f"{option} is before {row['login']} began, on {dates.said(row['since'])}"
        )
    writes.update(work.connection, "worker", row["id"], {"until": until})


def rows(
    work: Work, client: Client | None, staff_id: int | None, every: bool
) -> list[dict[str, Any]]:
    """Return id, person, household, staff, agency, since, until; the current ones first.

    A person's include those of their households, with `every` also of former ones. A hidden
    assignment shows only the agency; it is left out if one worker's were asked for.
    """
    of_person = client.person_id if client else None
    conditions = {
        _WITH_PERSON: None if of_person is None else person_ids.same(work.connection, [of_person]),
        "worker.household_id = ?": client.household_id if client else None,
        "worker.staff_id = ?": staff_id,
    }
    today = work.today.isoformat()
    found = table.select(work.connection, _ROWS, conditions, every=every, today=today)
    listed = [{**row, "staff": row["login"]} for row in _shown(work, found)]
    return [row for row in listed if staff_id is None or row["staff"] is not None]


def with_household(
    work: Work, household_id: int, people_ids: Sequence[int]
) -> list[dict[str, Any]]:
    """Return the workers of a household (person null) and of these people, the household's first.

    login, agency (its label), name, phone, since, person (the canonical record); of a hidden
    assignment the agency and the person. `people_ids` are those of all records of the people.
    """
    condition = {"(worker.household_id = :household OR worker.person_id IN ?)": list(people_ids)}
    asked = {"household": household_id, "every": False, "today": work.today.isoformat()}
    found = table.select(work.connection, _ROWS, condition, **asked)
    found.sort(key=lambda row: (row["person"] is not None, row["since"], row["id"]))
    columns = ("login", "agency_label", "name", "phone", "since", "person")
    return [
        {name.removesuffix("_label"): row[name] for name in columns} for row in _shown(work, found)
    ]


def _shown(work: Work, found: Sequence[sqlite3.Row]) -> list[dict[str, Any]]:
    """Return rows of _ROWS; a hidden assignment without worker and start."""
    hidden = work.view.turns(row["id"] for row in found)
    nothing = dict.fromkeys(("login", "name", "phone", "since", "until"))
    return [{**dict(row), **(nothing if row["id"] in hidden else {})} for row in found]


# ---------------------------------------------------------------- merged people


_NO_ASSIGNMENT = {"worker_id": None, "stays_id": None}
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
    """Return the current assignment of a person, by any record of theirs, with the login."""
    return current(connection, Client(person_id=person_id))


def end_for_merge(
    work: Work, kept_id: int, merged_id: int, *, take: bool
) -> tuple[int | None, int | None]:
    """End one assignment before two people who both have a worker are merged.

    `take`: the merged person's continues. Returns the one that ended and the one that continues.
    """
    stays, ends = (of_person(work.connection, number) for number in (kept_id, merged_id))
    if stays is None or ends is None:
        return None, None
    if take:
        stays, ends = ends, stays
    until = max(ends["since"], work.today.isoformat())
    writes.update(work.connection, "worker", ends["id"], {"until": until})
    return int(ends["id"]), int(stays["id"])


def resume_after_unmerge(
    connection: sqlite3.Connection, ids: Iterable[int], ended_id: int | None
) -> list[str]:
    """Resume the assignments that a merge ended after it is undone; return their logins.

    `ids` are those of the two people, `ended_id` the assignment in the undone merge's row.
    """
    records = person_ids.same(connection, ids)
    human = person_ids.canonical(connection, records)
    waiting = [] if ended_id is None else [ended_id]
    for row in connection.execute(_WAITING, {"ids": json.dumps(records)}).fetchall():
        if human[row["person_id"]] != human.get(row["other_id"]):
            writes.update(connection, "person_merge", row["merge_id"], _NO_ASSIGNMENT)
            waiting.append(row["worker_id"])
    resumed = []
    for assignment_id in sorted(waiting):
        ended = table.require(connection, "worker", assignment_id, _ASSIGNMENT)
        other = of_person(connection, ended["person_id"])
        if other is None:
            writes.update(connection, "worker", assignment_id, {"until": None})
            resumed.append(str(ended["login"]))
        elif other["person_id"] != ended["person_id"]:  # another merge still ends it
            _wait_on(connection, assignment_id, other)
    return resumed


def _wait_on(connection: sqlite3.Connection, assignment_id: int, stays: sqlite3.Row) -> None:
    """Keep an ended assignment in the row of another merge of the same person that has none."""
    sql = (
        "SELECT max(id) FROM person_merge WHERE worker_id IS NULL"
        " AND merged_id IN (SELECT value FROM json_each(:ids))"
    )
    free = table.value(connection, sql, ids=person_ids.same(connection, [stays["person_id"]]))
    if free is not None:
        new = {"worker_id": assignment_id, "stays_id": stays["id"]}
        writes.update(connection, "person_merge", free, new)


def unassigned_since(
    connection: sqlite3.Connection, ids: Iterable[int], since: str
) -> list[dict[str, Any]]:
    """Return person, worker, until of people without a worker who had one on that day or later."""
    found = []
    for person_id in ids:
        asked = {"ids": json.dumps(person_ids.same(connection, [person_id])), "since": since}
        last = connection.execute(_LAST, asked).fetchone()
        if last is not None and of_person(connection, person_id) is None:
            found.append({"person": person_id, "worker": last["login"], "until": last["until"]})
    return found


def forget_ended_by_merge(
    connection: sqlite3.Connection, person_id: int | None
) -> dict[str, list[int]]:
    """Forget the assignment of a record that a merge ended: the record has a new worker.

    Returns what each merge had: the assignment that it ended, and the one that continued.
    """
    sql = (
        "SELECT id, worker_id, stays_id FROM person_merge"
        " WHERE worker_id IN (SELECT id FROM worker WHERE person_id = :id)"
    )
    held = connection.execute(sql, {"id": person_id}).fetchall()
    for row in held:
        writes.update(connection, "person_merge", row["id"], _NO_ASSIGNMENT)
    return {str(row["id"]): [row["worker_id"], row["stays_id"]] for row in held}


def _hand_over_ended(
    connection: sqlite3.Connection, old_id: int, new_id: int | None, on: str
) -> None:
    """Hand over assignments that a merge ended, so that after an unmerge the successor has them."""
    ended = connection.execute(
        "SELECT person_merge.id, worker.person_id FROM person_merge"
        " JOIN worker ON worker.id = person_merge.worker_id WHERE worker.staff_id = :old_id",
        {"old_id": old_id},
    ).fetchall()
    for each in ended:
        if new_id is None:
            writes.update(connection, "person_merge", each["id"], _NO_ASSIGNMENT)
            continue
        columns = {"staff_id": new_id, "person_id": each["person_id"], "since": on, "until": on}
        successor = writes.insert_row(connection, "worker", columns)
        writes.update(connection, "person_merge", each["id"], {"worker_id": successor})
