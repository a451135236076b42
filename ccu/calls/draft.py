"""A call that was not finished: its answers are kept until the call is saved or declined.

They are for the same person's next `ccu log-call` (options/drafts.py).
"""

import contextlib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from ccu import dates
from ccu.calls.form import field_of
from ccu.calls.options import CallOptions
from ccu.errors import Cancelled, Declined
from ccu.options import drafts
from ccu.output import say
from ccu.session import Session

_PATHS = ("person_file", "note_file")
# option -> how to write its value to JSON and read it again, for types that JSON lacks
_WRITTEN: dict[str, Callable[[Any], str]] = {
    "when": dates.to_iso,
    **dict.fromkeys(_PATHS, lambda path: str(path.absolute())),
}
_READ: dict[str, Callable[[str], Any]] = {"when": dates.from_iso, **dict.fromkeys(_PATHS, Path)}
# Keys of a draft: the address was confirmed; the question about people was finished; the person
# whose possible matches were shown, and the lines of a note, at the interruption.
SETTLED, PEOPLE_DONE, PERSON_ASKED = "address_settled", "people_done", "person_asked"
NOTE_LINES = "note_lines"
# option -> the other parts of a draft that it replaces
_PEOPLE = ("person", "person_file", PEOPLE_DONE, PERSON_ASKED)
_PARTS = {
    "address": (SETTLED,),
    "person": _PEOPLE,
    "person_file": _PEOPLE,
    "note_file": ("note", NOTE_LINES),
}


class Draft:
    """The answers as typed, by question, and the options; `begun` once one is not a default."""

    def __init__(self, given: CallOptions) -> None:
        self.answers: dict[str, Any] = {}
        self.slot = 0  # the file it was kept in, if it is continued
        self.begun = False
        self._given = given

    def is_resumed(self, session: Session) -> bool:
        """Offer what was kept; take what is continued into `answers` and the options."""
        from ccu.calls.page import label

        given = self.options()

        def told(kept: dict[str, Any], at: str) -> str:
            known = {**kept.get("options", {}), **kept["answers"]}
            said = f"A call you did not finish was kept on {at}: {_call_begun(session, known)}."
            replaced = {
                label(field_of(option)): None
                for option, value in given.items()
                if any(
                    known.get(part, value) != value for part in (option, *_PARTS.get(option, ()))
                )
            }
            if replaced:
                said += f"\nIf you continue it, your options replace its {', '.join(replaced)}."
            return said

        kept = drafts.resumed(session, drafts.LOG_CALL, told)
        if kept is None:
            return False
        self.answers.update(kept["answers"])
        replaced = {part for option in given for part in (option, *_PARTS.get(option, ()))}
        for part in replaced:  # options given now take precedence
            self.answers.pop(part, None)
        for name, value in kept.get("options", {}).items():
            if name not in replaced and hasattr(self._given, name):
                setattr(self._given, name, _READ[name](value) if name in _READ else value)
        self.begun, self.slot = True, kept["slot"]
        return True

    def options(self) -> dict[str, Any]:
        """Return the options given, as JSON holds them."""
        return {
            name: _WRITTEN[name](value) if name in _WRITTEN else value
            for name, value in vars(self._given).items()
            if value not in (None, [])
        }


@contextlib.contextmanager
def unfinished(session: Session, given: CallOptions) -> Iterator[Draft]:
    """Keep the answers of the block unless the call is saved or the person declines."""
    draft = Draft(given)
    try:
        yield draft
    except Declined:
        drafts.remove(session, drafts.LOG_CALL, draft.slot)
        raise
    except BaseException as error:
        if draft.begun:
            options = {  # standard input cannot be read again
                name: value
                for name, value in draft.options().items()
                if str(getattr(given, name)) != "-"
            }
            typed = {"answers": draft.answers, "options": options}
            told = drafts.keep(session, drafts.LOG_CALL, typed, "Your answers are", draft.slot)
            if isinstance(error, KeyboardInterrupt):
                raise Cancelled(told) from None
            say(told)
        raise
    drafts.remove(session, drafts.LOG_CALL, draft.slot)


def _call_begun(session: Session, answers: dict[str, Any]) -> str:
    """Return a name for the draft: the call's address and time, or that neither was given."""
    began = answers.get("when")
    with contextlib.suppress(ValueError, TypeError):
        wall = datetime.fromisoformat(str(began))  # an option has its offset, an answer has none
        wall = wall if wall.tzinfo else wall.replace(tzinfo=session.now.tzinfo)
        began = dates.say_moment(wall, session.now)
    address = str(answers.get("address") or "no address yet")
    return f"{address}, began {began}" if began else address
