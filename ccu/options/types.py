"""The types of options: how each reads the text typed, asks for it and completes it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import typer

from ccu.errors import InvalidInput

if TYPE_CHECKING:
    from ccu.session import Session

Value = TypeVar("Value")
LaterNote = Callable[[], str | None]  # call it to read the note
Reader = Callable[["Session", str, str], Value | None]

Completer = Callable[[typer.Context, str], list[tuple[str, str]]]

LONGEST_REASON = 1_000  # characters


def offered(table: str) -> Completer:
    """Return the completion function for the records or codes of a table."""

    def complete(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
        from ccu.options import completion_store  # only where the shell asks

        return completion_store.of_table(ctx, table, incomplete)

    return complete


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class OptionType(Generic[Value]):
    """How the text of an option is turned into a value.

    `read` takes the session, the text and the option's name for messages. It raises InvalidInput or
    NotFound, in one sentence that names the option; it returns None for an empty text. `answer`, if
    set, reads an answer at the terminal, where shorter forms are accepted.
    """

    read: Reader[Value]
    metavar: str = "TEXT"
    complete: Completer | None = None
    answer: Reader[Value] | None = None
    hint: str = ""  # what may be typed, after the question
    usage: str = ""  # what may be typed, for an answer of `?`
    offer: Callable[..., None] | None = None  # print the choices; with more=True those of `?`
    # The value in words: shown after the answer, and where it is reviewed before it is saved.
    words: Callable[["Session", Value], str] | None = None
    commas: bool = False  # each item of a repeated option may hold several, with commas between
    urgent: bool = False  # after an answer about a risk to life, print 911 and 988
    is_file: bool = False  # read last: it may be typed at the terminal after the questions

    def split(self, texts: Sequence[str], option: str) -> list[str]:
        """Return the words of a repeated option. Raises InvalidInput when all are empty."""
        if not self.commas:
            return list(texts)
        words = [word for text in texts for word in text.split(",") if word.strip()]
        if texts and not words:
            raise InvalidInput(f"{option} is empty")
        return words

    def read_answer(self, session: "Session", text: str, option: str) -> Any:
        """Read an answer typed at the terminal; a list where commas are allowed."""
        if text == "?" and self.usage:
            raise InvalidInput(f"type {self.usage}")
        if self.urgent and any(map(str.isalpha, text)):
            from ccu.providers.page import tell_of_911

            tell_of_911(session, text)
        read = self.answer or self.read
        if self.commas:
            return [read(session, word, option) for word in self.split([text], option)]
        return read(session, text, option)

    def ask(
        self,
        session: "Session",
        question: str,
        option: str,
        usual: str = "",
        *,
        default: Value | None = None,
    ) -> Value:
        """Ask until the answer is valid, a list with `commas`; Enter takes `usual` or `default`."""
        found = self._ask(session, question, option, usual, default, required=True)
        assert found is not None
        return found

    def ask_or_skip(self, session: "Session", question: str, option: str) -> Value | None:
        """Ask until the answer is valid; Enter gives None."""
        return self._ask(session, f"{question} (Enter to skip)", option, "", None, required=False)

    def _ask(
        self,
        session: "Session",
        question: str,
        option: str,
        usual: str,
        default: Value | None,
        *,
        required: bool,
    ) -> Value | None:
        from ccu.options import terminal
        from ccu.output import say

        def checked(answer: str) -> Value | None:
            if not answer and (default is not None or not (usual or required)):
                return default
            found: Value | None = self.read_answer(session, answer or usual, option)
            if found is None and required:
                raise InvalidInput(f"{option} is empty")
            return found

        offer = partial(self.offer, session, more=True) if self.offer else None
        if self.offer:
            self.offer(session)
        shown = f"{question}{self.hint}" + (f" [{usual}]" if usual else "")
        found = terminal.ask_until_valid(shown, checked, offer)
        if self.words and found is not None:
            chosen: list[Value] = found if isinstance(found, list) else [found]
            say(f"  {', '.join(self.words(session, each) for each in chosen)}")
        return found


# ---------------------------------------------------------------- text and numbers


def line(
    longest: int = 200, *, clears: bool = False, needed: bool = False, name: str = ""
) -> OptionType[str]:
    """One line of text without control characters.

    An empty one counts as not given; with `clears` it is kept as "", with `needed` it is refused.
    Messages call it `name` instead of the option's name.
    """

    def read(session: "Session", text: str, option: str) -> str | None:
        from ccu.options import typed_text

        found = typed_text.line(text, name or option, longest)
        if found is None and needed:
            raise InvalidInput(f"{name or option} is empty")
        return found or ("" if clears else None)

    return OptionType(read=read)


def number_of(
    record: str, metavar: str, table: str = "", complete: Completer | None = None
) -> OptionType[int]:
    """Make the type of a record's number, as it is printed; the command checks that it exists.

    The question is repeated if the answer is not a number in its `table`.
    """

    def read(session: "Session", text: str, option: str) -> int:
        from ccu.options import typed_text

        return typed_text.record_id(text, record)

    answer = _on_file(read, table) if table else None
    return OptionType(read=read, metavar=metavar, complete=complete, answer=answer)


def _on_file(read: Callable[["Session", str, str], int], name: str) -> Reader[int]:
    """Return a reader of a record's number, which raises NotFound if it is not on file."""

    def answer(session: "Session", text: str, option: str) -> int:
        from ccu.records import table

        return int(table.require(session.db, name, read(session, text, option))["id"])

    return answer


def _note(session: "Session", path: str, option: str) -> str | None:
    from ccu.options import typed_text

    return typed_text.note(typed_text.file_text(Path(path), option), option)


def _person(session: "Session", text: str, option: str) -> int:
    from ccu.options import lookups

    return lookups.person_number(session, text, option)


FILE = OptionType(read=lambda session, path, option: Path(path), metavar="FILE", is_file=True)
CALL = number_of("call", "N", "call", offered("call"))
FOLLOW_UP = number_of("follow-up", "F", "follow_up", offered("follow_up"))
HOUSEHOLD = number_of("household", "H", "household")
PERSON = OptionType(
    read=_person,
    metavar="P",
    complete=offered("person"),
    answer=_on_file(_person, "person"),
    hint=" (or part of the name)",
)
PLACE = number_of("place", "N", "place")
PLAN = number_of("plan", "PLAN", "plan")
REFERRAL = number_of("referral", "R", "referral", offered("referral"))
ADDRESS = line(300, needed=True)  # an address, as typed
REASON = replace(line(LONGEST_REASON), urgent=True)
WHY = replace(line(LONGEST_REASON, needed=True), urgent=True)  # the number of what is undone
NOTE = OptionType(read=_note, metavar="FILE", is_file=True)
NOTE_LATER = OptionType(read=partial(partial, _note), metavar="FILE", is_file=True)  # when called
