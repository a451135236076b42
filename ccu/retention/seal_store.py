"""Seal a person or a call: move its rows out of their tables. Lift a seal: move them back.

A sealed row is in `sealed.content` and nowhere else, so no list, search or card can show it, and a
sealed number looks like one never issued. Lifting restores every row and all text.

The content is JSON: records (the ids), rows (table -> rows), blanked ([table, key, column -> what
it held]). A value of bytes is {"hex": "..."}.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ccu.errors import InvalidInput
from ccu.people import store as people
from ccu.places import merge_store
from ccu.records import ownership, person_ids, staff_list, table, writes
from ccu.records.ownership import Key, Reference, Row

if TYPE_CHECKING:
    from ccu.work import Work


_ACTIVE = (
    "SELECT id, content, sealed_at, sealed_by FROM sealed WHERE content IS NOT NULL ORDER BY id"
)


@dataclass
class Content:
    """The rows that were moved, and the text removed from rows that stay."""

    records: list[int]
    rows: dict[str, dict[Key, Row]] = field(default_factory=dict)
    blanked: dict[tuple[str, Key], Row] = field(default_factory=dict)

    def count(self) -> int:
        """Return how many rows were moved."""
        return sum(map(len, self.rows.values()))


def gather(connection: sqlite3.Connection, record: str, record_id: int) -> Content:
    """Return what a seal of this person (with merged records) or call would hold.

    Raises NotFound; InvalidInput for a record merged into another.
    """
    if record == "person":
        people.must_exist(connection, record_id)
        content = Content(person_ids.same(connection, [record_id]))
        parts = ownership.of_person(connection, content.records)
    else:
        table.require(connection, "call", record_id)
        content = Content([record_id])
        parts = ownership.of_call(connection, [record_id])
    for part in parts:
        if part.own or part.table == "audit_reason":  # append-only: deleted or kept
            for key in part.rows:
                row = ownership.row_of(connection, part.table, key) or {}
                content.rows.setdefault(part.table, {})[key] = row
    for part in parts:
        if not part.own:
            for key in part.rows:
                _blank(connection, content, part.table, key, part.columns)
    _cut_loose(connection, content)
    return content


def _blank(
    connection: sqlite3.Connection, content: Content, name: str, key: Key, columns: Iterable[str]
) -> None:
    """Record the values of these columns of a row that stays, if any."""
    if key in content.rows.get(name, {}):
        return
    row = ownership.row_of(connection, name, key) or {}
    empty = ownership.blanks(connection, name, columns)
    was = {each: row[each] for each in columns if row[each] not in (None, empty[each])}
    if was:
        content.blanked.setdefault((name, key), {}).update(was)


def _cut_loose(connection: sqlite3.Connection, content: Content) -> None:
    """Clear references from rows that stay to moved rows; move rows whose reference is required."""
    references = ownership.references(connection)
    todo = list(content.rows)
    while todo:
        parent = todo.pop()
        for each in (each for each in references if each.parent == parent):
            keys = [row[each.parent_column] for row in content.rows[parent].values()]
            for key in ownership.pointing_to(connection, each, keys):
                if key in content.rows.get(each.table, {}):
                    continue
                if each.may_be_null:
                    _blank(connection, content, each.table, key, [each.column])
                    continue
                row = ownership.row_of(connection, each.table, key) or {}
                content.rows.setdefault(each.table, {})[key] = row
                content.blanked.pop((each.table, key), None)
                todo.append(each.table)


def dump(content: Content) -> str:
    """Return the JSON of `sealed.content`."""
    return json.dumps(
        {
            "records": content.records,
            "rows": {name: list(found.values()) for name, found in content.rows.items()},
            "blanked": [[name, key, was] for (name, key), was in content.blanked.items()],
        },
        ensure_ascii=False,
        default=lambda value: {"hex": bytes(value).hex()},
    )


def load(connection: sqlite3.Connection, text: str) -> Content:
    """Return what `dump` wrote."""
    found = json.loads(text, object_hook=_bytes)
    content = Content(found["records"])
    for name, moved in found["rows"].items():
        names = ownership.key_of(connection, name)
        content.rows[name] = {tuple(row[each] for each in names): row for row in moved}
    for name, key, was in found["blanked"]:
        content.blanked[name, tuple(key)] = was
    return content


def _bytes(value: dict[str, Any]) -> Any:
    return bytes.fromhex(value["hex"]) if value.keys() == {"hex"} else value


def every(connection: sqlite3.Connection) -> list[tuple[Row, Content]]:
    """Return the active seals, oldest first: id, sealed_at, sealed_by; and what each holds."""
    return [
        (dict(row), load(connection, row["content"]))
        for row in connection.execute(_ACTIVE).fetchall()
    ]


# ---------------------------------------------------------------- sealing


_LIST = """
SELECT sealed.id AS seal, record, record_id AS number, authority, ordered_on, sealed_at,
       sealer.login AS sealed_by, lifted_at, lifter.login AS lifted_by, lift_reason
FROM sealed JOIN staff AS sealer ON sealer.id = sealed_by
LEFT JOIN staff AS lifter ON lifter.id = lifted_by
WHERE sealed.id = :id OR :id IS NULL ORDER BY sealed.id
"""
# Notes on a place stay and may name a sealed person, which a program cannot detect.
_PLACES = """
SELECT DISTINCT place_id FROM call
WHERE place_id IS NOT NULL AND id IN (SELECT value FROM json_each(:calls)) AND (
  EXISTS (SELECT 1 FROM place_flag WHERE place_flag.place_id = call.place_id)
  OR EXISTS (SELECT 1 FROM plan WHERE plan.place_id = call.place_id))
ORDER BY place_id
"""


@dataclass(frozen=True)
class Sealed:
    """The result of a seal. `ended`: (what, number, login of its owner); `calls`, `places` stay."""

    id: int
    rows: int
    blanked: int
    ended: list[tuple[str, int, str]]
    calls: list[int]
    places: list[int]


def seal(work: "Work", record: str, record_id: int, *, authority: str, ordered_on: str) -> Sealed:
    """Move a person or a call out of the tables. Raises as `gather` does."""
    connection = work.connection
    content = gather(connection, record, record_id)
    held = dump(content)
    ended, calls = open_work(connection, content), _calls(content)
    numbers = _numbers(connection, content)
    connection.execute("PRAGMA defer_foreign_keys = ON")
    ownership.purge_reasons(
        connection, work.staff_id, [key[0] for key in content.rows.get("audit_reason", ())]
    )
    for name, rows in content.rows.items():
        ownership.delete_rows(connection, name, rows)
    for (name, key), was in content.blanked.items():
        ownership.update_row(connection, name, key, ownership.blanks(connection, name, was))
    seal_id = writes.insert_row(
        connection,
        "sealed",
        {
            "record": record, "record_id": record_id, "authority": authority,
            "ordered_on": ordered_on, "sealed_at": work.at, "sealed_by": work.staff_id,
            "content": held,
        },
    )  # fmt: skip
    connection.executemany(
        "INSERT INTO sealed_number (digest, sealed_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
        [(each, seal_id) for each in numbers],
    )
    work.audit(
        "seal", record, record_id,
        seal=seal_id, records=content.records, rows=content.count(), ended=len(ended),
    )  # fmt: skip
    places = table.column(connection, _PLACES, calls=calls)
    return Sealed(seal_id, content.count(), len(content.blanked), ended, calls, places)


def open_work(connection: sqlite3.Connection, content: Content) -> list[tuple[str, int, str]]:
    """Return the open work among the moved rows, which ends with the seal."""
    logins = dict(connection.execute("SELECT id, login FROM staff").fetchall())
    still = {row[0] for row in connection.execute("SELECT code FROM referral_status WHERE open")}
    found = [
        ("referral", row["id"], row["owner_id"])
        for row in content.rows.get("referral", {}).values()
        if row["status"] in still
    ]
    found += [
        ("follow-up", row["id"], row["owner_id"])
        for row in content.rows.get("follow_up", {}).values()
        if row["closed_at"] is None
    ]
    found += [
        ("worker of person", row["person_id"], row["staff_id"])
        for row in content.rows.get("worker", {}).values()
        if row["until"] is None and row["person_id"] is not None
    ]
    return [(what, number, str(logins.get(owner) or owner)) for what, number, owner in found]


def _calls(content: Content) -> list[int]:
    """Return the calls of a sealed person, which stay."""
    met = {row["call_id"] for row in content.rows.get("call_person", {}).values()}
    gone = {row["id"] for row in content.rows.get("call", {}).values()}
    return sorted(met - gone)


def _numbers(connection: sqlite3.Connection, content: Content) -> list[str]:
    """Return digests of the numbers of other systems for these rows."""
    systems = dict(connection.execute("SELECT id, name FROM source_system").fetchall())
    found = [
        digest("call", systems[row["source_system_id"]], row["incident"])
        for row in content.rows.get("call", {}).values()
        if row["incident"] is not None
    ]
    return found + [
        digest("person", row["source"], row["number"])
        for row in content.rows.get("person_source", {}).values()
    ]


# ---------------------------------------------------------------- numbers of other systems


def digest(record: str, source: str, number: str) -> str:
    """Return the digest under which `sealed_number` has a number of another system."""
    from hashlib import sha256

    return sha256("\0".join((record, source, number)).encode()).hexdigest()


def sealed_numbers(connection: sqlite3.Connection) -> set[str]:
    """Return the digests of all sealed numbers."""
    return set(table.column(connection, "SELECT digest FROM sealed_number"))


# ---------------------------------------------------------------- reading


def rows(connection: sqlite3.Connection, seal_id: int | None = None) -> list[Row]:
    """Return every seal, or one, without its content. Raises NotFound."""
    if seal_id is not None:
        table.require(connection, "sealed", seal_id)
    return [dict(row) for row in connection.execute(_LIST, {"id": seal_id})]


def read(connection: sqlite3.Connection, seal_id: int) -> Content | None:
    """Return what a seal holds, None when it was lifted; the caller audits it. Raises NotFound."""
    content = table.require(connection, "sealed", seal_id)["content"]
    return None if content is None else load(connection, content)


# ---------------------------------------------------------------- lifting


def lift(work: "Work", seal_id: int, reason: str) -> tuple[Row, int, int]:
    """Restore all rows and words; return the seal, how many texts and how many rows were not.

    Text that was rewritten since stays; `_fit` tells which rows are dropped. Raises NotFound;
    InvalidInput for a seal lifted before, one that needs another lifted first, an incident number
    that is taken.
    """
    connection = work.connection
    lifted = rows(connection, seal_id)[0]
    content = read(connection, seal_id)
    if content is None:
        raise InvalidInput(f"seal {seal_id} was already lifted")
    dropped = _fit(connection, seal_id, content)
    connection.execute("PRAGMA defer_foreign_keys = ON")
    for name, found in content.rows.items():
        for row in found.values():
            _insert(connection, name, row)
    left = sum(
        _restore(connection, seal_id, name, key, was)
        for (name, key), was in content.blanked.items()
    )
    merge_store.settle(connection)
    staff_list.adopt(connection, work.staff_id)
    connection.execute("DELETE FROM sealed_number WHERE sealed_id = ?", (seal_id,))
    ended = {"lifted_at": work.at, "lifted_by": work.staff_id, "lift_reason": reason}
    writes.update(connection, "sealed", seal_id, {"content": None, **ended})
    work.audit(
        "seal-lift", lifted["record"], lifted["number"],
        seal=seal_id, rows=content.count(), left=left, code=reason,
    )  # fmt: skip
    return lifted, left, dropped


def _fit(connection: sqlite3.Connection, seal_id: int, content: Content) -> int:
    """Check that the records that rows need are on file; drop references to destroyed ones.

    Returns how many rows are dropped too: parts of a destroyed record, such as a family link.
    """
    dropped = 0
    for each, value in _missing(connection, content.rows):
        for other, held in every(connection):
            if other["id"] != seal_id and (value,) in held.rows.get(each.parent, {}):
                raise InvalidInput(f"seal {other['id']} holds what belongs with it: lift it first")
        if not each.may_be_null and each.table in ownership.RECORDS:
            what = each.parent.replace("_", " ")
            raise InvalidInput(f"it belongs to {what} {value}, which was destroyed")
        rows = content.rows[each.table]
        for key in [key for key, row in rows.items() if row.get(each.column) == value]:
            if each.may_be_null:
                rows[key][each.column] = None
            else:
                del rows[key]
                dropped += 1
    return dropped


def _missing(
    connection: sqlite3.Connection, rows: Mapping[str, Mapping[Key, Row]]
) -> list[tuple[Reference, Any]]:
    """Return the references of these rows to rows neither among them nor in the file."""
    found = []
    for each in ownership.references(connection):
        wanted = {row.get(each.column) for row in rows.get(each.table, {}).values()} - {None}
        among = {row[each.parent_column] for row in rows.get(each.parent, {}).values()}
        for value in sorted(wanted - among, key=str):
            there = connection.execute(
                f"SELECT 1 FROM main.{each.parent} WHERE {each.parent_column} = ?",  # noqa: S608
                (value,),
            ).fetchone()
            if not there:
                found.append((each, value))
    return found


def _insert(connection: sqlite3.Connection, name: str, row: Row) -> None:
    """Insert a row as it was; an internal id that was used again is replaced by a new one."""
    key = ownership.key_of(connection, name)
    taken = ownership.row_of(connection, name, tuple(row[column] for column in key))
    values = {**row, key[0]: None} if taken and key == ("id",) else row
    if name == "call" and row["incident"] is not None:
        _refuse_taken(connection, row)
    writes.insert_row(connection, name, values)


def _refuse_taken(connection: sqlite3.Connection, row: Row) -> None:
    other = connection.execute(
        "SELECT id FROM call WHERE source_system_id = :source_system_id AND incident = :incident",
        row,
    ).fetchone()
    if other:
        raise InvalidInput(f"call {other['id']} now has its incident number; amend that one first")


def _restore(connection: sqlite3.Connection, seal_id: int, name: str, key: Key, was: Row) -> int:
    """Restore text in a row that stayed; return how many were rewritten since and are kept."""
    now = ownership.row_of(connection, name, key)
    if now is None:
        return _restore_in_seal(connection, seal_id, name, key, was)
    empty = ownership.blanks(connection, name, was)
    back = {each: value for each, value in was.items() if now[each] == empty[each]}
    if back:
        ownership.update_row(connection, name, key, back)
    return len(was) - len(back)


def _restore_in_seal(
    connection: sqlite3.Connection, seal_id: int, name: str, key: Key, was: Row
) -> int:
    """Restore words of a row that another seal holds now."""
    for other, held in every(connection):
        row = held.rows.get(name, {}).get(key)
        if row is not None and other["id"] != seal_id:
            row.update(was)
            writes.update(connection, "sealed", other["id"], {"content": dump(held)})
            return 0
    return len(was)
