"""Create a new database for `ccu init` and `ccu demo`, never over an existing one."""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ccu import files, installation
from ccu.database import restoring, schema
from ccu.errors import DatabaseUnusable
from ccu.files import named

if TYPE_CHECKING:
    from ccu.session import Session


def require_new(session: "Session") -> None:
    """Refuse to create a file that exists (InvalidInput) or where a database was (NotAllowed).

    Raises DatabaseUnusable if the named file's folder is missing, and NotAllowed also for a caller
    by sudo who is not on the staff list of an existing file.
    """
    path = session.path
    if not installation.fixed_for_caller():
        named.must_be_trusted(path, None)
    elif os.path.lexists(path) and not schema.is_unfinished(path):
        _ = session.staff_id
    if not os.path.lexists(path) or schema.is_unfinished(path):
        restoring.refuse_new(path, session.is_usual)
        if session.names_a_file and not named.is_folder(folder := path.absolute().parent):
            raise DatabaseUnusable(f"cannot make {path}: no folder {folder}; make it first")
    elif not schema.is_short(path):
        raise schema.already_there(path)


@contextlib.contextmanager
def creating(session: "Session", encrypt: bool = False) -> Iterator[sqlite3.Connection]:
    """Create the database file for the block to fill. Raises as `require_new`."""
    require_new(session)
    path = session.path
    if not session.names_a_file:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseUnusable(f"cannot make {path.parent}: {files.reason(error)}") from None
    with schema.creating(path, encrypt=encrypt) as connection:
        yield connection
