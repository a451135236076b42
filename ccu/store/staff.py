"""Who works here: an account of the operating system, and its role."""

import sqlite3

from ccu.store import audit


def id_of(connection: sqlite3.Connection, login: str) -> int | None:
    """The id of an active account, or None when it is not known."""
    row = connection.execute(
        "SELECT id FROM staff WHERE login = :login AND active = 1", {"login": login}
    ).fetchone()
    return int(row["id"]) if row else None


def add(connection: sqlite3.Connection, login: str, role: str) -> int:
    """Add an account inside the caller's transaction and return its id."""
    cursor = connection.execute(
        "INSERT INTO staff (login, role) VALUES (:login, :role)", {"login": login, "role": role}
    )
    staff_id = int(cursor.lastrowid or 0)
    audit.record(connection, staff_id, "staff-add", "staff", staff_id, role=role)
    return staff_id
