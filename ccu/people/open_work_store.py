"""The people of a place, their workers and their open work.

The card shows these by number, without names of clients, needs or notes. `people` are the ids of
all records of the people, merged ones too.

Views of schema.sql define all of it, for every screen and the report: `membership` and `assignment`
(who is in a household, which worker is active, when), `current_worker` (the people of each worker),
`open_work`, and `open_work_for` (the people it is for).
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from ccu import dates
from ccu.records import person_ids, table
from ccu.records.visibility import Hidden, View

if TYPE_CHECKING:
    from ccu.session import Session

WINDOWS = (30, 90, 365)  # days; "ever" is counted too
IN_FORCE = "{0}.begins <= :today AND :today < {0}.ends"  # active on a day, for these views


class AsOf(NamedTuple):
    """The moment that separates overdue from due, in Unix seconds, and its day in the town."""

    unix: int
    day: date

    @classmethod
    def of(cls, now: datetime) -> "AsOf":
        """The moment of a session."""
        return cls(int(now.timestamp()), now.date())

    def is_late(self, due_unix: float) -> bool:
        """Return whether open work due at that instant is overdue; the same rule as LATE."""
        return due_unix < self.unix


# People met here within a year. Without calls, or people on them, this is two index look-ups.
_MET = """
SELECT DISTINCT call_person.person_id
FROM call CROSS JOIN call_person ON call_person.call_id = call.id
WHERE call.place_id = :place_id AND call.occurred_at >= :day_365 AND call.voided_at IS NULL
  AND substr(call.occurred_at, 1, 19) <= :now
"""
_FAMILY = f"""
SELECT DISTINCT other.person_id
FROM json_each(:people) AS people CROSS JOIN membership AS own ON own.person_id = people.value
CROSS JOIN membership AS other ON other.household_id = own.household_id
WHERE {IN_FORCE.format("own")} AND {IN_FORCE.format("other")}
"""  # noqa: S608 - no user's text in it
_WORKERS = f"""
SELECT current_worker.*, staff.login, staff.name, staff.phone, agency.label AS agency
FROM current_worker
JOIN staff ON staff.id = current_worker.staff_id JOIN agency ON agency.code = staff.agency
WHERE person_id IN (SELECT value FROM json_each(:people))
  AND {IN_FORCE.format("current_worker")}
ORDER BY current_worker.since, current_worker.staff_id
"""  # noqa: S608
_WITH_WORKER = f"SELECT person_id FROM current_worker WHERE {IN_FORCE.format('current_worker')}"  # noqa: S608
_CONNECTED = """
SELECT referral.id, referral.person_id, provider.name
FROM json_each(:people) AS people CROSS JOIN referral ON referral.person_id = people.value
JOIN provider ON provider.id = referral.provider_id
WHERE (referral.status IN ('accepted', 'in_progress')
       OR (referral.status = 'service_received' AND referral.made_at >= :day_365))
  AND EXISTS (SELECT 1 FROM engagement  -- one that is only accepted is not connected
              WHERE engagement.referral_id = referral.id
                AND unixepoch(engagement.occurred_at) >= unixepoch(referral.made_at))
ORDER BY referral.id
"""
# One person at a time: SQLite pushes a plain value, but not a list, into each part of a view.
_OPEN_FOR = f"""
SELECT DISTINCT record, id, person_id FROM open_work_for
WHERE person_id = :person AND {IN_FORCE.format("open_work_for")}
"""  # noqa: S608
_CONTACTS = """
SELECT id, owner_id, due_at, due_unix FROM open_follow_up
WHERE closing_at IS NULL AND id IN (SELECT value FROM json_each(:follow_ups))
ORDER BY due_unix, id
"""
# Open work of a place's calls or of a household, for any person.
_OPEN_AT = """
SELECT 'referral' AS record, due.id
FROM call CROSS JOIN open_referral AS due ON due.call_id = call.id
WHERE call.place_id = :place_id AND call.voided_at IS NULL
UNION
SELECT 'follow-up', due.id FROM call CROSS JOIN open_follow_up AS due ON due.call_id = call.id
WHERE call.place_id = :place_id AND call.voided_at IS NULL
UNION
SELECT 'referral', id FROM open_referral WHERE household_id = :household_id
UNION
SELECT 'follow-up', due.id
FROM referral CROSS JOIN open_follow_up AS due ON due.referral_id = referral.id
WHERE referral.household_id = :household_id
"""
_ITEM = """
SELECT work.record, work.id, iif(record = 'referral', need.label || ' to ' || provider.name,
         follow_up_kind.label) AS what,
       coalesce(referral_status.label, work.status) AS status, work.due_at, work.due_unix,
       owner.login AS owner, work.referral_id AS referral,
       (SELECT canonical_id FROM human WHERE id = work.person_id) AS person,
       work.household_id AS household, work.call_id AS call
FROM open_work AS work JOIN staff AS owner ON owner.id = work.owner_id
LEFT JOIN need ON need.code = work.code
LEFT JOIN provider ON provider.id = work.provider_id
LEFT JOIN follow_up_kind ON follow_up_kind.code = work.code
LEFT JOIN referral_status ON referral_status.code = work.status
WHERE work.record = :record AND work.id = :id
"""


def people_here(connection: sqlite3.Connection, window: Mapping[str, object]) -> list[int]:
    """Return the people of a place: those met here within a year and their household members.

    `window` has place_id, day_365, now and today, as the card's.
    """
    met = met_here(connection, window)
    if not met:
        return []
    family = table.column(connection, _FAMILY, people=met, today=window["today"])
    return person_ids.same(connection, met.union(family))


def met_here(connection: sqlite3.Connection, window: Mapping[str, object]) -> set[int]:
    """Return all records of those who were met here themselves within a year."""
    met = table.column(connection, _MET, **window)
    return set(person_ids.same(connection, met)) if met else set()


def workers(
    connection: sqlite3.Connection,
    people: Sequence[int],
    window: Mapping[str, object],
    as_of: AsOf,
    view: View,
) -> list[dict[str, Any]]:
    """Return the active workers of these people, the longest first, as far as the view shows them.

    agency, name, phone, since, connected_to (providers), next_contact (a day or None), overdue. For
    hidden ones, the agency only, once: the rest is None or empty.
    """
    if not people:
        return []
    asked = {"people": json.dumps(people), "today": window["today"], "day_365": window["day_365"]}
    assignments = connection.execute(_WORKERS, asked).fetchall()
    if not assignments:
        return []
    hidden = [view.assignment_with(row["id"], row["person_id"]) for row in assignments]
    agencies = dict.fromkeys(each.agency for each in hidden if each is not None)
    assignments = [row for row, each in zip(assignments, hidden, strict=True) if each is None]
    human = person_ids.canonical(connection, people)
    connected = connection.execute(_CONNECTED, asked).fetchall()
    unnamed = view.connected(row["id"] for row in connected)
    connected = [row for row in connected if row["id"] not in unnamed]
    contacts = _contacts(connection, people, as_of, view)
    found = []
    for staff_id in dict.fromkeys(row["staff_id"] for row in assignments):
        own = [row for row in assignments if row["staff_id"] == staff_id]
        clients = {human[row["person_id"]] for row in own}
        names = [row["name"] for row in connected if human[row["person_id"]] in clients]
        # The worker's own next contact with them, else the next one that a colleague planned.
        planned = [row for row, person_id in contacts if human[person_id] in clients]
        planned.sort(key=lambda row: row["owner_id"] != staff_id)
        due = next(iter(planned), None)
        found.append(
            {
                "agency": own[0]["agency"],
                "name": own[0]["name"] or own[0]["login"],
                "phone": own[0]["phone"] or None,
                "since": own[0]["since"],
                "connected_to": list(dict.fromkeys(names)),
                "next_contact": due["due_at"][:10] if due else None,
                "overdue": due is not None and as_of.is_late(due["due_unix"]),
            }
        )
    named = {each["agency"] for each in found}
    nothing = dict.fromkeys(("name", "phone", "since", "next_contact"))
    return found + [
        {"agency": each, **nothing, "connected_to": [], "overdue": False}
        for each in agencies
        if each not in named
    ]


def _contacts(
    connection: sqlite3.Connection, people: Iterable[int], as_of: AsOf, view: View
) -> list[tuple[sqlite3.Row, int]]:
    """Return the open follow-ups that this account sees, by due date, with a record it is for."""
    whose: dict[int, list[int]] = {}
    for record, number, person_id in _open_for(connection, people, as_of):
        if record == "follow-up":
            whose.setdefault(number, []).append(person_id)
    if not whose:
        return []
    rows = table.select(connection, _CONTACTS, {}, follow_ups=set(whose))
    unseen = view.follow_ups(row["id"] for row in rows)
    shown = [row for row in rows if row["id"] not in unseen]
    return [(row, person_id) for row in shown for person_id in whose[row["id"]]]


def worker_of(connection: sqlite3.Connection, person_id: int, today: str) -> int | None:
    """Return the current worker of a person: their own, else their household's."""
    people = person_ids.same(connection, [person_id])
    assignments = table.select(connection, _WORKERS, {}, people=people, today=today)
    assignments.sort(key=lambda row: row["household_id"] is not None)
    return int(assignments[0]["staff_id"]) if assignments else None


def with_worker(connection: sqlite3.Connection, today: str) -> set[int]:
    """Return the canonical records of people with a worker now."""
    return {row["person_id"] for row in connection.execute(_WITH_WORKER, {"today": today})}


# ---------------------------------------------------------------- what is open


def open_work(
    connection: sqlite3.Connection,
    people: Sequence[int],
    as_of: AsOf,
    view: View,
    place_id: int | None = None,
    household_id: int | None = None,
) -> list[dict[str, Any]]:
    """Return open work of these people, a place's calls and a household, by due date.

    record, id, what and status in words, due, overdue, owner, and by number: person, household,
    call, referral (that a follow-up is for). Hidden work is one line per agency, with its label as
    the owner: record is `being handled`, and there is no number.
    """
    numbers = {(record, number) for record, number, _ in _open_for(connection, people, as_of)}
    if place_id is not None or household_id is not None:
        asked = {"place_id": place_id, "household_id": household_id}
        numbers |= {(row["record"], row["id"]) for row in connection.execute(_OPEN_AT, asked)}
    rows = [
        connection.execute(_ITEM, {"record": record, "id": number}).fetchone()
        for record, number in sorted(numbers)
    ]
    hidden = _hidden(numbers, view)
    found = []
    for row in rows:
        if (row["record"], row["id"]) not in hidden:
            item = dict(row)
            due_at, at = item.pop("due_at"), item.pop("due_unix")
            at = float("inf") if at is None else at
            item |= {"due": due_at and dates.minute(due_at), "overdue": as_of.is_late(at)}
            found.append(((at, row["record"] == "follow-up", row["id"]), item))
    shown = [item for _order, item in sorted(found, key=lambda each: each[0])]
    nothing = dict.fromkeys(("id", "due", "person", "household", "call", "referral"))
    line = {**dict.fromkeys(("record", "what"), "being handled"), "status": "open", **nothing}
    agencies = dict.fromkeys(each.agency for each in hidden.values())
    return shown + [{**line, "overdue": False, "owner": agency} for agency in agencies]


def open_items(
    connection: sqlite3.Connection,
    place_id: int | None,
    people: Sequence[int],
    as_of: AsOf,
    view: View,
) -> list[dict[str, Any]]:
    """Return the open work for the card: record, id, what, due, owner, overdue, referral."""
    found = []
    for item in open_work(connection, people, as_of, view, place_id):
        waits = ", to sign" if item["status"] == "to sign" else ""
        what = item["status"] if item["record"] == "referral" else item["what"] + waits
        rest = {key: item[key] for key in ("due", "owner", "overdue", "referral")}
        found.append({"record": item["record"], "id": item["id"], "what": what, **rest})
    return found


def _open_for(
    connection: sqlite3.Connection, people: Iterable[int], as_of: AsOf
) -> Iterator[tuple[str, int, int]]:
    """Return record, id and the person's record of the open work for each of these records."""
    for person_id in people:
        asked = {"person": person_id, "today": as_of.day.isoformat()}
        yield from map(tuple, connection.execute(_OPEN_FOR, asked).fetchall())


def _hidden(numbers: Iterable[tuple[str, int]], view: View) -> dict[tuple[str, int], Hidden]:
    ids: dict[str, set[int]] = {"referral": set(), "follow-up": set()}
    for record, number in numbers:
        ids[record].add(number)
    referrals, follow_ups = view.referrals(ids["referral"]), view.follow_ups(ids["follow-up"])
    return {("referral", number): each for number, each in referrals.items()} | {
        ("follow-up", number): each for number, each in follow_ups.items()
    }


# ---------------------------------------------------------------- on screens


def window(session: "Session") -> dict[str, object]:
    """Return the parameters of a card's statements: days and the moment of this run."""
    return {
        "today": session.today.isoformat(),
        "now": session.now.isoformat()[:19],
        "day_repeat": session.days_ago(session.settings.number("repeat_days")),
        **{f"day_{days}": session.days_ago(days) for days in WINDOWS},
    }


def worker_line(each: Mapping[str, Any]) -> str:
    """Return `Human Services client. Call NAME, PHONE, since DATE; ...`, or less if hidden."""
    if each["name"] is None:
        return f"{each['agency']} is handling this"
    reach = each["phone"] or "no phone recorded"
    text = f"{agency(each)} client. Call {each['name']}, {reach}"
    text += f", since {dates.said(each['since'])}"
    if each["connected_to"]:
        text += f"; connected to: {', '.join(each['connected_to'])}"
    if each["next_contact"]:
        was = " was due" if each["overdue"] else ""
        text += f"; next contact{was} {dates.said(each['next_contact'])}"
    return text


def agency(worker: Mapping[str, Any]) -> str:
    """Return the agency of a worker; the police workers are the unit's."""
    return "CCU" if worker["agency"] == "Police" else str(worker["agency"])


def listed_items(items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out follow-ups of a listed referral, because its line shows the next action."""
    told = {each["id"] for each in items if each["record"] == "referral"}
    return [each for each in items if each["referral"] not in told]
