"""`ccu follow-up overdue`: silent or a table, once new and then not, right to the minute."""

import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .. import steps
from ..conftest import Ccu, Result, once, run_ccu
from ..steps import at, become

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
HEAD = ["Number", "Days late", "Due", "Owner", "What", "About", "New"]


@pytest.fixture
def ccu(ccu: Ccu, monkeypatch: pytest.MonkeyPatch) -> Ccu:
    monkeypatch.setenv("CCU_TODAY", "2026-01-01T09:00")
    once("test_overdue", lambda: start(ccu))
    return ccu


def start(ccu: Ccu) -> None:
    assert steps.call(ccu, "unknown", when="2025-12-31 22:30") == 1
    assert ccu("staff", "add", "dlee", "--role", "clinician").code == 0


def add(ccu: Ccu, due: str, *more: str) -> None:
    done = ccu("follow-up", "add", "--call", "1", "--kind", "visit", "--due", due, *more)
    assert done.code == 0, done.err


def late(moment: str, *more: str) -> list[dict[str, Any]]:
    done = at(moment, "follow-up", "overdue", "--no-record", "-f", "json", *more)
    assert done.code == 0, done.err
    found: list[dict[str, Any]] = json.loads(done.out)
    return found


def night(moment: str, *more: str) -> Result:
    return at(moment, "follow-up", "overdue", *more)


# ---------------------------------------------------------------- silence, table, code


def test_a_quiet_night_prints_nothing(ccu: Ccu, db_path: Path) -> None:
    add(ccu, "2026-01-05 10:00")
    before = steps.everything(db_path)
    assert night("2026-01-05T10:00") == (0, "", "")
    assert night("2026-01-05T10:00", "--exit-code", "--by", "owner") == (0, "", "")
    assert night("2026-01-05T10:00", "-f", "json").out == "[]\n"
    assert steps.everything(db_path) == before


def test_what_is_late_is_a_table_oldest_first(ccu: Ccu) -> None:
    me = json.loads(ccu("staff", "list", "-f", "json").out)[0]["login"]
    add(ccu, "2026-01-05 10:00", "--owner", "dlee")
    add(ccu, "2026-01-03", "--owner", me)
    add(ccu, "2026-01-09", "--owner", me)
    done = night("2026-01-05T10:01")
    assert (done.code, done.err) == (0, "")
    assert [re.split(r"\s{2,}", line.strip()) for line in done.out.splitlines()] == [
        HEAD,
        ["2", "2", "01/03/2026 23:59", me, "Visit", "call 1, person 1, 12 MAIN ST # 3", "yes"],
        ["1", "0", "01/05/2026 10:00", "dlee", "Visit", "call 1, person 1, 12 MAIN ST # 3", "yes"],
    ]
    assert night("2026-01-05T10:01", "--exit-code").code == 10
    grouped = night("2026-01-10T10:01", "--by", "owner", "-f", "csv").out.splitlines()
    assert grouped[0] == '"owner","id","days_late","due","what","for","new"'
    assert [line.split(",")[1] for line in grouped[1:]] == (
        ['"1"', '"2"', '"3"'] if me > "dlee" else ['"2"', '"3"', '"1"']
    )
    assert night("2026-01-05T10:01", "--by", "place") == (
        2,
        "",
        "ccu: error: --by can only be owner\n",
    )


def test_names_are_shown_only_when_asked_for(ccu: Ccu, db_path: Path) -> None:
    steps.name(db_path, 1, "Rowan", "Sample")
    add(ccu, "2026-01-05 10:00")
    assert "Rowan" not in night("2026-01-06T06:00", "-f", "json").out
    assert steps.audited(db_path, "overdue") == [("", None)]
    assert "Rowan Sample" in night("2026-01-06T06:00", "--names").out
    assert steps.audited(db_path, "overdue") == [("", None), ("person", 1)]


# ---------------------------------------------------------------- new


def test_new_is_what_no_nightly_run_has_reported_yet(ccu: Ccu, db_path: Path) -> None:
    add(ccu, "2026-01-05 10:00")
    add(ccu, "2026-01-06 10:00")

    def new(moment: str, *more: str) -> list[tuple[int, bool]]:
        rows = json.loads(night(moment, "-f", "json", *more).out)
        return [(row["id"], row["new"]) for row in rows]

    assert new("2026-01-06T06:00") == [(1, True)]
    assert new("2026-01-06T06:01") == [(1, False)]
    assert new("2026-01-07T06:00", "--new") == [(2, True)]
    assert night("2026-01-08T06:00", "--new", "--exit-code") == (0, "", "")
    with sqlite3.connect(db_path) as hand:
        kept = hand.execute("SELECT follow_up_id, seen_at FROM overdue_event ORDER BY 1")
        assert kept.fetchall() == [
            (1, "2026-01-06T06:00:00-05:00"),
            (2, "2026-01-07T06:00:00-05:00"),
        ]


def test_moved_and_late_again_is_new_again(ccu: Ccu) -> None:
    add(ccu, "2026-01-05 10:00")
    assert night("2026-01-06T06:00", "--new").out
    assert at("2026-01-06T09:00", "follow-up", "move", "1", "--due", "2026-01-07 10:00").code == 0
    assert night("2026-01-07T06:00") == (0, "", "")
    assert night("2026-01-08T06:00", "--new").out


def test_a_terminal_read_does_not_mark_rows_as_reported(ccu: Ccu) -> None:
    add(ccu, "2026-01-05 10:00")
    noon = ("--today", "2026-01-05T12:00", "follow-up", "overdue")
    assert "yes" in run_ccu(*noon, tty=True).out
    assert late("2026-01-06T06:00")[0]["new"]
    assert run_ccu(*noon, "--record", tty=True).code == 0
    assert not late("2026-01-06T06:00")[0]["new"]
    said = run_ccu(*noon, "--new", tty=True)
    assert (said.code, said.out, said.err) == (0, "", "Nothing new is overdue.\n")
    quiet = run_ccu("--today", "2026-01-02T12:00", "follow-up", "overdue", tty=True)
    assert (quiet.out, quiet.err) == ("", "Nothing is overdue.\n")


# ---------------------------------------------------------------- one definition, to the minute


def test_list_card_brief_and_overdue_agree(ccu: Ccu) -> None:
    for due in ("2026-01-05 10:00", "2026-01-05 10:01", "2026-01-05 10:02"):
        add(ccu, due)
    moment = "2026-01-05T10:01"
    listed = json.loads(at(moment, "follow-up", "list", "-f", "json").out)
    card = json.loads(at(moment, "history", "--call", "1", "-f", "json").out)
    brief = json.loads(at(moment, "brief", "-f", "json").out)
    assert [row["id"] for row in late(moment)] == [1]
    assert [row["id"] for row in listed if row["state"] == "overdue"] == [1]
    assert [item["id"] for item in card["open"] if item["overdue"]] == [1]
    assert [row["id"] for row in brief["overdue"]] == [1]
    assert [row["id"] for row in brief["due_today"]] == [2, 3]


@pytest.fixture(params=["UTC", "Asia/Tokyo", "America/Los_Angeles", "No/Where"])
def machine_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The machine's own zone, which must not matter."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="needs tzset")
@pytest.mark.parametrize(
    ("due", "not_yet", "then", "days"),
    [
        # clocks go forward on 8 March 2026, at 02:00: 01:59 is followed by 03:00
        ("2026-03-08 01:59", "2026-03-08T01:59:00-05:00", "2026-03-08T03:00:00-04:00", 0),
        ("2026-03-08 03:00", "2026-03-08T01:59:59-05:00", "2026-03-08T03:01:00-04:00", 0),
        ("2026-03-08", "2026-03-08T23:59:59-04:00", "2026-03-09T00:00:00-04:00", 1),
        # and back on 1 November, at 02:00: 01:30 comes twice, an hour apart
        ("2026-11-01 01:30-04:00", "2026-11-01T01:30:00-04:00", "2026-11-01T01:31:00-04:00", 0),
        ("2026-11-01 01:30-05:00", "2026-11-01T01:31:00-04:00", "2026-11-01T01:31:00-05:00", 0),
        ("2026-11-01 01:45-04:00", "2026-11-01T01:45:00-04:00", "2026-11-01T01:10:00-05:00", 0),
        ("2026-10-31", "2026-10-31T23:59:59-04:00", "2026-11-01T00:00:00-04:00", 1),
        # a leap day, a month's end, a year's end
        ("2028-02-29", "2028-02-29T23:59:59-05:00", "2028-03-01T00:00:00-05:00", 1),
        ("2028-02-28 10:00", "2028-02-28T10:00:00-05:00", "2028-03-01T10:00:00-05:00", 2),
        ("2027-02-28", "2027-02-28T23:59:00-05:00", "2027-03-01T00:00:00-05:00", 1),
        ("2026-04-30 17:00", "2026-04-30T17:00:00-04:00", "2026-05-01T17:00:01-04:00", 1),
        ("2026-12-31", "2026-12-31T23:59:59-05:00", "2027-01-01T00:00:00-05:00", 1),
        # the same instants as a machine set to UTC would say them
        ("2026-03-08 03:00", "2026-03-08T07:00:00+00:00", "2026-03-08T07:00:01+00:00", 0),
    ],
)
def test_overdue_is_right_to_the_minute(
    due: str, not_yet: str, then: str, days: int, ccu: Ccu, machine_zone: str
) -> None:
    add(ccu, due)
    assert late(not_yet) == []
    assert [(row["id"], row["days_late"]) for row in late(then)] == [(1, days)]


def test_the_hour_that_comes_twice_is_in_order(ccu: Ccu) -> None:
    add(ccu, "2026-11-01 01:10-05:00")
    add(ccu, "2026-11-01 01:45-04:00")
    assert [row["id"] for row in late("2026-11-01T03:00")] == [2, 1]
    assert [row["id"] for row in late("2026-11-01T01:05-05:00")] == [2]


# ---------------------------------------------------------------- as cron runs it


def bare(db_path: Path, *args: str, moment: str = "2026-01-06T06:00") -> Any:
    """A process without HOME and TERM, its standard input closed."""
    code = "import sys; from ccu.cli import main; sys.exit(main(sys.argv[1:]))"
    line = [sys.executable, "-c", code, "--db", str(db_path), "--today", moment]
    return subprocess.Popen(
        ["sh", "-c", 'exec "$@" <&-', "sh", *line, "follow-up", "overdue", *args],
        env={"PATH": os.environ["PATH"], "TZ": "UTC", "LANG": "C"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
def test_cron_has_no_home_no_terminal_and_no_input(ccu: Ccu, db_path: Path) -> None:
    add(ccu, "2026-01-05 10:00")
    process = bare(db_path, "--exit-code")
    out, err = process.communicate()
    assert (process.returncode, err) == (10, "")
    assert out.splitlines()[1].endswith("call 1, person 1, 12 MAIN ST # 3  yes")
    assert not late("2026-01-06T06:00")[0]["new"]


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
def test_it_waits_for_no_writer_and_two_at_once_keep_each_night_once(
    ccu: Ccu, db_path: Path
) -> None:
    add(ccu, "2026-01-05 10:00")
    writer = sqlite3.connect(db_path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    looking = bare(db_path, "--no-record")
    assert looking.communicate(timeout=20)[1] == ""  # a reader is not kept waiting
    both = [bare(db_path), bare(db_path)]
    time.sleep(1)
    writer.execute("COMMIT")
    assert [process.communicate(timeout=30)[1] for process in both] == ["", ""]
    with sqlite3.connect(db_path) as hand:
        assert hand.execute("SELECT count(*) FROM overdue_event").fetchone() == (1,)


def test_the_service_account_may_run_it_and_nobody_else_who_is_unknown(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch, db_path: Path
) -> None:
    add(ccu, "2026-01-05 10:00")
    become(monkeypatch, "ccu-service")
    denied = night("2026-01-06T06:00")
    assert (denied.code, denied.out) == (7, "")
    with sqlite3.connect(db_path) as hand:
        hand.execute("UPDATE setting SET value = 'ccu-service' WHERE name = 'service_account'")
    assert night("2026-01-06T06:00").code == 0
    assert night("2026-01-06T06:00", "--names").code == 7  # names are shown to people


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
def test_the_mail_line_is_quiet_on_quiet_nights(ccu: Ccu, db_path: Path, tmp_path: Path) -> None:
    box = tmp_path / "box"
    programs = {
        "mail": f'#!/bin/sh\nprintf "%s|" "$@" >>"{box}"\ncat >>"{box}"\n',
        "ccu": f'#!/bin/sh\nexec "{sys.executable}" -c '
        '"import sys; from ccu.cli import main; sys.exit(main(sys.argv[1:]))" "$@"\n',
    }
    for name, text in programs.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)

    def run(moment: str, *more: str) -> Any:
        return subprocess.run(
            ["sh", str(EXAMPLES / "overdue-mail.sh"), "team@example.org", *more],
            env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "CCU_TODAY": moment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    add(ccu, "2026-01-05 10:00")
    quiet = run("2026-01-05T06:00")
    assert (quiet.returncode, quiet.stdout, quiet.stderr, box.exists()) == (0, "", "", False)
    assert run("2026-01-06T06:00", "--new").returncode == 0
    assert box.read_text().startswith("-s|Overdue follow-ups|team@example.org|Number  Days late")
    box.unlink()
    assert run("2026-01-07T06:00", "--new").returncode == 0
    assert not box.exists()
    db_path.rename(tmp_path / "gone.db")
    broken = run("2026-01-07T06:00")
    assert (broken.returncode, box.exists()) == (4, False)
    assert broken.stderr.startswith("ccu: error: ")


@pytest.mark.parametrize("name", ["crontab", "overdue.service", "overdue.timer"])
def test_what_an_example_names_is_there(name: str) -> None:
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    if "/opt/ccu/overdue-mail.sh" in text:
        assert os.access(EXAMPLES / "overdue-mail.sh", os.X_OK)
    if name.endswith("crontab"):
        assert "follow-up overdue --by owner" in text


def test_the_index_serves_it(ccu: Ccu, db_path: Path) -> None:
    from ccu.follow_ups import listing_store as follow_up_rows

    sql = follow_up_rows._ROWS.format(source="open_follow_up", where="due_unix < :as_of")
    with sqlite3.connect(db_path) as hand:
        asked = {"as_of": 0, "urgent": ",suicide,", "recent": "2026-01-01"}
        plan = hand.execute(f"EXPLAIN QUERY PLAN {sql}", asked).fetchall()
    steps = [row[3] for row in plan]
    assert steps[0] == "SCAN follow_up USING INDEX follow_up_open"
    # the few rows between a merged record and another
    of_merges = ("SCAN CONSTANT ROW", "SCAN up", "SCAN same")
    assert not [step for step in steps[1:] if step.startswith("SCAN") and step not in of_merges]
