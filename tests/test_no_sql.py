"""What asks and shows has no SQL text: it calls a feature's store."""

import ast
import re
from pathlib import Path

import ccu

SOURCE = Path(ccu.__file__).parent
STATEMENT = re.compile(
    r"\s*(SELECT|INSERT (INTO|OR)|REPLACE INTO|UPDATE \w+ SET|DELETE FROM|WITH \w+|PRAGMA"
    r"|CREATE (TABLE|TEMP|TRIGGER|VIEW|INDEX)|DROP (TABLE|TRIGGER|VIEW)|ALTER TABLE|ATTACH"
    r"|VACUUM)\b"
)
FOLDERS = ("commands", "output", "dates", "address", "identity")
NAMES = ("page", "form", "entry", "listing", "lists", "questions", "options", "terminal", "text")
MODULES = ("cli.py", "session.py", "gate.py", "access.py", "work.py", "errors.py")


def asks_or_shows(path: Path) -> bool:
    inside = path.relative_to(SOURCE)
    return inside.parts[0] in FOLDERS or inside.stem in NAMES or str(inside) in MODULES


def statements(path: Path) -> list[str]:
    """The texts of a module that begin as SQL does, docstrings aside: those are sentences."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = [
        each.value
        for each in ast.walk(tree)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]
    return [text for text in texts if STATEMENT.match(text)]


def test_what_asks_and_shows_has_no_sql() -> None:
    paths = [path for path in sorted(SOURCE.rglob("*.py")) if asks_or_shows(path)]
    assert len(paths) > 80
    found = {str(path.relative_to(SOURCE)): statements(path) for path in paths}
    assert {name: texts for name, texts in found.items() if texts} == {}


def test_a_statement_is_found() -> None:
    assert statements(SOURCE / "records" / "table.py")
    assert STATEMENT.match("\n  SELECT id FROM call")
    assert not STATEMENT.match("Update the record, select a person")
