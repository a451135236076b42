"""The keys that the audit can be verified with, and what `ccu check` says of the chain."""

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from ccu.audit import verify as audit_verify
from ccu.audit.verify import Anchor, Verdict
from ccu.database import definitions, encryption
from ccu.database import key_chain as chain
from ccu.database import opening as db
from ccu.errors import DatabaseUnusable, InvalidInput
from ccu.files import named
from ccu.records import audit

CHECK = "audit chain"


@contextlib.contextmanager
def one_moment(connection: sqlite3.Connection) -> Iterator[None]:
    """`db.reading`, at a moment that the key's file is of: a rekey may be under way."""
    for pause in (0.1, 0.5, 0):
        with db.reading(connection):
            if not pause or _key_is_of(connection):
                yield
                return
        time.sleep(pause)


def _key_is_of(connection: sqlite3.Connection) -> bool:
    """Whether the file has the key of the last rows; True where there is no key to read."""
    try:
        key = chain.read(chain.key_path(connection))
        return audit.fits(connection, key) or audit.pending_key(connection) is not None
    except encryption.errors() + (DatabaseUnusable,):  # noqa: RUF005
        return True


def verified(
    connection: sqlite3.Connection, given: Sequence[Path], anchors: Sequence[Anchor]
) -> Verdict:
    """Verify with the file's own key, those put aside beside it, and those given.

    Where the file's own is missing (a copy), the first one given takes its place. Raises
    DatabaseUnusable when there is none, InvalidInput when one given can not be read.
    """
    path = chain.key_path(connection)
    more = [_given(each) for each in given]
    current = audit.pending_key(connection)
    if current is None:
        current = chain.read(path) if os.path.lexists(path) or not more else more[0]
    earlier = [*more, *chain.all_known(path)]
    verdict = audit_verify.verify(connection, current, earlier, anchors)
    verdict.wrong += definitions.triggers(connection)
    return verdict


def _given(path: Path) -> chain.Key:
    try:
        return chain.parse(named.content(path, "--key", 100, pipe=False, key=True), path)
    except DatabaseUnusable:
        raise InvalidInput(
            "--key must be a key's file: one line of 64 hexadecimal digits"
        ) from None


def checked(
    connection: sqlite3.Connection, anchors: Sequence[Anchor] = ()
) -> list[tuple[str, str, str]]:
    """Rows of `ccu check`: check, result, detail. A key that is not there is a warning: a backup
    is kept apart from it. Then only numbers and links are looked at.
    """
    path = chain.key_path(connection)
    current, warnings = None, chain.open_to_others(path)
    try:
        current = audit.pending_key(connection) or chain.read(path)
    except DatabaseUnusable as error:
        warnings = [str(error)]
        if not os.path.lexists(path):
            warnings = [f"without its key {path} only the rows' numbers and links are checked"]
    verdict = audit_verify.verify(connection, current, chain.all_known(path), anchors)
    if current is not None:
        warnings += verdict.unverified
    rows = [(CHECK, "bad", text) for text in verdict.wrong]
    rows += [(CHECK, "warning", text) for text in warnings]
    return rows or [(CHECK, "ok", f"{verdict.rows} rows")]
