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
    """Destroy what is older than the department's retention table allows; --dry-run counts it.

    By class and by the year its age counts from: how many are due, how many of those stay (held by
    a legal hold, open work, linked to something that stays), how many are destroyed. It cannot be
    undone, and the text is gone from the file's bytes too. Copies made before keep it. While a
    class has no period, only --dry-run works: it counts the other classes and lists that one as
    not known.

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
        found, places = purge.purge(
            session, lambda seen: _confirm(session, seen.total, yes), verify_store.altered
        )
    title = "To be destroyed" if dry_run else "Destroyed"
    emit(Table(purge.COLUMNS, purge.rows(found), title=title), format, output)
    if dry_run and found.not_set:
        count = len(found.not_set)
        what = "1 class has" if count == 1 else f"{count} classes have"
        say(f"{what} no period. Set each: ccu retention set CLASS YEARS --source TEXT")
    elif not dry_run and found.total:
        also = f", with {_counted(places, 'place')} that no record names any more" if places else ""
        say(f"{_counted(found.total, 'record')} destroyed, and gone from the file{also}.")
        say(f"{purge.COPIES} {purge.CARE}")
        if beside := purge.copies(session):
            say(f"Copies made by a migration are beside the file: {', '.join(beside)}.")
    elif not dry_run:
        say("Nothing was destroyed.")


def _counted(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count} {what}s"


def _confirm(session: Session, total: int, yes: bool) -> None:
    if yes:
        return
    from ccu.options import terminal

    stated = (
        f"To be destroyed, with no way back: {_counted(total, 'record')}."
        " Counted by class and year: ccu purge --dry-run"
    )
    what = "the number of records"
    terminal.confirm_by_number(session.interactive, total, stated, "destroy", what)
