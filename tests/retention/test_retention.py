"""`ccu retention`: how long records are kept, legal holds, the destruction log."""

import contextlib
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from .. import steps
from ..conftest import Ccu
from ..steps import at
from .retention_steps import CLASSES, become_keeper, clock, fill_in, purge


def kept(ccu: Ccu) -> dict[str, str]:
    done = ccu("retention", "list", "-f", "json")
    assert done.code == 0, done.err
    return {row["class"]: row["keep"] for row in json.loads(done.out)}


def test_there_are_no_years_until_somebody_sets_them(ccu: Ccu) -> None:
    assert kept(ccu) == {
        **dict.fromkeys(CLASSES, ""),
        "audit": "never destroyed",
        "destruction": "never destroyed",
        "changes": "with their record",
        "care notes": "in their own file",
    }
    dry = ccu("purge", "--dry-run", "-f", "json")
    notes = {row["note"] for row in json.loads(dry.out)}
    assert (dry.code, notes) == (0, {"not known: no period is set"})


def test_a_retention_period_is_stored_with_its_authority(ccu: Ccu, db_path: Path) -> None:
    first = ccu("retention", "set", "calls", "7", "--source", "Schedule M7, item 120")
    assert first == (0, "calls: 7 years.\n", "")
    assert ccu("retention", "set", "PLANS", "never", "--source", "M7").out == (
        "plans: never destroyed.\n"
    )
    again = ccu("retention", "set", "calls", "10", "--source", "M8")
    assert again.out == "calls: 10 years; it was 7 years.\n"
    listed = json.loads(ccu("retention", "list", "-f", "json").out)
    (row,) = [each for each in listed if each["source"] == "M8"]
    assert (row["class"], row["keep"], row["set_on"]) == ("calls", "10 years", "2026-01-31")
    assert len(steps.audited(db_path, "retention-set")) == 3


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (("calls", "7"), "--source is missing: the schedule or order that sets it"),
        (("calls", "7", "--source", " "), "--source is missing"),
        (("calls", "0", "--source", "M"), "YEARS must be a whole number from 1, or never"),
        (("calls", "", "--source", "M"), "YEARS must be a whole number from 1, or never"),
        (("calls", "1.5", "--source", "M"), "YEARS must be a whole number from 0 to 150"),
        (("calls", "1_0", "--source", "M"), "YEARS must be a whole number from 0 to 150"),
        (("calls", "151", "--source", "M"), "YEARS must be a whole number from 0 to 150"),
        (("disclosures", "5", "--source", "M"), "disclosures are kept at least 6 years: a person"),
        (("consents", "5", "--source", "M"), "consents are kept at least 6 years: a person"),
        (("audit", "7", "--source", "M"), "audit is never destroyed"),
        (("changes", "7", "--source", "M"), "changes is with their record"),
        (("everything", "7", "--source", "M"), "Not a class of retention; choose from calls, "),
    ],
)
def test_an_invalid_retention_period_is_refused(
    line: tuple[str, ...], sentence: str, ccu: Ccu
) -> None:
    before = kept(ccu)
    done = ccu("retention", "set", *line)
    assert (done.code, done.out) == (2, "")
    assert sentence in done.err and done.err.count("\n") == 1
    assert kept(ccu) == before


def test_the_file_itself_refuses_fewer_than_six_years_of_disclosures(
    ccu: Ccu, db_path: Path
) -> None:
    with contextlib.closing(sqlite3.connect(db_path)) as hand:
        with pytest.raises(sqlite3.IntegrityError):
            hand.execute("UPDATE retention SET years = 5 WHERE class = 'disclosures'")


# ---------------------------------------------------------------- holds


def holds(ccu: Ccu, *more: str) -> list[dict[str, Any]]:
    """Return the legal holds that the list shows."""
    done = ccu("retention", "list", "--holds", *more, "-f", "json")
    found: list[dict[str, Any]] = json.loads(done.out)
    return found


@pytest.fixture
def two(ccu: Ccu) -> Ccu:
    """Person 1 on call 1, a household's other member 2 on call 2, both at place 1."""
    for _ in range(2):
        steps.call(ccu, "unknown")
    assert ccu("household", "add", "new", "1", "2").code == 0
    return ccu


def test_a_hold_by_flag_by_file_and_by_prompt(two: Ccu, db_path: Path) -> None:
    assert two("retention", "hold", "call", "1", "--authority", "FBT-CV-26/1").code == 0
    words = two("retention", "hold", "person", "1", "--file", "-", stdin="Roe v. Westport\n")
    assert words == (0, "Hold 2: person 1 is kept until it is released.\n", "")
    asked = two("retention", "hold", "place", "1", stdin="\nIn re Roe\n", tty=True)
    assert asked.code == 0 and "Authority" in asked.err
    listed = holds(two)
    assert [(row["id"], row["holds"], row["authority"]) for row in listed] == [
        (1, "call 1", "FBT-CV-26/1"),
        (2, "person 1", "Roe v. Westport"),
        (3, "place 1", "In re Roe"),
    ]
    assert steps.audited(db_path, "hold") == [("call", 1), ("person", 1), ("place", 1)]
    with contextlib.closing(sqlite3.connect(db_path)) as hand:
        said = hand.execute("SELECT group_concat(detail) FROM audit").fetchone()[0]
    assert "Roe" not in said
    assert two("retention", "release", "2").out == "Hold 2 is released; it was on person 1.\n"
    assert [row["id"] for row in holds(two)] == [1, 3]
    assert len(holds(two, "--all")) == 3
    assert len(steps.audited(db_path, "holds-list")) == 3, "each look at the holds"


@pytest.mark.parametrize(
    ("line", "code", "sentence"),
    [
        (("hold", "person", "99", "--authority", "X"), 3, "no person 99"),
        (("hold", "call", "0", "--authority", "X"), 2, "a call is named by its number"),
        (("hold", "call", "9" * 30, "--authority", "X"), 3, "no call with that number"),
        (("hold", "plan", "1", "--authority", "X"), 2, "a hold is on a person, a call or a place"),
        (("hold", "call", "1"), 2, "--file is missing"),
        (("hold", "call", "1", "--authority", "Roe v. Doe"), 2, "--authority is one word"),
        (("hold", "call", "1", "--authority", ""), 2, "--authority is one word"),
        (("hold", "call", "1", "--authority", "X", "--file", "-"), 2, "contradict each other"),
        (("release", "7"), 3, "no hold 7"),
    ],
)
def test_a_hold_that_cannot_be(line: tuple[str, ...], code: int, sentence: str, two: Ccu) -> None:
    done = two("retention", *line)
    assert (done.code, done.out) == (code, "")
    assert sentence in done.err and "Roe" not in done.err
    assert holds(two) == []


def test_the_lists_of_holds_and_of_destroyed_records_are_asked_for_one_at_a_time(ccu: Ccu) -> None:
    done = ccu("retention", "list", "--holds", "--destroyed")
    assert (done.code, done.out) == (2, "") and "contradict each other" in done.err
    assert json.loads(ccu("retention", "list", "--destroyed", "-f", "json").out) == []


def test_a_hold_twice_and_a_release_twice_are_told(two: Ccu) -> None:
    line = ("retention", "hold", "call", "1", "--authority", "X")
    assert two(*line).code == 0
    assert two(*line) == (2, "", "ccu: error: hold 1 already has that authority\n")
    assert two("retention", "release", "1").code == 0
    assert two("retention", "release", "1").code == 2
    assert two(*line).out == "Hold 2: call 1 is kept until it is released.\n"


@pytest.mark.parametrize(
    ("record", "people", "calls"),
    [
        ("person 1", {1, 2}, {1}),
        ("call 1", {1}, {1}),
        ("place 1", {1, 2}, {1, 2}),
        ("", set(), set()),
    ],
)
def test_what_a_hold_keeps(
    record: str, people: set[int], calls: set[int], two: Ccu, db_path: Path
) -> None:
    """The helper that purge and de-identification ask."""
    from ccu.retention import kept_store as legal_holds

    if record:
        assert two("retention", "hold", *record.split(), "--authority", "X").code == 0
    with contextlib.closing(sqlite3.connect(db_path)) as hand:
        hand.row_factory = sqlite3.Row
        assert legal_holds.held(hand, "person", [1, 2, 3]) == people
        assert legal_holds.held(hand, "call", [1, 2, 3]) == calls
        assert legal_holds.held(hand, "call", [2]) == calls & {2}


def test_what_is_held_is_not_ended_by_the_clock(ccu: Ccu) -> None:
    steps.start(ccu)
    for _ in range(2):
        steps.refer(ccu)
    assert ccu("retention", "hold", "person", "1", "--authority", "X").code == 0
    line = ("referral", "expire", "--stalled", "--reason", "provider_silent", "-f", "json")
    late = at("2026-06-01", *line)
    assert (late.code, late.out) == (0, "[]\n")
    assert "Left open, on hold: 1, 2." in late.err
    assert ccu("retention", "release", "1").code == 0
    assert len(json.loads(at("2026-06-01", *line).out)) == 2


# ---------------------------------------------------------------- the figures


def test_a_report_states_that_records_of_its_days_were_destroyed(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in ("2015-03-02", "2015-03-20", "2025-12-01"):
        steps.call(ccu, "unknown", when=f"{day} 10:00")

    def notes(*line: str) -> str:
        done = ccu("report", *line, "--section", "summary", "-f", "json")
        assert done.code == 0, done.err
        return " ".join(json.loads(done.out)["notes"])

    said = "Records of March 2015 were destroyed by the retention table"
    assert "destroyed" not in notes("--month", "2015-03")
    fill_in(ccu)
    become_keeper(ccu, monkeypatch)
    assert purge(ccu) == {"calls": 2}
    assert said in notes("--month", "2015-03")
    assert said in notes("--month", "2015-04"), "the month beside it"
    assert said in notes("--month", "2016-03"), "the year before it"
    assert said not in notes("--month", "2015-04", "--compare", "none")
    assert "destroyed" not in notes("--month", "2025-12")


# ---------------------------------------------------------------- the audit


def test_a_purged_reason_is_told_from_one_taken_out_by_hand(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps.call(ccu, "unknown")
    look = ("history", "--call", "1", "--full", "--reason")
    with monkeypatch.context() as past:
        clock(past, "2015-03-02T17:00:00")
        for _ in range(2):
            assert ccu(*look, "because of Roe").code == 0
    assert ccu(*look, "because of Doe").code == 0
    fill_in(ccu)
    become_keeper(ccu, monkeypatch)
    assert purge(ccu) == {"reasons": 2}
    verified = ccu("audit", "verify")
    assert verified.code == 0, verified.err
    with contextlib.closing(sqlite3.connect(db_path)) as hand, hand:
        assert hand.execute("SELECT reason FROM audit_reason").fetchall() == [("because of Doe",)]
        hand.execute("DROP TRIGGER IF EXISTS audit_reason_is_never_changed")
        hand.execute("UPDATE audit_reason SET reason = 'because of Poe'")
    assert ccu("audit", "verify").code == 6


def test_each_destruction_is_in_the_audit_by_number(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps.call(ccu, "unknown", when="2015-03-02 10:00")
    fill_in(ccu)
    become_keeper(ccu, monkeypatch)
    assert purge(ccu) == {"calls": 1}
    assert steps.audited(db_path, "destroy") == [("destruction", 1), ("destruction", 2)]
    assert steps.audited(db_path, "purge") == [("", None)]
    with contextlib.closing(sqlite3.connect(db_path)) as hand:
        detail = hand.execute("SELECT detail FROM audit WHERE action = 'purge'").fetchone()[0]
    found = json.loads(detail)
    assert (found["counts"], found["destructions"]) == ({"calls": 1, "places": 1}, [1, 2])
    listed = at("2026-02-01", "retention", "list", "--destroyed", "-f", "json")
    log = json.loads(listed.out)
    assert all(row["at"][-6:] in ("-05:00", "-04:00") for row in log)  # the town's clock
    assert [*log[0]][:9] == (
        ["id", "at", "by", "class", "count", "oldest", "newest", "years", "source"]
    )
    assert [*log[0].values()][3:9] == ["calls", 1, "2015-03-02", "2015-03-02", 7, "M7"]
