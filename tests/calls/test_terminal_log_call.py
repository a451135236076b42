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
    ("  Fri Jan 30, 2026 22:30", None),
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
        dimensions=(24, 80),
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


def test_an_everyday_word_leads_to_a_code_and_is_asked_again(ccu: Ccu, db_path: Path) -> None:
    child = start(db_path, "--address", "12 Main St", "--when", "yesterday 22:30")
    for question, answer in (
        ("Nature (number, code, or how it begins): ", "homeless"),
        ('not a valid nature: "homeless". Did you mean unsheltered? List them: ccu codes', None),
        ("Nature (number, code, or how it begins): ", "unshel"),
        ("Reported by [911]: ", "non-em"),
        ("  Non-emergency line", None),
        ("(Enter to skip): ", "no"),
        ("type none in full to record that no hazard was found", None),
        ("(Enter to skip): ", "knife"),
        ('not a valid hazard: "knife". Did you mean weapon?', None),
        ("(Enter to skip): ", "weapon, needles"),
        ("  Weapon, Needles or biohazard", None),
    ):
        child.expect_exact(question)
        if answer is not None:
            child.sendline(answer)
    child.close(force=True)
    assert count(db_path) == 0


def test_a_similar_address_on_file_is_taken_with_one_key(ccu: Ccu, db_path: Path) -> None:
    weapon = ("--when", "09:00", "--nature", "crisis", "--danger", "weapon")
    assert ccu("log-call", "--address", "27 Imperial Ave", *weapon).code == 0
    terminal = start(db_path, "--when", "10:00", "--nature", "crisis", "--address", "27 imperail 3")
    terminal.expect_exact("27 IMPERAIL # 3 is not on file. Is it one of these?")
    terminal.expect_exact("  1  27 IMPERIAL AVE, WESTPORT (1 call)")
    terminal.expect_exact("Number, or n for a new address [Enter for 1]: ")
    terminal.sendline("7")
    terminal.expect_exact("type a number of the list, or n for none of them")
    terminal.sendline("")
    terminal.expect_exact("  27 IMPERIAL AVE # 3")
    terminal.expect_exact("Logged call 2.")
    terminal.expect_exact("WEAPON")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0


def test_of_several_similar_addresses_one_is_chosen_or_a_new_one(ccu: Ccu, db_path: Path) -> None:
    for street in ("27 Imperial Ave", "27 Imperial Ct"):
        call = ("--when", "09:00", "--nature", "crisis", "--address", street)
        assert ccu("log-call", *call).code == 0
    terminal = start(db_path, "--when", "10:00", "--nature", "crisis")
    terminal.expect_exact("Address: ")
    terminal.sendline("27 imperial")
    terminal.expect_exact("Number, or n for a new address: ")
    terminal.sendline("")
    terminal.expect_exact("type a number of the list")
    terminal.sendline("2")
    terminal.expect_exact("  27 IMPERIAL CT")
    terminal.expect_exact("Reported by")
    terminal.close(force=True)
    assert count(db_path) == 2
    new = ("--when", "10:00", "--nature", "crisis", "--address", "27 imperial")
    terminal = start(db_path, *new)
    terminal.expect_exact("Number, or n for a new address: ")
    terminal.sendline("n")
    terminal.expect_exact("Logged call 3.")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert ccu("place", "show", "27 imperial").code == 0
