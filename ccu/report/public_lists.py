"""The lists of a public report: what names somebody becomes a count, the rest keeps its shape."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from ccu.report.figures import Figure
from ccu.report.words import by_name

if TYPE_CHECKING:
    from ccu.report.whole import Report, ReportSection


class Cell(NamedTuple):
    """A number of the town, by the name that public_cells.SUMS has for it."""

    name: str
    value: int


class Share(NamedTuple):
    """One cell over another, worked out when both may be printed."""

    part: Cell
    whole: Cell


@dataclass
class PublicList:
    """Columns, and rows of text, cells and shares; `says` holds settings, no number of the town.

    `explained`: what the section says of itself is true of this form as well.
    """

    columns: tuple[str, ...]
    items: list[dict[str, Any]]
    says: tuple[str, ...] = ()
    explained: bool = True


OTHER_BEATS = "other"
# What a town calls its beats; anything else might be a name or an address, and goes into `other`.
_BEAT = re.compile(
    r"((beat|district|post|sector|zone|area|precinct|ward)[ -]?)?[a-z]{0,2}-?\d{1,3}[a-z]?"
    r"|[a-z]{1,3}|(north|south|east|west|central)",
    re.IGNORECASE | re.ASCII,
)
# Fields whose figures are told nowhere else; what the others lack stands beside the figures that
# need them.
_FIELDS = ("cleared", "minutes", "birth date or age", "phone", "language", "housing")
_BLOCK = 4  # hours


def lists(report: "Report") -> dict[str, PublicList]:
    """Section -> its public form. A list that has none here is not printed at all."""
    sections = {section.name: section for section in report.sections}
    late = by_name(sections["overdue"].facts)
    made = {
        "repeat-addresses": _repeats(report, sections["repeat-addresses"], "addresses"),
        "repeat-people": _repeats(report, sections["repeat-people"], "people"),
        "overdue": _overdue(late),
        "areas": _areas(sections["areas"]),
        "caseload": _caseload(sections["caseload"], late),
        "completeness": _completeness(sections["completeness"]),
        "hours": _hours(sections["hours"]),
    }
    return made | {"dallas": made["areas"], "denton": made["caseload"]}


def _repeats(report: "Report", section: "ReportSection", what: str) -> PublicList:
    """How many had k to 2k-1 care calls, how many 2k to 4k-1, how many more."""
    k, days = int(report.settings["repeat_calls"]), report.settings["repeat_days"]
    says = f"At least {k} care calls in the {days} days to {report.period.last}."
    items = []
    for label, least, most in bands(k):
        found = sum(least <= row["care_calls"] < most for row in section.items)
        items.append({"care_calls": label, what: Cell(f"{what} with:{label}", found)})
    return PublicList(("care_calls", what), items, (says,), explained=False)


def bands(k: int) -> list[tuple[str, int, float]]:
    """label, at least, fewer than."""
    return [
        (f"{k} to {2 * k - 1}" if k > 1 else "1", k, 2 * k),
        (f"{2 * k} to {4 * k - 1}", 2 * k, 4 * k),
        (f"{4 * k} or more", 4 * k, float("inf")),
    ]


def roomy(report: "Report", section: "ReportSection", month_care: Mapping[str, int]) -> bool:
    """Whether there are calls enough for ten more in the highest band.

    Somebody in it had at least 4k calls: where few calls were made, their number alone says how
    many such people or addresses there can be. `month_care`: `2026-01` -> care calls.
    """
    k = int(report.settings["repeat_calls"])
    first = report.period.last - timedelta(days=int(report.settings["repeat_days"]) - 1)
    calls = sum(count for month, count in month_care.items() if month >= f"{first:%Y-%m}")
    needed = sum(
        least
        for row in section.items
        for _, least, most in bands(k)
        if least <= row["care_calls"] < most
    )
    return calls - needed >= 10 * 4 * k


def _overdue(late: Mapping[str, Figure]) -> PublicList:
    return PublicList(
        ("what", "count"),
        [
            {"what": "follow-ups open", "count": _part(late["overdue_now"], "open follow-ups")},
            {"what": "follow-ups overdue", "count": _count(late["overdue_now"], "overdue")},
            {"what": "due within seven days", "count": _count(late["due_soon"], "due soon")},
            {"what": "referrals open", "count": _part(late["stalled_now"], "open referrals")},
            {"what": "referrals stalled", "count": _count(late["stalled_now"], "stalled")},
        ],
    )


def _count(figure: Figure, name: str) -> Cell:
    return Cell(name, int(figure.numerator or 0))


def _part(figure: Figure, name: str) -> Cell:
    return Cell(name, int(figure.denominator or 0))


def _areas(section: "ReportSection") -> PublicList:
    columns = ("care_calls", "arrests", "citations")
    beats: dict[str, dict[str, int]] = {}
    for row in section.items:
        known = row["beat"] == "not recorded" or _BEAT.fullmatch(row["beat"])
        beat = beats.setdefault(row["beat"] if known else OTHER_BEATS, dict.fromkeys(columns, 0))
        for column in columns:
            beat[column] += row[column]
    last = (OTHER_BEATS, "not recorded")
    order = sorted(beats, key=lambda beat: (last.index(beat) if beat in last else -1, beat))
    items = [
        {
            "beat": beat,
            "care_calls": Cell(f"area care:{beat}", beats[beat]["care_calls"]),
            "arrests": Cell(f"area arrest:{beat}", beats[beat]["arrests"]),
            "citations": Cell(f"area citation:{beat}", beats[beat]["citations"]),
        }
        for beat in order
        if any(beats[beat].values())
    ]
    return PublicList(("beat", *columns), items)


def _caseload(section: "ReportSection", late: Mapping[str, Figure]) -> PublicList:
    """All workers together: how many each has is about the worker."""
    people = sum(row["people"] for row in section.items)
    return PublicList(
        ("what", "count"),
        [
            {"what": "people with a worker", "count": Cell("with a worker", people)},
            {"what": "open referrals", "count": _part(late["stalled_now"], "open referrals")},
            {"what": "open follow-ups", "count": _part(late["overdue_now"], "open follow-ups")},
        ],
    )


def _completeness(section: "ReportSection") -> PublicList:
    items = []
    for row in section.items:
        if row["officer"] == "all" and row["field"] in _FIELDS:
            of_calls = row["field"] in ("cleared", "minutes")
            required = Cell("logged" if of_calls else "recorded", row["required"])
            value = Cell(f"with:{row['field']}", row["with_value"])
            items.append(
                {
                    "field": row["field"],
                    "with_value": value,
                    "required": required,
                    "share": Share(value, required),
                }
            )
    columns = ("field", "with_value", "required", "share")
    return PublicList(columns, items, explained=False)


def _hours(section: "ReportSection") -> PublicList:
    """Care calls of four hours together: one hour of one weekday is too few nearly everywhere."""
    blocks: dict[tuple[str, str], int] = {}
    for row in section.items:
        first = row["hour"] // _BLOCK * _BLOCK
        block = (row["weekday"], f"{first:02}-{first + _BLOCK:02}")
        blocks[block] = blocks.get(block, 0) + row["care_calls"]
    items = [
        {"weekday": day, "hour": hours, "care_calls": Cell(f"hours care:{day} {hours}", care)}
        for (day, hours), care in blocks.items()
    ]
    return PublicList(("weekday", "hour", "care_calls"), items)
