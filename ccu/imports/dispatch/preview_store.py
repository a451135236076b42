"""What a dry run shows of the staged rows: the first ones as they were read, and what looks wrong.

A layout may read every row and still be wrong: a clock that lost its AM and PM, only a date column,
a column that this export leaves blank.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping

from ccu import dates
from ccu.places.finding import misspelled_unit
from ccu.records import codes

ROWS_SHOWN = 5
ENOUGH = 20  # fewest calls for which hours without a call mean anything
LONG = 4  # hours from the begin of a call to the arrival, after which one of them may be wrong
LONGEST_CODE = 5  # letters of a city's code
FEW_PLACES = 3  # fewest addresses for which one town in most of them means anything
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

# Not by GROUP BY, which sorts all rows in memory.
HOURS = (
    "CREATE TABLE staging.hour (hour INTEGER PRIMARY KEY, calls INTEGER, midnight INTEGER)",
    """
INSERT INTO staging.hour
SELECT substr(occurred_at, 12, 2), 1, substr(occurred_at, 12, 8) = '00:00:00'
FROM staging.entry WHERE clock_known
ON CONFLICT DO UPDATE SET calls = calls + 1, midnight = midnight + excluded.midnight
""",
    "SELECT hour, calls, midnight FROM staging.hour",
)

# Whether a field of the layout has a value in any row.
FILLED = """
SELECT max(dispatched_at IS NOT NULL) AS dispatched, max(arrived_at IS NOT NULL) AS arrived,
  max(cleared_at IS NOT NULL) AS cleared, max(priority IS NOT NULL) AS priority,
  max(beat IS NOT NULL) AS beat,
  max((SELECT text FROM staging.word WHERE id = nature) <> '') AS nature,
  max((SELECT text FROM staging.word WHERE id = nature_cleared) <> '') AS nature_cleared,
  max((SELECT text FROM staging.word WHERE id = disposition) <> '') AS disposition,
  (SELECT max(raw_unit <> '') FROM staging.address) AS unit,
  (SELECT max(raw_city <> '') FROM staging.address) AS city,
  (SELECT max(raw_zip <> '') FROM staging.address) AS zip
FROM staging.entry
"""


# Calls whose arrival is before their dispatch, or long after they begin.
ARRIVALS = """
SELECT count(*) FILTER (WHERE arrived < dispatched) AS early,
       count(*) FILTER (WHERE arrived > began + :long) AS late,
       max(arrived - began) AS longest
FROM (SELECT unixepoch(arrived_at) AS arrived, unixepoch(dispatched_at) AS dispatched,
             unixepoch(occurred_at) AS began
      FROM staging.entry WHERE arrived_at IS NOT NULL AND clock_known)
"""

ADDRESSLESS = """
SELECT count(*) AS calls, count(*) FILTER (WHERE address.unit_key IS NULL) AS without
FROM staging.entry AS entry LEFT JOIN staging.address AS address ON address.number = entry.address
"""

# Different addresses of the file: those that are a street alone, and the cities they are in.
STREETS = """
SELECT count(*) AS addresses, sum(kind = 'street') AS streets
FROM staging.address WHERE unit_key IS NOT NULL
"""
CITIES = """
SELECT city, count(*) AS addresses, sum(count(*)) OVER () AS total
FROM staging.address WHERE unit_key IS NOT NULL GROUP BY city ORDER BY addresses DESC
"""

# Addresses with a number after the street that is not read as a unit, and a row of one.
BEHIND = """
SELECT number, coalesce(nullif(cross_street, ''), nullif(name, ''), city) AS behind, unit
FROM staging.address
WHERE kind = 'address' AND (behind GLOB '[A-Z]*[0-9]*' OR behind GLOB '[A-Z]* [A-Z]')
"""
ROW_OF = "SELECT min(line) FROM staging.entry WHERE address = :number"


def first_rows(connection: sqlite3.Connection) -> list[str]:
    """Return the first rows as they were read, each in one line."""
    natures = codes.labels(connection, "nature")
    first = connection.execute(FIRST, {"limit": ROWS_SHOWN}).fetchall()
    return [_line(row, natures) for row in first]


def doubts(
    connection: sqlite3.Connection,
    columns: Mapping[str, tuple[str, ...]],
    town: str,
    *,
    dry_run: bool,
) -> list[str]:
    """Return sentences about what looks wrong; `columns` are those of the layout, by their fields.

    `town` is the city of addresses without one. An import reports less for a file of few rows:
    those of one night may be all in one hour, or all without a beat.
    """
    least = 1 if dry_run else ENOUGH
    told = [*_hours(connection, least), *_arrivals(connection)]
    told += [*_addressless(connection, least, "address" in columns)]
    told += [*_streets(connection, least), *_cities(connection, town, least)]
    told += _units(connection)
    return [*told, *_empty(connection, columns)] if dry_run else told


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


def _hours(connection: sqlite3.Connection, least: int) -> Iterator[str]:
    *count, ask = HOURS
    for statement in count:
        connection.execute(statement)
    found = connection.execute(ask).fetchall()
    calls = {row["hour"]: row["calls"] for row in found}
    # An hour written 00 is of a 24-hour clock, except at midnight, which may mean no time.
    total, midnight = sum(calls.values()), sum(row["midnight"] for row in found)
    if total >= least and 2 * midnight > total:
        yield (
            f"{midnight} of {total} calls begin at exactly 00:00; is the clock time in another"
            " column? Join them: occurred = [date, time]"
        )
    elif total >= ENOUGH and max(calls) <= 12 and calls.get(0, 0) == midnight:
        yield (
            f"none of {total} calls begins after 12:59; the export may have lost AM and PM: export"
            " it with a 24-hour clock"
        )
    elif total >= MANY and len(calls) < 24:
        hours = ", ".join(f"{hour:02}" for hour in range(24) if hour not in calls)
        yield f"no call begins in these hours: {hours}"


def _arrivals(connection: sqlite3.Connection) -> Iterator[str]:
    row = connection.execute(ARRIVALS, {"long": LONG * 3600}).fetchone()
    if row["early"]:
        yield f"{row['early']} calls have an arrival before their dispatch; both are kept"
    if row["late"]:
        yield (
            f"{row['late']} calls have an arrival more than {LONG} hours after they begin, at most"
            f" {row['longest'] // 60} minutes; they count in the response times"
        )


def _addressless(connection: sqlite3.Connection, least: int, named: bool) -> Iterator[str]:
    calls, without = connection.execute(ADDRESSLESS).fetchone()
    if calls and (without == calls or (calls >= least and 2 * without > calls)):
        advice = "see the column named" if named else "name the column: address ="
        yield (
            f"{without} of {calls} calls have no address that can be read: no history and no repeat"
            f" address shows them; {advice} in [columns]"
        )


def _streets(connection: sqlite3.Connection, least: int) -> Iterator[str]:
    row = connection.execute(STREETS).fetchone()
    if row["addresses"] >= least and 2 * row["streets"] > row["addresses"]:
        yield (
            f"{row['streets']} of {row['addresses']} addresses are a street without a house number;"
            " is the number in another column? Join them: address = [number, street]"
        )


def _cities(connection: sqlite3.Connection, town: str, least: int) -> Iterator[str]:
    """Report another town in most addresses, or a code used besides the town: MAY for MAYPORT.

    Otherwise each house would be two places, and its calls would not count as repeats.
    """
    for row in connection.execute(CITIES).fetchall():
        name, own = row["city"], town.title()
        is_code = len(name) <= LONGEST_CODE
        most = 2 * row["addresses"] > row["total"] >= max(least, FEW_PLACES)
        if name in ("", town) or not (most or (is_code and _shortens(name, town))):
            continue
        advice = f"if this is its town, write town = {json.dumps(name.title())} in the layout"
        if is_code:
            advice = f'if it is a code, give its name under [cities]: {name} = "{own}"'
        yield (
            f"{row['addresses']} of {row['total']} addresses are in {name}, another town than"
            f" {own}; {advice}"
        )


def _shortens(code: str, town: str) -> bool:
    """Whether the letters of a code are some of the town's in their order, from its first."""
    letters = iter(town)
    return code[:1] == town[:1] and all(each in letters for each in code)


def _units(connection: sqlite3.Connection) -> Iterator[str]:
    """Count addresses whose unit was not understood, without printing one."""
    found = dict.fromkeys(
        row["number"]
        for row in connection.execute(BEHIND)
        if misspelled_unit(row["behind"], row["unit"] or "")
    )
    if not found:
        return
    (line,) = connection.execute(ROW_OF, {"number": next(iter(found))}).fetchone()
    have = "1 address has" if len(found) == 1 else f"{len(found)} addresses have"
    yield (
        f"{have} a misspelled unit word, as in line {line}; filed at the building until the export"
        " or the call is corrected: ccu call edit"
    )


def _empty(connection: sqlite3.Connection, columns: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    row = connection.execute(FILLED).fetchone()
    for field in row.keys():  # noqa: SIM118 - a row of SQLite is not a dict
        if field in columns and row[field] == 0:
            yield f"{field} is empty in every row: {' and '.join(columns[field])}"
