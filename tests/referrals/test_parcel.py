"""`ccu parcel`: one town tells another of a person, sealed for it alone, as a disclosure."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pyrage
import pytest

from ..conftest import Ccu, Result, run_ccu

KEY = "age12u67fp6q4pf57nhqjk5r89ctmvskuwzfecztjn7q0mg50h0wqfgslaz889"  # of nobody here


@pytest.fixture
def unit(ccu: Ccu) -> Ccu:
    """Person 1 lives in Norwalk, whose unit is provider 1; referral 2 is to a Part 2 program."""
    steps: list[tuple[tuple[str, ...], str]] = [
        (("provider", "add", "Norwalk Care Unit", "--need", "food", "--phone", "2035550199"), ""),
        (("provider", "add", "Harbor Recovery", "--need", "detox", "--part2"), ""),
        (("log-call", "--address", "12 Elm St", "--nature", "crisis", "--when", "2026-01-18 14:05",
          "--person-file", "-"), "Wilhelmina Zorn born 1980-02-03\n"),
        (("person", "edit", "1", "--file", "-"), "phone: 203-555-0177\nhome: 9 Oak Ave, Norwalk\n"),
        (("refer", "1", "--person", "1", "--need", "food", "--to", "1"), ""),
        (("refer", "1", "--person", "1", "--need", "detox", "--to", "2"), ""),
    ]  # fmt: skip
    for line, stdin in steps:
        done = ccu(*line, stdin=stdin)
        assert done.code == 0, (line, done.err)
    return ccu


@pytest.fixture
def norwalk(tmp_path: Path) -> Path:
    """Return the file of the other town."""
    path = tmp_path / "norwalk.db"
    line = ("init", "--town", "Norwalk", "--state", "CT", "--timezone", "America/New_York")
    assert run_ccu("--db", str(path), *line).code == 0
    return path


def key_of(path: Path) -> str:
    done = run_ccu("--db", str(path), "parcel", "key")
    assert done.code == 0, done.err
    return done.out.strip()


def grant(ccu: Ccu) -> None:
    done = ccu("consent", "grant", "1", "--to", "1", "--scope", "referrals", "--purpose",
               "treatment", "--signed", "2026-01-10")  # fmt: skip
    assert done.code == 0, done.err


def make(ccu: Ccu, key: str, *more: str, note: str = "") -> Result:
    line = ("parcel", "make", "1", "--to", "1", "--key", key, *more)
    return ccu(*line, *(("--note-file", "-") if note else ()), stdin=note)


def opened(path: Path, parcel: str, *more: str) -> Result:
    return run_ccu("--db", str(path), "parcel", "open", "-", *more, stdin=parcel)


def accounting(ccu: Ccu) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(ccu("disclosures", "--person", "1", "-f", "json").out)
    return found


def test_the_home_town_learns_of_a_person_under_a_consent(unit: Ccu, norwalk: Path) -> None:
    key = key_of(norwalk)
    refused = make(unit, key)
    assert (refused.code, refused.out) == (2, "") and "no active consent" in refused.err
    assert accounting(unit) == []
    grant(unit)
    done = make(unit, key, note="Sleeps in her car.")
    assert done.code == 0 and done.out.startswith("-----BEGIN AGE ENCRYPTED FILE-----")
    assert "Zorn" not in done.out + done.err
    (row,) = accounting(unit)
    assert (row["what"], row["basis"]) == ("referrals", "consent 1")

    shown = opened(norwalk, done.out)
    assert shown.code == 0, shown.err
    for text in ("Westport Community Care Unit", "given: Wilhelmina", "family: Zorn", "Food",
                 "born: 1980-02-03", "home: 9 Oak Ave, Norwalk", "Sleeps in her car.",
                 "Jan 18, 2026", "is not signed"):  # fmt: skip
        assert text in shown.out, text
    for text in ("Detox", "Harbor", "Elm", "crisis"):
        assert text not in shown.out, text

    added = opened(norwalk, done.out, "--add", "-f", "json")
    assert json.loads(added.out)["added"] == 1
    found = run_ccu("--db", str(norwalk), "person", "show", "1", "-f", "json")
    record = json.loads(found.out)
    assert (record["family_name"], record["birth_date"]) == ("Zorn", "1980-02-03")
    again = opened(norwalk, done.out, "--add")
    assert "Person 2 is added." in again.out and "person 1" in again.out


def test_the_audits_of_both_towns_hold_no_name(unit: Ccu, norwalk: Path, db_path: Path) -> None:
    done = make(unit, key_of(norwalk), "--without-consent", "serious_threat")
    assert accounting(unit)[0]["basis"] == "without consent: serious_threat"
    assert opened(norwalk, done.out).code == 0
    for path, action in ((db_path, "parcel-make"), (norwalk, "parcel-open")):
        with sqlite3.connect(path) as connection:
            rows = connection.execute("SELECT action, detail FROM audit").fetchall()
        assert action in [row[0] for row in rows]
        assert not any("Zorn" in row[1] or "Wilhelmina" in row[1] for row in rows)


def test_the_key_is_made_once_and_private(norwalk: Path) -> None:
    assert key_of(norwalk) == key_of(norwalk)
    secret = norwalk.with_name("norwalk.db.parcel-key")
    assert secret.stat().st_mode & 0o777 == 0o600
    done = run_ccu("--db", str(norwalk), "person", "add", "--file", str(secret))
    assert done.code == 2 and "it is a key" in done.err and "AGE-SECRET" not in done.err


def test_only_the_town_it_is_for_can_open_it(unit: Ccu, norwalk: Path) -> None:
    done = make(unit, KEY, "--without-consent", "court_order")
    without = opened(norwalk, done.out)
    assert without.code == 4 and "to give to senders: ccu parcel key" in without.err
    key_of(norwalk)
    other = opened(norwalk, done.out)
    assert other.code == 2 and "sealed for another key" in other.err
    broken = opened(norwalk, done.out[:200])
    assert broken.code == 2 and "not a complete ccu parcel" in broken.err
    wrong = make(unit, "age1nonsense", "--without-consent", "court_order")
    assert wrong.code == 2 and "--key is not a parcel key" in wrong.err
    assert len(accounting(unit)) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"", b"[]", b"{}", b"null", b'{"format": "ccu parcel 2"}', b"\xff", b"[" * 100_000,
        b'{"format": "ccu parcel 1", "from": 7, "by": "", "made": "", "met": "", "person": "given:'
        b' A", "needs": [], "note": ""}',
        b'{"format": "ccu parcel 1", "from": "A", "by": "\\u001b]0;x", "made": "2026-01-01",'
        b' "met": null, "person": "given: A", "needs": [], "note": ""}',
        b'{"format": "ccu parcel 1", "from": "A", "by": "B", "made": "2026-01-01", "met": null,'
        b' "person": "nothing of use", "needs": [], "note": ""}',
    ],
)  # fmt: skip
def test_what_is_sealed_is_checked_as_any_input(norwalk: Path, content: bytes) -> None:
    recipient = pyrage.x25519.Recipient.from_str(key_of(norwalk))
    sealed = pyrage.encrypt(content, [recipient], armored=True).decode()
    done = opened(norwalk, sealed, "--add")
    assert done.code == 2 and done.out == "" and len(done.err.splitlines()) == 1, done
    with sqlite3.connect(norwalk) as connection:
        assert connection.execute("SELECT count(*) FROM person").fetchone() == (0,)


def test_a_parcel_is_taken_out_of_the_mail_around_it(unit: Ccu, norwalk: Path) -> None:
    done = make(unit, key_of(norwalk), "--without-consent", "serious_threat")
    quoted = "".join(f"> {line}\n" for line in done.out.splitlines())
    for text in (f"Hello,\n\n{done.out}\nRegards", f"You wrote:\n{quoted}"):
        assert opened(norwalk, text).code == 0


def test_at_a_terminal_a_person_on_file_is_not_added_twice(
    unit: Ccu, norwalk: Path, tmp_path: Path
) -> None:
    sealed = tmp_path / "sealed.age"
    sealed.write_text(make(unit, key_of(norwalk), "--without-consent", "serious_threat").out)
    line = ("--db", str(norwalk), "parcel", "open", str(sealed), "--add")
    assert "Person 1 is added" in run_ccu(*line, tty=True).out
    again = run_ccu(*line, stdin="1\n", tty=True)
    assert "Same person as 1?" in again.err
    assert "Person 1 is on file; no one was added." in again.out
