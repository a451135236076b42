"""`ccu import`: lines before the header, columns by position, short rows, blanks."""

from pathlib import Path

import pytest

from tests.conftest import Ccu
from tests.dispatch_rows import HEADER, LAYOUT, Desk, row, text


@pytest.fixture
def desk(ccu: Ccu, tmp_path: Path) -> Desk:
    return Desk(ccu, tmp_path)


# ---------------------------------------------------------------- the shape of the file


def test_the_last_cells_of_a_short_row_are_empty_and_counted(desk: Desk) -> None:
    rows = [row(), row(Number="26-2")[:8], row(Number="26-3")[:4]]
    result = desk.bring(text(rows))
    assert result.code == 0
    assert "2 rows have fewer cells than there are columns; the last are empty" in result.err
    assert desk.ask("SELECT incident, beat FROM call ORDER BY id") == [
        ("26-1", "4"),
        ("26-2", None),
        ("26-3", None),
    ]


def test_a_short_row_beside_a_long_one_and_a_blank_line(desk: Desk) -> None:
    rows = [[*row(), "more"], row(Number="26-2")[:8], []]
    assert desk.counts(text(rows)) == (2, 1, 0, 0, 1)


def test_a_row_of_empty_cells_alone_is_skipped(desk: Desk) -> None:
    rows = [row(), [""] * len(HEADER), row(Number="26-2"), [""] * len(HEADER)]
    assert desk.counts(text(rows)) == (2, 2, 0, 0, 0)


def test_a_file_cut_within_its_last_row_is_not_taken_for_a_short_row(desk: Desk) -> None:
    export = text([row(), row(Number="26-2"), row(Number="26-3")])
    cut = export[: export.rindex("Main St")]
    assert desk.counts(cut, "--rejects", desk.rejects) == (3, 2, 0, 0, 1)
    assert [cells[:2] for cells in desk.reject_rows()] == [["4", "5 cells instead of 11"]]


@pytest.mark.parametrize(
    "before",
    [
        "sep=,\n",
        "Westport Police Department\nCalls for Service\n\n",
        "Calls for Service,,,,,,,,,,\nPrinted,02/01/2026,,,,,,,,,\n,,,,,,,,,,\n",
        "sep=,\nCalls for Service\n",
    ],
)
def test_lines_before_the_header_are_skipped(desk: Desk, before: str) -> None:
    export = before + text([row(), row(Number="26-2", Received="")])
    assert desk.counts(export, "--rejects", desk.rejects) == (2, 1, 0, 0, 1)
    line = export.splitlines().index(",".join(row(Number="26-2", Received=""))) + 1
    assert [cells[0] for cells in desk.reject_rows()] == [str(line)]


def test_the_separator_that_the_file_names_is_used(desk: Desk) -> None:
    export = "sep=;\n" + text([row()]).replace(",", ";")
    assert desk.counts(export) == (1, 1, 0, 0, 0)
    assert desk.one("SELECT raw FROM address") == "12 Main St"


def test_a_column_is_chosen_by_position_where_its_name_is_there_twice(desk: Desk) -> None:
    header = [*HEADER[:-1], "Beat"]
    export = text([row(Note="north")], header)
    refused = desk.bring(export)
    assert refused.code == 2
    assert "the column 'Beat' twice; name one by its position: #10 or #11" in refused.err
    for position in ("#11", "column 11"):
        desk.layout.write_text(LAYOUT.replace('"Beat"', f'"{position}"'))
        assert desk.counts(export)[1:3] in ((1, 0), (0, 0))
        assert desk.one("SELECT beat FROM call") == "north"
    desk.layout.write_text(LAYOUT.replace('"Beat"', '"#12"'))
    assert "no column '#12'" in desk.bring(export).err


def _without_header(desk: Desk) -> None:
    layout = LAYOUT
    for place, name in enumerate(HEADER, 1):
        layout = layout.replace(f'= "{name}"', f'= "#{place}"')
    desk.layout.write_text("header = false\n" + layout)


def test_a_file_without_a_header_is_imported_by_positions(desk: Desk) -> None:
    _without_header(desk)
    export = text([row(Number="26-2"), row(Number="26-3", Received="")], row()[:8])
    assert desk.counts(export, "--rejects", desk.rejects) == (3, 2, 0, 0, 1)
    assert desk.ask("SELECT incident, beat FROM call") == [("26-1", None), ("26-2", "4")]
    corrected = desk.rejects.read_text().replace('""', '"2026-01-18 08:00:00"', 1)
    assert desk.counts(corrected) == (1, 1, 0, 0, 0)
    assert desk.one("SELECT beat FROM call WHERE incident = '26-3'") == "4"


def test_a_position_is_the_same_column_in_a_rejects_file(desk: Desk) -> None:
    desk.layout.write_text(LAYOUT.replace('"Beat"', '"#10"'))
    desk.counts(text([row(Received="")]), "--rejects", desk.rejects)
    corrected = desk.rejects.read_text().replace('""', '"2026-01-18 08:00:00"', 1)
    assert desk.counts(corrected) == (1, 1, 0, 0, 0)
    assert desk.one("SELECT beat FROM call") == "4"


# ---------------------------------------------------------------- what cells mean


@pytest.mark.parametrize(
    "nothing", ["NULL", "null", "(null)", "N/A", "NONE", "None", "-", "--", r"\N", "nan", "NaN"]
)
def test_what_databases_write_for_an_empty_cell_is_empty(desk: Desk, nothing: str) -> None:
    cells = dict.fromkeys(("Sent", "Cleared", "Apt", "Nature", "End", "P", "Beat"), nothing)
    assert desk.counts(text([row(**cells)])) == (1, 1, 0, 0, 0)
    found = desk.ask(
        "SELECT dispatched_at, cleared_at, cad_nature_id, cad_disposition_id, priority, beat,"
        " raw_unit FROM call JOIN address ON address.id = address_id"
    )
    assert found == [(None, None, None, None, None, None, "")]
    assert desk.counts(None) == (1, 0, 0, 1, 0)


def test_a_text_that_the_layout_maps_is_kept(desk: Desk) -> None:
    desk.layout.write_text(LAYOUT.replace('["TRAFFIC STOP"]', '["TRAFFIC STOP", "NONE"]'))
    desk.counts(text([row(Nature="NONE")]))
    assert desk.one("SELECT text FROM cad_text JOIN call ON cad_text.id = cad_nature_id") == "NONE"


def test_city_codes_are_names(desk: Desk) -> None:
    desk.layout.write_text(
        LAYOUT.replace('unit = "Apt"', 'city = "Apt"')
        + '[cities]\nBRM = "Burlingame"\n"RWS" = "Redwood Shores"\n'
    )
    rows = [
        row(Apt="brm"),
        row(Number="26-2", Apt="", Where="BALTIC CIR #202 ,RWS"),
        row(Number="26-3", Apt="", Where="9 ELM ST, XYZ"),
        row(Number="26-4", Apt="Westport", Where="9 ELM ST"),
    ]
    assert desk.counts(text(rows)) == (4, 4, 0, 0, 0)
    assert [city for (city,) in desk.ask("SELECT raw_city FROM address ORDER BY id")] == [
        *("Burlingame", "Redwood Shores", "", "Westport"),
    ]
    assert desk.ask("SELECT city FROM place WHERE street = 'BALTIC CIR'") == [("REDWOOD SHORES",)]


def test_a_nature_as_cleared_that_is_not_mapped_leaves_the_dispatched_one_active(
    desk: Desk,
) -> None:
    desk.layout.write_text(LAYOUT.replace('priority = "P"', 'nature_cleared = "P"'))
    rows = [
        row(P="RPT TAKEN"),
        row(Number="26-2", P="TRAFFIC STOP"),
        row(Number="26-3", Nature="TRAFFIC STOP", P="WELFARE CHECK"),
    ]
    told = desk.bring(text(rows)).err
    assert "1 rows have one of 1 natures as cleared that are not in the layout" in told
    assert desk.ask("SELECT nature, nature_cleared, care FROM call ORDER BY id") == [
        ("welfare_check", None, 1),
        ("welfare_check", "other", 0),
        ("other", "welfare_check", 1),
    ]
    assert desk.counts(None) == (3, 0, 0, 3, 0)
