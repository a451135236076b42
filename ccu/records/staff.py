"""The staff: accounts of the operating system, each with a role, agency and supervisor."""

import sqlite3

from ccu.errors import NotAllowed, NotFound
from ccu.records import settings, table


def id_of(connection: sqlite3.Connection, login: str) -> int | None:
    """Return the id of an active account, None when there is none."""
    sql = "SELECT id FROM staff WHERE login = :login AND active = 1"
    found: int | None = table.value(connection, sql, login=login)
    return found


def role_of(connection: sqlite3.Connection, staff_id: int) -> str:
    """Return the role of an account."""
    return str(table.require(connection, "staff", staff_id)["role"])


def login_of(connection: sqlite3.Connection, staff_id: int) -> str:
    """Return the login of an account."""
    return str(table.require(connection, "staff", staff_id)["login"])


def require(connection: sqlite3.Connection, login: str, option: str) -> int:
    """Return the id of an active account named in an option. Raises NotFound."""
    staff_id = id_of(connection, login.strip())
    if staff_id is None:
        raise NotFound(f"{option}: no such account on the staff list; ccu staff list shows it")
    return staff_id


def default_owner(connection: sqlite3.Connection, known: settings.Settings) -> int | None:
    """Return the active account in the setting default_owner; None if there is none."""
    login = known["default_owner"]
    return id_of(connection, login) if login else None


def unknown(connection: sqlite3.Connection) -> NotAllowed:
    """Return the refusal for an account that is not on the list; it names who can add it."""
    sql = "SELECT login FROM staff WHERE role = 'admin' AND active = 1 ORDER BY id"
    admins = " or ".join(table.column(connection, sql)[:3]) or "an admin"
    return NotAllowed(
        f"this account is not on the staff list of this file; {admins} can add it with ccu staff "
        "add"
    )
