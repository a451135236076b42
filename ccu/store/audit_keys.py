"""The keys that the audit can be verified with, and what `ccu check` says of the chain."""

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from ccu import chain, named
from ccu.errors import DatabaseUnusable, InvalidInput
from ccu.store import audit_verify, definitions
from ccu.store.audit_verify import Anchor, Verdict

CHECK = "audit chain"


def verified(
    connection: sqlite3.Connection, given: Sequence[Path], anchors: Sequence[Anchor]
) -> Verdict:
    """Verify with the file's own key, those put aside beside it, and those given.

    Where the file's own is missing (a copy), the first one given takes its place. Raises
    DatabaseUnusable when there is none, InvalidInput when one given can not be read.
    """
    path = chain.key_path(connection)
    more = [_given(each) for each in given]
    current = chain.read(path) if os.path.lexists(path) or not more else more[0]
    earlier = [*more, *chain.all_retired(path)]
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
        current = chain.read(path)
    except DatabaseUnusable as error:
        warnings = [str(error)]
        if not os.path.lexists(path):
            warnings = [f"without its key {path} only the rows' numbers and links are checked"]
    verdict = audit_verify.verify(connection, current, chain.all_retired(path), anchors)
    if current is not None:
        warnings += verdict.unverified
    rows = [(CHECK, "bad", text) for text in verdict.wrong]
    rows += [(CHECK, "warning", text) for text in warnings]
    return rows or [(CHECK, "ok", f"{verdict.rows} rows")]
