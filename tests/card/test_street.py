"""`ccu history` of a street without a house number, or with a number nobody can be sure of.

What is on file on the street is shown with its warnings: nothing found is never an all-clear.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .. import typed
from ..conftest import TODAY, Ccu, examples, run_ccu

HOUSE = "27 IMPERIAL AVE, WESTPORT"
NOT_SAFE = "An address without a record is not a safe address."
PARTIAL = (
    *("imperial ave", "imperial", "imperial 27", "imperial avenue #27", "imperial ave apt 9"),
    *("27 the imperial ave", "27 imprl ave", "twenty imperial ave", "2 7 imperial ave"),
    *("O27 imperial ave", "imperial ave 27b", "imperial avenue twenty seven", "27th imperial ave"),
    *("imperail ave", "imp ave", "27imperialave", "imperial ave, number 27", "imperial ct"),
)


def log(ccu: Ccu, address: str, *more: str) -> None:
    when = ("--when", "2026-01-20 10:00", "--nature", "crisis")
    done = ccu("log-call", *when, "--address", address, *more)
    assert done.code == 0, done.err


def card(ccu: Ccu, address: str) -> dict[str, Any]:
    done = ccu("history", address, "--format", "json")
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


@pytest.mark.parametrize("asked", PARTIAL)
def test_a_partial_address_shows_the_street_with_its_warnings(asked: str, ccu: Ccu) -> None:
    log(ccu, "27 Imperial Ave", "--danger", "weapon")
    log(ccu, "12 Main St Apt 3")
    found = card(ccu, asked)
    assert found["place"] is None
    assert [each["address"] for each in found["near"]] == [HOUSE]
    assert [each["text"] for each in found["near"][0]["warnings"]] == ["Weapon"]
    shown = ccu("history", asked).out
    assert NOT_SAFE in shown
    assert HOUSE in shown
    assert "WEAPON" in shown
    assert "No active warnings\n" not in shown


@pytest.mark.parametrize("asked", ["imperial ave, norwalk", "27 imperial, norwalk"])
def test_a_street_in_another_city_shows_what_is_on_file_there(asked: str, ccu: Ccu) -> None:
    log(ccu, "27 Imperial Ave", "--danger", "weapon")
    (near,) = card(ccu, asked)["near"]
    assert (near["address"], near["why"]) == (HOUSE, "another city")
    assert "WEAPON" in ccu("history", asked).out
    assert card(ccu, "29 imperial ave, norwalk")["near"] == []


@pytest.mark.parametrize("asked", ["main st", "main st 12", "one two main st", "mian st"])
def test_a_unit_is_found_by_its_street(asked: str, ccu: Ccu) -> None:
    log(ccu, "12 Main St Apt 3")
    assert [each["address"] for each in card(ccu, asked)["near"]] == ["12 MAIN ST # 3, WESTPORT"]


def test_a_street_that_is_on_file_itself_shows_its_houses(ccu: Ccu) -> None:
    log(ccu, "Imperial Ave")
    log(ccu, "27 Imperial Ave", "--danger", "weapon")
    found = card(ccu, "imperial ave")
    assert len(found["calls"]) == 1
    assert [each["address"] for each in found["near"]] == [HOUSE]
    assert "No active warnings at this exact address" in ccu("history", "imperial ave").out


def test_a_call_filed_with_the_number_last_is_no_all_clear_for_the_house(ccu: Ccu) -> None:
    log(ccu, "27 Imperial Ave", "--danger", "weapon")
    filed = ("--when", "2026-01-21 10:00", "--nature", "crisis", "--address", "imperial 27")
    warned = ccu("log-call", *filed)
    assert "IMPERIAL 27 is a new address; similar on file: 27 IMPERIAL AVE" in warned.err
    assert [each["address"] for each in card(ccu, "imperial 27")["near"]] == [HOUSE]


def test_the_number_comes_first_then_warnings_then_the_rest_of_the_street(ccu: Ccu) -> None:
    for number in (3, 3, 5, 7, 12):
        log(ccu, f"{number} Imperial Ave")
    log(ccu, "27 Imperial Ave", "--danger", "weapon")
    near = card(ccu, "imperial 12")["near"]
    numbers = [each["address"].partition(" ")[0] for each in near]
    assert numbers == ["12", "27", "3", "5", "7"]


def test_a_neighbor_of_a_complete_address_is_not_listed(ccu: Ccu) -> None:
    log(ccu, "5 Church St")
    log(ccu, "40 Imperial Ave", "--danger", "weapon")
    for asked in ("27 imperial ave", "40 church st", "12 church st", "imperial and church"):
        assert card(ccu, asked)["near"] == []
        assert NOT_SAFE in ccu("history", asked).out


def test_a_person_typed_as_an_address_is_pointed_to_the_search_for_people(ccu: Ccu) -> None:
    shown = ccu("history", "ana reyes").out
    assert "No house number or street in this; to look for a person: ccu person find" in shown
    assert NOT_SAFE in shown
    assert "person find" not in ccu("history", "Compo Beach").out


def test_without_a_call_at_the_address_it_is_not_safe(ccu: Ccu) -> None:
    log(ccu, "12 Main St Apt 3")
    other_unit = ccu("history", "12 main st apt 4").out
    assert NOT_SAFE in other_unit
    assert "No active warnings" not in other_unit
    assert NOT_SAFE not in ccu("history", "12 main st apt 3").out
    assert ccu("call", "void", "1", "--reason", "logged twice").code == 0
    void = ccu("history", "12 main st apt 3").out
    assert NOT_SAFE in void
    assert "No active warnings" not in void


def test_other_commands_name_the_street_too(ccu: Ccu) -> None:
    log(ccu, "27 Imperial Ave")
    refused = ccu("place", "show", "imperial ave")
    assert refused.code == 3
    assert HOUSE in refused.err


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a weapon at 27 Imperial Ave."""
    path = tmp_path_factory.mktemp("street") / "ccu.db"
    base = ("--db", str(path), "--today", TODAY)
    town = ("--town", "Westport", "--state", "CT", "--timezone", "America/New_York")
    assert run_ccu(*base, "init", *town).code == 0
    call = ("--when", "2026-01-20 10:00", "--nature", "crisis", "--danger", "weapon")
    assert run_ccu(*base, "log-call", *call, "--address", "27 Imperial Ave").code == 0
    return path


@settings(max_examples=examples(10, 120), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    before=st.sampled_from(["", "27 ", "#27 ", "O27 ", "2 7 ", "twenty-seven ", "9 ", "the "]),
    name=st.sampled_from(["imperial", "imperail", "imprl", "Imperial", "imperal", "imper"]),
    kind=st.sampled_from(["", " ave", " av", " avenue", " ave."]),
    after=st.sampled_from(["", " 27", " apt 9", " # 27", " twenty seven", ", westport", " 27b"]),
)
def test_no_spelling_of_the_address_gives_an_all_clear(
    before: str, name: str, kind: str, after: str, street: Path
) -> None:
    """Whatever is typed: the weapon is named, or the card has the line that it is not safe."""
    asked = f"{before}{name}{kind}{after}"
    done = run_ccu("--db", str(street), "--today", TODAY, "history", asked)
    assert done.code == 0, done.err
    assert "WEAPON" in done.out or "Weapon" in done.out or NOT_SAFE in done.out
    assert "No active warnings\n" not in done.out
    if before != "9 ":  # another house
        assert HOUSE in done.out, asked


@pytest.mark.parametrize(("answer", "first"), [("1", HOUSE), ("", "No calls recorded at IMPERIAL")])
def test_at_a_terminal_the_street_is_offered_by_number(
    answer: str, first: str, ccu: Ccu, db_path: Path
) -> None:
    log(ccu, "27 Imperial Ave", "--danger", "weapon")
    terminal = typed.start(db_path, "history", "imperial", "27", NO_COLOR="1")
    terminal.expect_exact(f"1  {HOUSE} (1 call, WEAPON)")
    terminal.expect_exact("Number of the address you mean [Enter for none]: ")
    terminal.sendline(answer)
    lines = terminal.read().replace("\r", "").strip().splitlines()[len(answer) :]
    assert lines[0].startswith(first)
    assert "WEAPON" in "\n".join(lines)
    assert (NOT_SAFE in lines) is (not answer)


@pytest.mark.parametrize(
    "asked",
    ["Calle Luna doce", "doce calle luna", "Luna doce", "Calle Luna numero 12", "12 Luna"],
)
def test_a_house_number_in_spanish_words_is_offered(asked: str, ccu: Ccu) -> None:
    log(ccu, "Calle Luna 12", "--danger", "weapon")
    log(ccu, "Calle Luna 31", "--danger", "weapon")
    near = json.loads(ccu("history", "--address", asked, "-f", "json").out)["near"]
    assert near[0]["address"] == "12 CALLE LUNA, WESTPORT"
    shown = ccu("history", "--address", "Calle Luna treinta y uno", "-f", "json").out
    assert json.loads(shown)["near"][0]["address"] == "31 CALLE LUNA, WESTPORT"
