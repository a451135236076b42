"""The text in the person's own editor: in a private file in a private folder, gone afterwards."""

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from ccu import access
from ccu.errors import InvalidInput, NotAllowed
from ccu.options import typed_text
from ccu.session import Session


def refuse_as_service(session: Session) -> None:
    """Raises NotAllowed where ccu runs as the service account that owns the file.

    An editor opens any file and runs any program: it would open the database to whoever may only
    run ccu.
    """
    if access.account() and access.account() == session.service_account:
        raise NotAllowed("--edit is not for an account that runs ccu by sudo; give --file -")


def edited(text: str) -> str:
    """The text as the person left it. Raises InvalidInput."""
    try:
        command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "")
    except ValueError:
        raise InvalidInput(
            "--edit: EDITOR has a quotation mark without its other; correct it, or give --file"
        ) from None
    if not command:
        raise InvalidInput("--edit needs an editor: set EDITOR, or give --file")
    folder = Path(tempfile.mkdtemp(prefix="ccu-plan-"))  # 0700: what an editor leaves beside it too
    path = folder / "plan.txt"
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
        raise InvalidInput("--edit: the editor cannot be run; see EDITOR, or give --file") from None
    finally:
        signal.signal(signal.SIGINT, before)
    if ended.returncode != 0:
        raise InvalidInput("--edit: the editor ended with an error; nothing was written")
