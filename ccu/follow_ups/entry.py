"""What the follow-up commands write: ask for what is missing, record it, and report it.

Questions are asked before the write begins, because a write blocks other users. The state that was
shown is checked again inside the write.
"""

import sqlite3
from datetime import datetime

from ccu import dates
from ccu.errors import InvalidInput
from ccu.follow_ups import store as follow_ups
from ccu.follow_ups import undo_store
from ccu.follow_ups.options import DUE, KIND, RESULT, AddOptions, AttemptOptions
from ccu.follow_ups.store import About, Attempt, Done
from ccu.options import asked, questions, required
from ccu.options.questions import Question
from ccu.options.types import WHY
from ccu.output import say
from ccu.people import store as people
from ccu.people import who
from ccu.records import codes, visibility
from ccu.session import Session
from ccu.work import Work

DAYTIME = "mon-sun 08:30-16:30"  # hour to propose for an attempt, in a town without office hours


def _moment(session: Session, stored: str | None) -> str:
    return dates.say_moment(dates.from_iso(stored), session.now) if stored else ""


def add(session: Session, given: AddOptions, asking: bool) -> str:
    """Add a follow-up by hand; return what was added. Raises InvalidInput, NotFound."""
    instead = "For a referral or call: --referral R, --call N. "
    given.person = who.asked(session, given.person, given.referral, given.call, instead=instead)
    # Report a wrong number before any other question.
    _about(session.reading, given)
    if asking:
        questions.fill_in(
            session,
            [
                questions.of_option(session, given, "kind", KIND, "What to do", "--kind"),
                questions.of_option(session, given, "due", DUE, "When is it due", "--due"),
            ],
        )
    kind = required(given.kind, "--kind")
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
    """Record an attempt and the next due date; return what was done. Raises as `log_attempt`."""
    visibility.refuse("follow-up", session.view.follow_ups([follow_up_id]))
    row = follow_ups.read_open(session.db, follow_up_id)  # raises before any question
    if asking:
        _ask_attempt(session, row, given)
    result, next_due = required(given.result, "--result"), given.next_due
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


def _ask_attempt(session: Session, row: sqlite3.Row, given: AttemptOptions) -> None:
    """Show who it is about, and ask for the result, a note and the next date."""
    next_given = given.next_due is not None

    def is_over() -> bool:
        return given.result is not None and follow_ups.ends(session.db, given.result)

    def is_next_needed() -> bool:
        return not is_over() or follow_ups.next_needed(session.db, row, session.today)

    def ask_next() -> None:
        step = follow_ups.CHECK_AGAIN if is_over() else follow_ups.RETRY
        after = follow_ups.step_after(session.now, session.settings, step, DAYTIME)
        proposal = dates.from_iso(after)
        question = "When to check again" if is_over() else "When to try again"
        usual = given.next_due or proposal
        said = dates.say_moment(usual, session.now)
        given.next_due = DUE.ask(session, question, "--next", said, default=usual)

    def next_words() -> str:
        return dates.say_moment(given.next_due, session.now) if given.next_due else ""

    result = questions.of_option(session, given, "result", RESULT, "Result", "--result")
    if result.known and (next_given or not is_next_needed()) and not given.edit:
        return  # nothing required is missing; a note is optional
    result_words = result.words
    result.words = lambda: result_words() + (" (closes this follow-up)" if is_over() else "")
    if given.result is None:
        say(_who(session, row))
    questions.fill_in(
        session,
        [
            result,
            questions.of_note(given, given.edit, session, f"ccu follow-up done {row['id']}"),
            Question("Next", ask_next, next_words, next_given, is_next_needed),
        ],
    )
    if not (next_given or is_next_needed()):
        given.next_due = None  # the result was changed after this was answered


def _who(session: Session, row: sqlite3.Row) -> str:
    """Return `Follow-up 7: Phone call, person 12, Ana Reyes, 203-555-0142`; record that read."""
    what = codes.labels(session.db, "follow_up_kind")[row["kind"]]
    parts = [f"Follow-up {row['id']}: {what}"]
    if row["person_id"] is not None and session.may("person show"):
        with session.work() as work:
            number = people.canonical(work.connection, row["person_id"])
            person = people.read(work.connection, number)
            work.audit("follow-up-show", "person", number, follow_up=row["id"])
        name = f"{person['given_name']} {person['family_name']}".strip()
        parts += [f"person {number}", name or "unknown", person["phone"] or "no phone recorded"]
    return ", ".join(parts)


def _next(session: Session, done: Done) -> str:
    if done.next_id is None:
        return ""
    return f" Next is follow-up {done.next_id}, due {_moment(session, done.next_due)}."


def sign(session: Session, follow_up_id: int) -> str:
    """Sign a follow-up that an intern closed; return what was done."""
    with session.work() as work:
        done = follow_ups.sign(work, follow_up_id)
    return f"Signed follow-up {follow_up_id}; it is closed.{_next(session, done)}"


def void(session: Session, follow_up_id: int, attempt: bool, why: str | None) -> str:
    """Cancel a follow-up, or void its last attempt; return what was done."""
    visibility.refuse("follow-up", session.view.follow_ups([follow_up_id]))
    if session.may_choose and why is None:  # raises before the question if it cannot be voided
        follow_ups.read(session.db, follow_up_id)
        check = undo_store.attempt_to_void if attempt else undo_store.may_void
        check(session.reading, follow_up_id)
    why = asked(session, why, WHY, "Why was it an error", "--reason")
    with session.work() as work:
        if not attempt:
            undo_store.void(work, follow_up_id, why)
            return f"Cancelled follow-up {follow_up_id}; it is kept, but does not count."
        done = undo_store.void_attempt(work, follow_up_id, why)
        due_at = follow_ups.read(work.connection, follow_up_id)["due_at"]
    label = codes.labels(session.db, "follow_up_result")[done.result].lower()
    state = f" It is open, due {_moment(session, due_at)}." if done.is_open else ""
    gone = f" Cancelled follow-up {done.cancelled}." if done.cancelled else ""
    return f"Voided the last attempt at follow-up {follow_up_id}: {label}.{state}{gone}"


def reopen(session: Session, follow_up_id: int, due: datetime | None, why: str | None) -> str:
    """Open a closed follow-up again; return what was done. Raises InvalidInput, NotFound."""
    visibility.refuse("follow-up", session.view.follow_ups([follow_up_id]))
    with session.work() as work:
        due_at = dates.to_iso(due) if due else None
        now_due = undo_store.reopen(work, follow_up_id, due_at, why)
    return f"Reopened follow-up {follow_up_id}, due {_moment(session, now_due)}."


def move(
    session: Session, follow_up_id: int, due: datetime | None, owner: int | None, why: str | None
) -> str:
    """Reschedule or reassign it; return what was done. Raises InvalidInput, NotFound."""
    visibility.refuse("follow-up", session.view.follow_ups([follow_up_id]))
    if due is None and owner is None:
        if not session.may_choose:
            raise InvalidInput("give --due, --owner or both")
        follow_ups.read_open(session.db, follow_up_id)  # before the question
        due = DUE.ask(session, "New due date (for another owner: --owner LOGIN)", "--due")
    new: dict[str, object] = {"due_at": dates.to_iso(due)} if due is not None else {}
    if owner is not None:
        new["owner_id"] = owner
    with session.work() as work:
        changed = follow_ups.move(work, follow_up_id, new, why)
        row = follow_ups.read(work.connection, follow_up_id)
    due_at = f"due {_moment(session, row['due_at'])}, {row['owner_login']}"
    if not changed:
        return f"Nothing changed: follow-up {follow_up_id} is already {due_at}."
    return f"Follow-up {follow_up_id} is {due_at}."
