"""`ccu provider add`, `edit`: keep the list of who can help with what."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from ccu.errors import InvalidInput
from ccu.options import AskingOption, Context, arg, asked, flag, group, opt
from ccu.options.lookups import PAST_DAY, PROVIDER, code, whole_number
from ccu.options.shared import with_options
from ccu.options.types import line
from ccu.output import emit_line, say
from ccu.output.text import counted
from ccu.providers import store as providers

app = group("Providers: who can help with what.")

NEED = code("need", commas=True)
NAME = line(200, needed=True, name="the name")
TEXT, AGE = line(2_000, clears=True), whole_number(130)

ProviderArgument = Annotated[int, arg("PROVIDER", PROVIDER, "Its number, or how its name begins.")]


@dataclass(eq=False, repr=False)
class ProviderOptions:
    """The fields of a provider, by their names in the record; an empty text clears a field."""

    needs: Annotated[
        list[str] | None,
        opt("--need", NEED, "What it helps with; replaces the entire list. Repeatable."),
    ] = None
    agency: Annotated[
        str | None, opt("--agency", code("agency"), "Its agency; default a contracted provider.")
    ] = None
    phone: Annotated[str | None, opt("--phone", line(200, clears=True), "Phone number.")] = None
    hours: Annotated[str | None, opt("--hours", TEXT, "Such as mon-fri 9-17, or 24/7.")] = None
    eligibility: Annotated[str | None, opt("--eligibility", TEXT, "Who is eligible.")] = None
    capacity: Annotated[
        str | None,
        opt(
            "--capacity",
            code("capacity"),
            "Whether it takes new clients now: open, waitlist, full, ask_first.",
        ),
    ] = None
    verified_on: Annotated[
        date | None, opt("--verified", PAST_DAY, "When somebody last confirmed this with it.")
    ] = None
    part2: Annotated[
        bool | None, flag("--part2/--no-part2", "Whether it is a 42 CFR Part 2 program.")
    ] = None
    organization: Annotated[str | None, opt("--organization", TEXT, "Who runs it.")] = None
    description: Annotated[str | None, opt("--description", TEXT, "What it does.")] = None
    address: Annotated[str | None, opt("--address", TEXT, "Its address, with the ZIP.")] = None
    areas: Annotated[str | None, opt("--areas", TEXT, "Towns and ZIPs it serves.")] = None
    languages: Annotated[str | None, opt("--languages", TEXT, "Languages, with commas.")] = None
    min_age: Annotated[int | None, opt("--min-age", AGE, "The youngest age it serves.")] = None
    max_age: Annotated[int | None, opt("--max-age", AGE, "The oldest age it serves.")] = None
    accepts: Annotated[
        str | None, opt("--accepts", TEXT, "Fees, insurance, walk-ins, in words.")
    ] = None
    alert: Annotated[
        str | None, opt("--alert", TEXT, "Warning shown wherever it is offered; empty ends it.")
    ] = None
    note: Annotated[
        str | None, opt("--note", TEXT, "The town's own note; no import replaces it.")
    ] = None


def _fields(given: ProviderOptions, name: str | None) -> dict[str, Any]:
    """Return the fields that were given."""
    fields = {"name": name, **vars(given), "needs": given.needs or None}
    if given.verified_on is not None:
        fields["verified_on"] = given.verified_on.isoformat()
    return {field: value for field, value in fields.items() if value is not None}


@app.command()
@with_options(ProviderOptions)
def add(
    ctx: Context,
    given: ProviderOptions,
    name: Annotated[str | None, arg("NAME", NAME, "Its name.")] = None,
    asking: AskingOption = False,
) -> None:
    """Add a provider, or restore a retired one of the same name. Asks for what is missing.

    It counts as verified today unless you give --verified.

    Example:

      ccu provider add "Homes with Hope" --need housing --need shelter --phone 203-555-0110
      --hours "mon-fri 9-17" --eligibility "adults of the town" --capacity waitlist
    """
    session = ctx.obj
    given.verified_on = given.verified_on or session.today
    name = asked(session, name, NAME, "Name of the provider", "NAME")
    if asking and not given.needs:
        given.needs = [*NEED.ask(session, "What it helps with, separated by commas", "the need")]
    fields = _fields(given, name)
    if "needs" not in fields:
        raise InvalidInput("--need is missing")
    with session.work() as work:
        provider_id, restored = providers.add(work, fields)
    emit_line(f"{'Restored' if restored else 'Added'} provider {provider_id}.")


@app.command()
@with_options(ProviderOptions)
def edit(
    ctx: Context,
    provider: ProviderArgument,
    given: ProviderOptions,
    name: Annotated[str | None, opt("--name", NAME, "Its new name.")] = None,
) -> None:
    """Edit a provider; earlier values are kept.

    Examples:

      ccu provider edit homes --capacity full --verified today

      ccu provider edit homes --alert "No intake until Monday: pipes burst"
    """
    from ccu.consent import store as consents
    from ccu.records import field_words

    fields = _fields(given, name)
    if not fields:
        raise InvalidInput("nothing to change; ccu provider edit --help lists what can be")
    with ctx.obj.work() as work:
        changed = providers.change(work, provider, fields)
        left = consents.part2_notes(work.connection, provider) if fields.get("part2") else 0
    if changed:
        emit_line(f"Edited provider {provider}: {field_words.names(changed)}.")
    else:
        emit_line(f"Provider {provider} already has these values; nothing was changed.")
    if left:
        notes = counted(left, "note")
        say(f"This file still holds {notes} about earlier referrals to this provider.")
