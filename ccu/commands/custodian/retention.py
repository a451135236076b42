"""`ccu retention list`, `set`, `hold`, `release`: retention periods and legal holds."""

from pathlib import Path
from typing import Annotated

import typer

from ccu.errors import InvalidInput
from ccu.options import FILE, Context, arg, flag, group, line, number_of, opt, typed_text
from ccu.output import FormatOption, OutputOption, Table, emit, emit_line, say
from ccu.retention import kept_store
from ccu.retention.kept_store import AUTHORITY, CLASS, LONGEST_AUTHORITY, RECORD, YEARS

app = group("Retention periods and legal holds.")


@app.command("list")
def list_(
    ctx: Context,
    holds: Annotated[bool, flag("--holds", "List the legal holds instead.")] = False,
    every: Annotated[bool, flag("--all", "With --holds: released ones too.")] = False,
    destroyed: Annotated[bool, flag("--destroyed", "List what was destroyed instead.")] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List how long each class of record is kept; or the legal holds, or what was destroyed.

    ccu has no retention periods of its own: the department sets each of them, and ccu purge
    destroys nothing until every class has one. --destroyed has the time when the text was removed
    from the file's bytes; if it is empty, run ccu check.

    Examples:

      ccu retention list

      ccu retention list --holds --all
    """
    session = ctx.obj
    if destroyed and (holds or every):
        raise InvalidInput("--destroyed and --holds contradict each other; give one of them")
    if holds or every:
        with session.work() as work:
            found = kept_store.hold_rows(work.connection, every)
            work.audit("holds-list", rows=len(found))
        table = Table(kept_store.HOLD_COLUMNS, found, title="Legal holds")
    elif destroyed:
        found = kept_store.destroyed_rows(session.db, session.settings.zone)
        table = Table(kept_store.DESTROYED_COLUMNS, found, title="Destroyed")
    else:
        found = kept_store.period_rows(session.db)
        table = Table(kept_store.PERIOD_COLUMNS, found, title="Retention")
    emit(table, format, output)
    if not (holds or every or destroyed):
        say("Legal holds: ccu retention list --holds. What was destroyed: --destroyed.")


@app.command("set")
def set_(
    ctx: Context,
    class_: Annotated[str, arg("CLASS", CLASS, "A class, as ccu retention list shows it.")],
    years: Annotated[int, arg("YEARS", YEARS, "How many years it is kept, or never destroyed.")],
    source: Annotated[
        str | None, opt("--source", line(), "The authority, such as a schedule's number.")
    ] = None,
) -> None:
    """Set how long a class of record is kept: a number of years, or never (it is not destroyed).

    Examples:

      ccu retention set calls 7 --source "Schedule M7, item 120"

      ccu retention set plans never --source "order of the chief, 2026-01-12"
    """
    if source is None:
        raise InvalidInput("--source is missing: the schedule or order that sets it")
    with ctx.obj.work() as work:
        before = kept_store.set_period(work, class_, years or None, source)
    was = f"; it was {before}" if before else ""
    emit_line(f"{class_}: {kept_store.period(years, not years)}{was}.")


@app.command()
def hold(
    ctx: Context,
    record: Annotated[str, arg("RECORD", RECORD, "person, call or place.")],
    number: Annotated[str, typer.Argument(metavar="N", help="Its number.")],
    authority: Annotated[
        str | None, opt("--authority", AUTHORITY, "A docket or order number, one word.")
    ] = None,
    file: Annotated[
        Path | None, opt("--file", FILE, "The authority in words, from a file; - is stdin.")
    ] = None,
) -> None:
    """Place a legal hold: a person, call or place is not destroyed until the hold is released.

    The hold covers what is needed to understand the record: a person's calls and all that is on
    them, what followed from a call, the units of a building. Give words that may name a
    person by --file or at the prompt.

    Example:

      ccu retention hold call 12 --authority FBT-CV-26-6012345
    """
    from ccu.options import questions

    session = ctx.obj
    record_id = typed_text.record_id(number, record)
    if authority is not None and file is not None:
        raise InvalidInput("--authority and --file contradict each other; give one of them")
    if authority is None:
        asked = "Authority (an order, a docket)"
        authority = questions.private_text(
            session, asked, file, "the authority", LONGEST_AUTHORITY, session.interactive
        )
    with session.work() as work:
        hold_id = kept_store.place_hold(work, record, record_id, authority)
    emit_line(f"Hold {hold_id}: {record} {record_id} is kept until it is released.")


@app.command()
def release(
    ctx: Context,
    hold: Annotated[
        int, arg("HOLD", number_of("hold", "HOLD", "legal_hold"), "The hold's number.")
    ],
) -> None:
    """Release a hold: the retention table applies again, unless another hold covers the record.

    Example:

      ccu retention release 3
    """
    with ctx.obj.work() as work:
        released = kept_store.release_hold(work, hold)
    emit_line(f"Hold {hold} is released; it was on {released}.")
