"""What is known of a place beyond its address: what stands there, and safety notes on it."""

import sqlite3
from collections.abc import Iterable
from typing import Any

from ccu.errors import InvalidInput, NotAllowed
from ccu.records import table
from ccu.work import Work

_FLAGS = """
SELECT place_flag.id, place_flag.place_id AS place,
       coalesce((SELECT line FROM place_plain WHERE id = place_flag.place_id), '') AS address,
       CASE WHEN ended_at IS NOT NULL THEN 'ended'
            WHEN expires_on < :today THEN 'expired' ELSE 'in force' END AS state,
       note, source, recorded_at, writer.login AS recorded_by, verifier.login AS verified_by,
       verified_at, expires_on, ended_at, ender.login AS ended_by, ended_why
FROM place_flag JOIN staff AS writer ON writer.id = place_flag.recorded_by
LEFT JOIN staff AS verifier ON verifier.id = verified_by
LEFT JOIN staff AS ender ON ender.id = ended_by
WHERE {where} ORDER BY ended_at IS NOT NULL, expires_on < :today, place_flag.id DESC
"""


# ---------------------------------------------------------------- what stands there


def categorise(
    work: Work,
    place_id: int,
    category: str | None,
    exempt_reason: str | None,
    reason: str | None = None,
) -> list[str]:
    """Set what stands at a place; with `exempt_reason`, leave it out of repeat counts.

    Returns the fields that changed; `reason` is why.
    """
    row = table.require(work.connection, "place", place_id)
    new = {"category": category, "exempt_reason": exempt_reason}
    changed = table.change(work, "place", row, new, reason)
    work.audit("place-category", "place", place_id, fields=changed)
    return changed


# ---------------------------------------------------------------- safety notes


def add(work: Work, place_id: int, note: str, source: str, expires_on: str) -> int:
    """Put a safety note on a place until a day; returns its id.

    Raises InvalidInput when the same words are there already.
    """
    same = work.connection.execute(
        "SELECT id FROM place_flag WHERE place_id = :place_id AND note = :note"
        " AND ended_at IS NULL AND expires_on >= :today",
        {"place_id": place_id, "note": note, "today": work.today.isoformat()},
    ).fetchone()
    if same:
        raise InvalidInput(f"flag {same['id']} says that of this place already")
    new = {"place_id": place_id, "note": note, "source": source, "expires_on": expires_on}
    flag_id = table.insert(work, "place_flag", new)
    work.audit("flag-add", "place_flag", flag_id, place=place_id)
    return flag_id


def verify(work: Work, flag_id: int, expires_on: str) -> None:
    """Record that a second person checked a note; it is in force until a new day.

    Raises NotFound, InvalidInput for an ended flag, and NotAllowed for the account that wrote it.
    """
    old = _open(work.connection, flag_id)
    if old["recorded_by"] == work.staff_id:
        raise NotAllowed(f"flag {flag_id} was written by this account; somebody else verifies it")
    new = {"verified_by": work.staff_id, "verified_at": work.at, "expires_on": expires_on}
    table.change(work, "place_flag", old, new)
    work.audit("flag-verify", "place_flag", flag_id, place=old["place_id"])


def end(work: Work, flag_id: int, why: str) -> None:
    """Take a note off its place; it is kept, with who and why.

    Raises NotFound, InvalidInput for one that has ended.
    """
    old = _open(work.connection, flag_id)
    ended = {"ended_at": work.at, "ended_by": work.staff_id, "ended_why": why}
    table.update(work.connection, "place_flag", flag_id, ended)
    work.audit("flag-end", "place_flag", flag_id, place=old["place_id"])


def of_places(
    connection: sqlite3.Connection, place_ids: Iterable[int | None], today: str
) -> list[dict[str, Any]]:
    """Every flag ever on these places: those in force, then expired, then ended ones.

    Keys: id, place, address, state, note, source, recorded_at, recorded_by, verified_by,
    verified_at, expires_on, ended_at, ended_by, ended_why. Reading them must be audited.
    """
    places = [each for each in place_ids if each is not None]
    return _rows(connection, today, {"place_flag.place_id IN ?": places})


def to_check(connection: sqlite3.Connection, today: str, soon: str) -> list[dict[str, Any]]:
    """Flags in force that nobody verified yet or that expire by `soon`: keys as `of_places`."""
    in_force = {"ended_at IS NULL AND expires_on >= ?": today}
    return _rows(connection, today, {**in_force, "(verified_at IS NULL OR expires_on <= ?)": soon})


def expiring(
    connection: sqlite3.Connection, today: str, since: str, soon: str
) -> list[dict[str, Any]]:
    """Flags whose last day is from `since` to `soon` and that nobody ended: keys as `of_places`."""
    not_ended = {"ended_at IS NULL AND expires_on >= ?": since}
    return _rows(connection, today, {**not_ended, "expires_on <= ?": soon})


def _rows(
    connection: sqlite3.Connection, today: str, conditions: dict[str, object]
) -> list[dict[str, Any]]:
    return [dict(row) for row in table.select(connection, _FLAGS, conditions, today=today)]


def _open(connection: sqlite3.Connection, flag_id: int) -> sqlite3.Row:
    row = read(connection, flag_id)
    if row["ended_at"] is not None:
        raise InvalidInput(f"flag {flag_id} has ended, on {row['ended_at'][:10]}; write a new one")
    return row


def read(connection: sqlite3.Connection, flag_id: int) -> sqlite3.Row:
    """Return the row of a flag. Raises NotFound."""
    return table.require(connection, "place_flag", flag_id)
