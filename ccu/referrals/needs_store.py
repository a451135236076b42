"""Needs assessments: each need of a person is met, unmet, declined, unknown, or was not asked."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from ccu.errors import InvalidInput
from ccu.people import store as people
from ccu.records import codes, person_ids, staff_list, table, visibility, writes
from ccu.records.visibility import View
from ccu.referrals import rules
from ccu.work import Work

_ASSESSMENT = """
SELECT need_assessment.id, (SELECT canonical_id FROM human WHERE id = person_id) AS person,
       call_id AS call, occurred_at,
       need_assessment.recorded_at, staff.login AS recorded_by, need_assessment.voided
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
    work: Work, person_id: int, answers: Mapping[str, str], *, call_id: int | None, occurred_at: str
) -> int:
    """Add an assessment, need -> state; return its id.

    Raises NotFound, and InvalidInput for a void call or a merged person.
    """
    people.must_exist(work.connection, person_id)
    if call_id is not None:
        table.require_call(work.connection, call_id)
    about = {"person_id": person_id, "call_id": call_id, "occurred_at": occurred_at}
    assessment_id = writes.insert(work, "need_assessment", about)
    rows = [{"need": need, "state": state} for need, state in answers.items()]
    writes.replace(work.connection, "need_answer", {"assessment_id": assessment_id}, rows)
    work.audit(
        "needs-record", "need_assessment", assessment_id, person=person_id, answers=len(answers)
    )
    return assessment_id


def edit(
    work: Work, assessment_id: int, answers: Mapping[str, str | None], reason: str | None
) -> list[str]:
    """Correct answers, need -> state (None: not asked); earlier ones stay in the history.

    Returns the needs that changed. Raises NotFound, NotAllowed; InvalidInput for a need that has a
    referral.
    """
    on_file = read(work.connection, assessment_id)
    found = {each["need"]: each for each in on_file["answers"]}
    visibility.refuse("needs assessment", work.view.assessments([assessment_id]))
    if on_file["voided"]:
        raise InvalidInput(f"needs assessment {assessment_id} is void")
    new = {need: state for need, state in answers.items() if found[need]["state"] != state}
    for need in new:
        if found[need]["referral"] and found[need]["referral_status"] != "entered_in_error":
            raise InvalidInput(
                f"{need} was referred from this assessment; record a new one: ccu needs record"
            )
    old = {need: found[need]["state"] for need in new}
    if not new:
        return []
    for need, state in new.items():
        this = {"id": assessment_id, "need": need}
        work.connection.execute(
            "DELETE FROM main.need_answer WHERE assessment_id = :id AND need = :need", this
        )
        if state is not None:
            answer = {"assessment_id": assessment_id, "need": need, "state": state}
            writes.insert_row(work.connection, "need_answer", answer)
    changes = {"answers": (old, new)}
    writes.record_changes(work, "need_assessment", assessment_id, changes, reason)
    work.audit("needs-edit", "need_assessment", assessment_id, fields=["answers"])
    return sorted(new)


def void(work: Work, assessment_id: int, reason: str) -> None:
    """Void an assessment recorded in error: it is kept but not counted.

    Raises NotFound, NotAllowed; InvalidInput for one that is void or has a referral.
    """
    found = read(work.connection, assessment_id)
    visibility.refuse("needs assessment", work.view.assessments([assessment_id]))
    for each in found["answers"]:
        if each["referral"] and each["referral_status"] != "entered_in_error":
            raise InvalidInput(f"referral {each['referral']} was made from it")
    if found["voided"]:
        raise InvalidInput(f"needs assessment {assessment_id} is already void")
    row = table.require(work.connection, "need_assessment", assessment_id)
    staff_list.refuse_others(work.connection, work.staff_id, row["recorded_by"])
    writes.change(work, "need_assessment", row, {"voided": 1}, reason)
    work.audit("needs-edit", "need_assessment", assessment_id, fields=["voided"])


def read(connection: sqlite3.Connection, assessment_id: int | None) -> dict[str, Any]:
    """Return an assessment; an answer with state None was not asked. Raises NotFound."""
    row = table.require(connection, "need_assessment", assessment_id, _ASSESSMENT)
    answers = connection.execute(_ANSWERS, {"id": assessment_id})
    found = {**dict(row), "answers": [dict(answer) for answer in answers]}
    return {**found, "voided": bool(row["voided"])}


def hide_referrals(answers: list[dict[str, Any]], view: View) -> None:
    """For a referral that the view hides, show only whether it is open or has ended."""
    asked = [each["referral"] for each in answers if each["referral"] is not None]
    hidden = view.referrals(asked)
    for each in answers:
        if each["referral"] in hidden:
            each["referral_status"] = hidden[each["referral"]].state


def of_person(connection: sqlite3.Connection, person_id: int) -> list[int]:
    """Return a person's assessments under any of their records, except void ones, oldest first."""
    sql = "SELECT id FROM need_assessment WHERE NOT voided AND {where} ORDER BY id"
    same = person_ids.same(connection, [person_id])
    return [row["id"] for row in table.select(connection, sql, {"person_id IN ?": same})]


def earlier_referral(
    connection: sqlite3.Connection, assessment_id: int, need: str, view: View
) -> int | None:
    """Return the ended referral that was made for an unmet need before, or None.

    A referral that Part 2 withholds from the reader counts as none. Raises NotFound; InvalidInput
    when the need is not unmet, or has an open referral.
    """
    found = read(connection, assessment_id)
    if found["voided"]:
        raise InvalidInput(f"needs assessment {assessment_id} is void")
    answer = next(each for each in found["answers"] if each["need"] == need)
    if answer["state"] != "lacks":
        label = codes.labels(connection, "need")[need]
        states = codes.labels(connection, "need_state")
        state = states[answer["state"]].lower() if answer["state"] else "not asked"
        raise InvalidInput(
            f"assessment {assessment_id} has {label} as {state}; only an unmet need is referred"
        )
    before: int | None = answer["referral"]
    if before is None or _is_withheld(before, view):
        return None
    if answer["referral_status"] in rules.OPEN:
        status = codes.labels(connection, "referral_status")[answer["referral_status"]].lower()
        raise InvalidInput(f"referral {before} was already made for that need and is {status}")
    return before


def _is_withheld(referral_id: int, view: View) -> bool:
    hidden = view.referrals([referral_id]).get(referral_id)
    return hidden is not None and hidden.part2 and not hidden.own


def link(work: Work, assessment_id: int, need: str, referral_id: int) -> None:
    """Record which referral was made for an unmet need.

    An existing link to a referral that Part 2 withholds from the account stays. Raises InvalidInput
    as `earlier_referral`, because somebody else may have referred it meanwhile.
    """
    connection, view = work.connection, work.view
    earlier_referral(connection, assessment_id, need, view)
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
