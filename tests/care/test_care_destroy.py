"""`ccu care destroy`, `ccu care note move`: care notes destroyed, and corrected."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ccu.care import store as notes
from ccu.retention import purge_store

from ..conftest import Ccu
from ..steps import become, call, merge
from .care_file import TEXT, add, listed, make, recorded, rows

ORDER = ("--authority", "FBT-CV-26-6012345")
GONE = "Quillfeather asked for larkspur tea."


@pytest.fixture
def file(ccu: Ccu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A care file of dlee's; persons 1, 2 and 3 on calls of their own."""
    path = make(ccu, tmp_path, monkeypatch)
    assert (call(ccu, "unknown"), call(ccu, "unknown")) == (2, 3)
    return path


def destroy(ccu: Ccu, *more: str, person: int = 1, **typed: Any) -> Any:
    return ccu("care", "destroy", "--person", str(person), *ORDER, *more, **typed)


def in_bytes(path: Path, text: str = GONE) -> list[str]:
    """The files of the care folder with the text in their bytes."""
    part = text.encode()[3:]
    return sorted(each.name for each in path.parent.iterdir() if part in each.read_bytes())


def main_file(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as hand:
        return list(hand.iterdump())


# ---------------------------------------------------------------- destroy


def test_destroyed_text_is_in_no_byte_and_other_notes_stay(
    ccu: Ccu, file: Path, db_path: Path
) -> None:
    with closing(sqlite3.connect(file)) as reader:  # keeps the -wal and -shm there
        reader.execute("SELECT count(*) FROM care_note").fetchone()
        add(ccu, "--part2", text=GONE)
        add(ccu, text=GONE * 300)  # over several pages
        add(ccu, person=2)
        assert "care.db-wal" in in_bytes(file)
        before = main_file(db_path)
        done = destroy(ccu, "--yes")
        assert (done.code, done.out) == (
            0,
            "Destroyed 2 care notes of person 1, erased from the file.\n",
        )
        assert in_bytes(file) == []
    assert in_bytes(file) == []
    assert listed(ccu) == []
    assert [each["text"] for each in listed(ccu, 2)] == [TEXT]
    assert main_file(db_path) == before
    assert rows(file, "PRAGMA integrity_check") == [("ok",)]
    assert add(ccu) == 4  # the number of a note is never given twice
    assert ccu("care", "backup", str(file.with_name("copy.db"))).code == 0


def test_it_is_recorded_by_number_and_authority_and_no_word(
    ccu: Ccu, file: Path, db_path: Path
) -> None:
    add(ccu, text=GONE)
    add(ccu, person=2, text=GONE)
    merge(db_path, 2, 1)
    assert destroy(ccu, "--yes", person=2).code == 0
    assert recorded(file)[-1] == (
        "destroy",
        2,
        {"authority": "FBT-CV-26-6012345", "before": None, "count": 2},
    )
    assert in_bytes(file) == []


def test_all_records_of_a_person_go_together(ccu: Ccu, file: Path, db_path: Path) -> None:
    for person in (1, 2, 3):
        add(ccu, person=person, text=GONE)
    merge(db_path, 2, 1)
    assert destroy(ccu, "--yes").out.startswith("Destroyed 2 care notes of person 1")
    assert [each["text"] for each in listed(ccu, 3)] == [GONE]


def test_before_a_day_leaves_the_later_ones(ccu: Ccu, file: Path) -> None:
    add(ccu, "--when", "2025-12-31 23:59", text=GONE)
    add(ccu, "--when", "2026-01-01 00:00", "--corrects", "1")
    done = destroy(ccu, "--before", "2026-01-01", "--yes")
    assert done.out.startswith("Destroyed 1 care note of person 1")
    assert [(each["id"], each["corrects"], each["text"]) for each in listed(ccu)] == [
        (2, None, TEXT)
    ]
    assert recorded(file)[-2][2]["before"] == "2026-01-01"
    assert in_bytes(file) == []


def test_people_gone_from_the_main_file_are_named_by_number(
    ccu: Ccu, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(ccu, text=GONE)
    become(monkeypatch, "the-records")
    sealed = ("seal", "person", "1", "--authority", "court", "--ordered", "2026-01-30", "--yes")
    assert ccu(*sealed).code == 0
    become(monkeypatch, "dlee")
    assert ccu("care", "note", "list", "--person", "1").code == 3
    assert ccu("care", "note", "move", "1", "--person", "2").code == 3  # would bring it back
    done = destroy(ccu, "--yes")
    assert (done.code, in_bytes(file)) == (0, [])
    assert "only notes under that number are destroyed.\n" in done.err
    assert destroy(ccu, "--yes", person=99).out == "No care notes of person 99 to destroy.\n"


def test_at_a_terminal_their_number_is_typed(ccu: Ccu, file: Path) -> None:
    for _ in range(3):
        add(ccu, text=GONE)
    for answer in ("y\n", "\n", "2\n"):
        refused = destroy(ccu, stdin=answer, tty=True)
        assert (refused.code, refused.out) == (2, "")
        assert "nothing was destroyed: the answer was not 3, the number of notes" in refused.err
    piped = destroy(ccu, stdin="3\n")
    assert (piped.code, piped.out) == (2, "") and "--yes is missing" in piped.err
    assert len(listed(ccu)) == 3
    assert "destroy" not in [action for action, _person, _detail in recorded(file)]
    assert destroy(ccu, stdin="3\n", tty=True).code == 0
    assert (listed(ccu), in_bytes(file)) == ([], [])


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--authority", "Order of the court 12"), "--authority must be the number of an order"),
        (("--authority", "Quillfeather"), "--authority must be the number of an order"),
        (("--authority", "1\u00e9"), "--authority must be the number of an order"),
        (("--authority", "1" * 61), "--authority must be the number of an order"),
        (("--authority", ""), "--authority must be the number of an order"),
        ((), "--authority is missing"),
        ((*ORDER, "--before", "2026-02-01"), "--before"),
        ((*ORDER, "--before", "soon"), "--before"),
    ],
)
def test_without_a_valid_order_nothing_is_destroyed(
    ccu: Ccu, file: Path, more: tuple[str, ...], says: str
) -> None:
    add(ccu, text=GONE)
    refused = ccu("care", "destroy", "--person", "1", "--yes", *more)
    assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1)
    assert refused.err.startswith(f"ccu: error: {says}")
    assert "Quillfeather" not in refused.err
    assert len(listed(ccu)) == 1


def test_a_legal_hold_keeps_the_notes(
    ccu: Ccu, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(ccu, text=GONE)
    become(monkeypatch, "the-records")
    assert ccu("retention", "hold", "person", "1", "--authority", "CV-26-1").code == 0
    become(monkeypatch, "dlee")
    refused = destroy(ccu, "--yes")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == "ccu: error: a legal hold keeps person 1; nothing was destroyed\n"
    moved = ccu("care", "note", "move", "1", "--person", "2")  # and then destroyed as theirs
    assert (moved.code, moved.out) == (2, "")
    assert moved.err == "ccu: error: a legal hold keeps person 1; nothing was moved\n"
    become(monkeypatch, "the-records")
    assert ccu("retention", "release", "1").code == 0
    become(monkeypatch, "dlee")
    assert (destroy(ccu, "--yes").code, in_bytes(file)) == (0, [])


def test_a_reader_that_holds_the_old_pages_is_told_and_a_second_run_ends_it(
    ccu: Ccu, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ccu.database.opening.BUSY_SECONDS", 1)
    add(ccu, text=GONE)
    with closing(sqlite3.connect(file, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT text FROM care_note").fetchall() == [(GONE,)]
        done = destroy(ccu, "--yes")
        assert (done.code, done.out, done.err.count("\n")) == (6, "", 1)
        assert "their text may still be in the file" in done.err
        assert in_bytes(file) != []
    assert destroy(ccu, "--yes").out == "No care notes of person 1 to destroy.\n"
    assert in_bytes(file) == []


def test_an_interrupted_destruction_is_finished_by_the_next(
    ccu: Ccu, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(connection: sqlite3.Connection) -> None:
        raise KeyboardInterrupt

    add(ccu, text=GONE)
    with closing(sqlite3.connect(file)) as reader:  # as after kill -9: nobody folds the log
        reader.execute("SELECT count(*) FROM care_note").fetchone()
        with monkeypatch.context() as patch:
            patch.setattr(purge_store, "scrub", stopped)
            assert destroy(ccu, "--yes").code == 130
        assert in_bytes(file) != []
        assert destroy(ccu).out == "No care notes of person 1 to destroy.\n"
        assert in_bytes(file) == []


def test_what_cannot_be_recorded_is_not_destroyed(ccu: Ccu, file: Path) -> None:
    add(ccu, text=GONE)
    key = file.with_name("care.db.audit-key")
    aside = key.rename(key.with_name("aside"))
    assert destroy(ccu, "--yes").code == 4
    aside.rename(key)
    assert [each["text"] for each in listed(ccu)] == [GONE]


def test_a_note_added_during_the_confirmation_is_not_destroyed(
    ccu: Ccu, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(ccu, text=GONE)
    read = notes.due

    def then_one_more(connection: sqlite3.Connection, *asked: Any) -> list[int]:
        found = read(connection, *asked)
        monkeypatch.setattr(notes, "due", read)
        add(ccu, text="new")
        return found

    monkeypatch.setattr(notes, "due", then_one_more)
    refused = destroy(ccu, "--yes")
    assert refused.err == "ccu: error: the notes just changed; nothing was destroyed: try again\n"
    assert len(listed(ccu)) == 2


def test_an_intern_may_move_and_not_destroy(
    ccu: Ccu, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert add(ccu) == 1
    become(monkeypatch, "the-admin")
    assert ccu("staff", "add", "pat", "--role", "intern", "--supervisor", "boss").code == 0
    become(monkeypatch, "pat")
    assert destroy(ccu, "--yes").code == 7
    assert ccu("care", "note", "move", "1", "--person", "2").code == 0


# ---------------------------------------------------------------- move


def test_a_note_about_the_wrong_person_moves_with_its_words(ccu: Ccu, file: Path) -> None:
    add(ccu, "--part2", "--call", "1", text=GONE)
    add(ccu)
    (was,) = [each for each in listed(ccu) if each["id"] == 1]
    done = ccu("care", "note", "move", "1", "--person", "2")
    assert (done.code, done.out) == (0, "Care note 1 is now about person 2.\n")
    assert listed(ccu, 2) == [{**was, "person": 2}]
    assert [each["id"] for each in listed(ccu)] == [2]
    events = [event for event in recorded(file) if event[0] == "move"]
    detail = {"notes": [1], "was": [1], "to": 2}
    assert events == [("move", 1, detail), ("move", 2, detail)]


def test_what_corrects_a_note_moves_with_it(ccu: Ccu, file: Path) -> None:
    add(ccu)
    add(ccu, "--corrects", "1")
    add(ccu, "--corrects", "2")
    add(ccu)
    done = ccu("care", "note", "move", "2", "--person", "2")
    assert done.out == (
        "Care note 2 is now about person 2, and so are the notes tied to it: 1, 3.\n"
    )
    assert [each["id"] for each in listed(ccu, 2)] == [3, 2, 1]
    assert [each["id"] for each in listed(ccu)] == [4]


def test_notes_of_a_person_removed_as_added_in_error_are_found_and_moved(
    ccu: Ccu, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    added = ccu("person", "add", "--file", "-", stdin="given: Ana\nfamily: Reyes")
    number = re.findall(r"\d+", added.out)[0]
    add(ccu, person=int(number))
    list_ = f"ccu care note list --person {number}"
    has = f"ccu: error: person {number} has care notes; to see them: {list_}"
    for line in (("person", "void", number, "--yes"), ("undo", "--yes")):
        done = ccu(*line)
        assert (done.code, done.err.splitlines()[-1]) == (2, has)
    become(monkeypatch, "the-records")  # for others it is as if there were no file
    assert ccu("person", "void", number, "--yes") == (0, f"Removed person {number}.\n", "")
    become(monkeypatch, "dlee")
    removed = f"removed as added in error ({number})"
    done = ccu("care", "note", "list", "--person", number)
    assert TEXT in done.out
    assert removed in done.err
    assert removed in ccu("care", "backup", str(tmp_path / "copy.db")).err
    assert ccu("care", "note", "move", "1", "--person", "2").code == 0
    assert [each["text"] for each in listed(ccu, 2)] == [TEXT]
    assert ccu("care", "backup", str(tmp_path / "other.db")).err == ""


@pytest.mark.parametrize(
    ("line", "code", "says"),
    [
        (("9", "--person", "2"), 3, "no care note 9"),
        (("1", "--person", "9"), 3, "no person 9"),
        (("1", "--person", "1"), 2, "care note 1 is already about that person"),
        (("1", "--person", "3"), 2, "person 3 was merged into person 1"),
        (("1",), 2, "--person is missing"),
        (("x", "--person", "2"), 2, "a care note is named by its number, such as 12"),
    ],
)
def test_what_cannot_be_moved_is_one_sentence(
    ccu: Ccu, file: Path, db_path: Path, line: tuple[str, ...], code: int, says: str
) -> None:
    add(ccu)
    merge(db_path, 3, 1)
    refused = ccu("care", "note", "move", *line)
    assert (refused.code, refused.out, refused.err) == (code, "", f"ccu: error: {says}\n")
    assert [each["id"] for each in listed(ccu)] == [1]
