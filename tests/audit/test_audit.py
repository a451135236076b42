"""The audit's chain: its key, its anchors, `ccu audit verify / anchor / rekey`, writers at once.

What the owner of the file can do to it by hand is in test_audit_hostile.py.
"""

import contextlib
import hashlib
import hmac
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccu.database import key_chain as chain
from ccu.database import opening as db
from ccu.records import audit, ownership

from .. import steps
from ..conftest import Ccu, Result
from ..database.test_db import made_by_schema

CALL = ("log-call", "--when", "2026-01-30 22:30", "--address", "12 Main St", "--nature", "crisis",
        "--no-input")  # fmt: skip


def key_of(db_path: Path) -> Path:
    return db_path.with_name(db_path.name + ".audit-key")


def ask(path: Path, sql: str) -> list[tuple[object, ...]]:
    with contextlib.closing(sqlite3.connect(path)) as hand:
        return hand.execute(sql).fetchall()


def refused(result: Result) -> str:
    assert (result.code, result.out) == (4, "")
    assert result.err.count("\n") == 1
    return result.err


# ---------------------------------------------------------------- the hash


# RFC 4231, test cases 1 to 4, 6 and 7 (5 is of a shortened output): key, data, HMAC-SHA256.
VECTORS = [
    (b"\x0b" * 20, b"Hi There",
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (b"Jefe", b"what do ya want for nothing?",
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    (b"\xaa" * 20, b"\xdd" * 50,
     "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    (bytes(range(1, 26)), b"\xcd" * 50,
     "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
    (b"\xaa" * 131, b"Test Using Larger Than Block-Size Key - Hash Key First",
     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
    (b"\xaa" * 131, b"This is a test using a larger than block-size key and a larger than"
     b" block-size data. The key needs to be hashed before being used by the HMAC algorithm.",
     "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
]  # fmt: skip


@pytest.mark.parametrize(("secret", "message", "expected"), VECTORS)
def test_the_hash_is_hmac_sha256(secret: bytes, message: bytes, expected: str) -> None:
    assert chain.Key(secret).mac(message).hex() == expected


@given(secret=st.binary(max_size=200), message=st.binary(max_size=1000))
def test_the_hash_is_the_standard_librarys(secret: bytes, message: bytes) -> None:
    expected = hmac.new(secret, message, hashlib.sha256).digest()
    assert chain.Key(secret).mac(message) == expected


def test_what_is_hashed_never_changes() -> None:
    """Rows written today must verify in ten years, so the hashed bytes are fixed."""
    row = (7, "2026-01-31T14:00:00+00:00", None, "history", "place", 3, '{"calls": 2}')
    text = '["' + "00" * 32 + '",7,"2026-01-31T14:00:00+00:00",null,"history","place",3,'
    message = (text + '"{\\"calls\\": 2}"]').encode()
    expected = hmac.new(b"k" * 32, message, hashlib.sha256).digest()
    assert chain.Key(b"k" * 32).of_row(chain.BEGIN, row) == expected


# ---------------------------------------------------------------- the key


def test_init_makes_a_key_only_its_owner_can_read(ccu: Ccu, db_path: Path) -> None:
    key = key_of(db_path)
    assert key.stat().st_mode & 0o777 == 0o600
    assert len(bytes.fromhex(key.read_text().strip())) == 32
    assert ccu("check", "--quiet") == (0, "", "")


def test_the_key_may_be_in_another_folder(
    empty: Ccu, db_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "keys").mkdir()
    monkeypatch.setenv("CCU_AUDIT_KEY", str(tmp_path / "keys" / "town"))
    line = ("init", "--town", "Westport", "--state", "CT", "--timezone", "America/New_York")
    assert empty(*line).code == 0
    assert not key_of(db_path).exists()
    assert empty("settings", "repeat_days", "30").code == 0
    assert empty("audit", "verify").code == 0
    monkeypatch.delenv("CCU_AUDIT_KEY")
    assert str(key_of(db_path)) in refused(empty("settings", "repeat_days", "31"))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "is missing, and nothing is done that cannot be recorded"),
        (b"", "is damaged: it must be one line of 64 hexadecimal digits"),
        (b"ab" * 31, "is damaged"),
        (b"\xff\x00" * 40, "is damaged"),
        (b"ab" * 32 + b"\nmore", "is damaged"),
        (b"ab" * 32, "is not the one that the last rows of the audit were written with"),
    ],
)
def test_without_its_key_nothing_is_done(
    ccu: Ccu, db_path: Path, content: bytes | None, says: str
) -> None:
    key = key_of(db_path)
    key.unlink()
    if content is not None:
        key.write_bytes(content)
    before = ask(db_path, "SELECT * FROM setting")
    for line in (("settings", "repeat_days", "30"), CALL, ("history", "--address", "12 Main St")):
        said = refused(ccu(*line))
        assert f"the audit key {key} {says}" in said
        assert "abab" not in said
    assert ask(db_path, "SELECT * FROM setting") == before
    assert ask(db_path, "SELECT count(*) FROM call") == [(0,)]
    assert key.exists() == (content is not None)  # never made again by itself
    code = 6 if content == b"ab" * 32 else 4
    assert ccu("check").code == code


@pytest.mark.skipif(os.name != "posix", reason="file modes")
def test_check_warns_of_a_key_that_others_can_read(ccu: Ccu, db_path: Path) -> None:
    key_of(db_path).chmod(0o644)
    done = ccu("check", "--quiet")
    assert done.code == 0
    assert "who can forge the audit; run chmod 600 on it" in done.out
    assert ccu("settings", "repeat_days", "30").code == 0  # a warning, and no more


def test_a_write_is_rolled_back_if_its_audit_row_fails(ccu: Ccu, db_path: Path) -> None:
    """A trigger of the file refuses a row out of order, and rolls back the write."""
    with contextlib.closing(db.open_database(db_path)) as connection:
        with pytest.raises(sqlite3.IntegrityError, match="append-only"), db.write(connection):
            connection.execute("UPDATE setting SET value = '1' WHERE name = 'repeat_days'")
            connection.execute(
                "INSERT INTO audit (at, action, previous, hash)"
                " VALUES ('2026-01-31T00:00:00+00:00', 'x', zeroblob(32), zeroblob(32))"
            )
        for values in ("NULL, NULL", "NULL, zeroblob(32)", "zeroblob(32), zeroblob(31)"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(
                    "INSERT INTO audit (at, action, previous, hash)"
                    f" VALUES ('2026-01-31T00:00:00+00:00', 'x', {values})"
                )
    assert ask(db_path, "SELECT value FROM setting WHERE name = 'repeat_days'") == [("90",)]
    assert ccu("audit", "verify").code == 0


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read anything")
def test_a_key_that_cannot_be_read_is_one_sentence(ccu: Ccu, db_path: Path) -> None:
    key_of(db_path).chmod(0)
    assert "cannot be read: permission denied" in refused(ccu("settings", "repeat_days", "30"))


# ---------------------------------------------------------------- writers at once


def test_writers_at_once_keep_one_chain(ccu: Ccu, db_path: Path) -> None:
    code = (
        "import sys; from ccu import cli\n"
        "for days in range(1, 13):\n"
        "    assert cli.main(['settings', 'repeat_days', str(days)]) == 0"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL) for _ in range(8)
    ]
    assert [process.wait() for process in started] == [0] * 8
    done = ccu("audit", "verify")
    assert done.code == 0, done.err
    assert done.out.startswith(f"{4 + 8 * 12} rows verified")


def test_processes_making_a_key_at_once_make_one(tmp_path: Path) -> None:
    path = tmp_path / "key"
    code = (
        "from pathlib import Path; from ccu.database import key_chain as chain;"
        f"print(chain.make(Path({str(path)!r})).fingerprint)"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        for _ in range(8)
    ]
    said = {process.communicate()[0] for process in started}
    assert said == {chain.read(path).fingerprint + "\n"}
    assert [each.name for each in tmp_path.iterdir()] == ["key"]


# ---------------------------------------------------------------- files of before


@pytest.mark.parametrize("version", [1, 2])
def test_the_audit_of_an_older_file_is_chained(empty: Ccu, db_path: Path, version: int) -> None:
    made_by_schema(version, db_path)
    with contextlib.closing(sqlite3.connect(db_path)) as hand:
        hand.execute("INSERT INTO audit_reason VALUES (2, 'a court order')")
        hand.commit()
    before = ask(db_path, "SELECT id, at, staff_id, action, record, record_id FROM audit")
    done = empty("audit", "verify")
    assert done.out.startswith(f"{len(before)} rows verified")
    assert done.err.startswith("The records were not compared: ")
    after = ask(db_path, "SELECT id, at, staff_id, action, record, record_id FROM audit")
    assert after == before
    assert empty("settings", "repeat_days", "30").code == 0  # the next event has the records
    assert empty("audit", "verify").err == ""
    assert key_of(db_path).stat().st_mode & 0o777 == 0o600
    with contextlib.closing(sqlite3.connect(db_path)) as hand:
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            hand.execute("UPDATE audit SET action = 'x'")
        hand.execute("UPDATE audit_reason SET reason = 'another'")
        hand.commit()
    assert "the reason for audit row 2 was changed" in empty("audit", "verify").err


# ---------------------------------------------------------------- anchors


def test_an_anchor_is_one_line_and_verify_takes_it(ccu: Ccu, tmp_path: Path) -> None:
    line = ccu("audit", "anchor").out
    number, digest, moment = line.split()
    assert (number, len(digest), moment) == ("4", 64, "2026-01-31T23:59:59-05:00")
    assert ccu("audit", "verify", "--anchor", line.strip()).code == 0
    assert ccu("audit", "verify", "--anchor", f"{number} {digest.upper()}").code == 0
    kept = tmp_path / "anchors"
    for days in ("30", "31"):
        assert ccu("audit", "anchor", "--append", str(kept)).code == 0
        assert ccu("settings", "repeat_days", days).code == 0
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.read_text().splitlines()[0] == line.strip()
    said = ccu("audit", "verify", "--anchor-file", str(kept), "--anchor", line.strip())
    assert said.code == 0
    assert said.out.startswith("6 rows verified, 3 anchors; the last is 6 ")


@pytest.mark.parametrize(
    "text", ["", "x", "4", "0 " + "a" * 64, "4 " + "a" * 63, "4 " + "g" * 64, "-4 " + "a" * 64,
             "4 " + "a" * 64 + " a b", "９ " + "a" * 64]
)  # fmt: skip
def test_an_invalid_anchor_is_refused(ccu: Ccu, tmp_path: Path, text: str) -> None:
    said = ccu("audit", "verify", "--anchor", text)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("ccu: error: --anchor must be a number, a space and 64")
    (tmp_path / "file").write_text(text + "\n")
    assert ccu("audit", "verify", "--anchor-file", str(tmp_path / "file")).code == 2
    assert ccu("audit", "verify", "--anchor-file", str(tmp_path / "none")).code == 2
    assert ccu("audit", "anchor", "--append", str(tmp_path)).code == 2


def test_a_backup_has_its_anchor_beside_it(ccu: Ccu, db_path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    assert ccu("backup", str(copy)).code == 0
    anchor = tmp_path / "copy.db.anchor"
    assert anchor.stat().st_mode & 0o777 == 0o600
    assert ccu("audit", "verify", "--anchor-file", str(anchor)).code == 0
    shutil.copy(key_of(db_path), tmp_path / "copy.db.audit-key")
    assert ccu("--db", str(copy), "audit", "verify", "--anchor-file", str(anchor)).code == 0
    (tmp_path / "copy.db.audit-key").unlink()
    checked = ccu("--db", str(copy), "check", "--quiet")
    assert checked.code == 0 and "only the rows' numbers and links" in checked.out


# ---------------------------------------------------------------- a lost key


def test_a_lost_key_is_replaced_and_its_rows_are_named(
    ccu: Ccu, db_path: Path, tmp_path: Path
) -> None:
    lost = key_of(db_path).rename(tmp_path / "elsewhere")
    assert "ccu audit rekey" in refused(ccu("settings", "repeat_days", "30"))
    done = ccu("audit", "rekey")
    new = chain.read(key_of(db_path))
    assert done == (0, f"The audit continues with a new key, {key_of(db_path)}. Keep a copy of it"
                    " elsewhere.\n", "")  # fmt: skip
    assert ccu("audit", "rekey").out == (
        f"The new key, {key_of(db_path)}, is already in place: nothing changed.\n"
    )
    assert key_of(db_path).stat().st_mode & 0o777 == 0o600
    assert ask(db_path, "SELECT action, detail ->> 'key' FROM audit ORDER BY id DESC LIMIT 1") == [
        (audit.REKEY, new.fingerprint)
    ]
    assert ccu("settings", "repeat_days", "30").code == 0
    told = "audit rows 1 to 4 were written with an earlier key: only their numbers and links are"
    assert ccu("audit", "verify") == (6, "", f"ccu: error: {told} checked\n")
    checked = ccu("check", "--quiet")
    assert checked.code == 0 and told in checked.out
    with contextlib.closing(sqlite3.connect(db_path)) as hand:
        hand.execute("DROP TRIGGER audit_is_never_changed")
        hand.execute("UPDATE audit SET staff_id = NULL WHERE id = 6")
        hand.commit()
    assert "audit row 6 was changed" in ccu("audit", "verify").err
    lost.rename(key_of(db_path))
    assert "put that one back" in refused(ccu("settings", "repeat_days", "31"))


def test_a_key_that_is_there_is_never_replaced(ccu: Ccu, db_path: Path) -> None:
    before = key_of(db_path).read_text()
    done = ccu("audit", "rekey")
    assert (done.code, done.out) == (2, "") and "only if it is lost" in done.err
    assert key_of(db_path).read_text() == before
    assert ccu("audit", "verify").code == 0


def test_a_rekey_that_fails_leaves_no_key(ccu: Ccu, db_path: Path, tmp_path: Path) -> None:
    lost = key_of(db_path).rename(tmp_path / "elsewhere")
    with contextlib.closing(sqlite3.connect(db_path)) as hand:
        hand.execute(
            "CREATE TRIGGER no BEFORE INSERT ON audit WHEN new.action = 'audit-rekey'"
            " BEGIN SELECT raise(ABORT, 'no'); END"
        )
    assert ccu("audit", "rekey").code == 1
    with contextlib.closing(sqlite3.connect(db_path)) as hand:
        hand.execute("DROP TRIGGER no")
    assert not key_of(db_path).exists()
    lost.rename(key_of(db_path))
    assert ccu("settings", "repeat_days", "30").code == 0
    assert ccu("audit", "verify").code == 0


# ---------------------------------------------------------------- letting reasons go


def test_purged_reasons_leave_the_chain_intact(ccu: Ccu, db_path: Path) -> None:
    assert ccu(*CALL).code == 0
    for reason in ("a court order", "the family asked"):
        assert ccu("history", "--call", "1", "--full", "--reason", reason).code == 0
    found = [int(str(row[0])) for row in ask(db_path, "SELECT audit_id FROM audit_reason")]
    with contextlib.closing(db.open_database(db_path)) as connection, db.write(connection):
        assert ownership.purge_reasons(connection, 1, [*found[:1], 1, 999]) == 1
        assert ownership.purge_reasons(connection, 1, found[:1]) == 0
    assert ask(db_path, "SELECT reason FROM audit_reason") == [("the family asked",)]
    done = ccu("audit", "verify")
    assert done.code == 0 and ", 1 reason purged; the last is" in done.out
    assert steps.audited(db_path, audit.PURGED) == [("audit", None)]


def test_very_many_reasons_are_purged_in_events_of_a_thousand(ccu: Ccu, db_path: Path) -> None:
    with contextlib.closing(db.open_database(db_path)) as connection, db.write(connection):
        rows = [audit.record(connection, 1, "history-full", reason="why") for _ in range(2500)]
        assert ownership.purge_reasons(connection, 1, rows) == 2500
    assert len(steps.audited(db_path, audit.PURGED)) == 3
    assert "2500 reasons purged" in ccu("audit", "verify").out
