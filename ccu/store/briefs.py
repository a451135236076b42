"""The lists of the shift hand-over, by number and place. Reading them must be audited."""

import json
import sqlite3
from typing import Any

from ccu.store import person_ids

SEEN_OFTEN = 3  # calls within a week

# Both ends of a span are instants: the text comparison only brings the index call_occurred in, with
# a day to spare for offsets that differ.
_SPAN = """
  call.voided_at IS NULL
  AND call.occurred_at >= :from_text AND call.occurred_at < :until_text
  AND unixepoch(call.occurred_at) >= :from_unix AND unixepoch(call.occurred_at) <= :until_unix
"""
_CARE_CALLS = f"""
SELECT call.id, substr(replace(call.occurred_at, 'T', ' '), 1, 16) AS occurred,
       coalesce((SELECT line FROM place_plain WHERE id = call.place_id), '') AS place,
       nature.label AS nature,
       coalesce((SELECT group_concat(label, '; ') FROM
         (SELECT disposition.label FROM call_disposition
          JOIN disposition ON disposition.code = call_disposition.disposition
          WHERE call_disposition.call_id = call.id ORDER BY disposition.sort)), '') AS outcome
FROM call JOIN nature ON nature.code = coalesce(call.nature_cleared, call.nature)
WHERE call.care = 1 AND {_SPAN}
ORDER BY unixepoch(call.occurred_at) DESC, call.id DESC
"""  # noqa: S608 - no user's text in it
_WAITING = """
SELECT referral.id, substr(replace(referral.made_at, 'T', ' '), 1, 16) AS made,
       owner.login AS owner, referral.person_id AS person,
       coalesce((SELECT line FROM place_plain
                 WHERE id = (SELECT place_id FROM call WHERE id = referral.call_id)), '') AS place
FROM referral JOIN staff AS owner ON owner.id = referral.owner_id
WHERE referral.status = 'requested' ORDER BY unixepoch(referral.made_at), referral.id
"""
_MET = f"""
SELECT DISTINCT call.id, call_person.person_id, call.occurred_at,
       coalesce((SELECT line FROM place_plain WHERE id = call.place_id), '') AS place
FROM call CROSS JOIN call_person ON call_person.call_id = call.id
WHERE call_person.role = 'subject' AND {_SPAN}
ORDER BY unixepoch(call.occurred_at) DESC, call.id DESC
"""  # noqa: S608
# The last that was heard of somebody with something due, whichever of their follow-ups it was on.
_LAST_HEARD = """
SELECT follow_up.person_id, attempt.result, attempt.occurred_at
FROM json_each(:people) AS people
CROSS JOIN follow_up ON follow_up.person_id = people.value
JOIN attempt ON attempt.follow_up_id = follow_up.id
ORDER BY unixepoch(attempt.occurred_at) DESC, attempt.id DESC
"""


def care_calls(connection: sqlite3.Connection, span: dict[str, Any]) -> list[dict[str, Any]]:
    """id, occurred, place, nature, outcome of the care calls of a span, newest first."""
    return [dict(row) for row in connection.execute(_CARE_CALLS, span)]


def waiting(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """id, made, owner, person, place of the referrals that nobody has accepted yet."""
    return [dict(row) for row in connection.execute(_WAITING)]


def seen_often(connection: sqlite3.Connection, span: dict[str, Any]) -> list[dict[str, Any]]:
    """person, calls, last, places of those whom SEEN_OFTEN calls of a span were about."""
    rows = connection.execute(_MET, span).fetchall()
    stands_for = person_ids.canonical(connection, (row["person_id"] for row in rows))
    calls: dict[int, dict[int, sqlite3.Row]] = {}
    for row in rows:
        calls.setdefault(stands_for[row["person_id"]], {})[row["id"]] = row
    found = [
        {
            "person": person_id,
            "calls": len(own),
            "last": next(iter(own.values()))["occurred_at"][:16].replace("T", " "),
            "places": "; ".join(dict.fromkeys(r["place"] for r in own.values() if r["place"])),
        }
        for person_id, own in calls.items()
        if len(own) >= SEEN_OFTEN
    ]
    return sorted(found, key=lambda each: -each["calls"])


def in_hospital(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """person and since of those who have something due and were last heard of in hospital."""
    due = connection.execute(
        "SELECT DISTINCT person_id FROM open_follow_up WHERE person_id IS NOT NULL"
    )
    people = person_ids.same(connection, [row["person_id"] for row in due])
    stands_for = person_ids.canonical(connection, people)
    last: dict[int, sqlite3.Row] = {}
    for row in connection.execute(_LAST_HEARD, {"people": json.dumps(people)}):
        last.setdefault(stands_for[row["person_id"]], row)
    return [
        {"person": person_id, "heard": row["occurred_at"][:16].replace("T", " ")}
        for person_id, row in last.items()
        if row["result"] == "hospital"
    ]
