"""The unit's other cases: people drawn at random, as command lines like those of the story.

A town of BASE calls or fewer has the households of story.txt alone; a larger one has one person
more for every PER_PERSON calls, at most MOST. Nobody here exists, as the names show.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from ccu.demo import town
from ccu.demo.story import Line
from ccu.demo.town import TABLES, Weighted, below, pick, source, zipf

BASE, PER_PERSON, MOST = 600, 18, 400
DAYS = 3 * 365
LATE_DAYS = 6
PART = 2  # the part of story.txt with the other households: after its staff and providers
OFFICER, CLINICIAN, TEAM = "a.notreal", "b.placer", "t.madeup"
NOTES = "Talked with the person and left the unit's card."

_GIVEN, _FAMILY = TABLES["given"].split(), TABLES["family"].split()
_CASES = TABLES["cases"]
_NATURES = Weighted((name, each["weight"]) for name, each in _CASES["natures"].items())
_ENDS, _GRAVE_ENDS, _HAZARDS, _HANDOFFS = (
    Weighted(_CASES[name]) for name in ("ends", "grave_ends", "hazards", "handoffs")
)
_TEAMS = Weighted((each["who"], each["weight"]) for each in _CASES["teams"])

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
        nature = _NATURES.draw(random)
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
        lead, responders = _TEAMS.draw(random)
        grave = nature in ("suicide", "overdose")
        end = (_GRAVE_ENDS if grave and random.random() < 0.6 else _ENDS).draw(random)
        label = f"call.case{self._number}.{turn}"
        minutes = 15 + below(random, 75)
        logged = moment + timedelta(minutes=minutes)
        told_by = pick(random, ("911", "911", "988", "officer"))
        danger = _HAZARDS.draw(random)
        asked = "" if danger in ("violence", "weapon") else "no-"
        words = [
            f"log-call --source {told_by} --lead {lead}",
            f"--when {{{self._when(moment)}}} --address \"{self._address}\" --nature {nature}",
            f"--minutes {minutes} --cleared {{{self._when(logged)}}} --disposition {end}",
            f"--danger {danger} --{'' if danger == 'violence' else 'no-'}force-used",
            f"--{'' if danger == 'injury' else 'no-'}injury",
            *(f"--responder {each}" for each in responders.split()),
            f"--{asked}backup-asked --{asked}backup-arrived",
            f"--intervention {pick(random, _CASES['interventions'])}",
            f"--person {{{self._label}}} --note-file -",
        ]  # fmt: skip
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
        need, provider = pick(random, _CASES["natures"][nature]["needs"])
        handoff = _HANDOFFS.draw(random)
        label = f"referral.case{self._number}.{turn}"
        owner = pick(random, (CLINICIAN, CLINICIAN, TEAM, OFFICER))
        made = (
            f'refer {{{call}}} --person {{{self._label}}} --need {need} --to "{provider}"'
            f" --handoff {handoff} --owner {owner}"
        )
        if handoff.startswith("warm"):
            made += f" --handoff-minutes {10 + below(random, 25)}"
        yield self._line(moment + timedelta(minutes=5), OFFICER, made, label)
        connected = below(random, 10) < _CASES["connected"][handoff]
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
            ("accepted", "in_progress", "service_received")
            if connected
            else (pick(random, _CASES["lost"]),)
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
