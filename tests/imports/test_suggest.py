"""`ccu import --suggest`: a first layout that reads the file right, or asks."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.conftest import SHARED, Ccu, Result
from tests.dispatch_rows import LAYOUT, Desk, row
from tests.dispatch_rows import text as export_of

LINES = (Path(__file__).parent / "natures.tsv").read_text(encoding="utf-8").splitlines()
NATURES = [tuple(line.split("\t")) for line in LINES]


@pytest.fixture
def desk(ccu: Ccu, tmp_path: Path) -> Desk:
    made = Desk(ccu, tmp_path)
    made.layout.unlink()
    return made


NEXT = [(1, "WELFARE CHECK"), (2, "QXJ"), (3, "ZZV")]


def written(rows: Sequence[Sequence[object]], delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue()


def suggested(desk: Desk, content: str, code: int = 0) -> str:
    """The layout that is suggested for a file."""
    desk.file.write_text(content, encoding="utf-8")
    desk.layout.unlink(missing_ok=True)
    done = desk.ccu("import", str(desk.file), "--suggest", "--output", str(desk.layout))
    assert done.code == code, done.err
    return desk.layout.read_text(encoding="utf-8")


def one(desk: Desk, occurred: str, *more: str, header: str = "Call Time") -> str:
    """A suggested layout's line of formats for a file whose calls began then."""
    texts = (occurred, *more)
    rows = [(f"26-{n}", text, f"{n} Elm St", "EDP") for n, text in enumerate(texts, 1)]
    desk.file.write_text(written([("Incident", header, "Location", "Nature"), *rows]))
    desk.layout.unlink(missing_ok=True)
    done = desk.ccu("import", str(desk.file), "--suggest", "--output", str(desk.layout))
    lines = desk.layout.read_text().splitlines()
    (line,) = [each for each in lines if each.startswith("formats")]
    assert (done.code == 11) == line.startswith("formats = []"), done.err
    return line


# Each is Sunday, January 4, 2026 at 22:37 in Westport; the tests' day is January 31.
READ = (
    *(
        "2026-01-04 22:37:00",
        "2026-01-04 22:37",
        "2026-01-04T22:37:00",
        "2026-01-04T22:37:00-05:00",
    ),
    *("2026-01-05T03:37:00Z", "2026-01-05 03:37:00+00", "2026-01-04T22:37:00.1234567-05:00"),
    *("20260104T223700", "2026-01-04 22:37:00.000", "2026-01-04 22:37:00.0000000 -05:00"),
    *("2026-01-04-22.37.00.000000", "2026/01/04 22:37:00", "2026.01.04 22:37", "202601042237"),
    *("20260104223700", "20260104 2237", "20260104 22:37:00", "20260104223700ES"),
    *("1/4/2026 22:37", "01/04/2026 10:37 PM", "01/04/2026 10:37:00 PM", "1/4/26 10:37 PM"),
    *("01/04/2026 10:37 p.m.", "01/04/2026 10:37p", "01/04/2026 10.37p", "01/04/2026 1037p"),
    *("01/04/2026 2237", "01/04/2026 2237 hrs", "01/04/2026 22:37 hrs", "01/04/2026 22:37 PM"),
    *("01/04/2026 22:37 EST", "01/04/2026 at 10:37 pm", "22:37 01/04/2026", "01-04-2026 22:37:00"),
    *(
        "01.04.2026 22:37",
        "04-JAN-26 10.37.00.000000 PM",
        "04-Jan-2026 22:37:00",
        "04 Jan 2026 22:37",
    ),
    *("Jan  4 2026 10:37PM", "Jan  4 2026 10:37:00:000PM", "Jan 4, 2026 10:37 PM"),
    *("January 4, 2026 22:37", "Sunday, January 4, 2026 10:37 PM", "Sun Jan 4 2026 22:37:00"),
    *("Mon, 05 Jan 2026 03:37:00 GMT", "04JAN2026:22:37:00", "04JAN26:22:37:00"),
    # A weekday, a zone or the clock in another place; spaces of Excel and of web pages.
    *("Sun Jan  4 22:37:00 EST 2026", "Sun Jan 04 2026 22:37:00 GMT-0500 (Eastern Standard Time)"),
    *("01/04/2026 (Sun) 22:37", "2026-Jan-04 (Sun.) 2237", "Sunday, January 4th, 2026, 10:37 p.m."),
    *("10:37PM 01/04/2026", "10:37 p.m. 01/04/2026", "2237 hrs 01/04/2026", "22:37 - 01/04/2026"),
    *("1/4/2026 10:37\u202fPM", "1/4/2026\u00a010:37 PM", "01/04/26-2237", "[01/04/2026 (22:37)]"),
    *("1767584220", "1767584220.0", "1767584220000", "1767584220000000"),
    *("/Date(1767584220000)/", "46026.9423611111"),
)
# In each the day or the century can be another one, or the number is of nothing that ccu knows.
ASKED = (
    *("26/01/04 22:37", "26-01-04 22:37", "2461045.4423611", "639031918200000000"),
    *("01/04 22:37", "22:37", "Jan 4 22:37", "134118526200000000", "1/4/2026 25:37"),
    *("01/02/2025 22:37", "02/01/25 22:37", "01.02.2025 22:37", "01-02-25 10:37 PM"),
)


def test_a_form_of_date_is_read_right(desk: Desk) -> None:
    formats = {text: one(desk, text) for text in READ}
    unread = [text for text, line in formats.items() if line.startswith("formats = []")]
    assert unread == []
    by_line: dict[str, list[str]] = {}
    for text, line in formats.items():
        by_line.setdefault(line, []).append(text)
    wrong = {}
    for number, (line, texts) in enumerate(by_line.items()):
        rows = [(n, text, f"{n} Elm St", "EDP") for n, text in enumerate(texts)]
        desk.layout.write_text(
            f'source = "s{number}"\n{line}\n[columns]\nincident = "Incident"\n'
            'occurred = "Call Time"\naddress = "Location"\nnature = "Nature"\n'
        )
        read = desk.counts(written([("Incident", "Call Time", "Location", "Nature"), *rows]))[:2]
        began = desk.ask(
            "SELECT DISTINCT occurred_at FROM call WHERE source_system_id ="
            f" (SELECT id FROM source_system WHERE name = 's{number}')"
        )
        if read != (len(rows), len(rows)) or began != [("2026-01-04T22:37:00-05:00",)]:
            wrong[line] = texts, read, began
    assert wrong == {}


def test_a_full_hour_has_its_clock(desk: Desk) -> None:
    rows = [(n, f"1/{n + 13}/2026 10:00 p.m.", f"{n} Elm St", "EDP") for n in range(1, 4)]
    content = written([("Incident", "Call Time", "Location", "Nature"), *rows])
    suggested(desk, content)
    assert desk.counts(content)[:2] == (3, 3)
    found = desk.ask("SELECT occurred_at, clock_known FROM call")
    assert {(at[11:16], known) for at, known in found} == {("22:00", 1)}


def test_a_form_of_date_that_is_not_certain_is_asked_about(desk: Desk) -> None:
    assert [text for text in ASKED if not one(desk, text).startswith("formats = []")] == []


@pytest.mark.parametrize(
    ("texts", "formats"),
    [
        (("01/02/2026 22:37", "01/13/2026 5:10"), ["%m/%d/%Y %H:%M"]),
        (("01/02/2026 22:37", "13/01/2026 5:10"), ["%d/%m/%Y %H:%M"]),
        (("01/02/25 22:37", "02/03/25 5:10"), []),
        (("13/01/26 22:37", "14/01/26 5:10"), []),  # 2013-01-26 too
        (("01/02/2026 22:37", "01/03/2026 5:10"), ["%m/%d/%Y %H:%M"]),  # no call is in the future
        (("1/2/2026 2237", "1/14/2026 5", "1/15/2026 937"), ["%m/%d/%Y %H%M"]),
        (("1/14/2026 5", "1/15/2026 7"), []),
        (("1/14/2026 223700", "1/15/2026 507"), ["%m/%d/%Y %H%M%S"]),
        (
            ("2026-01-14 22:37", "1/2/2026 3:00 PM", "1/15/2026 4:00 PM"),
            ["%Y-%m-%d %H:%M", "%m/%d/%Y %I:%M %p"],
        ),
        (("1/15/2026 24:00", "1/14/2026 22:37 PM"), ["%m/%d/%Y clock"]),
        (("1/4/2026 22:37", "n/a", "NULL", "(null)", "1/15/2026 4:00"), ["%m/%d/%Y %H:%M"]),
    ],
)
def test_all_texts_of_a_column_decide(desk: Desk, texts: Sequence[str], formats: list[str]) -> None:
    line = one(desk, *texts)
    if formats:
        assert line == f"formats = {formats}".replace("'", '"')
    else:
        assert line.startswith("formats = []")


def test_natures_go_by_complete_words(desk: Desk) -> None:
    rows = [
        (number, "1/14/2026 22:37", "1 Elm St", text) for number, (_, text) in enumerate(NATURES)
    ]
    content = written([("Incident", "Call Time", "Location", "Nature"), *rows])
    suggested(desk, content)
    desk.counts(content)
    found = dict(
        desk.ask("SELECT text, nature FROM call JOIN cad_text ON cad_text.id = cad_nature_id")
    )
    expected = {text: "other" if code == "?" else code for code, text in NATURES}
    assert {text: found[text] for text in expected if found[text] != expected[text]} == {}
    assert len(expected) >= 120


# ---------------------------------------------------------------- which column is what


def columns(layout: str) -> dict[str, str]:
    """The lines of [columns] that name one."""
    table = layout.split("[columns]\n")[1].split("\n\n")[0]
    pairs = (line.split(" = ", 1) for line in table.splitlines() if not line.startswith("#"))
    return {field: column for field, column in pairs}


def test_an_incident_number_may_be_repeated_and_a_car_is_no_apartment(desk: Desk) -> None:
    header = ("incident_number", "date_time", "nature", "block", "location", "unit_number")
    rows = [
        (f"26-{n // 2}", f"01/{13 + n // 2}/2026 22:10", "EDP", 100 * (n // 2 + 1),
         "N CENTRAL EXPY", f"B45{n}")
        for n in range(8)
    ]  # fmt: skip
    layout = suggested(desk, written([header, *rows]))
    assert columns(layout) == {
        "incident": '"incident_number"', "occurred": '"date_time"', "nature": '"nature"',
        "address": '["block", "location"]', "responder": '"unit_number"',
    }  # fmt: skip


@pytest.mark.parametrize("number", ["House Number", "Hundred Block", "block", "StNo"])
@pytest.mark.parametrize(
    "streets",
    [
        ("5TH AVE", "N 35TH ST"),
        ("42 ST", "N 42 ST"),
        ("42ND ST W", "E 5 AVE"),
        ("9 MILE RD", "OAK ST"),
        ("1ST", "OAK"),
    ],
)
def test_the_number_of_a_street_is_no_house_number(
    desk: Desk, number: str, streets: tuple[str, str]
) -> None:
    rows = [
        (f"26-{n}", f"01/{13 + n}/2026 22:10", "EDP", 100 * n, streets[n % 2]) for n in range(1, 9)
    ]
    header = ("Incident Number", "Call Time", "Nature", number, "Street Name")
    layout = suggested(desk, written([header, *rows]))
    assert columns(layout)["address"] == f'["{number}", "Street Name"]'


@pytest.mark.parametrize(
    ("day", "clock", "form"),
    [
        ("2026-01-{}T00:00:00.000", "22:37:00", "%Y-%m-%dT00:00:00.000 %H:%M:%S"),
        ("01/{}/2026 12:00:00 AM", "22:37", "%m/%d/%Y 12:00:00 AM %H:%M"),
        ("01/{}/2026", "10:37 PM", "%m/%d/%Y %I:%M %p"),
        ("2026-01-{}", "2237", "%Y-%m-%d %H%M"),
        ("01/{}/2026 0:00", "1899-12-30 22:37:00", "%m/%d/%Y 0:00 1899-12-30 %H:%M:%S"),
        ("460{}", "0.9423611111", "excel"),
    ],
)
def test_a_date_and_a_clock_are_joined(desk: Desk, day: str, clock: str, form: str) -> None:
    days = (day.format(n) for n in range(14, 20))
    rows = [(n, each, clock, "EDP", f"{n} Elm St") for n, each in enumerate(days, 1)]
    content = written([("Incident Number", "Date", "Time", "Call Type", "Address"), *rows])
    layout = suggested(desk, content)
    assert (columns(layout)["occurred"], form in layout) == ('["Date", "Time"]', True), layout
    assert desk.counts(content)[:2] == (6, 6)
    assert {at[11:16] for (at,) in desk.ask("SELECT occurred_at FROM call")} == {"22:37"}


def test_a_date_beside_two_clocks_is_asked_about(desk: Desk) -> None:
    rows = [(n, f"1/{n + 13}/2026", "22:37", "22:41", f"{n} Elm St") for n in range(5)]
    layout = suggested(
        desk, written([("Incident", "Date", "T One", "T Two", "Location"), *rows]), 11
    )
    assert columns(layout)["occurred"].startswith('"?"')
    result = desk.bring(None)
    assert result.code != 0, "an open question is not a call without a time"
    assert (
        "formats is missing" in result.err or "columns.occurred is an open question" in result.err
    )
    assert "time of the call: one of T One, T Two" in layout


def test_a_date_alone_is_reported(desk: Desk) -> None:
    rows = [(n, f"1/{n + 13}/2026", f"{n} Elm St") for n in range(5)]
    layout = suggested(desk, written([("Incident", "Date", "Location"), *rows]))
    assert "# The file gives no clock time: its calls count at no hour." in layout


def test_a_file_without_a_header_goes_by_position_and_nothing_of_it_is_written(desk: Desk) -> None:
    rows = [
        (f"26-00012{n}", f"1/{n + 13}/2026 22:37", f"{n} Quarry Hill Rd", "EDP", "Quimby, Zed")
        for n in range(1, 9)
    ]
    layout = suggested(desk, written(rows))
    assert "header = false" in layout
    assert columns(layout) == {
        "incident": '"#1"', "occurred": '"#2"', "address": '"#3"', "nature": '"#4"',
    }  # fmt: skip
    assert not [word for word in ("Quarry", "Quimby", "00012", "2026 22") if word in layout]
    assert desk.counts(None)[:2] == (8, 8)


def test_what_is_before_the_header_is_skipped(desk: Desk) -> None:
    rows = [(n, f"1/{n + 13}/2026 22:37", f"{n} Elm St", "EDP") for n in range(5)]
    header = ("Incident", "Call Time", "Location", "Nature")
    for before in ("sep=;\n", "Westport Police Department\nPrinted 1/31/2026\n\n"):
        content = before + written([header, *rows], ";")
        assert columns(suggested(desk, content))["occurred"] == '"Call Time"'


def test_one_of_two_columns_of_one_name_is_asked_for(desk: Desk) -> None:
    rows = [(n, f"1/{n + 13}/2026 22:37", f"{n} Elm St", "EDP", "NORM") for n in range(5)]
    content = written([("Incident", "Call Time", "Location", "Type", "Type"), *rows])
    layout = suggested(desk, content, 11)
    assert "# ? nature: one of #4, #5; choose one" in layout
    assert columns(layout)["nature"].startswith('"?"')
    assert "columns.nature is an open question; name the column" in desk.bring(None).err


@pytest.mark.parametrize(
    ("start", "told"),
    [
        (b'[{"incident": 1}]', "is JSON; export it as CSV"),
        (b'{"calls": []}', "is JSON; export it as CSV"),
        (b"PK\x03\x04", "is a zip archive; unpack it, and import the CSV or the .xlsx"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1",
            "is an old Excel workbook (.xls) or has a password; save it as .xlsx",
        ),
        (b"%PDF-1.7", "is a PDF; export it as CSV"),
        (b"<!DOCTYPE html><table>", "is a web page or XML; export it as CSV"),
    ],
)
@pytest.mark.parametrize("option", [["--suggest"], ["--layout", "demo"]])
def test_a_file_that_is_no_csv_is_named(
    desk: Desk, start: bytes, told: str, option: list[str]
) -> None:
    desk.file.write_bytes(start + b"\n" * 40)
    done: Result = desk.ccu("import", str(desk.file), *option)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


GARLAND = {"occurred": '"date"', "address": '"address"', "nature": '"incident"'}
MILWAUKEE = {"incident": '"id"', "occurred": '"time"', "beat": '"district"'}
MONTGOMERY = {"occurred": '"timeStamp"', "address": '"addr"', "nature": '"title"'}
PARTS = ("number", "dir", "road", "sfx")
SAN_DIEGO = {
    "incident": '"incident_num"',
    "nature": '"call_type"',
    "address": str([f"address_{part}_primary" for part in PARTS]).replace("'", '"'),
}
REAL = {
    "garland_tx_police_2025.csv": GARLAND,
    "milwaukee_police_calls_2018.csv.gz": MILWAUKEE,
    "montco_pa_911_2015-2016.csv.gz": MONTGOMERY,
    "san_diego_police_calls_2023.csv.gz": SAN_DIEGO,
}


@pytest.mark.parametrize("name", REAL)
def test_a_real_export(desk: Desk, name: str) -> None:
    path = SHARED / "calls" / name
    if not path.exists():
        pytest.skip("the shared data is not here")
    done = desk.ccu("import", str(path), "--suggest")
    assert done.code == 0
    assert all("need a code" in line for line in done.err.splitlines()), done.err
    found = columns(done.out)
    assert {field: found.get(field) for field in REAL[name]} == REAL[name]


# ---------------------------------------------------------------- what a dry run shows


def dry(desk: Desk, rows: Sequence[dict[str, str]]) -> str:
    desk.layout.write_text(LAYOUT)
    done = desk.bring(export_of([row(**cells) for cells in rows]), "--dry-run", "--format", "csv")
    assert (done.code, desk.one("SELECT count(*) FROM call")) == (0, 0), done.err
    assert done.out.count("\n") == 2  # the counts, in every format alone
    return done.err


def test_a_dry_run_shows_the_first_rows_as_they_were_read(desk: Desk) -> None:
    rows = [{"Number": f"26-{n}"} for n in range(1, 8)]
    told = dry(desk, [*rows, {"Number": "26-9", "Nature": "HISS", "Where": ""}])
    assert told.count("line ") == 5
    assert (
        "line 2: 26-1: Sun Jan 18, 2026 22:30, dispatched 22:31, cleared 23:05;"
        " 12 / MAIN ST / unit # 3 / WESTPORT; Welfare check (WELFARE CHECK); ADVISED\n"
    ) in told
    assert "most often HISS (1)" in told


def test_a_dry_run_tells_of_a_clock_that_lost_its_half_of_the_day(desk: Desk) -> None:
    hours = [f"{n % 12 + 1:02}" for n in range(24)]
    rows = [
        {"Number": str(n), "Received": f"2026-01-18 {hour}:30:00", "Sent": "", "Cleared": ""}
        for n, hour in enumerate(hours)
    ]
    told = dry(desk, rows)
    assert "none of 24 calls begins after 12:59; the export may have lost AM and PM" in told
    assert "dispatched is empty in every row: Sent" in told
    assert "priority is empty" not in told
    for clock in ("13:30:00", "00:02:11"):  # a clock of 24 hours
        rows[3]["Received"] = f"2026-01-18 {clock}"
        assert "begins after" not in dry(desk, rows)
    rows[3]["Received"] = "2026-01-18 00:00:00"
    assert "begins after" in dry(desk, rows), "it may mean that the time is not known"


def test_a_dry_run_tells_of_calls_at_midnight(desk: Desk) -> None:
    rows = [
        {"Number": str(n), "Received": f"2026-01-{n + 10} {'00:00' if n else '07:10'}:00",
         "Sent": "", "Cleared": ""}
        for n in range(4)
    ]  # fmt: skip
    assert "3 of 4 calls begin at exactly 00:00; is the clock time in another" in dry(desk, rows)


@pytest.mark.parametrize("filled", [0.3, 0.53, 0.95])
def test_the_number_that_every_row_has_is_the_incident_number(desk: Desk, filled: float) -> None:
    rows = [
        (
            f"26-{n}" if n < filled * 40 else "",
            f"C{n:05}",
            f"2026-01-04 10:{n}",
            f"{n} Elm St",
            "EDP",
        )
        for n in range(10, 50)
    ]
    header = ("Incident Number", "Call Number", "Call Time", "Location", "Nature")
    assert 'incident = "Call Number"' in suggested(desk, written([header, *rows]))
    twice = [row for row in rows for _ in range(2)]
    units = [(cells[0], f"C{n}", *cells[2:]) for n, cells in enumerate(twice)]
    layout = suggested(desk, written([header, *units]))
    assert 'incident = "Incident Number"' in layout, "the other is of each row, not of the call"
    assert "of 80 rows have no incident number" in layout


def test_a_layout_that_was_written_tells_what_is_next(desk: Desk) -> None:
    rows = [(f"26-{n}", "2026-01-04 10:30", f"{n} Elm St", text) for n, text in NEXT]
    desk.file.write_text(written([("Incident", "Call Time", "Location", "Nature"), *rows]))
    words = ("import", str(desk.file), "--suggest")
    done = desk.ccu(*words, "--output", str(desk.layout))
    assert (done.code, done.out) == (0, "")
    assert done.err.splitlines() == [
        f"Wrote {desk.layout}; under [natures], 2 texts need a code: QXJ, ZZV",
        f"Next: ccu import {desk.file} --layout {desk.layout} --dry-run",
    ]
    left = "under [natures], 2 texts need a code: QXJ, ZZV\n"
    assert desk.ccu(*words).err == left, "the layout is on the screen"
    desk.layout.unlink()
    desk.file.write_text(written([("Incident", "Call Time", "Location", "Nature")]))
    unfinished = desk.ccu(*words, "--output", str(desk.layout))
    assert unfinished.code == 11 and "Next:" not in unfinished.err


def test_combined_outcomes_all_count_and_denied_ones_are_left_open(desk: Desk) -> None:
    ends = [
        "Arrest; Unable to locate", "Arrest", "Transport to hospital / Arrest",
        "Citation, Arrest", "Referred | Citation", "Arrest and citation",
        "Not arrested", "Citation voided", "Referral, declined", "Cancelled",
    ]  # fmt: skip
    header = ("Incident", "Call Time", "Nature", "Address", "Disposition")
    rows = [
        (f"26-{n:03}", f"2026-01-{n:02} 10:00", "EDP", f"{n} ELM ST", end)
        for n, end in enumerate(ends, 1)
    ]
    layout = suggested(desk, written([header, *rows]))
    left = [
        "Transport to hospital / Arrest",
        "Not arrested",
        "Citation voided",
        "Referral, declined",
    ]
    assert [line.strip('# ,"') for line in layout.splitlines() if line.startswith("#   ")] == left
    assert desk.bring(None).code == 0
    counts = dict(desk.ask("SELECT disposition, count(*) FROM call_disposition GROUP BY 1"))
    assert counts == {
        "arrest": 4, "citation": 3, "no_action": 1, "referred": 1, "unable_to_locate": 1
    }  # fmt: skip


@pytest.mark.parametrize(
    ("line", "layout"),
    [("import", "demo"), ("person import", "roster-hsd"), ("provider import", "directory")],
)
def test_a_layout_and_rejects_go_into_no_file_of_another_program(
    line: str, layout: str, ccu: Ccu, tmp_path: Path
) -> None:
    list_ = tmp_path / "list.csv"
    list_.write_text("Name,Phone\nPantry,203-555-0101\n")
    for ending in (".pdf", ".docx", ".xlsx", ".html"):
        target = tmp_path / f"a{ending}"
        suggest, rejects = ("--suggest", "--output"), ("--layout", layout, "--rejects")
        for more, own in ((suggest, ".toml"), (rejects, ".csv")):
            done = ccu(*line.split(), str(list_), *more, str(target))
            assert (done.code, target.exists()) == (2, False), (more, done.err)
            told = f"ccu does not write {ending} here; end {more[-1]} in {own}"
            assert told in done.err, done.err
