"""Needs assessments: need by need, what a person has, lacks, declined to say, or is unknown."""

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ccu import dates
from ccu.calls import store as calls
from ccu.errors import InvalidInput, NotAllowed, NotFound
from ccu.options import required, terminal
from ccu.output import Document, Section, Table, say
from ccu.people import store as people
from ccu.records import codes, person_ids, table
from ccu.records.visibility import View
from ccu.referrals import rules
from ccu.referrals.form import About
from ccu.session import Session
from ccu.work import Work

_ASSESSMENT = """
SELECT need_assessment.id, (SELECT canonical_id FROM human WHERE id = person_id) AS person,
       call_id AS call, occurred_at,
       need_assessment.recorded_at, staff.login AS recorded_by
FROM need_assessment JOIN staff ON staff.id = recorded_by WHERE {where}
"""
_ANSWERS = """
SELECT need.code AS need, need_answer.state, need_answer.referral_id AS referral,
       referral.status AS referral_status
FROM need
LEFT JOIN need_answer ON need_answer.need = need.code AND assessment_id = :id
LEFT JOIN referral ON referral.id = need_answer.referral_id
WHERE need.retired = 0 OR need_answer.need IS NOT NULL
ORDER BY need.sort
"""


def record(
    work: Work,
    person_id: int,
    answers: Mapping[str, str],
    *,
    call_id: int | None,
    occurred_at: str,
) -> int:
    """Add an assessment, need -> state; returns its id.

    Raises NotFound, and InvalidInput for a void call or a merged person.
    """
    people.must_exist(work.connection, person_id)
    if call_id is not None:
        calls.require_not_void(work.connection, call_id)
    about = {"person_id": person_id, "call_id": call_id, "occurred_at": occurred_at}
    assessment_id = table.insert(work, "need_assessment", about)
    for need, state in answers.items():
        answer = {"assessment_id": assessment_id, "need": need, "state": state}
        table.insert_row(work.connection, "need_answer", answer)
    work.audit(
        "needs-record",
        "need_assessment",
        assessment_id,
        person=person_id,
        answers=len(answers),
    )
    return assessment_id


def read(connection: sqlite3.Connection, assessment_id: int) -> dict[str, Any]:
    """One assessment: an answer for every need; state null: not asked. Raises NotFound."""
    row = table.require(connection, "need_assessment", assessment_id, _ASSESSMENT)
    found = dict(row)
    answers = connection.execute(_ANSWERS, {"id": assessment_id})
    found["answers"] = [dict(answer) for answer in answers]
    return found


def hide_referrals(answers: list[dict[str, Any]], view: View) -> None:
    """Show of a referral that the view hides only whether it is open or has ended."""
    asked = [each["referral"] for each in answers if each["referral"] is not None]
    hidden = view.referrals(asked)
    for each in answers:
        if each["referral"] in hidden:
            each["referral_status"] = hidden[each["referral"]].state


def of_person(connection: sqlite3.Connection, person_id: int) -> list[int]:
    """The numbers of a person's assessments, under any record of theirs, oldest first."""
    same = json.dumps(person_ids.same(connection, [person_id]))
    found = connection.execute(
        "SELECT id FROM need_assessment"
        " WHERE person_id IN (SELECT value FROM json_each(:same)) ORDER BY id",
        {"same": same},
    )
    return [row["id"] for row in found]


def lack(connection: sqlite3.Connection, assessment_id: int, need: str, view: View) -> int | None:
    """The referral that a lack was turned into before and that ended, or None.

    One that Part 2 withholds from the reader is none. Raises NotFound; InvalidInput when the need
    is not lacking, or is being seen to.
    """
    answers = {each["need"]: each for each in read(connection, assessment_id)["answers"]}
    answer = answers[need]
    if answer["state"] != "lacks":
        label = codes.labels(connection, "need")[need]
        said = f"says {answer['state']}" if answer["state"] else "says nothing"
        raise InvalidInput(
            f"assessment {assessment_id} {said} of {label}; only what is lacking is referred"
        )
    before: int | None = answer["referral"]
    if before is None or _is_withheld(before, view):
        return None
    if answer["referral_status"] in rules.OPEN:
        raise InvalidInput(
            f"that became referral {before} already, which is {answer['referral_status']}"
        )
    return before


def _is_withheld(referral_id: int, view: View) -> bool:
    hidden = view.referrals([referral_id]).get(referral_id)
    return hidden is not None and hidden.part2 and not hidden.own


def link(work: Work, assessment_id: int, need: str, referral_id: int) -> None:
    """Record which referral a lack became.

    An answer keeps its link to a referral that Part 2 withholds from the account. Raises
    InvalidInput as `lack` does: somebody else may have referred it meanwhile.
    """
    connection, view = work.connection, work.view
    lack(connection, assessment_id, need, view)
    found = connection.execute(
        "SELECT referral_id FROM need_answer WHERE assessment_id = :id AND need = :need",
        {"id": assessment_id, "need": need},
    ).fetchone()
    if found["referral_id"] is None or not _is_withheld(found["referral_id"], view):
        connection.execute(
            "UPDATE need_answer SET referral_id = :referral_id"
            " WHERE assessment_id = :id AND need = :need",
            {"referral_id": referral_id, "id": assessment_id, "need": need},
        )
    work.audit("needs-refer", "need_assessment", assessment_id, need=need, referral=referral_id)


# ---------------------------------------------------------------- its form and page


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
        data = read(connection, assessment)
    else:
        person_id = required(person, "--person")
        people.must_exist(connection, person_id)
        every = of_person(connection, person_id)
        if not every:
            raise NotFound(f"no needs assessment of person {person_id}")
        data = read(connection, every[-1])
    earlier = of_person(connection, data["person"])
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
    hide_referrals(data["answers"], view)
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
    found = read(session.db, assessment_id)
    hidden = session.view.assessments([assessment_id]).get(assessment_id)
    if hidden is not None:
        raise NotAllowed(f"needs assessment {assessment_id} {hidden.sentence}")
    before = lack(session.db, assessment_id, need, session.view)
    return About(found["call"], found["person"], need, again_of=before)


def linking(assessment_id: int, need: str) -> Callable[[Work, int], None]:
    """Return the function that writes the new referral's number into the assessment."""

    def write(work: Work, referral_id: int) -> None:
        link(work, assessment_id, need, referral_id)

    return write
