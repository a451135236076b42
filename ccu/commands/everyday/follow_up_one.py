"""`ccu follow-up show`, `void`, `reopen`: one follow-up, and what was an error in it."""

from typing import Annotated

import typer

from ccu.follow_ups.options import DueOption, FollowUpArgument, ReasonOption
from ccu.options import WHY, AskingOption, group, needs_reason, opt, required
from ccu.output import FormatOption, OutputOption, emit_document, emit_line

app = group("Joined to `ccu follow-up` by the map in cli.py.")


@app.command()
def show(
    ctx: typer.Context,
    follow_up: FollowUpArgument,
    full: Annotated[bool, typer.Option("--full", help="With the notes; needs --reason.")] = False,
    reason: ReasonOption = None,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Show a follow-up: what it is for, attempts, changes. Showing it is recorded in the audit.

    Example:

      ccu follow-up show 7
    """
    from ccu.follow_ups import page

    document = page.read(ctx.obj, follow_up, needs_reason(ctx.obj, full, reason))
    emit_document(document, format, output)


@app.command()
def void(
    ctx: typer.Context,
    follow_up: FollowUpArgument,
    attempt: Annotated[
        bool, typer.Option("--attempt", help="Void its last attempt, not the follow-up.")
    ] = False,
    reason: Annotated[
        str | None, opt("--reason", WHY, "Why it was an error; kept with the record.")
    ] = None,
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

    if asking and reason is None:
        entry.require_shown(ctx.obj, follow_up)
        reason = WHY.ask(ctx.obj, "Why was it an error", "--reason")
    emit_line(entry.void(ctx.obj, follow_up, attempt, required(reason, "--reason")))


@app.command()
def reopen(
    ctx: typer.Context,
    follow_up: FollowUpArgument,
    due: DueOption = None,
    reason: ReasonOption = None,
) -> None:
    """Reopen a closed or cancelled follow-up; its attempts are kept.

    Example:

      ccu follow-up reopen 7 --due monday --reason "closed by mistake"
    """
    from ccu.follow_ups import entry

    emit_line(entry.reopen(ctx.obj, follow_up, due, reason))
