"""Consents: what may be disclosed about a person, to which agency or provider, until when.

`records/consents.py` reads which of them are active.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from ccu import dates
from ccu.errors import InvalidInput
from ccu.records import consents, person_ids, table
from ccu.records.consents import Recipient, covers, in_force, state
from ccu.records.visibility import PART2

if TYPE_CHECKING:
    from ccu.work import Work

SIGNERS = ("person", "parent", "guardian", "other")
_AS_STORED = (
    *("id", "person", "record", "purpose", "signed_on", "signed_by", "expires_on"),
    *("recorded_by", "revoked_by"),
)


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


def in_order(connection: sqlite3.Connection, scopes: Sequence[str]) -> list[str]:
    """Return codes of scopes in the order of their list, each once."""
    from ccu.records import codes

    return [code for code in codes.labels(connection, "consent_scope") if code in scopes]


def scopes_in_words(connection: sqlite3.Connection, scopes: Iterable[str]) -> str:
    """Return the labels of scopes, with semicolons: some have a comma."""
    from ccu.records import codes

    labels = codes.labels(connection, "consent_scope")
    return "; ".join(labels[scope] for scope in scopes)


def recipient_in_words(connection: sqlite3.Connection, to: Recipient) -> str:
    """Return the label of an agency, or `provider 3`."""
    from ccu.records import codes

    return codes.labels(connection, "agency").get(str(to), str(to))


def read(connection: sqlite3.Connection, consent_id: int) -> sqlite3.Row:
    """Return one consent. Raises NotFound."""
    return table.require(connection, "consent", consent_id, consents.ROWS)


def rows(
    connection: sqlite3.Connection,
    person_id: int | None,
    *,
    today: str,
    every: bool,
    only_to: str | None = None,
) -> list[dict[str, Any]]:
    """Return consents, oldest first; without `every` the active ones; `only_to`: to that agency.

    id, person (canonical), record (the consent's own), to, scope (a list), purpose, words,
    signed_on, signed_by, expires_on, revoked_on, state, recorded_by, revoked_by.
    """
    same = None if person_id is None else person_ids.same(connection, [person_id])
    found = table.select(connection, consents.ROWS, {"consent.person_id IN ?": same})
    return [
        {
            **{name: row[name] for name in _AS_STORED},
            "to": said_to(row["recipient"], row["provider"], row["provider_name"]),
            "scope": row["scope"].split(","),
            "words": row["purpose_words"],
            "revoked_on": row["revoked_at"] and row["revoked_at"][:10],
            "state": state(row, today),
        }
        for row in found
        if (every or state(row, today) == "active")
        and (only_to is None or (row["recipient"], row["provider"]) == (only_to, None))
    ]


def said_to(agency: str, provider_id: int | None, name: str | None) -> str:
    """Return `police`, or `provider 3 (Homes with Hope)`."""
    return agency if provider_id is None else f"provider {provider_id} ({name})"


# ---------------------------------------------------------------- writing


def grant(work: "Work", new: Paper) -> int:
    """Record a signed consent; return its number.

    Raises NotFound, and InvalidInput for a person merged into another record, for an expiry that is
    not after the signature, and for a consent on Part 2 without an expiry (42 CFR 2.31).
    """
    from ccu.people import store as people

    people.must_exist(work.connection, new.person_id)
    if new.expires_on is not None and new.expires_on <= new.signed_on:
        raise InvalidInput("--expires must be after --signed")
    if PART2 in new.scopes and new.expires_on is None:
        raise InvalidInput("--expires is missing: a consent on part2 needs the day it expires")
    columns = {
        "person_id": new.person_id,
        "recipient": new.to.agency,
        "provider_id": new.to.provider_id,
        "scope": ",".join(new.scopes),
        "purpose": new.purpose,
        "purpose_words": new.words,
        "signed_on": new.signed_on,
        "signed_by": new.signed_by,
        "expires_on": new.expires_on,
    }
    consent_id = table.insert(work, "consent", columns)
    work.audit(
        "consent-grant", "person", new.person_id,
        consent=consent_id, to=str(new.to), scope=list(new.scopes),
    )  # fmt: skip
    return consent_id


def revoke(work: "Work", consent_id: int, on: date) -> list[int]:
    """Revoke a consent, today or as of the start of an earlier day.

    Return the other consents that still allow some of the same to the same recipient: revoking one
    does not revoke another. Raises NotFound, InvalidInput.
    """
    row = read(work.connection, consent_id)
    if row["revoked_at"] is not None:
        raise InvalidInput(
            f"consent {consent_id} was revoked on {dates.said(row['revoked_at'][:10])}"
        )
    if on.isoformat() < row["signed_on"]:
        signed = dates.said(row["signed_on"])
        raise InvalidInput(f"--on is before consent {consent_id} was signed, {signed}")
    at = work.at
    if on != work.today:
        at = dates.to_iso(dates.day_start(on, work.settings.zone))
    revoked = {"revoked_at": at, "revoked_by": work.staff_id}
    table.update(work.connection, "consent", consent_id, revoked)
    work.audit("consent-revoke", "person", row["record"], consent=consent_id)
    to = Recipient(agency=row["recipient"], provider_id=row["provider"])
    same = person_ids.same(work.connection, [row["record"]])
    left = in_force(work.connection, same, to, work.today.isoformat())
    return [each["id"] for each in left if _overlap(each["scope"], row["scope"])]


def _overlap(one: str, other: str) -> bool:
    """Whether two scopes have something in common."""
    return any(covers(other, what) for what in one.split(",")) or any(
        covers(one, what) for what in other.split(",")
    )


# ---------------------------------------------------------------- notes on 42 CFR Part 2 referrals

# This file has no note about a referral to a Part 2 program.
_NOTES = """
SELECT (SELECT count(*) FROM referral
        JOIN referral_event AS event ON event.referral_id = referral.id
        WHERE referral.provider_id = :id AND coalesce(event.note, '') <> '')
     + (SELECT count(*) FROM referral JOIN follow_up ON follow_up.referral_id = referral.id
        WHERE referral.provider_id = :id AND follow_up.note <> '')
     + (SELECT count(*) FROM referral JOIN follow_up ON follow_up.referral_id = referral.id
        JOIN attempt ON attempt.follow_up_id = follow_up.id
        WHERE referral.provider_id = :id AND coalesce(attempt.note, '') <> '')
     + (SELECT count(*) FROM referral JOIN follow_up ON follow_up.referral_id = referral.id
        JOIN change ON record = 'follow_up' AND record_id = follow_up.id AND field = 'attempt'
        WHERE referral.provider_id = :id AND old_value ->> 'note' <> '')
"""


def refuse_part2_note(
    connection: sqlite3.Connection, note: str | None, provider_id: int | None
) -> None:
    """Refuse a note about a referral to a Part 2 program. Raises InvalidInput."""
    if note and provider_id in part2_providers(connection):
        raise InvalidInput(
            "a note about a referral to a 42 CFR Part 2 program cannot be stored in this file;"
            " add it by ccu care note add --part2"
        )


def part2_providers(connection: sqlite3.Connection) -> set[int]:
    """Return the numbers of the providers that are Part 2 programs."""
    return {row["id"] for row in connection.execute("SELECT id FROM provider WHERE part2")}


def provider_of_referral(connection: sqlite3.Connection, referral_id: int | None) -> int | None:
    """Return the provider of a referral; None when there is no such referral."""
    row = connection.execute(
        "SELECT provider_id FROM referral WHERE id = :id", {"id": referral_id}
    ).fetchone()
    return None if row is None else int(row["provider_id"])


def part2_notes(connection: sqlite3.Connection, provider_id: int) -> int:
    """Count the notes in this file about referrals to a provider."""
    return int(connection.execute(_NOTES, {"id": provider_id}).fetchone()[0])
