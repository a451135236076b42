"""What the follow-up commands write: read what was typed, ask what is missing, record, and say it.

Asking is done before the write begins, so that nobody else waits; what the answers were based on is
looked at again inside it.
"""

from datetime import datetime
from pathlib import Path

from ccu import dates, typed
from ccu.consent import visibility
from ccu.errors import InvalidInput
from ccu.follow_ups import attempts, next_action
from ccu.follow_ups import store as follow_ups
from ccu.follow_ups.attempts import Attempt
from ccu.follow_ups.due import parse_due
from ccu.follow_ups.store import About
from ccu.records import codes, staff
from ccu.session import Session

LONGEST_TRY = 24 * 60  # minutes


def _note(path: Path | None) -> str | None:
    return typed.note(typed.file_text(path, "--note-file"), "--note-file") if path else None


def _say(session: Session, stored: str | None) -> str:
    return dates.say_moment(dates.from_iso(stored), session.now) if stored else ""


class NewFollowUp:
    """One added by hand."""

    def __init__(
        self,
        session: Session,
        kind: str | None,
        due: str | None,
        owner: str | None,
        note_file: Path | None,
        *,
        asking: bool,
    ) -> None:
        self._session = session
        self._owner = staff.require(session.db, owner, "--owner") if owner is not None else None
        self._given = kind, due
        self._note_file = note_file
        self._asking = asking

    def add(self, referral: str | None, call: str | None, person: str | None) -> tuple[int, str]:
        """Its number, and what it is in words. Raises InvalidInput, NotFound."""
        session = self._session
        staff_id = session.staff_id
        self._about(staff_id, referral, call, person)  # a wrong number is told before any question
        kind, due_at = self._kind(), self._due()
        note = _note(self._note_file)
        with session.writing() as connection:
            about = self._about(staff_id, referral, call, person)
            follow_up_id = follow_ups.add(
                connection,
                staff_id,
                kind=kind,
                about=about,
                due_at=due_at,
                note=note,
                at=dates.to_iso(session.now),
            )
            owner = follow_ups.read(connection, follow_up_id)["owner_login"]
        label = codes.labels(session.db, "follow_up_kind")[kind]
        return follow_up_id, f"{label}, due {_say(session, due_at)}, {owner}"

    def _about(
        self, staff_id: int, referral: str | None, call: str | None, person: str | None
    ) -> About:
        if sum(each is not None for each in (referral, call, person)) != 1:
            raise InvalidInput("give one of --referral, --call and --person")
        connection = self._session.db
        if referral is not None:
            number = typed.record_id(referral, "referral")
            visibility.refuse("referral", self._session.view.referrals([number]))
            return follow_ups.about_referral(connection, number, self._owner)
        if call is not None:
            number = typed.record_id(call, "call")
            return follow_ups.about_call(connection, number, self._owner or staff_id)
        number = typed.record_id(person or "", "person")
        return follow_ups.about_person(
            connection, number, self._owner, staff_id, self._session.today
        )

    def _kind(self) -> str:
        kind = self._given[0]
        if kind is not None:
            return codes.code(self._session.db, "follow_up_kind", kind, "--kind")
        if not self._asking:
            raise InvalidInput("--kind is missing")
        from ccu.follow_ups.questions import ask_code

        return ask_code(self._session.db, "follow_up_kind", "What is to be done", "--kind")

    def _due(self) -> str:
        due = self._given[1]
        if due is not None:
            return dates.to_iso(parse_due(due, self._session.now, "--due"))
        if not self._asking:
            raise InvalidInput("--due is missing")
        from ccu.follow_ups.questions import ask_due

        return ask_due("When is it due", self._session.now, "--due")


class NewAttempt:
    """One try at a follow-up, and what is due after it."""

    def __init__(self, session: Session, follow_up_id: int, *, asking: bool) -> None:
        self._session = session
        self._id = follow_up_id
        self._asking = asking
        self._staff_id = session.staff_id
        visibility.refuse("follow-up", session.view.follow_ups([follow_up_id]))
        self._row = follow_ups.read_open(session.db, follow_up_id)  # told before any question
        self._attempt = Attempt(result="", occurred_at="")

    def read(
        self,
        result: str | None,
        when: str | None,
        minutes: str | None,
        note_file: Path | None,
        next_due: str | None,
        next_kind: str | None,
    ) -> None:
        """Check what was given and ask for what is missing. Raises InvalidInput."""
        session = self._session
        now, connection = session.now, session.db
        kind = next_kind and codes.code(connection, "follow_up_kind", next_kind, "--next-kind")
        tried = dates.parse_moment(when, now, field="--when") if when else now
        took = typed.whole_number(minutes or "", "--minutes", LONGEST_TRY)
        due = dates.to_iso(parse_due(next_due, now, "--next")) if next_due is not None else None
        code = self._result(result)
        if due is None and self._asking:
            due = self._ask_next(code, now)
        if kind and due is None:
            raise InvalidInput("--next-kind needs --next")
        self._attempt = Attempt(
            result=code,
            occurred_at=dates.to_iso(tried),
            minutes=took,
            note=_note(note_file),
            next_due=due,
            next_kind=kind,
        )

    def _result(self, result: str | None) -> str:
        connection = self._session.db
        if result is not None:
            return codes.code(connection, "follow_up_result", result, "--result")
        if not self._asking:
            raise InvalidInput("--result is missing")
        from ccu.follow_ups.questions import ask_code

        return ask_code(connection, "follow_up_result", "What came of it", "--result")

    def _ask_next(self, result: str, now: datetime) -> str | None:
        """The next due, where there has to be one; what is proposed is the schedule's next step."""
        connection = self._session.db
        is_over = attempts.ends(connection, result)
        if is_over and not next_action.needed(connection, self._row, now.date()):
            return None
        from ccu.follow_ups.questions import ask_due

        step = next_action.CHECK_AGAIN if is_over else next_action.RETRY
        proposal = dates.from_iso(follow_ups.step_after(now, self._session.settings, step))
        return ask_due("When to look again" if is_over else "When to try again",
                       now, "--next", proposal)  # fmt: skip

    def record(self) -> str:
        """Write it; what came of it in words. Raises InvalidInput when somebody was faster."""
        session = self._session
        with session.writing() as connection:
            done = attempts.done(
                connection,
                self._staff_id,
                self._id,
                self._attempt,
                now=session.now,
                settings=session.settings,
            )
        label = codes.labels(session.db, "follow_up_result")[self._attempt.result].lower()
        if done.state == "open":
            return (
                f"Attempt {done.number} at follow-up {self._id}: {label}."
                f" Next due {_say(session, done.next_due)}."
            )
        word = "Closed" if done.state == "closed" else "Done, to be signed:"
        return f"{word} follow-up {self._id}: {label}.{_next(session, done)}"


def _next(session: Session, done: attempts.Done) -> str:
    if done.next_id is None:
        return ""
    return f" Next is follow-up {done.next_id}, due {_say(session, done.next_due)}."


def sign(session: Session, follow_up_id: int) -> str:
    """Sign an intern's closing; what was done in words."""
    staff_id = session.staff_id
    with session.writing() as connection:
        done = attempts.sign(
            connection, staff_id, follow_up_id, now=session.now, settings=session.settings
        )
    return f"Signed follow-up {follow_up_id}; it is closed.{_next(session, done)}"


def move(
    session: Session, follow_up_id: int, due: str | None, owner: str | None, why: str | None
) -> str:
    """Give it another due or owner; what was done in words. Raises InvalidInput, NotFound."""
    if due is None and owner is None:
        raise InvalidInput("give --due, --owner or both")
    staff_id, new = session.staff_id, dict[str, object]()
    if due is not None:
        new["due_at"] = dates.to_iso(parse_due(due, session.now, "--due"))
    if owner is not None:
        new["owner_id"] = staff.require(session.db, owner, "--owner")
    visibility.refuse("follow-up", session.view.follow_ups([follow_up_id]))
    with session.writing() as connection:
        changed = attempts.move(
            connection, staff_id, follow_up_id, new, at=dates.to_iso(session.now), reason=why
        )
        row = follow_ups.read(connection, follow_up_id)
    if not changed:
        return f"Follow-up {follow_up_id} says that already; nothing was changed."
    return f"Follow-up {follow_up_id} is due {_say(session, row['due_at'])}, {row['owner_login']}."
