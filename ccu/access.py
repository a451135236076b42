"""Identify the account that runs ccu and what its role may do, by the table in rights.txt.

The account comes from the operating system, never from $USER and never from a flag. The gate
(ccu/gate.py) asks the table before a command runs. A row for an option narrows access: a command
line with the option needs both that row and the command's own. Only the options in MODES replace
the command's row. A role that a town added has only the rights that every role has. Rules about a
record's state (staff cannot approve their own plan, an intern's closing waits for a signature) are
in the feature's own code; this table covers roles only.
"""

import os
import sys
from functools import cache
from pathlib import Path

ROLES = {
    "o": "officer",
    "c": "ccu",
    "l": "clinician",
    "i": "intern",
    "s": "supervisor",
    "a": "analyst",
    "r": "records",
    "d": "admin",
}

# Options that turn a command into a harmless read, each with the other options it may be combined
# with. Its row then replaces the command's own; an option without a row is open to anyone, except
# by sudo. With any other option the command's own row is needed too. --output is not allowed with
# an option open to anyone: an unknown account must not write a file.
MODES: dict[str, frozenset[str]] = {
    "purge --dry-run": frozenset({"--format", "--output"}),
    "report --list": frozenset({"--format"}),
    "report --define": frozenset({"--format"}),
    "import --suggest": frozenset(),
    "person import --suggest": frozenset(),
}
# Roles that may sign an intern's work, and so may be named as a supervisor.
SUPERVISE = frozenset({"officer", "ccu", "clinician", "supervisor", "admin"})


@cache
def _roles(letters: str) -> frozenset[str]:
    return frozenset(ROLES[each] for each in letters.split() if each != ".")


def _read(text: str) -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """Return the table of rights as right -> its roles, and as mark -> the rights with it."""
    may: dict[str, frozenset[str]] = {}
    marked: dict[str, list[str]] = {"anyone": []}
    for line in text.splitlines():
        if "|" in line:
            what, letters, marks = map(str.strip, line.split("|"))
            if letters == "anyone":
                marked["anyone"].append(what)
            else:
                may[what] = _roles(letters)
            for mark in marks.split():
                marked.setdefault(mark, []).append(what)
    return may, {mark: frozenset(found) for mark, found in marked.items()}


MAY, _MARKED = _read(Path(__file__).with_name("rights.txt").read_text(encoding="utf-8"))
ANYONE = _MARKED["anyone"]  # commands that need no account
EVIDENCE = _MARKED["clock"]  # --today never counts
ANY_DAY = _MARKED["any-day"]  # --today counts for a caller by sudo too
UNATTENDED = _MARKED["cron"]
ENTIRE = _MARKED["entire"]  # reads all referrals; asks the View about each


def may(role: str, what: str) -> bool:
    """Return whether a role has a right of the table."""
    return role in MAY[what]


# What to do instead, printed with the refusal.
_INSTEAD = {
    "plan write": "ccu plan suggest sends a correction",
    "plan expire": "ccu plan suggest sends a correction",
    "plan answer": "ccu plan suggest sends a correction",
    "household show": "ccu household list gives its numbers",
    "frequent people --names": "the list is by number without --names",
    "referral list --names": "the list is by number without --names",
    "person duplicates": "ccu person compare sets two beside each other",
    "purge": "ccu purge --dry-run shows what it would destroy",
}


def refusal(role: str, what: str) -> str:
    """Return the sentence that refuses a role: which roles may, and what to do instead."""
    *rest, last = [name for name in ROLES.values() if name in MAY[what]]
    listed = f"{', '.join(rest)} or {last}" if rest else last
    verb = what.replace(" --change", " NAME VALUE").replace(" --others", " of another's plan")
    instead = f"; {_INSTEAD[what]}" if what in _INSTEAD else ""
    return f"ccu {verb} needs the role {listed}; this account's role is {role}{instead}"


# ---------------------------------------------------------------- the account


def uid(service_account: str = "") -> int | None:
    """Return the uid of the account that asked for this run; None on Windows.

    If ccu runs by sudo as the service account that owns the file, that is SUDO_UID. For any other
    account the variable is ignored, because anyone could have set it.
    """
    if sys.platform == "win32":
        return None
    asked = _sudo_uid()
    by_service = service_account and account() == service_account
    return asked if by_service and asked is not None else os.getuid()


def login(service_account: str = "") -> str:
    """Return the login name of the account that asked for this run, by the rule of `uid`."""
    if sys.platform == "win32":
        return os.getlogin()
    name = _name_of(uid(service_account))
    return name or f"uid-{os.getuid()}"  # a container without a passwd entry


def caller() -> int | None:
    """Return the uid that ran ccu by sudo as another account; None if not by sudo, or by root.

    sudo sets SUDO_UID itself, so a caller cannot hide it. Setting it by hand can only restrict the
    account: nothing is granted because of it alone.
    """
    asked = _sudo_uid()
    if sys.platform == "win32":
        return None
    return None if asked in (0, os.getuid()) else asked


def account() -> str:
    """Return the login name of the account that this process runs as; empty when it has none."""
    return os.getlogin() if sys.platform == "win32" else _name_of(os.getuid())


def _sudo_uid() -> int | None:
    said = os.environ.get("SUDO_UID", "")
    return int(said) if said.isascii() and said.isdigit() else None


def _name_of(uid: int | None) -> str:
    import pwd

    try:
        return pwd.getpwuid(uid or 0).pw_name
    except (KeyError, OverflowError):
        return ""
