"""The care notes of a human being destroyed, by an order or a schedule: gone from the bytes too."""

import re
import sqlite3
from collections.abc import Callable

from ccu import dates
from ccu.card import store as cards
from ccu.care import audit, file, notes
from ccu.care.shown import login
from ccu.care.writing import must_not_be_held
from ccu.database import opening as db
from ccu.database import wiping as erasing
from ccu.errors import InvalidInput, VerificationFailed
from ccu.records import person_ids
from ccu.session import Session

COPIES = "Copies made before (ccu care backup) keep what was destroyed: destroy them too."
_LEFT = (
    "the care notes are destroyed, but their text may still be in the file's bytes: end what else"
    " reads the file, free its disk, then run the same ccu care destroy again"
)


def destroy(
    session: Session,
    person_id: int,
    authority: str,
    before: str | None,
    confirm: Callable[[int], None],
) -> int:
    """Destroy the notes of all records of somebody, once `confirm` agreed to their number.

    Whoever was sealed or purged is no longer in the main file: then the number is taken as it is.
    Raises InvalidInput, DatabaseUnusable, VerificationFailed.
    """
    code = _code(authority)
    day = before and str(dates.parse_day(before, session.today, field="--before", future=False))
    with file.opened(session) as connection:
        seen = _due(session, connection, person_id, day)
        if seen:
            confirm(len(seen))
            with db.write(connection):
                if _due(session, connection, person_id, day) != seen:
                    raise InvalidInput("the notes changed meanwhile; nothing was destroyed")
                notes.destroy(connection, seen)
                audit.record(
                    connection, login(session), "destroy", person_id,
                    count=len(seen), authority=code, before=day,
                )  # fmt: skip
        _scrub(connection)  # though there are none: an earlier scrub may have been cut short
    return len(seen)


def is_gone(session: Session, person_id: int) -> bool:
    """Whether the main file has no such person: then no merge says which records were theirs."""
    return cards.person(session.db, person_id) is None


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


def _code(text: str) -> str:
    """The number of an order: short and bare, for it is kept for ever and is on a command line."""
    code = text.strip()
    if not re.fullmatch(r"(?=.*[0-9])[A-Za-z0-9./_-]{1,60}", code):
        raise InvalidInput(
            "--authority is the number of an order, a docket or a schedule: one word of letters,"
            " digits and .-/_"
        )
    return code
