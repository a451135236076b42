"""`ccu needs record`, `show`, `refer`: what a person has and lacks."""

from typing import Annotated

import typer

from ccu import complete, typed
from ccu.ask import NoInputOption
from ccu.errors import InvalidInput
from ccu.group import group
from ccu.output import FormatOption, OutputOption, emit_document, emit_line, say
from ccu.referrals.options import NeedReferOptions
from ccu.session import Session
from ccu.takes import takes

app = group("What a person has and lacks: record, show, refer.")

PersonOption = Annotated[
    str | None, typer.Option("--person", metavar="P", help="The person's number.")
]


@app.command()
def record(
    ctx: typer.Context,
    answer: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NEED=STATE]...",
            help="What was found: has, lacks, declined, unknown. Without any, each need is asked.",
        ),
    ] = None,
    person: PersonOption = None,
    call: Annotated[
        str | None,
        typer.Option("--call", metavar="N", help="On this call.", autocompletion=complete.call_id),
    ] = None,
    when: Annotated[
        str | None, typer.Option("--when", metavar="TIME", help="When it was; else now.")
    ] = None,
    no_input: NoInputOption = False,
) -> None:
    """Record what a person has and lacks, need by need.

    Examples:

      ccu needs record --person 31

      ccu needs record --person 31 housing=lacks food=has mh_outpatient=declined
    """
    from ccu import dates
    from ccu.referrals import needs, needs_form

    session: Session = ctx.obj
    staff_id = session.staff_id
    if person is None:
        raise InvalidInput("--person is missing")
    person_id = typed.record_id(person, "person")
    call_id = typed.record_id(call, "call") if call is not None else None
    moment = session.now
    if when is not None:
        moment = dates.parse_moment(when, session.now, field="--when")
    asking = session.interactive and not no_input
    answers = needs_form.answers(session, answer or [], asking)
    with session.writing() as connection:
        assessment_id = needs.record(
            connection,
            staff_id,
            person_id,
            answers,
            call_id=call_id,
            occurred_at=dates.to_iso(moment),
            at=dates.to_iso(session.now),
        )
    emit_line(f"Recorded needs assessment {assessment_id} of person {person_id}.")


@app.command()
def show(
    ctx: typer.Context,
    assessment: Annotated[
        str | None, typer.Argument(metavar="[ASSESSMENT]", help="The assessment's number.")
    ] = None,
    person: PersonOption = None,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Show an assessment, or a person's latest one.

    Of a record merged into another, the person it is now. Showing it is recorded in the audit.

    JSON: id, person, call, occurred_at, recorded_at, recorded_by, answers (need, state: null when
    not asked, referral, referral_status), earlier (numbers of earlier assessments).

    Examples:

      ccu needs show 3

      ccu needs show --person 31
    """
    from ccu.people import merge_store as merges
    from ccu.records import audit
    from ccu.referrals import needs_form

    session: Session = ctx.obj
    if (assessment is None) == (person is None):
        raise InvalidInput("give either ASSESSMENT or --person")
    staff_id = session.staff_id
    with session.writing() as connection:
        if person is not None:
            person = str(merges.canonical(connection, typed.record_id(person, "person")))
        data = needs_form.seen(session, needs_form.read(connection, assessment, person))
        audit.record(connection, staff_id, "needs-show", "need_assessment", data["id"])
        audit.record(
            connection, staff_id, "needs-show", "person", data["person"], assessment=data["id"]
        )
    emit_document(needs_form.document(session.db, data), format, output)


@app.command()
@takes(NeedReferOptions)
def refer(
    ctx: typer.Context,
    assessment: Annotated[
        str, typer.Argument(metavar="ASSESSMENT", help="The assessment's number.")
    ],
    need: Annotated[
        str,
        typer.Argument(
            metavar="NEED", help="What is lacking.", autocompletion=complete.code("need")
        ),
    ],
    given: NeedReferOptions,
    no_input: NoInputOption = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Turn what a person lacks into a referral.

    The two are linked. When an earlier referral of it ended, the new one comes after that one, as
    by --again-of.

    JSON: as of ccu refer.

    Example:

      ccu needs refer 3 housing --to homes --handoff warm_by_phone
    """
    from ccu.referrals import form, making, needs_form, page

    session: Session = ctx.obj
    assessment_id = typed.record_id(assessment, "needs assessment")
    session.staff_id  # noqa: B018 - an account that is not on the list is not asked questions
    about = needs_form.about(session, assessment_id, need)
    new = form.new_referral(session, about, given, session.interactive and not no_input)
    data = making.make(session, new, needs_form.link(session, assessment_id, about.need))
    try:
        emit_document(page.made(session.db, data), format, output)
    except BaseException:
        say(f"Made referral {data['id']}.")  # it is kept, though it could not be printed
        raise
