"""`ccu consent grant`, `revoke`: record a signed consent, or revoke one."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

from typer import Option

from ccu.consent import store as consents
from ccu.consent.store import PURPOSE_OPTION, SCOPES, TO_OPTION
from ccu.errors import InvalidInput
from ccu.options import REQUIRED, Context, arg, group, opt, typed_text
from ccu.options.lookups import DAY, PAST_DAY
from ccu.options.types import FILE, number_of
from ccu.output import emit_line, say
from ccu.people.who import NAMED_PERSON

app = group("Consents, and disclosures under them.")

MOST_WORDS = 200


PersonArgument = Annotated[int, arg("PERSON", NAMED_PERSON, "The person's number.")]


@app.command()
def grant(
    ctx: Context,
    person: PersonArgument,
    to: Annotated[Any, TO_OPTION] = REQUIRED,
    scope: Annotated[
        list[str], opt("--scope", SCOPES, "What may be disclosed. Repeatable.")
    ] = REQUIRED,
    purpose: Annotated[str, PURPOSE_OPTION] = REQUIRED,
    signed: Annotated[date, opt("--signed", PAST_DAY, "When it was signed.")] = REQUIRED,
    signed_by: Annotated[
        str, Option("--signed-by", help="person, parent, guardian or other.")
    ] = "person",
    expires: Annotated[
        date | None, opt("--expires", DAY, "The last day it is valid; default no expiry.")
    ] = None,
    file: Annotated[Path | None, opt("--file", FILE, "The purpose as a text; - is stdin.")] = None,
) -> None:
    """Record a signed consent: what may be disclosed to which recipient, and until when.

    A consent on part2 opens what comes from a 42 CFR Part 2 program, and needs the day it expires.
    all_but_part2 is everything else. The purpose is a code; other needs a text, by --file and never
    on the command line.

    Examples:

      ccu consent grant 12 --to police --scope worker,connected --purpose safety --signed today

      ccu consent grant 12 --to 3 --scope part2 --purpose treatment --signed 2026-01-10
      --expires 2026-07-10
    """
    from ccu import dates

    session = ctx.obj
    if signed_by not in consents.SIGNERS:
        raise InvalidInput(f"--signed-by must be one of {', '.join(consents.SIGNERS)}")
    new = consents.Paper(
        person_id=person,
        recipient=to.agency,
        provider_id=to.provider_id,
        scope=",".join(consents.in_order(session.db, scope)),
        purpose=purpose,
        purpose_words=_words(file, purpose),
        signed_on=signed.isoformat(),
        signed_by=signed_by,
        expires_on=expires.isoformat() if expires else None,
    )
    with session.work() as work:
        consent_id = consents.grant(work, new)
    ends = f", through {dates.say_date(expires)}" if expires else ", without an expiry"
    recipient = consents.recipient_in_words(session.db, to)
    scopes = consents.scopes_in_words(session.db, new.scope.split(","))
    emit_line(f"Consent {consent_id} of person {person} to {recipient}: {scopes}{ends}.")
    if expires is not None and expires < session.today:
        say("It has already expired.")


def _words(file: Path | None, purpose: str) -> str | None:
    """Return the text of the purpose, None without one. Raises InvalidInput: `other` needs it."""
    if file is None:
        if purpose == "other":
            raise InvalidInput("--file is missing: the purpose other needs a text")
        return None
    words = typed_text.line(typed_text.file_text(file, "--file"), "the purpose", MOST_WORDS)
    if words is None:
        raise InvalidInput("the purpose is empty")
    return words


@app.command()
def revoke(
    ctx: Context,
    consent: Annotated[
        int, arg("CONSENT", number_of("consent", "CONSENT", "consent"), "The consent's number.")
    ],
    on: Annotated[
        date | None, opt("--on", PAST_DAY, "When it was revoked, not in the future; default today.")
    ] = None,
) -> None:
    """Revoke a consent. It no longer counts from the next command on, on any screen.

    Other signed consents are not revoked: those that still allow the same are named.

    Example:

      ccu consent revoke 3
    """
    with ctx.obj.work() as work:
        left = consents.revoke(work, consent, on or ctx.obj.today)
    emit_line(f"Revoked consent {consent}.")
    if left:
        say(f"Other active consents still allow some of it: consent {', '.join(map(str, left))}.")
