"""`ccu import`: what a layout or a file leaves unsure is joined, asked about or told."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests import typed
from tests.conftest import Ccu
from tests.dispatch_rows import LAYOUT, Desk, row, text


@pytest.fixture
def desk(ccu: Ccu, tmp_path: Path) -> Desk:
    return Desk(ccu, tmp_path)


def suggested(desk: Desk, header: str, lines: Sequence[str], code: int = 0) -> dict[str, Any]:
    """The columns of the layout that is suggested for a file, which stays for an import."""
    desk.layout.unlink(missing_ok=True)
    desk.file.write_text("\n".join([header, *lines]) + "\n")
    done = desk.ccu("import", str(desk.file), "--suggest", "--output", str(desk.layout))
    assert done.code == code, done.err + desk.layout.read_text()
    found: dict[str, Any] = tomllib.loads(desk.layout.read_text())["columns"]
    return found


@pytest.mark.parametrize(
    ("header", "parts"),
    [
        ("Street #,Pre Dir,Street Name,Suffix", "Street #+Pre Dir+Street Name+Suffix"),
        ("House #,Direction,Street,Type", "House #+Direction+Street+Type"),
        ("Number,Pre Dir,Street Name,Suffix", "Number+Pre Dir+Street Name+Suffix"),
        (
            "Address Number,Prefix,Street Name,Street Suffix",
            "Address Number+Prefix+Street Name+Street Suffix",
        ),
    ],
)
def test_a_house_number_apart_is_joined(desk: Desk, header: str, parts: str) -> None:
    lines = [f"26-{n:06},2026-01-{n:02} 10:0{n % 9},{n}2,N,MAIN,ST,EDP" for n in range(1, 20)]
    found = suggested(desk, f"Incident Number,Call Time,{header},Nature", lines)
    assert found["address"] == parts.split("+")
    assert "house number" not in desk.bring(None, "--dry-run").err
    assert desk.counts(None)[:2] == (19, 19)
    assert desk.one("SELECT count(*) FROM place WHERE number <> '' AND street LIKE 'N MAIN%'") == 19


def test_a_house_number_of_an_unknown_name_is_asked_about(desk: Desk) -> None:
    lines = [f"26-{n:06},2026-01-{n:02} 10:0{n % 9},{n}2,MAIN ST" for n in range(1, 20)]
    found = suggested(desk, "Incident Number,Call Time,Locn A,Street Name", lines, 11)
    assert found["address"] == "?"
    assert "columns.address is an open question; name the column" in desk.bring(None).err


def test_a_street_that_only_its_cells_show_is_asked_about_too(desk: Desk) -> None:
    lines = [f"26-{n:06},2026-01-{n:02} 10:0{n % 9},MAIN ST,{n}2" for n in range(1, 20)]
    assert suggested(desk, "Incident Number,Call Time,Rue,Numero", lines, 11)["address"] == "?"


def test_a_number_beside_a_street_may_be_of_the_house_or_of_the_incident(desk: Desk) -> None:
    lines = [f"{n}2,2026-01-{n:02} 10:0{n % 9},MAIN ST" for n in range(1, 20)]
    found = suggested(desk, "Number,Call Time,Street", lines, 11)
    assert found["incident"] == "?"


def test_most_addresses_without_a_house_number_are_told(desk: Desk) -> None:
    rows = [row(Number=str(n), Where=f"{'ABCDEFGHIJKLMNOPQRSTUV'[n]}LM ST") for n in range(21)]
    for options in ((), ("--dry-run",)):
        told = desk.bring(text(rows), *options).err
        assert "21 of 21 addresses are a street without a house number" in told
    assert "house number" not in desk.bring(text([row()])).err


def test_misspelled_unit_words_are_counted_without_an_address(desk: Desk) -> None:
    places = ("9 ELM ST APT 1", "12 MAIN ST APTT 3", "12 MAIN ST APTT 3", "14 MAIN ST SUIT 200")
    rows = [row(Number=str(n), Where=where, Apt="") for n, where in enumerate(places)]
    for options in (("--dry-run",), ()):
        told = desk.bring(text(rows), *options).err
        assert "2 addresses have a misspelled unit word, as in line 3; filed at" in told
        assert "APTT 3" not in told.rpartition("2 addresses")[2]
    assert "misspelled" not in desk.bring(text(rows[:1])).err


MIDNIGHT = ("2026-01-{:02} 00:00:00", "01/{:02}/2026 12:00:00 AM", "2026-01-{:02}T00:00:00.000")


@pytest.mark.parametrize("form", MIDNIGHT)
def test_a_column_at_midnight_throughout_has_days(desk: Desk, form: str) -> None:
    days = [form.format(n) for n in range(1, 29)]
    lines = [f"26-{n:06},{day},{n} MAIN ST,EDP" for n, day in enumerate(days)]
    suggested(desk, "Incident,Call Date,Address,Nature", lines)
    result = desk.bring(None)
    assert "28 rows have a date but no time" in result.err
    assert desk.one("SELECT count(*) FROM call WHERE NOT clock_known") == 28


def test_a_column_at_midnight_beside_one_with_clock_times(desk: Desk) -> None:
    lines = [
        f"26-{n:06},2026-01-{n:02} 00:00:00,2026-01-{n:02} 14:0{n % 9}:00,{n} MAIN ST"
        for n in range(1, 29)
    ]
    suggested(desk, "Incident,Call Date,Cleared,Address", lines)
    desk.bring(None)
    assert desk.ask("SELECT DISTINCT clock_known, substr(cleared_at, 12, 2) FROM call") == [
        (0, "14")
    ]


def test_calls_at_midnight_are_told_by_the_import_too(desk: Desk) -> None:
    rows = [
        row(Number=str(n), Received=f"2026-01-{n + 1:02} 00:00:00", Sent="", Cleared="")
        for n in range(25)
    ]
    assert "25 of 25 calls begin at exactly 00:00" in desk.bring(text(rows)).err
    assert "00:00" not in desk.bring(text(rows[:2])).err, "the two calls of a night may be"


def test_an_agency_is_mapped_and_none_is_assumed(desk: Desk) -> None:
    agencies = ("WPD", "WFD", "EMS")
    lines = [f"26-{n:06},2026-01-{n:02} 10:01,{agencies[n % 3]},{n} ELM ST" for n in range(1, 10)]
    assert suggested(desk, "Incident,Call Time,Agency,Address", lines)["agency"] == "Agency"
    assert desk.counts(None)[:2] == (9, 9)
    assert desk.ask("SELECT lead_agency, count(*) FROM call GROUP BY 1 ORDER BY 1") == [
        ("ems", 3), ("fire", 3), ("police", 3)
    ]  # fmt: skip
    desk.layout.unlink()
    suggested(desk, "Incident,Call Time,Zone,Address", [x.replace("26-", "25-") for x in lines])
    assert desk.counts(None)[:2] == (9, 9)
    found = desk.ask("SELECT DISTINCT lead_agency FROM call WHERE incident LIKE '25-%'")
    assert found == [(None,)]


def test_city_codes_are_offered_and_told(desk: Desk) -> None:
    lines = [f'26-{n:06},2026-01-{n:02} 10:01,"{n} ELM ST,MKE"' for n in range(1, 10)]
    suggested(desk, "Incident,Call Time,Address", lines)
    layout = desk.layout.read_text()
    assert '# [cities]\n# MKE = "?"\n' in layout
    told = desk.bring(None, "--dry-run").err
    assert "9 of 9 addresses are in MKE, another town than Westport" in told
    assert 'under [cities]: MKE = "Westport"' in told
    desk.layout.write_text(layout.replace('# [cities]\n# MKE = "?"', '[cities]\nMKE = "Westport"'))
    assert "MKE" not in desk.bring(None, "--dry-run").err.partition("line 6")[2]


def test_a_city_code_beside_the_town_is_reported(desk: Desk) -> None:
    """Each house would be two places."""
    cities = ("WESTPORT", "WPT", "NORWALK", "WESTPORT")
    lines = [f"26-{n:06},2026-01-{n:02} 10:01,{n} ELM ST,{cities[n % 4]}" for n in range(1, 21)]
    suggested(desk, "Incident,Call Time,Address,City", lines)
    told = desk.bring(None, "--dry-run").err
    assert "5 of 20 addresses are in WPT, another town than Westport" in told
    assert 'under [cities]: WPT = "Westport"' in told and "in NORWALK" not in told


@pytest.mark.parametrize("name", ["Primary Unit", "Prim Unit"])
def test_one_unit_of_a_call_is_no_record_of_who_else_came(desk: Desk, name: str) -> None:
    """Left out, so that what depends on who came is n/a; at a terminal it is asked."""
    lines = [f"26-{n:06},2026-01-{n:02} 10:01,{n} ELM ST,CIT{n % 3}" for n in range(1, 21)]
    for header, left_out in ((name, True), ("Units", False)):
        found = suggested(desk, f"Incident,Call Time,Address,{header}", lines)
        assert found.get("responder") == (None if left_out else header)
        told = f'# ? responder: not "{header}", one unit of each call: who else came is not known'
        assert (told in desk.layout.read_text()) is left_out


@pytest.mark.parametrize(
    ("rows", "more", "told"), [(1, "", True), (1, ";PD7", False), (2, "", False)]
)
def test_a_column_of_one_unit_a_call_is_told(desk: Desk, rows: int, more: str, told: bool) -> None:
    """As the report does; not where a cell or another row of the call has a second unit."""
    lines = [
        f"26-{n // rows:06},2026-01-{n // rows % 28 + 1:02} 10:01,{n} ELM ST,CIT{n % 3}{more}"
        for n in range(2, 42)
    ]
    found = suggested(desk, "Incident,Call Time,Address,Unit", lines)
    assert found["responder"] == "Unit"
    says = '# ? responder: "Unit", no call here has a second unit: who else came is not recorded'
    assert (says in desk.layout.read_text()) is told


@pytest.mark.parametrize(("answer", "taken"), [("1", "Primary Unit"), ("2", None), ("", None)])
def test_whether_a_primary_unit_is_all_is_asked(
    desk: Desk, db_path: Path, tmp_path: Path, answer: str, taken: str | None
) -> None:
    lines = [f"26-{n:06},2026-01-{n:02} 10:01,{n} ELM ST,CIT{n % 3}" for n in range(1, 21)]
    desk.file.write_text("\n".join(["Incident,Call Time,Address,Primary Unit", *lines]) + "\n")
    target = tmp_path / "asked.toml"
    line = ("import", str(desk.file), "--suggest", "--output", str(target))
    more = [("What does CIT* mean?", "4")] if taken else []
    typed.answer(db_path, line, ("What is in Primary Unit?", answer), *more)
    assert tomllib.loads(target.read_text())["columns"].get("responder") == taken


def test_the_units_of_a_call_with_one_agency_need_agencies_of_their_own(desk: Desk) -> None:
    """The agency of the call would make police of its social worker."""
    lines = [
        f"26-{n:06},2026-01-{n:02} 10:01,{n} ELM ST,WPD,{unit}"
        for n in range(1, 21)
        for unit in ("A12", "CCU1")
    ]
    suggested(desk, "Incident,Call Time,Address,Agency,Unit ID", lines)
    table = desk.layout.read_text().partition("[responders]\n")[2]
    assert '"A*",' in table and '"CCU*",' in table


@pytest.mark.parametrize("name", ["Last Update DT", "ModDate", "Event Last Modified Date"])
@pytest.mark.parametrize("form", ["2026-01-{:02} {}", "1/{}/2026 {}", "2026-01-{:02}T{}:00Z"])
def test_when_a_row_was_changed_decides_which_is_newer(desk: Desk, name: str, form: str) -> None:
    """Not where it is in the file, and whatever its dates are written like."""
    header = f"Incident,Call Time,Address,Nature,{name}"
    lines = [
        f"26-{n:06},2026-01-{n:02} 10:01,{n} ELM ST,FIRE,{form.format(n, '12:01')}"
        for n in range(1, 9)
    ]
    older = f"26-000001,2026-01-01 10:01,1 ELM ST,WELFARE CHECK,{form.format(1, '11:01')}"
    assert suggested(desk, header, [*lines, older])["updated"] == name
    assert desk.bring(None).code == 0
    assert desk.ask("SELECT DISTINCT nature FROM call") == [("other",)]


def test_a_row_of_another_century_does_not_hide_the_dates(desk: Desk) -> None:
    lines = [f"{n:02}-Jan-26,10:37p,{n} ELM ST" for n in range(1, 30)]
    found = suggested(desk, "Date,Rec'd,Address", [*lines, "04-Aug-62,10:37p,2 ELM ST"])
    assert found["occurred"] == ["Date", "Rec'd"]
    assert "rejected 1: Date and Rec'd: in the future" in desk.bring(None).err


def test_days_of_six_digits_and_clocks_of_four_without_a_header(
    desk: Desk, db_path: Path, tmp_path: Path
) -> None:
    """Both could be clock times; of two clocks it is asked which is the beginning."""
    outcomes = ("GONE ON ARRIVAL", "ARREST", "REFERRED", "UNFOUNDED")
    lines = [
        f"W26-{n:04},01{n:02}26,10{n:02},11{n:02},WELFARE CHECK,{n} ELM ST,{outcomes[n % 4]}"
        for n in range(1, 30)
    ]
    desk.file.write_text("\n".join(lines) + "\n")
    line = ("import", str(desk.file), "--suggest", "--output", str(tmp_path / "asked.toml"))
    asked = [("Which column is the time of the call?", "1"), ("was cleared?", "1")]
    typed.answer(db_path, line, *asked)
    found = tomllib.loads((tmp_path / "asked.toml").read_text())
    assert found["formats"] == ["%m%d%y %H%M"]
    assert found["columns"]["occurred"] == ["#2", "#3"]
    assert found["columns"]["cleared"] == ["#2", "#4"]
    assert (found["columns"]["nature"], found["columns"]["disposition"]) == ("#5", "#7")


def test_a_file_of_another_town_is_reported(desk: Desk) -> None:
    rows = [row(Number=str(n), Where=f"{n + 1} Main St, Weston CT") for n in range(4)]
    told = desk.bring(text(rows), "--dry-run").err
    assert "4 of 4 addresses are in WESTON, another town than Westport" in told
    assert 'write town = "Weston" in the layout' in told


def test_the_example_of_milwaukee_knows_its_city_code(desk: Desk) -> None:
    desk.file.write_text(
        "id,time,location,district,nature,status\n"
        '181200001,2018-04-30 10:01:00,"5237 N 35TH ST,MKE",4,WELFARE CITIZEN,Advised\n'
    )
    example = Path(__file__).parents[2] / "examples" / "layouts" / "milwaukee.toml"
    assert desk.ccu("import", str(desk.file), "--layout", str(example)).code == 0
    assert desk.one("SELECT city FROM place") == "MILWAUKEE"


@pytest.mark.parametrize("name", ["Inc", "Case", "CFS", "CAD", "Event"])
def test_short_names_of_the_incident_number(desk: Desk, name: str) -> None:
    lines = [f"26-{n:06},2026-01-{n:02} 10:01,{n} ELM ST" for n in range(1, 20)]
    assert suggested(desk, f"{name},Call Time,Address", lines)["incident"] == name


def test_a_code_of_few_values_is_no_incident_number(desk: Desk) -> None:
    lines = [f"10-5{n % 2},2026-01-{n % 28 + 1:02} 10:01,{n} ELM ST" for n in range(100)]
    assert suggested(desk, "CFS,Call Time,Address", lines).get("incident") is None


@pytest.mark.parametrize(("hours", "joined"), [((101, 2305, 930), True), ((1, 23, 9), False)])
def test_a_column_of_hours_with_minutes_is_the_clock(
    desk: Desk, hours: tuple[int, ...], joined: bool
) -> None:
    lines = [f"26-{n:06},1/{n}/2026,{hours[n % 3]},{n} ELM ST" for n in range(1, 28)]
    found = suggested(desk, "Incident,Date,Hour,Address", lines)
    assert found["occurred"] == (["Date", "Hour"] if joined else "Date")
    desk.bring(None)
    times = {at for (at,) in desk.ask("SELECT substr(occurred_at, 12, 5) FROM call")}
    assert times == ({"01:01", "23:05", "09:30"} if joined else {"00:00"})
    assert joined != ("Hour has hours without minutes" in desk.layout.read_text())


def test_impossible_columns_are_not_offered_for_the_incident(
    ccu: Ccu, db_path: Path, tmp_path: Path
) -> None:
    file, layout = tmp_path / "calls.csv", tmp_path / "ours.toml"
    lines = [
        f"40.{n},-75.58{n},EMS: FALL,2026-01-{n:02} 10:01:00,{n} ELM ST,1" for n in range(1, 9)
    ]
    file.write_text("\n".join(["lat,lng,title,timeStamp,addr,e", *lines]) + "\n")
    line = ("import", str(file), "--suggest", "--output", str(layout))
    terminal = typed.start(db_path, *line)
    left = terminal.read()
    terminal.close()
    told = f'Wrote {layout}; not used: "lat", "lng", "e"'
    assert terminal.exitstatus == 0
    assert " ".join(left.split()).startswith(told), "nothing was asked"
    assert "incident" not in tomllib.loads(layout.read_text())["columns"]


def test_an_open_question_of_the_clock_leaves_no_layout_of_days(desk: Desk) -> None:
    lines = [f"26-{n},1/{n}/2026,10:01,10:0{n % 9},{n} ELM ST" for n in range(1, 20)]
    desk.layout.unlink()
    suggested(desk, "Incident,Call Date,Call Time A,Call Time B,Address", lines, 11)
    assert desk.bring(None).code == 2
    assert desk.one("SELECT count(*) FROM call") == 0


def test_a_suggested_layout_names_the_zone_of_the_town(desk: Desk) -> None:
    assert desk.ccu("settings", "timezone", "America/Chicago").code == 0
    suggested(desk, "Incident,Call Time,Address", ["26-1,2026-01-02 10:01,1 ELM ST"])
    assert '# timezone = "America/Chicago"' in desk.layout.read_text()


def test_columns_of_hazards_are_offered(desk: Desk) -> None:
    lines = [f"26-{n},2026-01-0{n} 10:01,{n} ELM ST,KNIFE,Y" for n in range(1, 9)]
    suggested(desk, "Incident,Call Time,Address,Weapon,Injury", lines)
    assert '# hazards = ["Injury", "Weapon"]  # map their texts in' in desk.layout.read_text()


def test_an_arrival_before_dispatch_or_hours_later_is_told(desk: Desk) -> None:
    desk.layout.write_text(LAYOUT.replace('cleared = "Cleared"', 'arrived = "Cleared"'))
    rows = [
        row(Number="1", Sent="2026-01-18 22:40:00", Cleared="2026-01-18 22:35:00"),
        row(Number="2", Received="2026-01-18 18:10:00", Cleared="2026-01-19 00:20:00", Sent=""),
        row(Number="3"),
    ]
    told = desk.bring(text(rows)).err
    assert "1 calls have an arrival before their dispatch" in told
    assert "1 calls have an arrival more than 4 hours after they begin, at most 370 minutes" in told
    assert "arrival" not in desk.bring(text([row(Number="3")])).err


@pytest.mark.parametrize("bad", [1, 5])
def test_unreadable_times_do_not_move_the_beginning_to_another_column(desk: Desk, bad: int) -> None:
    times = [
        *["13/45/2026 10:00:00"] * bad,
        *(f"01/{n:02}/2026 10:0{n % 9}:00" for n in range(1, 20)),
    ]
    lines = [
        f"26-{n:06},{time},01/{n:02}/2026 10:15:00,{n} ELM ST,EDP"
        for n, time in enumerate(times[:25], 1)
    ]
    header = "Incident,Event Start Date,First Unit Dispatched Date,Address,Nature"
    assert suggested(desk, header, lines)["occurred"] == "Event Start Date"
    assert desk.counts(None)[1::3] == (len(lines) - bad, bad)


def test_two_columns_that_can_be_the_beginning_are_asked_about(desk: Desk) -> None:
    lines = [f"26-{n},1/{n}/2026 10:01,1/{n}/2026 10:02,{n} ELM ST" for n in range(1, 20)]
    found = suggested(desk, "Incident,Date/Time,Entered,Address", lines, 11)
    assert found["occurred"] == "?"


def test_short_names_of_common_systems_are_read(desk: Desk) -> None:
    names = (
        "Long Term Call ID,AD_TS,Dsptch,CL_TS,Address,Subpremise,Final Call Type,Rslt 1,Rslt 2,ESZ"
    )
    lines = [
        f"26MP{n:04},1/{n}/2026 10:01,1/{n}/2026 10:02,1/{n}/2026 10:30,{n} ELM ST,3B,EDP,ARR,UTL,4"
        for n in range(1, 20)
    ]
    found = suggested(desk, names, lines)
    fields = ("incident", "occurred", "dispatched", "cleared", "address", "unit", "nature")
    *plain, first, second, beat = names.split(",")
    assert found == {
        **dict(zip(fields, plain, strict=True)),
        "disposition": [first, second],
        "beat": beat,
    }


@pytest.mark.parametrize(
    "form", ["1/{:02}/2026 (Mon) 13:43", "01:43PM 01/{:02}/2026", '"1/{:02}/2026, 1:43:00\u202fPM"']
)
def test_other_ways_to_write_a_moment_are_read(desk: Desk, form: str) -> None:
    lines = [f"26-{n},{form.format(n)},{n} ELM ST" for n in (5, 12, 19, 26)]
    suggested(desk, "Incident,Call Time,Address", lines)
    desk.bring(None)
    assert desk.one("SELECT count(*) FROM call WHERE occurred_at LIKE '%3:43:%'") == 4


def test_a_clock_called_start_is_joined_to_the_day(desk: Desk) -> None:
    lines = [f"26-{n},1/{n}/2026,0{n % 9}2{n % 9},{n} ELM ST" for n in range(1, 20)]
    found = suggested(desk, "Incident,Call Received,Start,Address", lines)
    assert found["occurred"] == ["Call Received", "Start"]


def test_a_running_number_of_the_rows_is_no_incident_number(desk: Desk) -> None:
    lines = [f"{n},1/{n}/2026 10:01 PM,{n} ELM ST" for n in range(1, 20)]
    assert "incident" not in suggested(desk, "No.,When,Where", lines)


def test_outcomes_are_found_by_their_cells_and_a_callers_address_is_asked_about(
    desk: Desk,
) -> None:
    told = ("ARREST", "REPORT", "OFFICER")
    lines = [f"26-{n},1/{n}/2026 10:01,{n} ELM ST,{told[n % 3]}" for n in range(1, 20)]
    found = suggested(desk, "DR Number,Created On,RP Address,Cleared By", lines, 11)
    assert (found["disposition"], found["address"]) == ("Cleared By", "?")


@pytest.mark.parametrize(
    ("header", "chosen", "told"),
    [
        ("Disposition,Result,Mun", "Result", "not Disposition: open or closed is no outcome"),
        ("Result,Disposition,Juris", "Disposition", "not Result: open or closed is no outcome"),
        ("Call Status,Close Code,Municipality", "Close Code", "not Call Status: open or closed"),
    ],
)
def test_of_a_status_and_an_outcome_the_cells_decide(
    desk: Desk, header: str, chosen: str, told: str
) -> None:
    outcomes = ("Arrest", "Report Taken", "Unable to Locate")
    lines = [
        f"26-{n},1/{n}/2026 10:01,{n} ELM ST,EDP,{('Open', 'Closed', 'Cleared')[n % 3]},"
        f"{outcomes[n % 3]},{('WESTPORT', 'WILTON')[n % 2]}"
        for n in range(1, 20)
    ]
    found = suggested(desk, f"Incident,Call Received,Address,Nature,{header}", lines)
    assert (found["disposition"], found["city"]) == (chosen, header.split(",")[-1])
    assert told in desk.layout.read_text()


@pytest.mark.parametrize(
    "header", ["Final Call Disposition", "Closed Call Result", "Final Outcome"]
)
def test_a_final_outcome_of_the_call_is_no_nature(desk: Desk, header: str) -> None:
    outcomes = ("ARREST MADE", "CONCLUDED", "NO REPORT")
    lines = [f"26-{n},1/{n}/2026 10:01,{n} ELM ST,EDP,{outcomes[n % 3]}" for n in range(1, 20)]
    found = suggested(desk, f"Incident,Call Received,Address,Nature,{header}", lines)
    assert (found["disposition"], found.get("nature_cleared")) == (header, None)


@pytest.mark.parametrize("header", ["Location", "Geo Ref", "Incident Address", "RP Address,Where"])
@pytest.mark.parametrize(
    "place",
    [
        "{0}72 S {0}00 E",
        "{0}72 SOUTH {0}00 EAST",
        "E {0}250 N 300",
        "N 300 E {0}250",
        "N12W{0}456 MAIN",
        "W180 N{0}876 TOWN HALL",
        "N{0}876 COUNTY ROAD A",
    ],
)
def test_a_point_of_a_grid_is_an_address(desk: Desk, header: str, place: str) -> None:
    lines = []
    for n in range(1, 20):
        caller = f"{n} HOME LN," if "," in header else ""
        lines.append(f"26-{n},1/{n}/2026 10:01,{caller}{place.format(n)},EDP")
    found = suggested(desk, f"Incident,Call Received,{header},Nature", lines)
    assert found["address"] == header.split(",")[-1]
    assert "no address" not in desk.bring(None).err
    assert desk.one("SELECT count(DISTINCT number || street) FROM place") == 19


def test_a_street_that_is_a_number_apart_is_joined(desk: Desk) -> None:
    lines = [f"26-{n},1/{n}/2026 10:01,{n}72,S,{n % 9}00,E,EDP" for n in range(1, 20)]
    header = "Incident,Call Received,House #,Pre Dir,Street Name,Post Dir,Nature"
    found = suggested(desk, header, lines)
    assert found["address"] == ["House #", "Pre Dir", "Street Name", "Post Dir"]


def test_where_a_call_was_is_offered_beside_the_callers_address(desk: Desk) -> None:
    lines = [f"26-{n},1/{n}/2026 10:01,{n} HOME LN,ZYX {n % 4} QQRT" for n in range(1, 20)]
    header = "Incident,Call Received,Caller Address,Spot"
    assert suggested(desk, header, lines, 11)["address"] == "?"
    assert "one of Spot, Caller Address" in desk.layout.read_text()


def test_an_import_without_addresses_tells(desk: Desk) -> None:
    lines = [f"26-{n},1/{n}/2026 10:01,EDP" for n in range(1, 20)]
    suggested(desk, "Incident,Call Received,Nature", lines)
    for options in (("--dry-run",), ()):
        told = desk.bring(None, *options).err
        assert "19 of 19 calls have no address that can be read" in told
        assert "name the column: address = in [columns]" in told


@pytest.mark.parametrize(
    ("began", "arrived"),
    [
        ("2026-Jan-{:02} (Thu.) 1001", "1044"),
        ("10:01 AM 01/{:02}/2026", "10:44 AM"),
        ("Thu Jan {:02} 10:01:00 2026", "10:44:00"),
    ],
)
def test_a_clock_alone_is_of_the_day_of_the_call_however_that_is_written(
    desk: Desk, began: str, arrived: str
) -> None:
    lines = [f"26-{n},{began.format(n)},{arrived},{n} ELM ST" for n in range(10, 29)]
    suggested(desk, "GO #,Rptd,Arvd,Address", lines)
    assert desk.counts(None)[:2] == (19, 19)
    times = desk.ask("SELECT substr(occurred_at, 9, 8), substr(arrived_at, 9, 8) FROM call")
    assert sorted(times) == [(f"{n}T10:01", f"{n}T10:44") for n in range(10, 29)]


def test_columns_whose_names_show_little_are_asked_about(
    desk: Desk, db_path: Path, tmp_path: Path
) -> None:
    lines = [
        f"26-{n},1/{n}/2026 10:01,{n} ELM ST,EDP,{'AU'[n % 2]}RR,{n % 3}A,1/{n}/2026 10:3{n % 9}"
        for n in range(1, 20)
    ]
    desk.file.write_text(
        "\n".join(["Incident,Call Time,Address,Nature,Cleared By,Prem,Back", *lines]) + "\n"
    )
    target = tmp_path / "asked.toml"
    line = ("import", str(desk.file), "--suggest", "--output", str(target))
    asked = [("call was cleared?", "1"), ("disposition?", "1"), ("apartment?", "1")]
    asked += [("What does URR mean?", "6"), ("What does ARR mean?", "1")]
    typed.answer(db_path, line, *asked)
    found = tomllib.loads(target.read_text())["columns"]
    assert [found[name] for name in ("cleared", "disposition", "unit")] == [
        "Back",
        "Cleared By",
        "Prem",
    ]
    codes = tomllib.loads(target.read_text())["dispositions"]
    assert codes == {"referred": ["URR"], "arrest": ["ARR"]}


def test_a_text_left_to_the_analyst_tells_which_part_of_it_counts(desk: Desk) -> None:
    ends = ("Arrest", "Arrest; voided", "Referred")
    lines = [f"26-{n},1/{n}/2026 10:01,{n} ELM ST,{ends[n % 3]}" for n in range(1, 20)]
    suggested(desk, "Incident,Call Time,Address,Disposition", lines)
    told = '#   "Arrest; voided",  # a part of it counts as arrest, until all of it has a code'
    assert told in desk.layout.read_text()
    assert "voided (7)" in desk.bring(None).err
    assert desk.one("SELECT count(*) FROM call_disposition WHERE disposition = 'arrest'") == 13


def test_a_header_that_each_page_repeats_is_rejected_and_hides_no_column(desk: Desk) -> None:
    header = "Call No,Rec'd,Clr'd,Address"
    lines = [f"26-{n},1/{n}/2026 14:01,1/{n}/2026 15:01,{n} ELM ST" for n in range(1, 29)]
    found = suggested(desk, header, [*lines[:14], header, *lines[14:]])
    assert (found["occurred"], found["cleared"]) == ("Rec'd", "Clr'd")
    assert desk.counts(None) == (29, 28, 0, 0, 1)


def test_days_and_clocks_of_a_spreadsheet_are_joined(desk: Desk) -> None:
    lines = [f"26-{n},{46022 + n},0.942361{n},{n} ELM ST" for n in range(10, 29)]
    found = suggested(desk, "CFS No,Date,Time Rec,Address", lines)
    assert found["occurred"] == ["Date", "Time Rec"]
    assert desk.counts(None)[:2] == (19, 19)
    assert desk.ask("SELECT DISTINCT substr(occurred_at, 12, 5) FROM call") == [("22:37",)]


def test_incident_numbers_that_a_spreadsheet_shortened_are_no_numbers(desk: Desk) -> None:
    """As 2.61E+08 is many numbers: their calls were joined into one, and the rest refused."""
    lines = [
        f"{'2.61E+08' if n % 5 == 0 else f'2610{n:05}'},2026-01-{n:02} 10:0{n % 9},{n} MAIN ST,EDP"
        for n in range(1, 20)
    ]
    suggested(desk, "Incident Number,Call Time,Address,Nature", lines)
    assert "# A spreadsheet shortened 3 numbers, as 2.61E+08" in desk.layout.read_text()
    assert "3 incident numbers were shortened by a spreadsheet" in desk.bring(None).err
    assert desk.one("SELECT count(*) FROM call") == 19
    assert desk.counts(None)[1] == 0
    assert desk.one("SELECT count(*) FROM call") == 19


def test_one_bad_clock_near_the_top_hides_no_time(desk: Desk) -> None:
    lines = [
        f"26-{n:06},01/{n:02}/2026,{'27' if n == 5 else n % 12 + 1}:15 PM,{n} MAIN ST,EDP"
        for n in range(1, 29)
    ]
    found = suggested(desk, "Incident Number,Date,Time Rcvd,Address,Nature", lines)
    assert found["occurred"] == ["Date", "Time Rcvd"]


def test_a_day_alone_is_no_time_at_which_a_call_was_cleared(desk: Desk) -> None:
    """Midnight would be before the call began, which refused every row."""
    lines = [
        f"26-{n:06},01/{n:02}/2026 10:0{n % 9},01/{n:02}/2026,{n} MAIN ST" for n in range(1, 20)
    ]
    found = suggested(desk, "Incident Number,Call Time,Closed Date,Address", lines)
    assert "cleared" not in found
    assert desk.counts(None)[:2] == (19, 19)


def test_natures_as_cleared_are_listed_with_those_as_dispatched(desk: Desk) -> None:
    lines = [f"26-{n},1/{n}/2026 10:01,{n} ELM ST,TRAFFIC STOP,SUICIDAL" for n in range(1, 20)]
    suggested(desk, "Incident,Call Time,Address,Call Type,Call Type (Final)", lines)
    found = tomllib.loads(desk.layout.read_text())
    assert found["columns"]["nature_cleared"] == "Call Type (Final)"
    assert found["natures"] == {"suicide": ["SUICIDAL"]}


def test_outcomes_in_codes_are_named_in_a_pipe_and_by_the_report(desk: Desk) -> None:
    lines = [
        f"26-{n},1/{n}/2026 10:01,1/{n}/2026 10:0{n % 2 + 1},1/{n}/2026 10:0{n % 3 + 1},{n} ELM ST,"
        f"Welfare Check,{'ARR' if n % 2 else 'Arrest'},B1"
        for n in range(1, 21)
    ]
    header = "Incident,Call Time,Disp,Arr,Address,Nature,Disposition,Beat"
    desk.file.write_text("\n".join([header, *lines]) + "\n")
    done = desk.ccu("import", str(desk.file), "--suggest")
    assert (done.code, done.err) == (0, "under [dispositions], 1 text needs a code: ARR\n")
    desk.layout.write_text(done.out)
    assert desk.counts(None)[:2] == (20, 20)
    sections = ("areas", "dispositions", "response", "repeat-addresses")
    asked = [word for name in sections for word in ("--section", name)]
    told = " ".join(desk.ccu("report", "--month", "2026-01", *asked).out.split())
    assert "10 calls of January 2026 ended in words without a code: arrests and citations" in told
    arrests = "Arrest, of care calls 50.0%; 10 ended in words without a code 10 of 20"
    assert arrests in told
    assert "Unit by unit: each apartment of a building is an address of its own." in told
    on_view = sum(n % 2 == n % 3 for n in range(1, 21))
    assert f"Self-initiated, left out of these: all calls {on_view} " in told


def test_short_names_of_columns_of_units_and_outcomes(desk: Desk) -> None:
    """Responders with only spaces between them, numbered outcomes, the agency of a unit."""
    header = "IncId,Rcv Dt,Rcv Tm,Arv Tm,Location,Dispo1,Resp Officers,Unit Agency,Upd_Dt,Upd_Tm"
    lines = [
        f"26-{n:06},1/{n}/2026,10:01,10:07,{n} ELM ST,ARREST,A1{n % 3} CCU1,WPD,1/{n}/2026,11:00"
        for n in range(1, 21)
    ]
    found = suggested(desk, header, lines)
    assert found["arrived"] == ["Rcv Dt", "Arv Tm"]
    assert (found["disposition"], found["agency"]) == ("Dispo1", "Unit Agency")
    assert (found["responder"], found["updated"]) == ("Resp Officers", ["Upd_Dt", "Upd_Tm"])
    assert desk.bring(None).code == 0
    units = desk.ask("SELECT unit, count(*) FROM call_responder GROUP BY 1 ORDER BY 1")
    assert units == [("A10", 6), ("A11", 7), ("A12", 7), ("CCU1", 20)]
