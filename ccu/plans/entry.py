"""What the plan commands do: write a plan, decide on one, suggest a correction and answer it.

A plan is written from a file, in an editor, or field by field, starting from the newest plan.
Questions come before the write begins, which would make others wait.
"""

import json
from pathlib import Path
from typing import Any

from ccu import dates
from ccu.dates.days import shift
from ccu.errors import InvalidInput
from ccu.options import drafts, keyboard, questions, terminal, typed_text
from ccu.options.questions import Question
from ccu.output import say
from ccu.output.text import listed
from ccu.people import store as people
from ccu.plans import form
from ccu.plans import store as plans
from ccu.plans.store import FIELDS, Whose
from ccu.session import Session

MOST_SHOWN = 10  # words to replace, each on its line


def write(session: Session, whose: Whose, file: Path | None, edit: bool, asking: bool) -> str:
    """Write a draft; return what was done. Raises InvalidInput, NotFound, NotAllowed."""
    if whose.person_id is not None:
        people.must_exist(session.db, whose.person_id)
    before = plans.same(session.db, whose, session.today)
    newest = next((row for row in before if row["status"] != "withdrawn"), None)
    old: dict[str, list[Any]] = json.loads(newest["body"]) if newest else {}
    if newest and file is None:
        with session.work() as work:
            form.record_shown(work, newest)
    said_for = form.said_for(session.db, whose)
    record, number = ("person", whose.person_id) if whose.person_id else ("place", whose.place_id)
    command = f"ccu plan write --{record} {number}"
    body = _given(session, said_for, old, file, edit, asking, command)
    if not any(body.values()):
        raise InvalidInput("the plan is empty; nothing was written")
    if newest and newest["state"] in ("draft", "approved") and body == old:
        return f"Plan {newest['id']} has exactly that text; nothing was written."
    with session.work() as work:
        plan_id, older = plans.add(work, whose, body)
        names, whose_name = form.names(work.connection, whose)
    found = form.words_found(body, names, whose_name)
    for finding in found[:MOST_SHOWN]:
        say(f"{finding}; {finding.instead}.")
    if len(found) > MOST_SHOWN:
        say(f"and {len(found) - MOST_SHOWN} more words to replace.")
    done = [f"Wrote plan {plan_id}, a draft, for {said_for}"]
    done += [f"draft {row['id']} by {row['author']} is withdrawn" for row in older]
    done += [
        f"plan {row['id']} stays on the card until this one is approved"
        for row in before
        if row["state"] == "approved"
    ]
    return f"{'; '.join(done)}. A supervisor approves it: ccu plan approve {plan_id}."


def _given(
    session: Session,
    whose: str,
    old: dict[str, list[Any]],
    file: Path | None,
    edit: bool,
    asking: bool,
    command: str,
) -> dict[str, list[Any]]:
    if file is not None:
        return form.read(typed_text.file_text(file, "--file"), "--file", session)
    if edit:
        return _edited(session, form.to_edit(old, whose), asking)
    if not asking:
        raise InvalidInput("--file is missing; - is standard input, --edit opens an editor")
    say(
        f"A plan for {whose}. One item a line; end a field with a blank line."
        " Ctrl-C keeps a draft for you."
    )
    kept_body = (drafts.taken(session, command, "A plan that") or {}).get("body", old)
    body = {field: kept_body.get(field, []) for field in FIELDS}

    def keep() -> str | None:
        if body == {field: old.get(field, []) for field in FIELDS}:
            return None
        return drafts.keep(session, command, {"body": body}, "Your plan is")

    asked = [_question(session, body, field) for field in FIELDS]
    asked[0].keep = keep
    questions.fill_in(session, asked)
    return body


def _question(session: Session, body: dict[str, list[Any]], field: str) -> Question:
    def ask() -> None:
        typed: list[Any] = []
        try:
            body[field] = _asked(session, field, body[field], typed)
        except KeyboardInterrupt:
            body[field] = typed or body[field]  # is kept
            raise

    def words() -> str:
        return "; ".join(form.shown(field, each) for each in body[field])

    return Question(FIELDS[field], ask, words)


def _edited(session: Session, text: str, asking: bool) -> dict[str, list[Any]]:
    """Return the text from the editor; at a terminal an error reopens it, so no text is lost."""
    while True:
        text = drafts.edited(session, text)
        try:
            body = form.read(text, "--edit", session)
        except InvalidInput as error:
            if not asking:
                raise
            say(f"{error}")
            keyboard.read_line("Press Enter to edit it again, Ctrl-C to cancel: ")
        else:
            questions.remember(session, text)
            return body


def _asked(session: Session, field: str, old: list[Any], found: list[Any]) -> list[Any]:
    """Return the items typed for a field, collected in `found`; Enter alone keeps what it has."""
    heading = FIELDS[field]
    for each in old:
        say(f"  - {form.shown(field, each)}")
    keep = "; Enter keeps these, - removes them" if old else ""
    say(f"{heading} ({form.HINTS[field]}{keep}):")
    before = list(old)

    def read(text: str) -> bool:
        """Take one item; return whether the field is over."""
        if text in ("", "."):
            return True
        if text == "-" and before and not found:
            before.clear()
            return False
        where = f"{heading}, line {len(found) + 1}"
        if len(found) == form.MOST_ITEMS:
            raise InvalidInput(f"{heading} has more than {form.MOST_ITEMS} items")
        plain = typed_text.line(text.removeprefix("-"), where, form.LONGEST_ITEM) or ""
        found.append(form.item(field, plain, where, session))
        if field == "safety":
            say(f"  {form.shown(field, found[-1])}")
        return False

    # A line that is refused is typed again; the lines before it are kept.
    while not terminal.ask_until_valid(">", read, end=" "):
        pass
    return found or before


# ---------------------------------------------------------------- decisions


LONGEST_SUGGESTION = 2_000
LONGEST_ANSWER = 1_000


def approve(session: Session, plan_id: int, reason: str | None) -> str:
    """Approve a draft, with a reason whatever its words; return what was done."""
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
    settings = {"review_on": "plan_review_months", "expires_on": "plan_expiry_months"}
    return {
        name: shift(session.today, months=session.settings.number(each)).isoformat()
        for name, each in settings.items()
    }


def suggest(session: Session, plan_id: int, file: Path | None, asking: bool) -> str:
    """Send a correction to a plan. Raises NotFound, InvalidInput."""
    plans.read(session.db, plan_id, session.today)  # refuse a wrong number before any question
    question, longest = f"What should change in plan {plan_id}", LONGEST_SUGGESTION
    text = questions.private_text(
        session, question, file, "the suggestion", longest, asking, lines=True
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
    question = f"Your answer to {row['by']}"
    text = questions.private_text(
        session, question, file, "the answer", LONGEST_ANSWER, asking, lines=True
    )
    with session.work() as work:
        plans.answer_suggestion(work, suggestion_id, accepted, text)
    done = f"{what} suggestion {suggestion_id} on plan {plan_id}; {row['by']} sees it in the brief."
    if accepted:
        done += " To change the plan, write a new one: ccu plan write."
    return done
