"""Add one contact to the sums, from options or prompts."""

from collections.abc import Callable
from typing import TypeVar

from ccu.errors import InvalidInput
from ccu.options import terminal, typed_text
from ccu.session import Session
from ccu.wellness import log

Value = TypeVar("Value")


def add(
    session: Session, kind: str | None, minutes: str | None, month: str | None, asking: bool
) -> str:
    """Add a contact; return the line that reports what was recorded. Raises InvalidInput.

    The file is opened before the first prompt, so that no answer is lost if it cannot be.
    """
    today = log.machine_day(session.day_said)
    with log.opened() as connection:
        labels = log.kinds(connection)
        listed = ", ".join(f"{number} {label}" for number, label in enumerate(labels.values(), 1))
        code = _read(
            f"What was it ({listed})",
            kind,
            "--kind",
            asking,
            lambda text: log.kind_of(connection, text),
        )
        took = _read("How many minutes", minutes, "--minutes", asking, _minutes)
        when = log.month_of(f"{today:%Y-%m}" if month is None else month, today)
        log.add(connection, code, when, took)
    return f"Added to {when}: {labels[code].lower()}, {took} minutes."


def _read(
    question: str,
    given: str | None,
    option: str,
    asking: bool,
    read: Callable[[str], Value],
) -> Value:
    if given is not None:
        return read(given)
    if not asking:
        raise InvalidInput(f"{option} is missing")
    return terminal.ask_until_valid(question, read)


def _minutes(text: str) -> int:
    found = typed_text.whole_number(text, "--minutes", log.LONGEST)
    if not found:
        raise InvalidInput("--minutes must be a whole number from 1")
    return log.quarters(found)
