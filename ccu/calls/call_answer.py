"""The outcome of a call in one line, for the officer who made it.

It has no provider, need or name: only whether it was taken up, and when somebody tries next. WORDS
and `_of_open` are the entire rule; of several referrals of one call the best result is shown.
"""

import sqlite3
from collections.abc import Iterable, Sequence

from ccu import dates
from ccu.calls import answer_store, triage_store
from ccu.calls.answer_store import Row
from ccu.people.open_work_store import AsOf
from ccu.records.visibility import Hidden, View

# status -> its words; {since} is the day it got that status, {accepted} that of the first
# acceptance. The best result comes first; a waiting referral comes after those accepted.
# Connected is a first engagement: in progress, or an attempt that reached the person.
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


def of_calls(
    connection: sqlite3.Connection,
    call_ids: Iterable[int],
    as_of: AsOf,
    view: View,
    people: Sequence[int] | None = None,
) -> dict[int, str]:
    """Return call -> its outcome; one without referral, follow-up or decision is left out.

    With `people`, the records of one person, only what is theirs. If all of it is hidden by the
    view, the outcome is that an agency is handling it.
    """
    best: dict[int, Row] = {}
    calls = list(call_ids)
    rows = answer_store.referrals(connection, calls, people)
    due = answer_store.follow_ups(connection, calls, people)
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
    """Return the order of the best result: by status, and of one status the connected first."""
    return RANK[row["status"]], row["connected"] is None


def _handled(rows: Sequence[Row], hidden: dict[int, Hidden]) -> dict[int, str]:
    """Return call -> the agency that is handling it; what is open comes before what ended."""
    known = [(row["call_id"], hidden[row["id"]]) for row in rows if row["id"] in hidden]
    return {call: each.words for call, each in sorted(known, key=lambda pair: pair[1].open)}


def _last_tries(rows: Iterable[Row]) -> dict[int, Row]:
    """Return call -> its follow-up of the last attempt, before all others one that reached."""
    tried = [row for row in rows if row["since"]]
    tried.sort(key=lambda row: (bool(row["reached"]), dates.from_iso(row["since"]).timestamp()))
    return {row["call_id"]: row for row in tried}


def of_referral(connection: sqlite3.Connection, referral_id: int, as_of: AsOf) -> str:
    """Return the outcome of a referral, which must exist."""
    return _of_referral(answer_store.referral(connection, referral_id), as_of)


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
    """Return `Not tried yet; due Jan 24`, after a last attempt `Not reached; next try Jan 24`.

    If the follow-up is overdue: since when.
    """
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
