"""Taking a step: the words of `referral update` and `expire` -> the write, and what it did."""

from contextlib import suppress
from typing import Any

from ccu import dates, typed
from ccu.consent import visibility
from ccu.errors import InvalidInput
from ccu.records import codes, staff
from ccu.referrals import (
    events as referral_events,
)
from ccu.referrals import form, listing
from ccu.referrals import (
    life as referral_steps,
)
from ccu.referrals import (
    reads as referral_reads,
)
from ccu.referrals import (
    store as referrals,
)
from ccu.referrals.options import UpdateOptions
from ccu.referrals.store import Done, Update
from ccu.retention import schedule as retention
from ccu.session import Session

MOST_EVENTS = 1_000_000


def read(session: Session, given: UpdateOptions, asking: bool) -> Update:
    """What is to change, asking at a terminal for a reason that a step needs."""
    connection = session.db
    status, reason = given.status, given.reason
    if status is not None:
        status = codes.code(connection, "referral_status", status, "--status")
        if asking and reason is None and status in referral_steps.NEEDS_REASON:
            from ccu.referrals import questions

            reason = questions.code(connection, "reason", "Why", "--reason")
    if reason is not None:
        reason = codes.code(connection, "reason", reason, "--reason")
    owner_id = None
    if given.owner is not None:
        owner_id = staff.require(connection, given.owner, "--owner")
    at = session.now
    if given.when is not None:
        at = dates.parse_moment(given.when, session.now, field="--when")
    note = form.note(given.note_file)
    if status is None and owner_id is None and note is None:
        raise InvalidInput("nothing to change was given; --status, --owner or --note-file says it")
    seen = None
    if given.seen is not None:
        seen = typed.whole_number(given.seen, "--seen", MOST_EVENTS)
    return Update(at=at, status=status, reason=reason, note=note, owner_id=owner_id, seen=seen)


def take(session: Session, referral_id: int, change: Update) -> str:
    """Write it; returns what it did in a line."""
    staff_id = session.staff_id
    visibility.refuse("referral", session.view.referrals([referral_id]))
    with session.writing() as connection:
        done = referrals.update(
            connection, staff_id, referral_id, change, now=session.now, settings=session.settings
        )
        owner = referral_reads.record(connection, referral_id)["owner"]["login"]
    return said(referral_id, change, done, owner)


def said(referral_id: int, change: Update, done: Done, owner: str) -> str:
    """`Referral 7: accepted (was requested).`, with what follows from it."""
    parts = [done.after if done.after == done.before else f"{done.after} (was {done.before})"]
    if change.owner_id is not None:
        parts.append(f"owner {owner}")
    if change.note is not None:
        parts.append("note added")
    for word, numbers in (("made", done.made), ("closed", done.closed)):
        if numbers:
            parts.append(f"follow-ups {word}: {', '.join(map(str, numbers))}")
    return f"Referral {referral_id}: {'; '.join(parts)}."


def to_expire(session: Session, given: list[str], stalled: bool) -> tuple[list[int], list[int]]:
    """Those named, or all that are stalled; and the stalled ones on hold, which are left.

    A person on hold waits knowingly (a waiting list, a hospital): only by number does that expire.
    Nor does what a legal hold keeps.
    """
    if bool(given) == stalled:
        raise InvalidInput("name the referrals that expire, or give --stalled")
    if given:
        named = sorted({typed.record_id(text, "referral") for text in given})
        visibility.refuse("referral", session.view.referrals(named))
        return named, []
    found = referral_reads.rows(session.db, listing.stalled(session))
    hidden = session.view.referrals(row["id"] for row in found)
    found = [row for row in found if row["id"] not in hidden]
    kept = retention.held(session.db, "referral", [row["id"] for row in found])
    held = [row["id"] for row in found if row["status"] == "on_hold" or row["id"] in kept]
    return sorted(row["id"] for row in found if row["id"] not in held), held


def expire(
    session: Session, named: list[str], stalled: bool, reason: str, dry_run: bool
) -> tuple[list[dict[str, Any]], list[int]]:
    """Expire all of them or none; the rows as they were before, and those left on hold."""
    staff_id = session.staff_id
    change = Update(at=session.now, status="expired", reason=reason)
    with suppress(_DryRun), session.writing() as connection:
        ids, held = to_expire(session, named, stalled)
        before = [_row(connection, each) for each in ids]
        for row in before:
            done = referrals.update(
                connection,
                staff_id,
                row["id"],
                change,
                now=session.now,
                settings=session.settings,
                sure=True,
            )
            row["follow_ups_closed"] = ", ".join(map(str, done.closed))
        if dry_run:
            raise _DryRun

    return before, held


class _DryRun(Exception):
    """Everything was tried; nothing is kept."""


def _row(connection: Any, referral_id: int) -> dict[str, Any]:
    record = referral_reads.record(connection, referral_id)
    return {
        **{key: record[key] for key in ("id", "need", "person")},
        "was": record["status"],
        "provider": record["provider"]["name"],
        "owner": record["owner"]["login"],
        "changed": referral_events.minute(record["events"][-1]["at"]),
        "follow_ups_closed": "",
    }
