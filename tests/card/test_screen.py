"""The card at a real terminal: one screen of 80 x 24, warnings always on it; a pipe has it all."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .. import steps
from ..conftest import Ccu

pexpect = pytest.importorskip("pexpect")
if not hasattr(pexpect, "spawn"):
    pytest.skip("no pseudo-terminals here", allow_module_level=True)

NOW = "2026-01-31T14:00"
PROGRAM = ["-c", "import sys; from ccu.cli import main; sys.exit(main(sys.argv[1:]))"]
NOTE = "Note {}: ring twice, wait to the left of the door until somebody has answered"


@pytest.fixture
def ccu(ccu: Ccu, monkeypatch: pytest.MonkeyPatch, db_path: Path) -> Ccu:
    monkeypatch.setenv("CCU_TODAY", NOW)
    monkeypatch.delenv("COLUMNS")
    monkeypatch.delenv("LINES", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("CCU_DB", str(db_path))
    return ccu


def start(*words: str, rows: int = 24, columns: int = 80) -> Any:
    return pexpect.spawn(
        sys.executable,
        [*PROGRAM, "history", *words],
        env=dict(os.environ),
        encoding="utf-8",
        timeout=30,
        dimensions=(rows, columns),
    )


def shown(*words: str, rows: int = 24, columns: int = 80) -> list[str]:
    terminal = start(*words, rows=rows, columns=columns)
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
    lines: list[str] = terminal.before.replace("\r", "").splitlines()
    return lines


def log(ccu: Ccu, address: str, when: str, *more: str) -> None:
    nature = () if "--nature" in more else ("--nature", "crisis")
    done = ccu("log-call", "--when", when, "--address", address, *nature, *more)
    assert done.code == 0, done.err


def flag(ccu: Ccu, address: str, note: str, *more: str) -> None:
    done = ccu("place", "flag", address, "--source", "officer", "--file", "-", *more, stdin=note)
    assert done.code == 0, done.err


def card(ccu: Ccu, *words: str) -> dict[str, Any]:
    done = ccu("history", *words, "-f", "json")
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def test_the_card_is_warnings_then_who_then_calls(ccu: Ccu, db_path: Path) -> None:
    steps.start(ccu)
    steps.name(db_path, 1, "Rowan", "Sample")
    assert ccu("staff", "edit", "dlee", "--agency", "human_services").code == 0
    exam = ("--nature", "suicide", "--disposition", "police_exam", "--person", "1")
    log(ccu, "12 Main St Apt 3", "2026-01-20 10:00", *exam, "--danger", "weapon")
    assert ccu("worker", "assign", "--person", "1", "--staff", "dlee").code == 0
    assert shown("12", "main", "st", "apt", "3") == [
        "12 MAIN ST # 3, WESTPORT                2 calls in 30 days, last YESTERDAY 22:30",
        "! SUICIDE ATTEMPT OR THREAT, EMERGENCY EXAM, WEAPON Tue Jan 20",
        "WHO     R. Sample, subject of 2 calls",
        "CALL    Dana Lee, Human Services  203-555-0142",
        "CALLS   Fri Jan 30 22:30  Person in crisis",
        "        Tue Jan 20 10:00  Suicide attempt or threat  Police emergency exami...",
    ]
    assert steps.audited(db_path, "history")[-2:] == [("place", 1), ("person", 1)]


def test_twelve_warnings_are_all_on_one_screen(ccu: Ccu) -> None:
    log(ccu, "3 Elm St", "2026-01-30 10:00", "--person", "described: tall man", "--danger", "fire")
    for day in range(1, 29):
        log(ccu, "3 Elm St", f"2026-01-{day:02d} 10:00")
    for number in range(1, 12):
        flag(ccu, "3 Elm St", NOTE.format(number))
    lines = shown("3", "elm", "st")
    assert len(lines) <= 19  # with the prompt below it 20
    assert max(map(len, lines)) <= 80
    text = "\n".join(lines)
    for number in range(1, 12):
        assert f"! Note {number}: " in text
    assert "! FIRE Fri Jan 30" in text
    assert "CALL    No worker assigned" in text
    assert lines[-1].startswith("MORE    ")
    assert lines[-1].endswith(": --all")
    wide = shown("3", "elm", "st", rows=50, columns=120)
    assert NOTE.format(7) in "\n".join(wide)
    assert 80 < max(map(len, wide)) <= 120


def test_warnings_without_room_are_counted(ccu: Ccu) -> None:
    log(ccu, "3 Elm St", "2026-01-30 10:00", "--danger", "fire")
    for number in range(1, 20):
        flag(ccu, "3 Elm St", NOTE.format(number))
    lines = shown("3", "elm", "st", rows=13)
    assert len(lines) <= 10
    counted = lines.index("! 8 MORE WARNINGS: --all")
    assert "\n".join(lines[:counted]).count("! ") == 12
    assert lines[counted + 1] == "CALL    No worker assigned"


def test_notes_that_are_cut_are_told_of_and_a_neighbors_take_one_line(ccu: Ccu) -> None:
    for number in range(1, 7):
        flag(ccu, "3 Elm St", f"Note {number}: " + "wait for a second unit " * 5, "--new")
    log(ccu, "3 Elm St Apt 2", "2026-01-30 10:00", "--danger", "weapon")
    for number in range(1, 7):
        flag(ccu, "3 Elm St Apt 2", f"Unit note {number}: " + "wait for a second unit " * 5)
    lines = shown("3", "elm", "st", rows=20)
    assert len(lines) <= 15
    assert any(line.startswith("! Note 6") and line.endswith("...") for line in lines)
    assert lines[-1].startswith("MORE    rest of warnings")
    assert lines[-1].endswith(": --all")
    unit = shown("3", "elm", "st", "apt", "9")
    assert sum("wait for a second unit" in line for line in unit if "Unit note" in line) <= 1
    assert any("WEAPON" in line for line in unit)


def test_a_warning_with_exclamation_marks_is_counted_once(ccu: Ccu) -> None:
    for number in range(1, 21):
        flag(ccu, "3 Elm St", NOTE.format(number).replace(": ", "! ring! "), "--new")
    lines = shown("3", "elm", "st", rows=13)
    assert len(lines) <= 10
    counted = lines.index("! 8 MORE WARNINGS: --all")
    assert "\n".join(lines[:counted]).count("! Note ") == 12


def test_a_low_terminal_gives_up_all_but_the_warnings(ccu: Ccu) -> None:
    log(ccu, "3 Elm St", "2026-01-30 10:00", "--person", "described: tall man", "--danger", "fire")
    for number in range(1, 20):
        flag(ccu, "3 Elm St", NOTE.format(number))
    assert shown("3", "elm", "st", rows=5) == [
        "3 ELM ST, WESTPORT                       1 call in 30 days, last YESTERDAY 10:00",
        "! 20 MORE WARNINGS: --all",
        "CALL    No worker assigned",
        "MORE    1 call; rest of WHO: --all",
    ]
    lines = shown("3", "elm", "st", rows=24, columns=40)
    assert len(lines) <= 19
    assert "! Note 19: ring twice, wait to the le..." in lines
    assert "! 7 MORE WARNINGS: --all" in lines
    assert "\n".join(lines).count("! ") == 14


def test_a_pipe_and_all_have_everything(ccu: Ccu) -> None:
    for day in range(1, 29):
        log(ccu, "3 Elm St", f"2026-01-{day:02d} 10:00")
    flag(ccu, "3 Elm St", NOTE.format(1))
    assert len("\n".join(shown("3", "elm", "st", "--all")).split("Person in crisis")) == 29
    line = [sys.executable, *PROGRAM, "history", "3", "elm", "st"]
    piped = subprocess.run(line, capture_output=True, text=True, check=True).stdout
    assert piped.count("Person in crisis") == 28
    assert NOTE.format(1) in piped


def test_a_unit_never_seen_shows_its_building(ccu: Ccu, monkeypatch: pytest.MonkeyPatch) -> None:
    flag(ccu, "12 Main St", "Lobby door sticks", "--new")
    log(ccu, "12 Main St Apt 3", "2026-01-20 10:00", "--danger", "weapon")
    log(ccu, "12 Main St", "2026-01-21 10:00", "--danger", "fire")
    found = card(ccu, "12", "Main", "St", "Apt", "4")
    assert found["place"] is None
    assert [(each["text"], each["at"]) for each in found["warnings"]] == [
        ("Lobby door sticks", "building"),
        ("Fire", "building"),
    ]
    warned = {row["unit"]: [each["text"] for each in row["warnings"]]
              for row in found["building"]["by_unit"]}  # fmt: skip
    assert warned == {"# 3": ["Weapon"], "": ["Lobby door sticks", "Fire"]}
    assert "Only the building is on file, not this unit" in shown(
        "--no-input", "12", "Main", "St", "Apt", "4"
    )
    log(ccu, "12 Main St Apt 4", "2026-01-30 10:00")
    first = card(ccu, "12", "Main", "St", "Apt", "4")
    assert [each["text"] for each in first["warnings"]] == ["Lobby door sticks", "Fire"]


def test_a_similar_address_is_never_an_all_clear(ccu: Ccu) -> None:
    log(ccu, "27 Imperial Ave", "2026-01-20 10:00", "--danger", "weapon")
    log(ccu, "27 Imperial", "2026-01-22 10:00")
    (near,) = card(ccu, "27", "imperial")["near"]
    assert near["address"] == "27 IMPERIAL AVE, WESTPORT"
    assert [each["text"] for each in near["warnings"]] == ["Weapon"]
    lines = shown("27", "imperial")
    assert lines[1] == "No active warnings at this exact address: see ALSO"
    assert lines[-1] == "ALSO    similar: 27 IMPERIAL AVE, WESTPORT (1 call, WEAPON)"
    lines = shown("--no-input", "27", "imperal", "ave")
    assert lines[0] == "No calls recorded at 27 IMPERAL AVE"
    assert "ALSO    similar: 27 IMPERIAL AVE, WESTPORT (1 call, WEAPON)" in lines


def test_every_warning_of_a_similar_address_is_shown_where_there_is_room(ccu: Ccu) -> None:
    worst = ("--hazard", "weapon", "--hazard", "violence", "--hazard", "threat", "--hazard", "fire")
    suicide = ("--nature", "suicide", "--disposition", "police_exam")
    log(ccu, "27 Imperial Ave", "2026-01-20 10:00", *worst, *suicide)
    log(ccu, "27 Imperial", "2026-01-22 10:00")
    also = " ".join(" ".join(shown("27", "imperial")).partition("ALSO")[2].split())
    assert "..." not in also
    for each in ("SUICIDE ATTEMPT", "EMERGENCY EXAM", "WEAPON", "VIOLENCE", "THREAT", "FIRE)"):
        assert each in also
    low = shown("27", "imperial", rows=6)  # no room: one line
    assert len(low) <= 5 and any(each.endswith("...") for each in low), low


def test_enter_takes_the_one_near_address(ccu: Ccu) -> None:
    log(ccu, "27 Imperial Ave", "2026-01-20 10:00", "--danger", "weapon")
    terminal = start("27", "imperal", "ave")
    terminal.expect_exact("Nothing is on file at exactly 27 IMPERAL AVE.")
    terminal.expect_exact("Show 27 IMPERIAL AVE, WESTPORT instead? [Enter for yes, n for no]: ")
    terminal.sendline("")
    terminal.expect_exact("! WEAPON Tue Jan 20")
    terminal.expect(pexpect.EOF)
    terminal = start("27", "imperal", "ave")
    terminal.expect_exact("[Enter for yes, n for no]: ")
    terminal.sendline("n")
    terminal.expect_exact("No calls recorded at 27 IMPERAL AVE")
    terminal.expect_exact("WEAPON")
    terminal.expect(pexpect.EOF)


def test_several_near_addresses_are_a_numbered_choice(ccu: Ccu) -> None:
    log(ccu, "27 Imperial Ave", "2026-01-20 10:00")
    log(ccu, "27 Imperial Rd", "2026-01-21 10:00", "--danger", "weapon")
    terminal = start("27", "imperial")
    terminal.expect(r"  (\d)  27 IMPERIAL RD, WESTPORT")
    number = terminal.match[1]
    terminal.expect_exact("Number of the address you mean [Enter for none]: ")
    terminal.sendline("7")
    terminal.expect_exact("type a number from the list, or n for none of them")
    terminal.sendline(number)
    terminal.expect_exact("27 IMPERIAL RD, WESTPORT")
    terminal.expect_exact("Similar to 27 IMPERIAL, which is not on file")
    terminal.expect_exact("! WEAPON Wed Jan 21")
    terminal.expect(pexpect.EOF)


def test_an_address_chosen_on_its_street_is_not_called_similar(ccu: Ccu) -> None:
    log(ccu, "27 Imperial Ave", "2026-01-20 10:00")
    terminal = start("imperial", "ave")
    terminal.expect_exact("[Enter for none]: ")
    terminal.sendline("1")
    terminal.expect_exact("Chosen on IMPERIAL AVE: no house number was given")
    terminal.expect(pexpect.EOF)


def test_one_other_unit_is_on_one_line(ccu: Ccu) -> None:
    log(ccu, "27 Imperial Ave", "2026-01-20 10:00")
    assert "ALSO" not in " ".join(shown("27", "imperial", "ave"))
    alone = " ".join(shown("27 imperial ave apt 2"))
    assert "the building, no unit given (1 call, 1 care)" in alone
    log(ccu, "27 Imperial Ave apt 2", "2026-01-21 10:00")
    assert "1 other unit: # 2 (1 call, 1 care)" in " ".join(shown("27 imperial ave"))
    log(ccu, "27 Imperial Ave apt 3", "2026-01-21 11:00")
    both = " ".join(shown("27 imperial ave apt 2"))
    assert "1 other unit and the building with 2 calls (2 care)" in both


def test_hidden_records_are_neither_counted_nor_hinted_at(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps.start(ccu)
    steps.name(db_path, 1, "Rowan", "Sample")
    assert ccu("staff", "edit", "dlee", "--agency", "human_services").code == 0
    assert ccu("staff", "add", "pat", "--role", "officer", "--agency", "police").code == 0
    assert ccu("worker", "assign", "--person", "1", "--staff", "dlee").code == 0
    assert ccu("settings", "police_sees", "").code == 0
    steps.become(monkeypatch, "pat")
    lines = ccu("history", "--call", "1", tty=True).out.splitlines()
    assert "CALL    Human Services is handling this" in lines
    assert not [line for line in lines if "203-555" in line or "Dana" in line]
    assert not [line for line in lines if line.startswith(("DO ", "AVOID", "NOTES"))]
