"""`ccu referral edit`, `reopen`, `expire`: the next step of a referral, or its end."""

from typing import Annotated

from ccu.options import REQUIRED, AskingOption, Context, arg, flag, group, opt
from ccu.options.shared import with_options
from ccu.options.types import REFERRAL
from ccu.output import FormatOption, OutputOption, Table, emit, emit_line, say
from ccu.output.text import counted
from ccu.referrals.options import OPEN, REASON_CODE, NoteFileOption, UpdateOptions

app = group("Joined to `ccu referral` by the map in cli.py.")

EXPIRED_COLUMNS = (
    *("id", "was", "need", "provider", "person", "owner", "changed", "follow_ups_closed"),
)

ReferralArgument = Annotated[int, arg("REFERRAL", REFERRAL, "The referral's number.")]


@app.command()
@with_options(UpdateOptions)
def edit(
    ctx: Context,
    referral: Annotated[int, arg("REFERRAL", OPEN, "The referral's number.")],
    given: UpdateOptions,
    asking: AskingOption = False,
) -> None:
    """Update the status, reassign, or add a note; each is a permanent event.

    Steps: draft to requested, requested to accepted, accepted to in_progress, either of these to
    service_received; all but a draft to on_hold and back. Other ends: expired, cancelled,
    entered_in_error; for all but a draft also contact_only, rejected, declined, unable_to_contact.
    A closed referral stays closed, and so do its follow-ups; ccu referral reopen takes back an end
    by mistake, and a supervisor can mark it entered_in_error. On hold, follow-ups stay due.

    Without an option it asks at a terminal. --person names the person of a referral from a call
    with several, and cannot replace one.

    If somebody else changed it in the last minutes, or since you saw --seen events, nothing is
    written and you are told what changed.

    Examples:

      ccu referral edit 7 --status accepted

      ccu referral edit 7 --status on_hold --reason waitlisted --seen 2

      ccu referral edit 7 --owner dlee

      ccu referral edit 7 --person 31
    """
    from ccu.referrals import next_step

    emit_line(next_step.update(ctx.obj, referral, given, asking))


@app.command()
def reopen(ctx: Context, referral: ReferralArgument, note_file: NoteFileOption = None) -> None:
    """Reopen a referral that was closed by mistake; its history keeps both.

    It returns to its earlier status, and the follow-ups that closed with it are due again. To refer
    the person again: ccu refer CALL --again-of REFERRAL

    Example:

      ccu referral reopen 7
    """
    from ccu.referrals import next_step

    emit_line(next_step.reopen(ctx.obj, referral, note_file() if note_file else None))


@app.command()
def expire(
    ctx: Context,
    referral: Annotated[list[int] | None, arg("[REFERRAL]...", REFERRAL, "Their numbers.")] = None,
    stalled: Annotated[bool, flag("--stalled", "All stalled ones except those on hold.")] = False,
    reason: Annotated[
        str, opt("--reason", REASON_CODE, "Why they are closed.", example="provider_silent")
    ] = REQUIRED,
    dry_run: Annotated[bool, flag("--dry-run", "List them; change nothing.")] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Close unanswered referrals: all of them or none.

    Examples:

      ccu referral expire --stalled --reason provider_silent --dry-run

      ccu referral expire 7 9 --reason provider_silent
    """
    from ccu.records import codes
    from ccu.referrals import next_step

    rows, held = next_step.expire(ctx.obj, referral or [], stalled, reason, dry_run)
    count = counted(len(rows), "referral")
    labels = codes.of_columns(ctx.obj.db, was="referral_status", need="need")
    emit(Table(EXPIRED_COLUMNS, rows, title="Expired", labels=labels), format, output)
    say(f"Nothing was changed: {count} would expire." if dry_run else f"Expired {count}.")
    if held:
        numbers = ", ".join(map(str, held))
        say(f"Left open, on hold: {numbers}. To expire a referral on hold, give its number.")
