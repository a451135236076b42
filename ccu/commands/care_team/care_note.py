"""`ccu care note add`, `list`, `move`: notes that only Human Services' accounts can read."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

from ccu.options import REQUIRED, AskingOption, Context, arg, flag, group, opt
from ccu.options.lookups import MOMENT
from ccu.options.types import CALL, FILE, PERSON, number_of
from ccu.output import FormatOption, OutputOption, emit_document, emit_line
from ccu.people.who import NAMED_PERSON

app = group("Care notes.")
note = group("Notes that only the accounts of human services can read.")
app.add_typer(note, name="note")

LONGEST_NOTE = 20_000  # characters
NOTE = number_of("care note", "NOTE")

PersonOption = Annotated[int, opt("--person", NAMED_PERSON, "The person's number.")]


@note.command()
def add(
    ctx: Context,
    person: PersonOption = REQUIRED,
    call: Annotated[int | None, opt("--call", CALL, "About this call.")] = None,
    part2: Annotated[bool, flag("--part2", "It comes from a 42 CFR Part 2 program.")] = False,
    when: Annotated[datetime | None, opt("--when", MOMENT, "When it was; else now.")] = None,
    corrects: Annotated[
        int | None, opt("--corrects", NOTE, "The earlier note it corrects.")
    ] = None,
    file: Annotated[
        Path | None, opt("--file", FILE, "The text from a file; - is standard input.")
    ] = None,
    asking: AskingOption = False,
) -> None:
    """Write a care note. It cannot be edited; --corrects names the earlier note it corrects.

    Asks for the text at a terminal. It is never typed on the command line, which others on this
    machine can read.

    Examples:

      ccu care note add --person 12

      ccu care note add --person 12 --part2 --file note.txt
    """
    from ccu import dates
    from ccu.care import actions, store
    from ccu.options import questions

    new = store.NewNote(
        person_id=person,
        call_id=call,
        corrects=corrects,
        occurred_at=dates.to_iso(when or ctx.obj.now),
        part2=part2,
    )

    def text() -> str:
        return questions.private_text(
            ctx.obj, "Care note", file, "the note", LONGEST_NOTE, asking, lines=True
        )

    emit_line(f"Added care note {actions.add(ctx.obj, new, text)}.", only=True)


@note.command("list")
def list_(
    ctx: Context,
    person: Annotated[int, opt("--person", PERSON, "The person's number.")] = REQUIRED,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List the care notes of a person, the newest first, by every record that is them.

    Reading them is recorded in the care file. notice is what 42 CFR Part 2 asks to be said with
    such a note; it goes wherever the note goes.

    Example:

      ccu care note list --person 12
    """
    from ccu import care
    from ccu.care import actions

    person_id, found = actions.listed(ctx.obj, person, to_file=output is not None)
    emit_document(care.listed(person_id, found), format, output)


@note.command()
def move(
    ctx: Context,
    number: Annotated[int, arg("NOTE", NOTE, "Its number.")],
    person: PersonOption = REQUIRED,
) -> None:
    """Make a note that was written about the wrong person another person's.

    Its words stay as they are, and what corrects it goes with it. Recorded in the care file.

    Example:

      ccu care note move 7 --person 12
    """
    from ccu.care import actions

    others = [str(each) for each in actions.move(ctx.obj, number, person) if each != number]
    also = f", and what it is tied to by a correction: {', '.join(others)}" if others else ""
    emit_line(f"Care note {number} is about person {person} now{also}.", only=True)
