"""`ccu plan approve`, `review`, `expire`, `suggest`, `answer`: decisions on a plan."""

from pathlib import Path
from typing import Annotated

from ccu.errors import InvalidInput
from ccu.options import REQUIRED, AskingOption, Context, arg, flag, group, opt
from ccu.options.types import FILE, PLAN, REASON, number_of
from ccu.output import emit_line
from ccu.plans import entry

app = group("Joined to `ccu plan` by the map in cli.py.")

PlanArgument = Annotated[int, arg("PLAN", PLAN, "The plan's number.")]
REASON_OPTION = opt("--reason", REASON, "Why; it is recorded. Not about the person.")
FileOption = Annotated[
    Path | None, opt("--file", FILE, "The text from a file; - is standard input.")
]


@app.command()
def approve(
    ctx: Context,
    plan: PlanArgument,
    anyway: Annotated[
        bool, flag("--anyway", "Approve it despite flagged words; needs --reason.")
    ] = False,
    reason: Annotated[str | None, REASON_OPTION] = None,
) -> None:
    """Approve a draft: it is on the card from now on, and replaces the earlier plan.

    A supervisor or an admin approves it; its author only if there is no other. It is due for review
    after plan_review_months and leaves the card after plan_expiry_months.

    Example:

      ccu plan approve 4
    """
    if anyway is (reason is None):
        raise InvalidInput("--anyway and --reason go together")
    emit_line(entry.approve(ctx.obj, plan, reason))


@app.command()
def review(
    ctx: Context,
    plan: PlanArgument,
    keep: Annotated[bool, flag("--keep", "Confirm it, with a new review day and expiry.")] = False,
) -> None:
    """Confirm that an approved plan is still right. If it is not, write a new one.

    For a supervisor or an admin. An expired plan returns to the card.

    Example:

      ccu plan review 4 --keep
    """
    if not keep:
        raise InvalidInput(
            "--keep confirms that the plan is still right; if it is not, write a new one with"
            " ccu plan write"
        )
    emit_line(entry.review(ctx.obj, plan))


@app.command()
def expire(
    ctx: Context, plan: PlanArgument, reason: Annotated[str, REASON_OPTION] = REQUIRED
) -> None:
    """Take an approved plan off the card, or withdraw a draft. The record is kept.

    Example:

      ccu plan expire 4 --reason "moved to another town"
    """
    emit_line(entry.end(ctx.obj, plan, reason))


@app.command()
def suggest(
    ctx: Context, plan: PlanArgument, file: FileOption = None, asking: AskingOption = False
) -> None:
    """Send the unit a correction to a plan: typed, or from a file.

    Example:

      ccu plan suggest 4
    """
    emit_line(entry.suggest(ctx.obj, plan, file, asking))


@app.command()
def answer(
    ctx: Context,
    suggestion: Annotated[
        int, arg("S", number_of("suggestion", "S", "plan_suggestion"), "The suggestion's number.")
    ],
    accept: Annotated[bool | None, flag("--accept/--decline", "Accept or decline it.")] = None,
    file: FileOption = None,
    asking: AskingOption = False,
) -> None:
    """Accept or decline a suggestion, with an answer: typed, or from a file.

    For the unit. Accepting does not change the plan: write a new one.

    Example:

      ccu plan answer 2 --accept
    """
    if accept is None:
        raise InvalidInput("give either --accept or --decline")
    emit_line(entry.answer(ctx.obj, suggestion, accept, file, asking))
