"""`ccu follow-up show`, `list`, `overdue`: what is due, and who owns it."""

from typing import Annotated

import typer

from ccu.errors import ExitCode, InvalidInput
from ccu.follow_ups.options import (
    FollowUpArgument,
    ListOptions,
    NamesOption,
    ReasonOption,
)
from ccu.options import group, needs_reason, with_options
from ccu.output import FormatOption, OutputOption, Table, emit, emit_document, say
from ccu.session import Session

app = group("Joined to `ccu follow-up` by the map in cli.py.")

LIST_COLUMNS = ("id", "due", "state", "owner", "what", "attempts", "for")
OVERDUE_COLUMNS = ("id", "days_late", "due", "owner", "what", "for", "new")


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

    document = page.read(ctx.obj, follow_up, needs_reason(full, reason))
    emit_document(document, format, output)


@app.command("list")
@with_options(ListOptions)
def list_(
    ctx: typer.Context,
    given: ListOptions,
    names: NamesOption = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List follow-ups by due date, by number and place.

    `--due week` lists those due in the next 7 days; for overdue ones: ccu follow-up overdue

    Examples:

      ccu follow-up list --mine --due today

      ccu follow-up list --owner dlee --all --format csv
    """
    from ccu.follow_ups import listing_store as follow_ups
    from ccu.people.screen_parts import notice_column

    session: Session = ctx.obj
    rows = follow_ups.list_rows(session, given)
    columns = follow_ups.add_names(session, rows, LIST_COLUMNS, "follow-up-list", names)
    columns = notice_column(rows, columns, "follow_up", session.view)
    emit(Table(columns, rows, title="Follow-ups"), format, output)


@app.command()
def overdue(
    ctx: typer.Context,
    new: Annotated[
        bool, typer.Option("--new", help="Only those not reported as overdue yet.")
    ] = False,
    by: Annotated[str | None, typer.Option("--by", metavar="owner", help="Group by owner.")] = None,
    names: NamesOption = False,
    record: Annotated[
        bool | None,
        typer.Option(
            "--record/--no-record",
            help="Record these as reported; the default is yes, except at a terminal.",
        ),
    ] = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with code 10 if anything is listed.")
    ] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List overdue follow-ups, oldest first; with none, cron gets no output.

    new: not reported as overdue yet. A run from cron records what it reported; a run at a terminal
    does not, so the next report still has it as new. With --format or --output an empty list is
    printed too.

    Examples:

      ccu follow-up overdue --by owner

      ccu follow-up overdue --new --exit-code
    """
    from ccu.follow_ups import listing_store as follow_ups
    from ccu.people.screen_parts import notice_column

    session: Session = ctx.obj
    if by not in (None, "owner"):
        raise InvalidInput("--by can only be owner")
    late = follow_ups.overdue(session)
    rows = [row for row in late if row["new"] or not new]
    if not session.unattended:
        rows = follow_ups.seen(session, rows)
    columns = follow_ups.add_names(session, rows, OVERDUE_COLUMNS, "overdue", names)
    if not session.unattended:
        columns = notice_column(rows, columns, "follow_up", session.view)
    if by:
        rows, columns = follow_ups.by_owner(rows), ("owner", *(c for c in columns if c != "owner"))
    if rows or format or output:
        emit(Table(columns, rows, title="Overdue"), format, output)
    elif session.interactive:
        say("Nothing new is overdue." if new and late else "Nothing is overdue.")
    if record or (record is None and not session.interactive):
        follow_ups.record_overdue(session, late)
    if exit_code and rows:
        raise typer.Exit(ExitCode.OVERDUE)
