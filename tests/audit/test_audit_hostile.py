"""The audit against the owner of its file, who can open it with any SQLite program.

Each test does what such a one could do, and states what `ccu audit verify` reports: found, found
against an anchor alone, or not found at all. docs/records.md lists the same.
"""

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccu.commands.custodian.audit import NEXT
from ccu.database import key_chain as chain
from ccu.records import audit

from ..conftest import TODAY, Ccu, Result, examples, run_ccu
from ..steps import copy_file

ROWS = 10  # of the audit that `town` leaves
Hand = sqlite3.Connection


@contextlib.contextmanager
def by_hand(path: Path, keep_triggers: bool = False) -> Iterator[Hand]:
    """Open the file by plain sqlite3, with the triggers dropped and restored afterward."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as hand:
        hand.execute("PRAGMA ignore_check_constraints=ON")
        found = hand.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'"
        ).fetchall()
        for name, _sql in found:
            hand.execute(f"DROP TRIGGER {name}")
        yield hand
        for _name, sql in found if not keep_triggers else []:
            hand.execute(sql)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A call, a narrative opened with a reason, settings changed: ten rows; made once."""
    path = tmp_path_factory.mktemp("made") / "ccu.db"

    def ccu(*args: str) -> Result:
        return run_ccu("--db", str(path), "--today", TODAY, *args)

    with pytest.MonkeyPatch.context() as patched:
        patched.delenv("SUDO_UID", raising=False)
        init = ("init", "--town", "Westport", "--state", "CT", "--timezone", "America/New_York")
        assert ccu(*init).code == 0
        call = ("log-call", "--when", "2026-01-30 22:30", "--address", "12 Main St", "--nature")
        assert ccu(*call, "crisis", "--no-input").code == 0
        assert ccu("history", "--call", "1", "--full", "--reason", "follow-up visit").code == 0
        for days in ("30", "31", "32"):
            assert ccu("settings", "repeat_days", days).code == 0
        assert ccu("audit", "verify").code == 0
    return path


@pytest.fixture
def town(empty: Ccu, made: Path, db_path: Path) -> Ccu:
    """The front door with a copy of that town."""
    copy_file(made, db_path)
    return empty


def rows(path: Path) -> list[tuple[object, ...]]:
    with contextlib.closing(sqlite3.connect(path)) as hand:
        return hand.execute("SELECT * FROM audit ORDER BY id").fetchall()


def says(result: Result) -> str:
    """Return the sentence of a failed verification, without its beginning."""
    assert (result.code, result.out) == (6, ""), result
    assert result.err.count("\n") == 1
    return result.err.removeprefix("ccu: error: ").strip().removesuffix(f"; {NEXT}")


def remade(hand: Hand, key: chain.Key, start: int = 1) -> None:
    """Hash every row from `start` on again, as somebody could who has the key."""
    previous = chain.BEGIN
    if start > 1:
        previous = hand.execute("SELECT hash FROM audit WHERE id = ?", (start - 1,)).fetchone()[0]
    for row in hand.execute(
        "SELECT id, at, staff_id, action, record, record_id, detail FROM audit"
        " WHERE id >= ? ORDER BY id",
        (start,),
    ).fetchall():
        done = key.of_row(previous, row)
        hand.execute(
            "UPDATE audit SET previous = ?, hash = ? WHERE id = ?", (previous, done, row[0])
        )
        previous = done


# ---------------------------------------------------------------- found


def test_the_untouched_audit_verifies(town: Ccu, db_path: Path) -> None:
    found = rows(db_path)
    assert [row[0] for row in found] == list(range(1, ROWS + 1))
    last = str(found[-1][-1].hex())  # type: ignore[attr-defined]
    assert town("audit", "verify") == (0, f"{ROWS} rows verified; the last is {ROWS} {last}\n", "")


@pytest.mark.parametrize("row", [1, 5, ROWS])
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "2020-01-01T00:00:00+00:00"),
        ("staff_id", None),
        ("action", "person-show"),
        ("record", "person"),
        ("record_id", 77),
        ("detail", '{"x": 1}'),
        ("hash", b"\x07" * 32),
        ("previous", b"\x07" * 32),
        ("hash", None),
        ("previous", None),
    ],
)
def test_a_column_edited(town: Ccu, db_path: Path, row: int, column: str, value: object) -> None:
    with by_hand(db_path) as hand:
        hand.execute(f"UPDATE audit SET {column} = ? WHERE id = ?", (value, row))
    assert says(town("audit", "verify")).startswith(f"audit row {row} was ")


@pytest.mark.parametrize(
    ("gone", "told"),
    [
        ("id = 1", "audit row 1 is missing"),
        ("id = 5", "audit row 5 is missing"),
        ("id IN (5, 6, 7)", "audit rows 5 to 7 are missing"),
        (f"id = {ROWS}", f"audit row {ROWS} was cut from the end"),
        ("id > 6", f"audit rows 7 to {ROWS} were cut from the end"),
        ("true", f"audit rows 1 to {ROWS} were cut from the end"),
    ],
)
def test_rows_deleted(town: Ccu, db_path: Path, gone: str, told: str) -> None:
    with by_hand(db_path) as hand:
        hand.execute(f"DELETE FROM audit WHERE {gone}")
    assert says(town("audit", "verify")) == told


def test_a_row_deleted_and_the_rest_renumbered(town: Ccu, db_path: Path) -> None:
    with by_hand(db_path) as hand:
        hand.execute("DELETE FROM audit WHERE id = 5")
        for number in range(6, ROWS + 1):
            hand.execute("UPDATE audit SET id = id - 1 WHERE id = ?", (number,))
        hand.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'audit'", (ROWS - 1,))
    assert says(town("audit", "verify")) == "audit row 5 was changed by hand"


def test_two_rows_swapped(town: Ccu, db_path: Path) -> None:
    with by_hand(db_path) as hand:
        for old, new in ((4, 99), (5, 4), (99, 5)):
            hand.execute("UPDATE audit SET id = ? WHERE id = ?", (new, old))
    told = "audit row 4 is out of order: it was written after what is now row 5"
    assert says(town("audit", "verify")) == told


@pytest.mark.parametrize(
    ("previous", "told"),
    [(b"\1" * 32, f"audit row {ROWS + 1} was inserted by hand"),
     (None, f"audit row {ROWS + 1} was changed or inserted by hand")],
)  # fmt: skip
def test_a_made_row_appended(town: Ccu, db_path: Path, previous: bytes | None, told: str) -> None:
    with by_hand(db_path) as hand:
        last = hand.execute("SELECT hash FROM audit WHERE id = ?", (ROWS,)).fetchone()[0]
        hand.execute(
            "INSERT INTO audit (at, staff_id, action, previous, hash) VALUES (?, 1, 'x', ?, ?)",
            ("2026-01-31T00:00:00+00:00", previous or last, b"\2" * 32),
        )
    assert says(town("audit", "verify")) == told
    # and what is written after it does not hide it
    assert town("settings", "repeat_days", "60").code == 0
    assert says(town("audit", "verify")).startswith(f"audit row {ROWS + 1} was ")


def test_a_truncated_end_is_found_after_more_writes(town: Ccu, db_path: Path) -> None:
    with by_hand(db_path) as hand:
        hand.execute("DELETE FROM audit WHERE id > ?", (ROWS - 2,))
    for days in ("50", "51", "52"):
        assert town("settings", "repeat_days", days).code == 0
    assert says(town("audit", "verify")) == f"audit rows {ROWS - 1} to {ROWS} are missing"


def test_a_count_set_too_low(town: Ccu, db_path: Path) -> None:
    with by_hand(db_path) as hand:
        hand.execute("UPDATE sqlite_sequence SET seq = 3 WHERE name = 'audit'")
    told = f"the file's own count of audit rows is 3, and the last row is {ROWS}"
    assert says(town("audit", "verify")) == told


def test_triggers_dropped_altered_and_inserted(town: Ccu, db_path: Path) -> None:
    with by_hand(db_path, keep_triggers=True) as hand:
        hand.execute("CREATE TRIGGER audit_is_a_chain AFTER INSERT ON audit BEGIN SELECT 1; END")
        hand.execute("CREATE TRIGGER more AFTER INSERT ON audit BEGIN SELECT 1; END")
    assert says(town("audit", "verify")) == (
        "the trigger audit_is_never_changed is missing; the trigger audit_is_never_deleted is"
        " missing; the trigger audit_is_a_chain was altered; a trigger was inserted by hand"
    )
    assert town("check", "--quiet").code == 6


def test_the_words_of_a_reason_edited(town: Ccu, db_path: Path) -> None:
    with by_hand(db_path) as hand:
        hand.execute("UPDATE audit_reason SET reason = 'a better one'")
    told = f"the reason for audit row {ROWS - 3} was changed or inserted by hand"
    assert says(town("audit", "verify")) == told


def test_the_words_of_a_reason_deleted_without_a_purge(town: Ccu, db_path: Path) -> None:
    with by_hand(db_path) as hand:
        hand.execute("DELETE FROM audit_reason")
    told = f"the reason for audit row {ROWS - 3} is missing, and no purge removed it"
    assert says(town("audit", "verify")) == told


@pytest.mark.parametrize("row", [2, 99])
def test_an_inserted_reason(town: Ccu, db_path: Path, row: int) -> None:
    with by_hand(db_path) as hand:
        hand.execute("INSERT INTO audit_reason VALUES (?, 'because')", (row,))
    assert f"audit row {row}" in says(town("audit", "verify"))


def test_a_key_replaced_by_another(town: Ccu, db_path: Path) -> None:
    key = db_path.with_name("ccu.db.audit-key")
    key.write_text("ab" * 32 + "\n")
    told = f"audit rows 1 to {ROWS} were not written with the key of this file"
    assert says(town("audit", "verify")) == told
    refused = town("settings", "repeat_days", "77")  # rows of two keys could not be repaired
    assert (refused.code, refused.out) == (4, "")
    assert len(rows(db_path)) == ROWS


def test_a_part_rebuilt_with_another_key(town: Ccu, db_path: Path) -> None:
    """Without the key: a rekey event made by hand, and everything after it under a new key."""
    mine = chain.Key(b"mine" * 8)
    with by_hand(db_path) as hand:
        hand.execute("DELETE FROM audit WHERE id > 6")
        hand.execute("DELETE FROM audit_reason")
        hand.execute(
            "INSERT INTO audit (id, at, staff_id, action, detail) VALUES (7, ?, 1, ?, ?)",
            ("2026-01-31T00:00:00+00:00", audit.REKEY, f'{{"key": "{mine.fingerprint}"}}'),
        )
        remade(hand, mine, 7)
        hand.execute("UPDATE sqlite_sequence SET seq = 7 WHERE name = 'audit'")
    told = "audit row 7 was not written with the key of this file"
    assert says(town("audit", "verify")).startswith(told)
    db_path.with_name("ccu.db.audit-key").write_text((b"mine" * 8).hex())
    told = says(town("audit", "verify"))
    assert told.startswith("what audit row 1 wrote was changed, removed or inserted by hand")
    assert "audit rows 1 to 6 were written with an earlier key" in told


# ---------------------------------------------------------------- found against an anchor alone


def anchor(town: Ccu) -> str:
    done = town("audit", "anchor")
    assert done.code == 0
    return done.out.strip()


def test_a_traceless_truncation_is_found_only_by_an_anchor(town: Ccu, db_path: Path) -> None:
    assert town("history", "--call", "1").code == 0
    kept = anchor(town)
    with by_hand(db_path) as hand:
        hand.execute("DELETE FROM audit WHERE id > :rows", {"rows": ROWS})
        hand.execute("UPDATE sqlite_sequence SET seq = :rows WHERE name = 'audit'", {"rows": ROWS})
    assert town("audit", "verify").code == 0  # not found: the rows that are left are intact
    assert says(town("audit", "verify", "--anchor", kept)) == (
        f"the audit ends at row {ROWS} but an anchor has row {ROWS + 1}: rows were cut from the"
        " end, or the file was replaced by an older copy"
    )


def test_a_chain_rebuilt_with_the_stolen_key_is_found_only_by_an_anchor(
    town: Ccu, db_path: Path
) -> None:
    kept = anchor(town)
    stolen = chain.read(db_path.with_name("ccu.db.audit-key"))
    with by_hand(db_path) as hand:
        hand.execute("UPDATE audit SET staff_id = NULL WHERE id = 5")
        remade(hand, stolen)
    assert town("audit", "verify").code == 0  # not found: it is as ccu itself would have made it
    told = f"audit row {ROWS} does not match the anchor: the chain was forged"
    assert says(town("audit", "verify", "--anchor", kept)) == told


def test_an_older_copy_of_the_file_is_found_by_an_anchor_alone(
    town: Ccu, db_path: Path, tmp_path: Path
) -> None:
    older = tmp_path / "older.db"
    assert town("backup", str(older)).code == 0
    assert town("settings", "repeat_days", "60").code == 0
    kept = anchor(town)
    shutil.copy(older, db_path)
    assert town("audit", "verify").code == 0  # not found: it was intact then, and is
    assert "the file was replaced by an older copy" in says(
        town("audit", "verify", "--anchor", kept)
    )


def with_a_key_of_ones_own(db_path: Path) -> None:
    """Replace the complete chain and the key's file by forged ones."""
    own = db_path.with_name("ccu.db.audit-key")
    own.write_text("ab" * 32 + "\n")
    key = chain.read(own)
    with by_hand(db_path) as hand:
        hand.execute("UPDATE audit SET staff_id = NULL WHERE id = 6")
        for number, reason in hand.execute("SELECT * FROM audit_reason").fetchall():
            hand.execute(
                "UPDATE audit SET detail = json_set(detail, '$.reason_digest', ?) WHERE id = ?",
                (key.of_reason(number, reason), number),
            )
        hand.execute("UPDATE audit SET detail = json_remove(detail, '$.written')")
        hand.execute("DELETE FROM audit_written")
        remade(hand, key)


def test_a_chain_forged_with_another_key_is_not_backed_up(
    town: Ccu, db_path: Path, tmp_path: Path
) -> None:
    """The night's copy is compared with the anchors of the nights before, without an option."""
    folder = tmp_path / "nights"
    folder.mkdir()
    assert town("backup", str(folder / "1.db")).code == 0
    assert town("backup", str(folder / "2.db")).code == 0
    with_a_key_of_ones_own(db_path)
    before = sorted(each.name for each in folder.iterdir())
    told = says(town("backup", str(folder / "3.db")))
    assert told.startswith(
        "not copied: the audit does not match the anchor of an earlier backup; if"
    )
    row = f"audit row {ROWS + 1} does not match the anchor of 1.db.anchor"
    assert row in told
    assert sorted(each.name for each in folder.iterdir()) == before
    assert town("backup", str(tmp_path / "elsewhere.db")).code == 0  # nothing to compare with


def test_an_older_copy_of_the_file_is_not_backed_up(
    town: Ccu, db_path: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "nights"
    folder.mkdir()
    copy_file(db_path, tmp_path / "older.db")
    assert town("backup", str(folder / "1.db")).code == 0
    copy_file(tmp_path / "older.db", db_path)
    told = says(town("backup", str(folder / "2.db")))
    assert "the file was replaced by an older copy" in told
    assert "or you restored an older backup" in told


def test_check_and_verify_compare_the_anchors_beside_the_file(town: Ccu, db_path: Path) -> None:
    kept = db_path.with_name("ccu.db.anchor")
    assert town("audit", "anchor", "--append", str(kept)).code == 0
    assert town("check", "--quiet") == (0, "", "")
    assert ", 1 anchor; the last is" in town("audit", "verify").out
    with_a_key_of_ones_own(db_path)
    assert "does not match the anchor of ccu.db.anchor" in says(town("audit", "verify"))
    done = town("check", "--quiet", "--format", "csv")
    assert done.code == 6
    assert "does not match the anchor of ccu.db.anchor" in done.out


def test_an_anchor_file_checks_every_line(town: Ccu, db_path: Path, tmp_path: Path) -> None:
    kept = tmp_path / "anchors"
    stolen = chain.read(db_path.with_name("ccu.db.audit-key"))
    assert town("audit", "anchor", "--append", str(kept)).code == 0
    with by_hand(db_path) as hand:
        hand.execute("UPDATE audit SET detail = '{}' WHERE id = 6")
        remade(hand, stolen)
    assert town("audit", "anchor", "--append", str(kept)).code == 0
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "was forged" in says(town("audit", "verify", "--anchor-file", str(kept)))


# ---------------------------------------------------------------- not found


def test_somebody_with_the_key_can_add_invented_rows(town: Ccu, db_path: Path) -> None:
    """An anchor shows what was there; it cannot show that nothing was added after it."""
    kept = anchor(town)
    stolen = chain.read(db_path.with_name("ccu.db.audit-key"))
    with by_hand(db_path) as hand:
        hand.execute(
            "INSERT INTO audit (at, staff_id, action) VALUES ('2026-01-01T00:00:00+00:00', 1, 'x')"
        )
        remade(hand, stolen, ROWS + 1)
    assert town("audit", "verify", "--anchor", kept).code == 0


# ---------------------------------------------------------------- any one change


VALUES = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20),
    st.binary(max_size=40),
)
COLUMNS = (
    *("id", "at", "staff_id", "action", "record", "record_id", "detail"),
    *("previous", "hash"),
)


CHANGE = {"row": st.integers(1, ROWS), "column": st.sampled_from(COLUMNS), "value": VALUES}
COPIED = [HealthCheck.function_scoped_fixture]  # the folder is: each example has a copy in it


@settings(max_examples=examples(40, 100), deadline=None, suppress_health_check=COPIED)
@given(**CHANGE)
def test_any_change_of_any_row_is_found(
    made: Path, tmp_path: Path, row: int, column: str, value: object
) -> None:
    changed_by_hand(made, tmp_path / "changed.db", row, column, value)


@pytest.mark.slow
@settings(max_examples=600, deadline=None, suppress_health_check=COPIED)
@given(**CHANGE)
def test_any_change_of_any_row_is_found_for_long(
    made: Path, tmp_path: Path, row: int, column: str, value: object
) -> None:
    changed_by_hand(made, tmp_path / "changed.db", row, column, value)


def changed_by_hand(made: Path, copy: Path, row: int, column: str, value: object) -> None:
    before = rows(made)
    copy_file(made, copy)
    with by_hand(copy) as hand:
        try:
            hand.execute(f"UPDATE audit SET {column} = ? WHERE id = ?", (value, row))
        except sqlite3.Error:
            return  # the file itself refuses it: wrong type, a number that is taken
    found = run_ccu("--db", str(copy), "audit", "verify")
    assert found.code == (0 if rows(copy) == before else 6), found


def test_undecodable_text_is_found_without_a_crash(town: Ccu, db_path: Path) -> None:
    with by_hand(db_path) as hand:
        hand.execute("UPDATE audit SET action = CAST(x'ff00fe' AS TEXT) WHERE id = 5")
    assert says(town("audit", "verify")) == "audit row 5 was changed or inserted by hand"


@pytest.mark.parametrize("table", ["audit", "audit_reason"])
def test_a_table_that_is_gone_is_one_sentence(table: str, town: Ccu, db_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(db_path)) as hand, hand:
        hand.execute(f"DROP TABLE {table}")
    done = town("audit", "verify")
    assert done.code in (4, 6)
    assert done.err.count("\n") == 1


def test_a_trigger_of_another_table_is_found_missing(town: Ccu, db_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(db_path)) as hand, hand:
        hand.execute("DROP TRIGGER destruction_is_never_changed")
    done = town("audit", "verify")
    assert says(done) == "the trigger destruction_is_never_changed is missing"


def test_no_key_is_read_into_a_record_or_written_over(town: Ccu, db_path: Path) -> None:
    key = db_path.with_name("ccu.db.audit-key")
    before = key.read_bytes()
    call = ("log-call", "--when", "2026-01-30 10:00", "--address", "1 Elm St", "--nature", "other")
    tries = [
        (*call, "--no-input", "--note-file", str(key)),
        ("address", "--file", str(key)),
        ("import", str(key), "--suggest"),
        ("staff", "list", "--output", str(key)),
        ("audit", "anchor", "--append", str(key)),
    ]
    for words in tries:
        done = town(*words)
        assert done.code == 2, words
        assert before.decode().strip() not in done.out + done.err
    assert key.read_bytes() == before


def test_an_anchor_is_appended_to_anchors_alone(town: Ccu, db_path: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    assert [town("audit", "anchor", "--append", str(kept)).code for _ in range(2)] == [0, 0]
    assert len(kept.read_text().splitlines()) == 2
    assert town("staff", "list", "--output", str(kept)).code == 2
    for path, content in ((db_path, db_path.read_bytes()), (tmp_path / "t.txt", b"text")):
        path.write_bytes(content)
        assert town("audit", "anchor", "--append", str(path)).code == 2
        assert path.read_bytes() == content
