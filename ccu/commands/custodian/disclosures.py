"""`ccu disclosures`: the accounting of what was disclosed about a person."""

from typing import Annotated

from ccu.options import PERSON, REQUIRED, Context, count, flag, opt
from ccu.output import FormatOption, OutputOption, Table, emit

COLUMNS = ("id", "when", "to", "account", "what", "purpose", "basis", "by", "record")
YEARS = 6  # of accounting


def command(
    ctx: Context,
    person: Annotated[int, opt("--person", PERSON, "Of this person, by number.")] = REQUIRED,
    years: Annotated[
        int | None, opt("--years", count(100), "How many years back, to the day; default 6.")
    ] = None,
    every: Annotated[bool, flag("--all", "With no limit of years.")] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List what was disclosed about a person, to which recipient and why, for six years.

    It covers every record of the person, oldest first. What a screen showed to police of Human
    Services' work is listed once a day for each account, scope and consent; ccu consent disclose
    records what was disclosed by phone, by letter or in a meeting.

    Police accounts, except the records custodian, see what went to police.

    JSON: id, when, to, account (that looked, or null), what, purpose, basis (consent N, policy, or
    without consent: REASON), by, record (the person's record).

    Examples:

      ccu disclosures --person 12

      ccu disclosures --person 12 --all --format csv
    """
    from ccu.consent import store as consents
    from ccu.people import store as people

    session = ctx.obj
    start = None if every else consents.since(session.today, years or YEARS)
    with session.work() as work:
        people.canonical(work.connection, person)
        only_to = None if session.view.whole_accounting else "police"
        rows = consents.accounting(work.connection, person, start, only_to)
        work.audit("disclosures", "person", person, rows=len(rows))
    title = f"Disclosures of person {person}"
    labels = consents.accounting_labels(session.db)
    emit(Table(COLUMNS, rows, title=title, labels=labels), format, output)
