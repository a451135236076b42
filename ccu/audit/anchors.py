"""Anchors: the audit's last number and hash in one line, to keep out of the file owner's reach."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from ccu import files
from ccu.audit.verify_store import Anchor
from ccu.errors import DatabaseUnusable, InvalidInput
from ccu.files import named

_LINE = re.compile(r"([1-9][0-9]{0,17}) ([0-9a-f]{64})( \S+)?")


def line(anchor: Anchor | tuple[int, bytes]) -> str:
    """Return number and hash as they are printed and read."""
    return f"{anchor[0]} {anchor[1].hex()}"


def given(texts: Sequence[str], paths: Sequence[Path]) -> list[Anchor]:
    """Return the anchors of --anchor and --anchor-file. Raises InvalidInput."""
    found = list(_read(texts, "--anchor"))
    for path in paths:
        lines = [each for each in named.text_lines(path, "--anchor-file") if each.strip()]
        if not lines:
            raise InvalidInput("--anchor-file contains no anchors")
        found += _read(lines, "--anchor-file")
    return found


def beside(database: Path) -> list[Anchor]:
    """Return the anchors of the file DATABASE.anchor, if any; each backup has one."""
    return _of_file(database.with_name(database.name + ".anchor"))


def in_folder(folder: Path) -> list[Anchor]:
    """Return the anchors of earlier backups in a folder: all lines of its *.anchor files."""
    try:
        found = sorted(each for each in folder.iterdir() if each.name.endswith(".anchor"))
    except OSError:
        return []  # writing there will report the reason
    return [anchor for each in found for anchor in _of_file(each)]


def _of_file(path: Path) -> list[Anchor]:
    """Return the anchors in a file; other lines are another program's and ignored."""
    try:
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
    except OSError as error:
        raise DatabaseUnusable(
            f"cannot read {path}, which has anchors of the audit: {files.reason(error)}"
        ) from None
    found = map(_match, content.decode("utf-8", "replace").splitlines())
    return [Anchor(int(each[1]), bytes.fromhex(each[2]), path.name) for each in found if each]


def _match(text: str) -> re.Match[str] | None:
    return _LINE.fullmatch(" ".join(text.split()).lower())


def _read(texts: Iterable[str], option: str) -> Iterable[Anchor]:
    for text in texts:
        match = _match(text)
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
    return all(_match(each) for each in lines if each.strip())
