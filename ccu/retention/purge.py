"""Destroy what is older than its class is kept for: found and counted, shown, then deleted.

The text is then removed from the bytes of the file, and copies that a killed process left go too.
"""

import sqlite3
from collections.abc import Callable
from typing import Any

from ccu import dates
from ccu.database import written
from ccu.database.written import Altered
from ccu.errors import InvalidInput, NotFound
from ccu.options import questions, typed_text
from ccu.output import say
from ccu.output.text import counted
from ccu.people import store as people
from ccu.records import audit
from ccu.retention import deidentify_store, kept_store, purge_store
from ccu.retention.deidentify_store import Candidate
from ccu.retention.kept_store import Destroyed
from ccu.retention.purge_store import Found
from ccu.session import Session

COLUMNS = ("class", "year", "due", "held", "open", "linked", "destroy", "note")
NOT_KNOWN = "not known: no period is set"
COPIES = "Backups and copies made before keep what was destroyed: destroy them too."
CARE = "Notes in a care file (ccu care destroy) and a dispatch system's records are not touched."


def dry_run(session: Session) -> Found:
    """Return what a purge would destroy today, and record the look; nothing else is written."""
    found = _seen(session)
    with session.writing() as connection:
        audit.record(connection, session.staff_id, "purge-dry-run", rows=found.total)
    return found


def purge(
    session: Session, confirm: Callable[[Found], None], altered: Altered
) -> tuple[Found, int]:
    """Destroy what is due, all or nothing, once `confirm` agreed; then scrub the file.

    Returns what was due, and how many places went that no record names any more.

    `altered` finds the records that another program wrote (audit/verify_store.py): they go on being
    named, though what the audit knows of every row begins again. What `confirm` saw is what is
    destroyed: when the counts changed meanwhile, nothing is. Raises InvalidInput, also while a
    class has no period; VerificationFailed.
    """
    found = _seen(session)
    if found.not_set:
        raise InvalidInput(f"nothing is destroyed: {set_first(found.not_set)}")
    places = 0
    if found.total:
        confirm(found)
        places = _destroy(session, found, altered)
    else:
        with session.writing() as connection:
            audit.record(connection, session.staff_id, "purge", counts={}, destructions=[])
    remove_leftovers(session)
    finish(session)  # also what an earlier purge could not
    return found, places


def _destroy(session: Session, seen: Found, altered: Altered) -> int:
    from ccu.database import opening as db

    at = audit.clock().isoformat(timespec="seconds")
    with db.trusting(session.db), session.writing() as connection:
        if purge_store.find(connection, session.today) != seen:
            raise InvalidInput("the records changed meanwhile; nothing was destroyed, look again")
        written_by_others = altered(connection)
        orphans = purge_store.destroy(connection, session.staff_id)
        purge_store.forget(connection)
        done = [each for each in seen.destroyed if each.count]
        if orphans:
            why = "no record names them any more"
            done.append(Destroyed("places", orphans, None, None, why, None))
        numbers = kept_store.log_destroyed(connection, session.staff_id, done, at=at)
        written.keep_all(connection, audit.key_of(connection), written_by_others)
        counts = {each.name: each.count for each in done}
        audit.record(connection, session.staff_id, "purge", counts=counts, destructions=numbers)
    return orphans


def rows(found: Found) -> list[dict[str, Any]]:
    """Return COLUMNS by class and year; a class without a period has no counts, and a note."""
    unknown = dict.fromkeys(COLUMNS) | {"note": NOT_KNOWN}
    return [
        *({**each, "note": ""} for each in found.rows),
        *({**unknown, "class": name} for name in found.not_set),
    ]


def set_first(classes: list[str]) -> str:
    """Return the sentence that names the classes without a period, and the command."""
    return (
        f"no period is set for {', '.join(classes)}; set each of them first:"
        " ccu retention set CLASS YEARS --source TEXT"
    )


def finish(session: Session) -> list[int]:
    """Scrub the file of destroyed text that is still in its bytes; return the log's numbers.

    Raises VerificationFailed when another process still reads the file as it was.
    """
    at = audit.clock().isoformat(timespec="seconds")
    return purge_store.finish(session.db, at, session.writing)


def remove_leftovers(session: Session) -> None:
    """Overwrite and remove the copies beside the file that a killed process left."""
    from ccu.database import copies

    copies.remove_leftovers(session.path.absolute().parent)


def copies(session: Session) -> list[str]:
    """Return the copies beside the file that a migration made: they hold what was destroyed."""
    start = f"{session.path.name}.schema-"
    try:
        return sorted(
            each.name for each in session.path.parent.iterdir() if each.name.startswith(start)
        )
    except OSError:
        return [f"perhaps {start}*.bak, for the folder cannot be listed"]


def _seen(session: Session) -> Found:
    """Return what is due, read at one moment and without blocking writers."""
    session.db.execute("BEGIN")
    try:
        return purge_store.find(session.db, session.today)
    finally:
        session.db.execute("ROLLBACK")  # the temporary tables go with it


# ---------------------------------------------------------------- identities
# `ccu deidentify`: find the people, confirm, remove, and scrub the bytes of the file.


PEOPLE_COLUMNS = ("person", "last", "result")
DONE, WOULD = "de-identified", "would be de-identified"


def find_people(session: Session, before: str | None, person_id: int | None) -> list[Candidate]:
    """Return the people without contact since a day, or one person, and record the look.

    Raises NotFound; InvalidInput for options that do not fit, and for one person who must stay.
    """
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


def people_rows(found: list[Candidate], result: str) -> list[dict[str, Any]]:
    """Return PEOPLE_COLUMNS of each; `result` is for those who do not stay."""
    return [
        {
            "person": each.person,
            "last": each.last,
            "result": f"stays: {each.why}" if each.why else result,
        }
        for each in found
    ]


def confirm_people(session: Session, found: list[Candidate]) -> None:
    """Have the number of people typed. Raises InvalidInput."""
    count = sum(not each.why for each in found)
    named = counted(count, "person", "people")
    stated = f"The identity of {named} is removed for good; backups made before have it."
    questions.confirm_by_number(
        session.interactive, count, stated, "destroy", "the number of people"
    )


def remove_identity(
    session: Session,
    before: str | None,
    person_id: int | None,
    altered: Altered,
) -> list[Candidate]:
    """Remove it, by what the file holds at this moment. Raises VerificationFailed.

    `altered`: as `purge` has it.
    """
    at = dates.to_iso(session.now)
    with session.writing() as connection:
        found = _candidates(session, connection, before, person_id)
        others = altered(connection)
        done = deidentify_store.remove(connection, session.staff_id, found, others, at=at)
    stay = len(found) - len(done.people)
    named = counted(len(done.people), "person", "people")
    say(f"{named} de-identified, {stay} as before; {done.rows} rows changed")
    if done.people:
        purge_store.finish(session.db, at, session.writing)
    return found


def _candidates(
    session: Session, connection: sqlite3.Connection, before: str | None, person_id: int | None
) -> list[Candidate]:
    day = before and typed_text.day(session, before, "--before", future=False)
    today = session.today.isoformat()
    return deidentify_store.find(connection, today, str(day) if day else None, person_id)
