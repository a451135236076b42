"""The care loop's starting point for tests: a call with a person, providers, staff, a clock."""

import contextlib
import hashlib
import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from ccu import access

from .conftest import Ccu, Result, once, run_ccu


def at(moment: str, *args: str) -> Result:
    """Run a command line at a moment, such as 2026-01-31T14:00."""
    return run_ccu("--today", moment, *args)


def become(monkeypatch: pytest.MonkeyPatch, login: str) -> None:
    """Be another account from here on."""

    def login_now(service_account: str = "") -> str:
        return login

    monkeypatch.setattr(access, "login", login_now)


def set_up(ccu: Ccu, *line: str, stdin: str = "") -> Result:
    """Run a line that must succeed; the same line on the same file is run once in this process."""

    def run() -> Result:
        done = ccu(*line, stdin=stdin)
        assert done.code == 0, (line, done.err)
        return done

    return once(repr((line, stdin)), run) if ccu is run_ccu else run()


def call(ccu: Ccu, *people: str, when: str = "2026-01-30 22:30") -> int:
    """Log a call at 12 Main St Apt 3 with these people."""
    line = ("log-call", "--when", when, "--address", "12 Main St Apt 3", "--nature", "crisis")
    met = [word for person in people for word in ("--person", person)]
    done = set_up(ccu, *line, *met, "-f", "json")
    return int(json.loads(done.out)["id"])


def name(db_path: Path, person: int, given: str, family: str) -> None:
    """Give a person a name, by hand: no command of today does."""
    with sqlite3.connect(db_path) as hand:
        hand.execute(
            "UPDATE person SET given_name = ?, family_name = ? WHERE id = ?",
            (given, family, person),
        )


def merge(db_path: Path, person: int, into: int) -> None:
    """Merge a person's record into another, by hand."""
    with sqlite3.connect(db_path) as hand:
        hand.execute("UPDATE person SET merged_into = ? WHERE id = ?", (into, person))


def provider(ccu: Ccu, called: str, *more: str, need: str = "housing") -> None:
    """Add a provider that takes people now."""
    set_up(ccu, "provider", "add", called, "--need", need, "--capacity", "open", *more)


def start(ccu: Ccu) -> None:
    """Provider 1, person 1 on call 1, the clinician dlee and the supervisor boss."""
    once("care.start", lambda: _start(ccu))


def _start(ccu: Ccu) -> None:
    provider(ccu, "Homes with Hope", "--phone", "203-555-0110")
    assert call(ccu, "unknown") == 1
    clinician = ("--role", "clinician", "--name", "Dana Lee", "--phone", "203-555-0142")
    assert ccu("staff", "add", "dlee", *clinician).code == 0
    assert ccu("staff", "add", "boss", "--role", "supervisor").code == 0


def refer(ccu: Ccu, *more: str, call: int = 1) -> int:
    """Refer the call's person to provider 1 for housing, unless `more` overrides it."""
    need = () if "--need" in more else ("--need", "housing")
    to = () if "--to" in more else ("--to", "1")
    done = set_up(ccu, "refer", str(call), *to, *need, *more, "-f", "json")
    return int(json.loads(done.out)["id"])


def referral(ccu: Ccu, number: int, *more: str) -> dict[str, Any]:
    """A referral as `show` gives it."""
    done = ccu("referral", "show", str(number), *more, "-f", "json")
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def audited(db_path: Path, action: str) -> list[tuple[str, int | None]]:
    """record and its id of the audit's events of an action, oldest first."""
    with sqlite3.connect(db_path) as hand:
        found = hand.execute(
            "SELECT record, record_id FROM audit WHERE action = ? ORDER BY id", (action,)
        )
        return [tuple(row) for row in found]


def copy_file(made: Path, path: Path) -> None:
    """Another file just as `made`, which nobody has open, with the key of its audit."""
    for suffix in ("", ".audit-key"):
        shutil.copy(made.with_name(made.name + suffix), path.with_name(path.name + suffix))


def everything(db_path: Path) -> str:
    """A digest of the file, to see that nothing at all was written, in any table."""
    if db_path.with_name(f"{db_path.name}-wal").exists():  # a test has the file open
        with contextlib.closing(sqlite3.connect(db_path)) as hand:
            hand.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return hashlib.sha256(db_path.read_bytes()).hexdigest()
