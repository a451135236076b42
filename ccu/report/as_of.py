"""--as-of: the file as it had been recorded by a moment, so that an old report can be made again.

For each table that figures read, a TEMP view of the same name stands before it: the .sql files need
not know. It leaves out rows recorded later and takes changed rows from a TEMP copy in which every
field is set back: to the oldest value that a later `change` replaced. Merges made later are undone,
closings and steps of referrals recorded later have not happened.

What can not be set back, because the file does not keep it: a merge undone later, a referral's
owner before its first hand-over, settings and code lists. The report's foot says so of the
settings.
"""

import json
import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ccu.report import covers

# Tables with recorded_at of which nothing is ever changed.
_ONLY_GROW = ("referral_event", "attempt", "consult", "household")
# Many-valued fields of a call -> their table and its columns.
_LISTS = {
    "dangers": ("call_danger", ("danger",)),
    "interventions": ("call_intervention", ("intervention",)),
    "dispositions": ("call_disposition", ("disposition",)),
    "responders": (
        "call_responder",
        ("agency", "clinician", "unit", "state", "reason", "minutes"),
    ),
    "people": ("call_person", ("person_id", "role")),
}


def hide(connection: sqlite3.Connection, as_of: datetime, wider: Iterable[str] = ()) -> None:
    """Put the views up, inside the caller's transaction: a rollback takes them away.

    `wider` are tables of which the rows are those of temp.whole_<table> (sealed_rows.py).
    """
    then = _Then(connection, as_of, wider)
    then.calls()
    then.people()
    then.places()
    then.referrals()
    then.follow_ups()
    for table in _ONLY_GROW:
        then.cover(table, recorded=True)
    for table in then.left_over:
        covers.cover(connection, table, f"SELECT * FROM temp.whole_{table}")  # noqa: S608
    covers.views(connection)


class _Then:
    """The covers of one moment. Table names are our own; values are numbers and a date."""

    def __init__(
        self, connection: sqlite3.Connection, as_of: datetime, wider: Iterable[str]
    ) -> None:
        self._connection = connection
        self._run = connection.execute
        self._wider = frozenset(wider)
        self.left_over = set(self._wider)  # until they are covered
        self._unix = int(as_of.timestamp())
        # an earlier local day needs no reckoning; only that day's rows do
        self._by_then = (
            f"(recorded_at < '{as_of.date()}' OR unixepoch(recorded_at) <= {self._unix})"
        )

    def calls(self) -> None:
        """Calls, and what hangs on them."""
        changed = self._changed("call")
        self._copy("call", changed)
        for call_id, fields in changed.items():
            if "voided_at" in fields:
                fields |= {"voided_by": None, "void_reason": None}
            self._set_back("call", call_id, fields)
        self.cover("call", recorded=True)
        for field, (table, columns) in _LISTS.items():
            had = {key: fields[field] for key, fields in changed.items() if field in fields}
            self._list(table, columns, had)

    def people(self) -> None:
        """Records of people: values changed later, and merges made later."""
        changed = self._changed("person")
        merged = self._run(
            f"SELECT merged_id, merged_into FROM {self._of('person_merge')}"  # noqa: S608
            f" JOIN {self._of('person')} AS person ON person.id = merged_id"
            f" WHERE unixepoch(merged_at) > {self._unix}"
        ).fetchall()
        for row in merged:
            changed.setdefault(row["merged_id"], {})["merged_into"] = None
            own = self._run(
                "SELECT field, value FROM person_own WHERE person_id = ?", (row["merged_into"],)
            )
            values = {each["field"]: json.loads(each["value"]) for each in own}
            kept = changed.setdefault(row["merged_into"], {})
            changed[row["merged_into"]] = {**values, **kept}
        self._copy("person", changed)
        for person_id, fields in changed.items():
            self._set_back("person", person_id, fields)
        self.cover("person", recorded=True)

    def places(self) -> None:
        """Exemptions and categories given later."""
        changed = self._changed("place")
        self._copy("place", changed)
        for place_id, fields in changed.items():
            self._set_back("place", place_id, fields)
        self.cover("place", recorded=False)

    def referrals(self) -> None:
        """The status is that of the last event recorded by then, the owner the last handed to."""
        late = self._run(
            f"SELECT DISTINCT referral_id FROM {self._of('referral_event')}"  # noqa: S608
            f" WHERE unixepoch(recorded_at) > {self._unix}"
        )
        ids = [row[0] for row in late]
        self._copy("referral", ids)
        events = (
            f"{self._of('referral_event')} AS event WHERE event.referral_id = then_referral.id AND"
        )
        self._run(
            "UPDATE temp.then_referral SET status = coalesce((SELECT event.status FROM"  # noqa: S608
            f" {events} {self._by_then} ORDER BY event.id DESC LIMIT 1), status),"
            " owner_id = coalesce((SELECT event.owner_id FROM"
            f" {events} event.owner_id IS NOT NULL AND {self._by_then}"
            " ORDER BY event.id DESC LIMIT 1), owner_id)"
        )
        self.cover("referral", recorded=True)

    def follow_ups(self) -> None:
        """Moved later, done later or closed later: as they were due and open then."""
        changed = self._changed("follow_up")
        done = self._run(
            f"SELECT id FROM {self._of('follow_up')}"  # noqa: S608
            f" WHERE unixepoch(closed_at) > {self._unix} OR unixepoch(closing_at) > {self._unix}"
            f" UNION SELECT follow_up_id FROM {self._of('attempt')}"
            f" WHERE unixepoch(recorded_at) > {self._unix}"
        )
        done_ids = [row[0] for row in done]
        self._copy("follow_up", {*changed, *done_ids})
        # A follow-up has no attempt after the one that closed it: done later means open then.
        self._run(
            "UPDATE temp.then_follow_up SET closed_at = NULL, signed_by = NULL"  # noqa: S608
            f" WHERE unixepoch(closed_at) > {self._unix} OR EXISTS"
            f" (SELECT 1 FROM {self._of('attempt')} WHERE follow_up_id = then_follow_up.id"
            f" AND unixepoch(recorded_at) > {self._unix})"
        )
        self._run(
            "UPDATE temp.then_follow_up SET closing_at = NULL, closed_by = NULL"  # noqa: S608
            f" WHERE closed_at IS NULL AND (unixepoch(closing_at) > {self._unix} OR EXISTS ("
            f"SELECT 1 FROM {self._of('attempt')} WHERE follow_up_id = then_follow_up.id"
            f" AND unixepoch(recorded_at) > {self._unix}))"
        )
        for follow_up_id, fields in changed.items():
            self._set_back("follow_up", follow_up_id, fields)
        self.cover("follow_up", recorded=True)

    # ------------------------------------------------------------ how

    def _of(self, table: str) -> str:
        """Where a table's rows are."""
        return f"temp.whole_{table}" if table in self._wider else f"main.{table}"

    def _changed(self, record: str) -> dict[int, dict[str, Any]]:
        """id -> field -> the value it had then: the oldest that a later change replaced."""
        found = self._run(
            f"SELECT record_id, field, old_value FROM {self._of('change')}"  # noqa: S608
            f" WHERE record = ? AND unixepoch(recorded_at) > {self._unix} ORDER BY id",
            (record,),
        )
        changed: dict[int, dict[str, Any]] = {}
        for row in found:
            changed.setdefault(row["record_id"], {}).setdefault(
                row["field"], json.loads(row["old_value"])
            )
        return changed

    def _copy(self, table: str, ids: Iterable[int]) -> None:
        """The rows to be set back. Without the table's own checks and references."""
        self._run(
            f"CREATE TEMP TABLE then_{table} AS SELECT * FROM {self._of(table)}"  # noqa: S608
            f" WHERE id IN (SELECT value FROM json_each('{json.dumps(sorted(ids))}'))"
        )
        self._run(f"CREATE UNIQUE INDEX temp.then_{table}_id ON then_{table} (id)")

    def _set_back(self, table: str, record_id: int, fields: dict[str, Any]) -> None:
        """Fields that are no column (a list, an address as typed) have their own way, or none."""
        columns = {row["name"] for row in self._run(f"PRAGMA main.table_info({table})")}
        for name in columns & fields.keys():
            self._run(
                f"UPDATE temp.then_{table} SET {name} = ? WHERE id = ?",  # noqa: S608
                (fields[name], record_id),
            )

    def cover(self, table: str, *, recorded: bool) -> None:
        """The view: the file's rows recorded by then, with the copies in place of theirs."""
        by_then = self._by_then if recorded else "1"
        rows = f"SELECT * FROM {self._of(table)} WHERE {by_then}"  # noqa: S608
        copies = "SELECT 1 FROM temp.sqlite_master WHERE name = ?"
        if self._run(copies, (f"then_{table}",)).fetchone():
            rows += (
                f" AND id NOT IN (SELECT id FROM temp.then_{table})"  # noqa: S608
                f" UNION ALL SELECT * FROM temp.then_{table} WHERE {by_then}"
            )
        self.left_over.discard(table)
        covers.cover(self._connection, table, rows)

    def _list(self, table: str, columns: tuple[str, ...], had: dict[int, Any]) -> None:
        """A call's many-valued field: the rows of changed calls made again from the old list."""
        if not had:
            return
        self.left_over.discard(table)
        names = ", ".join(("call_id", *columns))
        rows = f"SELECT {names} FROM {self._of(table)}"  # noqa: S608
        self._run(f"CREATE TEMP TABLE then_{table} AS {rows} LIMIT 0")
        for call_id, items in had.items():
            for item in items:
                values = [item] if len(columns) == 1 else [_value(item, name) for name in columns]
                marks = ", ".join("?" * (len(values) + 1))
                self._run(
                    f"INSERT INTO temp.then_{table} VALUES ({marks})",  # noqa: S608
                    (call_id, *values),
                )
        ids = json.dumps(sorted(had))
        self._run(
            f"CREATE TEMP VIEW {table} AS {rows}"  # noqa: S608
            f" WHERE call_id NOT IN (SELECT value FROM json_each('{ids}'))"
            f" UNION ALL SELECT {names} FROM temp.then_{table}"
        )


def _value(item: dict[str, Any], column: str) -> Any:
    """A person of a call is kept under `id`."""
    return item["id" if column == "person_id" else column]
