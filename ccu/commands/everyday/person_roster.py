"""`ccu person import`: another office's list of its active clients and their workers."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ccu import imports
from ccu.errors import InvalidInput
from ccu.options import AskingOption, Context, flag, group, opt, required
from ccu.options.lookups import whole_number
from ccu.output import FormatOption, OutputOption, Table, emit

if TYPE_CHECKING:
    from ccu.imports.roster.store import Rule

app = group("Joined to `ccu person` by the map in cli.py.")


Match = StrEnum("Match", ["likely", "none"])  # which possible matches to accept
Prefer = StrEnum("Prefer", ["roster", "known"])  # whose value to use if two differ
WITHOUT_LAYOUT = "roster-hsd; --suggest writes a first one for your file"


def _layouts() -> Any:
    from ccu.imports.roster import layout  # not needed by the other commands of `ccu person`

    return layout


@app.command("import")
def import_(
    ctx: Context,
    file: imports.FileArgument,
    layout: Annotated[object | None, imports.layout_option(_layouts)] = None,
    dry_run: imports.DryRunOption = False,
    match: Annotated[
        Match | None,
        typer.Option(
            help="likely: accept likely, clearly best matches; none: treat them as new people."
        ),
    ] = None,
    accept_score: Annotated[
        int | None,
        opt("--accept-score", whole_number(100), "Like --match likely, from this score on."),
    ] = None,
    as_new: Annotated[
        bool, flag("--as-new", "Match nobody: add every row; see ccu person duplicates.")
    ] = False,
    prefer: Annotated[
        Prefer,
        typer.Option(help="Whose value is used where they differ; history keeps the old one."),
    ] = Prefer.known,
    whole: Annotated[
        bool, flag("--whole", "End the worker of clients who are no longer on the list.")
    ] = False,
    rejects: imports.RejectsOption = None,
    allow_column: imports.AllowColumnOption = None,
    suggest: imports.SuggestOption = False,
    yes: Annotated[bool, flag("--yes", "Do not ask whether to continue.")] = False,
    asking: AskingOption = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Import an office's list of clients and their workers; safe to repeat.

    After the first list, clients are matched by the office's own number. A row that may be a known
    person is asked about at a terminal; elsewhere it is left out and listed, unless --match
    decides. The list fills gaps and erases nothing. A closed case ends the client's worker, if a
    list set them. All of the file is imported or, if something goes wrong, none. A file with a
    column that looks like an FBI, state identification or social security number is refused.

    Examples:

      ccu person import clients.csv --layout roster-hsd --dry-run

      ccu person import clients.csv --layout hsd.toml --whole --rejects out.csv

      ccu person import clients.csv --suggest --output hsd.toml
    """
    session = ctx.obj
    if suggest:
        _layouts().suggest_first(session, file, output)
        return
    from ccu.imports.roster import run, terminal
    from ccu.imports.roster.effects import COLUMNS, Choices

    rule = _rule(match, accept_score, as_new)
    choices = Choices(prefer=prefer is Prefer.roster, whole=whole)
    chosen: Any = required(layout, "--layout", WITHOUT_LAYOUT)
    plan = run.prepare(session, file, chosen, rule, choices, rejects, allow_column or ())
    asking = asking and not dry_run
    if asking:
        terminal.people(session, plan)
        terminal.links(plan, run.reckon(session, plan, session.db))
    effects = run.reckon(session, plan, session.db)
    if dry_run:
        rows = [effect.row() for effect in effects]
        emit(Table(COLUMNS, rows, title="Dry run, nothing kept"), format, output)
    elif not (yes or asking):
        run.check_losses(session, plan, effects)
    if dry_run or asking:
        terminal.summary(plan, effects)
        terminal.details(session, plan, effects)
    if asking and not yes:
        terminal.go_on()
    run.write_refused(plan, rejects)
    if dry_run:
        return
    batch_id, effects = run.commit(session, plan)
    counts = plan.counts(effects)
    row = tuple(counts.values())
    emit(Table(tuple(counts), [row], title=f"Import {batch_id}"), format, output)
    if not asking:
        terminal.details(session, plan, effects)


def _rule(match: Match | None, accept_score: int | None, as_new: bool) -> "Rule":
    from ccu.identity import LIKELY
    from ccu.imports.roster.store import Rule

    if as_new and (match is not None or accept_score is not None):
        raise InvalidInput("--as-new matches nobody; leave out --match and --accept-score")
    if accept_score is not None and match is Match.none:
        raise InvalidInput("--match none and --accept-score contradict each other")
    if accept_score is not None and not LIKELY <= accept_score <= 100:
        raise InvalidInput(
            f"--accept-score must be from {LIKELY}, the score of a likely match, to 100"
        )
    if match is Match.likely and accept_score is None:
        accept_score = LIKELY
    return Rule(accept=accept_score, all_new=match is Match.none, look=not as_new)
