"""`ccu follow-up add`, `done`, `move`, `sign`, `void`, `reopen`, `show`: one follow-up."""

from typing import Annotated

from ccu.follow_ups import options
from ccu.options import REQUIRED, AskingOption, Context, ReasonOption, flag, group
from ccu.options.shared import with_options
from ccu.output import FormatOption, OutputOption, emit_document, emit_line

app = group("What is due: list it, log attempts and results, edit follow-ups.")


@app.command()
@with_options(options.AddOptions)
def add(ctx: Context, given: options.AddOptions, asking: AskingOption = False) -> None:
    """Schedule a follow-up for a referral, a call or a person.

    Without --owner, the owner is the referral's owner, the person's worker, or you; for a patrol
    officer, the account of the setting default_owner.

    Examples:

      ccu follow-up add --referral 3 --kind visit --due "tomorrow 10:00"

      ccu follow-up add --person 12 --kind call --due friday --owner dlee
    """
    from ccu.follow_ups import entry

    emit_line(entry.add(ctx.obj, given, asking))


@app.command()
@with_options(options.AttemptOptions)
def done(
    ctx: Context,
    given: options.AttemptOptions,
    follow_up: options.OpenArgument = REQUIRED,
    asking: AskingOption = False,
) -> None:
    """Log a follow-up attempt and its result.

    Reached, refused, safe but declined, escalated and no response close the follow-up. Any other
    result leaves it open until --next (asked for at a terminal). If closing it would leave an open
    referral, or a person with a worker, with nothing due, the next follow-up is added.

    Examples:

      ccu follow-up done 7 --result left_message --next "tomorrow 10:00"

      ccu follow-up done 7 --result reached --minutes 20 --note-file -
    """
    from ccu.follow_ups import entry

    emit_line(entry.attempt(ctx.obj, follow_up, given, asking))


@app.command()
def edit(
    ctx: Context,
    follow_up: options.OpenArgument = REQUIRED,
    due: options.DueOption = None,
    owner: options.OwnerOption = None,
    reason: ReasonOption = None,
) -> None:
    """Reschedule or reassign a follow-up; earlier values are kept.

    A follow-up awaiting a signature goes back to open.

    Example:

      ccu follow-up edit 7 --due monday --reason "away until then"
    """
    from ccu.follow_ups import entry

    emit_line(entry.move(ctx.obj, follow_up, due, owner, reason))


@app.command()
def sign(ctx: Context, follow_up: options.ToSignArgument = REQUIRED) -> None:
    """Sign off on a follow-up that an intern closed.

    The intern's supervisor or an admin signs. To see what awaits your signature:
    ccu follow-up list --to-sign

    Example:

      ccu follow-up sign 7
    """
    from ccu.follow_ups import entry

    emit_line(entry.sign(ctx.obj, follow_up))


@app.command()
def void(
    ctx: Context,
    follow_up: options.OpenArgument = REQUIRED,
    attempt: Annotated[
        bool, flag("--attempt", "Void its last attempt, not the follow-up.")
    ] = False,
    reason: options.ErrorOption = None,
    asking: AskingOption = False,
) -> None:
    """Cancel a follow-up made in error, or void its last attempt; the record keeps both.

    Without the attempt the follow-up is as before: open, with its earlier due date, and the next
    one that the attempt added is cancelled.

    Examples:

      ccu follow-up void 7 --reason "entered twice"

      ccu follow-up void 7 --attempt --reason "meant follow-up 8"
    """
    from ccu.follow_ups import entry

    emit_line(entry.void(ctx.obj, follow_up, attempt, reason))


@app.command()
def reopen(
    ctx: Context,
    follow_up: options.ClosedArgument = REQUIRED,
    due: options.DueOption = None,
    reason: ReasonOption = None,
) -> None:
    """Reopen a closed or cancelled follow-up; its attempts are kept.

    Example:

      ccu follow-up reopen 7 --due monday --reason "closed by mistake"
    """
    from ccu.follow_ups import entry

    emit_line(entry.reopen(ctx.obj, follow_up, due, reason))


@app.command()
def show(
    ctx: Context,
    follow_up: options.FollowUpArgument = REQUIRED,
    full: Annotated[bool, flag("--full", "With the notes; needs --reason.")] = False,
    reason: ReasonOption = None,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Show a follow-up: what it is for, attempts, changes. Showing it is recorded in the audit.

    Example:

      ccu follow-up show 7
    """
    from ccu.follow_ups import page
    from ccu.options.lookups import needs_reason

    why = needs_reason(ctx.obj, full, reason)
    emit_document(page.read(ctx.obj, follow_up, why), format, output)
