"""What is logged under one spelling of an address and asked for under another, by the commands."""

import contextlib
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from ..conftest import Ccu


def log(ccu: Ccu, address: str) -> int:
    done = ccu("log-call", "--when", "2026-01-20 10:00", "--address", address, "--nature",
               "welfare_check", "--format", "json")  # fmt: skip
    assert done.code == 0, done.err
    return int(json.loads(done.out)["id"])


def card(ccu: Ccu, address: str) -> dict[str, Any]:
    done = ccu("history", "--address", address, "--format", "json")
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


SAME = [
    ("1420 County Road 45300", "1420 Co Rd 45300"),
    ("77 N O'Rourke Dr", "77 N O ROURKE DR"),
    ("HARRIGAN / 700 PINE ST APT 4", "700 Pine St #4"),
    ("T7 / 44 REAR BIRCH ST", "44 Birch St rear"),
    ("418BIRCH ST", "418 Birch St"),
    ("63 08 Saunders St", "63-08 Saunders St"),
    ("31 E Nine Mile Rd", "31 E 9 Mile Rd"),
    ("I-90 WB EXIT 61", "I-90 West at Exit 61"),
    ("I90WB / PINE CREEK RD", "I-90 WB & Pine Creek Rd"),
    ("285 Spur 5", "285 SP 5"),
    ("185 Hwy A1A", "185 A1A"),
    ("88 Alder St, ring bell 2", "88 Alder St back door"),
    ("88 Alder St upper unit", "88 Alder St upstairs"),
    ("RR 2 BOX 45", "Rural Route 2, Box 45"),
    ("1 Hospital Dr ER", "1 Hospital Dr"),
    ("1820 M-59", "1820 Hwy M-59"),
    ("99 One Hundred Tenth St", "99 110th St"),
    ("12 Calle Luna", "12 C/ Luna"),
    ("I-95 NB btwn Exits 7 and 8", "I-95 NB between Exit 8 and Exit 7"),
    ("00123 Elm St", "123 Elm St"),
    ("12 Main St Apt 3, Westport CT", "12 Main St Apt 3 CT"),
    ("MOTEL 6 1501 CARTER ST RM 214", "1501 Carter St #214"),
    ("SUPER 8 MOTEL 20 CARTER ST", "20 Carter St"),
    ("Oak Manor Apts 24 Forest Ave #6, Portland ME", "24 Forest Ave Apt 6, Portland, ME"),
    ("190 E Bannock St St Lukes Hospital", "190 E Bannock St"),
    ("300 US Hwy Alt 19", "300 Alt US Hwy 19"),
    ("14 Fire Lane 23", "14 FIRE LN 23"),
    ("I-94 E EX 349", "I-94 EB EXIT 349"),
    ("119-21 Metropolitan Ave #1F", "119 21 METROPOLITAN AVE #1F"),
    ("9 Bow St PH2", "9 Bow St Penthouse 2"),
    ("9 Bow St Apto 2", "9 Bow St #2"),
    ("9 Bow St, Virginia Bch VA", "9 Bow St, Virginia Beach VA"),
    ("I-80 EB PAST EXIT 156", "I-80 EB 500 ft e/o Exit 156"),
    ("9 Bow St 2nd Fl L", "9 Bow St second floor left"),
    ("9 Bow St Apt 3 C/O Ann Sample", "C/O Sample, 9 Bow St #3"),
    ("641 29.5 Rd", "641 29 1/2 Road"),
]
NEAR = [
    ("0315 SW Nebraska St", "315 SW Nebraska St", "house number written otherwise"),
    ("85-080 Valley Rd", "85080 Valley Rd", "house number written otherwise"),
    ("12 Mtn View Dr", "12 Mountain View Dr", "a word of the name abbreviated"),
    ("1234 SW Calle 8", "1234 SW 8th St", "street's type in Spanish"),
    ("12 Main St", "avenida main 12", "other suffix or direction"),
    ("12 Main St", "12 via main", "other suffix or direction"),
    ("12 Main St", "twelve vía main apt four", "other suffix or direction"),
    ("12 Main St", "calle main twelve", "house number read another way"),
    ("12 Main St", "av. main 12", "house number read another way"),
    ("12 Main St", "twelve main st apt four", "the building"),
    ("171 Calle Quince", "calle quince 171 apt 12", "the building"),
    ("171 Calle Quince", "171 avenida quince", "other suffix or direction"),
    ("171 Calle Quince", "171 quince apt 12", "other suffix or direction"),
    ("171 Calle Quince", "quince 171", "on a street with a similar name"),
    ("5 Seven Hills Dr", "5 7 Hills Dr", "number in words"),
    ("22B Elm St", "22 Elm St Unit B", "house number written otherwise"),
    ("1200 Hwy 71 E", "1200 E Hwy 71", "directional in another place"),
    ("419E 5th St", "419 E 5th St", "house number written otherwise"),
    ("12 Calle 4", "Calle 4 #12", "house number written otherwise"),
    ("I-94 EB on ramp at 45th St", "45TH ST ON RAMP TO EB I-94", "directional in another place"),
    ("101 Hundred Acre Rd", "101 100 Acre Rd", "number in words"),
]


@pytest.mark.parametrize(("logged", "asked"), SAME)
def test_another_spelling_is_the_same_place(ccu: Ccu, logged: str, asked: str) -> None:
    number = log(ccu, logged)
    found = card(ccu, asked)
    assert [call["id"] for call in found["calls"]] == [number]
    assert found["match"]["certainty"].startswith("exact")


@pytest.mark.parametrize(
    ("logged", "asked"),
    [
        ("300 US Hwy Alt 19", "300 US Hwy Alt 27"),
        ("300 US Bus 421", "300 US 421"),
        ("14 Fire Lane 23", "14 Fire Lane 32"),
        ("61 Town Hwy 9", "61 Town Hwy 6"),
        ("Motel 6 1501 Carter St", "Motel 6 1510 Carter St"),
        ("I-80 EB PAST EXIT 156", "I-80 EB PAST EXIT 186"),
        ("641 29.5 Rd", "641 29 Rd"),
    ],
)
def test_another_numbered_road_is_no_unit_of_one(ccu: Ccu, logged: str, asked: str) -> None:
    """Neither the same place nor another unit of its building."""
    log(ccu, logged)
    found = card(ccu, asked)
    assert (found["place"], found["calls"]) == (None, [])


@pytest.mark.parametrize(("logged", "asked", "why"), NEAR)
def test_a_possibly_different_place_is_only_offered(
    ccu: Ccu, logged: str, asked: str, why: str
) -> None:
    log(ccu, logged)
    found = card(ccu, asked)
    assert (found["place"], [near["why"] for near in found["near"]]) == (None, [why])


@pytest.mark.parametrize(
    "asked", ["13 via main", "12 via maple", "12 camino real", "12 St James Pl"]
)
def test_a_type_before_the_name_makes_no_other_street_near(ccu: Ccu, asked: str) -> None:
    for address in ("12 Main St", "12 Real St Apt 4", "12 James Pl", "12 Calle Luna"):
        log(ccu, address)
    near = [each["address"] for each in card(ccu, asked)["near"]]
    expected = ["12 REAL ST # 4, WESTPORT"] if asked == "12 camino real" else []
    assert [each for each in near if "JAMES" not in each] == expected


def test_a_place_on_file_under_an_older_key_is_offered(ccu: Ccu, db_path: Path) -> None:
    number = log(ccu, "185 Hwy A1A")
    with contextlib.closing(sqlite3.connect(db_path)) as connection, connection:
        connection.execute(
            "UPDATE place SET street = 'A1A', building_key = 'address 185 A1A',"
            " unit_key = 'address 185 A1A', loose_key = 'A1A'"
        )
    (near,) = card(ccu, "185 Hwy A1A")["near"]
    assert (near["why"], near["calls"]) == ("read otherwise before", 1), number
