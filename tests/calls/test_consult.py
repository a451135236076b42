"""`ccu consult`: an officer's question to a clinician."""

import json
import sqlite3
from pathlib import Path

import pytest

from .. import steps, typed
from ..conftest import Ccu, run_ccu
from ..steps import at


@pytest.fixture
def ccu(ccu: Ccu) -> Ccu:
    steps.start(ccu)
    return ccu


def test_a_question_is_kept_with_its_minutes(ccu: Ccu) -> None:
    line = ("consult", "add", "--call", "1", "--person", "1", "--clinician", "dlee")
    assert ccu(*line, "--minutes", "10", "--when", "22:45", "--asked-by", "boss") == (
        0,
        "Added consult 1.\n",
        "",
    )
    assert (
        at("2026-02-01T09:00", "consult", "add", "--clinician", "dlee", "--minutes", "5").code == 0
    )
    listed = ccu("consult", "list", "-f", "json")
    assert json.loads(listed.out)[0] == {
        "id": 1,
        "when": "2026-01-31 22:45",
        "asked_by": "boss",
        "clinician": "dlee",
        "minutes": 10,
        "call": 1,
        "person": 1,
        "note": None,
    }
    assert len(json.loads(listed.out)) == 2  # one about nobody in particular
    for more, found in (
        (["--call", "1"], [1]),
        (["--person", "1"], [1]),
        (["--clinician", "boss"], []),
        (["--since", "2026-01-31"], [1, 2]),
    ):
        rows = json.loads(ccu("consult", "list", *more, "-f", "json").out)
        assert [row["id"] for row in rows] == found
    since = at("2026-02-01T12:00", "consult", "list", "--since", "today", "-f", "json")
    assert [row["id"] for row in json.loads(since.out)] == [2]


def test_the_list_keeps_its_columns_when_it_is_empty(ccu: Ccu) -> None:
    header = '"id","when","asked_by","clinician","minutes","call","person","note"\n'
    assert ccu("consult", "list", "-f", "csv").out == header


def test_at_a_terminal_a_missing_reason_is_asked_for(ccu: Ccu) -> None:
    assert ccu("consult", "add", "--clinician", "dlee", "--minutes", "5").code == 0
    shown = run_ccu("consult", "show", "1", "--full", stdin="supervision\n", tty=True)
    assert shown.code == 0 and "Why you need what was written: " in shown.err
    done = run_ccu("consult", "void", "1", stdin="\nentered twice\n", tty=True)
    assert (done.code, done.out) == (
        0,
        "Voided consult 1; it is kept, but not in lists or figures.\n",
    )
    assert "Why it was an error; kept: " in done.err and "Reason is empty" in done.err
    assert run_ccu("consult", "void", "1", tty=True).code == 130
    apart = run_ccu("person", "distinct", "1", "2")
    assert (apart.code, apart.err) == (2, "ccu: error: --reason is missing\n")


def test_a_note_is_shown_only_for_a_reason(ccu: Ccu, db_path: Path) -> None:
    line = ("consult", "add", "--person", "1", "--clinician", "dlee", "--minutes", "5")
    assert run_ccu(*line, "--note-file", "-", stdin="Ana was off her pills.").code == 0
    assert "Ana" not in ccu("consult", "list").out + ccu("consult", "show", "1").out
    assert json.loads(ccu("consult", "show", "1", "-f", "json").out)["note_characters"] == 22
    assert ccu("consult", "show", "1", "--full").err == "ccu: error: --full needs --reason\n"
    shown = ccu("consult", "show", "1", "--full", "--reason", "supervision")
    assert "Ana was off her pills." in shown.out
    with sqlite3.connect(db_path) as hand:
        assert "Ana" not in str(hand.execute("SELECT * FROM audit").fetchall())
    assert steps.audited(db_path, "consult-show") == [("consult", 1)] * 3


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        ([], 2, "--clinician is missing"),
        (["--clinician", "dlee"], 2, "--minutes is missing"),
        (["--clinician", "dlee", "--minutes", "x"], 2, "--minutes must be a whole number"),
        (["--clinician", "nobody", "--minutes", "5"], 3, "--clinician: no such account"),
        (
            ["--clinician", "dlee", "--asked-by", "dlee", "--minutes", "5"],
            2,
            "--clinician: choose a different person",
        ),
        (["--clinician", "dlee", "--minutes", "5", "--call", "9"], 3, "no call 9"),
        (["--clinician", "dlee", "--minutes", "5", "--call", "2"], 2, "call 2 is void"),
        (["--clinician", "dlee", "--minutes", "5", "--person", "9"], 3, "no person 9"),
        (["--clinician", "dlee", "--minutes", "5", "--person", "2"], 2, "person 2 was merged into"),
        (["--clinician", "dlee", "--minutes", "5", "--when", "2026-02-09 10:00"], 2, "--when"),
    ],
)
def test_bad_input_is_one_sentence_and_writes_nothing(
    args: list[str], code: int, says: str, ccu: Ccu, db_path: Path
) -> None:
    steps.call(ccu, "unknown")
    assert ccu("call", "void", "2", "--reason", "typed twice").code == 0
    steps.merge(db_path, 2, into=1)
    before = steps.everything(db_path)
    done = ccu("consult", "add", *args)
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith(f"ccu: error: {says}")
    assert steps.everything(db_path) == before
    assert ccu("consult", "show", "9") == (3, "", "ccu: error: no consult 9\n")


def test_a_consult_is_edited_and_keeps_what_it_was(ccu: Ccu, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("secretword")
    asked = ("consult", "add", "--call", "1", "--clinician", "dlee", "--minutes", "10")
    assert ccu(*asked, "--note-file", str(tmp_path / "note.txt")).code == 0
    done = ccu("consult", "edit", "1", "--minutes", "20", "--clear", "call", "--clear", "note")
    assert done == (0, "Edited consult 1: call, minutes, note.\n", "")
    shown = json.loads(ccu("consult", "show", "1", "-f", "json").out)
    assert (shown["minutes"], shown["call"]) == (20, None)
    old = {each["field"]: each["old"] for each in shown["changes"]}
    assert old == {"minutes": 10, "call_id": 1, "note": None}
    assert "secretword" not in ccu("consult", "show", "1").out
    full = ccu("consult", "show", "1", "--full", "--reason", "review", "-f", "json")
    assert "secretword" in full.out
    done = ccu("consult", "edit", "1", "--minutes", "20")
    assert done.out == "Consult 1 already has these values; nothing was changed.\n"
    for wrong in (("--asked-by", "dlee"), ("--clear", "minutes"), ("--call", "9"), ()):
        assert ccu("consult", "edit", "1", *wrong).code != 0


def test_at_a_terminal_who_was_asked_and_the_minutes_are_asked(ccu: Ccu, db_path: Path) -> None:
    typed.answer(
        db_path,
        ("consult", "add"),
        ("Who was asked (login): ", "nobody-here"),
        ("Who was asked (login): ", "dlee"),
        ("Minutes it took: ", "10"),
        ("Added consult", None),
    )
