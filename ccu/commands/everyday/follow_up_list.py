"""`ccu follow-up list`, `overdue`: what is due, and who owns it."""

from typing import Annotated, Any

import typer

from ccu.errors import ExitCode, InvalidInput
from ccu.follow_ups import options
from ccu.options import Context, flag, group, value
from ccu.options.shared import with_options
from ccu.output import (
    FOR_FILES,
    Format,
    FormatOption,
    OutputOption,
    Table,
    emit,
    fits_terminal,
    meant,
    say,
)
from ccu.records.person_ids import NAMELESS

app = group("Joined to `ccu follow-up` by the map in cli.py.")

LIST_COLUMNS = (
    *("id", "due", "days_late", "state", "owner", "what", "attempts", "last_try", "risk", "for"),
)
# Left out on a narrow terminal, in this order. Never what the work needs: who, the phone, what to
# do, when, and the last attempt. `for` is left out only if names are shown.
SPARE = ("attempts", "state", "owner", "new", "days_late", "for", "risk")
OVERDUE_COLUMNS = ("id", "days_late", "due", "owner", "what", "for", "new")


@app.command("list")
@with_options(options.ListOptions)
def list_(
    ctx: Context,
    given: options.ListOptions,
    names: options.ScreenNamesOption = None,
    format: options.ListFormatOption = None,
    output: OutputOption = None,
) -> None:
    """List follow-ups: those at risk first, then by due date.

    Risk is high after a suicide or overdose call (setting urgent_natures) or an emergency
    examination. At a terminal you see names and phones if your role may; elsewhere with --names.

    A calendar (.ics) has no names and no addresses. Import it again, or have it replaced each
    night: its entries are updated, and those of closed, moved or reassigned follow-ups removed.

    `--due` counts the overdue ones that it leaves out; for these: ccu follow-up overdue

    Examples:

      ccu follow-up list --mine --due today

      ccu follow-up list --owner dlee --all --format csv

      ccu follow-up list --mine --output mine.ics
    """
    from ccu.follow_ups import listing_store as follow_ups

    session = ctx.obj
    if meant(format, output) == "ics":
        from ccu.follow_ups import page

        page.write_calendar(session, given, names, output)
        return
    plain = Format(format.value) if format else None
    on_screen = fits_terminal(plain, output)
    if names is None:
        names = on_screen and session.may("follow-up list --names")
    rows = follow_ups.list_rows(session, given)
    columns = follow_ups.add_names(session, rows, LIST_COLUMNS, "follow-up-list", names)
    columns = session.view.notice_column(rows, columns, "follow_up")
    emit(_table("Follow-ups", columns, rows, SPARE, on_screen), plain, output)
    if late := follow_ups.late_beside(session, given, rows):
        say(f"Not in this list: {late} overdue. See ccu follow-up overdue")


@app.command()
def overdue(
    ctx: Context,
    new: Annotated[bool, flag("--new", "Only those not reported as overdue yet.")] = False,
    mine: Annotated[bool, flag("--mine", "Only the ones you own.")] = False,
    owner: options.OwnerOption = None,
    by: Annotated[str | None, value("--by", "owner", "Group by owner.")] = None,
    names: options.NamesOption = False,
    record: Annotated[
        bool | None,
        flag("--record/--no-record", "Record as reported; default yes, except at a terminal."),
    ] = None,
    exit_code: Annotated[bool, flag("--exit-code", "Exit with code 10 if any is listed.")] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List what is overdue: follow-ups, and care calls without a decision. Highest risk first.

    With nothing overdue cron gets no output. Overdue follow-ups of one referral are one line; JSON,
    CSV and XLSX have each. To list care calls without a decision: ccu call list --undecided

    new: not reported as overdue yet. A run from cron records what it reported; a run at a terminal
    does not, so the next report still has it as new. With --format or --output an empty list is
    printed too.

    Examples:

      ccu follow-up overdue --by owner

      ccu follow-up overdue --owner dlee --new --exit-code
    """
    from ccu.calls import overdue as overdue_work
    from ccu.follow_ups import listing_store as follow_ups

    session = ctx.obj
    if by not in (None, "owner"):
        raise InvalidInput("--by can only be owner")
    if mine and owner is not None:
        raise InvalidInput("give either --mine or --owner")
    late = overdue_work.rows(session, session.staff_id if mine else owner)
    rows = [row for row in late if row["new"] or not new]
    if not session.unattended:
        rows = overdue_work.seen(session, rows, by_owner=owner is not None)
    if meant(format, output) not in FOR_FILES:
        rows = overdue_work.one_line_each(rows)
    columns = follow_ups.add_names(session, rows, OVERDUE_COLUMNS, "overdue", names)
    if not session.unattended:
        columns = session.view.notice_column(rows, columns, "follow_up")
    if by:
        rows = sorted(rows, key=lambda row: row["owner"] or "")
        columns = ("owner", *(name for name in columns if name != "owner"))
    if rows or format or output:
        spare = tuple(name for name in SPARE if name not in ("owner", "days_late"))
        title = "Overdue, highest risk first"
        emit(_table(title, columns, rows, spare, fits_terminal(format, output)), format, output)
    elif session.interactive:
        say("Nothing new is overdue." if new and late else "Nothing is overdue.")
    if record or (record is None and not session.interactive):
        overdue_work.record(session, late)
    if exit_code and rows:
        raise typer.Exit(ExitCode.OVERDUE)


def _table(
    title: str,
    columns: tuple[str, ...],
    rows: list[dict[str, Any]],
    spare: tuple[str, ...],
    on_screen: bool,
) -> Table:
    """Return the list; on a screen a row without a person's name shows what it is about instead."""
    if "name" not in columns:
        spare = tuple(name for name in spare if name != "for")
    elif on_screen:
        for row in rows:
            if row["name"] in NAMELESS:
                row["name"] = row.get("about") or row["for"]
    return Table(columns, rows, title=title, spare=spare)
