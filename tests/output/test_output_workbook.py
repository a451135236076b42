"""A list or a record as a workbook, read back with the program that imports them."""

import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from ccu.output import Table, workbook
from ccu.output.text import heading

from ..conftest import Ccu, run_ccu
from .test_output import HOSTILE


def rows_of(content: bytes) -> list[list[Any]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    (name,) = book.sheet_names
    return book.get_sheet_by_name(name).to_python()


def made(ccu: Ccu, folder: Path, *line: str) -> list[list[Any]]:
    path = folder / f"{len([*folder.iterdir()])}.xlsx"
    done = ccu(*line, "-o", str(path))
    assert (done.code, done.out) == (0, ""), done.err
    return rows_of(path.read_bytes())


@pytest.fixture
def town(ccu: Ccu) -> Ccu:
    for number, street in ((12, "Elm St"), (9, "Oak Ave")):
        done = ccu("log-call", "--address", f"{number} {street}", "--nature", "crisis",
                   "--when", "2026-01-18 14:05", "--note-file", "-", stdin="=cmd()")  # fmt: skip
        assert done.code == 0, done.err
    added = ccu("follow-up", "add", "--call", "1", "--kind", "call", "--due", "2026-02-03")
    assert added.code == 0, added.err
    return ccu


@pytest.mark.parametrize(
    "line", ["call list --since 2026-01-01", "follow-up list", "follow-up overdue --no-record",
             "codes nature", "staff list", "call show 1", "settings"],
)  # fmt: skip
def test_a_workbook_has_the_rows_and_columns_of_the_csv(
    town: Ccu, tmp_path: Path, line: str
) -> None:
    import csv

    expected = list(csv.reader(io.StringIO(town(*line.split(), "-f", "csv").out)))
    found = made(town, tmp_path, *line.split())
    assert len(found) == len(expected)
    assert len(found[0]) == len(expected[0])


def test_days_are_days_and_numbers_numbers(town: Ccu, tmp_path: Path) -> None:
    head, row = made(town, tmp_path, "follow-up", "list")
    cells = dict(zip(head, row, strict=True))
    assert cells["Number"] == 1 and cells["Due"] == datetime(2026, 2, 3, 23, 59)
    head, *rows = made(town, tmp_path, "call", "list", "--since", "2026-01-01")
    occurred = [row[head.index("Occurred")] for row in rows]
    assert occurred == [datetime(2026, 1, 18, 14, 5)] * 2


def test_it_is_in_the_audit_as_an_export(town: Ccu, tmp_path: Path) -> None:
    made(town, tmp_path, "call", "list", "--since", "2026-01-01")
    events = json.loads(town("audit", "review", "-f", "json").out)
    assert "export" in json.dumps(events)


def test_the_last_lines_of_a_terminal_are_not_a_workbook(town: Ccu) -> None:
    done = run_ccu("call", "list", "-f", "xlsx", tty=True)
    assert done.code == 2 and "name a file, as --output list.xlsx" in done.err


def test_an_ending_against_the_format(town: Ccu, tmp_path: Path) -> None:
    path = tmp_path / "calls.xlsx"
    done = town("call", "list", "-f", "csv", "-o", str(path))
    assert done.code == 2 and "--format csv is not a .xlsx file" in done.err
    assert not path.exists()


@given(st.lists(st.one_of(st.sampled_from(HOSTILE), st.text(), st.integers(), st.none()),
                min_size=1, max_size=6))  # fmt: skip
def test_no_cell_is_run_and_none_is_lost(cells: list[Any]) -> None:
    columns = tuple(f"c{n}" for n in range(len(cells)))
    content = workbook.content_of(Table(columns, [cells]))
    import zipfile

    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet and b"hyperlink" not in sheet
    assert rows_of(content)[0] == [heading(each) for each in columns]


def test_what_a_cell_cannot_hold_is_marked() -> None:
    _, row = rows_of(workbook.content_of(Table(("a", "b"), [("x" * 40_000, 2**60)])))
    assert row[0].endswith(workbook.CUT) and len(row[0]) == workbook.LONGEST
    assert row[1] == str(2**60)
