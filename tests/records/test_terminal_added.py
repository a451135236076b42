"""`ccu staff add` and `ccu provider add` ask at a terminal for what is missing."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from ..conftest import TODAY, Ccu

pexpect = pytest.importorskip("pexpect")
if not hasattr(pexpect, "spawn"):
    pytest.skip("no pseudo-terminals here", allow_module_level=True)

PROGRAM = ["-c", "import sys; from ccu.cli import main; sys.exit(main(sys.argv[1:]))"]


def type_in(db_path: Path, line: str, *dialog: tuple[str, str]) -> str:
    """Run a command line at a terminal of 80 x 24; return what is printed after the answers."""
    environment = {**os.environ, "CCU_DB": str(db_path), "CCU_TODAY": TODAY, "TERM": "xterm"}
    terminal: Any = pexpect.spawn(
        sys.executable,
        [*PROGRAM, *line.split()],
        env=environment,
        encoding="utf-8",
        timeout=30,
        dimensions=(24, 80),
    )
    for question, answer in dialog:
        terminal.expect_exact(question)
        terminal.sendline(answer)
    terminal.expect(pexpect.EOF)
    return str(terminal.before)


def test_staff_add_asks_for_login_and_role(ccu: Ccu, db_path: Path) -> None:
    shown = type_in(
        db_path,
        "staff add",
        ("Login, the account's name on this machine: ", "Dana Lee"),
        ("LOGIN must be one word", ""),
        ("this machine: ", "dlee"),
        ("Role (number, code, or how it begins): ", "?"),
        ("Role (number, code, or how it begins): ", "clinician"),
    )
    assert "Added dlee (Clinician)." in shown
    assert ccu("staff", "add").err == "ccu: error: LOGIN is missing\n"
    assert ccu("staff", "add", "mrossi").err == "ccu: error: --role is missing\n"


def test_provider_add_asks_for_its_name_and_needs(ccu: Ccu, db_path: Path) -> None:
    shown = type_in(
        db_path,
        "provider add",
        ("Name of the provider: ", "Homes with Hope"),
        ("What it helps with, separated by commas: ", "banana"),
        ("Not a valid need. Type ? to list them", ""),
        (
            "What it helps with, separated by commas: ",
            "housing, shelter",
        ),
        ("  Housing, Shelter", ""),
    )
    assert "Added provider 1." in shown
    assert ccu("provider", "add").err == "ccu: error: NAME is missing\n"
