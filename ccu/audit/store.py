"""Queries of the audit's review and check: events, ties, rows written; and rekeying."""

import contextlib
import json
import os
import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ccu import dates
from ccu.database import key_chain as chain
from ccu.database import written
from ccu.database.key_chain import Key
from ccu.errors import InvalidInput
from ccu.records import audit, person_ids, settings, table

# unixepoch(), because times of different offsets cannot be compared as text. Sealed or purged
# records have no number here: this page must not reveal that they existed.
_EVENTS = """
SELECT audit.id, unixepoch(audit.at) AS unix, audit.staff_id, staff.login, staff.role,
       audit.action, audit.record, audit.detail, audit_reason.reason, account.login AS account,
       CASE audit.record
       WHEN 'person' THEN (SELECT id FROM person WHERE id = record_id)
       WHEN 'call' THEN (SELECT id FROM call WHERE id = record_id)
       WHEN 'referral' THEN (SELECT id FROM referral WHERE id = record_id)
       WHEN 'follow_up' THEN (SELECT id FROM follow_up WHERE id = record_id)
       WHEN 'plan' THEN (SELECT id FROM plan WHERE id = record_id)
       ELSE record_id END AS record_id
FROM audit
LEFT JOIN staff ON staff.id = audit.staff_id
LEFT JOIN staff AS account ON account.id = audit.record_id AND audit.record = 'staff'
LEFT JOIN audit_reason ON audit_reason.audit_id = audit.id
WHERE unixepoch(audit.at) >= :start AND unixepoch(audit.at) < :until
ORDER BY audit.id
"""
# Each person looked at, with every record of theirs.
_WITH_KIN = """
WITH kin (asked, id) AS MATERIALIZED (
  SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(:kin)),
home (asked, id) AS MATERIALIZED (
  SELECT kin.asked, household_id FROM kin JOIN household_member ON person_id = kin.id)
"""
_CALLS_OF = """
SELECT kin.asked, unixepoch(call.occurred_at) FROM kin
JOIN call_person ON call_person.person_id = kin.id JOIN call ON call.id = call_id
WHERE call.voided_at IS NULL
"""
_STAFF_OF = """
SELECT asked, recorded_by FROM kin JOIN person ON person.id = kin.id
UNION SELECT asked, recorded_by FROM kin JOIN call_person ON person_id = kin.id
  JOIN call ON call.id = call_id
UNION SELECT asked, staff_id FROM kin JOIN worker ON person_id = kin.id
UNION SELECT asked, staff_id FROM home JOIN worker ON worker.household_id = home.id
UNION SELECT asked, owner_id FROM kin JOIN referral ON person_id = kin.id
UNION SELECT asked, recorded_by FROM kin JOIN referral ON person_id = kin.id
UNION SELECT asked, owner_id FROM home JOIN referral ON referral.household_id = home.id
UNION SELECT asked, owner_id FROM kin JOIN follow_up ON person_id = kin.id
UNION SELECT asked, recorded_by FROM kin JOIN follow_up ON person_id = kin.id
UNION SELECT asked, asked_by FROM kin JOIN consult ON person_id = kin.id
UNION SELECT asked, clinician_id FROM kin JOIN consult ON person_id = kin.id
UNION SELECT asked, recorded_by FROM kin JOIN need_assessment ON person_id = kin.id
UNION SELECT asked, author_id FROM kin JOIN plan ON person_id = kin.id
UNION SELECT asked, approver_id FROM kin JOIN plan ON person_id = kin.id
"""
_WITH_PLACES = """
WITH here (asked, id) AS MATERIALIZED (
  SELECT value, near.id FROM json_each(:places)
  JOIN place_file ON place_file.id = value
  JOIN place AS looked ON looked.id = canonical_id
  JOIN place AS near ON near.building_key = looked.building_key AND near.city = looked.city)
"""
_CALLS_AT = """
SELECT asked, unixepoch(call.occurred_at) FROM here JOIN call ON call.place_id = here.id
WHERE call.voided_at IS NULL
"""
_STAFF_AT = """
SELECT asked, recorded_by FROM here JOIN call ON call.place_id = here.id
UNION SELECT asked, recorded_by FROM here JOIN place_flag ON place_id = here.id
UNION SELECT asked, verified_by FROM here JOIN place_flag ON place_id = here.id
UNION SELECT asked, author_id FROM here JOIN plan ON place_id = here.id
UNION SELECT asked, approver_id FROM here JOIN plan ON place_id = here.id
"""

Subject = tuple[str, int]  # ("person", 12)


@dataclass
class Ties:
    """The ties of accounts to people and places: times of calls and the accounts involved."""

    calls: dict[Subject, list[int]] = field(default_factory=dict)
    staff: set[tuple[Subject, int]] = field(default_factory=set)

    def call_near(self, subject: Subject, unix: int, before: int, after: int) -> bool:
        """Return whether they had a call from `before` to `after` seconds around a moment."""
        return any(unix - before <= at <= unix + after for at in self.calls.get(subject, ()))


def events(connection: sqlite3.Connection, start: int, until: int) -> list[sqlite3.Row]:
    """Return the events in order, with the columns of _EVENTS."""
    return connection.execute(_EVENTS, {"start": start, "until": until}).fetchall()


def ties(connection: sqlite3.Connection, subjects: Iterable[Subject]) -> Ties:
    """Return the ties of these people and places; a place's are those of its building."""
    wanted = set(subjects)
    people = [number for record, number in wanted if record == "person"]
    places = {"places": json.dumps([number for record, number in wanted if record == "place"])}
    canonical = person_ids.canonical(connection, person_ids.same(connection, people))
    of: dict[int, list[int]] = defaultdict(list)
    for each, kept in canonical.items():
        of[kept].append(each)
    kin = {"kin": json.dumps([[asked, each] for asked in people for each in of[canonical[asked]]])}
    made = Ties()
    for record, start, calls, staff, values in (
        ("person", _WITH_KIN, _CALLS_OF, _STAFF_OF, kin),
        ("place", _WITH_PLACES, _CALLS_AT, _STAFF_AT, places),
    ):
        for number, unix in connection.execute(start + calls, values):
            made.calls.setdefault((record, number), []).append(unix)
        for number, staff_id in connection.execute(start + staff, values):
            if staff_id is not None:
                made.staff.add(((record, number), staff_id))
    return made


# ---------------------------------------------------------------- the rows of every record
# The audit keeps, with each event, the sums of the keyed digests of the rows it wrote
# (database/written.py). Their total is the sum of the rows as they should be. Without the audit's
# key nobody can write a row, or an event, that matches. Rows restored exactly match again.


_MOST_NAMED = 20  # records in one message
_PAGE = 4096  # numbers whose sums are kept together: a record's number can be any
_WRITTEN = "SELECT audit_id, record, first, sums FROM main.audit_written ORDER BY audit_id, part"

Place = tuple[str, int]  # a table, and the number of the record that its rows count with


class _Sums(defaultdict[int, "array[int]"]):
    """The sums of one table's rows, by the number of their record."""

    def __init__(self) -> None:
        super().__init__(lambda: array("Q", bytes(8 * _PAGE)))

    def add(self, number: int, digest: int) -> None:
        """Add a digest, negative for a row that is taken off."""
        page, place = divmod(number, _PAGE)
        sums = self[page]
        sums[place] = (sums[place] + digest) % written.WHOLE

    def left(self) -> list[int]:
        """Return the numbers whose sum is not 0."""
        return [
            page * _PAGE + place
            for page, sums in sorted(self.items())
            if any(sums)
            for place, each in enumerate(sums)
            if each
        ]


def altered(connection: sqlite3.Connection, key: Key, events: set[int]) -> list[Place]:
    """Return every place whose rows do not match the audit.

    `events` are those that wrote rows, verified with the key: no other is counted.
    """
    known: dict[str, _Sums] = defaultdict(_Sums)
    for audit_id, name, first, content in connection.execute(_WRITTEN):
        if audit_id in events and name != written.ALL:
            for number, each in enumerate(array("Q", content), first):
                known[name].add(number, each)
    salt = written.salt(connection)
    for name in written.written_tables(connection):
        for number, row in written.texts(connection, name):
            known[name].add(number, -written.of_row(key, salt, name, row))
    return [(name, number) for name in sorted(known) for number in known[name].left()]


def sentences(connection: sqlite3.Connection, places: Sequence[Place]) -> list[str]:
    """Return a sentence for each place: what another program did there, and since when."""
    named = places[:_MOST_NAMED]
    times = _times(connection, named)
    more = [f"and {len(places) - _MOST_NAMED} more"] if len(places) > _MOST_NAMED else []
    return [_told(connection, *place, times.get(place)) for place in named] + more


def _times(connection: sqlite3.Connection, places: Iterable[Place]) -> dict[Place, str]:
    """Return when each place was last written, of those that an event wrote.

    Empty for a place that was known to be altered when all rows were accepted again.
    """
    wanted: dict[str, set[int]] = {}
    for name, number in places:
        wanted.setdefault(name, set()).add(number)
    at = dict(tuple(row) for row in connection.execute("SELECT id, at FROM audit"))
    found: dict[Place, str] = {}
    before = set()
    for audit_id, name, first, content in connection.execute(_WRITTEN):
        for number in wanted.get(name, ()):
            sums = content[8 * (number - first) :][:8] if number >= first else b""
            if sums == written.ALTERED:
                before.add((name, number))
            elif any(sums) and audit_id in at:  # otherwise a gap between two, or no event
                found[name, number] = at[audit_id]
    return {**found, **dict.fromkeys(before, "")}


def _told(connection: sqlite3.Connection, name: str, number: int, at: str | None) -> str:
    record, _column = written.counted_with(connection, name)
    words = table.NAMES.get(record, record).replace("_", " ")
    words += f" {number}" if number else ""
    part = name.replace("_", " ").replace("danger", "hazard")
    words += "" if name == record else f" ({part})"
    if at is None:
        return f"{words} was added by another program"
    if not at:
        return f"{words} was changed by another program before records were last destroyed"
    what = "changed" if written.has_rows(connection, name, number) else "deleted"
    zone = settings.load(connection).zone
    moment = dates.say_moment(dates.from_iso(at), audit.clock().astimezone(zone))
    return f"{words} was {what} by another program after {moment}"


# ---------------------------------------------------------------- a new key


def rekey(connection: sqlite3.Connection, staff_id: int) -> tuple[Path, bool]:
    """Replace a lost key, inside the caller's transaction.

    Return its file, and whether it was in place already.

    The new key has a temporary name until its first row is committed: call `audit.stored_key` then.
    After an interruption there is either no key yet, or the next command that needs it completes
    the change. Earlier rows can then be checked only by numbers and links. Raises InvalidInput if
    there is a key, so that none is replaced by mistake.
    """
    path = chain.key_path(connection)
    if audit.complete_rekey(connection, path):
        return path, False
    if _is_just_made(connection, path):
        return path, True
    if os.path.lexists(path):  # exists() raises for a folder that may not be entered
        raise InvalidInput(
            f"there is an audit key, {path}; a new one is made only if it is lost. If others"
            " may know this one, move it away first"
        )
    new = chain.waiting(path)
    with contextlib.suppress(OSError):  # of one that was never committed
        new.unlink()
    key = chain.make(new)
    try:
        written.keep_all(connection, key)
        audit.add_event(
            connection, key, (staff_id, audit.REKEY, "audit", None), {"key": key.fingerprint}
        )
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    return path, False


def _is_just_made(connection: sqlite3.Connection, path: Path) -> bool:
    """Return whether nothing was recorded since the key was made, so that `rekey` may repeat it."""
    newest = connection.execute(audit.NEWEST, {"most": 1}).fetchone()
    if newest is None or newest[3] != audit.REKEY or not os.path.lexists(path):
        return False
    return bool(chain.read(path).of_row(newest[7], tuple(newest)[:7]) == newest[8])
