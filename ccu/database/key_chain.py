"""The audit's keyed chain: the key's file, and the hash that binds a row to the one before it.

HMAC-SHA256 (RFC 2104) on CPython's own SHA-256. The standard library's `hmac` and `hashlib` load
OpenSSL, 5 to 7 ms on every command; an officer's card has no use for it.

What is hashed is for ever: a row written today is verified in ten years.
"""

import contextlib
import os
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib import import_module
from json.encoder import encode_basestring_ascii as quoted
from pathlib import Path
from typing import Any

from ccu import files
from ccu.access import installation
from ccu.errors import DatabaseUnusable

VARIABLE = "CCU_AUDIT_KEY"
BEGIN = bytes(32)  # what stands before the first row
BLOCK = 64  # bytes of a block of SHA-256


class Key:
    """A secret, ready to hash with."""

    def __init__(self, secret: bytes) -> None:
        sha256 = _sha256()
        if len(secret) > BLOCK:
            secret = sha256(secret).digest()
        padded = secret.ljust(BLOCK, b"\0")
        self._inner = sha256(bytes(each ^ 0x36 for each in padded))
        self._outer = sha256(bytes(each ^ 0x5C for each in padded))
        # A name for the key that does not give it away.
        self.fingerprint = self.mac(b"ccu audit key")[:8].hex()

    def mac(self, message: bytes) -> bytes:
        """HMAC-SHA256 of a message."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        digest: bytes = outer.digest()
        return digest

    def of_row(self, previous: bytes | None, row: Sequence[object]) -> bytes:
        """The hash of a row: id, at, staff_id, action, record, record_id, detail."""
        return self.mac(_json(((previous or b"").hex(), *row)))

    def of_reason(self, audit_id: int, reason: str) -> str:
        """What the row keeps of the words in audit_reason: it shows when they are changed."""
        return self.mac(_json(("reason", audit_id, reason)))[:16].hex()


def _json(values: Sequence[object]) -> bytes:
    """A JSON array of texts, whole numbers and nulls: as json.dumps, in a third of the time."""
    parts = (
        quoted(each) if isinstance(each, str) else "null" if each is None else str(each)
        for each in values
    )
    return f"[{','.join(parts)}]".encode("ascii")


@lru_cache(maxsize=1)
def _sha256() -> Callable[[bytes], Any]:
    for module in ("_sha2", "_sha256"):  # CPython from 3.12 on, and before
        try:
            found: Callable[[bytes], Any] = import_module(module).sha256
            return found
        except (ImportError, AttributeError):
            continue
    from hashlib import sha256

    return sha256


# ---------------------------------------------------------------- the key's file


def key_path(connection: Any) -> Path:
    """Where the key of an open database is: CCU_AUDIT_KEY, else beside the file."""
    return Path(installation.named(VARIABLE) or database(connection) + ".audit-key")


def database(connection: Any) -> str:
    """The file of an open database, as SQLite itself names it."""
    text, connection.text_factory = connection.text_factory, os.fsdecode  # any bytes in a name
    try:
        found = connection.execute("PRAGMA database_list").fetchall()
    finally:
        connection.text_factory = text
    for row in found:
        if row[1] == "main" and row[2]:
            return str(row[2])
    raise DatabaseUnusable("a database without a file has no audit key")


def make(path: Path) -> Key:
    """Make a new key, readable by its owner only; one that is there already is taken instead.

    The file appears whole, so that a second process never reads half a key.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.unlink(missing_ok=True)
        files.make_private(part, f"{os.urandom(32).hex()}\n".encode())
        files.publish(part, path)
    except FileExistsError:
        pass
    except (OSError, ValueError) as error:
        raise DatabaseUnusable(
            f"the audit key {path} can not be made: {files.reason(error)}"
        ) from None
    finally:
        with contextlib.suppress(OSError, ValueError):
            part.unlink(missing_ok=True)
    return read(path)


def read(path: Path) -> Key:
    """The key in a file. Raises DatabaseUnusable, naming the file and never what is in it."""
    try:
        with path.open("rb") as file:
            content = file.read(100)
    except FileNotFoundError:
        raise DatabaseUnusable(
            f"the audit key {path} is missing, and nothing is done that can not be recorded: put"
            f" it back, or name it by {VARIABLE}, or have an admin run ccu audit rekey"
        ) from None
    except (OSError, ValueError) as error:
        raise DatabaseUnusable(
            f"the audit key {path} can not be read: {files.reason(error)}"
        ) from None
    return parse(content, path)


def parse(content: bytes, path: Path) -> Key:
    """The key that a file holds. Raises DatabaseUnusable."""
    content = content.strip()
    if len(content) != 64 or not all(each in b"0123456789abcdef" for each in content):
        raise DatabaseUnusable(
            f"the audit key {path} is damaged: it must be one line of 64 hexadecimal digits"
        )
    return Key(bytes.fromhex(content.decode("ascii")))


# ---------------------------------------------------------------- a new key


def pending(path: Path) -> Path:
    """Where a new key waits until the event that begins its part is kept."""
    return path.with_name(f"{path.name}.next")


def aside(path: Path) -> Path | None:
    """The name under which the key's file is put aside: its fingerprint. None: there is no file."""
    if not os.path.lexists(path):
        return None
    try:
        name = read(path).fingerprint
    except DatabaseUnusable:
        name = "damaged"
    return path.with_name(f"{path.name}.{name}")


def put_in_place(path: Path) -> Key:
    """Put the key aside, for verifying what it hashed, and the pending one in its place.

    A process killed between the two leaves no key and the pending one: that is put right later.
    """
    before = aside(path)
    try:
        if before is not None:
            path.replace(before)
        pending(path).replace(path)
    except OSError as error:
        raise DatabaseUnusable(
            f"the audit key {path} cannot be put aside: {files.reason(error)}"
        ) from None
    files.sync(path.parent)
    return read(path)


def retired(path: Path) -> list[Path]:
    """The files of the keys put aside before this one."""
    start = path.name + "."
    try:
        found = (each for each in path.parent.iterdir() if each.name.startswith(start))
        return sorted(each for each in found if each != pending(path))
    except OSError:
        return []


def all_known(path: Path) -> list[Key]:
    """This one and those of them that can be read."""
    found = []
    for each in (path, *retired(path)):
        with contextlib.suppress(DatabaseUnusable):
            found.append(read(each))
    return found


def open_to_others(path: Path) -> list[str]:
    """A key that other accounts can read or write, as a sentence."""
    try:
        if os.name != "posix" or not path.stat().st_mode & 0o077:
            return []
    except OSError:
        return []  # missing, or in a folder that is closed to us: told where it is read
    return [
        f"{path} is open to other accounts: whoever reads it can make the audit anew; chmod 600 it"
    ]
