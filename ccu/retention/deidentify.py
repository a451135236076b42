"""`ccu deidentify`: find the people, confirm, remove, and scrub the bytes of the file."""

from typing import TYPE_CHECKING, Any

from ccu import dates
from ccu.errors import InvalidInput, NotFound
from ccu.options import terminal, typed_text
from ccu.output import say
from ccu.output.text import counted
from ccu.session import Session

if TYPE_CHECKING:
    import sqlite3

    from ccu.database.written import Altered
    from ccu.retention.deidentify_store import Candidate

COLUMNS = ("person", "last", "result")
DONE, WOULD = "de-identified", "would be de-identified"


def find(session: Session, before: str | None, person_id: int | None) -> "list[Candidate]":
    """Return the people without contact since a day, or one person, and record the look.

    Raises NotFound; InvalidInput for options that do not fit, and for one person who must stay.
    """
    from ccu.people import store as people
    from ccu.records import audit

    if (before is None) == (person_id is None):
        raise InvalidInput("give either --before or --person")
    if person_id is not None:
        people.must_exist(session.db, person_id)
    with session.writing() as connection:
        found = _candidates(session, connection, before, person_id)
        audit.record(connection, session.staff_id, "deidentify-look", rows=len(found))
    if person_id is not None and not found:
        raise NotFound(f"person {person_id} is de-identified already")
    if person_id is not None and found[0].why:
        raise InvalidInput(f"person {person_id} stays as they are: {found[0].why}")
    return found


def rows(found: "list[Candidate]", result: str) -> list[dict[str, Any]]:
    """Return COLUMNS of each; `result` is for those who do not stay."""
    return [
        {
            "person": each.person,
            "last": each.last,
            "result": f"stays: {each.why}" if each.why else result,
        }
        for each in found
    ]


def confirm(session: Session, found: "list[Candidate]") -> None:
    """Have the number of people typed. Raises InvalidInput."""
    count = sum(not each.why for each in found)
    people = counted(count, "person", "people")
    stated = f"The identity of {people} is removed for good; backups made before have it."
    terminal.confirm_by_number(
        session.interactive, count, stated, "destroy", "the number of people"
    )


def remove(
    session: Session,
    before: str | None,
    person_id: int | None,
    altered: "Altered",
) -> "list[Candidate]":
    """Remove it, by what the file holds at this moment. Raises VerificationFailed.

    `altered`: as retention/purge.py has it.
    """
    from ccu.database import wiping
    from ccu.retention import deidentify_store

    at = dates.to_iso(session.now)
    with session.writing() as connection:
        found = _candidates(session, connection, before, person_id)
        others = altered(connection)
        done = deidentify_store.remove(connection, session.staff_id, found, others, at=at)
    stay = len(found) - len(done.people)
    people = counted(len(done.people), "person", "people")
    say(f"{people} de-identified, {stay} as before; {done.rows} rows changed")
    if done.people:
        wiping.finish(session.db, at, session.writing)
    return found


def _candidates(
    session: Session, connection: "sqlite3.Connection", before: str | None, person_id: int | None
) -> "list[Candidate]":
    from ccu.retention import deidentify_store

    day = before and typed_text.day(session, before, "--before", future=False)
    today = session.today.isoformat()
    return deidentify_store.find(connection, today, str(day) if day else None, person_id)
