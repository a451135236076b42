"""`ccu follow-up show`, `list`, `overdue`: what is due, and who owns it."""

from typing import Annotated

import typer

from ccu.errors import ExitCode, InvalidInput
from ccu.follow_ups.options import (
    FollowUpArgument,
    NamesOption,
    OwnerOption,
    ReasonOption,
)
from ccu.options import (
    group,
    line,
    needs_reason,
    opt,
)
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
    """Show one follow-up: what it is for, each attempt, what was moved. It is recorded.

    Example:

      ccu follow-up show 7
    """
    from ccu.follow_ups import page

    document = page.read(ctx.obj, follow_up, needs_reason(full, reason))
    emit_document(document, format, output)


@app.command("list")
def list_(
    ctx: typer.Context,
    due: Annotated[
        str | None, opt("--due", line(), "Due on that day (today, DAY), or in the next 7 (week).")
    ] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Mine alone.")] = False,
    owner: OwnerOption = None,
    to_sign: Annotated[
        bool, typer.Option("--to-sign", help="What interns did and you may sign.")
    ] = False,
    every: Annotated[bool, typer.Option("--all/--open", help="The closed ones too.")] = False,
    names: NamesOption = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List follow-ups, the first due first: by number and place, without names.

    `--due week` is what falls due within the next 7 days; what is late already is in `overdue`.

    Examples:

      ccu follow-up list --mine --due today

      ccu follow-up list --owner dlee --all --format csv
    """
    from ccu.follow_ups import rows as follow_ups
    from ccu.people.screen_parts import notice_column

    session: Session = ctx.obj
    if mine and owner is not None:
        raise InvalidInput("give either --mine or --owner")
    rows = follow_ups.list_rows(
        session, due=due, mine=mine, owner=owner, to_sign=to_sign, every=every
    )
    columns = follow_ups.add_names(session, rows, LIST_COLUMNS, "follow-up-list", names)
    columns = notice_column(rows, columns, "follow_up", session.view)
    emit(Table(columns, rows, title="Follow-ups"), format, output)


@app.command()
def overdue(
    ctx: typer.Context,
    new: Annotated[
        bool, typer.Option("--new", help="Only what no recorded run has found late yet.")
    ] = False,
    by: Annotated[
        str | None, typer.Option("--by", metavar="owner", help="Grouped by whose it is.")
    ] = None,
    names: NamesOption = False,
    record: Annotated[
        bool | None,
        typer.Option(
            "--record/--no-record",
            help="Keep what was found late as told; else only a run from no terminal does.",
        ),
    ] = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="End with 10 when anything is listed.")
    ] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List open follow-ups that are past due, oldest first; prints nothing from cron when none are.

    `new` marks what no recorded run has found late yet. The nightly run is recorded; a look at a
    terminal is not, so that it does not take the night's news away. A format or a file that is
    asked for gets an empty list, too.

    Examples:

      ccu follow-up overdue --by owner

      ccu follow-up overdue --new --exit-code
    """
    from ccu.follow_ups import rows as follow_ups
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
