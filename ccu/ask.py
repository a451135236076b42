"""Asking the person at the keyboard. Questions go to stderr: stdout is for data."""

from typing import Annotated

import typer

from ccu.errors import InvalidInput

NoInputOption = Annotated[
    bool, typer.Option("--no-input", help="Never ask; what is missing is an error.")
]


def ask(question: str, given: str | None, option: str, asking: bool, default: str | None = None) -> str:
    """The value given, else the answer typed. Raises InvalidInput when it may not ask."""
    if given is not None:
        return given
    if not asking:
        raise InvalidInput(f"{option} is missing")
    return str(typer.prompt(question, default=default, err=True))
