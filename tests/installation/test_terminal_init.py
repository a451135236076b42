"""`ccu init` at a terminal of 80 x 24: everything is asked, and asked again, before it writes."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from ..conftest import TODAY, Ccu
from ..typed import interrupt

pexpect = pytest.importorskip("pexpect")
if not hasattr(pexpect, "spawn"):
    pytest.skip("no pseudo-terminals here", allow_module_level=True)

PROGRAM = ["-c", "import sys; from ccu.cli import main; sys.exit(main(sys.argv[1:]))", "init"]
QUESTIONS_AND_ANSWERS = (
    ("Town: ", ""),
    ("  Town must be a name, such as Westport", None),
    ("Town: ", "Westport"),
    ("State, such as CT or Connecticut: ", "Conecticut"),
    ("  State must be a US state, such as CT or Connecticut", None),
    ("State, such as CT or Connecticut: ", "Connecticut"),
    ("Time zone [America/New_York]: ", "Eastern"),
    ("  The time zone is not a known name; did you mean America/New_York?", None),
    ("Time zone [America/New_York]: ", ""),
    ("Office hours, such as mon-fri 08:30-16:30 (Enter for any time): ", "business hours"),
    ("  Office hours must be days and hours, such as mon-fri 08:30-16:30", None),
    ("Office hours, such as mon-fri 08:30-16:30 (Enter for any time): ", "mon-fri 8:30-16:30"),
    ("Login that owns patrol officers' referrals (Enter to decide later): ", "Dana Lee"),
    ("  it must be one word, the account's name on this machine", None),
    ("Login that owns patrol officers' referrals (Enter to decide later): ", "dlee"),
    ("Role of that account: ccu, clinician, supervisor [clinician]: ", "officer"),
    ("  choose from ccu, clinician, supervisor", None),
    ("Role of that account: ccu, clinician, supervisor: ", "clinician"),
)


def start(db_path: Path) -> Any:
    environment = {**os.environ, "CCU_DB": str(db_path), "CCU_TODAY": TODAY, "TERM": "xterm"}
    return pexpect.spawn(
        sys.executable,
        PROGRAM,
        env=environment,
        encoding="utf-8",
        timeout=30,
        dimensions=(24, 80),
    )


def test_what_is_typed_wrong_is_asked_again_and_the_next_steps_are_printed(
    empty: Ccu, db_path: Path
) -> None:
    terminal = start(db_path)
    for question, answer in QUESTIONS_AND_ANSWERS:
        terminal.expect_exact(question)
        assert not db_path.exists()
        if answer is not None:
            terminal.sendline(answer)
    terminal.expect(r"Made\s")
    terminal.expect(r"for\s+Westport,\s+CT\.")
    terminal.expect_exact("Added dlee as clinician.")
    terminal.expect_exact("Next:\r\n")
    for step in (
        "ccu staff add LOGIN --role admin",
        "ccu provider add NAME --need housing",
        "ccu backup FILE",
    ):
        terminal.expect_exact(f"       {step}\r\n")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
    assert "mon-fri 08:30-16:30" in empty("settings", "office_hours").out
    assert "dlee" in empty("settings", "default_owner").out
    assert '\n"dlee","","clinician","police",' in empty("staff", "list", "-f", "csv").out


def test_less_than_goes_back_to_the_question_before(empty: Ccu, db_path: Path) -> None:
    terminal = start(db_path)
    for question, answer in (
        ("Town: ", "Wesport"),
        ("State, such as CT or Connecticut: ", "<"),
        ("Town [Wesport]: ", "Westport"),
        ("State, such as CT or Connecticut: ", "NY"),
        ("Time zone [America/New_York]: ", "<"),
        ("State, such as CT or Connecticut [NY]: ", "TX"),
        ("Time zone, America/Chicago or America/Denver [America/Chicago]: ", ""),
        ("Office hours", ""),
        ("Login that owns", "dlee"),
        ("Role of that account", "<"),
        ("Login that owns", ""),
    ):
        terminal.expect_exact(question)
        terminal.sendline(answer)
    terminal.expect(r"for\s+Westport,\s+TX\.")
    terminal.expect(pexpect.EOF)
    assert len(empty("staff", "list", "-f", "csv").out.splitlines()) == 2


def test_the_default_owner_may_be_decided_later(empty: Ccu, db_path: Path) -> None:
    terminal = start(db_path)
    for answer in ("Westport", "CT", "", "", ""):
        terminal.expect(r": $")
        terminal.sendline(answer)
    terminal.expect_exact("ccu settings default_owner LOGIN")
    terminal.expect(pexpect.EOF)
    assert len(empty("staff", "list", "-f", "csv").out.splitlines()) == 2


@pytest.mark.parametrize("answered", range(4))
def test_ctrl_c_at_any_question_makes_nothing(answered: int, empty: Ccu, db_path: Path) -> None:
    terminal = start(db_path)
    answers = [each for each in QUESTIONS_AND_ANSWERS if each[1] in ("Westport", "Connecticut")]
    answers.append(("Time zone [America/New_York]: ", ""))
    for question, answer in answers[:answered]:
        terminal.expect_exact(question)
        terminal.sendline(answer)
    terminal.expect_exact(": ")
    interrupt(terminal)
    terminal.expect_exact("Nothing was saved.")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 130
    assert list(db_path.parent.iterdir()) == []


def test_a_file_that_is_there_asks_nothing(ccu: Ccu, db_path: Path) -> None:
    terminal = start(db_path)
    terminal.expect(r"already\s+exists\s+and\s+was\s+not\s+changed")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 2
