"""Decisions on a plan: approve, review, expire; suggest a correction and answer it."""

import json
from datetime import date
from pathlib import Path

from ccu import dates
from ccu.errors import InvalidInput
from ccu.options import terminal
from ccu.output.text import listed
from ccu.plans import form
from ccu.plans import store as plans
from ccu.session import Session

LONGEST_SUGGESTION = 2_000
LONGEST_ANSWER = 1_000


def approve(session: Session, plan_id: int, reason: str | None) -> str:
    """Approve a draft; with a reason whatever its words; return what was done, in words.

    Raises as the store does, and InvalidInput.
    """
    with session.work() as work:
        row = plans.read(work.connection, plan_id, work.today)
        plans.must_approve(work, row)
        body, whose = json.loads(row["body"]), plans.of_row(row)
        if row["status"] == "draft":
            if not any(body[field] for field in plans.ON_CARD):
                raise InvalidInput(
                    f"plan {plan_id} has nothing for the card; write a new one: ccu plan write"
                )
            names, whose_name = form.names(work.connection, whose)
            found = form.words_found(body, names, whose_name, plans.ON_CARD)
            if found and reason is None:
                raise InvalidInput(_words_to_replace(plan_id, found))
        days = {"approved_on": work.today.isoformat(), **_days(session)}
        replaced = plans.approve(work, row, days, reason)
    instead = f" It replaces plan {listed(sorted(replaced))}." if replaced else ""
    return (
        f"Approved plan {plan_id}: on the card of {form.said_for(session.db, whose)} from now on;"
        f" {_until(days)}{instead}"
    )


def _words_to_replace(plan_id: int, found: list[form.Finding]) -> str:
    words = "; ".join(map(str, found[:3])) + ("; ..." if len(found) > 3 else "")
    return (
        f"plan {plan_id} has words that do not belong on a card ({words});"
        " write it again, or give --anyway and --reason"
    )


def review(session: Session, plan_id: int) -> str:
    """Confirm an approved plan, with new days. Raises NotFound, NotAllowed, InvalidInput."""
    with session.work() as work:
        row = plans.read(work.connection, plan_id, work.today)
        days = _days(session)
        plans.record_review(work, row, days)
    return f"Plan {plan_id} is still right: {_until(days)}"


def _until(days: dict[str, str]) -> str:
    """Return `to review on Jul 31, 2026, expires after Jan 31, 2027.`."""
    review, expiry = dates.said(days["review_on"]), dates.said(days["expires_on"])
    return f"to review on {review}, expires after {expiry}."


def end(session: Session, plan_id: int, reason: str) -> str:
    """Take a plan off the card, or withdraw a draft. Raises NotFound, NotAllowed, InvalidInput."""
    row = plans.read(session.db, plan_id, session.today)
    if not (row["status"] == "draft" and row["author_id"] == session.staff_id):
        session.require_may("plan expire --others", "plan", plan_id)
    with session.work() as work:
        row = plans.read(work.connection, plan_id, work.today)
        status = plans.end(work, row, reason)
    if status == "withdrawn":
        return f"Draft {plan_id} is withdrawn."
    return f"Plan {plan_id} has expired: it is off the card."


def _days(session: Session) -> dict[str, str]:
    """Return review_on and expires_on, counted from today; Aug 31 and six months is Feb 28."""
    return {
        "review_on": _months(session.today, session, "plan_review_months"),
        "expires_on": _months(session.today, session, "plan_expiry_months"),
    }


def _months(day: date, session: Session, setting: str) -> str:
    from dateutil.relativedelta import relativedelta

    return (day + relativedelta(months=session.settings.number(setting))).isoformat()


def suggest(session: Session, plan_id: int, file: Path | None, asking: bool) -> str:
    """Send a correction to a plan. Raises NotFound, InvalidInput."""
    plans.read(session.db, plan_id, session.today)  # refuse a wrong number before any question
    text = terminal.private_text(
        f"What should change in plan {plan_id}",
        file,
        "the suggestion",
        LONGEST_SUGGESTION,
        asking,
        lines=True,
    )
    with session.work() as work:
        row = plans.read(work.connection, plan_id, work.today)
        suggestion_id = plans.add_suggestion(work, row, text)
    return (
        f"Suggestion {suggestion_id} on plan {plan_id} is sent; the unit answers it,"
        " and ccu brief shows you the answer."
    )


def answer(
    session: Session, suggestion_id: int, accepted: bool, file: Path | None, asking: bool
) -> str:
    """Accept or decline a correction, with a text. Raises NotFound, NotAllowed, InvalidInput."""
    row = plans.read_suggestion(session.db, suggestion_id)
    plan_id = row["plan_id"]
    plans.must_be_unanswered(row)
    what = "Accepted" if accepted else "Declined"
    text = terminal.private_text(
        f"Your answer to {row['by_login']}", file, "the answer", LONGEST_ANSWER, asking, lines=True
    )
    with session.work() as work:
        plans.answer_suggestion(work, suggestion_id, accepted, text)
    done = (
        f"{what} suggestion {suggestion_id} on plan {plan_id};"
        f" {row['by_login']} sees it in the brief."
    )
    if accepted:
        done += " To change the plan, write a new one: ccu plan write."
    return done
