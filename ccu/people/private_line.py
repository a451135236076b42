"""A line that is no business of the process list: by prompt, from a file, from standard input."""

from pathlib import Path

from ccu.errors import InvalidInput
from ccu.options import terminal, typed_text


def read(question: str, file: Path | None, what: str, longest: int, asking: bool) -> str:
    """One line of text, from --file (- is standard input) or asked for. Raises InvalidInput."""

    def checked(text: str, name: str) -> str:
        found = typed_text.line(text, name, longest)
        if found is None:
            raise InvalidInput(f"{name} is empty")
        return found

    if file is not None:
        return checked(typed_text.file_text(file, "--file"), what)
    if not asking:
        raise InvalidInput(f"--file is missing: {what} comes from a file, or from - for stdin")
    return terminal.ask_until_valid(question, lambda answer: checked(answer, what))
