"""What is printed, in every format; the golden files have all of it.

`UPDATE_GOLDEN=1 pytest tests/output/test_output.py` rewrites them: read the difference before
keeping it.
"""

import csv
import io
import json
import os
import unicodedata
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ccu.errors import InvalidInput
from ccu.output import (
    Document,
    Format,
    Section,
    Sink,
    Table,
    emit,
    emit_document,
    emit_line,
    encoded,
    formats,
    say,
    say_error,
    screen,
)
from ccu.output.encoded import csv_cell, markdown_cell, markdown_line, undo_csv_guard
from ccu.output.text import safe

GOLDEN = Path(__file__).parents[1] / "golden" / "output"
ENDING = {
    "table": "table.txt",
    "plain": "plain.txt",
    "json": "json",
    "csv": "csv",
    "markdown": "md",
}
TEXTS = [each for each in Format if each.value in ENDING]
POSIX_ONLY = pytest.mark.skipif(os.name != "posix", reason="needs POSIX")

# design/reliability.md, "Values"
HOSTILE = [
    "", "   ", "x" * 10_000, "🙂 👨‍👩‍👧", "שלום", "e" + "\u0301" * 50, "O'Brien",
    "Robert'); DROP TABLE call;--", "%", "_", "[/b]", "[red]x", ":smile:", "\x1b]0;pwned\x07",
    "\x1b]52;c;aGk=\x07", "\x9b31m", "\u202eevil", "a\u200bb", "\ud800", "<script>", '"onload=',
    "1e5", "007", "-1", "NaN", "1_000", "３", 2**63, '"x', "a AND", "*", "(((", "col:x", "100%",
    "=cmd()", "＝cmd()", "@x", "a|b\\|c", "line\nline\r\n\ttab", "\x00", "\u2028", "`code`",
    "&amp;", "# h", "1. x", "<!--", "{{7*7}}", "${x}", "\uff0d1", "\rcr", "\ttab", "\nnl",
]  # fmt: skip


def small() -> Table:
    rows = [
        {"id": 1, "name": "O'Brien", "code": "007", "share": 0.5, "note": "first\nsecond"},
        {"id": 20, "name": "[red]x[/b] :smile:", "code": "1e5", "share": 1.25, "note": None},
        {"id": 300, "name": "日本 café 🙂", "code": "-1", "share": None, "note": True},
        {"id": -4, "name": "\x1b]0;pwned\x07", "code": "=1+1", "share": 12, "note": "a|b <i> _c_"},
    ]
    return Table(("id", "name", "code", "share", "note"), rows, title="People & [places]")


def card() -> Document:
    sections = [
        Section(pairs=[("Matched", "unit, exact"), ("Note", "two\nlines"), ("Units", 4)]),
        Section(
            "WARNINGS", lines=["Dog, large, loose in the stairwell. " * 4, "# [x]"], alert=True
        ),
        Section("Working with people here", empty="nobody", table=Table(("worker", "phone"), [])),
        Section("Nothing to say"),
        Section(
            "Last calls",
            table=Table(("when", "nature"), [("2026-01-18 22:30", "welfare check \x1b[2J")]),
            lines=["18 more: --all"],
            main=True,
        ),
    ]
    return Document("12 MAIN ST APT 3", sections, {"query": "12 main\u202e", "calls": [{"id": 1}]})


@pytest.fixture(autouse=True)
def ordinary_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


def printed(what: Table | Document, format: Format, folder: Path) -> str:
    file = folder / "printed"
    if isinstance(what, Table):
        emit(what, format, file)
    else:
        emit_document(what, format, file)
    return file.read_bytes().decode("utf-8")


# --- the same in every format ---------------------------------------------------------------


@pytest.mark.parametrize("format", TEXTS)
@pytest.mark.parametrize("name", ["rows", "empty", "card"])
def test_golden(name: str, format: Format, tmp_path: Path) -> None:
    shown: dict[str, Table | Document] = {
        "rows": small(),
        "empty": Table(("id", "note"), []),
        "card": card(),
    }
    golden = GOLDEN / f"{name}.{ENDING[format]}"
    found = printed(shown[name], format, tmp_path)
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_bytes(found.encode())
    assert found == golden.read_bytes().decode("utf-8")


@pytest.mark.parametrize("format", TEXTS)
@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: ascii(value)[:30])
def test_hostile_values_do_no_harm(value: Any, format: Format, tmp_path: Path) -> None:
    document = Document(
        str(value),
        [Section(str(value), [(str(value), value)], Table(("a", "b"), [(value, 1)]), [str(value)])],
        {"value": value},
    )
    found = printed(Table(("a", "b"), [(value, 1)]), format, tmp_path)
    if format is not Format.csv:
        found += printed(document, format, tmp_path)
        assert not any(map(dangerous, found))
    else:  # what text may hold is kept in a file that is read back; no control character is
        kept = ("Cf", "Zl", "Zp")
        assert all(unicodedata.category(c) in kept or c == "\r" for c in filter(dangerous, found))


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: ascii(value)[:30])
def test_json_and_csv_give_the_value_back(value: Any, tmp_path: Path) -> None:
    table = Table(("a", "b"), [(value, 1)])
    assert json.loads(printed(table, Format.json, tmp_path)) == [{"a": value, "b": 1}]
    header, row = csv.reader(io.StringIO(printed(table, Format.csv, tmp_path), newline=""))
    if not any(unicodedata.category(char) in ("Cc", "Cs") for char in str(value).replace("\n", "")):
        assert (header, [undo_csv_guard(cell) for cell in row]) == (["a", "b"], [str(value), "1"])


def test_cells_agree_between_formats(tmp_path: Path) -> None:
    rows = [("007", 5, None, True), ("1e5", -5, "x", False)]
    expected = [["007", "5", "", "yes"], ["1e5", "-5", "x", "no"]]
    table = Table(("code", "n", "text", "known"), rows)
    _, *from_csv = csv.reader(io.StringIO(printed(table, Format.csv, tmp_path)))
    _, _, *from_markdown = printed(table, Format.markdown, tmp_path).splitlines()
    assert from_csv == expected
    assert [[c.strip() for c in row.strip("|").split("|")] for row in from_markdown] == expected
    for format in (Format.plain, Format.table):
        text = printed(table, format, tmp_path).splitlines()
        assert [row.split() for row in text[-2:]] == [[c for c in row if c] for row in expected]


def test_rows_may_be_mappings_sequences_or_sqlite_rows(tmp_path: Path) -> None:
    import sqlite3

    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    from_sqlite = connection.execute("select 2 as b, 1 as a").fetchall()
    connection.close()
    for rows in ([{"b": 2, "a": 1, "unused": 3}], [(1, 2)], from_sqlite):
        assert '{"a": 1, "b": 2}' in printed(Table(("a", "b"), rows), Format.json, tmp_path)


@pytest.mark.parametrize("row", [(1,), (1, 2, 3), {"a": 1}])
def test_a_row_that_does_not_fit_is_a_bug(row: Any, tmp_path: Path) -> None:
    with pytest.raises((ValueError, KeyError)):
        emit(Table(("a", "b"), [row]), Format.json, tmp_path / "out.json")


def test_other_values_are_their_text(tmp_path: Path) -> None:
    table = Table(("day", "format"), [(date(2026, 1, 18), Format.csv)])
    assert printed(table, Format.csv, tmp_path).endswith('"2026-01-18","csv"\n')
    assert json.loads(printed(table, Format.json, tmp_path)) == [
        {"day": "2026-01-18", "format": "csv"}
    ]


def test_csv_of_a_document_is_its_main_section(tmp_path: Path) -> None:
    pairs = Document("x", [Section("y", [("a", 1)], main=True)])
    assert printed(pairs, Format.csv, tmp_path) == '"name","value"\n"a","1"\n'
    lines = Document("x", [Section("y", lines=["a"], main=True)])
    assert printed(lines, Format.csv, tmp_path) == '"text"\n"a"\n'
    with pytest.raises(InvalidInput, match="no rows for CSV or XLSX"):
        emit_document(Document("x", [Section("y", lines=["a"])]), Format.csv)


# --- the display boundary -------------------------------------------------------------------


def dangerous(char: str) -> bool:
    """Decided by the Unicode data of the character, not by the list in the code."""
    if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp"):
        return char not in "\n\t"
    turns = unicodedata.bidirectional(char) in (
        "LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"
    )  # fmt: skip
    return turns or char in "\u200b\u200c\u200d\u200e\u200f\u061c\u2060\ufeff\xad"


@given(st.text())
def test_safe_text_has_nothing_dangerous_and_stays_itself(text: str) -> None:
    once = safe(text)
    assert not any(map(dangerous, once))
    assert safe(once) == once


def test_every_dangerous_character_is_caught() -> None:
    missed = [hex(code) for code in range(0x110000) if any(map(dangerous, safe(chr(code))))]
    assert missed == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;pwned\x07", r"\x1b]0;pwned\x07"),
        ("\u202eevil", r"\u202eevil"),
        ("\U000e0041", r"\U000e0041"),
        ("\ud83d", r"\ud83d"),
        ("tab\tand\nnewline, café 日本 🙂 e\u0301", "tab\tand\nnewline, café 日本 🙂 e\u0301"),
    ],
)
def test_safe_shows_what_was_there(text: str, shown: str) -> None:
    assert safe(text) == shown


@given(st.text(alphabet="'=+-@\t\r\n＝＋－＠a ") | st.text())
def test_csv_guard_is_undone_exactly(text: str) -> None:
    assume(not any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\t\r\n" for c in text))
    guarded = csv_cell(text, terminal=False)
    assert undo_csv_guard(guarded) == text
    assert not guarded.startswith(tuple("=+-@\t\r\n＝＋－＠"))
    written = "".join(encoded.csv(Table(("a",), [(text,)]), terminal=False))
    assert list(csv.reader(io.StringIO(written, newline=""))) == [["a"], [guarded]]


def test_csv_guards_text_and_not_numbers() -> None:
    cells = ["-5", -5, -0.5, "'=x", "'x", "=x", None]
    assert [csv_cell(cell, terminal=False) for cell in cells] == [
        "'-5", "-5", "-0.5", "''=x", "'x", "'=x", ""
    ]  # fmt: skip


def test_csv_hides_nothing_from_a_terminal() -> None:
    assert csv_cell("a\u202eb\rc", terminal=True) == r"a\u202eb\x0dc"
    assert csv_cell("a\u202eb\rc\x1b", terminal=False) == "a\u202eb\rc\\x1b"


FINITE = st.floats(allow_nan=False, allow_infinity=False)
WHOLE = st.text(alphabet=st.characters(exclude_categories=["Cs"]))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | FINITE | WHOLE,
        lambda inner: st.lists(inner) | st.dictionaries(WHOLE, inner),
        max_leaves=8,
    ),
    st.booleans(),
)  # fmt: skip
def test_json_round_trips_and_hides_nothing(value: Any, ascii_only: bool) -> None:
    written = "".join(encoded.json_document({"value": value}, ascii_only))
    assert json.loads(written) == {"value": value}
    assert not any(map(dangerous, written))
    assert written.isascii() or not ascii_only
    rows = "".join(encoded.json(Table(("a",), [(value,), (value,)]), ascii_only))
    assert json.loads(rows) == [{"a": value}] * 2


def test_json_keeps_a_lone_surrogate_and_refuses_nan() -> None:
    assert json.loads("".join(encoded.json_document({"a": "\ud800"}, False))) == {"a": "\ud800"}
    with pytest.raises(ValueError, match="not JSON compliant"):
        "".join(encoded.json_document({"a": float("nan")}, False))


@given(st.text(min_size=1))
def test_markdown_cells_stay_in_their_row(text: str) -> None:
    shown = markdown_cell(text)
    assert "\n" not in shown and "<" not in shown and ">" not in shown
    assert not any(map(dangerous, shown))
    bare = shown.replace("\\\\", "")  # each pipe keeps its backslash when pairs are gone
    assert all(bare[at - 1 : at] == "\\" for at, char in enumerate(bare) if char in "|`*[]~$")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("building_key", "building_key"),
        ("_x_", r"\_x\_"),
        ("REINDEER CT & DEAD END", "REINDEER CT & DEAD END"),
        ("&lt;b&gt;", "&amp;lt;b&amp;gt;"),
        ("<script>", "&lt;script&gt;"),
        ("# heading", r"\# heading"),
        ("- item", r"\- item"),
        ("1. item", r"1\. item"),
        ("    code", "code"),
        ("---", r"\---"),
    ],
)
def test_markdown_interprets_nothing(text: str, shown: str) -> None:
    assert markdown_line(text) == shown


# --- a table that never ends, and a narrow screen -------------------------------------------


def endless() -> Iterator[tuple[int, str]]:
    number = 0
    while True:
        yield (number, "x" * (number % 90))
        number += 1


def test_rows_stream() -> None:
    def table() -> Table:
        return Table(("n", "text"), endless())

    assert list(islice(encoded.csv(table(), terminal=False), 3))[2] == '"1","x"\n'
    assert list(islice(encoded.json(table(), ascii_only=False), 2))[1].startswith(",\n  {")
    plain = list(islice(formats.plain(table()), 3000))
    assert (plain[0], plain[-1]) == ("  N  Text\n", f"2998  {'x' * 28}\n")
    pages = islice(screen.table(table(), Sink(io.StringIO())), 2)
    assert [page.split()[:2] for page in pages] == [["N", "Text"]] * 2


@pytest.mark.parametrize("columns", ["1", "20", "33", "80", "120", "0", "many"])
def test_nothing_is_wider_than_the_screen(
    columns: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    room = max(10, int(columns)) if columns.isdecimal() and columns != "0" else 80
    wide = Table(tuple(f"column_{n}" for n in range(13)), [tuple("word " * n for n in range(13))])
    for what in (small(), card(), wide, Table(wide.columns, [])):
        text = printed(what, Format.table, tmp_path)
        assert max(len(line) for line in text.splitlines()) <= room


def test_rows_too_wide_for_the_screen_become_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "24")
    table = Table(
        ("street", "number", "unit_no"), [("MAINSTREETWEST", "12", "12 MAIN ST #3"), ("A", 1, 2)]
    )
    assert printed(table, Format.table, tmp_path) == (
        "Street   MAINSTREETWEST\nNumber   12\nUnit no  12 MAIN ST #3\n\n"
        "Street   A\nNumber   1\nUnit no  2\n"
    )


def test_a_day_and_its_time_stay_on_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "28")
    table = Table(("due", "note"), [("2026-01-18 22:30", "ring the upper bell"), ("", "second")])
    assert printed(table, Format.table, tmp_path) == (
        "Due               Note\n────────────────────────────\n"
        "01/18/2026 22:30  ring the\n                  upper bell\n"
        "                  second\n"
    )


# --- where it goes --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.csv", '"a"\n"1"\n'),
        ("a.CSV", '"a"\n"1"\n'),
        ("a.json", '[\n  {"a": 1}\n]\n'),
        ("a.md", "|   A |\n|-----|\n|   1 |\n"),
        ("a.txt", "A\n1\n"),
        ("a", "A\n1\n"),
    ],
)
def test_the_ending_of_the_file_is_its_format(name: str, expected: str, tmp_path: Path) -> None:
    emit(Table(("a",), [(1,)]), None, tmp_path / name)
    assert (tmp_path / name).read_text(encoding="utf-8") == expected
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_stdout_in_a_pipe_is_plain_and_dash_is_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    emit(Table(("a",), [(1,)], title="Title"))
    emit(Table(("a",), [(1,)]), Format.csv, Path("-"))
    emit_line("12\x1b")
    say("said\nhere")
    say_error("no call 99")
    assert capsys.readouterr() == (
        'A\n1\n"a"\n"1"\n12\\x1b\n',
        "said / here\nccu: error: no call 99\n",
    )


@POSIX_ONLY
def test_an_existing_file_is_replaced_by_a_private_one_through_a_link(tmp_path: Path) -> None:
    file, link = tmp_path / "real.csv", tmp_path / "link.csv"
    file.write_text("old", encoding="utf-8")
    file.chmod(0o644)
    link.symlink_to(file)
    emit(Table(("a",), [(1,)]), None, link)
    assert link.is_symlink() and file.read_text(encoding="utf-8") == '"a"\n"1"\n'
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    def rows() -> Iterator[tuple[int]]:
        yield (1,)
        raise OSError("reading failed")  # of the rows, so not told as a failure to write

    file = tmp_path / "out.csv"
    file.write_text("old", encoding="utf-8")
    with pytest.raises(OSError, match="reading failed"):
        emit(Table(("a",), rows()), None, file)
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("out.csv", "old")]


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    for name in ("file", "town.db", "other", "other-wal"):
        (tmp_path / name).write_text("", encoding="utf-8")
    places = {
        "no such folder": [tmp_path / "missing" / "x.csv", tmp_path / "file" / "x.csv"],
        "it is a folder": [tmp_path, Path()],
        "it is a database": [tmp_path / "town.db", tmp_path / "other"],
        "file name too long": [tmp_path / ("x" * 300)],
        "the system refused": [tmp_path / "a\0b"],
    }
    if os.name == "posix":
        places["it is not an ordinary file"] = [Path("/dev/null")]
    for why, files in places.items():
        for file in files:
            with pytest.raises(InvalidInput) as caught:
                emit(Table(("a",), [(1,)]), Format.csv, file)
            assert str(caught.value) == f"cannot write --output: {why}"
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "file", "other", "other-wal", "town.db"
    ]  # fmt: skip


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may write")
def test_a_folder_without_permission(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(InvalidInput, match="permission denied"):
        emit(Table(("a",), [(1,)]), None, tmp_path / "x.csv")
