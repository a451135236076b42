"""`ccu call show`, `ccu call amend`, `ccu call void`: one call."""

from typing import Annotated

import typer

from ccu import complete, typed
from ccu.calls.amend_options import AmendOptions
from ccu.errors import InvalidInput
from ccu.group import group
from ccu.output import FormatOption, OutputOption, emit_document, emit_line, say
from ccu.session import Session
from ccu.takes import takes

app = group("One call: show it, amend it, void it.")

CallArgument = Annotated[
    str,
    typer.Argument(metavar="CALL", help="The call's number.", autocompletion=complete.call_id),
]
LONGEST_REASON = 1_000


@app.command()
def show(
    ctx: typer.Context,
    call: CallArgument,
    full: Annotated[
        bool, typer.Option("--full", help="With its narrative; needs --reason.")
    ] = False,
    reason: Annotated[
        str | None, typer.Option("--reason", help="Why the narrative is needed; it is kept.")
    ] = None,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Show one call whole: what it says, who was there, what was changed.

    Showing it is recorded in the audit, for the call and for each person on it.

    Examples:

      ccu call show 12

      ccu call show 12 --full --reason "preparing the case conference"
    """
    from ccu.calls import page
    from ccu.card import notice

    session: Session = ctx.obj
    call_id = typed.record_id(call, "call")
    why = typed.line(reason or "", "--reason", LONGEST_REASON) if full else None
    if full and not why:
        raise InvalidInput("--full needs --reason")
    staff_id = session.staff_id
    with session.writing() as connection:
        data = page.read(connection, staff_id, call_id, why, session.now, session.view)
    emit_document(notice.on(page.document(session.db, data), session.view), format, output)


@app.command()
@takes(AmendOptions)
def amend(
    ctx: typer.Context,
    call: CallArgument,
    given: AmendOptions,
    reason: Annotated[str | None, typer.Option("--reason", help="Why; it is kept.")] = None,
) -> None:
    """Change what a call says; what it said before is kept, with who and when.

    A repeatable option replaces the whole list, its --add- form adds to it; people are only added
    (--clear person first, if the wrong ones are there).

    Examples:

      ccu call amend 12 --nature-cleared crisis --add-disposition referred --reason "now known"

      ccu call amend 12 --clear beat --clear danger
    """
    from ccu import dates
    from ccu.calls import record as call_record
    from ccu.calls import store as calls
    from ccu.calls.amendment import Amendment
    from ccu.calls.form import CallForm, refuse_two_inputs
    from ccu.people import store as people

    session: Session = ctx.obj
    call_id = typed.record_id(call, "call")
    why = typed.line(reason or "", "--reason", LONGEST_REASON)
    refuse_two_inputs(given)
    began = call_record.read(session.db, call_id)["occurred_at"]
    amendment = Amendment(given, CallForm(session.db, session.now, session.settings, began))
    staff_id, at = session.staff_id, dates.to_iso(session.now)
    with session.writing() as connection:
        new = amendment.over(call_record.read(connection, call_id))
        before = people.last(connection)
        changed = calls.amend(connection, staff_id, call_id, new, at=at, reason=why)
        alike = _alike(session, before) if given.person_file else []
    for line in alike:
        say(line)
    if changed:
        words = ", ".join(field.replace("_", " ") for field in changed)
        emit_line(f"Amended call {call_id}: {words}.")
    else:
        emit_line(f"Call {call_id} says that already; nothing was changed.")


def _alike(session: Session, before: int) -> list[str]:
    """Who the people added may be, by number."""
    from ccu.people import offer as person_offer

    return person_offer.told_since(session, before)


@app.command()
def void(
    ctx: typer.Context,
    call: CallArgument,
    reason: Annotated[str, typer.Option("--reason", help="Why it was made in error; it is kept.")],
) -> None:
    """Hide a call made in error from counts and cards; it is kept, and shown as void.

    Its incident number becomes free, unless it was imported.

    Example:

      ccu call void 12 --reason "logged twice, see call 13"
    """
    from ccu import dates
    from ccu.calls import store as calls

    session: Session = ctx.obj
    call_id = typed.record_id(call, "call")
    why = typed.line(reason, "--reason", LONGEST_REASON)
    if why is None:
        raise InvalidInput("--reason is empty")
    staff_id, at = session.staff_id, dates.to_iso(session.now)
    with session.writing() as connection:
        calls.void(connection, staff_id, call_id, at=at, reason=why)
    emit_line(f"Voided call {call_id}; it is kept, and left out of counts and cards.")
