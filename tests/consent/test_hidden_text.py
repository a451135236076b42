"""A screen that forgets to ask the View shows no text of what its reader may not see."""

import re
from pathlib import Path
from typing import Any

import pytest

from ccu import brief
from ccu.output import Document, Section
from ccu.records import ownership, visibility
from ccu.records.visibility import WORDS
from ccu.session import Session

from ..conftest import Ccu
from ..steps import become
from . import sharing
from .sharing import grant, seen

ROOT = Path(__file__).resolve().parents[2]
SECRET = "said to wait by the door"


@pytest.fixture(autouse=True)
def town(ccu: Ccu, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give person 1 a consult, a follow-up and a plan of Human Services with the secret in it."""
    sharing.start(ccu, monkeypatch)
    assert ccu("settings", "police_sees", "").code == 0
    note, plan = tmp_path / "note", tmp_path / "plan"
    note.write_text(SECRET, encoding="utf-8")
    plan.write_text(f"What helps:\n- {SECRET}\n", encoding="utf-8")
    become(monkeypatch, "dlee")
    consult = ("consult", "add", "--person", "1", "--clinician", "dlee", "--asked-by", "boss")
    task = ("follow-up", "add", "--person", "1", "--kind", "visit")
    for line in (
        (*consult, "--minutes", "5", "--note-file", str(note)),
        ("referral", "update", "1", "--note-file", str(note)),
        (*task, "--due", "tomorrow", "--note-file", str(note)),
        ("plan", "write", "--person", "1", "--file", str(plan)),
    ):
        done = ccu(*line)
        assert done.code == 0, (line, done.err)


@pytest.fixture(autouse=True)
def screen(monkeypatch: pytest.MonkeyPatch, town: None) -> None:
    """Give `ccu brief` a body that reads every text of the file without asking the view."""

    def forgetful(session: Session, *_given: Any) -> Document:
        lines = [
            f"{table}: {'; '.join(map(str, row))}"
            for table, (_record, _number, words) in WORDS.items()
            for row in session.db.execute(f"SELECT {', '.join(words)} FROM {table}")
        ]
        return Document("Forgetful", [Section(lines=lines)])

    monkeypatch.setattr(brief, "shift_brief", forgetful)


def shown(ccu: Ccu) -> set[str]:
    """The tables whose text the forgetful screen printed."""
    done = ccu("brief")
    assert done.code == 0, done.err
    return {line.partition(":")[0] for line in done.out.splitlines() if SECRET in line}


ALL = {"consult", "referral_event", "follow_up", "plan"}


@pytest.mark.parametrize("login", ["pat", "quinn", "cal", "rec"])
def test_police_are_shown_no_hidden_text_by_a_screen_that_does_not_ask(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch, login: str
) -> None:
    become(monkeypatch, login)
    assert shown(ccu) == set()


def test_human_services_are_shown_all_of_it(ccu: Ccu, monkeypatch: pytest.MonkeyPatch) -> None:
    become(monkeypatch, "boss")
    assert shown(ccu) == ALL


@pytest.mark.parametrize(
    ("scope", "tables"),
    [("care_notes", {"consult"}), ("plan", {"plan"}), ("follow_ups", {"follow_up"})],
)
def test_what_a_consent_opens_is_shown_and_recorded_as_disclosed(
    ccu: Ccu, monkeypatch: pytest.MonkeyPatch, scope: str, tables: set[str]
) -> None:
    become(monkeypatch, "root")
    assert grant(ccu, scope).code == 0
    become(monkeypatch, "pat")
    assert shown(ccu) == tables
    become(monkeypatch, "root")
    assert [row["what"] for row in seen("disclosures", "--person", "1")] == [scope]


def test_every_text_of_these_records_is_hidden() -> None:
    """A new column of text, or a new table of text on such a record, is in `visibility.WORDS`."""
    schema = (ROOT / "schema.sql").read_text(encoding="utf-8")
    tables = dict(re.findall(r"^CREATE TABLE (\w+) \(\n(.*?)^\)", schema, re.M | re.S))
    of_record = {
        name
        for name, columns in tables.items()
        for record in visibility.RECORDS
        if name == record
        or re.search(rf"^  {record}_id .*REFERENCES {record} \(id\)", columns, re.M)
    }
    with_text = {name for name in of_record if ownership.WORDS.get(name)}
    assert {name: set(ownership.WORDS[name]) for name in with_text} == {
        name: set(words) for name, (_record, _number, words) in WORDS.items()
    }
