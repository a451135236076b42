"""Errors with a message for the user and an exit code.

Every error that a user can fix is a `CcuError`: its text is one sentence that names the field and
never the value (which may be somebody's name), and its class holds the exit code. Only `cli.main`
catches them. Any other exception is a bug and ends with code 1.
"""

from enum import IntEnum, unique
from typing import ClassVar


@unique
class ExitCode(IntEnum):
    """Exit codes. Scripts and cron rely on them: add new ones, never change one.

    tests/readme.py has the meaning of each, for docs/administrator.md.
    """

    OK = 0
    BUG = 1
    INVALID = 2
    NOT_FOUND = 3
    DATABASE = 4
    BUSY = 5
    VERIFICATION = 6
    NOT_ALLOWED = 7
    NOT_PRINTED = 8
    OVERDUE = 10
    UNFINISHED = 11
    INTERRUPTED = 130
    READER_GONE = 141


class CcuError(Exception):
    """A message for the user and an exit code for the calling program."""

    exit_code = ExitCode.BUG


class AfterSaving(CcuError):
    """An error (its cause) that followed a save: the message names what was saved."""

    exit_code = ExitCode.NOT_PRINTED


class NotPrinted(CcuError):
    """Standard output cannot be written: it is closed, or the disk is full."""

    exit_code = ExitCode.NOT_PRINTED


class InvalidInput(CcuError):
    """Input, typed or from a file, that ccu cannot accept.

    `meant` are the readings that the message offers, each as it can be typed in place of `part` or
    of all of the text: at a prompt, y or Enter takes the only one. `begun` is the start of the
    answer.
    """

    exit_code = ExitCode.INVALID

    def __init__(self, message: str, *meant: str, part: str = "", begun: str = "") -> None:
        super().__init__(message)
        self.meant, self.part, self.begun = meant, part, begun

    def reworded(self, message: str) -> "InvalidInput":
        """Return the same error with another message."""
        return InvalidInput(message, *self.meant, part=self.part, begun=self.begun)


class NotFound(CcuError):
    """A record that does not exist."""

    exit_code = ExitCode.NOT_FOUND


class DatabaseUnusable(CcuError):
    """The database file is missing, foreign, newer, damaged, read-only or out of space."""

    exit_code = ExitCode.DATABASE


class DatabaseMissing(DatabaseUnusable):
    """There is no database file, or an empty one; database/restoring.py finds what is left."""


class DatabaseBusy(CcuError):
    """Another program locked the database longer than ccu waits. Nothing was written."""

    exit_code = ExitCode.BUSY


class VerificationFailed(CcuError):
    """A check or a backup found a fault."""

    exit_code = ExitCode.VERIFICATION


class NotAllowed(CcuError):
    """The account may not do this."""

    exit_code = ExitCode.NOT_ALLOWED


class Cancelled(CcuError):
    """The user stopped the command; the message tells what happened to the draft."""

    exit_code = ExitCode.INTERRUPTED


class SavedAndStopped(KeyboardInterrupt):
    """Ctrl-C that came when something was saved already; the text names it."""


class Declined(KeyboardInterrupt):
    """The answer to "Save?" was no: the command ends as after Ctrl-C."""


class AskAgain(BaseException):
    """`<` was typed: `cli.main` runs the command again, up to the question before."""

    lines: ClassVar[list[tuple[str, str]]] = []  # questions and what was typed since a change
    given: ClassVar[list[tuple[str, str]]] = []  # those to give again (options/keyboard.py)


class Unfinished(CcuError):
    """The write succeeded, but left questions that a person must answer."""

    exit_code = ExitCode.UNFINISHED
