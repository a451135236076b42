"""`ccu staff add` and `ccu provider add` ask at a terminal for what is missing."""

from pathlib import Path

from .. import typed
from ..conftest import Ccu


def type_in(db_path: Path, line: str, *dialog: tuple[str, str]) -> str:
    """Run a command line at a terminal of 80 x 24; return what is printed after the answers."""
    terminal = typed.start(db_path, *line.split())
    for question, answer in dialog:
        terminal.expect_exact(question)
        terminal.sendline(answer)
    return str(terminal.read())


def test_staff_add_asks_for_login_and_role(ccu: Ccu, db_path: Path) -> None:
    shown = type_in(
        db_path,
        "staff add",
        ("Login, the account's name on this machine: ", "Dana Lee"),
        ("LOGIN must be one word", ""),
        ("this machine: ", "dlee"),
        ("Role (number, code, or how it begins): ", "?"),
        ("Role (number, code, or how it begins): ", "clinician"),
    )
    assert "Added dlee (Clinician)." in shown
    assert ccu("staff", "add").err == "ccu: error: the login is missing; type it as LOGIN\n"
    assert ccu("staff", "add", "mrossi").err == "ccu: error: --role is missing\n"


def test_provider_add_asks_for_its_name_and_needs(ccu: Ccu, db_path: Path) -> None:
    shown = type_in(
        db_path,
        "provider add",
        ("Name of the provider: ", "Homes with Hope"),
        ("What it helps with, separated by commas: ", "banana"),
        ("Not a valid need. Type ? to list them", ""),
        (
            "What it helps with, separated by commas: ",
            "housing, shelter",
        ),
        ("  Housing, Shelter", ""),
    )
    assert "Added provider 1." in shown
    assert (
        ccu("provider", "add").err
        == "ccu: error: the name of the provider is missing; type it as NAME\n"
    )
