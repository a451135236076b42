"""The ready layouts and the examples: usable as they are, and on the real files, where present."""

import csv
import gzip
import io
import json
import sqlite3
from pathlib import Path

import pytest

from ccu.imports.dispatch import layout as layouts
from ccu.imports.layout import PACKAGED, Words
from tests.conftest import SHARED, Ccu

CALLS = SHARED / "calls"
EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "layouts"
LAYOUTS = [*layouts.READY, *sorted(path.stem for path in EXAMPLES.glob("*.toml"))]
# layout, file, rows as counted by csv and by awk
REAL = [
    pytest.param("milwaukee", "milwaukee_police_calls_2018.csv.gz", 33_968, id="milwaukee"),
    pytest.param("san-diego", "san_diego_police_calls_2023.csv.gz", 28_970, id="san-diego"),
    pytest.param(
        "montgomery-county",
        "montco_pa_911_2015-2016.csv.gz",
        99_492,
        id="montgomery-county",
        marks=pytest.mark.slow,
    ),
]


def named(name: str) -> str:
    """What --layout takes for a layout of LAYOUTS."""
    return name if name in layouts.READY else str(EXAMPLES / f"{name}.toml")


def test_the_examples_are_here() -> None:
    assert LAYOUTS == ["demo", "milwaukee", "montgomery-county", "san-diego"]


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_ready_layout_is_valid_and_its_codes_exist(ccu: Ccu, tmp_path: Path, name: str) -> None:
    header = {*layouts.load(named(name)).wanted}
    file = tmp_path / "empty.csv"
    file.write_text(",".join(sorted(header)) + "\n")
    result = ccu("import", str(file), "--layout", named(name), "--format", "csv")
    assert (result.code, result.err) == (0, "")


@pytest.mark.parametrize("path", [*PACKAGED.glob("*.toml"), *EXAMPLES.glob("*.toml")])
def test_no_line_of_a_layout_is_too_long_for_an_editor(path: Path) -> None:
    assert max(map(len, path.read_text().splitlines())) <= 110


def test_a_text_written_out_wins_over_a_wildcard_and_the_first_wildcard_wins() -> None:
    words = Words({"one": ["A*", "ab?"], "two": ["abc", "*B*"], "three": ["ABC"]})
    assert words.codes("  aBc ") == ["two", "three"]
    assert words.codes("abd") == ["one", "two"]
    assert words.code("axe") == "one"
    assert words.code("[x]") is None
    assert words.twice() == "abc"


@pytest.mark.parametrize(("name", "file", "rows"), REAL)
def test_the_real_file_is_imported_in_full_and_again_is_the_same(
    ccu: Ccu, db_path: Path, name: str, file: str, rows: int
) -> None:
    path = CALLS / file
    if not path.exists():
        pytest.skip("the real files are not here")
    words = ("import", str(path), "--layout", named(name), "--format", "csv")
    first, second = ccu(*words), ccu(*words)
    assert list(csv.reader(io.StringIO(first.out)))[1] == [str(rows), str(rows), "0", "0", "0"]
    assert list(csv.reader(io.StringIO(second.out)))[1] == [str(rows), "0", "0", str(rows), "0"]
    expected = (" count as no outcome", " have no incident number; ")
    assert all(any(map(each.__contains__, expected)) for each in first.err.splitlines()), (
        "every nature is in the layout; a disposition that tells no outcome is none's"
    )
    _independent_count(path, rows)
    connection = sqlite3.connect(db_path)
    checks = connection.execute("PRAGMA foreign_key_check").fetchall()
    sound = connection.execute("PRAGMA integrity_check").fetchall()
    connection.close()
    assert (checks, sound) == ([], [("ok",)])


def _independent_count(path: Path, rows: int) -> None:
    """No two rows alike, so each is a call."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        _header, *found = csv.reader(file)
    assert len(found) == len({*map(tuple, found)}) == rows


@pytest.mark.skipif(not CALLS.exists(), reason="the real files are not here")
def test_care_calls_of_milwaukee_and_the_busiest_address(ccu: Ccu, db_path: Path) -> None:
    path = CALLS / "milwaukee_police_calls_2018.csv.gz"
    assert ccu("import", str(path), "--layout", named("milwaukee")).code == 0
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        welfare = sum("WELFARE" in row["nature"] for row in csv.DictReader(file))
    connection = sqlite3.connect(db_path)
    found = connection.execute("SELECT count(*) FROM call WHERE nature = 'welfare_check' AND care")
    assert found.fetchone()[0] == welfare
    connection.close()
    card = ccu("history", "--address", "749 w state street", "--format", "json")
    assert json.loads(card.out)["counts"]["all"]["ever"] == 793
