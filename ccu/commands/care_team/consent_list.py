"""`ccu consent disclose`, `list`, `ccu disclosures`: record and list disclosures, list consents."""

from typing import Annotated, Any

from ccu.consent import store as consents
from ccu.consent.store import PURPOSE_OPTION, SCOPES, TO_OPTION
from ccu.options import PERSON, REQUIRED, Context, arg, flag, group, opt
from ccu.options.lookups import GROUND, count
from ccu.output import FormatOption, OutputOption, Table, emit, emit_line, say
from ccu.people.who import NAMED_PERSON
from ccu.records.visibility import PART2

app = group("Joined to `ccu consent` by the map in cli.py.")

COLUMNS = (
    *("id", "person", "to", "scope", "purpose", "words", "signed_on", "signed_by", "expires_on"),
    "state",
)
ACCOUNTING_COLUMNS = ("id", "when", "to", "account", "what", "purpose", "basis", "by", "record")
YEARS = 6  # of accounting


PersonArgument = Annotated[int, arg("PERSON", NAMED_PERSON, "The person's number.")]


@app.command()
def disclose(
    ctx: Context,
    person: PersonArgument,
    to: Annotated[Any, TO_OPTION] = REQUIRED,
    scope: Annotated[str, opt("--scope", SCOPES, "What was disclosed.")] = REQUIRED,
    purpose: Annotated[str | None, PURPOSE_OPTION] = None,
    without_consent: Annotated[
        str | None,
        opt("--without-consent", GROUND, "Why the law allows it, such as medical_emergency."),
    ] = None,
) -> None:
    """Record a disclosure you made by phone, by letter or in a meeting.

    It needs an active consent, or a reason for which the law requires none. What screens show
    is recorded automatically.

    Examples:

      ccu consent disclose 12 --to hospital --scope worker --purpose treatment

      ccu consent disclose 12 --to ems --scope needs --without-consent medical_emergency
    """
    from ccu.records import codes, visibility

    session = ctx.obj
    new = consents.ByHand(
        person_id=person, to=to, scope=scope, purpose=purpose, ground=without_consent
    )
    with session.work() as work:
        number, paper = consents.disclose(work, new)
    grounds = codes.labels(session.db, "disclosure_ground")
    why = f"by consent {paper}" if paper else f"without consent: {grounds[without_consent or '']}"
    recipient = consents.recipient_in_words(session.db, to)
    what = consents.scopes_in_words(session.db, [scope])
    emit_line(f"Disclosure {number} of person {person} to {recipient}: {what}; {why}.")
    if scope == PART2:
        say(f"Give this notice with it: {visibility.NOTICE}")


@app.command("list")
def list_(
    ctx: Context,
    person: Annotated[int | None, opt("--person", PERSON, "Of this person, by number.")] = None,
    every: Annotated[bool, flag("--all", "Include expired and revoked ones.")] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List active consents, from all of a person's records. The lookup is recorded.

    Police accounts see only consents to police.

    Example:

      ccu consent list --person 12 --all
    """
    from ccu.people import store as people
    from ccu.records import codes

    session = ctx.obj
    with session.work() as work:
        if person is not None:
            people.canonical(work.connection, person)
        rows = consents.rows(
            work.connection,
            person,
            today=session.today.isoformat(),
            every=every,
            only_to=None if session.view.whole_accounting else "police",
        )
        work.audit("consent-list", "person", person, rows=len(rows))
    if not session.view.whole_accounting:  # an ended Part 2 consent would reveal that there was one
        rows = [row for row in rows if row["state"] == "active" or PART2 not in row["scope"]]
    for row in rows:
        row["scope"] = ", ".join(row["scope"])
    columns = (*COLUMNS, "revoked_on") if every else COLUMNS
    labels = codes.of_columns(
        session.db, to="agency", scope="consent_scope", purpose="consent_purpose"
    )
    emit(Table(columns, rows, title="Consents", labels=labels), format, output)


def disclosures(
    ctx: Context,
    person: Annotated[int, opt("--person", PERSON, "Of this person, by number.")] = REQUIRED,
    years: Annotated[
        int | None, opt("--years", count(100), "How many years back, to the day; default 6.")
    ] = None,
    every: Annotated[bool, flag("--all", "With no limit.")] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List what was disclosed about a person, to which recipient and why, for six years.

    It covers every record of the person, oldest first. What a screen showed to police of Human
    Services' work is listed once a day for each account, scope and consent; ccu consent disclose
    records what was disclosed by phone, by letter or in a meeting.

    Police accounts, except the records custodian, see what went to police.

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
    emit(Table(ACCOUNTING_COLUMNS, rows, title=title, labels=labels), format, output)
