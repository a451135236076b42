"""The types of options: what each reads from the text typed, asks, and offers to the shell."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ccu.errors import InvalidInput
from ccu.options import completion_store as completion

if TYPE_CHECKING:
    from ccu.session import Session

Value = TypeVar("Value")
LaterNote = Callable[[], str | None]  # call it to read the note
Reader = Callable[["Session", str, str], Value | None]

LONGEST_REASON = 1_000  # characters


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class OptionType(Generic[Value]):
    """How the text of an option becomes a value.

    `read` takes the session, the text and the option's name for messages. It raises InvalidInput or
    NotFound, in one sentence that names the option; it returns None for a text with nothing in it.
    `answer` reads an answer at the terminal, where shorter forms are accepted; else `read` does.
    """

    read: Reader[Value]
    metavar: str = "TEXT"
    complete: completion.Completer | None = None
    answer: Reader[Value] | None = None
    hint: str = ""  # what may be typed, after the question
    offer: Callable[["Session"], None] | None = None  # print the choices before the question
    confirm: Callable[["Session", Value], None] | None = None  # print how the answer was understood
    commas: bool = False  # each item of a repeated option may hold several, with commas between
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
        """Ask until the answer is valid; Enter takes `usual`, read unless its value is given."""
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

        read = self.answer or self.read

        def checked(answer: str) -> Value | None:
            if not answer and (default is not None or not (usual or required)):
                return default
            found = read(session, answer or usual, option)
            if found is None and required:
                raise InvalidInput(f"{option} is empty")
            return found

        if self.offer:
            self.offer(session)
        shown = f"{question}{self.hint}" + (f" [{usual}]" if usual else "")
        found = terminal.ask_until_valid(shown, checked)
        if self.confirm and found is not None:
            self.confirm(session, found)
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


def whole_number(largest: int) -> OptionType[int]:
    """A whole number from 0, such as minutes or a count."""

    def read(session: "Session", text: str, option: str) -> int | None:
        from ccu.options import typed_text

        return typed_text.whole_number(text, option, largest)

    return OptionType(read=read, metavar="N")


def count(largest: int) -> OptionType[int]:
    """A whole number from 1."""

    def read(session: "Session", text: str, option: str) -> int:
        from ccu.options import typed_text

        sentence = f"{option} must be a whole number from 1 to {largest}"
        try:
            found = typed_text.whole_number(text, option, largest)
        except InvalidInput:
            raise InvalidInput(sentence) from None
        if not found:
            raise InvalidInput(sentence)
        return found

    return OptionType(read=read, metavar="N")


def number_of(
    record: str, metavar: str, complete: completion.Completer | None = None
) -> OptionType[int]:
    """The number of a record, as it is printed. Whether it exists, the command finds out."""

    def read(session: "Session", text: str, option: str) -> int:
        from ccu.options import typed_text

        return typed_text.record_id(text, record)

    return OptionType(read=read, metavar=metavar, complete=complete)


def _note(session: "Session", path: str, option: str) -> str | None:
    from ccu.options import typed_text

    return typed_text.note(typed_text.file_text(Path(path), option), option)


def _note_later(session: "Session", path: str, option: str) -> LaterNote:
    return lambda: _note(session, path, option)


FILE = OptionType(read=lambda session, path, option: Path(path), metavar="FILE", is_file=True)
CALL = number_of("call", "N", completion.calls)
FOLLOW_UP = number_of("follow-up", "F", completion.follow_ups)
HOUSEHOLD = number_of("household", "H")
PERSON = number_of("person", "P", completion.people)
PLACE = number_of("place", "N")
PLAN = number_of("plan", "PLAN")
REFERRAL = number_of("referral", "R", completion.referrals)
REASON = line(LONGEST_REASON)
NOTE = OptionType(read=_note, metavar="FILE", is_file=True)
# For a command that asks questions before it reads the note.
NOTE_LATER = OptionType(read=_note_later, metavar="FILE", is_file=True)


# ---------------------------------------------------------------- days and times


def _moment(session: "Session", text: str, option: str) -> datetime:
    from ccu.options import typed_text

    return typed_text.moment(session, text, option)


def _moment_answered(session: "Session", text: str, option: str) -> datetime:
    from ccu.options import typed_text

    return typed_text.moment(session, text, option, tell=False)


def show_moment(session: "Session", moment: datetime) -> None:
    """Print how an answer was understood."""
    from ccu import dates
    from ccu.output import say

    say(f"  {dates.say_moment(moment, session.now)}")


def day(*, future: bool) -> OptionType[date]:
    """A day; without `future` one that is not after today."""

    def read(session: "Session", text: str, option: str) -> date:
        from ccu.options import typed_text

        return typed_text.day(session, text, option, future=future)

    def answer(session: "Session", text: str, option: str) -> date:
        from ccu.options import typed_text

        return typed_text.day(session, text, option, future=future, tell=False)

    def confirm(session: "Session", found: date) -> None:
        from ccu import dates
        from ccu.output import say

        say(f"  {dates.say_date(found)}")

    return OptionType(read=read, metavar="DAY", answer=answer, confirm=confirm)


MOMENT = OptionType(read=_moment, metavar="TIME", answer=_moment_answered, confirm=show_moment)
DAY = day(future=True)
PAST_DAY = day(future=False)


# ---------------------------------------------------------------- looked up in the file


def _login(session: "Session", text: str, option: str) -> int:
    from ccu.records import staff

    return staff.require(session.db, text, option)


def _provider(session: "Session", text: str, option: str) -> int:
    from ccu.providers import store as providers

    return int(providers.find(session.db, text, option)["id"])


def _confirm_provider(session: "Session", provider_id: int) -> None:
    from ccu.output import say
    from ccu.providers import store as providers

    say(f"  {providers.read(session.db, provider_id)['name']}")


LOGIN = OptionType(read=_login, metavar="LOGIN", complete=completion.logins)
PROVIDER = OptionType(
    read=_provider,
    metavar="PROVIDER",
    complete=completion.providers,
    hint=" (number, or how its name begins)",
    confirm=_confirm_provider,
)


def code(table: str, *, commas: bool = False) -> OptionType[str]:
    """A code of a list, or its label; at the terminal also its number or how it begins."""

    def labels(session: "Session") -> dict[str, str]:
        from ccu.records import codes

        return codes.choices(session.db, table)

    def read(session: "Session", text: str, option: str) -> str:
        from ccu.records import codes

        return codes.code(session.db, table, text, option)

    def answer(session: "Session", text: str, option: str) -> str:
        from ccu.records import codes

        return codes.chosen(session.db, table, text, option)

    def offer(session: "Session") -> None:
        from ccu.options import terminal

        terminal.show_choices(labels(session).values())

    def confirm(session: "Session", chosen: str) -> None:
        from ccu.output import say

        say(f"  {labels(session)[chosen]}")

    return OptionType(
        read=read,
        metavar="CODE",
        complete=completion.codes(table),
        answer=answer,
        hint=" (number, code, or how it begins)",
        offer=offer,
        confirm=confirm,
        commas=commas,
    )
