"""The views v_... for other programs: their columns are a promise, and they name nobody."""

import itertools
import json
import shutil
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ccu.records import audit

from .. import told_town as town
from ..conftest import Ccu, machine_clock

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "datasette"
# A column may be added at the end, none renamed, moved or removed.
PROMISED = {
    "v_calls": (
        "call source_system occurred_at day month hour nature care source crisis_kind lead_agency"
        " beat place dispatched_at arrived_at cleared_at minutes subjects hazards interventions"
        " dispositions agencies_arrived clinician_arrived backup_requested backup_arrived"
        " force_used injury"
    ),
    "v_call_people": "call person role",
    "v_referrals": (
        "referral day month need provider handoff handoff_minutes status open referred_again"
        " accepted_on days_to_accepted next_due owner_agency person call"
    ),
    "v_follow_ups": (
        "follow_up type due_at day month closed closed_on waits_for_signature days_late attempts"
        " last_result reached owner_agency referral person call"
    ),
    "v_repeat_addresses": "place address category care_calls all_calls last_care_call",
}


def opened(path: Path) -> sqlite3.Connection:
    """Open a file as another program does that only reads."""
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    return connection


def rows(path: Path, view: str) -> list[dict[str, Any]]:
    with closing(opened(path)) as reader:
        return [dict(row) for row in reader.execute(f"SELECT * FROM {view}")]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return town.make(tmp_path_factory.mktemp("views"))


@pytest.fixture
def db(made: Path, tmp_path: Path) -> Iterator[Path]:
    for suffix in ("", ".audit-key"):
        shutil.copy(f"{made}{suffix}", f"{tmp_path / 'ccu.db'}{suffix}")
    yield tmp_path / "ccu.db"


def by_hand(db: Path, sql: str, *values: object) -> None:
    with closing(sqlite3.connect(db)) as hand, hand:
        hand.execute(sql, values)


def test_the_columns_are_those_promised(made: Path) -> None:
    with closing(opened(made)) as reader:
        views = {
            name: [column[0] for column in reader.execute(f"SELECT * FROM {name}").description]
            for (name,) in reader.execute(
                "SELECT name FROM sqlite_master WHERE type = 'view' AND name GLOB 'v_*'"
            ).fetchall()
        }
    assert views == {view: columns.split() for view, columns in PROMISED.items()}


def test_nothing_that_names_or_describes_somebody_is_in_a_view(db: Path) -> None:
    by_hand(db, "UPDATE call SET incident = 'INC-778' || id, priority = 'priowords'")
    by_hand(db, "UPDATE staff SET name = 'Staffnameword'")
    told = json.dumps({view: rows(db, view) for view in PROMISED})
    words = (town.NARRATIVE, town.NOTE, town.HELPS, town.FLAG, town.SUGGESTED, town.REASON)
    for word in (*town.IDENTITY, *words, "INC-778", "priowords", "Staffnameword", "gray coat"):
        assert word.lower() not in told.lower(), word
    assert all(rows(db, view) for view in PROMISED if view != "v_repeat_addresses")


def test_void_calls_and_records_entered_in_error_are_left_out(db: Path) -> None:
    voided = 5
    assert voided not in {row["call"] for row in rows(db, "v_calls")}
    assert voided not in {row["call"] for row in rows(db, "v_call_people")}
    by_hand(db, "UPDATE referral SET status = 'entered_in_error' WHERE id = 2")
    by_hand(db, "UPDATE follow_up SET cancelled = 1, closed_at = recorded_at WHERE id = 5")
    assert 2 not in {row["referral"] for row in rows(db, "v_referrals")}
    left = {row["follow_up"] for row in rows(db, "v_follow_ups")}
    with closing(opened(db)) as reader:
        every = {row["id"]: row["referral_id"] for row in reader.execute("SELECT * FROM follow_up")}
    assert left == {number for number, of in every.items() if of != 2 and number != 5}


def test_part_2_is_left_out_with_its_follow_ups(db: Path) -> None:
    by_hand(db, "UPDATE provider SET part2 = 1, name = 'Detoxword'")
    assert rows(db, "v_referrals") == []
    assert all(row["referral"] is None for row in rows(db, "v_follow_ups"))
    with closing(opened(db)) as reader:
        other = reader.execute("SELECT count(*) FROM follow_up WHERE referral_id IS NULL")
        assert len(rows(db, "v_follow_ups")) == other.fetchone()[0] > 0
    assert "Detoxword" not in json.dumps({view: rows(db, view) for view in PROMISED})


def test_what_human_services_has_names_neither_person_nor_call(db: Path) -> None:
    by_number = {row["referral"]: row for row in rows(db, "v_referrals")}
    theirs, polices = by_number[1], by_number[2]  # by the clinician; by the officer
    assert (theirs["person"], theirs["call"], theirs["need"]) == (None, None, "housing")
    assert polices["call"] == 4
    work = {row["follow_up"]: row for row in rows(db, "v_follow_ups")}
    with closing(opened(db)) as reader:
        sql = """
            SELECT follow_up.id FROM follow_up JOIN staff ON staff.id IN (owner_id, recorded_by)
            WHERE staff.agency = 'human_services'
        """
        hidden = {row["id"] for row in reader.execute(sql)}
    for number, row in work.items():
        if number in hidden:
            assert (row["referral"], row["person"], row["call"]) == (None, None, None)
        else:
            assert row["referral"] or row["person"] or row["call"]
    assert hidden & {*work}
    assert {*work} - hidden


def test_a_merged_person_is_one_number(db: Path) -> None:
    assert 4 not in {row["person"] for row in rows(db, "v_call_people")}
    assert {row["person"] for row in rows(db, "v_call_people") if row["call"] == 4} == {3}


def test_a_sealed_call_is_gone(db: Path) -> None:
    assert 1 in {row["call"] for row in rows(db, "v_calls")}
    done = town.run(
        db, "records", "seal", "call", "1", "--authority", "court", "--ordered", "2026-01-20",
        "--yes",
    )  # fmt: skip
    assert done.code == 0, done.err
    assert 1 not in {row["call"] for row in rows(db, "v_calls")}
    assert 1 not in {row["call"] for row in rows(db, "v_call_people")}


def test_repeat_addresses_are_those_of_the_list(
    ccu: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    monkeypatch.setenv("CCU_TODAY", now.isoformat(timespec="seconds"))
    monkeypatch.setattr(audit, "clock", machine_clock)
    for address, ages in (("1 Oak Ln", (5, 20, 40)), ("2 Oak Ln", (5, 20, 200)),
                          ("3 Oak Ln", (5, 6, 7)), ("4 Oak Ln", (9, 8, 7, 6))):  # fmt: skip
        for age in ages:
            when = (now - timedelta(days=age)).strftime("%Y-%m-%d 12:00")
            done = ccu("log-call", "--when", when, "--address", address, "--nature", "crisis",
                       "--no-input")  # fmt: skip
            assert done.code == 0, done.err
    exempt = ccu("place", "exempt", "3 Oak Ln", "--category", "other", "--reason", "a shelter")
    assert exempt.code == 0, exempt.err
    listed = json.loads(ccu("frequent", "places", "--format", "json").out)
    found = rows(db_path, "v_repeat_addresses")
    assert sorted((row["place"], row["care_calls"]) for row in found) == sorted(
        (row["place"], row["care_calls"]) for row in listed["places"]
    )
    assert {row["address"] for row in found} == {"1 OAK LN", "4 OAK LN"}


METADATA = json.loads((EXAMPLE / "metadata.json").read_text())["databases"]["analyst"]


@pytest.mark.parametrize("name", METADATA["queries"])
def test_each_canned_query_of_datasette_reads_the_views(made: Path, name: str) -> None:
    with closing(opened(made)) as reader:
        found = reader.execute(METADATA["queries"][name]["sql"], {"month": "2026-01"})
        assert found.description
        if name not in ("overdue", "repeat_addresses", "frequent_people"):  # by today's date
            assert found.fetchall()


def test_the_facets_are_columns_of_the_views() -> None:
    for view, told in METADATA["tables"].items():
        columns = {*told["facets"], told.get("sort"), told.get("sort_desc")} - {None}
        assert columns <= {*PROMISED[view].split()}
    assert {*METADATA["tables"]} == {*PROMISED}


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="the sqlite3 program is not here")
def test_the_copy_for_analysts_has_the_rows_of_the_views_alone(db: Path) -> None:
    with (EXAMPLE / "copy.sql").open() as script:
        subprocess.run(["sqlite3", "analyst.db"], stdin=script, cwd=db.parent, check=True)
    copy = db.with_name("analyst.db")
    for view in PROMISED:
        assert rows(copy, view) == rows(db, view)
    assert town.FAMILY.encode() not in copy.read_bytes()
    with closing(opened(copy)) as reader:
        assert {row[0] for row in reader.execute("SELECT name FROM sqlite_master")} == {*PROMISED}


# Asks the example as a browser does, and prints the status and the JSON of each page.
PAGES = """
import asyncio, json, sys
from datasette.app import Datasette

async def main():
    example = Datasette(["analyst.db"], metadata=json.loads(sys.stdin.read()))
    told = {}
    for page in sys.argv[1:]:
        answer = await example.client.get(page)
        told[page] = [answer.status_code, answer.json() if ".json" in page else answer.text]
    print(json.dumps(told))

asyncio.run(main())
"""


@pytest.fixture
def copied(db: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file for analysts, made as copy.sql does, in the folder that is worked in."""
    monkeypatch.chdir(db.parent)
    copy = db.with_name("analyst.db")
    with closing(sqlite3.connect(copy.as_uri(), uri=True, isolation_level=None)) as made:
        made.executescript((EXAMPLE / "copy.sql").read_text())
    return copy


def test_datasette_opens_the_example_its_facets_and_its_queries(copied: Path) -> None:
    pytest.importorskip("datasette", reason="pip install datasette")
    queries = {name: f"/analyst/{name}.json?month=2026-01" for name in METADATA["queries"]}
    tables = {name: f"/analyst/{name}.json" for name in METADATA["tables"]}
    pages = ("/", "/analyst", *queries.values(), *tables.values(), "/analyst/v_calls")
    done = subprocess.run(
        [sys.executable, "-c", PAGES, *pages],
        input=(EXAMPLE / "metadata.json").read_text(),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert {page: status for page, (status, _answer) in told.items()} == dict.fromkeys(pages, 200)
    assert METADATA["queries"]["overdue"]["title"] in told["/analyst"][1]
    for name, page in queries.items():
        assert told[page][1]["ok"] and told[page][1]["columns"], name
    for name, page in tables.items():
        answer = told[page][1]
        assert {*answer["facet_results"]} == {*METADATA["tables"][name]["facets"]}, name
        assert answer["rows"] or name == "v_repeat_addresses"


def example_of(heading: str) -> str:
    """The indented lines below a heading of docs/analyst.md."""
    page = (EXAMPLE.parents[1] / "docs" / "analyst.md").read_text(encoding="utf-8")
    _, _, after = page.partition(f"\n{heading}\n\n")
    lines = itertools.takewhile(lambda line: not line or line[:4] == "    ", after.splitlines())
    return textwrap.dedent("\n".join(lines))


def test_the_example_of_pandas_runs_as_it_is_printed(copied: Path) -> None:
    pytest.importorskip("pandas", reason="pip install pandas")
    code = example_of("**pandas**") + "\nassert calls['day'].dt.year.min() == 2026 and len(calls)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_example_of_a_notebook_runs_as_it_is_printed(db: Path) -> None:
    pytest.importorskip("pandas", reason="pip install pandas")
    code = example_of("## Work in a notebook") + "\nassert len(figures) > 5 and len(late)"
    subprocess.run([sys.executable, "-c", code], cwd=db.parent, check=True)


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not here")
def test_the_example_of_r_runs_as_it_is_printed(copied: Path) -> None:
    line = ["Rscript", "-e", "quit(status = !requireNamespace('RSQLite', quietly = TRUE))"]
    if subprocess.run(line, check=False).returncode:
        pytest.skip("RSQLite is not here")
    code = example_of("**R**") + "\nstopifnot(nrow(calls) > 0)"
    subprocess.run(["Rscript", "-e", code], check=True)
