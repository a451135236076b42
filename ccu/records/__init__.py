"""What all records share: tables, history, audit, codes, settings, staff, visibility."""

from pathlib import Path


def text_table(file: str | Path) -> dict[str, list[tuple[str, str]]]:
    """Return section -> its `key: value` lines of a text file, in this folder or by its path."""
    found: dict[str, list[tuple[str, str]]] = {}
    lines: list[tuple[str, str]] = []
    for line in (Path(__file__).parent / file).read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            lines = found.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            key, _, value = line.partition(":")
            lines.append((key, value.strip()))
    return found
