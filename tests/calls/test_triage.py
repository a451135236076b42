"""Every care call needs a decision, and late ones are reported."""

import json
import os
import sqlite3
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ccu import access

from .. import steps, typed
from ..conftest import Ccu, once
from ..steps import at
from ..told_town import account

pexpect = pytest.importorskip("pexpect")

DAY = "2026-02-02T09:00"  # when the calls are logged; the rule begins on Feb 1
LATER = "2026-02-04T12:00"  # the urgent one is late, the other is not
LATE = "2026-02-09T09:00"
PROGRAM = ["-c", "import sys; from ccu.cli import main; sys.exit(main(sys.argv[1:]))"]


@pytest.fixture
def ccu(ccu: Ccu) -> Ccu:
    once("test_triage", lambda: start(ccu))
    return ccu


def start(ccu: Ccu) -> None:
    """Five calls: old, suicide, crisis, no care call, and one that is void."""
    assert ccu("settings", "decide_since", "2026-02-01").code == 0
    steps.provider(ccu, "Homes with Hope")
    for login, role in (("pat", "officer"), ("dlee", "clinician")):
        assert ccu("staff", "add", login, "--role", role).code == 0
    log("2026-01-30 10:00", "overdose")
    log("2026-02-02 08:00", "suicide")
    log("2026-02-02 08:30", "crisis")
    log("2026-02-02 08:40", "disturbance")
    log("2026-02-02 08:50", "crisis")
    assert at(DAY, "call", "void", "5", "--reason", "twice").code == 0


def log(when: str, nature: str, *more: str) -> None:
    line = ("log-call", "--when", when, "--address", "12 Main St", "--nature", nature)
    done = at(DAY, *line, "--person", "unknown", "--no-input", *more)
    assert done.code == 0, done.err


def read(moment: str, *line: str) -> Any:
    done = at(moment, *line, "-f", "json")
    assert done.code == 0, done.err
    return json.loads(done.out)


def undecided(moment: str, *more: str) -> list[int]:
    return [row["id"] for row in read(moment, "call", "list", "--undecided", *more)]


def overdue(moment: str, *more: str) -> list[str]:
    rows = read(moment, "follow-up", "overdue", "--no-record", *more)
    return [row["for"].split(",")[0] for row in rows]


# ---------------------------------------------------------------- which calls, and since when


def test_care_calls_since_the_day_need_a_decision_the_urgent_first(ccu: Ccu) -> None:
    assert undecided(DAY) == [2, 3]
    assert [row["id"] for row in read(DAY, "call", "list")] == [2, 3, 4, 1]
    assert undecided(DAY, "--nature", "crisis") == [3]
    assert [row["id"] for row in read(LATE, "call", "list", "--today")] == []
    assert [row["id"] for row in read(LATE, "call", "list", "--since", "2026-02-02")] == [2, 3, 4]


@pytest.mark.parametrize(
    ("days", "listed"),
    [
        ("2026-01", [1]),
        ("2026-02", [2, 3, 4]),
        ("2026", [2, 3, 4, 1]),
        ("2025", []),
        ("1/30/2026 to 2/1/2026", [1]),
        ("jan 30 to feb 2", [2, 3, 4, 1]),
    ],
)
def test_the_list_has_the_calls_of_a_month_or_of_days(
    ccu: Ccu, days: str, listed: list[int]
) -> None:
    assert [row["id"] for row in read(DAY, "call", "list", "--since", days)] == listed


def test_two_days_are_told_as_they_were_understood(ccu: Ccu) -> None:
    done = at(DAY, "call", "list", "--since", "1/5/2026 to 1/31/2026")
    assert done.err == "--since is Jan 5, 2026 to Jan 31, 2026\n"


@pytest.mark.parametrize("later", ["2027", "2027-01"])
def test_a_year_or_month_to_come_is_refused(ccu: Ccu, later: str) -> None:
    done = at(DAY, "call", "list", "--since", later)
    assert (done.code, done.out) == (2, "")
    assert done.err == f"ccu: error: --since {later} is in the future\n"


def test_days_that_end_before_they_begin_are_refused(ccu: Ccu) -> None:
    done = at(DAY, "call", "list", "--since", "2026-01-31 to 2026-01-30")
    assert (done.code, done.out) == (2, "")
    assert "the first day is after the last" in done.err


def test_two_days_for_the_urgent_and_three_for_others_to_the_second(ccu: Ccu) -> None:
    assert overdue("2026-02-04T08:00") == []
    assert overdue("2026-02-04T08:01") == ["call 2"]
    assert overdue("2026-02-05T08:30") == ["call 2"]
    assert overdue("2026-02-05T08:31") == ["call 2", "call 3"]
    assert at(LATER, "follow-up", "overdue", "--exit-code").code == 10
    assert ccu("settings", "decide_urgent_days", "5").code == 0
    assert overdue(LATER) == []


def test_a_new_town_begins_on_the_day_it_is_made(ccu: Ccu, db_path: Path) -> None:
    new = db_path.with_name("new.db")
    town = ("--town", "W", "--state", "CT", "--timezone", "America/New_York")
    assert at("2026-03-01T09:00", "--db", str(new), "init", *town).code == 0
    with sqlite3.connect(new) as hand:
        row = hand.execute("SELECT value FROM setting WHERE name = 'decide_since'").fetchone()
    assert row == ("2026-03-01",)


def test_an_older_file_begins_on_the_day_it_is_migrated(ccu: Ccu, db_path: Path) -> None:
    old = db_path.with_name("old.db")
    schema = Path(__file__).resolve().parents[1] / "schemas" / "4.sql"
    with sqlite3.connect(old) as hand:
        hand.executescript(schema.read_text())
        zone = "UPDATE setting SET value = 'America/New_York' WHERE name = 'timezone'"
        hand.execute(zone)
        login = {"login": access.login(), "role": "admin"}
        hand.execute("INSERT INTO staff (login, role) VALUES (:login, :role)", login)
    (row,) = read(DAY, "--db", str(old), "settings", "decide_since")
    day = date.fromisoformat(row["value"])
    assert timedelta(0) <= datetime.now(UTC).date() - day <= timedelta(days=1)


def test_a_day_that_cannot_be_read_hides_nothing(ccu: Ccu, db_path: Path) -> None:
    with sqlite3.connect(db_path) as hand:
        hand.execute("UPDATE setting SET value = 'banana' WHERE name = 'decide_since'")
    assert undecided(DAY) == [1, 2, 3]
    assert ccu("settings", "decide_since", "soon").code == 2


# ---------------------------------------------------------------- what decides


def test_a_referral_decides_its_call_and_one_in_error_does_not(ccu: Ccu) -> None:
    assert at(DAY, "refer", "2", "--to", "1", "--need", "housing").code == 0
    assert undecided(DAY) == [3]
    assert read(DAY, "call", "show", "2")["decision"] == "referral 1"
    line = ("referral", "update", "1", "--status", "entered_in_error", "--reason", "other")
    assert at(DAY, *line).code == 0
    assert undecided(DAY) == [2, 3]


def test_a_follow_up_of_the_call_decides_it(ccu: Ccu) -> None:
    line = ("follow-up", "add", "--call", "3", "--kind", "call", "--due", "tomorrow 10:00")
    assert at(DAY, *line).code == 0
    assert undecided(DAY) == [2]
    assert read(DAY, "call", "show", "3")["decision"] == "follow-up 1"


def test_no_further_action_has_a_reason_and_can_be_taken_back(ccu: Ccu, db_path: Path) -> None:
    done = at(DAY, "call", "decide", "3", "--no-action", "in_care")
    assert done.out == "Call 3: no further action: Already in care; provider informed.\n"
    assert undecided(DAY) == [2]
    assert read(DAY, "call", "show", "3")["answer"] == "No further action"
    assert at(DAY, "call", "decide", "3", "--reopen").code == 0
    assert undecided(DAY) == [2, 3]
    changes = read(DAY, "call", "show", "3")["changes"]
    assert [(each["field"], each["old"], each["new"]) for each in changes] == [
        ("no_action", None, "in_care"),
        ("no_action", "in_care", None),
    ]
    assert steps.audited(db_path, "call-decide") == [("call", 3), ("call", 3)]


@pytest.mark.parametrize(
    ("line", "code", "message"),
    [
        (("2",), 2, "--no-action is missing; to refer: ccu refer 2"),
        (
            ("2", "--no-action", "bored"),
            2,
            "--no-action: not a valid no action reason. Choose from resolved, in_care, declined,"
            " not_behavioral, not_identified, not_resident, deceased, duplicate, other. List them:"
            " ccu codes no_action_reason",
        ),
        (("2", "--no-action", "in_care", "--reopen"), 2, "give either --no-action or --reopen"),
        (("4", "--no-action", "in_care"), 2, "call 4 is not a care call and needs no decision"),
        (("5", "--no-action", "in_care"), 2, "call 5 is void"),
        (("9", "--no-action", "in_care"), 3, "no call 9"),
    ],
)
def test_bad_input_is_one_sentence_and_decides_nothing(
    line: tuple[str, ...], code: int, message: str, ccu: Ccu
) -> None:
    done = at(DAY, "call", "decide", *line)
    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1)
    assert message in done.err
    assert undecided(DAY) == [2, 3]


def test_a_referral_that_the_reader_is_not_shown_decides_too(ccu: Ccu) -> None:
    """Otherwise police would see the call as if nobody had worked on it."""
    part2 = ("provider", "add", "Detox House", "--need", "detox", "--part2")
    assert ccu(*part2).code == 0
    assert at(DAY, "refer", "2", "--to", "2", "--need", "detox").code == 0
    with account("pat"):
        assert undecided(DAY) == [3]
        shown = read(DAY, "call", "show", "2")
    assert (shown["decision"], shown["answer"]) == ("decided", "")


def test_a_sealed_call_takes_its_decision_along_and_brings_it_back(ccu: Ccu, db_path: Path) -> None:
    assert at(DAY, "call", "decide", "3", "--no-action", "in_care").code == 0
    assert at(LATE, "follow-up", "overdue", "--record").code == 0
    assert ccu("staff", "add", "rec", "--role", "records").code == 0
    with account("rec"):
        for number in ("2", "3"):
            order = ("--authority", "court", "--ordered", "2026-01-30", "--yes")
            done = ccu("seal", "call", number, *order)
            assert done.code == 0, done.err
        with sqlite3.connect(db_path) as hand:
            for name in ("call_decision", "undecided_event"):
                assert hand.execute(f"SELECT count(*) FROM {name}").fetchone() == (0,)
        assert undecided(LATE) == []
        assert ccu("seal", "lift", "2", "--reason-code", "in_error").code == 0
    assert read(DAY, "call", "show", "3")["answer"] == "No further action"
    assert read(LATE, "report", "--month", "2026-02")["undecided"] == 0


# ---------------------------------------------------------------- whose it is


def test_what_an_officer_logged_is_the_default_owners(ccu: Ccu) -> None:
    with account("pat"):
        log("2026-02-02 08:55", "crisis")
        rows = {row["id"]: row["owner"] for row in read(DAY, "call", "list", "--undecided")}
        assert rows[6] == ""
        assert undecided(DAY, "--mine") == [6]
    assert ccu("settings", "default_owner", "nobody").code == 2
    assert ccu("settings", "default_owner", "dlee").code == 0
    assert {row["owner"] for row in read(DAY, "call", "list", "--undecided")} == {"dlee"}
    assert overdue(LATE, "--owner", "dlee") == ["call 2", "call 3", "call 6"]
    assert overdue(LATE, "--owner", "pat") == []


def test_an_officer_owns_nothing_unless_told(ccu: Ccu) -> None:
    refer = ("refer", "2", "--to", "1", "--need", "housing")
    add = ("follow-up", "add", "--call", "3", "--kind", "call", "--due", "tomorrow 10:00")
    with account("pat"):
        for line in (refer, add):
            done = at(DAY, *line)
            assert (done.code, "--owner is missing" in done.err) == (2, True)
        assert read(DAY, *refer, "--owner", "pat")["owner"]["login"] == "pat"
    assert ccu("settings", "default_owner", "dlee").code == 0
    with account("pat"):
        assert read(DAY, *refer)["owner"]["login"] == "dlee"
        assert at(DAY, *add).out.endswith("dlee.\n")


# ---------------------------------------------------------------- the overdue list


def test_each_is_new_once_and_each_owner_has_their_own(ccu: Ccu) -> None:
    first = at(LATE, "follow-up", "overdue", "--new", "--owner", "dlee")
    assert (first.code, first.out) == (0, "")
    assert "call 2" in at(LATE, "follow-up", "overdue", "--new").out
    assert at(LATE, "follow-up", "overdue", "--new").out == ""


def test_overdue_follow_ups_of_a_referral_are_one_line(ccu: Ccu) -> None:
    assert at(DAY, "refer", "3", "--to", "1", "--need", "housing").code == 0
    late = "2026-03-01T09:00"
    line = ("follow-up", "overdue", "--no-record")
    told = at(late, *line).out
    assert told.count("referral 1") == 1
    assert "(+1 more)" in told
    assert len([row for row in read(late, *line) if row["id"]]) == 2
    assert at(late, *line).out.index("call 2") < told.index("referral 1")  # the risk first


def test_the_list_has_the_last_try_and_with_names_the_phone(ccu: Ccu, db_path: Path) -> None:
    steps.name(db_path, 2, "Ana", "Reyes")
    with sqlite3.connect(db_path) as hand:
        hand.execute("UPDATE person SET phone = '203-555-0199' WHERE id = 2")
    assert at(DAY, "refer", "2", "--to", "1", "--need", "housing").code == 0
    tried = ("follow-up", "done", "1", "--result", "left_message", "--next", "friday")
    assert at(DAY, *tried).code == 0
    rows = read(DAY, "follow-up", "list", "--names")
    assert {row["risk"] for row in rows} == {"high"}
    last = {row["id"]: row["last_try"] for row in rows}
    assert last[1] == "2026-02-02 09:00 Left message"
    assert {(row["name"], row["phone"]) for row in rows} == {("Ana Reyes", "203-555-0199")}
    assert "phone" not in read(DAY, "follow-up", "list")[0]


@pytest.mark.parametrize(("person", "kept", "merged"), [(3, 3, 2), (3, 2, 3), (1, 1, 1)])
def test_the_urgent_calls_of_all_records_of_a_person_are_a_risk(
    person: int, kept: int, merged: int, ccu: Ccu
) -> None:
    """Call 3 is no risk; the call of person 2 is, and of two records merged both count."""
    due = ("follow-up", "add", "--person", str(person), "--kind", "call", "--due", "friday")
    assert at(DAY, *due, "--owner", "dlee").code == 0
    (row,) = read(DAY, "follow-up", "list")
    assert row["risk"] == (None if person == 3 else "high")
    if kept != merged:
        assert at(DAY, "person", "merge", str(kept), str(merged), "--prefer", "kept").code == 0
    (row,) = read(DAY, "follow-up", "list")
    assert row["risk"] == "high"


# ---------------------------------------------------------------- at a terminal


def spawn(db_path: Path, *line: str) -> Any:
    environment = {**os.environ, "CCU_DB": str(db_path), "CCU_TODAY": DAY, "TERM": "xterm"}
    return pexpect.spawn(
        sys.executable, [*PROGRAM, *line], env=environment, encoding="utf-8", timeout=60,
        dimensions=(24, 80),
    )  # fmt: skip


def test_disposition_referred_offers_the_referral_at_once(ccu: Ccu, db_path: Path) -> None:
    terminal = spawn(
        db_path, "log-call", "--when", "08:00", "--address", "9 Elm St", "--nature", "crisis",
        "--disposition", "referred",
    )  # fmt: skip
    for question, answer in (
        ("Make the referral now?", ""),
        ("Need (", "housing"),
        ("Provider (", "homes"),
        ("Handoff (", ""),
        ("Who follows up (login)", "dlee"),
        ("Save? y, n, or a number to change: ", "y"),
    ):
        terminal.expect_exact(question)
        terminal.sendline(answer)
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
    assert read(DAY, "call", "show", "6")["decision"] == "referral 1"
    assert read(DAY, "referral", "show", "1")["owner"]["login"] == "dlee"


def test_a_referral_put_off_leaves_the_call_undecided(ccu: Ccu, db_path: Path) -> None:
    line = ("log-call", "--when", "08:00", "--address", "9 Elm St", "--nature", "crisis")
    terminal = spawn(db_path, *line, "--disposition", "referred")
    terminal.expect_exact("Make the referral now?")
    terminal.sendline("n")
    terminal.expect_exact("ccu refer 6")
    terminal.expect(pexpect.EOF)
    assert undecided(DAY) == [2, 6, 3]
    done = at(DAY, *line, "--disposition", "referred", "--no-input", "-f", "json")
    assert done.code == 0, done.err
    assert json.loads(done.out)["card"]["calls"][0]["answer"] == "No decision yet"


def test_the_list_at_a_terminal_has_name_and_phone(ccu: Ccu, db_path: Path) -> None:
    steps.name(db_path, 3, "Ana", "Reyes")
    assert at(DAY, "refer", "3", "--to", "1", "--need", "housing").code == 0
    terminal = spawn(db_path, "follow-up", "list")
    terminal.expect_exact("Ana Reyes")
    terminal.expect(pexpect.EOF)
    assert ("person", 3) in steps.audited(db_path, "follow-up-list")


def test_a_call_that_needs_no_decision_is_refused_before_a_question(ccu: Ccu) -> None:
    done = ccu("call", "decide", "4", stdin="1\n", tty=True)
    assert (done.code, done.out) == (2, "")
    assert done.err == "ccu: error: call 4 is not a care call and needs no decision\n"


NOT_LISTED = "Not in the list: {}. Use it? y or n: "
ONE_LISTED = "type one of the numbers, or a part that only one line has"


def test_a_number_that_is_not_listed_is_named_before_it_is_taken(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And one that cannot be decided is asked again, with the reason; no part prints the list."""
    monkeypatch.setattr(typed, "TODAY", LATER)
    old = NOT_LISTED.format("1  01/30/2026 10:00, 12 MAIN ST, Overdose")
    shown = typed.answer(
        db_path,
        ("call", "decide"),
        ("number: ", "4"),
        ("call 4 is not a care call and needs no decision", None),
        ("number: ", "5"),
        ("call 5 is void", None),
        ("number: ", "9"),
        ("no call 9", None),
        ("number: ", "zebra"),
        (ONE_LISTED, None),
        ("number: ", "1"),
        (old, "n"),
        (ONE_LISTED, None),
        ("number: ", "1"),
        (old, "y"),
        ("Why (", "resolved"),
    )
    assert shown.count("  2  02/02/2026 08:00, 12 MAIN ST") == 1
    assert "Call 1: no further action: Resolved on scene" in shown


def test_refer_names_a_call_that_is_not_listed(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typed, "TODAY", LATER)
    old = NOT_LISTED.format("4  02/02/2026 08:40, 12 MAIN ST, Disturbance")
    shown = typed.answer(
        db_path,
        ("refer", "--need", "housing", "--to", "1", "--handoff", "none", "--owner", "dlee"),
        ("(for a walk-in: refer --person P): ", "5"),
        ("call 5 is void", None),
        ("(for a walk-in: refer --person P): ", "4"),
        (old, "y"),
    )
    assert "Referral 1" in shown
