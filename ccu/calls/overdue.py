"""Overdue work: follow-ups, and care calls without a decision in time.

`ccu follow-up overdue` and the brief list the same rows. A call's row has no id, because the ids of
the list are those of follow-ups; its number is in `for`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ccu import dates
from ccu.calls import triage_store as triage
from ccu.follow_ups import listing_store as follow_ups
from ccu.people.open_work_store import AsOf
from ccu.session import Session

DECISION = "Decide on a care call"


def rows(session: Session, owner_id: int | None = None) -> list[dict[str, Any]]:
    """Return what is overdue, of one owner if given: people at risk first, then the oldest due.

    The service account may call it too: cron runs as it. Keys are those of follow_ups.rows and
    `call`, the number of a call to decide on.
    """
    if not session.unattended:
        _ = session.staff_id
    as_of = AsOf.of(session.now)
    found = [{**row, "call": None} for row in follow_ups.late(session.db, as_of, owner_id)]
    return _in_order([*found, *map(_of_call, triage.late(session.db, as_of, owner_id))])


def _in_order(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(found, key=lambda row: (not row["risk"], row["due_unix"]))


def _of_call(call: Mapping[str, Any]) -> dict[str, Any]:
    """Return a call as a row of the list. The nature is left out, because the list is mailed."""
    number = f"call {call['id']}"
    return {
        **{key: call[key] for key in ("days_late", "due", "owner", "new", "due_at", "due_unix")},
        **{"id": None, "call": call["id"], "state": "overdue", "what": DECISION},
        **dict.fromkeys(("person", "last_try")),
        "attempts": 0,
        "for": f"{number}, {call['place']}" if call["place"] else number,
        "risk": "high" if call["urgent"] else None,
    }


def seen(session: Session, found: list[dict[str, Any]], *, by_owner: bool) -> list[dict[str, Any]]:
    """Return the rows as this account sees them; with `by_owner`, without hidden ones."""
    calls = [row for row in found if row["call"] is not None]
    own = [row for row in found if row["call"] is None]
    shown = follow_ups.seen(session, own, leave_out=by_owner)
    return _in_order([*shown, *calls])


def one_line_each(found: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows with one line for all late follow-ups of a referral and owner, for a screen.

    The first of them stays and counts the others; it is new if one of them is.
    """
    lines: dict[object, list[dict[str, Any]]] = {}
    for number, row in enumerate(found):
        about = row["for"].split(",")[0]
        of_referral = about.startswith("referral ")
        lines.setdefault((about, row["owner"]) if of_referral else number, []).append(row)
    return [
        first
        if not others
        else {
            **first,
            "what": f"{first['what']} (+{len(others)} more)",
            "new": any(row.get("new") for row in (first, *others)),
        }
        for first, *others in lines.values()
    ]


def record(session: Session, found: Sequence[dict[str, Any]]) -> None:
    """Record that these were found late. Without any, nothing is written to the file.

    If another run finds the same, each is recorded once. One that was rescheduled meanwhile is
    recorded too, because it was late.
    """
    if not any(row["new"] for row in found):
        return
    from ccu.records import audit, writes

    staff_id = None if session.unattended else session.staff_id
    at = dates.to_iso(session.now)
    with session.writing() as connection:
        own = [
            {"follow_up_id": row["id"], "due_at": row["due_at"], "seen_at": at}
            for row in found
            if row["call"] is None
        ]
        calls = [{"call_id": row["call"], "seen_at": at} for row in found if row["call"]]
        kept = writes.insert_missing(connection, "overdue_event", own)
        kept += writes.insert_missing(connection, "undecided_event", calls)
        audit.record(connection, staff_id, "overdue", late=len(found), new=kept)
