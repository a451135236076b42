"""Whether the audit is whole: every row's hash, its place after the one before, its reason's words.

What is found here: a row changed, missing, out of order or put in; a tail cut off; a trigger
dropped or altered; and, against an anchor kept elsewhere, a tail cut off with all traces mended or
a chain made anew. Of a part of the chain whose key is not given only the links are checked, and
that is said.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain as joined
from itertools import islice
from typing import Any, NamedTuple

from ccu.database import encryption
from ccu.database import key_chain as chain
from ccu.records import audit

_PARTS = "SELECT id, detail FROM audit WHERE action = :rekey ORDER BY id"
_ROWS = """
SELECT audit.id, at, staff_id, action, record, record_id, detail, previous, hash, reason
FROM audit LEFT JOIN audit_reason ON audit_id = audit.id
WHERE audit.id >= :start AND audit.id < :end ORDER BY audit.id
"""
_HASH_OF = "SELECT min(id) FROM audit WHERE hash = :hash AND id > :id"
_FOLLOWED = "SELECT min(id) FROM audit WHERE previous = :hash AND id > :id"
_SEQUENCE = "SELECT max(seq) FROM sqlite_sequence WHERE name = 'audit'"
_NO_EVENT = "SELECT min(audit_id) FROM audit_reason WHERE audit_id NOT IN (SELECT id FROM audit)"
_END = 2**63 - 1

Row = Any  # of _ROWS, by position


class Anchor(NamedTuple):
    """A row's number and hash, as kept elsewhere."""

    number: int
    hash: bytes


@dataclass
class Verdict:
    """What was found. Sentences name rows by number and never say what is in them."""

    rows: int = 0
    last: tuple[int, bytes] = (0, chain.BEGIN)  # number and hash
    wrong: list[str] = field(default_factory=list)  # the first bad row; then what is not a row
    unverified: list[str] = field(default_factory=list)  # for want of a key
    purged: int = 0  # reasons whose words were let go


class _Bad(Exception):
    """What is wrong with the first bad row: it ends the walk."""


def verify(
    connection: sqlite3.Connection,
    current: chain.Key | None,
    earlier: Sequence[chain.Key] = (),
    anchors: Sequence[Anchor] = (),
) -> Verdict:
    """Walk the whole chain, its last part by the current key alone: an earlier one may be known
    to others, which is why it was changed.
    """
    try:
        verdict = _verdict(connection, current, earlier, anchors)
    except encryption.errors():  # text that is not UTF-8: read it all again, more slowly
        text_factory, connection.text_factory = connection.text_factory, _lenient
        try:
            verdict = _verdict(connection, current, earlier, anchors)
        except encryption.errors():
            verdict = Verdict(wrong=["the audit's tables are not as they were made"])
        finally:
            connection.text_factory = text_factory
    return verdict


def _lenient(text: bytes) -> str:
    return text.decode("utf-8", "surrogateescape")  # whatever somebody wrote there by hand


def _verdict(
    connection: sqlite3.Connection,
    current: chain.Key | None,
    earlier: Sequence[chain.Key],
    anchors: Sequence[Anchor],
) -> Verdict:
    verdict = Verdict()
    try:
        lost, purged = _walk(connection, current, earlier, anchors, verdict)
        _check_end(connection, anchors, verdict)
        _check_reasons(connection, lost, purged)
    except _Bad as bad:
        verdict.wrong.append(str(bad))
    return verdict


# ---------------------------------------------------------------- row after row


def _walk(
    connection: sqlite3.Connection,
    current: chain.Key | None,
    earlier: Sequence[chain.Key],
    anchors: Sequence[Anchor],
    verdict: Verdict,
) -> tuple[list[int], set[int]]:
    """The rows whose reason is not there any more, and those whose words a purge took out."""
    known: dict[int, set[bytes]] = {}
    for anchor in anchors:
        known.setdefault(anchor.number, set()).add(anchor.hash)
    lost: list[int] = []
    purged: set[int] = set()
    for start, end, name in _parts(connection):
        rows = connection.execute(_ROWS, {"start": start, "end": end})
        first = list(islice(rows, audit.LOOKED_AT))
        ours = [each for each in (current, *(() if end == _END else earlier)) if each]
        key, begun = _key_of(first, name, ours), verdict.last[0] + 1
        for row in joined(first, rows):
            _check(connection, row, key, verdict.last)
            verdict.last, verdict.rows = (row[0], row[8] or chain.BEGIN), verdict.rows + 1
            if row[0] in known and known[row[0]] != {row[8]}:
                raise _Bad(f"audit row {row[0]} is not the one that the anchor knows: the chain"
                           " was made anew")  # fmt: skip
            if row[3] == audit.PURGED and key is not None:
                purged.update(_detail(row[6], "reasons"))
            if row[9] is None and audit.DIGEST in row[6]:
                lost.append(row[0])
        if key is None and first:
            _without_key(verdict, begun, current is not None and end == _END)
    verdict.purged = len(lost)
    return lost, purged


def _parts(connection: sqlite3.Connection) -> Iterator[tuple[int, int, str]]:
    """First row, the row after the last, the fingerprint of the key where it is said."""
    start, name = -_END, ""
    for number, detail in connection.execute(_PARTS, {"rekey": audit.REKEY}).fetchall():
        yield start, number, name
        start, name = number, str(_detail(detail, "key"))
    yield start, _END, name


def _key_of(rows: Sequence[Row], name: str, keys: Sequence[chain.Key]) -> chain.Key | None:
    """The key of a part: the one that is named, else one that wrote any of the first rows."""
    for key in keys:
        if name == key.fingerprint:
            return key
        if not name and any(key.of_row(row[7], row[:7]) == row[8] for row in rows):
            return key
    return None


def _without_key(verdict: Verdict, begun: int, current: bool) -> None:
    rows = _numbered(begun, verdict.last[0])
    if current:
        verb = "was" if begun == verdict.last[0] else "were"
        verdict.wrong.append(f"{rows} {verb} not written with the key of this file")
    else:
        verdict.unverified.append(f"{rows} can not be verified without the key of that time")


def _check(
    connection: sqlite3.Connection, row: Row, key: chain.Key | None, last: tuple[int, bytes]
) -> None:
    """Raises _Bad. Order matters: what is missing is told before what no longer fits for it."""
    number, previous, hash, reason = row[0], row[7], row[8], row[9]
    if number < 1:
        raise _Bad(f"audit row {number} was put in by hand")
    if number > last[0] + 1:
        verb = "is" if number == last[0] + 2 else "are"
        raise _Bad(f"{_numbered(last[0] + 1, number - 1)} {verb} missing")
    genuine = key is None or key.of_row(previous, row[:7]) == hash
    if previous != last[1]:
        raise _Bad(_misplaced(connection, number, previous, hash, genuine))
    if not genuine:
        raise _Bad(f"audit row {number} was changed, or put in, by hand")
    if key is None or reason is None:
        return
    if _detail(row[6], audit.DIGEST) != key.of_reason(number, reason):
        raise _Bad(f"the reason of audit row {number} was changed, or put in, by hand")


def _detail(text: str, name: str) -> Any:
    try:
        return json.loads(text).get(name)
    except (ValueError, AttributeError):  # not ours, in a part that can not be verified
        return None


def _misplaced(
    connection: sqlite3.Connection, number: int, previous: object, hash: object, genuine: bool
) -> str:
    after = connection.execute(_HASH_OF, {"hash": previous, "id": number}).fetchone()[0]
    if after is not None:
        return f"audit row {number} is out of order: it was written after what is row {after} now"
    if genuine:
        return f"audit row {number} does not follow the row before it"
    followed = connection.execute(_FOLLOWED, {"hash": hash, "id": number}).fetchone()[0]
    return f"audit row {number} was {'put in' if followed is None else 'changed'} by hand"


def _numbered(first: int, last: int) -> str:
    return f"audit row {first}" if first == last else f"audit rows {first} to {last}"


# ---------------------------------------------------------------- what is not a row


def _check_reasons(connection: sqlite3.Connection, lost: Sequence[int], purged: set[int]) -> None:
    for number in lost:
        if number not in purged:
            raise _Bad(f"the reason of audit row {number} is missing, and no purge took it out")
    number = connection.execute(_NO_EVENT).fetchone()[0]
    if number is not None:
        raise _Bad(f"a reason was put in by hand for audit row {number}, which is not there")


def _check_end(connection: sqlite3.Connection, anchors: Sequence[Anchor], verdict: Verdict) -> None:
    last = verdict.last[0]
    given = connection.execute(_SEQUENCE).fetchone()[0] or 0
    known = max((anchor.number for anchor in anchors), default=0)
    if given > last:
        raise _Bad(f"{_numbered(last + 1, given)} {'was' if given == last + 1 else 'were'} cut"
                   " from the end")  # fmt: skip
    if not last:
        raise _Bad("the audit is empty")
    if known > last:
        raise _Bad(
            f"the audit ends at row {last} and an anchor knows row {known}: rows were cut from the"
            " end, or an older copy of the file was put in its place"
        )
    if given < last:
        raise _Bad(f"the file's own count of audit rows is {given}, and the last row is {last}")
