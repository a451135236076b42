"""`ccu log-call`: somebody named may be on file, and is offered before one is made."""

import json
import sqlite3
from pathlib import Path

import pytest

from .. import steps
from ..conftest import Ccu, Result

LINE = ("log-call", "--when", "2026-01-30 22:30", "--address", "12 Main St", "--nature", "crisis")
# of the questions before the people: source, hazards, who came, done, ended, minutes
BEFORE = [""] * 6
ASKED = ("log-call", "--when", "2026-01-30 22:30", "--address", "12 Main St")


@pytest.fixture
def ccu(ccu: Ccu) -> Ccu:
    for file in (
        "given: Katherine\nfamily: O'Brien\nborn: 1980-03-04\nphone: 203-555-0142",
        "description: unknown male, 40s, red jacket",
    ):
        assert ccu("person", "add", "--file", "-", stdin=file).code == 0
    return ccu


def log(ccu: Ccu, *people: str) -> Result:
    """Log a call at a terminal; `people` are the answers from the first person on."""
    typed = "\n".join(["crisis", *BEFORE, *people, "", "", "y"]) + "\n"
    return ccu(*ASKED, "-f", "json", stdin=typed, tty=True)


def met(db_path: Path) -> list[tuple[int, int, str]]:
    with sqlite3.connect(db_path) as hand:
        found = hand.execute("SELECT call_id, person_id, role FROM call_person ORDER BY 1, 2")
        return [tuple(row) for row in found]


def people(db_path: Path) -> int:
    with sqlite3.connect(db_path) as hand:
        return int(hand.execute("SELECT count(*) FROM person").fetchone()[0])


def test_who_is_chosen_is_on_the_call(ccu: Ccu, db_path: Path) -> None:
    done = log(ccu, "family: Katie OBrien; born 1980-04-03", "1")
    assert done.code == 0, done.err
    assert "  1  Katherine O'Brien, born Mar 4, 1980, phone ends 0142\n     score " in done.err
    assert "Same person as 1? Enter the number, or n for new: " in done.err
    assert met(db_path) == [(1, 1, "family")]
    assert people(db_path) == 2
    assert steps.audited(db_path, "person-alike") == [("person", 1)]


def test_a_new_one_is_made_on_n(ccu: Ccu, db_path: Path) -> None:
    done = log(ccu, "Katie OBrien", "7", "", "n", "unknown")
    assert done.code == 0, done.err
    assert "enter one of the numbers shown, or n" in done.err
    assert "may be person" not in done.err, "who was asked is not told again"
    assert met(db_path) == [(1, 3, "subject"), (1, 4, "subject")]


def test_from_the_possible_matches_one_goes_back_to_the_person(ccu: Ccu, db_path: Path) -> None:
    done = log(ccu, "Katie OBrien", "<", "Tom Baker", "unknown", "<", "<", "Ann Lee")
    assert done.code == 0, done.err
    for number in (1, 2):
        assert f"  Person {number} is left out.\nPerson {number} (" in done.err
    assert met(db_path) == [(1, 3, "subject")]
    assert people(db_path) == 3


def test_without_a_possible_match_nothing_is_asked(ccu: Ccu, db_path: Path) -> None:
    done = log(ccu, "Tom Baker", "described: unknown male, 40s, red jacket", "unknown", "2")
    assert done.code == 0, done.err
    assert "who is on file" not in done.err
    assert people(db_path) == 5
    assert len(met(db_path)) == 4
    assert steps.audited(db_path, "person-alike") == []


def test_stopping_at_the_offer_keeps_nothing(ccu: Ccu, db_path: Path) -> None:
    typed = "\n".join(["crisis", *BEFORE, "Katie OBrien"]) + "\n"
    done = ccu(*ASKED, stdin=typed, tty=True)
    assert (done.code, done.out) == (130, "")
    assert people(db_path) == 2
    assert met(db_path) == []


def test_a_file_of_people_cannot_be_asked_about(ccu: Ccu, db_path: Path) -> None:
    file = "Katherine O'Brien; born 1980-03-04\nTom Baker\ndescribed: unknown male, 40s\n"
    done = ccu(*LINE, "--person-file", "-", "-f", "json", stdin=file)
    assert done.code == 0, done.err
    score = done.err.partition("(score ")[2].partition(")")[0]
    assert done.err == (
        f"person 3 may be person 1 (score {score}):"
        " ccu person compare 1 3, and if so ccu person merge 1 3\n"
    )
    assert json.loads(done.out)["id"] == 1
    assert [person for _call, person, _role in met(db_path)] == [3, 4, 5]


@pytest.mark.parametrize("command", ["log-call", "call edit"])
def test_somebody_in_a_file_is_asked_about_at_a_terminal(
    command: str, ccu: Ccu, db_path: Path, tmp_path: Path
) -> None:
    file = tmp_path / "people.txt"
    file.write_text("Katie OBrien; born 1980-04-03\nTom Baker\nTom Baker\n")
    line: tuple[str, ...] = LINE
    if command == "call edit":
        assert steps.call(ccu) == 1
        line = ("call", "edit", "1")
    done = ccu(*line, "--person-file", str(file), stdin="1\n", tty=True)
    assert done.code == 0, done.err
    assert "Same person as 1? Enter the number, or n for new: " in done.err
    assert [person for _call, person, _role in met(db_path)] == [1, 3, 4]
    told = [line for line in done.err.splitlines() if "may be person" in line]
    assert [line[:26] for line in told] == ["person 4 may be person 3 ("]


def test_the_same_name_twice_in_a_file_is_told(ccu: Ccu) -> None:
    done = ccu(*LINE, "--person-file", "-", stdin="Ana Reyes\ncaller: Ana Reyes\n")
    assert done.code == 0
    assert done.err.startswith("person 4 may be person 3 (score ")


def test_amending_tells_it_too(ccu: Ccu) -> None:
    assert steps.call(ccu) == 1
    done = ccu("call", "edit", "1", "--person-file", "-", stdin="Kate O'Brien")
    assert done.code == 0
    assert done.err.startswith("person 3 may be person 1 (score ")
    assert "Kate" not in done.err


def test_a_family_name_of_several_words(ccu: Ccu, db_path: Path) -> None:
    assert ccu(*LINE, "--person-file", "-", stdin="Maria de la Cruz").code == 0
    found = json.loads(ccu("person", "show", "3", "-f", "json").out)
    assert (found["given_name"], found["family_name"]) == ("Maria", "de la Cruz")


def test_a_number_that_cannot_be_met_is_refused_where_it_is_asked(ccu: Ccu, db_path: Path) -> None:
    steps.merge(db_path, 2, into=1)
    done = log(ccu, "99", "caller: 2", "1")
    assert done.code == 0, done.err
    assert "  no person 99\nPerson 1 (" in done.err
    assert "  person 2 was merged into person 1\nPerson 1 (" in done.err
    assert met(db_path) == [(1, 1, "subject")]


@pytest.mark.parametrize(
    ("number", "code", "says"),
    [("99", 3, "no person 99"), ("2", 2, "person 2 was merged into person 1")],
)
def test_a_number_given_as_an_option_is_refused_before_the_questions(
    number: str, code: int, says: str, ccu: Ccu, db_path: Path
) -> None:
    steps.merge(db_path, 2, into=1)
    done = ccu(*ASKED, "--person", number, stdin="crisis\n" + "\n" * 10, tty=True)
    assert (done.code, done.out, done.err) == (code, "", f"ccu: error: {says}\n")


def test_what_is_typed_beside_a_name_on_file_is_told_as_not_recorded(ccu: Ccu) -> None:
    done = log(ccu, "Katie OBrien 1980-04-03, 203-555-0199", "1")
    assert done.code == 0, done.err
    assert "  Person 1 stays as on file; to change that: ccu person edit 1\n" in done.err
    assert json.loads(ccu("person", "show", "1", "-f", "json").out)["phone"] == "203-555-0142"
