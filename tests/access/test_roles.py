"""Every command as every role: who may, who may not, and what is seen.

The table of ccu/rights.txt is written here a second time, by hand and the other way round:
for each role what it may not. A change there without one here fails.
"""

import contextlib
import json
import os
import shlex
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ccu import access, cli
from ccu.demo import town as demo_town

from .. import told_town as town
from ..conftest import Result, run_ccu
from .role_runs import STATES

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
needs_modes = pytest.mark.skipif(
    os.name != "posix" or (os.geteuid() == 0 and shutil.which("setpriv") is None),
    reason="file modes, and root must be able to lay down its rights",
)
ROWS = (*town.LINES, *town.TRUST_LINES)
ALL = (*town.ROLES, "admin")

_UNIT_ONLY = (
    "referral expire", "worker assign", "worker end", "needs record", "needs edit", "needs void",
    "needs show", "needs refer",
    "person duplicates", "person distinct", "person merge", "person unmerge", "person unlink",
    "person import", "household show", "household add", "household leave", "household edit",
    "plan write", "plan approve", "plan review", "plan expire", "plan answer",
    "place verify", "place unflag", "place exempt", "place merge", "place unmerge",
    "frequent override", "frequent review", "provider add", "provider edit", "provider retire",
    "provider import",
)  # fmt: skip
_ADMIN_ONLY = ("staff add", "staff edit", "staff retire", "settings --change")
_CODES = ("codes add", "codes rename", "codes retire")
_OUT = ("import", "backup", "export", "audit review", "audit verify", "audit anchor")
_CONSENT = ("consent grant", "consent revoke", "consent disclose", "consent list")
_CARE_NOTES = ("care note add", "care note list", "care note move", "care backup")
_CARE = ("care init", "care destroy", *_CARE_NOTES)
_KEEPING = ("retention set", "retention hold", "retention release", "purge", "deidentify")
_SEAL = ("seal person", "seal call", "seal list", "seal show", "seal lift")
# What only whoever answers for the records may: nobody of the street or of the unit.
_UPKEEP = (
    *("retention list", "purge --dry-run", "audit rekey"),
    *(*_KEEPING, *_SEAL),
)
# role -> what it may not
MAY_NOT: dict[str, set[str]] = {
    "officer": {
        *_UNIT_ONLY,
        "report",
        *_ADMIN_ONLY,
        *_CODES,
        *_OUT,
        *_UPKEEP,
        *_CARE,
        *_CONSENT[:3],
        "referral letter --provider",
        "disclosures",
        *("parcel key", "parcel make", "parcel open"),
    },
    "ccu": {"plan approve", "plan review", *_ADMIN_ONLY, *_CODES, *_OUT, *_UPKEEP, "care destroy"},
    "clinician": {"plan approve", "plan review", *_ADMIN_ONLY, *_CODES, *_OUT, *_UPKEEP},
    "intern": {
        *(
            "call void",
            "call unvoid",
            "referral reopen",
            "referral expire",
            "follow-up reopen",
            "follow-up sign",
        ),
        *("person distinct", "person merge"),
        *("person unmerge", "person import", "plan approve", "plan review", "plan answer"),
        *("place verify", "place unflag", "place exempt", "place edit", "place merge"),
        *("place unmerge", "frequent override", "frequent review", "provider retire"),
        "provider import",
        *(*_ADMIN_ONLY, *_CODES, *_OUT, *_UPKEEP),
        *("care destroy", "disclosures"),
    },
    "supervisor": {*_ADMIN_ONLY, *_KEEPING, *_SEAL, "audit rekey"},
    "analyst": set(ROWS)
    - {
        *("report", "referral list", "follow-up list", "follow-up overdue", "worker list"),
        *("consult list", "household list", "plan list", "frequent people", "frequent places"),
        *("provider find", "provider list", "provider show", "provider stale"),
        *("staff list", "settings", "codes list", "help"),
        *("address", "init", "demo", "check", "restore", "export", "audit verify"),
        *("wellness init", "wellness add", "wellness total"),
    },
    "records": {
        *(
            "call decide",
            "refer",
            "referral edit",
            "referral reopen",
            "referral expire",
            "follow-up add",
        ),
        *("follow-up done", "follow-up void", "follow-up reopen"),
        *("follow-up edit", "follow-up sign", "worker assign", "worker end", "consult add"),
        *(
            "consult edit",
            "consult void",
            "needs record",
            "needs edit",
            "needs void",
            "needs show",
            "needs refer",
            "person link",
            "person unlink",
        ),
        *("household show", "household add", "household leave", "household edit", "plan write"),
        *("plan approve", "plan review", "plan expire", "plan answer"),
        *("place flag", "place verify", "place unflag", "place exempt", "place edit"),
        *("frequent override", "frequent review", "provider add", "provider edit"),
        *("provider retire", "provider import", *_ADMIN_ONLY, *_CODES, *_CARE, "audit rekey"),
    },
    "admin": {*_CARE, *_SEAL, "purge", "deidentify"},
}
# Rules about the record itself, met by who has the role: only the intern's own supervisor signs, a
# question is to somebody else, an intern ends no draft but their own.
STATE = {
    ("follow-up sign", "officer"): (7, "only clinician or an admin signs follow-up 6"),
    ("follow-up sign", "ccu"): (7, "only clinician or an admin signs follow-up 6"),
    ("follow-up sign", "supervisor"): (7, "only clinician or an admin signs follow-up 6"),
    **{
        ("person void", role): (7, "person 5 was added by someone else")
        for role in ("officer", "ccu", "clinician", "intern")
    },
    **{
        ("undo", role): (2, f"your change ({change}) cannot be undone automatically;")
        for role, change in (
            ("clinician", "consent grant"),
            ("supervisor", "frequent override"),
            ("records", "retention set"),
        )
    },
    ("needs void", "intern"): (7, "an intern can void only what they recorded"),
    ("consult void", "intern"): (7, "an intern can void only what they recorded"),
    ("undo", "ccu"): (2, "you have no change to undo"),
    ("follow-up void", "intern"): (7, "an intern can void only what they recorded"),
    ("follow-up done", "officer"): (7, "follow-up 5 is handled by Human Services; ask them"),
    ("follow-up edit", "officer"): (7, "follow-up 5 is handled by Human Services; ask them"),
    ("plan expire", "intern"): (7, "ccu plan expire of another's plan needs the role"),
    ("audit rekey", "admin"): (2, "there is an audit key"),
    ("consult add", "clinician"): (2, "--clinician: choose a different person"),
}
# What nobody sees without having said why.
ONLY_FULL = (town.NARRATIVE,)


# Words of a care note, and who sees them: on a card or in the list, where the file can be opened.
CARE = "carewhisper"
SEES_CARE = {
    "history", "history --full", "care note list",
}  # fmt: skip
CARE_ROLES = ("ccu", "clinician", "intern", "supervisor")


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the told town as `town`, and as `closed` a care file that nobody can open."""
    base = tmp_path_factory.mktemp("told")
    folder = base / "town"
    folder.mkdir()
    db = town.make_with_trust(folder)
    demo_town.write_export(
        folder / "export.csv", demo_town.export_rows(20, datetime(2026, 1, 31), seed=1)
    )
    shutil.copy(EXAMPLES / "roster.csv", folder)
    shutil.copy(EXAMPLES / "directory.json", folder)
    for each in ("care", "new-care", "wellness"):
        (folder / each).mkdir(mode=0o700)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CCU_CARE_DB", str(folder / "care" / "care.db"))
        patch.setenv("CCU_WELLNESS_DB", str(folder / "wellness" / "wellness.db"))
        note = ("care", "note", "add", "--person", "1", "--file", "-")
        for words in (("care", "init"), note, ("wellness", "init")):
            done = town.run(db, "clinician", *words, stdin=CARE)
            assert done.code == 0, done.err
    shutil.copytree(folder / "care", base / "closed")
    if os.geteuid() == 0:
        for path in (base / "closed", *(base / "closed").iterdir()):
            os.chown(path, 65534, 65534)
    else:
        (base / "closed").chmod(0)
    return base


@pytest.fixture
def here(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The town's folder, a copy of its own, and the folder of the test."""
    folder = tmp_path / "here"
    shutil.copytree(made / "town", folder)
    monkeypatch.chdir(folder)
    monkeypatch.delenv("CCU_CARE_DB", raising=False)
    monkeypatch.setenv("CCU_WELLNESS_DB", str(folder / "wellness" / "wellness.db"))
    return folder


def ran(folder: Path, login: str, row: str) -> Result:
    """The row's command line, run in the folder as an account."""
    path = row.split(" --")[0]
    words, stdin = (town.LINES | town.TRUST_LINES)[row]
    db = folder / ("new.db" if path in town.NEW_FILE else "town.db")
    return town.run(db, login, *path.split(), *shlex.split(words), stdin=stdin)


def audit(folder: Path) -> list[tuple[Any, ...]]:
    """action, staff id and detail of the audit's events."""
    with contextlib.closing(sqlite3.connect(folder / "town.db")) as hand:
        return hand.execute("SELECT action, staff_id, detail FROM audit ORDER BY id").fetchall()


def leaves(command: Any, path: str = "") -> list[str]:
    """Every command of the program."""
    below = getattr(command, "commands", None)
    if below is None:
        return [path]
    return [each for name in below for each in leaves(below[name], f"{path} {name}".strip())]


def every_leaf() -> set[str]:
    return {leaf for name in cli.COMMANDS for leaf in leaves(cli._load(name), name)}


def test_every_command_has_a_row_of_rights_and_a_line_here() -> None:
    rows = {row.split(" --")[0] for row in (*access.MAY, *access.ANYONE)}
    assert rows == every_leaf() == {row.split(" --")[0] for row in ROWS}


def test_the_table_of_rights_is_as_expected() -> None:
    for role in ALL:
        assert {row for row in access.MAY if not access.may(role, row)} & set(ROWS) == MAY_NOT[
            role
        ] - access.ANYONE, role


@needs_modes
@pytest.mark.slow
@pytest.mark.parametrize("role", ALL)
def test_every_command_runs_as_every_role_in_every_state(role: str, made: Path) -> None:
    """With no care file, a closed one and an open one: what each role can do and see."""
    assert all_faults(made, {role: {row: [*STATES] for row in ROWS}}) == []


@needs_modes
def test_every_command_as_every_role(made: Path) -> None:
    """Some rows of each role; the slow test has all, and test_the_table_of_rights_is_as_expected
    reads the table for each.

    Every row is run by a role that may without a care file and with one that is closed, and by
    another that may with one that is open, in turn; and is refused to a third of those that may
    not. The analyst, who is shown nobody, and whoever meets a rule of STATE are never left out, nor
    is a role where the row may show the care file.
    """
    assert all_faults(made, {role: in_turn(role) for role in ALL}) == []


def in_turn(role: str) -> dict[str, list[str]]:
    """The rows that a role runs, and the states of the care file that each is run in."""
    rows = {}
    cares = SEES_CARE | {"person show", "brief", "check", *_CARE_NOTES}
    for number, row in enumerate(ROWS):
        may = [each for each in ALL if row not in MAY_NOT[each]]
        one, another = may[number % len(may)], may[(number + 1) % len(may)]
        alone = [STATES[(number + ALL.index(role)) % 3]]
        if row in town.NEW_FILE:  # no role is known there yet: one account runs it, once
            rows[row] = alone if role == one else []
        elif role not in may:
            refused = [each for each in ALL if each not in may]
            rows[row] = alone if (refused.index(role) - number) % min(3, len(refused)) == 0 else []
        elif row in cares or one == another:
            rows[row] = [*STATES]
        elif role == one:
            rows[row] = ["none", "closed"]
        elif role == another:
            rows[row] = ["open"]
        elif role == "analyst" or (row, role) in STATE:
            rows[row] = alone
    return rows


def all_faults(made: Path, asked: dict[str, dict[str, list[str]]]) -> list[str]:
    """What is wrong of these roles and their rows; the states of each are named."""
    wrong = []
    for role, rows in runs(made, asked).items():
        for row, states in rows.items():
            for state, done in states.items():
                found = faults(role, row, state, Done(**done))
                wrong += [f"{role}: {row}, {state}: {what}" for what in found]
            both = states.get("none"), states.get("closed")
            if row not in NEVER_ALIKE and None not in both and both[0] != both[1]:
                wrong.append(f"{role}: {row}: a closed care file is told from none")
    return wrong


@dataclass(frozen=True)
class Done:
    """The result of a command line, and its actions in the main audit."""

    code: int
    out: str
    err: str
    events: list[str]


# Hashes, keys, names and ciphertext that change at each run.
NEVER_ALIKE = (
    *("audit anchor", "audit verify", "audit rekey", "backup", "restore", "demo", "init"),
    "parcel make",
)


def runs(
    made: Path, asked: dict[str, dict[str, list[str]]]
) -> dict[str, dict[str, dict[str, dict[str, Any]]]]:
    """tests/access/role_runs.py, by an account that may read only what is its own."""
    roles = {role: (rows, sorted(MAY_NOT[role])) for role, rows in asked.items()}
    line = [sys.executable, "-m", "tests.access.role_runs", str(made), json.dumps(roles)]
    if os.geteuid() == 0:
        drop = "-dac_override,-dac_read_search"
        line = ["setpriv", f"--bounding-set={drop}", f"--inh-caps={drop}", *line]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, dict[str, dict[str, Any]]]] = json.loads(done.stdout)
    assert found.keys() == asked.keys()
    return found


def faults(role: str, row: str, state: str, done: Done) -> list[str]:
    """Return the faults of one command line in one state of the care file."""
    found = []
    if row in MAY_NOT[role]:
        if (done.code, done.out, done.events) != (7, "", ["denied"]):
            found.append(f"not refused: {done.code}, {done.events}")
        if not done.err.startswith("ccu: error: ccu "):
            found.append(f"prints {done.err}")
    elif row in (*_CARE_NOTES, "care destroy") and state != "open":
        if (done.code, done.out) != (4, ""):
            found.append(f"a care file where there is none: {done.code}")
    elif (row, role) in STATE:
        code, says = STATE[row, role]
        if (done.code, done.out) != (code, "") or not done.err.startswith(f"ccu: error: {says}"):
            found.append(f"{done.code}, {done.err}")
        if done.events != ["denied"] * (code == 7):
            found.append(f"recorded {done.events}")
    elif done.code != 0 or "denied" in done.events:
        found.append(f"{done.code}, {done.err}, {done.events}")
    return found + [f"shows {word}" for word in shown(role, row, state, done.out + done.err)]


def shown(role: str, row: str, state: str, seen: str) -> list[str]:
    """Words that this role must not see there, or that it should and does not."""
    hidden: list[str] = [] if row.endswith("--full") else [town.NARRATIVE]
    if role == "analyst":
        hidden += [*town.IDENTITY, town.HELPS, town.FLAG, town.NARRATIVE]
    if row.startswith("wellness"):
        hidden += town.NAMES
    opens = state == "open" and role in CARE_ROLES and row in SEES_CARE
    found = [word for word in hidden if word in seen]
    if (CARE in seen) != opens:
        found.append("a care note" if not opens else "no care note")
    return found


def test_an_account_that_is_not_on_the_list_is_refused_everything(
    here: Path,
) -> None:
    new = "SELECT action, staff_id FROM audit WHERE id > ?"
    with contextlib.closing(sqlite3.connect(here / "town.db")) as hand:
        for row in ROWS:
            if row.split(" --")[0] not in access.ANYONE:
                (last,) = hand.execute("SELECT max(id) FROM audit").fetchone()
                done = ran(here, "stranger", row)
                assert (done.code, done.out) == (7, ""), row
                assert hand.execute(new, (last,)).fetchall() == [("denied", None)], row


def test_a_town_role_has_no_rights_of_its_own(
    here: Path,
) -> None:
    with contextlib.closing(sqlite3.connect(here / "town.db")) as hand, hand:
        hand.execute("INSERT INTO staff_role (code, label, sort) VALUES ('chaplain', 'C', 9)")
        hand.execute("UPDATE staff SET role = 'chaplain' WHERE login = 'officer'")
    assert ran(here, "officer", "history").code == 7
    assert ran(here, "officer", "staff list").code == 7


def test_a_denial_names_what_was_asked_for_by_number(here: Path) -> None:
    assert town.run(here / "town.db", "analyst", "person", "show", "1").code == 7
    with contextlib.closing(sqlite3.connect(here / "town.db")) as hand:
        last = hand.execute(
            "SELECT action, record, record_id, detail FROM audit ORDER BY id DESC LIMIT 1"
        ).fetchone()
    assert last == ("denied", "person", 1, '{"what": "person show"}')


def test_rows_written_to_a_file_are_recorded_as_an_export(here: Path) -> None:
    out = here / "list.csv"
    listed = town.run(here / "town.db", "officer", "worker", "list", "-o", str(out))
    assert listed.code == 0, listed.err
    assert ("export", '{"what": "worker list"}') in [(event[0], event[2]) for event in audit(here)]


def test_an_export_of_one_record_has_its_number(here: Path) -> None:
    shown = town.run(here / "town.db", "officer", "person", "show", "1", "-o", "one.json")
    assert shown.code == 0, shown.err
    with contextlib.closing(sqlite3.connect(here / "town.db")) as hand:
        found = hand.execute("SELECT record, record_id FROM audit WHERE action = 'export'")
        assert found.fetchall() == [("person", 1)]


def test_help_needs_no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCU_DB", "/nowhere/none.db")
    assert run_ccu("person", "show", "--help").code == 0


def test_names_need_the_right_to_see_people() -> None:
    for path in every_leaf():
        name, *rest = path.split()
        command = cli._load(name)
        for each in rest:
            command = command.commands[each]
        names = any("--names" in option.opts for option in command.params)
        if names and access.may("analyst", path):
            assert not access.may("analyst", f"{path} --names"), path


def test_late_work_is_hidden_in_a_report_as_in_a_list(here: Path) -> None:
    month = ("report", "--month", "2026-01", "--section", "overdue", "-f", "csv")
    later = "2026-03-20T10:00"
    whole = town.run(here / "town.db", "supervisor", *month, at=later)
    assert '"referral stalled","1"' in whole.out
    assert "Housing" in whole.out and '"clinician"' in whole.out
    assert '"clinician"' in town.run(here / "town.db", "ccu", *month, at=later).out
    seen = town.run(here / "town.db", "analyst", *month, at=later)
    assert seen.code == 0, seen.err
    rows = [line for line in seen.out.splitlines() if '"1"' in line]
    assert rows and '"clinician"' not in seen.out
    assert '"being handled","Human Services"' in seen.out


def test_a_small_k_needs_a_further_right(here: Path) -> None:
    rows = ("export", "--what", "calls", "--from", "2026-01-01", "--to", "2026-01-31")
    words = (*rows, "--purpose", "research", "--k", "1", "--output")
    assert town.run(here / "town.db", "analyst", *words, "a").code == 7
    assert town.run(here / "town.db", "supervisor", *words, "b").code == 0


def test_a_refusal_of_an_unknown_account_has_its_number(here: Path) -> None:
    assert ran(here, "nobody", "history").code == 7
    (said,) = [event[2] for event in audit(here)[-1:]]
    assert json.loads(said) == {"uid": os.getuid()}


def test_each_row_has_a_letter_or_a_dot_for_each_role_and_known_marks() -> None:
    text = (Path(access.__file__).with_name("rights.txt")).read_text(encoding="utf-8")
    rows = [line.split("|") for line in text.splitlines() if line and not line.startswith("#")]
    for what, letters, marks in rows:
        if letters.strip() != "anyone":
            places = zip(letters.split(), access.ROLES, strict=True)
            assert all(each in (".", role) for each, role in places), what
        assert {*marks.split()} <= {"clock", "any-day", "cron", "entire"}, what
