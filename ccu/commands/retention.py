"""`ccu retention list`, `set`, `hold`, `release`, `holds`, `log`: how long records are kept."""

from pathlib import Path
from typing import Annotated

import typer

from ccu.errors import InvalidInput
from ccu.options import group, typed_text
from ccu.output import FormatOption, OutputOption, Table, emit, emit_line
from ccu.session import Session

app = group("How long records are kept: list, set, hold, release, log.")

COLUMNS = ("class", "keep", "source", "set_on", "set_by", "what")
HOLD_COLUMNS = ("id", "holds", "authority", "since", "by", "released", "released_by")
LOG_COLUMNS = (
    *("id", "at", "by", "class", "count", "oldest", "newest", "years", "source", "scrubbed_at"),
)
LONGEST_AUTHORITY = 200


@app.command("list")
def list_(ctx: typer.Context, format: FormatOption = None, output: OutputOption = None) -> None:
    """List each class of record, how long it is kept, and by what authority.

    There are no years of ccu's own: `keep` is empty until the department has said, and ccu purge
    destroys nothing until every class has one.

    Example:

      ccu retention list
    """
    from ccu.retention import schedule as retention

    session: Session = ctx.obj
    _ = session.staff_id
    emit(Table(COLUMNS, retention.rows(session.db), title="Retention"), format, output)


@app.command("set")
def set_(
    ctx: typer.Context,
    class_: Annotated[str, typer.Argument(metavar="CLASS", help="A class of retention list.")],
    years: Annotated[
        str, typer.Argument(metavar="YEARS", help="How many years it is kept, or never destroyed.")
    ],
    source: Annotated[
        str | None,
        typer.Option(
            "--source", metavar="TEXT", help="The authority, such as a schedule's number."
        ),
    ] = None,
) -> None:
    """Say how long a class of record is kept: a number of years, or never (it is not destroyed).

    Examples:

      ccu retention set calls 7 --source "Schedule M7, item 120"

      ccu retention set plans never --source "order of the chief, 2026-01-12"
    """
    from ccu import dates
    from ccu.retention import schedule as retention

    session: Session = ctx.obj
    staff_id = session.staff_id
    said = typed_text.line(source or "", "--source")
    if said is None:
        raise InvalidInput("--source is missing: the schedule or order that says so")
    number = None
    if years.strip().lower() != "never":
        number = typed_text.whole_number(years, "YEARS", retention.LONGEST_YEARS)
        if not number:
            raise InvalidInput("YEARS must be a whole number from 1, or never")
    name = class_.strip().lower()
    with session.writing() as connection:
        at = dates.to_iso(session.now)
        before = retention.put(connection, staff_id, name, number, said, at=at)
    was = f"; it was {before}" if before else ""
    emit_line(f"{name}: {retention.keep(number, number is None)}{was}.")


@app.command()
def hold(
    ctx: typer.Context,
    record: Annotated[str, typer.Argument(help="person, call or place.")],
    number: Annotated[str, typer.Argument(metavar="N", help="Its number.")],
    authority: Annotated[
        str | None,
        typer.Option("--authority", metavar="CODE", help="A docket or order number, one word."),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", help="The authority in words, from a file; - is standard input."),
    ] = None,
) -> None:
    """Keep a person, a call or a place from being destroyed, whatever their age, until released.

    With it stays what is needed to understand it: a person's calls and all on them, what followed
    from a call, the units of a building. Words that may name somebody come by --file or by prompt.

    Example:

      ccu retention hold call 12 --authority FBT-CV-26-6012345
    """
    from ccu import dates
    from ccu.options import terminal
    from ccu.retention import holds

    session: Session = ctx.obj
    staff_id = session.staff_id
    kind = record.strip().lower()
    if kind not in holds.RECORDS:
        raise InvalidInput("a hold is on a person, a call or a place")
    record_id = typed_text.record_id(number, kind)
    if authority is not None and file is not None:
        raise InvalidInput("--authority and --file contradict each other; give one of them")
    if authority is not None:
        said = _code(authority)
    else:
        asked = "Authority (an order, a docket)"
        said = terminal.private_text(
            asked, file, "the authority", LONGEST_AUTHORITY, session.interactive
        )
    with session.writing() as connection:
        at = dates.to_iso(session.now)
        hold_id = holds.place(connection, staff_id, kind, record_id, said, at=at)
    emit_line(f"Hold {hold_id}: {kind} {record_id} is kept until it is released.")


@app.command()
def release(
    ctx: typer.Context,
    hold: Annotated[str, typer.Argument(metavar="HOLD", help="The hold's number.")],
) -> None:
    """End a hold: what it kept goes by the retention table again, unless another holds it.

    Example:

      ccu retention release 3
    """
    from ccu import dates
    from ccu.retention import holds

    session: Session = ctx.obj
    staff_id = session.staff_id
    hold_id = typed_text.record_id(hold, "hold")
    with session.writing() as connection:
        released = holds.release(connection, staff_id, hold_id, at=dates.to_iso(session.now))
    emit_line(f"Hold {hold_id} is released; it was on {released}.")


@app.command("holds")
def list_holds(
    ctx: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="Those released, too.")] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List the legal holds in force, oldest first.

    Example:

      ccu retention holds --all
    """
    from ccu.records import audit
    from ccu.retention import holds

    session: Session = ctx.obj
    with session.writing() as connection:
        found = holds.rows(connection, every)
        audit.record(connection, session.staff_id, "holds-list", rows=len(found))
    emit(Table(HOLD_COLUMNS, found, title="Legal holds"), format, output)


@app.command("log")
def log(ctx: typer.Context, format: FormatOption = None, output: OutputOption = None) -> None:
    """Print the destruction log: what was destroyed, when, by whom, by what authority. No names.

    scrubbed_at is when the text was gone from the file's bytes; empty: not yet, see ccu check.

    Example:

      ccu retention log --format csv
    """
    from ccu.retention import destruction

    session: Session = ctx.obj
    _ = session.staff_id
    emit(Table(LOG_COLUMNS, destruction.rows(session.db), title="Destroyed"), format, output)


def _code(text: str) -> str:
    """An authority short and bare enough for a command line, which other accounts can read."""
    code = text.strip()
    if not (0 < len(code) <= 60 and all(each.isalnum() or each in ".-/_" for each in code)):
        raise InvalidInput(
            "--authority is one word of letters, digits and .-/_; words come by --file or a prompt"
        )
    return code
