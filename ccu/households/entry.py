"""What is typed of a household: who belongs to it, and its name."""

from collections.abc import Sequence
from pathlib import Path

from ccu.errors import InvalidInput
from ccu.households import store as households
from ccu.households.card import listed
from ccu.households.link import NEW
from ccu.options import terminal, typed_text
from ccu.session import Session

LONGEST_NAME = 100


def add(session: Session, household: str, people: Sequence[int], since: str | None) -> str:
    """Put people into a household or a new one; the sentence that says so. Raises as `join`."""
    new = household == NEW
    number = 0 if new else int(household)
    joining = list(dict.fromkeys(people))
    with session.work() as work:
        if new:
            number = households.add(work)
        for each in joining:
            households.join(work, number, each, since)
    who = listed(joining, "person")
    verb = "is" if len(joining) == 1 else "are"
    word = "new household" if new else "household"
    from_then = f" since {since}" if since else ""
    return f"{who[:1].upper()}{who[1:]} {verb} in {word} {number}{from_then}."


def name(session: Session, household_id: int, file: Path | None) -> str:
    """Give a household the name that is in the file, or is typed; the sentence that says so.

    Raises NotFound, InvalidInput.
    """
    households.name(session.db, household_id)  # a wrong number is told before the question
    if file is not None:
        text = typed_text.file_text(file, "--file")
    elif session.interactive:
        text = terminal.read_line("Name of the household (Enter: none): ")
    else:
        raise InvalidInput("--file is missing; - reads the name from standard input")
    said = typed_text.line(text, "the name", LONGEST_NAME) or ""
    with session.work() as work:
        households.rename(work, household_id, said)
    return f"Household {household_id} has {'a' if said else 'no'} name now."
