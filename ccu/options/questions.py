"""A form at the terminal: questions in order, `<` to the one before, a review before saving."""

import contextlib
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccu.errors import AskAgain, Cancelled, Declined, InvalidInput
from ccu.options import keyboard, terminal, typed_text
from ccu.options.terminal import WIDTH, GoBack
from ccu.options.types import OptionType
from ccu.output import say

if TYPE_CHECKING:
    from ccu.session import Session

NOT_RECORDED = "(not recorded)"  # in a review; "None" is an answer
MOST_LINES = 18  # of a review; a longer one leaves out the questions without an answer


@dataclass(eq=False, repr=False)
class Question:
    """One question of a form.

    `ask` asks it and stores the answer; `words` returns the answer for the review. A question that
    is `known` (given as an option) is not asked, but may be changed from the review. `wanted`
    returns whether the question applies, given the answers so far. `keep` saves what was typed when
    the form is interrupted, and returns a sentence about that. `add` appends a text to the answer.
    """

    label: str
    ask: Callable[[], object]
    words: Callable[[], str]
    known: bool = False
    wanted: Callable[[], bool] = lambda: True
    keep: Callable[[], str | None] = lambda: None
    add: Callable[[str], object] | None = None


def fill_in(
    session: "Session",
    questions: Sequence[Question],
    check: Callable[[], object] = lambda: None,
    *,
    review: bool = False,
    notes: Callable[[], Iterable[str]] = lambda: (),
) -> None:
    """Ask each question that is open, then show the answers until they are to be saved.

    With `review` they are shown even if no question was open. `notes` are sentences below them.
    `check` raises InvalidInput for answers that do not fit together: they can then be changed.
    Raises Declined when nothing is to be saved, and KeyboardInterrupt.
    """

    def kept() -> str:
        return " ".join(filter(None, (each.keep() for each in questions)))

    asked: list[Question] = []
    first = len(AskAgain.lines)
    try:
        with terminal.going_back():
            _ask_open(questions, asked, first)
            if not asked and not review:
                return  # every answer was given as an option
            while not _is_right(questions, asked, check, notes, first):
                _ask_open(questions, asked, first)
    except Declined:
        raise
    except KeyboardInterrupt:
        if sentence := kept():
            raise Cancelled(sentence) from None
        raise
    typed = [each for each in questions if each.wanted() and not each.known and each.words()]
    remember(session, "\n".join(f"{each.label}: {each.words()}" for each in typed), kept)


def give_back(session: "Session", since_saved: bool) -> None:
    """Keep or print what was typed; with `since_saved`, only what came after the last write."""
    for writes, each in session.typed:
        if not since_saved or writes == len(session.written):
            each()


def remember(session: "Session", text: str, keep: Callable[[], str] = str) -> None:
    """Keep what was typed, and print it at a terminal, if the command ends without saving it.

    It is never printed to a pipe or a log.
    """

    def keep_or_print() -> None:
        if sentence := keep():
            say(sentence)
        if text and sys.stderr.isatty():
            for each in ("Not saved. You typed:", *text.splitlines()):
                say(each)

    session.typed.append((len(session.written), keep_or_print))


def _ask_open(questions: Sequence[Question], asked: list[Question], first: int) -> None:
    """Ask what is wanted and not answered; `<` takes the last answer back to be asked again.

    `first` is where the lines typed in this form begin.
    """
    while open_questions := [
        each for each in questions if each.wanted() and not each.known and each not in asked
    ]:
        try:
            open_questions[0].ask()
        except GoBack:
            _take_back(asked, first)
        else:
            asked.append(open_questions[0])


def _take_back(asked: list[Question], first: int) -> None:
    if asked:
        asked.pop()
        return
    try:
        keyboard.ask_before(first)  # the question before the form
    except InvalidInput as error:
        say(f"  {error}")


def _is_right(
    questions: Sequence[Question],
    asked: list[Question],
    check: Callable[[], object],
    notes: Callable[[], Iterable[str]],
    first: int,
) -> bool:
    """Show the answers and ask whether to save; change the one whose number is typed."""
    shown = [each for each in questions if each.wanted() and (each.known or each in asked)]
    width = max(len(each.label) for each in shown)
    say("")
    for number, each in enumerate(shown, 1):
        if not each.words() and len(shown) > MOST_LINES:
            continue  # its number can still be typed
        say(_cut(f"{number:>3}  {each.label:{width}}  {each.words() or NOT_RECORDED}"))
    for note in notes():
        say(note)

    def read(answer: str) -> Question | None:
        if answer.lower() in ("y", "yes"):
            check()
            return None
        if answer.lower() in ("n", "no"):
            raise Declined
        if (chosen := terminal.listed_at(answer, shown)) is None:
            if _is_prose(answer) and (
                add := next((each.add for each in shown if each.add and not each.known), None)
            ):
                add(answer)
                raise InvalidInput("Added to the note")
            numbers = f"a number from 1 to {len(shown)}"
            raise InvalidInput(f"y saves, n discards what you typed, {numbers} changes an answer")
        return chosen

    try:
        changed = terminal.ask_until_valid("Save? y, n, or a number to change", read)
    except GoBack:
        _take_back(asked, first)
        return False
    if changed is None:
        return True
    with contextlib.suppress(GoBack):  # the review again
        changed.ask()
    return False


def _is_prose(text: str) -> bool:
    """Return whether a text is the rest of a note that a blank line ended too soon."""
    return len(text.split()) > 2 or text.endswith((".", "!", "?"))


def _cut(line: str) -> str:
    """Return the line, shortened to the width of the screen: the review must fit on it."""
    one = " / ".join(line.splitlines())
    return one if len(one) <= WIDTH else f"{one[: WIDTH - 3]}..."


def of_option(
    session: "Session",
    given: Any,
    field: str,
    type: OptionType[Any],
    label: str,
    option: str,
    *,
    usual: str = "",
    skip: bool = False,
    wanted: Callable[[], bool] = lambda: True,
) -> Question:
    """Make the question whose answer is the field of `given` that an option fills.

    Enter keeps an earlier answer, else takes `usual`; with `skip` it leaves the field empty.
    """

    def words() -> str:
        value = getattr(given, field)
        if value is None:
            return ""
        return type.words(session, value) if type.words else str(value)

    def ask() -> None:
        before = getattr(given, field)
        if skip:
            value = type.ask_or_skip(session, label, option)
        elif before is not None:
            value = type.ask(session, label, option, words(), default=before)
        else:
            value = type.ask(session, label, option, usual)
        setattr(given, field, value)

    return Question(label, ask, words, getattr(given, field) is not None, wanted)


def of_note(given: Any, edit: bool, session: "Session", command: str) -> Question:
    """Make the question whose answer is the note of `given`; with `edit` it opens the editor.

    An interrupted note is kept, and offered when the same `command` asks again.
    """
    texts: list[str | None] = [None]
    lines: list[str] = []  # typed so far

    def ask() -> None:
        from ccu.options import drafts

        if texts[0] is None and (found := drafts.taken(session, command, "A note that")):
            texts[0], lines[:] = "\n".join(found["lines"]), [] if edit else found["lines"]
        texts[0] = note(session, texts[0], edit, lines)
        given.note_file = lambda: texts[0]

    def add(text: str) -> None:
        texts[0] = longer_note(texts[0], text)

    def keep() -> str | None:
        from ccu.options import drafts

        if typed := lines or (texts[0] or "").splitlines():
            return drafts.keep(session, command, {"lines": typed}, "Your note is")
        return None

    known = given.note_file is not None

    def words() -> str:
        return texts[0] or ("from a file" if known else "")

    return Question("Note", ask, words, known, keep=keep, add=add)


def longer_note(before: str | None, text: str) -> str | None:
    """Return a note with a paragraph more. Raises InvalidInput for one that is too long."""
    return typed_text.note("\n\n".join(filter(None, (before, text))), "the note")


def note(
    session: "Session", before: str | None, edit: bool, lines: list[str] | None = None
) -> str | None:
    """Ask for a note, at the keyboard or in the user's editor; `before` is what it was.

    `lines` receives the lines typed so far, for a caller that keeps them on an interruption.
    """
    from ccu.options import drafts

    lines = [] if lines is None else lines
    keeps = "; Enter keeps the one before, - clears it" if before and not (edit or lines) else ""
    while True:
        text = (
            drafts.edited(session, before or "")
            if edit
            else terminal.ask_lines(f"Note (end with a blank line{keeps})", lines)
        )
        if keeps and text in ("", "-"):
            return None if text else before
        try:
            return typed_text.note(text, "the note")
        except InvalidInput as error:
            say(f"  {error}")
        finally:
            lines.clear()


def private_text(
    session: "Session",
    question: str,
    file: Path | None,
    what: str,
    longest: int,
    asking: bool,
    *,
    lines: bool = False,
) -> str:
    """Return text about somebody from --file (- is standard input), or ask for it.

    It is never an argument, because other users of the machine can read those. It is one line, or
    several with `lines`. Raises InvalidInput, which calls it `what`.
    """

    def checked(text: str) -> str:
        if lines:
            found = (typed_text.note(text, what) or "").strip()
            if len(found) > longest:
                raise InvalidInput(f"{what} is longer than {longest} characters")
        else:
            found = typed_text.line(text, what, longest) or ""
        if not found:
            raise InvalidInput(f"{what} is empty")
        return found

    if file is not None:
        return checked(typed_text.file_text(file, "--file"))
    if not asking:
        raise InvalidInput(f"--file is missing: {what} comes from a file, or from - for stdin")
    if lines:
        ask = partial(terminal.ask_lines, f"{question} (end with a blank line)")
        typed = terminal.until_valid(lambda: checked(ask()))
    else:
        typed = terminal.ask_until_valid(question, checked)
    remember(session, typed)
    return typed


def confirm_by_number(interactive: bool, number: int, stated: str, verb: str, what: str) -> None:
    """State what will happen and ask for a number to confirm it: y is too easy to press from habit.

    `verb` is the action, such as destroy or seal; `what` tells which number to type. Raises
    InvalidInput without a terminal, and for another number.
    """
    if not interactive:
        raise InvalidInput("--yes is missing: nobody is at a terminal to confirm it")
    say(stated)
    if keyboard.read_line(f"To {verb}, type {number}, {what}: ").strip() != str(number):
        raise InvalidInput(f"nothing was {verb}ed: the answer was not {number}, {what}")
