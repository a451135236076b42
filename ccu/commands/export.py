"""`ccu export`: de-identified rows out, for analysts."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ccu.errors import InvalidInput
from ccu.output import Format, Table, emit
from ccu.session import Session

FEW = 5  # people; what singles out fewer is not for everybody who may export
COLUMNS = ("file", "rows")


class What(StrEnum):
    """The tables that there are."""

    calls = "calls"
    referrals = "referrals"
    follow_ups = "follow_ups"
    people = "people"


class FileFormat(StrEnum):
    """The ways to write a table."""

    csv = "csv"
    json = "json"


def command(
    ctx: typer.Context,
    what: Annotated[
        list[What] | None, typer.Option("--what", help="Which rows. Again for several.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="From this day.")
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="To this day, which is counted.")
    ] = None,
    purpose: Annotated[
        str | None,
        typer.Option(
            "--purpose",
            metavar="TEXT",
            help="monthly report, research, grant, council, audit; words of your own are: other.",
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help="The purpose in words, from FILE; - is stdin."),
    ] = None,
    k: Annotated[
        int,
        typer.Option(
            "--k", min=1, max=100, help="Leave blank what singles out fewer people; 1: nothing."
        ),
    ] = 5,
    hours: Annotated[bool, typer.Option("--hours", help="The hour of a call, too.")] = False,
    format: Annotated[
        FileFormat, typer.Option("--format", "-f", help="How to write the rows.")
    ] = FileFormat.csv,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FOLDER", help="A new folder for the files."),
    ] = None,
) -> None:
    """De-identified rows for analysts, with who took them out, when and for what purpose.

    No name, birth date, phone, address, note or narrative. People, calls and buildings have
    pseudonyms that hold within this export alone; ages are bands. What singles out fewer than
    --k people is left blank: the beat, then the age band, the sex, the nature, the day. The
    folder's about.json says who, when, why, every column, and what was taken away. The export is
    recorded.

    Example:

      ccu export --what calls --what people --from 2026-01-01 --to 2026-03-31 --purpose research --output q1
    """  # fmt: skip  # noqa: E501
    from ccu import dates, export

    session: Session = ctx.obj
    if k < FEW:
        session.require_may("export --few")
    if not what:
        raise InvalidInput("--what is missing: calls, referrals, follow_ups or people")
    if since is None or to is None:
        raise InvalidInput("--from and --to are both needed")
    if output is None:
        raise InvalidInput("--output is missing: a new folder for the files")
    first = dates.parse_day(since, session.today, field="--from")
    last = dates.parse_day(to, session.today, field="--to")
    if last < first:
        raise InvalidInput("--to lies before --from")
    code, words = _purpose(purpose, file)
    names = tuple(each.value for each in What if each in what)
    wanted = export.Wanted(names, first, last, code, words, k, hours, Format(format.value))
    rows = export.write(session, wanted, output)
    emit(Table(COLUMNS, rows, title="Export"), None, None)


def _purpose(said: str | None, file: Path | None) -> tuple[str, str]:
    """The purpose's code, and its words for about.json alone."""
    from ccu.export import PURPOSES
    from ccu.options import typed_text

    text = typed_text.line(said or "", "--purpose") or ""
    if not text:
        raise InvalidInput(f"--purpose is missing: {', '.join(PURPOSES)}, or your own words")
    code = text.lower().replace("-", " ").replace("_", " ")
    words = (
        (typed_text.note(typed_text.file_text(file, "--file"), "--file") or "").strip()
        if file
        else ""
    )
    if code in PURPOSES:
        if code == "other" and not words:
            raise InvalidInput("--purpose other needs words: say them instead, or by --file")
        return code, words
    if words:
        raise InvalidInput("--file goes with a purpose of the list, such as --purpose other")
    return "other", text
