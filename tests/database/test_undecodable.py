"""Bytes that are not UTF-8 on a command line: one sentence, and never a bug."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .. import told_town as town
from ..access.test_gate import command, here, options
from ..access.test_roles import every_leaf
from ..conftest import TODAY

__all__ = ["here"]

LONE = "\udcff"  # what Python makes of the byte 0xff of an argument


def places(paths: bool) -> Iterator[tuple[str, str]]:
    """(command, option or argument) of every place where a path, or where text is typed."""
    for path in sorted(every_leaf()):
        for each in command(path).params:
            is_path = type(each.type).__name__ == "TyperPath"
            is_text = type(each.type).__name__ == "StringParamType"
            if is_path if paths else is_text:
                yield path, next((name for name in each.opts if name[:2] == "--"), each.name)


def line(path: str, place: str, value: str) -> list[str]:
    """The words after the command with the value in its place, and what must be there besides."""
    words, typed = [], options(path)
    for each in command(path).params:
        name = next((name for name in each.opts if name[:2] == "--"), None)
        if place in (name, each.name):
            words += [*([name] if name else []), value]
        elif each.required:
            words += typed[name] if name else ["1"]
        elif name is None and not words:
            words += ["1"]  # an argument before the one that is meant
    return words


TEXTS, PATHS = list(places(paths=False)), list(places(paths=True))


@pytest.mark.parametrize("given_to", TEXTS, ids=" ".join)
def test_text_that_is_not_utf_8_is_one_sentence(here: Path, given_to: tuple[str, str]) -> None:
    path, place = given_to
    done = town.run(here / "town.db", "admin", *path.split(), *line(path, place, f"a{LONE}"))
    assert (done.code, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert "has bytes that are not UTF-8" in done.err and LONE not in done.err


@pytest.mark.parametrize("given_to", PATHS, ids=" ".join)
def test_a_file_may_have_such_a_name(here: Path, given_to: tuple[str, str]) -> None:
    path, place = given_to
    words = line(path, place, f"none{LONE}/file")
    done = town.run(here / "town.db", "admin", *path.split(), *words)
    assert done.code not in (0, 1), done
    told = [each for each in done.err.splitlines() if not each.startswith("Note: ")]
    assert len(told) == 1 and "bytes" not in done.err


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(TEXTS),
    st.text(st.characters(categories=["Cs", "Ll", "Nd", "Zs", "Po"]), max_size=12),
    st.integers(0, 12),
)
def test_wherever_the_byte_is(here: Path, given_to: tuple[str, str], text: str, at: int) -> None:
    path, place = given_to
    value = f"x{text[:at]}{LONE}{text[at:]}"
    done = town.run(here / "town.db", "admin", *path.split(), *line(path, place, value))
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1), done


@pytest.mark.parametrize(
    "words",
    [
        *((LONE,), (f"--{LONE}",), ("history", LONE), ("history", f"--{LONE}"), ("staff", LONE)),
        *(("history", "-f", LONE), ("--today", LONE, "history", "-a", "1 A St")),
    ],
)
def test_an_argument_that_no_command_takes_is_refused_too(
    here: Path, words: tuple[str, ...]
) -> None:
    done = town.run(here / "town.db", "admin", *words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("ccu: error: ") and done.err.count("\n") == 1


@pytest.mark.skipif(os.name != "posix", reason="names of files in bytes")
def test_real_bytes_of_a_real_command_line(tmp_path: Path, here: Path) -> None:
    """A database, a file read and a file written whose names are not UTF-8; a text, a day."""
    byte = b"\xff"
    db = os.fsencode(tmp_path) + b"/town" + byte + b".db"
    out = os.fsencode(tmp_path) + b"/rows" + byte + b".csv"
    note = os.fsencode(tmp_path) + b"/note" + byte
    Path(os.fsdecode(note)).write_text("3 Elm St\n")

    def real(*words: bytes, day: bytes = TODAY.encode()) -> tuple[int, bytes]:
        done = subprocess.run(
            [os.fsencode(sys.executable), b"-c", b"from ccu.start import run; run()", *words],
            env={**os.environb, b"CCU_DB": db, b"CCU_TODAY": day},
            capture_output=True,
            check=False,
        )
        return done.returncode, done.stderr

    init = (b"init", b"--town", b"Westport", b"--state", b"CT", b"--timezone", b"America/New_York")
    assert real(*init) == (0, b"")
    assert real(b"--db", db, b"staff", b"list", b"--output", out)[0] == 0
    assert Path(os.fsdecode(out)).read_text().startswith('"login"')
    assert real(b"address", b"--file", note)[0] == 0
    history = (b"history", b"--address")
    for words, day in (((*history, byte), b""), ((*history, b"1 A St"), byte)):
        code, told = real(*words, day=day)
        assert code == 2 and told.count(b"\n") == 1 and b"a bug" not in told
