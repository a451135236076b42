"""The data that the cards of a place and of a person have in common."""

import sqlite3
from collections.abc import Sequence
from datetime import date
from typing import Any

from ccu.calls import call_answer
from ccu.card import store as cards
from ccu.consent.visibility import View
from ccu.follow_ups.rows import AsOf
from ccu.session import Session

LAST_CALLS = 8  # the card of a usual place then fits a screen of 24 lines
CALL_COLUMNS = ("id", "occurred", "care", "nature", "outcome", "answer")


def window(session: Session) -> dict[str, object]:
    """Return the days and the moment that every statement of a card counts from."""
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
    """Return care and all (each by span of days), repeat, first_call.

    repeat: care_calls, threshold, days; exempt: the reason, or None; override of the frequent lists
    (id, listed, since, review_on) or None, which overrules the count; review_due: whether the
    override is due for review.
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
    """Return the visible plans as card/plans.py has them; it is loaded only if there are any."""
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
    """Return id, occurred, care, nature, outcome, answer; with `narratives` also narrative.

    answer is the result of the call's referrals and follow-ups, empty if it has none; on the card
    of a person, only theirs. Other columns of the rows are kept.
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
