"""Households: who belongs together, since when.

A membership without `until` is current, as a worker's assignment is. Memberships stay with the
records that they were made for; reads here are by person, across all records of the person.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ccu import dates
from ccu.errors import InvalidInput, NotFound
from ccu.people import store as people
from ccu.records import ownership, person_ids, table, writes
from ccu.records.visibility import View
from ccu.referrals import needs_store as needs
from ccu.work import Work

_MEMBERS = """
SELECT household_id, person_id, since, until, begins, ends FROM membership
WHERE :every OR household_id = :household_id
"""
_OF_RECORDS = """
SELECT household_id, person_id, since, until, begins, ends
FROM json_each(:ids) AS record CROSS JOIN membership ON person_id = record.value
"""


@dataclass(frozen=True)
class Member:
    """One person in one household; `until` None: not recorded that they left.

    now: whether they are in it on the day asked about, by the view membership.
    """

    household: int
    person: int
    since: str | None
    until: str | None
    now: bool


def names(connection: sqlite3.Connection) -> dict[int, str]:
    """Return household -> its name, usually empty. It identifies people: audit showing it."""
    return {row["id"]: row["name"] for row in connection.execute("SELECT id, name FROM household")}


def name(connection: sqlite3.Connection, household_id: int) -> str:
    """Return the name of one, usually empty. Raises NotFound."""
    return str(table.require(connection, "household", household_id)["name"])


# ---------------------------------------------------------------- who is in which


def members(
    connection: sqlite3.Connection, today: date, household_id: int | None = None
) -> dict[int, list[Member]]:
    """Return household -> its members, each once, also those who left; without a number all."""
    asked = {"every": household_id is None, "household_id": household_id}
    found: dict[int, list[Member]] = {}
    for each in _folded(connection, connection.execute(_MEMBERS, asked).fetchall(), today):
        found.setdefault(each.household, []).append(each)
    return found


def of_person(
    connection: sqlite3.Connection, person_id: int, today: date = date.max
) -> dict[int, Member]:
    """Return the households that a person is or was in; without a day as last recorded."""
    rows = table.select(connection, _OF_RECORDS, {}, ids=person_ids.same(connection, [person_id]))
    return {each.household: each for each in _folded(connection, rows, today)}


def current(connection: sqlite3.Connection, person_id: int) -> list[int]:
    """Return the households that a person is in, as last recorded."""
    return [each.household for each in of_person(connection, person_id).values() if each.now]


def _folded(
    connection: sqlite3.Connection, rows: Iterable[sqlite3.Row], today: date
) -> list[Member]:
    """Join the rows of all records of a person, who is a member while any record is."""
    rows, day = list(rows), today.isoformat()
    canonical = person_ids.canonical(connection, [row["person_id"] for row in rows])
    own: dict[tuple[int, int], list[sqlite3.Row]] = {}
    for row in rows:
        own.setdefault((row["household_id"], canonical[row["person_id"]]), []).append(row)
    found = []
    for (household, person), theirs in sorted(own.items()):
        now = [row for row in theirs if row["begins"] <= day < row["ends"]]
        since = min((row["since"] for row in now or theirs if row["since"]), default=None)
        last = max(now or theirs, key=lambda row: str(row["ends"]))
        found.append(Member(household, person, since, last["until"], bool(now)))
    return found


# ---------------------------------------------------------------- writes


def join(
    work: Work,
    household_id: int | None,
    people_ids: Sequence[int],
    since: str | None = None,
    *,
    part: bool = False,
) -> dict[str, Any]:
    """Put people into a household, or into a new one; those who left come back.

    Returns what `unjoin` needs: household, new, people, and fields of memberships that it changed.
    `part`: it belongs to another change, whose event records it. Raises NotFound, InvalidInput.
    """
    number = writes.insert(work, "household", {}) if household_id is None else household_id
    table.require(work.connection, "household", number)
    fields = [field for each in people_ids for field in _join(work, number, each, since)]
    done: dict[str, Any] = {"new": household_id is None, "people": [*people_ids], "fields": fields}
    if people_ids:
        work.audit("household-join", "household", number, **done, part=part)
    return {"household": number, **done}


def _join(work: Work, household_id: int, person_id: int, since: str | None) -> list[str]:
    """Put one person into a household; return the fields of an earlier membership that changed."""
    people.must_exist(work.connection, person_id)
    before = of_person(work.connection, person_id).get(household_id)
    if before is not None:
        if before.until is None:
            raise InvalidInput(f"person {person_id} is in household {household_id} already")
        since = since or work.today.isoformat()
        if since < before.until:
            raise InvalidInput(
                f"--since is before person {person_id} left household {household_id},"
                f" on {dates.said(before.until)}"
            )
    old = ownership.row_of(work.connection, "household_member", (household_id, person_id))
    writes.insert_row(
        work.connection,
        "household_member",
        {"household_id": household_id, "person_id": person_id, "since": since},
        "ON CONFLICT DO UPDATE SET since = excluded.since, until = NULL",
    )
    if old is None:
        return []
    fields = {"since": (old["since"], since), "until": (old["until"], None)}
    return _record_changes(work, household_id, person_id, fields)


def unjoin(work: Work, joined: Mapping[str, Any], before: Mapping[str, Any], reason: str) -> None:
    """Undo a join by what it returned, so that people who were not members before are not.

    `before` has the values of its fields. A new household is deleted. Raises InvalidInput if
    something else refers to it, or a membership changed.
    """
    household_id = joined["household"]
    came_back = {int(field.rpartition(" ")[2]) for field in before}
    first = [each for each in joined["people"] if each not in came_back]
    gone = work.connection.execute(
        "DELETE FROM main.household_member WHERE household_id = :household_id AND until IS NULL"
        " AND person_id IN (SELECT value FROM json_each(:people))",
        {"household_id": household_id, "people": json.dumps(first)},
    )
    if gone.rowcount != len(first):
        raise InvalidInput(f"the members of household {household_id} changed since")
    restore(work, household_id, before, reason)
    if not joined["new"]:
        return
    for each in ownership.references(work.connection):
        if each.parent == "household" and ownership.pointing_to(
            work.connection, each, [household_id]
        ):
            raise InvalidInput(f"something was recorded for household {household_id} since")
    ownership.delete_rows(work.connection, "household", [(household_id,)])


def restore(work: Work, household_id: int, before: Mapping[str, Any], reason: str) -> None:
    """Set memberships to the values `before` a change: `until of person 3` -> day or None."""
    for field, value in before.items():
        column, _, person = field.partition(" of person ")
        if column not in ("since", "until"):
            raise ValueError("no such column of a membership")
        key = household_id, int(person)
        old = ownership.row_of(work.connection, "household_member", key) or {}
        ownership.update_row(work.connection, "household_member", key, {column: value})
        changed = {field: (old.get(column), value)}
        writes.record_changes(work, "household", household_id, changed, reason)


def leave(work: Work, household_id: int, person_id: int, on: str) -> None:
    """End a membership on a day, of every record of the person.

    Raises NotFound when they are not in it; InvalidInput for a merged record, a day before they
    joined.
    """
    table.require(work.connection, "household", household_id)
    people.must_exist(work.connection, person_id)
    before = of_person(work.connection, person_id).get(household_id)
    if before is None:
        raise NotFound(f"person {person_id} is not in household {household_id}")
    if before.until is not None:
        left = dates.said(before.until)
        raise NotFound(f"person {person_id} left household {household_id} on {left}")
    if before.since is not None and on < before.since:
        raise InvalidInput(
            f"--on is before person {person_id} joined household {household_id},"
            f" on {dates.said(before.since)}"
        )
    same = json.dumps(person_ids.same(work.connection, [person_id]))
    ended = work.connection.execute(
        "UPDATE household_member SET until = max(:on, coalesce(since, :on))"
        " WHERE household_id = :household_id AND until IS NULL"
        " AND person_id IN (SELECT value FROM json_each(:same)) RETURNING person_id, until",
        {"on": on, "household_id": household_id, "same": same},
    ).fetchall()
    fields = [
        field
        for row in ended
        for field in _record_changes(
            work, household_id, row["person_id"], {"until": (None, row["until"])}
        )
    ]
    work.audit("household-leave", "household", household_id, person=person_id, fields=fields)


def rename(work: Work, household_id: int, new: str) -> None:
    """Give a household a name, or with an empty one none. Raises NotFound."""
    row = table.require(work.connection, "household", household_id)
    changed = writes.change(work, "household", row, {"name": new})
    if changed:
        work.audit("household-name", "household", household_id, fields=changed)


def _record_changes(
    work: Work,
    household_id: int,
    person_id: int,
    fields: Mapping[str, tuple[str | None, str | None]],
) -> list[str]:
    said = {
        f"{field} of person {person_id}": values
        for field, values in fields.items()
        if values[0] != values[1]
    }
    writes.record_changes(work, "household", household_id, said)
    return [*said]


# ---------------------------------------------------------------- what a household's card needs


_PEOPLE = """
SELECT id AS person, birth_date, age_estimate, age_estimated_on, minor
FROM person WHERE {where} ORDER BY id
"""
_CARE_CALLS = """
SELECT DISTINCT call.id, human.canonical_id AS person, substr(call.occurred_at, 1, 10) AS day
FROM json_each(:people) AS people CROSS JOIN human ON human.id = people.value
CROSS JOIN call_person ON call_person.person_id = human.id
CROSS JOIN call ON call.id = call_person.call_id
WHERE call.care AND call.voided_at IS NULL AND call.occurred_at >= :day_365
  AND substr(call.occurred_at, 1, 19) <= :now
"""


def people_on_card(
    connection: sqlite3.Connection, ids: Collection[int]
) -> dict[int, dict[str, Any]]:
    """Return person -> name, birth_date, age_estimate, age_estimated_on, minor; audited."""
    names = person_ids.names(connection, ids)
    found = table.select(connection, _PEOPLE, {"id IN ?": list(ids)})
    return {row["person"]: {**dict(row), "name": names[row["person"]]} for row in found}


def care_calls(
    connection: sqlite3.Connection, people: Sequence[int], window: Mapping[str, object]
) -> dict[int | None, dict[str, int]]:
    """Return person -> care calls in "90" and "365" days; None -> all of the household's."""
    asked = {"people": json.dumps(people), "day_365": window["day_365"], "now": window["now"]}
    met: dict[int | None, dict[int, str]] = {}
    for row in connection.execute(_CARE_CALLS, asked):
        for whose in (row["person"], None):
            met.setdefault(whose, {})[row["id"]] = row["day"]
    return {
        whose: {"90": sum(day >= str(window["day_90"]) for day in days.values()), "365": len(days)}
        for whose, days in met.items()
    }


def needs_unmet(
    connection: sqlite3.Connection, person_id: int, view: View
) -> dict[str, Any] | None:
    """Return the unmet needs of a person's latest assessment; None without one.

    Keys: assessment, on, needs.

    Each need: need (code), referral, referral_status (null when it was not referred).
    """
    every = needs.of_person(connection, person_id)
    hidden = view.assessments(every[-1:])
    if hidden or not every:
        return None
    latest = needs.read(connection, every[-1])
    lacking = [answer for answer in latest["answers"] if answer["state"] == "lacks"]
    needs.hide_referrals(lacking, view)
    return {
        "assessment": latest["id"],
        "on": latest["occurred_at"][:10],
        "needs": [
            {key: answer[key] for key in ("need", "referral", "referral_status")}
            for answer in lacking
        ],
    }
