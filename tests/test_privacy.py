"""What docs/privacy.md lists as protected: each sentence names its tests, and they exist."""

import ast
import contextlib
import json
import re
import shutil
import sqlite3
from pathlib import Path

import pytest

from . import told_town as town
from .conftest import run_ccu

TESTS = Path(__file__).resolve().parent
PAGE = (TESTS.parent / "docs" / "privacy.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("## What is protected, and what is not\n")[2].partition("\n## ")[0]


def entries() -> list[str]:
    """The points of the section, each with its comment."""
    return [point.strip() for point in re.split(r"^- ", SECTION, flags=re.MULTILINE)[1:]]


def named_in(file: str) -> set[str]:
    tree = ast.parse(next(TESTS.rglob(f"{file}.py")).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("entry", entries(), ids=range(len(entries())))
def test_every_sentence_names_tests_that_are_there(entry: str) -> None:
    found = re.search(r"<!-- (.*?) -->", entry, re.DOTALL)
    assert found, entry
    if found[1].startswith("nothing to test: "):
        return
    for name in found[1].split(", "):
        file, _, test = name.partition("::")
        there = named_in(file)
        assert any(each.startswith("test_") for each in there) if test == "*" else test in there, (
            name
        )


def test_there_is_no_sentence_outside_the_points() -> None:
    outside = [
        line
        for line in SECTION.splitlines()
        if line and not line.startswith(("- ", "  ")) and not line.startswith("Not protected:")
    ]
    assert outside == [
        "Each point names, in a comment of this file, the tests that fail when it is not true."
    ]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("privacy")
    town.make(folder)
    return folder


@pytest.fixture
def here(made: Path, tmp_path: Path) -> Path:
    """The told town's file, a copy of its own."""
    shutil.copytree(made, tmp_path / "here")
    return tmp_path / "here" / "town.db"


def dump(path: Path) -> str:
    with contextlib.closing(sqlite3.connect(path)) as hand:
        return "\n".join(hand.iterdump())


def test_another_program_reads_the_entire_file(here: Path) -> None:
    sealed = ("seal", "person", "3", "--authority", "court", "--ordered", "2026-01-30", "--yes")
    assert town.run(here, "records", *sealed).code == 0
    text = dump(here)
    assert [word for word in (*town.IDENTITY, town.NARRATIVE) if word not in text] == []
    assert "gray coat" in text  # what was sealed


def test_a_backup_keeps_what_was_sealed_after_it(here: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    assert town.run(here, "records", "backup", str(copy)).code == 0
    sealed = ("seal", "person", "1", "--authority", "court", "--ordered", "2026-01-30", "--yes")
    assert town.run(here, "records", *sealed).code == 0
    shown = ("person", "show", "1")
    assert town.run(here, "officer", *shown).code == 3
    shutil.copy(f"{here}.audit-key", f"{copy}.audit-key")
    assert town.GIVEN in town.run(copy, "officer", *shown).out


def test_today_moves_no_evidence(here: Path) -> None:
    """A consent that ended shows nothing, and a disclosure has the day on which it was made."""
    grant = ("consent", "grant", "1", "--to", "police", "--scope", "referrals", "--purpose")
    days = ("--signed", "2026-01-01", "--expires", "2026-01-31")
    assert town.run(here, "clinician", *grant, "safety", *days).code == 0

    def shown(day: str) -> str:
        words = ("--today", "2026-01-30", "history", "--person", "1")
        return town.run(here, "officer", *words, at=day).out

    assert "referral 1" not in shown("2026-02-01T15:00")
    assert "referral 1" in shown("2026-01-31T15:00")
    with contextlib.closing(sqlite3.connect(here)) as hand:
        (at,) = hand.execute("SELECT at FROM audit ORDER BY id DESC LIMIT 1").fetchone()
        days_told = hand.execute("SELECT DISTINCT substr(disclosed_at, 1, 10) FROM disclosure")
        assert {day for (day,) in days_told} == {"2026-01-31"}
    assert at.startswith("2026-01-31")


def test_a_wellness_total_grows_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "wellness"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("CCU_WELLNESS_DB", str(folder / "wellness.db"))
    assert run_ccu("wellness", "init").code == 0
    totals = []
    for _ in range(12):
        add = ("wellness", "add", "--kind", "chaplain", "--minutes", "15", "--month", "2026-01")
        assert run_ccu(*add).code == 0
        told = run_ccu("wellness", "total", "--year", "2026", "-f", "json").out
        totals.append([row["contacts"] for row in json.loads(told)])
    assert totals[-2:] == [[11], [12]]
    assert totals[-3] not in ([10], [11])


def test_a_report_holds_addresses_and_logins(here: Path) -> None:
    done = town.run(here, "supervisor", "report", "--month", "2026-01", "-f", "json")
    assert "12 MAIN ST" in done.out
    assert '"clinician"' in done.out
