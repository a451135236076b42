"""`ccu referral list`, `show`, `update`, `expire`: where referrals stand."""

from typing import Annotated

import typer

from ccu.options import (
    LOGIN,
    PROVIDER,
    REASON,
    REFERRAL,
    REQUIRED,
    AskingOption,
    arg,
    code,
    group,
    needs_reason,
    opt,
    with_options,
)
from ccu.output import FormatOption, OutputOption, Table, emit, emit_document, emit_line, say
from ccu.referrals.options import NEED, REASON_CODE, UpdateOptions
from ccu.session import Session

app = group("Where referrals stand: list, show, update, expire.")

EXPIRED_COLUMNS = (
    *("id", "was", "need", "provider", "person", "owner", "changed", "follow_ups_closed"),
)
STATUSES = code("referral_status", commas=True)

ReferralArgument = Annotated[int, arg("REFERRAL", REFERRAL, "The referral's number.")]


@app.command("list")
def list_(
    ctx: typer.Context,
    inbox: Annotated[
        bool, typer.Option("--inbox", help="Those that nobody accepted yet: status requested.")
    ] = False,
    mine: Annotated[bool, typer.Option("--mine", help="Those that you own.")] = False,
    owner: Annotated[int | None, opt("--owner", LOGIN, "Those they own.")] = None,
    stalled: Annotated[
        bool, typer.Option("--stalled", help="Those without an event for stalled_days (a setting).")
    ] = False,
    need: Annotated[str | None, opt("--need", NEED, "For this need.")] = None,
    provider: Annotated[
        int | None, opt("--provider", PROVIDER, "To this provider, given as for ccu refer --to.")
    ] = None,
    status: Annotated[
        list[str] | None,
        opt("--status", STATUSES, "With this status, closed ones too. Repeatable."),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all/--open", help="The ended ones too; else the open ones.")
    ] = False,
    names: Annotated[
        bool, typer.Option("--names", help="With people's names; each is recorded in the audit.")
    ] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List referrals, the longest-standing first.

    By number and place; with people's names only for --names.

    Examples:

      ccu referral list --inbox

      ccu referral list --mine --stalled

      ccu referral list --all --provider homes --format csv
    """
    from ccu.card.page import notice_column
    from ccu.referrals import listing

    session: Session = ctx.obj
    asked = listing.Asked(
        inbox=inbox,
        mine=mine,
        owner=owner,
        stalled=stalled,
        need=need,
        provider=provider,
        status=status,
        every=every,
    )
    found = listing.rows(session, listing.wanted(session, asked), names=names)
    columns: tuple[str, ...] = listing.NAMED_COLUMNS if names else listing.COLUMNS
    columns = notice_column(found, columns, "referral", session.view)
    emit(Table(columns, found, title="Referrals"), format, output)


@app.command()
def show(
    ctx: typer.Context,
    referral: ReferralArgument,
    full: Annotated[bool, typer.Option("--full", help="With the notes; needs --reason.")] = False,
    reason: Annotated[
        str | None, opt("--reason", REASON, "Why the notes are needed; it is kept.")
    ] = None,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Show one referral, and what came of it.

    Where it stands, who has it, its events, follow-ups and tries. Showing it is recorded in the
    audit, for the referral and for the person.

    JSON: id, status, since, outcome, need, provider (id, name, phone), person, call, place,
    call_void, owner (login, name, phone), handoff, handoff_parties, handoff_minutes, made_at,
    recorded_at, recorded_by, again_of, assessment, events (status, reason, note, at, recorded_at,
    by, owner, again, note_characters), follow_ups (id, kind, due_at, owner, unsigned, closed_at,
    attempts (at, by, result, minutes, note, note_characters)), person_name.

    Example:

      ccu referral show 7
    """
    from ccu.card.page import with_notice
    from ccu.records import audit
    from ccu.referrals import page

    session: Session = ctx.obj
    staff_id, why = session.staff_id, needs_reason(full, reason)
    with session.writing() as connection:
        data = page.seen(session, connection, referral, full=full)
        audit.record(
            connection, staff_id, "referral-show", "referral", referral, full=full, reason=why
        )
        if (person := data["person"]) is not None:
            audit.record(connection, staff_id, "referral-show", "person", person, referral=referral)
    emit_document(with_notice(page.document(session.db, data), session.view), format, output)


@app.command()
@with_options(UpdateOptions)
def update(
    ctx: typer.Context,
    referral: ReferralArgument,
    given: UpdateOptions,
    asking: AskingOption = False,
) -> None:
    """Take the next step, hand over, or add a note.

    Each is an event that stays.

    Steps: draft to requested, requested to accepted, accepted to in_progress, either of these to
    service_received; all but a draft to on_hold and back. Other ends: expired, cancelled,
    entered_in_error; for all but a draft also contact_only, rejected, declined, unable_to_contact.
    An end is final and closes the follow-ups; only a supervisor can still mark it
    entered_in_error. On hold, follow-ups stay due.

    If somebody else changed it in the last minutes, or since you saw --seen events, nothing is
    written and you are told what changed.

    Examples:

      ccu referral update 7 --status accepted

      ccu referral update 7 --status on_hold --reason waitlisted --seen 2

      ccu referral update 7 --owner dlee
    """
    from ccu.referrals import steps

    session: Session = ctx.obj
    emit_line(steps.take(session, referral, steps.read(session, given, asking)))


@app.command()
def expire(
    ctx: typer.Context,
    referral: Annotated[list[int] | None, arg("[REFERRAL]...", REFERRAL, "Their numbers.")] = None,
    stalled: Annotated[
        bool, typer.Option("--stalled", help="All that are stalled, but for those on hold.")
    ] = False,
    reason: Annotated[
        str, opt("--reason", REASON_CODE, "Why they end.", example="provider_silent")
    ] = REQUIRED,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show which; change nothing.")] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """End referrals that nothing came of.

    All of them or none; each is listed.

    Examples:

      ccu referral expire --stalled --reason provider_silent --dry-run

      ccu referral expire 7 9 --reason provider_silent
    """
    from ccu.referrals import steps

    session: Session = ctx.obj
    rows, held = steps.expire(session, referral or [], stalled, reason, dry_run)
    count = "1 referral" if len(rows) == 1 else f"{len(rows)} referrals"
    emit(Table(EXPIRED_COLUMNS, rows, title="Expired"), format, output)
    say(f"Nothing was changed: {count} would expire." if dry_run else f"Expired {count}.")
    if held:
        say(f"On hold, and left so: {', '.join(map(str, held))}. By number they expire too.")
