"""Join the rows of one incident number, one per unit or outcome, into one call.

The newer row wins, field by field, if it has a value. Newer is the row with the later `updated`,
else the one further down in the file. Responders, hazards and dispositions of all rows are kept.
If rows are of different units, the call begins, is dispatched and is arrived at with the first
unit, and cleared with the last; its lead is the agency of the unit that arrived first, else was
dispatched first, else comes first by name. The same is assumed if the layout names neither the unit
nor the last change of a row.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import groupby
from operator import itemgetter
from typing import Any

from ccu.imports.dispatch.extras import minutes_between
from ccu.imports.dispatch.layout import Layout
from ccu.imports.dispatch.staging_store import BY_NUMBER, END, MADE, Stage, alike, as_json

SYSTEM = "SELECT id FROM source_system WHERE name = :source"
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

# The year becomes part of a call's number: the first row's year, if units cross New Year.
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
# Whether the row of `entry` can belong to `call`: by its time, or a time that a user replaced.
NEAR = """(abs(julianday(call.occurred_at) - julianday(entry.occurred_at)) <= 7
  OR EXISTS (SELECT 1 FROM main.change WHERE record = 'call' AND record_id = call.id
    AND field = 'occurred_at' AND import_batch_id IS NULL
    AND abs(julianday(old_value ->> '$') - julianday(entry.occurred_at)) <= 7))"""
SET_FAR_ASIDE = f"""
INSERT INTO staging.aside (line, reason)
SELECT entry.line, iif(entry.incident GLOB :made, :alike, :on_file)
FROM main.source_system AS system
CROSS JOIN staging.entry AS entry
CROSS JOIN main.call ON call.source_system_id = system.id AND call.incident = entry.incident
WHERE system.name = :source AND line >= :first AND line < :next AND NOT {NEAR}
"""  # noqa: S608 - NEAR is written above

# Identities that ccu made, and the calls on file that their rows may be: a second call at the same
# moment and address has the identity with an ordinal (-2). `.` sorts after `-`.
MADE_ONES = """
CREATE TABLE staging.made AS
SELECT incident, count(*) AS rows FROM staging.entry WHERE incident GLOB :made GROUP BY incident
"""
CANDIDATE = "CREATE TABLE staging.candidate (made TEXT, incident TEXT, digest BLOB, nature TEXT)"
CANDIDATES = """
INSERT INTO staging.candidate
SELECT made.incident, call.incident, call.digest, nature.text
FROM staging.made
CROSS JOIN main.call ON call.source_system_id = :system
 AND call.incident >= made.incident AND call.incident < made.incident || '.'
LEFT JOIN main.cad_text AS nature ON nature.id = call.cad_nature_id
WHERE made.rows > 1 OR made.incident IN (SELECT made FROM staging.candidate)
 OR EXISTS (SELECT 1 FROM main.call WHERE source_system_id = :system
  AND incident > made.incident || '-' AND incident < made.incident || '.')
"""
# Calls whose identity was made of other columns: before it was of moment and address, or by another
# `identity` in the layout. They are compared by these.
OTHERWISE_MADE = """
SELECT EXISTS (SELECT 1 FROM main.call WHERE source_system_id = :system
  AND incident >= '~' AND incident < '~~')
 AND EXISTS (SELECT 1 FROM staging.entry WHERE incident GLOB '~~*')
 OR EXISTS (SELECT 1 FROM main.call WHERE source_system_id = :system
  AND incident >= '~~' AND incident < '~~~')
 AND EXISTS (SELECT 1 FROM staging.entry WHERE incident GLOB '~[^~]*')
"""
FORMER = (
    "CREATE TABLE staging.words (number INTEGER PRIMARY KEY, text TEXT NOT NULL)",
    "INSERT INTO staging.words SELECT number, alike(raw) FROM staging.address WHERE true"
    " ON CONFLICT DO NOTHING",
    """
CREATE TABLE staging.former AS
SELECT call.occurred_at, alike(was.raw) AS words, call.incident, call.digest, nature.text AS nature
FROM main.call
LEFT JOIN main.cad_text AS nature ON nature.id = call.cad_nature_id
LEFT JOIN main.address AS was ON was.id = call.address_id
WHERE call.source_system_id = :system AND call.incident GLOB '~*' AND call.occurred_at BETWEEN
  (SELECT min(occurred_at) FROM staging.entry) AND (SELECT max(occurred_at) FROM staging.entry)
""",
    "CREATE INDEX staging.former_moment ON former (occurred_at, words)",
    "CREATE INDEX staging.former_digest ON former (digest)",
)
# Without a clock and an address all calls of a day are alike: only equal rows are one call.
CANDIDATES_FORMER = """
INSERT INTO staging.candidate
SELECT entry.incident, former.incident, former.digest, former.nature
FROM staging.entry AS entry LEFT JOIN staging.words ON words.number = entry.address
JOIN staging.former ON former.occurred_at = entry.occurred_at
 AND former.words = coalesce(words.text, '') AND (former.words <> '' OR entry.clock_known)
WHERE entry.incident GLOB '~*'
 AND (former.incident GLOB '~~*') <> (entry.incident GLOB '~~*')
UNION
SELECT entry.incident, former.incident, former.digest, former.nature
FROM staging.entry AS entry JOIN staging.former ON former.digest = entry.digest
WHERE entry.incident GLOB '~*'
 AND (former.incident GLOB '~~*') <> (entry.incident GLOB '~~*')
"""
ROWS_MADE = """
SELECT entry.incident AS made, line, digest, nullif(nature.text, '') AS nature
FROM staging.entry AS entry JOIN staging.word AS nature ON nature.id = entry.nature
WHERE entry.incident IN (SELECT made FROM staging.candidate
  UNION ALL SELECT incident FROM staging.made WHERE rows > 1)
ORDER BY entry.incident, line
"""
ON_FILE_MADE = """
SELECT incident, digest, nature FROM staging.candidate WHERE made = :made
ORDER BY incident NOT GLOB :made || '*', length(incident), incident
"""
TAKE = "UPDATE staging.entry SET incident = :incident WHERE line = :line"

# Rows of one incident number.
REPEATS = """
CREATE TABLE staging.repeat AS
SELECT line, incident FROM staging.entry WHERE incident IN (
  SELECT incident FROM staging.entry WHERE incident NOT GLOB :made
  GROUP BY incident HAVING count(*) > 1)
"""
OF_ONE_NUMBER = """
SELECT entry.*, nullif(nature.text, '') AS nature_text, ended.text AS ended
FROM staging.entry AS entry
JOIN staging.word AS nature ON nature.id = entry.nature
LEFT JOIN staging.word AS ended ON ended.id = entry.disposition
WHERE line IN (SELECT line FROM staging.repeat)
ORDER BY incident, unixepoch(updated), line
"""
REPLACE = (
    "DELETE FROM staging.entry WHERE line IN (SELECT line FROM staging.repeat)",
    "INSERT INTO staging.entry SELECT * FROM staging.joined",
    "DROP TABLE staging.joined",
)
# Fields that the newer row decides if it has a value; a difference counts as a contradiction.
DECIDED = ("address", "priority", "beat", "nature_cleared", "backup_asked",
           "backup_arrived", "minutes")  # fmt: skip

Row = Mapping[str, Any]


@dataclass
class Joined:
    """Counts of how the rows of a file were joined."""

    rows: int = 0  # rows that are part of another row's call
    calls: int = 0  # calls of more than one row
    contradicting: int = 0  # calls whose rows contradict each other
    unnumbered: int = 0  # rows without an incident number
    repeated: int = 0  # of these, rows with the moment and the address of another


def join(
    connection: sqlite3.Connection,
    stage: Stage,
    layout: Layout,
    sealed: Callable[[str], bool] | None = None,
) -> Joined:
    """Join the staged rows of one incident number; lines set aside are in staging.aside.

    A row is set aside if its number belongs to a call of another time, in the file or on file: the
    number was reused, and the row must not change that call.

    Rows with the same identity made by ccu, because they had no number, are different calls; each
    gets its own number. `sealed` tells which numbers are sealed.
    """
    found = Joined()
    connection.execute(BY_NUMBER)
    if layout.yearly_numbers:
        connection.execute(YEARS, {"made": MADE + "*"})
        connection.execute(WITH_YEARS)
    _tell_apart(connection, layout.source, sealed, found)
    if set_far_aside(connection, layout.source):
        connection.execute(
            "DELETE FROM staging.entry WHERE line IN (SELECT line FROM staging.aside)"
        )
    connection.execute(REPEATS, {"made": MADE + "*"})
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


def _tell_apart(
    connection: sqlite3.Connection, source: str, sealed: Callable[[str], bool] | None, found: Joined
) -> None:
    """Give each row of one made identity its own number: the number of its call on file, if any."""
    row = connection.execute(SYSTEM, {"source": source}).fetchone()
    values = {"system": row["id"] if row else None, "made": MADE + "*"}
    connection.create_function("alike", 1, alike, deterministic=True)
    connection.execute(MADE_ONES, values)
    count = connection.execute("SELECT sum(rows), sum(rows - 1) FROM staging.made").fetchone()
    found.unnumbered, found.repeated = (each or 0 for each in count)
    if not found.unnumbered:
        return
    connection.execute(CANDIDATE)
    if connection.execute(OTHERWISE_MADE, values).fetchone()[0]:
        for statement in FORMER:
            connection.execute(statement, values if ":system" in statement else {})
        connection.execute(CANDIDATES_FORMER)
    connection.execute(CANDIDATES, values)
    connection.execute("CREATE INDEX staging.candidate_made ON candidate (made)")
    used: set[str] = set()
    for made, rows in groupby(connection.execute(ROWS_MADE).fetchall(), itemgetter("made")):
        on_file = connection.execute(ON_FILE_MADE, {"made": made})
        calls = [call for call in on_file if call["incident"] not in used]
        taken = _taken(made, [*rows], calls, sealed)
        used.update(taken.values())
        connection.executemany(
            TAKE, [{"line": line, "incident": number} for line, number in taken.items()]
        )


def _taken(
    made: str,
    rows: Sequence[sqlite3.Row],
    calls: Sequence[sqlite3.Row],
    sealed: Callable[[str], bool] | None,
) -> dict[int, str]:
    """Return line -> number of the call that reads the same, else has the same nature, else any.

    The other rows are new calls. A row that may be that of a sealed call changes no other one.
    """
    numbers = [made, *(f"{made}-{n}" for n in range(2, len(rows) + len(calls) + 1))]
    hidden = [each for each in numbers if sealed and sealed(each)]
    free, taken = {call["incident"]: call for call in calls}, {}
    for name in ("digest",) if hidden else ("digest", "nature", None):
        left: dict[object, list[str]] = {}
        for number, call in reversed(free.items()):
            left.setdefault(name and call[name], []).append(number)
        for row in rows:
            same = left.get(name and row[name])
            if row["line"] not in taken and same:
                taken[row["line"]] = same.pop()
                del free[taken[row["line"]]]
    on_file = {call["incident"] for call in calls}
    others = iter(hidden[:1] * len(rows) or [each for each in numbers if each not in on_file])
    return taken | {row["line"]: next(others) for row in rows if row["line"] not in taken}


def set_far_aside(
    connection: sqlite3.Connection, source: str, first: int = 0, next: int = END
) -> int:
    """Set aside staged rows with the number of a call on file of another time; return how many.

    Only lines from `first` until before `next`.
    """
    texts = {"source": source, "made": MADE + "*", "alike": ALIKE, "on_file": ON_FILE}
    values = {**texts, "first": first, "next": next}
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
    """Return the times and the lead of a call by its units; each unit's newest row decides.

    If the layout names neither the unit nor a row's last change, each row counts as a unit.
    """
    each_one = layout.columns.keys().isdisjoint(("responder", "updated"))
    units: dict[str, list[Row]] = {}
    for row in rows:
        names = [each["unit"] for each in _list(row, "responders")]
        units.setdefault(str(row["line"]) if each_one else " ".join(names), []).append(row)
    led = [_led(of_unit, "" if each_one else name) for name, of_unit in units.items()]
    known = [of_unit for of_unit in units.values() if of_unit[-1]["clock_known"]]
    begun = [of_unit[-1] for of_unit in known or units.values()]
    first = min(begun, key=lambda row: _moment(row["occurred_at"]))
    found = {"occurred_at": first["occurred_at"], "clock_known": first["clock_known"]}
    found["agency"] = min([each for each in led if each], default=(None,))[-1]
    for name, choose in (("dispatched_at", min), ("arrived_at", min), ("cleared_at", max)):
        times = filter(None, (_newest(of_unit, name) for of_unit in units.values()))
        found[name] = choose(times, key=_moment, default=None)
    return found


def _led(of_unit: Sequence[Row], name: str) -> tuple[str, ...] | None:
    """Return when a unit arrived and was dispatched, its name and its agency; None without one."""
    agency = _newest(of_unit, "agency")
    times = (_newest(of_unit, each) for each in ("arrived_at", "dispatched_at"))
    moments = (_moment(each).astimezone(UTC).isoformat() if each else "~" for each in times)
    return (*moments, name, agency) if agency else None


def _newest(rows: Sequence[Row], name: str) -> Any:
    return next((row[name] for row in reversed(rows) if row[name] is not None), None)


def _union(rows: Iterable[Row], name: str) -> list[str]:
    codes = {code for row in rows for code in _list(row, name)}
    return sorted(codes - {"none"} or codes)


def _list(row: Row, name: str) -> list[Any]:
    found: list[Any] = json.loads(row[name] or "[]")
    return found


def _minutes_by_times(layout: Layout) -> bool:
    """Return whether the minutes of a call are counted from arrival to clearing."""
    return layout.columns.keys().isdisjoint(("minutes", "responder"))


def _contradicts(rows: Sequence[Row], layout: Layout) -> bool:
    names = {"nature_text", *DECIDED} - ({"minutes"} if _minutes_by_times(layout) else set())
    return any(len({row[name] for row in rows if row[name] is not None}) > 1 for name in names)


def _moment(time: str) -> datetime:
    return datetime.fromisoformat(time)
