"""What is printed as a program sees it: pipes, terminals, encodings, devices, what is imported."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ccu.output import Format
from ccu.output.screen import progress

ROOT = Path(__file__).parents[2]
TEXTS = [Format.table, Format.plain, Format.json, Format.csv, Format.markdown]
POSIX_ONLY = pytest.mark.skipif(os.name != "posix", reason="needs POSIX")

PROGRAM = """
import sys
from ccu import output
from ccu.errors import CcuError
from ccu.output import *
from ccu.output.screen import progress
def main():
    {body}
try:
    main()
    output.flush_stdout()
except BrokenPipeError:
    output.discard(sys.stdout)
    sys.exit(141)
except CcuError as error:
    output.say_error(str(error))
    sys.exit(error.exit_code)
"""
ROWS = "emit(Table(('a', 'b'), ((n, 'é🙂\\x1b') for n in range({count}))), {format})"


def run(body: str, shell: str = '"$PY" -c "$PROGRAM"', **env: str) -> tuple[int, str, str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "LC_", "LANG"))}
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", shell],
        env=clean | {"PY": sys.executable, "PROGRAM": PROGRAM.format(body=body)} | env,
        cwd=ROOT,
        capture_output=True,
        timeout=60,
    )
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode()


def at_terminal(body: str, columns: int = 80, **env: str) -> str:
    """What a terminal of that width would receive on both streams."""
    import fcntl
    import pty
    import struct
    import termios

    keeper, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 25, columns, 0, 0))
    clean = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS")}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(body=body)],
        env=clean | {"TERM": "xterm"} | env,
        cwd=ROOT,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    received = b""
    while True:
        try:
            piece = os.read(keeper, 65536)
        except OSError:  # on Linux, when the other end is gone
            break
        if not piece:
            break
        received += piece
    os.close(keeper)
    assert process.wait(60) == 0, received
    return received.decode("utf-8").replace("\r\n", "\n")


HEAVY = ("rich", "tabulate", "csv", "json", "tempfile", "sqlite3", "unicodedata")


@pytest.mark.parametrize(
    ("body", "allowed"),
    [
        ("pass", set()),
        ("emit(Table(('a',), [(1,)]))", set()),
        ("emit_document(Document('a', [Section('b', [('c', 1)], Table(('a',), [(1,)]))]))", set()),
        ("emit(Table(('a',), [(1,)]), Format.csv)", set()),
        ("emit(Table(('a',), [(1,)]), Format.json)", {"json"}),
    ],
)
def test_only_what_is_used_is_imported(body: str, allowed: set[str]) -> None:
    checked = f"""
import sys, typer
before = set(sys.modules)
{PROGRAM.format(body=body)}
print(*set(sys.modules).difference(before).intersection({HEAVY}), file=sys.stderr)
"""
    done = subprocess.run(
        [sys.executable, "-c", checked], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert set(done.stderr.split()) == allowed


@POSIX_ONLY
@pytest.mark.parametrize("format", TEXTS)
def test_a_closed_pipe_ends_quietly(format: Format) -> None:
    count = 3000 if format in (Format.table, Format.markdown) else 200_000
    body = ROWS.format(count=count, format=f"'{format.value}' and Format.{format.name}")
    code, _, err = run(body, '"$PY" -c "$PROGRAM" | head -c 100 >/dev/null')
    assert (code, err) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("body", ["emit_line('12')", ROWS.format(count=100_000, format=None)])
def test_a_full_device_is_one_sentence(body: str) -> None:
    assert run(body, '"$PY" -c "$PROGRAM" >/dev/full') == (
        8,
        "",
        "ccu: error: cannot write to standard output: no space left on device\n",
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_an_error_that_cannot_be_written_changes_no_exit_code() -> None:
    assert run("say('x'); emit_line('12')", '"$PY" -c "$PROGRAM" 2>/dev/full') == (0, "12\n", "")
    assert run("raise CcuError('x')", '"$PY" -c "$PROGRAM" 2>/dev/full')[0] == 1


@POSIX_ONLY
def test_closed_streams() -> None:
    sentence = "ccu: error: cannot write to standard output: it is closed\n"
    assert run("emit_line('12')", '"$PY" -c "$PROGRAM" >&-') == (8, "", sentence)
    assert run("say('x'); emit_line('12')", '"$PY" -c "$PROGRAM" 2>&-') == (0, "12\n", "")
    assert run("say('x')", '"$PY" -c "$PROGRAM" >&- 2>&-')[0] == 0


@POSIX_ONLY
def test_a_limit_on_file_size_leaves_nothing_behind(tmp_path: Path) -> None:
    body = ROWS.format(
        count=100_000, format=f"None, __import__('pathlib').Path('{tmp_path}/x.csv')"
    )
    code, _, err = run(body, 'ulimit -f 8; "$PY" -c "$PROGRAM"')
    assert (code, err) == (2, "ccu: error: cannot write --output: file too large\n")
    assert list(tmp_path.iterdir()) == []


@POSIX_ONLY
@pytest.mark.parametrize("format", TEXTS)
@pytest.mark.parametrize(
    "env", [{"LANG": "C"}, {"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "cp1252"}]
)
def test_any_encoding_will_do(format: Format, env: dict[str, str]) -> None:
    code, out, err = run(ROWS.format(count=2, format=f"Format.{format.name}"), **env)
    assert (code, err) == (0, "")
    assert "\x1b" not in out
    if format is Format.json:
        assert json.loads(out)[1] == {"a": 1, "b": "é🙂\x1b"}


def test_an_ascii_screen_gets_an_ascii_rule() -> None:
    _, out, _ = run("emit(Table(('a',), [(1,)]), Format.table)", PYTHONIOENCODING="ascii")
    assert out.isascii() and "\\u" not in out


@POSIX_ONLY
def test_a_terminal_gets_a_table_of_its_width() -> None:
    body = "emit(Table(('id', 'note'), [(1, 'word ' * 30)], title='Title'))"
    wide, narrow = at_terminal(body, 120), at_terminal(body, 20)
    assert "\x1b[1mTitle" in wide and "─" * 120 in wide and "─" * 121 not in wide
    assert "─" * 20 in narrow and "─" * 21 not in narrow
    assert "\x1b" not in run(body.replace("))", "), Format.table)"), FORCE_COLOR="1")[1]


@POSIX_ONLY
@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_may_want_no_color(env: dict[str, str]) -> None:
    body = "emit(Table(('id', 'note'), [(1, 'word ' * 30)], title='Title'))"
    out = at_terminal(body, 100, **env)
    assert out.startswith("Title\nNumber  Note") and "\x1b" not in out and "─" * 100 in out


@POSIX_ONLY
def test_csv_and_json_at_a_terminal_are_harmless() -> None:
    for format in ("csv", "json"):
        out = at_terminal(f"emit(Table(('a',), [('\\x1b]0;x\\x07\\u202e\\rb',)]), Format.{format})")
        assert not set(out) & set("\x1b\x07\u202e\r"), format


def test_progress_is_silent_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("Reading", total=None) as advance:
        advance(1)
    assert capsys.readouterr() == ("", "")


@POSIX_ONLY
def test_progress_at_a_terminal_and_data_in_a_pipe(tmp_path: Path) -> None:
    body = f"""
    import os, time
    sys.stdout = open({str(tmp_path / "data")!r}, "w")
    with progress("Reading [b]", total=3) as advance:
        for n in range(3):
            advance(1); time.sleep(0.15); emit_line(str(n))
    """
    shown = at_terminal(body.strip())
    assert "Reading [b]" in shown and "3/3" in shown
    assert (tmp_path / "data").read_text(encoding="utf-8") == "0\n1\n2\n"
