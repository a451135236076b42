"""A small town in which every command has something to do, and a command line for each of them.

Its words about people are unusual, so that a test can look for them anywhere: in what a command
printed, in the audit, in the bytes of the file. There is one account for each role, named as the
role; `admin` is the account that runs the tests.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyrage
import pytest

from ccu import access
from ccu.files import private
from ccu.records import audit

from .conftest import Result, machine_clock, run_ccu

REAL_CLOCK = audit.clock
AT = "2026-01-31T14:00"
PLACE = "12 Main St Apt 3"
GIVEN, FAMILY = "Zebulonna", "Quillfeather"
MOTHER = "Ottoline"
BORN, PHONE = "1971-03-09", "203-555-0177"
NARRATIVE = "narrwhisper"
NOTE = "notemurmur"
HELPS = "planteapot"
FLAG = "flagstep"
SUGGESTED = "suggestbiscuit"
REASON = "overridewords"

NAMES = (GIVEN, FAMILY, MOTHER)
IDENTITY = (*NAMES, BORN, PHONE)
AGENCY = {"clinician": "human_services", "intern": "human_services"}
ROLES = ("officer", "ccu", "clinician", "intern", "supervisor", "analyst", "records")

# The key of this town's parcels, and a parcel for it.
PARCEL_SECRET = "AGE-SECRET-KEY-10HLTK6ACVTZ5SFT5TMN0TH42EJ0Q0HSPVCR2CRYDE3RUWGH07L9S3XSGFU"
PARCEL_KEY = "age12u67fp6q4pf57nhqjk5r89ctmvskuwzfecztjn7q0mg50h0wqfgslaz889"
PARCEL = pyrage.encrypt(
    b'{"format": "ccu parcel 1", "from": "Norwalk Community Care Unit", "by": "A. Roe, 2035550142",'
    b' "made": "2026-01-30", "met": "2026-01-29", "person": "given: Alma", "needs": ["Housing"],'
    b' "note": "A quiet man."}',
    [pyrage.x25519.Recipient.from_str(PARCEL_KEY)],
    armored=True,
).decode()

DB = "town.db"
NEW_FILE = ("init", "demo")  # commands that make a file
PLAN = f"What helps:\n- {HELPS}\nWhat to avoid:\n- loud voices\n"


@contextmanager
def account(login: str) -> Iterator[None]:
    """Be this account within the block; `admin` is who runs the tests."""
    if login == "admin":
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(access, "login", lambda service_account="": login)
        yield


def run(
    db: Path,
    login: str,
    *args: str,
    stdin: str = "",
    at: str = AT,
    tty: bool = False,
    full: bool = False,
) -> Result:
    """A command line on a file, as an account, at a moment.

    It is the machine's too, unless the test has set that clock itself.
    """
    with account(login), pytest.MonkeyPatch.context() as patch:
        patch.setenv("CCU_TODAY", at)
        if audit.clock is REAL_CLOCK:
            patch.setattr(audit, "clock", machine_clock)
        return run_ccu("--db", str(db), *args, stdin=stdin, tty=tty, full=full)


_kept: dict[tuple[object, ...], dict[str, tuple[bytes, int]]] = {}


def _once(fill: Callable[[Path], Path], folder: Path) -> Path:
    """Fill a folder as it was filled the first time in this process, by this account."""
    own = tuple(
        item for item in sorted(os.environ.items()) if item[0].startswith(("CCU_", "SUDO_"))
    )
    key = (fill, access.login(), audit.clock is REAL_CLOCK, own)
    if key not in _kept:
        db = fill(folder)
        found = {
            each.name: (each.read_bytes(), each.stat().st_mode)
            for each in folder.iterdir()
            if each.is_file()
        }
        if not any(name.endswith("-wal") for name in found):
            _kept[key] = found
        return db
    for name, (content, mode) in _kept[key].items():
        (folder / name).write_bytes(content)
        (folder / name).chmod(mode & 0o777)
    return folder / DB


def make(folder: Path) -> Path:
    """The town's file in an empty folder."""
    return _once(_make, folder)


def _make(folder: Path) -> Path:
    db, narrative = folder / DB, folder / "narrative.txt"
    narrative.write_text(f"They sat on the stairs; {NARRATIVE}.")
    init = ("init", "--town", "Westport", "--state", "CT", "--timezone", "America/New_York")
    call = ("log-call", "--address", PLACE, "--nature", "crisis", "--no-input")
    at_home = (*call, "--when", "2026-01-30 22:30", "--note-file", str(narrative))
    steps: list[tuple[str, tuple[str, ...], str]] = [("admin", init, "")]
    for role in ROLES:
        agency = ("--agency", AGENCY.get(role, "police"))
        steps.append(("admin", ("staff", "add", role, "--role", role, *agency), ""))
    steps += [
        ("admin", ("staff", "edit", "intern", "--supervisor", "clinician"), ""),
        ("admin", ("provider", "add", "Homes with Hope", "--need", "housing"), ""),
        ("officer", (*at_home, "--person-file", "-"), f"{GIVEN} {FAMILY}; born {BORN}"),
        ("officer", (*call, "--when", "2026-01-20 09:00", "--person", "1"), ""),
        ("officer", (*call, "--when", "2026-01-21 09:00", "--person-file", "-"),
         f"caller: {MOTHER} {FAMILY}"),
        ("officer", ("log-call", "--address", "9 Elm St", "--nature", "welfare_check",
                     "--when", "2026-01-22 09:00", "--person", "unknown", "--no-input"), ""),
        ("clinician", ("person", "edit", "1", "--file", "-"), f"phone: {PHONE}"),
        ("clinician", ("refer", "1", "--to", "1", "--need", "housing", "--note-file", "-"), NOTE),
        ("admin", ("settings", "default_owner", "ccu"), ""),
        ("officer", ("refer", "4", "--to", "1", "--need", "housing", "--owner", "officer"), ""),
        ("clinician", ("follow-up", "add", "--person", "1", "--kind", "visit", "--due",
                       "2026-02-02 10:00", "--note-file", "-"), NOTE),
        ("admin", ("follow-up", "add", "--call", "4", "--kind", "call", "--due",
                   "2026-01-31 18:00"), ""),
        ("intern", ("follow-up", "done", "6", "--result", "reached"), ""),
        ("clinician", ("worker", "assign", "--person", "1", "--staff", "clinician"), ""),
        ("clinician", ("needs", "record", "--person", "1", "housing=lacks", "food=lacks"), ""),
        ("officer", ("consult", "add", "--call", "1", "--clinician", "clinician", "--minutes",
                     "5", "--note-file", "-"), NOTE),
        ("clinician", ("plan", "write", "--person", "1", "--file", "-"), PLAN),
        ("supervisor", ("plan", "approve", "1"), ""),
        ("clinician", ("plan", "write", "--person", "2", "--file", "-"), PLAN),
        ("officer", ("plan", "suggest", "1", "--file", "-"), SUGGESTED),
        ("officer", ("place", "flag", PLACE, "--source", "officer", "--file", "-"), FLAG),
        ("clinician", ("person", "link", "2", "1", "--relation", "parent"), ""),
        ("admin", ("person", "add", "--file", "-"), "description: gray coat"),
        ("admin", ("person", "merge", "3", "4", "--prefer", "kept"), ""),
        ("supervisor", ("frequent", "override", "--person", "3", "--on", "--file", "-"), REASON),
        ("admin", ("place", "category", "9 Elm Street East", "--category", "other", "--new"), ""),
        ("admin", ("place", "merge", "2", "3"), ""),
        ("admin", ("follow-up", "add", "--call", "4", "--kind", "call", "--due",
                   "2026-01-31 19:00"), ""),
        ("admin", ("follow-up", "done", "7", "--result", "refused"), ""),
        ("admin", (*call, "--when", "2026-01-29 09:00"), ""),
        ("admin", ("call", "void", "5", "--reason", "logged twice"), ""),
        ("admin", ("refer", "4", "--to", "1", "--need", "housing"), ""),
        ("admin", ("referral", "update", "3", "--status", "declined"), ""),
    ]  # fmt: skip
    _take(db, steps)
    private.make_key(folder / "town.db.parcel-key", secret=PARCEL_SECRET)
    shutil.copy(db, folder / "earlier.db")  # as a backup, to restore
    return db


def make_with_trust(folder: Path) -> Path:
    """The same town, with a consent, a legal hold, a sealed call and a filled retention table."""
    return _once(_make_with_trust, folder)


def _make_with_trust(folder: Path) -> Path:
    db = make(folder)
    call = ("log-call", "--address", "4 Oak Ave", "--nature", "crisis", "--no-input")
    day = ("--ordered", "2026-01-30")
    classes = (
        "calls people referrals needs consults plans consents disclosures reasons sealed imports"
    )
    sources = ("--source", "schedule 1")
    _take(
        db,
        [
            ("admin", ("person", "add", "--file", "-"), "description: added in error"),
            ("clinician", ("consent", "grant", "1", "--to", "hospital", "--scope", "needs",
                           "--purpose", "treatment", "--signed", "2026-01-10"), ""),
            ("records", ("retention", "hold", "call", "3", "--authority", "D-1"), ""),
            ("officer", (*call, "--when", "2026-01-23 09:00"), ""),
            ("records", ("seal", "call", "6", "--authority", "court", *day, "--yes"), ""),
            *(("records", ("retention", "set", each, "never", *sources), "")
              for each in classes.split()),
        ],
    )  # fmt: skip
    return db


def _take(db: Path, steps: list[tuple[str, tuple[str, ...], str]]) -> None:
    for login, words, stdin in steps:
        done = run(db, login, *words, stdin=stdin)
        assert done.code == 0, (login, words, done.err)


# Every command -> the words after it, as a shell would split them, and its standard input: right
# for the town as it was made, in a folder that holds it, earlier.db, export.csv, roster.csv and
# directory.json.
# A row of ccu/rights.txt with an option has a line of its own.
LINES: dict[str, tuple[str, str]] = {
    "log-call": (f"--address '{PLACE}' --nature crisis --when 13:00 --person 1 --no-input", ""),
    "call show": ("1", ""),
    "call show --full": ("1 --full --reason handover", ""),
    "call edit": ("1 --priority 2", ""),
    "call list": ("--undecided", ""),
    "call decide": ("2 --no-action in_care", ""),
    "call void": ("2 --reason 'made twice'", ""),
    "call unvoid": ("5 --reason 'not the same call'", ""),
    "history": (f"--address '{PLACE}'", ""),
    "history --full": (f"--address '{PLACE}' --full --reason handover", ""),
    "report": ("--month 2026-01", ""),
    "refer": ("3 --to 1 --need housing", ""),
    "referral list": ("", ""),
    "referral list --names": ("--names", ""),
    "referral show": ("1", ""),
    "referral letter": ("2", ""),
    "referral letter --provider": ("2 --provider --without-consent medical_emergency", ""),
    "referral edit": ("2 --status accepted", ""),
    "referral reopen": ("3", ""),
    "referral expire": ("2 --reason provider_silent", ""),
    "follow-up add": ("--person 1 --kind call --due '2026-02-03 10:00'", ""),
    "follow-up done": ("5 --result left_message --next '2026-02-03 10:00'", ""),
    "follow-up edit": ("5 --due '2026-02-04 10:00'", ""),
    "follow-up void": ("4 --reason 'entered twice'", ""),
    "follow-up reopen": ("7 --due '2026-02-03 10:00'", ""),
    "follow-up sign": ("6", ""),
    "follow-up show": ("1", ""),
    "follow-up list": ("", ""),
    "follow-up overdue": ("", ""),
    "worker assign": ("--person 2 --staff clinician", ""),
    "worker end": ("--person 1", ""),
    "worker list": ("", ""),
    "undo": ("--yes", ""),
    "brief": ("", ""),
    "consult add": ("--call 1 --clinician clinician --minutes 5", ""),
    "consult edit": ("1 --minutes 6", ""),
    "consult void": ("1 --reason twice", ""),
    "consult list": ("", ""),
    "consult show": ("1", ""),
    "needs record": ("--person 1 transport=lacks", ""),
    "needs edit": ("1 food=has", ""),
    "needs void": ("1 --reason twice", ""),
    "needs show": ("1", ""),
    "needs refer": ("1 food --to 1", ""),
    "person add": ("--file - --no-input", "given: Perdita\nfamily: Umberstone"),
    "person find": ("--file -", f"family: {FAMILY}"),
    "person show": ("1 --changes", ""),
    "person edit": ("1 --housing shelter", ""),
    "person compare": ("1 2", ""),
    "person duplicates": ("", ""),
    "person distinct": ("1 2 --reason 'two people'", ""),
    "person merge": ("1 3 --prefer kept", ""),
    "person unmerge": ("4", ""),
    "person link": ("1 3 --relation other", ""),
    "person unlink": ("2 1", ""),
    "person import": ("roster.csv --layout roster-hsd --yes", ""),
    "household show": ("1", ""),
    "household list": ("", ""),
    "household add": ("1 3", ""),
    "household leave": ("1 2", ""),
    "household edit": ("1 --file -", "Stairs"),
    "plan write": ("--person 3 --file -", PLAN),
    "plan show": ("1", ""),
    "plan list": ("", ""),
    "plan approve": ("2", ""),
    "plan review": ("1 --keep", ""),
    "plan expire": ("2 --reason moved", ""),
    "plan suggest": ("1 --file -", "more tea"),
    "plan answer": ("1 --accept --file -", "thank you"),
    "place show": (f"'{PLACE}'", ""),
    "place flag": ("'9 Elm St' --source officer --file -", "low door"),
    "place verify": ("1", ""),
    "place unflag": ("1 --why outdated", ""),
    "place exempt": ("'9 Elm St' --category shelter --reason shelter", ""),
    "place edit": ("'9 Elm St' --category shelter", ""),
    "place merge": ("1 2", ""),
    "place unmerge": ("3", ""),
    "frequent people": ("--k 1", ""),
    "frequent people --names": ("--k 1 --names", ""),
    "frequent places": ("--k 1", ""),
    "frequent override": ("--person 2 --on --file -", "first weeks"),
    "frequent review": ("--all", ""),
    "provider add": ("Harbor --need food", ""),
    "provider find": ("housing", ""),
    "provider list": ("", ""),
    "provider stale": ("", ""),
    "provider show": ("1", ""),
    "provider edit": ("1 --capacity full", ""),
    "provider retire": ("1", ""),
    "provider import": ("directory.json", ""),
    "address": (f"'{PLACE}'", ""),
    "import": ("export.csv --layout demo", ""),
    "init": ("--town Norwalk --state CT --timezone America/New_York", ""),
    "demo": ("--no-tour --calls 100", ""),
    "staff add": ("newbie --role officer", ""),
    "staff list": ("", ""),
    "staff edit": ("officer --phone 203-555-0100", ""),
    "staff retire": ("analyst", ""),
    "settings": ("", ""),
    "settings --change": ("repeat_days 60", ""),
    "help": ("undo", ""),
    "codes list": ("need", ""),
    "codes add": ("need 'Warming center'", ""),
    "codes rename": ("need food 'Food pantry'", ""),
    "codes retire": ("need food", ""),
    "backup": ("copy.db", ""),
    "restore": ("earlier.db --force", ""),
    "check": ("", ""),
}

# The same for the commands of trust, on the town of make_with_trust; CCU_CARE_DB and
# CCU_WELLNESS_DB name files of the same folder where there are any.
TRUST_LINES: dict[str, tuple[str, str]] = {
    "person void": ("5 --yes", ""),
    "consent grant": (
        "2 --to hospital --scope needs --purpose treatment --signed 2026-01-10",
        "",
    ),
    "consent revoke": ("1", ""),
    "consent disclose": (
        "1 --to ems --scope needs --without-consent medical_emergency --purpose treatment",
        "",
    ),
    "consent list": ("--all", ""),
    "disclosures": ("--person 1", ""),
    "parcel key": ("", ""),
    "parcel make": (f"1 --to 1 --key {PARCEL_KEY} --without-consent serious_threat", ""),
    "parcel open": ("-", PARCEL),
    "care init": ("new-care/care.db", ""),
    "care note add": ("--person 1 --file -", "a long talk"),
    "care note list": ("--person 1", ""),
    "care note move": ("1 --person 2", ""),
    "care destroy": ("--person 1 --authority D-2 --yes", ""),
    "care backup": ("care-copy.db", ""),
    "wellness init": ("new-care/wellness.db", ""),
    "wellness add": ("--kind peer_support --minutes 30 --no-input", ""),
    "wellness total": ("--year 2026", ""),
    "export": (
        "--what calls --from 2026-01-01 --to 2026-01-31 --purpose research --output rows",
        "",
    ),
    "audit review": ("--since 7d", ""),
    "audit verify": ("", ""),
    "audit anchor": ("", ""),
    "audit rekey": ("", ""),
    "seal person": ("3 --authority court --ordered 2026-01-30 --yes", ""),
    "seal call": ("4 --authority court --ordered 2026-01-30 --yes", ""),
    "seal list": ("", ""),
    "seal show": ("1", ""),
    "seal lift": ("1 --reason-code set_aside", ""),
    "retention list": ("", ""),
    "retention set": ("calls 7 --source 'schedule 2'", ""),
    "retention hold": ("person 2 --authority D-2", ""),
    "retention release": ("1", ""),
    "purge": ("--yes", ""),
    "purge --dry-run": ("--dry-run", ""),
    "deidentify": ("--before 2020-01-01 --yes", ""),
}
