"""The shapes of docs/json.md, from what each command prints in an invented town.

A key is written once, where the program makes the document. `make docs` writes the page, and
tests/test_readme.py fails for a key that is not on it or no longer printed.
"""

import json
import tempfile
import textwrap
from contextlib import chdir
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ccu.demo import story
from ccu.demo import town as demo_town
from ccu.records import audit
from tests import told_town
from tests.conftest import run_ccu
from tests.readme import AT, FIXED, UNWANTED, command_paths
from tests.steps import copy_file

ROOT = Path(__file__).resolve().parents[1]

Shape = dict[str, Any] | list[Any] | str | None  # None: a text, a number, true, false or null


def shape(value: Any) -> Shape:
    """What a value is made of; the entries of a list are one shape together."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    if isinstance(value, list):
        together: Shape = None
        for each in value:
            together = merged(together, shape(each))
        return [together]
    return None


def merged(one: Shape, other: Shape) -> Shape:
    """Both shapes; a key that only one has is kept."""
    if one is None or other is None:
        return other if one is None else one
    if isinstance(one, dict) and isinstance(other, dict):
        return {key: merged(one.get(key), other.get(key)) for key in {**one, **other}}
    assert isinstance(one, list) and isinstance(other, list)
    return [merged(one[0], other[0])]


def written(made: Shape) -> str:
    """A shape as docs/json.md writes it: {a, b {c}, d [{e}], f []}; a text as it is."""
    if made is None or isinstance(made, str):
        return made or ""
    if isinstance(made, list):
        return f"[{written(made[0])}]"
    return "{" + ", ".join(f"{key} {written(each)}".strip() for key, each in made.items()) + "}"


ROSTER = str(ROOT / "examples" / "roster.csv")
# What the demo town lacks, so that each part of each shape is met: (day, words, standard input).
MORE: tuple[tuple[str, tuple[str, ...], str], ...] = (
    (AT, ("settings", "override_review_days", "1"), ""),
    (AT, ("settings", "cad_system", "marshport-cad"), ""),
    ("2026-01-29", ("frequent", "override", "--person", "3", "--on", "--file", "-"), "new here"),
    ("2026-01-29", ("frequent", "override", "--person", "2", "--off", "--file", "-"), "known"),
    ("2026-01-29", ("frequent", "override", "--place", "33", "--off", "--file", "-"), "one man"),
    (AT, ("plan", "write", "--person", "2", "--file", "-"), "What helps:\n- a walk\n"),
    (AT, ("plan", "suggest", "1", "--file", "-"), "he likes tea"),
    (AT, ("plan", "answer", "1", "--accept", "--file", "-"), "thank you"),
    (AT, ("person", "edit", "6", "--missing", "email=prefers_not"), ""),
    (AT, ("person", "import", ROSTER, "--layout", "roster-hsd", "--yes"), ""),
    (AT, ("worker", "assign", "--person", "11", "--staff", "a.notreal"), ""),
    (AT, ("worker", "assign", "--person", "12", "--staff", "b.placer"), ""),
    (AT, ("person", "merge", "11", "12", "--prefer", "kept"), ""),
    (AT, ("consult", "add", "--person", "11", "--clinician", "b.placer", "--minutes", "5"), ""),
    (AT, ("needs", "record", "--person", "3", "transport=lacks"), ""),
    (AT, ("consult", "edit", "1", "--minutes", "7", "--reason", "mistyped"), ""),
    (AT, ("needs", "edit", "1", "food=lacks", "--reason", "mistyped"), ""),
    (AT, ("place", "category", "9 Quiet St", "--category", "school", "--new"), ""),
    (AT, ("place", "category", "9 Quiet Street East", "--category", "school", "--new"), ""),
    (AT, ("place", "merge", "306", "307"), ""),
    (
        AT,
        ("place", "flag", "9 Quiet St", "--source", "x", "--until", "in 9 days", "--file", "-"),
        "loose step",
    ),
    (AT, ("person", "link", "6", "3", "--relation", "caregiver", "--household", "none"), ""),
    (AT, ("household", "leave", "2", "4"), ""),
)


A_CALL = ("--nature", "crisis", "--when", "2026-01-31 12:21", "--no-input")
# Enough command lines to meet every part of each shape.
JSON_RUNS: dict[str, tuple[tuple[str, ...], ...]] = {
    "address": (("12 Main St Apt 3",),),
    "check": ((),),
    "settings": ((),),
    "staff list": ((),),
    "history": (
        ("-a", story.UNIT, "--full", "--reason", "a test"),
        ("-a", story.COUPLE),
        ("-a", "2 Railrod Plaza"),
        ("-a", "12 Main St Apt 9"),
        ("--person", "2", "--full", "--reason", "a test"),
    ),
    "call show": tuple((str(number),) for number in range(580, 602)),
    "referral list": ((),),
    "referral show": tuple((str(number),) for number in range(1, 12)),
    "referral expire": (("6", "--reason", "provider_silent", "--dry-run"),),
    "follow-up show": tuple((str(number),) for number in range(1, 34)),
    "follow-up list": ((),),
    "follow-up overdue": ((),),
    "worker list": ((),),
    "brief": (("--since", "3d"),),
    "consult list": ((),),
    "consult show": (("1",),),
    "needs show": (("1",),),
    "provider list": ((),),
    "provider show": (("1",), ("5",), ("8",)),
    "person find": (("Sample",),),
    "person show": (("2", "--changes"), ("6",), ("11",)),
    "person compare": (("6", "10"), ("6", "2")),
    "person duplicates": ((),),
    "person merge": (("6", "10", "--prefer", "kept", "--dry-run"),),
    "person unmerge": (("12",),),
    "person import": ((ROSTER, "--layout", "roster-hsd", "--yes"),),
    "household show": (("1",), ("2",)),
    "household list": ((),),
    "plan show": (("1", "--all"),),
    "plan list": ((),),
    "place show": ((story.UNIT,), (story.COUPLE,), ("2 Railroad Plz",), ("9 Quiet St",)),
    "place verify": ((),),
    "frequent people": ((),),
    "frequent places": (("--k", "1"),),
    "frequent review": ((),),
    "report": (("--month", "2026-01", "--section", "summary"),),
    "import": (("export.csv", "--layout", "demo", "--dry-run"),),
    "log-call": (
        ("--address", "2 Railrod Plaza", *A_CALL),
        ("--address", "461 Boathouse St", *A_CALL, "--incident", "26-000016"),
    ),
    "call list": ((),),
    "refer": (("4", "--to", "1", "--need", "housing"),),
    "needs refer": (("1", "food", "--to", "1"),),
    "referral letter": (("4",),),
    "provider find": (("food",),),
    "provider stale": ((),),
    "provider import": ((str(ROOT / "examples" / "directory.json"), "--dry-run"),),
    "codes list": ((),),
    "help": (("undo",),),
}
# Commands that print what another does, at a key or in all ("").
LIKE = {
    "log-call": {"call": "call show", "card": "history"},
    "refer": {"": "referral show"},
    "needs refer": {"": "refer"},
}


# What the town of told_town.py lacks, so that each part of each shape of trust is met.
MORE_TRUST: tuple[tuple[str, str, str], ...] = (
    ("clinician", "care init", ""),
    ("clinician", "care note add --person 1 --part2 --file -", "a word"),
    ("clinician", "wellness init", ""),
    (
        "clinician",
        "consent disclose 1 --to ems --scope needs --without-consent medical_emergency"
        " --purpose treatment",
        "",
    ),
    ("officer", "--today 2020-01-04 log-call --when 2020-01-02T10:00 --address 3ElmSt"
     " --nature other --person-file - --no-input", "Ada Testname"),
    ("officer", "--today 2020-01-06 log-call --when 2020-01-05T10:00 --address 5ElmSt"
     " --nature other --person-file - --no-input", "Bo Testname"),
    ("officer", "worker list --output {folder}/workers.csv", ""),
    ("records", "retention set calls 1 --source s", ""),
    ("records", "deidentify --before 2020-01-05 --yes", ""),
    ("records", "history --call 1 --full --reason handover", ""),
    ("officer", "seal list", ""),
)  # fmt: skip
# command -> who runs it, and with what.
TRUST_JSON = {
    "parcel open": ("ccu", "-"),
    "care note list": ("clinician", "--person 1"),
    "consent list": ("clinician", "--all"),
    "disclosures": ("clinician", "--person 1"),
    "wellness total": ("clinician", "--year 2026"),
    "audit review": ("supervisor", "--since 7d"),
    "seal list": ("records", ""),
    "seal show": ("records", "1"),
    "retention list": ("records", ""),
    "retention list --holds": ("records", "--all"),
    "retention list --destroyed": ("records", ""),
    "purge": ("records", "--dry-run"),
    "deidentify": ("records", "--before 2020-02-01 --dry-run"),
}


def shapes() -> dict[str, Shape]:
    """The shape of what each command prints, in the order of the commands."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        for name in UNWANTED:
            patch.delenv(name, raising=False)
        for name, text in FIXED.items():
            patch.setenv(name, text)
        with chdir(folder):
            made = {**_in_demo(Path(folder)), **_in_trust(Path(folder), patch)}
    order = [" ".join(path) for path in command_paths()]
    return {name: made[name] for name in sorted(made, key=lambda name: _place(order, name))}


def _place(order: list[str], name: str) -> tuple[int, str]:
    return order.index(name.partition(" --")[0]), name


def _in_demo(folder: Path) -> dict[str, Shape]:
    town, copy = folder / "demo.db", folder / "copy.db"
    for day, words, typed in ((AT, ("demo", "--no-tour", "--calls", "600"), ""), *MORE):
        done = run_ccu("--db", str(town), "--today", day, *words, stdin=typed)
        assert done.code == 0, (words, done.err)
    rows = demo_town.export_rows(20, datetime(2026, 1, 31), seed=1)
    demo_town.write_export(folder / "export.csv", rows)
    found: dict[str, Shape] = {}
    for command, runs in JSON_RUNS.items():
        copy_file(town, copy)  # some change it
        line = ("--db", str(copy), "--today", AT, *command.split())
        for words in runs:
            done = run_ccu(*line, *words, "--format", "json")
            assert done.code == 0, (words, done.err)
            found[command] = merged(found.get(command), shape(json.loads(done.out)))
    return found


def _in_trust(folder: Path, patch: pytest.MonkeyPatch) -> dict[str, Shape]:
    path = told_town.make_with_trust(folder)
    patch.setenv("CCU_CARE_DB", str(folder / "care.db.d" / "care.db"))
    patch.setenv("CCU_WELLNESS_DB", str(folder / "care.db.d" / "wellness.db"))
    (folder / "care.db.d").mkdir(mode=0o700)
    patch.setattr(audit, "clock", lambda: datetime(2026, 1, 31, 8, tzinfo=UTC))  # 3 at night
    for login, words, typed in MORE_TRUST:
        done = told_town.run(path, login, *words.format(folder=folder).split(), stdin=typed)
        assert done.code in (0, 7), (words, done.err)
    found = {}
    for command, (login, words) in TRUST_JSON.items():
        line = (*command.split(), *words.split(), "--format", "json")
        done = told_town.run(path, login, *line, stdin=told_town.PARCEL)
        assert done.code == 0, (line, done.err)
        found[command] = shape(json.loads(done.out))
    return found


def entry(command: str, made: dict[str, Any]) -> str:
    """What docs/json.md has below a command; `made` is what `shapes` returns."""
    told = made[command]
    for key, other in LIKE.get(command, {}).items():
        part = told[key] if key else told
        more = {name: each for name, each in part.items() if name not in made[other]}
        words = f"as ccu {other}" + (f", with {written(more)[1:-1]}" if more else "")
        told = {**told, key: "{" + words + "}"} if key else words
    return written(told)


def block() -> str:
    """The shapes as docs/json.md has them."""
    made = shapes()
    wrap = textwrap.TextWrapper(
        88, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False
    )
    entries = (f"ccu {command}\n{wrap.fill(entry(command, made))}" for command in made)
    return "```text\n" + "\n\n".join(entries) + "\n```"
