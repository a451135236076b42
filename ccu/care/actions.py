"""What the `ccu care` commands do: the main file says who somebody is, the care file the rest."""

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ccu import dates, files
from ccu import side_file as compartment
from ccu.care import file, notes
from ccu.care.page import login
from ccu.database import key_chain as chain
from ccu.database import opening as db
from ccu.database import wiping as erasing
from ccu.errors import InvalidInput, NotFound, VerificationFailed
from ccu.files import named
from ccu.people import store as people
from ccu.records import person_ids, table
from ccu.retention import holds
from ccu.session import Session


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A note as it was asked for, but for its text."""

    person_id: int
    call_id: int | None
    corrects: int | None
    when: datetime
    part2: bool


def add(session: Session, wanted: Wanted, text: Callable[[], str]) -> int:
    """Add a note and return its number; `text` is asked for when all else is right.

    Raises NotFound, InvalidInput, DatabaseUnusable.
    """
    people.must_exist(session.db, wanted.person_id)
    if wanted.call_id is not None:
        table.require(session.db, "call", wanted.call_id)
    with file.opened(session) as connection:
        new = notes.NewNote(
            person_id=wanted.person_id,
            call_id=wanted.call_id,
            occurred_at=dates.to_iso(wanted.when),
            recorded_at=dates.to_iso(session.now),
            login=login(session),
            part2=wanted.part2,
            corrects=wanted.corrects,
            text=text(),
        )
        with db.write(connection):
            return notes.add(connection, new, person_ids.same(session.db, [new.person_id]))


def listed(session: Session, person_id: int, to_file: bool) -> tuple[int, list[dict[str, Any]]]:
    """The record that stands for this person, and their notes.

    That they were read is recorded, and whether they leave for a file.
    """
    records = person_ids.same(session.db, [person_id])
    canonical = person_ids.canonical(session.db, records)
    if not _is_known(session, person_id):
        raise NotFound(f"no person {person_id}")
    with file.opened(session) as connection, db.write(connection):
        found = notes.read(connection, login(session), "list", canonical, to_file=to_file)
    return canonical[person_id], found


def move(session: Session, note_id: int, person_id: int) -> list[int]:
    """Make a note this person's, with what corrects it; the numbers of all that moved.

    Raises NotFound, InvalidInput.
    """
    people.must_exist(session.db, person_id)
    with file.opened(session) as connection, db.write(connection):
        moved = notes.tied(connection, note_id)
        was = set(moved.values())
        # Of somebody sealed or purged there is no note: moving one would bring it back.
        if not moved or not all(_is_known(session, each) for each in was):
            raise NotFound(f"no care note {note_id}")
        if was <= set(person_ids.same(session.db, [person_id])):
            raise InvalidInput(f"care note {note_id} is about that person already")
        must_not_be_held(session, was, "moved")
        notes.move(connection, login(session), moved, person_id)
    return list(moved)


def must_not_be_held(session: Session, records: Iterable[int], what: str) -> None:
    """Raises InvalidInput when a legal hold keeps one of these records: then all stays."""
    for held in sorted(holds.held(session.db, "person", records)):
        raise InvalidInput(f"a legal hold keeps person {held}; nothing was {what}")


def _is_known(session: Session, record: int) -> bool:
    standing = person_ids.canonical(session.db, [record])[record]
    return bool(person_ids.names(session.db, [standing]))


def backup(session: Session, target: Path) -> None:
    """Copy the care file, its audit verified, and record that, in the file and not in the copy.

    Raises VerificationFailed, and InvalidInput by sudo.
    """
    named.must_be_trusted(target, None)
    with file.opened(session) as connection:
        file.must_be_whole(connection)
        compartment.copy(file.KIND, connection, target)
        with db.write(connection):
            file.record(connection, login(session), "backup")


def make(session: Session, path: Path, group: str | None, encrypt: bool) -> None:
    """Make the care file and the key of its audit. Raises InvalidInput, DatabaseUnusable."""
    compartment.make(file.KIND, path, group, session.path, encrypt)
    key = file.key_path(path)
    try:
        chain.make(key)
        if group is not None:
            compartment.give(key, group)
    except BaseException:
        files.remove_database(path)
        raise


# ---------------------------------------------------------------- destroying


_LEFT = (
    "the care notes are destroyed, but their text may still be in the file's bytes: end what else"
    " reads the file, free its disk, then run the same ccu care destroy again"
)


def destroy(
    session: Session,
    person_id: int,
    authority: str,
    before: date | None,
    confirm: Callable[[int], None],
) -> int:
    """Destroy the notes of all records of somebody, once `confirm` agreed to their number.

    Whoever was sealed or purged is no longer in the main file: then the number is taken as it is.
    Raises InvalidInput, DatabaseUnusable, VerificationFailed.
    """
    day = before.isoformat() if before else None
    with file.opened(session) as connection:
        seen = _due(session, connection, person_id, day)
        if seen:
            confirm(len(seen))
            with db.write(connection):
                if _due(session, connection, person_id, day) != seen:
                    raise InvalidInput("the notes changed meanwhile; nothing was destroyed")
                notes.destroy(connection, seen)
                file.record(
                    connection, login(session), "destroy", person_id,
                    count=len(seen), authority=authority, before=day,
                )  # fmt: skip
        _scrub(connection)  # though there are none: an earlier scrub may have been cut short
    return len(seen)


def is_gone(session: Session, person_id: int) -> bool:
    """Whether the main file has no such person: then no merge says which records were theirs."""
    return not person_ids.names(session.db, [person_id])


def _due(
    session: Session, connection: sqlite3.Connection, person_id: int, day: str | None
) -> list[int]:
    records = person_ids.same(session.db, [person_id])
    must_not_be_held(session, records, "destroyed")
    return notes.due(connection, records, day)


def _scrub(connection: sqlite3.Connection) -> None:
    try:
        erasing.scrub(connection)
    except VerificationFailed:
        raise VerificationFailed(_LEFT) from None
