"""Rows of one incident number: one row a unit or a row an outcome, joined into one call.

The rule: the newer row wins, field by field, where it has a value. Newer is the row whose column
`updated` is later, else the one further down in the file. Responders, hazards and dispositions of
all rows are kept. Where rows are of different units, the call begins with the earliest of them, is
dispatched and arrived at with the first, and cleared with the last. So it is where the layout names
neither the unit of a row nor when it was changed.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import groupby
from operator import itemgetter
from typing import Any

from ccu.imports.dispatch.extras import minutes_between
from ccu.imports.dispatch.layout import Layout
from ccu.imports.dispatch.staging_store import BY_INCIDENT, MADE, Stage, as_json

TOO_FAR = timedelta(days=7)  # rows further apart are different calls with one number
YEARLY = "if numbers restart each year, write yearly_numbers = true in the layout"
APART = f"this incident number is in the file with times more than 7 days apart; {YEARLY}"
ON_FILE = (
    "this incident number is on file with a call more than 7 days away;"
    f" {YEARLY}; if the time was corrected, first correct it with ccu call edit"
)
ALIKE = (
    "a row with the same identity is on file more than 7 days away; add the column of the time to"
    " identity in the layout"
)

# The year of a call becomes part of its number: that of the first row where units cross New Year.
YEARS = """
CREATE TABLE staging.year AS
SELECT line, (SELECT min(substr(near.occurred_at, 1, 4)) FROM staging.entry AS near
  WHERE near.incident = entry.incident
  AND abs(julianday(near.occurred_at) - julianday(entry.occurred_at)) <= 7) AS year
FROM staging.entry WHERE incident NOT GLOB :made
"""
WITH_YEARS = """
UPDATE staging.entry SET incident = year.year || '-' || entry.incident
FROM staging.year AS year WHERE year.line = entry.line
"""
# Whether the row of `entry` can be that of `call`: by its time, or by one that a user has replaced.
NEAR = """(abs(julianday(call.occurred_at) - julianday(entry.occurred_at)) <= 7
  OR EXISTS (SELECT 1 FROM main.change WHERE record = 'call' AND record_id = call.id
    AND field = 'occurred_at' AND import_batch_id IS NULL
    AND abs(julianday(old_value ->> '$') - julianday(entry.occurred_at)) <= 7))"""
SET_FAR_ASIDE = f"""
INSERT INTO staging.aside (line, reason)
SELECT entry.line, iif(entry.incident GLOB :made, :alike, :on_file) FROM staging.entry AS entry
JOIN main.source_system AS system ON system.name = :source
JOIN main.call ON call.source_system_id = system.id AND call.incident = entry.incident
WHERE NOT {NEAR}
"""  # noqa: S608 - NEAR is written above

# Rows of one identity: of one incident, or different calls with the same values.
REPEATS = """
CREATE TABLE staging.repeat AS
SELECT line, incident, incident GLOB :made AS made, row_number() OVER alike AS n
FROM staging.entry
WHERE incident IN (SELECT incident FROM staging.entry GROUP BY incident HAVING count(*) > 1)
WINDOW alike AS (PARTITION BY incident ORDER BY digest, line)
"""
NUMBER_ALIKE = """
UPDATE staging.entry SET incident = entry.incident || '-' || repeat.n
FROM staging.repeat AS repeat WHERE repeat.line = entry.line AND repeat.n > 1 AND repeat.made
"""
OF_ONE_NUMBER = """
SELECT entry.*, nullif(nature.text, '') AS nature_text, ended.text AS ended
FROM staging.entry AS entry
JOIN staging.word AS nature ON nature.id = entry.nature
LEFT JOIN staging.word AS ended ON ended.id = entry.disposition
WHERE line IN (SELECT line FROM staging.repeat WHERE NOT made)
ORDER BY incident, unixepoch(updated), line
"""
REPLACE = (
    "DELETE FROM staging.entry WHERE line IN (SELECT line FROM staging.repeat WHERE NOT made)",
    "INSERT INTO staging.entry SELECT * FROM staging.joined",
    "DROP TABLE staging.joined",
)
# What the newer row decides where it has a value; rows that differ in these contradict each other.
DECIDED = ("address", "agency", "priority", "beat", "nature_cleared", "backup_asked",
           "backup_arrived", "minutes")  # fmt: skip

Row = Mapping[str, Any]


@dataclass
class Joined:
    """How the rows of a file were joined."""

    rows: int = 0  # that are part of another row's call
    calls: int = 0  # of more than one row
    contradicting: int = 0  # calls whose rows differ in what the newer one decides
    repeated: int = 0  # rows without an incident number that repeat another


def join(connection: sqlite3.Connection, stage: Stage, layout: Layout) -> Joined:
    """Join the staged rows of one incident number; lines set aside are in staging.aside.

    A row is set aside where its number is that of a call of another time, in the file or on file:
    such a number was used again, and the row must not change that call.

    Rows whose identity ccu made, because they had no number, are different calls alike in that;
    they get a number each.
    """
    found = Joined()
    connection.execute(BY_INCIDENT)
    if layout.yearly_numbers:
        connection.execute(YEARS, {"made": MADE + "*"})
        connection.execute(WITH_YEARS)
    if set_far_aside(connection, layout.source):
        connection.execute(
            "DELETE FROM staging.entry WHERE line IN (SELECT line FROM staging.aside)"
        )
    connection.execute(REPEATS, {"made": MADE + "*"})
    found.repeated = max(0, connection.execute(NUMBER_ALIKE).rowcount)
    connection.execute("CREATE TABLE staging.joined AS SELECT * FROM staging.entry WHERE 0")
    names = [each[1] for each in connection.execute("PRAGMA staging.table_info(entry)")]
    insert = f"INSERT INTO staging.joined VALUES ({', '.join(f':{name}' for name in names)})"  # noqa: S608
    for _number, rows in groupby(connection.execute(OF_ONE_NUMBER), itemgetter("incident")):
        group = [dict(row) for row in rows]
        latest = _moment(group[-1]["occurred_at"])
        near = [row for row in group if abs(_moment(row["occurred_at"]) - latest) <= TOO_FAR]
        connection.executemany(
            "INSERT INTO staging.aside (line, reason) VALUES (:line, :reason)",
            [{"line": row["line"], "reason": APART} for row in group if row not in near],
        )
        found.rows += len(near) - 1
        found.calls += len(near) > 1
        found.contradicting += _contradicts(near, layout)
        connection.execute(insert, _one(near, stage, layout))
    for statement in REPLACE:
        connection.execute(statement)
    return found


def set_far_aside(connection: sqlite3.Connection, source: str) -> int:
    """Set aside staged rows with the number of a call on file of another time; return how many."""
    values = {"source": source, "made": MADE + "*", "alike": ALIKE, "on_file": ON_FILE}
    return connection.execute(SET_FAR_ASIDE, values).rowcount


def aside(connection: sqlite3.Connection) -> Iterator[tuple[int, str]]:
    """Yield the lines of rows that have the number of a call of another time, with the reason."""
    for row in connection.execute("SELECT line, reason FROM staging.aside ORDER BY line"):
        yield row["line"], row["reason"]


def _one(rows: Sequence[Row], stage: Stage, layout: Layout) -> Row:
    """Return the call of rows of one incident, the newest last."""
    in_file = sorted(rows, key=itemgetter("line"))
    cells = {"cells_digest": of_several([row["cells_digest"] for row in in_file])}
    if len({row["digest"] for row in rows}) == 1:
        return {**in_file[0], **cells}
    one = {**rows[-1], **cells}
    for name in DECIDED:
        one[name] = _newest(rows, name)
    one["nature"] = next((row["nature"] for row in reversed(rows) if row["nature_text"]), None)
    one["nature"] = one["nature"] or rows[-1]["nature"]
    one |= _times(rows, layout)
    if _minutes_by_times(layout):
        one["minutes"] = minutes_between(one["arrived_at"], one["cleared_at"])
    if texts := {row["ended"] for row in rows if row["ended"]}:
        one["disposition"] = stage.disposition(tuple(sorted(texts))).id
    for name in ("dispositions", "hazards"):
        one[name] = as_json(_union(rows, name))
    units = {
        (each["agency"], each["unit"]): each for row in rows for each in _list(row, "responders")
    }
    one["responders"] = as_json(units[key] for key in sorted(units))  # in any order of rows
    one["line"] = in_file[0]["line"]
    digests = b"".join(dict.fromkeys(row["digest"] for row in rows))
    one["digest"] = blake2b(digests, digest_size=8).digest()
    return one


def of_several(digests: Sequence[int]) -> int:
    """Return one digest of the cells for those of several rows, in the order of the file."""
    if len(digests) == 1:
        return digests[0]
    together = b"".join(each.to_bytes(8, "big", signed=True) for each in digests)
    return int.from_bytes(blake2b(together, digest_size=8).digest(), "big", signed=True)


def _times(rows: Sequence[Row], layout: Layout) -> Row:
    """Return the times of a call from the rows of its units, the newest row of each deciding.

    Where the layout names neither the unit nor when a row was changed, each row may be of a unit.
    """
    each_one = layout.columns.keys().isdisjoint(("responder", "updated"))
    units: dict[str, list[Row]] = {}
    for row in rows:
        names = [each["unit"] for each in _list(row, "responders")]
        units.setdefault(str(row["line"]) if each_one else " ".join(names), []).append(row)
    known = [of_unit for of_unit in units.values() if of_unit[-1]["clock_known"]]
    begun = [of_unit[-1] for of_unit in known or units.values()]
    first = min(begun, key=lambda row: _moment(row["occurred_at"]))
    found = {"occurred_at": first["occurred_at"], "clock_known": first["clock_known"]}
    for name, choose in (("dispatched_at", min), ("arrived_at", min), ("cleared_at", max)):
        times = filter(None, (_newest(of_unit, name) for of_unit in units.values()))
        found[name] = choose(times, key=_moment, default=None)
    return found


def _newest(rows: Sequence[Row], name: str) -> Any:
    return next((row[name] for row in reversed(rows) if row[name] is not None), None)


def _union(rows: Iterable[Row], name: str) -> list[str]:
    codes = {code for row in rows for code in _list(row, name)}
    return sorted(codes - {"none"} or codes)


def _list(row: Row, name: str) -> list[Any]:
    found: list[Any] = json.loads(row[name] or "[]")
    return found


def _minutes_by_times(layout: Layout) -> bool:
    """Whether the minutes of a call are from its arrival to its clearing."""
    return layout.columns.keys().isdisjoint(("minutes", "responder"))


def _contradicts(rows: Sequence[Row], layout: Layout) -> bool:
    names = {"nature_text", *DECIDED} - ({"minutes"} if _minutes_by_times(layout) else set())
    return any(len({row[name] for row in rows if row[name] is not None}) > 1 for name in names)


def _moment(time: str) -> datetime:
    return datetime.fromisoformat(time)
