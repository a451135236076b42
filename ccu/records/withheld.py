"""Keep 42 CFR Part 2 referrals and the text of hidden records out of a reader's queries.

A reader who may not read Part 2 gets results as if these referrals did not exist: no row, count or
total includes them, so subtraction reveals nothing. For the police side the text of a record that
the `View` hides is empty in every statement, so a screen that does not ask the View shows no text.
A TEMP view of the same name covers each of these tables, transparently to queries. Commands that
change referrals or follow-ups run without the views, and refuse hidden numbers (visibility.refuse).
"""

import re
import sqlite3
from collections.abc import Iterable
from datetime import date

from ccu.records import consents, person_ids
from ccu.records.consents import Recipient
from ccu.records.visibility import PART2, WORDS, View

# table -> the rows that stay, and the columns emptied if they point to a withheld referral
_REFERRALS = "(SELECT id FROM temp.withheld_referral)"
_FOLLOW_UPS = "(SELECT id FROM temp.withheld_follow_up)"
_TABLES: dict[str, tuple[str, tuple[str, ...]]] = {
    "referral": (f"id NOT IN {_REFERRALS}", ("again_of",)),
    "referral_event": (
        f"referral_id NOT IN {_REFERRALS} AND coalesce(again_id, 0) NOT IN {_REFERRALS}",
        (),
    ),
    "follow_up": (f"id NOT IN {_FOLLOW_UPS}", ()),
    "attempt": (f"follow_up_id NOT IN {_FOLLOW_UPS}", ()),
    "need_answer": ("1", ("referral_id",)),
}
_FROM_FIGURES = """
INSERT INTO temp.withheld_referral
SELECT id FROM referral WHERE provider_id IN (SELECT id FROM provider WHERE part2)
"""
# Own: made or owned by the reader, or with a follow-up of theirs, so they know about it.
_FROM_LISTS = f"""{_FROM_FIGURES}
  AND coalesce(person_id, 0) NOT IN (SELECT id FROM temp.withheld_not)
  AND :viewer NOT IN (owner_id, recorded_by)
  AND NOT EXISTS (SELECT 1 FROM follow_up
                  WHERE referral_id = referral.id AND :viewer IN (owner_id, recorded_by))
"""  # noqa: S608 - our own text


def from_lists(
    connection: sqlite3.Connection,
    viewer: int | None,
    to: Recipient | None,
    today: date,
    view: View | None = None,
) -> None:
    """Withhold Part 2 referrals for the rest of the run, except the viewer's own.

    Referrals of a person with an active consent on Part 2 to `to` stay. Without a viewer or a
    recipient there are no exceptions. With a view, the text that it hides is withheld too. Rows can
    then be written only by records/writes.py.
    """
    connection.execute("CREATE TEMP TABLE withheld_not (id INTEGER PRIMARY KEY)")
    people = _consenting(connection, to, today) if to is not None else []
    connection.executemany("INSERT INTO temp.withheld_not VALUES (?)", [(each,) for each in people])
    _withhold(connection, _FROM_LISTS, viewer or 0, view)


def from_figures(connection: sqlite3.Connection) -> None:
    """Withhold every Part 2 referral inside a transaction, whose rollback removes the views.

    The temporary tables of report/store.py lose the same rows.
    """
    _withhold(connection, _FROM_FIGURES, 0)


def _consenting(connection: sqlite3.Connection, to: Recipient, today: date) -> list[int]:
    """Return every record of the people with an active consent on Part 2 to this recipient."""
    found = connection.execute("SELECT DISTINCT person_id FROM consent WHERE scope LIKE '%part2%'")
    papers = consents.in_force(connection, [row[0] for row in found], to, today.isoformat())
    people = [row["person"] for row in papers if consents.covers(row["scope"], PART2)]
    return person_ids.same(connection, people)


def _withhold(
    connection: sqlite3.Connection, which: str, viewer: int, view: View | None = None
) -> None:
    run = connection.execute
    for table in ("referral", "follow_up"):
        run(f"CREATE TEMP TABLE withheld_{table} (id INTEGER PRIMARY KEY)")
    run(which, {"viewer": viewer})
    run(
        "INSERT INTO temp.withheld_follow_up"  # noqa: S608 - our own names
        f" SELECT id FROM follow_up WHERE referral_id IN {_REFERRALS}"
    )
    tables = _TABLES
    if view is not None:
        connection.create_function("is_hidden", 2, view.hides)
        tables = {**dict.fromkeys(WORDS, ("1", ())), **_TABLES}
    covered = {row[0] for row in run("SELECT name FROM temp.sqlite_master")}
    for table, (kept, emptied) in tables.items():
        if table in covered:
            run(f"DELETE FROM temp.{table} WHERE NOT ({kept})")  # noqa: S608
            for name in emptied:
                run(f"UPDATE temp.{table} SET {name} = NULL WHERE {name} IN {_REFERRALS}")  # noqa: S608
        else:
            read = {name: f"iif({name} IN {_REFERRALS}, NULL, {name})" for name in emptied}
            if view is not None and table in WORDS:
                record, number, words = WORDS[table]
                for name, instead in words.items():
                    read[name] = f"iif(is_hidden('{record}', {number}), {instead}, {name})"
            columns = ", ".join(
                f"{read[name]} AS {name}" if name in read else name
                for (_id, name, *_rest) in run(f"PRAGMA main.table_info({table})").fetchall()
            )
            run(f"CREATE TEMP VIEW {table} AS SELECT {columns} FROM main.{table} WHERE {kept}")  # noqa: S608
    cover_views(connection, tables)


def cover_views(connection: sqlite3.Connection, tables: Iterable[str]) -> None:
    """Make the views of the file over these tables again as TEMP views, and the views over those.

    A view of the file reads the file's own tables; a TEMP view reads a TEMP table or view of the
    same name first.
    """
    covered = set(tables)
    for row in connection.execute(
        "SELECT name, sql FROM main.sqlite_master WHERE type = 'view' ORDER BY rowid"
    ).fetchall():
        if not covered.isdisjoint(re.findall(r"\w+", row["sql"])):
            covered.add(row["name"])
            sql = row["sql"].replace("CREATE VIEW", "CREATE TEMP VIEW IF NOT EXISTS", 1)
            connection.execute(sql)
