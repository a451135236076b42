"""Making the demo file: the steps a real town takes, in its order, through the program's own doors.

A later command adds a step: a function that takes the `Town`, and leaves in it what later steps
need.
"""

import os
import sqlite3
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from dateutil.relativedelta import relativedelta

from ccu import address, dates
from ccu.access import account as who
from ccu.access import installation
from ccu.calls import store as calls
from ccu.demo import care, export, story, town
from ccu.demo import people as known
from ccu.people import store as people
from ccu.places import flags
from ccu.places import store as places
from ccu.records import settings, staff
from ccu.session import Session

LAYOUT = "demo"


@dataclass
class Town:
    """The demo while it is being made."""

    session: Session
    calls: int
    seed: int
    staff: dict[str, int] = field(default_factory=dict)  # login -> id
    people: dict[story.Person, int] = field(default_factory=dict)
    logged: dict[story.Logged, int] = field(default_factory=dict)
    last_call: int = 0  # the highest number of a call

    @property
    def officer(self) -> int:
        """The officer of the unit, who logs its calls."""
        return self.staff[story.OFFICER]


def build(session: Session, calls: int, seed: int) -> Town:
    """Make the town in the session's new file. Raises InvalidInput when there is one already."""
    key = session.path.with_name(session.path.name + ".audit-key")
    made_before = os.path.lexists(key)
    with session.creating() as connection:
        _settle(connection)
    try:
        made = Town(session, calls, seed)
        for step in STEPS:
            step(made)
        session.close()  # the tour's commands open the file themselves, one after the other
        return made
    except BaseException:  # Ctrl-C too: half a town would only mislead
        session.close()
        for suffix in ("", "-wal", "-shm"):
            session.path.with_name(session.path.name + suffix).unlink(missing_ok=True)
        if not made_before:
            key.unlink(missing_ok=True)
        raise


def _settle(connection: sqlite3.Connection) -> None:
    staff_id = staff.add(connection, who.login(installation.account()), "admin")
    chosen = {"town": town.TOWN, "state": town.STATE, "timezone": town.ZONE}
    for name, value in chosen.items():
        settings.change(connection, staff_id, name, value)


def hire(made: Town) -> None:
    """The unit's staff."""
    with made.session.writing() as connection:
        for login, known in story.STAFF.items():
            boss = made.staff.get(known.get("supervisor", ""))
            fields = {**known, "supervisor_id": boss}
            made.staff[login] = staff.add(connection, login, known["role"], fields)


def import_dispatch(made: Town) -> None:
    """Three years of dispatch records, by `ccu import`'s own door."""
    folder = made.session.path.absolute().parent  # the same disk: a million rows are 130 MB
    with tempfile.TemporaryDirectory(prefix=".ccu-demo-", dir=folder) as temporary:
        file = write_export(made.session, made.calls, made.seed, Path(temporary))
        from ccu.imports import dispatch as cad

        cad.import_file(made.session, file, LAYOUT)


def write_export(session: Session, calls: int, seed: int, folder: Path) -> Path:
    """The town's dispatch export, all calls but those the unit logs by hand."""
    file = folder / "marshport-cad.csv"
    by_hand = len(story.LOGGED)
    known = list(story.dispatched(session.now, seed))
    rows = export.rows(max(len(known), calls - by_hand), session.now, seed, known, by_hand)
    export.write(file, rows)
    return file


def log_calls(made: Town) -> None:
    """The care calls the unit logged by hand, with whom they met."""
    for told in story.LOGGED:
        with made.session.writing() as connection:
            made.logged[told] = _log(made, connection, told)


def _log(made: Town, connection: sqlite3.Connection, told: story.Logged) -> int:
    begun = story.moment(made.session.now, told.days, told.clock)
    recorded = dates.to_iso(dates.add_elapsed(begun, hours=(told.minutes + 20) / 60))
    call = calls.NewCall(
        occurred_at=dates.to_iso(begun),
        recorded_at=recorded,
        address=address.read(told.address, town=town.TOWN),
        nature=told.nature,
        source="911",
        lead_agency="police",
        minutes=told.minutes,
        narrative=told.narrative,
        dangers=told.dangers.split(),
        interventions=told.interventions.split(),
        dispositions=told.dispositions.split(),
        responders=[_responder(name) for name in told.responders.split()],
        people=[_met(made, connection, person, role, recorded) for person, role in told.people],
    )
    made.last_call = calls.log(connection, made.officer, call)
    return made.last_call


def _responder(name: str) -> calls.Responder:
    if name == "clinician":
        return calls.Responder("human_services", clinician=True)
    return calls.Responder(name)


def _met(
    made: Town, connection: sqlite3.Connection, person: story.Person, role: str, at: str
) -> people.Met:
    """Somebody named or described is one record on all their calls; the unknown are one each."""
    if person == story.UNKNOWN:
        return people.Met(role)
    if person not in made.people:
        met = people.Met(
            given_name=person.given, family_name=person.family, description=person.description
        )
        made.people[person] = people.add(connection, made.officer, met, at)
    return people.Met(role, person_id=made.people[person])


def mark_places(made: Town) -> None:
    """What stands where, and the one safety note."""
    session = made.session
    now = session.now
    with session.writing() as connection:
        for text, category, exempt in story.CATEGORIES:
            flags.categorise(connection, made.officer, _place(connection, text), category, exempt)
        text, note, source = story.FLAG
        expires = now.date() + relativedelta(years=session.settings.number("flag_years"))
        flags.add(
            connection, made.officer, _place(connection, text), note, source,
            at=dates.to_iso(now), expires_on=expires.isoformat(),
        )  # fmt: skip


def _place(connection: sqlite3.Connection, text: str) -> int:
    _address, place_id = places.remember(connection, address.read(text, town=town.TOWN), town.TOWN)
    if place_id is None:
        raise ValueError(f"the story's address {text!r} is not read as a place")
    return place_id


def mend(made: Town) -> None:
    """Two slips of the pen: a nature put right, and a call entered twice."""
    wrong, twice = made.logged[story.AMENDED], made.logged[story.TWICE]
    with made.session.writing() as connection:
        at = dates.to_iso(made.session.now)
        calls.amend(
            connection, made.officer, wrong, {"nature_cleared": "crisis"},
            at=at, reason="the clinician saw a person in crisis",
        )  # fmt: skip
        doubled = _log(made, connection, story.TWICE)
        calls.void(
            connection, made.officer, doubled, at=at, reason=f"entered twice, see call {twice}"
        )


STEPS: tuple[Callable[[Town], None], ...] = (
    hire, import_dispatch, log_calls, mark_places, mend,
    care.find_providers, care.tell, care.call_back,
    known.learn, known.relate, known.plan,
)  # fmt: skip
