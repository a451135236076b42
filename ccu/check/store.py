"""Damage and broken rules. `ccu check` reports both; `ccu backup` refuses a damaged file.

Damage means content that ccu did not write so: broken pages, indexes and references, lost or
altered tables and triggers, lost rows of the code lists and settings, rows changed by other
programs, and an audit whose chain is broken.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence

from ccu import database
from ccu.audit import verify_store
from ccu.audit.verify_store import Anchor
from ccu.database import copies, digests, reasons, schema, written
from ccu.database.key_chain import Key
from ccu.errors import DatabaseBusy, VerificationFailed
from ccu.records import town_decisions

Row = tuple[str, str, str]  # check; ok, warning or bad; detail

INTEGRITY, SCHEMA, ROWS = "integrity", "schema", "rows"
_OK = {
    INTEGRITY: "every page, index and reference",
    SCHEMA: "every table, index, view and trigger",
    ROWS: "the rows of each table add up; ccu audit verify compares each record",
}


def checked(
    connection: sqlite3.Connection,
    anchors: Sequence[Anchor] = (),
    key: Key | None = None,
    broken: copies.Problems | None = None,
) -> list[Row]:
    """Return the problems, and "ok" for a check without any; inside `db.reading`.

    `key`: of the audit, if it is not beside the file. `broken`: SQLite's own problems, if it is
    already checking.
    """
    with contextlib.closing(schema.in_memory()) as new:
        found = _tried(SCHEMA, lambda: schema.compare(connection, new))
        if not bad(found):  # otherwise each lost table would be a separate error
            found += _tried(ROWS, lambda: _rows(connection, new))
    broken = broken or (lambda: copies.integrity_problems(connection))
    found = _tried(INTEGRITY, lambda: [("bad", text) for text in broken()]) + found
    known = {check for check, _result, _detail in found}
    found += [(check, "ok", text) for check, text in _OK.items() if check not in known]
    return found + verify_store.checked(connection, anchors, key)


def _tried(check: str, problems: Callable[[], Iterable[tuple[str, str]]]) -> list[Row]:
    """Return the problems that a check finds, or that it cannot run."""
    try:
        return [(check, result, text) for result, text in problems()]
    except database.errors() + (UnicodeDecodeError,) as error:  # noqa: RUF005
        if isinstance(reasons.explain(error, None), DatabaseBusy):
            raise
        return [(check, "bad", "the file cannot be read: it is damaged")]


def refuse(rows: Sequence[Row]) -> None:
    """Raise VerificationFailed for a file that must not replace an earlier backup."""
    found = bad(rows)
    if not found:
        return
    why = found[0][2]
    if "anchor" in why:
        raise VerificationFailed(
            "not copied: the audit does not match the anchor of an earlier backup; if the folder "
            "has"
            " another database's backups, or you restored an older backup, use a new folder;"
            f" otherwise keep this file and restore a backup: {why}"
        )
    raise VerificationFailed(
        f"the file is damaged ({why}), so it was not copied: keep the earlier backups and restore"
        " one; ccu check lists the damage; to keep the damaged file too, stop all work and use cp"
    )


def bad(rows: Sequence[Row]) -> list[Row]:
    """Return the rows with a problem."""
    return [row for row in rows if row[1] == "bad"]


# ---------------------------------------------------------------- rows


def _rows(connection: sqlite3.Connection, new: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Return rows that every file has and this one lacks, and tables with a wrong sum.

    Code lists that nothing writes are compared too, because an editor may also correct the sum.
    """
    complete, altered = set(), set()
    for table in _filled(new):
        keys = [row[1] for row in new.execute(f'PRAGMA table_info("{table}")') if row[5]]
        for row in sorted(_values(new, table, keys) - _values(connection, table, keys)):
            yield "bad", f"row {row[0]} of {table} is missing"
        if _values(new, table, ["*"]) <= _values(connection, table, ["*"]):
            complete.add(table)
        elif not written.is_written(new, table):
            altered.add(table)
    for table in sorted({*digests.changed(connection, schema.names(new)), *altered}):
        if table == digests.DEFINITIONS:
            yield "bad", "the definitions of the tables are not what ccu wrote"
        elif (
            table in complete
            and written.is_code_list(new, table)
            and digests.only_added_to(connection, table)
        ):
            yield "warning", f"rows were added to {table} by another program"
        else:
            yield "bad", f"the rows of {table} are not what ccu wrote"


def _filled(new: sqlite3.Connection) -> list[str]:
    """The tables that a new file has rows in."""
    return [
        row[0]
        for row in new.execute(
            "SELECT name FROM table_digest WHERE row_count > 0 AND name <> :definitions",
            {"definitions": digests.DEFINITIONS},
        )
    ]


def _values(
    connection: sqlite3.Connection, table: str, columns: Sequence[str]
) -> set[tuple[object, ...]]:
    """Rows of a small table; text that cannot be read is no row's."""
    wanted = ", ".join(columns)
    try:
        return {tuple(row) for row in connection.execute(f'SELECT {wanted} FROM "{table}"')}  # noqa: S608
    except database.errors():
        return set()


# ---------------------------------------------------------------- rules
# Rules for every file that the constraints of a row cannot express.


# name -> a query that finds the rows that break the rule, as (record, id)
RULES = {
    "calls that end before they begin": """
        SELECT 'call', id FROM call
        WHERE unixepoch(cleared_at)
              < unixepoch(coalesce(arrived_at, dispatched_at, occurred_at))
           OR unixepoch(cleared_at) < unixepoch(occurred_at)
           OR unixepoch(occurred_at) - 43200
              > min(ifnull(unixepoch(dispatched_at), 1e99), ifnull(unixepoch(arrived_at), 1e99))""",
    "changed fields that point to no record": """
        SELECT 'change', change.id FROM change
        WHERE record = 'call' AND record_id NOT IN (SELECT id FROM call)""",
    "people merged in a circle": """
        WITH RECURSIVE step (start, id, depth) AS (
          SELECT id, merged_into, 1 FROM person WHERE merged_into IS NOT NULL
          UNION ALL
          SELECT step.start, person.merged_into, depth + 1 FROM step
          JOIN person ON person.id = step.id
          WHERE person.merged_into IS NOT NULL AND depth < 100)
        SELECT DISTINCT 'person', start FROM step WHERE id = start""",
    "merged people whose merge is not recorded": """
        SELECT 'person', id FROM person
        WHERE merged_into IS NOT NULL AND id NOT IN (SELECT merged_id FROM person_merge)
        UNION ALL
        SELECT 'person', merged_id FROM person_merge
        JOIN person ON person.id = merged_id WHERE merged_into IS NULL""",
    "people with a value from a record that is not merged into them": """
        SELECT DISTINCT 'person', person_id FROM person_own
        WHERE person_id NOT IN (SELECT merged_into FROM person WHERE merged_into IS NOT NULL)""",
    "people with two current workers": """
        SELECT 'person', canonical_id FROM worker
        JOIN human ON human.id = worker.person_id
        WHERE owner = 1 AND until IS NULL GROUP BY canonical_id HAVING count(*) > 1""",
    "open follow-ups without an active owner": """
        SELECT 'follow_up', id FROM open_follow_up
        WHERE owner_id NOT IN (SELECT id FROM staff WHERE active = 1)""",
    "open referrals without an active owner": """
        SELECT 'referral', id FROM open_referral
        WHERE owner_id NOT IN (SELECT id FROM staff WHERE active = 1)""",
    "approved plans without an approver or a day to review": """
        SELECT 'plan', id FROM plan
        WHERE status = 'approved' AND (approver_id IS NULL OR approved_on IS NULL
              OR review_on IS NULL OR expires_on IS NULL)""",
    "open referrals with nothing due": """
        SELECT 'referral', id FROM open_referral WHERE due_at IS NULL""",
    "referrals whose status is not that of their last event": """
        SELECT 'referral', referral.id FROM referral
        WHERE status IS NOT (SELECT status FROM referral_event
                             WHERE referral_id = referral.id ORDER BY id DESC LIMIT 1)""",
}


# People with a name or a contact but without a key; only ccu.identity can tell which need none,
# such as "Unknown Male".
_WITHOUT_KEYS = """
SELECT id FROM person
WHERE (trim(given_name || family_name) <> '' OR coalesce(birth_date, phone, email) IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM person_key WHERE person_id = person.id)
  AND id NOT IN (SELECT person_id FROM deidentified)
"""
SETTINGS = "settings with unusable values"
FINDABLE = "people who cannot be found by what is on file for them"


def broken_rules(connection: sqlite3.Connection) -> list[tuple[str, list[str]]]:
    """Return every rule with the records that break it ("call 12"), at most 20 each."""
    found = [
        (name, [f"{record} {number}" for record, number in connection.execute(sql).fetchmany(20)])
        for name, sql in RULES.items()
    ]
    unusable = [f"setting {name}" for name in town_decisions.unusable_settings(connection)]
    return [*found, (SETTINGS, unusable), (FINDABLE, _not_findable(connection))]


_UNFINISHED = """
WITH batch AS (
  SELECT id, sha256, read_rows > new_rows + changed_rows + same_rows + rejected_rows AS stopped
  FROM import_batch)
SELECT id FROM batch WHERE stopped AND NOT EXISTS (
  SELECT 1 FROM batch AS again
  WHERE again.id > batch.id AND again.sha256 = batch.sha256 AND NOT again.stopped)
"""


def unfinished_imports(connection: sqlite3.Connection) -> list[int]:
    """Return the numbers of imports that were stopped or still run, and not made again since."""
    return [row[0] for row in connection.execute(_UNFINISHED)]


def archived(connection: sqlite3.Connection) -> str:
    """Return a sentence that counts the values of removed features; empty for none."""
    found = connection.execute(
        "SELECT feature, count(*) FROM archived GROUP BY feature ORDER BY feature"
    ).fetchall()
    if not found:
        return ""
    count = sum(number for _feature, number in found)
    values = (
        "1 value of a removed feature is"
        if count == 1
        else f"{count} values of removed features are"
    )
    named = ", ".join(f"{feature} ({number})" for feature, number in found)
    return f"{values} kept in the archived table: {named}"


def _not_findable(connection: sqlite3.Connection) -> list[str]:
    without = [row[0] for row in connection.execute(_WITHOUT_KEYS)]
    if not without:
        return []
    from ccu.identity import keys
    from ccu.people import match_store

    known = match_store.known(connection, without)
    return [f"person {number}" for number, each in known.items() if keys(each)][:20]
