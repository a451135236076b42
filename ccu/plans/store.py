"""Plans of care for a person or a place. A draft has no effect until it is approved.

The text of a plan is never changed: a rewrite is a new plan, and earlier ones stay on file.
A plan belongs to a person, under whichever of their records it was written. `state` is the status,
but expired as soon as its last day is over.

body: baseline, early_signs, triggers, helps, avoid and steps are lists of texts; safety is a list
of {on, source, text}; contacts is a list of {name, who, phone}.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ccu import access, dates
from ccu.errors import InvalidInput, NotAllowed
from ccu.records import person_ids, table, writes
from ccu.work import Work

Body = Mapping[str, Sequence[Any]]

FIELDS = {  # each with its heading
    "baseline": "Baseline",
    "early_signs": "Early signs",
    "triggers": "Triggers",
    "helps": "What helps",
    "avoid": "What to avoid",
    "steps": "Steps",
    "safety": "Safety concerns",
    "contacts": "Contacts",
}
ON_CARD = tuple(FIELDS)[1:]  # the baseline is for the unit

_PLAN = """
SELECT plan.*, author.login AS author, approver.login AS approver,
       CASE WHEN plan.status = 'approved' AND plan.expires_on < :today THEN 'expired'
            ELSE plan.status END AS state,
       (SELECT canonical_id FROM human WHERE id = plan.person_id) AS person,
       (SELECT line FROM place_plain WHERE id = plan.place_id) AS place,
       (SELECT count(*) FROM plan_suggestion
        WHERE plan_id = plan.id AND accepted IS NULL) AS suggestions
FROM plan JOIN staff AS author ON author.id = plan.author_id
LEFT JOIN staff AS approver ON approver.id = plan.approver_id
"""
_SAME = """
WHERE plan.place_id = :place_id OR plan.person_id IN (SELECT value FROM json_each(:people))
ORDER BY plan.id DESC
"""
_LIST = """
WHERE (:due_by IS NULL OR (plan.status = 'approved'
       AND (plan.review_on <= :due_by OR plan.expires_on < :today)))
ORDER BY plan.status = 'draft' DESC, plan.status = 'approved' DESC,
         CASE WHEN plan.status = 'approved' THEN plan.review_on END, plan.id DESC
"""


_SUGGESTIONS = """
SELECT plan_suggestion.id, plan_id, text, who.login AS by, suggested_at AS at, accepted, answer,
       answerer.login AS answered_by, answered_at
FROM plan_suggestion JOIN staff AS who ON who.id = suggested_by
LEFT JOIN staff AS answerer ON answerer.id = plan_suggestion.answered_by
WHERE {where} ORDER BY plan_suggestion.id
"""


@dataclass(frozen=True, kw_only=True)
class Whose:
    """A person, by any of their records, or a place: one of the two is set."""

    person_id: int | None = None
    place_id: int | None = None


def of_row(row: sqlite3.Row) -> Whose:
    """Return whose plan it is."""
    return Whose(person_id=row["person_id"], place_id=row["place_id"])


# ---------------------------------------------------------------- reading


def read(connection: sqlite3.Connection, plan_id: int, today: date) -> sqlite3.Row:
    """Return a plan with author, approver, place, state, suggestions. Raises NotFound."""
    asked = {"today": today.isoformat()}
    return table.require(connection, "plan", plan_id, _PLAN + "WHERE {where}", **asked)


def same(connection: sqlite3.Connection, whose: Whose, today: date) -> list[sqlite3.Row]:
    """Return every plan of this person or place, newest first, as `read` does."""
    people = [] if whose.person_id is None else person_ids.same(connection, [whose.person_id])
    asked = {"place_id": whose.place_id, "people": people, "today": today.isoformat()}
    return table.select(connection, _PLAN + _SAME, {}, **asked)


def rows(
    connection: sqlite3.Connection, today: date, due_by: date | None = None
) -> list[sqlite3.Row]:
    """Return all plans, as `read` does: drafts, approved ones by review day, then the rest.

    With a day, only the approved ones due for review by it, or expired.
    """
    asked = {"today": today.isoformat(), "due_by": due_by and due_by.isoformat()}
    return connection.execute(_PLAN + _LIST, asked).fetchall()


# ---------------------------------------------------------------- writing


def add(work: Work, whose: Whose, body: Body) -> tuple[int, list[sqlite3.Row]]:
    """Add a draft; return its id and the drafts withdrawn for it."""
    older = [row for row in same(work.connection, whose, work.today) if row["status"] == "draft"]
    for row in older:
        writes.change(work, "plan", row, {"status": "withdrawn"})
    new = {
        "person_id": whose.person_id,
        "place_id": whose.place_id,
        "body": json.dumps({field: body.get(field, []) for field in FIELDS}),
        "author_id": work.staff_id,
        "recorded_at": work.at,
    }
    plan_id = writes.insert_row(work.connection, "plan", new)
    work.audit("plan-write", "plan", plan_id, withdrawn=[row["id"] for row in older])
    return plan_id, older


def must_approve(work: Work, row: sqlite3.Row) -> None:
    """Refuse the author where another account may approve. Raises NotAllowed."""
    conditions = {"id <> ?": work.staff_id, "role IN ?": set(access.MAY["plan approve"])}
    sql = "SELECT id FROM staff WHERE active = 1 AND {where}"
    others = table.select(work.connection, sql, conditions)
    if row["author_id"] == work.staff_id and others:
        raise NotAllowed(f"you wrote plan {row['id']}; another supervisor or admin approves it")


def approve(work: Work, row: sqlite3.Row, days: Mapping[str, str], reason: str | None) -> list[int]:
    """Approve a draft, with its `days`; return the approved plans that it replaces."""
    if row["status"] != "draft":
        who = (
            f", by {row['approver']} on {dates.said(row['approved_on'])}" if row["approver"] else ""
        )
        raise InvalidInput(f"plan {row['id']} is not a draft: it is {row['state']}{who}")
    others = same(work.connection, of_row(row), work.today)
    replaced = [other for other in others if other["status"] == "approved"]
    for other in replaced:
        writes.change(work, "plan", other, {"status": "replaced"})
    new = {"status": "approved", "approver_id": work.staff_id, **days}
    writes.change(work, "plan", row, new, reason)
    ids = [other["id"] for other in replaced]
    anyway = reason is not None
    work.audit("plan-approve", "plan", row["id"], replaced=ids, reason=reason, anyway=anyway)
    return ids


def record_review(work: Work, row: sqlite3.Row, days: Mapping[str, str]) -> None:
    """Give an approved plan a new review_on and expires_on. Raises InvalidInput."""
    if row["status"] != "approved":
        raise InvalidInput(
            f"plan {row['id']} is {row['state']}; only an approved plan can be reviewed"
        )
    changed = writes.change(work, "plan", row, days)
    work.audit("plan-review", "plan", row["id"], fields=changed)


def end(work: Work, row: sqlite3.Row, reason: str) -> str:
    """Expire an approved plan, withdraw a draft; return its new status. Raises InvalidInput."""
    status = {"approved": "expired", "draft": "withdrawn"}.get(row["status"])
    if status is None:
        raise InvalidInput(f"plan {row['id']} is already {row['state']}")
    writes.change(work, "plan", row, {"status": status}, reason)
    work.audit("plan-expire", "plan", row["id"])
    return status


def take_back(work: Work, row: sqlite3.Row, before: Mapping[str, Any], reason: str) -> None:
    """Give a plan the values it had `before` a decision. Raises InvalidInput beside a newer one."""
    for other in same(work.connection, of_row(row), work.today):
        if other["id"] != row["id"] and other["status"] == before.get("status"):
            raise InvalidInput(f"plan {other['id']} is {other['state']} now")
    writes.change(work, "plan", row, before, reason)


def return_to(work: Work, ids: Sequence[int], was: str, status: str, reason: str) -> None:
    """Give the plans that a newer one ended the status before, where they still have that end."""
    for plan_id in ids:
        row = table.require(work.connection, "plan", plan_id)
        if row["status"] == was:
            writes.change(work, "plan", row, {"status": status}, reason)


# ---------------------------------------------------------------- suggestions


def add_suggestion(work: Work, plan: sqlite3.Row, text: str) -> int:
    """Add one to a draft or an approved plan; return its id. Raises InvalidInput."""
    if plan["status"] not in ("draft", "approved"):
        raise InvalidInput(
            f"plan {plan['id']} is {plan['state']}; ccu plan show {plan['id']} --all lists others"
        )
    new = {"plan_id": plan["id"], "text": text}
    by = {"suggested_at": work.at, "suggested_by": work.staff_id}
    suggestion_id = writes.insert_row(work.connection, "plan_suggestion", new | by)
    work.audit("plan-suggest", "plan", plan["id"], suggestion=suggestion_id)
    return suggestion_id


def read_suggestion(connection: sqlite3.Connection, suggestion_id: int) -> sqlite3.Row:
    """Return id, plan_id, text, by, at, accepted, answer, answered_by, answered_at; or NotFound."""
    return table.require(connection, "plan_suggestion", suggestion_id, _SUGGESTIONS)


def suggestions_of(connection: sqlite3.Connection, plan_id: int) -> list[sqlite3.Row]:
    """Return those of a plan, oldest first, as `read_suggestion` does."""
    return table.select(connection, _SUGGESTIONS, {"plan_id = ?": plan_id})


def must_be_unanswered(row: sqlite3.Row) -> None:
    """Refuse a suggestion that has an answer. Raises InvalidInput."""
    if row["accepted"] is not None:
        what = "accepted" if row["accepted"] else "declined"
        raise InvalidInput(f"suggestion {row['id']} was already {what} by {row['answered_by']}")


def answer_suggestion(work: Work, suggestion_id: int, accepted: bool, answer: str) -> None:
    """Answer it. Raises NotFound, InvalidInput."""
    row = read_suggestion(work.connection, suggestion_id)
    must_be_unanswered(row)
    new = {"accepted": accepted, "answer": answer}
    by = {"answered_at": work.at, "answered_by": work.staff_id}
    writes.update(work.connection, "plan_suggestion", suggestion_id, new | by)
    work.audit("plan-answer", "plan", row["plan_id"], suggestion=suggestion_id, accepted=accepted)
