"""Taking the identity out of old records: the rows stay, and what they count; who it was is gone.

A name becomes `De-identified`, so that somebody known by name still counts as one; a birth date
becomes an age in the middle of its decade; what was known and is taken out says `removed` where
figures ask whether it was known. Words go: notes, narratives of the calls on which they were met,
plans. Aliases, keys, relations and households go whole. Calls keep their place and their codes.
"""

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ccu.records import audit, ownership, person_ids
from ccu.records.ownership import DEIDENTIFIED as NAME
from ccu.records.ownership import WORDY_FIELDS, Part
from ccu.retention import due_store, sealed_store
from ccu.retention.destruction_store import Destroyed

REMOVED = "removed"
_GO_WHOLE = (
    *("person_alias", "person_key", "person_source", "person_different", "person_relation"),
    *("household_member", "archived"),
)
_LISTS = ("baseline", "early_signs", "triggers", "helps", "avoid", "steps", "safety", "contacts")
_EMPTY_PLAN = json.dumps({name: [] for name in _LISTS})
# Of what the accounting of disclosures is made: codes and numbers, but for these words.
_ACCOUNTING = {"consent": ("purpose_words",), "disclosure": ()}

# Tables whose words must not be NULL, and columns.
_MUST = ("referral", "follow_up", "frequent_override", "household", "void_reason", "text")

# Why somebody is left as they are: (reason, their records). Their household's work is theirs.
_KEPT = """
WITH theirs (person_id, household_id) AS (
  SELECT person_id, household_id FROM household_member),
work (why, person_id) AS (
  SELECT 'open ' || record, person_id FROM open_work_for  -- also who left the household since
  UNION ALL
  SELECT 'active worker', coalesce(worker.person_id, theirs.person_id)
  FROM worker LEFT JOIN theirs ON theirs.household_id = worker.household_id
  WHERE worker.until IS NULL OR worker.until > :today
  UNION ALL
  SELECT 'plan in force', person_id FROM plan
  WHERE status = 'draft' OR (status = 'approved' AND expires_on >= :today)
  UNION ALL
  SELECT 'consent in force', person_id FROM consent
  WHERE revoked_at IS NULL AND (expires_on IS NULL OR expires_on >= :today)
  UNION ALL
  SELECT 'legal hold', record_id FROM legal_hold
  WHERE record = 'person' AND released_at IS NULL
  UNION ALL
  SELECT 'legal hold', call_person.person_id
  FROM legal_hold JOIN call ON (legal_hold.record = 'call' AND call.id = legal_hold.record_id)
       OR (legal_hold.record = 'place' AND call.place_id = legal_hold.record_id)
  JOIN call_person ON call_person.call_id = call.id
  WHERE legal_hold.record IN ('call', 'place') AND released_at IS NULL)
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
    """A person of whom nothing was heard since `last`; `why` they stay as they are, or empty."""

    person: int
    last: str
    why: str


@dataclass
class Done:
    """What was taken out. `numbers` are those of the destruction log."""

    people: list[int]
    rows: int = 0
    numbers: list[int] = field(default_factory=list)


def find(
    connection: sqlite3.Connection, today: str, before: str | None, person_id: int | None = None
) -> list[Candidate]:
    """Everybody whose last contact lies before a day, or one person whenever it was.

    Inside the caller's transaction; who is de-identified, and not met since, is not among them.
    """
    connection.execute("CREATE TEMP TABLE last_seen (person_id INTEGER PRIMARY KEY, day TEXT)")
    due_store.contacts(connection, "last_seen")
    last = {row["person"]: row["last"] for row in connection.execute(_LAST)}
    connection.execute("DROP TABLE temp.last_seen")
    kept = {row["person"]: row["why"] for row in connection.execute(_KEPT, {"today": today})}
    return [
        Candidate(person, day, kept.get(person, "").replace(",", ", "))
        for person, day in last.items()
        if (person_id is None or person == person_id) and (before is None or day < before)
    ]


def take_out(
    connection: sqlite3.Connection,
    staff_id: int,
    found: Iterable[Candidate],
    *,
    at: str,
) -> Done:
    """Take the identity of these people out, inside the caller's transaction.

    The text is in the file's bytes until store/erasing.py has run after the commit.
    """
    from ccu.retention import destruction_store

    last = {each.person: each.last for each in found if not each.why}
    ids = person_ids.same(connection, last)
    human = person_ids.canonical(connection, ids)
    done = Done(sorted(last))
    parts = ownership.of_person(connection, ids)
    reasons = [row[0] for part in parts if part.table == "audit_reason" for row in part.rows]
    for part in parts:
        if part.table in _GO_WHOLE:
            _delete(connection, part)
        elif part.table != "audit_reason":
            done.rows += _blank(connection, part, {each: last[human[each]] for each in ids})
    audit.purge_reasons(connection, staff_id, reasons)
    connection.executemany(
        "INSERT INTO deidentified (person_id, at, by) VALUES (?, ?, ?)"
        " ON CONFLICT (person_id) DO UPDATE SET at = excluded.at, by = excluded.by",
        [(each, at, staff_id) for each in ids],
    )
    for person in done.people:
        audit.record(connection, staff_id, "deidentify", "person", person)
    if last:
        days = sorted(last.values())
        gone = Destroyed("identity", len(last), days[0], days[-1], "ccu deidentify", None)
        done.numbers = destruction_store.log(connection, staff_id, [gone], at=at)
    return done


def _delete(connection: sqlite3.Connection, part: Part) -> None:
    which = " AND ".join(f"{name} = ?" for name in part.key)
    connection.executemany(f"DELETE FROM {part.table} WHERE {which}", part.rows)  # noqa: S608


def _blank(connection: sqlite3.Connection, part: Part, last: dict[int, str]) -> int:
    """Take the words out of these rows; returns how many held any."""
    columns = _ACCOUNTING.get(part.table, part.columns)
    changed = 0
    for key in part.rows if columns else ():
        row = sealed_store.find(connection, part.table, key) or {}
        if part.table == "person":
            new = _person(row, last[row["id"]])
        elif part.table == "person_own":
            new = {"value": json.dumps(_own(row["field"], json.loads(row["value"])))}
        elif part.table == "change":
            new = _change(row)
        else:
            new = {name: _without(part.table, name, row[name]) for name in columns}
        new = {name: value for name, value in new.items() if row[name] != value}
        if new:
            sealed_store.update(connection, part.table, key, new)
            changed += 1
    return changed


def _without(table: str, column: str, value: Any) -> Any:
    """What a column of words holds instead; an empty one stays as it is."""
    if value in (None, ""):
        return value
    if table == "plan":
        return _EMPTY_PLAN
    return "" if table in _MUST or column in _MUST else None


def _person(row: dict[str, Any], last: str) -> dict[str, Any]:
    """The identity of a person's own row taken out; what figures ask of it is kept."""
    known = bool(row["given_name"] or row["family_name"])
    age = _age(row, date.fromisoformat(last))
    return {
        "given_name": NAME if known else "",
        "family_name": "",
        "description": "",
        "birth_date": None,
        "age_estimate": None if age is None else min(age // 10 * 10 + 5, 95),
        "age_estimated_on": None if age is None else f"{last[:4]}-01-01",
        **{name: REMOVED if row[name] else row[name] for name in ("phone", "language")},
        **dict.fromkeys(("email", "home", "postcode")),
    }


def _own(field: str, value: Any) -> Any:
    """A record's own value of a field for which it shows another's."""
    if not value or field in ("housing", "veteran", "minor", "sex"):
        return value
    if field == "given_name":
        return NAME
    if field in ("phone", "language"):
        return REMOVED
    return "" if field in ("family_name", "description") else None


def _age(row: dict[str, Any], on: date) -> int | None:
    """How old somebody was on a day, as far as the record says it."""
    if row["birth_date"]:
        born = date.fromisoformat(row["birth_date"])
        years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
        return max(years, 0)
    if row["age_estimate"] is None or not row["age_estimated_on"]:
        return None
    return max(int(row["age_estimate"]) + on.year - int(row["age_estimated_on"][:4]), 0)


def _change(row: dict[str, Any]) -> dict[str, Any]:
    """A change keeps its field and day; of a call also where and who, which are no words."""
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
    """A value of a change without its words: something was there, and not what."""
    if isinstance(value, str):
        return NAME if value else value
    if isinstance(value, list):
        return [{**each, "reason": None} for each in value if _is_responder(each)]
    return {} if isinstance(value, dict) else None


def _is_responder(value: Any) -> bool:
    return isinstance(value, dict) and "agency" in value
