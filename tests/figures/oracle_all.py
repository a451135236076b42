"""All sections of the report as the oracles have them: figures by section, and the lists."""

from collections.abc import Callable
from dataclasses import replace

from . import oracle_calls, oracle_care, oracle_people, oracle_response, oracle_work
from .parts import Asked, Figures, Part
from .rows import File, Row, add_days

# section -> its figures, whatever their groups
SECTIONS = {
    "summary": """calls care_calls share_of_all_calls arrived_alone_of_calls people_served
        unknown_people connections referrals_made attempts_made overdue_now stalled_now
        repeat_addresses repeat_people
        top5_people_share top5_address_share first_attempt_within_24h first_attempt_within_7d
        calls_by_month care_calls_by_month people_served_by_month connections_by_month
        first_attempt_within_24h_by_month first_attempt_within_7d_by_month""",
    "referrals": """referrals_made referral_acceptance referral_success referral_open
        days_to_acceptance referral_outcome referrals_by_need""",
    "hand-offs": "follow_through connected warm_handoffs",
    "data-quality": "care_calls_without",
    "first-follow-up": """first_attempt_within_24h first_attempt_within_72h first_attempt_within_7d
        first_reached_within_24h first_reached_within_72h first_reached_within_7d
        median_hours_to_first_attempt p90_hours_to_first_attempt median_hours_to_first_reached
        p90_hours_to_first_reached greensboro_24h_and_7d contact_rate never_attempted
        end_not_recorded""",
    "people": """people_served unknown_people interventions referrals_accepted connections
        connections_per_person new_people repeat_contact_30 repeat_contact_90""",
    "before-after": "reduction people_compared address_reduction addresses_compared",
    "natures": "care_calls_by_nature calls_by_nature care_calls_by_words calls_by_words",
    "response": "median_minutes_to_arrival p90_minutes_to_arrival self_initiated",
    "responders": """associated_of_calls dispatched_of_calls arrived_of_calls
        arrived_alone_of_calls associated_of_care_calls dispatched_of_care_calls
        arrived_of_care_calls arrived_alone_of_care_calls backup_rate backup_arrived
        civilian_eligible civilian_covered lead_agency""",
    "dispositions": """disposition_mix unmapped_dispositions intervention_mix
        emergency_examination hospital_transport arrest citation arrest_diverted force injury""",
    "effort": """scene_hours follow_up_hours consult_hours hand_off_hours hours_per_contact
        cost_scene cost_follow_up cost_per_contact""",
}
LISTS = (
    "repeat-addresses",
    "repeat-people",
    "overdue",
    "areas",
    "beats",
    "caseload",
    "completeness",
    "hours",
)
# As of the moment, or of months of their own: never set beside another period.
MONTHLY = (
    *("calls", "care_calls", "people_served", "connections"),
    *("first_attempt_within_24h", "first_attempt_within_7d"),
)
NOT_COMPARED = {"overdue_now", "stalled_now", *(f"{name}_by_month" for name in MONTHLY)}
# Of these only the groups that have something are shown.
ONLY_USED = {
    *("referral_outcome", "referrals_by_need", "lead_agency"),
    *("care_calls_by_nature", "calls_by_nature", "care_calls_by_words", "calls_by_words"),
    *("disposition_mix", "intervention_mix"),
}
# In the summary these are totals, without their groups.
WHOLE_IN_SUMMARY = {"people_served"}

_FAMILIES = (
    *(oracle_calls.calls, oracle_calls.repeats, oracle_calls.concentration),
    *(oracle_calls.natures, oracle_calls.response),
    *(oracle_care.referrals, oracle_care.hand_offs, oracle_care.first_follow_up, oracle_care.late),
    *(oracle_people.people, oracle_people.repeat_contacts, oracle_people.before_after),
    oracle_people.addresses,
    *(oracle_response.responders, oracle_response.dispositions, oracle_response.effort),
    *(oracle_response.attempts_made, oracle_work.data_quality),
)


def figures(file: File, asked: Asked) -> Figures:
    """Every figure of every section."""
    found: Figures = {}
    for family in _FAMILIES:
        found |= family(file, asked)
    return {key: _if_known(key[0], part, file, asked) for key, part in found.items()}


# Made of records that are not calls; of the calls of the window; as of the moment.
_OF_REFERRALS = {
    *SECTIONS["referrals"].split(),
    *SECTIONS["hand-offs"].split(),
    *("referrals_accepted", "hand_off_hours"),
}
OF_WINDOW = {"repeat_addresses", "repeat_people", "unknown_repeat_people"}
OF_WINDOW |= {"top5_people_share", "top5_address_share"}


def _if_known(name: str, part: Part, file: File, asked: Asked) -> Part:
    """The part, or one without a number: nothing is counted, and the file could not tell."""
    parts = (part.numerator, part.denominator, part.value, part.missing, part.not_yet)
    if any(parts) or name in NOT_COMPARED:
        return part
    if name in _OF_REFERRALS:
        known = any(row["made_at"][:10] < asked.end for row in file.tables["referral"])
    elif name == "consult_hours":
        known = any(row["occurred_at"][:10] < asked.end for row in file.tables["consult"])
    elif name in ("attempts_made", "contact_rate", "follow_up_hours"):
        known = any(row["occurred_at"][:10] < asked.end for row in file.tables["attempt"])
    elif name in OF_WINDOW:
        first, after = add_days(asked.last, 1 - asked.window), add_days(asked.last, 1)
        known = file.has_calls_around(first, after)
    else:
        known = file.has_calls_around(asked.start, asked.end)
    return part if known else Part(part.unit)


def headline(file: File, asked: Asked) -> Figures:
    """What months have figures of."""
    families = (oracle_calls.calls, oracle_people.people, oracle_care.first_follow_up)
    made = {key: part for family in families for key, part in family(file, asked).items()}
    return {key: _if_known(key[0], part, file, asked) for key, part in made.items()}


def months(file: File, asked: Asked, of_month: Callable[[Asked], Figures]) -> Figures:
    """The headline in each of twelve months; no number before the first call, or not begun."""
    found: Figures = {}
    for name, first, after in oracle_calls.months(asked):
        begun = name <= asked.today[:7]
        recorded = file.first_day is not None and name >= file.first_day[:7]
        made = of_month(beside(asked, first, after)) if begun and recorded else {}
        for figure in MONTHLY:
            unit = "share" if "within" in figure else "count"
            found[f"{figure}_by_month", name] = made.get((figure, ""), Part(unit))
    return found


def lists(file: File, periods: list[Asked]) -> dict[str, list[Row]]:
    """The rows of the lists: of the period, of the ones beside it where a list has those too."""
    asked = periods[0]
    has_worker, items = oracle_work.has_worker(file, asked), oracle_work.open_items(file, asked)
    people = [
        {**row, "has_worker": "yes" if row["person"] in has_worker else "no"}
        | {"open_items": items[row["person"]]}
        for row in oracle_calls.repeat_people(file, asked)
    ]
    late = oracle_care.overdue_list(file, asked) + oracle_care.stalled_list(file, asked)
    return {
        "repeat-addresses": oracle_calls.repeat_addresses(file, asked),
        "repeat-people": people,
        "overdue": late,
        "areas": oracle_calls.areas(file, periods),
        "beats": oracle_calls.beats(file, periods),
        "caseload": oracle_work.caseload(file, asked),
        "completeness": oracle_work.completeness(file, asked),
        "hours": oracle_calls.hours(file, asked)
        if file.has_calls_around(asked.start, asked.end)
        else [],
    }


def beside(asked: Asked, start: str, end: str) -> Asked:
    """Another period, as of the same moment."""
    return replace(asked, start=start, end=end)
