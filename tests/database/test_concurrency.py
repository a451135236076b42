"""Many at once, killed in the middle, disk full: what was acknowledged is there, complete."""

import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.conftest import TODAY, Ccu

# Logs calls one after another in one process: the tests are about writing, not about starting.
WORKER = """
import sys
from ccu.cli import main
for number in range(int(sys.argv[1])):
    code = main(["log-call", "--when", "22:30", "--address", f"{number % 7 + 1} Main St",
                 "--nature", "crisis", "--danger", "none", "--responder", "police",
                 "--disposition", "resolved", "--person", "unknown"])
    sys.stdout.flush()
    if code:
        sys.exit(code)
"""
CALL = [
    *("log-call", "--when", "22:30", "--address", "12 Main St", "--nature", "crisis"),
    *("--danger", "none", "--responder", "police", "--person", "unknown"),
]
ONE = ["-c", "import sys; from ccu.cli import main; sys.exit(main(sys.argv[1:]))", *CALL]
posix = pytest.mark.skipif(os.name != "posix", reason="signals and limits of POSIX")


def start(db_path: Path, *args: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, *args],
        env={**os.environ, "CCU_DB": str(db_path), "CCU_TODAY": TODAY},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def acknowledged(printed: bytes) -> list[int]:
    """Return the ids of complete lines; a line cut short by a kill acknowledged nothing."""
    return [int(found) for found in re.findall(rb"^Logged call (\d+)\.\n", printed, re.MULTILINE)]


def whole_calls(db_path: Path) -> set[int]:
    """Calls with everything that was logged with them, and their audit event."""
    connection = sqlite3.connect(db_path)
    try:
        found = connection.execute(
            "SELECT call.id FROM call"
            " JOIN call_danger ON call_danger.call_id = call.id"
            " JOIN call_responder ON call_responder.call_id = call.id"
            " JOIN call_person ON call_person.call_id = call.id"
            " JOIN audit ON action = 'log-call' AND record = 'call' AND record_id = call.id"
        )
        ids = [row[0] for row in found]
        every = {row[0] for row in connection.execute("SELECT id FROM call")}
    finally:
        connection.close()
    assert len(ids) == len(set(ids))
    assert set(ids) == every  # none is half there
    return every


def eight_at_once(db_path: Path, each: int) -> None:
    workers = [start(db_path, "-c", WORKER, str(each)) for _ in range(8)]
    ids: list[int] = []
    for worker in workers:
        out, err = worker.communicate()
        assert worker.returncode == 0, err
        assert all(line.startswith(b"This may be call ") for line in err.splitlines()), err
        ids += acknowledged(out)
    assert len(ids) == 8 * each
    assert set(ids) == whole_calls(db_path) == set(range(1, 8 * each + 1))


def test_eight_officers_at_once_lose_nothing(ccu: Ccu, db_path: Path) -> None:
    eight_at_once(db_path, 8)
    assert ccu("check").code == 0


@pytest.mark.slow
def test_eight_officers_at_once_lose_nothing_for_long(ccu: Ccu, db_path: Path) -> None:
    eight_at_once(db_path, 500)
    assert ccu("check").code == 0


def killed_at_random(ccu: Ccu, db_path: Path, rounds: int) -> None:
    """SIGKILL some while after the first confirmation: start-up is not what is tested."""
    chance = random.Random(17)
    ids: list[int] = []
    for _ in range(rounds):
        worker = start(db_path, "-c", WORKER, "100000")
        assert worker.stdout is not None
        first = worker.stdout.readline()
        threading.Timer(chance.uniform(0, 0.15), worker.kill).start()
        ids += acknowledged(first + worker.stdout.read())
        worker.communicate()
        assert worker.returncode == -signal.SIGKILL
        assert set(ids) <= whole_calls(db_path)
        assert len(ids) == len(set(ids))
    assert len(ids) >= rounds
    assert ccu("check").code == 0


@posix
def test_killed_at_any_point_what_was_acknowledged_is_complete(ccu: Ccu, db_path: Path) -> None:
    killed_at_random(ccu, db_path, 6)


@posix
@pytest.mark.slow
def test_killed_at_any_point_a_hundred_times(ccu: Ccu, db_path: Path) -> None:
    killed_at_random(ccu, db_path, 100)


def limited(db_path: Path, size: int, args: Sequence[str] = ONE) -> tuple[int, str, str]:
    """One log-call that may not make any file larger than `size`: as on a full disk."""
    import resource

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    done = subprocess.run(
        [sys.executable, *args],
        env={**os.environ, "CCU_DB": str(db_path), "CCU_TODAY": TODAY},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        preexec_fn=limit,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@posix
@pytest.mark.parametrize("room", [0, 4096, 40_000])
def test_a_full_disk_gives_one_sentence_and_an_unharmed_file(
    room: int, ccu: Ccu, db_path: Path
) -> None:
    assert ccu(*CALL).code == 0
    code, out, err = limited(db_path, room)
    assert (code, out) == (4, "")
    assert err.startswith("ccu: error: ")
    assert err.count("\n") == 1
    assert whole_calls(db_path) == {1}
    assert ccu("check").code == 0
    assert ccu(*CALL).code == 0


def test_a_lock_held_for_a_while_is_waited_for(ccu: Ccu, db_path: Path) -> None:
    ccu(*CALL)
    holder = sqlite3.connect(db_path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    worker = start(db_path, *ONE)
    time.sleep(3)
    holder.execute("ROLLBACK")
    holder.close()
    out, err = worker.communicate()
    assert worker.returncode == 0, err
    assert acknowledged(out) == [2]
    assert time.monotonic() - began >= 3


def test_when_the_audit_cannot_be_written_the_call_is_not_either(ccu: Ccu, db_path: Path) -> None:
    connection = sqlite3.connect(db_path)
    connection.execute(
        "CREATE TRIGGER no_more BEFORE INSERT ON audit WHEN new.action = 'log-call'"
        " BEGIN SELECT raise(ABORT, 'no'); END"
    )
    connection.close()
    assert ccu(*CALL).code == 1
    assert whole_calls(db_path) == set()
    connection = sqlite3.connect(db_path)
    counts = connection.execute("SELECT count(*) FROM person UNION SELECT count(*) FROM place")
    assert counts.fetchall() == [(0,)]
    connection.close()


# Writes audit rows and calls until its standard input ends, so that it never outlives the test.
BUSY_WRITER = """
import sys, threading
from ccu.cli import main
ended = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
number = 0
while not ended.is_set():
    number += 1
    assert main(["settings", "repeat_days", str(number % 90 + 1)]) == 0
    assert main(["log-call", "--when", "22:30", "--address", f"{number % 7 + 1} Main St",
                 "--nature", "crisis", "--no-input"]) == 0
"""


def test_normal_use_is_not_reported_as_tampering(ccu: Ccu, db_path: Path) -> None:
    checked_beside_writers(ccu, db_path, 8)


@pytest.mark.slow
def test_normal_use_is_not_reported_as_tampering_at_length(ccu: Ccu, db_path: Path) -> None:
    checked_beside_writers(ccu, db_path, 100)


def checked_beside_writers(ccu: Ccu, db_path: Path, times: int) -> None:
    """`check` and `audit verify` beside two writers: the complete check reads one moment."""
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", BUSY_WRITER],
            env={**os.environ, "CCU_DB": str(db_path), "CCU_TODAY": TODAY},
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]  # fmt: skip
    rows = 0
    try:
        for _ in range(times):
            for line in (("check", "--quiet"), ("audit", "verify")):
                done = ccu(*line)
                assert (done.code, done.err) == (0, ""), done
            grown = int(done.out.split()[0])
            assert grown >= rows
            rows = grown
    finally:
        said = [writer.communicate()[1] for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0], said
    assert rows > 10  # they did write meanwhile
