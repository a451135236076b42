"""The rows of `follow-up list` and `follow-up overdue`."""

from collections.abc import Sequence
from typing import Any

from ccu.follow_ups import rows as follow_up_rows
from ccu.follow_ups.rows import AsOf, Wanted
from ccu.session import Session

WEEK = 7 * 24 * 3600  # due soon: within the next seven days, in seconds


def chosen(
    session: Session,
    *,
    due: str | None = None,
    mine: bool = False,
    owner: int | None = None,
    to_sign: bool = False,
    every: bool = False,
) -> list[dict[str, Any]]:
    """The follow-ups asked for. Raises InvalidInput, NotFound, NotAllowed."""
    start, end = _span(session, due) if due is not None else (None, None)
    wanted = Wanted(
        every=every,
        owner_id=session.staff_id if mine else owner,
        due_from=start,
        due_before=end,
        signer=session.staff_id if to_sign else None,
    )
    rows = follow_up_rows.rows(session.db, wanted, AsOf.of(session.now))
    asked = due is not None or owner is not None or to_sign
    return seen(session, rows, leave_out=asked)


def seen(
    session: Session, rows: list[dict[str, Any]], *, leave_out: bool = False
) -> list[dict[str, Any]]:
    """The rows as this account sees them: of a hidden one that it is in hand, for whom and where.

    `leave_out`: the list was asked for by what is hidden (due, owner), so it has none of these.
    """
    hidden = session.view.follow_ups(row["id"] for row in rows)
    session.keep_shown()
    if not hidden:
        return rows
    nothing = dict.fromkeys(("due", "days_late", "attempts"))
    found = []
    for row in rows:
        each = hidden.get(row["id"])
        if each is None:
            found.append(row)
        elif not leave_out:
            told = {"state": each.state, "what": each.state, "owner": each.agency}
            found.append({**row, **nothing, **told, "due_unix": float("inf")})
    return sorted(found, key=lambda row: float(row["due_unix"]))


def _span(session: Session, due: str) -> tuple[int, int]:
    """From which instant until before which, as numbers."""
    if due.strip().lower() == "week":
        now = int(session.now.timestamp())
        return now, now + WEEK
    from ccu import dates
    from ccu.follow_ups.due import day_bounds

    day = dates.parse_day(due, session.today, field="--due")
    start, end = day_bounds(day, session.now)
    return int(start.timestamp()), int(end.timestamp())


def late(session: Session) -> list[dict[str, Any]]:
    """What is overdue. The service account may ask, too: cron runs as it."""
    if not session.unattended:
        _ = session.staff_id
    return follow_up_rows.late(session.db, AsOf.of(session.now))


def keep(session: Session, found: Sequence[dict[str, Any]]) -> None:
    """Keep that these were found late. The file is not written when there is nothing to keep."""
    if not any(row["new"] for row in found):
        return
    from ccu import dates
    from ccu.records import audit

    staff_id = None if session.unattended else session.staff_id
    with session.writing() as connection:
        kept = follow_up_rows.keep_late(connection, found, dates.to_iso(session.now))
        audit.record(connection, staff_id, "overdue", late=len(found), new=kept)


def by_owner(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Whose it is first, then the oldest."""
    return sorted(rows, key=lambda row: (row["owner"], row["due_unix"]))


def named(
    session: Session,
    rows: list[dict[str, Any]],
    columns: tuple[str, ...],
    action: str,
    names: bool,
) -> tuple[str, ...]:
    """With --names: put them into the rows, record whose were shown, and add the column."""
    if not names:
        return columns
    from ccu.records import person_ids

    staff_id = session.staff_id
    ids = {row["person"] for row in rows if row["person"] is not None}
    with session.writing() as connection:
        called = person_ids.names(connection, ids)
        person_ids.shown(connection, staff_id, action, sorted(ids))
    for row in rows:
        row["name"] = called.get(row["person"], "")
    return (*columns, "name")
