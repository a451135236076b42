"""Read referrals: lists, one with all its parts, open ones similar to a new one.

The caller must record in the audit that a person's record was read.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ccu.records import person_ids, table
from ccu.referrals import store as referrals

if TYPE_CHECKING:
    from ccu.referrals.store import NewReferral

_LIST = """
SELECT referral.id, referral.status, referral.need, referral.provider_id,
       provider.name AS provider, referral.call_id AS call,
       (SELECT canonical_id FROM human WHERE id = referral.person_id) AS person,
       place_plain.line AS place, owner.login AS owner, referral.made_at AS made,
       last.occurred_at AS changed,
       (SELECT due_at FROM next_due WHERE referral_id = referral.id) AS next_due
FROM referral
JOIN provider ON provider.id = referral.provider_id
JOIN staff AS owner ON owner.id = referral.owner_id
JOIN referral_event AS last
  ON last.id = (
    SELECT max(id) FROM referral_event WHERE referral_id = referral.id AND undone = 0)
LEFT JOIN call ON call.id = referral.call_id
LEFT JOIN place_plain ON place_plain.id = call.place_id
WHERE {where}
ORDER BY unixepoch(referral.made_at), referral.id
"""

# Conditions of a list, for table.select.
STATUSES = "referral.status IN ?"
OWNER = "referral.owner_id = ?"
NEED = "referral.need = ?"
PROVIDER = "referral.provider_id = ?"
NUMBERS = "referral.id IN ?"
STALLED = "referral.id IN (SELECT id FROM open_referral WHERE stalls_unix <= ?)"  # at a moment

_RECORD = """
SELECT referral.id, referral.status, referral.need, referral.call_id AS call,
       (SELECT canonical_id FROM human WHERE id = referral.person_id) AS person,
       provider.id AS provider_id, provider.name AS provider_name,
       provider.phone AS provider_phone, place_plain.line AS place,
       call.voided_at IS NOT NULL AS call_void, owner.login AS owner_login,
       owner.name AS owner_name, owner.phone AS owner_phone, handoff, handoff_parties,
       handoff_minutes, made_at, referral.recorded_at, recorder.login AS recorded_by, again_of,
       (SELECT assessment_id FROM need_answer WHERE referral_id = referral.id) AS assessment
FROM referral
JOIN provider ON provider.id = referral.provider_id
JOIN staff AS owner ON owner.id = referral.owner_id
JOIN staff AS recorder ON recorder.id = referral.recorded_by
LEFT JOIN call ON call.id = referral.call_id
LEFT JOIN place_plain ON place_plain.id = call.place_id
WHERE {where}
"""

UNDONE = (None, "taken back", "takes back")

_FOLLOW_UPS = """
SELECT follow_up.id, follow_up.kind, follow_up.due_at, owner.login AS owner,
       follow_up.closing_at IS NOT NULL AND follow_up.closed_at IS NULL AS unsigned,
       follow_up.closed_at
FROM follow_up JOIN staff AS owner ON owner.id = follow_up.owner_id
WHERE follow_up.referral_id = :id ORDER BY unixepoch(follow_up.due_at), follow_up.id
"""
_ATTEMPTS = """
SELECT attempt.occurred_at AS at, recorder.login AS by, attempt.result, attempt.minutes,
       attempt.note
FROM attempt JOIN staff AS recorder ON recorder.id = attempt.recorded_by
WHERE attempt.follow_up_id = :id ORDER BY attempt.id
"""


def rows(connection: sqlite3.Connection, conditions: Mapping[str, object]) -> list[dict[str, Any]]:
    """Return referrals, oldest first: ids, codes, `place` as text, times as stored."""
    return [dict(row) for row in table.select(connection, _LIST, conditions)]


def record(connection: sqlite3.Connection, referral_id: int) -> dict[str, Any]:
    """Return a referral with its events, follow-ups and notes, without a person's name.

    Raises NotFound.
    """
    row = table.require(connection, "referral", referral_id, _RECORD)
    events = referrals.events_of(connection, referral_id)
    for event in events:
        del event["by_id"], event["id"]
        event["undone"] = UNDONE[event["undone"]]
    handoff = ("handoff", "handoff_parties", "handoff_minutes")
    recorded = ("made_at", "recorded_at", "recorded_by", "again_of", "assessment")
    return {
        **{key: row[key] for key in ("id", "status")},
        "since": referrals.event_of_status(events)["at"],
        "need": row["need"],
        "provider": {key: row[f"provider_{key}"] for key in ("id", "name", "phone")},
        **{key: row[key] for key in ("person", "call", "place")},
        "call_void": bool(row["call_void"]),
        "owner": {key: row[f"owner_{key}"] for key in ("login", "name", "phone")},
        **{key: row[key] for key in (*handoff, *recorded)},
        "events": events,
        "follow_ups": _follow_ups(connection, referral_id),
    }


def _follow_ups(connection: sqlite3.Connection, referral_id: int) -> list[dict[str, Any]]:
    found = []
    for row in connection.execute(_FOLLOW_UPS, {"id": referral_id}).fetchall():
        attempts = connection.execute(_ATTEMPTS, {"id": row["id"]})
        found.append(
            {
                **dict(row),
                "unsigned": bool(row["unsigned"]),
                "attempts": [dict(each) for each in attempts],
            }
        )
    return found


# ---------------------------------------------------------------- beside a new one


def was_on_call(connection: sqlite3.Connection, call_id: int, person_id: int) -> bool:
    """Return whether a person was on a call in any role, under any of their records."""
    conditions = {"call_id = ?": call_id, "person_id IN ?": _same(connection, person_id)}
    return bool(
        table.select(connection, "SELECT person_id FROM call_person WHERE {where}", conditions)
    )


def open_alike(connection: sqlite3.Connection, new: "NewReferral") -> list[int]:
    """Return open referrals for the same need, provider and person (without one: the same call)."""
    conditions: dict[str, object] = {"need = ?": new.need, "provider_id = ?": new.provider_id}
    if new.person_id is not None:
        conditions["person_id IN ?"] = _same(connection, new.person_id)
    else:
        conditions["person_id IS NULL AND call_id = ?"] = new.call_id or 0
    sql = "SELECT id FROM open_referral WHERE {where} ORDER BY id"
    return [row["id"] for row in table.select(connection, sql, conditions)]


def _same(connection: sqlite3.Connection, person_id: int) -> list[int]:
    return person_ids.same(connection, [person_id])


# ---------------------------------------------------------------- for a parcel

_FOR_PARCEL = """
SELECT (SELECT trim(iif(name = '', login, name) || ', ' || coalesce(phone, ''), ', ')
        FROM staff WHERE id = :by) AS by,
       (SELECT max(substr(call.occurred_at, 1, 10)) FROM call_person JOIN call ON call.id = call_id
        WHERE voided_at IS NULL AND person_id IN (SELECT value FROM json_each(:people))) AS met,
       (SELECT json_group_array(label) FROM need WHERE code IN (
          SELECT open_referral.need FROM open_referral JOIN provider ON provider.id = provider_id
          WHERE provider.part2 = 0
            AND person_id IN (SELECT value FROM json_each(:people)))) AS needs
"""


def for_parcel(
    connection: sqlite3.Connection, person_ids: Sequence[int], by: int
) -> dict[str, Any]:
    """Return by (the sender with the phone), met (the day of the last call), needs (labels).

    Needs are those of open referrals, except referrals to 42 CFR Part 2 programs.
    """
    given = {"people": json.dumps([*person_ids]), "by": by}
    row = dict(connection.execute(_FOR_PARCEL, given).fetchone())
    return {**row, "needs": json.loads(row["needs"])}
