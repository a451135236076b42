"""`ccu import` when something is wrong: one sentence, the right code, all of the batch or none."""

import gzip
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import Ccu, Result
from tests.dispatch_rows import HEADER, LAYOUT, Desk, row, text

NAME = "Quentin Testperson"  # in cells; must never be in a message


@pytest.fixture
def desk(ccu: Ccu, tmp_path: Path) -> Desk:
    return Desk(ccu, tmp_path)


def refused(result: Result, sentence: str, code: int = 2) -> None:
    """One sentence on stderr with this text, the code, and nothing of anybody's cells."""
    assert (result.code, result.out) == (code, "")
    assert sentence in result.err
    assert result.err.startswith("ccu: error: ")
    assert result.err.count("\n") == 1
    assert NAME not in result.err


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "the file has no line of column names"),
        (b'"Number,Received\n', "the first line is not a line of column names"),
        (b"\x00\x01\x02\x00\n" * 9, "the file is not text"),
        (b"PK\x03\x04rest", "is a zip archive; unpack it"),
        (gzip.compress(text([row()] * 99).encode(), mtime=0)[:-9], "cut short"),
        (gzip.compress(b"x" * 99, mtime=0)[:-6] + b"123456", "gzip data is damaged"),
        (b"\xff\xfeN\x00u\x00\xd8\xd8", "begins as UTF-16"),
        (text([row()], header=[*HEADER[:-2], "Beat", "Beat"]).encode(), "the column 'Beat' twice"),
        (text([row(Note=NAME)])[len(",".join(HEADER)) + 1 :].encode(), "no column 'Number'"),
        (
            text([row()]).replace("Where", "Place").encode(),
            "no column 'Where', which layout our.toml",
        ),
    ],
)
def test_a_file_that_cannot_be_used(desk: Desk, content: bytes, sentence: str) -> None:
    refused(desk.bring(content), sentence)
    assert desk.one("SELECT count(*) FROM import_batch") == 0


def test_a_file_that_is_not_there(desk: Desk) -> None:
    refused(desk.bring(None), "cannot read")
    desk.file.mkdir()
    refused(desk.bring(None), "is a folder")


@pytest.mark.skipif(os.name != "posix" or os.getuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read(desk: Desk) -> None:
    desk.file.write_text(text([row()]))
    desk.file.chmod(0)
    refused(desk.bring(None), "permission denied")


def test_only_a_header_is_an_export_without_calls(desk: Desk) -> None:
    assert desk.counts(text([])) == (0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("layout", "sentence"),
    [
        ("source = ", "is not valid TOML"),
        (LAYOUT.replace("[columns]", "[colums]"), "colums is not a key that ccu knows"),
        (LAYOUT.replace("unit =", "apartment ="), "columns.apartment is not a key that ccu knows"),
        (LAYOUT.replace("lead_agency", "agent"), "defaults.agent is not a key that ccu knows"),
        (LAYOUT.replace("source =", "sauce ="), "source is missing"),
        (LAYOUT.replace('["%Y-%m-%d %H:%M:%S"]', "[]"), "formats is missing"),
        (LAYOUT.replace("%H:%M:%S", "%H:%M:%Q"), "has a part that ccu does not read"),
        (
            LAYOUT.replace("welfare_check =", "wellfare ="),
            "'wellfare' is not one of the nature codes",
        ),
        (
            LAYOUT.replace("referred =", "refered ="),
            "'refered' is not one of the disposition codes",
        ),
        (LAYOUT.replace('"police"', '"polizei"'), "'polizei' is not one of the agency codes"),
        ('care = ["wellfare"]\n' + LAYOUT, "'wellfare' is not one of the nature codes"),
        ('ambiguous = "maybe"\n' + LAYOUT, "must be earlier, later, reject"),
        ('timezone = "Mars/Base"\n' + LAYOUT, "the time zone is not a known name"),
        ('encoding = "ebcdic"\n' + LAYOUT, "encoding must be one of"),
        ('delimiter = "ab"\n' + LAYOUT, "must have one character as delimiter"),
        ("guarded = 1\n" + LAYOUT, "guarded must be true or false"),
        (LAYOUT.replace('["%Y-%m-%d %H:%M:%S"]', "1"), "formats must be a list of texts"),
        (LAYOUT.replace('"TRAFFIC STOP"', '"welfare", "Welfare"'), "two codes"),
        (LAYOUT.replace('"our-cad"', '"ccu"'), "for calls logged by hand"),
        (LAYOUT.replace("occurred =", "arrived ="), "does not name the column of the time"),
        ('identity = ["Nix"]\n' + LAYOUT, "no column 'Nix'"),
    ],
)
def test_a_layout_that_cannot_be_used(desk: Desk, layout: str, sentence: str) -> None:
    desk.layout.write_text(layout)
    if "two codes" in sentence:
        desk.layout.write_text(layout.replace('"WELFARE*"', '"WELFARE"'))
    refused(desk.bring(text([row()])), sentence)
    assert desk.one("SELECT count(*) FROM import_batch") == 0


def test_a_layout_that_is_not_text_or_not_there(desk: Desk) -> None:
    desk.layout.write_bytes(b"\xff\xfe\x00")
    refused(desk.bring(text([row()])), "is not a UTF-8 text file")
    desk.layout.unlink()
    refused(desk.bring(text([row()])), "cannot read layout our.toml")
    refused(desk.ccu("import", str(desk.file)), "--layout is missing, such as demo; --suggest")


def test_a_rejects_file_that_must_not_be_written(desk: Desk) -> None:
    export = text([row(Received="")])
    refused(desk.bring(export, "--rejects", desk.file), "must be another file")
    refused(desk.bring(export, "--rejects", desk.db), "must be another file")
    refused(desk.bring(export, "--rejects", desk.folder), "it is a folder")
    refused(desk.bring(export, "--rejects", desk.folder / "no" / "r.csv"), "no such folder")
    refused(desk.bring(export, "--rejects", "-"), "needs a file")
    other = desk.folder / "letters.csv"
    other.write_text("dear")
    refused(desk.bring(export, "--rejects", other), "a file of something else; give a new name")
    assert other.read_text() == "dear"


# ---------------------------------------------------------------- broken rows


@pytest.mark.parametrize(
    ("line", "reason", "lost"),
    [
        ('26-2,2026-01-18 22:30:00,"12 Main St', "a quote is opened and never closed", 1),
        (
            '26-2,2026-01-18 22:30:00,"12" Main St,,,,,,,,',
            "a quote within a cell is not doubled",
            1,
        ),
        (",".join(row(Note="x" * 200_000)), "", 0),
        (",".join(row(Where="x" * 200_000)), "Where is longer than 1,000 characters", 1),
        ("x" * 3_000_000, "a line of more than 1,048,576 characters", 1),
        (",".join(row(Number="26-2", Where="12\0 Main St")), "a control character in Where", 1),
        (",".join(row(Number="26-2", Note="12\0 Main St")), "", 0),
    ],
)
def test_a_broken_row_costs_only_itself(desk: Desk, line: str, reason: str, lost: int) -> None:
    """Before, after and thousands of rows later, where a quote might have been closed by chance."""
    before = [row(Number=f"a-{n}") for n in range(3)]
    after = [
        row(Number=f"b-{n}", Where="9 Elm St, Westport" if n % 2 else "9 Elm") for n in range(2500)
    ]
    export = text(before) + line + "\n" + "".join(text(after).splitlines(keepends=True)[1:])
    counts = desk.counts(export, "--rejects", desk.rejects)
    assert counts == (2504, 2504 - lost, 0, 0, lost)
    if lost:
        assert [cells[:2] for cells in desk.reject_rows()] == [["5", reason]]


def test_many_quotes_never_closed(desk: Desk) -> None:
    rows = [row(Number=f"a-{n}") for n in range(50)]
    lines = text(rows).splitlines()
    for index in range(5, 45, 4):
        lines[index] = lines[index].replace("12 Main", '"12 Main')
    assert desk.counts("\n".join(lines)) == (50, 40, 0, 0, 10)


def test_bytes_that_are_not_of_the_encoding(desk: Desk) -> None:
    export = text([row(Where="1 José Pl"), row(Number="2", Where="2 JosÿPl"), row(Number="3")])
    broken = export.encode().replace("ÿ".encode(), b"\xff ")
    assert desk.counts(broken, "--rejects", desk.rejects) == (3, 2, 0, 0, 1)
    assert desk.reject_rows()[0][:2] == ["3", "bytes that are not of the file's encoding"]
    desk.layout.write_text('encoding = "utf-8"\n' + LAYOUT)
    latin = export.replace("ÿ", " ").encode("cp1252")
    assert desk.counts(latin) == (3, 1, 0, 1, 1)


def test_formulas_in_the_rejects_file_are_guarded(desk: Desk) -> None:
    desk.counts(text([row(Received="", Note="=cmd()")]), "--rejects", desk.rejects)
    assert desk.reject_rows()[0][-1] == "'=cmd()"


def test_hostile_words_are_only_words(desk: Desk) -> None:
    nasty = "Robert'); DROP TABLE call;-- [red] :smile: <script> \u202e"
    desk.counts(text([row(Nature=nasty, Where=nasty, End=nasty, Beat=nasty)]))
    assert desk.one("SELECT text FROM cad_text JOIN call ON cad_text.id = cad_nature_id") == nasty
    told = desk.bring(None, "--dry-run").err
    assert "\u202e" not in told
    assert desk.one("SELECT beat FROM call") == nasty


# ---------------------------------------------------------------- beside others, and cut off


def _hidden(desk: Desk) -> list[str]:
    return [path.name for path in desk.folder.iterdir() if path.name.startswith(".ccu")]


def _start(desk: Desk, rows: int) -> "subprocess.Popen[str]":
    with desk.file.open("w", encoding="utf-8") as file:
        file.write(text([]))
        file.writelines(
            ",".join(row(Number=f"n{n}", Where=f"{n} Main St")) + "\n" for n in range(rows)
        )
    words = ["import", str(desk.file), "--layout", str(desk.layout)]
    return subprocess.Popen(
        [sys.executable, "-c", "from ccu.start import run; run()", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _finish(running: "subprocess.Popen[str]") -> None:
    _out, err = running.communicate(timeout=60)
    assert running.returncode == 0, err


def test_kill_9_at_any_moment_leaves_all_or_nothing(desk: Desk) -> None:
    rows, seen = 6_000, set()
    began = time.monotonic()
    _finish(_start(desk, rows))
    whole = time.monotonic() - began
    desk.ccu("init")  # the file is there: refused, and harmless
    for moment in [random.Random(1).uniform(0.3, 1.0) * whole for _ in range(3)] + [whole * 0.9]:
        desk.layout.write_text(LAYOUT.replace("our-cad", f"cad-{moment}"))
        running = _start(desk, rows)
        time.sleep(moment)
        running.kill()
        running.communicate()
        kept = desk.one(
            "SELECT count(*) FROM call JOIN source_system ON source_system.id = source_system_id"
            " WHERE name = ?",
            f"cad-{moment}",
        )
        assert kept in (0, rows)
        batches = desk.one("SELECT count(*) FROM import_batch")
        assert desk.one("SELECT count(*) FROM audit WHERE action = 'import'") == batches
        seen.add(kept)
    assert _hidden(desk) == []
    assert desk.ccu("check", "--quiet").code == 0
    assert 0 in seen


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_with_a_sentence(desk: Desk, which: signal.Signals) -> None:
    running = _start(desk, 60_000)
    time.sleep(1.2)
    assert running.poll() is None
    running.send_signal(which)
    out, err = running.communicate(timeout=30)
    assert (running.returncode, out) == (130, "")
    assert err == "Cancelled. Nothing was saved.\n"
    assert desk.one("SELECT count(*) FROM call") == 0
    assert _hidden(desk) == []


def test_ctrl_c_reaches_a_long_statement(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from ccu.imports.dispatch import merge_store as imports

    spin = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
        " SELECT count(*) FROM n WHERE i < 0"
    )
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 1.0)
    try:
        with monkeypatch.context() as patch:
            patch.setattr(imports, "REMEMBER", (spin,))
            result = desk.bring(text([row()]))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert result.code == 130
    assert desk.one("SELECT count(*) FROM call") == 0
    assert desk.one("SELECT count(*) FROM import_batch") == 0
    assert desk.counts(None) == (1, 1, 0, 0, 0)


def test_while_another_writes_nothing_is_lost_and_reading_locks_nobody(desk: Desk) -> None:
    """Another's transaction is open: the file is read all the same, and merged when it ends."""
    other = sqlite3.connect(desk.db, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert desk.bring(text([row()]), "--dry-run").code == 0
    running = _start(desk, 100)
    time.sleep(1.5)
    assert running.poll() is None
    other.execute("INSERT INTO source_system (name) VALUES ('other')")
    other.execute("COMMIT")
    other.close()
    _finish(running)
    assert desk.one("SELECT count(*) FROM call") == 100


def test_a_busy_file_is_exit_5_and_nothing_is_kept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:

    monkeypatch.setattr("ccu.database.opening.BUSY_SECONDS", 0.2)
    other = sqlite3.connect(desk.db, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    refused(desk.bring(text([row()])), "is in use by another program", code=5)
    other.close()
    assert desk.one("SELECT count(*) FROM call") == 0
    assert _hidden(desk) == []


def test_files_left_by_a_crash_are_removed(desk: Desk) -> None:
    left = desk.folder / ".ccu.db.import-1-dead"
    left.write_bytes(b"x")
    os.utime(left, (0, 0))
    desk.counts(text([row()]))
    assert not left.exists()


def test_a_failing_audit_keeps_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(desk.folder))  # for the traceback's private file
    other = sqlite3.connect(desk.db)
    other.execute("CREATE TRIGGER no BEFORE INSERT ON audit BEGIN SELECT raise(ABORT, 'no'); END")
    other.commit()
    other.close()
    assert desk.bring(text([row()])).code == 1
    assert desk.one("SELECT count(*) FROM call") == 0
    assert desk.one("SELECT count(*) FROM import_batch") == 0


@pytest.mark.skipif(sys.platform != "linux", reason="resource limits")
def test_a_full_disk_is_one_sentence_and_the_file_unharmed(desk: Desk) -> None:
    """The largest file allowed takes the place of the disk."""
    desk.file.write_text(text([row(Number=f"n{n}", Where=f"{n} Main St") for n in range(5000)]))
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (900_000, 900_000));"
        "from ccu.start import run; run()"
    )
    words = ["import", str(desk.file), "--layout", str(desk.layout)]
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 4
    assert "nothing was written" in done.stderr
    assert desk.one("SELECT count(*) FROM call") == 0
    assert desk.ccu("check", "--quiet").code == 0


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads VmHWM")
def test_memory_does_not_grow_with_the_file(desk: Desk) -> None:
    """A hundred-megabyte line, and ten times the rows."""
    peaks = []
    for rows in (40_000, 400_000):
        with desk.file.open("w", encoding="utf-8") as file:
            file.write(text([]))
            for n in range(rows):
                file.write(
                    ",".join(row(Number=f"{rows}-{n}", Where=f"{n % 30_000} Main St")) + "\n"
                )
            file.write("x" * 100_000_000 + "\n")
        code = (
            "import sys; from ccu.cli import main; main(sys.argv[1:]);"
            "print([l for l in open('/proc/self/status') if l.startswith('VmHWM')][0].split()[1])"
        )
        words = ["import", str(desk.file), "--layout", str(desk.layout)]
        done = subprocess.run(
            [sys.executable, "-c", code, *words], capture_output=True, text=True, check=True
        )
        peaks.append(int(done.stdout.split()[-1]))
    assert peaks[1] < 1.3 * peaks[0]
