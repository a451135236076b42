"""`ccu report` as a workbook and as CSV: what a spreadsheet is given."""

import csv
import io
import json
import re
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from ccu.report import definitions

from ..conftest import Ccu, run_ccu
from .reporting import Hand, report
from .test_report import a_month

MONTH = ("--month", "2026-01")
NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
EPOCH = date(1899, 12, 30)


@pytest.fixture
def hand(ccu: Ccu, db_path: Path) -> Hand:
    return Hand(db_path)


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    """Name -> rows of a workbook: numbers, days (by the format of the cell) and texts."""
    book = zipfile.ZipFile(io.BytesIO(content))

    def part(name: str) -> ElementTree.Element:
        return ElementTree.fromstring(book.read(f"xl/{name}.xml"))

    texts = ["".join(t.text or "" for t in each.iter(f"{NS}t")) for each in part("sharedStrings")]
    styles = part("styles")
    codes = {
        each.get("numFmtId"): each.get("formatCode", "") for each in styles.iter(f"{NS}numFmt")
    }
    used = [codes.get(each.get("numFmtId"), "") for each in styles.find(f"{NS}cellXfs") or ()]
    found = {}
    for number, sheet in enumerate(part("workbook").iter(f"{NS}sheet"), 1):
        found[sheet.get("name", "")] = [
            [_cell(cell, texts, used) for cell in row]
            for row in part(f"worksheets/sheet{number}").iter(f"{NS}row")
        ]
    assert not any(b"<f>" in book.read(name) for name in book.namelist() if "sheet" in name)
    return found


def _cell(cell: ElementTree.Element, texts: list[str], styles: list[str]) -> Any:
    text = cell.findtext(f"{NS}v")
    if text is None:
        return None
    if cell.get("t") == "s":
        return texts[int(text)]
    if styles[int(cell.get("s", "0"))] == "yyyy-mm-dd":
        return EPOCH + timedelta(days=int(text))
    return float(text)


def made(tmp_path: Path, *args: str) -> dict[str, list[list[Any]]]:
    path = tmp_path / "report.xlsx"
    done = run_ccu("report", *args, "-o", str(path))
    assert (done.code, done.out) == (0, ""), done.err
    return sheets(path.read_bytes())


def test_the_page_comes_first_then_a_sheet_a_section(ccu: Ccu, hand: Hand, tmp_path: Path) -> None:
    a_month(hand)
    found = made(tmp_path, *MONTH)
    assert list(found) == ["Report", *(plan.name for plan in definitions.PLANS)]
    page = found["Report"]
    assert page[0] == ["Figures of Westport, January 2026"]
    (calls,) = (row for row in page if row[0] == "Calls")
    assert calls[1] == 6 and calls[-2:] == [1, 6]
    firsts = [str(row[0]) for row in page if row]
    wanted = (
        "Headline",
        "Repeat addresses",
        "Repeat people",
        "Overdue",
        "Referrals",
        "Data quality",
    )
    places = [next(n for n, text in enumerate(firsts) if text.startswith(word)) for word in wanted]
    assert places == sorted(places)


# A workbook goes to readers without an account: these columns, and staff by name, are left out.
LEFT_OUT = {
    "repeat-addresses": ("place",),
    "repeat-people": ("person",),
    "overdue": ("referral", "call", "person", "owner"),
}


def test_every_cell_is_that_of_the_data(ccu: Ccu, hand: Hand, tmp_path: Path) -> None:
    a_month(hand)
    found = made(tmp_path, *MONTH)
    for section in report(ccu, *MONTH)["sections"]:
        head, *rows = found[section["name"]]
        assert head[:5] == ["Town", "Period", "From", "To", "Title"]
        if section["name"] in ("caseload", "completeness"):
            assert {"Officer", "Supervisor", "Role", "Agency"}.isdisjoint(head)
            continue
        assert len(rows) == len(section["rows"])
        for row, expected in zip(rows, section["rows"], strict=True):
            assert row[:4] == ["Westport", "January 2026", date(2026, 1, 1), date(2026, 1, 31)]
            if expected.get("figure", "").endswith("_by_month"):
                assert (row.pop() == "period") == bool(expected["note"])
            else:
                assert row.pop() == "year_before"
            for name in LEFT_OUT.get(section["name"], ()):
                del expected[name]
            assert row[5:] == [_as_cell(each) for each in expected.values() if each is not None]


def _as_cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return date.fromisoformat(value)
    return value


def test_the_same_report_is_the_same_file(ccu: Ccu, hand: Hand, tmp_path: Path) -> None:
    a_month(hand)
    files = []
    for name in ("one", "two"):
        path = tmp_path / f"{name}.xlsx"
        assert ccu("report", *MONTH, "-f", "xlsx", "-o", str(path)).code == 0
        files.append(path.read_bytes())
    assert files[0] == files[1]


def test_no_cell_is_run(ccu: Ccu, hand: Hand, tmp_path: Path) -> None:
    """`sheets` refuses a formula; the street is text and as it is on file."""
    a_month(hand)
    hand.one("UPDATE place SET street = '=HYPERLINK(\"http://x\")' WHERE number = '12'")
    found = made(tmp_path, *MONTH)
    assert any("=HYPERLINK" in str(cell) for row in found["repeat-addresses"] for cell in row)


def test_the_public_page_is_one_sheet_of_figures(ccu: Ccu, hand: Hand, tmp_path: Path) -> None:
    a_month(hand)
    path = tmp_path / "public.xlsx"
    done = run_ccu("--today", "2026-05-01", "report", *MONTH, "--public", "-o", str(path))
    assert done.code == 0, done.err
    found = sheets(path.read_bytes())
    assert list(found) == ["Report", "public"]
    assert "ELM" not in str(found) and "ccu.db" not in str(found)


def test_twelve_months_of_csv_can_be_joined(ccu: Ccu, hand: Hand) -> None:
    a_month(hand)
    rows = []
    for name in ("2025-12", "2026-01"):
        out = ccu("report", "--month", name, "--section", "referrals", "-f", "csv").out
        rows += list(csv.DictReader(io.StringIO(out)))
    assert {(row["period"], row["from"], row["to"]) for row in rows} == {
        ("December 2025", "2025-12-01", "2025-12-31"),
        ("January 2026", "2026-01-01", "2026-01-31"),
    }
    assert {row["town"] for row in rows} == {"Westport"}
    assert "Referrals made" in {row["title"] for row in rows}


def test_a_byte_order_mark_on_request(ccu: Ccu, hand: Hand, tmp_path: Path) -> None:
    a_month(hand)
    line = ("report", *MONTH, "--section", "referrals", "-f", "csv")
    plain, marked = ccu(*line).out, ccu(*line, "--bom").out
    assert marked == "\ufeff" + plain and not plain.startswith("\ufeff")
    folder = tmp_path / "figures"
    assert ccu("report", *MONTH, "-f", "csv", "--bom", "-o", str(folder)).code == 0
    assert {each.read_bytes()[:3] for each in folder.iterdir()} == {b"\xef\xbb\xbf"}
    refused = ccu("report", *MONTH, "-f", "json", "--bom")
    assert (refused.code, refused.err) == (2, "ccu: error: --bom is for CSV; leave it out\n")


# --- what --output is named -----------------------------------------------------------------


@pytest.mark.parametrize("ending", [".xls", ".ics", ".docx", ".cvs", ".2026"])
@pytest.mark.parametrize(
    "line",
    [
        "brief",
        "call list",
        "staff list",
        "codes nature",
        "person find --query x",
        "log-call --address 9-Elm --nature crisis --when now",
    ],
)
def test_an_ending_that_is_not_written_is_refused_before_anything_is_done(
    ccu: Ccu, tmp_path: Path, line: str, ending: str
) -> None:
    path = tmp_path / f"list{ending}"
    done = ccu(*line.split(), "-o", str(path))
    assert done.code == 2 and done.out == "" and not path.exists()
    if "--query" not in line:
        assert done.err == (
            f"ccu: error: ccu does not write {ending} here;"
            " end --output in .csv, .xlsx, .json, .md, .html or .pdf\n"
        )
    assert json.loads(ccu("call", "list", "-f", "json").out) == []


def test_the_refusal_names_no_ending_that_the_command_does_not_write(
    ccu: Ccu, tmp_path: Path
) -> None:
    done = ccu("report", *MONTH, "-o", str(tmp_path / "report.pdf"))
    assert done.err == (
        "ccu: error: ccu does not write .pdf here; end --output in .csv, .xlsx, .json, .md or"
        " .html\n"
    )


def test_an_ending_against_the_format_is_refused(ccu: Ccu, tmp_path: Path) -> None:
    for ending, format in ((".xlsx", "csv"), (".html", "json"), (".pdf", "csv")):
        done = ccu("report", *MONTH, "--section", "referrals", "-f", format,
                   "-o", str(tmp_path / f"x{ending}"))  # fmt: skip
        assert done.code == 2 and f"--format {format} is not a {ending} file" in done.err
    assert list(tmp_path.glob("x.*")) == []


def test_a_file_is_replaced_only_when_that_is_answered(ccu: Ccu, tmp_path: Path) -> None:
    path = tmp_path / "staff.csv"
    path.write_text("mine")
    piped = ccu("staff", "list", "-o", str(path))
    assert piped.code == 2 and path.read_text() == "mine"
    assert "give a new name, or --format csv > FILE to replace it" in piped.err
    kept = ccu("staff", "list", "-o", str(path), tty=True, stdin="\n")
    assert kept.code == 2 and path.read_text() == "mine"
    assert "--output was not replaced; give another name" in kept.err
    done = ccu("staff", "list", "-o", str(path), tty=True, stdin="y\n")
    assert done.code == 0, done.err
    assert path.read_text().startswith('"')
