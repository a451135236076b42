"""Shell completion: words that fit, read from the file named on the line being completed.

Completion never writes, never complains and never shows a name: ids and codes only. An account
that is not on the staff list is told nothing.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

Completer = Callable[[typer.Context, str], list[tuple[str, str]]]


def _rows(ctx: Any, sql: str, incomplete: str) -> list[tuple[str, str]]:
    from ccu.database import encryption
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
    except encryption.errors():
        return []
    finally:
        session.close()
    return [(str(row[0]), str(row[1])) for row in found]


def code(table: str) -> Completer:
    """The codes in use of one code list, with their labels."""
    sql = (
        f"SELECT code, label FROM {table}"  # noqa: S608 - a name of our own, never a user's
        " WHERE retired = 0 AND substr(code, 1, length(:start)) = :start ORDER BY sort"
    )

    def complete(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
        return _rows(ctx, sql, incomplete)

    return complete


def settings(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Names of settings."""
    from ccu.records.settings import DECLARED

    return [(name, each.help) for name, each in DECLARED.items() if name.startswith(incomplete)]


def call_id(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """The newest calls, by number, with their day."""
    return _rows(
        ctx,
        "SELECT id, substr(occurred_at, 1, 16) FROM call"
        " WHERE substr(id, 1, length(:start)) = :start ORDER BY id DESC LIMIT 30",
        incomplete,
    )


def login(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Accounts on the staff list, with their role."""
    return _rows(
        ctx,
        "SELECT login, role FROM staff"
        " WHERE active = 1 AND substr(login, 1, length(:start)) = :start ORDER BY login",
        incomplete,
    )


def provider(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Providers in use, by number, with their name: an organisation's, not a person's."""
    return _rows(
        ctx,
        "SELECT id, name FROM provider"
        " WHERE active = 1 AND substr(id, 1, length(:start)) = :start ORDER BY name",
        incomplete,
    )


def referral(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Open referrals, newest first, by number, with the day they were made: police ask too."""
    return _rows(
        ctx,
        "SELECT id, substr(made_at, 1, 10) FROM open_referral"
        " WHERE substr(id, 1, length(:start)) = :start ORDER BY id DESC LIMIT 30",
        incomplete,
    )


def follow_up_id(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """The open follow-ups, newest first, by number, with the day they were made."""
    return _rows(
        ctx,
        "SELECT id, substr(recorded_at, 1, 10) FROM open_follow_up"
        " WHERE substr(id, 1, length(:start)) = :start ORDER BY id DESC LIMIT 30",
        incomplete,
    )


def person_id(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """The newest people, by number, with the day they were recorded; never a name."""
    return _rows(
        ctx,
        "SELECT id, substr(recorded_at, 1, 10) FROM person"
        " WHERE merged_into IS NULL AND substr(id, 1, length(:start)) = :start"
        " ORDER BY id DESC LIMIT 30",
        incomplete,
    )
