"""What can go wrong, as a sentence and an exit code.

Every error a person can mend is a `CcuError`: its text is one sentence that names the field and
never the value (values may be somebody's name), and its class holds the exit code. `cli.main` is
the one place that catches them. Anything else that is raised is a bug and ends with code 1.
"""

from enum import IntEnum, unique


@unique
class ExitCode(IntEnum):
    """Exit codes are promises to scripts and cron: they are added to, never changed."""

    OK = 0
    BUG = 1
    INVALID = 2
    NOT_FOUND = 3
    DATABASE = 4
    BUSY = 5
    VERIFICATION = 6
    NOT_ALLOWED = 7
    OVERDUE = 10
    INTERRUPTED = 130
    READER_GONE = 141


# The README's table is generated from this mapping.
EXIT_CODE_MEANING: dict[ExitCode, str] = {
    ExitCode.OK: "done",
    ExitCode.BUG: "unexpected: a bug (the message names a private file with details), or standard"
    " output could not be written",
    ExitCode.INVALID: "wrong usage or invalid data; nothing was written",
    ExitCode.NOT_FOUND: "no such record",
    ExitCode.DATABASE: "database unusable: missing, not ours, newer, damaged, read-only, disk full,"
    " wrong key",
    ExitCode.BUSY: "database busy; nothing was written, safe to try again",
    ExitCode.VERIFICATION: "verification failed (check, backup)",
    ExitCode.NOT_ALLOWED: "not allowed",
    ExitCode.OVERDUE: "something is overdue (only with --exit-code)",
    ExitCode.INTERRUPTED: "interrupted",
    ExitCode.READER_GONE: "the program reading the output went away",
}


class CcuError(Exception):
    """A sentence for the person at the keyboard, and an exit code for the program that called."""

    exit_code = ExitCode.BUG


class InvalidInput(CcuError):
    """Something typed, or in a file, that ccu can not accept."""

    exit_code = ExitCode.INVALID


class NotFound(CcuError):
    """A record that does not exist."""

    exit_code = ExitCode.NOT_FOUND


class DatabaseUnusable(CcuError):
    """The database file is missing, foreign, newer, damaged, read-only or out of space."""

    exit_code = ExitCode.DATABASE


class DatabaseBusy(CcuError):
    """Another program held the database longer than we wait. Nothing was written."""

    exit_code = ExitCode.BUSY


class VerificationFailed(CcuError):
    """A check or a backup found something that is not as it must be."""

    exit_code = ExitCode.VERIFICATION


class NotAllowed(CcuError):
    """The person at the keyboard may not do this."""

    exit_code = ExitCode.NOT_ALLOWED
