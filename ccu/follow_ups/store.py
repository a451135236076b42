"""Follow-ups: what is due, about which record, and who owns it.

An attempt that did not reach the person leaves a follow-up open with a new due date. An intern's
closing awaits a signature, and until then it is open. After a closing, an open referral or a person
with a worker always has a next action: see make_next.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from ccu import access, dates
from ccu.consent import store as consents
from ccu.errors import InvalidInput, NotAllowed
from ccu.people import open_work_store as open_work
from ccu.people import store as people
from ccu.records import person_ids, staff, staff_list, table, writes
from ccu.records.settings import Settings
from ccu.work import Work

SCHEDULED_KIND = "call"  # the type of a new referral's follow-ups, until somebody changes it
RETRY, CHECK_AGAIN = 0, -1  # steps of the schedule after a failed and after a successful attempt

_READ = """
SELECT follow_up.*, closer.login AS closed_login, owner.login AS owner_login
FROM follow_up JOIN staff AS owner ON owner.id = follow_up.owner_id
LEFT JOIN staff AS closer ON closer.id = follow_up.closed_by
WHERE {where}
"""


@dataclass(frozen=True, kw_only=True)
class About:
    """What a follow-up is for, at least one of the ids, and its owner."""

    owner_id: int
    referral_id: int | None = None
    call_id: int | None = None
    person_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One attempt: codes already checked, times in stored form."""

    result: str
    occurred_at: str
    minutes: int | None = None
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Done:
    """The state of a follow-up after an attempt (open, to_sign, closed) and the next one added."""

    state: str
    number: int = 0  # the attempt's
    next_id: int | None = None
    next_due: str | None = None


def read(connection: sqlite3.Connection, follow_up_id: int) -> sqlite3.Row:
    """Return its row with the logins of owner and closer. Raises NotFound."""
    return table.require(connection, "follow_up", follow_up_id, _READ)


def read_open(connection: sqlite3.Connection, follow_up_id: int) -> sqlite3.Row:
    """Read it as `read` does. Raises InvalidInput, with who closed it and when, if it is closed."""
    row = read(connection, follow_up_id)
    if row["closed_at"]:
        raise InvalidInput(
            f"follow-up {follow_up_id} was closed {_by(row, 'closed_at')};"
            f" to reopen it: ccu follow-up reopen {follow_up_id}"
        )
    if row["closing_at"]:
        raise InvalidInput(
            f"follow-up {follow_up_id} was done {_by(row, 'closing_at')} and waits to be signed"
        )
    return row


def _by(row: sqlite3.Row, when: str) -> str:
    return f"on {dates.said(row[when])} by {row['closed_login']}"


# ---------------------------------------------------------------- making


def schedule(
    work: Work, referral_id: int, made_at: datetime, since: datetime | None = None
) -> list[int]:
    """Add the follow-ups of an open referral, at least one; return their ids.

    They are due the hours of the setting follow_up_hours after `since` in elapsed time, also when
    clocks change. A step already past at `made_at` is counted from `made_at`, so that nothing is
    late before anybody could do it. Two due at the same moment (both moved to Monday's opening)
    become one.
    """
    about = about_referral(work.connection, referral_id, None)
    begins = (since or made_at).astimezone(work.settings.zone)
    due = [
        step_after(
            begins if begins + timedelta(hours=hours) > made_at else made_at, work.settings, step
        )
        for step, hours in enumerate(_steps(work.settings))
    ]
    made = [insert(work, SCHEDULED_KIND, about, due_at) for due_at in dict.fromkeys(due)]
    work.audit("follow-up-schedule", "referral", referral_id, follow_ups=made)
    return made


def contact_end(connection: sqlite3.Connection, call_id: int | None) -> datetime | None:
    """Return when the contact of a call ended: cleared, else begun; None without a call.

    The clock of "within 24 hours" starts then, both for due dates and in the figures
    (ccu/figures/care/first_follow_up.sql).
    """
    sql = "SELECT coalesce(cleared_at, occurred_at) FROM call WHERE id = :call"
    ended = table.value(connection, sql, call=call_id)
    return dates.from_iso(ended) if ended else None


def close_for_referral(work: Work, referral_id: int, *, in_error: bool = False) -> list[int]:
    """Close the open follow-ups of a referral that ended; return the ids.

    If it was entered in error, those without an attempt are cancelled. One that awaits a
    supervisor's signature still does, because the work was done.
    """
    found = work.connection.execute(
        "UPDATE follow_up SET closed_at = :at, closed_by = :by, cancelled = :in_error AND"
        "   NOT EXISTS (SELECT 1 FROM main.attempt WHERE follow_up_id = follow_up.id)"
        " WHERE id IN (SELECT id FROM open_follow_up"
        "              WHERE referral_id = :referral_id AND closing_at IS NULL) RETURNING id",
        {"at": work.at, "by": work.staff_id, "referral_id": referral_id, "in_error": in_error},
    )
    closed = sorted(int(row["id"]) for row in found)
    if closed:
        work.audit("follow-up-close", "referral", referral_id, follow_ups=closed)
    return closed


def open_for_referral(work: Work, ids: list[int]) -> list[int]:
    """Reopen those of `ids` that were closed with their referral; return the ids."""
    of_these: dict[str, object] = {"id IN ?": ids}
    sql = "SELECT id FROM follow_up WHERE closed_at IS NOT NULL AND {where} ORDER BY id"
    opened = [int(row["id"]) for row in table.select(work.connection, sql, of_these)]
    for each in opened:
        now_open = {"closed_at": None, "closed_by": None, "cancelled": 0}
        writes.update(work.connection, "follow_up", each, now_open)
        work.audit("follow-up-reopen", "follow_up", each, part=True)
    return opened


def _steps(settings: Settings) -> list[int]:
    return [int(part) for part in settings["follow_up_hours"].split(",")]


def step_after(moment: datetime, settings: Settings, step: int, usual: str = "") -> str:
    """Return when the schedule's step (0 the first, -1 the last) after a moment is due, as stored.

    It is moved to the next moment at which the office is open, by the town's hours and holidays or,
    if it set none, by the `usual` hours.
    """
    due = dates.add_elapsed(moment, hours=_steps(settings)[step])
    if (open_on := settings["office_hours"] or usual) or settings["holidays"]:
        from ccu.dates import office_hours

        hours = office_hours.read(open_on, settings["holidays"])
        due = hours.next_open(due)
    return dates.to_iso(due)


def add(
    work: Work,
    kind: str,
    about: About,
    due_at: str,
    note: str | None = None,
    after: int | None = None,
) -> int:
    """Add a follow-up by hand, or `after` another one that closed; return its id."""
    follow_up_id = insert(work, kind, about, due_at, note or "")
    of: dict[str, Any] = {"referral": about.referral_id, "call": about.call_id}
    of["person"] = about.person_id
    work.audit("follow-up-add", "follow_up", follow_up_id, kind=kind, **of, after=after)
    return follow_up_id


def insert(work: Work, kind: str, about: About, due_at: str, note: str = "") -> int:
    """Add only the row; `add` and `schedule` also record it in the audit."""
    provider_id = consents.provider_of_referral(work.connection, about.referral_id)
    consents.refuse_part2_note(work.connection, note, provider_id)
    return writes.insert(work, "follow_up", about, kind=kind, due_at=due_at, note=note)


def of_referral(connection: sqlite3.Connection, referral_id: int) -> list[sqlite3.Row]:
    """Return the follow-ups of a referral, including closed ones."""
    sql = "SELECT * FROM main.follow_up WHERE {where} ORDER BY id"
    return table.select(connection, sql, {"referral_id = ?": referral_id})


def about_referral(connection: sqlite3.Connection, referral_id: int, owner: int | None) -> About:
    """Return what a follow-up of an open referral is for; the referral's owner is the default."""
    row = table.require(connection, "referral", referral_id)
    if not _is_open(connection, referral_id):
        raise InvalidInput(f"referral {referral_id} has ended; follow up its --person or --call")
    return About(
        owner_id=owner or row["owner_id"],
        referral_id=referral_id,
        call_id=row["call_id"],
        person_id=row["person_id"],
    )


def about_call(work: Work, call_id: int, owner: int | None) -> About:
    """Return what a call's follow-up is for, also its only subject; or NotFound, InvalidInput."""
    table.require_call(work.connection, call_id)
    subjects = person_ids.subjects(work.connection, call_id)
    person_id = subjects[0] if len(subjects) == 1 else None
    owner_id = staff_list.owner_of_new(work.connection, work.staff_id, owner)
    return About(owner_id=owner_id, call_id=call_id, person_id=person_id)


def about_person(work: Work, person_id: int, owner: int | None) -> About:
    """Return what a person's follow-up is for; their worker owns it by default, else as usual."""
    people.must_exist(work.connection, person_id)
    worker = open_work.worker_of(work.connection, person_id, work.today.isoformat())
    owner_id = staff_list.owner_of_new(work.connection, work.staff_id, owner or worker)
    return About(owner_id=owner_id, person_id=person_id)


# ---------------------------------------------------------------- the next action
# When a follow-up closes while its referral is open or its person has a worker, and nothing else is
# due for them, the next one is added in the same transaction.


def next_needed(connection: sqlite3.Connection, row: sqlite3.Row, today: date) -> bool:
    """Return whether closing this one leaves an open referral, or a client, without a next action.

    A follow-up that awaits a signature is done, so it is no next action.
    """
    others = {"id <> ?": row["id"]}
    if row["referral_id"] is not None and _is_open(connection, row["referral_id"]):
        return not is_due(connection, {**others, "referral_id = ?": row["referral_id"]})
    person_id = row["person_id"]
    if person_id is None or not open_work.worker_of(connection, person_id, today.isoformat()):
        return False
    same = person_ids.same(connection, [person_id])
    return not is_due(connection, {**others, "person_id IN ?": same})


def _is_open(connection: sqlite3.Connection, referral_id: int | None) -> bool:
    sql = "SELECT id FROM open_referral WHERE id = :id"
    return table.value(connection, sql, id=referral_id) is not None


def is_workable(connection: sqlite3.Connection, referral_id: int | None) -> bool:
    """Return whether a follow-up may be open: it is for no referral, or for an open one."""
    return referral_id is None or _is_open(connection, referral_id)


def is_due(connection: sqlite3.Connection, conditions: Mapping[str, object]) -> bool:
    """Return whether a follow-up is still to be done: open, and not awaiting a signature."""
    sql = "SELECT id FROM open_follow_up WHERE closing_at IS NULL AND {where}"
    return bool(table.select(connection, sql, conditions))


def make_next(
    work: Work, row: sqlite3.Row, due_at: str | None = None, kind: str | None = None
) -> tuple[int | None, str | None]:
    """Add the next follow-up after one that closed, if given or needed; return its id and due."""
    if due_at is None:
        if not next_needed(work.connection, row, work.today):
            return None, None
        due_at = step_after(work.now, work.settings, CHECK_AGAIN)
    is_open = _is_open(work.connection, row["referral_id"])
    about = About(
        owner_id=row["owner_id"],
        referral_id=row["referral_id"] if is_open else None,
        call_id=row["call_id"],
        person_id=row["person_id"],
    )
    return add(work, kind or row["kind"], about, due_at, after=row["id"]), due_at


# ---------------------------------------------------------------- attempts


def ends(connection: sqlite3.Connection, result: str) -> bool:
    """Return whether this result closes a follow-up."""
    sql = "SELECT ends FROM follow_up_result WHERE code = :code"
    return bool(table.value(connection, sql, code=result))


def log_attempt(
    work: Work, follow_up_id: int, attempt: Attempt, next_due: str | None, next_kind: str | None
) -> Done:
    """Record an attempt, and close the follow-up or set its next due date.

    Raises NotFound; InvalidInput if it is closed (with who closed it and when), or if the result
    leaves it open and no next due date is given.
    """
    connection = work.connection
    row = read_open(connection, follow_up_id)
    writes.refuse_before_call(connection, row["call_id"], attempt.occurred_at, "--when")
    provider_id = consents.provider_of_referral(connection, row["referral_id"])
    consents.refuse_part2_note(connection, attempt.note, provider_id)
    is_over = ends(connection, attempt.result)
    if not is_over and next_due is None:
        raise InvalidInput("--next is missing: after that result the follow-up stays open")
    writes.insert(work, "attempt", attempt, follow_up_id=follow_up_id)
    sql = "SELECT count(*) FROM attempt WHERE follow_up_id = :id"
    number: int = table.value(connection, sql, id=follow_up_id)
    state = "open"
    if is_over:
        state = _close(work, follow_up_id)
    else:
        writes.change(
            work, "follow_up", row, {"due_at": next_due, "kind": next_kind or row["kind"]}
        )
    work.audit("follow-up-done", "follow_up", follow_up_id, attempt=number, result=attempt.result)
    if not is_over:
        return Done(state=state, number=number, next_due=next_due)
    next_id, made_due = make_next(work, row, next_due, next_kind)
    return Done(state=state, number=number, next_id=next_id, next_due=made_due)


def _close(work: Work, follow_up_id: int) -> str:
    """Close it; an intern's closing awaits a signature."""
    to_sign = staff.role_of(work.connection, work.staff_id) == "intern"
    closed = {"closing_at" if to_sign else "closed_at": work.at, "closed_by": work.staff_id}
    writes.update(work.connection, "follow_up", follow_up_id, closed)
    return "to_sign" if to_sign else "closed"


# ---------------------------------------------------------------- signing and moving


def sign(work: Work, follow_up_id: int) -> Done:
    """Sign an intern's closing, which closes it. Raises NotFound, NotAllowed, InvalidInput."""
    row = read(work.connection, follow_up_id)
    if row["closed_at"] or not row["closing_at"]:
        read_open(work.connection, follow_up_id)  # raises when it is closed already
        raise InvalidInput(f"follow-up {follow_up_id} is not awaiting a signature")
    _require_signer(work, row)
    signed = {"closed_at": work.at, "signed_by": work.staff_id}
    writes.update(work.connection, "follow_up", follow_up_id, signed)
    work.audit("follow-up-sign", "follow_up", follow_up_id)
    next_id, next_due = make_next(work, row)
    return Done(state="closed", next_id=next_id, next_due=next_due)


def _require_signer(work: Work, row: sqlite3.Row) -> None:
    """Require an admin or the intern's supervisor; any supervisor if the intern has none."""
    role = staff.role_of(work.connection, work.staff_id)
    intern = work.connection.execute(
        "SELECT intern.id, boss.id AS boss_id, boss.login FROM staff AS intern"
        " LEFT JOIN staff AS boss ON boss.id = intern.supervisor_id WHERE intern.id = :id",
        {"id": row["closed_by"]},
    ).fetchone()
    boss = intern["boss_id"] == work.staff_id and role in access.SUPERVISE
    own = boss or role == "admin"
    spare = intern["boss_id"] is None and access.may(role, "follow-up sign --any")
    if intern["id"] == work.staff_id or not (own or spare):
        who = intern["login"] or "a supervisor"
        raise NotAllowed(f"only {who} or an admin signs follow-up {row['id']}")


def move(work: Work, follow_up_id: int, new: dict[str, object], reason: str | None) -> list[str]:
    """Set a new due_at or owner_id and keep the old one; return the fields that changed.

    If it awaits a signature, this sends it back to be done again; only a signer may do that. Raises
    NotFound, InvalidInput for a closed one, NotAllowed.
    """
    row = read(work.connection, follow_up_id)
    if row["closed_at"]:
        read_open(work.connection, follow_up_id)
    if row["closing_at"]:
        _require_signer(work, row)
        new = {**new, "closing_at": None, "closed_by": None}
    changed = writes.change(work, "follow_up", row, new, reason)
    if changed:
        work.audit("follow-up-move", "follow_up", follow_up_id, fields=changed)
    return changed
