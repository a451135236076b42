"""What the card of a place and the card of a person have in common, as data."""

import sqlite3
from collections.abc import Sequence
from datetime import date
from typing import Any

from ccu.calls import call_answer
from ccu.card import store as cards
from ccu.consent.visibility import View
from ccu.follow_ups.rows import AsOf
from ccu.session import Session

LAST_CALLS = 8  # with the rest of the card, a usual place fits a screen of 24 lines
CALL_COLUMNS = ("id", "occurred", "care", "nature", "outcome", "answer")


def window(session: Session) -> dict[str, object]:
    """The days and the moment that every statement of a card counts by."""
    return {
        "today": session.today.isoformat(),
        "now": session.now.isoformat()[:19],
        "day_repeat": session.days_ago(session.settings.number("repeat_days")),
        **{f"day_{days}": session.days_ago(days) for days in cards.WINDOWS},
    }


def counts(
    row: sqlite3.Row,
    session: Session,
    override: dict[str, Any] | None = None,
    exempt: str | None = None,
) -> dict[str, Any]:
    """care, all (each by span of days), repeat, first_call.

    repeat: care_calls, threshold, days; exempt, why it is not counted, or None; override of the
    frequent lists (id, listed, since, review_on) or None, which decides in place of the count;
    review_due: it should have been looked at again.
    """
    keys = ("id", "listed", "since", "review_on")
    spans = [str(days) for days in cards.WINDOWS] + ["ever"]
    return {
        "care": {span: row[f"care_{span}"] for span in spans},
        "all": {span: row[f"all_{span}"] for span in spans},
        "repeat": {
            "care_calls": row["care_repeat"],
            "threshold": session.settings.number("repeat_calls"),
            "days": session.settings.number("repeat_days"),
            "exempt": exempt,
            "override": {key: override[key] for key in keys} if override else None,
            "review_due": override is not None
            and override["review_on"] <= session.today.isoformat(),
        },
        "first_call": row["first_day"],
    }


def plans(found: Sequence[sqlite3.Row], today: date, view: View) -> list[dict[str, Any]]:
    """What helps, as card/plans.py has it; the module is loaded only where there is a plan."""
    hidden = view.plans(row["id"] for row in found) if found else {}
    found = [row for row in found if row["id"] not in hidden]
    if not found:
        return []
    from ccu.card.plans import shared

    return shared(found, today)


def calls(
    connection: sqlite3.Connection,
    found: Sequence[sqlite3.Row],
    as_of: AsOf,
    narratives: bool,
    view: View,
    people: Sequence[int] | None = None,
) -> list[dict[str, Any]]:
    """id, occurred, care, nature, outcome, answer; with `narratives` that too.

    answer is what became of it, empty when nothing was asked; for the card of a person, of what was
    asked for them. What else the rows hold stands before those.
    """
    answers = call_answer.of_calls(connection, [row["id"] for row in found], as_of, view, people)
    return [
        {
            **{key: row[key] for key in row.keys() if key != "narrative"},  # noqa: SIM118
            "care": bool(row["care"]),
            "answer": answers.get(row["id"], ""),
            **({"narrative": row["narrative"]} if narratives else {}),
        }
        for row in found
    ]
