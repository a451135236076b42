"""README, docs and help are true: every command, every example, every link, every shape.

Its generated blocks are held by `make lint` (cogapp --check).
"""

import re
import shlex
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer

from ccu import cli
from tests import json_shapes
from tests.readme import command_paths

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


def documented() -> dict[str, str]:
    """command -> its shape in docs/json.md."""
    block = PAGES[ROOT / "docs" / "json.md"].partition("```text\n")[2].partition("```")[0]
    found = {}
    for entry in block.strip().split("\n\n"):
        head, _, rest = entry.partition("\n")
        found[head.removeprefix("ccu ")] = " ".join(rest.split())
    return found


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return json_shapes.shapes()


@pytest.mark.parametrize("command", documented())
def test_json_is_as_documented(command: str, made: dict[str, Any]) -> None:
    assert json_shapes.entry(command, made) == documented()[command]


def test_every_command_with_formats_has_its_json_documented() -> None:
    with_formats = {
        " ".join(path)
        for path in leaves()
        if any("--format" in each.opts for each in the_command(path).params)
    }
    commands = {name.partition(" --")[0] for name in documented()}  # an option may have its own
    assert with_formats - {"export"} == commands  # which writes files, told in about.json
