"""`ccu provider add`, `list`, `show`, `change`, `retire`: who can help with what."""

from typing import Annotated

import typer

from ccu.errors import InvalidInput
from ccu.options import PROVIDER, arg, group, line, opt, with_options
from ccu.output import FormatOption, OutputOption, Table, emit, emit_document, emit_line, say
from ccu.providers.options import NEED, PROVIDER_NAME, ProviderOptions, fields_of
from ccu.session import Session

app = group("Who can help with what: add, list, show, change, retire.")

COLUMNS = ("id", "name", "needs", "capacity", "phone", "hours", "verified", "old")

ProviderArgument = Annotated[int, arg("PROVIDER", PROVIDER, "Its number, or how its name begins.")]


@app.command()
@with_options(ProviderOptions)
def add(
    ctx: typer.Context,
    name: Annotated[str, arg("NAME", PROVIDER_NAME, "What it is called.")],
    given: ProviderOptions,
) -> None:
    """Add a provider; a retired one of that name comes back.

    It counts as verified today, unless --verified gives another day.

    Example:

      ccu provider add "Homes with Hope" --need housing --need shelter --phone 203-555-0110
      --hours "mon-fri 9-17" --eligibility "adults of the town" --capacity waitlist
    """
    from ccu.providers import store as providers

    session: Session = ctx.obj
    given.verified = given.verified or session.today
    fields = fields_of(name, given)
    if "needs" not in fields:
        raise InvalidInput("--need is missing")
    with session.work() as work:
        provider_id, back = providers.add(work, fields)
    emit_line(f"Provider {provider_id} is {'back' if back else 'added'}.")


@app.command("list")
def list_(
    ctx: typer.Context,
    need: Annotated[
        str | None,
        opt("--need", NEED, "Only those that help with it; who takes people now comes first."),
    ] = None,
    search: Annotated[str | None, opt("--search", line(), "Only those with these words.")] = None,
    every: Annotated[bool, typer.Option("--all", help="The retired ones too.")] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List the providers.

    old: not verified for longer than the days of the setting verified_days.

    Examples:

      ccu provider list --need detox

      ccu provider list --search "veterans evening"
    """
    from ccu.providers import page

    rows = page.list_rows(ctx.obj, need=need, words=search or "", retired=every)
    columns = (*COLUMNS, "active") if every else COLUMNS
    emit(Table(columns, rows, title="Providers"), format, output)


@app.command()
def show(
    ctx: typer.Context,
    provider: ProviderArgument,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Show one provider and the history of its changes.

    JSON: id, name, needs, agency, phone, hours, eligibility, capacity, verified_on, active, part2,
    old, open_referrals (their numbers), changes (at, by, field, old, new).

    Example:

      ccu provider show homes
    """
    from ccu.providers import page

    session: Session = ctx.obj
    data = page.read(session, provider)
    emit_document(page.document(session, data), format, output)


@app.command()
@with_options(ProviderOptions)
def change(
    ctx: typer.Context,
    provider: ProviderArgument,
    given: ProviderOptions,
    name: Annotated[str | None, opt("--name", PROVIDER_NAME, "What it is called now.")] = None,
) -> None:
    """Change what is known of a provider.

    What it said before is kept.

    Example:

      ccu provider change homes --capacity full --verified today
    """
    from ccu.consent import store as consents
    from ccu.providers import store as providers

    session: Session = ctx.obj
    fields = fields_of(name, given)
    if not fields:
        raise InvalidInput("nothing to change was given")
    with session.work() as work:
        changed = providers.change(work, provider, fields)
        left = consents.part2_notes(work.connection, provider) if fields.get("part2") else 0
    if changed:
        words = ", ".join(field.removesuffix("_on") for field in changed)
        emit_line(f"Changed provider {provider}: {words}.")
    else:
        emit_line(f"Provider {provider} says that already; nothing was changed.")
    if left:
        notes = "1 note" if left == 1 else f"{left} notes"
        say(f"This file holds {notes} about referrals there, from before.")


@app.command()
def retire(ctx: typer.Context, provider: ProviderArgument) -> None:
    """Make no more referrals to a provider.

    It is kept, with its referrals, and comes back when it is added again.

    Example:

      ccu provider retire homes
    """
    from ccu.providers import store as providers

    session: Session = ctx.obj
    with session.work() as work:
        if not providers.read(work.connection, provider)["active"]:
            raise InvalidInput(f"provider {provider} is retired already")
        providers.change(work, provider, {"active": False})
        left = providers.open_referrals(work.connection, provider)
    emit_line(f"Retired provider {provider}.")
    if left:
        numbers = ", ".join(map(str, left))
        say(f"Referrals still open there: {numbers}. End them, or refer again elsewhere.")
