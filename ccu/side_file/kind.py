"""What sort of file a compartment is, and how SQLite's complaints about it are said."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ccu.access import installation
from ccu.database import encryption
from ccu.database import opening as db
from ccu.errors import DatabaseUnusable


@dataclass(frozen=True)
class Kind:
    """What sort of file: its words, the variable that names it, and how SQLite knows it."""

    name: str
    variable: str
    application_id: int
    version: int
    script: Path
    journal: str
    key: encryption.KeyName | None = None  # None: it is never encrypted

    def path(self) -> Path | None:
        """The file that the variable or the installation names; there is none anywhere else."""
        named = installation.named(self.variable)
        return Path(named) if named else None

    def none(self) -> DatabaseUnusable:
        """The one sentence for no file, no such file, and a file closed to this account."""
        hint = f" (an encrypted one needs {self.key.variable} too)" if self.key else ""
        return DatabaseUnusable(
            f"{self.variable} names no {self.name} that this account can open{hint}"
        )


@contextlib.contextmanager
def explained(kind: Kind, path: Path | None) -> Iterator[None]:
    """Around what is done with the file: SQLite's complaint becomes a sentence that names it."""
    try:
        yield
    except encryption.errors() as error:
        raise db.explain(error, path) or DatabaseUnusable(
            f"{path} can not be read as a {kind.name}; keep it and restore a backup"
        ) from None
