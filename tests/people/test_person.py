"""`ccu person add`, `show`, `change`: who somebody is, told by prompt or file and never by argv."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccu.dates import said

from .. import steps
from ..conftest import Ccu, Result, run_ccu

KATE = "given: Katherine\nfamily: O'Brien\nborn: 4 Mar 1980\nphone: 203-555-0142\n"
RED_JACKET = "description: unknown male, 40s, red jacket\n"
SKIP = [""] * 14  # more than there are questions


def add(ccu: Ccu, file: str, *more: str) -> Result:
    return ccu("person", "add", "--file", "-", *more, stdin=file)


def added(ccu: Ccu, file: str, *more: str) -> int:
    done = add(ccu, file, *more)
    assert done.code == 0, done.err
    return int(done.out.split()[1])


def change(ccu: Ccu, number: int, file: str, *more: str) -> Result:
    return ccu("person", "edit", str(number), "--file", "-", *more, stdin=file)


def show(ccu: Ccu, number: int, *more: str) -> dict[str, Any]:
    done = ccu("person", "show", str(number), *more, "-f", "json")
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def answers(*lines: str) -> str:
    return "\n".join(lines) + "\n"


def people(db_path: Path) -> int:
    with sqlite3.connect(db_path) as hand:
        return int(hand.execute("SELECT count(*) FROM person").fetchone()[0])


# ---------------------------------------------------------------- add and show


def test_every_recorded_field_is_shown(ccu: Ccu) -> None:
    file = KATE + (
        "alias: Kate Walsh\nalias: Maria de la Cruz\n\nsex: F\nemail: k@example.org\n"
        "home: 12 Main St\nzip: 06880\nlanguage: Irish\nhousing: Unstably housed\n"
        "veteran: yes\n"
    )
    assert add(ccu, file) == (0, "Person 1 is added (age 45).\n", "")
    found = show(ccu, 1)
    said = {
        "asked": 1,
        "identified": True,
        "id": 1,
        "records": [1],
        "given_name": "Katherine",
        "family_name": "O'Brien",
        "description": "",
        "birth_date": "1980-03-04",
        "age_estimate": None,
        "age_estimated_on": None,
        "sex": "female",
        "phone": "203-555-0142",
        "email": "k@example.org",
        "home": "12 Main St",
        "postcode": "06880",
        "language": "Irish",
        "housing": "unstable",
        "veteran": True,
        "minor": False,
        "missing": {},
        "households": [],
        "sources": [],
        "race_ethnicity": None,
        "age": 45,
        "workers": [],
        "changes": None,
    }
    assert {name: found[name] for name in said} == said
    assert set(found) - set(said) == {"names", "recorded_at", "recorded_by"}
    names = [(each["given_name"], each["family_name"]) for each in found["names"]]
    assert sorted(names) == [("Kate", "Walsh"), ("Maria", "de la Cruz")]


def test_the_page_at_80_columns(ccu: Ccu) -> None:
    added(
        ccu,
        KATE + "alias: Kate Walsh\nemail: prefers not to answer\n",
    )
    done = ccu("person", "show", "1")
    assert done.code == 0
    login = show(ccu, 1)["recorded_by"]
    assert done.out == (
        "Person 1\n\n"
        "Name          Katherine O'Brien\n"
        f"Born          {said('1980-03-04')} (age 45)\n"
        "Minor         no\n"
        "Phone         203-555-0142\n"
        "Not on file   email: prefers not to answer\n"
        "Working with  None assigned\n"
        f"Recorded      01/31/2026 23:59 by {login}\n\n"
        "Other names\n"
        "  Name        From\n"
        "  Kate Walsh  alias 1 of person 1\n"
    )


def test_it_asks_one_field_a_line_and_enter_skips(ccu: Ccu) -> None:
    typed = answers("Ana", "Reyes", "Annie Reyes", "", "2/30/1980", "31 Jan 1980", *SKIP, "y")
    done = ccu("person", "add", stdin=typed, tty=True)
    assert (done.code, done.out) == (0, "Person 1 is added (age 46).\n")
    assert "born is not a day in the calendar" in done.err
    assert "Description" not in done.err, "a name needs no description"
    assert "About how old" not in done.err
    assert show(ccu, 1)["birth_date"] == "1980-01-31"


def test_what_does_not_fit_together_is_changed_in_the_review(ccu: Ccu) -> None:
    typed = answers(*[""] * 16, "y", "1", "Anna", "<", "white", "1", "Ana", "4", "1/31/1980", "y")
    done = ccu("person", "add", stdin=typed, tty=True)
    assert done.code == 0, done.err
    assert "  nothing identifies the person: give a name" in done.err
    found = show(ccu, 1)
    assert (found["given_name"], found["birth_date"]) == ("Ana", "1980-01-31")


def test_a_description_of_somebody_not_identified(ccu: Ccu) -> None:
    typed = answers("", "", "male, 40s, red jacket", "", "", "40", *SKIP, "y")
    assert ccu("person", "add", stdin=typed, tty=True).code == 0
    found = show(ccu, 1)
    assert found["identified"] is False
    assert (found["age_estimate"], found["age_estimated_on"]) == (40, "2026-01-31")
    page = ccu("person", "show", "1").out
    assert "Name          not identified" in page
    assert f"Age           about 40, estimated on {said('2026-01-31')}" in page


def test_options_hold_what_does_not_identify(ccu: Ccu) -> None:
    flags = ("--housing", "shelter", "--language", "Twi", "--veteran", "--minor", "--sex", "male")
    number = added(ccu, "given: Kofi", *flags, "--missing", "born=does_not_know", "--age", "16")
    found = show(ccu, number)
    assert (found["housing"], found["language"], found["sex"]) == ("shelter", "Twi", "male")
    assert (found["veteran"], found["minor"], found["age_estimate"]) == (True, True, 16)
    assert found["missing"] == {"birth_date": "does_not_know"}


def test_no_flag_takes_a_name_a_birth_date_or_a_description(ccu: Ccu) -> None:
    for command in ("add", "change"):
        said = ccu("person", command, "--help").out
        for flag in ("--given", "--family", "--name", "--born", "--description", "--alias "):
            assert flag not in said
    refused = ccu("person", "add", "Katherine")
    assert refused.code == 2
    assert "Katherine" not in refused.err


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("", "nothing identifies the person: give a name, a description, a phone or an email"),
        ("housing: shelter", "nothing identifies the person"),
        ("Zelda", "--file line 1: write it as FIELD: VALUE"),
        ("given: Zed\nZelda: x", "--file line 2: no such field; use one of given, family"),
        ("given: Zelda\nGiven name: Zoe", "--file line 2: given is given twice"),
        ("given: 1234", "--file line 1: given: a name needs a letter"),
        ("given: 🙂", "--file line 1: given: a name needs a letter"),
        ("alias: ,", "--file line 1: alias: a name needs a letter"),
        ("given: Zel\x00da", "--file line 1: given must be one line of text without control"),
        ("given: Zel\x1b[31mda", "given must be one line of text without control"),
        (b"given: Z\xff", "--file is not UTF-8 text"),
        ("given: " + "Z" * 201, "given is longer than 200 characters"),
        (
            "given: Z\nborn: 01/01/1900",
            "line 2: born: Jan 1, 1900 often means that it is not known",
        ),
        ("given: Z\nborn: 1980-02-30", "line 2: born is not a day in the calendar"),
        ("given: Z\nborn: 19", "line 2: born is only a number"),
        ("given: Z\nborn: 2026", "line 2: born: of somebody born this year write the date or the"),
        ("given: Zelda 81", "line 1: given: a name has no digits"),
        ("given: Z\nborn: 2026-02-01", "line 2: born is in the future"),
        ("given: Z\nborn: 3/25/1880", "line 2: born has a year outside 1900 to 2200"),
        ("given: Z\nborn: Zelda", "line 2: born cannot be read as a date"),
        ("given: Z\nage: 121", "line 2: age must be a whole number from 0 to 120"),
        ("given: Z\nage: 1e5", "line 2: age must be a whole number"),
        ("given: Z\nage: 40\nborn: 1980-05-06", "age: a birth date is given too"),
        ("given: Z\nminor: yes\nborn: 1980-05-06", "minor: by the birth date it is no"),
        ("given: Z\nphone: 555", "line 2: phone must have at least 7 digits"),
        ("given: Z\nemail: zelda", "line 2: email must be written as somebody@somewhere"),
        ("given: Z\nsex: Zelda", "line 2: sex is male, female or other"),
        ("given: Z\nveteran: perhaps", "line 2: veteran is yes or no"),
        ("given: Z\nhousing: Zelda", "line 2: housing: not a valid housing status."),
    ],
)
def test_bad_input_is_one_sentence_without_the_value(
    file: str | bytes, says: str, ccu: Ccu, db_path: Path
) -> None:
    done = ccu("person", "add", "--file", "-", stdin=file)
    assert (done.code, done.out) == (2, "")
    assert says in done.err
    assert done.err.count("\n") == 1
    for value in ("Zelda", "Zoe", "1980-02-30", "03/04", "1e5", "1880"):
        assert value not in done.err
    assert people(db_path) == 0


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["--missing", "born"], "--missing is written FIELD=WHY"),
        (["--missing", "nose=not_collected"], "--missing: no such field"),
        (["--missing", "alias=not_collected"], "--missing: alias needs no reason for being empty"),
        (["--missing", "born=lost"], "--missing born: not a valid missing reason"),
        (["--missing", "given=prefers_not"], "given: a value and a reason for none contradict"),
        (["--housing", "tent"], "--housing: not a valid housing status"),
        (["--age", "old"], "--age must be a whole number from 0 to 120"),
        (["--sex", ""], "--sex is male, female or other"),
        (["--language", " "], "--language is empty"),
    ],
)
def test_bad_options_are_one_sentence(args: list[str], says: str, ccu: Ccu, db_path: Path) -> None:
    done = add(ccu, "given: Zelda", *args)
    assert (done.code, done.out) == (2, "")
    assert says in done.err
    assert people(db_path) == 0


def test_a_file_that_is_not_there(ccu: Ccu, tmp_path: Path) -> None:
    done = ccu("person", "add", "--file", str(tmp_path / "none.txt"))
    assert done == (2, "", "ccu: error: cannot read --file: no such file\n")
    assert ccu("person", "add").code == 2, "in a pipe nothing is asked"


def test_minor_follows_from_the_birth_date(ccu: Ccu) -> None:
    assert add(ccu, "given: Mia\nborn: 2008-02-01").out == "Person 1 is added (a minor, age 17).\n"
    assert show(ccu, 1)["minor"] is True
    tomorrow = run_ccu("--today", "2026-02-01", "person", "show", "1", "-f", "json")
    assert json.loads(tomorrow.out)["minor"] is False
    refused = ccu("person", "edit", "1", "--no-minor")
    assert refused == (2, "", "ccu: error: minor: by the birth date it is yes\n")
    added(ccu, "given: Leo", "--minor")
    assert change(ccu, 2, "born: 1990-01-01").code == 0, "a guess at a door gives way"
    assert show(ccu, 2)["minor"] is False


WORDS = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs")), min_size=1, max_size=200
)
LETTERS = WORDS.filter(lambda text: not any(map(str.isdigit, text)))


@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(given=LETTERS, family=LETTERS, home=WORDS)
def test_what_was_typed_comes_back_exactly(ccu: Ccu, given: str, family: str, home: str) -> None:
    reasons = ("does_not_know", "prefers_not", "not_collected")
    if {given.lower(), family.lower(), home.lower()} & set(reasons):
        return
    given, family = "Q" + given[:199], "É" + family[:199]
    number = added(ccu, f"given: {given}\nfamily: {family}\nhome: :{home}\n")
    found = show(ccu, number)
    assert [found[name] for name in ("given_name", "family_name", "home")] == [
        given,
        family,
        f":{home}",
    ]
    page = ccu("person", "show", str(number))
    assert page.code == 0


@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=300), st.sampled_from(["add", "find", "change"]))
def test_no_person_file_causes_a_bug(ccu: Ccu, content: bytes, command: str) -> None:
    added(ccu, RED_JACKET)
    who = ["1"] if command == "change" else []
    done = ccu("person", command, *who, "--file", "-", stdin=content)
    assert done.code in (0, 2), done.err


@pytest.mark.parametrize(
    "name", ["O'Brien", "[/b]x", "[red]x", ":smile:x", "عائشة", "Roe 3rd", "=cmd()"]
)
def test_unusual_names_are_accepted(name: str, ccu: Ccu) -> None:
    number = added(ccu, f"given: {name}")
    assert show(ccu, number)["given_name"] == name
    screen = ccu("person", "show", str(number), tty=True)
    assert screen.code == 0
    assert name in screen.out


# ---------------------------------------------------------------- alike


def test_two_john_smiths_of_one_birth_date(ccu: Ccu, db_path: Path) -> None:
    john = "given: John\nfamily: Smith\nborn: 1980-05-06\n"
    added(ccu, john)
    done = add(ccu, john)
    assert done.code == 0
    assert done.err.startswith("person 2 may be person 1 (score ")
    assert "ccu person compare 1 2, and if so ccu person merge 1 2" in done.err
    assert "Smith" not in done.err
    assert "1980" not in done.err
    asked = ccu(
        "person",
        "add",
        stdin=answers("John", "Smith", "", "1980-05-06", *SKIP[:9], "y", "9", "n"),
        tty=True,
    )
    assert asked.code == 0, asked.err
    assert "  1  John Smith, born May 6, 1980" in asked.err
    assert "enter one of the numbers shown, or n" in asked.err
    assert people(db_path) == 3
    assert steps.audited(db_path, "person-alike") == [("person", 1), ("person", 2)]


@pytest.mark.parametrize(
    "other",
    [
        "given: James\nfamily: Smith\nborn: 1980-05-06\nhome: 12 Main St\n",  # a twin
        "given: John\nfamily: Smith\nborn: 2004-11-30\nhome: 12 Main St\n",  # a son
        "given: Mary\nfamily: Smith\nborn: 1955-01-06\nhome: 12 Main St\n",  # the mother
    ],
)
def test_a_family_is_not_one_person(other: str, ccu: Ccu) -> None:
    added(ccu, "given: John\nfamily: Smith\nborn: 1980-05-06\nhome: 12 Main St\n")
    assert add(ccu, other).err == ""


def test_one_description_three_times_is_three_people(ccu: Ccu, db_path: Path) -> None:
    for number in (1, 2, 3):
        done = add(ccu, RED_JACKET, "--age", "40", "--sex", "male", "--housing", "unsheltered")
        assert (done.out, done.err) == (f"Person {number} is added.\n", "")
    typed = answers("", "", "unknown male, 40s, red jacket", *SKIP, "y")
    done = ccu("person", "add", stdin=typed, tty=True)
    assert done.out == "Person 4 is added.\n"
    assert "who is on file" not in done.err
    assert people(db_path) == 4


def test_one_name_is_only_like_one_name(ccu: Ccu) -> None:
    added(ccu, "given: Rosa\nfamily: Diaz")
    assert add(ccu, "given: Rosa").err == ""
    again = add(ccu, "given: Rosa").err
    assert again.startswith("person 3 may be person 2 ")
    assert again.count("\n") == 1


def test_a_matched_person_gains_the_new_values(ccu: Ccu, db_path: Path) -> None:
    added(ccu, KATE, "--missing", "email=not_collected")
    typed = answers(
        "Katie", "OBrien", "", "1980-03-04", "f", "203 555 0199", "k@x.org", *SKIP[:6], "y", "y"
    )
    done = ccu("person", "add", stdin=typed, tty=True)
    assert done.code == 0, done.err
    assert done.out == (
        "It is person 1; no one was added. New in the record: sex, email, other names."
        " Not changed: phone. To change that: ccu person edit 1\n"
    )
    found = show(ccu, 1)
    assert (found["given_name"], found["phone"]) == ("Katherine", "203-555-0142")
    assert (found["sex"], found["email"], found["missing"]) == ("female", "k@x.org", {})
    assert found["names"][0]["given_name"] == "Katie"
    assert people(db_path) == 1


@pytest.mark.parametrize("told", range(14))
def test_stopping_at_any_question_writes_nobody(told: int, ccu: Ccu, db_path: Path) -> None:
    added(ccu, KATE)
    every = ["Katherine", "OBrien", "", "1980-03-04", *[""] * 9]
    done = ccu("person", "add", stdin="".join(line + "\n" for line in every[:told]), tty=True)
    assert (done.code, done.out) == (130, "")
    assert done.err.endswith("Cancelled. Nothing was saved.\n")
    assert people(db_path) == 1


# ---------------------------------------------------------------- show


def test_a_merged_number_shows_the_kept_person(ccu: Ccu, db_path: Path) -> None:
    added(ccu, KATE)
    added(ccu, "given: Kit\nfamily: Walsh\nalias: Kitty Walsh")
    steps.merge(db_path, 2, into=1)
    found = show(ccu, 2)
    assert (found["asked"], found["id"], found["records"]) == (2, 1, [1, 2])
    names = {(each["person"], each["given_name"]) for each in found["names"]}
    assert names == {(2, "Kit"), (2, "Kitty")}
    page = ccu("person", "show", "2").out
    assert page.startswith("Person 1\n\nPerson 2 was merged into person 1.\n")
    assert "Merged records  2\n" in page
    assert "  Kit Walsh    person 2\n" in page
    assert steps.audited(db_path, "person-show") == [("person", 1)] * 2
    refused = ccu("person", "edit", "2", "--veteran")
    assert refused == (2, "", "ccu: error: person 2 was merged into person 1\n")


def test_a_reason_why_a_field_is_empty_is_shown_while_it_is(ccu: Ccu) -> None:
    why = ("--missing", "language=prefers_not", "--missing", "phone=does_not_know")
    added(ccu, "given: Kit\nfamily: Walsh\n", *why)
    added(ccu, "given: Kitty\nfamily: Walsh\nlanguage: Spanish\n")
    assert ccu("person", "merge", "1", "2", "--prefer", "kept").code == 0
    found = show(ccu, 2)
    assert (found["language"], found["missing"]) == ("Spanish", {"phone": "does_not_know"})
    page = ccu("person", "show", "1").out
    assert "Spanish" in page
    assert "language: prefers not to answer" not in page
    assert ccu("person", "unmerge", "2").code == 0
    assert show(ccu, 1)["missing"]["language"] == "prefers_not"


def test_who_works_with_them_and_in_which_household(ccu: Ccu) -> None:
    steps.start(ccu)
    assert ccu("worker", "assign", "--person", "1", "--staff", "dlee").code == 0
    found = show(ccu, 1)
    assert [each["name"] for each in found["workers"]] == ["Dana Lee"]
    assert "CCU client. Call Dana Lee" in ccu("person", "show", "1").out


@pytest.mark.parametrize(("number", "code"), [("9", 3), ("0", 2), ("x", 2), ("9" * 30, 3)])
def test_text_that_is_not_a_number(number: str, code: int, ccu: Ccu, db_path: Path) -> None:
    for command in ("show", "change"):
        more = ("--veteran",) if command == "change" else ()
        done = ccu("person", command, number, *more)
        assert (done.code, done.out) == (code, "")
    assert steps.audited(db_path, "person-show") == []


def test_an_account_that_is_not_on_the_list_is_shown_nothing(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    added(ccu, KATE)
    steps.become(monkeypatch, "stranger")
    for args in (["show", "1"], ["find", "kate"], ["add"], ["change", "1", "--veteran"]):
        done = ccu("person", *args)
        assert (done.code, done.out) == (7, ""), args
    assert people(db_path) == 1


# ---------------------------------------------------------------- change


def test_what_was_said_before_is_kept(ccu: Ccu, db_path: Path) -> None:
    added(ccu, KATE)
    done = change(ccu, 1, "phone: 203-555-0199\nfamily: Walsh", "--housing", "shelter")
    assert done == (0, "Edited person 1: family, phone, housing.\n", "")
    assert change(ccu, 1, "phone: 203-555-0199").out == (
        "Person 1 already has these values; nothing was changed.\n"
    )
    kept = {
        each["field"]: (each["old"], each["new"]) for each in show(ccu, 1, "--changes")["changes"]
    }
    assert kept == {
        "family_name": ("O'Brien", "Walsh"),
        "phone": ("203-555-0142", "203-555-0199"),
        "housing": (None, "shelter"),
    }
    assert steps.audited(db_path, "person-change") == [("person", 1)]
    assert "203-555-0142" in ccu("person", "show", "1", "--changes").out


def test_emptying_a_field_and_saying_why(ccu: Ccu) -> None:
    added(ccu, KATE)
    refused = change(ccu, 1, "phone: prefers not to answer")
    assert refused == (2, "", "ccu: error: phone is known; clear it to give a reason for none\n")
    assert (
        ccu("person", "edit", "1", "--clear", "phone", "--missing", "phone=prefers_not").code == 0
    )
    found = show(ccu, 1)
    assert (found["phone"], found["missing"]) == (None, {"phone": "prefers_not"})
    assert change(ccu, 1, "phone: 2035550142").code == 0
    assert show(ccu, 1)["missing"] == {}
    both = change(ccu, 1, "phone: 2035550142", "--clear", "phone")
    assert both == (2, "", "ccu: error: --clear phone and a new value contradict\n")
    assert ccu("person", "edit", "1", "--clear", "nose").code == 2
    nothing = ccu("person", "edit", "1")
    assert nothing.code == 2
    assert "nothing to change; to see the options" in nothing.err


def test_aliases_come_and_go(ccu: Ccu) -> None:
    added(ccu, KATE + "alias: Kate Walsh\n")
    assert (
        change(ccu, 1, "alias: Kit Walsh\nalias: Kate Walsh").out == "Edited person 1: aliases.\n"
    )
    numbers = [each["alias"] for each in show(ccu, 1)["names"]]
    assert len(numbers) == 2
    assert ccu("person", "edit", "1", "--drop-alias", str(numbers[0])).code == 0
    gone = ccu("person", "edit", "1", "--drop-alias", str(numbers[0]))
    assert gone == (3, "", f"ccu: error: person 1 has no alias {numbers[0]}\n")
    assert [each["given_name"] for each in show(ccu, 1)["names"]] == ["Kit"]
    assert ccu("person", "edit", "1", "--clear", "alias").code == 0
    found = show(ccu, 1, "--changes")
    assert found["names"] == []
    assert found["changes"][0]["old"] == [["Kate", "Walsh"]]


def test_who_was_described_is_identified_and_nothing_is_lost(ccu: Ccu) -> None:
    added(ccu, KATE)
    number = steps.call(ccu, "described: woman, 40s, green coat")
    assert number == 1
    before = show(ccu, 2)
    done = change(ccu, 2, "given: Kate\nfamily: Obrien\nborn: 1980-03-04")
    assert done.out == "Edited person 2: given, family, born (age 45).\n"
    assert done.err.startswith("person 2 may be person 1 (score ")
    after = show(ccu, 2)
    assert (before["identified"], after["identified"]) == (False, True)
    assert after["description"] == "woman, 40s, green coat"
    assert json.loads(ccu("history", "--person", "2", "-f", "json").out)["calls"][0]["id"] == 1


def test_at_a_terminal_it_shows_the_current_values(ccu: Ccu, db_path: Path) -> None:
    added(ccu, KATE, "--missing", "email=prefers_not")
    typed = answers("", "Walsh", "", "Kit Walsh", "", "", "", "-", *SKIP, "y")
    done = ccu("person", "edit", "1", stdin=typed, tty=True)
    assert (done.code, done.out) == (0, "Edited person 1: family, phone, aliases.\n")
    assert "Given name [Katherine]: " in done.err
    assert "Date of birth, such as 1/31/1980, or the year [03/04/1980]: " in done.err
    found = show(ccu, 1)
    assert (found["family_name"], found["phone"]) == ("Walsh", None)
    assert steps.audited(db_path, "person-show")[0] == ("person", 1)
    stopped = ccu("person", "edit", "1", stdin="Zoe\n", tty=True)
    assert (stopped.code, show(ccu, 1)["given_name"]) == (130, "Katherine")


def test_a_value_said_by_hand_is_the_records_own(ccu: Ccu) -> None:
    added(ccu, "given: Kit\nfamily: Walsh")
    added(ccu, KATE)
    merged = ccu("person", "merge", "1", "2", "--prefer", "kept")
    assert merged.code == 0, merged.err
    assert show(ccu, 1)["phone"] == "203-555-0142", "the only phone survives"
    assert change(ccu, 1, "phone: 203-555-0199").code == 0
    undone = ccu("person", "unmerge", "2")
    assert undone.code == 0, undone.err
    assert show(ccu, 1)["phone"] == "203-555-0199"
    assert show(ccu, 2)["phone"] == "203-555-0142"


# ---------------------------------------------------------------- race and ethnicity


def test_race_is_the_person_s_own_answer_and_police_do_not_read_it(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ccu("staff", "add", "ofc", "--role", "officer").code == 0
    assert ccu("staff", "add", "hsd", "--role", "clinician", "--agency", "human_services").code == 0
    added(ccu, "given: Ana\nlanguage: Spanish\nrace: Hispanic or Latino")
    assert ccu("person", "change", "1", "--race-ethnicity", "multi").code == 0
    shown = show(ccu, 1)
    assert (shown["race_ethnicity"], shown["language"]) == ("multiracial", "Spanish")
    assert "Race ethnicity  Multiracial" in ccu("person", "show", "1").out
    assert ccu("person", "add", "--race-ethnicity", "martian", "--age", "40").code == 2
    steps.become(monkeypatch, "ofc")
    for line in (("person", "show", "1"), ("person", "show", "1", "--changes")):
        seen = ccu(*line).out
        assert "Spanish" in seen
        assert "Multiracial" not in seen and "hispanic" not in seen
    data = json.loads(ccu("person", "show", "1", "--changes", "-f", "json").out)
    assert (data["race_ethnicity"], data["changes"]) == (None, [])
    assert "Race" not in ccu("person", "change", "1", stdin=answers(*[""] * 14), tty=True).err
    given = ("--missing", "race_ethnicity=prefers_not", "--clear", "race_ethnicity")
    assert ccu("person", "change", "1", *given).code == 0  # written down, and not read
    assert show(ccu, 1)["missing"] == {}
    steps.become(monkeypatch, "hsd")
    assert show(ccu, 1)["missing"] == {"race_ethnicity": "prefers_not"}
    assert "race_ethnicity: prefers not to answer" in ccu("person", "show", "1").out
    assert ccu("check").code == 0
