"""`ccu demo`: an invented town, the same every time, and a tour of the real screens."""

import json
import re
import sqlite3
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from ccu.demo import story
from ccu.demo import town as demo_town
from tests.conftest import TODAY, Ccu, run_ccu

NATURE = re.compile("--nature(?:-cleared)? ([a-z_]+)")
SMALL = ("--calls", "600")  # the households of the tour alone
NOW = datetime(2026, 1, 31, 23, 59, 59)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo town, made once for the tests that only read it."""
    path = tmp_path_factory.mktemp("town") / "demo.db"
    made = run_ccu("--db", str(path), "--today", TODAY, "demo", "--no-tour", *SMALL)
    assert made.code == 0, made.err
    assert made.out == f"Made {path}: the invented town of Marshport, 600 calls.\n"
    return path


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        return connection.execute(sql).fetchall()


def test_it_has_as_many_calls_as_asked_for_and_a_plausible_care_share(town: Path) -> None:
    ((calls, care),) = rows(town, "SELECT count(*), avg(care) FROM call WHERE voided_at IS NULL")
    assert calls == 600
    assert isinstance(care, float)
    assert 0.15 <= care <= 0.22


def test_it_spans_three_years_and_nothing_lies_ahead(town: Path) -> None:
    ((first, last),) = rows(town, "SELECT min(occurred_at), max(occurred_at) FROM call")
    assert str(first) < "2023-03"
    assert "2026-01-2" < str(last) < "2026-02-01"


def test_it_is_sound(town: Path) -> None:
    checked = run_ccu("--db", str(town), "check", "--quiet")
    assert (checked.code, checked.out) == (0, "")


def test_every_row_of_its_export_is_read_and_every_word_known(town: Path) -> None:
    assert rows(town, "SELECT new_rows, rejected_rows FROM import_batch") == [(579, 0)]
    known = {str(text) for (text,) in rows(town, "SELECT code FROM nature")}
    natures = {nature for line in story.lines() for nature in NATURE.findall(line.command)}
    assert natures and natures <= known
    assert rows(town, "SELECT count(*) FROM address WHERE place_id IS NULL") == [(0,)]
    uncoded = rows(
        town,
        "SELECT DISTINCT text FROM call JOIN cad_text ON cad_text.id = cad_disposition_id"
        " WHERE NOT EXISTS (SELECT 1 FROM call_disposition WHERE call_id = call.id)",
    )
    assert uncoded == []


def test_the_story_is_at_one_place_however_it_was_typed(town: Path) -> None:
    found = rows(
        town,
        "SELECT count(*), count(DISTINCT address_id) FROM call JOIN place ON place.id = place_id"
        " WHERE number = '12' AND street = 'MAIN ST' AND unit = '# 3'",
    )
    assert found == [(12, 6)]


def test_somebody_met_again_is_one_person(town: Path) -> None:
    named = rows(
        town,
        "SELECT family_name, given_name, count(DISTINCT call_id) FROM call_person"
        " JOIN person ON person.id = person_id WHERE family_name <> '' GROUP BY 1, 2 ORDER BY 1, 2",
    )
    assert named == [
        ("Example", "Harriet", 4),
        ("Example", "Walter", 4),
        ("Sample", "Juno", 4),
        ("Sample", "Rowan", 6),
    ]


def test_one_call_was_corrected_and_one_voided(town: Path) -> None:
    assert rows(town, "SELECT count(*) FROM change WHERE field = 'nature_cleared'") == [(1,)]
    assert rows(town, "SELECT count(*) FROM call WHERE voided_at IS NOT NULL") == [(1,)]


def test_the_story_ends_with_every_outcome(town: Path) -> None:
    assert {status for (status,) in rows(town, "SELECT status FROM referral")} == {
        *("requested", "accepted", "in_progress", "service_received"),
        *("declined", "rejected", "unable_to_contact", "expired"),
    }
    late = rows(town, "SELECT count(*) FROM open_follow_up WHERE due_at < '2026-01-31' ")
    assert late == [(2,)]
    assert rows(town, "SELECT count(*) FROM open_follow_up WHERE due_at > '2026-02'")[0][0]
    assert rows(town, "SELECT count(*) FROM open_follow_up WHERE closing_at IS NOT NULL") == [(1,)]
    assert rows(town, "SELECT count(*) FROM worker WHERE until IS NULL") == [(3,)]
    assert rows(town, "SELECT count(*) FROM consult") == [(3,)]
    assert rows(town, "SELECT count(*) FROM need_answer WHERE referral_id IS NOT NULL") == [(1,)]
    assert rows(town, "SELECT count(*) FROM referral WHERE again_of IS NOT NULL") == [(2,)]


def test_each_dispatched_care_call_has_a_call_back(town: Path) -> None:
    without = rows(
        town,
        "SELECT count(*) FROM call WHERE care AND import_batch_id IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM follow_up WHERE call_id = call.id)",
    )
    assert without == [(0,)]


@pytest.mark.parametrize("today", ["2024-02-29", "2026-03-08T03:30", "2026-04-24", "2026-11-01"])
def test_the_demo_works_on_any_day(today: str, tmp_path: Path) -> None:
    path = tmp_path / "demo.db"
    made = run_ccu("--db", str(path), "--today", today, "demo", "--calls", "100")
    assert (made.code, made.err) == (0, "")
    assert " bad " not in made.out
    for table in ("attempt", "referral_event", "consult", "need_assessment"):
        ahead = f"SELECT count(*) FROM {table} WHERE unixepoch(occurred_at) > unixepoch(?)"
        with sqlite3.connect(path) as connection:
            (end,) = connection.execute("SELECT max(recorded_at) FROM change").fetchone()
            assert connection.execute(ahead, (end,)).fetchall() == [(0,)], table


def test_a_town_of_the_usual_size_has_every_outcome_and_no_empty_figure(tmp_path: Path) -> None:
    path = tmp_path / "demo.db"
    made = run_ccu("--db", str(path), "--today", TODAY, "demo", "--no-tour")
    assert (made.code, made.err) == (0, "")
    assert rows(path, "SELECT count(*) FROM call WHERE voided_at IS NULL") == [(6000,)]
    ((people, met),) = rows(path, "SELECT count(*), count(DISTINCT call_id) FROM call_person")
    assert int(str(people)) >= int(str(met)) >= 150
    twice = "SELECT given_name FROM person WHERE given_name <> '' GROUP BY given_name, family_name"
    assert len(rows(path, f"{twice} HAVING count(*) > 1")) == 0
    ((referrals, first),) = rows(path, "SELECT count(*), min(recorded_at) FROM referral")
    assert int(str(referrals)) >= 80
    assert str(first) < "2024"
    handoffs = rows(path, "SELECT handoff, count(*) FROM referral GROUP BY 1 HAVING count(*) >= 10")
    assert len(handoffs) == 6
    alone = "SELECT count(*) FROM call WHERE lead_agency = 'human_services' AND care"
    assert rows(path, alone)[0] >= (10,)
    assert rows(path, "SELECT count(*) FROM open_follow_up WHERE due_at < '2025-12'") == [(0,)]
    assert run_ccu("--db", str(path), "check", "--quiet").code == 0
    for period in (("--year", "2025"), ("--quarter", "2025-Q4"), ("--month", "2025-12")):
        report = ("report", *period, "--compare", "none", "--format", "json")
        made = json.loads(run_ccu("--db", str(path), "--today", TODAY, *report).out)
        rows_ = [row for each in made["sections"] for row in each["rows"] if "figure" in row]
        assert len(rows_) > 150
        without = {row["figure"] for row in rows_ if row.get("value", 0) is None}
        # Not everyone is reached, and people met in December may be met again until March.
        assert without <= {"p90_hours_to_first_reached", "repeat_contact_90"}, period
        assert ("repeat_contact_90" in without) == (period == ("--month", "2025-12"))


def test_the_same_seed_and_day_make_the_same_town() -> None:
    first, again = (list(demo_town.export_rows(300, NOW, seed=7)) for _ in range(2))
    assert first == again
    assert first != list(demo_town.export_rows(300, NOW, seed=8))


@pytest.mark.parametrize("now", [NOW, datetime(2024, 2, 29, 0, 0, 30), datetime(2026, 3, 8, 2, 30)])
def test_an_export_has_just_so_many_rows_in_order_and_none_ahead(now: datetime) -> None:
    made = list(demo_town.export_rows(1000, now, seed=1))
    received = [row[1] for row in made]
    assert len(made) == 1000
    assert received == sorted(received)
    assert max(cell for row in made for cell in row[1:5]) <= str(now)
    assert len({row[0] for row in made}) == 1000


def test_no_row_is_in_the_hour_that_the_clocks_leave_out() -> None:
    made = list(demo_town.export_rows(30_000, NOW, seed=1))
    for day in ("2023-03-12", "2024-03-10", "2025-03-09"):
        on_the_day = [row for row in made if row[1].startswith(day)]
        assert len(on_the_day) > 15
        assert not [row for row in on_the_day for cell in row[1:5] if cell[11:13] == "02"]
        assert all(row[1] < row[2] < row[3] < row[4] for row in on_the_day)


def test_few_addresses_take_many_calls() -> None:
    made = Counter(row[9].upper() for row in demo_town.export_rows(5000, NOW, seed=1))
    busiest = sum(count for _text, count in made.most_common(len(made) // 20))
    assert busiest > 5000 * 0.2


def test_the_export_is_a_stream() -> None:
    endless = demo_town.export_rows(10_000_000, NOW, seed=1)
    assert next(iter(endless))[0].startswith("23-")


def test_the_tour_runs_every_screen(empty: Ccu, db_path: Path) -> None:
    shown = empty("demo", *SMALL)
    assert shown.code == 0, shown.err
    assert shown.err == ""
    for words in (
        "$ ccu history",
        "$ ccu log-call",
        "$ ccu call show",
        "$ ccu import",
        "$ ccu check",
        "$ ccu refer ",
        "$ ccu referral list --inbox",
        "$ ccu follow-up overdue",
        "$ ccu brief",
        "Human Services client. Call ",
        "\nOutcome            Not reached; follow-up overdue since ",
    ):
        assert words in shown.out
    assert "579    0        0   579         0\n" in shown.out  # of the import, again
    assert " bad " not in shown.out  # of the check
    assert "/tmp/" not in shown.out.replace(str(db_path), "")


def test_a_phone_is_on_the_card_of_the_demo_once(
    town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    line = ("--db", str(town), "--today", TODAY, "history", "12 Main St Apt 3")
    card = run_ccu(*line, tty=True).out
    (phone,) = re.findall(r"CALL .*  (\d{3}-\d{3}-\d{4})\n", card)
    assert card.count(phone) == 1, card


def test_a_file_that_exists_is_left_alone(ccu: Ccu, db_path: Path) -> None:
    before = db_path.read_bytes()
    refused = ccu("demo")
    assert refused.code == 2
    assert "already exists" in refused.err
    assert db_path.read_bytes() == before


def test_without_a_name_it_never_uses_the_town_s_own_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CCU_DB", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    made = run_ccu("--today", TODAY, "demo", "--no-tour", "--calls", "100")
    assert made.out == "Made ccu-demo.db: the invented town of Marshport, 100 calls.\n"
    made_here = sorted(path.name for path in tmp_path.iterdir())
    assert made_here == ["ccu-demo.db", "ccu-demo.db.audit-key"]


def test_an_interrupted_demo_leaves_no_file(
    empty: Ccu, db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ccu.demo import build

    def interrupted(_made: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(build, "STEPS", (*build.STEPS[:2], interrupted))
    assert empty("demo", "--no-tour", "--calls", "100").code == 130
    assert list(db_path.parent.iterdir()) == []
