"""`ccu history`: the right place, the right counts, near ones, and a record that it was shown."""

import json
import sqlite3
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ..conftest import TODAY, Ccu, examples, run_ccu
from ..steps import copy_file


def log(ccu: Ccu, address: str, when: str = "2026-01-20 10:00", *more: str) -> int:
    nature = () if "--nature" in more else ("--nature", "welfare_check")
    done = ccu("log-call", "--when", when, "--address", address, *nature, *more, "--format", "json")
    assert done.code == 0, done.err
    return int(json.loads(done.out)["id"])


def card(ccu: Ccu, *args: str) -> dict[str, Any]:
    done = ccu("history", *args, "--format", "json")
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def ids(found: dict[str, Any]) -> list[int]:
    return [call["id"] for call in found["calls"]]


def test_the_json_shape_is_the_documented_one(ccu: Ccu) -> None:
    log(ccu, "12 Main St Apt 3")
    assert list(card(ccu, "--address", "12 main st #3")) == [
        "query",
        "match",
        "place",
        "counts",
        "people",
        "children",
        "warnings",
        "workers",
        "open",
        "plans",
        "calls",
        "building",
        "near",
    ]


def test_a_unit_is_not_another_and_not_the_building(ccu: Ccu) -> None:
    third = log(ccu, "12 Main Street, Apartment 3, Westport CT 06880")
    fourth = log(ccu, "12 Main St Apt 4")
    house = log(ccu, "12 MAIN ST")
    assert ids(card(ccu, "-a", "12 main st #3")) == [third]
    assert ids(card(ccu, "-a", "12 Main St Unit 4")) == [fourth]
    found = card(ccu, "-a", "12 Main St")
    assert ids(found) == [house]
    assert (found["building"]["units"], found["building"]["calls"]) == (2, 2)


def test_an_intersection_has_no_order_and_a_block_is_no_house(ccu: Ccu) -> None:
    corner = log(ccu, "Post Rd E & Main St")
    block = log(ccu, "100 block of Main St")
    house = log(ccu, "100 Main St")
    assert ids(card(ccu, "-a", "MAIN ST / POST RD E")) == [corner]
    assert ids(card(ccu, "-a", "100-BLK MAIN ST")) == [block]
    assert ids(card(ccu, "-a", "100 Main Street")) == [house]


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ("27 Bayberry", "street's suffix missing"),
        ("27 Bayberry Lane N", "street's direction missing"),
        ("27 Bayberyr Ln", "one letter apart"),
        ("27 Bayberry Ln #2", "the building"),
        ("72 Bayberry Ln", "house number one digit off"),
        ("270 Bayberry Ln", "house number one digit off"),
        ("227 Bayberry Ln", "house number one digit off"),
        ("7 Bayberry Ln", "house number one digit off"),
        ("27 Bayberry Laen", "suffix misspelled"),
        ("27 Bayberry Rd", "other suffix or direction"),
        ("27A Bayberry Ln", "house number with another letter or fraction"),
        ("27 1/2 Bayberry Ln", "house number with another letter or fraction"),
    ],
)
def test_near_places_are_offered_with_the_reason(asked: str, why: str, ccu: Ccu) -> None:
    log(ccu, "27 Bayberry Ln")
    log(ccu, "27 Strathmore Ln")
    done = ccu("history", "-a", asked)
    assert done.code == 0
    assert done.out.startswith("No calls recorded at ")
    near = card(ccu, "-a", asked)["near"]
    assert near == [{"address": "27 BAYBERRY LN, WESTPORT", "why": why, "calls": 1, "warnings": []}]


def test_a_city_spelled_wrong_offers_the_same_address_elsewhere(ccu: Ccu) -> None:
    log(ccu, "27 Bayberry Ln, Norwalk")
    (near,) = card(ccu, "-a", "27 Bayberry Ln, Norwlak")["near"]
    assert (near["address"], near["why"]) == ("27 BAYBERRY LN, NORWALK", "another city")


def test_a_block_offers_the_houses_that_a_source_gave_for_it(ccu: Ccu) -> None:
    log(ccu, "100 Elm St")
    (near,) = card(ccu, "-a", "100 block of Elm St")["near"]
    assert near["why"] == "a house number, not the block"


def test_another_unit_is_near(ccu: Ccu) -> None:
    log(ccu, "27 Bayberry Ln Apt 2")
    found = card(ccu, "-a", "27 Bayberry Ln Apt 3")
    assert found["near"][0]["why"] == "other unit"
    assert found["place"] is None


def test_finding_nothing_is_an_answer(ccu: Ccu) -> None:
    assert ccu("history", "-a", "9 Nowhere Rd") == (
        0,
        "No calls recorded at 9 NOWHERE RD\n\nAn address without a record is not a safe address.\n",
        "",
    )


def test_a_unit_of_a_building_in_another_town_has_its_warnings(ccu: Ccu) -> None:
    log(ccu, "8 Elm St, Norwalk", "2026-01-20 10:00", "--danger", "weapon")
    shown = ccu("history", "-a", "8 Elm St Apt 2").out
    assert shown.startswith("ANOTHER TOWN: no calls recorded at 8 ELM ST # 2, NORWALK\n")
    assert "another town: NORWALK; only the building is on file, not this unit\n" in shown
    assert "building: Weapon" in shown
    assert "the building, no unit given (1 call" in shown
    log(ccu, "30 Ash St Apt 1, Norwalk", "2026-01-20 10:00", "--danger", "weapon")
    for asked, said in (
        ("30 Ash St", "the building; each call on file names a unit"),
        ("30 Ash St Apt 5", "only other units are on file"),
    ):
        shown = ccu("history", "-a", asked).out
        assert shown.startswith(f"ANOTHER TOWN: no calls recorded at {asked.upper()[:9]}")
        assert f"another town: NORWALK; {said}\n" in shown
        assert "1 other unit: # 1 (1 call, 1 care, WEAPON)" in shown
    log(ccu, "30 Ash St")
    assert "ANOTHER TOWN" not in ccu("history", "-a", "30 Ash St Apt 5").out


def test_two_cities_never_agree_and_a_missing_one_is_the_towns(ccu: Ccu) -> None:
    own = log(ccu, "12 Main St")
    other = log(ccu, "12 Main St, Norwalk")
    assert ids(card(ccu, "-a", "12 Main St")) == [own]
    assert ids(card(ccu, "-a", "12 Main St, Westport CT")) == [own]
    assert ids(card(ccu, "-a", "12 Main St, Norwalk")) == [other]
    far = log(ccu, "8 Elm St, Norwalk")
    found = card(ccu, "-a", "8 Elm St")
    assert (ids(found), found["match"]["certainty"]) == ([far], "another town: NORWALK")
    bare = log(ccu, "41 Wall St")
    found = card(ccu, "-a", "41 Wall St., Norwalk, CT 06850")
    assert ids(found) == [bare]
    certainty = "another town: recorded without a city, you asked for NORWALK"
    assert found["match"]["certainty"] == certainty
    asked = ccu("history", "-a", "41 Wall St, Norwalk")
    assert asked.out.startswith("ANOTHER TOWN: 41 WALL ST, WESTPORT\n")
    refused = ccu("place", "category", "41 Wall St, Norwalk", "--category", "school")
    assert (refused.code, "41 WALL ST, WESTPORT" in refused.err) == (3, True)
    unit = card(ccu, "-a", "41 Wall St Apt 2, Norwalk")
    assert unit["match"]["certainty"] == f"{certainty}; only the building is on file, not this unit"
    assert [(each["unit"], each["calls"]) for each in unit["building"]["by_unit"]] == [("", 1)]
    named = log(ccu, "41 Wall St, Westport")
    assert card(ccu, "-a", "41 Wall St, Norwalk")["place"] is None
    assert ids(card(ccu, "-a", "41 Wall St")) == [named, bare]


def test_a_road_number_is_never_a_zip(ccu: Ccu) -> None:
    logged = log(ccu, "616 County Road 45300")
    other = card(ccu, "-a", "616 County Road 45310")
    assert (other["place"], other["near"]) == (None, [])
    assert ids(card(ccu, "-a", "616 CR 45300")) == [logged]
    log(ccu, "12 Old County Rd")
    (near,) = card(ccu, "-a", "12 Old County Rd 45300")["near"]
    assert near["why"] == "road number or ZIP"


def test_a_void_call_is_not_counted(ccu: Ccu) -> None:
    kept, wrong = log(ccu, "3 Elm St"), log(ccu, "3 Elm St")
    assert ccu("call", "void", str(wrong), "--reason", "typed twice").code == 0
    found = card(ccu, "-a", "3 Elm St")
    assert (ids(found), found["counts"]["all"]["ever"]) == ([kept], 1)


def test_a_call_after_today_is_not_there_yet(ccu: Ccu) -> None:
    log(ccu, "3 Elm St", "2026-01-20 10:00")
    done = run_ccu("--today", "2026-01-19", "history", "-a", "3 Elm St", "--format", "json")
    assert json.loads(done.out)["counts"]["all"]["ever"] == 0


def test_calls_are_newest_first_and_cut_short_at_a_terminal_alone(ccu: Ccu) -> None:
    made = [log(ccu, "3 Elm St", f"2026-01-{day:02d} 10:00") for day in range(1, 21)]
    assert ids(card(ccu, "-a", "3 Elm St")) == made[::-1]
    assert ccu("history", "-a", "3 Elm St").out.count("Welfare check") == 20
    shown = ccu("history", "-a", "3 Elm St", tty=True).out
    assert shown.splitlines()[-1] == "MORE    6 calls: --all"
    assert ccu("history", "-a", "3 Elm St", "--all", tty=True).out.count("Welfare check") == 20


def test_a_hazard_is_a_warning_for_a_year(ccu: Ccu) -> None:
    call = log(ccu, "3 Elm St", "2025-06-01 10:00", "--danger", "weapon")
    log(ccu, "3 Elm St", "2024-06-01 10:00", "--danger", "fire")
    assert card(ccu, "-a", "3 Elm St")["warnings"] == [
        {"text": "Weapon", "source": f"call {call}", "type": "hazard", "day": "2025-06-01"}
    ]


def test_narratives_need_a_reason_and_it_is_kept_apart_from_the_audit(
    ccu: Ccu, tmp_path: Path, db_path: Path
) -> None:
    note = tmp_path / "note.txt"
    note.write_text("Sat with him until his sister came.")
    log(ccu, "3 Elm St", "2026-01-20 10:00", "--note-file", str(note))
    assert ccu("history", "-a", "3 Elm St", "--full") == (
        2,
        "",
        "ccu: error: --full needs --reason\n",
    )
    assert "sister" not in ccu("history", "-a", "3 Elm St", "--all").out
    shown = ccu("history", "-a", "3 Elm St", "--full", "--reason", "Jo Sample asked for us")
    assert "Sat with him until his sister came." in shown.out
    with sqlite3.connect(db_path) as hand:
        assert hand.execute("SELECT reason FROM audit_reason").fetchall() == [
            ("Jo Sample asked for us",)
        ]
        audit = hand.execute("SELECT action, record, record_id, detail FROM audit").fetchall()
    assert [row for row in audit if "Sample" in str(row) or "ELM" in str(row).upper()] == []
    assert audit[-1][:3] == ("history-full", "place", 1)


def test_only_cards_that_were_shown_are_in_the_audit(ccu: Ccu, db_path: Path) -> None:
    call = log(ccu, "3 Elm St")
    before = events(db_path)
    assert ccu("history", "--call", str(call)).code == 0
    assert ccu("history", "-a", "3 Elm St").code == 0
    assert ccu("history", "-a", "99 Nowhere Rd").code == 0
    assert ccu("history", "-a", "").code == 2
    assert events(db_path)[len(before) :] == [
        ("history", "place", 1),
        ("history", "place", 1),
        ("history", "place", None),
    ]


def events(path: Path) -> list[tuple[str, str, int | None]]:
    with sqlite3.connect(path) as hand:
        return hand.execute("SELECT action, record, record_id FROM audit ORDER BY id").fetchall()


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        ([], 2, "give an address, --call N or --person P"),
        (
            ["-a", "3 Elm St", "--call", "1"],
            2,
            "give an address, --call N or --person P",
        ),
        (
            ["--person", "1", "--call", "1"],
            2,
            "give an address, --call N or --person P",
        ),
        (["--person", "99"], 3, "no person 99"),
        (["--person", "Rowan"], 2, "a person is named by its number, such as 12"),
        (["--call", "99"], 3, "no call 99"),
        (["--call", "-1"], 2, "a call is named by its number, such as 12"),
        (["--call", "9" * 30], 3, "no call with that number"),
        (
            ["-a", "   "],
            2,
            "the address cannot be read; write a number and street, such as ",
        ),
        (["-a", "3 Elm St", "--full", "--reason", " "], 2, "--full needs --reason"),
    ],
)
def test_bad_input_is_one_sentence(args: list[str], code: int, says: str, ccu: Ccu) -> None:
    done = ccu("history", *args)
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith(f"ccu: error: {says}")
    assert done.err.count("\n") == 1


def test_rows_are_the_same_in_every_format(ccu: Ccu) -> None:
    log(ccu, "3 Elm St", "2026-01-20 10:00", "--disposition", "referred")
    csv = ccu("history", "-a", "3 Elm St", "--format", "csv").out.splitlines()
    assert csv == [
        '"id","occurred","care","nature","outcome","answer"',
        '"1","2026-01-20 10:00","yes","Welfare check","Referred",""',
    ]
    (call,) = card(ccu, "-a", "3 Elm St")["calls"]
    assert call == {
        "id": 1,
        "occurred": "2026-01-20 10:00",
        "care": True,
        "nature": "Welfare check",
        "outcome": "Referred",
        "hazards_recorded": False,
        "answer": "",
    }
    assert "01/20/2026 10:00  yes   Welfare check  Referred" in ccu("history", "-a", "3 Elm St").out


def test_a_call_where_hazards_were_not_recorded_is_no_all_clear(ccu: Ccu) -> None:
    def warnings() -> str:
        return ccu("history", "-a", "3 Elm St").out.partition("Warnings\n")[2].splitlines()[0]

    log(ccu, "3 Elm St", "2026-01-20 10:00")
    assert warnings() == "  No active warnings; hazards not recorded"
    log(ccu, "3 Elm St", "2026-01-21 10:00", "--danger", "none")
    assert warnings() == "  No active warnings; hazards not recorded for 1 of 2 calls"
    assert ccu("call", "edit", "1", "--danger", "none").code == 0
    assert warnings() == "  No active warnings"
    log(ccu, "3 Elm St", "2026-01-22 10:00", "--danger", "weapon")
    assert [call["hazards_recorded"] for call in card(ccu, "-a", "3 Elm St")["calls"]] == [True] * 3
    assert warnings() == "  Weapon: Jan 22, 2026, call 3"


calls = st.lists(st.tuples(st.integers(0, 800), st.booleans()), max_size=12)


@settings(max_examples=examples(10, 60), deadline=None, suppress_health_check=list(HealthCheck))
@given(logged=calls)
def test_counts_match_a_manual_recount(
    logged: list[tuple[int, bool]], new_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Windows are full local days, today the last of them."""
    path = tmp_path_factory.mktemp("counts") / "ccu.db"
    copy_file(new_file, path)
    today = date.fromisoformat(TODAY)

    def front(*args: str) -> Any:
        return run_ccu("--db", str(path), "--today", TODAY, *args)

    for days, care in logged:
        nature = "crisis" if care else "domestic"
        when = f"{today - timedelta(days=days)} 23:30"
        log(front, "3 Elm St", when, "--nature", nature)
    if not logged:
        return
    counts = card(front, "-a", "3 Elm St")["counts"]
    for span, most in (("30", 30), ("90", 90), ("365", 365), ("ever", 10_000)):
        assert counts["all"][span] == sum(days < most for days, _ in logged)
        assert counts["care"][span] == sum(days < most and care for days, care in logged)
    assert counts["repeat"]["care_calls"] == counts["care"]["90"]


def test_a_missing_address_is_asked_for_at_a_terminal(ccu: Ccu) -> None:
    for command in (("history",), ("place", "flag"), ("place", "show"), ("place", "exempt")):
        assert "Address: " in ccu(*command, tty=True, stdin="").err, command
    shown = ccu("history", tty=True, stdin="4 Mill Rd\n")
    assert (shown.code, "4 MILL RD" in shown.out) == (0, True)
    assert "Address: " not in ccu("history", "--no-input", tty=True, stdin="").err


def test_a_group_alone_lists_its_commands(ccu: Ccu) -> None:
    for group in ("audit", "seal", "retention", "parcel"):
        alone = ccu(group)
        assert alone.code == 2
        assert "Commands:\n" in alone.out
        assert alone.err == "ccu: error: choose one of the commands listed above\n"


def test_another_town_s_name_denies_no_calls_of_this_one(ccu: Ccu) -> None:
    log(ccu, "27 Bayberry Ln Apt 3, Westport")
    log(ccu, "27 Bayberry Ln")
    page = ccu("history", "27 Bayberry Ln Apt 3, Norwalk").out
    assert page.startswith("No calls recorded at 27 BAYBERRY LN # 3, NORWALK\n")
    assert "27 BAYBERRY LN # 3, WESTPORT" in page
    assert "only the building" not in page


def test_a_call_in_another_town_is_warned_of_what_this_one_has(ccu: Ccu) -> None:
    log(ccu, "27 Bayberry Ln Apt 3, Westport")
    line = ("log-call", "--when", "2026-01-20 11:00", "--nature", "crisis")
    done = ccu(*line, "--address", "27 Bayberry Ln Apt 3, Norwalk")
    assert done.code == 0
    assert "27 BAYBERRY LN # 3, WESTPORT" in done.err
