"""ccu installed as examples/sudoers tells, with accounts, groups and a sudoers file of its own.

It needs root, and takes everything away again. Each process that runs tests has its own names.
"""

import fcntl
import os
import pwd
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib.metadata import distribution
from pathlib import Path

from .. import told_town as town
from ..conftest import Result

ROOT = Path(__file__).resolve().parents[2]
SYSTEM_PYTHON = "/usr/bin/python3"
PROGRAMS = ("sudo", "visudo", "useradd", "userdel", "groupadd", "groupdel", "cksum")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# name -> their groups and their role on the staff list; the stranger is not on it
PEOPLE = {
    "chief": ("police", "admin"),
    "officer": ("police", "officer"),
    "sergeant": ("police", "supervisor"),
    "loaned": ("police", "clinician"),  # a clinician who is not in the group hsd
    "worker": ("hsd", "clinician"),
    "stranger": ("police", ""),
}


def missing() -> str:
    """Why the tests cannot run here; empty when they can."""
    if sys.platform == "win32" or os.getuid() != 0:
        return "making accounts needs root"
    lacking = [name for name in PROGRAMS if shutil.which(name, path=PATH) is None]
    if lacking:
        return f"not on this machine: {', '.join(lacking)}"
    if not Path("/etc/sudoers.d").is_dir():
        return "no folder /etc/sudoers.d"
    code = "import sys, venv, sqlite3; print(*sys.version_info[:2])"
    found = subprocess.run(
        [SYSTEM_PYTHON, "-c", code], capture_output=True, text=True, check=False
    ).stdout.split()
    ours = [str(each) for each in sys.version_info[:2]]
    return "" if found == ours else f"{SYSTEM_PYTHON} is not the Python {'.'.join(ours)} of here"


class Installed:
    """One installation: where it is, what its accounts are called, and how they run ccu."""

    def __init__(self) -> None:
        self.mark = f"ccutest{os.getpid()}"
        self.base = Path("/opt") / self.mark
        self.program = self.base / "opt/ccu/bin/ccu"
        self.wrapper = self.base / "usr/local/bin/ccu"
        self.database = self.base / "var/lib/ccu/ccu.db"
        self.backups = self.base / "srv/backup/ccu"
        self.service = self.mark
        self.sudoers = Path("/etc/sudoers.d") / self.mark

    def named(self, name: str) -> str:
        """The account or group that is called `name` in the examples or in PEOPLE."""
        return f"{self.mark}-{name}"

    def home(self, name: str) -> Path:
        return self.base / "home" / name

    def text(self, shipped: str) -> str:
        """A text of examples/, with the names and folders of this installation."""
        moved = re.sub(
            r"/(opt/ccu|var/lib/ccu|srv/backup/ccu|srv/hsd-|usr/local/bin/ccu)\b",
            lambda found: f"{self.base}{found[0]}",
            shipped.replace("/etc/sudoers.d/ccu", str(self.sudoers)),
        )
        moved = re.sub(r"(?<![\w/.-])ccu(?![\w/.-])", self.service, moved)
        return re.sub(
            r"(?<![\w/.-])(police|hsd)(?![\w/.-])", lambda found: self.named(found[0]), moved
        )

    def run(
        self, name: str, *words: str | Path, stdin: str = "", env: Mapping[str, str] | None = None
    ) -> Result:
        """Run a program as one of PEOPLE, or as the service account, from their home folder."""
        account = self.service if name == "service" else self.named(name)
        known = pwd.getpwnam(account)
        done = subprocess.run(
            [str(word) for word in words],
            input=stdin,
            env={"PATH": PATH, "LOGNAME": account, "TERM": "dumb", **(env or {})},
            cwd=known.pw_dir,
            user=known.pw_uid,
            group=known.pw_gid,
            extra_groups=os.getgrouplist(account, known.pw_gid),
            capture_output=True,
            text=True,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def ccu(self, name: str, *words: str, stdin: str = "") -> Result:
        """Run ccu as people do, by the wrapper."""
        return self.run(name, self.wrapper, *words, stdin=stdin)

    def by_hand(self, name: str, *words: str, env: Mapping[str, str] | None = None) -> Result:
        """Run ccu by sudo without the wrapper; words up to `--` are sudo's."""
        before, after = (
            (words[: words.index("--")], words[words.index("--") + 1 :])
            if "--" in words
            else ((), words)
        )
        line = ("/usr/bin/sudo", "-n", "-u", self.service, *before, str(self.program), *after)
        return self.run(name, *line, env=env)


@contextmanager
def alone() -> Iterator[None]:
    """The system's list of accounts for one process at a time: useradd does not wait."""
    with Path("/run/ccutest.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _sh(line: str, cwd: Path | str = "/") -> None:
    done = subprocess.run(
        ["sh", "-c", f"umask 022; {line}"],
        cwd=cwd,
        env={"PATH": PATH},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (line, done.stderr)


@contextmanager
def made() -> Iterator[Installed]:
    """Follow the steps of examples/sudoers, and put the told town in the place of the new file."""
    place = Installed()
    with ExitStack() as undo:
        undo.callback(shutil.rmtree, place.base, ignore_errors=True)
        undo.callback(place.sudoers.unlink, missing_ok=True)
        _copy_examples(place)
        steps = _steps(place)
        undo.callback(_removed, f"groupdel {place.named('police')}; groupdel {place.named('hsd')}")
        undo.callback(_removed, f"userdel {place.service}; groupdel {place.service}")
        for number in (1, 2):
            with alone():
                _sh(steps[number])
        _install_program(place)
        for number in (4, 5, 6):
            _sh(steps[number], place.base / "src")
        config = place.base / "opt/ccu/ccu.toml"
        config.write_text(config.read_text().replace("# care_database", "care_database"))
        with alone():
            _sh(steps[0])  # the folder of the care notes
        _make_people(place, undo, steps[9])
        _first_admin(place, steps[7])
        _sh(steps[8], place.base / "src")
        yield place


def _removed(line: str) -> None:
    with alone():
        subprocess.run(["sh", "-c", line], env={"PATH": PATH}, capture_output=True, check=False)


def _make_people(place: Installed, undo: ExitStack, join: str) -> None:
    """Make the accounts of PEOPLE; `join` is step 9, by which they get their group."""
    (place.base / "home").mkdir(mode=0o755)
    for name, (group, _role) in PEOPLE.items():
        undo.callback(_removed, f"userdel {place.named(name)}")
        line = join.replace(place.named("police"), place.named(group))
        with alone():
            _sh(f"useradd -N -m -d {place.home(name)} {place.named(name)}")
            _sh(line.replace("LOGIN", place.named(name)))


def _copy_examples(place: Installed) -> None:
    place.base.mkdir(mode=0o755)
    target = place.base / "src/examples"
    shutil.copytree(ROOT / "examples", target)
    for name in ("sudoers", "ccu.toml", "ccu-by-sudo.sh"):
        path = target / name
        path.write_text(place.text(path.read_text(encoding="utf-8")), encoding="utf-8")
    for folder in ("srv/backup", "var/lib", "usr/local/bin"):
        (place.base / folder).mkdir(mode=0o755, parents=True)


def _steps(place: Installed) -> dict[int, str]:
    """The commands in examples/sudoers by the number of their step; 0 makes the care folder."""
    text = place.text((ROOT / "examples/sudoers").read_text(encoding="utf-8"))
    steps = {int(found[1]): found[2] for found in re.finditer(r"#   (\d)\. (.+)", text)}
    for number in (7, 8, 9, 10):
        found = re.search(rf"# {number}\. [^\n]*\n(?:#  [^\n]*\n)?#\n#      (.+)", text)
        assert found is not None
        steps[number] = found[1]
    care = re.search(r"#   (groupadd -f \S+ && install -d -o root -g \S+ -m 2770 .+)", text)
    assert care is not None
    return {**steps, 0: care[1]}


def _install_program(place: Installed) -> None:
    """Step 3 without a network: the packages of here, copied to where all accounts can read.

    With their compiled files, which the service account could not write; copy2 keeps them valid.
    """
    folder = place.base / "opt/ccu"
    _sh(f"{SYSTEM_PYTHON} -m venv --without-pip {folder}")
    packages = next(folder.glob("lib/python3*/site-packages"))
    shutil.copytree(ROOT / "ccu", packages / "ccu")
    shutil.copy(ROOT / "schema.sql", packages / "ccu")
    for name in _needed("ccu-casework", set()) - {"ccu-casework"}:
        found = distribution(name)
        for file in found.files or []:
            source, target = Path(str(found.locate_file(file))), packages / str(file)
            if ".." not in str(file) and source.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)
    place.program.write_text(f"#!{folder}/bin/python3\nfrom ccu.start import run\nrun()\n")
    place.program.chmod(0o755)
    _sh(f"chmod -R go=rX {folder}")


def _needed(name: str, seen: set[str]) -> set[str]:
    """A package and all that it needs, its extras left out."""
    seen.add(name)
    for line in distribution(name).requires or []:
        needed = re.split(r"[^\w.-]", line)[0]
        if ";" not in line and needed not in seen:
            _needed(needed, seen)
    return seen


def _first_admin(place: Installed, line: str) -> None:
    """Step 7, by the chief's own right to sudo; the file made so is then the told town's."""
    own = Path(f"{place.sudoers}-chief")
    try:
        own.write_text(f"{place.named('chief')} ALL = (ALL) NOPASSWD: ALL\n")
        own.chmod(0o440)
        for option, value in (("town", "W"), ("state", "CT"), ("timezone", "America/New_York")):
            line = line.replace(f"--{option} ...", f"--{option} {value}")
        done = place.run("chief", "sh", "-c", line.replace("sudo -u", "sudo -n -u"))
        assert done == (0, f"Made {place.database} for W, CT.\n", ""), done
        told = place.run("chief", "sudo", "-n", "-u", place.service, place.program, "staff", "list")
        assert place.named("chief") in told.out
        assert place.service not in told.out.split()
    finally:
        own.unlink(missing_ok=True)
    folder = place.database.parent
    for path in folder.iterdir():
        path.unlink()
    town.make_with_trust(folder).rename(place.database)
    (folder / "town.db.audit-key").rename(folder / "ccu.db.audit-key")
    for name, (group, role) in PEOPLE.items():
        agency = "human_services" if group == "hsd" else "police"
        words = ("staff", "add", place.named(name), "--role", role, "--agency", agency)
        done = town.run(place.database, "admin", *words) if role else done
        assert done.code == 0, done
    _sh(f"rm -f narrative.txt earlier.db; chown -R {place.service}: .; chmod 600 *", folder)
