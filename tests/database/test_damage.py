"""Damage to the file: what `ccu check` finds, and that `ccu backup` does not copy it."""

import contextlib
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from ccu.database import digests

from ..conftest import Ccu, once

CALL = ("log-call", "--when", "2026-01-30 22:30", "--address", "12 Main St", "--nature", "crisis",
        "--danger", "none", "--responder", "police", "--disposition", "resolved",
        "--person", "unknown", "--no-input")  # fmt: skip

Hand = sqlite3.Connection


@pytest.fixture
def town(ccu: Ccu, db_path: Path) -> Ccu:
    """The front door with a few calls, all of it folded into the file."""
    once("test_damage", lambda: start(ccu))
    return ccu


def start(ccu: Ccu) -> None:
    for _ in range(3):
        assert ccu(*CALL).code == 0
    assert ccu("check", "--quiet") == (0, "", "")


def dump(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, as bytes where it is text."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as hand:
        hand.text_factory = bytes
        tables = [
            row[0].decode()
            for row in hand.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        return {
            table: sorted(hand.execute(f'SELECT * FROM "{table}"').fetchall(), key=repr)
            for table in tables
            if not table.startswith("sqlite_")
        }


def test_no_flipped_bit_that_matters_is_missed(town: Ccu, db_path: Path) -> None:
    flip_bits(town, db_path, 60)


@pytest.mark.slow
def test_no_flipped_bit_that_matters_is_missed_of_many(town: Ccu, db_path: Path) -> None:
    flip_bits(town, db_path, 400)


def flip_bits(town: Ccu, db_path: Path, count: int) -> None:
    """So many bits, one at a time, on pages that hold something: found, or without effect."""
    whole, rows = db_path.read_bytes(), dump(db_path)
    pages = [at for at in range(0, len(whole), 4096) if any(whole[at + 100 : at + 4096])]
    chance = random.Random(16)
    found = 0
    for _ in range(count):
        at = chance.choice(pages) + chance.choice(
            [each for each in range(4096)] if chance.random() < 0.3 else range(3000, 4096)
        )
        flipped = bytearray(whole)
        flipped[at] ^= 1 << chance.randrange(8)
        for beside in ("-wal", "-shm"):
            db_path.with_name(db_path.name + beside).unlink(missing_ok=True)
        db_path.write_bytes(flipped)
        done = town("check", "--quiet")
        assert done.code in (0, 4, 6), (at, done)
        if done.code == 0:
            assert dump(db_path) == rows, (at, done)
        else:
            found += 1
    assert found > count // 4


def damage(change: Callable[[Hand], object]) -> Callable[[Path], None]:
    def damaged(path: Path) -> None:
        """By a program without ccu's function, which has taken the triggers out of its way."""
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as hand:
            hand.execute("PRAGMA foreign_keys=OFF")
            made = hand.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall()
            for name, _sql in made:
                hand.execute(f"DROP TRIGGER {name}")
            change(hand)
            for _name, sql in made:
                with contextlib.suppress(sqlite3.OperationalError):  # its table was dropped
                    hand.execute(sql)

    return damaged


def sql(statement: str) -> Callable[[Path], None]:
    return damage(lambda hand: hand.execute(statement))


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (sql("DROP TABLE call_danger"), "the table call_danger is missing"),
        (sql("DROP INDEX call_place"), "the index call_place is missing"),
        (sql("DROP VIEW place_plain"), "the view place_plain is missing"),
        (sql("DELETE FROM setting"), "row police_sees of setting is missing"),
        (sql("DELETE FROM retention"), "row calls of retention is missing"),
        (sql("DELETE FROM nature WHERE code = 'hoarding'"), "row hoarding of nature is missing"),
        (sql("UPDATE nature SET label = 'x'"), "the rows of nature are not what ccu wrote"),
        (sql("UPDATE call SET minutes = 7 WHERE id = 2"), "the rows of call are not what ccu"),
        (sql("UPDATE setting SET value = '' WHERE name = 'town'"), "the rows of setting are not"),
        (sql("UPDATE person SET phone = '' WHERE id = 1"), "the rows of person are not what ccu"),
        (sql("DELETE FROM call_danger WHERE call_id = 1"), "the rows of call_danger are not what"),
        (sql("UPDATE place SET street = CAST(x'ff41' AS TEXT)"), "the rows of place are not what"),
        (sql("ALTER TABLE call ADD COLUMN more TEXT"), "the table call was altered"),
        (sql("DELETE FROM table_digest"), "the rows of call are not what ccu wrote"),
        (sql("UPDATE table_digest SET total = total - 4 WHERE name = 'capacity'"),
         "the rows of capacity are not what ccu wrote"),
        (sql("UPDATE table_digest SET row_count = row_count - 1 WHERE name = 'need'"),
         "the rows of need are not what ccu wrote"),
    ],
)  # fmt: skip
def test_damage_is_named_and_not_copied(
    harm: Callable[[Path], None], told: str, town: Ccu, db_path: Path, tmp_path: Path
) -> None:
    harm(db_path)
    done = town("check", "--quiet", "--format", "csv")
    assert done.code == 6, done
    assert told in done.out
    copied = town("backup", str(tmp_path / "copy.db"))
    assert (copied.code, copied.out) == (6, ""), copied
    assert "the file is damaged" in copied.err
    assert "keep the earlier backups" in copied.err
    assert not (tmp_path / "copy.db").exists()


def test_overdue_or_unowned_work_does_not_stop_a_backup(
    town: Ccu, db_path: Path, tmp_path: Path
) -> None:
    """A rule about the work is no damage: the night's copy is made."""
    with contextlib.closing(sqlite3.connect(db_path)) as hand, hand:
        hand.execute("UPDATE call SET cleared_at = '2020-01-01T00:00:00-05:00' WHERE id = 1")
    assert "calls that end before they begin" in town("check", "--quiet").out
    assert town("backup", str(tmp_path / "copy.db")).code == 0


def test_other_programs_read_the_file_and_cannot_write_it(town: Ccu, db_path: Path) -> None:
    connect = vars(__import__("tests.conftest", fromlist=["_connect"]))["_connect"]
    with contextlib.closing(connect(db_path)) as other:
        assert other.execute("SELECT count(*) FROM call").fetchone() == (3,)
        for statement in ("UPDATE call SET minutes = 7", "DELETE FROM call_danger"):
            with pytest.raises(sqlite3.OperationalError, match="row_digest"):
                other.execute(statement)
    assert town("check", "--quiet") == (0, "", "")


def test_a_code_that_a_town_added_by_hand_is_a_warning(town: Ccu, db_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(db_path)) as hand, hand:
        hand.execute("INSERT INTO housing (code, label, sort) VALUES ('car', 'Car', 20)")
    done = town("check", "--quiet", "--format", "csv")
    assert done.code == 0
    assert '"warning","rows were added to housing by another program"' in done.out


@pytest.mark.parametrize(
    "line",
    [
        ("history", "--address", "12 Main St"),
        ("call", "show", "1"),
        ("report", "--month", "2026-01"),
        ("frequent", "places"),
    ],
)
def test_text_that_cannot_be_read_is_damage_for_every_command(
    line: tuple[str, ...], town: Ccu, db_path: Path
) -> None:
    harm = "UPDATE {} = CAST(x'ff' || {} AS TEXT)"
    with contextlib.closing(sqlite3.connect(db_path)) as hand, hand:
        for table, column in (("place", "street"), ("address", "raw"), ("call", "beat")):
            hand.execute(harm.format(f"{table} SET {column}", f"ifnull({column}, '')"))
    done = town(*line)
    assert (done.code, done.out) == (4, ""), done
    assert "is damaged; keep it and restore a backup" in done.err
    assert "\\xff" not in done.err


def test_the_sums_follow_every_change(town: Ccu, db_path: Path, tmp_path: Path) -> None:
    """Replaced, upserted, undone: the triggers' sums are those of the rows there are."""
    with contextlib.closing(sqlite3.connect(db_path, isolation_level=None)) as hand:
        hand.execute("PRAGMA recursive_triggers=ON")
        hand.execute("INSERT INTO cad_text (id, text) VALUES (1, json_array(1, 'a'))")
        hand.execute("REPLACE INTO cad_text (id, text) VALUES (1, json_object('b', 2))")
        hand.execute("INSERT INTO cad_text (id, text) VALUES (1, 'x') ON CONFLICT (id)"
                     " DO UPDATE SET text = json_array(text, excluded.text)")  # fmt: skip
        hand.execute("BEGIN")
        hand.execute("DELETE FROM cad_text")
        hand.execute("ROLLBACK")
        names = {row[0] for row in hand.execute("SELECT name FROM table_digest")}
        assert "cad_text" not in digests.changed(hand, names)
    assert town("check", "--quiet") == (0, "", "")


@pytest.mark.parametrize("offset", [18, 19])
def test_a_header_that_makes_the_file_read_only_is_damage(
    offset: int, town: Ccu, db_path: Path
) -> None:
    content = bytearray(db_path.read_bytes())
    content[offset] ^= 1
    db_path.write_bytes(content)
    done = town("check", "--quiet")
    assert (done.code, "is damaged" in done.err) == (4, True)
