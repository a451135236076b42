"""`ccu consult add`, `list`: officers' questions to clinicians."""

from datetime import date, datetime
from typing import Annotated

from ccu.calls import consult_store as consults
from ccu.options import AskingOption, Context, asked, group, opt
from ccu.options.lookups import LOGIN, MOMENT, PAST_DAY, whole_number
from ccu.options.types import CALL, NOTE, PERSON
from ccu.output import FormatOption, OutputOption, Table, emit, emit_line
from ccu.people.who import NAMED_PERSON

app = group("Consults: officers' questions to clinicians, and the answers.")

COLUMNS = ("id", "when", "asked_by", "clinician", "minutes", "call", "person", "note")
LONGEST_CONSULT = 1_440  # minutes
MINUTES = whole_number(LONGEST_CONSULT)

CallOption = Annotated[int | None, opt("--call", CALL, "About this call.")]
PersonOption = Annotated[int | None, opt("--person", NAMED_PERSON, "About this person, by number.")]


@app.command()
def add(
    ctx: Context,
    call: CallOption = None,
    person: PersonOption = None,
    clinician: Annotated[int | None, opt("--clinician", LOGIN, "Who was asked.")] = None,
    minutes: Annotated[int | None, opt("--minutes", MINUTES, "Minutes it took.")] = None,
    asked_by: Annotated[int | None, opt("--asked-by", LOGIN, "Who asked; default you.")] = None,
    when: Annotated[datetime | None, opt("--when", MOMENT, "When; default now.")] = None,
    note: Annotated[str | None, opt("--note-file", NOTE, "A note; - is standard input.")] = None,
    asking: AskingOption = False,
) -> None:
    """Record a question to a clinician and how long it took.

    It can be about a call, a person, both or neither.

    Examples:

      ccu consult add --call 12 --clinician dlee --minutes 10

      ccu consult add --clinician dlee --minutes 5 --asked-by mrossi --when "yesterday 16:00"
    """
    from ccu import dates
    from ccu.people import store as people

    session = ctx.obj
    if person is not None:  # before the questions, so that no answer is lost
        people.must_exist(session.db, person)
    new = consults.NewConsult(
        asked_by=asked_by or session.staff_id,
        clinician_id=asked(session, clinician, LOGIN, "Who was asked (login)", "--clinician"),
        occurred_at=dates.to_iso(when or session.now),
        minutes=asked(session, minutes, MINUTES, "Minutes it took", "--minutes"),
        call_id=call,
        person_id=person,
        note=note,
    )
    with session.work() as work:
        consult_id = consults.add_consult(work, new)
    emit_line(f"Added consult {consult_id}.")


@app.command("list")
def list_(
    ctx: Context,
    call: CallOption = None,
    person: Annotated[int | None, opt("--person", PERSON, "About this person, by number.")] = None,
    clinician: Annotated[int | None, opt("--clinician", LOGIN, "Who was asked.")] = None,
    since: Annotated[
        date | None, opt("--since", PAST_DAY, "From the start of this day on.")
    ] = None,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List consults, oldest first.

    note: the length of the note, in characters.

    Example:

      ccu consult list --clinician dlee --since 2026-01-01
    """
    from ccu import dates

    start = dates.to_iso(dates.day_start(since, ctx.obj.settings.zone)) if since else None
    with ctx.obj.work() as work:
        found = consults.list_consults(work, clinician, call, person, start)
    for row in found:
        row["when"] = dates.minute(row["occurred_at"])
    emit(Table(COLUMNS, found, title="Consults"), format, output)
