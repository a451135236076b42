"""Anchors: the audit's last number and hash, in one line, kept where the file's owner is not."""

import re
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

from ccu import named
from ccu.errors import InvalidInput
from ccu.store.audit_verify import Anchor

_LINE = re.compile(r"([1-9][0-9]{0,17}) ([0-9a-f]{64})( \S+)?")


def newest(connection: sqlite3.Connection) -> Anchor | None:
    """The last row's; None when somebody took its hash away."""
    row = connection.execute("SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1").fetchone()
    return Anchor(row[0], row[1]) if row is not None and row[1] is not None else None


def line(anchor: tuple[int, bytes]) -> str:
    """Number and hash as they are printed and read."""
    return f"{anchor[0]} {anchor[1].hex()}"


def given(texts: Sequence[str], paths: Sequence[Path]) -> list[Anchor]:
    """The anchors of --anchor and --anchor-file. Raises InvalidInput."""
    found = list(_read(texts, "--anchor"))
    for path in paths:
        lines = [each for each in named.text_lines(path, "--anchor-file") if each.strip()]
        if not lines:
            raise InvalidInput("--anchor-file has no anchors in it")
        found += _read(lines, "--anchor-file")
    return found


def _read(texts: Iterable[str], option: str) -> Iterable[Anchor]:
    for text in texts:
        match = _LINE.fullmatch(" ".join(text.split()).lower())
        if match is None:
            raise InvalidInput(
                f"{option} must be a number, a space and 64 hexadecimal digits, as printed by"
                " ccu audit anchor"
            )
        yield Anchor(int(match[1]), bytes.fromhex(match[2]))


def append(path: Path, text: str, trusted: Path | None = None) -> None:
    """Add a line to a file of anchors, or a new one, its owner's only. Raises InvalidInput.

    `trusted` is the installation's folder for backups, which has each backup's anchor beside it.
    """
    named.append(path, f"{text}\n".encode(), str(path), _only_anchors, trusted)


def _only_anchors(content: bytes) -> bool:
    lines = content.decode("utf-8", "replace").splitlines()
    return all(_LINE.fullmatch(" ".join(each.split()).lower()) for each in lines if each.strip())
