"""`ccu follow-up add`, `done`, `move`, `sign`: schedule, attempt, sign off."""

import typer

from ccu.follow_ups.options import (
    AddOptions,
    AttemptOptions,
    DueOption,
    FollowUpArgument,
    OwnerOption,
    ReasonOption,
)
from ccu.options import AskingOption, group, with_options
from ccu.output import emit_line

app = group("Follow-ups: add, done, move, sign, void, reopen, show, list, overdue.")


@app.command()
@with_options(AddOptions)
def add(ctx: typer.Context, given: AddOptions, asking: AskingOption = False) -> None:
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
@with_options(AttemptOptions)
def done(
    ctx: typer.Context,
    follow_up: FollowUpArgument,
    given: AttemptOptions,
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
def move(
    ctx: typer.Context,
    follow_up: FollowUpArgument,
    due: DueOption = None,
    owner: OwnerOption = None,
    reason: ReasonOption = None,
) -> None:
    """Reschedule or reassign a follow-up; earlier values are kept.

    A follow-up awaiting a signature goes back to open.

    Example:

      ccu follow-up move 7 --due monday --reason "away until then"
    """
    from ccu.follow_ups import entry

    emit_line(entry.move(ctx.obj, follow_up, due, owner, reason))


@app.command()
def sign(ctx: typer.Context, follow_up: FollowUpArgument) -> None:
    """Sign off on a follow-up that an intern closed.

    The intern's supervisor or an admin signs. To see what awaits your signature:
    ccu follow-up list --to-sign

    Example:

      ccu follow-up sign 7
    """
    from ccu.follow_ups import entry

    emit_line(entry.sign(ctx.obj, follow_up))
