"""The care file, opened for the length of a block."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from ccu import side_file as compartment
from ccu.database import encryption
from ccu.output import say
from ccu.session import Session

KEY = encryption.KeyName("CCU_CARE_KEY_FILE", "care-key", "care key")
KIND = compartment.Kind(
    name="care file",
    variable="CCU_CARE_DB",
    application_id=0x43435543,  # 'CCUC', as in care.sql
    version=1,
    script=Path(__file__).with_name("care.sql"),
    journal="WAL",
    key=KEY,
)


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
