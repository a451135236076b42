"""`ccu person find`: by name as heard, phone or birth date, best first, everybody shown audited."""

import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from .. import steps
from ..conftest import TODAY, Ccu, Result, run_ccu

TOWN = (
    "given: Katherine\nfamily: O'Brien\nborn: 1980-03-04\nphone: (203) 555-0142\n",
    "given: José\nfamily: Peña-Ruiz\nborn: 1975-11-30\n",
    "given: Prince\nborn: 1958-06-07\n",
    "given: Maria\nfamily: de la Cruz\nemail: maria@example.org\n",
    "given: Tom\nfamily: Baker\nphone: 203-555-0160\n",
    "description: unknown male, 40s, red jacket\n",
)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of TOWN, made once."""
    path = tmp_path_factory.mktemp("town") / "ccu.db"
    here = ("--town", "Westport", "--state", "CT", "--timezone", "America/New_York")
    on = ("--db", str(path), "--today", TODAY)
    assert run_ccu(*on, "init", *here).code == 0
    for file in TOWN:
        assert run_ccu(*on, "person", "add", "--file", "-", stdin=file).code == 0
    return path


@pytest.fixture
def ccu(empty: Ccu, town: Path, db_path: Path) -> Ccu:
    steps.copy_file(town, db_path)  # nobody has it open
    return empty


def found(ccu: Ccu, heard: str, *more: str) -> list[dict[str, Any]]:
    done = ccu("person", "find", "-", *more, "-f", "json", stdin=heard)
    assert done.code == 0, done.err
    rows: list[dict[str, Any]] = json.loads(done.out)
    return rows


@pytest.mark.parametrize(
    ("heard", "person"),
    [
        ("Katherine O'Brien", 1),
        ("katie obrien", 1),
        ("obrien kate", 1),
        ("O Brien, Katherine", 1),
        ("katherine o-brien", 1),
        ("Kathryn Obrian", 1),
        ("katie obrien 1980-04-03", 1),  # day and month swapped
        ("born 4 Mar 1980", 1),
        ("4 march 1980", 1),
        ("March 4, 1980", 1),
        ("203 555 0142", 1),
        ("+1 (203) 555-0142", 1),
        ("5550142", 1),
        ("obrien 203-555-0142", 1),
        ("jose pena ruiz", 2),
        ("Pepe Peña", 2),
        ("pena ruiz jose", 2),
        ("prince", 3),
        ("maria delacruz", 4),
        ("tommy baker", 5),
    ],
)
def test_by_what_was_heard(heard: str, person: int, ccu: Ccu) -> None:
    rows = found(ccu, heard)
    assert rows, heard
    assert rows[0]["person"] == person
    assert rows[0]["score"] >= 50


def test_a_row_shows_who_and_why(ccu: Ccu, db_path: Path) -> None:
    assert found(ccu, "kate obrien 4 mar 1980") == [
        {
            "person": 1,
            "name": "Katherine O'Brien",
            "born": "1980-03-04",
            "phone": "ends 0142",
            "score": found(ccu, "kate obrien 4 mar 1980")[0]["score"],
            "why": "given name nickname, family name same, birth date same",
        }
    ]
    assert steps.audited(db_path, "person-find") == [("person", 1)] * 2


def test_every_format_has_the_same_rows(ccu: Ccu) -> None:
    plain = ccu("person", "find", "-", stdin="tom baker")
    assert plain == (
        0,
        "Person  Name       Born  Phone      Score  Why\n"
        "     5  Tom Baker        ends 0160    100  given name same, family name same\n",
        "",
    )
    csv = ccu("person", "find", "-", "-f", "csv", stdin="tom baker").out
    assert csv.splitlines()[0] == '"person","name","born","phone","score","why"'
    assert csv.splitlines()[1].startswith('"5","Tom Baker","","ends 0160","100",')
    screen = ccu("person", "find", stdin="tom baker\n", tty=True)
    assert screen.code == 0
    bare = re.sub(r"\x1b\[[0-9;]*m", "", screen.out)
    assert max(map(len, bare.splitlines())) <= 80
    assert screen.err == "Name, phone or birth date: "


def test_words_and_fields_search_the_same(ccu: Ccu) -> None:
    by_words = ccu("person", "find", "tom", "baker", "-f", "json")
    assert json.loads(by_words.out)[0]["person"] == 5
    file = "given: Tommy\nfamily: Baker\n"
    by_file = ccu("person", "find", "--file", "-", "-f", "json", stdin=file)
    assert json.loads(by_file.out)[0]["person"] == 5
    by_mail = ccu("person", "find", "--file", "-", "-f", "json", stdin="email: maria@example.org")
    assert [row["person"] for row in json.loads(by_mail.out)] == [4]


def test_finding_nobody_is_no_error(ccu: Ccu, db_path: Path) -> None:
    for heard in ("zebulon quackenbush", "red jacket", "203-555-9999"):
        done = ccu("person", "find", "-", stdin=heard)
        assert done == (0, "Person  Name  Born  Phone  Score  Why\n", "No one found.\n")
    assert ccu("person", "find", "-", "-f", "json", stdin="x").out == "[]\n"
    assert steps.audited(db_path, "person-find") == []


def test_limit_and_least_score(ccu: Ccu) -> None:
    for given in ("Anna", "Anne", "Hannah", "Nancy"):
        added = ccu("person", "add", "--file", "-", stdin=f"given: {given}\nfamily: Baker")
        assert added.code == 0
    rows = found(ccu, "anna baker", "--min-score", "0", "--limit", "200")
    assert rows[0]["name"] == "Anna Baker"
    assert [row["score"] for row in rows] == sorted((row["score"] for row in rows), reverse=True)
    assert len(found(ccu, "anna baker", "--limit", "2")) == 2
    assert len(rows) > len(found(ccu, "anna baker", "--min-score", "100")) == 1


def test_a_merged_record_finds_the_person_it_is_now(ccu: Ccu, db_path: Path) -> None:
    added = ccu("person", "add", "--file", "-", stdin="given: Kit\nfamily: Walsh")
    assert added.code == 0
    steps.merge(db_path, 7, into=1)
    rows = found(ccu, "kit walsh")
    assert [(row["person"], row["name"]) for row in rows] == [(1, "Katherine O'Brien")]
    assert rows[0]["why"].startswith("as Kit Walsh: ")
    assert [row["person"] for row in found(ccu, "203 555 0142")] == [1]


@pytest.mark.parametrize(
    ("heard", "says"),
    [
        ("", "nothing to look for"),
        ("  \n", "nothing to look for"),
        ("...", "nothing to look for"),
        ("zelda 31/31/1980", "the birth date is not a day in the calendar"),
        ("zelda 2030-01-01", "the birth date is in the future"),
        ("zelda 12", "WORDS: one number is neither a phone of 7 digits nor a date"),
        ("1e5", "WORDS: one number is neither a phone"),
        ("zelda\nzoe", "WORDS must be one line"),
        ("zel\x00da", "WORDS must be one line of text without control characters"),
        (b"zelda \xff", "WORDS is not UTF-8 text"),
        ("zelda " * 60, "WORDS is longer than 300 characters"),
    ],
)
def test_bad_input_is_one_sentence_without_the_words(
    heard: str | bytes, says: str, ccu: Ccu
) -> None:
    done: Result = ccu("person", "find", "-", stdin=heard)
    assert (done.code, done.out) == (2, "")
    assert says in done.err
    assert done.err.count("\n") == 1
    for word in ("zelda", "zoe", "31/31", "2030"):
        assert word not in done.err


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ([], "birth date is missing; ccu person find - reads a line of input"),
        (["tom", "--file", "-"], "give either WORDS or --file"),
        (["tom", "--limit", "many"], "--limit must be a whole number from 0 to 200"),
        (["tom", "--min-score", "101"], "--min-score must be a whole number from 0 to 100"),
    ],
)
def test_options_that_make_no_sense(args: list[str], says: str, ccu: Ccu) -> None:
    done = ccu("person", "find", *args)
    assert (done.code, done.out) == (2, "")
    assert says in done.err


@pytest.mark.parametrize(
    "heard", ["[/b] x", "عائشة بنت", "🙂 tom", "%_", "'; DROP TABLE person;--", "a AND", '"x', "O'"]
)
def test_strange_words_find_nobody_or_somebody(heard: str, ccu: Ccu) -> None:
    done = ccu("person", "find", "-", stdin=heard)
    assert done.code in (0, 2)
    assert "bug" not in done.err


def test_at_a_terminal_it_asks_again_until_it_can_look(ccu: Ccu) -> None:
    done = ccu("person", "find", stdin="2/30/1980\n\nprince\n", tty=True)
    assert done.code == 0
    assert "is not a day in the calendar" in done.err
    assert "nothing to look for" in done.err
    assert "Prince" in done.out
    assert ccu("person", "find", stdin="", tty=True).code == 130


# ---------------------------------------------------------------- by a part of the name


def test_a_part_of_a_name_is_taken_at_a_terminal(ccu: Ccu, db_path: Path) -> None:
    none = ccu("person", "show", "brien", tty=True)  # a name that begins so
    assert (none.code, none.out) == (3, "")
    assert "brien" not in none.err
    done = ccu("person", "show", "kath obr", tty=True)
    assert done.code == 0, done.err
    assert done.err == "  1  Katherine O'Brien, born Mar 4, 1980\n"
    assert "203) 555-0142" in done.out
    assert ("person", 1) in steps.audited(db_path, "person-find")
    with sqlite3.connect(db_path) as hand:
        audit = str(hand.execute("SELECT * FROM audit").fetchall())
    assert "kath" not in audit.lower()


def test_a_name_can_be_asked_for_so_that_no_command_line_has_it(ccu: Ccu) -> None:
    done = ccu("person", "show", "-", stdin="kath\n", tty=True)
    assert done.code == 0, done.err
    assert done.err.startswith("Person, by number or part of the name:   1  Katherine O'Brien")
    assert ccu("person", "show", "-", stdin="kath\n").code == 2


def test_of_several_people_one_is_chosen(ccu: Ccu, db_path: Path) -> None:
    assert ccu("person", "add", "--file", "-", stdin="given: Katrina\nfamily: Lee").code == 0
    done = ccu("history", "--person", "kat", stdin="2\n7\n", tty=True)
    assert done.code == 0, done.err
    shown = "  1  Katherine O'Brien, born Mar 4, 1980\n  7  Katrina Lee\n"
    question = "Which person? Enter the number (Enter to go back): "
    assert done.err == f"{shown}{question}  enter one of the numbers shown\n{question}"
    assert steps.audited(db_path, "person-find") == [("person", 1), ("person", 7)]


def test_in_a_script_a_person_is_a_number(ccu: Ccu, db_path: Path) -> None:
    found = "such as 12; to find it by name: ccu person find --file -"
    sentence = f"ccu: error: a person is named by its number, {found}\n"
    assert ccu("person", "show", "katherine") == (2, "", sentence)
    refused = ccu("person", "edit", "katherine", "--no-input", tty=True)
    assert refused == (2, "", sentence)
    assert steps.audited(db_path, "person-find") == []


def test_an_account_that_may_not_find_people_is_told_no_name(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ccu("staff", "add", "ana", "--role", "analyst", "--agency", "police").code == 0
    steps.become(monkeypatch, "ana")
    done = ccu("worker", "list", "--person", "katherine", tty=True)
    assert (done.code, done.out) == (7, "")
    assert "katherine" not in done.err.lower()


def test_a_provider_may_be_named_by_any_word_of_the_name(ccu: Ccu) -> None:
    steps.provider(ccu, "Homes with Hope")
    steps.provider(ccu, "House of Hope")
    assert ccu("provider", "show", "with").out.startswith("Provider 1")
    refused = ccu("provider", "show", "hope")
    assert refused.code == 2
    assert "1 (Homes with Hope) or 2 (House of Hope)" in refused.err
    chosen = ccu("provider", "show", "hope", stdin="2\n", tty=True)
    assert chosen.code == 0, chosen.err
    assert "  1  Homes with Hope\n  2  House of Hope\nWhich provider?" in chosen.err
    assert "House of Hope" in chosen.out


def found_names(ccu: Ccu, question: str, *options: str) -> list[tuple[str, int]]:
    done = ccu("person", "find", "-", *options, "--format", "json", stdin=question)
    return [(each["name"], each["score"]) for each in json.loads(done.out)]


def test_a_family_name_that_differs_is_far_below_one_that_agrees(ccu: Ccu) -> None:
    for given, family in (("Ma. Teresa", "Reyes"), ("Teresa", "Soto"), ("Willie", "Grant")):
        ccu("person", "add", "--file", "-", stdin=f"given: {given}\nfamily: {family}\n")
    (first, score), *others = found_names(ccu, "Teresa Reyes", "--min-score", "1")
    assert (first, score >= 80) == ("Ma. Teresa Reyes", True)
    assert all(other < 40 for _, other in others)
    assert all(other < 40 for _, other in found_names(ccu, "Willie Hall", "--min-score", "1"))
    assert all(other < 40 for _, other in found_names(ccu, "Willie Zzyx", "--min-score", "1"))


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("cruz", "Ana de la Cruz y Santos"),
        ("santos", "Ana de la Cruz y Santos"),
        ("ana cruz", "Ana de la Cruz y Santos"),
        ("haro", "Luz De Haro"),
        ("de haro", "Luz De Haro"),
    ],
)
def test_a_family_name_is_found_without_its_particles(question: str, name: str, ccu: Ccu) -> None:
    for given, family in (("Ana", "de la Cruz y Santos"), ("Luz", "De Haro"), ("Ana", "Moss")):
        ccu("person", "add", "--file", "-", stdin=f"given: {given}\nfamily: {family}\n")
    found = [each for each, _ in found_names(ccu, question)]
    assert name in found and "Ana Moss" not in found


def test_a_name_in_a_pipe_is_told_how_to_find_the_number(ccu: Ccu) -> None:
    """Nor is it repeated: a name is not for a command line."""
    for line in (("history", "--person", "kat"), ("worker", "assign", "--person", "kat")):
        done = ccu(*line)
        assert (done.code, done.out) == (2, "")
        assert "such as 12; to find it by name: ccu person find --file -\n" in done.err
        assert "kat" not in done.err
