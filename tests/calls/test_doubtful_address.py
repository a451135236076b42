"""A person or a sentence typed as an address is asked about, or warned of."""

import json
import sqlite3
from pathlib import Path

import pytest

from tests.calls.test_terminal_log_call import count, pexpect, start
from tests.conftest import Ccu
from tests.typed import interrupt

CALL = ("log-call", "--when", "22:30", "--nature", "crisis", "--address")
DOUBT = "No house number in this"


@pytest.mark.parametrize(
    "typed",
    [
        "Jane Doe, born 5/6/1971",
        "Jane Doe",
        "John Roe, 81",
        "DOB 04/02/1945",
        "Bea Noe, daughter of Maria",
        "The woman who called yesterday about her son",
        "he is in the car",
        "12",
        "Apt 3",
        "w",
        "no",
        "11/27 2145",
        "yesterday 22:30",
        "0930",
        "2230 hrs",
    ],
)
def test_text_that_is_not_an_address_is_kept_with_a_warning(typed: str, ccu: Ccu) -> None:
    done = ccu(*CALL, typed)
    assert done.code == 0
    assert done.err == (f'{DOUBT} address. If wrong: ccu call edit 1 --address "..."\n')
    assert ccu("call", "amend", "1", "--address", "12 Main St").err == ""
    assert ccu("call", "amend", "1", "--address", "Ana Doe, dob 1/2/90").err == done.err


@pytest.mark.parametrize(
    "typed",
    [
        *("12 Main St Apt 3", "400 block Elm St", "Main St & Elm St", "I-95 NB EXIT 17"),
        *("unknown", "12 Main St, rear"),
    ],
)
def test_an_address_and_a_crossing_are_not(typed: str, ccu: Ccu) -> None:
    done = ccu(*CALL, typed, "-f", "json")
    assert (done.code, done.err, json.loads(done.out)["warnings"]) == (0, "", [])


@pytest.mark.parametrize(
    "typed",
    ["Main St", "Compo Beach", "Staples High School", "Stop & Shop", "Longshore"],
)
def test_a_place_without_a_house_number_is_warned_of_until_it_is_on_file(
    typed: str, ccu: Ccu
) -> None:
    done = ccu(*CALL, typed, "-f", "json")
    assert done.code == 0
    assert json.loads(done.out)["warnings"] == [done.err.strip()]
    assert done.err.startswith(DOUBT)
    assert ccu("log-call", "--when", "21:00", *CALL[3:], typed).err == ""
    assert ccu("call", "edit", "1", "--address", "Old Mill Beach").err.startswith(DOUBT)


def test_a_place_that_is_on_file_is_not_asked_about_again(ccu: Ccu) -> None:
    assert DOUBT in ccu(*CALL, "Maria Roe").err
    assert DOUBT not in ccu(*CALL, "maria roe").err


def test_at_a_terminal_it_is_asked_and_the_address_can_be_typed_again(
    ccu: Ccu, db_path: Path
) -> None:
    terminal = start(db_path, "--when", "22:30", "--nature", "crisis")
    terminal.expect_exact("Address: ")
    terminal.sendline("Jane Doe, born 5/6/1971")
    shown = '"Jane Doe, born 5/6/1971": no house number or street. Is that the address? y or n: '
    terminal.expect_exact(shown)
    terminal.sendline("n")
    terminal.expect_exact("  Give a house number and street, a crossing, or the name of a place")
    for typed in ("foo bar", "11/27 2145"):
        terminal.expect_exact("Address: ")
        terminal.sendline(typed)
        terminal.expect_exact(f'"{typed}": no house number or street. Is that the address?')
        terminal.sendline("n")
    terminal.expect_exact("Address: ")
    terminal.sendline("John R")
    terminal.expect_exact("Is that the address? y or n: ")
    terminal.sendline("y")
    terminal.expect_exact("Reported by")
    terminal.close(force=True)


@pytest.mark.parametrize("missing", [0, 2])  # words of the command line
def test_an_option_that_is_no_address_is_asked_for_again(
    missing: int, ccu: Ccu, db_path: Path
) -> None:
    line = (*CALL[1 : len(CALL) - 1 - missing], "--address", "Jane Doe")
    terminal = start(db_path, *line)
    terminal.expect_exact("Is that the address? y or n: ")
    terminal.sendline("n")
    terminal.expect_exact("  Give a house number and street, a crossing, or the name of a place")
    terminal.expect_exact("Address: ")
    terminal.sendline("12 Main St")
    if missing:
        terminal.expect_exact("Nature")
        interrupt(terminal)
        terminal.expect(pexpect.EOF)
        terminal = start(db_path)
        terminal.expect(r"12 Main St,\s+began\s")
        terminal.close(force=True)
        return
    terminal.expect_exact("Logged call 1.")
    terminal.expect_exact("12 MAIN ST")
    terminal.expect(pexpect.EOF)
    assert count(db_path) == 1


def test_an_address_that_was_not_confirmed_is_not_in_the_draft(ccu: Ccu, db_path: Path) -> None:
    terminal = start(db_path)
    terminal.expect_exact("When did it begin [now]: ")
    terminal.sendline("?")
    terminal.expect_exact("  type a time: now, 22:30, yesterday 22:30")
    terminal.sendline("22:30")
    terminal.expect_exact("Address: ")
    terminal.sendline("y")
    terminal.expect_exact('"y": no house number or street. Is that the address? y or n: ')
    interrupt(terminal)
    terminal.expect_exact("\r\nCancelled. No record was changed. Your answers are kept")
    terminal.expect(pexpect.EOF)
    again = start(db_path)
    again.expect(r": no address yet,\s+began ")
    again.expect_exact("Continue it? y, n to delete it, or k to keep it and start another: ")
    again.sendline("y")
    again.expect_exact("Address: ")
    again.close(force=True)


def test_a_street_without_a_house_number_is_asked_about_at_a_terminal(ccu: Ccu) -> None:
    asked = ccu(*CALL, "Quince Cir", stdin="n\n12 Main St\n", tty=True)
    assert 'No house number: "Quince Cir". Is that the address? y or n: ' in asked.err
    assert "Logged call 1." in asked.out
    assert ccu(*CALL, "4 Quince Cir", "--hazard", "weapon").code == 0
    for typed in ("Quince Cir", "quince"):  # Enter takes no house of a street
        asked = ccu(*CALL, typed, stdin="\n1\nn\n", tty=True)
        assert asked.err.count("Is it one of these?\n") == 1
        assert "  1  4 QUINCE CIR, WESTPORT (1 call, WEAPON)\n" in asked.err
        assert "type a number of the list, or n for none of them" in asked.err
        assert "  4 QUINCE CIR\n" in asked.err
        assert ccu("undo", "--yes").code == 0


def test_similar_places_are_offered_with_their_warnings(ccu: Ccu, db_path: Path) -> None:
    assert ccu(*CALL, "27 Imperial Ave", "--hazard", "weapon").code == 0
    flag = ("place", "flag", "27 Imperial Ave", "--file", "-", "--source", "officer")
    assert ccu(*flag, stdin="Dog in the yard").code == 0
    asked = ccu(*CALL, "27 Imperail Ave", stdin="\n", tty=True)
    listed = "  1  27 IMPERIAL AVE, WESTPORT (1 call, WEAPON, Dog in the yard)\n"
    assert listed in asked.err
    seen = sqlite3.connect(db_path).execute(
        "SELECT count(*) FROM audit WHERE action = 'history' AND record_id = 1"
    )
    assert seen.fetchone()[0] == 2  # the card of the first call, and this list


@pytest.mark.parametrize("back", ["undo --yes", "call edit 2 --address Station"])
def test_an_address_that_was_taken_back_is_asked_about_again(back: str, ccu: Ccu) -> None:
    """A mistake that was undone is no house: the same one would file a second without a word."""
    line = ("log-call", "--when", "2026-01-30 21:00", "--nature", "crisis", "--address")
    assert ccu(*line, "27 Imperial Ave", "--hazard", "weapon").code == 0
    assert "similar on file: 27 IMPERIAL AVE" in ccu(*line, "27 Imperail Ave").err
    assert ccu(*back.split()).code == 0
    done = ccu(*line, "27 Imperail Ave", stdin="1\nn\n", tty=True)
    assert done.code == 0
    assert "27 IMPERAIL AVE is not on file. Is it one of these?" in done.err
    assert "similar on file: 27 IMPERIAL AVE" in ccu(*line, "27 Imperail Ave").err
