"""One plan as a page: its status, text, suggestions and history; the list of plans.

Its JSON is in docs/json.md: `for` is person or place, `person` the number of the record merged
into, and `earlier`, with --all, has every other plan of the same person or place.
"""

import json
import sqlite3
from collections import Counter
from datetime import timedelta
from typing import Any

from ccu import dates
from ccu.errors import NotAllowed
from ccu.output import Document, Section, Table
from ccu.plans import form
from ccu.plans import store as plans
from ccu.records import codes, field_words
from ccu.records.writes import changes_of
from ccu.session import Session

CHANGE_COLUMNS = ("when", "by", "what", "from", "to", "reason")
EARLIER_COLUMNS = ("id", "status", "author", "written", "approver", "review_on")


def read(session: Session, plan_id: int, every: bool) -> Document:
    """Return the page, recorded as a read of the plan and of its person or place. Raises NotFound.

    NotAllowed for one that is hidden from this account (records/visibility.py).
    """
    today = session.today
    hidden = session.view.plans([plan_id]).get(plan_id)
    if hidden is not None:
        raise NotAllowed(f"plan {plan_id} {hidden.sentence}")
    with session.work() as work:
        connection = work.connection
        row = plans.read(connection, plan_id, today)
        session.view.keep()
        data = _data(connection, row, today.isoformat())
        others = plans.same(connection, plans.of_row(row), today) if every else []
        if every:
            keys = ("id", "author", "approver", "review_on")
            data["earlier"] = [
                {key: other[key] for key in keys}
                | {"status": other["state"], "written": other["recorded_at"][:10]}
                for other in others
                if other["id"] != plan_id
            ]
        form.record_shown(work, row)
        said_for = form.said_for(connection, plans.of_row(row))
    made = f"As of {dates.say_moment(session.now, session.now)}; ccu has what is newer."
    sections = _sections(session.db, data)
    return Document(f"Plan {plan_id} for {said_for}", sections, data, made)


def _data(connection: sqlite3.Connection, row: sqlite3.Row, today: str) -> dict[str, Any]:
    person = row["person"]
    on_card = row["state"] == "approved"
    return {
        "id": row["id"],
        "for": "person" if person is not None else "place",
        "person": person,
        "place": row["place"],
        "status": row["state"],
        "on_card": on_card,
        "author": row["author"],
        "written_at": row["recorded_at"],
        "approver": row["approver"],
        "approved_on": row["approved_on"],
        "review_on": row["review_on"],
        "review_due": on_card and row["review_on"] <= today,
        "expires_on": row["expires_on"],
        "body": json.loads(row["body"]),
        "suggestions": [
            {
                **{key: each[key] for key in each.keys() if key != "plan_id"},  # noqa: SIM118
                "accepted": None if each["accepted"] is None else bool(each["accepted"]),
            }
            for each in plans.suggestions_of(connection, row["id"])
        ],
        "changes": changes_of(connection, "plan", row["id"]),
    }


def _sections(connection: sqlite3.Connection, data: dict[str, Any]) -> list[Section]:
    labels = codes.labels(connection, "plan_status")
    sections = [Section(pairs=_pairs(data, labels), main=True)]
    for field, heading in plans.FIELDS.items():
        items = [form.shown(field, each) for each in data["body"][field]]
        marks = [f"{n}." if field == "steps" else "-" for n in range(1, len(items) + 1)]
        lines = [f"{mark} {text}" for mark, text in zip(marks, items, strict=True)]
        sections.append(Section(heading, lines=lines))
    sections.append(Section("Suggestions", lines=[_suggestion(s) for s in data["suggestions"]]))
    kept = [each for each in data["changes"] if each["field"] != "approver_id"]
    changed = field_words.changes(connection, "plan", kept)
    if changed:
        sections.append(Section("Changes", table=Table(CHANGE_COLUMNS, changed)))
    if "earlier" in data:
        earlier = Table(EARLIER_COLUMNS, data["earlier"], labels={"status": labels})
        sections.append(Section("Other plans", table=earlier, empty="none"))
    return sections


def _pairs(data: dict[str, Any], labels: dict[str, str]) -> list[tuple[str, Any]]:
    status = labels[data["status"]]
    if data["status"] == "draft":
        status += ": on no card until a supervisor approves it"
    elif data["status"] == "expired":
        status += "; off the card"
    review = data["review_on"]
    pairs = {
        "status": status,
        "written": f"{dates.minute(data['written_at'])} by {data['author']}",
        "approved": data["approver"] and f"{data['approved_on']} by {data['approver']}",
        "review": f"{dates.said(review)}; it is due" if data["review_due"] else review,
        "expires": data["expires_on"] and f"after {dates.said(data['expires_on'])}",
    }
    return [(label, value) for label, value in pairs.items() if value]


def _suggestion(each: dict[str, Any]) -> str:
    """Return its number, author and text, and the answer under it."""
    words = each["text"].replace("\n", "\n   ")
    text = f"{each['id']}, {each['by']} on {dates.said(each['at'][:10])}: {words}"
    if each["accepted"] is None:
        return f"{text}\n   not yet answered"
    word = "accepted" if each["accepted"] else "declined"
    answer = each["answer"].replace("\n", "\n   ")
    when = dates.said(each["answered_at"][:10])
    return f"{text}\n   {word} by {each['answered_by']} on {when}: {answer}"


# ---------------------------------------------------------------- `plan list`
# By number and place, without names and without the text of a plan.


COLUMNS = ("id", "status", "for", "author", "approver", "review_on", "expires_on", "note")
AHEAD = timedelta(days=30)  # --due: to review within these


def list_rows(session: Session, due: bool, status: str | None) -> list[dict[str, Any]]:
    """Return COLUMNS of all plans, of those with a status, or of those due for review or expired.

    The status is that of today: a plan past its last day is expired.
    """
    connection, today = session.db, session.today
    found = plans.rows(connection, today, today + AHEAD if due else None)
    whose = {row["id"]: (row["person"], row["place_id"]) for row in found}
    active = Counter(whose[row["id"]] for row in found if row["state"] == "approved")
    return [
        {
            **dict(row),
            "status": row["state"],
            "for": row["place"] if row["person"] is None else f"person {row['person']}",
            "note": _note(row, active[whose[row["id"]]], today.isoformat()),
        }
        for row in found
        if status is None or row["state"] == status
    ]


def _note(row: Any, active: int, today: str) -> str:
    """Return what needs to be done about it."""
    notes = []
    if row["status"] == "draft":
        notes.append("to approve")
    if row["status"] == "approved" and row["state"] == "expired":
        notes.append("off the card; review it or write it again")
    elif row["state"] == "approved" and row["review_on"] <= today:
        notes.append("review is due")
    if row["state"] == "approved" and active > 1:
        whose = "person" if row["person_id"] is not None else "place"
        notes.append(f"{active} active plans for this {whose}")
    if row["suggestions"]:
        some = "suggestion waits" if row["suggestions"] == 1 else "suggestions wait"
        notes.append(f"{row['suggestions']} {some}")
    return "; ".join(notes)
