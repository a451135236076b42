"""`ccu person import`: another office's list of its active clients and their workers."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ccu.errors import InvalidInput
from ccu.options import AskingOption, group
from ccu.output import FormatOption, OutputOption, Table, emit, say
from ccu.session import Session

if TYPE_CHECKING:
    from ccu.imports.roster.matching import Rule
    from ccu.imports.roster.run import Plan

app = group("Joined to `ccu person` by the map in cli.py.")


class Match(StrEnum):
    """Which lookalikes are taken for the person known."""

    likely = "likely"
    none = "none"


class Prefer(StrEnum):
    """Whose value counts where two differ."""

    roster = "roster"
    known = "known"


def _layouts(ctx: typer.Context, incomplete: str) -> list[str]:
    from ccu.imports.roster import layout as roster_layout

    return [name for name in roster_layout.names() if name.startswith(incomplete)]


@app.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="The list, also .gz; - is standard input.")],
    layout: Annotated[
        str | None,
        typer.Option(
            "--layout",
            "-l",
            metavar="NAME-OR-PATH",
            autocompletion=_layouts,
            help="How to read it: a ready layout's name, or a TOML file.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would become of each row; keep nothing.")
    ] = False,
    match: Annotated[
        Match | None,
        typer.Option(
            help="likely: whoever is likely somebody known is that person; none: they are new."
        ),
    ] = None,
    accept_score: Annotated[
        int | None,
        typer.Option("--accept-score", metavar="N", help="As --match likely, from this score on."),
    ] = None,
    as_new: Annotated[
        bool,
        typer.Option("--as-new", help="Every row a record of its own; see ccu person duplicates."),
    ] = False,
    prefer: Annotated[
        Prefer, typer.Option(help="Whose value counts where one differs; the old one is kept.")
    ] = Prefer.known,
    whole: Annotated[
        bool,
        typer.Option("--whole", help="Whoever is not on the list is their client no more."),
    ] = False,
    rejects: Annotated[
        Path | None,
        typer.Option(
            "--rejects", metavar="FILE", help="Write rows left out to FILE, with the reason."
        ),
    ] = None,
    allow_column: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-column",
            metavar="COLUMN",
            help="Let this column pass, though it looks like an FBI, state or social security"
            " number; recorded. Again for each.",
        ),
    ] = None,
    suggest: Annotated[
        bool, typer.Option("--suggest", help="Write a first layout for this file instead.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether to go on.")] = False,
    asking: AskingOption = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Bring in an office's list of clients and their workers; safe to repeat.

    Somebody is known by the office's number, once a list was read. For the others it asks at a
    terminal; elsewhere rows that look like somebody known are left out and told, unless --match
    says what they are. The list fills gaps and erases nothing. Whose case is closed has no worker
    any more, if it was a list that said who it is. All of it is kept or, when something goes
    wrong, none. A file with a column that looks like an FBI, state identification or social
    security number is refused.

    Examples:

      ccu person import clients.csv --layout roster-hsd --dry-run

      ccu person import clients.csv --layout hsd.toml --whole --rejects out.csv

      ccu person import clients.csv --suggest --output hsd.toml
    """
    session: Session = ctx.obj
    if suggest:
        from ccu.imports.roster import suggest as roster_suggest

        roster_suggest.write(file, output)
        return
    from ccu.imports.dispatch import rejects as rejected
    from ccu.imports.roster import messages as roster_tell
    from ccu.imports.roster import questions as roster_ask
    from ccu.imports.roster import run as roster
    from ccu.imports.roster.effects import COLUMNS, Choices

    rule = _rule(match, accept_score, as_new)
    rejected.check(rejects, file, session.path)
    choices = Choices(prefer=prefer is Prefer.roster, whole=whole)
    plan = roster.prepare(session, file, _named(layout), rule, choices, allow_column or ())
    asking = asking and not dry_run
    if asking:
        roster_ask.people(session, plan)
        roster_ask.links(plan, roster.reckon(session, plan, session.db))
    found = roster.reckon(session, plan, session.db)
    if dry_run:
        rows = [each.row() for each in found]
        emit(Table(COLUMNS, rows, title="Dry run, nothing kept"), format, output)
    elif not (yes or asking):
        roster.check_losses(session, plan, found)
    if dry_run or asking:
        roster_tell.summary(plan, found)
        roster_tell.details(plan, found, roster.follow_ups(session, found))
    if asking and not yes:
        roster_ask.go_on()
    _leave_out(plan, rejects)
    if dry_run:
        return
    batch_id, found = roster.commit(session, plan)
    row = tuple(plan.counts(found).values())
    emit(Table(tuple(plan.counts(found)), [row], title=f"Import {batch_id}"), format, output)
    if not asking:
        roster_tell.details(plan, found, roster.follow_ups(session, found))


def _named(layout: str | None) -> str:
    from ccu.imports.roster import layout as roster_layout

    if layout is None:
        ready = ", ".join(roster_layout.names())
        raise InvalidInput(f"--layout is missing; the ready ones are {ready}; or try --suggest")
    return layout


def _rule(match: Match | None, accept_score: int | None, as_new: bool) -> "Rule":
    from ccu.identity import LIKELY
    from ccu.imports.roster.matching import Rule

    if as_new and (match is not None or accept_score is not None):
        raise InvalidInput("--as-new looks for nobody; leave out --match and --accept-score")
    if accept_score is not None and match is Match.none:
        raise InvalidInput("--match none and --accept-score contradict each other")
    if accept_score is not None and not LIKELY <= accept_score <= 100:
        raise InvalidInput(
            f"--accept-score must lie between {LIKELY}, from which a pair is likely, and 100"
        )
    if match is Match.likely and accept_score is None:
        accept_score = LIKELY
    return Rule(accept=accept_score, all_new=match is Match.none, look=not as_new)


def _leave_out(plan: "Plan", rejects: Path | None) -> None:
    from ccu.imports.roster import run as roster

    if rejects is not None:
        count = roster.write_refused(plan, rejects)
        say(f"rows left out are in {rejects}" if count else "no row left out; no file written")
