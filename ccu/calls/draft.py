"""The answers of a call that was not finished, kept for the same person's next `ccu log-call`.

They are in a private file in the data folder of the system account that runs ccu, under a name made
from the database and the staff record: others are neither shown nor offered it. It is removed when
the call is saved or declined. Beside an encrypted database nothing is kept, because the file is not
encrypted.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from ccu import dates, files
from ccu.calls.options import CallOptions
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
_ERRORS = (OSError, ValueError, RuntimeError, KeyError)  # no such folder, no home, not our JSON


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
        kept = _read(session)
        if kept is None:
            return False
        at = dates.say_moment(dates.from_iso(kept["kept_at"]), session.now)
        known = {**kept.get("options", {}), **kept["answers"]}
        say(f"A call you did not finish was kept on {at}: {_called(session, known)}.")
        if not yes_or_no("Continue it? y, or n to delete it"):
            remove(session)
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
        remove(session)
        raise
    except BaseException:
        if draft.begun:
            _keep(session, draft)
        raise
    if draft.answers:
        remove(session)


def _called(session: Session, answers: dict[str, Any]) -> str:
    """Return which call it is: its address and when it began, or that neither was given."""
    began = answers.get("when")
    with contextlib.suppress(ValueError, TypeError):
        wall = datetime.fromisoformat(str(began))  # an option has its offset, an answer has none
        wall = wall if wall.tzinfo else wall.replace(tzinfo=session.now.tzinfo)
        began = dates.say_moment(wall, session.now)
    known = [str(each) for each in (answers.get("address"), began) if each]
    return ", ".join(known) or "no address yet"


def _keep(session: Session, draft: Draft) -> None:
    from ccu.database import opening

    if opening.is_encrypted(session.path):
        say("The answers are not kept: the database is encrypted and a draft would not be.")
        return
    kept = {"kept_at": dates.to_iso(session.now), "answers": draft.answers}
    content = json.dumps({**kept, "options": draft.options()})
    try:
        path = _path(session)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _must_be_ours(path.parent)
        path.unlink(missing_ok=True)
        files.make_private(path, content.encode("utf-8", "replace"))
    except _ERRORS:
        say("The answers could not be kept.")
    else:
        say("Your answers are kept as a draft, for you alone: ccu log-call offers it.")


def _read(session: Session) -> dict[str, Any] | None:
    """Return kept_at and answers; None when nothing is kept, or nothing that can be read."""
    from ccu.files import folders

    try:
        path = _path(session)
        if not path.is_file():
            return None
        _must_be_ours(path.parent)
        with folders.walk(path.parent) as folder:
            kept = json.loads(folder.read(path.name))
        dates.from_iso(kept["kept_at"])
        return kept if isinstance(kept["answers"], dict) else None
    except (*_ERRORS, TypeError):
        return None


def remove(session: Session) -> None:
    """Remove what was kept, if anything was."""
    with contextlib.suppress(*_ERRORS):
        _path(session).unlink(missing_ok=True)


def _path(session: Session) -> Path:
    import platformdirs

    whose = f"{os.path.realpath(session.path)} {session.staff_id}"
    name = f"draft-{hashlib.sha256(whose.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}.json"
    return platformdirs.user_data_path("ccu", appauthor=False) / name


def _must_be_ours(folder: Path) -> None:
    """Raise PermissionError where somebody else could change where the folder leads."""
    from ccu.files import folders

    if folders.BY_DESCRIPTOR and not folders.is_kept(folder):
        raise PermissionError
