"""The outcome of a call in one line, for the officer who made it.

It names no provider, need or person: only whether the referral was accepted and when the next
attempt is due. WORDS and `_of_open` are the entire rule; of several referrals the best result is
shown.

It is computed from the call's referrals and follow-ups with their last result; for one person
(`people` are their records) only from theirs. A row without a person belongs to the call's subject
if there is only one, else to nobody.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from ccu import dates
from ccu.calls import triage_store
from ccu.people.open_work_store import AsOf
from ccu.records import table
from ccu.records.visibility import Hidden, View

# status -> its words; {since} is the day of that status, {accepted} the day of the first
# acceptance. The best result comes first; a waiting referral comes after accepted ones. Connected
# means first engagement: in progress, or an attempt that reached the person.
WORDS = {
    "service_received": "Service received {since}",
    "in_progress": "Connected {connected}",
    "accepted": "Accepted {accepted}",
    "requested": "",  # these three wait: see _of_open
    "draft": "",
    "on_hold": "",
    "contact_only": "Contact made {since}, no service",
    "declined": "Declined {since}",
    "rejected": "Not accepted {since}",
    "unable_to_contact": "Could not be reached {since}",
    "expired": "No answer, closed {since}",
    "cancelled": "Canceled {since}",
    "entered_in_error": "Entered in error {since}",
}
RANK = {status: rank for rank, status in enumerate(WORDS)}
# A follow-up of the call itself, without a referral: its last result -> its words.
RESULTS = {
    "refused": "Declined {since}",
    "safe_declined": "Declined {since}",
    "no_response": "Could not be reached {since}",
}
UNDECIDED = "No decision yet"

Row = sqlite3.Row | dict[str, Any]  # of a referral or a follow-up

_REFERRALS = """
SELECT referral.id, referral.call_id, referral.status, referral.made_at,
       (SELECT occurred_at FROM referral_event
        WHERE referral_id = referral.id AND status = referral.status AND undone = 0
          AND id > coalesce((SELECT max(id) FROM referral_event AS other
                             WHERE other.referral_id = referral.id AND other.undone = 0
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
# Both are queried for one referral at a time: SQLite pushes a plain value into each part of the
# view, and would otherwise read all people on calls, events and attempts of the town.
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
       (SELECT due_at FROM open_follow_up AS due
        WHERE due.id = follow_up.id AND closing_at IS NULL) AS next_due
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


def _referrals(
    connection: sqlite3.Connection,
    calls: list[int],
    people: list[int] | None,
    referral_id: int | None = None,
) -> list[Row]:
    """Return the referrals of these calls except those entered in error, or one referral."""
    found = table.select(connection, _REFERRALS, {}, calls=calls, referral_id=referral_id)
    return [
        {
            **dict(row),
            "connected": table.value(connection, _CONNECTED, id=row["id"], made_at=row["made_at"]),
        }
        for row in found
        if people is None or table.value(connection, _IS_FOR, id=row["id"], people=people)
    ]


def of_calls(
    connection: sqlite3.Connection,
    call_ids: Iterable[int],
    as_of: AsOf,
    view: View,
    people: list[int] | None = None,
) -> dict[int, str]:
    """Return call -> its outcome; one without referral, follow-up or decision is left out.

    With `people`, the records of one person, it is only theirs. If the view hides all of it, the
    outcome is that an agency is handling it.
    """
    best: dict[int, Row] = {}
    calls = list(call_ids)
    rows = _referrals(connection, calls, people)
    due = table.select(connection, _FOLLOW_UPS, {}, calls=calls, people=people)
    hidden = view.referrals(row["id"] for row in rows)
    untold = view.follow_ups(row["id"] for row in due)
    for row in rows:
        if row["id"] in hidden:
            continue
        before = best.get(row["call_id"])
        if before is None or _rank(row) <= _rank(before):
            best[row["call_id"]] = row
    found = {call_id: _of_referral(row, as_of) for call_id, row in best.items()}
    shown = [row for row in due if row["id"] not in untold]
    last = _last_tries(shown)
    for row in shown:
        if row["call_id"] in found:
            continue
        if text := _of_follow_up(row, as_of, last.get(row["call_id"])):
            found[row["call_id"]] = text
    known = {**_handled(rows, hidden), **_handled(due, untold), **found}
    left = triage_store.of_calls(connection, set(calls) - known.keys(), as_of)
    for call_id, call in left.items():
        if call["undecided"]:
            known[call_id] = UNDECIDED
        elif call["reason"] is not None and call["decision"] != triage_store.DECIDED:
            known[call_id] = triage_store.NO_ACTION.capitalize()
    return known


def _rank(row: Row) -> tuple[int, bool]:
    """Return the sort key of a result, the best first: by status, then connected ones."""
    return RANK[row["status"]], row["connected"] is None


def _handled(rows: Sequence[Row], hidden: dict[int, Hidden]) -> dict[int, str]:
    """Return call -> the agency that is handling it; open work takes precedence over ended work."""
    known = [(row["call_id"], hidden[row["id"]]) for row in rows if row["id"] in hidden]
    return {call: each.words for call, each in sorted(known, key=lambda pair: pair[1].open)}


def _last_tries(rows: Iterable[Row]) -> dict[int, Row]:
    """Return call -> its follow-up with the last attempt, preferring one that was reached."""
    tried = [row for row in rows if row["since"]]
    tried.sort(key=lambda row: (bool(row["reached"]), dates.from_iso(row["since"]).timestamp()))
    return {row["call_id"]: row for row in tried}


def of_referral(connection: sqlite3.Connection, referral_id: int, as_of: AsOf) -> str:
    """Return the outcome of a referral, which must exist."""
    (row,) = _referrals(connection, [], None, referral_id)
    return _of_referral(row, as_of)


def _of_referral(row: Row, as_of: AsOf) -> str:
    is_connected = row["status"] == "accepted" and row["connected"]
    words = WORDS["in_progress"] if is_connected else WORDS.get(row["status"], "")
    if not words:
        return _of_open(row["next_due"], row if row["tried"] else None, as_of)
    return words.format(
        since=_day(row["since"], as_of),
        accepted=_day(row["accepted"] or row["since"], as_of),
        connected=_day(row["connected"] or row["since"], as_of),
    )


def _of_follow_up(row: Row, as_of: AsOf, last: Row | None) -> str:
    if row["next_due"]:
        return _of_open(row["next_due"], last, as_of)
    if row["since"] is None:
        return ""  # closed without an attempt
    words = RESULTS.get(row["result"], "Contact made {since}" if row["reached"] else "")
    return words.format(since=_day(row["since"], as_of))


def _of_open(due: str | None, last: Row | None, as_of: AsOf) -> str:
    """Return `Not tried yet; due Jan 24`; after an attempt `Not reached; next try Jan 24`."""
    if last is None:
        reached, late, ahead = "Not tried yet", "overdue since", "due"
    else:
        reached, late, ahead = "Not reached", "follow-up overdue since", "next try"
        if last["reached"]:
            word = "Declined" if last["result"] in RESULTS else "Reached"
            reached = f"{word} {_day(last['reached'], as_of)}"
    if due is None:
        return reached
    is_late = as_of.is_late(dates.from_iso(due).timestamp())
    return f"{reached}; {late if is_late else ahead} {_day(due, as_of)}"


def _day(stored: str, as_of: AsOf) -> str:
    return dates.near_day(stored, as_of.day, weekday=False)
