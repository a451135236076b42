"""A 42 CFR Part 2 program: what is written about a referral to one is not kept in this file."""

import sqlite3

from ccu.errors import InvalidInput

_NOTES = """
SELECT (SELECT count(*) FROM referral
        JOIN referral_event AS event ON event.referral_id = referral.id
        WHERE referral.provider_id = :id AND coalesce(event.note, '') <> '')
     + (SELECT count(*) FROM referral JOIN follow_up ON follow_up.referral_id = referral.id
        WHERE referral.provider_id = :id AND follow_up.note <> '')
     + (SELECT count(*) FROM referral JOIN follow_up ON follow_up.referral_id = referral.id
        JOIN attempt ON attempt.follow_up_id = follow_up.id
        WHERE referral.provider_id = :id AND coalesce(attempt.note, '') <> '')
"""


def refuse_note(connection: sqlite3.Connection, note: str | None, provider_id: int | None) -> None:
    """Raises InvalidInput for a note about a referral to a Part 2 program."""
    if not note or provider_id is None:
        return
    row = connection.execute(
        "SELECT part2 FROM provider WHERE id = :id", {"id": provider_id}
    ).fetchone()
    if row is not None and row["part2"]:
        raise InvalidInput(
            "a note about a referral to a 42 CFR Part 2 program is not kept in this file;"
            " ccu care note add --part2 keeps it apart"
        )


def providers(connection: sqlite3.Connection) -> set[int]:
    """The providers that are Part 2 programs, by number."""
    return {row["id"] for row in connection.execute("SELECT id FROM provider WHERE part2")}


def provider_of(connection: sqlite3.Connection, referral_id: int | None) -> int | None:
    """The provider of a referral, where there is one."""
    row = connection.execute(
        "SELECT provider_id FROM referral WHERE id = :id", {"id": referral_id}
    ).fetchone()
    return None if row is None else int(row["provider_id"])


def notes(connection: sqlite3.Connection, provider_id: int) -> int:
    """How many notes about referrals to a provider this file holds."""
    return int(connection.execute(_NOTES, {"id": provider_id}).fetchone()[0])
