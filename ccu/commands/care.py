"""`ccu care init`, `note`, `destroy`, `backup`: care notes in a file of their own."""

from pathlib import Path
from typing import Annotated

import typer

from ccu.errors import InvalidInput
from ccu.options import AskingOption, completion, group, typed_text
from ccu.output import FormatOption, OutputOption, emit_document, emit_line, say
from ccu.session import Session

app = group("Care notes in a file of their own: init, note, destroy, backup.")
note = group("Notes that only the accounts of human services can read: add, list, move.")
app.add_typer(note, name="note")

LONGEST_NOTE = 20_000  # characters

PersonOption = Annotated[
    str | None,
    typer.Option(
        "--person", metavar="P", help="The person's number.", autocompletion=completion.people
    ),
]


@app.command()
def init(
    ctx: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="The new file; else CCU_CARE_DB.")] = None,
    in_group: Annotated[
        str | None,
        typer.Option("--group", metavar="NAME", help="For all accounts of this group."),
    ] = None,
    encrypt: Annotated[
        bool, typer.Option("--encrypt", help="Encrypt it (pip install 'ccu[encrypt]').")
    ] = False,
) -> None:
    """Make the file for care notes, in a folder that only human services can enter.

    For one account: a folder of mode 700. For a group, so that several can write: a folder of that
    group, of mode 2770. Then name the file in CCU_CARE_DB for those accounts.

    With --encrypt the key is taken from the file that CCU_CARE_KEY_FILE names, else from
    `ccu/care-key` in your configuration folder; it is made when there is none. For a group it must
    be in a folder of that group's, another than the care file's.

    Examples:

      mkdir -m 700 ~/care; ccu care init ~/care/care.db

      sudo install -d -m 2770 -g hsd /srv/hsd-care; ccu care init /srv/hsd-care/care.db --group hsd

      ccu care init ~/care/care.db --encrypt
    """
    from ccu.care import actions
    from ccu.care import file as care

    session: Session = ctx.obj
    path = file or care.KIND.path()
    if path is None:
        raise InvalidInput("say where: ccu care init FILE, or name it in CCU_CARE_DB")
    actions.make(session, path, in_group, encrypt)
    hint = f" Name it in {care.KIND.variable} for the accounts that may open it."
    emit_line(f"Made {path}.{'' if path == care.KIND.path() else hint}")
    if encrypt:
        say(
            f"Its key: {care.key_place()}. Without it nobody can ever open the file or a copy of"
            " it: keep a copy of the key, apart from both."
        )


@note.command()
def add(
    ctx: typer.Context,
    person: PersonOption = None,
    call: Annotated[
        str | None,
        typer.Option(
            "--call", metavar="N", help="About this call.", autocompletion=completion.calls
        ),
    ] = None,
    part2: Annotated[
        bool, typer.Option("--part2", help="It comes from a 42 CFR Part 2 program.")
    ] = False,
    when: Annotated[
        str | None, typer.Option("--when", metavar="TIME", help="When it was; else now.")
    ] = None,
    corrects: Annotated[
        str | None,
        typer.Option("--corrects", metavar="NOTE", help="It sets this earlier note right."),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help="The text from a file; - is standard input."),
    ] = None,
    asking: AskingOption = False,
) -> None:
    """Write a care note. Nobody edits it afterwards; --corrects says which one it sets right.

    Asks for the text at a terminal. It is never typed on the command line, which others on this
    machine can read.

    Examples:

      ccu care note add --person 12

      ccu care note add --person 12 --part2 --file note.txt
    """
    from ccu.care import actions
    from ccu.options import terminal

    session: Session = ctx.obj
    wanted = actions.Wanted(
        person_id=typed_text.record_id(_given(person), "person"),
        call_id=typed_text.record_id(call, "call") if call is not None else None,
        corrects=typed_text.record_id(corrects, "care note") if corrects is not None else None,
        when=when,
        part2=part2,
    )

    def text() -> str:
        return terminal.private_text(
            "Care note", file, "the note", LONGEST_NOTE, asking, lines=True
        )

    emit_line(f"Added care note {actions.add(session, wanted, text)}.")


@note.command("list")
def list_(
    ctx: typer.Context,
    person: PersonOption = None,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List the care notes of a person, the newest first, by every record that is them.

    Reading them is recorded in the care file. notice is what 42 CFR Part 2 asks to be said with
    such a note; it goes wherever the note goes.

    JSON: person, care_notes (id, person, day, call, by, part2, corrects, text, notice).

    Example:

      ccu care note list --person 12
    """
    from ccu.care import actions, page

    session: Session = ctx.obj
    asked = typed_text.record_id(_given(person), "person")
    person_id, found = actions.listed(session, asked, to_file=output is not None)
    emit_document(page.listed(person_id, found), format, output)


@note.command()
def move(
    ctx: typer.Context,
    note: Annotated[str, typer.Argument(metavar="NOTE", help="Its number.")],
    person: PersonOption = None,
) -> None:
    """Make a note that was written about the wrong person another person's.

    Its words stay as they are, and what corrects it goes with it. Recorded in the care file.

    Example:

      ccu care note move 7 --person 12
    """
    from ccu.care import actions

    session: Session = ctx.obj
    note_id = typed_text.record_id(note, "care note")
    person_id = typed_text.record_id(_given(person), "person")
    others = [str(each) for each in actions.move(session, note_id, person_id) if each != note_id]
    also = f", and what it is tied to by a correction: {', '.join(others)}" if others else ""
    emit_line(f"Care note {note_id} is about person {person_id} now{also}.")


@app.command()
def destroy(
    ctx: typer.Context,
    person: PersonOption = None,
    authority: Annotated[
        str | None,
        typer.Option(
            "--authority", metavar="CODE", help="The number of the order or the schedule, one word."
        ),
    ] = None,
    before: Annotated[
        str | None,
        typer.Option("--before", metavar="DAY", help="Only what is dated before this day."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Destroy without asking; needed where nobody can answer.")
    ] = False,
) -> None:
    """Destroy the care notes of a person, by an order or a retention schedule.

    Of all records merged into them. Who was sealed or purged may be named too, by each number they
    had. There is no way back, and the text is gone from the file's bytes; that it was done, by
    whom, how many and by what authority stays in the care file's audit.

    Example:

      ccu care destroy --person 12 --authority FBT-CV-26-6012345
    """
    from ccu.care import actions
    from ccu.options.terminal import ask

    session: Session = ctx.obj
    person_id = typed_text.record_id(_given(person), "person")
    asking = session.interactive and not yes
    said = ask("Number of the order or schedule", authority, "--authority", asking)
    count = actions.destroy(
        session, person_id, said, before, lambda found: _confirm(session, person_id, found, yes)
    )
    if actions.is_gone(session, person_id):
        say(f"Person {person_id} is not in the main file: only notes of that very number go.")
    if not count:
        emit_line(f"No care notes of person {person_id} to destroy.")
        return
    emit_line(f"Destroyed {_notes(count)} of person {person_id}, gone from the file.")
    say(actions.COPIES)


def _confirm(session: Session, person_id: int, count: int, yes: bool) -> None:
    """At a terminal the count is typed: a habit of pressing y destroys nothing."""
    if yes:
        return
    if not session.interactive:
        raise InvalidInput("--yes is missing: nobody is there to say how many are to be destroyed")
    from ccu.options.terminal import read_line

    say(f"{_notes(count)} of person {person_id} to be destroyed, with no way back.")
    if read_line("Type their number to destroy them: ").strip() != str(count):
        raise InvalidInput("that is not their number; nothing was destroyed")


def _notes(count: int) -> str:
    return f"{count} care note{'' if count == 1 else 's'}"


@app.command()
def backup(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="The new file; it must not exist.")],
) -> None:
    """Write a consistent copy of the care file, checked; ccu backup never takes it along.

    You alone can read the copy: keep it where only human services can enter.

    Example:

      ccu care backup /srv/hsd-care/backup/care-2026-01-31.db
    """
    from ccu.care import actions
    from ccu.check import privacy

    session: Session = ctx.obj
    actions.backup(session, file)
    emit_line(f"Copied to {file} ({privacy.size(file) / 1e6:.1f} MB), checked.")


def _given(person: str | None) -> str:
    if person is None:
        raise InvalidInput("--person is missing")
    return person
