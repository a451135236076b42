"""A misspelled unit word before a unit number is never dropped without a message."""

import json
from pathlib import Path

import pytest

from tests.calls.test_terminal_log_call import pexpect, start
from tests.conftest import Ccu
from tests.typed import interrupt

CALL = ("log-call", "--when", "22:30", "--nature", "crisis", "--address")
HISTORY = ("history", "12", "main", "st")


@pytest.mark.parametrize(
    ("typed", "unit"),
    [
        ("12 Main St Aptt 3", "# 3"),
        ("12 Main St, Apat 4B", "# 4B"),
        ("12 Main St Untit 3", "# 3"),
        ("12 Main St Apartmnt 3", "# 3"),
        ("12 Main St aptt b", "# B"),
        ("12 Main St Aptt3", "# 3"),
        ("12 Main St Flor 2", "FL 2"),
        ("12 Main St bulding 3", "BLDG 3"),
        ("12 Main St bulding 3 apt 4", "BLDG 3 # 4"),
    ],
)
def test_in_a_pipe_the_call_is_kept_and_warned_of(typed: str, unit: str, ccu: Ccu) -> None:
    done = ccu(*CALL, typed)
    assert f"Did you mean {unit}? If so:" in done.err
    assert f'ccu call edit 1 --address "12 MAIN ST {unit}"\n' in done.err
    edited = ccu("call", "edit", "1", "--address", typed)
    assert f"Did you mean {unit}?" in edited.err


@pytest.mark.parametrize(
    "typed",
    [
        *("12 Main St Apt 3", "12 Main St Ste. 3", "12 Main St Flr 2", "12 Main St Gate 3"),
        *("12 Main St near Elm St", "12 Main St, Lot 3", "12 Main St Aptos 33401"),
    ],
)
def test_a_unit_and_another_word_are_not_asked_about(typed: str, ccu: Ccu) -> None:
    assert "Did you mean" not in ccu(*CALL, typed).err


def test_history_tells_how_the_unit_was_read(ccu: Ccu) -> None:
    assert ccu(*HISTORY, "aptt", "3").err == "APTT 3 was read as # 3.\n"
    ccu(*CALL, "12 Main St Apt 3")
    ccu(*CALL, "12 Main St")
    card = json.loads(ccu(*HISTORY, "aptt", "3", "--format", "json").out)
    assert card["match"] == {
        "certainty": "APTT 3 was read as # 3",
        "text": "12 MAIN ST # 3, WESTPORT",
    }
    card = json.loads(ccu(*HISTORY, "aptt", "5", "--format", "json").out)
    assert card["match"]["certainty"] == (
        "only the building is on file, not this unit; APTT 5 was read as # 5"
    )


def test_a_safety_note_is_not_filed_on_the_building(ccu: Ccu) -> None:
    ccu(*CALL, "12 Main St")
    done = ccu("place", "flag", "12 Main St Aptt 3", "--file", "-", "--source", "call 1")
    assert done.code == 2
    assert "APTT 3 cannot be read as a unit; if you mean # 3, write the address as" in done.err


def test_at_a_terminal_the_unit_is_offered_and_a_crossing_shown_as_filed(
    ccu: Ccu, db_path: Path
) -> None:
    ccu(*CALL, "12 Main St")
    terminal = start(db_path, "--when", "22:30", "--nature", "crisis")
    terminal.expect_exact("Address: ")
    terminal.sendline("12 Main St Aptt 3")
    terminal.expect_exact("Did you mean 12 MAIN ST # 3? y or n: ")
    terminal.sendline("y")
    terminal.expect_exact("  12 MAIN ST # 3")
    terminal.expect_exact("Reported by")
    terminal.sendline("<")
    terminal.expect_exact("Address [12 MAIN ST # 3]: ")
    terminal.sendline("Main St & Elm")
    terminal.expect_exact("  ELM & MAIN ST\r\n")
    terminal.expect_exact("Reported by")
    interrupt(terminal)
    terminal.expect(pexpect.EOF)
