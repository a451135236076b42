"""What `referral edit`, `reopen` and `expire` ask for, write and report."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from ccu import dates
from ccu.errors import InvalidInput
from ccu.options import OptionType, questions, terminal
from ccu.options.lookups import LOGIN
from ccu.output import say
from ccu.people.open_work_store import AsOf
from ccu.records import codes, table, visibility
from ccu.referrals import read_store as referral_reads
from ccu.referrals import rules, undo_store
from ccu.referrals import store as referrals
from ccu.referrals.options import REASON_CODE, UpdateOptions
from ccu.referrals.store import Done, Update
from ccu.retention import kept_store
from ccu.session import Session


def update(session: Session, referral_id: int, given: UpdateOptions, asking: bool) -> str:
    """Make the change, asked for at a terminal if not given; return in a line what was done.

    Raises NotFound, NotAllowed, InvalidInput if nothing would change.
    """
    visibility.refuse("referral", session.view.referrals([referral_id]))
    _ask(session, referral_id, given, asking)
    change = Update(
        at=given.when or session.now,
        status=given.status,
        reason=given.reason,
        note=given.note_file() if given.note_file else None,
        owner_id=given.owner,
        seen=given.seen,
    )
    steps = (change.status, change.owner_id, change.note)
    if given.person is None and steps == (None, None, None):
        raise InvalidInput("nothing to change; give --status, --owner, --person or --note-file")
    done = None
    with session.work() as work:
        if given.person is not None:
            referrals.name_person(work, referral_id, given.person)
        if steps != (None, None, None):
            done = referrals.update(work, referral_id, change)
        data = referral_reads.record(work.connection, referral_id)
        labels = codes.labels(work.connection, "referral_status")
    named = [] if given.person is None else [f"for person {given.person}"]
    if done is not None:
        named += _done(change, done, data["owner"]["login"], labels)
    return f"Referral {referral_id}: {'; '.join(named)}."


def _ask(session: Session, referral_id: int, given: UpdateOptions, asking: bool) -> None:
    """Ask what to change if no option was given, else for the reason if the step needs one."""
    if not asking:
        return

    def needs_reason() -> bool:
        return given.status in rules.NEEDS_REASON

    why = questions.of_option(
        session, given, "reason", REASON_CODE, "Why", "--reason", wanted=needs_reason
    )
    if given.status or given.owner or given.note_file or given.person:
        if needs_reason() and not why.known:
            why.ask()
        return
    before = referrals.require_open(session.db, referral_id)
    say(f"Referral {referral_id} is {referrals.status_words(session.db, before)}. It can become:")
    step = _step_from(session, before)
    questions.fill_in(session, [
        questions.of_option(session, given, "status", step, "New status", "--status", skip=True),
        why,
        questions.of_option(session, given, "owner", LOGIN, "New owner", "--owner", skip=True),
        questions.of_note(given, False, session, f"ccu referral edit {referral_id}"),
    ])  # fmt: skip


def _step_from(session: Session, before: str) -> OptionType[str]:
    """Return an option type that accepts the steps from a status."""
    labels = codes.labels(session.db, "referral_status")
    allowed = rules.STEPS[before]

    def read(session: Session, text: str, option: str) -> str:
        try:
            return codes.chosen(session.db, "referral_status", text, option, allowed)
        except InvalidInput as error:
            sentence = "type the number or name of one of the steps shown"
            raise error if error.meant else InvalidInput(sentence) from None

    return OptionType(
        read=read,
        offer=lambda session, more=False: terminal.show_choices(labels[each] for each in allowed),
        words=lambda session, status: labels[status],
    )


def _done(change: Update, done: Done, owner: str, labels: Mapping[str, str]) -> list[str]:
    """Return `accepted (was requested)` and the consequences."""
    before, after = labels[done.before].lower(), labels[done.after].lower()
    parts = [after if after == before else f"{after} (was {before})"]
    if change.owner_id is not None:
        parts.append(f"owner {owner}")
    if change.note is not None:
        parts.append("note added")
    for word, numbers in (("made", done.made), ("closed", done.closed)):
        if numbers:
            parts.append(f"follow-ups {word}: {', '.join(map(str, numbers))}")
    return parts


def reopen(session: Session, referral_id: int, note: str | None) -> str:
    """Reopen an ended referral; return in a line what was done."""
    visibility.refuse("referral", session.view.referrals([referral_id]))
    with session.work() as work:
        done = undo_store.reopen(work, referral_id, note)
    opened = f"; follow-ups open again: {', '.join(map(str, done.opened))}" if done.opened else ""
    return f"Referral {referral_id}: {done.after} again (was {done.before}){opened}."


def to_expire(session: Session, given: list[int], stalled: bool) -> tuple[list[int], list[int]]:
    """Return the referrals to expire, and the stalled ones to leave open.

    Left open are those on hold (the person is on a waiting list or in a hospital), which expire
    only if named by number, and those under a legal hold.
    """
    if bool(given) == stalled:
        raise InvalidInput("give the numbers of the referrals to expire, or --stalled")
    if given:
        named = sorted({*given})
        visibility.refuse("referral", session.view.referrals(named))
        return named, []
    as_of = AsOf.of(session.now)
    found = referral_reads.rows(session.db, {referral_reads.STALLED: as_of.unix})
    hidden = session.view.referrals(row["id"] for row in found)
    found = [row for row in found if row["id"] not in hidden]
    kept = kept_store.held(session.db, "referral", [row["id"] for row in found])
    held = [row["id"] for row in found if row["status"] == "on_hold" or row["id"] in kept]
    return sorted(row["id"] for row in found if row["id"] not in held), held


def expire(
    session: Session, named: list[int], stalled: bool, reason: str, dry_run: bool
) -> tuple[list[dict[str, Any]], list[int]]:
    """Expire all of them or none; return their rows from before, and those left open."""
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
