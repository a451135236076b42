"""Name the records that another program wrote, whatever it did to hide it."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from ccu.database import digests, written

from ..conftest import Ccu
from ..retention.retention_steps import become_keeper

EDITS = {
    "UPDATE call SET minutes = 77 WHERE id = 2": "call 2 was changed by another program after ",
    "UPDATE call SET narrative = 'x' WHERE id = 1": "call 1 was changed by another program after ",
    "UPDATE person SET birth_date = '1980-02-01' WHERE id = 1": "person 1 was changed by ",
    "INSERT INTO person_alias (person_id, given_name, family_name) VALUES (1, 'A', 'B')": (
        "person 1 (person alias) was added by another program"
    ),
    "DELETE FROM call_danger WHERE call_id = 1": "call 1 (call hazard) was deleted by another ",
    "UPDATE staff SET phone = '1' WHERE id = 1": "staff 1 was changed by another program after ",
}


@pytest.fixture
def town(ccu: Ccu) -> Ccu:
    person = "given: Ann\nfamily: Doe\nborn: 1980-01-31"
    assert ccu("person", "add", "--file", "-", stdin=person).code == 0
    for words in (
        (
            "log-call",
            "--address",
            "1 Main St",
            "--nature",
            "crisis",
            "--when",
            "2026-01-30 14:00",
            "--hazards",
            "weapon",
        ),
        ("log-call", "--address", "2 Main St", "--nature", "crisis", "--when", "2026-01-30 14:00"),
    ):
        done = ccu(*words)
        assert done.code == 0, done.err
    assert ccu("audit", "verify").code == 0
    return ccu


def by_another_program(path: Path, *statements: str) -> None:
    """Write with the triggers dropped, then make the triggers and the plain sums fit again."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as hand:
        triggers = hand.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        for name, _sql in triggers:
            hand.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            assert hand.execute(statement).rowcount > 0
        for _name, sql in triggers:
            hand.execute(sql)
        for table in written.tables(hand):
            count, total = digests._sum(hand, table) or (0, 0)
            hand.execute(
                "UPDATE table_digest SET row_count = ?, total = ? WHERE name = ?",
                (count, total, table),
            )


@pytest.mark.parametrize("edit", EDITS)
def test_a_row_written_by_another_program_is_named(town: Ccu, db_path: Path, edit: str) -> None:
    by_another_program(db_path, edit)
    found = town("audit", "verify")
    assert found.code == 6 and EDITS[edit] in found.err
    assert "compare it with the last backup" in found.err


def test_a_code_list_that_nothing_writes_is_compared_with_a_new_file(
    town: Ccu, db_path: Path
) -> None:
    """Its rows are in no event; a status that is no longer open would hide referrals."""
    by_another_program(db_path, "UPDATE referral_status SET open = 0")
    found = town("check", "--quiet")
    assert found.code == 6 and "the rows of referral_status are not what" in found.out, found


def test_a_later_write_by_ccu_does_not_hide_it(town: Ccu, db_path: Path) -> None:
    by_another_program(db_path, "UPDATE call SET minutes = 77 WHERE id = 2")
    assert town("call", "amend", "2", "--minutes", "20", "--reason", "x").code == 0
    assert "call 2 was changed" in town("audit", "verify").err


def test_digests_inserted_by_another_program_are_discarded(town: Ccu, db_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(db_path)) as hand:
        hand.execute(
            "INSERT INTO audit_written SELECT max(id) + 1, 1, 'call', 1, x'0100000000000000'"
            " FROM audit"
        )
        hand.commit()
    assert town("settings", "repeat_days", "31").code == 0
    assert town("audit", "verify").code == 0


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM audit_written WHERE audit_id = 5",
        "UPDATE audit_written SET first = 9 WHERE audit_id = 5",
        "DELETE FROM audit_written",
        "INSERT INTO audit_written VALUES (-1, 1, '', 0, x'00')",
    ],
)
def test_what_an_event_wrote_cannot_be_changed(town: Ccu, db_path: Path, change: str) -> None:
    by_another_program(db_path, change)
    assert town("settings", "repeat_days", "31").code == 0  # nor does the next event hide it
    assert "wrote was changed, removed or inserted" in town("audit", "verify").err


def test_rows_of_a_write_without_an_event_are_refused(town: Ccu, db_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(db_path)) as hand:
        hand.execute("PRAGMA foreign_keys = ON")
        hand.execute("UPDATE call SET minutes = 77 WHERE id = 2")
        with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
            hand.commit()


def test_destroyed_rows_leave_no_digest(
    town: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can try values against one; what another program changed before is named still."""
    by_another_program(db_path, "UPDATE call SET minutes = 77 WHERE id = 2")
    become_keeper(town, monkeypatch)
    before = sums_of(db_path)
    assert town("deidentify", "--person", "1", "--yes").code == 0
    assert before and not before & sums_of(db_path)
    found = town("audit", "verify").err
    told = "call 2 was changed by another program before records were last destroyed"
    assert found.startswith(f"ccu: error: {told}; keep the file")


def sums_of(path: Path) -> set[bytes]:
    """Every digest that the file has, and the salt."""
    with contextlib.closing(sqlite3.connect(path)) as hand:
        kept = b"".join(row[0] for row in hand.execute("SELECT sums FROM audit_written"))
    return {kept[place : place + 8] for place in range(0, len(kept), 8)} - {bytes(8)}
