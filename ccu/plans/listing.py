"""The rows of `plan list`: by number and place, without names and without a word of the plan."""

from collections import Counter
from datetime import timedelta
from typing import Any

from ccu.plans import store as plans
from ccu.session import Session

COLUMNS = ("id", "status", "for", "author", "approver", "review_on", "expires_on", "note")
AHEAD = timedelta(days=30)  # --due: to review within these


def rows(session: Session, due: bool, status: str | None) -> list[dict[str, Any]]:
    """COLUMNS of all plans, of those with a status, or of those to review or expired.

    The status is the one of today, so that a plan past its last day is expired.
    """
    connection, today = session.db, session.today
    found = plans.rows(connection, today, today + AHEAD if due else None)
    whose = {row["id"]: (row["person"], row["place_id"]) for row in found}
    in_force = Counter(whose[row["id"]] for row in found if row["state"] == "approved")
    return [
        {
            "id": row["id"],
            "status": row["state"],
            "for": _for(row["person"], row["place"]),
            "author": row["author"],
            "approver": row["approver"],
            "review_on": row["review_on"],
            "expires_on": row["expires_on"],
            "note": _note(row, in_force[whose[row["id"]]], today.isoformat()),
        }
        for row in found
        if status is None or row["state"] == status
    ]


def _for(person: int | None, place: str | None) -> str:
    return f"person {person}" if person is not None else place or ""


def _note(row: Any, in_force: int, today: str) -> str:
    """What is to be done about it."""
    notes = []
    if row["status"] == "draft":
        notes.append("to approve")
    if row["status"] == "approved" and row["state"] == "expired":
        notes.append("off the card; review it or write it anew")
    elif row["state"] == "approved" and row["review_on"] <= today:
        notes.append("review is due")
    if row["state"] == "approved" and in_force > 1:
        whose = "person" if row["person_id"] is not None else "place"
        notes.append(f"{in_force} plans in force for this {whose}")
    if row["suggestions"]:
        some = "suggestion waits" if row["suggestions"] == 1 else "suggestions wait"
        notes.append(f"{row['suggestions']} {some}")
    return "; ".join(notes)
