"""Purging: what the retention table lets go, seen first, destroyed, gone from the bytes."""

import contextlib
from collections.abc import Callable
from datetime import date

from ccu.database import wiping as erasing
from ccu.errors import InvalidInput
from ccu.records import audit
from ccu.retention import destruction, purging
from ccu.retention import schedule as retention
from ccu.retention.purging import Found
from ccu.session import Session

COLUMNS = ("class", "year", "due", "held", "open", "linked", "destroy")
COPIES = "Backups and copies made before keep what was destroyed: destroy them too."
CARE = "Notes in a care file (ccu care destroy) and a dispatch system's records are not touched."


def dry_run(session: Session) -> Found:
    """What a purge would do today, recorded; nothing else is written. Raises InvalidInput."""
    found = _seen(session)
    with session.writing() as connection:
        audit.record(connection, session.staff_id, "purge-dry-run", rows=found.total)
    return found


def purge(session: Session, confirm: Callable[[Found], None]) -> Found:
    """Destroy what is due, all or nothing, once `confirm` agreed; then scrub the file.

    What `confirm` saw is what is destroyed: when the counts changed meanwhile, nothing is.
    Raises InvalidInput, VerificationFailed.
    """
    from ccu.database import opening as db

    seen = _seen(session)
    if not seen.total:
        with session.writing() as connection:
            audit.record(connection, session.staff_id, "purge", counts={}, destructions=[])
        remove_parts(session)
        finish(session)  # what an earlier purge could not
        return seen
    confirm(seen)
    at = audit.clock().isoformat(timespec="seconds")
    with db.trusting(session.db), session.writing() as connection:
        found = _found(session)
        if found != seen:
            raise InvalidInput("the records changed meanwhile; nothing was destroyed, look again")
        orphans = purging.destroy(connection, session.staff_id)
        purging.forget(connection)
        done = [each for each in found.destroyed if each.count]
        if orphans:
            why = "no record names them any more"
            done.append(destruction.Destroyed("places", orphans, None, None, why, None))
        numbers = destruction.log(connection, session.staff_id, done, at=at)
        counts = {each.name: each.count for each in done}
        audit.record(connection, session.staff_id, "purge", counts=counts, destructions=numbers)
    remove_parts(session)
    finish(session)
    return found


def finish(session: Session) -> list[int]:
    """Scrub the file of what was destroyed and is not gone from its bytes yet; the log's numbers.

    Raises VerificationFailed when somebody still reads the file as it was.
    """
    at = audit.clock().isoformat(timespec="seconds")
    return erasing.finish(session.db, at)


def remove_parts(session: Session) -> None:
    """Overwrite and remove the copies beside the file that a killed process left."""
    from ccu.database import copies

    copies.remove_leftovers(session.path.absolute().parent)


def copies(session: Session) -> list[str]:
    """The copies beside the file that a migration made: they hold what was destroyed."""
    start = f"{session.path.name}.schema-"
    try:
        return sorted(
            each.name for each in session.path.parent.iterdir() if each.name.startswith(start)
        )
    except OSError:
        return [f"perhaps {start}*.bak, for the folder cannot be listed"]


def cutoff(today: date, years: int | None) -> str | None:
    """The first day that is kept; what lies before it is due. None: all is kept."""
    if years is None:
        return None
    with contextlib.suppress(ValueError):
        return today.replace(year=today.year - years).isoformat()
    return today.replace(year=today.year - years, day=28).isoformat()  # 29 February


def _seen(session: Session) -> Found:
    """What is due, read at one moment and without holding up who writes."""
    _must_be_filled_in(session)
    session.db.execute("BEGIN")
    try:
        return _found(session)
    finally:
        session.db.execute("ROLLBACK")  # the temporary tables go with it


def _found(session: Session) -> Found:
    decided = retention.decided(session.db)
    days = {name: cutoff(session.today, row["years"]) for name, row in decided.items()}
    return purging.find(session.db, days, decided)


def _must_be_filled_in(session: Session) -> None:
    empty = retention.not_filled_in(session.db)
    if empty:
        raise InvalidInput(
            "the retention table is not filled in; nothing is destroyed until the department says"
            f" how long to keep {', '.join(empty)}: ccu retention set CLASS YEARS --source TEXT"
        )
