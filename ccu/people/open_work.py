"""How things stand at a place or with a person: who is here, who works with them, what is open.

For the card, so by numbers: no name of anybody helped, no need, no note. `people` are the ids of
every record of the human beings meant, merged ones too.

Every screen and the report take these from here, so that they agree:

- A turn of a worker and a membership of a household hold from the day they began until the day
  before they ended (`NOW`): who left or was handed over today is not there today.
- The workers of a person are their own and those of the households they are in now.
- Open work is every open referral and every open follow-up, each counted once; a draft is open, and
  so is a follow-up that waits for a signature. It is of the person named on it (a follow-up without
  one: on its referral), under any record of theirs; of nobody's, but a household's: of all who are
  in it now; of neither: of everybody who was on its call, unless that is void.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ccu.consent.visibility import Hidden, View
from ccu.follow_ups.rows import AsOf
from ccu.records import person_ids

NOW = "coalesce({0}.since, :today) <= :today AND coalesce({0}.until > :today, 1)"

# Each turn that holds now, and each record with whom: its own, or of a member of the household.
CURRENT_WORKER = f"""
SELECT worker.id, staff_id, person_id, NULL AS household_id, since FROM worker
WHERE person_id IS NOT NULL AND {NOW.format("worker")}
UNION ALL
SELECT worker.id, staff_id, member.person_id, member.household_id, worker.since
FROM worker JOIN household_member AS member ON member.household_id = worker.household_id
WHERE {NOW.format("worker")} AND {NOW.format("member")}"""  # noqa: S608 - no user's text in it

# After a CTE `people (id)`: open_work (record, id, person_id), of these records alone.
OPEN_WORK = f"""
theirs (id, person_id) AS (
  SELECT referral.id, people.id
  FROM people CROSS JOIN referral ON referral.person_id = people.id
  UNION
  SELECT referral.id, people.id
  FROM people CROSS JOIN household_member AS member ON member.person_id = people.id
  CROSS JOIN referral ON referral.household_id = member.household_id
  WHERE referral.person_id IS NULL AND {NOW.format("member")}
  UNION
  SELECT referral.id, people.id
  FROM people CROSS JOIN call_person ON call_person.person_id = people.id
  CROSS JOIN referral ON referral.call_id = call_person.call_id
  JOIN call ON call.id = call_person.call_id AND call.voided_at IS NULL
  WHERE referral.person_id IS NULL AND referral.household_id IS NULL),
open_work (record, id, person_id) AS (
  SELECT 'referral', theirs.id, theirs.person_id
  FROM theirs CROSS JOIN referral ON referral.id = theirs.id
  JOIN referral_status ON referral_status.code = referral.status AND referral_status.open = 1
  UNION
  SELECT 'follow-up', due.id, people.id
  FROM people CROSS JOIN open_follow_up AS due ON due.person_id = people.id
  UNION
  SELECT 'follow-up', due.id, theirs.person_id
  FROM theirs CROSS JOIN open_follow_up AS due ON due.referral_id = theirs.id
  WHERE due.person_id IS NULL
  UNION
  SELECT 'follow-up', due.id, people.id
  FROM people CROSS JOIN call_person ON call_person.person_id = people.id
  CROSS JOIN open_follow_up AS due ON due.call_id = call_person.call_id
  JOIN call ON call.id = call_person.call_id AND call.voided_at IS NULL
  WHERE due.person_id IS NULL AND due.referral_id IS NULL)"""  # noqa: S608
_WORK_OF = f"""
WITH people (id) AS (SELECT value FROM json_each(:people)),{OPEN_WORK}"""  # noqa: S608

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
  WHERE {NOW.format("own")} AND {NOW.format("other")}
  UNION
  SELECT person.merged_into FROM family JOIN person ON person.id = family.id
  WHERE person.merged_into IS NOT NULL
  UNION
  SELECT person.id FROM family JOIN person ON person.merged_into = family.id)
SELECT id FROM family ORDER BY id
"""  # noqa: S608 - no user's text in it

_WORKERS = f"""
SELECT turn.*, staff.login, staff.name, staff.phone, agency.label AS agency
FROM ({CURRENT_WORKER}) AS turn
JOIN staff ON staff.id = turn.staff_id JOIN agency ON agency.code = staff.agency
WHERE turn.person_id IN (SELECT value FROM json_each(:people))
ORDER BY turn.since, turn.staff_id
"""  # noqa: S608
_CONNECTED = """
SELECT referral.id, referral.person_id, provider.name
FROM json_each(:people) AS people CROSS JOIN referral ON referral.person_id = people.value
JOIN provider ON provider.id = referral.provider_id
WHERE referral.status IN ('accepted', 'in_progress')
   OR (referral.status = 'service_received' AND referral.made_at >= :day_365)
ORDER BY referral.id
"""
_CONTACT = f"""{_WORK_OF}
SELECT due.id, open_work.person_id, due.owner_id, due.due_at, due.due_unix
FROM open_work CROSS JOIN open_follow_up AS due ON due.id = open_work.id
WHERE record = 'follow-up' AND due.closing_at IS NULL ORDER BY due.due_unix, due.id
"""  # noqa: S608
_COUNTED = f"{_WORK_OF} SELECT * FROM open_work"  # noqa: S608
# Of these people, and what is of a place's calls or of a household, whomever it is for.
_ITEMS = f"""{_WORK_OF},
found (record, id) AS (
  SELECT record, id FROM open_work
  UNION
  SELECT 'referral', referral.id FROM call CROSS JOIN referral ON referral.call_id = call.id
  WHERE call.place_id = :place_id AND call.voided_at IS NULL
  UNION
  SELECT 'follow-up', follow_up.id FROM call CROSS JOIN follow_up ON follow_up.call_id = call.id
  WHERE call.place_id = :place_id AND call.voided_at IS NULL
  UNION
  SELECT 'referral', id FROM referral WHERE household_id = :household_id
  UNION
  SELECT 'follow-up', follow_up.id
  FROM referral CROSS JOIN follow_up ON follow_up.referral_id = referral.id
  WHERE referral.household_id = :household_id)
SELECT record, referral.id, need.label || ' to ' || provider.name AS what,
       referral_status.label AS status,
       (SELECT due_at FROM open_follow_up AS due
        WHERE due.referral_id = referral.id AND due.closing_at IS NULL
        ORDER BY due.due_unix, due.id LIMIT 1) AS due_at,
       owner.login AS owner, referral.person_id AS person, NULL AS referral,
       referral.household_id AS household, referral.call_id AS call
FROM found CROSS JOIN referral ON referral.id = found.id
JOIN referral_status ON referral_status.code = referral.status AND referral_status.open = 1
JOIN need ON need.code = referral.need JOIN provider ON provider.id = referral.provider_id
JOIN staff AS owner ON owner.id = referral.owner_id
WHERE record = 'referral'
UNION ALL
SELECT record, due.id, follow_up_kind.label, iif(due.closing_at IS NULL, 'open', 'to sign'),
       due.due_at, owner.login, coalesce(due.person_id, referral.person_id), due.referral_id,
       referral.household_id, coalesce(due.call_id, referral.call_id)
FROM found CROSS JOIN open_follow_up AS due ON due.id = found.id
JOIN follow_up_kind ON follow_up_kind.code = due.kind
JOIN staff AS owner ON owner.id = due.owner_id
LEFT JOIN referral ON referral.id = due.referral_id
WHERE record = 'follow-up'
"""  # noqa: S608


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


def worker_of(connection: sqlite3.Connection, person_id: int, today: str) -> int | None:
    """Return the account that works with a person now: their own before their household's."""
    asked = {"people": json.dumps(person_ids.same(connection, [person_id])), "today": today}
    turns = connection.execute(_WORKERS, asked).fetchall()
    turns.sort(key=lambda turn: turn["household_id"] is not None)
    return int(turns[0]["staff_id"]) if turns else None


def with_worker(connection: sqlite3.Connection, today: str) -> set[int]:
    """Every record, not its merged ones, with whom somebody works now."""
    return {row["person_id"] for row in connection.execute(CURRENT_WORKER, {"today": today})}


# ---------------------------------------------------------------- what is open


def open_work(
    connection: sqlite3.Connection,
    people: Sequence[int],
    as_of: AsOf,
    view: View,
    place_id: int | None = None,
    household_id: int | None = None,
) -> list[dict[str, Any]]:
    """Open referrals and follow-ups of these people, a place's calls, a household; first due first.

    record, id, what and status in words, due, overdue, owner, and by number: person, household,
    call, referral (that a follow-up is for). Of those that are hidden one line for each agency,
    with its label as the owner: record is `in hand`, and there is no number.
    """
    asked = {
        "people": json.dumps(people),
        "place_id": place_id,
        "household_id": household_id,
        "today": as_of.day.isoformat(),
    }
    rows = connection.execute(_ITEMS, asked).fetchall()
    hidden = _hidden(rows, view)
    found = []
    for row in rows:
        if (row["record"], row["id"]) not in hidden:
            due_at = row["due_at"]
            item = {key: row[key] for key in row.keys() if key != "due_at"}  # noqa: SIM118
            at = _instant(due_at)
            item |= {"due": due_at and due_at[:16].replace("T", " "), "overdue": at < as_of.unix}
            found.append(((at, row["record"] == "follow-up", row["id"]), item))
    shown = [item for _order, item in sorted(found, key=lambda each: each[0])]
    nothing = dict.fromkeys(("id", "due", "person", "household", "call", "referral"))
    said = {"record": "in hand", "what": "in hand", "status": "open", "overdue": False}
    agencies = dict.fromkeys(each.agency for each in hidden.values())
    return shown + [{**said, **nothing, "owner": agency} for agency in agencies]


def open_items(
    connection: sqlite3.Connection,
    place_id: int | None,
    people: Sequence[int],
    as_of: AsOf,
    view: View,
) -> list[dict[str, Any]]:
    """The open work of a place and of these people as the card has it.

    record, id, what (of a referral its status), due, owner, overdue, referral.
    """
    found = []
    for item in open_work(connection, people, as_of, view, place_id):
        waits = ", to sign" if item["status"] == "to sign" else ""
        what = item["status"] if item["record"] == "referral" else item["what"] + waits
        rest = {key: item[key] for key in ("due", "owner", "overdue", "referral")}
        found.append({"record": item["record"], "id": item["id"], "what": what, **rest})
    return found


def open_counts(
    connection: sqlite3.Connection, people: Iterable[int], as_of: AsOf, view: View
) -> dict[int, int]:
    """Canonical person -> how many lines of open work their card has, if any."""
    records = person_ids.same(connection, people)
    asked = {"people": json.dumps(records), "today": as_of.day.isoformat()}
    rows = connection.execute(_COUNTED, asked).fetchall()
    stands_for = person_ids.canonical(connection, records)
    hidden = _hidden(rows, view)
    lines: dict[int, set[object]] = {}
    for row in rows:
        item = (row["record"], row["id"])
        line = hidden[item].agency if item in hidden else item
        lines.setdefault(stands_for[row["person_id"]], set()).add(line)
    return {person: len(own) for person, own in lines.items()}


def _hidden(rows: Sequence[sqlite3.Row], view: View) -> dict[tuple[str, int], Hidden]:
    ids = {
        record: [row["id"] for row in rows if row["record"] == record]
        for record in ("referral", "follow-up")
    }
    referrals, follow_ups = view.referrals(ids["referral"]), view.follow_ups(ids["follow-up"])
    return {("referral", number): each for number, each in referrals.items()} | {
        ("follow-up", number): each for number, each in follow_ups.items()
    }


def _instant(due_at: str | None) -> float:
    from ccu import dates

    return dates.from_iso(due_at).timestamp() if due_at else float("inf")
