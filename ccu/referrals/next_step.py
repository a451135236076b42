"""What `referral update`, `reopen` and `expire` ask for, write and report."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from ccu import dates
from ccu.errors import InvalidInput
from ccu.records import codes, table, visibility
from ccu.referrals import page, rules, undo_store
from ccu.referrals import read_store as referral_reads
from ccu.referrals import store as referrals
from ccu.referrals.options import REASON_CODE, UpdateOptions
from ccu.referrals.store import Done, Update
from ccu.retention import hold_store
from ccu.session import Session


def change_of(session: Session, given: UpdateOptions, asking: bool) -> Update:
    """Return what is to change, asking at a terminal for a reason that a step needs."""
    reason = given.reason
    if asking and reason is None and given.status in rules.NEEDS_REASON:
        reason = REASON_CODE.ask(session, "Why", "--reason")
    note = given.note_file() if given.note_file else None
    if given.status is None and given.owner is None and note is None:
        raise InvalidInput("nothing to change; give --status, --owner or --note-file")
    return Update(
        at=given.when or session.now,
        status=given.status,
        reason=reason,
        note=note,
        owner_id=given.owner,
        seen=given.seen,
    )


def update(session: Session, referral_id: int, change: Update) -> str:
    """Make the change; return what was done, in a line."""
    visibility.refuse("referral", session.view.referrals([referral_id]))
    with session.work() as work:
        done = referrals.update(work, referral_id, change)
        owner = referral_reads.record(work.connection, referral_id)["owner"]["login"]
        labels = codes.labels(work.connection, "referral_status")
    return _done(referral_id, change, done, owner, labels)


def _done(
    referral_id: int, change: Update, done: Done, owner: str, labels: Mapping[str, str]
) -> str:
    """`Referral 7: accepted (was requested).`, with what follows from it."""
    before, after = labels[done.before].lower(), labels[done.after].lower()
    parts = [after if after == before else f"{after} (was {before})"]
    if change.owner_id is not None:
        parts.append(f"owner {owner}")
    if change.note is not None:
        parts.append("note added")
    for word, numbers in (("made", done.made), ("closed", done.closed)):
        if numbers:
            parts.append(f"follow-ups {word}: {', '.join(map(str, numbers))}")
    return f"Referral {referral_id}: {'; '.join(parts)}."


def reopen(session: Session, referral_id: int, note: str | None) -> str:
    """Take back the end of a referral; return what was done, in a line."""
    visibility.refuse("referral", session.view.referrals([referral_id]))
    with session.work() as work:
        done = undo_store.reopen(work, referral_id, note)
    opened = f"; follow-ups open again: {', '.join(map(str, done.opened))}" if done.opened else ""
    return f"Referral {referral_id}: {done.after} again (was {done.before}){opened}."


def to_expire(session: Session, given: list[int], stalled: bool) -> tuple[list[int], list[int]]:
    """Return the referrals to expire, and the stalled ones that are left.

    Left are those on hold (the person is on a waiting list or in a hospital), which expire only by
    number, and those under a legal hold.
    """
    if bool(given) == stalled:
        raise InvalidInput("give the numbers of the referrals to expire, or --stalled")
    if given:
        named = sorted({*given})
        visibility.refuse("referral", session.view.referrals(named))
        return named, []
    found = referral_reads.rows(session.db, page.stalled(session))
    hidden = session.view.referrals(row["id"] for row in found)
    found = [row for row in found if row["id"] not in hidden]
    kept = hold_store.held(session.db, "referral", [row["id"] for row in found])
    held = [row["id"] for row in found if row["status"] == "on_hold" or row["id"] in kept]
    return sorted(row["id"] for row in found if row["id"] not in held), held


def expire(
    session: Session, named: list[int], stalled: bool, reason: str, dry_run: bool
) -> tuple[list[dict[str, Any]], list[int]]:
    """Expire all of them or none; return the rows as they were, and those that are left."""
    change = Update(at=session.now, status="expired", reason=reason)
    with suppress(_DryRun), session.work() as work:
        ids, left = to_expire(session, named, stalled)
        for each in ids:
            table.require(work.connection, "referral", each)
        before = referral_reads.rows(work.connection, {referral_reads.NUMBERS: ids})
        before.sort(key=lambda row: int(row["id"]))
        for row in before:
            done = referrals.update(work, row["id"], change, sure=True)
            row["was"], row["changed"] = row["status"], dates.minute(row["changed"])
            row["follow_ups_closed"] = ", ".join(map(str, done.closed))
        if dry_run:
            raise _DryRun

    return before, left


class _DryRun(Exception):
    """Raised to undo what a dry run has written."""
