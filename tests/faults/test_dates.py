"""No option reads an impossible date as another date."""

import json
from pathlib import Path

import pytest

from ..access.test_roles import every_leaf
from ..audit.test_audit_complete import LINES, here, made
from ..conftest import Ccu
from .refused import copied, is_refused, line_of, params, rows, town, with_value

__all__ = ["here", "made"]  # fixtures

TAKES_A_TIME = ("TIME", "DAY", "WHEN")
NEVER = (
    *("2", "-1", "1.5", "13/13/2026", "Jan 32", "2026-02-29", "2/29/2025", "9999-12-31"),
    *("9999-12-31 23:59", "0026-01-18 22:30", "2026-13", "2026-01-18 24:30", "1" * 40, "NaN"),
    *("2026-01-18 22:30 Mars/Base", "2026-01-18T22:30+99:00", "2026-03-08 02:30", "３", "1e3"),
    *("in 99999999999 days", "99999999999 weeks ago", "'; DROP TABLE call;--", "\x1b]0;x\x07"),
    *("Zyxname", "7 o'clock", "2026-01-18 22:30:61", "31/12/9999 25:00", "1768793400"),
)
OPTIONS = [
    (path, option)
    for path in sorted(every_leaf() & {row.split(" --")[0] for row in LINES})
    for option, param in params(path)
    if option and param.metavar in TAKES_A_TIME and path not in town.NEW_FILE
]


def test_there_are_such_options() -> None:
    assert len(OPTIONS) > 30
    assert {"log-call", "follow-up add", "refer", "consult add"} <= {path for path, _ in OPTIONS}


@pytest.fixture(scope="module")
def db(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(made, tmp_path_factory.mktemp("dates"))


@pytest.mark.parametrize(("path", "option"), OPTIONS, ids=str)
def test_a_date_that_cannot_be_is_refused(
    path: str, option: str, db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each option with a third of the texts, so that each text is met by a third of them."""
    refuses(path, option, NEVER[OPTIONS.index((path, option)) % 3 :: 3], db, monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize(("path", "option"), OPTIONS, ids=str)
def test_every_date_that_cannot_be_is_refused(
    path: str, option: str, db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuses(path, option, NEVER, db, monkeypatch)


def refuses(
    path: str, option: str, texts: tuple[str, ...], db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(db.parent)
    before = rows(db)
    words, stdin, login = line_of(path)
    for text in texts:
        done = town.run(db, login, *path.split(), *with_value(words, option, text), stdin=stdin)
        is_refused(done, 2)
        assert option in done.err or "contradict" in done.err, (text, done.err)
        assert "\x1b" not in done.err and "Zyx" not in done.err
    assert rows(db) == before


ORDER = [
    ("log-call --address '1 A St' --nature crisis --when '2/1/2026 10:00'", "in the future"),
    ("log-call --address '1 A St' --nature crisis --when 13:00 --cleared 'today 12:00'",
     "--cleared is before --when"),
    ("log-call --address '1 A St' --nature crisis --when 13:00 --arrived 'today 12:59'",
     "--arrived is before --when"),
    ("refer 3 --to 1 --need housing --made '1/1/1900 01:00'", "--made is before call 3 began"),
    ("consult add --call 1 --clinician clinician --minutes 5 --when '1/1/1900 01:00'",
     "--when is before call 1 began"),
    ("consult edit 1 --when '1/1/1900 01:00'", "--when is before call 1 began"),
    ("follow-up done 4 --result reached --when '1/1/1900 01:00'", "--when is before call 4 began"),
    ("follow-up add --person 1 --kind call --due '1/30/2026 10:00'", "--due is in the past"),
    ("follow-up add --person 1 --kind call --due 12/31/2062",
     "--due is more than 3 years away; check the year"),
    ("follow-up edit 5 --due 2062-01-01", "--due is more than 3 years away; check the year"),
    ("report --month 2026-13", "--month"),
    ("report --from 2026-01-31 --to 2026-01-01", "--to is before --from; swap the two dates"),
    ("report --month 2026-01 --quarter 2026-Q1", "contradict each other; give one of them"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "sentence"), ORDER)
def test_dates_that_contradict_are_refused(line: str, sentence: str, here: Path) -> None:
    import shlex

    before = rows(here / "town.db")
    done = town.run(here / "town.db", "admin", *shlex.split(line))
    is_refused(done, 2)
    assert sentence in done.err
    assert rows(here / "town.db") == before


def test_a_time_typed_without_seconds_is_not_before_a_call_that_has_them(ccu: Ccu) -> None:
    """Dispatch gives seconds; whoever types the same minute means no earlier time."""
    ccu("staff", "add", "dana", "--role", "clinician")
    ccu("provider", "add", "Harbor", "--need", "food")
    done = ccu("log-call", "--address", "1 A St", "--nature", "crisis", "--when", "22:30:40")
    assert done.code == 0, done.err
    lines = (
        ("consult", "add", "--call", "1", "--clinician", "dana", "--minutes", "5"),
        ("refer", "1", "--to", "1", "--need", "food"),
    )
    for words, option in zip(lines, ("--when", "--made"), strict=True):
        assert ccu(*words, option, "22:29").code == 2
        done = ccu(*words, option, "22:30")
        assert done.code == 0, done.err
    listed = json.loads(ccu("consult", "list", "--call", "1", "--format", "json").out)
    assert len(listed) == 1
