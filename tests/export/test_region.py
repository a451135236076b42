"""`ccu export --deidentified`, examples/region: towns added up to the digit, nobody singled out."""

import csv
import hashlib
import importlib.util
import json
import random
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccu.errors import InvalidInput
from ccu.export import by_month, cells, protect_region, store
from ccu.export.cells import Rows

from ..conftest import ZONE, Result, run_ccu

REGION = Path(__file__).resolve().parents[2] / "examples" / "region"
SPAN = ("--from", "2026-01-01", "--to", "2026-03-31")
TODAY = "2026-04-20"
TOWNS = {"Westport": 1, "New Canaan": 2, "Norwalk": 3}
NATURES = ("crisis", "welfare_check", "suicide", "overdose", "other")
STATUSES = ("requested", "accepted", "service_received", "declined", "entered_in_error", "draft")


def example() -> ModuleType:
    """The module of examples/region."""
    spec = importlib.util.spec_from_file_location("region_example", REGION / "region.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def town(path: Path, *args: str) -> Result:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SUDO_UID", raising=False)
        return run_ccu("--db", str(path), "--today", TODAY, *args)


def by_hand(path: Path, sql: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as hand, hand:
        hand.execute(sql, values)


def made_town(path: Path, name: str, seed: int) -> None:
    """A town with 240 calls, 90 referrals and their follow-ups over a quarter, some void."""
    init = ("init", "--town", name, "--state", "CT", "--timezone", str(ZONE))
    assert town(path, *init).code == 0
    for provider in ("Open Door", "Detox House"):
        assert town(path, "provider", "add", provider, "--need", "housing").code == 0
    rng = random.Random(seed)
    with closing(sqlite3.connect(path)) as hand, hand:
        hand.execute("UPDATE provider SET part2 = 1 WHERE id = 2")
        care = dict(hand.execute("SELECT code, care FROM nature"))
        for person in range(1, 71):
            hand.execute(
                "INSERT INTO person (id, given_name, family_name, birth_date, sex, recorded_at,"
                " recorded_by) VALUES (?, 'Secretgiven', 'Secretfamily', ?, ?, ?, 1)",
                (person, f"{1940 + person}-05-05", rng.choice(["male", "female"]),
                 "2026-01-01T09:00:00-05:00"),
            )  # fmt: skip
        for call in range(1, 241):
            at = f"2026-{rng.randint(1, 3):02}-{rng.randint(1, 28):02}T12:00:00-05:00"
            nature = rng.choice(NATURES)
            voided = (at, 1, "twice") if rng.random() < 0.1 else (None, None, None)
            hand.execute(
                "INSERT INTO call (id, occurred_at, recorded_at, recorded_by, nature, care,"
                " voided_at, voided_by, void_reason) VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?)",
                (call, at, at, nature, care[nature], *voided),
            )
            if rng.random() < 0.8:
                hand.execute(
                    "INSERT INTO call_person (call_id, person_id) VALUES (?, ?)",
                    (call, rng.randint(1, 70)),
                )
        for referral in range(1, 91):
            at = f"2026-{rng.randint(1, 3):02}-{rng.randint(1, 28):02}T15:00:00-05:00"
            status = rng.choice(STATUSES)
            hand.execute(
                "INSERT INTO referral (id, call_id, person_id, need, provider_id, owner_id, status,"
                " made_at, recorded_at, recorded_by) VALUES (?, 1, ?, 'housing', ?, 1, ?, ?, ?, 1)",
                (referral, rng.randint(1, 70), rng.choice([1, 1, 1, 2]), status, at, at),
            )
            hand.execute(
                "INSERT INTO referral_event (referral_id, status, occurred_at, recorded_at,"
                " recorded_by, note) VALUES (?, ?, ?, ?, 1, 'secretnote')",
                (referral, status, at, at),
            )
            hand.execute(
                "INSERT INTO follow_up (id, kind, referral_id, person_id, owner_id, due_at,"
                " recorded_at, recorded_by) VALUES (?, 'call', ?, NULL, 1, ?, ?, 1)",
                (referral, referral, at, at),
            )


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The towns' files, and beside each its export."""
    folder = tmp_path_factory.mktemp("towns")
    files = {name: folder / f"{seed}.db" for name, seed in TOWNS.items()}
    for name, path in files.items():
        made_town(path, name, TOWNS[name])
        done = town(path, "export", "--deidentified", str(path.with_suffix("")), *SPAN)
        assert done.code == 0, done.err
    return files


def exported(towns: dict[str, Path]) -> list[Path]:
    return [path.with_suffix("") for path in towns.values()]


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def reported(path: Path) -> dict[str, int]:
    """The town's own report, as an analyst is shown it: figure -> numerator."""
    by_hand(path, "UPDATE staff SET role = 'analyst'")
    done = town(path, "report", *SPAN, "--format", "json")
    by_hand(path, "UPDATE staff SET role = 'admin'")
    assert done.code == 0, done.err
    found = {}
    for section in json.loads(done.out)["sections"]:
        for row in section["rows"]:
            if "figure" in row and not row["group"]:
                found[row["figure"]] = row["numerator"]
    return found


SUMMED = ("calls", "care_calls", "referrals_made", "referral_acceptance", "referral_success")


def test_the_folder_has_months_csv_parquet_a_dictionary_and_hashes(
    towns: dict[str, Path],
) -> None:
    folder = towns["New Canaan"].with_suffix("")
    about = json.loads((folder / "about.json").read_text())
    assert (about["town"], about["purpose"]) == ("New Canaan", "region")
    on_disk = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert on_disk == {each["name"] for each in about["files"]} | {"about.json"}
    for each in about["files"]:
        assert hashlib.sha256((folder / each["name"]).read_bytes()).hexdigest() == each["sha256"]
    told = {(row["table"], row["column"]) for row in rows(folder, "dictionary")}
    for table in cells.REGION:
        found = rows(folder, table)
        assert {(table, column) for column in found[0]} <= told
        assert {row["month"] for row in found} <= {"2026-01", "2026-02", "2026-03", "other"}
        assert {row["town"] for row in found} == {"New Canaan"}
    gone = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    for secret in (b"Secret", b"secret", b"Open Door", b"Detox", b"1985-05", b"2026-01-0"):
        assert secret not in gone.replace(about["made_at"].encode(), b"").replace(
            b'"from": "2026-01-01"', b""
        ), secret


def test_parquet_is_what_csv_is(towns: dict[str, Path]) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    folder = towns["Westport"].with_suffix("")
    for table in cells.REGION:
        found = []
        for path in (folder / table).rglob("*.parquet"):
            assert path.parent.parent.name == "town=Westport"
            part = parquet.ParquetFile(path).read().to_pylist()
            assert {f"month={row['month']}" for row in part} == {path.parent.name}
            found += part
        words: dict[Any, str] = {None: "", True: "yes", False: "no"}
        as_text = [
            {name: str(v) if type(v) in (int, str) else words[v] for name, v in row.items()}
            for row in found
        ]
        listed = rows(folder, table)
        assert sorted(map(str, as_text)) == sorted(map(str, listed))


def test_no_group_of_a_town_is_below_k_and_no_pseudonym_is_twice(towns: dict[str, Path]) -> None:
    for folder in exported(towns):
        every = [row for table in cells.REGION for row in rows(folder, table)]
        pseudonyms = [row["person"] for row in every if row["person"]]
        assert len(pseudonyms) == len(set(pseudonyms)) > 50
        for table in cells.REGION:
            assert min(sizes(rows(folder, table))) >= 5


def sizes(told: list[dict[str, str]]) -> list[int]:
    """The people of each group of rows that are equal otherwise; without any, its rows."""
    groups: dict[tuple[object, ...], list[str]] = {}
    for row in told:
        every = {**row, "month": row["month"].replace("other", ""), "town": ""}
        flags = {name: every.pop(name) for name in ("care", "accepted", "received") if name in row}
        values = tuple(value for name, value in every.items() if name != "person")
        more = tuple(flags.values()) if any(values) else ()  # totals alone are one group
        groups.setdefault((values, more), []).append(row["person"])
    return [len({*people} - {""}) or len(people) for people in groups.values()]


def test_a_unique_person_loses_distinguishing_values(
    towns: dict[str, Path], tmp_path: Path
) -> None:
    path = tmp_path / "one.db"
    for suffix in ("", ".audit-key"):
        shutil.copy(f"{towns['Westport']}{suffix}", f"{path}{suffix}")
    by_hand(path, "UPDATE person SET birth_date = '1925-01-01', sex = 'other' WHERE id = 1")
    by_hand(path, "INSERT OR IGNORE INTO call_person (call_id, person_id) VALUES (1, 1)")
    by_hand(path, "DELETE FROM call_person WHERE call_id = 1 AND person_id <> 1")
    by_hand(
        path, "UPDATE call SET voided_at = NULL, voided_by = NULL, void_reason = NULL WHERE id = 1"
    )
    done = town(path, "export", "--deidentified", str(tmp_path / "out"), *SPAN)
    assert done.code == 0, done.err
    for table in cells.REGION:
        told = rows(tmp_path / "out", table)
        assert "85+" not in {row["age_band"] for row in told}
        assert "other" not in {row["sex"] for row in told}


def test_a_period_with_too_few_people_is_refused(towns: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "few.db"
    for suffix in ("", ".audit-key"):
        shutil.copy(f"{towns['Westport']}{suffix}", f"{path}{suffix}")
    by_hand(path, "UPDATE referral SET person_id = 1")
    by_hand(path, "UPDATE follow_up SET person_id = 1")
    done = town(path, "export", "--deidentified", str(tmp_path / "out"), *SPAN)
    assert done.code == 2
    assert done.err.startswith("ccu: error: refused: referrals have a group of fewer than 5 people")
    assert not (tmp_path / "out").exists()
    assert not [each for each in tmp_path.iterdir() if each.name.startswith(".ccu-")]


def test_it_goes_with_the_period_alone(towns: dict[str, Path], tmp_path: Path) -> None:
    line = ("export", "--deidentified", str(tmp_path / "out"), *SPAN)
    for more in (("--what", "calls"), ("--hours",), ("-o", str(tmp_path / "o")), ("-f", "json")):
        done = town(towns["Westport"], *line, *more)
        assert (done.code, "--deidentified takes only" in done.err) == (2, True)
    there = town(towns["Westport"], "export", "--deidentified", str(tmp_path), *SPAN)
    assert there.code == 2
    assert there.err == "ccu: error: cannot write --deidentified: it exists; name a new folder\n"


def engines() -> list[Any]:
    return ["duckdb", pytest.param("spark", marks=pytest.mark.skipif(
        shutil.which("java") is None, reason="Spark needs Java"))]  # fmt: skip


@pytest.mark.parametrize("engine", engines())
@pytest.mark.filterwarnings("ignore")
def test_the_region_is_the_sum_of_the_towns_own_reports(
    engine: str, towns: dict[str, Path]
) -> None:
    pytest.importorskip("pyarrow")
    pytest.importorskip({"duckdb": "duckdb", "spark": "pyspark"}[engine])
    reader = example()
    files, names = reader.files_of(exported(towns))
    with reader.ENGINES[engine](files) as run:
        reader.check_groups(run)
        told = reader.figures(run, [*names, "Empty"])
    found = {(figure, name): value for figure, name, value, _notes in told}
    assert {figure for figure, _name in found} == set(SUMMED)
    for figure, name, value, notes in told:
        assert ("no data from Empty" in notes) is (name == "all towns")
        assert (value == "no data") is (name == "Empty")  # not a false 0
        assert ("Part 2" in notes) is figure.startswith("referral")
    own = {name: reported(path) for name, path in towns.items()}
    for figure in SUMMED:
        for name in towns:
            assert found[figure, name] == own[name][figure] > 0, (figure, name)
        assert found[figure, "all towns"] == sum(each[figure] for each in own.values())


def planted(folder: Path, **one: str) -> None:
    """Write a town's Parquet again with one row more, and its hash, as a careless hand would."""
    import pyarrow
    from pyarrow import parquet

    path = next((folder / "calls").rglob("*.parquet"))
    table = parquet.ParquetFile(path).read()
    row = {**table.to_pylist()[0], "person": "P0", "age_band": "85+", "sex": "other", **one}
    more = pyarrow.Table.from_pylist([row], schema=table.schema)
    parquet.write_table(pyarrow.concat_tables([table, more]), path)


def test_the_reader_refuses_a_planted_person_and_a_changed_file(
    towns: dict[str, Path], tmp_path: Path
) -> None:
    pytest.importorskip("pyarrow")
    pytest.importorskip("duckdb")
    reader = example()
    folder = tmp_path / "town"
    shutil.copytree(towns["Westport"].with_suffix(""), folder)
    with pytest.raises(reader.Refused, match="not a folder of ccu export"):
        reader.files_of([tmp_path / "none"])
    with pytest.raises(reader.Refused, match="twice"):
        reader.files_of([folder, folder])
    table = folder / "calls.csv"
    whole = table.read_bytes()
    table.write_bytes(whole + b"x")  # not what is added up, but it came with it
    with pytest.raises(reader.Refused, match=r"calls\.csv was changed after"):
        reader.files_of([folder])
    table.write_bytes(whole)
    planted(folder)
    with pytest.raises(reader.Refused, match="changed after the town wrote it"):
        reader.files_of([folder])
    about = json.loads((folder / "about.json").read_text())
    for each in about["files"]:
        each["sha256"] = hashlib.sha256((folder / each["name"]).read_bytes()).hexdigest()
    (folder / "about.json").write_text(json.dumps(about))
    with (
        reader.ENGINES["duckdb"](reader.files_of([folder])[0]) as run,
        pytest.raises(reader.Refused, match="fewer than 5 people"),
    ):
        reader.check_groups(run)


@pytest.mark.parametrize(
    ("engine", "needed"),
    [
        ("duckdb", "package duckdb: pip install duckdb"),
        ("spark", "package pyspark: pip install pyspark"),
    ],
)
def test_an_engine_that_is_not_installed_is_one_sentence(
    engine: str, needed: str, tmp_path: Path
) -> None:
    line = [sys.executable, "-S", str(REGION / "region.py"), "--engine", engine, str(tmp_path)]
    done = subprocess.run(line, capture_output=True, text=True, check=False)  # -S: no packages
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"region.py: --engine {engine} needs the {needed}\n"


def test_without_pyarrow_it_is_csv_and_a_message(
    towns: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ccu.export.find_spec", lambda name: None)
    done = town(towns["Norwalk"], "export", "--deidentified", str(tmp_path / "out"), *SPAN)
    assert done.code == 0
    assert "Parquet was left out" in done.err
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "about.json", "calls.csv", "referrals.csv", "follow_ups.csv", "dictionary.csv",
    }  # fmt: skip
    reader = example()
    with pytest.raises(reader.Refused, match="no Parquet; the town needs ccu with its extra"):
        reader.files_of([tmp_path / "out"])


BANDS, AGENCIES = st.sampled_from(["", "0-17", "85+"]), st.sampled_from([None, "police", "school"])
ONE: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "calls": {"care": st.booleans(), "arrived": AGENCIES, "clinician": st.booleans(),
              "nature": st.sampled_from(["crisis", "other"])},
    "referrals": {"handoff": st.sampled_from([None, "warm"]), "need": st.just("housing"),
                  "status": st.sampled_from(["accepted", "service_received", "draft"]),
                  "days_to_accepted": st.sampled_from([None, 0, 1, 40])},
    "follow_ups": {"kind": st.just("call"), "attempts": st.integers(0, 2), "reached": st.booleans(),
                   "closed": st.booleans(), "days_late": st.sampled_from([None, -1, 0])},
}  # fmt: skip


@st.composite
def months(draw: st.DrawFn) -> list[Rows]:
    """The rows of a town; somebody's band and sex are the same in all of theirs."""
    said = draw(st.lists(st.tuples(BANDS, st.sampled_from(["", "male"])), min_size=1, max_size=9))
    who = st.sampled_from([None, *range(1, len(said) + 1)])
    day = st.sampled_from(["2026-01-05", "2026-02-05"])
    found = []
    for table, own in ONE.items():
        one = st.fixed_dictionaries({"person": who, "day": day, **own})
        told = draw(st.lists(one, max_size=25))
        for number, row in enumerate(told):
            row["truth"] = row["person"], number
            row[next(iter(cells.TABLES[table]))] = number
            row["age_band"], row["sex"] = said[row["person"] - 1] if row["person"] else ("", "")
        found.append(Rows(table, told, ()))
    return found


@given(months(), st.integers(2, 5))
@settings(max_examples=60, deadline=None)
def test_every_exported_value_is_shared_by_k_people(told: list[Rows], k: int) -> None:
    """Counted again from what is written, and from who it really was."""
    before = {
        table.name: [dict(row) for row in table.rows if row.get("status") != "draft"]
        for table in told
    }
    tables = by_month(told, "Westport")
    try:
        protect_region(tables, k)
    except InvalidInput:
        return
    store.disguise(tables)
    seen: set[str] = set()
    for table in tables:
        was = {row["truth"]: row for row in before[table.name]}
        assert {row["truth"] for row in table.rows} == was.keys()  # none lost, none twice
        assert len(table.rows) == len(was)
        groups: dict[tuple[object, ...], list[dict[str, Any]]] = {}
        for row in table.rows:
            written = {name: row[name] for name in cells.of_region(table.name)}
            for name in written.keys() & was[row["truth"]].keys() - {"person"}:
                assert written[name] in (was[row["truth"]][name], "")
            if row["person"]:
                assert row["person"] not in seen  # it joins nothing
                seen.add(row["person"])
            told_more = {written[name] for name in cells.REGION[table.name]} != {"", "other"}
            values = tuple(v for n, v in written.items() if n != "person")
            groups.setdefault(values if told_more else (), []).append(row)
            if table.name == "calls":
                assert row["care"] is was[row["truth"]]["care"]
            elif table.name == "referrals":
                old = was[row["truth"]]
                assert row["accepted"] is (old["days_to_accepted"] is not None)
                assert row["received"] is (old["status"] == "service_received")
        for group, members in groups.items():
            marked = {row["truth"][0] for row in members if row["person"]}
            people = {row["truth"][0] for row in members} - {None}
            nobody = sum(row["truth"][0] is None for row in members)
            assert len(marked) >= k or (not marked and nobody >= k) or not group
            assert group or (not marked and (len(people) >= k or nobody >= k))
            assert marked <= people and sum(bool(row["person"]) for row in members) == len(marked)


def test_calls_of_nobody_make_no_group_of_one_person_large(
    towns: dict[str, Path], tmp_path: Path
) -> None:
    """One person named among many calls without: refused; among five people named, not."""
    path = tmp_path / "few.db"
    for suffix in ("", ".audit-key"):
        shutil.copy(f"{towns['Westport']}{suffix}", f"{path}{suffix}")
    by_hand(path, "DELETE FROM call_person WHERE person_id > 1")
    done = town(path, "export", "--deidentified", str(tmp_path / "out"), *SPAN)
    assert done.code == 2 and "refused: calls have a group of fewer than 5 people" in done.err


def test_what_only_one_person_has_is_blank_in_every_table(
    towns: dict[str, Path], tmp_path: Path
) -> None:
    """An agency that came to nobody else, and nothing that joins the person's rows."""
    path = tmp_path / "one.db"
    for suffix in ("", ".audit-key"):
        shutil.copy(f"{towns['Westport']}{suffix}", f"{path}{suffix}")
    by_hand(path, "UPDATE person SET birth_date = '1921-01-01' WHERE id = 1")
    for call in range(1, 7):
        by_hand(path, "UPDATE call SET voided_at = NULL, voided_by = NULL, void_reason = NULL"
                      " WHERE id = ?", call)  # fmt: skip
        by_hand(path, "DELETE FROM call_person WHERE call_id = ?", call)
        by_hand(path, "INSERT INTO call_person (call_id, person_id) VALUES (?, 1)", call)
        by_hand(path, "INSERT INTO call_responder (call_id, agency, state)"
                      " VALUES (?, 'school', 'arrived')", call)  # fmt: skip
    out = tmp_path / "out"
    done = town(path, "export", "--deidentified", str(out), *SPAN)
    assert done.code == 0, done.err
    told = rows(out, "calls")
    assert {row["arrived"] for row in told} == {""}
    assert min(sizes(told)) >= 5
