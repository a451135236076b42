"""What the tests of `ccu import` share: a small layout, exports, counts read back."""

import csv
import io
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tests.conftest import Ccu, Result

LAYOUT = """
source = "our-cad"
formats = ["%Y-%m-%d %H:%M:%S"]
[columns]
incident = "Number"
occurred = "Received"
dispatched = "Sent"
cleared = "Cleared"
address = "Where"
unit = "Apt"
nature = "Nature"
disposition = "End"
priority = "P"
beat = "Beat"
[defaults]
lead_agency = "police"
[natures]
welfare_check = ["WELFARE*"]
suicide = ["SUICIDE ??????"]
other = ["TRAFFIC STOP"]
[dispositions]
referred = ["REFERRED *"]
resources_given = ["REFERRED *", "ADVISED"]
"""
HEADER = (
    "Number",
    "Received",
    "Sent",
    "Cleared",
    "Where",
    "Apt",
    "Nature",
    "End",
    "P",
    "Beat",
    "Note",
)
ROW = {
    "Number": "26-1",
    "Received": "2026-01-18 22:30:00",
    "Sent": "2026-01-18 22:31:00",
    "Cleared": "2026-01-18 23:05:00",
    "Where": "12 Main St",
    "Apt": "3",
    "Nature": "WELFARE CHECK",
    "End": "ADVISED",
    "P": "2",
    "Beat": "4",
    "Note": "",
}


def row(**cells: str) -> list[str]:
    """A row of an export, like ROW but for the cells given."""
    return [{**ROW, **cells}[name] for name in HEADER]


def text(rows: Iterable[Sequence[str]], header: Sequence[str] = HEADER) -> str:
    """An export as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


class Desk:
    """Somebody who imports: a folder with a layout, and the front door."""

    def __init__(self, ccu: Ccu, folder: Path) -> None:
        self.ccu, self.folder, self.db = ccu, folder, folder / "ccu.db"
        self.layout = folder / "our.toml"
        self.layout.write_text(LAYOUT, encoding="utf-8")
        self.file = folder / "calls.csv"
        self.rejects = folder / "rejects.csv"

    def bring(self, content: str | bytes | None, *options: object) -> Result:
        """Import this content; None: the file as it lies there."""
        if content is not None:
            raw = content.encode() if isinstance(content, str) else content
            self.file.write_bytes(raw)
        words = ("import", self.file, "--layout", self.layout, *options)
        return self.ccu(*map(str, words))

    def counts(self, content: str | bytes | None, *options: object) -> tuple[int, ...]:
        """read, new, changed, same, rejected of an import that must succeed."""
        result = self.bring(content, *options, "--format", "csv")
        assert result.code == 0, result.err
        header, values = csv.reader(io.StringIO(result.out))
        assert header == ["read", "new", "changed", "same", "rejected"]
        found = tuple(map(int, values))
        assert found[0] == sum(found[1:])
        return found

    def reject_rows(self) -> list[list[str]]:
        """The rejects file, without its header."""
        with self.rejects.open(encoding="utf-8", newline="") as file:
            return list(csv.reader(file))[1:]

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of the database, read by another connection."""
        connection = sqlite3.connect(self.db)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def one(self, sql: str, *values: object) -> Any:
        """The one value of a query."""
        return self.ask(sql, *values)[0][0]
