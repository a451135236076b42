"""The sentences of a section: what its figures mean, and what they cannot show.

The fixed ones are in figures/sections.toml. A function of `STATES` makes sentences from a section's
figures, rows and facts, so they may hold numbers of the town.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from ccu import dates
from ccu.output.text import counted
from ccu.report.figures import Figure
from ccu.report.period import compared_with
from ccu.retention import kept_store

if TYPE_CHECKING:
    from ccu.report.build import Report, ReportSection


def count(number: float | int | None, one: str, many: str = "") -> str:
    """Return `1 call`, `2 calls`, `1,204 addresses`."""
    return counted(number or 0, one, many, ",")


def destroyed(connection: sqlite3.Connection, report: "Report") -> list[str]:
    """Return a note for each period of which records were destroyed: its figures are smaller."""
    labels = [
        each.label
        for each in (report.period, *compared_with(report.period, report.compare).values())
        if kept_store.destroyed_between(connection, str(each.start), str(each.end))
    ]
    return [
        f"Records of {label} were destroyed by the retention table: its figures are smaller than"
        " they were."
        for label in dict.fromkeys(labels)
    ]


def without_nature(sections: Iterable["ReportSection"], label: str) -> list[str]:
    """Return a note where calls have no nature: then care calls and repeats are not all known."""
    figures = {each.figure: each for section in sections for each in section.figures}
    care = figures.get("care_calls")
    if care is None:
        return []
    if care.missing and care.value is None:
        return [f"No call of {label} has a known nature: care calls and repeats are not known."]
    told = []
    if care.missing:
        lacking = f"{count(care.missing, 'call')} of {label} without a nature"
        told = [f"{lacking}: there may be more care calls and repeats than are counted."]
    if care.note and care.value is not None:
        told.append(f"{care.note}: care calls among them are not counted (--section natures).")
    return told


def _by_name(figures: Iterable[Figure]) -> dict[str, Figure]:
    """Return the figures without a group, by name."""
    return {each.figure: each for each in figures if not each.group}


# How the sentence of a list without rows begins.
NO_ROWS = NONE, NOT_KNOWN, NONE_SO_FAR = "None.", "Not known:", "None in the days on file:"
NOBODY = f"{NOT_KNOWN} no people are on file."  # by group
_LACKING = {"repeat-addresses": "a readable address", "repeat-people": "a named person"}


def without_rows(section: "ReportSection") -> str:
    """Return what a list without rows means: that there are none, or that it is not known."""
    if section.unknown:
        return f"{NOT_KNOWN} {section.unknown}."
    figure = _by_name(section.facts).get(section.name.replace("-", "_"))
    if section.name not in _LACKING or figure is None or figure.value is not None:
        return f"{NONE_SO_FAR} {section.gap}." if section.gap else NONE
    if not figure.missing:
        return f"{NOT_KNOWN} no call has a nature."
    return f"{NOT_KNOWN} no such call has {_LACKING[section.name]}."


def _repeat_addresses(section: "ReportSection", report: "Report") -> list[str]:
    facts = _by_name(section.facts)
    left_out, lacking = facts["exempt_addresses"].value, facts["repeat_addresses"].missing
    said = [f"{threshold(report)}.", *([f"Not complete: {section.gap}."] if section.gap else [])]
    if left_out:
        said.append(f"Left out: {count(left_out, 'exempt address', 'exempt addresses')}.")
    if lacking:
        said.append(f"{count(lacking, 'such call')} had no readable address.")
    return said


def _repeat_people(section: "ReportSection", report: "Report") -> list[str]:
    facts = _by_name(section.facts)
    unknown, lacking = facts["unknown_repeat_people"].value, facts["repeat_people"].missing
    said = [f"{threshold(report)}.", *([f"Not complete: {section.gap}."] if section.gap else [])]
    if unknown:
        said.append(f"Left out: {count(unknown, 'record')} without any name.")
    if lacking:
        said.append(f"About no one known by name: {count(lacking, 'such call')}.")
    return said


def threshold(report: "Report") -> str:
    """Return what counts as a repeat: `3+ care calls in the 90 days to Jan 31, 2026`."""
    kind = "calls" if report.settings["all_calls"] == "yes" else "care calls"
    k, days = report.settings["repeat_calls"], report.settings["repeat_days"]
    last = min(report.period.last, report.as_of.date())
    return f"{k}+ {kind} in the {days} days to {dates.say_date(last)}"


def _overdue(section: "ReportSection", report: "Report") -> list[str]:
    facts = _by_name(section.facts)
    late, soon, stalled = facts["overdue_now"], facts["due_soon"], facts["stalled_now"]
    said = (
        f"{count(late.value, 'follow-up')} overdue and {soon.value or 0:,} due within seven days,"
        f" of {late.denominator or 0:,} open; {stalled.value or 0:,} stalled of"
        f" {count(stalled.denominator, 'open referral')}."
    )
    days = [row["days_late"] for row in section.items if row["what"] == "follow-up overdue"]
    if days:
        said += f" The oldest is {count(max(days), 'day')} late."
    return [said]


def _areas(section: "ReportSection", report: "Report") -> list[str]:
    unmapped = _by_name(section.facts)["unmapped_dispositions"].value
    if not unmapped:
        return []
    ended = f"{count(unmapped, 'call')} of {report.period.label} ended in words without a code"
    return [f"{ended}: arrests and citations among them are not counted (--section dispositions)."]


def _hand_offs(section: "ReportSection", report: "Report") -> list[str]:
    return [f"Engaged within {report.settings['handoff_days']} days (the setting handoff_days)."]


def _before_after(section: "ReportSection", report: "Report") -> list[str]:
    kind = "Calls" if report.settings["all_calls"] == "yes" else "Care calls"
    said = [f"{kind} in the {report.settings['repeat_days']} days before and after."]
    rates = {each.group: each for each in section.figures if each.figure == "reduction"}
    if rates and all(each.low is None for each in rates.values()):
        said.append("Too few people for an interval: no conclusion can be drawn.")
    return said


STATES: Mapping[str, Callable[["ReportSection", "Report"], list[str]]] = {
    "repeat-addresses": _repeat_addresses,
    "repeat-people": _repeat_people,
    "overdue": _overdue,
    "areas": _areas,
    "beats": _areas,
    "hand-offs": _hand_offs,
    "before-after": _before_after,
}
