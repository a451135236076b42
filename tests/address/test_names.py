"""The lists of a town that the address reader uses: towns, street aliases, common places."""

import json

import pytest

from ccu.address import Names, read

from ..conftest import Ccu
from .test_front_door import card, log

LISTS = (
    ("town", "West Nyack"),
    ("town", "BRM", "Burlingame"),
    ("town", "WA", "West Allis"),
    ("street_alias", "Post Road", "US 1"),
    ("street_alias", "The Strand", "Ocean Front Walk"),
    ("common_place", "Compo Beach", "60 Compo Beach Rd"),
    ("common_place", "Stop & Shop", "1790 Post Rd E"),
)


@pytest.fixture
def listed(ccu: Ccu) -> Ccu:
    for each in LISTS:
        done = ccu("codes", "add", *each)
        assert done.code == 0, done.err
    return ccu


def reading(ccu: Ccu, text: str) -> dict[str, str]:
    done = ccu("address", text, "--format", "json")
    assert done.code == 0, done.err
    (row,) = json.loads(done.out)
    found: dict[str, str] = row
    return found


@pytest.mark.parametrize(
    ("text", "street", "city"),
    [
        ("12 Schoolhouse Dr West Nyack", "SCHOOLHOUSE DR", "WEST NYACK"),
        ("12 Elm St West West Nyack", "ELM ST W", "WEST NYACK"),
        ("900 BALTIC CIR #202 ,BRM", "BALTIC CIR", "BURLINGAME"),
        ("EL CAMINO REAL #3 ,BRM", "EL CAMINO REAL", "BURLINGAME"),
        ("900 LAUREL ST BRM", "LAUREL ST", "BURLINGAME"),
        ("620 S 76TH ST,WA", "S 76TH ST", "WEST ALLIS"),
        ("12 Main St, Burlingame", "MAIN ST", "BURLINGAME"),
        ("360 Post Road", "US HIGHWAY 1", ""),
        ("POST RD / ELM ST", "ELM ST", ""),
    ],
)
def test_a_town_reads_its_own_names(listed: Ccu, text: str, street: str, city: str) -> None:
    found = reading(listed, text)
    assert (found["street"], found["city"]) == (street, city)


def test_without_a_list_no_town_is_known(ccu: Ccu) -> None:
    assert reading(ccu, "620 S 76TH ST,WA")["state"] == "WA"
    assert reading(ccu, "620 S 76TH ST,MKE")["city"] == "MKE"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("RR 2 BOX 45, BUTLER PA", {"kind": "place", "place": "RR 2 BOX 45", "city": "BUTLER"}),
        ("Rural Route 2 Box 45 Butler PA", {"kind": "place", "place": "RR 2 BOX 45"}),
        ("RT 2, BOX 45A", {"kind": "place", "place": "RR 2 BOX 45A", "cross": ""}),
        ("HC61 BOX 9, SALMON ID", {"kind": "place", "place": "HC 61 BOX 9", "city": "SALMON"}),
        ("RR 2 & ELM ST", {"kind": "intersection", "street": "ELM ST"}),
        ("1 HOSPITAL DR ER, TOLEDO OH", {"number": "1", "city": "TOLEDO", "place": "ER"}),
        ("1 HOSPITAL DR ED, TOLEDO OH", {"city": "TOLEDO", "place": "ED"}),
        ("1 HOSPITAL DR ICU", {"city": "", "place": "ICU"}),
        ("12 MAIN ST SMALLVILLE, NY", {"city": "SMALLVILLE", "state": "NY"}),
        ("12 MAIN ST SPRINGFIELD, GREENE COUNTY MO", {"city": "SPRINGFIELD"}),
        (
            "BTWN 5TH AVE AND 6TH AVE ON BROADWAY, SEATTLE WA",
            {"kind": "street", "street": "BROADWAY", "cross": "", "city": "SEATTLE"},
        ),
        ("BETWEEN ELM ST & OAK ST ON PINE ST", {"kind": "street", "street": "PINE ST"}),
        ("FROM ELM ST TO OAK ST ON PINE ST", {"kind": "street", "street": "PINE ST"}),
    ],
)
def test_words_that_only_look_like_a_road_or_a_city(
    ccu: Ccu, text: str, parts: dict[str, str]
) -> None:
    found = reading(ccu, text)
    assert {name: found[name] or "" for name in parts} == parts


def test_a_common_place_before_a_town_that_is_not_listed(listed: Ccu) -> None:
    found = reading(listed, "COMPO BEACH, WESTON")
    assert (found["number"], found["street"], found["city"]) == ("60", "COMPO BEACH RD", "WESTON")


def test_an_alias_and_a_common_place_are_the_same_place_everywhere(listed: Ccu) -> None:
    beach, road = log(listed, "Compo Beach"), log(listed, "360 Post Rd")
    assert [call["id"] for call in card(listed, "60 Compo Beach Road")["calls"]] == [beach]
    assert [call["id"] for call in card(listed, "compo beach, Westport")["calls"]] == [beach]
    assert [call["id"] for call in card(listed, "360 US 1")["calls"]] == [road]
    assert card(listed, "Stop and Shop")["query"] == "Stop and Shop"
    crossing = reading(listed, "Elm St & Post Road")
    assert crossing["building_key"] == "intersection ELM ST & ROUTE 1"


def test_a_code_is_changed_retired_and_brought_back(listed: Ccu) -> None:
    assert listed("codes", "rename", "town", "brm", "Burlington").code == 0
    assert reading(listed, "12 Elm St, BRM")["city"] == "BURLINGTON"
    assert listed("codes", "retire", "town", "brm").code == 0
    assert reading(listed, "12 Elm St, BRM")["city"] == "BRM"
    assert listed("codes", "add", "town", "BRM", "Burlingame").code == 0
    assert reading(listed, "12 Elm St, BRM")["city"] == "BURLINGAME"
    rows = json.loads(listed("codes", "list", "town", "--format", "json").out)
    assert {"list": "town", "code": "brm", "label": "Burlingame"}.items() <= next(
        row for row in rows if row["code"] == "brm"
    ).items()


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("street_alias", "Post Road"), "the meaning is missing; type it as MEANING"),
        (("common_place", "The Pier", "the pier"), "MEANING must be an address"),
        (("town", "BRM", "123"), "a town must be a name"),
        (("need", "Warming center", "Elm St"), "leave it out"),
        (("town", "B" * 50, "Burlingame"), "at most 40"),
    ],
)
def test_what_cannot_be_read_is_refused(ccu: Ccu, words: tuple[str, ...], error: str) -> None:
    done = ccu("codes", "add", *words)
    assert (done.code, done.out) == (2, "")
    assert error in done.err


def test_a_layout_adds_the_codes_of_its_system() -> None:
    own = Names("Burlingame", {"SMT": "San Mateo"})
    more = own.plus({"RWS": "Redwood Shores"})
    assert read("9 BALTIC CIR #202 ,RWS", town=more).city == "REDWOOD SHORES"
    assert read("9 ELM ST ,SMT", town=more).city == "SAN MATEO"
    assert read("9 ELM ST ,RWS", town=own).city == "RWS"
