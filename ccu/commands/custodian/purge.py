"""`ccu purge`: destroy what is older than it is to be kept."""

from typing import Annotated

import typer

from ccu.errors import InvalidInput
from ccu.output import FormatOption, OutputOption, Table, emit, say
from ccu.session import Session


def command(
    ctx: typer.Context,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Count what is due; destroy nothing.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Destroy without asking; needed where nobody can answer.")
    ] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Destroy what is older than the department's retention table allows; --dry-run lists it.

    By class and by the year its age counts from: how many are due, how many of those stay (held by
    a legal hold, open work, linked to something that stays), how many are destroyed. It cannot be
    undone, and the text is gone from the file's bytes too. Copies made before keep it. While a
    class has no period, only --dry-run works: it counts the other classes and names that one.

    Examples:

      ccu purge --dry-run

      ccu purge
    """
    from ccu.audit import verify_store
    from ccu.retention import purge

    session: Session = ctx.obj
    _ = session.staff_id

    if dry_run:
        if yes:
            raise InvalidInput("--dry-run and --yes contradict each other; give one of them")
        found = purge.dry_run(session)
    else:
        altered = verify_store.altered(session.db)
        found = purge.purge(session, lambda seen: _confirm(session, seen.total, yes), altered)
    title = "To be destroyed" if dry_run else "Destroyed"
    emit(Table(purge.COLUMNS, found.rows, title=title), format, output)
    if dry_run and found.not_set:
        say(f"Incomplete. Before a purge, {purge.set_first(found.not_set)}")
    elif not dry_run and found.total:
        say(f"{found.total} records destroyed, and gone from the file. {purge.COPIES} {purge.CARE}")
        if beside := purge.copies(session):
            say(f"Copies made by a migration are beside the file: {', '.join(beside)}.")
    elif not dry_run:
        say("Nothing was destroyed.")


def _confirm(session: Session, total: int, yes: bool) -> None:
    if yes:
        return
    from ccu.options import terminal

    stated = (
        f"{total} records are to be destroyed, with no way back; ccu purge --dry-run lists them."
    )
    terminal.confirm_by_number(session.interactive, total, stated, "destroy")
