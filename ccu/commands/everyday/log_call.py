"""`ccu log-call`: record a call."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from ccu.calls.options import CallOptions
from ccu.options import AskingOption, Context, flag
from ccu.options.shared import with_options
from ccu.output import Document, FormatOption, OutputOption, Section, emit_document, say
from ccu.session import Session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccu.calls.entry import Entry
    from ccu.places.store import Near
    from ccu.work import Work


@with_options(CallOptions)
def command(
    ctx: Context,
    given: CallOptions,
    edit: Annotated[bool, flag("--edit", "Write the note in your own editor (EDITOR).")] = False,
    asking: AskingOption = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Record a call; asks for what is missing; prints the address card.

    Only --when, --address and --nature are required; with all three given it asks nothing, unless
    a similar address, call or person is on file. An imported call with the number of --incident is
    completed. Nothing is recorded that you did not say: Enter at a question is the same as leaving
    out its option. Names are optional. Do not type them on the command line: others on this machine
    can read it.

    Examples:

      ccu log-call

      ccu log-call --when 22:30 --address "12 Main St Apt 3" --nature welfare_check --hazard none

      ccu log-call --when "yesterday 22:30" --address "12 Main St" --nature crisis --note-file -

    Who responded: --responder police, --responder human_services+clinician:arrived:minutes=30,
    --responder "mobile_crisis:unavailable:no team on shift". People involved: --person unknown,
    --person "caller: described: tall man, gray coat". A line of --person-file may also be a name:
    Ana Reyes, or Ana Reyes, born 1/31/1980.
    """
    from ccu.calls import draft, entry

    session = ctx.obj
    with draft.unfinished(session, given) as kept:
        entered = entry.new_call(session, given, asking, kept, edit, _warned)
        call_id, page, told = _log(session, given, entered, asking)
    values = entered.values
    may_be = [] if asking else entry.warnings(session, entered, call_id)
    for line in (*told, *may_be):
        say(line)
    place_id = page.data["call"]["place_id"]
    if "other" in values.get("dangers", ()) and place_id:
        say(
            "Hazard: other. To put it in words on the card:"
            f' ccu place flag --place {place_id} --source "call {call_id}"'
        )
    emit_document(replace(page, data={**page.data, "warnings": may_be}), format, output)
    if asking and "referred" in values.get("dispositions", ()):
        from ccu.referrals import form

        form.offer_after_call(session, call_id)


def _warned(session: Session, near: "Sequence[Near]") -> dict[str, str]:
    """Return the addresses of places to offer with short warnings; record that they were shown."""
    from ccu.card import page, store
    from ccu.people import open_work_store

    with session.work() as work:
        window = open_work_store.window(session)
        found = store.warnings_near(work.connection, window, [each.place for each in near])
        for place_id in (place for place in found if found[place]):
            work.audit("history", "place", place_id, calls=0, plans=[])
    return {each.text: page.in_short(found[each.place]) for each in near}


def _log(
    session: Session, given: CallOptions, entered: "Entry", asking: bool
) -> tuple[int, Document, list[str]]:
    """Log the call, or complete the one that it is.

    Return its number, its page, and what to tell: who the people of a file may be, where it was not
    asked; what of an earlier call stayed as it was.
    """
    # Import what the write needs before it begins: nobody else can write until it ends.
    import ccu.card.place  # noqa: F401
    from ccu.calls import change_store
    from ccu.calls import store as calls
    from ccu.people import store as people

    with session.work() as work:
        before, told, completed = people.last(work.connection), [], None
        if entered.completes is None:
            call_id = calls.log(work, calls.NewCall(**entered.values))
        else:
            call_id = entered.completes
            completed, left = change_store.complete(work, call_id, entered.values)
            told = [_completed(call_id, completed, left)]
        page = _page(work, session, call_id, entered, completed)
        if given.person_file:
            from ccu.people import finding

            told += finding.messages_since(session, before, asking)
        return call_id, page, told


def _completed(call_id: int, changed: list[str], left: list[str]) -> str:
    """Return in a line what was added to a call on file and what stayed."""
    from ccu.calls.page import label

    added = ", ".join(label(field) for field in changed)
    stayed = ", ".join(label(field) for field in left)
    kept = f" Not changed: {stayed}. To change that: ccu call edit {call_id}" if left else ""
    new = f"Added to it: {added}." if added else "Nothing was added."
    return f"Call {call_id} was on file already. {new}{kept}"


def _page(
    work: "Work", session: Session, call_id: int, entered: "Entry", completed: list[str] | None
) -> Document:
    """Return the call's number and the card of the place; showing the card is audited."""
    from ccu.calls import store as calls
    from ccu.card import page, place
    from ccu.places import store as places

    connection = work.connection
    record = calls.call_record(connection, call_id)
    del record["narrative"]
    similar = [
        {"address": each.text, "why": each.why, "calls": each.calls} for each in entered.near
    ]
    data = {"id": call_id, "call": record, "card": None, "near": similar}
    data |= {"alike": [each["id"] for each in entered.alike], "completed": completed}
    done = "Logged" if completed is None else "Completed" if completed else "Unchanged:"
    logged = f"{done} call {call_id}."
    place_id = record["place_id"]
    if place_id is None:
        note = "No address was recognized, so there is no card; it is kept as typed."
        return Document(logged, [Section(lines=[note], main=True)], data)
    match = places.of_call(connection, call_id)
    found = place.recorded_card(session, work, f"call {call_id}", match)
    headline = page.headline(found)
    shown = place.document(session, found, f"{logged} {headline}")
    top = Section(lines=[shown.title, headline])
    data["card"] = found
    whole = replace(shown, title=logged, sections=[top, *shown.sections], data=data)
    return session.view.with_notice(whole)
