"""What `ccu needs` asks and shows: an assessment as a form, as JSON and as a page."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ccu import dates
from ccu.errors import InvalidInput, NotAllowed, NotFound
from ccu.options import terminal
from ccu.options.questions import Question, fill_in
from ccu.output import Document, Section, Table, say
from ccu.people import store as people
from ccu.records import codes, visibility, writes
from ccu.referrals import needs_store as needs
from ccu.referrals.form import About
from ccu.session import Session
from ccu.work import Work

COLUMNS = ("need", "state", "referral", "status")
# Asked first, in this order.
COMMON = ("housing", "food", "mh_outpatient", "addiction_outpatient", "benefits", "primary_care")
# Words accepted besides the codes and labels of the list -> the state.
_STATES = {
    **dict.fromkeys(("no", "n", "none"), "no_need"),
    **dict.fromkeys(("met", "yes_met"), "has"),
    **dict.fromkeys(("unmet", "yes_unmet"), "lacks"),
}


def answers(session: Session, typed: Sequence[str], asking: bool) -> dict[str, str]:
    """Return need -> state from NEED=STATE texts, or by asking if there are none."""
    if not typed and not asking:
        raise InvalidInput("the need is missing; type NEED=STATE, such as housing=unmet")
    found = _asked(session, {}) if not typed else {}
    for text in typed:
        need, equals, state = text.partition("=")
        if not equals:
            raise InvalidInput("write each need as NEED=STATE, such as housing=unmet")
        code = codes.code(session.db, "need", need, "NEED")
        if code in found:
            raise InvalidInput(f"{code} is given twice")
        found[code] = _state(session, code, state)
    if not found:
        raise InvalidInput("no need was answered; nothing was saved")
    return found


def _state(session: Session, need: str, text: str) -> str:
    """Return the state in NEED=STATE. Raises InvalidInput that lists the states."""
    if known := _STATES.get(codes.plain(text)):
        return known
    try:
        return codes.code(session.db, "need_state", text, need)
    except InvalidInput:
        words = {"no_need": "no", "has": "met", "lacks": "unmet"}
        states = [words.get(each, each) for each in codes.choices(session.db, "need_state")]
        raise InvalidInput(f"{need}: the state is one of {', '.join(states)}") from None


def _asked(session: Session, before: Mapping[str, str]) -> dict[str, str]:
    """Ask need by need, the most common first; the others only if wanted.

    `before` are the answers on file: each is shown with its question, and Enter keeps it.
    """
    connection = session.db
    states = codes.choices(connection, "need_state")
    labels = codes.labels(connection, "need")
    in_use = codes.choices(connection, "need")
    first = [need for need in COMMON if need in in_use]
    first += [need for need in before if need not in first]
    others = [need for need in in_use if need not in first]
    found = dict(before)
    more = [False]

    def say_states() -> None:
        say("Is there a need, and is it met? Press Enter for a need that you did not ask about.")
        say("Nothing is saved until the end; Ctrl-C cancels.")
        terminal.show_choices(states.values())

    def state(text: str) -> str:
        word = codes.plain(text)
        if word == "yes":
            raise InvalidInput("type met or unmet")
        return _STATES.get(word) or codes.chosen(connection, "need_state", text, "")

    def words(need: str) -> str:
        return states.get(found.get(need, ""), "")

    def question(need: str, wanted: Callable[[], bool]) -> Question:
        def read(text: str) -> None:
            if text:
                found[need] = state(text)
            elif need not in before:
                found.pop(need, None)

        def ask() -> None:
            now = f" [{words(need)}]" if need in before else ""
            terminal.ask_until_valid(f"{labels[need]} (number or word){now}", read, say_states)
            if need in found:
                say(f"  {words(need)}")

        return Question(labels[need], ask, lambda: words(need), False, wanted)

    def ask_more() -> None:
        more[0] = terminal.yes_or_no(f"Ask about the other {len(others)}? y or n [n]", enter=False)
        if more[0]:
            say_states()

    say_states()
    fill_in(session, [
        *(question(need, lambda: True) for need in first),
        Question("More needs", ask_more, lambda: "asked" if more[0] else "not asked"),
        *(question(need, lambda: more[0]) for need in others),
    ])  # fmt: skip
    return found


def corrected(
    session: Session, assessment: int, typed: Sequence[str], clear: Sequence[str], asking: bool
) -> dict[str, str | None]:
    """Return need -> state of an edit; None for the needs of `clear`, meaning not asked.

    At a terminal each answer on file is shown and kept by Enter; showing them is recorded in the
    audit. Raises NotFound, NotAllowed for a hidden assessment, InvalidInput.
    """
    gone = [codes.code(session.db, "need", text, "--clear") for text in clear]
    found: dict[str, str | None] = {}
    if typed or not (gone or asking):
        found |= answers(session, typed, False)
    elif not gone:
        with session.work() as work:
            visibility.refuse("needs assessment", work.view.assessments([assessment]))
            on_file = shown(work, assessment, None)["answers"]
        found |= _asked(session, {each["need"]: each["state"] for each in on_file if each["state"]})
    if both := [need for need in gone if need in found]:
        raise InvalidInput(f"{both[0]} is given and cleared; choose one")
    return found | dict.fromkeys(gone)


def shown(work: Work, assessment: int | None, person: int | None) -> dict[str, Any]:
    """Return an assessment, or a person's latest, in its JSON shape, and record that it was shown.

    If it is hidden from the account, it has no answers. Raises NotFound.
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
    data["changes"] = writes.changes_of(connection, "need_assessment", data["id"])
    data["voided"] = data.pop("voided")  # new keys of the JSON go last
    work.audit("needs-show", "need_assessment", data["id"])
    work.audit("needs-show", "person", data["person"], assessment=data["id"])
    if data["id"] in hidden:
        kept = {key: data[key] for key in ("id", "person", "call", "earlier")}
        agency = hidden[data["id"]].agency
        return {**dict.fromkeys(data), **kept, "answers": [], "changes": [], "recorded_by": agency}
    needs.hide_referrals(data["answers"], view)
    view.keep()
    return data


def document(connection: sqlite3.Connection, data: dict[str, Any]) -> Document:
    """Return the assessment as a page."""
    title = f"Needs assessment {data['id']} of person {data['person']}"
    if data["voided"]:
        title += " (void)"
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
    answers = Table(COLUMNS, rows, labels=codes.of_columns(connection, status="referral_status"))
    sections = [Section(pairs=given), Section(table=answers, main=True)]
    if data["changes"]:
        sections.append(Section("Changes", table=_changes(connection, data["changes"])))
    return Document(title, sections, data)


def _changes(connection: sqlite3.Connection, changes: Sequence[Mapping[str, Any]]) -> Table:
    """Return the changes, a row per need: its answer before and after."""
    labels = codes.labels(connection, "need")
    states = codes.labels(connection, "need_state")
    rows = []
    for each in changes:
        if each["field"] == "voided":
            rows.append((each["at"], each["by"], "all", "", "void", each["reason"]))
            continue
        old, new = each["old"] or {}, each["new"] or {}
        for need in sorted({*old, *new}):
            was, now = (states.get(kept.get(need) or "", "not asked") for kept in (old, new))
            rows.append((each["at"], each["by"], labels[need], was, now, each["reason"]))
    return Table(("when", "by", "need", "from", "to", "reason"), rows)


def about(session: Session, assessment_id: int, need: str) -> About:
    """Return the source of an unmet need's referral. Raises NotFound, NotAllowed, InvalidInput."""
    found = needs.read(session.db, assessment_id)
    hidden = session.view.assessments([assessment_id]).get(assessment_id)
    if hidden is not None:
        raise NotAllowed(f"needs assessment {assessment_id} {hidden.sentence}")
    before = needs.earlier_referral(session.db, assessment_id, need, session.view)
    return About(found["call"], found["person"], need, again_of=before)
