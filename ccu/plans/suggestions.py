"""What somebody on patrol would change in a plan, and the unit's answer."""

import sqlite3

from ccu.errors import InvalidInput
from ccu.records import table
from ccu.work import Work

_ROWS = """
SELECT plan_suggestion.*, who.login AS by_login, answerer.login AS answer_login
FROM plan_suggestion JOIN staff AS who ON who.id = suggested_by
LEFT JOIN staff AS answerer ON answerer.id = answered_by
WHERE {where} ORDER BY plan_suggestion.id
"""


def add(work: Work, plan: sqlite3.Row, text: str) -> int:
    """Add one to a draft or an approved plan; its id. Raises InvalidInput."""
    if plan["status"] not in ("draft", "approved"):
        raise InvalidInput(
            f"plan {plan['id']} is {plan['state']}; ccu plan show {plan['id']} --all lists others"
        )
    new = {"plan_id": plan["id"], "text": text}
    by = {"suggested_at": work.at, "suggested_by": work.staff_id}
    suggestion_id = table.insert_row(work.connection, "plan_suggestion", new | by)
    work.audit("plan-suggest", "plan", plan["id"], suggestion=suggestion_id)
    return suggestion_id


def read(connection: sqlite3.Connection, suggestion_id: int) -> sqlite3.Row:
    """One suggestion with by_login and answer_login. Raises NotFound."""
    return table.require(connection, "plan_suggestion", suggestion_id, _ROWS)


def of_plan(connection: sqlite3.Connection, plan_id: int) -> list[sqlite3.Row]:
    """Those of a plan, oldest first, as `read` gives them."""
    return table.select(connection, _ROWS, {"plan_id = ?": plan_id})


def must_be_open(row: sqlite3.Row) -> None:
    """Raises InvalidInput for one that was answered already."""
    if row["accepted"] is not None:
        what = "accepted" if row["accepted"] else "declined"
        raise InvalidInput(f"suggestion {row['id']} was {what} already, by {row['answer_login']}")


def answer(work: Work, suggestion_id: int, accepted: bool, word: str) -> None:
    """Answer it. Raises NotFound, InvalidInput."""
    row = read(work.connection, suggestion_id)
    must_be_open(row)
    new = {"accepted": accepted, "answer": word}
    by = {"answered_at": work.at, "answered_by": work.staff_id}
    table.update(work.connection, "plan_suggestion", suggestion_id, new | by)
    work.audit("plan-answer", "plan", row["plan_id"], suggestion=suggestion_id, accepted=accepted)
