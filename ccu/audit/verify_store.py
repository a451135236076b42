"""Verify an audit: every row's hash, its link to the row before, the text of its reason.

This finds rows that were changed, removed, reordered or inserted, and a truncated end; against an
anchor kept elsewhere, also a truncation without traces or a forged chain. For rows before a lost
key was replaced only numbers and links are checked, and the verdict reports that.
"""

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain as joined
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from ccu import database, files
from ccu.database import key_chain, schema, written
from ccu.database.key_chain import BEGIN, Chain, Key
from ccu.errors import DatabaseUnusable, VerificationFailed
from ccu.records import audit

if TYPE_CHECKING:
    from ccu.audit.store import Place

EMPTY = "the audit is empty"
_ONLY_LINKS = "only their numbers and links are checked"
CHECK = "audit chain"  # its rows in `ccu check`

_DESTROYS = ("deidentify", "purge", audit.REKEY)  # actions that delete what events wrote before
_REKEYED = "SELECT max(id) FROM audit WHERE action = :rekey"
_WROTE = "SELECT DISTINCT audit_id FROM audit_written WHERE audit_id <= :last ORDER BY audit_id"
_NO_EVENT = "SELECT min(audit_id) FROM audit_reason WHERE audit_id NOT IN (SELECT id FROM audit)"
_SEQUENCE = "SELECT max(seq) FROM sqlite_sequence WHERE name = :table"

Row = Any  # id, the chain's columns (the detail last), previous, hash, reason


class Anchor(NamedTuple):
    """A row's number and hash, as kept elsewhere: in this file, if it was found beside a backup."""

    number: int
    hash: bytes
    file: str = ""


def newest(connection: sqlite3.Connection) -> Anchor | None:
    """Return the last row's; None when there is no row, or no hash in it."""
    row = connection.execute("SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1").fetchone()
    return Anchor(row[0], row[1]) if row is not None and row[1] is not None else None


@dataclass
class Verdict:
    """The result. Sentences name rows by number and never quote their content."""

    rows: int = 0
    last: tuple[int, bytes] = (0, BEGIN)  # number and hash
    wrong: list[str] = field(default_factory=list)  # the first bad row; then other problems
    unverified: list[str] = field(default_factory=list)  # rows of a missing key
    purged: int = 0  # reasons whose words were purged
    wrote: set[int] = field(default_factory=set)  # events whose rows match
    unfit: list[int] = field(default_factory=list)  # events whose rows do not match
    altered: "list[Place]" = field(default_factory=list)  # where another program wrote


class _Bad(Exception):
    """What is wrong with the first bad row: it ends the walk."""


def verify(
    connection: sqlite3.Connection,
    key: Key | None,
    anchors: Sequence[Anchor] = (),
    chain: Chain = audit.CHAIN,
) -> Verdict:
    """Walk a chain with its key; without one, check only the numbers and links."""
    try:
        verdict = _verdict(connection, key, anchors, chain)
    except database.errors():  # text that is not UTF-8: read everything again, more slowly
        text_factory, connection.text_factory = connection.text_factory, _lenient
        try:
            verdict = _verdict(connection, key, anchors, chain)
        except database.errors():
            verdict = Verdict(wrong=["the audit's tables were altered"])
        finally:
            connection.text_factory = text_factory
    return verdict


def _lenient(text: bytes) -> str:
    return text.decode("utf-8", "surrogateescape")  # whatever somebody wrote there by hand


def _verdict(
    connection: sqlite3.Connection, key: Key | None, anchors: Sequence[Anchor], chain: Chain
) -> Verdict:
    verdict = Verdict()
    try:
        lost, purged = _walk(connection, key, anchors, chain, verdict)
        _check_end(connection, anchors, chain, verdict)
        if chain is audit.CHAIN:
            _check_reasons(connection, lost, purged)
            if key is not None and not verdict.wrong:
                _check_wrote(connection, verdict)
    except _Bad as bad:
        verdict.wrong.append(str(bad))
    return verdict


# ---------------------------------------------------------------- row after row


def _walk(
    connection: sqlite3.Connection,
    current: Key | None,
    anchors: Sequence[Anchor],
    chain: Chain,
    verdict: Verdict,
) -> tuple[list[int], set[int]]:
    """Return the rows whose reason is missing, and those whose reason a purge removed."""
    known: dict[int, set[bytes]] = {}
    for anchor in anchors:
        known.setdefault(anchor.number, set()).add(anchor.hash)
    lost: list[int] = []
    purged: set[int] = set()
    wrote = _Wrote(connection, current) if current is not None and chain is audit.CHAIN else None
    for theirs, rows in _parts(connection, current, chain):
        first = list(islice(rows, audit.LOOKED_AT))
        key, begun = theirs if _wrote_any(theirs, first) else None, verdict.last[0] + 1
        for row in joined(first, rows):
            _check(connection, row, key, chain, verdict.last)
            verdict.last, verdict.rows = (row[0], row[-2] or BEGIN), verdict.rows + 1
            if row[0] in known and known[row[0]] != {row[-2]}:
                files = {each.file for each in anchors if each.number == row[0] and each.file}
                of = f" of {', '.join(sorted(files))}" if files else ""
                raise _Bad(f"audit row {row[0]} does not match the anchor{of}: the chain"
                           " was forged")  # fmt: skip
            if row[3] == audit.PURGED:
                purged.update(_detail(row[-4], "reasons") or ())
            if row[-1] is None and audit.DIGEST in row[-4]:
                lost.append(row[0])
            if wrote is not None and key is not None and written.WRITTEN in row[-4]:
                _check_written(row, *wrote.by(row[0]), verdict)
        if key is None and first:
            rows_told = _numbered(begun, verdict.last[0], "was", "were")
            if theirs is not None:
                verdict.wrong.append(f"{rows_told} not written with the key of this file")
            else:
                verdict.unverified.append(f"{rows_told} written with an earlier key: {_ONLY_LINKS}")
    verdict.purged = len(lost)
    return lost, purged


def _parts(
    connection: sqlite3.Connection, current: Key | None, chain: Chain
) -> Iterator[tuple[Key | None, Iterator[Row]]]:
    """Yield the rows before a lost key was replaced, without a key, and the rows since."""
    audited = chain is audit.CHAIN
    since = connection.execute(_REKEYED, {"rekey": audit.REKEY}).fetchone()[0] if audited else None
    names = ", ".join(("id", *chain.columns, "previous", "hash"))
    reason = "(SELECT reason FROM audit_reason WHERE audit_id = audit.id)"
    sql = f"SELECT {names}, {reason if audited else 'NULL'} FROM {chain.table}"  # noqa: S608
    if since is not None:
        yield None, connection.execute(f"{sql} WHERE id < :since ORDER BY id", {"since": since})
    start = -(2**63) if since is None else since
    yield current, connection.execute(f"{sql} WHERE id >= :start ORDER BY id", {"start": start})


def _wrote_any(key: Key | None, rows: Sequence[Row]) -> bool:
    return key is not None and any(key.of_row(row[-3], row[:-3]) == row[-2] for row in rows)


def _check(
    connection: sqlite3.Connection, row: Row, key: Key | None, chain: Chain, last: tuple[int, bytes]
) -> None:
    """Raise _Bad. Order matters: a missing row is reported before the mismatch that it causes."""
    number, previous, hash, reason = row[0], row[-3], row[-2], row[-1]
    if number < 1:
        raise _Bad(f"audit row {number} was inserted by hand")
    if number > last[0] + 1:
        raise _Bad(f"{_numbered(last[0] + 1, number - 1, 'is', 'are')} missing")
    genuine = key is None or key.of_row(previous, row[:-3]) == hash
    if previous != last[1]:
        raise _Bad(_misplaced(connection, chain, row, genuine))
    if not genuine:
        raise _Bad(f"audit row {number} was changed or inserted by hand")
    if key is None or reason is None:
        return
    if _detail(row[-4], audit.DIGEST) != key.of_reason(number, reason):
        raise _Bad(f"the reason for audit row {number} was changed or inserted by hand")


class _Wrote:
    """What each event wrote, asked for in the order of their numbers: the rows are read once."""

    def __init__(self, connection: sqlite3.Connection, key: Key) -> None:
        self._each = written.written_by_each(connection, key)
        self._nothing = written.written_by(connection, 0, key)
        self._next = (0, self._nothing)

    def by(self, audit_id: int) -> tuple[str, bool]:
        """Return what `written.written_by` does."""
        while self._next[0] < audit_id:
            self._next = next(self._each, (audit_id + 1, self._nothing))
        return self._next[1] if self._next[0] == audit_id else self._nothing


def _check_written(row: Row, kept: str, has_all: bool, verdict: Verdict) -> None:
    """Record whether an event's rows of audit_written match its digest.

    The event of a purge has every row, and those of the events before it are destroyed. Another
    event has every row only if it is the first: otherwise somebody deleted rows so that a record
    would be accepted as it is.
    """
    if kept != _detail(row[-4], written.WRITTEN):
        verdict.unfit.append(row[0])
    elif has_all and row[3] in _DESTROYS:
        verdict.wrote, verdict.unfit = {row[0]}, []
    else:
        verdict.wrote.add(row[0])


def _detail(text: str, name: str) -> Any:
    try:
        return json.loads(text).get(name)
    except (ValueError, AttributeError):  # not ours, where there is no key to verify with
        return None


def _misplaced(connection: sqlite3.Connection, chain: Chain, row: Row, genuine: bool) -> str:
    number = row[0]
    after = _next(connection, chain, "hash", row[-3], number)
    if after is not None:
        return f"audit row {number} is out of order: it was written after what is now row {after}"
    if genuine:
        return f"audit row {number} does not follow the row before it"
    followed = _next(connection, chain, "previous", row[-2], number)
    return f"audit row {number} was {'inserted' if followed is None else 'changed'} by hand"


def _next(
    connection: sqlite3.Connection, chain: Chain, column: str, hash: bytes, number: int
) -> int | None:
    """Return the first row after this one with this hash in this column."""
    sql = f"SELECT min(id) FROM {chain.table} WHERE {column} = :hash AND id > :id"  # noqa: S608
    found: int | None = connection.execute(sql, {"hash": hash, "id": number}).fetchone()[0]
    return found


def _numbered(first: int, last: int, one: str, more: str) -> str:
    """Return rows by their numbers, with the verb that follows."""
    return f"audit row {first} {one}" if first == last else f"audit rows {first} to {last} {more}"


# ---------------------------------------------------------------- what is not a row


def _check_reasons(connection: sqlite3.Connection, lost: Sequence[int], purged: set[int]) -> None:
    for number in lost:
        if number not in purged:
            raise _Bad(f"the reason for audit row {number} is missing, and no purge removed it")
    number = connection.execute(_NO_EVENT).fetchone()[0]
    if number is not None:
        raise _Bad(f"a reason was inserted by hand for audit row {number}, which does not exist")


def _check_wrote(connection: sqlite3.Connection, verdict: Verdict) -> None:
    found = connection.execute(_WROTE, {"last": verdict.last[0]})
    for number in [*verdict.unfit, *(row[0] for row in found if row[0] not in verdict.wrote)]:
        raise _Bad(f"what audit row {number} wrote was changed, removed or inserted by hand")


def _check_end(
    connection: sqlite3.Connection, anchors: Sequence[Anchor], chain: Chain, verdict: Verdict
) -> None:
    last = verdict.last[0]
    given = connection.execute(_SEQUENCE, {"table": chain.table}).fetchone()[0] or 0
    known = max((anchor.number for anchor in anchors), default=0)
    if given > last:
        raise _Bad(f"{_numbered(last + 1, given, 'was', 'were')} cut from the end")
    if not last:
        raise _Bad(EMPTY)
    if known > last:
        raise _Bad(
            f"the audit ends at row {last} but an anchor has row {known}: rows were cut from"
            " the end, or the file was replaced by an older copy"
        )
    if given < last:
        raise _Bad(f"the file's own count of audit rows is {given}, and the last row is {last}")


# ---------------------------------------------------------------- with the file's own key


def verified(connection: sqlite3.Connection, anchors: Sequence[Anchor] = ()) -> Verdict:
    """Verify the audit of an open file with its own key, its triggers and the records too.

    Records are compared only if the audit itself is intact. Raises DatabaseUnusable if the key is
    missing.
    """
    from ccu.audit import store

    key = audit.stored_key(connection)
    verdict = verify(connection, key, anchors)
    if verdict.wrote and not verdict.wrong:
        verdict.altered = store.altered(connection, key, verdict.wrote)
        verdict.wrong += store.sentences(connection, verdict.altered)
    verdict.wrong += schema.changed_triggers(connection)
    return verdict


def altered(connection: sqlite3.Connection) -> "list[Place]":
    """Return the records that another program wrote; call it before all digests are destroyed.

    Raises VerificationFailed if the audit itself was altered, because nothing can be compared.
    """
    verdict = verified(connection)
    if verdict.wrong and not verdict.altered:
        raise VerificationFailed(f"nothing was destroyed: {verdict.wrong[0]}; run ccu audit verify")
    return verdict.altered


def ended(connection: sqlite3.Connection, anchors: Sequence[Anchor]) -> list[str]:
    """Return problems with the last row's number, quickly, where `verify` reads everything."""
    try:
        last = connection.execute("SELECT coalesce(max(id), 0) FROM audit").fetchone()[0]
        _check_end(connection, anchors, audit.CHAIN, Verdict(last=(last, BEGIN)))
    except _Bad as bad:
        return [str(bad)]
    return []


def checked(
    connection: sqlite3.Connection, anchors: Sequence[Anchor] = (), key: Key | None = None
) -> list[tuple[str, str, str]]:
    """Rows of `ccu check`: check, result, detail. A key that is not there is a warning: a backup
    is kept apart from it. Then only numbers and links are checked.

    `key`: where the file does not have its key beside it.
    """
    path = key_chain.key_path(connection)
    forgeable = f"{path} is open to other accounts, who can forge the audit; run chmod 600 on it"
    current, warnings = key, [forgeable] if files.is_open(path) else []
    try:
        current = key or audit.stored_key(connection)
    except DatabaseUnusable as error:
        warnings = [str(error)]
        if not os.path.lexists(path):
            warnings = [f"without its key {path} only the rows' numbers and links are checked"]
    verdict = verify(connection, current, anchors)
    if current is not None:
        warnings += verdict.unverified
    rows = [(CHECK, "bad", text) for text in verdict.wrong]
    rows += [(CHECK, "warning", text) for text in warnings]
    return rows or [(CHECK, "ok", f"{verdict.rows} rows")]
