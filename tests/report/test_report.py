"""`ccu report`: what is asked for and refused, formats, files. Figures: test_report_figures.py."""

import csv
import io
import json
import os
import re
import sqlite3
import stat
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccu import __version__
from ccu.database import opening as db
from ccu.report import definitions, text
from ccu.report.period import Period

from ..conftest import Ccu
from ..steps import at, audited, become
from .reporting import Hand, figures, report, rows

GOLDEN = Path(__file__).parents[1] / "golden" / "report"
CARE = (
    *("summary", "repeat-callers", "overdue", "referrals", "hand-offs", "first-follow-up"),
    *("people", "before-after"),
)


@pytest.fixture
def hand(ccu: Ccu, db_path: Path) -> Hand:
    return Hand(db_path)


def a_month(hand: Hand) -> None:
    """January 2026 of a small town: eight calls, three people, two referrals, three follow-ups."""
    hand.provider()
    ann, bob, nobody = hand.person("Ann"), hand.person("Bob"), hand.person()
    elm, shelter = hand.place("12", "3"), hand.place("40", exempt="shelter")
    hand.call("2025-01-09T10:00:00", care=0)
    hand.call("2025-12-20T10:00:00", ann, place=elm)
    first = hand.call("2026-01-02T09:00:00", ann, place=elm)
    hand.call("2026-01-05T22:30:00", ann, bob, place=elm)
    hand.call("2026-01-06T08:00:00", nobody, place=shelter)
    hand.call("2026-01-07T08:00:00", place=shelter)
    hand.call("2026-01-08T08:00:00", place=shelter)
    hand.call("2026-01-15T03:00:00", care=0)
    hand.one("INSERT INTO call_intervention VALUES (?, 'de_escalation')", first)
    warm = hand.referral(
        "2026-01-02T10:00:00",
        ("accepted", "2026-01-03T10:00:00"),
        person=ann,
        call=first,
        handoff="warm_in_person",
    )
    hand.referral("2026-01-20T10:00:00", person=bob)
    due = hand.follow_up("2026-01-03T09:00:00", referral_id=warm)
    hand.attempt(due, "2026-01-02T20:00:00", "left_message")
    hand.attempt(due, "2026-01-05T20:00:00")
    hand.one("UPDATE follow_up SET closed_at = '2026-01-05T20:00:00-05:00', closed_by = 1")
    hand.follow_up("2026-01-30T09:00:00", made="2026-01-20T09:00:00", referral_id=2)
    hand.follow_up("2026-02-02T09:00:00", made="2026-01-20T09:00:00", person_id=bob)


# --- what is refused ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        ("--month 2026-13", '--month "2026-13" cannot be read; write it as 2026-01'),
        ("--month 2026-03", "March 2026 has not begun"),
        ("--quarter 2026-Q5", '--quarter "2026-Q5" cannot be read; write it as 2026-Q1'),
        ("--year 26", '--year "26" cannot be read; write it as 2026'),
        ("--from 2026-01-02", "--from and --to go together; --to is the last day"),
        ("--to 2026-01-02", "--from and --to go together; --to is the last day"),
        ("--from 2026-01-09 --to 2026-01-02", "--to is before --from"),
        ("--month 2026-01 --year 2026", "--month and --year contradict each other"),
        ("", "give the days to report: --month 2026-01"),
        ("--month 2026-01 -f csv", "CSV has one table a file"),
        ("--month 2026-01 --window 0", "'--window': 0 is not in the range"),
        ("--list -f html", "--list and --define cannot be --format html or xlsx"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(ccu: Ccu, args: str, sentence: str) -> None:
    done = ccu("report", *args.split())
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"ccu: error: {sentence}")
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("args", ["--month 2026-01 --section repeat-adresses", "--define call"])
def test_an_unknown_name_is_answered_with_the_nearest(ccu: Ccu, args: str) -> None:
    done = ccu("report", *args.split())
    assert done.code == 3
    assert "did you mean" in done.err


def test_an_account_not_on_the_staff_list_is_shown_nothing(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    become(monkeypatch, "stranger")
    done = ccu("report", "--month", "2026-01")
    assert (done.code, done.out) == (7, "")
    assert audited(db_path, "denied") and not audited(db_path, "report")


# --- as a new user would --------------------------------------------------------------------


def test_an_empty_file_states_it(ccu: Ccu) -> None:
    done = ccu("report", "--month", "2026-01")
    assert done.code == 0
    assert "No calls are recorded in this file." in done.out
    assert re.search(r"Follow-up within 24 hours +n/a +- +-", done.out)
    assert "Not known: no calls are recorded in this period." in done.out
    assert "Not known: no referrals are recorded by the end of this period." in done.out
    assert done.out.count("Not known: no calls are recorded in these days.") == 2
    assert "None." not in done.out
    full = ccu("report", "--month", "2026-01", "--full")
    assert re.search(r"Share of care natures +n/a +- +-", full.out)


def test_a_file_of_one_call(ccu: Ccu, hand: Hand) -> None:
    hand.call("2026-01-31T23:59:59")
    found = figures(ccu, "summary", "--month", "2026-01")
    assert found["calls"]["value"] == 1
    share = found["share_of_all_calls"]
    assert (share["value"], share["few"], share["previous"]) == (1.0, True, None)
    assert "100.0%*" in ccu("report", "--month", "2026-01", "--full").out


def test_a_month_before_the_first_call(ccu: Ccu, hand: Hand) -> None:
    hand.call("2026-01-02T10:00:00")
    found = report(ccu, "--month", "2025-11")
    assert found["notes"] == ["No calls are recorded before Jan 2, 2026."]
    done = ccu("report", "--month", "2025-11")
    assert done.code == 0 and "No calls are recorded before Jan 2, 2026." in done.out


def test_a_month_that_is_not_over(ccu: Ccu, hand: Hand) -> None:
    hand.calls(["2026-01-02T10:00:00", "2026-01-18T13:59:00", "2026-01-18T14:01:00"])
    done = at("2026-01-18T14:00", "report", "--month", "2026-01", "--section", "summary")
    assert "January 2026 is not over: counted to Jan 18, 2026, 2:00 PM." in done.out
    assert re.search(r"^  Calls +2 ", done.out, re.MULTILINE)
    assert "Jan 2026, not over" in done.out
    later = ccu("report", "--month", "2026-01", "--section", "summary")
    assert "not over" not in later.out
    assert re.search(r"^  Calls +3 ", later.out, re.MULTILINE)


def test_months_without_a_figure_are_not_zero(ccu: Ccu, hand: Hand) -> None:
    hand.call("2025-12-10T10:00:00")
    found = figures(ccu, "summary", "--year", "2026")
    months = {name: row for name, row in found.items() if name.startswith("calls_by_month")}
    assert len(months) == 12
    after = months["calls_by_month: 2026-01"]
    assert (after["value"], after["note"]) == (None, "after the last call")
    assert months["calls_by_month: 2026-02"]["value"] is None
    assert months["calls_by_month: 2026-02"]["note"] == "not begun"
    found = figures(ccu, "summary", "--month", "2026-01")
    assert found["calls_by_month: 2025-11"]["note"] == "before the first call"
    assert found["calls_by_month: 2025-12"]["value"] == 1


# --- periods --------------------------------------------------------------------------------


@given(st.dates(date(1950, 1, 1), date(2150, 1, 1)), st.integers(1, 400))
def test_the_period_before_ends_where_this_begins(start: date, days: int) -> None:
    period = Period("days", start, start + timedelta(days=days))
    assert period.previous().end == start
    assert period.year_before().start.year == start.year - 1
    months = list(period.months())
    assert len(months) == 12
    assert months[-1].start <= period.last < months[-1].end
    assert all(one.end == other.start for one, other in pairwise(months))


def test_the_29th_of_february(ccu: Ccu, hand: Hand) -> None:
    hand.calls(["2024-02-29T12:00:00", "2023-02-28T12:00:00", "2024-03-01T00:00:00"])
    row = figures(ccu, "summary", "--month", "2024-02")["calls"]
    assert (row["value"], row["previous"], row["year_before"]) == (1, 0, 1)
    row = figures(ccu, "summary", "--from", "2024-02-29", "--to", "2024-02-29")["calls"]
    assert (row["value"], row["previous"], row["year_before"]) == (1, 0, 1)


def test_the_hour_that_comes_twice_is_counted_twice(ccu: Ccu, hand: Hand) -> None:
    for moment in ("2025-11-02T01:30:00-04:00", "2025-11-02T01:30:00-05:00"):
        hand.one(
            "INSERT INTO call (occurred_at, recorded_at, recorded_by, care) VALUES (?, ?, 1, 1)",
            *(moment, moment),
        )
    assert figures(ccu, "summary", "--month", "2025-11")["calls"]["value"] == 2
    # as of half past one the first time, the second has not happened
    line = ("report", "--month", "2025-11", "-f", "json")
    first = json.loads(at("2025-11-02 01:30-04:00", *line).out)
    assert first["as_of"] == "2025-11-02T01:30:00-04:00"
    assert first["sections"][0]["rows"][0]["value"] == 1


# --- the same in every format ---------------------------------------------------------------


def test_csv_and_json_have_the_same_rows(ccu: Ccu, hand: Hand) -> None:
    a_month(hand)
    for plan in definitions.PLANS[:9]:
        args = ("--month", "2026-01", "--section", plan.name)
        printed = list(csv.DictReader(io.StringIO(ccu("report", *args, "-f", "csv").out)))
        assert {row.pop("partial") for row in printed if not row["title"].endswith("month")} <= {
            "year_before"
        }
        for row in printed:
            row.pop("partial", None)
        about = [tuple(row.pop(name) for name in text.ABOUT) for row in printed]
        when = ("Westport", "January 2026", "2026-01-01", "2026-01-31")
        assert {each[:-1] for each in about} <= {when} and all(each[-1] for each in about)
        (found,) = report(ccu, *args)["sections"]
        assert [list(row) for row in found["rows"]] == [found["columns"]] * len(found["rows"])
        assert printed == [
            {name: _cell(value) for name, value in row.items()} for row in found["rows"]
        ]


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


SECTIONS_OF_CARE = tuple(word for name in CARE for word in ("--section", name))


FORMATS = ("table", "plain", "markdown")


@pytest.mark.parametrize(
    ("name", "args", "format"),
    [
        *(("page", (), format) for format in FORMATS),  # JSON has every section, not the page
        *(("january", SECTIONS_OF_CARE, format) for format in (*FORMATS, "json")),
    ],
)
def test_golden(
    name: str,
    args: tuple[str, ...],
    format: str,
    ccu: Ccu,
    hand: Hand,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`UPDATE_GOLDEN=1` rewrites the files: read the difference before keeping it."""
    a_month(hand)
    hand.one("UPDATE staff SET login = 'jdoe'")
    become(monkeypatch, "jdoe")
    done = ccu("report", "--month", "2026-01", *args, "-f", format)
    assert done.code == 0, done.err
    found = done.out.replace(f"ccu {__version__}", "ccu VERSION")
    found = found.replace(f'"version": "{__version__}"', '"version": "VERSION"')
    found = found.replace(f"schema {db.SCHEMA_VERSION}", "schema N")
    found = found.replace(f'"schema": {db.SCHEMA_VERSION},', '"schema": 0,')
    ending = {"table": "table.txt", "plain": "plain.txt", "json": "json", "markdown": "md"}
    golden = GOLDEN / f"{name}.{ending[format]}"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_bytes(found.encode())
    assert found == golden.read_bytes().decode("utf-8")


# --- the one page ---------------------------------------------------------------------------


def a_busy_month(hand: Hand) -> None:
    """More than ten of everything that the page lists."""
    hand.provider()
    for number in range(14):
        person, place = hand.person(f"P{number}"), hand.place(str(100 + number))
        for day in range(1, 4 + number % 3):
            call = hand.call(f"2026-01-{day:02}T10:00:00", person, place=place)
        hand.follow_up(f"2026-01-{number + 5:02}T10:00:00", call_id=call)
        hand.referral("2026-01-05T10:00:00", person=person, call=call)


@pytest.mark.parametrize("tty", [True, False])
def test_the_page_is_60_lines_of_80_columns(ccu: Ccu, hand: Hand, tty: bool) -> None:
    a_busy_month(hand)
    done = ccu("report", "--month", "2026-01", tty=tty)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", done.out).splitlines()
    assert len(lines) <= 60
    assert max(map(len, lines)) <= 80 or not tty
    assert sum("ELM ST" in line for line in lines) == 10
    assert "Repeat addresses (10 of 14): 3+ care calls in the 90 days" in done.out
    assert "Overdue follow-ups on Jan 31, 2026, oldest first (10 of 14)" in done.out
    late = [int(found[1]) for found in re.finditer(r"Jan \d+, 2026 +(\d+)", done.out)]
    assert late == sorted(late, reverse=True) and len(late) == 10


def test_the_page_leads_with_six_figures_and_their_months(ccu: Ccu, hand: Hand) -> None:
    a_month(hand)
    out = ccu("report", "--month", "2026-01").out
    assert re.search(r"Calls +6 +1 +1 +▁{10}▂█\n", out)
    assert re.search(r"Connections +2 +0 +- ", out)
    shown = [out.index(word) for word in ("Headline", "Repeat addresses", "Repeat people")]
    shown += [out.index(word) for word in ("Overdue follow-ups", "Referrals", "Data quality")]
    assert shown == sorted(shown)
    assert "Who responded" not in out
    assert "Made 2; accepted 1 of 2 (50.0%*); connected within 14 days 1 of 1" in out
    assert "Of 5 care calls: 3 no named person" in out


def test_the_full_report_has_every_section(ccu: Ccu, hand: Hand) -> None:
    a_month(hand)
    out = ccu("report", "--month", "2026-01", "--full").out
    assert [plan.title for plan in definitions.PLANS if plan.title not in out] == []
    both = ccu("report", "--month", "2026-01", "--full", "--section", "areas")
    assert (both.code, both.out) == (2, "")
    assert both.err == "ccu: error: --full and --section contradict each other; give one of them\n"


def test_a_week_is_a_row_for_each_day(ccu: Ccu, hand: Hand) -> None:
    """2026-01-05 is a Monday; JSON and CSV keep a row for each hour."""
    hand.calls(["2026-01-05T07:15:00"] * 3 + ["2026-01-11T23:59:00"])
    args = ("--month", "2026-01", "--section", "hours")
    lines = ccu("report", *args, "-f", "table").out.splitlines()
    (head,) = (place for place, line in enumerate(lines) if " 00 01 02 " in line)
    week = [line.split() for line in lines[head + 1 : head + 8]]
    assert [row[0] for row in week] == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert week[0][1 + 7] == "3" and week[6][1 + 23] == "1"
    assert sum(cell != "." for row in week for cell in row[1:]) == 2
    assert len(rows(ccu, "hours", "--month", "2026-01")) == 168
    hand.calls(["2026-01-05T07:15:00"] * 1200)
    shown = ccu("report", *args).out
    assert "In units of 100 calls, rounded." in shown and " 12 " in shown


def test_at_a_terminal_it_fits_80_columns(ccu: Ccu, hand: Hand) -> None:
    a_month(hand)
    done = ccu("report", "--month", "2026-01", "--full", tty=True)
    bare = re.sub(r"\x1b\[[0-9;]*m", "", done.out)
    assert max(map(len, bare.splitlines())) <= 80


def test_no_name_is_in_any_format(ccu: Ccu, hand: Hand) -> None:
    a_month(hand)
    hand.one("UPDATE person SET family_name = 'Quillfeather', given_name = 'Zebulon'")
    hand.one("UPDATE call SET narrative = 'Quillfeather said so'")
    for format in ("table", "plain", "json", "markdown"):
        out = ccu("report", "--month", "2026-01", "--full", "-f", format).out
        assert "Quillfeather" not in out and "Zebulon" not in out


# --- files ----------------------------------------------------------------------------------


def test_a_folder_of_csv_files(ccu: Ccu, hand: Hand, tmp_path: Path) -> None:
    a_month(hand)
    folder = tmp_path / "figures"
    done = ccu("report", "--month", "2026-01", "-f", "csv", "-o", str(folder))
    assert done.code == 0 and done.out == ""
    assert {each.name for each in folder.iterdir()} == {
        f"{plan.name}.csv" for plan in definitions.PLANS
    }
    if os.name == "posix":
        modes = {stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()}
        assert modes == {0o600} and stat.S_IMODE(folder.stat().st_mode) == 0o700
    one = ccu("report", "--month", "2026-01", "--section", "referrals", "-f", "csv")
    assert (folder / "referrals.csv").read_text() == one.out
    # fewer would leave some that pass for this run's
    again = ("report", "--month", "2026-01", "-f", "csv", "-o", str(folder))
    few = ccu(*again, "--section", "referrals", "--section", "summary")
    assert (few.code, few.out) == (2, "")
    assert "the folder has other files in it" in few.err
    assert {each.name for each in folder.iterdir()} == {
        f"{plan.name}.csv" for plan in definitions.PLANS
    }


@pytest.mark.parametrize(
    ("name", "asked"),
    [("page.html", "That file exists. Replace it?"),
     ("tables", "That folder exists. Replace the files in it?")],
)  # fmt: skip
def test_what_is_there_is_replaced_only_when_told_to(
    name: str, asked: str, ccu: Ccu, hand: Hand, tmp_path: Path
) -> None:
    path = tmp_path / name
    line = (
        "report",
        "--month",
        "2026-01",
        "-o",
        str(path),
        *(() if "." in name else ("-f", "csv")),
    )
    assert ccu(*line).code == 0
    (file,) = [path] if path.is_file() else [path / "referrals.csv"]
    before = file.read_bytes()
    a_month(hand)
    piped = ccu(*line)
    assert piped.code == 2 and "; give a new " in piped.err and file.read_bytes() == before
    kept = ccu(*line, stdin="\n", tty=True)
    assert kept.code == 2 and asked in kept.out + kept.err
    assert "--output was not replaced" in kept.err and file.read_bytes() == before
    assert ccu(*line, stdin="y\n", tty=True).code == 0 and file.read_bytes() != before


def test_a_folder_with_other_files_is_left_unchanged(ccu: Ccu, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "letter.txt").write_text("dear")
    done = ccu("report", "--month", "2026-01", "-f", "csv", "-o", str(folder))
    assert (done.code, done.out) == (2, "")
    assert "the folder has other files in it" in done.err
    assert [each.name for each in folder.iterdir()] == ["letter.txt"]


# --- definitions ----------------------------------------------------------------------------


def test_every_figure_is_listed_and_defined(empty: Ccu) -> None:
    listed = empty("report", "--list", "-f", "json")
    names = {row["name"] for row in json.loads(listed.out)}
    for name, head in definitions.every().items():
        assert head.facts.get("title"), name
        assert head.unit or name in {plan.name for plan in definitions.PLANS}, name
        defined = empty("report", "--define", name, "-f", "json")
        assert defined.code == 0, defined.err
        found = json.loads(defined.out)
        assert found["name"] == name
        assert found.get("definition") or found.get("numerator"), name
    facts = {f for plan in definitions.PLANS for f in plan.facts}
    hidden = {head.name for file in facts for head in definitions.source(file).heads}
    lists = {plan.name for plan in definitions.PLANS if plan.kind == "list"}
    assert set(definitions.every()) - names - hidden - lists == set()


def test_every_file_is_of_a_section() -> None:
    used = {file for plan in definitions.PLANS for file in (*plan.files, *plan.facts)}
    assert {path.stem for path in definitions.FOLDER.rglob("*.sql")} == used


# --- the audit ------------------------------------------------------------------------------


def test_a_report_is_recorded(ccu: Ccu, db_path: Path) -> None:
    ccu("report", "--month", "2026-01", "--section", "referrals", "-f", "json")
    with sqlite3.connect(db_path) as check:
        (detail,) = check.execute("SELECT detail FROM audit WHERE action = 'report'").fetchone()
    assert json.loads(detail) == {
        "start": "2026-01-01",
        "end": "2026-02-01",
        "sections": ["referrals"],
        "format": "json",
        "public": False,
    }


def test_the_overdue_list_is_that_of_the_other_commands(ccu: Ccu, hand: Hand) -> None:
    a_month(hand)
    hand.referral("2026-01-10T10:00:00", person=1)
    found = rows(ccu, "overdue", "--month", "2026-01")
    late = json.loads(ccu("follow-up", "overdue", "--no-record", "-f", "json").out)
    stalled = json.loads(ccu("referral", "list", "--stalled", "-f", "json").out)
    ours = [row for row in found if row["what"] == "follow-up overdue"]
    assert [(row["id"], row["days_late"]) for row in ours] == [
        (row["id"], row["days_late"]) for row in late
    ]
    assert {row["id"] for row in found if row["what"] == "referral stalled"} == {
        row["id"] for row in stalled
    }
    assert late and stalled
