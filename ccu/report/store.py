"""What a report reads: the file as of one moment, with sealed records as numbers.

Sealed rows are in no table (retention/seal_store.py). While a report is made, TEMP tables add them
to the tables, without their text: a published figure does not change, so subtracting a later report
from an earlier one reveals no sealed record. Work that was open ended with the seal. The lists of
people and of addresses leave sealed rows out.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from ccu.records import ownership, withheld
from ccu.records.ownership import WORDS, Key, Row
from ccu.retention import seal_store
from ccu.retention.seal_store import Content

# Tables that figures are made of.
_COUNTED = (
    *("person", "person_missing", "call_person", "household", "household_member"),
    *("call", "call_responder", "call_danger", "call_disposition", "call_intervention", "worker"),
    *("referral", "referral_event", "follow_up", "attempt", "overdue_event", "consult"),
    *("need_assessment", "need_answer"),
)
# Text columns kept as they are: place and time of a call are counted, and shown by no figure.
_KEPT = (
    "address_id",
    "place_id",
    "cad_nature_id",
    "cad_cleared_id",
    "cad_disposition_id",
    "digest",
)
_FIRST_EVENT = 2**61  # ids of the events that end sealed referrals, above all others


_ENDS = """
SELECT (SELECT substr(min(occurred_at), 1, 10) FROM call WHERE voided_at IS NULL) AS first_day,
       (SELECT substr(max(occurred_at), 1, 10) FROM call WHERE voided_at IS NULL) AS last_day,
       (SELECT substr(min(made_at), 1, 10) FROM referral) AS first_referrals,
       (SELECT substr(min(occurred_at), 1, 10) FROM attempt) AS first_attempts,
       (SELECT substr(min(occurred_at), 1, 10) FROM consult) AS first_consults,
       EXISTS (SELECT 1 FROM call WHERE nature <> 'other' OR nature_cleared IS NOT NULL)
         AS natures_given
"""

# The plus sign keeps SQLite on the index on time, which has all that is read here.
_BY_DAY = """
WITH RECURSIVE source AS MATERIALIZED (
  SELECT id, name,
         (SELECT substr(min(occurred_at), 1, 10) FROM call
          WHERE +source_system_id = source_system.id AND voided_at IS NULL) AS first,
         (SELECT substr(max(occurred_at), 1, 10) FROM call
          WHERE +source_system_id = source_system.id AND voided_at IS NULL) AS last
  FROM source_system),
each (id, day, stop) AS (
  SELECT id, max(first, date(min(last, :first), '-366 days')), min(last, :last) FROM source
  WHERE first IS NOT NULL
  UNION ALL SELECT id, date(day, '+1 day'), stop FROM each WHERE day < stop)
SELECT name AS source, day,
       (SELECT count(*) FROM call
        WHERE +source_system_id = source.id AND voided_at IS NULL
          AND occurred_at >= day AND occurred_at < date(day, '+1 day')) AS calls
FROM (SELECT id, day FROM each UNION SELECT id, first FROM source UNION SELECT id, last FROM source)
JOIN source USING (id) WHERE calls > 0 ORDER BY source.id, day
"""

# Views that all periods of all figures read, once each: view -> columns that find their rows.
_PREPARED = {
    "known_person": ("id", "canonical_id"),
    "acceptance": ("referral_id", "accepted_at"),
    "planned_follow_up": ("occurred_at", "call_id"),
    "met_person": ("occurred_at",),
}


@contextmanager
def snapshot(connection: sqlite3.Connection, *, without_part2: bool) -> Iterator[None]:
    """Begin a snapshot of the file; writers do not wait.

    `without_part2`: without 42 CFR Part 2 referrals.
    """
    connection.execute("BEGIN")
    try:
        _show_sealed(connection)
        if without_part2:
            withheld.from_figures(connection)
        _prepare(connection)
        yield
    finally:
        connection.execute("ROLLBACK")  # also drops the TEMP tables of this report


def ends(connection: sqlite3.Connection, *, public: bool) -> dict[str, Any]:
    """Return the local days of the first and last call, the first referral, attempt and consult.

    Under the names of parameters: first_day, last_day, first_referrals, first_attempts,
    first_consults. `public`: all but the first call count as always known, because n/a would reveal
    a count of 0. natures_given: whether any call has a nature; else no layout gives one to the
    dispatch system's words.
    """
    found = dict(connection.execute(_ENDS).fetchone())
    always = {"last_day": str(date.max)}
    always |= dict.fromkeys(("first_referrals", "first_attempts", "first_consults"), str(date.min))
    return found | always if public else found


def calls_by_day(
    connection: sqlite3.Connection, first: date, last: date
) -> dict[str, dict[date, int]]:
    """Return source -> local day -> its calls; days without calls are left out.

    Of the days `first` to `last`, of the year before them, or before the source's last call if
    that was earlier, and of the first and the last day of each source.
    """
    found: dict[str, dict[date, int]] = {}
    for row in connection.execute(_BY_DAY, {"first": str(first), "last": str(last)}):
        found.setdefault(row["source"], {})[date.fromisoformat(row["day"])] = row["calls"]
    return found


def has_rows(connection: sqlite3.Connection, tables: Iterable[str]) -> bool:
    """Return whether any of these tables has a row."""
    return any(
        connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone()  # noqa: S608
        for table in tables
    )


def _show_sealed(connection: sqlite3.Connection) -> None:
    """Add the sealed rows to the file's tables by TEMP tables, inside a transaction.

    A rollback removes them.
    """
    rows: dict[str, dict[Key, Row]] = {table: {} for table in _COUNTED}
    for seal, content in reversed(seal_store.every(connection)):  # the last one sealed the rest
        _put_back(connection, rows, content)
        _end(connection, rows, content, seal)
    for table, found in rows.items():
        if found:
            _cover(connection, table, _whole(connection, table, found))
    withheld.cover_views(connection, [table for table, found in rows.items() if found])


def _put_back(
    connection: sqlite3.Connection, rows: dict[str, dict[Key, Row]], content: Content
) -> None:
    for table in _COUNTED:
        for key, moved in content.rows.get(table, {}).items():
            rows[table][key] = _without_words(table, moved)
    for (table, key), was in content.blanked.items():
        back = {name: value for name, value in was.items() if name not in _words(table)}
        if table in rows and back:
            row: Row | None = rows[table].get(key) or ownership.row_of(connection, table, key)
            if row is not None:
                rows[table][key] = {**row, **back}


def _prepare(connection: sqlite3.Connection) -> None:
    for statement in prepared():
        connection.execute(statement)


def prepared() -> Iterator[str]:
    """Return the statements that put the rows of each prepared view in a TEMP table."""
    for name, columns in _PREPARED.items():
        yield f"DROP TABLE IF EXISTS temp.read_{name}"
        yield f"CREATE TEMP TABLE read_{name} AS SELECT * FROM {name}"  # noqa: S608
        for column in columns:
            yield f"CREATE INDEX temp.read_{name}_{column} ON read_{name} ({column})"
        yield f"DROP VIEW IF EXISTS temp.{name}"
        yield f"CREATE TEMP VIEW {name} AS SELECT * FROM temp.read_{name}"  # noqa: S608


def _words(table: str) -> frozenset[str]:
    """Return the columns whose text is replaced, because only its presence is counted."""
    return frozenset(WORDS.get(table, ())).difference(_KEPT)


def _without_words(table: str, row: Row) -> Row:
    hidden = [name for name in _words(table) if row.get(name) not in (None, "")]
    return {**row, **dict.fromkeys(hidden, "sealed")}


def _end(
    connection: sqlite3.Connection,
    rows: dict[str, dict[Key, Row]],
    content: Content,
    seal: dict[str, Any],
) -> None:
    """Close work that was open when it was sealed, as of then."""
    for key in content.rows.get("worker", ()):
        row = rows["worker"][key]
        row["until"] = row["until"] or max(row["since"], seal["sealed_at"][:10])
    for what, number, _owner in seal_store.open_work(connection, content):
        if what == "follow-up":
            closed = {"closed_at": seal["sealed_at"], "closed_by": seal["sealed_by"]}
            rows["follow_up"][number,] |= closed
        elif what == "referral":
            rows["referral"][number,]["status"] = "cancelled"
            event = dict.fromkeys(("reason", "note", "owner_id", "again_id"))
            event |= {"referral_id": number, "status": "cancelled"}
            event |= {"id": _FIRST_EVENT + number, "recorded_by": seal["sealed_by"]}
            event |= dict.fromkeys(("occurred_at", "recorded_at"), seal["sealed_at"])
            rows["referral_event"][(event["id"],)] = event


def _whole(connection: sqlite3.Connection, table: str, rows: dict[Key, Row]) -> str:
    """Make temp.sealed_<table> with the rows; the query of those and of the file's table."""
    connection.execute(
        f"CREATE TEMP TABLE sealed_{table} AS SELECT * FROM main.{table} LIMIT 0"  # noqa: S608
    )
    names = [row["name"] for row in connection.execute(f"PRAGMA main.table_info({table})")]
    columns, marks = ", ".join(names), ", ".join("?" * len(names))
    connection.executemany(
        f"INSERT INTO temp.sealed_{table} ({columns}) VALUES ({marks})",  # noqa: S608
        [tuple(row.get(name) for name in names) for row in rows.values()],
    )
    file = f"SELECT * FROM main.{table}"  # noqa: S608
    if any(ownership.row_of(connection, table, key) for key in rows):  # in both: set back
        key = ", ".join(ownership.key_of(connection, table))
        file += f" WHERE ({key}) NOT IN (SELECT {key} FROM temp.sealed_{table})"  # noqa: S608
    return f"{file} UNION ALL SELECT * FROM temp.sealed_{table}"  # noqa: S608


def _cover(connection: sqlite3.Connection, table: str, rows: str) -> None:
    """Cover a table by a TEMP table or view of the same name with the rows of a query.

    Figures read it transparently by the table's name. A view of a union has no index, so tables
    that are looked up row by row are copied with their indexes. Calls are many and read by period,
    so they are a view.
    """
    run = connection.execute
    if table == "call":
        run(f"CREATE TEMP VIEW {table} AS {rows}")
        return
    run(f"CREATE TEMP TABLE {table} AS {rows}")
    key = ", ".join(ownership.key_of(connection, table))
    run(f"CREATE UNIQUE INDEX temp.{table}_key ON {table} ({key})")
    for name, sql in run(
        "SELECT name, sql FROM main.sqlite_master"
        " WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = ?",
        (table,),
    ).fetchall():
        run(sql.replace(f"INDEX {name}", f"INDEX temp.{name}", 1))


# ---------------------------------------------------------------- by group

# What people are split by -> the column of their canonical record, as a group.
_AGE = """
CASE WHEN age < 18 OR (age IS NULL AND minor) THEN '0-17' WHEN age < 25 THEN '18-24'
     WHEN age < 35 THEN '25-34' WHEN age < 45 THEN '35-44' WHEN age < 55 THEN '45-54'
     WHEN age < 65 THEN '55-64' WHEN age < 75 THEN '65-74' WHEN age < 85 THEN '75-84'
     WHEN age IS NOT NULL THEN '85+' END
"""
_YEARS = """
(substr(:last, 1, 4) - substr({day}, 1, 4) - (substr(:last, 6) < substr({day}, 6)))
"""
SPLITS = {
    "age": ("birth_date", _AGE),
    "sex": (
        "sex",
        "CASE lower(sex) WHEN 'm' THEN 'male' WHEN 'f' THEN 'female' WHEN 'x' THEN 'other'"
        " WHEN 'male' THEN 'male' WHEN 'female' THEN 'female' WHEN 'other' THEN 'other' END",
    ),
    "race-ethnicity": (
        "race_ethnicity",
        "(SELECT label FROM race_ethnicity WHERE code = race_ethnicity)",
    ),
    "language": (
        "language",
        "CASE WHEN trim(language) NOT IN ('', 'sealed', 'removed')"
        " THEN upper(substr(trim(language), 1, 1)) || lower(substr(trim(language), 2)) END",
    ),
}
# Groups of people whose answer is not on file, after the others.
NO_ANSWER = ("prefers not to answer", "does not know", "not asked")
_GROUPS = """
CREATE TEMP TABLE split_person AS
SELECT human.id, coalesce({group},
  CASE (SELECT missing FROM person_missing WHERE person_id = theirs.id AND field = :field)
    WHEN 'prefers_not' THEN 'prefers not to answer' WHEN 'does_not_know' THEN 'does not know'
    ELSE 'not asked' END) AS grp
FROM human JOIN (
  SELECT *, iif(birth_date IS date(birth_date), {born},
                age_estimate + {guessed}) AS age FROM person) AS theirs
  ON theirs.id = human.canonical_id
"""
_VIEWS = "SELECT name FROM main.sqlite_master WHERE type = 'view'"
_MINE = "(SELECT id FROM temp.split_person WHERE grp = :group)"
_CALLS = "(SELECT id FROM temp.split_call)"
# table -> the rows that stay, each of those before it.
_OF_GROUP = {
    "call_person": f"person_id IN {_MINE}",
    "call": "id IN (SELECT call_id FROM temp.split_call_person WHERE role = 'subject')",
    "referral": f"person_id IN {_MINE} OR (person_id IS NULL AND call_id IN {_CALLS})",
    "follow_up": f"person_id IN {_MINE} OR (person_id IS NULL AND"  # noqa: S608
    " (referral_id IN (SELECT id FROM temp.split_referral)"
    f" OR (referral_id IS NULL AND call_id IN {_CALLS})))",
    "attempt": "follow_up_id IN (SELECT id FROM temp.split_follow_up)",
}


def groups(connection: sqlite3.Connection, by: str, last: date) -> list[str]:
    """Put every record of a person in a group, in the snapshot; return the groups in order.

    Ages are those of the day `last`.
    """
    field, group = SPLITS[by]
    born, guessed = (_YEARS.format(day=day) for day in ("birth_date", "age_estimated_on"))
    connection.execute(
        _GROUPS.format(group=group, born=born, guessed=guessed), {"field": field, "last": str(last)}
    )
    connection.execute("CREATE INDEX temp.split_person_id ON split_person (id)")
    found = {row["grp"] for row in connection.execute("SELECT DISTINCT grp FROM split_person")}
    return sorted(found.difference(NO_ANSWER)) + [each for each in NO_ANSWER if each in found]


@contextmanager
def only_group(connection: sqlite3.Connection, group: str) -> Iterator[None]:
    """Restrict reads to the people of a group: calls with one of them as a subject.

    A call about people of two groups is in both. The snapshot's own tables are put back after.
    """
    run = connection.execute
    run("SAVEPOINT split")
    try:
        for table, kept in _OF_GROUP.items():
            run(
                f"CREATE TEMP TABLE split_{table} AS SELECT * FROM {table} WHERE {kept}",  # noqa: S608
                {"group": group} if ":group" in kept else {},
            )
        run("CREATE UNIQUE INDEX temp.split_call_id ON split_call (id)")
        views = {row["name"] for row in run(_VIEWS)}
        covered = {*_OF_GROUP}
        for name, kind in run("SELECT name, type FROM temp.sqlite_master").fetchall():
            if name in views or name in _OF_GROUP:
                run(f"DROP {kind} temp.{name}")
            else:
                covered.add(name)
        for table in _OF_GROUP:
            _cover(connection, table, f"SELECT * FROM temp.split_{table}")  # noqa: S608
        withheld.cover_views(connection, covered)
        _prepare(connection)
        yield
    finally:
        run("ROLLBACK TO split")
        run("RELEASE split")
