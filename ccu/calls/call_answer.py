"""What became of it, in one line for the officer who made the call, and nothing more.

No provider, no need, no name: that it was taken up, or not, and when somebody tries next. WORDS and
`_of_open` are the entire rule; of several referrals of one call the best result is shown.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date

from ccu import dates
from ccu.dates.instants import MONTH_NAMES
from ccu.people.open_work import AsOf
from ccu.records.visibility import Hidden, View

# status -> what is said of it; {since} is the day it came to that, {connected} the day of the first
# connection. Best news first; a referral that waits comes after those that are connected.
WORDS = {
    "service_received": "service received {since}",
    "in_progress": "connected {connected}",
    "accepted": "connected {connected}",
    "requested": "",  # these three wait: see _of_open
    "draft": "",
    "on_hold": "",
    "contact_only": "contact made {since}, no service",
    "declined": "declined {since}",
    "rejected": "not taken on {since}",
    "unable_to_contact": "could not be reached {since}",
    "expired": "no answer, expired {since}",
    "cancelled": "called off {since}",
    "entered_in_error": "entered in error {since}",
}
RANK = {status: rank for rank, status in enumerate(WORDS)}
# A follow-up of the call itself, without a referral: its last result -> what is said of it.
RESULTS = {
    "refused": "declined {since}",
    "safe_declined": "declined {since}",
    "no_response": "could not be reached {since}",
}

_REFERRALS = """
SELECT referral.id, referral.call_id, referral.status,
       (SELECT occurred_at FROM referral_event
        WHERE referral_id = referral.id AND status = referral.status
          AND id > coalesce((SELECT max(id) FROM referral_event AS other
                             WHERE other.referral_id = referral.id
                               AND other.status <> referral.status), 0)
        ORDER BY id LIMIT 1) AS since,
       (SELECT accepted_at FROM acceptance WHERE referral_id = referral.id) AS connected,
       (SELECT attempt.occurred_at FROM follow_up
        JOIN attempt ON attempt.follow_up_id = follow_up.id
        JOIN follow_up_result ON follow_up_result.code = attempt.result
        WHERE follow_up.referral_id = referral.id AND follow_up_result.reached
        ORDER BY attempt.id DESC LIMIT 1) AS reached,
       (SELECT attempt.result FROM follow_up
        JOIN attempt ON attempt.follow_up_id = follow_up.id
        JOIN follow_up_result ON follow_up_result.code = attempt.result
        WHERE follow_up.referral_id = referral.id AND follow_up_result.reached
        ORDER BY attempt.id DESC LIMIT 1) AS result,
       (SELECT due_at FROM next_due WHERE referral_id = referral.id) AS next_due
FROM referral
WHERE referral.id = :referral_id
   OR (referral.call_id IN (SELECT value FROM json_each(:calls)) AND status <> 'entered_in_error'
       AND (:people IS NULL OR referral.person_id IS NULL
            OR referral.person_id IN (SELECT value FROM json_each(:people))))
ORDER BY referral.id
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
  AND follow_up.call_id IN (SELECT value FROM json_each(:calls))
  AND (:people IS NULL OR follow_up.person_id IS NULL
       OR follow_up.person_id IN (SELECT value FROM json_each(:people)))
ORDER BY next_due IS NULL, unixepoch(next_due), last.id DESC
"""


def of_calls(
    connection: sqlite3.Connection,
    call_ids: Iterable[int],
    as_of: AsOf,
    view: View,
    people: Sequence[int] | None = None,
) -> dict[int, str]:
    """call -> its one line; a call of which nothing was asked is left out.

    With `people`, the records of one person, only what is theirs. Of what the view hides, the line
    tells that an agency is handling it, if there is nothing else to tell.
    """
    asked = {
        "calls": json.dumps(list(call_ids)),
        "referral_id": None,
        "people": None if people is None else json.dumps(people),
    }
    best: dict[int, sqlite3.Row] = {}
    rows = connection.execute(_REFERRALS, asked).fetchall()
    due = connection.execute(_FOLLOW_UPS, asked).fetchall()
    hidden = view.referrals(row["id"] for row in rows)
    untold = view.follow_ups(row["id"] for row in due)
    for row in rows:
        if row["id"] in hidden:
            continue
        before = best.get(row["call_id"])
        if before is None or RANK[row["status"]] <= RANK[before["status"]]:
            best[row["call_id"]] = row
    found = {call_id: _of_referral(row, as_of) for call_id, row in best.items()}
    for row in due:
        if row["id"] in untold or row["call_id"] in found:
            continue
        if text := _of_follow_up(row, as_of):
            found[row["call_id"]] = text
    return {**_in_hand(rows, hidden), **_in_hand(due, untold), **found}


def _in_hand(rows: Sequence[sqlite3.Row], hidden: dict[int, Hidden]) -> dict[int, str]:
    """call -> `in hand with Human Services`, or was; what is open comes before what ended."""
    known = [(row["call_id"], hidden[row["id"]]) for row in rows if row["id"] in hidden]
    return {call: each.words for call, each in sorted(known, key=lambda pair: pair[1].open)}


def of_referral(connection: sqlite3.Connection, referral_id: int, as_of: AsOf) -> str:
    """The one line of a referral that is there."""
    asked = {"calls": "[]", "referral_id": referral_id, "people": None}
    return _of_referral(connection.execute(_REFERRALS, asked).fetchone(), as_of)


def _of_referral(row: sqlite3.Row, as_of: AsOf) -> str:
    words = WORDS.get(row["status"], "")
    if not words:
        return _of_open(row, as_of)
    return words.format(
        since=say_day(row["since"], as_of.day),
        connected=say_day(row["connected"] or row["since"], as_of.day),
    )


def _of_follow_up(row: sqlite3.Row, as_of: AsOf) -> str:
    if row["next_due"]:
        return _of_open(row, as_of)
    if row["since"] is None:
        return ""  # closed without a try
    words = RESULTS.get(row["result"], "contact made {since}" if row["reached"] else "")
    return words.format(since=say_day(row["since"], as_of.day))


def _of_open(row: sqlite3.Row, as_of: AsOf) -> str:
    """`no contact yet, next try 24 Jan`, for what waits."""
    reached = "no contact yet"
    if row["reached"]:
        word = "declined" if row["result"] in RESULTS else "reached"
        reached = f"{word} {say_day(row['reached'], as_of.day)}"
    due = row["next_due"]
    if due is None:
        return reached
    was = "was due " if as_of.is_late(dates.from_iso(due).timestamp()) else ""
    return f"{reached}, next try {was}{say_day(due, as_of.day)}"


def say_day(stored: str, today: date) -> str:
    """`21 Jan`; with its year when that is another."""
    day = dates.from_iso(stored).date()
    text = f"{day.day} {MONTH_NAMES[day.month - 1][:3]}"
    return text if day.year == today.year else f"{text} {day.year}"
