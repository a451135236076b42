"""Referrals as read: lists, one with everything about it, and open ones like a new one.

The caller must record in the audit that a person's record was read.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ccu import dates
from ccu.records import person_ids, table
from ccu.referrals import rules
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
  ON last.id = (SELECT max(id) FROM referral_event WHERE referral_id = referral.id)
LEFT JOIN call ON call.id = referral.call_id
LEFT JOIN place_plain ON place_plain.id = call.place_id
WHERE referral.status IN (SELECT value FROM json_each(:statuses))
  AND (:owner_id IS NULL OR referral.owner_id = :owner_id)
  AND (:need IS NULL OR referral.need = :need)
  AND (:provider_id IS NULL OR referral.provider_id = :provider_id)
  AND (:silent_since IS NULL OR referral.id IN (
         SELECT id FROM open_referral WHERE unixepoch(worked_at) <= unixepoch(:silent_since)))
ORDER BY unixepoch(referral.made_at), referral.id
"""

_RECORD = """
SELECT referral.*, (SELECT canonical_id FROM human WHERE id = referral.person_id) AS person,
       provider.name AS provider_name, provider.phone AS provider_phone,
       owner.login AS owner_login, owner.name AS owner_name, owner.phone AS owner_phone,
       recorder.login AS recorded_login, place_plain.line AS place, call.voided_at,
       (SELECT assessment_id FROM need_answer WHERE referral_id = referral.id) AS assessment
FROM referral
JOIN provider ON provider.id = referral.provider_id
JOIN staff AS owner ON owner.id = referral.owner_id
JOIN staff AS recorder ON recorder.id = referral.recorded_by
LEFT JOIN call ON call.id = referral.call_id
LEFT JOIN place_plain ON place_plain.id = call.place_id
WHERE referral.id = :id
"""

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


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which referrals to list; None: any. `silent_since`: open, and nothing done since then."""

    statuses: Sequence[str] = rules.OPEN
    owner_id: int | None = None
    need: str | None = None
    provider_id: int | None = None
    silent_since: str | None = None


def silent_since(now: datetime, days: int) -> str:
    """Return the moment since when a stalled referral has had no event and no attempt."""
    return dates.to_iso(dates.add_elapsed(now, days=-days))


def rows(connection: sqlite3.Connection, wanted: Filter) -> list[dict[str, Any]]:
    """Referrals, the longest-standing first: ids, codes, `place` as text, times as stored."""
    values = {**wanted.__dict__, "statuses": json.dumps(wanted.statuses)}
    return [dict(row) for row in connection.execute(_LIST, values)]


def record(connection: sqlite3.Connection, referral_id: int) -> dict[str, Any]:
    """One referral with its events and follow-ups, notes and all, without a name of a person."""
    table.require(connection, "referral", referral_id)
    row = connection.execute(_RECORD, {"id": referral_id}).fetchone()
    events = referrals.events_of(connection, referral_id)
    found = {key: row[key] for key in ("id", "status")}
    found["since"] = referrals.event_of_status(events)["at"]
    found["need"] = row["need"]
    found["provider"] = {
        "id": row["provider_id"],
        "name": row["provider_name"],
        "phone": row["provider_phone"],
    }
    found |= {"person": row["person"], "call": row["call_id"], "place": row["place"]}
    found["call_void"] = row["voided_at"] is not None
    found["owner"] = {key: row[f"owner_{key}"] for key in ("login", "name", "phone")}
    for key in ("handoff", "handoff_parties", "handoff_minutes", "made_at", "recorded_at"):
        found[key] = row[key]
    found["recorded_by"] = row["recorded_login"]
    found["again_of"], found["assessment"] = row["again_of"], row["assessment"]
    found["events"] = events
    for event in events:
        del event["by_id"]
    found["follow_ups"] = _follow_ups(connection, referral_id)
    return found


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
    """Whether a person was on a call in any part, under any record of theirs."""
    found = connection.execute(
        "SELECT 1 FROM call_person WHERE call_id = :call_id"
        " AND person_id IN (SELECT value FROM json_each(:ids))",
        {"call_id": call_id, "ids": _same(connection, person_id)},
    )
    return found.fetchone() is not None


def open_alike(connection: sqlite3.Connection, new: "NewReferral") -> list[int]:
    """Open referrals of the same person (of nobody: from the same call) that ask the same."""
    found = connection.execute(
        "SELECT id FROM open_referral"
        " WHERE need = :need AND provider_id = :provider_id"
        " AND (person_id IN (SELECT value FROM json_each(:ids))"
        "      OR :ids = '[]' AND person_id IS NULL AND call_id = :call_id)"
        " ORDER BY id",
        {
            "need": new.need,
            "provider_id": new.provider_id,
            "call_id": new.call_id,
            "ids": _same(connection, new.person_id),
        },
    )
    return [row["id"] for row in found]


def _same(connection: sqlite3.Connection, person_id: int | None) -> str:
    return json.dumps(person_ids.same(connection, [] if person_id is None else [person_id]))
