"""`ccu import`: what comes in, again, changed, amended by hand, rejected."""

import csv
import gzip
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Ccu, examples, run_ccu
from tests.dispatch_rows import HEADER, LAYOUT, ROW, Desk, row, text


@pytest.fixture
def desk(ccu: Ccu, tmp_path: Path) -> Desk:
    return Desk(ccu, tmp_path)


def test_a_row_becomes_a_call(desk: Desk) -> None:
    result = desk.bring(text([row()]), "--format", "json")
    assert result.code == 0
    assert json.loads(result.out) == [{"read": 1, "new": 1, "changed": 0, "same": 0, "rejected": 0}]
    shown = json.loads(desk.ccu("call", "show", "1", "--format", "json").out)
    assert shown["occurred_at"] == "2026-01-18T22:30:00-05:00"
    assert shown["dispatched_at"] == "2026-01-18T22:31:00-05:00"
    assert shown["arrived_at"] is None
    assert (shown["source_system"], shown["incident"]) == ("our-cad", "26-1")
    assert (shown["nature"], shown["care"], shown["cad_nature"]) == (
        "welfare_check",
        True,
        "WELFARE CHECK",
    )
    assert shown["dispositions"] == ["resources_given"]
    assert (shown["priority"], shown["beat"], shown["lead_agency"]) == ("2", "4", "police")
    assert desk.ask("SELECT unit_key, city, city_assumed FROM place") == [
        ("address 12 MAIN ST; # 3", "WESTPORT", 1)
    ]


def test_importing_again_changes_nothing(desk: Desk) -> None:
    export = text([row(), row(Number="26-2", Where="9 Elm St")])
    assert desk.counts(export) == (2, 2, 0, 0, 0)
    before = desk.ask("SELECT * FROM call ORDER BY id")
    assert desk.counts(export) == (2, 0, 0, 2, 0)
    assert desk.ask("SELECT * FROM call ORDER BY id") == before
    assert desk.ask("SELECT * FROM change") == []
    assert desk.ask("SELECT read_rows, new_rows, same_rows FROM import_batch") == [
        (2, 2, 0),
        (2, 0, 2),
    ]


def test_a_column_that_nobody_maps_does_not_make_a_change(desk: Desk) -> None:
    desk.counts(text([row()]))
    assert desk.counts(text([row(Note="typed later")])) == (1, 0, 0, 1, 0)


def test_a_changed_row_updates_the_call_and_keeps_the_old_values(desk: Desk) -> None:
    desk.counts(text([row()]))
    changed = row(Nature="SUICIDE THREAT", End="REFERRED HSD", Where="14 Main St", P="1")
    assert desk.counts(text([changed])) == (1, 0, 1, 0, 0)
    found = desk.ask("SELECT field, old_value, new_value, import_batch_id FROM change")
    kept = {field: (json.loads(old), json.loads(new)) for field, old, new, _batch in found}
    assert {batch for *_rest, batch in found} == {2}
    assert kept["nature"] == ("welfare_check", "suicide")
    assert kept["cad_nature"] == ("WELFARE CHECK", "SUICIDE THREAT")
    assert kept["dispositions"] == (["resources_given"], ["referred", "resources_given"])
    assert kept["address"] == ("12 Main St, 3", "14 Main St, 3")
    assert kept["priority"] == ("2", "1")
    assert set(kept) == {
        *("nature", "cad_nature", "cad_disposition", "dispositions"),
        *("address", "place_id", "priority"),
    }
    assert desk.one("SELECT number FROM place JOIN call ON call.place_id = place.id") == "14"
    assert desk.counts(text([changed])) == (1, 0, 0, 1, 0)


def test_a_better_layout_reads_the_same_rows_again(desk: Desk) -> None:
    desk.counts(text([row(Nature="CHECK ON RESIDENT")]))
    assert desk.one("SELECT nature FROM call") == "other"
    better = LAYOUT.replace('"WELFARE*"', '"WELFARE*", "CHECK ON *"')
    desk.layout.write_text(better)
    assert desk.counts(None) == (1, 0, 1, 0, 0)
    assert desk.ask("SELECT nature, care FROM call") == [("welfare_check", 1)]


def test_manual_amendments_stay(desk: Desk) -> None:
    desk.counts(text([row()]))
    amended = desk.ccu("call", "edit", "1", "--nature", "crisis", "--reason", "seen")
    assert amended.code == 0, amended.err
    result = desk.bring(text([row(Nature="TRAFFIC STOP", P="9")]))
    assert result.out.split() == [*"Read New Changed Same Rejected".split(), *"1 0 1 0 0".split()]
    assert "2 fields edited by hand were not changed" in result.err
    assert desk.ask("SELECT nature, care, priority FROM call") == [("crisis", 1, "9")]
    again = desk.bring(None)
    assert again.out.split()[-5:] == ["1", "0", "0", "1", "0"]


def test_a_voided_call_stays_void(desk: Desk) -> None:
    desk.counts(text([row()]))
    assert desk.ccu("call", "void", "1", "--reason", "test call").code == 0
    assert desk.counts(text([row(P="1")])) == (1, 0, 1, 0, 0)
    assert desk.one("SELECT count(*) FROM call WHERE voided_at IS NOT NULL") == 1


def test_a_call_logged_by_hand_is_filled_in_and_not_overwritten(desk: Desk) -> None:
    assert desk.ccu("settings", "cad_system", "our-cad").code == 0
    logged = desk.ccu(
        *("log-call", "--no-input", "--when", "2026-01-18 22:40", "--nature", "crisis"),
        *("--address", "12 Main St Apt 3", "--incident", "26-1"),
    )
    assert logged.code == 0, logged.err
    assert desk.counts(text([row()])) == (1, 0, 1, 0, 0)
    assert desk.ask("SELECT nature, substr(occurred_at, 12, 5), priority, beat FROM call") == [
        ("crisis", "22:40", "2", "4")
    ]
    assert desk.counts(text([row(P="1")])) == (1, 0, 1, 0, 0), (
        "filled in by CAD, so CAD's to change"
    )
    assert desk.one("SELECT priority FROM call") == "1"


def test_rows_without_a_number_have_a_stable_identity(desk: Desk) -> None:
    layout = LAYOUT.replace('incident = "Number"\n', "")
    desk.layout.write_text(layout)
    rows = [row(), row(), row(Where="9 Elm St"), row(Nature="TRAFFIC STOP")]
    assert desk.counts(text(rows)) == (4, 4, 0, 0, 0), "alike, yet each a call"
    assert desk.counts(text(reversed(rows))) == (4, 0, 0, 4, 0)
    desk.layout.write_text(f'identity = ["Received", "Where"]\n{layout}')
    assert desk.counts(text([row()])) == (1, 0, 0, 1, 0), "found by moment and address"
    assert desk.counts(text([row(P="1")])) == (1, 0, 1, 0, 0), "the same call, changed"


def test_the_same_number_twice(desk: Desk) -> None:
    """To the letter: nothing new. Otherwise the newer row decides."""
    export = text([row(), row(), row(P="5"), row(Number="26-2")])
    assert desk.counts(export) == (4, 2, 0, 2, 0)
    assert desk.counts(export) == (4, 0, 0, 4, 0)
    assert desk.one("SELECT priority FROM call WHERE incident = '26-1'") == "5"


def test_bad_rows_go_to_the_rejects_file_and_the_rest_goes_in(desk: Desk) -> None:
    rows = [
        row(),
        row(Number="26-2", Received=""),
        row(Number="26-3", Received="2025-02-29 10:00:00"),
        [*row(Number="26-5"), "more"],
        row(Number="26-6", Received="0026-01-18 22:30:00"),
        row(Number="26-7", Cleared="2026-01-18 22:00:00"),
        row(Number="26-8", Where="12 \x1b[31mMain St"),
    ]
    assert desk.counts(text(rows), "--rejects", desk.rejects) == (7, 1, 0, 0, 6)
    assert [cells[:2] for cells in desk.reject_rows()] == [
        ["3", "no time in Received"],
        ["4", "Received: no format fits"],
        ["5", "12 cells instead of 11"],
        ["6", "Received: year out of range"],
        ["7", "the call is cleared before it begins"],
        ["8", "a control character in Where"],
    ]
    assert desk.rejects.stat().st_mode & 0o777 == 0o600
    assert desk.reject_rows()[2][2:] == [*row(Number="26-5"), "more"]


def test_a_corrected_rejects_file_can_be_imported(desk: Desk) -> None:
    bad = row(Number="26-2", Received="18/01/2026", Beat="-1")
    desk.counts(text([row(), bad]), "--rejects", desk.rejects)
    mended = desk.rejects.read_text().replace("18/01/2026", "2026-01-18 08:00:00")
    assert '"\'-1"' in mended
    assert desk.counts(mended) == (1, 1, 0, 0, 0)
    assert desk.one("SELECT beat FROM call WHERE incident = '26-2'") == "-1"


def test_a_rejects_file_of_an_earlier_import_does_not_stay(desk: Desk) -> None:
    desk.rejects.write_text("line,reason\n2,yesterday's\n")
    result = desk.bring(text([row()]), "--rejects", desk.rejects)
    (header,) = desk.rejects.read_text().splitlines()
    assert header.startswith('"line","reason"')
    assert "no rows were rejected" in result.err


def test_a_dry_run_prints_the_same_and_keeps_nothing(desk: Desk) -> None:
    desk.counts(text([row(), row(Number="26-2")]))
    before = desk.ask("SELECT * FROM call") + desk.ask("SELECT * FROM audit ORDER BY id")
    export = text([row(), row(Number="26-2", P="1"), row(Number="26-3"), row(Received="")])
    assert desk.counts(export, "--dry-run") == (4, 1, 1, 1, 1)
    assert desk.ask("SELECT * FROM call") + desk.ask("SELECT * FROM audit ORDER BY id") == before
    assert desk.one("SELECT count(*) FROM import_batch") == 1
    assert desk.counts(export) == (4, 1, 1, 1, 1)


def test_natures_that_the_layout_does_not_know_are_told(desk: Desk) -> None:
    rows = [
        row(Number=str(n), Nature=kind)
        for n, kind in enumerate(("A", "A", "B", "", "TRAFFIC STOP"))
    ]
    result = desk.bring(text(rows))
    assert "3 rows have one of 2 natures that are not in the layout" in result.err
    assert "A (2), B (1)" in result.err
    assert desk.one("SELECT count(*) FROM call WHERE nature = 'other'") == 5


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_dispositions_that_the_layout_does_not_know_are_told(
    desk: Desk, options: tuple[str, ...]
) -> None:
    ends = ["RPT", "rpt", "GOA; REFERRED HSD", "ADVISED", "", "RPT, GOA", "RPT"]
    rows = [row(Number=f"26-{n}", End=end) for n, end in enumerate(ends)]
    told = desk.bring(text(rows), *options).err
    assert "5 dispositions (4 different) are not in the layout" in told
    assert "most often RPT (2)" in told
    assert "GOA (1)" in told
    assert "ADVISED (" not in told
    assert "dispositions (" not in desk.bring(text([row()]), *options).err


def test_the_layout_may_define_a_care_call(desk: Desk) -> None:
    desk.layout.write_text('care = ["other"]\n' + LAYOUT)
    desk.counts(text([row(), row(Number="26-2", Nature="TRAFFIC STOP")]))
    assert desk.ask("SELECT nature, care FROM call ORDER BY id") == [
        ("welfare_check", 0),
        ("other", 1),
    ]


def test_the_audit_has_the_batch_and_its_counts(desk: Desk) -> None:
    desk.counts(text([row()]))
    (found,) = desk.ask("SELECT record, record_id, detail FROM audit WHERE action = 'import'")
    assert found[:2] == ("import_batch", 1)
    told = json.loads(found[2])
    assert told.pop("allowed") == [] and told.pop("written")
    assert told == {"read": 1, "new": 1, "changed": 0, "same": 0, "rejected": 0}


@pytest.mark.parametrize(
    "encode",
    [
        lambda export: export.encode(),
        lambda export: b"\xef\xbb\xbf" + export.encode(),
        lambda export: export.encode("cp1252"),
        lambda export: export.encode("utf-16"),
        lambda export: export.replace("\n", "\r\n").encode(),
        lambda export: gzip.compress(export.encode()),
    ],
)
def test_encodings_line_ends_and_gzip(desk: Desk, encode: object) -> None:
    assert callable(encode)
    assert desk.counts(encode(text([row(Where="12 José Pl")]))) == (1, 1, 0, 0, 0)
    assert desk.one("SELECT raw FROM address") == "12 José Pl"


def test_standard_input(desk: Desk) -> None:
    result = desk.ccu(
        "import", "-", "--layout", str(desk.layout), stdin=gzip.compress(text([row()]).encode())
    )
    assert result.code == 0, result.err
    assert desk.one("SELECT file_name FROM import_batch") == "-"


def test_quoted_line_breaks_and_another_delimiter(desk: Desk) -> None:
    desk.layout.write_text('delimiter = ";"\n' + LAYOUT)
    export = text([row(Where="12 Main St\nrear")]).replace(",", ";")
    assert desk.counts(export) == (1, 1, 0, 0, 0)
    assert desk.one("SELECT raw FROM address") == "12 Main St rear"


@pytest.mark.parametrize(
    ("rule", "wall", "stored"),
    [
        ("earlier", "2025-11-02 01:30:00", "2025-11-02T01:30:00-04:00"),
        ("later", "2025-11-02 01:30:00", "2025-11-02T01:30:00-05:00"),
        ("reject", "2025-11-02 01:30:00", None),
        ("earlier", "2025-03-09 02:30:00", "2025-03-09T03:30:00-04:00"),
        ("reject", "2025-03-09 02:30:00", None),
    ],
)
def test_clock_changes_follow_the_layouts_rule(
    desk: Desk, rule: str, wall: str, stored: str | None
) -> None:
    desk.layout.write_text(f'ambiguous = "{rule}"\n{LAYOUT}')
    counts = desk.counts(text([row(Received=wall, Sent="", Cleared="")]))
    assert counts == ((1, 1, 0, 0, 0) if stored else (1, 0, 0, 0, 1))
    assert [at for (at,) in desk.ask("SELECT occurred_at FROM call")] == [stored] * counts[1]


def test_in_the_hour_that_comes_twice_a_call_is_cleared_after_it_begins(desk: Desk) -> None:
    times = {"Received": "2025-11-02 01:50:00", "Sent": "", "Cleared": "2025-11-02 01:10:00"}
    assert desk.counts(text([row(**times)])) == (1, 1, 0, 0, 0)
    assert desk.one("SELECT cleared_at FROM call") == "2025-11-02T01:10:00-05:00"


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("%m/%d/%y %H:%M", "03/04/25 10:05"),
        ("%d/%m/%Y %I:%M:%S %p", "04/03/2025 10:05:00 AM"),
        ("epoch", "1741100700"),
        ("iso", "2025-03-04T15:05:00Z"),
    ],
)
def test_dates_are_read_by_the_layouts_format(desk: Desk, form: str, said: str) -> None:
    desk.layout.write_text(LAYOUT.replace("%Y-%m-%d %H:%M:%S", form))
    assert desk.counts(text([row(Received=said, Sent="", Cleared="")])) == (1, 1, 0, 0, 0)
    assert desk.one("SELECT occurred_at FROM call") == "2025-03-04T10:05:00-05:00"


def test_columns_joined_texts_that_mean_nothing_and_crossings(desk: Desk) -> None:
    layout = LAYOUT.replace('address = "Where"', 'address = ["P", "Where"]\ncross = "Note"')
    layout = layout.replace('priority = "P"\n', "") + '[blank]\nP = ["0"]\n'
    desk.layout.write_text(layout)
    rows = [row(P="12", Where="Main St"), row(Number="26-2", P="0", Where="Main St", Note="Elm St")]
    assert desk.counts(text(rows)) == (2, 2, 0, 0, 0)
    assert [raw for (raw,) in desk.ask("SELECT raw FROM address ORDER BY id")] == [
        "12 Main St",
        "Main St & Elm St",
    ]


def test_a_guarded_file_of_our_own(desk: Desk) -> None:
    desk.layout.write_text("guarded = true\n" + LAYOUT)
    desk.counts(text([row(Beat="'-1", P="'2")]))
    assert desk.ask("SELECT beat, priority FROM call") == [("-1", "'2")]


def test_a_town_of_the_layout_is_where_its_addresses_are(desk: Desk) -> None:
    desk.layout.write_text('town = "Norwalk"\nstate = "CT"\n' + LAYOUT)
    desk.counts(text([row()]))
    assert desk.ask("SELECT city, city_assumed, state FROM place") == [("NORWALK", 1, "CT")]


def test_a_progress_bar_at_a_terminal_and_nowhere_else(desk: Desk) -> None:
    desk.file.write_text(text([row()]))
    words = ("import", str(desk.file), "--layout", str(desk.layout), "--format", "csv")
    at_terminal, plain = run_ccu(*words, tty=True), run_ccu(*words)
    assert plain.err == ""
    assert "Reading" in at_terminal.err
    assert "Reading" not in at_terminal.out


def test_layout_names_complete(desk: Desk) -> None:
    result = desk.bring(text([row()]), "--layout", "nowhere")
    assert result.code == 2
    assert "the ready ones are demo," in result.err


def test_a_suggested_layout_is_one_that_works(desk: Desk) -> None:
    names = {
        "Number": "Incident No",
        "Where": "Location",
        "Nature": "Call Type",
        "End": "Disposition",
    }
    times = [f"2026-01-{day} 22:30:00" for day in range(13, 30)]
    rows = [row(Number=at[8:10], Received=at, Sent=at, Cleared=at) for at in times]
    desk.file.write_text(text(rows, [names.get(name, name) for name in HEADER]))
    words = ("import", str(desk.file), "--suggest", "--output", str(desk.layout))
    edited = desk.layout.read_text()
    refused = desk.ccu(*words)
    assert (refused.code, desk.layout.read_text()) == (2, edited)
    assert f"{desk.layout} already exists; choose a new name for --output" in refused.err
    desk.layout.unlink()
    suggested = desk.ccu(*words)
    assert suggested.code == 0, suggested.err
    layout = desk.layout.read_text()
    assert 'formats = ["%Y-%m-%d %H:%M:%S"]' in layout
    assert 'welfare_check = ["WELFARE CHECK"]' in layout
    assert "12 Main" not in layout
    assert desk.counts(None) == (17, 17, 0, 0, 0)
    assert desk.one("SELECT count(*) FROM call WHERE care AND place_id IS NOT NULL") == 17


def test_an_ambiguous_date_is_not_guessed(desk: Desk) -> None:
    desk.file.write_text(text([row(Received="03/04/2026 10:00", Sent="", Cleared="")]))
    result = desk.ccu("import", str(desk.file), "--suggest")
    assert 'formats = []  # ["%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M"]' in result.out


# ---------------------------------------------------------------- for any export

CELL = st.text(st.characters(codec="utf-8"), max_size=12)
ANY_ROW = st.fixed_dictionaries(
    {
        "Number": st.sampled_from(["", "1", "2", "3", "4", "5"]) | CELL,
        "Received": st.sampled_from([ROW["Received"], "2025-11-02 01:30:00", ""]) | CELL,
        "Sent": st.just(""),
        "Cleared": st.sampled_from(["", ROW["Cleared"]]),
        "Where": st.sampled_from(["12 Main St", "Main St & Elm St", ""]) | CELL,
        "Apt": CELL,
        "Nature": st.sampled_from(["WELFARE CHECK", "TRAFFIC STOP"]) | CELL,
        "End": CELL,
        "P": st.sampled_from(["1", "2"]),
        "Beat": CELL,
        "Note": CELL,
    }
).map(lambda cells: row(**cells))


@settings(
    max_examples=examples(8, 80),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=st.lists(ANY_ROW, max_size=12))
def test_any_export_again_is_all_the_same(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = _new_desk(tmp_path_factory, monkeypatch)
    read, new, changed, same, rejected = desk.counts(text(rows))
    assert changed == 0
    assert desk.one("SELECT count(*) FROM call") == new
    assert desk.counts(None) == (read, 0, 0, new + same, rejected)
    assert desk.ccu("check", "--quiet").code == 0


@settings(
    max_examples=examples(6, 24),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(order=st.permutations(range(4)))
def test_the_order_of_files_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = _new_desk(tmp_path_factory, monkeypatch)
    for part in order:
        rows = [row(Number=f"26-{part}-{n}", Where=f"{n} Main St") for n in range(1, 6)]
        assert desk.counts(text(rows)) == (5, 5, 0, 0, 0)
    sql = (
        "SELECT incident, occurred_at, nature, raw, unit_key FROM call JOIN address"
        " ON address.id = address_id JOIN place ON place.id = call.place_id ORDER BY incident"
    )
    assert desk.ask(sql) == [
        (
            f"26-{part}-{n}",
            "2026-01-18T22:30:00-05:00",
            "welfare_check",
            f"{n} Main St",
            f"address {n} MAIN ST; # 3",
        )
        for part in range(4)
        for n in range(1, 6)
    ]


def _new_desk(factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Desk:
    folder = factory.mktemp("desk")
    monkeypatch.setenv("CCU_DB", str(folder / "ccu.db"))
    made = run_ccu("init", "--town", "Westport", "--state", "CT", "--timezone", "America/New_York")
    assert made.code == 0, made.err
    return Desk(run_ccu, folder)


def test_the_header_of_the_rejects_file(desk: Desk) -> None:
    desk.counts(text([row(Received="")]), "--rejects", desk.rejects)
    with desk.rejects.open(newline="") as file:
        assert next(csv.reader(file)) == ["line", "reason", *HEADER]
