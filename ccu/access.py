"""Who is at the keyboard, and what their role may do: the one table of rights.

The account comes from the operating system, never from $USER and never from a flag. The gate
(ccu/gate.py) asks the table before a command runs.
A row is a command, or a finer right within one. Its letters are the roles that may, in the order of
`ROLES`; a dot is one that may not. A row with an option narrows: who gives the option needs that
row and the command's own. Only the options of MODES replace the command's own row. A role that a
town added itself may do what is under ANYONE.
Rules about a record's state (staff cannot approve their own plan, an intern's closing waits for a
signature) are beside what they are about; this table is about roles alone.
"""

import os
import sys

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

# Commands that need no account: they show nothing about a person. `check` prints only numbers and
# file names and must work for a file from elsewhere; `restore` is for whoever owns the files, never
# by sudo; wellness never opens the main file.
ANYONE = frozenset({
    "address", "help", "init", "demo", "check", "restore", "wellness init", "wellness add",
    "wellness total",
})  # fmt: skip
# Options that turn a command into a harmless read, each with the options that leave it one. Given
# with no other, the option's row replaces the command's own; without a row anybody may, except by
# sudo. With any other option the command's own row is needed too. --output is not a companion where
# anybody may: nobody unknown writes a file.
MODES: dict[str, frozenset[str]] = {
    "purge --dry-run": frozenset({"--format", "--output"}),
    "report --list": frozenset({"--format"}),
    "report --define": frozenset({"--format"}),
    "import --suggest": frozenset(),
    "person import --suggest": frozenset(),
}
# Whose signature closes an intern's work, so who may be named as a supervisor.
SUPERVISE = frozenset({"officer", "ccu", "clinician", "supervisor", "admin"})
# Where --today and CCU_TODAY count, and for which roles. Evidence (a seal, a hold, a consent, a
# disclosure, a destruction) goes by the machine's clock for every account: a wrong day there breaks
# an accounting, or destroys records early. Commands that only show, or record no day, go by the day
# that was given, for all who may run them: what they leave behind (the audit, disclosures by a
# card, anchors, about.json) has the machine's time all the same. All others record by the day that
# was given where people run ccu as themselves: they can change the dates in their own file anyway.
# A caller by sudo may give none there, because the file is closed to them otherwise.
EVIDENCE = frozenset({
    "consent grant", "consent revoke", "consent disclose", "care destroy", "seal person",
    "seal call", "seal lift", "retention set", "retention hold", "retention release", "purge",
    "deidentify", "referral letter --provider", "parcel make",
})  # fmt: skip
ANY_DAY = frozenset({
    "call show", "call list", "history", "report", "referral list", "referral show",
    "follow-up show", "follow-up list", "worker list", "brief", "consult list", "consult show",
    "needs show",
    "person find", "person show", "person compare", "person duplicates", "household show",
    "household list", "plan show", "plan list", "place show", "frequent people",
    "frequent places", "provider find", "provider list", "provider show", "provider stale",
    "address", "consent list", "disclosures",
    "care note list", "care backup", "wellness total", "export", "audit review", "audit verify",
    "audit anchor", "seal list", "seal show", "retention list",
    "purge --dry-run", "staff list", "backup", "restore", "check", "init", "codes list", "help",
})  # fmt: skip
# What the service account itself may do when cron runs it, unattended: a list by number, and a copy
# in a folder of its own.
UNATTENDED = frozenset({"follow-up overdue", "backup"})

_TABLE = """
log-call             o c l i s . r d
call show            o c l i s . r d
call show --full     o c l i s . r d
call edit            o c l i s . r d
call void            o c l . s . r d
call unvoid          o c l . s . r d
call list            o c l i s . r d
call decide          o c l i s . . d
history              o c l i s . r d
history --full       o c l i s . r d
report               . c l i s a r d
refer                o c l i s . . d
referral list        o c l i s a r d
referral list --names o c l i s . r d
referral show        o c l i s . r d
referral letter      o c l i s . r d
referral letter --provider . c l i s . r d
referral update      o c l i s . . d
referral update --close o c l . s . . d
referral update --correct . . . . s . . d
referral reopen      o c l . s . . d
referral expire      . c l . s . . d
follow-up add        o c l i s . . d
follow-up done       o c l i s . . d
follow-up move       o c l i s . . d
follow-up void       o c l i s . . d
follow-up reopen     o c l . s . . d
follow-up sign       o c l . s . . d
follow-up sign --any . . . . s . . d
follow-up show       o c l i s . r d
follow-up list       o c l i s a r d
follow-up list --names o c l i s . r d
follow-up overdue    o c l i s a r d
follow-up overdue --names o c l i s . r d
worker assign        . c l i s . . d
worker end           . c l i s . . d
worker list          o c l i s a r d
undo                 o c l i s . r d
brief                o c l i s . r d
consult add          o c l i s . . d
consult edit         o c l i s . . d
consult void         o c l i s . . d
consult list         o c l i s a r d
consult show         o c l i s . r d
needs record         . c l i s . . d
needs edit           . c l i s . . d
needs void           . c l i s . . d
needs show           . c l i s . . d
needs refer          . c l i s . . d
person add           o c l i s . r d
person find          o c l i s . r d
person show          o c l i s . r d
person edit          o c l i s . r d
person void          o c l i s . r d
person compare       o c l i s . r d
person duplicates    . c l i s . r d
person distinct      . c l . s . r d
person merge         . c l . s . r d
person unmerge       . c l . s . r d
person link          o c l i s . . d
person unlink        . c l i s . . d
person import        . c l . s . r d
household show       . c l i s . . d
household list       o c l i s a r d
household add        . c l i s . . d
household leave      . c l i s . . d
household name       . c l i s . . d
plan write           . c l i s . . d
plan show            o c l i s . r d
plan list            o c l i s a r d
plan approve         . . . . s . . d
plan review          . . . . s . . d
plan expire          . c l i s . . d
plan expire --others . c l . s . . d
plan suggest         o c l i s . r d
plan answer          . c l . s . . d
place show           o c l i s . r d
place flag           o c l i s . . d
place verify         . c l . s . . d
place unflag         . c l . s . . d
place exempt         . c l . s . . d
place category       o c l . s . . d
place merge          . c l . s . r d
place unmerge        . c l . s . r d
frequent people      o c l i s a r d
frequent people --names o c l i s . r d
frequent places      o c l i s a r d
frequent override    . c l . s . . d
frequent review      . c l . s . . d
provider add         . c l i s . . d
provider find        o c l i s a r d
provider list        o c l i s a r d
provider show        o c l i s a r d
provider stale       o c l i s a r d
provider edit        . c l i s . . d
provider retire      . c l . s . . d
provider import      . c l . s . . d
import               . . . . s . r d
consent grant        . c l i s . r d
consent revoke       . c l i s . r d
consent disclose     . c l i s . r d
consent list         o c l i s . r d
disclosures          . c l . s . r d
parcel key           . c l i s . r d
parcel make          . c l i s . r d
parcel open          . c l i s . r d
care init            . c l i s . . .
care backup          . c l i s . . .
care note add        . c l i s . . .
care note list       . c l i s . . .
care note move       . c l i s . . .
care destroy         . . l . s . . .
export               . . . . s a r d
export --few         . . . . s . r d
audit review         . . . . s . r d
audit verify         . . . . s a r d
audit anchor         . . . . s . r d
audit rekey          . . . . . . . d
seal person          . . . . . . r .
seal call            . . . . . . r .
seal list            . . . . . . r .
seal show            . . . . . . r .
seal lift            . . . . . . r .
retention list       . . . . s . r d
retention set        . . . . . . r d
retention hold       . . . . . . r d
retention release    . . . . . . r d
purge                . . . . . . r .
purge --dry-run      . . . . s . r d
deidentify           . . . . . . r .
staff add            . . . . . . . d
staff list           o c l i s a r d
staff edit           . . . . . . . d
staff retire         . . . . . . . d
settings             o c l i s a r d
settings --change    . . . . . . . d
codes list           o c l i s a r d
codes add            . . . . s . . d
codes rename         . . . . s . . d
codes retire         . . . . s . . d
backup               . . . . s . r d
"""


def _read(table: str) -> dict[str, frozenset[str]]:
    rows = {}
    for line in table.strip().splitlines():
        what, letters = line[: -2 * len(ROLES)].strip(), line[-2 * len(ROLES) :].split()
        rows[what] = frozenset(ROLES[letter] for letter in letters if letter != ".")
    return rows


MAY = _read(_TABLE)


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
    """Return one sentence for a role that may not: which roles may, and what to do instead."""
    *rest, last = [name for name in ROLES.values() if name in MAY[what]]
    listed = f"{', '.join(rest)} or {last}" if rest else last
    verb = what.replace(" --change", " NAME VALUE").replace(" --others", " of another's plan")
    instead = f"; {_INSTEAD[what]}" if what in _INSTEAD else ""
    return f"ccu {verb} needs the role {listed}; this account's role is {role}{instead}"


# ---------------------------------------------------------------- the account


def uid(service_account: str = "") -> int | None:
    """Return the number of the account asking; None on Windows.

    Where ccu runs by sudo as the service account that owns the file, sudo gives the account that
    asked (SUDO_UID); for any other account that variable is anybody's to set, and is ignored.
    """
    if sys.platform == "win32":
        return None
    asked = _sudo_uid()
    by_service = service_account and account() == service_account
    return asked if by_service and asked is not None else os.getuid()


def login(service_account: str = "") -> str:
    """Return the login name of the person asking, by the same rule as `uid`."""
    if sys.platform == "win32":
        return os.getlogin()
    name = _name_of(uid(service_account))
    return name or f"uid-{os.getuid()}"  # a container without a passwd entry


def caller() -> int | None:
    """Return the uid that ran ccu by sudo as another account; None when there is none, or root.

    sudo sets SUDO_UID itself, so it cannot be hidden from ccu. Where somebody sets it by hand it
    can only narrow what they may do: nothing is ever granted because of it alone.
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
