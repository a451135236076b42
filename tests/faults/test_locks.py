"""A lock held too long; shorter ones are in tests/database."""

import sqlite3
import time
from pathlib import Path

import pytest

from ..conftest import Ccu
from ..database.test_concurrency import ONE, start, whole_calls


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
