"""`import ccu`: the commands' answers as Python data, for notebooks and scripts.

Each method runs the command of the same name in this process, with `--format json`: the same gate,
roles, audit and visibility, and the shapes of docs/json.md. There is no other way to the file here.
"""

import contextlib
import io
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

from ccu import cli, failures
from ccu.database import opening
from ccu.errors import AfterSaving

_ONE_AT_A_TIME = threading.Lock()  # the standard streams belong to the entire process


class Town:
    """A town's file, as `ccu.open` returns it; each method call opens and closes it.

    Methods raise the errors of ccu.errors: NotAllowed, InvalidInput, NotFound, DatabaseUnusable.
    A path without a file raises DatabaseMissing at once.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        if path is not None:
            opening.is_encrypted(Path(path))  # raises if it is no database
        self._file = [] if path is None else ["--db", str(Path(path))]

    def history(self, address: str) -> dict[str, Any]:
        """Return the card of an address, as `ccu history`. Showing it is recorded in the audit."""
        found: dict[str, Any] = self._call("history", f"--address={address}")
        return found

    def report(self, month: str) -> dict[str, Any]:
        """Return every section of a month's report; `month` is such as 2026-01."""
        found: dict[str, Any] = self._call("report", f"--month={month}")
        return found

    def overdue(self) -> list[dict[str, Any]]:
        """Return what is overdue, as `ccu follow-up overdue --no-record`: still new to cron."""
        found: list[dict[str, Any]] = self._call("follow-up", "overdue", "--no-record")
        return found

    def _call(self, *words: str) -> Any:
        """Run one command line without questions; return the JSON that it printed, parsed."""
        output = io.StringIO()
        with _ONE_AT_A_TIME, contextlib.redirect_stdout(output):
            stdin, sys.stdin = sys.stdin, io.StringIO()
            try:
                _call([*self._file, *words, "--format=json"])
            finally:
                sys.stdin = stdin
        return json.loads(output.getvalue())


def _call(argv: list[str]) -> int:
    """Run one command line within a Python program and return its exit code. Raises CcuError."""
    umask = os.umask(0o077)
    try:
        return cli.run_line(argv)
    except AfterSaving as error:
        raise error.__cause__ or error from None
    except Exception as error:
        if known := failures.of_sqlite(error):
            raise known from None
        raise
    finally:
        os.umask(umask)
