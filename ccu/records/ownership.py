"""What belongs to a person or a call: which rows of which tables, and their words.

Letting go (seal, de-identify, purge) reads this and nothing else does. Which columns can hold words
or identity stands in ccu/records/text_columns.py.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ccu.records.text_columns import SAID_ON_CALL, WORDS, WORDY_FIELDS

# Sets of ids, by name. `people` and `given_calls` are asked for; `calls` are those and the ones on
# which the people were met. Households and calls of nobody else (their_*) take with them the work
# that names nobody. call_* and household_* is work without a person on those.
_SETS = """
WITH people (id) AS (SELECT value FROM json_each(:people)),
given_calls (id) AS (SELECT value FROM json_each(:calls)),
calls (id) AS (
  SELECT id FROM given_calls
  UNION SELECT call_id FROM call_person WHERE person_id IN people),
households (id) AS (SELECT household_id FROM household_member WHERE person_id IN people),
their_households (id) AS (
  SELECT id FROM households EXCEPT
  SELECT household_id FROM household_member
  WHERE household_id IN households AND person_id NOT IN people),
their_calls (id) AS (
  SELECT call_id FROM call_person WHERE person_id IN people EXCEPT
  SELECT call_id FROM call_person WHERE call_id IN calls AND person_id NOT IN people),
referrals (id) AS (
  SELECT id FROM referral WHERE person_id IN people
  UNION SELECT id FROM referral WHERE person_id IS NULL AND household_id IN their_households
  UNION SELECT id FROM referral
  WHERE person_id IS NULL AND household_id IS NULL AND call_id IN their_calls),
follow_ups (id) AS (
  SELECT id FROM follow_up WHERE person_id IN people
  UNION SELECT id FROM follow_up WHERE referral_id IN referrals
  UNION SELECT id FROM follow_up
  WHERE person_id IS NULL AND referral_id IS NULL AND call_id IN their_calls),
consults (id) AS (
  SELECT id FROM consult WHERE person_id IN people
  UNION SELECT id FROM consult WHERE person_id IS NULL AND call_id IN their_calls),
assessments (id) AS (SELECT id FROM need_assessment WHERE person_id IN people),
plans (id) AS (SELECT id FROM plan WHERE person_id IN people),
overrides (id) AS (SELECT id FROM frequent_override WHERE person_id IN people),
consents (id) AS (SELECT id FROM consent WHERE person_id IN people),
call_referrals (id) AS (
  SELECT id FROM referral
  WHERE call_id IN calls AND person_id IS NULL AND household_id IS NULL),
call_follow_ups (id) AS (
  SELECT id FROM follow_up WHERE person_id IS NULL AND referral_id IN call_referrals
  UNION SELECT id FROM follow_up
  WHERE person_id IS NULL AND referral_id IS NULL AND call_id IN calls),
call_consults (id) AS (SELECT id FROM consult WHERE call_id IN calls AND person_id IS NULL),
household_referrals (id) AS (
  SELECT id FROM referral WHERE person_id IS NULL AND household_id IN households),
household_follow_ups (id) AS (
  SELECT id FROM follow_up WHERE person_id IS NULL AND referral_id IN household_referrals),
record_of (record, record_id) AS (
  SELECT 'person', id FROM people UNION ALL SELECT 'referral', id FROM referrals
  UNION ALL SELECT 'follow_up', id FROM follow_ups UNION ALL SELECT 'consult', id FROM consults
  UNION ALL SELECT 'need_assessment', id FROM assessments UNION ALL SELECT 'plan', id FROM plans
  UNION ALL SELECT 'frequent_override', id FROM overrides
  UNION ALL SELECT 'consent', id FROM consents
  UNION ALL SELECT 'household', id FROM their_households),
call_record (record, record_id) AS (
  SELECT 'call', id FROM calls UNION ALL SELECT 'referral', id FROM call_referrals
  UNION ALL SELECT 'follow_up', id FROM call_follow_ups
  UNION ALL SELECT 'consult', id FROM call_consults),
other_record (record, record_id) AS (
  SELECT * FROM call_record UNION ALL SELECT 'household', id FROM households
  UNION ALL SELECT 'referral', id FROM household_referrals
  UNION ALL SELECT 'follow_up', id FROM household_follow_ups)
"""
_REASONS = "audit_id IN (SELECT id FROM audit JOIN {of} USING (record, record_id))"

# Rows that are there because of a person, by any record of theirs: table -> which.
_PERSONS: dict[str, str] = {
    "person": "id IN people",
    "person_alias": "person_id IN people",
    "person_missing": "person_id IN people",
    "person_merge": "merged_id IN people",
    "person_own": "person_id IN people",
    "person_different": "person_id IN people OR other_id IN people",
    "person_key": "person_id IN people",
    "person_source": "person_id IN people",
    "person_relation": "person_id IN people OR other_id IN people",
    "call_person": "person_id IN people",
    "household": "id IN their_households",
    "household_member": "person_id IN people",
    "worker": "person_id IN people OR household_id IN their_households",
    "referral": "id IN referrals",
    "referral_event": "referral_id IN referrals",
    "follow_up": "id IN follow_ups",
    "attempt": "follow_up_id IN follow_ups",
    "overdue_event": "follow_up_id IN follow_ups",
    "consult": "id IN consults",
    "need_assessment": "id IN assessments",
    "need_answer": "assessment_id IN assessments",
    "plan": "id IN plans",
    "plan_suggestion": "plan_id IN plans",
    "frequent_override": "id IN overrides",
    "consent": "id IN consents",
    "disclosure": "person_id IN people",
    "last_contact": "person_id IN people",
    "deidentified": "person_id IN people",
    "archived": "record = 'deidentified' AND record_id IN people",
    "change": "(record, record_id) IN record_of",
    "audit_reason": _REASONS.format(of="record_of"),
}
# Rows that are there because of a call.
_OF_CALLS: dict[str, str] = {
    "call": "id IN calls",
    "call_responder": "call_id IN calls",
    "call_danger": "call_id IN calls",
    "call_disposition": "call_id IN calls",
    "call_intervention": "call_id IN calls",
    "call_person": "call_id IN calls",
    "referral": "id IN call_referrals",
    "referral_event": "referral_id IN call_referrals",
    "follow_up": "id IN call_follow_ups",
    "attempt": "follow_up_id IN call_follow_ups",
    "overdue_event": "follow_up_id IN call_follow_ups",
    "consult": "id IN call_consults",
    "change": "(record, record_id) IN call_record",
    "audit_reason": _REASONS.format(of="call_record"),
}
# Rows that stay when a person goes, whose words may be about them: (table, which, columns).
_MENTIONS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("call", "id IN calls", SAID_ON_CALL),
    ("call_responder", "call_id IN calls", ("reason",)),
    ("household", "id IN households", WORDS["household"]),
    ("referral", "id IN call_referrals OR id IN household_referrals", WORDS["referral"]),
    (
        "referral_event",
        "referral_id IN call_referrals OR referral_id IN household_referrals",
        WORDS["referral_event"],
    ),
    ("follow_up", "id IN call_follow_ups OR id IN household_follow_ups", WORDS["follow_up"]),
    (
        "attempt",
        "follow_up_id IN call_follow_ups OR follow_up_id IN household_follow_ups",
        WORDS["attempt"],
    ),
    ("consult", "id IN call_consults", WORDS["consult"]),
    (
        "change",
        "(record, record_id) IN other_record AND field IN (SELECT value FROM json_each(:wordy))",
        WORDS["change"],
    ),
    (
        "change",
        "(record, record_id) IN other_record AND reason IS NOT NULL"
        " AND field NOT IN (SELECT value FROM json_each(:wordy))",
        ("reason",),
    ),
    ("audit_reason", _REASONS.format(of="other_record"), WORDS["audit_reason"]),
)
# Words of columns that may not be NULL and must be JSON.
_EMPTY = {"plan": "{}", "change": "null", "person_own": "null", "sealed": "{}", "archived": "{}"}


@dataclass(frozen=True)
class Part:
    """Rows of one table by their key, and their columns that can hold words or identity.

    `own`: the rows are there because of the person or call, and go when they go. Not own: they stay
    (a call on which others were met, a household), and only their words may be about the person.
    """

    table: str
    key: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    columns: tuple[str, ...]
    own: bool = True


def of_person(connection: sqlite3.Connection, ids: Iterable[int]) -> list[Part]:
    """All that belongs to these records of people; give every record of a human being.

    The calls on which they were met are not theirs: of those the words alone, as not own.
    """
    asked = _asked(people=ids)
    theirs = [_part(connection, table, which, asked) for table, which in _PERSONS.items()]
    found = {part.table: frozenset(part.rows) for part in theirs}
    for table, which, columns in _MENTIONS:
        part = _part(connection, table, which, asked)
        rows = tuple(row for row in part.rows if row not in found.get(table, ()))
        theirs.append(replace(part, rows=rows, columns=columns, own=False))
    return [part for part in theirs if part.rows]


def of_call(connection: sqlite3.Connection, ids: Iterable[int]) -> list[Part]:
    """All that belongs to these calls, and not to a person met on them."""
    asked = _asked(calls=ids)
    theirs = [_part(connection, table, which, asked) for table, which in _OF_CALLS.items()]
    return [part for part in theirs if part.rows]


def key_of(connection: sqlite3.Connection, table: str) -> tuple[str, ...]:
    """The columns of a table's primary key, in order. `table` is one of ours."""
    columns = connection.execute(f"PRAGMA main.table_info({table})").fetchall()
    keys = sorted((row["pk"], row["name"]) for row in columns if row["pk"])
    return tuple(name for _, name in keys)


def blanks(connection: sqlite3.Connection, table: str, columns: Iterable[str]) -> Mapping[str, Any]:
    """What each column holds when its words are gone: NULL where it may, else an empty value."""
    info = connection.execute(f"PRAGMA main.table_info({table})").fetchall()
    must = {row["name"] for row in info if row["notnull"]}
    must.add("void_reason")  # a void call has one
    return {column: _EMPTY.get(table, "") if column in must else None for column in columns}


def _asked(people: Iterable[int] = (), calls: Iterable[int] = ()) -> dict[str, str]:
    return {
        "people": json.dumps(sorted(set(people))),
        "calls": json.dumps(sorted(set(calls))),
        "wordy": json.dumps(sorted(WORDY_FIELDS)),
    }


def _part(connection: sqlite3.Connection, table: str, which: str, asked: Mapping[str, str]) -> Part:
    key = key_of(connection, table)
    found = connection.execute(
        f"{_SETS} SELECT {', '.join(key)} FROM main.{table} WHERE {which}",  # noqa: S608
        asked,
    )
    return Part(table, key, tuple(tuple(row) for row in found), WORDS.get(table, ()))
