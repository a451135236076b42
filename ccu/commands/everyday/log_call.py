"""`ccu log-call`: record a call."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ccu.calls.options import CallOptions
from ccu.options import AskingOption, with_options
from ccu.output import Document, FormatOption, OutputOption, Section, emit_document, say
from ccu.session import Session

if TYPE_CHECKING:
    from ccu.places.store import Near
    from ccu.work import Work


@with_options(CallOptions)
def command(
    ctx: typer.Context,
    given: CallOptions,
    edit: Annotated[
        bool, typer.Option("--edit", help="Write the note in your own editor (EDITOR).")
    ] = False,
    asking: AskingOption = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Record a call; asks for what is missing; prints the address card.

    Only --when, --address and --nature are required; with all three given it asks nothing, unless
    the address is not on file and a similar one is. Names are optional. Do not type them on the
    command line: others on this machine can read it.

    Examples:

      ccu log-call

      ccu log-call --when 22:30 --address "12 Main St Apt 3" --nature welfare_check --danger none

      ccu log-call --when "yesterday 22:30" --address "12 Main St" --nature crisis --note-file -

    Who responded: --responder police, --responder human_services+clinician:arrived:minutes=30,
    --responder "mobile_crisis:unavailable:no team on shift". People involved: --person unknown,
    --person "caller: described: tall man, gray coat". A line of --person-file may also be a name:
    Ana Reyes, or Ana Reyes, born 1/31/1980.
    """
    from ccu.calls import draft, entry
    from ccu.places import finding

    session: Session = ctx.obj
    with draft.unfinished(session) as kept:
        values, near = entry.new_call(session, given, asking, kept, edit)
        call_id, page, alike = _log(session, given, values, near)
    for line in alike:
        say(line)
    place_id = page.data["call"]["place_id"]
    if "other" in values.get("dangers", ()) and place_id:
        say(
            "Hazard: other. To put it in words on the card:"
            f' ccu place flag --place {place_id} --source "call {call_id}"'
        )
    if near and not asking:
        say(finding.not_on_file(session, values["address"], near, call_id))
    try:
        emit_document(page, format, output)
    except BaseException:
        say(f"Logged call {call_id}.")  # it is kept, though it could not be printed
        raise
    if asking and "referred" in values.get("dispositions", ()):
        from ccu.referrals import form

        form.offer_after_call(session, call_id)


def _log(
    session: Session, given: CallOptions, values: dict[str, Any], near: list["Near"]
) -> tuple[int, Document, list[str]]:
    """Return the new call's number, its page, and who the people of a file may be."""
    from ccu.calls import store as calls
    from ccu.people import store as people

    with session.work() as work:
        before = people.last(work.connection)
        call_id = calls.log(work, calls.NewCall(**values))
        page = _page(work, session, call_id, near)
        if not given.person_file:
            return call_id, page, []
        from ccu.people import finding  # of a file nothing is asked: who they may be is shown

        return call_id, page, finding.messages_since(session, before)


def _page(work: "Work", session: Session, call_id: int, near: list["Near"]) -> Document:
    """Return the call's number and the card of the place; showing the card is audited."""
    from ccu.calls import store as calls
    from ccu.card import page, place
    from ccu.people import screen_parts
    from ccu.places import store as places

    connection = work.connection
    record = calls.call_record(connection, call_id)
    del record["narrative"]
    similar = [{"address": each.text, "why": each.why, "calls": each.calls} for each in near]
    data = {"id": call_id, "call": record, "card": None, "near": similar}
    place_id = record["place_id"]
    if place_id is None:
        note = "No address was recognized, so there is no card; it is kept as typed."
        return Document(f"Logged call {call_id}.", [Section(lines=[note], main=True)], data)
    match = places.of_call(connection, call_id)
    found = place.recorded_card(session, work, f"call {call_id}", match)
    logged, headline = f"Logged call {call_id}.", page.headline(found)
    shown = place.document(session, found, f"{logged} {headline}")
    top = Section(lines=[shown.title, headline])
    data["card"] = found
    whole = replace(shown, title=logged, sections=[top, *shown.sections], data=data)
    return screen_parts.with_notice(whole, session.view)
