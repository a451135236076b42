"""`ccu import`: times past midnight, in another zone, in another form, in the future, unknown."""

import json
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccu.dates import from_iso, to_iso
from ccu.dates.cad import cad_reader
from ccu.imports.dispatch.times import by_the_hour
from tests.conftest import Ccu
from tests.dispatch_rows import LAYOUT, ROW, Desk, row, text

CLOCKS = """
source = "our-cad"
formats = ["%m/%d/%Y %H:%M"]
[columns]
incident = "No"
occurred = ["Date", "Began"]
arrived = ["Date", "Arrived"]
cleared = ["Date", "Cleared"]
address = "Where"
"""
NAMES = ("No", "Date", "Began", "Arrived", "Cleared", "Where")


@pytest.fixture
def desk(ccu: Ccu, tmp_path: Path) -> Desk:
    return Desk(ccu, tmp_path)


def clocks(desk: Desk, *times: str, layout: str = CLOCKS) -> list[tuple[str | None, ...]]:
    """Import one row of a day and three clocks; return the stored times without their offsets."""
    desk.layout.write_text(layout)
    done = desk.bring(text([["1", *times, "12 Main St"]], NAMES), "--rejects", desk.rejects)
    assert done.code == 0, done.err
    columns = ", ".join(f"substr({name}_at, 1, 16)" for name in ("occurred", "arrived", "cleared"))
    assert desk.ccu("check", "--quiet").code == 0
    return desk.ask(f"SELECT {columns} FROM call")


@pytest.mark.parametrize(
    ("times", "arrived", "cleared"),
    [
        (("23:55", "00:02", "00:40"), "2026-01-06T00:02", "2026-01-06T00:40"),
        (("22:00", "22:10", "06:30"), "2026-01-05T22:10", "2026-01-06T06:30"),
        (("23:55", "", "00:40"), None, "2026-01-06T00:40"),
        (("23:55", "24:00", "24:05"), "2026-01-06T00:00", None),
        (("10:00", "09:58", "10:30"), "2026-01-05T09:58", "2026-01-05T10:30"),
        (("10:00", "01/05/2026 10:20:30 AM", "11:00"), "2026-01-05T10:20", "2026-01-05T11:00"),
        (("10:00", "", ""), None, None),
    ],
)
def test_clocks_that_share_the_day(
    desk: Desk, times: tuple[str, ...], arrived: str | None, cleared: str | None
) -> None:
    found = clocks(desk, "01/05/2026", *times)
    if "24:05" in times:
        assert found == [], "24:05 is no time: the row is rejected"
    else:
        assert found == [(f"2026-01-05T{times[0]}", arrived, cleared)]


def test_a_clock_alone_is_of_the_day_of_the_call(desk: Desk) -> None:
    layout = CLOCKS.replace('["Date", "Arrived"]', '"Arrived"')
    layout = layout.replace('["Date", "Cleared"]', '"Cleared"')
    assert clocks(desk, "01/05/2026", "23:55", "00:02", "00:40", layout=layout) == [
        ("2026-01-05T23:55", "2026-01-06T00:02", "2026-01-06T00:40")
    ]


def test_a_call_cleared_before_it_begins_is_rejected(desk: Desk) -> None:
    assert clocks(desk, "01/05/2026", "10:00", "", "09:00") == []
    assert desk.reject_rows()[0][1] == "the call is cleared before it begins"


def test_the_clock_of_midnight_as_24(desk: Desk) -> None:
    assert clocks(desk, "12/31/2025", "24:00", "", "") == [("2026-01-01T00:00", None, None)]


@pytest.mark.parametrize(
    ("form", "cell", "stored"),
    [
        ("%m/%d/%Y %H:%M", "4/27/2022 11:51:12 PM", "2022-04-27T23:51"),
        ("%m/%d/%y %I:%M %p", "4/27/2022 11:51:12 PM", "2022-04-27T23:51"),
        ("iso", "2022-04-27 11:51 PM", "2022-04-27T23:51"),
        ("%m/%d/%Y %I:%M %p", "4/27/2022 11:51", None),  # morning or evening?
        ("%m/%d/%Y %H:%M", "27/4/2022 11:51", None),
    ],
)
def test_a_cell_may_have_another_clock_than_its_column(
    desk: Desk, form: str, cell: str, stored: str | None
) -> None:
    desk.layout.write_text(LAYOUT.replace("%Y-%m-%d %H:%M:%S", form))
    assert desk.bring(text([row(Received=cell, Sent="", Cleared="")])).code == 0
    found = [at for (at,) in desk.ask("SELECT substr(occurred_at, 1, 16) FROM call")]
    assert found == ([stored] if stored else [])


@pytest.mark.parametrize("zone", ["UTC", "Etc/GMT"])
def test_times_in_utc_are_converted_to_the_towns(desk: Desk, zone: str) -> None:
    desk.layout.write_text(f'timezone = "{zone}"\n{LAYOUT}')
    export = text([row(Received="2026-02-01 03:30:00", Sent="", Cleared="2026-02-01 04:10:00")])
    assert desk.counts(export)[1] == 1
    assert desk.ask("SELECT occurred_at, cleared_at FROM call") == [
        ("2026-01-31T22:30:00-05:00", "2026-01-31T23:10:00-05:00")
    ]


def test_times_in_a_zone_of_places_are_kept_as_they_are_there(desk: Desk) -> None:
    desk.layout.write_text(f'timezone = "America/Chicago"\n{LAYOUT}')
    desk.counts(text([row()]))
    assert desk.one("SELECT occurred_at FROM call") == "2026-01-18T22:30:00-06:00"


@pytest.mark.parametrize(
    "cells",
    [{"Received": "2029-01-15 10:00:00"}, {"Cleared": "2062-01-15 10:00:00"}],
)
def test_a_time_in_the_future_is_rejected(desk: Desk, cells: dict[str, str]) -> None:
    bad = {"Sent": "", "Cleared": "", **cells}
    assert desk.counts(text([row(**bad)]), "--rejects", desk.rejects) == (1, 0, 0, 0, 1)
    assert desk.reject_rows()[0][1] == f"{next(iter(cells))}: in the future"


# ---------------------------------------------------------------- only the day is known


@pytest.mark.parametrize(
    ("form", "cell"),
    [
        ("%m/%d/%Y", "01/05/2026"),
        ("%m/%d/%Y %H:%M", "01/05/2026"),
        ("iso", "2026-01-05"),
    ],
)
def test_a_day_without_a_time_is_not_midnight(desk: Desk, form: str, cell: str) -> None:
    desk.layout.write_text(LAYOUT.replace("%Y-%m-%d %H:%M:%S", form))
    export = text([row(Received=cell, Sent="", Cleared="")])
    done = desk.bring(export)
    assert "1 rows have a date but no time" in done.err
    assert "Time                  not known" in desk.ccu("call", "show", "1").out
    listed = desk.ccu("call", "list", "--since", "2026-01-01", "--format", "csv").out
    assert '"2026-01-05",' in listed
    assert "00:00" not in desk.ccu("history", "--address", "12 Main St").out
    hours = desk.ccu("report", "--month", "2026-01", "--section", "hours", "--format", "json")
    found = [each["calls"] for each in json.loads(hours.out)["sections"][0]["rows"]]
    assert (len(found), sum(found)) == (168, 0)
    assert desk.counts(export) == (1, 0, 0, 1, 0)
    assert (
        desk.ccu("call", "amend", "1", "--when", "2026-01-05 10:30", "--reason", "known").code == 0
    )
    assert "not known" not in desk.ccu("call", "show", "1").out


def test_a_midnight_that_is_written_is_a_time(desk: Desk) -> None:
    done = desk.bring(text([row(Received="2026-01-05 00:00:00", Sent="", Cleared="")]))
    assert "no time" not in done.err
    assert desk.one("SELECT clock_known FROM call") == 1


ZONES = {  # -> days on which its clock changes, and the eve of one
    "America/New_York": ("03/08/2026", "11/01/2026", "10/31/2026"),
    "America/Havana": ("03/08/2026", "11/01/2026", "10/31/2026"),
    "Australia/Lord_Howe": ("04/05/2026", "10/04/2026", "10/03/2026"),
}


@settings(max_examples=40)
@given(
    st.sampled_from([(zone, day) for zone, days in ZONES.items() for day in days]),
    st.sampled_from(["", "UTC"]),
    st.lists(st.times(), min_size=5, max_size=40),
    st.sampled_from(["earlier", "later"]),
)
def test_a_time_reads_the_same_in_a_column_as_alone(
    day_of: tuple[str, str], source: str, clocks: list[time], rule: str
) -> None:
    zone, day = day_of
    alone = cad_reader(["%m/%d/%Y %H:%M:%S"], ZoneInfo(source or zone), rule)

    def when(text: str) -> str:
        return to_iso(from_iso(alone(text)).astimezone(ZoneInfo(zone)))

    texts = ["", *(f"{day} {clock:%H:%M:%S}" for clock in clocks)]
    assert by_the_hour(when)(texts) == ["", *map(when, texts[1:])]


@pytest.mark.parametrize(
    "cell", ["**:**:** **/**/**", "__/__/____", "--:--", "00/00/0000 00:00:00", "**/**/**", "??:??"]
)
def test_a_time_that_nobody_filled_in_is_blank(desk: Desk, cell: str) -> None:
    rows = [row(Number=f"26-{n}", Cleared=cell if n % 2 else ROW["Cleared"]) for n in range(4)]
    assert desk.counts(text(rows)) == (4, 4, 0, 0, 0)
    assert desk.one("SELECT count(*) FROM call WHERE cleared_at IS NULL") == 2
