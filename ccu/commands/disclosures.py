"""`ccu disclosures`: the accounting of what was told of a person."""

from typing import Annotated

import typer

from ccu import typed
from ccu.errors import InvalidInput
from ccu.output import FormatOption, OutputOption, Table, emit
from ccu.session import Session

COLUMNS = ("id", "when", "to", "account", "what", "purpose", "basis", "by", "record")
MOST_YEARS = 100


def command(
    ctx: typer.Context,
    person: Annotated[
        str | None, typer.Option("--person", metavar="P", help="Of this person, by number.")
    ] = None,
    years: Annotated[
        str, typer.Option("--years", metavar="N", help="So many years back, to the day.")
    ] = "6",
    every: Annotated[bool, typer.Option("--all", help="However long ago.")] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """What was disclosed about a person, to whom and why: the accounting of six years.

    Of every record of the person, oldest first. What a screen showed to police of Human Services'
    work is listed once a day for each account, scope and consent; ccu consent disclose records
    what was told by hand. That something is in hand is not listed. It is recorded.

    An account on the police side, but for the records custodian, sees what went to police.

    JSON: id, when, to, account (that looked, or null), what, purpose, basis (consent N, policy, or
    without consent: REASON), by, record (the person's record).

    Examples:

      ccu disclosures --person 12

      ccu disclosures --person 12 --all --format csv
    """
    from ccu.consent import disclosures
    from ccu.people import merge_store as merges
    from ccu.records import audit

    session: Session = ctx.obj
    staff_id = session.staff_id
    if person is None:
        raise InvalidInput("--person is missing")
    person_id = typed.record_id(person, "person")
    back = typed.whole_number(years, "--years", MOST_YEARS)
    if not back:
        raise InvalidInput("--years must be at least 1")
    start = None if every else disclosures.since(session.today, back)
    with session.writing() as connection:
        merges.canonical(connection, person_id)
        only_to = None if session.view.whole_accounting else "police"
        rows = disclosures.rows(connection, person_id, start, only_to)
        audit.record(connection, staff_id, "disclosures", "person", person_id, rows=len(rows))
    emit(Table(COLUMNS, rows, title=f"Disclosures of person {person_id}"), format, output)
