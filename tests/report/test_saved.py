"""`ccu report --save` and `--diff`: an issued report is kept, and what changed since is listed."""

import csv
import io
import json
import sqlite3
from hashlib import sha256
from pathlib import Path

import pytest

from ..conftest import Ccu
from ..steps import at, become
from .reporting import Hand, report
from .test_report import a_month

MONTH = ("--month", "2026-01")


@pytest.fixture
def hand(ccu: Ccu, db_path: Path) -> Hand:
    hand = Hand(db_path)
    a_month(hand)
    return hand


def changes(ccu: Ccu, *args: str) -> list[tuple[object, ...]]:
    """figure, group, part, old, new of each change."""
    (section,) = report(ccu, *MONTH, "--diff", *args)["sections"]
    assert section["name"] == "changes"
    names = ("figure", "group", "part", "old", "new")
    return [tuple(row[name] for name in names) for row in section["rows"]]


def test_nothing_changed(ccu: Ccu, hand: Hand) -> None:
    page = ccu("report", *MONTH)
    saved = ccu("report", *MONTH, "--save")
    assert saved.code == 0 and saved.out == page.out
    assert saved.err.startswith("saved as report 1 of January 2026, SHA-256 ")
    assert changes(ccu) == []
    assert "None." in ccu("report", *MONTH, "--diff").out


def test_a_call_that_came_late(ccu: Ccu, hand: Hand) -> None:
    assert ccu("report", *MONTH, "--save").code == 0
    hand.call("2026-01-12T10:00:00", care=0)
    found = changes(ccu)
    assert ("calls", "", "value", 6, 7) in found
    assert ("calls_by_month", "2026-01", "value", 6, 7) in found
    assert ("share_of_all_calls", "", "denominator", 6, 7) in found
    assert ("hours", "Monday, 10", "calls", 0, 1) in found
    assert not [each for each in found if each[0] in ("care_calls", "overdue_now")]
    assert ccu("report", *MONTH, "--save").err.startswith("saved as report 2 ")
    assert changes(ccu) == []


def test_a_setting_that_changed_is_listed_first(ccu: Ccu, hand: Hand) -> None:
    assert ccu("report", *MONTH, "--save").code == 0
    found = changes(ccu, "--k", "4")
    assert found[0] == ("repeat_calls", "", "value", "3", "4")
    assert ("repeat_people", "", "value", 1, 0) in found


def test_every_format_has_the_changes(ccu: Ccu, hand: Hand, tmp_path: Path) -> None:
    assert ccu("report", *MONTH, "--save").code == 0
    hand.call("2026-01-12T10:00:00", care=0)
    rows = list(csv.DictReader(io.StringIO(ccu("report", *MONTH, "--diff", "-f", "csv").out)))
    (calls,) = (row for row in rows if row["figure"] == "calls" and row["section"] == "summary")
    assert (calls["old"], calls["new"], calls["town"]) == ("6", "7", "Westport")
    for format in ("table", "plain", "markdown", "html"):
        shown = ccu("report", *MONTH, "--diff", "-f", format)
        assert shown.code == 0 and "Calls" in shown.out and "None." not in shown.out
    assert ccu("report", *MONTH, "--diff", "-o", str(tmp_path / "x.xlsx")).code == 0


def test_what_was_kept_names_nobody_and_has_its_digest(ccu: Ccu, hand: Hand, db_path: Path) -> None:
    hand.one("UPDATE person SET given_name = 'Zebulon', family_name = 'Quillfeather'")
    assert ccu("report", *MONTH, "--save").code == 0
    with sqlite3.connect(db_path) as check:
        content, digest, by = check.execute(
            "SELECT content, sha256, saved_by FROM saved_report"
        ).fetchone()
        (detail,) = check.execute(
            "SELECT detail FROM audit WHERE action = 'report-save'"
        ).fetchone()
    assert digest == sha256(content.encode()).hexdigest() == json.loads(detail)["sha256"]
    assert by == 1 and "ELM ST" not in content and "Zebulon" not in content
    for section in json.loads(content)["sections"]:
        assert {
            "person",
            "place",
            "address",
            "call",
            "owner",
            "worker",
            "officer",
            "id",
        }.isdisjoint(section["columns"])


def test_a_saved_report_that_was_changed_is_refused(ccu: Ccu, hand: Hand) -> None:
    assert ccu("report", *MONTH, "--save").code == 0
    hand.one("UPDATE saved_report SET content = json_set(content, '$.town', 'Elsewhere')")
    done = ccu("report", *MONTH, "--diff")
    assert done.code != 0 and done.out == ""
    assert "saved report 1 was changed after it was saved" in done.err


def test_another_period_or_page_is_not_compared(ccu: Ccu, hand: Hand) -> None:
    assert at("2026-05-01", "report", *MONTH, "--public", "--save").code == 0
    missing = ccu("report", *MONTH, "--diff")
    assert (missing.code, missing.out) == (3, "")
    assert missing.err == (
        "ccu: error: January 2026 was not saved; save it with ccu report --save\n"
    )
    public = at("2026-05-01", "report", *MONTH, "--public", "--diff", "-f", "json")
    assert json.loads(public.out)["sections"][0]["rows"] == []
    both = ccu("report", *MONTH, "--save", "--diff")
    assert (both.code, both.out) == (2, "")


def test_what_part_2_adds_is_compared_by_who_may_read_it(
    ccu: Ccu, hand: Hand, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An analyst does not learn of such referrals from a report that an admin saved."""

    hand.one("INSERT INTO provider (name, part2) VALUES ('Detox', 1)")
    referral = hand.referral("2026-01-20T10:00:00", person=1)
    hand.one("UPDATE referral SET provider_id = 2 WHERE id = ?", referral)
    assert ccu("staff", "add", "ana", "--name", "Ana Lyst", "--role", "analyst").code == 0
    assert ccu("report", *MONTH, "--save").code == 0
    become(monkeypatch, "ana")
    assert ccu("report", *MONTH, "--diff").code == 3
    assert ccu("report", *MONTH, "--save").code == 0 and changes(ccu) == []
