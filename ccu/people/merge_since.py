"""What was put to somebody since a merge: when it is undone, somebody has to look through it.

Moments are kept to the second. Within the second of the merge the audit, which numbers what was
done in its order, says what came first; what it holds nothing of is taken to have come after.
"""

import json
import sqlite3
from typing import Any

from ccu.records import person_ids

# What hangs on a person, by the word people see. `first` is the number that the audit has of it.
_PUT_TO = """
WITH other (id) AS (SELECT value FROM json_each(:ids)),
put (sort, record, id, person, recorded, at, first) AS (
  SELECT 1, 'call', call.id, person_id, recorded_at, unixepoch(recorded_at),
         (SELECT min(id) FROM audit WHERE record = 'call' AND record_id = call.id)
  FROM other CROSS JOIN call_person ON call_person.person_id = other.id
  JOIN call ON call.id = call_person.call_id WHERE call.voided_at IS NULL
  UNION ALL
  SELECT 1, 'call', call.id, person_id, call.recorded_at, unixepoch(change.recorded_at),
         (SELECT max(id) FROM audit
          WHERE record = 'call' AND record_id = call.id AND action = 'amend')
  FROM other CROSS JOIN call_person ON call_person.person_id = other.id
  JOIN call ON call.id = call_person.call_id
  JOIN change ON change.record = 'call' AND change.record_id = call.id AND field = 'people'
  WHERE call.voided_at IS NULL
  UNION ALL
  SELECT 2, 'referral', referral.id, person_id, recorded_at, unixepoch(recorded_at),
         (SELECT min(id) FROM audit WHERE record = 'referral' AND record_id = referral.id)
  FROM other CROSS JOIN referral ON referral.person_id = other.id
  UNION ALL
  SELECT 3, 'follow-up', follow_up.id, person_id, recorded_at, unixepoch(recorded_at),
         (SELECT min(id) FROM audit WHERE record = 'follow_up' AND record_id = follow_up.id
          OR record = 'referral' AND record_id = follow_up.referral_id)
  FROM other CROSS JOIN follow_up ON follow_up.person_id = other.id
  UNION ALL
  SELECT 4, 'needs assessment', need_assessment.id, person_id, recorded_at, unixepoch(recorded_at),
         (SELECT min(id) FROM audit
          WHERE record = 'need_assessment' AND record_id = need_assessment.id)
  FROM other CROSS JOIN need_assessment ON need_assessment.person_id = other.id
  UNION ALL
  SELECT 5, 'consult', consult.id, person_id, recorded_at, unixepoch(recorded_at),
         (SELECT min(id) FROM audit WHERE record = 'consult' AND record_id = consult.id)
  FROM other CROSS JOIN consult ON consult.person_id = other.id
  UNION ALL
  SELECT 6, 'plan', plan.id, person_id, recorded_at, unixepoch(recorded_at),
         (SELECT min(id) FROM audit WHERE record = 'plan' AND record_id = plan.id)
  FROM other CROSS JOIN plan ON plan.person_id = other.id)
SELECT DISTINCT sort, record, id, person, recorded FROM put
WHERE at > unixepoch(:since) OR (at = unixepoch(:since) AND coalesce(first > :merge, 1))
ORDER BY sort, id
"""
_MERGE = """
SELECT max(id) FROM audit
WHERE record = 'person' AND record_id = :merged_id AND action = 'person-merge'
"""


def put_since(
    connection: sqlite3.Connection, person_id: int, merged_id: int, since: str
) -> list[dict[str, Any]]:
    """record, id, person, recorded of what was put to a human being since a merge.

    `merged_id` is the record that was merged, at the moment `since`.
    """
    asked = {
        "ids": json.dumps(person_ids.same(connection, [person_id])),
        "since": since,
        "merge": connection.execute(_MERGE, {"merged_id": merged_id}).fetchone()[0],
    }
    return [
        {key: row[key] for key in ("record", "id", "person", "recorded")}
        for row in connection.execute(_PUT_TO, asked)
    ]
