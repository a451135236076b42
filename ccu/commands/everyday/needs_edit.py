"""`ccu needs edit`, `void`: the correction of a needs assessment."""

from typing import Annotated

import typer

from ccu.options import REQUIRED, AskingOption, Context, ReasonOption, arg, group, opt, value
from ccu.options.types import WHY, number_of
from ccu.output import emit_line

app = group("Joined to `ccu needs` by the map in cli.py.")

AssessmentArgument = Annotated[
    int,
    arg(
        "ASSESSMENT",
        number_of("needs assessment", "ASSESSMENT", "need_assessment"),
        "The assessment's number.",
    ),
]


@app.command()
def edit(
    ctx: Context,
    assessment: AssessmentArgument,
    answer: Annotated[
        list[str] | None, typer.Argument(metavar="[NEED=STATE]...", help="As for ccu needs record.")
    ] = None,
    clear: Annotated[
        list[str] | None, value("--clear", "NEED", "Clear this need: it was not asked. Repeatable.")
    ] = None,
    reason: ReasonOption = None,
    asking: AskingOption = False,
) -> None:
    """Edit the answers of a needs assessment; earlier ones are kept.

    Example:

      ccu needs edit 3 housing=met --clear food
    """
    from ccu.records import codes
    from ccu.referrals import needs_page, needs_store

    session = ctx.obj
    answers = needs_page.corrected(session, assessment, answer or [], clear or [], asking)
    with session.work() as work:
        changed = needs_store.edit(work, assessment, answers, reason)
    labels = codes.labels(session.db, "need")
    done = ", ".join(labels[need] for need in changed) or "nothing was changed"
    emit_line(f"Edited needs assessment {assessment}: {done}.")


@app.command()
def void(
    ctx: Context,
    assessment: AssessmentArgument,
    reason: Annotated[str, opt("--reason", WHY, "Why it was an error; kept.")] = REQUIRED,
) -> None:
    """Void an assessment recorded in error, such as for the wrong person.

    It is kept, but does not count. If it has a referral, first mark that as entered in error.

    Example:

      ccu needs void 3 --reason "was about person 8"
    """
    from ccu.referrals import needs_store

    with ctx.obj.work() as work:
        needs_store.void(work, assessment, reason)
    emit_line(f"Voided needs assessment {assessment}; it is kept, but does not count.")
