"""Care notes: written, read, and both recorded in the care file's own audit."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ccu.care import file
from ccu.errors import InvalidInput, NotFound

# 42 CFR 2.32(a)(2), the short statement, as amended in 2024; shown with every Part 2 note.
NOTICE = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."

COLUMNS = ("id", "day", "call", "by", "part2", "corrects", "text", "notice")

_INSERT = """
INSERT INTO care_note (
  person_id, call_id, occurred_at, recorded_at, login, part2, text, corrects)
VALUES (:person_id, :call_id, :occurred_at, :recorded_at, :login, :part2, :text, :corrects)
"""
_ROWS = """
SELECT id, person_id, call_id, substr(occurred_at, 1, 10) AS day, login, part2, corrects, text
FROM care_note WHERE person_id IN (SELECT value FROM json_each(:people))
ORDER BY unixepoch(occurred_at) DESC, id DESC
"""
# A note with what it corrects and what corrects it, however far: all of one human being.
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


@dataclass(frozen=True, kw_only=True)
class NewNote:
    """A note as it is kept; times with their offset, `login` who wrote it."""

    person_id: int
    occurred_at: str
    recorded_at: str
    login: str
    text: str
    part2: bool = False
    call_id: int | None = None
    corrects: int | None = None


def add(connection: sqlite3.Connection, new: NewNote, records: Iterable[int]) -> int:
    """Add a note inside a write; returns its number.

    `records` are all records of the human being: a correction is of one of their notes, and of a
    Part 2 note it is Part 2 too. Raises NotFound, InvalidInput.
    """
    part2 = new.part2
    if new.corrects is not None:
        before = connection.execute(
            "SELECT person_id, part2 FROM care_note WHERE id = :id", {"id": new.corrects}
        ).fetchone()
        if before is None:
            raise NotFound(f"no care note {new.corrects}")
        if before["person_id"] not in set(records):
            raise InvalidInput(f"--corrects: care note {new.corrects} is not about this person")
        part2 = part2 or bool(before["part2"])
    cursor = connection.execute(_INSERT, {**asdict(new), "part2": int(part2)})
    note_id = int(cursor.lastrowid or 0)
    file.record(connection, new.login, "add", new.person_id, note=note_id, corrects=new.corrects)
    return note_id


def rows(connection: sqlite3.Connection, canonical: Mapping[int, int]) -> list[dict[str, Any]]:
    """The notes of these people, the newest first, by person and COLUMNS.

    `canonical` is every record of theirs -> the record that stands for them, which `person` is.
    notice is the statement of 42 CFR 2.32 with a Part 2 note, else None.
    """
    found = connection.execute(_ROWS, {"people": json.dumps(list(canonical))})
    return [
        {
            "id": row["id"],
            "person": canonical[row["person_id"]],
            "day": row["day"],
            "call": row["call_id"],
            "by": row["login"],
            "part2": bool(row["part2"]),
            "corrects": row["corrects"],
            "text": row["text"],
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
    """The notes of these people, their reading recorded inside a write, an event a person.

    A list that was asked for is recorded though it is empty; a card without notes is not.
    """
    found = rows(connection, canonical)
    for person_id in sorted(set(canonical.values())):
        ids = [note["id"] for note in found if note["person"] == person_id]
        if ids or action == "list":
            file.record(connection, login, action, person_id, notes=ids, **detail)
    return found


def tied(connection: sqlite3.Connection, note_id: int) -> dict[int, int]:
    """A note and those it is tied to by a correction, each with its person; none for no note."""
    return {row["id"]: row["person_id"] for row in connection.execute(_TIED, {"id": note_id})}


def move(
    connection: sqlite3.Connection, login: str, moved: Mapping[int, int], person_id: int
) -> None:
    """Make notes (as `tied` gives them) this person's, inside a write; whose they were stays."""
    connection.executemany(
        "UPDATE care_note SET person_id = :person WHERE id = :id",
        [{"person": person_id, "id": note_id} for note_id in moved],
    )
    was = sorted(set(moved.values()))
    for record in sorted({person_id, *was}):
        file.record(connection, login, "move", record, notes=list(moved), was=was, to=person_id)


def due(connection: sqlite3.Connection, records: Iterable[int], before: str | None) -> list[int]:
    """The numbers of the notes of these records, with `before` of those before that day alone."""
    asked = {"people": json.dumps(list(records)), "before": before}
    return [row[0] for row in connection.execute(_DUE, asked)]


def destroy(connection: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Delete notes, inside a write; one that stays and corrected one of them corrects none."""
    connection.execute(
        "DELETE FROM care_note WHERE id IN (SELECT value FROM json_each(:ids))",
        {"ids": json.dumps(list(ids))},
    )
