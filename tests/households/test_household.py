"""`ccu person link`, `unlink` and `ccu household`: relations between people, and who belongs where.

And the card of a household, for those who may see it.
"""

import json
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccu import dates

from .. import steps
from ..conftest import Ccu, Result, examples, once, run_ccu

NOW = "2026-01-31T14:00"
PEOPLE = 6


@pytest.fixture
def ccu(ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ccu:
    """Six people on six calls, without names; dlee of Human Services."""
    monkeypatch.setenv("CCU_TODAY", NOW)
    once("test_household", lambda: start(ccu))
    return ccu


def start(ccu: Ccu) -> None:
    for _ in range(PEOPLE):
        steps.call(ccu, "unknown")
    hsd = ("--agency", "human_services", "--name", "Dana Lee", "--phone", "203-555-0142")
    assert ccu("staff", "add", "dlee", "--role", "clinician", *hsd).code == 0


def link(ccu: Ccu, one: int, other: int, relation: str, *more: str) -> Result:
    return ccu("person", "link", str(one), str(other), "--relation", relation, *more)


def linked(ccu: Ccu, one: int, other: int, relation: str, *more: str) -> str:
    done = link(ccu, one, other, relation, *more)
    assert (done.code, done.err) == (0, "")
    return done.out


def card(ccu: Ccu, household: int) -> dict[str, Any]:
    done = ccu("household", "show", str(household), "-f", "json")
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def belong(ccu: Ccu, household: int) -> list[int]:
    return [each["person"] for each in card(ccu, household)["members"]]


def households(ccu: Ccu, *more: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(ccu("household", "list", "-f", "json", *more).out)
    return found


def born(db_path: Path, person: int, day: str) -> None:
    with sqlite3.connect(db_path) as hand:
        hand.execute("UPDATE person SET birth_date = ? WHERE id = ?", (day, person))


def rows(db_path: Path, sql: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(db_path) as hand:
        return hand.execute(sql).fetchall()


def refused(done: Result, code: int, says: str) -> None:
    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1)
    assert done.err.startswith(f"ccu: error: {says}"), done.err


# ---------------------------------------------------------------- link


def test_a_is_the_parent_of_b_and_both_are_one_household(ccu: Ccu, db_path: Path) -> None:
    assert linked(ccu, 2, 1, "parent") == (
        "Person 2 is the parent of person 1.\nPerson 2 and person 1 are in new household 1 now.\n"
    )
    assert linked(ccu, 3, 2, "child") == (
        "Person 3 is the child of person 2.\nPerson 3 is in household 1 now.\n"
    )
    assert linked(ccu, 1, 3, "Sibling") == (
        "Person 1 is the sibling of person 3.\nBoth are in household 1 already.\n"
    )
    assert belong(ccu, 1) == [1, 2, 3]
    # What other is to person, as in the table; of parent and child one is kept.
    assert rows(
        db_path, "SELECT person_id, other_id, relation FROM person_relation ORDER BY 1, 2"
    ) == [
        (1, 2, "parent"),
        (3, 1, "sibling"),
        (3, 2, "parent"),
    ]
    assert steps.audited(db_path, "person-link") == [("person", 2), ("person", 3), ("person", 1)]


def test_each_side_shows_its_relation_to_the_other(ccu: Ccu, db_path: Path) -> None:
    steps.name(db_path, 1, "Rowan", "Sample")
    steps.name(db_path, 2, "Robin", "Sample")
    for one, other, relation in (
        (1, 2, "parent"),
        (1, 2, "guardian"),
        (3, 2, "grandparent"),
        (3, 1, "caregiver"),
        (1, 4, "spouse"),
    ):
        linked(ccu, one, other, relation)
    said = {
        each["person"]: [(to["person"], to["is"], to["has_as"]) for to in each["relations"]]
        for each in card(ccu, 1)["members"]
    }
    assert said == {
        1: [
            (2, "guardian", None),
            (2, "parent", None),
            (3, None, "caregiver"),
            (4, "spouse", None),
        ],
        2: [(1, None, "guardian"), (1, "child", None), (3, "grandchild", None)],
        3: [(1, "caregiver", None), (2, "grandparent", None)],
        4: [(1, "spouse", None)],
    }
    page = ccu("household", "show", "1").out
    assert "child of Rowan Sample" in page
    assert "has as guardian Rowan Sample" in page
    assert "has as caregiver person 3" in page
    assert "spouse or partner of Rowan Sample" in page


@pytest.mark.parametrize(
    ("one", "other", "relation", "code", "says"),
    [
        ("1", "2", "parent", 2, "person 1 is the parent of person 2 already"),
        ("2", "1", "child", 2, "person 2 is the child of person 1 already"),
        ("2", "1", "parent", 2, "person 1 is the parent of person 2; if that is wrong, remove"),
        ("1", "2", "spouse", 2, "person 1 is the parent of person 2; if that is wrong, remove"),
        ("3", "1", "parent", 2, "person 1 is already an ancestor of person 3"),
        ("1", "3", "grandchild", 2, "person 1 is already an ancestor of person 3"),
        ("2", "1", "guardian", 2, "person 1 is the guardian of person 2; if that is wrong, remove"),
        ("1", "1", "sibling", 2, "enter two different people"),
        ("4", "1", "sibling", 2, "person 4 was merged into person 6"),
        ("1", "5", "sibling", 2, "person 5 was merged into person 6"),
        ("1", "99", "sibling", 3, "no person 99"),
        ("1", "9" * 30, "sibling", 3, "no person with that number"),
        ("x", "1", "sibling", 2, "a person is named by its number"),
        ("1", "6", "mother", 2, "--relation: not a valid relation. "),
        ("1", "6", "retired", 2, "--relation: that choice is retired"),
    ],
)
def test_what_contradicts_is_one_sentence(
    one: str, other: str, relation: str, code: int, says: str, ccu: Ccu, db_path: Path
) -> None:
    linked(ccu, 1, 2, "parent")
    linked(ccu, 1, 2, "guardian")
    linked(ccu, 2, 3, "parent")
    steps.merge(db_path, 4, 5)
    steps.merge(db_path, 5, 6)
    with sqlite3.connect(db_path) as hand:
        hand.execute("INSERT INTO relation VALUES ('retired', 'Retired', 99, 1)")
    before = rows(db_path, "SELECT * FROM person_relation")
    refused(ccu("person", "link", one, other, "--relation", relation), code, says)
    assert rows(db_path, "SELECT * FROM person_relation") == before


def test_caring_for_each_other_is_no_contradiction(ccu: Ccu) -> None:
    linked(ccu, 1, 2, "spouse")
    linked(ccu, 1, 2, "caregiver")
    linked(ccu, 2, 1, "caregiver")
    assert len(card(ccu, 1)["members"][0]["relations"]) == 3


def test_a_parent_born_no_earlier_needs_a_word(ccu: Ccu, db_path: Path) -> None:
    born(db_path, 1, "1991-03-04")
    born(db_path, 2, "1991-03-04")
    says = "person 1 was not born before person 2, by their birth dates; add --anyway"
    refused(link(ccu, 1, 2, "parent"), 2, says)
    refused(link(ccu, 2, 1, "grandchild"), 2, says)
    linked(ccu, 3, 2, "parent")  # one date shows nothing
    question = "Link them anyway, yes or no [no]: "
    asked = run_ccu("person", "link", "1", "2", "--relation", "parent", stdin="no\n", tty=True)
    assert (asked.code, question in asked.err) == (2, True)
    assert "1991" not in asked.err
    sure = run_ccu("person", "link", "1", "2", "--relation", "parent", stdin="yes\n", tty=True)
    assert sure.code == 0
    linked(ccu, 1, 4, "sibling")
    assert ccu("person", "unlink", "1", "2").code == 0
    linked(ccu, 1, 2, "parent", "--anyway")


# ---------------------------------------------------------------- which household


def test_both_in_different_ones_stay_there_unless_told(ccu: Ccu) -> None:
    linked(ccu, 1, 2, "parent")
    linked(ccu, 3, 4, "parent")
    assert linked(ccu, 1, 3, "spouse").splitlines()[1] == (
        "Linked only: person 1 is in household 1 and person 3 is in household 2"
        " (ccu household add changes that)."
    )
    assert (belong(ccu, 1), belong(ccu, 2)) == ([1, 2], [3, 4])
    assert linked(ccu, 2, 4, "sibling", "--household", "1").splitlines()[1] == (
        "Person 4 is in household 1 now."
    )
    assert (belong(ccu, 1), belong(ccu, 2)) == ([1, 2, 4], [3, 4])  # shared custody
    assert "new household 3" in linked(ccu, 1, 4, "guardian", "--household", "new")
    assert belong(ccu, 3) == [1, 4]
    assert linked(ccu, 5, 1, "sibling", "--household", "none").splitlines()[1] == "Linked only."
    assert "person 4 is in households 1, 2 and 3" in linked(ccu, 6, 4, "sibling")
    refused(link(ccu, 5, 6, "other", "--household", "77"), 3, "no household 77")
    refused(link(ccu, 5, 6, "other", "--household", "x"), 2, "--household must be")
    assert len(households(ccu)) == 3


def test_at_a_terminal_it_is_asked(ccu: Ccu) -> None:
    linked(ccu, 1, 2, "parent")
    linked(ccu, 3, 4, "parent")
    asked = run_ccu("person", "link", "1", "3", stdin="wife\nspouse\n9\n2\n", tty=True)
    assert asked.code == 0
    assert "Person 1 is which of these to person 3 (number, code, or how it begins): " in asked.err
    assert "Household for both: 1, 2, new, or none (Enter for none): " in asked.err
    assert "enter one of 1, 2, new or none" in asked.err
    assert "Person 1 is in household 2 now." in asked.out
    empty = run_ccu("person", "link", "2", "4", "--relation", "sibling", stdin="\n", tty=True)
    assert (empty.code, "Linked only" in empty.out) == (0, True)
    none = run_ccu("person", "link", "2", "3", "--relation", "other", "--no-input", tty=True)
    assert (none.code, "Linked only: " in none.out) == (0, True)
    gone = run_ccu("person", "link", "5", "6", tty=True)
    assert gone.code == 130


def test_who_left_is_not_brought_back_by_a_link(ccu: Ccu) -> None:
    linked(ccu, 1, 2, "spouse")
    assert ccu("household", "leave", "1", "1", "--on", "2026-01-12").out == (
        "Person 1 left household 1 on Jan 12, 2026.\n"
    )
    linked(ccu, 2, 3, "parent")
    assert linked(ccu, 1, 3, "parent").splitlines()[1] == (
        "Linked only: person 1 left household 1, of person 3, on Jan 12, 2026"
        " (ccu household add changes that)."
    )
    assert belong(ccu, 1) == [2, 3]
    found = card(ccu, 1)
    assert [(each["person"], each["until"]) for each in found["left"]] == [(1, "2026-01-12")]
    assert found["elsewhere"] == []


# ---------------------------------------------------------------- unlink, add, leave, name


def test_unlink_takes_one_away_and_keeps_what_was(ccu: Ccu, db_path: Path) -> None:
    linked(ccu, 1, 2, "parent")
    linked(ccu, 1, 2, "guardian")
    refused(ccu("person", "unlink", "2", "1"), 2, "--relation is missing: they are linked by")
    wrong = ccu("person", "unlink", "1", "2", "--relation", "spouse")
    said = "no such link; on file: person 1 is the guardian of person 2, and person 1 is the"
    refused(wrong, 3, said)
    assert ccu("person", "unlink", "2", "1", "--relation", "child").out == (
        "No longer linked: person 2 is the child of person 1.\n"
        "They stay in household 1; ccu household leave takes one out.\n"
    )
    assert ccu("person", "unlink", "2", "1").code == 0
    refused(ccu("person", "unlink", "1", "2"), 3, "person 1 and person 2 are not linked")
    assert belong(ccu, 1) == [1, 2]
    kept = "SELECT record, record_id, field, old_value FROM change ORDER BY id"
    assert rows(db_path, kept) == [
        ("person", 2, "relation of person 1", '"parent"'),
        ("person", 2, "relation of person 1", '"guardian"'),
    ]


def test_people_come_and_go_and_come_back(ccu: Ccu, db_path: Path) -> None:
    assert ccu("household", "add", "new", "1", "2", "2").out == (
        "Person 1 and person 2 are in new household 1.\n"
    )
    assert ccu("household", "add", "1", "3", "--since", "2026-01-12").out == (
        "Person 3 is in household 1 since Jan 12, 2026.\n"
    )
    refused(ccu("household", "add", "1", "3"), 2, "person 3 is in household 1 already")
    refused(
        ccu("household", "leave", "1", "3", "--on", "2026-01-11"),
        2,
        "--on is before person 3 joined household 1, on Jan 12, 2026",
    )
    assert ccu("household", "leave", "1", "3", "--on", "2026-01-20").code == 0
    refused(ccu("household", "leave", "1", "3"), 3, "person 3 left household 1 on Jan 20, 2026")
    refused(
        ccu("household", "add", "1", "3", "--since", "2026-01-13"),
        2,
        "--since is before person 3 left household 1, on Jan 20, 2026",
    )
    assert ccu("household", "add", "1", "3").code == 0
    (third,) = [each for each in card(ccu, 1)["members"] if each["person"] == 3]
    assert (third["since"], card(ccu, 1)["left"]) == ("2026-01-31", [])
    kept = "SELECT field, old_value, new_value FROM change ORDER BY id"
    assert rows(db_path, kept) == [
        ("until of person 3", "null", '"2026-01-20"'),
        ("since of person 3", '"2026-01-12"', '"2026-01-31"'),
        ("until of person 3", '"2026-01-20"', "null"),
    ]


def test_bad_input_writes_nothing(ccu: Ccu, db_path: Path) -> None:
    steps.merge(db_path, 4, 5)
    assert ccu("household", "add", "new", "1", "2").code == 0
    sql = "SELECT 'h', id, '' FROM household UNION ALL SELECT 'm', person_id, until"
    before = rows(db_path, f"{sql} FROM household_member")
    refused(ccu("household", "add", "new", "1", "99"), 3, "no person 99")
    refused(ccu("household", "add", "new", "4"), 2, "person 4 was merged into person 5")
    refused(ccu("household", "add", "9", "1"), 3, "no household 9")
    refused(ccu("household", "add", "x", "1"), 2, "HOUSEHOLD must be a household's number or new")
    refused(ccu("household", "add", "1", "3", "--since", "tomorrow"), 2, "--since")
    refused(ccu("household", "leave", "1", "3"), 3, "person 3 is not in household 1")
    refused(ccu("household", "leave", "1", "4"), 2, "person 4 was merged into person 5")
    refused(ccu("household", "leave", "1", "1", "--on", "2026-02-01"), 2, "--on")
    refused(ccu("household", "leave", "9", "1"), 3, "no household 9")
    refused(ccu("household", "show"), 2, "give either HOUSEHOLD or --person")
    refused(ccu("household", "show", "9"), 3, "no household 9")
    refused(ccu("household", "show", "--person", "99"), 3, "no person 99")
    refused(ccu("household", "show", "--person", "3"), 3, "person 3 is in no household")
    refused(ccu("household", "name", "1"), 2, "--file is missing")
    assert rows(db_path, f"{sql} FROM household_member") == before


def test_a_name_is_typed_or_read_and_kept_apart(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ccu("household", "add", "new", "1").code == 0
    assert run_ccu("household", "name", "1", "--file", "-", stdin="The [b]Samples\n").code == 0
    assert ccu("household", "show", "1").out.startswith("Household 1: The [b]Samples\n")
    assert [each["name"] for each in households(ccu)] == ["The [b]Samples"]
    assert steps.audited(db_path, "household-list") == [("household", 1)]
    refused(
        run_ccu("household", "name", "1", "--file", "-", stdin="\x1b[31mred"), 2, "the name must"
    )
    assert run_ccu("household", "name", "1", stdin="\n", tty=True).out == (
        "Household 1 has no name now.\n"
    )
    assert card(ccu, 1)["name"] is None
    kept = "SELECT old_value, new_value FROM change ORDER BY id"
    assert rows(db_path, kept)[-1] == ('"The [b]Samples"', '""')


# ---------------------------------------------------------------- the card


def test_the_card_is_the_entire_family(ccu: Ccu, db_path: Path) -> None:
    steps.provider(ccu, "Homes with Hope")
    steps.name(db_path, 1, "Rowan", "Sample")
    born(db_path, 1, "1991-03-04")
    born(db_path, 2, "2014-02-01")
    with sqlite3.connect(db_path) as hand:
        hand.execute(
            "UPDATE person SET age_estimate = 60, age_estimated_on = '2024-01-01', minor = 0"
            " WHERE id = 3"
        )
        hand.execute("UPDATE person SET description = 'red jacket' WHERE id = 4")
    linked(ccu, 1, 2, "parent")
    linked(ccu, 3, 1, "parent")
    linked(ccu, 4, 1, "sibling", "--household", "none")
    steps.call(ccu, "1", "2", when="2025-06-01 10:00")
    assert ccu("worker", "assign", "--household", "1", "--staff", "dlee").code == 0
    assert ccu("worker", "assign", "--person", "4", "--staff", "dlee").code == 0
    steps.refer(ccu)
    visit = ("follow-up", "add", "--kind", "visit", "--due", "2026-02-01 09:00")
    assert ccu(*visit, "--person", "2", "--owner", "dlee").code == 0
    assert ccu("needs", "record", "--person", "1", "food=lacks", "housing=has").code == 0
    found = card(ccu, 1)
    assert [(each["age"], each["minor"], each["birth_year"]) for each in found["members"]] == [
        (34, False, 1991),
        (11, True, 2014),
        (62, False, None),
    ]
    assert [each["care_calls"] for each in found["members"]] == [
        {"90": 1, "365": 2},
        {"90": 1, "365": 2},
        {"90": 1, "365": 1},
    ]
    assert found["care_calls"] == {"90": 3, "365": 4}  # the call of two of them once
    assert [(each["name"], each["phone"], each["person"]) for each in found["workers"]] == [
        ("Dana Lee", "203-555-0142", None)
    ]
    assert [(each["record"], each["id"], each["person"]) for each in found["open"]] == [
        ("referral", 1, 1),  # due a day after the end of its call
        ("follow-up", 1, 1),
        ("follow-up", 3, 2),
        ("follow-up", 2, 1),
    ]
    assert [each["lacks"] and each["lacks"]["needs"] for each in found["members"]] == [
        [{"need": "food", "referral": None, "referral_status": None}],
        None,
        None,
    ]
    assert [(each["person"], each["name"]) for each in found["elsewhere"]] == [
        (4, "not identified")
    ]
    assert [(each["members"], each["open"]) for each in households(ccu)] == [(3, 4)]
    page = ccu("household", "show", "--person", "2").out
    for said in (
        f"Human Services: Dana Lee, 203-555-0142, with the household since"
        f" {dates.said('2026-01-31')}",
        "3 in 90 days, 4 in 365 days",
        "about 62",
        "sibling of Rowan Sample",
        "Not asked yet: unknown (person 2), unknown (person 3).",
    ):
        assert said in page
    assert "red jacket" not in page


def test_the_card_counts_a_household_referral_and_nobody_elses_work(
    ccu: Ccu, db_path: Path
) -> None:
    steps.provider(ccu, "Homes with Hope")
    assert ccu("household", "add", "new", "1", "2").code == 0
    steps.refer(ccu)
    steps.refer(ccu, call=3)
    with sqlite3.connect(db_path) as hand:
        hand.execute("UPDATE referral SET person_id = NULL, household_id = 1 WHERE id = 1")
        hand.execute("UPDATE follow_up SET person_id = NULL WHERE referral_id = 1")
    found = card(ccu, 1)["open"]
    assert [(each["record"], each["id"], each["household"]) for each in found] == [
        ("referral", 1, 1),
        ("follow-up", 1, 1),
        ("follow-up", 2, 1),
    ]
    assert "referral 1  the household" in ccu("household", "show", "1").out
    with sqlite3.connect(db_path) as hand:
        hand.execute("INSERT INTO call_person VALUES (1, 3, 'caller')")
    assert ccu("household", "add", "new", "3").code == 0
    found = card(ccu, 2)["open"]
    assert {(each["person"], each["household"]) for each in found} == {(3, None)}
    assert len(found) == 3
    assert ccu("referral", "update", "1", "--status", "declined").code == 0
    assert card(ccu, 1)["open"] == []


def test_everybody_shown_is_in_the_audit(ccu: Ccu, db_path: Path) -> None:
    linked(ccu, 1, 2, "parent")
    linked(ccu, 3, 1, "sibling", "--household", "none")
    assert ccu("household", "show", "1", "-f", "csv").code == 0
    assert steps.audited(db_path, "household-show") == [
        ("household", 1),
        ("person", 1),
        ("person", 2),
        ("person", 3),
    ]


@pytest.mark.parametrize(
    ("role", "agency", "sees"),
    [
        ("officer", "police", False),
        ("analyst", "police", False),
        ("records", "police", False),
        ("analyst", "human_services", False),
        ("officer", "human_services", False),
        ("ccu", "police", True),
        ("intern", "provider", True),
        ("supervisor", "police", True),
        ("clinician", "police", True),
    ],
)
def test_who_may_see_it(
    role: str,
    agency: str,
    sees: bool,
    ccu: Ccu,
    db_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    linked(ccu, 1, 2, "parent")
    assert run_ccu("household", "name", "1", "--file", "-", stdin="Sample").code == 0
    added = ccu("staff", "add", "asker", "--role", role)
    assert added.code == 0, added.err
    with sqlite3.connect(db_path) as hand:
        hand.execute("PRAGMA foreign_keys=OFF")
        hand.execute("UPDATE staff SET agency = ? WHERE login = 'asker'", (agency,))
    steps.become(monkeypatch, "asker")
    tried = [
        ccu("household", "show", "1"),
        ccu("household", "show", "--person", "1"),
        run_ccu("household", "name", "1", "--file", "-", stdin="x"),
    ]
    (row,) = households(ccu)
    assert row["members"] == 2
    if sees:
        assert [each.code for each in tried] == [0, 0, 0]
        assert row["name"] == "x"
        assert steps.audited(db_path, "denied") == []
        return
    for each in tried:
        refused(each, 7, "ccu household ")
    assert row["name"] is None
    assert steps.audited(db_path, "denied") == [
        ("household", 1),
        ("person", 1),
        ("household", 1),
    ]
    assert steps.audited(db_path, "household-show") == []


def test_an_unknown_account_learns_nothing(ccu: Ccu, monkeypatch: pytest.MonkeyPatch) -> None:
    linked(ccu, 1, 2, "parent")
    steps.become(monkeypatch, "stranger")
    for args in (
        ("household", "show", "1"),
        ("household", "list"),
        ("household", "add", "1", "3"),
        ("household", "leave", "1", "1"),
        ("household", "name", "1"),
        ("person", "link", "1", "3", "--relation", "sibling"),
        ("person", "unlink", "1", "2"),
    ):
        refused(ccu(*args), 7, "this account is not on the staff list")


def test_several_and_none_are_named_by_number(ccu: Ccu) -> None:
    assert ccu("household", "add", "new", "1", "2").code == 0
    assert ccu("household", "add", "new", "1", "3").code == 0
    refused(
        ccu("household", "show", "--person", "1"),
        2,
        "person 1 is in households 1 and 2; give its number",
    )
    assert ccu("household", "leave", "2", "3").code == 0
    says = "person 3 is in no household; they left household 2 on Jan 31, 2026"
    refused(ccu("household", "show", "--person", "3"), 3, says)


def test_an_empty_household_is_listed_only_while_it_matters(ccu: Ccu) -> None:
    assert ccu("household", "add", "new", "1").code == 0
    assert ccu("worker", "assign", "--household", "1", "--staff", "dlee").code == 0
    assert ccu("household", "leave", "1", "1").code == 0
    assert [(row["id"], row["members"], row["workers"]) for row in households(ccu)] == [
        (1, 0, "dlee")
    ]
    assert ccu("worker", "end", "--household", "1").code == 0
    assert households(ccu) == []
    assert len(households(ccu, "--all")) == 1
    assert "No current members" in ccu("household", "show", "1").out


def test_who_left_today_is_no_family_of_the_place(ccu: Ccu) -> None:
    linked(ccu, 1, 2, "spouse")
    there = ("log-call", "--when", "10:00", "--address", "9 Elm St", "--nature", "crisis")
    assert ccu(*there, "--person", "2").code == 0
    assert ccu("worker", "assign", "--person", "1", "--staff", "dlee").code == 0
    asked = ("history", "-a", "9 Elm St", "-f", "json")
    assert len(json.loads(ccu(*asked).out)["workers"]) == 1
    assert ccu("household", "leave", "1", "1").code == 0
    assert json.loads(ccu(*asked).out)["workers"] == []


# ---------------------------------------------------------------- merges


def test_records_of_one_person_are_one_member(ccu: Ccu, db_path: Path) -> None:
    steps.provider(ccu, "Homes with Hope")
    linked(ccu, 1, 3, "parent")
    linked(ccu, 2, 3, "parent")
    linked(ccu, 1, 2, "sibling")
    steps.refer(ccu)
    steps.merge(db_path, 1, 2)
    found = card(ccu, 1)
    assert [each["person"] for each in found["members"]] == [2, 3]
    assert found["members"][0]["relations"] == [{"person": 3, "is": "parent", "has_as": None}]
    assert found["members"][0]["care_calls"]["90"] == 2
    assert found["open"][0]["person"] == 2
    assert card(ccu, 1) == json.loads(ccu("household", "show", "--person", "1", "-f", "json").out)
    refused(ccu("household", "add", "1", "2"), 2, "person 2 is in household 1 already")
    assert ccu("household", "leave", "1", "2").code == 0
    assert belong(ccu, 1) == [3]
    assert [each["person"] for each in card(ccu, 1)["left"]] == [2]
    assert ccu("person", "unlink", "2", "3").code == 0
    assert rows(db_path, "SELECT relation FROM person_relation") == [("sibling",)]


# ---------------------------------------------------------------- any order


RELATIONS = (
    *("parent", "child", "spouse", "sibling", "grandparent", "other_family"),
    *("guardian", "caregiver", "housemate"),
)
person = st.integers(1, PEOPLE)
a_step = st.one_of(
    st.tuples(st.just("link"), person, person, st.sampled_from(RELATIONS)),
    st.tuples(st.just("link new"), person, person, st.sampled_from(RELATIONS)),
    st.tuples(st.just("unlink"), person, person, st.none()),
    st.tuples(st.just("add"), st.integers(1, 3), person, st.none()),
    st.tuples(st.just("leave"), st.integers(1, 3), person, st.none()),
    st.tuples(st.just("merge"), person, person, st.none()),
    st.tuples(st.just("unmerge"), person, person, st.none()),
)


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A file with the six people, to begin each example from."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = Path(folder) / "ccu.db"
        patch.setenv("CCU_DB", str(path))
        patch.setenv("CCU_TODAY", NOW)
        begin = ("--town", "Westport", "--state", "CT", "--timezone", "America/New_York")
        assert run_ccu("init", *begin).code == 0
        for _ in range(PEOPLE):
            steps.call(run_ccu, "unknown")
        assert run_ccu("check").code == 0  # the write-ahead log is in the file now
        yield path


def step(path: Path, kind: str, one: int, other: int, relation: str | None) -> None:
    """Take a step; whatever is refused is refused by a sentence."""
    if kind in ("merge", "unmerge"):
        with sqlite3.connect(path) as hand:
            whole = "SELECT 1 FROM person WHERE id IN (?, ?) AND merged_into IS NOT NULL"
            if kind == "unmerge":
                hand.execute("UPDATE person SET merged_into = NULL WHERE id = ?", (one,))
            elif one != other and not hand.execute(whole, (one, other)).fetchone():
                hand.execute("UPDATE person SET merged_into = ? WHERE id = ?", (other, one))
        return
    pair = (str(one), str(other))
    if kind in ("add", "leave"):
        done = run_ccu("household", kind, *pair)
    elif kind == "unlink":
        done = run_ccu("person", "unlink", *pair)
    else:
        new = ("--household", "new") if kind == "link new" else ()
        done = run_ccu("person", "link", *pair, "--relation", str(relation), *new)
    assert done.code in (0, 2, 3), done.err
    assert (done.out != "") == (done.code == 0)


OTHER_SIDE = {"parent": "child", "child": "parent", "grandparent": "grandchild"}
OTHER_SIDE |= {"grandchild": "grandparent"}
ALIKE = ("spouse", "sibling", "other_family", "housemate", "other")


def other_side(said: tuple[int, int, str | None, str | None]) -> tuple[Any, ...]:
    """The relation of the second to the first, given that of the first."""
    one, other, is_, has = said
    if has:
        return other, one, has, None
    if is_ in ALIKE:
        return other, one, is_, None
    if is_ in OTHER_SIDE:
        return other, one, OTHER_SIDE[is_], None
    return other, one, None, is_


@settings(
    max_examples=examples(6, 50),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(moves=st.lists(a_step, min_size=4, max_size=14))
def test_any_order_keeps_both_sides_and_counts_people_once(
    made: Path, moves: list[tuple[str, int, int, str | None]]
) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        path = Path(folder) / "ccu.db"
        steps.copy_file(made, path)
        patch.setenv("CCU_DB", str(path))
        patch.setenv("CCU_TODAY", NOW)
        for each in moves:
            step(path, *each)
        whole = {row[0] for row in rows(path, "SELECT id FROM person WHERE merged_into IS NULL")}
        pairs = "SELECT household_id, canonical_id FROM household_member JOIN human"
        now = set(rows(path, f"{pairs} ON id = person_id WHERE until IS NULL"))
        listed = households(run_ccu, "--all")
        assert sum(row["members"] for row in listed) == len(now)
        for row in listed:
            found = card(run_ccu, row["id"])
            members = [each["person"] for each in found["members"]]
            left = [each["person"] for each in found["left"]]
            assert len(members) == row["members"]
            assert sorted(members) == sorted({each for at, each in now if at == row["id"]})
            assert len({*members, *left}) == len(members) + len(left)
            assert whole.issuperset(members + left)
            said = {
                (each["person"], to["person"], to["is"], to["has_as"])
                for each in found["members"] + found["left"] + found["elsewhere"]
                for to in each["relations"]
            }
            assert all(one != other for one, other, *_rest in said)
            assert {other_side(each) for each in said} == said
