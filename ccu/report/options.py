"""What `ccu report` was asked for: its options, and how they are read."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option

from ccu.errors import InvalidInput
from ccu.session import Session

if TYPE_CHECKING:
    from ccu.report.build import Options


class ReportFormat(StrEnum):
    """The ways to print a report: those of every command, and the page with charts."""

    table = "table"
    plain = "plain"
    json = "json"
    csv = "csv"
    markdown = "markdown"
    html = "html"


class Compare(StrEnum):
    """Which other periods stand beside the figures."""

    both = "both"
    none = "none"
    previous = "previous"
    year = "year"


@dataclass(eq=False, repr=False)
class ReportOptions:
    """What was said on the command line; None: not said."""

    month: Annotated[
        str | None, Option("--month", metavar="YYYY-MM", help="The figures of this month.")
    ] = None
    quarter: Annotated[
        str | None, Option("--quarter", metavar="YYYY-QN", help="Of this quarter: 2026-Q1.")
    ] = None
    year: Annotated[str | None, Option("--year", metavar="YYYY", help="Of this calendar year.")] = (
        None
    )
    since: Annotated[
        str | None, Option("--from", metavar="DAY", help="From this day; needs --to.")
    ] = None
    to: Annotated[
        str | None, Option("--to", metavar="DAY", help="To this day, which is counted.")
    ] = None
    section: Annotated[
        list[str] | None, Option("--section", metavar="NAME", help="Only this section. Repeatable.")
    ] = None
    full: Annotated[
        bool, Option("--full", help="All sections; without it the one page of the main figures.")
    ] = False
    overview: Annotated[
        bool, Option("--list", help="List the sections and the figures, and stop.")
    ] = False
    define: Annotated[
        str | None, Option("--define", metavar="NAME", help="Say what a figure is, and stop.")
    ] = None
    compare: Annotated[
        Compare | None,
        Option("--compare", help="Compare with the period before, a year before; else both."),
    ] = None
    k: Annotated[
        int | None,
        Option("--k", min=1, max=100_000, help="Calls that make a repeat; else repeat_calls."),
    ] = None
    window: Annotated[
        int | None,
        Option(
            "--window", min=1, max=3_660, metavar="DAYS", help="Within so many; else repeat_days."
        ),
    ] = None
    all_calls: Annotated[
        bool, Option("--all-calls", help="Repeats among all calls, not care calls only.")
    ] = False
    public: Annotated[
        bool, Option("--public", help="One page for publication, of rounded counts.")
    ] = False
    format: Annotated[
        ReportFormat | None,
        Option(
            "--format",
            "-f",
            case_sensitive=False,
            help="How to print it; html is one page with charts.",
        ),
    ] = None
    output: Annotated[
        Path | None,
        Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write it to FILE; csv of several sections, to a folder.",
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
    }
    extra = " and ".join(name for name, is_given in others.items() if is_given)
    if given.public and extra:
        raise InvalidInput(f"--public prints one fixed page; leave out {extra}")


def read(given: ReportOptions, session: Session) -> "Options":
    """What the report is made of. Raises InvalidInput, NotFound for what cannot be right."""
    from ccu.report import output, period, sections
    from ccu.report.build import Options

    _ = session.staff_id
    asked = period.read(given, session.today)
    sections.chosen(given.section or ())  # a wrong name is told before anything is counted
    if given.full and given.section:
        raise InvalidInput("--full and --section contradict each other; give one of them")
    in_full = given.full or output.has_all_sections(given.format, given.output)
    compare = Compare.none if given.public else given.compare or Compare.both
    return Options(
        period=asked,
        sections=tuple(given.section or ()),
        k=given.k,
        window=given.window,
        all_calls=given.all_calls,
        compare=compare.value,
        public=given.public,
        one_page=not (in_full or given.section or given.public),
        format=given.format.value if given.format else "",
    )
