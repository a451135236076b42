"""`ccu undo` at a real terminal of 80 x 24: a wrong log-call is taken back with two keys."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests import typed
from tests.conftest import Ccu

pexpect = pytest.importorskip("pexpect")
if not hasattr(pexpect, "spawn"):
    pytest.skip("no pseudo-terminals here", allow_module_level=True)

WRONG = ("log-call", "--when", "13:50", "--address", "12 Main St", "--nature", "overdose")


def start(db_path: Path, *args: str) -> Any:
    return typed.start(db_path, *args, CCU_TODAY="")  # the audit goes by the machine's clock


def end(terminal: Any) -> int:
    terminal.expect(pexpect.EOF)
    terminal.close()
    return int(terminal.exitstatus)


def test_a_wrong_call_is_shown_and_voided(ccu: Ccu, db_path: Path) -> None:
    logged = start(db_path, *WRONG[:1], "--when", "now", *WRONG[3:])
    logged.expect_exact("Logged call 1.")
    assert end(logged) == 0
    terminal = start(db_path, "undo")
    terminal.expect_exact("Call 1, 12 MAIN ST, logged just now by you. Void it? y or n: ")
    terminal.sendline("perhaps")
    terminal.expect_exact("type y or n")
    terminal.sendline("y")
    terminal.expect_exact("Voided call 1; it is kept, but not in counts or cards.")
    assert end(terminal) == 0
    assert json.loads(ccu("call", "show", "1", "-f", "json").out)["voided_at"]
    assert json.loads(ccu("call", "list", "-f", "json").out) == []


def test_n_and_ctrl_c_change_nothing(ccu: Ccu, db_path: Path) -> None:
    assert ccu(*WRONG).code == 0
    for keys in ("n\r", "\x03"):
        terminal = start(db_path, "undo")
        terminal.expect_exact("Void it? y or n: ")
        terminal.send(keys)
        terminal.expect_exact("Cancelled. Nothing was saved.")
        assert end(terminal) == 130
    assert json.loads(ccu("call", "show", "1", "-f", "json").out)["voided_at"] is None
