"""`ccu needs record`, `show`, `refer`: the met and unmet needs of a person."""

from datetime import datetime
from typing import Annotated

import typer

from ccu.errors import InvalidInput
from ccu.options import REQUIRED, AskingOption, Context, arg, group, opt
from ccu.options.lookups import MOMENT
from ccu.options.shared import with_options
from ccu.options.types import CALL, PERSON, number_of
from ccu.output import FormatOption, OutputOption, emit_document, emit_line
from ccu.people.who import NAMED_PERSON
from ccu.referrals.options import NEED, NeedReferOptions

app = group("Needs assessments: what a person needs, and what is met.")

ASSESSMENT = number_of("needs assessment", "ASSESSMENT", "need_assessment")


@app.command()
def record(
    ctx: Context,
    answer: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NEED=STATE]...",
            help="STATE is no, met, unmet, declined, unknown; if none is given, it asks each.",
        ),
    ] = None,
    person: Annotated[int, opt("--person", NAMED_PERSON, "The person's number.")] = REQUIRED,
    call: Annotated[int | None, opt("--call", CALL, "The call it was done on.")] = None,
    when: Annotated[datetime | None, opt("--when", MOMENT, "When; default now.")] = None,
    asking: AskingOption = False,
) -> None:
    """Record a needs assessment, need by need.

    Examples:

      ccu needs record --person 31

      ccu needs record --person 31 housing=unmet food=met benefits=no
    """
    from ccu import dates
    from ccu.people import store as people
    from ccu.referrals import needs_page, needs_store

    session = ctx.obj
    people.must_exist(session.db, person)  # before the questions, so that no answer is lost
    answers = needs_page.answers(session, answer or [], asking)
    with session.work() as work:
        assessment_id = needs_store.record(
            work, person, answers, call_id=call, occurred_at=dates.to_iso(when or session.now)
        )
    emit_line(f"Recorded needs assessment {assessment_id} of person {person}.")


@app.command()
def show(
    ctx: Context,
    assessment: Annotated[
        int | None, arg("[ASSESSMENT]", ASSESSMENT, "The assessment's number.")
    ] = None,
    person: Annotated[int | None, opt("--person", PERSON, "The person's number.")] = None,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Show an assessment, or a person's latest one. Showing it is recorded in the audit.

    Examples:

      ccu needs show 3

      ccu needs show --person 31
    """
    from ccu.people import who
    from ccu.referrals import needs_page

    person = who.asked(ctx.obj, person, assessment)
    if (assessment is None) == (person is None):
        raise InvalidInput("give either ASSESSMENT or --person")
    with ctx.obj.work() as work:
        data = needs_page.shown(work, assessment, person)
    emit_document(needs_page.document(ctx.obj.db, data), format, output)


@app.command()
@with_options(NeedReferOptions)
def refer(
    ctx: Context,
    assessment: Annotated[int, arg("ASSESSMENT", ASSESSMENT, "The assessment's number.")],
    need: Annotated[str, arg("NEED", NEED, "The unmet need.")],
    given: NeedReferOptions,
    asking: AskingOption = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Turn an unmet need into a referral linked to the assessment.

    If an earlier referral for the need has ended, the new one refers again, as with --again-of.

    Example:

      ccu needs refer 3 housing --to homes --handoff warm_by_phone
    """
    from ccu.referrals import form, needs_page, needs_store
    from ccu.work import Work

    def link(work: Work, referral_id: int) -> None:
        needs_store.link(work, assessment, need, referral_id)

    session = ctx.obj
    about = needs_page.about(session, assessment, need)
    form.make(session, form.new_referral(session, about, given, asking), format, output, link)
