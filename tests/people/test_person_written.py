"""A person in one line: a name with a birth date, a year, an age or a relation behind it."""

import json
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccu.errors import InvalidInput
from ccu.people import who

from ..conftest import Ccu

READER: Any = SimpleNamespace(today=date(2026, 1, 31), settings={"state": "CT"})
CALL = ("--when", "22:00", "--address", "12 Main St", "--nature", "crisis")
SEEN = ("given_name", "family_name", "birth_date", "age_estimate", "age_estimated_on")


def logged(ccu: Ccu, line: str) -> None:
    done = ccu("log-call", *CALL, "--person-file", "-", stdin=line)
    assert done.code == 0, done.err


def show(ccu: Ccu, number: int = 1) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ccu("person", "show", str(number), "--format", "json").out)
    return found


@pytest.mark.parametrize(
    ("line", "stored"),
    [
        ("Jane Doe, born 5/6/1971", ("Jane", "Doe", "1971-05-06", None, None)),
        ("Jane Doe; born 1971-05-06", ("Jane", "Doe", "1971-05-06", None, None)),
        ("Doe, Jane, DOB: 5/6/71", ("Jane", "Doe", "1971-05-06", None, None)),
        ("Sam Hay b. 5/6/1971", ("Sam", "Hay", "1971-05-06", None, None)),
        ("Sam Hay b 5/6/1971", ("Sam", "Hay", "1971-05-06", None, None)),
        ("Ty Coy 05061971", ("Ty", "Coy", "1971-05-06", None, None)),
        ("Ty Coy, DOB 05061971", ("Ty", "Coy", "1971-05-06", None, None)),
        ("Ed Orr DOB 04/02/1945", ("Ed", "Orr", "1945-04-02", None, None)),
        ("Ed Orr (April 2, 1945)", ("Ed", "Orr", "1945-04-02", None, None)),
        ("Ed Orr, date of birth Apr 2 1945", ("Ed", "Orr", "1945-04-02", None, None)),
        ("John Roe, 81", ("John", "Roe", None, 81, "2026-01-31")),
        ("John Roe 81 yo", ("John", "Roe", None, 81, "2026-01-31")),
        ("John Roe, age 81", ("John", "Roe", None, 81, "2026-01-31")),
        ("Carmen Garcia 1980", ("Carmen", "Garcia", None, 0, "1980-12-31")),
        ("Carmen Garcia, born in 1980", ("Carmen", "Garcia", None, 0, "1980-12-31")),
        ("Carmen Garcia, DOB unknown", ("Carmen", "Garcia", None, None, None)),
        ("Robert Roe, Jr.", ("Robert", "Roe Jr.", None, None, None)),
        ("Robert Roe 3rd", ("Robert", "Roe 3rd", None, None, None)),
        ("John Roe, about 40", ("John", "Roe", None, 40, "2026-01-31")),
        ("John Roe, in his 40s", ("John", "Roe", None, 45, "2026-01-31")),
        ("John Roe, 7 months old", ("John", "Roe", None, 0, "2026-01-31")),
        ("John Roe, 81 y/o male", ("John", "Roe", None, 81, "2026-01-31")),
        ("JOHN ROE B/M 34", ("JOHN", "ROE", None, 34, "2026-01-31")),
        ("Roe, John W/M 5/6/71", ("John", "Roe", "1971-05-06", None, None)),
        ("Jane Doe F 55", ("Jane", "Doe", None, 55, "2026-01-31")),
        ("Jane Doe, 5/6/1971, F", ("Jane", "Doe", "1971-05-06", None, None)),
        ("Ana Paz, nacida 5/6/1971", ("Ana", "Paz", "1971-05-06", None, None)),
        ("Bob Roe 203-555-0199", ("Bob", "Roe", None, None, None)),
        ("De Haro, ann", ("ann", "De Haro", None, None, None)),
        ("Roe, M", ("M", "Roe", None, None, None)),
    ],
)
def test_what_is_behind_a_name_is_read(line: str, stored: tuple[Any, ...], ccu: Ccu) -> None:
    logged(ccu, line)
    assert tuple(show(ccu)[name] for name in SEEN) == stored


@pytest.mark.parametrize(
    ("line", "sex", "phone"),
    [
        ("John Roe, 81 y/o male", "male", None),
        ("Jane Doe W/F", "female", None),
        ("Jane Doe F 55", "female", None),
        ("Bob Roe, (203) 555-0199", None, "(203) 555-0199"),
        ("caller: Bob Roe 2035550199, 40", None, "2035550199"),
    ],
)
def test_sex_and_phone_behind_a_name_are_kept(
    line: str, sex: str | None, phone: str | None, ccu: Ccu
) -> None:
    logged(ccu, line)
    assert (show(ccu)["sex"], show(ccu)["phone"]) == (sex, phone)


@pytest.mark.parametrize("line", ["unk", "Unknown male, 40s", "UNK W/F", "mother: unknown"])
def test_somebody_unknown_has_no_name(line: str, ccu: Ccu) -> None:
    logged(ccu, line)
    assert [show(ccu)[name] for name in ("given_name", "family_name")] == ["", ""]


@pytest.mark.parametrize(
    ("line", "role", "description"),
    [
        ("Bea Noe, daughter", "family", "daughter"),
        ("Bea Noe, 45, daughter of the caller", "family", "daughter of the caller"),
        ("Bea Noe, caller", "caller", "caller"),
        ("witness: Bea Noe, neighbor", "witness", "neighbor"),
        ("Noe, Bea", "subject", ""),
        ("Bea Noe (daughter)", "family", "daughter"),
        ("Bea Noe - his daughter, 45", "family", "daughter"),
        ("daughter: Bea Noe", "family", "daughter"),
        ("RP: Bea Noe", "caller", "rp"),
    ],
)
def test_a_relation_is_no_name(line: str, role: str, description: str, ccu: Ccu) -> None:
    logged(ccu, line)
    call = json.loads(ccu("call", "show", "1", "--full", "--reason", "x", "--format", "json").out)
    (found,) = call["people"]
    assert (found["role"], found["given_name"], found["family_name"]) == (role, "Bea", "Noe")
    assert found["description"] == description


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Zed 12345", "a name has no digits"),
        ("Zed 4th2", "a name has no digits"),
        ("DOB 04/02/1945", "give the name first, such as Jane Doe, born 5/6/1971"),
        ("Zed Zoe, born 2/30/1945", "the birth date is not a day in the calendar"),
        ("Zed Zoe, born 1/1/1900", "often means that it is not known; write unknown"),
        ("Zed Zoe; red jacket", "after the name you can write: born 1/31/1980, an age, or a"),
        ("Zed Zoe, homeless", "after the name you can write: born 1/31/1980, an age, or a"),
        ("none", "leave it out if there was no one, or write unknown"),
        ("Zed, Zoe, tall", "after the name you can write: born 1/31/1980, an age, or a"),
        ("Zed Zoe, 130", "an age is a number up to 120"),
        ("Zed Zoe, neighbor", "start with caller:, subject:, victim: or witness:"),
    ],
)
def test_what_cannot_be_right_is_refused_without_the_name(line: str, reason: str, ccu: Ccu) -> None:
    done = ccu("log-call", *CALL, "--person-file", "-", stdin=line)
    assert (done.code, reason in done.err, "Zed" in done.err) == (2, True, False), done.err


def test_a_question_prints_what_was_understood(ccu: Ccu) -> None:
    answers = ["Jane Doe, born 5/6/1971", "Bea Noe, 45, daughter", "Zed 1777", "", "", "y"]
    before = ["22:00", "12 Main St", "crisis", *[""] * 6]
    done = ccu("log-call", stdin="\n".join([*before, *answers, ""]) + "\n", tty=True)
    assert done.code == 0, done.err
    assert "  Jane Doe, born May 6, 1971 (age 54), Subject\n" in done.err
    assert "  Bea Noe, about 45, daughter, Family\n" in done.err
    assert "a name has no digits" in done.err


def test_a_year_of_birth_is_kept_shown_and_found(ccu: Ccu) -> None:
    add = ("person", "add", "--file", "-")
    assert ccu(*add, stdin="given: Carmen\nfamily: Garcia\nborn: 1980\n").code == 0
    assert ccu(*add, stdin="given: Carmen\nfamily: Garcia\nborn: 1950\n").code == 0
    page = ccu("person", "show", "1").out
    assert ("1980" in page, "estimated on" in page) == (True, False)
    found = json.loads(
        ccu("person", "find", "-", "--format", "json", stdin="Carmen Garcia 1980").out
    )
    assert [(each["person"], each["born"]) for each in found][:1] == [(1, "1980")]


def test_a_minor_by_the_year_alone_is_one_until_it_is_sure(ccu: Ccu) -> None:
    add = ("person", "add", "--file", "-")
    ccu(*add, stdin="given: Ana\nfamily: Reyes\nborn: 2008\n")
    ccu(*add, stdin="given: Eva\nfamily: Reyes\nborn: 2007\n")
    ccu("household", "add", "new", "1", "2")
    card = json.loads(ccu("household", "show", "1", "--format", "json").out)
    seen = [(each["birth_year"], each["age"], each["minor"]) for each in card["members"]]
    assert seen == [(2008, 17, True), (2007, 18, False)]


def test_an_unknown_birth_date_is_recorded_as_such(ccu: Ccu) -> None:
    done = ccu("person", "add", "--file", "-", stdin="given: Ana\nfamily: Reyes\nborn: unknown\n")
    assert done.code == 0, done.err
    assert show(ccu)["missing"] == {"birth_date": "does_not_know"}


def test_january_1_1900_is_asked_about(ccu: Ccu) -> None:
    typed = "\n".join(["Ana", "Reyes", "", "01/01/1900", "unknown", *[""] * 11, "y"]) + "\n"
    done = ccu("person", "add", stdin=typed, tty=True)
    assert done.code == 0, done.err
    assert "Jan 1, 1900 often means that it is not known; write unknown" in done.err
    assert show(ccu)["missing"] == {"birth_date": "does_not_know"}


def test_a_given_name_may_be_the_entire_line(ccu: Ccu) -> None:
    typed = "\n".join(["Jane Doe, born 5/6/1971", *[""] * 10, "y"]) + "\n"
    done = ccu("person", "add", stdin=typed, tty=True)
    assert (done.code, done.out) == (0, "Person 1 is added (age 54).\n"), done.err
    assert "  Jane Doe, born May 6, 1971 (age 54)\n" in done.err
    asked, _, review = done.err.partition("\n  1  ")
    assert "Given name: " in asked
    assert "Family name" not in asked
    assert "Date of birth" not in asked
    assert "  2  Family name              Doe\n" in review
    assert "  4  Date of birth            May 6, 1971\n" in review
    assert show(ccu)["birth_date"] == "1971-05-06"


def test_a_year_of_birth_is_in_the_review_and_can_be_changed_there(ccu: Ccu) -> None:
    typed = ["Jane", "Doe", "", "1971", *[""] * 9, "4", "", "4", "5/6/1971", "y"]
    done = ccu("person", "add", stdin="\n".join(typed) + "\n", tty=True)
    assert done.code == 0, done.err
    assert "  4  Date of birth            1971\n" in done.err
    assert "  4  Date of birth            May 6, 1971\n" in done.err
    assert (show(ccu)["birth_date"], show(ccu)["age_estimate"]) == ("1971-05-06", None)


@pytest.mark.parametrize(
    ("change", "born", "missing"),
    [
        (("--file", "-"), "1971-05-06", {}),
        (("--clear", "born"), None, {}),
        (
            ("--clear", "born", "--missing", "born=prefers_not"),
            None,
            {"birth_date": "prefers_not"},
        ),
    ],
)
def test_a_year_of_birth_on_file_goes_when_another_answer_replaces_it(
    change: tuple[str, ...], born: str | None, missing: Any, ccu: Ccu
) -> None:
    line = "given: Jane\nfamily: Doe\nborn: 1971\n"
    assert ccu("person", "add", "--file", "-", stdin=line).code == 0
    done = ccu("person", "edit", "1", *change, stdin="born: 5/6/1971\n")
    assert done.code == 0, done.err
    found = show(ccu)
    assert (found["birth_date"], found["age_estimate"], found["missing"]) == (born, None, missing)
    assert found["age_estimated_on"] is None


def test_a_reason_for_none_is_refused_beside_a_year_of_birth_on_file(ccu: Ccu) -> None:
    line = "given: Jane\nfamily: Doe\nborn: 1971\n"
    assert ccu("person", "add", "--file", "-", stdin=line).code == 0
    done = ccu("person", "edit", "1", "--missing", "born=prefers_not")
    says = "ccu: error: birth date is known; clear it to give a reason for none\n"
    assert (done.code, done.err) == (2, says)
    assert (show(ccu)["age_estimated_on"], show(ccu)["missing"]) == ("1971-12-31", {})


def test_a_change_offers_the_year_of_birth_and_asks_for_no_age(ccu: Ccu) -> None:
    line = "given: Jane\nfamily: Doe\nborn: 1971\nemail: prefers not to answer\n"
    assert ccu("person", "add", "--file", "-", stdin=line).code == 0
    done = ccu("person", "edit", "1", stdin="\n" * 14 + "y\n", tty=True)
    assert done.out == "Person 1 already has these values; nothing was changed.\n", done.err
    assert "or the year [1971]: " in done.err
    assert "Email [Prefers not to answer]: " in done.err
    assert "  5  Date of birth            1971\n" in done.err
    assert "Estimated age" not in done.err


@pytest.mark.parametrize(
    ("answer", "missing"), [("-", {}), ("unknown", {"birth_date": "does_not_know"})]
)
def test_a_year_of_birth_can_be_taken_back(answer: str, missing: Any, ccu: Ccu) -> None:
    ages = ("45", "")  # asked now that no year of birth is known
    typed = ["Jane", "Doe", "", "1971", *[""] * 9, "4", answer, *ages, "y"]
    done = ccu("person", "add", stdin="\n".join(typed) + "\n", tty=True)
    assert done.code == 0, done.err
    assert show(ccu)["missing"] == missing
    assert (show(ccu)["birth_date"], show(ccu)["age_estimate"]) == (None, 45)


@given(st.text(max_size=60) | st.from_regex(r"[A-Z][a-z]+ [A-Z][a-z]+,? ?[0-9/ -]{0,10}[a-z, ]*"))
def test_any_line_is_a_name_without_digits_or_is_refused(line: str) -> None:
    try:
        read = who.read(READER, line, "a person")
    except InvalidInput as refused:
        assert str(refused).startswith("a person")
    else:
        words = f"{read.given} {read.family}".split()
        assert any(map(str.isalpha, "".join(words)))
        assert not any(each.isdigit() for word in words for each in word if word[:1].isalpha())


@pytest.mark.parametrize("born", ["born 5/6/1971", "54"])
def test_jane_doe_with_a_birth_date_or_age_is_compared_by_name(born: str, ccu: Ccu) -> None:
    for _time in range(2):
        typed = f"Jane Doe, {born}"
        assert ccu("log-call", *CALL, "--person-file", "-", stdin=typed).code == 0
    page = ccu("person", "compare", "1", "2").out
    assert "missing" not in [line.split()[2] for line in page.splitlines() if "name  " in line]
    found = json.loads(ccu("person", "find", "-", "--format", "json", stdin="Jane Doe").out)
    assert {each["person"] for each in found} == {1, 2}
    blank = 10 if "born" in born else 12
    typed = "\n".join([f"Jane Doe, {born}", *[""] * blank, "y", "n"]) + "\n"
    asked = ccu("person", "add", stdin=typed, tty=True)
    assert asked.code == 0, asked.err
    assert "Possible match" in asked.err, asked.err


def test_john_doe_alone_is_a_placeholder(ccu: Ccu) -> None:
    for _time in range(2):
        assert ccu("log-call", *CALL, "--person-file", "-", stdin="John Doe").code == 0
    compared = json.loads(ccu("person", "compare", "1", "2", "--format", "json").out)
    assert {each["agreement"] for each in compared["fields"] if "name" in each["field"]} == {
        "placeholder"
    }
    assert compared["likely"] is False


def test_a_birth_date_behind_the_family_name_is_read(ccu: Ccu) -> None:
    typed = "\n".join(["Kate", "O'Brien, DOB 5/6/71", *[""] * 10, "y"]) + "\n"
    done = ccu("person", "add", stdin=typed, tty=True)
    assert done.code == 0, done.err
    assert "  Kate O'Brien, born May 6, 1971 (age 54)\n" in done.err
    found = show(ccu)
    assert (found["given_name"], found["family_name"]) == ("Kate", "O'Brien")
