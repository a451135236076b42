"""What was typed in a command that was interrupted, kept for the same person's next one.

It is in a private file in the data folder of the system account that runs ccu, under a name made
from the database, the staff record and the command: others are neither shown nor offered it. Beside
an encrypted database nothing is kept, because the file is not encrypted.
"""

import contextlib
import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccu import dates, files
from ccu.errors import Cancelled
from ccu.output import say

if TYPE_CHECKING:
    from ccu.session import Session

LOG_CALL = "ccu log-call"
_ERRORS = (OSError, ValueError, RuntimeError, KeyError)  # no such folder, no home, not our JSON


def keep(session: "Session", command: str, typed: dict[str, Any], what: str) -> str:
    """Keep what JSON can hold; return which command offers it, as a sentence. Never fails.

    `what` begins the sentence, such as `Your note is`.
    """
    from ccu.database import opening

    if opening.is_encrypted(session.path):
        return f"{what} not kept: the database is encrypted and a draft would not be."
    content = json.dumps({"kept_at": dates.to_iso(session.now), **typed})
    try:
        path = _path(session, command)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _must_be_ours(path.parent)
        path.unlink(missing_ok=True)
        files.make_private(path, content.encode("utf-8", "replace"))
    except _ERRORS:
        return f"{what} not kept: the draft could not be written."
    return f"{what} kept as a draft, for you alone: {command} offers it."


def cancelled(told: str) -> Cancelled:
    """Return the error of a command that was stopped; `told` is what `keep` returned."""
    return Cancelled(f"Cancelled. No record was changed. {told}")


def read(session: "Session", command: str) -> dict[str, Any] | None:
    """Return what was kept; None when nothing is, or nothing that can be read."""
    from ccu.files import folders

    try:
        path = _path(session, command)
        if not path.is_file():
            return None
        _must_be_ours(path.parent)
        with folders.walk(path.parent) as folder:
            found: dict[str, Any] = json.loads(folder.read(path.name))
        dates.from_iso(found["kept_at"])
        return found
    except (*_ERRORS, TypeError):
        return None


def taken(session: "Session", command: str, what: str) -> dict[str, Any] | None:
    """Offer what was kept and remove it; return it where the person continues it."""
    found = read(session, command)
    if found is None:
        return None
    remove(session, command)
    at = dates.say_moment(dates.from_iso(found["kept_at"]), session.now)
    say(f"{what} you did not finish was kept on {at}.")
    from ccu.options.terminal import yes_or_no

    return found if yes_or_no("Continue it? y, or n to delete it") else None


def remove(session: "Session", command: str) -> None:
    """Remove what was kept, if anything was."""
    with contextlib.suppress(*_ERRORS):
        _path(session, command).unlink(missing_ok=True)


def _path(session: "Session", command: str) -> Path:
    import platformdirs

    whose = f"{os.path.realpath(session.path)} {session.staff_id}"
    whose += "" if command == LOG_CALL else f" {command}"  # a call's has had its name for longer
    name = f"draft-{hashlib.sha256(whose.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}.json"
    return platformdirs.user_data_path("ccu", appauthor=False) / name


def _must_be_ours(folder: Path) -> None:
    """Raise PermissionError where somebody else could change where the folder leads."""
    from ccu.files import folders

    if folders.BY_DESCRIPTOR and not folders.is_kept(folder):
        raise PermissionError
