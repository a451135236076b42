"""Make the demo file: import a dispatch export, run the story, call back everyone; show screens."""

import os
import re
import shlex
import sqlite3
import tempfile
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from ccu import access, installation
from ccu.demo import caseload, export, store, story, town
from ccu.output import emit_line
from ccu.records import settings, staff
from ccu.session import Session

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
    with session.creating() as connection:
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
    staff_id = staff.add(connection, access.login(installation.account()), "admin")
    chosen = {"town": town.TOWN, "state": town.STATE, "timezone": town.ZONE, **town.TABLES["rates"]}
    for name, value in chosen.items():
        settings.change(connection, staff_id, name, value)


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
    by_hand = story.logged_calls(told(session, calls, seed))
    known = list(story.dispatched(session.now, seed))
    rows = export.rows(max(len(known), calls - by_hand), session.now, seed, known, by_hand)
    export.write(file, rows)
    return file


def told(session: Session, calls: int, seed: int) -> list[story.Line]:
    """Return what the unit typed: the households of the tour, and its other cases."""
    return [*story.lines(), *caseload.cases(calls, session.now, seed)]


def tell_story(made: Town) -> None:
    """Run the command lines of the unit."""
    lines = told(made.session, made.calls, made.seed)
    made.numbers = story.tell(made.session, lines, made.run)


def call_back(made: Town) -> None:
    """Add a call back the day after each imported care call; those of the last days stay open."""
    owners = (made.numbers["staff.clinician"], made.numbers["staff.officer"])
    since = made.session.now - timedelta(days=OPEN_DAYS)
    with made.session.writing() as connection:
        store.add_calls_back(connection, owners, since)


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
