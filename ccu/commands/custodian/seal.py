"""`ccu seal person`, `call`, `list`, `show`, `lift`: for the records custodian."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from ccu.options import CALL, PERSON, Context, arg, asked, flag, group, number_of, opt
from ccu.options.lookups import PAST_DAY, code
from ccu.options.shared import with_options
from ccu.output import FormatOption, OutputOption, Table, emit, emit_document, emit_line, say
from ccu.output.text import counted

app = group("Sealing orders for people and calls.")

COLUMNS = (
    *("seal", "record", "number", "authority", "ordered_on", "sealed_at", "sealed_by"),
    *("lifted_at", "lifted_by", "lift_reason"),
)
AUTHORITY, LIFT_REASON = code("seal_authority"), code("lift_reason")

SealArgument = Annotated[int, arg("SEAL", number_of("seal", "SEAL"), "The seal's number.")]


@dataclass
class Order:
    """The options of `seal person` and `seal call`."""

    authority: Annotated[
        str | None, opt("--authority", AUTHORITY, "By whose order: court, statute, ...")
    ] = None
    ordered: Annotated[date | None, opt("--ordered", PAST_DAY, "The day of the order.")] = None
    yes: Annotated[bool, flag("--yes", "Do not ask for confirmation.")] = False


@app.command()
@with_options(Order)
def person(
    ctx: Context,
    number: Annotated[int, arg("PERSON", PERSON, "The person's number.")],
    given: Order,
) -> None:
    """Seal a person: all of their records, and the words about them on calls and households.

    From then on, every command but `ccu seal` treats their number as one never issued, and their
    open work ends. Their calls stay. Reports still count sealed records, without names.

    Example:

      ccu seal person 12 --authority court --ordered 2026-01-18
    """
    from ccu.retention import actions

    emit_line(actions.seal(ctx.obj, "person", number, **vars(given)))


@app.command()
@with_options(Order)
def call(
    ctx: Context, number: Annotated[int, arg("CALL", CALL, "The call's number.")], given: Order
) -> None:
    """Seal a call: remove it from every address, card and list.

    The people on it stay. An import that has the call again leaves it sealed.

    Example:

      ccu seal call 31 --authority statute --ordered 2026-01-18
    """
    from ccu.retention import actions

    emit_line(actions.seal(ctx.obj, "call", number, **vars(given)))


@app.command("list")
def list_(ctx: Context, format: FormatOption = None, output: OutputOption = None) -> None:
    """List all seals by number, lifted ones too.

    Example:

      ccu seal list
    """
    from ccu.records import codes
    from ccu.retention import seal_store

    session = ctx.obj
    with session.work() as work:
        found = seal_store.rows(work.connection)
        work.audit("seal-list", rows=len(found))
    labels = codes.of_columns(session.db, authority="seal_authority", lift_reason="lift_reason")
    emit(Table(COLUMNS, found, title="Seals", labels=labels), format, output)


@app.command()
def show(
    ctx: Context, seal: SealArgument, format: FormatOption = None, output: OutputOption = None
) -> None:
    """Show every field that a seal holds. Showing it is recorded in the audit.

    Example:

      ccu seal show 1
    """
    from ccu.retention import actions, seal_store

    session = ctx.obj
    with session.work() as work:
        row = seal_store.rows(work.connection, seal)[0]
        content = seal_store.read(work.connection, seal)
        work.audit("seal-show", "sealed", seal)
    emit_document(actions.sealed_document(session, row, content), format, output)


@app.command()
def lift(
    ctx: Context,
    seal: SealArgument,
    reason: Annotated[
        str | None, opt("--reason-code", LIFT_REASON, "Why: set_aside, in_error, ...")
    ] = None,
) -> None:
    """Lift a seal: restore every record, with its open work.

    Example:

      ccu seal lift 1 --reason-code set_aside
    """
    from ccu.retention import seal_store

    session = ctx.obj
    reason = asked(session, reason, LIFT_REASON, "Why", "--reason-code", "set_aside")
    with session.work() as work:
        row, left, dropped = seal_store.lift(work, seal, reason)
    if left:
        say(f"{left} texts were rewritten since then and are kept")
    if dropped:
        say(f"not restored, for what they link to was removed: {counted(dropped, 'link')}")
    emit_line(f"Seal {seal} is lifted: {row['record']} {row['number']} is back.")
