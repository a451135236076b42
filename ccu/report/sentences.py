"""The sentences of a section: what its figures mean, and what they cannot show.

`EXPLAINS` holds fixed sentences. A function of `STATES` makes sentences from a section's figures,
rows and facts, so they may hold numbers of the town.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from ccu.report.figures import Figure
from ccu.store import destruction

if TYPE_CHECKING:
    from ccu.report.build import Report, ReportSection

EXPLAINS: Mapping[str, tuple[str, ...]] = {
    "summary": (
        "Overdue and stalled are as of the as-of moment; all else is of the period.",
        "Shares of all calls depend on which calls are in the file.",
    ),
    "repeat-addresses": (
        "An address is a place, not a person: `different` means that several people are met there.",
    ),
    "repeat-people": ("Being met often says that help is needed, and nothing about anybody.",),
    "overdue": ("As of the as-of moment, whatever the period.",),
    "referrals": (
        "By the day made, and as they stand at the as-of moment: young ones have had less time.",
        "A service received is not yet a life changed; that is not measured here.",
    ),
    "hand-offs": (
        "Hand-offs are not given by lot: people who got a warm one may differ in other ways, so a"
        " difference is no proof that the hand-off made it.",
        "Where two intervals overlap, no difference is shown. A white paper says that about half of"
        " plain referrals are followed through; trials disagree.",
    ),
    "first-follow-up": (
        "A call that nobody has tried to follow up counts as a failure, not as missing.",
    ),
    "people": (
        "The groups overlap: somebody met and then reached is in two of them, once in the whole.",
        "Unknown people are never added to people served: two of them may be one person.",
    ),
    "before-after": (
        "This can not show that the help did it. People are engaged when things are at their worst,"
        " and calls fall afterwards without help, too (regression to the mean): in the Camden trial"
        " calls of both groups fell about 40%.",
        "Look at the people not engaged beside them; they were not chosen by lot, either.",
    ),
    "responders": (
        "Eight rates of the same calls, because one bare diversion rate says what its maker wants:"
        " Eugene's police found 2% to 20% in one year's records.",
        "None of them says what would have happened without the team.",
    ),
    "dispositions": ("A call may end in several ways: shares add up to more than 100%.",),
    "areas": (
        "Areas differ in size and in how many people pass through: compare each with itself.",
    ),
    "effort": ("Minutes as written down, at stated rates: not the town's accounts.",),
    "caseload": ("As of the as-of moment. It says how much, not how hard.",),
    "completeness": (
        "`does_not_know`, `prefers_not` and `not_collected` are answers; `empty` is none.",
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
        if destruction.of_days(connection, str(each.start), str(each.end))
    ]
    return [
        f"Records of {label} were destroyed by the retention table: its figures are smaller than"
        " they were."
        for label in dict.fromkeys(labels)
    ]


def _by_name(figures: Iterable[Figure]) -> dict[str, Figure]:
    """Return the figures without a group, by name."""
    return {each.figure: each for each in figures if not each.group}


def _repeat_addresses(section: "ReportSection", report: "Report") -> list[str]:
    facts = _by_name(section.facts)
    left_out, lacking = facts["exempt_addresses"].value, facts["repeat_addresses"].missing
    said = [threshold(report)]
    if left_out:
        said.append(f"Left out: {count(left_out, 'exempt address', 'exempt addresses')}.")
    if lacking:
        said.append(f"{count(lacking, 'such call')} had no address that could be read.")
    return said


def _repeat_people(section: "ReportSection", report: "Report") -> list[str]:
    facts = _by_name(section.facts)
    unknown, lacking = facts["unknown_repeat_people"].value, facts["repeat_people"].missing
    said = [threshold(report)]
    if unknown:
        said.append(f"Left out: {count(unknown, 'record')} without any name.")
    if lacking:
        said.append(f"About nobody known by name: {count(lacking, 'such call')}.")
    return said


def threshold(report: "Report") -> str:
    """What a repeat is, with k and w: never a bare count."""
    kind = "calls" if report.settings["all_calls"] == "yes" else "care calls"
    k, days = report.settings["repeat_calls"], report.settings["repeat_days"]
    last = min(report.period.last, report.as_of.date())
    return f"At least {k} {kind} in the {days} days to {last}."


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
        said.append("There are too few people for an interval: no claim can be made.")
    return said


STATES: Mapping[str, Callable[["ReportSection", "Report"], list[str]]] = {
    "repeat-addresses": _repeat_addresses,
    "repeat-people": _repeat_people,
    "overdue": _overdue,
    "hand-offs": _hand_offs,
    "before-after": _before_after,
}
