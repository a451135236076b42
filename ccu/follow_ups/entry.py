"""What the follow-up commands write: ask for what is missing, record it, and report it.

Questions are asked before the write begins, which would make others wait; what the answers were
based on is checked again inside it.
"""

import sqlite3
from datetime import datetime

from ccu import dates
from ccu.errors import InvalidInput
from ccu.follow_ups import attempts
from ccu.follow_ups import store as follow_ups
from ccu.follow_ups.attempts import Attempt
from ccu.follow_ups.options import DUE, KIND, RESULT
from ccu.follow_ups.store import About
from ccu.options import LaterNote, required
from ccu.records import codes, visibility
from ccu.session import Session
from ccu.work import Work


def _say(session: Session, stored: str | None) -> str:
    return dates.say_moment(dates.from_iso(stored), session.now) if stored else ""


def add(
    session: Session,
    *,
    referral: int | None,
    call: int | None,
    person: int | None,
    kind: str | None,
    due: datetime | None,
    owner: int | None,
    note_file: LaterNote | None,
    asking: bool,
) -> tuple[int, str]:
    """Add one by hand; return its number and a description. Raises InvalidInput, NotFound."""
    # A wrong number is reported before any question.
    _about(session.reading, referral, call, person, owner)
    if asking and kind is None:
        kind = KIND.ask(session, "What to do", "--kind")
    kind = required(kind, "--kind")
    if asking and due is None:
        due = DUE.ask(session, "When is it due", "--due")
    due_at = dates.to_iso(required(due, "--due"))
    note = note_file() if note_file else None
    with session.work() as work:
        about = _about(work, referral, call, person, owner)
        follow_up_id = follow_ups.add(work, kind, about, due_at, note)
        login = follow_ups.read(work.connection, follow_up_id)["owner_login"]
    label = codes.labels(session.db, "follow_up_kind")[kind]
    return follow_up_id, f"{label}, due {_say(session, due_at)}, {login}"


def _about(
    work: Work, referral: int | None, call: int | None, person: int | None, owner: int | None
) -> About:
    if sum(each is not None for each in (referral, call, person)) != 1:
        raise InvalidInput("give one of --referral, --call and --person")
    if referral is not None:
        visibility.refuse("referral", work.view.referrals([referral]))
        return follow_ups.about_referral(work.connection, referral, owner)
    if call is not None:
        return follow_ups.about_call(work.connection, call, owner or work.staff_id)
    return follow_ups.about_person(work, required(person, "--person"), owner)


def attempt(
    session: Session,
    follow_up_id: int,
    *,
    result: str | None,
    when: datetime | None,
    minutes: int | None,
    note_file: LaterNote | None,
    next_due: datetime | None,
    next_kind: str | None,
    asking: bool,
) -> str:
    """Record a try at a follow-up and what is due after it; return what it did in words.

    Raises NotFound; NotAllowed; InvalidInput, also when somebody else closed it meanwhile.
    """
    visibility.refuse("follow-up", session.view.follow_ups([follow_up_id]))
    row = follow_ups.read_open(session.db, follow_up_id)  # reported before any question
    if asking and result is None:
        result = RESULT.ask(session, "Result", "--result")
    result = required(result, "--result")
    if asking and next_due is None:
        next_due = _ask_next(session, row, result)
    if next_kind and next_due is None:
        raise InvalidInput("--next-kind needs --next")
    new = Attempt(
        result=result,
        occurred_at=dates.to_iso(when or session.now),
        minutes=minutes,
        note=note_file() if note_file else None,
        next_due=dates.to_iso(next_due) if next_due else None,
        next_kind=next_kind,
    )
    with session.work() as work:
        done = attempts.done(work, follow_up_id, new)
    label = codes.labels(session.db, "follow_up_result")[result].lower()
    if done.state == "open":
        return (
            f"Attempt {done.number} at follow-up {follow_up_id}: {label}."
            f" Next due {_say(session, done.next_due)}."
        )
    word = "Closed" if done.state == "closed" else "Done, to be signed:"
    return f"{word} follow-up {follow_up_id}: {label}.{_next(session, done)}"


def _ask_next(session: Session, row: sqlite3.Row, result: str) -> datetime | None:
    """Ask for the next due, where there must be one, offering the schedule's next step."""
    is_over = attempts.ends(session.db, result)
    if is_over and not follow_ups.next_needed(session.db, row, session.today):
        return None
    step = follow_ups.CHECK_AGAIN if is_over else follow_ups.RETRY
    proposal = dates.from_iso(follow_ups.step_after(session.now, session.settings, step))
    return DUE.ask(
        session,
        "When to look again" if is_over else "When to try again",
        "--next",
        dates.say_moment(proposal, session.now),
        default=proposal,
    )


def _next(session: Session, done: attempts.Done) -> str:
    if done.next_id is None:
        return ""
    return f" Next is follow-up {done.next_id}, due {_say(session, done.next_due)}."


def sign(session: Session, follow_up_id: int) -> str:
    """Sign an intern's closing; what was done in words."""
    with session.work() as work:
        done = attempts.sign(work, follow_up_id)
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
        changed = attempts.move(work, follow_up_id, new, why)
        row = follow_ups.read(work.connection, follow_up_id)
    if not changed:
        return f"Follow-up {follow_up_id} says that already; nothing was changed."
    return f"Follow-up {follow_up_id} is due {_say(session, row['due_at'])}, {row['owner_login']}."
