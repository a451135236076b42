"""The care file: opened for the length of a block, and its own audit.

The key of that audit is beside the file, so that whoever may write a note may record it, and
nobody else can.
"""

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from ccu import side_file as compartment
from ccu.care import VARIABLE
from ccu.database import encryption, key_chain
from ccu.errors import DatabaseUnusable, VerificationFailed
from ccu.output import say
from ccu.session import Session

KEY = encryption.KeyName("CCU_CARE_KEY_FILE", "care-key", "care key")
KIND = compartment.Kind(
    name="care file",
    variable=VARIABLE,
    application_id=0x43435543,  # 'CCUC', as in care.sql
    version=1,
    script=Path(__file__).with_name("care.sql"),
    journal="WAL",
    key=KEY,
)
CHAIN = key_chain.Chain("care_audit", ("at", "login", "action", "person_id", "detail"))


def key_place() -> str:
    """Where the key of an encrypted care file is, for a sentence."""
    return encryption.place(KEY)


@contextlib.contextmanager
def opened_or_none(session: Session) -> Iterator[sqlite3.Connection | None]:
    """The care file, or None where there is none for this account. Raises DatabaseUnusable."""
    connection = compartment.opened(KIND, session.path)
    if connection is None:
        yield None
        return
    with contextlib.closing(connection), compartment.explained(KIND, KIND.path()):
        yield connection


@contextlib.contextmanager
def opened(session: Session) -> Iterator[sqlite3.Connection]:
    """The care file. Raises DatabaseUnusable: not there and not for this account are one.

    Who can open it is warned when others can reach it too.
    """
    with opened_or_none(session) as connection:
        path = KIND.path()
        if connection is None or path is None:
            raise KIND.none()
        for warning in compartment.open_to_others(path):
            say(f"ccu: warning: {warning}")
        yield connection


# ---------------------------------------------------------------- its audit


def record(
    connection: sqlite3.Connection,
    login: str,
    action: str,
    person_id: int | None = None,
    **detail: object,
) -> None:
    """Add an event inside the write of what it tells of: ids only. Raises DatabaseUnusable."""
    if not connection.in_transaction:
        raise RuntimeError("an audit event belongs in the transaction of what it tells of")
    number, before = CHAIN.last(connection)
    at = datetime.now(UTC).isoformat(timespec="seconds")  # whatever --today says
    row = (number + 1, at, login, action, person_id, json.dumps(detail, sort_keys=True))
    CHAIN.add(connection, _key_of(connection), before, row)


def must_be_whole(connection: sqlite3.Connection) -> None:
    """Raise VerificationFailed when the file's audit is not as it was written."""
    from ccu.audit import verify

    wrong = verify.verify(connection, _key_of(connection), chain=CHAIN).wrong
    if wrong and wrong[0] != verify.EMPTY:
        raise VerificationFailed(f"the care file: {wrong[0]}")


def key_path(file: Path) -> Path:
    """Return where the key of a care file's audit is."""
    return file.with_name(file.name + ".audit-key")


def _key_of(connection: sqlite3.Connection) -> key_chain.Key:
    path = key_path(Path(key_chain.database(connection)))
    try:
        return key_chain.read(path)
    except DatabaseUnusable:
        raise DatabaseUnusable(
            f"the audit key {path} is missing or damaged, and nothing is done that cannot be"
            " recorded: put it back"
        ) from None
