"""What is being done for those on the frequent lists: who has a worker, how much is open.

The same as their cards say, for many at once: so it starts from what is active, which is little,
and not from the people met, who are many. Numbers only.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping

from ccu.store import person_ids

# Records with a current worker of their own or of their household's.
_WITH_WORKER = """
SELECT person_id FROM worker
WHERE owner = 1 AND until IS NULL AND person_id IS NOT NULL
UNION
SELECT member.person_id FROM worker
JOIN household_member AS member ON member.household_id = worker.household_id
WHERE worker.owner = 1 AND worker.until IS NULL AND coalesce(member.until, :today) >= :today
"""
_HOUSEHOLDS_OF = """
SELECT DISTINCT other.person_id FROM json_each(:people) AS people
CROSS JOIN household_member AS own ON own.person_id = people.value
CROSS JOIN household_member AS other ON other.household_id = own.household_id
WHERE coalesce(own.until, :today) >= :today AND coalesce(other.until, :today) >= :today
"""
_MET_AT = """
SELECT DISTINCT call.place_id FROM json_each(:people) AS people
CROSS JOIN call_person ON call_person.person_id = people.value
CROSS JOIN call ON call.id = call_person.call_id
WHERE call.occurred_at >= :day_365 AND call.voided_at IS NULL
  AND substr(call.occurred_at, 1, 19) <= :now AND call.place_id IS NOT NULL
"""
# An item without a person is open for everybody who was on its call.
_OPEN = """
SELECT 'referral' AS record, referral.id, NULL AS referral_id,
       coalesce(referral.person_id, call_person.person_id) AS person_id
FROM referral_status CROSS JOIN referral ON referral.status = referral_status.code
LEFT JOIN call ON call.id = referral.call_id AND referral.person_id IS NULL
  AND call.voided_at IS NULL
LEFT JOIN call_person ON call_person.call_id = call.id
WHERE referral_status.open = 1
UNION ALL
SELECT 'follow-up', follow_up.id, follow_up.referral_id,
       coalesce(follow_up.person_id, call_person.person_id)
FROM follow_up
LEFT JOIN call ON call.id = follow_up.call_id AND follow_up.person_id IS NULL
  AND call.voided_at IS NULL
LEFT JOIN call_person ON call_person.call_id = call.id
WHERE follow_up.closed_at IS NULL
"""


def worked_people(connection: sqlite3.Connection, window: Mapping[str, object]) -> set[int]:
    """Canonical people with a worker, their own or their household's; window: today."""
    found = _records_with_worker(connection, window)
    return set(person_ids.canonical(connection, found).values())


def worked_places(connection: sqlite3.Connection, window: Mapping[str, object]) -> set[int]:
    """Places whose card names a worker: of somebody met there within a year, or of their household.

    window: day_365, now, today, as the card's (standing.people_here).
    """
    people = person_ids.same(connection, _records_with_worker(connection, window))
    asked = {**window, "people": json.dumps(people)}
    family = [row[0] for row in connection.execute(_HOUSEHOLDS_OF, asked)]
    asked["people"] = json.dumps(person_ids.same(connection, [*people, *family]))
    return {row[0] for row in connection.execute(_MET_AT, asked)}


def open_items(connection: sqlite3.Connection) -> dict[int, int]:
    """Canonical person -> how many items their card lists as open, if any.

    As its lines: the follow-ups of an open referral need none of their own.
    """
    rows = [row for row in connection.execute(_OPEN) if row["person_id"] is not None]
    stands_for = person_ids.canonical(connection, (row["person_id"] for row in rows))
    referrals = _by_person(stands_for, (row for row in rows if row["record"] == "referral"))
    due = _by_person(stands_for, (row for row in rows if row["record"] == "follow-up"))
    counts = {person: len(own) for person, own in referrals.items()}
    for person, own in due.items():
        told = referrals.get(person, {})
        more = sum(row["referral_id"] not in told for row in own.values())
        counts[person] = counts.get(person, 0) + more
    return counts


def _records_with_worker(
    connection: sqlite3.Connection, window: Mapping[str, object]
) -> Collection[int]:
    return [row[0] for row in connection.execute(_WITH_WORKER, {"today": window["today"]})]


def _by_person(
    stands_for: Mapping[int, int], rows: Iterable[sqlite3.Row]
) -> dict[int, dict[int, sqlite3.Row]]:
    found: dict[int, dict[int, sqlite3.Row]] = {}
    for row in rows:
        found.setdefault(stands_for[row["person_id"]], {})[row["id"]] = row
    return found
