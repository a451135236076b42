"""Asking the person at the keyboard. Questions go to stderr: stdout is for data.

Typer's own prompt is not used: it writes a space to standard output.
"""

import io
import sys
from collections.abc import Callable
from typing import Annotated, TypeVar

import typer

from ccu.errors import InvalidInput

NoInputOption = Annotated[
    bool, typer.Option("--no-input", help="Never ask; what is missing is an error.")
]

Value = TypeVar("Value")


class EndOfInput(KeyboardInterrupt):
    """Ctrl-D, or nobody there: the person wants to stop, as by Ctrl-C, unless a note ends so."""


def ask(
    question: str, given: str | None, option: str, asking: bool, default: str | None = None
) -> str:
    """The value given, else the answer typed. Raises InvalidInput when it may not ask."""
    if given is not None:
        return given
    if not asking:
        raise InvalidInput(f"{option} is missing")
    shown = f"{question} [{default}]: " if default else f"{question}: "
    while True:
        answer = read_line(shown).strip() or default
        if answer:
            return answer


def ask_until_valid(question: str, read: Callable[[str], Value]) -> Value:
    """What `read` makes of the answer; when it refuses, its sentence is shown and asked again."""
    while True:
        try:
            return read(read_line(f"{question}: ").strip())
        except InvalidInput as error:
            sys.stderr.write(f"  {error}\n")


def ask_lines(question: str) -> str:
    """Lines until one that is a single full stop, or empty at once; an end of input ends it too."""
    lines: list[str] = []
    sys.stderr.write(f"{question}:\n")
    while True:
        try:
            line = read_line("> ")
        except EndOfInput:
            break
        if line.strip() == "." or not (line or lines):
            break
        lines.append(line)
    return "\n".join(lines)


def read_line(question: str) -> str:
    """One line as typed, without its end. Raises EndOfInput.

    Bytes that are not text come as surrogates, which every reader of text refuses with a sentence.
    """
    if isinstance(sys.stdin, io.TextIOWrapper) and sys.stdin.errors != "surrogateescape":
        sys.stdin.reconfigure(errors="surrogateescape")
    sys.stderr.write(question)
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        sys.stderr.write("\n")
        raise EndOfInput
    return line.rstrip("\r\n")
