"""`ccu consent grant`, `revoke`, `disclose`, `list`: who may be told what about a person."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ccu.errors import InvalidInput
from ccu.options import (
    FILE,
    PAST_DAY,
    PERSON,
    REQUIRED,
    OptionType,
    arg,
    code,
    completion,
    group,
    number_of,
    opt,
    typed_text,
)
from ccu.output import FormatOption, OutputOption, Table, emit, emit_line, say
from ccu.session import Session

if TYPE_CHECKING:
    from ccu.consent.store import Recipient

app = group("Who may be told what about a person: grant, revoke, list.")

COLUMNS = (
    *("id", "person", "to", "scope", "purpose", "words", "signed_on", "signed_by", "expires_on"),
    "state",
)
MOST_WORDS = 200


def _recipient(session: Session, text: str, option: str) -> "Recipient":
    from ccu.consent import store as consents

    return consents.recipient(session.db, text, option)


def _scope(session: Session, text: str, option: str) -> str:
    from ccu.records import codes

    return codes.code(session.db, "consent_scope", text.strip().replace("-", "_"), option)


def _day(session: Session, text: str, option: str) -> date:
    from ccu import dates

    return dates.parse_day(text, session.today, field=option)


SCOPES = OptionType(
    read=_scope, metavar="CODE", complete=completion.codes("consent_scope"), commas=True
)
PersonArgument = Annotated[int, arg("PERSON", PERSON, "The person's number.")]
TO_OPTION = opt(
    "--to",
    OptionType(read=_recipient, metavar="RECIPIENT", complete=completion.codes("agency")),
    "An agency, such as police; or one provider, by number.",
)
PURPOSE_OPTION = opt("--purpose", code("consent_purpose"), "What for.")


@app.command()
def grant(
    ctx: typer.Context,
    person: PersonArgument,
    to: Annotated[Any, TO_OPTION] = REQUIRED,
    scope: Annotated[
        list[str],
        opt(
            "--scope",
            SCOPES,
            "What may be disclosed. Repeatable.",
        ),
    ] = REQUIRED,
    purpose: Annotated[str, PURPOSE_OPTION] = REQUIRED,
    signed: Annotated[date, opt("--signed", PAST_DAY, "When the paper was signed.")] = REQUIRED,
    signed_by: Annotated[
        str, typer.Option("--signed-by", help="person, parent, guardian or other.")
    ] = "person",
    expires: Annotated[
        date | None,
        opt(
            "--expires",
            OptionType(read=_day, metavar="DAY"),
            "The last day it is valid; default no expiry.",
        ),
    ] = None,
    file: Annotated[Path | None, opt("--file", FILE, "The purpose in words; - is stdin.")] = None,
) -> None:
    """Record a paper that was signed: who may be told what, and until when.

    A consent on part2 opens what comes from a 42 CFR Part 2 program, and must name the day it
    expires. all_but_part2 is everything else. The purpose is a code; other needs its words, by
    --file and never on the command line.

    Examples:

      ccu consent grant 12 --to police --scope worker,connected --purpose safety --signed today

      ccu consent grant 12 --to 3 --scope part2 --purpose treatment --signed 2026-01-10
      --expires 2026-07-10
    """
    from ccu.consent import store as consents

    session: Session = ctx.obj
    if signed_by not in consents.SIGNERS:
        raise InvalidInput(f"--signed-by must be one of {', '.join(consents.SIGNERS)}")
    new = consents.Paper(
        person_id=person,
        to=to,
        scopes=consents.in_order(session.db, scope),
        purpose=purpose,
        words=_words(file, purpose),
        signed_on=signed.isoformat(),
        signed_by=signed_by,
        expires_on=expires.isoformat() if expires else None,
    )
    with session.work() as work:
        consent_id = consents.grant(work, new)
    ends = f", through {expires}" if expires else ", without an expiry"
    emit_line(f"Consent {consent_id} of person {person} to {to}: {', '.join(new.scopes)}{ends}.")
    if expires is not None and expires < session.today:
        say("It has expired already.")


def _words(file: Path | None, purpose: str) -> str | None:
    """Return the purpose in words, where it has any; `other` needs them."""
    if file is None:
        if purpose == "other":
            raise InvalidInput("--file is missing: the purpose other is said in words")
        return None
    words = typed_text.line(typed_text.file_text(file, "--file"), "the purpose", MOST_WORDS)
    if words is None:
        raise InvalidInput("the purpose is empty")
    return words


@app.command()
def revoke(
    ctx: typer.Context,
    consent: Annotated[
        int, arg("CONSENT", number_of("consent", "CONSENT"), "The consent's number.")
    ],
    on: Annotated[
        date | None,
        opt("--on", PAST_DAY, "When it was revoked, not in the future; default today."),
    ] = None,
) -> None:
    """Take a consent back. It counts no more from the next command on, on any screen.

    Another paper that was signed is not revoked by this: what still allows the same is said.

    Example:

      ccu consent revoke 3
    """
    from ccu.consent import store as consents

    session: Session = ctx.obj
    with session.work() as work:
        left = consents.revoke(work, consent, on or session.today)
    emit_line(f"Revoked consent {consent}.")
    if left:
        say(f"Signed apart, and still in force for some of it: {', '.join(map(str, left))}.")


@app.command()
def disclose(
    ctx: typer.Context,
    person: PersonArgument,
    to: Annotated[Any, TO_OPTION] = REQUIRED,
    scope: Annotated[str, opt("--scope", SCOPES, "What was disclosed.")] = REQUIRED,
    purpose: Annotated[str | None, PURPOSE_OPTION] = None,
    without_consent: Annotated[
        str | None,
        opt(
            "--without-consent",
            code("disclosure_ground"),
            "Why the law allows it, such as medical_emergency.",
        ),
    ] = None,
) -> None:
    """Record what you told somebody by phone, by letter or in a meeting.

    It rests on a consent in force, or on a reason for which the law asks none. What screens show
    is recorded by itself.

    Examples:

      ccu consent disclose 12 --to hospital --scope worker --purpose treatment

      ccu consent disclose 12 --to ems --scope needs --without-consent medical_emergency
    """
    from ccu.consent import disclosures, visibility
    from ccu.consent import store as consents

    session: Session = ctx.obj
    new = disclosures.ByHand(
        person_id=person, to=to, scope=scope, purpose=purpose, ground=without_consent
    )
    with session.work() as work:
        number, paper = disclosures.record(work, new)
    why = f"by consent {paper}" if paper else f"without consent: {without_consent}"
    emit_line(f"Disclosure {number} of person {person} to {to}: {scope}, {why}.")
    if scope == consents.PART2:
        say(f"Say with it: {visibility.NOTICE}")


@app.command("list")
def list_(
    ctx: typer.Context,
    person: Annotated[int | None, opt("--person", PERSON, "Of this person, by number.")] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Those that expired or were revoked, too.")
    ] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List the consents in force, of every record of the person. It is recorded.

    An account on the police side sees those to police.

    JSON: id, person, to, scope, purpose, words, signed_on, signed_by, expires_on, state (in force,
    not yet, expired, revoked); with --all also revoked_on.

    Example:

      ccu consent list --person 12 --all
    """
    from ccu.consent import store as consents
    from ccu.consent.store import PART2
    from ccu.people import store as people
    from ccu.records import audit

    session: Session = ctx.obj
    staff_id = session.staff_id
    with session.writing() as connection:
        if person is not None:
            people.canonical(connection, person)
        rows = consents.rows(
            connection,
            person,
            today=session.today.isoformat(),
            every=every,
            only_to=None if session.view.whole_accounting else "police",
        )
        audit.record(connection, staff_id, "consent-list", "person", person, rows=len(rows))
    if not session.view.whole_accounting:  # an ended paper on part2 would still tell of one
        rows = [row for row in rows if row["state"] == "in force" or PART2 not in row["scope"]]
    for row in rows:
        row["scope"] = ", ".join(row["scope"])
    columns = (*COLUMNS, "revoked_on") if every else COLUMNS
    emit(Table(columns, rows, title="Consents"), format, output)
