"""`ccu follow-up add`, `done`, `move`, `sign`, `show`, `list`, `overdue`: what is due, for whom."""

from datetime import datetime
from typing import Annotated

import typer

from ccu.errors import ExitCode, InvalidInput
from ccu.follow_ups.options import (
    DUE,
    KIND,
    RESULT,
    DueOption,
    FollowUpArgument,
    NamesOption,
    NoteFileOption,
    OwnerOption,
    ReasonOption,
)
from ccu.options import (
    CALL,
    MOMENT,
    PERSON,
    REFERRAL,
    AskingOption,
    group,
    line,
    needs_reason,
    opt,
    whole_number,
)
from ccu.output import FormatOption, OutputOption, Table, emit, emit_document, emit_line, say
from ccu.session import Session

app = group("What is due: add, done, move, sign, show, list, overdue.")

LIST_COLUMNS = ("id", "due", "state", "owner", "what", "attempts", "for")
OVERDUE_COLUMNS = ("id", "days_late", "due", "owner", "what", "for", "new")
LONGEST_TRY = 24 * 60  # minutes


@app.command()
def add(
    ctx: typer.Context,
    referral: Annotated[int | None, opt("--referral", REFERRAL, "For this referral.")] = None,
    call: Annotated[int | None, opt("--call", CALL, "For this call.")] = None,
    person: Annotated[int | None, opt("--person", PERSON, "For this person, by number.")] = None,
    kind: Annotated[str | None, opt("--kind", KIND, "What to do.")] = None,
    due: DueOption = None,
    owner: OwnerOption = None,
    note_file: NoteFileOption = None,
    asking: AskingOption = False,
) -> None:
    """Put something on the list: for a referral, a call or a person.

    Its owner is the one named; else the referral's, the person's worker, or you.

    Examples:

      ccu follow-up add --referral 3 --kind visit --due "tomorrow 10:00"

      ccu follow-up add --person 12 --kind call --due friday --owner dlee
    """
    from ccu.follow_ups import entry

    follow_up_id, words = entry.add(
        ctx.obj,
        referral=referral,
        call=call,
        person=person,
        kind=kind,
        due=due,
        owner=owner,
        note_file=note_file,
        asking=asking,
    )
    emit_line(f"Added follow-up {follow_up_id}: {words}.")


@app.command()
def done(
    ctx: typer.Context,
    follow_up: FollowUpArgument,
    result: Annotated[str | None, opt("--result", RESULT, "The result.")] = None,
    when: Annotated[
        datetime | None, opt("--when", MOMENT, "When it was tried; default now.")
    ] = None,
    minutes: Annotated[
        int | None, opt("--minutes", whole_number(LONGEST_TRY), "How long it took.")
    ] = None,
    note_file: NoteFileOption = None,
    next_due: Annotated[
        datetime | None, opt("--next", DUE, "When to try, or to look, again. As --due.")
    ] = None,
    next_kind: Annotated[str | None, opt("--next-kind", KIND, "What to do then.")] = None,
    asking: AskingOption = False,
) -> None:
    """Say that it was done or tried, and what came of it.

    Reached, refused, safe but declined, escalated, and no response close it; after any other result
    it stays open and --next says until when (at a terminal it is asked). Where closing it would
    leave an open referral, or a person with a worker, with nothing due, the next one is made.

    Examples:

      ccu follow-up done 7 --result left_message --next "tomorrow 10:00"

      ccu follow-up done 7 --result reached --minutes 20 --note-file -
    """
    from ccu.follow_ups import entry

    words = entry.attempt(
        ctx.obj,
        follow_up,
        result=result,
        when=when,
        minutes=minutes,
        note_file=note_file,
        next_due=next_due,
        next_kind=next_kind,
        asking=asking,
    )
    emit_line(words)


@app.command()
def move(
    ctx: typer.Context,
    follow_up: FollowUpArgument,
    due: DueOption = None,
    owner: OwnerOption = None,
    reason: ReasonOption = None,
) -> None:
    """Give it another due, or another owner; what was before is kept.

    One that waits for a signature is sent back by it, to be done again.

    Example:

      ccu follow-up move 7 --due monday --reason "away until then"
    """
    from ccu.follow_ups import entry

    emit_line(entry.move(ctx.obj, follow_up, due, owner, reason))


@app.command()
def sign(ctx: typer.Context, follow_up: FollowUpArgument) -> None:
    """Sign what an intern has done; that closes it.

    The intern's own supervisor signs, or an admin; `list --to-sign` shows what waits for you.

    Example:

      ccu follow-up sign 7
    """
    from ccu.follow_ups import entry

    emit_line(entry.sign(ctx.obj, follow_up))


@app.command()
def show(
    ctx: typer.Context,
    follow_up: FollowUpArgument,
    full: Annotated[bool, typer.Option("--full", help="With the notes; needs --reason.")] = False,
    reason: ReasonOption = None,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Show one follow-up: what it is for, each attempt, what was moved. It is recorded.

    Example:

      ccu follow-up show 7
    """
    from ccu.follow_ups import page

    document = page.read(ctx.obj, follow_up, needs_reason(full, reason))
    emit_document(document, format, output)


@app.command("list")
def list_(
    ctx: typer.Context,
    due: Annotated[
        str | None, opt("--due", line(), "Due on that day (today, DAY), or in the next 7 (week).")
    ] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Mine alone.")] = False,
    owner: OwnerOption = None,
    to_sign: Annotated[
        bool, typer.Option("--to-sign", help="What interns did and you may sign.")
    ] = False,
    every: Annotated[bool, typer.Option("--all/--open", help="The closed ones too.")] = False,
    names: NamesOption = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List follow-ups, the first due first: by number and place, without names.

    `--due week` is what falls due within the next 7 days; what is late already is in `overdue`.

    Examples:

      ccu follow-up list --mine --due today

      ccu follow-up list --owner dlee --all --format csv
    """
    from ccu.card.page import notice_column
    from ccu.follow_ups import lists

    session: Session = ctx.obj
    if mine and owner is not None:
        raise InvalidInput("give either --mine or --owner")
    rows = lists.chosen(session, due=due, mine=mine, owner=owner, to_sign=to_sign, every=every)
    columns = lists.named(session, rows, LIST_COLUMNS, "follow-up-list", names)
    columns = notice_column(rows, columns, "follow_up", session.view)
    emit(Table(columns, rows, title="Follow-ups"), format, output)


@app.command()
def overdue(
    ctx: typer.Context,
    new: Annotated[
        bool, typer.Option("--new", help="Only what no recorded run has found late yet.")
    ] = False,
    by: Annotated[
        str | None, typer.Option("--by", metavar="owner", help="Grouped by whose it is.")
    ] = None,
    names: NamesOption = False,
    record: Annotated[
        bool | None,
        typer.Option(
            "--record/--no-record",
            help="Keep what was found late as told; else only a run from no terminal does.",
        ),
    ] = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="End with 10 when anything is listed.")
    ] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List what is open and was due before now, oldest first; for cron: silent when nothing is.

    `new` marks what no recorded run has found late yet. The nightly run is recorded; a look at a
    terminal is not, so that it does not take the night's news away. A format or a file that is
    asked for gets an empty list, too.

    Examples:

      ccu follow-up overdue --by owner

      ccu follow-up overdue --new --exit-code
    """
    from ccu.card.page import notice_column
    from ccu.follow_ups import lists

    session: Session = ctx.obj
    if by not in (None, "owner"):
        raise InvalidInput("--by can only be owner")
    late = lists.late(session)
    rows = [row for row in late if row["new"] or not new]
    if not session.unattended:
        rows = lists.seen(session, rows)
    columns = lists.named(session, rows, OVERDUE_COLUMNS, "overdue", names)
    if not session.unattended:
        columns = notice_column(rows, columns, "follow_up", session.view)
    if by:
        rows, columns = lists.by_owner(rows), ("owner", *(c for c in columns if c != "owner"))
    if rows or format or output:
        emit(Table(columns, rows, title="Overdue"), format, output)
    elif session.interactive:
        say("Nothing new is overdue." if new and late else "Nothing is overdue.")
    if record or (record is None and not session.interactive):
        lists.keep(session, late)
    if exit_code and rows:
        raise typer.Exit(ExitCode.OVERDUE)
