"""The text of schema.sql, which makes new databases."""

from pathlib import Path


def sql() -> str:
    """The text of schema.sql: beside this file in a wheel, one folder up in a checkout."""
    here = Path(__file__).resolve().parent
    for folder in (here, here.parent):
        path = folder / "schema.sql"
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise FileNotFoundError("schema.sql is missing from the installation")
