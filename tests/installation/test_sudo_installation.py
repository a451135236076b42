"""The sudo installation of examples/sudoers, with real accounts: what people can do and cannot."""

import contextlib
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ccu import access

from .. import told_town as town
from . import installed
from .installed import Installed

REASON = installed.missing()
pytestmark = pytest.mark.skipif(bool(REASON), reason=f"sudo with real accounts: {REASON}")

LINES = town.LINES | town.TRUST_LINES
# The told town's day is long past for these accounts, whose clock is the machine's.
MOVED = {"13:00": "yesterday 13:00", "2026-02-03 10:00": "tomorrow 10:00"}
LATER = {"2026-02-04 10:00": "tomorrow 11:00"}
UNKNOWN = "this account is not on the staff list of this file"
# What a caller may try to set. The first two rows would decide what is opened or run.
ENVIRONMENT = """
    CCU_DB CCU_AUDIT_KEY CCU_KEY_FILE CCU_CARE_DB CCU_CARE_KEY_FILE CCU_WELLNESS_DB CCU_TODAY
    PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONUSERBASE PYTHONINSPECT PYTHONPLATLIBDIR
    PYTHONBREAKPOINT PYTHONEXECUTABLE PYTHONWARNINGS PYTHONPYCACHEPREFIX PYTHONTRACEMALLOC
    PYTHONIOENCODING LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT GCONV_PATH LOCPATH NLSPATH HOME USER
    LOGNAME PATH SHELL BASH_ENV ENV TMPDIR SQLITE_TMPDIR XDG_DATA_HOME XDG_CONFIG_HOME VISUAL EDITOR
    SUDO_UID SUDO_USER OPENSSL_CONF _CCU_COMPLETE
""".split()


@pytest.fixture(scope="module")
def place() -> Iterator[Installed]:
    with installed.made() as made:
        yield made


def audit(place: Installed, after: int = 0) -> list[tuple[int, str, str]]:
    """Number, login and action of the events after this one."""
    with contextlib.closing(sqlite3.connect(place.database)) as hand:
        return hand.execute(
            "SELECT audit.id, coalesce(login, ''), action FROM audit"
            " LEFT JOIN staff ON staff.id = staff_id WHERE audit.id > ? ORDER BY audit.id",
            (after,),
        ).fetchall()


def words(row: str) -> list[str]:
    """The told town's command line for a row, on the days of now."""
    said = shlex.split(LINES[row][0])
    return [*row.split(" --")[0].split(), *[(MOVED | LATER).get(word, word) for word in said]]


def owned(place: Installed, path: Path, content: bytes) -> Path:
    """A file of the service account."""
    path.write_bytes(content)
    shutil.chown(path, place.service, place.service)
    path.chmod(0o600)
    return path


OFFICERS = [row for row in town.LINES if row in access.MAY and access.may("officer", row)]


# Every other action; the slow test has the rest. What sudo does is the same for each.
@pytest.mark.parametrize("rows", [OFFICERS[::2], pytest.param(OFFICERS, marks=pytest.mark.slow)])
def test_every_action_of_an_officer_works_and_is_recorded_as_theirs(
    rows: list[str], place: Installed
) -> None:
    before, kept = audit(place)[-1][0], place.database.read_bytes()
    assert len(rows) > 20
    refused = set()  # by a rule about the record, not by who asks
    for row in rows:
        done = place.ccu("officer", *words(row), stdin=LINES[row][1])
        if done.code == 7 and not re.search("for the role|staff list|by sudo", done.err):
            refused.add(row)
            continue
        assert (done.code, done.err.count("error")) == (0, 0), (row, done)
    assert refused <= {"follow-up done", "follow-up edit", "follow-up sign", "referral edit"}
    events = audit(place, before)
    assert len(events) >= len(rows) - len(refused)
    assert {login for _number, login, _action in events} == {place.named("officer")}
    for suffix in ("-wal", "-shm"):
        Path(f"{place.database}{suffix}").unlink(missing_ok=True)
    owned(place, place.database, kept)  # the rows are run on a file without their records


def test_a_file_that_the_account_cannot_write_is_redirected_instead(place: Installed) -> None:
    """A home is its owner's alone to write: with sudo the caller's own shell writes the file."""
    card = place.home("officer") / "card.txt"
    line = ("history", "--address", town.PLACE)
    done = place.ccu("officer", *line, "--output", str(card))
    assert (done.code, done.out, card.exists()) == (2, "", False)
    assert done.err.endswith("print instead, and redirect: ccu ... > FILE\n")
    words_of = shlex.join([str(place.wrapper), *line])
    assert place.run("officer", "sh", "-c", f"{words_of} > {shlex.quote(str(card))}").code == 0
    assert card.read_text(encoding="utf-8").startswith(place.ccu("officer", *line).out[:12])


def test_who_is_not_on_the_list_does_nothing(place: Installed) -> None:
    before = place.database.read_bytes()
    known = {path for path in place.base.rglob("*") if path.is_file()}
    seen = set()
    for row in LINES:
        group = row.split()[0]
        if row in access.ANYONE or group in seen:
            continue
        seen.add(group)
        done = place.ccu("stranger", *words(row), stdin=LINES[row][1])
        assert (done.code, done.out) == (7, ""), (row, done)
        assert UNKNOWN in done.err
    for row in ("init", "demo"):
        assert place.ccu("stranger", *words(row))[:2] == (7, "")
    assert len(seen) > 25
    assert {path for path in place.base.rglob("*") if path.is_file()} - known <= {
        Path(f"{place.database}{suffix}") for suffix in ("-wal", "-shm")
    }
    assert {action for *_, action in audit(place, number(before, place))} <= {"denied"}


def number(content: bytes, place: Installed) -> int:
    """The last event in an earlier content of the database."""
    earlier = place.base / "earlier.db"
    earlier.write_bytes(content)
    with contextlib.closing(sqlite3.connect(earlier)) as hand:
        found: int = hand.execute("SELECT max(id) FROM audit").fetchone()[0]
    for path in place.base.glob("earlier.db*"):
        path.unlink()
    return found


@pytest.mark.parametrize("schema", [1, 2, 3])
def test_no_other_file_is_opened_however_it_is_named(schema: int, place: Installed) -> None:
    """A copy of an old schema, whose staff list has whoever asks as its admin."""
    script = installed.ROOT / (f"tests/schemas/{schema}.sql" if schema < 3 else "schema.sql")
    old = place.base / "old.db"
    old.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(old)) as hand, hand:
        hand.executescript(script.read_text(encoding="utf-8"))
        hand.execute(
            "INSERT INTO staff (login, role) VALUES (?, 'admin')", (place.named("stranger"),)
        )
        hand.execute(
            "UPDATE setting SET value = ? WHERE name = 'service_account'", (place.service,)
        )
    before = owned(place, place.database.parent / "old.db", old.read_bytes()).read_bytes()
    path = str(place.database.parent / "old.db")
    lines = (
        (("--db", path, "staff", "list"), 7),
        ((f"--db={path}", "staff", "list"), 7),
        (("staff", "list", "--db", path), 2),
        (("--db", str(place.database), "--db", path, "staff", "list"), 2),
        ((f"--db={place.database}", f"--db={path}", "staff", "list"), 2),
        (("--db", path, "--db", str(place.database), "staff", "list"), 2),
        (("--today", "2026-01-31", "--db", path, "staff", "list"), 7),
        (("--db", path, "check"), 7),
        (("--db", path, *words("init")), 7),
    )
    for number, (line, code) in enumerate(lines):  # each by all three, over the schemas
        done = place.ccu(("stranger", "officer", "chief")[(number + schema) % 3], *line)
        assert (done.code, done.out, done.err.count("\n")) == (code, "", 1), (line, done)
    assert Path(path).read_bytes() == before
    assert [each.name for each in place.database.parent.glob("old.db*")] == ["old.db"]
    Path(path).unlink()


def test_nothing_in_the_environment_changes_what_is_opened(place: Installed) -> None:
    assert len(set(ENVIRONMENT)) >= 38
    trap = place.home("officer") / "trap"
    evil = place.home("officer") / "sitecustomize.py"
    evil.write_text(f"open({str(trap)!r}, 'w')")
    expected = place.by_hand("officer", "settings")
    assert expected.code == 0
    values = dict.fromkeys(ENVIRONMENT, str(place.home("officer"))) | {"PYTHONSTARTUP": str(evil)}
    for first in range(6):  # several at once
        env = {name: values[name] for name in ENVIRONMENT[first::6]}
        assert place.by_hand("officer", "settings", env=env) == expected, env
    for name, value in values.items():
        done = place.by_hand("officer", f"{name}={value}", "--", "settings")
        assert done.code == 1, (name, done)
        assert "not allowed to set the following environment variables" in done.err, name
    for option in ("-E", "--preserve-env=CCU_DB"):
        done = place.by_hand("officer", option, "--", "settings", env={"CCU_DB": "/x"})
        assert (done.code, done.out) == (1, "")
        assert "not allowed to" in done.err
    assert not trap.exists()


def test_who_asks_is_not_told_by_the_environment(place: Installed) -> None:
    import pwd

    chief = str(pwd.getpwnam(place.named("chief")).pw_uid)
    for uid in (chief, "0", ""):
        done = place.by_hand("stranger", "settings", env={"SUDO_UID": uid, "USER": "root"})
        assert (done.code, done.out) == (7, "")


@pytest.mark.parametrize(
    "line",
    [
        "sudo -n -u {service} -g {hsd} {program} settings",
        "sudo -n -u {service} -g root {program} settings",
        "sudo -n -u root {program} settings",
        "sudo -n {program} settings",
        "sudo -n -u {service} -D / {program} settings",
        "sudo -n -u {service} /bin/cat {database}",
        "sudo -n -u {service} {python} -c pass",
        "sudo -n -u {service} -s",
        "sudo -n -u {service} -e {database}",
        "cat {database}",
    ],
)
def test_sudo_allows_the_one_program_alone(line: str, place: Installed) -> None:
    done = place.run(
        "officer",
        *line.format(
            service=place.service,
            hsd=place.named("hsd"),
            program=place.program,
            database=place.database,
            python=place.program.with_name("python3"),
        ).split(),
    )
    assert (done.code, done.out) == (1, ""), done


def test_the_account_itself_is_cron_and_names_other_files(place: Installed) -> None:
    """Without sudo, as cron runs it: it may look at a restored copy, and reads nobody's record."""
    assert place.run("service", place.program, "follow-up", "overdue").code == 0
    assert place.run("service", place.program, "person", "show", "1").code == 7
    copy = owned(place, place.database.parent / "copy.db", b"")
    copy.unlink()
    assert place.run("service", place.program, "backup", copy).code == 0
    done = place.run("service", place.program, "--db", copy, "check")
    assert done.code == 0, done
    root = subprocess.run(
        ["sudo", "-n", "-u", place.service, place.program, "--db", copy, "check"],
        capture_output=True,
        check=False,
        env={"PATH": installed.PATH},
    )
    assert root.returncode == 0
    for path in copy.parent.glob("copy.db*"):
        path.unlink()


def test_planted_backups_cost_no_real_one(place: Installed) -> None:
    """A supervisor may back up into the folder, under any name; the nightly script keeps by its
    own list."""
    script = (place.base / "opt/ccu/nightly.sh", place.backups, "7")
    path = {"PATH": f"{place.program.parent}:{installed.PATH}"}
    real = [
        owned(place, place.backups / f"ccu-2001-01-{day:02}-033000.db", b"%d" % day)
        for day in range(1, 10)
    ]
    for each in real:
        line = f"cd {place.backups} && cksum {each.name} >>nightly.list"
        assert place.run("service", "sh", "-c", line).code == 0
    planted = [place.backups / f"ccu-2099-01-{day:02}.db" for day in range(1, 9)]
    assert place.ccu("sergeant", "backup", str(planted[0])).code == 0
    assert place.ccu("officer", "backup", str(planted[1])).code == 7
    for each in planted[1:]:
        owned(place, each, b"planted")
    for _twice_in_one_day in range(2):
        done = place.run("service", *script, env=path)
        assert (done.code, done.out) == (0, ""), done
        assert done.err.count("has a future date and was not made here") == len(planted)
    assert [each.exists() for each in real] == [False] * 3 + [True] * 6
    assert all(each.exists() for each in planted)
    assert len(list(place.backups.glob("ccu-20[0-8]*.db"))) == 7
    for keep in ("0", "6", "-1"):
        assert place.run("service", *script[:2], keep, env=path).code == 2
    assert len(list(place.backups.glob("ccu-20[0-8]*.db"))) == 7


def test_care_notes_are_for_the_group_alone(place: Installed) -> None:
    care = place.base / "srv/hsd-care/care.db"
    done = place.ccu("worker", "care", "init", "--group", place.named("hsd"))
    assert done == (0, f"Made {care}.\n", "")
    note = ("care", "note", "add", "--person", "1", "--file", "-")
    assert place.ccu("worker", *note, stdin="a long talk").code == 0
    listed = ("care", "note", "list", "--person", "1")
    assert "a long talk" in place.ccu("worker", *listed).out
    card = ("history", "--address", town.PLACE)
    assert "a long talk" in place.ccu("worker", *card).out
    for who, code in (("officer", 7), ("stranger", 7), ("loaned", 4)):
        done = place.ccu(who, *listed)
        assert (done.code, done.out) == (code, ""), done
    for who in ("officer", "loaned", "sergeant"):
        done = place.ccu(who, *card)
        assert (done.code, done.err) == (0, "")
        assert "a long talk" not in done.out
    with contextlib.closing(sqlite3.connect(care)) as hand:
        assert {row[0] for row in hand.execute("SELECT login FROM care_audit")} == {
            place.named("worker")
        }
    assert care.stat().st_gid == care.parent.stat().st_gid != os.getgid()


def as_root(place: Installed, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run ccu as an administrator with root's rights does: by sudo, as the service account."""
    line = ("sudo", "-n", "-u", place.service, str(place.program), *map(str, words))
    return subprocess.run(
        line, capture_output=True, text=True, check=False, env={"PATH": installed.PATH}
    )


def test_the_crontab_is_installed_and_runs_as_the_account_that_owns_the_file(
    place: Installed,
) -> None:
    """Step 10: cron's own program takes the file, and each line of what it keeps runs."""
    if shutil.which("crontab", path=installed.PATH) is None:
        pytest.skip("no crontab on this machine")
    text = place.text((installed.ROOT / "examples/crontab").read_text(encoding="utf-8"))
    # The command is a file of /opt/ccu/bin, which keeps its name.
    text = re.sub(rf"(?<=  ){place.service}(?= )", "ccu", text)
    text = re.sub(r"(?<=owner )dlee\b", place.named("officer"), text)
    own = ("crontab", "-u", place.service)
    subprocess.run([*own, "-"], input=text, text=True, check=True)
    try:
        kept = subprocess.run([*own, "-l"], capture_output=True, text=True, check=True).stdout
    finally:
        subprocess.run([*own, "-r"], check=True)
    path = dict(re.findall(r"^(PATH)=(.*)$", kept, re.MULTILINE))
    lines = re.findall(r"^[\d*]\S* \S+ \S+ \S+ \S+  (.+)$", kept, re.MULTILINE)
    assert len(lines) == 4
    for line in lines:
        done = place.run("service", "sh", "-c", line, env=path)
        assert done.code == 0, done


def test_completion_by_the_wrapper_needs_no_sudo(place: Installed) -> None:
    asked = {"_CCU_COMPLETE": "complete_bash", "COMP_WORDS": "ccu hist", "COMP_CWORD": "1"}
    done = place.run("officer", place.wrapper, env=asked)
    assert (done.code, done.out.split(), done.err) == (0, ["history"], "")
    done = place.ccu("officer", "--install-completion")
    assert (done.code, done.out) == (7, "")
    assert "install completion as yourself" in done.err


@pytest.mark.parametrize("answers", [["now", "\x03"], ["\x03"]])
def test_questions_are_asked_over_ssh(answers: list[str], place: Installed) -> None:
    """As `ssh -t` does: a terminal, and sudo in between."""
    pexpect = pytest.importorskip("pexpect")
    account = place.named("officer")
    line = ["-u", account, "--", str(place.wrapper), "log-call"]
    terminal = pexpect.spawn(
        "runuser", line, env={"PATH": installed.PATH, "TERM": "xterm"}, encoding="utf-8",
        timeout=30, dimensions=(24, 80), cwd=str(place.home("officer")),
    )  # fmt: skip
    for answer in answers:
        terminal.expect_exact(": ")
        terminal.send(answer if answer == "\x03" else f"{answer}\r")
    terminal.expect("(Nothing was saved|No record was changed)[.]")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 130


def test_a_lost_file_alarms_everybody_and_root_restores_it(place: Installed) -> None:
    backup = place.backups / "ccu-2001-02-01-033000.db"
    assert place.run("service", place.program, "backup", backup).code == 0
    aside = place.base / "aside.db"
    place.database.rename(aside)
    for name in ("officer", "chief", "stranger"):
        for line in (("history", "--address", town.PLACE), ("staff", "list"), ("check",)):
            done = place.ccu(name, *line)
            assert (done.code, done.out) == (4, ""), (name, line, done)
            assert "a database was here" in done.err
            assert "Restore a backup: ccu restore BACKUP" in done.err
    init = ("init", "--town", "W", "--state", "CT", "--timezone", "America/New_York")
    for name in ("officer", "chief", "stranger"):
        assert place.ccu(name, *init)[:2] == (7, "")
    assert as_root(place, *init).returncode == 7
    assert place.ccu("chief", "restore", str(backup)).code in (4, 7)
    assert not place.database.exists()
    restored = as_root(place, "restore", backup)
    assert (restored.returncode, restored.stdout.count("Restored")) == (0, 1), restored
    about = place.database.stat()
    assert (place.database.owner(), about.st_mode & 0o777) == (place.service, 0o600)
    assert place.ccu("officer", "history", "--address", town.PLACE).code == 0
    for name in ("chief", "officer"):
        refused = place.ccu(name, "restore", "--force", str(backup))
        assert (refused.code, refused.out) == (7, "")
        assert "ccu restore is for the account that owns the file; as root: sudo -u" in refused.err
    aside.unlink()


def test_root_lets_a_unit_without_an_admin_back_in(place: Installed) -> None:
    """The way of docs/administrator.md: as the login of the admin who left."""
    text = (installed.ROOT / "docs/administrator.md").read_text(encoding="utf-8")
    found = re.search(
        r"^    runuser -u OLD -- ccu (staff add NEW --role admin)", text, re.MULTILINE
    )
    assert found is not None
    words = found[1].replace("NEW", place.named("worker")).split()
    words[:2] = ["staff", "edit"]  # the worker is on the list
    line = ["runuser", "-u", place.named("chief"), "--", str(place.wrapper), *words]
    done = subprocess.run(
        line, capture_output=True, text=True, check=False,
        env={"PATH": installed.PATH}, cwd=place.home("chief"),
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, ""), done
    back = ("staff", "edit", place.named("worker"), "--role", "clinician")
    assert place.ccu("chief", *back).code == 0


def test_the_installation_is_sound_after_all_of_it(place: Installed) -> None:
    assert place.ccu("sergeant", "audit", "verify").code == 0
    assert place.run("service", place.program, "check").code == 0
