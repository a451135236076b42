"""The types of options that are a day or a time."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from ccu.options.types import OptionType

if TYPE_CHECKING:
    from ccu.session import Session


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
