"""A person or a sentence typed as an address is asked about, or warned of."""

from pathlib import Path

import pytest

from tests.calls.test_terminal_log_call import count, pexpect, start
from tests.conftest import Ccu
from tests.typed import interrupt

CALL = ("log-call", "--when", "22:30", "--nature", "crisis", "--address")
DOUBT = "No house number or street in this"


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
def test_what_is_no_address_is_warned_of_and_kept(typed: str, ccu: Ccu) -> None:
    done = ccu(*CALL, typed)
    assert done.code == 0
    assert done.err == (f'{DOUBT} address. If it is wrong: ccu call edit 1 --address "..."\n')
    assert ccu("call", "amend", "1", "--address", "12 Main St").err == ""
    assert ccu("call", "amend", "1", "--address", "Ana Doe, dob 1/2/90").err == done.err


@pytest.mark.parametrize(
    "typed",
    [
        *("12 Main St Apt 3", "400 block Elm St", "Main St & Elm St", "Main St", "I-95 NB EXIT 17"),
        *("Compo Beach", "Staples High School", "Stop & Shop", "Saugatuck station parking lot"),
        *("Longshore", "unknown", "12 Main St, rear"),
    ],
)
def test_an_address_a_crossing_and_a_place_are_not(typed: str, ccu: Ccu) -> None:
    done = ccu(*CALL, typed)
    assert (done.code, done.err) == (0, "")


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
    refused = start(db_path, *CALL[1:], "Jane Doe")
    refused.expect_exact("Is that the address? y or n: ")
    refused.sendline("n")
    refused.expect_exact("ccu: error: give a house number and street, a crossing, or the name of a")
    refused.wait()
    assert count(db_path) == 0


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
