"""Follow-ups: what is due, for whom, by whom. Each write is inside the caller's transaction.

A follow-up is open until it is closed. A try that did not reach the person leaves it open with a new
due; an intern's closing waits for a signature and is open until then.
"""

import sqlite3
from datetime import datetime

from ccu import dates
from ccu.store import audit
from ccu.store.settings import Settings

SCHEDULED_KIND = "call"  # what the follow-ups of a new referral are, until somebody says otherwise

_INSERT = """
INSERT INTO follow_up (
  kind, referral_id, call_id, person_id, owner_id, due_at, note, recorded_at, recorded_by)
VALUES (
  :kind, :referral_id, :call_id, :person_id, :owner_id, :due_at, :note, :recorded_at, :by)
"""


def schedule(
    connection: sqlite3.Connection,
    staff_id: int,
    *,
    referral_id: int | None,
    person_id: int | None,
    call_id: int | None,
    owner_id: int,
    made_at: datetime,
    settings: Settings,
) -> list[int]:
    """Make the follow-ups of a new referral and return their ids; at least one, whatever is set.

    Due the hours of the setting follow_up_hours after `made_at` by the clock on the wall of the
    world, not the town's: 24 hours are 24 hours when clocks change. Two that fall on one moment
    (both moved to Monday's opening) are one.
    """
    hours = [int(part) for part in settings["follow_up_hours"].split(",")]
    due = [office_moment(dates.add_elapsed(made_at, hours=span), settings) for span in hours]
    at = _recorded_at(connection, referral_id) or dates.to_iso(made_at)
    made = []
    for due_at in dict.fromkeys(map(dates.to_iso, due)):
        values = {"referral_id": referral_id, "person_id": person_id, "call_id": call_id}
        values |= {"owner_id": owner_id}
        made.append(_insert(connection, staff_id, SCHEDULED_KIND, values, due_at, "", at))
    audit.record(
        connection, staff_id, "follow-up-schedule", "referral", referral_id, follow_ups=made
    )
    return made


def _recorded_at(connection: sqlite3.Connection, referral_id: int | None) -> str | None:
    """When the referral was typed in, which may be later than when it was made."""
    row = connection.execute(
        "SELECT recorded_at FROM referral WHERE id = :id", {"id": referral_id}
    ).fetchone()
    return str(row["recorded_at"]) if row else None


def office_moment(moment: datetime, settings: Settings) -> datetime:
    """The moment, or the next at which the office is open, where the town set hours or holidays."""
    if not (settings["office_hours"] or settings["holidays"]):
        return moment
    from ccu import office_hours

    return office_hours.read(settings["office_hours"], settings["holidays"]).next_open(moment)


def close_for_referral(
    connection: sqlite3.Connection, staff_id: int, referral_id: int, at: str
) -> list[int]:
    """Close what is still open of a referral that came to an end; returns the ids.

    One that waits for a supervisor's signature keeps waiting: what was done is still to be signed.
    """
    found = connection.execute(
        "UPDATE follow_up SET closed_at = :at, closed_by = :by"
        " WHERE referral_id = :referral_id AND closed_at IS NULL AND closing_at IS NULL"
        " RETURNING id",
        {"at": at, "by": staff_id, "referral_id": referral_id},
    )
    closed = sorted(int(row["id"]) for row in found)
    if closed:
        audit.record(
            connection, staff_id, "follow-up-close", "referral", referral_id, follow_ups=closed
        )
    return closed


def _insert(
    connection: sqlite3.Connection,
    staff_id: int,
    kind: str,
    about: dict[str, int | None],
    due_at: str,
    note: str,
    at: str,
) -> int:
    cursor = connection.execute(
        _INSERT,
        {
            **about,
            "kind": kind,
            "due_at": due_at,
            "note": note,
            "recorded_at": at,
            "by": staff_id,
        },
    )
    return int(cursor.lastrowid or 0)
