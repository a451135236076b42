"""`ccu consult add`, `list`, `show`: an officer's question to a clinician."""

from pathlib import Path
from typing import Annotated

import typer

from ccu import complete, typed
from ccu.errors import InvalidInput
from ccu.group import group
from ccu.output import (
    Document,
    FormatOption,
    OutputOption,
    Section,
    Table,
    emit,
    emit_document,
    emit_line,
)
from ccu.session import Session

app = group("An officer's question to a clinician: add, list, show.")

COLUMNS = ("id", "when", "asked_by", "clinician", "minutes", "call", "person", "note")
LONGEST_CONSULT = 1_440  # minutes
LONGEST_REASON = 1_000

CallOption = Annotated[
    str | None,
    typer.Option("--call", metavar="N", help="About this call.", autocompletion=complete.call_id),
]
PersonOption = Annotated[
    str | None, typer.Option("--person", metavar="P", help="About this person, by number.")
]
ClinicianOption = Annotated[
    str | None,
    typer.Option(
        "--clinician", metavar="LOGIN", help="Who was asked.", autocompletion=complete.login
    ),
]


@app.command()
def add(
    ctx: typer.Context,
    call: CallOption = None,
    person: PersonOption = None,
    clinician: ClinicianOption = None,
    minutes: Annotated[
        str | None, typer.Option("--minutes", metavar="N", help="How long it took.")
    ] = None,
    asked_by: Annotated[
        str | None,
        typer.Option(
            "--asked-by",
            metavar="LOGIN",
            help="Who asked; else you.",
            autocompletion=complete.login,
        ),
    ] = None,
    when: Annotated[
        str | None, typer.Option("--when", metavar="TIME", help="When it was; else now.")
    ] = None,
    note_file: Annotated[
        Path | None,
        typer.Option("--note-file", metavar="FILE", help="A note; - is standard input."),
    ] = None,
) -> None:
    """Record a question to a clinician, and how long it took.

    About a call, a person, both, or nobody in particular.

    Examples:

      ccu consult add --call 12 --clinician dlee --minutes 10

      ccu consult add --clinician dlee --minutes 5 --asked-by mrossi --when "yesterday 16:00"
    """
    from ccu import dates
    from ccu.calls import consults
    from ccu.records import staff

    session: Session = ctx.obj
    staff_id = session.staff_id
    if clinician is None:
        raise InvalidInput("--clinician is missing")
    took = typed.whole_number(minutes or "", "--minutes", LONGEST_CONSULT)
    if took is None:
        raise InvalidInput("--minutes is missing")
    moment = session.now
    if when is not None:
        moment = dates.parse_moment(when, session.now, field="--when")
    asker = staff_id if asked_by is None else staff.require(session.db, asked_by, "--asked-by")
    note = None
    if note_file is not None:
        note = typed.note(typed.file_text(note_file, "--note-file"), "--note-file")
    new = consults.NewConsult(
        asked_by=asker,
        clinician_id=staff.require(session.db, clinician, "--clinician"),
        occurred_at=dates.to_iso(moment),
        minutes=took,
        call_id=typed.record_id(call, "call") if call is not None else None,
        person_id=typed.record_id(person, "person") if person is not None else None,
        note=note,
    )
    with session.writing() as connection:
        consult_id = consults.add(connection, staff_id, new, at=dates.to_iso(session.now))
    emit_line(f"Added consult {consult_id}.")


@app.command("list")
def list_(
    ctx: typer.Context,
    call: CallOption = None,
    person: PersonOption = None,
    clinician: ClinicianOption = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DAY", help="From the start of this day on.")
    ] = None,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List consults, oldest first.

    note is the length of the note, in characters.

    Example:

      ccu consult list --clinician dlee --since 2026-01-01
    """
    from ccu import dates
    from ccu.calls import consults
    from ccu.records import audit, staff

    session: Session = ctx.obj
    staff_id = session.staff_id
    asked = None if clinician is None else staff.require(session.db, clinician, "--clinician")
    start = None
    if since is not None:
        day = dates.parse_day(since, session.today, field="--since", future=False)
        start = dates.to_iso(dates.day_start(day, session.settings.zone))
    with session.writing() as connection:
        found = consults.rows(
            connection,
            clinician_id=asked,
            call_id=typed.record_id(call, "call") if call is not None else None,
            person_id=typed.record_id(person, "person") if person is not None else None,
            since=start,
        )
        audit.record(connection, staff_id, "consult-list", "consult", None, rows=len(found))
        hidden = session.view.consults(row["id"] for row in found)
    for row in found:
        row["when"] = row["occurred_at"][:16].replace("T", " ")
        row["note"] = len(row["note"]) if row["note"] and row["id"] not in hidden else None
    emit(Table(COLUMNS, found, title="Consults"), format, output)


@app.command()
def show(
    ctx: typer.Context,
    consult: Annotated[str, typer.Argument(metavar="CONSULT", help="The consult's number.")],
    full: Annotated[bool, typer.Option("--full", help="With its note; needs --reason.")] = False,
    reason: Annotated[
        str | None, typer.Option("--reason", help="Why the note is needed; it is kept.")
    ] = None,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Show one consult.

    Showing it is recorded in the audit.

    JSON: id, occurred_at, asked_by, clinician, minutes, call, person, note, recorded_at,
    recorded_by, note_characters.

    Example:

      ccu consult show 3 --full --reason "supervision"
    """
    from ccu.calls import consults
    from ccu.records import audit

    session: Session = ctx.obj
    consult_id = typed.record_id(consult, "consult")
    why = typed.line(reason or "", "--reason", LONGEST_REASON) if full else None
    if full and not why:
        raise InvalidInput("--full needs --reason")
    staff_id = session.staff_id
    with session.writing() as connection:
        data = consults.read(connection, consult_id)
        detail = {"person": data["person"], "full": full}
        audit.record(
            connection, staff_id, "consult-show", "consult", consult_id, reason=why, **detail
        )
        if session.view.consults([consult_id]):
            data["note"] = None
        if full:
            session.view.keep()
    data["note_characters"] = len(data["note"] or "")
    if not full:
        data["note"] = None
    note = [data["note"]] if data["note"] else []
    kept = {key: value for key, value in data.items() if value is not None and key != "note"}
    pairs = [(key.replace("_", " "), value) for key, value in kept.items()]
    sections = [Section(pairs=pairs[1:], main=True), Section("Note", lines=note)]
    emit_document(Document(f"Consult {consult_id}", sections, data), format, output)
