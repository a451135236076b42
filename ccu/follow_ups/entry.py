"""What the follow-up commands write: ask for what is missing, record it, and report it.

Questions are asked before the write begins, because a write blocks other users. What the answers
were based on is checked again inside the write.
"""

import sqlite3
from datetime import datetime

from ccu import dates
from ccu.errors import InvalidInput
from ccu.follow_ups import store as follow_ups
from ccu.follow_ups.options import DUE, KIND, RESULT, AddOptions, AttemptOptions
from ccu.follow_ups.store import About, Attempt, Done
from ccu.options import required
from ccu.records import codes, visibility
from ccu.session import Session
from ccu.work import Work


def _moment(session: Session, stored: str | None) -> str:
    return dates.say_moment(dates.from_iso(stored), session.now) if stored else ""


def add(session: Session, given: AddOptions, asking: bool) -> str:
    """Add a follow-up by hand; return what was added. Raises InvalidInput, NotFound."""
    # A wrong number is reported before any question.
    _about(session.reading, given)
    if asking and given.kind is None:
        given.kind = KIND.ask(session, "What to do", "--kind")
    kind = required(given.kind, "--kind")
    if asking and given.due is None:
        given.due = DUE.ask(session, "When is it due", "--due")
    due_at = dates.to_iso(required(given.due, "--due"))
    note = given.note_file() if given.note_file else None
    with session.work() as work:
        follow_up_id = follow_ups.add(work, kind, _about(work, given), due_at, note)
        login = follow_ups.read(work.connection, follow_up_id)["owner_login"]
    label = codes.labels(session.db, "follow_up_kind")[kind]
    return f"Added follow-up {follow_up_id}: {label}, due {_moment(session, due_at)}, {login}."


def _about(work: Work, given: AddOptions) -> About:
    if sum(each is not None for each in (given.referral, given.call, given.person)) != 1:
        raise InvalidInput("give one of --referral, --call and --person")
    if given.referral is not None:
        visibility.refuse("referral", work.view.referrals([given.referral]))
        return follow_ups.about_referral(work.connection, given.referral, given.owner)
    if given.call is not None:
        return follow_ups.about_call(work, given.call, given.owner)
    return follow_ups.about_person(work, required(given.person, "--person"), given.owner)


def attempt(session: Session, follow_up_id: int, given: AttemptOptions, asking: bool) -> str:
    """Record an attempt and what is due after it; return what was recorded.

    Raises NotFound; NotAllowed; InvalidInput, also when somebody else closed it meanwhile.
    """
    visibility.refuse("follow-up", session.view.follow_ups([follow_up_id]))
    row = follow_ups.read_open(session.db, follow_up_id)  # reported before any question
    if asking and given.result is None:
        given.result = RESULT.ask(session, "Result", "--result")
    result, next_due = required(given.result, "--result"), given.next_due
    if asking and next_due is None:
        next_due = _ask_next(session, row, result)
    if given.next_kind and next_due is None:
        raise InvalidInput("--next-kind needs --next")
    new = Attempt(
        result=result,
        occurred_at=dates.to_iso(given.when or session.now),
        minutes=given.minutes,
        note=given.note_file() if given.note_file else None,
    )
    with session.work() as work:
        due_at = dates.to_iso(next_due) if next_due else None
        done = follow_ups.log_attempt(work, follow_up_id, new, due_at, given.next_kind)
    label = codes.labels(session.db, "follow_up_result")[result].lower()
    if done.state == "open":
        due = _moment(session, done.next_due)
        return f"Attempt {done.number} at follow-up {follow_up_id}: {label}. Next due {due}."
    word = "Closed" if done.state == "closed" else "Done, to be signed:"
    return f"{word} follow-up {follow_up_id}: {label}.{_next(session, done)}"


def _ask_next(session: Session, row: sqlite3.Row, result: str) -> datetime | None:
    """Ask when the next one is due, where there must be one, offering the schedule's next step."""
    is_over = follow_ups.ends(session.db, result)
    if is_over and not follow_ups.next_needed(session.db, row, session.today):
        return None
    step = follow_ups.CHECK_AGAIN if is_over else follow_ups.RETRY
    proposal = dates.from_iso(follow_ups.step_after(session.now, session.settings, step))
    question = "When to check again" if is_over else "When to try again"
    usual = dates.say_moment(proposal, session.now)
    return DUE.ask(session, question, "--next", usual, default=proposal)


def _next(session: Session, done: Done) -> str:
    if done.next_id is None:
        return ""
    return f" Next is follow-up {done.next_id}, due {_moment(session, done.next_due)}."


def sign(session: Session, follow_up_id: int) -> str:
    """Sign a follow-up that an intern closed; return what was done."""
    with session.work() as work:
        done = follow_ups.sign(work, follow_up_id)
    return f"Signed follow-up {follow_up_id}; it is closed.{_next(session, done)}"


def move(
    session: Session, follow_up_id: int, due: datetime | None, owner: int | None, why: str | None
) -> str:
    """Reschedule or reassign it; return what was done. Raises InvalidInput, NotFound."""
    if due is None and owner is None:
        raise InvalidInput("give --due, --owner or both")
    new: dict[str, object] = {"due_at": dates.to_iso(due)} if due is not None else {}
    if owner is not None:
        new["owner_id"] = owner
    visibility.refuse("follow-up", session.view.follow_ups([follow_up_id]))
    with session.work() as work:
        changed = follow_ups.move(work, follow_up_id, new, why)
        row = follow_ups.read(work.connection, follow_up_id)
    due_at = f"due {_moment(session, row['due_at'])}, {row['owner_login']}"
    if not changed:
        return f"Nothing changed: follow-up {follow_up_id} is already {due_at}."
    return f"Follow-up {follow_up_id} is {due_at}."
