"""Every figure of `ccu report` against an independent calculation (tests/figures).

The town has 10,000 calls in three years. The oracles are plain Python over its rows, written from
the definitions and not from the SQL; a failure names the section, the figure, its group and part.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from .. import steps
from ..conftest import run_ccu
from ..figures import oracle_all, town
from ..figures.cases import CASES, MORE, TODAY, Case
from ..figures.chance import ENDED, unix
from ..figures.oracle_all import (
    LISTS,
    NOT_COMPARED,
    OF_WINDOW,
    ONLY_USED,
    SECTIONS,
    WHOLE_IN_SUMMARY,
)
from ..figures.parts import Asked, Figures, Part
from ..figures.rows import File, Row, add_days, export, without_part2

MIDDLE = unix(2025, 3, 15, 12)  # of a month, at noon
PARTS = ("unit", "numerator", "denominator", "missing", "not_yet", "value", "low", "high", "few")
ORDER = (
    *("summary", "repeat-addresses", "repeat-people", "overdue", "referrals", "hand-offs"),
    *(
        "data-quality",
        "first-follow-up",
        "people",
        "before-after",
        "natures",
        "response",
        "responders",
        "dispositions",
        "areas",
    ),
    *("beats", "effort", "caseload", "completeness", "hours"),
)


# ---------------------------------------------------------------- the files


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """name -> file: the town, the town on 15 March 2025 at noon, and small ones."""
    patch = pytest.MonkeyPatch()
    patch.delenv("SUDO_UID", raising=False)
    patch.setenv("CCU_TODAY", TODAY)
    folder = tmp_path_factory.mktemp("figures")
    whole = town.build()
    made = {name: _new(folder / name) for name in ("town", "then", "empty", "one", "unknown")}
    whole.write(made["town"])
    whole.write(made["then"], MIDDLE)
    town.of_one_call().write(made["one"])
    town.build(900, named=False).write(made["unknown"])
    for name in ("town", "then", "unknown"):
        for rate, dollars in (("rate_scene", "61.5"), ("rate_follow_up", "48")):
            assert run_ccu("--db", str(made[name]), "settings", rate, dollars).code == 0
    yield made
    patch.undo()


def _new(folder: Path) -> Path:
    folder.mkdir()
    where = ("--town", "Westport", "--state", "CT", "--timezone", "America/New_York")
    path = folder / "ccu.db"
    done = run_ccu("--db", str(path), "init", *where)
    assert done.code == 0, done.err
    return path


@cache
def _rows(path: Path) -> File:
    return File(export(path))


@cache
def _figures(path: Path, asked: Asked) -> Figures:
    return oracle_all.figures(_rows(path), asked)


@cache
def _headline(path: Path, asked: Asked) -> Figures:
    return oracle_all.headline(_rows(path), asked)


def _months(path: Path, asked: Asked) -> Figures:
    return oracle_all.months(_rows(path), asked, lambda month: _headline(path, month))


@cache
def _lists(path: Path, case: Case) -> dict[str, list[Row]]:
    return oracle_all.lists(_rows(path), case.periods())


def ask(path: Path, today: str, *args: str) -> dict[str, Any]:
    """The report as JSON."""
    done = run_ccu("--db", str(path), "--today", today, "report", *args, "-f", "json")
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


@cache
def _report(path: Path, case: Case) -> dict[str, Any]:
    return ask(path, case.today, *case.args.split())


# ---------------------------------------------------------------- the comparison


def compare(case: Case, files: dict[str, Path]) -> None:
    """All sections of one report; what differs is told by section, figure, group and part."""
    path = files[case.file]
    report = _report(path, case)
    assert [each["name"] for each in report["sections"]] == list(ORDER)
    found = [
        f"{section['name']}: {line}"
        for section in report["sections"]
        for line in differences(case, path, section)
    ]
    assert not found, "\n" + "\n".join(found[:40])


def differences(case: Case, path: Path, section: dict[str, Any]) -> list[str]:
    """Where a section and the oracle do not agree, one line each."""
    file, periods = _rows(path), case.periods()
    if section["kind"] == "list":
        return _of_list(section, _lists(path, case)[section["name"]])
    now, *others = (_figures(path, asked) for asked in periods)
    is_there = [file.first_day is not None and each.end > file.first_day for each in periods[1:]]
    shown = {(row["figure"], row["group"]): row for row in section["rows"]}
    found = [f"{key} is shown twice" for key in _twice(section["rows"], "figure", "group")]
    for key, part in (now | _months(path, periods[0])).items():
        figure, group = key
        if figure not in SECTIONS[section["name"]].split():
            continue
        if section["name"] == "summary" and figure in WHOLE_IN_SUMMARY and group:
            continue
        expected = {name: getattr(part, name) for name in PARTS}
        for name, other, there in zip(("previous", "year_before"), others, is_there, strict=True):
            value = other.get(key, Part("")).value
            expected[name] = None if figure in NOT_COMPARED or not there else value
            if figure in OF_WINDOW and not other.get(key, Part("")).numerator:
                first = add_days(periods[1 + (name == "year_before")].last, 1 - periods[0].window)
                if file.first_day is None or first < file.first_day:
                    expected[name] = None  # the days of repeats begin before the first call
        row = shown.pop(key, None)
        if row is None:
            if figure not in ONLY_USED or part.numerator:
                found.append(f"{figure}: {group}: not shown, expected {expected}")
            continue
        for name, value in expected.items():
            if not _equal(row[name], value):
                found.append(f"{figure}: {group}: {name}: expected {value}, got {row[name]}")
    return found + [f"{key}: in the report and in no oracle" for key in shown]


def _equal(got: Any, expected: Any) -> bool:
    """The report rounds to six places."""
    if isinstance(expected, float) and isinstance(got, int | float):
        return abs(got - expected) <= 0.500001e-6
    return bool(got == expected)


# What makes a row of a list itself.
KEYS = {
    "repeat-addresses": ("place",),
    "repeat-people": ("person",),
    "overdue": ("what", "id"),
    "areas": ("beat",),
    "beats": ("beat", "nature"),
    "caseload": ("worker",),
    "completeness": ("officer", "field"),
    "hours": ("weekday", "hour"),
}


def _twice(rows: list[Row], *names: str) -> list[tuple[Any, ...]]:
    keys = [tuple(row[name] for name in names) for row in rows]
    return (
        [key for number, key in enumerate(keys) if key in keys[:number]]
        if len(set(keys)) < len(keys)
        else []
    )


def _of_list(section: dict[str, Any], expected: list[Row]) -> list[str]:
    names = KEYS[section["name"]]
    shown = {tuple(row[name] for name in names): row for row in section["rows"]}
    found = [f"{key} is shown twice" for key in _twice(section["rows"], *names)]
    for row in expected:
        key = tuple(row[name] for name in names)
        got = shown.pop(key, None)
        if got is None:
            found.append(f"{key}: not shown, expected {row}")
        elif got.keys() != row.keys():
            found.append(f"columns: expected {sorted(row)}, got {sorted(got)}")
        else:
            found += [
                f"{key}: {name}: expected {value}, got {got[name]}"
                for name, value in row.items()
                if not _equal(got[name], value)
            ]
    return found + [f"{key}: shown and not expected: {row}" for key, row in shown.items()]


# ---------------------------------------------------------------- the tests


def test_the_town_is_a_lawful_file(files: dict[str, Path]) -> None:
    for name in ("town", "empty", "one", "unknown"):
        done = run_ccu("--db", str(files[name]), "check", "-f", "json")
        assert done.code == 0, (name, done.out)
    rows = _rows(files["town"]).tables
    assert len(rows["call"]) == 10_000
    assert min(row["occurred_at"] for row in rows["call"]).startswith("2023-02-01T00:00:00")


def test_the_town_has_what_the_figures_read(files: dict[str, Path]) -> None:
    """A figure that is 0 of 0 in every month would agree with anything."""
    file = _rows(files["town"])
    tables = file.tables
    used = {
        "referral_status": {row["status"] for row in tables["referral_event"]},
        "handoff": {row["handoff"] for row in tables["referral"]},
        "follow_up_result": {row["result"] for row in tables["attempt"]},
        "responder_state": {row["state"] for row in tables["call_responder"]},
        "danger": {row["danger"] for row in tables["call_danger"]},
        "call_role": {row["role"] for row in tables["call_person"]},
        "missing_value": {row["missing"] for row in tables["person_missing"]},
    }
    for table, codes in used.items():
        assert codes == set(file.labels(table)), table
    chains = [row for row in tables["person"] if row["merged_into"] in set(_merged(tables))]
    assert chains and any(row["voided_at"] for row in tables["call"])
    assert any(row["at"] > ENDED for row in tables["call"])
    late = [row for row in tables["call"] if add_days(row["day"], 30) < row["recorded_at"][:10]]
    assert len(late) > 100
    twice = [row for row in tables["call"] if row["occurred_at"][:13] == "2025-11-02T01"]
    assert {row["occurred_at"][19:] for row in twice} == {"-04:00", "-05:00"}
    year = _figures(files["town"], CASES["a year"].periods()[0])
    assert not [key for key, part in year.items() if part.low is None and key[0] == "reduction"]


def _merged(tables: dict[str, list[Row]]) -> list[int]:
    return [row["id"] for row in tables["person"] if row["merged_into"]]


@pytest.mark.parametrize("name", CASES)
def test_every_figure_is_what_it_should_be(name: str, files: dict[str, Path]) -> None:
    compare(CASES[name], files)


@pytest.mark.slow
@pytest.mark.parametrize("name", MORE)
def test_every_month_and_more(name: str, files: dict[str, Path]) -> None:
    compare(MORE[name], files)


def test_the_busiest_come_first(files: dict[str, Path]) -> None:
    sections = _report(files["town"], CASES["June 2025"])["sections"]
    shown = {each["name"]: each["rows"] for each in sections}
    for name in ("repeat-addresses", "repeat-people"):
        calls = [row["care_calls"] for row in shown[name]]
        assert calls == sorted(calls, reverse=True)
    week = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
    hours = [(row["weekday"], row["hour"]) for row in shown["hours"]]
    assert hours == sorted(hours, key=lambda each: (week.index(each[0]), each[1]))
    assert {day for day, _ in hours} == {*week}
    late = [row["id"] for row in shown["overdue"] if row["what"] == "follow-up overdue"]
    file = _rows(files["town"])
    assert late == sorted(late, key=lambda number: (file.follow_up[number]["at"], number))


# ---------------------------------------------------------------- by group


def language_of(file: File, record: int) -> str:
    """The group of a record: that of the person's canonical record."""
    person = file.person[file.canonical[record]]
    reasons = {"prefers_not": "prefers not to answer", "does_not_know": "does not know"}
    said = (person["language"] or "").strip().capitalize()
    return said or reasons.get(file.missing[person["id"]].get("language", ""), "not asked")


def tables_of(file: File, group: str) -> dict[str, list[Row]]:
    """The file as though it held only what is about the people of a group."""
    tables = file.tables
    mine = {number for number in file.person if language_of(file, number) == group}
    met = [row for row in tables["call_person"] if row["person_id"] in mine]
    about = {row["call_id"] for row in met if row["role"] == "subject"}

    def of(row: Row) -> bool:
        if row["person_id"] is not None:
            return row["person_id"] in mine
        if row.get("due_at") and row["referral_id"]:
            return of(file.referral[row["referral_id"]])
        return row["call_id"] in about

    due = {row["id"] for row in tables["follow_up"] if of(row)}
    return {
        **tables,
        "call_person": met,
        "call": [row for row in tables["call"] if row["id"] in about],
        "every_call": tables["call"],
        "referral": [row for row in tables["referral"] if of(row)],
        "follow_up": [row for row in tables["follow_up"] if row["id"] in due],
        "attempt": [row for row in tables["attempt"] if row["follow_up_id"] in due],
    }


def test_a_rate_by_language_is_that_of_the_people_of_each_group(files: dict[str, Path]) -> None:
    case, file = CASES["a year"], _rows(files["town"])
    wanted = ("referrals", "responders", "first-follow-up", "dispositions", "people")
    named = [word for name in wanted for word in ("--section", name)]
    (section,) = ask(files["town"], case.today, *case.args.split(), "--by", "language", *named)[
        "sections"
    ]
    groups = dict.fromkeys(row["group"] for row in section["rows"])
    assert [*groups] == ["En", "Es", "prefers not to answer", "does not know", "not asked"]
    true = {
        group: oracle_all.figures(File(tables_of(file, group)), case.periods()[0])
        for group in groups
    }
    shown = [row for row in section["rows"] if row["value"] is not None]
    assert len(shown) > 60 and len({row["figure"] for row in section["rows"]}) > 30
    rows = section["rows"]
    for name in ("hand-offs", "response", "before-after"):  # alone: with groups of their own
        line = (*case.args.split(), "--by", "language", "--section", name)
        rows += ask(files["town"], case.today, *line)["sections"][0]["rows"]
    for row in rows:
        group, _, own = row["group"].partition(", ")
        part = true[group][row["figure"], own]
        if (part.denominator or 0) < 10:
            assert (row["value"], row["denominator"], row["note"]) == (None, None, "too few"), row
        else:
            for name in ("value", "numerator", "denominator", "missing", "not_yet", "low"):
                assert _equal(row[name], getattr(part, name)), (row, name, part)


# ---------------------------------------------------------------- for publication


PUBLIC = (
    *("calls", "care_calls", "people_served", "connections", "repeat_addresses", "repeat_people"),
    *("referrals_made", "referral_acceptance", "warm_handoffs"),
    *("first_attempt_within_24h", "first_attempt_within_7d"),
)


@pytest.mark.parametrize("name", ["June 2025", "a year", "a month without calls"])
def test_the_public_page_is_every_figure_rounded(
    name: str, files: dict[str, Path], tmp_path: Path
) -> None:
    """Of what the oracle counts without referrals to 42 CFR Part 2 programs."""
    case, path = CASES[name], tmp_path / "ccu.db"
    steps.copy_file(files[case.file], path)
    with closing(sqlite3.connect(path)) as hand:
        hand.execute("UPDATE provider SET part2 = id IN (2, 5, 7)")
        hand.commit()
    (page,) = ask(path, case.today, *case.args.split(), "--public")["sections"]
    every = export(path)
    tables = without_part2(every)
    assert len(tables["attempt"]) < len(every["attempt"])
    true = oracle_all.figures(File(tables), case.periods()[0])
    assert [row["figure"] for row in page["rows"]] == list(PUBLIC)
    for row in page["rows"]:
        part = true[row["figure"], ""]
        over, under = rounded(part.numerator), rounded(part.denominator)
        assert (row["numerator"], row["denominator"]) == (over, under), row
        if part.unit == "count":
            assert row["value"] == over, row
        else:
            share = round(over / under, 6) if over and under and under >= 25 else None
            assert row["value"] == share, row


def rounded(count: float | None) -> int | None:
    """The nearest multiple of five; None for what is under ten."""
    if count is None or count < 10:
        return None
    return min(range(0, 100_000, 5), key=lambda each: abs(each - count))


def test_every_list_is_compared() -> None:
    assert {*SECTIONS, *LISTS} == set(ORDER)
    assert set(KEYS) == set(LISTS)
