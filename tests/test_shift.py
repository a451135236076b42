"""An officer's shift and a clinician's morning at 80 x 24: screens are goldens, keys are counted.

`UPDATE_GOLDEN=1 pytest tests/test_shift.py` rewrites the golden: read the difference before keeping
it.
"""

import os
import re
import shlex
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest

from . import steps
from .conftest import Ccu

pexpect = pytest.importorskip("pexpect")
if not hasattr(pexpect, "spawn"):
    pytest.skip("no pseudo-terminals here", allow_module_level=True)

GOLDENS = Path(__file__).parent / "golden"
NOW = "2026-01-31T14:00"
PROGRAM = ["-c", "import sys; from ccu.cli import main; sys.exit(main(sys.argv[1:]))"]
ROWS, COLUMNS = 24, 80
CALL = "2026-01-30 22:30"


@pytest.fixture
def ccu(ccu: Ccu, monkeypatch: pytest.MonkeyPatch) -> Ccu:
    """A town with one provider, and a house where a knife was seen the day before."""
    monkeypatch.setenv("CCU_TODAY", NOW)
    monkeypatch.delenv("COLUMNS")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    steps.become(monkeypatch, "root")
    steps.provider(ccu, "Homes with Hope", "--phone", "203-555-0110", need="housing")
    before = ("log-call", "--when", CALL, "--address", "27 Imperial Ave", "--nature", "crisis")
    done = ccu(*before, "--danger", "weapon", "--person-file", "-", stdin="Ana Reyes\n")
    assert done.code == 0, done.err
    person = ("person", "edit", "1", "--file", "-")
    assert ccu(*person, stdin="phone: 203-555-0142\nborn: 1980-01-31").code == 0
    done = ccu("follow-up", "add", "--person", "1", "--kind", "call", "--due", "tomorrow")
    assert done.code == 0, done.err
    return ccu


class Shift:
    """Commands typed at a terminal; remembers what was on its screen and how many keys it took."""

    def __init__(self) -> None:
        self.screens: list[str] = []
        self.keys = 0
        self._terminal: Any = None

    def type(self, line: str) -> None:
        """Start a command."""
        self.screens.append(f"$ ccu {line}\n")
        self._terminal = pexpect.spawn(
            sys.executable,
            [*PROGRAM, *shlex.split(line)],
            env=dict(os.environ),
            encoding="utf-8",
            timeout=30,
            dimensions=(ROWS, COLUMNS),
        )

    def answer(self, question: str, keys: str = "", content: str = "") -> None:
        """Answer a question. Enter and `keys` count as keys; `content` is what must be typed."""
        self._terminal.expect_exact(question)
        self.screens.append(self._terminal.before + self._terminal.after)
        self._terminal.sendline(keys + content)
        self.keys += len(keys) + 1

    def end(self) -> str:
        """Wait for the command's end; return what it printed after the last answer."""
        self._terminal.expect(pexpect.EOF)
        self._terminal.close()
        assert self._terminal.exitstatus == 0, self._terminal.before
        printed = str(self._terminal.before)
        self.screens.append(f"{printed}\n")
        return printed

    def text(self) -> str:
        """Return the screens as a person reads them, without what moves the cursor."""
        plain = re.sub(r"\x1b\[[?0-9;]*[A-Za-z]", "", "".join(self.screens))
        return "\n".join(line.rstrip() for line in plain.replace("\r", "").split("\n"))


NATURE = "Nature (number, code, or how it begins): "
HAZARDS = 'Hazards, separated by commas ("none" if you checked) (Enter to skip): '
SAVE = "Save? y, n, or a number to change: "


def test_an_officers_shift(ccu: Ccu, db_path: Path) -> None:
    shift = Shift()
    shift.type("history 27 imperail ave")  # a typing error
    shift.answer(": ", "")
    assert "WEAPON" in shift.end().upper()

    shift.type("log-call")
    shift.answer("When did it begin [now]: ", "25:30")
    shift.answer("When did it begin: ", "13:30")
    shift.answer("Address: ", content="72 Imperial Ave")  # the wrong house
    shift.answer(NATURE, "<")
    shift.answer("Address [72 IMPERIAL AVE]: ", content="27 Imperial Ave")
    shift.answer(NATURE, "wellfare")
    shift.answer("begins) [Welfare check]: ", "y")
    shift.answer("Reported by (Enter to skip): ", "1")
    shift.answer(HAZARDS, "none")
    shift.answer("clinician (Enter to skip): ", "pol")
    shift.answer("Interventions, separated by commas (Enter to skip): ", "1")
    shift.answer("Dispositions, separated by commas (Enter to skip): ", "resol")
    shift.answer("Minutes on scene, all responders together (Enter to skip): ", "250")
    shift.answer("Person 1 (Enter when done): ", content="Ana Reyes")
    shift.answer("n for new: ", "y")
    shift.answer("Person 2 (Enter when done): ")
    shift.answer("> ", content="Calm. Wants help with the rent.")
    shift.answer("> ")
    shift.answer(SAVE, "9")
    shift.answer("(- clears): ", "25")
    shift.answer(SAVE, "y")
    assert "Logged call 2." in shift.end()

    shift.type("refer 2")
    shift.answer(NATURE.replace("Nature", "Need"), "hous")
    shift.answer("[1]: ")
    shift.answer("[none]: ", "<")
    shift.answer("[Homes with Hope]: ")
    shift.answer("[none]: ")
    shift.answer("Who follows up (login) [root]: ")
    shift.answer(SAVE, "y")
    assert "Homes with Hope" in shift.end()

    with sqlite3.connect(db_path) as hand:
        logged = hand.execute(
            "SELECT nature, minutes, place_id, narrative FROM call ORDER BY id DESC LIMIT 1"
        ).fetchone()
        first = hand.execute("SELECT place_id FROM call WHERE id = 1").fetchone()
        referred = hand.execute("SELECT need, provider_id, person_id FROM referral").fetchall()
    assert logged == ("welfare_check", 25, *first, "Calm. Wants help with the rent.")
    assert referred == [("housing", 1, 1)]
    is_as_recorded(shift, "shift.txt")


def is_as_recorded(shift: Shift, name: str) -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        (GOLDENS / name).write_text(shift.text(), encoding="utf-8")
    assert shift.text() == (GOLDENS / name).read_text(encoding="utf-8")


def test_a_clinicians_morning(ccu: Ccu, db_path: Path) -> None:
    made = ccu("refer", "1", "--person", "1", "--need", "housing", "--to", "homes")
    assert made.code == 0, made.err
    morning = Shift()
    morning.type("follow-up list")
    assert "Ana Reyes" in morning.end()

    morning.type("follow-up done 2")
    morning.answer(NATURE.replace("Nature", "Result"), "not re")
    morning.answer("> ", content="No answer at the door.")
    morning.answer("> ")
    morning.answer("[Sun Feb 1, 2026 14:00]: ", content="2/32/2026")  # no such day
    morning.answer("When to try again: ", content="2/2/2026 0930")
    morning.answer(SAVE, "y")
    morning.end()

    morning.type("undo")  # it was another client
    morning.answer("y or n: ", "y")
    morning.end()

    morning.type("follow-up done 2")
    morning.answer(NATURE.replace("Nature", "Result"), "<")
    morning.answer(NATURE.replace("Nature", "Result"), "1")
    morning.answer("> ", content="Wants a case manager.")
    morning.answer("> ")
    morning.answer(SAVE, "y")
    assert "Closed follow-up 2" in morning.end()

    morning.type("referral edit 1")
    morning.answer("(Enter to skip): ", "acc")
    morning.answer("New owner (Enter to skip): ")
    morning.answer("> ")
    morning.answer(SAVE, "y")
    morning.end()

    morning.type("needs record --person 1")
    for answer in ("unmet", "met", "n", "n", "n", "met"):
        morning.answer(" (number or word): ", answer)
    morning.answer("y or n [n]: ", "n")
    morning.answer(SAVE, "y")
    morning.end()

    morning.type("brief")
    assert "Connected" in morning.end()

    with sqlite3.connect(db_path) as hand:
        tried = hand.execute("SELECT result FROM attempt WHERE follow_up_id = 2").fetchall()
        needs = hand.execute("SELECT need, state FROM need_answer ORDER BY state").fetchall()
        status = hand.execute("SELECT status FROM referral").fetchall()
    assert tried == [("reached",)]
    assert ("housing", "lacks") in needs
    assert len(needs) == 6
    assert status == [("accepted",)]
    is_as_recorded(morning, "morning.txt")


# ---------------------------------------------------------------- keys
# Counted at the questions: Enter, choices and numbers; not the address, name, note or date itself.


def test_keys_to_log_a_care_call(ccu: Ccu) -> None:
    shift = Shift()
    shift.type("log-call")
    shift.answer("When did it begin [now]: ")
    shift.answer("Address: ", content="12 Main St Apt 3")
    shift.answer(NATURE, "welf")
    shift.answer("Reported by (Enter to skip): ", "1")
    shift.answer(HAZARDS, "none")
    shift.answer("clinician (Enter to skip): ", "pol")
    shift.answer("Interventions, separated by commas (Enter to skip): ", "1")
    shift.answer("Dispositions, separated by commas (Enter to skip): ", "resol")
    shift.answer("Minutes on scene, all responders together (Enter to skip): ", "25")
    shift.answer("Person 1 (Enter when done): ", content="Tom Baker")
    shift.answer("Person 2 (Enter when done): ")
    shift.answer("> ", content="Shouting; calm by 14:00.")
    shift.answer("> ")
    shift.answer(SAVE, "y")
    assert "Logged call 2." in shift.end()
    assert shift.keys <= 40


def test_keys_to_refer(ccu: Ccu) -> None:
    shift = Shift()
    shift.type("refer 1")
    shift.answer("Need (number, code, or how it begins): ", "hous")
    shift.answer("[1]: ")
    shift.answer("[none]: ")
    shift.answer("Who follows up (login) [root]: ")
    shift.answer(SAVE, "y")
    assert "Homes with Hope" in shift.end()
    assert shift.keys <= 12


def test_keys_to_answer_a_door(ccu: Ccu) -> None:
    shift = Shift()
    address = "27 imperial"
    shift.type(f"history {address}")  # a near match: Enter takes it
    shift.answer(": ")
    assert "WEAPON" in shift.end().upper()
    assert shift.keys + len("ccu history \n") <= 20


def test_keys_to_close_a_follow_up_whose_name_and_phone_are_shown(ccu: Ccu) -> None:
    shift = Shift()
    shift.type("follow-up done 1")
    shift.answer("Result (number, code, or how it begins): ", "1")
    shift.answer("> ", content="Has a bed until Friday.")
    shift.answer("> ")
    shift.answer(SAVE, "y")
    assert "Closed follow-up 1" in shift.end()
    assert "Ana Reyes, 203-555-0142" in shift.text()
    assert shift.keys <= 25
