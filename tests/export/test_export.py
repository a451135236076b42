"""`ccu export`: what is exported, what is left out, and what is reported."""

import csv
import hashlib
import json
import os
import re
import resource
import sqlite3
import stat
import subprocess
import sys
from collections import Counter, defaultdict
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccu.export import cells, folder
from ccu.export.cells import Rows

from .. import steps
from ..conftest import TODAY, Ccu, Result, run_ccu

ALL = ("--what", "calls", "--what", "referrals", "--what", "follow_ups", "--what", "people")
SPAN = ("--from", "2026-01-01", "--to", "2026-02-28")
SECRETS = {
    "given_name": "Zephyrine", "family_name": "Quagmorell", "birth_date": "1987-03-29",
    "phone": "203-555-0177", "email": "zq@example.org", "home": "77 Larkspur Rd",
    "description": "tall, gray coat", "language": "Volapuk", "postcode": "06999",
}  # fmt: skip
NOTES = ("narrativesecret", "notesecret", "eventsecret", "attemptsecret")


def export(tmp_path: Path, *more: str, name: str = "out", span: tuple[str, ...] = SPAN) -> Result:
    what = () if "--what" in more else ALL
    purpose = () if "--purpose" in more else ("--purpose", "research")
    return run_ccu("export", *what, *span, *purpose, "-o", str(tmp_path / name), *more)


def rows(tmp_path: Path, table: str, name: str = "out") -> list[dict[str, str]]:
    with (tmp_path / name / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def about(tmp_path: Path, name: str = "out") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((tmp_path / name / "about.json").read_text())
    return found


def execute(db_path: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(db_path)) as hand, hand:
        return hand.execute(sql, values).fetchall()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two calls, a referral with follow-ups, and secrets in every field that words can be in."""
    db_path = tmp_path_factory.mktemp("made") / "ccu.db"

    def ccu(*args: str, stdin: str = "") -> Result:
        return run_ccu("--db", str(db_path), "--today", TODAY, *args, stdin=stdin)

    with pytest.MonkeyPatch.context() as patched:
        patched.delenv("SUDO_UID", raising=False)
        init = ("init", "--town", "Westport", "--state", "CT", "--timezone", "America/New_York")
        assert ccu(*init).code == 0
        steps.start(ccu)
        steps.call(ccu, "unknown", when="2026-01-20 08:00")
        steps.refer(ccu)
        said = ", ".join(f"{field} = ?" for field in SECRETS)
        execute(
            db_path, f"UPDATE person SET {said}, sex = 'female' WHERE id = 1", *SECRETS.values()
        )
        execute(
            db_path, "INSERT INTO person_alias (person_id, given_name) VALUES (1, 'Aliasecret')"
        )
        execute(db_path, "UPDATE call SET narrative = ?", NOTES[0])
        execute(db_path, "UPDATE call SET incident = 'INC-778' WHERE id = 1")
        execute(db_path, "UPDATE follow_up SET note = ?", NOTES[1])
        execute(db_path, "UPDATE referral_event SET note = ?", NOTES[2])
        assert ccu("follow-up", "done", "1", "--result", "reached", "--no-input").code == 0
        execute(db_path, "UPDATE attempt SET note = ?", NOTES[3])
    return db_path


@pytest.fixture
def town(empty: Ccu, made: Path, db_path: Path) -> Ccu:
    """The front door with a copy of that town, which was made once."""
    steps.copy_file(made, db_path)
    return empty


def test_no_export_has_a_name(town: Ccu, tmp_path: Path) -> None:
    for each in ("csv", "json"):
        done = export(tmp_path, "--k", "1", "--hours", "-f", each, name=each)
        assert done.code == 0, done.err
        gone = b"".join(file.read_bytes() for file in (tmp_path / each).iterdir()).decode()
        gone += done.out + done.err
        words = [*SECRETS.values(), *NOTES, "INC-778", "Main St", "MAIN", "Dana Lee", "dlee"]
        for secret in (*words, "Homes with Hope", "Aliasecret", "1987-", "203-555"):
            assert secret.lower() not in gone.lower(), secret
        assert '"35-44"' in gone  # of 1987: the band alone


def test_the_folder_states_who_when_why_and_what(town: Ccu, tmp_path: Path, db_path: Path) -> None:
    done = export(tmp_path, "--k", "1", "-f", "csv")
    assert done.code == 0, done.err
    assert [line.split() for line in done.out.splitlines()] == [
        ["File", "Rows"], ["calls.csv", "2"], ["referrals.csv", "1"], ["follow_ups.csv", "2"],
        ["people.csv", "2"],
    ]  # fmt: skip
    told = about(tmp_path)
    login = execute(db_path, "SELECT login FROM staff WHERE id = 1")[0][0]
    assert (told["made_by"], told["purpose"], told["town"]) == (login, "research", "Westport")
    assert told["made_at"].startswith("2026-01-31T23:59:59")
    assert told["period"] == {"from": "2026-01-01", "to": "2026-02-28"}
    assert told["schema"] == execute(db_path, "PRAGMA user_version")[0][0]
    for file in told["files"]:
        path = tmp_path / "out" / file["name"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == file["sha256"]
        found = rows(tmp_path, path.stem)
        assert len(found) == file["rows"]
        assert [*found[0]] == [*file["columns"]]
        assert all(file["columns"].values())
    assert "not anonymous" in told["note"]
    assert any("names" in each for each in told["removed"])


def test_days_without_any_record_are_named(town: Ccu, tmp_path: Path) -> None:
    span = ("--from", "2010-01-01", "--to", "2010-12-31")
    done = export(tmp_path, "--what", "calls", span=span)
    assert done.code == 0
    assert done.err == ("no data from Jan 1, 2010 to Dec 31, 2010: unknown, not 0\n")


def test_only_its_owner_can_read_it(town: Ccu, tmp_path: Path) -> None:
    assert export(tmp_path).code == 0
    out = tmp_path / "out"
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in out.iterdir()} == {0o600}
    assert {file.name for file in out.iterdir()} == {
        "calls.csv", "referrals.csv", "follow_ups.csv", "people.csv", "about.json",
    }  # fmt: skip


def test_pseudonyms_hold_within_one_export_alone(town: Ccu, tmp_path: Path, db_path: Path) -> None:
    for name in ("one", "two"):
        assert export(tmp_path, "--k", "1", name=name).code == 0
    one, two = (rows(tmp_path, "calls", name) for name in ("one", "two"))
    people = {row["person"] for row in rows(tmp_path, "people", "one")}
    assert {row["person"] for row in one} == people
    [referral] = rows(tmp_path, "referrals", "one")
    assert referral["person"] in people
    assert referral["call"] in {row["call"] for row in one}
    assert {row["referral"] for row in rows(tmp_path, "follow_ups", "one")} == {
        referral["referral"]
    }
    for column in ("call", "person"):
        assert not {row[column] for row in one} & {row[column] for row in two}
        assert all(re.fullmatch("[A-Z][0-9a-f]{10}", row[column]) for row in one)
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("ccu.db*"))
    assert not any(person.encode() in raw for person in people)


def test_the_audit_has_the_purpose_and_the_counts_and_no_words(
    town: Ccu, tmp_path: Path, db_path: Path
) -> None:
    assert export(tmp_path, "--purpose", "for the Zyxgrant application", "--k", "1").code == 0
    told = about(tmp_path)
    assert (told["purpose"], told["purpose_in_words"]) == ("other", "for the Zyxgrant application")
    [(staff, detail)] = execute(
        db_path, "SELECT staff_id, detail FROM audit WHERE action = 'export'"
    )
    assert staff == 1
    found = json.loads(detail)
    assert found["purpose"] == "other"
    assert found["rows"] == {"calls": 2, "referrals": 1, "follow_ups": 2, "people": 2}
    assert (found["since"], found["to"], found["k"]) == ("2026-01-01", "2026-02-28", 1)
    assert "Zyx" not in str(execute(db_path, "SELECT * FROM audit"))
    assert str(tmp_path) not in detail


@pytest.mark.parametrize("said", ["monthly-report", "Monthly Report", "grant", "council", "audit"])
def test_a_purpose_of_the_list_is_its_code(town: Ccu, tmp_path: Path, said: str) -> None:
    words = tmp_path / "why.txt"
    words.write_text("Zyxwords\n")
    assert export(tmp_path, "--purpose", said, "--file", str(words)).code == 0
    told = about(tmp_path)
    assert told["purpose"] == said.lower().replace("-", " ")
    assert told["purpose_in_words"] == "Zyxwords"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ((*SPAN, "--purpose", "grant"), "--what is missing"),
        ((*ALL, *SPAN), "--purpose is missing"),
        ((*ALL, *SPAN, "--purpose", " "), "--purpose is missing"),
        ((*ALL, *SPAN, "--purpose", "other"), "--purpose other needs a description"),
        ((*ALL, "--from", "2026-01-01", "--purpose", "grant"), "--from and --to"),
        (
            (*ALL, "--from", "2026-02-01", "--to", "2026-01-01", "--purpose", "grant"),
            "--to is before --from; swap the two dates",
        ),
        ((*ALL, "--from", "sometime", "--to", "2026-01-01", "--purpose", "grant"), "--from"),
        ((*ALL, *SPAN, "--purpose", "grant", "--k", "0"), "--k"),
        ((*ALL, *SPAN, "--purpose", "grant", "-f", "markdown"), "--format"),
        ((*ALL, *SPAN, "--purpose", "gr\x1bant"), "--purpose"),
    ],
)
def test_what_is_missing_or_wrong_is_named(
    town: Ccu, tmp_path: Path, line: tuple[str, ...], sentence: str
) -> None:
    done = town("export", *line, "-o", str(tmp_path / "out"))
    assert (done.code, done.out) == (2, "")
    assert sentence in done.err
    assert not (tmp_path / "out").exists()


def left(tmp_path: Path) -> set[str]:
    return {path.name for path in tmp_path.iterdir() if not path.name.startswith("ccu.db")}


@pytest.mark.parametrize("kind", ["folder", "full folder", "file", "dangling link", "no parent"])
def test_existing_files_are_left_unchanged(
    town: Ccu, tmp_path: Path, db_path: Path, kind: str
) -> None:
    target = tmp_path / "out"
    if "folder" in kind:
        target.mkdir()
    if kind == "full folder":
        (target / "mine").write_text("mine")
    if kind == "file":
        target.write_text("mine")
    if kind == "dangling link":
        target.symlink_to(tmp_path / "nowhere")
    before = left(tmp_path)
    done = export(tmp_path, name="no/out" if kind == "no parent" else "out")
    assert done.code == 2
    assert "cannot write --output" in done.err
    assert left(tmp_path) == before
    assert kind != "file" or target.read_text() == "mine"
    assert steps.audited(db_path, "export") == []


def test_dash_is_no_folder_and_a_missing_one_is_asked_for(town: Ccu) -> None:
    line = ("export", *ALL, *SPAN, "--purpose", "grant")
    assert "needs a folder" in town(*line, "-o", "-").err
    assert "--output is missing" in town(*line).err


@pytest.mark.parametrize("broken", ["add", "add_about", "finish"])
@pytest.mark.parametrize("fault", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_it_is_written_completely_or_not_at_all(
    town: Ccu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str, fault: Any
) -> None:
    def fails(*_given: object, **_named: object) -> None:
        raise fault

    before = left(tmp_path)
    monkeypatch.setattr(folder, broken, fails)
    assert export(tmp_path).code != 0
    assert left(tmp_path) == before


def test_a_full_disk_leaves_nothing(town: Ccu, tmp_path: Path, db_path: Path) -> None:
    def limited() -> None:  # calls.csv is larger, the database's -shm is not
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))

    many(db_path, 700)
    before = left(tmp_path)
    program = str(Path(sys.executable).parent / "ccu")
    line = ("export", *ALL, *SPAN, "--purpose", "grant", "-o", str(tmp_path / "out"))
    done = subprocess.run(
        [program, *line],
        capture_output=True, text=True, preexec_fn=limited, env=dict(os.environ), check=False,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "cannot write --output" in done.stderr
    assert "Traceback" not in done.stderr
    assert left(tmp_path) == before
    assert steps.audited(db_path, "export") == []


def test_an_officer_may_not_and_an_analyst_may(
    town: Ccu, tmp_path: Path, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for login, role in (("olga", "officer"), ("anna", "analyst")):
        assert town("staff", "add", login, "--role", role).code == 0
    steps.become(monkeypatch, "olga")
    assert export(tmp_path).code == 7
    assert not (tmp_path / "out").exists()
    steps.become(monkeypatch, "anna")
    assert export(tmp_path).code == 0
    assert about(tmp_path)["made_by"] == "anna"


def test_merged_records_are_one_person_and_voided_calls_are_none(
    town: Ccu, tmp_path: Path, db_path: Path
) -> None:
    steps.merge(db_path, 2, 1)
    assert export(tmp_path, "--k", "1", name="one").code == 0
    [person] = rows(tmp_path, "people", "one")
    assert (person["calls"], person["referrals"], person["follow_ups"]) == ("2", "1", "2")
    assert {row["person"] for row in rows(tmp_path, "calls", "one")} == {person["person"]}
    execute(db_path, "INSERT OR IGNORE INTO call_person (call_id, person_id) VALUES (1, 1), (1, 2)")
    assert export(tmp_path, "--k", "1", name="both").code == 0
    assert {row["subjects"] for row in rows(tmp_path, "calls", "both")} == {"1"}
    assert town("call", "void", "2", "--reason", "twice").code == 0
    assert export(tmp_path, "--k", "1", name="two").code == 0
    assert len(rows(tmp_path, "calls", "two")) == 1


def test_what_was_referred_to_a_part_2_program_is_left_out(
    town: Ccu, tmp_path: Path, db_path: Path
) -> None:
    execute(db_path, "UPDATE provider SET part2 = 1")
    assert export(tmp_path, "--k", "1").code == 0
    assert rows(tmp_path, "referrals") == rows(tmp_path, "follow_ups") == []
    assert {row["referrals"] for row in rows(tmp_path, "people")} == {"0"}


def test_only_the_days_asked_for(town: Ccu, tmp_path: Path) -> None:
    span = ("--from", "2026-01-30", "--to", "2026-01-30")
    assert export(tmp_path, "--k", "1", name="one", span=span).code == 0
    assert [row["day"] for row in rows(tmp_path, "calls", "one")] == ["2026-01-30"]
    assert "hour" not in rows(tmp_path, "calls", "one")[0]
    assert export(tmp_path, "--k", "1", "--hours", name="two", span=span).code == 0
    assert [row["hour"] for row in rows(tmp_path, "calls", "two")] == ["22"]
    span = ("--from", "2026-01-29", "--to", "2026-01-29")
    done = export(tmp_path, name="none", span=span)
    assert done.code == 0, done.err
    assert rows(tmp_path, "calls", "none") == []
    assert about(tmp_path, "none")["small_cells"]["tables"]["calls"]["smallest"] is None


@pytest.mark.parametrize(
    ("birth_date", "estimate", "on", "minor", "band"),
    [
        ("2008-03-01", None, None, None, "0-17"),  # 18 the day after the last day
        ("2008-02-28", None, None, None, "18-24"),
        ("1901-01-01", None, None, None, "85+"),
        (None, 24, "2025-02-28", None, "25-34"),
        (None, 24, "2025-03-01", None, "18-24"),
        (None, None, None, 1, "0-17"),
        (None, None, None, 0, ""),
        ("2026-03-01", None, None, None, "0-17"),  # not born on the last day
        (None, 120, "1900-01-01", None, "85+"),
    ],
)
def test_age_bands(
    town: Ccu, tmp_path: Path, db_path: Path, birth_date: Any, estimate: Any, on: Any,
    minor: Any, band: str,
) -> None:  # fmt: skip
    execute(
        db_path,
        "UPDATE person SET birth_date = ?, age_estimate = ?, age_estimated_on = ?, minor = ?"
        " WHERE id = 1",
        *(birth_date, estimate, on, minor),
    )
    assert export(tmp_path, "--what", "referrals", "--k", "1").code == 0
    assert [row["age_band"] for row in rows(tmp_path, "referrals")] == [band]


def many(db_path: Path, count: int, **said: object) -> None:
    """Add calls like the first, without a person."""
    with closing(sqlite3.connect(db_path)) as hand, hand:
        given = {"beat": "4", "place_id": 1, "nature": "crisis", **said}
        names = ", ".join(given)
        marks = ", ".join(f":{name}" for name in given)
        for _ in range(count):
            hand.execute(
                "INSERT INTO call (occurred_at, recorded_at, recorded_by, " + names + ")"
                " SELECT occurred_at, recorded_at, recorded_by, " + marks + " FROM call"
                " WHERE id = 1",
                given,
            )


def test_beats_and_buildings_are_shown_only_with_many_calls(
    ccu: Ccu, tmp_path: Path, db_path: Path
) -> None:
    steps.start(ccu)
    execute(db_path, "UPDATE call SET beat = '9'")
    many(db_path, cells.COMMON)
    many(db_path, 10, beat="12 Main St", place_id=None)
    assert export(tmp_path, "--what", "calls", "--k", "1").code == 0
    found = rows(tmp_path, "calls")
    assert Counter(row["beat"] for row in found) == {"4": 11, "": 11}
    assert sorted(Counter(row["place"] for row in found).values()) == [10, 12]


def test_small_cells_are_blank_by_default(ccu: Ccu, tmp_path: Path, db_path: Path) -> None:
    steps.start(ccu)
    execute(db_path, "UPDATE person SET sex = 'male', birth_date = '1950-05-05'")
    many(db_path, 20)
    many(db_path, 4, nature="hoarding", place_id=None)
    assert export(tmp_path, "--what", "calls").code == 0
    found = rows(tmp_path, "calls")
    told = about(tmp_path)["small_cells"]
    assert told["k"] == 5
    sizes = Counter((r["day"][:7], r["nature"], r["beat"], r["age_band"], r["sex"]) for r in found)
    assert min(sizes.values()) >= 5 == told["k"]
    assert told["tables"]["calls"]["smallest"] == min(sizes.values())
    assert told["tables"]["calls"]["cells"] == len(sizes)
    assert told["tables"]["calls"]["below_11"] == sum(n < 11 for n in sizes.values())
    assert "hoarding" not in {row["nature"] for row in found}
    assert "70-79" not in {row["age_band"] for row in found}


def test_fewer_than_k_rows_are_withheld_and_not_counted(town: Ccu, tmp_path: Path) -> None:
    assert export(tmp_path).code == 0
    assert rows(tmp_path, "calls") == []
    told = about(tmp_path)["small_cells"]["tables"]["calls"]
    assert told["rows_withheld"] == "some"
    assert told["smallest"] is None


# ---------------------------------------------------------------- the cells, computed again

NATURES, BEATS, BANDS = ("crisis", "other", "overdose"), ("", "1", "2"), ("", "0-17", "85+")


@st.composite
def towns(draw: st.DrawFn) -> list[Rows]:
    """Calls and people of a small town; somebody's band and sex are the same in all their rows."""
    said = draw(
        st.lists(st.tuples(st.sampled_from(BANDS), st.sampled_from(["", "male"])), max_size=8)
    )
    who = st.sampled_from([None, *range(1, len(said) + 1)])
    calls, people = [], []
    for person, (band, sex) in enumerate(said, 1):
        people.append(
            {"person": person, "age_band": band, "sex": sex,
             "housing": draw(st.sampled_from(["", "housed"]))}
        )  # fmt: skip
    for number in range(draw(st.integers(0, 30))):
        person = draw(who)
        band, sex = said[person - 1] if person else ("", "")
        calls.append(
            {"call": number, "person": person, "age_band": band, "sex": sex,
             "day": f"2026-0{draw(st.integers(1, 2))}-0{draw(st.integers(1, 3))}", "hour": "07",
             "nature": draw(st.sampled_from(NATURES)), "beat": draw(st.sampled_from(BEATS)),
             "place": draw(st.sampled_from(BEATS))}
        )  # fmt: skip
    return [
        Rows("calls", calls, cells.ORDER["calls"]),
        Rows("people", people, cells.ORDER["people"]),
    ]


@given(towns(), st.integers(1, 6))
@settings(max_examples=150, deadline=None)
def test_every_cell_has_k_people_and_nothing_else_changed(tables: list[Rows], k: int) -> None:
    protected_as_said(tables, k)


@pytest.mark.slow
@given(towns(), st.integers(1, 6))
@settings(max_examples=3_000, deadline=None)
def test_every_cell_has_k_people_for_long(tables: list[Rows], k: int) -> None:
    protected_as_said(tables, k)


def protected_as_said(tables: list[Rows], k: int) -> None:
    before = [[dict(row) for row in table.rows] for table in tables]
    was_fine = all(
        size >= k for rows_ in before for size in people_of(rows_, _order_of(rows_)).values()
    )
    cells.protect(tables, k)
    shown: dict[object, set[tuple[str, str]]] = defaultdict(set)
    for table, old in zip(tables, before, strict=True):
        sizes = people_of(table.rows, table.order)
        assert all(size >= k for size in sizes.values())
        assert len(table.rows) + table.withheld == len(old)
        key = "call" if table.name == "calls" else "person"
        originals = {row[key]: row for row in old}
        lost: Counter[str] = Counter()
        for row in table.rows:
            was = originals[row[key]]
            for name, value in row.items():
                assert value in (was[name], "")
                lost[name] += value != was[name]
            assert not (row.get("beat") != was.get("beat") and row["place"])
            if row["person"]:
                shown[row["person"]].add((row["age_band"], row["sex"]))
        if not table.withheld:
            assert {n: c for n, c in lost.items() if c} == table.taken
        if was_fine:
            assert table.rows == old
    assert all(len(each) == 1 for each in shown.values())  # no row gives back what another lost


def _order_of(rows_: list[dict[str, Any]]) -> tuple[str, ...]:
    return cells.ORDER["calls" if rows_ and "call" in rows_[0] else "people"]


def people_of(rows_: list[dict[str, Any]], order: tuple[str, ...]) -> dict[tuple[Any, ...], int]:
    """Another reckoning than the program's: cell -> different people; without any, its rows."""
    found: dict[tuple[Any, ...], int] = {}
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in rows_:
        groups[tuple(row[n].rsplit("-", 1)[0] if n == "day" else row[n] for n in order)].append(row)
    for cell, members in groups.items():
        found[cell] = len({row["person"] for row in members if row["person"]}) or len(members)
    return found


def test_a_cell_is_not_large_because_one_person_is_often_met() -> None:
    """Ten rows of one person count as one person."""
    row = {"age_band": "85+", "sex": "male", "day": "2026-01-01", "nature": "crisis", "beat": "1",
           "place": "", "person": 7}  # fmt: skip
    table = Rows("calls", [{**row, "call": n} for n in range(10)], cells.ORDER["calls"])
    cells.protect([table], 5)
    assert table.rows == []
    assert table.withheld == 10


def test_the_days_of_a_month_are_one_cell() -> None:
    row = {"age_band": "", "sex": "", "nature": "crisis", "beat": "1", "place": "", "person": None}
    calls = [{**row, "call": n, "day": f"2026-01-0{n}"} for n in range(1, 6)]
    table = Rows("calls", [dict(call) for call in calls], cells.ORDER["calls"])
    cells.protect([table], 5)
    assert table.rows == calls


def test_dispatch_words_are_exported_only_where_they_name_nobody(
    ccu: Ccu, tmp_path: Path, db_path: Path
) -> None:
    """Words used at many buildings are common; those of one house may name who lives there."""
    steps.start(ccu)
    words = ("WELFARE CHECK", "QUAGMORELL AGAIN", "RARE")
    for number, text in enumerate(words, 1):
        execute(db_path, "INSERT INTO cad_text (id, text) VALUES (?, ?)", number, text)
    for house in range(cells.COMMON + 5):
        place = 100 + house
        execute(
            db_path,
            "INSERT INTO place (id, kind, number, street, city, building_key, unit_key, loose_key)"
            " VALUES (?, 'address', ?, 'ELM ST', 'WESTPORT', ?, ?, ?)",
            *(place, str(place), f"address {place} ELM ST", f"address {place} ELM ST", ""),
        )
        many(db_path, 1, place_id=place, cad_nature_id=1, cad_disposition_id=1)
    many(db_path, 20, place_id=100, cad_nature_id=2, cad_disposition_id=2)
    many(db_path, 3, place_id=101, cad_nature_id=3)
    assert export(tmp_path, "--what", "calls").code == 0
    found = rows(tmp_path, "calls")
    assert {row["cad_nature"] for row in found} == {"", "WELFARE CHECK"}
    assert {row["cad_disposition"] for row in found} == {"", "WELFARE CHECK"}
    groups = Counter((row["cad_nature"], row["cad_disposition"]) for row in found)
    assert groups["WELFARE CHECK", "WELFARE CHECK"] == cells.COMMON + 5


@given(towns(), st.integers(1, 6), st.lists(st.sampled_from(["", "A", "B"]), min_size=60))
@settings(max_examples=60, deadline=None)
def test_words_divide_no_cell_into_parts_below_k(
    tables: list[Rows], k: int, words: list[str]
) -> None:
    calls = tables[0].rows
    for number, row in enumerate(calls):
        row["cad_nature"], row["cad_disposition"] = words[number], words[number + 30]
    cells.protect(tables, k)
    order = (*tables[0].order, "cad_nature", "cad_disposition")
    assert all(size >= k for size in people_of(tables[0].rows, order).values())
