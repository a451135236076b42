"""`ccu plan`: what helps a person, or at a place."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ccu.errors import InvalidInput
from ccu.options import (
    FILE,
    PERSON,
    PLACE,
    PLAN,
    REASON,
    REQUIRED,
    AskingOption,
    arg,
    code,
    group,
    line,
    number_of,
    opt,
)
from ccu.output import FormatOption, OutputOption, Table, emit, emit_document, emit_line
from ccu.session import Session

if TYPE_CHECKING:
    from ccu.plans.store import Whose

app = group("What helps, what to avoid, whom to call: write, show, approve, review, suggest.")

PlanArgument = Annotated[int, arg("PLAN", PLAN, "The plan's number.")]
REASON_OPTION = opt("--reason", REASON, "Why; it is kept. Not about the person.")
FileOption = Annotated[
    Path | None, opt("--file", FILE, "The text from a file; - is standard input.")
]


@app.command()
def write(
    ctx: typer.Context,
    person: Annotated[int | None, opt("--person", PERSON, "For this person, by number.")] = None,
    address: Annotated[
        str | None, opt("--address", line(300), "For the place of this address.", short="-a")
    ] = None,
    place: Annotated[int | None, opt("--place", PLACE, "For this place, by number.")] = None,
    file: FileOption = None,
    edit: Annotated[
        bool, typer.Option("--edit", help="In your own editor (EDITOR), in a private file.")
    ] = False,
    asking: AskingOption = False,
) -> None:
    """Write a plan: a draft, on no card until a supervisor approves it.

    At a terminal it is asked field by field. A file has headings, and under each one item a line
    that begins with -: Baseline:, Early signs:, Triggers:, What helps:, What to avoid:, Steps: (in
    order), Safety concerns: (- 2026-01-04, officer report: what was seen) and Contacts: (- name,
    relation or agency: phone). Only a file, or -, is the whole plan; else it starts from the newest
    one. The plan approved before stays on the card until this one is.

    Plain, kind words: a diagnosis or an unkind word is told at once, and is not approved.

    Examples:

      ccu plan write --person 12

      ccu plan write --address "12 Main St Apt 3" --file plan.txt
    """
    from ccu.plans import writing

    session: Session = ctx.obj
    if file is not None and edit:
        raise InvalidInput("give either --file or --edit")
    whose = _whose(session, person, address, place)
    emit_line(writing.write(session, whose, file, edit, asking))


def _whose(session: Session, person: int | None, address: str | None, place: int | None) -> "Whose":
    from ccu.plans.store import Whose

    if sum(each is not None for each in (person, address, place)) != 1:
        raise InvalidInput("give one of --person, --address and --place")
    if person is not None:
        return Whose(person_id=person)
    from ccu.places import finding

    return Whose(place_id=finding.exact(session, address or "", place))


@app.command()
def show(
    ctx: typer.Context,
    plan: PlanArgument,
    every: Annotated[
        bool, typer.Option("--all", help="With the other plans of the same person or place.")
    ] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Show one plan, who wrote and approved it, and what was suggested. It is recorded.

    JSON: id, for, person, place, status, on_card, author, written_at, approver, approved_on,
    review_on, review_due, expires_on, body, suggestions, changes; with --all, earlier.

    Example:

      ccu plan show 4
    """
    from ccu.plans import page

    emit_document(page.read(ctx.obj, plan, every), format, output)


@app.command("list")
def list_(
    ctx: typer.Context,
    due: Annotated[
        bool, typer.Option("--due", help="To review within 30 days, or expired on their own.")
    ] = False,
    status: Annotated[
        str | None, opt("--status", code("plan_status"), "Those with this status.")
    ] = None,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List plans by number, without names: drafts, then approved ones by review day, then the rest.

    Examples:

      ccu plan list --due

      ccu plan list --status draft --format json
    """
    from ccu.plans import listing

    emit(Table(listing.COLUMNS, listing.rows(ctx.obj, due, status), title="Plans"), format, output)


@app.command()
def approve(
    ctx: typer.Context,
    plan: PlanArgument,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Whatever its words; needs --reason.")
    ] = False,
    reason: Annotated[str | None, REASON_OPTION] = None,
) -> None:
    """Approve a draft: from now on it is on the card, and replaces the plan before it.

    By a supervisor or an admin; by its author only where there is no other. It is to be reviewed
    after plan_review_months and leaves the card by itself after plan_expiry_months.

    Example:

      ccu plan approve 4
    """
    from ccu.plans import deciding

    if anyway is (reason is None):
        raise InvalidInput("--anyway and --reason go together")
    emit_line(deciding.approve(ctx.obj, plan, reason))


@app.command()
def review(
    ctx: typer.Context,
    plan: PlanArgument,
    keep: Annotated[
        bool, typer.Option("--keep", help="It is still right: a new review day and expiry.")
    ] = False,
) -> None:
    """Confirm that an approved plan is still right, for as long again. Else write a new one.

    By a supervisor or an admin. One that has expired by itself is back on the card.

    Example:

      ccu plan review 4 --keep
    """
    from ccu.plans import deciding

    if not keep:
        raise InvalidInput(
            "--keep confirms that the plan is still right; if it is not, write a new one with"
            " ccu plan write"
        )
    emit_line(deciding.keep(ctx.obj, plan))


@app.command()
def expire(
    ctx: typer.Context, plan: PlanArgument, reason: Annotated[str, REASON_OPTION] = REQUIRED
) -> None:
    """Take an approved plan off the card, or withdraw a draft. The record is kept.

    Example:

      ccu plan expire 4 --reason "moved to another town"
    """
    from ccu.plans import deciding

    emit_line(deciding.end(ctx.obj, plan, reason))


@app.command()
def suggest(
    ctx: typer.Context, plan: PlanArgument, file: FileOption = None, asking: AskingOption = False
) -> None:
    """Send a correction to a plan back to the unit: asked for, or from a file.

    Example:

      ccu plan suggest 4
    """
    from ccu.plans import deciding

    emit_line(deciding.suggest(ctx.obj, plan, file, asking))


@app.command()
def answer(
    ctx: typer.Context,
    suggestion: Annotated[int, arg("S", number_of("suggestion", "S"), "The suggestion's number.")],
    accept: Annotated[
        bool | None, typer.Option("--accept/--decline", help="Is it taken into the plan?")
    ] = None,
    file: FileOption = None,
    asking: AskingOption = False,
) -> None:
    """Accept or decline a suggestion, with a word to whoever sent it: asked for, or from a file.

    By the unit. Accepting changes no plan: write a new one.

    Example:

      ccu plan answer 2 --accept
    """
    from ccu.plans import deciding

    if accept is None:
        raise InvalidInput("give either --accept or --decline")
    emit_line(deciding.answer(ctx.obj, suggestion, accept, file, asking))
