"""Texts in private files: in the user's editor (EDITOR), and kept from an interrupted command.

The editor's file is in a private folder, removed afterwards. What was typed before an interruption
is kept for the same person's next command, in a private file in the data folder of the system
account that runs ccu. The file's name is made from the database, the staff record and the command,
so that it is offered to nobody else. Beside an encrypted database nothing is kept, because the file
is not encrypted.
"""

import contextlib
import hashlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccu import access, dates
from ccu.errors import InvalidInput, NotAllowed
from ccu.files import private
from ccu.options import terminal, typed_text
from ccu.output import say

if TYPE_CHECKING:
    from ccu.session import Session


def _refuse_as_service(session: "Session") -> None:
    """Refuse where ccu runs as the service account that owns the file. Raises NotAllowed.

    An editor opens any file and runs any program, so it would give the database to accounts that
    may only run ccu.
    """
    if access.account() and access.account() == session.service_account:
        raise NotAllowed("you cannot use --edit when ccu runs by sudo; give --file -")


def edited(session: "Session", text: str) -> str:
    """Return the text as the person left it in their editor. Raises InvalidInput, NotAllowed."""
    _refuse_as_service(session)
    try:
        command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "")
    except ValueError:
        raise InvalidInput(
            "--edit: EDITOR has an unmatched quotation mark; correct it, or give --file"
        ) from None
    if not command:
        raise InvalidInput("--edit needs an editor: set EDITOR, or give --file")
    folder = Path(tempfile.mkdtemp(prefix="ccu-edit-"))  # 0700: what an editor leaves beside it too
    path = folder / "text.txt"
    try:
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
        _run([*command, str(path)])
        return typed_text.file_text(path, "--edit")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[str]) -> None:
    # Leave Ctrl-C to the editor: with a handler of ours, because it would inherit SIG_IGN.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        ended = subprocess.run(command, check=False)
    except (OSError, ValueError):
        raise InvalidInput(
            "--edit: the editor cannot be started; check EDITOR, or give --file"
        ) from None
    finally:
        signal.signal(signal.SIGINT, before)
    if ended.returncode != 0:
        raise InvalidInput("--edit: the editor ended with an error; nothing was written")


# ---------------------------------------------------------------- an interrupted command


LOG_CALL = "ccu log-call"
_SLOTS = range(1, 10)  # for the drafts of a command
_RESUME = "Continue it? y, n to delete it, or k to keep it and start another"
_ERRORS = (OSError, ValueError, RuntimeError, KeyError)  # no such folder, no home, not our JSON


def keep(session: "Session", command: str, typed: dict[str, Any], what: str, slot: int = 0) -> str:
    """Keep the values that JSON can hold; return a sentence that names the command. Never fails.

    `what` begins the sentence, such as `Your note is`. A continued draft is kept again in its
    `slot`; a new one (slot 0) is added to those kept.
    """
    from ccu.database import opening

    if opening.is_encrypted(session.path):
        return f"{what} not kept: the database is encrypted and a draft would not be."
    content = json.dumps({"kept_at": dates.to_iso(session.now), **typed})
    try:
        paths = [_path(session, command, each) for each in ([slot] if slot else _SLOTS)]
        free = [each for each in paths if slot or not each.is_file()]
        if not free:
            return f"{what} not kept: {len(_SLOTS)} drafts of {command} already are."
        path = free[0]
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _must_be_ours(path.parent)
        path.unlink(missing_ok=True)
        private.make_private(path, content.encode("utf-8", "replace"))
    except _ERRORS:
        return f"{what} not kept: the draft could not be written."
    return f"{what} kept as a draft, for you alone: {command} offers it."


def resumed(
    session: "Session", command: str, describe: Callable[[dict[str, Any], str], str]
) -> dict[str, Any] | None:
    """Offer what was kept, the newest first; return what the person continues, with its `slot`.

    `describe` returns a sentence about one of them, kept at a day and time.
    """
    found = [_read(session, command, slot) for slot in _SLOTS]
    kept = [each for each in found if each is not None]
    kept.sort(key=lambda each: (dates.from_iso(each["kept_at"]), each["slot"]), reverse=True)
    for each in kept:
        say(describe(each, dates.say_moment(dates.from_iso(each["kept_at"]), session.now)))
        answer = terminal.ask_until_valid(_RESUME, _resume)
        if answer == "y":
            return each
        if answer == "n":
            remove(session, command, each["slot"])
    return None


def _resume(answer: str) -> str:
    if answer.lower() not in (*terminal.YES, *terminal.NO, "k", "keep"):
        raise InvalidInput("y continues it, n deletes it, k keeps it and starts another")
    return answer[0].lower()


def taken(session: "Session", command: str, what: str) -> dict[str, Any] | None:
    """Offer what was kept; remove and return what the person continues."""
    found = resumed(session, command, lambda _, at: f"{what} you did not finish was kept on {at}.")
    if found is not None:
        remove(session, command, found["slot"])
    return found


def _read(session: "Session", command: str, slot: int) -> dict[str, Any] | None:
    """Return what was kept, with its slot; None if there is nothing, or it cannot be read."""
    from ccu.files import folders

    try:
        path = _path(session, command, slot)
        if not path.is_file():
            return None
        _must_be_ours(path.parent)
        with folders.walk(path.parent) as folder:
            found: dict[str, Any] = json.loads(folder.read(path.name))
        dates.from_iso(found["kept_at"])
        return {**found, "slot": slot}
    except (*_ERRORS, TypeError):
        return None


def remove(session: "Session", command: str, slot: int) -> None:
    """Remove what was kept in a slot, if anything was."""
    with contextlib.suppress(*_ERRORS):
        _path(session, command, slot).unlink(missing_ok=True)


def _path(session: "Session", command: str, slot: int) -> Path:
    import platformdirs

    whose = f"{os.path.realpath(session.path)} {session.staff_id}"
    whose += "" if command == LOG_CALL else f" {command}"  # a call's has had its name for longer
    digest = hashlib.sha256(whose.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    name = f"draft-{digest}-{slot}.json" if slot > 1 else f"draft-{digest}.json"
    return platformdirs.user_data_path("ccu", appauthor=False) / name


def _must_be_ours(folder: Path) -> None:
    """Raise PermissionError if another account could replace the folder or one above it."""
    from ccu.files import folders

    if folders.BY_DESCRIPTOR and not folders.is_kept(folder):
        raise PermissionError
