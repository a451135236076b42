"""`ccu place`: which place is meant, safety notes and who checked them, places that are exempt."""

import contextlib
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from .. import steps
from ..conftest import Ccu, Result, once
from ..steps import at

NOW = "2026-01-31T14:00"
UNIT, BUILDING = "12 Main St Apt 3", "12 Main St"
DOG = "Large dog in the yard, ring first"


@pytest.fixture
def ccu(ccu: Ccu, monkeypatch: pytest.MonkeyPatch) -> Ccu:
    monkeypatch.setenv("CCU_TODAY", NOW)
    once("test_place", lambda: start(ccu))
    return ccu


def start(ccu: Ccu) -> None:
    steps.call(ccu, "unknown")
    assert ccu("staff", "add", "dlee", "--role", "clinician").code == 0


def flag(ccu: Ccu, *words: str, note: str | bytes = DOG, source: str = "officer") -> Result:
    return ccu("place", "flag", *words, "--source", source, "--file", "-", stdin=note)


def shown(ccu: Ccu, *words: str) -> dict[str, Any]:
    done = ccu("place", "show", *words, "-f", "json")
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def warnings(ccu: Ccu, address: str, today: str = NOW) -> list[dict[str, Any]]:
    done = at(today, "history", "-a", address, "-f", "json")
    assert done.code == 0, done.err
    found: list[dict[str, Any]] = json.loads(done.out)["warnings"]
    return found


def places(db_path: Path) -> int:
    with sqlite3.connect(db_path) as hand:
        return int(hand.execute("SELECT count(*) FROM place").fetchone()[0])


def exempt(ccu: Ccu, *words: str, category: str = "shelter") -> Result:
    return ccu("place", "exempt", *words, "--category", category, "--reason", "beds for many")


# ---------------------------------------------------------------- which place


def test_a_place_is_named_by_any_writing_of_its_address_or_by_number(ccu: Ccu) -> None:
    for words in (["12", "Main", "Street", "#3"], ["12 MAIN ST. APT 3, Westport CT"]):
        assert shown(ccu, *words)["place"]["id"] == 1
    found = shown(ccu, "--place", "1")
    assert shown(ccu, "1") == found
    assert ccu("place", "show", "9").err == "ccu: error: no place 9\n"
    assert ccu("place", "show", "1", "--place", "1").code == 2
    assert found["place"]["address"] == "12 MAIN ST # 3"
    assert found["typed_as"] == [UNIT]


def test_a_near_address_is_offered_and_never_taken(ccu: Ccu, db_path: Path) -> None:
    steps.call(ccu, "unknown")
    for words in ("12 Main St Apt 4", "12 Main Ave Apt 3", "13 Main St Apt 3"):
        for done in (ccu("place", "show", words), flag(ccu, words), exempt(ccu, words)):
            assert (done.code, done.out, done.err.count("\n")) == (3, "", 1)
            assert "near: 12 MAIN ST # 3, WESTPORT" in done.err
    assert places(db_path) == 1
    assert warnings(ccu, UNIT) == []


def test_a_place_that_only_another_city_has_is_not_taken_for_ours(ccu: Ccu) -> None:
    line = ("log-call", "--when", "2026-01-30 10:00", "--nature", "crisis", "--person", "unknown")
    assert ccu(*line, "--address", "7 Oak St, Weston CT").code == 0
    done = flag(ccu, "7 Oak St")
    assert (done.code, done.err) == (
        3,
        "ccu: error: no place is recorded at exactly that address; near: 7 OAK ST, WESTON, CT;"
        " name one exactly, or give --new\n",
    )
    assert flag(ccu, "7 Oak St, Weston").code == 0


def test_a_flag_can_be_there_before_the_first_call(ccu: Ccu) -> None:
    assert flag(ccu, "13 Elm Rd").err == (
        "ccu: error: no place is recorded at that address; --new adds it\n"
    )
    assert flag(ccu, "13 Elm Rd", "--new").out == (
        "Flag 1 on place 2, 13 ELM RD, until Jan 31, 2028; not verified yet.\n"
    )
    (warning,) = warnings(ccu, "13 elm road")
    assert warning["text"] == DOG


def test_at_a_terminal_the_near_ones_are_a_choice(ccu: Ccu) -> None:
    line = ("place", "flag", "12 Main St Apt 4", "--source", "family")
    done = ccu(*line, tty=True, stdin=f"9\nx\n1\n{DOG}\n")
    assert done.out == "Flag 1 on place 1, 12 MAIN ST # 3, until Jan 31, 2028; not verified yet.\n"
    assert done.err.startswith("Nothing is on file at exactly 12 MAIN ST # 4.\n  1  12 MAIN ST # 3")
    assert done.err.count("type the number of a listed address") == 2
    done = ccu(*line, tty=True, stdin=f"new\n{DOG}\n")
    assert done.out == "Flag 2 on place 2, 12 MAIN ST # 4, until Jan 31, 2028; not verified yet.\n"
    assert ccu(*line[:2], "99 Far Rd", tty=True, stdin="").code == 130


# ---------------------------------------------------------------- flags


def test_a_flag_states_where_it_comes_from_and_that_nobody_checked_it(ccu: Ccu) -> None:
    assert flag(ccu, UNIT, source="call 1").code == 0
    assert warnings(ccu, UNIT) == [
        {
            "text": DOG,
            "source": "call 1",
            "type": "flag",
            "written": "2026-01-31",
            "until": "2028-01-31",
            "verified": False,
        }
    ]
    page = ccu("history", "-a", UNIT).out
    assert f"{DOG} (from call 1; not verified yet; until Jan 31, 2028)" in page


def test_the_flag_of_a_building_is_seen_from_its_units_and_not_the_reverse(ccu: Ccu) -> None:
    assert flag(ccu, BUILDING).out.startswith("Flag 1 on place 2, 12 MAIN ST,")  # no --new needed
    assert flag(ccu, UNIT, note="Steep stairs").code == 0
    assert [each["text"] for each in warnings(ccu, UNIT)] == ["Steep stairs", DOG]
    assert [each["text"] for each in warnings(ccu, BUILDING)] == [DOG]
    assert [each["id"] for each in shown(ccu, UNIT)["flags"]] == [2, 1]
    assert shown(ccu, BUILDING)["building"] == [{"place": 1, "unit": "# 3", "calls": 1, "care": 1}]


def test_somebody_else_verifies_and_that_renews_it(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert flag(ccu, UNIT).code == 0
    monkeypatch.setenv("CCU_TODAY", "2026-02-28T14:00")
    done = ccu("place", "verify", "1")
    assert (done.code, done.err) == (
        7,
        "ccu: error: flag 1 was written by this account; someone else must verify it\n",
    )
    (row,) = json.loads(ccu("place", "verify", "-f", "json").out)
    assert (row["id"], row["why"], row["note"]) == (1, "unverified", DOG)
    assert [each["id"] for each in brief(ccu)] == [1]
    steps.become(monkeypatch, "dlee")
    assert ccu("place", "verify", "1").out == (
        "Flag 1 is verified and renewed: it is kept until Feb 28, 2028.\n"
    )
    assert json.loads(ccu("place", "verify", "-f", "json").out) == brief(ccu) == []
    assert warnings(ccu, UNIT)[0]["verified"] is True
    assert f"{DOG} (from officer; until Feb 28, 2028)" in ccu("history", "-a", UNIT).out
    found = shown(ccu, UNIT)
    assert found["flags"][0]["verified_by"] == "dlee"
    assert [each["field"] for each in found["changes"]] == [
        "verified_by",
        "verified_at",
        "expires_on",
    ]
    assert found["changes"][0]["new"] == "dlee"
    assert (
        " dlee " in ccu("place", "show", UNIT).out.split("\nChanges\n")[1].split("verified by")[1]
    )
    assert steps.audited(db_path, "flag-verify") == [("place_flag", 1)]
    (soon,) = json.loads(at("2028-02-10T09:00", "place", "verify", "-f", "json").out)
    assert soon["why"] == "expires soon"


def test_verifying_keeps_an_earlier_day_that_the_writer_set(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert flag(ccu, UNIT, "--until", "2026-06-01").code == 0
    steps.become(monkeypatch, "dlee")
    assert ccu("place", "verify", "1").out == (
        "Flag 1 is verified; it is kept until Jun 1, 2026, as its writer set.\n"
    )
    assert warnings(ccu, UNIT)[0]["until"] == "2026-06-01"
    assert [each["field"] for each in shown(ccu, UNIT)["changes"]] == ["verified_by", "verified_at"]


def test_unkind_words_and_names_in_a_flag_are_told_and_not_refused(ccu: Ccu, db_path: Path) -> None:
    steps.name(db_path, 1, "Rowan", "Marsh")
    done = flag(ccu, BUILDING, note="Mostly drunk, ask for Rowan", source="rowan marsh, off meds")
    assert (done.code, done.out[:7]) == (0, "Flag 1 ")
    assert [line.partition(";")[0] for line in done.err.splitlines()] == [
        'the note: "drunk"',
        "the note: the name of somebody met there",
        '--source: "off meds"',
        "--source: the name of somebody met there",
    ]
    assert "owan" not in done.err
    assert flag(ccu, UNIT).err == ""


ROLES = ("officer", "ccu", "clinician", "intern", "supervisor", "analyst", "records", "admin")
UNIT_ROLES = {"ccu", "clinician", "supervisor", "admin"}
MAY = {
    "place flag --place 1 --source x --file -": UNIT_ROLES | {"officer", "intern"},
    "place verify 1": UNIT_ROLES,
    "place unflag 1 --why wrong": UNIT_ROLES,
    "place exempt --place 1 --category shelter --reason x": UNIT_ROLES,
    "place exempt --place 1 --no-exempt --reason x": UNIT_ROLES,
    "place edit --place 1 --category shelter": UNIT_ROLES | {"officer"},
    "frequent override --person 1 --on --file -": UNIT_ROLES,
    "frequent review 1 --keep --file -": UNIT_ROLES,
    "frequent people --names": set(ROLES) - {"analyst"},
}


@pytest.mark.parametrize("line", MAY)
def test_who_may_not_is_refused_and_it_is_recorded(
    line: str, ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert flag(ccu, UNIT).code == 0
    for role in ROLES:
        assert ccu("staff", "add", f"a-{role}", "--role", role).code == 0
    for role in ROLES:
        before, denied = _rows(db_path), len(steps.audited(db_path, "denied"))
        steps.become(monkeypatch, f"a-{role}")
        done = ccu(*line.split(), stdin=f"note {role}")
        refused = done.code == 7
        assert refused is (role not in MAY[line]), (role, done.err)
        assert len(steps.audited(db_path, "denied")) == denied + refused
        if refused:
            assert (done.out, done.err.count("\n")) == ("", 1)
            assert _rows(db_path) == {**before, "audit": before["audit"] + 1}  # the denial


def _rows(db_path: Path) -> dict[str, int]:
    """The number of rows of each table that a line of MAY writes."""
    tables = ("place_flag", "place", "frequent_override", "audit")
    with contextlib.closing(sqlite3.connect(db_path)) as hand:
        return {each: hand.execute(f"SELECT count(*) FROM {each}").fetchone()[0] for each in tables}


def brief(ccu: Ccu) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(ccu("brief", "-f", "json").out)["flags_to_verify"]
    return found


def test_a_flag_lapses_after_its_day_and_is_kept(ccu: Ccu) -> None:
    assert ccu("settings", "flag_years", "1").code == 0
    assert flag(ccu, UNIT).out.endswith("until Jan 31, 2027; not verified yet.\n")
    assert len(warnings(ccu, UNIT, "2027-01-31T23:00")) == 1
    assert warnings(ccu, UNIT, "2027-02-01T00:30") == []
    found = json.loads(at("2027-02-01T00:30", "place", "show", "--place", "1", "-f", "json").out)
    assert found["flags"][0]["state"] == "expired"


def test_an_ended_flag_leaves_the_card_and_is_kept_with_who_and_why(
    ccu: Ccu, db_path: Path
) -> None:
    assert flag(ccu, UNIT).code == 0
    assert flag(ccu, UNIT).err == "ccu: error: flag 1 of this place has the same text\n"
    assert ccu("place", "unflag", "1", "--why", "Outdated").out == (
        "Flag 1 has ended: it is no longer true.\n"
    )
    assert warnings(ccu, UNIT) == []
    (kept,) = shown(ccu, UNIT)["flags"]
    assert (kept["state"], kept["ended_why"], kept["note"]) == ("ended", "outdated", DOG)
    for line in (["unflag", "1", "--why", "wrong"], ["verify", "1"]):
        assert ccu("place", *line).err == (
            "ccu: error: flag 1 has ended, on Jan 31, 2026; write a new one\n"
        )
    assert flag(ccu, UNIT).code == 0
    assert steps.audited(db_path, "flag-end") == [("place_flag", 1)]


@pytest.mark.parametrize(
    "note", ["", "\n", "x" * 161, "two\nlines", "a\x1b]0;b\x07", "a\x00b", b"\xff\xfe"]
)
def test_a_note_is_one_short_plain_line(note: str | bytes, ccu: Ccu, db_path: Path) -> None:
    done = flag(ccu, "13 Elm Rd", "--new", note=note)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert places(db_path) == 1


def test_words_that_look_like_markup_are_words(ccu: Ccu) -> None:
    note = "[red]Ring[/red] :bell: <b> \u202eabc"
    assert flag(ccu, UNIT, note=note).code == 0
    assert warnings(ccu, UNIT)[0]["text"] == note
    page = ccu("history", "-a", UNIT, "-f", "table").out
    assert "[red]Ring[/red] :bell: <b>" in page
    assert "\u202e" not in page


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["show"], 2, "type either an address or --place N"),
        (
            ["show", UNIT, "--place", "1"],
            2,
            "type either an address or --place N",
        ),
        (["show", "--place", "9"], 3, "no place 9"),
        (["show", "--place", "x"], 2, "a place is named by its number"),
        (["show", "???"], 2, "the address cannot be read"),
        (["flag", UNIT], 2, "--source is missing"),
        (["flag", UNIT, "--source", " "], 2, "--source is empty"),
        (["flag", UNIT, "--source", "call 9"], 3, "no call 9"),
        (["flag", UNIT, "--source", "officer"], 2, "--file is missing"),
        (["flag", UNIT, "--source", "a", "--file", "/nowhere"], 2, "cannot read --file"),
        (["flag", UNIT, "--source", "a", "--until", "2028-02-01"], 2, "--until must be after"),
        (["flag", UNIT, "--source", "a", "--until", "today"], 2, "--until must be after today"),
        (["verify", "9"], 3, "no flag 9"),
        (["verify", "9" * 25], 3, "no flag with that number"),
        (["unflag", "9", "--why", "wrong"], 3, "no flag 9"),
        (["exempt", UNIT, "--category", "shelter"], 2, "--reason is missing"),
        (["exempt", UNIT, "--reason", "x"], 2, "--category is missing"),
        (
            ["exempt", UNIT, "--reason", "x", "--category", "zoo"],
            2,
            "--category: not a valid place category. Choose from residence, shelter, hospital, ",
        ),
        (["exempt", UNIT, "--reason", "x", "--category", "residence"], 2, "a residence cannot be"),
        (["exempt", UNIT, "--no-exempt", "--reason", "x"], 2, "place 1 is not exempt"),
        (["category", UNIT], 2, "--category is missing"),
    ],
)
def test_bad_input_is_one_sentence(
    args: list[str], code: int, says: str, ccu: Ccu, db_path: Path
) -> None:
    before = steps.everything(db_path)
    done = ccu("place", *args)
    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1)
    assert done.err.startswith(f"ccu: error: {says}")
    assert steps.everything(db_path) == before


def test_an_account_that_is_not_on_the_list_sees_and_does_nothing(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert flag(ccu, UNIT).code == 0
    steps.become(monkeypatch, "stranger")
    assert flag(ccu, UNIT, note="another").code == exempt(ccu, UNIT).code == 7
    for line in (["show", UNIT], ["verify"], ["verify", "1"], ["unflag", "1", "--why", "wrong"]):
        assert ccu("place", *line).code == 7


# ---------------------------------------------------------------- what is recorded there


def test_an_exempt_place_leaves_the_counts_with_its_reason_and_the_people_stay(ccu: Ccu) -> None:
    for day in (10, 11, 12):
        steps.call(ccu, "1", when=f"2026-01-{day} 10:00")
    assert exempt(ccu, UNIT).out == "Place 1 is exempt and no longer in the repeat counts.\n"
    found = json.loads(ccu("frequent", "places", "-f", "json").out)
    assert (found["places"], [row["exempt"] for row in found["exempt"]]) == ([], ["beds for many"])
    assert ccu("frequent", "places").out.endswith("\n1 exempt; --all lists them.\n")
    assert "Not counted as a repeat address: beds for many.\n" in ccu("history", "-a", UNIT).out
    people = json.loads(ccu("frequent", "people", "-f", "json").out)["people"]
    assert [row["person"] for row in people] == [1]
    override = ("frequent", "override", "--place", "1", "--on", "--file", "-")
    assert ccu(*override, stdin="x").code == 2
    assert ccu("place", "exempt", UNIT, "--no-exempt", "--reason", "closed").code == 0
    assert "Repeat address: 4 care calls in 90 days" in ccu("history", "-a", UNIT).out
    kept = [(row["field"], row["old"], row["new"], row["reason"])
            for row in shown(ccu, UNIT)["changes"]]  # fmt: skip
    assert kept == [
        ("category", None, "shelter", "beds for many"),
        ("exempt_reason", None, "beds for many", "beds for many"),
        ("exempt_reason", "beds for many", None, "closed"),
    ]


def test_an_exempt_building_takes_its_units_with_it(ccu: Ccu) -> None:
    assert exempt(ccu, BUILDING).code == 0
    assert "Not counted as a repeat address: beds for many." in ccu("history", "-a", UNIT).out
    assert "no, exempt: beds for many (its building, place 2)" in ccu("place", "show", UNIT).out
    done = ccu("place", "exempt", UNIT, "--no-exempt", "--reason", "x")
    assert done.err == "ccu: error: place 1 is not exempt, but its building is, place 2\n"


def test_the_category_is_kept_with_what_was_said_before(ccu: Ccu, db_path: Path) -> None:
    line = ("place", "category", UNIT, "--category")
    assert ccu(*line, "Group home").out == "Place 1: Group home.\n"
    assert (
        ccu(*line, "group_home").out == "Place 1 already has this category; nothing was changed.\n"
    )
    assert exempt(ccu, UNIT).code == 0
    assert ccu(*line, "residence").code == 2
    assert ccu(*line, "hospital").out == "Place 1: Hospital; it is still exempt.\n"
    assert shown(ccu, UNIT)["place"]["category"] == "hospital"
    assert {record for record, _id in steps.audited(db_path, "place-category")} == {"place"}


def test_showing_a_place_is_recorded(ccu: Ccu, db_path: Path) -> None:
    assert flag(ccu, UNIT).code == 0
    found = shown(ccu, UNIT)
    assert list(found) == ["place", "typed_as", "merged", "flags", "counts", "building", "changes"]
    assert ccu("place", "show", UNIT).code == 0
    assert steps.audited(db_path, "place-show") == [("place", 1), ("place", 1)]
    with sqlite3.connect(db_path) as hand:
        assert DOG not in "".join(str(row) for row in hand.execute("SELECT * FROM audit"))
