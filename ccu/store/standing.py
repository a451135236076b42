"""How things stand at a place or with a person: who is here, who works with them, what is open.

For the card, so by numbers: no name of anybody helped, no need, no note. `people` are the ids of
every record of the human beings meant, merged ones too.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from ccu.store import person_ids
from ccu.store.follow_up_rows import AsOf
from ccu.store.viewing import Hidden, View

# Those met here within a year, with every record merged with one of theirs. No call, or nobody on
# it: two index look-ups and nothing more.
_MET = """
WITH RECURSIVE met (id) AS (
  SELECT call_person.person_id
  FROM call CROSS JOIN call_person ON call_person.call_id = call.id
  WHERE call.place_id = :place_id AND call.occurred_at >= :day_365 AND call.voided_at IS NULL
    AND substr(call.occurred_at, 1, 19) <= :now
  UNION
  SELECT person.merged_into FROM met JOIN person ON person.id = met.id
  WHERE person.merged_into IS NOT NULL
  UNION
  SELECT person.id FROM met JOIN person ON person.merged_into = met.id)"""
_MET_ALONE = f"{_MET} SELECT id FROM met"  # noqa: S608 - no user's text in it
# And those of their households now, by every record too.
_HERE = f"""{_MET},
family (id) AS (
  SELECT id FROM met
  UNION
  SELECT other.person_id FROM met
  JOIN household_member AS own ON own.person_id = met.id
  JOIN household_member AS other ON other.household_id = own.household_id
  WHERE own.until IS NULL AND other.until IS NULL
  UNION
  SELECT person.merged_into FROM family JOIN person ON person.id = family.id
  WHERE person.merged_into IS NOT NULL
  UNION
  SELECT person.id FROM family JOIN person ON person.merged_into = family.id)
SELECT id FROM family ORDER BY id
"""  # noqa: S608 - no user's text in it

_WORKERS = """
WITH people (id) AS (SELECT value FROM json_each(:people)),
turn (id, staff_id, person_id, since) AS (
  SELECT worker.id, staff_id, person_id, since
  FROM people CROSS JOIN worker ON worker.person_id = people.id
  WHERE owner = 1 AND until IS NULL
  UNION ALL
  SELECT worker.id, staff_id, member.person_id, worker.since
  FROM people CROSS JOIN household_member AS member ON member.person_id = people.id
  CROSS JOIN worker ON worker.household_id = member.household_id
  WHERE owner = 1 AND worker.until IS NULL AND member.until IS NULL)
SELECT turn.id, turn.staff_id, turn.person_id, turn.since, staff.login, staff.name, staff.phone,
       agency.label AS agency
FROM turn JOIN staff ON staff.id = turn.staff_id JOIN agency ON agency.code = staff.agency
ORDER BY turn.since, turn.staff_id
"""
_CONNECTED = """
SELECT referral.id, referral.person_id, provider.name
FROM json_each(:people) AS people CROSS JOIN referral ON referral.person_id = people.value
JOIN provider ON provider.id = referral.provider_id
WHERE referral.status IN ('accepted', 'in_progress')
   OR (referral.status = 'service_received' AND referral.made_at >= :day_365)
ORDER BY referral.id
"""
_CONTACT = """
SELECT due.id, due.person_id, due.owner_id, due.due_at, due.due_unix
FROM json_each(:people) AS people CROSS JOIN open_follow_up AS due ON due.person_id = people.value
WHERE due.closing_at IS NULL ORDER BY due.due_unix, due.id
"""

_OPEN_REFERRALS = """
SELECT 'referral' AS record, referral.id, referral_status.label AS what,
       (SELECT due_at FROM open_follow_up AS due
        WHERE due.referral_id = referral.id AND due.closing_at IS NULL
        ORDER BY due.due_unix, due.id LIMIT 1) AS due_at,
       owner.login AS owner, NULL AS referral_id
FROM (
  SELECT referral.id FROM call CROSS JOIN referral ON referral.call_id = call.id
  WHERE call.place_id = :place_id AND call.voided_at IS NULL
  UNION
  SELECT referral.id
  FROM json_each(:people) AS people CROSS JOIN referral ON referral.person_id = people.value
  UNION
  SELECT referral.id
  FROM json_each(:people) AS people CROSS JOIN call_person ON call_person.person_id = people.value
  CROSS JOIN referral ON referral.call_id = call_person.call_id AND referral.person_id IS NULL
  JOIN call ON call.id = call_person.call_id AND call.voided_at IS NULL
) AS found CROSS JOIN referral ON referral.id = found.id
JOIN referral_status ON referral_status.code = referral.status AND referral_status.open = 1
JOIN staff AS owner ON owner.id = referral.owner_id
"""
_OPEN_FOLLOW_UPS = """
SELECT 'follow-up' AS record, due.id, follow_up_kind.label
         || iif(due.closing_at IS NULL, '', ', to sign') AS what,
       due.due_at, owner.login AS owner, due.referral_id
FROM (
  SELECT follow_up.id FROM call CROSS JOIN follow_up ON follow_up.call_id = call.id
  WHERE call.place_id = :place_id AND call.voided_at IS NULL
  UNION
  SELECT follow_up.id
  FROM json_each(:people) AS people CROSS JOIN follow_up ON follow_up.person_id = people.value
  UNION
  SELECT follow_up.id
  FROM json_each(:people) AS people CROSS JOIN call_person ON call_person.person_id = people.value
  CROSS JOIN follow_up ON follow_up.call_id = call_person.call_id AND follow_up.person_id IS NULL
  JOIN call ON call.id = call_person.call_id AND call.voided_at IS NULL
) AS found CROSS JOIN open_follow_up AS due ON due.id = found.id
JOIN follow_up_kind ON follow_up_kind.code = due.kind
JOIN staff AS owner ON owner.id = due.owner_id
"""


def people_here(connection: sqlite3.Connection, window: Mapping[str, object]) -> list[int]:
    """The people of a place: `window` has place_id, day_365, now and today, as the card's."""
    return [row[0] for row in connection.execute(_HERE, window)]


def met_here(connection: sqlite3.Connection, window: Mapping[str, object]) -> set[int]:
    """Those of them who were met here themselves within a year, by every record."""
    return {row[0] for row in connection.execute(_MET_ALONE, window)}


def workers(
    connection: sqlite3.Connection,
    people: Sequence[int],
    window: Mapping[str, object],
    as_of: AsOf,
    view: View,
) -> list[dict[str, Any]]:
    """Who is active with any of these people, the longest first; the view hides what it must.

    agency, name, phone, since, connected_to (providers), next_contact (a day or None), overdue. Of
    those who are hidden the agency alone, once: the rest is None or empty.
    """
    if not people:
        return []
    asked = {"people": json.dumps(people), "today": window["today"], "day_365": window["day_365"]}
    turns = connection.execute(_WORKERS, asked).fetchall()
    if not turns:
        return []
    turns, in_hand = _seen(turns, view)
    stands_for = person_ids.canonical(connection, people)
    connected = connection.execute(_CONNECTED, asked).fetchall()
    unnamed = view.connected(row["id"] for row in connected)
    connected = [row for row in connected if row["id"] not in unnamed]
    contacts = connection.execute(_CONTACT, asked).fetchall()
    untold = view.follow_ups(row["id"] for row in contacts)
    contacts = [row for row in contacts if row["id"] not in untold]
    found = []
    for staff_id in dict.fromkeys(row["staff_id"] for row in turns):
        own = [row for row in turns if row["staff_id"] == staff_id]
        with_whom = {stands_for[row["person_id"]] for row in own}
        names = [row["name"] for row in connected if stands_for[row["person_id"]] in with_whom]
        due = _next_contact(
            staff_id, [r for r in contacts if stands_for[r["person_id"]] in with_whom]
        )
        found.append(
            {
                "agency": own[0]["agency"],
                "name": own[0]["name"] or own[0]["login"],
                "phone": own[0]["phone"] or None,
                "since": own[0]["since"],
                "connected_to": list(dict.fromkeys(names)),
                "next_contact": due["due_at"][:10] if due else None,
                "overdue": due is not None and due["due_unix"] < as_of.unix,
            }
        )
    named = {each["agency"] for each in found}
    return found + [_in_hand(agency) for agency in in_hand if agency not in named]


def _seen(turns: Sequence[sqlite3.Row], view: View) -> tuple[list[sqlite3.Row], list[str]]:
    """The turns that are shown, and the agencies of those that are not."""
    hidden = [view.turn_with(row["id"], row["person_id"]) for row in turns]
    shown = [row for row, each in zip(turns, hidden, strict=True) if each is None]
    return shown, list(dict.fromkeys(each.agency for each in hidden if each is not None))


def _in_hand(agency: str) -> dict[str, Any]:
    nothing = dict.fromkeys(("name", "phone", "since"))
    return {
        "agency": agency,
        **nothing,
        "connected_to": [],
        "next_contact": None,
        "overdue": False,
    }


def _next_contact(staff_id: int, due: Sequence[sqlite3.Row]) -> sqlite3.Row | None:
    """The worker's own next contact with them; else the next that a colleague has planned."""
    own = (row for row in due if row["owner_id"] == staff_id)
    return next(own, None) or next(iter(due), None)


def open_items(
    connection: sqlite3.Connection,
    place_id: int | None,
    people: Sequence[int],
    as_of: AsOf,
    view: View,
) -> list[dict[str, Any]]:
    """Open referrals and follow-ups of a place's calls and of these people, the first due first.

    record, id, what, due, owner, overdue, and the referral that a follow-up is for. Of those that
    are hidden one line for each agency, with its label as the owner: record is `in hand`, no id.
    """
    asked = {"place_id": place_id, "people": json.dumps(people)}
    rows = connection.execute(_OPEN_REFERRALS, asked).fetchall()
    hidden = view.referrals(row["id"] for row in rows)
    due = connection.execute(_OPEN_FOLLOW_UPS, asked).fetchall()
    untold = view.follow_ups(row["id"] for row in due)
    rows = [row for row in rows if row["id"] not in hidden]
    rows += [row for row in due if row["id"] not in untold]
    found = [(_instant(row["due_at"]), row) for row in rows]
    found.sort(key=lambda each: (each[0], each[1]["record"] == "follow-up", each[1]["id"]))
    return [
        {
            "record": row["record"],
            "id": row["id"],
            "what": row["what"],
            "due": row["due_at"] and row["due_at"][:16].replace("T", " "),
            "owner": row["owner"],
            "overdue": at < as_of.unix,
            "referral": row["referral_id"],
        }
        for at, row in found
    ] + _items_in_hand([*hidden.values(), *untold.values()])


def _items_in_hand(hidden: Sequence[Hidden]) -> list[dict[str, Any]]:
    nothing = {"id": None, "what": "in hand", "due": None}
    rest = {"overdue": False, "referral": None}
    return [
        {"record": "in hand", **nothing, "owner": agency, **rest}
        for agency in dict.fromkeys(each.agency for each in hidden)
    ]


def _instant(due_at: str | None) -> float:
    from ccu import dates

    return dates.from_iso(due_at).timestamp() if due_at else float("inf")
