"""`ccu person add`, `show`, `find`, `change`: the record of a person."""

from pathlib import Path
from typing import Annotated

import typer

from ccu.options import AskingOption, Context, arg, flag, group, opt
from ccu.options.lookups import whole_number
from ccu.options.shared import with_options
from ccu.options.types import FILE, PERSON
from ccu.output import FormatOption, OutputOption, Table, emit, emit_document, emit_line, say
from ccu.people.options import ChangeOptions, PersonOptions
from ccu.people.who import NAMED_PERSON

app = group("People: add, find, show, edit, merge, link, import.")

COLUMNS = ("person", "name", "born", "phone", "score", "why")
MOST_FOUND = 200

PersonArgument = Annotated[int, arg("PERSON", PERSON, "The person's number.")]


@app.command()
@with_options(PersonOptions)
def add(ctx: Context, given: PersonOptions, asking: AskingOption = False) -> None:
    """Add a person: a name, or a description of somebody not identified yet.

    Asks at a terminal, one field a line. Names, birth dates and descriptions are never typed on
    the command line, which others on this machine can read: they are answers, or lines of --file.
    People on file who may be the same are shown first; nothing is merged by itself.

    Examples:

      ccu person add

      ccu person add --file - --housing unsheltered --missing birth_date=prefers_not

    A file: lines such as given: Ana, family: Reyes, alias: Annie Reyes, born: 31 Jan 1980,
    phone: prefers not to answer, description: male, 40s, red jacket.
    """
    from ccu.people import form as person_form

    emit_line(person_form.add(ctx.obj, given, asking))


@app.command()
def find(
    ctx: Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[WORDS]...",
            help="A name, phone or birth date; others on this machine can see these words."
            " - reads one line from standard input; without any, it asks.",
        ),
    ] = None,
    file: Annotated[
        Path | None, opt("--file", FILE, "Lines FIELD: VALUE, as for ccu person add.")
    ] = None,
    limit: Annotated[
        int | None, opt("--limit", whole_number(MOST_FOUND), "How many at most; default 10.")
    ] = None,
    min_score: Annotated[
        int | None, opt("--min-score", whole_number(100), "The lowest score, of 100; default 50.")
    ] = None,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Find a person by name, phone or birth date, the best match first.

    Nicknames, names in another order, accents, spelling by sound, day and month swapped still
    match. Everybody shown is recorded in the audit.

    Examples:

      ccu person find

      echo "katie obrien 31 Jan 1980" | ccu person find -
    """
    from ccu.people import finding as person_finding

    known = person_finding.read_question(ctx.obj, words or [], file)
    least, most = (50 if min_score is None else min_score), (10 if limit is None else limit)
    rows = person_finding.matches(ctx.obj, known, least, most)
    emit(Table(COLUMNS, rows, title="People"), format, output)
    if not rows:
        say("Nobody found.")


@app.command()
def show(
    ctx: Context,
    person: PersonArgument,
    changes: Annotated[
        bool, flag("--changes", "With what was changed, when, and by which account.")
    ] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Show what is on file about a person; ccu history --person shows their calls.

    Of a record merged into another, the person it is now. Showing it is recorded in the audit.

    Example:

      ccu person show 12 --changes
    """
    from ccu.people import page as person_page

    emit_document(person_page.show(ctx.obj, person, changes), format, output)


@app.command()
@with_options(ChangeOptions)
def edit(
    ctx: Context,
    person: Annotated[int, arg("PERSON", NAMED_PERSON, "The person's number.")],
    given: ChangeOptions,
    asking: AskingOption = False,
) -> None:
    """Change what is on file about a person; the old values are kept.

    Asks at a terminal when nothing is given. Somebody known by description only is identified by
    giving a name: the description and all that was recorded stay.

    Examples:

      ccu person edit 12

      ccu person edit 12 --housing shelter --clear phone --missing phone=does_not_know

      ccu person edit 12 --file -
    """
    from ccu.people import form as person_form

    emit_line(person_form.change(ctx.obj, person, given, asking))
