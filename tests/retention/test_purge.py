"""`ccu purge`: what goes, what stays and why, and that what goes is in no byte of the file."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ccu import access

from .. import steps
from ..conftest import Ccu, run_ccu
from ..steps import at
from .retention_steps import become_keeper, clock, due, fill_in, ids, in_bytes, purge

THEN = "2015-03-02T12:00"
NAME = ("Zsöfiâñdra", "Qwyxölüü")
ALIAS = ("Ŧeodôrka", "Væxmanď")
BORN = "1961-07-23"
PHONE = "203-555-0177"
LONG = "Ĥexêñdøķ sat on the stairs. " * 4_000  # 110 kB: overflow pages
WORDS = {
    *NAME, *ALIAS, BORN, PHONE, "Ĥexêñdøķ", "qwyx@example.org", "Ñarrowwéll", "Ëarliêr",
    "Ļeftmessağe", "Pärtiêş", "Ġuidañce", "Pļanwørd", "Flāgnõte", "Övêrrîde", "Bÿmother",
    "Ţoldwhat", "Hõuşehøld", "Xylöphone Ln", "Ğivenreason", "Wasčalled", "Şuggestedx",
    "OLDFASHIONEDX",
}  # fmt: skip


def person(ccu: Ccu, moment: str, *lines: str) -> int:
    done = run_ccu("--today", moment, "person", "add", "--file", "-", stdin="\n".join(lines))
    assert done.code == 0, done.err
    return int(done.out.split()[1])


def call(moment: str, *more: str, address: str = "77 Xylöphone Ln", stdin: str = "") -> int:
    line = (
        "log-call",
        "--when",
        moment[:10] + " 10:00",
        "--nature",
        "crisis",
        "--address",
        address,
    )
    done = run_ccu("--today", moment, *line, *more, "-f", "json", stdin=stdin)
    assert done.code == 0, done.err
    return int(json.loads(done.out)["id"])


def life(ccu: Ccu, db_path: Path, moment: str = THEN) -> None:
    """One person with everything that can be written of somebody, all of it long ago."""

    def done(*line: str, stdin: str = "") -> None:
        made = run_ccu("--today", moment, *line, stdin=stdin)
        assert made.code == 0, (line, made.err)

    steps.provider(ccu, "Homes with Hope")
    given, family = NAME
    lines = (f"given: {given}", f"family: {family}", f"born: {BORN}", f"phone: {PHONE}")
    alias = f"alias: {' '.join(ALIAS)}"
    number = person(ccu, moment, *lines, alias, "email: qwyx@example.org", "home: Ñarrowwéll 4")
    other = person(ccu, moment, f"given: {given}", f"family: {family}", "born: 1990-01-02")
    for word in ("Ëarliêr", "Wasčalled", "Ëarliêr"):
        done("person", "edit", str(number), "--file", "-", stdin=f"home: {word} 9")
    done("person", "distinct", "1", "2", "--reason", "one is the mother, Wasčalled")
    done("household", "add", "new", str(number), str(other))
    done("household", "name", "1", "--file", "-", stdin="The Hõuşehøld")
    assert call(moment, "--person", "1", "--note-file", "-", stdin=LONG) == 1
    for again in range(3):
        done("call", "edit", "1", "--note-file", "-", "--reason", "x", stdin=f"{LONG}{again}")
    done("call", "edit", "1", "--incident", "OLDFASHIONEDX", "--reason", "Wasčalled")
    done("refer", "1", "--to", "1", "--need", "housing", "--handoff", "warm_in_person")
    with contextlib.closing(sqlite3.connect(db_path)) as hand, hand:
        hand.execute("UPDATE referral SET handoff_parties = 'Pärtiêş', status = 'declined'")
        hand.execute("UPDATE follow_up SET closed_at = recorded_at, note = 'Ļeftmessağe'")
        hand.execute("UPDATE referral_event SET note = 'Pärtiêş', status = 'declined'")
        stamp, day = f"{moment[:10]}T12:00:00-05:00", moment[:10]
        for statement in (
            "INSERT INTO attempt (follow_up_id, occurred_at, result, note, recorded_at,"
            " recorded_by) VALUES (1, :at, 'reached', 'Ļeftmessağe', :at, 1)",
            "INSERT INTO consult (person_id, asked_by, clinician_id, occurred_at, note,"
            " recorded_at, recorded_by) VALUES (1, 1, 1, :at, 'Ġuidañce', :at, 1)",
            "INSERT INTO need_assessment (person_id, call_id, occurred_at, recorded_at,"
            " recorded_by) VALUES (1, 1, :at, :at, 1)",
            "INSERT INTO need_answer VALUES (1, 'housing', 'lacks', 1)",
            "INSERT INTO plan (person_id, status, body, author_id, recorded_at)"
            " VALUES (1, 'withdrawn', '[\"Pļanwørd\"]', 1, :at)",
            "INSERT INTO plan_suggestion (plan_id, text, suggested_at, suggested_by)"
            " VALUES (1, 'Şuggestedx', :at, 1)",
            "INSERT INTO place_flag (place_id, note, source, recorded_at, recorded_by, expires_on)"
            " VALUES (1, 'Flāgnõte', 'call 1', :at, 1, :day)",
            "INSERT INTO frequent_override (person_id, frequent, reason, review_on, recorded_at,"
            " recorded_by, ended_at, ended_by) VALUES (1, 1, 'Övêrrîde', :day, :at, 1, :at, 1)",
            "INSERT INTO consent (person_id, recipient, scope, purpose, signed_on, signed_by,"
            " expires_on, recorded_at, recorded_by)"
            " VALUES (1, 'police', 'x', 'y', :day, 'Bÿmother', :day, :at, 1)",
            "INSERT INTO disclosure (person_id, recipient, what, purpose, consent_id, disclosed_at,"
            " disclosed_by) VALUES (1, 'police', 'Ţoldwhat', 'y', 1, :at, 1)",
            "INSERT INTO worker (staff_id, person_id, since, until) VALUES (1, 1, :day, :day)",
        ):
            hand.execute(statement, {"at": stamp, "day": day})
    done("history", "--call", "1", "--full", "--reason", "Ğivenreason")


def keys(db_path: Path) -> set[str]:
    with contextlib.closing(sqlite3.connect(db_path)) as hand:
        return {row[0] for row in hand.execute("SELECT key FROM person_key")}


def destruction_log(ccu: Ccu) -> list[dict[str, Any]]:
    done = ccu("retention", "list", "--destroyed", "-f", "json")
    found: list[dict[str, Any]] = json.loads(done.out)
    return found


def test_a_purged_person_is_in_no_byte_of_the_file(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as past:
        clock(past, "2015-03-02T17:00:00")
        life(ccu, db_path)
    sought = WORDS | keys(db_path)
    assert in_bytes(db_path, sought) == sought, "or the test looks for what was not there"
    fill_in(ccu)
    become_keeper(ccu, monkeypatch)
    destroyed = purge(ccu)
    assert destroyed == {
        **dict.fromkeys(("calls", "needs", "consults", "consents", "disclosures", "reasons"), 1),
        **{"people": 2, "referrals": 1, "plans": 3},
    }
    assert in_bytes(db_path, sought) == set()
    assert ccu("check").code == 0
    assert ccu("purge", "--yes", "-f", "json").out == "[]\n"
    log = destruction_log(ccu)
    assert {row["class"]: row["count"] for row in log} == {**destroyed, "places": 1}
    assert all(row["scrubbed_at"] for row in log)
    assert {(row["years"], row["source"]) for row in log[:-1]} == {(7, "M7")}


def test_a_page_of_free_space_keeps_nothing_of_many_updates(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = person(ccu, THEN, "given: Zsöfiâñdra", "family: Quux")
    for count in range(40):
        line = ("person", "edit", str(number), "--file", "-")
        made = run_ccu("--today", THEN, *line, stdin=f"family: Qwyxölüü{'ö' * (count * 3)}")
        assert made.code == 0
    stays = call("2025-01-02T12:00", address="5 Elm St")
    fill_in(ccu)
    become_keeper(ccu, monkeypatch)
    assert purge(ccu) == {"people": 1}
    assert in_bytes(db_path, ("Zsöfiâñdra", "Qwyxölüü")) == set()
    assert ids(db_path, "call") == {stays}


# ---------------------------------------------------------------- what stays


def old_call(ccu: Ccu, *more: str) -> int:
    """A call of long ago with a person, and a younger one with nobody, so that the file is used."""
    steps.provider(ccu, "Homes with Hope")
    person(ccu, THEN, "given: Ann", "family: Roe")
    return call(THEN, "--person", "1", *more)


def why(rows: list[dict[str, object]], name: str) -> dict[str, object]:
    (row,) = [row for row in rows if row["class"] == name]
    return {key: row[key] for key in ("due", "held", "open", "linked", "destroy") if row[key]}


def test_open_work_keeps_a_call_and_its_person(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_call(ccu)
    assert at(THEN, "refer", "1", "--to", "1", "--need", "housing").code == 0
    fill_in(ccu)
    become_keeper(ccu, monkeypatch)
    rows = due(ccu)
    for name in ("calls", "people", "referrals"):
        assert why(rows, name) == {"due": 1, "open": 1}
    assert purge(ccu) == {}
    assert ids(db_path, "person") == {1}


@pytest.mark.parametrize("record", ["person", "call", "place"])
def test_a_hold_keeps_what_is_needed_to_understand_it(
    record: str, ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_call(ccu)
    assert call(THEN, address="9 Elm St") == 2
    fill_in(ccu)
    become_keeper(ccu, monkeypatch)
    made = ccu("retention", "hold", record, "1", "--authority", "FBT-CV-26-1")
    assert made == (0, f"Hold 1: {record} 1 is kept until it is released.\n", "")
    assert why(due(ccu), "people") == {"due": 1, "held": 1}
    assert purge(ccu) == {"calls": 1}
    assert (ids(db_path, "call"), ids(db_path, "person")) == ({1}, {1})
    assert ccu("retention", "release", "1").code == 0
    assert purge(ccu) == {"calls": 1, "people": 1}
    assert ids(db_path, "legal_hold") == set(), "it goes with its record"


def test_a_hold_on_one_record_of_somebody_keeps_every_record_of_theirs(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Ann", "Anne", "Else"):
        person(ccu, THEN, f"given: {name}", "family: Roe")
    assert at(THEN, "person", "merge", "1", "2", "--prefer", "kept").code == 0
    fill_in(ccu)
    become_keeper(ccu, monkeypatch)
    assert ccu("retention", "hold", "person", "2", "--authority", "X1").code == 0
    assert purge(ccu) == {"people": 1}
    assert ids(db_path, "person") == {1, 2}


def test_the_years_of_people_count_from_a_contact_whose_record_is_destroyed(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person(ccu, "2010-01-01T12:00", "given: Ann", "family: Roe")
    call("2019-06-01T12:00", "--person", "1")
    fill_in(ccu, people=10, calls=5)
    become_keeper(ccu, monkeypatch)
    assert purge(ccu) == {"calls": 1}
    assert ids(db_path, "person") == {1}, "the last contact was not ten years ago"
    monkeypatch.setenv("CCU_TODAY", "2029-06-01")
    assert purge(ccu) == {}
    monkeypatch.setenv("CCU_TODAY", "2029-06-02")
    assert purge(ccu) == {"people": 1}


def test_merged_places_go_with_the_last_call_there(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call(THEN, address="27 Imperial Ave") == 1
    assert call(THEN, address="27 Imperail Ave") == 2
    assert ccu("place", "merge", "1", "2").code == 0
    fill_in(ccu)
    become_keeper(ccu, monkeypatch)
    assert ccu("retention", "hold", "place", "2", "--authority", "X1").code == 0
    assert purge(ccu) == {}, "a hold on either place keeps the calls of both"
    assert ccu("retention", "release", "1").code == 0
    assert purge(ccu) == {"calls": 2}
    assert (ids(db_path, "place"), ids(db_path, "address")) == (set(), set())
    assert ccu("check").code == 0


def test_a_class_that_is_never_destroyed_keeps_what_it_needs(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_call(ccu)
    fill_in(ccu, calls="never")
    become_keeper(ccu, monkeypatch)
    assert why(due(ccu), "people") == {"due": 1, "linked": 1}
    assert purge(ccu) == {}


def test_what_a_seal_needs_goes_with_the_seal(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A seal may be lifted: until its content goes, the call it took words out of stays."""
    person(ccu, THEN, "given: Zsöfiâñdra", "family: Qwyxölüü")
    assert call(THEN, "--person", "1", "--note-file", "-", stdin="Ĥexêñdøķ was there") == 1
    assert call(THEN, address="9 Elm St") == 2
    fill_in(ccu)
    become_keeper(ccu, monkeypatch)
    order = ("--authority", "court", "--ordered", "2026-01-18", "--yes")
    for number in (1, 2):
        which = ("person", "1") if number == 1 else ("call", "2")
        assert ccu("seal", *which, *order).code == 0
    assert why(due(ccu), "calls") == {"due": 1, "linked": 1}
    assert purge(ccu) == {}
    for seal in ("1", "2"):
        assert ccu("seal", "lift", seal, "--reason-code", "set_aside").code == 0
    assert ccu("check").code == 0
    assert ccu("seal", "person", "1", *order).code == 0
    monkeypatch.setenv("CCU_TODAY", "2033-02-02")
    clock(monkeypatch, "2033-02-02T12:00:00")
    assert purge(ccu) == {"calls": 2, "sealed": 3}
    assert in_bytes(db_path, ("Zsöfiâñdra", "Qwyxölüü", "Ĥexêñdøķ")) == set()
    assert ccu("check").code == 0


# ---------------------------------------------------------------- asking


def test_nothing_is_destroyed_until_every_class_is_filled_in(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_in(ccu)
    become_keeper(ccu, monkeypatch)
    with contextlib.closing(sqlite3.connect(os.environ["CCU_DB"])) as hand, hand:
        hand.execute("UPDATE retention SET years = NULL WHERE class IN ('needs', 'calls')")
    assert ccu("purge", "--yes") == (
        2,
        "",
        "ccu: error: nothing is destroyed: no period is set for calls, needs; set each of them"
        " first: ccu retention set CLASS YEARS --source TEXT\n",
    )


def test_a_dry_run_counts_the_classes_that_are_set_and_names_the_others(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_call(ccu)
    person(ccu, THEN, "given: Bea", "family: Poe")
    for name in ("people", "reasons"):
        assert ccu("retention", "set", name, "7", "--source", "M7").code == 0
    become_keeper(ccu, monkeypatch)
    done = ccu("purge", "--dry-run", "-f", "json")
    row, *unknown = json.loads(done.out)
    assert (row["class"], row["due"], row["linked"], row["destroy"]) == ("people", 2, 1, 1)
    names = [each["class"] for each in unknown]
    assert names[:5] == ["calls", "referrals", "needs", "consults", "plans"]
    counted = ("year", "due", "held", "open", "linked", "destroy")
    assert all(each[key] is None for each in unknown for key in counted)
    screen = ccu("purge", "--dry-run")
    assert "not known: no period is set" in screen.out
    assert f"{len(names)} classes have no period. Set each: ccu retention set" in screen.err
    assert ids(db_path, "person") == {1, 2}


def test_at_a_terminal_the_count_is_typed(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_call(ccu)
    fill_in(ccu)
    become_keeper(ccu, monkeypatch)
    for answer in ("y", "", "3", "yes"):
        refused = ccu("purge", stdin=f"{answer}\n", tty=True)
        assert (refused.code, refused.out) == (2, "")
        assert "nothing was destroyed: the answer was not 2, the number of records" in refused.err
    assert ccu("purge", stdin="", tty=True).code == 130
    piped = ccu("purge")
    assert (piped.code, piped.out) == (2, "") and "--yes is missing" in piped.err
    assert ids(db_path, "call") == {1}
    db_path.with_name("ccu.db.schema-2-20260101-000000.bak").touch()
    done = ccu("purge", stdin="2\n", tty=True)
    assert done.code == 0, done.err
    assert "Earlier backups and copies still hold what was destroyed" in done.err
    assert "ccu.db.schema-2-20260101-000000.bak" in done.err
    assert ids(db_path, "call") == set()


def test_a_day_ahead_destroys_nothing(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call("2026-01-02T12:00")
    fill_in(ccu)
    become_keeper(ccu, monkeypatch)
    ahead = at("2040-01-01", "purge", "--yes")
    assert (ahead.code, ahead.out) == (2, "") and "leave out --today" in ahead.err
    assert ids(db_path, "call") == {1}
    seen = json.loads(at("2040-01-01", "purge", "--dry-run", "-f", "json").out)
    assert why(seen, "calls") == {"due": 1, "destroy": 1}


def test_a_dry_run_writes_nothing_but_its_event(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_call(ccu)
    fill_in(ccu)
    become_keeper(ccu, monkeypatch)

    def rows() -> dict[str, list[object]]:
        with contextlib.closing(sqlite3.connect(db_path)) as hand:
            names = [
                row[0]
                for row in hand.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            ]
            return {name: hand.execute(f"SELECT * FROM {name}").fetchall() for name in names}

    before = rows()
    assert due(ccu)
    after = rows()
    assert len(after.pop("audit")) == len(before.pop("audit")) + 1
    for changed in ("sqlite_sequence",):
        after.pop(changed), before.pop(changed)
    assert after == before
    assert steps.audited(db_path, "purge-dry-run") == [("", None)]


# ---------------------------------------------------------------- what goes wrong


def test_a_reader_that_holds_the_old_pages_is_told_and_check_finishes(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ccu.database.opening.BUSY_SECONDS", 1)
    person(ccu, THEN, "given: Zsöfiâñdra", "family: Qwyxölüü")
    fill_in(ccu)
    become_keeper(ccu, monkeypatch)
    reader = sqlite3.connect(db_path, isolation_level=None)
    try:
        reader.execute("BEGIN")
        assert reader.execute("SELECT given_name FROM person").fetchall() == [("Zsöfiâñdra",)]
        done = ccu("purge", "--yes")
        assert done.code == 6
        assert "the records are destroyed, but their text is still in the file" in done.err
        late = ccu("check")
        assert late.code == 0 and "another program still has the file" in late.out
        assert reader.execute("SELECT given_name FROM person").fetchall() == [("Zsöfiâñdra",)]
    finally:
        reader.close()
    assert ids(db_path, "person") == set()
    mended = ccu("check")
    assert mended.code == 0, mended.out
    assert in_bytes(db_path, ("Zsöfiâñdra", "Qwyxölüü")) == set()
    assert all(row["scrubbed_at"] for row in destruction_log(ccu))


def test_a_deletion_that_would_leave_a_dangling_row_destroys_nothing(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_call(ccu)
    with contextlib.closing(sqlite3.connect(db_path)) as hand, hand:
        hand.execute("CREATE TABLE extra (call_id INTEGER REFERENCES call (id)) STRICT")
        hand.execute("INSERT INTO extra VALUES (1)")
    fill_in(ccu)
    become_keeper(ccu, monkeypatch)
    done = ccu("purge", "--yes")
    assert done.code == 6
    assert "extra would point to missing rows of call; nothing was destroyed" in done.err
    assert ids(db_path, "call") == {1} and ids(db_path, "destruction") == set()


# Where the process is killed -> whether the records are gone then.
KILLS = {
    "retention.purge_store._forget_places": False,  # half of it deleted
    "retention.kept_store.log_destroyed": False,  # all of it deleted, nothing committed
    "retention.purge_store.scrub": True,  # committed, and all in the write-ahead log
    "retention.purge_store.mark": True,  # scrubbed, and not noted
}
KILLED = """
import os, signal, sys
from ccu import cli
del os.environ["CCU_TODAY"]
from ccu.retention import kept_store, purge_store
module, name = {where!r}.rsplit(".", 1)
setattr(sys.modules["ccu." + module], name, lambda *a, **k: os.kill(os.getpid(), 9))
cli.main(["purge", "--yes"])
"""


@pytest.mark.parametrize("where", KILLS)
def test_killed_it_is_all_or_nothing_and_ends_later(
    where: str, ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, last in enumerate(("Qwyxölüü", "Qwyxölüüa", "Qwyxölüüb"), 1):
        person(ccu, THEN, "given: Zsöfiâñdra", f"family: {last}")
        call(THEN, "--person", str(number), "--note-file", "-", stdin=LONG)
    fill_in(ccu)
    login = access.login("")
    assert ccu("staff", "add", "spare", "--role", "admin").code == 0
    assert ccu("staff", "edit", login, "--role", "records").code == 0
    killed = subprocess.run([sys.executable, "-c", KILLED.format(where=where)], check=False)
    assert killed.returncode == -signal.SIGKILL
    gone = KILLS[where]
    assert len(ids(db_path, "person")) == len(ids(db_path, "call")) == (0 if gone else 3)
    assert bool(ids(db_path, "destruction")) == gone, "the log, with the deletion"
    mended = ccu("check")
    assert mended.code == 0
    assert ("had been interrupted" in mended.out) == gone
    sought = {"Zsöfiâñdra", "Qwyxölüü", "Ĥexêñdøķ"}
    assert in_bytes(db_path, sought) == (set() if gone else sought)
    assert ccu("purge", "--yes").code == 0
    assert in_bytes(db_path, sought) == set()


def test_the_log_only_grows(ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old_call(ccu)
    fill_in(ccu)
    become_keeper(ccu, monkeypatch)
    assert purge(ccu)
    for statement in (
        "UPDATE destruction SET count = 0",
        "UPDATE destruction SET scrubbed_at = NULL",
        "UPDATE destruction SET source = 'none', scrubbed_at = at",
        "DELETE FROM destruction",
    ):
        with contextlib.closing(sqlite3.connect(db_path)) as hand:
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                hand.execute(statement)


def test_every_reference_to_what_may_go_is_known(ccu: Ccu, db_path: Path) -> None:
    """A new table that points to a record must be looked at in purging, or dangles one day."""
    from ccu.retention import purge_store as purging

    with contextlib.closing(sqlite3.connect(db_path)) as hand:
        hand.row_factory = sqlite3.Row
        names = [r[0] for r in hand.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        parents = {
            name: {row[2] for row in hand.execute(f"PRAGMA foreign_key_list({name})")}
            for name in names
        }
        deletes = purging.deletes(hand)
    gone = {table for table, _ in deletes} | {*purging._ORPHANS, "audit_reason"}
    codes = {"staff", "audit", "source_system", "provider"}
    for name, above in parents.items():
        if above & gone - codes:
            assert name in gone, name
