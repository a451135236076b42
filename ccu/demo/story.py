"""The households the tour is about: calls as dispatch had them, and as officers logged them since.

Days count back from today, so the story is always fresh. Nobody here exists.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ccu.demo.chance import below, pick, source
from ccu.demo.export import Known

UNIT = "12 Main St Apt 3"
COUPLE = "77 Ferry Ln"
GROUP_HOME = "18 Orchard Ln"
SHELTER = "40 Depot Rd"
HOSPITAL = "300 Harbor Rd"
STATION = "2 Railroad Plz"


@dataclass(frozen=True)
class Person:
    """Somebody met on calls: named, described, or (neither) unknown."""

    given: str = ""
    family: str = ""
    description: str = ""


ROWAN = Person("Rowan", "Sample")
JUNO = Person("Juno", "Sample")
WALTER = Person("Walter", "Example")
HARRIET = Person("Harriet", "Example")
COAT = Person(description="man of about 50, grey coat, shopping trolley with a red flag")
TEEN = Person(description="resident, about 16, goes by K")
UNKNOWN = Person()


@dataclass(frozen=True)
class Logged:
    """One care call as an officer logged it after the visit."""

    days: int  # before today
    clock: str
    address: str
    nature: str
    dispositions: str  # codes, space-separated, as the other lists
    interventions: str = ""
    dangers: str = "none"
    people: tuple[tuple[Person, str], ...] = ()
    responders: str = "police"  # "clinician" is the embedded one
    minutes: int = 30
    narrative: str = ""


# The flat on Main Street: the calls come closer together, and lately a clinician comes along.
_UNIT_CALLS = (
    Logged(402, "21:10", "12 MAIN ST #3", "disturbance", "resolved", people=((UNKNOWN, "subject"),),
           narrative="Neighbours heard shouting. Quiet on arrival, nobody complains."),
    Logged(297, "23:45", "12 Main Street, Apartment 3", "welfare_check", "resources_given",
           "de_escalation", people=((ROWAN, "subject"),), minutes=35,
           narrative="Rowan had not slept for days. Talked; took the crisis line's card."),
    Logged(171, "02:20", "12 Main St Unit 3", "crisis", "voluntary_transport crisis_team",
           "de_escalation risk_assessment", "injury", ((ROWAN, "subject"), (JUNO, "caller")),
           "police ems", 95, "Cut on the hand from a broken glass. Went to hospital willingly."),
    Logged(84, "19:05", "12 Main St Apt 3", "welfare_check", "resources_given",
           "clinician_phone", people=((ROWAN, "subject"), (JUNO, "caller")), minutes=40,
           narrative="Juno could not reach Rowan. Rowan at home, eating little, no plan to harm."),
    Logged(61, "22:30", "12 MAIN ST #3", "crisis", "crisis_team safety_plan",
           "de_escalation clinician_scene risk_assessment safety_plan", "threat",
           ((ROWAN, "subject"),), "police clinician", 80,
           "Speaks more easily with one person than with two. Asked that lights be left off."),
    Logged(33, "20:15", "12 Main St Apt 3", "welfare_check", "current_provider",
           "clinician_scene family_support", "none", ((ROWAN, "subject"), (JUNO, "family")),
           "police clinician", 55, "Appointment kept. Juno asks where to get help herself."),
    Logged(12, "23:10", "12 Main Street Apt. 3", "suicide", "police_exam",
           "de_escalation clinician_scene risk_assessment", "threat",
           ((ROWAN, "subject"), (JUNO, "caller")), "police clinician ems", 120,
           "Examination requested. Went with EMS after an hour's talk with the clinician."),
)  # fmt: skip

# The elderly couple: he walks out at night, she is tired.
_COUPLE_CALLS = (
    Logged(246, "03:40", "77 Ferry Lane", "dementia", "resolved", "transport",
           people=((WALTER, "subject"), (HARRIET, "caller")), minutes=45,
           narrative="Walter found at the ferry landing in slippers. Home, warm, no injury."),
    Logged(133, "04:05", "77 FERRY LN", "dementia", "resources_given", "family_support",
           people=((WALTER, "subject"), (HARRIET, "caller")), minutes=50,
           narrative="Third time by Harriet's own count. Left Human Services' number."),
    Logged(47, "02:55", "77 Ferry Ln", "dementia", "referred", "family_support transport",
           people=((WALTER, "subject"), (HARRIET, "caller")), responders="police human_services",
           minutes=70, narrative="Harriet has not slept through a night for weeks."),
    Logged(19, "16:20", "77 Ferry Ln.", "elder_concern", "current_provider", "family_support",
           people=((HARRIET, "caller"), (WALTER, "subject")), responders="police human_services",
           minutes=40, narrative="Door alarm fitted. Day programme starts next week."),
)  # fmt: skip

_ELSEWHERE_CALLS = (
    Logged(205, "06:30", "2 Railroad Plaza", "unsheltered", "resources_declined", "basic_needs",
           people=((COAT, "subject"),), minutes=20, narrative="Declined a bed, took a blanket."),
    Logged(96, "07:15", "2 RAILROAD PLZ", "unsheltered", "resources_declined",
           "basic_needs peer_support",
           people=((COAT, "subject"),), responders="police provider", minutes=35,
           narrative="Stayed to talk. Prefers to be met at the bench by the ticket machine."),
    Logged(8, "06:50", "2 Railroad Plz", "unsheltered", "shelter courtesy_transport",
           "basic_needs transport", people=((COAT, "subject"),), responders="police human_services",
           minutes=60, narrative="Accepted a bed at the shelter on Depot Road."),
    Logged(6, "07:40", "2 Railroad Plz", "unsheltered", "resources_given", "basic_needs",
           people=((COAT, "subject"),), minutes=20,
           narrative="Left the shelter early, would go back. Coughs."),
    Logged(4, "22:15", "2 RAILROAD PLAZA", "welfare_check", "courtesy_transport", "transport",
           people=((COAT, "subject"),), minutes=30,
           narrative="Cold night. Brought to the shelter."),
    Logged(2, "06:30", "2 Railroad Plz.", "unsheltered", "resources_given", "basic_needs",
           people=((COAT, "subject"),), minutes=15, narrative="Would see a doctor if one came."),
    Logged(118, "18:40", "18 Orchard Lane", "youth_crisis", "resolved", "de_escalation",
           people=((TEEN, "subject"),), minutes=45,
           narrative="Left after a quarrel; back by nine."),
    Logged(26, "21:30", "18 ORCHARD LN", "youth_crisis", "crisis_team",
           "de_escalation clinician_phone",
           "threat", ((TEEN, "subject"),), "police mobile_crisis", 75,
           "Youth mobile crisis came. Staff asks for one contact person in the unit."),
    Logged(40, "15:00", "Main St & Ferry Ln", "welfare_check", "unable_to_locate",
           people=((UNKNOWN, "subject"),), minutes=15, narrative="Nobody there who fits."),
    Logged(5, "11:25", "12 Main St Apt 7", "welfare_check", "no_action", minutes=15,
           narrative="Mail had piled up; away with family."),
)  # fmt: skip

LOGGED = tuple(sorted(_UNIT_CALLS + _COUPLE_CALLS + _ELSEWHERE_CALLS, key=lambda call: -call.days))

SERGEANT, OFFICER, CLINICIAN, INTERN = "s.invented", "a.notreal", "b.placer", "i.sample"
# The unit's accounts: login -> what is known of it, who supervises it among that, and named before
# it. Telephone numbers of 555-01.. belong to nobody.
STAFF = {
    SERGEANT: {"role": "supervisor", "name": "Sgt. Sam Invented", "phone": "203-555-0100"},
    OFFICER: {
        "role": "ccu", "name": "Ofc. Avery Notreal", "phone": "203-555-0101",
        "supervisor": SERGEANT,
    },
    CLINICIAN: {
        "role": "clinician", "name": "Blair Placeholder, LCSW", "agency": "human_services",
        "phone": "203-555-0102", "supervisor": SERGEANT,
    },
    INTERN: {
        "role": "intern", "name": "Indigo Sample", "agency": "human_services",
        "phone": "203-555-0103", "supervisor": CLINICIAN,
    },
}  # fmt: skip

# place, what it is, why it is left out of repeat counts
CATEGORIES = (
    (SHELTER, "shelter", "a shelter: calls there are about different people"),
    (HOSPITAL, "hospital", "a hospital: calls there are about different people"),
    (GROUP_HOME, "group_home", None),
    (STATION, "public", None),
)

FLAG = (
    COUPLE,
    "Use the side door, speak slowly: he hears badly, uniforms upset him",
    "Human Services",
)

AMENDED = next(call for call in LOGGED if call.days == 33)  # the nature is put right later
TWICE = next(call for call in LOGGED if call.days == 40)  # entered twice; one is made void


def moment(now: datetime, days: int, clock: str) -> datetime:
    """A time of day so many days before `now`; days below 0 lie ahead."""
    hour, minute = (int(part) for part in clock.split(":"))
    day = now - timedelta(days=days)
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0, fold=0)


# What dispatch had in the years before: address as typed (unit apart), natures in turn, how many.
_DISPATCHED = (
    ("1", "12 MAIN ST", "APT 3", ("NOISE COMPLAINT", "WELFARE CHECK", "DISTURBANCE"), 5),
    ("1", "12 MAIN STREET", "#1", ("NOISE COMPLAINT",), 2),
    ("1", "12 Main St", "Apt 4B", ("MEDICAL ASSIST", "WELFARE CHECK"), 3),
    ("1", "12 MAIN ST", "", ("BURGLAR ALARM", "PARKING COMPLAINT"), 3),
    ("2", "77 FERRY LN", "", ("MEDICAL ASSIST", "ELDER CONCERN"), 4),
    ("3", "18 ORCHARD LN", "", ("MISSING PERSON", "JUVENILE IN CRISIS", "DISTURBANCE"), 11),
    (
        "4",
        "40 DEPOT RD; HARBOR HOUSE",
        "",
        ("PERSON IN CRISIS", "DISTURBANCE", "MEDICAL ASSIST"),
        8,
    ),
    ("4", "40 DEPOT RD", "", ("INTOXICATED PERSON", "UNSHELTERED PERSON", "TRESPASS"), 12),
    ("2", "300 HARBOR RD", "", ("DISTURBANCE", "MISSING PERSON", "CITIZEN ASSIST"), 12),
    ("4", "2 RAILROAD PLZ", "", ("UNSHELTERED PERSON", "INTOXICATED PERSON", "TRESPASS"), 8),
)


def dispatched(now: datetime, seed: int) -> Iterator[Known]:
    """The story's places in the dispatch export, spread over the years before officers logged."""
    random = source(seed, "story")
    for beat, address, unit, natures, count in _DISPATCHED:
        for number in range(count):
            day = now.replace(tzinfo=None, microsecond=0) - timedelta(days=20 + below(random, 1000))
            moment = day.replace(
                hour=pick(random, (1, 9, 13, 17, 20, 22, 23)), minute=below(random, 60)
            )
            yield moment, natures[number % len(natures)], "", (beat, address, unit)
