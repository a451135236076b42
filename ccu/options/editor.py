"""The user's own editor (EDITOR), for `--edit`.

The text is in a private file in a private folder, removed afterwards.
"""

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ccu import access
from ccu.errors import InvalidInput, NotAllowed
from ccu.options import typed_text

if TYPE_CHECKING:
    from ccu.session import Session


def _refuse_as_service(session: "Session") -> None:
    """Refuse where ccu runs as the service account that owns the file. Raises NotAllowed.

    An editor opens any file and runs any program: it would open the database to accounts that may
    only run ccu.
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
    # Ctrl-C is the editor's. A handler of ours, not SIG_IGN, which the editor would inherit.
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
