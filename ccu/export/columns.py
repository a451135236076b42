"""The tables of an export: their columns in order, with their meanings as about.json gives them."""

from datetime import date
from typing import Any

AGES = ((17, "0-17"), (24, "18-24"), (34, "25-34"), (44, "35-44"), (54, "45-54"), (64, "55-64"),
        (74, "65-74"), (84, "75-84"), (999, "85+"))  # fmt: skip
SEXES = {"m": "male", "f": "female", "x": "other"}  # as rosters write it; typed ones are words
SEXES |= {word: word for word in SEXES.values()}
COMMON = 11  # calls that a beat or a building needs to be distinguished from others
YES_NO = frozenset({
    *("care", "clinician", "backup_asked", "backup_arrived", "force_used", "injury"),
    *("again", "reached", "closed"),
})  # fmt: skip
PSEUDONYMS = ("call", "referral", "follow_up", "person", "place")

# What an export never has, as about.json lists it.
REMOVED = [
    "names, aliases, descriptions",
    "birth dates (an age band is given instead)",
    "phone numbers, email and home addresses",
    "places (a pseudonym of busy buildings is given instead)",
    "narratives, notes and reasons",
    "incident numbers and the numbers of calls, referrals, follow-ups and people",
    f"the dispatch system's words that are not those of calls at {COMMON} buildings or more",
    "staff",
    "language, race or ethnicity, and veteran status",
    "voided calls, referrals entered in error, sealed records",
    "referrals to 42 CFR Part 2 programs, and their follow-ups",
]
_PERSON = {
    "person": "pseudonym of the person, the same in every file of this export and in no other"
}
_AGE_BAND = {"age_band": "age in years on the last day of the period, in bands"}
_SEX = {"sex": "male, female or other, as recorded"}
_CALL = {"call": "pseudonym of the call, the same in every file of this export and in no other"}
_REFERRAL = {"referral": "pseudonym of the referral, the same in every file of this export"}
# Table -> its columns, each with its meaning; `hour` is written only with --hours.
TABLES: dict[str, dict[str, str]] = {
    "calls": {
        **_CALL,
        "day": "day of the call, town time",
        "hour": "hour of the call, town time, 00 to 23; empty if only the day is known",
        "nature": "code of the nature: as cleared, else as dispatched",
        "care": "whether it was a care call (yes, no)",
        "cad_nature": "the dispatch system's words for the nature: as cleared, else as dispatched;"
        f" only words of calls at {COMMON} buildings or more in this export",
        "beat": f"beat or district; only one with {COMMON} calls or more in this export",
        "place": f"pseudonym of the building; only one with {COMMON} calls or more in this export",
        "source": "code of how the call was reported",
        "crisis_kind": "code of the type of crisis, as it appeared",
        "lead_agency": "code of the lead agency",
        "subjects": "number of subjects",
        **_PERSON,
        **_AGE_BAND,
        **_SEX,
        "dangers": "codes of the hazard screen, separated by spaces; none: screened, none found",
        "interventions": "codes of the interventions, separated by spaces",
        "dispositions": "codes of the dispositions, separated by spaces",
        "cad_disposition": "the dispatch system's words for the disposition, as cad_nature",
        "arrived": "codes of the agencies that arrived, separated by spaces",
        "clinician": "whether a clinician arrived",
        "backup_asked": "whether backup was requested",
        "backup_arrived": "whether backup arrived",
        "force_used": "whether force was used",
        "injury": "whether anyone was injured",
        "minutes": "minutes on scene, all responders together",
    },
    "referrals": {
        **_REFERRAL,
        **_CALL,
        "day": "day it was made, town time",
        "need": "code of the need",
        **_PERSON,
        **_AGE_BAND,
        **_SEX,
        "provider": "number of the provider in this town's list",
        "handoff": "code of how the person was handed off",
        "handoff_minutes": "minutes until the handoff",
        "status": "code of the status when this was written",
        "again": "whether it followed an earlier referral",
        "days_to_accepted": "full days until it was first accepted",
    },
    "follow_ups": {
        "follow_up": "pseudonym of the follow-up",
        **_REFERRAL,
        **_CALL,
        "day": "day it was due, town time",
        "kind": "code of the type of follow-up",
        **_PERSON,
        **_AGE_BAND,
        **_SEX,
        "attempts": "number of attempts",
        "result": "code of the last attempt's result",
        "reached": "whether any attempt reached the person",
        "closed": "whether it is closed",
        "days_late": "full days from due to closed; below 0: before it was due",
    },
    "people": {
        **_PERSON,
        **_AGE_BAND,
        **_SEX,
        "housing": "code of the housing, as last recorded",
        "calls": "calls of the period with this person as a subject",
        "referrals": "referrals made for this person in the period",
        "follow_ups": "follow-ups of this person that were due in the period",
    },
}
# Table -> the columns that make its cells, in the order in which small cells lose them.
ORDER: dict[str, tuple[str, ...]] = {
    "calls": ("beat", "age_band", "sex", "nature", "day"),
    "referrals": ("age_band", "sex", "need", "day"),
    "follow_ups": ("age_band", "sex", "kind", "day"),
    "people": ("housing", "age_band", "sex"),
}

# The tables of a region's export, where towns are added up: fewer columns, and months for days.
_TOWN = {
    "town": "the town, as its settings name it",
    "month": "month, town time; other: of a month with fewer than k people in its group",
}
REGION: dict[str, tuple[str, ...]] = {
    "calls": ("nature", "care", "arrived", "clinician"),
    "referrals": ("need", "handoff", "status", "days_to_accepted"),
    "follow_ups": ("kind", "attempts", "reached", "closed", "days_late"),
}
REGION_ORDER = {
    "calls": ("age_band", "sex", "nature", "month"),
    "referrals": ("age_band", "sex", "need", "month"),
    "follow_ups": ("age_band", "sex", "kind", "month"),
}
NUMBERS = frozenset({"attempts", "days_late", "days_to_accepted"})


def of_region(table: str) -> dict[str, str]:
    """Return the columns of a table of a region's export, each with its meaning."""
    own = {name: TABLES[table][name] for name in REGION[table]}
    return {**_TOWN, **_PERSON, **_AGE_BAND, **_SEX, **own}


def type_of(column: str) -> str:
    """Return what a column of a region's export holds: text, number or yes/no."""
    return "number" if column in NUMBERS else "yes/no" if column in YES_NO else "text"


def of_table(table: str, *, hours: bool) -> dict[str, str]:
    """Return the columns to write for a table, each with its meaning."""
    return {name: text for name, text in TABLES[table].items() if hours or name != "hour"}


def age_band(person: dict[str, Any], last: date) -> str:
    """Return the band of a person's age on the last day; empty when the age is not known."""
    since, age = person["birth_date"], 0
    if not since:
        since, age = person["age_estimated_on"], person["age_estimate"]
    if not since or age is None:
        return AGES[0][1] if person["minor"] else ""
    day = date.fromisoformat(since)
    age += max(0, last.year - day.year - ((last.month, last.day) < (day.month, day.day)))
    return next(band for most, band in AGES if age <= most)
