"""What the `ccu care` commands do: people are in the main file, their notes in the care file."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from ccu import dates
from ccu.care import RIGHT, login, store
from ccu.database import key_chain as chain
from ccu.database import opening as db
from ccu.database import side_file
from ccu.errors import InvalidInput, NotFound, VerificationFailed
from ccu.files import named, private
from ccu.output import say
from ccu.people import store as people
from ccu.people import undo_store
from ccu.records import person_ids, table
from ccu.retention import kept_store, purge_store
from ccu.session import Session


def add(session: Session, new: store.NewNote, text: Callable[[], str]) -> int:
    """Add a note and return its number; `text` is asked for when all else is right.

    Raises NotFound, InvalidInput, DatabaseUnusable.
    """
    people.must_exist(session.db, new.person_id)
    if new.call_id is not None:
        table.require(session.db, "call", new.call_id)
    with store.opened(session) as connection:
        words, records = text(), person_ids.same(session.db, [new.person_id])
        with db.write(connection):
            return store.add(
                connection, new, records,
                login=login(session), recorded_at=dates.to_iso(session.now), text=words,
            )  # fmt: skip


def listed(session: Session, person_id: int, to_file: bool) -> tuple[int, list[dict[str, Any]]]:
    """Return the canonical record of this person and their notes.

    The read is recorded, and whether the notes go to a file.
    """
    records = person_ids.same(session.db, [person_id])
    canonical = person_ids.canonical(session.db, records)
    if not _is_known(session, person_id):
        raise NotFound(f"no person {person_id}")
    with store.opened(session) as connection, db.write(connection):
        found = store.read(connection, login(session), "list", canonical, to_file=to_file)
    if found and is_gone(session, person_id):
        say(_removed([person_id]))
    return canonical[person_id], found


def move(session: Session, note_id: int, person_id: int) -> list[int]:
    """Move a note with its corrections to this person; return the numbers of all that moved.

    Raises NotFound, InvalidInput.
    """
    people.must_exist(session.db, person_id)
    with store.opened(session) as connection, db.write(connection):
        moved = store.tied(connection, note_id)
        was = set(moved.values())
        # A sealed or purged person has no notes: moving one would reveal that it exists.
        if not moved or not all(_is_known(session, each) for each in was):
            raise NotFound(f"no care note {note_id}")
        if was <= set(person_ids.same(session.db, [person_id])):
            raise InvalidInput(f"care note {note_id} is already about that person")
        must_not_be_held(session, was, "moved")
        store.move(connection, login(session), moved, person_id)
    return list(moved)


def must_not_be_held(session: Session, records: Iterable[int], what: str) -> None:
    """Raise InvalidInput if a legal hold covers one of these records: then all of them stay."""
    for held in sorted(kept_store.held(session.db, "person", records)):
        raise InvalidInput(f"a legal hold keeps person {held}; nothing was {what}")


def _is_known(session: Session, record: int) -> bool:
    """Whether a person is on file, or was removed as added in error: their notes are moved."""
    is_on_file = not is_gone(session, person_ids.canonical(session.db, [record])[record])
    return is_on_file or undo_store.was_removed(session.db, record)


def must_have_none(session: Session, person_id: int) -> None:
    """Raise InvalidInput if this account can see care notes of a person to be removed.

    For other accounts the file is not looked for: the notes keep the person's number, by which they
    are listed and moved, and `ccu care backup` names it.
    """
    if not session.may(RIGHT):
        return
    with store.opened_or_none(session) as connection:
        ids = store.due(connection, [person_id], None) if connection is not None else []
        if connection is None or not ids:
            return
        with db.write(connection):
            store.record(connection, login(session), "list", person_id, notes=ids)
    raise InvalidInput(
        f"person {person_id} has care notes; to see them: ccu care note list --person {person_id}"
    )


def _removed(numbers: list[int]) -> str:
    """Return what to do with notes of people who were removed as added in error."""
    named = ", ".join(map(str, numbers))
    return (
        f"Care notes are about a person who was removed as added in error ({named});"
        " to move one: ccu care note move NOTE --person N"
    )


@contextlib.contextmanager
def backup(session: Session, target: Path) -> Iterator[None]:
    """Copy the care file after verifying its audit, and record that in the file, not in the copy.

    The block reports it. Raises VerificationFailed, and InvalidInput by sudo.
    """
    named.must_be_trusted(target, None)
    with store.opened(session) as connection:
        store.must_be_whole(connection)
        people_of = store.people(connection)

        def recorded() -> None:
            with db.write(connection):
                store.record(connection, login(session), "backup")

        with side_file.copied(store.KIND, connection, target, recorded):
            yield
    if gone := [each for each in people_of if undo_store.was_removed(session.db, each)]:
        say(_removed(gone))


def make(session: Session, path: Path, group: str | None, encrypt: bool) -> None:
    """Make the care file and the key of its audit. Raises InvalidInput, DatabaseUnusable."""
    side_file.make(store.KIND, path, group, session.path, encrypt)
    key = store.key_path(path)
    try:
        chain.make(key)
        if group is not None:
            side_file.give(key, group)
    except BaseException:
        private.remove_database(path)
        raise


# ---------------------------------------------------------------- destroying


_LEFT = (
    "the care notes are destroyed, but their text may still be in the file: end what else"
    " reads it, free disk space, then run the same ccu care destroy again"
)


def destroy(
    session: Session,
    person_id: int,
    authority: str,
    before: date | None,
    confirm: Callable[[int], None],
) -> int:
    """Destroy the notes of all records of a person, after `confirm` agrees to their number.

    A sealed or purged person is no longer in the main file: then only that number's notes go.
    Raises InvalidInput, DatabaseUnusable, VerificationFailed.
    """
    day = before.isoformat() if before else None
    with store.opened(session) as connection:
        seen = _due(session, connection, person_id, day)
        if seen:
            confirm(len(seen))
            with db.write(connection):
                if _due(session, connection, person_id, day) != seen:
                    raise InvalidInput("the notes just changed; nothing was destroyed: try again")
                store.destroy(connection, seen)
                store.record(
                    connection, login(session), "destroy", person_id,
                    count=len(seen), authority=authority, before=day,
                )  # fmt: skip
        _scrub(connection)  # even without notes, because an earlier scrub may have been interrupted
    return len(seen)


def is_gone(session: Session, person_id: int) -> bool:
    """Return whether the main file has no such person, and so no merges of their records."""
    try:
        table.require(session.db, "person", person_id)
    except NotFound:
        return True
    return False


def _due(
    session: Session, connection: sqlite3.Connection, person_id: int, day: str | None
) -> list[int]:
    records = person_ids.same(session.db, [person_id])
    must_not_be_held(session, records, "destroyed")
    return store.due(connection, records, day)


def _scrub(connection: sqlite3.Connection) -> None:
    try:
        purge_store.scrub(connection)
    except VerificationFailed:
        raise VerificationFailed(_LEFT) from None
