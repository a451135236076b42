"""`ccu report --by`: who is in which group, what is hidden, and what it refuses."""

import json
from pathlib import Path
from typing import Any

import pytest

from .. import steps
from ..conftest import Ccu
from ..retention import retention_steps
from .reporting import Hand

MONTH = ("report", "--month", "2026-01", "--section", "dispositions", "--by")
RATE = "arrest"


def split(ccu: Ccu, by: str, *more: str) -> dict[str, dict[str, Any]]:
    """group -> its row of the share of care calls with an arrest."""
    done = ccu(*MONTH, by, "-f", "json", *more)
    assert done.code == 0, done.err
    (section,) = json.loads(done.out)["sections"]
    assert section["name"] == f"by-{by}"
    return {row["group"]: row for row in section["rows"] if row["figure"] == RATE}


@pytest.fixture
def hand(ccu: Ccu, db_path: Path) -> Hand:
    """Person 1 has 12 calls, 3 with an arrest; person 2 has 4; person 3 is person 1 again."""
    hand = Hand(db_path)
    people = [hand.person(name) for name in ("Ana", "Ben", "Anna")]
    for number, person in enumerate([people[0]] * 8 + [people[2]] * 4 + [people[1]] * 4):
        call_id = hand.call(f"2026-01-{number + 1:02}T10:00:00", person)
        ended = "arrest" if number < 3 else "resolved"
        hand.one("INSERT INTO call_disposition VALUES (?, ?)", call_id, ended)
    steps.merge(db_path, people[2], people[0])
    return hand


@pytest.mark.parametrize(
    ("by", "column", "value", "group"),
    [
        ("language", "language", " spanish", "Spanish"),
        ("race-ethnicity", "race_ethnicity", "black", "Black or African American"),
        ("sex", "sex", "F", "female"),
        ("age", "birth_date", "1984-02-01", "35-44"),
        ("age", "birth_date", "1981-01-31", "45-54"),
        ("age", "minor", 1, "0-17"),
    ],
)
def test_a_person_is_in_the_group_of_the_record_that_stays(
    ccu: Ccu, hand: Hand, by: str, column: str, value: object, group: str
) -> None:
    hand.one(f"UPDATE person SET {column} = ? WHERE id = 1", value)
    found = split(ccu, by)
    assert [*found] == [group, "not asked"]
    row = found[group]
    assert (row["value"], row["numerator"], row["denominator"]) == (0.25, 3, 12)
    few = found["not asked"]  # four calls
    assert (few["value"], few["numerator"], few["denominator"]) == (None, None, None)
    shown = " ".join(ccu(*MONTH, by).out.split())
    assert f"{group} 25.0% 3 of 12" in shown and "not asked too few" in shown
    assert "Too few in every group: " in shown  # one line, not a row for each


def test_who_prefers_not_to_answer_is_apart_from_who_was_not_asked(ccu: Ccu, hand: Hand) -> None:
    hand.one("INSERT INTO person_missing VALUES (1, 'language', 'prefers_not')")
    hand.one("INSERT INTO person_missing VALUES (2, 'language', 'not_collected')")
    assert [*split(ccu, "language")] == ["prefers not to answer", "not asked"]


def test_a_sealed_person_is_counted_and_their_answer_is_not_read(
    ccu: Ccu, hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand.one("UPDATE person SET language = 'Spanish', race_ethnicity = 'black' WHERE id = 1")
    hand.close()
    retention_steps.become_keeper(ccu, monkeypatch)
    line = ("seal", "person", "1", "--authority", "court", "--ordered", "2026-01-30", "--yes")
    done = ccu(*line)
    assert done.code == 0, done.err
    for by in ("language", "race-ethnicity"):
        found = split(ccu, by)
        assert [*found] == ["not asked"]
        assert (found["not asked"]["numerator"], found["not asked"]["denominator"]) == (3, 16)


@pytest.mark.parametrize("more", [("--public",), ("--by", "shoe")])
def test_what_it_refuses(ccu: Ccu, hand: Hand, more: tuple[str, ...]) -> None:
    done = ccu(*MONTH, "language", *more)
    assert (done.code, done.out) == (2, "")


def test_the_share_of_care_natures_is_not_split(ccu: Ccu, hand: Hand) -> None:
    """Where only care calls name people it is 100% of every group."""
    done = ccu("report", "--month", "2026-01", "--by", "sex", "-f", "json")
    (section,) = json.loads(done.out)["sections"]
    found = {row["figure"] for row in section["rows"]}
    assert "arrived_alone_of_calls" in found and "share_of_all_calls" not in found


def test_rates_with_groups_of_their_own_are_split_where_their_section_is_named(
    ccu: Ccu, hand: Hand
) -> None:
    """11 warm handoffs of a woman, 4 engaged; 3 by letter; 10 warm ones of who was not asked."""
    hand.one("UPDATE person SET sex = 'female' WHERE id = 1")
    hand.provider()
    for number in range(24):
        person, how = (
            (1 if number < 14 else 2),
            ("written" if 10 < number < 14 else "warm_by_phone"),
        )
        done = [("in_progress", "2026-01-04T10:00:00")] if number < 4 else []
        hand.referral("2026-01-03T10:00:00", *done, person=person, handoff=how)
    line = ("report", "--month", "2026-01", "--by", "sex", "-f", "json", "--section", "hand-offs")
    (section,) = json.loads(ccu(*line).out)["sections"]
    found = {
        row["group"]: (row["numerator"], row["denominator"], row["note"])
        for row in section["rows"]
        if row["figure"] == "connected"
    }
    assert found == {
        "female, warm handoff": (4, 11, ""),
        "female, other handoff": (None, None, "too few"),
        "not asked, warm handoff": (0, 10, ""),
        "not asked, other handoff": (None, None, "too few"),
    }
    page = ccu("report", "--month", "2026-01", "--by", "sex").out
    assert "With --section NAME alone: Need, Followed through, Connected." in page
    response = ccu("report", "--month", "2026-01", "--by", "sex", "--section", "response").out
    assert "no people are on file" not in response
