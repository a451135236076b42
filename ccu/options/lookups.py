"""The types of options that are looked up or need a clock.

An account, a person, a provider, a code, a line of a list; a day or a time.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from ccu.errors import InvalidInput, NotFound
from ccu.options.types import WHY, OptionType, offered

if TYPE_CHECKING:
    from ccu.session import Session


def _login(session: "Session", text: str, option: str) -> int:
    from ccu.records import staff

    return staff.require(session.db, text, option)


def _account(session: "Session", text: str, option: str) -> int:
    """Read a login, or a part of one or of a name; ? lists the accounts."""
    from ccu.options import terminal
    from ccu.records import staff, staff_list

    if (found := staff.id_of(session.db, text)) is not None:
        return found
    rows = staff_list.rows(session.db)
    called = {each["login"]: f"{each['name']}, {each['role']}".lstrip(", ") for each in rows}
    if (login := terminal.of_part(text, called)) is None:
        raise InvalidInput(
            "type a login, or a part of a name that only one person has; ? lists them"
        )
    return staff.require(session.db, login, option)


def person_number(session: "Session", text: str, option: str) -> int:
    """Read a person's number, or at a terminal part of the name, which no error repeats.

    `-` asks for it, so that a name need not be on the command line.
    """
    from ccu.options import terminal, typed_text

    if text == "-" and session.may_choose:
        return terminal.ask_until_valid(
            "Person, by number or part of the name",
            lambda answer: person_number(session, "" if answer == "-" else answer, option),
        )
    if not any(letter.isalpha() for letter in text):
        return typed_text.record_id(text, "person")
    if not session.may_choose:  # a name must not be on a command line
        raise InvalidInput(
            "a person is named by its number, such as 12; to find it by name: ccu person find"
            " --file -"
        )
    from ccu.records import person_ids

    session.require_may("person find")
    typed = typed_text.line(text, option) or ""
    if not (terminal.may_be_part(typed) and (found := person_ids.of_a_name(session.db, typed))):
        raise NotFound("no person has a name that begins that way; to search: ccu person find")
    if len(found) > person_ids.MOST_OF_A_NAME:
        raise InvalidInput(f"{option}: many people match; type more of the name")
    with session.work() as work:
        person_ids.shown(work.connection, work.staff_id, "person-find", list(found))
    return terminal.chosen_of(found, "person", back="type a person's number, or more of the name")


_PROVIDER_ASKED = "type a provider's number, or three letters or more of its name"


def _provider(session: "Session", text: str, option: str) -> int:
    from ccu.options import terminal
    from ccu.providers import store as providers

    if text.strip().lower() in (*terminal.YES, *terminal.NO):  # the answer to another question
        raise InvalidInput(f"{option}: {_PROVIDER_ASKED}")
    if session.may_choose and text.strip():
        found = providers.matching(session.db, text)
        lines = {each["id"]: providers.offered(each) for each in found}
        if not found:  # not a provider's name: a need in plain words
            from ccu.output import say
            from ccu.providers.find import FIRST, Asked, offered, search
            from ccu.providers.page import tell_of_911, unmet

            asked = Asked(text)
            lines = {each["id"]: offered(each) for each in search(session, asked)[:FIRST]}
            if asked.urgent:
                tell_of_911(session)
            if asked.unmet:
                say(f"  {unmet(asked)}")
        if lines and len(found) != 1:
            back = f"{option}: none was chosen; type a number, a name, or what is needed"
            return terminal.chosen_of(lines, "provider", sure=False, back=back)
    return int(providers.find(session.db, text, option)["id"])


def _provider_answered(session: "Session", text: str, option: str) -> int:
    """Read a provider, as `_provider` does, after a question that has listed them."""
    try:
        return _provider(session, text, option)
    except NotFound:
        raise NotFound(f"{option}: no such provider; {_PROVIDER_ASKED}") from None


def _provider_words(session: "Session", provider_id: int) -> str:
    from ccu.providers import store as providers

    return providers.offered(providers.read(session.db, provider_id))


def _login_words(session: "Session", staff_id: int) -> str:
    from ccu.records import staff

    return staff.login_of(session.db, staff_id)


LOGIN = OptionType(
    read=_login, answer=_account, metavar="LOGIN", complete=offered("staff"), words=_login_words
)
PROVIDER = OptionType(
    read=_provider,
    answer=_provider_answered,
    metavar="PROVIDER",
    complete=offered("provider"),
    hint=" (number, name, or what is needed)",
    words=_provider_words,
)


# Code lists whose answers may be free text about what happened: it is checked for a risk to life.
_URGENT = ("nature", "need", "reason", "no_action_reason")


def code(table: str, *, commas: bool = False) -> OptionType[str]:
    """Make the type of a code: its code or label, at a terminal also its number or two letters."""

    def labels(session: "Session") -> dict[str, str]:
        from ccu.records import codes

        return codes.choices(session.db, table)

    def read(session: "Session", text: str, option: str) -> str:
        from ccu.records import codes

        found = codes.code(session.db, table, text, option)
        if not codes.is_in_full(session.db, table, text):
            from ccu.output import say

            say(f"{option}: {labels(session)[found]}")
        return found

    def answer(session: "Session", text: str, option: str) -> str:
        from ccu.records import codes

        return codes.chosen(session.db, table, text, option)

    def offer(session: "Session", more: bool = False) -> None:
        from ccu.options import terminal

        terminal.show_choices(labels(session).values())

    def words(session: "Session", chosen: str) -> str:
        return labels(session)[chosen]

    return OptionType(
        read=read,
        metavar="CODE",
        complete=offered(table),
        answer=answer,
        hint="" if commas else " (number, code, or how it begins)",
        offer=offer,
        words=words,
        commas=commas,
        urgent=table in _URGENT,
    )


def of_list(
    type: OptionType[int],
    record: str,
    called: "Callable[[Session, bool, int | None], tuple[dict[int, str], int]]",
    check: "Callable[[Session, int], object]" = lambda session, number: None,
) -> OptionType[int]:
    """Make the type of a record's number, asked for below a list; part of a line is an answer too.

    `record` is its table. `called` returns the line of each record (more of them if True) and how
    many there are; or the line of one number that is not in the list. That number is checked by
    `check`, which raises InvalidInput if it cannot be used, and then confirmed.
    """
    from ccu.options import terminal
    from ccu.records import table

    def offer(session: "Session", more: bool = False) -> None:
        terminal.show_some(*called(session, more, None))

    def answer(session: "Session", text: str, option: str) -> int | None:
        listed, _total = called(session, True, None)
        number = type.read(session, text, option) if text.isdigit() else None
        if number in listed:
            return number
        if number is None or terminal.matching(text, listed):
            if (found := terminal.of_part(text, listed)) is not None:
                return found
            if number is None:
                raise InvalidInput("type one of the numbers, or a part that only one line has")
        table.require(session.db, record, number)  # here it is asked again
        check(session, number)
        named, _total = called(session, True, number)
        for words in named.values():
            if not terminal.yes_or_no(f"Not in the list: {number}  {words}. Use it? y or n"):
                raise InvalidInput("type one of the numbers, or a part that only one line has")
        return number

    return replace(type, offer=offer, answer=answer)


def needs_reason(session: "Session", full: bool, reason: str | None) -> str | None:
    """Return the reason to record with --full, asked for at a terminal; None without --full.

    --full shows notes and narratives. Raises InvalidInput if it has no --reason.
    """
    if full and not reason and not session.may_choose:
        raise InvalidInput("--full needs --reason")
    from ccu.options import asked

    given = reason or None
    return asked(session, given, WHY, "Why you need what was written", "--reason") if full else None


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


# ---------------------------------------------------------------- days and times


def _moment(session: "Session", text: str, option: str, tell: bool = True) -> datetime:
    from ccu.options import typed_text

    return typed_text.moment(session, text, option, tell=tell)


def moment_words(session: "Session", moment: datetime) -> str:
    """Return how a moment was understood."""
    from ccu import dates

    return dates.say_moment(moment, session.now)


def day(*, future: bool) -> OptionType[date]:
    """A day; without `future` one that is not after today."""

    def read(session: "Session", text: str, option: str, tell: bool = True) -> date:
        from ccu.options import typed_text

        return typed_text.day(session, text, option, future=future, tell=tell)

    def answer(session: "Session", text: str, option: str) -> date:
        return read(session, text, "That", tell=False)

    def words(session: "Session", found: date) -> str:
        from ccu import dates

        return dates.say_date(found)

    usage = f"a day: today, {'tomorrow' if future else 'yesterday'}, friday or Jan 18, 2026"
    return OptionType(read=read, metavar="DAY", answer=answer, words=words, usage=usage)


MOMENT = OptionType(
    read=_moment,
    metavar="TIME",
    answer=lambda session, text, option: _moment(session, text, "That", tell=False),
    words=moment_words,
    usage="a time: now, 22:30, yesterday 22:30 or Jan 18, 2026 22:30",
)


DAY = day(future=True)
PAST_DAY = day(future=False)
GROUND = code("disclosure_ground")  # of a disclosure without consent
