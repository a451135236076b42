"""`ccu init` and `ccu settings`."""

import json
from pathlib import Path

import pytest

from ..conftest import Ccu


def test_init_prints_what_it_made(empty: Ccu, db_path: Path) -> None:
    result = empty("init", "--town", "Westport", "--state", "ct", "--timezone", "America/New_York")
    assert result == (0, f"Made {db_path} for Westport, CT.\n", "")


def test_init_asks_at_a_terminal_for_what_is_missing(empty: Ccu, db_path: Path) -> None:
    result = empty("init", "--state", "CT", stdin="Westport\n\n\n\n", tty=True)
    assert (result.code, result.out) == (0, f"Made {db_path} for Westport, CT.\n")
    assert "Town" in result.err
    assert "America/New_York" in empty("settings", "timezone").out


@pytest.mark.parametrize("state", ["Connecticut", "conn.", "ct"])
def test_a_state_is_a_name_or_a_code(state: str, empty: Ccu) -> None:
    line = ("init", "--town", "Westport", "--state", state, "--timezone", "America/New_York")
    assert empty(*line).code == 0
    assert "CT" in empty("settings", "state", "--format", "csv").out


def test_the_zone_of_the_state_is_offered(empty: Ccu) -> None:
    result = empty("init", "--town", "Bend", stdin="Oregon\n\n\n\n", tty=True)
    assert result.code == 0
    assert "Time zone, America/Los_Angeles or America/Denver [America/Los_Angeles]: " in result.err
    assert "America/Los_Angeles" in empty("settings", "timezone").out


def test_a_zone_of_another_state_is_pointed_out(empty: Ccu) -> None:
    result = empty("init", "--town", "Bend", stdin="OR\nAmerica/New_York\n\n\n", tty=True)
    assert result.code == 0
    assert "warning: towns of OR keep America/Los_Angeles or America/Denver" in result.err


def test_every_zone_that_is_offered_is_one() -> None:
    from ccu import dates
    from ccu.address.words import STATE_CODES
    from ccu.records import codes, text_table

    named = dict(text_table("state_zones.txt")["zones"])
    assert set(named) < STATE_CODES
    for state in STATE_CODES:
        zones = codes.zones_of(state)
        assert zones and [dates.zone(each).key for each in zones] == zones


@pytest.mark.parametrize(
    ("town", "state", "zone", "says"),
    [
        ("", "CT", "UTC", "town must be a name, such as Westport"),
        ("Westport", "Coni", "UTC", "state must be a US state, such as CT or Connecticut"),
        ("Westport", "XX", "UTC", "state must be a US state, such as CT or Connecticut"),
        ("Westport", "CT", "EST", "EST has no daylight saving time; write America/New_York"),
        ("Westport", "CT", "Mars/Olympus", "the time zone is not a known name"),
        ("West\x1bport", "CT", "UTC", "town must be one short line of plain text"),
        ("W" * 101, "CT", "UTC", "town must be one short line of plain text"),
    ],
)
def test_init_refuses_what_cannot_be_right_and_makes_nothing(
    town: str, state: str, zone: str, says: str, empty: Ccu, db_path: Path
) -> None:
    result = empty("init", "--town", town, "--state", state, "--timezone", zone)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"ccu: error: {says}")
    assert not db_path.exists()


def test_a_stopped_init_makes_nothing(empty: Ccu, db_path: Path) -> None:
    assert empty("init", stdin="", tty=True).code == 130
    assert not db_path.exists()


def test_settings_are_the_same_in_every_format(ccu: Ccu) -> None:
    rows = json.loads(ccu("settings", "--format", "json").out)
    assert list(rows[0]) == ["name", "value", "help"]
    assert {row["name"]: row["value"] for row in rows}["town"] == "Westport"
    assert len(ccu("settings", "--format", "csv").out.splitlines()) == len(rows) + 1


def test_a_setting_is_changed_and_shown(ccu: Ccu) -> None:
    assert ccu("settings", "follow_up_hours", "168, 24") == (
        0,
        "follow_up_hours is now 24,168\n",
        "",
    )
    assert "24,168" in ccu("settings", "follow_up_hours").out


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("repeat_days", "0", 2),
        ("repeat_days", "-1", 2),
        ("repeat_days", "３", 2),
        ("repeat_days", "9" * 40, 2),
        ("repeat_days", "1_000", 2),
        ("follow_up_hours", "24,,48", 2),
        ("no_such_setting", "1", 3),
        ("timezone", "../etc/passwd", 2),
    ],
)
def test_a_wrong_setting_is_refused(name: str, value: str, code: int, ccu: Ccu) -> None:
    before = ccu("settings", "--format", "csv").out
    result = ccu("settings", name, value)
    assert (result.code, result.out) == (code, "")
    assert result.err.count("\n") == 1
    assert ccu("settings", "--format", "csv").out == before


def test_a_missing_folder_is_told_before_any_question(empty: Ccu, db_path: Path) -> None:
    done = empty("--db", str(db_path.parent / "none" / "ccu.db"), "init", tty=True)
    assert done.code == 4
    assert "make it first" in done.err
    assert "Town" not in done.err + done.out
