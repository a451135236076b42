"""Many at once for a minute, and a lock held too long; shorter ones are in tests/database."""

import os
import sqlite3
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest

from ccu.demo import town as demo_town

from ..conftest import TODAY, Ccu
from ..database.test_concurrency import ONE, acknowledged, start, whole_calls

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
