"""What the outcome line of a call is made of: its referrals and follow-ups, with their last result.

`calls` and `people` are numbers; with `people`, the records of one person, only theirs. What names
no person is for the only subject of the call, and of several for none of them.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

Row = sqlite3.Row | dict[str, Any]  # of a referral or a follow-up

_REFERRALS = """
SELECT referral.id, referral.call_id, referral.status, referral.made_at,
       (SELECT occurred_at FROM referral_event
        WHERE referral_id = referral.id AND status = referral.status AND coalesce(undone, 0) = 0
          AND id > coalesce((SELECT max(id) FROM referral_event AS other
                             WHERE other.referral_id = referral.id AND coalesce(other.undone, 0) = 0
                               AND other.status <> referral.status), 0)
        ORDER BY id LIMIT 1) AS since,
       (SELECT accepted_at FROM acceptance WHERE referral_id = referral.id) AS accepted,
       reached.occurred_at AS reached, reached.result,
       EXISTS (SELECT 1 FROM follow_up JOIN attempt ON attempt.follow_up_id = follow_up.id
               WHERE follow_up.referral_id = referral.id) AS tried,
       (SELECT due_at FROM next_due WHERE referral_id = referral.id) AS next_due
FROM referral
LEFT JOIN attempt AS reached ON reached.id = (
  SELECT max(attempt.id) FROM follow_up
  JOIN attempt ON attempt.follow_up_id = follow_up.id
  JOIN follow_up_result ON follow_up_result.code = attempt.result
  WHERE follow_up.referral_id = referral.id AND follow_up_result.reached)
WHERE referral.id = :referral_id
   OR (referral.call_id IN (SELECT value FROM json_each(:calls)) AND status <> 'entered_in_error')
ORDER BY referral.id
"""
# Both are asked for one referral at a time: SQLite takes a plain value into each part of the view,
# and would else read everybody on a call, and every event and attempt, of the town.
_IS_FOR = """
SELECT 1 FROM referral_for
WHERE referral_id = :id AND person_id IN (SELECT value FROM json_each(:people))
"""
_CONNECTED = """
SELECT occurred_at FROM engagement
WHERE referral_id = :id AND unixepoch(occurred_at) >= unixepoch(:made_at)
ORDER BY unixepoch(occurred_at) LIMIT 1
"""
_FOLLOW_UPS = """
SELECT follow_up.id, follow_up.call_id, last.result, last.occurred_at AS since,
       iif(follow_up_result.reached, last.occurred_at, NULL) AS reached,
       iif(follow_up.closed_at IS NULL AND follow_up.closing_at IS NULL, follow_up.due_at, NULL)
         AS next_due
FROM follow_up
LEFT JOIN attempt AS last
  ON last.id = (SELECT max(id) FROM attempt WHERE follow_up_id = follow_up.id)
LEFT JOIN follow_up_result ON follow_up_result.code = last.result
WHERE +follow_up.referral_id IS NULL  -- the plus keeps SQLite from that index: most rows have none
  AND follow_up.cancelled IS NOT 1
  AND follow_up.call_id IN (SELECT value FROM json_each(:calls))
  AND (:people IS NULL OR coalesce(follow_up.person_id,
         (SELECT person_id FROM only_subject WHERE only_subject.call_id = follow_up.call_id))
         IN (SELECT value FROM json_each(:people)))
ORDER BY next_due IS NULL, unixepoch(next_due), last.id DESC
"""


def referrals(
    connection: sqlite3.Connection, calls: Iterable[int], people: Sequence[int] | None
) -> list[Row]:
    """Return the referrals of these calls, but those entered in error."""
    asked = {"referral_id": None, **_asked(calls, people)}
    found = connection.execute(_REFERRALS, asked).fetchall()
    if people is not None:
        found = [row for row in found if _is_for(connection, row["id"], asked)]
    return [_with_connected(connection, row) for row in found]


def referral(connection: sqlite3.Connection, referral_id: int) -> Row:
    """Return one referral, which must exist."""
    asked = {"referral_id": referral_id, **_asked([], None)}
    return _with_connected(connection, connection.execute(_REFERRALS, asked).fetchone())


def _is_for(connection: sqlite3.Connection, referral_id: int, asked: dict[str, str | None]) -> bool:
    row = {"id": referral_id, "people": asked["people"]}
    return connection.execute(_IS_FOR, row).fetchone() is not None


def _with_connected(connection: sqlite3.Connection, row: sqlite3.Row) -> Row:
    found = connection.execute(_CONNECTED, {"id": row["id"], "made_at": row["made_at"]}).fetchone()
    return {**dict(row), "connected": found and found[0]}


def follow_ups(
    connection: sqlite3.Connection, calls: Iterable[int], people: Sequence[int] | None
) -> list[sqlite3.Row]:
    """Return the follow-ups of these calls that are not for a referral, the next due first."""
    return connection.execute(_FOLLOW_UPS, _asked(calls, people)).fetchall()


def _asked(calls: Iterable[int], people: Sequence[int] | None) -> dict[str, str | None]:
    return {
        "calls": json.dumps(list(calls)),
        "people": None if people is None else json.dumps(people),
    }
