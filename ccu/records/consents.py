"""Consents in force, and the record of what was shown under them: what `visibility` goes by.

A paper counts from the day it was signed through the day it expires, unless it was revoked: once
revoked it never counts again, whatever day is said. It is looked up each time, so a revocation
holds from the next command on. A person's papers are those of all their records.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from ccu.records import table
from ccu.records.visibility import PART2, Recipient

ALL_BUT_PART2 = "all_but_part2"
POLICY = "policy"  # the purpose of what the setting police_sees allowed

ROWS = """
SELECT consent.id, consent.person_id AS record,
       (SELECT canonical_id FROM human WHERE id = consent.person_id) AS person, consent.recipient,
       consent.provider_id AS provider, provider.name AS provider_name, consent.scope,
       consent.purpose, consent.purpose_words,
       consent.signed_on, consent.signed_by, consent.expires_on, consent.revoked_at,
       recorder.login AS recorded_by, revoker.login AS revoked_by
FROM consent JOIN staff AS recorder ON recorder.id = consent.recorded_by
LEFT JOIN staff AS revoker ON revoker.id = consent.revoked_by
LEFT JOIN provider ON provider.id = consent.provider_id
WHERE {where} ORDER BY consent.id
"""
_INSERT = """
INSERT INTO disclosure (person_id, recipient, what, purpose, consent_id, disclosed_at, disclosed_by,
                        shown_to)
SELECT :person_id, 'police', :what, :purpose, :consent_id, :at, :by, :by
WHERE NOT EXISTS (
  SELECT 1 FROM disclosure
  WHERE shown_to = :by AND person_id = :person_id AND what = :what
    AND substr(disclosed_at, 1, 10) = substr(:at, 1, 10)
    AND coalesce(consent_id, 0) = coalesce(:consent_id, 0))
"""  # not ON CONFLICT, which would use up numbers: a gap looks like a row that was taken away


def covers(scope: str, what: str) -> bool:
    """Whether a paper's scope, as stored, covers one thing. Part 2 is covered by its own code."""
    said = scope.split(",")
    return what in said or (what != PART2 and ALL_BUT_PART2 in said)


def state(row: sqlite3.Row, today: str) -> str:
    """`in force`, `revoked`, `expired` or `not yet`, on a day."""
    if row["revoked_at"] is not None:
        return "revoked"
    if row["signed_on"] > today:
        return "not yet"
    if row["expires_on"] is not None and row["expires_on"] < today:
        return "expired"
    return "in force"


def in_force(
    connection: sqlite3.Connection, people_ids: Iterable[int], to: Recipient, today: str
) -> list[sqlite3.Row]:
    """The papers of these records that count on a day for a recipient, oldest first."""
    found = table.select(connection, ROWS, {"consent.person_id IN ?": [*people_ids]})
    return [row for row in found if state(row, today) == "in force" and _is(row, to)]


def _is(row: sqlite3.Row, to: Recipient) -> bool:
    """A paper for one provider is for it alone; one for an agency is for all of it."""
    if row["provider"] is not None:
        return bool(row["provider"] == to.provider_id)
    return bool(row["recipient"] == to.agency)


@dataclass(frozen=True)
class Told:
    """One thing shown to police of one person: by a paper, or by policy (no paper)."""

    person_id: int
    what: str
    consent_id: int | None
    purpose: str


def keep_shown(
    connection: sqlite3.Connection, staff_id: int, told: Iterable[Told], at: str
) -> None:
    """Keep what a screen showed to an account, once a day, inside the caller's transaction."""
    by = {"at": at, "by": staff_id}
    connection.executemany(_INSERT, [{**vars(each), **by} for each in sorted(told, key=str)])
