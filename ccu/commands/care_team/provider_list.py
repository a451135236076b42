"""`ccu provider list`, `show`, `retire`: who can help with what, and who no longer does."""

from typing import Annotated

from ccu.errors import InvalidInput
from ccu.options import Context, arg, flag, group, line, opt
from ccu.options.lookups import PROVIDER, code
from ccu.output import FormatOption, OutputOption, Table, emit, emit_document, emit_line, say

app = group("Joined to `ccu provider` by the map in cli.py.")

ProviderArgument = Annotated[int, arg("PROVIDER", PROVIDER, "Its number, or how its name begins.")]
COLUMNS = ("id", "name", "needs", "capacity", "phone", "hours", "verified", "old", "alert")


@app.command("list")
def list_(
    ctx: Context,
    need: Annotated[
        str | None,
        opt("--need", code("need"), "Only for this need; those with openings come first."),
    ] = None,
    search: Annotated[str | None, opt("--search", line(), "Only those with these words.")] = None,
    every: Annotated[bool, flag("--all", "Retired ones too.")] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List providers.

    old: not verified within the days of the setting verified_days.

    Examples:

      ccu provider list --need detox

      ccu provider list --search "veterans evening"
    """
    from ccu.providers import page
    from ccu.records import codes

    rows = page.list_rows(ctx.obj, need=need, words=search or "", retired=every)
    columns = (*COLUMNS, "active") if every else COLUMNS
    labels = codes.of_columns(ctx.obj.db, needs="need", capacity="capacity")
    emit(Table(columns, rows, title="Providers", labels=labels), format, output)


@app.command()
def show(
    ctx: Context,
    provider: ProviderArgument,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Show a provider and its change history.

    Example:

      ccu provider show homes
    """
    from ccu.providers import page

    data = page.read(ctx.obj, provider)
    emit_document(page.document(ctx.obj, data), format, output)


@app.command()
def retire(ctx: Context, provider: ProviderArgument) -> None:
    """Stop referrals to a provider; it and its referrals are kept.

    To restore it, add it again.

    Example:

      ccu provider retire homes
    """
    from ccu.providers import store as providers

    with ctx.obj.work() as work:
        if not providers.read(work.connection, provider)["active"]:
            raise InvalidInput(f"provider {provider} is already retired")
        providers.change(work, provider, {"active": False})
        left = providers.open_referrals(work.connection, provider)
    emit_line(f"Retired provider {provider}.")
    if left:
        numbers = ", ".join(map(str, left))
        say(f"Referrals still open: {numbers}. Close them, or refer to another provider.")
