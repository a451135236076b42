"""Merging two records of one person, and undoing it exactly.

Nothing is moved: `merged_into` names the canonical record, which every read uses. The values that a
record shows are computed again after each merge, and the person's worker too.

A field's value is that of the last merged record that was chosen to give it, else the record's own,
else that of a record merged into it. The same rule applies up a chain of merges. Nothing is lost: a
record's own value stays in its row, or in person_own while the row shows the value of another
record.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ccu.errors import InvalidInput
from ccu.people import store as people
from ccu.people import worker_store as workers
from ccu.records import person_ids, table, writes
from ccu.work import Work

# ---------------------------------------------------------------- what a record shows


# Field that a merge chooses as one -> its columns in `person`.
FIELDS: dict[str, tuple[str, ...]] = {
    "name": ("given_name", "family_name"),
    "description": ("description",),
    "birth_date": ("birth_date",),
    "age": ("age_estimate", "age_estimated_on"),
    "sex": ("sex",),
    "phone": ("phone",),
    "email": ("email",),
    "home": ("home", "postcode"),
    "language": ("language",),
    "race_ethnicity": ("race_ethnicity",),
    "veteran": ("veteran",),
    "minor": ("minor",),
    "housing": ("housing",),
}

Value = tuple[Any, ...]  # of a field's columns

_RECORDS = """
SELECT person.*, person_merge.id AS merge_id, person_merge.taken
FROM person LEFT JOIN person_merge ON person_merge.merged_id = person.id
WHERE {where} ORDER BY person_merge.id
"""
_OWN = "SELECT person_id, field, value FROM person_own WHERE {where}"


@dataclass
class Record:
    """One record: its row as it is, its own values, and those merged into it, oldest first.

    `taken` are the fields it gives to the record it is merged into; one that starts with `-` was
    changed there by hand since, and is never given.
    """

    row: Mapping[str, Any]
    kept_apart: dict[str, Any]
    taken: tuple[str, ...]
    children: list["Record"] = field(default_factory=list)

    @property
    def id(self) -> int:
        """Return its number."""
        return int(self.row["id"])

    def own(self, name: str) -> Value:
        """Return its own value of a field."""
        return tuple(self.kept_apart.get(col, self.row[col]) for col in FIELDS[name])

    def shown(self, name: str) -> tuple[int, Value]:
        """Return the record whose value of a field this one shows, and the value."""
        for child in reversed(self.children):
            if name in child.taken:
                source, value = child.shown(name)
                if not is_empty(value):
                    return source, value
        if not is_empty(self.own(name)):
            return self.id, self.own(name)
        for child in reversed(self.children):
            source, value = child.shown(name)
            if f"-{name}" not in child.taken and not is_empty(value):
                return source, value
        return self.id, self.own(name)


def is_empty(value: Value) -> bool:
    """Return whether nothing is known."""
    return all(part is None or part == "" for part in value)


def load(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, Record]:
    """Return these records and all others of the same people, linked as they are merged now."""
    same = person_ids.same(connection, ids)
    apart: dict[int, dict[str, Any]] = {}
    for person_id, column, value in table.select(connection, _OWN, {"person_id IN ?": same}):
        apart.setdefault(person_id, {})[column] = json.loads(value)
    found = {
        row["id"]: Record(
            dict(row), apart.get(row["id"], {}), tuple(json.loads(row["taken"] or "[]"))
        )
        for row in table.select(connection, _RECORDS, {"person.id IN ?": same})
    }
    for record in found.values():  # in the order of the merges
        parent = found.get(record.row["merged_into"])
        if parent is not None:
            parent.children.append(record)
    return found


def settle(connection: sqlite3.Connection, ids: Iterable[int]) -> None:
    """Make each record of these people show what it should, inside a write."""
    for record in load(connection, ids).values():
        shown: dict[str, Any] = {}
        apart: dict[str, Any] = {}
        for name, columns in FIELDS.items():
            source, value = record.shown(name)
            shown |= zip(columns, value, strict=True)
            if source != record.id:
                apart |= zip(columns, record.own(name), strict=True)
        _write(connection, record, shown, apart)


def set_values(
    connection: sqlite3.Connection, person_id: int, new: Mapping[str, Any]
) -> dict[str, tuple[Any, Any]]:
    """Give a record new values of its own, by column, inside the caller's transaction.

    They are shown at once, whatever was merged into it, and stay its own after an unmerge. Returns
    column -> (own value before, new) of those that changed. The caller refreshes the keys
    (match_store.refresh) and records the change (writes.write_changes).
    """
    record = load(connection, [person_id])[person_id]
    touched = [name for name, columns in FIELDS.items() if set(columns) & new.keys()]
    values: dict[str, Any] = {}
    for name in touched:  # a change of one column applies to the field as the record shows it
        values |= zip(FIELDS[name], record.shown(name)[1], strict=True)
    values |= new
    before = {column: record.kept_apart.get(column, record.row[column]) for column in values}
    for child in record.children:
        refused = [f"-{name}" for name in touched]
        taken = [each for each in child.taken if each not in (*touched, *refused)] + refused
        merge_id = child.row["merge_id"]
        writes.update(connection, "person_merge", merge_id, {"taken": json.dumps(taken)})
    _write(
        connection, record, values, {k: v for k, v in record.kept_apart.items() if k not in values}
    )
    settle(connection, [person_id])
    return {col: (old, values[col]) for col, old in before.items() if old != values[col]}


def _write(
    connection: sqlite3.Connection,
    record: Record,
    shown: Mapping[str, Any],
    apart: Mapping[str, Any],
) -> None:
    changed = {column: value for column, value in shown.items() if value != record.row[column]}
    writes.update(connection, "person", record.id, changed)
    if apart != record.kept_apart:
        rows = [
            {"field": column, "value": json.dumps(value, ensure_ascii=False)}
            for column, value in apart.items()
        ]
        writes.replace(connection, "person_own", {"person_id": record.id}, rows)


def last_written(connection: sqlite3.Connection, person_id: int, columns: Sequence[str]) -> int:
    """Return when a record got its own value of these columns: at its creation or a change."""
    sql = (
        "SELECT max(unixepoch(person.recorded_at),"
        " coalesce((SELECT max(unixepoch(recorded_at)) FROM change WHERE record = 'person'"
        "  AND record_id = person.id AND field IN (SELECT value FROM json_each(:columns))), 0))"
        " FROM person WHERE id = :id"
    )
    return int(table.value(connection, sql, id=person_id, columns=[*columns]))


# ---------------------------------------------------------------- merging


WORKER = "worker"  # besides FIELDS: the worker who continues


@dataclass(frozen=True)
class Choice:
    """A field of two records; for the worker, the values are logins."""

    name: str
    kept: Value
    merged: Value
    newer: bool  # the merged record's value was written later

    @property
    def differs(self) -> bool:
        """Return whether both have a value and the values differ."""
        return not is_empty(self.kept) and not is_empty(self.merged) and self.kept != self.merged

    @property
    def is_only_merged(self) -> bool:
        """Return whether only the merged record has a value, which is kept without asking."""
        return is_empty(self.kept) and not is_empty(self.merged)


def check(connection: sqlite3.Connection, kept_id: int, merged_id: int) -> None:
    """Raise NotFound; InvalidInput for the same record twice, or one that is already merged."""
    if kept_id == merged_id:
        raise InvalidInput("enter two different people; both numbers are the same")
    canonical = {number: people.canonical(connection, number) for number in (kept_id, merged_id)}
    if canonical[kept_id] == canonical[merged_id]:
        raise InvalidInput(
            f"person {kept_id} and person {merged_id} are already merged, as person"
            f" {canonical[kept_id]}"
        )
    for number, other in canonical.items():
        if number != other:
            raise InvalidInput(
                f"person {number} was merged into person {other}; merge person {other}"
            )


def choices(connection: sqlite3.Connection, kept_id: int, merged_id: int) -> list[Choice]:
    """Return each field of two people as shown, in order, the worker last; audited."""
    records = load(connection, [kept_id, merged_id])
    found = []
    for name, columns in FIELDS.items():
        (ours, kept), (theirs, merged) = (records[n].shown(name) for n in (kept_id, merged_id))
        newer = is_empty(kept) or (
            last_written(connection, ours, columns) < last_written(connection, theirs, columns)
        )
        found.append(Choice(name, kept, merged, newer and not is_empty(merged)))
    assigned = [workers.of_person(connection, number) for number in (kept_id, merged_id)]
    logins = [(each["login"] if each else None,) for each in assigned]
    newer = all(assigned) and assigned[0]["since"] < assigned[1]["since"]  # type: ignore[index]
    return [*found, Choice(WORKER, logins[0], logins[1], bool(newer))]


def merge(work: Work, kept_id: int, merged_id: int, taken: Sequence[str]) -> None:
    """Merge one record into another, which takes the fields `taken`. Raises as `check`."""
    connection = work.connection
    check(connection, kept_id, merged_id)
    ended, stays = workers.end_for_merge(work, kept_id, merged_id, take=WORKER in taken)
    columns = {"merged_id": merged_id, "merged_at": work.at, "merged_by": work.staff_id}
    given = json.dumps([name for name in taken if name in FIELDS])
    columns |= {"taken": given, "worker_id": ended, "stays_id": stays}
    writes.insert_row(connection, "person_merge", columns)
    writes.update(connection, "person", merged_id, {"merged_into": kept_id})
    settle(connection, [kept_id])
    work.audit("person-merge", "person", merged_id, into=kept_id, taken=list(taken))


def unmerge(work: Work, merged_id: int) -> dict[str, Any]:
    """Separate a merged record again, with the records merged into it.

    Returns person, was_part_of (the canonical record until now), merged_at and workers_again (the
    logins whose assignments continue). Raises NotFound; InvalidInput for a record not merged.
    """
    connection = work.connection
    before = people.canonical(connection, merged_id)
    if before == merged_id:
        raise InvalidInput(f"person {merged_id} is not merged into another record")
    row = connection.execute(
        "DELETE FROM person_merge WHERE merged_id = :id RETURNING *", {"id": merged_id}
    ).fetchone()
    writes.update(connection, "person", merged_id, {"merged_into": None})
    settle(connection, [before, merged_id])
    ended_id = row["worker_id"] if row else None
    resumed = workers.resume_after_unmerge(connection, [before, merged_id], ended_id)
    work.audit("person-unmerge", "person", merged_id, out_of=before)
    return {
        "person": merged_id,
        "was_part_of": before,
        "merged_at": row["merged_at"] if row else "",
        "workers_again": resumed,
    }


# ---------------------------------------------------------------- what was added since a merge


# Tables of a person, and the word on screens.
_OF_A_PERSON = {
    "referral": "referral",
    "follow_up": "follow-up",
    "need_assessment": "needs assessment",
    "consult": "consult",
    "plan": "plan",
}
# A follow-up added with a referral has no audit event of its own.
_OTHERS = " UNION ALL ".join(
    f"""
  SELECT {sort}, '{word}', {name}.id, person_id, recorded_at, unixepoch(recorded_at),
         (SELECT min(id) FROM audit WHERE record = '{name}' AND record_id = {name}.id
          {"OR record = 'referral' AND record_id = follow_up.referral_id" * (name == "follow_up")})
  FROM other CROSS JOIN {name} ON {name}.person_id = other.id"""  # noqa: S608 - our names
    for sort, (name, word) in enumerate(_OF_A_PERSON.items(), 2)
)
# `first` is the record's first audit event; for a call amended since, the event of that change.
_PUT_TO = f"""
WITH other (id) AS (SELECT value FROM json_each(:ids)),
put (sort, record, id, person, recorded, at, first) AS (
  SELECT 1, 'call', call.id, person_id, recorded_at, unixepoch(recorded_at),
         (SELECT min(id) FROM audit WHERE record = 'call' AND record_id = call.id)
  FROM other CROSS JOIN call_person ON call_person.person_id = other.id
  JOIN call ON call.id = call_person.call_id WHERE call.voided_at IS NULL
  UNION ALL
  SELECT 1, 'call', call.id, person_id, call.recorded_at, unixepoch(change.recorded_at),
         (SELECT max(id) FROM audit
          WHERE record = 'call' AND record_id = call.id AND action = 'amend')
  FROM other CROSS JOIN call_person ON call_person.person_id = other.id
  JOIN call ON call.id = call_person.call_id
  JOIN change ON change.record = 'call' AND change.record_id = call.id AND field = 'people'
  WHERE call.voided_at IS NULL
  UNION ALL {_OTHERS})
SELECT DISTINCT sort, record, id, person, recorded FROM put
WHERE at > unixepoch(:since) OR (at = unixepoch(:since) AND coalesce(first > :merge, 1))
ORDER BY sort, id
"""  # noqa: S608
_MERGE = """
SELECT max(id) FROM audit
WHERE record = 'person' AND record_id = :merged_id AND action = 'person-merge'
"""


def added_since(
    connection: sqlite3.Connection, person_id: int, merged_id: int, since: str
) -> list[dict[str, Any]]:
    """Return record, id, person, recorded of the records added to a person since that merge."""
    same = person_ids.same(connection, [person_id])
    merge = table.value(connection, _MERGE, merged_id=merged_id)
    return [
        {key: row[key] for key in ("record", "id", "person", "recorded")}
        for row in table.select(connection, _PUT_TO, {}, ids=same, since=since, merge=merge)
    ]
