"""`ccu consent grant`, `revoke`, `disclose`, `list`: who may be told what about a person."""

from pathlib import Path
from typing import Annotated

import typer

from ccu import complete, typed
from ccu.errors import InvalidInput
from ccu.group import group
from ccu.output import FormatOption, OutputOption, Table, emit, emit_line, say
from ccu.session import Session

app = group("Who may be told what about a person: grant, revoke, list.")

COLUMNS = (
    *("id", "person", "to", "scope", "purpose", "words", "signed_on", "signed_by", "expires_on"),
    "state",
)
MOST_WORDS = 200

PersonArgument = Annotated[
    str,
    typer.Argument(
        metavar="PERSON", help="The person's number.", autocompletion=complete.person_id
    ),
]
ToOption = Annotated[
    str | None,
    typer.Option(
        "--to",
        metavar="RECIPIENT",
        help="An agency, such as police; or one provider, by number.",
        autocompletion=complete.code("agency"),
    ),
]
ScopeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--scope",
        help="What may be told. Repeatable.",
        autocompletion=complete.code("consent_scope"),
    ),
]
PurposeOption = Annotated[
    str | None,
    typer.Option("--purpose", help="What for.", autocompletion=complete.code("consent_purpose")),
]


@app.command()
def grant(
    ctx: typer.Context,
    person: PersonArgument,
    to: ToOption = None,
    scope: ScopeOption = None,
    purpose: PurposeOption = None,
    signed: Annotated[
        str | None, typer.Option("--signed", metavar="DAY", help="When the paper was signed.")
    ] = None,
    signed_by: Annotated[
        str, typer.Option("--signed-by", help="person, parent, guardian or other.")
    ] = "person",
    expires: Annotated[
        str | None,
        typer.Option("--expires", metavar="DAY", help="The last day it counts; else none."),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help="The purpose in words; - is stdin."),
    ] = None,
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
    from ccu import dates
    from ccu.consent import store as consents
    from ccu.records import codes

    session: Session = ctx.obj
    staff_id, today, connection = session.staff_id, session.today, session.db
    missing = {"--to": to, "--scope": scope, "--purpose": purpose, "--signed": signed}
    for option, given in missing.items():
        if not given:
            raise InvalidInput(f"{option} is missing")
    if signed_by not in consents.SIGNERS:
        raise InvalidInput(f"--signed-by must be one of {', '.join(consents.SIGNERS)}")
    code = codes.code(connection, "consent_purpose", purpose or "", "--purpose")
    until = dates.parse_day(expires, today, field="--expires") if expires is not None else None
    day = dates.parse_day(signed or "", today, field="--signed", future=False)
    new = consents.Paper(
        person_id=typed.record_id(person, "person"),
        to=consents.recipient(connection, to or "", "--to"),
        scopes=consents.scopes(connection, scope or [], "--scope"),
        purpose=code,
        words=_words(file, code),
        signed_on=day.isoformat(),
        signed_by=signed_by,
        expires_on=until.isoformat() if until else None,
    )
    with session.writing() as write:
        consent_id = consents.grant(write, staff_id, new, at=dates.to_iso(session.now))
    ends = f", through {until}" if until else ", without an expiry"
    emit_line(
        f"Consent {consent_id} of person {new.person_id} to {new.to}:"
        f" {', '.join(new.scopes)}{ends}."
    )
    if until is not None and until < today:
        say("It has expired already.")


def _words(file: Path | None, purpose: str) -> str | None:
    """The purpose in words, where it has any; `other` needs them."""
    if file is None:
        if purpose == "other":
            raise InvalidInput("--file is missing: the purpose other is said in words")
        return None
    words = typed.line(typed.file_text(file, "--file"), "the purpose", MOST_WORDS)
    if words is None:
        raise InvalidInput("the purpose is empty")
    return words


@app.command()
def revoke(
    ctx: typer.Context,
    consent: Annotated[str, typer.Argument(metavar="CONSENT", help="The consent's number.")],
    on: Annotated[
        str, typer.Option("--on", metavar="DAY", help="When it was revoked; not in the future.")
    ] = "today",
) -> None:
    """Take a consent back. It counts no more from the next command on, on any screen.

    Another paper that was signed is not revoked by this: what still allows the same is said.

    Example:

      ccu consent revoke 3
    """
    from ccu import dates
    from ccu.consent import store as consents

    session: Session = ctx.obj
    consent_id, staff_id = typed.record_id(consent, "consent"), session.staff_id
    day = dates.parse_day(on, session.today, field="--on", future=False)
    at = dates.to_iso(session.now)
    if day != session.today:
        at = dates.to_iso(dates.day_start(day, session.settings.zone))
    with session.writing() as connection:
        left = consents.revoke(
            connection, staff_id, consent_id, at=at, today=session.today.isoformat()
        )
    emit_line(f"Revoked consent {consent_id}.")
    if left:
        say(f"Signed apart, and still in force for some of it: {', '.join(map(str, left))}.")


@app.command()
def disclose(
    ctx: typer.Context,
    person: PersonArgument,
    to: ToOption = None,
    scope: Annotated[
        str | None,
        typer.Option(
            "--scope", help="What was told.", autocompletion=complete.code("consent_scope")
        ),
    ] = None,
    purpose: PurposeOption = None,
    without_consent: Annotated[
        str | None,
        typer.Option(
            "--without-consent",
            metavar="REASON",
            help="Why the law allows it, such as medical_emergency.",
            autocompletion=complete.code("disclosure_ground"),
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
    from ccu import dates
    from ccu.consent import disclosures, visibility
    from ccu.consent import store as consents
    from ccu.records import codes

    session: Session = ctx.obj
    staff_id, connection = session.staff_id, session.db
    for option, given in {"--to": to, "--scope": scope}.items():
        if not given:
            raise InvalidInput(f"{option} is missing")
    (what,) = consents.scopes(connection, [scope or ""], "--scope")[:1]
    ground, code = without_consent, purpose
    if ground is not None:
        ground = codes.code(connection, "disclosure_ground", ground, "--without-consent")
    if code is not None:
        code = codes.code(connection, "consent_purpose", code, "--purpose")
    new = disclosures.ByHand(
        person_id=typed.record_id(person, "person"),
        to=consents.recipient(connection, to or "", "--to"),
        scope=what,
        purpose=code,
        ground=ground,
    )
    with session.writing() as write:
        number, paper = disclosures.record(write, staff_id, new, at=dates.to_iso(session.now))
    why = f"by consent {paper}" if paper else f"without consent: {ground}"
    emit_line(f"Disclosure {number} of person {new.person_id} to {new.to}: {what}, {why}.")
    if what == consents.PART2:
        say(f"Say with it: {visibility.NOTICE}")


@app.command("list")
def list_(
    ctx: typer.Context,
    person: Annotated[
        str | None, typer.Option("--person", metavar="P", help="Of this person, by number.")
    ] = None,
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
    from ccu.people import merge_store as merges
    from ccu.records import audit

    session: Session = ctx.obj
    staff_id = session.staff_id
    person_id = typed.record_id(person, "person") if person is not None else None
    with session.writing() as connection:
        if person_id is not None:
            merges.canonical(connection, person_id)
        rows = consents.rows(
            connection,
            person_id,
            today=session.today.isoformat(),
            every=every,
            only_to=None if session.view.whole_accounting else "police",
        )
        audit.record(connection, staff_id, "consent-list", "person", person_id, rows=len(rows))
    if not session.view.whole_accounting:  # an ended paper on part2 would still tell of one
        rows = [row for row in rows if row["state"] == "in force" or PART2 not in row["scope"]]
    for row in rows:
        row["scope"] = ", ".join(row["scope"])
    columns = (*COLUMNS, "revoked_on") if every else COLUMNS
    emit(Table(columns, rows, title="Consents"), format, output)
