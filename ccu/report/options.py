"""The options of `ccu report`, and what they ask for."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option

from ccu.errors import InvalidInput
from ccu.options import flag, value
from ccu.session import Session

if TYPE_CHECKING:
    from ccu.report.build import Options


class ReportFormat(StrEnum):
    """The output formats: those of every command, and the page with charts."""

    table = "table"
    plain = "plain"
    json = "json"
    csv = "csv"
    markdown = "markdown"
    html = "html"
    xlsx = "xlsx"


class By(StrEnum):
    """What people are split by."""

    age = "age"
    sex = "sex"
    race_ethnicity = "race-ethnicity"
    language = "language"


class Compare(StrEnum):
    """Which other periods the figures are compared with."""

    both = "both"
    none = "none"
    previous = "previous"
    year = "year"


@dataclass(eq=False, repr=False)
class ReportOptions:
    """What was given on the command line; None where it was not."""

    month: Annotated[str | None, value("--month", "YYYY-MM", "Month to report.")] = None
    quarter: Annotated[str | None, value("--quarter", "YYYY-QN", "Quarter to report: 2026-Q1.")] = (
        None
    )
    year: Annotated[str | None, value("--year", "YYYY", "Calendar year to report.")] = None
    fiscal_year: Annotated[
        str | None, value("--fiscal-year", "YYYY", "Fiscal year, named by the year it ends in.")
    ] = None
    week: Annotated[
        str | None, value("--week", "DAY", "Monday to Sunday of that day, or 2026-W05.")
    ] = None
    last: Annotated[
        str | None, value("--last", "SPAN", "The last 30d, 4w, 6m or 1y, today included.")
    ] = None
    since: Annotated[str | None, value("--from", "DAY", "First day; needs --to.")] = None
    to: Annotated[str | None, value("--to", "DAY", "Last day, included.")] = None
    section: Annotated[
        list[str] | None, value("--section", "NAME", "Print only this section; repeat for several.")
    ] = None
    full: Annotated[bool, flag("--full", "Print every section, not only the one page.")] = False
    overview: Annotated[bool, flag("--list", "List the sections and their figures.")] = False
    define: Annotated[
        str | None, value("--define", "NAME", "Print the definition of a figure.")
    ] = None
    compare: Annotated[
        Compare | None,
        Option("--compare", help="Compare with the period before or a year before. Default: both."),
    ] = None
    k: Annotated[
        int | None,
        Option("--k", min=1, max=100_000, help="Calls that make a repeat. Default: repeat_calls."),
    ] = None
    window: Annotated[
        int | None,
        Option(
            "--window",
            min=1,
            max=3_660,
            metavar="DAYS",
            help="Days they are counted in. Default: repeat_days.",
        ),
    ] = None
    all_calls: Annotated[
        bool, flag("--all-calls", "Count repeats among all calls, not only care calls.")
    ] = False
    by: Annotated[
        By | None, Option("--by", help="Print the rates for each group of people, not asked apart.")
    ] = None
    public: Annotated[bool, flag("--public", "One page for publication, with rounded counts.")] = (
        False
    )
    format: Annotated[
        ReportFormat | None,
        Option(
            "--format",
            "-f",
            case_sensitive=False,
            help="Output format; html is a page with charts, xlsx a workbook.",
        ),
    ] = None
    save: Annotated[
        bool, flag("--save", "Keep the issued report, without lists of records, in the file.")
    ] = False
    diff: Annotated[bool, flag("--diff", "What changed since this period was last saved.")] = False
    bom: Annotated[
        bool, flag("--bom", "Begin CSV with a byte order mark, which Excel needs for UTF-8.")
    ] = False
    output: Annotated[
        Path | None,
        Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write to a new FILE by its ending; csv of several sections, to a folder.",
        ),
    ] = None


def check_public(given: ReportOptions) -> None:
    """Raise InvalidInput for options that would change the one page for publication."""
    others = {
        "--section": given.section,
        "--full": given.full,
        "--list": given.overview,
        "--define": given.define is not None,
        "--compare": given.compare,
        "--k": given.k,
        "--window": given.window,
        "--all-calls": given.all_calls,
        "--by": given.by,
    }
    extra = " and ".join(name for name, is_given in others.items() if is_given)
    if given.public and extra:
        raise InvalidInput(f"--public prints one fixed page; leave out {extra}")


def read(given: ReportOptions, session: Session) -> "Options":
    """Return what the report is made of. Raise InvalidInput or NotFound for what is wrong."""
    from ccu.output import FOR_FILES, Format, meant
    from ccu.report import definitions, period
    from ccu.report.build import Options

    _ = session.staff_id
    asked = period.read(given, session)
    definitions.chosen(given.section or ())  # report a wrong name before anything is counted
    if given.save and given.diff:
        raise InvalidInput("--save and --diff contradict each other; give one of them")
    if given.full and given.section:
        raise InvalidInput("--full and --section contradict each other; give one of them")
    # Formats for programs have all sections; a page in HTML folds what is not on the one page.
    in_full = given.full or meant(given.format, given.output) in (*FOR_FILES, Format.html)
    compare = Compare.none if given.public or given.by else given.compare or Compare.both
    return Options(
        period=asked,
        sections=tuple(given.section or ()),
        k=given.k,
        window=given.window,
        all_calls=given.all_calls,
        compare=compare.value,
        public=given.public,
        one_page=not (in_full or given.section or given.public or given.by),
        by=given.by.value if given.by else "",
        keeps=given.save or given.diff,
        format=given.format.value if given.format else "",
    )
