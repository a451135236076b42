"""--today: which commands take another day, and for which accounts. What is evidence takes none."""

import contextlib
import json
import shlex
import sqlite3
import sys
from pathlib import Path

import pytest

from .. import told_town as town
from ..access.test_roles import MAY_NOT, here, made
from ..conftest import Result
from ..installation.test_by_sudo import CALLER, OWN, UID, named

__all__ = ["here", "made"]  # fixtures: the told town, a copy for each test

ROWS = town.LINES | town.TRUST_LINES
OTHER_DAYS = ("2026-01-30", "2026-02-01T14:00", "2040-01-01")
DATED_BY_THE_MACHINE = {
    "consent grant", "consent revoke", "consent disclose", "seal person", "seal call", "seal lift",
    "retention set", "retention hold", "retention release", "purge", "deidentify",
    "referral letter --provider", "parcel make",
}  # fmt: skip
# What a caller by sudo may not run with another day, said by hand: all that records or prints one.
RECORDS = {
    "log-call", "call edit", "call void", "call unvoid", "call decide", "undo", "refer",
    "referral letter", "referral edit", "referral reopen", "referral expire", "follow-up add",
    "follow-up done", "follow-up edit", "follow-up void", "follow-up reopen", "follow-up sign",
    "follow-up overdue", "worker assign", "worker end", "consult add", "consult edit",
    "consult void", "needs record", "needs edit", "needs void", "needs refer", "person add",
    "person edit", "person void",
    "person distinct", "person merge",
    "person unmerge", "person link", "person unlink", "person import", "household add",
    "household leave", "household edit", "plan write", "plan approve", "plan review",
    "plan expire", "plan suggest", "plan answer", "place flag", "place verify", "place unflag",
    "place exempt", "place edit", "place merge", "place unmerge", "codes add",
    "codes rename", "codes retire", "frequent override", "frequent review", "provider add",
    "provider edit", "provider retire", "provider import", "import", "audit rekey", "staff add",
    "staff edit", "staff retire", "settings", "wellness add", "wellness init", "parcel key",
    "parcel open",
    *DATED_BY_THE_MACHINE,
}  # fmt: skip
# test_by_sudo.py has init and demo; others are as their first word, or open the care file.
NOT_HERE = {
    *("settings --change", "init", "demo", "care init", "care note add", "care note list"),
    *("care note move", "care destroy", "care backup"),
}


def ran(folder: Path, login: str, row: str, *before: str) -> Result:
    """The row's command line, at town.AT by the machine, with options of ccu itself before it."""
    words, stdin = ROWS[row]
    line = (*before, *row.split(" --")[0].split(), *shlex.split(words))
    return town.run(folder / "town.db", login, *line, stdin=stdin)


def counted(folder: Path) -> dict[str, int]:
    """How many rows each table has, the audit's apart."""
    with contextlib.closing(sqlite3.connect(folder / "town.db")) as hand:
        names = hand.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        return {
            name: hand.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
            for (name,) in names
            if not name.startswith(("audit", "sqlite_"))
        }


@pytest.mark.parametrize("row", sorted(DATED_BY_THE_MACHINE))
def test_evidence_takes_no_other_day(here: Path, row: str) -> None:
    before = counted(here)
    for day in OTHER_DAYS:
        done = ran(here, "records", row, "--today", day)
        assert (done.code, done.out) == (2, "")
        assert f"ccu {row} uses the machine's clock: leave out --today" in done.err
    assert counted(here) == before
    assert ran(here, "records", row, "--today", town.AT[:10]).code == 0


def test_evidence_is_dated_by_the_machine_whatever_hour_was_said(here: Path) -> None:
    assert ran(here, "records", "retention hold", "--today", "2026-01-31T23:00").code == 0
    with contextlib.closing(sqlite3.connect(here / "town.db")) as hand:
        (at,) = hand.execute("SELECT max(placed_at) FROM legal_hold").fetchone()
    assert at == f"{town.AT}:00-05:00"
    assert ran(here, "supervisor", "export", "--today", "2026-06-30").code == 0
    assert json.loads((here / "rows" / "about.json").read_text())["made_at"].startswith(town.AT)


def test_a_purge_may_be_looked_at_for_another_day(here: Path) -> None:
    assert ran(here, "records", "purge --dry-run", "--today", "2040-01-01").code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="sudo")
@pytest.mark.parametrize("role", ["supervisor", "records"])
def test_a_caller_by_sudo_names_no_day_for_what_is_recorded(
    here: Path, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDO_UID", str(UID))
    named(here, OWN, role=role)
    before, refused = counted(here), set()
    for row in sorted({*ROWS} - NOT_HERE):
        done = ran(here, CALLER, row, "--today", "2026-01-30T14:00")
        if "leave out --today" in done.err:
            assert done.code == 7, row
            refused.add(row)
        elif row in RECORDS:
            assert (done.code, row in MAY_NOT[role]) == (7, True), (row, done.err)
    assert refused == {row for row in RECORDS if row not in MAY_NOT[role]}
    assert {name: count for name, count in counted(here).items() if name != "disclosure"} == {
        name: count for name, count in before.items() if name != "disclosure"
    }
