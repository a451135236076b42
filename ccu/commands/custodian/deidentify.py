"""`ccu deidentify`: remove the identity from old records, and keep what figures count."""

from typing import Annotated

import typer

from ccu.options import PERSON, opt
from ccu.output import FormatOption, OutputOption, Table, emit
from ccu.session import Session


def command(
    ctx: typer.Context,
    before: Annotated[
        str | None,
        typer.Option("--before", metavar="DAY", help="People without contact since this day."),
    ] = None,
    person: Annotated[int | None, opt("--person", PERSON, "This person, by number.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List the people; change nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Remove the identity from old records; the monthly totals stay.

    Names, birth dates (an age stays), phones, homes, notes, plans and the narratives of the
    person's calls are removed from the bytes of the file; calls keep their place. A person with
    open work, a worker, an active plan or consent, or a legal hold stays as they are.

    Examples:

      ccu deidentify --before 2019-01-01 --dry-run

      ccu deidentify --person 12
    """
    from ccu.audit import verify_store
    from ccu.retention import deidentify

    session: Session = ctx.obj
    found = deidentify.find(session, before, person)
    result = deidentify.WOULD
    if not dry_run and any(not each.why for each in found):
        if not yes:
            deidentify.confirm(session, found)
        found = deidentify.remove(session, before, person, verify_store.altered)
        result = deidentify.DONE
    table = Table(deidentify.COLUMNS, deidentify.rows(found, result), title="De-identify")
    emit(table, format, output)
