"""The lists of the shift handover, by number and place. The caller records the read."""

import sqlite3
from datetime import date, timedelta
from typing import Any

from ccu import dates
from ccu.frequent import list_store
from ccu.places import flag_store
from ccu.records import person_ids, table
from ccu.records.visibility import View

SEEN_OFTEN = 3  # calls within a week

# Both ends of a span are instants. The text comparison only lets SQLite use the index
# call_occurred, with a day's margin for offsets that differ.
_SPAN = """
  call.voided_at IS NULL
  AND call.occurred_at >= :from_text AND call.occurred_at < :until_text
  AND unixepoch(call.occurred_at) >= :from_unix AND unixepoch(call.occurred_at) <= :until_unix
"""
_WAITING = """
SELECT referral.id, substr(replace(referral.made_at, 'T', ' '), 1, 16) AS made,
       owner.login AS owner,
       (SELECT canonical_id FROM human WHERE id = referral.person_id) AS person,
       coalesce((SELECT line FROM place_plain
                 WHERE id = (SELECT place_id FROM call WHERE id = referral.call_id)), '') AS place
FROM referral JOIN staff AS owner ON owner.id = referral.owner_id
WHERE referral.status = 'requested' ORDER BY unixepoch(referral.made_at), referral.id
"""
_MET = f"""
SELECT DISTINCT call.id, human.canonical_id AS person, call.occurred_at,
       coalesce((SELECT line FROM place_plain WHERE id = call.place_id), '') AS place
FROM call CROSS JOIN call_person ON call_person.call_id = call.id
JOIN human ON human.id = call_person.person_id
WHERE call_person.role = 'subject' AND {_SPAN}
ORDER BY unixepoch(call.occurred_at) DESC, call.id DESC
"""  # noqa: S608
# Reports about each person, the latest first: attempts at their follow-ups, and calls about them.
_REPORTS = """
SELECT person, follow_up_id, call_id, hospital, occurred_at FROM (
  SELECT human.canonical_id AS person, follow_up.id AS follow_up_id, NULL AS call_id,
         attempt.result = 'hospital' AS hospital, attempt.occurred_at, attempt.id
  FROM json_each(:people) AS people
  CROSS JOIN human ON human.id = people.value
  CROSS JOIN follow_up ON follow_up.person_id = human.id
  JOIN attempt ON attempt.follow_up_id = follow_up.id
  UNION ALL
  SELECT human.canonical_id, NULL,
         (SELECT call.id WHERE NOT EXISTS (SELECT 1 FROM only_subject WHERE call_id = call.id)),
         EXISTS (SELECT 1 FROM hospital_call WHERE hospital_call.call_id = call.id),
         call.occurred_at, call.id
  FROM json_each(:people) AS people
  CROSS JOIN human ON human.id = people.value
  CROSS JOIN call_person ON call_person.person_id = human.id AND call_person.role = 'subject'
  JOIN call ON call.id = call_person.call_id
  WHERE call.voided_at IS NULL AND unixepoch(call.occurred_at) <= :until_unix)
ORDER BY unixepoch(occurred_at) DESC, follow_up_id IS NULL, id DESC
"""
# People with something due, and those taken to hospital by a recent call. Few calls have people on
# them, so each call is checked for that first.
_MAY_BE_IN_HOSPITAL = f"""
SELECT person_id FROM open_follow_up WHERE person_id IS NOT NULL
UNION
SELECT call_person.person_id
FROM call CROSS JOIN call_person ON call_person.call_id = call.id AND call_person.role = 'subject'
CROSS JOIN hospital_call ON hospital_call.call_id = call_person.call_id
WHERE {_SPAN}
"""  # noqa: S608
# A call without a subject is listed itself: nothing else tells that somebody is in hospital.
_NOBODY_NAMED = f"""
SELECT call.id, call.occurred_at FROM call
WHERE {_SPAN}
  AND EXISTS (SELECT 1 FROM hospital_call WHERE hospital_call.call_id = call.id)
  AND NOT EXISTS (SELECT 1 FROM call_person WHERE call_id = call.id AND role = 'subject')
ORDER BY unixepoch(call.occurred_at) DESC, call.id DESC
"""  # noqa: S608

IN_HOSPITAL = 14  # days for which a call without later reports keeps somebody on the list
TOLD_AFTER = timedelta(days=14)  # how long an expired item is listed
TOLD_BEFORE = timedelta(days=30)  # how early an expiring flag is listed

# Plans that need action, and answers to the suggestions of the account that asks.
_PLANS = """
SELECT plan.id, what, (SELECT canonical_id FROM human WHERE id = plan.person_id) AS person,
       (SELECT line FROM place_plain WHERE id = plan.place_id) AS place, day, staff.login AS by
FROM (
  SELECT id AS plan_id, 1 AS rank, 'to approve' AS what, substr(recorded_at, 1, 10) AS day,
         author_id AS by_id
  FROM plan WHERE status = 'draft'
  UNION ALL
  SELECT id, 2, 'to review', review_on, approver_id
  FROM plan WHERE status = 'approved' AND review_on <= :today AND expires_on >= :today
  UNION ALL
  SELECT id, 3, 'expired, off the card', expires_on, approver_id
  FROM plan WHERE status = 'approved' AND expires_on >= :from_day AND expires_on < :today
  UNION ALL
  SELECT plan.id, 3, 'expired, off the card', substr(change.recorded_at, 1, 10), recorded_by
  FROM change JOIN plan ON plan.id = change.record_id
  WHERE record = 'plan' AND field = 'status' AND new_value = '"expired"'
    AND change.id = (SELECT max(id) FROM change AS last  -- nobody took it back since
                     WHERE last.record = 'plan' AND last.record_id = plan.id
                       AND last.field = 'status')
    AND unixepoch(change.recorded_at) BETWEEN :from_unix AND :until_unix
  UNION ALL
  SELECT plan_id, 4, 'suggestion ' || id || ' to answer', substr(suggested_at, 1, 10), suggested_by
  FROM plan_suggestion WHERE accepted IS NULL
  UNION ALL
  SELECT plan_id, 5, 'your suggestion ' || id || iif(accepted, ' is accepted', ' is declined'),
         substr(answered_at, 1, 10), answered_by
  FROM plan_suggestion WHERE suggested_by = :asker
    AND unixepoch(answered_at) BETWEEN :from_unix AND :until_unix)
JOIN plan ON plan.id = plan_id LEFT JOIN staff ON staff.id = by_id
ORDER BY rank, day, plan.id
"""


def waiting(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Return id, made, owner, person, place of the referrals awaiting acceptance."""
    return [dict(row) for row in connection.execute(_WAITING)]


def seen_often(connection: sqlite3.Connection, span: dict[str, Any]) -> list[dict[str, Any]]:
    """Return person, calls, last, places of people with SEEN_OFTEN calls about them in a span."""
    rows = connection.execute(_MET, span).fetchall()
    calls: dict[int, dict[int, sqlite3.Row]] = {}
    for row in rows:
        calls.setdefault(row["person"], {})[row["id"]] = row
    found = [
        {
            "person": person_id,
            "calls": len(own),
            "last": dates.minute(next(iter(own.values()))["occurred_at"]),
            "places": "; ".join(dict.fromkeys(r["place"] for r in own.values() if r["place"])),
        }
        for person_id, own in calls.items()
        if len(own) >= SEEN_OFTEN
    ]
    return sorted(found, key=lambda each: -each["calls"])


def in_hospital(
    connection: sqlite3.Connection, span: dict[str, Any], view: View
) -> list[dict[str, Any]]:
    """Return person, heard and who: the people whose latest report is from a hospital.

    A call with several subjects does not tell which one it was: it is listed once, without a
    person, and `who` is "someone on call 2". A call of the span without people is listed
    too, with "no one is named on call 2". A report is the result of a follow-up, or a call about
    the person that ended in an emergency examination or a transport to hospital. People are listed
    if something is due for them or a call of the span took them to hospital.
    """
    people = person_ids.same(connection, table.column(connection, _MAY_BE_IN_HOSPITAL, **span))
    last: dict[int, sqlite3.Row] = {}
    for row in table.select(connection, _REPORTS, {}, **span, people=people):
        if row["person"] in last:
            continue
        if row["hospital"] and row["follow_up_id"] and view.follow_ups([row["follow_up_id"]]):
            continue  # hidden: use the latest report that this account may see
        last[row["person"]] = row
    found: dict[tuple[int | None, int | None], dict[str, Any]] = {}
    for person_id, row in last.items():
        if row["hospital"]:
            call = row["call_id"]
            person = person_id if call is None else None
            who = "" if call is None else f"someone on call {call}"
            heard = dates.minute(row["occurred_at"])
            found.setdefault((person, call), {"person": person, "heard": heard, "who": who})
    return list(found.values()) + [
        {
            "person": None,
            "heard": dates.minute(call["occurred_at"]),
            "who": f"no one is named on call {call['id']}",
        }
        for call in connection.execute(_NOBODY_NAMED, span)
    ]


def flags_to_verify(connection: sqlite3.Connection, today: date) -> list[dict[str, Any]]:
    """Return id, place, source, by, written of the active flags that are not verified yet."""
    found = flag_store.unverified_or_expiring(connection, today.isoformat(), today.isoformat())
    return [
        {**_flag(row), "written": row["recorded_at"][:10]}
        for row in found
        if row["verified_at"] is None
    ]


def _flag(row: dict[str, Any]) -> dict[str, Any]:
    names = {"id": "id", "place": "address", "source": "source", "by": "recorded_by"}
    return {name: row[column] for name, column in names.items()}


def flags_expiring(connection: sqlite3.Connection, today: date) -> list[dict[str, Any]]:
    """Return id, place, source, by, until, state of flags that expire soon or expired lately."""
    since, soon = today - TOLD_AFTER, today + TOLD_BEFORE
    found = flag_store.expiring(connection, today.isoformat(), since.isoformat(), soon.isoformat())
    found.sort(key=lambda row: (str(row["expires_on"]), row["id"]))
    return [{**_flag(row), "until": row["expires_on"], "state": row["state"]} for row in found]


def overrides_due(connection: sqlite3.Connection, today: date) -> list[dict[str, Any]]:
    """Return id, person, place, listed, review_on, days_late of overrides due for review."""
    names = ("id", "person", "address", "listed", "review_on", "days_late")
    return [
        {"place" if name == "address" else name: row[name] for name in names}
        for row in list_store.due_for_review(connection, today)
    ]


def plans(
    connection: sqlite3.Connection, span: dict[str, Any], asker: int, start: date, today: date
) -> list[dict[str, Any]]:
    """Return id, what, person, place, day, by of plans that need action, and of suggestions."""
    from_day = min(start, today - TOLD_AFTER).isoformat()
    asked = {**span, "asker": asker, "from_day": from_day, "today": today.isoformat()}
    return [dict(row) for row in connection.execute(_PLANS, asked)]
