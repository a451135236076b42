"""`ccu call show`, `edit`, `void`, `unvoid`: one call."""

from typing import Annotated

from ccu.calls.options import AmendOptions
from ccu.options import REQUIRED, Context, ReasonOption, arg, flag, group, opt
from ccu.options.lookups import needs_reason
from ccu.options.shared import with_options
from ccu.options.types import CALL, REASON, WHY
from ccu.output import FormatOption, OutputOption, emit_document, emit_line, say

app = group("View, edit or void a call.")

CallArgument = Annotated[int, arg("CALL", CALL, "The call's number.")]


@app.command()
def show(
    ctx: Context,
    call: CallArgument,
    full: Annotated[bool, flag("--full", "With its narrative; needs --reason.")] = False,
    reason: Annotated[
        str | None, opt("--reason", REASON, "Why you need the narrative; kept with the audit.")
    ] = None,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Show a call: its fields, responders, people involved and changes.

    Showing it is recorded in the audit, for the call and for each person on it.

    Examples:

      ccu call show 12

      ccu call show 12 --full --reason "preparing the case conference"
    """
    from ccu.calls import page

    session = ctx.obj
    why = needs_reason(session, full, reason)
    with session.work() as work:
        data = page.call_data(work, call, why)
    emit_document(session.view.with_notice(page.document(session.db, data)), format, output)


@app.command()
@with_options(AmendOptions)
def edit(
    ctx: Context,
    call: CallArgument,
    given: AmendOptions,
    reason: ReasonOption = None,
    add_note: Annotated[
        bool, flag("--add-note", "Add to the narrative: asked for, or from stdin.")
    ] = False,
    edit: Annotated[
        bool, flag("--edit", "Write the addition in your own editor (EDITOR).")
    ] = False,
) -> None:
    """Edit a call; earlier values are kept, with who changed them and when.

    A repeatable option replaces the entire list; its --add- form adds to it. People are only added;
    to replace them, also give --clear person. --add-note adds a note below the narrative, with your
    login and the time; --note-file replaces the narrative.

    Examples:

      ccu call edit 12 --add-note

      ccu call edit 12 --nature-cleared crisis --add-disposition referred --reason "now known"

      ccu call edit 12 --clear beat --clear minutes
    """
    from ccu.calls import page
    from ccu.calls import store as calls
    from ccu.calls.form import Amendment, CallForm, added_note, refuse_two_inputs
    from ccu.people import finding as person_finding
    from ccu.people import store as people
    from ccu.places import finding
    from ccu.records import staff

    session = ctx.obj
    refuse_two_inputs(given)
    began = calls.call_record(session.db, call)["occurred_at"]
    form = CallForm(session, began, session.interactive)
    note = added_note(session, given, edit) if add_note or edit else None
    amendment = Amendment(given, form, note)
    address = form.values.get("address")
    near = finding.similar(session, address) if address else []
    doubtful = address and finding.is_unusual(session, address)
    with session.work() as work:
        old = calls.call_record(work.connection, call)
        new = amendment.over(old, work)
        before = people.last(work.connection)
        changed = calls.amend(work, call, new, reason)
        alike = []
        if given.person_file:
            alike = person_finding.messages_since(session, before, session.interactive)
    if session.role == "officer" and old["recorded_by"] != staff.login_of(
        session.db, session.staff_id
    ):
        say(f"Call {call} was logged by {old['recorded_by']}.")
    for each in alike:
        say(each)
    if doubtful:
        say(finding.doubt(call))
    for each in finding.unit_doubt(session, address, call) if address else ():
        say(each)
    if address and near:
        say(finding.not_on_file(session, address, near, call))
    if changed:
        emit_line(f"Edited call {call}: {page.names_of_fields(changed)}.")
    else:
        emit_line(f"Call {call} already has these values; nothing was changed.")


@app.command()
def void(
    ctx: Context,
    call: CallArgument,
    reason: Annotated[
        str, opt("--reason", WHY, "Why it was an error; kept with the record.")
    ] = REQUIRED,
) -> None:
    """Hide a call made in error from counts and cards; it is kept and marked void.

    Its incident number can be used again, unless it was imported. ccu call unvoid undoes it.

    Example:

      ccu call void 12 --reason "logged twice, see call 13"
    """
    from ccu.calls import store as calls

    with ctx.obj.work() as work:
        calls.void(work, call, reason)
    emit_line(f"Voided call {call}; it is kept, but not in counts or cards.")


@app.command()
def unvoid(ctx: Context, call: CallArgument, reason: ReasonOption = None) -> None:
    """Bring back a call that was voided in error, with its incident number.

    Example:

      ccu call unvoid 12 --reason "it was not the same call as 13"
    """
    from ccu.calls import change_store

    with ctx.obj.work() as work:
        change_store.unvoid(work, call, reason)
    emit_line(f"Call {call} is no longer void; it is in counts and cards again.")
