"""Remove the identity from old records: the rows stay, with everything that figures count.

A name becomes `De-identified`, so that a person known by name still counts as one; a birth date
becomes an age in the middle of its decade; a phone or language becomes `removed`, because figures
count whether it was known. Words are removed: notes, narratives of the person's calls, plans. The
rows of aliases, keys, relations and households are deleted. Calls keep their place and codes.
"""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from ccu.database import written
from ccu.people.options import age_on
from ccu.records import audit, ownership, person_ids
from ccu.records.ownership import DEIDENTIFIED as NAME
from ccu.records.ownership import WORDS, WORDY_FIELDS, Part
from ccu.retention import due_store, kept_store
from ccu.retention.kept_store import Destroyed

REMOVED = "removed"
_DELETED = (
    *("person_alias", "person_key", "person_source", "person_different", "person_relation"),
    *("household_member", "archived"),
)
_LISTS = ("baseline", "early_signs", "triggers", "helps", "avoid", "steps", "safety", "contacts")
_EMPTY_PLAN = {"body": json.dumps({name: [] for name in _LISTS})}
# The accounting of disclosures stays: codes and numbers, and no words but these.
_ACCOUNTING = {"consent": ("purpose_words",), "disclosure": ()}

# Why a person is not de-identified: (reason, records). Work for their household counts too.
_KEPT = """
WITH theirs (person_id, household_id) AS (
  SELECT person_id, household_id FROM household_member),
work (why, person_id) AS (
  SELECT 'open ' || record, person_id FROM open_work_for  -- also former members
  UNION ALL
  SELECT 'open ' || record, call_person.person_id  -- it may be for anybody on its call
  FROM open_work JOIN call_person ON call_person.call_id = open_work.call_id
  WHERE open_work.person_id IS NULL AND open_work.household_id IS NULL
  UNION ALL
  SELECT 'active worker', coalesce(worker.person_id, theirs.person_id)
  FROM assignment AS worker LEFT JOIN theirs ON theirs.household_id = worker.household_id
  WHERE :today < worker.ends
  UNION ALL
  SELECT 'active plan', person_id FROM plan
  WHERE status = 'draft' OR (status = 'approved' AND expires_on >= :today)
  UNION ALL
  SELECT 'active consent', person_id FROM consent
  WHERE revoked_at IS NULL AND (expires_on IS NULL OR expires_on >= :today))
SELECT human.canonical_id AS person, group_concat(DISTINCT work.why) AS why
FROM work JOIN human ON human.id = work.person_id GROUP BY human.canonical_id
"""
_LAST = """
SELECT tree.canonical_id AS person, max(last_seen.day) AS last
FROM human AS tree JOIN temp.last_seen ON last_seen.person_id = tree.id
GROUP BY tree.canonical_id
HAVING last > coalesce((SELECT substr(at, 1, 10) FROM deidentified
                        WHERE person_id = tree.canonical_id), '')
ORDER BY tree.canonical_id
"""


@dataclass(frozen=True)
class Candidate:
    """A person without contact since `last`; `why` they stay as they are, or empty."""

    person: int
    last: str
    why: str


@dataclass
class Done:
    """Who was de-identified, and how many rows were changed."""

    people: list[int]
    rows: int = 0


def find(
    connection: sqlite3.Connection, today: str, before: str | None, person_id: int | None = None
) -> list[Candidate]:
    """Return everybody whose last contact was before a day, or one person whenever it was.

    Inside the caller's transaction. De-identified people without a contact since are left out.
    """
    connection.execute("CREATE TEMP TABLE last_seen (person_id INTEGER PRIMARY KEY, day TEXT)")
    due_store.contacts(connection, "last_seen")
    last = {row["person"]: row["last"] for row in connection.execute(_LAST)}
    connection.execute("DROP TABLE temp.last_seen")
    kept = {
        row["person"]: row["why"].split(",") for row in connection.execute(_KEPT, {"today": today})
    }
    for person in kept_store.held(connection, "person", last):
        kept.setdefault(person, []).append("legal hold")
    return [
        Candidate(person, day, ", ".join(kept.get(person, ())))
        for person, day in last.items()
        if (person_id is None or person == person_id) and (before is None or day < before)
    ]


def remove(
    connection: sqlite3.Connection,
    staff_id: int,
    found: Iterable[Candidate],
    altered: Iterable[tuple[str, int]],
    *,
    at: str,
) -> Done:
    """Remove the identity of these people, inside the caller's transaction.

    The text is in the file's bytes until `purge_store.finish` has run after the commit.
    """
    last = {each.person: each.last for each in found if not each.why}
    ids = person_ids.same(connection, last)
    human = person_ids.canonical(connection, ids)
    done = Done(sorted(last))
    parts = ownership.of_person(connection, ids)
    reasons = [row[0] for part in parts if part.table == "audit_reason" for row in part.rows]
    for part in parts:
        if part.table in _DELETED:
            ownership.delete_rows(connection, part.table, part.rows)
        elif part.table != "audit_reason":
            done.rows += _blank(connection, part, {each: last[human[each]] for each in ids})
    ownership.purge_reasons(connection, staff_id, reasons)
    connection.executemany(
        "INSERT INTO deidentified (person_id, at, by) VALUES (?, ?, ?)"
        " ON CONFLICT (person_id) DO UPDATE SET at = excluded.at, by = excluded.by",
        [(each, at, staff_id) for each in ids],
    )
    if last:
        days = sorted(last.values())
        gone = Destroyed("identity", len(last), days[0], days[-1], "ccu deidentify", None)
        kept_store.log_destroyed(connection, staff_id, [gone], at=at)
        written.keep_all(connection, audit.key_of(connection), altered)
    for person in done.people:
        audit.record(connection, staff_id, "deidentify", "person", person)
    return done


def _blank(connection: sqlite3.Connection, part: Part, last: dict[int, str]) -> int:
    """Remove the text from these rows; return how many had any."""
    columns = _ACCOUNTING.get(part.table, part.columns)
    empty = {**ownership.blanks(connection, part.table, columns), **_EMPTY_PLAN}
    changed = 0
    for key in part.rows if columns else ():
        row = ownership.row_of(connection, part.table, key) or {}
        if part.table == "person":
            new = _person(row, last[row["id"]])
        elif part.table == "person_own":
            new = {"value": json.dumps(_own(row["field"], json.loads(row["value"])))}
        elif part.table == "change":
            new = _change(row)
        else:
            new = {name: empty[name] for name in columns if row[name] not in (None, "")}
        new = {name: value for name, value in new.items() if row[name] != value}
        if new:
            ownership.update_row(connection, part.table, key, new)
            changed += 1
    return changed


def _person(row: dict[str, Any], last: str) -> dict[str, Any]:
    """Return a person's own row without the identity; what figures count is kept."""
    known = bool(row["given_name"] or row["family_name"])
    age = age_on(row, date.fromisoformat(last))
    return {
        **{name: _own(name, row[name]) for name in WORDS["person"]},
        "given_name": NAME if known else "",
        "age_estimate": None if age is None else min(age // 10 * 10 + 5, 95),
        "age_estimated_on": None if age is None else f"{last[:4]}-01-01",
    }


def _own(field: str, value: Any) -> Any:
    """Return the replacement of a person's value, also for own values that a merge replaced."""
    if not value or field in ("housing", "veteran", "minor", "sex"):
        return value
    if field == "given_name":
        return NAME
    if field in ("phone", "language"):
        return REMOVED
    return "" if field in ("family_name", "description") else None


def _change(row: dict[str, Any]) -> dict[str, Any]:
    """Return a change without words: field and day stay; of a call also where and who."""
    new: dict[str, Any] = {"reason": None}
    kept = row["record"] == "call" and row["field"] not in (
        "narrative",
        "void_reason",
        "responders",
    )
    if row["field"] in WORDY_FIELDS and not kept:
        for name in ("old_value", "new_value"):
            new[name] = json.dumps(_plain(json.loads(row[name])), ensure_ascii=False)
    return new


def _plain(value: Any) -> Any:
    """Return a value of a change without its text, which shows only that there was one."""
    if isinstance(value, str):
        return NAME if value else value
    if isinstance(value, list):
        responders = (each for each in value if isinstance(each, dict) and "agency" in each)
        return [{**each, "reason": None} for each in responders]
    return {} if isinstance(value, dict) else None
