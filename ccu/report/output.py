"""Print or write a report, in every format."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccu.errors import InvalidInput
from ccu.files import Place, named, reason
from ccu.files.folders import Folder
from ccu.output import Document, Format, Section, Table, emit, emit_document, meant, opened, say
from ccu.report import definitions, text
from ccu.report.definitions import Definition
from ccu.report.options import ReportFormat, ReportOptions

if TYPE_CHECKING:
    from ccu.report.build import Report

_ONE_TABLE = (
    "CSV has one table a file: choose one by --section,"
    " or give --format csv --output DIR for a file each"
)
LIST_COLUMNS = ("section", "name", "title")
# Formats that a terminal cannot show.
_NOT_SHOWN = {"html": "a page is for a browser", "xlsx": "a workbook is for a spreadsheet"}


def check(given: ReportOptions, names: list[str], asked: bool) -> None:
    """Raise InvalidInput, before any figure is made, for a place that the format cannot go to.

    `asked`: at a terminal, whether files of an earlier run may be replaced was asked before.
    """
    format, output = given.format, given.output
    wanted = meant(format, output)
    if given.bom and wanted != Format.csv:
        raise InvalidInput("--bom is for CSV; leave it out")
    if wanted in _NOT_SHOWN and output is None and sys.stdout is not None and sys.stdout.isatty():
        raise InvalidInput(f"{_NOT_SHOWN[wanted]}: name a file, as --output report.{wanted}")
    if format is not ReportFormat.csv:
        return
    if len(names) > 1 and (output is None or str(output) == "-"):
        raise InvalidInput(_ONE_TABLE)
    if output is not None and (len(names) > 1 or named.is_folder(output)):
        with named.folder(output, "--output") as found:
            _must_be_ours(found, names, asked)


def show(report: "Report", given: ReportOptions) -> None:
    """Print or write it. Raise InvalidInput for CSV of several sections: their columns differ."""
    format, output = given.format, given.output
    wanted = meant(format, output)
    if wanted == Format.html:
        from ccu.report import files

        with opened(output) as sink:
            sink.write([files.html(report)])
    elif wanted == Format.xlsx:
        from ccu.report import files

        content = files.workbook(report)
        with opened(output) as sink:
            sink.write_binary(content)
    elif format is ReportFormat.csv and output is not None and _is_folder(report, output):
        names = _write_folder(report, output, given.bom)
        say(f"wrote {len(names)} files to {output}")
    elif wanted == Format.csv:
        if len(report.sections) != 1:
            raise InvalidInput(_ONE_TABLE)
        emit(text.table(report.sections[0], report), Format.csv, output, bom=given.bom)
    else:
        from ccu.report import page

        emit_document(page.document(report), _plain(format), output)


def _must_be_ours(found: Folder | None, names: Iterable[str], replace: bool = True) -> None:
    """Raise InvalidInput for what is no folder of ours, or of which files are not to be replaced.

    One that holds anything but the files we write is somebody else's and is refused. So is
    one with a section that is not written now: it would pass for one of this period.
    """
    try:
        there = {*found.names()} if found is not None else set()
    except OSError as error:
        raise InvalidInput(f"cannot write --output: {reason(error)}") from None
    if there - {f"{name}.csv" for name in names}:
        raise InvalidInput("cannot write --output: the folder has other files in it")
    if there and not replace:
        raise InvalidInput("cannot write --output: the folder has files; give a new folder")


def _write_folder(report: "Report", folder: Path, bom: bool) -> list[str]:
    """Write the files and return their names; those of an earlier run are replaced."""
    names = [section.name for section in report.sections]
    with named.folder(folder, "--output", make=True) as found:
        assert found is not None
        _must_be_ours(found, names)
        for section in report.sections:
            place = Place(found, f"{section.name}.csv")
            emit(text.table(section, report), Format.csv, place, bom=bom)
    return [f"{name}.csv" for name in names]


def _is_folder(report: "Report", output: Path) -> bool:
    return len(report.sections) > 1 or named.is_folder(output)


def _plain(format: ReportFormat | None) -> Format | None:
    """Return the format as every other command has it."""
    return Format(format.value) if format else None


def explain(define: str | None, format: ReportFormat | None, output: Path | None) -> None:
    """Print the definition of --define, or the --list. Raise NotFound or InvalidInput."""
    if meant(format, output) in _NOT_SHOWN:
        raise InvalidInput(
            "--list and --define cannot be --format html or xlsx; use json or markdown"
        )
    if define is None:
        emit(Table(LIST_COLUMNS, _listed(), title="Sections and figures"), _plain(format), output)
        return
    emit_document(_definition(definitions.define(define)), _plain(format), output)


def _listed() -> list[tuple[str, str, str]]:
    """Return each section, and under it its figures or its list."""
    found: list[tuple[str, str, str]] = []
    for plan in definitions.PLANS:
        figures = plan.files if plan.kind == "figures" else ()
        heads = [head for file in figures for head in definitions.source(file).heads]
        if plan.pick:
            monthly = [name + definitions.BY_MONTH for name in plan.monthly]
            heads = [definitions.every()[name.rstrip(":")] for name in (*plan.pick, *monthly)]
        found.append((plan.name, "", plan.title))
        found += [(plan.name, head.name, head.title) for head in heads if head.name != plan.name]
    return found


def _definition(head: Definition) -> Document:
    pairs: list[tuple[str, Any]] = [("Name", head.name)]
    pairs += [(key.capitalize(), text) for key, text in head.facts.items()]
    where = definitions.files()[head.file].relative_to(definitions.FOLDER.parent.parent)
    pairs.append(("SQL", where.as_posix()))
    data = {
        "name": head.name,
        **{key.replace(" ", "_"): value for key, value in head.facts.items()},
    }
    data |= {"definition": head.text, "file": f"{head.file}.sql"}
    lines = head.text.split("\n")
    sections = [Section(pairs=pairs, main=True), Section(lines=lines)]
    return Document(head.title, sections, data)
