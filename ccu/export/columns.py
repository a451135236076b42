"""The tables of an export: their columns, each with its meaning, and what is left out of all."""

AGES = ((17, "0-17"), (24, "18-24"), (34, "25-34"), (44, "35-44"), (54, "45-54"), (64, "55-64"),
        (74, "65-74"), (84, "75-84"), (999, "85+"))  # fmt: skip
COMMON = 11  # calls that a beat or a building needs to be told apart from others

_PERSON = {
    "person": "pseudonym of the person, the same in every file of this export and in no other",
    "age_band": "age in years on the last day of the period, in bands",
    "sex": "male, female or other, as recorded",
}
_CALL = {"call": "pseudonym of the call, the same in every file of this export and in no other"}
_REFERRAL = {"referral": "pseudonym of the referral, the same in every file of this export"}

TABLES: dict[str, dict[str, str]] = {
    "calls": {
        **_CALL,
        "day": "day of the call, town time",
        "nature": "code of the nature in force",
        "care": "whether it was a care call (yes, no)",
        "beat": f"beat or district; only one with {COMMON} calls or more in this export",
        "place": f"pseudonym of the building; only one with {COMMON} calls or more in this export",
        "source": "code of how the call came",
        "crisis_kind": "code of the kind of crisis, as it appeared",
        "lead_agency": "code of the agency in the lead",
        "subjects": "how many people were met as its subject",
        **_PERSON,
        "dangers": "codes of the danger screen, a space between; none: screened and none found",
        "interventions": "codes of what was done, a space between",
        "dispositions": "codes of how it ended, a space between",
        "arrived": "codes of the agencies that arrived, a space between",
        "clinician": "whether a clinician arrived",
        "backup_asked": "whether back-up was asked for",
        "backup_arrived": "whether back-up arrived",
        "force_used": "whether force was used",
        "injury": "whether somebody was injured",
        "minutes": "minutes on scene, all responders together",
    },
    "referrals": {
        **_REFERRAL,
        **_CALL,
        "day": "day it was made, town time",
        "need": "code of the need",
        **_PERSON,
        "provider": "number of the provider in this town's list",
        "handoff": "code of how the person was passed over",
        "handoff_minutes": "minutes to the hand-off",
        "status": "code of where it stood when this was written",
        "again": "whether it followed an earlier referral",
        "days_to_accepted": "whole days until it was first accepted",
    },
    "follow_ups": {
        "follow_up": "pseudonym of the follow-up",
        **_REFERRAL,
        **_CALL,
        "day": "day it was due, town time",
        "kind": "code of what was due",
        **_PERSON,
        "attempts": "tries at it",
        "result": "code of the last try's result",
        "reached": "whether any try reached the person",
        "closed": "whether it is closed",
        "days_late": "whole days from due to closed; below 0: before it was due",
    },
    "people": {
        **_PERSON,
        "housing": "code of the housing, as recorded last",
        "calls": "calls of the period with this person as a subject",
        "referrals": "referrals made for this person in the period",
        "follow_ups": "follow-ups of this person that were due in the period",
    },
}

# What makes a table's cells, in the order in which it is taken from rows in small ones.
ORDER = {
    "calls": ("beat", "age_band", "sex", "nature", "day"),
    "referrals": ("age_band", "sex", "need", "day"),
    "follow_ups": ("age_band", "sex", "kind", "day"),
    "people": ("housing", "age_band", "sex"),
}
YES_NO = frozenset({
    *("care", "clinician", "backup_asked", "backup_arrived", "force_used", "injury"),
    *("again", "reached", "closed"),
})  # fmt: skip
PSEUDONYMS = ("call", "referral", "follow_up", "person", "place")
HOUR = "hour of the call, town time, 00 to 23"

REMOVED = (
    "names, aliases, descriptions",
    "birth dates (an age band stands instead)",
    "phone numbers, e-mail and home addresses",
    "places (a pseudonym of busy buildings stands instead)",
    "narratives, notes and reasons",
    "incident numbers and the numbers of calls, referrals, follow-ups and people",
    "the dispatch system's own words",
    "staff",
    "language and veteran status",
    "voided calls, referrals entered in error, sealed records",
    "referrals to 42 CFR Part 2 programs, and their follow-ups",
)
