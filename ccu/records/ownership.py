"""What belongs to a person or a call: which rows of which tables, and which columns hold words.

Retention (seal, de-identify, purge) and the report on sealed rows read this. A new text column is
in `WORDS` or in `PLAIN`, or a test that reads the schema fails; codes, days and times are neither.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

DEIDENTIFIED = "De-identified"  # the name of whoever's identity was taken out

# Columns that can say who somebody is, or hold people's own words. Not only texts: an age too.
WORDS: dict[str, tuple[str, ...]] = {
    "person": (
        *("given_name", "family_name", "description", "birth_date", "age_estimate"),
        *("age_estimated_on", "sex", "phone", "language", "email", "home", "postcode"),
    ),
    "person_alias": ("given_name", "family_name"),
    "person_own": ("value",),
    "person_different": ("reason",),
    "person_key": ("key",),
    "person_source": ("number",),
    "household": ("name",),
    "call": (
        *("incident", "digest", "address_id", "place_id", "narrative", "void_reason"),
        *("priority", "cad_nature_id", "cad_cleared_id", "cad_disposition_id"),
    ),
    "call_responder": ("unit", "reason"),
    "referral": ("handoff_parties",),
    "referral_event": ("note",),
    "follow_up": ("note",),
    "attempt": ("note",),
    "consult": ("note",),
    "plan": ("body",),
    "plan_suggestion": ("text", "answer"),
    "place": (
        *("number", "street", "unit", "cross_street", "name", "city", "state", "zip"),
        *("building_key", "unit_key", "loose_key", "exempt_reason"),
    ),
    "place_flag": ("note", "source", "ended_why"),
    "address": ("raw", "raw_unit", "raw_city", "raw_state", "raw_zip"),
    "frequent_override": ("reason",),
    "consent": ("purpose_words", "recipient", "scope", "purpose", "signed_by"),
    "disclosure": ("recipient", "what", "purpose"),
    "change": ("old_value", "new_value", "reason"),
    "audit_reason": ("reason",),
    "sealed": ("content",),
    "sealed_number": ("digest",),
    "archived": ("content",),
}

# Texts that are neither a code, a day, a time nor in WORDS, and why they name nobody.
PLAIN: dict[str, dict[str, tuple[str, ...]]] = {
    "of the program or the town, not of a person": {
        "setting": ("name", "value", "help"),
        "table_digest": ("name",),
        "source_system": ("name",),
        "import_batch": ("file_name", "sha256", "layout", "source"),
        "retention": ("class", "source"),
        "destruction": ("class", "source"),
        "call": ("beat",),
        "person_source": ("source",),
    },
    "of staff and providers, in their office": {
        "staff": ("login", "name", "phone"),
        "provider": ("name", "phone", "hours", "eligibility"),
    },
    "names of tables and fields, ids and counts": {
        "audit": ("action", "record", "detail"),
        "change": ("record", "field"),
        "legal_hold": ("record",),
        "sealed": ("record",),
        "archived": ("feature", "record"),
        "person_merge": ("taken",),
        "person_missing": ("field",),
        "person_own": ("field",),
    },
    "whose order it was, not whom it is about": {"legal_hold": ("authority",)},
    "a dispatch system's words for kinds of calls, shared by many": {"cad_text": ("text",)},
}

# What a call's own row says of the people on it; the rest of its WORDS says where and which it was.
SAID_ON_CALL = ("narrative", "void_reason")

# Changes of these fields hold words or identity; of every other field only the reason does.
WORDY_FIELDS = frozenset(
    {column for table in ("person", "call", "plan", "follow_up") for column in WORDS[table]}
    | {"aliases", "missing", "people", "responders", "address", "name", "household", "relations"}
    | {"members", "cad_nature", "cad_cleared", "cad_disposition"}
)


# ---------------------------------------------------------------- what belongs to whom


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


# ---------------------------------------------------------------- what points to what


@dataclass(frozen=True)
class Reference:
    """A column of a table that points to a column of its parent."""

    table: str
    column: str
    parent: str
    parent_column: str
    may_be_null: bool


class References:
    """The foreign keys of the file. All of ours are of one column."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._run = connection.execute
        self._connection = connection
        tables = self._run("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall()
        self.every = [each for row in tables for each in self._of(row["name"])]

    def _of(self, table: str) -> list[Reference]:
        columns = {row["name"]: row for row in self._run(f"PRAGMA main.table_info({table})")}
        found = []
        for row in self._run(f"PRAGMA main.foreign_key_list({table})").fetchall():
            to = row["to"] or key_of(self._connection, row["table"])[0]
            column = columns[row["from"]]
            free = not column["notnull"] and not column["pk"]
            found.append(Reference(table, row["from"], row["table"], to, free))
        return found

    def to(self, parent: str) -> list[Reference]:
        """Those that point to a table."""
        return [each for each in self.every if each.parent == parent]

    def pointing(self, each: Reference, values: Iterable[Any]) -> list[tuple[Any, ...]]:
        """The keys of the rows that point to one of these values."""
        key = ", ".join(key_of(self._connection, each.table))
        found = self._run(
            f"SELECT {key} FROM main.{each.table}"  # noqa: S608
            f" WHERE {each.column} IN (SELECT value FROM json_each(:values))",
            {"values": json.dumps(list(values))},
        )
        return [tuple(row) for row in found]

    def missing(
        self, rows: Mapping[str, Mapping[tuple[Any, ...], Mapping[str, Any]]]
    ) -> list[tuple[Reference, Any]]:
        """What these rows point to that is neither among them nor in the file."""
        found = []
        for each in self.every:
            wanted = {row[each.column] for row in rows.get(each.table, {}).values()} - {None}
            among = {row[each.parent_column] for row in rows.get(each.parent, {}).values()}
            for value in sorted(wanted - among, key=str):
                there = self._run(
                    f"SELECT 1 FROM main.{each.parent} WHERE {each.parent_column} = ?",  # noqa: S608
                    (value,),
                ).fetchone()
                if not there:
                    found.append((each, value))
        return found
