"""Every fault of a file, with each of the three importers: one sentence, all or nothing kept."""

import datetime
import gzip
import io
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccu.imports.layout import Words

from ..conftest import Ccu, Result
from ..dispatch_rows import HEADER, LAYOUT, ROW
from ..imports.test_roster import ANN, BEN, COLUMNS
from ..imports.test_roster import LAYOUT as ROSTER

DIRECTORY = """
source = "county"
[columns]
name = "Agency"
phone = "Phone"
category = "Category"
address = "Street"
[needs]
housing = ["Shelter"]
food = ["Food"]
"""
NAME = "Quentin Testperson"  # in cells; must never be in a message


@dataclass(frozen=True)
class Importer:
    """A command, a layout for it, and a file of two rows that it takes."""

    words: tuple[str, ...]
    layout: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    table: str
    text: int  # a column of any text
    needed: str  # a column that the layout names

    def csv(self) -> str:
        lines = [self.header, *self.rows]
        return "".join(",".join(f'"{cell}"' for cell in line) + "\n" for line in lines)


def _cells(header: tuple[str, ...], *said: dict[str, str]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(row.get(name, "") for name in header) for row in said)


DISPATCH = Importer(
    ("import",), LAYOUT, HEADER, _cells(HEADER, ROW, {**ROW, "Number": "26-2"}), "call", 10, "Where"
)
PEOPLE = Importer(
    ("person", "import", "--yes"),
    ROSTER,
    tuple(COLUMNS),
    _cells(tuple(COLUMNS), ANN, BEN),
    "person",
    6,
    "Last",
)
SERVICES = Importer(
    ("provider", "import"),
    DIRECTORY,
    ("Agency", "Phone", "Category", "Street", "Remark"),
    (("Harbor", "203-555-0120", "Shelter", "1 Main St", ""),
     ("Pantry", "203-555-0121", "Food", "2 Elm St", "")),
    "provider",
    4,
    "Agency",
)  # fmt: skip
EACH = pytest.mark.parametrize("of", [DISPATCH, PEOPLE, SERVICES], ids=lambda of: of.table)


class Desk:
    """A folder with a file and its layout; counts what was kept."""

    def __init__(self, ccu: Ccu, folder: Path, db: Path) -> None:
        self.ccu, self.folder, self.db = ccu, folder, db

    def bring(self, of: Importer, content: bytes, *more: str, name: str = "in.csv") -> Result:
        (self.folder / name).write_bytes(content)
        (self.folder / "our.toml").write_text(of.layout)
        line = (*of.words, str(self.folder / name), "--layout", str(self.folder / "our.toml"))
        return self.ccu(*line, *more)

    def kept(self, of: Importer) -> tuple[int, int]:
        """Records, and imports that left them."""
        hand = sqlite3.connect(self.db)
        try:
            return tuple(
                hand.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                for table in (of.table, "import_batch")
            )
        finally:
            hand.close()


@pytest.fixture
def desk(ccu: Ccu, tmp_path: Path, db_path: Path) -> Desk:
    return Desk(ccu, tmp_path, db_path)


def refused(desk: Desk, of: Importer, done: Result, sentence: str) -> None:
    assert (done.code, done.out) == (2, ""), done
    assert sentence in done.err
    assert done.err.startswith("ccu: error: ") and done.err.count("\n") == 1, done.err
    assert NAME not in done.err
    assert desk.kept(of) == (0, 0)
    assert [each.name for each in desk.folder.iterdir() if each.name.startswith(".ccu")] == []


def squeezed(text: str) -> bytes:
    return gzip.compress(text.encode(), mtime=0)


Spoil = Callable[[Importer], bytes]
UNUSABLE: list[tuple[Spoil, str]] = [
    (lambda of: b"", "the file is empty"),
    (lambda of: b"\n\n", "no line of column names"),
    (lambda of: of.csv().replace(of.needed, "Other", 1).encode(), "no column"),
    (lambda of: of.csv().split("\n", 1)[1].replace(of.rows[0][0], NAME).encode(), "no column"),
    (lambda of: of.csv().replace(f'"{of.header[of.text]}"', f'"{of.needed}"', 1).encode(), "twice"),
    (lambda of: of.csv().encode("utf-16-le"), "the first line is not a line of column names"),
    (lambda of: of.csv().encode("utf-16")[:-1], "UTF-16"),
    (lambda of: squeezed(of.csv() * 9)[:-20], "cut short"),
    (lambda of: squeezed(of.csv())[:-6] + b"123456", "damaged"),
    (lambda of: b"PK\x03\x04" + of.csv().encode(), "zip archive"),
    (lambda of: b"%PDF-1.4\n" + of.csv().encode(), "PDF"),
    (lambda of: b"<html>" + of.csv().encode(), "web page"),
    (lambda of: b"\0" * 400 + of.csv().encode(), "not text"),
]


@EACH
@pytest.mark.parametrize("number", range(len(UNUSABLE)))
def test_a_file_that_cannot_be_used_is_one_sentence(desk: Desk, of: Importer, number: int) -> None:
    spoil, sentence = UNUSABLE[number]
    refused(desk, of, desk.bring(of, spoil(of)), sentence)


@EACH
@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.encode("cp1252"),
        lambda text: squeezed(text),
        lambda text: text.rstrip("\n").encode(),
    ],
    ids=["bom", "utf-16", "crlf", "latin", "gz", "no-last-line-end"],
)
def test_however_it_is_written_the_rows_are_the_same(
    desk: Desk, of: Importer, encode: Callable[[str], bytes]
) -> None:
    done = desk.bring(of, encode(of.csv()))
    assert done.code == 0, done.err
    assert desk.kept(of) == (2, 1)


@EACH
@pytest.mark.parametrize(
    ("cell", "count"),
    [
        ("=cmd()|' /C calc'!A0", 2),
        ("x" * 200_000, 2),
        ("Robert'); DROP TABLE call;-- [/b] :smile: <script>", 2),
        ("\u202e\x1b]0;pwned\x07 \U0001f600 e\u0301", 2),
        ("2025-02-29", 2),
    ],
)
def test_a_cell_that_no_layout_names_may_hold_anything(
    desk: Desk, of: Importer, cell: str, count: int
) -> None:
    """It is read by nobody, and no command's output repeats it."""
    if of is PEOPLE:
        of = replace(of, layout=of.layout.replace('housing = "Housing"\n', ""))
    line = list(of.rows[1])
    line[of.text] = cell
    done = desk.bring(
        replace(of, rows=(of.rows[0], tuple(line))),
        replace(of, rows=(of.rows[0], tuple(line))).csv().encode(),
    )
    assert done.code == 0, done.err
    assert desk.kept(of) == (count, 1)
    assert not {"\x1b", "\u202e"} & {*done.err, *done.out}


@EACH
def test_a_quote_that_is_never_closed_costs_its_row_alone(desk: Desk, of: Importer) -> None:
    spoiled = ",".join(['"never closed', *of.rows[1][1:]])
    text = of.csv().splitlines()
    content = "\n".join([text[0], spoiled, text[1], text[2], ""])
    done = desk.bring(of, content.encode(), "--rejects", str(desk.folder / "odd.csv"))
    assert done.code == 0, done.err
    assert desk.kept(of) == (2, 1)
    assert "never closed" in (desk.folder / "odd.csv").read_text()


@EACH
def test_a_header_alone_is_an_empty_list(desk: Desk, of: Importer) -> None:
    done = desk.bring(of, of.csv().splitlines()[0].encode())
    assert done.code == 0, done.err
    assert desk.kept(of)[0] == 0


@EACH
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda text: text + "[colums]\n", "colums is not a key that ccu knows"),
        (lambda text: text.replace("source", "sauce", 1), "source is missing"),
        (lambda text: text + "x = \n", "is not valid TOML"),
        (lambda text: text.replace("[columns]", "[columns]\n'' = 'x'"), "is not a key"),
        (lambda text: text.replace("[columns]", "columns = 1\n[other]"), "columns must be a table"),
    ],
)
def test_a_layout_that_cannot_be_used_is_one_sentence(
    desk: Desk, of: Importer, change: Callable[[str], str], sentence: str
) -> None:
    of = replace(of, layout=change(of.layout))
    refused(desk, of, desk.bring(of, of.csv().encode()), sentence)


def workbook(of: Importer, number: float, form: str) -> bytes:
    import xlsxwriter

    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet = book.add_worksheet()
    for line, cells in enumerate([of.header, *of.rows]):
        sheet.write_row(line, 0, cells)
    sheet.write_number(2, of.text, number, book.add_format({"num_format": form}))
    book.close()
    return content.getvalue()


@EACH
@pytest.mark.parametrize(
    ("number", "form", "fits"),
    [
        (1e20, "[h]:mm:ss", False),  # longer than any span of time
        (-1e12, "[h]:mm", False),
        (2958465.999999, "yyyy-mm-dd hh:mm:ss", True),  # the last second of the year 9999
        (1e20, "yyyy-mm-dd", True),  # no day: a number
        (-5.0, "yyyy-mm-dd hh:mm", True),
    ],
)
def test_a_number_in_a_sheet_that_is_no_time(
    desk: Desk, of: Importer, number: float, form: str, fits: bool
) -> None:
    of = replace(of, layout=of.layout.replace('housing = "Housing"\n', ""))
    done = desk.bring(of, workbook(of, number, form), name="in.xlsx")
    if fits:
        assert done.code == 0, done.err
        assert desk.kept(of) == (2, 1)
    else:
        refused(desk, of, done, "row 3 of the sheet has a time that is out of range")


@given(st.text("ab*?", max_size=8), st.text("abA ", max_size=9))
def test_a_pattern_matches_as_its_letters_and_wildcards_do(pattern: str, text: str) -> None:
    def fits(pattern: str, text: str) -> bool:
        if not pattern:
            return not text
        if pattern[0] == "*":
            return fits(pattern[1:], text) or (bool(text) and fits(pattern, text[1:]))
        return bool(text) and pattern[0] in ("?", text[0]) and fits(pattern[1:], text[1:])

    plain = " ".join(text.split()).lower()
    assert (Words({"x": [pattern]}).code(text) == "x") == fits(pattern, plain)


def test_many_wildcards_take_no_longer() -> None:
    """Tried in every place, these would take longer than there is time."""
    assert Words({"x": ["*a" * 40 + "*b"]}).code("a" * 5_000) is None
    assert Words({"x": ["*a" * 40 + "*"]}).code("a" * 5_000) == "x"


def test_the_year_of_a_sheet_is_a_day() -> None:
    from ccu.imports.source import _cell_text

    last = datetime.datetime(9999, 12, 31, 23, 59, 59, 900_000)
    assert _cell_text(last, True) == "9999-12-31 23:59:59"
    assert (
        _cell_text(datetime.datetime(2026, 1, 1, 9, 0, 0, 700_000), True) == "2026-01-01 09:00:01"
    )
