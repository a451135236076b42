"""Taking a step: what `referral update` and `expire` write, and what they report."""

from contextlib import suppress
from typing import Any

from ccu import dates
from ccu.errors import InvalidInput
from ccu.records import visibility
from ccu.referrals import page, rules
from ccu.referrals import reads as referral_reads
from ccu.referrals import store as referrals
from ccu.referrals.options import REASON_CODE, UpdateOptions
from ccu.referrals.store import Done, Update
from ccu.retention import holds
from ccu.session import Session


def read(session: Session, given: UpdateOptions, asking: bool) -> Update:
    """Return what is to change, asking at a terminal for a reason that a step needs."""
    reason = given.reason
    if asking and reason is None and given.status in rules.NEEDS_REASON:
        reason = REASON_CODE.ask(session, "Why", "--reason")
    note = given.note_file() if given.note_file else None
    if given.status is None and given.owner is None and note is None:
        raise InvalidInput("nothing to change was given; --status, --owner or --note-file says it")
    return Update(
        at=given.when or session.now,
        status=given.status,
        reason=reason,
        note=note,
        owner_id=given.owner,
        seen=given.seen,
    )


def take(session: Session, referral_id: int, change: Update) -> str:
    """Write it; returns what it did in a line."""
    visibility.refuse("referral", session.view.referrals([referral_id]))
    with session.work() as work:
        done = referrals.update(work, referral_id, change)
        owner = referral_reads.record(work.connection, referral_id)["owner"]["login"]
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


def to_expire(session: Session, given: list[int], stalled: bool) -> tuple[list[int], list[int]]:
    """Those named, or all that are stalled; and the stalled ones on hold, which are left.

    A person on hold waits knowingly (a waiting list, a hospital): only by number does that expire.
    Nor does what a legal hold keeps.
    """
    if bool(given) == stalled:
        raise InvalidInput("name the referrals that expire, or give --stalled")
    if given:
        named = sorted({*given})
        visibility.refuse("referral", session.view.referrals(named))
        return named, []
    found = referral_reads.rows(session.db, page.stalled_filter(session))
    hidden = session.view.referrals(row["id"] for row in found)
    found = [row for row in found if row["id"] not in hidden]
    kept = holds.held(session.db, "referral", [row["id"] for row in found])
    held = [row["id"] for row in found if row["status"] == "on_hold" or row["id"] in kept]
    return sorted(row["id"] for row in found if row["id"] not in held), held


def expire(
    session: Session, named: list[int], stalled: bool, reason: str, dry_run: bool
) -> tuple[list[dict[str, Any]], list[int]]:
    """Expire all of them or none; the rows as they were before, and those left on hold."""
    change = Update(at=session.now, status="expired", reason=reason)
    with suppress(_DryRun), session.work() as work:
        ids, held = to_expire(session, named, stalled)
        before = [_row(work.connection, each) for each in ids]
        for row in before:
            done = referrals.update(work, row["id"], change, sure=True)
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
        "changed": dates.minute(record["events"][-1]["at"]),
        "follow_ups_closed": "",
    }
