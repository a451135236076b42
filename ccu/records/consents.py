"""Active consents, and the record of what was shown under them, for `visibility`.

A consent is active from the day it was signed through the day it expires, unless it was revoked:
a revoked consent never counts again, whatever --today is. Consents are read each time, so a
revocation applies from the next command on. A person's consents are those of all their records.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from ccu.records import table
from ccu.records.visibility import PART2

ALL_BUT_PART2 = "all_but_part2"
POLICY = "policy"  # the purpose recorded for what the setting police_sees allowed

ROWS = """
SELECT consent.id, consent.person_id AS record,
       (SELECT canonical_id FROM human WHERE id = consent.person_id) AS person, consent.recipient,
       consent.provider_id AS provider, provider.name AS provider_name, consent.scope,
       consent.purpose, consent.purpose_words,
       (SELECT label FROM consent_purpose WHERE code = consent.purpose) AS purpose_label,
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
"""  # not ON CONFLICT, which would use up numbers: a gap looks like a deleted row


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Who receives information: an agency, or one provider."""

    agency: str
    provider_id: int | None = None

    def __str__(self) -> str:
        return self.agency if self.provider_id is None else f"provider {self.provider_id}"


POLICE = Recipient(agency="police")


def covers(scope: str, what: str) -> bool:
    """Return whether a stored scope covers a code; Part 2 is covered only by its own code."""
    said = scope.split(",")
    return what in said or (what != PART2 and ALL_BUT_PART2 in said)


def state(row: sqlite3.Row, today: str) -> str:
    """Return `active`, `revoked`, `expired` or `not yet`, on a day."""
    if row["revoked_at"] is not None:
        return "revoked"
    if row["signed_on"] > today:
        return "not yet"
    if row["expires_on"] is not None and row["expires_on"] < today:
        return "expired"
    return "active"


def in_force(
    connection: sqlite3.Connection, people_ids: Iterable[int], to: Recipient, today: str
) -> list[sqlite3.Row]:
    """Return these records' consents to a recipient that are active on a day, oldest first."""
    found = table.select(connection, ROWS, {"consent.person_id IN ?": [*people_ids]})
    return [row for row in found if state(row, today) == "active" and _is(row, to)]


def _is(row: sqlite3.Row, to: Recipient) -> bool:
    """Return whether a consent is for a recipient; one for a provider is not for its agency."""
    if row["provider"] is not None:
        return bool(row["provider"] == to.provider_id)
    return bool(row["recipient"] == to.agency)


@dataclass(frozen=True)
class Told:
    """Something about a person that was shown to police, by a consent or (without) by policy."""

    person_id: int
    what: str
    consent_id: int | None
    purpose: str


def record_shown(
    connection: sqlite3.Connection, staff_id: int, told: Iterable[Told], at: str
) -> None:
    """Record what a screen showed to an account, once a day, inside the caller's transaction."""
    by = {"at": at, "by": staff_id}
    connection.executemany(_INSERT, [{**vars(each), **by} for each in sorted(told, key=str)])
