"""The sections of a report in their order: name, title, the files of each, and its columns.

A section of figures runs its files and shows each figure with all its parts. A list has one file,
whose rows are shown under `columns`. `facts` are files of figures that are used only in sentences
(`sentences.py`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ccu.errors import NotFound


@dataclass(frozen=True)
class Plan:
    """The contents of a section. `pick`: only these figures of the files, in this order.

    `people_served:` is that figure without its groups. `monthly`: of these, also each month of the
    year that ends with the period.
    """

    name: str
    title: str
    kind: str
    files: tuple[str, ...]
    columns: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    pick: tuple[str, ...] = ()
    monthly: tuple[str, ...] = ()


def _figures(
    name: str, title: str, *files: str, pick: str = "", monthly: tuple[str, ...] = ()
) -> Plan:
    return Plan(name, title, "figures", files, pick=tuple(pick.split()), monthly=monthly)


def _list(name: str, title: str, columns: str, facts: str = "", file: str = "") -> Plan:
    return Plan(name, title, "list", (file or name,), tuple(columns.split()), tuple(facts.split()))


# The figures that lead every report, and have a number for each month.
HEADLINE = (
    *("calls", "care_calls", "people_served", "connections"),
    *("first_attempt_within_24h", "first_attempt_within_7d"),
)
BY_MONTH = "_by_month"  # the end of the names of the monthly figures

PLANS = (
    _figures(
        "summary",
        "Summary",
        *("calls", "people", "first_follow_up", "referrals", "attempts", "late", "repeats"),
        *("concentration", "responders"),
        pick="calls care_calls share_of_all_calls arrived_alone_of_calls people_served:"
        " unknown_people connections first_attempt_within_24h first_attempt_within_7d"
        " referrals_made attempts_made overdue_now stalled_now repeat_addresses repeat_people"
        " top5_people_share top5_address_share",
        monthly=HEADLINE,
    ),
    _list(
        "repeat-addresses",
        "Repeat addresses",
        "place address category care_calls all_calls people unknown same_person last",
        facts="repeats",
    ),
    _list(
        "repeat-people",
        "Repeat people",
        "person care_calls all_calls places first last has_worker open_items",
        facts="repeats",
    ),
    Plan(
        *("overdue", "Overdue and stalled", "list", ("overdue",)),
        ("what", "id", "referral", "call", "person", "kind", "owner", "due", "days_late"),
        facts=("late",),
    ),
    _figures("referrals", "Referrals and their outcomes", "referrals"),
    _figures("hand-offs", "Handoffs", "handoffs"),
    _figures("data-quality", "Data quality", "data_quality"),
    _figures(
        "first-follow-up",
        "Time to first follow-up",
        "first_follow_up",
        "attempts",
        pick="first_attempt_within_24h first_attempt_within_72h first_attempt_within_7d"
        " first_reached_within_24h first_reached_within_72h first_reached_within_7d"
        " median_hours_to_first_attempt p90_hours_to_first_attempt"
        " median_hours_to_first_reached p90_hours_to_first_reached greensboro_24h_and_7d"
        " contact_rate never_attempted end_not_recorded",
    ),
    _figures("people", "Connections and unduplicated people", "people", "repeat_contact"),
    _figures("before-after", "Before and after", "before_after", "before_after_addresses"),
    _figures("natures", "Calls by nature", "natures"),
    _figures("response", "Response time", "response"),
    _figures("responders", "Who responded", "responders"),
    _figures("dispositions", "How calls ended, and what was done", "dispositions"),
    _list(
        "areas",
        "Areas",
        "beat care_calls care_previous care_year_before arrests arrests_previous"
        " arrests_year_before citations citations_previous citations_year_before",
    ),
    _list(
        "beats",
        "Areas by nature",
        "beat nature care_calls calls calls_previous calls_year_before"
        " arrests arrests_previous arrests_year_before"
        " citations citations_previous citations_year_before",
        file="areas",
    ),
    _figures("effort", "Effort and cost", "effort"),
    _list(
        "caseload",
        "Caseload",
        "worker role agency supervisor people open_referrals open_follow_ups overdue oldest_days",
    ),
    _list(
        "completeness",
        "Completeness of records",
        "officer field with_value does_not_know prefers_not not_collected empty required share",
    ),
    _list("hours", "When calls come", "weekday hour care_calls calls"),
)

# The sections that the one page is made of.
PAGE = (
    *("summary", "repeat-addresses", "repeat-people", "overdue", "referrals", "hand-offs"),
    "data-quality",
)
# One name for several sections.
TOGETHER = {"repeat-callers": ("repeat-addresses", "repeat-people")}


def chosen(names: Sequence[str]) -> list[Plan]:
    """Return the sections named, in the order of the report; all when none is named.

    Raise NotFound for a name that is none, with the nearest one.
    """
    known = {plan.name: plan for plan in PLANS}
    wanted = {each for name in names for each in _expanded(name, known)}
    if not wanted:
        return list(PLANS)
    return [plan for plan in known.values() if plan.name in wanted]


def _expanded(name: str, known: Iterable[str]) -> tuple[str, ...]:
    said = name.strip().lower().replace("_", "-").replace(" ", "-")
    if said in TOGETHER:
        return TOGETHER[said]
    if said in known:
        return (said,)
    from difflib import get_close_matches

    close = get_close_matches(said, [*known, *TOGETHER], n=1)
    advice = f"did you mean {close[0]}?" if close else "list them: ccu report --list"
    raise NotFound(f"no section of that name; {advice}")


def section_of(figure: str, file: str) -> str:
    """Return the name of the section that a figure is defined under in `--define`.

    That is the section that shows its complete file, else one that picks it, else one that only
    states it in a sentence.
    """
    complete = [plan for plan in PLANS if file in plan.files and not plan.pick]
    picked = [plan for plan in PLANS if figure in {name.rstrip(":") for name in plan.pick}]
    stated = [plan for plan in PLANS if file in plan.facts]
    return (complete + picked + stated)[0].name
