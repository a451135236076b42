"""Signed papers: what may be told of a person, to whom, until when.

A paper counts from the day it was signed through the day it expires, unless it was revoked: once
revoked it never counts again, whatever day is said. It is looked up each time, so a revocation
holds from the next command on. A human being's papers are those of all their records.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ccu.errors import InvalidInput, NotFound
from ccu.people import store as people
from ccu.records import audit, codes, person_ids

PART2 = "part2"
ALL_BUT_PART2 = "all_but_part2"
SIGNERS = ("person", "parent", "guardian", "other")

_ROWS = """
SELECT consent.id, consent.person_id AS record,
       (SELECT canonical_id FROM human WHERE id = consent.person_id) AS person, consent.recipient,
       consent.provider_id AS provider, provider.name AS provider_name, consent.scope,
       consent.purpose, consent.purpose_words,
       consent.signed_on, consent.signed_by, consent.expires_on, consent.revoked_at,
       recorder.login AS recorded_by, revoker.login AS revoked_by
FROM consent JOIN staff AS recorder ON recorder.id = consent.recorded_by
LEFT JOIN staff AS revoker ON revoker.id = consent.revoked_by
LEFT JOIN provider ON provider.id = consent.provider_id
WHERE (:people IS NULL OR consent.person_id IN (SELECT value FROM json_each(:people)))
  AND (:id IS NULL OR consent.id = :id)
ORDER BY consent.id
"""


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Who is told: an agency, or one provider."""

    agency: str
    provider_id: int | None = None

    def __str__(self) -> str:
        return self.agency if self.provider_id is None else f"provider {self.provider_id}"


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A new consent: codes already checked, days as ISO text."""

    person_id: int
    to: Recipient
    scopes: Sequence[str]
    purpose: str
    words: str | None
    signed_on: str
    signed_by: str
    expires_on: str | None


def recipient(connection: sqlite3.Connection, text: str, option: str) -> Recipient:
    """A provider by number, else the code of an agency. Raises InvalidInput, NotFound."""
    from ccu.providers import store as providers

    if text.strip()[:1].isdigit():
        found = providers.find(connection, text, option)
        return Recipient(agency=found["agency"], provider_id=found["id"])
    return Recipient(agency=codes.code(connection, "agency", text, option))


def in_order(connection: sqlite3.Connection, scopes: Sequence[str]) -> list[str]:
    """Return codes of scopes in the order of their list, each once."""
    return [code for code in codes.labels(connection, "consent_scope") if code in scopes]


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
    asked = {"people": json.dumps(sorted(people_ids)), "id": None}
    return [
        row
        for row in connection.execute(_ROWS, asked)
        if state(row, today) == "in force" and _is(row, to)
    ]


def _is(row: sqlite3.Row, to: Recipient) -> bool:
    """A paper for one provider is for it alone; one for an agency is for all of it."""
    if row["provider"] is not None:
        return bool(row["provider"] == to.provider_id)
    return bool(row["recipient"] == to.agency)


def read(connection: sqlite3.Connection, consent_id: int) -> sqlite3.Row:
    """One paper. Raises NotFound."""
    row: sqlite3.Row | None = connection.execute(
        _ROWS, {"people": None, "id": consent_id}
    ).fetchone()
    if row is None:
        raise NotFound(f"no consent {consent_id}")
    return row


def rows(
    connection: sqlite3.Connection,
    person_id: int | None,
    *,
    today: str,
    every: bool,
    only_to: str | None = None,
) -> list[dict[str, Any]]:
    """Papers, oldest first; without `every` those in force; `only_to`: to that agency alone.

    id, person (canonical), record (the paper's own), to, scope (a list), purpose, words, signed_on,
    signed_by, expires_on, revoked_on, state, recorded_by, revoked_by.
    """
    same = None if person_id is None else json.dumps(person_ids.same(connection, [person_id]))
    found = connection.execute(_ROWS, {"people": same, "id": None}).fetchall()
    return [
        {
            "id": row["id"],
            "person": row["person"],
            "record": row["record"],
            "to": said_to(row["recipient"], row["provider"], row["provider_name"]),
            "scope": row["scope"].split(","),
            "purpose": row["purpose"],
            "words": row["purpose_words"],
            "signed_on": row["signed_on"],
            "signed_by": row["signed_by"],
            "expires_on": row["expires_on"],
            "revoked_on": row["revoked_at"] and row["revoked_at"][:10],
            "state": state(row, today),
            "recorded_by": row["recorded_by"],
            "revoked_by": row["revoked_by"],
        }
        for row in found
        if (every or state(row, today) == "in force")
        and (only_to is None or (row["recipient"], row["provider"]) == (only_to, None))
    ]


def said_to(agency: str, provider_id: int | None, name: str | None) -> str:
    """`police`, or `provider 3 (Homes with Hope)`."""
    return agency if provider_id is None else f"provider {provider_id} ({name})"


# ---------------------------------------------------------------- writing


def grant(connection: sqlite3.Connection, staff_id: int, new: Paper, *, at: str) -> int:
    """Record a signed paper inside the caller's transaction; its number.

    Raises NotFound, and InvalidInput for a person merged into another record, for an expiry that is
    not after the signature, and for a paper on Part 2 that names no expiry (42 CFR 2.31).
    """
    people.must_exist(connection, new.person_id)
    if new.expires_on is not None and new.expires_on <= new.signed_on:
        raise InvalidInput("--expires must be after --signed")
    if PART2 in new.scopes and new.expires_on is None:
        raise InvalidInput("--expires is missing: a consent on part2 names the day it expires")
    cursor = connection.execute(
        "INSERT INTO consent (person_id, recipient, scope, purpose, signed_on, signed_by,"
        " expires_on, recorded_at, recorded_by, purpose_words, provider_id)"
        " VALUES (:person_id, :recipient, :scope, :purpose, :signed_on, :signed_by,"
        " :expires_on, :at, :by, :words, :provider_id)",
        {
            **{key: getattr(new, key) for key in ("person_id", "purpose", "words")},
            **{key: getattr(new, key) for key in ("signed_on", "signed_by", "expires_on")},
            "recipient": new.to.agency,
            "provider_id": new.to.provider_id,
            "scope": ",".join(new.scopes),
            "at": at,
            "by": staff_id,
        },
    )
    consent_id = int(cursor.lastrowid or 0)
    audit.record(
        connection,
        staff_id,
        "consent-grant",
        "person",
        new.person_id,
        consent=consent_id,
        to=str(new.to),
        scope=list(new.scopes),
    )
    return consent_id


def revoke(
    connection: sqlite3.Connection, staff_id: int, consent_id: int, *, at: str, today: str
) -> list[int]:
    """Revoke a paper inside the caller's transaction, `at` as stored.

    Returns the other papers that still allow some of the same to the same recipient: one paper's
    revocation does not revoke another. Raises NotFound, InvalidInput.
    """
    row = read(connection, consent_id)
    if row["revoked_at"] is not None:
        raise InvalidInput(f"consent {consent_id} was revoked on {row['revoked_at'][:10]}")
    if at[:10] < row["signed_on"]:
        raise InvalidInput(f"--on is before consent {consent_id} was signed, {row['signed_on']}")
    connection.execute(
        "UPDATE consent SET revoked_at = :at, revoked_by = :by WHERE id = :id",
        {"at": at, "by": staff_id, "id": consent_id},
    )
    audit.record(
        connection, staff_id, "consent-revoke", "person", row["record"], consent=consent_id
    )
    to = Recipient(agency=row["recipient"], provider_id=row["provider"])
    same = person_ids.same(connection, [row["record"]])
    left = in_force(connection, same, to, today)
    return [each["id"] for each in left if _overlap(each["scope"], row["scope"])]


def _overlap(one: str, other: str) -> bool:
    """Whether two scopes have something in common."""
    return any(covers(other, what) for what in one.split(",")) or any(
        covers(one, what) for what in other.split(",")
    )
