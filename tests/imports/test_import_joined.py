"""`ccu import`: rows of one incident joined into one call; its responders, hazards and minutes."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccu.imports.dispatch.join_store import APART
from tests.conftest import Ccu, examples
from tests.dispatch_rows import LAYOUT, Desk, row, text

UNITS = """
source = "our-cad"
formats = ["%Y-%m-%d %H:%M"]
clinicians = ["CIT*"]
[columns]
incident = "No"
occurred = "Called"
dispatched = "Sent"
arrived = "There"
cleared = "Clear"
updated = "Changed"
address = "Where"
responder = "Unit"
responder_state = "State"
hazards = ["Hazard", "Weapon"]
backup_asked = "Asked"
backup_arrived = "Came"
minutes = "Min"
disposition = ["Disp1", "Disp2"]
priority = "P"
[responders]
police = ["B*"]
ems = ["M*"]
mobile_crisis = ["CIT*"]
[states]
cancelled = ["CANC*"]
[hazards]
weapon = ["KNIFE", "GUN"]
dog = ["DOG"]
none = ["NONE"]
[dispositions]
arrest = ["ARR"]
crisis_team = ["CRT"]
referred = ["REF"]
"""
NAMES = (
    *("No", "Called", "Sent", "There", "Clear", "Changed", "Where", "Unit", "State", "Hazard"),
    *("Weapon", "Asked", "Came", "Min", "Disp1", "Disp2", "P"),
)


@pytest.fixture
def desk(ccu: Ccu, tmp_path: Path) -> Desk:
    return Desk(ccu, tmp_path)


def unit(**cells: str) -> list[str]:
    """A row of an export with a row for each unit."""
    usual = {"No": "1", "Called": "2026-01-05 10:00", "Where": "12 Main St"}
    return [{**dict.fromkeys(NAMES, ""), **usual, **cells}[name] for name in NAMES]


def call(desk: Desk, *rows: list[str], layout: str = UNITS) -> dict[str, Any]:
    """Import the rows, of one incident, twice; return the call as JSON."""
    desk.layout.write_text(layout)
    assert desk.counts(text(rows, NAMES)) == (len(rows), 1, 0, len(rows) - 1, 0)
    assert desk.counts(None) == (len(rows), 0, 0, len(rows), 0)
    found: dict[str, Any] = json.loads(desk.ccu("call", "show", "1", "--format", "json").out)
    assert found["changes"] == []
    return found


def test_a_row_for_each_outcome_is_one_call_with_all_of_them(desk: Desk) -> None:
    desk.layout.write_text(
        LAYOUT.replace('resources_given = ["REFERRED *", "ADVISED"]', 'crisis_team = ["MOBILE *"]')
        + 'police_exam = ["EMERGENT *"]\n'
    )
    ends = ("REFERRED CLINIC", "Emergent Detention", "Mobile Crisis Team")
    done = desk.bring(text([row(Number="501", End=end) for end in ends]))
    assert (
        "2 rows were joined to another row of their incident number, into 1 calls; they are"
        in done.err
    )
    assert "differ in more" not in done.err
    assert [code for (code,) in desk.ask("SELECT disposition FROM call_disposition")] == [
        *("crisis_team", "police_exam", "referred"),
    ]
    assert desk.one("SELECT text FROM cad_text JOIN call ON cad_text.id = cad_disposition_id") == (
        "; ".join(sorted(ends))
    )
    told = desk.ccu("report", "--month", "2026-01", "--section", "dispositions", "--format", "csv")
    for label in ("Crisis team called", "Police emergency examination request", "Referred"):
        assert any(label in line and '"1.0"' in line for line in told.out.splitlines())


def test_sixty_three_rows_of_forty_five_incidents_are_forty_five_calls(desk: Desk) -> None:
    desk.layout.write_text(UNITS)
    rows = [unit(No=str(n % 45), Unit=f"B{n}", Where=f"{n % 45} Elm St") for n in range(63)]
    assert desk.counts(text(rows, NAMES)) == (63, 45, 0, 18, 0)
    assert desk.counts(text(reversed(rows), NAMES))[1:3] == (0, 0)
    assert desk.one("SELECT count(*) FROM call_responder") == 63
    assert desk.ask("SELECT count(*) FROM place WHERE unit <> ''") == [(0,)]


LED = UNITS.replace('responder = "Unit"', 'responder = "Unit"\nagency = "State"').replace(
    'responder_state = "State"\n', ""
)
LED += '[agencies]\npolice = ["PD"]\nems = ["MED"]\nmobile_crisis = ["MCT"]\n'
SENT = {"Sent": "2026-01-05 10:01"}


@pytest.mark.parametrize(
    ("units", "leads"),
    [
        (({"Unit": "B2", "State": "PD", "There": "2026-01-05 10:09", **SENT},
          {"Unit": "CIT1", "State": "MCT", "There": "2026-01-05 10:05"},
          {"Unit": "M1", "State": "MED", "Sent": "2026-01-05 10:00"}), "mobile_crisis"),
        (({"Unit": "B2", "State": "PD", **SENT},
          {"Unit": "M1", "State": "MED", "Sent": "2026-01-05 10:00"},
          {"Unit": "CIT1", "State": "MCT"}), "ems"),
        (({"Unit": "M1", "State": "MED", **SENT},
          {"Unit": "B2", "State": "PD", **SENT},
          {"Unit": "B1", "State": ""}), "police"),
    ],
)  # fmt: skip
@settings(
    max_examples=examples(4, 12),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_the_first_unit_leads_in_any_order_of_rows(
    desk: Desk, data: st.DataObject, units: tuple[dict[str, str], ...], leads: str
) -> None:
    desk.layout.write_text(LED)
    number = str(1 + desk.one("SELECT count(*) FROM call"))
    rows = [unit(No=number, **each) for each in data.draw(st.permutations(units))]
    assert desk.counts(text(rows, NAMES))[:2] == (3, 1)
    assert desk.one("SELECT lead_agency FROM call ORDER BY id DESC") == leads


def test_units_are_responders_and_the_times_are_those_of_the_call(desk: Desk) -> None:
    first = "2026-01-05 "
    found = call(
        desk,
        unit(Unit="B12", Sent=first + "10:02", There=first + "10:20", Clear=first + "10:50"),
        unit(Unit="CIT3", Sent=first + "10:05", There=first + "10:10", Clear=first + "11:10"),
        unit(Unit="M1", Sent=first + "10:01", State="CANCELLED"),
    )
    assert [found[f"{name}_at"][11:16] for name in ("dispatched", "arrived", "cleared")] == [
        *("10:01", "10:10", "11:10"),
    ]
    keys = ("agency", "unit", "state", "clinician", "minutes")
    assert [tuple(each[key] for key in keys) for each in found["responders"]] == [
        ("ems", "M1", "cancelled", False, None),
        ("mobile_crisis", "CIT3", "arrived", True, 60),
        ("police", "B12", "arrived", False, 30),
    ]
    assert found["minutes"] is None


@pytest.mark.parametrize("reverse", [False, True])
def test_rows_of_units_that_the_layout_does_not_name(desk: Desk, reverse: bool) -> None:
    """The first arrival and the last clearing count, in any order of the rows."""
    layout = "".join(
        line + "\n"
        for line in UNITS.splitlines()
        if not line.startswith(("responder", "updated", "minutes"))
    )
    rows = [
        unit(
            Sent="2026-01-05 23:51", There="2026-01-05 23:58", Clear="2026-01-06 00:20", Unit="B1"
        ),
        unit(
            Sent="2026-01-05 23:55", There="2026-01-06 00:03", Clear="2026-01-06 00:50", Unit="B2"
        ),
        unit(
            Sent="2026-01-05 23:56", There="2026-01-06 00:09", Clear="2026-01-06 00:15", Unit="B3"
        ),
    ]
    found = call(desk, *(reversed(rows) if reverse else rows), layout=layout)
    times = [found[f"{name}_at"][11:16] for name in ("dispatched", "arrived", "cleared")]
    assert (times, found["minutes"]) == (["23:51", "23:58", "00:50"], 52)
    desk.layout.write_text(layout.replace("our-cad", "another"))
    assert "rows that differ" not in desk.bring(None, "--dry-run").err


def test_a_call_sign_that_is_not_mapped_is_not_taken_for_police(desk: Desk) -> None:
    desk.layout.write_text(UNITS + '[defaults]\nlead_agency = "police"\n')
    assert "such as X9" in desk.bring(text([unit(Unit="X9, B1")], NAMES)).err
    found = desk.ask("SELECT unit, agency FROM call_responder ORDER BY unit")
    assert found == [("B1", "police"), ("X9", "other")]
    assert desk.one("SELECT lead_agency FROM call") == "police"


@pytest.mark.parametrize("order", [("police", "human_services"), ("human_services", "police")])
def test_the_longest_pattern_decides_whose_a_call_sign_is(
    desk: Desk, order: tuple[str, str]
) -> None:
    signs = {"police": '["C*"]', "human_services": '["CCU*"]'}
    table = "".join(f"{agency} = {signs[agency]}\n" for agency in order)
    desk.layout.write_text(UNITS.replace('police = ["B*"]\n', table))
    assert desk.bring(text([unit(Unit="C3 CCU1")], NAMES)).code == 0
    found = desk.ask("SELECT unit, agency FROM call_responder ORDER BY unit")
    assert found == [("C3", "police"), ("CCU1", "human_services")]


def test_several_units_in_one_cell_are_not_all_said_to_have_arrived(desk: Desk) -> None:
    found = call(desk, unit(Unit="B12, CIT3;X9", There="2026-01-05 10:10"))
    assert [(each["agency"], each["state"]) for each in found["responders"]] == [
        ("police", "dispatched"),
        ("mobile_crisis", "dispatched"),
        ("other", "dispatched"),
    ]
    assert (
        "1 texts of responder are not in the layout, such as X9"
        in desk.bring(None, "--dry-run").err
    )


def test_hazards_backup_and_dispositions_of_several_columns(desk: Desk) -> None:
    found = call(
        desk,
        unit(Hazard="DOG", Weapon="KNIFE", Asked="Y", Came="no", Disp1="ARR", Disp2="REF; CRT"),
    )
    assert found["dangers"] == ["weapon", "dog"]
    assert (found["backup_asked"], found["backup_arrived"]) == (True, False)
    assert {*found["dispositions"]} == {"crisis_team", "referred", "arrest"}
    assert found["cad_disposition"] == "ARR; REF; CRT"


@pytest.mark.parametrize(
    ("cells", "dangers"),
    [
        ({"Hazard": "NONE"}, ["none"]),
        ({"Hazard": "NONE", "Weapon": "GUN"}, ["weapon"]),
        ({"Hazard": "NULL"}, []),
        ({"Hazard": "BEES"}, []),
    ],
)
def test_no_hazard_is_recorded_only_where_the_export_has_it(
    desk: Desk, cells: dict[str, str], dangers: list[str]
) -> None:
    assert call(desk, unit(**cells))["dangers"] == dangers
    assert ("texts of hazards" in desk.bring(None, "--dry-run").err) == (cells["Hazard"] == "BEES")


@pytest.mark.parametrize(
    ("cells", "minutes"),
    [
        ({"There": "2026-01-05 10:10", "Clear": "2026-01-05 10:50"}, 40),
        ({"There": "2026-01-05 10:10", "Clear": "2026-01-05 10:50", "Min": "25"}, 25),
        ({"Clear": "2026-01-05 10:50"}, None),
        ({"There": "2026-01-05 10:10", "Clear": "2026-01-08 10:50"}, None),
    ],
)
def test_minutes_are_from_arrival_to_clearing_unless_there_is_a_column(
    desk: Desk, cells: dict[str, str], minutes: int | None
) -> None:
    assert call(desk, unit(**cells))["minutes"] == minutes


def test_the_newer_row_decides_where_it_has_a_value(desk: Desk) -> None:
    rows = [
        unit(P="1", Where="12 Main St", Changed="2026-01-05 12:00"),
        unit(P="2", Where="14 Main St", Changed="2026-01-05 11:00"),
    ]
    found = call(desk, *rows)
    assert (found["priority"], found["address"]) == ("1", "12 Main St")
    desk.layout.write_text(UNITS.replace('updated = "Changed"\n', "").replace("our-cad", "two"))
    done = desk.bring(None)
    assert "1 of these have rows that differ in more than times" in done.err
    last = json.loads(desk.ccu("call", "show", "2", "--format", "json").out)
    assert (last["priority"], last["address"]) == ("2", "14 Main St")
    desk.layout.write_text(UNITS.replace("our-cad", "three"))
    desk.bring(text([unit(P="7"), unit(P="", Where="")], NAMES))
    assert desk.one("SELECT priority FROM call WHERE id = 3") == "7"


def test_texts_that_mean_nothing_in_the_layout_are_told(desk: Desk) -> None:
    desk.layout.write_text(UNITS)
    odd = unit(Unit="B1, K9", State="STAGED", Hazard="DOG; SWORD", Asked="MAYBE", Min="about 5")
    told = desk.bring(text([odd], NAMES)).err
    for field, cell in (
        ("responder", "K9"), ("responder_state", "STAGED"), ("hazards", "SWORD")
    ):  # fmt: skip
        assert f"1 texts of {field} are not in the layout, such as {cell}\n" in told
    for field, cell in (("backup_asked", "MAYBE"), ("minutes", "about 5")):
        assert f"1 texts of {field} cannot be read, such as {cell}\n" in told


def test_one_number_at_times_far_apart_is_not_one_call(desk: Desk) -> None:
    rows = [row(Received="2025-01-18 22:30:00", Sent="", Cleared=""), row(), row(Beat="9")]
    assert desk.counts(text(rows), "--rejects", desk.rejects) == (3, 1, 0, 1, 1)
    assert [cells[:2] for cells in desk.reject_rows()] == [["2", APART]]
    assert desk.ask("SELECT substr(occurred_at, 1, 4), beat FROM call") == [("2026", "9")]


def test_what_an_officer_has_edited_stays(desk: Desk) -> None:
    call(desk, unit(Unit="B12", Hazard="DOG", Min="25"))
    words = ("--responder", "police", "--danger", "weapon", "--minutes", "50")
    edited = desk.ccu("call", "amend", "1", *words, "--reason", "seen")
    assert edited.code == 0, edited.err
    assert desk.counts(text([unit(Unit="B14", Hazard="NONE", Min="5", P="3")], NAMES))[2] == 1
    assert desk.ask("SELECT danger FROM call_danger") == [("weapon",)]
    assert desk.ask("SELECT unit FROM call_responder") == [("",)]
    assert desk.ask("SELECT priority FROM call") == [("3",)]


def test_a_changed_row_replaces_responders_and_hazards_and_keeps_the_old(desk: Desk) -> None:
    call(desk, unit(Unit="B12", Hazard="DOG", Asked="N"))
    assert desk.counts(text([unit(Unit="M1", Hazard="GUN", Asked="Y")], NAMES)) == (1, 0, 1, 0, 0)
    kept = {
        field: (json.loads(old), json.loads(new))
        for field, old, new in desk.ask("SELECT field, old_value, new_value FROM change")
    }
    assert kept["dangers"] == (["dog"], ["weapon"])
    assert kept["backup_asked"] == (False, True)
    assert [side[0]["unit"] for side in kept["responders"]] == ["B12", "M1"]
    assert desk.ccu("call", "show", "1").code == 0
    assert desk.ccu("check", "--quiet").code == 0
    assert desk.counts(None) == (1, 0, 0, 1, 0)


def test_rows_without_a_number_that_repeat_another_are_told(desk: Desk) -> None:
    desk.layout.write_text(LAYOUT.replace('incident = "Number"\n', ""))
    done = desk.bring(text([row(), row(), row(), row(Where="9 Elm St")]))
    assert "2 rows without an incident number repeat another row" in done.err


@settings(
    max_examples=examples(6, 30),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {
                "No": st.sampled_from(["1", "2", "3"]),
                "Unit": st.sampled_from(["", "B1", "B2", "M1"]),
                "There": st.sampled_from(["", "2026-01-05 10:10", "2026-01-05 10:20"]),
                "Clear": st.sampled_from(["", "2026-01-05 10:30", "2026-01-05 11:30"]),
                "Disp1": st.sampled_from(["", "ARR", "REF", "?"]),
                "P": st.sampled_from(["", "1", "2"]),
            }
        ),
        min_size=1,
        max_size=8,
    )
)
def test_any_rows_of_units_make_a_call_for_each_incident(
    ccu: Ccu, tmp_path: Path, rows: list[dict[str, str]]
) -> None:
    desk = Desk(ccu, tmp_path)
    source = f"cad-{abs(hash(str(rows)))}"
    desk.layout.write_text(UNITS.replace("our-cad", source))
    export = text([unit(**cells) for cells in rows], NAMES)
    numbers = {cells["No"] for cells in rows}
    counts = desk.counts(export)
    if counts[1]:  # not the same rows as an earlier example
        assert counts == (len(rows), len(numbers), 0, len(rows) - len(numbers), 0)
    assert desk.counts(export) == (len(rows), 0, 0, len(rows), 0)
    found = desk.ask(
        "SELECT incident, count(DISTINCT unit) FROM call JOIN source_system"
        " ON source_system.id = source_system_id LEFT JOIN call_responder"
        " ON call_responder.call_id = call.id AND unit <> '' WHERE name = ? GROUP BY call.id"
        " ORDER BY incident",
        source,
    )
    units = {number: {c["Unit"] for c in rows if c["No"] == number} - {""} for number in numbers}
    assert found == sorted((number, len(names)) for number, names in units.items())


def test_the_list_of_calls_as_a_file_identifies_them(desk: Desk) -> None:
    first = "2026-01-05 "
    call(
        desk,
        unit(
            **{"Sent": first + "10:02", "There": first + "10:20", "Clear": first + "10:50"},
            **{"P": "2", "Disp1": "ARR", "Where": "12 Main St"},
        ),
    )
    words = ("call", "list", "--since", "2026-01-01")
    (found,) = json.loads(desk.ccu(*words, "--format", "json").out)
    assert {name: found[name] for name in list(found)[8:]} == {
        "incident": "1",
        "dispatched": "2026-01-05 10:02",
        "arrived": "2026-01-05 10:20",
        "cleared": "2026-01-05 10:50",
        "address": "12 Main St",
        "beat": None,
        "priority": "2",
        "cad_nature": None,
        "cad_disposition": "ARR",
    }
    file = desk.folder / "listed.csv"
    assert desk.ccu(*words, "--output", str(file)).code == 0
    header = file.read_text(encoding="utf-8").splitlines()[0]
    assert header == ",".join(f'"{name}"' for name in found)
    assert "Incident" not in desk.ccu(*words).out, "a screen has no room for it"


def restarted(year: int, **cells: str) -> str:
    """Three calls of a system whose numbers begin again at 00001 on January 1."""
    return text(
        row(Number=f"0000{n}", Received=f"{year}-01-0{n} 10:01:00", Sent="", Cleared="", **cells)
        for n in (1, 2, 3)
    )


def test_a_number_used_again_in_another_year_changes_no_call_on_file(desk: Desk) -> None:
    assert desk.counts(restarted(2024, Nature="SUICIDE THREAT")) == (3, 3, 0, 0, 0)
    before = desk.ask("SELECT * FROM call ORDER BY id")
    for dry_run in ((), ("--dry-run",)):
        result = desk.bring(restarted(2025), "--rejects", desk.rejects, *dry_run)
        assert result.out.split()[-5:] == ["3", "0", "0", "0", "3"]
        assert "yearly_numbers = true" in result.err
    assert [cells[0] for cells in desk.reject_rows()] == ["2", "3", "4"]
    assert desk.ask("SELECT * FROM call ORDER BY id") == before
    assert desk.counts(restarted(2024, Nature="SUICIDE THREAT")) == (3, 0, 0, 3, 0), "as each night"
    assert desk.counts(restarted(2024, Nature="WELFARE CHECK")) == (3, 0, 3, 0, 0), "corrected"


def test_numbers_that_restart_each_year_are_told_apart_by_the_year(desk: Desk) -> None:
    desk.counts(restarted(2024))
    desk.layout.write_text("yearly_numbers = true\n" + LAYOUT)
    assert desk.counts(restarted(2025)) == (3, 3, 0, 0, 0)
    assert desk.counts(restarted(2025, P="4")) == (3, 0, 3, 0, 0)
    assert desk.counts(restarted(2024, P="5")) == (3, 0, 3, 0, 0), "on file without the year"
    both = restarted(2024, P="5") + restarted(2025, P="4").partition("\n")[2]
    assert desk.counts(both) == (6, 0, 0, 6, 0)
    found = desk.ask("SELECT incident, substr(occurred_at, 1, 4), priority FROM call ORDER BY id")
    assert found[::3] == [("00001", "2024", "5"), ("2025-00001", "2025", "4")]


def test_units_on_both_sides_of_new_year_are_one_call(desk: Desk) -> None:
    desk.layout.write_text("yearly_numbers = true\n" + UNITS)
    rows = [
        unit(Called="2025-12-31 23:58", Unit="B1"), unit(Called="2026-01-01 00:04", Unit="B2")
    ]  # fmt: skip
    assert desk.counts(text(rows, NAMES)) == (2, 1, 0, 1, 0)
    assert desk.one("SELECT incident FROM call") == "2025-1"


def test_a_time_that_an_officer_has_corrected_does_not_shut_out_the_row(desk: Desk) -> None:
    wrong = row(Received="2025-01-18 22:30:00", Sent="", Cleared="")
    desk.counts(text([wrong]))
    edited = desk.ccu(
        "call", "edit", "1", "--when", "2026-01-18 22:30", "--address", "12 Main St Apt 3",
        "--reason", "the year",
    )  # fmt: skip
    assert edited.code == 0, edited.err
    assert desk.counts(text([wrong])) == (1, 0, 0, 1, 0)
    changed = row(Received="2025-01-18 22:30:00", Sent="", Cleared="", P="7")
    assert desk.counts(text([changed])) == (1, 0, 1, 0, 0)
    right = row(Sent="", Cleared="", P="8")
    assert desk.counts(text([right])) == (1, 0, 1, 0, 0)
    assert desk.ask("SELECT substr(occurred_at, 1, 4), priority FROM call") == [("2026", "8")]


def test_rows_told_apart_by_other_columns_than_the_time_change_no_old_call(desk: Desk) -> None:
    layout = LAYOUT.replace('incident = "Number"\n', "")
    desk.layout.write_text(f'identity = ["Where"]\n{layout}')
    desk.counts(text([row(Received="2025-01-18 22:30:00", Sent="", Cleared="")]))
    result = desk.bring(text([row()]))
    assert result.out.split()[-5:] == ["1", "0", "0", "0", "1"]
    assert "add the column of the time to identity" in result.err
