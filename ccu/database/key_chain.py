"""The audit's keyed chain: the key's file, and the hash that binds a row to the one before it.

HMAC-SHA256 (RFC 2104). A row written today must verify in ten years: never change what is hashed.
"""

import hmac
import os
import sqlite3
from collections.abc import Sequence
from json.encoder import encode_basestring_ascii as quoted
from pathlib import Path
from typing import Any, NamedTuple

from ccu import files, installation
from ccu.errors import DatabaseUnusable

VARIABLE = "CCU_AUDIT_KEY"
BEGIN = bytes(32)  # the `previous` of the first row

_LAST = """
SELECT max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = '{table}'), 0),
           coalesce((SELECT max(id) FROM {table}), 0)),
       (SELECT hash FROM {table} ORDER BY id DESC LIMIT 1)
"""


class Key:
    """A secret, ready to hash with."""

    def __init__(self, secret: bytes) -> None:
        self._begun = hmac.new(secret, digestmod="sha256")
        # An identifier of the key that does not reveal it.
        self.fingerprint = self.mac(b"ccu audit key")[:8].hex()

    def mac(self, message: bytes) -> bytes:
        """Return the HMAC-SHA256 of a message, 32 bytes."""
        copy = self._begun.copy()
        copy.update(message)
        return copy.digest()

    def of_row(self, previous: bytes | None, row: Sequence[object]) -> bytes:
        """Return the hash of a row: its number and the columns of its chain."""
        return self.mac(_json(((previous or b"").hex(), *row)))

    def of_reason(self, audit_id: int, reason: str) -> str:
        """Return the digest of a text in audit_reason that its row keeps, to show changes."""
        return self.mac(_json(("reason", audit_id, reason)))[:16].hex()


class Chain(NamedTuple):
    """A table of chained rows: its name, and its columns between `id` and `previous`.

    The audit of the main file and that of the care file are chains of this class.
    """

    table: str
    columns: tuple[str, ...]

    def last(self, connection: sqlite3.Connection) -> tuple[int, bytes | None]:
        """Return the highest id ever given, and the hash of the last row.

        The id comes from sqlite_sequence: after the last rows are deleted, ids continue from there,
        so that the gap can be found.
        """
        row = connection.execute(_LAST.format(table=self.table)).fetchone()
        return int(row[0]), row[1]

    def add(
        self,
        connection: sqlite3.Connection,
        key: Key,
        previous: bytes | None,
        row: Sequence[object],
    ) -> bytes:
        """Insert a row (id, then `columns`) after the row with hash `previous`; return its hash."""
        before = previous or BEGIN
        made = key.of_row(before, row)
        names = ", ".join(("id", *self.columns, "previous", "hash"))
        marks = ", ".join("?" * (len(self.columns) + 3))
        sql = f"INSERT INTO {self.table} ({names}) VALUES ({marks})"  # noqa: S608 -- constants
        connection.execute(sql, (*row, before, made))
        return made


def _json(values: Sequence[object]) -> bytes:
    """Return a JSON array of texts, integers and nulls, as json.dumps, in a third of the time."""
    parts = (
        quoted(each) if isinstance(each, str) else "null" if each is None else str(each)
        for each in values
    )
    return f"[{','.join(parts)}]".encode("ascii")


# ---------------------------------------------------------------- the key's file


def key_path(connection: Any) -> Path:
    """Return the path of an open database's key."""
    return path_of(database(connection))


def path_of(path: Path | str) -> Path:
    """Return the path of the key for a database's path: CCU_AUDIT_KEY, else beside the file."""
    return Path(installation.named(VARIABLE) or f"{path}.audit-key")


def waiting(path: Path) -> Path:
    """Return the path of a new key until the first audit row written with it is committed."""
    return path.with_name(f"{path.name}.new")


def database(connection: Any) -> str:
    """Return the file of an open database, from SQLite."""
    text, connection.text_factory = connection.text_factory, os.fsdecode  # a name may have any
    try:
        found = connection.execute("PRAGMA database_list").fetchall()
    finally:
        connection.text_factory = text
    for row in found:
        if row[1] == "main" and row[2]:
            return str(row[2])
    raise DatabaseUnusable("a database without a file has no audit key")


def make(path: Path) -> Key:
    """Make a new key, readable by its owner only, unless there is one; return it."""
    try:
        from ccu.files import private

        private.make_key(path)
    except (OSError, ValueError) as error:
        raise DatabaseUnusable(
            f"the audit key {path} cannot be made: {files.reason(error)}"
        ) from None
    return read(path)


def read(path: Path) -> Key:
    """Return the key in a file. Raises DatabaseUnusable, naming the file but not its content."""
    try:
        with path.open("rb") as file:
            content = file.read(100)
    except FileNotFoundError:
        raise DatabaseUnusable(
            f"the audit key {path} is missing, and nothing is done that cannot be recorded: put"
            f" it back, or name it by {VARIABLE}; for a key lost for good there is ccu audit rekey"
        ) from None
    except (OSError, ValueError) as error:
        raise DatabaseUnusable(
            f"the audit key {path} cannot be read: {files.reason(error)}"
        ) from None
    if not files.is_key(content.strip()):
        raise DatabaseUnusable(
            f"the audit key {path} is damaged: it must be one line of 64 hexadecimal digits; put"
            " the copy that you kept in its place"
        )
    return Key(bytes.fromhex(content.decode("ascii")))
