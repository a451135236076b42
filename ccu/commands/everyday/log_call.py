"""`ccu log-call`: record a call."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import typer

from ccu.calls.options import CallOptions
from ccu.errors import InvalidInput
from ccu.options import AskingOption, with_options
from ccu.output import Document, FormatOption, OutputOption, Section, emit_document, say
from ccu.session import Session

if TYPE_CHECKING:
    from ccu.people.store import Met
    from ccu.work import Work


@with_options(CallOptions)
def command(
    ctx: typer.Context,
    given: CallOptions,
    asking: AskingOption = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Record a call; asks for what is missing; prints the address card.

    Only --when, --address and --nature are required; with all three given it asks nothing.
    Names are optional. Do not type them on the command line: others on this machine can read it.

    Examples:

      ccu log-call

      ccu log-call --when 22:30 --address "12 Main St Apt 3" --nature welfare_check --danger none

      ccu log-call --when "yesterday 22:30" --address "12 Main St" --nature crisis --note-file -

    Who responded: --responder police, --responder human_services+clinician:arrived:minutes=30,
    --responder "mobile_crisis:unavailable:no team on shift". People involved: --person unknown,
    --person "caller: described: tall man, gray coat". A line of --person-file may also be a name:
    Ana Reyes, or Ana Reyes, born 1/31/1980.
    """
    from ccu.calls import store as calls
    from ccu.people import store as people

    session: Session = ctx.obj
    values = _values(session, given, asking)
    with session.work() as work:
        connection = work.connection
        before = people.last(connection)
        call_id = calls.log(work, calls.NewCall(**values))
        page = _page(work, session, call_id)
        alike: list[str] = []
        if given.person_file:  # of a file nothing is asked: who they may be is shown
            from ccu.people import finding

            alike = finding.messages_since(session, before)
    for line in alike:
        say(line)
    try:
        emit_document(page, format, output)
    except BaseException:
        say(f"Logged call {call_id}.")  # it is kept, though it could not be printed
        raise


def _values(session: Session, given: CallOptions, asking: bool) -> dict[str, Any]:
    """The fields of the new call, from the options and the answers. Raises InvalidInput."""
    from ccu.calls.form import REQUIRED, CallForm, flag, refuse_two_inputs

    missing = [flag(option) for option in REQUIRED if getattr(given, option) is None]
    if missing and not asking:
        *most, last = missing
        raise InvalidInput(
            f"{', '.join(most)} and {last} are missing" if most else f"{last} is missing"
        )
    refuse_two_inputs(given)
    form = CallForm(session)
    if missing:
        from ccu.calls.questions import CallQuestions

        CallQuestions(session, given, form, lambda met: _offered(session, met)).ask()
    else:
        form.read_all(given)
    form.read_files(given)
    return form.values


def _offered(session: Session, met: "Met") -> "Met":
    """Show possible matches on file, and ask, before a named person is added."""
    if not (met.given_name or met.family_name):
        return met  # nothing more is loaded for somebody unknown
    from ccu.people import finding as person_finding

    return person_finding.of_met(session, met)


def _page(work: "Work", session: Session, call_id: int) -> Document:
    """Return the call's number and the card of the place; showing the card is audited."""
    from ccu.calls import store as calls
    from ccu.card import page, place
    from ccu.people import screen_parts
    from ccu.places import store as places

    connection = work.connection
    record = calls.call_record(connection, call_id)
    del record["narrative"]
    data = {"id": call_id, "call": record, "card": None}
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
