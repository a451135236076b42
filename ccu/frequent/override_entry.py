"""Overrides of the frequent lists: deciding, and looking at it again when it is due."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ccu import dates
from ccu.errors import InvalidInput
from ccu.frequent import overrides
from ccu.people import private_line
from ccu.people import store as people
from ccu.places import finding
from ccu.places import store as places
from ccu.records import audit
from ccu.session import Session

LONGEST_REASON = 300
REVIEW_COLUMNS = (
    *("id", "person", "place", "address", "listed", "since", "by", "review_on", "days_late"),
    "reason",
)


def decide(
    session: Session,
    person_id: int | None,
    place: int | None,
    address: str | None,
    *,
    listed: bool,
    file: Path | None,
    asking: bool,
) -> str:
    """Write an override; what it did in a line. Raises NotAllowed, InvalidInput, NotFound."""
    staff_id = session.staff_id
    if sum(each is not None for each in (person_id, place, address)) != 1:
        raise InvalidInput("give one of --person, --place and --address")
    place_id = None if person_id is not None else finding.exact(session, address or "", place)
    _check(session, person_id, place_id)  # told before any question
    reason = private_line.read("Why", file, "the reason", LONGEST_REASON, asking)
    review_on = next_review(session)
    with session.writing() as connection:
        _check(session, person_id, place_id)
        override_id, before = overrides.add(
            connection,
            staff_id,
            person_id=person_id,
            place_id=place_id,
            listed=listed,
            reason=reason,
            at=dates.to_iso(session.now),
            review_on=review_on,
        )
    subject = f"person {person_id}" if place_id is None else f"place {place_id}"
    done = "on the list whatever the count" if listed else "off the list whatever the count"
    ended = f" Ended override {', '.join(map(str, before))}." if before else ""
    return f"Override {override_id}: {subject} is {done}, until review {review_on}.{ended}"


def _check(session: Session, person_id: int | None, place_id: int | None) -> None:
    if person_id is not None:
        people.must_exist(session.db, person_id)
    elif place_id is not None and places.place_record(session.db, place_id)["exempt"] is not None:
        raise InvalidInput(
            f"place {place_id} is exempt and is not counted; ccu place exempt --no-exempt ends that"
        )


def next_review(session: Session) -> str:
    """The day on which a decision of today is looked at again."""
    days = timedelta(days=session.settings.number("override_review_days"))
    return min(session.today + days, date(9999, 12, 31)).isoformat()


def due(session: Session, every: bool) -> list[dict[str, Any]]:
    """Those whose review is due (`every`: all in force), with their reasons; recorded as a read."""
    staff_id, today = session.staff_id, session.today
    with session.writing() as connection:
        rows = [
            row
            for row in overrides.in_force(connection)
            if every or row["review_on"] <= today.isoformat()
        ]
        for row in rows:
            record, number = ("person", row["person"]) if row["person"] else ("place", row["place"])
            audit.record(
                connection, staff_id, "frequent-review", record, number, override=row["id"]
            )
    for row in rows:
        row["days_late"] = max((today - date.fromisoformat(row["review_on"])).days, 0)
        row["listed"] = "on" if row["listed"] else "off"
    return sorted(rows, key=lambda row: (row["review_on"], row["id"]))


def review(
    session: Session, override_id: int, *, keep: bool, file: Path | None, asking: bool
) -> str:
    """Keep or end an override, with a reason; return what it did.

    Raises NotAllowed, InvalidInput, NotFound.
    """
    staff_id = session.staff_id
    at = dates.to_iso(session.now)
    overrides.read(session.db, override_id)
    reason = private_line.read("Why", file, "the reason", LONGEST_REASON, asking)
    review_on = next_review(session)
    with session.writing() as connection:
        if keep:
            overrides.keep(
                connection, staff_id, override_id, review_on=review_on, reason=reason, at=at
            )
        else:
            overrides.end(connection, staff_id, override_id, reason=reason, at=at)
    if keep:
        return f"Override {override_id} stands, until review {review_on}."
    return f"Override {override_id} has ended; the count decides again."
