"""Nothing that a reader without a right to 42 CFR Part 2 is shown depends on a Part 2 referral.

One town is copied; in the copy Human Services refers some of its people to Part 2 programs, and
goes on with these referrals in any way. Every list and every report must stay byte for byte as in
the town without them: what does not change cannot be subtracted.
"""

import contextlib
import json
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccu import cli
from ccu.options import completion_store as completion
from ccu.records import audit

from .. import steps
from ..conftest import Result, machine_clock, run_ccu
from ..steps import become
from .sharing import NOW, grant, start

LATER = "2026-03-20T14:00"  # everything due in January is late and stalled
CRON = "ccu-service"
ANALYSTS = {"ana": "police", "nan": "human_services"}
NOTE = "Referrals to 42 CFR Part 2 programs are not included in this view."

LISTS = """
history --call 1 --all
history --call 2
history --person 1 --all
history --address '12 Main St Apt 3' --all
brief
brief --since 60d
call show 1
referral list
referral list --all
referral list --inbox
referral list --stalled
referral list --need detox
referral list --provider 2
referral list --status accepted
referral list --owner dlee
referral show 1
referral show 3
referral show 5
follow-up list
follow-up list --all
follow-up list --due week
follow-up list --owner dlee
follow-up show 1
follow-up show 20
follow-up overdue --no-record
follow-up overdue --by owner --new --no-record
worker list --all
consult list
needs show 1
needs show 2
needs show 3
needs show --person 1
person show 1
person show 2 --changes
person show 3
household show 1
household list --all
frequent people --k 1
provider list
provider show 1
provider show 2
provider show 3
plan list
staff list
disclosures --person 1
consent list --person 2
export --what referrals --what follow_ups --what people --what calls --from 2026-01-01
""".strip().splitlines()
REPORTS = """
report --month 2026-01
report --month 2026-02
report --quarter 2026-Q1
report --from 2026-01-31 --to 2026-01-31
report --from 2026-01-01 --to 2026-01-30
report --month 2026-01 --as-of 2026-02-20
report --month 2026-01 --public
""".strip().splitlines()
# What each account is asked: all of it by an officer, and in turn by the unit and an analyst; what
# tells most by the others. The slow test asks everything of all three.
FEW = ["referral list --all", "follow-up list --all", "follow-up overdue --no-record", REPORTS[0]]
EVERYTHING = LISTS + REPORTS
ASKED = {
    **{"pat": EVERYTHING, "cal": EVERYTHING[::2], "ana": EVERYTHING[1::2]},
    **dict.fromkeys(("quinn", "rec", "nan", CRON), FEW),
}
FATES = (
    ("referral", "update", "{referral}", "--status", "accepted"),
    ("referral", "update", "{referral}", "--owner", "boss"),
    ("referral", "update", "{referral}", "--status", "cancelled", "--reason", "moved"),
    ("referral", "update", "{referral}", "--status", "service_received"),
    ("follow-up", "done", "{follow_up}", "--result", "hospital", "--next", "2026-02-10 10:00"),
    ("follow-up", "done", "{follow_up}", "--result", "reached"),
    ("follow-up", "move", "{follow_up}", "--due", "2026-02-03 10:00"),
    ("follow-up", "add", "--referral", "{referral}", "--kind", "visit", "--due", "2026-02-04"),
)  # fmt: skip
MADE = st.lists(
    st.tuples(
        st.sampled_from(
            [
                ("refer", "1"),
                ("refer", "2"),
                ("refer", "1", "--again-of", "1"),
                ("refer", "2", "--again-of", "3"),
                ("needs", "refer", "2"),
                ("needs", "refer", "3"),
            ]
        ),
        st.sampled_from(["detox", "housing"]),
        st.sampled_from(["2", "3"]),
        st.lists(st.sampled_from(FATES), max_size=3),
    ),
    min_size=2,
    max_size=5,
)


def by_hand(path: Path, sql: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as hand, hand:
        hand.execute(sql)


def run(moment: str, *args: str) -> Result:
    return run_ccu("--today", moment, *args)


def _run(*args: str) -> dict[str, Any]:
    done = run(NOW, *args)
    assert done.code == 0, (args, done.err)
    return json.loads(done.out) if "-f" in args else {}


@pytest.fixture(scope="module", autouse=True)
def _clock() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(audit, "clock", machine_clock)
        yield


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town of sharing.py with a second person, a household, work of the police."""
    path = tmp_path_factory.mktemp("town") / "ccu.db"
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("CCU_DB", str(path))
        patched.setenv("CCU_TODAY", NOW)
        patched.setenv("COLUMNS", "120")
        patched.delenv("SUDO_UID", raising=False)
        become(patched, "root")
        _run("init", "--town", "Westport", "--state", "CT", "--timezone", "America/New_York")
        start(run_ccu, patched)
        # `start` refers to a Part 2 program, which this town begins without
        by_hand(path, "UPDATE referral SET provider_id = 1, need = 'food' WHERE id = 2")
        steps.provider(run_ccu, "Harbor Recovery", "--part2", need="detox")
        for login, agency in ANALYSTS.items():
            _run("staff", "add", login, "--role", "analyst", "--agency", agency)
        assert steps.call(run_ccu, "unknown", when="2026-01-29 10:00") == 2
        _run("household", "add", "new", "1", "2")
        assert grant(run_ccu, "referrals", person="2").code == 0
        become(patched, "pat")
        _run("refer", "2", "--to", "1", "--need", "food", "--owner", "pat")
        become(patched, "cal")
        _run("needs", "record", "--person", "1", "detox=lacks", "housing=lacks")
        become(patched, "dlee")
        _run("needs", "record", "--person", "2", "detox=lacks", "housing=lacks")
        _run("worker", "assign", "--person", "2", "--staff", "boss")
        _run("follow-up", "add", "--person", "2", "--kind", "call", "--due", "2026-02-02 10:00")
        by_hand(path, f"UPDATE setting SET value = '{CRON}' WHERE name = 'service_account'")
    return path


def told(path: Path, login: str, lines: Sequence[str]) -> dict[str, Any]:
    """What each line prints for an account, as JSON, and what completion offers.

    For one account as plain text instead: formats are the same rows for everybody.
    """
    found: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("CCU_DB", str(path))
        patched.setenv("CCU_TODAY", LATER)
        become(patched, login)
        for line in lines:
            if line.startswith("export"):
                found[line] = _exported(path, line)
                continue
            words = line.replace("'12 Main St Apt 3'", "@").split()
            words = ["12 Main St Apt 3" if word == "@" else word for word in words]
            found[line] = run(LATER, *words, "-f", "plain" if login == "pat" else "json")
        context = typer.Context(typer.main.get_command(cli.app))
        found["completion"] = (
            completion.of_table(context, "referral", ""),
            completion.of_table(context, "follow_up", ""),
        )
    return found


def _exported(path: Path, line: str) -> Any:
    """The rows of an export without their pseudonyms, which are drawn at random."""
    folder = path.parent / "out"
    shutil.rmtree(folder, ignore_errors=True)
    rest = ("--to", "2026-03-31", "--purpose", "audit", "--format", "json", "-o", str(folder))
    done = run(LATER, *line.split(), *rest)
    rows = {
        file.name: sorted(
            json.dumps({key: row[key] for key in row if key in ("day", "need", "kind", "status")})
            for row in json.loads(file.read_text())
        )
        for file in folder.glob("*.json")
        if file.name != "about.json"
    }
    return done.code, done.err, rows


class Without:
    """The town without a Part 2 referral, and what everybody is told in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._told: dict[tuple[str, ...], dict[str, Any]] = {}

    def told(self, login: str, lines: Sequence[str]) -> dict[str, Any]:
        key = (login, *lines)
        if key not in self._told:
            self._told[key] = told(self.path, login, lines)
        return self._told[key]


@pytest.fixture(scope="module")
def without(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Without:
    """That town, made once."""
    path = tmp_path_factory.mktemp("without") / "ccu.db"
    steps.copy_file(town, path)
    return Without(path)


def add(path: Path, made: Sequence[tuple[Any, ...]]) -> list[int]:
    """Human Services refers to Part 2 programs, and goes on; the numbers of these referrals."""
    numbers = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("CCU_DB", str(path))
        become(patched, "dlee")
        for words, need, provider, fates in made:
            which = [need] if words[0] == "needs" else ["--need", need]
            done = run(NOW, *words, *which, "--to", provider, "-f", "json")
            if done.code != 0:  # the lack is referred already
                assert (words[0], done.code) == ("needs", 2), done.err
                continue
            new = json.loads(done.out)
            numbers.append(int(new["id"]))
            ids = {"referral": new["id"], "follow_up": new["follow_ups"][0]["id"]}
            for fate in fates:  # a step that no longer fits is refused
                assert run(NOW, *(word.format(**ids) for word in fate)).code in (0, 2)
    return numbers


# Each way to refer, and each step from there on.
EVERY_WAY = [
    (("refer", "1"), "detox", "2", []),
    (("refer", "2"), "housing", "3", [FATES[0], FATES[3]]),
    (("refer", "1", "--again-of", "1"), "detox", "3", [FATES[1], FATES[2]]),
    (("refer", "2", "--again-of", "3"), "housing", "2", [FATES[4], FATES[7]]),
    (("needs", "refer", "2"), "detox", "2", [FATES[5]]),
    (("needs", "refer", "3"), "housing", "3", [FATES[6]]),
]


def test_a_town_with_every_step_of_part_2_prints_the_same(
    town: Path, without: Without, tmp_path: Path
) -> None:
    prints_the_same(town, without, tmp_path / "ccu.db", EVERY_WAY, ASKED)


@pytest.mark.slow
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(made=MADE)
def test_two_towns_that_differ_in_part_2_alone_print_the_same(
    town: Path,
    without: Without,
    tmp_path_factory: pytest.TempPathFactory,
    made: list[tuple[Any, ...]],
) -> None:
    asked = ASKED | dict.fromkeys(("pat", "cal", "ana"), EVERYTHING)
    prints_the_same(town, without, tmp_path_factory.mktemp("with") / "ccu.db", made, asked)


def prints_the_same(
    town: Path,
    without: Without,
    path: Path,
    made: Sequence[tuple[Any, ...]],
    asked: dict[str, list[str]],
) -> None:
    steps.copy_file(town, path)
    assert add(path, made)
    for login, lines in asked.items():
        found = told(path, login, lines)
        for line, expected in without.told(login, lines).items():
            assert found[line] == expected, (login, line)


# ---------------------------------------------------------------- nobody is dropped


@pytest.fixture
def both(town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The town with referral 4 of person 1 to a Part 2 program for detox, and nobody logged in."""
    path = tmp_path / "ccu.db"
    steps.copy_file(town, path)
    assert add(path, [(("refer", "1"), "detox", "2", [])]) == [4]
    monkeypatch.setenv("CCU_DB", str(path))
    monkeypatch.setenv("CCU_TODAY", LATER)
    return path


def read(*args: str) -> Any:
    done = run_ccu(*args, "-f", "json")
    assert done.code == 0, done.err
    return json.loads(done.out)


@pytest.mark.parametrize("login", ["dlee", "boss", "hal", "sgt"])
def test_accounts_with_part_2_access_see_it_overdue_and_counted(
    both: Path, monkeypatch: pytest.MonkeyPatch, login: str
) -> None:
    become(monkeypatch, login)
    assert 4 in {row["id"] for row in read("referral", "list")}
    late = [row["for"] for row in read("follow-up", "overdue", "--no-record")]
    assert sum("referral 4" in each for each in late) == 2
    assert sum("referral 4" in row["for"] for row in read("brief")["overdue"]) == 2
    assert read("provider", "show", "2")["open_referrals"] == [4]
    report = read("report", "--month", "2026-01")
    assert made(report) == (4, 1)
    assert NOTE not in report["notes"]


@pytest.mark.parametrize("login", ["cal", "rec", "ana", "nan"])
def test_a_report_states_what_its_reader_may_not_see(
    both: Path, monkeypatch: pytest.MonkeyPatch, login: str
) -> None:
    become(monkeypatch, login)
    report = read("report", "--month", "2026-01")
    assert made(report) == (3, 0)
    assert NOTE in report["notes"]
    assert NOTE in " ".join(run_ccu("report", "--month", "2026-01").out.split())


def made(report: Any) -> tuple[int, int]:
    """How many referrals a report counts as made, in all and for detox."""
    rows = [row for section in report["sections"] for row in section["rows"]]
    counts = {(row.get("figure"), row.get("group")): row.get("numerator") for row in rows}
    needs = counts.get(("referrals_by_need", "Addiction: detox"))
    return counts[("referrals_made", "")], needs or 0


def test_a_publication_is_made_without_it_whoever_makes_it(
    both: Path, town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = ("report", "--month", "2026-01", "--public")
    assert len(add(both, [(("refer", "1"), "detox", "2", [])] * 12)) == 12
    become(monkeypatch, "boss")
    assert made(read("report", "--month", "2026-01")) == (16, 13)
    published = read(*line)
    monkeypatch.setenv("CCU_DB", str(town))
    assert read(*line) == published


def test_cron_omits_it_and_does_not_mark_it_as_seen(
    both: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    become(monkeypatch, CRON)
    night = run_ccu("follow-up", "overdue", "-f", "json")
    assert night.code == 0
    assert json.loads(night.out)
    assert "referral 4" not in night.out
    become(monkeypatch, "dlee")
    new = [row["for"] for row in read("follow-up", "overdue", "--new")]
    assert [each.split(",")[0] for each in new] == ["referral 4"] * 2


def test_an_officer_with_a_follow_up_of_it_keeps_their_task(
    both: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    become(monkeypatch, "dlee")
    due = [row for row in read("follow-up", "list") if "referral 4" in row["for"]]
    number = str(due[0]["id"])
    assert run_ccu("follow-up", "move", number, "--owner", "pat").code == 0
    become(monkeypatch, "pat")
    mine = read("follow-up", "list", "--mine")
    assert [str(row["id"]) for row in mine if "referral 4" in row["for"]] == [number]
    shown = {row["id"]: row for row in read("referral", "list")}
    assert (shown[4]["need"], shown[4]["provider"], shown[4]["status"]) == (
        None,
        None,
        "being handled",
    )
    become(monkeypatch, "quinn")
    assert 4 not in {row["id"] for row in read("referral", "list")}


# ---------------------------------------------------------------- what is sealed


def test_a_seal_shows_the_custodian_nothing_of_it_and_gives_all_of_it_back(
    both: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    become(monkeypatch, "dlee")
    before = read("referral", "show", "4")
    become(monkeypatch, "rec")
    order = ("--authority", "court", "--ordered", "2026-01-30", "--yes")
    assert run_ccu("seal", "person", "1", *order).code == 0
    shown = read("seal", "show", "1")["rows"]
    assert {row["row"] for row in shown if row["table"] == "referral"} == {"1", "2"}
    assert not [row for row in shown if row["field"] == "referral_id" and row["value"] == "4"]
    assert "detox" not in {row["value"] for row in shown if row["table"] != "need_answer"}
    assert run_ccu("seal", "lift", "1", "--reason-code", "set_aside").code == 0
    become(monkeypatch, "dlee")
    assert read("referral", "show", "4") == before


def test_what_is_sealed_is_left_out_of_figures_too(
    both: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    become(monkeypatch, "rec")
    order = ("--authority", "court", "--ordered", "2026-01-30", "--yes")
    assert run_ccu("seal", "person", "1", *order).code == 0
    for login, expected in (("boss", (4, 1)), ("rec", (3, 0))):
        become(monkeypatch, login)
        report = read("report", "--month", "2026-01")
        assert made(report) == expected
