"""Lists of follow-ups, by id and place and without names; and those overdue.

Overdue is defined once, as `LATE` over the view open_follow_up.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from ccu import dates
from ccu.errors import InvalidInput
from ccu.options import typed_text
from ccu.people.open_work_store import AsOf
from ccu.records import settings, table, writes
from ccu.session import Session

if TYPE_CHECKING:
    from ccu.follow_ups.options import ListOptions

# Conditions of a list, for table.select; each is a bound on the view's due_unix.
LATE = DUE_BEFORE = "due_unix < ?"
DUE_FROM = "due_unix >= ?"
OWNER = "due.owner_id = ?"
NUMBER = "due.id = ?"
RISK_DAYS = 90

_EVERY = "(SELECT *, unixepoch(due_at) AS due_unix FROM follow_up)"
_ROWS = """
SELECT due.id, due.due_at, due.due_unix, due.closing_at, due.closed_at,
       due.cancelled, owner.login AS owner,
       follow_up_kind.label AS kind, due.referral_id,
       coalesce(due.call_id, referral.call_id) AS call_id,
       (SELECT canonical_id FROM human
        WHERE id = coalesce(due.person_id, referral.person_id)) AS person,
       referral.household_id,
       (SELECT line FROM place_plain
        WHERE id = (SELECT place_id FROM call WHERE id = coalesce(due.call_id, referral.call_id)))
         AS place,
       (SELECT count(*) FROM attempt WHERE follow_up_id = due.id) AS attempts,
       (SELECT substr(replace(occurred_at, 'T', ' '), 1, 16) || ' ' || follow_up_result.label
        FROM attempt JOIN follow_up_result ON follow_up_result.code = attempt.result
        WHERE follow_up_id = due.id ORDER BY attempt.id DESC LIMIT 1) AS last_try,
       EXISTS (SELECT 1 FROM call
               WHERE voided_at IS NULL
                 AND (id = coalesce(due.call_id, referral.call_id)
                      OR (occurred_at >= :recent AND id IN (
                            WITH RECURSIVE same (id) AS (
                              SELECT coalesce(due.person_id, referral.person_id)
                              UNION
                              SELECT merged_into FROM same JOIN person ON person.id = same.id
                              UNION
                              SELECT person.id FROM same JOIN person ON merged_into = same.id)
                            SELECT call_id FROM same
                            CROSS JOIN call_person ON call_person.person_id = same.id
                            WHERE role = 'subject')))
                 AND (instr(:urgent, ',' || coalesce(nature_cleared, nature) || ',')
                      OR EXISTS (SELECT 1 FROM hospital_call
                                 WHERE hospital_call.call_id = call.id AND exam))) AS at_risk,
       overdue_event.seen_at
FROM {source} AS due
JOIN staff AS owner ON owner.id = due.owner_id
JOIN follow_up_kind ON follow_up_kind.code = due.kind
LEFT JOIN referral ON referral.id = due.referral_id
LEFT JOIN overdue_event
  ON overdue_event.follow_up_id = due.id AND overdue_event.due_at = due.due_at
WHERE {where}
ORDER BY at_risk DESC, due_unix, due.id
"""
# What an account may sign: the work of its own interns; an admin any, a supervisor also that of
# interns without a supervisor. Nobody signs their own.
_TO_SIGN = """closing_at IS NOT NULL AND closed_at IS NULL AND due.closed_by <> ? AND EXISTS (
  SELECT 1 FROM staff AS intern, staff AS asker
  WHERE intern.id = due.closed_by AND asker.id = ?
    AND (intern.supervisor_id IS ? OR asker.role = 'admin'
         OR (intern.supervisor_id IS NULL AND asker.role = 'supervisor')))"""


def rows(
    connection: sqlite3.Connection,
    as_of: AsOf,
    conditions: Mapping[str, object],
    *,
    every: bool = False,
) -> list[dict[str, Any]]:
    """Return the open follow-ups that meet the conditions, or with `every` closed ones too.

    Those at risk come first, then the oldest due. At risk means that its call, or one within
    RISK_DAYS about its person, had an urgent nature (a setting) or ended in an emergency
    examination. Keys: id, due, days_late, state, owner, what, attempts, last_try, risk, for, new;
    referral, call, person, household and place are in `for`; person (the canonical record's id) is
    also a key of its own; due_at and due_unix as stored.
    """
    sql = _ROWS.replace("{source}", _EVERY if every else "open_follow_up")
    found = table.select(
        connection,
        sql,
        conditions,
        urgent=f",{settings.load(connection)['urgent_natures']},",
        recent=str(as_of.day - timedelta(days=RISK_DAYS)),
    )
    return [_item(row, as_of) for row in found]


def _item(row: sqlite3.Row, as_of: AsOf) -> dict[str, Any]:
    late = row["closed_at"] is None and as_of.is_late(row["due_unix"])
    waits = row["closing_at"] is not None and row["closed_at"] is None
    about = _about(row)
    closed = "cancelled" if row["cancelled"] else "closed"
    state = closed if row["closed_at"] else "overdue" if late else "open"
    plain = ("id", "owner", "attempts", "last_try", "person", "due_at", "due_unix")
    return {
        **{name: row[name] for name in plain},
        "due": dates.minute(row["due_at"]),
        "days_late": (as_of.day - date.fromisoformat(row["due_at"][:10])).days if late else None,
        "state": f"{state}, to sign" if waits else state,
        "what": row["kind"] + (", to sign" if waits else ""),
        "risk": "high" if row["at_risk"] else None,
        "for": ", ".join([about, row["place"]] if row["place"] else [about]),
        "about": about,
        "new": late and row["seen_at"] is None,
    }


def _about(row: sqlite3.Row) -> str:
    """Return what it is about by numbers alone: `referral 3, person 12`."""
    record, number = (
        ("referral", row["referral_id"]) if row["referral_id"] else ("call", row["call_id"])
    )
    parts = [(record, number), ("person", row["person"])]
    if row["person"] is None:
        parts.append(("household", row["household_id"]))
    return ", ".join(f"{word} {number}" for word, number in parts if number is not None)


def record(connection: sqlite3.Connection, follow_up_id: int, as_of: AsOf) -> dict[str, Any]:
    """Return one of `rows` with its note, numbered attempts and changes. It must exist."""
    (found,) = rows(connection, as_of, {NUMBER: follow_up_id}, every=True)
    ended = connection.execute(_ENDED, {"id": follow_up_id}).fetchone()
    attempts = connection.execute(_ATTEMPTS, {"id": follow_up_id})
    return {
        **{key: found[key] for key in ("id", "what", "for", "due", "state", "owner", "person")},
        **dict(ended),
        "attempts": [dict(row) for row in attempts],
        "changes": writes.changes_of(connection, "follow_up", follow_up_id),
    }


_ENDED = """
SELECT nullif(follow_up.note, '') AS note,
       substr(replace(coalesce(closed_at, closing_at), 'T', ' '), 1, 16) AS closed,
       closer.login AS closed_by, signer.login AS signed_by
FROM follow_up LEFT JOIN staff AS closer ON closer.id = closed_by
LEFT JOIN staff AS signer ON signer.id = signed_by
WHERE follow_up.id = :id
"""
_ATTEMPTS = """
SELECT row_number() OVER (ORDER BY attempt.id) AS number,
       substr(replace(occurred_at, 'T', ' '), 1, 16) AS "when", staff.login AS by,
       follow_up_result.label AS result, minutes, note
FROM attempt JOIN staff ON staff.id = attempt.recorded_by
JOIN follow_up_result ON follow_up_result.code = attempt.result
WHERE follow_up_id = :id ORDER BY attempt.id
"""


# ---------------------------------------------------------------- overdue


def late(
    connection: sqlite3.Connection, as_of: AsOf, owner_id: int | None = None
) -> list[dict[str, Any]]:
    """Return what is overdue, of an owner if given; `new`: no recorded run found it late before."""
    return rows(connection, as_of, {LATE: as_of.unix, OWNER: owner_id})


# ---------------------------------------------------------------- `follow-up list` and `overdue`


WEEK = 7 * 24 * 3600  # due soon: within the next seven days, in seconds


def list_rows(session: Session, given: "ListOptions") -> list[dict[str, Any]]:
    """Return the follow-ups asked for. Raises InvalidInput, NotFound, NotAllowed."""
    if given.mine and given.owner is not None:
        raise InvalidInput("give either --mine or --owner")
    start, end = _span(session, given.due) if given.due is not None else (None, None)
    conditions = {
        OWNER: session.staff_id if given.mine else given.owner,
        DUE_FROM: start,
        DUE_BEFORE: end,
        _TO_SIGN: session.staff_id if given.to_sign else None,
    }
    found = rows(session.db, AsOf.of(session.now), conditions, every=given.every)
    asked = given.due is not None or given.owner is not None or given.to_sign
    return seen(session, found, leave_out=asked)


def late_beside(session: Session, given: "ListOptions", listed: list[dict[str, Any]]) -> int:
    """Return how many overdue ones of the same owner a list by --due omits; 0 without --due.

    Follow-ups hidden from the account are not counted.
    """
    if given.due is None or given.to_sign:
        return 0
    owner = session.staff_id if given.mine else given.owner
    found = late(session.db, AsOf.of(session.now), owner)
    left_out = {each["id"] for each in found if each["state"] == "overdue"}
    left_out -= {each["id"] for each in listed}
    return len(left_out.difference(session.view.follow_ups(left_out)))


def seen(
    session: Session, rows: list[dict[str, Any]], *, leave_out: bool = False
) -> list[dict[str, Any]]:
    """Return the rows as this account sees them: a hidden one shows only its person and place.

    `leave_out`: the list was filtered by hidden values (due, owner), so hidden rows are omitted.
    """
    hidden = session.view.follow_ups(row["id"] for row in rows)
    session.keep_shown()
    if not hidden:
        return rows
    nothing = dict.fromkeys(("due", "days_late", "attempts", "last_try", "risk"))
    found = []
    for row in rows:
        each = hidden.get(row["id"])
        if each is None:
            found.append(row)
        elif not leave_out:
            told = {"state": each.state, "what": each.state, "owner": each.agency}
            found.append({**row, **nothing, **told, "due_unix": float("inf")})
    return sorted(found, key=lambda row: (not row["risk"], float(row["due_unix"])))


def _span(session: Session, due: str) -> tuple[int, int]:
    """Return the first instant of a span and the first one after it, in Unix seconds."""
    if due.strip().lower() == "week":
        now = int(session.now.timestamp())
        return now, now + WEEK
    day = typed_text.day(session, due, "--due")
    start, end = dates.day_bounds(day, session.settings.zone)
    return int(start.timestamp()), int(end.timestamp())


def add_names(
    session: Session, rows: list[dict[str, Any]], columns: tuple[str, ...], action: str, names: bool
) -> tuple[str, ...]:
    """With --names, add names to the rows and the columns; record in the audit whose were shown."""
    if not names:
        return columns
    from ccu.records import person_ids

    staff_id = session.staff_id
    ids = {row["person"] for row in rows if row["person"] is not None}
    with session.writing() as connection:
        called = person_ids.names(connection, ids)
        phones = person_ids.phones(connection, ids)
        person_ids.shown(connection, staff_id, action, sorted(ids))
    for row in rows:
        row["name"] = called.get(row["person"], "")
        row["phone"] = phones.get(row["person"])
    return (*columns, "name", "phone")


_WAS_OWNER = """due.id IN (SELECT record_id FROM change
  WHERE record = 'follow_up' AND field = 'owner_id' AND old_value IS CAST(? AS TEXT))"""
_CHANGES = """SELECT
  (SELECT count(*) FROM change WHERE record = 'follow_up' AND record_id = due.id)
  + (due.closed_at IS NOT NULL) AS changes FROM follow_up AS due WHERE {where}"""


def calendar_rows(session: Session, given: "ListOptions") -> list[dict[str, Any]]:
    """Return the rows of `list_rows` that have a due day, and those that a calendar must remove.

    Removals from before today are left out: a calendar's past days can stay. Keys besides those of
    `rows`: gone (closed, or has another owner now), changes (how often changed).
    """
    owner = session.staff_id if given.mine else given.owner
    found = list_rows(session, replace(given, every=True))
    as_of = AsOf.of(session.now)
    left = rows(session.db, as_of, {_WAS_OWNER: owner}, every=True) if owner is not None else []
    kept = {row["id"] for row in found}
    others = [row for row in seen(session, left, leave_out=True) if row["id"] not in kept]
    shown = []
    for row in [*found, *others]:
        if row["due"] is None:  # hidden from this account
            continue
        row["gone"] = row["state"] in ("closed", "cancelled") or row["id"] not in kept
        if row["gone"] and row["due_at"] < str(session.today):
            continue
        (count,) = table.select(session.db, _CHANGES, {"due.id = ?": row["id"]})
        row["changes"] = count["changes"]
        shown.append(row)
    return sorted(shown, key=lambda row: (row["due_unix"], row["id"]))
