"""What somebody on patrol would change in a plan, and the unit's answer."""

import sqlite3

from ccu.errors import InvalidInput, NotFound
from ccu.records import audit

_ROWS = """
SELECT plan_suggestion.*, who.login AS by_login, answerer.login AS answer_login
FROM plan_suggestion JOIN staff AS who ON who.id = suggested_by
LEFT JOIN staff AS answerer ON answerer.id = answered_by
"""


def add(
    connection: sqlite3.Connection, staff_id: int, plan: sqlite3.Row, text: str, *, at: str
) -> int:
    """Add one to a draft or an approved plan; its id. Raises InvalidInput."""
    if plan["status"] not in ("draft", "approved"):
        raise InvalidInput(
            f"plan {plan['id']} is {plan['state']}; ccu plan show {plan['id']} --all lists others"
        )
    cursor = connection.execute(
        "INSERT INTO plan_suggestion (plan_id, text, suggested_at, suggested_by)"
        " VALUES (:plan_id, :text, :at, :by)",
        {"plan_id": plan["id"], "text": text, "at": at, "by": staff_id},
    )
    suggestion_id = int(cursor.lastrowid or 0)
    audit.record(connection, staff_id, "plan-suggest", "plan", plan["id"], suggestion=suggestion_id)
    return suggestion_id


def read(connection: sqlite3.Connection, suggestion_id: int) -> sqlite3.Row:
    """One suggestion with by_login and answer_login. Raises NotFound."""
    row: sqlite3.Row | None = connection.execute(
        _ROWS + "WHERE plan_suggestion.id = :id", {"id": suggestion_id}
    ).fetchone()
    if row is None:
        raise NotFound(f"no suggestion {suggestion_id}")
    return row


def of_plan(connection: sqlite3.Connection, plan_id: int) -> list[sqlite3.Row]:
    """Those of a plan, oldest first, as `read` gives them."""
    return connection.execute(
        _ROWS + "WHERE plan_id = :id ORDER BY plan_suggestion.id", {"id": plan_id}
    ).fetchall()


def must_be_open(row: sqlite3.Row) -> None:
    """Raises InvalidInput for one that was answered already."""
    if row["accepted"] is not None:
        what = "accepted" if row["accepted"] else "declined"
        raise InvalidInput(f"suggestion {row['id']} was {what} already, by {row['answer_login']}")


def answer(
    connection: sqlite3.Connection,
    staff_id: int,
    suggestion_id: int,
    accepted: bool,
    word: str,
    *,
    at: str,
) -> sqlite3.Row:
    """Answer it inside the caller's transaction; the row as it was. Raises."""
    row = read(connection, suggestion_id)
    must_be_open(row)
    connection.execute(
        "UPDATE plan_suggestion SET accepted = :accepted, answer = :word, answered_at = :at,"
        " answered_by = :by WHERE id = :id",
        {"accepted": accepted, "word": word, "at": at, "by": staff_id, "id": suggestion_id},
    )
    audit.record(
        connection, staff_id, "plan-answer", "plan", row["plan_id"], suggestion=suggestion_id,
        accepted=accepted,
    )  # fmt: skip
    return row
