"""`ccu person compare`, `duplicates`, `merge`, `unmerge`: one person or two."""

from typing import Annotated

from ccu.errors import InvalidInput
from ccu.options import PERSON, AskingOption, Context, arg, flag, group, opt, value
from ccu.options.lookups import whole_number
from ccu.output import FormatOption, OutputOption, Table, emit, emit_document
from ccu.people.who import NAMED_PERSON

app = group("Joined to `ccu person` by the map in cli.py.")

AArgument = Annotated[int, arg("A", PERSON, "A person's number.")]
BArgument = Annotated[int, arg("B", PERSON, "Another person's number.")]


@app.command()
def compare(
    ctx: Context,
    a: AArgument,
    b: BArgument,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Compare two people field by field: the score, and the evidence of two people.

    A weight is in points of the score; below 0 it is evidence of two people. People with
    several records are compared by the two that are most alike. Recorded as a read of both.

    Example:

      ccu person compare 12 31
    """
    from ccu.people import page

    emit_document(page.compare(ctx.obj, a, b), format, output)


@app.command()
def duplicates(
    ctx: Context,
    min_score: Annotated[
        int | None,
        opt("--min-score", whole_number(100), "From this score of 100; default likely pairs."),
    ] = None,
    limit: Annotated[
        int | None, opt("--limit", whole_number(999_999_999), "How many at most; default all.")
    ] = None,
    names: Annotated[bool, flag("--names", "With names; recorded for everybody shown.")] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """List pairs that are likely the same person, best first. Nothing is merged.

    `why` names the fields that agree, the heaviest first; a_source and b_source are the numbers on
    other offices' lists. Pairs marked as different (ccu person distinct) are left out.

    Examples:

      ccu person duplicates --limit 20

      ccu person duplicates --min-score 80 --names -o pairs.csv
    """
    from ccu.identity import LIKELY
    from ccu.people import page

    least = LIKELY if min_score is None else min_score
    rows, columns = page.read_duplicates(ctx.obj, least, limit, names)
    emit(Table(columns, rows, title="Possible matches"), format, output)


@app.command()
def merge(
    ctx: Context,
    a: Annotated[int, arg("A", NAMED_PERSON, "A person's number.")],
    b: Annotated[int, arg("B", NAMED_PERSON, "Another person's number.")],
    keep: Annotated[int | None, opt("--keep", PERSON, "The record to keep; default A.")] = None,
    prefer: Annotated[
        str | None,
        flag("--prefer", "Where both have a value, use: kept, merged or newest; asks nothing."),
    ] = None,
    take: Annotated[
        list[str] | None,
        value(
            "--take",
            "FIELD",
            "The merged record's: name, description, birth_date, age, sex, phone, email, home,"
            " language, veteran, minor, housing, or its worker. Repeatable.",
        ),
    ] = None,
    dry_run: Annotated[bool, flag("--dry-run", "Show the result; change nothing.")] = False,
    asking: AskingOption = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Merge person B into A: one person, one count; every record is kept.

    B's calls, referrals and notes stay B's and count for A. Where both have a value it asks whose
    survives; where one has none, the other's does. The name not chosen stays a name to find them
    by. Of two workers A's goes on, unless --take worker. ccu person unmerge B undoes all of it.

    Examples:

      ccu person merge 12 31

      ccu person merge 12 31 --prefer kept --take phone --dry-run
    """
    from ccu.frequent.list_store import merge_warnings
    from ccu.people import merging

    kept = keep or a
    if kept not in (a, b):
        raise InvalidInput("--keep names one of the two")
    request = merging.Request(
        kept=kept,
        merged=b if kept == a else a,
        prefer=prefer and prefer.strip().lower(),
        take=[name.strip().lower().replace("-", "_") for name in take or ()],
        dry_run=dry_run,
        asking=asking,
    )
    merging.run(ctx.obj, request, merge_warnings, format, output)


@app.command()
def unmerge(
    ctx: Context,
    b: Annotated[int, arg("B", NAMED_PERSON, "The record that was merged.")],
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Undo a merge: every value and worker is as if it had not been.

    What was added since stays with the number it was put to; what was put to the other is listed.

    Example:

      ccu person unmerge 31
    """
    from ccu.people import merging

    merging.undo(ctx.obj, b, format, output)
