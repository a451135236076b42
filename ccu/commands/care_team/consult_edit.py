"""`ccu consult show`, `edit`, `void`: one consult, and its correction."""

from datetime import datetime
from typing import Annotated

from ccu.calls import consult_store as consults
from ccu.options import REQUIRED, Context, ReasonOption, arg, flag, group, opt, value
from ccu.options.lookups import LOGIN, MOMENT, needs_reason
from ccu.options.lookups import whole_number as number
from ccu.options.types import CALL, NOTE, REASON, WHY, number_of
from ccu.output import FormatOption, OutputOption, emit_document, emit_line
from ccu.people.who import NAMED_PERSON

app = group("Joined to `ccu consult` by the map in cli.py.")

CONSULT = number_of("consult", "CONSULT", "consult")


@app.command()
def show(
    ctx: Context,
    consult: Annotated[int, arg("CONSULT", CONSULT, "The consult's number.")],
    full: Annotated[bool, flag("--full", "With its note; needs --reason.")] = False,
    reason: Annotated[
        str | None, opt("--reason", REASON, "Why you need the note; kept with the audit.")
    ] = None,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Show one consult.

    Showing it is recorded in the audit.

    Example:

      ccu consult show 3 --full --reason "supervision"
    """
    from ccu.calls import page

    session = ctx.obj
    why = needs_reason(session, full, reason)
    with session.work() as work:
        data = consults.consult_data(work, consult, why)
    emit_document(page.consult(session.db, data), format, output)


@app.command()
def edit(
    ctx: Context,
    consult: Annotated[int, arg("CONSULT", CONSULT, "The consult's number.")],
    call: Annotated[int | None, opt("--call", CALL, "The call it was about.")] = None,
    person: Annotated[int | None, opt("--person", NAMED_PERSON, "The person, by number.")] = None,
    clinician: Annotated[int | None, opt("--clinician", LOGIN, "Who was asked.")] = None,
    minutes: Annotated[int | None, opt("--minutes", number(24 * 60), "Minutes it took.")] = None,
    asked_by: Annotated[int | None, opt("--asked-by", LOGIN, "Who asked.")] = None,
    when: Annotated[datetime | None, opt("--when", MOMENT, "When.")] = None,
    note: Annotated[str | None, opt("--note-file", NOTE, "Its note; - is standard input.")] = None,
    clear: Annotated[
        list[str] | None, value("--clear", "FIELD", "Clear call, person or note. Repeatable.")
    ] = None,
    reason: ReasonOption = None,
) -> None:
    """Edit a consult; earlier values are kept.

    Example:

      ccu consult edit 3 --minutes 20 --clear person
    """
    from ccu import dates
    from ccu.records import field_words

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
    with ctx.obj.work() as work:
        changed = consults.edit_consult(work, consult, new, reason)
    if changed:
        emit_line(f"Edited consult {consult}: {field_words.names(changed)}.")
    else:
        emit_line(f"Consult {consult} already has these values; nothing was changed.")


@app.command()
def void(
    ctx: Context,
    consult: Annotated[int, arg("CONSULT", CONSULT, "The consult's number.")],
    reason: Annotated[str, opt("--reason", WHY, "Why it was an error; kept.")] = REQUIRED,
) -> None:
    """Void a consult recorded in error: it is kept, but not in lists or figures.

    Example:

      ccu consult void 3 --reason "was about person 8"
    """
    with ctx.obj.work() as work:
        consults.void(work, consult, reason)
    emit_line(f"Voided consult {consult}; it is kept, but not in lists or figures.")
