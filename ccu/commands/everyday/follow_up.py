"""`ccu follow-up add`, `done`, `move`, `sign`: schedule, attempt, reschedule, sign."""

from datetime import datetime
from typing import Annotated

import typer

from ccu.follow_ups.options import (
    DUE,
    KIND,
    RESULT,
    DueOption,
    FollowUpArgument,
    NoteFileOption,
    OwnerOption,
    ReasonOption,
)
from ccu.options import (
    CALL,
    MOMENT,
    PERSON,
    REFERRAL,
    AskingOption,
    group,
    opt,
    whole_number,
)
from ccu.output import emit_line

app = group("Follow-ups: add, done, move, sign, show, list, overdue.")

LONGEST_TRY = 24 * 60  # minutes


@app.command()
def add(
    ctx: typer.Context,
    referral: Annotated[int | None, opt("--referral", REFERRAL, "For this referral.")] = None,
    call: Annotated[int | None, opt("--call", CALL, "For this call.")] = None,
    person: Annotated[int | None, opt("--person", PERSON, "For this person, by number.")] = None,
    kind: Annotated[str | None, opt("--kind", KIND, "What to do.")] = None,
    due: DueOption = None,
    owner: OwnerOption = None,
    note_file: NoteFileOption = None,
    asking: AskingOption = False,
) -> None:
    """Schedule a follow-up for a referral, a call or a person.

    Its owner is the one named; else the referral's, the person's worker, or you.

    Examples:

      ccu follow-up add --referral 3 --kind visit --due "tomorrow 10:00"

      ccu follow-up add --person 12 --kind call --due friday --owner dlee
    """
    from ccu.follow_ups import entry

    follow_up_id, words = entry.add(
        ctx.obj,
        referral=referral,
        call=call,
        person=person,
        kind=kind,
        due=due,
        owner=owner,
        note_file=note_file,
        asking=asking,
    )
    emit_line(f"Added follow-up {follow_up_id}: {words}.")


@app.command()
def done(
    ctx: typer.Context,
    follow_up: FollowUpArgument,
    result: Annotated[str | None, opt("--result", RESULT, "The result.")] = None,
    when: Annotated[
        datetime | None, opt("--when", MOMENT, "When it was tried; default now.")
    ] = None,
    minutes: Annotated[
        int | None, opt("--minutes", whole_number(LONGEST_TRY), "How long it took.")
    ] = None,
    note_file: NoteFileOption = None,
    next_due: Annotated[
        datetime | None, opt("--next", DUE, "When to try, or to look, again. As --due.")
    ] = None,
    next_kind: Annotated[str | None, opt("--next-kind", KIND, "What to do then.")] = None,
    asking: AskingOption = False,
) -> None:
    """Log a follow-up attempt and its result.

    Reached, refused, safe but declined, escalated, and no response close it; after any other result
    it stays open until --next (asked for at a terminal). Where closing it would
    leave an open referral, or a person with a worker, with nothing due, the next one is made.

    Examples:

      ccu follow-up done 7 --result left_message --next "tomorrow 10:00"

      ccu follow-up done 7 --result reached --minutes 20 --note-file -
    """
    from ccu.follow_ups import entry

    words = entry.attempt(
        ctx.obj,
        follow_up,
        result=result,
        when=when,
        minutes=minutes,
        note_file=note_file,
        next_due=next_due,
        next_kind=next_kind,
        asking=asking,
    )
    emit_line(words)


@app.command()
def move(
    ctx: typer.Context,
    follow_up: FollowUpArgument,
    due: DueOption = None,
    owner: OwnerOption = None,
    reason: ReasonOption = None,
) -> None:
    """Reschedule or reassign a follow-up; the earlier values are kept.

    One that waits for a signature is sent back, to be done again.

    Example:

      ccu follow-up move 7 --due monday --reason "away until then"
    """
    from ccu.follow_ups import entry

    emit_line(entry.move(ctx.obj, follow_up, due, owner, reason))


@app.command()
def sign(ctx: typer.Context, follow_up: FollowUpArgument) -> None:
    """Sign what an intern has done; that closes it.

    The intern's own supervisor signs, or an admin; `list --to-sign` shows what waits for you.

    Example:

      ccu follow-up sign 7
    """
    from ccu.follow_ups import entry

    emit_line(entry.sign(ctx.obj, follow_up))
