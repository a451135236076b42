"""`ccu consult edit`: correct a consult."""

from datetime import datetime
from typing import Annotated

import typer

from ccu.options import CALL, LOGIN, MOMENT, NOTE, PERSON, REASON, arg, group, number_of, opt
from ccu.options import whole_number as number
from ccu.output import emit_line
from ccu.session import Session

app = group("Joined to `ccu consult` by the map in cli.py.")

CONSULT = number_of("consult", "CONSULT")


@app.command()
def edit(
    ctx: typer.Context,
    consult: Annotated[int, arg("CONSULT", CONSULT, "The consult's number.")],
    call: Annotated[int | None, opt("--call", CALL, "The call it was about.")] = None,
    person: Annotated[int | None, opt("--person", PERSON, "The person, by number.")] = None,
    clinician: Annotated[int | None, opt("--clinician", LOGIN, "Who was asked.")] = None,
    minutes: Annotated[int | None, opt("--minutes", number(24 * 60), "Minutes it took.")] = None,
    asked_by: Annotated[int | None, opt("--asked-by", LOGIN, "Who asked.")] = None,
    when: Annotated[datetime | None, opt("--when", MOMENT, "When.")] = None,
    note: Annotated[str | None, opt("--note-file", NOTE, "Its note; - is standard input.")] = None,
    clear: Annotated[
        list[str] | None,
        typer.Option("--clear", metavar="FIELD", help="Empty call, person or note. Repeatable."),
    ] = None,
    reason: Annotated[str | None, opt("--reason", REASON, "Why; kept with the record.")] = None,
) -> None:
    """Edit a consult; earlier values are kept.

    Example:

      ccu consult edit 3 --minutes 20 --clear person
    """
    from ccu import dates
    from ccu.calls import consult_store as consults

    session: Session = ctx.obj
    given = {
        "call_id": call,
        "person_id": person,
        "clinician_id": clinician,
        "minutes": minutes,
        "asked_by": asked_by,
        "occurred_at": dates.to_iso(when) if when else None,
        "note": note,
    }
    new: dict[str, object] = {column: value for column, value in given.items() if value is not None}
    new |= consults.cleared(clear or (), new)
    with session.work() as work:
        changed = consults.edit_consult(work, consult, new, reason)
    if changed:
        words = ", ".join(sorted(consults.FIELDS[column] for column in changed))
        emit_line(f"Edited consult {consult}: {words}.")
    else:
        emit_line(f"Consult {consult} already has these values; nothing was changed.")
