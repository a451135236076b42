"""What `ccu needs` asks and shows: an assessment as a form, as JSON and as a page."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

from ccu import dates
from ccu.errors import InvalidInput, NotAllowed, NotFound
from ccu.options import required, terminal
from ccu.output import Document, Section, Table, say
from ccu.people import store as people
from ccu.records import codes
from ccu.referrals import needs_store as needs
from ccu.referrals.form import About
from ccu.session import Session
from ccu.work import Work

COLUMNS = ("need", "state", "referral", "status")


def answers(session: Session, said: Sequence[str], asking: bool) -> dict[str, str]:
    """need -> state, from NEED=STATE or, when there is none, from the answers to questions."""
    if not said and not asking:
        raise InvalidInput("NEED=STATE is missing, such as housing=lacks")
    found = _asked(session) if not said else {}
    for text in said:
        need, equals, state = text.partition("=")
        if not equals:
            raise InvalidInput("write each need as NEED=STATE, such as housing=lacks")
        code = codes.code(session.db, "need", need, "NEED")
        if code in found:
            raise InvalidInput(f"{code} is given twice")
        found[code] = codes.code(session.db, "need_state", state, f"the state of {code}")
    if not found:
        raise InvalidInput("no need was answered; nothing was written")
    return found


def _asked(session: Session) -> dict[str, str]:
    connection = session.db
    states = codes.choices(connection, "need_state")
    say("For each need: " + ", ".join(f"{code} ({label})" for code, label in states.items()))

    def chosen_state(text: str) -> str | None:
        return codes.chosen(connection, "need_state", text, "the state") if text else None

    found = {}
    for need, label in codes.choices(connection, "need").items():
        if state := terminal.ask_until_valid(f"{label} (Enter: not asked)", chosen_state):
            found[need] = state
    return found


def read_or_latest(
    connection: sqlite3.Connection, assessment: int | None, person: int | None
) -> dict[str, Any]:
    """One assessment, or a person's latest, in its documented JSON shape. Raises NotFound."""
    if assessment is not None:
        data = needs.read(connection, assessment)
    else:
        person_id = required(person, "--person")
        people.must_exist(connection, person_id)
        every = needs.of_person(connection, person_id)
        if not every:
            raise NotFound(f"no needs assessment of person {person_id}")
        data = needs.read(connection, every[-1])
    earlier = needs.of_person(connection, data["person"])
    return {**data, "earlier": [each for each in earlier if each < data["id"]]}


def seen(session: Session, data: dict[str, Any]) -> dict[str, Any]:
    """The assessment as this account sees it, inside a write: a hidden one has no answers."""
    view = session.view
    every = view.assessments([data["id"], *data["earlier"]])
    hidden = every.get(data["id"])
    earlier = [each for each in data["earlier"] if each not in every]
    if hidden is not None:
        kept = {key: data[key] for key in ("id", "person", "call")}
        told = {"answers": [], "recorded_by": hidden.agency, "earlier": earlier}
        return dict.fromkeys(data) | kept | told
    needs.hide_referrals(data["answers"], view)
    view.keep()
    return {**data, "earlier": earlier}


def document(connection: sqlite3.Connection, data: dict[str, Any]) -> Document:
    """The same as a page."""
    title = f"Needs assessment {data['id']} of person {data['person']}"
    if data["occurred_at"] is None:  # hidden
        lines = [f"in hand with {data['recorded_by']}"]
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
    pairs = [("when", f"{dates.minute(data['occurred_at'])}, by {data['recorded_by']}")]
    if data["call"]:
        pairs.append(("call", data["call"]))
    if data["earlier"]:
        pairs.append(("earlier", ", ".join(map(str, data["earlier"]))))
    sections = [Section(pairs=pairs), Section(table=Table(COLUMNS, rows), main=True)]
    return Document(title, sections, data)


def about(session: Session, assessment_id: int, need: str) -> About:
    """What a referral of a lack comes from. Raises NotFound, NotAllowed, InvalidInput."""
    found = needs.read(session.db, assessment_id)
    hidden = session.view.assessments([assessment_id]).get(assessment_id)
    if hidden is not None:
        raise NotAllowed(f"needs assessment {assessment_id} {hidden.sentence}")
    before = needs.lack(session.db, assessment_id, need, session.view)
    return About(found["call"], found["person"], need, again_of=before)


def linking(assessment_id: int, need: str) -> Callable[[Work, int], None]:
    """Return the function that writes the new referral's number into the assessment."""

    def write(work: Work, referral_id: int) -> None:
        needs.link(work, assessment_id, need, referral_id)

    return write
