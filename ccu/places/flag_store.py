"""The rows of safety notes (flags) on places. Reading one must be audited by the caller."""

import sqlite3
from collections.abc import Iterable
from typing import Any

from ccu.records import table

_FLAGS = """
SELECT place_flag.id, place_flag.place_id AS place,
       coalesce((SELECT line FROM place_plain WHERE id = place_flag.place_id), '') AS address,
       CASE WHEN ended_at IS NOT NULL THEN 'ended'
            WHEN expires_on < :today THEN 'expired' ELSE 'active' END AS state,
       note, source, recorded_at, writer.login AS recorded_by, verifier.login AS verified_by,
       verified_at, expires_on, ended_at, ender.login AS ended_by, ended_why
FROM place_flag JOIN staff AS writer ON writer.id = place_flag.recorded_by
LEFT JOIN staff AS verifier ON verifier.id = verified_by
LEFT JOIN staff AS ender ON ender.id = ended_by
WHERE {where} ORDER BY ended_at IS NOT NULL, expires_on < :today, place_flag.id DESC
"""


def of_places(
    connection: sqlite3.Connection, place_ids: Iterable[int | None], today: str
) -> list[dict[str, Any]]:
    """Return every flag ever on these places: those active, then expired, then ended ones.

    Keys: id, place, address, state, note, source, recorded_at, recorded_by, verified_by,
    verified_at, expires_on, ended_at, ended_by, ended_why. Reading them must be audited.
    """
    places = [each for each in place_ids if each is not None]
    return _flags(connection, today, {"place_flag.place_id IN ?": places})


def unverified_or_expiring(
    connection: sqlite3.Connection, today: str, soon: str
) -> list[dict[str, Any]]:
    """Return active flags that nobody verified yet or that expire by `soon`, as `of_places`."""
    active = {"ended_at IS NULL AND expires_on >= ?": today}
    return _flags(connection, today, {**active, "(verified_at IS NULL OR expires_on <= ?)": soon})


def expiring(
    connection: sqlite3.Connection, today: str, since: str, soon: str
) -> list[dict[str, Any]]:
    """Return flags that nobody ended, whose last day is from `since` to `soon`, as `of_places`."""
    not_ended = {"ended_at IS NULL AND expires_on >= ?": since}
    return _flags(connection, today, {**not_ended, "expires_on <= ?": soon})


def _flags(
    connection: sqlite3.Connection, today: str, conditions: dict[str, object]
) -> list[dict[str, Any]]:
    return [dict(row) for row in table.select(connection, _FLAGS, conditions, today=today)]
