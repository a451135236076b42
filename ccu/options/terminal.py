"""Questions to the person at the keyboard. They go to stderr: stdout is for data.

keyboard.py reads a line; this is what is asked, and what is done with an answer.
"""

import contextlib
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import TypeVar

from ccu.errors import AskAgain, InvalidInput, NotFound
from ccu.options import keyboard, typed_text
from ccu.options.keyboard import EndOfInput, read_line

LONGEST_NUMBER = 9  # digits of a list item's number
WIDTH = 78
ONE_COLUMN = 6  # up to this many choices are listed one per line
BACK = "<"
YES, NO = ("y", "yes"), ("n", "no")
_ENTER = r" \[[^]]*\](?=$| \(- )"  # what a question tells that Enter takes
_USUAL = r" \[(?!Enter )([^]]*)\](?=$| \(- )"  # the same, where that is an answer
_SKIP = "(Enter "  # means that Enter records nothing

Value = TypeVar("Value")
Key = TypeVar("Key")


class GoBack(Exception):
    """`<` was typed in a form (questions.py): ask its question before again."""


_can_go_back = False


@contextlib.contextmanager
def going_back() -> Iterator[None]:
    """Let `<` raise GoBack in the block; elsewhere it runs the command again."""
    global _can_go_back
    before, _can_go_back = _can_go_back, True
    try:
        yield
    finally:
        _can_go_back = before


def _answer(line: str, first: int) -> str:
    """Return a line without the spaces around it; `first` is where its question's lines begin.

    Raises GoBack for `<`, or as `ask_before`.
    """
    text = line.strip()
    if text == BACK and _can_go_back:
        raise GoBack
    if text == BACK:
        keyboard.ask_before(first)
    return text


def ask_until_valid(
    question: str,
    read: Callable[[str], Value],
    offer: Callable[[], object] | None = None,
    end: str = ": ",
) -> Value:
    """Return what `read` returns for the answer; on an error, show it and ask again.

    `?` prints the choices again, if there are any to `offer`. y takes the only reading that an
    error offers, and so does Enter unless it skips the question; n asks again. After an answer that
    was refused Enter no longer takes what the question has in brackets. A question that was gone
    back to has its answer there.
    """
    named, first = f"{question}{end}", len(AskAgain.lines)
    if earlier := "" if _SKIP in question else keyboard.answer_before(named):
        question = f"{re.sub(_ENTER, '', question)} [{earlier}]"
    usual = re.search(_USUAL, question)
    meant: Sequence[str] = ()
    begun, refused = "", False

    def ask_once() -> Value:
        nonlocal meant, begun, refused
        del AskAgain.lines[first:]  # of an answer that was refused
        asked = f"{question}{end}"
        accepted = YES if _SKIP in question else ("", *YES)
        if len(meant) == 1 and _SKIP in question:
            asked = asked.replace(_SKIP, f"(y for {meant[0]}, Enter ")
        elif len(meant) == 1:
            asked = f"{re.sub(_ENTER, '', question)} [{meant[0]}]{end}"
        elif refused and usual:
            asked = f"{re.sub(_ENTER, '', question)}{end}"
        while (answer := _answer(read_line(asked, begun), first)) == "?" and offer:
            offer()
        if meant and answer.lower() in NO:
            meant = ()
            return ask_once()
        if meant and answer.lower() in YES and len(meant) > 1:
            raise InvalidInput(f"Type the one you mean: {' or '.join(meant)}")
        if len(meant) == 1 and answer.lower() in accepted:
            answer = meant[0]
        elif refused and usual and not answer:
            raise InvalidInput(f"type the answer, or {usual[1]}")
        elif refused and usual and answer == usual[1]:
            answer = ""
        answer = answer or earlier
        AskAgain.lines[first:] = [(named, answer)]
        before, meant, begun, refused = begun, (), "", refused or bool(answer)
        try:
            return _read_begun(read, answer, before)
        except InvalidInput as error:
            meant, begun = _instead(answer, error), error.begun
            raise

    return until_valid(ask_once)


def _read_begun(read: Callable[[str], Value], answer: str, begun: str) -> Value:
    """Read an answer after prefilled text; drop that text if the answer was typed in full."""
    try:
        return read(answer)
    except InvalidInput:
        rest = answer.removeprefix(begun)
        if not begun or rest == answer or " " not in rest.strip():
            raise
        return read(rest)


def _instead(answer: str, error: InvalidInput) -> list[str]:
    """Return the answers that an error offers instead of this one."""
    if not error.part:
        return list(error.meant)
    found = re.search(rf"(?<!\w){re.escape(error.part)}(?!\w)", answer)
    if found is None:
        return []
    return [f"{answer[: found.start()]}{each}{answer[found.end() :]}" for each in error.meant]


def until_valid(ask_once: Callable[[], Value]) -> Value:
    """Call `ask_once`, showing each error, until it raises none; return its result."""
    while True:
        try:
            return ask_once()
        except (InvalidInput, NotFound) as error:
            from ccu.output import say

            say(f"  {_of_answer(str(error))}")


def yes_or_no(question: str, enter: bool | None = None) -> bool:
    """Ask until the answer is y or n; `enter` is the result of Enter alone, None to ask again."""

    def read(answer: str) -> bool:
        word = answer.lower()
        if not word and enter is not None:
            return enter
        if word not in (*YES, *NO):
            raise InvalidInput("type y or n")
        return word in YES

    return ask_until_valid(question, read)


FIRST, MOST_LISTED = 10, 100  # records listed before a question, and for an answer of ?
SHORTEST_PART = 2  # letters of a name that can be typed for it
NEW = (*NO, "new")  # answers to "or n for new"


def choose(
    question: str,
    record: str,
    numbers: Sequence[int] | Mapping[int, str],
    none: Sequence[str] = (),
    or_else: str = "",
) -> int | None:
    """Ask for the number of one of the records shown; None for an answer of `none`.

    `y` takes the only one. If `numbers` maps each number to its line, part of a line is an answer
    too, and `?` shows them again. `or_else` ends the error for any other answer, after `shown`.
    """
    called = numbers if isinstance(numbers, Mapping) else {}

    def read(answer: str) -> int | None:
        word = answer.lower()
        if word in none:
            return None
        if word in YES and len(numbers) == 1:
            return next(iter(numbers))
        with contextlib.suppress(InvalidInput, NotFound):
            if (number := typed_text.record_id(answer, record)) in numbers:
                return number
        if (meant := of_part(answer, called)) is not None:
            return meant
        raise InvalidInput(f"enter one of the numbers shown{or_else}")

    return ask_until_valid(question, read)


def of_part(answer: str, called: Mapping[Key, str]) -> Key | None:
    """Return the only item of a list whose line has every part typed.

    If several match, print them; for `?` print the list. A number found within a line, such as a
    house number, must be confirmed: it may be meant as a record's number.
    """
    meant = matching(answer, called)
    if len(meant) != 1 or answer.isdigit():
        show_list(called if answer == "?" else meant)
    if len(meant) == 1 and (
        not answer.isdigit() or yes_or_no(f"Only this line has {answer}. Take it? y or n")
    ):
        return next(iter(meant))
    return None


def may_be_part(answer: str) -> bool:
    """Return whether an answer may be part of a name rather than the answer to another question."""
    return len(answer) >= SHORTEST_PART and answer.lower() not in (*YES, *NEW)


def matching(answer: str, called: Mapping[Key, str]) -> dict[Key, str]:
    """Return the items of a list whose line has every part typed; a number is never part of one.

    A number is not compared with the number of the line, which the caller has done.
    """
    parts = answer.casefold().split()
    if not may_be_part(answer):
        return {}
    if answer.isdigit():
        whole = rf"(?<!\d){answer}(?!\d)"
        return {key: words for key, words in called.items() if re.search(whole, words)}
    return {
        key: words
        for key, words in called.items()
        if all(part in f"{key} {words}".casefold() for part in parts)
    }


def some_of(rows: Sequence[Value], more: bool) -> Sequence[Value]:
    """Return the rows that fit above a question, or more of them for an answer of `?`."""
    return rows[: MOST_LISTED if more else FIRST]


def show_some(called: Mapping[Key, str], total: int) -> None:
    """Print the rows of `some_of`, one per line, and how to see the rest."""
    from ccu.output import say
    from ccu.output.text import shortened

    show_list({key: shortened(words, WIDTH - 8) for key, words in called.items()})
    if total > len(called):
        say("  ? lists more" if len(called) < MOST_LISTED else f"  and {total - len(called)} more")


def show_list(called: Mapping[Key, str]) -> None:
    """Print records, each with its number or login."""
    from ccu.output import say

    for key, words in called.items():
        say(f"  {key}  {words}".rstrip())


def chosen_of(found: Mapping[int, str], record: str, sure: bool = True, back: str = "") -> int:
    """Show the records found; ask which one was meant, unless there is one and it is `sure`.

    With `back`, Enter raises InvalidInput with that text.
    """
    show_list(found)
    if len(found) == 1 and sure:
        return next(iter(found))
    hint, none = (" (Enter to go back)", ("",)) if back else ("", ())
    chosen = choose(f"Which {record}? Enter the number{hint}", record, found, none)
    if chosen is None:
        raise InvalidInput(back)
    return chosen


def listed_at(answer: str, listed: Sequence[Value]) -> Value | None:
    """Return the item of a printed list with the number typed; None if there is none."""
    if not (answer.isascii() and answer.isdigit() and len(answer) <= LONGEST_NUMBER):
        return None
    number = int(answer)
    return listed[number - 1] if 1 <= number <= len(listed) else None


def _of_answer(sentence: str) -> str:
    """Return an error about an option worded for an answer, because no option was typed."""
    if not sentence.startswith("--"):
        return sentence
    option, colon, words = sentence.removeprefix("--").partition(": ")
    if not colon or " " in option:
        name, space, rest = sentence.removeprefix("--").partition(" ")
        words = name.replace("-", " ") + space + rest
    return words[:1].upper() + words[1:]


def ask_lines(question: str, lines: list[str] | None = None) -> str:
    """Read lines until a blank one, one with a single period, or the end of input.

    They are appended to `lines`, so that the caller has them after an interruption.
    """
    lines = [] if lines is None else lines
    first, is_new = len(AskAgain.lines), True
    while True:
        if is_new:
            sys.stderr.write("".join([f"{question}:\n", *(f"> {line}\n" for line in lines)]))
        is_new = bool(AskAgain.given)  # answered already; shown when it is asked
        try:
            line = read_line("> ")
            if (line.strip() if lines else _answer(line, first)) in ("", "."):
                break
        except EndOfInput:
            break
        except InvalidInput as error:  # `<`
            sys.stderr.write(f"  {error}\n")
            continue
        lines.append(line)
    return "\n".join(lines)


def show_choices(labels: Iterable[str]) -> None:
    """Print the numbered choices of a question: one per line, or in two columns read downward."""
    from ccu.output import say

    named = list(labels)
    digits = len(str(len(named)))
    lines = [f"{number:>{digits}}  {label}" for number, label in enumerate(named, 1)]
    half = (len(lines) + 1) // 2
    left, right = lines[:half], lines[half:]
    width = max(map(len, left), default=0) + 2
    if len(lines) > ONE_COLUMN and width + max(map(len, right)) <= WIDTH:
        lines = [
            f"{one:{width}}{other}".rstrip()
            for one, other in zip_longest(left, right, fillvalue="")
        ]
    for line in lines:
        say(line)
