"""What an import refuses to take in: criminal-history identifiers, social security numbers."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccu.errors import InvalidInput
from ccu.imports import identifiers
from ccu.imports.rows import Table
from ccu.imports.source import opened
from ccu.imports.suggest import table_of

from ..conftest import SHARED, Ccu, Result, run_ccu
from ..dispatch_rows import HEADER, Desk, row, text

FBI, STATE, SSN, NCIC = (
    "an FBI number", "a state identification number", "a social security number",
    "an NCIC or III number",
)  # fmt: skip
NAMES = {
    FBI: "FBI|FBI No|FBI_NUM|FBI#|fbi_nbr|FBINumber|FBINO|Subject FBI Number|UCN|FBI / UCN",
    STATE: "SID|State ID|STATE_ID_NO|SBI|SPBI No|StateID|SIDNO|NYSID|State Identification Number"
    "|CT SID|stateid|subject_sid|CII No|State Ident",
    SSN: "SSN|Soc Sec|SOC_SEC_NO|Social Security Number|SSNo|SS#Num|client_ssn|SocialSecurityNo",
    NCIC: "NCIC|NCIC No|III|III Number|NIC_No",
}
FINE = (
    "Incident|Case No|id|State|Status|Disposition|State Road|Sidewalk|Residence"
    "|Session|Estate|Statement ID|Insider|Class ID|Address|Association|License Plate|DLS Flag"
    "|Nicotine|Society|Assn|Business No|Stated Reason|Priority|Fibre|Public|Unit ID|Event ID"
)


@pytest.fixture
def desk(ccu: Ccu, tmp_path: Path) -> Desk:
    return Desk(ccu, tmp_path)


def with_column(name: str, *cells: str) -> str:
    rows = [[*row(Number=f"26-{i}"), cell] for i, cell in enumerate(cells)]
    return text(rows, (*HEADER, name))


def untouched(desk: Desk) -> None:
    assert desk.one("SELECT count(*) FROM call") == 0
    assert desk.one("SELECT count(*) FROM import_batch") == 0
    assert not desk.rejects.exists()


@pytest.mark.parametrize(
    ("what", "name"), [(what, name) for what, told in NAMES.items() for name in told.split("|")]
)
@pytest.mark.parametrize("cell", ["7340219", ""])
def test_a_column_is_refused_by_its_name(desk: Desk, what: str, name: str, cell: str) -> None:
    done = desk.bring(with_column(name, cell, cell), "--rejects", desk.rejects)
    assert (done.code, done.out) == (2, "")
    assert f"column {name!a} looks like {what}" in done.err
    assert "--allow-column" in done.err
    assert "7340219" not in done.err
    untouched(desk)


@pytest.mark.parametrize("name", FINE.split("|"))
def test_a_column_of_another_name_is_not_refused(desk: Desk, name: str) -> None:
    assert desk.counts(with_column(name, "7340219", "26-00417"))[1] == 2


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("state_id", ("CT", "NY")),
        ("state_id", ("12", "7")),
        ("FBI notified", ("Yes", "No")),
        ("III", ("Jr", "")),
        ("NCIC checked", ("Y", "N")),
    ],
)
def test_a_column_whose_cells_are_no_numbers_is_not_refused(
    desk: Desk, name: str, cells: tuple[str, ...]
) -> None:
    assert desk.counts(with_column(name, *cells))[1] == 2


@pytest.mark.parametrize(
    ("what", "cells"),
    [
        (SSN, ("078-05-1120", "219-09-9999", "")),
        (SSN, ("", "078-05-1120", " 219-09-9999 ", "none")),
        (FBI, ("734021AB7", "120934V10", "FBI 555123H1")),
    ],
)
def test_a_column_is_refused_by_its_cells(desk: Desk, what: str, cells: tuple[str, ...]) -> None:
    done = desk.bring(with_column("Remark", *cells), "--rejects", desk.rejects)
    assert (done.code, done.out) == (2, "")
    assert f"column 'Remark' looks like {what}" in done.err
    assert not any(cell.strip() in done.err for cell in cells if cell)
    untouched(desk)


@pytest.mark.parametrize(
    "cells",
    [
        ("26A1", "17D3", "25B1", "12A1G"),  # EMD codes
        ("2026-000417", "2026-000418", "2026-000419"),
        ("181210001", "181210002", "P180514001"),
        ("203-555-0142", "203-555-0110", "555-0100"),
        ("06880-1234", "06880-2222", ""),
        ("078-05-1120", "219-09-9999", "none", "none", "none"),
        ("078-05-1120", "none", "none"),  # one remark, not a column of numbers
    ],
)
def test_other_numbers_are_not_refused(desk: Desk, cells: tuple[str, ...]) -> None:
    assert desk.counts(with_column("Remark", *cells))[1] == len(cells)


def test_all_refused_columns_are_named(desk: Desk) -> None:
    content = text([[*row(), "734021", "078-05-1120"]], (*HEADER, "FBI No", "Remark"))
    done = desk.bring(content)
    assert done.code == 2
    assert "'FBI No' looks like an FBI number and column 'Remark' looks like a social" in done.err


@pytest.mark.parametrize("said", ["FBI No", "fbi  no", str(len(HEADER) + 1)])
def test_a_column_can_be_let_pass_and_the_audit_states_it(desk: Desk, said: str) -> None:
    assert desk.counts(with_column("FBI No", "734021AB7"), "--allow-column", said)[1] == 1
    detail = json.loads(desk.one("SELECT detail FROM audit WHERE action = 'import'"))
    assert detail["allowed"] == ["FBI number"]


def test_what_was_not_let_pass_is_still_refused(desk: Desk) -> None:
    content = text([[*row(), "734021", "078-05-1120"]], (*HEADER, "FBI No", "SSN"))
    done = desk.bring(content, "--allow-column", "SSN")
    assert done.code == 2
    assert "'FBI No'" in done.err
    assert "'SSN'" not in done.err
    untouched(desk)
    assert desk.counts(content, "--allow-column", "SSN", "--allow-column", "FBI No")[1] == 1


@pytest.mark.parametrize("said", ["Nothing", "0", "99", "99999999999999999999", "", "٣"])
def test_a_column_that_is_not_there_cannot_be_let_pass(desk: Desk, said: str) -> None:
    done = desk.bring(with_column("FBI No", "734021"), "--allow-column", said)
    assert done.code == 2
    assert "--allow-column names a column that the file does not have" in done.err


def test_where_nothing_was_to_be_refused_nothing_was_let_pass(desk: Desk) -> None:
    desk.counts(text([row()]), "--allow-column", "Note")
    detail = json.loads(desk.one("SELECT detail FROM audit WHERE action = 'import'"))
    assert detail["allowed"] == []


def test_a_license_or_a_booking_number_is_reported_and_imported(desk: Desk) -> None:
    content = with_column("Driver's License No", "D1234567")
    done = desk.bring(content)
    assert done.code == 0
    assert "column \"Driver's License No\" looks like a driver's license number" in done.err
    assert "D1234567" not in done.err
    assert (
        "a driver's license number"
        not in desk.bring(content, "--allow-column", "driver's license no").err
    )


def test_a_dry_run_and_standard_input_refuse_too(desk: Desk, ccu: Ccu) -> None:
    content = with_column("State ID", "CT0071123")
    assert desk.bring(content, "--dry-run").code == 2
    done = ccu("import", "-", "--layout", str(desk.layout), stdin=content)
    assert done.code == 2
    untouched(desk)


def test_a_cell_in_the_place_of_a_header_is_not_printed(desk: Desk) -> None:
    """Of a file without a header the first row would be told as names of columns."""
    done = desk.bring("078-05-1120,a\n219-09-9999,b\n219-09-9998,c\n")
    assert done.code == 2
    assert "column 1 looks like a social security number" in done.err
    assert "078" not in done.err


def roster(folder: Path, header: str, *lines: str, options: tuple[str, ...] = ()) -> Result:
    (folder / "hsd.toml").write_text(
        'source = "hsd"\n[columns]\nnumber = "No"\ngiven = "First"\nfamily = "Last"\n'
    )
    (folder / "roster.csv").write_text("\n".join([header, *lines]) + "\n")
    line = ("person", "import", str(folder / "roster.csv"), "--layout", str(folder / "hsd.toml"))
    return run_ccu(*line, "--as-new", *options)


@pytest.mark.parametrize("name", ["SSN", "SID", "FBI No"])
def test_a_roster_refuses_them_too(desk: Desk, tmp_path: Path, name: str) -> None:
    lines = ("No,First,Last," + name, "1,Annika,Brindlewood,078051120")
    done = roster(tmp_path, *lines)
    assert (done.code, done.out) == (2, "")
    assert f"column {name!a} looks like" in done.err
    assert "078051120" not in done.err
    assert desk.one("SELECT count(*) FROM person") == 0
    assert roster(tmp_path, *lines, options=("--allow-column", name)).code == 0
    detail = json.loads(desk.one("SELECT detail FROM audit WHERE action = 'person-import'"))
    assert len(detail["allowed"]) == 1
    everything = "\n".join(
        str(desk.ask(f"SELECT * FROM {table}"))
        for (table,) in desk.ask("SELECT name FROM sqlite_schema WHERE type = 'table'")
    )
    assert "078051120" not in everything  # a column that no layout reads is not kept


EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "layouts"
REAL = sorted(
    path
    for path in (SHARED.rglob("*") if SHARED.exists() else ())
    if re.search(r"\.(csv|tsv)(\.gz)?$", path.name)
)
TRUE = {"febrl_dataset1.csv": SSN}  # it has a soc_sec_id


@pytest.mark.skipif(not REAL, reason="the shared data is not here")
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_no_real_export_is_refused(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with opened(path, "auto", None) as export:
        table = table_of(export)
        if path.name in TRUE:
            with pytest.raises(InvalidInput, match=TRUE[path.name]):
                identifiers.check(table, ())
            return
        assert identifiers.check(table, ()) == []
    assert capsys.readouterr().err == ""  # and none is told


def test_no_ready_layout_reads_such_a_column(tmp_path: Path) -> None:
    from ccu.imports.dispatch import layout
    from ccu.imports.roster import layout as roster_layout

    columns = {
        column
        for name in (*layout.READY, *map(str, EXAMPLES.glob("*.toml")))
        for named in layout.load(name).columns.values()
        for column in named
    } | {column for name in roster_layout.READY for column in roster_layout.load(name).wanted}
    file = tmp_path / "header.csv"
    file.write_text(text([], sorted(columns)))
    with opened(file, "auto", None) as export:
        assert identifiers.check(Table(export, ","), ()) == []


@given(st.lists(st.text(max_size=30), min_size=1, max_size=6), st.data())
def test_any_header_and_cells_end_in_a_list_or_a_sentence(
    names: list[str], data: st.DataObject
) -> None:
    """Whatever is there: no crash, and no cell of more than three digits in the sentence."""
    cells = data.draw(st.lists(st.from_regex(r"\A\d{3}-\d{2}-\d{4}\Z|\A[ -~]{0,12}\Z"), max_size=8))
    for place, name in enumerate(names):
        what = identifiers._by_name(identifiers.KNOWN["refused"], name, cells)
        assert what in ("", *NAMES)
        label = identifiers._label(place, name)
        assert not re.search(r"\d{3}-\d{2}-\d{4}", label)
        assert label.isascii()
    matched = [cell for cell in cells if re.fullmatch(r"\d{3}-\d{2}-\d{4}", cell)]
    if 2 * len(matched) > len(cells):
        assert identifiers._by_cells(cells) == SSN
