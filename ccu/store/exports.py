"""What an export is made of: calls, referrals, follow-ups and people as codes, days and numbers.

No text about somebody is read here: a name, phone, note or narrative can not leave by what is not
selected. Ids and birth dates are the file's own still; ccu/export puts pseudonyms and age bands in
their place. What was referred to a 42 CFR Part 2 program is left out.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ccu.records import audit

CALLS = """
SELECT call.id AS call, substr(occurred_at, 1, 10) AS day, substr(occurred_at, 12, 2) AS hour,
       coalesce(nature_cleared, nature) AS nature, care, source, crisis_kind, lead_agency, beat,
       place.building_key || ' ' || place.city AS place,
       (SELECT count(DISTINCT person_id) FROM call_person
        WHERE call_id = call.id AND role = 'subject') AS subjects,
       (SELECT min(person_id) FROM call_person
        WHERE call_id = call.id AND role = 'subject') AS person,
       (SELECT group_concat(danger, ' ') FROM
         (SELECT danger FROM call_danger WHERE call_id = call.id ORDER BY danger)) AS dangers,
       (SELECT group_concat(intervention, ' ') FROM
         (SELECT intervention FROM call_intervention WHERE call_id = call.id ORDER BY intervention))
         AS interventions,
       (SELECT group_concat(disposition, ' ') FROM
         (SELECT disposition FROM call_disposition WHERE call_id = call.id ORDER BY disposition))
         AS dispositions,
       (SELECT group_concat(agency, ' ') FROM
         (SELECT DISTINCT agency FROM call_responder
          WHERE call_id = call.id AND state = 'arrived' ORDER BY agency)) AS arrived,
       (SELECT max(clinician AND state = 'arrived') FROM call_responder WHERE call_id = call.id)
         AS clinician,
       backup_asked, backup_arrived, force_used, injury, minutes
FROM call LEFT JOIN place ON place.id = call.place_id
WHERE voided_at IS NULL AND occurred_at >= :start AND occurred_at < :end
"""

REFERRALS = """
SELECT referral.id AS referral, call_id AS call, person_id AS person,
       substr(made_at, 1, 10) AS day, need, provider_id AS provider, handoff, handoff_minutes,
       status, again_of IS NOT NULL AS again,
       (SELECT (unixepoch(accepted_at) - unixepoch(made_at)) / 86400 FROM acceptance
        WHERE referral_id = referral.id) AS days_to_accepted
FROM referral JOIN provider ON provider.id = provider_id AND part2 = 0
WHERE status <> 'entered_in_error' AND made_at >= :start AND made_at < :end
"""

FOLLOW_UPS = """
SELECT follow_up.id AS follow_up, follow_up.referral_id AS referral,
       coalesce(follow_up.call_id, referral.call_id) AS call,
       coalesce(follow_up.person_id, referral.person_id) AS person,
       substr(due_at, 1, 10) AS day, kind,
       (SELECT count(*) FROM attempt WHERE follow_up_id = follow_up.id) AS attempts,
       (SELECT result FROM attempt WHERE follow_up_id = follow_up.id ORDER BY id DESC LIMIT 1)
         AS result,
       EXISTS (SELECT 1 FROM attempt JOIN follow_up_result ON code = result AND reached = 1
               WHERE follow_up_id = follow_up.id) AS reached,
       closed_at IS NOT NULL AS closed,
       (unixepoch(closed_at) - unixepoch(due_at)) / 86400 AS days_late
FROM follow_up LEFT JOIN referral ON referral.id = follow_up.referral_id
LEFT JOIN provider ON provider.id = referral.provider_id
WHERE due_at >= :start AND due_at < :end AND coalesce(referral.status, '') <> 'entered_in_error'
  AND coalesce(part2, 0) = 0
"""

# Who is a subject of a call in the period, by every record.
MET = """
SELECT DISTINCT call.id AS call, call_person.person_id AS person
FROM call JOIN call_person ON call_person.call_id = call.id AND role = 'subject'
WHERE voided_at IS NULL AND occurred_at >= :start AND occurred_at < :end
"""

# Every record of a person: the one that stands for them, and what of that one is exported.
PEOPLE = """
SELECT tree.id, tree.canonical_id, birth_date, age_estimate, age_estimated_on, minor, sex, housing
FROM human AS tree JOIN person ON person.id = tree.canonical_id
"""

QUERIES = {
    "calls": CALLS, "referrals": REFERRALS, "follow_ups": FOLLOW_UPS, "met": MET, "people": PEOPLE,
}  # fmt: skip


@contextmanager
def snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """All reads see the file at one moment, whoever writes meanwhile; nobody waits for them."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


def read(connection: sqlite3.Connection, what: str, start: str, end: str) -> list[dict[str, Any]]:
    """The rows of one of QUERIES; the days are from `start` until before `end`."""
    cursor = connection.execute(QUERIES[what], {"start": start, "end": end})
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def record(connection: sqlite3.Connection, staff_id: int, **detail: Any) -> None:
    """Record an export inside a write: codes and counts only."""
    audit.record(connection, staff_id, "export", **detail)
