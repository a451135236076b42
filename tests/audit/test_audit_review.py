"""`ccu audit review`: the supervisor's page, by rules that can be explained to those listed."""

import contextlib
import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ccu import access
from ccu.records import audit

from .. import steps
from ..conftest import Ccu

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 1, 31, 14, 0, tzinfo=ZONE)  # a Saturday


class Town:
    """Staff accounts, and a clock that is both the town's and the machine's."""

    def __init__(self, ccu: Ccu, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ccu, self.path, self.patch = ccu, path, monkeypatch
        self.admin = access.login()
        self.at(NOW, recorded=NOW - timedelta(days=100))  # long before any span and what is usual
        steps.start(ccu)
        assert ccu("staff", "add", "pat", "--role", "officer").code == 0
        assert ccu("staff", "add", "quinn", "--role", "officer").code == 0
        self.at(NOW)

    def at(self, moment: datetime, recorded: datetime | None = None) -> None:
        self.patch.setenv("CCU_TODAY", moment.isoformat())
        self.patch.setattr(audit, "clock", lambda: (recorded or moment).astimezone(UTC))

    def run(self, login: str, moment: datetime, *args: str) -> None:
        steps.become(self.patch, login)
        self.at(moment)
        done = self.ccu(*args)
        assert done.code == 0, done.err
        steps.become(self.patch, self.admin)
        self.at(NOW)

    def look(self, login: str, moment: datetime, person: int = 1) -> None:
        self.run(login, moment, "person", "show", str(person))

    def add_people(self, count: int) -> None:
        """People 2, 3 and so on, by hand: recorded by the admin, on no call."""
        with contextlib.closing(sqlite3.connect(self.path)) as hand:
            hand.executemany(
                "INSERT INTO person (given_name, family_name, recorded_at, recorded_by)"
                " VALUES (?, 'Sample', '2025-11-01T10:00:00-04:00', 1)",
                [(f"P{number}",) for number in range(count)],
            )
            hand.commit()

    def review(self, *args: str) -> dict[str, Any]:
        steps.become(self.patch, "boss")
        done = self.ccu("audit", "review", *args, "-f", "json")
        steps.become(self.patch, self.admin)
        assert done.code == 0, done.err
        found: dict[str, Any] = json.loads(done.out)
        return found


@pytest.fixture
def town(ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    return Town(ccu, db_path, monkeypatch)


def hours(number: float) -> datetime:
    return NOW - timedelta(hours=number)


def days(number: float) -> datetime:
    return NOW - timedelta(days=number)


# ---------------------------------------------------------------- counts


def test_each_account_is_counted(town: Town) -> None:
    town.look("pat", hours(2))
    town.run("pat", hours(2), "history", "--call", "1")
    town.run("pat", hours(1), "brief")
    town.run("dlee", hours(1), "worker", "assign", "--person", "1", "--staff", "dlee")
    steps.become(town.patch, "pat")
    assert town.ccu("staff", "add", "x", "--role", "officer").code == 7
    found = {row["staff"]: row for row in town.review()["accounts"]}
    assert found["pat"] | {"role": "officer"} == {
        "staff": "pat", "role": "officer", "people": 1, "places": 1, "other": 0, "lists": 1,
        "writes": 0, "denied": 1, "exports": 0, "night": 0,
    }  # fmt: skip
    assert found["dlee"]["writes"] == 1


def test_the_span_is_what_was_asked_for(town: Town) -> None:
    town.look("pat", days(6.5))
    town.look("quinn", days(8))
    assert [row["staff"] for row in town.review()["accounts"]] == ["pat"]
    assert [row["staff"] for row in town.review("--since", "24h")["accounts"]] == ["boss"]
    names = {row["staff"] for row in town.review("--since", "2w")["accounts"]}
    assert names == {"pat", "quinn", "boss"}
    since = town.review("--since", "2026-01-23")
    assert since["since"] == "2026-01-23T00:00:00-05:00"
    assert {row["staff"] for row in since["accounts"]} == {"pat", "quinn", "boss"}


@pytest.mark.parametrize("since", ["", "0d", "400d", "x", "-1d", "2027-01-01", "1.5d"])
def test_an_invalid_span_is_one_sentence(town: Town, since: str) -> None:
    result = town.ccu("audit", "review", "--since", since)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("ccu: error: --since") and result.err.count("\n") == 1


# ---------------------------------------------------------------- unusually much


def test_unusual_is_three_times_the_median_and_at_least_twenty(town: Town) -> None:
    town.add_people(24)
    for day in (10, 11, 12):
        for person in range(2, 9):  # seven a day is usual
            town.look("pat", days(day), person)
    for person in range(2, 23):  # 21 is not more than three times seven
        town.look("pat", days(2), person)
    assert town.review()["unusual"] == []
    town.look("pat", days(2), 23)
    assert town.review()["unusual"] == [
        {"day": "2026-01-29", "staff": "pat", "role": "officer", "looked_at": 22,
         "own_usual": 7.0, "role_usual": None},
    ]  # fmt: skip


def test_unusual_is_also_measured_against_the_role(town: Town) -> None:
    town.add_people(24)
    for person in range(2, 22):  # whose usual is much already, and others' is little
        town.look("pat", days(20), person)
        town.look("pat", days(3), person)
    assert town.review()["unusual"] == []
    town.look("quinn", days(20), 2)
    (found,) = town.review()["unusual"]
    assert (found["staff"], found["own_usual"], found["role_usual"]) == ("pat", 20.0, 1.0)


def test_fewer_than_twenty_are_never_unusual(town: Town) -> None:
    town.add_people(19)
    for person in range(1, 20):
        town.look("pat", hours(3), person)
        town.look("pat", hours(2), person)  # the same again on one day is one look
    assert town.review()["unusual"] == []
    town.look("pat", hours(2), 20)
    assert [row["looked_at"] for row in town.review()["unusual"]] == [20]  # nothing is usual yet


# ---------------------------------------------------------------- without a tie


def test_somebody_looked_at_without_a_call_or_a_tie(town: Town) -> None:
    town.add_people(1)
    town.look("pat", days(2), 2)
    town.look("pat", days(1), 2)
    assert town.review()["untied"] == [
        {"staff": "pat", "record": "person", "id": 2, "times": 2,
         "first": days(2).isoformat(), "last": days(1).isoformat()},
    ]  # fmt: skip


def test_a_call_of_thirty_days_before_or_a_day_after_ties(town: Town) -> None:
    town.look("pat", hours(5))  # of the call of 30 January, the evening before
    town.run("pat", hours(5), "history", "--call", "1")
    assert town.review()["untied"] == []
    town.at(days(-40))
    town.look("pat", days(-29))
    town.look("pat", days(-32))
    town.at(days(-35))
    found = town.review()["untied"]
    assert [(row["times"], row["first"][:10]) for row in found] == [(1, "2026-03-04")]


def test_a_card_read_on_the_way_is_tied_by_the_call_logged_after(town: Town) -> None:
    line = ("log-call", "--address", "9 Elm St", "--nature", "crisis", "--no-input", "--when")
    town.run("pat", hours(60), *line, "2026-01-29 02:00")
    town.run("quinn", hours(75), "history", "--address", "9 Elm St")  # 12 hours before the call
    place = [row for row in town.review()["untied"] if row["record"] == "place"]
    assert place == []


@pytest.mark.parametrize(
    "line",
    [
        ("worker", "assign", "--person", "2", "--staff", "pat"),
        ("follow-up", "add", "--person", "2", "--kind", "call", "--due", "2026-03-01",
         "--owner", "pat"),
    ],
)  # fmt: skip
def test_who_works_with_them_is_tied(town: Town, line: tuple[str, ...]) -> None:
    town.add_people(1)
    town.run("dlee", days(80), *line)
    town.look("pat", days(1), 2)
    town.look("quinn", days(1), 2)
    assert [row["staff"] for row in town.review()["untied"]] == ["quinn"]


def test_a_merge_ties_what_either_record_was_tied_to(town: Town) -> None:
    town.add_people(1)
    town.run("dlee", days(1), "person", "merge", "2", "1", "--prefer", "kept", "--no-input")
    town.look("pat", hours(3), 2)
    assert [row for row in town.review()["untied"] if row["staff"] == "pat"] == []


# ---------------------------------------------------------------- at night


def test_night_is_by_the_towns_clock_and_a_call_explains_a_look(town: Town) -> None:
    town.add_people(1)
    for moment in ("2026-01-30T21:59", "2026-01-30T22:00", "2026-01-31T05:59", "2026-01-31T06:00"):
        town.look("pat", datetime.fromisoformat(moment).replace(tzinfo=ZONE), 2)
        town.look("pat", datetime.fromisoformat(moment).replace(tzinfo=ZONE), 1)  # call at 22:30
    found = [(row["when"][:16], row["id"]) for row in town.review()["night"]]
    assert found == [("2026-01-30T22:00", 2), ("2026-01-31T05:59", 2)]


# ---------------------------------------------------------------- as they are


def test_denials_exports_overrides_and_reasons(town: Town, tmp_path: Path) -> None:
    steps.become(town.patch, "pat")
    assert town.ccu("staff", "add", "x", "--role", "officer").code == 7
    town.run(town.admin, NOW, "backup", str(tmp_path / "copy.db"))
    town.run("pat", NOW, "history", "--call", "1", "--full", "--reason", "court asked for it")
    found = town.review()
    assert [(row["staff"], row["action"]) for row in found["denials"]] == [("pat", "staff add")]
    assert [(row["staff"], row["action"]) for row in found["exports"]] == [(town.admin, "backup")]
    assert [(row["action"], row["reason"]) for row in found["overrides"]] == [
        ("history-full", "court asked for it")
    ]


def test_new_admins_and_changed_roles_come_first(town: Town, db_path: Path) -> None:
    before = town.ccu("--today", "2020-01-01", "audit", "review", "-f", "json")
    assert json.loads(before.out)["staff_changes"] == []
    for words in (
        ("change", "pat", "--phone", "203-555-0100", "--supervisor", "boss"),
        ("retire", "quinn"),
        ("add", "quinn", "--role", "analyst"),
        ("add", "newbie", "--role", "officer"),
        ("change", "newbie", "--role", "officer"),
        ("change", "newbie", "--role", "ccu"),
        ("add", "second", "--role", "admin", "--supervisor", "boss"),
        ("change", "pat", "--role", "admin"),
    ):
        assert town.ccu("staff", *words).code == 0
    with contextlib.closing(sqlite3.connect(db_path)) as hand:  # as recorded by version 1
        hand.row_factory = sqlite3.Row
        hand.execute("BEGIN")
        audit.record(hand, 1, "staff-change", "staff", 1, fields=["role"])
        hand.commit()
    found = town.review()["staff_changes"]
    assert [(row["staff"], row["account"], row["change"]) for row in found] == [
        (town.admin, "second", "new admin, added"),
        (town.admin, "pat", "new admin, role changed from officer to admin"),
        (town.admin, "newbie", "role changed from officer to ccu"),
        (town.admin, town.admin, "role changed"),
        (town.admin, "pat", "changed phone, supervisor"),
        (town.admin, "quinn", "retired"),
        (town.admin, "quinn", "returned as analyst"),
        (town.admin, "newbie", "added as officer"),
        (town.admin, "newbie", "changed nothing"),
    ]
    page = town.ccu("audit", "review").out
    assert page.index("new admin") < page.index("By account")


def test_the_review_is_recorded_and_includes_the_reviewers_reads(town: Town, db_path: Path) -> None:
    town.look("boss", hours(1))
    assert [row["staff"] for row in town.review()["accounts"]] == ["boss"]
    assert steps.audited(db_path, "audit-review") == [("audit", None)]
    page = town.ccu("audit", "review").out
    assert "Your own lookups are included." in page


def test_the_page_names_nobody(town: Town, db_path: Path) -> None:
    town.add_people(1)
    town.look("pat", hours(14), 2)
    for form in ("plain", "json", "markdown", "csv", "table"):
        done = town.ccu("audit", "review", "-f", form)
        assert done.code == 0 and "pat" in done.out
        assert "Sample" not in done.out and "Main St" not in done.out.replace("12 MAIN", "")
    assert "Lookups without a tie (1)" in town.ccu("audit", "review").out


def test_an_empty_review_is_a_page(ccu: Ccu) -> None:
    done = ccu("--today", "2020-01-01", "audit", "review")
    assert done.code == 0 and done.out.count("none") == 8
