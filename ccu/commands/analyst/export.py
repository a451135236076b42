"""`ccu export`: de-identified rows for analysts."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ccu.errors import InvalidInput
from ccu.options import Context, flag, typed_text, value
from ccu.output import Format, Table, emit, say

COLUMNS = ("file", "rows")


class What(StrEnum):
    """The tables to export."""

    calls = "calls"
    referrals = "referrals"
    follow_ups = "follow_ups"
    people = "people"


class FileFormat(StrEnum):
    """The file formats."""

    csv = "csv"
    json = "json"


def command(
    ctx: Context,
    what: Annotated[
        list[What] | None, typer.Option("--what", help="Table to export; repeat for several.")
    ] = None,
    since: Annotated[str | None, value("--from", "DAY", "First day.")] = None,
    to: Annotated[str | None, value("--to", "DAY", "Last day, included.")] = None,
    purpose: Annotated[
        str | None,
        value(
            "--purpose",
            "TEXT",
            "monthly report, research, grant, council, audit, or other in your own words.",
        ),
    ] = None,
    file: Annotated[
        Path | None, value("--file", "FILE", "Purpose in words, from FILE; - is stdin.")
    ] = None,
    deidentified: Annotated[
        Path | None, value("--deidentified", "FOLDER", "New folder of months, for a region.")
    ] = None,
    k: Annotated[
        int,
        typer.Option(
            "--k", min=1, max=100, help="Blank values shared by fewer people; 1: blank nothing."
        ),
    ] = 5,
    hours: Annotated[bool, flag("--hours", "Include the hour of each call.")] = False,
    format: Annotated[
        FileFormat, typer.Option("--format", "-f", help="File format.")
    ] = FileFormat.csv,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FOLDER", help="New folder for the files."),
    ] = None,
) -> None:
    """Export de-identified rows for analysts, recording who, when and for what purpose.

    No name, birth date, phone, address, note or narrative is exported. Pseudonyms of people, calls
    and buildings hold within this export only; ages are bands. What is shared by fewer than --k
    people is left blank: the beat, then the age band, the sex, the nature, the day. The folder's
    about.json records who made the export, when and why, each column, and what was removed.

    --deidentified writes what a county adds its towns up from: months for days, CSV and Parquet.
    No row is left out, so totals are exact; where a group stays below --k people it is refused.

    Examples:

      ccu export --what calls --what people --from 2026-01-01 --to 2026-03-31 --purpose research --output q1

      ccu export --deidentified westport-2026 --from 2026-01-01 --to 2026-12-31
    """  # fmt: skip  # noqa: E501
    from ccu import export
    from ccu.dates import say_date

    session = ctx.obj
    region = deidentified is not None
    if region:
        if what or output or hours or format is not FileFormat.csv:
            raise InvalidInput("--deidentified takes only --from, --to, --k and --purpose")
        what, output, purpose = [*What][:3], deidentified, purpose or "region"
    if not what:
        raise InvalidInput("--what is missing: calls, referrals, follow_ups or people")
    if since is None or to is None:
        raise InvalidInput("--from and --to are both needed")
    if output is None:
        raise InvalidInput("--output is missing: name a new folder for the files")
    first = typed_text.day(session, since, "--from")
    last = typed_text.day(session, to, "--to")
    if last < first:
        raise InvalidInput("--to is before --from; swap the two dates")
    code, words = _purpose(purpose, file)
    names = tuple(each.value for each in What if each in what)
    wanted = export.Wanted(names, first, last, code, words, k, hours, Format(format.value), region)
    with export.written(session, wanted, output) as rows:
        emit(Table(COLUMNS, rows, title="Export"), None, None)
        if not any(number for _name, number in rows):
            say(f"no data from {say_date(first)} to {say_date(last)}: unknown, not 0")


def _purpose(said: str | None, file: Path | None) -> tuple[str, str]:
    """Return the purpose's code and its words, which go only to about.json."""
    from ccu.export import PURPOSES

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
            raise InvalidInput("--purpose other needs a description: write it here or in --file")
        return code, words
    if words:
        raise InvalidInput("--file needs a purpose from the list, such as --purpose other")
    return "other", text
