"""What a seal in force needs: it may be lifted, and its content holds words of what stayed.

So a record that a sealed row points to, or whose words a seal took out, is destroyed only with the
seal's content or after it; else a lifted seal would hang in the air, and its words live on in it.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

from ccu.retention import sealed_content

# A column of any table -> the record it points to.
POINTS = {
    **dict.fromkeys(("person_id", "other_id", "merged_id", "merged_into"), "person"),
    **dict.fromkeys(("referral_id", "again_of", "again_id"), "referral"),
    **dict.fromkeys(("cad_nature_id", "cad_cleared_id", "cad_disposition_id"), "cad_text"),
    "call_id": "call",
    "household_id": "household",
    "follow_up_id": "follow_up",
    "plan_id": "plan",
    "assessment_id": "need_assessment",
    "consent_id": "consent",
    "place_id": "place",
    "address_id": "address",
    "import_batch_id": "import_batch",
    "audit_id": "audit_reason",
}
_OF_FOLLOW_UPS = """
INSERT OR IGNORE INTO temp.needed (record, id)
SELECT 'referral', referral_id FROM follow_up
WHERE referral_id IS NOT NULL
  AND id IN (SELECT needed.id FROM temp.needed WHERE record = 'follow_up')
"""


def find(connection: sqlite3.Connection) -> None:
    """Fill the temporary table `needed` from the seals that are not to be destroyed themselves."""
    going = {
        row[0]
        for row in connection.execute(
            "SELECT id FROM temp.due WHERE record = 'sealed' AND why IS NULL"
        )
    }
    for seal, content in sealed_content.every(connection):
        if seal["id"] not in going:
            connection.executemany(
                "INSERT OR IGNORE INTO temp.needed (record, id) VALUES (?, ?)",
                list(_needed(connection, content)),
            )
    connection.execute(_OF_FOLLOW_UPS)


def _needed(
    connection: sqlite3.Connection, content: sealed_content.Content
) -> Iterator[tuple[str, int]]:
    for rows in content.rows.values():
        for row in rows.values():
            yield from _pointed_to(row)
    for table, key in content.blanked:
        if len(key) == 1:
            yield table, key[0]
        stays = sealed_content.find(connection, table, key)
        yield from _pointed_to(stays or {})


def _pointed_to(row: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    for column, record in POINTS.items():
        if row.get(column) is not None:
            yield record, row[column]
    if "old_value" in row:  # a change names its record
        yield row["record"], row["record_id"]
