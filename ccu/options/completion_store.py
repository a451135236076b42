"""Shell completion: the values that fit, read from the file named on the line being completed.

Completion never writes, never reports an error and never shows a name: numbers and codes only. An
account that is not on the staff list is offered nothing.
"""

import sys
from pathlib import Path
from typing import Any

import typer

from ccu import access
from ccu.errors import ExitCode, InvalidInput, NotAllowed

_SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")
_NO_SHELL = "name the shell: ccu --show-completion bash, zsh, fish or powershell"


def for_shell(argv: list[str]) -> int:
    """Print or install the completion script of the shell named last, else of the current one.

    For PowerShell it is only printed: Typer's installation lets the account run any script.
    """
    from typer import _completion_shared as scripts

    install = "--install-completion" in argv
    named = argv[-1] if argv[-1][:2] != "--" else scripts._get_shell_name() or ""
    shell, variable = named.lower(), "_CCU_COMPLETE"
    if install and access.caller() is not None:
        raise NotAllowed("install completion as yourself, without sudo")
    if shell not in _SHELLS:
        raise InvalidInput(_NO_SHELL)
    if not install:
        script = scripts.get_completion_script(prog_name="ccu", complete_var=variable, shell=shell)
        sys.stdout.write(f"{script}\n")
    elif shell in ("powershell", "pwsh"):
        raise InvalidInput(f"type it yourself: ccu --show-completion {shell} >> $PROFILE")
    else:
        try:
            _, path = scripts.install(shell, "ccu", variable)
        except OSError as error:
            raise InvalidInput(f"cannot write {error.filename}: {error.strerror}") from error
        sys.stdout.write(f"Installed in {path}. Open a new terminal to use it.\n")
    return ExitCode.OK


def settings(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Offer the names of settings."""
    from ccu.records.settings import DECLARED

    return [(name, each.help) for name, each in DECLARED.items() if name.startswith(incomplete)]


# What is offered for each record's number or name; `:start` is the part already typed.
_ROWS = {
    # The newest calls, with their day and time.
    "call": "SELECT id, substr(occurred_at, 1, 16) FROM call"
    " WHERE substr(id, 1, length(:start)) = :start ORDER BY id DESC LIMIT 30",
    # Accounts on the staff list, with their role.
    "staff": "SELECT login, role FROM staff"
    " WHERE active = 1 AND substr(login, 1, length(:start)) = :start ORDER BY login",
    # Providers in use, with their name: an organization's, not a person's.
    "provider": "SELECT id, name FROM provider"
    " WHERE active = 1 AND substr(id, 1, length(:start)) = :start ORDER BY name",
    # Open referrals, newest first, with the day they were made; police accounts may ask too.
    "referral": "SELECT id, substr(made_at, 1, 10) FROM open_referral"
    " WHERE substr(id, 1, length(:start)) = :start ORDER BY id DESC LIMIT 30",
    # Open follow-ups, newest first, with the day they were recorded.
    "follow_up": "SELECT id, substr(recorded_at, 1, 10) FROM open_follow_up"
    " WHERE substr(id, 1, length(:start)) = :start ORDER BY id DESC LIMIT 30",
    # The newest people, with the day they were recorded; never a name.
    "person": "SELECT id, substr(recorded_at, 1, 10) FROM person"
    " WHERE merged_into IS NULL AND substr(id, 1, length(:start)) = :start"
    " ORDER BY id DESC LIMIT 30",
}
# Of a code list: those in use, with their labels.
_CODES = (
    "SELECT code, label FROM {table}"
    " WHERE retired = 0 AND substr(code, 1, length(:start)) = :start ORDER BY sort"
)


def of_table(ctx: typer.Context, table: str, incomplete: str) -> list[tuple[str, str]]:
    """Offer the records or codes of a table: each value with the text shown beside it."""
    return _rows(ctx, _ROWS.get(table) or _CODES.format(table=table), incomplete)


def _rows(ctx: Any, sql: str, incomplete: str) -> list[tuple[str, str]]:
    from ccu import database
    from ccu.errors import CcuError
    from ccu.session import Session

    named = ctx.find_root().params.get("db") or [None]
    if len(named) > 1:
        return []
    session = Session(Path(named[0]) if named[0] else None)
    try:
        if session.known_id is None:
            return []
        session.withhold_part2()
        found = session.db.execute(sql, {"start": incomplete}).fetchall()
    except CcuError:
        return []
    except database.errors():
        return []
    finally:
        session.close()
    return [(str(row[0]), str(row[1])) for row in found]
