"""The unit's other cases: people drawn at random, as command lines like those of the story.

A town of BASE calls or fewer has the households of story.txt alone; a larger one has one person
more for every PER_PERSON calls, at most MOST. Nobody here exists, as the names show.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from ccu.demo import town
from ccu.demo.chance import Weighted, below, pick, source, zipf
from ccu.demo.story import Line

BASE, PER_PERSON, MOST = 600, 18, 400
DAYS = 3 * 365
LATE_DAYS = 6
PART = 2  # the part of story.txt with the other households: after its staff and providers
OFFICER, CLINICIAN, TEAM = "a.notreal", "b.placer", "t.madeup"
NOTES = "Talked with the person and left the unit's card."

# 62 given and 13 family names, without a common factor: every pair is met once before one returns.
_GIVEN = """
Abel Ada Alma Amos Ana Arlo Asa Basil Bea Beau Bela Cleo Clem Cora Dale Della Dora Edie Elio Elsa
Enid Ezra Faye Finn Flora Gil Greta Hal Hope Ida Ines Ivor Jude June Kit Lena Leo Lida Lou Luz Mabel
Marc Milo Mina Nell Nico Noor Olga Omar Opal Otis Pia Quinn Ray Rhea Rosa Ruth Saul Sy Tess Theo Una
""".split()
_FAMILY = """
Sample Example Notreal Placeholder Invented Fictive Madeup Pretend Testcase Mockname Nobody
Imaginary Unreal
""".split()
# nature -> weight, where it leads: need and the provider of story.txt
_NATURES = {
    "welfare_check": 34, "crisis": 22, "substance": 9, "suicide": 7, "overdose": 5,
    "unsheltered": 8, "elder_concern": 8, "youth_crisis": 4, "hoarding": 3,
}  # fmt: skip
_NEEDS = {
    "welfare_check": (
        ("care_navigation", "Human Services Desk"),
        ("primary_care", "Shoreline Clinic"),
    ),
    "crisis": (
        ("mh_outpatient", "Tidewater Counseling"),
        ("mh_medication", "Tidewater Counseling"),
    ),
    "substance": (("detox", "Beacon Recovery"), ("addiction_outpatient", "Beacon Recovery")),
    "suicide": (("mh_outpatient", "Tidewater Counseling"),),
    "overdose": (("addiction_outpatient", "Beacon Recovery"),),
    "unsheltered": (("shelter", "Harbor House"), ("housing", "Harbor House")),
    "elder_concern": (("elder_services", "Lantern Day Program"),),
    "youth_crisis": (("youth_family", "Northstar Families"),),
    "hoarding": (("housing", "Human Services Desk"),),
}  # fmt: skip
_ENDS = {
    "resources_given": 30, "resolved": 22, "referred": 14, "current_provider": 8,
    "voluntary_transport": 9, "resources_declined": 7, "unable_to_locate": 3, "arrest_diverted": 2,
    "crisis_team": 3, "arrest": 1,
}  # fmt: skip
_GRAVE_ENDS = {"police_exam": 45, "voluntary_transport": 35, "safety_plan": 20}
_HELP = (
    "de_escalation", "risk_assessment", "safety_plan", "family_support", "basic_needs",
    "peer_support",
)  # fmt: skip
_DANGER = {"none": 86, "threat": 5, "violence": 3, "weapon": 2, "injury": 4}
# Who comes: the lead agency, the responders, weight. In the last case the civilian team is alone.
_TEAMS: dict[tuple[str, str], float] = {
    ("police", "police"): 38,
    ("police", "police human_services+clinician"): 34,
    ("police", "police ems"): 12,
    ("human_services", "human_services+clinician"): 16,
}
# handoff -> weight, and of ten referrals so many that a first engagement follows
_HANDOFFS = {"warm_in_person": 30, "warm_by_phone": 22, "direct_notice": 22, "written": 26}
_CONNECTED = {"warm_in_person": 7, "warm_by_phone": 6, "direct_notice": 5, "written": 3}
_LOST = (
    "declined", "unable_to_contact", "rejected --reason no_capacity",
    "expired --reason provider_silent",
)  # fmt: skip

_Timed = tuple[datetime, Line]


def people_for(calls: int) -> int:
    """Return how many people the unit knows beside those of the story."""
    return min(max(0, calls - BASE) // PER_PERSON, MOST)


def cases(calls: int, now: datetime, seed: int) -> list[Line]:
    """Return the command lines of every case, ready to be run among those of story.txt."""
    count = people_for(calls)
    found = list(_staff()) if count else []
    for number in range(count):
        case = _Case(number, source(seed, f"case {number}"), now, town.streets_for(calls))
        found += [line for moment, line in case.lines() if moment < now]
    return found


def _staff() -> Iterator[Line]:
    command = (
        f'staff add {TEAM} --role clinician --agency human_services --name "Terry Madeup, MSW"'
        " --phone 203-555-0104 --supervisor s.invented"
    )
    yield Line(0, "496 09:00", "admin", "", command)


class _Case:
    """One person: when and where the unit met them, and what followed each call."""

    def __init__(self, number: int, random: Random, now: datetime, streets: int) -> None:
        self._name = _GIVEN[number % len(_GIVEN)], _FAMILY[number % len(_FAMILY)]
        self._label = f"person.case{number}"
        self._number = number
        self._random = random
        self._now = now
        rank = 12 + zipf(random, 900)
        _beat, address, unit = town.typed(random, rank, streets)
        self._address = f"{address} {unit}".strip()

    def lines(self) -> Iterator[_Timed]:
        """Yield the command lines of the case in order of time, past and future."""
        random = self._random
        # The later years have more: the unit grew.
        moment = self._now - timedelta(
            days=1 + int(DAYS * random.random() ** 1.4), hours=below(random, 24)
        )
        met = 1 + zipf(random, 4)
        nature = Weighted(_NATURES).draw(random)
        yield self._line(moment, OFFICER, "person add --file -", self._label, self._about())
        for turn in range(met):
            yield from self._call(turn, moment, nature)
            # Calls come closer together, or end.
            moment += timedelta(days=5 + below(random, 160), hours=below(random, 24))

    def _about(self) -> str:
        given, family = self._name
        random = self._random
        text = f"given: {given}\nfamily: {family}\n"
        if random.random() < 0.85:
            born = 1938 + below(random, 72)
            text += f"born: {born}-{1 + below(random, 12):02}-{1 + below(random, 28):02}\n"
        text += f"sex: {pick(random, ('male', 'female', 'male', 'female', 'other'))}\n"
        if random.random() < 0.7:
            text += f"housing: {pick(random, ('housed', 'housed', 'housed', 'unsheltered'))}\n"
        return text

    def _call(self, turn: int, moment: datetime, nature: str) -> Iterator[_Timed]:
        random = self._random
        lead, responders = Weighted(_TEAMS).draw(random)
        grave = nature in ("suicide", "overdose")
        end = Weighted(_GRAVE_ENDS if grave and random.random() < 0.6 else _ENDS).draw(random)
        label = f"call.case{self._number}.{turn}"
        minutes = 15 + below(random, 75)
        words = [
            f"log-call --source {pick(random, ('911', '911', '988', 'officer'))} --lead {lead}",
            f"--when {{{self._when(moment)}}} --address \"{self._address}\" --nature {nature}",
            f"--minutes {minutes} --danger {Weighted(_DANGER).draw(random)} --disposition {end}",
            *(f"--responder {each}" for each in responders.split()),
            f"--intervention {pick(random, _HELP)} --person {{{self._label}}} --note-file -",
        ]  # fmt: skip
        logged = moment + timedelta(minutes=minutes)
        yield self._line(logged, OFFICER, " ".join(words), label, NOTES)
        if end not in ("unable_to_locate", "resources_declined") and random.random() < 0.7:
            yield from self._referral(turn, logged, nature, label)
        elif random.random() < 0.8:
            decided = (
                f"call decide {{{label}}} --no-action {pick(random, ('resolved', 'declined'))}"
            )
            yield self._line(logged + timedelta(minutes=9), OFFICER, decided)

    def _referral(self, turn: int, moment: datetime, nature: str, call: str) -> Iterator[_Timed]:
        random = self._random
        need, provider = pick(random, _NEEDS[nature])
        handoff = Weighted(_HANDOFFS).draw(random)
        label = f"referral.case{self._number}.{turn}"
        owner = pick(random, (CLINICIAN, CLINICIAN, TEAM, OFFICER))
        made = (
            f'refer {{{call}}} --person {{{self._label}}} --need {need} --to "{provider}"'
            f" --handoff {handoff} --owner {owner}"
        )
        if handoff.startswith("warm"):
            made += f" --handoff-minutes {10 + below(random, 25)}"
        yield self._line(moment + timedelta(minutes=5), OFFICER, made, label)
        connected = below(random, 10) < _CONNECTED[handoff]
        length = timedelta(days=9 + below(random, 32))  # of the referral, until its last status
        result = "reached" if connected else "no_response"
        done = f"follow-up done {{due {label}}} --minutes {5 + below(random, 25)} --result {result}"
        tried = moment + timedelta(hours=6 + below(random, 17) + 30 * (random.random() < 0.2))
        while tried < moment + length:
            # The unit is behind with some of its latest follow-ups.
            if tried < self._now - timedelta(days=LATE_DAYS) or random.random() < 0.7:
                yield self._line(tried, owner, done)
            elif connected:
                return
            tried += timedelta(days=6, hours=below(random, 12))
            if not connected and tried - moment > timedelta(days=8):
                break
        steps = (
            ("accepted", "in_progress", "service_received") if connected else (pick(random, _LOST),)
        )
        for count, status in enumerate(steps, start=1):
            later = moment + length * (count / len(steps))
            yield self._line(later, owner, f"referral update {{{label}}} --status {status}")

    def _when(self, moment: datetime) -> str:
        return f"{(self._now.date() - moment.date()).days} {moment:%H:%M}"

    def _line(
        self, moment: datetime, login: str, command: str, label: str = "", typed: str = ""
    ) -> _Timed:
        return moment, Line(PART, self._when(moment), login, label, command, typed)
