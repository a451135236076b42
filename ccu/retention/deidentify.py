"""De-identifying: who, asked twice, done, and the text gone from the bytes of the file."""

from typing import TYPE_CHECKING, Any

from ccu import dates
from ccu.errors import InvalidInput, NotFound
from ccu.options.terminal import read_line
from ccu.output import say
from ccu.session import Session

if TYPE_CHECKING:
    from ccu.retention.deidentify_store import Candidate

COLUMNS = ("person", "last", "result")
GONE, WOULD = "de-identified", "would be de-identified"


def find(session: Session, before: str | None, person_id: int | None) -> "list[Candidate]":
    """Whom it is about. Raises InvalidInput, NotFound; and for one person who has to stay."""
    from ccu.people import store as people
    from ccu.records import audit
    from ccu.retention import deidentify_store

    if (before is None) == (person_id is None):
        raise InvalidInput("give either --before or --person")
    day = before and dates.parse_day(before, session.today, field="--before", future=False)
    if person_id is not None:
        people.must_exist(session.db, person_id)
    with session.writing() as connection:
        found = deidentify_store.find(
            connection, session.today.isoformat(), str(day) if day else None, person_id
        )
        audit.record(connection, session.staff_id, "deidentify-look", rows=len(found))
    if person_id is None:
        return found
    if not found:
        raise NotFound(f"person {person_id} is de-identified already")
    if found[0].why:
        raise InvalidInput(f"person {person_id} stays as they are: {found[0].why}")
    return found


def rows(found: "list[Candidate]", result: str) -> list[dict[str, Any]]:
    """COLUMNS of each."""
    return [
        {
            "person": each.person,
            "last": each.last,
            "result": f"stays: {each.why}" if each.why else result,
        }
        for each in found
    ]


def confirm(session: Session, found: "list[Candidate]") -> None:
    """What is taken out is nowhere afterwards. Raises InvalidInput."""
    count = sum(not each.why for each in found)
    if not session.interactive:
        raise InvalidInput("--yes is missing: nobody is at a terminal to confirm it")
    say(f"The identity of {_people(count)} is taken out for good; backups made before have it.")
    if read_line(f"Type {count} to go on: ").strip() != str(count):
        raise InvalidInput("that is another number; nothing was changed")


def take_out(session: Session, before: str | None, person_id: int | None) -> "list[Candidate]":
    """Do it, by what the file holds at this moment; what is told. Raises VerificationFailed."""
    from ccu.database import wiping as erasing
    from ccu.retention import deidentify_store

    at = dates.to_iso(session.now)
    day = before and str(dates.parse_day(before, session.today, field="--before", future=False))
    with session.writing() as connection:
        found = deidentify_store.find(connection, session.today.isoformat(), day, person_id)
        done = deidentify_store.take_out(connection, session.staff_id, found, at=at)
    stay = len(found) - len(done.people)
    say(f"{_people(len(done.people))} de-identified, {stay} as before; {done.rows} rows changed")
    if done.people:
        erasing.finish(session.db, at)
    return found


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"
