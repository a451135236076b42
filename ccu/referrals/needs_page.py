"""What `ccu needs` asks and shows: an assessment as a form, as JSON and as a page."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from ccu import dates
from ccu.errors import InvalidInput, NotAllowed, NotFound
from ccu.options import terminal
from ccu.options.questions import Question, fill_in
from ccu.output import Document, Section, Table, say
from ccu.people import store as people
from ccu.records import codes
from ccu.referrals import needs_store as needs
from ccu.referrals.form import About
from ccu.session import Session
from ccu.work import Work

COLUMNS = ("need", "state", "referral", "status")


def answers(session: Session, typed: Sequence[str], asking: bool) -> dict[str, str]:
    """Return need -> state, from NEED=STATE or, when there is none, by asking."""
    if not typed and not asking:
        raise InvalidInput("NEED=STATE is missing, such as housing=lacks")
    found = _asked(session) if not typed else {}
    for text in typed:
        need, equals, state = text.partition("=")
        if not equals:
            raise InvalidInput("write each need as NEED=STATE, such as housing=lacks")
        code = codes.code(session.db, "need", need, "NEED")
        if code in found:
            raise InvalidInput(f"{code} is given twice")
        found[code] = codes.code(session.db, "need_state", state, f"the state of {code}")
    if not found:
        raise InvalidInput("no need was answered; nothing was saved")
    return found


def _asked(session: Session) -> dict[str, str]:
    connection = session.db
    states = codes.choices(connection, "need_state")
    say("For each need: " + ", ".join(f"{code} ({label})" for code, label in states.items()))

    found: dict[str, str] = {}

    def question(need: str, label: str) -> Question:
        def read(text: str) -> None:
            if text:
                found[need] = codes.chosen(connection, "need_state", text, "the state")
            else:
                found.pop(need, None)

        def ask() -> None:
            terminal.ask_until_valid(f"{label} (Enter: not asked)", read)

        return Question(label, ask, lambda: states[found[need]] if need in found else "")

    fill_in([question(need, label) for need, label in codes.choices(connection, "need").items()])
    return found


def shown(work: Work, assessment: int | None, person: int | None) -> dict[str, Any]:
    """Return an assessment, or a person's latest, in its JSON shape, and record that it was shown.

    It is what the account may see: a hidden assessment has no answers. Raises NotFound.
    """
    connection, view = work.connection, work.view
    if person is not None:
        person = people.canonical(connection, person)
        every = needs.of_person(connection, person)
        if not every:
            raise NotFound(f"no needs assessment of person {person}")
        assessment = every[-1]
    data = needs.read(connection, assessment)
    earlier = [each for each in needs.of_person(connection, data["person"]) if each < data["id"]]
    hidden = view.assessments([data["id"], *earlier])
    data["earlier"] = [each for each in earlier if each not in hidden]
    work.audit("needs-show", "need_assessment", data["id"])
    work.audit("needs-show", "person", data["person"], assessment=data["id"])
    if data["id"] in hidden:
        kept = {key: data[key] for key in ("id", "person", "call", "earlier")}
        agency = hidden[data["id"]].agency
        return {**dict.fromkeys(data), **kept, "answers": [], "recorded_by": agency}
    needs.hide_referrals(data["answers"], view)
    view.keep()
    return data


def document(connection: sqlite3.Connection, data: dict[str, Any]) -> Document:
    """Return the assessment as a page."""
    title = f"Needs assessment {data['id']} of person {data['person']}"
    if data["occurred_at"] is None:  # hidden
        lines = [f"{data['recorded_by']} is handling this"]
        return Document(title, [Section(lines=lines, main=True)], data)
    labels = codes.labels(connection, "need")
    states = codes.labels(connection, "need_state")
    rows = [
        (
            labels[each["need"]],
            states[each["state"]] if each["state"] else "not asked",
            each["referral"],
            each["referral_status"],
        )
        for each in data["answers"]
    ]
    pairs = [
        ("when", f"{dates.minute(data['occurred_at'])} by {data['recorded_by']}"),
        ("call", data["call"]),
        ("earlier", ", ".join(map(str, data["earlier"]))),
    ]
    given = [pair for pair in pairs if pair[1]]
    table = Table(COLUMNS, rows, labels=codes.of_columns(connection, status="referral_status"))
    sections = [Section(pairs=given), Section(table=table, main=True)]
    return Document(title, sections, data)


def about(session: Session, assessment_id: int, need: str) -> About:
    """Return what to refer for an unmet need. Raises NotFound, NotAllowed, InvalidInput."""
    found = needs.read(session.db, assessment_id)
    hidden = session.view.assessments([assessment_id]).get(assessment_id)
    if hidden is not None:
        raise NotAllowed(f"needs assessment {assessment_id} {hidden.sentence}")
    before = needs.earlier_referral(session.db, assessment_id, need, session.view)
    return About(found["call"], found["person"], need, again_of=before)
