"""Report an error: one sentence on standard error and an exit code. Imported only on an error.

A bug is written to a private file, with the places in the code and never what was typed.
"""

import errno
import re
import sys
from typing import Any

import typer

from ccu import __version__, output
from ccu.errors import AfterSaving, Cancelled, CcuError, ExitCode, InvalidInput, NotPrinted

# Errors of the system when --help or --version prints; those about our files name the file.
_FULL = (errno.ENOSPC, errno.EIO, errno.EDQUOT)


def reported(error: BaseException, more: str = "") -> int:
    """Print what went wrong in one sentence; return the exit code.

    `more` is "else " if something was saved before the error.
    """
    if isinstance(error, AfterSaving):
        return _reported_after(error)
    if isinstance(error, BrokenPipeError):
        output.discard(sys.stdout)
        return ExitCode.READER_GONE
    if isinstance(error, Cancelled):
        output.say(f"Cancelled. No record was changed. {error}")
        return error.exit_code
    if isinstance(error, CcuError):
        output.say_error(str(error))
        return error.exit_code
    if isinstance(error, OSError) and error.filename is None and error.errno in _FULL:
        return reported(NotPrinted("cannot write to standard output: the disk is full"))
    if isinstance(error, AttributeError) and sys.stdout is None:  # it was closed
        return reported(NotPrinted("cannot write to standard output: it is closed"))
    if isinstance(error, KeyboardInterrupt):
        output.say(f"Cancelled. Nothing {more}was saved.")
        return ExitCode.INTERRUPTED
    return _unexpected(error, more)


def as_stopped(error: BaseException) -> BaseException:
    """Return Ctrl-C for what a library made of it: SQLite hides what its callbacks raise."""
    if isinstance(error, AfterSaving):
        error.__cause__ = KeyboardInterrupt()
    return error if isinstance(error, CcuError) else KeyboardInterrupt()


def _reported_after(error: AfterSaving) -> int:
    """Print what was saved, then what went wrong; return the exit code.

    Codes that promise that nothing was written become NOT_PRINTED.
    """
    output.say(f"Saved before the error: {error}.")
    cause = error.__cause__
    if cause is None or isinstance(cause, typer.Abort):
        cause = KeyboardInterrupt()
    code = reported(cause, "else ")
    return error.exit_code if code in (ExitCode.INVALID, ExitCode.BUSY) else code


def usage(error: Any) -> InvalidInput:
    """Return Typer's error in one line, without the value typed: it may be somebody's name."""
    if type(error).__name__ == "MissingParameter" and error.param.param_type_name == "argument":
        from ccu.options import typed_text

        return InvalidInput(str(typed_text.missing(error.ctx, error.param)))
    text = str(error.format_message()).strip().replace("\n", " ")
    if unknown := re.fullmatch(r"No such command (['\"])(.*)\1\..*", text, flags=re.DOTALL):
        from ccu.commands.everyday.help import did_you_mean

        group = " ".join(error.ctx.command_path.split()[1:])
        names = error.ctx.command.list_commands(error.ctx)
        return InvalidInput(f"no such command; {did_you_mean(group, unknown[2], names)}")
    text = re.sub(r"^Invalid value for ", "", text)
    text = re.sub(r""": (['"]).*\1 (is not|does not|is a)""", r" \2", text, flags=re.DOTALL)
    in_quotes = "put a text with spaces in quotes"
    if getattr(error, "ctx", None) and error.ctx.info_name == "log-call":
        in_quotes = "put the address in quotes behind --address"
    text = re.sub(
        r"unexpected extra arguments?(\(s\))? \(.*\)",
        f"an unexpected argument; {in_quotes}",
        text,
        flags=re.DOTALL,
    )
    text = text[:1].lower() + text[1:].rstrip(".")
    where = error.ctx.command_path if getattr(error, "ctx", None) else "ccu"
    return InvalidInput(f"{text}; see {where} --help")


def _unexpected(error: BaseException, more: str) -> int:
    """Report an error of SQLite, or a bug, whose place goes to a private file."""
    if known := of_sqlite(error):
        return reported(known)
    import tempfile

    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="ccu-bug-", suffix=".txt", delete=False, encoding="utf-8", errors="replace"
        ) as file:
            file.writelines(f"{line}\n" for line in _where(error))
        where = f"details are in {file.name}"
    except OSError:
        where = "no file could be made for the details: set TMPDIR to a folder with room, try again"
    output.say_error(f"unexpected, a bug in ccu; nothing {more}was written; {where}")
    return ExitCode.BUG


def of_sqlite(error: BaseException) -> CcuError | None:
    """Return an error of SQLite as an error for the user; None for a bug."""
    if not type(error).__module__.startswith(("sqlite3", "sqlcipher3")):
        return None
    from ccu.database import reasons

    return reasons.explain(error, None)


def _where(error: BaseException) -> list[str]:
    """Return the types of an error and of its causes, and where each was raised.

    Without their messages: "invalid literal for int(): ..." holds what somebody typed.
    """
    import traceback

    lines = [f"ccu {__version__}, Python {sys.version.split()[0]}"]
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        name = getattr(cause, "sqlite_errorname", None) or errno.errorcode.get(
            getattr(cause, "errno", None) or 0, ""
        )
        lines.append(f"{type(cause).__module__}.{type(cause).__qualname__} {name}".rstrip())
        for frame, line in traceback.walk_tb(cause.__traceback__):
            code = frame.f_code
            lines.append(f"  {code.co_filename}:{line} in {code.co_qualname}")
        cause = cause.__cause__ or cause.__context__
    return lines
