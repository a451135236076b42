"""README, docs and help are true: every command, every example, every link, every shape.

Its generated blocks are held by `make lint` (cogapp --check).
"""

import json
import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer

from ccu import cli
from ccu.demo import story
from ccu.demo import town as demo_town
from ccu.records import audit
from tests import told_town
from tests.conftest import run_ccu
from tests.readme import AT, command_paths

ROOT = Path(__file__).resolve().parents[1]
PAGES = {
    path: path.read_text(encoding="utf-8")
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
}
COMMANDS = PAGES[ROOT / "docs" / "commands.md"]
PATHS = list(command_paths())


def the_command(path: tuple[str, ...]) -> Any:
    """Typer's own object for ("call", "show")."""
    command: Any = typer.main.get_command(cli.app)
    for name in path:
        command = command.get_command(None, name)
    return command


def leaves() -> list[tuple[str, ...]]:
    """The paths that do something: not a group of others."""
    return [path for path in PATHS if not getattr(the_command(path), "commands", None)]


def examples(path: tuple[str, ...]) -> list[list[str]]:
    """The example lines of a command's help, as words after `ccu`."""
    _, _, after = the_command(path).help.partition("Example")
    found = []
    for paragraph in after.split("\n\n"):
        line = " ".join(paragraph.split()).replace("\\ ", "")
        _before, ccu, words = line.partition("ccu ")
        if ccu:
            found.append(shlex.split(words))
    for example in found:
        while example[0] in ("--db", "--today"):  # of the program, not of the command
            del example[:2]
    return found


# ---------------------------------------------------------------- commands


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_every_command_has_its_section(path: tuple[str, ...]) -> None:
    words = " ".join(path)
    assert f"\n### ccu {words}\n" in COMMANDS
    assert f"$ ccu {words} --help\n" in COMMANDS


@pytest.mark.parametrize("path", leaves(), ids=" ".join)
def test_every_command_has_an_example_of_itself(path: tuple[str, ...]) -> None:
    of_itself = [words for words in examples(path) if words[: len(path)] == list(path)]
    assert of_itself


@pytest.mark.parametrize("path", leaves(), ids=" ".join)
def test_every_option_of_an_example_exists(path: tuple[str, ...]) -> None:
    for words in examples(path):
        where = the_command(path)
        known = {name for each in where.params for name in (*each.opts, *each.secondary_opts)}
        used = {word.partition("=")[0] for word in words if re.match("--?[a-z]", word)}
        assert used <= known, words


# ---------------------------------------------------------------- the page


def headings(path: Path) -> set[str]:
    """The anchors of a page, as GitHub makes them."""
    return {
        re.sub(r"[^\w -]", "", line.lstrip("# ")).strip().lower().replace(" ", "-")
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.match("#{1,4} ", line)
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", PAGES[page]):
        name, _, anchor = target.partition("#")
        path = page.parent / name if name else page
        assert path.is_file(), target
        assert not anchor or anchor in headings(path), target


def test_the_readme_is_short() -> None:
    assert 120 <= len(PAGES[ROOT / "README.md"].splitlines()) <= 180


def test_every_page_is_linked_from_the_readme() -> None:
    for page in PAGES:
        if page.parent == ROOT / "docs":
            assert f"(docs/{page.name})" in PAGES[ROOT / "README.md"], page.name


def test_every_example_is_explained() -> None:
    told = "".join(PAGES.values()) + "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "examples").iterdir() if path.is_file()
    )
    for path in (ROOT / "examples").iterdir():
        assert f"examples/{path.name}" in told, path.name


def test_every_ready_layout_is_named() -> None:
    layouts = (ROOT / "ccu" / "layouts", ROOT / "examples" / "layouts")
    for path in (path for folder in layouts for path in folder.glob("*.toml")):
        assert f"`{path.stem}`" in PAGES[ROOT / "docs" / "imports.md"], path.stem


# ---------------------------------------------------------------- the architecture page

ARCHITECTURE = PAGES[ROOT / "docs" / "architecture.md"]
# What a reader makes by following the worked examples.
MADE_THERE = re.compile(r".*(kit|our-cad|to_N|N-1).*")


def named_paths() -> set[str]:
    """The files and folders that docs/architecture.md names, as written."""
    files = re.findall(r"(?<![\w/.])[\w/.-]+\.(?:py|sql|toml|md|lock)\b", ARCHITECTURE)
    folders = re.findall(r"(?<![\w/.])(?:ccu|tests|examples|docs)/[\w/]*\w(?![\w/.])", ARCHITECTURE)
    return {each for each in (*files, *folders) if not MADE_THERE.fullmatch(each)}


@pytest.mark.parametrize("name", sorted(named_paths()))
def test_every_path_of_the_architecture_page_exists(name: str) -> None:
    folders = ("ccu", "docs", "examples", "tests")
    found = (path for folder in folders for path in (ROOT / folder).rglob(name))
    assert (ROOT / name).exists() or any(found), name


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(ccu(?:\.[a-z_]+)+)`", ARCHITECTURE))))
def test_every_module_of_the_architecture_page_exists(name: str) -> None:
    assert name == "ccu.toml" or import_module(name)


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(_?[A-Z][A-Z_]{3,})`", ARCHITECTURE))))
def test_every_table_of_the_architecture_page_is_defined(name: str) -> None:
    defined = re.compile(rf"^{name}\b.*=", re.MULTILINE)
    files = (*(ROOT / "ccu").rglob("*.py"), *(ROOT / "tests").rglob("*.py"))
    assert any(defined.search(path.read_text(encoding="utf-8")) for path in files), name


def test_the_architecture_page_is_short() -> None:
    assert len(ARCHITECTURE.splitlines()) <= 300


# ---------------------------------------------------------------- JSON

Shape = dict[str, Any] | list[Any] | None  # None: a text, a number, true, false or null


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
    """A shape as docs/json.md writes it: {a, b {c}, d [{e}], f []}."""
    if made is None:
        return ""
    if isinstance(made, list):
        return f"[{written(made[0])}]"
    return "{" + ", ".join(f"{key} {written(each)}".strip() for key, each in made.items()) + "}"


def documented() -> dict[str, str]:
    """command -> its shape in docs/json.md."""
    block = PAGES[ROOT / "docs" / "json.md"].partition("```text\n")[2].partition("```")[0]
    found = {}
    for entry in block.strip().split("\n\n"):
        head, _, rest = entry.partition("\n")
        found[head.removeprefix("ccu ")] = " ".join(rest.split())
    return found


ROSTER = str(ROOT / "examples" / "roster.csv")
# What the demo town lacks, so that each part of each shape is met: (day, words, standard input).
MORE: tuple[tuple[str, tuple[str, ...], str], ...] = (
    (AT, ("settings", "override_review_days", "1"), ""),
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


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("town") / "demo.db"
    for day, words, typed in ((AT, ("demo", "--no-tour", "--calls", "600"), ""), *MORE):
        done = run_ccu("--db", str(path), "--today", day, *words, stdin=typed)
        assert done.code == 0, (words, done.err)
    return path


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
}


@pytest.mark.parametrize("command", JSON_RUNS)
def test_json_is_as_documented(
    command: str, town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    demo_town.write_export(
        Path("export.csv"), demo_town.export_rows(20, datetime(2026, 1, 31), seed=1)
    )
    made: Shape = None
    for words in JSON_RUNS[command]:
        done = run_ccu(
            "--db", str(town), "--today", AT, *command.split(), *words, "--format", "json"
        )
        assert done.code == 0, done.err
        made = merged(made, shape(json.loads(done.out)))
    assert written(made) == documented()[command]


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


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("trusted")
    path = told_town.make_with_trust(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CCU_CARE_DB", str(folder / "care.db.d" / "care.db"))
        patch.setenv("CCU_WELLNESS_DB", str(folder / "care.db.d" / "wellness.db"))
        (folder / "care.db.d").mkdir(mode=0o700)
        patch.setattr(audit, "clock", lambda: datetime(2026, 1, 31, 8, tzinfo=UTC))  # 3 at night
        for login, words, typed in MORE_TRUST:
            done = told_town.run(path, login, *words.format(folder=folder).split(), stdin=typed)
            assert done.code in (0, 7), (words, done.err)
        yield path


@pytest.mark.parametrize("command", TRUST_JSON)
def test_json_of_trust_is_as_documented(command: str, trusted: Path) -> None:
    login, words = TRUST_JSON[command]
    line = (*command.split(), *words.split(), "--format", "json")
    done = told_town.run(trusted, login, *line)
    assert done.code == 0, done.err
    assert written(shape(json.loads(done.out))) == documented()[command]


def test_every_command_with_formats_has_its_json_documented() -> None:
    with_formats = {
        " ".join(path)
        for path in leaves()
        if any("--format" in each.opts for each in the_command(path).params)
    }
    commands = {name.partition(" --")[0] for name in documented()}  # an option may have its own
    assert with_formats - {"export"} == commands  # which writes files, told in about.json
