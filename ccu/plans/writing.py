"""Writing a plan: from a file, in an editor, or field by field, starting from the newest plan.

Questions come before the write begins, which would make others wait.
"""

import json
import sqlite3
from pathlib import Path
from typing import Any

from ccu.errors import InvalidInput
from ccu.options import editor, kept, questions, terminal, typed_text
from ccu.options.questions import Question
from ccu.output import say
from ccu.people import store as people
from ccu.plans import form
from ccu.plans import store as plans
from ccu.plans.store import FIELDS, Whose
from ccu.session import Session

MOST_SHOWN = 10  # words to replace, each on its line


def write(session: Session, whose: Whose, file: Path | None, edit: bool, asking: bool) -> str:
    """Write a draft; return what was done, in words.

    Raises InvalidInput, NotFound, NotAllowed, and KeyboardInterrupt when the person stops.
    """
    before = _before(session, whose)
    newest = next((row for row in before if row["status"] != "withdrawn"), None)
    old: dict[str, list[Any]] = json.loads(newest["body"]) if newest else {}
    if newest and file is None:
        with session.work() as work:
            form.record_shown(work, newest)
    said_for = form.said_for(session.db, whose)
    record, number = ("person", whose.person_id) if whose.person_id else ("place", whose.place_id)
    command = f"ccu plan write --{record} {number}"
    body = _given(session, said_for, old, file, edit, asking, command)
    if form.is_empty(body):
        raise InvalidInput("the plan is empty; nothing was written")
    if newest and newest["state"] in ("draft", "approved") and body == old:
        return f"Plan {newest['id']} has exactly that text; nothing was written."
    with session.work() as work:
        plan_id, older = plans.add(work, whose, body)
        names, whose_name = form.names(work.connection, whose)
    _report(form.words_found(body, names, whose_name))
    done = [f"Wrote plan {plan_id}, a draft, for {said_for}"]
    done += [f"draft {row['id']} by {row['author']} is withdrawn" for row in older]
    done += [
        f"plan {row['id']} stays on the card until this one is approved"
        for row in before
        if row["state"] == "approved"
    ]
    return f"{'; '.join(done)}. A supervisor approves it: ccu plan approve {plan_id}."


def _before(session: Session, whose: Whose) -> list[sqlite3.Row]:
    """Return the plans on file, newest first. Raises NotAllowed, NotFound, InvalidInput."""
    if whose.person_id is not None:
        people.must_exist(session.db, whose.person_id)
    return plans.same(session.db, whose, session.today)


def _report(found: list[form.Finding]) -> None:
    for finding in found[:MOST_SHOWN]:
        say(f"{finding}; {finding.instead}.")
    if len(found) > MOST_SHOWN:
        say(f"and {len(found) - MOST_SHOWN} more words to replace.")


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
    kept_body = (kept.taken(session, command, "A plan that") or {}).get("body", old)
    body = {field: kept_body.get(field, []) for field in FIELDS}

    def keep() -> str | None:
        if body == {field: old.get(field, []) for field in FIELDS}:
            return None
        return kept.keep(session, command, {"body": body}, "Your plan is")

    asked = [_question(session, body, field) for field in FIELDS]
    asked[0].keep = keep
    questions.fill_in(asked)
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

    return Question(form.HEADINGS[field], ask, words)


def _edited(session: Session, text: str, asking: bool) -> dict[str, list[Any]]:
    """Return the text from the editor; at a terminal an error reopens it, so no text is lost."""
    while True:
        text = editor.edited(session, text)
        try:
            return form.read(text, "--edit", session)
        except InvalidInput as error:
            if not asking:
                raise
            say(f"{error}")
            terminal.read_line("Press Enter to edit it again, Ctrl-C to cancel: ")


def _asked(session: Session, field: str, old: list[Any], found: list[Any]) -> list[Any]:
    """Return the items typed for a field, collected in `found`; Enter alone keeps what it has."""
    heading = form.HEADINGS[field]
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
        found.append(form.item(field, _plain(text, where), where, session))
        if field == "safety":
            say(f"  {form.shown(field, found[-1])}")
        return False

    # A line that is refused is typed again; the lines before it are kept.
    while not terminal.ask_until_valid(">", read, end=" "):
        pass
    return found or before


def _plain(line: str, where: str) -> str:
    """Return the line without the dash it may be typed with."""
    return typed_text.line(line.removeprefix("-"), where, form.LONGEST_ITEM) or ""
