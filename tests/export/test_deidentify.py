"""`ccu deidentify`: old records lose the identity and keep what figures count."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ccu.database.opening import register

from .. import steps
from .. import told_town as town
from ..conftest import Result

CLOSED, LATER = "2026-03-01T10:00", "2028-03-01T10:00"
# Words of person 1 that nobody else has.
GONE = (
    *(town.GIVEN, town.BORN, town.PHONE, town.NARRATIVE, town.NOTE, town.SUGGESTED),
    *("zebulonna", "5550177"),  # of the keys they were found by
)
BEFORE = ("deidentify", "--before", "2027-01-01")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The told town, two years after person 1's case was closed; made once, tests have copies."""
    made = town.make(tmp_path_factory.mktemp("town"))
    for login, words in (
        ("clinician", "referral edit 1 --status cancelled --reason other"),
        ("clinician", "worker end --person 1"),
        ("clinician", "follow-up done 5 --result reached"),
        ("supervisor", "plan expire 1 --reason moved"),
    ):
        done = town.run(made, login, *words.split(), at=CLOSED)
        assert done.code == 0, done.err
    return made


@pytest.fixture
def db(made: Path, tmp_path: Path) -> Path:
    """A copy of that town."""
    steps.copy_file(made, tmp_path / made.name)
    return tmp_path / made.name


def records(db: Path, *words: str, stdin: str = "") -> Result:
    """A command line as the records custodian, years later."""
    return town.run(db, "records", *words, stdin=stdin, at=LATER)


def report(db: Path, *more: str) -> dict[str, Any]:
    """Section -> rows of January, years later."""
    asked = ("report", "--month", "2026-01", "--k", "1", "-f", "json", *more)
    done = town.run(db, "analyst", *asked, at=LATER)
    assert done.code == 0, done.err
    return {each["name"]: each["rows"] for each in json.loads(done.out)["sections"]}


def everything(db: Path) -> bytes:
    """The bytes of the file and of what SQLite keeps beside it."""
    beside = [Path(f"{db}{end}") for end in ("", "-wal", "-shm")]
    return b"".join(each.read_bytes() for each in beside if each.exists())


def test_the_words_are_gone_from_the_bytes_and_the_figures_stay(db: Path) -> None:
    """Every section of the report of that month is equal."""
    assert all(word.encode() in everything(db) for word in GONE)
    before = report(db)
    done = records(db, *BEFORE, "--yes")
    assert done.code == 0, done.err
    left = everything(db)
    assert [word for word in GONE if word.encode() in left] == []
    assert before == report(db)
    checked = records(db, "check")
    assert checked.code == 0, checked.out
    assert records(db, "audit", "verify").code == 0


def test_what_is_left_of_them(db: Path) -> None:
    """The number, an age in the middle of its decade, and that something was known."""
    said = ("person", "change", "1", "--race-ethnicity", "white")
    assert town.run(db, "clinician", *said, at=CLOSED).code == 0
    assert records(db, "deidentify", "--person", "1", "--yes").code == 0
    shown = json.loads(records(db, "person", "show", "1", "-f", "json").out)
    assert (shown["given_name"], shown["family_name"]) == ("De-identified", "")
    assert (shown["birth_date"], shown["age_estimate"], shown["phone"]) == (None, 55, "removed")
    assert (shown["names"], shown["households"], shown["sources"]) == ([], [], [])
    assert shown["race_ethnicity"] is None
    found = records(db, "person", "find", "--file", "-", stdin=f"given: {town.GIVEN}")
    assert town.GIVEN not in found.out and " 1 " not in found.out
    again = records(db, "deidentify", "--person", "1", "--yes")
    assert (again.code, again.err) == (3, "ccu: error: person 1 is already de-identified\n")


def test_a_person_met_since_becomes_due_again_later(db: Path) -> None:
    """New words about a de-identified number go the next time."""
    assert records(db, "deidentify", "--person", "1", "--yes").code == 0
    log = ("log-call", "--address", "9 Elm St", "--nature", "crisis", "--when", "2028-05-01 09:00")
    new = "2028-05-01T10:00"
    words = (*log, "--person", "1", "--note-file", "-", "--no-input")
    assert town.run(db, "officer", *words, stdin="newmurmur", at=new).code == 0
    later = "2031-01-01T10:00"
    done = town.run(db, "records", "deidentify", "--before", "2029-01-01", "--yes", at=later)
    assert done.code == 0, done.err
    assert b"newmurmur" not in everything(db)


def test_who_stays_and_why(db: Path) -> None:
    """People with open work, an active plan or a hold stay, listed by number with the reason."""
    told = json.loads(records(db, *BEFORE, "--dry-run", "-f", "json").out)
    assert {row["person"]: row["result"] for row in told} == {
        1: "would be de-identified",
        2: "stays: active plan",
        3: "stays: open referral, open follow-up",
    }
    assert not json.loads(
        records(db, "deidentify", "--before", "2026-01-01", "--dry-run", "-f", "json").out
    )
    one = records(db, "deidentify", "--person", "2", "--yes")
    assert (one.code, one.err) == (2, "ccu: error: person 2 stays as they are: active plan\n")


@pytest.mark.parametrize(("record", "number"), [("person", 1), ("call", 2), ("place", 1)])
def test_a_legal_hold_keeps_them(db: Path, record: str, number: int) -> None:
    """Of the person, of a call on which they were met, of its place."""
    with closing(sqlite3.connect(db)) as hand:
        hand.execute(
            "INSERT INTO legal_hold (record, record_id, authority, placed_at, placed_by)"
            " VALUES (?, ?, 'court', '2026-03-02T10:00:00-05:00', 8)",
            (record, number),
        )
        hand.commit()
    done = records(db, "deidentify", "--person", "1", "--yes")
    assert done.code == 2 and "legal hold" in done.err
    assert town.GIVEN.encode() in everything(db)


def test_a_dry_run_changes_nothing(db: Path) -> None:
    """Nor does one that nobody confirmed."""

    def rows() -> list[str]:
        with closing(sqlite3.connect(db)) as hand:
            return [each for each in hand.iterdump() if not each.startswith('INSERT INTO "audit"')]

    before = [each for each in rows() if "sqlite_sequence" not in each]
    assert records(db, *BEFORE, "--dry-run").code == 0
    unsure = records(db, *BEFORE)
    assert unsure.code == 2 and "--yes is missing" in unsure.err
    assert [each for each in rows() if "sqlite_sequence" not in each] == before
    for wrong in ((), ("--before", "2027-01-01", "--person", "1"), ("--before", "2030-01-01")):
        assert records(db, "deidentify", *wrong, "--yes").code == 2
    assert records(db, "deidentify", "--person", "99", "--yes").code == 3


def test_merged_records_lose_it_together(db: Path) -> None:
    """Values taken by a merge do not lead back to the name, and an unmerge works."""
    add = town.run(db, "clinician", "person", "add", "--file", "-", "--no-input",
                   stdin="given: Zebbie\nfamily: Ostrander\nborn: 1970-01-02\nphone: 203-555-0188",
                   at=CLOSED)  # fmt: skip
    assert add.code == 0, add.err
    merged = town.run(db, "clinician", *"person merge 1 5 --prefer merged".split(), at=CLOSED)
    assert merged.code == 0, merged.err
    before = report(db)
    assert records(db, "deidentify", "--person", "1", "--yes").code == 0
    assert before == report(db)
    left = everything(db)
    words = (*GONE, "Zebbie", "Ostrander", "1970-01-02", "203-555-0188", "5550188")
    assert [word for word in words if word.encode() in left] == []
    undone = town.run(db, "clinician", "person", "unmerge", "5", at=LATER)
    assert undone.code == 0, undone.err
    assert records(db, "check").code == 0


BACK = f"given: {town.GIVEN.upper()}\nfamily: {town.FAMILY}\nborn: {town.BORN}"


def test_a_returning_deidentified_person_is_a_new_record(db: Path) -> None:
    """No stored or archived value leads back to the de-identified record."""
    with closing(sqlite3.connect(db)) as hand, hand:
        register(hand)
        hand.execute(
            "INSERT INTO archived (feature, record, record_id, content, archived_at) VALUES"
            " ('recognise_returning', 'deidentified', 1, '{\"digest\":\"5eb3ab1e\"}',"
            " '2026-01-02T10:00:00-05:00')"
        )
    assert records(db, "deidentify", "--person", "1", "--yes").code == 0
    assert town.GIVEN.encode() not in everything(db) and b"5eb3ab1e" not in everything(db)
    back = town.run(db, "clinician", "person", "add", "--file", "-", "--no-input", stdin=BACK,
                    at=LATER)  # fmt: skip
    assert back.code == 0, back.err
    shown = json.loads(records(db, "person", "show", "5", "-f", "json").out)
    assert shown["given_name"] == town.GIVEN.upper() and shown["birth_date"] == town.BORN
    assert shown["age_estimate"] is None
    found = records(db, "person", "find", "--file", "-", "-f", "json", stdin=BACK)
    assert [each["person"] for each in json.loads(found.out)] == [5]
    assert records(db, "check").code == 0


def test_it_is_recorded(db: Path) -> None:
    """Ids and counts in the audit and in the destruction log, which is finished."""
    assert records(db, *BEFORE, "--yes").code == 0
    with closing(sqlite3.connect(db)) as hand:
        events = hand.execute("SELECT record_id, detail FROM audit WHERE action = 'deidentify'")
        assert [(number, [*json.loads(detail)]) for number, detail in events] == [(1, ["written"])]
        log = hand.execute("SELECT class, count, scrubbed_at IS NOT NULL FROM destruction")
        assert log.fetchall() == [("identity", 1, 1)]


@pytest.mark.parametrize("login", [*town.ROLES[:-1], "admin"])
def test_only_the_records_custodian(db: Path, login: str) -> None:
    """No other role, not even for a dry run."""
    assert town.run(db, login, *BEFORE, "--dry-run", at=LATER).code == 7
