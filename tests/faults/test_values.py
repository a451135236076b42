"""Values typed into the wrong place, and unusual ones that must be harmless."""

from pathlib import Path

import pytest

from ..access.test_roles import every_leaf
from ..audit.test_audit_complete import LINES, here, made
from .refused import copied, is_refused, line_of, params, rows, town, with_value

__all__ = ["here", "made"]  # fixtures

# What is no number of a record here: text, numbers that read as others, one that nothing has.
NO_NUMBER = (
    *("", "  ", "-1", "0", "1e5", "NaN", "1_000", "３", "²", "1.0", "0x1", str(2**63), "9" * 400),
    *("98765", "O'Brien", "%", "[/b]", "\x1b]0;x\x07", "😀", "x" * 10_000, "1;2", "1 OR 1=1"),
    *('"x', "a AND", "*", "(((", "col:x", "100%", "=1", "\u202e1", "null"),
)
NUMBERS = ("--call", "--person", "--referral", "--follow-up", "--again-of", "--keep", "--household")
PLACES = [
    (path, option)
    for path in sorted(every_leaf() & {row.split(" --")[0] for row in LINES})
    for option, _param in params(path)
    if option in NUMBERS
]
# The first argument of a command, where it is a record's number.
FIRST = [
    path
    for path in sorted({row.split(" --")[0] for row in LINES})
    if line_of(path)[0][:1] and line_of(path)[0][0].isdigit() and path != "household add"
]


@pytest.fixture(scope="module")
def db(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(made, tmp_path_factory.mktemp("values"))


def test_there_are_such_places() -> None:
    assert len(PLACES) > 15 and len(FIRST) > 30


@pytest.mark.parametrize("path", FIRST)
def test_text_that_is_not_a_number_names_no_record(
    path: str, db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each command with a tenth of the values."""
    monkeypatch.chdir(db.parent)
    words, stdin, login = line_of(path)
    before = rows(db)
    for value in NO_NUMBER[FIRST.index(path) % 10 :: 10]:
        done = town.run(db, login, *path.split(), "--", value, *words[1:1], stdin=stdin)
        is_refused(done, 2, 3)
        done = town.run(db, login, *path.split(), *words[1:], "--", value, stdin=stdin)
        is_refused(done, 2, 3)
        assert "\x1b" not in done.err and "\u202e" not in done.err
        assert len(value) < 4 or value.strip() in ("null", "98765") or value not in done.err
    assert rows(db) == before


@pytest.mark.parametrize(("path", "option"), PLACES, ids=str)
def test_text_that_is_not_a_number_is_refused_for_an_option(
    path: str, option: str, db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(db.parent)
    words, stdin, login = line_of(path)
    before = rows(db)
    for value in NO_NUMBER[PLACES.index((path, option)) % 10 :: 10]:
        done = town.run(db, login, *path.split(), *with_value(words, option, value), stdin=stdin)
        is_refused(done, 2, 3)
    assert rows(db) == before


# Arguments that name a file, but --output, which every list takes.
FILES = [
    (path, option)
    for path in sorted(every_leaf() & {row.split(" --")[0] for row in LINES})
    for option, param in params(path)
    if hasattr(param.type, "readable") and option != "--output"
]


@pytest.mark.parametrize(("path", "option"), [*FILES, ("report", "--output")], ids=str)
def test_bytes_that_are_no_text_may_be_the_name_of_a_file(
    path: str, option: str | None, here: Path
) -> None:
    words, stdin, login = line_of(path)
    name = "caf\udcff"
    db = here / ("new.db" if path in town.NEW_FILE else "town.db")
    line = [name, *words[1:]] if option is None else with_value(words, option, name)
    done = town.run(db, login, *path.split(), *line, stdin=stdin)
    assert done.code in (0, 2, 3, 4), done
    assert "a bug in ccu" not in done.err


# Answers at a terminal, one a line; the command is over after the last of them.
ASKED = [
    (
        "admin",
        "log-call --address '12 Main St'",
        "13:00\ncrisis\n911\nnone\n\n\nresol\n\n\n\n",
    ),
    ("admin", "call decide 2", "1"),
    ("admin", "consult add", "clinician\n5"),
    ("admin", "follow-up add --person 1", "visit\n2026-02-03 10:00"),
    ("admin", "follow-up done 5", "reached\n\ny"),
    ("admin", "follow-up void 4", "entered twice"),
    ("admin", "frequent override --person 2 --on", "first weeks"),
    ("admin", "person edit 1", "\n\n\n\n\n"),
    ("admin", "person link 1 3", "other"),
    ("admin", "person merge 2 3 --prefer kept", "y"),
    ("admin", "person void 5", "5"),
    ("admin", "person import roster.csv --layout roster-hsd", "y"),
    ("admin", "place exempt '9 Elm St'", "shelter"),
    ("admin", "place flag '9 Elm St'", "officer\nlow door"),
    ("admin", "place unflag 1", "outdated"),
    ("admin", "refer 3", "1\nhousing\n\n\n"),
    ("clinician", "needs refer 1 food", "1\n\n\n"),
    ("records", "seal call 4 --authority court --ordered 2026-01-30", "4"),
    ("admin", "undo", "y"),
]


@pytest.mark.parametrize(("login", "line", "answers"), ASKED, ids=lambda each: str(each)[:20])
def test_stopping_at_any_question_writes_nothing(
    login: str, line: str, answers: str, db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of input stops a command as Ctrl-C does."""
    import shlex

    monkeypatch.chdir(db.parent)
    monkeypatch.setenv("EDITOR", "/bin/false")
    typed = answers.split("\n")
    before = rows(db)
    for count in range(len(typed)):
        said = "".join(f"{each}\n" for each in typed[:count])
        done = town.run(db, login, *shlex.split(line), stdin=said, tty=True)
        assert done.code == 130, (count, done)
        assert "Cancelled. No" in done.err
        assert rows(db) == before


@pytest.mark.parametrize(
    ("line", "stdin", "sentence"),
    [
        ("person add --file - --no-input", b"given: caf\xe9 Zyx", "--file is not UTF-8 text"),
        ("call void 1 --reason -", b"caf\xe9 Zyx\n", "it is not one line of UTF-8 text"),
        ("plan write --person 3 --file -", b"caf\xe9 Zyx", "--file is not UTF-8 text"),
        ("place flag '9 Elm St' --source officer --file -", b"\xff\xfeZyx", "is not UTF-8 text"),
        ("log-call --address '1 A St' --nature crisis --when 13:00 --note-file -",
         b"Zyx" * 700_000, "--note-file is longer than 2,000,000 characters"),
        ("log-call --address '1 A St' --nature crisis --when 13:00 --note-file -",
         b"Zyx\0", "--note-file holds control characters"),
        ("log-call --address '1 A St' --nature crisis --when 13:00 --person-file -",
         b"Zyx; born 2030-01-01", "line 1"),
    ],
)  # fmt: skip
def test_standard_input_that_is_no_text_is_one_sentence(
    line: str, stdin: bytes, sentence: str, here: Path
) -> None:
    import shlex

    db = here / "town.db"
    before = rows(db)
    text = stdin.decode("utf-8", "surrogateescape")
    done = town.run(db, "admin", *shlex.split(line), stdin=text)
    is_refused(done, 2)
    assert sentence in done.err and "Zyx" not in done.err
    assert rows(db) == before


def test_a_note_of_a_megabyte_comes_back(here: Path) -> None:
    note = "Zyx é 😀\n" * 90_000
    line = "log-call --address A --nature crisis --when 13:00 --no-input --note-file -"
    done = town.run(here / "town.db", "admin", *line.split(), stdin=note)
    assert done.code == 0, done.err
    assert note.strip() in {str(each) for row in rows_of_call(here) for each in row}


def rows_of_call(here: Path) -> list[tuple[str, ...]]:
    return [
        tuple(value.decode().strip() if isinstance(value, bytes) else str(value) for value in row)
        for row in rows(here / "town.db")["call"]
    ]
