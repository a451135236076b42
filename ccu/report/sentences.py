"""The sentences of a section: what its figures mean, and what they cannot show.

`EXPLAINS` holds fixed sentences. A function of `STATES` makes sentences from a section's figures,
rows and facts, so they may hold numbers of the town.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from ccu import dates
from ccu.report.figures import Figure
from ccu.retention import schedule_store

if TYPE_CHECKING:
    from ccu.report.build import Report, ReportSection

EXPLAINS: Mapping[str, tuple[str, ...]] = {
    "summary": (
        "Overdue and stalled are as of the as-of time; all other figures are of the period.",
        "Shares of all calls depend on which calls are in the file.",
    ),
    "repeat-addresses": (
        "An address is a place, not a person: `different` means several people are its subjects.",
    ),
    "repeat-people": ("Frequent contact shows need, not fault.",),
    "overdue": ("As of the as-of time, whatever the period.",),
    "referrals": (
        "By the day made, with the status at the as-of time: recent ones have had less time.",
        "Outcomes after a service is received are not measured here.",
    ),
    "hand-offs": (
        "Handoff types were not assigned at random: people who got a warm handoff may differ in"
        " other ways, so a difference does not prove that the handoff caused it.",
        "Where two intervals overlap, no difference is shown. A white paper estimates that about"
        " half of plain referrals are followed through; trials disagree.",
    ),
    "first-follow-up": (
        "A call without any follow-up attempt counts as a failure, not as missing.",
    ),
    "people": (
        "The groups overlap: a person met and then reached is in two of them, once in the total.",
        "Unknown people are never added to people served: two of them may be one person.",
    ),
    "before-after": (
        "This cannot show that the help caused the change. People are engaged when things are at"
        " their worst, and calls fall afterward without help, too (regression to the mean): in the"
        " Camden trial the calls of both groups fell about 40%.",
        "Compare with those not engaged; they were not chosen at random, either.",
        "Addresses are counted from dispatch records alone, from the first care call that the team"
        " led or arrived at.",
    ),
    "natures": (
        "Natures on the care list: ccu codes nature. Calls whose words have no nature are Other.",
    ),
    "response": (
        "Only calls with both times: many systems record arrival for the first unit alone.",
    ),
    "responders": (
        "Eight rates of the same calls, those with a responder recorded, because a single diversion"
        " rate depends on how it is counted: Eugene's police found 2% to 20% in a year's records.",
        "None of them shows what would have happened without the team.",
    ),
    "dispositions": ("A call may end in several ways: shares add up to more than 100%.",),
    "areas": (
        "Areas differ in size and in how many people pass through: compare each with itself.",
        "Arrests and citations are of all calls, not only care calls; by nature: --section beats.",
    ),
    "beats": ("Arrests and citations are of the calls of that nature in that area.",),
    "effort": ("Minutes as recorded, at stated rates: not the town's accounts.",),
    "by": (
        "A group has the calls with one of its people as a subject; a call about people of two"
        " groups is in both, one about nobody on file in none.",
        "Only answers that people gave; a rate of fewer than ten is not shown (too few).",
        "A difference between groups does not show why: it can be chance, need, or who was asked.",
    ),
    "caseload": ("As of the as-of time. It shows how much work, not how difficult.",),
    "completeness": (
        "`does_not_know`, `prefers_not` and `not_collected` are answers; `empty` is no answer.",
        "For completing records, not for comparing officers.",
    ),
    "hours": ("In local time.",),
}


def count(number: float | int | None, one: str, many: str = "") -> str:
    """Return `1 call`, `2 calls`, `1,204 addresses`."""
    return f"{number or 0:,} {one if number == 1 else many or one + 's'}"


def destroyed(connection: sqlite3.Connection, report: "Report") -> list[str]:
    """Return a note for each period of which records were destroyed: its figures are smaller."""
    periods = [report.period]
    if report.compare in ("both", "previous"):
        periods.append(report.period.previous())
    if report.compare in ("both", "year"):
        periods.append(report.period.year_before())
    labels = [
        each.label
        for each in periods
        if schedule_store.destroyed_between(connection, str(each.start), str(each.end))
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
    if care is None or not care.missing:
        return []
    if care.value is None:
        return [f"No call of {label} has a nature: care calls and repeats are not known."]
    return [
        f"{count(care.missing, 'call')} of {label} without a nature: there may be more care calls"
        " and repeats than are counted."
    ]


def _by_name(figures: Iterable[Figure]) -> dict[str, Figure]:
    """Return the figures without a group, by name."""
    return {each.figure: each for each in figures if not each.group}


NONE, NOT_KNOWN = "None.", "Not known:"  # how the sentence of a list without rows begins
NOBODY = f"{NOT_KNOWN} no people are on file."  # by group
_LACKING = {"repeat-addresses": "a readable address", "repeat-people": "a named person"}


def without_rows(section: "ReportSection") -> str:
    """Return what a list without rows means: that there are none, or that it is not known."""
    if section.unknown:
        return f"{NOT_KNOWN} {section.unknown}."
    figure = _by_name(section.facts).get(section.name.replace("-", "_"))
    if section.name not in _LACKING or figure is None or figure.value is not None:
        return NONE
    if not figure.missing:
        return f"{NOT_KNOWN} no call has a nature."
    return f"{NOT_KNOWN} no such call has {_LACKING[section.name]}."


def _repeat_addresses(section: "ReportSection", report: "Report") -> list[str]:
    facts = _by_name(section.facts)
    left_out, lacking = facts["exempt_addresses"].value, facts["repeat_addresses"].missing
    said = [f"{threshold(report)}."]
    if left_out:
        said.append(f"Left out: {count(left_out, 'exempt address', 'exempt addresses')}.")
    if lacking:
        said.append(f"{count(lacking, 'such call')} had no readable address.")
    return said


def _repeat_people(section: "ReportSection", report: "Report") -> list[str]:
    facts = _by_name(section.facts)
    unknown, lacking = facts["unknown_repeat_people"].value, facts["repeat_people"].missing
    said = [f"{threshold(report)}."]
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
    "hand-offs": _hand_offs,
    "before-after": _before_after,
}
