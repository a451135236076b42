"""The care file: opened for the length of a block, its notes, and its own audit.

The key of that audit is beside the file, so that an account that may write a note can record it,
and no other account can.
"""

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ccu.care import VARIABLE
from ccu.database import encryption, key_chain, side_file
from ccu.errors import DatabaseUnusable, InvalidInput, VerificationFailed
from ccu.output import say
from ccu.records import ownership, table, writes
from ccu.records.visibility import NOTICE
from ccu.session import Session

KEY = encryption.KeyName("CCU_CARE_KEY_FILE", "care-key")
KIND = side_file.Kind(
    name="care file",
    variable=VARIABLE,
    application_id=0x43435543,  # 'CCUC', as in care.sql
    version=1,
    script=Path(__file__).with_name("care.sql"),
    journal="WAL",
    key=KEY,
)
CHAIN = key_chain.Chain("care_audit", ("at", "login", "action", "person_id", "detail"))

COLUMNS = ("id", "day", "call", "by", "part2", "corrects", "text", "notice")

_ROWS = """
SELECT id, person_id AS person, substr(occurred_at, 1, 10) AS day, call_id AS call, login AS by,
       part2, corrects, text
FROM care_note WHERE person_id IN (SELECT value FROM json_each(:people))
ORDER BY unixepoch(occurred_at) DESC, id DESC
"""
# A note with all notes that it corrects or that correct it, at any distance: one person's.
_TIED = """
WITH RECURSIVE tied (id) AS (
  SELECT :id
  UNION
  SELECT corrects FROM tied JOIN care_note ON care_note.id = tied.id WHERE corrects IS NOT NULL
  UNION
  SELECT care_note.id FROM tied JOIN care_note ON care_note.corrects = tied.id)
SELECT care_note.id, person_id FROM tied JOIN care_note ON care_note.id = tied.id ORDER BY 1
"""
_DUE = """
SELECT id FROM care_note WHERE person_id IN (SELECT value FROM json_each(:people))
AND (substr(occurred_at, 1, 10) < :before OR :before IS NULL) ORDER BY id
"""


@contextlib.contextmanager
def opened_or_none(session: Session) -> Iterator[sqlite3.Connection | None]:
    """Open the care file; None if there is none for this account. Raises DatabaseUnusable."""
    connection = side_file.opened(KIND, session.path)
    if connection is None:
        yield None
        return
    with contextlib.closing(connection), side_file.explained(KIND, KIND.path()):
        yield connection


@contextlib.contextmanager
def opened(session: Session) -> Iterator[sqlite3.Connection]:
    """Open the care file. Raises DatabaseUnusable, the same if missing or not permitted.

    Warns if other accounts can reach the file too.
    """
    with opened_or_none(session) as connection:
        path = KIND.path()
        if connection is None or path is None:
            raise KIND.none()
        for warning in side_file.open_to_others(path):
            say(f"ccu: warning: {warning}")
        yield connection


# ---------------------------------------------------------------- its audit


def record(
    connection: sqlite3.Connection,
    login: str,
    action: str,
    person_id: int | None = None,
    **detail: object,
) -> None:
    """Add an event inside the write that it describes: ids only. Raises DatabaseUnusable."""
    if not connection.in_transaction:
        raise RuntimeError("an audit event belongs in the transaction that it describes")
    number, before = CHAIN.last(connection)
    at = datetime.now(UTC).isoformat(timespec="seconds")  # --today does not count here
    row = (number + 1, at, login, action, person_id, json.dumps(detail, sort_keys=True))
    CHAIN.add(connection, _key_of(connection), before, row)


def must_be_whole(connection: sqlite3.Connection) -> None:
    """Raise VerificationFailed if the file's audit was altered."""
    from ccu.audit import verify_store

    wrong = verify_store.verify(connection, _key_of(connection), chain=CHAIN).wrong
    if wrong and wrong[0] != verify_store.EMPTY:
        raise VerificationFailed(f"the care file: {wrong[0]}")


def key_path(file: Path) -> Path:
    """Return the path of the key of a care file's audit."""
    return file.with_name(file.name + ".audit-key")


def _key_of(connection: sqlite3.Connection) -> key_chain.Key:
    path = key_path(Path(key_chain.database(connection)))
    try:
        return key_chain.read(path)
    except DatabaseUnusable:
        raise DatabaseUnusable(
            f"the audit key {path} is missing or damaged, so nothing can be recorded or"
            " done: put it back"
        ) from None


# ---------------------------------------------------------------- its notes


@dataclass(frozen=True, kw_only=True)
class NewNote:
    """A new note; `occurred_at` has its offset from UTC."""

    person_id: int
    occurred_at: str
    part2: bool = False
    call_id: int | None = None
    corrects: int | None = None


def add(
    connection: sqlite3.Connection,
    new: NewNote,
    records: Iterable[int],
    *,
    login: str,
    recorded_at: str,
    text: str,
) -> int:
    """Add a note inside a write; returns its number.

    `records` are all records of the person: a correction must be of one of their notes, and the
    correction of a Part 2 note is Part 2 too. Raises NotFound, InvalidInput.
    """
    part2 = new.part2
    if new.corrects is not None:
        before = table.require(connection, "care_note", new.corrects)
        if before["person_id"] not in set(records):
            raise InvalidInput(f"--corrects: care note {new.corrects} is not about this person")
        part2 = part2 or bool(before["part2"])
    row = {**asdict(new), "login": login, "recorded_at": recorded_at, "text": text}
    note_id = writes.insert_row(connection, "care_note", {**row, "part2": int(part2)})
    record(connection, login, "add", new.person_id, note=note_id, corrects=new.corrects)
    return note_id


def rows(connection: sqlite3.Connection, canonical: Mapping[int, int]) -> list[dict[str, Any]]:
    """Return the notes of these people, the newest first, by person and COLUMNS.

    `canonical` is every record of theirs -> the canonical record, which `person` is.
    notice is the statement of 42 CFR 2.32 with a Part 2 note, else None.
    """
    found = table.select(connection, _ROWS, {}, people=list(canonical))
    return [
        {
            **dict(row),
            "person": canonical[row["person"]],
            "part2": bool(row["part2"]),
            "notice": NOTICE if row["part2"] else None,
        }
        for row in found
    ]


def read(
    connection: sqlite3.Connection,
    login: str,
    action: str,
    canonical: Mapping[int, int],
    **detail: object,
) -> list[dict[str, Any]]:
    """Return the notes of these people and record, inside a write, an event for each person.

    A requested list is recorded even if it is empty; a card without notes is not.
    """
    found = rows(connection, canonical)
    for person_id in sorted(set(canonical.values())):
        ids = [note["id"] for note in found if note["person"] == person_id]
        if ids or action == "list":
            record(connection, login, action, person_id, notes=ids, **detail)
    return found


def tied(connection: sqlite3.Connection, note_id: int) -> dict[int, int]:
    """Return a note and those linked by corrections, each with its person; {} if there is none."""
    return {row["id"]: row["person_id"] for row in connection.execute(_TIED, {"id": note_id})}


def move(
    connection: sqlite3.Connection, login: str, moved: Mapping[int, int], person_id: int
) -> None:
    """Move notes (as `tied` returns them) to this person, inside a write; the event has both."""
    for note_id in moved:
        writes.update(connection, "care_note", note_id, {"person_id": person_id})
    was = sorted(set(moved.values()))
    for each in sorted({person_id, *was}):
        record(connection, login, "move", each, notes=list(moved), was=was, to=person_id)


def people(connection: sqlite3.Connection) -> list[int]:
    """Return the numbers of the records that notes are about."""
    return table.column(connection, "SELECT DISTINCT person_id FROM care_note")


def due(connection: sqlite3.Connection, records: Iterable[int], before: str | None) -> list[int]:
    """Return the numbers of the notes of these records; with `before`, only before that day."""
    return table.column(connection, _DUE, people=list(records), before=before)


def destroy(connection: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Delete notes, inside a write; a remaining note that corrected one no longer names it."""
    ownership.delete_rows(connection, "care_note", [(each,) for each in ids])
