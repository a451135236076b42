"""Many at once for a minute, and a lock held too long; shorter ones are in tests/database."""

import contextlib
import json
import os
import shlex
import sqlite3
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest

from ccu.demo import town as demo_town

from .. import told_town as town
from ..audit.test_audit_complete import here, made
from ..conftest import TODAY, Ccu
from ..database.test_concurrency import ONE, acknowledged, start, whole_calls

__all__ = ["here", "made"]  # fixtures

# Runs command lines, their words parted by |, until its standard input ends; the first word is the
# seconds to wait after each: with less, 35 processes test the machine and not the lock.
LOOP = """
import sys, threading
from ccu.cli import main
ended = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
number = 0
while not ended.is_set():
    for line in sys.argv[2:]:
        number += 1
        code = main(line.replace("NUMBER", str(number)).split("|"))
        sys.stdout.flush()
        if code:
            sys.exit(code)
        ended.wait(float(sys.argv[1]))
"""
LOG = ("log-call|--when|22:30|--address|NUMBER Main St|--nature|crisis|--danger|none"
       "|--responder|police|--disposition|resolved|--person|unknown")  # fmt: skip


def looping(db_path: Path, wait: float, *lines: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", LOOP, str(wait), *lines],
        env={**os.environ, "CCU_DB": str(db_path), "CCU_TODAY": TODAY},
        cwd=db_path.parent, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def _rest(process: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
    process.stdin = None
    return process.communicate(timeout=300)


@pytest.mark.slow
def test_officers_an_analyst_an_import_and_cron_for_a_minute(ccu: Ccu, db_path: Path) -> None:
    """Of 32 officers, an analyst, an import and a cron job no one fails and no call is lost."""
    rows = demo_town.export_rows(2000, datetime(2026, 1, 31), seed=1)
    demo_town.write_export(db_path.with_name("export.csv"), rows)
    others = [
        looping(db_path, 1, "report|--month|2026-01", "follow-up|overdue"),
        looping(db_path, 5, "import|export.csv|--layout|demo"),
        looping(db_path, 5, "check|--quiet", "backup|copy-NUMBER.db", "audit|verify"),
    ]
    officers = [looping(db_path, 5, LOG) for _ in range(32)]
    time.sleep(60)
    ids: list[int] = []
    for each in (*officers, *others):
        assert each.stdin is not None
        each.stdin.close()
    ended = [(each, *_rest(each)) for each in (*officers, *others)]
    for each, out, err in ended:
        assert each.returncode == 0, err
        ids += acknowledged(out) if each in officers else []
    assert len(ids) == len(set(ids)) >= 32
    with sqlite3.connect(db_path) as hand:
        logged = hand.execute("SELECT record_id FROM audit WHERE action = 'log-call'").fetchall()
    assert {row[0] for row in logged} == set(ids)
    assert ccu("check").code == 0
    for copy in db_path.parent.glob("copy-*.db"):
        assert ccu("--db", str(copy), "check", "--quiet").code == 0


def at_once(folder: Path, *lines: str) -> list[tuple[int, str, str]]:
    """Run command lines in processes of their own, each waiting for the file until all do."""
    holder = sqlite3.connect(folder / "town.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    run = ("-c", "import sys; from ccu.cli import main; sys.exit(main(sys.argv[1:]))")
    running = [start(folder / "town.db", *run, *shlex.split(line)) for line in lines]
    time.sleep(1)
    holder.execute("ROLLBACK")
    holder.close()
    ended = [(*each.communicate(timeout=60), each.returncode) for each in running]
    return [(code, out.decode(), err.decode()) for out, err, code in ended]


def test_two_people_close_one_follow_up_once(here: Path) -> None:
    line = "follow-up done 5 --result reached"
    found = at_once(here, line, line)
    assert sorted(code for code, _out, _err in found) == [0, 2]
    assert [err.count("\n") for code, _out, err in found if code] == [1]
    with contextlib.closing(sqlite3.connect(here / "town.db")) as hand:
        tries = hand.execute("SELECT count(*) FROM attempt WHERE follow_up_id = 5 AND result ="
                             " 'reached'").fetchone()  # fmt: skip
    assert tries == (1,)


def test_a_call_logged_during_a_merge_is_of_the_person_kept(here: Path) -> None:
    """Before the merge it moves with it; after it the other number is refused by name."""
    log = "log-call --no-input --when '2026-01-30 13:00' --address '1 A St' --nature crisis"
    merged, other, kept = at_once(here, "person merge 2 3 --prefer kept", f"{log} --person 3",
                                   f"{log} --person 2")  # fmt: skip
    assert (merged[0], kept[0]) == (0, 0), (merged, kept)
    assert other[0] == 0 or (other[0], other[2].count("\n")) == (2, 1), other
    ours = town.run(here / "town.db", "admin", "history", "--person", "2", "-f", "json")
    logged = sum(each["place"].startswith("1 A ST") for each in json.loads(ours.out)["calls"])
    assert logged == 1 + (other[0] == 0)
    assert town.run(here / "town.db", "admin", "check", "--quiet").code == 0


@pytest.mark.slow
def test_a_lock_held_too_long_is_exit_5_and_nothing_is_saved(ccu: Ccu, db_path: Path) -> None:
    holder = sqlite3.connect(db_path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    worker = start(db_path, *ONE)
    out, err = worker.communicate()
    assert 29 < time.monotonic() - began < 60
    holder.execute("ROLLBACK")
    holder.close()
    assert (worker.returncode, out) == (5, b"")
    assert err.endswith(b"is in use by another program; nothing was written, try again\n")
    assert whole_calls(db_path) == set()
    assert ccu("check").code == 0
