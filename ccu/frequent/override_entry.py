"""Overrides of the frequent lists: write one, review it when it is due."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ccu.errors import InvalidInput
from ccu.frequent import store as frequent
from ccu.options import terminal
from ccu.people import store as people
from ccu.places import finding
from ccu.places import store as places
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
    """Write an override; return what it did.

    Raises NotAllowed, InvalidInput, NotFound.
    """
    _ = session.staff_id  # an account that is refused learns nothing of places
    if sum(each is not None for each in (person_id, place, address)) != 1:
        raise InvalidInput("give one of --person, --place and --address")
    place_id = None if person_id is not None else finding.exact(session, address or "", place)
    _check(session, person_id, place_id)  # before any question
    reason = _reason(file, asking)
    review_on = next_review(session)
    with session.work() as work:
        _check(session, person_id, place_id)
        override_id, replaced = frequent.add_override(
            work,
            person_id=person_id,
            place_id=place_id,
            listed=listed,
            reason=reason,
            review_on=review_on,
        )
    subject = f"person {person_id}" if place_id is None else f"place {place_id}"
    done = "on the list whatever the count" if listed else "off the list whatever the count"
    ended = f" Ended override {', '.join(map(str, replaced))}." if replaced else ""
    return f"Override {override_id}: {subject} is {done}, until review {review_on}.{ended}"


def _check(session: Session, person_id: int | None, place_id: int | None) -> None:
    if person_id is not None:
        people.must_exist(session.db, person_id)
    elif place_id is not None and places.place_record(session.db, place_id)["exempt"] is not None:
        raise InvalidInput(
            f"place {place_id} is exempt and is not counted; ccu place exempt --no-exempt ends that"
        )


def _reason(file: Path | None, asking: bool) -> str:
    return terminal.private_text("Why", file, "the reason", LONGEST_REASON, asking)


def next_review(session: Session) -> str:
    """Return the day on which an override written today is due for review."""
    days = timedelta(days=session.settings.number("override_review_days"))
    return min(session.today + days, date(9999, 12, 31)).isoformat()


def due(session: Session, every: bool) -> list[dict[str, Any]]:
    """Return those due for review (`every`: all active), with reasons; recorded as a read."""
    with session.work() as work:
        rows = [
            row
            for row in frequent.active_overrides(work.connection)
            if every or row["review_on"] <= work.today.isoformat()
        ]
        for row in rows:
            record = "person" if row["person"] else "place"
            work.audit("frequent-review", record, row[record], override=row["id"])
    for row in rows:
        row["days_late"] = max((session.today - date.fromisoformat(row["review_on"])).days, 0)
        row["listed"] = "on" if row["listed"] else "off"
    return sorted(rows, key=lambda row: (row["review_on"], row["id"]))


def review(
    session: Session, override_id: int, *, keep: bool, file: Path | None, asking: bool
) -> str:
    """Keep or end an override, with a reason; return what it did.

    Raises NotAllowed, InvalidInput, NotFound.
    """
    frequent.require_override(session.reading.connection, override_id)
    reason = _reason(file, asking)
    review_on = next_review(session)
    with session.work() as work:
        if keep:
            frequent.keep_override(work, override_id, review_on, reason)
        else:
            frequent.end_override(work, override_id, reason)
    if keep:
        return f"Override {override_id} is kept until review {review_on}."
    return f"Override {override_id} has ended; the count decides again."
