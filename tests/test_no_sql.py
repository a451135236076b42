"""SQL is in a feature's stores, the figures, the database and the records; nowhere else."""

import ast
import re
from pathlib import Path

import pytest

import ccu

SOURCE = Path(ccu.__file__).parent
STATEMENT = re.compile(
    r"\s*(SELECT|INSERT (INTO|OR)|REPLACE INTO|UPDATE \w+ SET|DELETE FROM|WITH \w+|PRAGMA"
    r"|CREATE (TABLE|TEMP|TRIGGER|VIEW|INDEX)|DROP (TABLE|TRIGGER|VIEW)|ALTER TABLE|ATTACH"
    r"|VACUUM)\b"
)
FOLDERS = ("database", "figures", "records")


def may_hold_sql(path: Path) -> bool:
    is_store = path.stem == "store" or path.stem.endswith("_store")
    return is_store or path.relative_to(SOURCE).parts[0] in FOLDERS


def statements(path: Path) -> list[str]:
    """The texts of a module that begin as SQL does, docstrings aside: those are sentences."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = [
        each.value
        for each in ast.walk(tree)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]
    return [text for text in texts if STATEMENT.match(text)]


def test_sql_is_in_stores_only() -> None:
    paths = [path for path in sorted(SOURCE.rglob("*.py")) if not may_hold_sql(path)]
    assert len(paths) > 150
    found = {str(path.relative_to(SOURCE)): statements(path) for path in paths}
    assert {name: texts for name, texts in found.items() if texts} == {}


def test_a_statement_is_found() -> None:
    assert statements(SOURCE / "records" / "table.py")
    assert STATEMENT.match("\n  SELECT id FROM call")
    assert not STATEMENT.match("Update the record, select a person")


# A rule of the views at the end of schema.sql -> the files that must write it themselves: what
# waits for a signature, and rows of a seal, which are in no table.
RULES: dict[str, set[str]] = {
    r"closed_at IS NULL": {"follow_ups/listing_store.py", "referrals/read_store.py"},
    r"FROM referral_status WHERE open": {"retention/seal_store.py"},
    r"86400 \* :stalled_days": set(),
    r"'in_progress', 'service_received'": set(),
    r"until IS NULL OR": set(),
}


@pytest.mark.parametrize("rule", RULES)
def test_what_is_open_stalled_or_accepted_is_written_once(rule: str) -> None:
    paths = [*SOURCE.rglob("*.py"), *SOURCE.rglob("*.sql")]
    found = {
        path.relative_to(SOURCE).as_posix()
        for path in paths
        if "migrations" not in path.parts and re.search(rule, path.read_text(encoding="utf-8"))
    }
    assert found == RULES[rule]
