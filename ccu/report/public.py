"""`ccu report --public`: the report as it may be put on the town's web site.

No address, person, call, worker or file is named in it. Numbers from 1 to 10 are withheld, and so
are others from which they could be worked out (suppression.py, public_cells.py). This is done over
the whole report, whichever sections are shown, so that two runs can not be set against each other.
"""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from ccu.errors import InvalidInput
from ccu.report import public_lists
from ccu.report.publication import Publication
from ccu.report.sections import PLANS, Plan

if TYPE_CHECKING:
    from ccu.report.whole import Options, Report, ReportSection

NAME = "withheld"  # of the section at the end
NOT_NAMED = "(not named)"
NOTE = (
    "For publication: numbers from 1 to 10 are withheld, and others from which they could be"
    " worked out. The last section says how."
)
NOT_WHOLE = "The file does not reach back to the beginning of the period: it is not whole."
EXPLAINS = (
    "Numbers from 1 to 10 are withheld, because few people can be recognised by those who know"
    " them. 0 is printed: it is about nobody.",
    "Where a withheld number could be worked out from totals, others are withheld with it, until"
    " at least ten values of each remain possible. Both are called withheld, and which is which is"
    " not said, because that would tell more.",
    "A rate, an average and an interval are printed only when both numbers that they are made of"
    " are; a middle value only when it is of 11 or more. What is left of a number counts, too:"
    " 95 of 100 tells of the other five.",
    "Not printed at all: other periods but for calls by month, lists of addresses, people, open"
    " work and workers, the shares of the top 5%, and rates whose days are not over.",
    "Publish months or quarters or years, one of them, once: reports of other periods, or of later"
    " days, can be subtracted from each other.",
    "Who needs a number that is withheld can ask the unit; it may be given where the law allows.",
)


def check(options: "Options", report: "Report") -> None:
    """Raises InvalidInput for what would cut the same records in another way.

    Two publications whose days, moments or thresholds differ by a little tell, one subtracted from
    the other, about the few who are in one of them only.
    """
    if options.period.kind == "days":
        raise InvalidInput("--public is for a whole month, quarter or year; leave --from and --to")
    if report.not_over:
        raise InvalidInput(f"{report.period.label} is not over; --public waits until it is")
    given = {
        "--k": options.k is not None,
        "--window": options.window is not None,
        "--all-calls": options.all_calls,
    }
    for name, is_given in given.items():
        if is_given:
            raise InvalidInput(
                f"{name} can not go with --public: one report subtracted from another like it"
                " could tell a number that is withheld"
            )


def plans(chosen: Sequence[Plan]) -> list[Plan]:
    """What has to be made to publish these sections: all of the report, and they."""
    return [*PLANS, *(plan for plan in chosen if plan not in PLANS)]


def apply(report: "Report", shown: Collection[str] | None = None) -> "Report":
    """The report for publication; `shown` are the names of the sections to keep, else all.

    Raises InvalidInput when a section is lacking: what it would hold bears on all the others.
    """
    if not {plan.name for plan in PLANS} <= {section.name for section in report.sections}:
        raise InvalidInput("a public report is made whole; leave out --section")
    figures = [each for section in report.sections for each in section.figures + section.facts]
    lists = public_lists.lists(report)
    publication = Publication(report, figures, lists)
    account = [publication.clear(section, lists.get(section.name)) for section in report.sections]
    if shown is not None:
        report.sections = [each for each in report.sections if each.name in shown]
    if len(report.sections) == 1:  # CSV of one section is one table
        report.sections[0].explains += EXPLAINS
    else:
        report.sections.append(_account(account[: len(PLANS)]))
    report.notes = _notes(report)
    report.public, report.compare = True, "none"
    report.file, report.first_day = NOT_NAMED, None  # a file may be named after somebody
    return report


def _notes(report: "Report") -> list[str]:
    """As whole.py has them, without the day of the first call."""
    if report.first_day is None or report.first_day >= report.period.end:
        return [NOTE, "No calls are recorded in this period."]
    return [NOTE, NOT_WHOLE] if report.first_day > report.period.start else [NOTE]


def _account(rows: list[dict[str, Any]]) -> "ReportSection":
    from ccu.report.whole import ReportSection

    columns = ("section", "numbers", "withheld")
    total = {name: sum(row[name] for row in rows) for name in columns[1:]}
    rows.append({"section": "all", **total})
    return ReportSection(
        NAME, "What is withheld", "list", columns, items=rows, explains=[*EXPLAINS]
    )
