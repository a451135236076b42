"""Lists at a terminal of 80 x 24: a row takes few lines, and files keep every column."""

import json
import os
import sys
from pathlib import Path

import pytest

from .. import steps, typed
from ..conftest import Ccu

pexpect = pytest.importorskip("pexpect")
NOW = "2026-01-31T14:00"
PROGRAM = ["-c", "import sys; from ccu.cli import main; sys.exit(main(sys.argv[1:]))"]
LONG = "127 Saugatuck Landing Rd Apt 12"
SHOWN = "127 SAUGATUCK LANDING RD # 12"


@pytest.fixture
def ccu(ccu: Ccu, monkeypatch: pytest.MonkeyPatch, db_path: Path) -> Ccu:
    """Three calls at a long address, with a referral and a follow-up each."""
    monkeypatch.setenv("CCU_TODAY", NOW)
    monkeypatch.delenv("COLUMNS")
    monkeypatch.setenv("CCU_DB", str(db_path))
    steps.start(ccu)
    line = ("log-call", "--nature", "crisis", "--address", LONG, "--person", "1")
    ended = ("--disposition", "police_exam", "--disposition", "referred")
    for day in (28, 29, 30):
        assert ccu(*line, "--when", f"2026-01-{day} 09:00", *ended).code == 0
    for call in (2, 3, 4):
        made = ("--to", "homes with hope", "--need", "housing", "--handoff", "direct_notice")
        assert ccu("refer", str(call), *made, "--person", "1", "--no-input").code == 0
    return ccu


def shown(*words: str, columns: int = 80) -> list[str]:
    environment = {**os.environ, "TERM": "xterm", "NO_COLOR": "1"}
    text, code = pexpect.run(
        f"{sys.executable} {PROGRAM[0]} '{PROGRAM[1]}' {' '.join(words)}",
        env=environment,
        encoding="utf-8",
        withexitstatus=True,
        dimensions=(24, columns),
    )
    assert code == 0, text
    lines: list[str] = text.replace("\r", "").splitlines()
    return lines


LISTS = [
    (("follow-up", "list"), ("Due", "What", "Last try", "Name", "Phone"), "Owner"),
    (("call", "list"), ("Nature", "Place", "Decision"), "Disposition"),
    (("referral", "list"), ("Status", "Need", "Provider", "Next due"), "Place"),
    (("brief", "--since", "5d"), ("Occurred", "Place", "Outcome"), "Disposition"),
    (("history", "--person", "1", "--all"), ("Occurred", "Place", "Outcome"), "Disposition"),
]


@pytest.mark.parametrize(("words", "kept", "left_out"), LISTS)
def test_a_row_takes_few_lines(
    words: tuple[str, ...], kept: tuple[str, ...], left_out: str, ccu: Ccu
) -> None:
    lines = shown(*words)
    assert max(map(len, lines)) <= 80
    text = "\n".join(lines)
    named = [line for line in lines if line.strip().startswith("Not shown here: ")]
    assert named, text
    assert left_out in " ".join(named)
    header = next(line for line in lines if all(title in line for title in kept))
    assert left_out not in header
    if words[0] != "history" and words[0] != "brief":
        rows = json.loads(ccu(*words, "--format", "json").out)
        assert len(lines) <= 3 * len(rows) + 6
        assert len(lines) <= 24
    wide = "\n".join(shown(*words, columns=220))
    assert left_out in wide
    assert "Not shown here" not in wide


def test_files_keep_every_column(ccu: Ccu) -> None:
    for words, key in ((("follow-up", "list"), "last_try"), (("call", "list"), "outcome")):
        assert key in json.loads(ccu(*words, "--format", "json").out)[0]
        assert f'"{key}"' in ccu(*words, "--format", "csv").out.splitlines()[0]


def test_the_card_of_a_person_has_its_addresses_in_full(ccu: Ccu) -> None:
    lines = shown("history", "--person", "1")
    assert sum(SHOWN in line for line in lines) >= 3
    assert max(map(len, lines)) <= 80


def test_a_block_for_each_row_has_no_empty_lines_in_it(ccu: Ccu) -> None:
    lines = shown("follow-up", "list", columns=30)
    assert not [line for line in lines if line.strip() in ("Attempts", "Last try", "Phone")]


def test_a_long_message_is_folded_between_words(ccu: Ccu, db_path: Path) -> None:
    line = ("log-call", "--when", "banana", "--address", "12 Main St", "--nature", "crisis")
    piped = ccu(*line).err
    assert piped.count("\n") == 1 and len(piped) > 81
    lines = typed.answer(db_path, line, code=2).splitlines()
    assert max(map(len, lines)) <= 80
    assert " ".join(lines) == piped.strip()


def test_a_list_of_late_work_tells_who_and_what(ccu: Ccu, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCU_TODAY", "2026-02-10T14:00")
    assert steps.call(ccu, when="2026-02-01 22:30") == 5  # nobody is named on it, nothing decided
    late = shown("follow-up", "overdue", "--by", "owner")
    (call,) = [line for line in late if "Decide" in line]
    assert "call 5" in call
    named = "\n".join(shown("follow-up", "overdue", "--by", "owner", "--names"))
    assert "Decide" in named
    assert "call 5" in named
    listed = "\n".join(shown("follow-up", "list"))
    assert "referral 1," in listed  # the person has no name
