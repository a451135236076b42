"""`ccu log-call` at a real terminal: questions on the screen, data on standard output, Ctrl-C."""

import os
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import TODAY, Ccu

pexpect = pytest.importorskip("pexpect")
if not hasattr(pexpect, "spawn"):
    pytest.skip("no pseudo-terminals here", allow_module_level=True)

PROGRAM = ["-c", "import sys; from ccu.cli import main; sys.exit(main(sys.argv[1:]))"]
QUESTIONS_AND_ANSWERS = (
    ("When did it begin [now]: ", "yesterday 22:30"),
    ("  Fri 30 Jan 2026 22:30", None),
    ("Address: ", "12 main street apartment 3"),
    ("  12 MAIN ST # 3", None),
    ("Nature (number, code, or how it begins): ", "wel"),
    ("  Welfare check", None),
    ("Reported by [911]: ", ""),
    ('Hazards, separated by commas ("none" if you checked) (Enter to skip): ', "none"),
    ("human_services+clinician [police]: ", ""),
    ("Interventions, separated by commas (Enter to skip): ", "1, nal"),
    ("  De-escalation, Naloxone", None),
    ("Dispositions, separated by commas (Enter to skip): ", "resol"),
    ("Minutes on scene, all responders together (Enter to skip): ", "25"),
    ("Person 1 (Enter when done): ", "Ana Reyes"),
    ("Person 2 (Enter when done): ", ""),
    ("> ", "Shouting – calm by 23:00."),
    ("> ", ""),
)


def start(db_path: Path, *args: str) -> Any:
    environment = {**os.environ, "CCU_DB": str(db_path), "CCU_TODAY": TODAY, "TERM": "xterm"}
    return pexpect.spawn(
        sys.executable,
        [*PROGRAM, "log-call", *args],
        env=environment,
        encoding="utf-8",
        timeout=30,
        codec_errors="replace",
        dimensions=(40, 100),
    )


def count(db_path: Path) -> int:
    connection = sqlite3.connect(db_path)
    try:
        return int(connection.execute("SELECT count(*) FROM call").fetchone()[0])
    finally:
        connection.close()


def test_a_call_is_logged_by_answering(ccu: Ccu, db_path: Path) -> None:
    terminal = start(db_path)
    for question, answer in QUESTIONS_AND_ANSWERS:
        terminal.expect_exact(question)
        if answer is not None:
            terminal.sendline(answer)
    terminal.expect_exact("Logged call 1.")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
    full = ccu("call", "show", "1", "--full", "--reason", "test").out
    assert "Ana Reyes" in full
    assert "Shouting – calm by 23:00." in full


@pytest.mark.parametrize("stop_at", range(0, len(QUESTIONS_AND_ANSWERS), 4))
def test_ctrl_c_at_a_question_writes_nothing(stop_at: int, ccu: Ccu, db_path: Path) -> None:
    terminal = start(db_path)
    for question, answer in QUESTIONS_AND_ANSWERS[:stop_at]:
        terminal.expect_exact(question)
        if answer is not None:
            terminal.sendline(answer)
    terminal.expect_exact(
        next(q for q, answer in QUESTIONS_AND_ANSWERS[stop_at:] if answer is not None)
    )
    terminal.sendintr()
    terminal.expect_exact("ccu: error: cancelled; nothing was saved")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 130
    assert count(db_path) == 0


def test_questions_go_to_the_screen_when_standard_output_is_a_file(
    ccu: Ccu, db_path: Path, tmp_path: Path
) -> None:
    card = tmp_path / "card.json"
    command = f"{sys.executable} {PROGRAM[0]} '{PROGRAM[1]}' log-call --format json > {card}"
    environment = {**os.environ, "CCU_DB": str(db_path), "CCU_TODAY": TODAY}
    terminal = pexpect.spawn("sh", ["-c", command], env=environment, encoding="utf-8", timeout=30)
    for question, answer in QUESTIONS_AND_ANSWERS:
        terminal.expect_exact(question)
        if answer is not None:
            terminal.sendline(answer)
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
    assert card.read_text(encoding="utf-8").startswith('{\n  "id": 1,')


def test_bytes_that_are_no_text_are_asked_again(ccu: Ccu, db_path: Path) -> None:
    terminal = start(db_path, "--when", "22:30", "--nature", "crisis")
    terminal.expect_exact("Address: ")
    os.write(terminal.child_fd, b"caf\xe9 street\n")
    terminal.expect_exact("--address must be one line of text without control characters")
    terminal.expect_exact("Address: ")
    terminal.sendintr()
    terminal.expect(pexpect.EOF)


def test_a_number_that_nobody_has_is_asked_again(ccu: Ccu, db_path: Path) -> None:
    terminal = start(db_path)
    for question, answer in QUESTIONS_AND_ANSWERS:
        terminal.expect_exact(question)
        if answer == "Ana Reyes":
            terminal.sendline("9")
            terminal.expect_exact("  no person 9")
            terminal.expect_exact(question)
        if answer is not None:
            terminal.sendline(answer)
    terminal.expect_exact("Logged call 1.")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert (terminal.exitstatus, count(db_path)) == (0, 1)


def test_dates_and_names_are_typed_as_in_a_report(ccu: Ccu, db_path: Path) -> None:
    typed = {"yesterday 22:30": "yesterday 2230", "Ana Reyes": "Ana Reyes, born 5/6/1971"}
    terminal = start(db_path)
    for question, answer in QUESTIONS_AND_ANSWERS:
        terminal.expect_exact(question)
        if answer == "yesterday 22:30":
            terminal.sendline("last night")
            terminal.expect_exact("write it as yesterday 22:30 or today 01:30")
            terminal.expect_exact(question)
        if answer is not None:
            terminal.sendline(typed.get(answer, answer))
        if answer == "Ana Reyes":
            terminal.expect_exact("  Ana Reyes, born May 6, 1971 (age 54), Subject")
    terminal.expect_exact("Logged call 1.")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
