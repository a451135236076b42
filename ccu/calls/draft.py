"""The answers of a call that was not finished, kept for the same person's next `ccu log-call`.

`options.kept` has the file. It is removed when the call is saved or declined.
"""

import contextlib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from ccu import dates
from ccu.calls.options import CallOptions
from ccu.options import kept as kept_file
from ccu.options.questions import Declined
from ccu.options.terminal import yes_or_no
from ccu.output import say
from ccu.session import Session

_PATHS = ("person_file", "note_file")
# option -> how its value is written to a file and read again, where JSON has no such value
_WRITTEN: dict[str, Callable[[Any], str]] = {
    "when": dates.to_iso,
    **dict.fromkeys(_PATHS, lambda path: str(path.absolute())),
}
_READ: dict[str, Callable[[str], Any]] = {"when": dates.from_iso, **dict.fromkeys(_PATHS, Path)}


class Draft:
    """The answers as typed, by question; `begun` once one of them is not a default.

    The options of the command line are kept with them.
    """

    def __init__(self, given: CallOptions) -> None:
        self.answers: dict[str, Any] = {}
        self.begun = False
        self._given = given
        self._options: dict[str, Any] = {}  # of the command that was interrupted

    def is_resumed(self, session: Session) -> bool:
        """Offer what was kept; take it into `answers`, or remove it."""
        kept = kept_file.read(session, kept_file.LOG_CALL)
        if kept is None or not isinstance(kept.get("answers"), dict):
            return False
        at = dates.say_moment(dates.from_iso(kept["kept_at"]), session.now)
        known = {**kept.get("options", {}), **kept["answers"]}
        say(f"A call you did not finish was kept on {at}: {_called(session, known)}.")
        if not yes_or_no("Continue it? y, or n to delete it"):
            kept_file.remove(session, kept_file.LOG_CALL)
            return False
        self.answers.update(kept["answers"])
        self._options = kept.get("options", {})
        self.begun = True
        return True

    def take_options(self) -> None:
        """Give the options that were kept, where this command has none in their place."""
        for name, value in self._options.items():
            if getattr(self._given, name, name) in (None, []):
                setattr(self._given, name, _READ[name](value) if name in _READ else value)

    def options(self) -> dict[str, Any]:
        """Return the options given, as JSON holds them; standard input cannot be read again."""
        given = vars(self._given)
        return {
            name: _WRITTEN[name](value) if name in _WRITTEN else value
            for name, value in given.items()
            if value not in (None, []) and str(value) != "-"
        }


@contextlib.contextmanager
def unfinished(session: Session, given: CallOptions) -> Iterator[Draft]:
    """Keep the answers of the block unless it saves the call, or the person declines to."""
    draft = Draft(given)
    try:
        yield draft
    except Declined:
        kept_file.remove(session, kept_file.LOG_CALL)
        raise
    except BaseException as error:
        if draft.begun:
            typed = {"answers": draft.answers, "options": draft.options()}
            told = kept_file.keep(session, kept_file.LOG_CALL, typed, "Your answers are")
            if isinstance(error, KeyboardInterrupt):
                raise kept_file.cancelled(told) from None
            say(told)
        raise
    if draft.answers:
        kept_file.remove(session, kept_file.LOG_CALL)


def _called(session: Session, answers: dict[str, Any]) -> str:
    """Return which call it is: its address and when it began, or that neither was given."""
    began = answers.get("when")
    with contextlib.suppress(ValueError, TypeError):
        wall = datetime.fromisoformat(str(began))  # an option has its offset, an answer has none
        wall = wall if wall.tzinfo else wall.replace(tzinfo=session.now.tzinfo)
        began = dates.say_moment(wall, session.now)
    address = str(answers.get("address") or "no address yet")
    return f"{address}, began {began}" if began else address
