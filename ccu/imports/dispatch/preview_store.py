"""What a dry run shows of the staged rows: the first ones as they were read, and what looks wrong.

A layout may read every row and still be wrong: a clock that lost its AM and PM, a date column
alone, a column that this export leaves blank.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ccu import dates
from ccu.records import codes

ROWS_SHOWN = 5
ENOUGH = 20  # calls, before hours without a call tell anything
MANY = 500  # calls, before single hours do

FIRST = """
SELECT entry.line, entry.incident, entry.incident GLOB '~*' AS made, entry.occurred_at,
       entry.clock_known, entry.dispatched_at, entry.arrived_at, entry.cleared_at,
       address.raw, address.house, address.street, address.unit, address.cross_street, address.name,
       address.city, nature.text AS nature_text, nature.code AS nature, ended.text AS ended
FROM staging.entry AS entry
JOIN staging.word AS nature ON nature.id = entry.nature
LEFT JOIN staging.word AS ended ON ended.id = entry.disposition
LEFT JOIN staging.address AS address ON address.number = entry.address
GROUP BY entry.line ORDER BY entry.line LIMIT :limit
"""

HOURS = """
SELECT cast(substr(occurred_at, 12, 2) AS INTEGER) AS hour, count(*) AS calls,
       sum(substr(occurred_at, 12, 8) = '00:00:00') AS midnight
FROM staging.entry WHERE clock_known GROUP BY hour
"""

# Whether a field of the layout has a value in any row.
FILLED = """
SELECT max(dispatched_at IS NOT NULL) AS dispatched, max(arrived_at IS NOT NULL) AS arrived,
  max(cleared_at IS NOT NULL) AS cleared, max(priority IS NOT NULL) AS priority,
  max(beat IS NOT NULL) AS beat,
  max((SELECT text FROM staging.word WHERE id = nature) <> '') AS nature,
  max((SELECT text FROM staging.word WHERE id = nature_cleared) <> '') AS nature_cleared,
  max((SELECT text FROM staging.word WHERE id = disposition) <> '') AS disposition,
  (SELECT max(raw <> '') FROM staging.address) AS address,
  (SELECT max(raw_unit <> '') FROM staging.address) AS unit,
  (SELECT max(raw_city <> '') FROM staging.address) AS city,
  (SELECT max(raw_zip <> '') FROM staging.address) AS zip
FROM staging.entry
"""


class Preview(NamedTuple):
    """The first rows, each in one line, and sentences about what looks wrong."""

    rows: list[str]
    told: list[str]


def preview(connection: sqlite3.Connection, columns: Mapping[str, tuple[str, ...]]) -> Preview:
    """Return what a dry run shows; `columns` are those of the layout, by their fields."""
    natures = codes.labels(connection, "nature")
    first = connection.execute(FIRST, {"limit": ROWS_SHOWN}).fetchall()
    return Preview(
        [_line(row, natures) for row in first],
        [*_hours(connection), *_empty(connection, columns)],
    )


def _line(row: sqlite3.Row, natures: Mapping[str, str]) -> str:
    began = dates.from_iso(row["occurred_at"])
    when = dates.say_moment(began, began)
    if not row["clock_known"]:
        when = f"{dates.say_date(began.date())}, no time"
    later = [
        f"{name} {row[f'{name}_at'][11:16]}"
        for name in ("dispatched", "arrived", "cleared")
        if row[f"{name}_at"]
    ]
    incident = "no number" if row["made"] else row["incident"]
    code = natures.get(row["nature"], row["nature"])
    nature = f"{code} ({row['nature_text']})" if row["nature_text"] else f"{code} (no text)"
    parts = [", ".join([when, *later]), _address(row), nature, row["ended"]]
    return f"line {row['line']}: {incident}: {'; '.join(filter(None, parts))}"


def _address(row: sqlite3.Row) -> str:
    """Return the parts of an address as they were read, apart by slashes."""
    if not row["raw"]:
        return "no address"
    if row["city"] is None:
        return f'address not read: "{row["raw"]}"'
    unit = f"unit {row['unit']}" if row["unit"] else ""
    cross = f"at {row['cross_street']}" if row["cross_street"] else ""
    parts = (row["name"], row["house"], row["street"], cross, unit, row["city"])
    return " / ".join(filter(None, parts))


def _hours(connection: sqlite3.Connection) -> Iterator[str]:
    found = connection.execute(HOURS).fetchall()
    calls = {row["hour"]: row["calls"] for row in found}
    total, midnight = sum(calls.values()), sum(row["midnight"] for row in found)
    if total and 2 * midnight > total:
        yield (
            f"{midnight} of {total} calls begin at exactly 00:00; is the clock time in another"
            " column? Join them: occurred = [date, time]"
        )
    elif total >= ENOUGH and max(calls) <= 12:
        yield (
            f"none of {total} calls begins after 12:59; the export may have lost AM and PM: export"
            " it with a 24-hour clock"
        )
    elif total >= MANY and len(calls) < 24:
        hours = ", ".join(f"{hour:02}" for hour in range(24) if hour not in calls)
        yield f"no call begins in these hours: {hours}"


def _empty(connection: sqlite3.Connection, columns: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    row = connection.execute(FILLED).fetchone()
    for field in row.keys():  # noqa: SIM118 - a row of SQLite is not a dict
        if field in columns and row[field] == 0:
            yield f"{field} is empty in every row: {' and '.join(columns[field])}"
