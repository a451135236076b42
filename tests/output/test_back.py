"""`<` at a terminal goes back or is refused; it is never recorded as an answer."""

import json
from collections.abc import Sequence

import pytest

from .. import typed
from ..conftest import Ccu

NO_WAY_BACK = "There is no question to go back to; Ctrl-C cancels"


@pytest.mark.parametrize(
    ("command", "question"),
    [
        (("call", "void", "1"), "Why it was an error; kept with the record: "),
        (("call", "decide", "1"), "Why (number, code, or how it begins): "),
        (("place", "flag", "12 Main St"), "Source of the note: "),
        (("staff", "add"), "Login, the account's name on this machine: "),
        (("provider", "add"), "Name of the provider: "),
        (("consult", "add"), "Who was asked (login): "),
        (("worker", "assign"), "(or part of the name): "),
        (("refer",), "refer --person P): "),
    ],
)
def test_back_at_a_question_outside_a_form_is_refused_and_asked_again(
    command: Sequence[str], question: str, ccu: Ccu, db_path: object
) -> None:
    line = ("log-call", "--when", "22:30", "--address", "12 Main St", "--nature", "crisis")
    assert ccu(*line, "--no-input").code == 0
    terminal = typed.start(db_path, *command)  # type: ignore[arg-type]
    for _ in range(2):
        terminal.expect_exact(question)
        terminal.sendline("<")
        terminal.expect_exact(NO_WAY_BACK)
    terminal.expect_exact(question)
    terminal.close(force=True)
    shown = json.loads(ccu("call", "show", "1", "-f", "json").out)
    assert "<" not in json.dumps(shown)
    assert "<" not in ccu("staff", "list").out + ccu("provider", "find", "x").out
