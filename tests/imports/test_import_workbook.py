"""An Excel workbook at every import: its days and times as Excel has them, one sheet of it."""

import csv
import io
import json
import sqlite3
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from ..conftest import Ccu, Result

LAYOUT = """
source = "cad"
formats = ["%m/%d/%Y %H:%M"]
[columns]
incident = "Incident"
occurred = "Received"
cleared = ["Day", "Cleared"]
address = "Address"
nature = "Type"
[natures]
crisis = ["PERSON IN CRISIS"]
"""
HEAD = ("Incident", "Received", "Day", "Cleared", "Address", "Type")
AT, DAY, CLOCK = "m/d/yy h:mm", "m/d/yy", "h:mm"
ROSTER = """
source = "hsd"
formats = ["%m/%d/%Y"]
[columns]
number = "Client"
given = "First"
family = "Last"
birth_date = "Born"
phone = "Phone"
"""


def book(sheets: dict[str, list[tuple[Any, ...]]], hidden: str = "") -> bytes:
    """A workbook. Days and times are shown as an American Excel shows them."""
    stream = io.BytesIO()
    made = xlsxwriter.Workbook(stream, {"in_memory": True})
    formats = {form: made.add_format({"num_format": form}) for form in (AT, DAY, CLOCK)}
    for name, rows in sheets.items():
        sheet = made.add_worksheet(name)
        if name == hidden:
            sheet.hide()
        else:
            sheet.activate()
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, datetime):
                    sheet.write_datetime(number, column, value, formats[AT])
                elif isinstance(value, date):
                    sheet.write_datetime(number, column, value, formats[DAY])
                else:
                    sheet.write(number, column, value)
    made.close()
    return stream.getvalue()


CALLS = [
    HEAD,
    (101, datetime(2026, 1, 18, 14, 5, 7), date(2026, 1, 18), "15:10", "12 Elm St",
     "PERSON IN CRISIS"),
    (102, datetime(2026, 1, 19, 0, 0, 0), date(2026, 1, 19), "0:30", "9 Oak Ave",
     "PERSON IN CRISIS"),
    ("A-7", "01/20/2026 08:00", "01/20/2026", "08:45", "3 Main St", "PERSON IN CRISIS"),
]  # fmt: skip


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    path = tmp_path / "cad.toml"
    path.write_text(LAYOUT)
    return path


def bring(ccu: Ccu, layout: Path, content: bytes, *more: str) -> Result:
    path = layout.parent / "calls.xlsx"
    path.write_bytes(content)
    return ccu("import", str(path), "--layout", str(layout), "-f", "json", *more)


def times(db_path: Path) -> list[tuple[str, str, str]]:
    with sqlite3.connect(db_path) as connection:
        return connection.execute(
            "SELECT incident, occurred_at, cleared_at FROM call ORDER BY occurred_at"
        ).fetchall()


def test_days_and_times_are_those_of_the_sheet(ccu: Ccu, layout: Path, db_path: Path) -> None:
    """A midnight among times is a time; a day beside a clock is joined; text is by the layout."""
    done = bring(ccu, layout, book({"Calls": CALLS}))
    assert done.code == 0, done.err
    assert json.loads(done.out)[0]["new"] == 3 and "rejected" not in done.err
    assert times(db_path) == [
        ("101", "2026-01-18T14:05:07-05:00", "2026-01-18T15:10:00-05:00"),
        ("102", "2026-01-19T00:00:00-05:00", "2026-01-19T00:30:00-05:00"),
        ("A-7", "2026-01-20T08:00:00-05:00", "2026-01-20T08:45:00-05:00"),
    ]
    again = bring(ccu, layout, book({"Calls": CALLS}))
    assert json.loads(again.out)[0]["same"] == 3


def test_the_first_sheet_in_sight_or_the_one_named(ccu: Ccu, layout: Path, db_path: Path) -> None:
    old = [HEAD, ("H1", datetime(2026, 1, 2, 3, 4), None, None, "1 Elm St", "PERSON IN CRISIS")]
    content = book({"Old": old, "Calls": CALLS, "Notes": [("x",)]}, hidden="Old")
    done = bring(ccu, layout, content)
    assert done.code == 0 and "read the first sheet, Calls; name another by sheet" in done.err
    assert len(times(db_path)) == 3
    layout.write_text('sheet = "Old"\n' + LAYOUT)
    assert bring(ccu, layout, content).code == 0
    assert times(db_path)[0][0] == "H1"
    layout.write_text('sheet = "New"\n' + LAYOUT)
    refused = bring(ccu, layout, content)
    assert refused.code == 2 and refused.out == ""
    assert refused.err == (
        "ccu: error: the workbook has no sheet 'New'; correct sheet in the layout: Calls, Notes\n"
    )


def test_a_workbook_and_its_csv_are_one_import(ccu: Ccu, layout: Path, db_path: Path) -> None:
    bring(ccu, layout, book({"Calls": CALLS}))
    text = io.StringIO()
    csv.writer(text).writerows(
        [HEAD, ("101", "01/18/2026 14:05", "01/18/2026", "15:10", "12 Elm St", "PERSON IN CRISIS")]
    )
    path = layout.parent / "calls.csv"
    path.write_text(text.getvalue())
    done = ccu("import", str(path), "--layout", str(layout), "-f", "json")
    assert json.loads(done.out)[0]["new"] == 0
    assert len(times(db_path)) == 3


def test_a_roster(ccu: Ccu, tmp_path: Path, db_path: Path) -> None:
    layout, file = tmp_path / "hsd.toml", tmp_path / "clients.xlsx"
    layout.write_text(ROSTER)
    rows = [
        ("Client", "First", "Last", "Born", "Phone"),
        (12, "Ann", "Bell", date(1980, 1, 31), 2035550101),
        (13, "Ben", "Oye", "02/03/1971", ""),
    ]
    file.write_bytes(book({"Clients": rows}))
    done = ccu("person", "import", str(file), "--layout", str(layout), "-f", "json")
    assert done.code == 0, done.err
    assert json.loads(done.out)[0]["new"] == 2
    with sqlite3.connect(db_path) as connection:
        found = connection.execute("SELECT birth_date, phone FROM person ORDER BY id").fetchall()
    assert [born for born, _ in found] == ["1980-01-31", "1971-02-03"]
    assert "".join(filter(str.isdigit, found[0][1])) == "2035550101"


def test_a_first_layout_is_written_for_a_workbook(ccu: Ccu, tmp_path: Path) -> None:
    file, made = tmp_path / "calls.xlsx", tmp_path / "made.toml"
    rows = [
        ("Event", "Call Time", "Location", "Problem"),
        *(
            (n, datetime(2026, 1, n, 14, n), f"{n} Elm St", "PERSON IN CRISIS")
            for n in range(1, 28)
        ),
    ]
    file.write_bytes(book({"Calls": rows}))
    done = ccu("import", str(file), "--suggest", "-o", str(made))
    assert done.code == 0, done.err
    text = made.read_text()
    assert 'occurred = "Call Time"' in text and "%Y-%m-%d %H:%M:%S" in text


def test_a_file_that_is_not_a_workbook_is_refused(ccu: Ccu, layout: Path, db_path: Path) -> None:
    content = book({"Calls": CALLS})
    broken = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"<x" if name.startswith("xl/work") else old.read(name))
    for bad, told in (
        (content[:-300], "the workbook is damaged or not complete; export it again"),
        (content[:100], "the workbook is damaged or not complete; export it again"),
        (broken.getvalue(), "the workbook is damaged or not complete; export it again"),
        (book({"Empty": []}), "the file is empty"),
        (book({"Calls": [HEAD[:2]]}), "no column 'Day'"),
    ):
        done = bring(ccu, layout, bad)
        assert (done.code, done.out) == (2, ""), done.err
        assert told in done.err and done.err.count("\n") == 1
    assert times(db_path) == []


def test_an_identity_number_is_refused_in_a_workbook_too(
    ccu: Ccu, layout: Path, db_path: Path
) -> None:
    rows = [(*HEAD, "SSN"), (*CALLS[1], 123456789)]
    done = bring(ccu, layout, book({"Calls": rows}))
    assert done.code == 2 and "123456789" not in done.err
    assert times(db_path) == []


def test_a_directory_is_read_from_the_sheet_and_the_cells_of_its_layout(
    ccu: Ccu, tmp_path: Path
) -> None:
    """`sheet` and `guarded` are keys of every layout."""
    rows = [("Name", "Phone"), ("Harbor Table", "203-555-0110"), ("'=Quay House", "203-555-0111")]
    (tmp_path / "list.xlsx").write_bytes(book({"Notes": [("Name",), ("A note",)], "List": rows}))
    (tmp_path / "list.toml").write_text(
        'source = "list"\nsheet = "List"\nguarded = true\n[columns]\n'
        'name = "Name"\nphone = "Phone"\n'
    )
    line = ("provider", "import", str(tmp_path / "list.xlsx"))
    done = ccu(*line, "--layout", str(tmp_path / "list.toml"), "-f", "json")
    assert done.code == 0, done.err
    names = {each["name"] for each in json.loads(ccu("provider", "list", "-f", "json").out)}
    assert names == {"Harbor Table", "=Quay House"}
