"""`ccu provider`: the directory, by number and by name, old knowledge, what was changed."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from ..conftest import Ccu, run_ccu

HOMES = (
    *("provider", "add", "Homes with Hope", "--need", "housing", "--need", "shelter"),
    *("--phone", "203-555-0110", "--hours", "mon-fri 9-17", "--eligibility", "adults of the town"),
)


def listed(ccu: Ccu, *more: str) -> list[dict[str, Any]]:
    done = ccu("provider", "list", *more, "-f", "json")
    assert done.code == 0, done.err
    found: list[dict[str, Any]] = json.loads(done.out)
    return found


def names(ccu: Ccu, *more: str) -> list[str]:
    return [row["name"] for row in listed(ccu, *more)]


def shown(ccu: Ccu, provider: str) -> dict[str, Any]:
    done = ccu("provider", "show", provider, "-f", "json")
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def test_a_provider_is_added_and_shown(ccu: Ccu) -> None:
    assert ccu(*HOMES) == (0, "Added provider 1.\n", "")
    assert ccu("provider", "show", "homes") == (
        0,
        "Provider 1: Homes with Hope\n"
        "\n"
        "Helps with      Housing, Shelter\n"
        "Agency          Contracted provider\n"
        "Phone           203-555-0110\n"
        "Hours           mon-fri 9-17\n"
        "Eligibility     adults of the town\n"
        "Capacity        Ask first\n"
        "Verified        01/31/2026\n"
        "Open referrals  none\n",
        "",
    )
    assert shown(ccu, "1") == {
        "id": 1,
        "name": "Homes with Hope",
        "needs": ["housing", "shelter"],
        "agency": "provider",
        "phone": "203-555-0110",
        "hours": "mon-fri 9-17",
        "eligibility": "adults of the town",
        "capacity": "ask_first",
        "verified_on": "2026-01-31",
        "active": True,
        "part2": False,
        "organization": "",
        "description": "",
        "address": "",
        "areas": "",
        "languages": "",
        "min_age": None,
        "max_age": None,
        "accepts": "",
        "alert": "",
        "note": "",
        "old": False,
        "open_referrals": [],
        "changes": [],
    }


def test_the_list_keeps_its_columns_when_it_is_empty(ccu: Ccu) -> None:
    header = '"id","name","needs","capacity","phone","hours","verified","old","alert"\n'
    assert ccu("provider", "list", "-f", "csv") == (0, header, "")


def test_who_takes_people_now_comes_first_for_a_need(ccu: Ccu) -> None:
    for name, capacity in (("A", "full"), ("B", "ask_first"), ("C", "waitlist"), ("D", "open")):
        assert ccu("provider", "add", name, "--need", "detox", "--capacity", capacity).code == 0
    assert ccu("provider", "add", "E", "--need", "food").code == 0
    assert names(ccu, "--need", "detox") == ["D", "B", "C", "A"]
    assert names(ccu) == ["A", "B", "C", "D", "E"]


def test_words_are_searched_in_everything_known(ccu: Ccu) -> None:
    assert ccu(*HOMES).code == 0
    assert ccu("provider", "add", "Vets' House", "--need", "veteran", "--hours", "100%").code == 0
    assert names(ccu, "--search", "ADULTS hope") == ["Homes with Hope"]
    assert names(ccu, "--search", "Shelter") == ["Homes with Hope"]
    assert names(ccu, "--search", "100%") == ["Vets' House"]
    assert names(ccu, "--search", "_") == []
    assert names(ccu, "--search", "hope veterans") == []


def test_what_was_verified_long_ago_is_shown_as_old(ccu: Ccu) -> None:
    assert ccu(*HOMES, "--verified", "2025-08-04").code == 0  # 180 days before the tests' today
    assert listed(ccu)[0]["old"] is False
    tomorrow = run_ccu("--today", "2026-02-01", "provider", "show", "1")
    assert "Verified        2025-08-04, old\n" in tomorrow.out
    assert ccu("settings", "verified_days", "30").code == 0
    assert listed(ccu)[0] | {"old": True, "verified": "2025-08-04"} == listed(ccu)[0]


def test_a_change_keeps_what_was_there_before(ccu: Ccu) -> None:
    assert ccu(*HOMES).code == 0
    change = ("provider", "edit", "homes", "--capacity", "full", "--need", "housing,detox")
    assert ccu(*change) == (0, "Edited provider 1: needs, capacity.\n", "")
    assert ccu(*change) == (0, "Provider 1 already has these values; nothing was changed.\n", "")
    found = shown(ccu, "1")
    assert (found["needs"], found["capacity"]) == (["detox", "housing"], "full")
    kept = {each["field"]: (each["old"], each["new"]) for each in found["changes"]}
    assert kept == {
        "needs": (["housing", "shelter"], ["detox", "housing"]),
        "capacity": ("ask_first", "full"),
    }
    assert ccu("provider", "edit", "1", "--phone", "") == (0, "Edited provider 1: phone.\n", "")


def test_one_that_is_retired_leaves_the_list_and_can_come_back(ccu: Ccu) -> None:
    assert ccu(*HOMES).code == 0
    assert ccu("provider", "retire", "homes") == (0, "Retired provider 1.\n", "")
    assert ccu("provider", "retire", "homes") == (
        2,
        "",
        "ccu: error: provider 1 is already retired\n",
    )
    assert (names(ccu), names(ccu, "--all")) == ([], ["Homes with Hope"])
    back = ccu("provider", "add", " homes  WITH hope ", "--need", "food")
    assert back == (0, "Restored provider 1.\n", "")
    assert shown(ccu, "1")["needs"] == ["food"]
    assert shown(ccu, "1")["phone"] == "203-555-0110"


def test_a_name_that_begins_two_is_refused_with_both(ccu: Ccu) -> None:
    assert ccu(*HOMES).code == 0
    assert ccu("provider", "add", "Homes", "--need", "housing").code == 0
    assert ccu("provider", "add", "988", "--need", "mh_crisis").code == 0
    assert ccu("provider", "show", "hom") == (
        2,
        "",
        "ccu: error: PROVIDER: ambiguous: 2 (Homes) or 1 (Homes with Hope);"
        " type more of the name, or the number\n",
    )
    assert shown(ccu, "HOMES")["id"] == 2  # the full name is that one
    assert shown(ccu, "homes w")["id"] == 1
    assert shown(ccu, "988")["id"] == 3  # a name, where there is no such number
    assert ccu("provider", "retire", "2").code == 0
    assert shown(ccu, "home")["id"] == 1


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["add", "X"], 2, "--need is missing"),
        (["add", "  ", "--need", "food"], 2, "the name is empty"),
        (["add", "x\x1b]0;y", "--need", "food"], 2, "the name must be one line of text"),
        (["add", "X", "--need", "fod"], 2, "--need: not a valid need. Did you mean food?"),
        (["add", "X", "--need", ","], 2, "--need is empty"),
        (["add", "X", "--need", "food", "--capacity", "some"], 2, "--capacity: not a valid"),
        (["add", "X", "--need", "food", "--verified", "2027-01-01"], 2, "--verified"),
        (["add", "homes WITH hope", "--need", "food"], 2, "provider 1 has that name; to edit it"),
        (["change", "1"], 2, "nothing to change; to see the options: ccu provider edit --help"),
        (["change", "2", "--name", "Homes with hope"], 2, "--name: provider 1 has that name"),
        (["change", "9", "--phone", "1"], 3, "PROVIDER: no such provider"),
        (["show", ""], 3, "PROVIDER: no such provider; list"),
        (["show", "9" * 40], 3, "PROVIDER: no such provider"),
        (["show", "nobody"], 3, "PROVIDER: no such provider"),
        (["list", "--need", "x"], 2, "--need: not a valid need"),
    ],
)
def test_bad_input_is_one_sentence(args: list[str], code: int, says: str, ccu: Ccu) -> None:
    assert ccu(*HOMES).code == 0
    assert ccu("provider", "add", "Other", "--need", "food").code == 0
    before = ccu("provider", "list", "--all", "-f", "json")
    done = ccu("provider", *args)
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith(f"ccu: error: {says}")
    assert done.err.count("\n") == 1
    assert ccu("provider", "list", "--all", "-f", "json") == before


def test_the_audit_has_field_names_and_no_words(ccu: Ccu, db_path: Path) -> None:
    assert ccu(*HOMES).code == 0
    assert ccu("provider", "edit", "1", "--eligibility", "only the Smiths").code == 0
    with sqlite3.connect(db_path) as hand:
        rows = hand.execute(
            "SELECT action, record_id, detail FROM audit WHERE record = 'provider' ORDER BY id"
        ).fetchall()
    assert [row[:2] for row in rows] == [("provider-add", 1), ("provider-change", 1)]
    assert json.loads(rows[1][2])["fields"] == ["eligibility"]
    assert "Hope" not in str(rows)


def test_an_alert_is_first_on_the_page_and_ages_are_in_words(ccu: Ccu) -> None:
    assert ccu(*HOMES, "--alert", "No intake until Monday", "--min-age", "18").code == 0
    page = ccu("provider", "show", "homes").out
    assert page.index("No intake until Monday") < page.index("Phone")
    assert "Ages            18 and over\n" in page
    refused = ccu("provider", "edit", "homes", "--max-age", "12")
    assert refused.code == 2
    assert "--min-age 18 is more than --max-age 12" in refused.err
    assert ccu("provider", "edit", "homes", "--alert", "").code == 0
    assert "Alert" not in ccu("provider", "show", "homes").out.split("Changes")[0]


def test_a_town_adds_its_own_word_for_a_need(ccu: Ccu) -> None:
    assert ccu("codes", "add", "need_word", "Cupboard is bare", "food,benefits").code == 0
    rows = json.loads(ccu("codes", "need_word", "-f", "json").out)
    assert [(row["code"], row["label"]) for row in rows] == [("cupboard_is_bare", "food, benefits")]
    assert "words come with ccu (--built-in lists them)" in ccu("codes", "need_word").err
    refused = ccu("codes", "add", "need_word", "soup", "Quillfeather")
    assert refused.code == 2
    assert "MEANING: not a valid need" in refused.err


def test_the_words_that_come_with_ccu_are_seen_and_given_another_meaning(ccu: Ccu) -> None:
    def words() -> dict[str, str]:
        rows = json.loads(ccu("codes", "need_word", "--built-in", "-f", "json").out)
        return {row["code"]: row["label"] for row in rows if not row["retired"]}

    assert ccu("provider", "add", "Harbor Pantry", "--need", "food").code == 0
    known = words()
    assert known["hungry"] == "food" and known["wife"] == "[partner]" and len(known) > 5_000
    assert "Harbor Pantry" in ccu("provider", "find", "hungry").out
    refused = ccu("codes", "retire", "need_word", "hungry")
    assert refused.code == 3 and "ccu codes add need_word WORD none" in refused.err
    assert ccu("codes", "add", "need_word", "hungry", "none").code == 0
    assert words()["hungry"] == "none"
    assert "Harbor Pantry" not in ccu("provider", "find", "hungry").out
    assert ccu("codes", "retire", "need_word", "hungry").code == 0
    assert "Harbor Pantry" in ccu("provider", "find", "hungry").out
