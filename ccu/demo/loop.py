"""What became of the households of the story: whom they were referred to, who tried what, when.

Days count back from today, as in story.py; days below 0 lie ahead. Nobody here exists.
"""

from dataclasses import dataclass
from typing import TypeAlias

from ccu.demo.story import (
    CLINICIAN,
    COAT,
    HARRIET,
    INTERN,
    JUNO,
    OFFICER,
    ROWAN,
    TEEN,
    WALTER,
    Person,
)

When: TypeAlias = tuple[int, str]  # days before today, and the clock


@dataclass(frozen=True)
class Provider:
    """Somebody who can help; verified so many days ago."""

    name: str
    needs: str  # codes, space-separated
    phone: str
    verified: int
    capacity: str = "open"
    before: str | None = None  # the capacity until then
    hours: str = "Mon-Fri 9-5"
    eligibility: str = ""
    agency: str = "provider"


@dataclass(frozen=True)
class Step:
    """A step of a referral's status."""

    when: When
    status: str
    reason: str | None = None
    by: str = CLINICIAN


@dataclass(frozen=True)
class Try:
    """A try at whatever is due first of a referral, and when to try again."""

    when: When
    result: str
    again: When | None = None
    minutes: int = 5
    kind: str | None = None  # of what comes next
    by: str = CLINICIAN


@dataclass(frozen=True)
class Sign:
    """The supervisor's signature under what the intern did."""

    when: When
    by: str = CLINICIAN


@dataclass(frozen=True)
class Referred:
    """A referral from the call so many days ago, and what came after it."""

    when: When
    call: int
    person: Person
    need: str
    to: str
    handoff: str
    then: tuple[Step | Try | Sign, ...] = ()
    minutes: int | None = None
    parties: str = ""
    owner: str = CLINICIAN
    by: str = OFFICER
    again: bool = False  # comes after the one told before it


@dataclass(frozen=True)
class Assigned:
    """Somebody works with a person from this day on."""

    when: When
    person: Person
    worker: str


@dataclass(frozen=True)
class Due:
    """Something put on the list by hand."""

    when: When
    kind: str
    due: When
    person: Person | None = None
    call: int | None = None
    owner: str = CLINICIAN


@dataclass(frozen=True)
class Asked:
    """An officer's question to the clinician about a call."""

    when: When
    call: int
    minutes: int


@dataclass(frozen=True)
class Assessed:
    """A needs assessment; the referral after it, if any, is for what is lacking."""

    when: When
    call: int
    person: Person
    answers: str  # need=state, space-separated
    referred: Referred


CLINIC, RECOVERY, HOUSE = "Shoreline Clinic", "Beacon Recovery", "Harbor House"
DAY, COUNSELING, SERVICES = "Lantern Day Program", "Tidewater Counseling", "Human Services Desk"
FAMILIES, YOUTH = "Northstar Families", "Compass Youth Team"

PROVIDERS = (
    Provider(HOUSE, "shelter housing food", "203-555-0110", 20, hours="Every day, doors 5 pm"),
    Provider(COUNSELING, "mh_outpatient mh_medication", "203-555-0111", 40, "waitlist",
             eligibility="Adults; most insurance, sliding fee"),
    Provider(SERVICES, "elder_services care_navigation benefits housing", "203-555-0112", 10,
             eligibility="Residents", agency="human_services"),
    Provider(DAY, "elder_services social_connection", "203-555-0113", 60,
             eligibility="60 and over"),
    Provider(RECOVERY, "detox addiction_outpatient", "203-555-0114", 300, "full", "open",
             hours="Day and night"),
    Provider(FAMILIES, "youth_family social_connection", "203-555-0115", 100, "ask_first"),
    Provider(YOUTH, "mh_crisis youth_family", "203-555-0116", 15, hours="Every day 6 am - 10 pm",
             eligibility="Under 18", agency="mobile_crisis"),
    Provider(CLINIC, "primary_care", "203-555-0117", 30, eligibility="No insurance needed"),
)  # fmt: skip

_UNIT = (
    Referred((171, "04:30"), 171, ROWAN, "mh_outpatient", COUNSELING, "written", (
        Try((170, "12:00"), "not_reached", (168, "12:00"), by=OFFICER),
        Try((168, "12:10"), "no_response", by=OFFICER),
        Try((164, "12:00"), "no_response", by=OFFICER),
        Step((163, "09:00"), "unable_to_contact", by=OFFICER),
    ), owner=OFFICER),
    Asked((84, "19:30"), 84, 12),
    Assigned((84, "20:30"), ROWAN, OFFICER),
    Referred((60, "09:00"), 61, ROWAN, "mh_outpatient", COUNSELING, "warm_in_person", (
        Try((59, "08:30"), "not_reached", (58, "17:00")),
        Try((58, "17:00"), "reached", minutes=20),
        Step((56, "11:00"), "accepted"),
        Try((53, "08:40"), "reached", (33, "10:00"), minutes=15),
        Step((40, "09:00"), "in_progress"),
        Try((33, "09:45"), "reached", (30, "10:00"), minutes=10),
        Try((30, "09:20"), "reached", (9, "12:00"), minutes=25),
        Try((9, "11:00"), "hospital", (-1, "10:00"), kind="visit", minutes=10),
    ), minutes=25, parties="clinician, intake worker"),
    Assigned((58, "17:30"), ROWAN, CLINICIAN),
    Referred((33, "21:40"), 33, JUNO, "social_connection", FAMILIES, "direct_notice", (
        Try((32, "17:30"), "left_message", (29, "17:30"), by=OFFICER),
        Try((29, "17:20"), "no_response", by=OFFICER),
        Try((26, "18:00"), "left_message", (19, "18:00"), by=OFFICER),
        Try((19, "17:50"), "not_reached", (3, "17:00"), by=OFFICER),
    ), owner=OFFICER),
    Due((11, "02:00"), "safety_check", (0, "20:30"), call=12, owner=OFFICER),
)  # fmt: skip

_COUPLE = (
    Referred((133, "05:30"), 133, WALTER, "elder_services", DAY, "information_only", (
        Try((132, "12:00"), "left_message", (130, "12:00"), by=OFFICER),
        Try((130, "12:00"), "no_response", by=OFFICER),
        Try((126, "12:00"), "no_response", by=OFFICER),
        Step((112, "09:00"), "expired", "provider_silent", by=OFFICER),
    ), owner=OFFICER),
    Referred((47, "04:40"), 47, WALTER, "elder_services", DAY, "warm_by_phone", (
        Try((47, "14:00"), "third_party", (46, "10:00"), minutes=20),
        Try((46, "09:30"), "reached", minutes=20, kind="visit"),
        Step((45, "11:00"), "accepted"),
        Try((40, "02:00"), "reached", (14, "10:00"), minutes=45),
        Step((14, "09:30"), "in_progress"),
        Try((14, "09:40"), "reached", (10, "10:00"), minutes=15),
        Step((11, "16:00"), "service_received"),
    ), minutes=15, parties="officer, wife, day program", again=True),
    Assigned((45, "11:30"), WALTER, CLINICIAN),
    Due((11, "16:10"), "visit", (-3, "10:00"), person=WALTER),
    Referred((19, "17:40"), 19, HARRIET, "care_navigation", SERVICES, "direct_notice", (
        Try((18, "11:00"), "reached", minutes=30),
        Try((12, "10:30"), "left_message", (-2, "11:00")),
    )),
)  # fmt: skip

_ELSEWHERE = (
    Referred((96, "08:20"), 96, COAT, "detox", RECOVERY, "information_only", (
        Try((95, "08:00"), "refused", by=OFFICER),
        Step((95, "08:05"), "declined", by=OFFICER),
    ), owner=OFFICER),
    Asked((26, "22:50"), 26, 8),
    Referred((26, "23:10"), 26, TEEN, "youth_family", FAMILIES, "written", (
        Try((25, "11:00"), "third_party", (24, "11:00"), by=INTERN),
        Step((22, "10:00"), "rejected", "no_capacity"),
    ), owner=INTERN),
    Referred((22, "10:30"), 26, TEEN, "youth_family", YOUTH, "warm_by_phone", (
        Step((21, "09:00"), "accepted"),
        Try((21, "10:00"), "reached", minutes=30, by=INTERN),
        Sign((20, "09:00")),
        Try((15, "10:15"), "reached", (-1, "10:00"), minutes=40, by=INTERN),
        Sign((14, "09:00")),
        Step((14, "09:10"), "in_progress"),
        Try((1, "16:00"), "reached", (-6, "16:00"), minutes=30, by=INTERN),
    ), minutes=10, owner=INTERN, by=CLINICIAN, again=True),
    Assigned((21, "10:30"), TEEN, INTERN),
    Referred((8, "08:15"), 8, COAT, "shelter", HOUSE, "warm_in_person", (
        Step((8, "09:00"), "accepted"),
        Try((7, "07:30"), "reached", minutes=15),
    ), minutes=20, parties="officer, shelter desk"),
    Assessed((7, "07:40"), 8, COAT,
             "shelter=has food=has primary_care=lacks benefits=lacks detox=declined housing=lacks",
             Referred((1, "19:30"), 8, COAT, "primary_care", CLINIC, "written", by=CLINICIAN)),
    Asked((3, "16:20"), 8, 10),
)  # fmt: skip

TOLD = _UNIT + _COUPLE + _ELSEWHERE
