"""Undo steps of a referral: its status goes back, and its history keeps the steps.

Undone events, and the event that undoes them, count in no list or figure (`referral_event.undone`).
"""

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from ccu.errors import InvalidInput
from ccu.follow_ups import store as follow_ups
from ccu.records import staff_list, table, writes
from ccu.referrals import rules
from ccu.referrals import store as referrals
from ccu.referrals.store import Event
from ccu.work import Work

# The follow-ups that the last update of a referral closed.
_CLOSED = """
SELECT detail ->> 'follow_ups' AS ids FROM audit
WHERE record = 'referral' AND record_id = :id AND action = 'follow-up-close'
  AND id > (SELECT max(id) FROM audit
            WHERE record = 'referral' AND record_id = :id AND action = 'referral-update')
"""
_MARK = """
UPDATE main.referral_event SET undone = 1
WHERE referral_id = :id AND id > :kept AND undone = 0
"""


@dataclass(frozen=True)
class Reopened:
    """What an undo did: the status before and now, and the reopened follow-ups."""

    before: str  # both in words
    after: str
    opened: list[int]


def reopen(work: Work, referral_id: int, note: str | None) -> Reopened:
    """Reopen an ended referral with its earlier status; its follow-ups are due again.

    Raises NotFound; InvalidInput if it is open, was not open before, or was referred again.
    """
    row = table.require(work.connection, "referral", referral_id)
    if row["status"] in rules.OPEN:
        status = referrals.status_words(work.connection, row["status"])
        raise InvalidInput(f"referral {referral_id} is {status}: it has not ended")
    events = counted(work.connection, referral_id)
    if again := next((each["again"] for each in events if each["again"]), None):
        raise InvalidInput(f"referral {referral_id} was referred again as referral {again}")
    kept = [each for each in events if each["status"] in rules.OPEN]
    if not kept:
        raise InvalidInput(f"referral {referral_id} was not open before; refer again: ccu refer")
    return _back_to(work, row, kept[-1], None, note)


def step_back(work: Work, referral_id: int, owner_before: int | None) -> Reopened:
    """Undo the last event: a step, and with `owner_before` a change of owner.

    Raises InvalidInput for a referral with one event alone.
    """
    row = table.require(work.connection, "referral", referral_id)
    events = counted(work.connection, referral_id)
    if len(events) < 2:
        raise InvalidInput(
            f"referral {referral_id} has no step to take back; if it was made in error:"
            f" ccu referral edit {referral_id} --status entered_in_error --reason other"
        )
    return _back_to(work, row, events[-2], owner_before, None)


def counted(connection: sqlite3.Connection, referral_id: int) -> list[dict[str, Any]]:
    """Return the events that were not undone, as `events_of`."""
    return [each for each in referrals.events_of(connection, referral_id) if not each["undone"]]


def _back_to(
    work: Work, row: sqlite3.Row, kept: dict[str, Any], owner_id: int | None, note: str | None
) -> Reopened:
    """Mark the events after `kept` as undone, and add the event that undoes them."""
    referral_id = row["id"]
    found = work.connection.execute(_CLOSED, {"id": referral_id}).fetchone()
    work.connection.execute(_MARK, {"id": referral_id, "kept": kept["id"]})
    event = Event(kept["status"], work.at, note=note, owner_id=owner_id, undone=2)
    referrals.add_event(work, referral_id, event)
    work.audit(
        "referral-reopen", "referral", referral_id, status=event.status, owner=owner_id,
        note=note is not None,
    )  # fmt: skip
    if owner_id is not None:
        referrals.hand_over(work, referral_id, row["owner_id"], owner_id)
    before, after = (
        referrals.status_words(work.connection, each) for each in (row["status"], event.status)
    )
    if event.status not in rules.OPEN:
        return Reopened(before, after, [])
    opened = follow_ups.open_for_referral(work, json.loads(found["ids"]) if found else [])
    made = referrals.keep_next_action(work, referral_id, work.now)
    staff_list.adopt(work.connection, work.staff_id)
    return Reopened(before, after, opened + made)


def unname(work: Work, referral_id: int, reason: str) -> None:
    """Remove a person who was named later from a referral and its follow-ups."""
    row = table.require(work.connection, "referral", referral_id)
    writes.change(work, "referral", row, {"person_id": None}, reason)
    for each in follow_ups.of_referral(work.connection, referral_id):
        if each["person_id"] == row["person_id"]:
            writes.change(work, "follow_up", each, {"person_id": None}, reason)
    work.audit("referral-name", "referral", referral_id, fields=["person_id"])


# ---------------------------------------------------------------- a referral made in error


# Work done for a referral since it was made.
_DONE_FOR = """
SELECT 'an attempt at follow-up ' || follow_up.id FROM main.follow_up
JOIN main.attempt ON follow_up_id = follow_up.id WHERE referral_id = :id
UNION SELECT 'follow-up ' || id FROM main.follow_up
WHERE referral_id = :id AND closing_at IS NOT NULL
UNION SELECT 'referral ' || id FROM main.referral
WHERE again_of = :id AND status <> 'entered_in_error'
"""
_NEED_BACK = """
UPDATE main.need_answer
SET referral_id = (SELECT again_of FROM main.referral WHERE id = :id) WHERE referral_id = :id
"""
_AGAIN_BACK = "UPDATE main.referral_event SET undone = 1 WHERE again_id = :id"


def made_from(connection: sqlite3.Connection, referral_id: int) -> list[str]:
    """Return what depends on a referral, such as `referral 9`."""
    return [row[0] for row in connection.execute(_DONE_FOR, {"id": referral_id})]


def unlink(connection: sqlite3.Connection, referral_id: int) -> None:
    """Unlink a referral made in error from its need and from the earlier referral."""
    for statement in (_NEED_BACK, _AGAIN_BACK):
        connection.execute(statement, {"id": referral_id})
