"""What a household's card is made of: people, who works with them, what is open, their calls.

`people` are the ids of every record of the people meant, merged ones too. Reading names must
be audited.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ccu.people import open_work
from ccu.people.open_work import IN_FORCE, AsOf
from ccu.records import person_ids
from ccu.records.visibility import View
from ccu.referrals import needs

_PEOPLE = """
SELECT person.id, birth_date, age_estimate, age_estimated_on, minor
FROM json_each(:ids) AS asked CROSS JOIN person ON person.id = asked.value ORDER BY person.id
"""

_WORKERS = f"""
SELECT worker.id, staff.login, agency.label AS agency,
       coalesce(nullif(staff.name, ''), staff.login) AS name,
       nullif(staff.phone, '') AS phone, worker.since,
       (SELECT canonical_id FROM human WHERE id = worker.person_id) AS person
FROM assignment AS worker
JOIN staff ON staff.id = worker.staff_id JOIN agency ON agency.code = staff.agency
WHERE {IN_FORCE.format("worker")}
  AND (worker.household_id = :household_id
       OR worker.person_id IN (SELECT value FROM json_each(:people)))
ORDER BY worker.person_id IS NOT NULL, worker.since, worker.id
"""  # noqa: S608 - no user's text in it

_CARE_CALLS = """
SELECT DISTINCT call.id, human.canonical_id AS person, substr(call.occurred_at, 1, 10) AS day
FROM json_each(:people) AS people CROSS JOIN human ON human.id = people.value
CROSS JOIN call_person ON call_person.person_id = human.id
CROSS JOIN call ON call.id = call_person.call_id
WHERE call.care AND call.voided_at IS NULL AND call.occurred_at >= :day_365
  AND substr(call.occurred_at, 1, 19) <= :now
"""


def people(connection: sqlite3.Connection, ids: Iterable[int]) -> list[dict[str, Any]]:
    """person, name, birth_date, age_estimate, age_estimated_on, minor: an audited read."""
    found = connection.execute(_PEOPLE, {"ids": json.dumps(sorted(set(ids)))}).fetchall()
    names = person_ids.names(connection, [row["id"] for row in found])
    return [{"person": row["id"], "name": names[row["id"]], **dict(row)} for row in found]


def workers(
    connection: sqlite3.Connection,
    household_id: int,
    people: Sequence[int],
    as_of: AsOf,
    view: View,
) -> list[dict[str, Any]]:
    """Who is active with the household (person null) or one of its people, the household's first.

    login, agency, name, phone, since, person (the canonical record's number); of a hidden turn the
    agency and the person.
    """
    asked = {"household_id": household_id, "people": json.dumps(people)}
    asked["today"] = as_of.day.isoformat()
    found = [dict(row) for row in connection.execute(_WORKERS, asked)]
    hidden = view.turns(each["id"] for each in found)
    nothing = dict.fromkeys(("login", "name", "phone", "since"))
    shown = [{**each, **nothing} if each["id"] in hidden else each for each in found]
    return [{key: value for key, value in each.items() if key != "id"} for each in shown]


def open_items(
    connection: sqlite3.Connection,
    household_id: int,
    people: Sequence[int],
    as_of: AsOf,
    view: View,
) -> list[dict[str, Any]]:
    """Open referrals and follow-ups of the household and its people, the first due first.

    record, id, what, status, due, overdue, owner, person, household, call (who or what it is for),
    referral (that a follow-up is for). Of those hidden a line for each agency, without the rest.
    """
    items = open_work.open_work(connection, people, as_of, view, household_id=household_id)
    return [{**each, "status": each["status"].lower()} for each in items]


def care_calls(
    connection: sqlite3.Connection, people: Sequence[int], window: Mapping[str, object]
) -> dict[int | None, dict[str, int]]:
    """Person -> care calls by span, "90" and "365" days; under None the household's, each once."""
    asked = {"people": json.dumps(people), "day_365": window["day_365"], "now": window["now"]}
    met: dict[int | None, dict[int, str]] = {}
    for row in connection.execute(_CARE_CALLS, asked):
        for whose in (row["person"], None):
            met.setdefault(whose, {})[row["id"]] = row["day"]
    return {
        whose: {
            "90": sum(day >= str(window["day_90"]) for day in days.values()),
            "365": len(days),
        }
        for whose, days in met.items()
    }


def lacks(connection: sqlite3.Connection, person_id: int, view: View) -> dict[str, Any] | None:
    """What a person lacks by their latest assessment: assessment, on, needs; None without one.

    Each need: need (code), referral, referral_status (null when it was not referred).
    """
    every = needs.of_person(connection, person_id)
    hidden = view.assessments(every[-1:])
    if hidden:
        return None
    if not every:
        return None
    latest = needs.read(connection, every[-1])
    lacking = [answer for answer in latest["answers"] if answer["state"] == "lacks"]
    needs.hide_referrals(lacking, view)
    return {
        "assessment": latest["id"],
        "on": latest["occurred_at"][:10],
        "needs": [
            {key: answer[key] for key in ("need", "referral", "referral_status")}
            for answer in lacking
        ],
    }
