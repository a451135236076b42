"""`ccu log-call` at a real terminal: questions on the screen, data on standard output, Ctrl-C."""

import json
import os
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import TODAY, Ccu
from tests.typed import interrupt

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
    ("Reported by (Enter to skip): ", "1"),
    ('Hazards, separated by commas ("none" if you checked) (Enter to skip): ', "none"),
    ("Police + clinician (Enter to skip): ", "pol"),
    ("Interventions, separated by commas (Enter to skip): ", "1, nal"),
    ("  De-escalation, Naloxone", None),
    ("Dispositions, separated by commas (Enter to skip): ", "resol"),
    ("Minutes on scene, all responders together (Enter to skip): ", "25"),
    ("Person 1 (Enter when done): ", "Ana Reyes"),
    ("Person 2 (Enter when done): ", ""),
    ("> ", "Shouting – calm by 23:00."),
    ("> ", ""),
    ("Save? y, n, or a number to change: ", "y"),
)


def start(db_path: Path, *args: str, language: str = "C.UTF-8") -> Any:
    environment = {**os.environ, "CCU_DB": str(db_path), "CCU_TODAY": TODAY, "TERM": "xterm"}
    environment["LC_ALL"] = language
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
    interrupt(terminal)
    terminal.expect_exact("\r\nCancelled. ")
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
    terminal = start(db_path, "--when", "22:30", "--nature", "crisis", language="C")
    terminal.expect_exact("Address: ")
    os.write(terminal.child_fd, b"caf\xe9 street\n")
    terminal.expect_exact("Address must be one line of text without control characters")
    terminal.expect_exact("Address: ")
    interrupt(terminal)
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
        ('Not a valid nature: "homeless". Did you mean Unsheltered? Type ? to list them', None),
        ("Nature (number, code, or how it begins) [Unsheltered]: ", "unshel"),
        ("Reported by (Enter to skip): ", "non-em"),
        ("  Non-emergency line", None),
        ("(Enter to skip): ", "no"),
        ("Type none in full to record that no hazard was found", None),
        ("(Enter to skip): ", "knife"),
        ('Not a valid hazard: "knife". Did you mean Weapon?', None),
        ("(y for Weapon, Enter to skip): ", "weapon, needles"),
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
    terminal.expect_exact("  1  27 IMPERIAL AVE, WESTPORT (1 call, WEAPON)")
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


# ---------------------------------------------------------------- going back, review, a kept draft


def answer(terminal: Any, *answers: str) -> None:
    """Type each answer after the question that ends with a colon and a space."""
    for text in answers:
        terminal.expect(r"(: |> )$")
        terminal.sendline(text)


def calls(db_path: Path) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(db_path)
    try:
        return connection.execute("SELECT nature, minutes, narrative FROM call").fetchall()
    finally:
        connection.close()


TO_THE_NOTE = ("22:30", "12 Main St", "crisis", "", "none", "", "", "resol", "25", "Ana Reyes", "")


def test_a_less_than_sign_goes_back_and_a_number_changes_an_answer(ccu: Ccu, db_path: Path) -> None:
    terminal = start(db_path)
    answer(terminal, "<")
    terminal.expect_exact("This is the first question; Ctrl-C cancels.")
    answer(terminal, "22:30", "12 Maim St", "<", "12 Main St", "welf", "<", "crisis", "", "none")
    answer(terminal, "", "", "resol", "25", "Ana Rayes", "<", "Ana Reyes", "", "first", "")
    terminal.expect_exact("Save? y, n, or a number to change: ")
    shown = terminal.before
    assert "12 MAIN ST" in shown and "12 MAIM ST" not in shown
    assert "Ana Reyes (subject)" in shown and "Rayes" not in shown
    terminal.sendline("9")
    answer(terminal, "30")
    terminal.expect_exact("Save? y, n, or a number to change: ")
    terminal.sendline("99")
    terminal.expect_exact(
        "y saves, n discards what you typed, a number from 1 to 11 changes an answer"
    )
    terminal.expect_exact("Save? y, n, or a number to change: ")
    terminal.sendline("y")
    terminal.expect_exact("Logged call 1.")
    terminal.expect(pexpect.EOF)
    assert calls(db_path) == [("crisis", 30, "first")]


def drafts(home: Path) -> list[Path]:
    return list(home.glob("**/draft-*"))


def test_ctrl_c_keeps_a_private_draft_that_the_next_call_offers(
    ccu: Ccu, db_path: Path, tmp_path: Path
) -> None:
    terminal = start(db_path)
    answer(terminal, *TO_THE_NOTE)
    terminal.expect_exact("> ")
    interrupt(terminal)
    terminal.expect_exact("ccu log-call offers it")
    terminal.expect(pexpect.EOF)
    (kept,) = drafts(tmp_path)
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o777 == 0o700
    assert calls(db_path) == []

    again = start(db_path)
    again.expect_exact("Continue it? y, n to delete it, or k to keep it and start another: ")
    again.sendline("y")
    answer(again, "calm by 23:00", "")
    again.expect_exact("Save? y, n, or a number to change: ")
    assert "Ana Reyes" in again.before
    again.sendline("y")
    again.expect_exact("Logged call 1.")
    again.expect(pexpect.EOF)
    assert calls(db_path) == [("crisis", 25, "calm by 23:00")]
    assert drafts(tmp_path) == []


def test_a_call_interrupted_among_its_people_asks_for_more_people(
    ccu: Ccu, db_path: Path, tmp_path: Path
) -> None:
    terminal = start(db_path)
    answer(terminal, *TO_THE_NOTE[:10])  # one person so far
    terminal.expect_exact("Person 2 (Enter when done): ")
    interrupt(terminal)
    terminal.expect(pexpect.EOF)
    again = start(db_path)
    answer(again, "y")
    again.expect_exact("Person 2 (Enter when done): ")
    again.sendline("")
    answer(again, "", "y")
    again.expect_exact("Logged call 1.")
    again.expect(pexpect.EOF)
    shown = ccu("call", "show", "1", "--full", "--reason", "test").out
    assert "Ana Reyes" in shown


def stop(terminal: Any, key: str) -> None:
    """Press Ctrl-C or Ctrl-D, and wait for the end."""
    if key == "ctrl-d":
        time.sleep(0.3)
        terminal.sendeof()
    else:
        interrupt(terminal)
    terminal.expect(pexpect.EOF)


# Each question with one of the keys; each with both is slow.
@pytest.mark.parametrize(
    ("answered", "key"),
    [
        pytest.param(answered, key, marks=[pytest.mark.slow] if (place - turn) % 2 else [])
        for place, answered in enumerate((1, 2, 8, 11))
        for turn, key in enumerate(("ctrl-c", "ctrl-d"))
    ],
)
def test_whatever_was_typed_is_kept_at_any_question(
    answered: int, key: str, ccu: Ccu, db_path: Path, tmp_path: Path
) -> None:
    terminal = start(db_path)
    answer(terminal, *TO_THE_NOTE[:answered])
    if answered == len(TO_THE_NOTE):
        answer(terminal, "Shouting.", *([""] if key == "ctrl-d" else []))
        terminal.expect(r"> $" if key == "ctrl-c" else "to change: ")
    else:
        terminal.expect(r": $")
    stop(terminal, key)
    assert len(drafts(tmp_path)) == 1
    again = start(db_path)
    again.expect_exact("A call you did not finish was kept on ")
    again.expect_exact("Continue it? y, n to delete it, or k to keep it and start another: ")
    began = "Sat Jan 31, 2026 22:30"
    address = "12 Main St" if answered > 1 else "no address yet"
    assert f": {address}, began {began}." in again.before.replace("\r\n", " ")
    again.sendline("y")
    answer(again, *TO_THE_NOTE[answered:])
    if answered == len(TO_THE_NOTE) and key == "ctrl-c":
        again.expect_exact("> Shouting.")
        answer(again, "Calm.", "")
    elif answered < len(TO_THE_NOTE):
        answer(again, "Shouting.", "Calm.", "")
    answer(again, "y")
    again.expect_exact("Logged call 1.")
    again.expect(pexpect.EOF)
    text = "Shouting." if (answered, key) == (len(TO_THE_NOTE), "ctrl-d") else "Shouting.\nCalm."
    assert calls(db_path) == [("crisis", 25, text)]
    assert drafts(tmp_path) == []


def test_nothing_typed_keeps_nothing(ccu: Ccu, db_path: Path, tmp_path: Path) -> None:
    terminal = start(db_path)
    answer(terminal, "")
    terminal.expect_exact("Address: ")
    stop(terminal, "ctrl-c")
    assert drafts(tmp_path) == []


def test_an_interrupted_choice_is_asked_again(ccu: Ccu, db_path: Path, tmp_path: Path) -> None:
    line = ("--when", "09:00", "--nature", "crisis", "--person-file", "-")
    assert ccu("log-call", "--address", "27 Imperial Ave", *line, stdin="Ana Reyes").code == 0
    terminal = start(db_path)
    answer(terminal, "22:30", "27 imperail")
    terminal.expect_exact("Number, or n for a new address [Enter for 1]: ")
    stop(terminal, "ctrl-c")
    again = start(db_path)
    answer(again, "y")
    again.expect_exact("Number, or n for a new address [Enter for 1]: ")
    again.sendline("")
    answer(again, *TO_THE_NOTE[2:9], "Ana Reyes")
    again.expect_exact("Enter the number, or n for new: ")
    stop(again, "ctrl-c")
    last = start(db_path)
    answer(last, "y")
    last.expect_exact("Enter the number, or n for new: ")
    last.sendline("1")
    answer(last, "", "", "y")
    last.expect_exact("Logged call 2.")
    last.expect(pexpect.EOF)
    people = ccu("call", "show", "2", "-f", "json").out
    assert '"id": 1,' in people.partition('"people"')[2]
    assert "27 IMPERIAL AVE" in ccu("call", "list").out.upper()


def test_a_call_that_cannot_be_saved_is_kept_too(ccu: Ccu, db_path: Path, tmp_path: Path) -> None:
    line = ("log-call", "--when", "22:30", "--address", "12 Main St", "--nature", "crisis")
    assert ccu(*line, "--incident", "26-1").code == 0
    terminal = start(db_path, "--incident", "26-1")  # another call has that number
    answer(terminal, *TO_THE_NOTE, "", "y")
    terminal.expect_exact("ccu log-call offers it")
    terminal.expect_exact("ccu: error: ")
    terminal.expect(pexpect.EOF)
    assert len(drafts(tmp_path)) == 1
    assert len(calls(db_path)) == 1


@pytest.mark.parametrize("when", ["offered", "reviewed"])
def test_a_draft_is_removed_when_it_is_declined(
    when: str, ccu: Ccu, db_path: Path, tmp_path: Path
) -> None:
    terminal = start(db_path)
    answer(terminal, *TO_THE_NOTE)
    terminal.expect_exact("> ")
    interrupt(terminal)
    terminal.expect(pexpect.EOF)
    assert len(drafts(tmp_path)) == 1
    again = start(db_path)
    if when == "offered":
        answer(again, "n")
        again.expect_exact("When did it begin")
        interrupt(again)
    else:
        answer(again, "y", "", "n")
    again.expect_exact("\r\nCancelled. ")
    again.expect(pexpect.EOF)
    assert drafts(tmp_path) == []
    assert calls(db_path) == []


def test_a_draft_of_another_account_is_not_offered(ccu: Ccu, db_path: Path, tmp_path: Path) -> None:
    assert ccu("staff", "add", "dlee", "--role", "officer", "--agency", "police").code == 0
    terminal = start(db_path)
    answer(terminal, *TO_THE_NOTE[:3], "<")
    interrupt(terminal)
    terminal.expect(pexpect.EOF)
    (kept,) = drafts(tmp_path)
    kept.rename(kept.with_name("draft-0123456789abcdef.json"))  # as another account's would be
    other = start(db_path)
    other.expect_exact("When did it begin [now]: ")
    assert "Continue" not in other.before
    interrupt(other)
    other.expect(pexpect.EOF)
    assert len(drafts(tmp_path)) == 1


def test_the_arrow_keys_edit_an_answer_and_recall_nothing(ccu: Ccu, db_path: Path) -> None:
    terminal = start(db_path)
    answer(terminal, "22:30", "12 Main St", "criss\x1b[D" + "i")  # left, then the missing letter
    terminal.expect_exact("in crisis")
    terminal.expect_exact("Reported by (Enter to skip): ")
    terminal.sendline("\x1b[A")  # up: there is no history to take an answer from
    terminal.expect_exact("Hazards, separated by commas")
    interrupt(terminal)
    terminal.expect(pexpect.EOF)


def test_letters_with_accents_are_kept(ccu: Ccu, db_path: Path) -> None:
    terminal = start(db_path)
    answer(terminal, *TO_THE_NOTE[:9], "José Muñoz", "", "", "y")
    terminal.expect_exact("Logged call 1.")
    terminal.expect(pexpect.EOF)
    assert "José Muñoz" in ccu("call", "show", "1", "--full", "--reason", "test").out


def test_edit_opens_the_editor_for_the_note(
    ccu: Ccu, db_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = tmp_path / "editor.sh"
    editor.write_text('#!/bin/sh\nprintf "calm\\n\\nby 23:00" > "$1"\n', encoding="utf-8")
    editor.chmod(0o700)
    monkeypatch.setenv("EDITOR", str(editor))
    monkeypatch.delenv("VISUAL", raising=False)
    terminal = start(db_path, "--edit")
    answer(terminal, *TO_THE_NOTE, "y")
    terminal.expect_exact("Logged call 1.")
    terminal.expect(pexpect.EOF)
    assert calls(db_path) == [("crisis", 25, "calm\n\nby 23:00")]


def test_dates_and_names_are_typed_as_in_a_report(ccu: Ccu, db_path: Path) -> None:
    typed = {"yesterday 22:30": "yesterday 2230", "Ana Reyes": "Ana Reyes, born 5/6/1971"}
    terminal = start(db_path)
    for question, answer in QUESTIONS_AND_ANSWERS:
        terminal.expect_exact(question)
        if answer == "yesterday 22:30":
            terminal.sendline("last night")
            terminal.expect(r"write it as yesterday 22:30 or today\s+01:30")
            terminal.expect_exact("When did it begin: yesterday ")
        if answer is not None:
            terminal.sendline(typed.get(answer, answer))
        if answer == "Ana Reyes":
            terminal.expect_exact("  Ana Reyes, born May 6, 1971 (age 54), Subject")
    terminal.expect_exact("Logged call 1.")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0


def test_a_near_place_that_may_be_on_another_street_is_not_taken_by_enter(
    ccu: Ccu, db_path: Path
) -> None:
    for address in ("27 Baker St", "9 Barker St"):  # both streets are on file
        line = ("--when", "09:00", "--nature", "crisis", "--hazard", "weapon", "--no-input")
        assert ccu("log-call", "--address", address, *line).code == 0
    again = ("--when", "10:00", "--nature", "crisis", "--address", "27 Barker St")
    terminal = start(db_path, *again)
    terminal.expect_exact("1  27 BAKER ST, WESTPORT (1 call, WEAPON)")
    terminal.expect_exact("Number, or n for a new address: ")
    terminal.sendline("")
    terminal.expect_exact("type a number of the list, or n for none of them")
    terminal.sendline("n")
    terminal.expect_exact("Logged call 3.")
    terminal.expect_exact("27 BARKER ST")
    terminal.expect(pexpect.EOF)


def test_a_near_unit_and_house_are_offered_with_every_warning(ccu: Ccu, db_path: Path) -> None:
    line = ("--when", "09:00", "--no-input", "--address")
    assert ccu("log-call", *line, "12 Main St Apt 5", "--nature", "crisis").code == 0
    worst = ("--hazard", "weapon", "--hazard", "violence", "--disposition", "police_exam")
    assert ccu("log-call", *line, "12 Main St", "--nature", "suicide", *worst).code == 0
    flag = ("place", "flag", "12 Main St", "--source", "officer", "--file", "-")
    assert ccu(*flag, stdin="Guard dog in the lobby").code == 0
    terminal = start(
        db_path, "--when", "10:00", "--nature", "crisis", "--address", "12 Mian St Apt 5"
    )
    terminal.expect_exact("Number, or n for a new address: ")
    offered = " ".join(terminal.before.split())
    for place in ("12 MAIN ST # 5, WESTPORT", "12 MAIN ST, WESTPORT"):
        found = offered.partition(f"{place} (1 call, ")[2].partition(")")[0]
        assert {"VIOLENCE", "WEAPON", "EMERGENCY EXAM"} <= set(found.split(", ")), offered
        assert "Guard dog in the lobby" in found
    terminal.close(force=True)
    shown = ccu("history", "--address", "12 Mian St Apt 5", "--no-input", "-f", "json")
    near = {each["address"]: each["warnings"] for each in json.loads(shown.out)["near"]}
    assert "building" in {each.get("at") for each in near["12 MAIN ST # 5, WESTPORT"]}
