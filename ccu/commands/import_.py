"""`ccu import`: a dispatch system's export in."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ccu.errors import InvalidInput
from ccu.output import FormatOption, OutputOption, Table, emit, say
from ccu.session import Session

if TYPE_CHECKING:
    from ccu.imports.dispatch import Summary

COLUMNS = ("read", "new", "changed", "same", "rejected")
MOST_SHOWN, LONGEST_SHOWN = 5, 40  # natures, and characters of one


def _layouts(ctx: typer.Context, incomplete: str) -> list[str]:
    from ccu.imports.dispatch import layout

    return [name for name in layout.names() if name.startswith(incomplete)]


def command(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="The export, also .gz; - is standard input.")],
    layout: Annotated[
        str | None,
        typer.Option(
            "--layout",
            "-l",
            metavar="NAME-OR-PATH",
            autocompletion=_layouts,
            help="How to read it: a ready layout's name, or a TOML file.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would come of it; keep nothing.")
    ] = False,
    rejects: Annotated[
        Path | None,
        typer.Option(
            "--rejects",
            metavar="FILE",
            help="Write rows that cannot be read to FILE, with the reason.",
        ),
    ] = None,
    allow_column: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-column",
            metavar="COLUMN",
            help="Let this column pass, though it looks like an FBI, state or social security"
            " number; recorded. Again for each.",
        ),
    ] = None,
    suggest: Annotated[
        bool, typer.Option("--suggest", help="Write a first layout for this file instead.")
    ] = False,
    format: FormatOption = None,
    output: OutputOption = None,
) -> None:
    """Bring in a dispatch system's export; safe to repeat.

    All of the file is kept or, when something goes wrong, none of it. Rows that cannot be read are
    counted, and written to the file that --rejects names. A row that is known already changes
    nothing; a changed one updates its call and keeps the old values.

    A file with a column that looks like an FBI, state identification or social security number is
    refused: what is not needed is not taken in.

    Examples:

      ccu import calls-2026-01.csv --layout milwaukee --rejects rejects.csv

      ccu import calls-2026-01.csv --suggest --output our-cad.toml

      zcat calls.csv.gz | ccu import - --layout our-cad.toml --dry-run
    """  # fmt: skip
    session: Session = ctx.obj
    if suggest:
        from ccu.imports.dispatch import suggest as first

        first.write(file, output)
        return
    if layout is None:
        from ccu.imports.dispatch import layout as layouts

        raise InvalidInput(f"--layout is missing; the ready ones are {', '.join(layouts.names())}")
    from ccu.imports import dispatch as cad

    summary = cad.import_file(
        session, file, layout, dry_run=dry_run, rejects=rejects, allow=allow_column or ()
    )
    row = tuple(getattr(summary, column) for column in COLUMNS)
    title = "Dry run, nothing kept" if dry_run else "Import"
    emit(Table(COLUMNS, [row], title=title), format, output)
    _tell(summary, rejects)


def _tell(summary: "Summary", rejects: Path | None) -> None:
    """What the row of counts does not say, on standard error."""
    for reason, count in summary.reasons.most_common():
        say(f"rejected {count}: {reason}")
    if rejects is not None:
        say(
            f"rejected rows are in {rejects}"
            if summary.rejected
            else "nothing rejected; no file written"
        )
    if summary.unmapped:
        texts = ", ".join(
            f"{text[:LONGEST_SHOWN]} ({count})"
            for text, count in summary.unmapped.most_common(MOST_SHOWN)
        )
        say(
            f"{summary.unmapped.total()} rows have one of {len(summary.unmapped)} natures that the"
            f" layout does not know, and count as other; most often {texts}"
        )
    if summary.left:
        say(f"{summary.left} fields that somebody had amended by hand were left as they were")
