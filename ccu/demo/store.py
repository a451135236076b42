"""What the demo reads and writes in its file beside the command lines of its story."""

import sqlite3
from collections.abc import Iterator
from datetime import datetime

from ccu import dates
from ccu.imports.store import table

_CARE_CALLS = """
SELECT id, occurred_at FROM call
WHERE care = 1 AND import_batch_id IS NOT NULL AND voided_at IS NULL ORDER BY id
"""
# Of ten calls back six reach somebody; the call's number decides, so that a town stays the same.
_ANSWERS = """
INSERT INTO attempt (follow_up_id, occurred_at, result, minutes, recorded_at, recorded_by)
SELECT id, closed_at, CASE WHEN call_id * 7 % 10 < 6 THEN 'reached'
                           WHEN call_id * 7 % 10 < 9 THEN 'no_response' ELSE 'refused' END,
       5, closed_at, closed_by
FROM follow_up WHERE id > ? AND closed_at IS NOT NULL ORDER BY id
"""
# What people told the care team; police do not ask it, and not all were asked.
_DESCRIBED = """
UPDATE person SET race_ethnicity = CASE WHEN id * 5 % 11 < 1 THEN 'asian'
  WHEN id * 5 % 11 < 2 THEN 'multiracial' WHEN id * 5 % 11 < 4 THEN 'hispanic'
  WHEN id * 5 % 11 < 6 THEN 'black' ELSE 'white' END
WHERE race_ethnicity IS NULL AND id % 4 <> 0
"""
_FOLLOW_UP = """
SELECT id FROM open_follow_up WHERE referral_id = :referral AND (closing_at IS NULL) = :to_do
ORDER BY due_unix, id LIMIT 1
"""


def add_calls_back(
    connection: sqlite3.Connection, owners: tuple[int, ...], open_since: datetime
) -> None:
    """Add a call back the day after each imported care call; those since then stay open."""
    last = connection.execute("SELECT coalesce(max(id), 0) FROM follow_up").fetchone()[0]
    found = connection.execute(_CARE_CALLS)
    table(connection, "follow_up").insert_all(_called_back(found, owners, open_since))
    connection.execute(_ANSWERS, (last,))


def add_answers(connection: sqlite3.Connection) -> None:
    """Add how people describe themselves, as the care team would; the number decides."""
    connection.execute(_DESCRIBED)


def _called_back(
    found: Iterator[sqlite3.Row], owners: tuple[int, ...], since: datetime
) -> Iterator[dict[str, object]]:
    for call_id, occurred_at in found:
        begun = dates.from_iso(occurred_at).astimezone(since.tzinfo)
        owner = owners[call_id % len(owners)]
        due_at = dates.to_iso(dates.add_elapsed(begun, hours=24))
        is_open = begun > since
        yield {
            **{"kind": "call", "call_id": call_id, "owner_id": owner, "due_at": due_at},
            **{"closed_at": None if is_open else due_at, "closed_by": None if is_open else owner},
            **{"recorded_at": occurred_at, "recorded_by": owner},
        }


def first_follow_up(connection: sqlite3.Connection, referral_id: int, *, to_sign: bool) -> int:
    """Return the number of a referral's first open follow-up to do, or to sign."""
    wanted = {"referral": referral_id, "to_do": not to_sign}
    return int(connection.execute(_FOLLOW_UP, wanted).fetchone()["id"])


def newest(connection: sqlite3.Connection, table: str) -> int:
    """Return the number of the newest record of a table of the story."""
    return int(connection.execute(f"SELECT max(id) FROM {table}").fetchone()[0])  # noqa: S608


def do_not_wait_for_the_disk(connection: sqlite3.Connection) -> None:
    """Write without syncing: the file is new, and removed if making it fails."""
    connection.execute("PRAGMA synchronous = OFF")
