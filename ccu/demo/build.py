"""Make the demo file: import a dispatch export, run the story, call back everyone; show screens.

The unit's other cases are people drawn at random, as command lines like those of the story. A town
of BASE calls or fewer has the households of story.txt alone; a larger one has one person more for
every PER_PERSON calls, at most MOST. Nobody here exists, as the names show.
"""

import os
import re
import shlex
import sqlite3
import tempfile
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from ccu import access, first_file, installation
from ccu.demo import store, story, town
from ccu.demo.story import Line
from ccu.demo.town import TABLES, Weighted, below, pick, source, zipf
from ccu.output import emit_line
from ccu.records import staff_list, town_decisions
from ccu.session import Session

BASE, PER_PERSON, MOST = 600, 18, 400
DAYS = 3 * 365
LATE_DAYS = 6
PART = 2  # the part of story.txt with the other households: after its staff and providers
OFFICER, CLINICIAN, TEAM = "a.notreal", "b.placer", "t.madeup"
NOTES = "Talked with the person and left the unit's card."

_GIVEN, _FAMILY = TABLES["given"].split(), TABLES["family"].split()
_LANGUAGES = ("English", "English", "Spanish", "", "English", "Portuguese", "English")
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
    found: list[Line] = []
    for number in range(people_for(calls)):
        case = _Case(number, source(seed, f"case {number}"), now, town.streets_for(calls))
        found += [line for moment, line in case.lines() if moment < now]
    return found


class _Case:
    """One person: when and where the unit met them, and what followed each call."""

    def __init__(self, number: int, random: Random, now: datetime, streets: int) -> None:
        self._name = _GIVEN[number % len(_GIVEN)], _FAMILY[number % len(_FAMILY)]
        self._label = f"person.case{number}"
        self._number = number
        self._random = random
        self._now = now
        _beat, address, unit = town.typed(random, 12 + zipf(random, 900), streets)
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
            helped = turn * 2 + 1 >= met  # calls come closer together until then, and rarely after
            yield from self._call(turn, moment, nature, helped)
            gap = 10 + below(random, 230) if helped else 5 + below(random, 100)
            moment += timedelta(days=gap, hours=below(random, 24))

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
        language = _LANGUAGES[self._number % len(_LANGUAGES)]
        return text + (f"language: {language}\n" if language else "")

    def _call(self, turn: int, moment: datetime, nature: str, helped: bool) -> Iterator[_Timed]:
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
        if random.random() < 0.2 and "clinician" not in responders:
            asked_by_phone = f"consult add --call {{{label}}} --clinician {CLINICIAN}"
            yield self._line(logged, OFFICER, f"{asked_by_phone} --minutes {5 + below(random, 20)}")
        likely = 0.75 if helped else 0.4
        if end not in ("unable_to_locate", "resources_declined") and random.random() < likely:
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
        lost = pick(random, _CASES["lost"])
        result = "reached" if connected or lost != "unable_to_contact" else "no_response"
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
        steps = ("accepted", "in_progress", "service_received") if connected else (lost,)
        for count, status in enumerate(steps, start=1):
            later = moment + length * (count / len(steps))
            yield self._line(later, owner, f"referral edit {{{label}}} --status {status}")

    def _when(self, moment: datetime) -> str:
        return f"{(self._now.date() - moment.date()).days} {moment:%H:%M}"

    def _line(
        self, moment: datetime, login: str, command: str, label: str = "", typed: str = ""
    ) -> _Timed:
        return moment, Line(PART, self._when(moment), login, label, command, typed)


# ---------------------------------------------------------------- the file


LAYOUT = "demo"
WIDTH = 78  # of sentences and command lines
OPEN_DAYS = 3  # calls back to the care calls of the last days are still to be made


@dataclass
class Town:
    """The demo town while it is being made. `run` runs a command line of the story."""

    session: Session
    calls: int
    seed: int
    run: story.Run
    numbers: dict[str, int] = field(default_factory=dict)  # label in the story -> record's number


def build(session: Session, calls: int, seed: int, run: story.Run) -> Town:
    """Make the town in the session's new file. Raises InvalidInput when there is one already."""
    key = session.path.with_name(session.path.name + ".audit-key")
    made_before = os.path.lexists(key)
    with first_file.creating(session) as connection:
        _settle(connection)
    try:
        made = Town(session, calls, seed, run)
        store.do_not_wait_for_the_disk(session.db)
        for step in STEPS:
            step(made)
        session.close()  # the tour's commands open the file themselves, one after another
        return made
    except BaseException:  # Ctrl-C too: half a town would mislead
        session.close()
        for suffix in ("", "-wal", "-shm"):
            session.path.with_name(session.path.name + suffix).unlink(missing_ok=True)
        if not made_before:
            key.unlink(missing_ok=True)
        raise


def _settle(connection: sqlite3.Connection) -> None:
    staff_id = staff_list.add(connection, access.login(installation.account()), "admin")
    chosen = {"town": town.TOWN, "state": town.STATE, "timezone": town.ZONE, **town.TABLES["rates"]}
    for name, value in chosen.items():
        town_decisions.change_setting(connection, staff_id, name, value)


def import_dispatch(made: Town) -> None:
    """Import three years of dispatch records, as `ccu import` does."""
    folder = made.session.path.absolute().parent  # the same disk: a million rows are 130 MB
    with tempfile.TemporaryDirectory(prefix=".ccu-demo-", dir=folder) as temporary:
        file = write_export(made.session, made.calls, made.seed, Path(temporary))
        from ccu.imports.dispatch import layout
        from ccu.imports.dispatch import run as cad

        cad.import_file(made.session, file, layout.load(LAYOUT))


def write_export(session: Session, calls: int, seed: int, folder: Path) -> Path:
    """Write the town's dispatch export: all calls but those the unit logs by hand."""
    file = folder / "marshport-cad.csv"
    by_hand = story.logged_calls(story_lines(session, calls, seed))
    known = list(story.dispatched(session.now, seed))
    rows = town.export_rows(max(len(known), calls - by_hand), session.now, seed, known, by_hand)
    town.write_export(file, rows)
    return file


def story_lines(session: Session, calls: int, seed: int) -> list[story.Line]:
    """Return what the unit typed: the households of the tour, and its other cases."""
    return [*story.lines(), *cases(calls, session.now, seed)]


def tell_story(made: Town) -> None:
    """Run the command lines of the unit."""
    lines = story_lines(made.session, made.calls, made.seed)
    made.numbers = story.tell(made.session, lines, made.run)


def call_back(made: Town) -> None:
    """Add a call back the day after each imported care call; those of the last days stay open."""
    owners = (made.numbers["staff.clinician"], made.numbers["staff.officer"])
    since = made.session.now - timedelta(days=OPEN_DAYS)
    with made.session.writing() as connection:
        store.add_calls_back(connection, owners, since)
        store.add_answers(connection)


STEPS: tuple[Callable[[Town], None], ...] = (import_dispatch, tell_story, call_back)


# ---------------------------------------------------------------- the tour


def show(made: Town, run: Callable[[Sequence[str]], None]) -> None:
    """Print the complete tour. `run` gets the words after `ccu`."""
    session = made.session
    _say(
        f"{town.TOWN}, {town.STATE}, is an invented town; nobody in it is real."
        " Three years of its dispatch records were imported; for the last year its Community Care"
        " Unit has logged its own calls, referred people and followed up."
        f" Today is {session.today:%A, %Y-%m-%d}."
    )
    with tempfile.TemporaryDirectory(prefix="ccu-demo-") as folder:
        export = write_export(session, made.calls, made.seed, Path(folder))
        for sentence, words in _stops(made):
            _say(sentence)
            for line in _typed(("ccu", *words)):
                emit_line(line)
            emit_line("")
            # The file is elsewhere: what is printed is what a reader would type.
            run([str(export) if word == export.name else word for word in words])
    _say("That was the tour. The file is kept; look around in it:")
    for line in _typed(("ccu", "--db", str(session.path), "history", "--address", story.COUPLE)):
        emit_line(line)


def _stops(made: Town) -> Iterator[tuple[str, list[str]]]:
    """Yield the sentence and the words of the command line of each screen of tour.txt."""
    known: dict[str, object] = {**made.numbers, "month": f"{made.session.today:%Y-%m}"}
    known["call.tour"] = made.numbers["call.twice"] + 1
    for stop in town.text("tour.txt").split("\n\n")[1:]:
        sentence, line = stop.strip().split("\n")
        filled = re.sub(r"\{(.+?)\}", lambda label: str(known[label[1]]), line)
        yield sentence, shlex.split(filled)


def _typed(words: Sequence[str]) -> list[str]:
    """Return a command line as it would be typed, a long one over several lines."""
    lines = ["$"]
    for word in words:
        if len(lines[-1]) + len(word) > WIDTH - 20 and word.startswith("--"):
            lines[-1] += " \\"
            lines.append("   ")
        lines[-1] += f" {shlex.quote(word)}"
    return lines


def _say(words: str) -> None:
    emit_line("")
    for line in textwrap.wrap(words, WIDTH):
        emit_line(line)
    emit_line("")
