"""Shell completion: the values that fit, read from the file named on the line being completed.

Completion never writes, never reports an error and never shows a name: numbers and codes only. An
account that is not on the staff list is offered nothing.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

Completer = Callable[[typer.Context, str], list[tuple[str, str]]]


def from_rows(sql: str) -> Completer:
    """Offer the rows of a statement: the value, and what is shown beside it.

    `:start` is what has been typed of the word.
    """

    def complete(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
        return _rows(ctx, sql, incomplete)

    return complete


def codes(table: str) -> Completer:
    """Offer the codes in use of one code list, with their labels."""
    return from_rows(
        f"SELECT code, label FROM {table}"  # noqa: S608 - a name of our own, never a user's
        " WHERE retired = 0 AND substr(code, 1, length(:start)) = :start ORDER BY sort"
    )


def settings(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Offer the names of settings."""
    from ccu.records.settings import DECLARED

    return [(name, each.help) for name, each in DECLARED.items() if name.startswith(incomplete)]


# The newest calls, with their day and time.
calls = from_rows(
    "SELECT id, substr(occurred_at, 1, 16) FROM call"
    " WHERE substr(id, 1, length(:start)) = :start ORDER BY id DESC LIMIT 30"
)
# Accounts on the staff list, with their role.
logins = from_rows(
    "SELECT login, role FROM staff"
    " WHERE active = 1 AND substr(login, 1, length(:start)) = :start ORDER BY login"
)
# Providers in use, with their name: an organization's, not a person's.
providers = from_rows(
    "SELECT id, name FROM provider"
    " WHERE active = 1 AND substr(id, 1, length(:start)) = :start ORDER BY name"
)
# Open referrals, newest first, with the day they were made; police accounts may ask too.
referrals = from_rows(
    "SELECT id, substr(made_at, 1, 10) FROM open_referral"
    " WHERE substr(id, 1, length(:start)) = :start ORDER BY id DESC LIMIT 30"
)
# Open follow-ups, newest first, with the day they were recorded.
follow_ups = from_rows(
    "SELECT id, substr(recorded_at, 1, 10) FROM open_follow_up"
    " WHERE substr(id, 1, length(:start)) = :start ORDER BY id DESC LIMIT 30"
)
# The newest people, with the day they were recorded; never a name.
people = from_rows(
    "SELECT id, substr(recorded_at, 1, 10) FROM person"
    " WHERE merged_into IS NULL AND substr(id, 1, length(:start)) = :start"
    " ORDER BY id DESC LIMIT 30"
)


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
