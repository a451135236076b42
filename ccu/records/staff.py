"""Who works here: accounts of the operating system, each with a role, agency and supervisor."""

import sqlite3

from ccu.errors import InvalidInput, NotAllowed, NotFound
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
    """Return the active account of the setting default_owner; None where there is none."""
    login = known["default_owner"]
    return id_of(connection, login) if login else None


def usual_owner(connection: sqlite3.Connection, staff_id: int) -> int | None:
    """Return who owns what this account makes: itself, but for a patrol officer the default owner.

    None: it is a patrol officer's, and no default owner is set.
    """
    if role_of(connection, staff_id) == "officer":
        return default_owner(connection, settings.load(connection))
    return staff_id


def owner_of_new(connection: sqlite3.Connection, staff_id: int, given: int | None) -> int:
    """Return the owner given, else the usual one. Raises InvalidInput where there is none."""
    owner = given or usual_owner(connection, staff_id)
    if owner is None:
        raise InvalidInput(
            "--owner is missing: give the login of who follows up, or ask an admin to set it for"
            " all: ccu settings default_owner LOGIN"
        )
    return owner


def unknown(connection: sqlite3.Connection) -> NotAllowed:
    """Return the refusal for an account that is not on the list; it names who can add it."""
    sql = "SELECT login FROM staff WHERE role = 'admin' AND active = 1 ORDER BY id"
    admins = " or ".join(table.column(connection, sql)[:3]) or "an admin"
    return NotAllowed(
        f"this account is not on the staff list of this file; {admins} can add it by ccu staff add"
    )


def refuse_others(connection: sqlite3.Connection, staff_id: int, recorded_by: int) -> None:
    """Raise NotAllowed for an intern, who voids only what they recorded themselves."""
    if recorded_by != staff_id and role_of(connection, staff_id) == "intern":
        raise NotAllowed("an intern voids only what they recorded; ask your supervisor")
