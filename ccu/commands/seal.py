"""`ccu seal person`, `call`, `list`, `show`, `lift`: erasure orders, for the records custodian."""

from typing import Annotated

import typer

from ccu.options import completion, group, typed_text
from ccu.output import FormatOption, OutputOption, Table, emit, emit_document, emit_line, say
from ccu.session import Session

app = group("Erasure orders: seal a person or a call, list, show, lift.")

COLUMNS = (
    *("seal", "record", "number", "authority", "ordered_on", "sealed_at", "sealed_by"),
    *("lifted_at", "lifted_by", "lift_reason"),
)

AuthorityOption = Annotated[
    str | None,
    typer.Option(
        "--authority",
        help="By whose order: court, statute, ...",
        autocompletion=completion.codes("seal_authority"),
    ),
]
OrderedOption = Annotated[
    str | None, typer.Option("--ordered", metavar="DAY", help="The day of the order.")
]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask to confirm it.")]
SealArgument = Annotated[str, typer.Argument(metavar="SEAL", help="The seal's number.")]


@app.command()
def person(
    ctx: typer.Context,
    number: Annotated[str, typer.Argument(metavar="PERSON", help="The person's number.")],
    authority: AuthorityOption = None,
    ordered: OrderedOption = None,
    yes: YesOption = False,
) -> None:
    """Seal a person: all of their records, and the words about them on calls and households.

    From then on their number is one that was never given, for everybody and every command but
    `ccu seal`; their open work is ended. The calls stay. Reports go on counting what is sealed, as
    numbers that name nobody.

    Example:

      ccu seal person 12 --authority court --ordered 2026-01-18
    """
    from ccu.retention import sealing

    person_id = typed_text.record_id(number, "person")
    session: Session = ctx.obj
    done = sealing.seal(session, "person", person_id, authority=authority, ordered=ordered, yes=yes)
    emit_line(done)


@app.command()
def call(
    ctx: typer.Context,
    number: Annotated[str, typer.Argument(metavar="CALL", help="The call's number.")],
    authority: AuthorityOption = None,
    ordered: OrderedOption = None,
    yes: YesOption = False,
) -> None:
    """Seal a call: it is at no address, on no card and in no list any more.

    The people met on it stay. An import that has the call again leaves it sealed.

    Example:

      ccu seal call 31 --authority statute --ordered 2026-01-18
    """
    from ccu.retention import sealing

    call_id = typed_text.record_id(number, "call")
    session: Session = ctx.obj
    emit_line(sealing.seal(session, "call", call_id, authority=authority, ordered=ordered, yes=yes))


@app.command("list")
def list_(ctx: typer.Context, format: FormatOption = None, output: OutputOption = None) -> None:
    """List the seals, those lifted too, by numbers.

    Example:

      ccu seal list
    """
    from ccu.records import audit
    from ccu.retention import seals

    session: Session = ctx.obj
    found = seals.rows(session.db)
    with session.writing() as connection:
        audit.record(connection, session.staff_id, "seal-list", rows=len(found))
    emit(Table(COLUMNS, found, title="Seals"), format, output)


@app.command()
def show(
    ctx: typer.Context,
    seal: SealArgument,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Show what a seal holds, every field of it. It is recorded.

    Example:

      ccu seal show 1
    """
    from ccu.records import audit
    from ccu.retention import sealing, seals

    session: Session = ctx.obj
    seal_id = typed_text.record_id(seal, "seal")
    told = seals.rows(session.db, seal_id)[0]
    content = seals.read(session.db, seal_id)
    with session.writing() as connection:
        audit.record(connection, session.staff_id, "seal-show", "sealed", seal_id)
    emit_document(sealing.document(session, told, content), format, output)


@app.command()
def lift(
    ctx: typer.Context,
    seal: SealArgument,
    reason: Annotated[
        str | None,
        typer.Option(
            "--reason-code",
            help="Why: set_aside, in_error, ...",
            autocompletion=completion.codes("lift_reason"),
        ),
    ] = None,
) -> None:
    """Lift a seal: every record is back as it was, its open work too.

    Example:

      ccu seal lift 1 --reason-code set_aside
    """
    from ccu import dates
    from ccu.options.terminal import ask
    from ccu.records import codes
    from ccu.retention import seals

    session: Session = ctx.obj
    by, seal_id = session.staff_id, typed_text.record_id(seal, "seal")
    choices = ", ".join(codes.choices(session.db, "lift_reason"))
    said = ask(f"Why ({choices})", reason, "--reason-code", session.interactive)
    code = codes.code(session.db, "lift_reason", said, "--reason-code")
    with session.writing() as connection:
        told, left = seals.lift(connection, by, seal_id, reason=code, at=dates.to_iso(session.now))
    if left:
        say(f"{left} words that were rewritten meanwhile were left as they are")
    emit_line(f"Seal {seal_id} is lifted: {told['record']} {told['number']} is back.")
