"""Random command lines, answers, files and layouts: an exit code that is no bug, and a sound file.

`make test` tries a few, the same each time; `make test-slow` thousands.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ..access.test_roles import every_leaf
from ..audit.test_audit_complete import LINES, made
from ..conftest import examples
from .refused import copied, line_of, params, rows, town
from .test_imports import DISPATCH, PEOPLE, SERVICES, Importer

__all__ = ["made"]  # a fixture

SECRET = "Zyxsecret"
ODD = (
    *("", " ", "x" * 10_000, "😀", "\u202ea", "e" + "\u0301" * 50, "O'Brien", "[/b]", ":smile:"),
    *("Robert'); DROP TABLE call;--", "%", "_", "\x1b]0;pwned\x07", "\x9b31m", "<script>", "1e5"),
    *("007", "-1", "NaN", "1_000", "３", str(2**63), "\udcff", '"x', "a AND", "*", "((("),
    *("col:x", "100%", "2", "1.5", "Sat", "2025", "13/13/2026", "24:00", "tomorrow", "9999-12-31"),
    *("0001-01-01", "9" * 40, "2026-03-08 02:30", "in 99999999999 days", "-", "--", "---", "-h"),
    *("/", ".", "no/such/file", "town.db", "town.db.audit-key", "export.csv", "/dev/null", "a\nb"),
    *("/dev/zero", "/dev/full"),
    *(",", ";", ":", "caller:", "described:", "unknown", "1", "2", "3", "0", "housing", "crisis"),
    *(f"{SECRET}; born 99/99/9999", f"given: {SECRET}", "food=has", "=", "2026-13", "y", "n", "<"),
    *("?", ".", "none", "now", "12 Main St", "clinician", "=cmd()", "\u2028", "²", "{}", "%s"),
)
VALUES = st.sampled_from(ODD) | st.text(max_size=12).filter(lambda text: "\0" not in text)
PATHS = sorted((every_leaf() & {row.split(" --")[0] for row in LINES}) - {"demo"})


@st.composite
def command_lines(draw: st.DrawFn) -> tuple[str, str, list[str], str]:
    """The account, the command, its words and standard input: right ones, and then spoiled."""
    path = draw(st.sampled_from(PATHS))
    words, stdin, login = line_of(path)
    for _ in range(draw(st.integers(1, 3))):
        change = draw(st.sampled_from(("replace", "option", "option", "leave out", "add")))
        if change == "add" or (not words and change != "option"):
            words.append(draw(VALUES))
        elif change == "replace":
            words[draw(st.integers(0, len(words) - 1))] = draw(VALUES)
        elif change == "leave out":
            words.pop(draw(st.integers(0, len(words) - 1)))
        elif options := [option for option, _ in params(path) if option]:
            words += [draw(st.sampled_from(options)), draw(VALUES)]
    if draw(st.booleans()):
        stdin = draw(st.lists(VALUES, max_size=3).map("\n".join))
    return draw(st.sampled_from((login, *town.ROLES))), path, words, stdin


@pytest.fixture(scope="module")
def here(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The told town; `tried` leaves it as it was."""
    folder = tmp_path_factory.mktemp("fuzz")
    copied(made, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("TMPDIR", str(tmp_path_factory.mktemp("traces")))
        patch.setattr("tempfile.tempdir", None)
        patch.setenv("EDITOR", "/bin/true")
        patch.setenv("COLUMNS", "80")
        patch.setenv("XDG_DATA_HOME", str(folder / "home"))
        patch.delenv("SUDO_UID", raising=False)
        yield folder


def tried(
    made: Path, here: Path, login: str, path: str, words: list[str], stdin: str, tty: bool = False
) -> None:
    """Run the line on a fresh town: no bug, no half of a write, no value in an error."""
    for left in here.iterdir():
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    db = copied(made, here)
    before = rows(db)
    text = stdin.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")
    given_db = here / "new.db" if path in town.NEW_FILE else db
    done = town.run(given_db, login, *path.split(), *words, stdin=text, tty=tty)
    assert done.code in (0, 2, 3, 4, 6, 7, 10, 11, 130), done
    assert "Traceback" not in done.err and "a bug in ccu" not in done.err
    if not tty:
        assert not {"\x1b", "\x9b", "\u202e"} & {*done.err, *done.out}
    if done.code in (0, 10, 11):
        checked = town.run(db, "admin", "check", "--quiet")
        assert checked.code == 0, (done, checked.err)
        return
    after = rows(db)  # compared by table: pytest's own comparison of all rows takes gigabytes
    assert [name for name in after if after[name] != before.get(name)] == [], done
    if not tty:
        assert SECRET not in done.err
        assert done.err.splitlines()[-1].startswith(("ccu: error: ", "Cancelled.", "check:")), done


QUIET = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]


@settings(max_examples=examples(15, 4000), suppress_health_check=QUIET, deadline=None)
@given(line=command_lines())
def test_no_command_line_causes_a_bug(
    line: tuple[str, str, list[str], str], made: Path, here: Path
) -> None:
    tried(made, here, *line)


@settings(max_examples=examples(10, 3000), suppress_health_check=QUIET, deadline=None)
@given(line=command_lines(), keep=st.integers(0, 3), answers=st.lists(VALUES, max_size=20))
def test_no_answer_causes_a_bug(
    line: tuple[str, str, list[str], str], keep: int, answers: list[str], made: Path, here: Path
) -> None:
    login, path, words, _ = line
    words = [word for word in words[:keep] if word not in ("--no-input", "--yes")]
    tried(made, here, login, path, words, "\n".join(answers), tty=True)


SPLICES = (
    *(
        b'"',
        b"\0",
        b"\xff",
        b"\n",
        b"\r",
        b",",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"=cmd()",
        b"[",
        b"{",
    ),
    *(b"PK\x03\x04", b"\x1f\x8b", b"9999-12-31 23:59:59", b"1" * 400, b"x" * 70_000, b"{", b"\\"),
)


@st.composite
def spoiled(draw: st.DrawFn, content: bytes) -> bytes:
    """The bytes with a few of them cut out, and others in their place."""
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(content)))
        splice = draw(st.sampled_from(SPLICES) | st.binary(max_size=6))
        content = content[:at] + splice + content[at + draw(st.integers(0, 9)) :]
    return content


@st.composite
def files(draw: st.DrawFn) -> tuple[Importer, bytes, bytes, list[str]]:
    """An importer, a file, a layout and options."""
    of = draw(st.sampled_from((DISPATCH, PEOPLE, SERVICES)))
    content, layout = of.csv().encode(), of.layout.encode()
    if draw(st.booleans()):
        content = draw(spoiled(content))
    else:
        layout = draw(spoiled(layout))
    more = draw(st.sampled_from(([], ["--dry-run"], ["--rejects", "odd.csv"], ["--suggest"])))
    return of, content, layout, more


@settings(max_examples=examples(15, 4000), suppress_health_check=QUIET, deadline=None)
@given(file=files())
def test_no_file_or_layout_causes_a_bug(
    file: tuple[Importer, bytes, bytes, list[str]], made: Path, here: Path
) -> None:
    of, content, layout, more = file
    (here.parent / "in.csv").write_bytes(content)
    (here.parent / "our.toml").write_bytes(layout)
    of_layout = [] if more == ["--suggest"] else ["--layout", str(here.parent / "our.toml")]
    command, *options = " ".join(of.words).split(" --")
    words = [str(here.parent / "in.csv"), *(f"--{each}" for each in options), *of_layout, *more]
    if more == ["--suggest"]:
        words = [str(here.parent / "in.csv"), *more, "--output", "first.toml"]
    tried(made, here, "admin", command, words, "")
