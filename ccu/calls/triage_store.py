"""Which care calls still need a decision, and the one that is no referral and no follow-up.

A referral or a follow-up decides its call; only "no further action" is stored (call_decision). The
deciding referrals and follow-ups are read from the unfiltered tables (`main`), even for readers who
may not see them, so that a call is undecided for everyone or for no one.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from ccu import dates
from ccu.errors import InvalidInput
from ccu.output.text import counted
from ccu.people.open_work_store import AsOf
from ccu.records import codes, staff, table, writes
from ccu.records import settings as setting_records
from ccu.records.visibility import View
from ccu.work import Work

# Conditions of `rows`. MINE: logged by this account, or to be decided by it.
UNDECIDED = "undecided = ?"
CARE = "decided.care = ?"
SINCE, BEFORE, LATE = "occurred_unix >= ?", "occurred_unix < ?", "due_unix < ?"
NATURE, OWNER, MINE = "nature = ?", "owner_id = ?", "? IN (decided.recorded_by, owner_id)"
NUMBER = "decided.id IN ?"
NO_ACTION = "no further action"
DECIDED = "decided"  # decided by a referral or a follow-up that the reader may not see

# The owner of a decision is the account in the setting default_owner, else the one that logged the
# call, unless that was a patrol officer or an import.
_ROWS = """
WITH known AS (
  SELECT call.id, call.occurred_at, call.clock_known, call.beat, call.priority,
         iif(call.incident GLOB '~*', NULL, call.incident) AS incident,  -- made by an import
         call.dispatched_at, call.arrived_at, call.cleared_at, call.address_id,
         call.cad_nature_id, call.cad_cleared_id, call.cad_disposition_id,
         unixepoch(call.occurred_at) AS occurred_unix, call.care,
         coalesce(call.nature_cleared, call.nature) AS nature, call.place_id, call.recorded_by,
         recorder.login AS logged_by, coalesce(:owner, iif(
           call.import_batch_id IS NULL AND recorder.role <> 'officer', recorder.id, NULL))
           AS owner_id,
         call_decision.reason,
         (EXISTS (SELECT 1 FROM main.referral
                  WHERE call_id = call.id AND status <> 'entered_in_error')
          OR EXISTS (SELECT 1 FROM main.follow_up
                     WHERE call_id = call.id AND referral_id IS NULL AND cancelled IS NOT 1))
           AS has_work
  FROM main.call JOIN staff AS recorder ON recorder.id = call.recorded_by
  LEFT JOIN main.call_decision ON call_decision.call_id = call.id
  WHERE call.voided_at IS NULL AND call.occurred_at >= :from_text
    AND (call.care OR NOT :of_care)),  -- from the index: the other calls are not read
decided AS (
  SELECT *, care AND reason IS NULL AND NOT has_work AND occurred_at >= :since AS undecided,
         instr(:urgent, ',' || nature || ',') > 0 AS urgent,
         occurred_unix + 86400 * iif(instr(:urgent, ',' || nature || ','), :urgent_days, :days)
           AS due_unix
  FROM known)
SELECT decided.*, address.raw, address.raw_unit, address.raw_city, address.raw_zip,
       coalesce((SELECT text FROM cad_text WHERE id = decided.cad_cleared_id),
                (SELECT text FROM cad_text WHERE id = decided.cad_nature_id)) AS cad_nature,
       (SELECT text FROM cad_text WHERE id = decided.cad_disposition_id) AS cad_disposition,
       nature.label AS nature_label, owner.login AS owner, undecided_event.seen_at,
       no_action_reason.label AS reason_label,
       coalesce((SELECT line FROM place_plain WHERE id = decided.place_id), '') AS place,
       coalesce((SELECT group_concat(label, '; ') FROM
         (SELECT disposition.label FROM call_disposition
          JOIN disposition ON disposition.code = call_disposition.disposition
          WHERE call_disposition.call_id = decided.id ORDER BY disposition.sort)), '') AS outcome,
       (SELECT max(id) FROM referral WHERE call_id = decided.id AND status <> 'entered_in_error')
         AS referral_id,
       (SELECT max(id) FROM follow_up
        WHERE call_id = decided.id AND referral_id IS NULL AND cancelled IS NOT 1)
         AS follow_up_id
FROM decided JOIN nature ON nature.code = decided.nature
LEFT JOIN address ON address.id = decided.address_id
LEFT JOIN no_action_reason ON no_action_reason.code = decided.reason
LEFT JOIN staff AS owner ON owner.id = decided.owner_id
LEFT JOIN undecided_event ON undecided_event.call_id = decided.id
WHERE {where}
ORDER BY undecided DESC, iif(undecided, urgent, 0) DESC,
         iif(undecided, due_unix, -occurred_unix), decided.id
"""


def rows(
    connection: sqlite3.Connection,
    as_of: AsOf,
    conditions: Mapping[str, object],
    view: View | None = None,
    first_day: date | None = None,
) -> list[dict[str, Any]]:
    """Return the calls that meet the conditions: undecided ones by urgency and due, then the rest.

    Keys: id, occurred, place, nature, outcome, decision in words, reason (its code), undecided,
    due, days_late (None if it is not late), owner, logged_by, urgent, new, due_at and due_unix;
    and of the dispatch system incident, dispatched, arrived, cleared, address, beat, priority,
    cad_nature and cad_disposition.
    `first_day`: no call before this day; without it, no undecided call before the rule began.
    Without a view no referral or follow-up is named.
    """
    known = setting_records.load(connection)
    of_care = bool(conditions.get(UNDECIDED))
    begun = known["decide_since"] if of_care else ""
    found = table.select(
        connection,
        _ROWS,
        conditions,
        since=known["decide_since"],
        from_text=str(first_day or begun),
        of_care=of_care,
        urgent=f",{known['urgent_natures']},",
        days=known.number("decide_days"),
        urgent_days=known.number("decide_urgent_days"),
        owner=staff.default_owner(connection, known),
    )
    hidden: dict[str, Iterable[int]] = {"referral_id": (), "follow_up_id": ()}
    if view is not None:
        hidden["referral_id"] = view.referrals(filter(None, (row["referral_id"] for row in found)))
        hidden["follow_up_id"] = view.follow_ups(
            filter(None, (row["follow_up_id"] for row in found))
        )
    return [_item(row, as_of, known, hidden if view is not None else None) for row in found]


def _item(
    row: sqlite3.Row,
    as_of: AsOf,
    known: setting_records.Settings,
    hidden: Mapping[str, Iterable[int]] | None,
) -> dict[str, Any]:
    undecided = bool(row["undecided"])
    days = known.number("decide_urgent_days" if row["urgent"] else "decide_days")
    due = dates.add_elapsed(dates.from_iso(row["occurred_at"]).astimezone(known.zone), days=days)
    late = undecided and as_of.is_late(row["due_unix"])
    address = (row[part] for part in ("raw", "raw_unit", "raw_city", "raw_zip"))
    plain = (
        *("id", "place", "outcome", "reason", "logged_by", "due_unix", "incident", "beat"),
        *("priority", "cad_nature", "cad_disposition", "occurred_unix"),
    )
    return {
        **{name: row[name] for name in plain},
        "occurred": dates.minute(row["occurred_at"])[: 16 if row["clock_known"] else 10],
        "nature": row["nature_label"],
        "decision": _decision(row, hidden),
        "undecided": undecided,
        "due": dates.minute(dates.to_iso(due)) if undecided else None,
        "days_late": (as_of.day - due.date()).days if late else None,
        "owner": (row["owner"] or "") if undecided else None,
        "urgent": bool(row["urgent"]),
        "new": late and row["seen_at"] is None,
        "due_at": dates.to_iso(due),
        **{
            name: at and dates.minute(at)
            for name in ("dispatched", "arrived", "cleared")
            for at in (row[f"{name}_at"],)
        },
        "address": ", ".join(filter(None, address)) or None,
    }


def _decision(row: sqlite3.Row, hidden: Mapping[str, Iterable[int]] | None) -> str:
    """Return the decision in words; only `decided` if the reader may not see it."""
    if row["undecided"]:
        return "undecided"
    if hidden is not None:
        for column, word in (("referral_id", "referral"), ("follow_up_id", "follow-up")):
            if row[column] is not None and row[column] not in hidden[column]:
                return f"{word} {row[column]}"
    if row["has_work"]:
        return DECIDED
    return f"{NO_ACTION}: {row['reason_label']}" if row["reason"] else ""


def of_calls(
    connection: sqlite3.Connection, calls: Iterable[int], as_of: AsOf, view: View | None = None
) -> dict[int, dict[str, Any]]:
    """Return call -> its row, as in `rows`, for those of these calls that are not void."""
    found = rows(connection, as_of, {NUMBER: [*calls]}, view)
    return {row["id"]: row for row in found}


def undecided(connection: sqlite3.Connection, as_of: AsOf) -> list[dict[str, Any]]:
    """Return every call that needs a decision, in the order of `rows`."""
    return rows(connection, as_of, {UNDECIDED: 1})


def late(
    connection: sqlite3.Connection, as_of: AsOf, owner_id: int | None = None
) -> list[dict[str, Any]]:
    """Return the calls that were due for a decision before this moment, of an owner if given."""
    return rows(connection, as_of, {UNDECIDED: 1, LATE: as_of.unix, OWNER: owner_id})


def sentence(undecided: int, overdue: int, since: str) -> str:
    """Return `3 care calls, 2 of them overdue: ccu call list --undecided`; of none, since when."""
    if not undecided:
        day = since and dates.said(since)
        return f"none since {day}; earlier care calls need no decision" if since else "none"
    calls = counted(undecided, "care call", digits=",")
    return f"{calls}, {overdue:,} of them overdue: ccu call list --undecided"


# ---------------------------------------------------------------- no further action


_DECIDED = """
SELECT recorded_at, recorded_by FROM change
WHERE record = 'call' AND record_id = :id AND field = 'no_action'
  AND new_value = json_quote(:reason) AND reason IS NOT :why ORDER BY id DESC LIMIT 1
"""


def decide(work: Work, call_id: int, reason: str | None, why: str | None = None) -> bool:
    """Record that a care call needs no further action; None takes that back. Return if it changed.

    With `why` an earlier decision is put back, as of then and of who made it. The reason before
    stays in the call's changes. Raises NotFound, and InvalidInput
    for a call that is void, no care call, or decided by a referral or a follow-up.
    """
    must_be_open(work.connection, call_id, AsOf.of(work.now))
    before = reason_of(work.connection, call_id)
    if before == reason:
        return False
    kept = {"reason": reason, "recorded_at": work.at, "recorded_by": work.staff_id}
    earlier = {"id": call_id, "reason": reason, "why": why}
    if why and (made := work.connection.execute(_DECIDED, earlier).fetchone()):
        kept.update(made)
    writes.replace(work.connection, "call_decision", {"call_id": call_id}, [kept] if reason else [])
    writes.record_changes(work, "call", call_id, {"no_action": (before, reason)}, why)
    work.audit("call-decide", "call", call_id, no_action=reason)
    return True


def must_be_open(connection: sqlite3.Connection, call_id: int, as_of: AsOf) -> None:
    """Raise NotFound, or InvalidInput for a call that needs no decision, as `decide` does."""
    row = table.require_call(connection, call_id)
    if not row["care"]:
        raise InvalidInput(f"call {call_id} is not a care call and needs no decision")
    found = of_calls(connection, [call_id], as_of)[call_id]
    if found["decision"] == DECIDED:
        raise InvalidInput(
            f"call {call_id} is decided by a referral or a follow-up; to see it:"
            f" ccu call show {call_id}"
        )


def must_be_as_seen(connection: sqlite3.Connection, call_id: int, seen: str | None) -> None:
    """Raise InvalidInput, with what is on file now, if the reason is another than was seen."""
    if (now := reason_of(connection, call_id)) != seen:
        raise InvalidInput(
            f"call {call_id} was just decided by someone else; now on file:"
            f" {label_of(connection, now)}; to change it: ccu call decide {call_id}"
        )


def label_of(connection: sqlite3.Connection, reason: str | None) -> str:
    """Return the town's words for a reason."""
    return codes.labels(connection, "no_action_reason")[reason] if reason else "no decision"


def reason_of(connection: sqlite3.Connection, call_id: int) -> str | None:
    """Return the code of the reason why a call needs no further action; None without one."""
    sql = "SELECT reason FROM call_decision WHERE call_id = :id"
    found: str | None = table.value(connection, sql, id=call_id)
    return found
