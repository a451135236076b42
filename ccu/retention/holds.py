"""Legal holds: what a court or an inquiry may ask for is not destroyed while the hold lasts.

A hold is on a person, a call or a place, and covers what is needed to understand it: a
person's records, the calls they were on and everybody on those; a call's people and what followed
from it; a place's calls, plans and flags, and of a building its units.
"""

import sqlite3
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ccu.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from ccu.work import Work

COLUMNS = ("id", "holds", "authority", "since", "by", "released", "released_by")
RECORDS = ("person", "call", "place")

# Everything held, as (record, id). `one` are those held themselves, by every record of theirs.
HELD = """
WITH RECURSIVE
asked (record, id) AS (SELECT record, record_id FROM legal_hold WHERE released_at IS NULL),
one (id) AS (
  SELECT id FROM asked WHERE record = 'person'
  UNION
  SELECT person.merged_into FROM one CROSS JOIN person ON person.id = one.id
  WHERE person.merged_into IS NOT NULL
  UNION
  SELECT person.id FROM one CROSS JOIN person ON person.merged_into = one.id),
spot (id) AS (
  SELECT id FROM asked WHERE record = 'place'
  UNION
  SELECT unit.id FROM asked CROSS JOIN place AS building ON building.id = asked.id
  CROSS JOIN place AS unit ON unit.building_key = building.building_key
  WHERE asked.record = 'place' AND building.unit_key = building.building_key
    AND unit.city = building.city),
house (id) AS (
  SELECT household_id FROM one CROSS JOIN household_member ON person_id = one.id),
met (id) AS (
  SELECT id FROM asked WHERE record = 'call'
  UNION SELECT call_id FROM one CROSS JOIN call_person ON person_id = one.id
  UNION SELECT call.id FROM spot CROSS JOIN call ON call.place_id = spot.id),
due (id) AS (
  SELECT follow_up.id FROM one CROSS JOIN follow_up ON person_id = one.id
  UNION SELECT follow_up.id FROM met CROSS JOIN follow_up ON call_id = met.id),
sent (id) AS (
  SELECT referral.id FROM one CROSS JOIN referral ON person_id = one.id
  UNION SELECT referral.id FROM house CROSS JOIN referral ON household_id = house.id
  UNION SELECT referral.id FROM met CROSS JOIN referral ON call_id = met.id
  UNION SELECT referral_id FROM due CROSS JOIN follow_up ON follow_up.id = due.id
  WHERE referral_id IS NOT NULL
  UNION SELECT again_of FROM sent CROSS JOIN referral ON referral.id = sent.id
  WHERE again_of IS NOT NULL
  UNION SELECT referral.id FROM sent CROSS JOIN referral ON again_of = sent.id),
needs (id) AS (
  SELECT need_assessment.id FROM one CROSS JOIN need_assessment ON person_id = one.id
  UNION SELECT need_assessment.id FROM met CROSS JOIN need_assessment ON call_id = met.id),
asking (id) AS (
  SELECT consult.id FROM one CROSS JOIN consult ON person_id = one.id
  UNION SELECT consult.id FROM met CROSS JOIN consult ON call_id = met.id),
call_kept (id) AS (
  SELECT id FROM met
  UNION SELECT call_id FROM sent CROSS JOIN referral ON referral.id = sent.id
  UNION SELECT call_id FROM due CROSS JOIN follow_up ON follow_up.id = due.id
  UNION SELECT call_id FROM needs CROSS JOIN need_assessment ON need_assessment.id = needs.id
  UNION SELECT call_id FROM asking CROSS JOIN consult ON consult.id = asking.id),
somebody (id) AS (
  SELECT id FROM one
  UNION SELECT person_id FROM call_kept CROSS JOIN call_person ON call_id = call_kept.id
  UNION SELECT person_id FROM house CROSS JOIN household_member ON household_id = house.id
  UNION SELECT other_id FROM one CROSS JOIN person_relation ON person_id = one.id
  UNION SELECT person_id FROM one CROSS JOIN person_relation ON other_id = one.id
  UNION SELECT person_id FROM sent CROSS JOIN referral ON referral.id = sent.id
  UNION SELECT person_id FROM due CROSS JOIN follow_up ON follow_up.id = due.id
  UNION SELECT person_id FROM needs CROSS JOIN need_assessment ON need_assessment.id = needs.id
  UNION SELECT person_id FROM asking CROSS JOIN consult ON consult.id = asking.id
  UNION SELECT person.merged_into FROM somebody CROSS JOIN person ON person.id = somebody.id
  UNION SELECT person.id FROM somebody CROSS JOIN person ON person.merged_into = somebody.id)
SELECT 'person' AS record, id FROM somebody WHERE id IS NOT NULL
UNION SELECT 'call', id FROM call_kept WHERE id IS NOT NULL
UNION SELECT 'place', id FROM spot
UNION SELECT 'place', place_id FROM call_kept CROSS JOIN call ON call.id = call_kept.id
WHERE place_id IS NOT NULL
UNION SELECT 'household', id FROM house
UNION SELECT 'household', household_id FROM sent CROSS JOIN referral ON referral.id = sent.id
WHERE household_id IS NOT NULL
UNION SELECT 'referral', id FROM sent
UNION SELECT 'follow_up', id FROM due
UNION SELECT 'follow_up', follow_up.id FROM sent CROSS JOIN follow_up ON referral_id = sent.id
UNION SELECT 'need_assessment', id FROM needs
UNION SELECT 'consult', id FROM asking
UNION SELECT 'plan', plan.id FROM one CROSS JOIN plan ON person_id = one.id
UNION SELECT 'plan', plan.id FROM spot CROSS JOIN plan ON place_id = spot.id
UNION SELECT 'place_flag', place_flag.id FROM spot CROSS JOIN place_flag ON place_id = spot.id
UNION SELECT 'frequent_override', frequent_override.id
FROM one CROSS JOIN frequent_override ON person_id = one.id
UNION SELECT 'frequent_override', frequent_override.id
FROM spot CROSS JOIN frequent_override ON place_id = spot.id
UNION SELECT 'consent', consent.id FROM one CROSS JOIN consent ON person_id = one.id
UNION SELECT 'disclosure', disclosure.id FROM one CROSS JOIN disclosure ON person_id = one.id
UNION SELECT 'sealed', sealed.id FROM somebody
CROSS JOIN sealed ON record = 'person' AND record_id = somebody.id
UNION SELECT 'sealed', sealed.id FROM call_kept
CROSS JOIN sealed ON record = 'call' AND record_id = call_kept.id
"""
_HOLD = """
INSERT INTO legal_hold (record, record_id, authority, placed_at, placed_by)
VALUES (:record, :record_id, :authority, :at, :by)
"""


def held(connection: sqlite3.Connection, record: str, ids: Iterable[int]) -> set[int]:
    """Which of these records (a table's name and its ids) a hold keeps, itself or for another."""
    wanted = set(ids)
    found = connection.execute(
        f"SELECT id FROM ({HELD}) WHERE record = :record",  # noqa: S608 - no user's text in it
        {"record": record},
    )
    return wanted & {row[0] for row in found}


def record_named(text: str) -> str:
    """Return person, call or place. Raises InvalidInput for anything else."""
    record = text.strip().lower()
    if record not in RECORDS:
        raise InvalidInput("a hold is on a person, a call or a place")
    return record


def place(work: "Work", record: str, record_id: int, authority: str) -> int:
    """Place a hold on a person, a call or a place; return the hold's number.

    Raises NotFound, and InvalidInput when the same authority holds the record already.
    """
    if not work.connection.execute(
        f"SELECT 1 FROM {record} WHERE id = :id",  # noqa: S608 - one of RECORDS
        {"id": record_id},
    ).fetchone():
        raise NotFound(f"no {record} {record_id}")
    asked = {"record": record, "record_id": record_id, "authority": authority}
    same = work.connection.execute(
        "SELECT id FROM legal_hold WHERE record = :record AND record_id = :record_id"
        " AND authority = :authority AND released_at IS NULL",
        asked,
    ).fetchone()
    if same:
        raise InvalidInput(f"hold {same['id']} already has that authority")
    cursor = work.connection.execute(_HOLD, {**asked, "at": work.at, "by": work.staff_id})
    hold_id = int(cursor.lastrowid or 0)
    work.audit("hold", record, record_id, hold=hold_id)
    return hold_id


def release(work: "Work", hold_id: int) -> str:
    """End a hold; return what it was on: `person 12`. Raises NotFound, InvalidInput."""
    row = work.connection.execute(
        "SELECT * FROM legal_hold WHERE id = :id", {"id": hold_id}
    ).fetchone()
    if row is None:
        raise NotFound(f"no hold {hold_id}")
    if row["released_at"] is not None:
        raise InvalidInput(f"hold {hold_id} was released on {row['released_at'][:10]}")
    work.connection.execute(
        "UPDATE legal_hold SET released_at = :at, released_by = :by WHERE id = :id",
        {"at": work.at, "by": work.staff_id, "id": hold_id},
    )
    work.audit("release", row["record"], row["record_id"], hold=hold_id)
    return f"{row['record']} {row['record_id']}"


def rows(connection: sqlite3.Connection, every: bool) -> list[dict[str, Any]]:
    """Return the active holds, with `every` the released ones too, oldest first.

    The caller audits the read.
    """
    found = connection.execute(
        "SELECT legal_hold.id, record || ' ' || record_id AS holds, authority,"
        " substr(placed_at, 1, 10) AS since, placer.login AS by,"
        " substr(released_at, 1, 10) AS released, releaser.login AS released_by"
        " FROM legal_hold JOIN staff AS placer ON placer.id = placed_by"
        " LEFT JOIN staff AS releaser ON releaser.id = legal_hold.released_by"
        " WHERE released_at IS NULL OR :every ORDER BY legal_hold.id",
        {"every": every},
    )
    return [dict(row) for row in found]
