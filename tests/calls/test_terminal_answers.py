"""What `ccu log-call` repeats of an answer at a real terminal, and what it asks about twice."""

import json
from pathlib import Path
from typing import Any

import pytest

from ..conftest import Ccu
from ..typed import interrupt
from . import test_terminal_log_call
from .test_terminal_log_call import answer, count, start

pexpect = pytest.importorskip("pexpect")

TO_HAZARDS = ("22:30", "12 Main St", "crisis", "")
TO_PEOPLE = (*TO_HAZARDS, "", "", "", "", "")


def review(terminal: Any) -> str:
    """Return the screen up to the question whether to save."""
    terminal.expect_exact("Save? y, n, or a number to change: ")
    return str(terminal.before)


@pytest.mark.parametrize(("typed", "shown"), [("", "(not recorded)"), ("none", "None")])
def test_unscreened_hazards_are_not_none(typed: str, shown: str, ccu: Ccu, db_path: Path) -> None:
    terminal = start(db_path)
    answer(terminal, *TO_HAZARDS, typed, "", "", "", "", "", "")
    assert f"Hazards           {shown}\r\n" in review(terminal)
    terminal.close(force=True)


def test_every_answer_is_repeated_as_it_was_understood(ccu: Ccu, db_path: Path) -> None:
    terminal = start(db_path)
    answer(terminal, *TO_HAZARDS, "", "police, ems")
    terminal.expect_exact("  Police, EMS\r\n")
    answer(terminal, "", "", "25")
    terminal.expect_exact("  25\r\n")
    for typed, shown in (
        ("unknown", "unknown, Subject"),
        ("described: tall man, gray coat", "tall man, gray coat, Subject"),
        ("Ana Reyes", "Ana Reyes, Subject"),
        ("caller: Bea Noe, daughter", "Bea Noe, daughter, Caller"),
        ("John Moss, 81", "John Moss, about 81, Subject"),
    ):
        answer(terminal, typed)
        terminal.expect_exact(f"  {shown}\r\n")
    answer(terminal, "", "", "y")
    terminal.expect_exact("Logged call 1.")
    terminal.expect(pexpect.EOF)
    shown = ccu("call", "show", "1").out
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert "4 Caller, daughter Bea Noe" in lines
    assert any("John Moss" in line and line.endswith("about 81") for line in lines)


def test_an_answer_to_another_question_is_no_name_and_no_address(ccu: Ccu, db_path: Path) -> None:
    terminal = start(db_path)
    answer(terminal, "22:30", "w", "n")
    answer(terminal, *TO_PEOPLE[1:], "Ana Reyes", "y")
    terminal.expect_exact('Is "y" the name of a person? y or n: ')
    terminal.sendline("n")
    terminal.expect_exact("type the name again")
    answer(terminal, "No")
    terminal.expect_exact('Is "No" the name of a person? y or n: ')
    terminal.sendline("y")
    answer(terminal, "", "")
    assert "Ana Reyes (subject); No (subject)" in review(terminal)
    terminal.sendline("y")
    terminal.expect_exact("Logged call 1.")
    terminal.expect(pexpect.EOF)
    assert count(db_path) == 1
    assert "12 Main St" in ccu("call", "list", "-f", "csv").out


def test_an_error_at_a_question_leads_back_to_its_choices(ccu: Ccu, db_path: Path) -> None:
    terminal = start(db_path)
    answer(terminal, "22:30", "12 Main St", "")
    terminal.expect_exact("  Choose one. Type ? to list them\r\n")
    answer(terminal, "zzz")
    terminal.expect_exact("  Not a valid nature. Type ? to list them\r\n")
    answer(terminal, "?")
    terminal.expect_exact(" 4  Welfare check")
    answer(terminal, "wel", "<")
    terminal.expect_exact("Nature (number, code, or how it begins) [Welfare check]: ")
    terminal.sendline("<")
    terminal.expect_exact("Address [12 MAIN ST]: ")
    terminal.sendline("<")
    terminal.expect_exact("When did it begin [Sat Jan 31, 2026 22:30]: ")
    terminal.sendline("")
    answer(terminal, "", "", "", "", "nobody")
    terminal.expect_exact("  Not a valid agency. Type ? to list them\r\n")
    answer(terminal, "?")
    terminal.expect_exact("  Police")
    answer(terminal, "1")
    terminal.expect_exact("  Police\r\n")
    terminal.close(force=True)


def test_a_draft_keeps_the_options_of_the_command(ccu: Ccu, db_path: Path, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("Calm by 23:00.")
    options = ("--nature", "crisis", "--danger", "dog", "--responder", "police", "--force-used")
    terminal = start(db_path, *options, "--address", "12 Main St", "--note-file", str(note))
    answer(terminal, "yesterday 22:30", "", "", "", "")
    terminal.expect_exact("Person 1 (Enter when done): ")
    interrupt(terminal)
    terminal.expect(pexpect.EOF)

    again = start(db_path, "--responder", "ems", "--nature", "crisis")  # what is given now counts
    again.expect(r"12 Main St, began\s+Fri Jan 30, 2026 22:30\.")
    again.expect(r"If you continue it, your options replace its\s+responders\.\r\n")
    answer(again, "y")
    again.expect_exact("Person 1 (Enter when done): ")
    again.sendline("")
    shown = " ".join(review(again).split())
    for each in ("Nature Person in crisis", "Hazards Dog", "Responders EMS", "Note from a file"):
        assert each in shown
    again.sendline("y")
    again.expect_exact("DOG")
    again.expect(pexpect.EOF)
    call = json.loads(ccu("call", "show", "1", "--full", "--reason", "test", "-f", "json").out)
    assert (call["dangers"], call["force_used"]) == (["dog"], True)
    assert call["narrative"] == "Calm by 23:00."
    assert call["occurred_at"] == "2026-01-30T22:30:00-05:00"


def test_a_later_time_minutes_in_words_and_another_hazard(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(test_terminal_log_call, "TODAY", "2026-01-31T23:50")
    terminal = start(db_path)
    terminal.expect_exact("When did it begin [now]: ")
    terminal.sendline("2359")  # it is 23:50
    terminal.expect_exact('"2359" is in the future; did you mean yesterday 23:59?')
    terminal.expect_exact("When did it begin [yesterday 23:59]: ")
    terminal.sendline("")
    terminal.expect_exact("  Fri Jan 30, 2026 23:59\r\n")
    answer(terminal, "12 Main St", "crisis", "", "other, dog")
    terminal.expect_exact("Other hazard, in words, for the note (Enter to skip): ")
    terminal.sendline("propane tank in the hall")
    answer(terminal, "", "", "")
    terminal.expect_exact("Minutes on scene, all responders together (Enter to skip): ")
    terminal.sendline("1 h 20")
    terminal.expect_exact("  80\r\n")
    terminal.expect_exact("Person 1 (Enter when done): ")
    terminal.sendline("")
    terminal.expect_exact("> Other hazard: propane tank in the hall\r\n> ")
    terminal.sendline("calm")
    answer(terminal, "", "y")
    terminal.expect_exact("Logged call 1.")
    terminal.expect(pexpect.EOF)
    full = ("call", "show", "1", "--full", "--reason", "test", "-f", "json")
    call = json.loads(ccu(*full).out)
    assert (call["minutes"], call["narrative"]) == (
        80,
        "Other hazard: propane tank in the hall\ncalm",
    )


def test_y_takes_the_reading_that_is_offered_and_n_asks_again(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(test_terminal_log_call, "TODAY", "2026-01-31T23:50")
    terminal = start(db_path)
    for question, typed, shown in (
        ("When did it begin [now]: ", "2355", "did you mean yesterday 23:55?"),
        ("When did it begin [yesterday 23:55]: ", "n", ""),
        ("When did it begin: ", "2355", "did you mean yesterday 23:55?"),
        ("When did it begin [yesterday 23:55]: ", "yes", "  Fri Jan 30, 2026 23:55\r\n"),
        ("Address: ", "12 Main St", ""),
        ("how it begins): ", "homeless", "Did you mean Unsheltered?"),
        ("how it begins) [Unsheltered]: ", "y", "  Unsheltered\r\n"),
        ("Reported by (Enter to skip): ", "", ""),
        ("(Enter to skip): ", "dog, knife", "Did you mean Weapon?"),
        ("(y for dog, Weapon, Enter to skip): ", "y", "  Dog, Weapon\r\n"),
        ("(Enter to skip): ", "ems, polcie+clinician", "Did you mean Police?"),
        ("(y for ems, Police+clinician, Enter to skip): ", "y", "  EMS, Police with"),
        ("(Enter to skip): ", "", ""),
        ("(Enter to skip): ", "warrant", "Did you mean "),
        ("(Enter to skip): ", "y", "Type the one you mean: "),
        ("(Enter to skip): ", "", ""),
    ):
        terminal.expect_exact(question)
        terminal.sendline(typed)
        terminal.expect_exact(shown)
    terminal.close(force=True)


UNCLEAR = (
    (
        "last night",
        "write it as yesterday 22:30",
        "yesterday ",
        "11:15 pm",
        "Fri Jan 30, 2026 23:15",
    ),
    (
        "late last night",
        "write it as yesterday 22:30",
        "yesterday ",
        "today 01:30",
        "Sat Jan 31, 2026 01:30",
    ),
    ("early this morning", "write it as today 08:30", "today ", "5 am", "Sat Jan 31, 2026 05:00"),
    ("yesterday", "add one, as in yesterday 22:30", "yesterday ", "noon", "Fri Jan 30, 2026 12:00"),
    ("9 o'clock", "is ambiguous: 09:00 or 21:00?", "", "09:00", "Sat Jan 31, 2026 09:00"),
    ("today 9", "today 09:00 or today 21:00?", "", "9 am", "Sat Jan 31, 2026 09:00"),
    ("the day it rained", "cannot be read as a time", "", "now", "Sat Jan 31, 2026 14:00"),
)


@pytest.mark.parametrize(("typed", "told", "begun", "then", "taken"), UNCLEAR)
def test_enter_after_an_unclear_time_is_not_now(
    typed: str, told: str, begun: str, then: str, taken: str,
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """A day without its time is on the line already, and the time is typed behind it."""
    monkeypatch.setattr(test_terminal_log_call, "TODAY", "2026-01-31T14:00")
    terminal = start(db_path)
    terminal.expect_exact("When did it begin [now]: ")
    terminal.sendline(typed)
    terminal.expect_exact(told)
    for _ in range(2):
        terminal.expect_exact(f"When did it begin: {begun}")
        terminal.sendline("")
        terminal.expect_exact("has no time of day" if begun else "type the answer, or now")
    terminal.expect_exact(f"When did it begin: {begun}")
    terminal.sendline(then)
    terminal.expect_exact(f"  {taken}")
    terminal.expect_exact("Address: ")
    terminal.close(force=True)


def test_of_two_offers_y_takes_neither(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(test_terminal_log_call, "TODAY", "2026-01-31T14:00")
    terminal = start(db_path)
    terminal.expect_exact("When did it begin [now]: ")
    terminal.sendline("930")
    terminal.expect_exact("did you mean 09:30 or 21:30?")
    answer(terminal, "y")
    terminal.expect_exact("Type the one you mean: 09:30 or 21:30\r\n")
    answer(terminal, "y")
    terminal.expect_exact("Type the one you mean: 09:30 or 21:30\r\n")
    answer(terminal, "09:30")
    terminal.expect_exact("  Sat Jan 31, 2026 09:30\r\n")
    terminal.close(force=True)


def test_a_draft_can_be_kept_beside_a_new_one(ccu: Ccu, db_path: Path, tmp_path: Path) -> None:
    def drafts() -> int:
        return len(list(tmp_path.glob("**/draft-*")))

    terminal = start(db_path)
    answer(terminal, "12:10", "4 Mill Rd", "crisis")
    terminal.expect_exact("Reported by")
    interrupt(terminal)
    terminal.expect(pexpect.EOF)
    second = start(db_path)
    answer(second, "maybe")
    second.expect_exact("y continues it, n deletes it, k keeps it and starts another\r\n")
    answer(second, "k", "12:20", "9 Oak Ln", "crisis")
    second.expect_exact("Reported by")
    interrupt(second)
    second.expect(pexpect.EOF)
    assert drafts() == 2
    third = start(db_path, "--nature", "welfare_check")
    third.expect(r"(?s)kept on .*9 Oak Ln")
    third.expect(r"your options replace its\s+nature")
    answer(third, "n")
    third.expect(r"(?s)kept on .*4 Mill Rd")
    answer(third, "y", *[""] * 8)
    assert "Welfare check" in review(third)
    third.sendline("y")
    third.expect_exact("Logged call 1.")
    third.expect(pexpect.EOF)
    assert drafts() == 0


def test_an_address_that_was_confirmed_is_not_asked_about_again(ccu: Ccu, db_path: Path) -> None:
    terminal = start(db_path)
    answer(terminal, "12:10", "Rainbow", "y", "crisis")
    terminal.expect_exact("Reported by")
    interrupt(terminal)
    terminal.expect(pexpect.EOF)
    given = start(db_path, "--danger", "dog")
    answer(given, "y")
    given.expect_exact("Reported by (Enter to skip): ")
    assert "Is that the address?" not in given.before
    given.close(force=True)
    option = start(db_path, "--address", "Sunbeam", "--nature", "crisis")
    answer(option, "n", "12:15")
    option.expect_exact("Is that the address? y or n: ")
    option.sendline("y")
    option.expect_exact("Reported by")
    interrupt(option)
    option.expect(pexpect.EOF)
    again = start(db_path)
    answer(again, "y")
    again.expect_exact("Reported by (Enter to skip): ")
    assert "Is that the address?" not in again.before
    again.close(force=True)


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [("half an hour", 30), ("An hour and a half", 90), ("quarter of an hour", 15)],
)
def test_minutes_may_be_written_in_words(typed: str, minutes: int, ccu: Ccu) -> None:
    call = ("log-call", "--when", "12:10", "--address", "12 Main St", "--nature", "crisis")
    assert ccu(*call, "--minutes", typed).code == 0
    assert json.loads(ccu("call", "show", "1", "-f", "json").out)["minutes"] == minutes


def test_a_misspelled_everyday_word_leads_to_its_command(ccu: Ccu) -> None:
    assert "did you mean ccu history or ccu person find?" in ccu("serch").err


@pytest.mark.parametrize("word", ["no answer", "voicemail", "left message", "refused", "utl"])
def test_a_result_typed_as_a_nature_is_answered_with_where_it_goes(word: str, ccu: Ccu) -> None:
    told = f'ot a valid nature: "{word}" is a result; it goes into the disposition of a call, or'
    line = ("log-call", "--address", "12 Main St", "--when", "yesterday 22:30")
    done = ccu(*line, "--nature", word)
    assert (done.code, done.out) == (2, "")
    assert told in done.err
    asked = ccu(*line, stdin=f"{word}\n", tty=True)
    assert f"  N{told} with ccu follow-up done into a follow-up\n" in asked.err
    assert asked.err.count("Nature (number, code, or how it begins): ") == 2


def test_a_hazard_in_words_is_told_where_the_words_go(ccu: Ccu) -> None:
    line = ("log-call", "--address", "12 Main St", "--when", "yesterday 22:30")
    done = ccu(*line, "--nature", "crisis", "--hazard", "other: loose step")
    assert (done.code, done.out) == (2, "")
    assert "--hazard: type other alone; its words go on the place: ccu place flag" in done.err
    assert "loose" not in done.err


def test_a_note_with_blank_lines_is_kept_to_its_end(ccu: Ccu, db_path: Path) -> None:
    terminal = start(db_path)
    answer(terminal, *TO_PEOPLE, "", "He was calm.", "", "No weapons seen. His sister came.")
    terminal.expect_exact("  Added to the note\r\n")
    answer(terminal, "", "She will call tomorrow.", "y")
    terminal.expect_exact("Logged call 1.")
    terminal.expect(pexpect.EOF)
    line = ("call", "show", "1", "--full", "--reason", "x", "-f", "json")
    shown = json.loads(ccu(*line).out)
    paragraphs = ("He was calm.", "No weapons seen. His sister came.", "She will call tomorrow.")
    assert "\n\n".join(paragraphs) in shown["narrative"]


def test_an_answer_that_was_refused_alone_leaves_no_draft(ccu: Ccu, db_path: Path) -> None:
    terminal = start(db_path)
    answer(terminal, "sometime")
    terminal.expect_exact("When did it begin: ")
    interrupt(terminal)
    terminal.expect_exact("Cancelled. Nothing was saved.")
    terminal.expect(pexpect.EOF)
    again = start(db_path)
    again.expect_exact("When did it begin [now]: ")
    again.close(force=True)
